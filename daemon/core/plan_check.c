// Everything that can be wrong with a plan by itself. Here: what every entry must be (text, ids, sizes); the
// stories of policy, coverage, zones, crews and handbook are files of their own.
#include <assert.h>
#include <string.h>

#include "daemon/core/alert.h"
#include "daemon/core/plan_internal.h"
#include "proto/check.h"
#include "proto/details.h"
#include "proto/message.h"

// ---- text, values and counts: the one table of proto/check.h ----

static enum vd_plan_sentence sentence_of(enum vd_err err)
{
  switch (err) {
  case VD_ERR_BAD_TEXT:
  case VD_ERR_TEXT_TOO_LONG:
    return VD_SAY_TEXT_FAULT;
  case VD_ERR_TOO_MANY:
    return VD_SAY_COUNT_FAULT;
  default:
    return VD_SAY_VALUE_FAULT;
  }
}

static void say_fault(struct vd_plan_check *check, enum vd_err err, const struct vd_refusal *refusal,
                      const char *path)
{
  bool has_both = *path != '\0' && refusal->field[0] != '\0';
  struct vd_plan_words whole = vd_plan_words("%s%s%s", path, has_both ? "." : "", refusal->field);
  struct vd_buffer said = {0};
  vd_refusal_sentence(&said, err, refusal->detail, check->findings->language);
  vd_buffer_append(&said, "", 1);
  VD_PLAN_SAY(check->findings, sentence_of(err), whole.text, "", (char *)said.data);
  vd_buffer_finish(&said);
}

static bool check_message(struct vd_plan_check *check, const ProtobufCMessage *message, const char *path)
{
  struct vd_refusal refusal = {0};
  enum vd_err err = vd_check_message(message, &refusal);
  if (err != VD_OK)
    say_fault(check, err, &refusal, path);
  return err == VD_OK;
}

static bool check_messages(struct vd_plan_check *check, ProtobufCMessage *const *entries, size_t count,
                           const char *field)
{
  bool is_clean = true;
  for (size_t i = 0; i < count; i++) {
    struct vd_refusal refusal = {0};
    enum vd_err err = vd_check_message(entries[i], &refusal);
    if (err != VD_OK)
      say_fault(check, err, &refusal, vd_plan_words("%s[%zu]", field, i).text);
    is_clean &= err == VD_OK;
  }
  return is_clean;
}
#define CHECK_MESSAGES(check, field)                                                                         \
  check_messages((check), (ProtobufCMessage *const *)(check)->plan->field, (check)->plan->n_##field, #field)

// Entry by entry, so that each has its say; only then the whole, for the numbers of entries.
static bool check_text(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  bool is_clean = check_message(check, &plan->event->base, "event");
  is_clean &= check_message(check, &plan->policy->base, "policy");
  is_clean &= CHECK_MESSAGES(check, zones);
  is_clean &= CHECK_MESSAGES(check, ways);
  is_clean &= CHECK_MESSAGES(check, teams);
  is_clean &= CHECK_MESSAGES(check, posts);
  is_clean &= CHECK_MESSAGES(check, crews);
  is_clean &= CHECK_MESSAGES(check, categories);
  is_clean &= CHECK_MESSAGES(check, sessions);
  is_clean &= CHECK_MESSAGES(check, devices);
  is_clean &= CHECK_MESSAGES(check, supplies);
  is_clean &= CHECK_MESSAGES(check, lanes);
  is_clean &= CHECK_MESSAGES(check, contingencies);
  is_clean &= !plan->preparation || check_message(check, &plan->preparation->base, "preparation");
  is_clean &= CHECK_MESSAGES(check, materials);
  is_clean &= CHECK_MESSAGES(check, suppliers);
  is_clean &= CHECK_MESSAGES(check, resources);
  is_clean &= CHECK_MESSAGES(check, displays);
  is_clean &= CHECK_MESSAGES(check, redundancy);
  return is_clean && check_message(check, &plan->base, "");
}

// ---- ids ----

static void check_ids(struct vd_plan_check *check, const struct vd_plan_ids *ids, const char *field)
{
  for (size_t i = 0; i < ids->count; i++) {
    const struct vd_plan_id *item = &ids->items[i];
    if (!vd_word_is_valid(item->id))
      VD_PLAN_FIND(check->findings, NO_ID, vd_plan_words("%s[%zu].id", field, item->at).text, item->id);
    else if (i > 0 && strcmp(item->id, item[-1].id) == 0)
      VD_PLAN_FIND(check->findings, ID_TWICE, vd_plan_words("%s[%zu].id", field, item->at).text, item->id,
                   field, vd_plan_words("%zu", item[-1].at + 1).text);
  }
}

// Nothing names those.
#define CHECK_OWN_IDS(check, field)                                                                          \
  do {                                                                                                       \
    struct vd_plan_ids ids = VD_PLAN_IDS((check)->plan, field);                                              \
    check_ids((check), &ids, #field);                                                                        \
    vd_plan_ids_finish(&ids);                                                                                \
  } while (0)

static void check_prepared_ids(struct vd_plan_check *check)
{
  CHECK_OWN_IDS(check, materials);
  CHECK_OWN_IDS(check, suppliers);
  CHECK_OWN_IDS(check, resources);
  CHECK_OWN_IDS(check, displays);
}

// Words that would be mistaken for somebody else: threads of no person, shares of no team.
static void check_reserved(struct vd_plan_check *check)
{
  static const char *const no_crew[] = {VD_ALERT_CONTROL_ROOM, VD_ALERT_LAST_RESORT};
  static const char *const no_team[] = {"detection", "unowned"};
  const Vd__Plan *plan = check->plan;
  for (size_t i = 0; i < plan->n_crews; i++)
    for (size_t j = 0; j < 2; j++)
      if (strcmp(plan->crews[i]->id, no_crew[j]) == 0)
        VD_PLAN_FIND(check->findings, RESERVED_CREW, vd_plan_words("crews[%zu].id", i).text, no_crew[j]);
  for (size_t i = 0; i < plan->n_teams; i++)
    for (size_t j = 0; j < 2; j++)
      if (strcmp(plan->teams[i]->id, no_team[j]) == 0)
        VD_PLAN_FIND(check->findings, RESERVED_TEAM, vd_plan_words("teams[%zu].id", i).text, no_team[j]);
}

void vd_plan_say_dangling(struct vd_plan_check *check, const struct vd_plan_ids *ids, const char *id,
                          enum vd_plan_noun what, const char *path)
{
  if (check->findings->errors >= VD_PLAN_FINDINGS_MAX) { // the nearest name is for reading only
    check->findings->errors++;
    return;
  }
  const char *nearest = NULL;
  unsigned distance = UINT32_MAX;
  for (size_t i = 0; i < ids->count; i++)
    vd_nearest_consider(id, ids->items[i].id, &nearest, &distance);
  VD_PLAN_SAY(check->findings, nearest ? VD_SAY_NO_SUCH_NEAR : VD_SAY_NO_SUCH, path, id,
              vd_plan_noun(check->findings->language, what), nearest ? nearest : "");
}

static void check_posts(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  for (size_t i = 0; i < plan->n_posts; i++)
    VD_PLAN_REFER(check, &check->teams, plan->posts[i]->team, VD_NOUN_TEAM,
                  vd_plan_words("posts[%zu].team", i).text);
}

// ---- sizes ----

// Takes the entity, of which `growth` is kept free for what the running event adds.
static void check_size(struct vd_plan_check *check, ProtobufCMessage *entity, size_t growth,
                       const char *field, size_t at)
{
  size_t size = protobuf_c_message_get_packed_size(entity), most = VD_ENTITY_MAX - growth;
  protobuf_c_message_free_unpacked(entity, NULL);
  if (size > most)
    VD_PLAN_FIND(check->findings, ENTITY_SIZE, vd_plan_words("%s[%zu]", field, at).text,
                 vd_plan_words("%zu bytes", size).text, vd_plan_words("%zu", size).text,
                 vd_plan_words("%zu", most).text);
}

// Most entries are far too small to become an entity that is too large, and need not become one to know it.
static bool may_be_large(const ProtobufCMessage *entry, size_t growth)
{
  return protobuf_c_message_get_packed_size(entry) + VD_PLAN_ENTITY_ADDS > VD_ENTITY_MAX - growth;
}

// A contingency remembers of each zone that it converts what that was before.
static void check_contingency_sizes(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanContingency *planned = check->plan->contingencies[at];
  size_t growth = VD_PLAN_GROWTH_CONTINGENCY;
  for (size_t i = 0; i < planned->n_from; i++)
    growth += strlen(planned->from[i]->zone) + VD_PLAN_GROWTH_CONVERSION;
  for (size_t i = 0; i < planned->n_to; i++)
    growth += strlen(planned->to[i]->zone) + VD_PLAN_GROWTH_CONVERSION;
  check_size(check, &vd_plan_contingency_entity(planned)->base, growth, "contingencies", at);
  for (size_t i = 0; i < planned->n_tasks; i++)
    check_size(check, &vd_plan_step_entity(planned, i)->base, VD_PLAN_GROWTH,
               vd_plan_words("contingencies[%zu].tasks", at).text, i);
}

#define CHECK_SIZES(check, field, entity_of, growth)                                                         \
  for (size_t i = 0; i < (check)->plan->n_##field; i++)                                                      \
    if (may_be_large(&(check)->plan->field[i]->base, (growth)))                                              \
  check_size((check), &entity_of((check)->plan->field[i])->base, (growth), #field, i)

static void check_category_sizes(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanCategory *category = check->plan->categories[at];
  check_size(check, &vd_plan_category_entity(category)->base, VD_PLAN_GROWTH, "categories", at);
  for (size_t i = 0; i < category->n_handbook; i++)
    check_size(check, &vd_plan_page_entity(category, category->handbook[i])->base, VD_PLAN_GROWTH,
               vd_plan_words("categories[%zu].handbook", at).text, i);
}

static void check_sizes(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  static uint8_t hash[32];
  const ProtobufCBinaryData hash_bytes = {sizeof hash, hash};
  Vd__Event *event = vd_plan_event_entity(plan, &hash_bytes);
  size_t event_size = vd__event__get_packed_size(event), event_most = VD_ENTITY_MAX - VD_PLAN_GROWTH_EVENT;
  vd__event__free_unpacked(event, NULL);
  if (event_size > event_most)
    VD_PLAN_FIND(check->findings, ENTITY_SIZE, "policy", vd_plan_words("%zu bytes", event_size).text,
                 vd_plan_words("%zu", event_size).text, vd_plan_words("%zu", event_most).text);
  for (size_t i = 0; i < plan->n_zones; i++)
    check_size(check, &vd_plan_zone_entity(&check->ways, plan->zones[i])->base, VD_PLAN_GROWTH, "zones", i);
  for (size_t i = 0; i < plan->n_crews; i++)
    check_size(check, &vd_plan_crew_entity(plan, i)->base, VD_PLAN_GROWTH, "crews", i);
  for (size_t i = 0; i < plan->n_categories; i++)
    check_category_sizes(check, i);
  CHECK_SIZES(check, sessions, vd_plan_session_entity, VD_PLAN_GROWTH);
  CHECK_SIZES(check, devices, vd_plan_device_entity, VD_PLAN_GROWTH_DEVICE);
  CHECK_SIZES(check, supplies, vd_plan_supply_entity, VD_PLAN_GROWTH_SUPPLY);
  CHECK_SIZES(check, lanes, vd_plan_lane_entity, VD_PLAN_GROWTH_LANE);
  CHECK_SIZES(check, resources, vd_plan_resource_entity, VD_PLAN_GROWTH);
  for (size_t i = 0; i < plan->n_contingencies; i++)
    check_contingency_sizes(check, i);
  size_t size = protobuf_c_message_get_packed_size(&plan->base);
  if (size > VD_PLAN_SIZE_MAX)
    VD_PLAN_FIND(check->findings, PLAN_SIZE, "", vd_plan_words("%zu bytes", size).text,
                 vd_plan_words("%zu", size).text, vd_plan_words("%d", VD_PLAN_SIZE_MAX).text);
}

// ---- the event ----

static bool check_event(struct vd_plan_check *check)
{
  const Vd__PlanEvent *event = check->plan->event;
  const int64_t hour_ms = INT64_C(3600000), longest_ms = 62 * 24 * hour_ms;
  const int64_t first_ms = INT64_C(946684800000), last_ms = INT64_C(4102444800000); // the years 2000 to 2099
  if (event->utc_offset_ms < -12 * hour_ms || event->utc_offset_ms > 14 * hour_ms)
    VD_PLAN_FIND(check->findings, UTC_OFFSET, "event.utc_offset_ms",
                 vd_plan_duration(event->utc_offset_ms).text);
  const struct {
    bool is_wrong;
    const char *field;
    enum vd_plan_sentence sentence;
  } wrongs[] = {
      {event->start_at_ms < first_ms, "start_at_ms", VD_SAY_EVENT_YEARS},
      {event->end_at_ms > last_ms, "end_at_ms", VD_SAY_EVENT_YEARS},
      {event->doors_at_ms < event->start_at_ms, "doors_at_ms", VD_SAY_EVENT_DOORS},
      {event->end_at_ms < event->doors_at_ms, "end_at_ms", VD_SAY_EVENT_ENDS_BEFORE_DOORS},
      {event->end_at_ms == event->start_at_ms, "end_at_ms", VD_SAY_EVENT_EMPTY},
      {event->end_at_ms / 2 - event->start_at_ms / 2 > longest_ms / 2, "end_at_ms", VD_SAY_EVENT_LONG},
  };
  for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
    if (!wrongs[i].is_wrong)
      continue;
    VD_PLAN_SAY(check->findings, wrongs[i].sentence, vd_plan_words("event.%s", wrongs[i].field).text, "",
                wrongs[i].field);
    return false;
  }
  return true;
}

// ---- all together ----

static void check_references(struct vd_plan_check *check)
{
  check_posts(check);
  vd_plan_check_policy(check);
  vd_plan_check_zones(check);
  vd_plan_check_crowds(check);
  vd_plan_check_crews(check);
  vd_plan_check_categories(check);
  vd_plan_check_sessions(check);
  vd_plan_check_devices(check);
  vd_plan_check_supplies(check);
  vd_plan_check_lanes(check);
  vd_plan_check_contingencies(check);
}

static struct vd_plan_ids sessions_by_zone(const Vd__Plan *plan)
{
  struct vd_plan_ids ids = {vd_alloc((plan->n_sessions + 1) * sizeof *ids.items), plan->n_sessions};
  for (size_t i = 0; i < plan->n_sessions; i++)
    ids.items[i] = (struct vd_plan_id){plan->sessions[i]->zone, i};
  vd_plan_ids_sort(&ids);
  return ids;
}

void vd_plan_check(const Vd__Plan *plan, struct vd_findings *findings)
{
  assert(plan->event && plan->policy); // vd_plan_defaults was called
  struct vd_plan_check check = {.plan = plan, .findings = findings};
  if (plan->version != 1)
    VD_PLAN_FIND(findings, VERSION, "version", vd_plan_words("%u", (unsigned)plan->version).text);
  if (!check_text(&check)) // what follows trusts text and numbers of entries
    return;
  check.zones = VD_PLAN_IDS(plan, zones);
  check.teams = VD_PLAN_IDS(plan, teams);
  check.posts = VD_PLAN_IDS(plan, posts);
  check.crews = VD_PLAN_IDS(plan, crews);
  check.categories = VD_PLAN_IDS(plan, categories);
  check.sessions = VD_PLAN_IDS(plan, sessions);
  check.devices = VD_PLAN_IDS(plan, devices);
  check.supplies = VD_PLAN_IDS(plan, supplies);
  check.lanes = VD_PLAN_IDS(plan, lanes);
  check.contingencies = VD_PLAN_IDS(plan, contingencies);
  check.sessions_by_zone = sessions_by_zone(plan);
  check.ways = vd_plan_ways_of(plan);
  check_ids(&check, &check.zones, "zones");
  check_ids(&check, &check.teams, "teams");
  check_ids(&check, &check.posts, "posts");
  check_ids(&check, &check.crews, "crews");
  check_ids(&check, &check.categories, "categories");
  check_ids(&check, &check.sessions, "sessions");
  check_ids(&check, &check.devices, "devices");
  check_ids(&check, &check.supplies, "supplies");
  check_ids(&check, &check.lanes, "lanes");
  check_ids(&check, &check.contingencies, "contingencies");
  check_prepared_ids(&check);
  check_reserved(&check);
  bool has_times = check_event(&check);
  check_references(&check);
  if (has_times) { // both go through the event day by day
    vd_plan_check_cover(&check);
    vd_plan_check_preparation(&check);
  }
  check_sizes(&check);
  vd_plan_ways_finish(&check.ways);
  vd_plan_ids_finish(&check.sessions_by_zone);
  vd_plan_ids_finish(&check.zones);
  vd_plan_ids_finish(&check.teams);
  vd_plan_ids_finish(&check.posts);
  vd_plan_ids_finish(&check.crews);
  vd_plan_ids_finish(&check.categories);
  vd_plan_ids_finish(&check.sessions);
  vd_plan_ids_finish(&check.devices);
  vd_plan_ids_finish(&check.supplies);
  vd_plan_ids_finish(&check.lanes);
  vd_plan_ids_finish(&check.contingencies);
}
