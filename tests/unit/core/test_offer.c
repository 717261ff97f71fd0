// Offers: to the best first, passed on when unanswered, never twice, never to somebody who is not there.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/crew.h"
#include "tests/unit/core/people.h"

#define WHY(why)     VD__ALERT_WHY__ALERT_WHY_##why
#define STATE(state) VD__OFFER_STATE__OFFER_STATE_##state

static struct fixture *f;

static void setup(void)
{
  f = fixture_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(offer, .init = setup, .fini = teardown);

static void run(int64_t for_ms)
{
  fixture_run_to(f, f->now_ms + for_ms);
}

static const char *holder(uint64_t number)
{
  return people_incident(f, number)->holder;
}

// ---- passing on ----

Test(offer, a_report_is_offered_to_the_best)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  const Vd__Offer *offer = people_offer(f, number, 1);
  cr_assert_str_eq(offer->crew, "av-1");
  cr_assert_eq(offer->state, STATE(OPEN));
  cr_assert_eq(offer->incident, number);
  cr_assert_str_eq(offer->attempt, "1.1");
  cr_assert_eq(offer->offered_at_ms, FIXTURE_T0);
  cr_assert_eq(offer->expires_at_ms, FIXTURE_T0 + SECONDS(60));
  cr_assert_not(offer->assigned);
  cr_assert_null(people_offer(f, number, 2));
  cr_assert_str_eq(holder(number), "");
  cr_assert_not(people_is_called(f, number, "av-1", WHY(NO_CANDIDATE)), "an offer is call enough");
}

Test(offer, unanswered_it_passes_on_after_60_s_or_120_s_by_radio)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  run(SECONDS(60) - 1);
  cr_assert_str_eq(people_offered_to(f, number), "av-1");
  run(1);
  cr_assert_eq(people_offer(f, number, 1)->state, STATE(EXPIRED));
  cr_assert_eq(people_offer(f, number, 1)->answered_at_ms, 0);
  cr_assert_str_eq(people_offered_to(f, number), "av-2");
  cr_assert_eq(people_offer(f, number, 2)->expires_at_ms, f->now_ms + SECONDS(120));
  cr_assert_eq(fixture_facts(f, "offer-expired"), 1u);
  cr_assert_str_eq(people_fact(f)->crew, "av-1");
  cr_assert_str_eq(people_fact(f)->zone, "hall");
  run(SECONDS(120) - 1);
  cr_assert_not(people_is_called(f, number, "lead-1", WHY(NO_CANDIDATE)));
  run(1);
  cr_assert_str_eq(people_offered_to(f, number), "");
  cr_assert(people_is_called(f, number, "lead-1", WHY(NO_CANDIDATE)));
  run(MINUTES(60));
  cr_assert_null(people_offer(f, number, 3), "nobody is asked twice");
}

Test(offer, declined_it_passes_on_at_once)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(people_decline(f, number, "AV 1"), VD_OK);
  cr_assert_eq(people_offer(f, number, 1)->state, STATE(DECLINED));
  cr_assert_eq(people_offer(f, number, 1)->answered_at_ms, FIXTURE_T0);
  cr_assert_str_eq(people_fact(f)->what, "declined");
  cr_assert_str_eq(people_fact(f)->text, "busy");
  cr_assert_str_eq(people_offered_to(f, number), "av-2");
  cr_assert_eq(people_decline(f, number, "av-2"), VD_OK);
  cr_assert(people_is_called(f, number, "lead-1", WHY(NO_CANDIDATE)));
}

Test(offer, two_at_once_go_to_two_people)
{
  uint64_t first = fixture_report(f, "hall", "av-fault"), second = fixture_report(f, "hall", "av-fault");
  cr_assert_str_eq(people_offered_to(f, first), "av-1");
  cr_assert_str_eq(people_offered_to(f, second), "av-2", "who has an offer is not free");
}

Test(offer, nobody_at_all_is_told_at_once)
{
  cr_assert_eq(fixture_duty(f, "medic-1", VD__DUTY__DUTY_OFF), VD_OK);
  uint64_t number = fixture_report(f, "hall", "guest-ill");
  cr_assert_null(people_offer(f, number, 1));
  cr_assert(people_is_called(f, number, "lead-1", WHY(NO_CANDIDATE)));
  cr_assert_str_eq(people_fact(f)->what, "reported", "the cause speaks, not what follows");
}

// ---- answering ----

Test(offer, accepting_makes_the_holder)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  run(SECONDS(10));
  cr_assert_eq(people_accept(f, number, "av-1"), VD_OK);
  cr_assert_eq(f->reply.number, number);
  cr_assert_str_eq(holder(number), "av-1");
  cr_assert_eq(people_offer(f, number, 1)->state, STATE(ACCEPTED));
  cr_assert_eq(people_offer(f, number, 1)->answered_at_ms, FIXTURE_T0 + SECONDS(10));
  cr_assert_str_eq(people_fact(f)->what, "accepted");
  cr_assert_str_eq(people_fact(f)->who, "av-1");
  run(MINUTES(4));
  cr_assert_eq(fixture_facts(f, "offer-expired"), 0u);
  cr_assert_eq(people_incident(f, number)->state, VD__INCIDENT_STATE__INCIDENT_STATE_OPEN,
               "accepting meets nothing");
}

Test(offer, only_who_is_asked_answers)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(people_accept(f, number, "av-2"), VD_ERR_NO_OFFER);
  cr_assert_eq(people_decline(f, number, "av-2"), VD_ERR_NO_OFFER);
  cr_assert_eq(people_accept(f, number, NULL), VD_ERR_NO_ACTOR);
  cr_assert_eq(people_decline(f, number, NULL), VD_ERR_NO_ACTOR);
  cr_assert_eq(people_accept(f, number, "nobody"), VD_ERR_UNKNOWN_CREW);
  cr_assert_eq(people_accept(f, 99, "av-1"), VD_ERR_UNKNOWN_INCIDENT);
  cr_assert_eq(people_decline(f, 99, "av-1"), VD_ERR_UNKNOWN_INCIDENT);
  run(SECONDS(60));
  cr_assert_eq(people_accept(f, number, "av-1"), VD_ERR_NO_OFFER, "it has passed on");
}

Test(offer, answering_again_is_no_harm)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(people_accept(f, number, "av-1"), VD_OK);
  cr_assert_eq(people_accept(f, number, "av-1"), VD_OK);
  cr_assert_eq(f->reply.sequence, 0u);
  cr_assert_eq(f->reply.number, number);
  cr_assert_eq(people_decline(f, number, "av-1"), VD_ERR_NO_OFFER, "what was accepted is handed over");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_LAND, number, "av-1", 0), VD_OK);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_CLOSE, number, NULL, 0), VD_OK);
  cr_assert_eq(people_accept(f, number, "av-1"), VD_OK, "late, and a no-op");
  cr_assert_eq(people_accept(f, number, "av-2"), VD_ERR_INCIDENT_ENDED);
  cr_assert_eq(people_decline(f, number, "av-1"), VD_ERR_INCIDENT_ENDED);
}

// ---- withdrawing ----

Test(offer, a_step_needs_nobody_else)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_RESPOND, number, "av-2", 0), VD_OK);
  cr_assert_eq(people_offer(f, number, 1)->state, STATE(WITHDRAWN));
  run(MINUTES(3));
  cr_assert_null(people_offer(f, number, 2));
}

Test(offer, a_step_takes_the_call_for_somebody_back)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  run(SECONDS(180));
  cr_assert(people_is_called(f, number, "lead-1", WHY(NO_CANDIDATE)));
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_RESPOND, number, "av-2", 0), VD_OK);
  cr_assert_not(people_is_called(f, number, "lead-1", WHY(NO_CANDIDATE)));
}

Test(offer, a_mistaken_step_undone_finds_somebody_again)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_RESPOND, number, "lead-1", 0), VD_OK);
  run(SECONDS(30));
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_UNDO, number, NULL, 0), VD_OK);
  cr_assert_str_eq(people_offered_to(f, number), "av-1", "a withdrawn offer was none");
}

Test(offer, a_decision_does_not_stop_the_search)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_DECIDE, number, NULL, 0), VD_OK);
  cr_assert_str_eq(people_offered_to(f, number), "av-1");
  run(SECONDS(60));
  cr_assert_str_eq(people_offered_to(f, number), "av-2");
}

Test(offer, the_end_withdraws)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_CANCEL, number, NULL, 0), VD_OK);
  cr_assert_eq(people_offer(f, number, 1)->state, STATE(WITHDRAWN));
}

Test(offer, a_new_attempt_asks_everybody_anew)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(people_decline(f, number, "av-1"), VD_OK);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_LAND, number, "av-2", 0), VD_OK);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_CLOSE, number, NULL, 0), VD_OK);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_REOPEN, number, NULL, 0), VD_OK);
  cr_assert_str_eq(people_offer(f, number, 1)->attempt, "1.2");
  cr_assert_str_eq(people_offered_to(f, number), "av-1");
}

// ---- leaving and coming ----

Test(offer, who_leaves_is_asked_no_more)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_BREAK), VD_OK);
  cr_assert_eq(people_offer(f, number, 1)->state, STATE(WITHDRAWN));
  cr_assert_str_eq(people_offered_to(f, number), "av-2");
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_RADIO_DEAD), VD_OK);
  cr_assert_str_eq(people_offered_to(f, number), "");
  cr_assert(people_is_called(f, number, "lead-1", WHY(NO_CANDIDATE)));
}

Test(offer, what_one_leaves_goes_to_several)
{
  cr_assert_eq(fixture_duty(f, "av-2", VD__DUTY__DUTY_BREAK), VD_OK);
  uint64_t first = fixture_report(f, "hall", "av-fault"), second = fixture_report(f, "hall", "av-fault");
  cr_assert_str_eq(people_offered_to(f, first), "av-1");
  cr_assert_str_eq(people_offered_to(f, second), "av-1");
  cr_assert_eq(fixture_duty(f, "av-2", VD__DUTY__DUTY_ON), VD_OK);
  cr_assert_eq(fixture_duty(f, "night-1", VD__DUTY__DUTY_ON), VD_OK);
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_OFF), VD_OK);
  cr_assert_str_eq(people_offered_to(f, first), "night-1");
  cr_assert_str_eq(people_offered_to(f, second), "av-2", "night-1 is not free any more");
}

Test(offer, what_is_taken_up_on_the_spot_by_nobody_named_needs_nobody)
{
  cr_assert_eq(fixture_duty(f, "medic-1", VD__DUTY__DUTY_OFF), VD_OK);
  uint64_t number = fixture_report(f, "hall", "guest-ill");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_RESPOND, number, NULL, 0), VD_OK);
  cr_assert_str_eq(holder(number), "");
  cr_assert_eq(fixture_duty(f, "medic-1", VD__DUTY__DUTY_ON), VD_OK);
  cr_assert_str_eq(people_offered_to(f, number), "");
}

Test(offer, a_dead_radio_with_a_phone_beside_it_passes_nothing_on)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(people_reach(f, "av-1", VD__REACH__REACH_RADIO_DEAD), VD_OK);
  cr_assert_str_eq(people_offered_to(f, number), "av-1");
}

Test(offer, who_comes_finds_what_waits)
{
  cr_assert_eq(fixture_duty(f, "medic-1", VD__DUTY__DUTY_OFF), VD_OK);
  uint64_t ill = fixture_report(f, "hall", "guest-ill"), other = fixture_report(f, "vip", "guest-ill");
  cr_assert_eq(fixture_duty(f, "medic-1", VD__DUTY__DUTY_ON), VD_OK);
  cr_assert_str_eq(people_offered_to(f, ill), "medic-1");
  cr_assert_str_eq(people_offered_to(f, other), "medic-1");
  cr_assert_eq(people_accept(f, ill, "medic-1"), VD_OK);
  cr_assert_not(people_is_called(f, ill, "lead-1", WHY(NO_CANDIDATE)));
}

Test(offer, who_comes_is_asked_again_what_they_left_unanswered_not_what_they_declined)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(people_decline(f, number, "av-1"), VD_OK);
  run(SECONDS(120));
  cr_assert_eq(people_offer(f, number, 2)->state, STATE(EXPIRED));
  const char *const both[] = {"av-1", "av-2"};
  for (size_t i = 0; i < 2; i++) {
    cr_assert_eq(fixture_duty(f, both[i], VD__DUTY__DUTY_BREAK), VD_OK);
    cr_assert_eq(fixture_duty(f, both[i], VD__DUTY__DUTY_ON), VD_OK);
    cr_assert_str_eq(people_offered_to(f, number), i == 0 ? "" : "av-2");
  }
}

Test(offer, a_radio_that_works_again_is_like_coming)
{
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_OFF), VD_OK);
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_RADIO_DEAD), VD_OK);
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_str_eq(people_offered_to(f, number), "");
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_OK), VD_OK);
  cr_assert_str_eq(people_offered_to(f, number), "av-2");
}

Test(offer, who_comes_takes_nothing_that_others_are_asked)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(fixture_duty(f, "night-1", VD__DUTY__DUTY_ON), VD_OK);
  cr_assert_str_eq(people_offered_to(f, number), "av-1");
  cr_assert_eq(people_decline(f, number, "av-1"), VD_OK);
  cr_assert_str_eq(people_offered_to(f, number), "night-1", "nearer than av-2");
}

Test(offer, the_worst_is_found_first_and_a_shift_begins_with_a_bounded_number)
{
  const char *const all[] = {"av-1", "av-2"};
  for (size_t i = 0; i < 2; i++)
    cr_assert_eq(fixture_duty(f, all[i], VD__DUTY__DUTY_OFF), VD_OK);
  for (unsigned i = 0; i < 12; i++)
    fixture_report(f, "hall", "av-fault");
  uint64_t blackout = fixture_report(f, "hall", "blackout");
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_ON), VD_OK);
  cr_assert_str_eq(holder(blackout), "av-1");
  cr_assert_str_eq(people_offered_to(f, 7), "av-1");
  cr_assert_str_eq(people_offered_to(f, 8), "");
}

Test(offer, work_held_at_a_shifts_end_stays)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(people_accept(f, number, "av-1"), VD_OK);
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_OFF), VD_OK);
  cr_assert_str_eq(holder(number), "av-1");
  cr_assert_null(people_offer(f, number, 2));
}

// ---- severity 4 ----

Test(offer, severity_4_goes_to_the_nearest_at_once_and_the_lead_is_told)
{
  uint64_t number = fixture_report(f, "forum", "blackout");
  cr_assert_str_eq(holder(number), "av-2");
  const Vd__Offer *offer = people_offer(f, number, 1);
  cr_assert(offer->assigned);
  cr_assert_eq(offer->state, STATE(ACCEPTED));
  cr_assert(people_is_called(f, number, "lead-1", WHY(SEVERE)));
  cr_assert_eq(people_accept(f, number, "av-2"), VD_OK);
  cr_assert_eq(f->reply.sequence, 0u, "said for confirmation only");
}

Test(offer, who_is_sent_and_cannot_go_says_so_and_the_next_is_sent)
{
  uint64_t number = fixture_report(f, "forum", "blackout");
  cr_assert_eq(people_decline(f, number, "av-2"), VD_OK);
  cr_assert_eq(people_offer(f, number, 1)->state, STATE(DECLINED));
  cr_assert_str_eq(holder(number), "av-1");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_RESPOND, number, "av-1", 0), VD_OK);
  cr_assert_eq(people_decline(f, number, "av-1"), VD_ERR_NO_OFFER, "taken up: hand it over");
}

Test(offer, severity_4_with_nobody_to_send)
{
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_OFF), VD_OK);
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_RADIO_DEAD), VD_OK);
  uint64_t number = fixture_report(f, "hall", "blackout");
  cr_assert_str_eq(holder(number), "");
  cr_assert(people_is_called(f, number, "lead-1", WHY(NO_CANDIDATE)));
  cr_assert_eq(fixture_duty(f, "night-1", VD__DUTY__DUTY_ON), VD_OK);
  cr_assert_str_eq(holder(number), "night-1");
  cr_assert_not(people_is_called(f, number, "lead-1", WHY(NO_CANDIDATE)));
}

// ---- by hand ----

static void offer_by_hand(ProtobufCMessage *message)
{
  ((Vd__Event *)message)->policy->manual_offers = true;
}

Test(offer, by_hand_nothing_is_offered_by_itself)
{
  PEOPLE_EDIT(f, EVENT, "event", offer_by_hand);
  uint64_t number = fixture_report(f, "hall", "av-fault"), worst = fixture_report(f, "hall", "blackout");
  cr_assert_eq(fixture_duty(f, "night-1", VD__DUTY__DUTY_ON), VD_OK);
  cr_assert_null(people_offer(f, number, 1));
  cr_assert_null(people_offer(f, worst, 1));
  cr_assert_eq(people_assign(f, number, "av-1"), VD_OK);
  cr_assert_eq(people_decline(f, number, "av-1"), VD_OK);
  cr_assert_str_eq(holder(number), "");
  cr_assert_null(people_offer(f, number, 2));
}

Test(offer, assigning_ends_the_search)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(people_assign(f, number, "medic-1"), VD_OK);
  cr_assert_eq(people_offer(f, number, 1)->state, STATE(WITHDRAWN));
  cr_assert_eq(people_offer(f, number, 2)->state, STATE(ACCEPTED));
  run(MINUTES(2));
  cr_assert_null(people_offer(f, number, 3));
}

// ---- whatever happens ----

static uint64_t next_random(uint64_t *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static const char *const crews[] = {"av-1", "av-2", "medic-1", "night-1", "lead-1"};
enum { CREWS = sizeof crews / sizeof *crews };

static void act_at_random(uint64_t *random, uint64_t *last)
{
  static const char *const zones[] = {"hall", "forum", "vip", "unknown"};
  static const char *const categories[] = {"av-fault", "guest-ill", "other", "blackout"};
  static const Vd__Command__ActCase steps[] = {
      VD__COMMAND__ACT_ACCEPT,  VD__COMMAND__ACT_DECLINE, VD__COMMAND__ACT_ACCEPT, VD__COMMAND__ACT_DECLINE,
      VD__COMMAND__ACT_RESPOND, VD__COMMAND__ACT_UNDO,    VD__COMMAND__ACT_LAND,   VD__COMMAND__ACT_CANCEL};
  const char *crew = crews[next_random(random) % CREWS];
  uint64_t number = *last ? 1 + next_random(random) % *last : 0;
  switch (next_random(random) % 8) {
  case 0:
    *last = fixture_report(f, zones[next_random(random) % 4], categories[next_random(random) % 4]);
    break;
  case 1:
    fixture_duty(f, crew, (Vd__Duty)(1 + next_random(random) % 3));
    break;
  case 2:
    people_reach(f, crew, (Vd__Reach)(1 + next_random(random) % 2));
    break;
  case 3:
    people_handover(f, crew, crews[next_random(random) % CREWS]);
    break;
  case 4:
    people_assign(f, number, crew);
    break;
  case 5:
    run((int64_t)(next_random(random) % MINUTES(2)));
    break;
  default:
    fixture_step(f, steps[next_random(random) % (sizeof steps / sizeof *steps)], number, crew, 0);
  }
}

static void check_offer(const Vd__Offer *offer)
{
  const Vd__Incident *incident = people_incident(f, offer->incident);
  const Vd__Crew *crew = people_crew(f, offer->crew);
  if (offer->state != STATE(OPEN))
    return;
  cr_assert(crew->on_duty, "%s is offered to %s off duty", offer->id, offer->crew);
  cr_assert_leq(incident->state, VD__INCIDENT_STATE__INCIDENT_STATE_LANDED, "%s of what has ended",
                offer->id);
  if (offer->handover) {
    cr_assert_str_eq(offer->from, incident->holder, "%s from who does not hold it", offer->id);
    cr_assert_eq(offer->expires_at_ms, 0);
    return;
  }
  cr_assert(vd_crew_is_reachable(crew), "%s to who cannot be reached", offer->id);
  cr_assert_str_eq(incident->holder, "", "%s of what is held", offer->id);
  cr_assert_gt(offer->expires_at_ms, f->now_ms);
}

static void check_offers(uint64_t last)
{
  for (uint64_t number = 1; number <= last; number++) {
    unsigned open = 0, declined_by[CREWS] = {0};
    const Vd__Offer *offer;
    for (unsigned i = 1; (offer = people_offer(f, number, i)); i++) {
      check_offer(offer);
      open += offer->state == STATE(OPEN) && !offer->handover;
      for (size_t j = 0; j < CREWS; j++) {
        if (strcmp(offer->crew, crews[j]) != 0 || offer->handover)
          continue;
        cr_assert(declined_by[j] == 0 || offer->assigned, "%s to who declined", offer->id);
        declined_by[j] += offer->state == STATE(DECLINED);
      }
    }
    cr_assert_leq(open, 1u, "#%llu is offered to two at once", (unsigned long long)number);
  }
}

Test(offer, whatever_happens_nobody_is_asked_in_vain)
{
  const char *given = getenv("SEED");
  uint64_t seed = given ? strtoull(given, NULL, 10) : 42;
  for (uint64_t round = 0; round < 12; round++) {
    uint64_t random = (seed + round) * UINT64_C(0x9E3779B97F4A7C15) | 1, last = 0;
    cr_log_info("SEED=%llu", (unsigned long long)(seed + round));
    for (unsigned i = 0; i < 150; i++) {
      act_at_random(&random, &last);
      check_offers(last);
    }
    fixture_restart(f);
    teardown();
    setup();
  }
}
