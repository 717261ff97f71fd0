// What waits while a session overruns, and goes on when it has ended (batch.h).
#include <stdlib.h>
#include <string.h>

#include "daemon/core/batch.h"
#include "daemon/core/key.h"
#include "daemon/core/session.h"
#include "daemon/core/venue_internal.h"

static const int64_t NEAR_MS = INT64_C(30) * 60000;
enum { NAMED_MAX = 8 };

// Beside the fact of the session: "held:coffee.b2".
static void tell(struct vd_act *act, const char *word, const Vd__Batch *batch)
{
  if (act->fact && act->fact->n_why < NAMED_MAX)
    vd_strings_add(&act->fact->why, &act->fact->n_why, vd_key_of(word, ":", batch->id).text);
}

static uint64_t near_after(int64_t at_ms)
{
  return at_ms > NEAR_MS ? (uint64_t)(at_ms - NEAR_MS) : 0;
}

static void hold(struct vd_act *act, const char *id, const Vd__Session *session)
{
  Vd__Batch *batch = VD_EDIT(act, BATCH, Batch, id);
  batch->state = VD__BATCH_STATE__BATCH_STATE_HELD;
  vd_string_set(&batch->held_for, session->id);
  tell(act, "held", batch);
}

// A session of another zone that ended for the same break, with as many people or more: they are out. Looks
// at the whole agenda, once for a session that overruns.
static bool others_are_out(const struct vd_venue *venue, const Vd__Session *session)
{
  const Vd__Session *other = NULL;
  const char *after = NULL;
  while ((other = (const Vd__Session *)vd_fold_next(venue->fold, VD__KIND__KIND_SESSION, after, ""))) {
    after = other->id;
    if (other->state == VD__SESSION_STATE__SESSION_STATE_ENDED && strcmp(other->zone, session->zone) != 0 &&
        other->kind != VD__SESSION_KIND__SESSION_KIND_BREAK && other->audience >= session->audience &&
        llabs(other->ended_at_ms - session->end_at_ms) <= NEAR_MS)
      return true;
  }
  return false;
}

static void hold_for_breaks(struct vd_act *act, const Vd__Session *session)
{
  const struct vd_index *index = act->venue->index;
  bool is_out = others_are_out(act->venue, session);
  struct vd_key from = vd_key_of("break/", "", "");
  vd_key_add_sorted(&from, near_after(session->end_at_ms), VD_KEY_DIGITS);
  for (const char *key = from.text; (key = vd_index_next(index, "break/", key));) {
    const Vd__Session *after = VD_FIND(act->venue, SESSION, Session, vd_index_last_field(key));
    if (after->start_at_ms > session->end_at_ms + NEAR_MS)
      return;
    bool is_own = strcmp(after->zone, session->zone) == 0;
    if (after->state != VD__SESSION_STATE__SESSION_STATE_PLANNED || (is_out && !is_own))
      continue;
    struct vd_key prefix = vd_key_of("batch/", after->id, "/");
    for (const char *batch = NULL; (batch = vd_index_next(index, prefix.text, batch));)
      hold(act, vd_index_last_field(batch), session);
  }
}

static void hold_for_times(struct vd_act *act, const Vd__Session *session)
{
  struct vd_key from = vd_key_of("batch//", "", "");
  vd_key_add_sorted(&from, near_after(session->end_at_ms), VD_KEY_DIGITS);
  for (const char *key = from.text; (key = vd_index_next(act->venue->index, "batch//", key));) {
    const Vd__Batch *batch = VD_FIND(act->venue, BATCH, Batch, vd_index_last_field(key));
    const Vd__Supply *supply = VD_FIND(act->venue, SUPPLY, Supply, batch->supply);
    if (batch->planned_at_ms > session->end_at_ms + NEAR_MS)
      return;
    if (strcmp(supply->zone, session->zone) == 0)
      hold(act, batch->id, session);
  }
}

void vd_batch_session_overruns(struct vd_act *act, const Vd__Session *session, bool is_over)
{
  if (!is_over && session->kind != VD__SESSION_KIND__SESSION_KIND_BREAK) {
    hold_for_breaks(act, session);
    hold_for_times(act, session);
  }
  struct vd_key prefix = vd_key_of("held/", session->id, "/");
  for (const char *key = NULL; is_over && (key = vd_index_next(act->venue->index, prefix.text, key));) {
    Vd__Batch *batch = VD_EDIT(act, BATCH, Batch, vd_index_last_field(key));
    batch->state = VD__BATCH_STATE__BATCH_STATE_PLANNED;
    vd_string_set(&batch->held_for, "");
    tell(act, "on-again", batch);
  }
}
