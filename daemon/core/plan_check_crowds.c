// What zones hold: seats for the tea break, marks of a crowd, the zone that takes over.
#include <string.h>

#include "daemon/core/plan_internal.h"

static void check_zone(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanZone *zone = check->plan->zones[at];
  if (*zone->backup) {
    struct vd_plan_words path = vd_plan_words("zones[%zu].backup", at);
    VD_PLAN_REFER(check, &check->zones, zone->backup, VD_NOUN_ZONE, path.text);
    if (strcmp(zone->backup, zone->id) == 0)
      VD_PLAN_FIND(check->findings, BACKUP_IS_ITSELF, path.text, zone->id);
  }
  if (zone->crowded_percent > 100)
    VD_PLAN_FIND(check->findings, NUMBER_RANGE, vd_plan_words("zones[%zu].crowded_percent", at).text,
                 vd_plan_words("%u", (unsigned)zone->crowded_percent).text, "1", "100");
  if (zone->tea_break && zone->seats == 0)
    VD_PLAN_FIND(check->findings, TEA_ZONE_NO_SEATS, vd_plan_words("zones[%zu]", at).text, zone->id);
}

// Standard §3, 茶歇區容量模型. An event without a tea break has no zone for one.
static void check_tea_seats(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  uint64_t seats = 0;
  size_t first = SIZE_MAX;
  for (size_t i = 0; i < plan->n_zones; i++) {
    if (!plan->zones[i]->tea_break)
      continue;
    seats += plan->zones[i]->seats;
    first = first == SIZE_MAX ? i : first;
  }
  uint64_t percent = plan->policy->tea_seats_percent, people = plan->event->participants;
  if (first == SIZE_MAX || seats * 100 >= people * percent)
    return;
  uint64_t needed = (people * percent + 99) / 100;
  VD_PLAN_FIND(check->findings, TEA_SEATS_FEW, vd_plan_words("zones[%zu]", first).text,
               vd_plan_words("%llu seats", (unsigned long long)seats).text,
               vd_plan_words("%llu", (unsigned long long)seats).text,
               vd_plan_words("%llu", (unsigned long long)people).text,
               vd_plan_words("%llu", (unsigned long long)percent).text,
               vd_plan_words("%llu", (unsigned long long)needed).text);
}

static void check_leads(struct vd_plan_check *check)
{
  for (size_t i = 0; i < check->plan->n_teams; i++)
    if (*check->plan->teams[i]->lead)
      VD_PLAN_REFER(check, &check->posts, check->plan->teams[i]->lead, VD_NOUN_POST,
                    vd_plan_words("teams[%zu].lead", i).text);
}

void vd_plan_check_crowds(struct vd_plan_check *check)
{
  for (size_t i = 0; i < check->plan->n_zones; i++)
    check_zone(check, i);
  check_tea_seats(check);
  check_leads(check);
}
