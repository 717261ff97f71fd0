// Drills: what they must never change, and the commands that begin and end them.
#include <string.h>

#include "daemon/core/drill.h"
#include "daemon/core/incident.h"
#include "tests/sim/sim.h"

struct figures {
  uint64_t incidents, alerts, running, breaches, drilled;
};

static bool is_open(const Vd__Incident *incident)
{
  return incident->state >= VD__INCIDENT_STATE__INCIDENT_STATE_OPEN &&
         incident->state <= VD__INCIDENT_STATE__INCIDENT_STATE_LANDED;
}

// The figures of what is real, by looking.
static struct figures look(const struct vd_fold *fold)
{
  struct figures seen = {0};
  VD_FOLD_EACH (fold, INCIDENT, Incident, incident) {
    seen.incidents += is_open(incident) && incident->drill == 0;
    seen.drilled += is_open(incident) && incident->drill != 0;
  }
  VD_FOLD_EACH (fold, ALERT, Alert, alert)
    seen.alerts += alert->state == VD__ALERT_STATE__ALERT_STATE_OPEN && alert->drill == 0;
  VD_FOLD_EACH (fold, DEADLINE, Deadline, deadline) {
    seen.running += deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING && deadline->drill == 0;
    seen.breaches += deadline->breached_at_ms != 0 && deadline->drill == 0;
  }
  return seen;
}

static void check_figures(struct sim *sim, const struct vd_fold *fold)
{
  struct figures seen = look(fold);
  struct vd_venue_counts counts;
  vd_venue_count(sim->venue, &counts);
  SIM_CHECK(sim, counts.open_incidents == seen.incidents, "a drill is counted as open incidents");
  SIM_CHECK(sim, counts.drill_incidents == seen.drilled, "the incidents of drills are miscounted");
  SIM_CHECK(sim, counts.open_alerts == seen.alerts, "a drill is counted as open alerts");
  SIM_CHECK(sim, counts.running_deadlines == seen.running, "a drill is counted as running deadlines");
  SIM_CHECK(sim, counts.breaches == seen.breaches, "a drill is counted as breaches");
  if (seen.drilled > 0)
    SIM_REACHED(sim, DRILL_RUNS);
}

// All that belongs to an incident says of which drill it is, or that it is real.
static void check_marks(struct sim *sim, const struct vd_fold *fold)
{
  VD_FOLD_EACH (fold, DEADLINE, Deadline, deadline) {
    const Vd__Incident *incident = vd_incident_find(sim->venue, deadline->incident);
    SIM_CHECK(sim, incident == NULL || incident->drill == deadline->drill, "%s is not marked", deadline->id);
  }
  VD_FOLD_EACH (fold, ALERT, Alert, alert) {
    const Vd__Incident *incident =
        alert->incident != 0 ? vd_incident_find(sim->venue, alert->incident) : NULL;
    SIM_CHECK(sim, incident == NULL || incident->drill == alert->drill, "%s is not marked", alert->id);
  }
}

// Whoever has real work, or is offered some, has none of a drill.
static void check_offers(struct sim *sim, const struct vd_fold *fold)
{
  VD_FOLD_EACH (fold, OFFER, Offer, drilled) {
    if (drilled->state != VD__OFFER_STATE__OFFER_STATE_OPEN || drilled->drill == 0 || drilled->handover)
      continue;
    VD_FOLD_EACH (fold, OFFER, Offer, real)
      SIM_CHECK(sim,
                real->state != VD__OFFER_STATE__OFFER_STATE_OPEN || real->drill != 0 || real->handover ||
                    strcmp(real->crew, drilled->crew) != 0,
                "%s is offered %s beside %s", real->crew, drilled->id, real->id);
  }
}

void sim_check_drills(struct sim *sim)
{
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  const Vd__Drill *drill = vd_drill_running(sim->venue);
  check_figures(sim, fold);
  check_marks(sim, fold);
  check_offers(sim, fold);
  VD_FOLD_EACH (fold, INCIDENT, Incident, incident) {
    if (!is_open(incident))
      continue;
    SIM_CHECK(sim, drill == NULL || incident->drill != 0 || incident->severity < VD_DRILL_ENDS_AT_SEVERITY,
              "a drill goes on beside #%s", incident->id);
    SIM_CHECK(sim, incident->drill == 0 || (drill != NULL && incident->drill == drill->number),
              "#%s outlives its drill", incident->id);
  }
  VD_FOLD_EACH (fold, DRILL, Drill, over)
    if (over->ended_for != 0)
      SIM_REACHED(sim, DRILL_CUT_SHORT);
}

void sim_check_drilled(struct sim *sim, const Vd__Entity *entity)
{
  if (entity->of_case != VD__ENTITY__OF_INCIDENT || entity->incident->drill == 0 ||
      !is_open(entity->incident))
    return;
  const Vd__Incident *was = SIM_WAS(sim, INCIDENT, Incident, entity->incident->id);
  SIM_CHECK(sim, was == NULL || was->drill == entity->incident->drill, "#%s changes its drill",
            entity->incident->id);
  if (was != NULL && *was->holder != '\0' && *entity->incident->holder == '\0')
    SIM_REACHED(sim, DRILL_YIELDS);
}

// ---- commands ----

static void start(struct sim *sim, Vd__Command *command)
{
  sim_set_act(command, VD__COMMAND__ACT_DRILL_START);
  Vd__DrillStart *start = command->drill_start;
  vd_string_set(&start->title, sim_chance(sim, 97) ? "evacuation" : "");
  vd_string_set(&start->zone, sim_chance(sim, 30) ? sim_draw_id(sim, VD__KIND__KIND_ZONE) : "");
  for (uint64_t left = sim_chance(sim, 50) ? sim_below(sim, 6) : 0; left > 0; left--)
    vd_strings_add(&start->crews, &start->n_crews, sim_draw_id(sim, VD__KIND__KIND_CREW));
}

// A drill is not drawn where it would be refused all the time: severe incidents are cancelled first, as a
// control room does that waits for a quiet hour.
static bool cancel_severe(struct sim *sim, Vd__Command *command)
{
  VD_FOLD_EACH (vd_venue_fold(sim->venue), INCIDENT, Incident, incident) {
    if (!is_open(incident) || incident->drill != 0 || incident->severity < VD_DRILL_ENDS_AT_SEVERITY)
      continue;
    sim_set_act(command, VD__COMMAND__ACT_CANCEL);
    command->cancel->incident = incident->number;
    vd_string_set(&command->cancel->reason, "a quiet hour");
    return true;
  }
  return false;
}

// Whoever was offered its work takes it, so that real work finds somebody who holds some.
static bool accept(struct sim *sim, Vd__Command *command)
{
  VD_FOLD_EACH (vd_venue_fold(sim->venue), OFFER, Offer, offer) {
    if (offer->drill == 0 || offer->state != VD__OFFER_STATE__OFFER_STATE_OPEN)
      continue;
    sim_set_act(command, VD__COMMAND__ACT_ACCEPT);
    command->accept->incident = offer->incident;
    vd_string_set(&command->by, offer->crew);
    return true;
  }
  return false;
}

void sim_draw_drill(struct sim *sim, Vd__Command *command)
{
  if (sim_chance(sim, 40) && accept(sim, command))
    return;
  if (vd_drill_running(sim->venue) == NULL ? sim_chance(sim, 85) && cancel_severe(sim, command) : false)
    return;
  if (sim_chance(sim, vd_drill_running(sim->venue) != NULL ? 15 : 90)) {
    start(sim, command);
  } else if (sim_chance(sim, 20)) {
    sim_set_act(command, VD__COMMAND__ACT_DRILL_END);
    vd_string_set(&command->drill_end->reason, sim_draw_text(sim));
  } else {
    sim_set_act(command, VD__COMMAND__ACT_REPORT);
    vd_string_set(&command->report->category, sim_draw_id(sim, VD__KIND__KIND_CATEGORY));
    command->report->drill = true;
    vd_string_set(&command->by, "");
  }
}
