// A promise with a clock. One module warns, breaches, ends and attributes them all; a new kind of promise is
// a new caller of vd_deadline_open. Room-internal. Rules: standard §2, §4 "Clocks", "Late entries".
//
//   RUNNING --meet in time--> MET            RUNNING --meet after due--> MISSED
//   RUNNING --meet told after the breach was recorded, acted in time--> MET_REPORTED_LATE
//   RUNNING --void--> VOID                   any of these --resume (undo)--> RUNNING
//   A breach is recorded once, by the first tick after `due` (exactly at the limit is still met).
#ifndef VD_CORE_DEADLINE_H
#define VD_CORE_DEADLINE_H

#include "daemon/core/act.h"

struct vd_promise {
  Vd__Promise promise;
  const char *id; // of the deadline
  const char *subject;
  uint64_t incident;
  const char *team;
  int64_t start_ms;
  int64_t limit_ms;
  int64_t detection_ms;
  uint64_t drill; // that it is part of, 0 = it is real
};
Vd__Deadline *vd_deadline_open(struct vd_act *act, const struct vd_promise *promise);

// The four below take the live deadline and touch it themselves.
void vd_deadline_meet(struct vd_act *act, Vd__Deadline *deadline, int64_t acted_at_ms);
void vd_deadline_void(struct vd_act *act, Vd__Deadline *deadline);
void vd_deadline_resume(struct vd_act *act, Vd__Deadline *deadline);
// Its timer fired: warning, breach or climb, whichever is due first.
void vd_deadline_fire(struct vd_act *act, Vd__Deadline *deadline);

int64_t vd_deadline_next(const Vd__Deadline *deadline); // for timer.c
bool vd_deadline_is_running(const Vd__Deadline *deadline);

#endif
