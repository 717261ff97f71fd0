// The model of lane.h: rates learnt, waits predicted, what is concluded where nobody counted, the busiest
// half hour.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/lane_internal.h"
#include "tests/unit/core/lanes.h"
#include "tests/unit/core/people.h"

static struct fixture *f;

static void setup(void)
{
  f = lanes_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(lane_rates, .init = setup, .fini = teardown);

#define expect_wait(id, MS)                                                                                  \
  cr_assert_eq(lane(f, (id))->wait_ms, (MS), "%lld ms", (long long)lane(f, (id))->wait_ms)
#define expect_ahead(id, MS)                                                                                 \
  cr_assert_eq(lane(f, (id))->ahead_ms, (MS), "%lld ms", (long long)lane(f, (id))->ahead_ms)
#define expect_service(id, RATE)                                                                             \
  cr_assert_eq(lane(f, (id))->service_rate, (RATE), "%u", lane(f, (id))->service_rate)
#define expect_arrivals(id, RATE)                                                                            \
  cr_assert_eq(lane(f, (id))->arrival_rate, (RATE), "%u", lane(f, (id))->arrival_rate)

// ---- the wait ----

Test(lane_rates, who_joins_now_waits_for_the_queue)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 30, 30, 30}), VD_OK);
  expect_wait("general-1", MINUTES(5)); // 6 a minute
  cr_assert_eq(COUNT(f, {"vip-1", -5, 0, 0, 0, 0}), VD_OK);
  expect_wait("vip-1", 0);
}

Test(lane_rates, states_serve_less)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 30, 30, 30}), VD_OK);
  cr_assert_eq(lanes_set(f, "general-1", LANE(PRINTER_DOWN), UNSAID), VD_OK);
  expect_wait("general-1", MINUTES(10));
  cr_assert_eq(lanes_set(f, "general-1", LANE(OFFLINE_LIST), UNSAID), VD_OK);
  expect_wait("general-1", SECONDS(500));
  cr_assert_eq(lanes_set(f, "general-1", LANE(OPEN), 3), VD_OK);
  expect_wait("general-1", SECONDS(200));
}

Test(lane_rates, the_queue_goes_on_between_counts)
{
  fixture_run_to(f, AT(10));
  cr_assert_eq(COUNT(f, {"general-1", 0, 5, 15, 15, 30}), VD_OK);
  expect_arrivals("general-1", 3000);
  expect_wait("general-1", SECONDS(150)); // of 30 that waited five minutes ago 15 are left
  cr_assert_eq(COUNT(f, {"self-1", 0, 5, 0, 0, 10}), VD_OK);
  expect_wait("self-1", 0); // never below nothing
}

// 20 wait, as many come as are served.
static void stable_since(int minutes)
{
  fixture_run_to(f, AT(minutes));
  cr_assert_eq(COUNT(f, {"general-1", minutes - 5, minutes, 30, 30, 20}), VD_OK);
}

Test(lane_rates, a_change_counts_from_when_it_was)
{
  stable_since(5);
  fixture_run_to(f, AT(25));
  cr_assert_eq(lanes_set(f, "general-1", LANE(PRINTER_DOWN), UNSAID), VD_OK);
  expect_wait("general-1", SECONDS(400)); // 20 at 3 a minute
  cr_assert_eq(lane(f, "general-1")->peak_wait_ms, SECONDS(400));
  fixture_run_to(f, AT(30));
  cr_assert_eq(lanes_set(f, "general-1", LANE(OPEN), UNSAID), VD_OK);
  expect_wait("general-1", SECONDS(350)); // 15 more, at 6 a minute
}

Test(lane_rates, a_change_told_late_counts_from_when_it_was)
{
  stable_since(5);
  fixture_run_to(f, AT(25));
  Vd__SetLane set = VD__SET_LANE__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  set.lane = (char *)"general-1";
  set.state = LANE(PRINTER_DOWN);
  command.act_case = VD__COMMAND__ACT_SET_LANE;
  command.set_lane = &set;
  command.acted_at_ms = AT(20);
  cr_assert_eq(fixture_do(f, "control", &command), VD_OK);
  expect_wait("general-1", SECONDS(700)); // 20 and 15 more, at 3 a minute
}

Test(lane_rates, what_nobody_counted_for_half_an_hour_is_not_known)
{
  stable_since(5);
  fixture_run_to(f, AT(36));
  cr_assert_eq(lanes_set(f, "general-1", LANE(PRINTER_DOWN), UNSAID), VD_OK);
  expect_wait("general-1", 0);
  expect_ahead("general-1", 0);
}

Test(lane_rates, without_a_session_ahead_only_now_counts)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 60, 30, 30}), VD_OK);
  expect_ahead("general-1", MINUTES(5));
}

Test(lane_rates, until_the_opening_the_queue_grows)
{
  AGENDA(f, {"opening", "hall", 20, 60});
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 60, 30, 30}), VD_OK);
  expect_wait("general-1", MINUTES(5));
  expect_ahead("general-1", MINUTES(25)); // 30 and 20 times 6 more
}

Test(lane_rates, no_further_than_half_an_hour)
{
  AGENDA(f, {"opening", "hall", 60, 90});
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 60, 30, 30}), VD_OK);
  expect_ahead("general-1", MINUTES(35));
}

Test(lane_rates, breaks_and_what_has_begun_are_no_openings)
{
  AGENDA(f, {"tea", "corridor", 5, 10, true}, {"begun", "hall", 0, 60}, {"opening", "forum", 20, 60});
  cr_assert_eq(agenda_start(f, "begun", 0), VD_OK);
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 60, 30, 30}), VD_OK);
  expect_ahead("general-1", MINUTES(25));
  cr_assert_eq(agenda_cancel(f, "opening", "rain"), VD_OK);
  cr_assert_eq(COUNT(f, {"self-1", -5, 0, 60, 25, 30}), VD_OK);
  expect_ahead("self-1", MINUTES(6));
}

Test(lane_rates, a_queue_that_shrinks_is_longest_now)
{
  AGENDA(f, {"opening", "hall", 20, 60});
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 5, 30, 30}), VD_OK);
  expect_ahead("general-1", MINUTES(5));
}

Test(lane_rates, nobody_waits_longer_than_a_day)
{
  cr_assert_eq(lanes_set(f, "vip-1", LANE(PRINTER_DOWN), 1), VD_OK);
  cr_assert_eq(COUNT(f, {"vip-1", -5, 0, 1, 1, 100000}), VD_OK);
  expect_wait("vip-1", MINUTES(24 * 60));
}

Test(lane_rates, the_longest_wait_is_remembered)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, -1, 30, 30, 30}, {"general-1", -1, 0, 30, 30, 54}), VD_OK);
  fixture_run_to(f, AT(5));
  cr_assert_eq(COUNT(f, {"general-1", 0, 5, 0, 30, 0}), VD_OK);
  expect_wait("general-1", 0);
  cr_assert_gt(lane(f, "general-1")->peak_wait_ms, MINUTES(5));
}

Test(lane_rates, the_same_counts_say_the_same_after_a_restart)
{
  cr_assert_eq(COUNT(f, {"general-1", -10, -5, 31, 17, 13}, {"general-1", -5, 0, 29, 19, 27}), VD_OK);
  int64_t wait_ms = lane(f, "general-1")->wait_ms;
  fixture_restart(f);
  expect_wait("general-1", wait_ms);
  fixture_run_to(f, AT(5));
  cr_assert_eq(COUNT(f, {"general-1", 0, 5, 0, 0, 27}), VD_OK);
}

// ---- the rate of arrivals ----

Test(lane_rates, the_first_interval_says_the_rate_of_arrivals)
{
  cr_assert_eq(COUNT(f, {"general-1", -10, -5, 30, 1, 1}), VD_OK);
  expect_arrivals("general-1", 6000);
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 10, 1, 1}), VD_OK);
  expect_arrivals("general-1", 4000); // half way to 2000
}

Test(lane_rates, a_short_interval_says_little)
{
  Vd__LaneCount second = VD__LANE_COUNT__INIT;
  second.lane = (char *)"general-1";
  second.from_at_ms = AT(0) - SECONDS(1);
  second.to_at_ms = AT(0);
  second.has_arrived = true;
  second.arrived = 1;
  cr_assert_eq(lanes_count_raw(f, &second), VD_OK);
  expect_arrivals("general-1", 60000 / 301);
}

Test(lane_rates, after_half_an_hour_uncounted_it_begins_anew)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 30, 1, 40}), VD_OK);
  fixture_run_to(f, AT(36));
  cr_assert_eq(COUNT(f, {"general-1", 31, 36, 10, 4, UNSAID}), VD_OK);
  expect_arrivals("general-1", 2000);
  cr_assert_eq(lane(f, "general-1")->waiting, 6, "not those of long ago");
}

// ---- the rate of service ----

Test(lane_rates, a_busy_lane_teaches_its_service)
{
  cr_assert_eq(COUNT(f, {"general-1", -10, -5, 30, 30, 30}), VD_OK);
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 20, 20, 30}), VD_OK);
  expect_service("general-1", 2500); // 2 a minute a desk instead of 3: half way
  expect_wait("general-1", MINUTES(6));
}

Test(lane_rates, a_lane_that_waits_for_guests_is_not_slow)
{
  cr_assert_eq(COUNT(f, {"general-1", -10, -5, 30, 30, 30}), VD_OK);
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 0, 30, 0}), VD_OK);
  fixture_run_to(f, AT(5));
  cr_assert_eq(COUNT(f, {"general-1", 0, 5, 5, 5, 0}), VD_OK);
  expect_service("general-1", 0); // as planned
}

Test(lane_rates, what_is_faster_is_learnt_even_so)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 40, 40, 0}), VD_OK);
  expect_service("general-1", 3500);
}

Test(lane_rates, an_interval_in_which_desks_changed_teaches_nothing)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 30, 30, 30}), VD_OK);
  fixture_run_to(f, AT(2));
  cr_assert_eq(lanes_set(f, "general-1", 0, 4), VD_OK);
  fixture_run_to(f, AT(5));
  cr_assert_eq(COUNT(f, {"general-1", 0, 5, 20, 20, 30}), VD_OK);
  expect_service("general-1", 0);
  fixture_run_to(f, AT(10));
  cr_assert_eq(COUNT(f, {"general-1", 5, 10, 40, 40, 30}), VD_OK);
  expect_service("general-1", 2500);
}

Test(lane_rates, what_is_seen_while_the_printer_is_down_is_learnt_as_in_order)
{
  cr_assert_eq(lanes_set(f, "general-1", LANE(PRINTER_DOWN), UNSAID), VD_OK);
  fixture_run_to(f, AT(10));
  cr_assert_eq(COUNT(f, {"general-1", 0, 5, 15, 15, 30}, {"general-1", 5, 10, 10, 10, 30}), VD_OK);
  expect_service("general-1", 2500); // 1 a minute a desk is 2 in order
}

Test(lane_rates, a_lane_that_stands_still_never_serves_nothing)
{
  cr_assert_eq(COUNT(f, {"general-1", -240, -120, 30, 30, 30}), VD_OK);
  for (int i = 0; i < 20; i++)
    cr_assert_eq(COUNT(f, {"general-1", -120 + i * 5, -115 + i * 5, 0, 0, 30}), VD_OK);
  expect_service("general-1", 50);
}

// ---- what nobody counted ----

Test(lane_rates, who_came_is_concluded_from_the_queue)
{
  cr_assert_eq(COUNT(f, {"general-1", -10, -5, UNSAID, 30, 10}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->arrived, 30, "how long it was before nobody knows");
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, UNSAID, 20, 25}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->last_arrived, 35);
  fixture_run_to(f, AT(5));
  cr_assert_eq(COUNT(f, {"general-1", 0, 5, UNSAID, 5, 0}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->last_arrived, 0, "they went elsewhere");
}

Test(lane_rates, who_waits_is_concluded_from_who_came)
{
  cr_assert_eq(COUNT(f, {"general-1", -10, -5, 40, 30, UNSAID}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->waiting, 10);
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 5, 30, UNSAID}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->waiting, 0, "never below nobody");
}

Test(lane_rates, where_only_check_ins_are_counted_the_queue_stays)
{
  cr_assert_eq(COUNT(f, {"general-1", -10, -5, 40, 30, 10}), VD_OK);
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, UNSAID, 30, UNSAID}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->waiting, 10);
  cr_assert_eq(lane(f, "general-1")->last_arrived, 30);
}

// ---- the busiest half hour ----

static uint32_t half_hour(const char *id)
{
  uint32_t sum = 0;
  for (size_t i = 0; i < lane(f, id)->n_recent; i++)
    sum += lane(f, id)->recent[i];
  return sum;
}

Test(lane_rates, arrivals_are_spread_evenly_over_their_interval)
{
  fixture_run_to(f, AT(4));
  cr_assert_eq(COUNT(f, {"general-1", -3, 4, 7, 0, UNSAID}), VD_OK);
  const Vd__Lane *one = lane(f, "general-1");
  cr_assert_eq(one->n_recent, 6);
  cr_assert_eq(one->recent_at_ms, AT(0));
  cr_assert_eq(one->recent[4], 3);
  cr_assert_eq(one->recent[5], 4);
}

Test(lane_rates, the_fullest_half_hour_is_the_peak)
{
  cr_assert_eq(COUNT(f, {"general-1", -30, 0, 300, 0, UNSAID}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->peak_arrivals, 300);
  cr_assert_eq(lane(f, "general-1")->peak_at_ms, AT(0));
  fixture_run_to(f, AT(5));
  cr_assert_eq(COUNT(f, {"general-1", 0, 5, 100, 0, UNSAID}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->peak_arrivals, 350);
  cr_assert_eq(lane(f, "general-1")->peak_at_ms, AT(5));
  fixture_run_to(f, AT(35));
  cr_assert_eq(COUNT(f, {"general-1", 5, 35, 60, 0, UNSAID}), VD_OK);
  cr_assert_eq(half_hour("general-1"), 60, "now");
  cr_assert_eq(lane(f, "general-1")->peak_arrivals, 350, "what now stands against");
}

Test(lane_rates, slots_of_long_ago_are_empty)
{
  cr_assert_eq(COUNT(f, {"general-1", -120, -115, 50, 0, 0}, {"general-1", -5, 0, 10, 0, 0}), VD_OK);
  cr_assert_eq(half_hour("general-1"), 10);
  cr_assert_eq(lane(f, "general-1")->peak_arrivals, 50);
}
