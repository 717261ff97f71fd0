// A device that fails again: flapping, another fault, closed over or as fixed, restarts and merges between.
// Time starts at FIXTURE_T0.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "proto/check.h"
#include "tests/unit/core/devices.h"
#include "tests/unit/core/incident_acts.h"

#define T0 FIXTURE_T0

static struct fixture *f;

static void setup(void)
{
  f = devices_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(device_again, .init = setup, .fini = teardown);

// ---- flapping ----

Test(device_again, however_often_it_flaps_it_is_one_incident)
{
  overheat(f, "proj");
  size_t before = f->n_changes;
  for (int i = 0; i < 30; i++) {
    fixture_run_to(f, f->now_ms + SECONDS(1));
    reading(f, "proj", "temperature", 50);
    fixture_run_to(f, f->now_ms + SECONDS(1));
    reading(f, "proj", "temperature", 90);
  }
  expect_state(f, "proj", FAULT);
  cr_expect_eq(incidents(f), 1u);
  unsigned about_it = 0;
  for (size_t i = before; i < f->n_changes; i++)
    about_it += f->changes[i]->cause->of_case == VD__CAUSE__OF_COMMAND;
  cr_expect_leq(about_it, 2u, "flaps in a minute cost %u Changes", about_it);
  recover(f, "proj");
  cr_expect_eq(device(f, "proj")->flaps, 30u);
  cr_expect_str_eq(note(f, 1), "proj: recovered; flaps: 30");
  cr_expect_eq(incidents(f), 1u);
}

Test(device_again, silence_while_it_recovers_is_a_flap)
{
  fall_silent(f);
  beat(f, "proj");
  int64_t heard_ms = f->now_ms;
  fixture_run_to(f, heard_ms + SECONDS(10) + 1);
  cr_expect_eq(device(f, "proj")->flaps, 1u);
  fixture_run_to(f, heard_ms + MINUTES(30));
  expect_state(f, "proj", FAULT);
  cr_expect_eq(incidents(f), 1u);
}

Test(device_again, flaps_count_anew_with_the_next_fault)
{
  overheat(f, "proj");
  cool_down(f, "proj");
  overheat(f, "proj");
  recover(f, "proj");
  cr_expect_eq(device(f, "proj")->flaps, 1u);
  overheat(f, "proj");
  cr_expect_eq(device(f, "proj")->flaps, 0u);
}

// ---- again ----

Test(device_again, while_its_incident_is_open_it_is_a_note)
{
  overheat(f, "proj");
  recover(f, "proj");
  overheat(f, "proj");
  cr_expect_eq(incidents(f), 1u);
  cr_expect_str_eq(note(f, 1), "proj fails again: temperature 86 °C, over 85 °C");
  cr_expect_eq(attempt(f, 1)->index, 1u);
}

Test(device_again, of_what_has_landed_whoever_verifies_is_called)
{
  overheat(f, "proj");
  cr_assert_eq(STEP(f, LAND, 1, "av-1", 0), VD_OK);
  recover(f, "proj");
  cr_expect_not(is_warned(f, "proj", "control-1"));
  overheat(f, "proj");
  cr_expect(is_warned(f, "proj", "control-1"));
  recover(f, "proj");
  cr_expect_not(is_warned(f, "proj", "control-1"));
}

static uint32_t notes(void)
{
  return incident(f, 1)->notes;
}

Test(device_again, also_where_it_did_not_hold_once_for_each_landing)
{
  overheat(f, "proj");
  cr_assert_eq(STEP(f, LAND, 1, "av-1", 0), VD_OK);
  cool_down(f, "proj");
  overheat(f, "proj");
  cr_expect(is_warned(f, "proj", "control-1"));
  cr_expect_str_eq(note(f, 1), "proj fails again: temperature 86 °C, over 85 °C");
  uint32_t before = notes();
  cool_down(f, "proj");
  overheat(f, "proj");
  cr_expect_eq(notes(), before, "said already");
  cr_assert_eq(STEP(f, UNDO, 1, NULL, 0), VD_OK);
  f->now_ms++;
  cr_assert_eq(STEP(f, LAND, 1, "av-1", 0), VD_OK);
  before = notes();
  cool_down(f, "proj");
  overheat(f, "proj");
  cr_expect_eq(notes(), before + 1);
  close_over(f, 1);
  cr_expect_not(is_warned(f, "proj", "control-1"), "it was verified");
}

Test(device_again, of_what_is_landed_silence_too)
{
  fall_silent(f);
  cr_assert_eq(STEP(f, LAND, 1, "av-1", 0), VD_OK);
  beat(f, "proj");
  fixture_run_to(f, f->now_ms + SECONDS(10) + 1);
  cr_expect(is_warned(f, "proj", "control-1"));
}

Test(device_again, closed_over_it_nobody_need_verify)
{
  overheat(f, "proj");
  cr_assert_eq(do_land(f, 1, VD__LANDING__LANDING_WORKAROUND), VD_OK);
  f->now_ms++;
  reading(f, "proj", "battery", 3);
  cr_expect(is_warned(f, "proj", "control-1"));
  cr_assert_eq(STEP(f, CLOSE, 1, "control-1", 0), VD_OK);
  expect_state(f, "proj", FAULT);
  cr_expect_not(is_warned(f, "proj", "control-1"));
}

Test(device_again, each_thing_that_makes_it_one_is_told_once)
{
  f->now_ms++;
  reading(f, "proj", "battery", 3);
  cr_expect_str_eq(device(f, "proj")->reading, "battery");
  overheat(f, "proj");
  cr_expect_eq(incidents(f), 1u);
  cr_expect_str_eq(note(f, 1), "proj fails again: temperature 86 °C, over 85 °C");
  cr_expect_str_eq(device(f, "proj")->reading, "temperature");
  uint32_t before = notes();
  cool_down(f, "proj");
  overheat(f, "proj");
  fixture_restart(f);
  cool_down(f, "proj");
  overheat(f, "proj");
  cr_expect_eq(notes(), before);
  fixture_run_to(f, f->now_ms + SECONDS(31)); // silent, and hot
  cr_expect_eq(notes(), before + 1);
  cr_expect_geq(strlen(note(f, 1)), strlen("proj fails again: heartbeat"));
  fixture_run_to(f, f->now_ms + MINUTES(10));
  cr_expect_eq(notes(), before + 1);
}

Test(device_again, what_two_readings_say_at_once_is_told_at_once)
{
  cr_assert_eq(READINGS(f, {.device = "proj", .reading = "battery", .value = 3},
                        {.device = "proj", .reading = "temperature", .value = 90}),
               VD_OK);
  cr_expect_eq(incidents(f), 1u);
  cr_expect_str_eq(note(f, 1), "proj fails again: temperature 90 °C, over 85 °C");
}

Test(device_again, soon_after_closing_it_reopens_with_clocks_of_its_own)
{
  overheat(f, "proj");
  recover(f, "proj");
  land_and_close(f, 1);
  int64_t closed_ms = f->now_ms;
  beat_until(f, "proj", closed_ms + MINUTES(15) - 1, SECONDS(5));
  overheat(f, "proj"); // exactly 15 min after
  cr_assert_eq(f->now_ms, closed_ms + MINUTES(15));
  cr_expect_eq(incidents(f), 1u);
  cr_expect_eq(incident(f, 1)->state, STATE(OPEN));
  cr_expect_eq(incident(f, 1)->attempt, 2u);
  cr_expect_str_eq(incident(f, 1)->reason, "proj fails again: temperature 86 °C, over 85 °C");
  cr_expect_eq(deadline(f, 1, "respond")->start_at_ms, f->now_ms);
  cr_expect_str_eq(fact(f)->what, "device-fault");
  cr_expect_eq(fact(f)->incident, 1u);
}

Test(device_again, later_it_is_another)
{
  overheat(f, "proj");
  recover(f, "proj");
  land_and_close(f, 1);
  beat_until(f, "proj", f->now_ms + MINUTES(15), SECONDS(5));
  overheat(f, "proj");
  cr_expect_eq(incidents(f), 2u);
  cr_expect_eq(incident(f, 1)->state, STATE(CLOSED));
  cr_expect_eq(device(f, "proj")->incident, 2u);
}

Test(device_again, what_reopens_counts_from_the_fault_not_before_the_closing)
{
  fall_silent(f);
  beat(f, "proj");
  beat_until(f, "proj", f->now_ms + MINUTES(10), SECONDS(5));
  expect_state(f, "proj", OK);
  int64_t heard_ms = device(f, "proj")->expected_at_ms - SECONDS(10);
  (void)heard_ms;
  fixture_run_to(f, f->now_ms + SECONDS(25)); // silent already, and closed over it
  expect_state(f, "proj", SUSPECT);
  land_and_close(f, 1);
  int64_t closed_ms = f->now_ms;
  fixture_run_to(f, closed_ms + SECONDS(10));
  expect_state(f, "proj", FAULT);
  cr_expect_eq(incident(f, 1)->attempt, 2u);
  cr_expect_eq(deadline(f, 1, "respond")->start_at_ms, closed_ms);
  cr_expect_gt(deadline(f, 1, "respond")->detection_ms, 0);
}

Test(device_again, closed_while_it_is_still_broken_it_is_not_again)
{
  overheat(f, "proj");
  close_over(f, 1);
  cr_expect_str_eq(note(f, 1), "proj still fails: temperature 86 °C, over 85 °C");
  f->now_ms += SECONDS(5);
  reading(f, "proj", "temperature", 90);
  beat_until(f, "proj", f->now_ms + MINUTES(10), SECONDS(5));
  cr_expect_eq(incident(f, 1)->state, STATE(CLOSED));
  cr_expect_eq(incidents(f), 1u);
}

Test(device_again, closed_as_fixed_it_is_judged_by_what_is_heard_then)
{
  overheat(f, "proj");
  land_and_close(f, 1);
  expect_state(f, "proj", OK);
  f->now_ms += SECONDS(5);
  reading(f, "proj", "temperature", 90);
  expect_state(f, "proj", FAULT);
  cr_expect_eq(incident(f, 1)->state, STATE(OPEN));
  cr_expect_eq(incident(f, 1)->attempt, 2u);
}

Test(device_again, and_by_silence_counted_from_then)
{
  fall_silent(f);
  land_and_close(f, 1);
  expect_state(f, "proj", OK);
  int64_t closed_ms = f->now_ms;
  fixture_restart(f);
  fixture_run_to(f, closed_ms + SECONDS(30));
  cr_expect_eq(incident(f, 1)->state, STATE(CLOSED));
  fixture_run_to(f, closed_ms + SECONDS(30) + 1);
  cr_expect_eq(incident(f, 1)->attempt, 2u);
  cr_expect_eq(incident(f, 1)->state, STATE(OPEN));
}

Test(device_again, closed_over_it_another_fault_is_one)
{
  overheat(f, "proj");
  close_over(f, 1);
  f->now_ms++;
  reading(f, "proj", "battery", 3);
  cr_expect_eq(incident(f, 1)->attempt, 2u);
  cr_expect_str_eq(incident(f, 1)->reason, "proj fails again: battery 3 %, under 5 %");
}

Test(device_again, so_is_silence)
{
  overheat(f, "proj");
  close_over(f, 1);
  fixture_run_to(f, f->now_ms + SECONDS(31));
  cr_expect_eq(incident(f, 1)->attempt, 2u);
}

Test(device_again, closed_over_it_and_well_since_it_is_again_after_a_restart_too)
{
  overheat(f, "proj");
  close_over(f, 1);
  cool_down(f, "proj");
  expect_state(f, "proj", FAULT); // it has not held yet
  fixture_restart(f);
  overheat(f, "proj");
  cr_expect_eq(incident(f, 1)->attempt, 2u);
}

Test(device_again, a_restart_does_not_forget_that_it_was_closed_while_well)
{
  fall_silent(f);
  beat(f, "proj");
  land_and_close(f, 1);
  fixture_restart(f);
  fixture_run_to(f, f->now_ms + MINUTES(30));
  expect_state(f, "proj", FAULT);
  cr_expect_eq(incident(f, 1)->attempt, 2u, "nobody would come");
}

Test(device_again, closed_while_it_recovers_it_is_again)
{
  overheat(f, "proj");
  cool_down(f, "proj");
  land_and_close(f, 1);
  expect_state(f, "proj", FAULT); // it has not held yet
  overheat(f, "proj");
  cr_expect_eq(incident(f, 1)->attempt, 2u);
  cr_expect_eq(incident(f, 1)->state, STATE(OPEN));
}

Test(device_again, and_so_it_is_when_it_falls_silent_then)
{
  fall_silent(f);
  beat(f, "proj");
  land_and_close(f, 1);
  fixture_run_to(f, f->now_ms + SECONDS(20));
  cr_expect_eq(incident(f, 1)->state, STATE(CLOSED), "one heartbeat missed is no fault");
  fixture_run_to(f, f->now_ms + SECONDS(11));
  cr_expect_eq(incident(f, 1)->attempt, 2u);
}

Test(device_again, a_false_alarm_that_comes_again_is_the_same)
{
  overheat(f, "proj");
  cr_assert_eq(STEP(f, CANCEL, 1, NULL, 0), VD_OK);
  recover(f, "proj");
  overheat(f, "proj");
  cr_expect_eq(incidents(f), 1u);
  cr_expect_eq(incident(f, 1)->attempt, 2u);
}

Test(device_again, a_merge_is_followed)
{
  uint64_t by_people = fixture_report(f, "hall", "av-fault");
  overheat(f, "proj");
  cr_assert_eq(do_duplicate(f, by_people + 1, by_people), VD_OK);
  recover(f, "proj");
  cr_expect_str_eq(note(f, by_people), "proj: recovered");
  overheat(f, "proj");
  cr_expect_eq(incidents(f), 2u);
  cr_expect_str_eq(note(f, by_people), "proj fails again: temperature 86 °C, over 85 °C");
}

Test(device_again, the_severity_follows_the_agenda_when_it_reopens)
{
  devices_session(f, "hall", 45, 90, 99);
  overheat(f, "proj");
  cr_expect_eq(incident(f, 1)->severity, 2u);
  recover(f, "proj");
  land_and_close(f, 1);
  beat_until(f, "proj", f->now_ms + MINUTES(10), SECONDS(5));
  overheat(f, "proj");
  cr_expect_eq(incident(f, 1)->attempt, 2u);
  cr_expect_eq(incident(f, 1)->severity, 3u);
}
