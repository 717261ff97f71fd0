// What would shorten a queue of check-in, and whether it did. Room-internal. Rule: standard §3.
//
//   (none) --a wait over lane_wait--> OPEN --take--> TAKEN --lane_measure later--> MEASURED
//   OPEN --people pass it, nobody answers for half an hour, the queue goes by itself, it is overtaken,
//          nobody counts the lane for half an hour--> PASSED
// Taken, measured or passed it is history: neither taken nor passed again.
//
// When: with each count and change of a lane, if it is not closed and somebody will wait longer than
// lane_wait until the opening (lane.h: `ahead_ms`). One at a time for a lane, until it was passed or
// measured. One that people passed or left unanswered is followed by none for 15 minutes. It goes by itself
// when nobody will wait longer than 80 % of lane_wait. Nothing rests on a count of more than half an hour
// ago: from such none is made, and one that is open is looked at then (`look_at_ms`).
//
// What: to open a closed lane of the same kind, with the desks of its plan, after which both queues are one;
// or to move one desk from the lane with the shortest wait, of whatever kind, that keeps a desk and whose own
// wait stays within 80 % of lane_wait without it, as it was counted within half an hour. Either within five
// minutes' walk, in a zone that people can enter; never the same lane for two open suggestions. Whichever
// expects the shorter wait; of two the same, to open. Neither would help: nothing is suggested, the wait is
// there for all to see.
//
// Who: the lead of the lane's team (none: the control post) is called, once, by the thread "lane.<lane>",
// which is withdrawn when it is answered or goes. To take it is to do it: the lane is opened, or the desk
// moved, then and there; whoever takes it answers for the zones of both lanes. What has become impossible
// meanwhile (the lane is open, the desk gone) is passed as overtaken.
//
// Helped: lane_measure after it was taken the wait is predicted again, from what was counted since. It helped
// if that fell by at least half of what was expected. If nobody counted the lane, or it is closed or retired
// by then, it is not known, and that is what is recorded.
#ifndef VD_CORE_SUGGESTION_H
#define VD_CORE_SUGGESTION_H

#include "daemon/core/act.h"

enum {
  VD_SUGGESTION_ANSWER_MS = 30 * 60000,
  VD_SUGGESTION_PAUSE_MS = 15 * 60000,
  VD_SUGGESTION_CLEAR_PERCENT = 80,
  VD_SUGGESTION_REACH_MS = 5 * 60000,
};

enum vd_err vd_suggestion_take(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_suggestion_pass(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
void vd_suggestion_fire(struct vd_act *act, Vd__Suggestion *suggestion);
int64_t vd_suggestion_next(const Vd__Suggestion *suggestion); // for timer.c

// ---- for the other modules ----

// The lane's wait was predicted anew: makes, keeps or withdraws what is suggested for it. The lane is
// touched.
void vd_suggestion_consider(struct vd_act *act, Vd__Lane *lane);
// The same for every other lane whose open suggestion relies on this one.
void vd_suggestion_relied_on(struct vd_act *act, const Vd__Lane *lane);
// The same where nobody can walk to or from any more.
void vd_suggestion_zone_shut(struct vd_act *act, const char *zone);

#endif
