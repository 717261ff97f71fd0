// What an event has at hand and on call (standard §3): materials with spares and owners, suppliers under
// contract, the emergency pool, what stands in for sound, light and network.
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "daemon/core/resource.h"

static const int64_t HOUR = INT64_C(3600000);
static const int64_t DAY = INT64_C(86400000);
enum { CHECK_HOURS = 72 };

static bool is_said(const Vd__Text *text)
{
  return text && (*text->en || *text->zh_hant || *text->zh_hans);
}

// ---- materials (物料) ----

static void check_material(struct vd_plan_check *check, size_t at)
{
  const Vd__Plan *plan = check->plan;
  const Vd__PlanMaterial *material = plan->materials[at];
  struct vd_plan_words path = vd_plan_words("materials[%zu]", at);
  int64_t ahead_ms = plan->event->start_at_ms - material->checked_at_ms;
  if (*material->zone)
    VD_PLAN_REFER(check, &check->zones, material->zone, VD_NOUN_ZONE,
                  vd_plan_words("%s.zone", path.text).text);
  if (*material->owner)
    VD_PLAN_REFER(check, &check->posts, material->owner, VD_NOUN_POST,
                  vd_plan_words("%s.owner", path.text).text);
  else
    VD_PLAN_FIND(check->findings, MATERIAL_OWNER, path.text, material->id);
  if (material->count == 0 || material->count > VD_RESOURCE_COUNT_MAX)
    VD_PLAN_FIND(check->findings, NUMBER_RANGE, vd_plan_words("%s.count", path.text).text,
                 vd_plan_words("%u", (unsigned)material->count).text, "1",
                 vd_plan_words("%d", VD_RESOURCE_COUNT_MAX).text);
  if (material->spare == 0)
    VD_PLAN_FIND(check->findings, MATERIAL_SPARE, path.text, material->id);
  if (material->checked_at_ms == 0)
    VD_PLAN_FIND(check->findings, MATERIAL_UNCHECKED, path.text, material->id);
  else if (ahead_ms < plan->preparation->material_check_ms)
    VD_PLAN_FIND(check->findings, MATERIAL_LATE, vd_plan_words("%s.checked_at_ms", path.text).text,
                 vd_plan_duration(ahead_ms).text, material->id,
                 vd_plan_duration(plan->preparation->material_check_ms).text);
}

static void check_materials(struct vd_plan_check *check)
{
  int64_t ahead_ms = check->plan->preparation->material_check_ms;
  if (ahead_ms <= 0 || ahead_ms > 365 * DAY)
    VD_PLAN_FIND(check->findings, NUMBER_RANGE, "preparation.material_check_ms",
                 vd_plan_duration(ahead_ms).text, vd_plan_duration(1).text, vd_plan_duration(365 * DAY).text);
  else if (ahead_ms < CHECK_HOURS * HOUR)
    VD_PLAN_FIND(check->findings, MATERIAL_CHECK, "preparation.material_check_ms",
                 vd_plan_duration(ahead_ms).text);
  if (check->plan->n_materials == 0)
    VD_PLAN_FIND(check->findings, NO_MATERIALS, "preparation", "");
  for (size_t i = 0; i < check->plan->n_materials; i++)
    check_material(check, i);
}

// ---- suppliers ----

// In the order of the words that the plan writes.
static const struct {
  Vd__Trade trade;
  const char *word;
} trades[] = {{VD__TRADE__TRADE_AV, "av"},
              {VD__TRADE__TRADE_CATERING, "catering"},
              {VD__TRADE__TRADE_USHERS, "ushers"}};
enum { TRADES = sizeof trades / sizeof *trades };

static void check_supplier(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanSupplier *supplier = check->plan->suppliers[at];
  struct vd_plan_words path = vd_plan_words("suppliers[%zu]", at);
  int64_t rehearsed_ms = supplier->rehearsed_at_ms;
  if (!supplier->qualified)
    VD_PLAN_FIND(check->findings, NOT_QUALIFIED, path.text, supplier->id);
  if (rehearsed_ms == 0)
    VD_PLAN_FIND(check->findings, NOT_REHEARSED, path.text, supplier->id);
  else if (rehearsed_ms >= check->plan->event->doors_at_ms)
    VD_PLAN_FIND(check->findings, REHEARSED_LATE, vd_plan_words("%s.rehearsed_at_ms", path.text).text,
                 vd_plan_clock(check->plan->event, rehearsed_ms).text, supplier->id);
  if (*supplier->contract == '\0')
    VD_PLAN_FIND(check->findings, NO_CONTRACT, path.text, supplier->id);
  else if (!supplier->penalty)
    VD_PLAN_FIND(check->findings, NO_PENALTY, path.text, supplier->id);
}

static bool has_supplier(const Vd__Plan *plan, Vd__Trade trade)
{
  for (size_t i = 0; i < plan->n_suppliers; i++)
    if (plan->suppliers[i]->trade == trade)
      return true;
  return false;
}

static bool has_backup(const Vd__Plan *plan, Vd__Trade trade)
{
  for (size_t i = 0; i < plan->n_resources; i++)
    if (plan->resources[i]->kind == VD__RESOURCE_KIND__RESOURCE_KIND_POOL &&
        plan->resources[i]->trade == trade)
      return true;
  return false;
}

static void check_suppliers(struct vd_plan_check *check)
{
  for (size_t i = 0; i < check->plan->n_suppliers; i++)
    check_supplier(check, i);
  for (size_t i = 0; i < TRADES; i++) {
    if (!has_supplier(check->plan, trades[i].trade))
      VD_PLAN_FIND(check->findings, NO_SUPPLIER, "preparation", "", trades[i].word);
    if (!has_backup(check->plan, trades[i].trade))
      VD_PLAN_FIND(check->findings, NO_BACKUP, "preparation", "", trades[i].word);
  }
}

// ---- resources ----

static void check_resource(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanResource *resource = check->plan->resources[at];
  struct vd_plan_words path = vd_plan_words("resources[%zu]", at);
  bool is_pool = resource->kind == VD__RESOURCE_KIND__RESOURCE_KIND_POOL;
  bool is_space = resource->kind == VD__RESOURCE_KIND__RESOURCE_KIND_SPACE;
  if (*resource->zone || !is_pool)
    VD_PLAN_REFER(check, &check->zones, resource->zone, VD_NOUN_ZONE,
                  vd_plan_words("%s.zone", path.text).text);
  if (*resource->post)
    VD_PLAN_REFER(check, &check->posts, resource->post, VD_NOUN_POST,
                  vd_plan_words("%s.post", path.text).text);
  for (size_t i = 0; i < resource->n_categories; i++)
    VD_PLAN_REFER(check, &check->categories, resource->categories[i], VD_NOUN_CATEGORY,
                  vd_plan_words("%s.categories[%zu]", path.text, i).text);
  if (resource->count == 0 || resource->count > VD_RESOURCE_COUNT_MAX)
    VD_PLAN_FIND(check->findings, NUMBER_RANGE, vd_plan_words("%s.count", path.text).text,
                 vd_plan_words("%u", (unsigned)resource->count).text, "1",
                 vd_plan_words("%d", VD_RESOURCE_COUNT_MAX).text);
  if (resource->eta_ms < 0 || resource->eta_ms > 7 * DAY)
    VD_PLAN_FIND(check->findings, DURATION_RANGE, vd_plan_words("%s.eta_ms", path.text).text,
                 vd_plan_duration(resource->eta_ms).text);
  else if (is_pool && resource->eta_ms == 0)
    VD_PLAN_FIND(check->findings, RESOURCE_ETA, path.text, resource->id);
  if ((is_pool || is_space) && *resource->contact == '\0')
    VD_PLAN_FIND(check->findings, RESOURCE_CONTACT, path.text, resource->id);
  if (is_space && !resource->priority)
    VD_PLAN_FIND(check->findings, NO_PRIORITY, path.text, resource->id);
}

void vd_plan_check_resources(struct vd_plan_check *check)
{
  for (size_t i = 0; i < check->plan->n_resources; i++)
    check_resource(check, i);
}

static void check_spaces(struct vd_plan_check *check)
{
  for (size_t i = 0; i < check->plan->n_resources; i++)
    if (check->plan->resources[i]->kind == VD__RESOURCE_KIND__RESOURCE_KIND_SPACE)
      return;
  VD_PLAN_FIND(check->findings, NO_SPACE, "preparation", "");
}

// ---- what stands in for sound, light and network ----

static const Vd__PlanRedundancy *stand_in_of(const Vd__Plan *plan, const char *zone, size_t *at)
{
  for (*at = 0; *at < plan->n_redundancy; (*at)++)
    if (strcmp(plan->redundancy[*at]->zone, zone) == 0)
      return plan->redundancy[*at];
  return NULL;
}

static bool has_talk(const struct vd_plan_check *check, const char *zone)
{
  const struct vd_plan_ids *ids = &check->sessions_by_zone;
  for (size_t i = vd_plan_ids_from(ids, zone); i < ids->count && strcmp(ids->items[i].id, zone) == 0; i++)
    if (check->plan->sessions[ids->items[i].at]->kind != VD__SESSION_KIND__SESSION_KIND_BREAK)
      return true;
  return false;
}

static void check_redundancy(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  for (size_t i = 0; i < plan->n_redundancy; i++)
    VD_PLAN_REFER(check, &check->zones, plan->redundancy[i]->zone, VD_NOUN_ZONE,
                  vd_plan_words("redundancy[%zu].zone", i).text);
  for (size_t i = 0; i < plan->n_zones; i++) {
    size_t at;
    const Vd__PlanRedundancy *stand_in = stand_in_of(plan, plan->zones[i]->id, &at);
    if (!has_talk(check, plan->zones[i]->id))
      continue;
    if (!stand_in) {
      VD_PLAN_FIND(check->findings, NO_STAND_IN, vd_plan_words("zones[%zu]", i).text, plan->zones[i]->id);
      continue;
    }
    struct vd_plan_words path = vd_plan_words("redundancy[%zu]", at);
    if (!is_said(stand_in->sound))
      VD_PLAN_FIND(check->findings, STAND_IN_SOUND, path.text, stand_in->zone);
    if (!is_said(stand_in->light))
      VD_PLAN_FIND(check->findings, STAND_IN_LIGHT, path.text, stand_in->zone);
    if (!is_said(stand_in->network))
      VD_PLAN_FIND(check->findings, STAND_IN_NETWORK, path.text, stand_in->zone);
  }
}

void vd_plan_check_materials(struct vd_plan_check *check)
{
  check_materials(check);
  check_suppliers(check);
  check_spaces(check);
  check_redundancy(check);
}
