// What people do to a session of the agenda, and the overrun that nobody has to report.
#include "daemon/core/session.h"

#include <string.h>

#include "daemon/core/batch.h"
#include "daemon/core/escalation.h"
#include "daemon/core/session_internal.h"
#include "proto/text.h"

// ---- finding ----

enum vd_err vd_session_get(const struct vd_venue *venue, const char *id, const char *field,
                           Vd__Session **session, struct vd_refusal *refusal)
{
  *session = VD_FIND(venue, SESSION, Session, id);
  bool is_gone = *session && (*session)->retired && !vd_session_stands(*session);
  if (*session && !is_gone)
    return VD_OK;
  const char *best = NULL, *after = NULL;
  unsigned distance = UINT32_MAX;
  const Vd__Session *other;
  while ((other = (Vd__Session *)vd_fold_next(venue->fold, VD__KIND__KIND_SESSION, after, ""))) {
    after = other->id;
    if (!other->retired)
      vd_nearest_consider(id, other->id, &best, &distance);
  }
  enum vd_err err = vd_refuse(refusal, VD_ERR_UNKNOWN_SESSION, field, "%s", id);
  if (refusal && best)
    memcpy(refusal->nearest, best, strnlen(best, sizeof refusal->nearest - 1));
  return err;
}

enum vd_err vd_session_refuse_state(const Vd__Session *session, const char *field, struct vd_refusal *refusal)
{
  return vd_refuse(refusal, VD_ERR_WRONG_STATE, field, "%s is %s", session->id,
                   vd_enum_name(&vd__session_state__descriptor, (int)session->state));
}

void vd_session_tell(struct vd_act *act, enum vd_fact what, const Vd__Session *session)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return;
  vd_string_set(&fact->zone, session->zone);
  vd_string_set(&fact->text, session->id);
}

void vd_session_why(struct vd_act *act, const char *word, const char *value)
{
  struct vd_buffer why = {0};
  vd_buffer_printf(&why, "%s%s", word, value);
  vd_buffer_append(&why, "", 1);
  vd_strings_add(&act->fact->why, &act->fact->n_why, (char *)why.data);
  vd_buffer_finish(&why);
}

// ---- overruns ----

// Called out a grace after its end, or after what a dense session may last, whichever is first.
static int64_t overruns_at(const struct vd_venue *venue, const Vd__Session *session)
{
  const Vd__Policy *policy = vd_policy(venue);
  int64_t ends_ms = session->end_at_ms;
  bool has_limit = session->dense && policy->dense_limit_ms > 0; // an older journal's policy knows none
  if (has_limit && session->started_at_ms + policy->dense_limit_ms < ends_ms)
    ends_ms = session->started_at_ms + policy->dense_limit_ms;
  return ends_ms + policy->overrun_grace_ms;
}

int64_t vd_session_next(const struct vd_venue *venue, const Vd__Session *session)
{
  bool waits = session->state == VD__SESSION_STATE__SESSION_STATE_RUNNING && !session->overrun_warned &&
               !vd_policy(venue)->manual_nodes;
  return waits ? overruns_at(venue, session) : VD_NEVER;
}

void vd_session_fire(struct vd_act *act, Vd__Session *session)
{
  vd_act_touch(act, VD__KIND__KIND_SESSION, &session->base);
  session->overrun_warned = true;
  vd_session_tell(act, VD_FACT_OVERRUN, session);
  vd_escalation_ask(act, vd_key_of("session.", session->id, "").text, session->zone,
                    vd_policy(act->venue)->control, VD__ALERT_WHY__ALERT_WHY_OVERRUN);
  vd_batch_session_overruns(act, session, false);
}

void vd_session_calm(struct vd_act *act, Vd__Session *session)
{
  bool overruns = session->state == VD__SESSION_STATE__SESSION_STATE_RUNNING &&
                  overruns_at(act->venue, session) <= act->now_ms;
  if (overruns || !session->overrun_warned)
    return;
  vd_act_touch(act, VD__KIND__KIND_SESSION, &session->base);
  session->overrun_warned = false;
  vd_escalation_settle(act, vd_key_of("session.", session->id, "").text);
  vd_batch_session_overruns(act, session, true);
}

// ---- start, end ----

// Who comes on time misses its beginning; that it is late, whoever waits in the room can see.
static bool is_early(const struct vd_venue *venue, const Vd__Session *session)
{
  return session->started_at_ms < session->start_at_ms - vd_policy(venue)->overrun_grace_ms;
}

// Between what the agenda says and what people said happened.
static struct vd_agenda_change state_change_of(const Vd__Session *session, int64_t acted_at_ms)
{
  struct vd_agenda_change change = {0};
  int64_t from_ms = session->start_at_ms, until_ms = session->end_at_ms;
  vd_agenda_concern(&change, session->kind, session->zone, from_ms < acted_at_ms ? from_ms : acted_at_ms,
                    until_ms > acted_at_ms ? until_ms : acted_at_ms);
  return change;
}

enum vd_err vd_session_start(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const char *field = "session_start.session";
  Vd__Session *session = NULL;
  enum vd_err err =
      vd_session_get(act->venue, act->command->session_start->session, field, &session, refusal);
  if (err || session->state == VD__SESSION_STATE__SESSION_STATE_RUNNING)
    return err;
  if (session->state != VD__SESSION_STATE__SESSION_STATE_PLANNED)
    return vd_session_refuse_state(session, field, refusal);
  if (session->start_at_ms - vd_act_acted_at(act) > VD_SESSION_EARLY_MAX_MS)
    return vd_refuse(refusal, VD_ERR_WRONG_STATE, field, "%s begins in over two hours; shift it first",
                     session->id);
  struct vd_agenda_change change = state_change_of(session, vd_act_acted_at(act));
  vd_agenda_begin(act->venue, &change);
  vd_act_touch(act, VD__KIND__KIND_SESSION, &session->base);
  vd_session_remember(act, session, 1);
  vd_session_tell(act, VD_FACT_SESSION_STARTED, session);
  session->state = VD__SESSION_STATE__SESSION_STATE_RUNNING;
  session->started_at_ms = vd_act_acted_at(act);
  vd_agenda_moved(act, session);
  vd_agenda_name_running(act, session, reply);
  if (is_early(act->venue, session))
    vd_session_tell_attendees(act, &session, 1);
  vd_agenda_end(act, &change, reply);
  return VD_OK;
}

// Ends a running or planned one, touched.
static void finish(struct vd_act *act, Vd__Session *session, Vd__SessionState state)
{
  if (session->state == VD__SESSION_STATE__SESSION_STATE_RUNNING)
    session->ended_at_ms = vd_act_acted_at(act);
  session->state = state;
  vd_agenda_moved(act, session);
}

enum vd_err vd_session_end(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const char *field = "session_end.session";
  Vd__Session *session = NULL;
  enum vd_err err = vd_session_get(act->venue, act->command->session_end->session, field, &session, refusal);
  if (err || session->state == VD__SESSION_STATE__SESSION_STATE_ENDED)
    return err;
  if (session->state != VD__SESSION_STATE__SESSION_STATE_RUNNING)
    return vd_session_refuse_state(session, field, refusal);
  if (vd_act_acted_at(act) < session->started_at_ms)
    return vd_refuse(refusal, VD_ERR_ACTED_TOO_EARLY, "acted_at_ms", "that is before its start");
  struct vd_agenda_change change = state_change_of(session, vd_act_acted_at(act));
  vd_agenda_begin(act->venue, &change);
  vd_act_touch(act, VD__KIND__KIND_SESSION, &session->base);
  vd_session_remember(act, session, 1);
  vd_session_tell(act, VD_FACT_SESSION_ENDED, session);
  finish(act, session, VD__SESSION_STATE__SESSION_STATE_ENDED);
  vd_agenda_end(act, &change, reply);
  return VD_OK;
}

// ---- cancel ----

enum vd_err vd_session_cancel(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const char *field = "session_cancel.session", *reason = act->command->session_cancel->reason;
  Vd__Session *session = NULL;
  enum vd_err err =
      vd_session_get(act->venue, act->command->session_cancel->session, field, &session, refusal);
  if (err || session->state == VD__SESSION_STATE__SESSION_STATE_CANCELLED)
    return err;
  if (session->state == VD__SESSION_STATE__SESSION_STATE_ENDED)
    return vd_session_refuse_state(session, field, refusal);
  if (*reason == '\0')
    return vd_refuse(refusal, VD_ERR_MISSING, "session_cancel.reason", NULL);
  if (vd_act_acted_at(act) < session->started_at_ms)
    return vd_refuse(refusal, VD_ERR_ACTED_TOO_EARLY, "acted_at_ms", "that is before its start");
  struct vd_agenda_change change = state_change_of(session, vd_act_acted_at(act));
  change.moves_starts = true;
  vd_agenda_begin(act->venue, &change);
  vd_act_touch(act, VD__KIND__KIND_SESSION, &session->base);
  vd_session_remember(act, session, 1);
  vd_session_tell(act, VD_FACT_SESSION_CANCELLED, session);
  vd_session_why(act, "", reason);
  finish(act, session, VD__SESSION_STATE__SESSION_STATE_CANCELLED);
  vd_session_tell_attendees(act, &session, 1);
  vd_agenda_end(act, &change, reply);
  vd_batch_session_gone(act, session, reply);
  return VD_OK;
}
