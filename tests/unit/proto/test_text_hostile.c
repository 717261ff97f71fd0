// Texts made to hurt: each is read or refused in time and memory that the size alone decides.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/command.pb-c.h"
#include "proto/message.h"
#include "proto/plan.pb-c.h"
#include "proto/text.h"
#include "proto/utf8.h"
#include "proto/wire.pb-c.h"
#include "random_message.h"

enum { MIB = 1 << 20 };

#define COMMAND &vd__command__descriptor
#define PLAN    &vd__plan__descriptor
#define YAML    VD_TEXT_YAML
#define JSON    VD_TEXT_JSON

static void add_text(struct vd_buffer *out, const char *text)
{
  vd_buffer_append(out, text, strlen(text));
}

// What a refusal says is text for people, whatever the input was.
static void expect_fit_to_show(const char *text)
{
  size_t left = strlen(text);
  while (left > 0) {
    uint32_t code = 0;
    size_t step = vd_utf8_read(text, left, &code);
    cr_assert_gt(step, 0, "no UTF-8 in a refusal");
    cr_assert(code >= 0x20 && code != 0x7F, "a control character in a refusal");
    text += step;
    left -= step;
  }
}

// Reads the text; VD_OK or the refusal's error, after the checks that hold for any text.
static enum vd_err read_any(const ProtobufCMessageDescriptor *type, enum vd_text_form form, const char *text,
                            size_t size)
{
  ProtobufCMessage *message = NULL;
  struct vd_text_map *map = NULL;
  struct vd_refusal refusal = {0};
  enum vd_err err = vd_text_read(type, form, "t", text, size, &message, &map, &refusal);
  if (err == VD_OK) {
    protobuf_c_message_free_unpacked(message, NULL);
    vd_text_map_destroy(map);
    return err;
  }
  cr_assert_eq(refusal.err, err);
  cr_assert_eq(strncmp(refusal.detail, "t:", 2), 0);
  expect_fit_to_show(refusal.detail);
  expect_fit_to_show(refusal.field);
  expect_fit_to_show(refusal.nearest);
  return err;
}

struct hostile {
  const ProtobufCMessageDescriptor *type;
  enum vd_text_form form;
  const char *before;
  const char *again; // until the text is `size` long
  const char *after;
  size_t size;
  enum vd_err err;
};

// Processor time, not the wall's: a busy machine changes nothing. A text of this size takes a few hundredths
// of a second; by its square it would take minutes.
static void expect_bounded(const struct hostile *hostile)
{
  enum { SECONDS_MAX = 8 };
  struct vd_buffer text = {0};
  add_text(&text, hostile->before);
  while (text.size < hostile->size)
    add_text(&text, hostile->again);
  add_text(&text, hostile->after);
  clock_t start = clock();
  enum vd_err err = read_any(hostile->type, hostile->form, (char *)text.data, text.size);
  double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
  cr_expect_eq(err, hostile->err, "%s%s… gives %s", hostile->before, hostile->again, vd_err_name(err));
  cr_expect_lt(seconds, SECONDS_MAX, "%s%s… took %.1f s", hostile->before, hostile->again, seconds);
  vd_buffer_finish(&text);
}

static void expect_all_bounded(const struct hostile *hostiles, size_t count)
{
  for (size_t i = 0; i < count; i++)
    expect_bounded(&hostiles[i]);
}

#define EXPECT_ALL_BOUNDED(hostiles) expect_all_bounded(hostiles, sizeof(hostiles) / sizeof((hostiles)[0]))

// ---- many of something ----

Test(text_hostile, six_thousand_keys, .timeout = 60)
{
  struct vd_buffer unknown = {0}, known = {0};
  add_text(&unknown, "{");
  add_text(&known, "{\"id\":\"a\"");
  for (int i = 0; i < 6000; i++) {
    vd_buffer_printf(&unknown, "\"k%04d\":0,", i);
    add_text(&known, ",\"id\":\"a\"");
  }
  add_text(&unknown, "\"z\":0}");
  add_text(&known, "}");
  cr_expect_gt(unknown.size, 58000);
  cr_expect_eq(read_any(COMMAND, JSON, (char *)unknown.data, unknown.size), VD_ERR_UNKNOWN_FIELD);
  cr_expect_eq(read_any(COMMAND, YAML, (char *)unknown.data, unknown.size), VD_ERR_UNKNOWN_FIELD);
  cr_expect_eq(read_any(COMMAND, JSON, (char *)known.data, known.size), VD_ERR_BAD_REQUEST);
  vd_buffer_finish(&unknown);
  vd_buffer_finish(&known);
}

Test(text_hostile, many_values, .timeout = 300)
{
  static const struct hostile hostiles[] = {
      {&vd__alert__descriptor, JSON, "{\"digest\":[", "1,", "1]}", MIB / 2, VD_OK},
      {&vd__alert__descriptor, YAML, "digest: [", "1,", "1]", MIB / 2, VD_OK},
      {&vd__alert__descriptor, YAML, "digest:\n", "- 1\n", "", MIB, VD_OK},
      {PLAN, JSON, "{\"zones\":[", "{},", "{}]}", MIB / 2 - 64, VD_OK},
      {PLAN, YAML, "zones:\n", "- {}\n", "", MIB / 2, VD_OK},
      {&vd__crew__descriptor, YAML, "skills:\n", "- av\n", "", 2 * MIB, VD_OK},
      // More marks than are allowed, in a text that is not too large.
      {&vd__alert__descriptor, JSON, "{\"digest\":[", "1,", "1]}", 6 * MIB, VD_ERR_TOO_LARGE},
      {PLAN, YAML, "zones: [", "{},", "{}]", 6 * MIB, VD_ERR_TOO_LARGE},
      {PLAN, YAML, "", "? ", "", 6 * MIB, VD_ERR_TOO_LARGE},
      {PLAN, YAML, "[", "- ", "", 6 * MIB, VD_ERR_TOO_LARGE},
      {PLAN, JSON, "[", "\"\"", "", 6 * MIB, VD_ERR_TOO_LARGE},
  };
  EXPECT_ALL_BOUNDED(hostiles);
}

Test(text_hostile, deep_nesting, .timeout = 120)
{
  static const struct hostile hostiles[] = {
      {PLAN, JSON, "", "[", "", MIB / 2, VD_ERR_BAD_VALUE},
      {PLAN, JSON, "", "{\"zones\":", "", MIB / 2, VD_ERR_BAD_VALUE},
      {PLAN, YAML, "", "[", "", MIB / 2, VD_ERR_BAD_VALUE},
      {PLAN, YAML, "", "{event: ", "", MIB / 2, VD_ERR_UNKNOWN_FIELD},
      {PLAN, YAML, "zones: ", "- ", "", MIB / 2, VD_ERR_BAD_REQUEST},
      {PLAN, YAML, "zones:\n ", "- ", "", MIB / 2, VD_ERR_BAD_VALUE},
      {PLAN, YAML, "", "[", "", 4 * MIB, VD_ERR_TOO_LARGE},
  };
  EXPECT_ALL_BOUNDED(hostiles);
}

Test(text_hostile, an_alias_bomb, .timeout = 60)
{
  struct vd_buffer text = {0};
  add_text(&text, "a: &a [x, x, x, x, x, x, x, x, x]\n");
  for (char name = 'b'; name <= 'z'; name++) {
    vd_buffer_printf(&text, "%c: &%c [", name, name);
    for (int i = 0; i < 9; i++)
      vd_buffer_printf(&text, "*%c%s", name - 1, i < 8 ? ", " : "]\n");
  }
  cr_expect_eq(read_any(COMMAND, YAML, (char *)text.data, text.size), VD_ERR_UNKNOWN_FIELD);
  vd_buffer_finish(&text);
  static const char bomb[] = "skills: &a [x, x]\nposts: *a\n";
  cr_expect_eq(read_any(&vd__crew__descriptor, YAML, bomb, strlen(bomb)), VD_ERR_BAD_REQUEST);
  static const struct hostile hostiles[] = {
      {&vd__crew__descriptor, YAML, "skills:\n", "- &a x\n", "", MIB, VD_ERR_BAD_REQUEST},
      {&vd__crew__descriptor, YAML, "skills: [", "*a,", "*a]", MIB, VD_ERR_BAD_REQUEST},
      {&vd__crew__descriptor, YAML, "skills: ", "&a ", "[]", MIB, VD_ERR_BAD_REQUEST},
      {&vd__crew__descriptor, YAML, "skills: ", "!a ", "[]", MIB, VD_ERR_BAD_REQUEST},
  };
  EXPECT_ALL_BOUNDED(hostiles);
}

// ---- long ones ----

Test(text_hostile, long_values, .timeout = 300)
{
  static const struct hostile hostiles[] = {
      {COMMAND, JSON, "{\"id\":\"", "abcdefgh", "\"}", 12 * MIB - 16, VD_OK},
      {COMMAND, JSON, "{\"id\":\"", "\\u00e9", "\"}", 12 * MIB - 16, VD_OK},
      {COMMAND, JSON, "{\"id\":", "9", "}", 12 * MIB - 16, VD_ERR_BAD_VALUE},
      {PLAN, JSON, "{\"version\":", "9", "}", 12 * MIB - 16, VD_ERR_BAD_VALUE},
      {PLAN, JSON, "{\"version\":-", "9", "}", MIB, VD_ERR_BAD_VALUE},
      {PLAN, YAML, "policy: {climb_after_ms: ", "1h1m", "}", MIB, VD_ERR_BAD_VALUE},
      {COMMAND, YAML, "acted_at_ms: 2023-05-18T09:00:00.", "0", "Z", MIB, VD_ERR_BAD_VALUE},
      {COMMAND, YAML, "plan_apply: {hash: ", "00", "}", 12 * MIB - 64, VD_OK},
      {COMMAND, YAML, "id: ", "word ", "", 12 * MIB - 16, VD_OK},
      {COMMAND, YAML, "id: ", "word\n  ", "", 12 * MIB - 16, VD_OK},
      {COMMAND, YAML, "id: |\n", "  word\n", "", 12 * MIB - 16, VD_OK},
      {COMMAND, YAML, "id: >\n", "  word\n\n", "", 12 * MIB - 16, VD_OK},
      {COMMAND, YAML, "id: '", "it is\n  ", "'", 12 * MIB - 16, VD_OK},
      {COMMAND, YAML, "id: 'a", "''", "'", MIB / 4, VD_OK},
      {COMMAND, YAML, "", "k", ": 1", 12 * MIB - 16, VD_ERR_UNKNOWN_FIELD},
      {COMMAND, JSON, "{\"", "k", "\":1}", 12 * MIB - 16, VD_ERR_UNKNOWN_FIELD},
      {COMMAND, YAML, "", "# comment\n", "id: a\n", 12 * MIB - 16, VD_OK},
      {COMMAND, JSON, "{", " ", "}", 12 * MIB - 16, VD_OK},
      {COMMAND, JSON, "{\"id\":\"", "a", "\"}", 12 * MIB + 1, VD_ERR_TOO_LARGE},
  };
  EXPECT_ALL_BOUNDED(hostiles);
}

Test(text_hostile, what_the_parser_does_by_the_square_is_refused, .timeout = 60)
{
  static const struct hostile hostiles[] = {
      {COMMAND, YAML, "id: >\n x", "\n", "y", MIB, VD_ERR_BAD_REQUEST},
      {COMMAND, YAML, "id: |+\n x", "\n", "", MIB, VD_ERR_BAD_REQUEST},
      {COMMAND, YAML, "id: >\n", "  \r\n", "", MIB, VD_ERR_BAD_REQUEST},
      {COMMAND, YAML, "id: a", "\n", "\n  b", MIB, VD_ERR_BAD_REQUEST},
      {COMMAND, YAML, "id:\n  !!str", " ", "b", MIB, VD_ERR_BAD_REQUEST},
      {COMMAND, YAML, "-", " \t", "b", MIB, VD_ERR_BAD_REQUEST},
      {COMMAND, YAML, "", "%", "", MIB, VD_ERR_BAD_REQUEST},
      {COMMAND, YAML, "id: |\n a\n", "%TAG ! x", "", MIB, VD_ERR_BAD_REQUEST},
      {COMMAND, YAML, "id: |\n \r", "% a", "", MIB, VD_ERR_BAD_REQUEST},
      {COMMAND, YAML, "\xEF\xBB\xBF\xEF\xBB\xBF", "%", "", MIB, VD_ERR_BAD_TEXT},
  };
  EXPECT_ALL_BOUNDED(hostiles);
}

Test(text_hostile, as_many_blanks_as_allowed_do_little_harm, .timeout = 120)
{
  char again[260];
  memset(again, '\n', sizeof(again));
  snprintf(again + 255, 5, " x");
  const struct hostile lines = {COMMAND, YAML, "id: >\n x", again, "", MIB, VD_OK};
  expect_bounded(&lines);
}

// ---- nesting, by a type that holds itself ----

// None in proto/ does; this one shows that the limit is the reader's own.
struct nest {
  ProtobufCMessage base;
  struct nest *in;
};
static const ProtobufCMessageDescriptor nest_type;
static const ProtobufCFieldDescriptor nest_fields[1];

static void nest_init(ProtobufCMessage *message)
{
  *(struct nest *)message = (struct nest){.base = PROTOBUF_C_MESSAGE_INIT(&nest_type)};
}

static const unsigned nest_by_name[] = {0};
static const ProtobufCIntRange nest_ranges[] = {{1, 0}, {0, 1}};
static const ProtobufCMessageDescriptor nest_type = {
    .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
    .name = "test.Nest",
    .short_name = "Nest",
    .sizeof_message = sizeof(struct nest),
    .n_fields = 1,
    .fields = nest_fields,
    .fields_sorted_by_name = nest_by_name,
    .n_field_ranges = 1,
    .field_ranges = nest_ranges,
    .message_init = nest_init,
};
static const ProtobufCFieldDescriptor nest_fields[1] = {{
    .name = "in",
    .id = 1,
    .label = PROTOBUF_C_LABEL_NONE,
    .type = PROTOBUF_C_TYPE_MESSAGE,
    .offset = offsetof(struct nest, in),
    .descriptor = &nest_type,
}};

static enum vd_err read_nest(int levels, enum vd_text_form form)
{
  struct vd_buffer text = {0};
  for (int i = 1; i < levels; i++)
    add_text(&text, "{\"in\":");
  add_text(&text, "{}");
  for (int i = 1; i < levels; i++)
    add_text(&text, "}");
  enum vd_err err = read_any(&nest_type, form, (char *)text.data, text.size);
  vd_buffer_finish(&text);
  return err;
}

Test(text_hostile, thirty_two_levels_and_no_more)
{
  cr_expect_eq(read_nest(32, JSON), VD_OK);
  cr_expect_eq(read_nest(33, JSON), VD_ERR_BAD_REQUEST);
  cr_expect_eq(read_nest(32, YAML), VD_OK);
  cr_expect_eq(read_nest(33, YAML), VD_ERR_BAD_REQUEST);
  cr_expect_eq(read_nest(5000, JSON), VD_ERR_BAD_REQUEST);
}

// ---- anything ----

static const char *const pieces[] = {"{",       "}",
                                     "[",       "]",
                                     ",",       ":",
                                     ": ",      "- ",
                                     "\n",      "\n  ",
                                     " ",       "\t",
                                     "\"",      "'",
                                     "|\n",     ">\n",
                                     "#",       "&a ",
                                     "*a",      "!",
                                     "%",       "---\n",
                                     "...\n",   "? ",
                                     "\\",      "\\u0000",
                                     "\\ud800", "\r",
                                     "null",    "~",
                                     "-1",      "1e9",
                                     "id",      "zones",
                                     "name",    "en",
                                     "policy",  "99999999999999999999",
                                     "\xFF",    "\xC3",
                                     "會",      "\xEF\xBB\xBF",
                                     "<<: "};

// Bytes changed, cut out, doubled, and pieces put in.
static void spoil(struct random *random, const struct vd_buffer *text, struct vd_buffer *out)
{
  size_t from = 0;
  out->size = 0;
  for (uint64_t i = 1 + random_below(random, 4); i > 0 && from < text->size; i--) {
    size_t to = from + random_below(random, text->size - from);
    vd_buffer_append(out, text->data + from, to - from);
    switch (random_below(random, 4)) {
    case 0:
      vd_buffer_append(out, (uint8_t[]){(uint8_t)random_next(random)}, 1);
      from = to + 1;
      break;
    case 1:
      from = to + random_below(random, 20);
      break;
    case 2:
      from = to - random_below(random, to < 20 ? to + 1 : 20);
      break;
    default:
      add_text(out, pieces[random_below(random, sizeof(pieces) / sizeof(pieces[0]))]);
      from = to;
    }
  }
  if (from < text->size)
    vd_buffer_append(out, text->data + from, text->size - from);
}

static const char plan_text[] =
    "# the day\n"
    "version: 1\n"
    "event: {name: {en: Summit, zh_hant: 峰會}, utc_offset_ms: 8h, start_at_ms: 2023-05-18T09:00:00+08:00}\n"
    "policy:\n"
    "  respond_limit_ms: \"5m\"\n"
    "  manual_offers: false\n"
    "zones:\n"
    "  - id: hall-main\n"
    "    name: 'Main hall'\n"
    "    capacity: 800\n"
    "  - {id: tea, outdoor: true}\n"
    "categories:\n"
    "  - id: fire\n"
    "    family: life-safety\n"
    "    emergency_numbers: [120, '119']\n"
    "    handbook:\n"
    "      - language: zh-hans\n"
    "        steps:\n"
    "          - |\n"
    "            leave\n"
    "            now\n"
    "          - >-\n"
    "            folded\n"
    "            text\n";

static void spoil_often(struct random *random, const ProtobufCMessageDescriptor *type, enum vd_text_form form,
                        const struct vd_buffer *text, unsigned *accepted)
{
  struct vd_buffer spoilt = {0};
  for (int i = 0; i < 1500; i++) {
    spoil(random, text, &spoilt);
    *accepted += read_any(type, form, (char *)spoilt.data, spoilt.size) == VD_OK;
  }
  vd_buffer_finish(&spoilt);
}

Test(text_hostile, any_text_is_read_or_refused, .timeout = 300)
{
  struct random random = random_begin(41);
  struct vd_buffer text = {0};
  unsigned accepted = 0;
  add_text(&text, plan_text);
  cr_assert_eq(read_any(PLAN, YAML, (char *)text.data, text.size), VD_OK);
  spoil_often(&random, PLAN, YAML, &text, &accepted);
  for (int i = 0; i < 4; i++) {
    ProtobufCMessage *message = random_message(&random, &vd__response__descriptor, false, 40);
    text.size = 0;
    vd_text_write_json(&text, message);
    protobuf_c_message_free_unpacked(message, NULL);
    spoil_often(&random, &vd__response__descriptor, i % 2 == 0 ? JSON : YAML, &text, &accepted);
  }
  cr_expect_gt(accepted, 10, "the changes are too rough to reach deep");
  vd_buffer_finish(&text);
}

Test(text_hostile, any_pieces_are_read_or_refused, .timeout = 300)
{
  struct random random = random_begin(43);
  struct vd_buffer text = {0};
  for (int i = 0; i < 5000; i++) {
    text.size = 0;
    for (uint64_t j = random_below(&random, 30); j > 0; j--)
      add_text(&text, pieces[random_below(&random, sizeof(pieces) / sizeof(pieces[0]))]);
    add_text(&text, " ");
    read_any(PLAN, random_below(&random, 3) == 0 ? JSON : YAML, (char *)text.data, text.size);
  }
  vd_buffer_finish(&text);
}

Test(text_hostile, blanks_behind_a_document_cost_nothing)
{
  struct vd_buffer text = {0};
  add_text(&text, "{\"id\":\"x\"}");
  while (text.size < 60000)
    add_text(&text, " \t\r\n");
  ProtobufCMessage *message = NULL;
  cr_assert_eq(vd_text_read(&vd__command__descriptor, VD_TEXT_JSON, "", (char *)text.data, text.size,
                            &message, NULL, NULL),
               VD_OK);
  protobuf_c_message_free_unpacked(message, NULL);
  vd_buffer_finish(&text);
}
