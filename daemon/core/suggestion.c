#include "daemon/core/suggestion.h"

#include <string.h>

#include "daemon/core/dispatch.h"
#include "daemon/core/escalation.h"
#include "daemon/core/key.h"
#include "daemon/core/lane_internal.h"
#include "daemon/core/node.h"
#include "proto/text.h"

// As many lanes are looked at for one that could help, in the order of their ids: more are not in reach of
// each other.
enum { CANDIDATES_MAX = 256 };

#define STATE(state) VD__SUGGESTION_STATE__SUGGESTION_STATE_##state
#define OPEN_LANE    VD__SUGGESTION_KIND__SUGGESTION_KIND_OPEN_LANE
#define MOVE_STAFF   VD__SUGGESTION_KIND__SUGGESTION_KIND_MOVE_STAFF

// ---- finding ----

static struct vd_key id_of(uint64_t number)
{
  struct vd_key id = vd_key_of("s", "", "");
  vd_key_add_number(&id, number);
  return id;
}

static enum vd_err get(const struct vd_venue *venue, uint64_t number, const char *field,
                       Vd__Suggestion **suggestion, struct vd_refusal *refusal)
{
  *suggestion = VD_FIND(venue, SUGGESTION, Suggestion, id_of(number).text);
  if (*suggestion)
    return VD_OK;
  return vd_refuse(refusal, VD_ERR_UNKNOWN_SUGGESTION, field, "s%llu", (unsigned long long)number);
}

static enum vd_err refuse_state(const Vd__Suggestion *suggestion, const char *field,
                                struct vd_refusal *refusal)
{
  return vd_refuse(refusal, VD_ERR_WRONG_STATE, field, "%s is %s", suggestion->id,
                   vd_enum_name(&vd__suggestion_state__descriptor, (int)suggestion->state));
}

static Vd__Suggestion *of_lane(const struct vd_venue *venue, const Vd__Lane *lane)
{
  return *lane->suggestion ? VD_FIND(venue, SUGGESTION, Suggestion, lane->suggestion) : NULL;
}

static struct vd_key subject_of(const char *lane)
{
  return vd_key_of("lane.", lane, "");
}

static int64_t clear_mark(const struct vd_venue *venue)
{
  return vd_policy(venue)->lane_wait_ms * VD_SUGGESTION_CLEAR_PERCENT / 100;
}

// ---- what is told ----

// NULL where the act is about something else.
static Vd__Fact *tell(struct vd_act *act, enum vd_fact what, const Vd__Suggestion *suggestion)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  const Vd__Lane *lane = VD_FIND(act->venue, LANE, Lane, suggestion->lane);
  if (!fact)
    return NULL;
  vd_string_set(&fact->zone, lane ? lane->zone : "");
  vd_string_set(&fact->subject, suggestion->id);
  vd_string_set(&fact->text, suggestion->lane);
  return fact;
}

static void add_why(Vd__Fact *fact, const char *word, const char *value)
{
  struct vd_buffer why = {0};
  if (!fact || (*word == '\0' && *value == '\0'))
    return;
  vd_buffer_printf(&why, "%s%s", word, value);
  vd_buffer_append(&why, "", 1);
  vd_strings_add(&fact->why, &fact->n_why, (char *)why.data);
  vd_buffer_finish(&why);
}

static void add_wait(Vd__Fact *fact, const char *word, int64_t wait_ms)
{
  char text[32];
  vd_duration_format(wait_ms / 1000 * 1000, text, sizeof text);
  add_why(fact, word, text);
}

static void add_what(Vd__Fact *fact, const Vd__Suggestion *suggestion)
{
  add_why(fact, suggestion->kind == OPEN_LANE ? "open:" : "move-from:", suggestion->other);
  add_wait(fact, "wait:", suggestion->wait_ms);
  add_wait(fact, "expected:", suggestion->expected_ms);
}

// ---- what would help ----

struct remedy {
  Vd__SuggestionKind kind; // 0: nothing helps
  Vd__Lane *other;
  int64_t expected_ms;
};

// `lane` needs help; `sight_ms` ahead is looked.
struct need {
  struct vd_act *act;
  const Vd__Lane *lane;
  int64_t sight_ms;
};

static bool can_be_entered(const struct vd_venue *venue, const char *id)
{
  const Vd__Zone *zone = VD_FIND(venue, ZONE, Zone, id);
  return zone && !zone->retired && zone->status <= VD__ZONE_STATUS__ZONE_STATUS_CROWDED;
}

// Guests walk to a lane that opens; a member of staff walks to the lane that needs one.
static bool is_in_reach(const struct need *need, const char *from, const char *to)
{
  return can_be_entered(need->act->venue, to) &&
         (strcmp(from, to) == 0 || vd_walk_ms(need->act->venue, from, to) <= VD_SUGGESTION_REACH_MS);
}

static bool can_open(const struct need *need, const Vd__Lane *other)
{
  return other != need->lane && !other->retired && vd_lane_is_closed(other) &&
         other->kind == need->lane->kind && is_in_reach(need, need->lane->zone, other->zone);
}

static int64_t expected_of_opening(const struct need *need, const Vd__Lane *other)
{
  struct vd_queue queue = vd_lane_queue(need->lane, need->act->now_ms);
  queue.service += vd_lane_service(other, VD__LANE_STATE__LANE_STATE_OPEN, other->staff ? other->staff : 1);
  return vd_queue_ahead(&queue, need->sight_ms);
}

static int64_t ahead_with(const struct need *need, const Vd__Lane *lane, uint32_t desks)
{
  struct vd_queue queue = vd_lane_queue(lane, need->act->now_ms);
  queue.service = vd_lane_service(lane, lane->state, desks);
  return vd_queue_ahead(&queue, need->sight_ms);
}

// What nobody has counted for long may well be as full.
static bool can_give(const struct need *need, const Vd__Lane *other)
{
  if (vd_lane_is_stale(other, need->act->now_ms))
    return false;
  return other != need->lane && !other->retired && !vd_lane_is_closed(other) && other->desks >= 2 &&
         need->lane->desks < VD_LANE_DESKS_MAX &&
         ahead_with(need, other, other->desks - 1) <= clear_mark(need->act->venue) &&
         is_in_reach(need, other->zone, need->lane->zone);
}

// One lane is opened once, one desk walks once: who relies on it first has it.
static bool is_promised(const struct need *need, const Vd__Lane *other)
{
  return vd_index_next(need->act->venue->index, vd_key_of("relies/", other->id, "/").text, NULL) != NULL;
}

// The lane that opens with the shortest wait expected; of several the first.
static void look_for_opening(const struct need *need, struct remedy *best)
{
  const struct vd_venue *venue = need->act->venue;
  struct vd_key prefix = vd_key_of("closed/", "", "");
  vd_key_add_number(&prefix, (uint64_t)need->lane->kind);
  vd_key_add(&prefix, "/");
  const char *key = NULL;
  for (unsigned i = 0; i < CANDIDATES_MAX && (key = vd_index_next(venue->index, prefix.text, key)); i++) {
    Vd__Lane *other = VD_FIND(venue, LANE, Lane, vd_index_last_field(key));
    if (!can_open(need, other) || is_promised(need, other))
      continue;
    int64_t expected_ms = expected_of_opening(need, other);
    if (expected_ms < best->expected_ms)
      *best = (struct remedy){OPEN_LANE, other, expected_ms};
  }
}

// The lane with the shortest wait that can give a desk, of those counted latest; of several the first.
static Vd__Lane *giver_for(const struct need *need)
{
  const struct vd_venue *venue = need->act->venue;
  Vd__Lane *best = NULL;
  int64_t shortest_ms = VD_NEVER;
  const char *key = NULL, *prefix = "gives/";
  for (unsigned i = 0; i < CANDIDATES_MAX && (key = vd_index_next(venue->index, prefix, key)); i++) {
    Vd__Lane *other = VD_FIND(venue, LANE, Lane, vd_index_last_field(key));
    if (vd_lane_is_stale(other, need->act->now_ms))
      break;
    int64_t ahead_ms = ahead_with(need, other, other->desks);
    bool is_first = best && ahead_ms == shortest_ms && strcmp(other->id, best->id) < 0;
    if ((ahead_ms >= shortest_ms && !is_first) || !can_give(need, other) || is_promised(need, other))
      continue;
    best = other;
    shortest_ms = ahead_ms;
  }
  return best;
}

static struct remedy remedy_for(const struct need *need)
{
  struct remedy best = {.expected_ms = need->lane->ahead_ms};
  look_for_opening(need, &best);
  Vd__Lane *giver = giver_for(need);
  int64_t expected_ms = giver ? ahead_with(need, need->lane, need->lane->desks + 1) : VD_NEVER;
  if (expected_ms < best.expected_ms)
    best = (struct remedy){MOVE_STAFF, giver, expected_ms};
  return best;
}

// ---- made, withdrawn ----

// From then on a count that it rests on is too old, unless there is a later one.
static int64_t rests_until(const struct remedy *remedy, const Vd__Lane *lane)
{
  int64_t counted_ms = lane->counted_at_ms;
  if (remedy->kind == MOVE_STAFF && remedy->other->counted_at_ms < counted_ms)
    counted_ms = remedy->other->counted_at_ms;
  return counted_ms + VD_LANE_SIGHT_MS + 1;
}

static const char *lead_of(const struct vd_venue *venue, const Vd__Lane *lane)
{
  const Vd__Team *team = *lane->team ? VD_FIND(venue, TEAM, Team, lane->team) : NULL;
  return team && *team->lead ? team->lead : vd_policy(venue)->control;
}

// Another lane may be looked at in the same act.
static void refresh(struct vd_act *act, Vd__Suggestion *suggestion)
{
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_SUGGESTION, suggestion->id,
                   &suggestion->base);
}

static void make(struct vd_act *act, Vd__Lane *lane, const struct remedy *remedy)
{
  Vd__Event *event = VD_EDIT(act, EVENT, Event, "event");
  uint64_t number = ++event->last_suggestion;
  Vd__Suggestion *suggestion = VD_CREATE(act, SUGGESTION, Suggestion, id_of(number).text);
  suggestion->number = number;
  suggestion->kind = remedy->kind;
  suggestion->state = STATE(OPEN);
  vd_string_set(&suggestion->lane, lane->id);
  vd_string_set(&suggestion->other, remedy->other->id);
  suggestion->made_at_ms = act->now_ms;
  suggestion->look_at_ms = rests_until(remedy, lane);
  suggestion->wait_ms = lane->ahead_ms;
  suggestion->expected_ms = remedy->expected_ms;
  vd_string_set(&lane->suggestion, suggestion->id);
  refresh(act, suggestion);
  add_what(tell(act, VD_FACT_SUGGESTED, suggestion), suggestion);
  vd_node_did(act, VD__NODE__NODE_CHECK_IN, true);
  vd_escalation_ask(act, subject_of(lane->id).text, lane->zone, lead_of(act->venue, lane),
                    VD__ALERT_WHY__ALERT_WHY_SUGGESTION);
}

// The lane has no suggestion any more, and nobody is called about it.
static void let_go(struct vd_act *act, const Vd__Suggestion *suggestion, int64_t quiet_until_ms)
{
  Vd__Lane *lane = VD_EDIT(act, LANE, Lane, suggestion->lane);
  vd_escalation_settle(act, subject_of(suggestion->lane).text);
  vd_string_set(&lane->suggestion, "");
  lane->quiet_until_at_ms = quiet_until_ms;
}

static void pass(struct vd_act *act, Vd__Suggestion *suggestion, const char *by, const char *reason,
                 int64_t pause_ms)
{
  vd_act_touch(act, VD__KIND__KIND_SUGGESTION, &suggestion->base);
  suggestion->state = STATE(PASSED);
  suggestion->passed_at_ms = act->now_ms;
  vd_string_set(&suggestion->passed_by, by);
  vd_string_set(&suggestion->reason, reason);
  refresh(act, suggestion);
  add_why(tell(act, VD_FACT_SUGGESTION_PASSED, suggestion), reason, "");
  let_go(act, suggestion, pause_ms ? act->now_ms + pause_ms : 0);
}

// Can it still be done as it was meant?
static bool is_possible(const struct need *need, const Vd__Suggestion *suggestion)
{
  const Vd__Lane *other = VD_FIND(need->act->venue, LANE, Lane, suggestion->other);
  if (!other || need->lane->retired || vd_lane_is_closed(need->lane))
    return false;
  return suggestion->kind == OPEN_LANE ? can_open(need, other) : can_give(need, other);
}

// Why it has no queue any more.
static const char *reason_gone(const Vd__Lane *lane)
{
  if (lane->retired)
    return "lane-retired";
  return vd_lane_is_closed(lane) ? "lane-closed" : NULL;
}

static const char *reason_to_go(const struct need *need, const Vd__Suggestion *suggestion)
{
  const char *gone = reason_gone(need->lane);
  if (gone)
    return gone;
  if (vd_lane_is_stale(need->lane, need->act->now_ms))
    return "uncounted";
  if (need->lane->ahead_ms <= clear_mark(need->act->venue))
    return "queue-gone";
  return is_possible(need, suggestion) ? NULL : "overtaken";
}

static bool is_wanted(const struct vd_act *act, const Vd__Lane *lane)
{
  const Vd__Policy *policy = vd_policy(act->venue);
  return !policy->manual_nodes && policy->lane_wait_ms > 0 && !reason_gone(lane) &&
         !vd_lane_is_stale(lane, act->now_ms) && lane->ahead_ms > policy->lane_wait_ms &&
         lane->quiet_until_at_ms <= act->now_ms;
}

void vd_suggestion_consider(struct vd_act *act, Vd__Lane *lane)
{
  struct need need = {act, lane, vd_lane_sight(act->venue, act->now_ms)};
  Vd__Suggestion *suggestion = of_lane(act->venue, lane);
  const char *reason =
      suggestion && suggestion->state == STATE(OPEN) ? reason_to_go(&need, suggestion) : NULL;
  if (reason)
    pass(act, suggestion, "", reason, 0);
  if (of_lane(act->venue, lane) || !is_wanted(act, lane))
    return;
  struct remedy remedy = remedy_for(&need);
  if (remedy.kind)
    make(act, lane, &remedy);
}

void vd_suggestion_relied_on(struct vd_act *act, const Vd__Lane *lane)
{
  struct vd_index_fields lanes =
      vd_index_collect(act->venue->index, vd_key_of("relies/", lane->id, "/").text);
  for (size_t i = 0; i < lanes.count; i++) {
    Vd__Lane *other = VD_EDIT(act, LANE, Lane, lanes.items[i]);
    vd_lane_predict(act, other);
    vd_suggestion_consider(act, other);
  }
  vd_index_fields_finish(&lanes);
}

void vd_suggestion_zone_shut(struct vd_act *act, const char *zone)
{
  const struct vd_venue *venue = act->venue;
  struct vd_index_fields lanes = vd_index_collect(venue->index, "relies/");
  for (size_t i = 0; i < lanes.count; i++) {
    Vd__Lane *lane = VD_FIND(venue, LANE, Lane, lanes.items[i]);
    const Vd__Suggestion *suggestion = of_lane(venue, lane);
    const Vd__Lane *other = suggestion ? VD_FIND(venue, LANE, Lane, suggestion->other) : NULL;
    if (strcmp(lane->zone, zone) != 0 && (!other || strcmp(other->zone, zone) != 0))
      continue;
    vd_act_touch(act, VD__KIND__KIND_LANE, &lane->base);
    vd_lane_predict(act, lane);
    vd_suggestion_consider(act, lane);
  }
  vd_index_fields_finish(&lanes);
}

// ---- take, pass ----

static void open_lane(struct vd_act *act, Vd__Lane *other, int64_t at_ms)
{
  vd_lane_change(act, other, VD__LANE_STATE__LANE_STATE_OPEN, other->staff ? other->staff : 1, at_ms);
}

static void move_desk(struct vd_act *act, Vd__Lane *lane, Vd__Lane *other, int64_t at_ms)
{
  vd_lane_change(act, other, other->state, other->desks - 1, at_ms);
  vd_lane_change(act, lane, lane->state, lane->desks + 1, at_ms);
}

// What it expects as of now, which may be long after it was made.
static void expect_anew(const struct need *need, Vd__Suggestion *suggestion, const Vd__Lane *other)
{
  suggestion->wait_ms = ahead_with(need, need->lane, need->lane->desks);
  suggestion->expected_ms = suggestion->kind == OPEN_LANE
                                ? expected_of_opening(need, other)
                                : ahead_with(need, need->lane, need->lane->desks + 1);
}

static void take(const struct need *need, Vd__Suggestion *suggestion, Vd__Lane *lane)
{
  struct vd_act *act = need->act;
  Vd__Lane *other = VD_EDIT(act, LANE, Lane, suggestion->other);
  vd_act_touch(act, VD__KIND__KIND_SUGGESTION, &suggestion->base);
  vd_act_touch(act, VD__KIND__KIND_LANE, &lane->base);
  expect_anew(need, suggestion, other);
  suggestion->state = STATE(TAKEN);
  suggestion->taken_at_ms = act->now_ms;
  vd_string_set(&suggestion->taken_by, vd_act_by(act));
  suggestion->measure_at_ms = act->now_ms + vd_policy(act->venue)->lane_measure_ms;
  add_what(tell(act, VD_FACT_SUGGESTION_TAKEN, suggestion), suggestion);
  vd_escalation_settle(act, subject_of(lane->id).text);
  vd_node_did(act, VD__NODE__NODE_CHECK_IN, false);
  if (suggestion->kind == OPEN_LANE)
    open_lane(act, other, act->now_ms);
  else
    move_desk(act, lane, other, act->now_ms);
  vd_suggestion_relied_on(act, other);
}

enum vd_err vd_suggestion_take(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const char *field = "suggestion_take.suggestion";
  Vd__Suggestion *suggestion = NULL;
  enum vd_err err = get(act->venue, act->command->suggestion_take->suggestion, field, &suggestion, refusal);
  if (err != VD_OK)
    return err;
  if (suggestion->state != STATE(OPEN))
    return refuse_state(suggestion, field, refusal);
  Vd__Lane *lane = VD_FIND(act->venue, LANE, Lane, suggestion->lane);
  struct need need = {act, lane, vd_lane_sight(act->venue, act->now_ms)};
  if (!is_possible(&need, suggestion))
    return vd_refuse(refusal, VD_ERR_WRONG_STATE, field, "%s has changed: it would not help as it was meant",
                     suggestion->other);
  reply->number = suggestion->number;
  take(&need, suggestion, lane);
  return VD_OK;
}

enum vd_err vd_suggestion_pass(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__SuggestionPass *told = act->command->suggestion_pass;
  const char *field = "suggestion_pass.suggestion";
  Vd__Suggestion *suggestion = NULL;
  enum vd_err err = get(act->venue, told->suggestion, field, &suggestion, refusal);
  if (err != VD_OK)
    return err;
  if (suggestion->state != STATE(OPEN))
    return refuse_state(suggestion, field, refusal);
  reply->number = suggestion->number;
  pass(act, suggestion, vd_act_by(act), told->reason, VD_SUGGESTION_PAUSE_MS);
  vd_node_did(act, VD__NODE__NODE_CHECK_IN, false);
  return VD_OK;
}

// ---- time ----

int64_t vd_suggestion_next(const Vd__Suggestion *suggestion)
{
  int64_t answer_ms = suggestion->made_at_ms + VD_SUGGESTION_ANSWER_MS, look_ms = suggestion->look_at_ms;
  if (suggestion->state == STATE(OPEN))
    return look_ms != 0 && look_ms < answer_ms ? look_ms : answer_ms;
  return suggestion->state == STATE(TAKEN) ? suggestion->measure_at_ms : VD_NEVER;
}

static bool has_helped(const Vd__Suggestion *suggestion)
{
  int64_t expected_ms = suggestion->wait_ms - suggestion->expected_ms;
  return 2 * (suggestion->wait_ms - suggestion->measured_ms) >= expected_ms;
}

static void tell_measured(struct vd_act *act, const Vd__Suggestion *suggestion)
{
  Vd__Fact *fact = tell(act, VD_FACT_SUGGESTION_MEASURED, suggestion);
  if (suggestion->uncounted) {
    add_why(fact, "uncounted", "");
    add_why(fact, suggestion->reason, "");
    return;
  }
  add_why(fact, suggestion->helped ? "helped" : "did-not-help", "");
  add_wait(fact, "wait:", suggestion->wait_ms);
  add_wait(fact, "expected:", suggestion->expected_ms);
  add_wait(fact, "measured:", suggestion->measured_ms);
}

static void measure(struct vd_act *act, Vd__Suggestion *suggestion, Vd__Lane *lane)
{
  bool is_counted = lane->counted_at_ms > suggestion->taken_at_ms && !vd_lane_is_stale(lane, act->now_ms);
  const char *gone = reason_gone(lane);
  suggestion->state = STATE(MEASURED);
  suggestion->uncounted = gone || !is_counted;
  vd_string_set(&suggestion->reason, gone ? gone : "");
  if (!suggestion->uncounted) {
    vd_lane_predict(act, lane);
    suggestion->measured_ms = lane->ahead_ms;
    suggestion->helped = has_helped(suggestion);
  }
  tell_measured(act, suggestion);
  vd_string_set(&lane->suggestion, "");
  if (!suggestion->uncounted)
    vd_suggestion_consider(act, lane);
}

// What it rests on may have been counted anew since; if not, it goes.
static void look_again(struct vd_act *act, Vd__Suggestion *suggestion, Vd__Lane *lane)
{
  vd_lane_predict(act, lane);
  vd_suggestion_consider(act, lane);
  struct remedy remedy = {.kind = suggestion->kind};
  remedy.other = VD_FIND(act->venue, LANE, Lane, suggestion->other);
  if (suggestion->state == STATE(OPEN))
    suggestion->look_at_ms = rests_until(&remedy, lane);
}

void vd_suggestion_fire(struct vd_act *act, Vd__Suggestion *suggestion)
{
  vd_act_touch(act, VD__KIND__KIND_SUGGESTION, &suggestion->base);
  bool is_open = suggestion->state == STATE(OPEN);
  if (is_open && suggestion->made_at_ms + VD_SUGGESTION_ANSWER_MS <= act->now_ms) {
    pass(act, suggestion, "", "unanswered", VD_SUGGESTION_PAUSE_MS);
    return;
  }
  Vd__Lane *lane = VD_EDIT(act, LANE, Lane, suggestion->lane); // it stays, retired at most
  if (is_open)
    look_again(act, suggestion, lane);
  else
    measure(act, suggestion, lane);
}
