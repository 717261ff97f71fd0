// What the stories of the plan share: findings, ids, and how an entry becomes an entity.
// Nobody but plan_*.c and their tests includes it. docs/plan.md tells each rule and where it comes from.
#ifndef VD_CORE_PLAN_INTERNAL_H
#define VD_CORE_PLAN_INTERNAL_H

#include <stdint.h>

#include "daemon/core/plan.h"
#include "daemon/core/plan_sentences.h"
#include "proto/entity.pb-c.h"

enum {
  VD_PLAN_SHIFTS_MAX = 8,       // per person
  VD_PLAN_WAYS_MAX = 12,        // out of one zone
  VD_PLAN_SIZE_MAX = 60 * 1024, // packed: `plan apply` is one request, and a request is VD_REQUEST_MAX
  VD_PLAN_GROWTH = 128,         // bytes an entity may gain while the event runs (what people say, counters)
  VD_PLAN_GROWTH_DEVICE = 256,  // the same of a device: states, instants, what speaks against it
  VD_PLAN_GROWTH_EVENT = 160,   // of the event: numbers given, the supply that is forecast next
  VD_PLAN_GROWTH_SUPPLY = 208,  // of a supply: what is known of it, and the forecast
  VD_PLAN_GROWTH_LANE = 256,    // of a lane: what was counted, learnt and predicted
  VD_PLAN_FINDINGS_MAX = 500,
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
void vd_plan_ids_finish(struct vd_plan_ids *ids);
#define VD_PLAN_IDS(plan, field) vd_plan_ids_of((ProtobufCMessage *const *)(plan)->field, (plan)->n_##field)

// ---- the checks, each a story of its own ----

struct vd_plan_check {
  const Vd__Plan *plan;
  struct vd_findings *findings;
  struct vd_plan_ids zones, teams, posts, crews, categories, sessions, devices, supplies, lanes;
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
void vd_plan_check_lanes(struct vd_plan_check *check);      // check-in

// Says so, with the nearest known name, where `id` is not among `ids`. `what` is a team, a zone …
void vd_plan_check_reference(struct vd_plan_check *check, const struct vd_plan_ids *ids, const char *id,
                             enum vd_plan_noun what, const char *path);

bool vd_plan_holds(const Vd__PlanCrew *crew, const char *post);
bool vd_plan_has_skills(const Vd__PlanCrew *crew, char *const *skills, size_t count);
// Says by `sentence` each stretch of the event in which none of the persons that `counts` says yes to is on
// duty. {1} and {2} of the sentence are `who` and `what`.
typedef bool (*vd_plan_counts_fn)(const Vd__PlanCrew *crew, const void *context);
void vd_plan_check_gaps(struct vd_plan_check *check, enum vd_plan_sentence sentence, const char *path,
                        const char *who, const char *what, vd_plan_counts_fn counts, const void *context);

// ---- what an entry becomes: new heap messages, without what the running event adds ----

Vd__Event *vd_plan_event_entity(const Vd__Plan *plan, const ProtobufCBinaryData *hash);
Vd__Zone *vd_plan_zone_entity(const Vd__Plan *plan, const Vd__PlanZone *zone); // ways in both directions
Vd__Category *vd_plan_category_entity(const Vd__PlanCategory *category);
Vd__Page *vd_plan_page_entity(const Vd__PlanCategory *category, const Vd__PlanPage *page);
Vd__Team *vd_plan_team_entity(const Vd__PlanTeam *team);
Vd__Post *vd_plan_post_entity(const Vd__PlanPost *post);
Vd__Crew *vd_plan_crew_entity(const Vd__Plan *plan, size_t at);
Vd__Lane *vd_plan_lane_entity(const Vd__PlanLane *planned);
Vd__Session *vd_plan_session_entity(const Vd__PlanSession *session);
Vd__Device *vd_plan_device_entity(const Vd__PlanDevice *device);
Vd__Supply *vd_plan_supply_entity(const Vd__PlanSupply *supply);
// The batch at `at` of the supply, as its number `index`.
Vd__Batch *vd_plan_batch_entity(const Vd__PlanSupply *supply, size_t at, uint32_t index);

#endif
