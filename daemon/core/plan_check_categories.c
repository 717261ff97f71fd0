// What can be reported, and what the handbook says about it (standard §2: each family has its pages).
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/check.h"
#include "proto/text.h"

// ---- the default decision ----

static void check_decision(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanCategory *category = check->plan->categories[at];
  const Vd__Text *text = category->default_decision;
  struct vd_plan_words path = vd_plan_words("categories[%zu]%s", at, text ? ".default_decision" : "");
  if (!text || (*text->en == '\0' && *text->zh_hant == '\0' && *text->zh_hans == '\0')) {
    vd_plan_find(check->findings, VD_PLAN_NO_DECISION, path.text, category->id, "a default decision",
                 "\"%s\" has no default decision to approve when nobody decides.", category->id);
    return;
  }
  const char *missing = *text->en == '\0'        ? "en"
                        : *text->zh_hant == '\0' ? "zh_hant"
                        : *text->zh_hans == '\0' ? "zh_hans"
                                                 : NULL;
  if (missing)
    vd_plan_find(check->findings, VD_PLAN_DECISION_LANGUAGE, path.text, missing, "en, zh_hant, zh_hans",
                 "The default decision of \"%s\" is not written in %s.", category->id, missing);
}

// ---- pages ----

static void check_page(struct vd_plan_check *check, size_t at, size_t index)
{
  const Vd__PlanCategory *category = check->plan->categories[at];
  const Vd__PlanPage *page = category->handbook[index];
  struct vd_plan_words path = vd_plan_words("categories[%zu].handbook[%zu]", at, index);
  if (page->language == VD__LANGUAGE__LANGUAGE_UNSPECIFIED)
    vd_plan_find(check->findings, VD_PLAN_VALUE_RANGE, path.text, "", "en, zh-hant, zh-hans",
                 "A page of the handbook says its language: en, zh-hant or zh-hans.");
  if (*page->title == '\0' || page->n_steps == 0)
    vd_plan_find(check->findings, VD_PLAN_PAGE_EMPTY, path.text, "", "a title and steps",
                 "This page of \"%s\" has no %s.", category->id, *page->title ? "steps" : "title");
  for (size_t i = 0; i < page->n_steps; i++)
    if (*page->steps[i] == '\0')
      vd_plan_find(check->findings, VD_PLAN_PAGE_EMPTY, vd_plan_words("%s.steps[%zu]", path.text, i).text, "",
                   "words", "This step says nothing.");
  for (size_t i = 0; i < index; i++)
    if (category->handbook[i]->language == page->language) {
      const char *language = vd_enum_name(&vd__language__descriptor, (int)page->language);
      vd_plan_find(check->findings, VD_PLAN_DUPLICATE_ID, path.text, language, "",
                   "\"%s\" has two pages in %s.", category->id, language);
      return;
    }
}

static void check_handbook(struct vd_plan_check *check, size_t at)
{
  static const Vd__Language languages[] = {VD__LANGUAGE__LANGUAGE_EN, VD__LANGUAGE__LANGUAGE_ZH_HANT,
                                           VD__LANGUAGE__LANGUAGE_ZH_HANS};
  const Vd__PlanCategory *category = check->plan->categories[at];
  struct vd_plan_words path = vd_plan_words("categories[%zu]%s", at, category->n_handbook ? ".handbook" : "");
  if (category->n_handbook == 0) {
    vd_plan_find(check->findings, VD_PLAN_NO_PAGE, path.text, category->id, "a page",
                 "\"%s\" has no page in the handbook.", category->id);
    return;
  }
  for (size_t i = 0; i < category->n_handbook; i++)
    check_page(check, at, i);
  for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
    bool has_it = false;
    for (size_t j = 0; j < category->n_handbook; j++)
      has_it |= category->handbook[j]->language == languages[i];
    const char *language = vd_enum_name(&vd__language__descriptor, (int)languages[i]);
    if (!has_it)
      vd_plan_find(check->findings, VD_PLAN_PAGE_LANGUAGE, path.text, language, "en, zh-hant, zh-hans",
                   "The page of \"%s\" is not written in %s.", category->id, language);
  }
}

// ---- how bad ----

static void check_severity(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanCategory *category = check->plan->categories[at];
  struct vd_plan_words path = vd_plan_words("categories[%zu].severity", at);
  struct vd_plan_words value = vd_plan_words("%u", (unsigned)category->severity);
  if (category->severity < 1 || category->severity > 4) {
    vd_plan_find(check->findings, VD_PLAN_VALUE_RANGE, path.text, value.text, "1 to 4",
                 "A severity is 1 to 4, and 4 is worst.");
    return;
  }
  if (category->family != VD__FAMILY__FAMILY_LIFE_SAFETY)
    return;
  if (category->severity < 4)
    vd_plan_find(check->findings, VD_PLAN_LIFE_SAFETY_SEVERITY, path.text, value.text, "4",
                 "\"%s\" threatens lives, but below severity 4 nobody is sent at once.", category->id);
  if (category->n_emergency_numbers == 0)
    vd_plan_find(check->findings, VD_PLAN_EMERGENCY_NUMBERS, vd_plan_words("categories[%zu]", at).text,
                 category->id, "120, 119 …", "\"%s\" threatens lives and shows no emergency number.",
                 category->id);
}

static void check_skill_words(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanCategory *category = check->plan->categories[at];
  for (size_t i = 0; i < category->n_skills; i++)
    if (!vd_word_is_valid(category->skills[i]))
      vd_plan_find(check->findings, VD_PLAN_ID, vd_plan_words("categories[%zu].skills[%zu]", at, i).text,
                   category->skills[i], "1 to 64 of [a-z0-9-]",
                   "\"%s\" cannot be a skill: a-z, 0-9 and \"-\".", category->skills[i]);
}

void vd_plan_check_categories(struct vd_plan_check *check)
{
  for (size_t i = 0; i < check->plan->n_categories; i++) {
    check_severity(check, i);
    check_skill_words(check, i);
    check_decision(check, i);
    check_handbook(check, i);
  }
}
