// Check-in lanes (雙通道): what is counted there, how long who joins will wait, the busiest half hour, who is
// seated so far. What would shorten a queue is suggestion.h's. Room-internal. Rule: standard §3.
//
//   OPEN, PRINTER_DOWN, OFFLINE_LIST <--set--> each other, with as many desks as said, at least one
//   OPEN, PRINTER_DOWN, OFFLINE_LIST --set closed--> CLOSED: no desk, and nobody waits there any more
//   CLOSED --set open, printer-down, offline-list--> with the desks said, else those of the plan
//
// Counting. An interval of a lane says how many were checked in, perhaps how many came, perhaps how many wait
// at its end. A list is taken whole or not at all. The intervals of one lane follow each other: none begins
// before the last has ended, none ends in the future or more than a day ago, none lasts more than four hours
// or lets in more than 1000 a minute.
// The last interval once more, with the same numbers, is nothing new (a system that sends again); it is known
// by its end as it was said, which a fast clock says a little ahead. With other numbers it is refused: what
// was wrong is put right by the next count of the queue. An interval without a beginning begins where the
// last one ended; where none did within four hours, at the doors, or five minutes before its end if the doors
// are not within four hours before it. At a closed lane nobody waits: an interval that begins since it closed
// and says otherwise is refused; so is, of a lane that was counted with a queue, that it closed before.
//   What was not counted is concluded: who waits = waited + came - checked in; who came = checked in + what
// the queue grew by. After more than half an hour uncounted, nothing is concluded from what was before.
//
// The rates, in thousandths of a guest a minute: `arrival_rate` of the lane and `service_rate` of one desk
// while nothing is wrong (first as planned: a guest each service_ms). An interval of t teaches
//
//   rate += (seen - rate) x t / (t + 5 min)
//
// The first says the rate of arrivals by itself, if it lasted a minute. An interval teaches the rate of
// service only if people waited all along (a desk that waits for guests is not slow), or if it was faster
// than was known; and not if state or desks changed within it. A lane serves
//
//   desks x service_rate x 100 % open, 60 % from a list on paper, 50 % while the printer is down, 0 % closed
//
// and what is seen under these is learnt as what it would be in order.
//
// The wait. The queue is a fluid: from its last count it grows by arrivals less service, never below nothing.
// When state or desks change it is first carried to that moment (`queue`, `queue_at_ms`), as it was served
// until then. Not counted for half an hour it is not known, and nothing is predicted.
// Who joins at a moment waits queue / service: `wait_ms` who joins now, `ahead_ms` whoever waits longest from
// now to the opening, when the next session (no break) of the agenda begins; of that at most half an hour,
// the peak of the standard, is looked at. A day is the longest. Integers alone: never negative, and the same
// at a replay.
//
// The peak. Arrivals are kept in slots of five minutes of the clock (an interval's are spread evenly over
// it); the last six are the half hour, and the fullest half hour there was is the peak that now stands
// against.
//
// Seated: who was checked in, of the venue (Event) and at the lanes of each zone (Zone).
#ifndef VD_CORE_LANE_H
#define VD_CORE_LANE_H

#include "daemon/core/act.h"

enum {
  VD_LANE_COUNTS_MAX = 500,  // in one command
  VD_LANE_MINUTE_MAX = 1000, // nobody checks in, or comes, more in a minute to one lane
  VD_LANE_WAITING_MAX = 100000,
  VD_LANE_DESKS_MAX = 200,
  VD_LANE_INTERVAL_MAX_MS = 4 * 3600000,
  VD_LANE_SETTLE_MS = 5 * 60000, // an interval as long as this counts for half
  VD_LANE_SIGHT_MS = 30 * 60000, // as far the rates of now are believed
  VD_LANE_SLOT_MS = 5 * 60000,
  VD_LANE_SLOTS = 6,
};

// Replies with how many counts were new.
enum vd_err vd_lane_counts(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_lane_set(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

// ---- for the other modules ----

// A plan was worked in, keys are derived anew: what has other desks is predicted; what is suggested is looked
// at again, and dropped where the lane is gone.
void vd_lane_plan_applied(struct vd_act *act);
// State and desks, as they become from a moment on. The lane is touched here; what was suggested that relies
// on it is looked at again.
void vd_lane_change(struct vd_act *act, Vd__Lane *lane, Vd__LaneState state, uint32_t desks, int64_t at_ms);

#endif
