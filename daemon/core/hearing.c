// Hearing: this person knows. It stops the thread's repetition and the climbs that waited for the person, and
// meets nothing (standard §4 "Words of acknowledgement").
#include <string.h>

#include "daemon/core/alert.h"
#include "daemon/core/deadline.h"
#include "daemon/core/escalation.h"
#include "daemon/core/incident.h"
#include "daemon/core/key.h"
#include "daemon/core/node.h"
#include "daemon/core/task.h"
#include "daemon/core/venue_internal.h"

static void stop_climb(struct vd_act *act, const char *deadline_id, const char *whom, const char *by)
{
  Vd__Deadline *deadline = VD_FIND(act->venue, DEADLINE, Deadline, deadline_id);
  if (!deadline || !vd_deadline_is_running(deadline) || strcmp(deadline->called, whom) != 0)
    return;
  vd_act_touch(act, VD__KIND__KIND_DEADLINE, &deadline->base);
  deadline->climb_at_ms = 0;
  vd_string_set(&deadline->heard_by, by);
}

static bool hear_thread(struct vd_act *act, Vd__Alert *alert, const char *by)
{
  if (!vd_alert_hear(act, alert, by))
    return false;
  const char *whom = *alert->crew ? alert->crew : VD_ALERT_CONTROL_ROOM;
  for (size_t i = 0; i < alert->n_reasons; i++)
    if (alert->reasons[i]->why == VD__ALERT_WHY__ALERT_WHY_BREACH)
      stop_climb(act, alert->reasons[i]->deadline, whom, by);
  vd_task_heard(act, alert->subject, alert->crew);
  return true;
}

static bool hear_digest(struct vd_act *act, const char *crew)
{
  struct vd_index_fields threads = vd_index_collect(act->venue->index, vd_key_of("alert/", crew, "/").text);
  bool is_news = false;
  for (size_t i = 0; i < threads.count; i++) {
    Vd__Alert *alert = VD_FIND(act->venue, ALERT, Alert, threads.items[i]);
    if (alert && !vd_alert_is_digest(alert) && alert->drill == 0)
      is_news |= hear_thread(act, alert, crew);
  }
  struct vd_alert_id id = vd_alert_digest_id(crew);
  Vd__Alert *digest = VD_FIND(act->venue, ALERT, Alert, id.text);
  if (digest)
    is_news |= vd_alert_hear(act, digest, crew);
  vd_index_fields_finish(&threads);
  return is_news;
}

// The control room hears its own thread, and the last resort's with it: somebody human has it now.
static bool hear_room(struct vd_act *act, Vd__Alert *room)
{
  struct vd_alert_id id = vd_alert_id_of(room->incident, room->subject, VD_ALERT_LAST_RESORT);
  Vd__Alert *last = VD_FIND(act->venue, ALERT, Alert, id.text);
  bool is_news = hear_thread(act, room, VD_ALERT_CONTROL_ROOM);
  if (last)
    is_news |= vd_alert_hear(act, last, VD_ALERT_CONTROL_ROOM);
  return is_news;
}

static enum vd_err check(const struct vd_act *act, const Vd__Heard *heard, struct vd_refusal *refusal)
{
  bool is_about_both = *heard->subject && (heard->incident != 0 || heard->digest);
  if (is_about_both)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "heard.subject", "an incident, a digest or a subject");
  if (heard->digest && *vd_act_by(act) == '\0')
    return vd_refuse(refusal, VD_ERR_NO_ACTOR, "by", "whose digest was heard");
  if (!heard->digest && !*heard->subject && !vd_incident_find(act->venue, heard->incident))
    return vd_refuse(refusal, VD_ERR_UNKNOWN_INCIDENT, "heard.incident", "%llu",
                     (unsigned long long)heard->incident);
  return VD_OK;
}

enum vd_err vd_escalation_heard(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__Heard *heard = act->command->heard;
  const char *by = vd_act_by(act);
  enum vd_err err = check(act, heard, refusal);
  if (err != VD_OK)
    return err;
  bool is_news;
  if (heard->digest) {
    is_news = hear_digest(act, by);
  } else {
    struct vd_alert_id id = vd_alert_id_of(heard->incident, heard->subject, *by ? by : VD_ALERT_CONTROL_ROOM);
    Vd__Alert *alert = VD_FIND(act->venue, ALERT, Alert, id.text);
    const char *field = *heard->subject ? "heard.subject" : "heard.incident";
    if (!alert)
      return *by ? vd_refuse(refusal, VD_ERR_NO_ALERT, field, "%s was not called", by)
                 : vd_refuse(refusal, VD_ERR_NO_ACTOR, "by", "the control room itself was not called");
    is_news = *by ? hear_thread(act, alert, by) : hear_room(act, alert);
    reply->number = heard->incident;
  }
  if (is_news) {
    vd_node_did(act, VD__NODE__NODE_ESCALATION, false);
    Vd__Fact *fact = vd_act_fact(act, VD_FACT_HEARD);
    fact->incident = heard->incident;
    vd_string_set(&fact->subject, heard->subject);
    vd_string_set(&fact->who, *by ? by : VD_ALERT_CONTROL_ROOM);
  }
  return VD_OK;
}
