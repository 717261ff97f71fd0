// The venue as a whole: what may come in, what is answered, what is emitted, and that a restart changes
// nothing.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "proto/check.h"
#include "tests/unit/core/fixture.h"

static struct fixture *f;

static void setup(void)
{
  f = fixture_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(venue, .init = setup, .fini = teardown);

static const Vd__Change *last_change(void)
{
  return f->changes[f->n_changes - 1];
}

static enum vd_err log_line(const char *principal, const char *by, int64_t acted_at_ms, const char *text)
{
  Vd__Log line = VD__LOG__INIT;
  line.text = (char *)text;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_LOG;
  command.log = &line;
  command.by = (char *)by;
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, principal, &command);
}

static enum vd_err set_principal(const Vd__Principal *wanted)
{
  Vd__SetPrincipal set = VD__SET_PRINCIPAL__INIT;
  set.principal = (Vd__Principal *)wanted;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_PRINCIPAL;
  command.principal = &set;
  return fixture_do(f, "admin", &command);
}

// ---- the command as such ----

Test(venue, a_command_without_an_act_is_refused)
{
  Vd__Command command = VD__COMMAND__INIT;
  cr_assert_eq(fixture_do(f, "control", &command), VD_ERR_MISSING);
  cr_assert_str_eq(f->reply.field, "act");
  cr_assert_eq(f->reply.sequence, 0u);
}

static void never(void *context, const Vd__Change *change)
{
  (void)context;
  cr_assert_fail("change %llu", (unsigned long long)change->sequence);
}

Test(venue, before_the_first_plan_only_plans_and_principals_come_in)
{
  struct vd_venue *empty = vd_venue_create();
  vd_venue_restore_finish(empty, 0, FIXTURE_T0);
  cr_assert_null(vd_venue_event(empty));
  Vd__Principal admin = VD__PRINCIPAL__INIT;
  admin.id = (char *)"admin";
  admin.role = VD__ROLE__ROLE_ADMIN;
  Vd__Command command = VD__COMMAND__INIT;
  command.id = (char *)"c1";
  Vd__Report any = VD__REPORT__INIT; // never looked at
  unsigned refused = 0;
  for (unsigned i = 0; i < vd__command__descriptor.n_fields; i++) {
    Vd__Command__ActCase act = (Vd__Command__ActCase)vd__command__descriptor.fields[i].id;
    if (act < VD__COMMAND__ACT_REPORT || act == VD__COMMAND__ACT_PLAN_APPLY ||
        act == VD__COMMAND__ACT_PRINCIPAL)
      continue;
    command.act_case = act;
    command.report = &any;
    Vd__Reply reply = VD__REPLY__INIT;
    cr_expect_eq(vd_venue_execute(empty, &admin, "r", &command, VD__LANGUAGE__LANGUAGE_ZH_HANT, FIXTURE_T0,
                                  never, NULL, &reply),
                 VD_ERR_NO_PLAN);
    cr_expect_str_eq(reply.sentence, vd_err_sentence(VD_ERR_NO_PLAN, VD__LANGUAGE__LANGUAGE_ZH_HANT));
    vd_reply_clear(&reply);
    refused++;
  }
  cr_assert_eq(refused, 22u);
  vd_venue_destroy(empty);
}

static void count_change(void *context, const Vd__Change *change)
{
  cr_assert(change->last);
  ++*(unsigned *)context;
}

Test(venue, a_principal_can_be_set_before_the_first_plan)
{
  struct vd_venue *empty = vd_venue_create();
  vd_venue_restore_finish(empty, 0, FIXTURE_T0);
  Vd__Principal self = VD__PRINCIPAL__INIT, wanted = VD__PRINCIPAL__INIT;
  self.id = (char *)"venued";
  self.role = VD__ROLE__ROLE_ADMIN;
  wanted.id = (char *)"board";
  wanted.role = VD__ROLE__ROLE_WALL;
  Vd__SetPrincipal set = VD__SET_PRINCIPAL__INIT;
  set.principal = &wanted;
  Vd__Command command = VD__COMMAND__INIT;
  command.id = (char *)"c1";
  command.act_case = VD__COMMAND__ACT_PRINCIPAL;
  command.principal = &set;
  Vd__Reply reply = VD__REPLY__INIT;
  unsigned changes = 0;
  cr_assert_eq(vd_venue_execute(empty, &self, "r", &command, VD__LANGUAGE__LANGUAGE_EN, FIXTURE_T0,
                                count_change, &changes, &reply),
               VD_OK);
  cr_assert_eq(changes, 1u);
  cr_assert_eq(reply.sequence, 1u);
  cr_assert_not_null(vd_fold_find(vd_venue_fold(empty), VD__KIND__KIND_PRINCIPAL, "board"));
  vd_reply_clear(&reply);
  vd_venue_destroy(empty);
}

// ---- when it was done ----

Test(venue, late_entries_reach_back_thirty_minutes_and_no_further)
{
  cr_assert_eq(log_line("control", "", f->now_ms - MINUTES(30), "lights tested"), VD_OK);
  cr_assert_eq(log_line("control", "", f->now_ms - MINUTES(30) - 1, "lights tested"), VD_ERR_ACTED_TOO_EARLY);
  cr_assert_str_eq(f->reply.field, "acted_at_ms");
  cr_assert_eq(log_line("control", "", -1, "lights tested"), VD_ERR_ACTED_TOO_EARLY);
  cr_assert_eq(log_line("control", "", INT64_MIN, "lights tested"), VD_ERR_ACTED_TOO_EARLY);
}

Test(venue, a_clock_may_be_five_seconds_fast_and_counts_as_now)
{
  cr_assert_eq(log_line("control", "", f->now_ms + SECONDS(5) + 1, "lights tested"), VD_ERR_ACTED_IN_FUTURE);
  cr_assert_eq(log_line("control", "", INT64_MAX, "lights tested"), VD_ERR_ACTED_IN_FUTURE);
  cr_assert_eq(log_line("control", "", f->now_ms + SECONDS(5), "lights tested"), VD_OK);
  cr_assert_eq(FIXTURE_FIND(f, NOTE, Note, "log.n1")->at_ms, f->now_ms);
  cr_assert_eq(last_change()->cause->command->acted_at_ms, f->now_ms + SECONDS(5), "the cause is verbatim");
}

// ---- who did it ----

Test(venue, a_call_sign_names_a_person)
{
  cr_assert_eq(log_line("control", "av 1", 0, "on my way"), VD_OK);
  cr_assert_str_eq(FIXTURE_FIND(f, NOTE, Note, "log.n1")->by, "av-1");
  cr_assert_str_eq(last_change()->fact->who, "av-1");
  cr_assert_str_eq(last_change()->cause->command->by, "av 1", "the cause is verbatim");
}

Test(venue, an_unknown_person_is_refused_with_the_nearest)
{
  cr_assert_eq(log_line("control", "medic-2", 0, "on my way"), VD_ERR_UNKNOWN_CREW);
  cr_assert_str_eq(f->reply.field, "by");
  cr_assert_str_eq(f->reply.nearest, "medic-1");
}

Test(venue, access_comes_before_everything_else)
{
  cr_assert_eq(log_line("wall", "", 0, "hello"), VD_ERR_NOT_PERMITTED);
  Vd__Principal wanted = VD__PRINCIPAL__INIT;
  wanted.id = (char *)"me";
  wanted.role = VD__ROLE__ROLE_ADMIN;
  Vd__SetPrincipal set = VD__SET_PRINCIPAL__INIT;
  set.principal = &wanted;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_PRINCIPAL;
  command.principal = &set;
  cr_assert_eq(fixture_do(f, "control", &command), VD_ERR_NOT_PERMITTED);
  cr_assert_null(FIXTURE_FIND(f, PRINCIPAL, Principal, "me"));
}

// ---- the Change ----

Test(venue, a_change_tells_its_cause_its_fact_and_its_reply)
{
  cr_assert_eq(log_line("control", "", 0, "doors open"), VD_OK);
  const Vd__Change *change = last_change();
  cr_assert(change->last);
  cr_assert_eq(change->cause->now_at_ms, f->now_ms);
  cr_assert_str_eq(change->cause->principal, "control");
  cr_assert_eq(change->cause->role, VD__ROLE__ROLE_CONTROL);
  cr_assert_str_eq(change->cause->request, "request");
  cr_assert_eq(change->cause->of_case, VD__CAUSE__OF_COMMAND);
  cr_assert_str_eq(change->cause->command->log->text, "doors open");
  cr_assert_str_eq(change->fact->what, "logged");
  cr_assert_str_eq(change->reply->code, "ok");
  cr_assert_str_eq(change->reply->id, change->cause->command->id);
  cr_assert_eq(change->reply->sequence, change->sequence);
  cr_assert_eq(change->sequence, vd_venue_sequence(f->venue));
}

Test(venue, a_tick_tells_which_timer_it_was)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(number, 1u);
  fixture_run_to(f, f->now_ms + MINUTES(5));
  size_t before = f->n_changes;
  fixture_run_to(f, f->now_ms + 1);
  cr_assert_eq(f->n_changes, before + 1);
  const Vd__Change *change = last_change();
  cr_assert_eq(change->cause->of_case, VD__CAUSE__OF_TICK);
  cr_assert_str_eq(change->cause->tick->timer, "deadline");
  cr_assert_str_eq(change->cause->tick->id, "1.1.respond");
  cr_assert_eq(change->cause->tick->due_at_ms, FIXTURE_T0 + MINUTES(5) + 1);
  cr_assert_str_eq(change->cause->principal, "");
  cr_assert_null(change->reply);
}

Test(venue, a_tick_fires_what_is_due_in_order_and_no_more_than_asked)
{
  fixture_report(f, "hall", "av-fault");
  fixture_report(f, "forum", "guest-ill");
  int64_t late_ms = f->now_ms + MINUTES(60);
  int64_t due_ms = INT64_MIN;
  while (vd_venue_next_due(f->venue) <= late_ms) {
    int64_t next_ms = vd_venue_next_due(f->venue);
    size_t before = f->n_changes;
    f->now_ms = late_ms;
    cr_assert_eq(fixture_tick(f, 1), 1u);
    cr_assert_gt(f->n_changes, before);
    cr_assert_eq(f->changes[before]->cause->tick->due_at_ms, next_ms);
    cr_assert_leq(due_ms, next_ms);
    due_ms = next_ms;
  }
  cr_assert_eq(fixture_tick(f, 10), 0u);
}

Test(venue, a_refusal_says_code_sentence_field_and_nearest)
{
  fixture_report(f, "hall", "av-fault");
  Vd__Amend amend = VD__AMEND__INIT;
  amend.incident = 1;
  amend.zone = (char *)"hal";
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_AMEND;
  command.amend = &amend;
  cr_assert_eq(fixture_do(f, "control", &command), VD_ERR_UNKNOWN_ZONE);
  cr_assert_str_eq(f->reply.code, "unknown-zone");
  cr_assert_eq(strncmp(f->reply.sentence, "There is no such zone.", 22), 0);
  cr_assert_str_not_empty(f->reply.field);
  cr_assert_str_eq(f->reply.nearest, "hall");
}

// ---- principals ----

Test(venue, the_same_principal_again_is_no_change)
{
  uint8_t hash[32] = {1, 2, 3};
  Vd__Principal wanted = VD__PRINCIPAL__INIT;
  wanted.id = (char *)"board";
  wanted.name = (char *)"Board";
  wanted.role = VD__ROLE__ROLE_WALL;
  wanted.token_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
  cr_assert_eq(set_principal(&wanted), VD_OK);
  cr_assert_neq(f->reply.sequence, 0u);
  cr_assert_str_eq(last_change()->fact->what, "principal-set");
  cr_assert_eq(set_principal(&wanted), VD_OK);
  cr_assert_eq(f->reply.sequence, 0u);
  wanted.revoked = true;
  cr_assert_eq(set_principal(&wanted), VD_OK);
  const Vd__Principal *standing = FIXTURE_FIND(f, PRINCIPAL, Principal, "board");
  cr_assert(standing->revoked);
  cr_assert_str_eq(standing->name, "Board");
  cr_assert_eq(standing->token_hash.len, 32u);
}

Test(venue, a_principal_that_cannot_be_is_refused)
{
  Vd__Principal wanted = VD__PRINCIPAL__INIT;
  cr_assert_eq(set_principal(NULL), VD_ERR_MISSING);
  wanted.role = VD__ROLE__ROLE_WALL;
  wanted.id = (char *)"The Board";
  cr_assert_eq(set_principal(&wanted), VD_ERR_BAD_VALUE);
  wanted.id = (char *)"board";
  wanted.role = VD__ROLE__ROLE_UNSPECIFIED;
  cr_assert_eq(set_principal(&wanted), VD_ERR_MISSING);
  wanted.role = VD__ROLE__ROLE_WALL;
  uint8_t hash[31] = {0};
  wanted.token_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
  cr_assert_eq(set_principal(&wanted), VD_ERR_BAD_VALUE);
}

Test(venue, a_principal_of_more_zones_than_an_entity_holds_is_refused)
{
  char *zones[20];
  for (size_t i = 0; i < 20; i++)
    zones[i] = (char *)"a-zone-with-a-name-of-sixty-four-characters-which-is-the-longest";
  Vd__Principal wanted = VD__PRINCIPAL__INIT;
  wanted.id = (char *)"board";
  wanted.role = VD__ROLE__ROLE_WALL;
  wanted.zones = zones;
  wanted.n_zones = 20;
  cr_assert_eq(set_principal(&wanted), VD_ERR_TOO_MANY);
  wanted.n_zones = 10;
  cr_assert_eq(set_principal(&wanted), VD_OK);
}

// ---- counts ----

static void expect_counts_by_looking(void)
{
  struct vd_venue_counts counts, seen = {.timers = 0};
  vd_venue_count(f->venue, &counts);
  const struct vd_fold *fold = vd_venue_fold(f->venue);
  const ProtobufCMessage *message = NULL;
  for (const char *after = NULL; (message = vd_fold_next(fold, VD__KIND__KIND_INCIDENT, after, ""));
       after = vd_message_id(message))
    seen.open_incidents +=
        ((const Vd__Incident *)message)->state <= VD__INCIDENT_STATE__INCIDENT_STATE_LANDED;
  for (const char *after = NULL; (message = vd_fold_next(fold, VD__KIND__KIND_ALERT, after, ""));
       after = vd_message_id(message))
    seen.open_alerts += ((const Vd__Alert *)message)->state == VD__ALERT_STATE__ALERT_STATE_OPEN;
  for (const char *after = NULL; (message = vd_fold_next(fold, VD__KIND__KIND_DEADLINE, after, ""));
       after = vd_message_id(message)) {
    const Vd__Deadline *deadline = (const Vd__Deadline *)message;
    seen.running_deadlines += deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING;
    seen.breaches += deadline->breached_at_ms != 0;
  }
  cr_assert_eq(counts.open_incidents, seen.open_incidents);
  cr_assert_eq(counts.open_alerts, seen.open_alerts);
  cr_assert_eq(counts.running_deadlines, seen.running_deadlines);
  cr_assert_eq(counts.breaches, seen.breaches);
}

// ---- a day of anything, with and without restarts ----

static uint64_t seed_of_run(void)
{
  const char *given = getenv("VD_SEED");
  uint64_t seed = given ? strtoull(given, NULL, 10) : 20230518;
  cr_log_info("VD_SEED=%llu", (unsigned long long)seed);
  return seed;
}

static uint64_t next_random(uint64_t *state)
{
  *state += UINT64_C(0x9E3779B97F4A7C15); // splitmix64
  uint64_t z = *state;
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

static const char *pick(uint64_t *state, const char *const *words, size_t count)
{
  return words[next_random(state) % count];
}

#define PICK(state, words) pick((state), (words), sizeof(words) / sizeof *(words))

static void act_at_random(struct fixture *fixture, uint64_t *state)
{
  static const Vd__Command__ActCase steps[] = {
      VD__COMMAND__ACT_RESPOND, VD__COMMAND__ACT_DECIDE,  VD__COMMAND__ACT_APPROVE, VD__COMMAND__ACT_LAND,
      VD__COMMAND__ACT_CLOSE,   VD__COMMAND__ACT_CANCEL,  VD__COMMAND__ACT_REOPEN,  VD__COMMAND__ACT_UNDO,
      VD__COMMAND__ACT_ACCEPT,  VD__COMMAND__ACT_DECLINE, VD__COMMAND__ACT_ARRIVE,  VD__COMMAND__ACT_HEARD,
      VD__COMMAND__ACT_NOTE};
  static const char *const zones[] = {"hall", "forum", "vip", "unknown", "nowhere", ""};
  static const char *const categories[] = {"av-fault", "guest-ill", "blackout", "collapse", "other", ""};
  static const char *const crews[] = {"av-1",   "av-2",    "medic-1", "lead-1",    "lead-2",
                                      "lead-3", "super-1", "chief-1", "control-1", "night-1"};
  uint64_t last = FIXTURE_FIND(fixture, EVENT, Event, "event")->last_incident;
  uint64_t dice = next_random(state) % 100;
  if (dice < 12) {
    Vd__Report report = VD__REPORT__INIT;
    report.zone = (char *)PICK(state, zones);
    report.category = (char *)PICK(state, categories);
    report.severity = (uint32_t)(next_random(state) % 5);
    Vd__Command command = VD__COMMAND__INIT;
    command.act_case = VD__COMMAND__ACT_REPORT;
    command.report = &report;
    fixture_do(fixture, "control", &command);
  } else if (dice < 20) {
    fixture_duty(fixture, PICK(state, crews), (Vd__Duty)(next_random(state) % 4));
  } else if (dice < 25 && last > 1) {
    Vd__Duplicate duplicate = VD__DUPLICATE__INIT;
    duplicate.incident = 1 + next_random(state) % last;
    duplicate.of = 1 + next_random(state) % last;
    Vd__Command command = VD__COMMAND__INIT;
    command.act_case = VD__COMMAND__ACT_DUPLICATE;
    command.duplicate = &duplicate;
    fixture_do(fixture, "control", &command);
  } else if (last > 0) {
    Vd__Command__ActCase step = steps[next_random(state) % (sizeof steps / sizeof *steps)];
    uint64_t back = next_random(state) % (last < 8 ? last : 8);
    int64_t acted_at_ms =
        next_random(state) % 4 ? 0 : fixture->now_ms - (int64_t)(next_random(state) % (uint64_t)MINUTES(10));
    fixture_step(fixture, step, last - back, next_random(state) % 8 ? PICK(state, crews) : NULL, acted_at_ms);
  }
}

static void pass_time(struct fixture *fixture, uint64_t *state)
{
  int64_t span_ms = (int64_t)(next_random(state) % (uint64_t)SECONDS(90));
  if (next_random(state) % 100 == 0)
    span_ms = (int64_t)(next_random(state) % (uint64_t)MINUTES(240));
  if (next_random(state) % 8)
    fixture_run_to(fixture, fixture->now_ms + span_ms);
  else
    fixture_jump_to(fixture, fixture->now_ms + span_ms);
}

static struct vd_buffer changes_of(const struct fixture *fixture)
{
  struct vd_buffer bytes = {0};
  for (size_t i = 0; i < fixture->n_changes; i++)
    vd_buffer_pack(&bytes, &fixture->changes[i]->base);
  return bytes;
}

static void play(struct fixture *fixture, uint64_t seed, int steps, int restart_every)
{
  uint64_t state = seed;
  for (int step = 1; step <= steps; step++) {
    act_at_random(fixture, &state);
    pass_time(fixture, &state);
    if (restart_every > 0 && step % restart_every == 0)
      fixture_restart(fixture);
  }
}

static void expect_same(struct vd_buffer left, struct vd_buffer right, const char *what, uint64_t seed)
{
  cr_assert(left.size == right.size && memcmp(left.data, right.data, left.size) == 0,
            "%s differ, VD_SEED=%llu", what, (unsigned long long)seed);
  vd_buffer_finish(&left);
  vd_buffer_finish(&right);
}

enum { SEEDS = 12, STEPS = 400 };

Test(venue, the_same_calls_give_the_same_bytes)
{
  uint64_t seed = seed_of_run();
  struct fixture *again = fixture_create();
  play(f, seed, STEPS, 0);
  play(again, seed, STEPS, 0);
  expect_same(changes_of(f), changes_of(again), "Changes", seed);
  expect_same(fixture_bytes(f), fixture_bytes(again), "entities", seed);
  expect_counts_by_looking();
  fixture_destroy(again);
}

Test(venue, a_restart_changes_nothing)
{
  uint64_t seed = seed_of_run();
  for (uint64_t i = 0; i < SEEDS; i++, seed++) {
    struct fixture *plain = fixture_create(), *restarted = fixture_create();
    play(plain, seed, STEPS, 0);
    play(restarted, seed, STEPS, 7);
    expect_same(changes_of(plain), changes_of(restarted), "Changes", seed);
    expect_same(fixture_bytes(plain), fixture_bytes(restarted), "entities", seed);
    struct vd_venue_counts before, after;
    vd_venue_count(plain->venue, &before);
    vd_venue_count(restarted->venue, &after);
    cr_assert_eq(memcmp(&before, &after, sizeof before), 0, "counts differ, VD_SEED=%llu",
                 (unsigned long long)seed);
    fixture_destroy(plain);
    fixture_destroy(restarted);
  }
}

Test(venue, restoring_from_changes_gives_the_same_as_from_entities)
{
  uint64_t seed = seed_of_run();
  struct fixture *base = fixture_create(); // never acts: the checkpoint
  play(f, seed, STEPS, 0);
  struct vd_venue *replayed = vd_venue_create();
  for (int kind = 1; vd_kind_type((Vd__Kind)kind); kind++) {
    ProtobufCMessage *message;
    for (const char *after = NULL;
         (message = vd_fold_next(vd_venue_fold(base->venue), (Vd__Kind)kind, after, ""));
         after = vd_message_id(message)) {
      Vd__Entity entity;
      vd_entity_wrap(&entity, (Vd__Kind)kind, message);
      vd_venue_restore_entity(replayed, &entity);
    }
  }
  for (size_t i = 0; i < f->n_changes; i++)
    vd_venue_restore_change(replayed, f->changes[i]);
  vd_venue_restore_finish(replayed, f->changes[f->n_changes - 1]->sequence, f->now_ms);
  struct fixture view = *f;
  view.venue = replayed;
  expect_same(fixture_bytes(f), fixture_bytes(&view), "entities", seed);
  cr_assert_eq(vd_venue_next_due(replayed), vd_venue_next_due(f->venue));
  cr_assert_eq(vd_venue_sequence(replayed), vd_venue_sequence(f->venue));
  vd_venue_destroy(replayed);
  fixture_destroy(base);
}
