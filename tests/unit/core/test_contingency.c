// Contingencies: activation from the weather, steps in order, zones, abort, undo, alerts; and the plan's
// checks.
#include "daemon/core/contingency.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "daemon/core/venue_internal.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

#define MINUTES(n)   ((int64_t)(n)*60000)
#define STATE(NAME)  VD__CONTINGENCY_STATE__CONTINGENCY_STATE_##NAME
#define STATUS(NAME) VD__ZONE_STATUS__ZONE_STATUS_##NAME

static const int64_t TEN = INT64_C(1684375200000); // 10:00 at the summit

static struct plan_file file;
static struct stage *stage;

static void setup(void)
{
  file = plan_file_read("config/plans/summit-2023.yaml");
  stage = stage_create(TEN);
  Vd__PlanApply apply = VD__PLAN_APPLY__INIT;
  apply.plan = file.plan;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &apply;
  cr_assert_eq(stage_do(stage, &command), VD_OK);
  vd_venue_tick(stage->venue, TEN, 1000, stage_follow, stage);
}

static void teardown(void)
{
  stage_destroy(stage);
  plan_file_finish(&file);
}

TestSuite(contingency, .init = setup, .fini = teardown);

#define FIND(KIND, Type, id)                                                                                 \
  ((Vd__##Type *)vd_fold_find(vd_venue_fold(stage->venue), VD__KIND__KIND_##KIND, (id)))

static const Vd__Contingency *storm(void)
{
  return FIND(CONTINGENCY, Contingency, "storm");
}

static Vd__ZoneStatus status_of(const char *zone)
{
  return FIND(ZONE, Zone, zone)->status;
}

static void run_to(int64_t at_ms)
{
  stage->now_ms = at_ms;
  while (vd_venue_tick(stage->venue, at_ms, 1000, stage_follow, stage) > 0)
    ;
}

static enum vd_err activate_since(int64_t since_ms)
{
  Vd__ContingencyActivate word = VD__CONTINGENCY_ACTIVATE__INIT;
  word.contingency = (char *)"storm";
  word.since_at_ms = since_ms;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_CONTINGENCY_ACTIVATE;
  command.contingency_activate = &word;
  return stage_do(stage, &command);
}

static enum vd_err abort_because(const char *reason)
{
  Vd__ContingencyAbort word = VD__CONTINGENCY_ABORT__INIT;
  word.contingency = (char *)"storm";
  word.reason = (char *)reason;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_CONTINGENCY_ABORT;
  command.contingency_abort = &word;
  return stage_do(stage, &command);
}

static enum vd_err undo(void)
{
  Vd__ContingencyUndo word = VD__CONTINGENCY_UNDO__INIT;
  word.contingency = (char *)"storm";
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_CONTINGENCY_UNDO;
  command.contingency_undo = &word;
  return stage_do(stage, &command);
}

static enum vd_err done(const char *step)
{
  char id[64];
  snprintf(id, sizeof id, "storm.%s", step);
  Vd__TaskDone word = VD__TASK_DONE__INIT;
  word.task = FIND(CONTINGENCY_STEP, ContingencyStep, id)->task;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_TASK_DONE;
  command.task_done = &word;
  return stage_do(stage, &command);
}

static Vd__CapStatus cap_status = VD__CAP_STATUS__CAP_STATUS_ACTUAL; // each test has a process of its own

static enum vd_err alert(Vd__CapMessage message, Vd__CapSeverity severity, int64_t onset_ms,
                         int64_t expires_ms)
{
  static unsigned number; // what was withdrawn is not proposed by the same alert again
  number += message == VD__CAP_MESSAGE__CAP_MESSAGE_ALERT;
  char identifier[24];
  snprintf(identifier, sizeof identifier, "rain-%u", number);
  char *events[] = {(char *)"RAINSTORM"}, *references[] = {identifier};
  Vd__CapAlert cap = VD__CAP_ALERT__INIT;
  cap.identifier = message == VD__CAP_MESSAGE__CAP_MESSAGE_ALERT ? identifier : (char *)"later";
  cap.status = cap_status;
  cap.message = message;
  cap.events = events;
  cap.n_events = 1;
  cap.references = references;
  cap.n_references = 1;
  cap.severity = severity;
  cap.onset_at_ms = onset_ms;
  cap.expires_at_ms = expires_ms;
  Vd__ContingencyPropose word = VD__CONTINGENCY_PROPOSE__INIT;
  word.alert = &cap;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_CONTINGENCY_PROPOSE;
  command.contingency_propose = &word;
  return stage_do(stage, &command);
}
#define ALERT(severity, onset_ms, expires_ms)                                                                \
  alert(VD__CAP_MESSAGE__CAP_MESSAGE_ALERT, VD__CAP_SEVERITY__CAP_SEVERITY_##severity, (onset_ms),           \
        (expires_ms))

static int64_t share(const Vd__Deadline *deadline, const char *who)
{
  for (size_t i = 0; i < deadline->n_shares; i++)
    if (strcmp(deadline->shares[i]->who, who) == 0)
      return deadline->shares[i]->held_ms;
  return 0;
}

Test(contingency, counts_from_the_weather_within_its_bounds)
{
  cr_assert_eq(activate_since(TEN + 6000), VD_ERR_ACTED_IN_FUTURE);
  cr_assert_eq(activate_since(TEN - MINUTES(30) - 1), VD_ERR_ACTED_TOO_EARLY);
  cr_assert_eq(activate_since(TEN - MINUTES(4)), VD_OK);
  const Vd__Deadline *deadline = FIND(DEADLINE, Deadline, "contingency.storm.1");
  cr_assert_eq(deadline->start_at_ms, TEN - MINUTES(4));
  cr_assert_eq(deadline->due_at_ms, TEN + MINUTES(11));
  cr_assert_eq(activate_since(0), VD_ERR_WRONG_STATE);
}

Test(contingency, steps_open_in_order_and_the_last_one_converts)
{
  cr_assert_eq(activate_since(TEN - MINUTES(4)), VD_OK);
  cr_assert_eq(status_of("ai-area"), STATUS(CONVERTING));
  cr_assert_eq(status_of("corridor"), STATUS(CONVERTING_PASSABLE));
  cr_assert_eq(FIND(CONTINGENCY_STEP, ContingencyStep, "storm.move")->state,
               VD__STEP_STATE__STEP_STATE_WAITING);
  run_to(TEN + MINUTES(2));
  cr_assert_eq(done("power-off"), VD_OK);
  cr_assert_eq(FIND(CONTINGENCY_STEP, ContingencyStep, "storm.move")->task, 0);
  cr_assert_eq(done("clear"), VD_OK);
  cr_assert_eq(FIND(CONTINGENCY_STEP, ContingencyStep, "storm.move")->state, VD__STEP_STATE__STEP_STATE_OPEN);
  cr_assert_eq(done("guide"), VD_OK);
  cr_assert_eq(done("mats"), VD_OK);
  cr_assert_eq(done("move"), VD_OK);
  cr_assert_eq(storm()->done, 5);
  cr_assert_eq(storm()->state, STATE(ACTIVE));
  run_to(TEN + MINUTES(6));
  cr_assert_eq(done("restart"), VD_OK);
  cr_assert_eq(storm()->state, STATE(DONE));
  cr_assert_eq(status_of("ai-area"), STATUS(CLOSED));
  cr_assert_eq(status_of("corridor"), STATUS(OPEN));
  cr_assert_str_empty(FIND(ZONE, Zone, "corridor")->contingency);
  const Vd__Deadline *deadline = FIND(DEADLINE, Deadline, "contingency.storm.1");
  cr_assert_eq(deadline->outcome, VD__OUTCOME__OUTCOME_MET);
  cr_assert_eq(share(deadline, "detection"), MINUTES(4));
  cr_assert_eq(share(deadline, "onsite"), MINUTES(6));
  cr_assert_eq(activate_since(0), VD_ERR_WRONG_STATE, "it is converted");
}

static void expect_nothing_left(void)
{
  const struct vd_fold *fold = vd_venue_fold(stage->venue);
  cr_assert_leq(status_of("ai-area"), STATUS(OPEN));
  cr_assert_leq(status_of("corridor"), STATUS(OPEN));
  VD_FOLD_EACH (fold, TASK, Task, task)
    cr_assert_neq(task->state, VD__TASK_STATE__TASK_STATE_OPEN);
  VD_FOLD_EACH (fold, DEADLINE, Deadline, deadline)
    cr_assert_neq(deadline->outcome, VD__OUTCOME__OUTCOME_RUNNING);
  VD_FOLD_EACH (fold, ALERT, Alert, thread)
    cr_assert_eq(thread->state, VD__ALERT_STATE__ALERT_STATE_WITHDRAWN, "%s", thread->id);
  VD_FOLD_EACH (fold, NOTICE, Notice, notice)
    cr_assert_eq(notice->state, VD__NOTICE_STATE__NOTICE_STATE_DROPPED);
}

Test(contingency, an_abort_leaves_nothing_behind_and_can_be_undone)
{
  cr_assert_eq(activate_since(0), VD_OK);
  cr_assert_eq(abort_because(""), VD_ERR_MISSING);
  cr_assert_eq(abort_because("the rain stopped"), VD_OK);
  expect_nothing_left();
  cr_assert_eq(undo(), VD_OK);
  cr_assert_eq(storm()->state, STATE(ACTIVE));
  cr_assert_eq(status_of("ai-area"), STATUS(CONVERTING));
  cr_assert_eq(FIND(DEADLINE, Deadline, "contingency.storm.1")->outcome, VD__OUTCOME__OUTCOME_RUNNING);
  cr_assert_eq(abort_because("over"), VD_OK);
  run_to(TEN + MINUTES(2) + 1);
  cr_assert_eq(undo(), VD_ERR_NOTHING_TO_UNDO);
  expect_nothing_left();
}

Test(contingency, an_activation_is_undone_within_the_window)
{
  cr_assert_eq(activate_since(0), VD_OK);
  cr_assert_eq(undo(), VD_OK);
  cr_assert_eq(storm()->state, STATE(READY));
  expect_nothing_left();
  cr_assert_eq(activate_since(0), VD_OK);
  run_to(TEN + MINUTES(2) + 1);
  cr_assert_eq(undo(), VD_ERR_NOTHING_TO_UNDO);
}

Test(contingency, an_alert_proposes_and_the_wait_is_the_deciders)
{
  cr_assert_eq(ALERT(MINOR, TEN, 0), VD_ERR_NO_TRIGGER);
  cr_assert_eq(ALERT(SEVERE, TEN, TEN), VD_ERR_ALERT_EXPIRED);
  cr_assert_eq(ALERT(SEVERE, TEN - MINUTES(2), TEN + MINUTES(60)), VD_OK);
  cr_assert_eq(storm()->state, STATE(PROPOSED));
  cr_assert(FIND(ALERT, Alert, "contingency.storm.decision-1"));
  run_to(TEN + MINUTES(1));
  cr_assert_eq(activate_since(0), VD_OK);
  const Vd__Deadline *deadline = FIND(DEADLINE, Deadline, "contingency.storm.1");
  cr_assert_eq(deadline->start_at_ms, TEN - MINUTES(2));
  cr_assert_eq(deadline->detection_ms, MINUTES(2));
  cr_assert_eq(deadline->waited_ms, MINUTES(1));
}

Test(contingency, a_proposal_expires_is_cancelled_or_declined)
{
  cr_assert_eq(ALERT(SEVERE, TEN, TEN + MINUTES(5)), VD_OK);
  run_to(TEN + MINUTES(5));
  cr_assert_eq(storm()->state, STATE(READY));
  expect_nothing_left();
  cr_assert_eq(ALERT(SEVERE, TEN, 0), VD_OK);
  cr_assert_eq(alert(VD__CAP_MESSAGE__CAP_MESSAGE_CANCEL, 0, 0, 0), VD_OK);
  cr_assert_eq(storm()->state, STATE(READY));
  cr_assert_eq(ALERT(SEVERE, TEN, 0), VD_OK);
  cr_assert_eq(alert(VD__CAP_MESSAGE__CAP_MESSAGE_UPDATE, VD__CAP_SEVERITY__CAP_SEVERITY_MINOR, TEN, 0),
               VD_OK);
  cr_assert_eq(storm()->state, STATE(READY), "it is not as severe any more");
  cr_assert_eq(ALERT(SEVERE, TEN, 0), VD_OK);
  cr_assert_eq(abort_because("a drizzle"), VD_OK);
  cr_assert_eq(storm()->state, STATE(READY));
  cr_assert_eq(undo(), VD_OK);
  cr_assert_eq(storm()->state, STATE(PROPOSED));
}

static void shut(const char *zone)
{
  Vd__SetZone word = VD__SET_ZONE__INIT;
  word.zone = (char *)zone;
  word.status = STATUS(CLOSED);
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SET_ZONE;
  command.set_zone = &word;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s", stage->reply.sentence);
}

// A burst pipe: it stays shut, whatever is undone and aborted after that.
Test(contingency, what_people_did_between_an_abort_and_its_undo_stands)
{
  cr_assert_eq(activate_since(0), VD_OK);
  cr_assert_eq(abort_because("the rain stopped"), VD_OK);
  shut("ai-area");
  cr_assert_eq(undo(), VD_OK);
  cr_assert_eq(status_of("ai-area"), STATUS(CONVERTING));
  cr_assert_eq(abort_because("over"), VD_OK);
  cr_assert_eq(status_of("ai-area"), STATUS(CLOSED));
}

// Else it would be proposed for good: nobody could activate or abort what the plan does not know.
Test(contingency, what_the_plan_dropped_is_not_proposed_again_by_an_undo)
{
  cr_assert_eq(ALERT(SEVERE, TEN, 0), VD_OK);
  cr_assert_eq(activate_since(0), VD_OK);
  Vd__Plan *plan = (Vd__Plan *)vd_message_copy(&file.plan->base);
  while (plan->n_contingencies > 0)
    vd__plan_contingency__free_unpacked(plan->contingencies[--plan->n_contingencies], NULL);
  Vd__PlanApply apply = VD__PLAN_APPLY__INIT;
  apply.plan = plan;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &apply;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s", stage->reply.sentence);
  vd__plan__free_unpacked(plan, NULL);
  cr_assert_eq(undo(), VD_OK);
  cr_assert_eq(storm()->state, STATE(READY));
}

Test(contingency, a_real_alert_ends_an_exercise)
{
  cap_status = VD__CAP_STATUS__CAP_STATUS_EXERCISE;
  cr_assert_eq(ALERT(SEVERE, TEN, 0), VD_OK);
  cr_assert_eq(activate_since(0), VD_OK);
  cr_assert(storm()->exercise);
  cr_assert_neq(status_of("ai-area"), STATUS(CONVERTING));
  cap_status = VD__CAP_STATUS__CAP_STATUS_ACTUAL;
  cr_assert_eq(ALERT(SEVERE, TEN, 0), VD_OK);
  cr_assert_eq(stage->reply.number, 1);
  cr_assert_str_eq(stage->fact, "contingency-proposed");
  cr_assert_eq(storm()->state, STATE(PROPOSED));
  cr_assert_not(storm()->exercise);
  cr_assert_eq(FIND(DEADLINE, Deadline, "contingency.storm.1")->outcome, VD__OUTCOME__OUTCOME_VOID);
  cap_status = VD__CAP_STATUS__CAP_STATUS_EXERCISE;
  cr_assert_eq(ALERT(SEVERE, TEN, 0), VD_OK);
  cr_assert_eq(stage->reply.number, 0, "and an exercise nothing that is real");
  cr_assert_not(storm()->exercise);
  cr_assert_eq(activate_since(0), VD_OK);
  cr_assert_eq(status_of("ai-area"), STATUS(CONVERTING));
}

Test(contingency, a_converting_zone_is_the_contingencys)
{
  Vd__SetZone word = VD__SET_ZONE__INIT;
  word.zone = (char *)"corridor";
  word.status = STATUS(OPEN);
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SET_ZONE;
  command.set_zone = &word;
  cr_assert_eq(activate_since(0), VD_OK);
  cr_assert_eq(stage_do(stage, &command), VD_ERR_WRONG_STATE);
  word.status = STATUS(CONVERTING);
  cr_assert_eq(stage_do(stage, &command), VD_OK, "its passage is people's to say");
}

// ---- the plan's checks ----

static size_t found(const char *rule)
{
  plan_file_check(&file);
  return plan_count(&file.findings, rule);
}

static Vd__PlanContingency *planned(void)
{
  return file.plan->contingencies[0];
}

Test(contingency, the_summit_has_none_of_these)
{
  plan_file_check(&file);
  for (size_t i = 0; i < file.findings.count; i++)
    cr_assert_null(strstr(file.findings.items[i].rule, "contingency"), "%s", file.findings.items[i].sentence);
}

Test(contingency, order_tasks_and_owner)
{
  vd_strings_add(&planned()->tasks[0]->after, &planned()->tasks[0]->n_after, "restart");
  cr_assert_eq(found("contingency-order"), 1);
  vd_string_set(&planned()->tasks[0]->after[0], "restrat");
  cr_assert_eq(found("dangling-reference"), 1);
  vd_string_set(&planned()->tasks[3]->team, "exection");
  cr_assert_eq(found("dangling-reference"), 2);
  vd_string_set(&planned()->from[0]->zone, "ai-aera");
  cr_assert_geq(found("dangling-reference"), 3);
  vd_string_set(&planned()->tasks[0]->post, "usher");
  cr_assert_eq(found("contingency-owner"), 1);
  for (size_t i = 0; i < planned()->n_tasks; i++)
    vd__plan_step__free_unpacked(planned()->tasks[i], NULL);
  planned()->n_tasks = 0;
  cr_assert_eq(found("contingency-tasks"), 1);
}

Test(contingency, limit_time_trigger_and_text)
{
  planned()->within_ms = MINUTES(15) + 1;
  cr_assert_eq(found("contingency-limit"), 1);
  planned()->tasks[3]->within_ms = MINUTES(14);
  cr_assert_eq(found("contingency-time"), 1);
  for (size_t i = 0; i < planned()->n_triggers; i++)
    vd__trigger__free_unpacked(planned()->triggers[i], NULL);
  planned()->n_triggers = 0;
  cr_assert_eq(found("contingency-trigger"), 1);
  vd_string_set(&planned()->announcement->en, "");
  cr_assert_eq(found("contingency-text"), 1);
}

Test(contingency, route_and_its_step_free_way)
{
  for (size_t i = 0; i < file.plan->n_ways; i++)
    if (strcmp(file.plan->ways[i]->from, "lobby") == 0 && strcmp(file.plan->ways[i]->to, "corridor") == 0)
      file.plan->ways[i]->step_free = false;
  cr_assert_eq(found("contingency-step-free"), 1);
  static const char *const other[] = {"ai-area", "entrance", "lobby", "reg-general", "corridor"};
  for (size_t i = 0; i < 5; i++)
    vd_strings_add(&planned()->step_free_route, &planned()->n_step_free_route, other[i]);
  cr_assert_eq(found("contingency-step-free"), 0);
  vd_string_set(&planned()->route[1], "hall-main");
  cr_assert_geq(found("contingency-route"), 1);
  planned()->to[0]->after = STATUS(CROWDED);
  cr_assert_eq(found("contingency-zones"), 1);
}
