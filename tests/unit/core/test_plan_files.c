// Each rule of the check has a plan that breaks it and nothing else; the plans we ship break none.
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

static const struct {
  const char *name;
  bool is_error;
} rules[] = {
#define RULE(symbol, name, is_error, err) {name, is_error},
    VD_PLAN_RULES(RULE)
#undef RULE
};
enum { RULES = sizeof rules / sizeof *rules };

// Its plan would be megabytes of text: test_plan_check.c makes one.
static bool has_no_file(const char *rule)
{
  return strcmp(rule, "plan-size") == 0;
}

// "# expect: error lead-off-duty at line 24"
struct expectation {
  char severity[16];
  char rule[40];
  unsigned line;
};

static struct expectation read_expectation(const char *path)
{
  struct expectation expected = {.line = 0};
  char *text = plan_slurp(path);
  int got =
      sscanf(text, "# expect: %15s %39s at line %u\n", expected.severity, expected.rule, &expected.line);
  cr_assert_eq(got, 3, "%s: the first line says what is expected", path);
  free(text);
  return expected;
}

static void check_file(const char *rule, bool is_error)
{
  struct vd_plan_words path = vd_plan_words("tests/plans/%s.yaml", rule);
  struct expectation expected = read_expectation(path.text);
  cr_expect_str_eq(expected.rule, rule);
  cr_expect_str_eq(expected.severity, is_error ? "error" : "warning", "%s", rule);
  struct plan_file file = plan_file_read(path.text);
  cr_expect_eq(file.findings.count, 1, "%s: %zu findings", rule, file.findings.count);
  cr_expect_eq(file.findings.errors, is_error ? 1 : 0, "%s", rule);
  for (size_t i = 0; i < file.findings.count; i++) {
    const struct vd_finding *finding = &file.findings.items[i];
    struct vd_text_place place = vd_text_map_find(file.map, finding->path);
    cr_expect_str_eq(finding->rule, rule, "%s: %s: %s", rule, finding->rule, finding->sentence);
    cr_expect_eq(place.line, expected.line, "%s: %s is at line %u, expected %u", rule, finding->path,
                 place.line, expected.line);
    cr_expect_eq(finding->is_error, is_error, "%s", rule);
    cr_expect_gt(strlen(finding->sentence), 10, "%s", rule);
  }
  plan_file_finish(&file);
}

Test(plan_files, each_rule_is_broken_by_its_plan_and_no_other)
{
  for (size_t i = 0; i < RULES; i++)
    if (!has_no_file(rules[i].name))
      check_file(rules[i].name, rules[i].is_error);
}

Test(plan_files, each_broken_plan_belongs_to_a_rule)
{
  DIR *folder = opendir(SOURCE_ROOT "/tests/plans");
  cr_assert_not_null(folder);
  size_t count = 0;
  for (const struct dirent *entry; (entry = readdir(folder));)
    count += strstr(entry->d_name, ".yaml") != NULL;
  closedir(folder);
  cr_assert_eq(count, RULES - 1 + 1, "%zu plans; one for each rule but plan-size, and good.yaml", count);
}

Test(plan_files, each_rule_is_in_the_reference)
{
  char *text = plan_slurp("docs/plan.md");
  for (size_t i = 0; i < RULES; i++) {
    struct vd_plan_words row =
        vd_plan_words("| `%s` | %s |", rules[i].name, rules[i].is_error ? "error" : "warning");
    cr_expect_not_null(strstr(text, row.text), "docs/plan.md has no row %s", row.text);
  }
  free(text);
}

Test(plan_files, the_summit_has_nothing_to_be_said_against)
{
  struct plan_file file = plan_file_read("config/plans/summit-2023.yaml");
  for (size_t i = 0; i < file.findings.count; i++)
    cr_expect_fail("%s: %s: %s", file.findings.items[i].path, file.findings.items[i].rule,
                   file.findings.items[i].sentence);
  const Vd__Plan *plan = file.plan;
  cr_expect_eq(plan->event->participants, 800);
  cr_expect_geq(plan->n_zones, 10);
  cr_expect_geq(plan->n_crews, 30);
  bool has_radio_only = false;
  for (size_t i = 0; i < plan->n_crews; i++)
    has_radio_only |= plan->crews[i]->has_radio && !plan->crews[i]->has_phone;
  cr_expect(has_radio_only, "some carry a radio only");
  plan_file_finish(&file);
}

// One request carries it, with room for what an organiser adds on the day.
Test(plan_files, the_summit_travels_in_one_request)
{
  struct plan_file file = plan_file_read("config/plans/summit-2023.yaml");
  size_t size = protobuf_c_message_get_packed_size(&file.plan->base);
  cr_expect_lt(size, 56 * 1024, "%zu bytes", size);
  plan_file_finish(&file);
}
