// What the reader takes, what it refuses, and what it says then.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/change.pb-c.h"
#include "proto/command.pb-c.h"
#include "proto/config.pb-c.h"
#include "proto/message.h"
#include "proto/plan.pb-c.h"
#include "proto/text.h"
#include "proto/wire.pb-c.h"

#define COMMAND &vd__command__descriptor
#define PLAN    &vd__plan__descriptor
#define YAML    VD_TEXT_YAML
#define JSON    VD_TEXT_JSON

static void free_message(void *message)
{
  protobuf_c_message_free_unpacked(message, NULL);
}

static void *read_text(const ProtobufCMessageDescriptor *type, enum vd_text_form form, const char *text)
{
  ProtobufCMessage *message = NULL;
  struct vd_refusal refusal = {0};
  enum vd_err err = vd_text_read(type, form, "t", text, strlen(text), &message, NULL, &refusal);
  cr_assert_eq(err, VD_OK, "%s\nis refused: %s", text, refusal.detail);
  return message;
}

static void expect_json(const ProtobufCMessageDescriptor *type, enum vd_text_form form, const char *text,
                        const char *json)
{
  ProtobufCMessage *message = read_text(type, form, text);
  struct vd_buffer out = {0};
  vd_text_write_json(&out, message);
  vd_buffer_append(&out, "", 1);
  cr_expect_str_eq((char *)out.data, json);
  vd_buffer_finish(&out);
  free_message(message);
}

static struct vd_refusal refusal_of(const ProtobufCMessageDescriptor *type, enum vd_text_form form,
                                    const char *text, size_t size)
{
  static char before[2]; // what a refusal must leave alone
  ProtobufCMessage *message = (ProtobufCMessage *)&before[0];
  struct vd_text_map *map = (struct vd_text_map *)&before[1];
  struct vd_refusal refusal = {0};
  enum vd_err err = vd_text_read(type, form, "t", text, size, &message, &map, &refusal);
  cr_assert_neq(err, VD_OK, "%s\npasses", text);
  cr_assert_eq(err, refusal.err);
  cr_assert_eq((char *)message, &before[0]);
  cr_assert_eq((char *)map, &before[1]);
  return refusal;
}

static void expect_refusal(const ProtobufCMessageDescriptor *type, enum vd_text_form form, const char *text,
                           enum vd_err err, const char *detail)
{
  struct vd_refusal refusal = refusal_of(type, form, text, strlen(text));
  cr_expect_eq(refusal.err, err, "%s\ngives %s", text, vd_err_name(refusal.err));
  cr_expect_str_eq(refusal.detail, detail);
}

// ---- the dialect ----

Test(text_read, a_command_in_yaml)
{
  Vd__Command *command = read_text(COMMAND, YAML,
                                   "# from the radio\n"
                                   "id: r-1\n"
                                   "by: 'li-wei'\n"
                                   "acted_at_ms: 2023-05-18T09:41:00+08:00\n"
                                   "report:\n"
                                   "  zone: hall-main\n"
                                   "  severity: 3\n"
                                   "  source: radio\n"
                                   "  text: |\n"
                                   "    投影機: no picture\n");
  cr_expect_str_eq(command->id, "r-1");
  cr_expect_str_eq(command->by, "li-wei");
  cr_expect_eq(command->acted_at_ms, INT64_C(1684374060000));
  cr_assert_eq(command->act_case, VD__COMMAND__ACT_REPORT);
  cr_expect_str_eq(command->report->zone, "hall-main");
  cr_expect_eq(command->report->severity, 3);
  cr_expect_eq(command->report->source, VD__SOURCE__SOURCE_RADIO);
  cr_expect_str_eq(command->report->text, "投影機: no picture\n");
  cr_expect_str_eq(command->report->category, "");
  free_message(command);
}

Test(text_read, the_same_command_in_json)
{
  expect_json(COMMAND, JSON,
              " {\"report\" : "
              "{\"severity\":3,\t\"source\":\"radio\",\"text\":\"a\\n\\u00e9\\ud83d\\ude00\\/\\\"\"},\r\n"
              "\"acted_at_ms\":\"2023-05-18T09:41:00.5+08:00\"} ",
              "{\"acted_at_ms\":\"2023-05-18T01:41:00.500Z\","
              "\"report\":{\"text\":\"a\\né😀/\\\"\",\"severity\":3,\"source\":\"radio\"}}");
}

Test(text_read, an_empty_message_is_chosen_all_the_same)
{
  expect_json(COMMAND, YAML, "close: {incident: 3}", "{\"close\":{\"incident\":3}}");
  expect_json(COMMAND, YAML, "close: {}", "{\"close\":{}}");
  expect_json(COMMAND, JSON, "{\"close\":{}}", "{\"close\":{}}");
  expect_json(&vd__request__descriptor, JSON, "{\"status\":{}}", "{\"status\":{}}");
}

Test(text_read, a_oneof_scalar_keeps_its_zero)
{
  expect_json(&vd__cause__descriptor, JSON, "{\"continues\":0}", "{\"continues\":0}");
}

Test(text_read, words_for_people_may_be_one_string)
{
  expect_json(PLAN, YAML, "zones: [{id: a, name: Hall}, {id: b, name: {en: B, zh_hans: 厅}}]",
              "{\"zones\":[{\"id\":\"a\",\"name\":{\"en\":\"Hall\"}},{\"id\":\"b\",\"name\":{\"en\":\"B\","
              "\"zh_hans\":\"厅\"}}]}");
  expect_json(PLAN, JSON, "{\"event\":{\"name\":\"Summit\"}}", "{\"event\":{\"name\":{\"en\":\"Summit\"}}}");
  expect_json(PLAN, YAML, "event: {name: ''}", "{\"event\":{\"name\":{}}}");
  expect_refusal(PLAN, JSON, "{\"event\":{\"name\":5}}", VD_ERR_BAD_VALUE,
                 "t:1:18: event.name: \"5\" is no string; quote it");
}

Test(text_read, instants_and_durations_in_yaml_may_be_quoted_or_plain)
{
  const char *json = "{\"policy\":{\"respond_limit_ms\":\"1m30s\",\"decide_limit_ms\":\"-20m\"}}";
  expect_json(PLAN, YAML, "policy: {respond_limit_ms: 90s, decide_limit_ms: -20m}", json);
  expect_json(PLAN, YAML, "policy: {respond_limit_ms: '90s', decide_limit_ms: \"-20m\"}", json);
  expect_json(COMMAND, YAML, "acted_at_ms: \"2023-05-18T01:00:00Z\"",
              "{\"acted_at_ms\":\"2023-05-18T01:00:00.000Z\"}");
  expect_json(COMMAND, YAML, "acted_at_ms: 2023-05-18 01:00:00Z",
              "{\"acted_at_ms\":\"2023-05-18T01:00:00.000Z\"}");
}

Test(text_read, the_schema_and_not_yaml_decides_what_a_plain_word_is)
{
  expect_json(PLAN, YAML, "categories: [{id: no, emergency_numbers: [120, 0119, true, 1e3, 0x1F]}]",
              "{\"categories\":[{\"id\":\"no\",\"emergency_numbers\":[\"120\",\"0119\",\"true\",\"1e3\","
              "\"0x1F\"]}]}");
  expect_json(COMMAND, YAML, "plan_apply: {hash: 0012}", "{\"plan_apply\":{\"hash\":\"0012\"}}");
  expect_json(COMMAND, YAML, "id: 'null'", "{\"id\":\"null\"}");
}

Test(text_read, numbers_reach_the_ends_of_their_range)
{
  expect_json(&vd__event__descriptor, JSON, "{\"revision\":18446744073709551615,\"participants\":4294967295}",
              "{\"revision\":18446744073709551615,\"participants\":4294967295}");
  expect_json(&vd__config__descriptor, JSON, "{\"map_size_bytes\":-9223372036854775808}",
              "{\"map_size_bytes\":-9223372036854775808}");
  expect_json(&vd__config__descriptor, JSON, "{\"map_size_bytes\":9223372036854775807}",
              "{\"map_size_bytes\":9223372036854775807}");
}

Test(text_read, a_repeated_field_keeps_order_defaults_and_number)
{
  expect_json(&vd__alert__descriptor, JSON, "{\"digest\":[3,0,1,0,2,9]}", "{\"digest\":[3,0,1,0,2,9]}");
  expect_json(&vd__alert__descriptor, JSON, "{\"digest\":[]}", "{}");
  expect_json(&vd__crew__descriptor, YAML, "skills: ['', av, '']", "{\"skills\":[\"\",\"av\",\"\"]}");
  expect_json(&vd__state_query__descriptor, YAML, "kinds: [crew, unspecified]",
              "{\"kinds\":[\"crew\",\"unspecified\"]}");
  Vd__Crew *crew = read_text(&vd__crew__descriptor, YAML, "skills: ['']");
  cr_expect_str_eq(crew->skills[0], "", "an element is never NULL");
  free_message(crew);
}

Test(text_read, each_way_to_write_a_string)
{
  const char *json = "{\"id\":\"it's a\\\\b\"}";
  expect_json(COMMAND, YAML, "id: it's a\\b", json);
  expect_json(COMMAND, YAML, "id: 'it''s\n  a\\b'", json);
  expect_json(COMMAND, YAML, "id: \"it's\n  a\\\\b\"", json);
  expect_json(COMMAND, YAML, "id: >-\n  it's\n  a\\b\n", json);
  expect_json(COMMAND, YAML, "id: |-\n  it's a\\b\n", json);
  expect_json(COMMAND, YAML, "id: ''", "{}");
  expect_json(COMMAND, YAML, "id: ''''", "{\"id\":\"'\"}");
  expect_json(COMMAND, YAML, "id: 'one\n\n  two'", "{\"id\":\"one\\ntwo\"}");
}

Test(text_read, a_document_without_anything_is_an_empty_message)
{
  expect_json(&vd__config__descriptor, YAML, "", "{}");
  expect_json(&vd__config__descriptor, YAML, "# listen: http://127.0.0.1:7380\n\n", "{}");
  expect_json(&vd__config__descriptor, YAML, "---\n", "{}");
  expect_json(&vd__config__descriptor, YAML, "{}", "{}");
  ProtobufCMessage *message = NULL;
  cr_assert_eq(vd_text_read(&vd__config__descriptor, YAML, NULL, NULL, 0, &message, NULL, NULL), VD_OK);
  free_message(message);
}

Test(text_read, a_byte_order_mark_and_windows_lines_are_no_matter)
{
  expect_json(COMMAND, YAML, "\xEF\xBB\xBFid: a\r\nclose:\r\n  incident: 3\r\n",
              "{\"id\":\"a\",\"close\":{\"incident\":3}}");
  expect_json(COMMAND, JSON, "\xEF\xBB\xBF{\"id\":\"a\"}\r\n", "{\"id\":\"a\"}");
}

// ---- keys ----

Test(text_read, an_unknown_key_names_the_nearest_known_one)
{
  const char *text = "zones:\n  - id: a\n  - id: b\n    capacty: 3\n";
  struct vd_refusal refusal = refusal_of(PLAN, YAML, text, strlen(text));
  cr_expect_eq(refusal.err, VD_ERR_UNKNOWN_FIELD);
  cr_expect_str_eq(refusal.field, "zones[1].capacty");
  cr_expect_str_eq(refusal.nearest, "capacity");
  cr_expect_str_eq(refusal.detail, "t:4:5: zones[1].capacty: unknown key; did you mean capacity?");
}

Test(text_read, an_unknown_key_near_to_none_names_all)
{
  expect_refusal(PLAN, YAML, "zones: [{id: a, name: {fr: Salle}}]", VD_ERR_UNKNOWN_FIELD,
                 "t:1:24: zones[0].name.fr: unknown key; known are en, zh_hant, zh_hans");
  expect_refusal(&vd__request__descriptor, JSON, "{\"status\":{\"x\":1}}", VD_ERR_UNKNOWN_FIELD,
                 "t:1:13: status.x: unknown key; none is known here");
  expect_refusal(
      COMMAND, YAML, "<<: {id: a}", VD_ERR_UNKNOWN_FIELD,
      "t:1:1: <<: unknown key; known are id, by, acted_at_ms, report, heard, respond, decide, approve, land, "
      "close, reopen, cancel, undo, note, duplicate, amend, assign, acce…");
}

Test(text_read, a_key_of_any_length_and_content_is_safe_to_show)
{
  char text[400] = "";
  memset(text, 'k', 300);
  snprintf(text + 300, sizeof(text) - 300, ": 1");
  struct vd_refusal refusal = refusal_of(COMMAND, YAML, text, strlen(text));
  cr_expect_eq(refusal.err, VD_ERR_UNKNOWN_FIELD);
  cr_expect_not_null(strstr(refusal.detail, "k…: unknown key"));
  struct vd_refusal escape = refusal_of(COMMAND, YAML, "\"\\e[31m\\u202e\": 1", 17);
  cr_expect_str_eq(escape.field, "?[31m?");
  struct vd_refusal nul = refusal_of(COMMAND, JSON, "{\"id\\u0000x\":\"a\"}", 17);
  cr_expect_eq(nul.err, VD_ERR_UNKNOWN_FIELD, "a NUL does not cut a key short");
}

Test(text_read, a_key_given_twice_is_refused)
{
  expect_refusal(COMMAND, YAML, "id: a\nby: b\nid: c\n", VD_ERR_BAD_REQUEST,
                 "t:3:1: id: given twice, first on line 1");
  expect_refusal(COMMAND, JSON, "{\"report\":{\"zone\":\"\",\"zone\":\"\"}}", VD_ERR_BAD_REQUEST,
                 "t:1:23: report.zone: given twice, first on line 1");
  expect_refusal(COMMAND, JSON, "{\"close\":{},\"close\":{}}", VD_ERR_BAD_REQUEST,
                 "t:1:14: close: given twice, first on line 1");
  expect_refusal(PLAN, YAML, "zones: []\nzones: []\n", VD_ERR_BAD_REQUEST,
                 "t:2:1: zones: given twice, first on line 1");
}

Test(text_read, the_same_key_in_two_elements_is_no_duplicate)
{
  expect_json(PLAN, YAML, "zones: [{id: a}, {id: a}]", "{\"zones\":[{\"id\":\"a\"},{\"id\":\"a\"}]}");
}

Test(text_read, members_of_a_oneof_exclude_each_other)
{
  expect_refusal(COMMAND, YAML, "report: {}\nclose: {incident: 3}\n", VD_ERR_BAD_VALUE,
                 "t:2:1: close: cannot stand beside report: one of the two was meant");
  expect_refusal(&vd__cause__descriptor, JSON, "{\"continues\":0,\"tick\":{}}", VD_ERR_BAD_VALUE,
                 "t:1:17: tick: cannot stand beside continues: one of the two was meant");
}

Test(text_read, a_key_is_a_word)
{
  expect_refusal(COMMAND, YAML, "? {a: b}\n: c\n", VD_ERR_BAD_REQUEST,
                 "t:1:3: a key of several parts; a single word was meant");
  expect_refusal(COMMAND, YAML, "? [a]\n: c\n", VD_ERR_BAD_REQUEST,
                 "t:1:3: a key of several parts; a single word was meant");
}

// ---- values ----

Test(text_read, a_value_of_the_wrong_shape_is_refused)
{
  static const struct {
    const char *text, *detail;
  } wrong[] = {
      {"{\"zones\":1}", "t:1:10: zones: a single value; a list was meant"},
      {"{\"zones\":{}}", "t:1:10: zones: keys and values; a list was meant"},
      {"{\"zones\":[{},1]}", "t:1:14: zones[1]: a single value; keys and values of a PlanZone were meant"},
      {"{\"zones\":[[]]}", "t:1:11: zones[0]: a list; keys and values of a PlanZone were meant"},
      {"{\"event\":[]}", "t:1:10: event: a list; keys and values of a PlanEvent were meant"},
      {"{\"version\":[1]}", "t:1:12: version: a list; a single value was meant"},
      {"{\"version\":{}}", "t:1:12: version: keys and values; a single value was meant"},
      {"{\"crews\":[{\"skills\":[\"a\",[\"b\"]]}]}",
       "t:1:26: crews[0].skills[1]: a list; a single value was meant"},
      {"{\"crews\":[{\"skills\":[{}]}]}",
       "t:1:22: crews[0].skills[0]: keys and values; a single value was meant"},
      {"[]", "t:1:1: a list; keys and values of a Plan were meant"},
      {"1", "t:1:1: a single value; keys and values of a Plan were meant"},
  };
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
    expect_refusal(PLAN, JSON, wrong[i].text, VD_ERR_BAD_VALUE, wrong[i].detail);
}

Test(text_read, nothing_is_no_value)
{
  expect_refusal(COMMAND, JSON, "{\"id\":null}", VD_ERR_BAD_VALUE,
                 "t:1:7: id: nothing is given; leave it out, or quote it");
  expect_refusal(COMMAND, YAML, "id:\nby: a", VD_ERR_BAD_VALUE,
                 "t:1:1: id: nothing is given; leave it out, or quote it");
  expect_refusal(COMMAND, YAML, "id: ~", VD_ERR_BAD_VALUE,
                 "t:1:5: id: nothing is given; leave it out, or quote it");
  expect_refusal(PLAN, YAML, "version:", VD_ERR_BAD_VALUE, "t:1:1: version: nothing is given; leave it out");
  expect_refusal(PLAN, YAML, "zones:", VD_ERR_BAD_VALUE, "t:1:1: zones: a single value; a list was meant");
}

Test(text_read, numbers_are_whole_plain_and_in_range)
{
  static const char *const wrong[] = {
      "-1", "4294967296", "1.0", "1e3", "\"1\"", "true", "99999999999999999999999999", "-"};
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    char text[80];
    snprintf(text, sizeof(text), "version: %s", wrong[i]);
    struct vd_refusal refusal = refusal_of(PLAN, YAML, text, strlen(text));
    bool is_syntax = strcmp(wrong[i], "-") == 0; // a list begins
    cr_expect_eq(refusal.err, is_syntax ? VD_ERR_BAD_REQUEST : VD_ERR_BAD_VALUE, "%s", text);
  }
  static const char *const odd[] = {"0x10", "010", "+1", "1_000", "1 ", "--1", ".5", "1,0", "٣"};
  for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
    char text[80];
    snprintf(text, sizeof(text), "version: \"%s\"", odd[i]);
    cr_expect_eq(refusal_of(PLAN, YAML, text, strlen(text)).err, VD_ERR_BAD_VALUE, "%s", text);
    if (odd[i][1] == ' ')
      continue; // plain, the blank falls away
    snprintf(text, sizeof(text), "version: %s", odd[i]);
    cr_expect_eq(refusal_of(PLAN, YAML, text, strlen(text)).err, VD_ERR_BAD_VALUE, "%s", text);
  }
  expect_refusal(PLAN, YAML, "version: 4294967296", VD_ERR_BAD_VALUE,
                 "t:1:10: version: \"4294967296\" is no whole number from 0 to 4294967295");
  expect_refusal(
      &vd__event__descriptor, YAML, "revision: 18446744073709551616", VD_ERR_BAD_VALUE,
      "t:1:11: revision: \"18446744073709551616\" is no whole number from 0 to 18446744073709551615");
  expect_refusal(
      &vd__config__descriptor, YAML, "map_size_bytes: -9223372036854775809", VD_ERR_BAD_VALUE,
      "t:1:17: map_size_bytes: \"-9223372036854775809\" is no whole number from -9223372036854775808 to "
      "9223372036854775807");
  expect_refusal(
      &vd__config__descriptor, YAML, "map_size_bytes: 9223372036854775808", VD_ERR_BAD_VALUE,
      "t:1:17: map_size_bytes: \"9223372036854775808\" is no whole number from -9223372036854775808 to "
      "9223372036854775807");
  expect_refusal(PLAN, JSON, "{\"version\":\"1\"}", VD_ERR_BAD_VALUE,
                 "t:1:13: version: \"1\" is no whole number of 0 or more, unquoted");
  expect_refusal(PLAN, YAML, "version: -240", VD_ERR_BAD_VALUE,
                 "t:1:10: version: \"-240\" is no whole number of 0 or more");
  expect_refusal(PLAN, YAML, "version: many", VD_ERR_BAD_VALUE,
                 "t:1:10: version: \"many\" is no whole number of 0 or more");
}

Test(text_read, a_bool_is_true_or_false)
{
  expect_json(&vd__zone__descriptor, YAML, "outdoor: true\nstep_free: false", "{\"outdoor\":true}");
  expect_refusal(&vd__zone__descriptor, YAML, "outdoor: yes", VD_ERR_BAD_VALUE,
                 "t:1:10: outdoor: \"yes\" is no true or false, unquoted");
  expect_refusal(&vd__zone__descriptor, JSON, "{\"outdoor\":\"true\"}", VD_ERR_BAD_VALUE,
                 "t:1:13: outdoor: \"true\" is no true or false, unquoted");
  expect_refusal(&vd__zone__descriptor, JSON, "{\"outdoor\":1}", VD_ERR_BAD_VALUE,
                 "t:1:12: outdoor: \"1\" is no true or false, unquoted");
}

Test(text_read, an_enum_value_names_the_nearest_or_all)
{
  expect_refusal(&vd__set_reach__descriptor, YAML, "reach: radio-ded", VD_ERR_BAD_VALUE,
                 "t:1:8: reach: \"radio-ded\" is no Reach; did you mean radio-dead?");
  struct vd_refusal refusal = refusal_of(&vd__set_reach__descriptor, YAML, "reach: radio-ded", 16);
  cr_expect_str_eq(refusal.nearest, "radio-dead");
  expect_refusal(&vd__set_reach__descriptor, YAML, "reach: never", VD_ERR_BAD_VALUE,
                 "t:1:8: reach: \"never\" is no Reach; it is one of ok, radio-dead");
  expect_refusal(&vd__set_reach__descriptor, JSON, "{\"reach\":2}", VD_ERR_BAD_VALUE,
                 "t:1:10: reach: \"2\" is no string; quote it");
}

Test(text_read, instants_durations_and_bytes_say_how_they_are_written)
{
  expect_refusal(
      COMMAND, YAML, "acted_at_ms: 09:41", VD_ERR_BAD_VALUE,
      "t:1:14: acted_at_ms: \"09:41\" is no instant; one is written \"2023-05-18T09:00:00+08:00\"");
  expect_refusal(COMMAND, JSON, "{\"acted_at_ms\":1684371600000}", VD_ERR_BAD_VALUE,
                 "t:1:16: acted_at_ms: \"1684371600000\" is no string; quote it");
  expect_refusal(PLAN, YAML, "policy: {climb_after_ms: 2}", VD_ERR_BAD_VALUE,
                 "t:1:26: policy.climb_after_ms: \"2\" is no duration; one is written \"5m\", \"90s\", "
                 "\"1h30m\" or \"250ms\"");
  static const char *const wrong[] = {"0", "0G", "AB", "ab ", "0x12", "會會"};
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    char text[80];
    snprintf(text, sizeof(text), "{\"hash\":\"%s\"}", wrong[i]);
    cr_expect_eq(refusal_of(&vd__plan_apply__descriptor, JSON, text, strlen(text)).err, VD_ERR_BAD_VALUE,
                 "%s", text);
  }
  expect_json(&vd__plan_apply__descriptor, JSON, "{\"hash\":\"00ff7f\"}", "{\"hash\":\"00ff7f\"}");
  expect_json(&vd__plan_apply__descriptor, JSON, "{\"hash\":\"\"}", "{}");
}

// ---- the text as such ----

Test(text_read, what_yaml_has_beyond_keys_and_values_is_refused)
{
  expect_refusal(COMMAND, YAML, "id: &a b", VD_ERR_BAD_REQUEST,
                 "t:1:8: id: an anchor; only plain keys and values are read here");
  expect_refusal(COMMAND, YAML, "id: *a", VD_ERR_BAD_REQUEST,
                 "t:1:6: id: an alias; only plain keys and values are read here");
  expect_refusal(COMMAND, YAML, "id: !!str b", VD_ERR_BAD_REQUEST,
                 "t:1:11: id: a tag; only plain keys and values are read here");
  expect_refusal(COMMAND, YAML, "!x {id: b}", VD_ERR_BAD_REQUEST,
                 "t:1:4: a tag; only plain keys and values are read here");
  expect_refusal(COMMAND, YAML, "&x id: b", VD_ERR_BAD_REQUEST,
                 "t:1:4: an anchor; only plain keys and values are read here");
  expect_refusal(PLAN, YAML, "zones: !x []", VD_ERR_BAD_REQUEST,
                 "t:1:11: zones: a tag; only plain keys and values are read here");
  expect_refusal(COMMAND, YAML, "%YAML 1.2\n---\nid: b", VD_ERR_BAD_REQUEST,
                 "t:1:1: a directive; only keys and values are read here");
  expect_refusal(COMMAND, YAML, "id: a\n...\n%YAML 1.2\n---\nid: b", VD_ERR_BAD_REQUEST,
                 "t:3:1: a directive; only keys and values are read here");
}

Test(text_read, a_tab_has_no_place_in_yaml)
{
  const char *detail = "t:1:7: a tab; YAML is set in by spaces, in a text write \"\\t\"";
  expect_refusal(COMMAND, YAML, "? id: \t|x\n", VD_ERR_BAD_REQUEST,
                 detail); // frees memory twice in libfyaml 0.7.12
  expect_refusal(COMMAND, YAML, "? id: \t- \n", VD_ERR_BAD_REQUEST, detail);
  expect_refusal(COMMAND, YAML, "close:\t{incident: 3}", VD_ERR_BAD_REQUEST, detail);
  expect_refusal(COMMAND, YAML, "id: 'a\tb'", VD_ERR_BAD_REQUEST, detail);
  expect_json(COMMAND, YAML, "id: \"a\\tb\"", "{\"id\":\"a\\tb\"}");
}

Test(text_read, one_document_is_one_message)
{
  expect_refusal(COMMAND, YAML, "id: a\n---\nid: b\n", VD_ERR_BAD_REQUEST,
                 "t:2:1: a second document; a single one was meant");
  expect_refusal(COMMAND, YAML, "---\n---\n", VD_ERR_BAD_REQUEST,
                 "t:2:1: a second document; a single one was meant");
  expect_json(COMMAND, YAML, "---\nid: a\n...\n", "{\"id\":\"a\"}");
  static const char *const wrong[] = {"{}{}", "{} {}",   "{},",       "{}]",    "{}\n{}",
                                      "{}x",  "---\n{}", "{}\n---\n", "{}\n..."};
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
    cr_expect_eq(refusal_of(COMMAND, JSON, wrong[i], strlen(wrong[i])).err, VD_ERR_BAD_REQUEST, "%s",
                 wrong[i]);
}

Test(text_read, json_is_json)
{
  static const char *const wrong[] = {"",
                                      " ",
                                      "{",
                                      "}",
                                      "{\"id\"}",
                                      "{\"id\":}",
                                      "{\"id\" \"a\"}",
                                      "{id:\"a\"}",
                                      "{'id':'a'}",
                                      "{\"id\":\"a\",}",
                                      "{,}",
                                      "{\"id\":\"a\" \"by\":\"b\"}",
                                      "{\"id\":\"a}",
                                      "{\"id\":\"\\x41\"}",
                                      "{\"id\":\"a\nb\"}",
                                      "{\"id\":\"a\tb\"}",
                                      "{\"id\":\"\\ud800\"}",
                                      "{\"id\":\"\\udc00\"}",
                                      "{\"id\":\"\\u12\"}",
                                      "{\"id\":\"a\"} # c",
                                      "// c\n{}",
                                      "{\"report\":{\"severity\":01}}",
                                      "{\"report\":{\"severity\":+1}}",
                                      "{\"report\":{\"severity\":.5}}",
                                      "{\"report\":{\"severity\":NaN}}",
                                      "{\"id\":&a \"b\"}",
                                      "{\"id\":*a}",
                                      "{\"id\":!a \"b\"}"};
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
    cr_expect_eq(refusal_of(COMMAND, JSON, wrong[i], strlen(wrong[i])).err, VD_ERR_BAD_REQUEST, "%s",
                 wrong[i]);
}

Test(text_read, a_syntax_error_has_its_place)
{
  expect_refusal(COMMAND, YAML, "id: a\nby: b: c\n", VD_ERR_BAD_REQUEST,
                 "t:2:6: no valid YAML: invalid nested block mapping on the same line");
  expect_refusal(COMMAND, JSON, "{\n\"id\":\n'a'}", VD_ERR_BAD_REQUEST,
                 "t:3:1: id: no valid JSON: single quoted scalars not supported in JSON mode");
}

Test(text_read, bad_utf8_and_nul_are_refused_wherever_they_stand)
{
  expect_refusal(COMMAND, YAML, "id: a\nby: \xC3(\n", VD_ERR_BAD_TEXT,
                 "t:2:5: no valid UTF-8; save the text as UTF-8");
  expect_refusal(COMMAND, JSON, "{\"id\":\"會\xED\xA0\x80\"}", VD_ERR_BAD_TEXT,
                 "t:1:9: no valid UTF-8; save the text as UTF-8");
  expect_refusal(COMMAND, YAML, "# \xFF\n", VD_ERR_BAD_TEXT, "t:1:3: no valid UTF-8; save the text as UTF-8");
  struct vd_refusal raw = refusal_of(COMMAND, YAML, "id: a\0b", 7);
  cr_expect_eq(raw.err, VD_ERR_BAD_TEXT);
  cr_expect_str_eq(raw.detail, "t:1:6: a NUL byte; text was meant");
  expect_refusal(COMMAND, JSON, "{\"id\":\"a\\u0000b\"}", VD_ERR_BAD_TEXT,
                 "t:1:8: id: holds a NUL; text was meant");
  expect_refusal(COMMAND, YAML, "id: \"\\0\"", VD_ERR_BAD_TEXT, "t:1:6: id: holds a NUL; text was meant");
  expect_refusal(COMMAND, YAML, "id: \"\\x00\"", VD_ERR_BAD_TEXT, "t:1:6: id: holds a NUL; text was meant");
}

Test(text_read, columns_count_characters)
{
  expect_refusal(
      PLAN, YAML, "event: {name: 峰會, x: 1}", VD_ERR_UNKNOWN_FIELD,
      "t:1:19: event.x: unknown key; known are name, time_zone, utc_offset_ms, start_at_ms, doors_at_ms, "
      "end_at_ms, participants");
}

Test(text_read, the_name_begins_the_detail)
{
  ProtobufCMessage *message = NULL;
  struct vd_refusal refusal;
  cr_expect_eq(vd_text_read(COMMAND, YAML, NULL, "x: 1", 4, &message, NULL, &refusal), VD_ERR_UNKNOWN_FIELD);
  cr_expect_eq(strncmp(refusal.detail, "1:1: x: unknown key", 19), 0);
  char path[300] = "/";
  memset(path + 1, 'd', 200);
  snprintf(path + 200, sizeof(path) - 200, "/plan.yaml");
  cr_expect_eq(vd_text_read(COMMAND, YAML, path, "x: 1", 4, &message, NULL, &refusal), VD_ERR_UNKNOWN_FIELD);
  cr_expect_eq(strncmp(refusal.detail, "plan.yaml:1:1: x: unknown key", 29), 0,
               "a long folder leaves room for what is said");
  cr_expect_eq(vd_text_read(COMMAND, YAML, "t", "x: 1", 4, &message, NULL, NULL), VD_ERR_UNKNOWN_FIELD);
}

// ---- the map ----

static void expect_place(const struct vd_text_map *map, const char *path, unsigned line, unsigned column)
{
  struct vd_text_place place = vd_text_map_find(map, path);
  cr_expect(place.line == line && place.column == column, "%s is at %u:%u", path, place.line, place.column);
}

Test(text_read, the_map_knows_where_each_value_stands)
{
  const char *text = "# a plan\n"
                     "version: 1\n"
                     "event:\n"
                     "  name: {en: Summit, zh_hant: 峰會}\n"
                     "zones:\n"
                     "  - id: a\n"
                     "  - id: b\n"
                     "    name: Hall\n"
                     "crews:\n"
                     "  - {id: x, skills: [av, it], shifts: [{start_at_ms: 2023-05-18T09:00:00Z}, {}]}\n";
  ProtobufCMessage *message = NULL;
  struct vd_text_map *map = NULL;
  cr_assert_eq(vd_text_read(PLAN, YAML, "t", text, strlen(text), &message, &map, NULL), VD_OK);
  expect_place(map, "version", 2, 10);
  expect_place(map, "event.name.zh_hant", 4, 31);
  expect_place(map, "zones", 6, 3);
  expect_place(map, "zones[1]", 7, 5);
  expect_place(map, "zones[1].name", 8, 11);
  expect_place(map, "crews[0].skills[1]", 10, 26);
  expect_place(map, "crews[0].shifts[0].start_at_ms", 10, 54);
  expect_place(map, "crews[0].shifts[1]", 10, 77);
  // What was left out has its nearest parent's place.
  expect_place(map, "zones[1].name.en", 8, 11);
  expect_place(map, "zones[1].capacity", 7, 5);
  expect_place(map, "zones[2].id", 6, 3);
  expect_place(map, "policy.respond_limit_ms", 2, 1);
  expect_place(map, "", 2, 1);
  // What is no path leads as far as it can.
  static const char *const odd[] = {"nonsense", ".", "..", "[0]", "zon", "version.x", "]", "version[0]"};
  for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
    cr_expect_eq(vd_text_map_find(map, odd[i]).line, 2, "%s", odd[i]);
  static const char *const odd_index[] = {"zones[",    "zones[]", "zones[x]",
                                          "zones[-1]", "zones[1", "zones[99999999999999999999]"};
  for (size_t i = 0; i < sizeof(odd_index) / sizeof(odd_index[0]); i++)
    cr_expect_eq(vd_text_map_find(map, odd_index[i]).line, 6, "%s", odd_index[i]);
  expect_place(NULL, "zones", 0, 0);
  vd_text_map_destroy(map);
  vd_text_map_destroy(NULL);
  free_message(message);
}

// ---- files ----

static void write_file(const char *path, const char *text)
{
  FILE *file = fopen(path, "w");
  cr_assert_not_null(file);
  cr_assert_geq(fputs(text, file), 0);
  cr_assert_eq(fclose(file), 0);
}

Test(text_read, a_file_is_json_by_its_name)
{
  char folder[] = "/tmp/vd-text-XXXXXX";
  cr_assert_not_null(mkdtemp(folder));
  char yaml[64], json[64];
  snprintf(yaml, sizeof(yaml), "%s/a.yaml", folder);
  snprintf(json, sizeof(json), "%s/a.json", folder);
  write_file(yaml, "id: a\n");
  write_file(json, "id: a\n");
  ProtobufCMessage *message = NULL;
  struct vd_refusal refusal = {0};
  cr_expect_eq(vd_text_read_file(COMMAND, yaml, &message, NULL, &refusal), VD_OK, "%s", refusal.detail);
  free_message(message);
  cr_expect_eq(vd_text_read_file(COMMAND, json, &message, NULL, &refusal), VD_ERR_BAD_REQUEST);
  unlink(json);
  cr_expect_eq(vd_text_read_file(COMMAND, json, &message, NULL, &refusal), VD_ERR_IO);
  cr_expect_not_null(strstr(refusal.detail, "a.json: No such file or directory"));
  cr_expect_eq(vd_text_read_file(COMMAND, folder, &message, NULL, &refusal), VD_ERR_IO, "a folder");
  unlink(yaml);
  rmdir(folder);
}
