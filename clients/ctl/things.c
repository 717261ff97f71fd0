// Names of what the live venue is about, for lines about it: sessions, supplies, batches, devices, zones,
// tasks, lanes and suggestions.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/live.h"
#include "proto/details.h"

const ProtobufCMessage *ctl_say_find(const struct ctl_saying *saying, Vd__Kind kind, const char *id)
{
  const Vd__Change *change = saying->change;
  for (size_t i = 0; i < change->n_upserts; i++)
    if (vd_entity_kind(change->upserts[i]) == kind &&
        strcmp(vd_message_id(vd_entity_message(change->upserts[i])), id) == 0)
      return vd_entity_message(change->upserts[i]);
  return saying->plan != NULL ? vd_fold_find(saying->plan, kind, id) : NULL;
}

// "Opening (opening)": the id is what a command takes.
static void say_named(const struct ctl_saying *saying, const Vd__Text *name, const char *id)
{
  const char *words = ctl_text(saying->ctl, name, id);
  vd_buffer_printf(saying->out, "%s", words);
  if (strcmp(words, id) != 0)
    vd_buffer_printf(saying->out, CTL_FORMAT(saying->ctl, " (%s)", "（%s）", "（%s）"), id);
}

// "coffee.b3" is the third of the coffee.
static void say_batch(const struct ctl_saying *saying, const char *id)
{
  char supply_id[80];
  const char *dot = strrchr(id, '.');
  size_t size = dot != NULL ? (size_t)(dot - id) : strlen(id);
  snprintf(supply_id, sizeof supply_id, "%.*s", (int)size, id);
  const Vd__Supply *supply = (const Vd__Supply *)ctl_say_find(saying, VD__KIND__KIND_SUPPLY, supply_id);
  if (supply == NULL || dot == NULL || dot[1] != 'b') {
    vd_buffer_printf(saying->out, "%s", id);
    return;
  }
  vd_buffer_printf(saying->out,
                   CTL_FORMAT(saying->ctl, "%s, batch %s (%s)", "%s第 %s 批（%s）", "%s第 %s 批（%s）"),
                   ctl_text(saying->ctl, supply->name, supply_id), dot + 2, id);
}

static void say_task(const struct ctl_saying *saying, const char *id)
{
  const Vd__Task *task = (const Vd__Task *)ctl_say_find(saying, VD__KIND__KIND_TASK, id);
  if (task == NULL)
    return; // its number stands before the line
  if (task->kind == VD__TASK_KIND__TASK_KIND_STEP) {
    ctl_say_thing(saying, VD__KIND__KIND_CONTINGENCY_STEP, task->subject);
    return;
  }
  const char *kind = ctl_words(saying->ctl, &vd__task_kind__descriptor, (int)task->kind);
  bool is_refill = task->kind == VD__TASK_KIND__TASK_KIND_REFILL;
  bool is_english = saying->ctl->language <= VD__LANGUAGE__LANGUAGE_EN; // else the kind stands behind
  vd_buffer_printf(saying->out, "%s", is_english ? kind : "");
  vd_buffer_printf(saying->out, "%s", is_english ? " of " : "");
  ctl_say_thing(saying, is_refill ? VD__KIND__KIND_SUPPLY : VD__KIND__KIND_BATCH, task->subject);
  vd_buffer_printf(saying->out, "%s", is_english ? "" : kind);
}

// When it begins now, or that it does not.
static void say_start(const struct ctl_saying *saying, const char *id)
{
  const Vd__Session *session = (const Vd__Session *)ctl_say_find(saying, VD__KIND__KIND_SESSION, id);
  char clock[40];
  if (session == NULL || session->start_at_ms == 0)
    return;
  bool is_off = session->state == VD__SESSION_STATE__SESSION_STATE_CANCELLED;
  ctl_clock(saying->ctl, session->start_at_ms, clock, sizeof clock);
  vd_buffer_printf(saying->out, " %.*s", is_off ? 40 : 5,
                   is_off ? ctl_words(saying->ctl, &vd__session_state__descriptor, (int)session->state)
                          : clock);
}

static void say_list(const struct ctl_saying *saying, Vd__Kind kind, char *const *ids, size_t count,
                     size_t more)
{
  enum { NAMED_MAX = 3 };
  for (size_t i = 0; i < count && i < NAMED_MAX; i++) {
    vd_buffer_printf(saying->out, "%s", i > 0 ? ctl_pick(saying->ctl, ", ", "、", "、") : "");
    ctl_say_thing(saying, kind, ids[i]);
    if (kind == VD__KIND__KIND_SESSION)
      say_start(saying, ids[i]);
  }
  size_t left = more + (count > NAMED_MAX ? count - NAMED_MAX : 0);
  if (left > 0 && saying->ctl->language > VD__LANGUAGE__LANGUAGE_EN)
    vd_buffer_printf(saying->out, CTL_FORMAT(saying->ctl, "%zu", "等 %zu 項", "等 %zu 项"), count + more);
  else if (left > 0)
    vd_buffer_printf(saying->out, " and %zu more", left);
}

static void say_notice(const struct ctl_saying *saying, const char *id)
{
  const Vd__Notice *notice = (const Vd__Notice *)ctl_say_find(saying, VD__KIND__KIND_NOTICE, id);
  if (notice == NULL)
    return; // its number stands before the line
  say_list(saying, VD__KIND__KIND_SESSION, notice->sessions, notice->n_sessions, notice->more);
  if (notice->n_zones == 0)
    return;
  vd_buffer_printf(saying->out, "%s%s", notice->n_sessions > 0 ? ctl_pick(saying->ctl, "; ", "；", "；") : "",
                   ctl_pick(saying->ctl, "the way round ", "繞行 ", "绕行 "));
  say_list(saying, VD__KIND__KIND_ZONE, notice->zones, notice->n_zones, 0);
}

// "open General 3 (general-3) for General 1 (general-1)".
static void say_suggestion(const struct ctl_saying *saying, const char *id)
{
  const Vd__Suggestion *suggestion =
      (const Vd__Suggestion *)ctl_say_find(saying, VD__KIND__KIND_SUGGESTION, id);
  if (suggestion == NULL)
    return; // its number stands before the line
  bool opens = suggestion->kind == VD__SUGGESTION_KIND__SUGGESTION_KIND_OPEN_LANE;
  if (opens)
    ctl_say_words(saying, "open ", "開放 ", "开放 ");
  else
    ctl_say_words(saying, "move a desk from ", "自 ", "自 ");
  ctl_say_thing(saying, VD__KIND__KIND_LANE, suggestion->other);
  if (opens)
    ctl_say_words(saying, " for ", "，分流 ", "，分流 ");
  else
    ctl_say_words(saying, " to ", " 調一個櫃台至 ", " 调一个柜台至 ");
  ctl_say_thing(saying, VD__KIND__KIND_LANE, suggestion->lane);
}

void ctl_say_thing(const struct ctl_saying *saying, Vd__Kind kind, const char *id)
{
  const ProtobufCMessage *found = ctl_say_find(saying, kind, id);
  switch (kind) {
  case VD__KIND__KIND_BATCH:
    say_batch(saying, id);
    return;
  case VD__KIND__KIND_TASK:
    say_task(saying, id);
    return;
  case VD__KIND__KIND_NOTICE:
    say_notice(saying, id);
    return;
  case VD__KIND__KIND_SUGGESTION:
    say_suggestion(saying, id);
    return;
  case VD__KIND__KIND_SESSION:
    say_named(saying, found != NULL ? ((const Vd__Session *)found)->title : NULL, id);
    return;
  case VD__KIND__KIND_SUPPLY:
    say_named(saying, found != NULL ? ((const Vd__Supply *)found)->name : NULL, id);
    return;
  case VD__KIND__KIND_DEVICE:
    say_named(saying, found != NULL ? ((const Vd__Device *)found)->name : NULL, id);
    return;
  case VD__KIND__KIND_CONTINGENCY:
    say_named(saying, found != NULL ? ((const Vd__Contingency *)found)->name : NULL, id);
    return;
  case VD__KIND__KIND_CONTINGENCY_STEP:
    vd_buffer_printf(saying->out, "%s",
                     ctl_text(saying->ctl, found != NULL ? ((const Vd__ContingencyStep *)found)->name : NULL, id));
    return;
  case VD__KIND__KIND_RESOURCE:
    say_named(saying, found != NULL ? ((const Vd__Resource *)found)->name : NULL, id);
    return;
  case VD__KIND__KIND_LANE:
    say_named(saying, found != NULL ? ((const Vd__Lane *)found)->name : NULL, id);
    return;
  default:
    vd_buffer_printf(saying->out, "%s", ctl_plan_name(saying->ctl, saying->plan, kind, id));
  }
}

// ---- subjects: "t7", "s4", "zone.tea-break", "notice.n2" ----

static bool is_numbered(const char *id, char letter)
{
  return id[0] == letter && id[1] != '\0' && strspn(id + 1, "0123456789") == strlen(id + 1);
}

static Vd__Kind kind_of(const char *subject, const char **id)
{
  static const struct {
    const char *prefix;
    Vd__Kind kind;
  } known[] = {{"zone.", VD__KIND__KIND_ZONE},       {"session.", VD__KIND__KIND_SESSION},
               {"overlap.", VD__KIND__KIND_SESSION}, {"device.", VD__KIND__KIND_DEVICE},
               {"lane.", VD__KIND__KIND_LANE},       {"notice.", VD__KIND__KIND_NOTICE},
               {"contingency.", VD__KIND__KIND_CONTINGENCY}};
  *id = subject;
  if (is_numbered(subject, 't'))
    return VD__KIND__KIND_TASK;
  if (is_numbered(subject, 's'))
    return VD__KIND__KIND_SUGGESTION;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    size_t size = strlen(known[i].prefix);
    if (strncmp(subject, known[i].prefix, size) == 0) {
      *id = subject + size;
      return known[i].kind;
    }
  }
  return VD__KIND__KIND_UNSPECIFIED;
}

const char *ctl_say_number(const char *subject)
{
  const char *id;
  Vd__Kind kind = kind_of(subject, &id);
  bool has_number = kind == VD__KIND__KIND_TASK || kind == VD__KIND__KIND_SUGGESTION ||
                    kind == VD__KIND__KIND_NOTICE || is_numbered(subject, 'n');
  return has_number ? id : "";
}

void ctl_say_subject(const struct ctl_saying *saying, const char *subject)
{
  const char *id;
  Vd__Kind kind = kind_of(subject, &id);
  size_t before = saying->out->size;
  if (kind != VD__KIND__KIND_UNSPECIFIED)
    ctl_say_thing(saying, kind, id);
  if (saying->out->size == before)
    vd_buffer_printf(saying->out, "%s", subject);
}

// ---- devices ----

// ---- words that plans choose, as far as every plan chooses them; others are told as they are ----

struct word {
  const char *word, *zh_hant, *zh_hans;
};

static const struct word readings[] = {
    {"temperature", "溫度", "温度"},        {"humidity", "濕度", "湿度"},        {"battery", "電量", "电量"},
    {"lamp-hours", "燈泡時數", "灯泡时数"}, {"packet-loss", "丟包率", "丢包率"}, {"latency", "延遲", "延迟"},
    {"water-temperature", "水溫", "水温"},
};

static const struct word allergens[] = {
    {"gluten", "麩質", "麸质"},
    {"milk", "奶", "奶"},
    {"egg", "蛋", "蛋"},
    {"soy", "大豆", "大豆"},
    {"sesame", "芝麻", "芝麻"},
    {"nuts", "堅果", "坚果"},
    {"peanuts", "花生", "花生"},
    {"fish", "魚", "鱼"},
    {"crustaceans", "甲殼類", "甲壳类"},
    {"molluscs", "軟體類", "软体类"},
    {"celery", "芹菜", "芹菜"},
    {"mustard", "芥末", "芥末"},
    {"lupin", "羽扇豆", "羽扇豆"},
    {"sulphites", "亞硫酸鹽", "亚硫酸盐"},
};

static const char *find_word(const struct ctl *ctl, const struct word *words, size_t count, const char *word)
{
  for (size_t i = 0; i < count; i++)
    if (strcmp(words[i].word, word) == 0)
      return ctl_pick(ctl, word, words[i].zh_hant, words[i].zh_hans);
  return word;
}

const char *ctl_reading_words(const struct ctl *ctl, const char *reading)
{
  return find_word(ctl, readings, sizeof readings / sizeof *readings, reading);
}

const char *ctl_allergen_words(const struct ctl *ctl, const char *allergen)
{
  return find_word(ctl, allergens, sizeof allergens / sizeof *allergens, allergen);
}

// "temperature 86 °C, over 85 °C": the reading is its first word.
static void add_piece(const struct ctl *ctl, struct vd_buffer *out, const char *piece)
{
  char reading[70] = "";
  const char *colon = strstr(piece, ": ");
  size_t start = colon != NULL ? (size_t)(colon + 2 - piece) : 0, size = strcspn(piece + start, " ");
  if (size < sizeof reading)
    memcpy(reading, piece + start, size);
  else
    size = 0;
  struct vd_buffer said = {0};
  vd_buffer_append(&said, piece, start);
  vd_buffer_printf(&said, "%s%s", ctl_reading_words(ctl, reading), piece + start + size);
  vd_buffer_append(&said, "", 1);
  vd_detail_words(out, (char *)said.data, ctl->language);
  vd_buffer_finish(&said);
}

void ctl_device_words(const struct ctl *ctl, const char *text, struct vd_buffer *out)
{
  for (bool is_first = true; *text != '\0'; is_first = false) {
    const char *end = strstr(text, "; ");
    size_t size = end != NULL ? (size_t)(end - text) : strlen(text);
    char *piece = vd_zalloc(size + 1);
    memcpy(piece, text, size);
    vd_buffer_printf(out, "%s", is_first ? "" : ctl_pick(ctl, "; ", "；", "；"));
    add_piece(ctl, out, piece);
    free(piece);
    text += size + (end != NULL ? 2 : 0);
  }
}

void ctl_incident_text(const struct ctl *ctl, const Vd__Incident *incident, const Vd__Text *name,
                       struct vd_buffer *out)
{
  char head[80];
  const char *text = incident->text, *words;
  snprintf(head, sizeof head, "(%.64s): ", incident->device);
  if (*incident->device == '\0' || (words = strstr(text, head)) == NULL) {
    vd_buffer_printf(out, "%s", text); // people's own
    return;
  }
  words += strlen(head);
  if (ctl->language <= VD__LANGUAGE__LANGUAGE_EN)
    vd_buffer_append(out, text, (size_t)(words - text));
  else if (name != NULL)
    vd_buffer_printf(out, "%s（%s）：", ctl_text(ctl, name, incident->device), incident->device);
  else
    vd_buffer_printf(out, "%s：", incident->device);
  ctl_device_words(ctl, words, out);
}
