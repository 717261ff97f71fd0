// A fault's incident: one, however often the device fails while it is open, and the same again where it fails
// soon after it was closed.
#include <string.h>

#include "daemon/core/device_internal.h"
#include "daemon/core/incident.h"
#include "daemon/core/node.h"
#include "daemon/core/session.h"

// ---- which one it is ----

Vd__Incident *vd_device_incident(const struct vd_venue *venue, const Vd__Device *device)
{
  uint64_t number = device->incident;
  Vd__Incident *incident = number ? vd_incident_find(venue, number) : NULL;
  while (incident && incident->state == VD__INCIDENT_STATE__INCIDENT_STATE_DUPLICATE)
    incident = vd_incident_find(venue, incident->duplicate_of);
  return incident;
}

bool vd_device_has_open_incident(const struct vd_venue *venue, const Vd__Device *device)
{
  const Vd__Incident *incident = vd_device_incident(venue, device);
  return incident && vd_incident_is_open(incident);
}

void vd_device_note(struct vd_act *act, const Vd__Device *device, const char *text)
{
  const Vd__Incident *incident = vd_device_incident(act->venue, device);
  if (incident && vd_incident_is_open(incident))
    vd_act_note(act, incident->number, VD__NOTE_KIND__NOTE_KIND_RECORD, "%s: %s", device->id, text);
}

// ---- a new one ----

// What the agenda makes of it: a fault where many sit, or soon will, is worse.
static uint32_t severity_of(const struct vd_act *act, const Vd__Device *device)
{
  const struct vd_venue *venue = act->venue;
  const Vd__Policy *policy = vd_policy(venue);
  const uint32_t own = vd_incident_severity(VD_FIND(venue, CATEGORY, Category, device->category));
  const uint32_t most = own == VD_SEVERITY_WORST ? VD_SEVERITY_WORST : VD_SEVERITY_WORST - 1;
  const uint64_t many = (uint64_t)vd_venue_event(venue)->participants * policy->fault_audience_percent;
  uint32_t audience = 0, more = 0;
  if (vd_session_audience(venue, device->zone, act->now_ms, act->now_ms + policy->fault_soon_ms, &audience))
    more = 100 * (uint64_t)audience > many ? 2 : 1;
  return own + more < most ? own + more : most;
}

static const char *name_of(const Vd__Device *device)
{
  const Vd__Text *name = device->name;
  if (!name)
    return device->id;
  return *name->en ? name->en : *name->zh_hant ? name->zh_hant : *name->zh_hans ? name->zh_hans : device->id;
}

// "" where it can.
static const char *why_not(const Vd__Device *partner)
{
  if (!partner || partner->retired)
    return "out of the plan";
  switch (partner->state) {
  case VD__DEVICE_STATE__DEVICE_STATE_SUSPECT:
    return "suspect";
  case VD__DEVICE_STATE__DEVICE_STATE_FAULT:
    return "at fault";
  case VD__DEVICE_STATE__DEVICE_STATE_MAINTENANCE:
    return "in maintenance";
  default:
    return "";
  }
}

// "Main projector (proj-main): heartbeat overdue since 09:41:05; proj-side takes over; spare in backstage"
static struct vd_buffer text_of(const struct vd_venue *venue, const Vd__Device *device, const char *words)
{
  struct vd_buffer text = {0};
  vd_buffer_printf(&text, "%s (%s): %s", name_of(device), device->id, words);
  if (*device->partner) {
    const char *why = why_not(VD_FIND(venue, DEVICE, Device, device->partner));
    vd_buffer_printf(&text, "; %s %s%s", device->partner, *why ? "would take over, but is " : "takes over",
                     why);
  }
  if (*device->spare)
    vd_buffer_printf(&text, "; spare in %s", device->spare);
  vd_buffer_append(&text, "", 1);
  return text;
}

// Cut at VD_TEXT_MAX, not within a character.
static void set_text(Vd__Incident *incident, const struct vd_buffer *text)
{
  size_t size = text->size - 1;
  if (size > VD_TEXT_MAX)
    for (size = VD_TEXT_MAX; size > 0 && (text->data[size] & 0xC0) == 0x80;)
      size--;
  text->data[size] = '\0';
  vd_string_set(&incident->text, (const char *)text->data);
}

static Vd__Incident *open_incident(struct vd_act *act, const Vd__Device *device,
                                   const struct vd_failure *failure)
{
  Vd__Incident *incident = vd_incident_open(act, failure->since_ms);
  struct vd_buffer text = text_of(act->venue, device, failure->words);
  const char *by = failure->is_said ? vd_act_by(act) : device->id;
  vd_string_set(&incident->device, device->id);
  vd_string_set(&incident->zone, device->zone);
  vd_string_set(&incident->category, device->category);
  set_text(incident, &text);
  incident->severity = severity_of(act, device);
  incident->source = failure->is_said ? VD__SOURCE__SOURCE_STAFF : VD__SOURCE__SOURCE_DEVICE;
  vd_strings_add(&incident->reporters, &incident->n_reporters, *by ? by : act->who->id);
  vd_incident_begin(act, incident, failure->found_ms - failure->since_ms);
  vd_buffer_finish(&text);
  return incident;
}

// ---- the same again ----

static bool is_again(const struct vd_venue *venue, const Vd__Incident *incident, int64_t since_ms)
{
  return vd_incident_attempt(venue, incident) &&
         since_ms - incident->ended_at_ms <= vd_policy(venue)->reopen_ms;
}

static void reopen(struct vd_act *act, const Vd__Device *device, Vd__Incident *incident,
                   const struct vd_failure *failure)
{
  int64_t ended_ms = vd_incident_attempt(act->venue, incident)->ended_at_ms;
  int64_t start_ms = failure->since_ms > ended_ms ? failure->since_ms : ended_ms;
  uint32_t severity = severity_of(act, device);
  struct vd_buffer reason = {0};
  vd_buffer_printf(&reason, "%s fails again: %s", device->id, failure->words);
  vd_buffer_append(&reason, "", 1);
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &incident->base);
  if (severity > incident->severity)
    incident->severity = severity;
  vd_incident_again(act, incident, (char *)reason.data, start_ms,
                    failure->found_ms > start_ms ? failure->found_ms - start_ms : 0);
  vd_buffer_finish(&reason);
}

// Nobody looks at what has landed, so whoever verifies it is called.
static void note_again(struct vd_act *act, const Vd__Device *device, const Vd__Incident *incident,
                       const struct vd_failure *failure)
{
  Vd__NoteKind kind = failure->is_said ? VD__NOTE_KIND__NOTE_KIND_REMARK : VD__NOTE_KIND__NOTE_KIND_RECORD;
  vd_act_note(act, incident->number, kind, "%s fails again: %s", device->id, failure->words);
  if (incident->state == VD__INCIDENT_STATE__INCIDENT_STATE_LANDED)
    vd_device_warn(act, device);
}

void vd_device_raise(struct vd_act *act, Vd__Device *device, const struct vd_failure *failure)
{
  if (vd_policy(act->venue)->manual_nodes && !failure->is_said)
    return; // a baseline: people have to find it
  Vd__Incident *incident = vd_device_incident(act->venue, device);
  if (incident && vd_incident_is_open(incident))
    note_again(act, device, incident, failure);
  else if (incident && is_again(act->venue, incident, failure->since_ms))
    reopen(act, device, incident, failure);
  else
    incident = open_incident(act, device, failure);
  device->incident = incident->number;
  if (failure->fact)
    failure->fact->incident = incident->number;
  vd_node_did(act, VD__NODE__NODE_FAULT, !failure->is_said);
}
