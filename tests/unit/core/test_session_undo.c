// Undoing what people did to sessions: state and times are what they were, and all that follows from them.
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
  AGENDA(f, {"opening", "hall", 30, 60, .is_dense = false}, {"keynote", "hall", 60, 120, .is_dense = true},
         {"tea", "corridor", 120, 150, .is_break = true}, {"panel", "hall", 150, 210, .is_dense = false},
         {"tomorrow", "hall", 1440, 1500, .is_dense = false});
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(session_undo, .init = setup, .fini = teardown);

#define STATE_OF(id)  (agenda_session(f, (id))->state)
#define IS_CALLED(id) agenda_is_called(f, "session." id, "control-1", WHY(OVERRUN))

static Vd__Notice *notice(const char *id)
{
  Vd__Notice *found = FIXTURE_FIND(f, NOTICE, Notice, id);
  cr_assert_not_null(found, "no %s", id);
  return found;
}

// What the session is, but for the Change that said so.
static struct vd_buffer packed(const char *id)
{
  Vd__Session *copy = (Vd__Session *)vd_message_copy(&agenda_session(f, id)->base);
  struct vd_buffer bytes = {0};
  copy->revision = 0;
  vd_buffer_pack(&bytes, &copy->base);
  vd__session__free_unpacked(copy, NULL);
  return bytes;
}

static void expect_same(const struct vd_buffer *before, const char *id)
{
  struct vd_buffer now = packed(id);
  cr_expect(now.size == before->size && memcmp(now.data, before->data, now.size) == 0, "%s is another", id);
  vd_buffer_finish(&now);
}

// ---- each act ----

enum verb { START, END, SHIFT, CANCEL };

static enum vd_err act(enum verb verb, const char *id)
{
  switch (verb) {
  case START:
    return agenda_start(f, id, 0);
  case END:
    return agenda_end(f, id, 0);
  case SHIFT:
    return agenda_shift(f, id, MINUTES(5), true);
  default:
    return agenda_cancel(f, id, "speaker ill");
  }
}

static void check_act(enum verb verb, const char *word)
{
  struct vd_buffer opening = packed("opening"), panel = packed("panel");
  cr_assert_eq(act(verb, "opening"), VD_OK);
  fixture_run_to(f, f->now_ms + MINUTES(2));
  fixture_restart(f);
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK, "%s", f->reply.sentence);
  cr_expect_str_eq(agenda_fact(f)->what, "session-undone");
  cr_expect_str_eq(agenda_fact(f)->text, "opening");
  cr_expect_str_eq(agenda_fact(f)->zone, "hall");
  cr_expect_str_eq(agenda_fact(f)->why[0], word);
  expect_same(&opening, "opening");
  expect_same(&panel, "panel");
  cr_expect_eq(agenda_undo(f, "opening"), VD_ERR_NOTHING_TO_UNDO);
  vd_buffer_finish(&opening);
  vd_buffer_finish(&panel);
}

Test(session_undo, a_start)
{
  check_act(START, "undone-start");
}

Test(session_undo, a_shift_with_all_that_followed)
{
  check_act(SHIFT, "undone-shift");
  cr_expect(agenda_says(agenda_fact(f), "following:panel"));
}

Test(session_undo, a_cancellation)
{
  check_act(CANCEL, "undone-cancel");
}

Test(session_undo, an_end_and_after_it_the_start)
{
  fixture_run_to(f, AT(30));
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  cr_assert_eq(agenda_end(f, "opening", 0), VD_OK);
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_str_eq(agenda_fact(f)->why[0], "undone-end");
  cr_expect_eq(STATE_OF("opening"), SESSION(RUNNING));
  cr_expect_eq(agenda_session(f, "opening")->started_at_ms, AT(30));
  cr_expect_eq(agenda_session(f, "opening")->ended_at_ms, 0);
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_eq(STATE_OF("opening"), SESSION(PLANNED));
  cr_expect_eq(agenda_session(f, "opening")->started_at_ms, 0);
}

Test(session_undo, of_a_running_one_the_cancellation_and_the_shift)
{
  fixture_run_to(f, AT(30));
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  cr_assert_eq(agenda_cancel(f, "opening", "fire alarm"), VD_OK);
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_eq(STATE_OF("opening"), SESSION(RUNNING));
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_eq(agenda_session(f, "opening")->end_at_ms, AT(60));
}

// ---- the bounds ----

Test(session_undo, the_window_ends)
{
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  fixture_run_to(f, MINUTES(2) + 1 + f->now_ms);
  cr_expect_eq(agenda_undo(f, "opening"), VD_ERR_NOTHING_TO_UNDO);
  cr_expect_str_eq(f->reply.field, "session_undo.session");
  cr_expect_eq(agenda_undo(f, "keynote"), VD_ERR_NOTHING_TO_UNDO, "nobody touched it");
  cr_expect_eq(agenda_undo(f, "keynot"), VD_ERR_UNKNOWN_SESSION);
  cr_expect_str_eq(f->reply.nearest, "keynote");
}

Test(session_undo, the_last_three_are_kept)
{
  for (int i = 0; i < 5; i++)
    cr_assert_eq(agenda_shift(f, "panel", MINUTES(1), false), VD_OK);
  for (int i = 0; i < 3; i++)
    cr_assert_eq(agenda_undo(f, "panel"), VD_OK);
  cr_expect_eq(agenda_undo(f, "panel"), VD_ERR_NOTHING_TO_UNDO);
  cr_expect_eq(agenda_session(f, "panel")->start_at_ms, AT(152));
}

Test(session_undo, who_followed_comes_back_with_the_one_that_was_named)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), true), VD_OK);
  cr_expect_eq(agenda_undo(f, "panel"), VD_ERR_NOTHING_TO_UNDO);
  cr_expect_not_null(strstr(f->reply.sentence, "panel was moved with opening: undo that"), "%s",
                     f->reply.sentence);
  cr_expect_eq(agenda_session(f, "panel")->start_at_ms, AT(155));
}

Test(session_undo, what_happened_later_comes_off_first)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), true), VD_OK);
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(5), false), VD_OK);
  cr_expect_eq(agenda_undo(f, "opening"), VD_ERR_NOTHING_TO_UNDO);
  cr_expect_not_null(strstr(f->reply.sentence, "panel was changed after it: undo that first"), "%s",
                     f->reply.sentence);
  cr_expect_eq(agenda_session(f, "opening")->start_at_ms, AT(35), "nothing is half done");
  cr_assert_eq(agenda_undo(f, "panel"), VD_OK);
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_eq(agenda_session(f, "panel")->start_at_ms, AT(150));
}

static void name_long(ProtobufCMessage *message)
{
  Vd__Session *session = (Vd__Session *)message;
  size_t size = VD_ENTITY_MAX - 128 - vd__session__get_packed_size(session);
  char *text = vd_alloc(size + 1);
  memset(text, 'x', size);
  text[size] = '\0';
  vd_string_set(&session->title->zh_hant, text);
  free(text);
}

Test(session_undo, the_largest_session_stays_an_entity_and_the_last_act_is_undone)
{
  agenda_edit(f, VD__KIND__KIND_SESSION, "panel", name_long);
  for (int i = 0; i < 3; i++)
    cr_assert_eq(agenda_shift(f, "panel", MINUTES(1), false), VD_OK);
  cr_expect_leq(vd__session__get_packed_size(agenda_session(f, "panel")), VD_ENTITY_MAX);
  cr_assert_eq(agenda_undo(f, "panel"), VD_OK);
  cr_expect_eq(agenda_session(f, "panel")->start_at_ms, AT(152));
}

// ---- who may ----

static enum vd_err do_as(const char *principal, Vd__Command__ActCase act_case, const char *id)
{
  Vd__SessionUndo undo = VD__SESSION_UNDO__INIT;
  Vd__SessionStart start = VD__SESSION_START__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = act_case;
  if (act_case == VD__COMMAND__ACT_SESSION_UNDO) {
    undo.session = (char *)id;
    command.session_undo = &undo;
  } else {
    start.session = (char *)id;
    command.session_start = &start;
  }
  return fixture_do(f, principal, &command);
}

Test(session_undo, the_field_undoes_only_what_it_said_itself)
{
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  cr_expect_eq(do_as("field-av-1", VD__COMMAND__ACT_SESSION_UNDO, "opening"), VD_ERR_NOT_PERMITTED);
  cr_expect_eq(do_as("wall", VD__COMMAND__ACT_SESSION_UNDO, "opening"), VD_ERR_NOT_PERMITTED);
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_assert_eq(do_as("field-av-1", VD__COMMAND__ACT_SESSION_START, "opening"), VD_OK);
  cr_assert_eq(do_as("field-av-1", VD__COMMAND__ACT_SESSION_UNDO, "opening"), VD_OK);
  cr_assert_eq(do_as("field-av-1", VD__COMMAND__ACT_SESSION_START, "opening"), VD_OK);
  cr_expect_eq(agenda_undo(f, "opening"), VD_OK, "control undoes what anybody said");
}

// ---- what follows ----

Test(session_undo, the_overrun_of_what_does_not_run_is_withdrawn)
{
  fixture_run_to(f, AT(61));
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  fixture_run_to(f, AT(62));
  cr_assert(IS_CALLED("opening"));
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_not(IS_CALLED("opening"));
  cr_expect_not(agenda_session(f, "opening")->overrun_warned);
  fixture_run_to(f, AT(70));
  cr_expect_not(IS_CALLED("opening"));
}

Test(session_undo, what_runs_on_overruns_again)
{
  fixture_run_to(f, AT(30));
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  fixture_run_to(f, AT(63));
  cr_assert_eq(agenda_end(f, "opening", 0), VD_OK);
  cr_assert_not(IS_CALLED("opening"));
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  fixture_run_to(f, AT(63));
  cr_expect(IS_CALLED("opening"));
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(10), false), VD_OK);
  cr_assert_not(IS_CALLED("opening"));
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  fixture_run_to(f, AT(64));
  cr_expect(IS_CALLED("opening"), "the time it was given is taken back");
}

Test(session_undo, a_collision_that_is_none_any_more_is_withdrawn)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(10), false), VD_OK);
  cr_assert(agenda_is_called(f, "overlap.keynote", "control-1", WHY(CONFLICT)));
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_not(agenda_is_called(f, "overlap.keynote", "control-1", WHY(CONFLICT)));
  cr_assert_eq(agenda_cancel(f, "opening", "speaker ill"), VD_OK);
  cr_assert_eq(agenda_shift(f, "keynote", -MINUTES(20), false), VD_OK);
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_str_eq(f->reply.field, "overlap", "it comes back where another is by now");
  cr_expect(agenda_is_called(f, "overlap.keynote", "control-1", WHY(CONFLICT)));
}

Test(session_undo, what_runs_beside_it_is_named)
{
  fixture_run_to(f, AT(60));
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  cr_assert_eq(agenda_end(f, "opening", 0), VD_OK);
  cr_assert_eq(agenda_start(f, "keynote", 0), VD_OK);
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_str_eq(f->reply.field, "still-running");
  cr_expect_str_eq(f->reply.nearest, "keynote");
}

Test(session_undo, what_an_incident_is_needed_by_is_as_before)
{
  fixture_run_to(f, AT(25));
  fixture_report(f, "hall", "av-fault");
  cr_assert_str_eq(FIXTURE_FIND(f, INCIDENT, Incident, "1")->needed_by, "opening");
  cr_assert_eq(agenda_cancel(f, "opening", "speaker ill"), VD_OK);
  cr_assert_str_empty(FIXTURE_FIND(f, INCIDENT, Incident, "1")->needed_by);
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_str_eq(FIXTURE_FIND(f, INCIDENT, Incident, "1")->needed_by, "opening");
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(30), true), VD_OK);
  cr_assert_str_empty(FIXTURE_FIND(f, INCIDENT, Incident, "1")->needed_by);
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_eq(FIXTURE_FIND(f, INCIDENT, Incident, "1")->needed_by_at_ms, AT(30));
}

// ---- attendees ----

Test(session_undo, what_attendees_have_not_read_is_never_said)
{
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), true), VD_OK);
  cr_assert_eq(notice("n1")->n_sessions, 3);
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_eq(notice("n1")->state, NOTICE(DROPPED));
  fixture_run_to(f, AT(20));
  cr_expect_not(agenda_is_called(f, "notice.n1", "control-1", WHY(NOTICE)));
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  cr_expect_eq(notice("n2")->n_sessions, 1);
}

Test(session_undo, what_else_is_to_be_said_stays)
{
  cr_assert_eq(agenda_cancel(f, "panel", "speaker ill"), VD_OK);
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), true), VD_OK);
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_assert_eq(notice("n1")->n_sessions, 1);
  cr_expect_str_eq(notice("n1")->sessions[0], "panel");
  cr_expect_eq(notice("n1")->state, NOTICE(SETTLING));
}

Test(session_undo, an_earlier_change_of_the_same_session_is_still_told)
{
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(5), false), VD_OK);
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(5), false), VD_OK);
  fixture_run_to(f, f->now_ms + MINUTES(1));
  cr_assert_eq(agenda_undo(f, "panel"), VD_OK);
  cr_expect_eq(notice("n1")->n_sessions, 1);
  cr_expect_eq(notice("n1")->changed_at_ms, f->now_ms, "whoever approves has read something else");
  cr_assert_eq(agenda_undo(f, "panel"), VD_OK);
  cr_expect_eq(notice("n1")->state, NOTICE(DROPPED));
}

// Thirteen follow: twelve are named, two are counted.
static void put_many(void)
{
  for (int i = 0; i < 14; i++) {
    char id[8];
    snprintf(id, sizeof id, "talk-%d", i);
    AGENDA(f, {id, "forum", 30 + 20 * i, 45 + 20 * i, .is_dense = false});
  }
}

Test(session_undo, those_that_were_only_counted_are_counted_no_more)
{
  put_many();
  cr_assert_eq(agenda_shift(f, "talk-0", MINUTES(5), true), VD_OK);
  cr_expect_str_eq(f->reply.field, "following");
  cr_assert_eq(notice("n1")->n_sessions, 12);
  cr_assert_eq(notice("n1")->more, 2);
  cr_assert_eq(agenda_cancel(f, "tomorrow", "speaker ill"), VD_OK);
  cr_assert_eq(agenda_undo(f, "talk-0"), VD_OK);
  cr_expect_eq(notice("n1")->n_sessions, 0);
  cr_expect_eq(notice("n1")->more, 1, "the other one is to be told");
  cr_assert_eq(agenda_undo(f, "tomorrow"), VD_OK);
  cr_expect_eq(notice("n1")->state, NOTICE(SETTLING), "how many others left out is not known");
}

Test(session_undo, with_nothing_else_to_say_the_notice_is_dropped)
{
  put_many();
  cr_assert_eq(agenda_shift(f, "talk-0", MINUTES(5), true), VD_OK);
  cr_assert_eq(agenda_undo(f, "talk-0"), VD_OK);
  cr_expect_eq(notice("n1")->state, NOTICE(DROPPED));
}

static void settle_soon(ProtobufCMessage *message)
{
  ((Vd__Event *)message)->policy->notice_settle_ms = SECONDS(30);
}

static void approve(uint64_t number)
{
  Vd__NoticeApprove asked = VD__NOTICE_APPROVE__INIT;
  asked.notice = number;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_NOTICE_APPROVE;
  command.notice_approve = &asked;
  cr_assert_eq(fixture_do(f, "control", &command), VD_OK, "%s", f->reply.sentence);
}

Test(session_undo, what_attendees_have_read_is_taken_back_by_another)
{
  agenda_edit(f, VD__KIND__KIND_EVENT, "event", settle_soon);
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  fixture_run_to(f, f->now_ms + SECONDS(40));
  approve(1);
  fixture_run_to(f, f->now_ms + SECONDS(1));
  cr_assert_eq(notice("n1")->state, NOTICE(SENT));
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_eq(notice("n1")->n_sessions, 1);
  cr_assert_eq(notice("n2")->n_sessions, 1);
  cr_expect_str_eq(notice("n2")->sessions[0], "opening");
}

Test(session_undo, what_is_approved_and_has_not_left_says_nothing_of_it)
{
  agenda_edit(f, VD__KIND__KIND_EVENT, "event", settle_soon);
  cr_assert_eq(agenda_cancel(f, "panel", "speaker ill"), VD_OK);
  fixture_run_to(f, f->now_ms + SECONDS(40));
  approve(1);
  fixture_run_to(f, f->now_ms + SECONDS(1));
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  fixture_run_to(f, f->now_ms + SECONDS(40));
  approve(2);
  cr_assert_eq(notice("n2")->state, NOTICE(APPROVED));
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_eq(notice("n2")->state, NOTICE(DROPPED));
  cr_expect_null(FIXTURE_FIND(f, NOTICE, Notice, "n3"));
}

Test(session_undo, a_start_too_early_is_told_no_more)
{
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  cr_assert_eq(notice("n1")->n_sessions, 1);
  cr_assert_eq(agenda_undo(f, "opening"), VD_OK);
  cr_expect_eq(notice("n1")->state, NOTICE(DROPPED));
}
