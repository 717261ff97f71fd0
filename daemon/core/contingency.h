// Contingencies: a playbook of the plan for what may come, and the conversion (場地轉換) that it asks for.
// Room-internal. Rules: standard §3 (sudden weather: converted within 15 min of the weather), §4 "Clocks".
//
//   READY, DONE, ABORTED --an alert matches a trigger--> PROPOSED --it expires, is cancelled, declined-->
//   READY READY, PROPOSED, DONE, ABORTED --activate--> ACTIVE --its last step ends--> DONE ACTIVE --abort-->
//   ABORTED        activation, abort and declining are undone within the undo window
//
// The clock runs from the weather: as people say, as it was reported, as the alert has it (never before the
// bound of a late entry, never in the future), else from the activation. An activation before the weather
// counts from itself. What passed until venued was told is attributed to `detection`, from then to the
// activation to the deciding team, the rest to the contingency's team.
//
// A step is a Task, opened once the steps before it have ended; it counts from when they did. A zone converts
// from the activation on, with passage or without, and people change nothing else of it until the contingency
// ends: then it is open or closed as the plan says, or after an abort as it was before. So a zone is never
// open and converting at once. Attendees hear of the zones, the announcement and the route by a notice.
//
// An alert that is an exercise asks for an exercise: the playbook is played, no zone changes, no attendee
// hears. What a plan says anew of an active one counts once it has ended and the plan is applied again.
#ifndef VD_CORE_CONTINGENCY_H
#define VD_CORE_CONTINGENCY_H

#include "daemon/core/act.h"

enum { VD_CONTINGENCY_ALERT_MAX = 96, VD_CONTINGENCY_REASON_MAX = 60 }; // bytes kept of each

enum vd_err vd_contingency_propose(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_contingency_activate(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_contingency_abort(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_contingency_undo(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

// A proposal expired.
void vd_contingency_fire(struct vd_act *act, Vd__Contingency *contingency);
int64_t vd_contingency_next(const Vd__Contingency *contingency); // for timer.c

// The task of a step was done, or people cancelled it. Does nothing where the step waits for another task.
void vd_contingency_task_ended(struct vd_act *act, const Vd__Task *task);
// False where it is all that is left and nothing was done: then nothing was converted, and it is to be
// aborted.
bool vd_steps_may_skip(const struct vd_venue *venue, const Vd__Task *task);

bool vd_contingency_is_active(const Vd__Contingency *contingency);
// The plan names it no more: a proposal is withdrawn, what is active goes on. Touched.
void vd_contingency_retired(struct vd_act *act, Vd__Contingency *contingency);
// The zone it is about, for whom to call: the first that is left, else the first that takes over, else "".
const char *vd_contingency_zone(const Vd__Contingency *contingency);

#endif
