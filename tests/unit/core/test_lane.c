// Lanes (lane.h): what a count may say, that a list is taken whole or not at all, states and desks, who is
// seated.
#include "daemon/core/lane.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "proto/check.h"
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

TestSuite(lane, .init = setup, .fini = teardown);

static void expect_manual(uint64_t manual)
{
  uint64_t did[2];
  vd_node_look(f->venue, VD__NODE__NODE_CHECK_IN, &did[0], &did[1]);
  cr_assert_eq(did[0], 0);
  cr_assert_eq(did[1], manual, "%llu manual", (unsigned long long)did[1]);
}

// Refused, with this field, and nothing has changed.
#define expect_refused(ERR, FIELD, ...)                                                                      \
  do {                                                                                                       \
    uint64_t sequence = vd_venue_sequence(f->venue);                                                         \
    cr_assert_eq(COUNT(f, __VA_ARGS__), VD_ERR_##ERR, "%s: %s", f->reply.code, f->reply.sentence);           \
    cr_assert_str_eq(f->reply.field, FIELD);                                                                 \
    cr_assert_eq(vd_venue_sequence(f->venue), sequence);                                                     \
  } while (0)

// ---- intervals ----

Test(lane, a_count_is_kept_as_it_was_said)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 40, 30, 12}), VD_OK, "%s", f->reply.sentence);
  const Vd__Lane *one = lane(f, "general-1");
  cr_assert_eq(f->reply.number, 1, "how many were new");
  cr_assert_eq(one->waiting, 12);
  cr_assert_eq(one->arrived, 40);
  cr_assert_eq(one->checked_in, 30);
  cr_assert_eq(one->from_at_ms, AT(-5));
  cr_assert_eq(one->counted_at_ms, AT(0));
}

Test(lane, what_was_told_is_in_the_fact)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 40, 30, 12}, {"general-1", 0, TO_NOW, 0, 0, 0}),
               VD_ERR_OUT_OF_ORDER);
  cr_assert_eq(COUNT(f, {"general-1", -5, -1, 40, 30, 12}, {"general-1", -1, TO_NOW, 0, 3, 0}), VD_OK);
  const Vd__Fact *told = agenda_fact(f);
  cr_assert_str_eq(told->what, "lanes-counted");
  cr_assert_str_eq(told->zone, "corridor");
  cr_assert_str_eq(told->text, "general-1");
  cr_assert(agenda_says(told, "counts:2"));
  cr_assert(agenda_says(told, "checked-in:33"));
  cr_assert(agenda_says(told, "seated:33"));
  cr_assert_eq(COUNT(f, {"vip-1", -5, 0, 1, 1, 0}, {"self-1", -5, 0, 1, 1, 0}), VD_OK);
  cr_assert_str_eq(agenda_fact(f)->zone, "", "of two zones");
  cr_assert_str_eq(agenda_fact(f)->text, "");
}

Test(lane, an_interval_of_the_future_is_refused)
{
  expect_refused(ACTED_IN_FUTURE, "lane_counts.counts[0].to_at_ms", {"general-1", 0, 5, 1, 1, 1});
  Vd__LaneCount ahead = VD__LANE_COUNT__INIT;
  ahead.lane = (char *)"general-1";
  ahead.from_at_ms = AT(-5);
  ahead.to_at_ms = AT(0) + SECONDS(5);
  cr_assert_eq(lanes_count_raw(f, &ahead), VD_OK, "a fast clock's");
  cr_assert_eq(lane(f, "general-1")->counted_at_ms, AT(0), "nothing has happened in the future");
}

Test(lane, an_interval_of_long_ago_is_refused)
{
  expect_refused(ACTED_TOO_EARLY, "lane_counts.counts[0].to_at_ms", {"general-1", -1450, -1441, 1, 1, 1});
  cr_assert_eq(COUNT(f, {"general-1", -1445, -1440, 1, 1, 1}), VD_OK);
}

Test(lane, intervals_of_one_lane_follow_each_other)
{
  cr_assert_eq(COUNT(f, {"general-1", -20, -10, 1, 1, 1}), VD_OK);
  expect_refused(OUT_OF_ORDER, "lane_counts.counts[0].from_at_ms", {"general-1", -30, -20, 1, 1, 1});
  expect_refused(OUT_OF_ORDER, "lane_counts.counts[0].from_at_ms", {"general-1", -15, -5, 1, 1, 1});
  expect_refused(OUT_OF_ORDER, "lane_counts.counts[0].from_at_ms", {"general-1", -30, -5, 1, 1, 1});
  expect_refused(OUT_OF_ORDER, "lane_counts.counts[1].from_at_ms", {"general-1", -10, -5, 1, 1, 1},
                 {"general-1", -6, 0, 1, 1, 1});
  expect_refused(OUT_OF_ORDER, "lane_counts.counts[0].to_at_ms", {"general-1", FROM_LAST, -12, 1, 1, 1});
  cr_assert_eq(
      COUNT(f, {"general-1", -10, -5, 1, 1, 1}, {"self-1", -30, -20, 1, 1, 1}, {"general-1", -5, 0, 1, 1, 1}),
      VD_OK, "another lane has times of its own");
  cr_assert_eq(f->reply.number, 3);
}

Test(lane, a_gap_between_intervals_is_no_mistake)
{
  cr_assert_eq(COUNT(f, {"general-1", -20, -10, 1, 1, 1}), VD_OK);
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 1, 1, 1}), VD_OK);
}

Test(lane, an_interval_has_a_length)
{
  expect_refused(BAD_VALUE, "lane_counts.counts[0].to_at_ms", {"general-1", -5, -5, 1, 1, 1});
  expect_refused(BAD_VALUE, "lane_counts.counts[0].to_at_ms", {"general-1", -5, -6, 1, 1, 1});
  expect_refused(BAD_VALUE, "lane_counts.counts[0].from_at_ms", {"general-1", -241, 0, 1, 1, 1});
  cr_assert_eq(COUNT(f, {"general-1", -240, 0, 1, 1, 1}), VD_OK, "four hours");
}

Test(lane, the_last_interval_once_more_is_nothing_new)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 40, 30, 12}), VD_OK);
  uint64_t before = vd_venue_sequence(f->venue);
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 40, 30, 12}), VD_OK);
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, UNSAID, 30, UNSAID}), VD_OK);
  cr_assert_eq(COUNT(f, {"general-1", FROM_LAST, 0, 40, 30, 12}), VD_OK, "a retry that leaves times unsaid");
  cr_assert_eq(f->reply.number, 0);
  cr_assert_eq(vd_venue_sequence(f->venue), before);
  cr_assert_eq(lane(f, "general-1")->checked_in, 30);
  cr_assert_eq(vd_venue_event(f->venue)->seated, 30);
  expect_refused(OUT_OF_ORDER, "lane_counts.counts[0].from_at_ms", {"general-1", -5, 0, 40, 31, 12});
  expect_refused(OUT_OF_ORDER, "lane_counts.counts[0].from_at_ms", {"general-1", -5, 0, 41, 30, 12});
  expect_refused(OUT_OF_ORDER, "lane_counts.counts[0].from_at_ms", {"general-1", -5, 0, 40, 30, 13});
}

// -1: not counted. Times as they are written.
static enum vd_err count_raw(const char *id, int64_t from_ms, int64_t to_ms, uint32_t checked_in, int waiting)
{
  Vd__LaneCount count = VD__LANE_COUNT__INIT;
  count.lane = (char *)id;
  count.from_at_ms = from_ms;
  count.to_at_ms = to_ms;
  count.checked_in = checked_in;
  count.has_waiting = waiting >= 0;
  count.waiting = waiting >= 0 ? (uint32_t)waiting : 0;
  return lanes_count_raw(f, &count);
}

Test(lane, a_fast_clocks_interval_once_more_is_nothing_new)
{
  int64_t ahead_ms = AT(0) + SECONDS(4);
  cr_assert_eq(count_raw("general-1", 0, ahead_ms, 12, -1), VD_OK);
  fixture_run_to(f, AT(0) + SECONDS(2));
  cr_assert_eq(count_raw("general-1", 0, ahead_ms, 12, -1), VD_OK);
  cr_assert_eq(f->reply.number, 0);
  fixture_run_to(f, AT(0) + SECONDS(30));
  cr_assert_eq(count_raw("general-1", 0, ahead_ms, 12, -1), VD_OK);
  cr_assert_eq(vd_venue_event(f->venue)->seated, 12);
  cr_assert_eq(count_raw("general-1", 0, 0, 3, -1), VD_OK, "what follows");
  cr_assert_eq(lane(f, "general-1")->from_at_ms, AT(0));
  cr_assert_eq(vd_venue_event(f->venue)->seated, 15);
}

Test(lane, a_beginning_before_all_time_is_refused)
{
  cr_assert_eq(count_raw("general-1", INT64_MIN, AT(0), 1, -1), VD_ERR_BAD_VALUE);
  cr_assert_str_eq(f->reply.field, "lane_counts.counts[0].from_at_ms");
}

Test(lane, an_interval_once_more_after_the_lane_closed_is_nothing_new)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 40, 30, 12}), VD_OK);
  cr_assert_eq(lanes_set(f, "general-1", LANE(CLOSED), UNSAID), VD_OK);
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 40, 30, 12}), VD_OK, "%s", f->reply.sentence);
  cr_assert_eq(f->reply.number, 0);
  cr_assert_eq(lane(f, "general-1")->waiting, 0);
}

Test(lane, within_a_list_too)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 40, 30, 12}, {"general-1", -5, 0, 40, 30, 12}), VD_OK);
  cr_assert_eq(f->reply.number, 1);
  cr_assert_eq(lane(f, "general-1")->checked_in, 30);
  expect_refused(OUT_OF_ORDER, "lane_counts.counts[1].from_at_ms", {"self-1", -5, 0, 40, 30, 12},
                 {"self-1", -5, 0, 40, 29, 12});
}

Test(lane, an_interval_without_a_beginning_begins_where_the_last_ended)
{
  fixture_run_to(f, AT(20));
  cr_assert_eq(COUNT(f, {"general-1", FROM_LAST, TO_NOW, 1, 1, 1}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->from_at_ms, AT(0), "the doors");
  cr_assert_eq(lane(f, "general-1")->counted_at_ms, AT(20));
  fixture_run_to(f, AT(25));
  cr_assert_eq(COUNT(f, {"general-1", FROM_LAST, TO_NOW, 1, 1, 1}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->from_at_ms, AT(20));
  fixture_run_to(f, AT(25 + 241));
  cr_assert_eq(COUNT(f, {"general-1", FROM_LAST, TO_NOW, 1, 1, 1}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->from_at_ms, AT(25 + 236), "too long ago: five minutes");
}

Test(lane, before_the_doors_it_begins_five_minutes_before_its_end)
{
  cr_assert_eq(COUNT(f, {"general-1", FROM_LAST, TO_NOW, 1, 1, 1}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->from_at_ms, AT(-5));
}

// ---- numbers ----

Test(lane, absurd_numbers_are_refused)
{
  expect_refused(BAD_VALUE, "lane_counts.counts[0].checked_in", {"general-1", -5, 0, 1, 5001, 1});
  expect_refused(BAD_VALUE, "lane_counts.counts[0].arrived", {"general-1", -5, 0, 5001, 1, 1});
  expect_refused(BAD_VALUE, "lane_counts.counts[0].waiting", {"general-1", -5, 0, 1, 1, 100001});
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 5000, 5000, 100000}), VD_OK);
}

Test(lane, many_short_intervals_are_no_way_round)
{
  cr_assert_eq(count_raw("general-1", AT(0) - 1, AT(0), 1000, -1), VD_ERR_BAD_VALUE);
  cr_assert_str_eq(f->reply.field, "lane_counts.counts[0].checked_in");
  cr_assert_eq(count_raw("general-1", AT(0) - 6, AT(0) - 3, 1, -1), VD_OK);
  cr_assert_eq(count_raw("general-1", AT(0) - 3, AT(0), 2, -1), VD_ERR_BAD_VALUE);
}

Test(lane, at_a_closed_lane_nobody_waits)
{
  expect_refused(WRONG_STATE, "lane_counts.counts[0].waiting", {"general-2", -5, 0, 100, 30, 70});
  cr_assert_eq(COUNT(f, {"general-2", -5, 0, 0, 0, 0}), VD_OK);
  fixture_run_to(f, AT(5));
  cr_assert_eq(COUNT(f, {"general-2", 0, 5, 40, 30, UNSAID}), VD_OK);
  cr_assert_eq(lane(f, "general-2")->waiting, 0);
  cr_assert_eq(lane(f, "general-2")->arrival_rate, 0);
}

Test(lane, what_was_counted_before_it_closed_may_be_told_after)
{
  fixture_run_to(f, AT(5));
  cr_assert_eq(lanes_set(f, "general-1", LANE(CLOSED), UNSAID), VD_OK);
  cr_assert_eq(COUNT(f, {"general-1", 0, 5, 40, 30, 12}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->checked_in, 30);
  cr_assert_eq(lane(f, "general-1")->waiting, 0);
}

Test(lane, a_negative_number_is_an_absurd_one)
{
  Vd__LaneCount negative = VD__LANE_COUNT__INIT;
  negative.lane = (char *)"general-1";
  negative.checked_in = (uint32_t)-1;
  cr_assert_eq(lanes_count_raw(f, &negative), VD_ERR_BAD_VALUE);
}

Test(lane, what_is_said_not_to_be_counted_has_no_number)
{
  Vd__LaneCount contradicts = VD__LANE_COUNT__INIT;
  contradicts.lane = (char *)"general-1";
  contradicts.arrived = 3;
  cr_assert_eq(lanes_count_raw(f, &contradicts), VD_ERR_BAD_VALUE);
  cr_assert_str_eq(f->reply.field, "lane_counts.counts[0].arrived");
  contradicts.arrived = 0;
  contradicts.waiting = 3;
  cr_assert_eq(lanes_count_raw(f, &contradicts), VD_ERR_BAD_VALUE);
  cr_assert_str_eq(f->reply.field, "lane_counts.counts[0].waiting");
}

Test(lane, an_unknown_lane_is_refused_with_the_nearest)
{
  expect_refused(UNKNOWN_LANE, "lane_counts.counts[1].lane", {"general-1", -5, 0, 1, 1, 1},
                 {"genaral-1", -5, 0, 1, 1, 1});
  cr_assert_str_eq(f->reply.nearest, "general-1");
  cr_assert_eq(lanes_set(f, "vip1", LANE(CLOSED), UNSAID), VD_ERR_UNKNOWN_LANE);
  cr_assert_str_eq(f->reply.nearest, "vip-1");
}

static void retire(ProtobufCMessage *message)
{
  ((Vd__Lane *)message)->retired = true;
}

Test(lane, what_is_gone_from_the_plan_is_unknown)
{
  people_edit(f, VD__KIND__KIND_LANE, "self-1", retire);
  cr_assert_eq(COUNT(f, {"self-1", -5, 0, 1, 1, 1}), VD_ERR_UNKNOWN_LANE);
  cr_assert_eq(lanes_set(f, "self-1", LANE(CLOSED), UNSAID), VD_ERR_UNKNOWN_LANE);
}

// ---- lists ----

Test(lane, a_list_is_taken_whole_or_not_at_all)
{
  expect_refused(BAD_VALUE, "lane_counts.counts[2].waiting", {"general-1", -5, 0, 40, 30, 12},
                 {"vip-1", -5, 0, 4, 3, 1}, {"self-1", -5, 0, 4, 3, 100001});
  cr_assert_eq(lane(f, "general-1")->counted_at_ms, 0);
  cr_assert_eq(lane(f, "vip-1")->counted_at_ms, 0);
  cr_assert_eq(vd_venue_event(f->venue)->seated, 0);
}

Test(lane, an_empty_list_is_none)
{
  Vd__LaneCounts counts = VD__LANE_COUNTS__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_LANE_COUNTS;
  command.lane_counts = &counts;
  cr_assert_eq(fixture_do(f, "control", &command), VD_ERR_MISSING);
}

Test(lane, five_hundred_at_once_and_no_more)
{
  static struct lane_row rows[VD_LANE_COUNTS_MAX + 1];
  for (int i = 0; i < VD_LANE_COUNTS_MAX + 1; i++)
    rows[i] = (struct lane_row){i % 2 ? "general-1" : "vip-1", -600 + i, -599 + i, 2, 1, 1};
  cr_assert_eq(lanes_count(f, rows, VD_LANE_COUNTS_MAX + 1), VD_ERR_TOO_MANY);
  cr_assert_not_null(strstr(f->reply.sentence, "500"), "%s", f->reply.sentence);
  cr_assert_eq(lanes_count(f, rows, VD_LANE_COUNTS_MAX), VD_OK, "%s", f->reply.sentence);
  cr_assert_eq(f->reply.number, 500);
  cr_assert_eq(lane(f, "general-1")->checked_in, 250);
  for (size_t i = 0; i < f->n_changes; i++)
    cr_assert_leq(protobuf_c_message_get_packed_size(&f->changes[i]->base), (size_t)VD_CHANGE_MAX);
}

Test(lane, many_lanes_at_once)
{
  lanes_many(f, 150, "corridor");
  static struct lane_row rows[150];
  static char ids[150][16];
  for (int i = 0; i < 150; i++) {
    snprintf(ids[i], sizeof ids[i], "g-%03d", i);
    rows[i] = (struct lane_row){ids[i], -5, 0, 10, 5, 5};
  }
  cr_assert_eq(lanes_count(f, rows, 150), VD_OK);
  cr_assert_eq(vd_venue_event(f->venue)->seated, 750);
  for (size_t i = 0; i < f->n_changes; i++)
    cr_assert_leq(protobuf_c_message_get_packed_size(&f->changes[i]->base), (size_t)VD_CHANGE_MAX);
}

// ---- seated ----

Test(lane, who_was_checked_in_is_seated_by_venue_and_zone)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 40, 30, 12}, {"vip-1", -5, 0, 4, 3, 1}), VD_OK);
  cr_assert_eq(COUNT(f, {"self-1", -5, 0, 4, 0, 1}), VD_OK);
  cr_assert_eq(vd_venue_event(f->venue)->seated, 33);
  cr_assert_eq(FIXTURE_FIND(f, ZONE, Zone, "corridor")->seated, 30);
  cr_assert_eq(FIXTURE_FIND(f, ZONE, Zone, "vip")->seated, 3);
  cr_assert_eq(FIXTURE_FIND(f, ZONE, Zone, "hall")->seated, 0);
}

// ---- states and desks: the table of lane.h, cell by cell ----

Test(lane, every_state_leads_to_every_other)
{
  static const Vd__LaneState states[] = {LANE(OPEN), LANE(CLOSED), LANE(PRINTER_DOWN), LANE(OFFLINE_LIST)};
  for (size_t from = 0; from < 4; from++)
    for (size_t to = 0; to < 4; to++) {
      cr_assert_eq(lanes_set(f, "vip-1", states[from], UNSAID), VD_OK);
      cr_assert_eq(lanes_set(f, "vip-1", states[to], UNSAID), VD_OK);
      cr_assert_eq(lane(f, "vip-1")->state, states[to]);
      cr_assert_eq(lane(f, "vip-1")->desks, states[to] == LANE(CLOSED) ? 0 : 2, "as the plan says");
    }
}

Test(lane, an_open_lane_keeps_its_desks_unless_they_are_said)
{
  cr_assert_eq(lanes_set(f, "vip-1", 0, 4), VD_OK);
  cr_assert_eq(lane(f, "vip-1")->desks, 4);
  cr_assert_eq(lanes_set(f, "vip-1", LANE(PRINTER_DOWN), UNSAID), VD_OK);
  cr_assert_eq(lane(f, "vip-1")->desks, 4);
  cr_assert_eq(lanes_set(f, "general-2", LANE(OPEN), 3), VD_OK);
  cr_assert_eq(lane(f, "general-2")->desks, 3);
}

Test(lane, closed_nobody_waits_there)
{
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 40, 30, 12}), VD_OK);
  cr_assert_eq(lanes_set(f, "general-1", LANE(CLOSED), UNSAID), VD_OK);
  const Vd__Lane *one = lane(f, "general-1");
  cr_assert_eq(one->desks, 0);
  cr_assert_eq(one->waiting, 0);
  cr_assert_eq(one->wait_ms, 0);
  cr_assert_eq(one->ahead_ms, 0);
  cr_assert_eq(one->checked_in, 30, "what was, was");
}

Test(lane, desks_that_cannot_be_are_refused)
{
  cr_assert_eq(lanes_set(f, "vip-1", LANE(OPEN), 0), VD_ERR_BAD_VALUE, "it would be closed");
  cr_assert_str_eq(f->reply.field, "set_lane.desks");
  cr_assert_eq(lanes_set(f, "vip-1", 0, 0), VD_ERR_BAD_VALUE);
  cr_assert_eq(lanes_set(f, "vip-1", LANE(OPEN), 201), VD_ERR_BAD_VALUE);
  cr_assert_eq(lanes_set(f, "vip-1", LANE(CLOSED), 1), VD_ERR_BAD_VALUE);
  cr_assert_eq(lanes_set(f, "general-2", 0, 1), VD_ERR_BAD_VALUE, "it is closed: open it");
  cr_assert_eq(lanes_set(f, "vip-1", 0, UNSAID), VD_ERR_MISSING);
  cr_assert_str_eq(f->reply.field, "set_lane.state");
  cr_assert_eq(lanes_set(f, "vip-1", LANE(CLOSED), 0), VD_OK);
}

Test(lane, what_is_so_already_is_no_change)
{
  uint64_t before = vd_venue_sequence(f->venue);
  cr_assert_eq(lanes_set(f, "vip-1", LANE(OPEN), 2), VD_OK);
  cr_assert_eq(vd_venue_sequence(f->venue), before);
  expect_manual(0);
}

Test(lane, a_change_is_told_and_counted_as_people_s)
{
  cr_assert_eq(lanes_set(f, "vip-1", LANE(OFFLINE_LIST), 3), VD_OK);
  const Vd__Fact *told = agenda_fact(f);
  cr_assert_str_eq(told->what, "lane-set");
  cr_assert_str_eq(told->text, "vip-1");
  cr_assert_str_eq(told->zone, "vip");
  cr_assert(agenda_says(told, "offline-list"));
  cr_assert(agenda_says(told, "desks:3"));
  expect_manual(1);
}

static enum vd_err set_at(int minutes)
{
  Vd__SetLane set = VD__SET_LANE__INIT;
  set.lane = (char *)"vip-1";
  set.state = LANE(CLOSED);
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SET_LANE;
  command.set_lane = &set;
  command.acted_at_ms = AT(minutes);
  return fixture_do(f, "control", &command);
}

Test(lane, a_change_of_before_the_last_is_refused)
{
  fixture_run_to(f, AT(10));
  cr_assert_eq(lanes_set(f, "vip-1", 0, 3), VD_OK);
  cr_assert_eq(set_at(9), VD_ERR_OUT_OF_ORDER);
  cr_assert_eq(lane(f, "vip-1")->state, LANE(OPEN));
  cr_assert_eq(set_at(10), VD_OK);
}

Test(lane, closed_before_it_was_counted_with_a_queue_is_refused)
{
  fixture_run_to(f, AT(20));
  cr_assert_eq(COUNT(f, {"vip-1", 10, 20, 40, 30, 30}), VD_OK);
  cr_assert_eq(set_at(5), VD_ERR_OUT_OF_ORDER);
  cr_assert_str_eq(f->reply.field, "acted_at_ms");
  cr_assert_eq(lane(f, "vip-1")->waiting, 30);
  cr_assert_eq(set_at(20), VD_OK);
}

Test(lane, the_fullest_lane_fits_every_screen)
{
  cr_assert_eq(COUNT(f, {"general-1", -35, -30, 5000, 1, 100000}, {"general-1", -30, 0, 30000, 1, 100000}),
               VD_OK);
  cr_assert_leq(protobuf_c_message_get_packed_size(&lane(f, "general-1")->base), (size_t)VD_ENTITY_MAX);
}
