// What a plan says about zones and crowds: its checks, and what a new plan does to live zones.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/alert.h"
#include "daemon/core/plan_internal.h"
#include "daemon/core/venue_internal.h"
#include "tests/unit/core/plan_fixture.h"

#define MINUTES(n) ((int64_t)(n)*60000)

// 09:00 at the venue, in the good plan's day.
static const int64_t NINE = INT64_C(1684371600000);

static Vd__Plan *plan;
static struct vd_findings findings;

static void setup(void)
{
  plan = plan_good();
}

static void teardown(void)
{
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

TestSuite(plan_zones, .init = setup, .fini = teardown);

static size_t check(const char *rule)
{
  vd_findings_finish(&findings);
  vd_plan_defaults(plan);
  vd_plan_check(plan, &findings);
  return plan_count(&findings, rule);
}

static void expect_first(const char *rule, const char *path, bool is_error)
{
  cr_assert_eq(check(rule), 1u);
  cr_assert_str_eq(plan_first(&findings, rule)->path, path);
  cr_assert_eq(plan_first(&findings, rule)->is_error, is_error);
}

Test(plan_zones, silence_has_the_standard_s_values)
{
  cr_assert_eq(check(""), 0u);
  cr_assert_eq(plan->policy->crowded_percent, 90u);
  cr_assert_eq(plan->policy->crowded_clear_percent, 80u);
  cr_assert_eq(plan->policy->crowded_after_ms, MINUTES(2));
  cr_assert_eq(plan->policy->tea_seats_percent, 20u);
}

Test(plan_zones, a_tea_break_seats_a_fifth_of_the_participants)
{
  plan->event->participants = 801;
  plan->zones[0]->tea_break = plan->zones[1]->tea_break = true;
  plan->zones[0]->seats = 100;
  plan->zones[1]->seats = 60;
  expect_first("tea-seats", "zones[0]", false);
  cr_assert_str_eq(plan_first(&findings, "tea-seats")->value, "160 seats");
  cr_assert_str_eq(plan_first(&findings, "tea-seats")->limit, "161 seats");
  cr_assert_not_null(strstr(plan_first(&findings, "tea-seats")->sentence, "standard (3)"));
  plan->event->participants = 800;
  cr_assert_eq(check("tea-seats"), 0u, "exactly a fifth is enough");
  plan->policy->tea_seats_percent = 25;
  cr_assert_eq(check("tea-seats"), 1u, "the plan may ask for more");
  plan->policy->tea_seats_percent = 19;
  expect_first("tea-seats", "policy.tea_seats_percent", false);
}

Test(plan_zones, a_tea_break_without_seats_is_a_slip)
{
  plan->zones[1]->tea_break = true;
  expect_first("tea-seats", "zones[1]", false);
}

Test(plan_zones, who_takes_over_exists_and_is_another)
{
  vd_string_set(&plan->zones[0]->backup, "stage");
  cr_assert_eq(check(""), 0u);
  cr_assert_eq(findings.count, 0u);
  vd_string_set(&plan->zones[0]->backup, "stagge");
  expect_first("dangling-reference", "zones[0].backup", true);
  cr_assert_str_eq(plan_first(&findings, "dangling-reference")->limit, "stage");
  vd_string_set(&plan->zones[0]->backup, "hall");
  expect_first("value-range", "zones[0].backup", true);
}

Test(plan_zones, marks_are_percentages_and_the_clear_one_is_below)
{
  plan->zones[0]->crowded_percent = 100;
  cr_assert_eq(check("value-range"), 0u);
  plan->zones[0]->crowded_percent = 101;
  expect_first("value-range", "zones[0].crowded_percent", true);
  plan->zones[0]->crowded_percent = 0;
  plan->policy->crowded_percent = 101;
  expect_first("value-range", "policy.crowded_percent", true);
  plan->policy->crowded_percent = 80;
  expect_first("value-range", "policy.crowded_clear_percent", true);
}

Test(plan_zones, a_team_s_lead_is_a_post)
{
  vd_string_set(&plan->teams[0]->lead, "onsite-leed");
  expect_first("dangling-reference", "teams[0].lead", true);
  cr_assert_str_eq(plan_first(&findings, "dangling-reference")->limit, "onsite-lead");
}

// ---- on a live venue ----

static struct stage *stage;

static void apply(void)
{
  Vd__PlanApply planned = VD__PLAN_APPLY__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  planned.plan = plan;
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &planned;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s", stage->reply.sentence);
}

static void count(uint32_t people)
{
  Vd__CountZone counted = VD__COUNT_ZONE__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  counted.zone = (char *)"hall";
  counted.people = people;
  command.act_case = VD__COMMAND__ACT_COUNT_ZONE;
  command.count_zone = &counted;
  cr_assert_eq(stage_do(stage, &command), VD_OK);
}

static void pass(int64_t span_ms)
{
  stage->now_ms += span_ms;
  vd_venue_tick(stage->venue, stage->now_ms, 100, stage_follow, stage);
}

static const Vd__Zone *hall(void)
{
  return VD_FIND(stage->venue, ZONE, Zone, "hall");
}

Test(plan_zones, the_plan_s_part_is_the_zone_s)
{
  plan->zones[0]->capacity = 100;
  vd_string_set(&plan->zones[0]->backup, "stage");
  plan->zones[0]->full_by_plan = true;
  plan->zones[1]->tea_break = true;
  plan->zones[1]->seats = 50;
  plan->zones[1]->crowded_percent = 70;
  vd_string_set(&plan->teams[0]->lead, "onsite-lead");
  stage = stage_create(NINE);
  apply();
  cr_assert_str_eq(hall()->backup, "stage");
  cr_assert(hall()->full_by_plan);
  const Vd__Zone *other = VD_FIND(stage->venue, ZONE, Zone, "stage");
  cr_assert(other->tea_break);
  cr_assert_eq(other->seats, 50u);
  cr_assert_eq(other->crowded_percent, 70u);
  cr_assert_str_eq(VD_FIND(stage->venue, TEAM, Team, plan->teams[0]->id)->lead, "onsite-lead");
  stage_destroy(stage);
}

Test(plan_zones, what_was_counted_and_set_stays_with_another_plan)
{
  plan->zones[0]->capacity = 100;
  stage = stage_create(NINE);
  apply();
  count(95);
  pass(MINUTES(2));
  cr_assert_eq(hall()->status, VD__ZONE_STATUS__ZONE_STATUS_CROWDED);
  count(50);
  plan->zones[0]->capacity = 120;
  apply();
  cr_assert_eq(hall()->capacity, 120u);
  cr_assert_eq(hall()->status, VD__ZONE_STATUS__ZONE_STATUS_CROWDED);
  cr_assert_eq(hall()->people, 50u);
  cr_assert_eq(hall()->people_at_ms, stage->now_ms);
  cr_assert_eq(hall()->crossing_at_ms, stage->now_ms);
  pass(MINUTES(2));
  cr_assert_eq(hall()->status, VD__ZONE_STATUS__ZONE_STATUS_OPEN);
  stage_destroy(stage);
}

Test(plan_zones, another_policy_is_another_timer)
{
  plan->zones[0]->capacity = 100;
  stage = stage_create(NINE);
  apply();
  count(95);
  plan->policy->crowded_after_ms = MINUTES(1);
  apply();
  pass(MINUTES(1));
  cr_assert_eq(hall()->status, VD__ZONE_STATUS__ZONE_STATUS_CROWDED);
  stage_destroy(stage);
}

Test(plan_zones, of_a_zone_that_is_gone_nobody_is_called)
{
  plan->zones[1]->capacity = 100;
  stage = stage_create(NINE);
  apply();
  Vd__SetZone set = VD__SET_ZONE__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  set.zone = (char *)"stage";
  set.status = VD__ZONE_STATUS__ZONE_STATUS_CROWDED;
  command.act_case = VD__COMMAND__ACT_SET_ZONE;
  command.set_zone = &set;
  cr_assert_eq(stage_do(stage, &command), VD_OK);
  const Vd__Alert *alert = VD_FIND(stage->venue, ALERT, Alert, "zone.stage.control-1");
  cr_assert_eq(alert->state, VD__ALERT_STATE__ALERT_STATE_OPEN);
  vd__plan_zone__free_unpacked(plan->zones[1], NULL);
  plan->zones[1] = plan->zones[--plan->n_zones]; // "unknown" is the last
  for (size_t i = 0; i < plan->n_ways; i++)
    vd__plan_way__free_unpacked(plan->ways[i], NULL);
  plan->n_ways = 0;
  apply();
  cr_assert_eq(alert->state, VD__ALERT_STATE__ALERT_STATE_WITHDRAWN);
  stage_destroy(stage);
}
