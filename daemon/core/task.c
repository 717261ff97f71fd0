#include "daemon/core/task.h"

#include <string.h>

#include "daemon/core/alert.h"
#include "daemon/core/contingency.h"
#include "daemon/core/crew.h"
#include "daemon/core/deadline.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/drill.h"
#include "daemon/core/escalation.h"
#include "daemon/core/key.h"
#include "daemon/core/node.h"
#include "daemon/core/supply.h"
#include "daemon/core/venue_internal.h"

// Whoever comes on duty is asked to do so many of the team's waiting tasks, the oldest first.
enum { ASKED_AT_ONCE = 8 };

static Vd__Promise promise_of(Vd__TaskKind kind)
{
  switch (kind) {
  case VD__TASK_KIND__TASK_KIND_SAMPLE:
    return VD__PROMISE__PROMISE_SAMPLE;
  case VD__TASK_KIND__TASK_KIND_DISPOSE:
    return VD__PROMISE__PROMISE_DISPOSE;
  case VD__TASK_KIND__TASK_KIND_STEP:
    return VD__PROMISE__PROMISE_STEP;
  default:
    return VD__PROMISE__PROMISE_REFILL;
  }
}

static bool is_open(const Vd__Task *task)
{
  return task->state == VD__TASK_STATE__TASK_STATE_OPEN;
}

static struct vd_key id_of(uint64_t number)
{
  struct vd_key id = vd_key_of("t", "", "");
  vd_key_add_number(&id, number);
  return id;
}

Vd__Task *vd_task_find(const struct vd_venue *venue, const char *id)
{
  return VD_FIND(venue, TASK, Task, id);
}

static Vd__Deadline *deadline_of(const struct vd_venue *venue, const Vd__Task *task)
{
  return VD_FIND(venue, DEADLINE, Deadline, vd_key_of(task->id, ".done", "").text);
}

static Vd__Fact *tell(struct vd_act *act, enum vd_fact what, const Vd__Task *task)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return NULL;
  fact->promise = promise_of(task->kind);
  vd_string_set(&fact->subject, task->id);
  vd_string_set(&fact->zone, task->zone);
  vd_string_set(&fact->text, task->subject);
  return fact;
}

// ---- who is asked ----

struct candidate {
  const Vd__Crew *crew;
  bool answers;
  size_t load; // incidents held and tasks asked
  int64_t walk_ms;
};

static bool is_better(const struct candidate *a, const struct candidate *b)
{
  if (!b->crew || a->answers != b->answers)
    return !b->crew || a->answers;
  if (a->load != b->load)
    return a->load < b->load;
  return a->walk_ms < b->walk_ms; // equally near: by rank, as they come
}

static size_t load_of(const struct vd_venue *venue, const Vd__Crew *crew)
{
  return vd_index_count(venue->index, vd_key_of("work/", crew->id, "/").text) +
         vd_index_count(venue->index, vd_key_of("asked/", crew->id, "/").text);
}

static const Vd__Alert *thread_of(const struct vd_venue *venue, const Vd__Task *task, const char *crew)
{
  return VD_FIND(venue, ALERT, Alert, vd_alert_id_of(0, task->id, crew).text);
}

static bool may_do(const Vd__Task *task, const Vd__Crew *crew)
{
  return *task->post == '\0' || vd_crew_holds_post(crew, task->post);
}

// `is_first`: nobody has to have been asked before; else whoever was called about it already is left out.
static const Vd__Crew *find_best(struct vd_venue *venue, const Vd__Task *task, bool is_first)
{
  if (*task->team == '\0')
    return NULL;
  struct candidate best = {.crew = NULL};
  struct vd_key prefix = vd_key_of("duty/", task->team, "/");
  for (const char *key = NULL; (key = vd_index_next(venue->index, prefix.text, key));) {
    const Vd__Crew *crew = VD_FIND(venue, CREW, Crew, vd_index_last_field(key));
    if (!crew || !vd_crew_is_reachable(crew) || !may_do(task, crew) || (!is_first && thread_of(venue, task, crew->id)))
      continue;
    struct candidate candidate = {
        .crew = crew,
        .answers = vd_crew_answers_for(crew, task->zone),
        .load = load_of(venue, crew),
        .walk_ms = vd_walk_ms(venue, vd_crew_whereabouts(crew), task->zone),
    };
    if (is_better(&candidate, &best))
      best = candidate;
  }
  return best.crew;
}

static bool is_because(const Vd__AlertReason *reason, const void *why)
{
  return reason->why == *(const Vd__AlertWhy *)why;
}

static void drop_calls(struct vd_act *act, const Vd__Task *task, Vd__AlertWhy why)
{
  vd_alert_drop_everywhere(act, 0, task->id, is_because, &why);
}

// The index goes on to tell who was asked what, so the task's keys must not wait for the act's end.
static void set_asked(struct vd_act *act, Vd__Task *task, const char *crew)
{
  vd_act_touch(act, VD__KIND__KIND_TASK, &task->base);
  vd_string_set(&task->crew, crew);
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_TASK, task->id, &task->base);
}

static void ask_crew(struct vd_act *act, Vd__Task *task, const Vd__Crew *crew)
{
  drop_calls(act, task, VD__ALERT_WHY__ALERT_WHY_NO_CANDIDATE);
  set_asked(act, task, crew->id);
  const Vd__Policy *policy = vd_policy(act->venue);
  if (!policy->manual_nodes)
    task->passes_on_at_ms =
        act->now_ms + (crew->has_phone ? policy->offer_timeout_ms : policy->offer_timeout_radio_ms);
  vd_escalation_ask_crew(act, task->id, crew, VD__ALERT_WHY__ALERT_WHY_TASK);
  vd_drill_yield(act, crew->id);
}

static void ask(struct vd_act *act, Vd__Task *task)
{
  const Vd__Crew *crew = find_best(act->venue, task, true);
  if (crew) {
    ask_crew(act, task, crew);
    return;
  }
  set_asked(act, task, "");
  task->passes_on_at_ms = 0;
  const Vd__Team *team = VD_FIND(act->venue, TEAM, Team, task->team);
  vd_escalation_ask(act, task->id, task->zone,
                    team && *team->lead ? team->lead : vd_policy(act->venue)->control,
                    VD__ALERT_WHY__ALERT_WHY_NO_CANDIDATE);
}

// ---- opening and ending ----

Vd__Task *vd_task_open(struct vd_act *act, const struct vd_task_call *call)
{
  Vd__Event *event = VD_EDIT(act, EVENT, Event, "event");
  struct vd_key id = id_of(++event->last_task);
  Vd__Task *task = VD_CREATE(act, TASK, Task, id.text);
  task->number = event->last_task;
  task->kind = call->kind;
  vd_string_set(&task->subject, call->subject);
  vd_string_set(&task->zone, call->zone);
  vd_string_set(&task->team, call->team);
  vd_string_set(&task->post, call->post);
  task->state = VD__TASK_STATE__TASK_STATE_OPEN;
  task->opened_at_ms = act->now_ms;
  struct vd_key deadline_id = vd_key_of(task->id, ".done", "");
  struct vd_promise promise = {
      .promise = promise_of(call->kind),
      .id = deadline_id.text,
      .subject = task->id,
      .team = task->team,
      .start_ms = call->start_ms,
      .limit_ms = call->limit_ms,
  };
  vd_deadline_open(act, &promise);
  tell(act, VD_FACT_TASK_OPENED, task);
  ask(act, task);
  return task;
}

// The deadline has ended: nobody need be called about it any more.
static void end(struct vd_act *act, Vd__Task *task, Vd__TaskState state, int64_t at_ms)
{
  vd_act_touch(act, VD__KIND__KIND_TASK, &task->base);
  task->state = state;
  task->ended_at_ms = at_ms;
  task->passes_on_at_ms = 0;
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_TASK, task->id, &task->base);
  vd_escalation_settle(act, task->id);
}

void vd_task_end(struct vd_act *act, Vd__Task *task, const char *by, int64_t acted_at_ms)
{
  if (!is_open(task))
    return;
  Vd__Deadline *deadline = deadline_of(act->venue, task);
  int64_t met_ms = acted_at_ms > deadline->start_at_ms ? acted_at_ms : deadline->start_at_ms;
  vd_deadline_meet(act, deadline, met_ms);
  end(act, task, VD__TASK_STATE__TASK_STATE_DONE, met_ms);
  vd_string_set(&task->ended_by, by);
  tell(act, VD_FACT_TASK_DONE, task);
}

void vd_task_drop(struct vd_act *act, Vd__Task *task, const char *reason)
{
  if (!is_open(task))
    return;
  vd_deadline_void(act, deadline_of(act->venue, task));
  end(act, task, VD__TASK_STATE__TASK_STATE_CANCELLED, act->now_ms);
  vd_string_set(&task->reason, reason);
  Vd__Fact *fact = tell(act, VD_FACT_TASK_CANCELLED, task);
  if (fact)
    vd_string_set(&fact->text, reason);
}

// ---- nobody hears, somebody leaves, somebody comes ----

int64_t vd_task_next(const Vd__Task *task)
{
  return task->passes_on_at_ms ? task->passes_on_at_ms : VD_NEVER;
}

void vd_task_fire(struct vd_act *act, Vd__Task *task)
{
  vd_act_touch(act, VD__KIND__KIND_TASK, &task->base);
  task->passes_on_at_ms = 0;
  const Vd__Crew *next = find_best(act->venue, task, false);
  if (!next)
    return;
  Vd__Fact *fact = tell(act, VD_FACT_TASK_PASSED_ON, task);
  if (fact)
    vd_string_set(&fact->who, task->crew);
  drop_calls(act, task, VD__ALERT_WHY__ALERT_WHY_TASK);
  ask_crew(act, task, next);
}

void vd_task_heard(struct vd_act *act, const char *subject, const char *crew)
{
  Vd__Task *task = vd_task_find(act->venue, subject);
  if (!task || task->passes_on_at_ms == 0 || strcmp(task->crew, crew) != 0)
    return;
  vd_act_touch(act, VD__KIND__KIND_TASK, &task->base);
  task->passes_on_at_ms = 0;
}

void vd_task_left(struct vd_act *act, const Vd__Crew *crew)
{
  struct vd_index_fields asked = vd_index_collect(act->venue->index, vd_key_of("asked/", crew->id, "/").text);
  for (size_t i = 0; i < asked.count; i++) {
    Vd__Task *task = vd_task_find(act->venue, asked.items[i]);
    drop_calls(act, task, VD__ALERT_WHY__ALERT_WHY_TASK);
    ask(act, task);
  }
  vd_index_fields_finish(&asked);
}

// The oldest of the team's that waits for anybody and that this person may do.
static Vd__Task *unasked_for(const struct vd_venue *venue, const char *team, const Vd__Crew *crew)
{
  struct vd_key prefix = vd_key_of("unasked/", team, "/");
  for (const char *key = NULL; (key = vd_index_next(venue->index, prefix.text, key));) {
    Vd__Task *task = vd_task_find(venue, vd_index_last_field(key));
    if (may_do(task, crew))
      return task;
  }
  return NULL;
}

void vd_task_came(struct vd_act *act, const Vd__Crew *crew)
{
  if (!crew->on_duty || !vd_crew_is_reachable(crew))
    return;
  for (size_t i = 0, left = ASKED_AT_ONCE; i < crew->n_posts; i++) {
    const Vd__Post *post = VD_FIND(act->venue, POST, Post, crew->posts[i]);
    if (!post || *post->team == '\0')
      continue;
    for (Vd__Task *task; left > 0 && (task = unasked_for(act->venue, post->team, crew)); left--)
      ask_crew(act, task, crew);
  }
}

// ---- by hand ----

static enum vd_err get(const struct vd_act *act, uint64_t number, const char *field, Vd__Task **task,
                       struct vd_refusal *refusal)
{
  *task = vd_task_find(act->venue, id_of(number).text);
  return *task ? VD_OK : vd_refuse(refusal, VD_ERR_UNKNOWN_TASK, field, "t%llu", (unsigned long long)number);
}

static enum vd_err check_done(const struct vd_act *act, const Vd__Task *task, struct vd_refusal *refusal)
{
  if (task->state == VD__TASK_STATE__TASK_STATE_CANCELLED)
    return vd_refuse(refusal, VD_ERR_WRONG_STATE, "task_done.task", "cancelled: %s", task->reason);
  if (task->kind != VD__TASK_KIND__TASK_KIND_REFILL && task->kind != VD__TASK_KIND__TASK_KIND_STEP)
    return vd_refuse(refusal, VD_ERR_WRONG_STATE, "task_done.task", "log it with batch %s", task->subject);
  if (vd_act_acted_at(act) < deadline_of(act->venue, task)->start_at_ms)
    return vd_refuse(refusal, VD_ERR_ACTED_TOO_EARLY, "acted_at_ms", "before it was asked for");
  return VD_OK;
}

enum vd_err vd_task_done(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  Vd__Task *task = NULL;
  enum vd_err err = get(act, act->command->task_done->task, "task_done.task", &task, refusal);
  if (err != VD_OK)
    return err;
  if (task->state != VD__TASK_STATE__TASK_STATE_DONE) {
    err = check_done(act, task, refusal);
    if (err != VD_OK)
      return err;
    vd_task_end(act, task, vd_act_by(act), vd_act_acted_at(act));
    if (task->kind == VD__TASK_KIND__TASK_KIND_REFILL) {
      vd_supply_filled(act, task->subject);
      vd_node_did(act, VD__NODE__NODE_REFILL, false);
    } else {
      vd_contingency_task_ended(act, task);
    }
  }
  reply->number = task->number;
  return VD_OK;
}

enum vd_err vd_task_cancel(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__TaskCancel *cancel = act->command->task_cancel;
  Vd__Task *task = NULL;
  enum vd_err err = get(act, cancel->task, "task_cancel.task", &task, refusal);
  if (err != VD_OK)
    return err;
  if (task->state == VD__TASK_STATE__TASK_STATE_DONE)
    return vd_refuse(refusal, VD_ERR_WRONG_STATE, "task_cancel.task", "it is done");
  if (is_open(task) && *cancel->reason == '\0')
    return vd_refuse(refusal, VD_ERR_MISSING, "task_cancel.reason", NULL);
  bool was_open = is_open(task), is_step = task->kind == VD__TASK_KIND__TASK_KIND_STEP;
  if (was_open && is_step && !vd_steps_may_skip(act->venue, task))
    return vd_refuse(refusal, VD_ERR_WRONG_STATE, "task_cancel.task", "nothing was done: abort the contingency");
  vd_task_drop(act, task, cancel->reason);
  if (was_open && task->kind == VD__TASK_KIND__TASK_KIND_REFILL) {
    vd_supply_refill_cancelled(act, task->subject);
    vd_node_did(act, VD__NODE__NODE_REFILL, false);
  }
  if (was_open && is_step)
    vd_contingency_task_ended(act, task);
  reply->number = task->number;
  return VD_OK;
}
