// The refill of a supply (supply.h): asked for once and in time, closed by what fills, cancelled by people.
#include "daemon/core/supply.h"

#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "tests/unit/core/catering.h"
#include "tests/unit/core/people.h"

static struct fixture *f;

static void setup(void)
{
  f = catering_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(supply_refill, .init = setup, .fini = teardown);

static void never_stale(ProtobufCMessage *message)
{
  ((Vd__Supply *)message)->holding_ms = 0;
}

static void never_by_itself(ProtobufCMessage *message)
{
  ((Vd__Event *)message)->policy->manual_nodes = true;
}

static void expect_counts(uint64_t automatic, uint64_t manual)
{
  uint64_t did[2];
  vd_node_look(f->venue, VD__NODE__NODE_REFILL, &did[0], &did[1]);
  cr_assert_eq(did[0], automatic, "%llu automatic", (unsigned long long)did[0]);
  cr_assert_eq(did[1], manual, "%llu manual", (unsigned long long)did[1]);
}

// ---- the refill ----

Test(supply_refill, what_people_do_of_it_is_counted_as_theirs)
{
  cr_assert_eq(refill(f, "coffee"), VD_OK);
  expect_counts(0, 1);
  cr_assert_eq(task_done(f, 1, "av-1", 0), VD_OK);
  cr_assert_eq(task_done(f, 1, "av-1", 0), VD_OK, "said twice");
  expect_counts(0, 2);
}

Test(supply_refill, the_refill_opens_before_it_runs_out_and_once)
{
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  fixture_run_to(f, AT(70) - 1);
  cr_assert_eq(tasks(f), 0);
  fixture_run_to(f, AT(70));
  cr_assert_eq(tasks(f), 1);
  cr_assert_eq(task(f, 1)->kind, VD__TASK_KIND__TASK_KIND_REFILL);
  cr_assert_str_eq(task(f, 1)->subject, "coffee");
  cr_assert_str_eq(task(f, 1)->zone, "corridor");
  cr_assert_str_eq(task(f, 1)->team, "onsite");
  cr_assert_str_eq(task(f, 1)->crew, "medic-1", "stands by in the corridor");
  cr_assert_eq(promise(f, 1)->promise, VD__PROMISE__PROMISE_REFILL);
  cr_assert_eq(promise(f, 1)->due_at_ms, AT(90), "when it goes stale");
  cr_assert_str_eq(supply(f, "coffee")->task, "t1");
  cr_assert(agenda_says(agenda_fact(f), "level:60"));
  cr_assert(agenda_says(agenda_fact(f), "runs-out:50m"));
  cr_assert(agenda_says(agenda_fact(f), "stale:20m"));
  expect_counts(1, 0);
  fixture_restart(f);
  fixture_run_to(f, AT(400));
  cr_assert_eq(tasks(f), 1, "once");
}

Test(supply_refill, where_it_does_not_say_the_plan_s_team_is_asked)
{
  vd_string_set(&supply(f, "boxes")->team, "");
  vd_string_set(&FIXTURE_FIND(f, EVENT, Event, "event")->policy->supply_team, "execution");
  cr_assert_str_eq(vd_supply_team(f->venue, supply(f, "boxes")), "execution");
  vd_string_set(&supply(f, "boxes")->team, "onsite");
  cr_assert_str_eq(vd_supply_team(f->venue, supply(f, "boxes")), "onsite");
  vd_string_set(&FIXTURE_FIND(f, EVENT, Event, "event")->policy->supply_team, "");
}

Test(supply_refill, what_is_late_already_is_asked_for_at_once_and_given_the_lead)
{
  cr_assert_eq(level(f, "coffee", 5, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->refill_at_ms, f->now_ms);
  fixture_run_to(f, f->now_ms);
  cr_assert_eq(promise(f, 1)->due_at_ms, AT(20), "nobody can be faster than the lead");
}

Test(supply_refill, a_refill_closes_it)
{
  cr_assert_eq(level(f, "coffee", 5, 0), VD_OK);
  fixture_run_to(f, AT(10));
  cr_assert_eq(refilled(f, "coffee", 40, "medic-1"), VD_OK);
  cr_assert_eq(task(f, 1)->state, TASK(DONE));
  cr_assert_str_eq(task(f, 1)->ended_by, "medic-1");
  cr_assert_eq(promise(f, 1)->outcome, VD__OUTCOME__OUTCOME_MET);
  cr_assert_str_eq(supply(f, "coffee")->task, "");
  cr_assert_eq(vd_supply_next(f->venue, supply(f, "coffee")), AT(10 + 80 - 20), "the next is on its way");
}

Test(supply_refill, half_of_par_closes_it_and_less_does_not)
{
  cr_assert_eq(level(f, "coffee", 5, 0), VD_OK);
  fixture_run_to(f, AT(1));
  cr_assert_eq(level(f, "coffee", 49, 0), VD_OK);
  cr_assert_eq(task(f, 1)->state, TASK(OPEN));
  cr_assert_eq(level(f, "coffee", 50, 0), VD_OK);
  cr_assert_eq(task(f, 1)->state, TASK(DONE));
  cr_assert_str_eq(task(f, 1)->ended_by, "", "it came by itself");
}

Test(supply_refill, half_of_it_that_is_stale_closes_nothing)
{
  cr_assert_eq(level(f, "coffee", 90, 0), VD_OK);
  fixture_run_to(f, AT(75));
  cr_assert_eq(tasks(f), 1, "for it goes stale");
  cr_assert_eq(level(f, "coffee", 80, 0), VD_OK);
  cr_assert_eq(task(f, 1)->state, TASK(OPEN), "it would be asked for again at once");
  cr_assert_eq(refilled(f, "coffee", 80, NULL), VD_OK);
  cr_assert_eq(task(f, 1)->state, TASK(DONE));
}

Test(supply_refill, servings_close_nothing)
{
  cr_assert_eq(level(f, "coffee", 90, 0), VD_OK);
  cr_assert_eq(refill(f, "coffee"), VD_OK);
  cr_assert_eq(served(f, "coffee", 1, 0), VD_OK);
  cr_assert_eq(task(f, 1)->state, TASK(OPEN));
}

Test(supply_refill, done_by_hand_it_is_at_par)
{
  cr_assert_eq(level(f, "coffee", 5, 0), VD_OK);
  fixture_run_to(f, AT(10));
  cr_assert_eq(task_done(f, 1, "av-1", AT(8)), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 100);
  cr_assert_eq(supply(f, "coffee")->level_at_ms, AT(8));
  cr_assert_eq(supply(f, "coffee")->stale_at_ms, AT(98));
  cr_assert_str_eq(supply(f, "coffee")->task, "");
  cr_assert_str_eq(agenda_fact(f)->what, "task-done");
}

Test(supply_refill, done_by_hand_before_the_last_look_it_is_fresh_from_then_on)
{
  cr_assert_eq(level(f, "coffee", 90, 0), VD_OK);
  fixture_run_to(f, AT(80));
  cr_assert_eq(tasks(f), 1);
  cr_assert_eq(level(f, "coffee", 90, AT(78)), VD_OK);
  cr_assert_eq(task_done(f, 1, "av-1", AT(75)), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 90, "a later look knows better");
  cr_assert_eq(supply(f, "coffee")->stale_at_ms, AT(75 + 90));
  fixture_run_to(f, AT(100));
  cr_assert_eq(tasks(f), 1, "not asked for again at once");
}

Test(supply_refill, filled_before_it_was_asked_for_its_promise_is_kept_when_it_began)
{
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  fixture_run_to(f, AT(71));
  Vd__SupplyLevel told = VD__SUPPLY_LEVEL__INIT;
  told.supply = (char *)"coffee";
  told.level = 100;
  told.refilled = true;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SUPPLY_LEVEL;
  command.supply_level = &told;
  command.acted_at_ms = AT(60);
  cr_assert_eq(fixture_do(f, "control", &command), VD_OK);
  cr_assert_eq(promise(f, 1)->met_at_ms, AT(70));
  cr_assert_eq(task(f, 1)->ended_at_ms, AT(70));
  cr_assert_eq(supply(f, "coffee")->filled_at_ms, AT(60));
}

Test(supply_refill, done_by_hand_before_the_last_level_changes_no_level)
{
  cr_assert_eq(level(f, "coffee", 5, 0), VD_OK);
  fixture_run_to(f, AT(10));
  cr_assert_eq(level(f, "coffee", 30, 0), VD_OK);
  cr_assert_eq(task_done(f, 1, "av-1", AT(8)), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 30);
  cr_assert_str_eq(supply(f, "coffee")->task, "");
}

Test(supply_refill, a_cancelled_refill_is_not_asked_for_again_for_what_people_knew)
{
  people_edit(f, VD__KIND__KIND_SUPPLY, "coffee", never_stale);
  cr_assert_eq(level(f, "coffee", 15, 0), VD_OK);
  fixture_run_to(f, AT(11));
  cr_assert_eq(tasks(f), 1);
  cr_assert_eq(task_cancel(f, 1), VD_OK);
  cr_assert_str_eq(supply(f, "coffee")->task, "");
  cr_assert_eq(supply(f, "coffee")->refill_at_ms, 0, "it runs out, and people said so be it");
  fixture_restart(f);
  cr_assert_eq(served(f, "coffee", 9, 0), VD_OK);
  fixture_run_to(f, AT(12));
  cr_assert_eq(tasks(f), 1);
  cr_assert_eq(served(f, "coffee", 1, 0), VD_OK);
  fixture_run_to(f, AT(12));
  cr_assert_eq(tasks(f), 2, "a tenth of par less is another question");
  cr_assert_eq(task_cancel(f, 2), VD_OK);
  cr_assert_eq(served(f, "coffee", 4, 0), VD_OK);
  fixture_run_to(f, AT(13));
  cr_assert_eq(tasks(f), 2);
  cr_assert_eq(served(f, "coffee", 1, 0), VD_OK);
  fixture_run_to(f, AT(13));
  cr_assert_eq(tasks(f), 3, "nothing is left");
  cr_assert_eq(task_cancel(f, 3), VD_OK);
  cr_assert_eq(level(f, "coffee", 0, 0), VD_OK);
  fixture_run_to(f, AT(200));
  cr_assert_eq(tasks(f), 3, "that was known");
}

Test(supply_refill, a_cancelled_refill_is_asked_for_when_it_is_needed_later)
{
  people_edit(f, VD__KIND__KIND_SUPPLY, "coffee", never_stale);
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  fixture_run_to(f, AT(100));
  cr_assert_eq(task_cancel(f, 1), VD_OK, "it runs out in twenty minutes");
  cr_assert_eq(level(f, "coffee", 55, 0), VD_OK, "but it does not");
  cr_assert_not(supply(f, "coffee")->run_out_waived);
  int64_t asked_ms = supply(f, "coffee")->refill_at_ms;
  cr_assert_gt(asked_ms, AT(150));
  fixture_run_to(f, asked_ms);
  cr_assert_eq(tasks(f), 2);
}

Test(supply_refill, a_refill_cancelled_before_it_goes_stale_is_asked_for_then)
{
  cr_assert_eq(level(f, "coffee", 90, 0), VD_OK);
  cr_assert_eq(refill(f, "coffee"), VD_OK);
  cr_assert_eq(task_cancel(f, 1), VD_OK);
  fixture_restart(f);
  fixture_run_to(f, AT(70));
  cr_assert_eq(tasks(f), 2, "it goes stale at 90");
  cr_assert_eq(task_cancel(f, 2), VD_OK, "that does not matter");
  fixture_run_to(f, AT(160) - 1);
  cr_assert_eq(tasks(f), 2);
  fixture_run_to(f, AT(160));
  cr_assert_eq(tasks(f), 3, "but it runs out at 180");
  cr_assert_eq(refilled(f, "coffee", 100, NULL), VD_OK);
  cr_assert_not(supply(f, "coffee")->stale_waived);
  cr_assert_eq(supply(f, "coffee")->refill_at_ms, AT(160 + 70));
}

Test(supply_refill, a_refill_cancelled_for_staleness_is_asked_for_when_servings_take_the_rest)
{
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  fixture_run_to(f, AT(71));
  cr_assert_eq(task_cancel(f, 1), VD_OK);
  for (int i = 0; i < 29; i++) {
    fixture_run_to(f, f->now_ms + MINUTES(1));
    cr_assert_eq(served(f, "coffee", 2, 0), VD_OK);
  }
  cr_assert_eq(supply(f, "coffee")->level, 2);
  cr_assert_eq(tasks(f), 2);
  cr_assert_eq(task(f, 2)->state, TASK(OPEN));
}

Test(supply_refill, people_may_ask_at_any_time_and_ask_once)
{
  cr_assert_eq(refill(f, "coffee"), VD_OK, "of what is not known too");
  cr_assert_eq(f->reply.number, 1);
  cr_assert_str_eq(agenda_fact(f)->what, "task-opened");
  expect_counts(0, 1);
  size_t changes = f->n_changes;
  cr_assert_eq(refill(f, "coffee"), VD_OK);
  cr_assert_eq(f->reply.number, 1, "the one that is open");
  cr_assert_eq(f->n_changes, changes);
  expect_counts(0, 1);
  cr_assert_eq(level(f, "coffee", 5, 0), VD_OK);
  fixture_run_to(f, AT(5));
  cr_assert_eq(tasks(f), 1);
}

Test(supply_refill, without_automation_nothing_is_asked_for_by_itself)
{
  people_edit(f, VD__KIND__KIND_EVENT, "event", never_by_itself);
  cr_assert_eq(level(f, "coffee", 5, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, AT(10), "the forecast is there");
  fixture_run_to(f, AT(60));
  cr_assert_eq(tasks(f), 0);
  cr_assert_eq(refill(f, "coffee"), VD_OK);
  expect_counts(0, 1);
}
