// The lanes of a plan: their checks, and what a new plan does to what was counted.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/lane.h"
#include "daemon/core/plan_internal.h"
#include "daemon/core/venue_internal.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

#define MINUTES(n)  ((int64_t)(n)*60000)
#define LANE(state) VD__LANE_STATE__LANE_STATE_##state

// 09:00 at the venue, in the good plan's day; the doors open at 08:30.
static const int64_t NINE = INT64_C(1684371600000);
#define AT(minutes) (NINE + MINUTES(minutes))

static Vd__Plan *plan;
static struct vd_findings findings;

static Vd__PlanLane *add(const char *id, Vd__LaneKind kind, bool reserve)
{
  Vd__PlanLane *lane = (Vd__PlanLane *)vd_message_new(&vd__plan_lane__descriptor);
  vd_string_set(&lane->id, id);
  vd_string_set(&lane->zone, "hall");
  lane->kind = kind;
  lane->service_ms = 20000;
  lane->staff = 2;
  lane->reserve = reserve;
  VD_REPEATED_ADD(plan->lanes, plan->n_lanes, lane);
  return lane;
}

static void drop_last(void)
{
  vd__plan_lane__free_unpacked(plan->lanes[--plan->n_lanes], NULL);
}

// Two channels, each with a lane in reserve.
static void add_all(void)
{
  add("general-1", VD__LANE_KIND__LANE_KIND_UNSPECIFIED, false);
  add("general-2", VD__LANE_KIND__LANE_KIND_GENERAL, true);
  add("vip-1", VD__LANE_KIND__LANE_KIND_VIP, false);
  add("vip-2", VD__LANE_KIND__LANE_KIND_VIP, true);
}

static void setup(void)
{
  plan = plan_good();
  add_all();
}

static void teardown(void)
{
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

TestSuite(plan_lanes, .init = setup, .fini = teardown);

// ---- the checks; tests/plans has a plan for each rule ----

static size_t check(const char *rule)
{
  vd_findings_finish(&findings);
  vd_plan_defaults(plan);
  vd_plan_check(plan, &findings);
  return plan_count(&findings, rule);
}

Test(plan_lanes, what_is_left_out_has_the_house_s_values)
{
  check("");
  cr_assert_eq(findings.count, 0, "%s", findings.count ? findings.items[0].sentence : "");
  cr_assert_eq(plan->lanes[0]->kind, VD__LANE_KIND__LANE_KIND_GENERAL);
  cr_assert_eq(plan->policy->lane_wait_ms, MINUTES(10));
  cr_assert_eq(plan->policy->lane_measure_ms, MINUTES(5));
}

Test(plan_lanes, an_event_without_check_in_needs_no_lanes)
{
  while (plan->n_lanes > 0)
    drop_last();
  plan->event->participants = 800;
  cr_assert_eq(check("no-preparation"), 1);
  cr_assert_eq(findings.count, 1, "and nothing of lanes");
}

Test(plan_lanes, names_that_are_none_are_told_with_the_nearest)
{
  vd_string_set(&plan->lanes[0]->zone, "hal");
  vd_string_set(&plan->lanes[1]->team, "onsit");
  cr_assert_eq(check("dangling-reference"), 2);
  const struct vd_finding *first = plan_first(&findings, "dangling-reference");
  cr_assert_str_eq(first[0].path, "lanes[0].zone");
  cr_assert_str_eq(first[0].limit, "hall");
  cr_assert_str_eq(first[1].path, "lanes[1].team");
}

Test(plan_lanes, ids_are_words_given_once)
{
  vd_string_set(&plan->lanes[1]->id, "general-1");
  vd_string_set(&plan->lanes[2]->id, "VIP 1");
  cr_assert_eq(check("duplicate-id"), 1);
  cr_assert_eq(plan_count(&findings, "id"), 1);
}

Test(plan_lanes, at_the_edge_of_what_is_sane)
{
  plan->lanes[0]->staff = VD_LANE_DESKS_MAX;
  plan->lanes[1]->service_ms = 1000;
  plan->lanes[2]->service_ms = MINUTES(20);
  check("");
  cr_assert_eq(findings.count, 0);
  plan->lanes[0]->staff = VD_LANE_DESKS_MAX + 1;
  plan->lanes[1]->service_ms = 999;
  plan->lanes[2]->service_ms = MINUTES(20) + 1;
  plan->lanes[3]->service_ms = 0;
  cr_assert_eq(check("lane-desks"), 1);
  cr_assert_eq(plan_count(&findings, "lane-service"), 3);
}

Test(plan_lanes, each_kind_has_a_lane_that_can_be_opened)
{
  add("self-1", VD__LANE_KIND__LANE_KIND_SELF, false);
  add("self-2", VD__LANE_KIND__LANE_KIND_SELF, false);
  cr_assert_eq(check("lane-reserve"), 1, "said once");
  cr_assert_str_eq(plan_first(&findings, "lane-reserve")->path, "lanes[4].kind");
  plan->lanes[5]->reserve = true;
  cr_assert_eq(check("lane-reserve"), 0);
}

Test(plan_lanes, there_are_two_channels)
{
  drop_last();
  drop_last();
  cr_assert_eq(check("one-channel"), 1);
  plan->lanes[0]->kind = plan->lanes[1]->kind = VD__LANE_KIND__LANE_KIND_VIP;
  cr_assert_eq(check("one-channel"), 1);
  plan->lanes[0]->kind = VD__LANE_KIND__LANE_KIND_SELF;
  cr_assert_eq(check("one-channel"), 0, "e-check-in is for everybody");
}

Test(plan_lanes, sixty_five_percent_come_within_half_an_hour)
{
  plan->event->participants = 1108; // 720: 4 lanes of 2 desks, 90 guests a desk
  cr_assert_eq(check("lane-capacity"), 0);
  plan->event->participants = 1110;
  cr_assert_eq(check("lane-capacity"), 1);
}

Test(plan_lanes, a_lead_is_there_between_doors_and_opening)
{
  for (size_t i = 0; i < plan->n_crews; i++)
    if (vd_plan_holds(plan->crews[i], "control"))
      plan->crews[i]->shifts[0]->start_at_ms = AT(-15); // of no team: the control post is called
  cr_assert_eq(check("lane-uncovered"), 1);
  cr_assert_not_null(strstr(plan_first(&findings, "lane-uncovered")->sentence, "08:30"));
}

Test(plan_lanes, limits_that_are_none_are_refused)
{
  plan->policy->lane_wait_ms = -1;
  plan->policy->lane_measure_ms = MINUTES(24 * 60) + 1;
  cr_assert_eq(check("value-range"), 2);
}

Test(plan_lanes, the_growth_of_a_lane_is_accounted_for)
{
  Vd__Lane bare = VD__LANE__INIT, grown = VD__LANE__INIT;
  uint32_t recent[VD_LANE_SLOTS];
  const int64_t last_ms = INT64_C(4102444800000);
  const uint32_t most = VD_LANE_MINUTE_MAX * 30;
  for (size_t i = 0; i < VD_LANE_SLOTS; i++)
    recent[i] = most;
  grown.revision = UINT64_MAX;
  grown.retired = true;
  grown.state = LANE(OFFLINE_LIST);
  grown.desks = VD_LANE_DESKS_MAX;
  grown.waiting = VD_LANE_WAITING_MAX;
  grown.counted_at_ms = grown.state_at_ms = grown.recent_at_ms = grown.peak_at_ms = last_ms;
  grown.from_at_ms = grown.quiet_until_at_ms = last_ms;
  grown.checked_in = grown.arrived = UINT64_MAX;
  grown.arrival_rate = grown.service_rate = 1000000;
  grown.wait_ms = grown.peak_wait_ms = grown.ahead_ms = MINUTES(24 * 60);
  grown.suggestion = (char *)"s18446744073709551615";
  grown.recent = recent;
  grown.n_recent = VD_LANE_SLOTS;
  grown.peak_arrivals = grown.last_arrived = grown.last_checked_in = UINT32_MAX;
  cr_assert_leq(vd__lane__get_packed_size(&grown) - vd__lane__get_packed_size(&bare),
                (size_t)VD_PLAN_GROWTH_LANE);
}

// ---- a live venue ----

static struct stage *stage;

static void begin(void)
{
  setup();
  stage = stage_create(NINE);
}

static void end(void)
{
  stage_destroy(stage);
  teardown();
}

TestSuite(plan_lanes_live, .init = begin, .fini = end);

static void apply(void)
{
  Vd__PlanApply sent = VD__PLAN_APPLY__INIT;
  sent.plan = plan;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &sent;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s: %s", stage->reply.field, stage->reply.sentence);
}

static void count(const char *id, uint32_t checked_in, uint32_t waiting)
{
  Vd__LaneCount one = VD__LANE_COUNT__INIT, *list[] = {&one};
  one.lane = (char *)id;
  one.from_at_ms = stage->now_ms - MINUTES(5);
  one.checked_in = checked_in;
  one.has_waiting = true;
  one.waiting = waiting;
  Vd__LaneCounts counts = VD__LANE_COUNTS__INIT;
  counts.counts = list;
  counts.n_counts = 1;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_LANE_COUNTS;
  command.lane_counts = &counts;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s", stage->reply.sentence);
}

static void set(const char *id, Vd__LaneState state, uint32_t desks)
{
  Vd__SetLane told = VD__SET_LANE__INIT;
  told.lane = (char *)id;
  told.state = state;
  told.has_desks = desks > 0;
  told.desks = desks;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SET_LANE;
  command.set_lane = &told;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s", stage->reply.sentence);
}

static Vd__Lane *lane(const char *id)
{
  return VD_FIND(stage->venue, LANE, Lane, id);
}

static Vd__Suggestion *suggestion(const char *id)
{
  return VD_FIND(stage->venue, SUGGESTION, Suggestion, id);
}

Test(plan_lanes_live, lanes_become_entities_those_in_reserve_closed)
{
  vd_string_set(&plan->lanes[0]->team, "onsite");
  apply();
  cr_assert_str_eq(lane("general-1")->zone, "hall");
  cr_assert_str_eq(lane("general-1")->team, "onsite");
  cr_assert_eq(lane("general-1")->service_ms, 20000);
  cr_assert_eq(lane("general-1")->state, LANE(OPEN));
  cr_assert_eq(lane("general-1")->desks, 2);
  cr_assert_eq(lane("vip-1")->kind, VD__LANE_KIND__LANE_KIND_VIP);
  cr_assert_eq(lane("general-2")->state, LANE(CLOSED));
  cr_assert_eq(lane("general-2")->desks, 0);
  cr_assert_eq(lane("general-2")->staff, 2);
  unsigned changes = stage->changes;
  apply();
  cr_assert_eq(stage->changes, changes, "the same plan again is no Change");
}

Test(plan_lanes_live, what_was_counted_and_learnt_stays)
{
  apply();
  count("general-1", 60, 70);
  set("vip-1", LANE(PRINTER_DOWN), 3);
  Vd__Lane *before = (Vd__Lane *)vd_message_copy(&lane("general-1")->base);
  plan->lanes[0]->team = vd_strdup("onsite");
  apply();
  cr_assert_str_eq(lane("general-1")->team, "onsite");
  vd_string_set(&before->team, "onsite");
  before->revision = lane("general-1")->revision;
  struct vd_buffer was = {0}, is = {0};
  vd_buffer_pack(&was, &before->base);
  vd_buffer_pack(&is, &lane("general-1")->base);
  cr_assert(was.size == is.size && memcmp(was.data, is.data, is.size) == 0, "all of it");
  cr_assert_eq(lane("vip-1")->state, LANE(PRINTER_DOWN));
  cr_assert_eq(lane("vip-1")->desks, 3);
  cr_assert_eq(VD_FIND(stage->venue, ZONE, Zone, "hall")->seated, 60);
  cr_assert_eq(vd_venue_event(stage->venue)->seated, 60);
  vd_buffer_finish(&was);
  vd_buffer_finish(&is);
  vd__lane__free_unpacked(before, NULL);
}

Test(plan_lanes_live, what_the_plan_says_anew_is_begun_with_anew)
{
  apply();
  count("general-1", 60, 30);
  cr_assert_eq(lane("general-1")->service_rate, 4500);
  plan->lanes[0]->service_ms = 30000;
  plan->lanes[0]->staff = plan->lanes[1]->staff = 4;
  apply();
  cr_assert_eq(lane("general-1")->service_rate, 0, "as planned");
  cr_assert_eq(lane("general-1")->desks, 4);
  cr_assert_eq(lane("general-1")->state_at_ms, stage->now_ms, "what is counted from before teaches nothing");
  cr_assert_eq(lane("general-1")->wait_ms, lane("general-1")->queue * 60000 / 8000, "2 a minute a desk");
  cr_assert_eq(lane("general-2")->desks, 0, "it is closed");
}

Test(plan_lanes_live, what_is_gone_is_suggested_nothing_more)
{
  apply();
  count("general-1", 30, 70);
  cr_assert_eq(suggestion("s1")->state, VD__SUGGESTION_STATE__SUGGESTION_STATE_OPEN);
  Vd__PlanLane *first = plan->lanes[0];
  plan->lanes[0] = plan->lanes[3];
  plan->lanes[3] = first;
  drop_last();
  apply();
  cr_assert(lane("general-1")->retired);
  cr_assert_eq(suggestion("s1")->state, VD__SUGGESTION_STATE__SUGGESTION_STATE_PASSED);
  cr_assert_str_eq(suggestion("s1")->reason, "lane-retired");
  cr_assert_str_eq(stage->fact, "plan-applied");
  stage->now_ms = AT(60);
  cr_assert_eq(vd_venue_tick(stage->venue, stage->now_ms, 64, stage_follow, stage), 0u);
}

Test(plan_lanes_live, what_another_plan_has_overtaken_is_looked_at_again)
{
  apply();
  count("general-1", 30, 70);
  cr_assert_str_eq(suggestion("s1")->other, "general-2");
  plan->lanes[1]->kind = VD__LANE_KIND__LANE_KIND_SELF;
  apply();
  cr_assert_eq(suggestion("s1")->state, VD__SUGGESTION_STATE__SUGGESTION_STATE_PASSED);
  cr_assert_str_eq(suggestion("s1")->reason, "overtaken");
}

Test(plan_lanes_live, a_limit_that_is_set_wider_withdraws_it)
{
  apply();
  count("general-1", 30, 70);
  plan->policy->lane_wait_ms = MINUTES(20);
  apply();
  cr_assert_str_eq(suggestion("s1")->reason, "queue-gone");
}

Test(plan_lanes_live, one_that_is_measured_is_so_when_its_lane_is_gone)
{
  apply();
  count("general-1", 30, 70);
  Vd__SuggestionTake take = VD__SUGGESTION_TAKE__INIT;
  take.suggestion = 1;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SUGGESTION_TAKE;
  command.suggestion_take = &take;
  cr_assert_eq(stage_do(stage, &command), VD_OK);
  while (plan->n_lanes > 0)
    drop_last();
  apply();
  stage->now_ms = AT(10);
  vd_venue_tick(stage->venue, stage->now_ms, 64, stage_follow, stage);
  cr_assert_eq(suggestion("s1")->state, VD__SUGGESTION_STATE__SUGGESTION_STATE_MEASURED);
  cr_assert(suggestion("s1")->uncounted);
}
