// What lanes and suggestions share: the arithmetic of the queue (lane_model.c). Rules: lane.h.
#ifndef VD_CORE_LANE_INTERNAL_H
#define VD_CORE_LANE_INTERNAL_H

#include "daemon/core/lane.h"
#include "daemon/core/venue_internal.h"

// A queue and what moves it. Guests in thousandths, rates in thousandths of a guest a minute.
struct vd_queue {
  int64_t guests;
  int64_t arrivals, service;
};

bool vd_lane_is_closed(const Vd__Lane *lane);
// Counted too long ago, or never: what waits there is not known.
bool vd_lane_is_stale(const Vd__Lane *lane, int64_t now_ms);
// What the lane would serve in this state with so many desks.
int64_t vd_lane_service(const Vd__Lane *lane, Vd__LaneState state, uint32_t desks);
// The queue as of a moment not before its last count or change.
struct vd_queue vd_lane_queue(const Vd__Lane *lane, int64_t at_ms);
// Keeps it as it has become by then, before what moves it changes. The lane is touched.
void vd_lane_carry(Vd__Lane *lane, int64_t at_ms);
// Who joins now; nobody where nothing is served.
int64_t vd_queue_wait(const struct vd_queue *queue);
// Whoever waits longest within the time ahead.
int64_t vd_queue_ahead(const struct vd_queue *queue, int64_t ahead_ms);
// How far ahead is to be looked: to the next opening, at most VD_LANE_SIGHT_MS; 0 if none is in sight.
int64_t vd_lane_sight(const struct vd_venue *venue, int64_t now_ms);

// An interval that was counted, completed and checked.
struct vd_lane_interval {
  Vd__Lane *lane; // borrowed
  const Vd__LaneCount *count;
  int64_t from_ms, to_ms;
  int64_t said_ms; // its end as it was said, by a clock that may be fast: by this it is known again
  bool is_repeat;  // of the last one: nothing new
  bool is_first;   // of its lane that is new
};
// Takes it into queue, totals, rates and peak. The lane is touched.
void vd_lane_take_interval(const struct vd_lane_interval *interval);
// wait_ms and ahead_ms anew, as of now. The lane is touched.
void vd_lane_predict(struct vd_act *act, Vd__Lane *lane);

#endif
