// Promises with a clock: when they warn and breach, how they end, and who held which minutes.
#include "daemon/core/deadline.h"

#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "tests/unit/core/fixture.h"

static struct fixture *f;
static struct vd_act act;

static void setup(void)
{
  f = fixture_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(deadline, .init = setup, .fini = teardown);

static Vd__Deadline *find(void)
{
  return FIXTURE_FIND(f, DEADLINE, Deadline, "d");
}

static void begin(void)
{
  vd_act_begin(&act, f->venue, f->now_ms);
}

static void end(void)
{
  fixture_end(f, &act, NULL);
}

// A promise of the on-site team, ten minutes from its start, that belongs to no incident.
static void open_from(int64_t start_ms, int64_t detection_ms)
{
  struct vd_promise promise = {.promise = VD__PROMISE__PROMISE_RESPOND,
                               .id = "d",
                               .subject = "s",
                               .team = "onsite",
                               .start_ms = start_ms,
                               .limit_ms = MINUTES(10),
                               .detection_ms = detection_ms};
  begin();
  vd_deadline_open(&act, &promise);
  end();
}

static void meet(int64_t acted_at_ms)
{
  begin();
  vd_deadline_meet(&act, find(), acted_at_ms);
  end();
}

static void resume(void)
{
  begin();
  vd_deadline_resume(&act, find());
  end();
}

static void expect_share(size_t at, const char *who, int64_t held_ms)
{
  cr_assert_lt(at, find()->n_shares);
  cr_assert_str_eq(find()->shares[at]->who, who);
  cr_assert_eq(find()->shares[at]->held_ms, held_ms);
}

// ---- warning and breach ----

Test(deadline, runs_from_its_start_with_a_warning_at_four_fifths)
{
  open_from(FIXTURE_T0 - MINUTES(1), 0);
  const Vd__Deadline *deadline = find();
  cr_assert_eq(deadline->outcome, VD__OUTCOME__OUTCOME_RUNNING);
  cr_assert(vd_deadline_is_running(deadline));
  cr_assert_eq(deadline->start_at_ms, FIXTURE_T0 - MINUTES(1));
  cr_assert_eq(deadline->warn_at_ms, FIXTURE_T0 + MINUTES(7));
  cr_assert_eq(deadline->due_at_ms, FIXTURE_T0 + MINUTES(9));
  cr_assert_eq(vd_deadline_next(deadline), FIXTURE_T0 + MINUTES(7));
}

Test(deadline, warns_once_then_breaches_once_a_millisecond_after_due)
{
  open_from(FIXTURE_T0, 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(8) - 1);
  cr_assert_eq(fixture_facts(f, "warned"), 0u);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(8));
  cr_assert_eq(fixture_facts(f, "warned"), 1u);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10));
  cr_assert_eq(fixture_facts(f, "breached"), 0u, "exactly at the limit is still met");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10) + 1);
  cr_assert_eq(fixture_facts(f, "breached"), 1u);
  cr_assert_eq(find()->breached_at_ms, FIXTURE_T0 + MINUTES(10) + 1);
  cr_assert(vd_deadline_is_running(find()), "a breach does not end it");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(60));
  cr_assert_eq(fixture_facts(f, "warned"), 1u);
  cr_assert_eq(fixture_facts(f, "breached"), 1u);
}

Test(deadline, a_breach_seen_late_tells_its_lateness_and_warns_nobody)
{
  open_from(FIXTURE_T0, 0);
  fixture_jump_to(f, FIXTURE_T0 + MINUTES(25));
  cr_assert_eq(fixture_facts(f, "warned"), 0u);
  cr_assert_eq(fixture_facts(f, "breached"), 1u);
  const Vd__Fact *fact = f->changes[1]->fact;
  cr_assert_eq(fact->late_ms, MINUTES(15));
  cr_assert_eq(fact->promise, VD__PROMISE__PROMISE_RESPOND);
  cr_assert_str_eq(fact->crew, "control-1");
  cr_assert_str_eq(fact->subject, "s");
}

Test(deadline, a_limit_without_a_warning_span_still_breaches)
{
  begin();
  struct vd_promise promise = {.promise = VD__PROMISE__PROMISE_LAND,
                               .id = "d",
                               .team = "onsite",
                               .start_ms = FIXTURE_T0,
                               .limit_ms = 1};
  vd_deadline_open(&act, &promise);
  end();
  fixture_run_to(f, FIXTURE_T0 + 10);
  cr_assert_eq(fixture_facts(f, "breached"), 1u);
}

// ---- how it ends: the table of deadline.h ----

Test(deadline, met_at_the_limit_is_met)
{
  open_from(FIXTURE_T0, 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10));
  meet(f->now_ms);
  cr_assert_eq(find()->outcome, VD__OUTCOME__OUTCOME_MET);
  cr_assert_eq(find()->met_at_ms, FIXTURE_T0 + MINUTES(10));
  cr_assert_eq(find()->breached_at_ms, 0);
  cr_assert_eq(vd_deadline_next(find()), VD_NEVER);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(30));
  cr_assert_eq(fixture_facts(f, "breached"), 0u);
}

Test(deadline, done_after_due_is_missed)
{
  open_from(FIXTURE_T0, 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(12));
  meet(f->now_ms);
  cr_assert_eq(find()->outcome, VD__OUTCOME__OUTCOME_MISSED);
  cr_assert_eq(find()->breached_at_ms, FIXTURE_T0 + MINUTES(10) + 1);
  cr_assert_eq(find()->climb_at_ms, 0);
}

Test(deadline, done_in_time_but_told_after_the_breach_is_met_reported_late)
{
  open_from(FIXTURE_T0, 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(12));
  meet(FIXTURE_T0 + MINUTES(9));
  cr_assert_eq(find()->outcome, VD__OUTCOME__OUTCOME_MET_REPORTED_LATE);
  cr_assert_eq(find()->met_at_ms, FIXTURE_T0 + MINUTES(9));
  cr_assert_eq(find()->met_recorded_at_ms, FIXTURE_T0 + MINUTES(12));
  cr_assert_eq(find()->breached_at_ms, FIXTURE_T0 + MINUTES(10) + 1, "the breach stays in the history");
}

Test(deadline, told_late_before_any_tick_saw_the_breach_is_recorded_all_the_same)
{
  open_from(FIXTURE_T0, 0);
  f->now_ms = FIXTURE_T0 + MINUTES(12);
  meet(f->now_ms);
  cr_assert_eq(find()->outcome, VD__OUTCOME__OUTCOME_MISSED);
  cr_assert_eq(find()->breached_at_ms, f->now_ms);
}

Test(deadline, void_ends_it_without_an_answer)
{
  open_from(FIXTURE_T0, 0);
  begin();
  vd_deadline_void(&act, find());
  end();
  cr_assert_eq(find()->outcome, VD__OUTCOME__OUTCOME_VOID);
  cr_assert_eq(find()->met_at_ms, 0);
  cr_assert_eq(find()->n_shares, 0u);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(30));
  cr_assert_eq(fixture_facts(f, "breached"), 0u);
}

Test(deadline, what_has_ended_is_neither_met_nor_voided)
{
  open_from(FIXTURE_T0, 0);
  meet(FIXTURE_T0);
  size_t before = f->n_changes;
  f->now_ms += 1000;
  meet(f->now_ms);
  begin();
  vd_deadline_void(&act, find());
  end();
  cr_assert_eq(f->n_changes, before, "not even touched");
  cr_assert_eq(find()->outcome, VD__OUTCOME__OUTCOME_MET);
  cr_assert_eq(find()->met_at_ms, FIXTURE_T0);
}

// ---- taken back ----

Test(deadline, resumed_in_time_it_warns_and_breaches_as_before)
{
  open_from(FIXTURE_T0, 0);
  meet(FIXTURE_T0);
  resume();
  cr_assert(vd_deadline_is_running(find()));
  cr_assert_eq(find()->met_at_ms, 0);
  cr_assert_eq(find()->met_recorded_at_ms, 0);
  cr_assert_eq(find()->n_shares, 0u);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10) + 1);
  cr_assert_eq(fixture_facts(f, "warned"), 1u);
  cr_assert_eq(fixture_facts(f, "breached"), 1u);
}

Test(deadline, resumed_after_its_warning_it_warns_again)
{
  open_from(FIXTURE_T0, 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9));
  meet(f->now_ms);
  cr_assert_eq(FIXTURE_FIND(f, ALERT, Alert, "s.control-1")->state, VD__ALERT_STATE__ALERT_STATE_WITHDRAWN);
  resume();
  fixture_run_to(f, f->now_ms);
  cr_assert_eq(fixture_facts(f, "warned"), 2u);
  cr_assert_eq(FIXTURE_FIND(f, ALERT, Alert, "s.control-1")->state, VD__ALERT_STATE__ALERT_STATE_OPEN);
}

Test(deadline, resumed_after_its_breach_it_calls_again_but_breaches_once)
{
  open_from(FIXTURE_T0, 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(11));
  meet(f->now_ms);
  cr_assert_eq(find()->outcome, VD__OUTCOME__OUTCOME_MISSED);
  resume();
  cr_assert_eq(find()->breached_at_ms, FIXTURE_T0 + MINUTES(10) + 1);
  fixture_run_to(f, f->now_ms);
  cr_assert_eq(fixture_facts(f, "breached"), 1u);
  cr_assert_eq(fixture_facts(f, "called-again"), 1u);
  cr_assert_str_eq(find()->called, "control-1");
  cr_assert_eq(find()->level, VD__LEVEL__LEVEL_LEAD);
  cr_assert_eq(FIXTURE_FIND(f, ALERT, Alert, "s.control-1")->state, VD__ALERT_STATE__ALERT_STATE_OPEN);
  fixture_run_to(f, f->now_ms + MINUTES(2));
  cr_assert_str_eq(find()->called, "super-1");
}

Test(deadline, resumed_and_met_at_another_moment_in_one_act_calls_nobody)
{
  open_from(FIXTURE_T0, 0);
  f->now_ms = FIXTURE_T0 + MINUTES(12);
  meet(f->now_ms);
  begin();
  vd_deadline_resume(&act, find());
  vd_deadline_meet(&act, find(), FIXTURE_T0 + MINUTES(3));
  end();
  cr_assert_eq(find()->outcome, VD__OUTCOME__OUTCOME_MET_REPORTED_LATE);
  cr_assert_eq(find()->climb_at_ms, 0);
  cr_assert_null(FIXTURE_FIND(f, ALERT, Alert, "s.control-1"));
}

Test(deadline, a_void_one_resumes_too)
{
  open_from(FIXTURE_T0, 0);
  begin();
  vd_deadline_void(&act, find());
  end();
  resume();
  fixture_run_to(f, FIXTURE_T0 + MINUTES(11));
  cr_assert_eq(fixture_facts(f, "breached"), 1u);
}

// ---- who held which minutes ----

static void expect_shares_sum_up(void)
{
  int64_t sum_ms = 0;
  for (size_t i = 0; i < find()->n_shares; i++) {
    cr_assert_gt(find()->shares[i]->held_ms, 0);
    sum_ms += find()->shares[i]->held_ms;
  }
  cr_assert_eq(sum_ms, find()->met_at_ms - find()->start_at_ms);
}

Test(deadline, the_team_held_all_of_it)
{
  open_from(FIXTURE_T0, 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(7));
  meet(f->now_ms);
  cr_assert_eq(find()->n_shares, 1u);
  expect_share(0, "onsite", MINUTES(7));
}

Test(deadline, what_polling_hid_is_detection)
{
  open_from(FIXTURE_T0 - MINUTES(2), MINUTES(2));
  fixture_run_to(f, FIXTURE_T0 + MINUTES(3));
  meet(f->now_ms);
  cr_assert_eq(find()->n_shares, 2u);
  expect_share(0, "detection", MINUTES(2));
  expect_share(1, "onsite", MINUTES(3));
}

Test(deadline, minutes_without_anybody_of_the_team_are_unowned)
{
  open_from(FIXTURE_T0, 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(1));
  const char *const team[] = {"av-1", "av-2", "medic-1", "lead-1"};
  for (size_t i = 0; i < 4; i++)
    cr_assert_eq(fixture_duty(f, team[i], VD__DUTY__DUTY_BREAK), VD_OK);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(4));
  cr_assert_eq(fixture_duty(f, "av-2", VD__DUTY__DUTY_ON), VD_OK);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(6));
  meet(f->now_ms);
  cr_assert_eq(find()->n_shares, 2u);
  expect_share(0, "unowned", MINUTES(3));
  expect_share(1, "onsite", MINUTES(3));
}

Test(deadline, minutes_unowned_before_its_start_are_not_its)
{
  const char *const team[] = {"av-1", "av-2", "medic-1", "lead-1"};
  for (size_t i = 0; i < 4; i++)
    cr_assert_eq(fixture_duty(f, team[i], VD__DUTY__DUTY_BREAK), VD_OK);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(5));
  open_from(f->now_ms, 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(7));
  meet(f->now_ms);
  cr_assert_eq(find()->n_shares, 1u);
  expect_share(0, "unowned", MINUTES(2));
}

Test(deadline, the_shares_sum_up_whatever_overlaps)
{
  const char *const team[] = {"av-1", "av-2", "medic-1", "lead-1"};
  for (size_t i = 0; i < 4; i++)
    cr_assert_eq(fixture_duty(f, team[i], VD__DUTY__DUTY_BREAK), VD_OK);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(5));
  open_from(FIXTURE_T0, MINUTES(5)); // the fault and the empty team are the same minutes
  fixture_run_to(f, FIXTURE_T0 + MINUTES(6));
  meet(FIXTURE_T0 + MINUTES(3)); // before venued even learned of it
  expect_shares_sum_up();
  expect_share(0, "detection", MINUTES(3));
  resume();
  meet(f->now_ms);
  expect_shares_sum_up();
}

Test(deadline, met_as_it_began_nobody_held_anything)
{
  open_from(FIXTURE_T0, 0);
  meet(FIXTURE_T0);
  cr_assert_eq(find()->n_shares, 0u);
}

// ---- restart ----

Test(deadline, a_restart_before_due_changes_nothing_and_one_after_breaches_once_with_lateness)
{
  open_from(FIXTURE_T0, 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9));
  fixture_restart(f);
  f->now_ms = FIXTURE_T0 + MINUTES(13);
  fixture_restart(f);
  cr_assert_eq(fixture_facts(f, "breached"), 0u);
  fixture_run_to(f, f->now_ms);
  cr_assert_eq(fixture_facts(f, "breached"), 1u);
  cr_assert_eq(f->changes[f->n_changes - 1]->fact->late_ms, MINUTES(3));
  fixture_restart(f);
  fixture_run_to(f, f->now_ms + MINUTES(1));
  cr_assert_eq(fixture_facts(f, "breached"), 1u);
}
