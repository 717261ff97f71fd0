// What the venue lets go of: ended incidents beyond policy.closed_kept, the oldest first, with all that
// belongs to them; as many ended tasks, and as many lines of the duty log. The journal keeps them. A bounded
// number of entities per act, so that no command pays for a busy day.
//
// An incident with a long history goes in several acts, between which anything may happen to it: a restart, a
// reopening. So its history goes first (notes, alerts, offers, earlier attempts); and the incident with its
// current attempt and that one's deadlines, which every act relies on, in one act at the end. Until then it
// is whole to act on and is found again as the oldest that ended.
#include <stdlib.h>

#include "daemon/core/key.h"
#include "daemon/core/venue_internal.h"

enum { INCIDENTS_PER_ACT_MAX = 2, ENTITIES_PER_INCIDENT_MAX = 64, LOG_LINES_PER_ACT_MAX = 16 };
enum { TASKS_PER_ACT_MAX = 4, THREADS_PER_TASK_MAX = 16 };
enum { AT_THE_END_MAX = 5 }; // the attempt, its three deadlines, the incident

// Is it the attempt of this id, or one of its deadlines?
static bool is_of_attempt(Vd__Kind kind, const char *id, const struct vd_key *attempt)
{
  bool is_kind = kind == VD__KIND__KIND_ATTEMPT || kind == VD__KIND__KIND_DEADLINE;
  return is_kind && strncmp(id, attempt->text, attempt->size) == 0 &&
         (id[attempt->size] == '\0' || id[attempt->size] == '.');
}

// Removes what has the prefix, except `kept` (NULL: nothing) and its deadlines; how many.
static size_t remove_all_of(struct vd_act *act, Vd__Kind kind, const char *prefix, const struct vd_key *kept,
                            size_t at_most)
{
  size_t removed = 0;
  struct vd_key id = {.size = 0}; // copied: the message goes
  const ProtobufCMessage *message;
  while (removed < at_most &&
         (message = vd_fold_next(act->venue->fold, kind, id.size > 0 ? id.text : NULL, prefix)) != NULL) {
    id = vd_key_of(vd_message_id(message), "", "");
    if (kept != NULL && is_of_attempt(kind, id.text, kept))
      continue;
    vd_act_remove(act, kind, id.text);
    removed++;
  }
  return removed;
}

static void remove_incident(struct vd_act *act, const char *number)
{
  // Attempts before their deadlines: whoever sees an attempt sees all three.
  static const Vd__Kind kinds[] = {VD__KIND__KIND_NOTE, VD__KIND__KIND_ALERT, VD__KIND__KIND_OFFER,
                                   VD__KIND__KIND_ATTEMPT, VD__KIND__KIND_DEADLINE};
  struct vd_key prefix = vd_key_of(number, ".", ""), current = prefix;
  vd_key_add_number(&current, VD_FIND(act->venue, INCIDENT, Incident, number)->attempt);
  size_t left = ENTITIES_PER_INCIDENT_MAX - AT_THE_END_MAX;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    left -= remove_all_of(act, kinds[i], prefix.text, &current, left);
  if (left == 0)
    return; // there may be more
  remove_all_of(act, VD__KIND__KIND_ATTEMPT, prefix.text, NULL, AT_THE_END_MAX);
  remove_all_of(act, VD__KIND__KIND_DEADLINE, prefix.text, NULL, AT_THE_END_MAX);
  vd_act_remove(act, VD__KIND__KIND_INCIDENT, number);
}

// What can still be undone stays, and what this very act is about.
static bool may_go(const struct vd_act *act, const char *number)
{
  const Vd__Incident *incident = VD_FIND(act->venue, INCIDENT, Incident, number);
  return incident && incident->ended_at_ms + vd_policy(act->venue)->undo_window_ms < act->now_ms &&
         !vd_act_has(act, VD__KIND__KIND_INCIDENT, number);
}

// Lines that are too many go, the oldest first; a few at a time where fewer are kept than before.
static void trim_log(struct vd_act *act, uint64_t kept)
{
  uint64_t last = vd_venue_event(act->venue)->last_log;
  const char *key = NULL;
  for (unsigned i = 0; i < LOG_LINES_PER_ACT_MAX && last > kept; i++) {
    key = vd_index_next(act->venue->index, "logged/", key);
    uint64_t number = key != NULL ? strtoull(vd_index_last_field(key), NULL, 10) : UINT64_MAX;
    struct vd_key id = vd_key_of("log.n", "", "");
    vd_key_add_number(&id, number);
    if (number > last - kept || vd_act_has(act, VD__KIND__KIND_NOTE, id.text))
      return;
    vd_act_remove(act, VD__KIND__KIND_NOTE, id.text);
  }
}

// Its threads first: one with more of them goes in several acts. What an act is about stays.
static void trim_tasks(struct vd_act *act, uint64_t kept)
{
  uint64_t ended = act->venue->ended_tasks;
  const char *key = NULL;
  for (unsigned i = 0; i < TASKS_PER_ACT_MAX && ended > kept; i++, ended--) {
    key = vd_index_next(act->venue->index, "over/", key);
    if (key == NULL || vd_act_has(act, VD__KIND__KIND_TASK, vd_index_last_field(key)))
      return;
    struct vd_key id = vd_key_of(vd_index_last_field(key), "", ""), prefix = vd_key_of(id.text, ".", "");
    if (remove_all_of(act, VD__KIND__KIND_ALERT, prefix.text, NULL, THREADS_PER_TASK_MAX) ==
        THREADS_PER_TASK_MAX)
      return;
    remove_all_of(act, VD__KIND__KIND_DEADLINE, prefix.text, NULL, 1);
    vd_act_remove(act, VD__KIND__KIND_TASK, id.text);
  }
}

void vd_retention_apply(struct vd_act *act)
{
  uint64_t kept = vd_policy(act->venue)->closed_kept;
  trim_tasks(act, kept);
  uint64_t ended = act->venue->ended_incidents;
  trim_log(act, kept);
  const char *key = NULL;
  for (unsigned i = 0; i < INCIDENTS_PER_ACT_MAX && ended > kept; i++, ended--) {
    key = vd_index_next(act->venue->index, "ended/", key);
    if (key == NULL || !may_go(act, vd_index_last_field(key)))
      return;
    remove_incident(act, vd_index_last_field(key));
  }
}
