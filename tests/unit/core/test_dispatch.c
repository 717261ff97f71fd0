// Who could take the work: the order, the reasons, and why the others were left out.
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/core/people.h"

static struct fixture *f;
static Vd__Recommendation *recommendation;

static void offer_by_hand(ProtobufCMessage *message)
{
  ((Vd__Event *)message)->policy->manual_offers = true;
}

static void setup(void)
{
  f = fixture_create();
  PEOPLE_EDIT(f, EVENT, "event", offer_by_hand);
}

static void teardown(void)
{
  if (recommendation)
    vd__recommendation__free_unpacked(recommendation, NULL);
  fixture_destroy(f);
}

TestSuite(dispatch, .init = setup, .fini = teardown);

static void recommend(uint64_t number)
{
  struct vd_refusal refusal = {.err = VD_OK};
  if (recommendation)
    vd__recommendation__free_unpacked(recommendation, NULL);
  recommendation = vd_venue_recommend(f->venue, number, f->now_ms, &refusal);
  cr_assert_not_null(recommendation);
  cr_assert_eq(recommendation->incident, number);
}

static void recommend_for(const char *zone, const char *category)
{
  recommend(fixture_report(f, zone, category));
}

static const Vd__Candidate *candidate(const char *crew)
{
  for (size_t i = 0; i < recommendation->n_candidates; i++)
    if (strcmp(recommendation->candidates[i]->crew, crew) == 0)
      return recommendation->candidates[i];
  cr_assert_fail("%s is not listed", crew);
  return NULL;
}

static bool has_reason(const char *crew, const char *reason)
{
  const Vd__Candidate *found = candidate(crew);
  return people_says(found->reasons, found->n_reasons, reason);
}

static const char *choice(size_t at)
{
  cr_assert_lt(at, recommendation->n_candidates);
  return recommendation->candidates[at]->suitable ? recommendation->candidates[at]->crew : "";
}

#define ASSERT_CHOICES(first, second)                                                                        \
  do {                                                                                                       \
    cr_assert_str_eq(choice(0), (first));                                                                    \
    cr_assert_str_eq(choice(1), (second));                                                                   \
  } while (0)

// Somebody who holds work that came from elsewhere.
static void give_work(const char *crew)
{
  cr_assert_eq(people_assign(f, fixture_report(f, "vip", "other"), crew), VD_OK);
}

Test(dispatch, everybody_is_listed_with_why)
{
  recommend_for("hall", "av-fault");
  cr_assert_eq(recommendation->n_candidates, 10u);
  ASSERT_CHOICES("av-1", "av-2");
  cr_assert_str_eq(choice(2), "");
  const char *const of_av_1[] = {"on-duty", "free", "skill:av", "walk:0s"};
  cr_assert_eq(candidate("av-1")->n_reasons, 4u);
  for (size_t i = 0; i < 4; i++)
    cr_assert_str_eq(candidate("av-1")->reasons[i], of_av_1[i]);
  cr_assert(has_reason("av-2", "walk:120s"));
  cr_assert(has_reason("av-2", "radio-only"));
  cr_assert_eq(candidate("av-2")->walk_ms, SECONDS(120));
  cr_assert(has_reason("medic-1", "no-skill:av"));
  cr_assert(has_reason("night-1", "off-duty"));
  cr_assert_not(candidate("night-1")->suitable);
  cr_assert_not(candidate("medic-1")->suitable);
}

Test(dispatch, an_unknown_incident_is_refused)
{
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_null(vd_venue_recommend(f->venue, 99, f->now_ms, &refusal));
  cr_assert_eq(refusal.err, VD_ERR_UNKNOWN_INCIDENT);
}

// ---- the order ----

Test(dispatch, nearer_before_farther)
{
  recommend_for("forum", "av-fault");
  ASSERT_CHOICES("av-2", "av-1");
  cr_assert(has_reason("av-2", "walk:30s"));
  cr_assert(has_reason("av-1", "walk:150s"));
}

Test(dispatch, where_people_are_counts_not_where_they_stand_by)
{
  cr_assert_eq(people_place(f, "av-1", "forum", 0), VD_OK);
  recommend_for("forum", "av-fault");
  ASSERT_CHOICES("av-1", "av-2");
}

Test(dispatch, free_before_busy_however_near)
{
  give_work("av-1");
  recommend_for("hall", "av-fault");
  ASSERT_CHOICES("av-2", "av-1");
  cr_assert(has_reason("av-1", "load:1"));
  cr_assert_not(has_reason("av-1", "free"));
  cr_assert_eq(candidate("av-1")->load, 1u);
}

Test(dispatch, walking_before_load_among_the_busy)
{
  give_work("av-1");
  give_work("av-1");
  give_work("av-2");
  recommend_for("hall", "av-fault");
  ASSERT_CHOICES("av-1", "av-2");
  cr_assert_eq(candidate("av-1")->load, 2u);
}

Test(dispatch, load_before_rank_at_the_same_distance)
{
  cr_assert_eq(people_place(f, "av-2", "hall", 0), VD_OK);
  give_work("av-1");
  give_work("av-1");
  give_work("av-2");
  recommend_for("hall", "av-fault");
  ASSERT_CHOICES("av-2", "av-1");
}

Test(dispatch, rank_decides_among_equals)
{
  cr_assert_eq(people_place(f, "av-2", "hall", 0), VD_OK);
  recommend_for("hall", "av-fault");
  ASSERT_CHOICES("av-1", "av-2");
  people_add(f, "av-1", "av-0", 0);
  recommend_for("hall", "av-fault");
  ASSERT_CHOICES("av-0", "av-1"); // the same rank: by id
}

Test(dispatch, severity_4_takes_the_nearest_free_or_not)
{
  give_work("av-1");
  recommend_for("hall", "blackout");
  ASSERT_CHOICES("av-1", "av-2");
}

Test(dispatch, other_work_of_severity_4_is_not_dropped_for_it)
{
  cr_assert_eq(people_assign(f, fixture_report(f, "hall", "blackout"), "av-1"), VD_OK);
  recommend_for("hall", "blackout");
  ASSERT_CHOICES("av-2", "av-1");
  cr_assert(has_reason("av-1", "holds-severity-4"));
}

// ---- who is left out ----

Test(dispatch, nobody_off_duty_or_on_a_break)
{
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_BREAK), VD_OK);
  cr_assert_eq(fixture_duty(f, "av-2", VD__DUTY__DUTY_OFF), VD_OK);
  recommend_for("hall", "av-fault");
  cr_assert_str_eq(choice(0), "");
  cr_assert(has_reason("av-1", "on-break"));
  cr_assert(has_reason("av-2", "off-duty"));
}

Test(dispatch, nobody_who_cannot_be_reached)
{
  cr_assert_eq(people_reach(f, "av-1", VD__REACH__REACH_RADIO_DEAD), VD_OK);
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_RADIO_DEAD), VD_OK);
  recommend_for("backstage", "av-fault");
  cr_assert_str_eq(choice(0), "av-1", "there is a phone");
  cr_assert(has_reason("av-2", "unreachable"));
}

static void answer_for_the_forum(ProtobufCMessage *message)
{
  Vd__Crew *crew = (Vd__Crew *)message;
  vd_strings_add(&crew->zones, &crew->n_zones, "forum");
}

Test(dispatch, nobody_who_answers_for_other_zones)
{
  PEOPLE_EDIT(f, CREW, "av-1", answer_for_the_forum);
  recommend_for("hall", "av-fault");
  cr_assert_str_eq(choice(0), "av-2");
  cr_assert(has_reason("av-1", "other-zone"));
  recommend_for("forum", "av-fault");
  ASSERT_CHOICES("av-2", "av-1");
}

Test(dispatch, a_zone_nobody_knows_is_everybodys)
{
  PEOPLE_EDIT(f, CREW, "av-1", answer_for_the_forum);
  recommend_for("unknown", "av-fault");
  ASSERT_CHOICES("av-1", "av-2");
  cr_assert(has_reason("av-1", "walk:unknown"));
  cr_assert_eq(candidate("av-1")->walk_ms, 0);
}

Test(dispatch, work_without_a_skill_is_the_fields)
{
  recommend_for("hall", "other");
  cr_assert_str_eq(choice(0), "av-1");
  cr_assert(has_reason("chief-1", "other-team"));
  cr_assert(has_reason("lead-2", "other-team"));
  cr_assert(candidate("lead-3")->suitable, "the execution team");
}

static void learn_av(ProtobufCMessage *message)
{
  Vd__Crew *crew = (Vd__Crew *)message;
  vd_strings_add(&crew->skills, &crew->n_skills, "av");
}

static void leave_posts(ProtobufCMessage *message)
{
  Vd__Crew *crew = (Vd__Crew *)message;
  for (size_t i = 0; i < crew->n_posts; i++)
    vd_string_set(&crew->posts[i], "");
  crew->n_posts = 0;
}

Test(dispatch, a_skill_counts_in_whatever_team)
{
  PEOPLE_EDIT(f, CREW, "control-1", learn_av);
  PEOPLE_EDIT(f, CREW, "av-1", leave_posts);
  recommend_for("hall", "av-fault");
  ASSERT_CHOICES("av-1", "av-2");
  cr_assert_str_eq(choice(2), "control-1");
}

Test(dispatch, who_lacks_least_comes_first_among_the_others)
{
  cr_assert_eq(fixture_duty(f, "medic-1", VD__DUTY__DUTY_OFF), VD_OK);
  recommend_for("hall", "av-fault");
  cr_assert_str_eq(recommendation->candidates[9]->crew, "medic-1", "off duty and without the skill");
}

Test(dispatch, sixty_four_are_enough)
{
  for (unsigned i = 0; i < 70; i++) {
    char id[] = {'h', 'e', 'l', 'p', '-', (char)('0' + i / 10), (char)('0' + i % 10), '\0'};
    people_add(f, "av-2", id, 100 - i);
  }
  recommend_for("hall", "av-fault");
  cr_assert_eq(recommendation->n_candidates, 64u);
  cr_assert_str_eq(choice(0), "av-1");
  cr_assert_str_eq(choice(1), "av-2");
  cr_assert_str_eq(choice(2), "help-69", "by rank");
  cr_assert_str_eq(choice(63), "help-08");
}

// ---- control assigns ----

Test(dispatch, assigning_gives_the_work_at_once)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(people_assign(f, number, "AV 2"), VD_OK);
  cr_assert_eq(f->reply.number, number);
  cr_assert_str_eq(people_incident(f, number)->holder, "av-2");
  const Vd__Offer *offer = people_offer(f, number, 1);
  cr_assert(offer->assigned);
  cr_assert_eq(offer->state, VD__OFFER_STATE__OFFER_STATE_ACCEPTED);
  cr_assert_eq(offer->answered_at_ms, FIXTURE_T0);
  cr_assert_eq(offer->walk_ms, SECONDS(120));
  cr_assert_str_eq(people_fact(f)->what, "assigned");
  cr_assert_str_eq(people_fact(f)->crew, "av-2");
  cr_assert_eq(people_fact(f)->n_why, 0u);
}

Test(dispatch, nobody_off_duty_is_assigned)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(people_assign(f, number, "night-1"), VD_ERR_OFF_DUTY);
  cr_assert_str_eq(f->reply.field, "assign.crew");
  cr_assert_eq(people_assign(f, number, "av-9"), VD_ERR_UNKNOWN_CREW);
  cr_assert_eq(people_assign(f, 99, "av-1"), VD_ERR_UNKNOWN_INCIDENT);
  cr_assert_str_eq(people_incident(f, number)->holder, "");
}

Test(dispatch, control_may_assign_against_advice_which_is_told)
{
  uint64_t number = fixture_report(f, "hall", "guest-ill");
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_RADIO_DEAD), VD_OK);
  cr_assert_eq(people_assign(f, number, "av-2"), VD_OK);
  const Vd__Fact *fact = people_fact(f);
  cr_assert(people_says(fact->why, fact->n_why, "unreachable"));
  cr_assert(people_says(fact->why, fact->n_why, "no-skill:medic"));
}

Test(dispatch, assigning_the_holder_is_nothing_new)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(people_assign(f, number, "av-1"), VD_OK);
  cr_assert_eq(people_assign(f, number, "av-1"), VD_OK);
  cr_assert_eq(f->reply.sequence, 0u);
  cr_assert_eq(people_assign(f, number, "av-2"), VD_OK);
  cr_assert_str_eq(people_incident(f, number)->holder, "av-2");
  recommend(number);
  cr_assert_str_eq(choice(0), "av-1");
  cr_assert(has_reason("av-2", "holds-it"));
}

Test(dispatch, ended_work_is_not_assigned)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_CANCEL, number, NULL, 0), VD_OK);
  cr_assert_eq(people_assign(f, number, "av-1"), VD_ERR_INCIDENT_ENDED);
}
