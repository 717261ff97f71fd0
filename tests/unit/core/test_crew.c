// People: roster and word, coverage of teams, posts, call signs, places, radios.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/crew.h"
#include "daemon/core/venue_internal.h"
#include "tests/unit/core/people.h"

#define AT_18      (FIXTURE_T0 + MINUTES(9 * 60))
#define AT_08_NEXT (AT_18 + MINUTES(14 * 60))

static struct fixture *f;

static void setup(void)
{
  f = fixture_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(crew, .init = setup, .fini = teardown);

static bool is_on(const char *crew)
{
  return people_crew(f, crew)->on_duty;
}

static Vd__Team *team(const char *id)
{
  return FIXTURE_FIND(f, TEAM, Team, id);
}

// ---- finding ----

static const char *found(const char *name)
{
  Vd__Crew *crew = NULL;
  return vd_crew_get(f->venue, name, &crew, NULL) == VD_OK ? crew->id : "";
}

Test(crew, found_by_id_or_call_sign)
{
  const char *const names[] = {"av-1", "AV 1", "av1", "A V 1", " Av 1 "};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    cr_assert_str_eq(found(names[i]), "av-1", "%s", names[i]);
  cr_assert_str_eq(found("AV-1"), "", "an id has its case");
}

Test(crew, unknown_name_gets_the_nearest)
{
  struct vd_refusal refusal = {.err = VD_OK};
  Vd__Crew *crew = NULL;
  cr_assert_eq(vd_crew_get(f->venue, "medik-1", &crew, &refusal), VD_ERR_UNKNOWN_CREW);
  cr_assert_str_eq(refusal.nearest, "medic-1");
  cr_assert_eq(vd_crew_get_field(f->venue, "Supper 1", "assign.crew", &crew, &refusal), VD_ERR_UNKNOWN_CREW);
  cr_assert_str_eq(refusal.nearest, "Super 1");
  cr_assert_str_eq(refusal.field, "assign.crew");
  cr_assert_eq(vd_crew_get(f->venue, "", &crew, &refusal), VD_ERR_MISSING);
  cr_assert_eq(vd_crew_get(f->venue, "  ", &crew, NULL), VD_ERR_UNKNOWN_CREW);
}

static void retire(ProtobufCMessage *message)
{
  Vd__Crew *crew = (Vd__Crew *)message;
  crew->retired = true;
  crew->on_duty = false;
}

Test(crew, the_retired_are_found_by_id_alone_and_have_no_duty)
{
  PEOPLE_EDIT(f, CREW, "av-1", retire);
  cr_assert_str_eq(found("av-1"), "av-1");
  cr_assert_str_eq(found("AV 1"), "");
  struct vd_refusal refusal = {.err = VD_OK};
  Vd__Crew *crew = NULL;
  cr_assert_eq(vd_crew_get(f->venue, "av-11", &crew, &refusal), VD_ERR_UNKNOWN_CREW);
  cr_assert_str_neq(refusal.nearest, "av-1", "nobody is led to them");
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_ON), VD_ERR_UNKNOWN_CREW);
  fixture_run_to(f, AT_08_NEXT + MINUTES(60));
  cr_assert_not(is_on("av-1"));
}

// ---- the roster ----

Test(crew, a_shift_begins_and_ends_on_the_dot)
{
  fixture_run_to(f, AT_18 - 1);
  cr_assert(is_on("av-1"));
  cr_assert_not(is_on("night-1"));
  fixture_run_to(f, AT_18);
  cr_assert_not(is_on("av-1"));
  cr_assert(is_on("night-1"));
  cr_assert_eq(fixture_facts(f, "shift-ended"), 9u);
  cr_assert_eq(fixture_facts(f, "shift-started"), 1u);
  fixture_run_to(f, AT_08_NEXT);
  cr_assert_not(is_on("night-1"));
}

Test(crew, boundaries_slept_through_are_seen_once)
{
  fixture_jump_to(f, AT_08_NEXT + MINUTES(1));
  cr_assert_not(is_on("av-1"));
  cr_assert_not(is_on("night-1"));
  cr_assert_eq(fixture_facts(f, "shift-started"), 0u);
  size_t changes = f->n_changes;
  fixture_run_to(f, AT_08_NEXT + MINUTES(24 * 60));
  cr_assert_eq(f->n_changes, changes, "nothing is left to fire");
}

static Vd__Shift *shift_new(int64_t start_ms, int64_t end_ms)
{
  Vd__Shift *shift = (Vd__Shift *)vd_message_new(&vd__shift__descriptor);
  shift->start_at_ms = start_ms;
  shift->end_at_ms = end_ms;
  return shift;
}

// A second shift the next day, and one that follows on the first without a gap.
static void work_two_days(ProtobufCMessage *message)
{
  Vd__Crew *crew = (Vd__Crew *)message;
  VD_REPEATED_ADD(crew->shifts, crew->n_shifts, shift_new(AT_18, AT_18 + MINUTES(60)));
  VD_REPEATED_ADD(crew->shifts, crew->n_shifts, shift_new(AT_08_NEXT, AT_08_NEXT + MINUTES(600)));
}

Test(crew, shifts_that_meet_are_one_duty)
{
  PEOPLE_EDIT(f, CREW, "av-1", work_two_days);
  fixture_run_to(f, AT_18 + MINUTES(30));
  cr_assert(is_on("av-1"));
  cr_assert_eq(fixture_facts(f, "shift-started"), 1u, "night-1's only");
  fixture_run_to(f, AT_18 + MINUTES(60));
  cr_assert_not(is_on("av-1"));
  fixture_run_to(f, AT_08_NEXT);
  cr_assert(is_on("av-1"));
}

Test(crew, roster_and_word_are_a_pure_function)
{
  const Vd__Crew *crew = people_crew(f, "av-1");
  const struct {
    Vd__Duty said;
    int64_t until_ms, at_ms;
    bool on_duty;
  } cases[] = {
      {VD__DUTY__DUTY_UNSPECIFIED, 0, FIXTURE_T0 - MINUTES(60) - 1, false},
      {VD__DUTY__DUTY_UNSPECIFIED, 0, FIXTURE_T0 - MINUTES(60), true},
      {VD__DUTY__DUTY_UNSPECIFIED, 0, AT_18 - 1, true},
      {VD__DUTY__DUTY_UNSPECIFIED, 0, AT_18, false},
      {VD__DUTY__DUTY_OFF, AT_18, FIXTURE_T0, false},
      {VD__DUTY__DUTY_BREAK, AT_18, FIXTURE_T0, false},
      {VD__DUTY__DUTY_ON, AT_18 + 1, AT_18, true},
      {VD__DUTY__DUTY_ON, AT_18 + 1, AT_18 + 1, false},
      {VD__DUTY__DUTY_OFF, FIXTURE_T0, FIXTURE_T0, true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Vd__Crew asked = *crew;
    asked.said = cases[i].said;
    asked.said_until_at_ms = cases[i].until_ms;
    cr_assert_eq(vd_crew_is_rostered(&asked, cases[i].at_ms), cases[i].on_duty, "case %zu", i);
  }
}

// ---- the word ----

Test(crew, a_word_holds_until_the_shifts_end)
{
  PEOPLE_EDIT(f, CREW, "av-1", work_two_days);
  cr_assert_eq(fixture_duty(f, "AV 1", VD__DUTY__DUTY_OFF), VD_OK);
  cr_assert_not(is_on("av-1"));
  cr_assert_eq(people_crew(f, "av-1")->said_until_at_ms, AT_18);
  const Vd__Fact *fact = people_fact(f);
  cr_assert_str_eq(fact->what, "duty-set");
  cr_assert_str_eq(fact->crew, "av-1");
  cr_assert_str_eq(fact->text, "off");
  fixture_run_to(f, AT_18);
  cr_assert(is_on("av-1"), "the next shift is the roster's");
  cr_assert_eq(people_crew(f, "av-1")->said, VD__DUTY__DUTY_UNSPECIFIED);
}

Test(crew, on_past_the_shift_ends_with_it)
{
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_ON), VD_OK);
  fixture_run_to(f, AT_18);
  cr_assert_not(is_on("av-1"));
}

Test(crew, a_word_outside_a_shift_holds_until_the_roster_speaks_again)
{
  cr_assert_eq(fixture_duty(f, "night-1", VD__DUTY__DUTY_ON), VD_OK);
  cr_assert(is_on("night-1"));
  cr_assert_eq(people_crew(f, "night-1")->said_until_at_ms, AT_18);
  fixture_run_to(f, AT_18);
  cr_assert(is_on("night-1"), "its own shift begins");
  fixture_run_to(f, AT_08_NEXT);
  cr_assert_not(is_on("night-1"));
}

Test(crew, a_word_without_any_shift_holds_twelve_hours)
{
  f->now_ms = AT_18;
  fixture_run_to(f, AT_18 + MINUTES(60));
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_ON), VD_OK);
  fixture_run_to(f, AT_18 + MINUTES(13 * 60) - 1);
  cr_assert(is_on("av-1"));
  fixture_run_to(f, AT_18 + MINUTES(13 * 60));
  cr_assert_not(is_on("av-1"));
}

Test(crew, the_same_word_again_is_nothing_new)
{
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_BREAK), VD_OK);
  size_t changes = f->n_changes;
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_BREAK), VD_OK);
  cr_assert_eq(f->n_changes, changes);
  cr_assert_eq(f->reply.sequence, 0u);
}

Test(crew, a_word_must_be_one)
{
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_UNSPECIFIED), VD_ERR_MISSING);
  cr_assert_eq(fixture_duty(f, "av-9", VD__DUTY__DUTY_ON), VD_ERR_UNKNOWN_CREW);
  cr_assert_str_eq(f->reply.field, "duty.crew");
}

Test(crew, a_restart_changes_nothing)
{
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_BREAK), VD_OK);
  cr_assert_eq(fixture_duty(f, "night-1", VD__DUTY__DUTY_ON), VD_OK);
  struct fixture *other = fixture_create();
  cr_assert_eq(fixture_duty(other, "av-1", VD__DUTY__DUTY_BREAK), VD_OK);
  cr_assert_eq(fixture_duty(other, "night-1", VD__DUTY__DUTY_ON), VD_OK);
  for (int64_t at_ms = f->now_ms; at_ms < AT_08_NEXT + MINUTES(60); at_ms += MINUTES(90)) {
    fixture_run_to(f, at_ms);
    fixture_restart(f);
    fixture_run_to(other, at_ms);
  }
  struct vd_buffer a = fixture_bytes(f), b = fixture_bytes(other);
  cr_assert(a.size == b.size && memcmp(a.data, b.data, a.size) == 0);
  vd_buffer_finish(&a);
  vd_buffer_finish(&b);
  fixture_destroy(other);
}

// ---- coverage ----

Test(crew, a_team_without_anybody_counts_its_minutes)
{
  cr_assert_eq(fixture_duty(f, "lead-2", VD__DUTY__DUTY_BREAK), VD_OK);
  cr_assert_eq(team("decision")->uncovered_since_at_ms, FIXTURE_T0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10));
  cr_assert_eq(vd_team_uncovered(f->venue, "decision", f->now_ms), MINUTES(10));
  cr_assert_eq(fixture_duty(f, "lead-2", VD__DUTY__DUTY_ON), VD_OK);
  cr_assert_eq(team("decision")->uncovered_since_at_ms, 0);
  cr_assert_eq(team("decision")->uncovered_ms, MINUTES(10));
  fixture_run_to(f, FIXTURE_T0 + MINUTES(30));
  cr_assert_eq(vd_team_uncovered(f->venue, "decision", f->now_ms), MINUTES(10));
  cr_assert_eq(fixture_duty(f, "lead-2", VD__DUTY__DUTY_OFF), VD_OK);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(35));
  cr_assert_eq(vd_team_uncovered(f->venue, "decision", f->now_ms), MINUTES(15));
  cr_assert_eq(vd_team_uncovered(f->venue, "no-such-team", f->now_ms), 0);
}

Test(crew, a_team_is_covered_until_its_last_one_leaves)
{
  const char *const members[] = {"av-1", "lead-1", "av-2"};
  for (size_t i = 0; i < 3; i++)
    cr_assert_eq(fixture_duty(f, members[i], VD__DUTY__DUTY_OFF), VD_OK);
  cr_assert_eq(team("onsite")->uncovered_since_at_ms, 0);
  cr_assert_eq(fixture_duty(f, "medic-1", VD__DUTY__DUTY_OFF), VD_OK);
  cr_assert_eq(team("onsite")->uncovered_since_at_ms, FIXTURE_T0);
}

Test(crew, a_change_of_shifts_leaves_no_gap_in_the_count)
{
  fixture_run_to(f, AT_18 + MINUTES(60));
  cr_assert_eq(vd_team_uncovered(f->venue, "onsite", f->now_ms), 0);
  cr_assert_eq(vd_team_uncovered(f->venue, "command", f->now_ms), MINUTES(60));
}

// ---- posts ----

static void answer_for_the_hall(ProtobufCMessage *message)
{
  Vd__Crew *crew = (Vd__Crew *)message;
  vd_strings_add(&crew->zones, &crew->n_zones, "hall");
}

static void lead_too(ProtobufCMessage *message)
{
  Vd__Crew *crew = (Vd__Crew *)message;
  vd_strings_add(&crew->posts, &crew->n_posts, "onsite-lead");
}

static const char *on_post(const char *post, const char *zone, const char *const *except)
{
  const Vd__Crew *crew = vd_crew_on_post(f->venue, post, zone, except);
  return crew ? crew->id : "";
}

Test(crew, a_post_is_answered_by_rank_on_duty)
{
  PEOPLE_EDIT(f, CREW, "av-2", lead_too);
  const char *const but_av_2[] = {"av-2", NULL}, *const but_both[] = {"lead-1", "av-2", NULL};
  cr_assert_str_eq(on_post("onsite-lead", "forum", NULL), "av-2");
  cr_assert_str_eq(on_post("onsite-lead", "forum", but_av_2), "lead-1");
  cr_assert_str_eq(on_post("onsite-lead", "forum", but_both), "", "night-1 is off duty");
  cr_assert_eq(fixture_duty(f, "av-2", VD__DUTY__DUTY_OFF), VD_OK);
  cr_assert_str_eq(on_post("onsite-lead", "forum", NULL), "lead-1");
  cr_assert_str_eq(on_post("no-such-post", "forum", NULL), "");
  cr_assert_str_eq(on_post("", "forum", NULL), "");
}

Test(crew, who_answers_for_the_zone_comes_first)
{
  PEOPLE_EDIT(f, CREW, "av-2", lead_too);
  PEOPLE_EDIT(f, CREW, "av-2", answer_for_the_hall);
  cr_assert_str_eq(on_post("onsite-lead", "hall", NULL), "av-2");
  cr_assert_str_eq(on_post("onsite-lead", "forum", NULL), "lead-1");
  cr_assert_eq(fixture_duty(f, "lead-1", VD__DUTY__DUTY_OFF), VD_OK);
  cr_assert_str_eq(on_post("onsite-lead", "forum", NULL), "av-2", "better than nobody");
}

Test(crew, alerts_follow_the_post)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(5) + SECONDS(1));
  cr_assert(people_is_called(f, number, "lead-1", VD__ALERT_WHY__ALERT_WHY_BREACH));
  cr_assert_eq(fixture_duty(f, "lead-1", VD__DUTY__DUTY_OFF), VD_OK);
  cr_assert_not(people_is_called(f, number, "lead-1", VD__ALERT_WHY__ALERT_WHY_BREACH));
  cr_assert(people_is_called(f, number, "super-1", VD__ALERT_WHY__ALERT_WHY_BREACH));
}

// ---- a change of shifts ----

Test(crew, each_one_who_goes_is_told_once)
{
  fixture_jump_to(f, AT_18);
  unsigned told = 0, upserts = 0;
  for (size_t i = 0; i < f->n_changes; i++) {
    const Vd__Change *change = f->changes[i];
    told += change->fact && strcmp(change->fact->what, "shift-ended") == 0 &&
            strcmp(change->fact->crew, "super-1") == 0;
    for (size_t j = 0; j < change->n_upserts; j++)
      upserts += change->upserts[j]->of_case == VD__ENTITY__OF_CREW &&
                 strcmp(change->upserts[j]->crew->id, "super-1") == 0;
  }
  cr_assert_eq(told, 1u);
  cr_assert_leq(upserts, 2u, "settled with the first, and its own");
}

Test(crew, work_offered_at_the_change_of_shifts_goes_to_who_comes)
{
  fixture_run_to(f, AT_18 - SECONDS(30));
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_str_eq(people_offered_to(f, number), "av-1");
  fixture_run_to(f, AT_18);
  cr_assert_str_eq(people_offered_to(f, number), "night-1");
  cr_assert_eq(fixture_facts(f, "called-again") + fixture_facts(f, "climbed"), 0u);
  cr_assert_null(people_offer(f, number, 3), "av-2, who goes too, was not asked on the way");
  cr_assert_not(people_is_called(f, number, "lead-1", VD__ALERT_WHY__ALERT_WHY_NO_CANDIDATE));
  cr_assert_not(people_is_called(f, number, "night-1", VD__ALERT_WHY__ALERT_WHY_NO_CANDIDATE));
}

Test(crew, what_was_due_before_the_change_and_is_late_calls_who_is_there_now)
{
  fixture_run_to(f, AT_18 - MINUTES(6));
  uint64_t number = fixture_report(f, "hall", "av-fault");
  fixture_jump_to(f, AT_18 + MINUTES(1));
  cr_assert(people_is_called(f, number, "night-1", VD__ALERT_WHY__ALERT_WHY_BREACH));
  for (size_t i = 0; i < f->n_changes; i++)
    for (size_t j = 0; j < f->changes[i]->n_upserts; j++) {
      const Vd__Entity *entity = f->changes[i]->upserts[j];
      bool is_call = entity->of_case == VD__ENTITY__OF_ALERT && f->changes[i]->cause->now_at_ms > AT_18;
      cr_assert(!is_call || strcmp(entity->alert->crew, "lead-1") != 0, "lead-1 had gone");
    }
}

// ---- places and radios ----

Test(crew, a_place_is_kept_with_its_time)
{
  cr_assert_eq(people_place(f, "AV 1", "forum", 0), VD_OK);
  cr_assert_str_eq(people_crew(f, "av-1")->place, "forum");
  cr_assert_eq(people_crew(f, "av-1")->place_at_ms, FIXTURE_T0);
  cr_assert_str_eq(people_fact(f)->what, "placed");
  cr_assert_str_eq(people_fact(f)->zone, "forum");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10));
  cr_assert_eq(people_place(f, "av-1", "vip", FIXTURE_T0 + MINUTES(8)), VD_OK);
  cr_assert_eq(people_place(f, "av-1", "hall", FIXTURE_T0 + MINUTES(6)), VD_OK);
  cr_assert_str_eq(people_crew(f, "av-1")->place, "vip", "told late, left since");
  cr_assert_eq(f->reply.sequence, 0u);
}

Test(crew, a_place_must_exist)
{
  cr_assert_eq(people_place(f, "av-1", "forun", 0), VD_ERR_UNKNOWN_ZONE);
  cr_assert_str_eq(f->reply.nearest, "forum");
  cr_assert_str_eq(f->reply.field, "place.zone");
  cr_assert_eq(people_place(f, "nobody", "forum", 0), VD_ERR_UNKNOWN_CREW);
}

Test(crew, a_place_outlives_a_break_but_not_the_shift)
{
  cr_assert_eq(people_place(f, "av-1", "forum", 0), VD_OK);
  cr_assert_eq(people_place(f, "av-2", "forum", 0), VD_OK);
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_BREAK), VD_OK);
  cr_assert_str_eq(vd_crew_whereabouts(people_crew(f, "av-1")), "forum");
  fixture_run_to(f, AT_18);
  cr_assert_str_eq(vd_crew_whereabouts(people_crew(f, "av-2")), "backstage");
}

Test(crew, a_dead_radio_silences_who_has_no_phone)
{
  cr_assert(vd_crew_is_reachable(people_crew(f, "av-2")));
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_RADIO_DEAD), VD_OK);
  cr_assert_not(vd_crew_is_reachable(people_crew(f, "av-2")));
  cr_assert_str_eq(people_fact(f)->what, "reach-set");
  cr_assert_str_eq(people_fact(f)->text, "radio-dead");
  cr_assert_eq(people_reach(f, "av-1", VD__REACH__REACH_RADIO_DEAD), VD_OK);
  cr_assert(vd_crew_is_reachable(people_crew(f, "av-1")));
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_OK), VD_OK);
  cr_assert(vd_crew_is_reachable(people_crew(f, "av-2")));
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_OK), VD_OK);
  cr_assert_eq(f->reply.sequence, 0u, "nothing new");
  cr_assert_eq(people_reach(f, "av-2", VD__REACH__REACH_UNSPECIFIED), VD_ERR_MISSING);
}
