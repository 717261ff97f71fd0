// Supplies (supply.h): what is known, the forecast and its error, what moves when breaks move. The refill is
// in test_supply_refill.c.
#include "daemon/core/supply.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "proto/check.h"
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

TestSuite(supply, .init = setup, .fini = teardown);

static void never_stale(ProtobufCMessage *message)
{
  ((Vd__Supply *)message)->holding_ms = 0;
}

static void goes_by_sevenths(ProtobufCMessage *message)
{
  Vd__Supply *changed = (Vd__Supply *)message;
  changed->holding_ms = 0;
  changed->rate_idle = 500;
  changed->rate_break = 700;
}

static void never_by_itself(ProtobufCMessage *message)
{
  ((Vd__Event *)message)->policy->manual_nodes = true;
}

static void retire(ProtobufCMessage *message)
{
  ((Vd__Supply *)message)->retired = true;
}

// ---- the forecast ----

Test(supply, nothing_is_forecast_before_a_level_is_known)
{
  cr_assert_not(supply(f, "coffee")->is_known);
  cr_assert_eq(vd_supply_next(f->venue, supply(f, "coffee")), VD_NEVER);
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  cr_assert(supply(f, "coffee")->is_known);
  cr_assert_eq(supply(f, "coffee")->filled_at_ms, f->now_ms, "nobody knows better");
}

Test(supply, it_runs_out_by_the_rate_and_goes_stale_by_the_holding_time)
{
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, AT(120), "half a unit a minute");
  cr_assert_eq(supply(f, "coffee")->stale_at_ms, AT(90));
  cr_assert_eq(supply(f, "coffee")->refill_at_ms, AT(70), "the sooner of both, less the lead");
  cr_assert_eq(vd_supply_next(f->venue, supply(f, "coffee")), AT(70));
}

Test(supply, a_break_takes_its_own_rate)
{
  AGENDA(f, {"tea", "corridor", 30, 50, true});
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  // 15 go in the half hour before, 45 last 11 min 15 s of the break
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, AT(30) + SECONDS(675));
}

Test(supply, what_lasts_over_a_break_goes_on_at_the_slow_rate)
{
  AGENDA(f, {"tea", "corridor", 10, 20, true});
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, AT(20 + 30), "5 and 40 went, 15 last half an hour");
}

Test(supply, fractions_are_rounded_up_once)
{
  AGENDA(f, {"tea", "corridor", 1, 2, true});
  people_edit(f, VD__KIND__KIND_SUPPLY, "coffee", goes_by_sevenths);
  cr_assert_eq(level(f, "coffee", 1, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, AT(1) + 42858, "half a unit lasts 42857.1 ms");
  cr_assert_eq(supply(f, "coffee")->stale_at_ms, 0, "0 = never");
}

Test(supply, what_does_not_go_is_not_within_sight)
{
  cr_assert_eq(level(f, "boxes", 40, 0), VD_OK);
  cr_assert_eq(supply(f, "boxes")->run_out_at_ms, 0);
  cr_assert_eq(supply(f, "boxes")->refill_at_ms, 0);
  cr_assert_eq(vd_supply_next(f->venue, supply(f, "boxes")), VD_NEVER);
}

Test(supply, what_lasts_longer_than_a_day_is_not_within_sight)
{
  people_edit(f, VD__KIND__KIND_SUPPLY, "coffee", never_stale);
  cr_assert_eq(level(f, "coffee", 400, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, AT(800));
  AGENDA(f, {"tea", "corridor", 1440, 1500, true});
  cr_assert_eq(served(f, "coffee", 1, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, AT(798), "a break after the day changes nothing");
}

Test(supply, no_forecast_lies_in_the_past)
{
  cr_assert_eq(level(f, "coffee", 1, AT(-10)), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level_at_ms, AT(-10));
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, f->now_ms, "two minutes lasted until before now");
  cr_assert_eq(supply(f, "coffee")->refill_at_ms, f->now_ms);
}

Test(supply, nothing_left_has_run_out_now)
{
  cr_assert_eq(level(f, "boxes", 0, 0), VD_OK);
  cr_assert_eq(supply(f, "boxes")->run_out_at_ms, f->now_ms);
}

Test(supply, nothing_is_asked_for_that_the_event_does_not_need)
{
  Vd__Event *event = FIXTURE_FIND(f, EVENT, Event, "event");
  f->now_ms = event->end_at_ms - MINUTES(90);
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->stale_at_ms, event->end_at_ms);
  cr_assert_eq(supply(f, "coffee")->refill_at_ms, 0, "good until the end");
  cr_assert_eq(level(f, "coffee", 44, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->refill_at_ms, event->end_at_ms - MINUTES(22), "not enough for it");
}

// ---- what is reported ----

Test(supply, an_absurd_level_is_refused_with_the_limit)
{
  cr_assert_eq(level(f, "coffee", 401, 0), VD_ERR_BAD_VALUE);
  cr_assert_str_eq(f->reply.field, "supply_level.level");
  cr_assert_not_null(strstr(f->reply.sentence, "400"), "%s", f->reply.sentence);
  cr_assert_eq(level(f, "coffee", 400, 0), VD_OK);
  cr_assert_eq(served(f, "coffee", 401, 0), VD_ERR_BAD_VALUE);
  cr_assert_str_eq(f->reply.field, "supply_served.count");
  cr_assert_eq(served(f, "coffee", 0, 0), VD_ERR_BAD_VALUE);
  cr_assert_eq(refilled(f, "coffee", 0, NULL), VD_ERR_BAD_VALUE, "nothing is no refill");
}

Test(supply, an_unknown_name_is_refused_with_the_nearest)
{
  cr_assert_eq(level(f, "cofee", 1, 0), VD_ERR_UNKNOWN_SUPPLY);
  cr_assert_str_eq(f->reply.nearest, "coffee");
  cr_assert_eq(served(f, "cofee", 1, 0), VD_ERR_UNKNOWN_SUPPLY);
  cr_assert_eq(refill(f, "cofee"), VD_ERR_UNKNOWN_SUPPLY);
  people_edit(f, VD__KIND__KIND_SUPPLY, "coffee", retire);
  cr_assert_eq(level(f, "coffee", 1, 0), VD_ERR_UNKNOWN_SUPPLY, "it is no longer there");
}

Test(supply, a_level_of_before_the_last_is_refused)
{
  cr_assert_eq(level(f, "coffee", 60, AT(-5)), VD_OK);
  cr_assert_eq(level(f, "coffee", 70, AT(-6)), VD_ERR_OUT_OF_ORDER);
  cr_assert_eq(level(f, "coffee", 70, AT(-5)), VD_OK, "at the same moment it corrects");
  cr_assert_eq(supply(f, "coffee")->level, 70);
}

Test(supply, what_was_told_is_in_the_fact)
{
  cr_assert_eq(refilled(f, "coffee", 80, "av-1"), VD_OK);
  const Vd__Fact *told = agenda_fact(f);
  cr_assert_str_eq(told->what, "level-reported");
  cr_assert_str_eq(told->zone, "corridor");
  cr_assert_str_eq(told->text, "coffee");
  cr_assert_str_eq(told->who, "av-1");
  cr_assert(agenda_says(told, "level:80"));
  cr_assert(agenda_says(told, "refilled"));
}

Test(supply, a_refill_begins_the_holding_time_anew_and_a_look_does_not)
{
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  fixture_run_to(f, AT(30));
  cr_assert_eq(level(f, "coffee", 90, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->stale_at_ms, AT(90), "more is there, as old as it was");
  cr_assert_eq(refilled(f, "coffee", 90, NULL), VD_OK);
  cr_assert_eq(supply(f, "coffee")->stale_at_ms, AT(120));
}

// ---- servings ----

Test(supply, servings_are_taken_from_the_level)
{
  cr_assert_eq(served(f, "boxes", 3, 0), VD_OK);
  cr_assert_eq(supply(f, "boxes")->served, 3);
  cr_assert_not(supply(f, "boxes")->is_known, "of what is not known nothing follows");
  cr_assert_eq(level(f, "boxes", 40, 0), VD_OK);
  cr_assert_eq(served(f, "boxes", 5, 0), VD_OK);
  cr_assert_eq(supply(f, "boxes")->served, 8);
  cr_assert_eq(supply(f, "boxes")->level, 35);
  cr_assert_eq(served(f, "boxes", 36, 0), VD_OK);
  cr_assert_eq(supply(f, "boxes")->level, 0, "never negative");
}

Test(supply, what_was_served_before_the_level_is_in_it)
{
  cr_assert_eq(level(f, "boxes", 40, AT(-5)), VD_OK);
  cr_assert_eq(served(f, "boxes", 5, AT(-6)), VD_OK);
  cr_assert_eq(supply(f, "boxes")->served, 5);
  cr_assert_eq(supply(f, "boxes")->level, 40);
}

Test(supply, a_count_is_no_look_so_what_is_told_late_counts)
{
  cr_assert_eq(level(f, "boxes", 40, 0), VD_OK);
  fixture_run_to(f, AT(9));
  cr_assert_eq(served(f, "boxes", 1, 0), VD_OK);
  fixture_run_to(f, AT(10));
  cr_assert_eq(served(f, "boxes", 3, AT(5)), VD_OK, "from another phone");
  cr_assert_eq(supply(f, "boxes")->level, 36);
  cr_assert_eq(supply(f, "boxes")->level_at_ms, AT(9));
  cr_assert_eq(served(f, "boxes", 3, AT(-1)), VD_OK);
  cr_assert_eq(supply(f, "boxes")->level, 36, "before the look: in it");
}

Test(supply, a_look_told_late_is_carried_on_to_the_last_count)
{
  cr_assert_eq(level(f, "coffee", 50, 0), VD_OK);
  fixture_run_to(f, AT(10));
  cr_assert_eq(served(f, "coffee", 5, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->rate_idle, 500, "as expected");
  cr_assert_eq(level(f, "coffee", 40, AT(6)), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 38, "two went since, by the rate");
  cr_assert_eq(supply(f, "coffee")->level_at_ms, AT(10));
  cr_assert_eq(supply(f, "coffee")->looked_at_ms, AT(6));
  cr_assert_eq(level(f, "coffee", 40, AT(5)), VD_ERR_OUT_OF_ORDER, "a look is known since");
  cr_assert_eq(served(f, "coffee", 1, AT(7)), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 37);
}

Test(supply, what_is_gone_from_the_plan_waits_for_nothing)
{
  cr_assert_eq(level(f, "coffee", 5, 0), VD_OK);
  people_edit(f, VD__KIND__KIND_SUPPLY, "coffee", retire);
  fixture_run_to(f, AT(30));
  cr_assert_eq(tasks(f), 0);
}

static void huge(ProtobufCMessage *message)
{
  ((Vd__Supply *)message)->par = 100000;
}

Test(supply, no_rate_is_beyond_what_is_possible)
{
  people_edit(f, VD__KIND__KIND_SUPPLY, "boxes", huge);
  cr_assert_eq(level(f, "boxes", 400000, 0), VD_OK);
  fixture_run_to(f, AT(1));
  cr_assert_eq(level(f, "boxes", 0, 0), VD_OK);
  cr_assert_eq(supply(f, "boxes")->rate_idle, VD_SUPPLY_RATE_MAX / 16, "a minute of 16");
}

Test(supply, servings_teach_the_rate_over_a_minute_and_more)
{
  cr_assert_eq(level(f, "boxes", 40, 0), VD_OK);
  fixture_run_to(f, AT(0) + SECONDS(30));
  cr_assert_eq(served(f, "boxes", 2, 0), VD_OK);
  cr_assert_eq(supply(f, "boxes")->rate_idle, 0, "half a minute says too little");
  fixture_run_to(f, AT(5));
  cr_assert_eq(served(f, "boxes", 3, 0), VD_OK);
  cr_assert_eq(supply(f, "boxes")->rate_idle, 250, "five in five minutes, which count for a quarter");
  cr_assert_eq(supply(f, "boxes")->errors, 0, "nobody looked");
  cr_assert_eq(supply(f, "boxes")->run_out_at_ms, AT(5 + 140), "35 of a quarter a minute");
}

// ---- learning ----

Test(supply, a_break_teaches_the_rate_of_breaks)
{
  AGENDA(f, {"tea", "corridor", 0, 60, true});
  cr_assert_eq(level(f, "coffee", 100, 0), VD_OK);
  fixture_run_to(f, AT(10));
  cr_assert_eq(level(f, "coffee", 30, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->rate_break, 5200, "4000 + (7000 - 4000) x 10 / (10 + 15)");
  cr_assert_eq(supply(f, "coffee")->rate_idle, 500);
}

Test(supply, a_stretch_of_both_is_shared_as_it_was_expected)
{
  AGENDA(f, {"tea", "corridor", 15, 30, true});
  cr_assert_eq(level(f, "coffee", 200, 0), VD_OK);
  fixture_run_to(f, AT(30));
  // expected 7.5 outside and 60 in the break; 135 went, which is twice that: each weighs 15 / (15 + 15)
  cr_assert_eq(level(f, "coffee", 65, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->rate_break, 5996,
               "4000 + (8000 - 4000) / 2, but for the share's thousandths");
  cr_assert_eq(supply(f, "coffee")->rate_idle, 754, "500 + (1000 - 500) / 2, likewise");
}

Test(supply, where_nothing_was_expected_time_shares)
{
  AGENDA(f, {"tea", "corridor", 15, 30, true});
  cr_assert_eq(level(f, "boxes", 40, 0), VD_OK);
  fixture_run_to(f, AT(30));
  cr_assert_eq(level(f, "boxes", 10, 0), VD_OK);
  cr_assert_eq(supply(f, "boxes")->rate_idle, 500, "15 in a quarter of an hour, by half");
  cr_assert_eq(supply(f, "boxes")->rate_break, 500);
}

Test(supply, a_level_that_rose_teaches_nothing)
{
  cr_assert_eq(level(f, "boxes", 10, 0), VD_OK);
  fixture_run_to(f, AT(10));
  cr_assert_eq(level(f, "boxes", 30, 0), VD_OK);
  cr_assert_eq(supply(f, "boxes")->errors, 0);
  fixture_run_to(f, AT(25));
  cr_assert_eq(level(f, "boxes", 15, 0), VD_OK);
  cr_assert_eq(supply(f, "boxes")->rate_idle, 500, "from the rise on");
}

Test(supply, a_refill_is_no_slow_burn)
{
  cr_assert_eq(level(f, "boxes", 30, 0), VD_OK);
  fixture_run_to(f, AT(15));
  cr_assert_eq(refilled(f, "boxes", 20, NULL), VD_OK);
  cr_assert_eq(supply(f, "boxes")->rate_idle, 0, "what was left before it, nobody said");
  cr_assert_eq(supply(f, "boxes")->errors, 0);
}

Test(supply, an_empty_table_teaches_nothing)
{
  cr_assert_eq(level(f, "coffee", 10, 0), VD_OK);
  for (int i = 1; i <= 4; i++) {
    fixture_run_to(f, AT(30 * i));
    cr_assert_eq(level(f, "coffee", 0, 0), VD_OK);
  }
  cr_assert_eq(supply(f, "coffee")->rate_idle, 500, "the demand was there, the coffee was not");
}

Test(supply, what_is_gone_before_it_was_expected_to_be_teaches)
{
  cr_assert_eq(level(f, "coffee", 30, 0), VD_OK);
  fixture_run_to(f, AT(15));
  cr_assert_eq(level(f, "coffee", 0, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->rate_idle, 1250, "500 + (2000 - 500) / 2");
}

// ---- its own error ----

Test(supply, the_forecast_is_measured_by_the_report_that_comes)
{
  AGENDA(f, {"tea", "corridor", 0, 60, true});
  cr_assert_eq(level(f, "coffee", 100, 0), VD_OK);
  fixture_run_to(f, AT(10));
  cr_assert_eq(level(f, "coffee", 30, 0), VD_OK, "60 were expected");
  cr_assert_eq(supply(f, "coffee")->errors, 1);
  cr_assert_eq(supply(f, "coffee")->error_permille, 300);
  cr_assert(agenda_says(agenda_fact(f), "mean-error-permille:300"));
  cr_assert_eq(level(f, "coffee", 29, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->errors, 1, "at the same moment there is nothing to forecast");
  fixture_run_to(f, AT(11) + SECONDS(30));
  cr_assert_eq(level(f, "coffee", 22, 0), VD_OK, "5.2 a minute: 21.2 were expected");
  cr_assert_eq(supply(f, "coffee")->errors, 2);
  cr_assert_eq(supply(f, "coffee")->error_permille, 154, "(300 + 8) / 2");
}

Test(supply, a_counted_supply_is_measured_too)
{
  cr_assert_eq(level(f, "coffee", 100, 0), VD_OK);
  for (int i = 1; i <= 20; i++) {
    fixture_run_to(f, AT(0) + SECONDS(30) * i);
    cr_assert_eq(served(f, "coffee", 2, 0), VD_OK);
  }
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->errors, 1, "the last count was this moment, the last look was not");
  cr_assert_eq(supply(f, "coffee")->error_permille, 350, "95 were expected, whatever was counted since");
}

Test(supply, old_errors_are_forgotten)
{
  people_edit(f, VD__KIND__KIND_SUPPLY, "boxes", never_stale);
  cr_assert_eq(level(f, "boxes", 40, 0), VD_OK);
  fixture_run_to(f, AT(2));
  cr_assert_eq(level(f, "boxes", 0, 0), VD_OK);
  cr_assert_eq(supply(f, "boxes")->error_permille, 1000);
  for (int i = 2; i <= 100; i++) {
    fixture_run_to(f, AT(2 * i));
    cr_assert_eq(level(f, "boxes", 0, 0), VD_OK);
  }
  cr_assert_eq(supply(f, "boxes")->errors, 100);
  cr_assert_leq(supply(f, "boxes")->error_permille, 10);
}

// ---- many breaks ----

Test(supply, breaks_of_the_morning_do_not_hide_lunch)
{
  struct agenda_row rows[71];
  static char ids[70][16];
  for (int i = 0; i < 70; i++) {
    snprintf(ids[i], sizeof ids[i], "b-%d", i);
    rows[i] = (struct agenda_row){ids[i], "forum", i * 4 - 600, i * 4 - 599, true, false};
  }
  rows[70] = (struct agenda_row){"lunch", "corridor", 30, 90, true, false};
  agenda_put(f, rows, 71);
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, AT(30) + SECONDS(675));
  cr_assert_eq(agenda_shift(f, "lunch", MINUTES(10), false), VD_OK);
  fixture_run_to(f, f->now_ms);
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, AT(40) + SECONDS(600), "40 in ten minutes");
}

// ---- breaks move ----

Test(supply, a_shift_is_forecast_anew_after_its_command)
{
  AGENDA(f, {"tea", "corridor", 60, 80, true});
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, AT(60) + SECONDS(450));
  cr_assert_eq(agenda_shift(f, "tea", -MINUTES(30), false), VD_OK);
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, AT(60) + SECONDS(450), "not within the command");
  cr_assert_leq(vd_venue_next_due(f->venue), f->now_ms, "but at once");
  fixture_restart(f);
  fixture_run_to(f, f->now_ms);
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, AT(30) + SECONDS(675));
  cr_assert_eq(vd_supply_next(f->venue, supply(f, "coffee")), AT(10) + SECONDS(675));
}

Test(supply, a_break_that_goes_puts_off_the_refill)
{
  AGENDA(f, {"tea", "corridor", 30, 50, true});
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->refill_at_ms, AT(10) + SECONDS(675));
  cr_assert_eq(agenda_cancel(f, "tea", "rain"), VD_OK);
  fixture_run_to(f, f->now_ms);
  cr_assert_eq(supply(f, "coffee")->refill_at_ms, AT(70));
}

Test(supply, what_has_run_out_keeps_its_moment_while_there_is_no_news)
{
  people_edit(f, VD__KIND__KIND_EVENT, "event", never_by_itself);
  AGENDA(f, {"tea", "corridor", 100, 120, true});
  cr_assert_eq(level(f, "coffee", 5, 0), VD_OK);
  fixture_run_to(f, AT(40));
  cr_assert_eq(agenda_shift(f, "tea", MINUTES(30), false), VD_OK);
  fixture_run_to(f, f->now_ms);
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, AT(10));
  cr_assert_eq(supply(f, "coffee")->refill_at_ms, AT(0));
}

Test(supply, a_level_of_a_day_ago_says_nothing)
{
  people_edit(f, VD__KIND__KIND_EVENT, "event", never_by_itself);
  people_edit(f, VD__KIND__KIND_SUPPLY, "coffee", never_stale);
  AGENDA(f, {"tea", "corridor", 1500, 1520, true});
  cr_assert_eq(level(f, "coffee", 5, 0), VD_OK);
  fixture_run_to(f, AT(1441));
  cr_assert_eq(agenda_shift(f, "tea", MINUTES(1), false), VD_OK);
  fixture_run_to(f, f->now_ms);
  cr_assert_eq(supply(f, "coffee")->run_out_at_ms, 0);
}

Test(supply, where_nothing_is_known_a_shift_leaves_nothing_to_do)
{
  AGENDA(f, {"tea", "corridor", 60, 80, true});
  cr_assert_eq(agenda_shift(f, "tea", -MINUTES(30), false), VD_OK);
  cr_assert_eq(FIXTURE_FIND(f, EVENT, Event, "event")->reforecast_at_ms, 0);
}

static size_t largest_since(size_t first)
{
  size_t largest = 0;
  for (size_t i = first; i < f->n_changes; i++) {
    size_t size = vd__change__get_packed_size(f->changes[i]);
    largest = size > largest ? size : largest;
  }
  return largest;
}

Test(supply, a_shift_with_five_thousand_supplies_is_no_larger_than_with_one)
{
  AGENDA(f, {"tea", "corridor", 60, 80, true});
  catering_many(f, 5000, 60);
  size_t before = f->n_changes;
  cr_assert_eq(agenda_shift(f, "tea", -MINUTES(30), false), VD_OK);
  cr_assert_eq(f->n_changes, before + 1);
  cr_assert_leq(f->changes[before]->n_upserts, 4, "event, session, notice; %zu",
                f->changes[before]->n_upserts);
  before = f->n_changes;
  cr_assert_eq(fixture_tick(f, 10), 10);
  fixture_restart(f); // in the middle of it
  fixture_run_to(f, f->now_ms);
  cr_assert_leq(f->n_changes - before, 5000 / VD_SUPPLY_SLICE + 2, "%zu", f->n_changes - before);
  cr_assert_leq(largest_since(before), 16 * 1024, "%zu", largest_since(before));
  for (unsigned i = 0; i < 5000; i++) {
    char id[16];
    snprintf(id, sizeof id, "s-%04u", i);
    cr_assert_eq(supply(f, id)->run_out_at_ms, AT(30) + SECONDS(675), "%s", id);
  }
  cr_assert_eq(FIXTURE_FIND(f, EVENT, Event, "event")->reforecast_at_ms, 0);
  cr_assert_gt(vd_venue_next_due(f->venue), f->now_ms);
}

Test(supply, a_second_shift_begins_it_anew)
{
  AGENDA(f, {"tea", "corridor", 60, 80, true});
  catering_many(f, 100, 60);
  cr_assert_eq(agenda_shift(f, "tea", -MINUTES(20), false), VD_OK);
  cr_assert_eq(fixture_tick(f, 2), 2);
  cr_assert_eq(agenda_shift(f, "tea", -MINUTES(10), false), VD_OK);
  fixture_run_to(f, f->now_ms);
  cr_assert_eq(supply(f, "s-0000")->run_out_at_ms, AT(30) + SECONDS(675));
  cr_assert_eq(supply(f, "s-0099")->run_out_at_ms, AT(30) + SECONDS(675));
}

// ---- the same again ----

// Supplies and tasks, but for their revisions: how often other counts are kept hangs on restarts (node.h).
static struct vd_buffer bytes_of(const struct fixture *day)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_SUPPLY, VD__KIND__KIND_TASK};
  struct vd_buffer bytes = {0};
  for (size_t i = 0; i < 2; i++) {
    const char *after = NULL;
    const ProtobufCMessage *message;
    while ((message = vd_fold_next(vd_venue_fold(day->venue), kinds[i], after, ""))) {
      after = vd_message_id(message);
      ProtobufCMessage *copy = vd_message_copy(message);
      vd_message_set_revision(copy, 0);
      vd_buffer_pack(&bytes, copy);
      protobuf_c_message_free_unpacked(copy, NULL);
    }
  }
  return bytes;
}

// A day of reports; with a restart after each, nothing may hang on memory.
static struct vd_buffer a_day(bool with_restarts)
{
  struct fixture *day = catering_create();
  AGENDA(day, {"tea", "corridor", 60, 80, true}, {"lunch", "hall", 180, 240, true});
  for (int i = 1; i <= 40; i++) {
    fixture_run_to(day, AT(i * 7));
    cr_assert_eq(level(day, "coffee", (uint32_t)(100 - i * 37 % 90), 0), VD_OK);
    cr_assert_eq(served(day, "boxes", (uint32_t)(1 + i % 3), 0), VD_OK);
    if (i % 5 == 0)
      cr_assert_eq(refilled(day, "boxes", 40, "av-1"), VD_OK);
    if (i == 6)
      cr_assert_eq(agenda_shift(day, "lunch", MINUTES(25), false), VD_OK);
    const Vd__Supply *coffee = supply(day, "coffee");
    cr_assert(coffee->run_out_at_ms == 0 || coffee->run_out_at_ms >= day->now_ms);
    cr_assert(coffee->refill_at_ms == 0 || coffee->refill_at_ms >= day->now_ms);
    if (with_restarts)
      fixture_restart(day);
  }
  struct vd_buffer bytes = bytes_of(day);
  fixture_destroy(day);
  return bytes;
}

Test(supply, the_same_day_gives_the_same_venue)
{
  struct vd_buffer once = a_day(false), again = a_day(false), restarted = a_day(true);
  cr_assert_eq(once.size, again.size);
  cr_assert_eq(memcmp(once.data, again.data, once.size), 0);
  cr_assert_eq(once.size, restarted.size);
  cr_assert_eq(memcmp(once.data, restarted.data, once.size), 0);
  vd_buffer_finish(&once);
  vd_buffer_finish(&again);
  vd_buffer_finish(&restarted);
}
