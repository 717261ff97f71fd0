// Asking: what is sent, what is repeated and until when, what is not.
#include <criterion/criterion.h>
#include <nng/nng.h>
#include <nng/supplemental/util/platform.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clients/lib/client_internal.h"
#include "proto/check.h"
#include "tests/unit/clients/fake.h"

static enum vd_err ask(struct venue_client *client, struct vd_refusal *refusal)
{
  Vd__StatusQuery query = VD__STATUS_QUERY__INIT;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_STATUS;
  request.status = &query;
  Vd__Response *response = NULL;
  enum vd_err err = venue_client_request(client, &request, &response, refusal);
  cr_assert_eq(err == VD_OK, response != NULL);
  vd_string_set(&request.id, "");
  vd__response__free_unpacked(response, NULL);
  return err;
}

static Vd__Command *log_command(const char *id, const char *text)
{
  Vd__Command *command = (Vd__Command *)vd_message_new(&vd__command__descriptor);
  vd_string_set(&command->id, id);
  command->act_case = VD__COMMAND__ACT_LOG;
  command->log = (Vd__Log *)vd_message_new(&vd__log__descriptor);
  vd_string_set(&command->log->text, text);
  return command;
}

// A try that the machine spoils by standing still is repeated after 3 s.
static void expect_tries(const struct fake *fake, size_t count, int64_t began_ms)
{
  size_t spoilt = (size_t)(venue_mono_ms() - began_ms) / 3000;
  cr_assert(fake->seen_count >= count && fake->seen_count <= count + spoilt, "%zu requests",
            fake->seen_count);
  for (size_t i = 1; i < fake->seen_count; i++) {
    cr_assert_eq(fake->seen[i].size, fake->seen[0].size);
    cr_assert_arr_eq(fake->seen[i].data, fake->seen[0].data, fake->seen[0].size);
  }
}

// One request that meets `act` once (with this refusal) and then an answer.
static void expect_cured(enum fake_act act, const char *refusal)
{
  struct fake fake;
  fake_init(&fake);
  fake.refusal = refusal;
  fake_play(&fake, act);
  fake_start(&fake);
  struct venue_client *client = fake_client(&fake, FAKE_PATIENCE_MS);
  Vd__Command *command = log_command("", "door open");
  Vd__Reply *reply = NULL;
  int64_t began_ms = venue_mono_ms();
  cr_assert_eq(venue_client_command(client, command, &reply, NULL), VD_OK);
  cr_assert_str_eq(reply->id, command->id);
  vd__reply__free_unpacked(reply, NULL);
  vd__command__free_unpacked(command, NULL);
  expect_tries(&fake, 2, began_ms);
  venue_client_destroy(client);
  fake_finish(&fake);
}

// One request that meets `first` and then `act` each time, for `timeout_ms`. Once more where the machine
// stood still meanwhile, which spoils a try; and that it ends in time.
static enum vd_err expect_uncured(enum fake_act first, enum fake_act act, const char *code,
                                  int64_t timeout_ms, size_t *seen)
{
  for (int times = 1;; times++) {
    struct fake fake;
    fake_init(&fake);
    fake.refusal = code;
    fake.otherwise = act;
    fake_play(&fake, first);
    fake_start(&fake);
    struct venue_client *client = fake_client(&fake, timeout_ms);
    struct vd_refusal refusal = {.err = VD_OK};
    int64_t began_ms = venue_mono_ms();
    enum vd_err err = ask(client, &refusal);
    int64_t took_ms = venue_mono_ms() - began_ms;
    cr_assert_eq(refusal.err, err);
    *seen = fake.seen_count;
    venue_client_destroy(client);
    fake_finish(&fake);
    if (took_ms < timeout_ms + 500)
      return err;
    cr_assert_lt(times, 5, "took %lld ms each time", (long long)took_ms);
  }
}

Test(ask, the_request_is_filled_in)
{
  struct fake fake;
  fake_init(&fake);
  fake_start(&fake);
  struct venue_client *client = fake_client(&fake, FAKE_PATIENCE_MS);
  Vd__Command *given[] = {log_command("mine", "one"), log_command("", "two"), log_command("", "three")};
  Vd__Commands commands = VD__COMMANDS__INIT;
  commands.commands = given;
  commands.n_commands = 3;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_COMMANDS;
  request.commands = &commands;
  Vd__Response *response = NULL;
  cr_assert_eq(venue_client_request(client, &request, &response, NULL), VD_OK);
  Vd__Request *seen = fake_request(&fake, 0);
  cr_assert_eq(seen->version, 1);
  cr_assert_eq(seen->language, VD__LANGUAGE__LANGUAGE_ZH_HANT);
  cr_assert(vd_request_id_is_valid(seen->id));
  cr_assert_str_eq(response->id, seen->id);
  const char *two = seen->commands->commands[1]->id, *three = seen->commands->commands[2]->id;
  cr_assert_str_eq(seen->commands->commands[0]->id, "mine");
  cr_assert(vd_request_id_is_valid(two) && vd_request_id_is_valid(three));
  cr_assert_str_neq(two, three);
  cr_assert_str_neq(two, seen->id);
  vd__request__free_unpacked(seen, NULL);
  vd__response__free_unpacked(response, NULL);
  vd_string_set(&request.id, "");
  for (size_t i = 0; i < 3; i++)
    vd__command__free_unpacked(given[i], NULL);
  venue_client_destroy(client);
  fake_finish(&fake);
}

Test(ask, what_the_caller_filled_in_stays)
{
  struct fake fake;
  fake_init(&fake);
  fake_start(&fake);
  struct venue_client *client = fake_client(&fake, FAKE_PATIENCE_MS);
  Vd__StatusQuery query = VD__STATUS_QUERY__INIT;
  Vd__Request request = VD__REQUEST__INIT;
  vd_string_set(&request.id, "my-own");
  request.language = VD__LANGUAGE__LANGUAGE_EN;
  request.body_case = VD__REQUEST__BODY_STATUS;
  request.status = &query;
  Vd__Response *response = NULL;
  cr_assert_eq(venue_client_request(client, &request, &response, NULL), VD_OK);
  Vd__Request *seen = fake_request(&fake, 0);
  cr_assert_str_eq(seen->id, "my-own");
  cr_assert_eq(seen->language, VD__LANGUAGE__LANGUAGE_EN);
  vd__request__free_unpacked(seen, NULL);
  vd__response__free_unpacked(response, NULL);
  vd_string_set(&request.id, "");
  venue_client_destroy(client);
  fake_finish(&fake);
}

// Two clients of one process, as two processes, share no id.
Test(ask, ids_of_two_clients_differ)
{
  struct fake fake;
  fake_init(&fake);
  fake_start(&fake);
  for (int i = 0; i < 2; i++) {
    struct venue_client *client = fake_client(&fake, FAKE_PATIENCE_MS);
    cr_assert_eq(ask(client, NULL), VD_OK);
    venue_client_destroy(client);
  }
  Vd__Request *first = fake_request(&fake, 0), *second = fake_request(&fake, 1);
  cr_assert_str_neq(first->id, second->id);
  cr_assert_neq(strncmp(first->id, second->id, 16), 0);
  vd__request__free_unpacked(first, NULL);
  vd__request__free_unpacked(second, NULL);
  fake_finish(&fake);
}

Test(ask, outcome_unknown_is_repeated_with_the_same_bytes)
{
  expect_cured(FAKE_REFUSE, "outcome-unknown");
}

Test(ask, busy_is_repeated_with_the_same_bytes)
{
  expect_cured(FAKE_REFUSE, "busy");
}

Test(ask, not_ready_is_repeated_with_the_same_bytes)
{
  expect_cured(FAKE_REFUSE, "not-ready");
}

Test(ask, a_lost_connection_is_repeated_with_the_same_bytes)
{
  expect_cured(FAKE_HANG_UP, "");
}

Test(ask, silence_is_repeated_with_the_same_bytes)
{
  expect_cured(FAKE_SILENT, "");
}

Test(ask, an_answer_to_another_request_is_ignored)
{
  expect_cured(FAKE_OTHER, "");
}

Test(ask, an_unreadable_answer_is_none)
{
  expect_cured(FAKE_GARBAGE, "");
}

Test(ask, other_refusals_are_not_repeated)
{
  struct fake fake;
  fake_init(&fake);
  fake.refusal = "not-permitted";
  fake.otherwise = FAKE_REFUSE;
  fake_start(&fake);
  struct venue_client *client = fake_client(&fake, FAKE_PATIENCE_MS);
  struct vd_refusal refusal = {.err = VD_OK};
  int64_t began_ms = venue_mono_ms();
  cr_assert_eq(ask(client, &refusal), VD_ERR_NOT_PERMITTED);
  cr_assert_eq(refusal.err, VD_ERR_NOT_PERMITTED);
  cr_assert_str_eq(refusal.field, "here");
  cr_assert_str_eq(refusal.detail, "because");
  expect_tries(&fake, 1, began_ms);
  venue_client_destroy(client);
  fake_finish(&fake);
}

// Who cannot read a request cannot name it.
Test(ask, a_refusal_without_id_is_ours)
{
  size_t seen;
  cr_assert_eq(expect_uncured(FAKE_NAMELESS, FAKE_NAMELESS, "bad-request", 5000, &seen), VD_ERR_BAD_REQUEST);
  cr_assert_eq(seen, 1);
}

// It would be VD_OK without an answer.
Test(ask, a_refusal_called_ok_is_no_success)
{
  size_t seen;
  cr_assert_eq(expect_uncured(FAKE_REFUSE, FAKE_REFUSE, "ok", 5000, &seen), VD_ERR_INTERNAL);
  cr_assert_eq(expect_uncured(FAKE_REFUSE, FAKE_REFUSE, "", 5000, &seen), VD_ERR_INTERNAL);
  cr_assert_eq(expect_uncured(FAKE_REFUSE, FAKE_REFUSE, "of-the-future", 5000, &seen), VD_ERR_INTERNAL);
}

Test(ask, busy_to_the_end_is_busy)
{
  size_t seen;
  cr_assert_eq(expect_uncured(FAKE_REFUSE, FAKE_REFUSE, "busy", 600, &seen), VD_ERR_BUSY);
  cr_assert_leq(seen, 12, "%zu tries in 600 ms", seen);
}

Test(ask, silence_to_the_end_is_a_time_out)
{
  size_t seen;
  cr_assert_eq(expect_uncured(FAKE_SILENT, FAKE_SILENT, "", 300, &seen), VD_ERR_TIMED_OUT);
}

// An answer that is none must not be asked for without pause.
Test(ask, nonsense_to_the_end_is_a_time_out_at_a_measured_pace)
{
  size_t seen;
  cr_assert_eq(expect_uncured(FAKE_OTHER, FAKE_OTHER, "", 600, &seen), VD_ERR_TIMED_OUT);
  cr_assert_leq(seen, 12, "%zu tries in 600 ms", seen);
  cr_assert_eq(expect_uncured(FAKE_GARBAGE, FAKE_GARBAGE, "", 600, &seen), VD_ERR_TIMED_OUT);
  cr_assert_leq(seen, 12, "%zu tries in 600 ms", seen);
}

// The first try may have been done, whatever the last one heard.
Test(ask, busy_after_silence_is_outcome_unknown)
{
  size_t seen;
  cr_assert_eq(expect_uncured(FAKE_HANG_UP, FAKE_REFUSE, "busy", 600, &seen), VD_ERR_OUTCOME_UNKNOWN);
}

Test(ask, nobody_there_is_unreachable)
{
  struct fake fake;
  fake_init(&fake);
  struct venue_client *client = fake_client(&fake, 200);
  struct vd_refusal refusal = {.err = VD_OK};
  int64_t began_ms = venue_mono_ms();
  cr_assert_eq(ask(client, &refusal), VD_ERR_UNREACHABLE);
  cr_assert_lt(venue_mono_ms() - began_ms, FAKE_PATIENCE_MS);
  cr_assert_eq(refusal.err, VD_ERR_UNREACHABLE);
  venue_client_destroy(client);
  fake_finish(&fake);
}

// ---- peers by hand ----

struct peer {
  struct fake fake; // for its folder
  int listener;
  uint8_t protocol;      // of its greeting: 0x20 publishes, 0x31 replies
  const uint8_t *answer; // to the first that comes
  size_t answer_size;
  pthread_t thread;
};

// Once: greets, answers, and is gone when the client has hung up.
static void *greet(void *argument)
{
  const struct peer *peer = argument;
  const uint8_t greeting[] = {0, 'S', 'P', 0, 0, peer->protocol, 0, 0};
  int client = accept(peer->listener, NULL, NULL);
  close(peer->listener);
  cr_assert_eq(send(client, greeting, sizeof greeting, MSG_NOSIGNAL), sizeof greeting);
  char rest[256];
  bool is_answered = peer->answer == NULL;
  for (ssize_t size; (size = recv(client, rest, sizeof rest, 0)) > 0;) {
    if (!is_answered && size > 9) // more than a greeting
      is_answered = send(client, peer->answer, peer->answer_size, MSG_NOSIGNAL) > 0;
  }
  close(client);
  return NULL;
}

static enum vd_err ask_by_hand(struct peer *peer)
{
  fake_init(&peer->fake);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s/rep.ipc", peer->fake.dir);
  peer->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  cr_assert_eq(bind(peer->listener, (struct sockaddr *)&address, sizeof address), 0);
  cr_assert_eq(listen(peer->listener, 1), 0);
  cr_assert_eq(pthread_create(&peer->thread, NULL, greet, peer), 0);
  struct venue_client *client = fake_client(&peer->fake, 300);
  enum vd_err err = ask(client, NULL);
  cr_assert_neq(err, VD_OK);
  pthread_join(peer->thread, NULL); // hung up by us
  while (atomic_load(&client->asked.now) > 0)
    nng_msleep(1);
  cr_assert_eq(atomic_load(&client->asked.so_far), 1);
  err = ask(client, NULL);
  venue_client_destroy(client);
  fake_finish(&peer->fake);
  return err;
}

// Its connection ends without ever having been added; it must not count for ever.
Test(ask, a_peer_of_another_protocol_is_unreachable)
{
  struct peer peer = {.protocol = 0x20};
  enum vd_err err = ask_by_hand(&peer);
  cr_assert_eq(err, VD_ERR_UNREACHABLE, "%s", vd_err_name(err));
}

// Of a message only its length: 2^40 bytes, 5 MiB.
Test(ask, an_answer_beyond_all_measure_ends_the_connection)
{
  static const uint8_t claims[2][9] = {{1, 0, 0, 1, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0x50, 0, 0}};
  for (size_t i = 0; i < 2; i++) {
    struct peer peer = {.protocol = 0x31, .answer = claims[i], .answer_size = sizeof claims[i]};
    enum vd_err err = ask_by_hand(&peer);
    cr_assert_eq(err, VD_ERR_UNREACHABLE, "%s", vd_err_name(err));
  }
}

Test(ask, a_daemon_that_starts_later_is_found)
{
  struct fake fake;
  fake_init(&fake);
  struct venue_client *client = fake_client(&fake, 100);
  cr_assert_eq(ask(client, NULL), VD_ERR_UNREACHABLE);
  fake_start(&fake);
  enum vd_err err = VD_ERR_UNREACHABLE;
  for (int64_t until_ms = venue_until_ms(FAKE_PATIENCE_MS); err != VD_OK && venue_left_ms(until_ms) > 0;)
    err = ask(client, NULL);
  cr_assert_eq(err, VD_OK);
  venue_client_destroy(client);
  fake_finish(&fake);
}

Test(ask, a_restart_is_survived)
{
  struct fake fake;
  fake_init(&fake);
  fake_start(&fake);
  struct venue_client *client = fake_client(&fake, FAKE_PATIENCE_MS);
  cr_assert_eq(ask(client, NULL), VD_OK);
  fake_stop(&fake);
  fake_start(&fake);
  cr_assert_eq(ask(client, NULL), VD_OK);
  venue_client_destroy(client);
  fake_finish(&fake);
}

Test(ask, an_oversized_request_does_not_leave)
{
  struct fake fake;
  fake_init(&fake);
  fake_start(&fake);
  struct venue_client *client = fake_client(&fake, FAKE_PATIENCE_MS);
  char *text = vd_alloc(VD_REQUEST_MAX + 1);
  memset(text, 'x', VD_REQUEST_MAX);
  text[VD_REQUEST_MAX] = '\0';
  Vd__Command *command = log_command("", text);
  free(text);
  Vd__Reply *reply = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(venue_client_command(client, command, &reply, &refusal), VD_ERR_TOO_LARGE);
  cr_assert_null(reply);
  cr_assert_eq(refusal.err, VD_ERR_TOO_LARGE);
  cr_assert_eq(fake.seen_count, 0);
  vd__command__free_unpacked(command, NULL);
  venue_client_destroy(client);
  fake_finish(&fake);
}

Test(ask, a_commands_refusal_comes_with_its_reply)
{
  struct fake fake;
  fake_init(&fake);
  fake_start(&fake);
  struct venue_client *client = fake_client(&fake, FAKE_PATIENCE_MS);
  Vd__Command *command = (Vd__Command *)vd_message_new(&vd__command__descriptor);
  Vd__Reply *reply = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(venue_client_command(client, command, &reply, &refusal), VD_ERR_MISSING);
  cr_assert_str_eq(reply->code, "missing");
  cr_assert_eq(refusal.err, VD_ERR_MISSING);
  cr_assert_str_eq(refusal.detail, "nothing to do");
  vd__reply__free_unpacked(reply, NULL);
  vd__command__free_unpacked(command, NULL);
  venue_client_destroy(client);
  fake_finish(&fake);
}

Test(ask, an_answer_without_a_reply_is_refused)
{
  struct fake fake;
  fake_init(&fake);
  fake.otherwise = FAKE_EMPTY;
  fake_start(&fake);
  struct venue_client *client = fake_client(&fake, FAKE_PATIENCE_MS);
  Vd__Command *command = log_command("", "x");
  Vd__Reply *reply = NULL;
  cr_assert_eq(venue_client_command(client, command, &reply, NULL), VD_ERR_BAD_REQUEST);
  cr_assert_null(reply);
  vd__command__free_unpacked(command, NULL);
  venue_client_destroy(client);
  fake_finish(&fake);
}

// ---- where ----

// nng 1.5.2 loses a connection that is closed in the very moment of connecting: let it succeed or fail first.
static void close_settled(struct venue_client *client)
{
  if (client != NULL)
    cr_assert_eq(ask(client, NULL), client->status_url != NULL ? VD_ERR_UNREACHABLE : VD_OK);
  venue_client_destroy(client);
}

static enum vd_err create(const char *dir, const char *url, const char *token)
{
  struct venue_client_options options = {.data_dir = dir, .url = url, .token = token, .timeout_ms = 20};
  struct venue_client *client = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = venue_client_create(&client, &options, &refusal);
  cr_assert_eq(refusal.err, err);
  cr_assert_eq(client != NULL, err == VD_OK);
  close_settled(client);
  return err;
}

Test(where, what_cannot_be_reached_is_refused)
{
  unsetenv("VENUE_URL");
  unsetenv("VENUE_TOKEN");
  cr_assert_eq(create(NULL, NULL, NULL), VD_ERR_MISSING);
  cr_assert_eq(create(NULL, "", NULL), VD_ERR_MISSING);
  cr_assert_eq(create(NULL, "127.0.0.1:1", NULL), VD_ERR_BAD_VALUE);
  cr_assert_eq(create(NULL, "ftp://host", NULL), VD_ERR_BAD_VALUE);
  cr_assert_eq(create(NULL, "http://", NULL), VD_ERR_BAD_VALUE);
  cr_assert_eq(create(NULL, "http:///", NULL), VD_ERR_BAD_VALUE);
  cr_assert_eq(create(NULL, "http://127.0.0.1:1", "two words"), VD_ERR_BAD_VALUE);
  cr_assert_eq(create(NULL, "http://127.0.0.1:1", "one\r\nX-Header: two"), VD_ERR_BAD_VALUE);
  cr_assert_eq(create(NULL, "http://127.0.0.1:1", "token"), VD_OK);
}

static void expect_urls(const struct venue_client_options *options, const char *rep, const char *feed)
{
  struct venue_client *client = NULL;
  cr_assert_eq(venue_client_create(&client, options, NULL), VD_OK);
  cr_assert_str_eq(client->rep_url, rep);
  cr_assert_str_eq(client->feed_url, feed);
  client->timeout_ms = client->status_url != NULL ? 20 : 5000;
  close_settled(client);
}

Test(where, a_url_names_three_sockets)
{
  expect_urls(&(struct venue_client_options){.url = "http://127.0.0.1:1/"}, "ws://127.0.0.1:1/rep",
              "ws://127.0.0.1:1/ops");
  expect_urls(&(struct venue_client_options){.url = "http://127.0.0.1:1/hall//", .wall = true},
              "ws://127.0.0.1:1/hall/rep", "ws://127.0.0.1:1/hall/wall");
  expect_urls(&(struct venue_client_options){.url = "ws://127.0.0.1:1"}, "ws://127.0.0.1:1/rep",
              "ws://127.0.0.1:1/ops");
  setenv("VENUE_URL", "http://127.0.0.1:1", 1);
  expect_urls(&(struct venue_client_options){.wall = true}, "ws://127.0.0.1:1/rep", "ws://127.0.0.1:1/wall");
  // A folder without a socket gives way to the URL; one with a socket does not.
  struct fake fake;
  fake_init(&fake); // forgets VENUE_URL
  struct venue_client_options both = {.data_dir = fake.dir, .url = "http://127.0.0.1:1"};
  expect_urls(&both, "ws://127.0.0.1:1/rep", "ws://127.0.0.1:1/ops");
  fake_start(&fake);
  char rep[80], ops[80];
  snprintf(rep, sizeof rep, "ipc://%s/rep.ipc", fake.dir);
  snprintf(ops, sizeof ops, "ipc://%s/ops.ipc", fake.dir);
  expect_urls(&both, rep, ops);
  fake_finish(&fake);
}
