// What the stories of the plan share: the rules by name, findings, ids, and how an entry becomes an entity.
// Nobody but plan_*.c and their tests includes it. docs/plan.md tells each rule and where it comes from.
#ifndef VD_CORE_PLAN_INTERNAL_H
#define VD_CORE_PLAN_INTERNAL_H

#include <stdint.h>

#include "daemon/core/plan.h"
#include "proto/entity.pb-c.h"

enum {
  VD_PLAN_SHIFTS_MAX = 8,       // per person
  VD_PLAN_WAYS_MAX = 12,        // out of one zone
  VD_PLAN_SIZE_MAX = 60 * 1024, // packed: `plan apply` is one request, and a request is VD_REQUEST_MAX
  VD_PLAN_GROWTH = 128,         // bytes an entity may gain while the event runs (what people say, counters)
  VD_PLAN_GROWTH_DEVICE = 208,  // the same of a device: states, instants, the reading that speaks against it
  VD_PLAN_GROWTH_EVENT = 160,   // of the event: numbers given, the supply that is forecast next
  VD_PLAN_GROWTH_SUPPLY = 160,  // of a supply: what is known of it, and the forecast
  VD_PLAN_GROWTH_LANE = 256,    // of a lane: what was counted, learnt and predicted
  VD_PLAN_FINDINGS_MAX = 500,
};

// X(symbol, stable name, is an error, code of the refusal)
#define VD_PLAN_RULES(X)                                                                                     \
  /* the file as such */                                                                                     \
  X(VERSION, "version", true, UNKNOWN_VERSION)                                                               \
  X(TEXT, "text", true, BAD_TEXT)                                                                            \
  X(VALUE_RANGE, "value-range", true, BAD_VALUE)                                                             \
  X(TOO_MANY, "too-many", true, TOO_MANY)                                                                    \
  X(PLAN_SIZE, "plan-size", true, TOO_LARGE)                                                                 \
  X(ENTITY_SIZE, "entity-size", true, TOO_LARGE)                                                             \
  X(ID, "id", true, BAD_VALUE)                                                                               \
  X(DUPLICATE_ID, "duplicate-id", true, DUPLICATE_ID)                                                        \
  X(RESERVED_ID, "reserved-id", true, BAD_VALUE)                                                             \
  X(DANGLING_REFERENCE, "dangling-reference", true, DANGLING_REFERENCE)                                      \
  X(EVENT_TIMES, "event-times", true, BAD_VALUE)                                                             \
  /* limits looser than the standard, or than the house */                                                   \
  X(RESPOND_LIMIT, "respond-limit", false, BAD_PLAN)                                                         \
  X(DECIDE_LIMIT, "decide-limit", false, BAD_PLAN)                                                           \
  X(LAND_LIMIT, "land-limit", false, BAD_PLAN)                                                               \
  X(LIMIT_ORDER, "limit-order", false, BAD_PLAN)                                                             \
  X(WARN_PERCENT, "warn-percent", false, BAD_PLAN)                                                           \
  X(CLIMB_AFTER, "climb-after", false, BAD_PLAN)                                                             \
  X(COMMANDER_SEVERITY, "commander-severity", false, BAD_PLAN)                                               \
  X(OFFER_TIMEOUT, "offer-timeout", false, BAD_PLAN)                                                         \
  X(OFFER_TIMEOUT_RADIO, "offer-timeout-radio", false, BAD_PLAN)                                             \
  X(DECISION_CALL, "decision-call", false, BAD_PLAN)                                                         \
  X(UNDO_WINDOW, "undo-window", false, BAD_PLAN)                                                             \
  X(LATE_ENTRY, "late-entry", false, BAD_PLAN)                                                               \
  X(FUTURE_SKEW, "future-skew", false, BAD_PLAN)                                                             \
  X(REOPEN_WINDOW, "reopen-window", false, BAD_PLAN)                                                         \
  X(MANUAL_OFFERS, "manual-offers", false, BAD_PLAN)                                                         \
  X(CROWDED_PERCENT, "crowded-percent", false, BAD_PLAN)                                                     \
  X(CROWDED_AFTER, "crowded-after", false, BAD_PLAN)                                                         \
  X(TEA_SEATS, "tea-seats", false, BAD_PLAN)                                                                 \
  X(MANUAL_NODES, "manual-nodes", false, BAD_PLAN)                                                           \
  X(OVERRUN_GRACE, "overrun-grace", false, BAD_PLAN)                                                         \
  X(NOTICE_SETTLE, "notice-settle", false, BAD_PLAN)                                                         \
  X(NOTICE_COOL_DOWN, "notice-cool-down", false, BAD_PLAN)                                                   \
  /* who answers, at every minute */                                                                         \
  X(NO_LAST_RESORT, "no-last-resort", true, MISSING)                                                         \
  X(NOBODY_HOLDS, "nobody-holds", true, BAD_PLAN)                                                            \
  X(LEAD_OFF_DUTY, "lead-off-duty", true, BAD_PLAN)                                                          \
  X(TIER_UNCOVERED, "tier-uncovered", true, BAD_PLAN)                                                        \
  X(LEVEL_OFF_DUTY, "level-off-duty", true, BAD_PLAN)                                                        \
  X(LEVEL_SAME_PERSON, "level-same-person", false, BAD_PLAN)                                                 \
  X(IDLE_POST, "idle-post", false, BAD_PLAN)                                                                 \
  /* zones and ways */                                                                                       \
  X(UNREACHABLE_ZONE, "unreachable-zone", false, BAD_PLAN)                                                   \
  X(STEP_FREE, "step-free", false, BAD_PLAN)                                                                 \
  /* crews */                                                                                                \
  X(SHIFT_ORDER, "shift-order", true, BAD_VALUE)                                                             \
  X(SHIFT_OUTSIDE, "shift-outside", false, BAD_PLAN)                                                         \
  X(NO_SHIFT, "no-shift", false, BAD_PLAN)                                                                   \
  X(CALL_SIGN, "call-sign", true, DUPLICATE_ID)                                                              \
  X(NO_CALL_SIGN, "no-call-sign", false, BAD_PLAN)                                                           \
  X(UNREACHABLE_PERSON, "unreachable-person", true, MISSING)                                                 \
  X(NO_CONTACT, "no-contact", false, BAD_PLAN)                                                               \
  /* categories and the handbook */                                                                          \
  X(NO_DECISION, "no-decision", true, MISSING)                                                               \
  X(DECISION_LANGUAGE, "decision-language", false, BAD_PLAN)                                                 \
  X(NO_PAGE, "no-page", true, MISSING)                                                                       \
  X(PAGE_EMPTY, "page-empty", true, MISSING)                                                                 \
  X(PAGE_LANGUAGE, "page-language", false, BAD_PLAN)                                                         \
  X(EMERGENCY_NUMBERS, "emergency-numbers", true, MISSING)                                                   \
  X(LIFE_SAFETY_SEVERITY, "life-safety-severity", false, BAD_PLAN)                                           \
  X(SKILL_NOBODY, "skill-nobody", true, BAD_PLAN)                                                            \
  X(SKILL_OFF_DUTY, "skill-off-duty", false, BAD_PLAN)                                                       \
  /* the agenda */                                                                                           \
  X(SESSION_TIMES, "session-times", true, BAD_VALUE)                                                         \
  X(SESSION_OUTSIDE, "session-outside", true, BAD_VALUE)                                                     \
  X(SESSION_OVERLAP, "session-overlap", true, OVERLAP)                                                       \
  X(SESSION_CAPACITY, "session-capacity", true, BAD_VALUE)                                                   \
  X(ELASTIC_RESERVE, "elastic-reserve", false, BAD_PLAN)                                                     \
  X(DENSE_LIMIT, "dense-limit", false, BAD_PLAN)                                                             \
  X(NO_BREAK, "no-break", false, BAD_PLAN)                                                                   \
  /* devices */                                                                                              \
  X(FAULT_BEATS, "fault-beats", false, BAD_PLAN)                                                             \
  X(FLAP_TIME, "flap-time", false, BAD_PLAN)                                                                 \
  X(DEVICE_PARTNER, "device-partner", true, BAD_VALUE)                                                       \
  X(THRESHOLD_ORDER, "threshold-order", true, BAD_VALUE)                                                     \
  X(WINDOW_ORDER, "window-order", true, BAD_VALUE)                                                           \
  X(WINDOW_IN_SESSION, "window-in-session", false, BAD_PLAN)                                                 \
  X(SLOW_HEARTBEAT, "slow-heartbeat", false, BAD_PLAN)                                                       \
  X(NO_SPARE, "no-spare", false, BAD_PLAN)                                                                   \
  X(UNWATCHED_DEVICE, "unwatched-device", false, BAD_PLAN)                                                   \
  /* supplies, batches, samples */                                                                           \
  X(SUPPLY_LEAD, "supply-lead", false, BAD_PLAN)                                                             \
  X(SUPPLY_UNCOVERED, "supply-uncovered", false, BAD_PLAN)                                                   \
  X(NO_BURN, "no-burn", false, BAD_PLAN)                                                                     \
  X(BATCH_TIME, "batch-time", true, BAD_VALUE)                                                               \
  X(BATCH_NO_BREAK, "batch-no-break", false, BAD_PLAN)                                                       \
  X(SAMPLE_LIMIT, "sample-limit", false, BAD_PLAN)                                                           \
  X(SAMPLE_WEIGHT, "sample-weight", false, BAD_PLAN)                                                         \
  X(SAMPLE_KEEP, "sample-keep", false, BAD_PLAN)                                                             \
  X(DISPOSE_LIMIT, "dispose-limit", false, BAD_PLAN)                                                         \
  /* check-in */                                                                                             \
  X(LANE_DESKS, "lane-desks", true, BAD_VALUE)                                                               \
  X(LANE_SERVICE, "lane-service", true, BAD_VALUE)                                                           \
  X(LANE_CAPACITY, "lane-capacity", false, BAD_PLAN)                                                         \
  X(LANE_ZONE, "lane-zone", true, BAD_VALUE)                                                                 \
  X(LANE_RESERVE, "lane-reserve", false, BAD_PLAN)                                                           \
  X(ONE_CHANNEL, "one-channel", false, BAD_PLAN)                                                             \
  X(LANE_UNCOVERED, "lane-uncovered", false, BAD_PLAN)                                                       \
  X(LANE_WAIT, "lane-wait", false, BAD_PLAN)                                                                 \
  X(LANE_MEASURE, "lane-measure", false, BAD_PLAN)

enum vd_plan_rule {
#define VD_PLAN_RULE_ENUM(symbol, name, is_error, err) VD_PLAN_##symbol,
  VD_PLAN_RULES(VD_PLAN_RULE_ENUM)
#undef VD_PLAN_RULE_ENUM
      VD_PLAN_RULE_COUNT
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

// Adds one. `path`, `value` and `limit` are copied; the sentence is a printf format.
void vd_plan_find(struct vd_findings *findings, enum vd_plan_rule rule, const char *path, const char *value,
                  const char *limit, const char *sentence, ...) __attribute__((format(printf, 6, 7)));

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

// Says so, with the nearest known name, where `id` is not among `ids`. `what` is "team", "zone" …
void vd_plan_check_reference(struct vd_plan_check *check, const struct vd_plan_ids *ids, const char *id,
                             const char *what, const char *path);

bool vd_plan_holds(const Vd__PlanCrew *crew, const char *post);
bool vd_plan_has_skills(const Vd__PlanCrew *crew, char *const *skills, size_t count);
// Reports by `rule` each stretch of the event in which none of the persons that `counts` says yes to is on
// duty. `whom` reads "Nobody who holds …".
typedef bool (*vd_plan_counts_fn)(const Vd__PlanCrew *crew, const void *context);
void vd_plan_check_gaps(struct vd_plan_check *check, enum vd_plan_rule rule, const char *path,
                        const char *whom, vd_plan_counts_fn counts, const void *context);

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
