// Maintenance: by the plan's windows and by people's word; nothing is a fault in it, and what was expected is
// expected anew after it. Time starts at FIXTURE_T0.
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/core/devices.h"
#include "tests/unit/core/incident_acts.h"

#define T0 FIXTURE_T0

static struct fixture *f;

static void add_window(Vd__Device *of, int from, int to)
{
  Vd__Shift *window = (Vd__Shift *)vd_message_new(&vd__shift__descriptor);
  window->start_at_ms = T0 + MINUTES(from);
  window->end_at_ms = T0 + MINUTES(to);
  VD_REPEATED_ADD(of->windows, of->n_windows, window);
}

// 10 to 20 and 20 to 30, 60 to 70 minutes.
static void three_windows(Vd__Device *of)
{
  add_window(of, 10, 20);
  add_window(of, 20, 30);
  add_window(of, 60, 70);
}

static void setup(void)
{
  f = devices_create();
  device_edit(f, "proj", three_windows);
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(device_maintenance, .init = setup, .fini = teardown);

// ---- windows ----

Test(device_maintenance, a_window_begins_and_ends_by_itself)
{
  beat_until(f, "proj", T0 + MINUTES(10) - 1, SECONDS(5));
  expect_state(f, "proj", OK);
  fixture_run_to(f, T0 + MINUTES(10));
  expect_state(f, "proj", MAINTENANCE);
  cr_expect_str_eq(fact(f)->what, "device-maintenance");
  cr_expect_str_eq(fact(f)->text, "proj: in maintenance until 2023-05-18T09:30:00.000+08:00");
  fixture_run_to(f, T0 + MINUTES(30) - 1);
  expect_state(f, "proj", MAINTENANCE);
  fixture_run_to(f, T0 + MINUTES(30));
  expect_state(f, "proj", OK);
  cr_expect_str_eq(fact(f)->text, "proj: ended");
}

Test(device_maintenance, heartbeats_are_expected_anew_after_it)
{
  beat_until(f, "proj", T0 + MINUTES(10), SECONDS(5));
  fixture_run_to(f, T0 + MINUTES(30) + SECONDS(10));
  expect_state(f, "proj", OK);
  fixture_run_to(f, T0 + MINUTES(30) + SECONDS(30));
  expect_state(f, "proj", SUSPECT);
  fixture_run_to(f, T0 + MINUTES(30) + SECONDS(30) + 1);
  expect_state(f, "proj", FAULT);
  cr_expect_eq(device(f, "proj")->fault_at_ms, T0 + MINUTES(30) + SECONDS(10));
}

Test(device_maintenance, what_was_never_heard_is_as_before_it)
{
  fixture_run_to(f, T0 + MINUTES(15));
  expect_state(f, "proj", MAINTENANCE);
  fixture_run_to(f, T0 + MINUTES(50));
  expect_state(f, "proj", UNSPECIFIED);
}

Test(device_maintenance, no_reading_is_a_fault_in_it)
{
  beat(f, "proj");
  beat_until(f, "proj", T0 + MINUTES(15), SECONDS(5));
  reading(f, "proj", "temperature", 200);
  expect_state(f, "proj", MAINTENANCE);
  fixture_run_to(f, T0 + MINUTES(30));
  expect_state(f, "proj", OK); // what was measured in it says nothing after it
  cr_expect_eq(incidents(f), 0u);
}

Test(device_maintenance, a_sign_of_life_in_it_is_kept_too)
{
  beat_until(f, "proj", T0 + MINUTES(15), SECONDS(5));
  beat(f, "proj");
  cr_expect_geq(device(f, "proj")->heard_at_ms, T0 + MINUTES(14));
  expect_state(f, "proj", MAINTENANCE);
}

Test(device_maintenance, windows_slept_through_are_past)
{
  beat(f, "proj");
  fixture_run_to(f, T0 + MINUTES(9));
  fixture_jump_to(f, T0 + MINUTES(45));
  expect_state(f, "proj", FAULT); // it was silent before the window already
  beat(f, "proj");
  beat_until(f, "proj", T0 + MINUTES(60), SECONDS(5));
  expect_state(f, "proj", MAINTENANCE);
}

Test(device_maintenance, from_one_window_into_the_next_is_one)
{
  beat_until(f, "proj", T0 + MINUTES(12), SECONDS(5));
  fixture_jump_to(f, T0 + MINUTES(65));
  expect_state(f, "proj", MAINTENANCE);
  fixture_run_to(f, T0 + MINUTES(70));
  expect_state(f, "proj", OK);
}

Test(device_maintenance, a_restart_in_it_or_over_it_changes_nothing)
{
  beat_until(f, "proj", T0 + MINUTES(12), SECONDS(5));
  fixture_restart(f);
  expect_state(f, "proj", MAINTENANCE);
  fixture_run_to(f, T0 + MINUTES(30));
  expect_state(f, "proj", OK);
  f->now_ms = T0 + MINUTES(80);
  fixture_restart(f);
  fixture_run_to(f, T0 + MINUTES(80) + SECONDS(30));
  expect_state(f, "proj", SUSPECT);
  cr_expect_eq(fixture_facts(f, "device-fault"), 0u);
}

// ---- what it was before ----

Test(device_maintenance, a_suspicion_is_forgotten)
{
  cr_assert_eq(READINGS(f, {.device = "proj", .reading = "temperature", .value = 76}), VD_OK);
  beat_until(f, "proj", T0 + MINUTES(10) - 1, SECONDS(5));
  expect_state(f, "proj", SUSPECT);
  cr_expect(is_warned(f, "proj", "control-1"));
  fixture_run_to(f, T0 + MINUTES(10));
  expect_state(f, "proj", MAINTENANCE);
  cr_expect_not(is_warned(f, "proj", "control-1"));
  cr_expect_str_eq(device(f, "proj")->reading, "");
  fixture_run_to(f, T0 + MINUTES(30));
  expect_state(f, "proj", OK);
}

Test(device_maintenance, an_open_incident_stays_and_is_told)
{
  beat_until(f, "proj", T0 + MINUTES(8), SECONDS(5));
  reading(f, "proj", "hue", 0);
  f->now_ms++;
  reading(f, "proj", "temperature", 90);
  fixture_run_to(f, T0 + MINUTES(10));
  expect_state(f, "proj", MAINTENANCE);
  cr_expect_eq(incident(f, 1)->state, STATE(OPEN));
  cr_expect_str_eq(note(f, 1), "proj: in maintenance until 2023-05-18T09:30:00.000+08:00");
  fixture_run_to(f, T0 + MINUTES(30));
  expect_state(f, "proj", OK);
  cr_expect_str_eq(note(f, 1), "proj: maintenance ended");
  cr_expect_eq(incident(f, 1)->state, STATE(OPEN));
}

Test(device_maintenance, what_fails_after_it_fails_again)
{
  beat_until(f, "proj", T0 + MINUTES(8), SECONDS(5));
  f->now_ms++;
  reading(f, "proj", "temperature", 90);
  fixture_run_to(f, T0 + MINUTES(31));
  cr_expect_eq(incidents(f), 1u);
  cr_expect_str_eq(note(f, 1), "proj fails again: heartbeat overdue since 09:30:10");
}

// ---- people's word ----

Test(device_maintenance, until_people_say)
{
  beat(f, "proj-b");
  cr_assert_eq(maintenance(f, "proj-b", T0 + MINUTES(5)), VD_OK);
  expect_state(f, "proj-b", MAINTENANCE);
  fixture_run_to(f, T0 + MINUTES(5));
  expect_state(f, "proj-b", OK);
  cr_expect_eq(device(f, "proj-b")->maintenance_until_at_ms, 0);
}

Test(device_maintenance, or_until_they_say_that_it_is_over)
{
  beat(f, "proj-b");
  cr_assert_eq(maintenance(f, "proj-b", T0 + MINUTES(5)), VD_OK);
  cr_assert_eq(maintenance(f, "proj-b", T0 + MINUTES(9)), VD_OK); // longer
  fixture_run_to(f, T0 + MINUTES(6));
  expect_state(f, "proj-b", MAINTENANCE);
  cr_assert_eq(maintenance(f, "proj-b", 0), VD_OK);
  expect_state(f, "proj-b", OK);
  fixture_run_to(f, T0 + MINUTES(6) + SECONDS(30) + 1);
  expect_state(f, "proj-b", FAULT);
}

Test(device_maintenance, word_and_window_are_one)
{
  beat(f, "proj");
  cr_assert_eq(maintenance(f, "proj", T0 + MINUTES(15)), VD_OK);
  cr_expect_str_eq(fact(f)->text, "proj: in maintenance until 2023-05-18T09:30:00.000+08:00");
  fixture_run_to(f, T0 + MINUTES(29));
  expect_state(f, "proj", MAINTENANCE);
  fixture_run_to(f, T0 + MINUTES(30));
  expect_state(f, "proj", OK);
}

Test(device_maintenance, over_within_a_window_it_is_over_for_that_window)
{
  beat_until(f, "proj", T0 + MINUTES(12), SECONDS(5));
  expect_state(f, "proj", MAINTENANCE);
  cr_assert_eq(maintenance(f, "proj", 0), VD_OK);
  expect_state(f, "proj", OK);
  fixture_restart(f);
  beat_until(f, "proj", T0 + MINUTES(40), SECONDS(5));
  expect_state(f, "proj", OK);
  cr_expect_eq(fixture_facts(f, "device-maintenance"), 2u);
  beat_until(f, "proj", T0 + MINUTES(60), SECONDS(5));
  expect_state(f, "proj", MAINTENANCE);
}

Test(device_maintenance, said_again_it_is_nothing)
{
  beat(f, "proj-b");
  cr_assert_eq(maintenance(f, "proj-b", 0), VD_OK);
  cr_expect_eq(f->reply.sequence, 0u);
  cr_assert_eq(maintenance(f, "proj-b", T0 + MINUTES(5)), VD_OK);
  cr_assert_eq(maintenance(f, "proj-b", T0 + MINUTES(5)), VD_OK);
  cr_expect_eq(f->reply.sequence, 0u);
}

Test(device_maintenance, an_end_that_is_past_is_refused)
{
  beat(f, "proj-b");
  cr_assert_eq(maintenance(f, "proj-b", T0), VD_ERR_BAD_VALUE);
  cr_expect_str_eq(f->reply.field, "device_maintenance.until_at_ms");
  expect_state(f, "proj-b", OK);
}

Test(device_maintenance, nor_may_it_last_for_ever)
{
  beat(f, "proj-b");
  cr_assert_eq(maintenance(f, "proj-b", INT64_MAX), VD_ERR_BAD_VALUE);
  cr_expect_str_eq(f->reply.field, "device_maintenance.until_at_ms");
  const int64_t most_ms = MINUTES(60) * 24 * 30;
  cr_assert_eq(maintenance(f, "proj-b", f->now_ms + most_ms + 1), VD_ERR_BAD_VALUE);
  expect_state(f, "proj-b", OK);
  cr_assert_eq(maintenance(f, "proj-b", f->now_ms + most_ms), VD_OK);
}

Test(device_maintenance, nobody_says_a_fault_in_it)
{
  cr_assert_eq(maintenance(f, "proj-b", T0 + MINUTES(5)), VD_OK);
  cr_assert_eq(device_fault(f, "proj-b", "dark", 0), VD_ERR_WRONG_STATE);
  cr_expect_eq(incidents(f), 0u);
}

Test(device_maintenance, it_ends_what_people_said)
{
  beat(f, "proj-b");
  cr_assert_eq(device_fault(f, "proj-b", "dark", 0), VD_OK);
  cr_assert_eq(maintenance(f, "proj-b", T0 + MINUTES(5)), VD_OK);
  cr_assert_eq(maintenance(f, "proj-b", 0), VD_OK);
  expect_state(f, "proj-b", OK);
  cr_expect_eq(incident(f, 1)->state, STATE(OPEN));
}
