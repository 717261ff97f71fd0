// Who is called about what is late (standard §4 "Alerts", "Duty", "Life safety"), rule by rule.
#include "daemon/core/escalation.h"

#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/alert.h"
#include "daemon/core/venue_internal.h"
#include "tests/unit/core/fixture.h"

// One tick after five minutes: the first breach of a report at T0.
static const int64_t BREACH_MS = FIXTURE_T0 + INT64_C(300001);
static const int64_t EVENING_MS = FIXTURE_T0 + INT64_C(32400000); // 18:00, the shifts change

static struct fixture *f;

// Nothing is offered by itself here: offers have calls of their own.
static void setup(void)
{
  f = fixture_create();
  struct vd_act act;
  vd_act_begin(&act, f->venue, f->now_ms);
  VD_EDIT(&act, EVENT, Event, "event")->policy->manual_offers = true;
  fixture_end(f, &act, NULL);
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(escalation, .init = setup, .fini = teardown);

static const Vd__Alert *thread(const char *id)
{
  return FIXTURE_FIND(f, ALERT, Alert, id);
}

static bool is_open(const char *id)
{
  return thread(id) && thread(id)->state == VD__ALERT_STATE__ALERT_STATE_OPEN;
}

#define WARNING     VD__ALERT_WHY__ALERT_WHY_WARNING
#define BREACH      VD__ALERT_WHY__ALERT_WHY_BREACH
#define LIFE_SAFETY VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY

static const Vd__AlertReason *reason(const char *id, Vd__AlertWhy why, const char *deadline)
{
  return thread(id) ? vd_alert_reason(thread(id), why, deadline) : NULL;
}

static const Vd__Deadline *respond(void)
{
  return FIXTURE_FIND(f, DEADLINE, Deadline, "1.1.respond");
}

static void off(const char *crew)
{
  cr_assert_eq(fixture_duty(f, crew, VD__DUTY__DUTY_OFF), VD_OK);
}

static void on(const char *crew)
{
  cr_assert_eq(fixture_duty(f, crew, VD__DUTY__DUTY_ON), VD_OK);
}

static enum vd_err heard(uint64_t incident, const char *by)
{
  return fixture_step(f, VD__COMMAND__ACT_HEARD, incident, by, 0);
}

static enum vd_err heard_digest(const char *by)
{
  Vd__Heard word = VD__HEARD__INIT;
  word.digest = true;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_HEARD;
  command.heard = &word;
  command.by = (char *)by;
  return fixture_do(f, "control", &command);
}

static unsigned notes_of(const char *prefix, Vd__NoteKind kind)
{
  unsigned count = 0;
  const Vd__Note *note = NULL;
  while ((note = (const Vd__Note *)vd_fold_next(vd_venue_fold(f->venue), VD__KIND__KIND_NOTE,
                                                note ? note->id : NULL, prefix)))
    count += note->kind == kind;
  return count;
}

static const Vd__Fact *last_fact(void)
{
  return f->changes[f->n_changes - 1]->fact;
}

static void give_post(const char *crew, const char *post)
{
  struct vd_act act;
  vd_act_begin(&act, f->venue, f->now_ms);
  Vd__Crew *person = VD_EDIT(&act, CREW, Crew, crew);
  vd_strings_add(&person->posts, &person->n_posts, post);
  fixture_end(f, &act, NULL);
}

// ---- warning ----

Test(escalation, a_warning_goes_to_the_tier_s_lead_and_never_climbs)
{
  fixture_report(f, "hall", "guest-ill");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(4));
  cr_assert(is_open("1.lead-1"));
  cr_assert_not_null(reason("1.lead-1", WARNING, "1.1.respond"));
  cr_assert_eq(thread("1.lead-1")->calls, 1u);
  cr_assert_not(thread("1.lead-1")->loud);
  cr_assert_str_eq(last_fact()->crew, "lead-1");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(5));
  cr_assert_eq(vd_fold_count(vd_venue_fold(f->venue), VD__KIND__KIND_ALERT), 1u);
}

Test(escalation, each_tier_warns_its_own_lead)
{
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(16));
  cr_assert_not_null(reason("1.lead-2", BREACH, "1.1.decide"));
  cr_assert_not_null(reason("1.lead-3", WARNING, "1.1.land"));
  cr_assert_null(reason("1.lead-3", BREACH, "1.1.respond"));
}

Test(escalation, a_warning_with_nobody_to_warn_is_said_and_calls_nobody)
{
  off("lead-1");
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(4));
  cr_assert_eq(fixture_facts(f, "warned"), 1u);
  cr_assert_eq(vd_fold_count(vd_venue_fold(f->venue), VD__KIND__KIND_ALERT), 0u);
  cr_assert_eq(notes_of("1.", VD__NOTE_KIND__NOTE_KIND_PASSED_OVER), 1u);
}

Test(escalation, a_breach_takes_the_place_of_its_warning)
{
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, BREACH_MS);
  cr_assert_null(reason("1.lead-1", WARNING, "1.1.respond"));
  cr_assert_not_null(reason("1.lead-1", BREACH, "1.1.respond"));
  cr_assert_eq(thread("1.lead-1")->n_reasons, 1u);
  cr_assert_eq(thread("1.lead-1")->calls, 2u, "one thread, updated");
}

// ---- the climb ----

Test(escalation, unheard_it_climbs_to_the_supervisor_and_repeats_there)
{
  fixture_report(f, "hall", "av-fault"); // severity 2
  fixture_run_to(f, BREACH_MS);
  cr_assert_str_eq(respond()->called, "lead-1");
  cr_assert_eq(respond()->level, VD__LEVEL__LEVEL_LEAD);
  fixture_run_to(f, BREACH_MS + MINUTES(2) - 1);
  cr_assert_str_eq(respond()->called, "lead-1");
  fixture_run_to(f, BREACH_MS + MINUTES(2));
  cr_assert_str_eq(respond()->called, "super-1");
  cr_assert_eq(respond()->level, VD__LEVEL__LEVEL_SUPERVISOR);
  cr_assert_str_eq(reason("1.super-1", BREACH, "1.1.respond")->called_before, "lead-1");
  cr_assert_str_eq(last_fact()->what, "climbed");
  cr_assert_str_eq(last_fact()->crew, "super-1");
  cr_assert_eq(last_fact()->incident, 1u);
  cr_assert_eq(last_fact()->promise, VD__PROMISE__PROMISE_RESPOND);
  fixture_run_to(f, BREACH_MS + MINUTES(4));
  cr_assert_str_eq(respond()->called, "super-1", "severity 2 does not reach the commander");
  cr_assert_eq(thread("1.super-1")->calls, 2u);
  cr_assert_str_eq(last_fact()->what, "called-again");
  cr_assert_str_eq(last_fact()->crew, "super-1");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(60));
  cr_assert_null(thread("1.chief-1"));
}

Test(escalation, severity_3_reaches_the_commander)
{
  fixture_report(f, "hall", "guest-ill"); // severity 3
  fixture_run_to(f, BREACH_MS + MINUTES(4) - 1);
  cr_assert_null(thread("1.chief-1"));
  fixture_run_to(f, BREACH_MS + MINUTES(4));
  cr_assert_str_eq(respond()->called, "chief-1");
  cr_assert_eq(respond()->level, VD__LEVEL__LEVEL_COMMANDER);
  cr_assert_eq(thread("1.chief-1")->calls, 1u);
}

Test(escalation, the_top_is_called_again_every_two_minutes)
{
  fixture_report(f, "hall", "guest-ill");
  fixture_run_to(f, BREACH_MS + MINUTES(4));
  uint32_t calls = thread("1.chief-1")->calls;
  fixture_run_to(f, BREACH_MS + MINUTES(6) - 1);
  cr_assert_eq(thread("1.chief-1")->calls, calls);
  fixture_run_to(f, BREACH_MS + MINUTES(6));
  cr_assert_eq(thread("1.chief-1")->calls, calls + 1);
}

Test(escalation, a_severity_raised_later_lets_it_climb_on)
{
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, BREACH_MS + MINUTES(2));
  Vd__Amend amend = VD__AMEND__INIT;
  amend.incident = 1;
  amend.severity = 3;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_AMEND;
  command.amend = &amend;
  cr_assert_eq(fixture_do(f, "control", &command), VD_OK);
  fixture_run_to(f, BREACH_MS + MINUTES(4));
  cr_assert_str_eq(respond()->called, "chief-1");
}

Test(escalation, a_climb_skips_to_the_next_different_person)
{
  off("super-1");
  give_post("lead-1", "supervisor");
  fixture_report(f, "hall", "guest-ill");
  fixture_run_to(f, BREACH_MS + MINUTES(2));
  cr_assert_str_eq(respond()->called, "chief-1");
  cr_assert_eq(thread("1.lead-1")->calls, 2u, "warned and called, not called again as supervisor");
  cr_assert_eq(notes_of("1.", VD__NOTE_KIND__NOTE_KIND_PASSED_OVER), 0u, "the level is not empty");
}

Test(escalation, one_person_on_every_level_is_called_again)
{
  off("super-1");
  give_post("lead-1", "supervisor");
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, BREACH_MS + MINUTES(2));
  cr_assert_str_eq(respond()->called, "lead-1");
  cr_assert_str_eq(last_fact()->what, "called-again");
  cr_assert_eq(thread("1.lead-1")->calls, 3u);
}

Test(escalation, an_empty_level_is_passed_over_and_said_once)
{
  off("super-1");
  fixture_report(f, "hall", "guest-ill");
  fixture_run_to(f, BREACH_MS + MINUTES(2));
  cr_assert_str_eq(respond()->called, "chief-1");
  cr_assert_str_eq(reason("1.chief-1", BREACH, "1.1.respond")->passed_over, "supervisor");
  cr_assert_eq(notes_of("1.", VD__NOTE_KIND__NOTE_KIND_PASSED_OVER), 1u);
  fixture_run_to(f, BREACH_MS + MINUTES(4));
  cr_assert_eq(notes_of("1.", VD__NOTE_KIND__NOTE_KIND_PASSED_OVER), 1u);
}

Test(escalation, an_empty_level_below_a_repetition_is_said_once)
{
  off("super-1");
  fixture_report(f, "hall", "av-fault"); // the commander is out of reach
  fixture_run_to(f, BREACH_MS + MINUTES(4) - 1);
  cr_assert_str_eq(respond()->called, "lead-1");
  cr_assert_eq(notes_of("1.", VD__NOTE_KIND__NOTE_KIND_PASSED_OVER), 1u);
  fixture_run_to(f, BREACH_MS + MINUTES(4));
  cr_assert_eq(notes_of("1.", VD__NOTE_KIND__NOTE_KIND_PASSED_OVER), 1u);
}

Test(escalation, an_empty_first_level_is_passed_over_at_the_breach)
{
  off("lead-1");
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, BREACH_MS);
  cr_assert_str_eq(respond()->called, "super-1");
  cr_assert_str_eq(reason("1.super-1", BREACH, "1.1.respond")->passed_over, "onsite-lead");
}

Test(escalation, with_all_levels_empty_the_room_is_called_loudly_and_the_last_resort)
{
  off("lead-1");
  off("super-1");
  off("chief-1");
  fixture_report(f, "hall", "guest-ill");
  fixture_run_to(f, BREACH_MS);
  cr_assert(is_open("1.control-room"));
  cr_assert(thread("1.control-room")->loud);
  cr_assert_str_eq(thread("1.control-room")->crew, "");
  cr_assert_str_eq(reason("1.control-room", BREACH, "1.1.respond")->passed_over,
                   "onsite-lead, supervisor, commander");
  cr_assert(is_open("1.last-resort"));
  cr_assert_str_eq(thread("1.last-resort")->contact, "+86 10 5550 0100");
  cr_assert_not_null(reason("1.last-resort", VD__ALERT_WHY__ALERT_WHY_LAST_RESORT, "1.1.respond"));
  cr_assert_eq(respond()->level, VD__LEVEL__LEVEL_CONTROL);
  fixture_run_to(f, BREACH_MS + MINUTES(2));
  cr_assert_eq(thread("1.control-room")->calls, 2u);
  cr_assert_eq(thread("1.last-resort")->calls, 2u);
}

Test(escalation, severity_2_with_nobody_but_the_commander_calls_the_room)
{
  off("lead-1");
  off("super-1");
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, BREACH_MS);
  cr_assert_null(thread("1.chief-1"));
  cr_assert(is_open("1.control-room"));
}

Test(escalation, whoever_comes_on_duty_is_called_instead_of_the_room)
{
  off("lead-1");
  off("super-1");
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, BREACH_MS);
  on("lead-1");
  fixture_run_to(f, BREACH_MS + MINUTES(2));
  cr_assert_str_eq(respond()->called, "lead-1");
  cr_assert_eq(respond()->level, VD__LEVEL__LEVEL_LEAD);
  cr_assert_str_eq(last_fact()->what, "climbed");
}

// ---- hearing ----

Test(escalation, heard_by_the_one_called_last_stops_the_climb_and_meets_nothing)
{
  fixture_report(f, "hall", "guest-ill");
  fixture_run_to(f, BREACH_MS);
  cr_assert_eq(heard(1, "lead-1"), VD_OK);
  cr_assert_eq(f->reply.number, 1u);
  cr_assert_str_eq(last_fact()->what, "heard");
  cr_assert_str_eq(last_fact()->who, "lead-1");
  cr_assert_eq(thread("1.lead-1")->state, VD__ALERT_STATE__ALERT_STATE_HEARD);
  cr_assert_str_eq(thread("1.lead-1")->heard_by, "lead-1");
  cr_assert_str_eq(respond()->heard_by, "lead-1");
  cr_assert_eq(respond()->outcome, VD__OUTCOME__OUTCOME_RUNNING);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9));
  cr_assert_null(thread("1.super-1"));
}

Test(escalation, heard_by_somebody_called_before_stops_only_their_own_thread)
{
  fixture_report(f, "hall", "guest-ill");
  fixture_run_to(f, BREACH_MS + MINUTES(2));
  cr_assert_eq(heard(1, "lead-1"), VD_OK);
  cr_assert_neq(respond()->climb_at_ms, 0);
  fixture_run_to(f, BREACH_MS + MINUTES(4));
  cr_assert_str_eq(respond()->called, "chief-1");
}

Test(escalation, heard_twice_or_late_is_a_success_that_changes_nothing)
{
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, BREACH_MS);
  cr_assert_eq(heard(1, "lead-1"), VD_OK);
  cr_assert_eq(heard(1, "lead-1"), VD_OK);
  cr_assert_eq(f->reply.sequence, 0u);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_RESPOND, 1, "av-1", 0), VD_OK);
  cr_assert_eq(thread("1.lead-1")->state, VD__ALERT_STATE__ALERT_STATE_WITHDRAWN);
  cr_assert_eq(heard(1, "lead-1"), VD_OK);
  cr_assert_eq(f->reply.sequence, 0u);
}

Test(escalation, something_new_calls_again_who_had_heard)
{
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(4));
  cr_assert_eq(heard(1, "lead-1"), VD_OK);
  fixture_run_to(f, BREACH_MS);
  cr_assert(is_open("1.lead-1"));
  cr_assert_str_eq(thread("1.lead-1")->heard_by, "");
}

Test(escalation, hearing_needs_somebody_who_was_called)
{
  cr_assert_eq(heard(7, "lead-1"), VD_ERR_UNKNOWN_INCIDENT);
  fixture_report(f, "hall", "av-fault");
  cr_assert_eq(heard(1, "lead-1"), VD_ERR_NO_ALERT);
  cr_assert_eq(heard(1, NULL), VD_ERR_NO_ACTOR);
  cr_assert_eq(heard_digest(""), VD_ERR_NO_ACTOR);
}

Test(escalation, the_room_hears_its_own_thread_and_the_last_resort_s)
{
  off("lead-1");
  off("super-1");
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, BREACH_MS);
  cr_assert_eq(heard(1, NULL), VD_OK);
  cr_assert_eq(thread("1.control-room")->state, VD__ALERT_STATE__ALERT_STATE_HEARD);
  cr_assert_eq(thread("1.last-resort")->state, VD__ALERT_STATE__ALERT_STATE_HEARD);
  cr_assert_eq(respond()->climb_at_ms, 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9) - 1);
  cr_assert_eq(thread("1.control-room")->calls, 1u);
}

// ---- withdrawing ----

Test(escalation, a_step_that_meets_the_deadline_withdraws_its_alerts_everywhere)
{
  fixture_report(f, "hall", "guest-ill");
  fixture_run_to(f, BREACH_MS + MINUTES(4));
  cr_assert(is_open("1.lead-1") && is_open("1.super-1") && is_open("1.chief-1"));
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_RESPOND, 1, "medic-1", 0), VD_OK);
  cr_assert_eq(thread("1.lead-1")->state, VD__ALERT_STATE__ALERT_STATE_WITHDRAWN);
  cr_assert_eq(thread("1.super-1")->state, VD__ALERT_STATE__ALERT_STATE_WITHDRAWN);
  cr_assert_eq(thread("1.chief-1")->state, VD__ALERT_STATE__ALERT_STATE_WITHDRAWN);
  cr_assert_eq(thread("1.chief-1")->withdrawn_at_ms, f->now_ms);
  cr_assert_eq(respond()->climb_at_ms, 0);
}

Test(escalation, a_thread_keeps_the_reasons_that_still_hold)
{
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(12) + 1); // the decision's breach has climbed too
  cr_assert_not_null(reason("1.super-1", BREACH, "1.1.respond"));
  cr_assert_not_null(reason("1.super-1", BREACH, "1.1.decide"));
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_RESPOND, 1, "av-1", 0), VD_OK);
  cr_assert_null(reason("1.super-1", BREACH, "1.1.respond"));
  cr_assert_not_null(reason("1.super-1", BREACH, "1.1.decide"));
  cr_assert(is_open("1.super-1"));
  cr_assert_eq(thread("1.lead-1")->state, VD__ALERT_STATE__ALERT_STATE_WITHDRAWN);
}

Test(escalation, the_end_withdraws_every_thread)
{
  fixture_report(f, "hall", "guest-ill");
  fixture_run_to(f, BREACH_MS + MINUTES(4));
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_CANCEL, 1, NULL, 0), VD_OK);
  struct vd_venue_counts counts;
  vd_venue_count(f->venue, &counts);
  cr_assert_eq(counts.open_alerts, 0u);
  cr_assert_eq(counts.breaches, 1u, "the breach stays");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(60));
  vd_venue_count(f->venue, &counts);
  cr_assert_eq(counts.open_alerts, 0u);
}

// ---- coming and going ----

Test(escalation, nobody_off_duty_is_called)
{
  off("lead-1");
  fixture_report(f, "hall", "guest-ill");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(60));
  cr_assert_null(thread("1.lead-1"));
  cr_assert_null(thread("1.night-1"), "not on duty before the evening");
}

Test(escalation, a_breach_follows_the_post_when_its_holder_leaves)
{
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, BREACH_MS);
  on("night-1");
  off("lead-1");
  cr_assert_eq(thread("1.lead-1")->state, VD__ALERT_STATE__ALERT_STATE_WITHDRAWN);
  cr_assert_str_eq(respond()->called, "night-1");
  cr_assert_eq(respond()->level, VD__LEVEL__LEVEL_LEAD);
  cr_assert(is_open("1.night-1"));
}

Test(escalation, what_the_leaver_had_heard_is_told_to_the_successor)
{
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, BREACH_MS);
  cr_assert_eq(heard(1, "lead-1"), VD_OK);
  on("night-1");
  off("lead-1");
  cr_assert_str_eq(respond()->called, "night-1");
  cr_assert_str_eq(respond()->heard_by, "");
  cr_assert_neq(respond()->climb_at_ms, 0);
  cr_assert(is_open("1.night-1"));
  cr_assert_eq(thread("1.lead-1")->state, VD__ALERT_STATE__ALERT_STATE_WITHDRAWN);
}

Test(escalation, a_warning_and_a_call_for_a_decision_follow_the_post)
{
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9));
  cr_assert_not_null(reason("1.lead-2", WARNING, "1.1.decide"));
  size_t reasons = thread("1.lead-2")->n_reasons;
  on("night-1");
  off("lead-2");
  cr_assert_eq(thread("1.night-1")->n_reasons, reasons);
  cr_assert_not_null(reason("1.night-1", WARNING, "1.1.decide"));
}

Test(escalation, without_a_successor_it_climbs_at_once)
{
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, BREACH_MS);
  off("lead-1");
  cr_assert_str_eq(respond()->called, "super-1");
  cr_assert_eq(respond()->level, VD__LEVEL__LEVEL_SUPERVISOR);
  off("super-1");
  cr_assert_str_eq(respond()->called, VD_ALERT_CONTROL_ROOM);
  on("lead-1");
  fixture_run_to(f, f->now_ms + MINUTES(2));
  cr_assert_str_eq(respond()->called, "lead-1");
}

Test(escalation, at_a_change_of_shifts_the_successor_is_called_and_nobody_above)
{
  fixture_run_to(f, EVENING_MS - MINUTES(5) - SECONDS(30));
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, EVENING_MS - 1);
  cr_assert_str_eq(respond()->called, "lead-1");
  fixture_run_to(f, EVENING_MS);
  cr_assert_str_eq(respond()->called, "night-1");
  cr_assert_eq(respond()->level, VD__LEVEL__LEVEL_LEAD);
  cr_assert_null(thread("1.super-1"));
  cr_assert_null(thread("1.last-resort"));
}

// ---- life safety ----

static bool is_safety_call(const char *id)
{
  return is_open(id) && thread(id)->loud && reason(id, LIFE_SAFETY, "") != NULL;
}

Test(escalation, at_second_zero_of_life_safety_everybody_concerned_is_called)
{
  fixture_report(f, "hall", "collapse");
  cr_assert(is_safety_call("1.medic-1"));
  cr_assert(is_safety_call("1.control-1"));
  cr_assert(is_safety_call("1.lead-1"));
  cr_assert(is_safety_call("1.control-room"));
}

Test(escalation, life_safety_repeats_until_each_has_heard)
{
  fixture_report(f, "hall", "collapse");
  cr_assert_eq(heard(1, "medic-1"), VD_OK);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(2) - 1);
  cr_assert_eq(thread("1.control-1")->calls, 1u);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(2));
  cr_assert_eq(thread("1.control-1")->calls, 2u);
  cr_assert_eq(thread("1.control-room")->calls, 2u);
  cr_assert_eq(thread("1.medic-1")->calls, 1u);
  cr_assert_str_eq(last_fact()->what, "called-again");
}

Test(escalation, life_safety_is_never_withdrawn_by_a_step)
{
  fixture_report(f, "hall", "collapse");
  fixture_run_to(f, BREACH_MS);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_RESPOND, 1, "medic-1", 0), VD_OK);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_LAND, 1, "medic-1", 0), VD_OK);
  cr_assert(is_safety_call("1.medic-1"));
  cr_assert(is_safety_call("1.control-1"));
  cr_assert(is_safety_call("1.lead-1"));
  cr_assert(is_safety_call("1.control-room"));
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_CLOSE, 1, "control-1", 0), VD_OK);
  struct vd_venue_counts counts;
  vd_venue_count(f->venue, &counts);
  cr_assert_eq(counts.open_alerts, 0u, "closing it was a person's act");
}

Test(escalation, life_safety_with_nobody_on_duty_calls_the_room_and_the_last_resort)
{
  static const char *const everybody[] = {"medic-1", "control-1", "lead-1", "super-1", "chief-1"};
  for (size_t i = 0; i < 5; i++)
    off(everybody[i]);
  fixture_report(f, "hall", "collapse");
  cr_assert(is_safety_call("1.control-room"));
  cr_assert(is_open("1.last-resort"));
  for (size_t i = 0; i < 5; i++) {
    struct vd_alert_id id = vd_alert_id_of(1, "", everybody[i]);
    cr_assert_null(thread(id.text));
  }
}

Test(escalation, life_safety_follows_each_post_of_the_leaver)
{
  give_post("night-1", "safety");
  on("night-1");
  fixture_report(f, "hall", "collapse");
  cr_assert_null(reason("1.night-1", LIFE_SAFETY, ""));
  off("medic-1");
  cr_assert_not_null(reason("1.night-1", LIFE_SAFETY, ""));
  cr_assert_eq(thread("1.medic-1")->state, VD__ALERT_STATE__ALERT_STATE_WITHDRAWN);
  off("control-1"); // nobody else holds the post: the next levels, said so
  cr_assert_not_null(reason("1.super-1", LIFE_SAFETY, ""));
}

Test(escalation, life_safety_reaches_the_commander_whatever_its_severity)
{
  fixture_report(f, "hall", "collapse");
  fixture_run_to(f, BREACH_MS + MINUTES(4));
  cr_assert_not_null(reason("1.chief-1", BREACH, "1.1.respond"));
}

// ---- the digest ----

Test(escalation, several_threads_of_one_person_become_a_digest)
{
  fixture_report(f, "hall", "av-fault");
  fixture_report(f, "forum", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(4));
  cr_assert_null(thread("digest.lead-1"), "two are told one by one");
  fixture_report(f, "vip", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(8));
  cr_assert(is_open("digest.lead-1"));
  cr_assert_eq(thread("digest.lead-1")->n_digest, 3u);
  cr_assert(thread("3.lead-1")->in_digest);
  cr_assert_eq(heard_digest("lead-1"), VD_OK);
  cr_assert_eq(thread("1.lead-1")->state, VD__ALERT_STATE__ALERT_STATE_HEARD);
  cr_assert_eq(thread("3.lead-1")->state, VD__ALERT_STATE__ALERT_STATE_HEARD);
  cr_assert_neq(thread("digest.lead-1")->state, VD__ALERT_STATE__ALERT_STATE_OPEN);
  cr_assert_eq(heard_digest("lead-1"), VD_OK);
  cr_assert_eq(f->reply.sequence, 0u);
}

Test(escalation, a_digest_ends_with_its_last_thread)
{
  for (int i = 0; i < 3; i++)
    fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(4));
  cr_assert(is_open("digest.lead-1"));
  for (uint64_t number = 1; number <= 3; number++)
    cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_RESPOND, number, "av-1", 0), VD_OK);
  cr_assert_eq(thread("digest.lead-1")->state, VD__ALERT_STATE__ALERT_STATE_WITHDRAWN);
}

Test(escalation, threads_that_pass_on_together_are_a_digest_at_once)
{
  for (int i = 0; i < 4; i++)
    fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, BREACH_MS);
  on("night-1");
  off("lead-1");
  cr_assert(is_open("digest.night-1"));
  cr_assert_eq(thread("digest.night-1")->n_digest, 4u);
  cr_assert_neq(thread("digest.lead-1")->state, VD__ALERT_STATE__ALERT_STATE_OPEN);
}

// ---- a sleep, a restart ----

Test(escalation, missed_repetitions_collapse_into_one)
{
  fixture_report(f, "hall", "guest-ill");
  fixture_run_to(f, BREACH_MS + MINUTES(4));
  cr_assert_eq(thread("1.chief-1")->calls, 1u);
  f->now_ms = BREACH_MS + MINUTES(4) + MINUTES(9); // the decision's breach is called for in the same look
  fixture_run_to(f, f->now_ms);
  const Vd__AlertReason *again = reason("1.chief-1", BREACH, "1.1.respond");
  cr_assert_eq(thread("1.chief-1")->calls, 2u);
  cr_assert_eq(again->since_at_ms, f->now_ms);
  cr_assert_eq(respond()->climb_at_ms, f->now_ms + MINUTES(2));
}

Test(escalation, a_restart_goes_on_at_the_stored_level)
{
  fixture_report(f, "hall", "guest-ill");
  fixture_run_to(f, BREACH_MS + MINUTES(2));
  fixture_restart(f);
  cr_assert_str_eq(respond()->called, "super-1");
  fixture_run_to(f, BREACH_MS + MINUTES(4));
  cr_assert_str_eq(respond()->called, "chief-1");
}
