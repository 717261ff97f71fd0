// The devices of a plan: their checks, what is filled in, and what a new plan does to living ones.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/check.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

// 09:00 at the venue, in the good plan's day.
static const int64_t NINE = INT64_C(1684371600000);
#define AT(minutes) (NINE + (int64_t)(minutes)*60000)

static Vd__PlanDevice *add(Vd__Plan *plan, const char *id)
{
  Vd__PlanDevice *device = (Vd__PlanDevice *)vd_message_new(&vd__plan_device__descriptor);
  vd_string_set(&device->id, id);
  vd_string_set(&device->zone, "hall");
  vd_string_set(&device->spare, "stage");
  device->heartbeat_ms = 10000;
  VD_REPEATED_ADD(plan->devices, plan->n_devices, device);
  return device;
}

static Vd__Threshold *add_threshold(Vd__PlanDevice *device, const char *reading, int64_t warn, int64_t fault)
{
  Vd__Threshold *threshold = (Vd__Threshold *)vd_message_new(&vd__threshold__descriptor);
  vd_string_set(&threshold->reading, reading);
  threshold->warn = warn;
  threshold->fault = fault;
  threshold->has_fault = fault != 0;
  VD_REPEATED_ADD(device->thresholds, device->n_thresholds, threshold);
  return threshold;
}

static void add_window(Vd__PlanDevice *device, int from, int to)
{
  Vd__Shift *window = (Vd__Shift *)vd_message_new(&vd__shift__descriptor);
  window->start_at_ms = AT(from);
  window->end_at_ms = AT(to);
  VD_REPEATED_ADD(device->windows, device->n_windows, window);
}

// ---- the checks; tests/plans has a plan for each rule ----

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

TestSuite(plan_devices, .init = setup, .fini = teardown);

static size_t check(const char *rule)
{
  vd_findings_finish(&findings);
  vd_plan_defaults(plan);
  vd_plan_check(plan, &findings);
  return plan_count(&findings, rule);
}

Test(plan_devices, defaults_of_the_policy)
{
  vd_plan_defaults(plan);
  cr_expect_eq(plan->policy->suspect_after_ms, 0);
  cr_expect_eq(plan->policy->fault_after_beats, 3u);
  cr_expect_eq(plan->policy->flap_ms, 600000);
}

Test(plan_devices, a_fault_is_of_the_first_category_for_devices)
{
  add(plan, "proj");
  vd_plan_defaults(plan);
  cr_expect_str_eq(plan->devices[0]->category, "other");
  plan->categories[0]->family = VD__FAMILY__FAMILY_DEVICE_FAULT;
  add(plan, "mixer");
  cr_expect_eq(check(""), 0);
  cr_expect_eq(findings.count, 0);
  cr_expect_str_eq(plan->devices[1]->category, "av-fault");
  cr_expect_str_eq(plan->devices[0]->category, "other", "what is said stays");
}

Test(plan_devices, what_it_names_must_exist)
{
  Vd__PlanDevice *device = add(plan, "proj");
  vd_string_set(&device->zone, "hal");
  vd_string_set(&device->spare, "stag");
  vd_string_set(&device->category, "av-fautl");
  vd_string_set(&device->partner, "pro");
  cr_assert_eq(check("dangling-reference"), 4);
  cr_expect_str_eq(plan_first(&findings, "dangling-reference")->path, "devices[0].zone");
}

Test(plan_devices, ids_are_ids_and_given_once)
{
  add(plan, "proj");
  add(plan, "proj");
  add(plan, "The mixer");
  cr_expect_eq(check("duplicate-id"), 1);
  cr_expect_eq(plan_count(&findings, "id"), 1);
}

Test(plan_devices, heartbeats_within_reason)
{
  add(plan, "a")->heartbeat_ms = 999;
  add(plan, "b")->heartbeat_ms = -1;
  add(plan, "c")->heartbeat_ms = 86400001;
  add(plan, "d")->heartbeat_ms = 1000;
  cr_expect_eq(check("value-range"), 3);
}

Test(plan_devices, a_heartbeat_is_slow_by_the_policy)
{
  add(plan, "proj")->heartbeat_ms = 149999; // found just before tier 1 is late
  cr_expect_eq(check("slow-heartbeat"), 0);
  plan->policy->fault_after_beats = 4;
  cr_expect_eq(check("slow-heartbeat"), 1);
}

Test(plan_devices, thresholds_have_names_of_their_own)
{
  Vd__PlanDevice *device = add(plan, "proj");
  add_threshold(device, "temperature", 75000, 85000);
  add_threshold(device, "temperature", 60000, 0);
  add_threshold(device, "Lamp hours", 1, 0);
  add_threshold(device, "", 1, 0);
  cr_expect_eq(check("duplicate-id"), 1);
  cr_expect_eq(plan_count(&findings, "id"), 2);
}

Test(plan_devices, a_fault_lies_beyond_its_warning)
{
  Vd__PlanDevice *device = add(plan, "proj");
  add_threshold(device, "a", 75, 75);
  add_threshold(device, "b", 20, 5)->below = true;
  add_threshold(device, "c", 5, 20)->below = true;
  add_threshold(device, "d", 5, 20)->has_fault = false;
  cr_expect_eq(check("threshold-order"), 2);
}

Test(plan_devices, values_within_reason)
{
  const int64_t most = INT64_C(1000000000000);
  Vd__PlanDevice *device = add(plan, "proj");
  add_threshold(device, "a", most, most);
  add_threshold(device, "b", -most - 1, most + 1);
  cr_expect_eq(check("value-range"), 2);
}

Test(plan_devices, six_thresholds_and_windows)
{
  static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g"};
  Vd__PlanDevice *device = add(plan, "proj");
  for (int i = 0; i < 6; i++) {
    add_threshold(device, names[i], 1, 0);
    add_window(device, -60 + i, -59 + i);
  }
  cr_expect_eq(check("too-many"), 0);
  add_threshold(device, names[6], 1, 0);
  add_window(device, 0, 1);
  cr_expect_eq(check("too-many"), 2);
}

Test(plan_devices, windows_in_order)
{
  Vd__PlanDevice *device = add(plan, "proj");
  add_window(device, 0, 10);
  add_window(device, 10, 20);
  cr_expect_eq(check("window-order"), 0);
  add_window(device, 19, 30);
  add_window(device, 40, 40);
  cr_expect_eq(check("window-order"), 2);
}

Test(plan_devices, with_all_its_text_there_is_room_for_what_happens)
{
  char line[VD_REASON_MAX + 1];
  memset(line, 'a', VD_REASON_MAX);
  line[VD_REASON_MAX] = '\0';
  Vd__PlanDevice *device = add(plan, "proj");
  device->name = (Vd__Text *)vd_message_new(&vd__text__descriptor);
  vd_string_set(&device->name->en, line);
  vd_string_set(&device->name->zh_hant, line);
  vd_string_set(&device->name->zh_hans, line);
  cr_expect_eq(check("entity-size"), 0);
  for (int i = 0; i < 6; i++)
    add_threshold(device, vd_plan_words("reading-%d", i).text, 75000, 85000);
  cr_assert_eq(check("entity-size"), 1);
  cr_expect_str_eq(plan_first(&findings, "entity-size")->limit, "768 bytes");
}

Test(plan_devices, suspicion_within_reason)
{
  plan->policy->suspect_after_ms = -1;
  cr_expect_eq(check("value-range"), 1);
  plan->policy->suspect_after_ms = 86400001;
  cr_expect_eq(check("value-range"), 1);
  plan->policy->suspect_after_ms = 86400000;
  cr_expect_eq(check("value-range"), 0);
  plan->policy->fault_after_beats = 101;
  cr_expect_eq(check("value-range"), 1);
}

// ---- a new plan on the live venue ----

static struct stage *stage;

static enum vd_err apply(void)
{
  Vd__PlanApply said = VD__PLAN_APPLY__INIT;
  said.plan = plan;
  Vd__Command command = VD__COMMAND__INIT;
  command.id = (char *)"p";
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &said;
  return stage_do(stage, &command);
}

static void read_one(const char *name, int64_t value)
{
  Vd__Reading reading = VD__READING__INIT;
  reading.device = (char *)"proj";
  reading.reading = (char *)name;
  reading.value = value;
  Vd__Reading *list[] = {&reading};
  Vd__Readings said = VD__READINGS__INIT;
  said.readings = list;
  said.n_readings = 1;
  Vd__Command command = VD__COMMAND__INIT;
  command.id = (char *)"r";
  command.act_case = VD__COMMAND__ACT_READINGS;
  command.readings = &said;
  stage->now_ms++;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s", stage->reply.sentence);
}

static const Vd__Device *proj(void)
{
  return (const Vd__Device *)vd_fold_find(vd_venue_fold(stage->venue), VD__KIND__KIND_DEVICE, "proj");
}

static void go_live(void)
{
  stage = stage_create(NINE);
  add_threshold(add(plan, "proj"), "temperature", 75000, 85000);
  cr_assert_eq(apply(), VD_OK, "%s", stage->reply.sentence);
}

Test(plan_devices, becomes_what_the_plan_says)
{
  go_live();
  cr_assert_not_null(proj());
  cr_expect_str_eq(proj()->zone, "hall");
  cr_expect_str_eq(proj()->spare, "stage");
  cr_expect_eq(proj()->heartbeat_ms, 10000);
  cr_expect_eq(proj()->n_thresholds, 1u);
  cr_expect_eq(proj()->state, VD__DEVICE_STATE__DEVICE_STATE_UNSPECIFIED);
  unsigned before = stage->changes;
  cr_assert_eq(apply(), VD_OK);
  cr_expect_eq(stage->changes, before, "the same plan changes nothing");
  stage_destroy(stage);
}

Test(plan_devices, keeps_what_is_known_of_it)
{
  go_live();
  read_one("temperature", 76000);
  vd_string_set(&plan->devices[0]->zone, "stage");
  cr_assert_eq(apply(), VD_OK);
  cr_expect_str_eq(proj()->zone, "stage");
  cr_expect_eq(proj()->state, VD__DEVICE_STATE__DEVICE_STATE_SUSPECT);
  cr_expect_str_eq(proj()->reading, "temperature");
  cr_expect_eq(proj()->heard_at_ms, NINE + 1);
  read_one("", 0); // a heartbeat heals no reading
  cr_expect_eq(proj()->state, VD__DEVICE_STATE__DEVICE_STATE_SUSPECT);
  stage_destroy(stage);
}

Test(plan_devices, other_bounds_count_from_the_next_sign_of_life)
{
  go_live();
  read_one("temperature", 76000);
  plan->devices[0]->thresholds[0]->warn = 80000;
  cr_assert_eq(apply(), VD_OK);
  read_one("", 0);
  cr_expect_eq(proj()->state, VD__DEVICE_STATE__DEVICE_STATE_OK);
  stage_destroy(stage);
}

Test(plan_devices, bounds_in_another_order_are_other_bounds)
{
  go_live();
  read_one("temperature", 60000);
  Vd__Threshold *first = plan->devices[0]->thresholds[0];
  add_threshold(plan->devices[0], "humidity", 50000, 0);
  plan->devices[0]->thresholds[0] = plan->devices[0]->thresholds[1];
  plan->devices[0]->thresholds[1] = first;
  cr_assert_eq(apply(), VD_OK);
  read_one("", 0);
  cr_expect_eq(proj()->state, VD__DEVICE_STATE__DEVICE_STATE_OK, "what was warm is not damp");
  stage_destroy(stage);
}

Test(plan_devices, another_policy_moves_the_timers)
{
  go_live();
  read_one("", 0);
  cr_expect_eq(vd_venue_next_due(stage->venue), NINE + 1 + 10000 + 1);
  plan->policy->suspect_after_ms = 25000;
  cr_assert_eq(apply(), VD_OK);
  cr_expect_eq(vd_venue_next_due(stage->venue), NINE + 1 + 25000 + 1);
  stage_destroy(stage);
}

Test(plan_devices, what_is_gone_waits_for_nothing_and_warns_no_longer)
{
  go_live();
  read_one("temperature", 76000);
  const struct vd_fold *fold = vd_venue_fold(stage->venue);
  const Vd__Alert *alert = (const Vd__Alert *)vd_fold_next(fold, VD__KIND__KIND_ALERT, NULL, "device.proj.");
  cr_assert_not_null(alert);
  cr_expect_eq(alert->state, VD__ALERT_STATE__ALERT_STATE_OPEN);
  vd__plan_device__free_unpacked(plan->devices[0], NULL);
  plan->n_devices = 0;
  cr_assert_eq(apply(), VD_OK);
  cr_expect(proj()->retired);
  cr_expect_eq(alert->state, VD__ALERT_STATE__ALERT_STATE_WITHDRAWN);
  cr_expect_gt(vd_venue_next_due(stage->venue), NINE + 60000);
  stage_destroy(stage);
}

static void tick(void)
{
  vd_venue_tick(stage->venue, stage->now_ms, 64, stage_follow, stage);
}

Test(plan_devices, of_one_that_comes_back_into_the_plan_heartbeats_are_expected_anew)
{
  go_live();
  read_one("", 0);
  vd__plan_device__free_unpacked(plan->devices[0], NULL);
  plan->n_devices = 0;
  cr_assert_eq(apply(), VD_OK);
  stage->now_ms += 3600000;
  add_threshold(add(plan, "proj"), "temperature", 75000, 85000);
  cr_assert_eq(apply(), VD_OK);
  stage->now_ms += 10000;
  tick();
  cr_expect_eq(proj()->state, VD__DEVICE_STATE__DEVICE_STATE_OK);
  stage->now_ms += 20001;
  tick();
  cr_expect_eq(proj()->state, VD__DEVICE_STATE__DEVICE_STATE_FAULT);
  stage_destroy(stage);
}

Test(plan_devices, nor_is_silence_a_fault_that_another_heartbeat_makes_one)
{
  go_live();
  plan->devices[0]->heartbeat_ms = 60000;
  cr_assert_eq(apply(), VD_OK);
  read_one("", 0);
  stage->now_ms += 50000;
  plan->devices[0]->heartbeat_ms = 10000;
  cr_assert_eq(apply(), VD_OK);
  cr_expect_eq(proj()->expected_at_ms, stage->now_ms + 10000);
  stage->now_ms += 1;
  tick();
  cr_expect_eq(proj()->state, VD__DEVICE_STATE__DEVICE_STATE_OK);
  stage_destroy(stage);
}

Test(plan_devices, what_speaks_against_it_goes_with_it_by_name)
{
  go_live();
  add_threshold(plan->devices[0], "lamp", 1000, 0);
  cr_assert_eq(apply(), VD_OK);
  stage->now_ms += 1;
  read_one("temperature", 90000);
  stage->now_ms += 1;
  read_one("lamp", 2000);
  cr_assert_eq(proj()->beyond, 6u);
  Vd__Threshold *first = plan->devices[0]->thresholds[0];
  plan->devices[0]->thresholds[0] = plan->devices[0]->thresholds[1];
  plan->devices[0]->thresholds[1] = first;
  cr_assert_eq(apply(), VD_OK);
  cr_expect_eq(proj()->beyond, 6u);
  cr_assert_eq(proj()->n_values, 2u);
  cr_expect_eq(proj()->values[0], 2000);
  cr_expect_eq(proj()->values[1], 90000);
  cr_expect_eq(proj()->told, 4u, "temperature");
  stage->now_ms += 1;
  read_one("temperature", 50000);
  cr_expect_eq(proj()->state, VD__DEVICE_STATE__DEVICE_STATE_FAULT, "the lamp's hours stand");
  stage_destroy(stage);
}

Test(plan_devices, the_change_keeps_each_reading_of_a_plan_in_pieces)
{
  go_live();
  for (int i = 0; i < 400; i++)
    add(plan, vd_plan_words("device-%d", i).text);
  cr_assert_eq(apply(), VD_OK, "%s", stage->reply.sentence);
  cr_expect_leq(stage->largest, (size_t)VD_CHANGE_MAX);
  stage_destroy(stage);
}
