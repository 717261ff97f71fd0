// Taking back a mis-tap (standard §4: within 2 min, audited): the last start, end, shift or cancellation of a
// session, as far as it was recorded within the window. What a session was is kept in it, the last three at
// most; what follows from the agenda (overruns, collisions, batches held, needed-by) is derived anew, as
// after every change. What attendees were to be told of it is taken out of a notice that has not left; to
// take back what they have read is news of its own. Later acts come off before earlier ones.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/notice.h"
#include "daemon/core/session_internal.h"

enum { BEFORE_MAX = 3, NAMED_MAX = 16 };
enum { TO_COME = 48 }; // bytes that the act, its notice and an overrun add

#define STATE(NAME) VD__SESSION_STATE__SESSION_STATE_##NAME

// ---- keeping ----

static void drop_first(Vd__Session *session)
{
  vd__session_before__free_unpacked(session->before[0], NULL);
  session->n_before--;
  memmove(session->before, session->before + 1, session->n_before * sizeof *session->before);
}

void vd_session_forget(Vd__Session *session)
{
  while (session->n_before > 0)
    drop_first(session);
}

void vd_session_fit(struct vd_act *act, Vd__Session *session)
{
  while (session->n_before > 0 && vd__session__get_packed_size(session) + TO_COME > VD_ENTITY_MAX) {
    vd_act_touch(act, VD__KIND__KIND_SESSION, &session->base);
    drop_first(session);
  }
}

static bool is_within(const struct vd_act *act, const Vd__SessionBefore *before)
{
  return act->now_ms - before->recorded_at_ms <= vd_policy(act->venue)->undo_window_ms;
}

void vd_session_remember(struct vd_act *act, Vd__Session *session, size_t moved)
{
  while (session->n_before == BEFORE_MAX || (session->n_before > 0 && !is_within(act, session->before[0])))
    drop_first(session);
  Vd__SessionBefore *before = (Vd__SessionBefore *)vd_message_new(&vd__session_before__descriptor);
  before->act = act->venue->sequence + 1;
  before->recorded_at_ms = act->now_ms;
  vd_string_set(&before->principal, act->who->id);
  before->state = session->state;
  before->start_at_ms = session->start_at_ms;
  before->end_at_ms = session->end_at_ms;
  before->started_at_ms = session->started_at_ms;
  before->ended_at_ms = session->ended_at_ms;
  before->moved = (uint32_t)moved;
  before->was_named = vd_notice_names(act->venue, session->id);
  VD_REPEATED_ADD(session->before, session->n_before, before);
  vd_session_fit(act, session);
}

static Vd__SessionBefore *last_of(const Vd__Session *session)
{
  return session->n_before > 0 ? session->before[session->n_before - 1] : NULL;
}

void vd_session_tell_attendees(struct vd_act *act, Vd__Session *const *sessions, size_t count)
{
  const char **ids = vd_alloc(count * sizeof *ids);
  for (size_t i = 0; i < count; i++)
    ids[i] = sessions[i]->id;
  uint64_t notice = vd_notice_add_sessions(act, ids, count);
  for (size_t i = 0; i < count; i++) {
    Vd__SessionBefore *before = last_of(sessions[i]);
    if (before && before->act == act->venue->sequence + 1)
      before->notice = notice;
  }
  free(ids);
}

// ---- what is to be undone ----

// One act on one session or, of a shift, on all that it moved: the one it named first.
struct undone {
  struct {
    Vd__Session *session;
    Vd__SessionBefore *before; // heap, once it was taken from the session
  } * items;                   // heap
  size_t count;
};

static void add(struct undone *undone, Vd__Session *session)
{
  undone->items = vd_realloc(undone->items, (undone->count + 1) * sizeof *undone->items);
  undone->items[undone->count].session = session;
  undone->items[undone->count++].before = NULL;
}

static const char field[] = "session_undo.session";

static bool is_of(const Vd__Session *session, uint64_t act)
{
  for (size_t i = 0; i < session->n_before; i++)
    if (session->before[i]->act == act)
      return true;
  return false;
}

// Who followed is undone with the one that the shift named.
static enum vd_err refuse_follower(const struct vd_venue *venue, const Vd__Session *session,
                                   struct vd_refusal *refusal)
{
  uint64_t act = last_of(session)->act;
  const Vd__Session *other = NULL;
  const char *after = NULL;
  while ((other = (const Vd__Session *)vd_fold_next(venue->fold, VD__KIND__KIND_SESSION, after, ""))) {
    after = other->id;
    for (size_t i = 0; i < other->n_before; i++)
      if (other->before[i]->act == act && other->before[i]->moved > 0)
        return vd_refuse(refusal, VD_ERR_NOTHING_TO_UNDO, field, "%s was moved with %s: undo that",
                         session->id, other->id);
  }
  return vd_refuse(refusal, VD_ERR_NOTHING_TO_UNDO, field, NULL);
}

static enum vd_err add_followers(const struct vd_venue *venue, struct undone *undone,
                                 struct vd_refusal *refusal)
{
  const Vd__Session *first = undone->items[0].session;
  const Vd__SessionBefore *of = last_of(first);
  Vd__Session *other = NULL;
  const char *after = NULL;
  while (of->moved > 1 &&
         (other = (Vd__Session *)vd_fold_next(venue->fold, VD__KIND__KIND_SESSION, after, ""))) {
    after = other->id;
    if (other == first || !is_of(other, of->act))
      continue;
    if (last_of(other)->act != of->act)
      return vd_refuse(refusal, VD_ERR_NOTHING_TO_UNDO, field, "%s was changed after it: undo that first",
                       other->id);
    add(undone, other);
  }
  if (undone->count == of->moved)
    return VD_OK;
  return vd_refuse(refusal, VD_ERR_NOTHING_TO_UNDO, field, "what moved with %s was changed after it",
                   first->id);
}

static enum vd_err read_undo(const struct vd_act *act, struct undone *undone, struct vd_refusal *refusal)
{
  const char *id = act->command->session_undo->session;
  Vd__Session *session = VD_FIND(act->venue, SESSION, Session, id);
  const Vd__SessionBefore *last = session ? last_of(session) : NULL;
  bool is_lost = !last || (session->retired && last->state == STATE(PLANNED)); // the plan knows it no more
  enum vd_err err = is_lost ? vd_session_get(act->venue, id, field, &session, refusal) : VD_OK;
  if (err != VD_OK)
    return err;
  if (is_lost || !is_within(act, last))
    return vd_refuse(refusal, VD_ERR_NOTHING_TO_UNDO, field, NULL);
  if (last->moved == 0)
    return refuse_follower(act->venue, session, refusal);
  add(undone, session);
  return add_followers(act->venue, undone, refusal);
}

// ---- undoing it ----

static const char *word_of(const Vd__Session *session, const Vd__SessionBefore *before)
{
  if (session->state == before->state)
    return "undone-shift";
  switch (session->state) {
  case STATE(RUNNING):
    return "undone-start";
  case STATE(ENDED):
    return "undone-end";
  default:
    return "undone-cancel";
  }
}

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
  return b_ms && b_ms < a_ms ? b_ms : a_ms;
}

static int64_t later(int64_t a_ms, int64_t b_ms)
{
  return b_ms > a_ms ? b_ms : a_ms;
}

static void concern(struct vd_agenda_change *change, const Vd__Session *session)
{
  const Vd__SessionBefore *before = last_of(session);
  vd_agenda_concern(change, session->kind, session->zone,
                    earlier(session->start_at_ms, session->started_at_ms),
                    later(session->end_at_ms, session->ended_at_ms));
  vd_agenda_concern(change, session->kind, session->zone, before->start_at_ms, before->end_at_ms);
}

static void tell(struct vd_act *act, const struct undone *undone)
{
  const Vd__Session *first = undone->items[0].session;
  vd_session_tell(act, VD_FACT_SESSION_UNDONE, first);
  vd_session_why(act, word_of(first, last_of(first)), "");
  for (size_t i = 1; i < undone->count && i < NAMED_MAX; i++)
    vd_session_why(act, "following:", undone->items[i].session->id);
}

static Vd__SessionBefore *restore(struct vd_act *act, Vd__Session *session)
{
  vd_act_touch(act, VD__KIND__KIND_SESSION, &session->base);
  Vd__SessionBefore *before = session->before[--session->n_before];
  session->state = before->state;
  session->start_at_ms = before->start_at_ms;
  session->end_at_ms = before->end_at_ms;
  session->started_at_ms = before->started_at_ms;
  session->ended_at_ms = before->ended_at_ms;
  vd_agenda_moved(act, session);
  return before;
}

static void tell_attendees(struct vd_act *act, const struct undone *undone)
{
  const char **told = vd_alloc(undone->count * sizeof *told);
  size_t count = 0;
  for (size_t i = 0; i < undone->count; i++) {
    const Vd__SessionBefore *before = undone->items[i].before;
    const char *id = undone->items[i].session->id;
    if (before->notice != 0 &&
        !vd_notice_unsay(act, before->notice, before->act, before->was_named ? NULL : id))
      told[count++] = id;
  }
  vd_notice_add_sessions(act, told, count);
  free(told);
}

static void undo(struct vd_act *act, struct undone *undone, Vd__Reply *reply)
{
  struct vd_agenda_change change = {.moves_starts = true};
  Vd__Session *first = undone->items[0].session;
  for (size_t i = 0; i < undone->count; i++)
    concern(&change, undone->items[i].session);
  vd_agenda_begin(act->venue, &change);
  vd_act_touch(act, VD__KIND__KIND_SESSION, &first->base);
  tell(act, undone);
  for (size_t i = 0; i < undone->count; i++)
    undone->items[i].before = restore(act, undone->items[i].session);
  for (size_t i = 0; i < undone->count && *reply->field == '\0'; i++)
    if (vd_session_stands(undone->items[i].session))
      vd_agenda_name_collision(act, undone->items[i].session, reply);
  if (first->state == STATE(RUNNING))
    vd_agenda_name_running(act, first, reply);
  tell_attendees(act, undone);
  vd_agenda_end(act, &change, reply);
}

enum vd_err vd_session_undo(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  struct undone undone = {0};
  enum vd_err err = read_undo(act, &undone, refusal);
  if (err == VD_OK)
    undo(act, &undone, reply);
  for (size_t i = 0; err == VD_OK && i < undone.count; i++)
    vd__session_before__free_unpacked(undone.items[i].before, NULL);
  free(undone.items);
  return err;
}
