// What the modules of this room share. Nobody outside includes it.
#ifndef VD_CORE_VENUE_INTERNAL_H
#define VD_CORE_VENUE_INTERNAL_H

#include "daemon/core/act.h"
#include "daemon/core/index.h"
#include "daemon/core/node.h"
#include "daemon/core/timer.h"
#include "daemon/core/venue.h"
#include "proto/message.h"

struct vd_pulses; // device.h: the last signs of life
struct vd_walk;   // dispatch.h: walking times, cached per zone

// How much an entity adds to the venue's counts; taken before and after an act touched it.
struct vd_tally {
  bool is_open_incident, is_open_drill, is_ended_incident, is_ended_task, is_open_alert, is_running,
      is_breached;
};

// One entity that the act under way touched.
struct vd_act_item {
  Vd__Kind kind;
  ProtobufCMessage *message; // live; NULL once removed
  char *removed_id;          // heap, of a removed one
  bool is_new;               // created by this act: removing it again leaves no trace
  struct vd_tally before;
  size_t slot;       // where venue->slots names it
  Vd__Entity entity; // as they are emitted
  Vd__Key key;
};

struct vd_venue {
  struct vd_fold *fold;
  struct vd_timers *timers;
  struct vd_index *index;
  struct vd_walk *walk;
  struct vd_pulses *pulses;
  struct vd_node_pending {
    int64_t since_ms; // the first not kept, 0 = none
    uint64_t automatic, manual;
  } nodes[VD_NODES]; // by Vd__Node
  uint64_t sequence;
  struct vd_venue_counts counts;
  uint64_t ended_incidents, ended_tasks;
  // Working memory of the act under way, kept between acts.
  struct vd_act_item *items;
  Vd__Entity **upserts;
  Vd__Key **removals;
  Vd__Pulse **changed_pulses;
  size_t item_capacity; // of the four
  uint32_t *slots;      // hash by (kind, id): 1 + index of the item, 0 = free
  size_t slot_capacity; // a power of two, at least twice item_capacity
};

#define VD_FIND(venue, KIND, Type, id)                                                                       \
  ((Vd__##Type *)vd_fold_find((venue)->fold, VD__KIND__KIND_##KIND, (id)))

// The policy in force. Only after the first plan.
static inline const Vd__Policy *vd_policy(const struct vd_venue *venue)
{
  return VD_FIND(venue, EVENT, Event, "event")->policy;
}

// ---- one timer, whatever else is due (replay.c) ----

// The kind that a tick names; unspecified for one that this build does not know.
Vd__Kind vd_venue_timer_kind(const char *timer);
// Fires the timer of an entity that is there.
void vd_venue_fire(struct vd_venue *venue, Vd__Kind kind, const char *id, int64_t due_ms, int64_t now_ms,
                   vd_emit_fn emit, void *context);

// ---- the frame of an act, for venue.c ----

// Begins an act of nobody in particular; the caller fills in who, command and cause.
void vd_act_begin(struct vd_act *act, struct vd_venue *venue, int64_t now_ms);
// Ends it: derives, lets old incidents go, emits. `reply` (NULL for a tick) gets its sequence, or stays 0 if
// nothing was touched: then nothing is emitted.
void vd_act_end(struct vd_act *act, Vd__Reply *reply, vd_emit_fn emit, void *context);
// Ends an act that was refused: asserts that nothing was touched.
void vd_act_refuse(struct vd_act *act);
bool vd_act_has(const struct vd_act *act, Vd__Kind kind, const char *id);

// Cuts the act into Changes (emit.c).
void vd_act_emit(struct vd_act *act, Vd__Reply *reply, vd_emit_fn emit, void *context);

// Takes one entity into timers, indexes and counts at restore.
void vd_act_derive(struct vd_venue *venue, Vd__Kind kind, const char *id, const ProtobufCMessage *message);
struct vd_tally vd_tally_of(Vd__Kind kind, const ProtobufCMessage *message);
void vd_tally_count(struct vd_venue *venue, struct vd_tally tally, int sign);

// Removes what is older than policy.closed_kept, a bounded number per act (retention.c).
void vd_retention_apply(struct vd_act *act);

// SetPrincipal (principal.c).
enum vd_err vd_principal_set(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

#endif
