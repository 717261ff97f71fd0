// Timers: a total order, one per entity, found again by (kind, id).
#include "daemon/core/timer.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/venue.h"
#include "proto/message.h"

#define DEADLINE VD__KIND__KIND_DEADLINE
#define OFFER    VD__KIND__KIND_OFFER

static struct vd_timers *timers;

static void setup(void)
{
  timers = vd_timers_create();
}

static void teardown(void)
{
  vd_timers_destroy(timers);
}

TestSuite(timer, .init = setup, .fini = teardown);

static void expect_first(Vd__Kind kind, const char *id, int64_t due_ms)
{
  Vd__Kind first_kind;
  const char *first_id;
  int64_t first_ms;
  cr_assert(vd_timers_first(timers, &first_kind, &first_id, &first_ms));
  cr_assert_eq(first_kind, kind);
  cr_assert_str_eq(first_id, id);
  cr_assert_eq(first_ms, due_ms);
  cr_assert_eq(vd_timers_next(timers), due_ms);
}

static void drop_first(void)
{
  Vd__Kind kind;
  const char *id;
  int64_t due_ms;
  cr_assert(vd_timers_first(timers, &kind, &id, &due_ms));
  vd_timers_set(timers, kind, id, VD_NEVER); // the id is the timer's own: must survive until it is found
}

Test(timer, none_is_never)
{
  Vd__Kind kind;
  const char *id;
  int64_t due_ms;
  cr_assert_eq(vd_timers_next(timers), VD_NEVER);
  cr_assert_not(vd_timers_first(timers, &kind, &id, &due_ms));
  cr_assert_eq(vd_timers_count(timers), 0u);
}

Test(timer, orders_by_due_then_kind_then_id)
{
  vd_timers_set(timers, OFFER, "1.1.o1", 10);
  vd_timers_set(timers, DEADLINE, "2.1.land", 10);
  vd_timers_set(timers, DEADLINE, "1.1.land", 10);
  vd_timers_set(timers, OFFER, "9.1.o1", 5);
  expect_first(OFFER, "9.1.o1", 5);
  drop_first();
  expect_first(DEADLINE, "1.1.land", 10);
  drop_first();
  expect_first(DEADLINE, "2.1.land", 10);
  drop_first();
  expect_first(OFFER, "1.1.o1", 10);
  drop_first();
  cr_assert_eq(vd_timers_next(timers), VD_NEVER);
}

Test(timer, an_entity_has_one)
{
  vd_timers_set(timers, DEADLINE, "1.1.land", 10);
  vd_timers_set(timers, DEADLINE, "1.1.land", 30);
  vd_timers_set(timers, DEADLINE, "2.1.land", 20);
  cr_assert_eq(vd_timers_count(timers), 2u);
  expect_first(DEADLINE, "2.1.land", 20);
  vd_timers_set(timers, DEADLINE, "1.1.land", 7);
  expect_first(DEADLINE, "1.1.land", 7);
}

Test(timer, the_same_id_of_another_kind_is_another)
{
  vd_timers_set(timers, DEADLINE, "a", 10);
  vd_timers_set(timers, OFFER, "a", 5);
  cr_assert_eq(vd_timers_count(timers), 2u);
  vd_timers_set(timers, OFFER, "a", VD_NEVER);
  expect_first(DEADLINE, "a", 10);
}

Test(timer, never_removes_and_is_no_timer)
{
  vd_timers_set(timers, DEADLINE, "a", VD_NEVER);
  cr_assert_eq(vd_timers_count(timers), 0u);
  vd_timers_set(timers, DEADLINE, "a", 1);
  vd_timers_set(timers, DEADLINE, "a", VD_NEVER);
  vd_timers_set(timers, DEADLINE, "a", VD_NEVER);
  cr_assert_eq(vd_timers_count(timers), 0u);
  cr_assert_eq(vd_timers_next(timers), VD_NEVER);
}

Test(timer, times_before_the_epoch_are_times)
{
  vd_timers_set(timers, DEADLINE, "a", 0);
  vd_timers_set(timers, DEADLINE, "b", -5);
  expect_first(DEADLINE, "b", -5);
}

// ---- against a list that is searched from end to end ----

enum { IDS = 40, STEPS = 20000 };

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

static int64_t least(const int64_t *dues, size_t count, size_t *at)
{
  *at = 0;
  for (size_t i = 1; i < count; i++)
    if (dues[i] < dues[*at])
      *at = i;
  return dues[*at];
}

Test(timer, agrees_with_a_plain_list)
{
  uint64_t state = seed_of_run();
  int64_t dues[IDS];
  for (size_t i = 0; i < IDS; i++)
    dues[i] = VD_NEVER;
  for (int step = 0; step < STEPS; step++) {
    size_t i = next_random(&state) % IDS, at;
    dues[i] = next_random(&state) % 3 ? (int64_t)(next_random(&state) % 50) : VD_NEVER;
    char id[3] = {(char)('a' + i / 26), (char)('a' + i % 26), '\0'};
    vd_timers_set(timers, DEADLINE, id, dues[i]);
    cr_assert_eq(vd_timers_next(timers), least(dues, IDS, &at), "step %d", step);
    if (dues[at] == VD_NEVER)
      continue;
    char first[3] = {(char)('a' + at / 26), (char)('a' + at % 26), '\0'};
    expect_first(DEADLINE, first, dues[at]);
  }
}
