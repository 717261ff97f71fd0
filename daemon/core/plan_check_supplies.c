// Tea-break supplies: who refills them and whether that can be in time; food in batches and the samples kept
// of them (standard §3).
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "daemon/core/supply.h"

static const int64_t MINUTE = INT64_C(60000);
static const int64_t HOUR = INT64_C(3600000);
enum { PAR_MAX = 100000, SAMPLE_LEAST_G = 125, SAMPLE_MOST_G = 5000 };

static struct vd_plan_words path_of(size_t at, const char *field)
{
  return vd_plan_words("supplies[%zu].%s", at, field);
}

// ---- numbers ----

static void say_number(struct vd_plan_check *check, const char *path, int64_t value, int64_t least,
                       int64_t most)
{
  VD_PLAN_FIND(check->findings, NUMBER_RANGE, path, vd_plan_words("%lld", (long long)value).text,
               vd_plan_words("%lld", (long long)least).text, vd_plan_words("%lld", (long long)most).text);
}

static void say_duration(struct vd_plan_check *check, const char *path, int64_t value_ms, int64_t most_ms)
{
  VD_PLAN_FIND(check->findings, NUMBER_RANGE, path, vd_plan_duration(value_ms).text, vd_plan_duration(0).text,
               vd_plan_duration(most_ms).text);
}

// The path is made only for a finding.
#define CHECK_NUMBER(check, path, value, least, most)                                                        \
  ((int64_t)(value) >= (least) && (int64_t)(value) <= (most)                                                 \
       ? (void)0                                                                                             \
       : say_number((check), (path).text, (value), (least), (most)))
#define CHECK_DURATION(check, path, value_ms, most_ms)                                                       \
  ((value_ms) >= 0 && (value_ms) <= (most_ms) ? (void)0                                                      \
                                              : say_duration((check), (path).text, (value_ms), (most_ms)))

static void check_numbers(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanSupply *supply = check->plan->supplies[at];
  CHECK_NUMBER(check, path_of(at, "par"), supply->par, 1, PAR_MAX);
  CHECK_NUMBER(check, path_of(at, "burn_idle"), supply->burn_idle, 0, VD_SUPPLY_RATE_MAX);
  CHECK_NUMBER(check, path_of(at, "burn_break"), supply->burn_break, 0, VD_SUPPLY_RATE_MAX);
  CHECK_DURATION(check, path_of(at, "lead_ms"), supply->lead_ms, 24 * HOUR);
  CHECK_DURATION(check, path_of(at, "holding_ms"), supply->holding_ms, 7 * 24 * HOUR);
}

// ---- whether a refill can be in time ----

static void check_lead(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanSupply *supply = check->plan->supplies[at];
  if (supply->holding_ms > 0 && supply->holding_ms <= supply->lead_ms)
    VD_PLAN_FIND(check->findings, SUPPLY_STALE, path_of(at, "holding_ms").text,
                 vd_plan_duration(supply->holding_ms).text, supply->id,
                 vd_plan_duration(supply->lead_ms).text);
  int64_t most_ms = 24 * HOUR, lead_ms = supply->lead_ms < most_ms ? supply->lead_ms : most_ms;
  if (lead_ms < 0) // which was told, as is one that is longer
    return;
  if ((int64_t)supply->burn_break * lead_ms > (int64_t)supply->par * 1000 * MINUTE)
    VD_PLAN_FIND(check->findings, SUPPLY_GONE, path_of(at, "lead_ms").text,
                 vd_plan_duration(supply->lead_ms).text, supply->id,
                 vd_plan_duration((int64_t)supply->par * 1000 * MINUTE / supply->burn_break).text);
}

static void check_burn(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanSupply *supply = check->plan->supplies[at];
  if (supply->burn_break == 0)
    VD_PLAN_FIND(check->findings, NO_BURN, path_of(at, "id").text, supply->id);
}

// ---- who refills ----

static bool is_in_team(const Vd__PlanCrew *crew, const void *context)
{
  const void *const *words = context;
  return vd_plan_is_in_team(words[0], crew, words[1]);
}

static bool is_first_of_team(const Vd__Plan *plan, size_t at)
{
  for (size_t i = 0; i < at; i++)
    if (strcmp(plan->supplies[i]->team, plan->supplies[at]->team) == 0)
      return false;
  return true;
}

// Said once for a team, however many supplies it has.
static void check_team(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanSupply *supply = check->plan->supplies[at];
  VD_PLAN_REFER(check, &check->teams, supply->team, VD_NOUN_TEAM, path_of(at, "team").text);
  if (!vd_plan_ids_have(&check->teams, supply->team) || !is_first_of_team(check->plan, at))
    return;
  const void *context[] = {check, supply->team};
  vd_plan_check_gaps(check, VD_SAY_SUPPLY_GAP, path_of(at, "id").text, supply->team, supply->id, is_in_team,
                     context);
}

// ---- batches ----

static void check_session(struct vd_plan_check *check, const Vd__PlanBatch *batch, const char *path)
{
  size_t found = vd_plan_ids_at(&check->sessions, batch->session);
  const Vd__PlanSession *session = found != SIZE_MAX ? check->plan->sessions[found] : NULL;
  VD_PLAN_REFER(check, &check->sessions, batch->session, VD_NOUN_SESSION, path);
  if (session && session->kind != VD__SESSION_KIND__SESSION_KIND_BREAK)
    VD_PLAN_FIND(check->findings, BATCH_NO_BREAK, path, session->id);
}

static void check_time(struct vd_plan_check *check, const Vd__PlanBatch *batch, const char *path)
{
  const Vd__PlanEvent *event = check->plan->event;
  bool is_inside = batch->planned_at_ms >= event->start_at_ms && batch->planned_at_ms <= event->end_at_ms;
  if (batch->planned_at_ms == 0)
    VD_PLAN_FIND(check->findings, BATCH_NO_TIME, path, "");
  else if (!is_inside)
    VD_PLAN_FIND(check->findings, BATCH_OUTSIDE, path, vd_plan_clock(event, batch->planned_at_ms).text);
}

static void check_batch(struct vd_plan_check *check, size_t at, size_t number)
{
  const Vd__PlanSupply *supply = check->plan->supplies[at];
  const Vd__PlanBatch *batch = supply->batches[number];
  struct vd_plan_words path = vd_plan_words("supplies[%zu].batches[%zu]", at, number);
  CHECK_NUMBER(check, vd_plan_words("%s.quantity", path.text), batch->quantity, 1,
               (int64_t)supply->par * VD_SUPPLY_LEVEL_PARS);
  if (*batch->session && batch->planned_at_ms)
    VD_PLAN_FIND(check->findings, BATCH_TWO_TIMES, path.text, batch->session);
  else if (*batch->session)
    check_session(check, batch, vd_plan_words("%s.session", path.text).text);
  else
    check_time(check, batch, path.text);
}

// ---- the samples ----

static void check_samples(struct vd_plan_check *check)
{
  const Vd__Policy *policy = check->plan->policy;
  CHECK_NUMBER(check, vd_plan_words("policy.sample_weight_g"), policy->sample_weight_g, 1, SAMPLE_MOST_G);
  CHECK_DURATION(check, vd_plan_words("policy.sample_keep_ms"), policy->sample_keep_ms, 31 * 24 * HOUR);
  CHECK_DURATION(check, vd_plan_words("policy.dispose_limit_ms"), policy->dispose_limit_ms, 31 * 24 * HOUR);
  if (policy->sample_weight_g > 0 && policy->sample_weight_g < SAMPLE_LEAST_G)
    VD_PLAN_FIND(check->findings, SAMPLE_WEIGHT, "policy.sample_weight_g",
                 vd_plan_words("%u", policy->sample_weight_g).text);
  if (policy->sample_keep_ms >= 0 && policy->sample_keep_ms < 48 * HOUR)
    VD_PLAN_FIND(check->findings, SAMPLE_KEEP, "policy.sample_keep_ms",
                 vd_plan_duration(policy->sample_keep_ms).text);
  if (policy->dispose_limit_ms > 24 * HOUR)
    VD_PLAN_FIND(check->findings, DISPOSE_LIMIT, "policy.dispose_limit_ms",
                 vd_plan_duration(policy->dispose_limit_ms).text);
}

void vd_plan_check_supplies(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  check_samples(check);
  for (size_t i = 0; i < plan->n_supplies; i++) {
    VD_PLAN_REFER(check, &check->zones, plan->supplies[i]->zone, VD_NOUN_ZONE, path_of(i, "zone").text);
    check_numbers(check, i);
    check_lead(check, i);
    check_burn(check, i);
    check_team(check, i);
    for (size_t j = 0; j < plan->supplies[i]->n_batches; j++)
      check_batch(check, i, j);
  }
}
