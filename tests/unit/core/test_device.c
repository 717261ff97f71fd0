// A device's states: what silence, readings and people make of it, cell by cell; and what a command may not
// say. Time starts at FIXTURE_T0.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/device_internal.h"
#include "daemon/core/plan_internal.h"
#include "proto/check.h"
#include "tests/unit/core/devices.h"

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

TestSuite(device, .init = setup, .fini = teardown);

// ---- silence ----

Test(device, what_was_never_heard_is_not_expected)
{
  fixture_run_to(f, T0 + MINUTES(600));
  expect_state(f, "proj", UNSPECIFIED);
  cr_expect_eq(incidents(f), 0u);
}

Test(device, the_first_sign_of_life_makes_it_well)
{
  beat(f, "proj");
  expect_state(f, "proj", OK);
  cr_expect_str_eq(fact(f)->what, "device-ok");
  cr_expect_str_eq(fact(f)->zone, "hall");
  cr_expect_eq(device(f, "proj")->heard_at_ms, T0);
  cr_expect_eq(device(f, "proj")->expected_at_ms, T0 + SECONDS(10));
}

Test(device, a_heartbeat_exactly_at_its_time_is_in_time)
{
  beat(f, "proj");
  fixture_run_to(f, T0 + SECONDS(10));
  expect_state(f, "proj", OK);
  beat(f, "proj");
  fixture_run_to(f, T0 + SECONDS(20));
  expect_state(f, "proj", OK);
}

Test(device, one_heartbeat_missed_is_suspect)
{
  beat(f, "proj");
  fixture_run_to(f, T0 + SECONDS(10) + 1);
  expect_state(f, "proj", SUSPECT);
  cr_expect_str_eq(fact(f)->what, "device-suspect");
  cr_expect_str_eq(device(f, "proj")->reading, "");
  cr_expect_eq(incidents(f), 0u);
  cr_expect_not(is_warned(f, "proj", "control-1"), "silence calls nobody before it is a fault");
}

Test(device, heard_again_it_is_well)
{
  beat(f, "proj");
  fixture_run_to(f, T0 + SECONDS(15));
  beat(f, "proj");
  expect_state(f, "proj", OK);
}

static void suspect_after_25s(Vd__Policy *policy)
{
  policy->suspect_after_ms = SECONDS(25);
}

Test(device, the_policy_may_wait_longer_with_suspicion)
{
  devices_policy(f, suspect_after_25s);
  beat(f, "proj");
  fixture_run_to(f, T0 + SECONDS(25));
  expect_state(f, "proj", OK);
  fixture_run_to(f, T0 + SECONDS(25) + 1);
  expect_state(f, "proj", SUSPECT);
}

static void suspect_after_an_hour(Vd__Policy *policy)
{
  policy->suspect_after_ms = MINUTES(60);
}

static void suspect_after_a_second(Vd__Policy *policy)
{
  policy->suspect_after_ms = SECONDS(1);
}

Test(device, suspicion_comes_neither_before_a_miss_nor_after_the_fault)
{
  devices_policy(f, suspect_after_a_second);
  beat(f, "proj");
  fixture_run_to(f, T0 + SECONDS(10));
  expect_state(f, "proj", OK);
  devices_policy(f, suspect_after_an_hour);
  fixture_run_to(f, f->now_ms + SECONDS(30) + 1);
  expect_state(f, "proj", FAULT);
}

Test(device, three_heartbeats_missed_are_a_fault)
{
  beat(f, "proj");
  fixture_run_to(f, T0 + SECONDS(30));
  expect_state(f, "proj", SUSPECT);
  fixture_run_to(f, T0 + SECONDS(30) + 1);
  expect_state(f, "proj", FAULT);
  cr_expect_str_eq(fact(f)->what, "device-fault");
  cr_expect_eq(fact(f)->incident, 1u);
  cr_expect_eq(device(f, "proj")->fault_at_ms, T0 + SECONDS(10), "when the first missed one was due");
  cr_expect_eq(device(f, "proj")->incident, 1u);
}

Test(device, exactly_three_intervals_are_no_fault_yet)
{
  cr_assert_eq(READINGS(f, {"proj", T0, "hue", 1}), VD_OK);
  f->now_ms = T0 + SECONDS(30);
  cr_assert_eq(READINGS(f, {"proj", T0, "temperature", 20}), VD_OK); // news of then, not of now
  expect_state(f, "proj", SUSPECT);
}

static void two_beats(Vd__Policy *policy)
{
  policy->fault_after_beats = 2;
}

Test(device, how_many_is_the_policys_to_say)
{
  devices_policy(f, two_beats);
  beat(f, "proj");
  fixture_run_to(f, T0 + SECONDS(20));
  expect_state(f, "proj", SUSPECT);
  fixture_run_to(f, T0 + SECONDS(20) + 1);
  expect_state(f, "proj", FAULT);
}

Test(device, one_without_heartbeats_may_be_silent)
{
  reading(f, "mic", "battery", 80);
  expect_state(f, "mic", OK);
  fixture_run_to(f, T0 + MINUTES(600));
  expect_state(f, "mic", OK);
}

Test(device, any_reading_is_a_sign_of_life)
{
  beat(f, "proj");
  fixture_run_to(f, T0 + SECONDS(9));
  reading(f, "proj", "hue", 7); // that the plan knows nothing of
  fixture_run_to(f, T0 + SECONDS(19));
  expect_state(f, "proj", OK);
}

// ---- readings ----

Test(device, beyond_warn_is_suspect_and_back_within_is_well)
{
  reading(f, "proj", "temperature", 75);
  expect_state(f, "proj", OK);
  reading(f, "proj", "temperature", 75); // the same moment once more says nothing
  f->now_ms++;
  reading(f, "proj", "temperature", 76);
  expect_state(f, "proj", SUSPECT);
  cr_expect_str_eq(device(f, "proj")->reading, "temperature");
  cr_expect_eq(device(f, "proj")->value, 76000);
  cr_expect_str_eq(fact(f)->text, "proj: temperature 76 °C, over 75 °C");
  f->now_ms++;
  reading(f, "proj", "temperature", 75);
  expect_state(f, "proj", OK);
  cr_expect_str_eq(device(f, "proj")->reading, "");
  cr_expect_eq(device(f, "proj")->value, 0);
}

Test(device, beyond_fault_is_a_fault_at_once)
{
  f->now_ms += SECONDS(5);
  cr_assert_eq(READINGS(f, {"proj", f->now_ms - SECONDS(2), "temperature", 86}), VD_OK);
  expect_state(f, "proj", FAULT);
  cr_expect_eq(device(f, "proj")->fault_at_ms, f->now_ms - SECONDS(2), "since the reading was taken");
  cr_expect_str_eq(fact(f)->text, "proj: temperature 86 °C, over 85 °C");
  cr_expect_eq(incidents(f), 1u);
}

Test(device, bounds_below_are_bad_below)
{
  reading(f, "mic", "battery", 20);
  expect_state(f, "mic", OK);
  f->now_ms++;
  reading(f, "mic", "battery", 19);
  expect_state(f, "mic", SUSPECT);
  f->now_ms++;
  reading(f, "mic", "battery", 5);
  expect_state(f, "mic", SUSPECT);
  f->now_ms++;
  reading(f, "mic", "battery", 4);
  expect_state(f, "mic", FAULT);
  cr_expect_str_eq(fact(f)->text, "mic: battery 4 %, under 5 %");
}

Test(device, a_bound_without_fault_only_warns)
{
  reading(f, "proj", "lamp-hours", 900000);
  expect_state(f, "proj", SUSPECT);
}

Test(device, every_reading_must_be_back)
{
  cr_assert_eq(READINGS(f, {.device = "proj", .reading = "temperature", .value = 76},
                        {.device = "proj", .reading = "battery", .value = 10}),
               VD_OK);
  f->now_ms++;
  reading(f, "proj", "temperature", 60);
  expect_state(f, "proj", SUSPECT);
  cr_expect_str_eq(device(f, "proj")->reading, "battery", "what speaks against it now");
  f->now_ms++;
  reading(f, "proj", "battery", 60);
  expect_state(f, "proj", OK);
}

Test(device, a_heartbeat_does_not_heal_a_reading)
{
  reading(f, "proj", "temperature", 76);
  f->now_ms++;
  beat(f, "proj");
  expect_state(f, "proj", SUSPECT);
}

Test(device, a_suspect_that_falls_silent_fails)
{
  reading(f, "proj", "temperature", 76);
  fixture_run_to(f, T0 + SECONDS(30) + 1);
  expect_state(f, "proj", FAULT);
}

// ---- early warning ----

Test(device, a_reading_beyond_warn_calls_the_control_post_once)
{
  reading(f, "proj", "temperature", 76);
  cr_expect(is_warned(f, "proj", "control-1"));
  f->now_ms++;
  reading(f, "proj", "temperature", 79);
  cr_expect_eq(warnings(f, "proj", "control-1"), 1u);
  f->now_ms++;
  reading(f, "proj", "temperature", 60);
  cr_expect_not(is_warned(f, "proj", "control-1"), "settled");
}

Test(device, a_fault_takes_the_warning_over)
{
  reading(f, "proj", "temperature", 76);
  f->now_ms++;
  reading(f, "proj", "temperature", 86);
  cr_expect_not(is_warned(f, "proj", "control-1"));
  cr_expect_eq(incidents(f), 1u);
}

Test(device, silence_turned_into_a_reading_calls)
{
  beat(f, "proj");
  fixture_run_to(f, T0 + SECONDS(12));
  expect_state(f, "proj", SUSPECT);
  reading(f, "proj", "temperature", 76);
  expect_state(f, "proj", SUSPECT);
  cr_expect(is_warned(f, "proj", "control-1"));
}

static void manual(Vd__Policy *policy)
{
  policy->manual_nodes = true;
}

Test(device, of_a_baseline_nothing_is_asked_for_by_itself)
{
  devices_policy(f, manual);
  reading(f, "proj", "temperature", 76);
  expect_state(f, "proj", SUSPECT);
  cr_expect_not(is_warned(f, "proj", "control-1"));
  f->now_ms++;
  reading(f, "proj", "temperature", 86);
  expect_state(f, "proj", FAULT);
  cr_expect_eq(incidents(f), 0u, "people have to find it");
  cr_assert_eq(device_fault(f, "proj", "picture gone", 0), VD_OK);
  cr_expect_eq(f->reply.number, 1u);
  cr_expect_eq(incidents(f), 1u);
}

// ---- coming and going ----

// Well and suspect in turn, each a second.
static void chatter(unsigned times)
{
  for (unsigned i = 0; i < times; i++) {
    fixture_run_to(f, f->now_ms + SECONDS(1));
    reading(f, "proj", "temperature", i % 2 ? 75 : 76);
  }
}

Test(device, a_suspicion_that_comes_and_goes_calls_twice_at_most)
{
  beat(f, "proj");
  size_t before = f->n_changes;
  chatter(100);
  expect_state(f, "proj", SUSPECT);
  cr_expect_leq(warnings(f, "proj", "control-1"), 2u);
  cr_expect_leq(f->n_changes - before, 5u, "%zu Changes", f->n_changes - before);
}

Test(device, and_ends_once_it_was_well_for_flap_ms)
{
  beat(f, "proj");
  chatter(20);
  int64_t well_ms = f->now_ms;
  expect_state(f, "proj", SUSPECT);
  beat_until(f, "proj", well_ms + MINUTES(10) - 1, SECONDS(5));
  expect_state(f, "proj", SUSPECT);
  fixture_run_to(f, well_ms + MINUTES(10));
  expect_state(f, "proj", OK);
  cr_expect_not(is_warned(f, "proj", "control-1"));
}

Test(device, a_suspicion_long_after_the_last_is_a_new_one)
{
  reading(f, "proj", "temperature", 76);
  f->now_ms++;
  reading(f, "proj", "temperature", 70);
  beat_until(f, "proj", f->now_ms + MINUTES(10), SECONDS(5));
  reading(f, "proj", "temperature", 76);
  cr_expect_eq(device(f, "proj")->flaps, 0u);
  f->now_ms++;
  reading(f, "proj", "temperature", 70);
  expect_state(f, "proj", OK);
}

// ---- what may be said ----

Test(device, an_unknown_one_is_refused_with_the_nearest_and_nothing_is_taken)
{
  cr_assert_eq(READINGS(f, {.device = "proj"}, {.device = "proj-c"}), VD_ERR_UNKNOWN_DEVICE);
  cr_expect_str_eq(f->reply.field, "readings.readings[1].device");
  cr_expect_str_eq(f->reply.nearest, "proj-b");
  expect_state(f, "proj", UNSPECIFIED);
  cr_assert_eq(READINGS(f, {.device = ""}), VD_ERR_MISSING);
  cr_assert_eq(device_fault(f, "poj", "", 0), VD_ERR_UNKNOWN_DEVICE);
  cr_expect_str_eq(f->reply.field, "device_fault.device");
  cr_assert_eq(maintenance(f, "poj", 0), VD_ERR_UNKNOWN_DEVICE);
  cr_expect_str_eq(f->reply.field, "device_maintenance.device");
}

static void retire(Vd__Device *of)
{
  of->retired = true;
}

Test(device, a_retired_one_is_none)
{
  beat(f, "proj");
  device_edit(f, "proj", retire);
  cr_assert_eq(READINGS(f, {.device = "proj"}), VD_ERR_UNKNOWN_DEVICE);
  fixture_run_to(f, T0 + MINUTES(60));
  expect_state(f, "proj", OK); // nobody waits for it
}

Test(device, nothing_was_read_in_the_future)
{
  f->now_ms += SECONDS(60);
  cr_assert_eq(READINGS(f, {.device = "proj"}, {"proj-b", f->now_ms + SECONDS(5) + 1, "", 0}),
               VD_ERR_ACTED_IN_FUTURE);
  cr_expect_str_eq(f->reply.field, "readings.readings[1].at_ms");
  expect_state(f, "proj", UNSPECIFIED);
  cr_assert_eq(READINGS(f, {"proj", f->now_ms + SECONDS(5), "", 0}), VD_OK);
  cr_expect_eq(device(f, "proj")->heard_at_ms, f->now_ms, "a fast clock counts as now");
}

Test(device, nothing_is_entered_later_than_late)
{
  f->now_ms += MINUTES(60);
  cr_assert_eq(READINGS(f, {"proj", f->now_ms - MINUTES(30) - 1, "", 0}), VD_ERR_ACTED_TOO_EARLY);
  cr_expect_str_eq(f->reply.field, "readings.readings[0].at_ms");
  cr_assert_eq(READINGS(f, {"proj", f->now_ms - MINUTES(30), "", 0}), VD_OK);
}

Test(device, an_older_one_than_the_last_refuses_the_whole_batch)
{
  f->now_ms += SECONDS(60);
  cr_assert_eq(READINGS(f, {"proj", f->now_ms - SECONDS(10), "", 0}), VD_OK);
  cr_assert_eq(READINGS(f, {.device = "proj-b"}, {"proj", f->now_ms - SECONDS(11), "", 0}),
               VD_ERR_OUT_OF_ORDER);
  cr_expect_str_eq(f->reply.field, "readings.readings[1].at_ms");
  expect_state(f, "proj-b", UNSPECIFIED);
}

Test(device, also_within_the_batch)
{
  f->now_ms += SECONDS(60);
  cr_assert_eq(READINGS(f, {.device = "proj"}, {"proj", f->now_ms - 1, "", 0}), VD_ERR_OUT_OF_ORDER);
  expect_state(f, "proj", UNSPECIFIED);
  cr_assert_eq(READINGS(f, {"proj", f->now_ms - 1, "temperature", 76}, {.device = "proj"}), VD_OK);
  expect_state(f, "proj", SUSPECT);
}

Test(device, of_different_devices_no_order_is_asked)
{
  f->now_ms += SECONDS(60);
  cr_assert_eq(READINGS(f, {.device = "proj"}, {"proj-b", f->now_ms - SECONDS(30), "", 0}), VD_OK);
}

Test(device, several_readings_of_one_moment_are_each_taken)
{
  cr_assert_eq(READINGS(f, {.device = "proj", .reading = "lamp-hours", .value = 1},
                        {.device = "proj", .reading = "temperature", .value = 90}),
               VD_OK);
  expect_state(f, "proj", FAULT);
}

Test(device, another_value_of_the_same_moment_is_taken)
{
  reading(f, "proj", "temperature", 50);
  reading(f, "proj", "temperature", 90);
  expect_state(f, "proj", FAULT);
}

Test(device, what_was_held_back_and_comes_in_one_piece_is_no_silence)
{
  fixture_run_to(f, T0 + MINUTES(30));
  cr_assert_eq(READINGS(f, {.device = "proj", .at_ms = f->now_ms - MINUTES(10)}, {.device = "proj"}), VD_OK);
  expect_state(f, "proj", OK);
  cr_expect_eq(incidents(f), 0u);
  fixture_run_to(f, f->now_ms + MINUTES(5));
  expect_state(f, "proj", FAULT);
  cr_assert_eq(READINGS(f, {.device = "proj-b", .at_ms = f->now_ms - MINUTES(10), .reading = "hue"},
                        {.device = "proj-b"}),
               VD_OK);
  expect_state(f, "proj-b", OK);
}

Test(device, but_what_it_reads_on_the_way_is_seen)
{
  fixture_run_to(f, T0 + MINUTES(30));
  cr_assert_eq(READINGS(f, {"proj", f->now_ms - MINUTES(10), "temperature", 90},
                        {"proj", f->now_ms, "temperature", 50}),
               VD_OK);
  expect_state(f, "proj", FAULT);
}

Test(device, the_same_once_more_is_nothing)
{
  static const struct say said[] = {{"proj", T0, "temperature", 70}, {"proj-b", T0, "", 0}};
  cr_assert_eq(readings(f, said, 2), VD_OK);
  cr_expect_neq(f->reply.sequence, 0u);
  f->now_ms += MINUTES(2);
  size_t before = f->n_changes;
  cr_assert_eq(readings(f, said, 2), VD_OK, "%s", f->reply.sentence);
  cr_expect_eq(f->reply.sequence, 0u);
  cr_expect_eq(f->n_changes, before);
  cr_expect_eq(device(f, "proj")->heard_at_ms, T0);
}

Test(device, absurd_values_are_refused)
{
  const int64_t most = INT64_C(1000000000); // in thousands
  cr_assert_eq(READINGS(f, {.device = "proj", .reading = "hue", .value = most}), VD_OK);
  cr_assert_eq(READINGS(f, {.device = "proj-b"}, {.device = "proj", .reading = "hue", .value = most + 1}),
               VD_ERR_BAD_VALUE);
  cr_expect_str_eq(f->reply.field, "readings.readings[1].value");
  expect_state(f, "proj-b", UNSPECIFIED);
  cr_assert_eq(READINGS(f, {.device = "proj", .reading = "hue", .value = -most - 1}), VD_ERR_BAD_VALUE);
}

Test(device, no_reading_at_all_is_refused)
{
  cr_assert_eq(readings(f, NULL, 0), VD_ERR_MISSING);
}

Test(device, more_than_a_thousand_are_refused)
{
  struct say *many = vd_zalloc((VD_READINGS_MAX + 1) * sizeof *many);
  for (size_t i = 0; i <= VD_READINGS_MAX; i++)
    many[i].device = "proj";
  cr_assert_eq(readings(f, many, VD_READINGS_MAX + 1), VD_ERR_TOO_MANY);
  cr_assert_eq(readings(f, many, VD_READINGS_MAX), VD_OK);
  free(many);
}

// ---- the largest ----

static void fill_up(Vd__Device *of)
{
  static const char word[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  const int64_t last_ms = INT64_C(4102444800000), absurd = -INT64_C(1000000000000);
  of->state = DEVICE(MAINTENANCE);
  of->state_at_ms = of->fault_at_ms = of->heard_at_ms = of->flap_at_ms = last_ms;
  of->maintenance_until_at_ms = of->expected_at_ms = of->service_until_at_ms = last_ms;
  of->incident = of->revision = UINT64_MAX;
  of->flaps = UINT32_MAX;
  vd_string_set(&of->reading, word);
  of->value = absurd;
  of->fault_said = of->was_said = of->retired = true;
  of->told = of->beyond = (1u << (VD_THRESHOLDS_MAX + 1)) - 1;
  of->told_at_ms = last_ms;
  of->values = vd_zalloc(VD_THRESHOLDS_MAX * sizeof *of->values);
  for (of->n_values = 0; of->n_values < VD_THRESHOLDS_MAX; of->n_values++)
    of->values[of->n_values] = absurd;
}

Test(device, what_the_running_event_adds_has_its_room)
{
  Vd__Device *plain = (Vd__Device *)vd_message_new(&vd__device__descriptor);
  size_t before = vd__device__get_packed_size(plain);
  fill_up(plain);
  size_t more = vd__device__get_packed_size(plain) - before;
  cr_expect_leq(more, (size_t)VD_PLAN_GROWTH_DEVICE, "%zu bytes", more);
  vd__device__free_unpacked(plain, NULL);
}
