// The net room on a folder and a port of its own, with a callee thread that answers as the loop would.
#ifndef VD_TESTS_NET_ROOM_H
#define VD_TESTS_NET_ROOM_H

#include <nng/nng.h>
#include <pthread.h>
#include <stdatomic.h>

#include "daemon/net/net.h"
#include "proto/fold.h"
#include "proto/message.h"

enum { ROOM_TIMEOUT_MS = 30000 }; // for what happens far sooner, but for a machine that stands still

struct room {
  char dir[64];
  char listen[64];
  uint16_t port;
  char tcp_address[32]; // a loopback address of this test's own: the tcp ports are fixed
  Vd__Config config;
  struct vd_net *net;
  char token[65]; // local.token

  pthread_t callee;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  struct vd_call *first, *last;
  bool is_ending;
  bool is_holding;      // calls wait until room_release
  atomic_bool is_full;  // calls are turned away
  atomic_uint executed; // commands that got through
  atomic_uint refusals; // told by callbacks.refused
  atomic_uint refused_as[VD_ERR_COUNT];
};

// Fills in the folder, a free port and the configuration, which a test may change before room_start.
void room_init(struct room *room);
void room_start(struct room *room);
// Stops net with whatever is connected, and removes the folder.
void room_finish(struct room *room);

void room_hold(struct room *room);
void room_release(struct room *room);
// Waits until a call waits for room_release.
void room_wait_for_held(struct room *room);
// Waits until `*count` has reached `wanted`; fails the test after ROOM_TIMEOUT_MS.
void room_wait_for(atomic_uint *count, unsigned wanted);
void room_wait_for_subscribers(struct room *room, uint64_t ops, uint64_t wall);

// One principal per name, its token "token-of-<name>".
struct room_identity {
  const char *name;
  enum vd_clearance clearance;
};
void room_set_identities(struct room *room, const struct room_identity *identities, size_t count);

// ---- nng clients ----

nng_socket room_req(void);
nng_socket room_sub(void);
// Dials "ipc", "ws" or "tcp" of the room's socket `name`; `headers` (ws, may be NULL) are "Name: value\r\n…".
// nng's result.
int room_dial(struct room *room, nng_socket socket, const char *face, const char *name, const char *headers);
// Sends the bytes; the answer, or NULL when none came within `timeout_ms`.
Vd__Response *room_ask_bytes(nng_socket req, const void *bytes, size_t size, int timeout_ms);
Vd__Response *room_ask(nng_socket req, const Vd__Request *request);
// A Request with one log command; `id` of request and command.
Vd__Request *room_request(const char *id);
// Asks with room_request and expects this code: of the refusal, or of the first reply.
void room_expect(nng_socket req, const char *code);

// ---- raw HTTP ----

// A connection with time-outs; -1 if it cannot be had.
int room_connect(struct room *room);
bool room_send(int fd, const void *bytes, size_t size);
// Reads until the peer closes; text, freed by the caller. *is_closed tells whether it did, or time ran out.
char *room_read_all(int fd, bool *is_closed);
// One request: what follows "Host: …\r\n", head and body; the whole answer.
char *room_http(struct room *room, const char *request_line, const char *rest, bool *is_closed);
// The same of any Host.
char *room_http_to(struct room *room, const char *host, const char *request_line, const char *rest,
                   bool *is_closed);
int room_status(const char *answer);
// A WebSocket by hand: the connection once its upgrade is answered; what comes then are frames. `host` NULL
// is ours.
int room_ws(struct room *room, const char *path, const char *protocol, const char *headers);

#endif
