// One nng socket on its three faces, and who is let in. A pipe is judged before nng adds it to the socket, so
// nothing is ever sent to one that does not belong.
#include <errno.h>
#include <nng/nng.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/net/header.h"
#include "daemon/net/internal.h"
#include "proto/check.h"

// Twice the largest request: what is a little too large still hears why; the rest is cut off by nng.
enum { RECEIVE_MAX = 2 * VD_REQUEST_MAX, IPC_MODE = 0600 };

enum vd_err vd_nng_failed(int rv, const char *address, struct vd_refusal *refusal)
{
  enum vd_err err = rv == NNG_EADDRINUSE ? VD_ERR_ADDRESS_IN_USE : VD_ERR_IO;
  return vd_refuse(refusal, err, "", "%s: %s", address, nng_strerror(rv));
}

// ---- who is let in ----

static bool face_of(const struct vd_socket *socket, nng_pipe pipe, enum vd_face *face)
{
  nng_listener listener = nng_pipe_listener(pipe);
  for (enum vd_face i = VD_FACE_IPC; listener.id != 0 && i <= VD_FACE_TCP; i++)
    if (atomic_load(&socket->listeners[i]) == listener.id) {
      *face = i;
      return true;
    }
  return false;
}

static enum vd_err admit_ipc(struct vd_socket *socket, nng_pipe pipe)
{
  uint64_t uid;
  if (nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_UID, &uid) != 0 || (uid != 0 && uid != geteuid()))
    return VD_ERR_UNAUTHENTICATED;
  return vd_identities_admit(&socket->net->identities, pipe, VD_FACE_IPC, socket->needs, NULL, 0);
}

// The header's value (nng_strfree) or NULL. False if nng cannot tell: then nobody is let in.
static bool get_header(nng_pipe pipe, const char *option, char **value)
{
  *value = NULL;
  int rv = nng_pipe_get_string(pipe, option, value);
  return rv == 0 || rv == NNG_ENOENT;
}

static enum vd_err admit_ws(struct vd_socket *socket, nng_pipe pipe)
{
  struct vd_net *net = socket->net;
  char *host, *origin, *authorization, *cookie;
  bool is_known = get_header(pipe, NNG_OPT_WS_REQUEST_HEADER "Host", &host);
  is_known &= get_header(pipe, NNG_OPT_WS_REQUEST_HEADER "Origin", &origin);
  is_known &= get_header(pipe, NNG_OPT_WS_REQUEST_HEADER "Authorization", &authorization);
  is_known &= get_header(pipe, NNG_OPT_WS_REQUEST_HEADER "Cookie", &cookie);
  enum vd_err err = VD_ERR_FOREIGN_ORIGIN;
  if (is_known && vd_address_is_host(&net->address, net->config, host) &&
      vd_address_is_origin(&net->address, net->config, origin)) {
    size_t size;
    const char *token = vd_header_token(authorization, cookie, &size);
    err = vd_identities_admit(&net->identities, pipe, VD_FACE_WS, socket->needs, token, size);
  }
  char *headers[] = {host, origin, authorization, cookie};
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
    if (headers[i] != NULL)
      nng_strfree(headers[i]);
  return err;
}

static void on_pipe_coming(nng_pipe pipe, nng_pipe_ev event, void *context)
{
  (void)event;
  struct vd_socket *socket = context;
  enum vd_face face = VD_FACE_TCP;
  enum vd_err err = VD_ERR_UNAUTHENTICATED;
  if (face_of(socket, pipe, &face)) {
    if (face == VD_FACE_IPC)
      err = admit_ipc(socket, pipe);
    else if (face == VD_FACE_WS)
      err = admit_ws(socket, pipe);
    else
      err = vd_identities_admit(&socket->net->identities, pipe, face, socket->needs, NULL, 0);
  }
  if (err == VD_OK) {
    atomic_fetch_add(&socket->pipes, 1);
    atomic_fetch_add(&socket->admitted, 1);
    return;
  }
  vd_net_note_refusal(socket->net, face, NULL, err);
  nng_pipe_close(pipe);
}

// Unlike on_pipe_coming: from here on what is sent reaches it.
static void on_pipe_there(nng_pipe pipe, nng_pipe_ev event, void *context)
{
  (void)pipe;
  (void)event;
  struct vd_socket *socket = context;
  atomic_fetch_add(&socket->arrivals, 1);
}

static void on_pipe_gone(nng_pipe pipe, nng_pipe_ev event, void *context)
{
  (void)event;
  struct vd_socket *socket = context;
  if (!vd_identities_forget(&socket->net->identities, pipe))
    return;
  atomic_fetch_sub(&socket->pipes, 1);
  vd_settle(&socket->net->settler);
}

// ---- listening ----

static enum vd_err listen_at(struct vd_socket *socket, enum vd_face face, const char *url,
                             struct vd_refusal *refusal)
{
  nng_listener listener = NNG_LISTENER_INITIALIZER;
  int rv = nng_listener_create(&listener, socket->socket, url);
  if (rv != 0)
    return vd_nng_failed(rv, url, refusal);
  atomic_store(&socket->listeners[face], listener.id); // before the first pipe
  rv = nng_listener_set_size(listener, NNG_OPT_RECVMAXSZ, RECEIVE_MAX);
  if (rv == 0 && face == VD_FACE_WS)
    rv = nng_listener_set_size(listener, NNG_OPT_WS_RECVMAXFRAME, RECEIVE_MAX);
  if (rv == 0 && face == VD_FACE_IPC)
    rv = nng_listener_set_int(listener, NNG_OPT_IPC_PERMISSIONS, IPC_MODE);
  if (rv == 0)
    rv = nng_listener_start(listener, 0);
  if (rv == 0)
    return VD_OK;
  atomic_store(&socket->listeners[face], 0);
  nng_listener_close(listener);
  return vd_nng_failed(rv, url, refusal);
}

static void close_at(struct vd_socket *socket, enum vd_face face)
{
  nng_listener listener = {.id = atomic_exchange(&socket->listeners[face], 0)};
  if (listener.id != 0)
    nng_listener_close(listener);
}

bool vd_socket_reopen_ipc(struct vd_socket *socket)
{
  struct vd_buffer url = {0};
  vd_buffer_printf(&url, "ipc://%s", socket->ipc_path);
  vd_buffer_append(&url, "", 1);
  close_at(socket, VD_FACE_IPC);
  enum vd_err err = listen_at(socket, VD_FACE_IPC, (const char *)url.data, NULL);
  vd_buffer_finish(&url);
  return err == VD_OK;
}

// nng replaces the socket file of a daemon that died.
static enum vd_err listen_ipc(struct vd_socket *socket, struct vd_buffer *url, struct vd_refusal *refusal)
{
  struct sockaddr_un sun;
  vd_buffer_printf(url, "ipc://%s/%s.ipc", socket->net->data_dir, socket->name);
  vd_buffer_append(url, "", 1);
  const char *path = (const char *)url->data + strlen("ipc://");
  if (strlen(path) >= sizeof sun.sun_path)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "--data",
                     "%.160s: the path of a socket has at most %zu bytes; choose a shorter data folder", path,
                     sizeof sun.sun_path - 1);
  enum vd_err err = listen_at(socket, VD_FACE_IPC, (const char *)url->data, refusal);
  if (err == VD_OK)
    socket->ipc_path = vd_strdup(path);
  return err;
}

static enum vd_err listen_network(struct vd_socket *socket, enum vd_face face, struct vd_buffer *url,
                                  struct vd_refusal *refusal)
{
  const struct vd_net *net = socket->net;
  url->size = 0;
  if (face == VD_FACE_WS)
    vd_buffer_printf(url, "ws://%s/%s", net->address.authority, socket->name);
  else
    vd_buffer_printf(url, "tcp://%s:%u", net->tcp_host, socket->tcp_port);
  vd_buffer_append(url, "", 1);
  return listen_at(socket, face, (const char *)url->data, refusal);
}

enum vd_err vd_socket_listen(struct vd_socket *socket, struct vd_refusal *refusal)
{
  int rv = nng_socket_set_size(socket->socket, NNG_OPT_RECVMAXSZ, RECEIVE_MAX);
  if (rv == 0)
    rv = nng_pipe_notify(socket->socket, NNG_PIPE_EV_ADD_PRE, on_pipe_coming, socket);
  if (rv == 0)
    rv = nng_pipe_notify(socket->socket, NNG_PIPE_EV_ADD_POST, on_pipe_there, socket);
  if (rv == 0)
    rv = nng_pipe_notify(socket->socket, NNG_PIPE_EV_REM_POST, on_pipe_gone, socket);
  if (rv != 0)
    return vd_nng_failed(rv, socket->name, refusal);
  struct vd_buffer url = {0};
  enum vd_err err = listen_ipc(socket, &url, refusal);
  if (err == VD_OK)
    err = listen_network(socket, VD_FACE_WS, &url, refusal);
  if (err == VD_OK && socket->net->config->trusted_tcp)
    err = listen_network(socket, VD_FACE_TCP, &url, refusal);
  vd_buffer_finish(&url);
  return err;
}

void vd_socket_stop_listening(struct vd_socket *socket)
{
  for (enum vd_face i = VD_FACE_IPC; i <= VD_FACE_TCP; i++)
    close_at(socket, i);
  if (socket->ipc_path != NULL)
    unlink(socket->ipc_path);
  free(socket->ipc_path);
  socket->ipc_path = NULL;
}

void vd_socket_close(struct vd_socket *socket)
{
  if (socket->socket.id != 0)
    nng_close(socket->socket);
  socket->socket.id = 0;
}
