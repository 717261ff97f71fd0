// What the writer writes, the reader takes back to the byte, for every type and from a seed.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "proto/config.pb-c.h"
#include "proto/message.h"
#include "proto/plan.pb-c.h"
#include "proto/text.h"
#include "proto/utf8.h"
#include "proto/wire.pb-c.h"
#include "random_message.h"

static struct vd_buffer json_of(const ProtobufCMessage *message)
{
  struct vd_buffer json = {0};
  vd_text_write_json(&json, message);
  return json;
}

static bool are_equal(const struct vd_buffer *a, const struct vd_buffer *b)
{
  return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

// JSON is YAML too.
static void expect_round_trip(const ProtobufCMessage *message, enum vd_text_form form)
{
  struct vd_buffer json = json_of(message);
  ProtobufCMessage *back = NULL;
  struct vd_text_map *map = NULL;
  struct vd_refusal refusal = {0};
  enum vd_err err = vd_text_read(message->descriptor, form, "json", (const char *)json.data, json.size, &back,
                                 &map, &refusal);
  cr_assert_eq(err, VD_OK, "%s\n%.*s", refusal.detail, (int)json.size, json.data);
  struct vd_buffer again = json_of(back);
  cr_assert(are_equal(&json, &again), "%.*s\nbecomes\n%.*s", (int)json.size, json.data, (int)again.size,
            again.data);
  struct vd_buffer packed = {0}, packed_again = {0};
  vd_buffer_pack(&packed, message);
  vd_buffer_pack(&packed_again, back);
  cr_assert(are_equal(&packed, &packed_again), "%.*s", (int)json.size, json.data);
  vd_buffer_finish(&packed);
  vd_buffer_finish(&packed_again);
  vd_buffer_finish(&again);
  vd_buffer_finish(&json);
  vd_text_map_destroy(map);
  protobuf_c_message_free_unpacked(back, NULL);
}

static void round_trips_of(const ProtobufCMessageDescriptor *type, void *context)
{
  for (int i = 0; i < 40; i++) {
    ProtobufCMessage *message = random_message(context, type, false, 200);
    expect_round_trip(message, i % 2 == 0 ? VD_TEXT_JSON : VD_TEXT_YAML);
    protobuf_c_message_free_unpacked(message, NULL);
  }
}

static void each_type(random_visit_fn visit, void *context)
{
  random_each_type(visit, context);
  visit(&vd__plan__descriptor, context);
  visit(&vd__config__descriptor, context);
  visit(&vd__config_token__descriptor, context);
  visit(&vd__rehearsal__descriptor, context);
  visit(&vd__rehearsal_step__descriptor, context);
}

Test(text_round, every_type_with_any_content)
{
  struct random random = random_begin(20230518);
  each_type(round_trips_of, &random);
}

// ---- strings ----

static size_t encode(uint32_t code, char *out)
{
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = size - 1; i > 0; i--, code >>= 6)
    out[i] = (char)(0x80 | (code & 0x3F));
  out[0] = (char)((0xF00 >> size) | code);
  return size;
}

Test(text_round, every_code_point)
{
  enum { PER_TEXT = 64 };
  Vd__Note note = VD__NOTE__INIT;
  char text[PER_TEXT * 4 + 1];
  for (uint32_t first = 1; first < 0x110000; first += PER_TEXT) {
    if ((first > 0x3500 && first < 0xD780) || (first > 0x20400 && first < 0x10F000))
      continue; // thousands of letters like any other
    size_t size = 0;
    for (uint32_t code = first; code < first + PER_TEXT && code < 0x110000; code++)
      if (code < 0xD800 || code > 0xDFFF)
        size += encode(code, text + size);
    text[size] = '\0';
    note.text = text;
    expect_round_trip(&note.base, VD_TEXT_JSON);
  }
}

static void expect_text(const char *text, const char *json)
{
  Vd__Note note = VD__NOTE__INIT;
  note.text = (char *)text;
  struct vd_buffer out = json_of(&note.base);
  vd_buffer_append(&out, "", 1);
  cr_expect_str_eq((char *)out.data, json);
  vd_buffer_finish(&out);
}

Test(text_round, strings_are_escaped_where_json_needs_it)
{
  expect_text("a\"b\\c/\b\f\n\r\t\x01\x1F\x7F",
              "{\"text\":\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\"}");
  expect_text("會務 😀", "{\"text\":\"會務 😀\"}");
}

Test(text_round, what_is_no_utf8_is_written_as_a_replacement)
{
  expect_text("a\xFFz", "{\"text\":\"a\uFFFDz\"}");
  expect_text("\xC3", "{\"text\":\"\uFFFD\"}");
  expect_text("\xED\xA0\x80", "{\"text\":\"\uFFFD\uFFFD\uFFFD\"}");
  expect_text("會\xE6\x9C", "{\"text\":\"會\uFFFD\uFFFD\"}");
}

Test(text_round, any_bytes_make_valid_json)
{
  struct random random = random_begin(7);
  for (int i = 0; i < 2000; i++) {
    char text[40];
    size_t size = random_below(&random, sizeof(text));
    for (size_t j = 0; j < size; j++)
      text[j] = (char)(1 + random_below(&random, 255));
    text[size] = '\0';
    Vd__Note note = VD__NOTE__INIT;
    note.text = text;
    struct vd_buffer json = json_of(&note.base);
    ProtobufCMessage *back = NULL;
    struct vd_refusal refusal = {0};
    cr_assert_eq(vd_text_read(note.base.descriptor, VD_TEXT_JSON, "json", (char *)json.data, json.size, &back,
                              NULL, &refusal),
                 VD_OK, "%s: %.*s", refusal.detail, (int)json.size, json.data);
    protobuf_c_message_free_unpacked(back, NULL);
    vd_buffer_finish(&json);
  }
}

Test(text_round, a_long_string_full_of_escapes)
{
  static const char *const pieces[] = {"\"", "\\", "\n", "\x01", "會", "a", "'", "😀"};
  struct random random = random_begin(3);
  struct vd_buffer text = {0};
  for (int i = 0; i < 20000; i++) {
    const char *piece = pieces[random_below(&random, sizeof(pieces) / sizeof(pieces[0]))];
    vd_buffer_append(&text, piece, strlen(piece));
  }
  vd_buffer_append(&text, "", 1);
  Vd__Note note = VD__NOTE__INIT;
  note.text = (char *)text.data;
  expect_round_trip(&note.base, VD_TEXT_JSON);
  expect_round_trip(&note.base, VD_TEXT_YAML);
  vd_buffer_finish(&text);
}

// ---- what is left out ----

Test(text_round, defaults_are_left_out_and_chosen_ones_are_not)
{
  Vd__Cause cause = VD__CAUSE__INIT;
  struct vd_buffer json = json_of(&cause.base);
  cr_expect(json.size == 2 && memcmp(json.data, "{}", 2) == 0);
  vd_buffer_finish(&json);
  cause.of_case = VD__CAUSE__OF_CONTINUES;
  json = json_of(&cause.base);
  cr_expect(json.size == 15 && memcmp(json.data, "{\"continues\":0}", 15) == 0);
  vd_buffer_finish(&json);
  cause.of_case = VD__CAUSE__OF_COMMAND; // chosen, but nothing there
  json = json_of(&cause.base);
  cr_expect(json.size == 2);
  vd_buffer_finish(&json);
}

Test(text_round, an_enum_value_of_a_newer_venued_is_a_number)
{
  Vd__Note note = VD__NOTE__INIT;
  note.kind = (Vd__NoteKind)99;
  struct vd_buffer json = json_of(&note.base);
  cr_expect(json.size == 11 && memcmp(json.data, "{\"kind\":99}", 11) == 0, "%.*s", (int)json.size,
            json.data);
  vd_buffer_finish(&json);
}

Test(text_round, missing_strings_and_wild_messages_are_written)
{
  struct random random = random_begin(99);
  Vd__Crew crew = VD__CREW__INIT;
  char *skills[] = {NULL, (char *)"av"};
  crew.skills = skills;
  crew.n_skills = 2;
  crew.call_sign = NULL;
  struct vd_buffer json = json_of(&crew.base);
  cr_expect(json.size == 20 && memcmp(json.data, "{\"skills\":[\"\",\"av\"]}", 20) == 0, "%.*s",
            (int)json.size, json.data);
  vd_buffer_finish(&json);
  for (int i = 0; i < 200; i++) {
    ProtobufCMessage *message = random_message(&random, &vd__response__descriptor, true, 60);
    json = json_of(message);
    cr_assert_gt(json.size, 1);
    vd_buffer_finish(&json);
    protobuf_c_message_free_unpacked(message, NULL);
  }
}

// ---- the vocabulary ----

// What the codec relies on: no floating point, no groups, no deep nesting, no more fields than a frame
// remembers.
static void check_type(const ProtobufCMessageDescriptor *type, unsigned depth)
{
  cr_assert_leq(depth, 16, "%s is nested too deep, or in itself", type->name);
  cr_assert_leq(type->n_fields, 128, "%s", type->name);
  for (unsigned i = 0; i < type->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &type->fields[i];
    cr_expect(field->type != PROTOBUF_C_TYPE_FLOAT && field->type != PROTOBUF_C_TYPE_DOUBLE, "%s.%s",
              type->name, field->name);
    size_t size = strlen(field->name);
    if (size > 3 && strcmp(field->name + size - 3, "_ms") == 0)
      cr_expect_eq(field->type, PROTOBUF_C_TYPE_INT64, "%s.%s is a time, and no int64", type->name,
                   field->name);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
      check_type(field->descriptor, depth + 1);
  }
}

static void check_root(const ProtobufCMessageDescriptor *type, void *context)
{
  (void)context;
  check_type(type, 1);
}

Test(text_round, the_vocabulary_keeps_to_what_the_codec_can)
{
  each_type(check_root, NULL);
}
