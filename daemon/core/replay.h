// Doing a journal again: the causes of its Changes, under the same limits or under others. Pure, as the venue.
// Used by `venuectl replay` and by the simulator.
//
// What people did stays as it was, at the times it was done and told; reactions are not invented. What venued
// does by itself follows from the limits: warnings, breaches, climbs, offers that pass on. So each command is
// executed as it was received; a timer that the journal has fires where it has it; one that it does not have,
// because a limit is another now, fires when it is due; one that is not due any more does not fire.
//
// What memory alone knew is in the Changes (Pulse), or is taken as they have it: devices are judged, and acts
// counted, when the journal says so. Limits of devices therefore change nothing of what was found when.
//
// With nothing set the outcome is the journal's, entity by entity.
//
//   vd_replay_create → vd_replay_set* → vd_replay_expect for each Change → vd_replay_do for each → vd_replay_end
#ifndef VD_CORE_REPLAY_H
#define VD_CORE_REPLAY_H

#include "daemon/core/venue.h"

struct vd_replay;

struct vd_replay_counts {
  uint64_t causes;     // of the journal
  uint64_t refused;    // commands that are refused now
  uint64_t not_due;    // timers of the journal that are not due now
  uint64_t additional; // timers that the journal does not have
};

struct vd_replay *vd_replay_create(void);
void vd_replay_destroy(struct vd_replay *replay);

// Each plan of the journal says this of its policy instead: a field of Policy that is a number.
void vd_replay_set(struct vd_replay *replay, const ProtobufCFieldDescriptor *field, int64_t value);

// First all Changes, in order, then all again. `change` is borrowed.
void vd_replay_expect(struct vd_replay *replay, const Vd__Change *change);
void vd_replay_do(struct vd_replay *replay, const Vd__Change *change, vd_emit_fn emit, void *context);
// What is due by the time of the last cause.
void vd_replay_end(struct vd_replay *replay, vd_emit_fn emit, void *context);

const struct vd_venue *vd_replay_venue(const struct vd_replay *replay);
int64_t vd_replay_now(const struct vd_replay *replay); // of the last cause
struct vd_replay_counts vd_replay_counts(const struct vd_replay *replay);

// Makes the policy of a plan say what was set.
void vd_replay_adjust(const struct vd_replay *replay, Vd__Plan *plan);

#endif
