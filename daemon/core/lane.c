// What is counted at check-in and what people say of its lanes.
#include "daemon/core/lane.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/core/key.h"
#include "daemon/core/lane_internal.h"
#include "daemon/core/suggestion.h"
#include "proto/text.h"

// A refusal looks at so many names for the nearest one, no more.
enum { NEAREST_MAX = 1000 };
static const int64_t MINUTE_MS = 60000;
static const int64_t DAY_MS = INT64_C(86400000);
static const int64_t BEGINS_BEFORE_MS = INT64_C(5) * 60000; // an interval of which nobody said when it began

// ---- finding ----

static enum vd_err get(const struct vd_venue *venue, const char *id, const char *field, Vd__Lane **lane,
                       struct vd_refusal *refusal)
{
  *lane = VD_FIND(venue, LANE, Lane, id);
  if (*lane && !(*lane)->retired)
    return VD_OK;
  const char *best = NULL, *after = NULL;
  unsigned distance = UINT32_MAX, looked_at = 0;
  const Vd__Lane *other;
  while (looked_at++ < NEAREST_MAX &&
         (other = (Vd__Lane *)vd_fold_next(venue->fold, VD__KIND__KIND_LANE, after, ""))) {
    after = other->id;
    if (!other->retired)
      vd_nearest_consider(id, other->id, &best, &distance);
  }
  enum vd_err err = vd_refuse(refusal, VD_ERR_UNKNOWN_LANE, field, "%s", id);
  if (refusal && best)
    memcpy(refusal->nearest, best, strnlen(best, sizeof refusal->nearest - 1));
  return err;
}

// ---- what is told ----

static void add_why(Vd__Fact *fact, const char *word, uint64_t number)
{
  struct vd_key why = vd_key_of(word, ":", "");
  vd_key_add_number(&why, number);
  vd_strings_add(&fact->why, &fact->n_why, why.text);
}

// ---- counts: checked ----

// The interval that was last of a lane: its numbers are those that were said.
struct last {
  int64_t from_ms, to_ms, said_ms; // 0 for none
  uint32_t checked_in, arrived, waiting;
  bool has_arrived, has_waiting;
};

// A list under way: its intervals so far, and the last new one of each lane in it, by the lanes' ids.
struct list {
  const struct vd_act *act;
  struct vd_lane_interval intervals[VD_LANE_COUNTS_MAX];
  size_t count;
  size_t last[VD_LANE_COUNTS_MAX];
  size_t n_last;
};

static enum vd_err refuse_count(struct vd_refusal *refusal, enum vd_err err, size_t at, const char *field,
                                const char *detail)
{
  struct vd_key path = vd_key_of("lane_counts.counts[", "", "");
  vd_key_add_number(&path, at);
  vd_key_add(&path, "].");
  vd_key_add(&path, field);
  return vd_refuse(refusal, err, path.text, "%s", detail);
}

// Where the lane's last one is, or would be.
static size_t place_of(const struct list *list, const Vd__Lane *lane, bool *is_there)
{
  size_t from = 0, to = list->n_last;
  while (from < to) {
    size_t middle = (from + to) / 2;
    if (strcmp(list->intervals[list->last[middle]].lane->id, lane->id) < 0)
      from = middle + 1;
    else
      to = middle;
  }
  *is_there = from < list->n_last && list->intervals[list->last[from]].lane == lane;
  return from;
}

// The one just checked, which is new.
static void keep_last(struct list *list)
{
  bool is_there = false;
  struct vd_lane_interval *interval = &list->intervals[list->count];
  size_t place = place_of(list, interval->lane, &is_there);
  interval->is_first = !is_there;
  if (!is_there) {
    memmove(&list->last[place + 1], &list->last[place], (list->n_last - place) * sizeof *list->last);
    list->n_last++;
  }
  list->last[place] = list->count;
}

static struct last last_of(const struct list *list, const Vd__Lane *lane)
{
  bool is_there = false;
  size_t place = place_of(list, lane, &is_there);
  if (!is_there)
    return (struct last){.from_ms = lane->from_at_ms,
                         .to_ms = lane->counted_at_ms,
                         .said_ms = lane->said_to_at_ms,
                         .checked_in = lane->last_checked_in,
                         .arrived = lane->last_arrived,
                         .waiting = lane->last_waiting,
                         .has_arrived = true,
                         .has_waiting = true};
  const struct vd_lane_interval *interval = &list->intervals[list->last[place]];
  const Vd__LaneCount *count = interval->count;
  return (struct last){interval->from_ms, interval->to_ms, interval->said_ms,  count->checked_in,
                       count->arrived,    count->waiting,  count->has_arrived, count->has_waiting};
}

static int64_t begins_at(const struct vd_venue *venue, const struct last *last,
                         const struct vd_lane_interval *interval)
{
  int64_t doors_ms = vd_venue_event(venue)->doors_at_ms, most_ms = VD_LANE_INTERVAL_MAX_MS;
  int64_t to_ms = interval->to_ms;
  if (last->said_ms == interval->said_ms)
    return last->from_ms;
  if (to_ms - last->to_ms <= most_ms) // also where it is out of order, which is said below
    return last->to_ms;
  return doors_ms < to_ms && to_ms - doors_ms <= most_ms ? doors_ms : to_ms - BEGINS_BEFORE_MS;
}

static enum vd_err check_order(const struct list *list, const struct last *last,
                               const struct vd_lane_interval *interval, struct vd_refusal *refusal)
{
  if (last->to_ms != 0 && interval->from_ms < last->to_ms)
    return refuse_count(refusal, VD_ERR_OUT_OF_ORDER, list->count, "from_at_ms",
                        "this lane was counted beyond that already");
  if (interval->from_ms >= interval->to_ms)
    return last->to_ms >= interval->to_ms
               ? refuse_count(refusal, VD_ERR_OUT_OF_ORDER, list->count, "to_at_ms",
                              "this lane was counted until then already")
               : refuse_count(refusal, VD_ERR_BAD_VALUE, list->count, "to_at_ms", "it ends before it begins");
  if (interval->from_ms < interval->to_ms - VD_LANE_INTERVAL_MAX_MS)
    return refuse_count(refusal, VD_ERR_BAD_VALUE, list->count, "from_at_ms", "an interval is at most 4 h");
  return VD_OK;
}

static enum vd_err check_times(struct list *list, struct vd_lane_interval *interval,
                               struct vd_refusal *refusal)
{
  const struct vd_act *act = list->act;
  const Vd__LaneCount *count = interval->count;
  struct last last = last_of(list, interval->lane);
  int64_t now_ms = act->now_ms;
  interval->said_ms = interval->to_ms = count->to_at_ms != 0 ? count->to_at_ms : vd_act_acted_at(act);
  if (interval->to_ms > now_ms + vd_policy(act->venue)->future_skew_ms)
    return refuse_count(refusal, VD_ERR_ACTED_IN_FUTURE, list->count, "to_at_ms", "it has not ended yet");
  if (interval->to_ms < now_ms - DAY_MS)
    return refuse_count(refusal, VD_ERR_ACTED_TOO_EARLY, list->count, "to_at_ms", "more than a day ago");
  if (interval->to_ms > now_ms) // a fast clock's
    interval->to_ms = now_ms;
  interval->from_ms = count->from_at_ms != 0 ? count->from_at_ms : begins_at(act->venue, &last, interval);
  interval->is_repeat =
      last.to_ms != 0 && interval->from_ms == last.from_ms && interval->said_ms == last.said_ms;
  return interval->is_repeat ? VD_OK : check_order(list, &last, interval, refusal);
}

// A long interval, or many short ones: neither lets in more than so many in a minute.
static bool is_too_many(const struct vd_lane_interval *interval, uint32_t guests)
{
  return guests > ((interval->to_ms - interval->from_ms) * VD_LANE_MINUTE_MAX + MINUTE_MS - 1) / MINUTE_MS;
}

static enum vd_err check_numbers(const struct list *list, const struct vd_lane_interval *interval,
                                 struct vd_refusal *refusal)
{
  const Vd__LaneCount *count = interval->count;
  const char *too_many = "more than 1000 in a minute";
  if (is_too_many(interval, count->checked_in))
    return refuse_count(refusal, VD_ERR_BAD_VALUE, list->count, "checked_in", too_many);
  if (count->has_arrived && is_too_many(interval, count->arrived))
    return refuse_count(refusal, VD_ERR_BAD_VALUE, list->count, "arrived", too_many);
  if (count->has_waiting && count->waiting > VD_LANE_WAITING_MAX)
    return refuse_count(refusal, VD_ERR_BAD_VALUE, list->count, "waiting", "more than 100000");
  if (!count->has_arrived && count->arrived != 0)
    return refuse_count(refusal, VD_ERR_BAD_VALUE, list->count, "arrived", "without has_arrived");
  if (!count->has_waiting && count->waiting != 0)
    return refuse_count(refusal, VD_ERR_BAD_VALUE, list->count, "waiting", "without has_waiting");
  if (count->waiting > 0 && vd_lane_is_closed(interval->lane) &&
      interval->from_ms >= interval->lane->state_at_ms && !interval->is_repeat)
    return refuse_count(refusal, VD_ERR_WRONG_STATE, list->count, "waiting",
                        "this lane is closed: nobody waits there");
  return VD_OK;
}

// Sent again it is nothing new; with other numbers it contradicts.
static enum vd_err check_repeat(const struct list *list, const struct vd_lane_interval *interval,
                                struct vd_refusal *refusal)
{
  const Vd__LaneCount *count = interval->count;
  struct last last = last_of(list, interval->lane);
  bool is_same = count->checked_in == last.checked_in &&
                 (!count->has_arrived || !last.has_arrived || count->arrived == last.arrived) &&
                 (!count->has_waiting || !last.has_waiting || count->waiting == last.waiting);
  return is_same ? VD_OK
                 : refuse_count(refusal, VD_ERR_OUT_OF_ORDER, list->count, "from_at_ms",
                                "this interval was counted already, with other numbers");
}

static enum vd_err check_counts(struct list *list, struct vd_refusal *refusal)
{
  const Vd__LaneCounts *counts = list->act->command->lane_counts;
  if (counts->n_counts == 0)
    return vd_refuse(refusal, VD_ERR_MISSING, "lane_counts.counts", NULL);
  if (counts->n_counts > VD_LANE_COUNTS_MAX)
    return vd_refuse(refusal, VD_ERR_TOO_MANY, "lane_counts.counts", "%zu, at most %d", counts->n_counts,
                     VD_LANE_COUNTS_MAX);
  enum vd_err err = VD_OK;
  for (; err == VD_OK && list->count < counts->n_counts; list->count += err == VD_OK) {
    struct vd_lane_interval *interval = &list->intervals[list->count];
    *interval = (struct vd_lane_interval){.count = counts->counts[list->count]};
    struct vd_key path = vd_key_of("lane_counts.counts[", "", "");
    vd_key_add_number(&path, list->count);
    vd_key_add(&path, "].lane");
    err = get(list->act->venue, interval->count->lane, path.text, &interval->lane, refusal);
    if (err == VD_OK)
      err = check_times(list, interval, refusal);
    if (err == VD_OK)
      err = check_numbers(list, interval, refusal);
    if (err == VD_OK && interval->is_repeat)
      err = check_repeat(list, interval, refusal);
    if (err == VD_OK && !interval->is_repeat)
      keep_last(list);
  }
  return err;
}

// ---- counts: taken ----

static void seat(struct vd_act *act, const struct vd_lane_interval *interval)
{
  if (interval->count->checked_in == 0)
    return;
  Vd__Event *event = VD_EDIT(act, EVENT, Event, "event");
  Vd__Zone *zone = VD_EDIT(act, ZONE, Zone, interval->lane->zone);
  event->seated += interval->count->checked_in;
  if (zone)
    zone->seated += interval->count->checked_in;
}

static void tell_counts(struct vd_act *act, const struct list *list, uint64_t fresh)
{
  Vd__Fact *fact = vd_act_fact(act, VD_FACT_LANES_COUNTED);
  if (!fact)
    return;
  const Vd__Lane *first = list->intervals[0].lane;
  bool is_one_lane = true, is_one_zone = true;
  uint64_t checked_in = 0;
  for (size_t i = 0; i < list->count; i++) {
    const struct vd_lane_interval *interval = &list->intervals[i];
    is_one_lane &= interval->lane == first;
    is_one_zone &= strcmp(interval->lane->zone, first->zone) == 0;
    checked_in += interval->is_repeat ? 0 : interval->count->checked_in;
  }
  vd_string_set(&fact->zone, is_one_zone ? first->zone : "");
  vd_string_set(&fact->text, is_one_lane ? first->id : "");
  add_why(fact, "counts", fresh);
  add_why(fact, "checked-in", checked_in);
  add_why(fact, "seated", vd_venue_event(act->venue)->seated);
}

static uint64_t take_counts(struct vd_act *act, const struct list *list)
{
  uint64_t fresh = 0;
  for (size_t i = 0; i < list->count; i++) {
    const struct vd_lane_interval *interval = &list->intervals[i];
    if (interval->is_repeat)
      continue;
    vd_act_touch(act, VD__KIND__KIND_LANE, &interval->lane->base);
    vd_lane_take_interval(interval);
    // Whoever needs a desk looks first where it was counted last.
    vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_LANE, interval->lane->id,
                     &interval->lane->base);
    seat(act, interval);
    fresh++;
  }
  if (fresh > 0)
    tell_counts(act, list, fresh);
  // All queues are known before anything is suggested for one of them.
  for (size_t i = 0; i < list->count; i++)
    if (list->intervals[i].is_first)
      vd_lane_predict(act, list->intervals[i].lane);
  for (size_t i = 0; i < list->count; i++)
    if (list->intervals[i].is_first) {
      vd_suggestion_consider(act, list->intervals[i].lane);
      vd_suggestion_relied_on(act, list->intervals[i].lane);
    }
  return fresh;
}

enum vd_err vd_lane_counts(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  struct list *list = vd_zalloc(sizeof *list);
  list->act = act;
  enum vd_err err = check_counts(list, refusal);
  if (err == VD_OK)
    reply->number = take_counts(act, list);
  free(list);
  return err;
}

// ---- state and desks ----

void vd_lane_change(struct vd_act *act, Vd__Lane *lane, Vd__LaneState state, uint32_t desks, int64_t at_ms)
{
  vd_act_touch(act, VD__KIND__KIND_LANE, &lane->base);
  vd_lane_carry(lane, at_ms); // until then it went on as before
  lane->state = state;
  lane->desks = desks;
  lane->state_at_ms = at_ms;
  if (vd_lane_is_closed(lane))
    lane->waiting = lane->arrival_rate = lane->queue = 0;
  // Whoever looks for a lane to open, or a desk to move, sees it as it is from here on.
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_LANE, lane->id, &lane->base);
  vd_lane_predict(act, lane);
}

static enum vd_err check_set(const Vd__SetLane *set, const Vd__Lane *lane, struct vd_refusal *refusal)
{
  bool closes = set->state == VD__LANE_STATE__LANE_STATE_CLOSED ||
                (set->state == VD__LANE_STATE__LANE_STATE_UNSPECIFIED && vd_lane_is_closed(lane));
  if (set->state == VD__LANE_STATE__LANE_STATE_UNSPECIFIED && !set->has_desks)
    return vd_refuse(refusal, VD_ERR_MISSING, "set_lane.state", "open, closed, printer-down, offline-list");
  if (!set->has_desks && set->desks != 0)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "set_lane.desks", "without has_desks");
  if (set->has_desks && closes && set->desks != 0)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "set_lane.desks", "a closed lane has none");
  if (set->has_desks && !closes && (set->desks == 0 || set->desks > VD_LANE_DESKS_MAX))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "set_lane.desks", "1 to %d; without any it is closed",
                     VD_LANE_DESKS_MAX);
  return VD_OK;
}

static uint32_t desks_of(const Vd__SetLane *set, const Vd__Lane *lane, Vd__LaneState state)
{
  if (state == VD__LANE_STATE__LANE_STATE_CLOSED)
    return 0;
  if (set->has_desks)
    return set->desks;
  if (lane->desks > 0)
    return lane->desks;
  return lane->staff > 0 ? lane->staff : 1;
}

static void tell_set(struct vd_act *act, const Vd__Lane *lane)
{
  Vd__Fact *fact = vd_act_fact(act, VD_FACT_LANE_SET);
  if (!fact)
    return;
  vd_string_set(&fact->zone, lane->zone);
  vd_string_set(&fact->text, lane->id);
  vd_strings_add(&fact->why, &fact->n_why, vd_enum_name(&vd__lane_state__descriptor, (int)lane->state));
  add_why(fact, "desks", lane->desks);
}

enum vd_err vd_lane_set(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__SetLane *set = act->command->set_lane;
  int64_t at_ms = vd_act_acted_at(act);
  Vd__Lane *lane = NULL;
  enum vd_err err = get(act->venue, set->lane, "set_lane.lane", &lane, refusal);
  if (err == VD_OK)
    err = check_set(set, lane, refusal);
  if (err != VD_OK)
    return err;
  Vd__LaneState state = set->state ? set->state : lane->state;
  uint32_t desks = desks_of(set, lane, state);
  if (state == lane->state && desks == lane->desks)
    return VD_OK;
  if (at_ms < lane->state_at_ms)
    return vd_refuse(refusal, VD_ERR_OUT_OF_ORDER, "acted_at_ms", "%s changed after that", lane->id);
  if (state == VD__LANE_STATE__LANE_STATE_CLOSED && at_ms < lane->counted_at_ms && lane->waiting > 0)
    return vd_refuse(refusal, VD_ERR_OUT_OF_ORDER, "acted_at_ms", "%s was counted after that", lane->id);
  vd_lane_change(act, lane, state, desks, at_ms);
  tell_set(act, lane);
  vd_node_did(act, VD__NODE__NODE_CHECK_IN, false);
  vd_suggestion_consider(act, lane);
  vd_suggestion_relied_on(act, lane);
  return VD_OK;
}

void vd_lane_plan_applied(struct vd_act *act)
{
  const struct vd_fold *fold = act->venue->fold;
  ProtobufCMessage *message = vd_fold_next(fold, VD__KIND__KIND_LANE, NULL, "");
  for (; message; message = vd_fold_next(fold, VD__KIND__KIND_LANE, vd_message_id(message), "")) {
    Vd__Lane *lane = (Vd__Lane *)message;
    if (*lane->suggestion == '\0' && lane->queue_at_ms != act->now_ms)
      continue;
    vd_act_touch(act, VD__KIND__KIND_LANE, message);
    vd_lane_predict(act, lane);
    vd_suggestion_consider(act, lane);
  }
}
