// Batches (batch.h): by the table of states, then the sample, temperatures, and what waits for an overrun.
#include "daemon/core/batch.h"

#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "proto/check.h"
#include "tests/unit/core/catering.h"
#include "tests/unit/core/people.h"

static const int64_t HOUR_MS = INT64_C(3600000);

static struct fixture *f;

static void setup(void)
{
  f = catering_create();
  catering_batch(f, "coffee", 1, "", 60);
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(batch, .init = setup, .fini = teardown);

static void never_by_itself(ProtobufCMessage *message)
{
  ((Vd__Event *)message)->policy->manual_nodes = true;
}

// ---- the table ----

enum { STATES = VD__BATCH_STATE__BATCH_STATE_CANCELLED + 1 };

static void bring_to(Vd__BatchState state)
{
  if (state == BATCH(HELD))
    cr_assert_eq(batch_hold(f, "coffee.b1"), VD_OK);
  if (state == BATCH(CANCELLED))
    cr_assert_eq(batch_cancel(f, "coffee.b1", "nobody comes"), VD_OK);
  if (state >= BATCH(SERVED) && state <= BATCH(DISPOSED))
    cr_assert_eq(batch_serve(f, "coffee.b1", NULL, 0), VD_OK);
  if (state >= BATCH(SAMPLED) && state <= BATCH(DISPOSED))
    cr_assert_eq(batch_sample(f, "coffee.b1", 125, "av-1", 0), VD_OK);
  fixture_run_to(f, f->now_ms + 49 * HOUR_MS);
  if (state == BATCH(DISPOSED))
    cr_assert_eq(batch_dispose(f, "coffee.b1", 0), VD_OK);
  cr_assert_eq(batch(f, "coffee.b1")->state, state);
}

enum deed { HOLD, SERVE, CANCEL, SAMPLE, DISPOSE, TEMPERATURE, DEEDS };

static enum vd_err do_it(enum deed deed)
{
  switch (deed) {
  case HOLD:
    return batch_hold(f, "coffee.b1");
  case SERVE:
    return batch_serve(f, "coffee.b1", NULL, 0);
  case CANCEL:
    return batch_cancel(f, "coffee.b1", "nobody comes");
  case SAMPLE:
    return batch_sample(f, "coffee.b1", 125, "av-1", 0);
  case DISPOSE:
    return batch_dispose(f, "coffee.b1", 0);
  default:
    return batch_temperature(f, "coffee.b1", 63500, 0);
  }
}

// What becomes of it; unspecified where it is refused.
static const Vd__BatchState becomes[STATES][DEEDS] = {
    // hold, serve, cancel, sample, dispose, temperature
    [BATCH(PLANNED)] = {BATCH(HELD), BATCH(SERVED), BATCH(CANCELLED), 0, 0, BATCH(PLANNED)},
    [BATCH(HELD)] = {BATCH(HELD), BATCH(SERVED), BATCH(CANCELLED), 0, 0, BATCH(HELD)},
    [BATCH(SERVED)] = {0, 0, 0, BATCH(SAMPLED), 0, BATCH(SERVED)},
    [BATCH(SAMPLED)] = {0, 0, 0, 0, BATCH(DISPOSED), BATCH(SAMPLED)},
    [BATCH(DISPOSED)] = {0, 0, 0, 0, 0, 0},
    [BATCH(CANCELLED)] = {0, 0, BATCH(CANCELLED), 0, 0, 0},
};

Test(batch, every_cell_of_the_table)
{
  for (int state = BATCH(PLANNED); state < STATES; state++)
    for (int deed = 0; deed < DEEDS; deed++) {
      bring_to((Vd__BatchState)state);
      Vd__BatchState then = becomes[state][deed];
      cr_assert_eq(do_it((enum deed)deed), then ? VD_OK : VD_ERR_WRONG_STATE, "%d in %d: %s", deed, state,
                   f->reply.sentence);
      cr_assert_eq(batch(f, "coffee.b1")->state, then ? then : (Vd__BatchState)state, "%d in %d", deed,
                   state);
      teardown();
      setup();
    }
}

Test(batch, an_unknown_one_is_refused_with_the_nearest)
{
  cr_assert_eq(batch_hold(f, "cofee.b1"), VD_ERR_UNKNOWN_BATCH);
  cr_assert_str_eq(f->reply.nearest, "coffee.b1");
  cr_assert_eq(batch_serve(f, "cofee.b1", NULL, 0), VD_ERR_UNKNOWN_BATCH);
  cr_assert_eq(batch_cancel(f, "cofee.b1", "why"), VD_ERR_UNKNOWN_BATCH);
  cr_assert_eq(batch_sample(f, "cofee.b1", 125, "av-1", 0), VD_ERR_UNKNOWN_BATCH);
  cr_assert_eq(batch_dispose(f, "cofee.b1", 0), VD_ERR_UNKNOWN_BATCH);
  cr_assert_eq(batch_temperature(f, "cofee.b1", 1000, 0), VD_ERR_UNKNOWN_BATCH);
}

Test(batch, a_cancellation_says_why)
{
  cr_assert_eq(batch_cancel(f, "coffee.b1", ""), VD_ERR_MISSING);
  cr_assert_eq(batch_cancel(f, "coffee.b1", "the urn leaks"), VD_OK);
  cr_assert(agenda_says(agenda_fact(f), "the urn leaks"));
}

// ---- planned on the day ----

Test(batch, people_plan_for_a_break_or_for_a_time)
{
  AGENDA(f, {"tea", "corridor", 60, 80, true});
  supply(f, "coffee")->batches = 1; // the one that is there
  cr_assert_eq(batch_plan(f, "coffee", 30, 0, "tea"), VD_OK);
  cr_assert_eq(f->reply.number, 2);
  cr_assert_str_eq(batch(f, "coffee.b2")->session, "tea");
  cr_assert(batch(f, "coffee.b2")->by_hand);
  cr_assert_eq(batch_plan(f, "coffee", 30, AT(90), ""), VD_OK);
  cr_assert_eq(batch(f, "coffee.b3")->planned_at_ms, AT(90));
  cr_assert_str_eq(agenda_fact(f)->what, "batch-planned");
  cr_assert_str_eq(agenda_fact(f)->text, "coffee.b3");
  cr_assert_str_eq(agenda_fact(f)->zone, "corridor");
}

Test(batch, what_is_planned_must_be_possible)
{
  AGENDA(f, {"tea", "corridor", 60, 80, true});
  cr_assert_eq(batch_plan(f, "cofee", 30, 0, "tea"), VD_ERR_UNKNOWN_SUPPLY);
  cr_assert_eq(batch_plan(f, "coffee", 0, 0, "tea"), VD_ERR_BAD_VALUE);
  cr_assert_eq(batch_plan(f, "coffee", 401, 0, "tea"), VD_ERR_BAD_VALUE);
  cr_assert_eq(batch_plan(f, "coffee", 30, 0, ""), VD_ERR_MISSING);
  cr_assert_eq(batch_plan(f, "coffee", 30, AT(60), "tea"), VD_ERR_BAD_VALUE, "one or the other");
  cr_assert_eq(batch_plan(f, "coffee", 30, 0, "te"), VD_ERR_UNKNOWN_SESSION);
  cr_assert_eq(batch_plan(f, "coffee", 30, AT(-100000), ""), VD_ERR_BAD_VALUE);
  cr_assert_eq(agenda_cancel(f, "tea", "rain"), VD_OK);
  cr_assert_eq(batch_plan(f, "coffee", 30, 0, "tea"), VD_ERR_WRONG_STATE, "it is over");
}

Test(batch, there_are_not_endlessly_many)
{
  supply(f, "coffee")->batches = VD_BATCHES_MAX;
  cr_assert_eq(batch_plan(f, "coffee", 30, AT(60), ""), VD_ERR_TOO_MANY);
  supply(f, "coffee")->batches = 0;
}

// ---- served ----

Test(batch, serving_brings_it_to_the_supply)
{
  cr_assert_eq(level(f, "coffee", 10, 0), VD_OK);
  fixture_run_to(f, AT(10));
  cr_assert_eq(tasks(f), 1, "the refill was asked for");
  cr_assert_eq(batch_serve(f, "coffee.b1", "av-1", AT(8)), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 36, "6 by the forecast, and 30");
  cr_assert_eq(supply(f, "coffee")->level_at_ms, AT(8));
  cr_assert_eq(batch(f, "coffee.b1")->served_at_ms, AT(8));
  cr_assert_str_eq(batch(f, "coffee.b1")->served_by, "av-1");
}

static void of_one(ProtobufCMessage *message)
{
  ((Vd__Batch *)message)->quantity = 1;
}

Test(batch, one_cup_on_old_ones_makes_them_no_fresher_and_is_no_refill)
{
  people_edit(f, VD__KIND__KIND_BATCH, "coffee.b1", of_one);
  cr_assert_eq(level(f, "coffee", 60, 0), VD_OK);
  fixture_run_to(f, AT(71));
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 25);
  cr_assert_eq(supply(f, "coffee")->stale_at_ms, AT(90));
  cr_assert_eq(task(f, 1)->state, TASK(OPEN));
  cr_assert_str_eq(supply(f, "coffee")->task, "t1");
}

Test(batch, half_of_par_closes_the_refill)
{
  catering_batch(f, "coffee", 2, "", 60);
  cr_assert_eq(level(f, "coffee", 1, 0), VD_OK);
  fixture_run_to(f, AT(5));
  cr_assert_eq(batch_serve(f, "coffee.b1", "av-1", 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->stale_at_ms, AT(5 + 90), "the old was gone");
  cr_assert_eq(task(f, 1)->state, TASK(OPEN), "30 of 100");
  cr_assert_eq(batch_serve(f, "coffee.b2", "av-2", 0), VD_OK);
  cr_assert_eq(task(f, 1)->state, TASK(DONE));
  cr_assert_str_eq(task(f, 1)->ended_by, "av-2");
}

Test(batch, told_late_it_comes_on_top_of_what_was_counted_since)
{
  cr_assert_eq(level(f, "coffee", 50, 0), VD_OK);
  fixture_run_to(f, AT(9));
  cr_assert_eq(served(f, "coffee", 1, 0), VD_OK);
  uint32_t rate = supply(f, "coffee")->rate_idle;
  fixture_run_to(f, AT(10));
  cr_assert_eq(batch_serve(f, "coffee.b1", "av-1", AT(5)), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 79);
  cr_assert_eq(supply(f, "coffee")->level_at_ms, AT(9));
  cr_assert_eq(level(f, "coffee", 76, 0), VD_OK);
  cr_assert_gt(supply(f, "coffee")->rate_idle, rate, "three went in a minute");
  cr_assert_eq(supply(f, "coffee")->error_permille, 10, "80 less 5, by what was known at the look");
}

Test(batch, a_look_before_it_leaves_it_on_top)
{
  cr_assert_eq(level(f, "coffee", 50, 0), VD_OK);
  fixture_run_to(f, AT(8));
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 76, "46 by the forecast, and 30");
  cr_assert_eq(level(f, "coffee", 40, AT(6)), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 69, "40 less one, and 30");
  cr_assert_eq(supply(f, "coffee")->level_at_ms, AT(8));
}

Test(batch, after_the_run_out_it_is_all_there_is)
{
  cr_assert_eq(level(f, "coffee", 1, AT(-20)), VD_OK);
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 30, "less than nothing was not left");
}

Test(batch, of_what_was_not_known_it_is_all_there_is)
{
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 30);
}

Test(batch, served_before_the_last_level_it_is_in_it)
{
  cr_assert_eq(level(f, "coffee", 70, 0), VD_OK);
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, AT(-5)), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 70);
}

Test(batch, no_level_is_more_than_four_times_par)
{
  cr_assert_eq(level(f, "coffee", 390, 0), VD_OK);
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, 0), VD_OK);
  cr_assert_eq(supply(f, "coffee")->level, 400);
}

// ---- the sample ----

Test(batch, serving_promises_a_sample_within_a_quarter_of_an_hour)
{
  fixture_run_to(f, AT(10));
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, AT(8)), VD_OK);
  cr_assert_eq(task(f, 1)->kind, VD__TASK_KIND__TASK_KIND_SAMPLE);
  cr_assert_str_eq(task(f, 1)->subject, "coffee.b1");
  cr_assert_str_eq(task(f, 1)->team, "onsite");
  cr_assert_str_eq(batch(f, "coffee.b1")->task, "t1");
  cr_assert_eq(promise(f, 1)->promise, VD__PROMISE__PROMISE_SAMPLE);
  cr_assert_eq(promise(f, 1)->due_at_ms, AT(8 + 15));
  cr_assert_str_eq(agenda_fact(f)->what, "batch-served", "the cause speaks");
  fixture_run_to(f, AT(23));
  cr_assert_eq(batch_sample(f, "coffee.b1", 130, "av-1", 0), VD_OK);
  cr_assert_eq(promise(f, 1)->outcome, VD__OUTCOME__OUTCOME_MET, "exactly at the limit");
  const Vd__Sample *sample = batch(f, "coffee.b1")->sample;
  cr_assert_str_eq(sample->item, "pastry");
  cr_assert_eq(sample->weight_g, 130);
  cr_assert_str_eq(sample->fridge, "fridge-2");
  cr_assert_str_eq(sample->taken_by, "av-1");
  cr_assert_eq(sample->taken_at_ms, AT(23));
  cr_assert_eq(sample->keep_until_at_ms, AT(23) + 48 * HOUR_MS);
  cr_assert_str_eq(task(f, 1)->ended_by, "av-1");
}

Test(batch, a_late_sample_is_a_breach_and_is_kept)
{
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, 0), VD_OK);
  fixture_run_to(f, AT(16));
  cr_assert_neq(promise(f, 1)->breached_at_ms, 0);
  cr_assert_eq(batch_sample(f, "coffee.b1", 130, "av-1", AT(14)), VD_OK);
  cr_assert_eq(promise(f, 1)->outcome, VD__OUTCOME__OUTCOME_MET_REPORTED_LATE);
}

Test(batch, little_is_taken_and_said_so_and_nothing_is_not)
{
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, 0), VD_OK);
  cr_assert_eq(batch_sample(f, "coffee.b1", 0, "av-1", 0), VD_ERR_BAD_VALUE);
  cr_assert_eq(batch_sample(f, "coffee.b1", 5001, "av-1", 0), VD_ERR_BAD_VALUE);
  cr_assert_not_null(strstr(f->reply.sentence, "5000"));
  cr_assert_eq(batch_sample(f, "coffee.b1", 124, "av-1", 0), VD_OK);
  cr_assert_eq(batch(f, "coffee.b1")->sample->weight_g, 124);
  cr_assert(agenda_says(agenda_fact(f), "grams:124"));
  cr_assert(agenda_says(agenda_fact(f), "under-weight:125"));
  cr_assert_str_eq(f->reply.field, "under-weight");
  cr_assert_not_null(strstr(f->reply.sentence, "at least 125 g"), "%s", f->reply.sentence);
}

Test(batch, enough_is_not_called_little)
{
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, 0), VD_OK);
  cr_assert_eq(batch_sample(f, "coffee.b1", 125, "av-1", 0), VD_OK);
  cr_assert_not(agenda_says(agenda_fact(f), "under-weight:125"));
  cr_assert_str_empty(f->reply.field);
}

static enum vd_err sample_of(const char *item, const char *fridge, const char *taken_by)
{
  Vd__BatchSample told = VD__BATCH_SAMPLE__INIT;
  told.batch = (char *)"coffee.b1";
  told.item = (char *)item;
  told.weight_g = 130;
  told.fridge = (char *)fridge;
  told.taken_by = (char *)taken_by;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_BATCH_SAMPLE;
  command.batch_sample = &told;
  return fixture_do(f, "control", &command);
}

Test(batch, a_sample_is_item_weight_fridge_and_who_took_it)
{
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, 0), VD_OK);
  cr_assert_eq(sample_of("", "fridge-2", "av-1"), VD_ERR_MISSING);
  cr_assert_eq(sample_of("pastry", "", "av-1"), VD_ERR_MISSING);
  cr_assert_eq(sample_of("pastry", "fridge-2", ""), VD_ERR_NO_ACTOR);
  cr_assert_eq(sample_of("pastry", "fridge-2", "av-9"), VD_ERR_UNKNOWN_CREW);
  cr_assert_str_eq(f->reply.field, "batch_sample.taken_by");
  cr_assert_eq(sample_of("pastry", "fridge-2", "AV 1"), VD_OK);
  cr_assert_str_eq(batch(f, "coffee.b1")->sample->taken_by, "av-1");
}

Test(batch, who_acts_for_itself_took_the_sample_itself)
{
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, 0), VD_OK);
  Vd__BatchSample told = VD__BATCH_SAMPLE__INIT;
  told.batch = (char *)"coffee.b1";
  told.item = told.fridge = (char *)"pastry";
  told.weight_g = 130;
  told.taken_by = (char *)"av-2";
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_BATCH_SAMPLE;
  command.batch_sample = &told;
  cr_assert_eq(fixture_do(f, "field-av-1", &command), VD_ERR_NOT_PERMITTED);
  told.taken_by = (char *)"";
  cr_assert_eq(fixture_do(f, "field-av-1", &command), VD_OK);
  cr_assert_str_eq(batch(f, "coffee.b1")->sample->taken_by, "av-1");
}

Test(batch, no_sample_is_taken_before_serving)
{
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, 0), VD_OK);
  cr_assert_eq(batch_sample(f, "coffee.b1", 130, "av-1", AT(-1)), VD_ERR_ACTED_TOO_EARLY);
}

Test(batch, without_automation_a_sample_can_be_logged_all_the_same)
{
  people_edit(f, VD__KIND__KIND_EVENT, "event", never_by_itself);
  cr_assert_eq(batch_serve(f, "coffee.b1", NULL, 0), VD_OK);
  cr_assert_eq(tasks(f), 0);
  cr_assert_eq(batch_sample(f, "coffee.b1", 130, "av-1", 0), VD_OK);
  fixture_run_to(f, AT(0) + 73 * HOUR_MS);
  cr_assert_eq(tasks(f), 0);
  cr_assert_eq(batch_dispose(f, "coffee.b1", 0), VD_OK);
}

// ---- disposal ----

Test(batch, a_sample_is_kept_for_two_days_and_disposed_of_within_another)
{
  catering_batch(f, "boxes", 1, "", 60); // which go by nobody's clock
  cr_assert_eq(batch_serve(f, "boxes.b1", NULL, 0), VD_OK);
  cr_assert_eq(batch_sample(f, "boxes.b1", 130, "av-1", 0), VD_OK);
  fixture_run_to(f, AT(0) + 48 * HOUR_MS - 1);
  cr_assert_eq(tasks(f), 1, "the sample's own");
  cr_assert_eq(batch_dispose(f, "boxes.b1", 0), VD_ERR_WRONG_STATE);
  cr_assert_not_null(strstr(f->reply.sentence, "2023-05-20T09:00"), "%s", f->reply.sentence);
  fixture_restart(f);
  fixture_run_to(f, AT(0) + 48 * HOUR_MS);
  cr_assert_eq(task(f, 2)->kind, VD__TASK_KIND__TASK_KIND_DISPOSE);
  cr_assert_eq(promise(f, 2)->due_at_ms, AT(0) + 72 * HOUR_MS);
  cr_assert_eq(batch_dispose(f, "boxes.b1", 0), VD_OK);
  cr_assert_eq(promise(f, 2)->outcome, VD__OUTCOME__OUTCOME_MET);
  cr_assert_eq(batch(f, "boxes.b1")->disposed_at_ms, f->now_ms);
  cr_assert_str_eq(batch(f, "boxes.b1")->task, "");
  cr_assert_eq(vd_batch_next(f->venue, batch(f, "boxes.b1")), VD_NEVER);
}

Test(batch, disposal_is_counted_from_its_moment_however_late_it_is_seen)
{
  catering_batch(f, "boxes", 1, "", 60);
  cr_assert_eq(batch_serve(f, "boxes.b1", NULL, 0), VD_OK);
  cr_assert_eq(batch_sample(f, "boxes.b1", 130, "av-1", 0), VD_OK);
  fixture_jump_to(f, AT(0) + 50 * HOUR_MS);
  cr_assert_eq(promise(f, 2)->due_at_ms, AT(0) + 72 * HOUR_MS);
}

// ---- temperatures ----

Test(batch, the_last_temperature_is_kept_and_each_is_told)
{
  cr_assert_eq(batch_temperature(f, "coffee.b1", 63500, 0), VD_OK);
  cr_assert_str_eq(agenda_fact(f)->what, "temperature-logged");
  cr_assert(agenda_says(agenda_fact(f), "celsius:63.500"));
  cr_assert_eq(batch_temperature(f, "coffee.b1", -2050, AT(-10)), VD_OK);
  cr_assert(agenda_says(agenda_fact(f), "celsius:-2.050"));
  cr_assert_eq(batch(f, "coffee.b1")->temperature_milli, 63500, "a late entry is no news");
  cr_assert_eq(batch(f, "coffee.b1")->temperature_at_ms, f->now_ms);
  cr_assert_eq(batch(f, "coffee.b1")->temperatures, 2);
}

Test(batch, an_absurd_temperature_is_refused)
{
  cr_assert_eq(batch_temperature(f, "coffee.b1", 300001, 0), VD_ERR_BAD_VALUE);
  cr_assert_eq(batch_temperature(f, "coffee.b1", -60001, 0), VD_ERR_BAD_VALUE);
  cr_assert_eq(batch_temperature(f, "coffee.b1", INT32_MIN, 0), VD_ERR_BAD_VALUE);
  cr_assert_eq(batch_temperature(f, "coffee.b1", 300000, 0), VD_OK);
  cr_assert_eq(batch_temperature(f, "coffee.b1", -60000, 0), VD_OK);
}

// ---- an overrun ----

// The keynote ends at 60, tea in the corridor begins then; a forum may end at 60 too.
static void agenda_of_the_morning(void)
{
  AGENDA(f, {"keynote", "hall", 0, 60}, {"panel", "forum", 0, 60}, {"tea", "corridor", 60, 80, true},
         {"lunch", "corridor", 180, 240, true});
  catering_batch(f, "coffee", 2, "tea", 0);
  catering_batch(f, "coffee", 3, "lunch", 0);
  catering_batch(f, "boxes", 1, "", 70);
  catering_batch(f, "boxes", 2, "", 120);
  cr_assert_eq(agenda_start(f, "keynote", 0), VD_OK);
}

Test(batch, an_overrun_holds_back_what_is_for_the_break_after_it)
{
  agenda_of_the_morning();
  fixture_run_to(f, AT(62) - 1);
  expect_batch(f, "coffee.b2", PLANNED);
  fixture_run_to(f, AT(62));
  expect_batch(f, "coffee.b2", HELD);
  expect_batch(f, "coffee.b3", PLANNED);
  cr_assert_str_eq(batch(f, "coffee.b2")->held_for, "keynote");
  expect_batch(f, "boxes.b1", HELD);
  expect_batch(f, "boxes.b2", PLANNED);
  expect_batch(f, "coffee.b1", PLANNED);
  cr_assert_str_eq(agenda_fact(f)->what, "overrun");
  cr_assert(agenda_says(agenda_fact(f), "held:coffee.b2"));
  cr_assert(agenda_says(agenda_fact(f), "held:boxes.b1"));
  fixture_restart(f);
  fixture_run_to(f, AT(66));
  cr_assert_eq(agenda_end(f, "keynote", 0), VD_OK);
  expect_batch(f, "coffee.b2", PLANNED);
  expect_batch(f, "boxes.b1", PLANNED);
  cr_assert_str_eq(batch(f, "coffee.b2")->held_for, "");
  cr_assert(agenda_says(agenda_fact(f), "on-again:coffee.b2"));
}

Test(batch, more_time_for_the_session_ends_the_overrun)
{
  agenda_of_the_morning();
  fixture_run_to(f, AT(62));
  cr_assert_eq(agenda_shift(f, "keynote", MINUTES(15), false), VD_OK);
  expect_batch(f, "coffee.b2", PLANNED);
  fixture_run_to(f, AT(77));
  expect_batch(f, "coffee.b2", HELD);
}

Test(batch, what_is_undone_of_the_session_is_undone_of_what_waits_for_it)
{
  agenda_of_the_morning();
  fixture_run_to(f, AT(66));
  cr_assert_eq(agenda_end(f, "keynote", 0), VD_OK);
  expect_batch(f, "coffee.b2", PLANNED);
  cr_assert_eq(agenda_undo(f, "keynote"), VD_OK);
  fixture_run_to(f, AT(66));
  expect_batch(f, "coffee.b2", HELD);
}

Test(batch, a_session_that_did_not_begin_holds_nothing_back)
{
  AGENDA(f, {"keynote", "hall", 0, 60}, {"tea", "corridor", 60, 80, true});
  catering_batch(f, "coffee", 2, "tea", 0);
  fixture_run_to(f, AT(61));
  cr_assert_eq(agenda_start(f, "keynote", 0), VD_OK);
  fixture_run_to(f, AT(62));
  expect_batch(f, "coffee.b2", HELD);
  cr_assert_eq(agenda_undo(f, "keynote"), VD_OK);
  expect_batch(f, "coffee.b2", PLANNED);
  cr_assert_str_eq(batch(f, "coffee.b2")->held_for, "");
}

Test(batch, what_people_hold_back_no_session_lets_go)
{
  agenda_of_the_morning();
  fixture_run_to(f, AT(62));
  cr_assert_eq(batch_hold(f, "coffee.b2"), VD_OK);
  cr_assert_str_eq(batch(f, "coffee.b2")->held_for, "");
  cr_assert_eq(agenda_end(f, "keynote", 0), VD_OK);
  expect_batch(f, "coffee.b2", HELD);
  size_t changes = f->n_changes;
  cr_assert_eq(batch_hold(f, "coffee.b2"), VD_OK, "said twice");
  cr_assert_eq(f->n_changes, changes);
  cr_assert_eq(batch_serve(f, "coffee.b2", NULL, 0), VD_OK);
}

Test(batch, held_back_it_can_be_served)
{
  agenda_of_the_morning();
  fixture_run_to(f, AT(62));
  cr_assert_eq(batch_serve(f, "coffee.b2", NULL, 0), VD_OK);
  cr_assert_str_eq(batch(f, "coffee.b2")->held_for, "");
  cr_assert_eq(agenda_end(f, "keynote", 0), VD_OK);
  expect_batch(f, "coffee.b2", SERVED);
}

Test(batch, while_as_many_are_out_nothing_waits)
{
  agenda_of_the_morning();
  cr_assert_eq(agenda_start(f, "panel", 0), VD_OK);
  fixture_run_to(f, AT(59));
  cr_assert_eq(agenda_end(f, "panel", 0), VD_OK);
  fixture_run_to(f, AT(62));
  expect_batch(f, "coffee.b2", PLANNED);
  expect_batch(f, "boxes.b1", HELD);
}

static void three_hundred(ProtobufCMessage *message)
{
  ((Vd__Session *)message)->audience = 300;
}

Test(batch, a_few_that_are_out_do_not_count)
{
  agenda_of_the_morning();
  people_edit(f, VD__KIND__KIND_SESSION, "keynote", three_hundred);
  cr_assert_eq(agenda_start(f, "panel", 0), VD_OK);
  fixture_run_to(f, AT(59));
  cr_assert_eq(agenda_end(f, "panel", 0), VD_OK);
  fixture_run_to(f, AT(62));
  expect_batch(f, "coffee.b2", HELD);
}

Test(batch, a_break_of_its_own_zone_is_for_nobody_else)
{
  AGENDA(f, {"keynote", "hall", 0, 60}, {"panel", "forum", 0, 60}, {"pause", "hall", 60, 80, true});
  catering_batch(f, "coffee", 2, "pause", 0);
  cr_assert_eq(agenda_start(f, "keynote", 0), VD_OK);
  cr_assert_eq(agenda_start(f, "panel", 0), VD_OK);
  fixture_run_to(f, AT(59));
  cr_assert_eq(agenda_end(f, "panel", 0), VD_OK);
  fixture_run_to(f, AT(62));
  expect_batch(f, "coffee.b2", HELD);
}

Test(batch, who_ended_long_before_or_in_the_same_zone_is_not_out)
{
  AGENDA(f, {"opening", "hall", 0, 50}, {"keynote", "hall", 50, 60}, {"panel", "forum", 0, 29},
         {"tea", "corridor", 60, 80, true});
  catering_batch(f, "coffee", 2, "tea", 0);
  cr_assert_eq(agenda_start(f, "opening", 0), VD_OK);
  cr_assert_eq(agenda_start(f, "panel", 0), VD_OK);
  fixture_run_to(f, AT(29));
  cr_assert_eq(agenda_end(f, "panel", 0), VD_OK);
  fixture_run_to(f, AT(50));
  cr_assert_eq(agenda_end(f, "opening", 0), VD_OK);
  cr_assert_eq(agenda_start(f, "keynote", 0), VD_OK);
  fixture_run_to(f, AT(62));
  expect_batch(f, "coffee.b2", HELD);
}

Test(batch, a_break_that_has_begun_does_not_wait)
{
  agenda_of_the_morning();
  fixture_run_to(f, AT(60));
  cr_assert_eq(agenda_start(f, "tea", 0), VD_OK);
  fixture_run_to(f, AT(62));
  expect_batch(f, "coffee.b2", PLANNED);
}

Test(batch, a_break_that_overruns_holds_nothing_back)
{
  AGENDA(f, {"tea", "corridor", 0, 60, true}, {"fruit", "corridor", 60, 80, true});
  catering_batch(f, "coffee", 2, "fruit", 0);
  cr_assert_eq(agenda_start(f, "tea", 0), VD_OK);
  fixture_run_to(f, AT(62));
  expect_batch(f, "coffee.b2", PLANNED);
}

static void fifty(ProtobufCMessage *message)
{
  ((Vd__Session *)message)->audience = 50;
}

Test(batch, the_second_overrun_holds_it_back_when_the_first_is_over)
{
  AGENDA(f, {"a-small", "hall", 0, 60}, {"b-big", "forum", 0, 60}, {"tea", "corridor", 60, 80, true});
  people_edit(f, VD__KIND__KIND_SESSION, "a-small", fifty);
  people_edit(f, VD__KIND__KIND_SESSION, "b-big", three_hundred);
  catering_batch(f, "coffee", 2, "tea", 0);
  cr_assert_eq(agenda_start(f, "a-small", 0), VD_OK);
  cr_assert_eq(agenda_start(f, "b-big", 0), VD_OK);
  fixture_run_to(f, AT(63));
  cr_assert_str_eq(batch(f, "coffee.b2")->held_for, "a-small");
  fixture_restart(f);
  cr_assert_eq(agenda_end(f, "a-small", 0), VD_OK);
  expect_batch(f, "coffee.b2", HELD);
  cr_assert_str_eq(batch(f, "coffee.b2")->held_for, "b-big");
  cr_assert(agenda_says(agenda_fact(f), "held:coffee.b2"));
  cr_assert_not(agenda_says(agenda_fact(f), "on-again:coffee.b2"));
  fixture_run_to(f, AT(70));
  cr_assert_eq(agenda_end(f, "b-big", 0), VD_OK);
  expect_batch(f, "coffee.b2", PLANNED);
  cr_assert(agenda_says(agenda_fact(f), "on-again:coffee.b2"));
}

Test(batch, when_the_larger_is_out_the_smaller_holds_nothing_back)
{
  AGENDA(f, {"a-small", "hall", 0, 60}, {"b-big", "forum", 0, 59}, {"tea", "corridor", 60, 80, true});
  people_edit(f, VD__KIND__KIND_SESSION, "a-small", fifty);
  people_edit(f, VD__KIND__KIND_SESSION, "b-big", three_hundred);
  catering_batch(f, "coffee", 2, "tea", 0);
  cr_assert_eq(agenda_start(f, "a-small", 0), VD_OK);
  cr_assert_eq(agenda_start(f, "b-big", 0), VD_OK);
  fixture_run_to(f, AT(63));
  cr_assert_str_eq(batch(f, "coffee.b2")->held_for, "b-big");
  cr_assert_eq(agenda_end(f, "b-big", 0), VD_OK);
  expect_batch(f, "coffee.b2", PLANNED);
}

// ---- a break that is cancelled ----

Test(batch, a_cancelled_break_names_what_was_planned_for_it)
{
  agenda_of_the_morning();
  fixture_run_to(f, AT(62));
  expect_batch(f, "coffee.b2", HELD);
  cr_assert_eq(agenda_cancel(f, "tea", "no time"), VD_OK);
  cr_assert_str_eq(f->reply.field, "batch-left");
  cr_assert_str_eq(f->reply.nearest, "coffee.b2");
  cr_assert_not_null(strstr(f->reply.sentence, "coffee.b2 was planned for tea"), "%s", f->reply.sentence);
  cr_assert(agenda_says(agenda_fact(f), "batch-left:coffee.b2"));
  cr_assert_not(agenda_says(agenda_fact(f), "batch-left:coffee.b3"));
  expect_batch(f, "coffee.b2", HELD);
  cr_assert_eq(batch_cancel(f, "coffee.b3", "enough"), VD_OK);
  cr_assert_eq(agenda_cancel(f, "lunch", "no time"), VD_OK);
  cr_assert_str_empty(f->reply.field);
}

// ---- size ----

static char *long_word(size_t size)
{
  static char words[8][VD_REASON_MAX + 1];
  static unsigned at;
  char *word = words[at++ % 8];
  memset(word, 'x', size);
  word[size] = '\0';
  return word;
}

Test(batch, the_largest_fits_into_an_entity)
{
  Vd__Batch *large = batch(f, "coffee.b1");
  Vd__Batch copy = *large;
  Vd__Sample sample = VD__SAMPLE__INIT;
  copy.id = long_word(VD_WORD_MAX + 5);
  copy.supply = long_word(VD_WORD_MAX);
  copy.session = long_word(VD_WORD_MAX);
  copy.served_by = copy.disposed_by = copy.held_for = long_word(VD_WORD_MAX);
  copy.task = long_word(21);
  copy.revision = UINT64_MAX;
  copy.index = copy.quantity = copy.temperatures = UINT32_MAX;
  copy.temperature_milli = -60000;
  copy.planned_at_ms = copy.served_at_ms = copy.disposed_at_ms = copy.temperature_at_ms =
      INT64_C(4102444800000);
  copy.state = BATCH(DISPOSED);
  copy.by_hand = true;
  copy.sample = &sample;
  sample.item = long_word(VD_REASON_MAX);
  sample.fridge = sample.taken_by = long_word(VD_WORD_MAX);
  sample.weight_g = 5000;
  sample.taken_at_ms = sample.keep_until_at_ms = INT64_C(4102444800000);
  cr_assert_leq(vd__batch__get_packed_size(&copy), (size_t)VD_ENTITY_MAX, "%zu",
                vd__batch__get_packed_size(&copy));
}
