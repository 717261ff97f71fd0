#include "daemon/core/act.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/device.h"
#include "daemon/core/drill.h"
#include "daemon/core/incident.h"
#include "daemon/core/key.h"
#include "daemon/core/venue_internal.h"
#include "proto/check.h"

// ---- what is touched: items in the order of their first touch, and a hash that finds them ----

static const char *id_of(const struct vd_act_item *item)
{
  return item->message ? vd_message_id(item->message) : item->removed_id;
}

static uint64_t hash_of(Vd__Kind kind, const char *id)
{
  uint64_t hash = UINT64_C(14695981039346656037) + (uint64_t)kind; // FNV-1a
  for (; *id; id++)
    hash = (hash ^ (unsigned char)*id) * UINT64_C(1099511628211);
  return hash ^ hash >> 32;
}

// The slot that names (kind, id), or the free one where it belongs.
static size_t slot_of(const struct vd_venue *venue, Vd__Kind kind, const char *id)
{
  size_t mask = venue->slot_capacity - 1, slot = (size_t)hash_of(kind, id) & mask;
  while (venue->slots[slot]) {
    const struct vd_act_item *item = &venue->items[venue->slots[slot] - 1];
    if (item->kind == kind && strcmp(id_of(item), id) == 0)
      break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

static void grow(struct vd_act *act)
{
  struct vd_venue *venue = act->venue;
  size_t capacity = venue->item_capacity ? 2 * venue->item_capacity : 64;
  venue->items = vd_realloc(venue->items, capacity * sizeof *venue->items);
  venue->upserts = vd_realloc(venue->upserts, capacity * sizeof *venue->upserts);
  venue->changed_pulses = vd_realloc(venue->changed_pulses, capacity * sizeof *venue->changed_pulses);
  venue->removals = vd_realloc(venue->removals, capacity * sizeof *venue->removals);
  venue->item_capacity = capacity;
  free(venue->slots);
  venue->slot_capacity = 2 * capacity;
  venue->slots = vd_zalloc(venue->slot_capacity * sizeof *venue->slots);
  act->items = venue->items;
  for (size_t i = 0; i < act->count; i++) {
    struct vd_act_item *item = &act->items[i];
    item->slot = slot_of(venue, item->kind, id_of(item));
    venue->slots[item->slot] = (uint32_t)i + 1;
  }
}

static struct vd_act_item *find_item(const struct vd_act *act, Vd__Kind kind, const char *id)
{
  if (act->count == 0)
    return NULL;
  uint32_t number = act->venue->slots[slot_of(act->venue, kind, id)];
  return number ? &act->items[number - 1] : NULL;
}

static struct vd_act_item *add_item(struct vd_act *act, Vd__Kind kind, ProtobufCMessage *message)
{
  if (act->count == act->venue->item_capacity)
    grow(act);
  struct vd_act_item *item = &act->items[act->count++];
  *item = (struct vd_act_item){.kind = kind, .message = message};
  item->slot = slot_of(act->venue, kind, vd_message_id(message));
  act->venue->slots[item->slot] = (uint32_t)act->count;
  return item;
}

static void forget_items(struct vd_act *act)
{
  for (size_t i = 0; i < act->count; i++) {
    act->venue->slots[act->items[i].slot] = 0;
    free(act->items[i].removed_id);
  }
  act->count = 0;
}

bool vd_act_has(const struct vd_act *act, Vd__Kind kind, const char *id)
{
  return find_item(act, kind, id) != NULL;
}

void vd_act_touch(struct vd_act *act, Vd__Kind kind, ProtobufCMessage *message)
{
  if (vd_act_has(act, kind, vd_message_id(message)))
    return;
  struct vd_act_item *item = add_item(act, kind, message);
  item->before = vd_tally_of(kind, message);
}

ProtobufCMessage *vd_act_edit(struct vd_act *act, Vd__Kind kind, const char *id)
{
  ProtobufCMessage *message = vd_fold_find(act->venue->fold, kind, id);
  if (message)
    vd_act_touch(act, kind, message);
  return message;
}

ProtobufCMessage *vd_act_create(struct vd_act *act, Vd__Kind kind, const char *id)
{
  assert(!vd_fold_find(act->venue->fold, kind, id));
  ProtobufCMessage *message = vd_message_new(vd_kind_type(kind));
  vd_string_set(&((Vd__Event *)message)->id, id); // every entity begins with its id
  vd_fold_put(act->venue->fold, kind, message);
  struct vd_act_item *item = find_item(act, kind, id);
  if (item) { // removed before by this act
    free(item->removed_id);
    item->removed_id = NULL;
    item->message = message;
  } else {
    add_item(act, kind, message)->is_new = true;
  }
  return message;
}

void vd_act_remove(struct vd_act *act, Vd__Kind kind, const char *id)
{
  if (!vd_act_edit(act, kind, id))
    return;
  struct vd_act_item *item = find_item(act, kind, id);
  item->removed_id = vd_strdup(id);
  item->message = NULL;
  vd_fold_remove(act->venue->fold, kind, item->removed_id);
}

// ---- what is told ----

const char *vd_act_by(const struct vd_act *act)
{
  if (act->command && *act->command->by)
    return act->command->by;
  return act->who ? act->who->crew : "";
}

int64_t vd_act_acted_at(const struct vd_act *act)
{
  return act->command && act->command->acted_at_ms ? act->command->acted_at_ms : act->now_ms;
}

// For the record: whoever acted, or the principal that spoke for the control room.
static const char *speaker(const struct vd_act *act)
{
  const char *by = vd_act_by(act);
  return *by || !act->who ? by : act->who->id;
}

Vd__Fact *vd_act_fact(struct vd_act *act, enum vd_fact what)
{
  if (act->fact)
    return NULL;
  act->fact = (Vd__Fact *)vd_message_new(&vd__fact__descriptor);
  vd_string_set(&act->fact->what, vd_fact_name(what));
  vd_string_set(&act->fact->who, speaker(act));
  act->fact->at_ms = vd_act_acted_at(act);
  return act->fact;
}

// Cuts at VD_TEXT_MAX, not within a character.
static void cut_text(struct vd_buffer *text)
{
  if (text->size > VD_TEXT_MAX) {
    text->size = VD_TEXT_MAX;
    while (text->size > 0 && (text->data[text->size] & 0xC0) == 0x80)
      text->size--;
  }
  vd_buffer_append(text, "", 1);
}

static Vd__Note *create_note(struct vd_act *act, uint64_t incident)
{
  struct vd_key id = {.size = 0};
  if (incident == 0) {
    Vd__Event *event = VD_EDIT(act, EVENT, Event, "event");
    vd_key_add(&id, "log.n");
    vd_key_add_number(&id, ++event->last_log);
  } else {
    vd_key_add_number(&id, incident);
    Vd__Incident *noted = VD_EDIT(act, INCIDENT, Incident, id.text);
    assert(noted);
    vd_key_add(&id, ".n");
    vd_key_add_number(&id, ++noted->notes);
  }
  return VD_CREATE(act, NOTE, Note, id.text);
}

void vd_act_note(struct vd_act *act, uint64_t incident, Vd__NoteKind kind, const char *format, ...)
{
  bool is_own = kind == VD__NOTE_KIND__NOTE_KIND_PASSED_OVER || kind == VD__NOTE_KIND__NOTE_KIND_RECORD;
  struct vd_buffer text = {0};
  va_list arguments;
  va_start(arguments, format);
  vd_buffer_vprintf(&text, format, arguments);
  va_end(arguments);
  cut_text(&text);
  Vd__Note *note = create_note(act, incident);
  note->incident = incident;
  note->kind = kind;
  note->at_ms = is_own ? act->now_ms : vd_act_acted_at(act);
  vd_string_set(&note->by, is_own ? "" : speaker(act));
  vd_string_set(&note->text, (char *)text.data);
  vd_buffer_finish(&text);
}

// ---- what follows from an entity ----

struct vd_tally vd_tally_of(Vd__Kind kind, const ProtobufCMessage *message)
{
  struct vd_tally tally = {.is_open_incident = false};
  if (kind == VD__KIND__KIND_INCIDENT) {
    const Vd__Incident *incident = (const Vd__Incident *)message;
    bool is_open = vd_incident_is_open(incident);
    tally.is_open_incident = is_open && incident->drill == 0;
    tally.is_open_drill = is_open && incident->drill != 0;
    tally.is_ended_incident = incident->state > VD__INCIDENT_STATE__INCIDENT_STATE_LANDED;
  } else if (kind == VD__KIND__KIND_ALERT) {
    const Vd__Alert *alert = (const Vd__Alert *)message;
    tally.is_open_alert = alert->state == VD__ALERT_STATE__ALERT_STATE_OPEN && alert->drill == 0;
  } else if (kind == VD__KIND__KIND_DEADLINE) {
    const Vd__Deadline *deadline = (const Vd__Deadline *)message;
    tally.is_running = deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING && deadline->drill == 0;
    tally.is_breached = deadline->breached_at_ms != 0 && deadline->drill == 0;
  } else if (kind == VD__KIND__KIND_TASK) {
    tally.is_ended_task = ((const Vd__Task *)message)->state != VD__TASK_STATE__TASK_STATE_OPEN;
  }
  return tally;
}

static void add_to(uint64_t *count, bool is_counted, int sign)
{
  if (is_counted)
    *count += (uint64_t)(int64_t)sign;
}

void vd_tally_count(struct vd_venue *venue, struct vd_tally tally, int sign)
{
  add_to(&venue->counts.open_incidents, tally.is_open_incident, sign);
  add_to(&venue->counts.drill_incidents, tally.is_open_drill, sign);
  add_to(&venue->ended_incidents, tally.is_ended_incident, sign);
  add_to(&venue->ended_tasks, tally.is_ended_task, sign);
  add_to(&venue->counts.open_alerts, tally.is_open_alert, sign);
  add_to(&venue->counts.running_deadlines, tally.is_running, sign);
  add_to(&venue->counts.breaches, tally.is_breached, sign);
}

void vd_act_derive(struct vd_venue *venue, Vd__Kind kind, const char *id, const ProtobufCMessage *message)
{
  vd_index_refresh(venue->index, venue, kind, id, message);
  if (vd_timer_is_of(kind))
    vd_timers_set(venue->timers, kind, id, message ? vd_timer_due_of(venue, kind, message) : VD_NEVER);
  if (message)
    vd_tally_count(venue, vd_tally_of(kind, message), 1);
}

// Which team a person covers is said by the posts: who holds a changed one says its keys anew.
static void derive_holders(struct vd_venue *venue, const char *post)
{
  struct vd_index_fields holders = vd_index_collect(venue->index, vd_key_of("post/", post, "/").text);
  for (size_t i = 0; i < holders.count; i++)
    vd_index_refresh(venue->index, venue, VD__KIND__KIND_CREW, holders.items[i],
                     vd_fold_find(venue->fold, VD__KIND__KIND_CREW, holders.items[i]));
  vd_index_fields_finish(&holders);
}

static void derive_from(struct vd_act *act, size_t first)
{
  for (size_t i = first; i < act->count; i++) {
    struct vd_act_item *item = &act->items[i];
    vd_tally_count(act->venue, item->before, -1);
    vd_act_derive(act->venue, item->kind, id_of(item), item->message);
  }
  for (size_t i = first; i < act->count; i++)
    if (act->items[i].kind == VD__KIND__KIND_POST && !act->items[i].is_new)
      derive_holders(act->venue, id_of(&act->items[i]));
}

// ---- the frame ----

void vd_act_begin(struct vd_act *act, struct vd_venue *venue, int64_t now_ms)
{
  *act = (struct vd_act){.venue = venue, .now_ms = now_ms, .items = venue->items};
  vd_pulses_begin_act(venue->pulses);
  vd__cause__init(&act->cause);
  vd__tick__init(&act->tick);
  act->cause.now_at_ms = now_ms;
}

void vd_act_refuse(struct vd_act *act)
{
  assert(act->count == 0 && !act->fact); // a refusal touches nothing
  (void)act;
}

static void mark_fact(struct vd_act *act)
{
  if (!act->fact || act->fact->incident == 0)
    return;
  const Vd__Incident *incident = vd_incident_find(act->venue, act->fact->incident);
  act->fact->drill = incident ? incident->drill : 0;
}

void vd_act_end(struct vd_act *act, Vd__Reply *reply, vd_emit_fn emit, void *context)
{
  vd_drill_watch(act);
  mark_fact(act);
  derive_from(act, 0);
  if (vd_venue_event(act->venue)) {
    size_t touched = act->count;
    vd_retention_apply(act);
    derive_from(act, touched);
  }
  if (act->count > 0)
    vd_act_emit(act, reply, emit, context);
  forget_items(act);
  if (act->fact)
    vd__fact__free_unpacked(act->fact, NULL);
  act->fact = NULL;
}

const char *vd_act_pick(const struct vd_act *act, const char *en, const char *zh_hant, const char *zh_hans)
{
  return act->language == VD__LANGUAGE__LANGUAGE_ZH_HANT   ? zh_hant
         : act->language == VD__LANGUAGE__LANGUAGE_ZH_HANS ? zh_hans
                                                           : en;
}

void vd_act_remark(Vd__Reply *reply, const char *field, const char *sentence, const char *value)
{
  struct vd_buffer all = {0};
  size_t size = strcspn(sentence, "%");
  vd_buffer_printf(&all, "%s%s%.*s", reply->sentence, *reply->sentence ? " " : "", (int)size, sentence);
  if (sentence[size] == '%')
    vd_buffer_printf(&all, "%s%s", value, sentence + size + 1);
  vd_buffer_append(&all, "", 1);
  vd_string_set(&reply->sentence, (char *)all.data);
  vd_buffer_finish(&all);
  if (*reply->field == '\0')
    vd_string_set(&reply->field, field);
}
