// What holds whatever happened: an undo is the inverse of an act, and the entities of an incident agree with
// each other after any commands. The random test prints its seed and takes it back in SEED.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/core/incident_acts.h"

// ---- undo is an inverse ----

static void draw_step(struct vd_buffer *picture, const char *name, const Vd__Step *step)
{
  if (step)
    vd_buffer_printf(picture, " %s(%lld %lld %s %d)", name, (long long)step->acted_at_ms,
                     (long long)step->recorded_at_ms, step->by, step->implied);
}

static void draw_incident(struct vd_buffer *picture, const struct fixture *f, uint64_t number)
{
  static const char *const tiers[] = {"respond", "decide", "land"};
  const Vd__Incident *of = incident(f, number);
  const Vd__Attempt *run = attempt(f, number);
  vd_buffer_printf(picture,
                   "#%llu %d severity %u holder %s closed by %s reason %s of %llu last %llu at %lld..%lld",
                   (unsigned long long)number, (int)of->state, of->severity, of->holder, of->closed_by,
                   of->reason, (unsigned long long)of->duplicate_of, (unsigned long long)of->last_duplicate,
                   (long long)of->reported_at_ms, (long long)of->ended_at_ms);
  for (size_t i = 0; i < of->n_reporters; i++)
    vd_buffer_printf(picture, " %s", of->reporters[i]);
  vd_buffer_printf(picture, "\n  %s from %lld to %lld \"%s\" %d %d call at %lld", run->id,
                   (long long)run->started_at_ms, (long long)run->ended_at_ms, run->decision, run->by_default,
                   (int)run->landing, (long long)run->decision_call_at_ms);
  draw_step(picture, "responded", run->responded);
  draw_step(picture, "decided", run->decided);
  draw_step(picture, "landed", run->landed);
  for (size_t i = 0; i < 3; i++) {
    const Vd__Deadline *of_tier = deadline(f, number, tiers[i]);
    vd_buffer_printf(picture, "\n  %s %d start %lld due %lld met %lld breached %lld", tiers[i],
                     (int)of_tier->outcome, (long long)of_tier->start_at_ms, (long long)of_tier->due_at_ms,
                     (long long)of_tier->met_at_ms, (long long)of_tier->breached_at_ms);
  }
  vd_buffer_printf(picture, "\n");
}

static char *picture_of(const struct fixture *f)
{
  struct vd_buffer picture = {0};
  for (uint64_t number = 1; number <= vd_venue_event(f->venue)->last_incident; number++)
    draw_incident(&picture, f, number);
  vd_buffer_append(&picture, "", 1);
  return (char *)picture.data;
}

// 2 is acted on; 1 was seen later, so that a merge moves its clocks.
static struct fixture *stage(int steps)
{
  struct fixture *f = fixture_create();
  fixture_run_to(f, FIXTURE_T0 + MINUTES(2));
  do_report(f, &(struct said){.zone = "hall", .category = "av-fault", .text = "x", .reporter = "one"});
  do_report(f, &(struct said){.zone = "hall",
                              .category = "av-fault",
                              .text = "x",
                              .reporter = "two",
                              .acted_at_ms = FIXTURE_T0 + MINUTES(1)});
  if (steps > 0)
    STEP(f, ACCEPT, 2, FIXTURE_FIND(f, OFFER, Offer, "2.1.o1")->crew, 0);
  if (steps > 1)
    STEP(f, RESPOND, 2, "av-1", 0);
  if (steps > 2)
    STEP(f, DECIDE, 2, "lead-2", 0);
  if (steps > 3)
    STEP(f, LAND, 2, "av-1", 0);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(6) + SECONDS(30));
  return f;
}

Test(incident_laws, undo_is_the_inverse_of_an_act)
{
  static const Vd__Command__ActCase acts[] = {
      VD__COMMAND__ACT_RESPOND, VD__COMMAND__ACT_ARRIVE, VD__COMMAND__ACT_DECIDE, VD__COMMAND__ACT_APPROVE,
      VD__COMMAND__ACT_LAND,    VD__COMMAND__ACT_CLOSE,  VD__COMMAND__ACT_CANCEL, VD__COMMAND__ACT_DUPLICATE};
  unsigned undone = 0;
  for (int steps = 0; steps <= 4; steps++) {
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
      struct fixture *f = stage(steps);
      char *before = picture_of(f);
      enum vd_err err = acts[i] == VD__COMMAND__ACT_DUPLICATE ? do_duplicate(f, 2, 1)
                                                              : fixture_step(f, acts[i], 2, "av-2", 0);
      bool is_news = err == VD_OK && f->reply.sequence != 0;
      f->now_ms += SECONDS(20);
      if (is_news) {
        cr_expect_eq(STEP(f, UNDO, 2, NULL, 0), VD_OK);
        char *after = picture_of(f);
        cr_expect_str_eq(after, before, "act %d after %d steps:\n%s\n%s", (int)acts[i], steps, before, after);
        free(after);
        undone++;
      }
      free(before);
      fixture_destroy(f);
    }
  }
  cr_expect_eq(undone, 25u, "every act that is news somewhere: %u", undone);
}

// ---- the entities agree ----

static uint64_t next_random(uint64_t *state) // splitmix64
{
  uint64_t value = (*state += UINT64_C(0x9E3779B97F4A7C15));
  value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
  return value ^ (value >> 31);
}

static unsigned pick(uint64_t *state, unsigned below)
{
  return (unsigned)(next_random(state) % below);
}

static const char *pick_crew(uint64_t *state)
{
  static const char *const crews[] = {NULL, "av-1", "av-2", "medic-1", "lead-2", "control-1"};
  return crews[pick(state, sizeof crews / sizeof *crews)];
}

static void act_at_random(struct fixture *f, uint64_t *state)
{
  static const Vd__Command__ActCase acts[] = {
      VD__COMMAND__ACT_RESPOND, VD__COMMAND__ACT_ARRIVE, VD__COMMAND__ACT_DECIDE, VD__COMMAND__ACT_APPROVE,
      VD__COMMAND__ACT_LAND,    VD__COMMAND__ACT_CLOSE,  VD__COMMAND__ACT_CANCEL, VD__COMMAND__ACT_REOPEN,
      VD__COMMAND__ACT_UNDO,    VD__COMMAND__ACT_UNDO,   VD__COMMAND__ACT_NOTE,   VD__COMMAND__ACT_ACCEPT,
      VD__COMMAND__ACT_DECLINE, VD__COMMAND__ACT_HEARD};
  static const char *const zones[] = {"hall", "forum", "", "vip"};
  static const char *const categories[] = {"av-fault", "guest-ill", "", "collapse", "blackout"};
  uint64_t last = vd_venue_event(f->venue)->last_incident, number = 1 + pick(state, (unsigned)last + 1);
  struct said said = {.zone = zones[pick(state, 4)],
                      .category = categories[pick(state, 5)],
                      .text = pick(state, 3) ? "x" : "",
                      .severity = pick(state, 4) ? 0 : 1 + pick(state, 4)};
  int64_t acted_at_ms = pick(state, 4) ? 0 : f->now_ms - SECONDS(1) * pick(state, 900);
  unsigned kind = pick(state, 20);
  if (kind == 0 && last < 12)
    do_report(f, &said);
  else if (kind <= 2)
    do_amend(f, number, &said);
  else if (kind <= 5)
    do_duplicate(f, number, 1 + pick(state, (unsigned)last));
  else
    fixture_step(f, acts[pick(state, sizeof acts / sizeof *acts)], number, pick_crew(state), acted_at_ms);
}

static Vd__IncidentState state_by_steps(const Vd__Attempt *run)
{
  return run->landed      ? STATE(LANDED)
         : run->decided   ? STATE(DECIDED)
         : run->responded ? STATE(RESPONDED)
                          : STATE(OPEN);
}

static void check_tier(const struct fixture *f, uint64_t number, const char *tier, const Vd__Step *step,
                       bool is_open)
{
  const Vd__Deadline *of = deadline(f, number, tier);
  cr_assert_not_null(of, "#%llu has no deadline to %s", (unsigned long long)number, tier);
  Vd__Outcome outcome = of->outcome;
  if (!step) {
    cr_assert_eq(outcome, is_open ? OUTCOME(RUNNING) : OUTCOME(VOID), "%s", of->id);
    return;
  }
  cr_assert_eq(of->met_at_ms, step->acted_at_ms, "%s", of->id);
  bool is_in_time = of->met_at_ms <= of->due_at_ms;
  cr_assert_eq(outcome,
               !is_in_time          ? OUTCOME(MISSED)
               : of->breached_at_ms ? OUTCOME(MET_REPORTED_LATE)
                                    : OUTCOME(MET),
               "%s", of->id);
  cr_assert_leq(step->acted_at_ms, step->recorded_at_ms, "%s", of->id);
}

static void check_incident(const struct fixture *f, uint64_t number)
{
  const Vd__Incident *of = incident(f, number);
  const Vd__Attempt *run = attempt(f, number);
  cr_assert(of && run);
  bool is_open = of->state >= STATE(OPEN) && of->state <= STATE(LANDED);
  if (is_open)
    cr_assert_eq(of->state, state_by_steps(run), "#%llu", (unsigned long long)number);
  cr_assert_eq(of->ended_at_ms == 0, is_open);
  cr_assert_eq(run->ended_at_ms == 0, is_open);
  cr_assert_eq(of->state == STATE(DUPLICATE), of->merge != NULL);
  cr_assert_eq(of->state == STATE(DUPLICATE), of->duplicate_of != 0);
  cr_assert_leq(of->reported_at_ms, of->recorded_at_ms);
  if (!is_open)
    cr_assert_eq(open_alerts(f, number) + open_offers(f, number), 0u, "#%llu is over",
                 (unsigned long long)number);
  if (of->life_safety)
    cr_assert_eq(of->severity, 4u);
  check_tier(f, number, "respond", run->responded, is_open);
  check_tier(f, number, "decide", run->decided, is_open);
  check_tier(f, number, "land", run->landed, is_open);
  cr_assert(!run->landed || run->decided, "a later step implies the earlier ones");
  cr_assert(!run->decided || run->responded, "a later step implies the earlier ones");
}

static void run_seed(uint64_t seed)
{
  uint64_t state = seed;
  struct fixture *f = fixture_create();
  fixture_report(f, "hall", "av-fault");
  for (int i = 0; i < 250; i++) {
    act_at_random(f, &state);
    if (pick(&state, 3) == 0)
      fixture_run_to(f, f->now_ms + SECONDS(1) * pick(&state, 120));
    if (pick(&state, 50) == 0)
      fixture_restart(f);
    for (uint64_t number = 1; number <= vd_venue_event(f->venue)->last_incident; number++)
      check_incident(f, number);
  }
  fixture_destroy(f);
}

Test(incident_laws, entities_agree_after_any_commands)
{
  const char *given = getenv("SEED");
  uint64_t first = given ? strtoull(given, NULL, 10) : 1, count = given ? 1 : 40;
  for (uint64_t seed = first; seed < first + count; seed++) {
    fprintf(stderr, "# SEED=%llu\n", (unsigned long long)seed);
    run_seed(seed);
  }
}
