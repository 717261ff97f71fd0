// An agenda from a calendar: all of it, or none. What it names is found again by the calendar's uid, else by
// id; what it does not name stays, and so does whose a session is as long as it says no more of it than the
// venue knows. Of a running session it changes words and end, of an ended or cancelled
// one nothing; a shift stands as long as the calendar says the same times as before.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/notice.h"
#include "daemon/core/session_internal.h"
#include "daemon/core/zone.h"
#include "proto/text.h"

enum { SESSIONS_MAX = 2000 };
enum { GROWTH = 128 }; // bytes a session gains while the event runs

#define STATE(NAME) VD__SESSION_STATE__SESSION_STATE_##NAME

struct incoming {
  const Vd__Session *from; // the command's
  Vd__Session *live;       // NULL: new
  Vd__Session *wanted;     // heap; NULL: nothing is to be done
  bool moves;              // new, or another zone or time: it must not collide
};

struct import {
  const struct vd_venue *venue;
  struct incoming *items; // heap
  size_t count;
  bool has_agenda; // one is known before
  unsigned added, changed, cancelled;
};

static void import_finish(struct import *import)
{
  for (size_t i = 0; i < import->count; i++)
    if (import->items[i].wanted)
      vd__session__free_unpacked(import->items[i].wanted, NULL);
  free(import->items);
}

// ---- refusing ----

// "sessions_import.sessions[3].zone"
struct path {
  char text[96];
};

static struct path path_of(size_t at, const char *field)
{
  struct path path;
  struct vd_key key = vd_key_of("sessions_import.sessions[", "", "");
  vd_key_add_number(&key, at);
  vd_key_add(&key, "].");
  vd_key_add(&key, field);
  memcpy(path.text, key.text, sizeof path.text - 1);
  path.text[sizeof path.text - 1] = '\0';
  return path;
}

static enum vd_err refuse(enum vd_err err, size_t at, const char *field, const Vd__Session *session,
                          const char *why, struct vd_refusal *refusal)
{
  return vd_refuse(refusal, err, path_of(at, field).text, "%s%s%s", session->id, *why ? ": " : "", why);
}

// ---- what one entry must be ----

static bool is_cancelled(const Vd__Session *session)
{
  return session->state == STATE(CANCELLED);
}

static enum vd_err check_times(const struct vd_venue *venue, const Vd__Session *session, size_t at,
                               struct vd_refusal *refusal)
{
  const Vd__Event *event = vd_venue_event(venue);
  if (session->start_at_ms < event->start_at_ms || session->start_at_ms > event->end_at_ms)
    return refuse(VD_ERR_BAD_VALUE, at, "start_at_ms", session, "outside of the event", refusal);
  if (session->end_at_ms <= session->start_at_ms ||
      session->end_at_ms - session->start_at_ms > VD_SESSION_LENGTH_MAX_MS)
    return refuse(VD_ERR_BAD_VALUE, at, "end_at_ms", session, "after the start, by at most a day", refusal);
  if (session->end_at_ms > event->end_at_ms)
    return refuse(VD_ERR_BAD_VALUE, at, "end_at_ms", session, "outside of the event", refusal);
  return VD_OK;
}

static enum vd_err check_entry(const struct vd_venue *venue, const Vd__Session *session, size_t at,
                               struct vd_refusal *refusal)
{
  Vd__Zone *zone = NULL;
  const Vd__Text *title = session->title;
  if (!vd_word_is_valid(session->id))
    return refuse(VD_ERR_BAD_VALUE, at, "id", session, "1 to 64 of a-z, 0-9 and \"-\"", refusal);
  if (!title || !(*title->en || *title->zh_hant || *title->zh_hans))
    return refuse(VD_ERR_MISSING, at, "title", session, "", refusal);
  if (session->state != STATE(UNSPECIFIED) && session->state != STATE(PLANNED) && !is_cancelled(session))
    return refuse(VD_ERR_BAD_VALUE, at, "state", session, "planned or cancelled", refusal);
  enum vd_err err = vd_zone_get(venue, session->zone, path_of(at, "zone").text, &zone, refusal);
  if (err == VD_OK)
    err = check_times(venue, session, at, refusal);
  if (err != VD_OK)
    return err;
  if (zone->capacity > 0 && session->audience > zone->capacity)
    return refuse(VD_ERR_BAD_VALUE, at, "audience", session, "more than the zone holds", refusal);
  return VD_OK;
}

// ---- which session it is ----

// A uid may hold slashes, so a key that begins alike may be of another one.
static Vd__Session *find_by_uid(const struct vd_venue *venue, const char *uid)
{
  struct vd_buffer prefix = {0};
  Vd__Session *found = NULL;
  const char *key = NULL;
  if (*uid == '\0')
    return NULL;
  vd_buffer_printf(&prefix, "uid/%s/", uid);
  vd_buffer_append(&prefix, "", 1);
  while (!found && (key = vd_index_next(venue->index, (char *)prefix.data, key))) {
    Vd__Session *session = VD_FIND(venue, SESSION, Session, vd_index_last_field(key));
    found = strcmp(session->uid, uid) == 0 ? session : NULL;
  }
  vd_buffer_finish(&prefix);
  return found;
}

static enum vd_err find_live(const struct import *import, size_t at, struct vd_refusal *refusal)
{
  struct incoming *item = &import->items[at];
  item->live = find_by_uid(import->venue, item->from->uid);
  if (!item->live) {
    item->live = VD_FIND(import->venue, SESSION, Session, item->from->id);
    if (item->live && *item->live->uid && *item->from->uid)
      return refuse(VD_ERR_DUPLICATE_ID, at, "id", item->from, "is another one of a calendar", refusal);
  }
  for (size_t i = 0; i < at; i++) {
    const struct incoming *other = &import->items[i];
    bool is_same = item->live && item->live == other->live;
    if (is_same || (!item->live && !other->live && strcmp(other->from->id, item->from->id) == 0))
      return refuse(VD_ERR_DUPLICATE_ID, at, "id", item->from, "comes twice", refusal);
  }
  return VD_OK;
}

// ---- what becomes of it ----

static void set_text(Vd__Text **to, const Vd__Text *from)
{
  if (*to)
    vd__text__free_unpacked(*to, NULL);
  *to = (Vd__Text *)vd_message_copy(&from->base);
}

// Of a session of the plan that stands where the calendar says it does, what the plan said stays: shifted by
// people it stays shifted.
static void set_times(Vd__Session *wanted, const Vd__Session *from, bool has_begun)
{
  bool is_there = wanted->start_at_ms == from->start_at_ms && wanted->end_at_ms == from->end_at_ms;
  if (is_there && !wanted->imported)
    return;
  if (wanted->planned_start_at_ms != from->start_at_ms || wanted->planned_end_at_ms != from->end_at_ms) {
    wanted->start_at_ms = has_begun ? wanted->start_at_ms : from->start_at_ms;
    wanted->end_at_ms = from->end_at_ms > wanted->start_at_ms ? from->end_at_ms : wanted->end_at_ms;
  }
  wanted->planned_start_at_ms = from->start_at_ms;
  wanted->planned_end_at_ms = from->end_at_ms;
}

static bool is_same(const Vd__Session *a, const Vd__Session *b)
{
  struct vd_buffer left = {0}, right = {0};
  vd_buffer_pack(&left, &a->base);
  vd_buffer_pack(&right, &b->base);
  bool same = left.size == right.size && memcmp(left.data, right.data, left.size) == 0;
  vd_buffer_finish(&left);
  vd_buffer_finish(&right);
  return same;
}

static Vd__Session *wanted_of(const Vd__Session *from, const Vd__Session *live)
{
  Vd__Session *wanted =
      (Vd__Session *)(live ? vd_message_copy(&live->base) : vd_message_new(&vd__session__descriptor));
  bool has_begun = live && live->state == STATE(RUNNING);
  if (!live)
    vd_string_set(&wanted->id, from->id);
  set_text(&wanted->title, from->title);
  if (*from->uid)
    vd_string_set(&wanted->uid, from->uid);
  wanted->audience = from->audience;
  wanted->retired = false;
  set_times(wanted, from, has_begun);
  if (has_begun)
    return wanted;
  vd_string_set(&wanted->zone, from->zone);
  wanted->kind =
      from->kind == VD__SESSION_KIND__SESSION_KIND_BREAK ? from->kind : VD__SESSION_KIND__SESSION_KIND_TALK;
  wanted->dense = from->dense;
  wanted->state = is_cancelled(from) ? STATE(CANCELLED) : STATE(PLANNED);
  return wanted;
}

// Ended and cancelled ones are history; a cancelled one of the calendar that was never here is none of ours.
static bool is_left_alone(const struct incoming *item)
{
  if (!item->live)
    return is_cancelled(item->from);
  return item->live->state == STATE(ENDED) || item->live->state == STATE(CANCELLED);
}

static enum vd_err plan_entry(struct import *import, size_t at, struct vd_refusal *refusal)
{
  struct incoming *item = &import->items[at];
  if (is_left_alone(item))
    return VD_OK;
  Vd__Session *wanted = wanted_of(item->from, item->live);
  item->wanted = wanted;
  const Vd__Session *live = item->live;
  item->moves = !live || vd_session_moves(live, wanted);
  if (live && is_same(wanted, live)) {
    vd__session__free_unpacked(wanted, NULL);
    item->wanted = NULL;
    return VD_OK;
  }
  wanted->imported = true;
  vd_session_forget(wanted);
  if (vd__session__get_packed_size(wanted) > VD_ENTITY_MAX - GROWTH)
    return refuse(VD_ERR_TOO_LARGE, at, "title", item->from, "too much text", refusal);
  return VD_OK;
}

// ---- collisions ----

static bool collides(const Vd__Session *a, const Vd__Session *b)
{
  return vd_session_stands(a) && vd_session_stands(b) && strcmp(a->zone, b->zone) == 0 &&
         a->start_at_ms < b->end_at_ms && b->start_at_ms < a->end_at_ms;
}

// As it will be; NULL where the import does not change it.
static const Vd__Session *wanted_for(const struct import *import, const Vd__Session *live)
{
  for (size_t i = 0; i < import->count; i++)
    if (import->items[i].live == live && import->items[i].wanted)
      return import->items[i].wanted;
  return NULL;
}

static const Vd__Session *find_collision(const struct import *import, const struct incoming *item)
{
  const Vd__Session *wanted = item->wanted;
  for (size_t i = 0; i < import->count; i++) {
    const Vd__Session *other = import->items[i].wanted;
    if (other && other != wanted && collides(wanted, other))
      return other;
  }
  struct vd_agenda_walk walk =
      vd_agenda_walk_from(wanted->zone, wanted->start_at_ms - VD_SESSION_LENGTH_MAX_MS);
  const Vd__Session *other;
  while ((other = vd_agenda_walk_next(import->venue, &walk)) && other->start_at_ms < wanted->end_at_ms)
    if (other != item->live && collides(wanted, other) && !wanted_for(import, other))
      return other;
  return NULL;
}

static enum vd_err check_collisions(const struct import *import, struct vd_refusal *refusal)
{
  for (size_t i = 0; i < import->count; i++) {
    const struct incoming *item = &import->items[i];
    const Vd__Session *other = item->wanted && item->moves ? find_collision(import, item) : NULL;
    if (other)
      return vd_refuse(refusal, VD_ERR_OVERLAP, path_of(i, "start_at_ms").text, "%s and %s in %s",
                       item->wanted->id, other->id, other->zone);
  }
  return VD_OK;
}

// ---- the command ----

static enum vd_err read_import(const struct vd_act *act, struct import *import, struct vd_refusal *refusal)
{
  const Vd__SessionsImport *command = act->command->sessions_import;
  size_t total = vd_fold_count(act->venue->fold, VD__KIND__KIND_SESSION);
  if (command->n_sessions == 0)
    return vd_refuse(refusal, VD_ERR_MISSING, "sessions_import.sessions", NULL);
  import->items = vd_zalloc(command->n_sessions * sizeof *import->items);
  for (size_t i = 0; i < command->n_sessions; i++) {
    import->items[i].from = command->sessions[i];
    import->count = i + 1;
    enum vd_err err = check_entry(act->venue, command->sessions[i], i, refusal);
    if (err == VD_OK)
      err = find_live(import, i, refusal);
    if (err == VD_OK)
      err = plan_entry(import, i, refusal);
    if (err != VD_OK)
      return err;
    total += !import->items[i].live && import->items[i].wanted;
  }
  if (total > SESSIONS_MAX)
    return vd_refuse(refusal, VD_ERR_TOO_MANY, "sessions_import.sessions", "%zu in all, at most %d", total,
                     SESSIONS_MAX);
  return check_collisions(import, refusal);
}

static void concern(struct vd_agenda_change *change, const Vd__Session *session)
{
  if (session)
    vd_agenda_concern(change, session->kind, session->zone, session->start_at_ms, session->end_at_ms);
}

// The live entity becomes the wanted one; its id stays where it is, others may point at it.
static Vd__Session *put(struct vd_act *act, struct incoming *item)
{
  Vd__Session *live = item->live, *wanted = item->wanted;
  if (live)
    vd_act_touch(act, VD__KIND__KIND_SESSION, &live->base);
  else
    live = VD_CREATE(act, SESSION, Session, wanted->id);
  Vd__Session held = *live;
  char *id = live->id;
  *live = *wanted;
  live->id = id;
  held.id = wanted->id;
  *wanted = held;
  return live;
}

static void apply_entry(struct vd_act *act, struct import *import, struct incoming *item)
{
  bool is_new = !item->live, is_off = is_cancelled(item->wanted);
  Vd__Session *session = put(act, item);
  vd_agenda_moved(act, session);
  import->added += is_new;
  import->changed += !is_new && !is_off;
  import->cancelled += is_off;
  item->live = session;
}

static void tell_attendees(struct vd_act *act, const struct import *import)
{
  const char **told = vd_alloc(import->count * sizeof *told);
  size_t count = 0;
  for (size_t i = 0; i < import->count; i++)
    if (import->items[i].wanted && import->items[i].moves && import->has_agenda)
      told[count++] = import->items[i].live->id;
  vd_notice_add_sessions(act, told, count);
  free(told);
}

static void tell(struct vd_act *act, const struct import *import)
{
  const struct {
    const char *word;
    unsigned count;
  } counts[] = {{"added:", import->added}, {"changed:", import->changed}, {"cancelled:", import->cancelled}};
  for (size_t i = 0; i < 3; i++) {
    struct vd_key why = vd_key_of(counts[i].word, "", "");
    vd_key_add_number(&why, counts[i].count);
    if (counts[i].count > 0)
      vd_strings_add(&act->fact->why, &act->fact->n_why, why.text);
  }
}

static void apply_import(struct vd_act *act, struct import *import, Vd__Reply *reply)
{
  struct vd_agenda_change change = {.moves_starts = true};
  for (size_t i = 0; i < import->count; i++) {
    if (import->items[i].wanted) {
      concern(&change, import->items[i].live);
      concern(&change, import->items[i].wanted);
    }
  }
  if (change.count == 0)
    return; // the same again
  vd_agenda_begin(act->venue, &change);
  vd_act_fact(act, VD_FACT_SESSIONS_IMPORTED);
  for (size_t i = 0; i < import->count; i++)
    if (import->items[i].wanted)
      apply_entry(act, import, &import->items[i]);
  tell(act, import);
  tell_attendees(act, import);
  vd_agenda_end(act, &change, reply);
}

enum vd_err vd_sessions_import(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  struct import import = {.venue = act->venue};
  import.has_agenda = vd_fold_count(act->venue->fold, VD__KIND__KIND_SESSION) > 0;
  enum vd_err err = read_import(act, &import, refusal);
  if (err == VD_OK)
    apply_import(act, &import, reply);
  import_finish(&import);
  return err;
}
