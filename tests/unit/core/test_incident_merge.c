// Duplicates: the survivor gets reporters and the earliest time, the duplicate's clocks vanish, undo is
// possible.
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/core/incident_acts.h"

// One reported at T0 + 3 min by "late", the other told later but seen at T0 by "early": 1 survives.
static struct fixture *two(void)
{
  struct fixture *f = fixture_create();
  fixture_run_to(f, FIXTURE_T0 + MINUTES(3));
  do_report(f, &(struct said){.zone = "hall", .category = "av-fault", .text = "x", .reporter = "late"});
  do_report(f, &(struct said){.zone = "hall",
                              .category = "av-fault",
                              .text = "x",
                              .reporter = "early",
                              .acted_at_ms = FIXTURE_T0});
  return f;
}

Test(incident_merge, the_survivor_gets_the_earliest_time)
{
  struct fixture *f = two();
  cr_expect_eq(do_duplicate(f, 2, 1), VD_OK);
  cr_expect_eq(f->reply.number, 2u);
  const Vd__Incident *survivor = incident(f, 1), *duplicate = incident(f, 2);
  cr_expect_eq(duplicate->state, STATE(DUPLICATE));
  cr_expect_eq(duplicate->duplicate_of, 1u);
  cr_expect_eq(duplicate->ended_at_ms, f->now_ms);
  cr_expect_eq(deadline(f, 2, "land")->outcome, OUTCOME(VOID));
  cr_expect_eq(open_offers(f, 2), 0u);
  cr_expect_eq(open_alerts(f, 2), 0u);
  cr_expect_eq(survivor->state, STATE(OPEN));
  cr_expect_eq(survivor->reported_at_ms, FIXTURE_T0);
  cr_expect_eq(survivor->n_reporters, 2u);
  cr_expect_str_eq(survivor->reporters[1], "early");
  cr_expect_eq(attempt(f, 1)->started_at_ms, FIXTURE_T0);
  const Vd__Deadline *respond = deadline(f, 1, "respond");
  cr_expect_eq(respond->start_at_ms, FIXTURE_T0);
  cr_expect_eq(respond->warn_at_ms, FIXTURE_T0 + MINUTES(4));
  cr_expect_eq(respond->due_at_ms, FIXTURE_T0 + MINUTES(5));
  cr_expect_str_eq(last_note(f, 1)->text, "#2 is a duplicate of this, reported by early");
  cr_expect_eq(last_note(f, 1)->kind, VD__NOTE_KIND__NOTE_KIND_MERGE);
  cr_expect_str_eq(last_note(f, 2)->text, "a duplicate of #1");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(5) + 1);
  cr_expect_neq(respond->breached_at_ms, 0);
  cr_expect_eq(fixture_facts(f, "breached"), 1u, "of the survivor alone");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9));
  cr_expect_eq(attempt(f, 1)->decision_called_at_ms, FIXTURE_T0 + MINUTES(9));
  fixture_destroy(f);
}

Test(incident_merge, a_later_duplicate_moves_nothing)
{
  struct fixture *f = two();
  cr_expect_eq(do_duplicate(f, 1, 2), VD_OK);
  cr_expect_eq(incident(f, 2)->reported_at_ms, FIXTURE_T0);
  cr_expect_eq(deadline(f, 2, "respond")->due_at_ms, FIXTURE_T0 + MINUTES(5));
  cr_expect_eq(incident(f, 2)->n_reporters, 2u);
  fixture_destroy(f);
}

Test(incident_merge, a_reporter_is_named_once)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  fixture_report(f, "hall", "av-fault");
  do_duplicate(f, 2, 1);
  cr_expect_eq(incident(f, 1)->n_reporters, 1u);
  STEP(f, UNDO, 2, NULL, 0);
  cr_expect_eq(incident(f, 1)->n_reporters, 1u, "it was the survivor's before");
  fixture_destroy(f);
}

Test(incident_merge, what_was_met_stays_and_reopened_clocks_stay)
{
  struct fixture *f = two();
  STEP(f, RESPOND, 1, "av-1", 0);
  int64_t due_ms = deadline(f, 1, "respond")->due_at_ms;
  do_duplicate(f, 2, 1);
  cr_expect_eq(deadline(f, 1, "respond")->due_at_ms, due_ms);
  cr_expect_eq(deadline(f, 1, "respond")->outcome, OUTCOME(MET));
  cr_expect_eq(deadline(f, 1, "land")->due_at_ms, FIXTURE_T0 + MINUTES(20));
  fixture_destroy(f);
  f = two();
  STEP(f, CANCEL, 1, NULL, 0);
  STEP(f, REOPEN, 1, NULL, 0);
  do_duplicate(f, 2, 1);
  cr_expect_eq(incident(f, 1)->reported_at_ms, FIXTURE_T0);
  cr_expect_eq(deadline(f, 1, "land")->due_at_ms, FIXTURE_T0 + MINUTES(23),
               "a second attempt has its own clocks");
  fixture_destroy(f);
}

// The decision came before the merge; what it implied is said afterwards, of a moment before the first
// report.
Test(incident_merge, what_is_met_anew_counts_from_the_earliest_time)
{
  struct fixture *f = two();
  do_decide(f, 1, "x");
  cr_expect_eq(deadline(f, 1, "respond")->outcome, OUTCOME(MET), "implied");
  do_duplicate(f, 2, 1);
  f->now_ms += MINUTES(1);
  STEP(f, RESPOND, 1, "av-1", FIXTURE_T0 + MINUTES(2));
  const Vd__Deadline *respond = deadline(f, 1, "respond");
  cr_expect_eq(respond->start_at_ms, FIXTURE_T0);
  cr_expect_eq(respond->due_at_ms, FIXTURE_T0 + MINUTES(5));
  cr_expect_eq(respond->met_at_ms, FIXTURE_T0 + MINUTES(2));
  int64_t held_ms = 0;
  for (size_t i = 0; i < respond->n_shares; i++)
    held_ms += respond->shares[i]->held_ms;
  cr_expect_eq(held_ms, MINUTES(2));
  fixture_destroy(f);
}

Test(incident_merge, refusals)
{
  struct fixture *f = two();
  fixture_report(f, "vip", "collapse");
  cr_expect_eq(do_duplicate(f, 1, 1), VD_ERR_SAME_INCIDENT);
  cr_expect_eq(do_duplicate(f, 3, 1), VD_ERR_BAD_VALUE, "life safety is not put away behind something else");
  cr_expect_eq(do_duplicate(f, 1, 3), VD_OK, "the other way round it may");
  cr_expect_eq(do_duplicate(f, 2, 1), VD_ERR_INCIDENT_ENDED, "a duplicate is no survivor");
  cr_expect_str_eq(f->reply.field, "duplicate.of");
  cr_expect_str_eq(f->reply.nearest, "3");
  cr_expect_eq(do_duplicate(f, 1, 2), VD_ERR_INCIDENT_ENDED, "of another it is none");
  STEP(f, CANCEL, 2, NULL, 0);
  cr_expect_eq(do_duplicate(f, 3, 2), VD_ERR_INCIDENT_ENDED);
  fixture_destroy(f);
}

// ---- undo ----

Test(incident_merge, undo_gives_everything_back)
{
  struct fixture *f = two();
  do_duplicate(f, 2, 1);
  f->now_ms += MINUTES(1);
  cr_expect_eq(STEP(f, UNDO, 2, NULL, 0), VD_OK);
  const Vd__Incident *survivor = incident(f, 1), *duplicate = incident(f, 2);
  cr_expect_eq(duplicate->state, STATE(OPEN));
  cr_expect_eq(duplicate->duplicate_of, 0u);
  cr_expect_null(duplicate->merge);
  cr_expect_eq(deadline(f, 2, "respond")->outcome, OUTCOME(RUNNING));
  cr_expect_eq(deadline(f, 2, "respond")->due_at_ms, FIXTURE_T0 + MINUTES(5));
  cr_expect_eq(survivor->reported_at_ms, FIXTURE_T0 + MINUTES(3));
  cr_expect_eq(survivor->n_reporters, 1u);
  cr_expect_str_eq(survivor->reporters[0], "late");
  cr_expect_eq(survivor->last_duplicate, 0u);
  cr_expect_eq(deadline(f, 1, "respond")->due_at_ms, FIXTURE_T0 + MINUTES(8));
  cr_expect_eq(deadline(f, 1, "respond")->start_at_ms, FIXTURE_T0 + MINUTES(3));
  cr_expect_eq(attempt(f, 1)->decision_call_at_ms, FIXTURE_T0 + MINUTES(12));
  cr_expect_str_eq(last_note(f, 1)->text, "undone: #2 is no duplicate of this");
  cr_expect_str_eq(last_note(f, 2)->text, "undone: duplicate");
  fixture_destroy(f);
}

Test(incident_merge, undo_forgets_a_lateness_by_a_mistaken_time)
{
  struct fixture *f = two();
  fixture_run_to(f, FIXTURE_T0 + MINUTES(4));
  do_duplicate(f, 2, 1);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(5) + SECONDS(1));
  cr_expect_neq(deadline(f, 1, "respond")->breached_at_ms, 0);
  STEP(f, UNDO, 2, NULL, 0);
  const Vd__Deadline *respond = deadline(f, 1, "respond");
  cr_expect_eq(respond->breached_at_ms, 0, "due at T0 + 8 min again");
  cr_expect_not(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_BREACH));
  fixture_run_to(f, FIXTURE_T0 + MINUTES(8));
  cr_expect_eq(respond->breached_at_ms, 0);
  cr_expect(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_WARNING));
  fixture_run_to(f, FIXTURE_T0 + MINUTES(8) + 1);
  cr_expect_eq(respond->breached_at_ms, FIXTURE_T0 + MINUTES(8) + 1);
  cr_expect(is_called(f, 1, "lead-1", VD__ALERT_WHY__ALERT_WHY_BREACH));
  fixture_destroy(f);
}

Test(incident_merge, merges_come_off_in_reverse)
{
  struct fixture *f = two();
  do_report(f, &(struct said){.zone = "hall",
                              .category = "av-fault",
                              .text = "x",
                              .reporter = "third",
                              .acted_at_ms = FIXTURE_T0 + MINUTES(1)});
  do_duplicate(f, 2, 1);
  do_duplicate(f, 3, 1);
  cr_expect_eq(incident(f, 1)->n_reporters, 3u);
  cr_expect_eq(STEP(f, UNDO, 2, NULL, 0), VD_ERR_NOTHING_TO_UNDO, "3 came after it");
  cr_expect_eq(STEP(f, UNDO, 3, NULL, 0), VD_OK);
  cr_expect_eq(incident(f, 1)->reported_at_ms, FIXTURE_T0, "2 still gives the earliest");
  cr_expect_eq(STEP(f, UNDO, 2, NULL, 0), VD_OK);
  cr_expect_eq(incident(f, 1)->reported_at_ms, FIXTURE_T0 + MINUTES(3));
  cr_expect_eq(incident(f, 1)->n_reporters, 1u);
  fixture_destroy(f);
}

Test(incident_merge, undo_in_a_chain)
{
  struct fixture *f = two();
  fixture_report(f, "hall", "av-fault");
  do_duplicate(f, 2, 1);
  do_duplicate(f, 1, 3);
  cr_expect_eq(incident(f, 3)->reported_at_ms, FIXTURE_T0, "the earliest of all");
  cr_expect_eq(STEP(f, UNDO, 2, NULL, 0), VD_ERR_NOTHING_TO_UNDO, "its survivor was merged since");
  cr_expect_eq(STEP(f, UNDO, 1, NULL, 0), VD_OK);
  cr_expect_eq(STEP(f, UNDO, 2, NULL, 0), VD_OK);
  cr_expect_eq(incident(f, 1)->state, STATE(OPEN));
  cr_expect_eq(incident(f, 2)->state, STATE(OPEN));
  fixture_destroy(f);
}

Test(incident_merge, undo_after_the_survivor_closed)
{
  struct fixture *f = two();
  do_duplicate(f, 2, 1);
  STEP(f, LAND, 1, "av-1", 0);
  STEP(f, CLOSE, 1, "control-1", 0);
  cr_expect_eq(STEP(f, UNDO, 2, NULL, 0), VD_OK);
  cr_expect_eq(incident(f, 1)->state, STATE(CLOSED));
  cr_expect_eq(incident(f, 2)->state, STATE(OPEN));
  cr_expect_eq(deadline(f, 1, "land")->outcome, OUTCOME(MET), "ended clocks stay as they were told");
  fixture_destroy(f);
}

Test(incident_merge, too_late_to_undo)
{
  struct fixture *f = two();
  do_duplicate(f, 2, 1);
  f->now_ms += MINUTES(2) + 1;
  cr_expect_eq(STEP(f, UNDO, 2, NULL, 0), VD_ERR_NOTHING_TO_UNDO);
  fixture_destroy(f);
}
