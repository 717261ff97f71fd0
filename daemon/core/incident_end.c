// How an incident ends and begins again: verified and closed, cancelled as a false alarm, reopened.
#include <string.h>

#include "daemon/core/drill.h"
#include "daemon/core/incident_internal.h"

// A control room's access without a person of its own is many people: one of them enters what the radio says
// was landed, another goes and looks. Everybody else who has an access is one person.
static bool is_room(const Vd__Principal *who)
{
  return *who->crew == '\0' && (who->role == VD__ROLE__ROLE_CONTROL || who->role == VD__ROLE__ROLE_ADMIN);
}

// Where the landing names nobody it was the principal's own; and so is the closing, unless it names another.
static bool is_own_work(const struct vd_act *act, const Vd__Step *landed, const char *by)
{
  if (*landed->by)
    return strcmp(by, landed->by) == 0;
  return strcmp(by, act->who->crew) == 0 && strcmp(landed->principal, act->who->id) == 0 &&
         !is_room(act->who);
}

// Verified by control or the zone's owner (access.c), never by the one who landed it (standard §4).
static enum vd_err check_close(const struct vd_act *act, const Vd__Incident *incident,
                               const Vd__Attempt *attempt, const char *by, struct vd_refusal *refusal)
{
  if (incident->state != VD__INCIDENT_STATE__INCIDENT_STATE_LANDED)
    return vd_refuse(refusal, VD_ERR_NOT_LANDED, "close.incident", NULL);
  if (is_own_work(act, attempt->landed, by))
    return vd_refuse(refusal, VD_ERR_OWN_WORK, "by", "%s landed it", *by ? by : act->who->id);
  return VD_OK;
}

// The reason is whole in a note, where nothing overwrites or shortens it.
static void keep_reason(struct vd_act *act, Vd__Incident *incident, const char *reason)
{
  vd_act_note(act, incident->number, VD__NOTE_KIND__NOTE_KIND_RECORD, "%s", reason);
  vd_string_set(&incident->reason, reason);
  vd_incident_fit(incident);
}

// The incident, to be ended this way. One that ended so before is returned too: a late acknowledgement.
static enum vd_err get_for(const struct vd_act *act, uint64_t number, Vd__IncidentState to,
                           Vd__Incident **incident, struct vd_refusal *refusal)
{
  enum vd_err err = vd_incident_get(act->venue, number, incident, refusal);
  if (!err && (*incident)->state != to)
    err = vd_incident_get_open(act->venue, number, incident, refusal);
  return err;
}

enum vd_err vd_incident_close(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__IncidentState to = VD__INCIDENT_STATE__INCIDENT_STATE_CLOSED;
  const char *by = vd_act_by(act);
  int64_t acted_at_ms = 0;
  Vd__Incident *incident = NULL;
  enum vd_err err = get_for(act, act->command->close->incident, to, &incident, refusal);
  if (err)
    return err;
  reply->number = incident->number;
  if (incident->state == to)
    return VD_OK;
  const Vd__Attempt *attempt = vd_incident_attempt(act->venue, incident);
  err = check_close(act, incident, attempt, by, refusal);
  if (!err)
    err = vd_incident_acted_at(act, attempt->landed->acted_at_ms, &acted_at_ms, refusal);
  if (err)
    return err;
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &incident->base);
  vd_incident_tell(act, VD_FACT_CLOSED, incident, VD__PROMISE__PROMISE_UNSPECIFIED, "");
  vd_incident_end(act, incident, to, acted_at_ms);
  vd_string_set(&incident->closed_by, *by ? by : act->who->id);
  return VD_OK;
}

enum vd_err vd_incident_cancel(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__IncidentState to = VD__INCIDENT_STATE__INCIDENT_STATE_CANCELLED;
  const char *reason = act->command->cancel->reason;
  int64_t acted_at_ms = 0;
  Vd__Incident *incident = NULL;
  enum vd_err err = get_for(act, act->command->cancel->incident, to, &incident, refusal);
  if (err)
    return err;
  reply->number = incident->number;
  if (incident->state == to)
    return VD_OK;
  if (*reason == '\0')
    return vd_refuse(refusal, VD_ERR_MISSING, "cancel.reason", NULL);
  const Vd__Attempt *attempt = vd_incident_attempt(act->venue, incident);
  err = vd_incident_acted_at(act, attempt->started_at_ms, &acted_at_ms, refusal);
  if (err)
    return err;
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &incident->base);
  vd_incident_tell(act, VD_FACT_CANCELLED, incident, VD__PROMISE__PROMISE_UNSPECIFIED, reason);
  vd_incident_end(act, incident, to, acted_at_ms);
  keep_reason(act, incident, reason);
  return VD_OK;
}

void vd_incident_again(struct vd_act *act, Vd__Incident *incident, const char *reason, int64_t start_ms,
                       int64_t detection_ms)
{
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &incident->base);
  incident->state = VD__INCIDENT_STATE__INCIDENT_STATE_OPEN;
  incident->attempt++;
  incident->ended_at_ms = 0;
  incident->duplicate_of = 0;
  if (incident->merge)
    vd__merge__free_unpacked(incident->merge, NULL);
  incident->merge = NULL;
  vd_string_set(&incident->holder, "");
  vd_string_set(&incident->closed_by, "");
  keep_reason(act, incident, reason);
  vd_incident_tell(act, VD_FACT_REOPENED, incident, VD__PROMISE__PROMISE_UNSPECIFIED, reason);
  vd_incident_start(act, incident, start_ms, detection_ms);
  vd_incident_need(act->venue, incident);
  vd_incident_call(act, incident);
}

enum vd_err vd_incident_reopen(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__Reopen *reopen = act->command->reopen;
  int64_t acted_at_ms = 0;
  Vd__Incident *incident = NULL;
  enum vd_err err = vd_incident_get(act->venue, reopen->incident, &incident, refusal);
  if (!err && vd_incident_is_open(incident))
    err = vd_refuse(refusal, VD_ERR_INCIDENT_NOT_ENDED, "reopen.incident", NULL);
  if (!err)
    err = vd_drill_check_again(act->venue, incident, refusal);
  if (!err && *reopen->reason == '\0')
    err = vd_refuse(refusal, VD_ERR_MISSING, "reopen.reason", NULL);
  if (!err)
    err = vd_incident_acted_at(act, vd_incident_attempt(act->venue, incident)->ended_at_ms, &acted_at_ms,
                               refusal);
  if (err)
    return err;
  vd_incident_again(act, incident, reopen->reason, acted_at_ms, 0);
  reply->number = incident->number;
  return VD_OK;
}
