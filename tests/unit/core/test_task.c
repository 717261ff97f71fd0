// Tasks: who is asked, what is promised, how they end (task.h); and the calls about what is no incident
// (escalation.h), for which a task's deadline is the example.
#include "daemon/core/task.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/core/alert.h"
#include "daemon/core/escalation.h"
#include "daemon/core/venue_internal.h"
#include "proto/check.h"
#include "tests/unit/core/people.h"
#include "tests/unit/core/tasks.h"

static const int64_t EVENING_MS = FIXTURE_T0 + INT64_C(32400000); // 18:00, the shifts change

static struct fixture *f;
static struct vd_act act;

static void setup(void)
{
  f = fixture_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(task, .init = setup, .fini = teardown);

static void begin(void)
{
  vd_act_begin(&act, f->venue, f->now_ms);
}

static void end(void)
{
  fixture_end(f, &act, NULL);
}

static const Vd__Task *task(const char *id)
{
  return FIXTURE_FIND(f, TASK, Task, id);
}

static enum vd_err done(const char *by, uint64_t number, int64_t acted_at_ms)
{
  Vd__TaskDone word = VD__TASK_DONE__INIT;
  word.task = number;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_TASK_DONE;
  command.task_done = &word;
  command.by = (char *)by;
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, "control", &command);
}

static enum vd_err cancel(uint64_t number, const char *reason)
{
  Vd__TaskCancel word = VD__TASK_CANCEL__INIT;
  word.task = number;
  word.reason = (char *)reason;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_TASK_CANCEL;
  command.task_cancel = &word;
  return fixture_do(f, "control", &command);
}

static void on(const char *crew)
{
  cr_assert_eq(fixture_duty(f, crew, VD__DUTY__DUTY_ON), VD_OK);
}

static void all_of_the_team_off(void)
{
  off(f, "av-1");
  off(f, "av-2");
  off(f, "medic-1");
  off(f, "lead-1");
}

static void led_by_execution(ProtobufCMessage *team)
{
  vd_string_set(&((Vd__Team *)team)->lead, "execution-lead");
}

static void answers_for_vip(ProtobufCMessage *crew)
{
  vd_strings_add(&((Vd__Crew *)crew)->zones, &((Vd__Crew *)crew)->n_zones, "vip");
}

// ---- opening ----

Test(task, opens_with_a_number_a_promise_and_somebody_asked)
{
  open_refill(f, "hall");
  open_refill(f, "hall");
  cr_assert_eq(FIXTURE_FIND(f, EVENT, Event, "event")->last_task, 2u);
  cr_assert_eq(task("t2")->number, 2u);
  cr_assert_eq(task("t1")->state, VD__TASK_STATE__TASK_STATE_OPEN);
  cr_assert_eq(task("t1")->kind, REFILL);
  cr_assert_str_eq(task("t1")->subject, "coffee");
  cr_assert_eq(task("t1")->opened_at_ms, FIXTURE_T0);
  cr_assert_eq(promise(f)->promise, VD__PROMISE__PROMISE_REFILL);
  cr_assert_str_eq(promise(f)->subject, "t1");
  cr_assert_str_eq(promise(f)->team, "onsite");
  cr_assert_eq(promise(f)->due_at_ms, FIXTURE_T0 + MINUTES(10));
  cr_assert_str_eq(task("t1")->crew, "av-1");
  cr_assert(is_called(f, "t1.av-1", TASK));
  cr_assert_eq(thread(f, "t1.av-1")->incident, 0u);
  cr_assert_str_eq(thread(f, "t1.av-1")->subject, "t1");
  cr_assert_str_eq(people_fact(f)->what, "task-opened");
  cr_assert_str_eq(people_fact(f)->subject, "t2");
  cr_assert_str_eq(people_fact(f)->zone, "hall");
  cr_assert_str_eq(people_fact(f)->text, "coffee");
  cr_assert_str_eq(people_fact(f)->crew, "lead-1");
}

Test(task, each_kind_has_its_own_promise)
{
  open_in(f, "hall", VD__TASK_KIND__TASK_KIND_SAMPLE, f->now_ms);
  open_in(f, "hall", VD__TASK_KIND__TASK_KIND_DISPOSE, f->now_ms);
  cr_assert_eq(promise(f)->promise, VD__PROMISE__PROMISE_SAMPLE);
  cr_assert_eq(FIXTURE_FIND(f, DEADLINE, Deadline, "t2.done")->promise, VD__PROMISE__PROMISE_DISPOSE);
}

Test(task, the_nearest_of_the_team_is_asked)
{
  open_refill(f, "forum"); // av-2 stands 30 s away, av-1 150 s
  cr_assert_str_eq(task("t1")->crew, "av-2");
  open_refill(f, "hall"); // av-1 and lead-1 stand there: the first by rank
  cr_assert_str_eq(task("t2")->crew, "av-1");
}

Test(task, who_has_least_to_do_comes_before_the_nearer)
{
  unsigned asked[4] = {0};
  static const char *const team[] = {"av-1", "av-2", "medic-1", "lead-1"};
  for (int i = 0; i < 12; i++)
    open_refill(f, "hall");
  for (unsigned i = 1; i <= 12; i++) {
    char id[8];
    snprintf(id, sizeof id, "t%u", i);
    for (unsigned j = 0; j < 4; j++)
      asked[j] += strcmp(task(id)->crew, team[j]) == 0;
  }
  for (unsigned j = 0; j < 4; j++)
    cr_expect_eq(asked[j], 3, "%s: %u", team[j], asked[j]);
}

Test(task, who_holds_an_incident_is_not_free)
{
  uint64_t number = fixture_report(f, "hall", "blackout");
  cr_assert_str_eq(FIXTURE_FIND(f, INCIDENT, Incident, "1")->holder, "av-1", "sent at once");
  (void)number;
  open_refill(f, "hall");
  cr_assert_str_eq(task("t1")->crew, "lead-1");
}

Test(task, who_answers_for_the_zone_comes_before_the_nearer)
{
  PEOPLE_EDIT(f, CREW, "av-1", answers_for_vip);
  open_refill(f, "hall");
  cr_assert_str_eq(task("t1")->crew, "lead-1", "av-1 stands there too, for another zone");
  open_refill(f, "vip");
  cr_assert_str_eq(task("t2")->crew, "medic-1", "answers for every zone, and is the nearest who does");
}

Test(task, who_cannot_be_reached_is_not_asked)
{
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_RADIO_DEAD), VD_OK);
  open_refill(f, "forum");
  cr_assert_str_eq(task("t1")->crew, "medic-1");
}

Test(task, nobody_to_ask_is_the_lead_s_to_know)
{
  PEOPLE_EDIT(f, TEAM, "onsite", led_by_execution);
  all_of_the_team_off();
  open_refill(f, "hall");
  cr_assert_str_eq(task("t1")->crew, "");
  cr_assert(is_called(f, "t1.lead-3", NO_CANDIDATE));
  cr_assert_str_eq(thread(f, "t1.lead-3")->reasons[0]->post, "execution-lead");
}

Test(task, a_team_without_a_lead_is_the_control_post_s)
{
  all_of_the_team_off();
  open_refill(f, "hall");
  cr_assert(is_called(f, "t1.control-1", NO_CANDIDATE));
}

Test(task, a_newcomer_is_asked_what_waits_for_the_team)
{
  all_of_the_team_off();
  open_refill(f, "hall");
  open_refill(f, "forum");
  on("lead-2"); // of another team
  cr_assert_str_eq(task("t1")->crew, "");
  fixture_restart(f);
  on("av-2");
  cr_assert_str_eq(task("t1")->crew, "av-2");
  cr_assert_str_eq(task("t2")->crew, "av-2");
  cr_assert(is_called(f, "t1.av-2", TASK));
  cr_assert_eq(thread(f, "t1.control-1")->state, WITHDRAWN);
}

Test(task, whose_radio_works_again_is_asked_too)
{
  off(f, "av-1");
  off(f, "medic-1");
  off(f, "lead-1");
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_RADIO_DEAD), VD_OK);
  open_refill(f, "hall");
  cr_assert_str_eq(task("t1")->crew, "");
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_OK), VD_OK);
  cr_assert_str_eq(task("t1")->crew, "av-2");
}

// ---- passing on ----

Test(task, nobody_hears_so_the_next_best_is_asked_each_once)
{
  open_refill(f, "hall");
  cr_assert_eq(task("t1")->passes_on_at_ms, f->now_ms + SECONDS(60));
  fixture_run_to(f, FIXTURE_T0 + SECONDS(60) - 1);
  cr_assert_str_eq(task("t1")->crew, "av-1");
  fixture_restart(f);
  fixture_run_to(f, FIXTURE_T0 + SECONDS(60));
  cr_assert_str_eq(task("t1")->crew, "lead-1");
  cr_assert_eq(thread(f, "t1.av-1")->state, WITHDRAWN);
  cr_assert(is_called(f, "t1.lead-1", TASK));
  cr_assert_str_eq(people_fact(f)->what, "task-passed-on");
  cr_assert_str_eq(people_fact(f)->who, "av-1");
  cr_assert_str_eq(people_fact(f)->crew, "lead-1");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(7));
  cr_assert_eq(fixture_facts(f, "task-passed-on"), 3, "four people");
  cr_assert_str_neq(task("t1")->crew, "", "the last keeps it");
  cr_assert_eq(task("t1")->passes_on_at_ms, 0);
}

Test(task, heard_it_stays)
{
  open_refill(f, "hall");
  cr_assert_eq(heard(f, "av-1", "t1", 0), VD_OK);
  cr_assert_eq(task("t1")->passes_on_at_ms, 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(7));
  cr_assert_str_eq(task("t1")->crew, "av-1");
}

Test(task, who_goes_off_duty_passes_it_on)
{
  open_refill(f, "hall");
  cr_assert_eq(heard(f, "av-1", "t1", 0), VD_OK);
  off(f, "av-1");
  cr_assert_str_eq(task("t1")->crew, "lead-1");
  cr_assert_eq(thread(f, "t1.av-1")->state, WITHDRAWN, "heard or not");
  cr_assert(is_called(f, "t1.lead-1", TASK));
}

Test(task, who_can_no_longer_be_reached_passes_it_on)
{
  open_refill(f, "forum");
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_RADIO_DEAD), VD_OK);
  cr_assert_str_eq(task("t1")->crew, "medic-1");
  cr_assert_eq(thread(f, "t1.av-2")->state, WITHDRAWN);
}

Test(task, the_last_to_leave_leaves_it_to_the_lead)
{
  open_refill(f, "hall");
  all_of_the_team_off();
  cr_assert_str_eq(task("t1")->crew, "");
  cr_assert(is_called(f, "t1.control-1", NO_CANDIDATE));
}

Test(task, the_shift_s_change_asks_nobody_who_goes)
{
  f->now_ms = EVENING_MS - MINUTES(1);
  open_refill(f, "hall");
  fixture_run_to(f, EVENING_MS);
  cr_assert_str_eq(task("t1")->crew, "night-1");
  cr_assert_eq(thread(f, "t1.av-1")->state, WITHDRAWN);
  cr_assert(is_called(f, "t1.night-1", TASK));
  cr_assert_null(thread(f, "t1.lead-1"), "goes at the same moment");
}

// ---- late ----

Test(task, a_warning_goes_to_the_team_s_lead)
{
  PEOPLE_EDIT(f, TEAM, "onsite", led_by_execution);
  open_refill(f, "hall");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(8));
  cr_assert(is_called(f, "t1.lead-3", VD__ALERT_WHY__ALERT_WHY_WARNING));
  cr_assert_str_eq(people_fact(f)->what, "warned");
  cr_assert_str_eq(people_fact(f)->subject, "t1");
  cr_assert_str_eq(people_fact(f)->zone, "hall");
}

Test(task, a_breach_climbs_to_the_supervisor_and_never_to_the_commander)
{
  PEOPLE_EDIT(f, TEAM, "onsite", led_by_execution);
  open_refill(f, "hall");
  int64_t breach_ms = FIXTURE_T0 + MINUTES(10) + 1;
  fixture_run_to(f, breach_ms);
  cr_assert(is_called(f, "t1.lead-3", BREACH));
  cr_assert_str_eq(people_fact(f)->what, "breached");
  cr_assert_str_eq(people_fact(f)->subject, "t1");
  fixture_run_to(f, breach_ms + MINUTES(2));
  cr_assert(is_called(f, "t1.super-1", BREACH));
  cr_assert_str_eq(people_fact(f)->what, "climbed");
  cr_assert_str_eq(people_fact(f)->subject, "t1");
  fixture_restart(f);
  fixture_run_to(f, breach_ms + MINUTES(4));
  cr_assert_eq(thread(f, "t1.super-1")->calls, 2u, "again at the top");
  fixture_run_to(f, breach_ms + MINUTES(60));
  cr_assert_null(thread(f, "t1.chief-1"));
}

Test(task, a_team_without_a_lead_climbs_from_the_control_post)
{
  open_refill(f, "hall");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10) + 1);
  cr_assert_str_eq(promise(f)->called, "control-1");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(13));
  cr_assert_str_eq(promise(f)->called, "super-1");
}

Test(task, an_empty_level_is_passed_over_and_said_so_in_the_duty_log)
{
  off(f, "control-1");
  open_refill(f, "hall");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10) + 1);
  cr_assert(is_called(f, "t1.super-1", BREACH));
  const Vd__Note *note = FIXTURE_FIND(f, NOTE, Note, "log.n2"); // the first is the warning's
  cr_assert_str_eq(note->text, "t1: control");
  cr_assert_eq(note->kind, VD__NOTE_KIND__NOTE_KIND_PASSED_OVER);
}

Test(task, every_level_empty_calls_the_room_and_the_last_resort)
{
  off(f, "control-1");
  off(f, "super-1");
  open_refill(f, "hall");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10) + 1);
  cr_assert(is_called(f, "t1.control-room", BREACH));
  cr_assert(thread(f, "t1.control-room")->loud);
  cr_assert_str_eq(thread(f, "t1.last-resort")->contact, "+86 10 5550 0100");
  cr_assert_eq(heard(f, "", "t1", 0), VD_OK);
  cr_assert_eq(thread(f, "t1.last-resort")->state, VD__ALERT_STATE__ALERT_STATE_HEARD);
  cr_assert_eq(promise(f)->climb_at_ms, 0);
}

Test(task, a_breach_passes_on_when_who_was_called_leaves)
{
  open_refill(f, "hall");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10) + 1);
  cr_assert_eq(heard(f, "control-1", "t1", 0), VD_OK);
  cr_assert_eq(promise(f)->climb_at_ms, 0, "heard: waits no more");
  off(f, "control-1");
  cr_assert_str_eq(promise(f)->called, "super-1");
  cr_assert_eq(thread(f, "t1.control-1")->state, WITHDRAWN);
}

// ---- ending ----

Test(task, done_keeps_the_promise_and_withdraws_every_call)
{
  open_refill(f, "hall");
  cr_assert_eq(heard(f, "av-1", "t1", 0), VD_OK);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9));
  cr_assert(is_called(f, "t1.control-1", VD__ALERT_WHY__ALERT_WHY_WARNING));
  cr_assert_eq(done("av-2", 1, 0), VD_OK);
  cr_assert_eq(f->reply.number, 1u);
  cr_assert_eq(task("t1")->state, VD__TASK_STATE__TASK_STATE_DONE);
  cr_assert_str_eq(task("t1")->ended_by, "av-2", "not only by who was asked");
  cr_assert_eq(task("t1")->ended_at_ms, f->now_ms);
  cr_assert_eq(promise(f)->outcome, VD__OUTCOME__OUTCOME_MET);
  cr_assert_eq(thread(f, "t1.av-1")->state, WITHDRAWN);
  cr_assert_eq(thread(f, "t1.control-1")->state, WITHDRAWN);
  cr_assert_str_eq(people_fact(f)->what, "task-done");
  size_t changes = f->n_changes;
  cr_assert_eq(done("av-1", 1, 0), VD_OK, "said twice");
  cr_assert_eq(f->n_changes, changes);
  off(f, "av-1"); // asks nobody any more
  cr_assert_str_eq(task("t1")->crew, "av-1");
}

Test(task, done_in_time_and_told_late)
{
  open_refill(f, "hall");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(12));
  cr_assert_eq(done("av-1", 1, FIXTURE_T0 - 1), VD_ERR_ACTED_TOO_EARLY);
  cr_assert_str_eq(f->reply.field, "acted_at_ms");
  cr_assert_eq(done("av-1", 1, FIXTURE_T0 + MINUTES(7)), VD_OK);
  cr_assert_eq(promise(f)->outcome, VD__OUTCOME__OUTCOME_MET_REPORTED_LATE);
  cr_assert_eq(task("t1")->ended_at_ms, FIXTURE_T0 + MINUTES(7));
}

Test(task, a_promise_that_began_before_it_was_told_can_be_kept_before_that_too)
{
  f->now_ms = FIXTURE_T0 + MINUTES(10);
  open_in(f, "hall", REFILL, FIXTURE_T0);
  cr_assert_eq(done("av-1", 1, FIXTURE_T0 + MINUTES(3)), VD_OK);
}

Test(task, samples_are_logged_with_their_batch)
{
  open_in(f, "hall", VD__TASK_KIND__TASK_KIND_SAMPLE, f->now_ms);
  open_in(f, "hall", VD__TASK_KIND__TASK_KIND_DISPOSE, f->now_ms);
  cr_assert_eq(done("av-1", 1, 0), VD_ERR_WRONG_STATE);
  cr_assert_eq(done("av-1", 2, 0), VD_ERR_WRONG_STATE);
  cr_assert_str_eq(f->reply.field, "task_done.task");
}

Test(task, cancelled_with_a_reason_it_promises_nothing)
{
  open_refill(f, "hall");
  cr_assert_eq(cancel(1, ""), VD_ERR_MISSING);
  cr_assert_str_eq(f->reply.field, "task_cancel.reason");
  cr_assert_eq(cancel(1, "no more coffee today"), VD_OK);
  cr_assert_eq(task("t1")->state, VD__TASK_STATE__TASK_STATE_CANCELLED);
  cr_assert_str_eq(task("t1")->reason, "no more coffee today");
  cr_assert_eq(promise(f)->outcome, VD__OUTCOME__OUTCOME_VOID);
  cr_assert_eq(thread(f, "t1.av-1")->state, WITHDRAWN);
  cr_assert_str_eq(people_fact(f)->what, "task-cancelled");
  cr_assert_str_eq(people_fact(f)->text, "no more coffee today");
  size_t changes = f->n_changes;
  cr_assert_eq(cancel(1, ""), VD_OK, "said twice");
  cr_assert_eq(f->n_changes, changes);
  cr_assert_eq(done("av-1", 1, 0), VD_ERR_WRONG_STATE);
}

Test(task, what_is_done_cannot_be_cancelled)
{
  open_refill(f, "hall");
  cr_assert_eq(done("av-1", 1, 0), VD_OK);
  cr_assert_eq(cancel(1, "late"), VD_ERR_WRONG_STATE);
  cr_assert_str_eq(f->reply.field, "task_cancel.task");
}

Test(task, one_that_nobody_knows)
{
  cr_assert_eq(done("av-1", 7, 0), VD_ERR_UNKNOWN_TASK);
  cr_assert_str_eq(f->reply.field, "task_done.task");
  cr_assert_eq(cancel(0, "late"), VD_ERR_UNKNOWN_TASK);
  cr_assert_str_eq(f->reply.field, "task_cancel.task");
}

Test(task, an_end_that_comes_twice_is_one)
{
  open_refill(f, "hall");
  for (unsigned i = 0; i < 2; i++) {
    begin();
    vd_task_end(&act, vd_task_find(f->venue, "t1"), "", f->now_ms);
    vd_task_drop(&act, vd_task_find(f->venue, "t1"), "too late");
    end();
  }
  cr_assert_eq(task("t1")->state, VD__TASK_STATE__TASK_STATE_DONE);
  cr_assert_str_eq(task("t1")->ended_by, "");
}

Test(task, the_largest_is_still_an_entity)
{
  char word[VD_WORD_MAX + 1], text[VD_REASON_MAX + 1];
  memset(word, 'w', VD_WORD_MAX);
  memset(text, 'x', VD_REASON_MAX);
  word[VD_WORD_MAX] = text[VD_REASON_MAX] = '\0';
  Vd__Task largest = VD__TASK__INIT;
  largest.id = (char *)"t18446744073709551615";
  largest.revision = largest.number = UINT64_MAX;
  largest.kind = VD__TASK_KIND__TASK_KIND_DISPOSE;
  largest.subject = largest.zone = largest.team = largest.crew = largest.ended_by = word;
  largest.state = VD__TASK_STATE__TASK_STATE_CANCELLED;
  largest.opened_at_ms = largest.ended_at_ms = largest.passes_on_at_ms = INT64_MAX;
  largest.reason = text;
  cr_assert_leq(vd__task__get_packed_size(&largest), (size_t)VD_ENTITY_MAX);
}

// ---- letting go ----

static void keep(uint32_t closed_kept)
{
  begin();
  VD_EDIT(&act, EVENT, Event, "event")->policy->closed_kept = closed_kept;
  end();
}

Test(task, ended_ones_are_let_go_the_oldest_first_with_all_that_is_theirs)
{
  for (uint64_t number = 1; number <= 12; number++)
    open_refill(f, "hall");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9)); // warned: threads of several people
  for (uint64_t number = 2; number <= 12; number++) {
    f->now_ms++;
    cr_assert_eq(done("av-1", 14 - number, 0), VD_OK); // t12 first
  }
  keep(3);
  for (unsigned i = 0; i < 4; i++)
    keep(3); // a few in each act
  cr_assert_not_null(task("t1"), "open");
  cr_assert_not_null(task("t2"));
  cr_assert_not_null(task("t4"));
  cr_assert_not_null(FIXTURE_FIND(f, DEADLINE, Deadline, "t4.done"));
  cr_assert_null(task("t5"));
  cr_assert_null(FIXTURE_FIND(f, DEADLINE, Deadline, "t5.done"));
  cr_assert_null(thread(f, "t5.av-1"));
  cr_assert_null(thread(f, "t12.control-1"));
  fixture_restart(f);
  open_refill(f, "hall");
  cr_assert_not_null(task("t13"), "numbers are never reused");
}

Test(task, one_with_many_threads_goes_in_several_acts)
{
  open_refill(f, "hall");
  begin();
  for (unsigned i = 0; i < 40; i++) {
    char crew[16];
    snprintf(crew, sizeof crew, "usher-%u", i);
    vd_alert_raise(&act, &(struct vd_alert_call){.subject = "t1", .whom = crew, .why = TASK});
  }
  end();
  cr_assert_eq(done("av-1", 1, 0), VD_OK);
  keep(0);
  cr_assert_not_null(task("t1"));
  cr_assert_leq(f->changes[f->n_changes - 1]->n_removals, 16u);
  keep(0);
  keep(0);
  cr_assert_null(task("t1"));
  cr_assert_null(vd_fold_next(vd_venue_fold(f->venue), VD__KIND__KIND_ALERT, NULL, "t1."));
}
