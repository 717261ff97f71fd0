// What people do to the sessions of the agenda, and the overrun that nobody has to report.
#include "daemon/core/session.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/core/batch.h"
#include "daemon/core/escalation.h"
#include "daemon/core/notice.h"
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

static enum vd_err refuse_state(const Vd__Session *session, const char *field, struct vd_refusal *refusal)
{
  return vd_refuse(refusal, VD_ERR_WRONG_STATE, field, "%s is %s", session->id,
                   vd_enum_name(&vd__session_state__descriptor, (int)session->state));
}

static void tell(struct vd_act *act, enum vd_fact what, const Vd__Session *session)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return;
  vd_string_set(&fact->zone, session->zone);
  vd_string_set(&fact->text, session->id);
}

static void tell_why(struct vd_act *act, const char *word, const char *value)
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
  tell(act, VD_FACT_OVERRUN, session);
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
    return refuse_state(session, field, refusal);
  if (session->start_at_ms - vd_act_acted_at(act) > VD_SESSION_EARLY_MAX_MS)
    return vd_refuse(refusal, VD_ERR_WRONG_STATE, field, "%s begins in over two hours; shift it first",
                     session->id);
  struct vd_agenda_change change = state_change_of(session, vd_act_acted_at(act));
  vd_agenda_begin(act->venue, &change);
  vd_act_touch(act, VD__KIND__KIND_SESSION, &session->base);
  tell(act, VD_FACT_SESSION_STARTED, session);
  session->state = VD__SESSION_STATE__SESSION_STATE_RUNNING;
  session->started_at_ms = vd_act_acted_at(act);
  vd_agenda_moved(act, session);
  vd_agenda_name_running(act, session, reply);
  if (is_early(act->venue, session))
    vd_notice_add(act, session->id, NULL);
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
    return refuse_state(session, field, refusal);
  if (vd_act_acted_at(act) < session->started_at_ms)
    return vd_refuse(refusal, VD_ERR_ACTED_TOO_EARLY, "acted_at_ms", "that is before its start");
  struct vd_agenda_change change = state_change_of(session, vd_act_acted_at(act));
  vd_agenda_begin(act->venue, &change);
  vd_act_touch(act, VD__KIND__KIND_SESSION, &session->base);
  tell(act, VD_FACT_SESSION_ENDED, session);
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
    return refuse_state(session, field, refusal);
  if (*reason == '\0')
    return vd_refuse(refusal, VD_ERR_MISSING, "session_cancel.reason", NULL);
  if (vd_act_acted_at(act) < session->started_at_ms)
    return vd_refuse(refusal, VD_ERR_ACTED_TOO_EARLY, "acted_at_ms", "that is before its start");
  struct vd_agenda_change change = state_change_of(session, vd_act_acted_at(act));
  change.moves_starts = true;
  vd_agenda_begin(act->venue, &change);
  vd_act_touch(act, VD__KIND__KIND_SESSION, &session->base);
  tell(act, VD_FACT_SESSION_CANCELLED, session);
  tell_why(act, "", reason);
  finish(act, session, VD__SESSION_STATE__SESSION_STATE_CANCELLED);
  vd_notice_add(act, session->id, NULL);
  vd_agenda_end(act, &change, reply);
  vd_batch_session_gone(act, session, reply);
  return VD_OK;
}

// ---- shift ----

// What one shift moves: the session named, and perhaps those after it.
struct moved {
  Vd__Session **items; // heap
  const char **ids;    // heap, of them
  size_t count;
};

static void add_moved(struct moved *moved, Vd__Session *session)
{
  moved->items = vd_realloc(moved->items, (moved->count + 1) * sizeof *moved->items);
  moved->ids = vd_realloc(moved->ids, (moved->count + 1) * sizeof *moved->ids);
  moved->items[moved->count] = session;
  moved->ids[moved->count++] = session->id;
}

static void add_following(const struct vd_venue *venue, struct moved *moved, const Vd__Session *first)
{
  struct vd_agenda_walk walk = vd_agenda_walk_from(first->zone, first->start_at_ms);
  Vd__Session *session;
  bool is_after = false;
  while ((session = vd_agenda_walk_next(venue, &walk)) &&
         vd_agenda_is_same_day(venue, first->start_at_ms, session->start_at_ms)) {
    if (is_after && session->state == VD__SESSION_STATE__SESSION_STATE_PLANNED)
      add_moved(moved, session);
    is_after |= session == first;
  }
}

// What has begun has begun.
static int64_t start_after(const Vd__Session *session, int64_t by_ms)
{
  bool has_begun = session->state == VD__SESSION_STATE__SESSION_STATE_RUNNING;
  return has_begun ? session->start_at_ms : session->start_at_ms + by_ms;
}

static enum vd_err check_moved(const struct vd_venue *venue, const struct moved *moved, int64_t by_ms,
                               struct vd_refusal *refusal)
{
  const Vd__Event *event = vd_venue_event(venue);
  const int64_t day_ms = VD_SESSION_LENGTH_MAX_MS;
  for (size_t i = 0; i < moved->count; i++) {
    const Vd__Session *session = moved->items[i];
    int64_t start_ms = start_after(session, by_ms), end_ms = session->end_at_ms + by_ms;
    bool has_length = end_ms > start_ms && end_ms - start_ms <= VD_SESSION_LENGTH_MAX_MS;
    if (!has_length)
      return vd_refuse(refusal, VD_ERR_BAD_VALUE, "session_shift.by_ms",
                       "%s would end before it begins, or last over a day", session->id);
    if (start_ms < event->start_at_ms - day_ms || end_ms > event->end_at_ms + day_ms)
      return vd_refuse(refusal, VD_ERR_BAD_VALUE, "session_shift.by_ms", "%s would be far from the event",
                       session->id);
  }
  return VD_OK;
}

static enum vd_err read_shift(const struct vd_act *act, struct moved *moved, struct vd_refusal *refusal)
{
  const Vd__SessionShift *shift = act->command->session_shift;
  Vd__Session *session = NULL;
  enum vd_err err = vd_session_get(act->venue, shift->session, "session_shift.session", &session, refusal);
  if (err)
    return err;
  if (!vd_session_stands(session))
    return refuse_state(session, "session_shift.session", refusal);
  if (shift->by_ms == 0)
    return vd_refuse(refusal, VD_ERR_MISSING, "session_shift.by_ms", NULL);
  if (shift->by_ms > VD_SESSION_LENGTH_MAX_MS || shift->by_ms < -VD_SESSION_LENGTH_MAX_MS)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "session_shift.by_ms", "at most a day");
  add_moved(moved, session);
  if (shift->following)
    add_following(act->venue, moved, session);
  return check_moved(act->venue, moved, shift->by_ms, refusal);
}

static void tell_shift(struct vd_act *act, const struct moved *moved, int64_t by_ms)
{
  char by[32];
  vd_duration_format(by_ms, by, sizeof by);
  tell(act, VD_FACT_SESSION_SHIFTED, moved->items[0]);
  tell_why(act, "by:", by);
  for (size_t i = 1; i < moved->count && i < 16; i++)
    tell_why(act, "following:", moved->ids[i]);
}

static void move(struct vd_act *act, Vd__Session *session, int64_t by_ms)
{
  vd_act_touch(act, VD__KIND__KIND_SESSION, &session->base);
  session->start_at_ms = start_after(session, by_ms);
  session->end_at_ms += by_ms;
  vd_agenda_moved(act, session);
}

static void shift_all(struct vd_act *act, const struct moved *moved, int64_t by_ms, Vd__Reply *reply)
{
  struct vd_agenda_change change = {.moves_starts = true};
  for (size_t i = 0; i < moved->count; i++) {
    const Vd__Session *session = moved->items[i];
    vd_agenda_concern(&change, session->kind, session->zone, session->start_at_ms, session->end_at_ms);
    vd_agenda_concern(&change, session->kind, session->zone, start_after(session, by_ms),
                      session->end_at_ms + by_ms);
  }
  vd_agenda_begin(act->venue, &change);
  vd_act_touch(act, VD__KIND__KIND_SESSION, &moved->items[0]->base);
  tell_shift(act, moved, by_ms);
  for (size_t i = 0; i < moved->count; i++)
    move(act, moved->items[i], by_ms);
  for (size_t i = 0; i < moved->count && *reply->field == '\0'; i++)
    vd_agenda_name_collision(act, moved->items[i], reply);
  vd_notice_add_sessions(act, moved->ids, moved->count);
  vd_agenda_end(act, &change, reply);
}

enum vd_err vd_session_shift(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  struct moved moved = {0};
  enum vd_err err = read_shift(act, &moved, refusal);
  if (err == VD_OK)
    shift_all(act, &moved, act->command->session_shift->by_ms, reply);
  free(moved.ids);
  free(moved.items);
  return err;
}
