// The zones of a conversion: what they are while it goes on, after it, and after an abort.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/contingency_internal.h"
#include "daemon/core/notice.h"
#include "daemon/core/zone.h"

enum { CONVERSIONS_MAX = 8 };

// Those that are left, then those that take over; those that the plan has taken out meanwhile are left alone.
struct conversions {
  struct {
    const Vd__Conversion *of;
    Vd__Zone *zone;
  } items[CONVERSIONS_MAX];
  size_t count;
};

static void add(const struct vd_venue *venue, struct conversions *all, const Vd__Conversion *conversion)
{
  Vd__Zone *zone = VD_FIND(venue, ZONE, Zone, conversion->zone);
  if (!zone || all->count == CONVERSIONS_MAX)
    return;
  all->items[all->count].of = conversion;
  all->items[all->count++].zone = zone;
}

static struct conversions conversions_of(const struct vd_venue *venue, const Vd__Contingency *contingency)
{
  struct conversions all = {.count = 0};
  for (size_t i = 0; !contingency->exercise && i < contingency->n_from; i++)
    add(venue, &all, contingency->from[i]);
  for (size_t i = 0; !contingency->exercise && i < contingency->n_to; i++)
    add(venue, &all, contingency->to[i]);
  return all;
}

enum vd_err vd_contingency_check_zones(const struct vd_venue *venue, const Vd__Contingency *contingency,
                                       const char *field, struct vd_refusal *refusal)
{
  struct conversions all = conversions_of(venue, contingency);
  for (size_t i = 0; i < all.count; i++) {
    const Vd__Zone *zone = all.items[i].zone;
    if (zone->retired)
      return vd_refuse(refusal, VD_ERR_WRONG_STATE, field, "%s is out of the plan", zone->id);
    if (*zone->contingency)
      return vd_refuse(refusal, VD_ERR_WRONG_STATE, field, "%s is being converted by %s", zone->id,
                       zone->contingency);
  }
  return VD_OK;
}

bool vd_contingency_is_converted(const struct vd_venue *venue, const Vd__Contingency *contingency)
{
  struct conversions all = conversions_of(venue, contingency);
  for (size_t i = 0; i < all.count; i++) {
    bool is_shut = all.items[i].zone->status > VD__ZONE_STATUS__ZONE_STATUS_CROWDED;
    if (is_shut != (all.items[i].of->after == VD__ZONE_STATUS__ZONE_STATUS_CLOSED))
      return false;
  }
  return all.count > 0;
}

static void remember(Vd__Contingency *contingency, const struct conversions *all)
{
  for (size_t i = 0; i < contingency->n_before; i++)
    vd__zone_before__free_unpacked(contingency->before[i], NULL);
  free(contingency->before);
  contingency->before = NULL;
  contingency->n_before = 0;
  for (size_t i = 0; i < all->count; i++) {
    Vd__ZoneBefore *before = (Vd__ZoneBefore *)vd_message_new(&vd__zone_before__descriptor);
    vd_string_set(&before->zone, all->items[i].zone->id);
    before->status = all->items[i].zone->status;
    VD_REPEATED_ADD(contingency->before, contingency->n_before, before);
  }
}

void vd_contingency_convert(struct vd_act *act, Vd__Contingency *contingency)
{
  struct conversions all = conversions_of(act->venue, contingency);
  remember(contingency, &all);
  for (size_t i = 0; i < all.count; i++) {
    Vd__Zone *zone = all.items[i].zone;
    vd_act_touch(act, VD__KIND__KIND_ZONE, &zone->base);
    vd_string_set(&zone->contingency, contingency->id);
    vd_zone_become(act, zone,
                   all.items[i].of->passage ? VD__ZONE_STATUS__ZONE_STATUS_CONVERTING_PASSABLE
                                            : VD__ZONE_STATUS__ZONE_STATUS_CONVERTING,
                   vd_act_acted_at(act));
  }
  if (all.count > 0)
    vd_notice_add_contingency(act, contingency->id);
}

void vd_contingency_converted(struct vd_act *act, Vd__Contingency *contingency, int64_t at_ms)
{
  struct conversions all = conversions_of(act->venue, contingency);
  for (size_t i = 0; i < all.count; i++) {
    Vd__Zone *zone = all.items[i].zone;
    vd_act_touch(act, VD__KIND__KIND_ZONE, &zone->base);
    vd_string_set(&zone->contingency, "");
    vd_zone_become(act, zone, all.items[i].of->after, at_ms);
  }
}

void vd_contingency_restore(struct vd_act *act, Vd__Contingency *contingency)
{
  vd_notice_take_contingency_out(act, contingency->id);
  for (size_t i = 0; i < contingency->n_before; i++) {
    const Vd__ZoneBefore *before = contingency->before[i];
    Vd__Zone *zone = VD_FIND(act->venue, ZONE, Zone, before->zone);
    if (!zone || strcmp(zone->contingency, contingency->id) != 0)
      continue;
    vd_act_touch(act, VD__KIND__KIND_ZONE, &zone->base);
    vd_string_set(&zone->contingency, "");
    vd_zone_become(act, zone,
                   before->status == VD__ZONE_STATUS__ZONE_STATUS_UNSPECIFIED
                       ? VD__ZONE_STATUS__ZONE_STATUS_OPEN
                       : before->status,
                   vd_act_acted_at(act));
  }
}
