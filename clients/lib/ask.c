// Asking: one request, repeated with the same bytes until an answer comes that repeating cannot better.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <nng/nng.h>

#include "clients/lib/client_internal.h"
#include "proto/check.h"
#include "proto/quota.h"

enum {
  ATTEMPT_MS = 3000, // one try; a lost request is repeated under the same ids
  CONNECT_MS = 1000, // the same where there is no connection over ws: then one asks why
  PAUSE_MIN_MS = 50,
  PAUSE_MAX_MS = 1000,
  RESPONSE_QUOTA = 64 * 1024 * 1024, // unpacked; a page of 1 MiB of small entities grows about tenfold
};

// ---- what is sent ----

static void make_id(struct venue_client *client, char **id)
{
  if (**id != '\0')
    return;
  struct vd_buffer text = {0};
  vd_buffer_printf(&text, "%s-%llu", client->prefix, (unsigned long long)++client->next_id);
  vd_buffer_append(&text, "", 1);
  vd_string_set(id, (char *)text.data);
  vd_buffer_finish(&text);
}

static void complete(struct venue_client *client, Vd__Request *request)
{
  request->version = 1;
  make_id(client, &request->id);
  if (request->language == VD__LANGUAGE__LANGUAGE_UNSPECIFIED)
    request->language = client->language;
  if (request->body_case != VD__REQUEST__BODY_COMMANDS)
    return;
  for (size_t i = 0; i < request->commands->n_commands; i++)
    make_id(client, &request->commands->commands[i]->id);
}

// ---- one try ----

static enum vd_err unanswered(const struct venue_client *client)
{
  return venue_link_stands(&client->asked) ? VD_ERR_TIMED_OUT : VD_ERR_UNREACHABLE;
}

static int send_request(struct venue_client *client, const struct vd_buffer *bytes, int64_t until_ms)
{
  nng_msg *message;
  if (nng_msg_alloc(&message, bytes->size) != 0)
    abort(); // no memory: as vd_alloc
  memcpy(nng_msg_body(message), bytes->data, bytes->size);
  nng_socket_set_ms(client->req, NNG_OPT_SENDTIMEO, venue_left_ms(until_ms));
  int error = nng_sendmsg(client->req, message, 0);
  if (error != 0) // not taken: the message is still ours
    nng_msg_free(message);
  return error;
}

// VD_OK with the answer's bytes, or why there is none. *is_sent also where no answer came: it may be done.
static enum vd_err exchange(struct venue_client *client, const struct vd_buffer *bytes, int64_t until_ms,
                            nng_msg **answer, bool *is_sent)
{
  if (send_request(client, bytes, until_ms) != 0)
    return unanswered(client);
  *is_sent = true;
  nng_socket_set_ms(client->req, NNG_OPT_RECVTIMEO, venue_left_ms(until_ms));
  if (nng_recvmsg(client->req, answer, 0) != 0) // its time is over, or the connection has ended
    return unanswered(client);
  venue_link_heard(&client->asked);
  return VD_OK;
}

static enum vd_err refused(const Vd__Reply *reply, struct vd_refusal *refusal)
{
  enum vd_err err = vd_err_from_name(reply->code);
  if (err == VD_OK) // a refusal that says "ok" is none that we understand
    err = VD_ERR_INTERNAL;
  return vd_refuse(refusal, err, reply->field, "%s", reply->sentence);
}

// VD_ERR_TIMED_OUT: what came is no answer to this request.
static enum vd_err read_response(nng_msg *answer, const char *id, Vd__Response **response,
                                 struct vd_refusal *refusal)
{
  struct vd_refusal unreadable = {.err = VD_OK};
  Vd__Response *read = (Vd__Response *)vd_unpack_bounded(&vd__response__descriptor, nng_msg_body(answer),
                                                         nng_msg_len(answer), RESPONSE_QUOTA, &unreadable);
  nng_msg_free(answer);
  if (read == NULL)
    return vd_refuse(refusal, VD_ERR_TIMED_OUT, "", "the answer cannot be read: %s", unreadable.detail);
  // Who could not read the request cannot name it either.
  bool is_ours = strcmp(read->id, id) == 0 || (read->refusal != NULL && *read->id == '\0');
  enum vd_err err = VD_OK;
  if (!is_ours)
    err = vd_refuse(refusal, VD_ERR_TIMED_OUT, "", "an answer to another request came");
  else if (read->refusal != NULL)
    err = refused(read->refusal, refusal);
  if (err == VD_OK)
    *response = read;
  else
    vd__response__free_unpacked(read, NULL);
  return err;
}

// ---- until the answer is there ----

// Refusals that a repetition of the same bytes may cure.
static bool may_pass(enum vd_err err)
{
  return err == VD_ERR_OUTCOME_UNKNOWN || err == VD_ERR_BUSY || err == VD_ERR_NOT_READY;
}

static bool is_silence(enum vd_err err)
{
  return err == VD_ERR_UNREACHABLE || err == VD_ERR_TIMED_OUT;
}

static void pause_before(unsigned attempt, int64_t until_ms)
{
  uint16_t random = 0;
  if (getrandom(&random, sizeof random, 0) < 0)
    random = 1;
  int64_t most_ms = (int64_t)PAUSE_MIN_MS << (attempt < 5 ? attempt : 5);
  if (most_ms > PAUSE_MAX_MS)
    most_ms = PAUSE_MAX_MS;
  int64_t pause_ms = most_ms / 2 + random % (most_ms / 2 + 1), left_ms = venue_left_ms(until_ms);
  if (pause_ms > left_ms)
    pause_ms = left_ms;
  struct timespec pause = {.tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000};
  nanosleep(&pause, NULL);
}

// VD_OK as long as nothing is known against us. Over a connection that has answered nobody needs to ask.
static enum vd_err look_at_door(struct venue_client *client, unsigned attempt, int64_t until_ms,
                                struct vd_refusal *refusal)
{
  const struct venue_link *link = &client->asked;
  bool is_in = atomic_load(&link->now) > 0 && atomic_load(&link->so_far) == link->proven;
  if (is_in || (attempt == 0 && atomic_load(&link->shut) == 0))
    return VD_OK;
  bool is_known;
  return venue_knock(client, until_ms, &is_known, refusal);
}

static enum vd_err ask(struct venue_client *client, const struct vd_buffer *bytes, const Vd__Request *request,
                       int64_t until_ms, Vd__Response **response, struct vd_refusal *refusal)
{
  struct vd_refusal last = {.err = VD_OK};
  bool may_be_done = false, is_shut_out = false;
  enum vd_err err;
  for (unsigned attempt = 0;; attempt++) {
    nng_msg *answer = NULL;
    bool is_sent = false;
    bool is_outside = client->status_url != NULL && atomic_load(&client->asked.now) == 0;
    int64_t attempt_until_ms = venue_until_ms(is_outside ? CONNECT_MS : ATTEMPT_MS);
    last = (struct vd_refusal){.err = VD_OK};
    err = look_at_door(client, attempt, until_ms, &last);
    if ((is_shut_out = err != VD_OK))
      break;
    err =
        exchange(client, bytes, attempt_until_ms < until_ms ? attempt_until_ms : until_ms, &answer, &is_sent);
    if (err == VD_OK)
      err = read_response(answer, request->id, response, &last);
    may_be_done |= err == VD_ERR_OUTCOME_UNKNOWN || (is_sent && is_silence(err));
    if ((!is_silence(err) && !may_pass(err)) || venue_left_ms(until_ms) == 0)
      break;
    pause_before(attempt, until_ms);
    if (venue_left_ms(until_ms) == 0)
      break;
  }
  if (err == VD_OK)
    return VD_OK;
  if (is_silence(err))
    return vd_refuse(refusal, unanswered(client), "", "%s%s%s", client->rep_url,
                     *last.detail != '\0' ? ": " : "", last.detail);
  // "Busy" and a shut door speak of the last try only: an earlier one may have been done, by a door that was
  // open then.
  bool was_in = request->body_case == VD__REQUEST__BODY_COMMANDS && client->asked.proven > 0;
  if (may_be_done && (may_pass(err) || (is_shut_out && was_in)))
    return vd_refuse(refusal, VD_ERR_OUTCOME_UNKNOWN, "", "%s", last.detail);
  return vd_refuse(refusal, err, last.field, "%s", last.detail);
}

static enum vd_err request_until(struct venue_client *client, Vd__Request *request, int64_t until_ms,
                                 Vd__Response **response, struct vd_refusal *refusal)
{
  complete(client, request);
  struct vd_buffer bytes = {0};
  vd_buffer_pack(&bytes, &request->base);
  enum vd_err err =
      bytes.size <= VD_REQUEST_MAX
          ? ask(client, &bytes, request, until_ms, response, refusal)
          : vd_refuse(refusal, VD_ERR_TOO_LARGE, "", "%zu bytes; at most %d", bytes.size, VD_REQUEST_MAX);
  vd_buffer_finish(&bytes);
  return err;
}

enum vd_err venue_client_request(struct venue_client *client, Vd__Request *request, Vd__Response **response,
                                 struct vd_refusal *refusal)
{
  return request_until(client, request, venue_until_ms(client->timeout_ms), response, refusal);
}

enum vd_err venue_query(struct venue_client *client, Vd__Request *request, Vd__Response__BodyCase body,
                        int64_t until_ms, Vd__Response **response, struct vd_refusal *refusal)
{
  Vd__Response *answer = NULL;
  enum vd_err err = request_until(client, request, until_ms, &answer, refusal);
  vd_string_set(&request->id, "");
  if (err != VD_OK)
    return err;
  if (answer->body_case != body) {
    vd__response__free_unpacked(answer, NULL);
    return vd_refuse(refusal, VD_ERR_BAD_REQUEST, "", "the answer is to another question");
  }
  *response = answer;
  return VD_OK;
}

// ---- one command ----

static Vd__Reply *take_reply(Vd__Response *response)
{
  if (response->replies->n_replies != 1)
    return NULL;
  response->replies->n_replies = 0;
  return response->replies->replies[0];
}

enum vd_err venue_client_command(struct venue_client *client, Vd__Command *command, Vd__Reply **reply,
                                 struct vd_refusal *refusal)
{
  Vd__Commands commands = VD__COMMANDS__INIT;
  commands.commands = &command;
  commands.n_commands = 1;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_COMMANDS;
  request.commands = &commands;
  Vd__Response *response = NULL;
  enum vd_err err = venue_query(client, &request, VD__RESPONSE__BODY_REPLIES,
                                venue_until_ms(client->timeout_ms), &response, refusal);
  if (err != VD_OK)
    return err;
  Vd__Reply *taken = take_reply(response);
  vd__response__free_unpacked(response, NULL);
  if (taken == NULL)
    return vd_refuse(refusal, VD_ERR_BAD_REQUEST, "", "the answer holds no reply");
  *reply = taken;
  return strcmp(taken->code, vd_err_name(VD_OK)) == 0 ? VD_OK : refused(taken, refusal);
}
