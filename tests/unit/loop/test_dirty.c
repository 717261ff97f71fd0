#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/loop/dirty.h"

struct taken {
  char ids[16][32];
  size_t count;
};

static void take(void *context, Vd__Kind kind, const char *id)
{
  struct taken *taken = context;
  snprintf(taken->ids[taken->count++ % 16], 32, "%d:%s", (int)kind, id);
}

Test(dirty, a_full_sweep_gives_each_key_once_in_order_and_all_up_to_now_is_kept)
{
  struct vd_dirty *dirty = vd_dirty_create(0);
  struct taken taken = {.count = 0};
  vd_dirty_mark(dirty, VD__KIND__KIND_NOTE, "b");
  vd_dirty_mark(dirty, VD__KIND__KIND_ZONE, "z");
  vd_dirty_mark(dirty, VD__KIND__KIND_NOTE, "a");
  vd_dirty_mark(dirty, VD__KIND__KIND_NOTE, "b");
  cr_assert_eq(vd_dirty_count(dirty), 3);
  cr_assert_eq(vd_dirty_sweep(dirty, 100, 7, take, &taken), 7);
  cr_assert_eq(taken.count, 3);
  cr_assert_str_eq(taken.ids[0], "2:z");
  cr_assert_str_eq(taken.ids[1], "14:a");
  cr_assert_str_eq(taken.ids[2], "14:b");
  vd_dirty_destroy(dirty);
}

Test(dirty, the_watermark_waits_for_the_sweep_to_come_round)
{
  struct vd_dirty *dirty = vd_dirty_create(10);
  struct taken taken = {.count = 0};
  vd_dirty_mark(dirty, VD__KIND__KIND_NOTE, "a");
  vd_dirty_mark(dirty, VD__KIND__KIND_NOTE, "b");
  cr_assert_eq(vd_dirty_sweep(dirty, 1, 11, take, &taken), 10);
  vd_dirty_mark(dirty, VD__KIND__KIND_NOTE, "a"); // behind the hand: dirty again since 12
  cr_assert_eq(vd_dirty_sweep(dirty, 1, 12, take, &taken), 10, "round, but set out at 10");
  cr_assert_eq(vd_dirty_sweep(dirty, 1, 13, take, &taken), 13, "nothing is left");
  cr_assert_eq(taken.count, 3);
  vd_dirty_destroy(dirty);
}

// A model: the checkpoint holds, for each key, the sequence it was written at; whatever was marked at or
// before the watermark must have been written since.
Test(dirty, whatever_the_order_nothing_marked_before_the_watermark_is_unwritten)
{
  const char *given = getenv("SEED");
  unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : 20231;
  printf("# seed %u\n", seed);
  uint64_t marked[64] = {0}, written[64] = {0}, watermark = 0;
  struct vd_dirty *dirty = vd_dirty_create(0);
  for (uint64_t sequence = 1; sequence < 5000; sequence++) {
    unsigned key = (seed = seed * 1103515245 + 12345) >> 16 & 63;
    char id[8];
    snprintf(id, sizeof id, "%u", key);
    vd_dirty_mark(dirty, VD__KIND__KIND_NOTE, id);
    marked[key] = sequence;
    if ((seed >> 24) % 3 != 0)
      continue;
    struct taken taken = {.count = 0};
    watermark = vd_dirty_sweep(dirty, 1 + (seed >> 20) % 5, sequence, take, &taken);
    for (size_t i = 0; i < taken.count; i++)
      written[strtoul(strchr(taken.ids[i], ':') + 1, NULL, 10)] = sequence;
    for (size_t i = 0; i < 64; i++)
      cr_assert(marked[i] == 0 || marked[i] > watermark || written[i] >= marked[i],
                "key %zu marked at %llu, written at %llu, watermark %llu", i, (unsigned long long)marked[i],
                (unsigned long long)written[i], (unsigned long long)watermark);
  }
  cr_assert_gt(watermark, 4000, "the watermark follows");
  vd_dirty_destroy(dirty);
}

static void take_none(void *context, Vd__Kind kind, const char *id)
{
  (void)context;
  (void)kind;
  (void)id;
}

Test(dirty, a_slice_waits_until_it_is_worth_its_pages)
{
  struct vd_dirty *dirty = vd_dirty_create(100);
  cr_assert_eq(vd_dirty_due(dirty, 100 + VD_DIRTY_SLICE_CHANGES), 0, "nothing is dirty");
  vd_dirty_mark(dirty, VD__KIND__KIND_NOTE, "a");
  cr_assert_eq(vd_dirty_due(dirty, 100 + VD_DIRTY_SLICE_CHANGES - 1), 0);
  cr_assert_eq(vd_dirty_due(dirty, 100 + VD_DIRTY_SLICE_CHANGES), 1);
  vd_dirty_mark(dirty, VD__KIND__KIND_NOTE, "b");
  vd_dirty_sweep(dirty, 1, 100 + VD_DIRTY_SLICE_CHANGES, take_none, NULL);
  cr_assert_eq(vd_dirty_due(dirty, 101 + VD_DIRTY_SLICE_CHANGES), 0, "counted from the last slice");
  vd_dirty_destroy(dirty);
}

// The lines of the duty log are the worst: each new key lies ahead of the hand, so that the end runs away.
Test(dirty, a_round_ends_even_when_every_new_key_lies_ahead)
{
  struct vd_dirty *dirty = vd_dirty_create(0);
  uint64_t watermark = 0, taken = 0;
  for (uint64_t sequence = 1; sequence < 20 * VD_DIRTY_ROUND_CHANGES; sequence++) {
    char id[24];
    snprintf(id, sizeof id, "log.n%08llu", (unsigned long long)sequence);
    vd_dirty_mark(dirty, VD__KIND__KIND_NOTE, id);
    size_t due = vd_dirty_due(dirty, sequence);
    if (due > 0)
      watermark = vd_dirty_sweep(dirty, due, sequence, take_none, NULL);
    taken += due;
    cr_assert_leq(sequence - watermark, 2 * VD_DIRTY_ROUND_CHANGES + VD_DIRTY_SLICE_CHANGES,
                  "a start at %llu would read from %llu", (unsigned long long)sequence,
                  (unsigned long long)watermark);
  }
  cr_assert_leq(vd_dirty_count(dirty), (size_t)VD_DIRTY_ROUND_CHANGES);
  vd_dirty_destroy(dirty);
}

// What changes again and again is written about once a round, not once a Change.
Test(dirty, what_changes_often_is_written_once_a_round)
{
  struct vd_dirty *dirty = vd_dirty_create(0);
  uint64_t taken = 0;
  enum { KEYS = 50, ROUNDS = 10 };
  for (uint64_t sequence = 1; sequence <= ROUNDS * VD_DIRTY_ROUND_CHANGES; sequence++) {
    char id[8];
    snprintf(id, sizeof id, "%llu", (unsigned long long)(sequence * 7 % KEYS));
    vd_dirty_mark(dirty, VD__KIND__KIND_NOTE, id);
    size_t due = vd_dirty_due(dirty, sequence);
    if (due > 0)
      vd_dirty_sweep(dirty, due, sequence, take_none, NULL);
    taken += due;
  }
  cr_assert_leq(taken, (uint64_t)4 * KEYS * ROUNDS);
  vd_dirty_destroy(dirty);
}
