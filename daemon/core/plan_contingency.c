// What a contingency of the plan becomes: itself, and its steps; and what the venue has of them that it no
// longer says.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/message.h"

#define NEW(Type, descriptor) ((Vd__##Type *)vd_message_new(&vd__##descriptor##__descriptor))

static Vd__Text *copy_text(const Vd__Text *text)
{
  return text ? (Vd__Text *)vd_message_copy(&text->base) : NULL;
}

static void copy_words(char ***to, size_t *to_count, char *const *from, size_t count)
{
  for (size_t i = 0; i < count; i++)
    vd_strings_add(to, to_count, from[i]);
}

#define COPY_ALL(to, count, from, from_count)                                                                \
  for (size_t i = 0; i < (from_count); i++)                                                                  \
  VD_REPEATED_ADD((to), (count), vd_message_copy(&(from)[i]->base))

Vd__Contingency *vd_plan_contingency_entity(const Vd__PlanContingency *planned)
{
  Vd__Contingency *contingency = NEW(Contingency, contingency);
  vd_string_set(&contingency->id, planned->id);
  contingency->name = copy_text(planned->name);
  COPY_ALL(contingency->from, contingency->n_from, planned->from, planned->n_from);
  COPY_ALL(contingency->to, contingency->n_to, planned->to, planned->n_to);
  COPY_ALL(contingency->triggers, contingency->n_triggers, planned->triggers, planned->n_triggers);
  contingency->within_ms = planned->within_ms;
  vd_string_set(&contingency->team, planned->team);
  contingency->announcement = copy_text(planned->announcement);
  copy_words(&contingency->route, &contingency->n_route, planned->route, planned->n_route);
  copy_words(&contingency->step_free_route, &contingency->n_step_free_route, planned->step_free_route,
             planned->n_step_free_route);
  contingency->steps = (uint32_t)planned->n_tasks;
  contingency->state = VD__CONTINGENCY_STATE__CONTINGENCY_STATE_READY;
  return contingency;
}

Vd__ContingencyStep *vd_plan_step_entity(const Vd__PlanContingency *planned, size_t at)
{
  const Vd__PlanStep *task = planned->tasks[at];
  Vd__ContingencyStep *step = NEW(ContingencyStep, contingency_step);
  // Of two words of the plan: longer than plan_words holds.
  struct vd_buffer id = {0};
  vd_buffer_printf(&id, "%s.%s", planned->id, task->id);
  vd_buffer_append(&id, "", 1);
  vd_string_set(&step->id, (char *)id.data);
  vd_buffer_finish(&id);
  vd_string_set(&step->contingency, planned->id);
  step->index = (uint32_t)at + 1;
  step->name = copy_text(task->name);
  vd_string_set(&step->team, task->team);
  vd_string_set(&step->post, task->post);
  vd_string_set(&step->zone, task->zone);
  copy_words(&step->after, &step->n_after, task->after, task->n_after);
  step->within_ms = task->within_ms;
  return step;
}
