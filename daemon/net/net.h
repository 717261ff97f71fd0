// Sockets and HTTP: bytes in, bytes out, who is on the pipe. Everything nng does happens on nng's threads;
// this room decodes the envelope within bounds, finds the identity, and hands the call over. It knows neither
// core nor journal nor libuv.
//
// Faces (design: docs/architecture.md): ipc rep/ops/wall (identity = peer uid), HTTP + ws on one port (token
// by cookie or Authorization; exact Host and Origin), plain tcp only where the configuration trusts it.
#ifndef VD_NET_NET_H
#define VD_NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/clearance.h"
#include "proto/config.pb-c.h"
#include "proto/err.h"
#include "proto/wire.pb-c.h"

struct vd_net;

// A request that waits for its answer. Owned by the net room; the callee keeps the pointer until it answers
// with vd_net_send, exactly once, from any thread.
struct vd_call {
  struct vd_call *next;     // for the callee's queue
  Vd__Request *request;     // checked by vd_check_message; valid until answered
  const char *principal;    // id of the Principal; valid until answered
  int64_t received_mono_ns; // CLOCK_MONOTONIC
};

enum vd_page { VD_PAGE_HEALTHZ, VD_PAGE_READYZ, VD_PAGE_METRICS };

struct vd_net_callbacks {
  void *context;
  // On an nng thread: enqueue and wake, nothing else. Takes the call. Returning false (inbox full) leaves it
  // with net, which answers `busy`.
  bool (*call)(void *context, struct vd_call *call);
  // On an nng thread: fills the body of /healthz, /readyz, /metrics from a snapshot the loop publishes (never
  // waits). Returns the HTTP status.
  int (*page)(void *context, enum vd_page page, struct vd_buffer *body);
  // May be NULL. On an nng thread, for each request or pipe that net itself refuses (the loop knows its own
  // refusals): `face` is ipc, ws, tcp or http, `principal` "" where nobody is known. For one log line; must
  // not block.
  void (*refused)(void *context, const char *face, const char *principal, enum vd_err err);
};

struct vd_net_options {
  const Vd__Config *config; // borrowed until vd_net_stop
  const char *data_dir;     // for the ipc sockets and local.token; borrowed likewise
  struct vd_net_callbacks callbacks;
};

// Whether HTTP could be opened now: VD_ERR_ADDRESS_IN_USE and the like as vd_net_start would say it. For a
// start that is to leave nothing behind when it fails.
enum vd_err vd_net_try(const Vd__Config *config, struct vd_refusal *refusal) VD_MUST_CHECK;
// Opens every listener. VD_ERR_ADDRESS_IN_USE, VD_ERR_INSECURE, VD_ERR_IO with the address in the refusal.
// No call comes before vd_net_set_identities: who asks earlier is told not-ready, and to repeat.
enum vd_err vd_net_start(struct vd_net **net, const struct vd_net_options *options,
                         struct vd_refusal *refusal) VD_MUST_CHECK;
// Stops accepting, waits for callbacks under way, answers what is left with not-ready, closes, removes the
// ipc files. Every call must have been answered or handed back first.
void vd_net_stop(struct vd_net *net);

// How many threads nng is to have. Once, before anything of nng is used.
void vd_net_library_begin(void);
// Ends nng's own threads, so that nothing of the library is left at exit. Once, at the end of the process,
// after the last vd_net_stop.
void vd_net_library_finish(void);

// The table of who may speak; replaces the old one atomically (copies). Called by the loop's thread once all
// has started, which opens the room to requests, and whenever a Principal changes. The uid principal
// "local-admin" is built in. Pipes whose principal is gone or revoked are closed.
struct vd_identity {
  const char *principal;
  uint8_t token_hash[32]; // BLAKE2b-256 of the token
  enum vd_clearance clearance;
};
void vd_net_set_identities(struct vd_net *net, const struct vd_identity *identities, size_t count);

// The answer in two steps. Packs it, and keeps it with the call; again: the last one counts. `response` is
// borrowed for the duration.
void vd_net_pack(struct vd_net *net, struct vd_call *call, const Vd__Response *response);
// Sends what was packed and frees the call. `tail` is appended: fields of the Response that are known only
// now. Who has many to send sends them one right after the other: then nng's threads are woken once for all.
// A reply that its peer does not read is given up after 500 ms.
void vd_net_send(struct vd_net *net, struct vd_call *call, const struct vd_buffer *tail);

// Publishes one frame (topic, '\n', packed Frame) to every subscriber of the clearance. Copies once, not per
// subscriber. Never blocks; a subscriber that does not keep up loses frames and repairs by sequence.
void vd_net_publish(struct vd_net *net, enum vd_clearance clearance, const uint8_t *frame, size_t size);

struct vd_net_counts {
  uint64_t requests, malformed, unauthenticated, foreign_origin, busy, replies_given_up;
  uint64_t subscribers_ops, subscribers_wall, published;
  uint64_t arrivals_ops, arrivals_wall; // subscribers so far whom the next frame reaches
  uint64_t listeners_reopened;          // local sockets that nng had given up
};
void vd_net_count(struct vd_net *net, struct vd_net_counts *counts); // any thread, never waits

#endif
