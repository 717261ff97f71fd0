// What attendees are told: it waits for more changes, is approved once, and leaves after the cool-down.
#include "daemon/core/notice.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "proto/check.h"
#include "tests/unit/core/agenda.h"

static struct fixture *f;

static void setup(void)
{
  f = fixture_create();
  AGENDA(f, {"opening", "hall", 30, 60, .is_dense = false}, {"keynote", "hall", 60, 120, .is_dense = false},
         {"panel", "hall", 150, 210, .is_dense = false});
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(notice, .init = setup, .fini = teardown);

static Vd__Notice *notice(const char *id)
{
  Vd__Notice *found = FIXTURE_FIND(f, NOTICE, Notice, id);
  cr_assert_not_null(found, "no %s", id);
  return found;
}

static enum vd_err draft(const char *text)
{
  Vd__NoticeDraft asked = VD__NOTICE_DRAFT__INIT;
  asked.text = (char *)text;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_NOTICE_DRAFT;
  command.notice_draft = &asked;
  return fixture_do(f, "control", &command);
}

static enum vd_err approve(uint64_t number)
{
  Vd__NoticeApprove asked = VD__NOTICE_APPROVE__INIT;
  asked.notice = number;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_NOTICE_APPROVE;
  command.by = (char *)"chief-1";
  command.notice_approve = &asked;
  return fixture_do(f, "control", &command);
}

static enum vd_err approve_read(uint64_t number, uint64_t revision)
{
  Vd__NoticeApprove asked = VD__NOTICE_APPROVE__INIT;
  asked.notice = number;
  asked.revision = revision;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_NOTICE_APPROVE;
  command.notice_approve = &asked;
  return fixture_do(f, "control", &command);
}

static enum vd_err drop(uint64_t number, const char *reason)
{
  Vd__NoticeDrop asked = VD__NOTICE_DROP__INIT;
  asked.notice = number;
  asked.reason = (char *)reason;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_NOTICE_DROP;
  command.notice_drop = &asked;
  return fixture_do(f, "control", &command);
}

#define IS_ASKED(id) agenda_is_called(f, "notice." id, "control-1", WHY(NOTICE))

// ---- what attendees should know ----

Test(notice, a_shift_and_a_cancellation_are_told)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), true), VD_OK);
  cr_expect_eq(notice("n1")->n_sessions, 3);
  cr_expect_str_eq(notice("n1")->sessions[0], "opening");
  cr_expect_str_eq(notice("n1")->sessions[2], "panel");
  cr_assert_eq(agenda_cancel(f, "panel", "speaker ill"), VD_OK);
  cr_expect_eq(notice("n1")->n_sessions, 3, "named once");
}

Test(notice, a_start_on_time_is_not)
{
  fixture_run_to(f, AT(28));
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  cr_assert_eq(agenda_end(f, "opening", 0), VD_OK);
  fixture_run_to(f, AT(100));
  cr_assert_eq(agenda_start(f, "keynote", 0), VD_OK);
  cr_expect_null(FIXTURE_FIND(f, NOTICE, Notice, "n1"), "late, which everybody in the room sees");
}

Test(notice, a_start_too_early_is)
{
  fixture_run_to(f, AT(28) - 1);
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  cr_expect_str_eq(notice("n1")->sessions[0], "opening");
}

static void add_in_one_act(const char *session, const char *zone)
{
  struct vd_act act;
  Vd__Command command = VD__COMMAND__INIT;
  vd_act_begin(&act, f->venue, f->now_ms);
  act.who = FIXTURE_FIND(f, PRINCIPAL, Principal, "control");
  act.command = &command;
  vd_notice_add(&act, session, zone);
  fixture_end(f, &act, NULL);
}

static void close_zone(const char *zone)
{
  add_in_one_act(NULL, zone);
}

Test(notice, what_one_act_adds_is_one_notice)
{
  add_in_one_act("opening", "forum");
  cr_expect_eq(notice("n1")->n_sessions, 1);
  cr_expect_eq(notice("n1")->n_zones, 1);
  cr_expect_null(FIXTURE_FIND(f, NOTICE, Notice, "n2"));
}

Test(notice, a_zone_whose_passage_changed_joins)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  close_zone("forum");
  close_zone("forum");
  cr_expect_eq(notice("n1")->n_sessions, 1);
  cr_assert_eq(notice("n1")->n_zones, 1);
  cr_expect_str_eq(notice("n1")->zones[0], "forum");
}

static void work_by_hand(ProtobufCMessage *message)
{
  ((Vd__Event *)message)->policy->manual_nodes = true;
}

Test(notice, by_hand_only_people_draft)
{
  agenda_edit(f, VD__KIND__KIND_EVENT, "event", work_by_hand);
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  close_zone("forum");
  cr_expect_null(FIXTURE_FIND(f, NOTICE, Notice, "n1"));
  cr_assert_eq(draft("The shuttle leaves at gate 3"), VD_OK);
  fixture_run_to(f, AT(3));
  cr_expect_eq(notice("n1")->state, NOTICE(WAITING));
}

// ---- settling ----

Test(notice, it_waits_three_minutes_and_asks_for_approval)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  cr_expect_eq(notice("n1")->state, NOTICE(SETTLING));
  cr_expect_eq(notice("n1")->settles_at_ms, AT(3));
  fixture_restart(f);
  fixture_run_to(f, AT(3) - 1);
  cr_expect_eq(notice("n1")->state, NOTICE(SETTLING));
  cr_expect_not(IS_ASKED("n1"));
  fixture_run_to(f, AT(3));
  cr_expect_eq(notice("n1")->state, NOTICE(WAITING));
  cr_expect(IS_ASKED("n1"));
  cr_expect_str_eq(agenda_fact(f)->what, "notice-waiting");
}

Test(notice, a_change_joins_and_settles_anew)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  fixture_run_to(f, AT(2));
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(5), false), VD_OK);
  cr_expect_eq(notice("n1")->settles_at_ms, AT(5));
  fixture_run_to(f, AT(6));
  cr_assert(IS_ASKED("n1"));
  cr_assert_eq(agenda_cancel(f, "keynote", "speaker ill"), VD_OK);
  cr_expect_eq(notice("n1")->state, NOTICE(SETTLING), "not approved yet");
  cr_expect_not(IS_ASKED("n1"));
  cr_expect_eq(notice("n1")->n_sessions, 3);
  cr_expect_null(FIXTURE_FIND(f, NOTICE, Notice, "n2"));
  fixture_run_to(f, AT(9));
  cr_expect(IS_ASKED("n1"));
}

Test(notice, it_does_not_settle_for_ever)
{
  for (int i = 0; i < 5; i++) {
    fixture_run_to(f, AT(2 * i));
    cr_assert_eq(agenda_shift(f, "panel", MINUTES(1), false), VD_OK);
  }
  cr_expect_eq(notice("n1")->settles_at_ms, AT(9), "three times three minutes after the first");
  fixture_restart(f);
  fixture_run_to(f, AT(9));
  cr_assert(IS_ASKED("n1"));
  fixture_run_to(f, AT(10));
  cr_assert_eq(agenda_shift(f, "keynote", MINUTES(1), false), VD_OK);
  cr_expect_eq(notice("n1")->state, NOTICE(WAITING), "it has waited long enough");
  cr_expect_eq(notice("n1")->n_sessions, 2, "and says that too");
  cr_expect(IS_ASKED("n1"));
  cr_expect_eq(approve(1), VD_OK);
}

// ---- approval and leaving ----

Test(notice, approved_once_it_is_sent_once)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  fixture_run_to(f, AT(4));
  cr_assert_eq(approve(1), VD_OK);
  cr_expect_eq(f->reply.number, 1);
  cr_expect_eq(notice("n1")->state, NOTICE(APPROVED));
  cr_expect_str_eq(notice("n1")->approved_by, "chief-1");
  cr_expect_not(IS_ASKED("n1"));
  fixture_run_to(f, AT(4));
  cr_expect_eq(notice("n1")->state, NOTICE(SENT));
  cr_expect_eq(notice("n1")->sent_at_ms, AT(4));
  cr_assert_eq(approve(1), VD_OK);
  cr_expect_eq(f->reply.sequence, 0, "a late acknowledgement");
  fixture_run_to(f, AT(60));
  cr_expect_eq(fixture_facts(f, "notice-sent"), 1);
}

static void send_first(void)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  fixture_run_to(f, AT(4));
  cr_assert_eq(approve(1), VD_OK);
  fixture_run_to(f, AT(4));
  cr_assert_eq(notice("n1")->state, NOTICE(SENT));
}

Test(notice, after_approval_the_next_change_begins_another_that_cools_down)
{
  send_first();
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(5), false), VD_OK);
  cr_expect_eq(notice("n1")->n_sessions, 1);
  fixture_run_to(f, AT(7));
  cr_assert_eq(approve(2), VD_OK);
  cr_expect_eq(notice("n2")->leaves_at_ms, AT(14));
  fixture_restart(f);
  fixture_run_to(f, AT(14) - 1);
  cr_expect_eq(notice("n2")->state, NOTICE(APPROVED));
  fixture_run_to(f, AT(14));
  cr_expect_eq(notice("n2")->state, NOTICE(SENT));
}

Test(notice, the_third_waits_for_the_second_too)
{
  send_first();
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(5), false), VD_OK);
  fixture_run_to(f, AT(7));
  cr_assert_eq(approve(2), VD_OK);
  cr_assert_eq(agenda_cancel(f, "panel", "speaker ill"), VD_OK);
  cr_expect_eq(notice("n2")->n_sessions, 1);
  fixture_run_to(f, AT(10));
  cr_assert_eq(approve(3), VD_OK);
  cr_expect_eq(notice("n3")->leaves_at_ms, AT(24));
}

Test(notice, after_a_sleep_the_cool_down_lies_between_them_all_the_same)
{
  send_first();
  for (int i = 2; i <= 4; i++) {
    cr_assert_eq(agenda_shift(f, "panel", MINUTES(1), false), VD_OK);
    fixture_run_to(f, f->now_ms + MINUTES(3));
    cr_assert_eq(approve((uint64_t)i), VD_OK);
  }
  cr_assert_eq(notice("n2")->leaves_at_ms, AT(14));
  cr_assert_eq(notice("n3")->leaves_at_ms, AT(24));
  cr_assert_eq(notice("n4")->leaves_at_ms, AT(34));
  fixture_jump_to(f, AT(40));
  cr_expect_eq(notice("n2")->state, NOTICE(SENT));
  cr_expect_eq(notice("n3")->state, NOTICE(APPROVED));
  cr_expect_eq(notice("n3")->leaves_at_ms, AT(50));
  fixture_restart(f);
  fixture_run_to(f, AT(60) - 1);
  cr_expect_eq(notice("n3")->sent_at_ms, AT(50));
  cr_expect_eq(notice("n4")->state, NOTICE(APPROVED));
  fixture_run_to(f, AT(60));
  cr_expect_eq(notice("n4")->sent_at_ms, AT(60));
}

Test(notice, long_after_the_last_one_it_leaves_at_once)
{
  send_first();
  fixture_run_to(f, AT(20));
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(5), false), VD_OK);
  fixture_run_to(f, AT(23));
  cr_assert_eq(approve(2), VD_OK);
  cr_expect_eq(notice("n2")->leaves_at_ms, AT(23));
}

// ---- the forbidden cells ----

static void bring_to(Vd__NoticeState state)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  if (state == NOTICE(DROPPED))
    cr_assert_eq(drop(1, "no need"), VD_OK);
  if (state == NOTICE(WAITING) || state == NOTICE(APPROVED) || state == NOTICE(SENT))
    fixture_run_to(f, AT(4));
  if (state == NOTICE(APPROVED) || state == NOTICE(SENT))
    cr_assert_eq(approve(1), VD_OK);
  if (state == NOTICE(SENT))
    fixture_run_to(f, AT(5));
  cr_assert_eq(notice("n1")->state, state);
}

Test(notice, each_cell_of_the_table)
{
  static const struct {
    Vd__NoticeState from, approved, dropped; // 0 = refused wrong-state
  } rows[] = {{NOTICE(SETTLING), 0, NOTICE(DROPPED)},
              {NOTICE(WAITING), NOTICE(APPROVED), NOTICE(DROPPED)},
              {NOTICE(APPROVED), NOTICE(APPROVED), NOTICE(DROPPED)},
              {NOTICE(SENT), NOTICE(SENT), 0},
              {NOTICE(DROPPED), 0, NOTICE(DROPPED)}};
  for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
    bool drops = i % 2;
    Vd__NoticeState from = rows[i / 2].from, to = drops ? rows[i / 2].dropped : rows[i / 2].approved;
    bring_to(from);
    enum vd_err err = drops ? drop(1, "no need") : approve(1);
    cr_expect_eq(err, to ? VD_OK : VD_ERR_WRONG_STATE, "%d %s", from, drops ? "drop" : "approve");
    cr_expect_eq(notice("n1")->state, to ? to : from);
    teardown();
    setup();
  }
}

Test(notice, a_dropped_one_is_never_sent)
{
  bring_to(NOTICE(WAITING));
  cr_expect_eq(drop(1, ""), VD_ERR_MISSING);
  cr_assert_eq(drop(1, "all is as it was"), VD_OK);
  cr_expect_not(IS_ASKED("n1"));
  cr_expect(agenda_says(agenda_fact(f), "all is as it was"));
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(5), false), VD_OK);
  cr_expect_eq(notice("n2")->n_sessions, 1, "the next change begins another");
  fixture_run_to(f, AT(60));
  cr_expect_eq(fixture_facts(f, "notice-sent"), 0);
}

Test(notice, dropped_after_approval_it_stays)
{
  send_first();
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(5), false), VD_OK);
  fixture_run_to(f, AT(7));
  cr_assert_eq(approve(2), VD_OK);
  cr_assert_eq(drop(2, "wrong room"), VD_OK);
  fixture_run_to(f, AT(60));
  cr_expect_eq(notice("n2")->state, NOTICE(DROPPED));
}

Test(notice, an_unknown_one_is_refused_with_the_last)
{
  bring_to(NOTICE(WAITING));
  cr_expect_eq(approve(7), VD_ERR_UNKNOWN_NOTICE);
  cr_expect_str_eq(f->reply.nearest, "1");
  cr_expect_eq(drop(0, "no need"), VD_ERR_UNKNOWN_NOTICE);
}

// ---- by people ----

Test(notice, people_draft_one_and_their_words_travel_with_it)
{
  cr_expect_eq(draft(""), VD_ERR_MISSING);
  cr_assert_eq(draft("The shuttle leaves at gate 3"), VD_OK);
  cr_expect_eq(f->reply.number, 1);
  cr_expect_str_eq(notice("n1")->text, "The shuttle leaves at gate 3");
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(5), false), VD_OK);
  cr_expect_str_eq(notice("n1")->text, "The shuttle leaves at gate 3");
  cr_expect_eq(notice("n1")->n_sessions, 1);
}

Test(notice, what_two_people_want_said_is_said)
{
  char text[VD_REASON_MAX + 1];
  memset(text, 't', VD_REASON_MAX);
  text[VD_REASON_MAX] = '\0';
  cr_assert_eq(draft("Lunch is in hall B"), VD_OK);
  cr_assert_eq(draft("Lift 2 is closed"), VD_OK);
  cr_expect_str_eq(notice("n1")->text, "Lunch is in hall B / Lift 2 is closed");
  cr_expect(agenda_says(agenda_fact(f), "Lift 2 is closed"));
  cr_expect_eq(draft(text), VD_ERR_TEXT_TOO_LONG);
  cr_expect_not_null(strstr(f->reply.sentence, "n1 says already: Lunch is in hall B"), "%s",
                     f->reply.sentence);
  cr_expect_eq(notice("n1")->settles_at_ms, AT(3), "nothing was done");
  text[VD_REASON_MAX - strlen(notice("n1")->text) - 3] = '\0';
  cr_expect_eq(draft(text), VD_OK, "to the last byte");
  cr_expect_eq(strlen(notice("n1")->text), VD_REASON_MAX);
}

static void expect_counted(uint64_t automatic, uint64_t manual)
{
  uint64_t by_itself = 0, by_people = 0;
  vd_node_look(f->venue, VD__NODE__NODE_NOTICE, &by_itself, &by_people);
  cr_expect_eq(by_itself, automatic);
  cr_expect_eq(by_people, manual);
}

Test(notice, drafts_are_counted_by_who_drafted_and_what_people_decide_as_theirs)
{
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(5), false), VD_OK);
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(5), false), VD_OK);
  expect_counted(1, 0);
  fixture_run_to(f, AT(4));
  cr_assert_eq(approve(1), VD_OK);
  cr_assert_eq(draft("The shuttle leaves at gate 3"), VD_OK);
  expect_counted(1, 2);
  fixture_run_to(f, AT(30));
  cr_assert_eq(drop(2, "no need"), VD_OK);
  cr_assert_eq(drop(2, "no need"), VD_OK, "said twice");
  expect_counted(1, 3);
}

// ---- size ----

Test(notice, it_names_twelve_and_counts_the_others)
{
  struct agenda_row rows[20];
  char ids[20][8];
  for (int i = 0; i < 20; i++) {
    snprintf(ids[i], sizeof ids[i], "s-%02d", i);
    rows[i] = (struct agenda_row){.id = ids[i], .zone = "vip", .start = 10 * i, .end = 10 * i + 5};
  }
  agenda_put(f, rows, 20);
  cr_assert_eq(agenda_shift(f, "s-00", MINUTES(2), true), VD_OK);
  cr_expect_eq(notice("n1")->n_sessions, 12);
  cr_expect_eq(notice("n1")->more, 8);
  cr_assert_eq(agenda_shift(f, "s-00", MINUTES(2), true), VD_OK);
  cr_expect_eq(notice("n1")->n_sessions, 12);
  cr_expect_eq(notice("n1")->more, 8, "the same eight");
}

Test(notice, with_the_longest_names_it_stays_an_entity)
{
  enum { ROWS = 14 };
  struct agenda_row rows[ROWS];
  char ids[ROWS][VD_WORD_MAX + 1], text[VD_REASON_MAX + 1];
  memset(text, 't', VD_REASON_MAX);
  text[VD_REASON_MAX - strlen("short / ")] = '\0';
  for (int i = 0; i < ROWS; i++) {
    memset(ids[i], 'a' + i, VD_WORD_MAX);
    ids[i][VD_WORD_MAX] = '\0';
    rows[i] = (struct agenda_row){.id = ids[i], .zone = "vip", .start = 10 * i, .end = 10 * i + 5};
  }
  agenda_put(f, rows, ROWS);
  cr_assert_eq(draft("short"), VD_OK);
  cr_assert_eq(agenda_shift(f, ids[0], MINUTES(2), true), VD_OK);
  for (int i = 0; i < ROWS; i++)
    close_zone(ids[i]);
  size_t named = notice("n1")->n_sessions + notice("n1")->n_zones;
  cr_expect_geq(named, 8);
  cr_expect_geq(notice("n1")->more, ROWS - notice("n1")->n_sessions);
  cr_assert_eq(draft(text), VD_OK);
  fixture_run_to(f, AT(4));
  cr_assert_eq(approve(1), VD_OK);
  fixture_run_to(f, AT(5));
  cr_expect_eq(notice("n1")->state, NOTICE(SENT), "the fixture asserts the size of every entity");
}

// ---- what was read ----

Test(notice, another_text_than_was_read_is_not_approved)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  for (int i = 0; i < 4; i++) {
    fixture_run_to(f, f->now_ms + MINUTES(2));
    cr_assert_eq(draft("more"), VD_OK);
  }
  fixture_run_to(f, f->now_ms + MINUTES(1));
  cr_assert_eq(notice("n1")->state, NOTICE(WAITING), "it settles no more");
  uint64_t read = notice("n1")->revision;
  cr_assert_eq(agenda_cancel(f, "panel", "speaker ill"), VD_OK);
  cr_assert_eq(notice("n1")->state, NOTICE(WAITING));
  cr_expect_eq(approve_read(1, read), VD_ERR_CHANGED_SINCE);
  cr_expect_str_eq(f->reply.field, "notice_approve.revision");
  cr_expect_not_null(strstr(f->reply.sentence, "changed since are panel"), "%s", f->reply.sentence);
  cr_expect_eq(approve_read(1, notice("n1")->revision + 1), VD_ERR_CHANGED_SINCE, "that is of another");
  read = notice("n1")->revision;
  cr_assert_eq(draft("and this"), VD_OK);
  cr_expect_eq(approve_read(1, read), VD_ERR_CHANGED_SINCE);
  cr_expect_not_null(strstr(f->reply.sentence, "n1 is at revision"), "%s", f->reply.sentence);
  cr_assert_eq(approve_read(1, notice("n1")->revision), VD_OK);
  cr_expect_eq(approve_read(1, read), VD_OK, "said twice");
}

Test(notice, that_it_waits_by_now_is_no_other_text)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  uint64_t read = notice("n1")->revision;
  fixture_run_to(f, AT(3));
  cr_assert_neq(notice("n1")->revision, read);
  cr_expect_eq(approve_read(1, read), VD_OK);
}

Test(notice, an_approval_of_an_older_journal_says_no_revision)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  fixture_run_to(f, AT(3));
  cr_expect_eq(approve_read(1, 0), VD_OK);
}
