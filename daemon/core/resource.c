// A resource is taken, and comes back.
#include "daemon/core/resource.h"

#include <string.h>

#include "daemon/core/incident.h"
#include "daemon/core/key.h"
#include "daemon/core/venue_internal.h"
#include "proto/text.h"

// ---- finding ----

static enum vd_err get(const struct vd_venue *venue, const char *id, const char *field,
                       Vd__Resource **resource, struct vd_refusal *refusal)
{
  *resource = VD_FIND(venue, RESOURCE, Resource, id);
  if (*resource && (!(*resource)->retired || (*resource)->in_use > 0))
    return VD_OK;
  const char *best = NULL;
  unsigned distance = UINT32_MAX;
  VD_FOLD_EACH (venue->fold, RESOURCE, Resource, other)
    if (!other->retired)
      vd_nearest_consider(id, other->id, &best, &distance);
  enum vd_err err = vd_refuse(refusal, VD_ERR_UNKNOWN_RESOURCE, field, "%s", id);
  if (refusal && best)
    memcpy(refusal->nearest, best, strnlen(best, sizeof refusal->nearest - 1));
  return err;
}

uint32_t vd_resource_free(const Vd__Resource *resource)
{
  return !resource->retired && resource->count > resource->in_use ? resource->count - resource->in_use : 0;
}

// ---- what is told ----

static void add_why(Vd__Fact *fact, const char *word, uint64_t number)
{
  struct vd_key why = vd_key_of(word, "", "");
  vd_key_add_number(&why, number);
  vd_strings_add(&fact->why, &fact->n_why, why.text);
}

static void tell(struct vd_act *act, enum vd_fact what, const Vd__Resource *resource, uint32_t count,
                 uint64_t incident)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return;
  vd_string_set(&fact->text, resource->id);
  vd_string_set(&fact->zone, resource->zone);
  fact->incident = incident;
  add_why(fact, "count:", count);
  add_why(fact, "free:", vd_resource_free(resource));
}

// ---- the commands ----

static enum vd_err check_incident(const struct vd_venue *venue, uint64_t number, struct vd_refusal *refusal)
{
  const Vd__Incident *incident = number ? vd_incident_find(venue, number) : NULL;
  if (number && !incident)
    return vd_refuse(refusal, VD_ERR_UNKNOWN_INCIDENT, "resource_use.incident", "there is no #%llu",
                     (unsigned long long)number);
  if (incident && incident->drill != 0)
    return vd_refuse(refusal, VD_ERR_OUTSIDE_DRILL, "resource_use.incident", "a drill uses nothing up");
  if (incident && !vd_incident_is_open(incident))
    return vd_refuse(refusal, VD_ERR_INCIDENT_ENDED, "resource_use.incident", "#%llu",
                     (unsigned long long)number);
  return VD_OK;
}

enum vd_err vd_resource_use(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__ResourceUse *use = act->command->resource_use;
  uint32_t count = use->count ? use->count : 1;
  Vd__Resource *resource = NULL;
  enum vd_err err = get(act->venue, use->resource, "resource_use.resource", &resource, refusal);
  if (err == VD_OK)
    err = check_incident(act->venue, use->incident, refusal);
  if (err != VD_OK)
    return err;
  if (count > vd_resource_free(resource))
    return vd_refuse(refusal, VD_ERR_NONE_LEFT, "resource_use.count", "%u free, %u asked for",
                     (unsigned)vd_resource_free(resource), (unsigned)count);
  vd_act_touch(act, VD__KIND__KIND_RESOURCE, &resource->base);
  resource->in_use += count;
  resource->used_at_ms = vd_act_acted_at(act);
  resource->used_for = use->incident;
  vd_string_set(&resource->used_by, vd_act_by(act));
  reply->number = use->incident;
  tell(act, VD_FACT_RESOURCE_USED, resource, count, use->incident);
  return VD_OK;
}

enum vd_err vd_resource_return(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__ResourceReturn *back = act->command->resource_return;
  Vd__Resource *resource = NULL;
  enum vd_err err = get(act->venue, back->resource, "resource_return.resource", &resource, refusal);
  if (err != VD_OK)
    return err;
  if (resource->in_use == 0)
    return vd_refuse(refusal, VD_ERR_WRONG_STATE, "resource_return.resource", "none of it is in use");
  uint32_t count = back->count ? back->count : resource->in_use;
  if (count > resource->in_use)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "resource_return.count", "only %u in use",
                     (unsigned)resource->in_use);
  if (vd_act_acted_at(act) < resource->used_at_ms)
    return vd_refuse(refusal, VD_ERR_OUT_OF_ORDER, "acted_at_ms", "%s changed after that", resource->id);
  vd_act_touch(act, VD__KIND__KIND_RESOURCE, &resource->base);
  uint64_t incident = resource->used_for;
  resource->in_use -= count;
  resource->returned_at_ms = vd_act_acted_at(act);
  if (resource->in_use == 0)
    resource->used_for = 0;
  tell(act, VD_FACT_RESOURCE_RETURNED, resource, count, incident);
  return VD_OK;
}
