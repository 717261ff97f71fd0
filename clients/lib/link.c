// A connection: dialled in the background, again whenever it breaks, and closed in time.
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include <nng/nng.h>

#include "clients/lib/client_internal.h"

enum {
  DIAL_MIN_MS = 50,
  DIAL_MAX_MS = 2000, // where nobody listens
  SHUT_MAX_MS = 5000, // where what was made is closed soon
  HELD_MS = 5000,     // from then on a connection was a good one
};

enum vd_err venue_nng_failed(int error, const char *what, struct vd_refusal *refusal)
{
  return vd_refuse(refusal, VD_ERR_IO, "", "%s: %s", what, nng_strerror(error));
}

void venue_link_init(struct venue_link *link)
{
  atomic_init(&link->now, 0);
  atomic_init(&link->so_far, 0);
  atomic_init(&link->shut, 0);
  atomic_init(&link->made_mono_ms, 0);
  atomic_init(&link->pipe, 0);
  atomic_init(&link->dropped, 0);
}

// A door that shuts is open for a moment each time, which must not look like somebody who does not answer. So
// after a connection that was shut, the next one counts when something came over it or when it has held.
bool venue_link_stands(const struct venue_link *link)
{
  if (atomic_load(&link->now) == 0)
    return false;
  bool is_proven = atomic_load(&link->so_far) == link->proven;
  return is_proven || atomic_load(&link->shut) == 0 ||
         venue_mono_ms() - atomic_load(&link->made_mono_ms) >= HELD_MS;
}

// ---- coming and going ----

// Before the protocols have greeted each other: a connection that fails there ends like any other, but is
// never told as added. Coming and going thus stay a pair, in this order.
static void on_coming(nng_pipe pipe, nng_pipe_ev event, void *context)
{
  (void)event;
  struct venue_link *link = context;
  atomic_store(&link->made_mono_ms, venue_mono_ms());
  atomic_store(&link->pipe, pipe.id);
  atomic_fetch_add(&link->so_far, 1);
  atomic_fetch_add(&link->now, 1);
}

static nng_duration pause_after_ms(unsigned shut)
{
  return shut < 7 ? DIAL_MIN_MS << shut : SHUT_MAX_MS;
}

// nng draws the pause before it dials again at random, up to a limit that it doubles at each failure (and
// half the time draws none). To nng a connection that venued closes at once was a success, after which the
// limit is the first one again. So it is set here, just before nng draws.
static void on_gone(nng_pipe pipe, nng_pipe_ev event, void *context)
{
  (void)event;
  struct venue_link *link = context;
  bool has_held = venue_mono_ms() - atomic_load(&link->made_mono_ms) >= HELD_MS;
  unsigned shut = has_held || atomic_load(&link->dropped) == pipe.id ? 0 : atomic_load(&link->shut) + 1;
  atomic_store(&link->shut, shut);
  nng_dialer_set_ms(nng_pipe_dialer(pipe), NNG_OPT_RECONNMINT, pause_after_ms(shut));
  atomic_fetch_sub(&link->now, 1);
}

void venue_link_heard(struct venue_link *link)
{
  link->proven = atomic_load(&link->so_far);
  link->heard_mono_ms = venue_mono_ms();
}

// nng 1.5.2 misses the end of a WebSocket that comes right behind a message, before the next is waited for:
// to nng that connection stands for ever, and it never dials again. Who sends over it notices; a feed does
// not.
void venue_link_drop_silent(struct venue_link *link, int64_t silent_ms)
{
  unsigned pipe = atomic_load(&link->pipe); // before its time: a newer one's is newer
  int64_t made_ms = atomic_load(&link->made_mono_ms);
  int64_t since_ms = made_ms > link->heard_mono_ms ? made_ms : link->heard_mono_ms;
  if (atomic_load(&link->now) == 0 || venue_mono_ms() - since_ms < silent_ms)
    return;
  atomic_store(&link->dropped, pipe);
  nng_pipe_close((nng_pipe){.id = pipe});
}

// ---- dialling ----

static int set_options(const struct venue_client *client, nng_dialer dialer)
{
  int error = nng_dialer_set_ms(dialer, NNG_OPT_RECONNMINT, DIAL_MIN_MS);
  if (error == 0)
    error = nng_dialer_set_ms(dialer, NNG_OPT_RECONNMAXT, DIAL_MAX_MS);
  if (error == 0 && client->authorization != NULL)
    error = nng_dialer_set_string(dialer, NNG_OPT_WS_REQUEST_HEADER "Authorization", client->authorization);
  if (error == 0 && client->tls != NULL)
    error = nng_dialer_set_ptr(dialer, NNG_OPT_TLS_CONFIG, client->tls);
  return error;
}

enum vd_err venue_dial(struct venue_client *client, nng_socket socket, const char *url,
                       struct venue_link *link, struct vd_refusal *refusal)
{
  nng_dialer dialer;
  int error = nng_pipe_notify(socket, NNG_PIPE_EV_ADD_PRE, on_coming, link);
  if (error == 0)
    error = nng_pipe_notify(socket, NNG_PIPE_EV_REM_POST, on_gone, link);
  if (error == 0)
    error = nng_dialer_create(&dialer, socket, url);
  if (error == 0)
    error = set_options(client, dialer);
  if (error == 0)
    error = nng_dialer_start(dialer, NNG_FLAG_NONBLOCK);
  return error == 0 ? VD_OK : venue_nng_failed(error, url, refusal);
}

// ---- closing ----

// nng 1.5.2 waits forever, here and in its reaper, where a socket is closed while a message is half read (its
// pull request 1636 mended that for tcp). So a feed is closed when it pauses; and should it not, nobody waits
// for long: the socket is left to the end of the process. Which comes without nng_fini: that hangs at times
// where connections were shut.
//
// Waiting is done in pieces, so that a machine that stands still meanwhile uses up one of them and not all.
enum { CLOSE_MS = 100, CLOSE_TRIES = 10, QUIET_MS = 5, QUIET_TRIES = 100 };

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

static bool has_ended(pthread_t thread)
{
  for (int i = 0; i < CLOSE_TRIES; i++) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += CLOSE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) == 0)
      return true;
  }
  return false;
}

// nng 1.5.2 uses what it has freed where it is told to stop in the moment in which a handshake over WebSocket
// ends ("panic: pthread_mutex_unlock" and others, in one of some hundred processes that were turned away). It
// shakes hands again and again where nobody is there or a door shuts, so such a socket is left, too.
static bool may_be_dialling(const struct venue_client *client, const struct venue_link *link)
{
  return client->status_url != NULL &&
         (atomic_load(&link->now) == 0 || atomic_load(&link->so_far) != link->proven);
}

void venue_close(struct venue_client *client, nng_socket socket, const struct venue_link *link, bool is_feed)
{
  if (may_be_dialling(client, link)) {
    client->is_left = true;
    return;
  }
  nng_socket *closing = vd_alloc(sizeof *closing);
  *closing = socket;
  if (is_feed)
    await_pause(socket);
  pthread_t thread;
  if (pthread_create(&thread, NULL, close_socket, closing) != 0) {
    close_socket(closing);
  } else if (!has_ended(thread)) {
    pthread_detach(thread);
    client->is_left = true;
    return;
  }
  free(closing);
}
