#include "tests/unit/core/fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "proto/check.h"

static const int64_t DAY_MS = INT64_C(86400000);
static const int64_t OPENS_MS = FIXTURE_T0 - INT64_C(3600000);       // 08:00
static const int64_t HANDS_OVER_MS = FIXTURE_T0 + INT64_C(32400000); // 18:00

// ---- the entities of the small venue ----

// Everything in it carries the revision of one Change that never was: the first act is number 2.
enum { RESTORED_AT = 1 };

static void put(struct vd_venue *venue, Vd__Kind kind, ProtobufCMessage *message)
{
  Vd__Entity entity;
  vd_message_set_revision(message, RESTORED_AT);
  vd_entity_wrap(&entity, kind, message);
  vd_venue_restore_entity(venue, &entity);
  protobuf_c_message_free_unpacked(message, NULL);
}

#define NEW(Type, type)           ((Vd__##Type *)vd_message_new(&vd__##type##__descriptor))
#define PUT(venue, KIND, message) put((venue), VD__KIND__KIND_##KIND, &(message)->base)

static Vd__Text *text_of(const char *en)
{
  Vd__Text *text = NEW(Text, text);
  vd_string_set(&text->en, en);
  return text;
}

static void add_words(char ***items, size_t *count, const char *words)
{
  while (*words) {
    char word[VD_WORD_MAX + 1] = "";
    size_t size = strcspn(words, " ");
    cr_assert_lt(size, sizeof word);
    memcpy(word, words, size);
    vd_strings_add(items, count, word);
    words += size + (words[size] == ' ');
  }
}

static Vd__Policy *policy_of_the_standard(void)
{
  Vd__Policy *policy = NEW(Policy, policy);
  policy->respond_limit_ms = MINUTES(5);
  policy->decide_limit_ms = MINUTES(10);
  policy->land_limit_ms = MINUTES(20);
  policy->warn_percent = 80;
  policy->climb_after_ms = MINUTES(2);
  policy->commander_severity = 3;
  policy->offer_timeout_ms = SECONDS(60);
  policy->offer_timeout_radio_ms = SECONDS(120);
  policy->decision_call_ms = SECONDS(60);
  policy->undo_window_ms = MINUTES(2);
  policy->late_entry_ms = MINUTES(30);
  policy->future_skew_ms = SECONDS(5);
  policy->looks_like_ms = MINUTES(10);
  policy->reopen_ms = MINUTES(15);
  policy->digest_from = 3;
  policy->closed_kept = 2000;
  policy->fault_after_beats = 3;
  policy->flap_ms = MINUTES(10);
  policy->fault_soon_ms = MINUTES(30);
  policy->fault_audience_percent = 50;
  policy->crowded_percent = 90;
  policy->crowded_clear_percent = 80;
  policy->crowded_after_ms = MINUTES(2);
  policy->tea_seats_percent = 20;
  policy->dense_limit_ms = MINUTES(90);
  policy->overrun_grace_ms = MINUTES(2);
  policy->notice_settle_ms = MINUTES(3);
  policy->notice_cool_down_ms = MINUTES(10);
  policy->sample_limit_ms = MINUTES(15);
  policy->sample_weight_g = 125;
  policy->sample_keep_ms = MINUTES(48 * 60);
  policy->dispose_limit_ms = MINUTES(24 * 60);
  policy->lane_wait_ms = MINUTES(10);
  policy->lane_measure_ms = MINUTES(5);
  vd_string_set(&policy->respond_team, "onsite");
  vd_string_set(&policy->decide_team, "decision");
  vd_string_set(&policy->land_team, "execution");
  vd_string_set(&policy->respond_lead, "onsite-lead");
  vd_string_set(&policy->decide_lead, "decision-lead");
  vd_string_set(&policy->land_lead, "execution-lead");
  vd_string_set(&policy->supervisor, "supervisor");
  vd_string_set(&policy->commander, "commander");
  vd_string_set(&policy->control, "control");
  vd_string_set(&policy->safety, "safety");
  policy->last_resort_name = text_of("Venue security desk");
  vd_string_set(&policy->last_resort_contact, "+86 10 5550 0100");
  return policy;
}

static void put_event(struct vd_venue *venue)
{
  Vd__Event *event = NEW(Event, event);
  vd_string_set(&event->id, "event");
  event->name = text_of("Fixture");
  vd_string_set(&event->time_zone, "Asia/Shanghai");
  event->utc_offset_ms = MINUTES(8 * 60);
  event->start_at_ms = OPENS_MS;
  event->doors_at_ms = FIXTURE_T0;
  event->end_at_ms = HANDS_OVER_MS + MINUTES(14 * 60);
  event->participants = 100;
  event->policy = policy_of_the_standard();
  PUT(venue, EVENT, event);
}

static void add_way(Vd__Zone *zone, const char *to, int64_t walk_ms)
{
  Vd__Way *way = NEW(Way, way);
  vd_string_set(&way->to, to);
  way->walk_ms = walk_ms;
  way->step_free = true;
  VD_REPEATED_ADD(zone->ways, zone->n_ways, way);
}

static void put_zones(struct vd_venue *venue)
{
  static const char *const ids[] = {"hall", "corridor", "backstage", "forum", "vip", "unknown"};
  static const struct {
    const char *from, *to;
    int64_t walk_ms;
  } ways[] = {{"hall", "corridor", SECONDS(60)},
              {"corridor", "backstage", SECONDS(60)},
              {"backstage", "forum", SECONDS(30)},
              {"corridor", "vip", SECONDS(90)}};
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    Vd__Zone *zone = NEW(Zone, zone);
    vd_string_set(&zone->id, ids[i]);
    zone->name = text_of(ids[i]);
    zone->capacity = 100;
    zone->step_free = true;
    for (size_t j = 0; j < sizeof ways / sizeof *ways; j++) {
      if (strcmp(ways[j].from, ids[i]) == 0)
        add_way(zone, ways[j].to, ways[j].walk_ms);
      if (strcmp(ways[j].to, ids[i]) == 0)
        add_way(zone, ways[j].from, ways[j].walk_ms);
    }
    PUT(venue, ZONE, zone);
  }
}

static void put_categories(struct vd_venue *venue)
{
  static const struct {
    const char *id, *skill, *decision;
    Vd__Family family;
    uint32_t severity;
  } rows[] = {
      {"av-fault", "av", "Bring the spare projector", VD__FAMILY__FAMILY_DEVICE_FAULT, 2},
      {"guest-ill", "medic", "Call the medic to the guest", VD__FAMILY__FAMILY_GUEST_CONDITION, 3},
      {"blackout", "av", "Switch to the generator", VD__FAMILY__FAMILY_DEVICE_FAULT, 4},
      {"collapse", "", "Ring 120, clear a way", VD__FAMILY__FAMILY_LIFE_SAFETY, 4},
      {"other", "", "Send someone to look", VD__FAMILY__FAMILY_OTHER, 1},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Vd__Category *category = NEW(Category, category);
    vd_string_set(&category->id, rows[i].id);
    category->name = text_of(rows[i].id);
    category->family = rows[i].family;
    category->severity = rows[i].severity;
    add_words(&category->skills, &category->n_skills, rows[i].skill);
    category->default_decision = text_of(rows[i].decision);
    if (rows[i].family == VD__FAMILY__FAMILY_LIFE_SAFETY)
      add_words(&category->emergency_numbers, &category->n_emergency_numbers, "120 119");
    PUT(venue, CATEGORY, category);
  }
}

static void put_teams_and_posts(struct vd_venue *venue)
{
  static const char *const teams[] = {"onsite", "decision", "execution", "command"};
  static const struct {
    const char *id, *team;
  } posts[] = {{"onsite-lead", "onsite"},       {"onsite-tech", "onsite"}, {"decision-lead", "decision"},
               {"execution-lead", "execution"}, {"supervisor", "command"}, {"commander", "command"},
               {"control", "command"},          {"safety", "command"}};
  for (size_t i = 0; i < sizeof teams / sizeof *teams; i++) {
    Vd__Team *team = NEW(Team, team);
    vd_string_set(&team->id, teams[i]);
    team->name = text_of(teams[i]);
    PUT(venue, TEAM, team);
  }
  for (size_t i = 0; i < sizeof posts / sizeof *posts; i++) {
    Vd__Post *post = NEW(Post, post);
    vd_string_set(&post->id, posts[i].id);
    post->name = text_of(posts[i].id);
    vd_string_set(&post->team, posts[i].team);
    PUT(venue, POST, post);
  }
}

static void put_crews(struct vd_venue *venue)
{
  static const struct {
    const char *id, *call_sign, *posts, *skills, *home;
    bool is_night, has_no_phone;
  } rows[] = {
      {"av-1", "AV 1", "onsite-tech", "av", "hall", false, false},
      {"av-2", "AV 2", "onsite-tech", "av", "backstage", false, true},
      {"medic-1", "Medic 1", "safety onsite-tech", "medic", "corridor", false, false},
      {"lead-1", "Lead 1", "onsite-lead", "", "hall", false, false},
      {"lead-2", "Lead 2", "decision-lead", "", "backstage", false, false},
      {"lead-3", "Lead 3", "execution-lead", "", "backstage", false, false},
      {"super-1", "Super 1", "supervisor", "", "backstage", false, false},
      {"chief-1", "Chief 1", "commander", "", "backstage", false, false},
      {"control-1", "Control 1", "control", "", "backstage", false, false},
      {"night-1", "Night 1", "onsite-lead decision-lead execution-lead", "av", "hall", true, false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Vd__Crew *crew = NEW(Crew, crew);
    vd_string_set(&crew->id, rows[i].id);
    crew->name = text_of(rows[i].call_sign);
    vd_string_set(&crew->call_sign, rows[i].call_sign);
    add_words(&crew->posts, &crew->n_posts, rows[i].posts);
    add_words(&crew->skills, &crew->n_skills, rows[i].skills);
    vd_string_set(&crew->home, rows[i].home);
    vd_string_set(&crew->contact, "+86 138 0000 0000");
    Vd__Shift *shift = NEW(Shift, shift);
    shift->start_at_ms = rows[i].is_night ? HANDS_OVER_MS : OPENS_MS;
    shift->end_at_ms = rows[i].is_night ? OPENS_MS + DAY_MS : HANDS_OVER_MS;
    VD_REPEATED_ADD(crew->shifts, crew->n_shifts, shift);
    crew->has_phone = !rows[i].has_no_phone;
    crew->has_radio = true;
    crew->on_duty = !rows[i].is_night;
    crew->duty_at_ms = FIXTURE_T0;
    crew->rank = (uint32_t)i;
    PUT(venue, CREW, crew);
  }
}

static void put_principals(struct vd_venue *venue)
{
  static const struct {
    const char *id, *crew;
    Vd__Role role;
  } rows[] = {{"control", "", VD__ROLE__ROLE_CONTROL},
              {"field-av-1", "av-1", VD__ROLE__ROLE_FIELD},
              {"wall", "", VD__ROLE__ROLE_WALL},
              {"admin", "", VD__ROLE__ROLE_ADMIN}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Vd__Principal *principal = NEW(Principal, principal);
    vd_string_set(&principal->id, rows[i].id);
    vd_string_set(&principal->name, rows[i].id);
    vd_string_set(&principal->crew, rows[i].crew);
    principal->role = rows[i].role;
    PUT(venue, PRINCIPAL, principal);
  }
}

// ---- life of the fixture ----

static struct vd_fold *mirror_of(const struct vd_fold *fold)
{
  struct vd_fold *mirror = vd_fold_create();
  for (int kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const char *after = NULL;
    ProtobufCMessage *message;
    while ((message = vd_fold_next(fold, (Vd__Kind)kind, after, ""))) {
      after = vd_message_id(message);
      vd_fold_put(mirror, (Vd__Kind)kind, vd_message_copy(message));
    }
  }
  return mirror;
}

struct fixture *fixture_create(void)
{
  struct fixture *f = vd_zalloc(sizeof *f);
  vd__reply__init(&f->reply);
  f->venue = vd_venue_create();
  f->now_ms = FIXTURE_T0;
  put_event(f->venue);
  put_zones(f->venue);
  put_categories(f->venue);
  put_teams_and_posts(f->venue);
  put_crews(f->venue);
  put_principals(f->venue);
  vd_venue_restore_finish(f->venue, RESTORED_AT, f->now_ms);
  f->mirror = mirror_of(vd_venue_fold(f->venue));
  return f;
}

static struct vd_buffer bytes_of(const struct vd_fold *fold)
{
  struct vd_buffer bytes = {0};
  for (int kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const char *after = NULL;
    ProtobufCMessage *message;
    while ((message = vd_fold_next(fold, (Vd__Kind)kind, after, ""))) {
      after = vd_message_id(message);
      uint32_t head[2] = {(uint32_t)kind, (uint32_t)protobuf_c_message_get_packed_size(message)};
      vd_buffer_append(&bytes, head, sizeof head);
      vd_buffer_pack(&bytes, message);
    }
  }
  return bytes;
}

// Says what differs.
static bool is_mirrored(const struct fixture *f)
{
  struct vd_buffer own = bytes_of(vd_venue_fold(f->venue)), seen = bytes_of(f->mirror);
  bool is_same = own.size == seen.size && memcmp(own.data, seen.data, own.size) == 0;
  for (int kind = 1; !is_same && kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const char *after = NULL;
    ProtobufCMessage *message;
    while ((message = vd_fold_next(vd_venue_fold(f->venue), (Vd__Kind)kind, after, ""))) {
      after = vd_message_id(message);
      ProtobufCMessage *told = vd_fold_find(f->mirror, (Vd__Kind)kind, after);
      struct vd_buffer left = {0}, right = {0};
      vd_buffer_pack(&left, message);
      if (told)
        vd_buffer_pack(&right, told);
      cr_expect(left.size == right.size && memcmp(left.data, right.data, left.size) == 0,
                "%s %s changed without being told", message->descriptor->short_name, after);
      vd_buffer_finish(&left);
      vd_buffer_finish(&right);
    }
  }
  vd_buffer_finish(&own);
  vd_buffer_finish(&seen);
  return is_same;
}

void fixture_check_mirror(const struct fixture *f)
{
  cr_assert(is_mirrored(f), "who follows the Changes sees another venue");
}

void fixture_destroy(struct fixture *f)
{
  if (!is_mirrored(f))
    abort(); // criterion does not count what merely fails in a teardown
  for (size_t i = 0; i < f->n_changes; i++)
    vd__change__free_unpacked(f->changes[i], NULL);
  free(f->changes);
  vd_reply_clear(&f->reply);
  vd_fold_destroy(f->mirror);
  vd_venue_destroy(f->venue);
  free(f);
}

// ---- what every Change must be, whoever made it ----

static void keep_change(void *context, const Vd__Change *change)
{
  struct fixture *f = context;
  uint64_t before = f->n_changes ? f->changes[f->n_changes - 1]->sequence : RESTORED_AT;
  cr_assert_eq(change->sequence, before + 1, "sequences follow each other");
  cr_assert_leq(vd__change__get_packed_size(change), (size_t)VD_CHANGE_MAX);
  for (size_t i = 0; i < change->n_upserts; i++) {
    const ProtobufCMessage *message = vd_entity_message(change->upserts[i]);
    cr_assert_eq(vd_message_revision(message), change->sequence, "%s", vd_message_id(message));
    cr_assert_leq(protobuf_c_message_get_packed_size(message), (size_t)VD_ENTITY_MAX, "%s of %s",
                  vd_message_id(message), message->descriptor->short_name);
  }
  vd_fold_apply(f->mirror, change);
  VD_REPEATED_ADD(f->changes, f->n_changes, vd_message_copy(&change->base));
}

struct vd_buffer fixture_bytes(const struct fixture *f)
{
  return bytes_of(vd_venue_fold(f->venue));
}

unsigned fixture_facts(const struct fixture *f, const char *what)
{
  unsigned count = 0;
  for (size_t i = 0; i < f->n_changes; i++)
    count += f->changes[i]->fact && strcmp(f->changes[i]->fact->what, what) == 0;
  return count;
}

// ---- commands ----

static const Vd__Principal *principal_of(const struct fixture *f, const char *id)
{
  const Vd__Principal *principal = FIXTURE_FIND(f, PRINCIPAL, Principal, id);
  cr_assert_not_null(principal, "no principal %s", id);
  return principal;
}

enum vd_err fixture_do(struct fixture *f, const char *principal, Vd__Command *command)
{
  Vd__Command sent = *command;
  struct vd_buffer id = {0};
  vd_buffer_printf(&id, "c%zu", ++f->n_commands);
  vd_buffer_append(&id, "", 1);
  if (*sent.id == '\0')
    sent.id = (char *)id.data;
  vd_reply_clear(&f->reply);
  size_t before = f->n_changes;
  enum vd_err err = vd_venue_execute(f->venue, principal_of(f, principal), "request", &sent,
                                     VD__LANGUAGE__LANGUAGE_EN, f->now_ms, keep_change, f, &f->reply);
  cr_assert_str_eq(f->reply.code, vd_err_name(err));
  cr_assert_str_eq(f->reply.id, sent.id);
  cr_assert(err == VD_OK || f->n_changes == before, "a refusal emits nothing");
  cr_assert_eq(f->reply.sequence, f->n_changes == before ? 0 : f->changes[before]->sequence);
  vd_buffer_finish(&id);
  return err;
}

uint64_t fixture_report(struct fixture *f, const char *zone, const char *category)
{
  Vd__Report report = VD__REPORT__INIT;
  report.zone = (char *)zone;
  report.category = (char *)category;
  report.text = (char *)"something happened";
  report.source = VD__SOURCE__SOURCE_STAFF;
  report.reporter = (char *)"usher";
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_REPORT;
  command.report = &report;
  enum vd_err err = fixture_do(f, "control", &command);
  cr_assert_eq(err, VD_OK, "report: %s", f->reply.sentence);
  return f->reply.number;
}

// Every act that names an incident has it as its first field; this fills in the words it may not lack.
static ProtobufCMessage *step_of(Vd__Command__ActCase act, uint64_t incident)
{
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field(&vd__command__descriptor, (unsigned)act);
  const ProtobufCMessageDescriptor *type = field->descriptor;
  ProtobufCMessage *message = vd_message_new(type);
  const ProtobufCFieldDescriptor *named = protobuf_c_message_descriptor_get_field_by_name(type, "incident");
  cr_assert_not_null(named, "%s names no incident", type->short_name);
  *(uint64_t *)((char *)message + named->offset) = incident;
  if (act == VD__COMMAND__ACT_DECIDE)
    vd_string_set(&((Vd__Decide *)message)->decision, "will be done");
  if (act == VD__COMMAND__ACT_LAND)
    ((Vd__Land *)message)->landing = VD__LANDING__LANDING_FIXED;
  if (act == VD__COMMAND__ACT_CANCEL)
    vd_string_set(&((Vd__Cancel *)message)->reason, "false alarm");
  if (act == VD__COMMAND__ACT_REOPEN)
    vd_string_set(&((Vd__Reopen *)message)->reason, "again");
  if (act == VD__COMMAND__ACT_DECLINE)
    vd_string_set(&((Vd__Decline *)message)->reason, "busy");
  if (act == VD__COMMAND__ACT_NOTE)
    vd_string_set(&((Vd__AddNote *)message)->text, "a remark");
  return message;
}

enum vd_err fixture_step(struct fixture *f, Vd__Command__ActCase act, uint64_t incident, const char *by,
                         int64_t acted_at_ms)
{
  ProtobufCMessage *step = step_of(act, incident);
  Vd__Command command = VD__COMMAND__INIT;
  if (by)
    command.by = (char *)by;
  command.acted_at_ms = acted_at_ms;
  command.act_case = act;
  command.report = (Vd__Report *)step; // any member of the union: they are all pointers
  enum vd_err err = fixture_do(f, "control", &command);
  protobuf_c_message_free_unpacked(step, NULL);
  return err;
}

enum vd_err fixture_duty(struct fixture *f, const char *crew, Vd__Duty duty)
{
  Vd__SetDuty set = VD__SET_DUTY__INIT;
  set.crew = (char *)crew;
  set.duty = duty;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_DUTY;
  command.duty = &set;
  return fixture_do(f, "control", &command);
}

// ---- time ----

void fixture_end(struct fixture *f, struct vd_act *act, Vd__Reply *reply)
{
  vd_act_end(act, reply, keep_change, f);
}

unsigned fixture_tick(struct fixture *f, unsigned max)
{
  return vd_venue_tick(f->venue, f->now_ms, max, keep_change, f);
}

static void fire_all(struct fixture *f)
{
  while (fixture_tick(f, 64) == 64)
    ;
  cr_assert_gt(vd_venue_next_due(f->venue), f->now_ms, "nothing due is left behind");
  struct vd_venue_counts counts;
  vd_venue_count(f->venue, &counts);
  cr_assert_eq(counts.stuck_timers, 0u, "a timer waited for nothing later than it did");
}

void fixture_run_to(struct fixture *f, int64_t at_ms)
{
  while (vd_venue_next_due(f->venue) <= at_ms) {
    int64_t due_ms = vd_venue_next_due(f->venue);
    f->now_ms = due_ms > f->now_ms ? due_ms : f->now_ms;
    fire_all(f);
  }
  f->now_ms = at_ms;
}

void fixture_jump_to(struct fixture *f, int64_t at_ms)
{
  f->now_ms = at_ms;
  fire_all(f);
}

void fixture_restart(struct fixture *f)
{
  fixture_check_mirror(f);
  uint64_t sequence = vd_venue_sequence(f->venue);
  vd_venue_destroy(f->venue);
  f->venue = vd_venue_create();
  for (int kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const char *after = NULL;
    ProtobufCMessage *message;
    while ((message = vd_fold_next(f->mirror, (Vd__Kind)kind, after, ""))) {
      Vd__Entity entity;
      after = vd_message_id(message);
      vd_entity_wrap(&entity, (Vd__Kind)kind, message);
      vd_venue_restore_entity(f->venue, &entity);
    }
  }
  vd_venue_restore_finish(f->venue, sequence, f->now_ms);
}
