// Where a venued is, and the way to it.
#include <pthread.h>
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

enum { RESPONSE_MAX = 4 * VD_PAGE_MAX, TIMEOUT_MAX_MS = 24 * 60 * 60 * 1000 };

int64_t venue_mono_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t venue_until_ms(int64_t timeout_ms)
{
  if (timeout_ms < 0)
    timeout_ms = 0;
  return venue_mono_ms() + (timeout_ms < TIMEOUT_MAX_MS ? timeout_ms : TIMEOUT_MAX_MS);
}

// Never negative: to nng that would be forever.
int32_t venue_left_ms(int64_t until_ms)
{
  int64_t left_ms = until_ms - venue_mono_ms();
  if (left_ms < 0)
    return 0;
  return left_ms < TIMEOUT_MAX_MS ? (int32_t)left_ms : TIMEOUT_MAX_MS;
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
  if (*rest == '\0') {
    free(rest);
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "url", "%s: names no host", url);
  }
  char *base = join(is_secure ? "wss://" : "ws://", rest, "/");
  client->rep_url = join(base, "rep", "");
  client->feed_url = join(base, feed, "");
  client->is_ws = true;
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

// Before the protocols have greeted each other: a connection that fails there ends like any other, but is
// never told as added. Coming and going thus stay a pair, in this order.
static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void *context)
{
  (void)pipe;
  struct venue_link *link = context;
  if (event == NNG_PIPE_EV_ADD_PRE) {
    atomic_fetch_add(&link->so_far, 1);
    atomic_fetch_add(&link->now, 1);
  } else if (event == NNG_PIPE_EV_REM_POST) {
    atomic_fetch_sub(&link->now, 1);
  }
}

static enum vd_err nng_failed(int error, const char *what, struct vd_refusal *refusal)
{
  return vd_refuse(refusal, VD_ERR_IO, "", "%s: %s", what, nng_strerror(error));
}

enum vd_err venue_dial(struct venue_client *client, nng_socket socket, const char *url,
                       struct venue_link *link, struct vd_refusal *refusal)
{
  nng_dialer dialer;
  int error = nng_pipe_notify(socket, NNG_PIPE_EV_ADD_PRE, on_pipe, link);
  if (error == 0)
    error = nng_pipe_notify(socket, NNG_PIPE_EV_REM_POST, on_pipe, link);
  if (error == 0)
    error = nng_dialer_create(&dialer, socket, url);
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
  error = nng_socket_set_size(client->req, NNG_OPT_RECVMAXSZ, RESPONSE_MAX);
  if (error == 0) // repeating is ours: nng's own way waits a minute and knows no limit
    error = nng_socket_set_ms(client->req, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
  if (error != 0)
    return nng_failed(error, "req", refusal);
  return venue_dial(client, client->req, client->rep_url, &client->asked, refusal);
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

// ---- closing ----

// nng 1.5.2 waits forever, here and in its reaper, where a socket is closed while a message is half read (its
// pull request 1636 mended that for tcp). So a feed is closed when it pauses; and should it not, nobody waits
// for long: the socket is left to the end of the process.
enum { CLOSE_MS = 1000, QUIET_MS = 5, QUIET_TRIES = 100 };

static void await_pause(nng_socket socket)
{
  nng_socket_set_ms(socket, NNG_OPT_RECVTIMEO, QUIET_MS);
  nng_msg *message;
  for (int i = 0; i < QUIET_TRIES && nng_recvmsg(socket, &message, 0) == 0; i++)
    nng_msg_free(message);
}

static void *close_socket(void *argument)
{
  nng_socket *socket = argument;
  nng_close(*socket);
  return NULL;
}

void venue_close(struct venue_client *client, nng_socket socket, bool is_feed)
{
  nng_socket *closing = vd_alloc(sizeof *closing);
  *closing = socket;
  if (is_feed)
    await_pause(socket);
  int64_t until_ms = venue_until_ms(CLOSE_MS);
  struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
  pthread_t thread;
  if (pthread_create(&thread, NULL, close_socket, closing) != 0) {
    close_socket(closing);
  } else if (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) != 0) {
    pthread_detach(thread);
    client->is_left = true;
    return;
  }
  free(closing);
}

void venue_client_destroy(struct venue_client *client)
{
  if (client == NULL)
    return;
  venue_live_finish(client);
  if (client->has_req)
    venue_close(client, client->req, false);
  free(client->rep_url);
  free(client->feed_url);
  free(client->headers);
  if (!client->is_left)
    free(client);
}
