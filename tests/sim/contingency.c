// Contingencies: what is done with them, and what must always hold. A zone is never open and converting at
// once; of what is not active nothing runs: no deadline, no task, no zone; and nobody is called about a
// proposal that is none.
#include <stdio.h>
#include <string.h>

#include "tests/sim/sim.h"

#define STATE(NAME) VD__CONTINGENCY_STATE__CONTINGENCY_STATE_##NAME

static void alert(struct sim *sim, Vd__Command *command, const Vd__Contingency *contingency)
{
  static const char *const identifiers[] = {"urn:a", "urn:b", "urn:c"};
  sim_set_act(command, VD__COMMAND__ACT_CONTINGENCY_PROPOSE);
  Vd__CapAlert *alert = (Vd__CapAlert *)vd_message_new(&vd__cap_alert__descriptor);
  command->contingency_propose->alert = alert;
  vd_string_set(&alert->identifier, identifiers[sim_below(sim, 3)]);
  alert->status = (Vd__CapStatus)(sim_chance(sim, 80) ? 1 : sim_below(sim, 3));
  alert->message = (Vd__CapMessage)(sim_chance(sim, 60) ? 1 : sim_below(sim, 4));
  vd_strings_add(&alert->references, &alert->n_references, identifiers[sim_below(sim, 3)]);
  bool is_known = contingency != NULL && contingency->n_triggers > 0 && sim_chance(sim, 90);
  vd_strings_add(&alert->events, &alert->n_events, is_known ? contingency->triggers[0]->event : "Snow");
  alert->severity = (Vd__CapSeverity)sim_below(sim, 5);
  alert->onset_at_ms = sim->now_ms - 3600000 + (int64_t)sim_below(sim, 7200000);
  alert->expires_at_ms = sim_chance(sim, 30) ? 0 : sim->now_ms - 60000 + (int64_t)sim_below(sim, 3600000);
}

void sim_draw_contingency(struct sim *sim, Vd__Command *command)
{
  const Vd__Contingency *contingency =
      (const Vd__Contingency *)sim_draw_entity(sim, VD__KIND__KIND_CONTINGENCY);
  const char *id = contingency != NULL && sim_chance(sim, 97) ? contingency->id : "no-such-contingency";
  uint64_t draw = sim_below(sim, 100);
  if (draw < 25) {
    alert(sim, command, contingency);
  } else if (draw < 60) {
    sim_set_act(command, VD__COMMAND__ACT_CONTINGENCY_ACTIVATE);
    vd_string_set(&command->contingency_activate->contingency, id);
    if (sim_chance(sim, 40))
      command->contingency_activate->since_at_ms = sim->now_ms - 2100000 + (int64_t)sim_below(sim, 2200000);
    else if (sim_chance(sim, 20))
      command->contingency_activate->incident = 1 + sim_below(sim, 20);
  } else if (draw < 80) {
    sim_set_act(command, VD__COMMAND__ACT_CONTINGENCY_ABORT);
    vd_string_set(&command->contingency_abort->contingency, id);
    vd_string_set(&command->contingency_abort->reason, sim_chance(sim, 90) ? sim_draw_text(sim) : "");
  } else {
    sim_set_act(command, VD__COMMAND__ACT_CONTINGENCY_UNDO);
    vd_string_set(&command->contingency_undo->contingency, id);
  }
}

// ---- what must hold ----

static bool is_converting(const Vd__Zone *zone)
{
  return zone->status == VD__ZONE_STATUS__ZONE_STATUS_CONVERTING ||
         zone->status == VD__ZONE_STATUS__ZONE_STATUS_CONVERTING_PASSABLE;
}

static void check_zones(struct sim *sim, const struct vd_fold *fold)
{
  VD_FOLD_EACH (fold, ZONE, Zone, zone) {
    if (*zone->contingency == '\0')
      continue;
    const Vd__Contingency *of =
        (const Vd__Contingency *)vd_fold_find(fold, VD__KIND__KIND_CONTINGENCY, zone->contingency);
    SIM_CHECK(sim, of != NULL && of->state == STATE(ACTIVE), "%s is held by %s, which is not active",
              zone->id, zone->contingency);
    SIM_CHECK(sim, is_converting(zone), "%s is converted by %s and has another status", zone->id,
              zone->contingency);
  }
}

static void check_one(struct sim *sim, const struct vd_fold *fold, const Vd__Contingency *contingency)
{
  char subject[96];
  bool is_active = contingency->state == STATE(ACTIVE), is_proposed = contingency->state == STATE(PROPOSED);
  snprintf(subject, sizeof subject, "contingency.%s", contingency->id);
  size_t running = 0;
  VD_FOLD_EACH (fold, DEADLINE, Deadline, deadline)
    running += strcmp(deadline->subject, subject) == 0 && deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING;
  SIM_CHECK(sim, running == (is_active ? 1 : 0), "%s has %zu running deadlines", contingency->id, running);
  VD_FOLD_EACH (fold, ALERT, Alert, thread)
    SIM_CHECK(sim,
              strcmp(thread->subject, subject) != 0 || is_active || is_proposed ||
                  thread->state == VD__ALERT_STATE__ALERT_STATE_WITHDRAWN,
              "%s calls, and %s is neither proposed nor active", thread->id, contingency->id);
}

void sim_check_contingencies(struct sim *sim)
{
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  check_zones(sim, fold);
  VD_FOLD_EACH (fold, CONTINGENCY, Contingency, contingency)
    check_one(sim, fold, contingency);
  VD_FOLD_EACH (fold, TASK, Task, task) {
    bool is_open_step =
        task->kind == VD__TASK_KIND__TASK_KIND_STEP && task->state == VD__TASK_STATE__TASK_STATE_OPEN;
    if (!is_open_step)
      continue;
    const Vd__ContingencyStep *step =
        (const Vd__ContingencyStep *)vd_fold_find(fold, VD__KIND__KIND_CONTINGENCY_STEP, task->subject);
    const Vd__Contingency *of =
        step != NULL
            ? (const Vd__Contingency *)vd_fold_find(fold, VD__KIND__KIND_CONTINGENCY, step->contingency)
            : NULL;
    SIM_CHECK(sim, of != NULL && of->state == STATE(ACTIVE) && step->task == task->number,
              "%s is open for a step that does not ask for it", task->id);
  }
}
