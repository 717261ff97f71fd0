// Devices: who is suspect or faulty was silent or beyond a bound, and not in maintenance; who was, is; and
// one fault is one incident.
#include <string.h>

#include "daemon/core/incident.h"
#include "tests/sim/sim.h"

#define STATE(NAME) VD__DEVICE_STATE__DEVICE_STATE_##NAME

static const int64_t KEPT_EACH_MS = 60000;

static const Vd__Policy *policy_of(const struct sim *sim)
{
  return SIM_WAS(sim, EVENT, Event, "event")->policy;
}

static bool is_in_maintenance(const Vd__Device *device, int64_t at_ms)
{
  if (at_ms < device->maintenance_until_at_ms)
    return true;
  for (size_t i = 0; at_ms >= device->service_until_at_ms && i < device->n_windows; i++)
    if (device->windows[i]->start_at_ms <= at_ms && at_ms < device->windows[i]->end_at_ms)
      return true;
  return false;
}

// From when on its heartbeats are counted: it was heard, it was in maintenance, or venued could not hear.
static int64_t listened_from(const struct sim *sim, const struct sim_device *heard)
{
  int64_t from_ms = heard->from_ms > sim->anew_ms ? heard->from_ms : sim->anew_ms;
  return heard->heard_ms > from_ms ? heard->heard_ms : from_ms;
}

// ---- a change of state ----

static bool is_beyond(const Vd__Device *device, bool is_fault)
{
  for (size_t i = 0; i < device->n_thresholds; i++) {
    const Vd__Threshold *threshold = device->thresholds[i];
    int64_t bound = is_fault ? threshold->fault : threshold->warn;
    if (strcmp(threshold->reading, device->reading) == 0)
      return (threshold->has_fault || !is_fault) &&
             (threshold->below ? device->value < bound : device->value > bound);
  }
  return false;
}

static void check_cause(struct sim *sim, const Vd__Device *now, const struct sim_device *heard)
{
  bool is_fault = now->state == STATE(FAULT);
  int64_t silent_ms = sim->now_ms - listened_from(sim, heard);
  if (*now->reading != '\0') {
    SIM_CHECK(sim, is_beyond(now, is_fault), "%s is %s by %s=%lld, which is within its bounds", now->id,
              is_fault ? "faulty" : "suspect", now->reading, (long long)now->value);
    is_fault ? SIM_REACHED(sim, READING_FAULT) : SIM_REACHED(sim, READING_SUSPECT);
    return;
  }
  if (now->fault_said) {
    SIM_REACHED(sim, SAID_FAULT);
    return;
  }
  int64_t beats = is_fault ? policy_of(sim)->fault_after_beats : 1;
  SIM_CHECK(sim, silent_ms > beats * now->heartbeat_ms, "%s is %s after %lld ms of silence", now->id,
            is_fault ? "faulty" : "suspect", (long long)silent_ms);
  is_fault ? SIM_REACHED(sim, SILENCE_FAULT) : SIM_REACHED(sim, SILENCE_SUSPECT);
}

// A fault that opened or reopened nothing is a note on what is open.
static void check_incident(struct sim *sim, const Vd__Change *change, const Vd__Device *now)
{
  char id[24];
  snprintf(id, sizeof id, "%llu", (unsigned long long)now->incident);
  const Vd__Incident *incident = SIM_AFTER(sim, change, INCIDENT, Incident, id);
  const Vd__Incident *was = SIM_WAS(sim, INCIDENT, Incident, id);
  SIM_CHECK(sim, incident != NULL && vd_incident_is_open(incident), "%s fails, and #%s is not open", now->id,
            id);
  if (was == NULL)
    SIM_REACHED(sim, FAULT_OPENS);
  else if (!vd_incident_is_open(was))
    SIM_REACHED(sim, FAULT_REOPENS);
  else
    SIM_REACHED(sim, FAULT_NOTED);
}

void sim_check_device(struct sim *sim, const Vd__Change *change, const Vd__Device *now)
{
  const Vd__Device *was = SIM_WAS(sim, DEVICE, Device, now->id);
  struct sim_device *heard = sim_device_of(sim, now->id);
  bool is_plan = change->cause->of_case == VD__CAUSE__OF_COMMAND &&
                 change->cause->command->act_case == VD__COMMAND__ACT_PLAN_APPLY;
  if (is_plan)
    heard->from_ms = sim->now_ms;
  if (was == NULL || was->state == now->state)
    return;
  if (was->state == STATE(FAULT) && change->cause->of_case == VD__CAUSE__OF_COMMAND)
    heard->fixed_ms = sim->now_ms;
  bool has_fallen = now->state == STATE(SUSPECT) || now->state == STATE(FAULT);
  if (was->state == STATE(MAINTENANCE))
    heard->from_ms = sim->now_ms;
  if (now->state == STATE(MAINTENANCE) && was->state != STATE(OK) && was->state != STATE(UNSPECIFIED))
    SIM_REACHED(sim, MAINTENANCE_BEGINS);
  if (!has_fallen)
    return;
  SIM_CHECK(sim, was->state != STATE(MAINTENANCE) && !is_in_maintenance(now, sim->now_ms),
            "%s is called %s in its maintenance", now->id, now->state == STATE(FAULT) ? "faulty" : "suspect");
  check_cause(sim, now, heard);
  if (now->state == STATE(FAULT))
    check_incident(sim, change, now);
}

// The history names the readings of the devices that changed, and no others.
void sim_check_readings(struct sim *sim, const Vd__Change *change)
{
  const Vd__Cause *cause = change->cause;
  bool is_whole = change->last && cause->of_case == VD__CAUSE__OF_COMMAND;
  if (!is_whole || cause->command->act_case != VD__COMMAND__ACT_READINGS)
    return;
  const Vd__Readings *readings = cause->command->readings;
  for (size_t i = 0; i < readings->n_readings; i++) {
    const char *id = readings->readings[i]->device;
    const Vd__Device *was = SIM_WAS(sim, DEVICE, Device, id);
    SIM_CHECK(sim, SIM_AFTER(sim, change, DEVICE, Device, id) != was,
              "a reading of %s is kept, and nothing of it changed", id);
  }
}

// ---- the state ----

static void check_silence(struct sim *sim, const Vd__Device *device, const struct sim_device *heard)
{
  bool is_expected = device->heartbeat_ms > 0 && heard->heard_ms != 0;
  if (!is_expected || device->retired || is_in_maintenance(device, sim->now_ms))
    return;
  int64_t from_ms = listened_from(sim, heard);
  int64_t silent_ms = sim->now_ms - (from_ms > heard->fixed_ms ? from_ms : heard->fixed_ms);
  int64_t fault_ms = policy_of(sim)->fault_after_beats * device->heartbeat_ms;
  int64_t said_ms = policy_of(sim)->suspect_after_ms;
  int64_t suspect_ms = said_ms > device->heartbeat_ms ? said_ms : device->heartbeat_ms;
  if (silent_ms <= fault_ms && sim->now_ms - heard->heard_ms > fault_ms && heard->heard_ms <= sim->anew_ms)
    SIM_REACHED(sim, EXPECTED_ANEW);
  SIM_CHECK(sim, silent_ms <= fault_ms || device->state == STATE(FAULT),
            "%s is silent for %lld ms and not faulty", device->id, (long long)silent_ms);
  SIM_CHECK(sim,
            silent_ms <= suspect_ms || (device->state != STATE(OK) && device->state != STATE(UNSPECIFIED)),
            "%s is silent for %lld ms and well", device->id, (long long)silent_ms);
}

// An old one that people reopen, in their own words, may stand beside the one that is open.
static bool is_by_people(const Vd__Incident *incident)
{
  return incident->attempt > 1 && strstr(incident->reason, " fails again") == NULL;
}

static unsigned open_incidents(const struct vd_fold *fold, const char *device)
{
  unsigned count = 0;
  VD_FOLD_EACH (fold, INCIDENT, Incident, incident)
    count +=
        strcmp(incident->device, device) == 0 && vd_incident_is_open(incident) && !is_by_people(incident);
  return count;
}

void sim_check_devices(struct sim *sim)
{
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  VD_FOLD_EACH (fold, DEVICE, Device, device) {
    const struct sim_device *heard = sim_device_of(sim, device->id);
    bool is_in_it = device->state == STATE(MAINTENANCE);
    SIM_CHECK(sim, device->retired || is_in_it == is_in_maintenance(device, sim->now_ms),
              "%s is %sin maintenance", device->id, is_in_it ? "" : "not ");
    if (is_in_it && sim->now_ms > sim->plan->event->doors_at_ms && sim->now_ms < sim->plan->event->end_at_ms)
      SIM_REACHED(sim, MAINTENANCE);
    SIM_CHECK(sim, heard->heard_ms - device->heard_at_ms < KEPT_EACH_MS, "%lld ms of %s would be lost",
              (long long)(heard->heard_ms - device->heard_at_ms), device->id);
    check_silence(sim, device, heard);
    SIM_CHECK(sim, open_incidents(fold, device->id) <= 1, "%s has two open incidents", device->id);
  }
}
