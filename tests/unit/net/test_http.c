// HTTP, by hand: each refusal with its status, code and sentence, and that nothing was executed.
#include <criterion/criterion.h>
#include <nng/nng.h>
#include <nng/supplemental/util/platform.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/check.h"
#include "tests/unit/net/room.h"

#define BEARER         "Authorization: Bearer token-of-desk\r\n"
#define JSON           "Content-Type: application/json\r\n"
#define CLOSE          "Connection: close\r\n"
#define COMMAND        "{\"id\":\"c-1\",\"log\":{\"text\":\"x\"}}"
#define LENGTH(n)      "Content-Length: " #n "\r\n"
#define COMMAND_LENGTH LENGTH(31)
#define POST           "POST /api/v1/commands"
static const struct room_identity people[] = {{"desk", VD_CLEARANCE_OPS}, {"screen", VD_CLEARANCE_WALL}};

static void start(struct room *room)
{
  room_init(room);
  room_start(room);
  room_set_identities(room, people, 2);
}

static void expect_text(const char *answer, const char *text)
{
  cr_assert_not_null(strstr(answer, text), "no %s in:\n%s", text, answer);
}

static void expect_status(struct room *room, const char *line, const char *rest, int status, const char *text)
{
  char *answer = room_http(room, line, rest, NULL);
  cr_assert_eq(room_status(answer), status, "%s\n%s\n-> %s", line, rest, answer);
  expect_text(answer, text);
  free(answer);
}

// As expect_status, and: a code with a sentence, the connection closed though nobody asked, nothing executed.
static void expect_refusal(struct room *room, const char *line, const char *rest, int status,
                           const char *code)
{
  char wanted[80];
  bool is_closed;
  unsigned executed = atomic_load(&room->executed);
  char *answer = room_http(room, line, rest, &is_closed);
  cr_assert_eq(room_status(answer), status, "%s\n%s\n-> %s", line, rest, answer);
  snprintf(wanted, sizeof wanted, "{\"code\":\"%s\",\"sentence\":\"", code);
  expect_text(answer, wanted);
  expect_text(answer, "Connection: close\r\n");
  expect_text(answer, "X-Content-Type-Options: nosniff\r\n");
  cr_assert(is_closed, "%s\n%s\n-> still open", line, rest);
  cr_assert_null(strstr(answer + 1, "HTTP/1.1"), "two answers:\n%s", answer);
  cr_assert_eq(atomic_load(&room->executed), executed);
  free(answer);
}

Test(http, pages)
{
  struct room room;
  start(&room);
  expect_status(&room, "GET /healthz", CLOSE "\r\n", 200, "page 0\n");
  expect_status(&room, "GET /readyz", CLOSE "\r\n", 503, "page 1\n");
  expect_status(&room, "GET /metrics", BEARER CLOSE "\r\n", 200, "text/plain; version=0.0.4");
  expect_refusal(&room, "GET /metrics", "\r\n", 401, "unauthenticated");
  char *answer = room_http(&room, "HEAD /healthz", CLOSE "\r\n", NULL);
  cr_assert_eq(room_status(answer), 200);
  expect_text(answer, "Content-Length: 7\r\n");
  expect_text(answer, "Cache-Control: no-store\r\n");
  cr_assert_null(strstr(answer, "page"));
  free(answer);
  room_finish(&room);
}

Test(http, commands_one_and_several)
{
  struct room room;
  start(&room);
  expect_status(&room, POST, BEARER JSON COMMAND_LENGTH CLOSE "\r\n" COMMAND, 200,
                "\"replies\":{\"replies\":[{\"id\":\"c-1\",\"code\":\"ok\"");
  expect_status(&room, POST,
                "Cookie: venued=token-of-desk\r\n" JSON LENGTH(78) CLOSE
                "\r\n{\"commands\":[" COMMAND ",{\"id\":\"c-2\",\"log\":{\"text\":\"x\"}}]}",
                200, "\"id\":\"c-2\"");
  cr_assert_eq(atomic_load(&room.executed), 3);
  room_finish(&room);
}

Test(http, one_connection_many_requests)
{
  struct room room;
  start(&room);
  int fd = room_connect(&room);
  char request[512], answer[2048];
  int size = snprintf(request, sizeof request,
                      POST " HTTP/1.1\r\nHost: localhost:%u\r\n" BEARER JSON COMMAND_LENGTH "\r\n" COMMAND,
                      room.port);
  for (unsigned i = 1; i <= 20; i++) {
    cr_assert(room_send(fd, request, (size_t)size));
    ssize_t got = read(fd, answer, sizeof answer - 1);
    cr_assert(got > 0);
    answer[got] = '\0';
    cr_assert_eq(room_status(answer), 200);
    cr_assert_eq(atomic_load(&room.executed), i);
  }
  close(fd);
  room_finish(&room);
}

Test(http, queries)
{
  struct room room;
  start(&room);
  expect_status(&room, "GET /api/v1/state?kinds=principal&limit=10", BEARER CLOSE "\r\n", 200,
                "\"id\":\"desk\"");
  char *answer =
      room_http(&room, "GET /api/v1/state", "Authorization: Bearer token-of-screen\r\n" CLOSE "\r\n", NULL);
  cr_assert_eq(room_status(answer), 200);
  cr_assert_null(strstr(answer, "desk"), "the wall must not see principals: %s", answer);
  free(answer);
  expect_status(&room, "GET /api/v1/status", BEARER CLOSE "\r\n", 200, "\"version\":\"desk\"");
  expect_status(&room, "GET /api/v1/recommend?incident=42", BEARER CLOSE "\r\n", 404,
                "\"code\":\"unknown-incident\"");
  expect_refusal(&room, "GET /api/v1/state?kinds=nonsense", BEARER "\r\n", 400, "bad-value");
  expect_refusal(&room, "GET /api/v1/state?kind=zone", BEARER "\r\n", 400, "unknown-field");
  room_finish(&room);
}

Test(http, the_local_token_is_the_local_admin)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  char rest[160];
  snprintf(rest, sizeof rest, "Authorization: Bearer %s\r\n" CLOSE "\r\n", room.token);
  expect_status(&room, "GET /api/v1/status", rest, 200, "\"version\":\"local-admin\"");
  room_set_identities(&room, people, 2);
  expect_status(&room, "GET /api/v1/status", rest, 200, "\"version\":\"local-admin\"");
  room_finish(&room);
}

Test(http, whoever_is_not_known)
{
  struct room room;
  start(&room);
  expect_refusal(&room, "GET /api/v1/status", "\r\n", 401, "unauthenticated");
  expect_refusal(&room, POST, JSON COMMAND_LENGTH "\r\n" COMMAND, 401, "unauthenticated");
  expect_refusal(&room, POST, "Authorization: Bearer wrong\r\n" JSON COMMAND_LENGTH "\r\n" COMMAND, 401,
                 "unauthenticated");
  expect_refusal(&room, POST, "Cookie: xvenued=token-of-desk\r\n" JSON COMMAND_LENGTH "\r\n" COMMAND, 401,
                 "unauthenticated");
  char *answer = room_http(&room, "GET /api/v1/status", "\r\n", NULL);
  expect_text(answer, "WWW-Authenticate: Bearer realm=\"venued\"\r\n");
  free(answer);
  room_set_identities(&room, people + 1, 1);
  expect_refusal(&room, "GET /api/v1/status", BEARER "\r\n", 401, "unauthenticated");
  cr_assert_eq(atomic_load(&room.refused_as[VD_ERR_UNAUTHENTICATED]), 6);
  room_finish(&room);
}

Test(http, foreign_pages)
{
  struct room room;
  start(&room);
  expect_refusal(&room, POST, BEARER JSON COMMAND_LENGTH "Origin: http://evil.example\r\n\r\n" COMMAND, 403,
                 "foreign-origin");
  expect_refusal(&room, POST, BEARER JSON COMMAND_LENGTH "Origin: null\r\n\r\n" COMMAND, 403,
                 "foreign-origin");
  expect_refusal(&room, "GET /healthz", "Origin: http://evil.example\r\n\r\n", 403, "foreign-origin");
  char rest[256];
  snprintf(rest, sizeof rest, BEARER JSON COMMAND_LENGTH CLOSE "Origin: http://127.0.0.1:%u\r\n\r\n" COMMAND,
           room.port);
  expect_status(&room, POST, rest, 200, "ok");
  room_finish(&room);
}

// Which Host is asked for is read from the second line, so this one is written out.
Test(http, foreign_hosts)
{
  struct room room;
  start(&room);
  static const char *const hosts[] = {"evil.example", "127.0.0.1", "127.0.0.1:1",
                                      "localhost:7380.evil.example", ""};
  for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
    char request[512];
    snprintf(request, sizeof request,
             POST " HTTP/1.1\r\nHost: %s\r\n" BEARER JSON COMMAND_LENGTH "\r\n" COMMAND, hosts[i]);
    int fd = room_connect(&room);
    cr_assert(room_send(fd, request, strlen(request)));
    bool is_closed;
    char *answer = room_read_all(fd, &is_closed);
    cr_assert_eq(room_status(answer), 403, "%s: %s", hosts[i], answer);
    cr_assert(is_closed);
    free(answer);
    close(fd);
  }
  cr_assert_eq(atomic_load(&room.executed), 0);
  room_finish(&room);
}

Test(http, pages_and_methods_that_are_none)
{
  struct room room;
  start(&room);
  expect_refusal(&room, "GET /", "\r\n", 404, "unknown-page");
  expect_refusal(&room, "GET /api/v1/nonsense", BEARER "\r\n", 404, "unknown-page");
  expect_refusal(&room, "GET /../etc/passwd", BEARER "\r\n", 404, "unknown-page");
  expect_refusal(&room, "GET /api/v1/commands", BEARER "\r\n", 405, "wrong-method");
  expect_refusal(&room, "DELETE /api/v1/status", BEARER "\r\n", 405, "wrong-method");
  expect_refusal(&room, "POST /healthz", BEARER "\r\n", 405, "wrong-method");
  expect_refusal(&room, "POST /ops", BEARER "\r\n", 404, "unknown-page");
  char *answer = room_http(&room, "PUT /api/v1/commands", BEARER "\r\n", NULL);
  expect_text(answer, "Allow: POST\r\n");
  free(answer);
  room_finish(&room);
}

Test(http, chunks_are_not_a_way_in)
{
  struct room room;
  start(&room);
  char inner[512], rest[1024];
  int size = snprintf(inner, sizeof inner,
                      POST " HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n" BEARER JSON COMMAND_LENGTH "\r\n" COMMAND,
                      room.port);
  // The whole next request in the body of this one.
  snprintf(rest, sizeof rest, BEARER JSON "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", size,
           inner);
  expect_refusal(&room, POST, rest, 411, "length-required");
  snprintf(rest, sizeof rest, BEARER JSON "Transfer-Encoding: chunked\r\n\r\n%s", inner);
  expect_refusal(&room, POST, rest, 411, "length-required");
  snprintf(rest, sizeof rest, BEARER JSON LENGTH(5) "Transfer-Encoding: chunked\r\n\r\n%s", inner);
  expect_refusal(&room, POST, rest, 411, "length-required");
  snprintf(rest, sizeof rest, BEARER JSON "transfer-encoding: identity\r\n\r\n%s", inner);
  expect_refusal(&room, POST, rest, 411, "length-required");
  snprintf(rest, sizeof rest, "Transfer-Encoding: chunked\r\n\r\n%s", inner);
  expect_refusal(&room, "GET /healthz", rest, 411, "length-required");
  snprintf(rest, sizeof rest, "Content-Length: %d\r\n\r\n%s", size, inner);
  expect_refusal(&room, "GET /healthz", rest, 400, "bad-request");
  room_finish(&room);
}

Test(http, lengths)
{
  struct room room;
  start(&room);
  expect_refusal(&room, POST, BEARER JSON "\r\n", 411, "length-required");
  expect_refusal(&room, POST, BEARER JSON "Content-Length: x\r\n\r\n", 411, "length-required");
  expect_refusal(&room, POST, BEARER JSON LENGTH(-1) "\r\n", 411, "length-required");
  expect_refusal(&room, POST, BEARER JSON LENGTH(5) LENGTH(6) "\r\nabcde", 411, "length-required");
  expect_refusal(&room, POST, BEARER JSON LENGTH(65537) "\r\n", 413, "too-large");
  expect_refusal(&room, POST, BEARER JSON LENGTH(18446744073709551616) "\r\n", 411, "length-required");
  expect_refusal(&room, POST, BEARER JSON LENGTH(0) "\r\n", 400, "bad-request");
  room_finish(&room);
}

Test(http, a_body_of_the_largest_size)
{
  struct room room;
  start(&room);
  struct vd_buffer rest = {0};
  vd_buffer_printf(&rest, BEARER JSON LENGTH(65536) CLOSE "\r\n" COMMAND);
  memset(vd_buffer_reserve(&rest, VD_REQUEST_MAX), ' ', VD_REQUEST_MAX);
  rest.size += VD_REQUEST_MAX - strlen(COMMAND);
  vd_buffer_append(&rest, "", 1);
  expect_status(&room, POST, (const char *)rest.data, 200, "c-1");
  vd_buffer_finish(&rest);
  room_finish(&room);
}

Test(http, contents)
{
  struct room room;
  start(&room);
  expect_refusal(&room, POST, BEARER COMMAND_LENGTH "\r\n" COMMAND, 415, "wrong-type");
  expect_refusal(&room, POST, BEARER "Content-Type: text/plain\r\n" COMMAND_LENGTH "\r\n" COMMAND, 415,
                 "wrong-type");
  expect_refusal(&room, POST, BEARER JSON LENGTH(3) "\r\n{\"i", 400, "bad-request");
  expect_refusal(&room, POST, BEARER JSON LENGTH(9) "\r\n{\"lgo\":1}", 400, "unknown-field");
  expect_refusal(&room, POST, BEARER JSON LENGTH(36) "\r\n{\"id\":\"c-1\",\"log\":{\"text\":\"\\u0007\"}}",
                 400, "bad-text");
  room_finish(&room);
}

Test(http, a_refusal_in_the_language_asked_for)
{
  struct room room;
  start(&room);
  expect_status(&room, "GET /nonsense", "Accept-Language: zh-TW,en;q=0.5\r\n\r\n", 404,
                vd_err_sentence(VD_ERR_UNKNOWN_PAGE, VD__LANGUAGE__LANGUAGE_ZH_HANT));
  room_finish(&room);
}

Test(http, busy)
{
  struct room room;
  start(&room);
  atomic_store(&room.is_full, true);
  expect_refusal(&room, POST, BEARER JSON COMMAND_LENGTH "\r\n" COMMAND, 503, "busy");
  room_finish(&room);
}

// More requests than may be under way: the rest hear busy, pages are still shown, all others are answered.
Test(http, requests_under_way_have_a_bound)
{
  enum { ASKED = 270, MAY_WAIT = 256 };
  struct room room;
  start(&room);
  room_hold(&room);
  char request[512];
  int size = snprintf(
      request, sizeof request,
      POST " HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n" BEARER JSON CLOSE COMMAND_LENGTH "\r\n" COMMAND, room.port);
  int fds[ASKED];
  for (int i = 0; i < ASKED; i++) {
    fds[i] = room_connect(&room);
    cr_assert(room_send(fds[i], request, (size_t)size));
  }
  room_wait_for(&room.refused_as[VD_ERR_BUSY], ASKED - MAY_WAIT);
  expect_status(&room, "GET /healthz", CLOSE "\r\n", 200, "page 0\n");
  room_release(&room);
  int answered = 0;
  for (int i = 0; i < ASKED; i++) {
    char *answer = room_read_all(fds[i], NULL);
    answered += room_status(answer) == 200;
    free(answer);
    close(fds[i]);
  }
  cr_assert_eq(answered, MAY_WAIT);
  room_finish(&room);
}
