// Where a venued is, and asking it.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>

#include "clients/lib/client_internal.h"
#include "proto/check.h"
#include "proto/quota.h"

enum {
  ATTEMPT_MS = 3000, // one try; a lost request is repeated under the same ids
  PAUSE_MIN_MS = 50,
  PAUSE_MAX_MS = 1000,
  RESPONSE_MAX = 4 * VD_PAGE_MAX,
  RESPONSE_QUOTA = 64 * 1024 * 1024, // unpacked; a page of 1 MiB of small entities grows about tenfold
};

int64_t venue_mono_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// ---- where ----

static char *join(const char *first, const char *second, const char *third)
{
  struct vd_buffer text = {0};
  vd_buffer_printf(&text, "%s%s%s", first, second, third);
  vd_buffer_append(&text, "", 1);
  return (char *)text.data;
}

static bool starts_with(const char *text, const char *prefix)
{
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool has_socket(const char *data_dir)
{
  struct stat info;
  char *path = join(data_dir, "/rep.ipc", "");
  bool is_there = stat(path, &info) == 0 && S_ISSOCK(info.st_mode);
  free(path);
  return is_there;
}

// http://host:port → ws://host:port/rep and /ops; a path after the port belongs to a proxy and stays.
static enum vd_err use_url(struct venue_client *client, const char *url, const char *feed,
                           struct vd_refusal *refusal)
{
  bool is_secure = starts_with(url, "https://");
  if (!is_secure && !starts_with(url, "http://"))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "url", "%s: expected http://host:port or https://host:port",
                     url);
  char *rest = vd_strdup(strchr(url, '/') + 2);
  for (size_t size = strlen(rest); size > 0 && rest[size - 1] == '/'; size--)
    rest[size - 1] = '\0';
  char *base = join(is_secure ? "wss://" : "ws://", rest, "/");
  client->rep_url = join(base, "rep", "");
  client->feed_url = join(base, feed, "");
  free(base);
  free(rest);
  return VD_OK;
}

static enum vd_err use_token(struct venue_client *client, const char *token, struct vd_refusal *refusal)
{
  if (token == NULL || *token == '\0')
    return VD_OK; // venued will say unauthenticated
  for (const char *c = token; *c != '\0'; c++)
    if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 127)
      return vd_refuse(refusal, VD_ERR_BAD_VALUE, "token", "a token has no spaces and only ASCII");
  client->headers = join("Authorization: Bearer ", token, "\r\n");
  return VD_OK;
}

static enum vd_err find_daemon(struct venue_client *client, const struct venue_client_options *options,
                               struct vd_refusal *refusal)
{
  const char *feed = options->wall ? "wall" : "ops";
  const char *url = options->url != NULL ? options->url : getenv("VENUE_URL");
  bool has_url = url != NULL && *url != '\0';
  if (options->data_dir != NULL && (!has_url || has_socket(options->data_dir))) {
    char *base = join("ipc://", options->data_dir, "/");
    client->rep_url = join(base, "rep", ".ipc");
    client->feed_url = join(base, feed, ".ipc");
    free(base);
    return VD_OK;
  }
  if (!has_url)
    return vd_refuse(refusal, VD_ERR_MISSING, "url", "neither a data folder nor a URL is given");
  enum vd_err err = use_url(client, url, feed, refusal);
  return err != VD_OK
             ? err
             : use_token(client, options->token != NULL ? options->token : getenv("VENUE_TOKEN"), refusal);
}

// ---- the connection ----

static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void *context)
{
  (void)pipe;
  struct venue_client *client = context;
  if (event == NNG_PIPE_EV_ADD_POST)
    atomic_fetch_add(&client->pipes, 1);
  else if (event == NNG_PIPE_EV_REM_POST)
    atomic_fetch_sub(&client->pipes, 1);
}

static enum vd_err nng_failed(int error, const char *what, struct vd_refusal *refusal)
{
  return vd_refuse(refusal, VD_ERR_IO, "", "%s: %s", what, nng_strerror(error));
}

enum vd_err venue_dial(struct venue_client *client, nng_socket socket, const char *url,
                       struct vd_refusal *refusal)
{
  nng_dialer dialer;
  int error = nng_dialer_create(&dialer, socket, url);
  if (error != 0)
    return nng_failed(error, url, refusal);
  if (client->headers != NULL)
    error = nng_dialer_set_string(dialer, NNG_OPT_WS_REQUEST_HEADERS, client->headers);
  if (error == 0)
    error = nng_dialer_set_ms(dialer, NNG_OPT_RECONNMINT, VENUE_RECONNECT_MIN_MS);
  if (error == 0)
    error = nng_dialer_set_ms(dialer, NNG_OPT_RECONNMAXT, VENUE_RECONNECT_MAX_MS);
  if (error == 0)
    error = nng_dialer_start(dialer, NNG_FLAG_NONBLOCK);
  return error == 0 ? VD_OK : nng_failed(error, url, refusal);
}

static enum vd_err open_req(struct venue_client *client, struct vd_refusal *refusal)
{
  int error = nng_req0_open(&client->req);
  if (error != 0)
    return nng_failed(error, "req", refusal);
  client->has_req = true;
  nng_pipe_notify(client->req, NNG_PIPE_EV_ADD_POST, on_pipe, client);
  nng_pipe_notify(client->req, NNG_PIPE_EV_REM_POST, on_pipe, client);
  error = nng_socket_set_size(client->req, NNG_OPT_RECVMAXSZ, RESPONSE_MAX);
  if (error == 0) // repeating is ours: nng's own way waits a minute and knows no limit
    error = nng_socket_set_ms(client->req, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
  if (error != 0)
    return nng_failed(error, "req", refusal);
  return venue_dial(client, client->req, client->rep_url, refusal);
}

static bool make_prefix(char prefix[17])
{
  uint8_t bytes[8];
  if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
    return false;
  for (size_t i = 0; i < sizeof bytes; i++)
    snprintf(prefix + 2 * i, 3, "%02x", bytes[i]);
  return true;
}

enum vd_err venue_client_create(struct venue_client **client, const struct venue_client_options *options,
                                struct vd_refusal *refusal)
{
  struct venue_client *made = vd_zalloc(sizeof *made);
  made->language = options->language;
  made->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : VENUE_TIMEOUT_MS;
  enum vd_err err =
      make_prefix(made->prefix) ? VD_OK : vd_refuse(refusal, VD_ERR_IO, "", "no source of randomness");
  if (err == VD_OK)
    err = find_daemon(made, options, refusal);
  if (err == VD_OK)
    err = open_req(made, refusal);
  if (err != VD_OK) {
    venue_client_destroy(made);
    return err;
  }
  *client = made;
  return VD_OK;
}

void venue_client_destroy(struct venue_client *client)
{
  if (client == NULL)
    return;
  venue_live_finish(client);
  if (client->has_req)
    nng_close(client->req);
  free(client->rep_url);
  free(client->feed_url);
  free(client->headers);
  free(client);
}

// ---- asking ----

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

// One try: VD_OK with the answer's bytes, or why there is none.
static enum vd_err exchange(struct venue_client *client, const struct vd_buffer *bytes, int64_t wait_ms,
                            nng_msg **answer)
{
  nng_msg *message;
  if (nng_msg_alloc(&message, bytes->size) != 0)
    return VD_ERR_TIMED_OUT;
  memcpy(nng_msg_body(message), bytes->data, bytes->size);
  nng_socket_set_ms(client->req, NNG_OPT_SENDTIMEO, (nng_duration)wait_ms);
  nng_socket_set_ms(client->req, NNG_OPT_RECVTIMEO, (nng_duration)wait_ms);
  if (nng_sendmsg(client->req, message, 0) != 0) { // not taken: the message is still ours
    nng_msg_free(message);
    return VD_ERR_UNREACHABLE;
  }
  return nng_recvmsg(client->req, answer, 0) == 0 ? VD_OK : VD_ERR_TIMED_OUT;
}

// Refusals that a repetition of the same bytes may cure.
static bool may_pass(enum vd_err err)
{
  return err == VD_ERR_OUTCOME_UNKNOWN || err == VD_ERR_BUSY || err == VD_ERR_NOT_READY;
}

static enum vd_err read_response(nng_msg *answer, const char *id, Vd__Response **response,
                                 struct vd_refusal *refusal)
{
  Vd__Response *read = (Vd__Response *)vd_unpack_bounded(&vd__response__descriptor, nng_msg_body(answer),
                                                         nng_msg_len(answer), RESPONSE_QUOTA, refusal);
  nng_msg_free(answer);
  if (read == NULL)
    return VD_ERR_BAD_REQUEST;
  bool is_ours = strcmp(read->id, id) == 0 || (read->refusal != NULL && *read->id == '\0');
  if (!is_ours) {
    vd__response__free_unpacked(read, NULL);
    return vd_refuse(refusal, VD_ERR_TIMED_OUT, "", "an answer to another request came");
  }
  if (read->refusal == NULL) {
    *response = read;
    return VD_OK;
  }
  enum vd_err err = vd_err_from_name(read->refusal->code);
  vd_refuse(refusal, err, read->refusal->field, "%s", read->refusal->sentence);
  vd__response__free_unpacked(read, NULL);
  return err;
}

static void pause_before(unsigned attempt)
{
  uint16_t random = 0;
  if (getrandom(&random, sizeof random, 0) < 0)
    random = 1;
  int64_t most_ms = (int64_t)PAUSE_MIN_MS << (attempt < 5 ? attempt : 5);
  if (most_ms > PAUSE_MAX_MS)
    most_ms = PAUSE_MAX_MS;
  int64_t pause_ms = most_ms / 2 + random % (most_ms / 2 + 1);
  struct timespec pause = {.tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000};
  nanosleep(&pause, NULL);
}

static enum vd_err ask(struct venue_client *client, const struct vd_buffer *bytes, const char *id,
                       Vd__Response **response, struct vd_refusal *refusal)
{
  int64_t until_ms = venue_mono_ms() + client->timeout_ms;
  enum vd_err err = VD_ERR_TIMED_OUT;
  for (unsigned attempt = 0; venue_mono_ms() < until_ms; attempt++) {
    int64_t left_ms = until_ms - venue_mono_ms();
    nng_msg *answer = NULL;
    err = exchange(client, bytes, left_ms < ATTEMPT_MS ? left_ms : ATTEMPT_MS, &answer);
    if (err == VD_OK)
      err = read_response(answer, id, response, refusal);
    else
      vd_refuse(refusal, atomic_load(&client->pipes) > 0 ? VD_ERR_TIMED_OUT : VD_ERR_UNREACHABLE, "", "%s",
                client->rep_url);
    if (err != VD_ERR_UNREACHABLE && err != VD_ERR_TIMED_OUT && !may_pass(err))
      return err;
    if (may_pass(err))
      pause_before(attempt);
  }
  if (err == VD_ERR_TIMED_OUT && atomic_load(&client->pipes) == 0)
    return VD_ERR_UNREACHABLE;
  return err;
}

enum vd_err venue_client_request(struct venue_client *client, Vd__Request *request, Vd__Response **response,
                                 struct vd_refusal *refusal)
{
  complete(client, request);
  struct vd_buffer bytes = {0};
  vd_buffer_pack(&bytes, &request->base);
  enum vd_err err =
      bytes.size <= VD_REQUEST_MAX
          ? ask(client, &bytes, request->id, response, refusal)
          : vd_refuse(refusal, VD_ERR_TOO_LARGE, "", "%zu bytes; at most %d", bytes.size, VD_REQUEST_MAX);
  vd_buffer_finish(&bytes);
  return err;
}

static Vd__Reply *take_reply(Vd__Response *response)
{
  if (response->body_case != VD__RESPONSE__BODY_REPLIES || response->replies->n_replies != 1)
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
  enum vd_err err = venue_client_request(client, &request, &response, refusal);
  vd_string_set(&request.id, "");
  if (err != VD_OK)
    return err;
  Vd__Reply *taken = take_reply(response);
  vd__response__free_unpacked(response, NULL);
  if (taken == NULL)
    return vd_refuse(refusal, VD_ERR_BAD_REQUEST, "", "the answer holds no reply");
  err = strcmp(taken->code, "ok") == 0 ? VD_OK : vd_err_from_name(taken->code);
  if (err != VD_OK)
    vd_refuse(refusal, err, taken->field, "%s", taken->sentence);
  *reply = taken;
  return err;
}
