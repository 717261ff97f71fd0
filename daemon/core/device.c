// What is said of devices: readings and signs of life by the thousand, faults that people see, maintenance.
#include "daemon/core/device.h"

#include <string.h>

#include "daemon/core/device_internal.h"
#include "daemon/core/incident.h"
#include "daemon/core/key.h"

#define STATE(NAME) VD__DEVICE_STATE__DEVICE_STATE_##NAME

// A refusal looks at so many names for the nearest one, no more.
enum { NEAREST_MAX = 1000 };

static const int64_t VALUE_MAX = INT64_C(1000000000000);
static const int64_t MAINTENANCE_MAX_MS = INT64_C(30) * 24 * 60 * 60 * 1000;

static enum vd_err refuse_unknown(const struct vd_venue *venue, const char *id, const char *field,
                                  struct vd_refusal *refusal)
{
  const char *best = NULL, *after = NULL;
  unsigned distance = UINT32_MAX, looked_at = 0;
  const Vd__Device *device;
  while (looked_at++ < NEAREST_MAX &&
         (device = (Vd__Device *)vd_fold_next(venue->fold, VD__KIND__KIND_DEVICE, after, ""))) {
    after = device->id;
    if (!device->retired)
      vd_nearest_consider(id, after, &best, &distance);
  }
  vd_refuse(refusal, *id ? VD_ERR_UNKNOWN_DEVICE : VD_ERR_MISSING, field, "%s", id);
  if (refusal && best)
    memcpy(refusal->nearest, best, strnlen(best, sizeof refusal->nearest - 1));
  return *id ? VD_ERR_UNKNOWN_DEVICE : VD_ERR_MISSING;
}

// ---- readings ----

static enum vd_err refuse_reading(size_t at, const char *field, enum vd_err err, const char *why,
                                  struct vd_refusal *refusal)
{
  struct vd_key path = vd_key_of("readings.readings[", "", "");
  vd_key_add_number(&path, at);
  vd_key_add(&path, "].");
  vd_key_add(&path, field);
  return vd_refuse(refusal, err, path.text, "%s", why);
}

// When it was taken. What a fast clock puts a little ahead of now counts as now.
static int64_t taken_at(const struct vd_act *act, const Vd__Reading *reading)
{
  int64_t at_ms = reading->at_ms != 0 ? reading->at_ms : vd_act_acted_at(act);
  return at_ms < act->now_ms ? at_ms : act->now_ms;
}

static enum vd_err check_reading(struct vd_act *act, size_t at, struct vd_refusal *refusal)
{
  const Vd__Policy *policy = vd_policy(act->venue);
  struct vd_pulses *pulses = act->venue->pulses;
  const Vd__Reading *reading = act->command->readings->readings[at];
  struct vd_pulse *pulse = vd_pulse_get(act->venue, reading->device);
  int64_t taken_ms = taken_at(act, reading);
  if (!pulse) {
    struct vd_key path = vd_key_of("readings.readings[", "", "");
    vd_key_add_number(&path, at);
    vd_key_add(&path, "].device");
    return refuse_unknown(act->venue, reading->device, path.text, refusal);
  }
  if (pulse->command != pulses->commands) { // the first of it in this command
    pulse->command = pulses->commands;
    pulse->latest_ms = pulse->heard_ms;
    pulse->matters = false;
  }
  if (reading->at_ms > act->now_ms + policy->future_skew_ms)
    return refuse_reading(at, "at_ms", VD_ERR_ACTED_IN_FUTURE, "", refusal);
  if (taken_ms < act->now_ms - policy->late_entry_ms)
    return refuse_reading(at, "at_ms", VD_ERR_ACTED_TOO_EARLY, "", refusal);
  if (taken_ms < pulse->latest_ms)
    return refuse_reading(at, "at_ms", VD_ERR_OUT_OF_ORDER, reading->device, refusal);
  if (reading->value > VALUE_MAX || reading->value < -VALUE_MAX)
    return refuse_reading(at, "value", VD_ERR_BAD_VALUE, "at most 10^12 either way", refusal);
  pulse->latest_ms = taken_ms;
  pulses->of[at] = pulse;
  return VD_OK;
}

// Takes what it says into memory; false if it said nothing new. The same once more is nothing.
static bool take(struct vd_pulse *pulse, const Vd__Reading *reading, int64_t taken_ms)
{
  bool is_new = pulse->latest_ms > pulse->heard_ms;
  pulse->heard_ms = pulse->latest_ms; // what comes late in one piece was no silence
  for (size_t i = 0; *reading->reading && i < pulse->device->n_thresholds && i < VD_THRESHOLDS_MAX; i++) {
    if (strcmp(pulse->device->thresholds[i]->reading, reading->reading) != 0 ||
        (pulse->values[i].at_ms == taken_ms && pulse->values[i].value == reading->value))
      continue;
    pulse->values[i].at_ms = taken_ms;
    pulse->values[i].value = reading->value;
    is_new = true;
  }
  return is_new;
}

static bool is_to_be_kept(const struct vd_pulse *pulse)
{
  return pulse->heard_ms - pulse->device->heard_at_ms >= VD_DEVICE_KEEP_MS || vd_pulse_has_news(pulse);
}

// The cause names the readings of the devices that were touched, and no others.
static void trim_cause(struct vd_act *act)
{
  struct vd_pulses *pulses = act->venue->pulses;
  const Vd__Readings *all = act->cause.command->readings;
  pulses->command = *act->cause.command;
  pulses->readings.readings = pulses->kept;
  pulses->readings.n_readings = 0;
  for (size_t i = 0; i < all->n_readings; i++)
    if (pulses->of[i]->matters)
      pulses->kept[pulses->readings.n_readings++] = all->readings[i];
  pulses->command.readings = &pulses->readings;
  act->cause.command = &pulses->command;
}

enum vd_err vd_device_readings(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__Readings *command = act->command->readings;
  struct vd_pulses *pulses = act->venue->pulses;
  if (command->n_readings == 0)
    return vd_refuse(refusal, VD_ERR_MISSING, "readings.readings", NULL);
  if (command->n_readings > VD_READINGS_MAX)
    return vd_refuse(refusal, VD_ERR_TOO_MANY, "readings.readings", "at most %d", VD_READINGS_MAX);
  pulses->commands++;
  for (size_t i = 0; i < command->n_readings; i++) {
    enum vd_err err = check_reading(act, i, refusal);
    if (err != VD_OK)
      return err;
  }
  for (size_t i = 0; i < command->n_readings; i++) {
    const Vd__Reading *reading = command->readings[i];
    struct vd_pulse *pulse = pulses->of[i];
    if (!take(pulse, reading, taken_at(act, reading)))
      continue;
    vd_device_settle(act, pulse);
    if (is_to_be_kept(pulse))
      vd_device_touch(act, pulse);
  }
  if (act->count > 0) {
    trim_cause(act);
    vd_act_fact(act, VD_FACT_READINGS_KEPT); // unless one of them said more
  }
  return VD_OK;
}

// ---- a fault that people see ----

static enum vd_err check_since(const struct vd_act *act, int64_t *since_ms, struct vd_refusal *refusal)
{
  const Vd__Policy *policy = vd_policy(act->venue);
  const int64_t said_ms = act->command->device_fault->since_at_ms, seen_ms = vd_act_acted_at(act);
  if (said_ms > act->now_ms + policy->future_skew_ms)
    return vd_refuse(refusal, VD_ERR_ACTED_IN_FUTURE, "device_fault.since_at_ms", NULL);
  if (said_ms != 0 && said_ms < act->now_ms - policy->late_entry_ms)
    return vd_refuse(refusal, VD_ERR_ACTED_TOO_EARLY, "device_fault.since_at_ms", "at most %lld min back",
                     (long long)(policy->late_entry_ms / 60000));
  *since_ms = said_ms != 0 && said_ms < seen_ms ? said_ms : seen_ms;
  return VD_OK;
}

enum vd_err vd_device_fault(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__DeviceFault *command = act->command->device_fault;
  struct vd_pulse *pulse = vd_pulse_get(act->venue, command->device);
  int64_t since_ms = 0;
  if (!pulse)
    return refuse_unknown(act->venue, command->device, "device_fault.device", refusal);
  Vd__Device *device = pulse->device;
  if (device->state == STATE(MAINTENANCE))
    return vd_refuse(refusal, VD_ERR_WRONG_STATE, "device_fault.device", "%s is in maintenance", device->id);
  enum vd_err err = check_since(act, &since_ms, refusal);
  if (err != VD_OK)
    return err;
  const char *words = *command->text ? command->text : "out of order";
  vd_device_fail_as_said(act, pulse, since_ms);
  Vd__Fact *fact = vd_device_tell(act, VD_FACT_DEVICE_FAULT, device, words);
  vd_device_raise(act, device,
                  &(struct vd_failure){.since_ms = since_ms,
                                       .found_ms = vd_act_acted_at(act),
                                       .words = words,
                                       .fact = fact,
                                       .is_said = true});
  reply->number = device->incident;
  reply->looks_like = vd_device_incident(act->venue, device)->looks_like;
  return VD_OK;
}

// ---- the incident ----

// Devices that failed, or were said to, by the number that they know; where others were merged into the
// incident their devices may be anywhere among all.
static struct vd_index_fields failed_of(const struct vd_venue *venue, const Vd__Incident *incident)
{
  struct vd_key prefix = vd_key_of("fault/", "", "");
  if (incident->last_duplicate == 0) {
    vd_key_add_number(&prefix, incident->number);
    vd_key_add(&prefix, "/");
  }
  return vd_index_collect(venue->index, prefix.text);
}

static Vd__Device *next_of(const struct vd_venue *venue, const struct vd_index_fields *failed, size_t *at,
                           const Vd__Incident *incident)
{
  while (*at < failed->count) {
    Vd__Device *device = VD_FIND(venue, DEVICE, Device, failed->items[(*at)++]);
    if (device && vd_device_incident(venue, device) == incident)
      return device;
  }
  return NULL;
}

void vd_device_incident_ended(struct vd_act *act, const Vd__Incident *incident)
{
  struct vd_index_fields failed = failed_of(act->venue, incident);
  const bool is_closed = incident->state == VD__INCIDENT_STATE__INCIDENT_STATE_CLOSED;
  const bool is_fixed =
      is_closed && vd_incident_attempt(act->venue, incident)->landing == VD__LANDING__LANDING_FIXED;
  Vd__Device *device;
  for (size_t at = 0; (device = next_of(act->venue, &failed, &at, incident));)
    if (device->state == STATE(FAULT))
      vd_device_end_fault(act, vd_pulse_of(act->venue, device), incident, is_fixed);
  vd_index_fields_finish(&failed);
}

void vd_device_incident_revived(struct vd_act *act, const Vd__Incident *incident)
{
  struct vd_index_fields failed = failed_of(act->venue, incident);
  Vd__Device *device;
  for (size_t at = 0; (device = next_of(act->venue, &failed, &at, incident));)
    vd_device_revive_fault(act, vd_pulse_of(act->venue, device));
  vd_index_fields_finish(&failed);
}

// ---- maintenance ----

enum vd_err vd_device_maintenance(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__DeviceMaintenance *command = act->command->device_maintenance;
  struct vd_pulse *pulse = vd_pulse_get(act->venue, command->device);
  if (!pulse)
    return refuse_unknown(act->venue, command->device, "device_maintenance.device", refusal);
  Vd__Device *device = pulse->device;
  if (command->until_at_ms != 0 && command->until_at_ms <= act->now_ms)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "device_maintenance.until_at_ms", "that is over");
  if (command->until_at_ms > act->now_ms + MAINTENANCE_MAX_MS)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "device_maintenance.until_at_ms", "at most 30 days from now");
  bool is_in_it = device->state == STATE(MAINTENANCE);
  if (command->until_at_ms == 0 ? !is_in_it
                                : is_in_it && device->maintenance_until_at_ms == command->until_at_ms)
    return VD_OK;
  vd_device_touch(act, pulse);
  device->maintenance_until_at_ms = command->until_at_ms;
  if (command->until_at_ms != 0) {
    vd_device_enter_maintenance(act, pulse);
    return VD_OK;
  }
  device->service_until_at_ms = vd_device_maintenance_end(device, act->now_ms); // of the window, if one is on
  vd_device_leave_maintenance(act, pulse);
  return VD_OK;
}

// ---- the plan ----

void vd_device_plan_applied(struct vd_act *act)
{
  act->venue->pulses->seen_ms = act->now_ms;
  for (size_t i = 0, count = act->count; i < count; i++) { // what is withdrawn on the way comes after those
    if (act->items[i].kind != VD__KIND__KIND_DEVICE)
      continue;
    Vd__Device *device = (Vd__Device *)act->items[i].message;
    struct vd_pulse *pulse = vd_pulse_of(act->venue, device);
    vd_pulse_expect_anew(pulse, act->now_ms);
    vd_pulse_recall(pulse);
    vd_device_touch(act, pulse);
    if (device->retired)
      vd_device_unwarn(act, device);
  }
}
