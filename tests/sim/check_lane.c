// Check-in: who is seated is who was counted, a queue has one suggestion at a time, and what was taken is
// measured once, when it is due.
#include <string.h>

#include "tests/sim/sim.h"

#define STATE(NAME) VD__SUGGESTION_STATE__SUGGESTION_STATE_##NAME

static const int64_t DAY_MS = INT64_C(24) * 3600000;
static const int64_t ANSWER_MS = INT64_C(30) * 60000, QUIET_MS = INT64_C(15) * 60000;
static const int64_t SIGHT_MS = INT64_C(30) * 60000;

static const Vd__Policy *policy_after(const struct sim *sim, const Vd__Change *change)
{
  return SIM_AFTER(sim, change, EVENT, Event, "event")->policy;
}

static bool is_closed(const Vd__Lane *lane)
{
  return lane->state == VD__LANE_STATE__LANE_STATE_CLOSED;
}

// ---- who is seated ----

static int64_t ends_at(const struct sim *sim, const Vd__Command *command, const Vd__LaneCount *count)
{
  int64_t acted_ms = command->acted_at_ms != 0 ? command->acted_at_ms : sim->now_ms;
  int64_t to_ms = count->to_at_ms != 0 ? count->to_at_ms : acted_ms;
  return to_ms < sim->now_ms ? to_ms : sim->now_ms;
}

// Until when its lane was counted before: earlier in the list, else in all.
static int64_t counted_before(const struct sim *sim, const Vd__Command *command, size_t at)
{
  const Vd__LaneCounts *list = command->lane_counts;
  const char *id = list->counts[at]->lane;
  for (size_t i = at; i-- > 0;)
    if (strcmp(list->counts[i]->lane, id) == 0)
      return ends_at(sim, command, list->counts[i]);
  const Vd__Lane *lane = SIM_WAS(sim, LANE, Lane, id);
  return lane != NULL ? lane->counted_at_ms : 0;
}

uint64_t sim_checked_in(const struct sim *sim, const Vd__Command *command)
{
  uint64_t sum = 0;
  if (command->act_case != VD__COMMAND__ACT_LANE_COUNTS)
    return 0;
  for (size_t i = 0; i < command->lane_counts->n_counts; i++)
    if (ends_at(sim, command, command->lane_counts->counts[i]) > counted_before(sim, command, i))
      sum += command->lane_counts->counts[i]->checked_in;
  return sum;
}

void sim_check_seated(struct sim *sim, const Vd__Event *now)
{
  const Vd__Event *was = SIM_WAS(sim, EVENT, Event, now->id);
  SIM_CHECK(sim, was == NULL || now->seated >= was->seated, "%llu were seated, and now %llu",
            (unsigned long long)was->seated, (unsigned long long)now->seated);
}

static void check_sums(struct sim *sim, const struct vd_fold *fold)
{
  uint64_t of_lanes = 0, of_zones = 0, seated = vd_venue_event(sim->venue)->seated;
  VD_FOLD_EACH (fold, LANE, Lane, lane)
    of_lanes += lane->checked_in;
  VD_FOLD_EACH (fold, ZONE, Zone, zone)
    of_zones += zone->seated;
  SIM_CHECK(sim, seated == sim->seated, "%llu are seated, and %llu were counted", (unsigned long long)seated,
            (unsigned long long)sim->seated);
  SIM_CHECK(sim, seated == of_lanes && seated == of_zones, "%llu are seated, of lanes %llu, of zones %llu",
            (unsigned long long)seated, (unsigned long long)of_lanes, (unsigned long long)of_zones);
}

// ---- a lane ----

static void check_forecast(struct sim *sim, const Vd__Lane *now)
{
  SIM_CHECK(sim, now->wait_ms >= 0 && now->wait_ms <= now->ahead_ms && now->ahead_ms <= DAY_MS,
            "%s has a wait of %lld ms, %lld ms ahead", now->id, (long long)now->wait_ms,
            (long long)now->ahead_ms);
  SIM_CHECK(sim, now->wait_ms <= now->peak_wait_ms, "%s has a longer wait than ever", now->id);
  SIM_CHECK(sim, !is_closed(now) || now->ahead_ms == 0, "%s is closed, and %lld ms are waited there", now->id,
            (long long)now->ahead_ms);
}

static void check_goes_on(struct sim *sim, const Vd__Lane *was, const Vd__Lane *now)
{
  SIM_CHECK(sim,
            now->checked_in >= was->checked_in && now->arrived >= was->arrived &&
                now->peak_arrivals >= was->peak_arrivals && now->peak_wait_ms >= was->peak_wait_ms,
            "%s has counted fewer than before", now->id);
  SIM_CHECK(sim, now->counted_at_ms >= was->counted_at_ms, "%s was counted until %lld, and now %lld", now->id,
            (long long)was->counted_at_ms, (long long)now->counted_at_ms);
}

void sim_check_lane(struct sim *sim, const Vd__Change *change, const Vd__Lane *now)
{
  const Vd__Lane *was = SIM_WAS(sim, LANE, Lane, now->id);
  bool waits = now->ahead_ms > policy_after(sim, change)->lane_wait_ms && !now->retired;
  check_forecast(sim, now);
  SIM_CHECK(sim, is_closed(now) == (now->desks == 0), "%s has %u desks in state %d", now->id, now->desks,
            now->state);
  SIM_CHECK(sim, now->counted_at_ms <= sim->now_ms, "%s was counted in the future", now->id);
  if (was != NULL)
    check_goes_on(sim, was, now);
  if (waits && *now->suggestion == '\0' && now->quiet_until_at_ms > sim->now_ms)
    SIM_REACHED(sim, LANE_QUIET);
}

// ---- a suggestion ----

static bool stands(const Vd__Suggestion *suggestion)
{
  return suggestion->state == STATE(OPEN) || suggestion->state == STATE(TAKEN);
}

// What people passed, in whatever words, or did not answer; the rest went by itself.
static bool was_turned_down(const Vd__Suggestion *suggestion)
{
  static const char *const by_itself[] = {"queue-gone", "overtaken", "lane-closed", "lane-retired",
                                          "uncounted"};
  if (suggestion->state != STATE(PASSED))
    return false;
  for (size_t i = 0; i < sizeof by_itself / sizeof *by_itself; i++)
    if (strcmp(suggestion->reason, by_itself[i]) == 0)
      return false;
  return true;
}

static void check_quiet(struct sim *sim, const Vd__Change *change, const Vd__Suggestion *made)
{
  VD_FOLD_EACH (sim->shadow, SUGGESTION, Suggestion, was) {
    const Vd__Suggestion *other = SIM_AFTER(sim, change, SUGGESTION, Suggestion, was->id);
    SIM_CHECK(sim,
              strcmp(other->lane, made->lane) != 0 || !was_turned_down(other) ||
                  other->passed_at_ms + QUIET_MS <= sim->now_ms,
              "%s was made while %s is quiet: %s was passed", made->id, made->lane, other->id);
  }
}

static void check_made(struct sim *sim, const Vd__Change *change, const Vd__Suggestion *now)
{
  const Vd__Lane *lane = SIM_AFTER(sim, change, LANE, Lane, now->lane);
  SIM_CHECK(sim, now->state == STATE(OPEN) && now->made_at_ms == sim->now_ms, "%s was not made open now",
            now->id);
  SIM_CHECK(sim, now->wait_ms == lane->ahead_ms && now->wait_ms > policy_after(sim, change)->lane_wait_ms,
            "%s was made for a wait of %lld ms, of %lld", now->id, (long long)now->wait_ms,
            (long long)lane->ahead_ms);
  SIM_CHECK(sim, now->expected_ms >= 0 && now->expected_ms < now->wait_ms, "%s would not help", now->id);
  check_quiet(sim, change, now);
}

static void check_taken(struct sim *sim, const Vd__Change *change, const Vd__Suggestion *now)
{
  const Vd__Lane *was = SIM_WAS(sim, LANE, Lane, now->lane),
                 *other_was = SIM_WAS(sim, LANE, Lane, now->other);
  const Vd__Lane *lane = SIM_AFTER(sim, change, LANE, Lane, now->lane);
  const Vd__Lane *other = SIM_AFTER(sim, change, LANE, Lane, now->other);
  bool opens = now->kind == VD__SUGGESTION_KIND__SUGGESTION_KIND_OPEN_LANE;
  SIM_CHECK(sim,
            now->taken_at_ms == sim->now_ms &&
                now->measure_at_ms == sim->now_ms + policy_after(sim, change)->lane_measure_ms,
            "%s was taken at %lld, to be measured at %lld", now->id, (long long)now->taken_at_ms,
            (long long)now->measure_at_ms);
  SIM_CHECK(sim, !opens || (is_closed(other_was) && !is_closed(other)), "%s was taken, and %s not opened",
            now->id, now->other);
  SIM_CHECK(sim, opens || (lane->desks == was->desks + 1 && other->desks == other_was->desks - 1),
            "%s was taken, and no desk moved", now->id);
  opens ? SIM_REACHED(sim, LANE_OPENED) : SIM_REACHED(sim, DESK_MOVED);
}

static void check_measured(struct sim *sim, const Vd__Change *change, const Vd__Suggestion *was,
                           const Vd__Suggestion *now)
{
  const Vd__Lane *lane = SIM_AFTER(sim, change, LANE, Lane, now->lane);
  SIM_CHECK(sim, was->state == STATE(TAKEN), "%s was measured in state %d", now->id, was->state);
  SIM_CHECK(sim, change->cause->of_case == VD__CAUSE__OF_TICK && sim->now_ms >= was->measure_at_ms,
            "%s was measured before its time", now->id);
  bool is_unknown = lane->retired || is_closed(lane) || lane->counted_at_ms <= now->taken_at_ms ||
                    lane->counted_at_ms + SIGHT_MS < sim->now_ms;
  SIM_CHECK(sim, now->uncounted == is_unknown, "%s was %scounted", now->id, now->uncounted ? "" : "not ");
  if (now->uncounted) {
    SIM_REACHED(sim, MEASURED_UNCOUNTED);
    return;
  }
  bool has_helped = 2 * (now->wait_ms - now->measured_ms) >= now->wait_ms - now->expected_ms;
  SIM_CHECK(sim, now->measured_ms == lane->ahead_ms, "%s was measured as %lld ms, of %lld", now->id,
            (long long)now->measured_ms, (long long)lane->ahead_ms);
  SIM_CHECK(sim, now->helped == has_helped, "%s %s", now->id, has_helped ? "helped" : "did not help");
  has_helped ? SIM_REACHED(sim, MEASURED_HELPED) : SIM_REACHED(sim, MEASURED_NOT_HELPED);
}

static void check_passed(struct sim *sim, const Vd__Suggestion *was, const Vd__Suggestion *now)
{
  bool is_unanswered = strcmp(now->reason, "unanswered") == 0;
  SIM_CHECK(sim, was->state == STATE(OPEN), "%s was passed in state %d", now->id, was->state);
  SIM_CHECK(sim, !is_unanswered || sim->now_ms >= was->made_at_ms + ANSWER_MS, "%s is unanswered: early",
            now->id);
  if (is_unanswered)
    SIM_REACHED(sim, SUGGESTION_UNANSWERED);
  else if (!was_turned_down(now))
    SIM_REACHED(sim, SUGGESTION_GONE);
}

void sim_check_suggestion(struct sim *sim, const Vd__Change *change, const Vd__Suggestion *now)
{
  const Vd__Suggestion *was = SIM_WAS(sim, SUGGESTION, Suggestion, now->id);
  if (was == NULL) {
    check_made(sim, change, now);
    return;
  }
  SIM_CHECK(sim, stands(was), "%s is history, and goes on", now->id);
  if (now->state == STATE(TAKEN)) {
    SIM_CHECK(sim, was->state == STATE(OPEN), "%s was taken in state %d", now->id, was->state);
    check_taken(sim, change, now);
  } else if (now->state == STATE(MEASURED)) {
    check_measured(sim, change, was, now);
  } else if (now->state == STATE(PASSED)) {
    check_passed(sim, was, now);
  }
}

void sim_check_suggestions_due(struct sim *sim)
{
  VD_FOLD_EACH (vd_venue_fold(sim->venue), SUGGESTION, Suggestion, suggestion) {
    SIM_CHECK(sim, suggestion->state != STATE(OPEN) || suggestion->made_at_ms + ANSWER_MS > sim->now_ms,
              "%s is not answered, and stands", suggestion->id);
    SIM_CHECK(sim, suggestion->state != STATE(TAKEN) || suggestion->measure_at_ms > sim->now_ms,
              "%s is due, and was not measured", suggestion->id);
  }
}

// ---- the state ----

// As far as it is the lanes' own: zones close, and counts grow old, without a word.
static bool can_be_done(const Vd__Suggestion *suggestion, const Vd__Lane *lane, const Vd__Lane *other)
{
  if (lane->retired || is_closed(lane) || other == NULL || other->retired)
    return false;
  return suggestion->kind == VD__SUGGESTION_KIND__SUGGESTION_KIND_OPEN_LANE ? is_closed(other)
                                                                            : other->desks >= 2;
}

static void check_standing(struct sim *sim, const struct vd_fold *fold, const Vd__Suggestion *suggestion)
{
  const Vd__Lane *lane = (const Vd__Lane *)vd_fold_find(fold, VD__KIND__KIND_LANE, suggestion->lane);
  const Vd__Lane *other = (const Vd__Lane *)vd_fold_find(fold, VD__KIND__KIND_LANE, suggestion->other);
  char subject[96];
  SIM_CHECK(sim, strcmp(lane->suggestion, suggestion->id) == 0, "%s is about %s, which has \"%s\"",
            suggestion->id, lane->id, lane->suggestion);
  if (suggestion->state != STATE(OPEN))
    return;
  snprintf(subject, sizeof subject, "lane.%s", lane->id);
  SIM_CHECK(sim, can_be_done(suggestion, lane, other), "%s cannot be done any more", suggestion->id);
  SIM_CHECK(sim, sim_is_called(fold, subject), "nobody was called about %s", suggestion->id);
  SIM_REACHED(sim, SUGGESTION_CALLED);
}

void sim_check_lanes(struct sim *sim)
{
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  check_sums(sim, fold);
  VD_FOLD_EACH (fold, SUGGESTION, Suggestion, suggestion)
    if (stands(suggestion))
      check_standing(sim, fold, suggestion);
  VD_FOLD_EACH (fold, LANE, Lane, lane) {
    unsigned standing = 0;
    VD_FOLD_EACH (fold, SUGGESTION, Suggestion, suggestion)
      standing += stands(suggestion) && strcmp(suggestion->lane, lane->id) == 0;
    SIM_CHECK(sim, standing == (*lane->suggestion != '\0'), "%s has %u suggestions, and names \"%s\"",
              lane->id, standing, lane->suggestion);
  }
}

bool sim_lane_is_of_note(const struct vd_fold *fold, const Vd__Lane *lane)
{
  const Vd__Suggestion *suggestion =
      (const Vd__Suggestion *)vd_fold_find(fold, VD__KIND__KIND_SUGGESTION, lane->suggestion);
  return suggestion != NULL && suggestion->state == STATE(OPEN);
}
