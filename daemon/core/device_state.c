// A device's states, and the moments when they change by themselves. The diagram is in device.h.
#include <string.h>

#include "daemon/core/device_internal.h"
#include "daemon/core/escalation.h"
#include "daemon/core/incident.h"
#include "daemon/core/key.h"
#include "proto/text.h"

#define STATE(NAME) VD__DEVICE_STATE__DEVICE_STATE_##NAME

// ---- the entity ----

static bool has_fallen(const Vd__Device *device)
{
  return device->state == STATE(SUSPECT) || device->state == STATE(FAULT);
}

void vd_device_touch(struct vd_act *act, struct vd_pulse *pulse)
{
  Vd__Device *device = pulse->device;
  int64_t base_ms = vd_pulse_base(act->venue, pulse);
  vd_act_touch(act, VD__KIND__KIND_DEVICE, &device->base);
  pulse->matters = true;
  device->heard_at_ms = pulse->heard_ms;
  device->expected_at_ms = base_ms != 0 && device->heartbeat_ms > 0 ? base_ms + device->heartbeat_ms : 0;
  device->flaps += pulse->flaps;
  pulse->flaps = 0;
  vd_pulse_keep(pulse);
  if (has_fallen(device))
    device->flap_at_ms = pulse->well_ms;
}

void vd_device_become(struct vd_act *act, struct vd_pulse *pulse, Vd__DeviceState state)
{
  vd_device_touch(act, pulse);
  pulse->device->state = state;
  pulse->device->state_at_ms = act->now_ms;
  pulse->device->told = 0;
  pulse->well_ms = 0;
  if (has_fallen(pulse->device))
    pulse->device->flap_at_ms = 0;
  if (state == STATE(FAULT) || state == STATE(MAINTENANCE))
    pulse->device->was_said = false;
}

Vd__Fact *vd_device_tell(struct vd_act *act, enum vd_fact what, const Vd__Device *device, const char *text)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return NULL;
  struct vd_buffer line = {0};
  vd_buffer_printf(&line, "%s%s%s", device->id, *text ? ": " : "", text);
  vd_buffer_append(&line, "", 1);
  vd_string_set(&fact->zone, device->zone);
  vd_string_set(&fact->text, (char *)line.data);
  vd_buffer_finish(&line);
  return fact;
}

// ---- early warning ----

void vd_device_warn(struct vd_act *act, const Vd__Device *device)
{
  vd_escalation_ask(act, vd_key_of("device.", device->id, "").text, device->zone,
                    vd_policy(act->venue)->control, VD__ALERT_WHY__ALERT_WHY_DEVICE);
}

void vd_device_unwarn(struct vd_act *act, const Vd__Device *device)
{
  vd_escalation_settle(act, vd_key_of("device.", device->id, "").text);
}

static void name_reading(Vd__Device *device, const struct vd_verdict *verdict)
{
  vd_string_set(&device->reading, verdict->threshold ? verdict->threshold->reading : "");
  device->value = verdict->threshold ? verdict->value : 0;
}

static void suspect(struct vd_act *act, struct vd_pulse *pulse, const struct vd_verdict *verdict)
{
  Vd__Device *device = pulse->device;
  bool is_back = device->flap_at_ms != 0 && act->now_ms - device->flap_at_ms < vd_policy(act->venue)->flap_ms;
  struct vd_buffer words = vd_device_words(act->venue, verdict);
  vd_device_become(act, pulse, STATE(SUSPECT));
  device->flaps = is_back ? device->flaps + 1 : 0;
  name_reading(device, verdict);
  vd_device_tell(act, VD_FACT_DEVICE_SUSPECT, device, (char *)words.data);
  if (verdict->threshold)
    vd_device_warn(act, device);
  vd_buffer_finish(&words);
}

// Another reading, or silence, speaks against it now.
static void suspect_otherwise(struct vd_act *act, struct vd_pulse *pulse, const struct vd_verdict *verdict)
{
  Vd__Device *device = pulse->device;
  struct vd_buffer words = vd_device_words(act->venue, verdict);
  bool was_warned = *device->reading != '\0';
  vd_device_touch(act, pulse);
  name_reading(device, verdict);
  vd_device_tell(act, VD_FACT_DEVICE_SUSPECT, device, (char *)words.data);
  if (verdict->threshold && !was_warned)
    vd_device_warn(act, device);
  else if (!verdict->threshold)
    vd_device_unwarn(act, device);
  vd_buffer_finish(&words);
}

// ---- well again ----

static void be_well(struct vd_act *act, struct vd_pulse *pulse)
{
  Vd__Device *device = pulse->device;
  bool was_fault = device->state == STATE(FAULT);
  vd_device_become(act, pulse, pulse->heard_ms != 0 ? STATE(OK) : STATE(UNSPECIFIED));
  device->flap_at_ms = act->now_ms;
  device->fault_said = false;
  vd_string_set(&device->reading, "");
  device->value = 0;
  vd_device_unwarn(act, device);
  struct vd_key words = vd_key_of("", "", "");
  if (was_fault && device->flaps > 0) {
    vd_key_add(&words, "flaps: ");
    vd_key_add_number(&words, device->flaps);
  }
  vd_device_tell(act, was_fault ? VD_FACT_DEVICE_RECOVERED : VD_FACT_DEVICE_OK, device, words.text);
  if (was_fault)
    vd_device_note(act, device, vd_key_of("recovered", words.size > 0 ? "; " : "", words.text).text);
}

// True once it has been well for as long as a device that flaps must be.
static bool has_held(const struct vd_act *act, struct vd_pulse *pulse)
{
  if (pulse->well_ms == 0)
    pulse->well_ms = act->now_ms;
  return act->now_ms - pulse->well_ms >= vd_policy(act->venue)->flap_ms;
}

static void break_off(struct vd_pulse *pulse)
{
  pulse->flaps += pulse->well_ms != 0;
  pulse->well_ms = 0;
}

// ---- fault ----

// Its incident is told of what speaks against it, or one is opened.
static void tell_fault(struct vd_act *act, struct vd_pulse *pulse, const struct vd_verdict *verdict)
{
  Vd__Device *device = pulse->device;
  struct vd_buffer words = vd_device_words(act->venue, verdict);
  vd_device_touch(act, pulse);
  device->told |= 1u << verdict->kind;
  device->told_at_ms = act->now_ms;
  if (!vd_device_has_open_incident(act->venue, device))
    device->fault_at_ms = verdict->since_ms;
  Vd__Fact *fact = vd_device_tell(act, VD_FACT_DEVICE_FAULT, device, (char *)words.data);
  vd_device_raise(
      act, device,
      &(struct vd_failure){
          .since_ms = verdict->since_ms, .found_ms = act->now_ms, .words = (char *)words.data, .fact = fact});
  vd_buffer_finish(&words);
}

// Each fault that it was not told of yet, in the order of a verdict.
static void tell_faults(struct vd_act *act, struct vd_pulse *pulse)
{
  Vd__Device *device = pulse->device;
  const uint32_t before = device->told;
  for (unsigned i = 1, kinds = vd_device_kinds(device); i <= kinds; i++) {
    struct vd_verdict verdict = vd_device_judge_kind(act->venue, pulse, i % kinds, act->now_ms);
    if (verdict.health == VD_FAULTY && !vd_has_kind(device->told, verdict.kind))
      tell_fault(act, pulse, &verdict);
  }
  if (device->told == before || device->fault_said)
    return;
  struct vd_verdict worst = vd_device_judge(act->venue, pulse, act->now_ms);
  name_reading(device, &worst);
}

static void fail(struct vd_act *act, struct vd_pulse *pulse, int64_t since_ms)
{
  vd_device_unwarn(act, pulse->device);
  vd_device_become(act, pulse, STATE(FAULT));
  pulse->device->fault_at_ms = since_ms;
  pulse->device->flaps = 0;
  pulse->device->fault_said = false;
  tell_faults(act, pulse);
}

void vd_device_fail_as_said(struct vd_act *act, struct vd_pulse *pulse, int64_t since_ms)
{
  static const struct vd_verdict nothing_read = {.threshold = NULL};
  Vd__Device *device = pulse->device;
  if (device->state != STATE(FAULT)) {
    vd_device_unwarn(act, device);
    vd_device_become(act, pulse, STATE(FAULT));
    device->fault_at_ms = since_ms;
    device->flaps = 0;
    name_reading(device, &nothing_read);
  }
  break_off(pulse); // what was held is not well after all
  vd_device_touch(act, pulse);
  device->fault_said = true;
  device->told_at_ms = act->now_ms;
}

// It came back, but not for long. That is the same fault; whoever verifies what has landed since must know.
static void flap(struct vd_act *act, struct vd_pulse *pulse, const struct vd_verdict *verdict)
{
  const Vd__Incident *incident = vd_device_incident(act->venue, pulse->device);
  break_off(pulse);
  if (incident && incident->state == VD__INCIDENT_STATE__INCIDENT_STATE_LANDED &&
      pulse->device->told_at_ms <= vd_incident_attempt(act->venue, incident)->landed->recorded_at_ms)
    tell_fault(act, pulse, verdict);
}

// Its incident has ended, and it was well since: what fails from now on fails again.
static void be_untold(struct vd_act *act, struct vd_pulse *pulse)
{
  if (pulse->device->told == 0 || vd_policy(act->venue)->manual_nodes ||
      vd_device_has_open_incident(act->venue, pulse->device))
    return;
  vd_device_touch(act, pulse);
  pulse->device->told = 0;
}

static void settle_fault(struct vd_act *act, struct vd_pulse *pulse, const struct vd_verdict *verdict)
{
  if (verdict->health != VD_WELL) {
    if (pulse->well_ms != 0)
      flap(act, pulse, verdict);
    tell_faults(act, pulse);
  } else if (pulse->device->fault_said && vd_device_has_open_incident(act->venue, pulse->device)) {
    return; // no reading ends what people said
  } else if (has_held(act, pulse)) {
    be_well(act, pulse);
  } else {
    be_untold(act, pulse);
  }
}

static void settle_suspect(struct vd_act *act, struct vd_pulse *pulse, const struct vd_verdict *verdict)
{
  const char *reading = verdict->threshold ? verdict->threshold->reading : "";
  bool must_hold = pulse->device->flaps > 0;
  if (verdict->health == VD_FAULTY) {
    fail(act, pulse, verdict->since_ms);
  } else if (verdict->health == VD_SUSPICIOUS) {
    pulse->well_ms = 0;
    if (strcmp(pulse->device->reading, reading) != 0)
      suspect_otherwise(act, pulse, verdict);
  } else if (!must_hold || has_held(act, pulse)) {
    be_well(act, pulse);
  }
}

void vd_device_settle(struct vd_act *act, struct vd_pulse *pulse)
{
  Vd__Device *device = pulse->device;
  if (device->state == STATE(MAINTENANCE) || device->retired)
    return;
  struct vd_verdict verdict = vd_device_judge(act->venue, pulse, act->now_ms);
  int64_t well_ms = pulse->well_ms;
  if (device->state == STATE(FAULT)) {
    settle_fault(act, pulse, &verdict);
  } else if (device->state == STATE(SUSPECT)) {
    settle_suspect(act, pulse, &verdict);
  } else if (verdict.health == VD_FAULTY) {
    fail(act, pulse, verdict.since_ms);
  } else if (verdict.health == VD_SUSPICIOUS) {
    suspect(act, pulse, &verdict);
  } else if (device->state != STATE(OK) && pulse->heard_ms != 0) {
    vd_device_become(act, pulse, STATE(OK));
    vd_device_tell(act, VD_FACT_DEVICE_OK, device, "");
  }
  if (pulse->well_ms != well_ms) // what it waits for comes sooner than what it waited for
    vd_timers_set(act->venue->timers, VD__KIND__KIND_DEVICE, device->id, vd_device_next(act->venue, device));
}

// ---- the end of its incident ----

static void note_still(struct vd_act *act, const struct vd_pulse *pulse, const Vd__Incident *incident,
                       const struct vd_verdict *verdict)
{
  struct vd_buffer words = vd_device_words(act->venue, verdict);
  vd_act_note(act, incident->number, VD__NOTE_KIND__NOTE_KIND_RECORD, "%s still fails: %s", pulse->device->id,
              (char *)words.data);
  vd_buffer_finish(&words);
}

void vd_device_end_fault(struct vd_act *act, struct vd_pulse *pulse, const Vd__Incident *incident,
                         bool is_fixed)
{
  Vd__Device *device = pulse->device;
  const bool was_said = device->fault_said;
  struct vd_verdict verdict = vd_device_judge(act->venue, pulse, act->now_ms);
  vd_device_touch(act, pulse);
  vd_device_unwarn(act, device);
  device->fault_said = false;
  if (was_said ? verdict.health != VD_FAULTY || is_fixed : is_fixed && pulse->well_ms == 0) {
    if (verdict.health == VD_FAULTY)
      vd_pulse_expect_anew(pulse, act->now_ms);
    be_well(act, pulse);
    vd_device_settle(act, pulse); // short of a fault something may speak against it
  } else if (pulse->well_ms != 0) {
    device->told = 0;
  } else if (verdict.health == VD_FAULTY) {
    name_reading(device, &verdict);
    note_still(act, pulse, incident, &verdict);
  }
  device->was_said = was_said;
}

void vd_device_revive_fault(struct vd_act *act, struct vd_pulse *pulse)
{
  if (!pulse->device->was_said || pulse->device->state == STATE(MAINTENANCE))
    return;
  int64_t since_ms = pulse->device->fault_at_ms;
  vd_device_unwarn(act, pulse->device);
  vd_device_become(act, pulse, STATE(OK));
  vd_device_fail_as_said(act, pulse, since_ms);
}

// ---- maintenance ----

void vd_device_enter_maintenance(struct vd_act *act, struct vd_pulse *pulse)
{
  Vd__Device *device = pulse->device;
  char until[40];
  vd_instant_format(vd_device_maintenance_end(device, act->now_ms), vd_venue_event(act->venue)->utc_offset_ms,
                    until, sizeof until);
  struct vd_key words = vd_key_of("in maintenance until ", until, "");
  vd_device_unwarn(act, device);
  vd_device_become(act, pulse, STATE(MAINTENANCE));
  vd_string_set(&device->reading, "");
  device->value = 0;
  device->fault_said = false;
  vd_device_tell(act, VD_FACT_DEVICE_MAINTENANCE, device, words.text);
  vd_device_note(act, device, words.text);
}

void vd_device_leave_maintenance(struct vd_act *act, struct vd_pulse *pulse)
{
  Vd__Device *device = pulse->device;
  vd_pulse_expect_anew(pulse, act->now_ms);
  vd_device_become(act, pulse, pulse->heard_ms != 0 ? STATE(OK) : STATE(UNSPECIFIED));
  device->maintenance_until_at_ms = 0;
  if (device->service_until_at_ms <= act->now_ms)
    device->service_until_at_ms = 0;
  device->flaps = 0;
  device->flap_at_ms = 0;
  vd_device_tell(act, VD_FACT_DEVICE_MAINTENANCE, device, "ended");
  vd_device_note(act, device, "maintenance ended");
}

// ---- time ----

static int64_t sooner(int64_t a, int64_t b)
{
  return a < b ? a : b;
}

static int64_t after(int64_t moment_ms)
{
  return moment_ms == VD_NEVER ? VD_NEVER : moment_ms + 1; // exactly then is still in time
}

// What the state waits for, maintenance apart.
static int64_t next_of_state(const struct vd_venue *venue, const struct vd_pulse *pulse)
{
  int64_t held_ms = pulse->well_ms != 0 ? pulse->well_ms + vd_policy(venue)->flap_ms : VD_NEVER;
  switch (pulse->device->state) {
  case STATE(OK):
    return after(vd_device_suspect_at(venue, pulse));
  case STATE(SUSPECT):
    return sooner(held_ms, after(vd_device_fault_at(venue, pulse)));
  case STATE(FAULT):
    if (held_ms != VD_NEVER)
      return sooner(held_ms, after(vd_device_suspect_at(venue, pulse)));
    return vd_has_kind(pulse->device->told, VD_SILENCE) ? VD_NEVER : after(vd_device_fault_at(venue, pulse));
  default:
    return VD_NEVER;
  }
}

int64_t vd_device_next(const struct vd_venue *venue, const Vd__Device *device)
{
  if (device->retired || !vd_venue_event(venue))
    return VD_NEVER;
  if (device->state == STATE(MAINTENANCE))
    return vd_device_maintenance_end(device, device->state_at_ms);
  const struct vd_pulse *pulse = vd_pulse_of((struct vd_venue *)venue, (Vd__Device *)device);
  return sooner(vd_device_maintenance_start(device, venue->pulses->seen_ms), next_of_state(venue, pulse));
}

void vd_device_fire(struct vd_act *act, Vd__Device *device)
{
  struct vd_pulse *pulse = vd_pulse_of(act->venue, device);
  bool is_in_maintenance = vd_device_is_in_maintenance(device, act->now_ms);
  if (act->now_ms > act->venue->pulses->seen_ms)
    act->venue->pulses->seen_ms = act->now_ms;
  if (device->state != STATE(MAINTENANCE) && is_in_maintenance)
    vd_device_enter_maintenance(act, pulse);
  else if (device->state == STATE(MAINTENANCE) && !is_in_maintenance)
    vd_device_leave_maintenance(act, pulse);
  else if (device->state == STATE(MAINTENANCE)) // went over into the next while nobody looked
    vd_device_become(act, pulse, STATE(MAINTENANCE));
  else
    vd_device_settle(act, pulse);
  vd_device_touch(act, pulse); // last: it keeps what was found
}
