// Supplies, their batches, and the tasks of both.
#include <string.h>

#include "daemon/core/supply.h"
#include "tests/sim/sim.h"

#define BATCH(NAME) VD__BATCH_STATE__BATCH_STATE_##NAME
#define TASK(NAME)  VD__TASK_KIND__TASK_KIND_##NAME

static const Vd__Policy *policy_of(const struct sim *sim)
{
  return SIM_WAS(sim, EVENT, Event, "event")->policy;
}

// ---- forecasts ----

static void check_moment(struct sim *sim, const Vd__Supply *now, const char *what, int64_t was_ms,
                         int64_t now_ms)
{
  SIM_CHECK(sim, now_ms >= 0, "%s: %s at %lld", now->id, what, (long long)now_ms);
  if (now_ms == was_ms || now_ms == 0)
    return;
  SIM_REACHED(sim, FORECAST);
  SIM_CHECK(sim, now_ms >= sim->now_ms, "%s: %s is forecast for %lld, which is past", now->id, what,
            (long long)now_ms);
}

void sim_check_supply(struct sim *sim, const Vd__Change *change, const Vd__Supply *now)
{
  const Vd__Supply *was = SIM_WAS(sim, SUPPLY, Supply, now->id);
  (void)change;
  if (was == NULL)
    return;
  check_moment(sim, now, "run-out", was->run_out_at_ms, now->run_out_at_ms);
  check_moment(sim, now, "refill", was->refill_at_ms, now->refill_at_ms);
  SIM_CHECK(sim, now->stale_at_ms == 0 || now->stale_at_ms == now->filled_at_ms + now->holding_ms,
            "%s goes stale at %lld", now->id, (long long)now->stale_at_ms);
  SIM_CHECK(sim, now->run_out_at_ms == 0 || now->run_out_at_ms >= now->level_at_ms,
            "%s runs out before its level was seen", now->id);
  SIM_CHECK(sim, now->rate_idle <= VD_SUPPLY_RATE_MAX && now->rate_break <= VD_SUPPLY_RATE_MAX,
            "%s goes at an impossible rate", now->id);
  SIM_CHECK(sim, now->level_at_ms >= was->level_at_ms && now->served >= was->served,
            "%s: what was known before is told after", now->id);
}

static unsigned tasks_of(const struct vd_fold *fold, const char *subject, Vd__TaskKind kind, bool only_open)
{
  unsigned count = 0;
  VD_FOLD_EACH (fold, TASK, Task, task)
    count += task->kind == kind && strcmp(task->subject, subject) == 0 &&
             (!only_open || task->state == VD__TASK_STATE__TASK_STATE_OPEN);
  return count;
}

static void check_refill(struct sim *sim, const struct vd_fold *fold, const Vd__Supply *supply)
{
  const Vd__Task *task = (const Vd__Task *)vd_fold_find(fold, VD__KIND__KIND_TASK, supply->task);
  bool is_named = task != NULL && task->state == VD__TASK_STATE__TASK_STATE_OPEN;
  unsigned open = tasks_of(fold, supply->id, TASK(REFILL), true);
  SIM_CHECK(sim, open == (is_named ? 1 : 0), "%s has %u open refills and names %s", supply->id, open,
            is_named ? supply->task : "none");
  SIM_CHECK(sim, open == 0 || !supply->retired, "%s is retired and to be refilled", supply->id);
  SIM_CHECK(sim, *supply->task == '\0' || task != NULL, "%s names %s, which is gone", supply->id,
            supply->task);
  bool waits = supply->refill_at_ms != 0 && !supply->retired && *supply->task == '\0';
  SIM_CHECK(sim, !waits || supply->refill_at_ms > sim->now_ms, "nobody was asked to refill %s", supply->id);
  if (open > 0)
    SIM_REACHED(sim, REFILL_OPEN);
  if (supply->run_out_at_ms != 0 && supply->run_out_at_ms < sim->now_ms)
    SIM_REACHED(sim, RUN_OUT_PASSED);
}

// ---- batches ----

static bool may_become(Vd__BatchState was, Vd__BatchState now)
{
  switch (now) {
  case BATCH(PLANNED):
    return was == BATCH(HELD);
  case BATCH(HELD):
    return was == BATCH(PLANNED);
  case BATCH(SERVED):
  case BATCH(CANCELLED):
    return was == BATCH(PLANNED) || was == BATCH(HELD);
  case BATCH(SAMPLED):
    return was == BATCH(SERVED);
  case BATCH(DISPOSED):
    return was == BATCH(SAMPLED);
  default:
    return false;
  }
}

void sim_check_batch(struct sim *sim, const Vd__Change *change, const Vd__Batch *now)
{
  const Vd__Batch *was = SIM_WAS(sim, BATCH, Batch, now->id);
  (void)change;
  SIM_CHECK(sim,
            was == NULL ? now->state == BATCH(PLANNED)
                        : was->state == now->state || may_become(was->state, now->state),
            "%s went from %d to %d", now->id, was != NULL ? (int)was->state : 0, (int)now->state);
  if (now->sample == NULL)
    return;
  SIM_CHECK(sim, now->sample->taken_at_ms >= now->served_at_ms, "the sample of %s was taken too early",
            now->id);
  SIM_CHECK(sim, now->disposed_at_ms == 0 || now->disposed_at_ms >= now->sample->keep_until_at_ms,
            "the sample of %s was not kept", now->id);
}

static void check_sample(struct sim *sim, const struct vd_fold *fold, const Vd__Batch *batch)
{
  bool was_served = batch->served_at_ms != 0;
  unsigned samples = tasks_of(fold, batch->id, TASK(SAMPLE), false);
  unsigned disposals = tasks_of(fold, batch->id, TASK(DISPOSE), false);
  SIM_CHECK(sim, samples == (was_served ? 1 : 0), "%s has %u samples to take", batch->id, samples);
  SIM_CHECK(sim, disposals <= (batch->sample != NULL ? 1 : 0), "%s has %u disposals", batch->id, disposals);
  if (batch->state == BATCH(SERVED)) {
    char id[80];
    snprintf(id, sizeof id, "%s.done", batch->task);
    const Vd__Deadline *deadline = (const Vd__Deadline *)vd_fold_find(fold, VD__KIND__KIND_DEADLINE, id);
    SIM_CHECK(sim,
              deadline != NULL && deadline->start_at_ms == batch->served_at_ms &&
                  deadline->limit_ms == policy_of(sim)->sample_limit_ms,
              "the sample of %s has not its deadline", batch->id);
    SIM_REACHED(sim, SAMPLE_ASKED);
  }
  if (batch->state == BATCH(SAMPLED) && sim->now_ms < batch->sample->keep_until_at_ms)
    SIM_REACHED(sim, SAMPLE_TOO_EARLY);
  bool is_kept = batch->state == BATCH(SAMPLED) && batch->sample->keep_until_at_ms <= sim->now_ms;
  SIM_CHECK(sim, !is_kept || disposals == 1, "nobody was asked to dispose of the sample of %s", batch->id);
}

static void check_held(struct sim *sim, const struct vd_fold *fold, const Vd__Batch *batch)
{
  if (*batch->held_for == '\0')
    return;
  const Vd__Session *session =
      (const Vd__Session *)vd_fold_find(fold, VD__KIND__KIND_SESSION, batch->held_for);
  SIM_REACHED(sim, BATCH_HELD_BACK);
  SIM_CHECK(sim, batch->state == BATCH(HELD) && session != NULL && session->overrun_warned,
            "%s is held back by %s, which does not overrun", batch->id, batch->held_for);
}

// ---- tasks ----

static bool is_of_team(const struct sim *sim, const Vd__Crew *crew, const char *team)
{
  for (size_t i = 0; i < crew->n_posts; i++) {
    const Vd__Post *post = SIM_WAS(sim, POST, Post, crew->posts[i]);
    if (post != NULL && strcmp(post->team, team) == 0)
      return true;
  }
  return false;
}

static const char *team_of(const struct sim *sim, const Vd__Change *change, const Vd__Task *task)
{
  const Vd__ContingencyStep *step =
      task->kind == TASK(STEP) ? SIM_AFTER(sim, change, CONTINGENCY_STEP, ContingencyStep, task->subject) : NULL;
  if (step != NULL)
    return step->team;
  const Vd__Batch *batch =
      task->kind != TASK(REFILL) ? SIM_AFTER(sim, change, BATCH, Batch, task->subject) : NULL;
  const Vd__Supply *supply =
      SIM_AFTER(sim, change, SUPPLY, Supply, batch != NULL ? batch->supply : task->subject);
  return *supply->team != '\0' ? supply->team : policy_of(sim)->supply_team;
}

static bool can_be_asked(const Vd__Crew *crew, int64_t at_ms)
{
  return sim_is_on_duty(crew, at_ms) && (crew->has_phone || crew->reach != VD__REACH__REACH_RADIO_DEAD);
}

void sim_check_task(struct sim *sim, const Vd__Change *change, const Vd__Task *now)
{
  const Vd__Task *was = SIM_WAS(sim, TASK, Task, now->id);
  if (was == NULL) {
    SIM_CHECK(sim, strcmp(now->team, team_of(sim, change, now)) == 0, "%s is asked of %s", now->id,
              now->team);
    if (now->kind == TASK(REFILL) && change->cause->of_case == VD__CAUSE__OF_TICK)
      SIM_REACHED(sim, REFILL_ASKED);
  }
  SIM_CHECK(sim, was == NULL || was->state == now->state || was->state == VD__TASK_STATE__TASK_STATE_OPEN,
            "%s has ended twice", now->id);
  if (*now->crew == '\0' || (was != NULL && strcmp(was->crew, now->crew) == 0))
    return;
  const Vd__Crew *crew = SIM_AFTER(sim, change, CREW, Crew, now->crew);
  SIM_REACHED(sim, TASK_ASKED);
  if (was != NULL && *was->crew != '\0')
    SIM_REACHED(sim, TASK_PASSED_ON);
  SIM_CHECK(sim, can_be_asked(crew, sim->now_ms), "%s was asked to do %s off duty", crew->id, now->id);
  SIM_CHECK(sim, is_of_team(sim, crew, now->team), "%s of %s is asked of %s", now->id, now->team, crew->id);
}

static void check_task(struct sim *sim, const struct vd_fold *fold, const Vd__Task *task)
{
  char id[80];
  snprintf(id, sizeof id, "%s.done", task->id);
  const Vd__Deadline *deadline = (const Vd__Deadline *)vd_fold_find(fold, VD__KIND__KIND_DEADLINE, id);
  bool is_open = task->state == VD__TASK_STATE__TASK_STATE_OPEN;
  bool is_running = deadline != NULL && deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING;
  SIM_CHECK(sim, deadline != NULL && is_open == is_running, "%s and its deadline do not agree", task->id);
  if (!is_open)
    return;
  if (deadline->breached_at_ms != 0)
    SIM_REACHED(sim, TASK_BREACHED);
  if (*task->crew == '\0') {
    SIM_REACHED(sim, TASK_OF_NOBODY);
    return;
  }
  const Vd__Crew *crew = (const Vd__Crew *)vd_fold_find(fold, VD__KIND__KIND_CREW, task->crew);
  SIM_CHECK(sim, can_be_asked(crew, sim->now_ms), "%s is still asked of %s, who has gone", task->id,
            crew->id);
}

void sim_check_supplies(struct sim *sim)
{
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  VD_FOLD_EACH (fold, SUPPLY, Supply, supply)
    check_refill(sim, fold, supply);
  VD_FOLD_EACH (fold, BATCH, Batch, batch) {
    check_sample(sim, fold, batch);
    check_held(sim, fold, batch);
  }
  VD_FOLD_EACH (fold, TASK, Task, task)
    check_task(sim, fold, task);
}
