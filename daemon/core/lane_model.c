// The arithmetic of a queue at check-in: rates learnt, waits predicted, the busiest half hour. Pure.
#include <stdlib.h>

#include "daemon/core/key.h"
#include "daemon/core/lane_internal.h"

static const int64_t MINUTE_MS = 60000;
static const int64_t DAY_MS = INT64_C(86400000);
static const int64_t GUEST = 1000;           // thousandths
static const int64_t RATE_MAX = 1000 * 1000; // VD_LANE_MINUTE_MAX guests a minute
static const int64_t SERVICE_MIN = 50;       // a desk that is open serves a guest in 20 minutes
static const int64_t SERVICE_UNKNOWN = 2 * 1000;

static int64_t least(int64_t a, int64_t b)
{
  return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
  return a > b ? a : b;
}

// ---- what a lane serves ----

static int64_t percent_of(Vd__LaneState state)
{
  switch (state) {
  case VD__LANE_STATE__LANE_STATE_CLOSED:
    return 0;
  case VD__LANE_STATE__LANE_STATE_PRINTER_DOWN:
    return 50;
  case VD__LANE_STATE__LANE_STATE_OFFLINE_LIST:
    return 60;
  default:
    return 100;
  }
}

bool vd_lane_is_closed(const Vd__Lane *lane)
{
  return percent_of(lane->state) == 0;
}

static int64_t desk_rate(const Vd__Lane *lane)
{
  if (lane->service_rate > 0)
    return lane->service_rate;
  return lane->service_ms > 0 ? most(MINUTE_MS * GUEST / lane->service_ms, SERVICE_MIN) : SERVICE_UNKNOWN;
}

int64_t vd_lane_service(const Vd__Lane *lane, Vd__LaneState state, uint32_t desks)
{
  return desk_rate(lane) * desks * percent_of(state) / 100;
}

// ---- the queue ----

static int64_t guests_after(const struct vd_queue *queue, int64_t span_ms)
{
  return most(queue->guests + (queue->arrivals - queue->service) * span_ms / MINUTE_MS, 0);
}

bool vd_lane_is_stale(const Vd__Lane *lane, int64_t now_ms)
{
  return lane->counted_at_ms == 0 || lane->counted_at_ms + VD_LANE_SIGHT_MS < now_ms;
}

struct vd_queue vd_lane_queue(const Vd__Lane *lane, int64_t at_ms)
{
  struct vd_queue queue = {
      .guests = lane->queue,
      .arrivals = lane->arrival_rate,
      .service = vd_lane_service(lane, lane->state, lane->desks),
  };
  int64_t until_ms = least(at_ms, lane->counted_at_ms + VD_LANE_SIGHT_MS);
  if (lane->counted_at_ms != 0 && until_ms > lane->queue_at_ms)
    queue.guests = guests_after(&queue, until_ms - lane->queue_at_ms);
  return queue;
}

void vd_lane_carry(Vd__Lane *lane, int64_t at_ms)
{
  struct vd_queue queue = vd_lane_queue(lane, at_ms);
  lane->queue = queue.guests;
  lane->queue_at_ms = most(lane->queue_at_ms, at_ms);
}

int64_t vd_queue_wait(const struct vd_queue *queue)
{
  return queue->service > 0 ? least(queue->guests * MINUTE_MS / queue->service, DAY_MS) : 0;
}

// What changes at one rate is longest at one of its ends.
int64_t vd_queue_ahead(const struct vd_queue *queue, int64_t ahead_ms)
{
  struct vd_queue then = *queue;
  then.guests = guests_after(queue, ahead_ms);
  return most(vd_queue_wait(queue), vd_queue_wait(&then));
}

int64_t vd_lane_sight(const struct vd_venue *venue, int64_t now_ms)
{
  const char *prefix = "opening/";
  struct vd_key from = vd_key_of(prefix, "", "");
  vd_key_add_sorted(&from, (uint64_t)most(now_ms, 0), VD_KEY_DIGITS);
  const char *key = vd_index_next(venue->index, prefix, from.text);
  return key ? least(strtoll(key + strlen(prefix), NULL, 10) - now_ms, VD_LANE_SIGHT_MS) : 0;
}

void vd_lane_predict(struct vd_act *act, Vd__Lane *lane)
{
  struct vd_queue queue = vd_lane_queue(lane, act->now_ms);
  bool is_known = !vd_lane_is_stale(lane, act->now_ms);
  lane->wait_ms = is_known ? vd_queue_wait(&queue) : 0;
  lane->ahead_ms = is_known ? vd_queue_ahead(&queue, vd_lane_sight(act->venue, act->now_ms)) : 0;
  lane->peak_wait_ms = most(lane->peak_wait_ms, lane->wait_ms);
}

// ---- learning ----

static int64_t rate_seen(int64_t guests, int64_t span_ms)
{
  return least(guests * GUEST * MINUTE_MS / span_ms, RATE_MAX);
}

static int64_t taught(int64_t rate, int64_t seen, int64_t span_ms)
{
  return rate + (seen - rate) * span_ms / (span_ms + VD_LANE_SETTLE_MS);
}

static void learn_arrivals(Vd__Lane *lane, uint32_t arrived, int64_t span_ms, bool goes_on)
{
  int64_t seen = rate_seen(arrived, span_ms);
  bool begins = !goes_on && span_ms >= MINUTE_MS;
  lane->arrival_rate = (uint32_t)(begins ? seen : taught(goes_on ? lane->arrival_rate : 0, seen, span_ms));
}

// `before` waited when the interval began.
static void learn_service(const struct vd_lane_interval *interval, uint32_t before)
{
  Vd__Lane *lane = interval->lane;
  int64_t span_ms = interval->to_ms - interval->from_ms, percent = percent_of(lane->state);
  if (lane->desks == 0 || percent == 0 || lane->state_at_ms > interval->from_ms)
    return;
  int64_t seen = rate_seen(interval->count->checked_in, span_ms) * 100 / percent / lane->desks;
  bool was_busy = before > 0 && lane->waiting > 0;
  if (was_busy || seen > desk_rate(lane))
    lane->service_rate = (uint32_t)least(most(taught(desk_rate(lane), seen, span_ms), SERVICE_MIN), RATE_MAX);
}

// ---- the busiest half hour ----

static void slots_begin(Vd__Lane *lane)
{
  if (lane->n_recent == VD_LANE_SLOTS)
    return;
  free(lane->recent);
  lane->recent = vd_zalloc(VD_LANE_SLOTS * sizeof *lane->recent);
  lane->n_recent = VD_LANE_SLOTS;
}

// The slots end with the one that begins then.
static void slots_move(Vd__Lane *lane, int64_t slot_ms)
{
  int64_t steps = lane->recent_at_ms ? (slot_ms - lane->recent_at_ms) / VD_LANE_SLOT_MS : VD_LANE_SLOTS;
  if (steps <= 0)
    return;
  for (int64_t i = 0; i < VD_LANE_SLOTS; i++)
    lane->recent[i] = i + steps < VD_LANE_SLOTS ? lane->recent[i + steps] : 0;
  lane->recent_at_ms = slot_ms;
}

static uint32_t slots_sum(const Vd__Lane *lane)
{
  uint32_t sum = 0;
  for (size_t i = 0; i < lane->n_recent; i++)
    sum += lane->recent[i];
  return sum;
}

static void add_to_peak(Vd__Lane *lane, uint32_t arrived, int64_t from_ms, int64_t to_ms)
{
  int64_t given = 0;
  slots_begin(lane);
  for (int64_t at_ms = from_ms; at_ms < to_ms;) {
    int64_t slot_ms = at_ms - at_ms % VD_LANE_SLOT_MS;
    at_ms = least(slot_ms + VD_LANE_SLOT_MS, to_ms);
    int64_t until_now = (int64_t)arrived * (at_ms - from_ms) / (to_ms - from_ms);
    slots_move(lane, slot_ms);
    lane->recent[VD_LANE_SLOTS - 1] += (uint32_t)(until_now - given);
    given = until_now;
    uint32_t sum = slots_sum(lane);
    if (sum <= lane->peak_arrivals)
      continue;
    lane->peak_arrivals = sum;
    lane->peak_at_ms = at_ms;
  }
}

// ---- an interval ----

// Who came, where nobody counted them: who was checked in, and what the queue grew by.
static uint32_t arrived_of(const Vd__LaneCount *count, uint32_t before, bool goes_on)
{
  if (count->has_arrived)
    return count->arrived;
  int64_t grown = count->has_waiting && goes_on ? (int64_t)count->waiting - before : 0;
  return (uint32_t)most(count->checked_in + grown, 0);
}

static uint32_t waiting_of(const Vd__LaneCount *count, uint32_t before, uint32_t arrived)
{
  int64_t left = count->has_waiting ? count->waiting : (int64_t)before + arrived - count->checked_in;
  return (uint32_t)least(most(left, 0), VD_LANE_WAITING_MAX);
}

void vd_lane_take_interval(const struct vd_lane_interval *interval)
{
  Vd__Lane *lane = interval->lane;
  const Vd__LaneCount *count = interval->count;
  bool goes_on = lane->counted_at_ms != 0 && interval->from_ms - lane->counted_at_ms <= VD_LANE_SIGHT_MS;
  uint32_t before = goes_on ? lane->waiting : 0, arrived = arrived_of(count, before, goes_on);
  lane->waiting = waiting_of(count, before, arrived);
  learn_arrivals(lane, arrived, interval->to_ms - interval->from_ms, goes_on);
  learn_service(interval, interval->from_ms == lane->counted_at_ms ? before : 0);
  add_to_peak(lane, arrived, interval->from_ms, interval->to_ms);
  lane->arrived += arrived;
  lane->checked_in += count->checked_in;
  lane->from_at_ms = interval->from_ms;
  lane->counted_at_ms = interval->to_ms;
  lane->last_arrived = arrived;
  lane->last_checked_in = count->checked_in;
  lane->last_waiting = lane->waiting;
  lane->said_to_at_ms = interval->said_ms;
  if (vd_lane_is_closed(lane)) // told late, or of a lane that closed within it
    lane->waiting = lane->arrival_rate = 0;
  lane->queue = lane->waiting * GUEST;
  lane->queue_at_ms = most(interval->to_ms, lane->state_at_ms); // what served before it changed is not known
}
