// What the stories of the plan share: findings, ids, and how an entry becomes an entity.
// Nobody but plan_*.c and their tests includes it. docs/plan.md tells each rule and where it comes from.
#ifndef VD_CORE_PLAN_INTERNAL_H
#define VD_CORE_PLAN_INTERNAL_H

#include <stdint.h>

#include "daemon/core/plan.h"
#include "daemon/core/plan_sentences.h"
#include "proto/entity.pb-c.h"

enum {
  VD_PLAN_SHIFTS_MAX = 8,      // per person
  VD_PLAN_WAYS_MAX = 12,       // out of one zone
  VD_PLAN_SIZE_MAX = 4 << 20,  // packed; what loop/upload.h takes in
  VD_PLAN_GROWTH = 128,        // bytes an entity may gain while the event runs (what people say, counters)
  VD_PLAN_GROWTH_DEVICE = 256, // the same of a device: states, instants, what speaks against it
  VD_PLAN_GROWTH_EVENT = 160,  // of the event: numbers given, the supply that is forecast next
  VD_PLAN_GROWTH_SUPPLY = 208, // of a supply: what is known of it, and the forecast
  VD_PLAN_GROWTH_LANE = 256,   // of a lane: what was counted, learnt and predicted
  VD_PLAN_GROWTH_CONTINGENCY = 360, // of a contingency: its last run, who and why, the alert
  VD_PLAN_GROWTH_CONVERSION = 12,   // and of each zone, what it was
  VD_PLAN_ENTITY_ADDS = 64,    // at most, of a session, device, supply or lane beside what its entry says
  VD_PLAN_FINDINGS_MAX = 500,  // errors, and as many warnings: none of them hides an error
};

// ---- findings ----

// A short text by value; printf format, cut on a UTF-8 boundary.
struct vd_plan_words {
  char text[128];
};
struct vd_plan_words vd_plan_words(const char *format, ...) __attribute__((format(printf, 1, 2)));
// A moment on the venue's clock: "14:00", with the date where the event is longer than a day.
struct vd_plan_words vd_plan_clock(const Vd__PlanEvent *event, int64_t at_ms);
struct vd_plan_words vd_plan_duration(int64_t duration_ms);

// Adds one of the sentence's rule. `words` are copied: the value as found, then what else the sentence names
// (plan_sentences.h); NULL ends them. Use through VD_PLAN_FIND(findings, NO_SHIFT, path, value, …).
void vd_plan_find(struct vd_findings *findings, enum vd_plan_sentence sentence, const char *path,
                  const char *const *words);
#define VD_PLAN_SAY(findings, sentence, path, ...)                                                           \
  vd_plan_find((findings), (sentence), (path), (const char *const[]){__VA_ARGS__, NULL})
#define VD_PLAN_FIND(findings, SYMBOL, path, ...) VD_PLAN_SAY(findings, VD_SAY_##SYMBOL, path, __VA_ARGS__)

// ---- ids ----

struct vd_plan_id {
  const char *id; // borrowed from the plan
  size_t at;      // index in the plan
};
// Sorted by (id, at).
struct vd_plan_ids {
  struct vd_plan_id *items;
  size_t count;
};
// Of a repeated field whose messages have `id` as their first field.
struct vd_plan_ids vd_plan_ids_of(ProtobufCMessage *const *entries, size_t count);
void vd_plan_ids_sort(struct vd_plan_ids *ids);
bool vd_plan_ids_have(const struct vd_plan_ids *ids, const char *id);
// Where it is in the plan, the first of several; SIZE_MAX for none.
size_t vd_plan_ids_at(const struct vd_plan_ids *ids, const char *id);
// The first item whose id is not less.
size_t vd_plan_ids_from(const struct vd_plan_ids *ids, const char *id);
void vd_plan_ids_finish(struct vd_plan_ids *ids);
#define VD_PLAN_IDS(plan, field) vd_plan_ids_of((ProtobufCMessage *const *)(plan)->field, (plan)->n_##field)

// ---- ways ----

// The lines of plan.ways by the zone that they lead out of, in the plan's order. O(n log n) for all zones
// together.
struct vd_plan_ways {
  const Vd__Plan *plan;
  struct vd_plan_ids lines; // `id` is the zone's, `at` the line
};
struct vd_plan_ways vd_plan_ways_of(const Vd__Plan *plan);
void vd_plan_ways_finish(struct vd_plan_ways *ways);

// ---- the checks, each a story of its own ----

struct vd_plan_check {
  const Vd__Plan *plan;
  struct vd_findings *findings;
  struct vd_plan_ids zones, teams, posts, crews, categories, sessions, devices, supplies, lanes, contingencies;
  struct vd_plan_ids sessions_by_zone; // their `id` is the zone's
  struct vd_plan_ways ways;
};
void vd_plan_check_policy(struct vd_plan_check *check);     // limits and ranges
void vd_plan_check_cover(struct vd_plan_check *check);      // who is on duty, at every minute
void vd_plan_check_zones(struct vd_plan_check *check);      // zones and the walking graph
void vd_plan_check_crowds(struct vd_plan_check *check);     // what zones hold, and who takes over
void vd_plan_check_crews(struct vd_plan_check *check);      // people, shifts, radios
void vd_plan_check_categories(struct vd_plan_check *check); // handbook, decisions, skills
void vd_plan_check_sessions(struct vd_plan_check *check);   // the agenda
void vd_plan_check_devices(struct vd_plan_check *check);    // devices and what stands in for them
void vd_plan_check_supplies(struct vd_plan_check *check);   // the tea-break, food samples
void vd_plan_check_contingencies(struct vd_plan_check *check); // playbooks for the weather
void vd_plan_check_lanes(struct vd_plan_check *check);      // check-in
void vd_plan_check_preparation(struct vd_plan_check *check); // what is said of the preparation
void vd_plan_check_materials(struct vd_plan_check *check);   // a part of it: things, suppliers, stand-ins
void vd_plan_check_resources(struct vd_plan_check *check);   // what helps out

// Says so, with the nearest known name, where `id` is not among `ids`. `what` is a team, a zone … `path` is
// made only then: most references are right, and there are many.
#define VD_PLAN_REFER(check, ids, id, what, path)                                                            \
  (vd_plan_ids_have((ids), (id)) ? (void)0 : vd_plan_say_dangling((check), (ids), (id), (what), (path)))
void vd_plan_say_dangling(struct vd_plan_check *check, const struct vd_plan_ids *ids, const char *id,
                          enum vd_plan_noun what, const char *path);

bool vd_plan_holds(const Vd__PlanCrew *crew, const char *post);
// Whether one of the person's posts is of the team.
bool vd_plan_is_in_team(const struct vd_plan_check *check, const Vd__PlanCrew *crew, const char *team);
// Until when the post is held without a gap from `from_ms` on, by the roster.
int64_t vd_plan_held_until(const Vd__Plan *plan, const char *post, int64_t from_ms);
bool vd_plan_has_skills(const Vd__PlanCrew *crew, char *const *skills, size_t count);
// Says by `sentence` each stretch of the event in which none of the persons that `counts` says yes to is on
// duty. {1} and {2} of the sentence are `who` and `what`.
typedef bool (*vd_plan_counts_fn)(const Vd__PlanCrew *crew, const void *context);
void vd_plan_check_gaps(struct vd_plan_check *check, enum vd_plan_sentence sentence, const char *path,
                        const char *who, const char *what, vd_plan_counts_fn counts, const void *context);

// ---- what an entry becomes: new heap messages, without what the running event adds ----

Vd__Event *vd_plan_event_entity(const Vd__Plan *plan, const ProtobufCBinaryData *hash);
Vd__Zone *vd_plan_zone_entity(const struct vd_plan_ways *ways, const Vd__PlanZone *zone);
Vd__Category *vd_plan_category_entity(const Vd__PlanCategory *category);
Vd__Page *vd_plan_page_entity(const Vd__PlanCategory *category, const Vd__PlanPage *page);
Vd__Team *vd_plan_team_entity(const Vd__PlanTeam *team);
Vd__Post *vd_plan_post_entity(const Vd__PlanPost *post);
Vd__Crew *vd_plan_crew_entity(const Vd__Plan *plan, size_t at);
Vd__Lane *vd_plan_lane_entity(const Vd__PlanLane *planned);
Vd__Resource *vd_plan_resource_entity(const Vd__PlanResource *planned);
Vd__Session *vd_plan_session_entity(const Vd__PlanSession *session);
Vd__Device *vd_plan_device_entity(const Vd__PlanDevice *device);
Vd__Supply *vd_plan_supply_entity(const Vd__PlanSupply *supply);
Vd__Contingency *vd_plan_contingency_entity(const Vd__PlanContingency *planned);
// The step at `at` of its tasks.
Vd__ContingencyStep *vd_plan_step_entity(const Vd__PlanContingency *planned, size_t at);
// The batch at `at` of the supply, as its number `index`.
Vd__Batch *vd_plan_batch_entity(const Vd__PlanSupply *supply, size_t at, uint32_t index);

// ---- what stays of an entity that the plan says anew (plan_keep.c) ----

// Whether `live` stands as the plan says it: then nothing is changed by what vd_plan_keep keeps.
bool vd_plan_says_the_same(Vd__Kind kind, const ProtobufCMessage *wanted, const ProtobufCMessage *live);
// Gives `wanted`, an entity as the plan says it, what the running event added to `live`.
void vd_plan_keep(Vd__Kind kind, ProtobufCMessage *wanted, const ProtobufCMessage *live, int64_t now_ms);
bool vd_plan_waits(const Vd__Batch *batch); // planned or held back: still the plan's to change

#endif
