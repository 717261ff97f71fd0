// Check-in lanes (雙通道) and what would shorten their queues. Room-internal.
//
// The wait. The queue is a fluid: arrivals and service at their learnt rates (thousandths of a guest per
// minute, rate += (observed - rate) / 2 per interval counted; before the first count as planned: desks /
// service_ms). Who joins now waits `waiting / service rate`; while arrivals exceed service before the
// opening, the peak's wait is what has queued by then. Where the queue was not counted it is what arrived
// less what was checked in.
//
// A predicted wait over lane_wait makes one suggestion: to open a closed lane of the same kind in reach, or
// to move a member of staff from the lane of the shortest wait, whichever expects more; with the expected
// wait. Taken, it is measured five minutes later: did the predicted wait fall by at least half of what was
// expected?
#ifndef VD_CORE_LANE_H
#define VD_CORE_LANE_H

#include "daemon/core/act.h"

enum vd_err vd_lane_counts(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_lane_set(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_suggestion_take(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_suggestion_pass(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
void vd_suggestion_fire(struct vd_act *act, Vd__Suggestion *suggestion);
int64_t vd_suggestion_next(const Vd__Suggestion *suggestion); // for timer.c

#endif
