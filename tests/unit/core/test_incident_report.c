// Reports are never lost: what is left out is listed, what is misspelt is refused with the nearest known.
#include <criterion/criterion.h>
#include <string.h>

#include "proto/check.h"
#include "tests/unit/core/incident_acts.h"

static bool misses(const Vd__Incident *of, const char *field)
{
  for (size_t i = 0; i < of->n_missing; i++)
    if (strcmp(of->missing[i], field) == 0)
      return true;
  return false;
}

Test(incident_report, complete)
{
  struct fixture *f = fixture_create();
  cr_assert_eq(
      do_report(
          f,
          &(struct said){.zone = "hall", .category = "av-fault", .text = "no sound", .reporter = "usher-7"}),
      VD_OK);
  cr_expect_eq(f->reply.number, 1u);
  const Vd__Incident *made = incident(f, 1);
  cr_expect_str_eq(made->zone, "hall");
  cr_expect_str_eq(made->category, "av-fault");
  cr_expect_str_eq(made->text, "no sound");
  cr_expect_eq(made->severity, 2u, "the category's");
  cr_expect_eq(made->n_reporters, 1u);
  cr_expect_str_eq(made->reporters[0], "usher-7");
  cr_expect_eq(made->reported_at_ms, f->now_ms);
  cr_expect_eq(made->recorded_at_ms, f->now_ms);
  cr_expect_eq(made->attempt, 1u);
  cr_expect_eq(made->n_missing, 0u);
  cr_expect_not(made->life_safety);
  const Vd__Fact *fact = last_fact(f);
  cr_expect_str_eq(fact->what, "reported");
  cr_expect_eq(fact->incident, 1u);
  cr_expect_str_eq(fact->zone, "hall");
  fixture_destroy(f);
}

Test(incident_report, three_deadlines_from_the_report)
{
  struct fixture *f = fixture_create();
  uint64_t n = fixture_report(f, "hall", "av-fault");
  static const struct {
    const char *tier, *team;
    int64_t limit_ms;
  } tiers[] = {{"respond", "onsite", MINUTES(5)},
               {"decide", "decision", MINUTES(10)},
               {"land", "execution", MINUTES(20)}};
  for (size_t i = 0; i < 3; i++) {
    const Vd__Deadline *made = deadline(f, n, tiers[i].tier);
    cr_assert_not_null(made);
    cr_expect_str_eq(made->team, tiers[i].team);
    cr_expect_str_eq(made->subject, "1.1");
    cr_expect_eq(made->promise, (Vd__Promise)(VD__PROMISE__PROMISE_RESPOND + i));
    cr_expect_eq(made->start_at_ms, FIXTURE_T0);
    cr_expect_eq(made->due_at_ms, FIXTURE_T0 + tiers[i].limit_ms);
    cr_expect_eq(made->warn_at_ms, FIXTURE_T0 + tiers[i].limit_ms * 8 / 10);
  }
  fixture_destroy(f);
}

Test(incident_report, empty_is_taken_and_completed_later)
{
  struct fixture *f = fixture_create();
  cr_assert_eq(do_report(f, &(struct said){.severity = 0}), VD_OK);
  const Vd__Incident *made = incident(f, 1);
  cr_expect_str_eq(made->zone, "unknown");
  cr_expect_str_eq(made->category, "other");
  cr_expect_eq(made->severity, 1u);
  cr_expect_eq(made->n_missing, 3u);
  cr_expect(misses(made, "zone") && misses(made, "category") && misses(made, "text"));
  cr_expect_str_eq(made->reporters[0], "control", "nobody named: the principal");
  cr_assert_eq(do_amend(f, 1, &(struct said){.zone = "hall"}), VD_OK);
  cr_expect(!misses(incident(f, 1), "zone") && misses(incident(f, 1), "category"));
  cr_assert_eq(do_amend(f, 1, &(struct said){.category = "other", .text = "a bag"}), VD_OK);
  cr_expect_eq(incident(f, 1)->n_missing, 0u, "\"other\" that was said is complete");
  fixture_destroy(f);
}

Test(incident_report, said_unknown_and_said_other)
{
  struct fixture *f = fixture_create();
  cr_assert_eq(do_report(f, &(struct said){.zone = "unknown", .category = "other", .text = "x"}), VD_OK);
  cr_expect_eq(incident(f, 1)->n_missing, 1u);
  cr_expect(misses(incident(f, 1), "zone"), "nobody is satisfied with an unknown zone");
  fixture_destroy(f);
}

Test(incident_report, misspelt_names_the_nearest)
{
  struct fixture *f = fixture_create();
  cr_expect_eq(do_report(f, &(struct said){.zone = "hal", .category = "av-fault"}), VD_ERR_UNKNOWN_ZONE);
  cr_expect_str_eq(f->reply.nearest, "hall");
  cr_expect_str_eq(f->reply.field, "report.zone");
  cr_expect_eq(do_report(f, &(struct said){.zone = "hall", .category = "av-falt"}), VD_ERR_UNKNOWN_CATEGORY);
  cr_expect_str_eq(f->reply.nearest, "av-fault");
  cr_expect_str_eq(f->reply.field, "report.category");
  cr_expect_eq(do_report(f, &(struct said){.zone = "parking-deck"}), VD_ERR_UNKNOWN_ZONE);
  cr_expect_str_eq(f->reply.nearest, "", "nothing is near: nothing is named");
  cr_expect_eq(do_report(f, &(struct said){.zone = "hall", .severity = 5}), VD_ERR_BAD_VALUE);
  cr_expect_str_eq(f->reply.field, "report.severity");
  cr_expect_eq(vd_venue_event(f->venue)->last_incident, 0u, "a refusal takes no number");
  fixture_destroy(f);
}

Test(incident_report, severity_that_was_said)
{
  struct fixture *f = fixture_create();
  do_report(f, &(struct said){.zone = "hall", .category = "av-fault", .severity = 3});
  cr_expect_eq(incident(f, 1)->severity, 3u);
  fixture_destroy(f);
}

Test(incident_report, numbers_are_never_reused)
{
  struct fixture *f = fixture_create();
  cr_expect_eq(fixture_report(f, "hall", "other"), 1u);
  STEP(f, CANCEL, 1, NULL, 0);
  cr_expect_eq(fixture_report(f, "hall", "other"), 2u);
  fixture_restart(f);
  cr_expect_eq(fixture_report(f, "hall", "other"), 3u);
  cr_expect_eq(vd_venue_event(f->venue)->last_incident, 3u);
  fixture_destroy(f);
}

Test(incident_report, told_late_the_clocks_count_from_then)
{
  struct fixture *f = fixture_create();
  f->now_ms += MINUTES(40);
  int64_t at_ms = f->now_ms - MINUTES(7);
  cr_assert_eq(do_report(f, &(struct said){.zone = "hall", .category = "av-fault", .acted_at_ms = at_ms}),
               VD_OK);
  cr_expect_eq(incident(f, 1)->reported_at_ms, at_ms);
  cr_expect_eq(incident(f, 1)->recorded_at_ms, f->now_ms);
  cr_expect_eq(deadline(f, 1, "land")->due_at_ms, at_ms + MINUTES(20));
  fixture_jump_to(f, f->now_ms);
  cr_expect_neq(deadline(f, 1, "respond")->breached_at_ms, 0, "5 min were over before it was told");
  cr_expect_eq(do_report(f, &(struct said){.acted_at_ms = f->now_ms - MINUTES(30)}), VD_OK);
  cr_expect_eq(incident(f, 2)->notes, 0u, "told as it was");
  cr_expect_eq(do_report(f, &(struct said){.acted_at_ms = f->now_ms + SECONDS(5) + 1}),
               VD_ERR_ACTED_IN_FUTURE);
  cr_expect_eq(do_report(f, &(struct said){.acted_at_ms = f->now_ms + SECONDS(5)}), VD_OK);
  cr_expect_eq(incident(f, 3)->reported_at_ms, f->now_ms, "a clock that runs ahead: now");
  fixture_destroy(f);
}

// A phone that was out of reach for hours: the report is late, not lost.
Test(incident_report, told_too_late_it_begins_at_the_bound_and_says_when_it_was)
{
  static const struct {
    int64_t back_ms; // 0: the beginning of time
    const char *note;
  } rows[] = {
      {MINUTES(30) + 1, "reported as of 2023-05-18T11:29:59.999+08:00"},
      {MINUTES(180), "reported as of 2023-05-18T09:00:00.000+08:00"},
      {0, "reported as of -292275055-05-17T00:47:04.192+08:00"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct fixture *f = fixture_create();
    f->now_ms += MINUTES(180);
    int64_t told_ms = rows[i].back_ms ? f->now_ms - rows[i].back_ms : INT64_MIN;
    cr_assert_eq(do_report(f, &(struct said){.zone = "hall", .category = "av-fault", .acted_at_ms = told_ms}),
                 VD_OK);
    cr_expect_eq(incident(f, 1)->reported_at_ms, f->now_ms - MINUTES(30));
    cr_expect_eq(attempt(f, 1)->started_at_ms, f->now_ms - MINUTES(30));
    cr_expect_eq(deadline(f, 1, "land")->due_at_ms, f->now_ms - MINUTES(10));
    cr_assert_eq(incident(f, 1)->notes, 1u);
    cr_expect_eq(last_note(f, 1)->kind, VD__NOTE_KIND__NOTE_KIND_RECORD);
    cr_expect_str_eq(last_note(f, 1)->text, rows[i].note);
    cr_expect_str_eq(f->reply.field, "acted_at_ms");
    cr_expect_str_eq(f->reply.sentence, "Done, but it counts from 11:30.");
    const Vd__Cause *cause = f->changes[f->n_changes - 1]->cause;
    cr_expect_eq(cause->command->acted_at_ms, told_ms, "the cause is verbatim");
    fixture_destroy(f);
  }
}

Test(incident_report, limits_of_the_category)
{
  struct fixture *f = fixture_create();
  Vd__Category *category = FIXTURE_FIND(f, CATEGORY, Category, "guest-ill");
  category->respond_limit_ms = MINUTES(2);
  category->decide_limit_ms = SECONDS(30); // below the minute before which the decision is called for
  uint64_t n = fixture_report(f, "hall", "guest-ill");
  cr_expect_eq(deadline(f, n, "respond")->limit_ms, MINUTES(2));
  cr_expect_eq(deadline(f, n, "land")->limit_ms, MINUTES(20), "silent: the policy's");
  cr_expect_eq(attempt(f, n)->decision_call_at_ms, FIXTURE_T0, "not before the report");
  category->respond_limit_ms = category->decide_limit_ms = 0; // as told, for the mirror
  fixture_destroy(f);
}

// ---- life safety ----

Test(incident_report, life_safety_at_second_zero)
{
  struct fixture *f = fixture_create();
  cr_assert_eq(do_report(f, &(struct said){.zone = "hall", .category = "collapse", .severity = 1}), VD_OK);
  const Vd__Incident *made = incident(f, 1);
  cr_expect(made->life_safety);
  cr_expect_eq(made->severity, 4u, "whatever was said");
  const Vd__AlertWhy why = VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY;
  cr_expect(is_called(f, 1, "medic-1", why) && is_called(f, 1, "control-1", why) &&
            is_called(f, 1, "lead-1", why));
  cr_expect(is_called(f, 1, "control-room", why), "the room itself");
  cr_expect_str_eq(attempt(f, 1)->decision, "Ring 120, clear a way", "the decision is there from the start");
  cr_expect(attempt(f, 1)->by_default);
  cr_expect_null(attempt(f, 1)->decided, "but nobody has put a name to it");
  cr_expect_eq(deadline(f, 1, "decide")->outcome, OUTCOME(RUNNING));
  // Steps withdraw none of it; ending does.
  STEP(f, LAND, 1, "av-1", 0);
  cr_expect(is_called(f, 1, "medic-1", why));
  STEP(f, CLOSE, 1, "control-1", 0);
  cr_expect_eq(open_alerts(f, 1), 0u);
  fixture_destroy(f);
}

Test(incident_report, life_safety_without_a_default_has_its_page)
{
  struct fixture *f = fixture_create();
  Vd__Category *category = FIXTURE_FIND(f, CATEGORY, Category, "collapse");
  vd_string_set(&category->default_decision->en, "");
  Vd__Page page = VD__PAGE__INIT;
  page.id = (char *)"collapse.en";
  page.revision = 1;
  page.category = (char *)"collapse";
  page.language = VD__LANGUAGE__LANGUAGE_EN;
  page.title = (char *)"Collapse: get people out";
  Vd__Entity entity;
  vd_entity_wrap(&entity, VD__KIND__KIND_PAGE, &page.base);
  vd_venue_restore_entity(f->venue, &entity);
  uint64_t n = fixture_report(f, "hall", "collapse");
  cr_expect_str_eq(attempt(f, n)->decision, "Collapse: get people out");
  cr_expect_eq(STEP(f, APPROVE, n, "lead-2", 0), VD_OK);
  cr_expect_str_eq(attempt(f, n)->decision, "Collapse: get people out");
  vd_string_set(&category->default_decision->en, "Ring 120, clear a way");
  vd_fold_remove((struct vd_fold *)vd_venue_fold(f->venue), VD__KIND__KIND_PAGE, "collapse.en");
  fixture_destroy(f);
}

// ---- looks like ----

Test(incident_report, looks_like_within_ten_minutes)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  cr_expect_eq(f->reply.looks_like, 0u);
  fixture_report(f, "hall", "guest-ill");
  cr_expect_eq(f->reply.looks_like, 0u, "another category");
  fixture_report(f, "forum", "av-fault");
  cr_expect_eq(f->reply.looks_like, 0u, "another zone");
  f->now_ms += MINUTES(10);
  uint64_t n = fixture_report(f, "hall", "av-fault");
  cr_expect_eq(f->reply.looks_like, 1u, "exactly 10 min");
  cr_expect_eq(incident(f, n)->looks_like, 1u);
  cr_expect_eq(incident(f, n)->state, STATE(OPEN), "offered, never assumed");
  cr_expect_eq(incident(f, n)->duplicate_of, 0u);
  f->now_ms += 1;
  fixture_report(f, "hall", "av-fault");
  cr_expect_eq(f->reply.looks_like, n, "the first is too old; the next is not");
  fixture_destroy(f);
}

Test(incident_report, looks_like_nothing_that_ended_or_has_no_place)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  STEP(f, CANCEL, 1, NULL, 0);
  fixture_report(f, "hall", "av-fault");
  cr_expect_eq(f->reply.looks_like, 0u);
  do_report(f, &(struct said){.category = "av-fault"});
  do_report(f, &(struct said){.category = "av-fault"});
  cr_expect_eq(f->reply.looks_like, 0u, "two unknown places are not the same place");
  do_amend(f, 4, &(struct said){.zone = "hall"});
  cr_expect_eq(f->reply.looks_like, 2u, "completed, it can be told");
  fixture_destroy(f);
}

// By the time of the happening, not of its telling.
Test(incident_report, looks_like_counts_from_what_was_reported)
{
  struct fixture *f = fixture_create();
  f->now_ms += MINUTES(30);
  do_report(f,
            &(struct said){.zone = "hall", .category = "av-fault", .acted_at_ms = f->now_ms - MINUTES(20)});
  fixture_report(f, "hall", "av-fault");
  cr_expect_eq(f->reply.looks_like, 0u, "20 min apart");
  do_report(f,
            &(struct said){.zone = "hall", .category = "av-fault", .acted_at_ms = f->now_ms - MINUTES(12)});
  cr_expect_eq(f->reply.looks_like, 1u, "8 min apart");
  do_report(f, &(struct said){.zone = "vip", .category = "av-fault"});
  do_report(f, &(struct said){.zone = "vip", .category = "av-fault", .acted_at_ms = f->now_ms - MINUTES(11)});
  cr_expect_eq(f->reply.looks_like, 0u, "known first, but happened 11 min later");
  fixture_destroy(f);
}

Test(incident_report, looks_like_among_many)
{
  struct fixture *f = fixture_create();
  for (int i = 0; i < 40; i++) {
    fixture_report(f, i % 2 ? "hall" : "forum", "other");
    f->now_ms += MINUTES(1);
  }
  fixture_report(f, "hall", "other");
  const Vd__Incident *first = incident(f, f->reply.looks_like);
  cr_assert_not_null(first);
  cr_expect_eq(f->now_ms - first->reported_at_ms, MINUTES(9), "the earliest that is young enough");
  fixture_destroy(f);
}

// ---- the default decision ----

Test(incident_report, decision_is_called_for_a_minute_before_its_limit)
{
  struct fixture *f = fixture_create();
  uint64_t n = fixture_report(f, "hall", "av-fault");
  const Vd__AlertWhy why = VD__ALERT_WHY__ALERT_WHY_DECISION;
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9) - 1);
  cr_expect_not(is_called(f, n, "lead-2", why));
  fixture_run_to(f, FIXTURE_T0 + MINUTES(9));
  cr_expect(is_called(f, n, "lead-2", why));
  cr_expect_eq(attempt(f, n)->decision_called_at_ms, FIXTURE_T0 + MINUTES(9));
  cr_expect_eq(fixture_facts(f, "decision-called"), 1u);
  cr_expect_eq(STEP(f, APPROVE, n, "lead-2", 0), VD_OK);
  cr_expect_not(is_called(f, n, "lead-2", why), "dropped once decided");
  cr_expect_str_eq(attempt(f, n)->decision, "Bring the spare projector");
  cr_expect(attempt(f, n)->by_default);
  cr_expect_eq(deadline(f, n, "decide")->outcome, OUTCOME(MET));
  fixture_run_to(f, FIXTURE_T0 + MINUTES(60));
  cr_expect_eq(fixture_facts(f, "decision-called"), 1u, "once");
  fixture_destroy(f);
}

Test(incident_report, decision_is_not_called_for_once_decided_or_ended)
{
  struct fixture *f = fixture_create();
  STEP(f, DECIDE, fixture_report(f, "hall", "av-fault"), "lead-2", 0);
  STEP(f, CANCEL, fixture_report(f, "forum", "av-fault"), NULL, 0);
  STEP(f, LAND, fixture_report(f, "vip", "av-fault"), "av-1", 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(30));
  cr_expect_eq(fixture_facts(f, "decision-called"), 0u);
  fixture_destroy(f);
}

// ---- size ----

static void fill(char *text, size_t size, char letter)
{
  memset(text, letter, size);
  text[size] = '\0';
}

// The fixture holds each entity of each Change to VD_ENTITY_MAX.
Test(incident_report, an_entity_stays_small)
{
  struct fixture *f = fixture_create();
  char text[VD_TEXT_MAX + 1], reason[VD_REASON_MAX + 1], name[VD_WORD_MAX + 1];
  fill(text, VD_TEXT_MAX, 't');
  fill(reason, VD_REASON_MAX, 'r');
  for (int i = 0; i < 12; i++) {
    fill(name, VD_WORD_MAX, (char)('a' + i));
    cr_assert_eq(
        do_report(f, &(struct said){.zone = "hall", .category = "other", .text = text, .reporter = name}),
        VD_OK);
    if (i > 0)
      cr_assert_eq(do_duplicate(f, (uint64_t)i + 1, 1), VD_OK);
  }
  cr_expect_geq(incident(f, 1)->n_reporters, 1u);
  cr_expect_eq(incident(f, 1)->reporters[0][0], 'a', "the first reporter stays");
  STEP(f, RESPOND, 1, "av-1", 0);
  cr_assert_eq(do_cancel(f, 1, reason), VD_OK);
  cr_expect_str_eq(last_note(f, 1)->text, reason, "whole in a note");
  cr_expect_eq(strncmp(reason, incident(f, 1)->reason, strlen(incident(f, 1)->reason)), 0);
  cr_expect_gt(strlen(incident(f, 1)->reason), 20u);
  fixture_destroy(f);
}

Test(incident_report, a_cut_reason_ends_with_a_whole_character)
{
  struct fixture *f = fixture_create();
  char text[VD_TEXT_MAX + 1], name[VD_WORD_MAX + 1], reason[VD_REASON_MAX + 1] = "";
  fill(text, VD_TEXT_MAX, 't');
  fill(name, VD_WORD_MAX, 'n');
  for (size_t at = 0; at < VD_REASON_MAX; at += 3)
    memcpy(reason + at, "誤", 4);
  for (size_t less = 0; less < 3; less++) {
    text[VD_TEXT_MAX - less] = '\0';
    do_report(f, &(struct said){.zone = "hall", .category = "other", .text = text, .reporter = name});
    cr_assert_eq(do_cancel(f, f->reply.number, reason), VD_OK);
    size_t size = strlen(incident(f, less + 1)->reason);
    cr_expect(size > 0 && size < VD_REASON_MAX && size % 3 == 0, "%zu bytes", size);
  }
  fixture_destroy(f);
}

// ---- notes and the duty log ----

Test(incident_report, notes_are_numbered)
{
  struct fixture *f = fixture_create();
  uint64_t n = fixture_report(f, "hall", "av-fault");
  cr_expect_eq(STEP(f, NOTE, n, "av-1", 0), VD_OK);
  cr_expect_eq(STEP(f, NOTE, n, NULL, 0), VD_OK);
  cr_expect_eq(incident(f, n)->notes, 2u);
  const Vd__Note *first = FIXTURE_FIND(f, NOTE, Note, "1.n1"), *second = FIXTURE_FIND(f, NOTE, Note, "1.n2");
  cr_expect_str_eq(first->by, "av-1");
  cr_expect_str_eq(second->by, "control");
  cr_expect_str_eq(first->text, "a remark");
  cr_expect_eq(first->kind, VD__NOTE_KIND__NOTE_KIND_REMARK);
  cr_expect_str_eq(last_fact(f)->what, "noted");
  cr_expect_eq(STEP(f, NOTE, 99, NULL, 0), VD_ERR_UNKNOWN_INCIDENT);
  cr_expect_str_eq(f->reply.nearest, "1");
  fixture_destroy(f);
}

static enum vd_err do_log(struct fixture *f, const char *text)
{
  Vd__Log log = VD__LOG__INIT;
  log.text = (char *)text;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_LOG;
  command.log = &log;
  return fixture_do(f, "control", &command);
}

Test(incident_report, duty_log)
{
  struct fixture *f = fixture_create();
  cr_expect_eq(do_log(f, "doors open"), VD_OK);
  cr_expect_eq(do_log(f, "rain"), VD_OK);
  cr_expect_eq(vd_venue_event(f->venue)->last_log, 2u);
  cr_expect_str_eq(FIXTURE_FIND(f, NOTE, Note, "log.n1")->text, "doors open");
  cr_expect_eq(FIXTURE_FIND(f, NOTE, Note, "log.n2")->kind, VD__NOTE_KIND__NOTE_KIND_DUTY_LOG);
  cr_expect_eq(do_log(f, ""), VD_ERR_MISSING);
  cr_expect_eq(vd_venue_event(f->venue)->last_log, 2u);
  fixture_destroy(f);
}
