// People: where they belong, when they are there, and whether anybody can reach them.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/index.h"
#include "daemon/core/plan_internal.h"
#include "proto/message.h"

// ---- references ----

static void check_names(struct vd_plan_check *check, size_t at, char *const *names, size_t count,
                        const struct vd_plan_ids *ids, enum vd_plan_noun what, const char *field)
{
  for (size_t i = 0; i < count; i++) {
    struct vd_plan_words path = vd_plan_words("crews[%zu].%s[%zu]", at, field, i);
    VD_PLAN_REFER(check, ids, names[i], what, path.text);
    for (size_t j = 0; j < i; j++)
      if (strcmp(names[i], names[j]) == 0)
        VD_PLAN_FIND(check->findings, NAMED_TWICE, path.text, names[i], field, check->plan->crews[at]->id);
  }
}

static void check_references(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanCrew *crew = check->plan->crews[at];
  check_names(check, at, crew->posts, crew->n_posts, &check->posts, VD_NOUN_POST, "posts");
  check_names(check, at, crew->zones, crew->n_zones, &check->zones, VD_NOUN_ZONE, "zones");
  if (*crew->home)
    VD_PLAN_REFER(check, &check->zones, crew->home, VD_NOUN_ZONE, vd_plan_words("crews[%zu].home", at).text);
}

// ---- shifts ----

static void check_shifts(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanCrew *crew = check->plan->crews[at];
  const Vd__PlanEvent *event = check->plan->event;
  if (crew->n_shifts == 0)
    VD_PLAN_FIND(check->findings, NO_SHIFT, vd_plan_words("crews[%zu]", at).text, crew->id);
  if (crew->n_shifts > VD_PLAN_SHIFTS_MAX)
    VD_PLAN_FIND(check->findings, SHIFTS_MANY, vd_plan_words("crews[%zu].shifts", at).text,
                 vd_plan_words("%zu shifts", crew->n_shifts).text, vd_plan_words("%zu", crew->n_shifts).text,
                 vd_plan_words("%d", VD_PLAN_SHIFTS_MAX).text);
  for (size_t i = 0; i < crew->n_shifts; i++) {
    const Vd__Shift *shift = crew->shifts[i];
    struct vd_plan_words path = vd_plan_words("crews[%zu].shifts[%zu]", at, i);
    struct vd_plan_words start = vd_plan_clock(event, shift->start_at_ms);
    struct vd_plan_words end = vd_plan_clock(event, shift->end_at_ms);
    enum vd_plan_sentence sentence = VD_SAY_COUNT;
    if (shift->start_at_ms <= 0 || shift->start_at_ms >= shift->end_at_ms)
      sentence = VD_SAY_SHIFT_ORDER;
    else if (i > 0 && shift->start_at_ms < crew->shifts[i - 1]->end_at_ms)
      sentence = VD_SAY_SHIFT_OVERLAP;
    else if (shift->end_at_ms <= event->start_at_ms || shift->start_at_ms >= event->end_at_ms)
      sentence = VD_SAY_SHIFT_OUTSIDE;
    if (sentence != VD_SAY_COUNT)
      VD_PLAN_SAY(check->findings, sentence, path.text, vd_plan_words("%s to %s", start.text, end.text).text,
                  start.text, end.text);
  }
}

// ---- how to reach a person ----

static void check_reach(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanCrew *crew = check->plan->crews[at];
  struct vd_plan_words path = vd_plan_words("crews[%zu]", at);
  if (!crew->has_phone && !crew->has_radio)
    VD_PLAN_FIND(check->findings, UNREACHABLE, path.text, crew->id);
  if (crew->has_radio && *crew->call_sign == '\0')
    VD_PLAN_FIND(check->findings, NO_CALL_SIGN, path.text, crew->id);
  if (crew->has_phone && *crew->contact == '\0')
    VD_PLAN_FIND(check->findings, NO_CONTACT, path.text, crew->id);
}

// ---- call signs: said aloud, so case and spaces make no difference ----

static char *spoken(const char *sign)
{
  char text[VD_INDEX_SIGN_MAX];
  vd_index_fold_sign(sign, text, sizeof text);
  return vd_strdup(text);
}

// Two of a kind, or one that reads like another person's id: either way the wrong one answers.
static void check_call_signs(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  struct vd_plan_ids signs = {vd_alloc((plan->n_crews + 1) * sizeof *signs.items), 0};
  for (size_t i = 0; i < plan->n_crews; i++)
    if (*plan->crews[i]->call_sign)
      signs.items[signs.count++] = (struct vd_plan_id){spoken(plan->crews[i]->call_sign), i};
  vd_plan_ids_sort(&signs);
  for (size_t i = 0; i < signs.count; i++) {
    const struct vd_plan_id *sign = &signs.items[i];
    const Vd__PlanCrew *crew = plan->crews[sign->at];
    struct vd_plan_words path = vd_plan_words("crews[%zu].call_sign", sign->at);
    if (i > 0 && strcmp(sign->id, sign[-1].id) == 0)
      VD_PLAN_FIND(check->findings, SAME_CALL_SIGN, path.text, crew->call_sign, plan->crews[sign[-1].at]->id,
                   crew->id);
    else if (strcmp(sign->id, crew->id) != 0 && vd_plan_ids_have(&check->crews, sign->id))
      VD_PLAN_FIND(check->findings, CALL_SIGN_IS_ID, path.text, crew->call_sign, crew->id);
  }
  for (size_t i = 0; i < signs.count; i++)
    free((char *)signs.items[i].id);
  vd_plan_ids_finish(&signs);
}

void vd_plan_check_crews(struct vd_plan_check *check)
{
  for (size_t i = 0; i < check->plan->n_crews; i++) {
    check_references(check, i);
    check_shifts(check, i);
    check_reach(check, i);
  }
  check_call_signs(check);
}
