// Where a venued is, and the way to it.
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

// Of a machine that slept: a picture is as old as that, too.
int64_t venue_mono_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
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

// http://host:port → ws://host:port/rep and /ops, or ws:// to begin with; a path after the port belongs to a
// proxy and stays.
static enum vd_err use_url(struct venue_client *client, const char *url, const char *feed,
                           struct vd_refusal *refusal)
{
  bool is_secure = starts_with(url, "https://") || starts_with(url, "wss://");
  if (!is_secure && !starts_with(url, "http://") && !starts_with(url, "ws://"))
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
  client->status_url = join(is_secure ? "https://" : "http://", rest, "/api/v1/status");
  free(base);
  free(rest);
  return is_secure ? venue_use_tls(client, refusal) : VD_OK;
}

static enum vd_err use_token(struct venue_client *client, const char *token, struct vd_refusal *refusal)
{
  if (token == NULL || *token == '\0')
    return VD_OK; // venued will say unauthenticated
  for (const char *c = token; *c != '\0'; c++)
    if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 127)
      return vd_refuse(refusal, VD_ERR_BAD_VALUE, "token", "a token has no spaces and only ASCII");
  client->authorization = join("Bearer ", token, "");
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

// ---- the whole ----

static enum vd_err open_req(struct venue_client *client, struct vd_refusal *refusal)
{
  int error = nng_req0_open(&client->req);
  if (error != 0)
    return venue_nng_failed(error, "req", refusal);
  client->has_req = true;
  error = nng_socket_set_size(client->req, NNG_OPT_RECVMAXSZ, RESPONSE_MAX);
  if (error == 0) // repeating is ours: nng's own way waits a minute and knows no limit
    error = nng_socket_set_ms(client->req, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
  if (error != 0)
    return venue_nng_failed(error, "req", refusal);
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
  venue_link_init(&made->asked);
  venue_link_init(&made->fed);
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
    venue_close(client, client->req, &client->asked, false);
  free(client->rep_url);
  free(client->feed_url);
  free(client->status_url);
  free(client->authorization);
  if (client->tls != NULL)
    nng_tls_config_free(client->tls);
  if (!client->is_left)
    free(client);
}
