// The three steps: what they meet, what they imply, and when they were done.
#include <criterion/criterion.h>

#include "tests/unit/core/incident_acts.h"

Test(incident_step, exactly_at_the_limit_is_met)
{
  static const struct {
    Vd__Command__ActCase act;
    const char *tier;
    int64_t limit_ms;
  } tiers[] = {{VD__COMMAND__ACT_RESPOND, "respond", MINUTES(5)},
               {VD__COMMAND__ACT_DECIDE, "decide", MINUTES(10)},
               {VD__COMMAND__ACT_LAND, "land", MINUTES(20)}};
  for (size_t i = 0; i < 3; i++) {
    struct fixture *f = fixture_create();
    fixture_report(f, "hall", "av-fault");
    fixture_run_to(f, FIXTURE_T0 + tiers[i].limit_ms);
    cr_expect_eq(fixture_step(f, tiers[i].act, 1, NULL, 0), VD_OK);
    cr_expect_eq(deadline(f, 1, tiers[i].tier)->outcome, OUTCOME(MET), "%s", tiers[i].tier);
    cr_expect_eq(deadline(f, 1, tiers[i].tier)->met_at_ms, FIXTURE_T0 + tiers[i].limit_ms);
    fixture_destroy(f);
    f = fixture_create();
    fixture_report(f, "hall", "av-fault");
    fixture_run_to(f, FIXTURE_T0 + tiers[i].limit_ms + 1);
    fixture_step(f, tiers[i].act, 1, NULL, 0);
    cr_expect_eq(deadline(f, 1, tiers[i].tier)->outcome, OUTCOME(MISSED), "%s", tiers[i].tier);
    fixture_destroy(f);
  }
}

Test(incident_step, told_late_but_done_in_time)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(8));
  const Vd__Deadline *respond = deadline(f, 1, "respond");
  int64_t breached_at_ms = respond->breached_at_ms;
  cr_assert_neq(breached_at_ms, 0);
  cr_expect_eq(STEP(f, RESPOND, 1, "av-1", FIXTURE_T0 + MINUTES(4)), VD_OK);
  cr_expect_eq(respond->outcome, OUTCOME(MET_REPORTED_LATE));
  cr_expect_eq(respond->met_at_ms, FIXTURE_T0 + MINUTES(4));
  cr_expect_eq(respond->met_recorded_at_ms, FIXTURE_T0 + MINUTES(8));
  cr_expect_eq(respond->breached_at_ms, breached_at_ms, "the breach stays in the history");
  const Vd__Step *step = attempt(f, 1)->responded;
  cr_expect_eq(step->acted_at_ms, FIXTURE_T0 + MINUTES(4));
  cr_expect_eq(step->recorded_at_ms, FIXTURE_T0 + MINUTES(8));
  cr_expect_str_eq(step->by, "av-1");
  cr_expect_str_eq(step->principal, "control");
  fixture_destroy(f);
}

Test(incident_step, acted_at_is_bounded)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(3));
  cr_expect_eq(STEP(f, RESPOND, 1, NULL, FIXTURE_T0 - 1), VD_ERR_ACTED_TOO_EARLY, "before the report");
  cr_expect_str_eq(f->reply.field, "acted_at_ms");
  cr_expect_eq(STEP(f, RESPOND, 1, NULL, f->now_ms + SECONDS(6)), VD_ERR_ACTED_IN_FUTURE);
  cr_expect_eq(incident(f, 1)->state, STATE(OPEN));
  cr_expect_eq(STEP(f, RESPOND, 1, NULL, FIXTURE_T0), VD_OK, "with the report");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(40));
  cr_expect_eq(STEP(f, LAND, 1, NULL, FIXTURE_T0 + MINUTES(10) - 1), VD_ERR_ACTED_TOO_EARLY, "30 min back");
  cr_expect_eq(STEP(f, LAND, 1, NULL, FIXTURE_T0 + MINUTES(10)), VD_OK);
  fixture_destroy(f);
}

Test(incident_step, a_later_step_implies_the_earlier_ones)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(3));
  cr_expect_eq(STEP(f, LAND, 1, "av-1", FIXTURE_T0 + MINUTES(2)), VD_OK);
  const Vd__Attempt *of = attempt(f, 1);
  cr_assert(of->responded && of->decided && of->landed);
  cr_expect(of->responded->implied && of->decided->implied && !of->landed->implied);
  cr_expect_eq(of->responded->acted_at_ms, FIXTURE_T0 + MINUTES(2));
  cr_expect_eq(of->decided->acted_at_ms, FIXTURE_T0 + MINUTES(2));
  cr_expect_eq(of->landing, VD__LANDING__LANDING_FIXED);
  cr_expect_eq(deadline(f, 1, "respond")->outcome, OUTCOME(MET));
  cr_expect_eq(deadline(f, 1, "decide")->outcome, OUTCOME(MET));
  cr_expect_eq(deadline(f, 1, "land")->outcome, OUTCOME(MET));
  cr_expect_eq(fixture_facts(f, "landed"), 1u);
  cr_expect_eq(fixture_facts(f, "responded"), 0u, "one act, one fact");
  fixture_destroy(f);
}

Test(incident_step, a_said_step_stands)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(4));
  STEP(f, RESPOND, 1, "av-1", FIXTURE_T0 + MINUTES(3));
  cr_expect_eq(STEP(f, RESPOND, 1, "av-2", FIXTURE_T0 + MINUTES(1)), VD_OK);
  cr_expect_eq(f->reply.sequence, 0u);
  cr_expect_eq(f->reply.number, 1u);
  cr_expect_eq(attempt(f, 1)->responded->acted_at_ms, FIXTURE_T0 + MINUTES(3));
  cr_expect_str_eq(incident(f, 1)->holder, "av-1");
  fixture_destroy(f);
}

// A phone was offline while somebody else landed it.
Test(incident_step, an_implied_step_gives_way_to_an_earlier_word)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(7));
  STEP(f, LAND, 1, "av-1", 0);
  cr_expect_eq(deadline(f, 1, "respond")->outcome, OUTCOME(MISSED));
  cr_expect_eq(STEP(f, RESPOND, 1, "av-2", FIXTURE_T0 - 1), VD_ERR_ACTED_TOO_EARLY, "within the bounds");
  cr_expect_eq(STEP(f, RESPOND, 1, "av-2", 0), VD_OK);
  cr_expect_eq(f->reply.sequence, 0u, "now is not earlier");
  cr_expect_eq(STEP(f, RESPOND, 1, "av-2", FIXTURE_T0 + MINUTES(2)), VD_OK);
  const Vd__Attempt *of = attempt(f, 1);
  cr_expect_not(of->responded->implied);
  cr_expect_eq(of->responded->acted_at_ms, FIXTURE_T0 + MINUTES(2));
  cr_expect_str_eq(of->responded->by, "av-2");
  cr_expect_eq(deadline(f, 1, "respond")->outcome, OUTCOME(MET_REPORTED_LATE));
  cr_expect_eq(of->decided->acted_at_ms, FIXTURE_T0 + MINUTES(7), "still implied by the landing");
  cr_expect_eq(incident(f, 1)->state, STATE(LANDED));
  cr_expect_str_eq(incident(f, 1)->holder, "av-1", "the work is done: nobody takes it over");
  cr_expect_eq(open_alerts(f, 1), 0u);
  fixture_destroy(f);
}

Test(incident_step, an_earlier_step_told_later_moves_what_it_implies)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(4));
  STEP(f, LAND, 1, "av-1", 0);
  STEP(f, DECIDE, 1, "lead-2", FIXTURE_T0 + MINUTES(1));
  cr_expect_eq(attempt(f, 1)->responded->acted_at_ms, FIXTURE_T0 + MINUTES(1), "a decision implies it too");
  cr_expect(attempt(f, 1)->responded->implied);
  cr_expect_eq(deadline(f, 1, "respond")->met_at_ms, FIXTURE_T0 + MINUTES(1));
  fixture_destroy(f);
}

// ---- decisions ----

Test(incident_step, a_decision_carries_its_text)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  cr_expect_eq(do_decide(f, 1, ""), VD_ERR_MISSING);
  cr_expect_str_eq(f->reply.field, "decide.decision");
  cr_expect_eq(do_decide(f, 1, "move to the forum"), VD_OK);
  cr_expect_str_eq(attempt(f, 1)->decision, "move to the forum");
  cr_expect_not(attempt(f, 1)->by_default);
  cr_expect_str_eq(last_fact(f)->text, "move to the forum");
  cr_expect_eq(last_fact(f)->promise, VD__PROMISE__PROMISE_DECIDE);
  fixture_destroy(f);
}

Test(incident_step, another_decision_is_kept_as_a_note)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  do_decide(f, 1, "move to the forum");
  cr_expect_eq(do_decide(f, 1, "wait for the spare"), VD_OK);
  cr_expect_str_eq(attempt(f, 1)->decision, "move to the forum", "the first stands");
  cr_expect_str_eq(last_note(f, 1)->text, "wait for the spare");
  cr_expect_eq(do_decide(f, 1, "move to the forum"), VD_OK);
  cr_expect_eq(f->reply.sequence, 0u);
  cr_expect_eq(STEP(f, APPROVE, 1, NULL, 0), VD_OK);
  cr_expect_eq(f->reply.sequence, 0u);
  fixture_destroy(f);
}

Test(incident_step, a_decision_told_after_landing_completes_the_record)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, LAND, 1, "av-1", 0);
  cr_expect_str_eq(attempt(f, 1)->decision, "");
  f->now_ms += SECONDS(1);
  cr_expect_eq(do_decide(f, 1, "used the spare"), VD_OK);
  cr_expect_str_eq(attempt(f, 1)->decision, "used the spare");
  cr_expect(attempt(f, 1)->decided->implied, "when it was decided is not told anew");
  STEP(f, UNDO, 1, NULL, 0);
  cr_expect_str_eq(attempt(f, 1)->decision, "");
  fixture_destroy(f);
}

Test(incident_step, nothing_to_approve)
{
  struct fixture *f = fixture_create();
  Vd__Category *category = FIXTURE_FIND(f, CATEGORY, Category, "av-fault");
  vd_string_set(&category->default_decision->en, "");
  fixture_report(f, "hall", "av-fault");
  cr_expect_eq(STEP(f, APPROVE, 1, NULL, 0), VD_ERR_NO_DEFAULT);
  cr_expect_eq(incident(f, 1)->state, STATE(OPEN));
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9));
  cr_expect_eq(fixture_facts(f, "decision-called"), 0u, "nor to call for");
  vd_string_set(&category->default_decision->en, "Bring the spare projector");
  fixture_destroy(f);
}

// ---- landing ----

Test(incident_step, a_workaround_becomes_a_fix)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  cr_expect_eq(do_land(f, 1, VD__LANDING__LANDING_WORKAROUND), VD_OK);
  cr_expect_eq(incident(f, 1)->state, STATE(LANDED));
  cr_expect_str_eq(last_fact(f)->text, "workaround");
  int64_t landed_at_ms = attempt(f, 1)->landed->acted_at_ms;
  f->now_ms += MINUTES(30);
  cr_expect_eq(do_land(f, 1, VD__LANDING__LANDING_FIXED), VD_OK);
  cr_expect_eq(attempt(f, 1)->landing, VD__LANDING__LANDING_FIXED);
  cr_expect_eq(attempt(f, 1)->landed->acted_at_ms, landed_at_ms, "in effect since the workaround");
  cr_expect_eq(do_land(f, 1, VD__LANDING__LANDING_WORKAROUND), VD_OK);
  cr_expect_eq(f->reply.sequence, 0u, "a late word takes nothing back");
  cr_expect_eq(attempt(f, 1)->landing, VD__LANDING__LANDING_FIXED);
  fixture_destroy(f);
}

// ---- who ----

Test(incident_step, who_takes_it_up_holds_it)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, RESPOND, 1, "av-1", 0);
  cr_expect_str_eq(incident(f, 1)->holder, "av-1");
  STEP(f, DECIDE, 1, "lead-2", 0);
  cr_expect_str_eq(incident(f, 1)->holder, "av-1", "who decides does not hold the work");
  STEP(f, LAND, 1, "av-2", 0);
  cr_expect_str_eq(incident(f, 1)->holder, "av-1");
  fixture_report(f, "forum", "av-fault");
  STEP(f, LAND, 2, "av-2", 0);
  cr_expect_str_eq(incident(f, 2)->holder, "av-2", "who landed it unasked had it");
  fixture_report(f, "vip", "av-fault");
  STEP(f, RESPOND, 3, NULL, 0);
  cr_expect_str_eq(attempt(f, 3)->responded->by, "", "the control room, for nobody named");
  cr_expect_eq(STEP(f, RESPOND, 3, "av-9", 0), VD_ERR_UNKNOWN_CREW);
  fixture_destroy(f);
}

Test(incident_step, a_step_withdraws_what_it_answers)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9));
  cr_expect(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_BREACH));
  cr_expect(is_called(f, 1, "lead-2", VD__ALERT_WHY__ALERT_WHY_WARNING));
  STEP(f, RESPOND, 1, "av-1", 0);
  cr_expect_not(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_BREACH));
  cr_expect(is_called(f, 1, "lead-2", VD__ALERT_WHY__ALERT_WHY_WARNING), "the other clocks run on");
  cr_expect_eq(open_offers(f, 1), 0u, "nobody else is asked");
  STEP(f, LAND, 1, "av-1", 0);
  cr_expect_eq(open_alerts(f, 1), 0u);
  fixture_destroy(f);
}

Test(incident_step, a_decision_alone_finds_nobody)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, DECIDE, 1, "lead-2", 0);
  cr_expect_str_eq(incident(f, 1)->holder, "");
  cr_expect_eq(open_offers(f, 1), 1u, "somebody has still to do it");
  cr_expect_eq(STEP(f, ACCEPT, 1, "av-1", 0), VD_OK);
  cr_expect_str_eq(incident(f, 1)->holder, "av-1");
  cr_expect_eq(incident(f, 1)->state, STATE(DECIDED));
  fixture_destroy(f);
}

Test(incident_step, once_taken_up_the_lead_need_not_be_told)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "blackout");
  cr_expect(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_SEVERE));
  STEP(f, RESPOND, 1, "av-1", 0);
  cr_expect_not(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_SEVERE));
  fixture_destroy(f);
}

Test(incident_step, unknown_incident)
{
  struct fixture *f = fixture_create();
  cr_expect_eq(STEP(f, RESPOND, 7, NULL, 0), VD_ERR_UNKNOWN_INCIDENT);
  cr_expect_str_eq(f->reply.nearest, "", "there is none at all");
  fixture_report(f, "hall", "av-fault");
  static const Vd__Command__ActCase acts[] = {
      VD__COMMAND__ACT_RESPOND, VD__COMMAND__ACT_ARRIVE, VD__COMMAND__ACT_DECIDE, VD__COMMAND__ACT_APPROVE,
      VD__COMMAND__ACT_LAND,    VD__COMMAND__ACT_CLOSE,  VD__COMMAND__ACT_CANCEL, VD__COMMAND__ACT_REOPEN,
      VD__COMMAND__ACT_UNDO,    VD__COMMAND__ACT_NOTE};
  for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
    cr_expect_eq(fixture_step(f, acts[i], 7, NULL, 0), VD_ERR_UNKNOWN_INCIDENT, "act %d", (int)acts[i]);
    cr_expect_str_eq(f->reply.nearest, "1");
  }
  cr_expect_eq(do_amend(f, 7, &(struct said){.zone = "hall"}), VD_ERR_UNKNOWN_INCIDENT);
  cr_expect_eq(do_duplicate(f, 7, 1), VD_ERR_UNKNOWN_INCIDENT);
  cr_expect_eq(do_duplicate(f, 1, 7), VD_ERR_UNKNOWN_INCIDENT);
  cr_expect_str_eq(f->reply.field, "duplicate.of");
  fixture_destroy(f);
}
