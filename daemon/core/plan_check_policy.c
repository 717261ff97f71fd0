// Limits: what they may be at all, and where they are looser than the standard (§2) or the house (§4).
#include <stddef.h>

#include "daemon/core/plan_internal.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };
static const int64_t DAY = INT64_C(24) * 60 * MINUTE;

// ---- durations of the policy ----

enum looser { MORE, LESS, NEITHER };

struct duration_rule {
  const char *field;
  size_t offset;
  int64_t standard_ms;
  enum looser looser;
  enum vd_plan_sentence sentence; // where it is looser
};
#define DURATION(name, standard, looser, SYMBOL)                                                             \
  {                                                                                                          \
#name, offsetof(Vd__Policy, name), standard, looser, VD_SAY_##SYMBOL                                     \
  }

static const struct duration_rule durations[] = {
    DURATION(respond_limit_ms, 5 * MINUTE, MORE, RESPOND_LIMIT),
    DURATION(decide_limit_ms, 10 * MINUTE, MORE, DECIDE_LIMIT),
    DURATION(land_limit_ms, 20 * MINUTE, MORE, LAND_LIMIT),
    DURATION(climb_after_ms, 2 * MINUTE, MORE, CLIMB_AFTER),
    DURATION(offer_timeout_ms, 60 * SECOND, MORE, OFFER_TIMEOUT),
    DURATION(offer_timeout_radio_ms, 120 * SECOND, MORE, OFFER_TIMEOUT_RADIO),
    DURATION(decision_call_ms, 60 * SECOND, LESS, DECISION_CALL),
    DURATION(undo_window_ms, 2 * MINUTE, MORE, UNDO_WINDOW),
    DURATION(late_entry_ms, 30 * MINUTE, MORE, LATE_ENTRY),
    DURATION(future_skew_ms, 5 * SECOND, MORE, FUTURE_SKEW),
    DURATION(looks_like_ms, 10 * MINUTE, NEITHER, COUNT),
    DURATION(crowded_after_ms, 2 * MINUTE, MORE, CROWDED_AFTER),
    DURATION(reopen_ms, 15 * MINUTE, LESS, REOPEN_WINDOW),
    DURATION(flap_ms, 10 * MINUTE, LESS, FLAP_TIME),
    DURATION(fault_soon_ms, 30 * MINUTE, NEITHER, COUNT),
    DURATION(dense_limit_ms, 90 * MINUTE, MORE, DENSE_LIMIT),
    DURATION(overrun_grace_ms, 2 * MINUTE, MORE, OVERRUN_GRACE),
    DURATION(notice_settle_ms, 3 * MINUTE, LESS, NOTICE_SETTLE),
    DURATION(notice_cool_down_ms, 10 * MINUTE, LESS, NOTICE_COOL_DOWN),
    DURATION(sample_limit_ms, 15 * MINUTE, MORE, SAMPLE_LIMIT),
};

static bool check_range(struct vd_plan_check *check, const char *path, int64_t value_ms)
{
  if (value_ms > 0 && value_ms <= DAY)
    return true;
  VD_PLAN_FIND(check->findings, DURATION_RANGE, path, vd_plan_duration(value_ms).text);
  return false;
}

static void check_looser(struct vd_plan_check *check, const struct duration_rule *rule, const char *path,
                         int64_t value_ms)
{
  bool is_looser = (rule->looser == MORE && value_ms > rule->standard_ms) ||
                   (rule->looser == LESS && value_ms < rule->standard_ms);
  if (is_looser)
    VD_PLAN_SAY(check->findings, rule->sentence, path, vd_plan_duration(value_ms).text,
                vd_plan_duration(rule->standard_ms).text);
}

static void check_durations(struct vd_plan_check *check)
{
  for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
    const struct duration_rule *rule = &durations[i];
    int64_t value_ms = *(const int64_t *)((const char *)check->plan->policy + rule->offset);
    struct vd_plan_words path = vd_plan_words("policy.%s", rule->field);
    if (check_range(check, path.text, value_ms))
      check_looser(check, rule, path.text, value_ms);
  }
}

// ---- the other numbers ----

static void check_number(struct vd_plan_check *check, const char *field, uint32_t value, uint32_t least,
                         uint32_t most)
{
  if (value < least || value > most)
    VD_PLAN_FIND(check->findings, NUMBER_RANGE, vd_plan_words("policy.%s", field).text,
                 vd_plan_words("%u", (unsigned)value).text, vd_plan_words("%u", (unsigned)least).text,
                 vd_plan_words("%u", (unsigned)most).text);
}

// Marks of a crowd, and the seats that go with them.
static void check_crowds(struct vd_plan_check *check)
{
  const Vd__Policy *policy = check->plan->policy;
  if (policy->crowded_clear_percent >= policy->crowded_percent)
    VD_PLAN_FIND(check->findings, CLEAR_PERCENT, "policy.crowded_clear_percent",
                 vd_plan_words("%u", (unsigned)policy->crowded_clear_percent).text,
                 vd_plan_words("%u", (unsigned)policy->crowded_percent).text);
  if (policy->crowded_percent > 90 && policy->crowded_percent <= 100)
    VD_PLAN_FIND(check->findings, CROWDED_PERCENT, "policy.crowded_percent",
                 vd_plan_words("%u", (unsigned)policy->crowded_percent).text);
  if (policy->tea_seats_percent > 0 && policy->tea_seats_percent < 20)
    VD_PLAN_FIND(check->findings, TEA_SEATS_PERCENT, "policy.tea_seats_percent",
                 vd_plan_words("%u", (unsigned)policy->tea_seats_percent).text);
  if (policy->manual_nodes)
    VD_PLAN_FIND(check->findings, MANUAL_NODES, "policy.manual_nodes", "true");
}

static void check_numbers(struct vd_plan_check *check)
{
  const Vd__Policy *policy = check->plan->policy;
  check_number(check, "warn_percent", policy->warn_percent, 1, 99);
  check_number(check, "commander_severity", policy->commander_severity, 1, 4);
  check_number(check, "digest_from", policy->digest_from, 2, 32);
  check_number(check, "closed_kept", policy->closed_kept, 1, 1000000);
  check_number(check, "crowded_percent", policy->crowded_percent, 1, 100);
  check_number(check, "crowded_clear_percent", policy->crowded_clear_percent, 1, 100);
  check_number(check, "tea_seats_percent", policy->tea_seats_percent, 1, 100);
  check_number(check, "fault_after_beats", policy->fault_after_beats, 1, 100);
  check_number(check, "fault_audience_percent", policy->fault_audience_percent, 1, 100);
  if (policy->suspect_after_ms != 0)
    check_range(check, "policy.suspect_after_ms", policy->suspect_after_ms);
  if (policy->fault_after_beats > 3 && policy->fault_after_beats <= 100)
    VD_PLAN_FIND(check->findings, FAULT_BEATS, "policy.fault_after_beats",
                 vd_plan_words("%u", (unsigned)policy->fault_after_beats).text);
  if (policy->warn_percent > 80 && policy->warn_percent < 100)
    VD_PLAN_FIND(check->findings, WARN_PERCENT, "policy.warn_percent",
                 vd_plan_words("%u", (unsigned)policy->warn_percent).text);
  if (policy->commander_severity == 4)
    VD_PLAN_FIND(check->findings, COMMANDER_SEVERITY, "policy.commander_severity", "4");
  if (policy->manual_offers)
    VD_PLAN_FIND(check->findings, MANUAL_OFFERS, "policy.manual_offers", "true");
}

// Limits in force, of the policy or of one category: an earlier tier cannot be given more time than a later
// one.
static void check_order(struct vd_plan_check *check, int64_t respond_ms, int64_t decide_ms, int64_t land_ms,
                        const char *path)
{
  if (respond_ms <= decide_ms && decide_ms <= land_ms)
    return;
  struct vd_plan_words found =
      vd_plan_words("%s, %s, %s", vd_plan_duration(respond_ms).text, vd_plan_duration(decide_ms).text,
                    vd_plan_duration(land_ms).text);
  VD_PLAN_FIND(check->findings, LIMIT_ORDER, path, found.text);
}

// ---- limits of a category: the first three rules again ----

static int64_t category_limit(struct vd_plan_check *check, size_t category, size_t tier, int64_t value_ms)
{
  const struct duration_rule *rule = &durations[tier];
  if (value_ms == 0)
    return *(const int64_t *)((const char *)check->plan->policy + rule->offset);
  struct vd_plan_words path = vd_plan_words("categories[%zu].%s", category, rule->field);
  if (check_range(check, path.text, value_ms))
    check_looser(check, rule, path.text, value_ms);
  return value_ms;
}

static void check_category_limits(struct vd_plan_check *check)
{
  for (size_t i = 0; i < check->plan->n_categories; i++) {
    const Vd__PlanCategory *category = check->plan->categories[i];
    if (!category->respond_limit_ms && !category->decide_limit_ms && !category->land_limit_ms)
      continue;
    int64_t respond_ms = category_limit(check, i, 0, category->respond_limit_ms);
    int64_t decide_ms = category_limit(check, i, 1, category->decide_limit_ms);
    int64_t land_ms = category_limit(check, i, 2, category->land_limit_ms);
    check_order(check, respond_ms, decide_ms, land_ms, vd_plan_words("categories[%zu]", i).text);
  }
}

// ---- whom the policy names ----

static void check_names(struct vd_plan_check *check)
{
  const Vd__Policy *policy = check->plan->policy;
  const struct {
    const char *field, *id;
    bool is_team;
  } names[] = {
      {"respond_team", policy->respond_team, true}, {"decide_team", policy->decide_team, true},
      {"land_team", policy->land_team, true},       {"respond_lead", policy->respond_lead, false},
      {"decide_lead", policy->decide_lead, false},  {"land_lead", policy->land_lead, false},
      {"supervisor", policy->supervisor, false},    {"commander", policy->commander, false},
      {"control", policy->control, false},          {"safety", policy->safety, false},
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    VD_PLAN_REFER(check, names[i].is_team ? &check->teams : &check->posts, names[i].id,
                  names[i].is_team ? VD_NOUN_TEAM : VD_NOUN_POST,
                  vd_plan_words("policy.%s", names[i].field).text);
  const Vd__Text *name = policy->last_resort_name;
  bool has_name = name && (*name->en || *name->zh_hant || *name->zh_hans);
  if (!has_name || *policy->last_resort_contact == '\0')
    VD_PLAN_FIND(check->findings, NO_LAST_RESORT,
                 has_name ? "policy.last_resort_contact" : "policy.last_resort_name", "");
}

void vd_plan_check_policy(struct vd_plan_check *check)
{
  const Vd__Policy *policy = check->plan->policy;
  check_names(check);
  check_durations(check);
  check_numbers(check);
  check_crowds(check);
  check_order(check, policy->respond_limit_ms, policy->decide_limit_ms, policy->land_limit_ms, "policy");
  check_category_limits(check);
}
