// What the check of a plan says can be said in three languages, with the same things named in each.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/check.h"
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
    const struct vd_plan_sentence_row *row = &vd_plan_sentences[i];
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
      has_one |= (int)vd_plan_sentences[i].rule == rule;
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
