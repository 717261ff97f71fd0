// Automatic and manual acts per node (node.h).
#include "daemon/core/node.h"

#include <criterion/criterion.h>

#include "daemon/core/venue_internal.h"
#include "tests/unit/core/people.h"

static struct fixture *f;

static void setup(void)
{
  f = fixture_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(node, .init = setup, .fini = teardown);

static void did(Vd__Node node, bool is_automatic)
{
  struct vd_act act;
  vd_act_begin(&act, f->venue, f->now_ms);
  vd_node_did(&act, node, is_automatic);
  fixture_end(f, &act, NULL);
}

static const Vd__NodeCount *kept(const char *id)
{
  return FIXTURE_FIND(f, NODE_COUNT, NodeCount, id);
}

static void expect(Vd__Node node, uint64_t automatic, uint64_t manual)
{
  uint64_t by_itself = 99, by_people = 99;
  vd_node_look(f->venue, node, &by_itself, &by_people);
  cr_assert_eq(by_itself, automatic);
  cr_assert_eq(by_people, manual);
}

#define REFILL   VD__NODE__NODE_REFILL
#define DISPATCH VD__NODE__NODE_DISPATCH

Test(node, every_node_has_a_word)
{
  for (unsigned i = 0; i < vd__node__descriptor.n_values; i++)
    if (vd__node__descriptor.values[i].value != 0)
      cr_assert_not_null(vd_node_id((Vd__Node)vd__node__descriptor.values[i].value));
  cr_assert_eq(vd__node__descriptor.n_values, (unsigned)VD_NODES);
}

Test(node, the_first_is_kept_at_once_and_the_others_a_minute_after)
{
  expect(REFILL, 0, 0);
  did(REFILL, true);
  cr_assert_eq(kept("refill")->automatic, 1u);
  cr_assert_eq(kept("refill")->node, REFILL);
  size_t changes = f->n_changes;
  fixture_run_to(f, FIXTURE_T0 + SECONDS(10));
  did(REFILL, true);
  fixture_run_to(f, FIXTURE_T0 + SECONDS(30));
  did(REFILL, false);
  cr_assert_eq(f->n_changes, changes, "in memory alone");
  cr_assert_eq(kept("refill")->automatic, 1u);
  expect(REFILL, 2, 1);
  fixture_run_to(f, FIXTURE_T0 + SECONDS(70) - 1);
  cr_assert_eq(f->n_changes, changes);
  fixture_run_to(f, FIXTURE_T0 + SECONDS(70));
  cr_assert_eq(f->n_changes, changes + 1);
  cr_assert_eq(kept("refill")->automatic, 2u);
  cr_assert_eq(kept("refill")->manual, 1u);
  expect(REFILL, 2, 1);
  cr_assert_str_eq(people_fact(f)->what, "counts-kept");
  cr_assert_str_eq(people_fact(f)->text, "refill");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(60));
  cr_assert_eq(f->n_changes, changes + 1, "nothing to keep");
}

Test(node, a_restart_loses_what_was_not_kept_and_no_more)
{
  did(REFILL, true);
  did(REFILL, true);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(1));
  did(REFILL, false);
  fixture_restart(f);
  expect(REFILL, 2, 0);
  did(REFILL, false);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(2));
  cr_assert_eq(kept("refill")->manual, 1u);
}

Test(node, an_act_that_does_several_keeps_them_all_with_the_first)
{
  struct vd_act act;
  vd_act_begin(&act, f->venue, f->now_ms);
  vd_node_did(&act, REFILL, true);
  vd_node_did(&act, REFILL, true);
  vd_node_did(&act, VD__NODE__NODE_CHECK_IN, false);
  fixture_end(f, &act, NULL);
  cr_assert_eq(kept("refill")->automatic, 2u);
  cr_assert_eq(kept("check-in")->manual, 1u);
}

Test(node, offers_are_venueds_and_answers_and_assignments_are_peoples)
{
  fixture_report(f, "hall", "av-fault");
  expect(DISPATCH, 1, 0);
  cr_assert_eq(people_decline(f, 1, "av-1"), VD_OK);
  expect(DISPATCH, 2, 1);
  cr_assert_eq(people_assign(f, 1, "av-1"), VD_OK);
  expect(DISPATCH, 2, 2);
  cr_assert_eq(people_assign(f, 1, "av-1"), VD_OK, "said twice");
  expect(DISPATCH, 2, 2);
  fixture_report(f, "hall", "blackout"); // sent at once
  expect(DISPATCH, 3, 2);
}

Test(node, the_venue_s_counts_tell_them_as_of_now)
{
  did(REFILL, true);
  did(REFILL, true);
  did(REFILL, false); // of these, two are not kept yet
  struct vd_venue_counts counts;
  vd_venue_count(f->venue, &counts);
  cr_assert_eq(counts.acts[REFILL].automatic, 2u);
  cr_assert_eq(counts.acts[REFILL].manual, 1u);
  cr_assert_eq(counts.acts[DISPATCH].automatic, 0u);
}

Test(node, every_call_is_counted)
{
  fixture_report(f, "hall", "other"); // nobody is offered a thing: no skill asked for, all may
  uint64_t before = 0, by_people = 0, after = 0;
  vd_node_look(f->venue, VD__NODE__NODE_ESCALATION, &before, &by_people);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(4)); // the warning
  vd_node_look(f->venue, VD__NODE__NODE_ESCALATION, &after, &by_people);
  cr_assert_eq(after, before + 1);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(5) + 1); // the breach
  vd_node_look(f->venue, VD__NODE__NODE_ESCALATION, &after, &by_people);
  cr_assert_eq(after, before + 2);
  cr_assert_eq(by_people, 0u);
}

Test(node, a_fault_that_people_report_is_theirs)
{
  fixture_report(f, "hall", "av-fault");
  expect(VD__NODE__NODE_FAULT, 0, 1);
  fixture_report(f, "hall", "guest-ill");
  expect(VD__NODE__NODE_FAULT, 0, 1);
}

static void amend_severity(uint64_t number, uint32_t severity)
{
  Vd__Amend amend = VD__AMEND__INIT;
  amend.incident = number;
  amend.severity = severity;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_AMEND;
  command.amend = &amend;
  cr_assert_eq(fixture_do(f, "control", &command), VD_OK);
}

Test(node, so_is_who_is_called_since_they_say_that_it_is_worse)
{
  uint64_t automatic = 0, manual = 0;
  uint64_t number = fixture_report(f, "hall", "av-fault");
  amend_severity(number, 3);
  amend_severity(number, 1);
  vd_node_look(f->venue, VD__NODE__NODE_ESCALATION, &automatic, &manual);
  cr_assert_eq(manual, 1u);
}
