// Looking at the agenda, and what follows from its changes: who collides, what incidents are needed by, which
// dense session has lost its break, what the kitchen expects.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/batch.h"
#include "daemon/core/escalation.h"
#include "daemon/core/incident.h"
#include "daemon/core/notice.h"
#include "daemon/core/session_internal.h"
#include "daemon/core/supply.h"

static const int64_t DAY_MS = INT64_C(86400000);

// ---- one session ----

bool vd_session_stands(const Vd__Session *session)
{
  return session->state == VD__SESSION_STATE__SESSION_STATE_RUNNING ||
         (session->state == VD__SESSION_STATE__SESSION_STATE_PLANNED && !session->retired);
}

static bool is_running(const Vd__Session *session)
{
  return session->state == VD__SESSION_STATE__SESSION_STATE_RUNNING;
}

static bool is_break(const Vd__Session *session)
{
  return session->kind == VD__SESSION_KIND__SESSION_KIND_BREAK;
}

bool vd_session_moves(const Vd__Session *from, const Vd__Session *to)
{
  bool is_there = vd_session_stands(to);
  return vd_session_stands(from) != is_there ||
         (is_there && (from->start_at_ms != to->start_at_ms || from->end_at_ms != to->end_at_ms ||
                       strcmp(from->zone, to->zone) != 0));
}

bool vd_agenda_is_same_day(const struct vd_venue *venue, int64_t a_ms, int64_t b_ms)
{
  int64_t offset_ms = vd_venue_event(venue)->utc_offset_ms;
  return (a_ms + offset_ms) / DAY_MS == (b_ms + offset_ms) / DAY_MS;
}

// ---- walking ----

static uint64_t as_sorted(int64_t at_ms)
{
  return at_ms > 0 ? (uint64_t)at_ms : 0;
}

struct vd_agenda_walk vd_agenda_walk_from(const char *zone, int64_t from_ms)
{
  struct vd_agenda_walk walk = {.prefix = vd_key_of("agenda/", zone, "/")};
  walk.from = walk.prefix;
  vd_key_add_sorted(&walk.from, as_sorted(from_ms), VD_KEY_DIGITS);
  return walk;
}

Vd__Session *vd_agenda_walk_next(const struct vd_venue *venue, struct vd_agenda_walk *walk)
{
  walk->key = vd_index_next(venue->index, walk->prefix.text, walk->key ? walk->key : walk->from.text);
  return walk->key ? VD_FIND(venue, SESSION, Session, vd_index_last_field(walk->key)) : NULL;
}

// The breaks in the order of their beginning: "break/<begins>/<ends>/<session>".
struct break_walk {
  struct vd_key from;
  const char *key;
  int64_t begins_ms, ends_ms;
};

static struct break_walk breaks_from(int64_t from_ms)
{
  struct break_walk walk = {.from = vd_key_of("break/", "", "")};
  vd_key_add_sorted(&walk.from, as_sorted(from_ms), VD_KEY_DIGITS);
  return walk;
}

static bool next_break(const struct vd_venue *venue, struct break_walk *walk)
{
  const char *prefix = "break/";
  walk->key = vd_index_next(venue->index, prefix, walk->key ? walk->key : walk->from.text);
  if (!walk->key)
    return false;
  char *after;
  walk->begins_ms = strtoll(walk->key + strlen(prefix), &after, 10);
  walk->ends_ms = strtoll(after + 1, NULL, 10);
  return true;
}

// ---- for the other modules ----

const Vd__Session *vd_session_in(const struct vd_venue *venue, const char *zone, int64_t at_ms)
{
  struct vd_agenda_walk walk = vd_agenda_walk_from(zone, at_ms - VD_SESSION_LENGTH_MAX_MS);
  const Vd__Session *session, *overruns = NULL;
  while ((session = vd_agenda_walk_next(venue, &walk))) {
    bool begins_later = session->start_at_ms > at_ms;
    if (begins_later && overruns)
      break;
    if (begins_later || session->end_at_ms > at_ms)
      return session;
    if (is_running(session))
      overruns = session;
  }
  return overruns;
}

bool vd_session_audience(const struct vd_venue *venue, const char *zone, int64_t from_ms, int64_t until_ms,
                         uint32_t *audience)
{
  struct vd_agenda_walk walk = vd_agenda_walk_from(zone, from_ms - VD_SESSION_LENGTH_MAX_MS);
  const Vd__Session *session;
  bool is_found = false;
  *audience = 0;
  while ((session = vd_agenda_walk_next(venue, &walk)) && session->start_at_ms <= until_ms) {
    if (session->end_at_ms <= from_ms && !is_running(session))
      continue;
    is_found = true;
    *audience = session->audience > *audience ? session->audience : *audience;
  }
  return is_found;
}

// Breaks that touch or overlap are one.
bool vd_session_is_break(const struct vd_venue *venue, int64_t at_ms, int64_t *until_ms)
{
  struct break_walk walk = breaks_from(at_ms - VD_SESSION_LENGTH_MAX_MS);
  bool is_found = false;
  int64_t reach_ms = at_ms;
  *until_ms = VD_NEVER;
  while (next_break(venue, &walk) && walk.begins_ms <= reach_ms) {
    if (walk.ends_ms <= reach_ms)
      continue;
    is_found = true;
    reach_ms = walk.ends_ms;
  }
  if (is_found)
    *until_ms = reach_ms;
  else if (walk.key)
    *until_ms = walk.begins_ms;
  return is_found;
}

void vd_session_need(const struct vd_venue *venue, Vd__Incident *incident)
{
  const Vd__Deadline *last = vd_incident_deadline(venue, incident, VD__PROMISE__PROMISE_LAND);
  if (!last || last->outcome != VD__OUTCOME__OUTCOME_RUNNING)
    return;
  struct vd_agenda_walk walk = vd_agenda_walk_from(incident->zone, last->start_at_ms);
  const Vd__Session *session = vd_agenda_walk_next(venue, &walk);
  bool is_needed = session && session->start_at_ms < last->due_at_ms;
  incident->needed_by_at_ms = is_needed ? session->start_at_ms : 0;
  vd_string_set(&incident->needed_by, is_needed ? session->id : "");
}

// ---- collisions ----

const Vd__Session *vd_agenda_collision(const struct vd_venue *venue, const Vd__Session *session)
{
  struct vd_agenda_walk walk =
      vd_agenda_walk_from(session->zone, session->start_at_ms - VD_SESSION_LENGTH_MAX_MS);
  const Vd__Session *other;
  while ((other = vd_agenda_walk_next(venue, &walk)) && other->start_at_ms < session->end_at_ms)
    if (other != session && other->end_at_ms > session->start_at_ms)
      return other;
  return NULL;
}

static struct vd_key overlap_subject(const char *session)
{
  return vd_key_of("overlap.", session, "");
}

static bool is_called_out(const struct vd_venue *venue, const char *subject)
{
  struct vd_key prefix = vd_key_of(subject, ".", "");
  const Vd__Alert *alert = NULL;
  const char *after = NULL;
  while ((alert = (const Vd__Alert *)vd_fold_next(venue->fold, VD__KIND__KIND_ALERT, after, prefix.text))) {
    if (alert->state != VD__ALERT_STATE__ALERT_STATE_WITHDRAWN)
      return true;
    after = alert->id;
  }
  return false;
}

static void say_collides(struct vd_act *act, const Vd__Session *session, bool collides)
{
  struct vd_key subject = overlap_subject(session->id);
  const Vd__Policy *policy = vd_policy(act->venue);
  bool is_said = is_called_out(act->venue, subject.text);
  if (collides && !is_said && !policy->manual_nodes)
    vd_escalation_ask(act, subject.text, session->zone, policy->control, VD__ALERT_WHY__ALERT_WHY_CONFLICT);
  else if (!collides && is_said)
    vd_escalation_settle(act, subject.text);
}

// Of two that collide the later one is called out. What begins within the stretch may collide otherwise than
// before; what begins earlier is looked at for how far it reaches. Calling changes the index: first look,
// then call.
static void call_collisions(struct vd_act *act, const struct vd_agenda_stretch *stretch)
{
  struct later {
    const Vd__Session *session;
    bool collides;
  } *found = NULL;
  size_t count = 0, capacity = 0;
  struct vd_agenda_walk walk =
      vd_agenda_walk_from(stretch->zone, stretch->from_ms - VD_SESSION_LENGTH_MAX_MS);
  int64_t reach_ms = 0;
  const Vd__Session *session;
  while ((session = vd_agenda_walk_next(act->venue, &walk)) && session->start_at_ms <= stretch->until_ms) {
    if (count == capacity) {
      capacity = capacity ? 2 * capacity : 16;
      found = vd_realloc(found, capacity * sizeof *found);
    }
    if (session->start_at_ms >= stretch->from_ms)
      found[count++] = (struct later){session, session->start_at_ms < reach_ms};
    reach_ms = session->end_at_ms > reach_ms ? session->end_at_ms : reach_ms;
  }
  for (size_t i = 0; i < count; i++)
    say_collides(act, found[i].session, found[i].collides);
  free(found);
}

// ---- the break after a dense session ----

// The next talk of the zone on the same day, whenever it begins; NULL if none, or if a break of the zone
// comes before it.
static const Vd__Session *next_talk(const struct vd_venue *venue, const Vd__Session *dense)
{
  struct vd_agenda_walk walk = vd_agenda_walk_from(dense->zone, dense->start_at_ms);
  const Vd__Session *session;
  bool is_after = false;
  while ((session = vd_agenda_walk_next(venue, &walk)) &&
         vd_agenda_is_same_day(venue, dense->start_at_ms, session->start_at_ms)) {
    if (is_after)
      return is_break(session) ? NULL : session;
    is_after = session == dense;
  }
  return NULL;
}

// The breaks of a stretch, in the order of their beginning: one look at them serves all dense sessions.
struct breaks {
  struct {
    int64_t begins_ms, reach_ms; // the latest end of those up to here
  } * items;                     // heap
  size_t count;
};

static struct breaks breaks_between(const struct vd_venue *venue, int64_t from_ms, int64_t until_ms)
{
  struct breaks breaks = {0};
  size_t capacity = 0;
  int64_t reach_ms = 0;
  struct break_walk walk = breaks_from(from_ms);
  while (next_break(venue, &walk) && walk.begins_ms <= until_ms) {
    if (breaks.count == capacity) {
      capacity = capacity ? 2 * capacity : 16;
      breaks.items = vd_realloc(breaks.items, capacity * sizeof *breaks.items);
    }
    reach_ms = walk.ends_ms > reach_ms ? walk.ends_ms : reach_ms;
    breaks.items[breaks.count].begins_ms = walk.begins_ms;
    breaks.items[breaks.count++].reach_ms = reach_ms;
  }
  return breaks;
}

// Does one run at some time between the two?
static bool has_break_between(const struct breaks *breaks, int64_t after_ms, int64_t before_ms)
{
  size_t low = 0, high = breaks->count; // the first that begins too late
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (breaks->items[middle].begins_ms < before_ms)
      low = middle + 1;
    else
      high = middle;
  }
  return low > 0 && breaks->items[low - 1].reach_ms > after_ms;
}

// A break of the agenda, in any zone, before the zone's next talk (standard §3).
static bool has_break_after(const struct vd_venue *venue, const struct breaks *breaks,
                            const Vd__Session *dense)
{
  const Vd__Session *next = next_talk(venue, dense);
  return !next || has_break_between(breaks, dense->end_at_ms, next->start_at_ms);
}

static bool is_too_long(const struct vd_venue *venue, const Vd__Session *dense)
{
  int64_t limit_ms = vd_policy(venue)->dense_limit_ms; // an older journal's policy knows none
  return limit_ms > 0 && dense->end_at_ms - dense->start_at_ms > limit_ms;
}

static bool has_zone(const struct vd_agenda_change *change, const char *zone)
{
  for (size_t i = 0; i < change->count; i++)
    if (strcmp(change->stretches[i].zone, zone) == 0)
      return true;
  return false;
}

// The dense sessions within the change's reach that have no break after them, or are longer than they may be.
static void look_at_dense(const struct vd_venue *venue, const struct vd_agenda_change *change,
                          struct vd_index_fields *lacking, struct vd_index_fields *too_long)
{
  int64_t from_ms = INT64_MAX, until_ms = 0;
  for (size_t i = 0; i < change->count; i++) {
    const struct vd_agenda_stretch *stretch = &change->stretches[i];
    from_ms = stretch->from_ms < from_ms ? stretch->from_ms : from_ms;
    until_ms = stretch->until_ms > until_ms ? stretch->until_ms : until_ms;
  }
  if (change->count == 0)
    return;
  struct breaks breaks = breaks_between(venue, from_ms - 2 * DAY_MS, until_ms + DAY_MS);
  struct vd_key from = vd_key_of("dense/", "", "");
  vd_key_add_sorted(&from, as_sorted(from_ms - DAY_MS), VD_KEY_DIGITS);
  const char *key = from.text;
  while ((key = vd_index_next(venue->index, "dense/", key))) {
    const Vd__Session *dense = VD_FIND(venue, SESSION, Session, vd_index_last_field(key));
    if (dense->start_at_ms > until_ms)
      break;
    bool is_own = has_zone(change, dense->zone);
    if ((change->has_break || is_own) && !has_break_after(venue, &breaks, dense))
      vd_strings_add(&lacking->items, &lacking->count, dense->id);
    if (is_own && is_too_long(venue, dense))
      vd_strings_add(&too_long->items, &too_long->count, dense->id);
  }
  free(breaks.items);
}

static int by_id(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_ids(struct vd_index_fields *ids)
{
  if (ids->count > 1)
    qsort(ids->items, ids->count, sizeof *ids->items, by_id);
}

static bool is_among(const struct vd_index_fields *sorted, const char *id)
{
  return sorted->count > 0 &&
         bsearch(&id, sorted->items, sorted->count, sizeof *sorted->items, by_id) != NULL;
}

// ---- naming ----

// "overlap:keynote-2" in the history; for who asked a sentence, with the word and the session beside it.
static void name(struct vd_act *act, const char *word, const char *named, const char *sentence,
                 Vd__Reply *reply)
{
  if (act->fact)
    vd_strings_add(&act->fact->why, &act->fact->n_why, vd_key_of(word, ":", named).text);
  if (!reply || *reply->field)
    return;
  vd_string_set(&reply->field, word);
  vd_string_set(&reply->nearest, named);
  vd_string_set(&reply->sentence, sentence);
}

// "Done, but keynote-2 … panel …".
static void name_two(struct vd_act *act, const char *word, const char *named, const char *const parts[3],
                     const char *first, const char *second, Vd__Reply *reply)
{
  struct vd_buffer sentence = {0};
  vd_buffer_printf(&sentence, "%s%s%s%s%s", parts[0], first, parts[1], second, parts[2]);
  vd_buffer_append(&sentence, "", 1);
  name(act, word, named, (char *)sentence.data, reply);
  vd_buffer_finish(&sentence);
}

void vd_agenda_name_collision(struct vd_act *act, const Vd__Session *session, Vd__Reply *reply)
{
  const Vd__Session *other = vd_agenda_collision(act->venue, session);
  const char *const parts[] = {
      vd_act_pick(act, "Done, but ", "已完成，但 ", "已完成，但 "),
      vd_act_pick(act, " and ", " 與 ", " 与 "),
      vd_act_pick(act, " now want one zone at the same time.", " 同時使用同一區域。", " 同时使用同一区域。"),
  };
  if (other)
    name_two(act, "overlap", other->id, parts, session->id, other->id, reply);
}

void vd_agenda_name_early(struct vd_act *act, const Vd__Session *pause, const Vd__Session *session,
                          Vd__Reply *reply)
{
  const char *const parts[] = {
      vd_act_pick(act, "Done, but ", "已完成，但 ", "已完成，但 "),
      vd_act_pick(act, " now begins before ", " 將早於 ", " 将早于 "),
      vd_act_pick(act, " ends.", " 結束即開始。", " 结束即开始。"),
  };
  name_two(act, "early-break", pause->id, parts, pause->id, session->id, reply);
}

// '%' in the sentence stands for what is named.
static void name_one(struct vd_act *act, const char *word, const char *named, const char *sentence,
                     Vd__Reply *reply)
{
  struct vd_buffer filled = {0};
  size_t size = strcspn(sentence, "%");
  vd_buffer_append(&filled, sentence, size);
  vd_buffer_append(&filled, named, strlen(named));
  vd_buffer_append(&filled, sentence + size + 1, strlen(sentence + size));
  name(act, word, named, (char *)filled.data, reply);
  vd_buffer_finish(&filled);
}

void vd_agenda_name_running(struct vd_act *act, const Vd__Session *session, Vd__Reply *reply)
{
  struct vd_agenda_walk walk =
      vd_agenda_walk_from(session->zone, session->started_at_ms - VD_SESSION_LENGTH_MAX_MS);
  const Vd__Session *other;
  while ((other = vd_agenda_walk_next(act->venue, &walk)) &&
         other->start_at_ms <= session->started_at_ms + VD_SESSION_EARLY_MAX_MS)
    if (other != session && is_running(other)) {
      name_one(act, "still-running", other->id,
               vd_act_pick(act, "Done, but % still runs in that zone.", "已完成，但 % 仍在該區域進行。",
                           "已完成，但 % 仍在该区域进行。"),
               reply);
      return;
    }
}

// ---- changing it ----

void vd_agenda_concern(struct vd_agenda_change *change, Vd__SessionKind kind, const char *zone,
                       int64_t start_ms, int64_t end_ms)
{
  change->has_break |= kind == VD__SESSION_KIND__SESSION_KIND_BREAK;
  for (size_t i = 0; i < change->count; i++) {
    struct vd_agenda_stretch *stretch = &change->stretches[i];
    if (strcmp(stretch->zone, zone) != 0)
      continue;
    stretch->from_ms = start_ms < stretch->from_ms ? start_ms : stretch->from_ms;
    stretch->until_ms = end_ms > stretch->until_ms ? end_ms : stretch->until_ms;
    return;
  }
  change->stretches = vd_realloc(change->stretches, (change->count + 1) * sizeof *change->stretches);
  struct vd_agenda_stretch *stretch = &change->stretches[change->count++];
  *stretch = (struct vd_agenda_stretch){.from_ms = start_ms, .until_ms = end_ms};
  memcpy(stretch->zone, zone, strnlen(zone, sizeof stretch->zone - 1));
}

void vd_agenda_begin(const struct vd_venue *venue, struct vd_agenda_change *change)
{
  look_at_dense(venue, change, &change->lacking, &change->too_long);
  sort_ids(&change->lacking);
  sort_ids(&change->too_long);
}

void vd_agenda_moved(struct vd_act *act, Vd__Session *session)
{
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_SESSION, session->id, &session->base);
  vd_session_calm(act, session);
  if (!vd_session_stands(session))
    say_collides(act, session, false);
}

// The first of those after the change that was not one of those before it; NULL if there is none.
static const char *first_new(const struct vd_index_fields *after, const struct vd_index_fields *before)
{
  for (size_t i = 0; i < after->count; i++)
    if (!is_among(before, after->items[i]))
      return after->items[i];
  return NULL;
}

static void name_dense(struct vd_act *act, const struct vd_agenda_change *change, Vd__Reply *reply)
{
  struct vd_index_fields lacking = {0}, too_long = {0};
  look_at_dense(act->venue, change, &lacking, &too_long);
  const char *lost = first_new(&lacking, &change->lacking), *grown = first_new(&too_long, &change->too_long);
  if (lost)
    name_one(act, "no-break", lost,
             vd_act_pick(act, "Done, but no break follows % any more.", "已完成，但 % 之後已無休息。",
                         "已完成，但 % 之后已无休息。"),
             reply);
  if (grown)
    name_one(act, "dense-limit", grown,
             vd_act_pick(act, "Done, but % now lasts longer than a dense session may.",
                         "已完成，但 % 已超過高密度環節的時限。", "已完成，但 % 已超过高密度环节的时限。"),
             reply);
  vd_index_fields_finish(&lacking);
  vd_index_fields_finish(&too_long);
}

void vd_agenda_end(struct vd_act *act, struct vd_agenda_change *change, Vd__Reply *reply)
{
  name_dense(act, change, reply);
  for (size_t i = 0; i < change->count; i++) {
    call_collisions(act, &change->stretches[i]);
    if (change->moves_starts)
      vd_incident_needs(act, change->stretches[i].zone);
  }
  if (change->has_break)
    vd_supply_agenda_changed(act);
  vd_index_fields_finish(&change->lacking);
  vd_index_fields_finish(&change->too_long);
  free(change->stretches);
  *change = (struct vd_agenda_change){0};
}

// ---- a plan ----

static void call_all_collisions(struct vd_act *act)
{
  struct vd_agenda_stretch stretch = {.from_ms = 0, .until_ms = INT64_MAX};
  const Vd__Zone *zone = NULL;
  const char *after = NULL;
  while ((zone = (const Vd__Zone *)vd_fold_next(act->venue->fold, VD__KIND__KIND_ZONE, after, ""))) {
    after = zone->id;
    memset(stretch.zone, 0, sizeof stretch.zone);
    memcpy(stretch.zone, zone->id, strnlen(zone->id, sizeof stretch.zone - 1));
    call_collisions(act, &stretch);
  }
}

void vd_session_plan_applied(struct vd_act *act, const char *const *told, size_t count)
{
  Vd__Session *session = NULL;
  const char *after = NULL;
  while ((session = (Vd__Session *)vd_fold_next(act->venue->fold, VD__KIND__KIND_SESSION, after, ""))) {
    after = session->id;
    vd_session_calm(act, session);
    vd_session_fit(act, session);
    if (!vd_session_stands(session))
      say_collides(act, session, false);
  }
  call_all_collisions(act);
  for (size_t i = 0; i < count; i++)
    vd_session_forget(VD_FIND(act->venue, SESSION, Session, told[i]));
  vd_notice_add_sessions(act, told, count);
  vd_incident_needs(act, "");
  vd_supply_agenda_changed(act);
}
