// The steps of a playbook: in its order, each a Task.
#include <string.h>

#include "daemon/core/contingency_internal.h"
#include "daemon/core/task.h"

#define STATE(NAME) VD__STEP_STATE__STEP_STATE_##NAME

static Vd__ContingencyStep *next_of(const struct vd_venue *venue, const Vd__Contingency *contingency,
                                    const Vd__ContingencyStep *before)
{
  struct vd_key prefix = vd_key_of(contingency->id, ".", "");
  return (Vd__ContingencyStep *)vd_fold_next(venue->fold, VD__KIND__KIND_CONTINGENCY_STEP,
                                             before ? before->id : NULL, prefix.text);
}

static bool has_ended(const Vd__ContingencyStep *step)
{
  return step->state == STATE(DONE) || step->state == STATE(SKIPPED);
}

static void touch(struct vd_act *act, Vd__ContingencyStep *step)
{
  vd_act_touch(act, VD__KIND__KIND_CONTINGENCY_STEP, &step->base);
}

// When all that come before it had ended; 0 if one has not.
static int64_t ready_at(const struct vd_venue *venue, const Vd__Contingency *contingency,
                        const Vd__ContingencyStep *step)
{
  int64_t at_ms = contingency->activated_at_ms;
  for (size_t i = 0; i < step->n_after; i++) {
    struct vd_key id = vd_key_of(contingency->id, ".", step->after[i]);
    const Vd__ContingencyStep *before = VD_FIND(venue, CONTINGENCY_STEP, ContingencyStep, id.text);
    if (before && !has_ended(before))
      return 0;
    if (before && before->ended_at_ms > at_ms)
      at_ms = before->ended_at_ms;
  }
  return at_ms;
}

static void open(struct vd_act *act, Vd__ContingencyStep *step, int64_t start_ms)
{
  struct vd_task_call call = {
      .kind = VD__TASK_KIND__TASK_KIND_STEP,
      .subject = step->id,
      .zone = step->zone,
      .team = step->team,
      .post = step->post,
      .start_ms = start_ms,
      .limit_ms = step->within_ms,
  };
  touch(act, step);
  step->state = STATE(OPEN);
  step->task = vd_task_open(act, &call)->number;
}

void vd_steps_open(struct vd_act *act, const Vd__Contingency *contingency)
{
  Vd__ContingencyStep *step = NULL;
  while ((step = next_of(act->venue, contingency, step))) {
    int64_t start_ms = step->state == STATE(WAITING) ? ready_at(act->venue, contingency, step) : 0;
    if (start_ms != 0)
      open(act, step, start_ms);
  }
}

void vd_steps_begin(struct vd_act *act, Vd__Contingency *contingency)
{
  Vd__ContingencyStep *step = NULL;
  while ((step = next_of(act->venue, contingency, step))) {
    touch(act, step);
    step->state = STATE(WAITING);
    step->task = 0;
    step->ended_at_ms = 0;
  }
  contingency->done = 0;
  vd_steps_open(act, contingency);
}

static Vd__Task *task_of(const struct vd_venue *venue, const Vd__ContingencyStep *step)
{
  struct vd_key id = vd_key_of("t", "", "");
  vd_key_add_number(&id, step->task);
  return vd_task_find(venue, id.text);
}

void vd_steps_stop(struct vd_act *act, const Vd__Contingency *contingency, const char *reason, bool forgets)
{
  Vd__ContingencyStep *step = NULL;
  while ((step = next_of(act->venue, contingency, step))) {
    if (has_ended(step) && !forgets)
      continue;
    touch(act, step);
    if (step->state == STATE(OPEN))
      vd_task_drop(act, task_of(act->venue, step), reason);
    step->state = forgets ? STATE(UNSPECIFIED) : STATE(WAITING);
    if (forgets)
      step->ended_at_ms = 0;
  }
}

int64_t vd_steps_ended_at(const struct vd_venue *venue, const Vd__Contingency *contingency)
{
  int64_t at_ms = contingency->activated_at_ms;
  const Vd__ContingencyStep *step = NULL;
  while ((step = next_of(venue, contingency, step))) {
    if (!has_ended(step))
      return 0;
    if (step->ended_at_ms > at_ms)
      at_ms = step->ended_at_ms;
  }
  return at_ms;
}

bool vd_steps_may_skip(const struct vd_venue *venue, const Vd__Task *task)
{
  const Vd__ContingencyStep *own = VD_FIND(venue, CONTINGENCY_STEP, ContingencyStep, task->subject);
  const Vd__Contingency *contingency =
      own ? VD_FIND(venue, CONTINGENCY, Contingency, own->contingency) : NULL;
  if (!contingency)
    return true;
  const Vd__ContingencyStep *step = NULL;
  while ((step = next_of(venue, contingency, step)))
    if (step != own && step->state != STATE(SKIPPED))
      return true;
  return false;
}
