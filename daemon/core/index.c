// One tree of keys, and one of entities, each with the keys it put there: what an entity no longer says is
// taken out without looking for it. A third tree counts the keys of each pair of first fields, "work/av-1/":
// whoever weighs people asks for nothing else.
#include "daemon/core/index.h"

#include <bsd/sys/tree.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/crew.h"
#include "daemon/core/drill.h"
#include "daemon/core/incident.h"
#include "daemon/core/key.h"
#include "daemon/core/session.h"
#include "daemon/core/venue_internal.h"
#include "proto/id_order.h"

struct tally {
  RB_ENTRY(tally) links;
  size_t count;
  const char *prefix; // storage, or a caller's string in one used for searching
  char storage[];
};

struct key {
  RB_ENTRY(key) links;
  struct tally *tally; // NULL for a key of two fields
  const char *text;    // storage, or a caller's string in a key used for searching
  char storage[];
};

struct owner {
  RB_ENTRY(owner) links;
  Vd__Kind kind;
  uint64_t prefix; // of id
  const char *id;  // storage, likewise
  struct key **keys;
  size_t count;
  char storage[];
};

RB_HEAD(tally_tree, tally);
RB_HEAD(key_tree, key);
RB_HEAD(owner_tree, owner);

// The keys of the entity at hand, one after the other, each with its NUL; reused.
struct derived {
  struct vd_buffer bytes;
  size_t count;
};

// The key returned last: who iterates goes on from it without a search. It changes while the index does not,
// so it stands apart.
struct cursor {
  struct key *last;
};

struct vd_index {
  struct key_tree keys;
  struct tally_tree tallies;
  struct owner_tree owners;
  struct derived derived;
  struct cursor *cursor;
};

static int compare_tallies(const struct tally *a, const struct tally *b)
{
  return strcmp(a->prefix, b->prefix);
}

static int compare_keys(const struct key *a, const struct key *b)
{
  return strcmp(a->text, b->text);
}

static int compare_owners(const struct owner *a, const struct owner *b)
{
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  return vd_id_compare(a->prefix, a->id, b->prefix, b->id);
}

// As RB_GENERATE_STATIC, whose `__unused` libbsd does not define on Linux.
RB_GENERATE_INTERNAL(tally_tree, tally, links, compare_tallies, __attribute__((unused)) static)
RB_GENERATE_INTERNAL(key_tree, key, links, compare_keys, __attribute__((unused)) static)
RB_GENERATE_INTERNAL(owner_tree, owner, links, compare_owners, __attribute__((unused)) static)

struct vd_index *vd_index_create(void)
{
  struct vd_index *index = vd_zalloc(sizeof *index);
  RB_INIT(&index->keys);
  RB_INIT(&index->tallies);
  RB_INIT(&index->owners);
  index->cursor = vd_zalloc(sizeof *index->cursor);
  return index;
}

static void forget_key(struct vd_index *index, struct key *key)
{
  struct tally *tally = key->tally;
  if (tally != NULL && --tally->count == 0) {
    RB_REMOVE(tally_tree, &index->tallies, tally);
    free(tally);
  }
  RB_REMOVE(key_tree, &index->keys, key);
  free(key);
}

static void forget_keys(struct vd_index *index, struct owner *owner)
{
  index->cursor->last = NULL;
  for (size_t i = 0; i < owner->count; i++)
    forget_key(index, owner->keys[i]);
  owner->count = 0;
}

static void forget_owner(struct vd_index *index, struct owner *owner)
{
  forget_keys(index, owner);
  RB_REMOVE(owner_tree, &index->owners, owner);
  free(owner->keys);
  free(owner);
}

void vd_index_destroy(struct vd_index *index)
{
  if (index == NULL)
    return;
  struct owner *next;
  for (struct owner *owner = RB_MIN(owner_tree, &index->owners); owner != NULL; owner = next) {
    next = RB_NEXT(owner_tree, &index->owners, owner);
    forget_owner(index, owner);
  }
  vd_buffer_finish(&index->derived.bytes);
  free(index->cursor);
  free(index);
}

// ---- what an entity says ----

static void say(struct derived *derived, const struct vd_key *key)
{
  vd_buffer_append(&derived->bytes, key->text, key->size + 1);
  derived->count++;
}

// "<list>/<of>/<last>"
static void say_of(struct derived *derived, const char *list, const char *of, const char *last)
{
  struct vd_key key = vd_key_of(list, of, "/");
  vd_key_add(&key, last);
  say(derived, &key);
}

// "<list>/<of>/<rank>/<crew>"
static void say_ranked(struct derived *derived, const char *list, const char *of, const Vd__Crew *crew)
{
  enum { RANK_DIGITS = 10 };
  struct vd_key key = vd_key_of(list, of, "/");
  vd_key_add_sorted(&key, crew->rank, RANK_DIGITS);
  vd_key_add(&key, "/");
  vd_key_add(&key, crew->id);
  say(derived, &key);
}

// "<list>/<at>/<last>"
static void say_at(struct derived *derived, const char *list, int64_t at_ms, const char *last)
{
  struct vd_key key = vd_key_of(list, "", "");
  vd_key_add_sorted(&key, (uint64_t)at_ms, VD_KEY_DIGITS);
  vd_key_add(&key, "/");
  vd_key_add(&key, last);
  say(derived, &key);
}

// "<list>/<number>"
static void say_number(struct derived *derived, const char *list, uint64_t number)
{
  struct vd_key key = vd_key_of(list, "", "");
  vd_key_add_sorted(&key, number, VD_KEY_DIGITS);
  say(derived, &key);
}

static void say_real(struct derived *derived, const Vd__Incident *incident, const char *number)
{
  struct vd_key like = vd_key_of("like/", incident->zone, "/");
  vd_key_add(&like, incident->category);
  say_at(derived, vd_key_of(like.text, "/", "").text, incident->reported_at_ms, number);
  if (incident->severity >= VD_DRILL_ENDS_AT_SEVERITY)
    say_number(derived, "severe/", incident->number);
}

static void say_drill(struct derived *derived, const Vd__Incident *incident, const char *number)
{
  struct vd_key drill = {.size = 0};
  vd_key_add_number(&drill, incident->drill);
  say_of(derived, "drill/", drill.text, number);
}

static void say_incident(struct derived *derived, const Vd__Incident *incident)
{
  struct vd_key number = {.size = 0};
  vd_key_add_number(&number, incident->number);
  if (!vd_incident_is_open(incident)) {
    say_at(derived, "ended/", incident->ended_at_ms, number.text);
    return;
  }
  if (incident->drill != 0)
    say_drill(derived, incident, number.text);
  else
    say_real(derived, incident, number.text);
  if (*incident->holder)
    say_of(derived, incident->drill == 0 ? "work/" : "drill-work/", incident->holder, number.text);
  else if (incident->state < VD__INCIDENT_STATE__INCIDENT_STATE_LANDED)
    say_number(derived, "waiting/", incident->number);
}

size_t vd_index_fold_sign(const char *sign, char *out, size_t size)
{
  size_t used = 0;
  for (; *sign && used + 1 < size; sign++) {
    char letter = *sign;
    if (letter == ' ' || letter == '\t' || letter == '/')
      continue;
    out[used++] = letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
  }
  out[used] = '\0';
  return used;
}

// A person with two posts of one team says its duty once.
static bool is_first_of_team(const struct vd_venue *venue, const Vd__Crew *crew, size_t at, const char *team)
{
  for (size_t i = 0; i < at; i++) {
    const Vd__Post *post = VD_FIND(venue, POST, Post, crew->posts[i]);
    if (post && strcmp(post->team, team) == 0)
      return false;
  }
  return true;
}

static void say_crew(struct derived *derived, const struct vd_venue *venue, const Vd__Crew *crew)
{
  if (crew->retired)
    return;
  bool is_in_a_team = false;
  for (size_t i = 0; i < crew->n_posts; i++) {
    say_ranked(derived, "post/", crew->posts[i], crew);
    const Vd__Post *post = crew->on_duty ? VD_FIND(venue, POST, Post, crew->posts[i]) : NULL;
    if (!post || !*post->team)
      continue;
    is_in_a_team = true;
    if (is_first_of_team(venue, crew, i, post->team))
      say_ranked(derived, "duty/", post->team, crew);
  }
  if (crew->on_duty && !is_in_a_team)
    say_ranked(derived, "duty/", "", crew);
  int64_t boundary_ms = vd_crew_next(venue, crew);
  if (boundary_ms != VD_NEVER)
    say_at(derived, "boundary/", boundary_ms, crew->id);
  char sign[VD_INDEX_SIGN_MAX];
  if (vd_index_fold_sign(crew->call_sign, sign, sizeof sign) > 0)
    say_of(derived, "sign/", sign, crew->id);
}

// The duty log's lines are "log.n1", "log.n2", …
static void say_note(struct derived *derived, const Vd__Note *note)
{
  const char *number = strrchr(note->id, 'n');
  if (note->incident == 0 && number != NULL)
    say_number(derived, "logged/", strtoull(number + 1, NULL, 10));
}

// A break is where it was or will be: what people said of its start and end goes before the agenda.
static void say_break(struct derived *derived, const Vd__Session *session)
{
  int64_t begins_ms = session->started_at_ms ? session->started_at_ms : session->start_at_ms;
  int64_t ends_ms = session->ended_at_ms ? session->ended_at_ms : session->end_at_ms;
  if (begins_ms >= ends_ms)
    return;
  struct vd_key begun = vd_key_of("break/", "", "");
  vd_key_add_sorted(&begun, (uint64_t)begins_ms, VD_KEY_DIGITS);
  vd_key_add(&begun, "/");
  say_at(derived, begun.text, ends_ms, session->id);
}

// A calendar's uid may be longer than a key of ids: "uid/<uid>/<session>".
static void say_uid(struct derived *derived, const Vd__Session *session)
{
  vd_buffer_printf(&derived->bytes, "uid/%s/%s", session->uid, session->id);
  vd_buffer_append(&derived->bytes, "", 1);
  derived->count++;
}

static void say_session(struct derived *derived, const Vd__Session *session)
{
  bool has_ended = session->state == VD__SESSION_STATE__SESSION_STATE_ENDED;
  if (*session->uid)
    say_uid(derived, session);
  if (session->kind == VD__SESSION_KIND__SESSION_KIND_BREAK && (has_ended || vd_session_stands(session)))
    say_break(derived, session);
  if (!vd_session_stands(session))
    return;
  say_at(derived, vd_key_of("agenda/", session->zone, "/").text, session->start_at_ms, session->id);
  if (session->kind != VD__SESSION_KIND__SESSION_KIND_BREAK &&
      session->state == VD__SESSION_STATE__SESSION_STATE_PLANNED)
    say_at(derived, "opening/", session->start_at_ms, session->id);
  if (session->dense)
    say_at(derived, "dense/", session->start_at_ms, session->id);
}

static void say_notice(struct derived *derived, const Vd__Notice *notice)
{
  if (notice->state < VD__NOTICE_STATE__NOTICE_STATE_SENT)
    say_number(derived, "notice/", notice->number);
}

static void say_task(struct derived *derived, const Vd__Task *task)
{
  if (task->state != VD__TASK_STATE__TASK_STATE_OPEN)
    say_at(derived, "over/", task->ended_at_ms, task->id);
  else if (*task->crew)
    say_of(derived, "asked/", task->crew, task->id);
  else
    say_at(derived, vd_key_of("unasked/", task->team, "/").text, (int64_t)task->number, task->id);
}

static void say_supply(struct derived *derived, const Vd__Supply *supply)
{
  if (supply->is_known && !supply->retired)
    say_of(derived, "known", "", supply->id);
}

static void say_batch(struct derived *derived, const Vd__Batch *batch)
{
  if (batch->state == VD__BATCH_STATE__BATCH_STATE_PLANNED)
    say_at(derived, vd_key_of("batch/", batch->session, "/").text, batch->planned_at_ms, batch->id);
  else if (batch->state == VD__BATCH_STATE__BATCH_STATE_HELD && *batch->held_for)
    say_of(derived, "held/", batch->held_for, batch->id);
}

static void say_device(struct derived *derived, const Vd__Device *device)
{
  struct vd_key number = {.size = 0};
  vd_key_add_number(&number, device->incident);
  if (device->state == VD__DEVICE_STATE__DEVICE_STATE_FAULT || device->was_said)
    say_of(derived, "fault/", number.text, device->id);
}

static void say_lane(struct derived *derived, const Vd__Lane *lane)
{
  if (lane->retired)
    return;
  struct vd_key kind = {.size = 0};
  vd_key_add_number(&kind, (uint64_t)lane->kind);
  if (lane->state == VD__LANE_STATE__LANE_STATE_CLOSED)
    say_of(derived, "closed/", kind.text, lane->id);
  else if (lane->desks >= 2 && lane->counted_at_ms != 0)
    say_at(derived, "gives/", VD_NEVER - lane->counted_at_ms, lane->id);
}

static void say_suggestion(struct derived *derived, const Vd__Suggestion *suggestion)
{
  if (suggestion->state == VD__SUGGESTION_STATE__SUGGESTION_STATE_OPEN)
    say_of(derived, "relies/", suggestion->other, suggestion->lane);
  else if (suggestion->state != VD__SUGGESTION_STATE__SUGGESTION_STATE_TAKEN)
    say_at(derived, "answered/", (int64_t)suggestion->number, suggestion->id);
}

static void derive(struct derived *derived, const struct vd_venue *venue, Vd__Kind kind,
                   const ProtobufCMessage *message)
{
  derived->bytes.size = derived->count = 0;
  if (kind == VD__KIND__KIND_INCIDENT) {
    say_incident(derived, (const Vd__Incident *)message);
  } else if (kind == VD__KIND__KIND_CREW) {
    say_crew(derived, venue, (const Vd__Crew *)message);
  } else if (kind == VD__KIND__KIND_NOTE) {
    say_note(derived, (const Vd__Note *)message);
  } else if (kind == VD__KIND__KIND_SESSION) {
    say_session(derived, (const Vd__Session *)message);
  } else if (kind == VD__KIND__KIND_NOTICE) {
    say_notice(derived, (const Vd__Notice *)message);
  } else if (kind == VD__KIND__KIND_ALERT) {
    const Vd__Alert *alert = (const Vd__Alert *)message;
    if (*alert->crew && alert->state == VD__ALERT_STATE__ALERT_STATE_OPEN)
      say_of(derived, "alert/", alert->crew, alert->id);
    if (*alert->crew && alert->state == VD__ALERT_STATE__ALERT_STATE_HEARD)
      say_of(derived, "heard/", alert->crew, alert->id);
  } else if (kind == VD__KIND__KIND_TASK) {
    say_task(derived, (const Vd__Task *)message);
  } else if (kind == VD__KIND__KIND_SUPPLY) {
    say_supply(derived, (const Vd__Supply *)message);
  } else if (kind == VD__KIND__KIND_BATCH) {
    say_batch(derived, (const Vd__Batch *)message);
  } else if (kind == VD__KIND__KIND_LANE) {
    say_lane(derived, (const Vd__Lane *)message);
  } else if (kind == VD__KIND__KIND_SUGGESTION) {
    say_suggestion(derived, (const Vd__Suggestion *)message);
  } else if (kind == VD__KIND__KIND_DEVICE) {
    say_device(derived, (const Vd__Device *)message);
  } else if (kind == VD__KIND__KIND_OFFER) {
    const Vd__Offer *offer = (const Vd__Offer *)message;
    if (offer->state == VD__OFFER_STATE__OFFER_STATE_OPEN)
      say_of(derived, offer->drill == 0 ? "offer/" : "drill-offer/", offer->crew, offer->id);
  } else if (kind == VD__KIND__KIND_DEADLINE) {
    const Vd__Deadline *deadline = (const Vd__Deadline *)message;
    if (deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING && *deadline->called)
      say_of(derived, "called/", deadline->called, deadline->id);
  }
}

// ---- keeping it ----

// "work/av-1/" of "work/av-1/42"; empty where there are no three fields.
static struct vd_key first_two_fields(const char *text)
{
  struct vd_key prefix = {.size = 0};
  const char *slash = strchr(text, '/');
  slash = slash != NULL ? strchr(slash + 1, '/') : NULL;
  size_t size = slash != NULL ? (size_t)(slash + 1 - text) : 0;
  if (size < sizeof prefix.text) {
    memcpy(prefix.text, text, size);
    prefix.size = size;
  }
  return prefix;
}

static struct tally *tally_of(const struct vd_index *index, const char *prefix)
{
  struct tally wanted = {.prefix = prefix};
  return RB_FIND(tally_tree, (struct tally_tree *)&index->tallies, &wanted);
}

static struct tally *count_in(struct vd_index *index, const char *text)
{
  struct vd_key prefix = first_two_fields(text);
  if (prefix.size == 0)
    return NULL;
  struct tally *tally = tally_of(index, prefix.text);
  if (tally == NULL) {
    tally = vd_zalloc(sizeof *tally + prefix.size + 1);
    tally->prefix = memcpy(tally->storage, prefix.text, prefix.size + 1);
    RB_INSERT(tally_tree, &index->tallies, tally);
  }
  tally->count++;
  return tally;
}

static struct key *key_create(const char *text, size_t size)
{
  struct key *key = vd_alloc(sizeof *key + size);
  key->text = memcpy(key->storage, text, size);
  return key;
}

static struct owner *owner_create(struct vd_index *index, const struct owner *key)
{
  size_t size = strlen(key->id) + 1;
  struct owner *owner = vd_alloc(sizeof *owner + size);
  *owner = *key;
  owner->id = memcpy(owner->storage, key->id, size);
  RB_INSERT(owner_tree, &index->owners, owner);
  return owner;
}

static bool says_the_same(const struct owner *owner, const struct derived *derived)
{
  if (owner->count != derived->count)
    return false;
  const char *text = (const char *)derived->bytes.data;
  for (size_t i = 0; i < owner->count; i++, text += strlen(text) + 1)
    if (strcmp(owner->keys[i]->text, text) != 0)
      return false;
  return true;
}

static void remember(struct vd_index *index, struct owner *owner)
{
  const char *text = (const char *)index->derived.bytes.data;
  owner->keys = vd_realloc(owner->keys, index->derived.count * sizeof(struct key *));
  for (size_t i = 0; i < index->derived.count; i++) {
    size_t size = strlen(text) + 1;
    struct key *key = key_create(text, size);
    if (RB_INSERT(key_tree, &index->keys, key) == NULL) {
      key->tally = count_in(index, text);
      owner->keys[owner->count++] = key;
    } else {
      free(key); // said twice: the same post listed twice
    }
    text += size;
  }
}

static bool has_keys(Vd__Kind kind)
{
  return kind == VD__KIND__KIND_INCIDENT || kind == VD__KIND__KIND_CREW || kind == VD__KIND__KIND_ALERT ||
         kind == VD__KIND__KIND_OFFER || kind == VD__KIND__KIND_DEADLINE || kind == VD__KIND__KIND_NOTE ||
         kind == VD__KIND__KIND_SESSION || kind == VD__KIND__KIND_NOTICE || kind == VD__KIND__KIND_TASK ||
         kind == VD__KIND__KIND_SUPPLY || kind == VD__KIND__KIND_BATCH || kind == VD__KIND__KIND_DEVICE ||
         kind == VD__KIND__KIND_LANE || kind == VD__KIND__KIND_SUGGESTION;
}

void vd_index_refresh(struct vd_index *index, const struct vd_venue *venue, Vd__Kind kind, const char *id,
                      const ProtobufCMessage *message)
{
  if (!has_keys(kind))
    return;
  index->derived.bytes.size = index->derived.count = 0;
  if (message != NULL)
    derive(&index->derived, venue, kind, message);
  struct owner wanted = {.kind = kind, .prefix = vd_id_prefix(id), .id = id};
  struct owner *owner = RB_FIND(owner_tree, &index->owners, &wanted);
  if (owner != NULL && says_the_same(owner, &index->derived))
    return;
  if (index->derived.count == 0) {
    if (owner != NULL)
      forget_owner(index, owner);
    return;
  }
  if (owner == NULL)
    owner = owner_create(index, &wanted);
  forget_keys(index, owner);
  remember(index, owner);
}

// ---- asking ----

static struct key *key_after(const struct vd_index *index, const char *text)
{
  struct key *last = index->cursor->last;
  if (last != NULL && last->text == text)
    return RB_NEXT(key_tree, &index->keys, last);
  struct key wanted = {.text = text};
  struct key *key = RB_NFIND(key_tree, (struct key_tree *)&index->keys, &wanted);
  return key != NULL && strcmp(key->text, text) == 0 ? RB_NEXT(key_tree, &index->keys, key) : key;
}

// No key is a prefix that is asked for: those end with a slash.
const char *vd_index_next(const struct vd_index *index, const char *prefix, const char *after)
{
  struct key *key = key_after(index, after != NULL ? after : prefix);
  if (key == NULL || strncmp(key->text, prefix, strlen(prefix)) != 0)
    return NULL;
  index->cursor->last = key;
  return key->text;
}

struct vd_index_fields vd_index_collect(const struct vd_index *index, const char *prefix)
{
  struct vd_index_fields fields = {0};
  for (const char *key = NULL; (key = vd_index_next(index, prefix, key)) != NULL;)
    vd_strings_add(&fields.items, &fields.count, vd_index_last_field(key));
  return fields;
}

void vd_index_fields_finish(struct vd_index_fields *fields)
{
  for (size_t i = 0; i < fields->count; i++)
    free(fields->items[i]);
  free(fields->items);
  *fields = (struct vd_index_fields){0};
}

size_t vd_index_count(const struct vd_index *index, const char *prefix)
{
  const struct tally *tally = tally_of(index, prefix);
  return tally != NULL ? tally->count : 0;
}

const char *vd_index_last_field(const char *key)
{
  const char *slash = strrchr(key, '/');
  return slash != NULL ? slash + 1 : key;
}
