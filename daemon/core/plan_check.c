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

static bool check_message(struct vd_plan_check *check, const ProtobufCMessage *message, const char *path)
{
  struct vd_refusal refusal = {0};
  enum vd_err err = vd_check_message(message, &refusal);
  if (err == VD_OK)
    return true;
  bool has_both = *path != '\0' && refusal.field[0] != '\0';
  struct vd_plan_words whole = vd_plan_words("%s%s%s", path, has_both ? "." : "", refusal.field);
  struct vd_buffer said = {0};
  vd_refusal_sentence(&said, err, refusal.detail, check->findings->language);
  vd_buffer_append(&said, "", 1);
  VD_PLAN_SAY(check->findings, sentence_of(err), whole.text, "", (char *)said.data);
  vd_buffer_finish(&said);
  return false;
}

static bool check_messages(struct vd_plan_check *check, ProtobufCMessage *const *entries, size_t count,
                           const char *field)
{
  bool is_clean = true;
  for (size_t i = 0; i < count; i++)
    is_clean &= check_message(check, entries[i], vd_plan_words("%s[%zu]", field, i).text);
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
  return is_clean && check_message(check, &plan->base, "");
}

// ---- ids ----

static void check_ids(struct vd_plan_check *check, const struct vd_plan_ids *ids, const char *field)
{
  for (size_t i = 0; i < ids->count; i++) {
    const struct vd_plan_id *item = &ids->items[i];
    struct vd_plan_words path = vd_plan_words("%s[%zu].id", field, item->at);
    if (!vd_word_is_valid(item->id))
      VD_PLAN_FIND(check->findings, NO_ID, path.text, item->id);
    else if (i > 0 && strcmp(item->id, item[-1].id) == 0)
      VD_PLAN_FIND(check->findings, ID_TWICE, path.text, item->id, field,
                   vd_plan_words("%zu", item[-1].at + 1).text);
  }
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

void vd_plan_check_reference(struct vd_plan_check *check, const struct vd_plan_ids *ids, const char *id,
                             enum vd_plan_noun what, const char *path)
{
  if (vd_plan_ids_have(ids, id))
    return;
  if (check->findings->count == VD_PLAN_FINDINGS_MAX) { // the nearest name is for reading only
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
    vd_plan_check_reference(check, &check->teams, plan->posts[i]->team, VD_NOUN_TEAM,
                            vd_plan_words("posts[%zu].team", i).text);
}

// ---- sizes ----

// Takes the entity. `growth` is kept free for what the running event adds.
static void check_size_with(struct vd_plan_check *check, ProtobufCMessage *entity, size_t growth,
                            struct vd_plan_words path)
{
  size_t size = protobuf_c_message_get_packed_size(entity), most = VD_ENTITY_MAX - growth;
  protobuf_c_message_free_unpacked(entity, NULL);
  if (size > most)
    VD_PLAN_FIND(check->findings, ENTITY_SIZE, path.text, vd_plan_words("%zu bytes", size).text,
                 vd_plan_words("%zu", size).text, vd_plan_words("%zu", most).text);
}

static void check_size(struct vd_plan_check *check, ProtobufCMessage *entity, struct vd_plan_words path)
{
  check_size_with(check, entity, VD_PLAN_GROWTH, path);
}

static void check_sizes(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  static uint8_t hash[32];
  const ProtobufCBinaryData hash_bytes = {sizeof hash, hash};
  check_size_with(check, &vd_plan_event_entity(plan, &hash_bytes)->base, VD_PLAN_GROWTH_EVENT,
                  vd_plan_words("policy"));
  for (size_t i = 0; i < plan->n_zones; i++)
    check_size(check, &vd_plan_zone_entity(plan, plan->zones[i])->base, vd_plan_words("zones[%zu]", i));
  for (size_t i = 0; i < plan->n_crews; i++)
    check_size(check, &vd_plan_crew_entity(plan, i)->base, vd_plan_words("crews[%zu]", i));
  for (size_t i = 0; i < plan->n_categories; i++) {
    const Vd__PlanCategory *category = plan->categories[i];
    check_size(check, &vd_plan_category_entity(category)->base, vd_plan_words("categories[%zu]", i));
    for (size_t j = 0; j < category->n_handbook; j++)
      check_size(check, &vd_plan_page_entity(category, category->handbook[j])->base,
                 vd_plan_words("categories[%zu].handbook[%zu]", i, j));
  }
  for (size_t i = 0; i < plan->n_sessions; i++)
    check_size(check, &vd_plan_session_entity(plan->sessions[i])->base, vd_plan_words("sessions[%zu]", i));
  for (size_t i = 0; i < plan->n_devices; i++)
    check_size_with(check, &vd_plan_device_entity(plan->devices[i])->base, VD_PLAN_GROWTH_DEVICE,
                    vd_plan_words("devices[%zu]", i));
  for (size_t i = 0; i < plan->n_supplies; i++)
    check_size_with(check, &vd_plan_supply_entity(plan->supplies[i])->base, VD_PLAN_GROWTH_SUPPLY,
                    vd_plan_words("supplies[%zu]", i));
  for (size_t i = 0; i < plan->n_lanes; i++)
    check_size_with(check, &vd_plan_lane_entity(plan->lanes[i])->base, VD_PLAN_GROWTH_LANE,
                    vd_plan_words("lanes[%zu]", i));
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
  check_ids(&check, &check.zones, "zones");
  check_ids(&check, &check.teams, "teams");
  check_ids(&check, &check.posts, "posts");
  check_ids(&check, &check.crews, "crews");
  check_ids(&check, &check.categories, "categories");
  check_ids(&check, &check.sessions, "sessions");
  check_ids(&check, &check.devices, "devices");
  check_ids(&check, &check.supplies, "supplies");
  check_ids(&check, &check.lanes, "lanes");
  check_reserved(&check);
  bool has_times = check_event(&check);
  check_references(&check);
  if (has_times)
    vd_plan_check_cover(&check);
  check_sizes(&check);
  vd_plan_ids_finish(&check.zones);
  vd_plan_ids_finish(&check.teams);
  vd_plan_ids_finish(&check.posts);
  vd_plan_ids_finish(&check.crews);
  vd_plan_ids_finish(&check.categories);
  vd_plan_ids_finish(&check.sessions);
  vd_plan_ids_finish(&check.devices);
  vd_plan_ids_finish(&check.supplies);
  vd_plan_ids_finish(&check.lanes);
}
