// Sessions: what people do to them, the overrun that nobody has to report, and what the agenda says to
// others.
#include "daemon/core/session.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/core/venue_internal.h"
#include "tests/unit/core/agenda.h"

static struct fixture *f;

static void setup(void)
{
  f = fixture_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(session, .init = setup, .fini = teardown);

#define STATE_OF(id) (agenda_session(f, (id))->state)

// The morning of the hall, a break elsewhere, and the next day.
static void put_morning(void)
{
  AGENDA(f, {"opening", "hall", 30, 60, .is_dense = false}, {"keynote", "hall", 60, 120, .is_dense = true},
         {"tea", "corridor", 120, 150, .is_break = true}, {"panel", "hall", 150, 210, .is_dense = false},
         {"tomorrow", "hall", 1440, 1500, .is_dense = false});
}

// ---- the table of states ----

static void bring_to(const char *id, Vd__SessionState state)
{
  if (state == SESSION(RUNNING) || state == SESSION(ENDED))
    cr_assert_eq(agenda_start(f, id, 0), VD_OK);
  if (state == SESSION(ENDED))
    cr_assert_eq(agenda_end(f, id, 0), VD_OK);
  if (state == SESSION(CANCELLED))
    cr_assert_eq(agenda_cancel(f, id, "speaker ill"), VD_OK);
  cr_assert_eq(STATE_OF(id), state);
}

enum verb { START, END, SHIFT, CANCEL };

static enum vd_err act(enum verb verb, const char *id)
{
  switch (verb) {
  case START:
    return agenda_start(f, id, 0);
  case END:
    return agenda_end(f, id, 0);
  case SHIFT:
    return agenda_shift(f, id, MINUTES(5), false);
  default:
    return agenda_cancel(f, id, "speaker ill");
  }
}

Test(session, each_cell_of_the_table)
{
  // The state after it; 0 = refused wrong-state. The same act again is a late acknowledgement.
  static const Vd__SessionState after[4][4] = {
      //              start             end             shift             cancel
      /* planned   */ {SESSION(RUNNING), 0, SESSION(PLANNED), SESSION(CANCELLED)},
      /* running   */ {SESSION(RUNNING), SESSION(ENDED), SESSION(RUNNING), SESSION(CANCELLED)},
      /* ended     */ {0, SESSION(ENDED), 0, 0},
      /* cancelled */ {0, 0, 0, SESSION(CANCELLED)},
  };
  for (int from = SESSION(PLANNED); from <= SESSION(CANCELLED); from++) {
    for (enum verb verb = START; verb <= CANCEL; verb++) {
      struct fixture *outer = f;
      f = fixture_create();
      AGENDA(f, {"keynote", "hall", 0, 60, .is_dense = false});
      bring_to("keynote", (Vd__SessionState)from);
      Vd__SessionState expected = after[from - 1][verb];
      enum vd_err err = act(verb, "keynote");
      cr_expect_eq(err, expected ? VD_OK : VD_ERR_WRONG_STATE, "state %d verb %d: %s", from, (int)verb,
                   f->reply.sentence);
      cr_expect_eq(STATE_OF("keynote"), expected ? expected : (Vd__SessionState)from);
      bool is_again = expected == (Vd__SessionState)from && verb != SHIFT;
      if (is_again)
        cr_expect_eq(f->reply.sequence, 0, "state %d verb %d: nothing new", from, (int)verb);
      fixture_destroy(f);
      f = outer;
    }
  }
}

Test(session, an_unknown_one_is_refused_with_the_nearest)
{
  put_morning();
  cr_expect_eq(agenda_start(f, "keynot", 0), VD_ERR_UNKNOWN_SESSION);
  cr_expect_str_eq(f->reply.nearest, "keynote");
  cr_expect_str_eq(f->reply.field, "session_start.session");
}

static void retire(ProtobufCMessage *message)
{
  ((Vd__Session *)message)->retired = true;
}

Test(session, a_retired_one_is_none_unless_it_runs)
{
  put_morning();
  agenda_edit(f, VD__KIND__KIND_SESSION, "opening", retire);
  cr_expect_eq(agenda_start(f, "opening", 0), VD_ERR_UNKNOWN_SESSION);
  cr_assert_eq(agenda_start(f, "keynote", 0), VD_OK);
  agenda_edit(f, VD__KIND__KIND_SESSION, "keynote", retire);
  cr_expect_eq(agenda_end(f, "keynote", 0), VD_OK);
}

Test(session, nothing_starts_by_itself)
{
  put_morning();
  fixture_run_to(f, AT(600));
  cr_expect_eq(f->n_changes, fixture_facts(f, "shift-started") + fixture_facts(f, "shift-ended"));
  cr_expect_eq(STATE_OF("opening"), SESSION(PLANNED));
}

Test(session, start_and_end_may_be_entered_late)
{
  put_morning();
  fixture_run_to(f, AT(50));
  cr_assert_eq(agenda_start(f, "opening", AT(31)), VD_OK);
  cr_expect_eq(agenda_session(f, "opening")->started_at_ms, AT(31));
  cr_expect_eq(agenda_end(f, "opening", AT(30)), VD_ERR_ACTED_TOO_EARLY);
  cr_assert_eq(agenda_end(f, "opening", AT(45)), VD_OK);
  cr_expect_eq(agenda_session(f, "opening")->ended_at_ms, AT(45));
  cr_expect_eq(agenda_session(f, "opening")->end_at_ms, AT(60), "the agenda says what was agreed");
}

Test(session, none_starts_hours_early)
{
  AGENDA(f, {"tomorrow", "vip", 1440, 1500, .is_break = true}, {"noon", "hall", 121, 180, .is_break = false});
  cr_expect_eq(agenda_start(f, "tomorrow", 0), VD_ERR_WRONG_STATE);
  cr_expect_not_null(strstr(f->reply.sentence, "tomorrow begins in over two hours"), "%s", f->reply.sentence);
  int64_t until_ms = 0;
  cr_expect_not(vd_session_is_break(f->venue, AT(30), &until_ms));
  cr_expect_eq(STATE_OF("tomorrow"), SESSION(PLANNED));
  cr_expect_eq(agenda_start(f, "noon", 0), VD_ERR_WRONG_STATE);
  fixture_run_to(f, AT(1));
  cr_expect_eq(agenda_start(f, "noon", AT(0)), VD_ERR_WRONG_STATE, "when it was, not when it was entered");
  cr_expect_eq(agenda_start(f, "noon", 0), VD_OK);
  cr_assert_eq(agenda_shift(f, "tomorrow", MINUTES(-1430), false), VD_OK);
  cr_expect_eq(agenda_start(f, "tomorrow", 0), VD_OK, "it was meant to be another time");
}

Test(session, what_still_runs_in_its_zone_is_named)
{
  AGENDA(f, {"one", "vip", 0, 60, .is_dense = false}, {"two", "vip", 60, 120, .is_dense = false},
         {"three", "vip", 120, 150, .is_dense = false}, {"other", "forum", 0, 60, .is_dense = false});
  cr_assert_eq(agenda_start(f, "other", 0), VD_OK);
  cr_assert_eq(agenda_start(f, "one", 0), VD_OK);
  cr_expect_str_empty(f->reply.field);
  fixture_run_to(f, AT(70));
  cr_assert_eq(agenda_start(f, "two", 0), VD_OK);
  cr_expect_str_eq(f->reply.field, "still-running");
  cr_expect_str_eq(f->reply.nearest, "one");
  cr_expect_str_eq(f->reply.sentence, "Done, but one still runs in that zone.");
  cr_expect(agenda_says(agenda_fact(f), "still-running:one"));
  cr_assert_eq(agenda_end(f, "one", 0), VD_OK);
  cr_assert_eq(agenda_end(f, "two", 0), VD_OK);
  cr_assert_eq(agenda_start(f, "three", 0), VD_OK);
  cr_expect_str_empty(f->reply.field);
}

Test(session, a_cancellation_needs_a_reason)
{
  put_morning();
  cr_expect_eq(agenda_cancel(f, "opening", ""), VD_ERR_MISSING);
  cr_assert_eq(agenda_cancel(f, "opening", "speaker ill"), VD_OK);
  cr_expect_str_eq(agenda_fact(f)->what, "session-cancelled");
  cr_expect_str_eq(agenda_fact(f)->text, "opening");
  cr_expect(agenda_says(agenda_fact(f), "speaker ill"));
}

// ---- overruns ----

#define IS_CALLED(id) agenda_is_called(f, "session." id, "control-1", WHY(OVERRUN))

Test(session, an_overrun_is_called_once_after_the_grace)
{
  put_morning();
  fixture_run_to(f, AT(30));
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  fixture_run_to(f, AT(62) - 1);
  cr_expect_not(IS_CALLED("opening"));
  fixture_restart(f);
  fixture_run_to(f, AT(62));
  cr_expect(IS_CALLED("opening"));
  cr_expect_str_eq(agenda_fact(f)->what, "overrun");
  cr_expect_str_eq(agenda_fact(f)->zone, "hall");
  fixture_run_to(f, AT(180));
  cr_expect_eq(agenda_calls(f, "session.opening", "control-1"), 1);
  cr_expect_eq(fixture_facts(f, "overrun"), 1);
}

Test(session, its_end_withdraws_the_call)
{
  put_morning();
  fixture_run_to(f, AT(30));
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  fixture_run_to(f, AT(63));
  cr_assert(IS_CALLED("opening"));
  cr_assert_eq(agenda_end(f, "opening", 0), VD_OK);
  cr_expect_not(IS_CALLED("opening"));
  cr_expect_not(agenda_session(f, "opening")->overrun_warned);
}

Test(session, more_time_withdraws_the_call_until_that_is_over_too)
{
  AGENDA(f, {"opening", "hall", 30, 60, .is_dense = false});
  fixture_run_to(f, AT(30));
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  fixture_run_to(f, AT(65));
  cr_assert(IS_CALLED("opening"));
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(2), false), VD_OK);
  cr_expect(IS_CALLED("opening"), "late all the same");
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(8), false), VD_OK);
  cr_expect_not(IS_CALLED("opening"));
  fixture_run_to(f, AT(72));
  cr_expect(IS_CALLED("opening"));
}

Test(session, a_dense_one_overruns_after_90_minutes_whatever_its_end)
{
  AGENDA(f, {"marathon", "hall", 0, 180, .is_dense = true}, {"fair", "forum", 0, 180, .is_dense = false});
  cr_assert_eq(agenda_start(f, "marathon", 0), VD_OK);
  cr_assert_eq(agenda_start(f, "fair", 0), VD_OK);
  fixture_run_to(f, AT(92) - 1);
  cr_expect_not(IS_CALLED("marathon"));
  fixture_run_to(f, AT(92));
  cr_expect(IS_CALLED("marathon"));
  cr_expect_not(IS_CALLED("fair"));
}

static void work_by_hand(ProtobufCMessage *message)
{
  ((Vd__Event *)message)->policy->manual_nodes = true;
}

Test(session, by_hand_nobody_is_called)
{
  put_morning();
  agenda_edit(f, VD__KIND__KIND_EVENT, "event", work_by_hand);
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  cr_assert_eq(agenda_shift(f, "keynote", -MINUTES(20), false), VD_OK);
  cr_expect_str_eq(f->reply.field, "overlap", "who asks is told");
  fixture_run_to(f, AT(120));
  cr_expect_not(IS_CALLED("opening"));
  cr_expect_not(agenda_is_called(f, "overlap.keynote", "control-1", WHY(CONFLICT)));
}

// ---- shifts ----

#define EXPECT_TIMES(id, start, end)                                                                         \
  do {                                                                                                       \
    cr_expect_eq(agenda_session(f, id)->start_at_ms, AT(start), "%s starts", id);                            \
    cr_expect_eq(agenda_session(f, id)->end_at_ms, AT(end), "%s ends", id);                                  \
  } while (0)

Test(session, a_shift_moves_one)
{
  put_morning();
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(15), false), VD_OK);
  EXPECT_TIMES("panel", 165, 225);
  EXPECT_TIMES("keynote", 60, 120);
  cr_expect_eq(agenda_session(f, "panel")->planned_start_at_ms, AT(150), "what was planned stays known");
  cr_expect(agenda_says(agenda_fact(f), "by:15m"));
  cr_expect_str_empty(f->reply.field);
}

Test(session, following_moves_the_later_ones_of_the_zone_and_day)
{
  put_morning();
  AGENDA(f, {"evening", "hall", 500, 560, .is_dense = false}, {"gone", "hall", 600, 640, .is_dense = false});
  cr_assert_eq(agenda_cancel(f, "gone", "no interest"), VD_OK);
  cr_assert_eq(agenda_shift(f, "keynote", MINUTES(10), true), VD_OK);
  EXPECT_TIMES("opening", 30, 60);
  EXPECT_TIMES("keynote", 70, 130);
  EXPECT_TIMES("tea", 120, 150);
  EXPECT_TIMES("panel", 160, 220);
  EXPECT_TIMES("evening", 510, 570);
  EXPECT_TIMES("gone", 600, 640);
  EXPECT_TIMES("tomorrow", 1440, 1500);
  cr_expect(agenda_says(agenda_fact(f), "following:panel"));
}

Test(session, following_leaves_what_runs)
{
  put_morning();
  fixture_run_to(f, AT(30));
  cr_assert_eq(agenda_start(f, "panel", 0), VD_OK);
  cr_assert_eq(agenda_shift(f, "keynote", MINUTES(10), true), VD_OK);
  EXPECT_TIMES("panel", 150, 210);
}

Test(session, of_a_running_one_only_the_end_moves)
{
  put_morning();
  fixture_run_to(f, AT(30));
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  cr_assert_eq(agenda_shift(f, "opening", -MINUTES(10), true), VD_OK);
  EXPECT_TIMES("opening", 30, 50);
  EXPECT_TIMES("keynote", 50, 110);
  cr_expect_eq(agenda_shift(f, "opening", -MINUTES(20), false), VD_ERR_BAD_VALUE, "it would end at once");
  EXPECT_TIMES("opening", 30, 50);
}

Test(session, a_shift_has_bounds)
{
  put_morning();
  cr_expect_eq(agenda_shift(f, "opening", 0, false), VD_ERR_BAD_VALUE);
  cr_expect_eq(agenda_shift(f, "opening", MINUTES(1441), false), VD_ERR_BAD_VALUE);
  cr_expect_eq(agenda_shift(f, "opening", -MINUTES(1441), false), VD_ERR_BAD_VALUE);
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(1440), false), VD_OK);
  cr_expect_eq(agenda_shift(f, "opening", MINUTES(1440), false), VD_ERR_BAD_VALUE, "far from the event");
  cr_expect_str_eq(f->reply.field, "session_shift.by_ms");
}

Test(session, one_that_runs_for_a_day_is_given_no_more)
{
  AGENDA(f, {"hackathon", "hall", 0, 1430, .is_dense = false});
  cr_assert_eq(agenda_start(f, "hackathon", 0), VD_OK);
  cr_assert_eq(agenda_shift(f, "hackathon", MINUTES(10), false), VD_OK);
  cr_expect_eq(agenda_shift(f, "hackathon", MINUTES(1), false), VD_ERR_BAD_VALUE);
}

// ---- collisions ----

#define CONFLICTS(id) agenda_is_called(f, "overlap." id, "control-1", WHY(CONFLICT))

Test(session, a_shift_that_collides_is_done_named_and_called_out)
{
  put_morning();
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(10), false), VD_OK);
  EXPECT_TIMES("opening", 40, 70);
  cr_expect_str_eq(f->reply.field, "overlap");
  cr_expect_str_eq(f->reply.nearest, "keynote");
  cr_expect_not_null(strstr(f->reply.sentence, "opening and keynote"), "%s", f->reply.sentence);
  cr_expect(agenda_says(agenda_fact(f), "overlap:keynote"));
  cr_expect(CONFLICTS("keynote"), "the later one");
  cr_expect_not(CONFLICTS("opening"));
}

Test(session, sessions_that_touch_do_not_collide)
{
  put_morning();
  cr_assert_eq(agenda_shift(f, "opening", -MINUTES(1), false), VD_OK);
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(1), false), VD_OK);
  cr_expect_str_empty(f->reply.field);
  cr_expect_not(CONFLICTS("keynote"));
}

static void check_settled_by(enum vd_err (*settle)(void))
{
  put_morning();
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(10), false), VD_OK);
  cr_assert(CONFLICTS("keynote"));
  cr_assert_eq(settle(), VD_OK, "%s", f->reply.sentence);
  cr_expect_not(CONFLICTS("keynote"));
  cr_expect_eq(agenda_calls(f, "overlap.keynote", "control-1"), 1);
}

static enum vd_err move_back(void)
{
  return agenda_shift(f, "opening", -MINUTES(10), false);
}

static enum vd_err move_the_other(void)
{
  return agenda_shift(f, "keynote", MINUTES(10), false);
}

static enum vd_err cancel_the_earlier(void)
{
  return agenda_cancel(f, "opening", "speaker ill");
}

static enum vd_err cancel_the_later(void)
{
  return agenda_cancel(f, "keynote", "speaker ill");
}

static enum vd_err end_the_earlier(void)
{
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  cr_assert(CONFLICTS("keynote"));
  return agenda_end(f, "opening", 0);
}

Test(session, a_collision_is_settled_by_moving_back)
{
  check_settled_by(move_back);
}

Test(session, a_collision_is_settled_by_moving_the_other)
{
  check_settled_by(move_the_other);
}

Test(session, a_collision_is_settled_by_cancelling_the_earlier)
{
  check_settled_by(cancel_the_earlier);
}

Test(session, a_collision_is_settled_by_cancelling_the_later)
{
  check_settled_by(cancel_the_later);
}

Test(session, a_collision_is_settled_by_ending_the_earlier)
{
  check_settled_by(end_the_earlier);
}

Test(session, a_collision_that_stays_is_not_called_again)
{
  put_morning();
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(10), false), VD_OK);
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  cr_expect_str_eq(f->reply.field, "overlap", "but said again");
  cr_expect_eq(agenda_calls(f, "overlap.keynote", "control-1"), 1);
}

Test(session, other_zones_and_other_days_do_not_collide)
{
  AGENDA(f, {"a", "hall", 0, 60, .is_dense = false}, {"b", "forum", 30, 90, .is_dense = false},
         {"c", "hall", 1440, 1500, .is_dense = false}, {"d", "hall", 100, 160, .is_dense = false});
  cr_assert_eq(agenda_shift(f, "a", MINUTES(10), false), VD_OK);
  cr_expect_str_empty(f->reply.field);
}

Test(session, a_long_one_collides_with_all_it_covers)
{
  AGENDA(f, {"fair", "hall", 0, 60, .is_dense = false}, {"b", "hall", 100, 120, .is_dense = false},
         {"c", "hall", 130, 150, .is_dense = false}, {"d", "hall", 200, 220, .is_dense = false});
  cr_assert_eq(agenda_start(f, "fair", 0), VD_OK);
  cr_assert_eq(agenda_shift(f, "fair", MINUTES(80), false), VD_OK);
  cr_expect(CONFLICTS("b"));
  cr_expect(CONFLICTS("c"));
  cr_expect_not(CONFLICTS("d"));
}

static void follow(void *context, const Vd__Change *change)
{
  vd_fold_apply(((struct fixture *)context)->mirror, change);
}

Test(session, the_words_are_in_the_language_asked_for)
{
  static const struct {
    Vd__Language language;
    const char *part;
  } words[] = {{VD__LANGUAGE__LANGUAGE_EN, "want one zone at the same time"},
               {VD__LANGUAGE__LANGUAGE_ZH_HANT, "同時使用同一區域"},
               {VD__LANGUAGE__LANGUAGE_ZH_HANS, "同时使用同一区域"}};
  put_morning();
  for (size_t i = 0; i < 3; i++) {
    Vd__SessionShift shift = VD__SESSION_SHIFT__INIT;
    shift.session = (char *)"opening";
    shift.by_ms = MINUTES(5);
    Vd__Command command = VD__COMMAND__INIT;
    command.id = (char *)"c";
    command.act_case = VD__COMMAND__ACT_SESSION_SHIFT;
    command.session_shift = &shift;
    vd_reply_clear(&f->reply);
    cr_assert_eq(vd_venue_execute(f->venue, FIXTURE_FIND(f, PRINCIPAL, Principal, "control"), "r", &command,
                                  words[i].language, f->now_ms, follow, f, &f->reply),
                 VD_OK);
    cr_expect_not_null(strstr(f->reply.sentence, words[i].part), "%s", f->reply.sentence);
  }
}

Test(session, what_followed_is_named)
{
  put_morning();
  AGENDA(f, {"evening", "hall", 500, 560, .is_dense = false});
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(10), true), VD_OK);
  cr_expect_str_eq(f->reply.field, "following");
  cr_expect_str_eq(f->reply.sentence, "Moved with it: evening.");
  AGENDA(f, {"forum", "forum", 0, 30, .is_dense = false}, {"late", "forum", 25, 60, .is_dense = false});
  cr_assert_eq(agenda_shift(f, "forum", MINUTES(10), true), VD_OK);
  cr_expect_str_eq(f->reply.field, "overlap", "beside what is to be said of it");
  cr_expect_not_null(strstr(f->reply.sentence, "one zone at the same time. Moved with it: late."), "%s",
                     f->reply.sentence);
}

Test(session, no_more_than_sixteen_are_named)
{
  for (int i = 0; i < 20; i++) {
    char id[16];
    snprintf(id, sizeof id, "talk-%02d", i);
    AGENDA(f, {id, "forum", 30 * i, 30 * i + 20, .is_dense = false});
  }
  cr_assert_eq(agenda_shift(f, "talk-00", MINUTES(5), true), VD_OK);
  cr_expect_not_null(strstr(f->reply.sentence, "talk-16, and more: 3."), "%s", f->reply.sentence);
}

Test(session, a_break_that_begins_before_the_session_before_it_ends_is_named)
{
  AGENDA(f, {"opening", "hall", 30, 60, .is_dense = false}, {"tea", "corridor", 65, 90, .is_break = true},
         {"lunch", "corridor", 200, 260, .is_break = true});
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  cr_expect_str_empty(f->reply.field, "they touch");
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  cr_expect_str_eq(f->reply.field, "early-break");
  cr_expect_str_eq(f->reply.nearest, "tea");
  cr_expect_str_eq(f->reply.sentence, "Done, but tea now begins before opening ends.");
  cr_expect(agenda_says(agenda_fact(f), "early-break:tea"));
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  cr_expect_str_empty(f->reply.field, "it did so before");
  cr_assert_eq(agenda_shift(f, "tea", MINUTES(20), false), VD_OK);
  cr_expect_str_empty(f->reply.field);
  cr_assert_eq(agenda_shift(f, "tea", -MINUTES(20), false), VD_OK);
  cr_expect_str_eq(f->reply.field, "early-break", "the break moved");
}

// ---- the break after a dense session ----

Test(session, a_shift_that_takes_the_break_away_is_named)
{
  put_morning();
  cr_assert_eq(agenda_shift(f, "tea", MINUTES(90), false), VD_OK);
  cr_expect_str_eq(f->reply.field, "no-break");
  cr_expect_str_eq(f->reply.nearest, "keynote");
  cr_expect_not_null(strstr(f->reply.sentence, "no break follows keynote"), "%s", f->reply.sentence);
  cr_assert_eq(agenda_shift(f, "panel", -MINUTES(1), false), VD_OK);
  cr_expect_str_empty(f->reply.field, "it was away before");
  cr_assert_eq(agenda_shift(f, "tea", -MINUTES(90), false), VD_OK);
  cr_expect_str_empty(f->reply.field);
}

Test(session, so_is_the_talk_that_comes_too_early)
{
  put_morning();
  cr_assert_eq(agenda_shift(f, "panel", -MINUTES(30), false), VD_OK);
  cr_expect_str_eq(f->reply.field, "no-break");
  cr_expect_str_eq(f->reply.nearest, "keynote");
}

Test(session, so_is_a_break_that_is_cancelled)
{
  put_morning();
  cr_assert_eq(agenda_cancel(f, "tea", "no water"), VD_OK);
  cr_expect_str_eq(f->reply.field, "no-break");
}

Test(session, a_break_in_its_own_zone_counts_too)
{
  AGENDA(f, {"keynote", "hall", 60, 120, .is_dense = true}, {"tea", "hall", 120, 150, .is_break = true},
         {"panel", "hall", 150, 210, .is_dense = false});
  cr_assert_eq(agenda_shift(f, "panel", MINUTES(5), false), VD_OK);
  cr_expect_str_empty(f->reply.field);
  cr_assert_eq(agenda_cancel(f, "tea", "no water"), VD_OK);
  cr_expect_str_eq(f->reply.field, "no-break");
}

Test(session, the_last_talk_of_a_day_needs_no_break)
{
  AGENDA(f, {"keynote", "hall", 60, 120, .is_dense = true}, {"tea", "corridor", 120, 150, .is_break = true},
         {"tomorrow", "hall", 1440, 1500, .is_dense = false});
  cr_assert_eq(agenda_cancel(f, "tea", "no water"), VD_OK);
  cr_expect_str_empty(f->reply.field);
}

Test(session, a_break_that_began_before_and_goes_on_is_one)
{
  AGENDA(f, {"keynote", "hall", 60, 120, .is_dense = true}, {"panel", "hall", 150, 210, .is_dense = false},
         {"long", "corridor", 30, 140, .is_break = true}, {"short", "forum", 40, 50, .is_break = true});
  cr_assert_eq(agenda_shift(f, "short", MINUTES(1), false), VD_OK);
  cr_assert_eq(agenda_shift(f, "long", -MINUTES(20), false), VD_OK);
  cr_expect_str_eq(f->reply.field, "no-break", "it ends with the keynote");
  cr_assert_eq(agenda_shift(f, "short", MINUTES(80), false), VD_OK);
  cr_expect_str_empty(f->reply.field, "while another begins within");
  cr_assert_eq(agenda_cancel(f, "short", "no cake"), VD_OK);
  cr_expect_str_eq(f->reply.nearest, "keynote");
}

Test(session, a_dense_one_that_grows_over_its_limit_is_named)
{
  AGENDA(f, {"keynote", "hall", 60, 140, .is_dense = true}, {"fair", "forum", 60, 180, .is_dense = false});
  cr_assert_eq(agenda_shift(f, "keynote", MINUTES(20), false), VD_OK);
  cr_expect_str_empty(f->reply.field, "as long as before");
  cr_assert_eq(agenda_start(f, "keynote", 0), VD_OK);
  cr_assert_eq(agenda_shift(f, "keynote", MINUTES(10), false), VD_OK);
  cr_expect_str_empty(f->reply.field, "ninety minutes");
  cr_assert_eq(agenda_shift(f, "keynote", MINUTES(1), false), VD_OK);
  cr_expect_str_eq(f->reply.field, "dense-limit");
  cr_expect_str_eq(f->reply.nearest, "keynote");
  cr_expect_str_eq(f->reply.sentence, "Done, but keynote now lasts longer than a dense session may.");
  cr_expect(agenda_says(agenda_fact(f), "dense-limit:keynote"));
  cr_assert_eq(agenda_shift(f, "keynote", MINUTES(1), false), VD_OK);
  cr_expect_str_empty(f->reply.field, "it was so before");
  cr_assert_eq(agenda_start(f, "fair", 0), VD_OK);
  cr_assert_eq(agenda_shift(f, "fair", MINUTES(30), false), VD_OK);
  cr_expect_str_empty(f->reply.field);
}

// ---- size ----

// The least time of the processor that a shift of the last break takes.
static int64_t cost_ns(int dense, int breaks)
{
  struct agenda_row *rows = vd_zalloc((size_t)(dense + breaks) * sizeof *rows);
  char(*ids)[16] = vd_zalloc((size_t)(dense + breaks) * sizeof *ids);
  for (int i = 0; i < dense + breaks; i++) {
    bool is_break = i >= dense;
    int start = is_break ? (i - dense) * 700 / breaks : i * 700 / dense;
    snprintf(ids[i], sizeof ids[i], "s-%d", i);
    rows[i] = (struct agenda_row){ids[i], is_break ? "forum" : "hall", start, start + 1, is_break, !is_break};
  }
  struct fixture *big = fixture_create();
  agenda_put(big, rows, (size_t)(dense + breaks));
  int64_t least_ns = INT64_MAX;
  for (int i = 0; i < 5; i++) {
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    cr_assert_eq(agenda_shift(big, ids[dense + breaks - 1], MINUTES(1), false), VD_OK);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    int64_t ns = (after.tv_sec - before.tv_sec) * INT64_C(1000000000) + after.tv_nsec - before.tv_nsec;
    least_ns = ns < least_ns ? ns : least_ns;
  }
  fixture_destroy(big);
  free(ids);
  free(rows);
  return least_ns;
}

Test(session, breaks_are_not_looked_through_for_each_dense_session)
{
  int64_t few_ns = cost_ns(800, 20), many_ns = cost_ns(800, 800);
  cr_expect_lt(many_ns, 6 * few_ns, "%lld, %lld ns", (long long)few_ns, (long long)many_ns);
}
