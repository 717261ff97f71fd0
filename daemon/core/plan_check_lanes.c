// Check-in: two channels (雙通道) that can take in the half hour before the opening, lanes in reserve, and a
// lead who is there to open them (standard §3).
#include <string.h>

#include "daemon/core/lane.h"
#include "daemon/core/plan_internal.h"

static const int64_t SECOND = 1000;
static const int64_t MINUTE = INT64_C(60000);
enum { PEAK_PERCENT = 65 }; // of the participants come within the half hour before the opening (standard §5)

static struct vd_plan_words path_of(size_t at, const char *field)
{
  return vd_plan_words("lanes[%zu].%s", at, field);
}

// ---- one lane ----

static void check_numbers(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanLane *lane = check->plan->lanes[at];
  if (lane->staff == 0 || lane->staff > VD_LANE_DESKS_MAX)
    vd_plan_find(
        check->findings, VD_PLAN_LANE_DESKS, path_of(at, "staff").text,
        vd_plan_words("%u", (unsigned)lane->staff).text, vd_plan_words("1 to %d", VD_LANE_DESKS_MAX).text,
        "\"%s\" must have 1 to %d desks: so many are staffed when it is open.", lane->id, VD_LANE_DESKS_MAX);
  if (lane->service_ms < SECOND || lane->service_ms > 20 * MINUTE)
    vd_plan_find(check->findings, VD_PLAN_LANE_SERVICE, path_of(at, "service_ms").text,
                 vd_plan_duration(lane->service_ms).text, "1s to 20m",
                 "To check in a guest at \"%s\" must take 1s to 20m.", lane->id);
}

static void check_zone(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanLane *lane = check->plan->lanes[at];
  struct vd_plan_words path = path_of(at, "zone");
  vd_plan_check_reference(check, &check->zones, lane->zone, "zone", path.text);
  if (strcmp(lane->zone, "unknown") == 0)
    vd_plan_find(check->findings, VD_PLAN_LANE_ZONE, path.text, lane->zone, "a place",
                 "Nobody can be sent to \"%s\": its zone is no place.", lane->id);
}

// ---- kinds ----

static const char *const kind_names[] = {"", "general", "VIP", "self check-in"};

static bool has_kind(const Vd__Plan *plan, Vd__LaneKind kind, bool only_reserve, size_t before)
{
  for (size_t i = 0; i < before; i++)
    if (plan->lanes[i]->kind == kind && (plan->lanes[i]->reserve || !only_reserve))
      return true;
  return false;
}

// Said once for a kind.
static void check_reserve(struct vd_plan_check *check, size_t at)
{
  const Vd__Plan *plan = check->plan;
  const Vd__PlanLane *lane = plan->lanes[at];
  if (!has_kind(plan, lane->kind, false, at) && !has_kind(plan, lane->kind, true, plan->n_lanes))
    vd_plan_find(check->findings, VD_PLAN_LANE_RESERVE, path_of(at, "kind").text, lane->id, "reserve: true",
                 "No %s lane is in reserve: none can be opened when the queue of \"%s\" grows.",
                 kind_names[lane->kind], lane->id);
}

static void check_channels(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  bool has_vip = has_kind(plan, VD__LANE_KIND__LANE_KIND_VIP, false, plan->n_lanes);
  bool has_general = has_kind(plan, VD__LANE_KIND__LANE_KIND_GENERAL, false, plan->n_lanes) ||
                     has_kind(plan, VD__LANE_KIND__LANE_KIND_SELF, false, plan->n_lanes);
  if (plan->n_lanes > 0 && !(has_vip && has_general))
    vd_plan_find(check->findings, VD_PLAN_ONE_CHANNEL, "lanes[0].kind", has_vip ? "vip" : "general",
                 "two channels", "There is no lane for %s: the standard (3) asks for two channels.",
                 has_vip ? "everybody else" : "VIPs");
}

// ---- the half hour before the opening ----

static void check_capacity(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  uint64_t guests = 0, needed = (uint64_t)plan->event->participants * PEAK_PERCENT / 100;
  for (size_t i = 0; i < plan->n_lanes; i++)
    if (plan->lanes[i]->service_ms >= SECOND)
      guests += (uint64_t)(plan->lanes[i]->staff * (30 * MINUTE) / plan->lanes[i]->service_ms);
  if (plan->n_lanes > 0 && guests < needed)
    vd_plan_find(check->findings, VD_PLAN_LANE_CAPACITY, "lanes[0]",
                 vd_plan_words("%llu guests", (unsigned long long)guests).text,
                 vd_plan_words("%llu guests", (unsigned long long)needed).text,
                 "With all lanes open %llu guests are checked in within half an hour; %d %% of the "
                 "participants, who come in the half hour before the opening, are %llu.",
                 (unsigned long long)guests, PEAK_PERCENT, (unsigned long long)needed);
}

// ---- who can open one ----

static const char *lead_of(const Vd__Plan *plan, const Vd__PlanLane *lane)
{
  for (size_t i = 0; i < plan->n_teams; i++)
    if (strcmp(plan->teams[i]->id, lane->team) == 0 && *plan->teams[i]->lead)
      return plan->teams[i]->lead;
  return plan->policy->control;
}

// From the doors to the first session after them, or half an hour.
static int64_t opening_of(const Vd__Plan *plan)
{
  int64_t doors_ms = plan->event->doors_at_ms, opening_ms = 0;
  for (size_t i = 0; i < plan->n_sessions; i++) {
    const Vd__PlanSession *session = plan->sessions[i];
    bool is_later = session->start_at_ms <= doors_ms || session->kind == VD__SESSION_KIND__SESSION_KIND_BREAK;
    if (!is_later && (opening_ms == 0 || session->start_at_ms < opening_ms))
      opening_ms = session->start_at_ms;
  }
  return opening_ms ? opening_ms : doors_ms + 30 * MINUTE;
}

// Until when the post is held without a gap from `from_ms` on.
static int64_t held_until(const Vd__Plan *plan, const char *post, int64_t from_ms)
{
  bool has_grown = true;
  while (has_grown) {
    has_grown = false;
    for (size_t i = 0; i < plan->n_crews; i++) {
      const Vd__PlanCrew *crew = plan->crews[i];
      for (size_t j = 0; vd_plan_holds(crew, post) && j < crew->n_shifts; j++) {
        if (crew->shifts[j]->start_at_ms > from_ms || crew->shifts[j]->end_at_ms <= from_ms)
          continue;
        from_ms = crew->shifts[j]->end_at_ms;
        has_grown = true;
      }
    }
  }
  return from_ms;
}

static bool is_first_of_team(const Vd__Plan *plan, size_t at)
{
  for (size_t i = 0; i < at; i++)
    if (strcmp(plan->lanes[i]->team, plan->lanes[at]->team) == 0)
      return false;
  return true;
}

// Said once for a team.
static void check_lead(struct vd_plan_check *check, size_t at)
{
  const Vd__Plan *plan = check->plan;
  const Vd__PlanLane *lane = plan->lanes[at];
  if (*lane->team)
    vd_plan_check_reference(check, &check->teams, lane->team, "team", path_of(at, "team").text);
  if (!is_first_of_team(plan, at))
    return;
  const char *post = lead_of(plan, lane);
  int64_t opening_ms = opening_of(plan), until_ms = held_until(plan, post, plan->event->doors_at_ms);
  if (until_ms < opening_ms)
    vd_plan_find(check->findings, VD_PLAN_LANE_UNCOVERED, path_of(at, "id").text,
                 vd_plan_clock(plan->event, until_ms).text, vd_plan_clock(plan->event, opening_ms).text,
                 "Nobody who holds \"%s\" is on duty at %s, between doors and opening: who opens a lane?",
                 post, vd_plan_clock(plan->event, until_ms).text);
}

// ---- limits ----

static void check_limit(struct vd_plan_check *check, enum vd_plan_rule rule, const char *path,
                        int64_t value_ms, int64_t house_ms, const char *what)
{
  if (value_ms <= 0 || value_ms > 24 * 60 * MINUTE)
    vd_plan_find(check->findings, VD_PLAN_VALUE_RANGE, path, vd_plan_duration(value_ms).text, "up to 24h",
                 "This must be more than nothing and at most 24h.");
  else if (value_ms > house_ms)
    vd_plan_find(check->findings, rule, path, vd_plan_duration(value_ms).text,
                 vd_plan_duration(house_ms).text, "Looser than the house: %s %s.", what,
                 vd_plan_duration(house_ms).text);
}

void vd_plan_check_lanes(struct vd_plan_check *check)
{
  const Vd__Policy *policy = check->plan->policy;
  check_limit(check, VD_PLAN_LANE_WAIT, "policy.lane_wait_ms", policy->lane_wait_ms, 10 * MINUTE,
              "a longer wait is suggested something for after");
  check_limit(check, VD_PLAN_LANE_MEASURE, "policy.lane_measure_ms", policy->lane_measure_ms, 5 * MINUTE,
              "whether a suggestion helped is measured after");
  check_channels(check);
  check_capacity(check);
  for (size_t i = 0; i < check->plan->n_lanes; i++) {
    check_zone(check, i);
    check_numbers(check, i);
    check_reserve(check, i);
    check_lead(check, i);
  }
}
