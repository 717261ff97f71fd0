// Check-in: two channels (雙通道) that can take in the half hour before the opening, lanes in reserve, and a
// lead who is there to open them (standard §3).
#include <string.h>

#include "daemon/core/lane.h"
#include "daemon/core/plan_internal.h"
#include "proto/words.h"

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
    VD_PLAN_FIND(check->findings, LANE_DESKS, path_of(at, "staff").text,
                 vd_plan_words("%u", (unsigned)lane->staff).text, vd_plan_words("%d", VD_LANE_DESKS_MAX).text,
                 lane->id);
  if (lane->service_ms < SECOND || lane->service_ms > 20 * MINUTE)
    VD_PLAN_FIND(check->findings, LANE_SERVICE, path_of(at, "service_ms").text,
                 vd_plan_duration(lane->service_ms).text, lane->id);
}

static void check_zone(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanLane *lane = check->plan->lanes[at];
  struct vd_plan_words path = path_of(at, "zone");
  VD_PLAN_REFER(check, &check->zones, lane->zone, VD_NOUN_ZONE, path.text);
  if (strcmp(lane->zone, "unknown") == 0)
    VD_PLAN_FIND(check->findings, LANE_NO_PLACE, path.text, lane->zone, lane->id);
}

// ---- kinds ----

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
    VD_PLAN_FIND(check->findings, LANE_RESERVE, path_of(at, "kind").text, lane->id,
                 vd_enum_words(&vd__lane_kind__descriptor, (int)lane->kind, check->findings->language));
}

static void check_channels(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  bool has_vip = has_kind(plan, VD__LANE_KIND__LANE_KIND_VIP, false, plan->n_lanes);
  bool has_general = has_kind(plan, VD__LANE_KIND__LANE_KIND_GENERAL, false, plan->n_lanes) ||
                     has_kind(plan, VD__LANE_KIND__LANE_KIND_SELF, false, plan->n_lanes);
  if (plan->n_lanes > 0 && !has_vip)
    VD_PLAN_FIND(check->findings, NO_VIP_LANE, "lanes[0].kind", "general");
  else if (plan->n_lanes > 0 && !has_general)
    VD_PLAN_FIND(check->findings, NO_GENERAL_LANE, "lanes[0].kind", "vip");
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
    VD_PLAN_FIND(
        check->findings, LANE_CAPACITY, "lanes[0]", vd_plan_words("%llu", (unsigned long long)guests).text,
        vd_plan_words("%d", PEAK_PERCENT).text, vd_plan_words("%llu", (unsigned long long)needed).text);
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
    VD_PLAN_REFER(check, &check->teams, lane->team, VD_NOUN_TEAM, path_of(at, "team").text);
  if (!is_first_of_team(plan, at))
    return;
  const char *post = lead_of(plan, lane);
  int64_t opening_ms = opening_of(plan), until_ms = vd_plan_held_until(plan, post, plan->event->doors_at_ms);
  if (until_ms < opening_ms)
    VD_PLAN_FIND(check->findings, LANE_GAP, path_of(at, "id").text, vd_plan_clock(plan->event, until_ms).text,
                 post, vd_plan_clock(plan->event, opening_ms).text);
}

// ---- limits ----

static void check_limit(struct vd_plan_check *check, enum vd_plan_sentence looser, const char *path,
                        int64_t value_ms, int64_t house_ms)
{
  if (value_ms <= 0 || value_ms > 24 * 60 * MINUTE)
    VD_PLAN_FIND(check->findings, DURATION_RANGE, path, vd_plan_duration(value_ms).text);
  else if (value_ms > house_ms)
    VD_PLAN_SAY(check->findings, looser, path, vd_plan_duration(value_ms).text,
                vd_plan_duration(house_ms).text);
}

void vd_plan_check_lanes(struct vd_plan_check *check)
{
  const Vd__Policy *policy = check->plan->policy;
  check_limit(check, VD_SAY_LANE_WAIT, "policy.lane_wait_ms", policy->lane_wait_ms, 10 * MINUTE);
  check_limit(check, VD_SAY_LANE_MEASURE, "policy.lane_measure_ms", policy->lane_measure_ms, 5 * MINUTE);
  check_channels(check);
  check_capacity(check);
  for (size_t i = 0; i < check->plan->n_lanes; i++) {
    check_zone(check, i);
    check_numbers(check, i);
    check_reserve(check, i);
    check_lead(check, i);
  }
}
