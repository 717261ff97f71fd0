// A day of check-in at random: what must hold, and that neither a repetition nor a restart makes a
// difference.
#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/lane.h"
#include "daemon/core/venue_internal.h"
#include "tests/unit/core/lanes.h"

enum { SEEDS = 8, STEPS = 300 };

static const char *const lanes[] = {"general-1", "general-2", "vip-1", "self-1", "far-1"};
enum { LANES = sizeof lanes / sizeof *lanes };

static uint64_t seed_of_run(void)
{
  const char *given = getenv("VD_SEED");
  uint64_t seed = given ? strtoull(given, NULL, 10) : 20230518;
  cr_log_info("VD_SEED=%llu", (unsigned long long)seed);
  return seed;
}

static uint64_t next_random(uint64_t *state)
{
  *state += UINT64_C(0x9E3779B97F4A7C15); // splitmix64
  uint64_t z = *state;
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

static int below(uint64_t *state, int bound)
{
  return (int)(next_random(state) % (uint64_t)bound);
}

static void count_at_random(struct fixture *f, uint64_t *state)
{
  struct lane_row rows[LANES];
  int count = 1 + below(state, LANES), first = below(state, LANES);
  for (int i = 0; i < count; i++)
    rows[i] = (struct lane_row){lanes[(first + i) % LANES],
                                FROM_LAST,
                                TO_NOW,
                                below(state, 3) ? below(state, 60) : UNSAID,
                                below(state, 40),
                                below(state, 3) ? below(state, 120) : UNSAID};
  (void)!lanes_count(f, rows, (size_t)count);
}

static void act_at_random(struct fixture *f, uint64_t *state)
{
  static const Vd__LaneState states[] = {0, LANE(OPEN), LANE(CLOSED), LANE(PRINTER_DOWN), LANE(OFFLINE_LIST)};
  int dice = below(state, 10);
  const char *of = lanes[below(state, LANES)];
  uint64_t number = (uint64_t)(below(state, (int)suggestions(f) + 1));
  number = below(state, 3) ? suggestions(f) : number;
  if (dice == 0)
    (void)!lanes_set(f, of, states[below(state, 5)], below(state, 2) ? below(state, 5) : UNSAID);
  else if (dice == 1)
    (void)!lanes_take(f, number, below(state, 2) ? "lead-1" : NULL);
  else if (dice == 2 && below(state, 3) == 0)
    (void)!lanes_pass(f, number, "no");
  else
    count_at_random(f, state);
}

static void pass_time(struct fixture *f, uint64_t *state)
{
  int64_t span_ms = SECONDS(below(state, below(state, 40) ? 300 : 7200));
  if (below(state, 8))
    fixture_run_to(f, f->now_ms + span_ms);
  else
    fixture_jump_to(f, f->now_ms + span_ms);
}

// The counts that a restart may lose (node.h) are carried over: then nothing else may differ.
static void restart(struct fixture *f)
{
  struct vd_node_pending nodes[VD_NODES];
  memcpy(nodes, f->venue->nodes, sizeof nodes);
  fixture_restart(f);
  memcpy(f->venue->nodes, nodes, sizeof nodes);
  const ProtobufCMessage *count = NULL;
  while ((count = vd_fold_next(f->venue->fold, VD__KIND__KIND_NODE_COUNT, count ? vd_message_id(count) : NULL,
                               "")))
    vd_act_derive(f->venue, VD__KIND__KIND_NODE_COUNT, vd_message_id(count), count);
}

static struct fixture *create(void)
{
  struct fixture *f = lanes_create();
  AGENDA(f, {"opening", "hall", 60, 90}, {"tea", "corridor", 90, 110, true}, {"later", "hall", 240, 300},
         {"last", "forum", 480, 500});
  return f;
}

static void play(struct fixture *f, uint64_t seed, int restart_every)
{
  uint64_t state = seed;
  for (int step = 1; step <= STEPS; step++) {
    act_at_random(f, &state);
    pass_time(f, &state);
    if (restart_every > 0 && step % restart_every == 0)
      restart(f);
  }
}

static void expect_sound_lane(const struct fixture *f, const Vd__Lane *one)
{
  const int64_t day_ms = MINUTES(24 * 60);
  cr_assert(one->wait_ms >= 0 && one->wait_ms <= one->ahead_ms && one->ahead_ms <= day_ms);
  cr_assert_geq(one->peak_wait_ms, one->wait_ms);
  cr_assert_leq(one->counted_at_ms, f->now_ms);
  bool is_closed = one->state == LANE(CLOSED);
  cr_assert_eq(one->desks == 0, is_closed, "%s", one->id);
  uint32_t half_hour = 0;
  for (size_t i = 0; i < one->n_recent; i++)
    half_hour += one->recent[i];
  cr_assert_leq(half_hour, one->peak_arrivals);
  cr_assert_leq(one->peak_arrivals, one->arrived);
  const Vd__Suggestion *own = FIXTURE_FIND(f, SUGGESTION, Suggestion, one->suggestion);
  cr_assert(*one->suggestion == '\0' || own);
  cr_assert(!own || own->state == SUGGESTION(OPEN) || own->state == SUGGESTION(TAKEN));
}

static void expect_sound(const struct fixture *f)
{
  uint64_t seated = 0;
  for (int i = 0; i < LANES; i++) {
    expect_sound_lane(f, lane(f, lanes[i]));
    seated += lane(f, lanes[i])->checked_in;
  }
  cr_assert_eq(vd_venue_event(f->venue)->seated, seated);
  const Vd__Suggestion *one = NULL;
  while ((one = (const Vd__Suggestion *)vd_fold_next(vd_venue_fold(f->venue), VD__KIND__KIND_SUGGESTION,
                                                     one ? one->id : NULL, ""))) {
    bool is_going = one->state == SUGGESTION(OPEN) || one->state == SUGGESTION(TAKEN);
    cr_assert_eq(is_going, strcmp(lane(f, one->lane)->suggestion, one->id) == 0, "%s", one->id);
    cr_assert(one->expected_ms >= 0 && one->wait_ms >= 0 && one->measured_ms >= 0);
  }
}

static struct vd_buffer changes_of(const struct fixture *f)
{
  struct vd_buffer bytes = {0};
  for (size_t i = 0; i < f->n_changes; i++)
    vd_buffer_pack(&bytes, &f->changes[i]->base);
  return bytes;
}

static void expect_same(struct vd_buffer left, struct vd_buffer right, const char *what, uint64_t seed)
{
  cr_assert(left.size == right.size && memcmp(left.data, right.data, left.size) == 0,
            "%s differ, VD_SEED=%llu", what, (unsigned long long)seed);
  vd_buffer_finish(&left);
  vd_buffer_finish(&right);
}

Test(lane_replay, what_must_hold_holds_after_every_step)
{
  uint64_t state = seed_of_run();
  struct fixture *f = create();
  for (int step = 0; step < STEPS; step++) {
    act_at_random(f, &state);
    pass_time(f, &state);
    expect_sound(f);
  }
  cr_assert_gt(suggestions(f), 5, "else nothing was tried");
  cr_assert_gt(fixture_facts(f, "suggestion-taken"), 0);
  cr_assert_gt(fixture_facts(f, "suggestion-measured"), 0);
  fixture_destroy(f);
}

Test(lane_replay, neither_a_repetition_nor_a_restart_makes_a_difference)
{
  uint64_t seed = seed_of_run();
  for (uint64_t i = 0; i < SEEDS; i++, seed++) {
    struct fixture *plain = create(), *again = create(), *restarted = create();
    play(plain, seed, 0);
    play(again, seed, 0);
    play(restarted, seed, 7);
    expect_same(changes_of(plain), changes_of(again), "Changes of two runs", seed);
    expect_same(changes_of(plain), changes_of(restarted), "Changes", seed);
    expect_same(fixture_bytes(plain), fixture_bytes(restarted), "entities", seed);
    fixture_destroy(plain);
    fixture_destroy(again);
    fixture_destroy(restarted);
  }
}
