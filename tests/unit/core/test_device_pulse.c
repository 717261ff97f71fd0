// The volatile part: what is heard costs no Change, what is kept of it, what a restart makes of silence, and
// timers that move on without an act.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/device_internal.h"
#include "daemon/core/key.h"
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

TestSuite(device_pulse, .init = setup, .fini = teardown);

// ---- what costs a Change ----

Test(device_pulse, what_changes_nothing_is_a_success_of_sequence_0)
{
  beat(f, "proj");
  fixture_run_to(f, T0 + SECONDS(5));
  size_t before = f->n_changes;
  cr_assert_eq(READINGS(f, {.device = "proj"}, {.device = "proj", .reading = "temperature", .value = 60}),
               VD_OK);
  cr_expect_eq(f->reply.sequence, 0u);
  cr_expect_str_eq(f->reply.code, "ok");
  cr_expect_eq(f->n_changes, before);
}

Test(device_pulse, a_sign_of_life_is_kept_once_a_minute)
{
  beat(f, "proj");
  size_t before = f->n_changes;
  beat_until(f, "proj", T0 + SECONDS(59), SECONDS(1));
  cr_expect_eq(f->n_changes, before);
  cr_expect_eq(device(f, "proj")->heard_at_ms, T0);
  beat_until(f, "proj", T0 + SECONDS(60), SECONDS(1));
  cr_expect_eq(f->n_changes, before + 1);
  cr_expect_eq(device(f, "proj")->heard_at_ms, T0 + SECONDS(60));
  cr_expect_eq(device(f, "proj")->expected_at_ms, T0 + SECONDS(70));
  cr_expect_str_eq(fact(f)->what, "readings-kept");
  beat_until(f, "proj", T0 + MINUTES(60), SECONDS(1));
  cr_expect_eq(f->n_changes, before + 60);
}

static void silent_for_ten_minutes(Vd__Device *of)
{
  of->heartbeat_ms = MINUTES(10);
}

Test(device_pulse, also_of_a_slow_clock)
{
  device_edit(f, "proj", silent_for_ten_minutes);
  fixture_run_to(f, T0 + MINUTES(5));
  size_t before = f->n_changes;
  for (int i = 0; i <= 120; i++) {
    cr_assert_eq(READINGS(f, {.device = "proj", .at_ms = f->now_ms - SECONDS(70)}), VD_OK);
    fixture_run_to(f, f->now_ms + SECONDS(1));
  }
  cr_expect_eq(f->n_changes, before + 3, "%zu Changes", f->n_changes - before);
}

Test(device_pulse, the_cause_names_what_mattered)
{
  beat(f, "proj");
  beat(f, "proj-b");
  fixture_run_to(f, T0 + SECONDS(5));
  cr_assert_eq(READINGS(f, {.device = "proj-b"}, {.device = "proj", .reading = "temperature", .value = 76},
                        {.device = "proj-b", .reading = "hue", .value = 1}),
               VD_OK);
  const Vd__Change *change = f->changes[f->n_changes - 1];
  const Vd__Readings *cause = change->cause->command->readings;
  cr_assert_eq(cause->n_readings, 1u);
  cr_expect_str_eq(cause->readings[0]->device, "proj");
  cr_expect_eq(cause->readings[0]->value, 76000);
  unsigned devices = 0;
  for (size_t i = 0; i < change->n_upserts; i++)
    devices += change->upserts[i]->of_case == VD__ENTITY__OF_DEVICE;
  cr_expect_eq(devices, 1u);
  cr_expect_str_eq(change->cause->command->id, f->reply.id);
}

// Names as long as names may be, so that the readings of one command are more than a Change holds.
static void name_at_length(Vd__Device *of)
{
  char word[VD_WORD_MAX - 4];
  memset(word, 'a', sizeof word - 1);
  word[sizeof word - 1] = '\0';
  vd_string_set(&of->id, word);
}

static const char *const LONG_READING = "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr";

Test(device_pulse, a_thousand_that_matter_are_told_in_pieces)
{
  enum { COUNT = VD_READINGS_MAX };
  Vd__Device *plain = (Vd__Device *)vd_message_copy(&device(f, "proj-b")->base);
  name_at_length(plain);
  devices_put(f, (Vd__Device *)vd_message_copy(&plain->base));
  devices_many(f, plain->id, COUNT);
  struct say *said = vd_zalloc(COUNT * sizeof *said);
  struct vd_key *ids = vd_zalloc(COUNT * sizeof *ids);
  for (unsigned i = 0; i < COUNT; i++) {
    ids[i] = vd_key_of(plain->id, "-", "");
    vd_key_add_number(&ids[i], i);
    said[i] = (struct say){ids[i].text, f->now_ms, LONG_READING, 1};
  }
  size_t before = f->n_changes;
  cr_assert_eq(readings(f, said, COUNT), VD_OK, "%s", f->reply.sentence);
  size_t told = 0;
  for (size_t i = before; i < f->n_changes; i++) {
    const Vd__Cause *cause = f->changes[i]->cause;
    cr_expect_eq(f->changes[i]->reply != NULL, i == before, "one reply");
    cr_expect_eq(f->changes[i]->last, i + 1 == f->n_changes);
    for (size_t j = 0; cause->of_case == VD__CAUSE__OF_COMMAND && j < cause->command->readings->n_readings;
         j++, told++)
      cr_assert_str_eq(cause->command->readings->readings[j]->device, ids[told].text);
  }
  cr_expect_eq(told, (size_t)COUNT);
  cr_expect_gt(f->n_changes - before, 4u);
  vd__device__free_unpacked(plain, NULL);
  free(said);
  free(ids);
}

// ---- what a restart makes of it ----

Test(device_pulse, after_a_restart_heartbeats_are_expected_anew)
{
  beat(f, "proj");
  f->now_ms += MINUTES(20);
  fixture_restart(f);
  fixture_run_to(f, T0 + MINUTES(20) + SECONDS(10));
  expect_state(f, "proj", OK);
  fixture_run_to(f, T0 + MINUTES(20) + SECONDS(30) + 1);
  expect_state(f, "proj", FAULT);
  cr_expect_eq(device(f, "proj")->fault_at_ms, T0 + MINUTES(20) + SECONDS(10));
}

Test(device_pulse, and_after_whatever_else_kept_venued_from_hearing)
{
  beat(f, "proj");
  f->now_ms += MINUTES(20);
  vd_venue_resume(f->venue, f->now_ms);
  fixture_run_to(f, f->now_ms + SECONDS(10));
  expect_state(f, "proj", OK);
  fixture_run_to(f, T0 + MINUTES(20) + SECONDS(30) + 1);
  expect_state(f, "proj", FAULT);
}

Test(device_pulse, ten_thousand_and_a_restart_are_no_storm)
{
  enum { COUNT = 10000, BATCH = 1000 };
  devices_many(f, "proj-b", COUNT);
  struct say *said = vd_zalloc(BATCH * sizeof *said);
  struct vd_key *ids = vd_zalloc(COUNT * sizeof *ids);
  for (unsigned i = 0; i < COUNT; i++) {
    ids[i] = vd_key_of("proj-b-", "", "");
    vd_key_add_number(&ids[i], i);
  }
  for (unsigned i = 0; i < COUNT; i += BATCH) {
    for (unsigned j = 0; j < BATCH; j++)
      said[j].device = ids[i + j].text;
    cr_assert_eq(readings(f, said, BATCH), VD_OK);
  }
  f->now_ms += MINUTES(20);
  fixture_restart(f);
  fixture_run_to(f, T0 + MINUTES(20) + SECONDS(10));
  cr_expect_eq(fixture_facts(f, "device-suspect"), 0u);
  fixture_run_to(f, T0 + MINUTES(20) + SECONDS(30));
  cr_expect_eq(fixture_facts(f, "device-fault"), 0u);
  cr_expect_eq(incidents(f), 0u);
  free(said);
  free(ids);
}

Test(device_pulse, a_reading_that_speaks_against_it_outlives_a_restart)
{
  reading(f, "proj", "temperature", 90);
  fixture_restart(f);
  f->now_ms++;
  beat(f, "proj");
  beat_until(f, "proj", f->now_ms + MINUTES(11), SECONDS(5));
  expect_state(f, "proj", FAULT);
  f->now_ms++;
  reading(f, "proj", "temperature", 50);
  beat_until(f, "proj", f->now_ms + MINUTES(10), SECONDS(5));
  expect_state(f, "proj", OK);
}

Test(device_pulse, each_reading_that_does)
{
  reading(f, "proj", "temperature", 80);
  f->now_ms++;
  reading(f, "proj", "battery", 10);
  fixture_restart(f);
  f->now_ms++;
  reading(f, "proj", "temperature", 50);
  expect_state(f, "proj", SUSPECT);
  cr_expect_str_eq(device(f, "proj")->reading, "battery");
  cr_expect_eq(device(f, "proj")->value, 10000);
  fixture_restart(f);
  f->now_ms++;
  reading(f, "proj", "battery", 60);
  expect_state(f, "proj", OK);
  cr_expect_eq(device(f, "proj")->beyond, 0u);
  cr_expect_eq(device(f, "proj")->n_values, 0u);
}

Test(device_pulse, after_a_restart_an_older_one_is_out_of_order_by_what_was_kept)
{
  f->now_ms += SECONDS(30);
  beat(f, "proj");
  fixture_restart(f);
  cr_assert_eq(READINGS(f, {"proj", f->now_ms - 1, "", 0}), VD_ERR_OUT_OF_ORDER);
}

Test(device_pulse, a_recovery_holds_anew_after_a_restart)
{
  beat(f, "proj");
  fixture_run_to(f, T0 + SECONDS(31));
  expect_state(f, "proj", FAULT);
  beat(f, "proj");
  beat_until(f, "proj", f->now_ms + MINUTES(9), SECONDS(5));
  fixture_restart(f);
  beat_until(f, "proj", f->now_ms + MINUTES(9), SECONDS(5));
  expect_state(f, "proj", FAULT);
  beat_until(f, "proj", f->now_ms + MINUTES(1) + SECONDS(5), SECONDS(5));
  expect_state(f, "proj", OK);
}

// ---- timers ----

Test(device_pulse, a_timer_that_comes_too_early_is_set_anew_without_an_act)
{
  beat(f, "proj");
  cr_assert_eq(vd_venue_next_due(f->venue), T0 + SECONDS(10) + 1);
  fixture_run_to(f, T0 + SECONDS(7));
  beat(f, "proj");
  cr_expect_eq(vd_venue_next_due(f->venue), T0 + SECONDS(10) + 1, "no heap operation for a heartbeat");
  size_t before = f->n_changes;
  f->now_ms = T0 + SECONDS(10) + 1;
  cr_expect_eq(fixture_tick(f, 64), 0u, "nothing fired");
  cr_expect_eq(f->n_changes, before);
  cr_expect_eq(vd_venue_next_due(f->venue), T0 + SECONDS(17) + 1);
}

Test(device_pulse, early_ones_do_not_keep_others_waiting)
{
  beat(f, "proj");
  fixture_run_to(f, T0 + SECONDS(5));
  beat(f, "proj-b");
  fixture_run_to(f, T0 + SECONDS(9));
  beat(f, "proj");
  f->now_ms = T0 + SECONDS(15) + 1;
  cr_expect_eq(fixture_tick(f, 1), 1u);
  expect_state(f, "proj-b", SUSPECT);
  expect_state(f, "proj", OK);
}

// ---- the hash ----

Test(device_pulse, each_is_found_among_thousands)
{
  devices_many(f, "proj-b", 3000);
  for (unsigned i = 0; i < 3000; i++) {
    struct vd_key id = vd_key_of("proj-b-", "", "");
    vd_key_add_number(&id, i);
    struct vd_pulse *pulse = vd_pulse_get(f->venue, id.text);
    cr_assert_not_null(pulse);
    cr_assert_str_eq(pulse->device->id, id.text);
    cr_assert_eq(pulse, vd_pulse_get(f->venue, id.text));
  }
  cr_expect_null(vd_pulse_get(f->venue, "proj-b-3000"));
}
