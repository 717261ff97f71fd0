// A mis-tap comes off within two minutes, audited, and only what was done last.
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/core/incident_acts.h"

Test(incident_undo, within_the_window)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, RESPOND, 1, "av-1", 0);
  f->now_ms += MINUTES(2);
  cr_expect_eq(STEP(f, UNDO, 1, "control-1", 0), VD_OK, "exactly two minutes");
  cr_expect_eq(f->reply.number, 1u);
  const Vd__Incident *of = incident(f, 1);
  cr_expect_eq(of->state, STATE(OPEN));
  cr_expect_str_eq(of->holder, "");
  cr_expect_null(attempt(f, 1)->responded);
  cr_expect_eq(open_offers(f, 1), 1u, "somebody has to be found again");
  cr_expect_eq(deadline(f, 1, "respond")->outcome, OUTCOME(RUNNING));
  cr_expect_eq(deadline(f, 1, "respond")->met_at_ms, 0);
  const Vd__Note *note = last_note(f, 1);
  cr_expect_eq(note->kind, VD__NOTE_KIND__NOTE_KIND_CORRECTION);
  cr_expect_str_eq(note->text, "undone: respond, av-1");
  cr_expect_str_eq(note->by, "control-1");
  cr_expect_str_eq(last_fact(f)->what, "undone");
  fixture_destroy(f);
}

Test(incident_undo, not_after_it)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, RESPOND, 1, "av-1", 0);
  f->now_ms += MINUTES(2) + 1;
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_ERR_NOTHING_TO_UNDO);
  STEP(f, LAND, 1, "av-1", 0);
  f->now_ms += MINUTES(2) + 1;
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_ERR_NOTHING_TO_UNDO);
  STEP(f, CLOSE, 1, "control-1", 0);
  f->now_ms += MINUTES(2) + 1;
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_ERR_NOTHING_TO_UNDO);
  cr_expect_eq(incident(f, 1)->state, STATE(CLOSED));
  fixture_destroy(f);
}

// The window counts from when it was told, not from when it was done: the mis-tap is the telling.
Test(incident_undo, counts_from_the_telling)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  f->now_ms += MINUTES(10);
  STEP(f, RESPOND, 1, "av-1", FIXTURE_T0 + MINUTES(1));
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_OK);
  fixture_destroy(f);
}

Test(incident_undo, what_it_implied_goes_with_it)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, RESPOND, 1, "av-1", 0);
  STEP(f, LAND, 1, "av-1", 0); // in the same instant, and implies the decision
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_OK);
  const Vd__Attempt *of = attempt(f, 1);
  cr_expect_eq(incident(f, 1)->state, STATE(RESPONDED));
  cr_expect(of->responded && !of->decided && !of->landed);
  cr_expect_eq(of->landing, VD__LANDING__LANDING_UNSPECIFIED);
  cr_expect_eq(deadline(f, 1, "respond")->outcome, OUTCOME(MET));
  cr_expect_eq(deadline(f, 1, "decide")->outcome, OUTCOME(RUNNING));
  cr_expect_eq(deadline(f, 1, "land")->outcome, OUTCOME(RUNNING));
  cr_expect_str_eq(incident(f, 1)->holder, "av-1", "who took it up before");
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_OK, "then the one before");
  cr_expect_eq(incident(f, 1)->state, STATE(OPEN));
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_ERR_NOTHING_TO_UNDO);
  fixture_destroy(f);
}

Test(incident_undo, last_is_what_was_told_last)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(4));
  STEP(f, LAND, 1, "av-1", 0);
  f->now_ms += 1;
  STEP(f, RESPOND, 1, "av-2", FIXTURE_T0 + MINUTES(1));
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_OK);
  const Vd__Attempt *of = attempt(f, 1);
  cr_expect_eq(incident(f, 1)->state, STATE(LANDED), "the landing stands");
  cr_expect(of->responded->implied);
  cr_expect_eq(of->responded->acted_at_ms, FIXTURE_T0 + MINUTES(4));
  cr_expect_eq(deadline(f, 1, "respond")->met_at_ms, FIXTURE_T0 + MINUTES(4));
  fixture_destroy(f);
}

Test(incident_undo, deadlines_resume_where_they_are)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(4) + SECONDS(50));
  STEP(f, RESPOND, 1, "av-1", 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(6));
  cr_expect_eq(deadline(f, 1, "respond")->breached_at_ms, 0);
  STEP(f, UNDO, 1, NULL, 0);
  fixture_jump_to(f, f->now_ms);
  const Vd__Deadline *respond = deadline(f, 1, "respond");
  cr_expect_eq(respond->breached_at_ms, f->now_ms, "it is late after all");
  cr_expect(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_BREACH));
  cr_expect_eq(STEP(f, RESPOND, 1, "av-1", FIXTURE_T0 + MINUTES(4)), VD_OK);
  cr_expect_eq(respond->outcome, OUTCOME(MET_REPORTED_LATE));
  fixture_destroy(f);
}

Test(incident_undo, a_breach_stays_and_calls_again)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(5) + SECONDS(30));
  int64_t breached_at_ms = deadline(f, 1, "respond")->breached_at_ms;
  STEP(f, RESPOND, 1, "av-1", 0);
  cr_expect_not(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_BREACH));
  STEP(f, UNDO, 1, NULL, 0);
  cr_expect_eq(deadline(f, 1, "respond")->breached_at_ms, breached_at_ms);
  fixture_jump_to(f, f->now_ms);
  cr_expect(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_BREACH));
  cr_expect_eq(fixture_facts(f, "breached"), 1u, "recorded once");
  fixture_run_to(f, f->now_ms + MINUTES(3));
  cr_expect_eq(fixture_facts(f, "breached"), 1u);
  cr_expect_geq(fixture_facts(f, "climbed"), 1u);
  fixture_destroy(f);
}

Test(incident_undo, a_decision)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9) + SECONDS(10));
  STEP(f, APPROVE, 1, "lead-2", 0);
  STEP(f, UNDO, 1, NULL, 0);
  cr_expect_str_eq(last_note(f, 1)->text, "undone: decide, Bring the spare projector");
  cr_expect_str_eq(attempt(f, 1)->decision, "");
  cr_expect_not(attempt(f, 1)->by_default);
  fixture_jump_to(f, f->now_ms);
  cr_expect(is_called(f, 1, "lead-2", VD__ALERT_WHY__ALERT_WHY_DECISION), "called for again");
  fixture_destroy(f);
}

Test(incident_undo, life_safety_goes_back_to_its_page)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "collapse");
  do_decide(f, 1, "stay inside");
  cr_expect_not(attempt(f, 1)->by_default);
  STEP(f, UNDO, 1, NULL, 0);
  cr_expect_str_eq(attempt(f, 1)->decision, "Ring 120, clear a way");
  cr_expect(attempt(f, 1)->by_default);
  fixture_destroy(f);
}

// ---- endings ----

Test(incident_undo, a_close)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, LAND, 1, "av-1", 0);
  STEP(f, CLOSE, 1, "control-1", 0);
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_OK);
  cr_expect_eq(incident(f, 1)->state, STATE(LANDED));
  cr_expect_eq(incident(f, 1)->ended_at_ms, 0);
  cr_expect_str_eq(incident(f, 1)->closed_by, "");
  cr_expect_eq(attempt(f, 1)->ended_at_ms, 0);
  cr_expect_str_eq(last_note(f, 1)->text, "undone: close, control-1");
  fixture_destroy(f);
}

Test(incident_undo, a_cancellation_in_the_middle)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, RESPOND, 1, "av-1", 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(8) + SECONDS(30));
  do_cancel(f, 1, "wrong hall");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10) + SECONDS(20));
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_OK);
  const Vd__Incident *of = incident(f, 1);
  cr_expect_eq(of->state, STATE(RESPONDED));
  cr_expect_str_eq(of->holder, "av-1");
  cr_expect_str_eq(of->reason, "");
  cr_expect_str_eq(last_note(f, 1)->text, "undone: cancel, wrong hall");
  cr_expect_eq(deadline(f, 1, "respond")->outcome, OUTCOME(MET), "was met before");
  cr_expect_eq(deadline(f, 1, "decide")->outcome, OUTCOME(RUNNING));
  fixture_jump_to(f, f->now_ms);
  cr_expect_neq(deadline(f, 1, "decide")->breached_at_ms, 0, "its time ran on");
  cr_expect(is_called(f, 1, "lead-2", VD__ALERT_WHY__ALERT_WHY_DECISION));
  fixture_destroy(f);
}

Test(incident_undo, a_cancellation_after_the_call_for_a_decision)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9) + SECONDS(10));
  STEP(f, CANCEL, 1, NULL, 0);
  cr_expect_not(is_called(f, 1, "lead-2", VD__ALERT_WHY__ALERT_WHY_DECISION));
  STEP(f, UNDO, 1, NULL, 0);
  fixture_jump_to(f, f->now_ms);
  cr_expect(is_called(f, 1, "lead-2", VD__ALERT_WHY__ALERT_WHY_DECISION), "called for again");
  fixture_destroy(f);
}

Test(incident_undo, a_cancellation_of_life_safety)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "collapse");
  STEP(f, CANCEL, 1, NULL, 0);
  STEP(f, UNDO, 1, NULL, 0);
  cr_expect(is_called(f, 1, "medic-1", VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY));
  fixture_destroy(f);
}

Test(incident_undo, no_report_no_reopening_no_note)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_ERR_NOTHING_TO_UNDO);
  STEP(f, NOTE, 1, NULL, 0);
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_ERR_NOTHING_TO_UNDO);
  STEP(f, LAND, 1, "av-1", 0);
  STEP(f, CLOSE, 1, "control-1", 0);
  STEP(f, REOPEN, 1, NULL, 0);
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_ERR_NOTHING_TO_UNDO, "steps of the attempt before stay");
  fixture_destroy(f);
}
