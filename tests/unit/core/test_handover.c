// Handing over: all work of one person to another, who takes it by accepting.
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/core/people.h"

#define HANDOVER     VD__ALERT_WHY__ALERT_WHY_HANDOVER
#define STATE(state) VD__OFFER_STATE__OFFER_STATE_##state

static struct fixture *f;
static uint64_t first, second;

// av-1 holds two incidents.
static void setup(void)
{
  f = fixture_create();
  first = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(people_assign(f, first, "av-1"), VD_OK);
  second = fixture_report(f, "vip", "av-fault");
  cr_assert_eq(people_assign(f, second, "av-1"), VD_OK);
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(handover, .init = setup, .fini = teardown);

static const char *holder(uint64_t number)
{
  return people_incident(f, number)->holder;
}

// The last offer made of the incident.
static const Vd__Offer *last_offer(uint64_t number)
{
  unsigned count = 0;
  while (people_offer(f, number, count + 1))
    count++;
  cr_assert_gt(count, 0u);
  return people_offer(f, number, count);
}

Test(handover, all_work_is_offered_and_the_successor_called)
{
  cr_assert_eq(people_handover(f, "AV 1", "medic-1"), VD_OK);
  const uint64_t both[] = {first, second};
  for (size_t i = 0; i < 2; i++) {
    const Vd__Offer *offer = last_offer(both[i]);
    cr_assert(offer->handover);
    cr_assert_eq(offer->state, STATE(OPEN));
    cr_assert_str_eq(offer->from, "av-1");
    cr_assert_str_eq(offer->crew, "medic-1");
    cr_assert(people_is_called(f, both[i], "medic-1", HANDOVER));
    cr_assert_str_eq(holder(both[i]), "av-1", "until the successor accepts");
  }
  cr_assert_str_eq(people_fact(f)->what, "handover-offered");
  cr_assert_str_eq(people_fact(f)->who, "av-1");
  cr_assert_str_eq(people_fact(f)->crew, "medic-1");
  cr_assert_eq(people_fact(f)->n_why, 2u);
  cr_assert_str_eq(people_fact(f)->why[0], "#1");
}

Test(handover, accepting_takes_it)
{
  cr_assert_eq(people_handover(f, "av-1", "medic-1"), VD_OK);
  cr_assert_eq(people_accept(f, first, "medic-1"), VD_OK);
  cr_assert_str_eq(holder(first), "medic-1");
  cr_assert_str_eq(holder(second), "av-1", "each for itself");
  cr_assert_not(people_is_called(f, first, "medic-1", HANDOVER));
  cr_assert(people_is_called(f, second, "medic-1", HANDOVER));
  cr_assert_str_eq(people_fact(f)->why[0], "from:av-1");
  cr_assert_eq(people_accept(f, first, "av-1"), VD_ERR_NO_OFFER, "it is not theirs any more");
}

Test(handover, declining_leaves_it)
{
  cr_assert_eq(people_handover(f, "av-1", "medic-1"), VD_OK);
  cr_assert_eq(people_decline(f, first, "medic-1"), VD_OK);
  cr_assert_str_eq(holder(first), "av-1");
  cr_assert_not(people_is_called(f, first, "medic-1", HANDOVER));
  cr_assert_not(people_is_called(f, first, "lead-1", VD__ALERT_WHY__ALERT_WHY_NO_CANDIDATE),
                "the holder is there");
}

Test(handover, it_outlives_the_shift_of_who_hands_over)
{
  cr_assert_eq(people_handover(f, "av-1", "medic-1"), VD_OK);
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_OFF), VD_OK);
  fixture_run_to(f, f->now_ms + MINUTES(60));
  cr_assert_eq(last_offer(first)->state, STATE(OPEN));
  cr_assert_eq(people_accept(f, first, "medic-1"), VD_OK);
  cr_assert_str_eq(holder(first), "medic-1");
}

Test(handover, nobody_left_to_hold_it_is_told)
{
  cr_assert_eq(people_handover(f, "av-1", "medic-1"), VD_OK);
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_OFF), VD_OK);
  cr_assert_eq(people_decline(f, first, "medic-1"), VD_OK);
  cr_assert(people_is_called(f, first, "lead-1", VD__ALERT_WHY__ALERT_WHY_NO_CANDIDATE));
  cr_assert_eq(fixture_duty(f, "medic-1", VD__DUTY__DUTY_OFF), VD_OK);
  cr_assert_eq(last_offer(second)->state, STATE(WITHDRAWN), "the successor left");
  cr_assert(people_is_called(f, second, "lead-1", VD__ALERT_WHY__ALERT_WHY_NO_CANDIDATE));
  cr_assert_str_eq(holder(second), "av-1");
}

Test(handover, a_dead_radio_does_not_undo_what_control_arranged)
{
  cr_assert_eq(people_handover(f, "av-1", "av-2"), VD_OK);
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_RADIO_DEAD), VD_OK);
  cr_assert_eq(last_offer(first)->state, STATE(OPEN));
}

Test(handover, a_step_of_the_holder_does_not_stop_it)
{
  cr_assert_eq(people_handover(f, "av-1", "medic-1"), VD_OK);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_RESPOND, first, "av-1", 0), VD_OK);
  cr_assert_eq(last_offer(first)->state, STATE(OPEN));
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_CANCEL, first, NULL, 0), VD_OK);
  cr_assert_eq(last_offer(first)->state, STATE(WITHDRAWN), "the end does");
}

Test(handover, another_holder_ends_it)
{
  cr_assert_eq(people_handover(f, "av-1", "medic-1"), VD_OK);
  cr_assert_eq(people_assign(f, first, "av-2"), VD_OK);
  cr_assert_not(people_is_called(f, first, "medic-1", HANDOVER));
  cr_assert_eq(people_accept(f, first, "medic-1"), VD_ERR_NO_OFFER);
}

Test(handover, a_mistaken_step_undone_ends_the_handover_of_what_it_gave)
{
  uint64_t number = fixture_report(f, "hall", "guest-ill");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_RESPOND, number, "lead-1", 0), VD_OK);
  cr_assert_eq(people_handover(f, "lead-1", "av-2"), VD_OK);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_UNDO, number, NULL, 0), VD_OK);
  cr_assert_str_eq(holder(number), "");
  cr_assert_eq(people_accept(f, number, "av-2"), VD_ERR_NO_OFFER);
  cr_assert_not(people_is_called(f, number, "av-2", HANDOVER));
  cr_assert_str_eq(people_offered_to(f, number), "medic-1");
}

Test(handover, a_second_successor_replaces_the_first)
{
  cr_assert_eq(people_handover(f, "av-1", "medic-1"), VD_OK);
  cr_assert_eq(people_handover(f, "av-1", "av-2"), VD_OK);
  cr_assert_not(people_is_called(f, first, "medic-1", HANDOVER));
  cr_assert(people_is_called(f, first, "av-2", HANDOVER));
  cr_assert_eq(people_accept(f, first, "medic-1"), VD_ERR_NO_OFFER);
  cr_assert_eq(people_accept(f, first, "av-2"), VD_OK);
}

Test(handover, asked_twice_is_nothing_new)
{
  cr_assert_eq(people_handover(f, "av-1", "medic-1"), VD_OK);
  cr_assert_eq(people_handover(f, "av-1", "medic-1"), VD_OK);
  cr_assert_eq(f->reply.sequence, 0u);
}

Test(handover, refused_where_it_makes_no_sense)
{
  cr_assert_eq(people_handover(f, "av-1", "night-1"), VD_ERR_OFF_DUTY);
  cr_assert_str_eq(f->reply.field, "handover.to");
  cr_assert_eq(people_handover(f, "av-1", "av-1"), VD_ERR_BAD_VALUE);
  cr_assert_eq(people_handover(f, "medic-1", "av-1"), VD_ERR_NOTHING_HELD);
  cr_assert_eq(people_handover(f, "av-1", ""), VD_ERR_MISSING);
  cr_assert_eq(people_handover(f, "av-9", "av-1"), VD_ERR_UNKNOWN_CREW);
  cr_assert_str_eq(f->reply.field, "handover.from");
}

static void retire(ProtobufCMessage *message)
{
  Vd__Crew *crew = (Vd__Crew *)message;
  crew->retired = true;
  crew->on_duty = false;
}

Test(handover, what_a_retired_person_holds_can_still_be_taken_over)
{
  PEOPLE_EDIT(f, CREW, "av-1", retire);
  cr_assert_eq(people_handover(f, "av-1", "medic-1"), VD_OK);
  cr_assert_eq(people_accept(f, first, "medic-1"), VD_OK);
  cr_assert_str_eq(holder(first), "medic-1");
}

Test(handover, a_great_pile_changes_hands_in_turns)
{
  for (unsigned i = 0; i < 140; i++)
    cr_assert_eq(people_assign(f, fixture_report(f, "vip", "av-fault"), "av-1"), VD_OK);
  cr_assert_eq(people_handover(f, "av-1", "medic-1"), VD_OK);
  cr_assert_eq(people_handover(f, "av-1", "medic-1"), VD_OK);
  cr_assert_gt(f->reply.sequence, 0u, "the rest");
  cr_assert_eq(people_handover(f, "av-1", "medic-1"), VD_OK);
  cr_assert_eq(f->reply.sequence, 0u);
}
