// Moving sessions: the one named, and perhaps those after it in its zone.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/session_internal.h"
#include "proto/text.h"

enum { NAMED_MAX = 16 };                            // of those that followed
static const int64_t NEAR_MS = INT64_C(30) * 60000; // a break so long after a session is meant for it

// ---- what moves ----

// What one shift moves: the session named, and perhaps those after it.
struct moved {
  Vd__Session **items; // heap
  size_t count;
};

static void add_moved(struct moved *moved, Vd__Session *session)
{
  moved->items = vd_realloc(moved->items, (moved->count + 1) * sizeof *moved->items);
  moved->items[moved->count++] = session;
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
    return vd_session_refuse_state(session, "session_shift.session", refusal);
  if (shift->by_ms == 0)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "session_shift.by_ms", "not 0");
  if (shift->by_ms > VD_SESSION_LENGTH_MAX_MS || shift->by_ms < -VD_SESSION_LENGTH_MAX_MS)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "session_shift.by_ms", "at most a day");
  add_moved(moved, session);
  if (shift->following)
    add_following(act->venue, moved, session);
  return check_moved(act->venue, moved, shift->by_ms, refusal);
}

// ---- saying what came of it ----

static void tell_shift(struct vd_act *act, const struct moved *moved, int64_t by_ms)
{
  char by[32];
  vd_duration_format(by_ms, by, sizeof by);
  vd_session_tell(act, VD_FACT_SESSION_SHIFTED, moved->items[0]);
  vd_session_why(act, "by:", by);
  for (size_t i = 1; i < moved->count && i < NAMED_MAX; i++)
    vd_session_why(act, "following:", moved->items[i]->id);
}

static bool is_moved(const struct moved *moved, const Vd__Session *session)
{
  for (size_t i = 0; i < moved->count; i++)
    if (moved->items[i] == session)
      return true;
  return false;
}

// A break that came soon after the session, and now begins while it goes on.
static bool has_become_early(const struct moved *moved, const Vd__Session *pause, const Vd__Session *session,
                             int64_t by_ms)
{
  int64_t began_ms = pause->start_at_ms - (is_moved(moved, pause) ? by_ms : 0);
  int64_t ended_ms = session->end_at_ms - (is_moved(moved, session) ? by_ms : 0);
  bool came_after = began_ms >= ended_ms && began_ms - ended_ms <= NEAR_MS;
  return came_after && pause->start_at_ms >= session->start_at_ms && pause->start_at_ms < session->end_at_ms;
}

static bool is_break(const Vd__Session *session)
{
  return session->kind == VD__SESSION_KIND__SESSION_KIND_BREAK;
}

// Names the first that was found. Breaks are the whole event's, so every session is looked at.
static void name_early_break(struct vd_act *act, const struct moved *moved, int64_t by_ms, Vd__Reply *reply)
{
  const Vd__Session *other = NULL;
  const char *after = NULL;
  while ((other = (const Vd__Session *)vd_fold_next(act->venue->fold, VD__KIND__KIND_SESSION, after, ""))) {
    after = other->id;
    for (size_t i = 0; i < moved->count && vd_session_stands(other); i++) {
      const Vd__Session *own = moved->items[i];
      const Vd__Session *pause = is_break(own) ? own : other, *session = is_break(own) ? other : own;
      bool is_pair = is_break(pause) && !is_break(session);
      if (is_pair && pause->state == VD__SESSION_STATE__SESSION_STATE_PLANNED &&
          has_become_early(moved, pause, session, by_ms)) {
        vd_agenda_name_early(act, pause, session, reply);
        return;
      }
    }
  }
}

// Who asked reads what moved, beside what else is to be said.
static void name_following(const struct vd_act *act, const struct moved *moved, Vd__Reply *reply)
{
  struct vd_buffer sentence = {0};
  if (moved->count < 2)
    return;
  bool is_named = *reply->field != '\0';
  vd_buffer_printf(&sentence, "%s%s%s", is_named ? reply->sentence : "", is_named ? " " : "",
                   vd_act_pick(act, "Moved with it: ", "一併改期：", "一并改期："));
  for (size_t i = 1; i < moved->count && i <= NAMED_MAX; i++)
    vd_buffer_printf(&sentence, "%s%s", i > 1 ? vd_act_pick(act, ", ", "、", "、") : "", moved->items[i]->id);
  if (moved->count - 1 > NAMED_MAX)
    vd_buffer_printf(&sentence, "%s%zu", vd_act_pick(act, ", and more: ", "，另有 ", "，另有 "),
                     moved->count - 1 - NAMED_MAX);
  vd_buffer_printf(&sentence, "%s", vd_act_pick(act, ".", "。", "。"));
  vd_buffer_append(&sentence, "", 1);
  vd_string_set(&reply->sentence, (char *)sentence.data);
  vd_buffer_finish(&sentence);
  if (!is_named)
    vd_string_set(&reply->field, "following");
}

// ---- moving ----

static void move(struct vd_act *act, const struct moved *moved, size_t at, int64_t by_ms)
{
  Vd__Session *session = moved->items[at];
  vd_act_touch(act, VD__KIND__KIND_SESSION, &session->base);
  vd_session_remember(act, session, at == 0 ? moved->count : 0);
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
    move(act, moved, i, by_ms);
  for (size_t i = 0; i < moved->count && *reply->field == '\0'; i++)
    vd_agenda_name_collision(act, moved->items[i], reply);
  name_early_break(act, moved, by_ms, reply);
  vd_session_tell_attendees(act, moved->items, moved->count);
  vd_agenda_end(act, &change, reply);
  name_following(act, moved, reply);
}

enum vd_err vd_session_shift(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  struct moved moved = {0};
  enum vd_err err = read_shift(act, &moved, refusal);
  if (err == VD_OK)
    shift_all(act, &moved, act->command->session_shift->by_ms, reply);
  free(moved.items);
  return err;
}
