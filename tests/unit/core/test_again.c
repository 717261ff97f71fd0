// A journal done again: the same with nothing set; under another limit what venued would have done by itself,
// and nothing that people did not do.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/replay.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

#define MINUTES(n) ((int64_t)(n)*60000)
static const int64_t T0 = INT64_C(1684371600000); // 09:00 at the venue

static struct stage *stage;
static struct vd_replay *again;
static Vd__Change *journal[4096];
static size_t kept;

static void follow(void *context, const Vd__Change *change)
{
  cr_assert_lt(kept, sizeof journal / sizeof *journal);
  journal[kept++] = (Vd__Change *)vd_message_copy(&change->base);
  stage_follow(context, change);
}

static enum vd_err send_as(const char *crew, Vd__Role role, Vd__Language language, Vd__Command *command)
{
  Vd__Principal who = VD__PRINCIPAL__INIT;
  who.id = (char *)(*crew ? crew : "control");
  who.crew = (char *)crew;
  who.role = role;
  command->id = (char *)"c";
  vd_reply_clear(&stage->reply);
  return vd_venue_execute(stage->venue, &who, "r", command, language, stage->now_ms, follow, stage,
                          &stage->reply);
}

static enum vd_err send(Vd__Command *command)
{
  return send_as("", VD__ROLE__ROLE_CONTROL, VD__LANGUAGE__LANGUAGE_EN, command);
}

static void run_to(int64_t until_ms)
{
  while (vd_venue_next_due(stage->venue) <= until_ms) {
    int64_t due_ms = vd_venue_next_due(stage->venue);
    stage->now_ms = due_ms > stage->now_ms ? due_ms : stage->now_ms;
    vd_venue_tick(stage->venue, stage->now_ms, 1, follow, stage);
  }
  stage->now_ms = until_ms;
}

static void setup(void)
{
  stage = stage_create(T0);
  kept = 0;
  Vd__Plan *plan = plan_good();
  Vd__PlanApply apply = VD__PLAN_APPLY__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  apply.plan = plan;
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &apply;
  cr_assert_eq(send_as("", VD__ROLE__ROLE_ADMIN, VD__LANGUAGE__LANGUAGE_EN, &command), VD_OK, "%s",
               stage->reply.sentence);
  vd__plan__free_unpacked(plan, NULL);
  again = vd_replay_create();
}

static void teardown(void)
{
  vd_replay_destroy(again);
  for (size_t i = 0; i < kept; i++)
    vd__change__free_unpacked(journal[i], NULL);
  stage_destroy(stage);
}

TestSuite(again, .init = setup, .fini = teardown);

static uint64_t report(const char *category, Vd__Language language)
{
  Vd__Report said = VD__REPORT__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  said.zone = (char *)"hall";
  said.category = (char *)category;
  said.text = (char *)"no picture";
  command.act_case = VD__COMMAND__ACT_REPORT;
  command.report = &said;
  cr_assert_eq(send_as("", VD__ROLE__ROLE_CONTROL, language, &command), VD_OK, "%s", stage->reply.sentence);
  return stage->reply.number;
}

static enum vd_err respond(uint64_t number)
{
  Vd__Respond said = VD__RESPOND__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  said.incident = number;
  command.act_case = VD__COMMAND__ACT_RESPOND;
  command.respond = &said;
  return send_as("exec-1", VD__ROLE__ROLE_FIELD, VD__LANGUAGE__LANGUAGE_EN, &command);
}

static void nothing(void *context, const Vd__Change *change)
{
  (void)context;
  (void)change;
}

static const struct vd_fold *replay(const char *field, int64_t value)
{
  if (field)
    vd_replay_set(again, protobuf_c_message_descriptor_get_field_by_name(&vd__policy__descriptor, field),
                  value);
  for (size_t i = 0; i < kept; i++)
    vd_replay_expect(again, journal[i]);
  for (size_t i = 0; i < kept; i++)
    vd_replay_do(again, journal[i], nothing, NULL);
  vd_replay_end(again, nothing, NULL);
  return vd_venue_fold(vd_replay_venue(again));
}

static const Vd__Deadline *deadline(const struct vd_fold *fold, const char *id)
{
  return (const Vd__Deadline *)vd_fold_find(fold, VD__KIND__KIND_DEADLINE, id);
}

Test(again, nothing_set_is_the_same)
{
  run_to(T0 + MINUTES(1));
  uint64_t number = report("av-fault", VD__LANGUAGE__LANGUAGE_EN);
  run_to(T0 + MINUTES(5) + 30000);
  cr_assert_eq(respond(number), VD_OK, "%s", stage->reply.sentence);
  run_to(T0 + MINUTES(60));
  stage_expect_same(vd_venue_fold(stage->venue), replay(NULL, 0));
  cr_assert_eq(vd_replay_counts(again).refused, 0u);
  cr_assert_eq(vd_replay_counts(again).additional, 0u);
}

Test(again, what_was_said_in_a_language_is_said_in_it)
{
  report("fire", VD__LANGUAGE__LANGUAGE_ZH_HANT); // decided by the handbook, in the language of the report
  run_to(T0 + MINUTES(10));
  stage_expect_same(vd_venue_fold(stage->venue), replay(NULL, 0));
}

Test(again, a_shorter_limit_breaks_what_took_longer)
{
  uint64_t number = report("av-fault", VD__LANGUAGE__LANGUAGE_EN);
  run_to(T0 + MINUTES(4) + 30000);
  cr_assert_eq(respond(number), VD_OK);
  run_to(T0 + MINUTES(6));
  const struct vd_fold *would = replay("respond_limit_ms", MINUTES(4));
  cr_assert_eq(deadline(vd_venue_fold(stage->venue), "1.1.respond")->outcome, VD__OUTCOME__OUTCOME_MET);
  cr_assert_eq(deadline(would, "1.1.respond")->outcome, VD__OUTCOME__OUTCOME_MISSED);
  cr_assert_eq(deadline(would, "1.1.respond")->breached_at_ms, T0 + MINUTES(4) + 1,
               "when it would have been");
  cr_assert_eq(deadline(would, "1.1.decide")->limit_ms, MINUTES(10), "what is not set stays");
  cr_assert_gt(vd_replay_counts(again).additional, 0u);
}

Test(again, a_longer_limit_breaks_nothing_that_was_in_time)
{
  uint64_t number = report("av-fault", VD__LANGUAGE__LANGUAGE_EN);
  run_to(T0 + MINUTES(6));
  cr_assert_eq(respond(number), VD_OK);
  run_to(T0 + MINUTES(7));
  const struct vd_fold *would = replay("respond_limit_ms", MINUTES(8));
  cr_assert_eq(deadline(vd_venue_fold(stage->venue), "1.1.respond")->outcome, VD__OUTCOME__OUTCOME_MISSED);
  cr_assert_eq(deadline(would, "1.1.respond")->outcome, VD__OUTCOME__OUTCOME_MET);
  cr_assert_eq(deadline(would, "1.1.respond")->breached_at_ms, 0, "the journal's breach is not due");
  cr_assert_gt(vd_replay_counts(again).not_due, 0u);
}

Test(again, a_reaction_is_not_invented)
{
  report("av-fault", VD__LANGUAGE__LANGUAGE_EN);
  run_to(T0 + MINUTES(30));
  const struct vd_fold *would = replay("respond_limit_ms", MINUTES(1));
  cr_assert_eq(deadline(would, "1.1.respond")->outcome, VD__OUTCOME__OUTCOME_RUNNING, "nobody came");
  cr_assert_eq(vd_replay_now(again), journal[kept - 1]->cause->now_at_ms, "and time ends where it did");
}

Test(again, what_is_no_longer_asked_cannot_be_answered)
{
  uint64_t number = report("av-fault", VD__LANGUAGE__LANGUAGE_EN);
  run_to(T0 + 110000);
  Vd__Accept accept = VD__ACCEPT__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  accept.incident = number;
  command.act_case = VD__COMMAND__ACT_ACCEPT;
  command.accept = &accept;
  command.by = (char *)"exec-1";
  cr_assert_eq(send(&command), VD_OK, "%s", stage->reply.sentence);
  replay("offer_timeout_radio_ms", 60000);
  cr_assert_eq(vd_replay_counts(again).refused, 1u);
}
