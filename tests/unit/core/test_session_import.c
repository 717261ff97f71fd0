// An agenda from a calendar: all or none; the same again is no change; what people did on the day stands.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/session.h"
#include "proto/check.h"
#include "tests/unit/core/agenda.h"

static struct fixture *f;
static bool is_dense; // what is imported

static void setup(void)
{
  f = fixture_create();
  is_dense = false;
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(session_import, .init = setup, .fini = teardown);

// One entry of the calendar, times in minutes after FIXTURE_T0.
struct entry {
  const char *id, *uid, *zone;
  int start, end;
  bool is_break, is_cancelled;
  uint32_t audience;
  const char *title;
};

static enum vd_err import_all(const struct entry *entries, size_t count)
{
  Vd__SessionsImport *import = (Vd__SessionsImport *)vd_message_new(&vd__sessions_import__descriptor);
  for (size_t i = 0; i < count; i++) {
    const struct entry *entry = &entries[i];
    Vd__Session *session = (Vd__Session *)vd_message_new(&vd__session__descriptor);
    vd_string_set(&session->id, entry->id);
    vd_string_set(&session->uid, entry->uid);
    vd_string_set(&session->zone, entry->zone);
    session->title = (Vd__Text *)vd_message_new(&vd__text__descriptor);
    vd_string_set(&session->title->en, entry->title ? entry->title : "A talk");
    session->start_at_ms = AT(entry->start);
    session->end_at_ms = AT(entry->end);
    session->audience = entry->audience;
    session->dense = is_dense;
    if (entry->is_break)
      session->kind = VD__SESSION_KIND__SESSION_KIND_BREAK;
    if (entry->is_cancelled)
      session->state = SESSION(CANCELLED);
    VD_REPEATED_ADD(import->sessions, import->n_sessions, session);
  }
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SESSIONS_IMPORT;
  command.sessions_import = import;
  enum vd_err err = fixture_do(f, "control", &command);
  vd__sessions_import__free_unpacked(import, NULL);
  return err;
}
#define IMPORT(...)                                                                                          \
  import_all((const struct entry[]){__VA_ARGS__},                                                            \
             sizeof((const struct entry[]){__VA_ARGS__}) / sizeof(struct entry))

#define KEYNOTE                                                                                              \
  {                                                                                                          \
    "keynote", "k@x", "hall", 60, 120, false, false, 0, NULL                                                 \
  }
#define TEA                                                                                                  \
  {                                                                                                          \
    "tea", "t@x", "corridor", 120, 150, true, false, 0, NULL                                                 \
  }

Test(session_import, brings_sessions)
{
  cr_assert_eq(IMPORT(KEYNOTE, TEA), VD_OK, "%s", f->reply.sentence);
  const Vd__Session *keynote = agenda_session(f, "keynote");
  cr_expect_eq(keynote->state, SESSION(PLANNED));
  cr_expect_eq(keynote->kind, VD__SESSION_KIND__SESSION_KIND_TALK);
  cr_expect_eq(keynote->planned_start_at_ms, AT(60));
  cr_expect(keynote->imported);
  cr_expect_eq(agenda_session(f, "tea")->kind, VD__SESSION_KIND__SESSION_KIND_BREAK);
  cr_expect_str_eq(agenda_fact(f)->what, "sessions-imported");
  cr_expect(agenda_says(agenda_fact(f), "added:2"));
  cr_expect_null(FIXTURE_FIND(f, NOTICE, Notice, "n1"), "nobody knew another agenda");
  int64_t until_ms = 0;
  cr_expect(vd_session_is_break(f->venue, AT(130), &until_ms));
}

Test(session_import, the_same_again_is_no_change)
{
  cr_assert_eq(IMPORT(KEYNOTE, TEA), VD_OK);
  cr_assert_eq(IMPORT(KEYNOTE, TEA), VD_OK);
  cr_expect_eq(f->reply.sequence, 0);
}

Test(session_import, other_times_move_and_are_told)
{
  cr_assert_eq(IMPORT(KEYNOTE, TEA), VD_OK);
  cr_assert_eq(IMPORT({"keynote", "k@x", "hall", 70, 130}, TEA), VD_OK);
  cr_expect_eq(agenda_session(f, "keynote")->start_at_ms, AT(70));
  cr_expect(agenda_says(agenda_fact(f), "changed:1"));
  const Vd__Notice *notice = FIXTURE_FIND(f, NOTICE, Notice, "n1");
  cr_assert_not_null(notice);
  cr_assert_eq(notice->n_sessions, 1);
  cr_expect_str_eq(notice->sessions[0], "keynote");
}

Test(session_import, what_is_new_in_an_agenda_is_told)
{
  struct entry entries[20] = {KEYNOTE};
  char ids[20][8], uids[20][8];
  cr_assert_eq(IMPORT(KEYNOTE), VD_OK);
  for (int i = 1; i < 20; i++) {
    snprintf(ids[i], sizeof ids[i], "s-%02d", i);
    snprintf(uids[i], sizeof uids[i], "u-%02d", i);
    entries[i] =
        (struct entry){.id = ids[i], .uid = uids[i], .zone = "vip", .start = 10 * i, .end = 10 * i + 5};
  }
  cr_assert_eq(import_all(entries, 20), VD_OK, "%s", f->reply.sentence);
  const Vd__Notice *notice = FIXTURE_FIND(f, NOTICE, Notice, "n1");
  cr_assert_not_null(notice);
  cr_expect_eq(notice->n_sessions, 12);
  cr_expect_eq(notice->more, 7);
  cr_expect_str_eq(notice->sessions[0], "s-01");
}

Test(session_import, a_dense_one_over_its_limit_is_named)
{
  AGENDA(f, {"keynote", "hall", 60, 120, .is_dense = true});
  is_dense = true;
  cr_assert_eq(IMPORT({"keynote", "k@x", "hall", 60, 150}), VD_OK);
  cr_expect_str_empty(f->reply.field);
  cr_assert_eq(IMPORT({"keynote", "k@x", "hall", 60, 151}), VD_OK);
  cr_expect_str_eq(f->reply.field, "dense-limit");
  cr_assert_eq(IMPORT({"marathon", "m@x", "forum", 60, 200}), VD_OK);
  cr_expect_str_eq(f->reply.nearest, "marathon");
}

Test(session_import, other_words_are_not_told)
{
  cr_assert_eq(IMPORT(KEYNOTE), VD_OK);
  cr_assert_eq(IMPORT({"keynote", "k@x", "hall", 60, 120, .title = "The future"}), VD_OK);
  cr_expect_str_eq(agenda_session(f, "keynote")->title->en, "The future");
  cr_expect_null(FIXTURE_FIND(f, NOTICE, Notice, "n1"));
}

Test(session_import, a_session_is_found_by_its_uid)
{
  cr_assert_eq(IMPORT({"keynote", "k", "hall", 60, 120}, {"other", "k/1", "forum", 60, 120}), VD_OK);
  cr_assert_eq(IMPORT({"renamed", "k", "hall", 70, 120}), VD_OK);
  cr_expect_eq(agenda_session(f, "keynote")->start_at_ms, AT(70));
  cr_expect_eq(agenda_session(f, "other")->start_at_ms, AT(60));
  cr_expect_null(FIXTURE_FIND(f, SESSION, Session, "renamed"));
}

Test(session_import, one_of_the_plan_is_found_by_its_id_and_becomes_the_calendars)
{
  AGENDA(f, {"keynote", "hall", 60, 120, .is_dense = true});
  cr_assert_eq(IMPORT(KEYNOTE), VD_OK);
  cr_expect_str_eq(agenda_session(f, "keynote")->uid, "k@x");
  cr_expect(agenda_session(f, "keynote")->imported);
  cr_expect_eq(IMPORT({"keynote", "another@x", "forum", 60, 120}), VD_ERR_DUPLICATE_ID);
}

Test(session_import, what_says_no_more_than_the_plan_leaves_it_the_plans)
{
  AGENDA(f, {"keynote", "hall", 60, 120, .is_dense = false});
  cr_assert_eq(agenda_shift(f, "keynote", MINUTES(15), false), VD_OK);
  cr_assert_eq(IMPORT({"keynote", "", "hall", 75, 135, .title = "keynote"}), VD_OK);
  cr_expect_eq(f->reply.sequence, 0, "as it was written while it was shifted");
  cr_assert_eq(IMPORT({"keynote", "", "hall", 60, 120, .title = "keynote"}), VD_OK);
  cr_expect_eq(f->reply.sequence, 0, "as the plan has it");
  cr_expect_eq(agenda_session(f, "keynote")->start_at_ms, AT(75), "a shift stands");
  cr_expect_not(agenda_session(f, "keynote")->imported);
  cr_assert_eq(IMPORT({"keynote", "", "hall", 90, 150, .title = "keynote"}), VD_OK);
  cr_expect_eq(agenda_session(f, "keynote")->start_at_ms, AT(90));
  cr_expect(agenda_session(f, "keynote")->imported, "else the next plan would move it back");
}

Test(session_import, a_shift_stands_until_the_calendar_says_another_time)
{
  cr_assert_eq(IMPORT(KEYNOTE, TEA), VD_OK);
  cr_assert_eq(agenda_shift(f, "keynote", MINUTES(15), false), VD_OK);
  cr_assert_eq(IMPORT(KEYNOTE, {"lunch", "l@x", "corridor", 200, 260, .is_break = true}), VD_OK);
  cr_expect_eq(agenda_session(f, "keynote")->start_at_ms, AT(75));
  cr_assert_eq(IMPORT({"keynote", "k@x", "hall", 90, 150}), VD_OK);
  cr_expect_eq(agenda_session(f, "keynote")->start_at_ms, AT(90));
}

Test(session_import, of_a_running_one_only_words_and_end_change)
{
  cr_assert_eq(IMPORT(KEYNOTE), VD_OK);
  fixture_run_to(f, AT(60));
  cr_assert_eq(agenda_start(f, "keynote", 0), VD_OK);
  cr_assert_eq(IMPORT({"keynote", "k@x", "forum", 70, 140, .is_break = true, .title = "The future"}), VD_OK);
  const Vd__Session *keynote = agenda_session(f, "keynote");
  cr_expect_eq(keynote->state, SESSION(RUNNING));
  cr_expect_str_eq(keynote->zone, "hall");
  cr_expect_eq(keynote->kind, VD__SESSION_KIND__SESSION_KIND_TALK);
  cr_expect_eq(keynote->start_at_ms, AT(60));
  cr_expect_eq(keynote->end_at_ms, AT(140));
  cr_expect_str_eq(keynote->title->en, "The future");
}

Test(session_import, more_time_for_a_running_one_ends_its_overrun)
{
  cr_assert_eq(IMPORT(KEYNOTE), VD_OK);
  fixture_run_to(f, AT(60));
  cr_assert_eq(agenda_start(f, "keynote", 0), VD_OK);
  fixture_run_to(f, AT(125));
  cr_assert(agenda_is_called(f, "session.keynote", "control-1", WHY(OVERRUN)));
  cr_assert_eq(IMPORT({"keynote", "k@x", "hall", 60, 140}), VD_OK);
  cr_expect_not(agenda_is_called(f, "session.keynote", "control-1", WHY(OVERRUN)));
}

Test(session_import, what_has_ended_or_was_cancelled_stays)
{
  cr_assert_eq(IMPORT(KEYNOTE, TEA), VD_OK);
  cr_assert_eq(agenda_start(f, "keynote", 0), VD_OK);
  cr_assert_eq(agenda_end(f, "keynote", 0), VD_OK);
  cr_assert_eq(agenda_cancel(f, "tea", "no water"), VD_OK);
  cr_assert_eq(IMPORT({"keynote", "k@x", "hall", 70, 130}, TEA), VD_OK);
  cr_expect_eq(f->reply.sequence, 0);
}

Test(session_import, the_calendar_may_cancel)
{
  cr_assert_eq(IMPORT(KEYNOTE, {"gone", "g@x", "hall", 200, 260, .is_cancelled = true}), VD_OK);
  cr_expect_null(FIXTURE_FIND(f, SESSION, Session, "gone"), "never here");
  cr_assert_eq(IMPORT({"keynote", "k@x", "hall", 60, 120, .is_cancelled = true}), VD_OK);
  cr_expect_eq(agenda_session(f, "keynote")->state, SESSION(CANCELLED));
  cr_expect_not_null(FIXTURE_FIND(f, NOTICE, Notice, "n1"));
}

static void retire(ProtobufCMessage *message)
{
  ((Vd__Session *)message)->retired = true;
}

Test(session_import, what_a_plan_retired_comes_back)
{
  AGENDA(f, {"keynote", "hall", 60, 120, .is_dense = false});
  agenda_edit(f, VD__KIND__KIND_SESSION, "keynote", retire);
  cr_assert_eq(IMPORT(KEYNOTE), VD_OK);
  cr_expect_not(agenda_session(f, "keynote")->retired);
  cr_expect_eq(vd_session_in(f->venue, "hall", AT(60)), agenda_session(f, "keynote"));
}

// ---- refused whole ----

static void expect_refused(enum vd_err expected, enum vd_err err, const char *field)
{
  cr_expect_eq(err, expected, "%s: %s", f->reply.code, f->reply.sentence);
  cr_expect_str_eq(f->reply.field, field);
  cr_expect_null(FIXTURE_FIND(f, SESSION, Session, "good"), "all or none");
}
#define GOOD                                                                                                 \
  {                                                                                                          \
    "good", "good@x", "vip", 0, 30, false, false, 0, NULL                                                    \
  }

Test(session_import, what_cannot_be_is_refused)
{
  expect_refused(VD_ERR_UNKNOWN_ZONE, IMPORT(GOOD, {"a", "a@x", "hal", 0, 30}),
                 "sessions_import.sessions[1].zone");
  expect_refused(VD_ERR_BAD_VALUE, IMPORT(GOOD, {"a", "a@x", "hall", 30, 30}),
                 "sessions_import.sessions[1].end_at_ms");
  expect_refused(VD_ERR_BAD_VALUE, IMPORT(GOOD, {"a", "a@x", "hall", 0, 1441}),
                 "sessions_import.sessions[1].end_at_ms");
  expect_refused(VD_ERR_BAD_VALUE, IMPORT(GOOD, {"a", "a@x", "hall", -61, 30}),
                 "sessions_import.sessions[1].start_at_ms");
  expect_refused(VD_ERR_BAD_VALUE, IMPORT(GOOD, {"a", "a@x", "hall", 1370, 1381}),
                 "sessions_import.sessions[1].end_at_ms");
  expect_refused(VD_ERR_BAD_VALUE, IMPORT(GOOD, {"A talk", "a@x", "hall", 0, 30}),
                 "sessions_import.sessions[1].id");
  expect_refused(VD_ERR_BAD_VALUE, IMPORT(GOOD, {"a", "a@x", "hall", 0, 30, .audience = 101}),
                 "sessions_import.sessions[1].audience");
  expect_refused(VD_ERR_MISSING, IMPORT(GOOD, {"a", "a@x", "hall", 0, 30, .title = ""}),
                 "sessions_import.sessions[1].title");
  expect_refused(VD_ERR_DUPLICATE_ID, IMPORT(GOOD, {"a", "a@x", "hall", 0, 30}, {"a", "b@x", "hall", 40, 50}),
                 "sessions_import.sessions[2].id");
  expect_refused(VD_ERR_MISSING, import_all(NULL, 0), "sessions_import.sessions");
}

Test(session_import, one_session_cannot_come_twice)
{
  cr_assert_eq(IMPORT(KEYNOTE), VD_OK);
  expect_refused(VD_ERR_DUPLICATE_ID, IMPORT(GOOD, {"a", "k@x", "hall", 0, 30}, {"b", "k@x", "hall", 40, 50}),
                 "sessions_import.sessions[2].id");
}

Test(session_import, an_overlap_within_is_refused)
{
  expect_refused(VD_ERR_OVERLAP, IMPORT(GOOD, {"a", "a@x", "hall", 0, 30}, {"b", "b@x", "hall", 29, 50}),
                 "sessions_import.sessions[1].start_at_ms");
}

Test(session_import, an_overlap_with_what_stands_is_refused)
{
  AGENDA(f, {"opening", "hall", 0, 60, .is_dense = false});
  expect_refused(VD_ERR_OVERLAP, IMPORT(GOOD, {"a", "a@x", "hall", 59, 90}),
                 "sessions_import.sessions[1].start_at_ms");
  cr_assert_eq(agenda_cancel(f, "opening", "speaker ill"), VD_OK);
  cr_expect_eq(IMPORT({"a", "a@x", "hall", 59, 90}), VD_OK);
}

Test(session_import, two_may_change_places)
{
  cr_assert_eq(IMPORT({"a", "a@x", "hall", 0, 30}, {"b", "b@x", "hall", 30, 60}), VD_OK);
  cr_expect_eq(IMPORT({"a", "a@x", "hall", 30, 60}, {"b", "b@x", "hall", 0, 30}), VD_OK, "%s",
               f->reply.sentence);
  cr_expect_eq(agenda_session(f, "b")->start_at_ms, AT(0));
}

Test(session_import, a_collision_that_people_made_does_not_hold_the_calendar_up)
{
  cr_assert_eq(IMPORT({"a", "a@x", "hall", 0, 30}, {"b", "b@x", "hall", 30, 60}), VD_OK);
  cr_assert_eq(agenda_shift(f, "a", MINUTES(10), false), VD_OK);
  cr_expect_eq(IMPORT({"a", "a@x", "hall", 0, 30, .title = "New words"}, {"b", "b@x", "hall", 30, 60}), VD_OK,
               "%s", f->reply.sentence);
}

Test(session_import, too_much_text_is_refused)
{
  char words[VD_REASON_MAX + 1], uid[VD_REASON_MAX + 1];
  memset(words, 'w', VD_REASON_MAX);
  memset(uid, 'u', VD_REASON_MAX);
  words[VD_REASON_MAX] = uid[VD_REASON_MAX] = '\0';
  Vd__Session session = VD__SESSION__INIT;
  Vd__Text title = VD__TEXT__INIT;
  title.en = title.zh_hant = title.zh_hans = words;
  session.title = &title;
  session.id = (char *)"a";
  session.uid = uid;
  session.zone = (char *)"hall";
  session.start_at_ms = AT(0);
  session.end_at_ms = AT(30);
  Vd__Session *sessions[] = {&session};
  Vd__SessionsImport import = VD__SESSIONS_IMPORT__INIT;
  import.sessions = sessions;
  import.n_sessions = 1;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SESSIONS_IMPORT;
  command.sessions_import = &import;
  cr_expect_eq(fixture_do(f, "control", &command), VD_ERR_TOO_LARGE);
  title.zh_hans = (char *)"";
  cr_expect_eq(fixture_do(f, "control", &command), VD_OK, "%s", f->reply.sentence);
}

// ---- many ----

enum { MANY = 2000, AT_ONCE = 200 };

Test(session_import, two_hundred_at_once_and_two_thousand_in_all)
{
  static char ids[MANY + 1][16];
  static struct agenda_row rows[MANY - AT_ONCE];
  static struct entry entries[AT_ONCE + 1];
  for (int i = 0; i <= MANY; i++)
    snprintf(ids[i], sizeof ids[i], "s-%d", i);
  for (int i = 0; i < MANY - AT_ONCE; i++)
    rows[i] = (struct agenda_row){.id = ids[i], .zone = "forum", .start = i / 2, .end = i / 2 + 1};
  agenda_put(f, rows, MANY - AT_ONCE);
  for (int i = 0; i <= AT_ONCE; i++)
    entries[i] = (struct entry){.id = ids[MANY - AT_ONCE + i],
                                .uid = ids[MANY - AT_ONCE + i],
                                .zone = "hall",
                                .start = 5 * i,
                                .end = 5 * i + 5};
  cr_assert_eq(import_all(entries, AT_ONCE), VD_OK, "%s", f->reply.sentence);
  cr_expect_eq(vd_fold_count(vd_venue_fold(f->venue), VD__KIND__KIND_SESSION), MANY);
  cr_expect_eq(import_all(entries + AT_ONCE, 1), VD_ERR_TOO_MANY);
  cr_expect_eq(import_all(entries, AT_ONCE), VD_OK, "what is there already counts once");
}

// ---- what follows ----

Test(session_import, an_incident_is_needed_by_what_was_imported)
{
  fixture_report(f, "hall", "av-fault");
  cr_assert_eq(IMPORT({"a", "a@x", "hall", 10, 30}), VD_OK);
  cr_expect_str_eq(FIXTURE_FIND(f, INCIDENT, Incident, "1")->needed_by, "a");
  cr_assert_eq(IMPORT({"a", "a@x", "forum", 10, 30}), VD_OK);
  cr_expect_str_empty(FIXTURE_FIND(f, INCIDENT, Incident, "1")->needed_by);
}

Test(session_import, a_break_that_is_taken_away_is_named)
{
  AGENDA(f, {"keynote", "hall", 60, 120, .is_dense = true}, {"panel", "hall", 150, 200, .is_dense = false});
  cr_assert_eq(IMPORT(TEA), VD_OK);
  cr_assert_eq(IMPORT({"tea", "t@x", "corridor", 200, 230, .is_break = true}), VD_OK);
  cr_expect_str_eq(f->reply.field, "no-break");
  cr_expect_str_eq(f->reply.nearest, "keynote");
}
