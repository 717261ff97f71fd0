// What is learned later: corrections, and whom they call.
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/core/incident_acts.h"

Test(incident_amend, audited)
{
  struct fixture *f = fixture_create();
  do_report(f, &(struct said){.category = "av-fault", .text = "no sound"});
  cr_assert_eq(do_amend(f, 1, &(struct said){.zone = "hall", .severity = 3, .text = "no sound, no picture"}),
               VD_OK);
  const Vd__Incident *of = incident(f, 1);
  cr_expect_str_eq(of->zone, "hall");
  cr_expect_str_eq(of->text, "no sound, no picture");
  cr_expect_eq(of->severity, 3u);
  cr_expect_eq(of->n_missing, 0u);
  cr_expect_str_eq(last_fact(f)->what, "amended");
  cr_expect_str_eq(last_note(f, 1)->text, "zone: unknown -> hall; severity: 2 -> 3; text");
  cr_expect_eq(last_note(f, 1)->kind, VD__NOTE_KIND__NOTE_KIND_CORRECTION);
  bool is_kept = false;
  for (uint32_t i = 1; i <= of->notes; i++) {
    char id[] = "1.n0";
    id[3] = (char)('0' + i);
    is_kept |= strcmp(FIXTURE_FIND(f, NOTE, Note, id)->text, "text: no sound") == 0;
  }
  cr_expect(is_kept, "what was said first is not lost");
  fixture_destroy(f);
}

Test(incident_amend, nothing_new_changes_nothing)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  cr_expect_eq(do_amend(f, 1, &(struct said){.zone = "hall", .category = "av-fault", .severity = 2}), VD_OK);
  cr_expect_eq(f->reply.sequence, 0u);
  cr_expect_eq(do_amend(f, 1, &(struct said){.zone = NULL}), VD_OK);
  cr_expect_eq(f->reply.sequence, 0u);
  fixture_destroy(f);
}

Test(incident_amend, misspelt_is_refused_whole)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  cr_expect_eq(do_amend(f, 1, &(struct said){.zone = "forum", .category = "guest-il"}),
               VD_ERR_UNKNOWN_CATEGORY);
  cr_expect_str_eq(f->reply.nearest, "guest-ill");
  cr_expect_eq(do_amend(f, 1, &(struct said){.zone = "forun", .severity = 3}), VD_ERR_UNKNOWN_ZONE);
  cr_expect_str_eq(f->reply.nearest, "forum");
  cr_expect_eq(do_amend(f, 1, &(struct said){.zone = "forum", .severity = 5}), VD_ERR_BAD_VALUE);
  cr_expect_str_eq(incident(f, 1)->zone, "hall");
  fixture_destroy(f);
}

Test(incident_amend, back_to_unknown_is_missing_again)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  do_amend(f, 1, &(struct said){.zone = "unknown"});
  cr_expect_eq(incident(f, 1)->n_missing, 1u);
  fixture_destroy(f);
}

Test(incident_amend, severity_follows_the_category_unless_said)
{
  struct fixture *f = fixture_create();
  do_report(f, &(struct said){.zone = "hall", .text = "somebody fell"});
  cr_expect_eq(incident(f, 1)->severity, 1u);
  do_amend(f, 1, &(struct said){.category = "guest-ill"});
  cr_expect_eq(incident(f, 1)->severity, 3u);
  do_report(f, &(struct said){.zone = "forum", .text = "somebody fell", .severity = 2});
  do_amend(f, 2, &(struct said){.category = "guest-ill"});
  cr_expect_eq(incident(f, 2)->severity, 2u, "what was said stays");
  do_amend(f, 2, &(struct said){.category = "av-fault", .severity = 3});
  cr_expect_eq(incident(f, 2)->severity, 3u);
  fixture_destroy(f);
}

Test(incident_amend, running_limits_stay)
{
  struct fixture *f = fixture_create();
  Vd__Category *category = FIXTURE_FIND(f, CATEGORY, Category, "guest-ill");
  category->respond_limit_ms = MINUTES(1);
  fixture_report(f, "hall", "av-fault");
  do_amend(f, 1, &(struct said){.category = "guest-ill"});
  cr_expect_eq(deadline(f, 1, "respond")->limit_ms, MINUTES(5));
  category->respond_limit_ms = 0;
  fixture_destroy(f);
}

Test(incident_amend, becomes_life_safety)
{
  struct fixture *f = fixture_create();
  const Vd__AlertWhy why = VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY;
  do_report(f, &(struct said){.zone = "hall", .severity = 2, .text = "a crack"});
  cr_expect_not(is_called(f, 1, "medic-1", why));
  cr_expect_eq(do_amend(f, 1, &(struct said){.category = "collapse", .severity = 3}), VD_ERR_BAD_VALUE,
               "life safety is always 4");
  cr_expect_eq(do_amend(f, 1, &(struct said){.category = "collapse"}), VD_OK);
  cr_expect(incident(f, 1)->life_safety);
  cr_expect_eq(incident(f, 1)->severity, 4u);
  cr_expect(is_called(f, 1, "medic-1", why) && is_called(f, 1, "control-room", why));
  cr_expect_str_eq(attempt(f, 1)->decision, "Ring 120, clear a way");
  cr_expect_eq(do_amend(f, 1, &(struct said){.severity = 2}), VD_ERR_BAD_VALUE);
  cr_expect_eq(do_amend(f, 1, &(struct said){.category = "av-fault"}), VD_OK,
               "a person may say that it is none");
  cr_expect_not(incident(f, 1)->life_safety);
  cr_expect_not(is_called(f, 1, "medic-1", why));
  cr_expect_str_eq(attempt(f, 1)->decision, "");
  fixture_destroy(f);
}

Test(incident_amend, a_decision_taken_is_not_replaced)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  do_decide(f, 1, "wait");
  do_amend(f, 1, &(struct said){.category = "collapse"});
  cr_expect_str_eq(attempt(f, 1)->decision, "wait");
  fixture_destroy(f);
}

Test(incident_amend, raised_to_severity_three_reaches_the_commander)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(7) + SECONDS(30)); // lead, then supervisor
  cr_expect(is_called(f, 1, "super-1", VD__ALERT_WHY__ALERT_WHY_BREACH));
  do_amend(f, 1, &(struct said){.severity = 3});
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10));
  cr_expect(is_called(f, 1, "chief-1", VD__ALERT_WHY__ALERT_WHY_BREACH));
  fixture_destroy(f);
}

Test(incident_amend, raised_to_severity_four_informs_the_lead)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  cr_expect_not(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_SEVERE));
  do_amend(f, 1, &(struct said){.severity = 4});
  cr_expect(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_SEVERE));
  cr_expect_str_eq(incident(f, 1)->holder, "av-1", "the nearest qualified goes at once");
  cr_expect_eq(open_offers(f, 1), 0u, "who was asked need not answer any more");
  do_amend(f, 1, &(struct said){.severity = 3});
  cr_expect_not(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_SEVERE));
  fixture_destroy(f);
}

Test(incident_amend, severity_four_of_work_that_is_held)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, ACCEPT, 1, "av-1", 0);
  cr_assert_str_eq(incident(f, 1)->holder, "av-1");
  do_amend(f, 1, &(struct said){.severity = 4});
  cr_expect_str_eq(incident(f, 1)->holder, "av-1", "who has it keeps it");
  cr_expect(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_SEVERE), "the lead is informed");
  fixture_destroy(f);
}

Test(incident_amend, another_category_needs_other_skills)
{
  struct fixture *f = fixture_create();
  do_report(f, &(struct said){.zone = "hall", .category = "av-fault", .severity = 1, .text = "x"});
  cr_expect_eq(open_offers(f, 1), 1u);
  do_amend(f, 1, &(struct said){.category = "guest-ill"});
  unsigned to_medic = 0;
  const char *after = NULL;
  const Vd__Offer *offer;
  while ((offer = (Vd__Offer *)vd_fold_next(vd_venue_fold(f->venue), VD__KIND__KIND_OFFER, after, "1."))) {
    after = offer->id;
    if (offer->state == VD__OFFER_STATE__OFFER_STATE_OPEN)
      to_medic += strcmp(offer->crew, "medic-1") == 0;
  }
  cr_expect_eq(open_offers(f, 1), 1u);
  cr_expect_eq(to_medic, 1u);
  fixture_destroy(f);
}
