// What an entry of the plan becomes. Each returns a new heap message as the plan alone gives it.
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/message.h"
#include "proto/text.h"

#define NEW(Type, descriptor) ((Vd__##Type *)vd_message_new(&vd__##descriptor##__descriptor))

static Vd__Text *copy_text(const Vd__Text *text)
{
  return text ? (Vd__Text *)vd_message_copy(&text->base) : NULL;
}

static void copy_words(char ***to, size_t *to_count, char *const *from, size_t count)
{
  for (size_t i = 0; i < count; i++)
    vd_strings_add(to, to_count, from[i]);
}

Vd__Event *vd_plan_event_entity(const Vd__Plan *plan, const ProtobufCBinaryData *hash)
{
  const Vd__PlanEvent *planned = plan->event;
  Vd__Event *event = NEW(Event, event);
  vd_string_set(&event->id, "event");
  event->name = copy_text(planned->name);
  vd_string_set(&event->time_zone, planned->time_zone);
  event->utc_offset_ms = planned->utc_offset_ms;
  event->start_at_ms = planned->start_at_ms;
  event->doors_at_ms = planned->doors_at_ms;
  event->end_at_ms = planned->end_at_ms;
  event->participants = planned->participants;
  event->policy = (Vd__Policy *)vd_message_copy(&plan->policy->base);
  if (hash->len > 0) {
    event->plan_hash.data = vd_alloc(hash->len);
    memcpy(event->plan_hash.data, hash->data, hash->len);
    event->plan_hash.len = hash->len;
  }
  return event;
}

static void add_way(Vd__Zone *zone, const char *to, const Vd__PlanWay *planned)
{
  Vd__Way *way = NEW(Way, way);
  vd_string_set(&way->to, to);
  way->walk_ms = planned->walk_ms;
  way->step_free = planned->step_free;
  VD_REPEATED_ADD(zone->ways, zone->n_ways, way);
}

struct vd_plan_ways vd_plan_ways_of(const Vd__Plan *plan)
{
  struct vd_plan_ways ways = {.plan = plan};
  ways.lines.items = vd_alloc((2 * plan->n_ways + 1) * sizeof *ways.lines.items);
  for (size_t i = 0; i < plan->n_ways; i++) {
    const Vd__PlanWay *way = plan->ways[i];
    ways.lines.items[ways.lines.count++] = (struct vd_plan_id){way->from, i};
    if (!way->one_way && strcmp(way->from, way->to) != 0)
      ways.lines.items[ways.lines.count++] = (struct vd_plan_id){way->to, i};
  }
  vd_plan_ids_sort(&ways.lines);
  return ways;
}

void vd_plan_ways_finish(struct vd_plan_ways *ways)
{
  vd_plan_ids_finish(&ways->lines);
}

Vd__Zone *vd_plan_zone_entity(const struct vd_plan_ways *ways, const Vd__PlanZone *planned)
{
  Vd__Zone *zone = NEW(Zone, zone);
  vd_string_set(&zone->id, planned->id);
  zone->name = copy_text(planned->name);
  zone->outdoor = planned->outdoor;
  zone->step_free = planned->step_free;
  zone->capacity = planned->capacity;
  vd_string_set(&zone->backup, planned->backup);
  zone->tea_break = planned->tea_break;
  zone->seats = planned->seats;
  zone->crowded_percent = planned->crowded_percent;
  zone->full_by_plan = planned->full_by_plan;
  const struct vd_plan_ids *lines = &ways->lines;
  for (size_t i = vd_plan_ids_from(lines, planned->id);
       i < lines->count && strcmp(lines->items[i].id, planned->id) == 0; i++) {
    const Vd__PlanWay *way = ways->plan->ways[lines->items[i].at];
    bool is_forth = strcmp(way->from, planned->id) == 0;
    add_way(zone, is_forth ? way->to : way->from, way);
  }
  return zone;
}

Vd__Category *vd_plan_category_entity(const Vd__PlanCategory *planned)
{
  Vd__Category *category = NEW(Category, category);
  vd_string_set(&category->id, planned->id);
  category->name = copy_text(planned->name);
  category->family = planned->family;
  category->severity = planned->severity;
  copy_words(&category->skills, &category->n_skills, planned->skills, planned->n_skills);
  category->default_decision = copy_text(planned->default_decision);
  copy_words(&category->emergency_numbers, &category->n_emergency_numbers, planned->emergency_numbers,
             planned->n_emergency_numbers);
  category->respond_limit_ms = planned->respond_limit_ms;
  category->decide_limit_ms = planned->decide_limit_ms;
  category->land_limit_ms = planned->land_limit_ms;
  return category;
}

Vd__Page *vd_plan_page_entity(const Vd__PlanCategory *category, const Vd__PlanPage *planned)
{
  Vd__Page *page = NEW(Page, page);
  const char *language = vd_enum_name(&vd__language__descriptor, (int)planned->language);
  vd_string_set(&page->id, vd_plan_words("%s.%s", category->id, language ? language : "").text);
  vd_string_set(&page->category, category->id);
  page->language = planned->language;
  vd_string_set(&page->title, planned->title);
  copy_words(&page->steps, &page->n_steps, planned->steps, planned->n_steps);
  return page;
}

Vd__Team *vd_plan_team_entity(const Vd__PlanTeam *planned)
{
  Vd__Team *team = NEW(Team, team);
  vd_string_set(&team->id, planned->id);
  team->name = copy_text(planned->name);
  vd_string_set(&team->lead, planned->lead);
  return team;
}

Vd__Post *vd_plan_post_entity(const Vd__PlanPost *planned)
{
  Vd__Post *post = NEW(Post, post);
  vd_string_set(&post->id, planned->id);
  post->name = copy_text(planned->name);
  vd_string_set(&post->team, planned->team);
  return post;
}

Vd__Device *vd_plan_device_entity(const Vd__PlanDevice *planned)
{
  Vd__Device *device = NEW(Device, device);
  vd_string_set(&device->id, planned->id);
  device->name = copy_text(planned->name);
  vd_string_set(&device->zone, planned->zone);
  vd_string_set(&device->category, planned->category);
  device->heartbeat_ms = planned->heartbeat_ms;
  for (size_t i = 0; i < planned->n_thresholds; i++)
    VD_REPEATED_ADD(device->thresholds, device->n_thresholds, vd_message_copy(&planned->thresholds[i]->base));
  vd_string_set(&device->partner, planned->partner);
  vd_string_set(&device->spare, planned->spare);
  for (size_t i = 0; i < planned->n_windows; i++)
    VD_REPEATED_ADD(device->windows, device->n_windows, vd_message_copy(&planned->windows[i]->base));
  return device;
}

Vd__Supply *vd_plan_supply_entity(const Vd__PlanSupply *planned)
{
  Vd__Supply *supply = NEW(Supply, supply);
  vd_string_set(&supply->id, planned->id);
  supply->name = copy_text(planned->name);
  vd_string_set(&supply->zone, planned->zone);
  supply->unit = copy_text(planned->unit);
  supply->par = planned->par;
  supply->holding_ms = planned->holding_ms;
  supply->lead_ms = planned->lead_ms;
  copy_words(&supply->allergens, &supply->n_allergens, planned->allergens, planned->n_allergens);
  vd_string_set(&supply->team, planned->team);
  supply->burn_idle = supply->rate_idle = planned->burn_idle;
  supply->burn_break = supply->rate_break = planned->burn_break;
  supply->batches = (uint32_t)planned->n_batches;
  return supply;
}

Vd__Batch *vd_plan_batch_entity(const Vd__PlanSupply *supply, size_t at, uint32_t index)
{
  const Vd__PlanBatch *planned = supply->batches[at];
  Vd__Batch *batch = NEW(Batch, batch);
  vd_string_set(&batch->id, vd_plan_words("%s.b%u", supply->id, (unsigned)index).text);
  vd_string_set(&batch->supply, supply->id);
  batch->index = index;
  vd_string_set(&batch->session, planned->session);
  batch->planned_at_ms = planned->planned_at_ms;
  batch->quantity = planned->quantity;
  batch->state = VD__BATCH_STATE__BATCH_STATE_PLANNED;
  return batch;
}

// A reserve lane waits closed; the others are open with the desks planned.
Vd__Lane *vd_plan_lane_entity(const Vd__PlanLane *planned)
{
  Vd__Lane *lane = NEW(Lane, lane);
  vd_string_set(&lane->id, planned->id);
  lane->name = copy_text(planned->name);
  vd_string_set(&lane->zone, planned->zone);
  lane->kind = planned->kind;
  lane->service_ms = planned->service_ms;
  lane->staff = planned->staff;
  vd_string_set(&lane->team, planned->team);
  lane->reserve = planned->reserve;
  lane->state = planned->reserve ? VD__LANE_STATE__LANE_STATE_CLOSED : VD__LANE_STATE__LANE_STATE_OPEN;
  lane->desks = planned->reserve ? 0 : planned->staff;
  return lane;
}

Vd__Resource *vd_plan_resource_entity(const Vd__PlanResource *planned)
{
  Vd__Resource *resource = NEW(Resource, resource);
  vd_string_set(&resource->id, planned->id);
  resource->name = copy_text(planned->name);
  resource->kind = planned->kind;
  vd_string_set(&resource->zone, planned->zone);
  resource->count = planned->count;
  resource->eta_ms = planned->eta_ms;
  vd_string_set(&resource->contact, planned->contact);
  vd_string_set(&resource->post, planned->post);
  copy_words(&resource->categories, &resource->n_categories, planned->categories, planned->n_categories);
  resource->trade = planned->trade;
  vd_string_set(&resource->city, planned->city);
  resource->priority = planned->priority;
  return resource;
}

Vd__Session *vd_plan_session_entity(const Vd__PlanSession *planned)
{
  Vd__Session *session = NEW(Session, session);
  vd_string_set(&session->id, planned->id);
  session->title = copy_text(planned->title);
  vd_string_set(&session->zone, planned->zone);
  session->kind = planned->kind;
  session->dense = planned->dense;
  session->audience = planned->audience;
  session->start_at_ms = session->planned_start_at_ms = planned->start_at_ms;
  session->end_at_ms = session->planned_end_at_ms = planned->end_at_ms;
  session->state = VD__SESSION_STATE__SESSION_STATE_PLANNED;
  vd_string_set(&session->uid, planned->uid);
  return session;
}

Vd__Crew *vd_plan_crew_entity(const Vd__Plan *plan, size_t at)
{
  const Vd__PlanCrew *planned = plan->crews[at];
  Vd__Crew *crew = NEW(Crew, crew);
  vd_string_set(&crew->id, planned->id);
  crew->name = copy_text(planned->name);
  vd_string_set(&crew->call_sign, planned->call_sign);
  copy_words(&crew->posts, &crew->n_posts, planned->posts, planned->n_posts);
  copy_words(&crew->skills, &crew->n_skills, planned->skills, planned->n_skills);
  for (size_t i = 0; i < planned->n_shifts; i++)
    VD_REPEATED_ADD(crew->shifts, crew->n_shifts, vd_message_copy(&planned->shifts[i]->base));
  copy_words(&crew->zones, &crew->n_zones, planned->zones, planned->n_zones);
  crew->has_phone = planned->has_phone;
  crew->has_radio = planned->has_radio;
  vd_string_set(&crew->contact, planned->contact);
  vd_string_set(&crew->home, planned->home);
  crew->rank = (uint32_t)at;
  return crew;
}
