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
    VD_PLAN_FIND(check->findings, NO_DECISION, path.text, category->id);
    return;
  }
  const char *missing = *text->en == '\0'        ? "en"
                        : *text->zh_hant == '\0' ? "zh_hant"
                        : *text->zh_hans == '\0' ? "zh_hans"
                                                 : NULL;
  if (missing)
    VD_PLAN_FIND(check->findings, DECISION_LANGUAGE, path.text, missing, category->id);
}

// ---- pages ----

static void check_page(struct vd_plan_check *check, size_t at, size_t index)
{
  const Vd__PlanCategory *category = check->plan->categories[at];
  const Vd__PlanPage *page = category->handbook[index];
  struct vd_plan_words path = vd_plan_words("categories[%zu].handbook[%zu]", at, index);
  if (page->language == VD__LANGUAGE__LANGUAGE_UNSPECIFIED)
    VD_PLAN_FIND(check->findings, PAGE_NO_LANGUAGE, path.text, "");
  if (*page->title == '\0' || page->n_steps == 0)
    VD_PLAN_SAY(check->findings, *page->title ? VD_SAY_PAGE_NO_STEPS : VD_SAY_PAGE_NO_TITLE, path.text, "",
                category->id);
  for (size_t i = 0; i < page->n_steps; i++)
    if (*page->steps[i] == '\0')
      VD_PLAN_FIND(check->findings, STEP_EMPTY, vd_plan_words("%s.steps[%zu]", path.text, i).text, "");
  for (size_t i = 0; i < index; i++)
    if (category->handbook[i]->language == page->language) {
      const char *language = vd_enum_name(&vd__language__descriptor, (int)page->language);
      VD_PLAN_FIND(check->findings, PAGE_TWICE, path.text, language, category->id);
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
    VD_PLAN_FIND(check->findings, NO_PAGE, path.text, category->id);
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
      VD_PLAN_FIND(check->findings, PAGE_LANGUAGE, path.text, language, category->id);
  }
}

// ---- how bad ----

static void check_severity(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanCategory *category = check->plan->categories[at];
  struct vd_plan_words path = vd_plan_words("categories[%zu].severity", at);
  struct vd_plan_words value = vd_plan_words("%u", (unsigned)category->severity);
  if (category->severity < 1 || category->severity > 4) {
    VD_PLAN_FIND(check->findings, SEVERITY_RANGE, path.text, value.text);
    return;
  }
  if (category->family != VD__FAMILY__FAMILY_LIFE_SAFETY)
    return;
  if (category->severity < 4)
    VD_PLAN_FIND(check->findings, LIFE_SAFETY_SEVERITY, path.text, value.text, category->id);
  if (category->n_emergency_numbers == 0)
    VD_PLAN_FIND(check->findings, NO_EMERGENCY_NUMBER, vd_plan_words("categories[%zu]", at).text,
                 category->id);
}

static void check_skill_words(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanCategory *category = check->plan->categories[at];
  for (size_t i = 0; i < category->n_skills; i++)
    if (!vd_word_is_valid(category->skills[i]))
      VD_PLAN_FIND(check->findings, NO_SKILL_WORD, vd_plan_words("categories[%zu].skills[%zu]", at, i).text,
                   category->skills[i]);
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
