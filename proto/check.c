#include "proto/check.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "proto/change.pb-c.h"
#include "proto/config.pb-c.h"
#include "proto/field_table.h"
#include "proto/wire.pb-c.h"

// ---- text ----

// Reads one code point of at most `left` bytes; 0 if there is none.
static size_t read_code_point(const unsigned char *text, size_t left, uint32_t *code)
{
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; // a longer form than needed is no UTF-8
  unsigned char lead = text[0];
  size_t size = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 0;
  if (size == 0 || size > left)
    return 0;
  *code = size == 1 ? lead : lead & (0x7Fu >> size);
  for (size_t i = 1; i < size; i++) {
    if ((text[i] & 0xC0) != 0x80)
      return 0;
    *code = *code << 6 | (text[i] & 0x3Fu);
  }
  return *code >= least[size] ? size : 0;
}

static bool is_between(uint32_t code, uint32_t first, uint32_t last)
{
  return first <= code && code <= last;
}

static bool is_allowed(uint32_t code, bool multiline)
{
  // The two separators break a line as '\n' does, wherever a browser draws the text.
  if (code == '\n' || code == '\t' || is_between(code, 0x2028, 0x2029))
    return multiline;
  bool is_control = code < 0x20 || is_between(code, 0x7F, 0x9F);
  bool is_surrogate = is_between(code, 0xD800, 0xDFFF);
  bool is_no_character = is_between(code, 0xFDD0, 0xFDEF) || (code & 0xFFFE) == 0xFFFE;
  bool is_bidi_override = is_between(code, 0x202A, 0x202E) || is_between(code, 0x2066, 0x2069);
  return code <= 0x10FFFF && !is_control && !is_surrogate && !is_no_character && !is_bidi_override;
}

// How many bytes are clean from the start.
static size_t clean_size(const char *text, size_t size, bool multiline)
{
  const unsigned char *bytes = (const unsigned char *)text;
  size_t at = 0;
  while (at < size) {
    if (is_between(bytes[at], 0x20, 0x7E)) {
      at++;
      continue;
    }
    uint32_t code = 0;
    size_t step = read_code_point(bytes + at, size - at, &code);
    if (step == 0 || !is_allowed(code, multiline))
      break;
    at += step;
  }
  return at;
}

bool vd_text_is_clean(const char *text, size_t size, bool multiline)
{
  return clean_size(text, size, multiline) == size;
}

static bool is_lower_or_digit(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool vd_word_is_valid(const char *word)
{
  size_t size = strnlen(word, VD_WORD_MAX + 1);
  if (size > VD_WORD_MAX || !is_lower_or_digit(word[0]))
    return false;
  for (size_t i = 1; i < size; i++)
    if (!is_lower_or_digit(word[i]) && word[i] != '-')
      return false;
  return true;
}

bool vd_request_id_is_valid(const char *id)
{
  size_t size = strnlen(id, VD_WORD_MAX + 1);
  if (size == 0 || size > VD_WORD_MAX)
    return false;
  for (size_t i = 0; i < size; i++)
    if (!is_lower_or_digit(id[i]) && !(id[i] >= 'A' && id[i] <= 'Z') && strchr("._:-", id[i]) == NULL)
      return false;
  return true;
}

// ---- what each field may hold ----

// A name, an id or a word of the plan is only bounded and clean here: a misspelt one deserves the answer of
// whoever knows the right ones (unknown-zone and the nearest), not of this check.
enum rule {
  NAME = 0,      // the default
  ENTITY_ID,     // "<number>.<crew>", "session.<session>.<crew>": longer than the words they are made of
  LINE,          // a sentence on one line: reasons, names in a language, steps of a page
  TEXT,          // people's words, of several lines
  REQUEST_ID,    // must be there
  REQUEST_ID_IF, // may be empty
  TOKEN,
  COMMANDS,
  PAGE,           // what venued itself sends; the size of a page bounds it
  READINGS,       // of devices; intervals of lanes
  PLAN_SHORT,     // teams, categories
  PLAN_MEDIUM,    // zones, posts
  PLAN_LONG,      // crews, ways, sessions, a rehearsal's steps
  PLAN_LARGE,     // supplies, devices
  PLAYBOOK,       // of a contingency: tasks, what comes before one, triggers, routes
  PLAYBOOK_ZONES, // that convert
  PLAYBOOKS,
};

enum { ENTITY_ID_MAX = 144, TOKEN_MAX = 256, COUNT_MAX = 64 };

struct limits {
  uint32_t bytes_max;
  uint32_t count_max;
  bool multiline;
};

static const struct limits limits_of[] = {
    [NAME] = {VD_WORD_MAX, COUNT_MAX, false},
    [ENTITY_ID] = {ENTITY_ID_MAX, COUNT_MAX, false},
    [LINE] = {VD_REASON_MAX, COUNT_MAX, false},
    [TEXT] = {VD_TEXT_MAX, COUNT_MAX, true},
    [REQUEST_ID] = {VD_WORD_MAX, COUNT_MAX, false},
    [REQUEST_ID_IF] = {VD_WORD_MAX, COUNT_MAX, false},
    [TOKEN] = {TOKEN_MAX, COUNT_MAX, false},
    [COMMANDS] = {0, VD_COMMANDS_MAX, false},
    [PAGE] = {0, 65536, false},
    [READINGS] = {0, VD_READINGS_MAX, false},
    [PLAN_SHORT] = {0, 200, false},
    [PLAN_MEDIUM] = {0, 1000, false},
    [PLAN_LONG] = {0, 2000, false},
    [PLAN_LARGE] = {0, 10000, false},
    [PLAYBOOK] = {VD_WORD_MAX, 16, false},
    [PLAYBOOK_ZONES] = {0, 4, false},
    [PLAYBOOKS] = {0, 32, false},
};

#define OF(message) &vd__##message##__descriptor
static const struct vd_field_line lines[] = {
    // entity.proto
    {OF(text), LINE, "en zh_hant zh_hans"},
    {OF(page), LINE, "title steps"},
    {OF(event), ENTITY_ID, "id"},
    {OF(zone), ENTITY_ID, "id"},
    {OF(category), ENTITY_ID, "id"},
    {OF(page), ENTITY_ID, "id"},
    {OF(team), ENTITY_ID, "id"},
    {OF(post), ENTITY_ID, "id"},
    {OF(crew), ENTITY_ID, "id"},
    {OF(principal), ENTITY_ID, "id"},
    {OF(incident), ENTITY_ID, "id"},
    {OF(incident), TEXT, "text"},
    {OF(incident), LINE, "reason"},
    {OF(attempt), ENTITY_ID, "id"},
    {OF(attempt), TEXT, "decision"},
    {OF(deadline), ENTITY_ID, "id subject"},
    {OF(alert), ENTITY_ID, "id subject digest_subjects"},
    {OF(alert_reason), ENTITY_ID, "deadline"},
    {OF(alert_reason), LINE, "passed_over"},
    {OF(offer), ENTITY_ID, "id attempt"},
    {OF(note), ENTITY_ID, "id"},
    // live.proto
    {OF(task), ENTITY_ID, "id subject"},
    {OF(task), LINE, "reason"},
    {OF(supply), ENTITY_ID, "id"},
    {OF(batch), ENTITY_ID, "id"},
    {OF(sample), LINE, "item"},
    {OF(device), ENTITY_ID, "id"},
    {OF(session), ENTITY_ID, "id"},
    {OF(session), LINE, "uid"},
    {OF(notice), ENTITY_ID, "id"},
    {OF(notice), LINE, "text"},
    {OF(lane), ENTITY_ID, "id"},
    {OF(suggestion), ENTITY_ID, "id"},
    {OF(suggestion), LINE, "reason"},
    {OF(node_count), ENTITY_ID, "id"},
    {OF(contingency), ENTITY_ID, "id alert"},
    {OF(contingency), LINE, "reason"},
    {OF(contingency_step), ENTITY_ID, "id"},
    {OF(cap_alert), ENTITY_ID, "identifier references"},
    {OF(cap_alert), LINE, "events"},
    {OF(contingency_abort), LINE, "reason"},
    {OF(drill), ENTITY_ID, "id"},
    {OF(drill), LINE, "title reason"},
    {OF(note), TEXT, "text"},
    {OF(resource), ENTITY_ID, "id"},
    {OF(key), ENTITY_ID, "id"},
    // command.proto
    {OF(command), REQUEST_ID, "id"},
    {OF(report), TEXT, "text"},
    {OF(decide), TEXT, "decision"},
    {OF(reopen), LINE, "reason"},
    {OF(cancel), LINE, "reason"},
    {OF(decline), LINE, "reason"},
    {OF(add_note), TEXT, "text"},
    {OF(amend), TEXT, "text"},
    {OF(log), TEXT, "text"},
    {OF(heard), ENTITY_ID, "subject"},
    {OF(task_cancel), LINE, "reason"},
    {OF(batch_hold), ENTITY_ID, "batch"},
    {OF(batch_serve), ENTITY_ID, "batch"},
    {OF(batch_cancel), ENTITY_ID, "batch"},
    {OF(batch_cancel), LINE, "reason"},
    {OF(batch_sample), ENTITY_ID, "batch"},
    {OF(batch_sample), LINE, "item"},
    {OF(batch_dispose), ENTITY_ID, "batch"},
    {OF(batch_temperature), ENTITY_ID, "batch"},
    {OF(readings), READINGS, "readings"},
    {OF(device_fault), TEXT, "text"},
    {OF(session_cancel), LINE, "reason"},
    {OF(sessions_import), PLAN_SHORT, "sessions"},
    {OF(notice_draft), LINE, "text"},
    {OF(notice_drop), LINE, "reason"},
    {OF(lane_counts), PLAN_MEDIUM, "counts"},
    {OF(suggestion_pass), LINE, "reason"},
    {OF(drill_start), LINE, "title"},
    {OF(drill_end), LINE, "reason"},
    {OF(reply), LINE, "field nearest"},
    {OF(reply), TEXT, "sentence"},
    // plan.proto
    {OF(plan), PLAN_SHORT, "teams categories"},
    {OF(plan), PLAN_MEDIUM, "zones posts"},
    {OF(plan), PLAN_LONG, "ways crews"},
    {OF(plan), PLAN_SHORT, "lanes"},
    {OF(plan), PLAN_LARGE, "supplies devices"},
    {OF(plan), PLAN_LONG, "sessions"},
    {OF(plan), PLAN_SHORT, "suppliers resources displays"},
    {OF(plan), PLAN_MEDIUM, "materials redundancy"},
    {OF(plan_preparation), LINE, "sample_fridge restoration_with"},
    {OF(plan_session), LINE, "uid"},
    {OF(plan), PLAYBOOKS, "contingencies"},
    {OF(plan_contingency), PLAYBOOK, "triggers route step_free_route tasks"},
    {OF(plan_contingency), PLAYBOOK_ZONES, "from to"},
    {OF(plan_step), PLAYBOOK, "after"},
    {OF(plan_page), LINE, "title steps"},
    // change.proto
    {OF(tick), ENTITY_ID, "id"},
    {OF(fact), TEXT, "text"},
    {OF(fact), ENTITY_ID, "subject"},
    {OF(fact), LINE, "why"},
    {OF(change), PAGE, "upserts removals"},
    // wire.proto
    {OF(commands), COMMANDS, "commands"},
    {OF(state_query), ENTITY_ID, "prefix"},
    {OF(request), REQUEST_ID_IF, "id"},
    {OF(request), TOKEN, "token"},
    {OF(replies), COMMANDS, "replies"},
    {OF(state_page), PAGE, "entities"},
    {OF(changes_page), PAGE, "frames"},
    {OF(recommendation), PLAN_LONG, "candidates"},
    // config.proto
    {OF(config), LINE, "listen tcp_address hosts origins"},
    {OF(config_token), LINE, "file"},
    {OF(rehearsal), PLAN_LONG, "steps"},
    {OF(rehearsal), LINE, "plan"},
    {OF(rehearsal_step), ENTITY_ID, "about"},
};
#undef OF

static struct vd_field_table table;
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void build_table(void)
{
  vd_field_table_build(&table, lines, sizeof(lines) / sizeof(lines[0]));
}

// ---- the walk ----

// Where the walk stands; a refusal writes it out from the root: "commands[0].report.text".
struct spot {
  const struct spot *up; // NULL at the root
  const ProtobufCFieldDescriptor *field;
  size_t index;
};

struct path {
  char text[256];
};

static void add_to_path(struct path *path, const struct spot *spot)
{
  if (spot->up != NULL)
    add_to_path(path, spot->up);
  size_t used = strlen(path->text);
  const char *dot = used > 0 ? "." : "";
  if (spot->field->label == PROTOBUF_C_LABEL_REPEATED)
    snprintf(path->text + used, sizeof(path->text) - used, "%s%s[%zu]", dot, spot->field->name, spot->index);
  else
    snprintf(path->text + used, sizeof(path->text) - used, "%s%s", dot, spot->field->name);
}

static struct path path_of(const struct spot *spot)
{
  struct path path = {""};
  if (spot != NULL)
    add_to_path(&path, spot);
  return path;
}

static enum vd_err check_text(const char *text, enum rule rule, const struct spot *spot,
                              struct vd_refusal *refusal)
{
  const struct limits *limits = &limits_of[rule];
  size_t size = text != NULL ? strnlen(text, limits->bytes_max + 1) : 0;
  if (size > limits->bytes_max)
    return vd_refuse(refusal, VD_ERR_TEXT_TOO_LONG, path_of(spot).text, "more than %u bytes",
                     limits->bytes_max);
  if (size == 0)
    return rule == REQUEST_ID ? vd_refuse(refusal, VD_ERR_MISSING, path_of(spot).text, NULL) : VD_OK;
  size_t clean = clean_size(text, size, limits->multiline);
  if (clean < size)
    return vd_refuse(refusal, VD_ERR_BAD_TEXT, path_of(spot).text, "at byte %zu", clean);
  bool is_request_id = rule == REQUEST_ID || rule == REQUEST_ID_IF;
  if (is_request_id && !vd_request_id_is_valid(text))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, path_of(spot).text, "letters, digits and . _ : - only");
  return VD_OK;
}

// Instants and durations are sums of others wherever they are used; a number that no calendar has would
// overflow them.
static enum vd_err check_time(int64_t time_ms, const struct spot *spot, struct vd_refusal *refusal)
{
  if (time_ms >= -VD_TIME_MAX_MS && time_ms <= VD_TIME_MAX_MS)
    return VD_OK;
  const char *name = spot->field->name;
  size_t size = strlen(name);
  bool is_time = size > 3 && strcmp(name + size - 3, "_ms") == 0;
  return is_time ? vd_refuse(refusal, VD_ERR_BAD_VALUE, path_of(spot).text, "no time") : VD_OK;
}

static enum vd_err check_message(const ProtobufCMessage *message, const struct spot *up,
                                 struct vd_refusal *refusal);

static enum vd_err check_value(const void *value, enum rule rule, const struct spot *spot,
                               struct vd_refusal *refusal)
{
  switch (spot->field->type) {
  case PROTOBUF_C_TYPE_STRING:
    return check_text(*(char *const *)value, rule, spot, refusal);
  case PROTOBUF_C_TYPE_BYTES:
    if (((const ProtobufCBinaryData *)value)->len > limits_of[rule].bytes_max)
      return vd_refuse(refusal, VD_ERR_TEXT_TOO_LONG, path_of(spot).text, "more than %u bytes",
                       limits_of[rule].bytes_max);
    return VD_OK;
  case PROTOBUF_C_TYPE_ENUM: {
    const ProtobufCEnumDescriptor *type = spot->field->descriptor;
    int number = *(const int *)value;
    if (protobuf_c_enum_descriptor_get_value(type, number) == NULL)
      return vd_refuse(refusal, VD_ERR_BAD_VALUE, path_of(spot).text, "%d is no %s", number,
                       type->short_name);
    return VD_OK;
  }
  case PROTOBUF_C_TYPE_MESSAGE: {
    const ProtobufCMessage *inner = *(ProtobufCMessage *const *)value;
    return inner != NULL ? check_message(inner, spot, refusal) : VD_OK;
  }
  case PROTOBUF_C_TYPE_INT64:
    return check_time(*(const int64_t *)value, spot, refusal);
  default:
    return VD_OK; // any number is one
  }
}

// Bytes from one element of a repeated field to the next; 0 where there is nothing to look at in any.
static size_t stride_of(ProtobufCType type)
{
  switch (type) {
  case PROTOBUF_C_TYPE_STRING:
  case PROTOBUF_C_TYPE_MESSAGE:
    return sizeof(void *);
  case PROTOBUF_C_TYPE_BYTES:
    return sizeof(ProtobufCBinaryData);
  case PROTOBUF_C_TYPE_ENUM:
    return sizeof(int);
  default:
    return 0;
  }
}

static enum vd_err check_repeated(const char *items, size_t count, enum rule rule, struct spot *spot,
                                  struct vd_refusal *refusal)
{
  if (count > limits_of[rule].count_max) {
    spot->index = limits_of[rule].count_max; // the first that is too many
    return vd_refuse(refusal, VD_ERR_TOO_MANY, path_of(spot).text, "%zu, at most %u", count,
                     limits_of[rule].count_max);
  }
  size_t stride = stride_of(spot->field->type);
  if (stride == 0)
    return VD_OK;
  for (; spot->index < count; spot->index++) {
    enum vd_err err = check_value(items + spot->index * stride, rule, spot, refusal);
    if (err != VD_OK)
      return err;
  }
  return VD_OK;
}

static enum vd_err check_message(const ProtobufCMessage *message, const struct spot *up,
                                 struct vd_refusal *refusal)
{
  if (message->n_unknown_fields > 0)
    return vd_refuse(refusal, VD_ERR_UNKNOWN_FIELD, path_of(up).text, "field number %u",
                     message->unknown_fields[0].tag);
  const ProtobufCMessageDescriptor *type = message->descriptor;
  const uint8_t *rules = vd_field_table_row(&table, type);
  for (unsigned i = 0; i < type->n_fields; i++) {
    struct spot spot = {.up = up, .field = &type->fields[i]};
    const char *member = (const char *)message + spot.field->offset;
    const char *quantifier = (const char *)message + spot.field->quantifier_offset;
    enum vd_err err = VD_OK;
    if (spot.field->label == PROTOBUF_C_LABEL_REPEATED)
      err = check_repeated(*(char *const *)member, *(const size_t *)quantifier, (enum rule)rules[i], &spot,
                           refusal);
    else if ((spot.field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 ||
             *(const uint32_t *)quantifier == spot.field->id)
      err = check_value(member, (enum rule)rules[i], &spot, refusal);
    if (err != VD_OK)
      return err;
  }
  return VD_OK;
}

enum vd_err vd_check_message(const ProtobufCMessage *message, struct vd_refusal *refusal)
{
  pthread_once(&table_once, build_table);
  return check_message(message, NULL, refusal);
}
