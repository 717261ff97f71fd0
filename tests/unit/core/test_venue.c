// The venue as a whole: what may come in, what is answered, what is emitted, and that a restart changes
// nothing.
#include <criterion/criterion.h>
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
  cr_assert_eq(refused, vd__command__descriptor.n_fields - 5, "all acts but those two");
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

Test(venue, what_would_fire_for_ever_is_set_aside)
{
  fixture_report(f, "hall", "collapse");
  vd_venue_event(f->venue)->policy->climb_after_ms = 0; // no plan says so
  f->now_ms += MINUTES(2);
  cr_assert_lt(fixture_tick(f, 64), 64u);
  cr_assert_gt(vd_venue_next_due(f->venue), f->now_ms);
  struct vd_venue_counts counts;
  vd_venue_count(f->venue, &counts);
  cr_assert_gt(counts.stuck_timers, 0u);
  vd_venue_event(f->venue)->policy->climb_after_ms = MINUTES(2); // as the mirror has it
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

Test(venue, the_names_of_those_who_are_built_in_are_not_to_be_had)
{
  static const char *const names[] = {"local-admin", "venued"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    Vd__Principal wanted = VD__PRINCIPAL__INIT;
    wanted.id = (char *)names[i];
    wanted.role = VD__ROLE__ROLE_WALL;
    cr_assert_eq(set_principal(&wanted), VD_ERR_BAD_VALUE);
    cr_assert_str_eq(f->reply.field, "principal.principal.id");
    wanted.revoked = true;
    cr_assert_eq(set_principal(&wanted), VD_ERR_BAD_VALUE, "not even to take it away");
    cr_assert_null(FIXTURE_FIND(f, PRINCIPAL, Principal, names[i]));
  }
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
