// What a recommendation offers where own means run out or come too late, and why.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/dispatch.h"
#include "daemon/core/incident.h"
#include "daemon/core/key.h"
#include "daemon/core/resource.h"
#include "daemon/core/venue_internal.h"

// ---- words ----

static void say(char ***words, size_t *count, const char *word, const char *of)
{
  vd_strings_add(words, count, vd_key_of(word, of, "").text);
}

static void say_number(char ***words, size_t *count, const char *word, uint64_t number, const char *unit)
{
  struct vd_key said = vd_key_of(word, "", "");
  vd_key_add_number(&said, number);
  vd_key_add(&said, unit);
  vd_strings_add(words, count, said.text);
}

// ---- why own means do not do ----

struct search {
  struct vd_venue *venue;
  const Vd__Incident *incident;
  int64_t now_ms;
  Vd__Recommendation *out;
};

// What is left of a limit of the attempt under way; VD_NEVER where it runs no more.
static int64_t left_of(const struct search *search, const char *step)
{
  const Vd__Attempt *attempt = vd_incident_attempt(search->venue, search->incident);
  const Vd__Deadline *deadline =
      attempt ? VD_FIND(search->venue, DEADLINE, Deadline, vd_key_of(attempt->id, ".", step).text) : NULL;
  if (!deadline || deadline->outcome != VD__OUTCOME__OUTCOME_RUNNING)
    return VD_NEVER;
  return deadline->due_at_ms > search->now_ms ? deadline->due_at_ms - search->now_ms : 0;
}

static void say_need(struct search *search, const char *word, const char *of)
{
  say(&search->out->needs, &search->out->n_needs, word, of);
}

static void say_late(struct search *search, const char *word, int64_t late_ms)
{
  say_number(&search->out->needs, &search->out->n_needs, word, (uint64_t)(late_ms + 999) / 1000, "s");
}

// Until somebody has taken it up, people are what it needs.
static void need_crew(struct search *search, const struct vd_own_crew *crew)
{
  bool is_taken =
      search->incident->state != VD__INCIDENT_STATE__INCIDENT_STATE_OPEN || *search->incident->holder != '\0';
  int64_t left_ms = left_of(search, "respond");
  if (is_taken)
    return;
  if (!crew->has_suitable)
    say_need(search, "nobody-suitable", "");
  else if (!crew->has_free)
    say_need(search, "all-busy", "");
  else if (crew->walk_ms != VD_NEVER && left_ms != VD_NEVER && crew->walk_ms > left_ms)
    say_late(search, "crew-late:", crew->walk_ms - left_ms);
}

static bool is_out(const Vd__Device *device)
{
  return !device || device->retired || device->state == VD__DEVICE_STATE__DEVICE_STATE_FAULT ||
         device->state == VD__DEVICE_STATE__DEVICE_STATE_MAINTENANCE;
}

// A device that failed needs what stands in for it, before the limit to land.
static void need_stand_in(struct search *search)
{
  const Vd__Device *device = VD_FIND(search->venue, DEVICE, Device, search->incident->device);
  int64_t left_ms = left_of(search, "land");
  if (!device || left_ms == VD_NEVER)
    return;
  bool has_partner = *device->partner != '\0';
  if (has_partner && !is_out(VD_FIND(search->venue, DEVICE, Device, device->partner)))
    return;
  if (*device->spare == '\0') {
    say_need(search, has_partner ? "partner-down:" : "no-stand-in", has_partner ? device->partner : "");
    return;
  }
  int64_t walk_ms = vd_walk_ms(search->venue, device->spare, device->zone);
  if (walk_ms != VD_NEVER && walk_ms > left_ms)
    say_late(search, "spare-late:", walk_ms - left_ms);
}

// ---- what could be used ----

struct option {
  const Vd__Resource *resource;
  uint32_t free;
  int64_t eta_ms; // VD_NEVER: not known
};

static bool helps_with(const Vd__Resource *resource, const char *category)
{
  for (size_t i = 0; i < resource->n_categories; i++)
    if (strcmp(resource->categories[i], category) == 0)
      return true;
  return resource->n_categories == 0;
}

static int64_t eta_of(struct search *search, const Vd__Resource *resource)
{
  if (resource->eta_ms > 0)
    return resource->eta_ms;
  return vd_walk_ms(search->venue, resource->zone, search->incident->zone);
}

static bool is_before(const struct option *a, const struct option *b)
{
  if ((a->free > 0) != (b->free > 0))
    return a->free > 0;
  return a->eta_ms != b->eta_ms ? a->eta_ms < b->eta_ms : false; // among equals the plan's ids decide
}

static size_t rank(struct option *best, size_t count, struct option option)
{
  size_t at = count;
  while (at > 0 && is_before(&option, &best[at - 1]))
    at--;
  if (at == VD_RESOURCES_OFFERED_MAX)
    return count;
  count += count < VD_RESOURCES_OFFERED_MAX;
  memmove(&best[at + 1], &best[at], (count - 1 - at) * sizeof *best);
  best[at] = option;
  return count;
}

static bool is_shut(const struct vd_venue *venue, const char *id)
{
  const Vd__Zone *zone = VD_FIND(venue, ZONE, Zone, id);
  return zone && zone->status > VD__ZONE_STATUS__ZONE_STATUS_CROWDED;
}

static Vd__ResourceOption *option_new(struct search *search, const struct option *ranked)
{
  const Vd__Resource *resource = ranked->resource;
  int64_t left_ms = left_of(search, "land");
  Vd__ResourceOption *option = (Vd__ResourceOption *)vd_message_new(&vd__resource_option__descriptor);
  vd_string_set(&option->resource, resource->id);
  option->free = ranked->free;
  option->eta_ms = ranked->eta_ms == VD_NEVER ? 0 : ranked->eta_ms;
  vd_string_set(&option->post, resource->post);
  vd_string_set(&option->contact, resource->contact);
  if (ranked->free > 0)
    say_number(&option->reasons, &option->n_reasons, "free:", ranked->free, "");
  else
    say(&option->reasons, &option->n_reasons, "none-left", "");
  if (ranked->eta_ms == VD_NEVER)
    say(&option->reasons, &option->n_reasons, "eta:unknown", "");
  else
    say_number(&option->reasons, &option->n_reasons, "eta:", (uint64_t)ranked->eta_ms / 1000, "s");
  if (ranked->eta_ms != VD_NEVER && left_ms != VD_NEVER && ranked->eta_ms > left_ms)
    say_number(&option->reasons, &option->n_reasons,
               "after-limit:", (uint64_t)(ranked->eta_ms - left_ms + 999) / 1000, "s");
  if (resource->priority)
    say(&option->reasons, &option->n_reasons, "priority-right", "");
  if (*resource->zone && is_shut(search->venue, resource->zone))
    say(&option->reasons, &option->n_reasons, "zone-shut:", resource->zone);
  return option;
}

void vd_resource_recommend(struct vd_venue *venue, const Vd__Incident *incident,
                           const struct vd_own_crew *crew, int64_t now_ms, Vd__Recommendation *recommendation)
{
  struct search search = {venue, incident, now_ms, recommendation};
  need_crew(&search, crew);
  need_stand_in(&search);
  if (recommendation->n_needs == 0)
    return;
  struct option best[VD_RESOURCES_OFFERED_MAX];
  size_t count = 0;
  VD_FOLD_EACH (venue->fold, RESOURCE, Resource, resource)
    if (!resource->retired && helps_with(resource, incident->category))
      count =
          rank(best, count, (struct option){resource, vd_resource_free(resource), eta_of(&search, resource)});
  for (size_t i = 0; i < count; i++)
    VD_REPEATED_ADD(recommendation->resources, recommendation->n_resources, option_new(&search, &best[i]));
}
