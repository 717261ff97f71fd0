// The net room as one value: what its files share. Nobody outside includes it.
//
// Threads: everything below runs on nng's threads, but for vd_net_start, _stop, _publish, _set_identities and
// _answer, which the loop calls. A call belongs to one place at a time: the context or exchange that decodes
// it, the loop until it answers, then that place again. So calls need no lock; what is shared has its own.
#ifndef VD_NET_INTERNAL_H
#define VD_NET_INTERNAL_H

#include <nng/nng.h>
#include <nng/supplemental/http/http.h>
#include <stdatomic.h>

#include "daemon/net/address.h"
#include "daemon/net/identity.h"
#include "daemon/net/net.h"
#include "proto/quota.h"

enum {
  VD_REP_CONTEXTS = 256,         // requests under way over nng
  VD_EXCHANGES_MAX = 256,        // and over HTTP
  VD_SEND_TIMEOUT_MS = 500,      // a reply that its peer does not read
  VD_BODY_TIMEOUT_MS = 10 * 1000 // an HTTP body that does not come
};

// ---- pending.c: a call from whichever face ----

// What every face keeps of a request under way; the loop sees `call` alone.
struct vd_pending {
  struct vd_call call; // first: the loop hands back its address
  enum vd_face face;
  struct vd_who *who;    // holds the call's principal
  struct vd_arena arena; // of a request that came packed
};

// Hands the call over. Takes `request` in any case (vd_pending_done frees it). After VD_OK the loop has it
// and may have answered already: the caller must not touch it. Otherwise a refusal to be sent (the call is
// still ours).
enum vd_err vd_pending_submit(struct vd_net *net, struct vd_pending *pending, Vd__Request *request,
                              int64_t received_mono_ns, struct vd_refusal *refusal) VD_MUST_CHECK;
// Whether requests are taken in. Else everybody is told not-ready: before who may speak is known, a start may
// still fail and a good token would be called wrong; and from the stop on.
bool vd_net_is_open(const struct vd_net *net);
// Lets go of request and identity.
void vd_pending_done(struct vd_pending *pending);

// A refusal as people and programs read it. Heap.
Vd__Reply *vd_refusal_reply(const struct vd_refusal *refusal, Vd__Language language);
// Counts it and tells the loop. `principal` is NULL where nobody is known.
void vd_net_note_refusal(struct vd_net *net, enum vd_face face, const char *principal, enum vd_err err);
int64_t vd_net_mono_ns(void);

// ---- socket.c: an nng socket on its three listeners ----

struct vd_socket {
  struct vd_net *net;
  const char *name;         // "rep", "ops", "wall"
  uint16_t tcp_port;        // where plain tcp is trusted
  enum vd_clearance needs;  // below it nobody may listen
  nng_socket socket;        // id 0: not open
  uint16_t peer_protocol;   // nng's number of those who dial it
  atomic_uint listeners[3]; // ids, by face: ipc, ws, tcp; 0: none
  char *ipc_path;
  atomic_uint_fast64_t pipes, admitted, arrivals;
  uint64_t ipc_errors; // keeper.c
  bool is_deaf;        // keeper.c
};

// Opens the socket's ipc, ws and, where trusted, tcp listener. nng's socket of the right protocol is in
// socket->socket already. Whatever is left after an error, vd_socket_close closes.
enum vd_err vd_socket_listen(struct vd_socket *socket, struct vd_refusal *refusal) VD_MUST_CHECK;
// Closes the ipc listener and its pipes, and opens it again. False if that failed for now.
bool vd_socket_reopen_ipc(struct vd_socket *socket);
void vd_socket_stop_listening(struct vd_socket *socket);
// Closes every pipe; its callbacks have run when this returns. Not open is fine.
void vd_socket_close(struct vd_socket *socket);
// What nng said, as a refusal about `address`.
enum vd_err vd_nng_failed(int rv, const char *address, struct vd_refusal *refusal);

// ---- rep.c ----

struct vd_rep_context {
  struct vd_pending pending;
  struct vd_net *net;
  nng_ctx ctx;
  nng_aio *aio;
  nng_msg *reply; // packed, not sent yet
  bool is_sending;
};

enum vd_err vd_rep_start(struct vd_net *net, struct vd_refusal *refusal) VD_MUST_CHECK;
void vd_rep_stop(struct vd_net *net);
void vd_rep_pack(struct vd_pending *pending, const Vd__Response *response); // see vd_net_pack and _send
void vd_rep_send(struct vd_pending *pending, const struct vd_buffer *tail);

// ---- pub.c ----
enum vd_err vd_pub_start(struct vd_socket *socket, struct vd_refusal *refusal) VD_MUST_CHECK;

// ---- http.c ----

struct vd_http_exchange;
struct vd_http {
  nng_http_server *server;
  nng_http_handler *handler;
  bool is_started;
  pthread_mutex_t lock;
  pthread_cond_t handler_gone;
  bool is_handler_gone; // no request is under way, none will come
  struct vd_http_exchange *exchanges[VD_EXCHANGES_MAX];
  size_t exchange_count;
  struct vd_http_exchange *free;
};

// Starts nng's server of our address, which the ws listeners join. Its lock is initialised by vd_net_start.
enum vd_err vd_http_start(struct vd_net *net, struct vd_refusal *refusal) VD_MUST_CHECK;
void vd_http_stop(struct vd_net *net);
void vd_http_pack(struct vd_pending *pending, const Vd__Response *response);
void vd_http_send(struct vd_pending *pending, const struct vd_buffer *tail);

// ---- keeper.c ----

struct vd_keeper {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  bool is_running, is_ending;
};

enum vd_err vd_keeper_start(struct vd_net *net, struct vd_refusal *refusal) VD_MUST_CHECK;
void vd_keeper_stop(struct vd_net *net);

// ---- settle.c ----

enum { VD_TASK_THREADS = 4 }; // of nng, which has 2 at least

struct vd_settler {
  pthread_mutex_t lock;
  pthread_cond_t all_held;
  nng_aio *tasks[VD_TASK_THREADS];
  unsigned held, round;
};

enum vd_err vd_settler_start(struct vd_settler *settler, struct vd_refusal *refusal) VD_MUST_CHECK;
void vd_settler_stop(struct vd_settler *settler); // after every socket
// On nng's reaper alone: waits until the callbacks that are under way have ended.
void vd_settle(struct vd_settler *settler);

// ---- the whole ----

struct vd_net {
  const Vd__Config *config;
  const char *data_dir;
  struct vd_net_callbacks callbacks;
  struct vd_address address;
  char tcp_host[VD_AUTHORITY_MAX];
  struct vd_identities identities;
  struct vd_socket rep, ops, wall;
  struct vd_rep_context contexts[VD_REP_CONTEXTS];
  struct vd_http http;
  struct vd_keeper keeper;
  struct vd_settler settler;
  atomic_bool has_identities, is_stopping;
  atomic_uint sending; // replies on their way
  atomic_uint_fast64_t requests, malformed, unauthenticated, foreign_origin, busy, replies_given_up,
      published;
  atomic_uint_fast64_t listeners_reopened;
};

#endif
