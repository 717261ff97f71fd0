// Closing, cancelling, reopening.
#include <criterion/criterion.h>

#include "tests/unit/core/incident_acts.h"

Test(incident_end, closed_by_another_than_who_landed_it)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, LAND, 1, "av-1", 0);
  cr_expect_eq(STEP(f, CLOSE, 1, "av-1", 0), VD_ERR_OWN_WORK);
  cr_expect_str_eq(f->reply.field, "by");
  cr_expect_eq(incident(f, 1)->state, STATE(LANDED));
  cr_expect_eq(STEP(f, CLOSE, 1, "control-1", 0), VD_OK);
  cr_expect_str_eq(incident(f, 1)->closed_by, "control-1");
  cr_expect_eq(incident(f, 1)->ended_at_ms, f->now_ms);
  cr_expect_eq(attempt(f, 1)->ended_at_ms, f->now_ms);
  cr_expect_str_eq(last_fact(f)->what, "closed");
  cr_expect_eq(open_alerts(f, 1), 0u);
  fixture_destroy(f);
}

Test(incident_end, closed_by_the_control_room_itself)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, LAND, 1, NULL, 0);
  cr_expect_eq(STEP(f, CLOSE, 1, NULL, 0), VD_OK, "it landed it for nobody named");
  cr_expect_str_eq(incident(f, 1)->closed_by, "control");
  fixture_destroy(f);
}

// ---- by an access that names nobody ----

// Puts the principal, or changes it to, this role and person.
static void become(struct fixture *f, const char *id, Vd__Role role, const char *crew)
{
  Vd__Principal wanted = VD__PRINCIPAL__INIT;
  wanted.id = (char *)id;
  wanted.role = role;
  wanted.crew = (char *)crew;
  Vd__SetPrincipal set = VD__SET_PRINCIPAL__INIT;
  set.principal = &wanted;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_PRINCIPAL;
  command.principal = &set;
  cr_assert_eq(fixture_do(f, "admin", &command), VD_OK);
}

static enum vd_err land_as(struct fixture *f, const char *principal, const char *by)
{
  Vd__Land land = VD__LAND__INIT;
  land.incident = 1;
  land.landing = VD__LANDING__LANDING_FIXED;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_LAND;
  command.land = &land;
  command.by = (char *)by;
  return fixture_do(f, principal, &command);
}

static enum vd_err close_as(struct fixture *f, const char *principal, const char *by)
{
  Vd__Close close = VD__CLOSE__INIT;
  close.incident = 1;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_CLOSE;
  command.close = &close;
  command.by = (char *)by;
  return fixture_do(f, principal, &command);
}

Test(incident_end, closed_by_the_admin_who_landed_it_for_nobody_named)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  cr_assert_eq(land_as(f, "admin", ""), VD_OK);
  cr_expect_eq(close_as(f, "admin", ""), VD_OK, "a shared access: many people");
  fixture_destroy(f);
}

Test(incident_end, not_closed_by_a_post_that_landed_it_itself)
{
  static const Vd__Role roles[] = {VD__ROLE__ROLE_COMMANDER, VD__ROLE__ROLE_SUPERVISOR};
  for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
    struct fixture *f = fixture_create();
    become(f, "post", roles[i], "");
    fixture_report(f, "hall", "av-fault");
    cr_assert_eq(land_as(f, "post", ""), VD_OK);
    cr_expect_eq(close_as(f, "post", ""), VD_ERR_OWN_WORK);
    cr_expect_str_eq(f->reply.field, "by");
    cr_expect_eq(incident(f, 1)->state, STATE(LANDED));
    cr_expect_eq(close_as(f, "post", "control-1"), VD_OK, "it tells that another verified it");
    fixture_destroy(f);
  }
}

Test(incident_end, a_post_verifies_what_another_landed)
{
  struct fixture *f = fixture_create();
  become(f, "post", VD__ROLE__ROLE_SUPERVISOR, "");
  fixture_report(f, "hall", "av-fault");
  cr_assert_eq(land_as(f, "control", ""), VD_OK);
  cr_expect_eq(close_as(f, "post", ""), VD_OK);
  fixture_destroy(f);
}

Test(incident_end, a_post_verifies_what_it_was_told_that_somebody_landed)
{
  struct fixture *f = fixture_create();
  become(f, "post", VD__ROLE__ROLE_SUPERVISOR, "");
  fixture_report(f, "hall", "av-fault");
  cr_assert_eq(land_as(f, "post", "av-1"), VD_OK);
  cr_expect_eq(close_as(f, "post", ""), VD_OK);
  fixture_destroy(f);
}

Test(incident_end, control_with_a_person_of_its_own_is_that_person)
{
  struct fixture *f = fixture_create();
  become(f, "desk", VD__ROLE__ROLE_CONTROL, "control-1");
  fixture_report(f, "hall", "av-fault");
  cr_assert_eq(land_as(f, "desk", ""), VD_OK);
  cr_expect_eq(close_as(f, "desk", ""), VD_ERR_OWN_WORK);
  cr_expect_eq(close_as(f, "control", "control-1"), VD_ERR_OWN_WORK, "whoever tells it");
  cr_expect_eq(close_as(f, "control", ""), VD_OK);
  fixture_destroy(f);
}

Test(incident_end, who_landed_it_before_being_given_a_name_still_did)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  become(f, "desk", VD__ROLE__ROLE_CONTROL, "");
  cr_assert_eq(land_as(f, "desk", ""), VD_OK);
  become(f, "desk", VD__ROLE__ROLE_CONTROL, "control-1");
  cr_expect_eq(close_as(f, "desk", ""), VD_ERR_OWN_WORK);
  cr_expect_eq(close_as(f, "desk", "super-1"), VD_OK);
  fixture_destroy(f);
}

Test(incident_end, closed_late_is_told_as_it_was)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, LAND, 1, "av-1", 0);
  f->now_ms += MINUTES(10);
  cr_expect_eq(STEP(f, CLOSE, 1, "control-1", FIXTURE_T0 - 1), VD_ERR_ACTED_TOO_EARLY,
               "before it was landed");
  cr_expect_eq(STEP(f, CLOSE, 1, "control-1", FIXTURE_T0 + MINUTES(4)), VD_OK);
  cr_expect_eq(attempt(f, 1)->ended_at_ms, FIXTURE_T0 + MINUTES(4));
  cr_expect_eq(incident(f, 1)->ended_at_ms, f->now_ms, "for the time left to undo it");
  fixture_destroy(f);
}

Test(incident_end, cancelled_with_a_reason)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(6));
  cr_expect_eq(do_cancel(f, 1, ""), VD_ERR_MISSING);
  cr_expect_str_eq(f->reply.field, "cancel.reason");
  cr_expect_eq(do_cancel(f, 1, "it was the rehearsal"), VD_OK);
  cr_expect_str_eq(incident(f, 1)->reason, "it was the rehearsal");
  cr_expect_str_eq(last_note(f, 1)->text, "it was the rehearsal");
  const Vd__Deadline *respond = deadline(f, 1, "respond");
  cr_expect_eq(respond->outcome, OUTCOME(VOID));
  cr_expect_neq(respond->breached_at_ms, 0, "breaches already recorded stay");
  cr_expect_eq(open_alerts(f, 1), 0u);
  cr_expect_eq(open_offers(f, 1), 0u);
  size_t changes = f->n_changes - fixture_facts(f, "counts-kept");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(60));
  cr_expect_eq(f->n_changes - fixture_facts(f, "counts-kept"), changes, "nothing of it is ever heard again");
  fixture_destroy(f);
}

Test(incident_end, what_was_met_stays_met)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, RESPOND, 1, "av-1", 0);
  STEP(f, CANCEL, 1, NULL, 0);
  cr_expect_eq(deadline(f, 1, "respond")->outcome, OUTCOME(MET));
  cr_expect_eq(deadline(f, 1, "decide")->outcome, OUTCOME(VOID));
  fixture_destroy(f);
}

Test(incident_end, a_duplicate_says_of_what)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_report(f, "hall", "av-fault");
  do_duplicate(f, 2, 1);
  cr_expect_eq(STEP(f, RESPOND, 2, NULL, 0), VD_ERR_INCIDENT_ENDED);
  cr_expect_str_eq(f->reply.nearest, "1");
  fixture_destroy(f);
}

Test(incident_end, reopened_with_clocks_of_its_own)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, LAND, 1, "av-1", 0);
  STEP(f, CLOSE, 1, "control-1", 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(7));
  cr_expect_eq(STEP(f, REOPEN, 1, NULL, 0), VD_OK);
  const Vd__Incident *of = incident(f, 1);
  cr_expect_eq(of->attempt, 2u);
  cr_expect_eq(of->ended_at_ms, 0);
  cr_expect_str_eq(of->reason, "again");
  cr_expect_str_eq(of->closed_by, "");
  cr_expect_str_eq(of->holder, "", "offered anew");
  cr_expect_eq(of->reported_at_ms, FIXTURE_T0);
  cr_expect_str_eq(attempt(f, 1)->id, "1.2");
  cr_expect_eq(attempt(f, 1)->started_at_ms, f->now_ms);
  cr_expect_eq(deadline(f, 1, "respond")->due_at_ms, f->now_ms + MINUTES(5));
  cr_expect_eq(FIXTURE_FIND(f, DEADLINE, Deadline, "1.1.respond")->outcome, OUTCOME(MET), "history");
  cr_expect_neq(FIXTURE_FIND(f, ATTEMPT, Attempt, "1.1")->ended_at_ms, 0);
  cr_expect_eq(STEP(f, RESPOND, 1, NULL, f->now_ms - 1), VD_ERR_ACTED_TOO_EARLY, "of the attempt before");
  cr_expect_eq(STEP(f, RESPOND, 1, NULL, 0), VD_OK);
  fixture_destroy(f);
}

Test(incident_end, reopening_needs_a_reason)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, CANCEL, 1, NULL, 0);
  Vd__Reopen reopen = VD__REOPEN__INIT;
  reopen.incident = 1;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_REOPEN;
  command.reopen = &reopen;
  cr_expect_eq(fixture_do(f, "control", &command), VD_ERR_MISSING);
  cr_expect_str_eq(f->reply.field, "reopen.reason");
  fixture_destroy(f);
}

Test(incident_end, a_reopened_duplicate_stands_alone)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_report(f, "hall", "av-fault");
  do_duplicate(f, 2, 1);
  f->now_ms += MINUTES(5); // too late to undo
  cr_expect_eq(STEP(f, REOPEN, 2, NULL, 0), VD_OK);
  cr_expect_eq(incident(f, 2)->duplicate_of, 0u);
  cr_expect_null(incident(f, 2)->merge);
  cr_expect_eq(STEP(f, UNDO, 2, NULL, 0), VD_ERR_NOTHING_TO_UNDO);
  cr_expect_eq(do_duplicate(f, 2, 1), VD_OK, "and can be merged again");
  cr_expect_eq(STEP(f, UNDO, 2, NULL, 0), VD_OK);
  cr_expect_eq(incident(f, 2)->state, STATE(OPEN));
  fixture_destroy(f);
}

Test(incident_end, life_safety_is_called_again_when_reopened)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "collapse");
  STEP(f, CANCEL, 1, NULL, 0);
  cr_expect_eq(open_alerts(f, 1), 0u, "a person's act withdraws it");
  STEP(f, REOPEN, 1, NULL, 0);
  cr_expect(is_called(f, 1, "medic-1", VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY));
  cr_expect_str_eq(attempt(f, 1)->decision, "Ring 120, clear a way");
  fixture_destroy(f);
}
