#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "proto/change.pb-c.h"
#include "proto/check.h"
#include "proto/config.pb-c.h"
#include "proto/message.h"
#include "proto/wire.pb-c.h"
#include "random_message.h"

// ---- text ----

#define CLEAN(literal, multiline) vd_text_is_clean((literal), sizeof(literal) - 1, (multiline))

Test(text, what_people_write_is_clean)
{
  cr_expect(CLEAN("", false));
  cr_expect(CLEAN("slides will not play", false));
  cr_expect(CLEAN("三號廳投影故障 – naïve 😀", false));
  cr_expect(CLEAN("first\n\tsecond", true));
  cr_expect(CLEAN("\xE2\x80\x8Fright to left mark", false), "marks are not overrides");
}

Test(text, line_breaks_pass_only_in_several_lines)
{
  cr_expect_not(CLEAN("a\nb", false));
  cr_expect_not(CLEAN("a\tb", false));
  cr_expect_not(CLEAN("a\xE2\x80\xA8"
                      "b",
                      false));
  cr_expect_not(CLEAN("a\r\nb", true));
}

Test(text, nul_is_no_text)
{
  cr_expect_not(CLEAN("a\0b", true));
}

Test(text, malformed_utf8)
{
  static const char *const bad[] = {
      "\x80",             // a continuation alone
      "\xC0\xAF",         // longer than needed
      "\xC1\xBF",         // likewise
      "\xE0\x9F\xBF",     // likewise
      "\xF0\x8F\xBF\xBF", // likewise
      "\xC3",             // cut
      "\xE4\xBD",         // cut
      "\xF0\x9F\x98",     // cut
      "\xC3(",            // not continued
      "\xE4\xBD(",        // not continued
      "\xF4\x90\x80\x80", // above U+10FFFF
      "\xF8\x88\x80\x80\x80",
      "\xFE",
      "\xFF",
      "\xED\xA0\x80", // a surrogate
  };
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
    cr_expect_not(vd_text_is_clean(bad[i], strlen(bad[i]), true), "%zu", i);
}

static size_t encode(uint32_t code, char *out)
{
  static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = size; i-- > 1; code >>= 6)
    out[i] = (char)(0x80 | (code & 0x3F));
  out[0] = (char)(lead[size] | code);
  return size;
}

// Every code point there is: the sum says that no more and no less is refused than the header names.
Test(text, refused_code_points_are_counted)
{
  unsigned refused = 0;
  unsigned refused_multiline = 0;
  for (uint32_t code = 0; code <= 0x10FFFF; code++) {
    char text[4];
    size_t size = encode(code, text);
    refused += !vd_text_is_clean(text, size, false);
    refused_multiline += !vd_text_is_clean(text, size, true);
  }
  enum { C0 = 32, DEL_C1 = 33, SURROGATES = 2048, NO_CHARACTERS = 66, BIDI = 9, SEPARATORS = 2 };
  cr_expect_eq(refused, C0 + DEL_C1 + SURROGATES + NO_CHARACTERS + BIDI + SEPARATORS, "%u", refused);
  cr_expect_eq(refused_multiline, C0 - 2 + DEL_C1 + SURROGATES + NO_CHARACTERS + BIDI, "%u",
               refused_multiline);
}

Test(text, overrides_of_direction)
{
  cr_expect_not(CLEAN("\xE2\x80\xAE"
                      "abc",
                      true));
  cr_expect_not(CLEAN("\xE2\x81\xA6"
                      "abc",
                      true));
}

Test(words, words)
{
  cr_expect(vd_word_is_valid("hall-main"));
  cr_expect(vd_word_is_valid("3"));
  cr_expect_not(vd_word_is_valid(""));
  cr_expect_not(vd_word_is_valid("-a"));
  cr_expect_not(vd_word_is_valid("Hall"));
  cr_expect_not(vd_word_is_valid("a_b"));
  cr_expect_not(vd_word_is_valid("a b"));
  cr_expect_not(vd_word_is_valid("會"));
  char word[VD_WORD_MAX + 2] = {0};
  memset(word, 'a', VD_WORD_MAX);
  cr_expect(vd_word_is_valid(word));
  word[VD_WORD_MAX] = 'a';
  cr_expect_not(vd_word_is_valid(word));
}

Test(words, request_ids)
{
  cr_expect(vd_request_id_is_valid("Az09._:-"));
  cr_expect_not(vd_request_id_is_valid(""));
  cr_expect_not(vd_request_id_is_valid("a b"));
  cr_expect_not(vd_request_id_is_valid("a/b"));
  cr_expect_not(vd_request_id_is_valid("é"));
  char id[66] = {0};
  memset(id, 'x', 64);
  cr_expect(vd_request_id_is_valid(id));
  id[64] = 'x';
  cr_expect_not(vd_request_id_is_valid(id));
}

Test(words, every_byte)
{
  static const char word_bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
  static const char id_bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ._:";
  for (int byte = 1; byte < 256; byte++) {
    const char text[] = {'a', (char)byte, '\0'};
    cr_expect_eq(vd_word_is_valid(text), strchr(word_bytes, byte) != NULL, "%d", byte);
    cr_expect_eq(vd_request_id_is_valid(text), strchr(id_bytes, byte) != NULL, "%d", byte);
  }
}

// ---- messages ----

struct request {
  Vd__Request request;
  Vd__Commands commands;
  Vd__Command command;
  Vd__Command *list[VD_COMMANDS_MAX + 1];
  Vd__Report report;
  char text[VD_TEXT_MAX + 2];
};

static void request_init(struct request *r)
{
  vd__request__init(&r->request);
  vd__commands__init(&r->commands);
  vd__command__init(&r->command);
  vd__report__init(&r->report);
  r->request.version = 1;
  r->request.id = (char *)"r1";
  r->request.body_case = VD__REQUEST__BODY_COMMANDS;
  r->request.commands = &r->commands;
  r->command.id = (char *)"c1";
  r->command.act_case = VD__COMMAND__ACT_REPORT;
  r->command.report = &r->report;
  for (size_t i = 0; i <= VD_COMMANDS_MAX; i++)
    r->list[i] = &r->command;
  r->commands.commands = r->list;
  r->commands.n_commands = 1;
  memset(r->text, 'x', sizeof(r->text));
}

// `size` times 'x', in the request's own memory.
static char *text_of(struct request *r, size_t size)
{
  memset(r->text, 'x', sizeof(r->text));
  r->text[size] = '\0';
  return r->text;
}

static void expect_refused(const void *message, enum vd_err err, const char *field)
{
  struct vd_refusal refusal = {0};
  cr_expect_eq(vd_check_message(message, &refusal), err, "%s: %s instead of %s", field,
               vd_err_name(refusal.err), vd_err_name(err));
  cr_expect_eq(refusal.err, err);
  cr_expect_str_eq(refusal.field, field);
}

static void expect_passes(const void *message)
{
  struct vd_refusal refusal = {0};
  cr_expect_eq(vd_check_message(message, &refusal), VD_OK, "%s %s", vd_err_name(refusal.err), refusal.field);
  cr_expect_eq(refusal.err, VD_OK);
}

Test(check, an_ordinary_request_passes)
{
  struct request r;
  request_init(&r);
  r.report.zone = (char *)"hall-main";
  r.report.category = (char *)"av-fault";
  r.report.text = (char *)"會場投影故障\nslides";
  expect_passes(&r.request);
  cr_expect_eq(vd_check_message(&r.request.base, NULL), VD_OK);
}

Test(check, the_refusal_names_the_path)
{
  struct request r;
  request_init(&r);
  Vd__Command second = r.command;
  r.list[1] = &second;
  r.commands.n_commands = 2;
  Vd__Report report = VD__REPORT__INIT;
  report.text = (char *)"a\x01";
  second.report = &report;
  expect_refused(&r.request, VD_ERR_BAD_TEXT, "commands.commands[1].report.text");
  expect_refused(&r.commands, VD_ERR_BAD_TEXT, "commands[1].report.text");
  expect_refused(&report, VD_ERR_BAD_TEXT, "text");
  cr_expect_eq(vd_check_message(&r.request.base, NULL), VD_ERR_BAD_TEXT);
}

Test(check, texts_at_their_limit_pass_and_one_byte_more_does_not)
{
  struct request r;
  request_init(&r);
  r.report.text = text_of(&r, VD_TEXT_MAX);
  expect_passes(&r.commands);
  r.report.text = text_of(&r, VD_TEXT_MAX + 1);
  expect_refused(&r.commands, VD_ERR_TEXT_TOO_LONG, "commands[0].report.text");

  request_init(&r);
  r.report.zone = text_of(&r, VD_WORD_MAX);
  expect_passes(&r.commands);
  r.report.zone = text_of(&r, VD_WORD_MAX + 1);
  expect_refused(&r.commands, VD_ERR_TEXT_TOO_LONG, "commands[0].report.zone");

  request_init(&r);
  Vd__Cancel cancel = VD__CANCEL__INIT;
  cancel.reason = text_of(&r, VD_REASON_MAX);
  r.command.act_case = VD__COMMAND__ACT_CANCEL;
  r.command.cancel = &cancel;
  expect_passes(&r.commands);
  cancel.reason = text_of(&r, VD_REASON_MAX + 1);
  expect_refused(&r.commands, VD_ERR_TEXT_TOO_LONG, "commands[0].cancel.reason");
}

Test(check, every_text_of_a_person_has_its_limit)
{
  struct request r;
  request_init(&r);
  Vd__Decide decide = VD__DECIDE__INIT;
  Vd__AddNote note = VD__ADD_NOTE__INIT;
  Vd__Amend amend = VD__AMEND__INIT;
  Vd__Log line = VD__LOG__INIT;
  decide.decision = note.text = amend.text = line.text = text_of(&r, VD_TEXT_MAX);
  r.text[7] = '\n';
  expect_passes(&decide);
  expect_passes(&note);
  expect_passes(&amend);
  expect_passes(&line);
  text_of(&r, VD_TEXT_MAX + 1);
  expect_refused(&decide, VD_ERR_TEXT_TOO_LONG, "decision");
  expect_refused(&note, VD_ERR_TEXT_TOO_LONG, "text");
  expect_refused(&amend, VD_ERR_TEXT_TOO_LONG, "text");
  expect_refused(&line, VD_ERR_TEXT_TOO_LONG, "text");
}

Test(check, names_and_reasons_are_of_one_line)
{
  struct request r;
  request_init(&r);
  r.command.by = (char *)"av\n1";
  expect_refused(&r.commands, VD_ERR_BAD_TEXT, "commands[0].by");
  Vd__Decline decline = VD__DECLINE__INIT;
  decline.reason = (char *)"a\nb";
  expect_refused(&decline, VD_ERR_BAD_TEXT, "reason");
}

Test(check, a_misspelt_name_is_left_to_who_knows_the_right_one)
{
  struct request r;
  request_init(&r);
  r.command.by = (char *)"AV 1";
  r.report.zone = (char *)"Hall_Mian";
  r.report.category = (char *)"投影";
  expect_passes(&r.commands);
}

Test(check, a_command_needs_an_id)
{
  struct request r;
  request_init(&r);
  r.command.id = (char *)"";
  expect_refused(&r.commands, VD_ERR_MISSING, "commands[0].id");
  r.command.id = (char *)"a b";
  expect_refused(&r.commands, VD_ERR_BAD_VALUE, "commands[0].id");
  r.command.id = (char *)"a\x7F";
  expect_refused(&r.commands, VD_ERR_BAD_TEXT, "commands[0].id");
  r.command.id = text_of(&r, 65);
  expect_refused(&r.commands, VD_ERR_TEXT_TOO_LONG, "commands[0].id");
  r.command.id = text_of(&r, 64);
  expect_passes(&r.commands);
}

Test(check, a_request_may_be_without_an_id)
{
  struct request r;
  request_init(&r);
  r.request.id = (char *)"";
  expect_passes(&r.request);
  r.request.id = (char *)"a b";
  expect_refused(&r.request, VD_ERR_BAD_VALUE, "id");
}

Test(check, counts)
{
  struct request r;
  request_init(&r);
  r.commands.n_commands = VD_COMMANDS_MAX;
  expect_passes(&r.request);
  r.commands.n_commands = VD_COMMANDS_MAX + 1;
  expect_refused(&r.request, VD_ERR_TOO_MANY, "commands.commands[256]");

  Vd__StateQuery query = VD__STATE_QUERY__INIT;
  Vd__Kind kinds[65] = {VD__KIND__KIND_ZONE};
  query.kinds = kinds;
  query.n_kinds = 64;
  expect_passes(&query);
  query.n_kinds = 65;
  expect_refused(&query, VD_ERR_TOO_MANY, "kinds[64]");
}

Test(check, a_plan_is_larger_than_a_list)
{
  enum { MOST = 10001 };
  Vd__Plan plan = VD__PLAN__INIT;
  Vd__PlanZone zone = VD__PLAN_ZONE__INIT;
  Vd__PlanPost post = VD__PLAN_POST__INIT;
  Vd__PlanCrew crew = VD__PLAN_CREW__INIT;
  Vd__PlanWay way = VD__PLAN_WAY__INIT;
  Vd__PlanCategory category = VD__PLAN_CATEGORY__INIT;
  Vd__PlanSupply supply = VD__PLAN_SUPPLY__INIT;
  Vd__PlanDevice device = VD__PLAN_DEVICE__INIT;
  Vd__PlanSession session = VD__PLAN_SESSION__INIT;
  Vd__PlanLane lane = VD__PLAN_LANE__INIT;
  static Vd__PlanZone *zones[MOST];
  static Vd__PlanPost *posts[MOST];
  static Vd__PlanCrew *crews[MOST];
  static Vd__PlanWay *ways[MOST];
  static Vd__PlanCategory *categories[MOST];
  static Vd__PlanSupply *supplies[MOST];
  static Vd__PlanDevice *devices[MOST];
  static Vd__PlanSession *sessions[MOST];
  static Vd__PlanLane *lanes[MOST];
  for (size_t i = 0; i < MOST; i++) {
    zones[i] = &zone;
    posts[i] = &post;
    crews[i] = &crew;
    ways[i] = &way;
    categories[i] = &category;
    supplies[i] = &supply;
    devices[i] = &device;
    sessions[i] = &session;
    lanes[i] = &lane;
  }
  plan.zones = zones;
  plan.posts = posts;
  plan.crews = crews;
  plan.ways = ways;
  plan.categories = categories;
  plan.supplies = supplies;
  plan.devices = devices;
  plan.sessions = sessions;
  plan.lanes = lanes;
  const struct {
    const char *field;
    size_t *count, most;
  } lists[] = {
      {"zones", &plan.n_zones, 1000},          {"posts", &plan.n_posts, 1000},
      {"crews", &plan.n_crews, 2000},          {"ways", &plan.n_ways, 2000},
      {"categories", &plan.n_categories, 200}, {"supplies", &plan.n_supplies, 10000},
      {"devices", &plan.n_devices, 10000},     {"sessions", &plan.n_sessions, 2000},
      {"lanes", &plan.n_lanes, 200},
  };
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    *lists[i].count = lists[i].most;
  expect_passes(&plan);
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    char field[32];
    snprintf(field, sizeof field, "%s[%zu]", lists[i].field, lists[i].most);
    ++*lists[i].count;
    expect_refused(&plan, VD_ERR_TOO_MANY, field);
    --*lists[i].count;
  }
}

Test(check, a_deep_path_is_written_whole)
{
  struct request r;
  request_init(&r);
  Vd__PlanApply apply = VD__PLAN_APPLY__INIT;
  Vd__Plan plan = VD__PLAN__INIT;
  Vd__PlanCategory category = VD__PLAN_CATEGORY__INIT;
  Vd__PlanCategory *categories[] = {&category};
  Vd__PlanPage page = VD__PLAN_PAGE__INIT;
  Vd__PlanPage *pages[] = {&page};
  char *steps[] = {(char *)"1", (char *)"2", (char *)"three\xFF"};
  page.steps = steps;
  page.n_steps = 3;
  category.handbook = pages;
  category.n_handbook = 1;
  plan.categories = categories;
  plan.n_categories = 1;
  apply.plan = &plan;
  r.command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  r.command.plan_apply = &apply;
  expect_refused(&r.request, VD_ERR_BAD_TEXT,
                 "commands.commands[0].plan_apply.plan.categories[0].handbook[0].steps[2]");
}

Test(check, unknown_enum_values)
{
  struct request r;
  request_init(&r);
  r.report.source = (Vd__Source)77;
  expect_refused(&r.commands, VD_ERR_BAD_VALUE, "commands[0].report.source");
  r.report.source = (Vd__Source)-1;
  expect_refused(&r.commands, VD_ERR_BAD_VALUE, "commands[0].report.source");
  Vd__StateQuery query = VD__STATE_QUERY__INIT;
  Vd__Kind kinds[] = {VD__KIND__KIND_ZONE, (Vd__Kind)99};
  query.kinds = kinds;
  query.n_kinds = 2;
  expect_refused(&query, VD_ERR_BAD_VALUE, "kinds[1]");
}

static void expect_unknown(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
                           const char *field)
{
  ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, size, bytes);
  cr_assert_not_null(message);
  expect_refused(message, VD_ERR_UNKNOWN_FIELD, field);
  protobuf_c_message_free_unpacked(message, NULL);
}

Test(check, unknown_fields_at_any_depth)
{
  const uint8_t at_root[] = {0x98, 6, 7};                                        // field 99
  const uint8_t inside[] = {0x0A, 9, 0x0A, 2, 'c', '1', 0x52, 3, 0x98, 0x06, 7}; // in commands[0].report
  expect_unknown(&vd__commands__descriptor, at_root, sizeof(at_root), "");
  expect_unknown(&vd__commands__descriptor, inside, sizeof(inside), "commands[0].report");
}

Test(check, bytes_are_bounded)
{
  uint8_t bytes[257] = {0};
  Vd__Request request = VD__REQUEST__INIT;
  request.token = (ProtobufCBinaryData){.data = bytes, .len = 256};
  expect_passes(&request);
  request.token.len = 257;
  expect_refused(&request, VD_ERR_TEXT_TOO_LONG, "token");
  Vd__PlanApply apply = VD__PLAN_APPLY__INIT;
  apply.hash = (ProtobufCBinaryData){.data = bytes, .len = 65};
  expect_refused(&apply, VD_ERR_TEXT_TOO_LONG, "hash");
}

Test(check, the_key_of_the_longest_id_passes)
{
  Vd__StateQuery query = VD__STATE_QUERY__INIT;
  Vd__Key key = VD__KEY__INIT;
  char id[146];
  snprintf(id, sizeof(id), "session.%064d.%064d", 1, 1); // a thread about a session
  key.id = id;
  query.after = &key;
  query.prefix = id;
  expect_passes(&query);
  memset(id, 'a', 145);
  id[145] = '\0';
  expect_refused(&query, VD_ERR_TEXT_TOO_LONG, "after.id");
}

Test(check, only_the_chosen_member_of_a_oneof_is_looked_at)
{
  struct request r;
  request_init(&r);
  r.report.text = (char *)"\xFF";
  r.command.act_case = VD__COMMAND__ACT__NOT_SET;
  expect_passes(&r.commands);
}

// ---- times ----

Test(check, a_time_has_a_date)
{
  struct request r;
  request_init(&r);
  const int64_t passes[] = {0, -1, VD_TIME_MAX_MS, -VD_TIME_MAX_MS};
  const int64_t fails[] = {VD_TIME_MAX_MS + 1, -VD_TIME_MAX_MS - 1, INT64_MAX, INT64_MIN};
  for (size_t i = 0; i < 4; i++) {
    r.command.acted_at_ms = passes[i];
    expect_passes(&r.commands);
    r.command.acted_at_ms = fails[i];
    expect_refused(&r.commands, VD_ERR_BAD_VALUE, "commands[0].acted_at_ms");
  }
}

Test(check, a_number_that_is_no_time_may_be_any)
{
  Vd__Reading reading = VD__READING__INIT;
  reading.value = INT64_MIN;
  struct vd_refusal refusal = {0};
  cr_expect_eq(vd_check_message(&reading.base, &refusal), VD_OK, "%s", refusal.field);
}

// ---- random ----

static void expect_sound(const ProtobufCMessageDescriptor *type, void *context)
{
  struct random *random = context;
  for (unsigned i = 0; i < 20; i++) {
    ProtobufCMessage *message = random_message(random, type, false, VD_WORD_MAX);
    struct vd_refusal refusal = {0};
    enum vd_err err = vd_check_message(message, &refusal);
    // Random text is seldom the id of a request.
    size_t size = strlen(refusal.field);
    bool is_id = size >= 2 && strcmp(refusal.field + size - 2, "id") == 0;
    // And a random number seldom a time.
    bool is_time = size >= 3 && strcmp(refusal.field + size - 3, "_ms") == 0 && err == VD_ERR_BAD_VALUE;
    bool is_fine = err == VD_OK || is_time || (is_id && (err == VD_ERR_BAD_VALUE || err == VD_ERR_MISSING));
    cr_expect(is_fine, "%s: %s at %s", type->name, vd_err_name(err), refusal.field);
    protobuf_c_message_free_unpacked(message, NULL);
  }
}

Test(check, whatever_is_short_and_clean_passes)
{
  struct random random = random_begin(11);
  random_each_type(expect_sound, &random);
  expect_sound(&vd__config__descriptor, &random);
  expect_sound(&vd__rehearsal__descriptor, &random);
}
