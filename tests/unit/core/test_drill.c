// Drills on the live system: marked, in no figure, out of the way of real work, over at the first severe real
// incident.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "tests/unit/core/people.h"

static struct fixture *f;

static void setup(void)
{
  f = fixture_create();
}

static void teardown(void)
{
  fixture_check_mirror(f);
  fixture_destroy(f);
}

TestSuite(drill, .init = setup, .fini = teardown);

#define CODE(code)     VD_ERR_##code
#define ALERT(state)   VD__ALERT_STATE__ALERT_STATE_##state
#define OUTCOME(which) VD__OUTCOME__OUTCOME_##which

// `crew`, `other` may be NULL.
static enum vd_err start_as(const char *principal, const char *zone, const char *crew, const char *other)
{
  char *crews[] = {(char *)crew, (char *)other};
  Vd__DrillStart start = VD__DRILL_START__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  start.title = (char *)"evacuation of the hall";
  start.zone = (char *)zone;
  start.crews = crews;
  start.n_crews = (crew != NULL) + (other != NULL);
  command.act_case = VD__COMMAND__ACT_DRILL_START;
  command.drill_start = &start;
  return fixture_do(f, principal, &command);
}

static enum vd_err start(const char *zone, const char *crew, const char *other)
{
  return start_as("control", zone, crew, other);
}

static enum vd_err end_drill(const char *reason)
{
  Vd__DrillEnd end = VD__DRILL_END__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  end.reason = (char *)reason;
  command.act_case = VD__COMMAND__ACT_DRILL_END;
  command.drill_end = &end;
  return fixture_do(f, "control", &command);
}

static enum vd_err report(const char *zone, const char *category, bool is_drill, const char *by)
{
  Vd__Report said = VD__REPORT__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  said.zone = (char *)zone;
  said.category = (char *)category;
  said.text = (char *)"smoke";
  said.drill = is_drill;
  command.act_case = VD__COMMAND__ACT_REPORT;
  command.by = (char *)by;
  command.report = &said;
  return fixture_do(f, "control", &command);
}

static uint64_t drilled(const char *category)
{
  cr_assert_eq(report("hall", category, true, ""), VD_OK, "%s", f->reply.code);
  return f->reply.number;
}

static struct vd_venue_counts counts(void)
{
  struct vd_venue_counts counted;
  vd_venue_count(f->venue, &counted);
  return counted;
}

static const Vd__Drill *drill(const char *id)
{
  return FIXTURE_FIND(f, DRILL, Drill, id);
}

static void run(int64_t for_ms)
{
  fixture_run_to(f, f->now_ms + for_ms);
}

// ---- start and end ----

Test(drill, one_runs_at_a_time)
{
  cr_assert_eq(start("hall", "AV 1", "av-2"), VD_OK);
  cr_assert_eq(f->reply.number, 1u);
  cr_assert_eq(drill("d1")->state, VD__DRILL_STATE__DRILL_STATE_RUNNING);
  cr_assert_str_eq(drill("d1")->crews[0], "av-1", "a call sign becomes an id");
  cr_assert_eq(counts().drill, 1u);
  cr_assert_eq(start("", NULL, NULL), CODE(DRILL_RUNS));
  cr_assert_eq(end_drill("seen enough"), VD_OK);
  cr_assert_str_eq(drill("d1")->reason, "seen enough");
  cr_assert_str_eq(drill("d1")->ended_by, "control");
  cr_assert_eq(counts().drill, 0u);
  cr_assert_eq(end_drill(""), CODE(NO_DRILL));
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  cr_assert_eq(f->reply.number, 2u, "numbers are never reused");
}

Test(drill, none_starts_while_a_severe_real_incident_is_open)
{
  uint64_t number = fixture_report(f, "hall", "guest-ill"); // severity 3
  cr_assert_eq(start("", NULL, NULL), CODE(REAL_INCIDENT));
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_CANCEL, number, NULL, 0), VD_OK);
  fixture_report(f, "hall", "av-fault"); // severity 2
  cr_assert_eq(start("", NULL, NULL), VD_OK);
}

Test(drill, what_is_wrong_with_a_start_is_said)
{
  cr_assert_eq(start("hal", NULL, NULL), CODE(UNKNOWN_ZONE));
  cr_assert_str_eq(f->reply.nearest, "hall");
  cr_assert_eq(start("", "av-9", NULL), CODE(UNKNOWN_CREW));
  Vd__DrillStart untitled = VD__DRILL_START__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_DRILL_START;
  command.drill_start = &untitled;
  cr_assert_eq(fixture_do(f, "control", &command), CODE(MISSING));
}

Test(drill, starting_and_ending_is_the_leading_roles)
{
  cr_assert_eq(start_as("field-av-1", "hall", NULL, NULL), CODE(NOT_PERMITTED));
  cr_assert_eq(start_as("wall", "hall", NULL, NULL), CODE(NOT_PERMITTED));
  cr_assert_eq(start_as("admin", "hall", NULL, NULL), VD_OK);
}

static void only_hall(ProtobufCMessage *message)
{
  Vd__Principal *principal = (Vd__Principal *)message;
  vd_strings_add(&principal->zones, &principal->n_zones, "hall");
}

Test(drill, a_role_of_some_zones_drills_in_those)
{
  PEOPLE_EDIT(f, PRINCIPAL, "control", only_hall);
  cr_assert_eq(start("", NULL, NULL), CODE(NOT_PERMITTED), "everywhere is more than its zones");
  cr_assert_eq(start("forum", NULL, NULL), CODE(NOT_PERMITTED));
  cr_assert_eq(start_as("admin", "forum", NULL, NULL), VD_OK);
  cr_assert_eq(end_drill(""), CODE(NOT_PERMITTED));
}

// ---- reports ----

Test(drill, a_report_says_that_it_is_one_or_is_real)
{
  cr_assert_eq(report("hall", "av-fault", true, ""), CODE(NO_DRILL));
  cr_assert_eq(start("hall", "av-1", NULL), VD_OK);
  cr_assert_eq(report("hall", "av-fault", false, "av-1"), VD_OK);
  cr_assert_eq(people_incident(f, 1)->drill, 0u, "nothing is assumed");
  cr_assert_str_eq(f->reply.field, "report.drill");
  cr_assert(strstr(f->reply.sentence, "taken as real"));
  cr_assert_eq(report("forum", "av-fault", false, "av-1"), VD_OK);
  cr_assert_str_eq(f->reply.field, "", "elsewhere nobody need be told");
  cr_assert_eq(report("forum", "av-fault", true, ""), CODE(OUTSIDE_DRILL));
  cr_assert_eq(report("hall", "av-fault", true, "av-2"), CODE(OUTSIDE_DRILL));
  cr_assert_eq(report("hall", "av-fault", true, "av-1"), VD_OK);
  cr_assert_eq(people_incident(f, 3)->drill, 1u);
  cr_assert_eq(drill("d1")->reports, 1u);
}

Test(drill, attendees_report_nothing_but_the_real)
{
  Vd__Report said = VD__REPORT__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  said.source = VD__SOURCE__SOURCE_ATTENDEE;
  said.drill = true;
  command.act_case = VD__COMMAND__ACT_REPORT;
  command.report = &said;
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  cr_assert_eq(fixture_do(f, "control", &command), CODE(OUTSIDE_DRILL));
}

Test(drill, everything_of_it_is_marked)
{
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  uint64_t number = drilled("av-fault");
  cr_assert_eq(people_fact(f)->drill, 1u);
  run(MINUTES(6));
  cr_assert_eq(FIXTURE_FIND(f, ATTEMPT, Attempt, "1.1")->drill, 1u);
  cr_assert_eq(FIXTURE_FIND(f, DEADLINE, Deadline, "1.1.respond")->drill, 1u);
  cr_assert_eq(people_offer(f, number, 1)->drill, 1u);
  cr_assert_eq(FIXTURE_FIND(f, ALERT, Alert, "1.lead-1")->drill, 1u);
  for (size_t i = 0; i < f->n_changes; i++)
    cr_assert(f->changes[i]->fact == NULL || f->changes[i]->fact->incident == 0 ||
              f->changes[i]->fact->drill == 1);
}

// ---- no figure ----

Test(drill, it_stands_in_no_figure)
{
  struct vd_venue_counts before = counts();
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  drilled("av-fault");
  drilled("collapse");
  run(MINUTES(30));
  struct vd_venue_counts during = counts();
  cr_assert_eq(during.drill_incidents, 2u);
  cr_assert_eq(during.open_incidents, before.open_incidents);
  cr_assert_eq(during.open_alerts, before.open_alerts);
  cr_assert_eq(during.running_deadlines, before.running_deadlines);
  cr_assert_eq(during.breaches, before.breaches);
  cr_assert_arr_eq(during.acts, before.acts, sizeof during.acts);
  cr_assert_neq(FIXTURE_FIND(f, DEADLINE, Deadline, "1.1.respond")->breached_at_ms, 0,
                "it runs like a real one");
  fixture_restart(f);
  cr_assert_eq(counts().breaches, before.breaches);
  cr_assert_eq(end_drill(""), VD_OK);
  cr_assert_eq(counts().drill_incidents, 0u);
}

Test(drill, it_looks_like_nothing_and_is_merged_with_nothing_real)
{
  uint64_t real = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  uint64_t number = drilled("av-fault");
  cr_assert_eq(people_incident(f, number)->looks_like, 0u);
  uint64_t later = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(people_incident(f, later)->looks_like, real);
  Vd__Duplicate duplicate = VD__DUPLICATE__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  duplicate.incident = number;
  duplicate.of = real;
  command.act_case = VD__COMMAND__ACT_DUPLICATE;
  command.duplicate = &duplicate;
  cr_assert_eq(fixture_do(f, "control", &command), CODE(OUTSIDE_DRILL));
}

Test(drill, it_is_in_no_digest_and_rings_no_last_resort)
{
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  for (int i = 0; i < 5; i++)
    drilled("collapse");
  run(MINUTES(10));
  cr_assert_null(FIXTURE_FIND(f, ALERT, Alert, "digest.medic-1"));
  for (const Vd__Alert *alert = NULL;
       (alert = (const Vd__Alert *)vd_fold_next(vd_venue_fold(f->venue), VD__KIND__KIND_ALERT,
                                                alert ? alert->id : NULL, ""));)
    cr_assert_null(strstr(alert->id, "last-resort"), "%s", alert->id);
}

Test(drill, it_uses_nothing_up_and_converts_nothing)
{
  Vd__Resource *resource = (Vd__Resource *)vd_message_new(&vd__resource__descriptor);
  Vd__Contingency *contingency = (Vd__Contingency *)vd_message_new(&vd__contingency__descriptor);
  vd_string_set(&resource->id, "spare");
  resource->count = 2;
  vd_string_set(&contingency->id, "storm");
  contingency->state = VD__CONTINGENCY_STATE__CONTINGENCY_STATE_READY;
  people_put(f, VD__KIND__KIND_RESOURCE, &resource->base);
  people_put(f, VD__KIND__KIND_CONTINGENCY, &contingency->base);
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  Vd__ResourceUse use = VD__RESOURCE_USE__INIT;
  Vd__ContingencyActivate activate = VD__CONTINGENCY_ACTIVATE__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  use.resource = (char *)"spare";
  activate.contingency = (char *)"storm";
  activate.incident = use.incident = drilled("av-fault");
  command.act_case = VD__COMMAND__ACT_RESOURCE_USE;
  command.resource_use = &use;
  cr_assert_eq(fixture_do(f, "control", &command), CODE(OUTSIDE_DRILL), "%s", f->reply.code);
  command.act_case = VD__COMMAND__ACT_CONTINGENCY_ACTIVATE;
  command.contingency_activate = &activate;
  cr_assert_eq(fixture_do(f, "control", &command), CODE(OUTSIDE_DRILL), "%s", f->reply.code);
}

// ---- real work goes first ----

Test(drill, its_work_is_offered_to_those_who_take_part)
{
  cr_assert_eq(start("", "av-2", NULL), VD_OK);
  uint64_t number = drilled("av-fault");
  cr_assert_str_eq(people_offered_to(f, number), "av-2", "the nearer one takes no part");
  cr_assert_eq(people_assign(f, number, "av-1"), CODE(OUTSIDE_DRILL));
}

Test(drill, its_people_are_free_for_real_work)
{
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  uint64_t number = drilled("av-fault");
  cr_assert_eq(people_accept(f, number, "av-1"), VD_OK);
  struct vd_refusal refusal = {.err = VD_OK};
  uint64_t real = fixture_report(f, "hall", "av-fault");
  cr_assert_str_eq(people_offered_to(f, real), "av-1", "held work of a drill is no load");
  cr_assert_str_eq(people_incident(f, number)->holder, "", "and the real offer took them out of it");
  cr_assert_str_eq(people_offered_to(f, number), "av-2", "whoever is left takes it");
  uint64_t other = fixture_report(f, "backstage", "av-fault");
  cr_assert_str_eq(people_offered_to(f, other), "av-2");
  cr_assert_str_eq(people_offered_to(f, number), "", "nobody of the drill is free");
  Vd__Recommendation *recommended = vd_venue_recommend(f->venue, number, f->now_ms, &refusal);
  cr_assert_not(recommended->candidates[0]->suitable);
  vd__recommendation__free_unpacked(recommended, NULL);
}

Test(drill, the_recommendation_says_who_is_in_a_drill)
{
  struct vd_refusal refusal = {.err = VD_OK};
  bool is_seen = false;
  uint64_t real = fixture_report(f, "hall", "other");
  cr_assert_eq(people_assign(f, real, "medic-1"), VD_OK);
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  cr_assert_eq(people_accept(f, drilled("av-fault"), "av-1"), VD_OK);
  Vd__Recommendation *recommended = vd_venue_recommend(f->venue, real, f->now_ms, &refusal);
  for (size_t i = 0; i < recommended->n_candidates; i++) {
    const Vd__Candidate *candidate = recommended->candidates[i];
    if (strcmp(candidate->crew, "av-1") != 0)
      continue;
    is_seen = true;
    cr_assert(candidate->suitable);
    cr_assert_eq(candidate->load, 0u);
    cr_assert(people_says(candidate->reasons, candidate->n_reasons, "in-a-drill"));
    cr_assert(people_says(candidate->reasons, candidate->n_reasons, "free"));
  }
  cr_assert(is_seen);
  vd__recommendation__free_unpacked(recommended, NULL);
}

// ---- over ----

static void expect_all_gone(uint64_t number)
{
  const struct vd_fold *fold = vd_venue_fold(f->venue);
  cr_assert_eq(people_incident(f, number)->state, VD__INCIDENT_STATE__INCIDENT_STATE_CANCELLED);
  for (const Vd__Deadline *deadline = NULL;
       (deadline = (const Vd__Deadline *)vd_fold_next(fold, VD__KIND__KIND_DEADLINE,
                                                      deadline ? deadline->id : NULL, ""));)
    cr_assert(deadline->drill == 0 || deadline->outcome == OUTCOME(VOID), "%s", deadline->id);
  for (const Vd__Alert *alert = NULL;
       (alert = (const Vd__Alert *)vd_fold_next(fold, VD__KIND__KIND_ALERT, alert ? alert->id : NULL, ""));)
    cr_assert(alert->drill == 0 || alert->incident == 0 || alert->state == ALERT(WITHDRAWN), "%s", alert->id);
  for (const Vd__Offer *offer = NULL;
       (offer = (const Vd__Offer *)vd_fold_next(fold, VD__KIND__KIND_OFFER, offer ? offer->id : NULL, ""));)
    cr_assert(offer->drill == 0 || offer->state != VD__OFFER_STATE__OFFER_STATE_OPEN, "%s", offer->id);
}

Test(drill, the_first_severe_real_incident_ends_it)
{
  cr_assert_eq(start("", "av-1", "av-2"), VD_OK);
  uint64_t number = drilled("collapse"), other = drilled("av-fault");
  run(MINUTES(7));
  fixture_report(f, "forum", "av-fault"); // severity 2 ends nothing
  cr_assert_eq(counts().drill, 1u);
  uint64_t real = fixture_report(f, "forum", "guest-ill");
  cr_assert_eq(drill("d1")->state, VD__DRILL_STATE__DRILL_STATE_ENDED);
  cr_assert_eq(drill("d1")->ended_for, real);
  cr_assert_str_eq(drill("d1")->ended_by, "");
  cr_assert_str_eq(drill("d1")->reason, "ended by the real incident #4");
  cr_assert_str_eq(people_incident(f, number)->reason, drill("d1")->reason);
  cr_assert(people_says(people_fact(f)->why, people_fact(f)->n_why, "ends-drill:d1"));
  expect_all_gone(number);
  expect_all_gone(other);
  cr_assert_eq(people_incident(f, real)->state, VD__INCIDENT_STATE__INCIDENT_STATE_OPEN);
}

Test(drill, a_severity_raised_ends_it)
{
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  uint64_t number = drilled("av-fault"), real = fixture_report(f, "forum", "av-fault");
  Vd__Amend amend = VD__AMEND__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  amend.severity = 3;
  command.act_case = VD__COMMAND__ACT_AMEND;
  command.amend = &amend;
  amend.incident = number;
  cr_assert_eq(fixture_do(f, "control", &command), VD_OK);
  cr_assert_eq(counts().drill, 1u, "a drill's own severity ends nothing");
  amend.incident = real;
  cr_assert_eq(fixture_do(f, "control", &command), VD_OK);
  cr_assert_eq(counts().drill, 0u);
  expect_all_gone(number);
}

Test(drill, a_severe_one_taken_up_again_ends_it)
{
  uint64_t real = fixture_report(f, "forum", "guest-ill");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_CANCEL, real, NULL, 0), VD_OK);
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_REOPEN, real, NULL, 0), VD_OK);
  cr_assert_eq(counts().drill, 0u);
}

Test(drill, everybody_in_it_is_told_once)
{
  cr_assert_eq(start("", "av-1", "night-1"), VD_OK);
  drilled("av-fault");
  drilled("av-fault");
  fixture_report(f, "forum", "guest-ill");
  const Vd__Alert *told = FIXTURE_FIND(f, ALERT, Alert, "d1.av-1");
  cr_assert_eq(told->state, ALERT(OPEN));
  cr_assert_eq(told->calls, 1u);
  cr_assert_eq(told->drill, 1u);
  cr_assert_eq(told->reasons[0]->why, VD__ALERT_WHY__ALERT_WHY_DRILL_OVER);
  cr_assert_null(FIXTURE_FIND(f, ALERT, Alert, "d1.night-1"), "who is off duty need not know");
  cr_assert_null(FIXTURE_FIND(f, ALERT, Alert, "d1.av-2"), "nor who took no part");
  run(MINUTES(10));
  cr_assert_eq(FIXTURE_FIND(f, ALERT, Alert, "d1.av-1")->calls, 1u);
}

Test(drill, of_an_open_drill_those_concerned_are_told)
{
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  uint64_t number = drilled("av-fault");
  cr_assert_eq(people_accept(f, number, "av-1"), VD_OK);
  cr_assert_eq(end_drill(""), VD_OK);
  cr_assert_not_null(FIXTURE_FIND(f, ALERT, Alert, "d1.av-1"));
  cr_assert_null(FIXTURE_FIND(f, ALERT, Alert, "d1.av-2"));
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  cr_assert_eq(FIXTURE_FIND(f, ALERT, Alert, "d1.av-1")->state, ALERT(WITHDRAWN));
}

Test(drill, what_was_part_of_it_is_not_taken_up_again)
{
  cr_assert_eq(start("", NULL, NULL), VD_OK);
  uint64_t number = drilled("av-fault");
  cr_assert_eq(end_drill(""), VD_OK);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_REOPEN, number, NULL, 0), CODE(NO_DRILL));
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_UNDO, number, NULL, 0), CODE(NO_DRILL));
}

Test(drill, a_drill_from_long_ago_is_the_journals)
{
  for (int i = 0; i < 40; i++) {
    cr_assert_eq(start("", "av-1", NULL), VD_OK);
    cr_assert_eq(end_drill(""), VD_OK);
  }
  cr_assert_null(drill("d8"));
  cr_assert_not_null(drill("d9"));
  cr_assert_null(FIXTURE_FIND(f, ALERT, Alert, "d8.av-1"));
}
