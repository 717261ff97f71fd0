// Keeps the local sockets listening. nng 1.5.2 gives up an ipc listener for good when a peer goes away
// between its connect and nng's greeting (EPIPE is taken for the end of the listener; fixed later): it still
// accepts and greets, but no pipe ever comes of it, and local clients would be locked out until a restart.
// nng's one sign is the listener's count of `other` errors. So a thread of ours looks at it each second;
// where it has moved, it knocks like a client, and a listener that lets nobody in is opened anew.
#include <errno.h>
#include <nng/nng.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "daemon/net/internal.h"

enum { LOOK_EACH_MS = 1000, ANSWER_WITHIN_MS = 500, STEP_MS = 5, GREETING_SIZE = 8 };

// ---- one look ----

// nng_stat_find_listener of 1.5.2 takes the first it meets for any, so the listener is looked for by its
// `id`.
static uint64_t other_errors(uint32_t listener)
{
  nng_stat *all = NULL;
  uint64_t errors = 0;
  if (nng_stats_get(&all) != 0)
    return 0;
  for (__auto_type scope = nng_stat_child(all); scope != NULL;
       scope = nng_stat_next(scope)) { // const from 1.6 on
    if (strcmp(nng_stat_name(scope), "listener") != 0)
      continue;
    __auto_type id = nng_stat_find(scope, "id");
    __auto_type other = nng_stat_find(scope, "other");
    if (id != NULL && other != NULL && nng_stat_value(id) == listener)
      errors = nng_stat_value(other);
  }
  nng_stats_free(all);
  return errors;
}

static int connect_to(const char *path)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    close(fd);
    fd = -1;
  }
  return fd;
}

// Whoever comes in meanwhile is as good a proof as we are.
static bool lets_in(struct vd_socket *socket)
{
  const uint8_t greeting[GREETING_SIZE] = {0, 'S', 'P', 0, 0, (uint8_t)socket->peer_protocol, 0, 0};
  uint_fast64_t before = atomic_load(&socket->admitted);
  int fd = connect_to(socket->ipc_path);
  if (fd < 0)
    return false;
  bool is_in = false;
  if (send(fd, greeting, sizeof greeting, MSG_NOSIGNAL) == (ssize_t)sizeof greeting)
    for (int waited_ms = 0; !is_in && waited_ms < ANSWER_WITHIN_MS; waited_ms += STEP_MS) {
      nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL);
      is_in = atomic_load(&socket->admitted) != before;
    }
  close(fd);
  return is_in;
}

static void look_after(struct vd_socket *socket)
{
  uint64_t errors = other_errors(atomic_load(&socket->listeners[VD_FACE_IPC]));
  if (errors == socket->ipc_errors && !socket->is_deaf)
    return;
  socket->ipc_errors = errors;
  socket->is_deaf = !lets_in(socket);
  if (socket->is_deaf && vd_socket_reopen_ipc(socket)) {
    socket->is_deaf = false;
    socket->ipc_errors = 0; // a new listener counts from nothing
    atomic_fetch_add(&socket->net->listeners_reopened, 1);
  }
}

// ---- the thread ----

static void *keep(void *argument)
{
  struct vd_net *net = argument;
  struct vd_keeper *keeper = &net->keeper;
  struct vd_socket *sockets[] = {&net->rep, &net->ops, &net->wall};
  pthread_mutex_lock(&keeper->lock);
  while (!keeper->is_ending) {
    pthread_mutex_unlock(&keeper->lock);
    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++)
      look_after(sockets[i]);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_EACH_MS / 1000;
    pthread_mutex_lock(&keeper->lock);
    if (!keeper->is_ending)
      pthread_cond_timedwait(&keeper->wake, &keeper->lock, &until);
  }
  pthread_mutex_unlock(&keeper->lock);
  return NULL;
}

enum vd_err vd_keeper_start(struct vd_net *net, struct vd_refusal *refusal)
{
  struct vd_keeper *keeper = &net->keeper;
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_mutex_init(&keeper->lock, NULL);
  pthread_cond_init(&keeper->wake, &monotonic);
  pthread_condattr_destroy(&monotonic);
  int error = pthread_create(&keeper->thread, NULL, keep, net);
  keeper->is_running = error == 0;
  if (error == 0)
    return VD_OK;
  pthread_cond_destroy(&keeper->wake);
  pthread_mutex_destroy(&keeper->lock);
  return vd_refuse(refusal, VD_ERR_IO, "", "a thread cannot be started: %s", strerror(error));
}

void vd_keeper_stop(struct vd_net *net)
{
  struct vd_keeper *keeper = &net->keeper;
  if (!keeper->is_running)
    return;
  pthread_mutex_lock(&keeper->lock);
  keeper->is_ending = true;
  pthread_cond_signal(&keeper->wake);
  pthread_mutex_unlock(&keeper->lock);
  pthread_join(keeper->thread, NULL);
  pthread_cond_destroy(&keeper->wake);
  pthread_mutex_destroy(&keeper->lock);
}
