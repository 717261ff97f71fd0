// Requests over nng: who is heard, what is refused with which code, and that nobody else notices.
#include <criterion/criterion.h>
#include <nng/nng.h>
#include <nng/supplemental/util/platform.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/check.h"
#include "tests/unit/net/room.h"

#define BEARER(name) "Authorization: Bearer token-of-" name "\r\n"
static const struct room_identity people[] = {
    {"desk", VD_CLEARANCE_OPS}, {"screen", VD_CLEARANCE_WALL}, {"chief", VD_CLEARANCE_PRIVATE}};
enum { PEOPLE = sizeof people / sizeof *people };

static void expect_refusal(nng_socket req, const void *bytes, size_t size, const char *code)
{
  Vd__Response *response = room_ask_bytes(req, bytes, size, ROOM_TIMEOUT_MS);
  cr_assert_not_null(response, "no answer; expected %s", code);
  cr_assert_eq(response->version, 1);
  cr_assert_not_null(response->refusal);
  cr_assert_str_eq(response->refusal->code, code);
  cr_assert_str_neq(response->refusal->sentence, "");
  vd__response__free_unpacked(response, NULL);
}

static void expect_refused_request(nng_socket req, const Vd__Request *request, const char *code)
{
  struct vd_buffer bytes = {0};
  vd_buffer_pack(&bytes, &request->base);
  expect_refusal(req, bytes.data, bytes.size, code);
  vd_buffer_finish(&bytes);
}

Test(rep, ipc_is_the_local_admin)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ipc", "rep", NULL), 0);
  Vd__Request request = VD__REQUEST__INIT;
  Vd__StatusQuery query = VD__STATUS_QUERY__INIT;
  request.version = 1;
  request.id = (char *)"q-7";
  request.body_case = VD__REQUEST__BODY_STATUS;
  request.status = &query;
  Vd__Response *response = room_ask(req, &request);
  cr_assert_not_null(response);
  cr_assert_str_eq(response->id, "q-7");
  cr_assert_str_eq(response->status->version, "local-admin"); // the callee tells who it heard
  vd__response__free_unpacked(response, NULL);
  nng_close(req);
  room_finish(&room);
}

Test(rep, what_cannot_be_read_is_refused_and_the_next_is_heard)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ipc", "rep", NULL), 0);
  expect_refusal(req, "\xff\xff\xff\xff", 4, "bad-request");
  expect_refusal(req, "", 0, "unknown-version");
  Vd__Request *request = room_request("c-1");
  request->version = 2;
  expect_refused_request(req, request, "unknown-version");
  request->version = 1;
  vd_string_set(&request->commands->commands[0]->log->text, "line\x01");
  expect_refused_request(req, request, "bad-text");
  vd__commands__free_unpacked(request->commands, NULL);
  request->commands = NULL;
  request->body_case = VD__REQUEST__BODY__NOT_SET;
  expect_refused_request(req, request, "missing");
  vd__request__free_unpacked(request, NULL);
  static const uint8_t unknown_field[] = {0x08, 0x01, 0xf8, 0x3f,
                                          0x01, 0x72, 0x00}; // version 1, field 1023, status
  expect_refusal(req, unknown_field, sizeof unknown_field, "unknown-field");
  cr_assert_eq(atomic_load(&room.executed), 0);
  cr_assert_eq(atomic_load(&room.refusals), 6);
  room_expect(req, "ok");
  struct vd_net_counts counts;
  vd_net_count(room.net, &counts);
  cr_assert_eq(counts.malformed, 6);
  cr_assert_eq(counts.requests, 7);
  nng_close(req);
  room_finish(&room);
}

Test(rep, a_refusal_carries_the_id_and_the_language)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ipc", "rep", NULL), 0);
  Vd__Request *request = room_request("c-9");
  request->version = 7;
  request->language = VD__LANGUAGE__LANGUAGE_ZH_HANS;
  Vd__Response *response = room_ask(req, request);
  cr_assert_str_eq(response->id, "c-9");
  const char *said = vd_err_sentence(VD_ERR_UNKNOWN_VERSION, VD__LANGUAGE__LANGUAGE_ZH_HANS);
  cr_assert_eq(strncmp(response->refusal->sentence, said, strlen(said)), 0);
  vd__response__free_unpacked(response, NULL);
  vd__request__free_unpacked(request, NULL);
  nng_close(req);
  room_finish(&room);
}

// The bytes of nng's ipc handshake, then a length. By hand, since nng 1.5.2's own client may never close
// again what is cut off while it sends.
static void expect_cut_off(const struct room *room, uint64_t length)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s/rep.ipc", room->dir);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
  uint8_t claim[17] = {0, 'S', 'P', 0, 0, 0x30, 0, 0, 1};
  for (int i = 0; i < 8; i++)
    claim[9 + i] = (uint8_t)(length >> (56 - 8 * i));
  cr_assert(room_send(fd, claim, sizeof claim));
  bool is_closed;
  free(room_read_all(fd, &is_closed));
  cr_assert(is_closed);
  close(fd);
}

Test(rep, too_large_hears_why_and_far_too_large_is_cut_off)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ipc", "rep", NULL), 0);
  uint8_t *bytes = calloc(1, VD_REQUEST_MAX + 1);
  expect_refusal(req, bytes, VD_REQUEST_MAX + 1, "too-large");
  expect_refusal(req, bytes, VD_REQUEST_MAX, "bad-request"); // the size alone is fine
  free(bytes);
  expect_cut_off(&room, 1 << 20);
  room_expect(req, "ok");
  nng_close(req);
  room_finish(&room);
}

// 8 EiB: nothing may be allocated for it.
Test(rep, a_claim_of_length_is_not_believed)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  expect_cut_off(&room, INT64_MAX);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ipc", "rep", NULL), 0);
  room_expect(req, "ok");
  nng_close(req);
  room_finish(&room);
}

Test(rep, a_full_inbox_says_busy)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ipc", "rep", NULL), 0);
  atomic_store(&room.is_full, true);
  room_expect(req, "busy");
  atomic_store(&room.is_full, false);
  room_expect(req, "ok");
  cr_assert_eq(atomic_load(&room.refused_as[VD_ERR_BUSY]), 1);
  nng_close(req);
  room_finish(&room);
}

Test(rep, ws_by_header_and_by_cookie)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  room_set_identities(&room, people, PEOPLE);
  nng_socket bearer = room_req(), cookie = room_req();
  cr_assert_eq(room_dial(&room, bearer, "ws", "rep", BEARER("desk")), 0);
  cr_assert_eq(room_dial(&room, cookie, "ws", "rep", "Cookie: a=b; venued=token-of-screen\r\n"), 0);
  room_expect(bearer, "ok");
  room_expect(cookie, "ok");
  nng_close(bearer);
  nng_close(cookie);
  room_finish(&room);
}

// nng 1.10 frees a WebSocket whose answer is still being reported when its peer leaves (settle.c).
Test(rep, who_leaves_with_the_answer_harms_nobody, .timeout = 60)
{
  enum { CONVERSATIONS = 150 };
  struct room room;
  room_init(&room);
  room_start(&room);
  room_set_identities(&room, people, PEOPLE);
  for (int i = 0; i < CONVERSATIONS; i++) {
    nng_socket req = room_req();
    cr_assert_eq(room_dial(&room, req, "ws", "rep", BEARER("desk")), 0);
    room_expect(req, "ok");
    nng_close(req);
  }
  room_finish(&room);
}

Test(rep, ws_frames_are_bounded)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  room_set_identities(&room, people, PEOPLE);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ws", "rep", BEARER("desk")), 0);
  uint8_t *bytes = calloc(1, VD_REQUEST_MAX + 1);
  expect_refusal(req, bytes, VD_REQUEST_MAX + 1, "too-large");
  free(bytes);
  int fd = room_ws(&room, "rep", "rep", BEARER("desk"));
  static const uint8_t claim[] = {0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4}; // a masked frame of a TiB
  cr_assert(room_send(fd, claim, sizeof claim));
  bool is_closed;
  free(room_read_all(fd, &is_closed));
  cr_assert(is_closed);
  close(fd);
  room_expect(req, "ok");
  nng_close(req);
  room_finish(&room);
}

Test(rep, tcp_only_where_trusted_and_by_token_in_each_request)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "tcp", "rep", NULL), NNG_ECONNREFUSED);
  nng_close(req);
  room_finish(&room);

  room_init(&room);
  room.config.trusted_tcp = true;
  room_start(&room);
  room_set_identities(&room, people, PEOPLE);
  req = room_req();
  cr_assert_eq(room_dial(&room, req, "tcp", "rep", NULL), 0);
  room_expect(req, "unauthenticated");
  Vd__Request *request = room_request("c-1");
  static const char *const tokens[] = {"token-of-desk", "token-of-nobody", "token-of-des", "token-of-desk "};
  for (size_t i = 0; i < 4; i++) {
    free(request->token.data);
    request->token.data = (uint8_t *)vd_strdup(tokens[i]);
    request->token.len = strlen(tokens[i]);
    Vd__Response *response = room_ask(req, request);
    cr_assert_eq(response->refusal == NULL, i == 0, "%s", tokens[i]);
    vd__response__free_unpacked(response, NULL);
  }
  cr_assert_eq(atomic_load(&room.executed), 1);
  cr_assert_eq(atomic_load(&room.refused_as[VD_ERR_UNAUTHENTICATED]), 4);
  vd__request__free_unpacked(request, NULL);
  nng_close(req);
  room_finish(&room);
}

// How many principals the asker sees; never the hash of a token.
static size_t principals_seen(nng_socket req)
{
  Vd__Request request = VD__REQUEST__INIT;
  Vd__StateQuery query = VD__STATE_QUERY__INIT;
  request.version = 1;
  request.body_case = VD__REQUEST__BODY_STATE;
  request.state = &query;
  Vd__Response *response = room_ask(req, &request);
  cr_assert_not_null(response);
  size_t seen = response->state->n_entities;
  for (size_t i = 0; i < seen; i++) {
    cr_assert_str_eq(response->state->entities[i]->principal->id, "desk");
    cr_assert_eq(response->state->entities[i]->principal->token_hash.len, 0);
  }
  vd__response__free_unpacked(response, NULL);
  return seen;
}

Test(rep, an_answer_holds_what_its_reader_may_see)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  room_set_identities(&room, people, PEOPLE);
  nng_socket local = room_req(), desk = room_req(), screen = room_req();
  cr_assert_eq(room_dial(&room, local, "ipc", "rep", NULL), 0);
  cr_assert_eq(room_dial(&room, desk, "ws", "rep", BEARER("desk")), 0);
  cr_assert_eq(room_dial(&room, screen, "ws", "rep", BEARER("screen")), 0);
  cr_assert_eq(principals_seen(local), 1);
  cr_assert_eq(principals_seen(desk), 1);
  cr_assert_eq(principals_seen(screen), 0);
  nng_close(local);
  nng_close(desk);
  nng_close(screen);
  room_finish(&room);
}

// Until a reply has been given up: before that the peer's pipe fills, at the pace of the machine.
static void ask_without_reading(struct room *room, int fd)
{
  enum { WAIT_MS = 10, LIMIT_MS = 30000 };
  // An empty request (8 bytes of length, the request id) is refused with a sentence: the reply is larger.
  static const uint8_t empty[] = {1, 0, 0, 0, 0, 0, 0, 0, 4, 0x80, 0, 0, 1};
  struct vd_net_counts counts = {0};
  size_t asked = 0;
  for (int waited_ms = 0; counts.replies_given_up == 0;) {
    if (send(fd, empty, sizeof empty, MSG_NOSIGNAL) == (ssize_t)sizeof empty) {
      asked++;
      continue;
    }
    nng_msleep(WAIT_MS); // it takes nothing: every context is held, or it is slow
    waited_ms += WAIT_MS;
    cr_assert_lt(waited_ms, LIMIT_MS, "asked %zu", asked);
    vd_net_count(room->net, &counts);
  }
}

// A peer that asks and never reads: its replies fill its pipe, each is given up after 500 ms, others go on.
Test(rep, a_peer_that_does_not_read_harms_nobody, .timeout = 120)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s/rep.ipc", room.dir);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
  static const uint8_t hello[] = {0, 'S', 'P', 0, 0, 0x30, 0, 0};
  cr_assert(room_send(fd, hello, sizeof hello));
  ask_without_reading(&room, fd);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ipc", "rep", NULL), 0);
  for (int i = 0; i < 3; i++)
    room_expect(req, "ok");
  nng_close(req);
  close(fd);
  room_finish(&room);
}
