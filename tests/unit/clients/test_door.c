// A door over ws that closes at once, as venued's does to who is not let in: told why and at once, and
// knocked at with growing pauses. What nng 1.5.2 loses where connections are shut has to be excused by the
// library's name (tests/lsan-knock.supp).
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <nng/nng.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/supplemental/http/http.h>
#include <nng/supplemental/util/platform.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clients/lib/client_internal.h"
#include "daemon/net/internal.h"
#include "proto/check.h"
#include "proto/message.h"

// Of what ends by itself far sooner, but for a machine that stands still.
enum { PATIENCE_MS = 30000 };

struct door {
  char url[40];
  nng_http_server *server;
  nng_socket rep, ops;
  struct vd_settler settler;
  atomic_bool shuts_rep, shuts_ops; // to who comes
  atomic_bool hangs_up;             // at the next request, and shuts
  atomic_uint came, came_to_feed;   // connections to rep and to ops
  atomic_uint asked;                // questions over HTTP
  atomic_uint last_rep, last_ops;   // pipes
  atomic_uint status;               // over HTTP
  const char *words;                // of the answers
  pthread_t thread;
};

static struct door *the_door; // a handler has no context of its own until it is asked

static void on_rep(nng_pipe pipe, nng_pipe_ev event, void *context)
{
  (void)event;
  struct door *door = context;
  atomic_fetch_add(&door->came, 1);
  atomic_store(&door->last_rep, pipe.id);
  if (atomic_load(&door->shuts_rep))
    nng_pipe_close(pipe);
}

static void on_ops(nng_pipe pipe, nng_pipe_ev event, void *context)
{
  (void)event;
  struct door *door = context;
  atomic_fetch_add(&door->came_to_feed, 1);
  atomic_store(&door->last_ops, pipe.id);
  if (atomic_load(&door->shuts_ops))
    nng_pipe_close(pipe);
}

// As venued's own sockets do: nng 1.10 takes down what it still works for.
static void on_gone(nng_pipe pipe, nng_pipe_ev event, void *context)
{
  (void)pipe;
  (void)event;
  vd_settle(&((struct door *)context)->settler);
}

// Before criterion, which uses nng too.
__attribute__((constructor)) static void begin_library(void)
{
  vd_net_library_begin();
}

static void on_question(nng_aio *aio)
{
  struct door *door = the_door;
  nng_http_res *response;
  atomic_fetch_add(&door->asked, 1);
  cr_assert_eq(nng_http_res_alloc(&response), 0);
  nng_http_res_set_status(response, (uint16_t)atomic_load(&door->status));
  nng_aio_set_output(aio, 0, response);
  nng_aio_finish(aio, 0);
}

static nng_msg *answer_to(const struct door *door, nng_msg *message)
{
  Vd__Request *request = vd__request__unpack(NULL, nng_msg_len(message), nng_msg_body(message));
  nng_msg_free(message);
  Vd__Response response = VD__RESPONSE__INIT;
  Vd__Status status = VD__STATUS__INIT;
  response.id = request->id;
  response.body_case = VD__RESPONSE__BODY_STATUS;
  response.status = &status;
  if (door->words != NULL)
    status.version = (char *)door->words;
  struct vd_buffer bytes = {0};
  vd_buffer_pack(&bytes, &response.base);
  cr_assert_eq(nng_msg_alloc(&message, bytes.size), 0);
  memcpy(nng_msg_body(message), bytes.data, bytes.size);
  vd_buffer_finish(&bytes);
  vd__request__free_unpacked(request, NULL);
  return message;
}

static void shut(struct door *door)
{
  atomic_store(&door->shuts_rep, true);
  atomic_store(&door->shuts_ops, true);
  nng_pipe_close((nng_pipe){.id = atomic_load(&door->last_rep)});
  nng_pipe_close((nng_pipe){.id = atomic_load(&door->last_ops)});
}

static void *serve(void *argument)
{
  struct door *door = argument;
  nng_msg *message;
  while (nng_recvmsg(door->rep, &message, 0) == 0) {
    if (atomic_load(&door->hangs_up)) {
      nng_msg_free(message);
      shut(door);
      continue;
    }
    message = answer_to(door, message);
    if (nng_sendmsg(door->rep, message, 0) != 0)
      nng_msg_free(message);
  }
  return NULL;
}

static uint16_t free_port(void)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  cr_assert_eq(bind(probe, (struct sockaddr *)&address, size), 0);
  cr_assert_eq(getsockname(probe, (struct sockaddr *)&address, &size), 0);
  close(probe);
  return ntohs(address.sin_port);
}

static void listen_at(const struct door *door, nng_socket socket, const char *name)
{
  char url[60];
  snprintf(url, sizeof url, "ws%s/%s", door->url + strlen("http"), name);
  cr_assert_eq(nng_listen(socket, url, NULL, 0), 0, "%s", url);
}

static void open_door(struct door *door)
{
  the_door = door;
  snprintf(door->url, sizeof door->url, "http://127.0.0.1:%u", free_port());
  nng_url *url;
  nng_http_handler *handler;
  cr_assert_eq(nng_url_parse(&url, door->url), 0);
  cr_assert_eq(nng_http_server_hold(&door->server, url), 0);
  nng_url_free(url);
  cr_assert_eq(nng_http_handler_alloc(&handler, "/api/v1/status", on_question), 0);
  cr_assert_eq(nng_http_server_add_handler(door->server, handler), 0);
  cr_assert_eq(nng_http_server_start(door->server), 0);
  cr_assert_eq(nng_rep0_open(&door->rep), 0);
  cr_assert_eq(nng_pub0_open(&door->ops), 0);
  cr_assert_eq(vd_settler_start(&door->settler, NULL), VD_OK);
  nng_pipe_notify(door->rep, NNG_PIPE_EV_ADD_PRE, on_rep, door);
  nng_pipe_notify(door->ops, NNG_PIPE_EV_ADD_PRE, on_ops, door);
  nng_pipe_notify(door->rep, NNG_PIPE_EV_REM_POST, on_gone, door);
  nng_pipe_notify(door->ops, NNG_PIPE_EV_REM_POST, on_gone, door);
  listen_at(door, door->rep, "rep");
  listen_at(door, door->ops, "ops");
  cr_assert_eq(pthread_create(&door->thread, NULL, serve, door), 0);
}

static void close_door(struct door *door)
{
  nng_close(door->rep);
  nng_close(door->ops);
  pthread_join(door->thread, NULL);
  nng_http_server_stop(door->server);
  nng_http_server_release(door->server);
  vd_settler_stop(&door->settler);
}

static struct venue_client *client_at(const struct door *door, int64_t timeout_ms)
{
  struct venue_client_options options = {.url = door->url, .token = "token", .timeout_ms = timeout_ms};
  struct venue_client *client = NULL;
  cr_assert_eq(venue_client_create(&client, &options, NULL), VD_OK);
  return client;
}

static enum vd_err ask(struct venue_client *client, bool is_command, struct vd_refusal *refusal)
{
  Vd__Command command = VD__COMMAND__INIT;
  Vd__Command *list = &command;
  Vd__Commands commands = VD__COMMANDS__INIT;
  Vd__StatusQuery query = VD__STATUS_QUERY__INIT;
  Vd__Request request = VD__REQUEST__INIT;
  commands.commands = &list;
  commands.n_commands = 1;
  if (is_command) {
    request.body_case = VD__REQUEST__BODY_COMMANDS;
    request.commands = &commands;
  } else {
    request.body_case = VD__REQUEST__BODY_STATUS;
    request.status = &query;
  }
  Vd__Response *response = NULL;
  enum vd_err err = venue_client_request(client, &request, &response, refusal);
  vd__response__free_unpacked(response, NULL);
  vd_string_set(&request.id, "");
  vd_string_set(&command.id, "");
  return err;
}

static void expect_told(unsigned status, enum vd_err expected)
{
  struct door door = {.shuts_rep = true, .status = status};
  open_door(&door);
  struct venue_client *client = client_at(&door, 4 * PATIENCE_MS);
  struct vd_refusal refusal = {.err = VD_OK};
  int64_t began_ms = venue_mono_ms();
  enum vd_err err = ask(client, false, &refusal);
  cr_assert_eq(err, expected, "%s", vd_err_name(err));
  cr_assert_eq(refusal.err, expected);
  cr_assert_str_eq(refusal.detail, client->rep_url);
  cr_assert_lt(venue_mono_ms() - began_ms, PATIENCE_MS, "at once, not when the time is over");
  err = ask(client, true, NULL);
  cr_assert_eq(err, expected, "nothing was ever done: %s", vd_err_name(err));
  venue_client_destroy(client);
  close_door(&door);
}

Test(door, a_wrong_token_is_unauthenticated_at_once)
{
  expect_told(401, VD_ERR_UNAUTHENTICATED);
}

Test(door, a_foreign_host_is_told_so)
{
  expect_told(403, VD_ERR_FOREIGN_ORIGIN);
}

// Whatever HTTP says, an answer over ws is worth more; and where there is one, nobody asks over HTTP.
Test(door, an_open_door_is_not_knocked_at)
{
  struct door door = {.status = 200};
  open_door(&door);
  struct venue_client *client = client_at(&door, PATIENCE_MS);
  int64_t began_ms = venue_mono_ms();
  cr_assert_eq(ask(client, false, NULL), VD_OK);
  unsigned asked = atomic_load(&door.asked);
  if (venue_mono_ms() - began_ms < 1000) // the first try was enough
    cr_assert_eq(asked, 0);
  atomic_store(&door.status, 401);
  cr_assert_eq(ask(client, false, NULL), VD_OK);
  cr_assert_eq(ask(client, false, NULL), VD_OK);
  cr_assert_eq(atomic_load(&door.asked), asked);
  venue_client_destroy(client);
  close_door(&door);
}

static void wait_for(atomic_uint *count, unsigned wanted)
{
  for (int64_t until_ms = venue_until_ms(PATIENCE_MS); atomic_load(count) < wanted; nng_msleep(1))
    cr_assert_gt(venue_left_ms(until_ms), 0, "%u of %u", atomic_load(count), wanted);
}

Test(door, who_is_known_and_shut_out_is_unreachable_in_the_end)
{
  struct door door = {.shuts_rep = true, .status = 200};
  open_door(&door);
  struct venue_client *client = client_at(&door, 700);
  wait_for(&client->asked.shut, 1);
  int64_t began_ms = venue_mono_ms();
  enum vd_err err = ask(client, false, NULL);
  cr_assert_eq(err, VD_ERR_UNREACHABLE, "%s", vd_err_name(err));
  cr_assert_lt(venue_mono_ms() - began_ms, PATIENCE_MS);
  venue_client_destroy(client);
  close_door(&door);
}

// The same in the very moments in which the door is open, which is what the answer came out by.
Test(door, the_moment_before_it_shuts_is_nobody_there)
{
  struct venue_link link;
  venue_link_init(&link);
  link.proven = 0;
  cr_expect_not(venue_link_stands(&link), "not connected");
  atomic_store(&link.made_mono_ms, venue_mono_ms());
  atomic_store(&link.so_far, 1);
  atomic_store(&link.now, 1);
  cr_expect(venue_link_stands(&link), "the first, which may answer yet");
  atomic_store(&link.so_far, 2);
  atomic_store(&link.shut, 1);
  atomic_store(&link.made_mono_ms, venue_mono_ms() + PATIENCE_MS); // for who is slow here
  cr_expect_not(venue_link_stands(&link), "the first one was shut");
  link.proven = 2;
  cr_expect(venue_link_stands(&link), "an answer came");
  link.proven = 1;
  atomic_store(&link.made_mono_ms, venue_mono_ms() - PATIENCE_MS);
  cr_expect(venue_link_stands(&link), "it has held");
}

// A page has 1 MiB and its envelope.
Test(door, an_answer_may_be_as_large_as_a_page)
{
  char *words = vd_alloc(2 * VD_PAGE_MAX);
  memset(words, 'x', 2 * VD_PAGE_MAX - 1);
  words[2 * VD_PAGE_MAX - 1] = '\0';
  struct door door = {.words = words};
  open_door(&door);
  struct venue_client *client = client_at(&door, PATIENCE_MS);
  cr_assert_eq(ask(client, false, NULL), VD_OK);
  venue_client_destroy(client);
  close_door(&door);
  free(words);
}

// About 100 a second if nng is left to itself.
Test(door, the_pauses_grow)
{
  struct door door = {.shuts_rep = true, .status = 401};
  open_door(&door);
  struct venue_client *client = client_at(&door, PATIENCE_MS);
  int64_t began_ms = venue_mono_ms();
  nng_msleep(2500);
  unsigned came = atomic_load(&door.came);
  int64_t took_ms = venue_mono_ms() - began_ms; // longer where the machine stands still
  cr_assert_leq(came, 40 * took_ms / 2500, "%u connections in %d ms", came, (int)took_ms);
  wait_for(&door.came, 3);
  venue_client_destroy(client);
  close_door(&door);
}

// The answer was lost with the connection, and the token is no longer good: it may have been done.
Test(door, a_command_before_the_door_was_shut_may_be_done)
{
  struct door door = {.status = 401};
  open_door(&door);
  struct venue_client *client = client_at(&door, PATIENCE_MS);
  cr_assert_eq(ask(client, false, NULL), VD_OK);
  atomic_store(&door.hangs_up, true);
  enum vd_err err = ask(client, true, NULL);
  cr_assert_eq(err, VD_ERR_OUTCOME_UNKNOWN, "%s", vd_err_name(err));
  err = ask(client, true, NULL);
  cr_assert_eq(err, VD_ERR_UNAUTHENTICATED, "%s", vd_err_name(err));
  venue_client_destroy(client);
  close_door(&door);
}

// ---- the feed ----

static enum vd_err next_error(struct venue_client *client)
{
  for (int64_t until_ms = venue_until_ms(PATIENCE_MS); venue_left_ms(until_ms) > 0;) {
    struct venue_event event;
    enum vd_err err = venue_client_next(client, 100, &event);
    if (err != VD_OK && err != VD_ERR_TIMED_OUT)
      return err;
  }
  return VD_OK;
}

Test(door, a_feed_that_is_not_for_that_role)
{
  struct door door = {.shuts_ops = true, .status = 200};
  open_door(&door);
  struct venue_client *client = client_at(&door, PATIENCE_MS);
  cr_assert_eq(venue_client_follow(client, 0, NULL), VD_OK);
  enum vd_err err = next_error(client);
  cr_assert_eq(err, VD_ERR_NOT_PERMITTED, "%s", vd_err_name(err));
  struct vd_refusal refusal = {.err = VD_OK};
  err = venue_client_mirror(client, &refusal);
  cr_assert_eq(err, VD_ERR_NOT_PERMITTED, "%s", vd_err_name(err));
  cr_assert_str_eq(refusal.detail, client->feed_url);
  venue_client_destroy(client);
  close_door(&door);
}

// Who cannot be asked says nothing of the role.
Test(door, a_shut_feed_that_nobody_explains)
{
  struct door door = {.shuts_ops = true, .status = 503};
  open_door(&door);
  struct venue_client *client = client_at(&door, PATIENCE_MS);
  cr_assert_eq(venue_client_follow(client, 0, NULL), VD_OK);
  for (int64_t until_ms = venue_until_ms(PATIENCE_MS); atomic_load(&door.asked) < 3;) {
    struct venue_event event;
    enum vd_err err = venue_client_next(client, 100, &event);
    cr_assert(err == VD_OK || err == VD_ERR_TIMED_OUT, "%s", vd_err_name(err));
    cr_assert_gt(venue_left_ms(until_ms), 0, "asked %u times", atomic_load(&door.asked));
  }
  atomic_store(&door.status, 401);
  enum vd_err err = next_error(client);
  cr_assert_eq(err, VD_ERR_UNAUTHENTICATED, "%s", vd_err_name(err));
  venue_client_destroy(client);
  close_door(&door);
}

Test(door, a_feed_whose_token_was_revoked)
{
  struct door door = {.status = 401};
  open_door(&door);
  struct venue_client *client = client_at(&door, PATIENCE_MS);
  cr_assert_eq(venue_client_follow(client, 0, NULL), VD_OK);
  shut(&door);
  enum vd_err err = next_error(client);
  cr_assert_eq(err, VD_ERR_UNAUTHENTICATED, "%s", vd_err_name(err));
  venue_client_destroy(client);
  close_door(&door);
}

// Whose end the library may have missed. That is nobody's refusal, however often it comes about.
Test(door, a_silent_feed_is_dialled_anew)
{
  struct door door = {.status = 200};
  open_door(&door);
  struct venue_client *client = client_at(&door, PATIENCE_MS);
  cr_assert_eq(venue_client_follow(client, 0, NULL), VD_OK);
  for (int64_t until_ms = venue_until_ms(2 * PATIENCE_MS); atomic_load(&door.came_to_feed) < 5;) {
    struct venue_event event;
    enum vd_err err = venue_client_next(client, 100, &event);
    cr_assert(err == VD_ERR_TIMED_OUT || (err == VD_OK && event.kind == VENUE_STALE), "%s", vd_err_name(err));
    cr_assert_gt(venue_left_ms(until_ms), 0, "%u connections", atomic_load(&door.came_to_feed));
  }
  venue_client_destroy(client);
  close_door(&door);
}
