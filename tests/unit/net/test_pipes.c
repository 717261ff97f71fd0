// Who is let in at all: WebSockets judged before a byte is published, pipes closed when their principal goes.
#include <criterion/criterion.h>
#include <nng/nng.h>
#include <nng/supplemental/util/platform.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/net/room.h"

#define BEARER(name) "Authorization: Bearer token-of-" name "\r\n"
static const struct room_identity people[] = {
    {"desk", VD_CLEARANCE_OPS}, {"screen", VD_CLEARANCE_WALL}, {"chief", VD_CLEARANCE_PRIVATE}};
enum { PEOPLE = sizeof people / sizeof *people };

static bool has(const char *bytes, size_t size, const char *word)
{
  return memmem(bytes, size, word, strlen(word)) != NULL;
}

// Publishes while the stranger is there: the connection ends, and no frame was on it.
static void expect_shut_out(struct room *room, const char *path, const char *headers, enum vd_err err)
{
  static const char frame[] = "change/incident/1\nsecret";
  unsigned before = atomic_load(&room->refused_as[err]);
  int fd = room_ws(room, path, strcmp(path, "rep") == 0 ? "rep" : "pub", headers);
  for (int i = 0; i < 10; i++) {
    vd_net_publish(room->net, VD_CLEARANCE_OPS, (const uint8_t *)frame, strlen(frame));
    vd_net_publish(room->net, VD_CLEARANCE_WALL, (const uint8_t *)frame, strlen(frame));
    nng_msleep(1);
  }
  struct vd_buffer got = {0};
  ssize_t size;
  while ((size = read(fd, vd_buffer_reserve(&got, 4096), 4096)) > 0)
    got.size += (size_t)size;
  cr_assert_eq(size, 0, "/%s %s is still open", path, headers);
  cr_assert_not(got.size > 0 && has((const char *)got.data, got.size, "secret"), "/%s %s", path, headers);
  cr_assert_eq(atomic_load(&room->refused_as[err]), before + 1, "/%s %s", path, headers);
  vd_buffer_finish(&got);
  close(fd);
}

Test(pipes, without_a_valid_token)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  room_set_identities(&room, people, PEOPLE);
  static const char *const paths[] = {"rep", "ops", "wall"};
  for (size_t i = 0; i < 3; i++) {
    expect_shut_out(&room, paths[i], "", VD_ERR_UNAUTHENTICATED);
    expect_shut_out(&room, paths[i], BEARER("nobody"), VD_ERR_UNAUTHENTICATED);
    expect_shut_out(&room, paths[i], "Cookie: venued=\r\n", VD_ERR_UNAUTHENTICATED);
    expect_shut_out(&room, paths[i], "Authorization: Basic token-of-desk\r\n", VD_ERR_UNAUTHENTICATED);
  }
  room_wait_for_subscribers(&room, 0, 0);
  room_finish(&room);
}

Test(pipes, of_a_foreign_page)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  room_set_identities(&room, people, PEOPLE);
  static const char *const paths[] = {"rep", "ops", "wall"};
  for (size_t i = 0; i < 3; i++) {
    expect_shut_out(&room, paths[i], BEARER("desk") "Origin: http://evil.example\r\n", VD_ERR_FOREIGN_ORIGIN);
    expect_shut_out(&room, paths[i], "Cookie: venued=token-of-desk\r\nOrigin: null\r\n",
                    VD_ERR_FOREIGN_ORIGIN);
  }
  struct vd_net_counts counts;
  vd_net_count(room.net, &counts);
  cr_assert_eq(counts.foreign_origin, 6);
  // Under another name the path is no WebSocket at all: nng gives it to the pages, which look at Host first.
  char *answer =
      room_http_to(&room, "evil.example", "GET /ops", BEARER("desk") "Upgrade: websocket\r\n\r\n", NULL);
  cr_assert_eq(room_status(answer), 403);
  free(answer);
  room_finish(&room);
}

Test(pipes, of_our_own_page_and_of_a_configured_one)
{
  static char *origins[] = {(char *)"https://pages.example"};
  struct room room;
  room_init(&room);
  room.config.origins = origins;
  room.config.n_origins = 1;
  room_start(&room);
  room_set_identities(&room, people, PEOPLE);
  char headers[160];
  snprintf(headers, sizeof headers, BEARER("desk") "Origin: http://127.0.0.1:%u\r\n", room.port);
  int own = room_ws(&room, "ops", "pub", headers);
  int other = room_ws(&room, "ops", "pub", BEARER("desk") "Origin: https://pages.example\r\n");
  room_wait_for_subscribers(&room, 2, 0);
  close(own);
  close(other);
  room_finish(&room);
}

Test(pipes, below_the_clearance)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  room_set_identities(&room, people, PEOPLE);
  expect_shut_out(&room, "ops", BEARER("screen"), VD_ERR_NOT_PERMITTED);
  int wall = room_ws(&room, "wall", "pub", BEARER("screen"));
  int both = room_ws(&room, "wall", "pub", BEARER("chief"));
  room_wait_for_subscribers(&room, 0, 2);
  close(wall);
  close(both);
  room_finish(&room);
}

static void expect_end(int fd)
{
  char bytes[256];
  ssize_t size;
  while ((size = read(fd, bytes, sizeof bytes)) > 0)
    ;
  cr_assert_eq(size, 0, "still open");
  close(fd);
}

Test(pipes, end_when_their_principal_goes)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  room_set_identities(&room, people, PEOPLE);
  int desk = room_ws(&room, "ops", "pub", BEARER("desk"));
  int desk_rep = room_ws(&room, "rep", "rep", BEARER("desk"));
  int chief = room_ws(&room, "ops", "pub", BEARER("chief"));
  nng_socket local = room_req();
  cr_assert_eq(room_dial(&room, local, "ipc", "rep", NULL), 0);
  room_wait_for_subscribers(&room, 2, 0);
  room_set_identities(&room, people + 1, PEOPLE - 1);
  expect_end(desk);
  expect_end(desk_rep);
  room_wait_for_subscribers(&room, 1, 0);
  expect_shut_out(&room, "ops", BEARER("desk"), VD_ERR_UNAUTHENTICATED);
  room_expect(local, "ok"); // ipc is not in the table
  close(chief);
  nng_close(local);
  room_finish(&room);
}

Test(pipes, end_when_their_clearance_no_longer_reaches)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  room_set_identities(&room, people, PEOPLE);
  int ops = room_ws(&room, "ops", "pub", BEARER("desk"));
  int wall = room_ws(&room, "wall", "pub", BEARER("desk"));
  room_wait_for_subscribers(&room, 1, 1);
  static const struct room_identity demoted[] = {{"desk", VD_CLEARANCE_WALL}};
  room_set_identities(&room, demoted, 1);
  expect_end(ops);
  room_wait_for_subscribers(&room, 0, 1);
  close(wall);
  room_finish(&room);
}

Test(pipes, a_revoked_token_is_not_heard_on_an_open_pipe)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  room_set_identities(&room, people, PEOPLE);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ws", "rep", BEARER("desk")), 0);
  room_expect(req, "ok");
  room_set_identities(&room, NULL, 0);
  Vd__Request *request = room_request("c-2");
  struct vd_buffer bytes = {0};
  vd_buffer_pack(&bytes, &request->base);
  Vd__Response *response = room_ask_bytes(req, bytes.data, bytes.size, 300);
  if (response != NULL) // it came in before the pipe was closed
    cr_assert_str_eq(response->refusal->code, "unauthenticated");
  cr_assert_eq(atomic_load(&room.executed), 1);
  if (response != NULL)
    vd__response__free_unpacked(response, NULL);
  vd_buffer_finish(&bytes);
  vd__request__free_unpacked(request, NULL);
  nng_close(req);
  room_finish(&room);
}

Test(pipes, eighty_idle_connections_lock_nobody_out)
{
  enum { IDLE = 80 };
  struct room room;
  room_init(&room);
  room_start(&room);
  int idle[IDLE];
  for (int i = 0; i < IDLE; i++) {
    idle[i] = room_connect(&room);
    cr_assert(idle[i] >= 0);
    if (i % 2 == 0)
      cr_assert(room_send(idle[i], "GET /healthz HTTP/1.1\r\nHost:", 28)); // and never goes on
  }
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ipc", "rep", NULL), 0);
  room_expect(req, "ok");
  char *answer = room_http(&room, "GET /healthz", "Connection: close\r\n\r\n", NULL);
  cr_assert_eq(room_status(answer), 200);
  free(answer);
  nng_close(req);
  room_finish(&room); // with all of them connected
  for (int i = 0; i < IDLE; i++)
    close(idle[i]);
}
