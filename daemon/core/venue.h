// The venue as one value: a pure function of (state, command, time). No clock, I/O, log, thread, global or
// randomness, here or in any module of this room: the same calls in the same order give the same bytes.
//
// Called by the loop (one thread), by the simulator and by replay. Times are venue ms; `now_ms` never runs
// backwards between calls (the caller clamps).
#ifndef VD_CORE_VENUE_H
#define VD_CORE_VENUE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/change.pb-c.h"
#include "proto/err.h"
#include "proto/fold.h"
#include "proto/wire.pb-c.h"

struct vd_venue;

#define VD_NEVER INT64_MAX

struct vd_venue *vd_venue_create(void);
void vd_venue_destroy(struct vd_venue *venue);

// Called once per Change, in order of sequence, before execute or tick returns. `change` refers to live
// state: pack what you need, keep nothing. Must not call into the venue.
typedef void (*vd_emit_fn)(void *context, const Vd__Change *change);

// ---- building the state at start ----
// Feed the checkpoint's entities (any order), then the Changes after it (in order), then finish once.
void vd_venue_restore_entity(struct vd_venue *venue, const Vd__Entity *entity);
void vd_venue_restore_change(struct vd_venue *venue, const Vd__Change *change);
// Derives indexes and timers. `sequence` is the last Change known. What became due meanwhile fires once at
// the next tick, with its lateness; what is waited for from outside is expected anew, as after
// vd_venue_resume.
void vd_venue_restore_finish(struct vd_venue *venue, uint64_t sequence, int64_t now_ms);

// Nobody could be heard until now_ms: a suspend, a stop, a clock set forward. What is waited for from outside
// (heartbeats) is expected anew from then on; what was promised is due as before.
void vd_venue_resume(struct vd_venue *venue, int64_t now_ms);

// ---- acting ----
// Executes one command by `who` (borrowed; access is checked here) at now_ms. On success emits one or more
// Changes and fills `reply`; on refusal changes nothing, emits nothing, fills `reply` with code, sentence and
// field, and returns the code. `reply` is initialised by the caller (vd__reply__init); its strings are heap
// and freed by the caller with vd_reply_clear. A late acknowledgement that changes nothing is a success with
// sequence 0. `request` is the request's id, kept in the cause. The command was checked by vd_check_message.
enum vd_err vd_venue_execute(struct vd_venue *venue, const Vd__Principal *who, const char *request,
                             const Vd__Command *command, Vd__Language language, int64_t now_ms,
                             vd_emit_fn emit, void *context, Vd__Reply *reply);
void vd_reply_clear(Vd__Reply *reply);

// Fires at most `max` timers due at or before now_ms, each as its own act: first the boundaries of duty, so
// that nothing done at now_ms calls who has gone, then the others; both in the order (due, kind, id). Returns
// how many fired; if that is `max`, more may be due. It ends: a timer that would fire for ever is set aside
// for VD_STUCK_ASIDE_MS.
enum { VD_STUCK_ASIDE_MS = 60000 };
unsigned vd_venue_tick(struct vd_venue *venue, int64_t now_ms, unsigned max, vd_emit_fn emit, void *context);

// When the next timer is due, VD_NEVER if none; too early at times, since what is heard moves it on. O(1).
int64_t vd_venue_next_due(const struct vd_venue *venue);

// ---- looking ----
uint64_t vd_venue_sequence(const struct vd_venue *venue);
// The entities, for paging, indexes of the caller and comparison; read only.
const struct vd_fold *vd_venue_fold(const struct vd_venue *venue);
const Vd__Event *vd_venue_event(const struct vd_venue *venue); // NULL before the first plan

// Who could take the incident, best first, with reasons; and the others with why not. At most 64.
// Heap message, freed by the caller; NULL and a refusal for an unknown incident.
Vd__Recommendation *vd_venue_recommend(const struct vd_venue *venue, uint64_t incident, int64_t now_ms,
                                       struct vd_refusal *refusal);

// Acts of one node of the process, by venued itself and by people.
struct vd_venue_acts {
  uint64_t automatic, manual;
};
enum { VD_NODES = 8 }; // Vd__Node

struct vd_venue_counts {
  uint64_t open_incidents;
  uint64_t open_alerts;
  uint64_t running_deadlines;
  uint64_t breaches; // recorded since the journal began, as far as entities are at hand
  uint64_t timers;
  uint64_t drill; // the number of the one that runs, 0 = none: what is part of it stands in none above
  uint64_t drill_incidents; // open
  uint64_t stuck_timers;    // that fired and waited for nothing later: 0, but for a mistake of venued's
  struct vd_venue_acts acts[VD_NODES]; // by Vd__Node
};
void vd_venue_count(const struct vd_venue *venue, struct vd_venue_counts *counts); // O(1)

#endif
