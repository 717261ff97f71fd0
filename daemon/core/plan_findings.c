// The rules by name, and how a finding is written down.
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/message.h"
#include "proto/text.h"

struct rule {
  const char *name;
  bool is_error;
  enum vd_err err;
};

static const struct rule rules[VD_PLAN_RULE_COUNT] = {
#define RULE(symbol, name, is_error, err) {name, is_error, VD_ERR_##err},
    VD_PLAN_RULES(RULE)
#undef RULE
};

static void copy_cut(char *out, size_t capacity, const char *text)
{
  size_t size = strlen(text);
  if (size >= capacity)
    for (size = capacity - 1; size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80;)
      size--;
  memcpy(out, text, size);
  out[size] = '\0';
}

static void __attribute__((format(printf, 3, 0)))
format_cut(char *out, size_t capacity, const char *format, va_list arguments)
{
  struct vd_buffer buffer = {0};
  vd_buffer_vprintf(&buffer, format, arguments);
  vd_buffer_append(&buffer, "", 1);
  copy_cut(out, capacity, (const char *)buffer.data);
  vd_buffer_finish(&buffer);
}

struct vd_plan_words vd_plan_words(const char *format, ...)
{
  struct vd_plan_words words;
  va_list arguments;
  va_start(arguments, format);
  format_cut(words.text, sizeof words.text, format, arguments);
  va_end(arguments);
  return words;
}

struct vd_plan_words vd_plan_duration(int64_t duration_ms)
{
  struct vd_plan_words words;
  vd_duration_format(duration_ms, words.text, sizeof words.text);
  return words;
}

// "2023-05-18T14:00:30.000+08:00", of which people need the minute, the second where it says something, and
// the day where there are several.
struct vd_plan_words vd_plan_clock(const Vd__PlanEvent *event, int64_t at_ms)
{
  enum { DAY = 10, TIME = 11, MINUTE_END = 16, SECOND_END = 19 };
  const int64_t day_ms = INT64_C(86400000);
  struct vd_plan_words full;
  vd_instant_format(at_ms, event->utc_offset_ms, full.text, sizeof full.text);
  if (strlen(full.text) < SECOND_END)
    return full;
  full.text[at_ms % 60000 ? SECOND_END : MINUTE_END] = '\0';
  full.text[DAY] = ' ';
  bool is_one_day = event->end_at_ms / 2 - event->start_at_ms / 2 <= day_ms / 2 &&
                    at_ms >= event->start_at_ms && at_ms <= event->end_at_ms;
  return is_one_day ? vd_plan_words("%s", full.text + TIME) : full;
}

// "{2}" in the text stands for the third word.
static void fill(char *out, size_t capacity, const char *text, const char *const *words)
{
  size_t count = 0;
  struct vd_buffer buffer = {0};
  while (words[count] != NULL)
    count++;
  for (; *text != '\0'; text++) {
    size_t at = text[0] == '{' ? (size_t)(text[1] - '0') : count;
    if (at < count) {
      vd_buffer_append(&buffer, words[at], strlen(words[at]));
      text += 2;
    } else {
      vd_buffer_append(&buffer, text, 1);
    }
  }
  vd_buffer_append(&buffer, "", 1);
  copy_cut(out, capacity, (const char *)buffer.data);
  vd_buffer_finish(&buffer);
}

void vd_plan_find(struct vd_findings *findings, enum vd_plan_sentence sentence, const char *path,
                  const char *const *words)
{
  const struct vd_plan_sentence_row *row = vd_plan_sentence(sentence);
  const struct rule *rule = &rules[row->rule];
  size_t errors = findings->errors < VD_PLAN_FINDINGS_MAX ? findings->errors : VD_PLAN_FINDINGS_MAX;
  size_t alike = rule->is_error ? errors : findings->count - errors;
  findings->errors += rule->is_error;
  if (alike == VD_PLAN_FINDINGS_MAX)
    return;
  findings->items = vd_realloc(findings->items, (findings->count + 1) * sizeof *findings->items);
  struct vd_finding *finding = &findings->items[findings->count++];
  *finding = (struct vd_finding){
      .rule = rule->name, .err = rule->err, .is_error = rule->is_error, .is_measure = row->is_measure};
  copy_cut(finding->path, sizeof finding->path, path);
  copy_cut(finding->value, sizeof finding->value, words[0]);
  fill(finding->limit, sizeof finding->limit, vd_plan_pick(row->limit, findings->language), words);
  fill(finding->sentence, sizeof finding->sentence, vd_plan_pick(row->words, findings->language), words);
}

void vd_findings_finish(struct vd_findings *findings)
{
  free(findings->items);
  *findings = (struct vd_findings){.language = findings->language};
}

// ---- ids ----

static int compare_ids(const void *left, const void *right)
{
  const struct vd_plan_id *a = left, *b = right;
  int order = strcmp(a->id, b->id);
  return order ? order : (a->at > b->at) - (a->at < b->at);
}

void vd_plan_ids_sort(struct vd_plan_ids *ids)
{
  if (ids->count > 0)
    qsort(ids->items, ids->count, sizeof *ids->items, compare_ids);
}

static const char *first_field(const ProtobufCMessage *message)
{
  return *(char *const *)((const char *)message + message->descriptor->fields[0].offset);
}

struct vd_plan_ids vd_plan_ids_of(ProtobufCMessage *const *entries, size_t count)
{
  struct vd_plan_ids ids = {vd_alloc((count ? count : 1) * sizeof *ids.items), count};
  for (size_t i = 0; i < count; i++)
    ids.items[i] = (struct vd_plan_id){first_field(entries[i]), i};
  vd_plan_ids_sort(&ids);
  return ids;
}

size_t vd_plan_ids_from(const struct vd_plan_ids *ids, const char *id)
{
  size_t low = 0, high = ids->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp(ids->items[middle].id, id) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

size_t vd_plan_ids_at(const struct vd_plan_ids *ids, const char *id)
{
  size_t from = vd_plan_ids_from(ids, id);
  return from < ids->count && strcmp(ids->items[from].id, id) == 0 ? ids->items[from].at : SIZE_MAX;
}

bool vd_plan_ids_have(const struct vd_plan_ids *ids, const char *id)
{
  return vd_plan_ids_at(ids, id) != SIZE_MAX;
}

void vd_plan_ids_finish(struct vd_plan_ids *ids)
{
  free(ids->items);
  *ids = (struct vd_plan_ids){0};
}
