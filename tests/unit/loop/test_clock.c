// The venue clock over every way a start can find the machine. Times are given, never read.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/loop/clock.h"

#define T0    INT64_C(1684371600000)
#define HOURS INT64_C(3600000)

static struct vd_clock_reading reading(int64_t wall_ms, int64_t boot_ms, const char *boot_id)
{
  struct vd_clock_reading made = {.wall_ms = wall_ms, .boot_ms = boot_ms};
  strncpy(made.boot_id, boot_id, sizeof made.boot_id - 1);
  return made;
}

// A clock that began at T0 of the wall, boot time 1000, boot "a", and what it kept ten seconds later.
static struct vd_meta kept_after_ten_seconds(int64_t scale)
{
  struct vd_clock clock;
  struct vd_meta meta = {.scale = 0};
  struct vd_clock_options options = {.scale = scale};
  struct vd_clock_reading at_start = reading(T0, 1000, "a"), later = reading(T0 + 10000, 11000, "a");
  cr_assert_eq(vd_clock_start(&clock, &meta, &options, &at_start, NULL), VD_OK);
  vd_clock_keep(&clock, &later, &meta);
  return meta;
}

static struct vd_clock resumed(const struct vd_meta *meta, struct vd_clock_reading at)
{
  struct vd_clock clock;
  struct vd_clock_options options = {.scale = 0};
  cr_assert_eq(vd_clock_start(&clock, meta, &options, &at, NULL), VD_OK);
  return clock;
}

Test(clock, new_starts_at_the_wall_or_where_it_is_told)
{
  struct vd_clock clock;
  struct vd_meta meta = {.scale = 0};
  struct vd_clock_options plain = {.scale = 0},
                          told = {.scale = 60, .has_start = true, .start_ms = T0 - HOURS};
  struct vd_clock_reading at = reading(T0, 1000, "a"), later = reading(T0 + 1000, 2000, "a");
  cr_assert_eq(vd_clock_start(&clock, &meta, &plain, &at, NULL), VD_OK);
  cr_assert_eq(vd_clock_now(&clock, &at), T0);
  cr_assert_eq(vd_clock_start(&clock, &meta, &told, &at, NULL), VD_OK);
  cr_assert_eq(vd_clock_now(&clock, &later), T0 - HOURS + 60000);
}

Test(clock, follows_boottime_and_records_a_jump_of_the_wall)
{
  struct vd_clock clock;
  struct vd_meta meta = {.scale = 0};
  struct vd_clock_options options = {.scale = 0};
  struct vd_clock_reading at = reading(T0, 1000, "a"), jumped = reading(T0 + 5 * HOURS, 3000, "a");
  cr_assert_eq(vd_clock_start(&clock, &meta, &options, &at, NULL), VD_OK);
  cr_assert_eq(vd_clock_now(&clock, &jumped), T0 + 2000);
  cr_assert_eq(vd_clock_step(&clock, &jumped), 5 * HOURS - 2000);
}

Test(clock, never_runs_backwards)
{
  struct vd_clock clock;
  struct vd_meta meta = {.scale = 0};
  struct vd_clock_options options = {.scale = 0};
  struct vd_clock_reading at = reading(T0, 1000, "a"), later = reading(T0, 9000, "a"),
                          earlier = reading(T0, 8000, "a");
  cr_assert_eq(vd_clock_start(&clock, &meta, &options, &at, NULL), VD_OK);
  cr_assert_eq(vd_clock_now(&clock, &later), T0 + 8000);
  cr_assert_eq(vd_clock_now(&clock, &earlier), T0 + 8000);
}

Test(clock, same_boot_resumes_by_boottime_whatever_the_wall_says)
{
  struct vd_meta meta = kept_after_ten_seconds(0);
  struct vd_clock_reading at = reading(T0 - 400 * HOURS, 31000, "a");
  struct vd_clock clock = resumed(&meta, at);
  cr_assert_eq(vd_clock_now(&clock, &at), T0 + 30000);
  cr_assert_not(clock.in_doubt);
}

Test(clock, another_boot_resumes_by_the_wall)
{
  struct vd_meta meta = kept_after_ten_seconds(60);
  struct vd_clock_reading at = reading(T0 + 70000, 500, "b");
  struct vd_clock clock = resumed(&meta, at);
  cr_assert_eq(vd_clock_now(&clock, &at), T0 + 70 * 60000);
  cr_assert_not(clock.in_doubt);
}

Test(clock, another_boot_with_the_wall_behind_is_in_doubt_and_goes_on)
{
  struct vd_meta meta = kept_after_ten_seconds(0);
  struct vd_clock_reading at = reading(T0 - 1, 500, "b"), later = reading(T0 + 4999, 5500, "b");
  struct vd_clock clock = resumed(&meta, at);
  cr_assert(clock.in_doubt);
  cr_assert_eq(vd_clock_now(&clock, &later), T0 + 15000);
  cr_assert_eq(vd_clock_accept(&clock, &later), VD_OK);
  cr_assert_not(clock.in_doubt);
  cr_assert_eq(vd_clock_now(&clock, &later), T0 + 15000, "time that was told is not taken back");
  cr_assert_eq(vd_clock_accept(&clock, &later), VD_ERR_CLOCK_CERTAIN);
}

Test(clock, exactly_a_day_is_believed_and_a_millisecond_more_is_not)
{
  struct vd_meta meta = kept_after_ten_seconds(0);
  struct vd_clock_reading a_day = reading(T0 + 10000 + 24 * HOURS, 500, "b");
  struct vd_clock_reading more = reading(T0 + 10001 + 24 * HOURS, 500, "b");
  cr_assert_not(resumed(&meta, a_day).in_doubt);
  struct vd_clock clock = resumed(&meta, more);
  cr_assert(clock.in_doubt);
  cr_assert_eq(vd_clock_now(&clock, &more), T0 + 10000);
  cr_assert_eq(vd_clock_accept(&clock, &more), VD_OK);
  cr_assert_eq(vd_clock_now(&clock, &more), more.wall_ms);
}

Test(clock, doubt_survives_a_restart)
{
  struct vd_meta meta = kept_after_ten_seconds(0);
  struct vd_clock_reading at = reading(T0 + 100 * HOURS, 500, "b"),
                          later = reading(T0 + 101 * HOURS, 600, "b");
  struct vd_clock clock = resumed(&meta, at);
  vd_clock_keep(&clock, &at, &meta);
  clock = resumed(&meta, later);
  cr_assert(clock.in_doubt);
  cr_assert_eq(vd_clock_accept(&clock, &later), VD_OK);
  cr_assert_eq(vd_clock_now(&clock, &later), later.wall_ms);
}

Test(clock, a_wall_clock_set_right_while_in_doubt_is_believed)
{
  struct vd_meta meta = kept_after_ten_seconds(0);
  struct vd_clock_reading at = reading(0, 500, "b"), right = reading(T0 + 3 * HOURS, 1500, "b");
  struct vd_clock clock = resumed(&meta, at);
  cr_assert(clock.in_doubt);
  cr_assert_eq(vd_clock_accept(&clock, &right), VD_OK);
  cr_assert_eq(vd_clock_now(&clock, &right), T0 + 3 * HOURS);
}

Test(clock, a_restart_after_the_wall_clock_was_set_right_ends_the_doubt)
{
  struct vd_meta meta = kept_after_ten_seconds(0);
  struct vd_clock_reading at = reading(0, 500, "b"), right = reading(T0 + 3 * HOURS, 1500, "b");
  struct vd_clock clock = resumed(&meta, at);
  vd_clock_keep(&clock, &at, &meta);
  clock = resumed(&meta, right);
  cr_assert_not(clock.in_doubt);
  cr_assert_eq(vd_clock_now(&clock, &right), T0 + 3 * HOURS);
}

Test(clock, another_scale_or_a_second_start_is_refused)
{
  struct vd_clock clock;
  struct vd_meta meta = kept_after_ten_seconds(60);
  struct vd_clock_reading at = reading(T0 + 20000, 21000, "a");
  struct vd_clock_options other = {.scale = 1}, same = {.scale = 60},
                          start = {.has_start = true, .start_ms = T0};
  struct vd_refusal refusal;
  cr_assert_eq(vd_clock_start(&clock, &meta, &other, &at, &refusal), VD_ERR_OTHER_SCALE);
  cr_assert_eq(vd_clock_start(&clock, &meta, &start, &at, &refusal), VD_ERR_NOT_EMPTY);
  cr_assert_eq(vd_clock_start(&clock, &meta, &same, &at, &refusal), VD_OK);
}

Test(clock, waits_are_rounded_up_so_that_nothing_fires_early)
{
  struct vd_clock clock;
  struct vd_meta meta = {.scale = 0};
  struct vd_clock_options options = {.scale = 60};
  struct vd_clock_reading at = reading(T0, 1000, "a");
  cr_assert_eq(vd_clock_start(&clock, &meta, &options, &at, NULL), VD_OK);
  cr_assert_eq(vd_clock_wait(&clock, &at, T0 + 1), 1);
  cr_assert_eq(vd_clock_wait(&clock, &at, T0 + 60), 1);
  cr_assert_eq(vd_clock_wait(&clock, &at, T0 + 61), 2);
  cr_assert_eq(vd_clock_wait(&clock, &at, T0 - 5), 0);
}
