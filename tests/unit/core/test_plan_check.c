// The checks of a plan at their edges; that each rule speaks at all is shown by test_plan_files.c.
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/check.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

#define MINUTES(n) ((int64_t)(n)*60000)
#define HOURS(n)   MINUTES(60 * (n))

// 2023-05-18 00:00 at the venue, UTC+8; the good plan's event is from 08:00 to 18:00.
static const int64_t MIDNIGHT = INT64_C(1684339200000);

static struct vd_findings check(const Vd__Plan *plan)
{
  struct vd_findings findings = {.items = NULL};
  vd_plan_check(plan, &findings);
  return findings;
}

static Vd__PlanCrew *crew_of(const Vd__Plan *plan, const char *id)
{
  for (size_t i = 0; i < plan->n_crews; i++)
    if (strcmp(plan->crews[i]->id, id) == 0)
      return plan->crews[i];
  cr_assert_fail("no crew %s", id);
  return NULL;
}

static Vd__PlanCrew *add_crew(Vd__Plan *plan, const char *like, const char *id, int64_t start_ms,
                              int64_t end_ms)
{
  Vd__PlanCrew *crew = (Vd__PlanCrew *)vd_message_copy(&crew_of(plan, like)->base);
  vd_string_set(&crew->id, id);
  vd_string_set(&crew->call_sign, id);
  crew->shifts[0]->start_at_ms = start_ms;
  crew->shifts[0]->end_at_ms = end_ms;
  VD_REPEATED_ADD(plan->crews, plan->n_crews, crew);
  return crew;
}

static void set_shift(Vd__Plan *plan, const char *id, int64_t start_ms, int64_t end_ms)
{
  Vd__Shift *shift = crew_of(plan, id)->shifts[0];
  shift->start_at_ms = start_ms;
  shift->end_at_ms = end_ms;
}

// ---- coverage ----

Test(plan_check, a_gap_is_told_with_its_start_and_end)
{
  Vd__Plan *plan = plan_good();
  set_shift(plan, "decide-1", MIDNIGHT + HOURS(9), MIDNIGHT + HOURS(12));
  add_crew(plan, "decide-1", "decide-2", MIDNIGHT + HOURS(12) + MINUTES(20), MIDNIGHT + HOURS(17));
  struct vd_findings findings = check(plan);
  cr_assert_eq(plan_count(&findings, "lead-off-duty"), 3);
  cr_assert_eq(plan_count(&findings, "tier-uncovered"), 3, "the group has nobody else");
  const struct vd_finding *first = plan_first(&findings, "lead-off-duty");
  cr_assert_str_eq(first[0].value, "08:00 to 09:00");
  cr_assert_str_eq(first[1].value, "12:00 to 12:20");
  cr_assert_str_eq(first[2].value, "17:00 to 18:00");
  cr_assert_str_eq(first[0].path, "posts[1]");
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_check, who_takes_over_at_two_is_there_at_two)
{
  Vd__Plan *plan = plan_good();
  set_shift(plan, "super-1", MIDNIGHT + HOURS(7), MIDNIGHT + HOURS(14));
  add_crew(plan, "super-1", "super-2", MIDNIGHT + HOURS(14), MIDNIGHT + HOURS(20));
  struct vd_findings findings = check(plan);
  cr_assert_eq(findings.count, 0);
  set_shift(plan, "super-2", MIDNIGHT + HOURS(14) + 1, MIDNIGHT + HOURS(20));
  vd_findings_finish(&findings);
  findings = check(plan);
  cr_assert_eq(findings.count, 1, "a millisecond is a gap");
  cr_assert_str_eq(findings.items[0].rule, "level-off-duty");
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_check, overlapping_shifts_of_several_cover_together)
{
  Vd__Plan *plan = plan_good();
  set_shift(plan, "medic-1", MIDNIGHT + HOURS(12), MIDNIGHT + HOURS(19));
  add_crew(plan, "medic-1", "medic-2", MIDNIGHT + HOURS(6), MIDNIGHT + HOURS(13));
  add_crew(plan, "medic-1", "medic-3", MIDNIGHT + HOURS(7), MIDNIGHT + HOURS(9));
  struct vd_findings findings = check(plan);
  cr_assert_eq(findings.count, 0, "%s", findings.count ? findings.items[0].sentence : "");
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_check, on_an_event_of_days_a_gap_has_its_day)
{
  Vd__Plan *plan = plan_good();
  plan->event->end_at_ms += HOURS(24);
  for (size_t i = 0; i < plan->n_crews; i++)
    plan->crews[i]->shifts[0]->end_at_ms += HOURS(24);
  set_shift(plan, "control-1", MIDNIGHT + HOURS(8), MIDNIGHT + HOURS(30));
  struct vd_findings findings = check(plan);
  cr_assert_eq(findings.count, 1);
  cr_assert_str_eq(findings.items[0].value, "2023-05-19 06:00 to 2023-05-19 18:00");
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

// One person on two levels is no fault while somebody else stands above.
Test(plan_check, a_level_held_twice_needs_another_person)
{
  Vd__Plan *plan = plan_good();
  Vd__PlanCrew *lead = crew_of(plan, "floor-1");
  vd_strings_add(&lead->posts, &lead->n_posts, "supervisor");
  struct vd_findings findings = check(plan);
  cr_assert_eq(findings.count, 0);
  vd_findings_finish(&findings);
  set_shift(plan, "super-1", MIDNIGHT + HOURS(8), MIDNIGHT + HOURS(16));
  findings = check(plan);
  cr_assert_eq(findings.count, 1);
  cr_assert_str_eq(findings.items[0].rule, "level-same-person");
  cr_assert_str_eq(findings.items[0].value, "16:00 to 18:00");
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_check, skills_must_be_held_by_one_person)
{
  Vd__Plan *plan = plan_good();
  Vd__PlanCategory *category = plan->categories[0];
  vd_strings_add(&category->skills, &category->n_skills, "medic");
  struct vd_findings findings = check(plan);
  cr_assert_eq(plan_count(&findings, "skill-nobody"), 1, "two persons have one each");
  vd_findings_finish(&findings);
  Vd__PlanCrew *crew = crew_of(plan, "medic-1");
  vd_strings_add(&crew->skills, &crew->n_skills, "av");
  findings = check(plan);
  cr_assert_eq(findings.count, 0);
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

// ---- ways ----

Test(plan_check, a_one_way_without_return_is_told)
{
  Vd__Plan *plan = plan_good();
  plan->ways[0]->one_way = true;
  struct vd_findings findings = check(plan);
  cr_assert_eq(plan_count(&findings, "unreachable-zone"), 1);
  cr_assert_str_eq(plan_first(&findings, "unreachable-zone")->sentence,
                   "No way leads from \"stage\" to \"hall\".");
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_check, the_way_back_of_a_way_is_the_same_way)
{
  Vd__Plan *plan = plan_good();
  Vd__PlanWay *back = (Vd__PlanWay *)vd_message_copy(&plan->ways[0]->base);
  vd_string_set(&back->from, plan->ways[0]->to);
  vd_string_set(&back->to, plan->ways[0]->from);
  VD_REPEATED_ADD(plan->ways, plan->n_ways, back);
  struct vd_findings findings = check(plan);
  cr_assert_eq(findings.count, 1);
  cr_assert_str_eq(findings.items[0].rule, "duplicate-id");
  cr_assert_str_eq(findings.items[0].path, "ways[1]");
  vd_findings_finish(&findings);
  plan->ways[0]->one_way = plan->ways[1]->one_way = true;
  findings = check(plan);
  cr_assert_eq(findings.count, 0, "two one-way ways are a way and its return");
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_check, more_than_twelve_ways_out_are_too_many)
{
  Vd__Plan *plan = plan_good();
  for (unsigned i = 0; i < 12; i++) {
    Vd__PlanZone *zone = (Vd__PlanZone *)vd_message_copy(&plan->zones[1]->base);
    vd_string_set(&zone->id, vd_plan_words("room-%u", i).text);
    VD_REPEATED_ADD(plan->zones, plan->n_zones, zone);
    Vd__PlanWay *way = (Vd__PlanWay *)vd_message_copy(&plan->ways[0]->base);
    vd_string_set(&way->to, zone->id);
    VD_REPEATED_ADD(plan->ways, plan->n_ways, way);
    struct vd_findings findings = check(plan);
    cr_assert_eq(findings.errors, i < 11 ? 0 : 1, "%u", i);
    cr_assert_eq(plan_count(&findings, "too-many"), i < 11 ? 0 : 1, "%u", i);
    vd_findings_finish(&findings);
  }
  vd__plan__free_unpacked(plan, NULL);
}

// ---- names ----

Test(plan_check, a_misspelt_reference_names_the_nearest)
{
  Vd__Plan *plan = plan_good();
  vd_string_set(&crew_of(plan, "floor-1")->posts[0], "onsite-leed");
  struct vd_findings findings = check(plan);
  const struct vd_finding *finding = plan_first(&findings, "dangling-reference");
  cr_assert_not_null(finding);
  cr_assert_str_eq(finding->limit, "onsite-lead");
  cr_assert_str_eq(finding->path, "crews[0].posts[0]");
  cr_assert_eq(finding->err, VD_ERR_DANGLING_REFERENCE);
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_check, a_call_sign_is_its_own_whatever_case_and_spaces)
{
  static const char *const same[] = {"FLOOR 1", "floor1", " Floor  1 "};
  for (size_t i = 0; i < 3; i++) {
    Vd__Plan *plan = plan_good();
    vd_string_set(&crew_of(plan, "super-1")->call_sign, same[i]);
    struct vd_findings findings = check(plan);
    cr_expect_eq(plan_count(&findings, "call-sign"), 1, "%s", same[i]);
    vd_findings_finish(&findings);
    vd_string_set(&crew_of(plan, "super-1")->call_sign, "medic-1");
    findings = check(plan);
    cr_expect_eq(plan_count(&findings, "call-sign"), 1, "another person's id");
    vd_findings_finish(&findings);
    vd__plan__free_unpacked(plan, NULL);
  }
}

// ---- limits ----

Test(plan_check, exactly_the_standard_is_not_looser)
{
  Vd__Plan *plan = plan_good();
  plan->categories[0]->respond_limit_ms = MINUTES(5);
  plan->categories[0]->land_limit_ms = MINUTES(20);
  struct vd_findings findings = check(plan);
  cr_assert_eq(findings.count, 0);
  vd_findings_finish(&findings);
  plan->categories[0]->land_limit_ms = MINUTES(20) + 1;
  findings = check(plan);
  cr_assert_eq(findings.count, 1);
  cr_assert_str_eq(findings.items[0].rule, "land-limit");
  cr_assert_not(findings.items[0].is_error);
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_check, the_warning_is_within_1_and_99_percent)
{
  static const struct {
    uint32_t percent;
    size_t errors, warnings;
  } cases[] = {{1, 0, 0}, {80, 0, 0}, {81, 0, 1}, {99, 0, 1}, {100, 1, 0}, {UINT32_MAX, 1, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Vd__Plan *plan = plan_good();
    plan->policy->warn_percent = cases[i].percent;
    struct vd_findings findings = check(plan);
    cr_expect_eq(findings.errors, cases[i].errors, "%u", cases[i].percent);
    cr_expect_eq(findings.count - findings.errors, cases[i].warnings, "%u", cases[i].percent);
    vd_findings_finish(&findings);
    vd__plan__free_unpacked(plan, NULL);
  }
}

// ---- defaults ----

Test(plan_defaults, the_standard_speaks_where_the_plan_is_silent)
{
  Vd__Plan *plan = (Vd__Plan *)vd_message_new(&vd__plan__descriptor);
  vd_plan_defaults(plan);
  const Vd__Policy *policy = plan->policy;
  cr_assert_eq(policy->respond_limit_ms, MINUTES(5));
  cr_assert_eq(policy->decide_limit_ms, MINUTES(10));
  cr_assert_eq(policy->land_limit_ms, MINUTES(20));
  cr_assert_eq(policy->warn_percent, 80);
  cr_assert_eq(policy->climb_after_ms, MINUTES(2));
  cr_assert_eq(policy->commander_severity, 3);
  cr_assert_eq(policy->offer_timeout_ms, 60000);
  cr_assert_eq(policy->offer_timeout_radio_ms, 120000);
  cr_assert_eq(policy->late_entry_ms, MINUTES(30));
  cr_assert_eq(plan->n_zones, 1);
  cr_assert_str_eq(plan->zones[0]->id, "unknown");
  cr_assert_eq(plan->n_categories, 1);
  cr_assert_str_eq(plan->categories[0]->id, "other");
  cr_assert_eq(plan->categories[0]->n_handbook, 3);
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_defaults, filled_in_twice_is_filled_in_once)
{
  Vd__Plan *plan = plan_good();
  struct vd_buffer once = {0}, twice = {0};
  vd_buffer_pack(&once, &plan->base);
  vd_plan_defaults(plan);
  vd_buffer_pack(&twice, &plan->base);
  cr_assert_eq(once.size, twice.size);
  cr_assert_eq(memcmp(once.data, twice.data, once.size), 0);
  vd_buffer_finish(&once);
  vd_buffer_finish(&twice);
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_defaults, life_safety_is_the_worst_and_the_rest_is_not)
{
  Vd__Plan *plan = plan_good();
  cr_assert_eq(plan->categories[1]->family, VD__FAMILY__FAMILY_LIFE_SAFETY);
  cr_assert_eq(plan->categories[1]->severity, 4);
  cr_assert_eq(plan->categories[2]->severity, 2, "other, added by the house");
  vd__plan__free_unpacked(plan, NULL);
}

// ---- bounds ----

static void add_devices(Vd__Plan *plan, unsigned count, const char *name)
{
  for (unsigned i = 0; i < count; i++) {
    Vd__PlanDevice *device = (Vd__PlanDevice *)vd_message_new(&vd__plan_device__descriptor);
    vd_string_set(&device->id, vd_plan_words("device-%u", i).text);
    vd_string_set(&device->zone, "hall");
    vd_string_set(&device->category, "av-fault");
    vd_string_set(&device->spare, "stage");
    device->heartbeat_ms = 30000;
    device->name = (Vd__Text *)vd_message_new(&vd__text__descriptor);
    vd_string_set(&device->name->en, name);
    vd_string_set(&device->name->zh_hant, name);
    VD_REPEATED_ADD(plan->devices, plan->n_devices, device);
  }
}

Test(plan_check, as_many_devices_as_a_plan_may_have_fit)
{
  Vd__Plan *plan = plan_good();
  add_devices(plan, 10000, "Projector 12 by the main stage");
  struct vd_findings findings = check(plan);
  cr_expect_eq(findings.count, 0);
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_check, a_plan_that_is_too_large_is_refused)
{
  Vd__Plan *plan = plan_good();
  char long_name[201] = {0};
  memset(long_name, 'x', 200);
  add_devices(plan, 10000, long_name);
  while (protobuf_c_message_get_packed_size(&plan->base) > VD_PLAN_SIZE_MAX)
    vd__plan_device__free_unpacked(plan->devices[--plan->n_devices], NULL);
  struct vd_findings findings = check(plan);
  cr_expect_eq(plan_count(&findings, "plan-size"), 0);
  vd_findings_finish(&findings);
  vd_string_set(&plan->devices[plan->n_devices - 1]->name->zh_hans, long_name);
  vd_string_set(&plan->devices[plan->n_devices - 2]->name->zh_hans, long_name);
  vd_string_set(&plan->devices[plan->n_devices - 3]->name->zh_hans, long_name);
  findings = check(plan);
  cr_expect_eq(plan_count(&findings, "plan-size"), 1);
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_check, findings_are_capped_and_errors_all_counted)
{
  Vd__Plan *plan = plan_good();
  for (unsigned i = 0; i < 700; i++) {
    Vd__PlanCrew *crew = (Vd__PlanCrew *)vd_message_new(&vd__plan_crew__descriptor);
    vd_string_set(&crew->id, vd_plan_words("person-%u", i).text);
    VD_REPEATED_ADD(plan->crews, plan->n_crews, crew);
  }
  struct vd_findings findings = check(plan);
  cr_assert_eq(plan_count(&findings, "unreachable-person"), VD_PLAN_FINDINGS_MAX);
  cr_assert_eq(findings.errors, 700, "nobody of them can be reached");
  vd_findings_finish(&findings);
  plan->n_crews -= 699; // nobody can be reached but the last, who stands behind 600 warnings
  for (size_t i = 0; i < 699; i++)
    vd__plan_crew__free_unpacked(plan->crews[plan->n_crews + i], NULL);
  add_devices(plan, 600, "");
  for (size_t i = 0; i < 600; i++)
    vd_string_set(&plan->devices[i]->spare, "");
  vd_string_set(&plan->devices[599]->zone, "nowhere");
  findings = check(plan);
  cr_assert_eq(findings.errors, 2);
  cr_assert_eq(findings.count, VD_PLAN_FINDINGS_MAX + 2);
  cr_assert_eq(plan_count(&findings, "dangling-reference"), 1);
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_check, the_same_plan_is_judged_the_same)
{
  struct plan_file file = plan_file_read("config/plans/summit-2023.yaml");
  for (size_t i = 0; i < file.plan->n_crews; i += 2)
    file.plan->crews[i]->shifts[0]->start_at_ms += HOURS(2);
  struct vd_findings first = check(file.plan), second = check(file.plan);
  cr_assert_gt(first.count, 3);
  cr_assert_eq(first.count, second.count);
  cr_assert_eq(memcmp(first.items, second.items, first.count * sizeof *first.items), 0);
  vd_findings_finish(&first);
  vd_findings_finish(&second);
  plan_file_finish(&file);
}

// ---- whatever a file can say ----

static uint64_t next_random(uint64_t *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

// An element of a list is heap even when it is empty.
static void replace_word(char **word, const char *by)
{
  free(*word);
  *word = vd_strdup(by);
}

// Spoils one scalar or list somewhere in the message.
static void spoil(ProtobufCMessage *message, uint64_t *random)
{
  static const int64_t extremes[] = {INT64_MIN, INT64_MAX, -1, 0, 1};
  static const char *const words[] = {"", "hall", "unknown", "onsite-lead", "A Word", "control-room"};
  const ProtobufCFieldDescriptor *field =
      &message->descriptor->fields[next_random(random) % message->descriptor->n_fields];
  char *member = (char *)message + field->offset;
  if (field->label == PROTOBUF_C_LABEL_REPEATED) {
    size_t *count = (size_t *)((char *)message + field->quantifier_offset);
    if (*count == 0)
      return;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
      spoil((*(ProtobufCMessage ***)member)[next_random(random) % *count], random);
    else if (field->type == PROTOBUF_C_TYPE_STRING)
      replace_word(&(*(char ***)member)[next_random(random) % *count], words[next_random(random) % 6]);
  } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
    if (*(ProtobufCMessage **)member)
      spoil(*(ProtobufCMessage **)member, random);
  } else if (field->type == PROTOBUF_C_TYPE_STRING) {
    vd_string_set((char **)member, words[next_random(random) % 6]);
  } else if (field->type == PROTOBUF_C_TYPE_INT64) {
    *(int64_t *)member = extremes[next_random(random) % 5];
  } else if (field->type == PROTOBUF_C_TYPE_UINT32) {
    *(uint32_t *)member = (uint32_t)extremes[next_random(random) % 5];
  } else if (field->type == PROTOBUF_C_TYPE_BOOL) {
    *(protobuf_c_boolean *)member = next_random(random) % 2;
  } else if (field->type == PROTOBUF_C_TYPE_ENUM) {
    *(int *)member = (int)(next_random(random) % 8);
  }
}

// Whatever is spoiled, the check says something or nothing, and says it without a mistake of its own.
Test(plan_check, survives_whatever_a_plan_can_hold)
{
  const char *given = getenv("VD_SEED");
  uint64_t seed = given ? strtoull(given, NULL, 10) : 20230518, random = seed;
  cr_log_info("VD_SEED=%" PRIu64, seed);
  size_t spoiled = 0;
  for (unsigned round = 0; round < 400; round++) {
    Vd__Plan *plan = plan_good();
    for (unsigned i = 0; i < 1 + round % 8; i++)
      spoil(&plan->base, &random);
    vd_plan_defaults(plan);
    struct vd_findings findings = check(plan);
    spoiled += findings.count > 0;
    vd_findings_finish(&findings);
    vd__plan__free_unpacked(plan, NULL);
  }
  cr_assert_gt(spoiled, 100, "VD_SEED=%" PRIu64, seed);
}
