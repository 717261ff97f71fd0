// Duplicates. The survivor gets the duplicate's reporters and the earliest time; the duplicate's own clocks
// vanish. A duplicate remembers what it changed (Merge), so that merges come off again in the reverse order.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/deadline.h"
#include "daemon/core/escalation.h"
#include "daemon/core/incident_internal.h"

// ---- the survivor's clocks ----

// A deadline that is no longer late, or not yet near, forgets that it was: it was so by a mistaken time.
static void forget_lateness(struct vd_act *act, Vd__Deadline *deadline)
{
  bool was_late = deadline->breached_at_ms != 0 && deadline->due_at_ms >= act->now_ms;
  bool was_near = deadline->warned && deadline->warn_at_ms > act->now_ms;
  if (!was_late && !was_near)
    return;
  vd_escalation_clear(act, deadline);
  deadline->warned = false;
  deadline->breached_at_ms = 0;
  deadline->level = VD__LEVEL__LEVEL_UNSPECIFIED;
  vd_string_set(&deadline->called, "");
  vd_string_set(&deadline->heard_by, "");
}

void vd_incident_move_clock(struct vd_act *act, Vd__Deadline *deadline, int64_t by_ms)
{
  vd_act_touch(act, VD__KIND__KIND_DEADLINE, &deadline->base);
  deadline->start_at_ms += by_ms;
  deadline->warn_at_ms += by_ms;
  deadline->due_at_ms += by_ms;
  forget_lateness(act, deadline);
}

// The clocks of the first attempt count from the first report. What was met by then stays as it was told,
// until it is told anew (vd_attempt_settle).
static void move_clocks(struct vd_act *act, Vd__Incident *incident, int64_t by_ms)
{
  if (by_ms == 0 || incident->attempt != 1 || !vd_incident_is_open(incident))
    return;
  Vd__Attempt *attempt = vd_incident_attempt(act->venue, incident);
  vd_act_touch(act, VD__KIND__KIND_ATTEMPT, &attempt->base);
  attempt->started_at_ms += by_ms;
  attempt->decision_call_at_ms += by_ms;
  for (Vd__Promise tier = VD_TIER_FIRST; tier <= VD_TIER_LAST; tier++) {
    Vd__Deadline *deadline = vd_incident_deadline(act->venue, incident, tier);
    if (vd_deadline_is_running(deadline))
      vd_incident_move_clock(act, deadline, by_ms);
  }
  vd_incident_need(act->venue, incident);
}

// ---- the survivor's reporters ----

static bool has_reporter(const Vd__Incident *incident, const char *name)
{
  for (size_t i = 0; i < incident->n_reporters; i++)
    if (strcmp(incident->reporters[i], name) == 0)
      return true;
  return false;
}

static uint32_t give_reporters(const Vd__Incident *from, Vd__Incident *to)
{
  size_t before = to->n_reporters;
  for (size_t i = 0; i < from->n_reporters && to->n_reporters < VD_REPORTERS_MAX; i++)
    if (!has_reporter(to, from->reporters[i]))
      vd_strings_add(&to->reporters, &to->n_reporters, from->reporters[i]);
  vd_incident_fit(to);
  return to->n_reporters > before ? (uint32_t)(to->n_reporters - before) : 0;
}

static void take_reporters(const Vd__Incident *from, Vd__Incident *to)
{
  for (uint32_t given = from->merge->reporters; given > 0 && to->n_reporters > 0; given--) {
    if (!has_reporter(from, to->reporters[to->n_reporters - 1]))
      break;
    free(to->reporters[--to->n_reporters]);
  }
}

// ---- the command ----

static enum vd_err check_survivor(const struct vd_act *act, const Vd__Incident *duplicate,
                                  Vd__Incident **survivor, struct vd_refusal *refusal)
{
  uint64_t of = act->command->duplicate->of;
  if (of == duplicate->number)
    return vd_refuse(refusal, VD_ERR_SAME_INCIDENT, "duplicate.of", NULL);
  enum vd_err err = vd_incident_get_open(act->venue, of, survivor, refusal);
  if (err) {
    if (refusal)
      memcpy(refusal->field, "duplicate.of", sizeof "duplicate.of");
    return err;
  }
  // Life safety is never put away behind something else.
  if (duplicate->life_safety && !(*survivor)->life_safety)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "duplicate.of",
                     "#%llu is life safety: merge the other into it", (unsigned long long)duplicate->number);
  return VD_OK;
}

static void note_merge(struct vd_act *act, const Vd__Incident *duplicate, const Vd__Incident *survivor)
{
  struct vd_buffer names = {0};
  for (size_t i = 0; i < duplicate->n_reporters; i++)
    vd_buffer_printf(&names, "%s%s", i > 0 ? ", " : "", duplicate->reporters[i]);
  vd_buffer_append(&names, "", 1);
  vd_act_note(act, survivor->number, VD__NOTE_KIND__NOTE_KIND_MERGE,
              "#%llu is a duplicate of this, reported by %s", (unsigned long long)duplicate->number,
              (char *)names.data);
  vd_act_note(act, duplicate->number, VD__NOTE_KIND__NOTE_KIND_MERGE, "a duplicate of #%llu",
              (unsigned long long)survivor->number);
  vd_buffer_finish(&names);
}

static void merge(struct vd_act *act, Vd__Incident *duplicate, Vd__Incident *survivor, int64_t acted_at_ms)
{
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &duplicate->base);
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &survivor->base);
  vd_incident_end(act, duplicate, VD__INCIDENT_STATE__INCIDENT_STATE_DUPLICATE, acted_at_ms);
  Vd__Merge *merge = (Vd__Merge *)vd_message_new(&vd__merge__descriptor);
  merge->reported_at_ms = survivor->reported_at_ms;
  merge->before = survivor->last_duplicate;
  merge->reporters = give_reporters(duplicate, survivor);
  duplicate->merge = merge;
  duplicate->duplicate_of = survivor->number;
  survivor->last_duplicate = duplicate->number;
  if (duplicate->reported_at_ms < survivor->reported_at_ms) {
    survivor->reported_at_ms = duplicate->reported_at_ms;
    move_clocks(act, survivor, survivor->reported_at_ms - merge->reported_at_ms);
  }
  note_merge(act, duplicate, survivor);
}

enum vd_err vd_incident_duplicate(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__Duplicate *command = act->command->duplicate;
  int64_t acted_at_ms = 0;
  Vd__Incident *duplicate = NULL, *survivor = NULL;
  enum vd_err err = vd_incident_get(act->venue, command->incident, &duplicate, refusal);
  if (err)
    return err;
  reply->number = duplicate->number;
  if (duplicate->state == VD__INCIDENT_STATE__INCIDENT_STATE_DUPLICATE &&
      duplicate->duplicate_of == command->of)
    return VD_OK;
  err = vd_incident_get_open(act->venue, command->incident, &duplicate, refusal);
  if (!err)
    err = check_survivor(act, duplicate, &survivor, refusal);
  if (!err && duplicate->drill != survivor->drill)
    err = vd_refuse(refusal, VD_ERR_OUTSIDE_DRILL, "duplicate.of", "one of the two is real");
  if (!err)
    err = vd_incident_acted_at(act, duplicate->reported_at_ms, &acted_at_ms, refusal);
  if (err)
    return err;
  struct vd_buffer of = {0};
  vd_buffer_printf(&of, "#%llu", (unsigned long long)survivor->number);
  vd_buffer_append(&of, "", 1);
  vd_incident_tell(act, VD_FACT_MERGED, duplicate, VD__PROMISE__PROMISE_UNSPECIFIED, (char *)of.data);
  vd_buffer_finish(&of);
  merge(act, duplicate, survivor, acted_at_ms);
  return VD_OK;
}

// ---- undo ----

enum vd_err vd_incident_can_unmerge(const struct vd_venue *venue, const Vd__Incident *duplicate,
                                    struct vd_refusal *refusal)
{
  const Vd__Incident *survivor = vd_incident_find(venue, duplicate->duplicate_of);
  if (!survivor)
    return vd_refuse(refusal, VD_ERR_NOTHING_TO_UNDO, "undo.incident", "#%llu is no longer at hand",
                     (unsigned long long)duplicate->duplicate_of);
  if (survivor->state == VD__INCIDENT_STATE__INCIDENT_STATE_DUPLICATE)
    return vd_refuse(refusal, VD_ERR_NOTHING_TO_UNDO, "undo.incident",
                     "#%llu was merged itself since: undo that first", (unsigned long long)survivor->number);
  if (survivor->last_duplicate != duplicate->number)
    return vd_refuse(refusal, VD_ERR_NOTHING_TO_UNDO, "undo.incident",
                     "#%llu was merged after it: undo that first",
                     (unsigned long long)survivor->last_duplicate);
  return VD_OK;
}

void vd_incident_unmerge(struct vd_act *act, Vd__Incident *duplicate)
{
  Vd__Incident *survivor = vd_incident_find(act->venue, duplicate->duplicate_of);
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &survivor->base);
  take_reporters(duplicate, survivor);
  int64_t moved_ms = duplicate->merge->reported_at_ms - survivor->reported_at_ms;
  survivor->reported_at_ms = duplicate->merge->reported_at_ms;
  survivor->last_duplicate = duplicate->merge->before;
  move_clocks(act, survivor, moved_ms);
  vd_act_note(act, survivor->number, VD__NOTE_KIND__NOTE_KIND_CORRECTION,
              "undone: #%llu is no duplicate of this", (unsigned long long)duplicate->number);
  vd__merge__free_unpacked(duplicate->merge, NULL);
  duplicate->merge = NULL;
  duplicate->duplicate_of = 0;
}
