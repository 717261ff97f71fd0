#include "daemon/core/zone.h"

#include <string.h>

#include "daemon/core/contingency.h"
#include "daemon/core/escalation.h"
#include "daemon/core/key.h"
#include "daemon/core/notice.h"
#include "daemon/core/suggestion.h"
#include "daemon/core/venue_internal.h"
#include "proto/text.h"

#define OPEN    VD__ZONE_STATUS__ZONE_STATUS_OPEN
#define CROWDED VD__ZONE_STATUS__ZONE_STATUS_CROWDED

// ---- finding ----

enum vd_err vd_zone_get(const struct vd_venue *venue, const char *id, const char *field, Vd__Zone **zone,
                        struct vd_refusal *refusal)
{
  *zone = VD_FIND(venue, ZONE, Zone, id);
  if (*zone && !(*zone)->retired)
    return VD_OK;
  const char *best = NULL;
  unsigned distance = UINT32_MAX;
  const Vd__Zone *other = NULL;
  while ((other = (Vd__Zone *)vd_fold_next(venue->fold, VD__KIND__KIND_ZONE, other ? other->id : NULL, "")))
    if (!other->retired)
      vd_nearest_consider(id, other->id, &best, &distance);
  enum vd_err err = vd_refuse(refusal, VD_ERR_UNKNOWN_ZONE, field, "%s", id);
  if (refusal && best)
    memcpy(refusal->nearest, best, strnlen(best, sizeof refusal->nearest - 1));
  return err;
}

const char *vd_zone_of(const struct vd_venue *venue, Vd__Kind kind, const char *id)
{
  const ProtobufCMessage *message = vd_fold_find(venue->fold, kind, id);
  if (!message)
    return NULL;
  switch (kind) {
  case VD__KIND__KIND_ZONE:
    return ((const Vd__Zone *)message)->id;
  case VD__KIND__KIND_INCIDENT:
    return ((const Vd__Incident *)message)->zone;
  case VD__KIND__KIND_TASK:
    return ((const Vd__Task *)message)->zone;
  case VD__KIND__KIND_SUPPLY:
    return ((const Vd__Supply *)message)->zone;
  case VD__KIND__KIND_BATCH:
    return vd_zone_of(venue, VD__KIND__KIND_SUPPLY, ((const Vd__Batch *)message)->supply);
  case VD__KIND__KIND_DEVICE:
    return ((const Vd__Device *)message)->zone;
  case VD__KIND__KIND_SESSION:
    return ((const Vd__Session *)message)->zone;
  case VD__KIND__KIND_LANE:
    return ((const Vd__Lane *)message)->zone;
  case VD__KIND__KIND_RESOURCE: // of the pool perhaps nowhere
    return *((const Vd__Resource *)message)->zone ? ((const Vd__Resource *)message)->zone : NULL;
  case VD__KIND__KIND_CONTINGENCY:
    return vd_contingency_zone((const Vd__Contingency *)message);
  case VD__KIND__KIND_SUGGESTION:
    return vd_zone_of(venue, VD__KIND__KIND_LANE, ((const Vd__Suggestion *)message)->lane);
  default:
    return NULL;
  }
}

// ---- what a count says ----

static bool is_open(const Vd__Zone *zone)
{
  return zone->status == OPEN || zone->status == VD__ZONE_STATUS__ZONE_STATUS_UNSPECIFIED;
}

static uint64_t held_by(const Vd__Zone *zone)
{
  return zone->tea_break ? zone->seats : zone->capacity;
}

// In hundredths of a person.
struct marks {
  uint64_t crowded_above, clear_below;
};

static struct marks marks_of(const struct vd_venue *venue, const Vd__Zone *zone)
{
  const Vd__Policy *policy = vd_policy(venue);
  uint64_t holds = held_by(zone);
  if (zone->full_by_plan)
    return (struct marks){holds * 100, holds * 100 + 1};
  uint64_t percent = zone->crowded_percent ? zone->crowded_percent : policy->crowded_percent;
  uint64_t gap = policy->crowded_percent > policy->crowded_clear_percent
                     ? policy->crowded_percent - policy->crowded_clear_percent
                     : 0;
  return (struct marks){holds * percent, holds * (percent > gap ? percent - gap : 1)};
}

// Does the count speak for the other of open and crowded?
static bool speaks_for_other(const struct vd_venue *venue, const Vd__Zone *zone)
{
  struct marks marks = marks_of(venue, zone);
  uint64_t people = (uint64_t)zone->people * 100;
  if (zone->people_at_ms == 0 || marks.crowded_above == 0 || vd_policy(venue)->manual_nodes)
    return false;
  if (zone->status == CROWDED)
    return people < marks.clear_below;
  return is_open(zone) && people > marks.crowded_above;
}

// ---- telling and calling ----

static Vd__Fact *tell(struct vd_act *act, enum vd_fact what, const Vd__Zone *zone)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (fact)
    vd_string_set(&fact->zone, zone->id);
  return fact;
}

static void add_why(Vd__Fact *fact, const char *word, uint64_t number)
{
  struct vd_key why = vd_key_of(word, ":", "");
  vd_key_add_number(&why, number);
  vd_strings_add(&fact->why, &fact->n_why, why.text);
}

static void tell_count(struct vd_act *act, enum vd_fact what, const Vd__Zone *zone)
{
  Vd__Fact *fact = tell(act, what, zone);
  if (!fact)
    return;
  add_why(fact, "people", zone->people);
  if (held_by(zone) > 0)
    add_why(fact, "holds", held_by(zone));
}

static struct vd_key subject_of(const Vd__Zone *zone)
{
  return vd_key_of("zone.", zone->id, "");
}

// The zone is touched. Whoever is called about a crowd is called by what follows from it.
static void set_status(struct vd_act *act, Vd__Zone *zone, Vd__ZoneStatus status, int64_t at_ms)
{
  bool was_crowded = zone->status == CROWDED;
  zone->status = status;
  zone->status_at_ms = at_ms;
  zone->crossing_at_ms = 0;
  if (status == CROWDED)
    vd_escalation_ask(act, subject_of(zone).text, zone->id, vd_policy(act->venue)->control,
                      VD__ALERT_WHY__ALERT_WHY_CROWDED);
  else if (was_crowded)
    vd_escalation_settle(act, subject_of(zone).text);
}

void vd_zone_retired(struct vd_act *act, Vd__Zone *zone)
{
  if (zone->status == CROWDED)
    set_status(act, zone, OPEN, act->now_ms);
}

// ---- time ----

int64_t vd_zone_next(const struct vd_venue *venue, const Vd__Zone *zone)
{
  const Vd__Policy *policy = vd_policy(venue);
  bool waits = zone->crossing_at_ms != 0 && !zone->retired && !policy->manual_nodes;
  return waits ? zone->crossing_at_ms + policy->crowded_after_ms : VD_NEVER;
}

void vd_zone_fire(struct vd_act *act, Vd__Zone *zone)
{
  vd_act_touch(act, VD__KIND__KIND_ZONE, &zone->base);
  if (!speaks_for_other(act->venue, zone)) { // another plan came meanwhile
    zone->crossing_at_ms = 0;
    return;
  }
  bool is_crowded = zone->status != CROWDED;
  tell_count(act, is_crowded ? VD_FACT_CROWDED : VD_FACT_EASED, zone);
  if (is_crowded)
    vd_node_did(act, VD__NODE__NODE_CROWDING, true);
  set_status(act, zone, is_crowded ? CROWDED : OPEN, act->now_ms);
}

// ---- the commands ----

// Nobody counts more than this, so whoever says it has mistyped.
static uint64_t most_people(const struct vd_venue *venue, const Vd__Zone *zone)
{
  enum { TIMES = 4, UNKNOWN = 1000000 };
  uint64_t holds = held_by(zone), come = vd_venue_event(venue)->participants;
  uint64_t most = TIMES * (holds > come ? holds : come);
  return most > 0 ? most : UNKNOWN;
}

enum vd_err vd_zone_count(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__CountZone *count = act->command->count_zone;
  int64_t at_ms = vd_act_acted_at(act);
  Vd__Zone *zone = NULL;
  enum vd_err err = vd_zone_get(act->venue, count->zone, "count_zone.zone", &zone, refusal);
  if (err != VD_OK)
    return err;
  if (at_ms < zone->people_at_ms)
    return vd_refuse(refusal, VD_ERR_OUT_OF_ORDER, "acted_at_ms", "%s was counted after that", zone->id);
  if (count->people > most_people(act->venue, zone))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "count_zone.people",
                     "at most %llu people, four times what may come",
                     (unsigned long long)most_people(act->venue, zone));
  vd_act_touch(act, VD__KIND__KIND_ZONE, &zone->base);
  zone->people = count->people;
  zone->estimated = count->estimated;
  zone->people_at_ms = at_ms;
  if (at_ms < zone->set_at_ms || !speaks_for_other(act->venue, zone))
    zone->crossing_at_ms = 0;
  else if (zone->crossing_at_ms == 0)
    zone->crossing_at_ms = act->now_ms; // what is told late may be over: there is time to count again
  tell_count(act, VD_FACT_ZONE_COUNTED, zone);
  return VD_OK;
}

static void tell_set(struct vd_act *act, const Vd__Zone *zone, Vd__ZoneStatus status)
{
  Vd__Fact *fact = tell(act, status == CROWDED ? VD_FACT_CROWDED : VD_FACT_ZONE_SET, zone);
  vd_string_set(&fact->text, vd_enum_name(&vd__zone_status__descriptor, (int)status));
}

void vd_zone_become(struct vd_act *act, Vd__Zone *zone, Vd__ZoneStatus status, int64_t at_ms)
{
  bool was_shut = zone->status > CROWDED;
  if (at_ms < zone->set_at_ms)
    at_ms = zone->set_at_ms;
  set_status(act, zone, status, at_ms);
  zone->set_at_ms = at_ms;
  if (status > CROWDED && !was_shut)
    vd_suggestion_zone_shut(act, zone->id);
  if (status > CROWDED) // people are led round it
    vd_notice_add(act, NULL, zone->id);
  else if (was_shut)
    vd_notice_take_out(act, zone);
}

// While a contingency converts it, people say no more than whether one can pass.
static bool is_held(const Vd__Zone *zone, Vd__ZoneStatus status)
{
  return *zone->contingency && status != VD__ZONE_STATUS__ZONE_STATUS_CONVERTING &&
         status != VD__ZONE_STATUS__ZONE_STATUS_CONVERTING_PASSABLE;
}

enum vd_err vd_zone_set(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__SetZone *set = act->command->set_zone;
  int64_t at_ms = vd_act_acted_at(act);
  Vd__Zone *zone = NULL;
  enum vd_err err = vd_zone_get(act->venue, set->zone, "set_zone.zone", &zone, refusal);
  if (err != VD_OK)
    return err;
  if (set->status == VD__ZONE_STATUS__ZONE_STATUS_UNSPECIFIED)
    return vd_refuse(refusal, VD_ERR_MISSING, "set_zone.status", "open, crowded, closed, converting ...");
  if (set->status == zone->status || (set->status == OPEN && is_open(zone)))
    return VD_OK;
  if (at_ms < zone->set_at_ms)
    return vd_refuse(refusal, VD_ERR_OUT_OF_ORDER, "acted_at_ms", "%s changed after that", zone->id);
  if (is_held(zone, set->status))
    return vd_refuse(refusal, VD_ERR_WRONG_STATE, "set_zone.status", "%s is being converted by %s", zone->id,
                     zone->contingency);
  vd_act_touch(act, VD__KIND__KIND_ZONE, &zone->base);
  tell_set(act, zone, set->status);
  if (set->status == CROWDED)
    vd_node_did(act, VD__NODE__NODE_CROWDING, false);
  vd_zone_become(act, zone, set->status, at_ms);
  return VD_OK;
}
