// The rules of the check of a plan by name, and what it says, in three languages: a sentence belongs to a
// rule, a rule may have several. docs/plan.md tells each rule and where it comes from. Nobody but plan_*.c
// and their tests includes it.
#ifndef VD_CORE_PLAN_SENTENCES_H
#define VD_CORE_PLAN_SENTENCES_H

#include <stdbool.h>

#include "proto/entity.pb-c.h"

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
  X(LANE_MEASURE, "lane-measure", false, BAD_PLAN)                                                           \
  /* contingencies */                                                                                        \
  X(CONTINGENCY_ZONES, "contingency-zones", true, BAD_VALUE)                                                 \
  X(CONTINGENCY_TASKS, "contingency-tasks", true, MISSING)                                                   \
  X(CONTINGENCY_ORDER, "contingency-order", true, BAD_VALUE)                                                 \
  X(CONTINGENCY_OWNER, "contingency-owner", true, BAD_PLAN)                                                  \
  X(CONTINGENCY_ROUTE, "contingency-route", true, BAD_VALUE)                                                 \
  X(CONTINGENCY_STEP_FREE, "contingency-step-free", true, BAD_VALUE)                                         \
  X(CONTINGENCY_LIMIT, "contingency-limit", false, BAD_PLAN)                                                 \
  X(CONTINGENCY_TIME, "contingency-time", false, BAD_PLAN)                                                   \
  X(CONTINGENCY_TRIGGER, "contingency-trigger", false, BAD_PLAN)                                             \
  X(CONTINGENCY_TEXT, "contingency-text", false, BAD_PLAN)                                                   \
  /* preparation */                                                                                          \
  X(NO_PREPARATION, "no-preparation", false, BAD_PLAN)                                                       \
  X(VENUE_RESERVE, "venue-reserve", false, BAD_PLAN)                                                         \
  X(TRANSPORT_HUBS, "transport-hubs", false, BAD_PLAN)                                                       \
  X(HIDDEN_COSTS, "hidden-costs", false, BAD_PLAN)                                                           \
  X(PUBLIC_STEP_FREE, "public-step-free", false, BAD_PLAN)                                                   \
  X(REDUNDANCY, "redundancy", false, BAD_PLAN)                                                               \
  X(NO_MATERIALS, "no-materials", false, BAD_PLAN)                                                           \
  X(MATERIAL_OWNER, "material-owner", false, BAD_PLAN)                                                       \
  X(MATERIAL_SPARE, "material-spare", false, BAD_PLAN)                                                       \
  X(MATERIAL_CHECK, "material-check", false, BAD_PLAN)                                                       \
  X(NO_SUPPLIER, "no-supplier", false, BAD_PLAN)                                                             \
  X(SUPPLIER_QUALIFIED, "supplier-qualified", false, BAD_PLAN)                                               \
  X(SUPPLIER_REHEARSED, "supplier-rehearsed", false, BAD_PLAN)                                               \
  X(SUPPLIER_CONTRACT, "supplier-contract", false, BAD_PLAN)                                                 \
  X(EMERGENCY_POOL, "emergency-pool", false, BAD_PLAN)                                                       \
  X(EMERGENCY_SPACE, "emergency-space", false, BAD_PLAN)                                                     \
  X(RESOURCE_ETA, "resource-eta", true, MISSING)                                                             \
  X(RESOURCE_CONTACT, "resource-contact", true, MISSING)                                                     \
  X(CHECK_IN_HELP, "check-in-help", false, BAD_PLAN)                                                         \
  X(FEEDBACK_POST, "feedback-post", false, BAD_PLAN)                                                         \
  X(OPINION_POST, "opinion-post", false, BAD_PLAN)                                                           \
  X(FOLLOW_UP_POST, "follow-up-post", false, BAD_PLAN)                                                       \
  X(NIGHT_GUARD, "night-guard", false, BAD_PLAN)                                                             \
  X(TRANSLATION, "translation", false, BAD_PLAN)                                                             \
  X(NO_BATCHES, "no-batches", false, BAD_PLAN)                                                               \
  X(SAMPLE_FRIDGE, "sample-fridge", false, BAD_PLAN)                                                         \
  X(RESTORATION, "restoration", false, BAD_PLAN)                                                             \
  X(DRILL_DATE, "drill-date", false, BAD_PLAN)                                                               \
  X(DISPLAY_LENGTH, "display-length", false, BAD_PLAN)                                                       \
  X(DISPLAY_LANGUAGE, "display-language", false, BAD_PLAN)

enum vd_plan_rule {
#define VD_PLAN_RULE_ENUM(symbol, name, is_error, err) VD_PLAN_##symbol,
  VD_PLAN_RULES(VD_PLAN_RULE_ENUM)
#undef VD_PLAN_RULE_ENUM
      VD_PLAN_RULE_COUNT
};

enum vd_plan_sentence {
  VD_SAY_VERSION,
  VD_SAY_TEXT_FAULT,
  VD_SAY_VALUE_FAULT,
  VD_SAY_COUNT_FAULT,
  VD_SAY_PLAN_SIZE,
  VD_SAY_ENTITY_SIZE,
  VD_SAY_NO_ID,
  VD_SAY_NO_SKILL_WORD,
  VD_SAY_ID_TWICE,
  VD_SAY_WAY_TWICE,
  VD_SAY_NAMED_TWICE,
  VD_SAY_PAGE_TWICE,
  VD_SAY_RESERVED_CREW,
  VD_SAY_RESERVED_TEAM,
  VD_SAY_NO_SUCH,
  VD_SAY_NO_SUCH_NEAR,
  // the event
  VD_SAY_UTC_OFFSET,
  VD_SAY_EVENT_YEARS,
  VD_SAY_EVENT_DOORS,
  VD_SAY_EVENT_ENDS_BEFORE_DOORS,
  VD_SAY_EVENT_EMPTY,
  VD_SAY_EVENT_LONG,
  // the policy
  VD_SAY_DURATION_RANGE,
  VD_SAY_NUMBER_RANGE,
  VD_SAY_RESPOND_LIMIT,
  VD_SAY_DECIDE_LIMIT,
  VD_SAY_LAND_LIMIT,
  VD_SAY_LIMIT_ORDER,
  VD_SAY_WARN_PERCENT,
  VD_SAY_CLIMB_AFTER,
  VD_SAY_COMMANDER_SEVERITY,
  VD_SAY_OFFER_TIMEOUT,
  VD_SAY_OFFER_TIMEOUT_RADIO,
  VD_SAY_DECISION_CALL,
  VD_SAY_UNDO_WINDOW,
  VD_SAY_LATE_ENTRY,
  VD_SAY_FUTURE_SKEW,
  VD_SAY_REOPEN_WINDOW,
  VD_SAY_MANUAL_OFFERS,
  VD_SAY_NO_LAST_RESORT,
  // cover
  VD_SAY_NOBODY_HOLDS,
  VD_SAY_LEAD_GAP,
  VD_SAY_TEAM_GAP,
  VD_SAY_LEVEL_GAP,
  VD_SAY_LEVEL_ALONE,
  VD_SAY_IDLE_POST,
  VD_SAY_SKILL_NOBODY,
  VD_SAY_SKILL_GAP,
  // zones and ways
  VD_SAY_NO_WAY_TO,
  VD_SAY_NO_WAY_FROM,
  VD_SAY_STEP_FREE,
  VD_SAY_WAYS_MANY,
  VD_SAY_WAY_TO_ITSELF,
  VD_SAY_WALK_RANGE,
  // crews
  VD_SAY_NO_SHIFT,
  VD_SAY_SHIFTS_MANY,
  VD_SAY_SHIFT_ORDER,
  VD_SAY_SHIFT_OVERLAP,
  VD_SAY_SHIFT_OUTSIDE,
  VD_SAY_UNREACHABLE,
  VD_SAY_NO_CALL_SIGN,
  VD_SAY_NO_CONTACT,
  VD_SAY_SAME_CALL_SIGN,
  VD_SAY_CALL_SIGN_IS_ID,
  // categories
  VD_SAY_NO_DECISION,
  VD_SAY_DECISION_LANGUAGE,
  VD_SAY_NO_PAGE,
  VD_SAY_PAGE_NO_LANGUAGE,
  VD_SAY_PAGE_NO_TITLE,
  VD_SAY_PAGE_NO_STEPS,
  VD_SAY_STEP_EMPTY,
  VD_SAY_PAGE_LANGUAGE,
  VD_SAY_SEVERITY_RANGE,
  VD_SAY_LIFE_SAFETY_SEVERITY,
  VD_SAY_NO_EMERGENCY_NUMBER,
  // of the live venue, from here on: the policy
  VD_SAY_LIVE,
  VD_SAY_CLEAR_PERCENT = VD_SAY_LIVE,
  VD_SAY_CROWDED_PERCENT,
  VD_SAY_CROWDED_AFTER,
  VD_SAY_TEA_SEATS_PERCENT,
  VD_SAY_MANUAL_NODES,
  VD_SAY_FAULT_BEATS,
  VD_SAY_FLAP_TIME,
  VD_SAY_DENSE_LIMIT,
  VD_SAY_OVERRUN_GRACE,
  VD_SAY_NOTICE_SETTLE,
  VD_SAY_NOTICE_COOL_DOWN,
  VD_SAY_SAMPLE_LIMIT,
  VD_SAY_SAMPLE_WEIGHT,
  VD_SAY_SAMPLE_KEEP,
  VD_SAY_DISPOSE_LIMIT,
  // crowds
  VD_SAY_BACKUP_IS_ITSELF,
  VD_SAY_TEA_ZONE_NO_SEATS,
  VD_SAY_TEA_SEATS_FEW,
  // the agenda
  VD_SAY_SESSION_TIMES,
  VD_SAY_SESSION_OUTSIDE,
  VD_SAY_SESSION_OVERLAP,
  VD_SAY_SESSION_CAPACITY,
  VD_SAY_ELASTIC_RESERVE,
  VD_SAY_DENSE_SESSION,
  VD_SAY_NO_BREAK,
  // devices
  VD_SAY_PARTNER_IS_ITSELF,
  VD_SAY_HEARTBEAT_RANGE,
  VD_SAY_SLOW_HEARTBEAT,
  VD_SAY_READING_RANGE,
  VD_SAY_NO_READING_WORD,
  VD_SAY_READING_TWICE,
  VD_SAY_FAULT_BEFORE_WARNING,
  VD_SAY_FAULT_UNSAID,
  VD_SAY_THRESHOLDS_MANY,
  VD_SAY_WINDOWS_MANY,
  VD_SAY_WINDOW_ORDER,
  VD_SAY_WINDOW_OVERLAP,
  VD_SAY_WINDOW_IN_SESSION,
  VD_SAY_NO_SPARE,
  VD_SAY_UNWATCHED_DEVICE,
  // supplies
  VD_SAY_SUPPLY_STALE,
  VD_SAY_SUPPLY_GONE,
  VD_SAY_SUPPLY_GAP,
  VD_SAY_NO_BURN,
  VD_SAY_BATCH_NO_TIME,
  VD_SAY_BATCH_TWO_TIMES,
  VD_SAY_BATCH_OUTSIDE,
  VD_SAY_BATCH_NO_BREAK,
  VD_SAY_LANE_DESKS,
  VD_SAY_LANE_SERVICE,
  VD_SAY_LANE_NO_PLACE,
  VD_SAY_LANE_RESERVE,
  VD_SAY_NO_VIP_LANE,
  VD_SAY_NO_GENERAL_LANE,
  VD_SAY_LANE_CAPACITY,
  VD_SAY_LANE_GAP,
  VD_SAY_LANE_WAIT,
  VD_SAY_LANE_MEASURE,
  // contingencies, from here on (plan_sentences_contingencies.c)
  VD_SAY_CONTINGENCIES,
  VD_SAY_CONVERTS_TWICE = VD_SAY_CONTINGENCIES,
  VD_SAY_CONVERTS_TO,
  VD_SAY_NO_STEPS,
  VD_SAY_STEP_NAME,
  VD_SAY_STEP_ORDER,
  VD_SAY_STEPS_LONG,
  VD_SAY_STEP_POST_TEAM,
  VD_SAY_OWNER_GAP,
  VD_SAY_CONVERSION_LIMIT,
  VD_SAY_NO_ROUTE,
  VD_SAY_ROUTE_BROKEN,
  VD_SAY_ROUTE_SHUT,
  VD_SAY_ROUTE_ELSEWHERE,
  VD_SAY_ROUTE_STEPS,
  VD_SAY_NO_TRIGGER,
  VD_SAY_TRIGGER_NO_EVENT,
  VD_SAY_NO_ANNOUNCEMENT,
  // what is prepared, from here on (plan_sentences_preparation.c)
  VD_SAY_PREPARATION,
  VD_SAY_NO_PREPARATION = VD_SAY_PREPARATION,
  VD_SAY_RESERVE_PERCENT,
  VD_SAY_VENUE_UNSAID,
  VD_SAY_VENUE_RESERVE,
  VD_SAY_NO_HUB,
  VD_SAY_HUB_UNSAID,
  VD_SAY_HUB_FAR,
  VD_SAY_HIDDEN_COST,
  VD_SAY_PUBLIC_STEPS,
  VD_SAY_NO_CHECK_IN_HELP,
  VD_SAY_CHECK_IN_HELP_GAP,
  VD_SAY_NO_FEEDBACK_POST,
  VD_SAY_FEEDBACK_GAP,
  VD_SAY_NO_OPINION_POST,
  VD_SAY_OPINION_GAP,
  VD_SAY_NO_FOLLOW_UP,
  VD_SAY_FOLLOW_UP_NOBODY,
  VD_SAY_NO_NIGHT_POST,
  VD_SAY_NIGHT_GAP,
  VD_SAY_NOT_SPOKEN,
  VD_SAY_NO_BATCHES,
  VD_SAY_NO_FRIDGE,
  VD_SAY_RESTORATION_UNSAID,
  VD_SAY_RESTORATION_ALONE,
  VD_SAY_NO_DRILL,
  VD_SAY_DRILL_OLD,
  VD_SAY_DRILL_AFTER,
  VD_SAY_DRILL_SELDOM,
  VD_SAY_DISPLAY_WORDS,
  VD_SAY_DISPLAY_CHARACTERS,
  VD_SAY_DISPLAY_MORE_WORDS,
  VD_SAY_DISPLAY_MORE_CHARACTERS,
  VD_SAY_DISPLAY_LANGUAGE,
  VD_SAY_NO_MATERIALS,
  VD_SAY_MATERIAL_CHECK,
  VD_SAY_MATERIAL_UNCHECKED,
  VD_SAY_MATERIAL_LATE,
  VD_SAY_MATERIAL_OWNER,
  VD_SAY_MATERIAL_SPARE,
  VD_SAY_NO_SUPPLIER,
  VD_SAY_NOT_QUALIFIED,
  VD_SAY_NOT_REHEARSED,
  VD_SAY_REHEARSED_LATE,
  VD_SAY_NO_CONTRACT,
  VD_SAY_NO_PENALTY,
  VD_SAY_NO_BACKUP,
  VD_SAY_NO_SPACE,
  VD_SAY_NO_PRIORITY,
  VD_SAY_RESOURCE_ETA,
  VD_SAY_RESOURCE_CONTACT,
  VD_SAY_NO_STAND_IN,
  VD_SAY_STAND_IN_SOUND,
  VD_SAY_STAND_IN_LIGHT,
  VD_SAY_STAND_IN_NETWORK,
  VD_SAY_COUNT
};

// "{0}" to "{5}" stand for what was found: {0} is the value itself.
struct vd_plan_sentence_row {
  enum vd_plan_rule rule;
  bool is_measure;      // the value is measured against the limit, and both are worth reading side by side
  const char *words[3]; // en, zh-Hant, zh-Hans
  const char *limit[3]; // as required; "" where the sentence says it all
};
const struct vd_plan_sentence_row *vd_plan_sentence(enum vd_plan_sentence sentence);
// parts of them
extern const struct vd_plan_sentence_row vd_plan_live_sentences[VD_SAY_CONTINGENCIES - VD_SAY_LIVE];
extern const struct vd_plan_sentence_row vd_plan_contingency_sentences[VD_SAY_PREPARATION - VD_SAY_CONTINGENCIES];
extern const struct vd_plan_sentence_row vd_plan_preparation_sentences[VD_SAY_COUNT - VD_SAY_PREPARATION];

// Words within a sentence.
enum vd_plan_noun {
  VD_NOUN_TEAM,
  VD_NOUN_POST,
  VD_NOUN_ZONE,
  VD_NOUN_CATEGORY,
  VD_NOUN_SESSION,
  VD_NOUN_DEVICE,
  VD_NOUN_TASK,
  VD_NOUN_LEAD_1,
  VD_NOUN_LEAD_2,
  VD_NOUN_LEAD_3,
  VD_NOUN_SUPERVISOR,
  VD_NOUN_COMMANDER,
  VD_NOUN_CONTROL,
  VD_NOUN_SAFETY,
  VD_NOUN_TIER_1,
  VD_NOUN_TIER_2,
  VD_NOUN_TIER_3,
  VD_NOUN_COUNT
};
const char *vd_plan_noun(Vd__Language language, enum vd_plan_noun noun);

// Of three, that of the language.
const char *vd_plan_pick(const char *const words[3], Vd__Language language);

#endif
