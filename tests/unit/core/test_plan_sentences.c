// What the check of a plan says can be said in three languages, with the same things named in each.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/check.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

static const Vd__Language languages[] = {VD__LANGUAGE__LANGUAGE_EN, VD__LANGUAGE__LANGUAGE_ZH_HANT,
                                         VD__LANGUAGE__LANGUAGE_ZH_HANS};

static bool has_chinese(const char *text)
{
  for (; *text != '\0'; text++)
    if ((unsigned char)*text >= 0xE4 && (unsigned char)*text <= 0xE9) // U+4000 to U+9FFF
      return true;
  return false;
}

// The places a text names, as bits; fails where it holds a brace that is none.
static unsigned places_of(const char *text)
{
  unsigned places = 0;
  for (; (text = strchr(text, '{')) != NULL; text++) {
    cr_assert(text[1] >= '0' && text[1] <= '5' && text[2] == '}', "%s", text);
    places |= 1U << (text[1] - '0');
  }
  return places;
}

Test(plan_sentences, each_names_the_same_things_in_each_language)
{
  for (int i = 0; i < VD_SAY_COUNT; i++) {
    const struct vd_plan_sentence_row *row = vd_plan_sentence((enum vd_plan_sentence)i);
    cr_assert_not_null(row->words[0], "sentence %d", i);
    for (size_t l = 0; l < 3; l++) {
      cr_expect_str_not_empty(row->words[l]);
      cr_expect(vd_text_is_clean(row->words[l], strlen(row->words[l]), false));
      cr_expect_eq(places_of(row->words[l]), places_of(row->words[0]), "%s", row->words[l]);
      cr_expect_eq(places_of(row->limit[l]), places_of(row->limit[0]), "%s", row->limit[l]);
      bool is_quoted = row->words[0][0] == '{' && row->words[0][3] == '\0'; // the words of proto/err.h
      cr_expect(l == 0 || is_quoted || has_chinese(row->words[l]), "%s", row->words[l]);
    }
    cr_expect(!row->is_measure || row->limit[0][0] != '\0', "%s: measured against nothing", row->words[0]);
  }
  for (int i = 0; i < VD_NOUN_COUNT; i++)
    for (size_t l = 1; l < 3; l++)
      cr_expect(has_chinese(vd_plan_noun(languages[l], (enum vd_plan_noun)i)));
}

Test(plan_sentences, each_rule_says_something)
{
  for (int rule = 0; rule < VD_PLAN_RULE_COUNT; rule++) {
    bool has_one = false;
    for (int i = 0; i < VD_SAY_COUNT; i++)
      has_one |= (int)vd_plan_sentence((enum vd_plan_sentence)i)->rule == rule;
    cr_expect(has_one, "rule %d has no sentence", rule);
  }
}

// Every broken plan of tests/plans/, in each language: no place is left unfilled, none stays in English.
Test(plan_sentences, what_is_found_is_said_in_the_language_asked_for)
{
#define NAME(symbol, name, is_error, err) name,
  static const char *const names[] = {VD_PLAN_RULES(NAME)};
#undef NAME
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(names[i], "plan-size") == 0)
      continue;
    struct plan_file file = plan_file_read(vd_plan_words("tests/plans/%s.yaml", names[i]).text);
    for (size_t l = 0; l < 3; l++) {
      file.findings.language = languages[l];
      plan_file_check(&file);
      cr_assert_eq(file.findings.count, 1, "%s", names[i]);
      const struct vd_finding *finding = &file.findings.items[0];
      cr_expect_str_eq(finding->rule, names[i], "the name is the same in each language");
      cr_expect_eq(has_chinese(finding->sentence), l > 0, "%s", finding->sentence);
      cr_expect_null(strchr(finding->sentence, '{'), "%s", finding->sentence);
      cr_expect_null(strchr(finding->limit, '{'), "%s", finding->limit);
    }
    plan_file_finish(&file);
  }
}

// ---- the live venue: the sentences of a rule that is broken in several ways ----

static Vd__PlanDevice *add_device(Vd__Plan *plan)
{
  Vd__PlanDevice *device = (Vd__PlanDevice *)vd_message_new(&vd__plan_device__descriptor);
  vd_string_set(&device->id, "proj");
  vd_string_set(&device->zone, "hall");
  vd_string_set(&device->category, "av-fualt");
  vd_string_set(&device->partner, "proj");
  VD_REPEATED_ADD(plan->devices, plan->n_devices, device);
  return device;
}

static void add_bounds(Vd__PlanDevice *device, const char *reading, int64_t fault, bool has_fault)
{
  Vd__Threshold *bounds = (Vd__Threshold *)vd_message_new(&vd__threshold__descriptor);
  vd_string_set(&bounds->reading, reading);
  bounds->warn = 10;
  bounds->fault = fault;
  bounds->has_fault = has_fault;
  VD_REPEATED_ADD(device->thresholds, device->n_thresholds, bounds);
}

static void add_window(Vd__PlanDevice *device, int64_t start_at_ms, int64_t end_at_ms)
{
  Vd__Shift *window = (Vd__Shift *)vd_message_new(&vd__shift__descriptor);
  window->start_at_ms = start_at_ms;
  window->end_at_ms = end_at_ms;
  VD_REPEATED_ADD(device->windows, device->n_windows, window);
}

static void add_broken_device(Vd__Plan *plan, int64_t at_ms)
{
  Vd__PlanDevice *device = add_device(plan);
  device->heartbeat_ms = -1;
  add_bounds(device, "heat", 5, true);
  add_bounds(device, "heat", 20, false);
  for (int i = 0; i < 5; i++)
    add_bounds(device, "A Word", INT64_MAX, true);
  for (int i = 0; i < 6; i++)
    add_window(device, at_ms, at_ms + 60000);
  add_window(device, at_ms, at_ms);
}

static void add_batch(Vd__PlanSupply *supply, const char *session, int64_t at_ms)
{
  Vd__PlanBatch *batch = (Vd__PlanBatch *)vd_message_new(&vd__plan_batch__descriptor);
  vd_string_set(&batch->session, session);
  batch->planned_at_ms = at_ms;
  batch->quantity = 1;
  VD_REPEATED_ADD(supply->batches, supply->n_batches, batch);
}

static void add_broken_supply(Vd__Plan *plan)
{
  Vd__PlanSupply *supply = (Vd__PlanSupply *)vd_message_new(&vd__plan_supply__descriptor);
  vd_string_set(&supply->id, "coffee");
  vd_string_set(&supply->zone, "hall");
  supply->par = 1;
  supply->burn_break = 1000000;
  supply->lead_ms = 600000;
  supply->holding_ms = 1000;
  add_batch(supply, "", 0);
  add_batch(supply, "", 1);
  add_batch(supply, "tae", 0);
  add_batch(supply, "tae", 1);
  VD_REPEATED_ADD(plan->supplies, plan->n_supplies, supply);
  vd_plan_defaults(plan);
  supply->lead_ms = INT64_C(864000000);
}

static bool is_said(const struct vd_findings *findings, const char *words)
{
  for (size_t i = 0; i < findings->count; i++)
    if (strstr(findings->items[i].sentence, words))
      return true;
  return false;
}

Test(plan_sentences, whatever_a_live_venue_lacks_is_said_in_full)
{
  static const char *const said[][3] = {
      {"category \"av-fualt\"", "類別「av-fualt」", "类别“av-fualt”"},
      {"session \"tae\"", "議程「tae」", "议程“tae”"},
      {"160 of 900 participants; the standard (3) asks for 20 percent, 180", "160 個，參會者 900 人",
       "即 180 个"},
      {"from itself", "自身接替", "自身接替"},
      {"two bounds for \"heat\"", "「heat」有兩組門檻", "“heat”有两组阈值"},
      {"before it is a warning", "預警之前", "预警之前"},
      {"only with has_fault", "須同時填 has_fault", "须同时填 has_fault"},
      {"7 thresholds; at most 6", "7 組門檻", "7 组阈值"},
      {"7 windows; at most 6", "7 個維護時段", "7 个维护时段"},
      {"Maintenance begins before it ends (09:00 to 09:00)", "（09:00 至 09:00）", "（09:00 至 09:00）"},
      {"This window (09:00 to 09:01)", "此維護時段（09:00 至 09:01）", "此维护时段（09:00 至 09:01）"},
      {"goes stale", "已不新鮮", "已不新鲜"},
      {"from full to nothing", "從滿到空", "从满到空"},
      {"0s to 24h", "0s 至 24h", "0s 至 24h"},
      {"give session or planned_at_ms", "請填 session", "请填 session"},
      {"not for both", "不可兩者", "不可两者"},
      {"This batch lies outside", "此批次在活動時間之外", "此批次在活动时间之外"},
  };
  Vd__Plan *plan = plan_good();
  plan->event->participants = 900;
  plan->zones[0]->tea_break = true;
  plan->zones[0]->seats = 160;
  add_broken_device(plan, INT64_C(1684371600000)); // 09:00 at the venue
  add_broken_supply(plan);
  for (size_t l = 0; l < 3; l++) {
    struct vd_findings findings = {.language = languages[l]};
    vd_plan_check(plan, &findings);
    for (size_t i = 0; i < findings.count; i++) {
      cr_expect_eq(has_chinese(findings.items[i].sentence), l > 0, "%s", findings.items[i].sentence);
      cr_expect_null(strchr(findings.items[i].sentence, '{'), "%s", findings.items[i].sentence);
      cr_expect_null(strchr(findings.items[i].limit, '{'), "%s", findings.items[i].limit);
    }
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
      cr_expect(is_said(&findings, said[i][l]), "nothing says: %s", said[i][l]);
    vd_findings_finish(&findings);
  }
  vd__plan__free_unpacked(plan, NULL);
}

Test(plan_sentences, a_limit_stands_beside_what_is_measured_against_it)
{
  struct plan_file file = plan_file_read("tests/plans/respond-limit.yaml");
  const struct vd_finding *finding = plan_first(&file.findings, "respond-limit");
  cr_assert(finding->is_measure);
  cr_expect_str_eq(finding->value, "6m");
  cr_expect_str_eq(finding->limit, "5m");
  plan_file_finish(&file);
  file = plan_file_read("tests/plans/no-page.yaml");
  cr_expect_not(plan_first(&file.findings, "no-page")->is_measure, "a page is no number");
  plan_file_finish(&file);
}
