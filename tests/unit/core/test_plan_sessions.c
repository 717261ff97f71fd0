// The agenda of a plan: its checks, and what a new plan does to a live agenda.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "daemon/core/session.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

#define MINUTES(n) ((int64_t)(n)*60000)

// 09:00 at the venue, in the good plan's day.
static const int64_t NINE = INT64_C(1684371600000);
#define AT(minutes) (NINE + MINUTES(minutes))

static Vd__PlanSession *add(Vd__Plan *plan, const char *id, const char *zone, int start, int end)
{
  Vd__PlanSession *session = (Vd__PlanSession *)vd_message_new(&vd__plan_session__descriptor);
  vd_string_set(&session->id, id);
  vd_string_set(&session->zone, zone);
  session->start_at_ms = AT(start);
  session->end_at_ms = AT(end);
  VD_REPEATED_ADD(plan->sessions, plan->n_sessions, session);
  return session;
}

// ---- the checks; tests/plans has a plan for each rule ----

static Vd__Plan *plan;
static struct vd_findings findings;

static void setup(void)
{
  plan = plan_good();
}

static void teardown(void)
{
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

TestSuite(plan_sessions, .init = setup, .fini = teardown);

static size_t check(const char *rule)
{
  vd_findings_finish(&findings);
  vd_plan_defaults(plan);
  vd_plan_check(plan, &findings);
  return plan_count(&findings, rule);
}

Test(plan_sessions, a_talk_is_what_does_not_say_that_it_is_a_break)
{
  add(plan, "opening", "hall", 0, 30);
  add(plan, "tea", "stage", 30, 60)->kind = VD__SESSION_KIND__SESSION_KIND_BREAK;
  cr_expect_eq(check(""), 0);
  cr_expect_eq(findings.count, 0);
  cr_expect_eq(plan->sessions[0]->kind, VD__SESSION_KIND__SESSION_KIND_TALK);
  cr_expect_eq(plan->sessions[1]->kind, VD__SESSION_KIND__SESSION_KIND_BREAK);
}

Test(plan_sessions, a_zone_that_is_none_is_named_with_the_nearest)
{
  add(plan, "opening", "hal", 0, 30);
  cr_assert_eq(check("dangling-reference"), 1);
  cr_expect_str_eq(plan_first(&findings, "dangling-reference")->path, "sessions[0].zone");
  cr_expect_str_eq(plan_first(&findings, "dangling-reference")->limit, "hall");
}

Test(plan_sessions, ids_are_ids_and_given_once)
{
  add(plan, "opening", "hall", 0, 30);
  add(plan, "opening", "hall", 30, 60);
  add(plan, "The end", "hall", 60, 90);
  cr_expect_eq(check("duplicate-id"), 1);
  cr_expect_eq(plan_count(&findings, "id"), 1);
}

Test(plan_sessions, an_overlap_is_found_behind_a_long_one)
{
  add(plan, "fair", "hall", 0, 180);
  add(plan, "a", "hall", 10, 20);
  add(plan, "b", "hall", 30, 40);
  add(plan, "c", "stage", 30, 40);
  add(plan, "d", "hall", 180, 200);
  cr_expect_eq(check("session-overlap"), 2);
}

Test(plan_sessions, the_audience_may_fill_a_zone_to_85_percent)
{
  plan->zones[0]->capacity = 100;
  cr_assert_str_eq(plan->zones[0]->id, "hall");
  Vd__PlanSession *opening = add(plan, "opening", "hall", 0, 30);
  opening->audience = 85;
  cr_expect_eq(check("elastic-reserve"), 0);
  opening->audience = 86;
  cr_expect_eq(check("elastic-reserve"), 1);
  opening->audience = 100;
  cr_expect_eq(check("session-capacity"), 0);
  opening->audience = 101;
  cr_expect_eq(check("session-capacity"), 1);
  plan->zones[0]->capacity = 0;
  cr_expect_eq(check("session-capacity"), 0, "not known");
}

Test(plan_sessions, a_dense_one_lasts_as_long_as_the_policy_says)
{
  Vd__PlanSession *keynote = add(plan, "keynote", "hall", 0, 90);
  keynote->dense = true;
  cr_expect_eq(check("dense-limit"), 0);
  plan->policy->dense_limit_ms = MINUTES(60);
  cr_expect_eq(check("dense-limit"), 1);
  plan->policy->dense_limit_ms = MINUTES(120);
  cr_expect_eq(check("dense-limit"), 1, "the policy is looser");
  cr_expect_str_eq(plan_first(&findings, "dense-limit")->path, "policy.dense_limit_ms");
}

Test(plan_sessions, a_break_in_any_zone_is_the_buffer)
{
  add(plan, "keynote", "hall", 0, 60)->dense = true;
  Vd__PlanSession *tea = add(plan, "tea", "stage", 60, 80);
  tea->kind = VD__SESSION_KIND__SESSION_KIND_BREAK;
  add(plan, "panel", "hall", 80, 120);
  cr_expect_eq(check("no-break"), 0);
  tea->start_at_ms = AT(80);
  tea->end_at_ms = AT(90);
  cr_expect_eq(check("no-break"), 1, "after the next talk has begun");
  tea->start_at_ms = AT(30);
  tea->end_at_ms = AT(60);
  cr_expect_eq(check("no-break"), 1, "before it has ended");
}

Test(plan_sessions, the_last_of_a_day_needs_none)
{
  plan->event->end_at_ms += MINUTES(1440);
  add(plan, "keynote", "hall", 0, 60)->dense = true;
  add(plan, "tomorrow", "hall", 1440, 1500);
  cr_expect_eq(check("no-break"), 0);
}

// ---- on a live venue ----

static enum vd_err do_apply(struct stage *stage)
{
  Vd__PlanApply planned = VD__PLAN_APPLY__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  planned.plan = plan;
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &planned;
  return stage_do(stage, &command);
}

static struct stage *live(void)
{
  struct stage *stage = stage_create(NINE);
  add(plan, "opening", "hall", 30, 60);
  add(plan, "keynote", "hall", 60, 120);
  cr_assert_eq(do_apply(stage), VD_OK, "%s", stage->reply.sentence);
  return stage;
}

static enum vd_err do_shift(struct stage *stage, const char *id, int64_t by_ms)
{
  Vd__SessionShift shift = VD__SESSION_SHIFT__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  shift.session = (char *)id;
  shift.by_ms = by_ms;
  command.act_case = VD__COMMAND__ACT_SESSION_SHIFT;
  command.session_shift = &shift;
  return stage_do(stage, &command);
}

static enum vd_err do_undo(struct stage *stage, const char *id)
{
  Vd__SessionUndo undo = VD__SESSION_UNDO__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  undo.session = (char *)id;
  command.act_case = VD__COMMAND__ACT_SESSION_UNDO;
  command.session_undo = &undo;
  return stage_do(stage, &command);
}

#define SESSION_OF(stage, id)                                                                                \
  ((Vd__Session *)vd_fold_find(vd_venue_fold((stage)->venue), VD__KIND__KIND_SESSION, (id)))

Test(plan_sessions, become_entities)
{
  struct stage *stage = live();
  const Vd__Session *keynote = SESSION_OF(stage, "keynote");
  cr_assert_not_null(keynote);
  cr_expect_eq(keynote->state, VD__SESSION_STATE__SESSION_STATE_PLANNED);
  cr_expect_eq(keynote->planned_start_at_ms, AT(60));
  cr_expect_eq(keynote->start_at_ms, AT(60));
  cr_expect_eq(vd_session_in(stage->venue, "hall", AT(0)), SESSION_OF(stage, "opening"));
  stage_destroy(stage);
}

Test(plan_sessions, a_shift_stands_until_the_plan_says_another_time)
{
  struct stage *stage = live();
  cr_assert_eq(do_shift(stage, "keynote", MINUTES(15)), VD_OK);
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_expect_eq(stage->reply.sequence, 0, "the same plan again");
  vd_string_set(&plan->sessions[1]->zone, "stage");
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_expect_eq(SESSION_OF(stage, "keynote")->start_at_ms, AT(75));
  cr_expect_eq(vd_session_in(stage->venue, "stage", AT(0)), SESSION_OF(stage, "keynote"));
  plan->sessions[1]->start_at_ms = AT(90);
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_expect_eq(SESSION_OF(stage, "keynote")->start_at_ms, AT(90));
  stage_destroy(stage);
}

Test(plan_sessions, what_people_did_can_be_undone_until_the_plan_says_another_time)
{
  struct stage *stage = live();
  cr_assert_eq(do_shift(stage, "keynote", MINUTES(15)), VD_OK);
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_assert_eq(do_undo(stage, "keynote"), VD_OK);
  cr_expect_eq(SESSION_OF(stage, "keynote")->start_at_ms, AT(60));
  cr_assert_eq(do_shift(stage, "keynote", MINUTES(15)), VD_OK);
  plan->sessions[1]->start_at_ms = AT(90);
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_expect_eq(do_undo(stage, "keynote"), VD_ERR_NOTHING_TO_UNDO);
  cr_expect_eq(SESSION_OF(stage, "keynote")->start_at_ms, AT(90));
  stage_destroy(stage);
}

Test(plan_sessions, what_the_plan_no_longer_names_is_off_the_agenda)
{
  struct stage *stage = live();
  vd__plan_session__free_unpacked(plan->sessions[--plan->n_sessions], NULL);
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_expect(SESSION_OF(stage, "keynote")->retired);
  cr_expect_null(vd_session_in(stage->venue, "hall", AT(70)));
  stage_destroy(stage);
}

#define NOTICE_OF(stage, id)                                                                                 \
  ((Vd__Notice *)vd_fold_find(vd_venue_fold((stage)->venue), VD__KIND__KIND_NOTICE, (id)))

Test(plan_sessions, what_a_plan_moves_adds_or_takes_away_is_told)
{
  struct stage *stage = live();
  cr_expect_null(NOTICE_OF(stage, "n1"), "nobody knew another agenda");
  plan->event->participants = 900;
  plan->sessions[0]->audience = 20;
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_expect_null(NOTICE_OF(stage, "n1"), "neither time nor place");
  plan->sessions[0]->start_at_ms = AT(20);
  vd__plan_session__free_unpacked(plan->sessions[--plan->n_sessions], NULL);
  add(plan, "panel", "hall", 150, 210);
  cr_assert_eq(do_apply(stage), VD_OK);
  const Vd__Notice *notice = NOTICE_OF(stage, "n1");
  cr_assert_not_null(notice);
  cr_assert_eq(notice->n_sessions, 3);
  cr_expect_str_eq(notice->sessions[0], "opening");
  cr_expect_str_eq(notice->sessions[1], "panel");
  cr_expect_str_eq(notice->sessions[2], "keynote");
  uint64_t revision = notice->revision;
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_expect_eq(NOTICE_OF(stage, "n1")->revision, revision, "the same plan again");
  stage_destroy(stage);
}

static bool is_called(const struct stage *stage, const char *thread)
{
  const Vd__Alert *alert =
      (const Vd__Alert *)vd_fold_find(vd_venue_fold(stage->venue), VD__KIND__KIND_ALERT, thread);
  return alert && alert->state == VD__ALERT_STATE__ALERT_STATE_OPEN;
}

Test(plan_sessions, a_plan_that_meets_a_shift_is_called_out_and_settles)
{
  struct stage *stage = live();
  cr_assert_eq(do_shift(stage, "opening", MINUTES(20)), VD_OK);
  cr_assert(is_called(stage, "overlap.keynote.control-1"));
  plan->sessions[1]->start_at_ms = AT(80);
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_expect_not(is_called(stage, "overlap.keynote.control-1"));
  plan->sessions[1]->start_at_ms = AT(70);
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_expect(is_called(stage, "overlap.keynote.control-1"));
  vd__plan_session__free_unpacked(plan->sessions[--plan->n_sessions], NULL);
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_expect_not(is_called(stage, "overlap.keynote.control-1"));
  stage_destroy(stage);
}

Test(plan_sessions, more_time_for_a_running_one_ends_its_overrun)
{
  struct stage *stage = live();
  Vd__SessionStart start = VD__SESSION_START__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  start.session = (char *)"keynote";
  command.act_case = VD__COMMAND__ACT_SESSION_START;
  command.session_start = &start;
  cr_assert_eq(stage_do(stage, &command), VD_OK);
  stage->now_ms = AT(125);
  vd_venue_tick(stage->venue, stage->now_ms, 100, stage_follow, stage);
  cr_assert(SESSION_OF(stage, "keynote")->overrun_warned);
  cr_assert(is_called(stage, "session.keynote.control-1"));
  plan->sessions[1]->end_at_ms = AT(150);
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_expect_not(SESSION_OF(stage, "keynote")->overrun_warned);
  cr_expect_not(is_called(stage, "session.keynote.control-1"));
  stage_destroy(stage);
}

Test(plan_sessions, a_plan_changes_by_when_an_incident_is_needed)
{
  struct stage *stage = live();
  Vd__Report report = VD__REPORT__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  report.zone = (char *)"hall";
  report.category = (char *)"av-fault";
  stage->now_ms = AT(15);
  command.act_case = VD__COMMAND__ACT_REPORT;
  command.report = &report;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s", stage->reply.sentence);
  const Vd__Incident *incident =
      (Vd__Incident *)vd_fold_find(vd_venue_fold(stage->venue), VD__KIND__KIND_INCIDENT, "1");
  cr_expect_str_eq(incident->needed_by, "opening");
  plan->sessions[0]->start_at_ms = AT(20);
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_expect_eq(incident->needed_by_at_ms, AT(20));
  stage_destroy(stage);
}

Test(plan_sessions, what_a_calendar_brought_is_left_alone)
{
  struct stage *stage = live();
  Vd__Session lunch = VD__SESSION__INIT, keynote = VD__SESSION__INIT;
  Vd__Text title = VD__TEXT__INIT;
  title.en = (char *)"Lunch";
  lunch.id = (char *)"lunch";
  keynote.id = (char *)"keynote";
  lunch.title = keynote.title = &title;
  lunch.zone = keynote.zone = (char *)"hall";
  lunch.start_at_ms = AT(150);
  lunch.end_at_ms = AT(200);
  keynote.start_at_ms = AT(90);
  keynote.end_at_ms = AT(140);
  Vd__Session *sessions[] = {&lunch, &keynote};
  Vd__SessionsImport import = VD__SESSIONS_IMPORT__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  import.sessions = sessions;
  import.n_sessions = 2;
  command.act_case = VD__COMMAND__ACT_SESSIONS_IMPORT;
  command.sessions_import = &import;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s", stage->reply.sentence);
  plan->event->participants = 900; // something to apply
  cr_assert_eq(do_apply(stage), VD_OK);
  cr_expect_not(SESSION_OF(stage, "lunch")->retired);
  cr_expect_eq(SESSION_OF(stage, "keynote")->start_at_ms, AT(90));
  cr_expect_not_null(strstr(stage->why, "kept:1"), "%s", stage->why);
  stage_destroy(stage);
}
