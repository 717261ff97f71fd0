// What waits while a session overruns, goes on when it has ended, and has lost its break (batch.h).
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

static bool is_break(const Vd__Session *session)
{
  return session->kind == VD__SESSION_KIND__SESSION_KIND_BREAK;
}

static void hold(struct vd_act *act, Vd__Batch *batch, const Vd__Session *session)
{
  vd_act_touch(act, VD__KIND__KIND_BATCH, &batch->base);
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
        !is_break(other) && other->audience >= session->audience &&
        llabs(other->ended_at_ms - session->end_at_ms) <= NEAR_MS)
      return true;
  }
  return false;
}

// Whether those whom it is for sit in this session until it ends; `is_out`: enough others do not.
static bool waits_for(const struct vd_venue *venue, const Vd__Batch *batch, const Vd__Session *session,
                      bool is_out)
{
  const Vd__Session *pause = *batch->session ? VD_FIND(venue, SESSION, Session, batch->session) : NULL;
  const Vd__Supply *supply = VD_FIND(venue, SUPPLY, Supply, batch->supply);
  int64_t at_ms = pause ? pause->start_at_ms : batch->planned_at_ms;
  bool is_own = strcmp(pause ? pause->zone : supply->zone, session->zone) == 0;
  if (pause ? pause->state != VD__SESSION_STATE__SESSION_STATE_PLANNED || (is_out && !is_own) : !is_own)
    return false;
  return llabs(at_ms - session->end_at_ms) <= NEAR_MS;
}

static void hold_for_breaks(struct vd_act *act, const Vd__Session *session)
{
  const struct vd_index *index = act->venue->index;
  bool is_out = others_are_out(act->venue, session);
  struct vd_key from = vd_key_of("break/", "", "");
  vd_key_add_sorted(&from, near_after(session->end_at_ms), VD_KEY_DIGITS);
  for (const char *key = from.text; (key = vd_index_next(index, "break/", key));) {
    const Vd__Session *pause = VD_FIND(act->venue, SESSION, Session, vd_index_last_field(key));
    if (pause->start_at_ms > session->end_at_ms + NEAR_MS)
      return;
    struct vd_key prefix = vd_key_of("batch/", pause->id, "/");
    for (const char *of = NULL; (of = vd_index_next(index, prefix.text, of));) {
      Vd__Batch *batch = VD_FIND(act->venue, BATCH, Batch, vd_index_last_field(of));
      if (waits_for(act->venue, batch, session, is_out))
        hold(act, batch, session);
    }
  }
}

static void hold_for_times(struct vd_act *act, const Vd__Session *session)
{
  struct vd_key from = vd_key_of("batch//", "", "");
  vd_key_add_sorted(&from, near_after(session->end_at_ms), VD_KEY_DIGITS);
  for (const char *key = from.text; (key = vd_index_next(act->venue->index, "batch//", key));) {
    Vd__Batch *batch = VD_FIND(act->venue, BATCH, Batch, vd_index_last_field(key));
    if (batch->planned_at_ms > session->end_at_ms + NEAR_MS)
      return;
    if (waits_for(act->venue, batch, session, false))
      hold(act, batch, session);
  }
}

// Another session that overruns may hold back the same.
static void hold_again(struct vd_act *act, const struct vd_index_fields *batches)
{
  const Vd__Session *other = NULL;
  const char *after = NULL;
  while ((other = (const Vd__Session *)vd_fold_next(act->venue->fold, VD__KIND__KIND_SESSION, after, ""))) {
    after = other->id;
    if (!other->overrun_warned || is_break(other))
      continue;
    bool is_out = others_are_out(act->venue, other);
    for (size_t i = 0; i < batches->count; i++) {
      Vd__Batch *batch = VD_FIND(act->venue, BATCH, Batch, batches->items[i]);
      if (batch && *batch->held_for == '\0' && waits_for(act->venue, batch, other, is_out))
        hold(act, batch, other);
    }
  }
}

// The act may end the other overrun too, and looks for what that holds by the index.
static void let_go(struct vd_act *act, const Vd__Session *session)
{
  struct vd_key prefix = vd_key_of("held/", session->id, "/");
  struct vd_index_fields batches = vd_index_collect(act->venue->index, prefix.text);
  for (size_t i = 0; i < batches.count; i++) {
    Vd__Batch *batch = VD_EDIT(act, BATCH, Batch, batches.items[i]);
    if (!batch)
      continue;
    batch->state = VD__BATCH_STATE__BATCH_STATE_PLANNED;
    vd_string_set(&batch->held_for, "");
  }
  if (batches.count > 0)
    hold_again(act, &batches);
  for (size_t i = 0; i < batches.count; i++) {
    const Vd__Batch *batch = VD_FIND(act->venue, BATCH, Batch, batches.items[i]);
    if (!batch)
      continue;
    vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_BATCH, batch->id, &batch->base);
    if (*batch->held_for == '\0')
      tell(act, "on-again", batch);
  }
  vd_index_fields_finish(&batches);
}

void vd_batch_session_overruns(struct vd_act *act, const Vd__Session *session, bool is_over)
{
  if (is_over) {
    let_go(act, session);
  } else if (!is_break(session)) {
    hold_for_breaks(act, session);
    hold_for_times(act, session);
  }
}

// ---- a break that is no more ----

// What was planned for a session that is gone.
struct left {
  const Vd__Batch *first; // NULL: nothing
  struct vd_buffer names; // of the first NAMED_MAX
  unsigned count;
};

static void leave(const struct vd_act *act, struct left *left, const Vd__Batch *batch)
{
  left->first = left->first ? left->first : batch;
  if (left->count++ < NAMED_MAX)
    vd_buffer_printf(&left->names, "%s%s", left->count > 1 ? vd_act_pick(act, ", ", "、", "、") : "",
                     batch->id);
}

// Beside what else is to be said. A plan may take out many sessions: the facts name what has no room here.
static void name(const struct vd_act *act, const struct left *left, const char *session, Vd__Reply *reply)
{
  enum { ROOM = 512 };
  bool is_one = left->count == 1, is_first = *reply->field == '\0';
  if (strlen(reply->sentence) > ROOM)
    return;
  struct vd_buffer names = {0};
  vd_buffer_append(&names, left->names.data, left->names.size);
  if (left->count > NAMED_MAX)
    vd_buffer_printf(&names, "%s%u", vd_act_pick(act, ", and more: ", "，另有 ", "，另有 "),
                     left->count - NAMED_MAX);
  vd_buffer_printf(&names, "%s%s",
                   is_one ? vd_act_pick(act, " was planned for ", " 是為 ", " 是为 ")
                          : vd_act_pick(act, " were planned for ", " 是為 ", " 是为 "),
                   session);
  vd_buffer_append(&names, "", 1);
  vd_act_remark(
      reply, "batch-left",
      is_one
          ? vd_act_pick(act, "Done, but %: cancel it, or plan another.",
                        "已完成，但 % 排定的：請取消或另行排定。", "已完成，但 % 排定的：请取消或另行排定。")
          : vd_act_pick(act, "Done, but %: cancel them, or plan others.",
                        "已完成，但 % 排定的：請取消或另行排定。", "已完成，但 % 排定的：请取消或另行排定。"),
      (char *)names.data);
  vd_buffer_finish(&names);
  if (is_first)
    vd_string_set(&reply->nearest, left->first->id);
}

void vd_batch_session_gone(struct vd_act *act, const Vd__Session *session, Vd__Reply *reply)
{
  const Vd__Batch *batch = NULL;
  const char *after = NULL;
  struct left left = {.first = NULL};
  while ((batch = (const Vd__Batch *)vd_fold_next(act->venue->fold, VD__KIND__KIND_BATCH, after, ""))) {
    after = batch->id;
    bool is_waiting = batch->state == VD__BATCH_STATE__BATCH_STATE_PLANNED ||
                      batch->state == VD__BATCH_STATE__BATCH_STATE_HELD;
    if (!is_waiting || strcmp(batch->session, session->id) != 0)
      continue;
    tell(act, "batch-left", batch);
    leave(act, &left, batch);
  }
  if (left.first)
    name(act, &left, session->id, reply);
  vd_buffer_finish(&left.names);
}
