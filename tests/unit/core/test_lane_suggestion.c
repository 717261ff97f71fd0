// Suggestions (suggestion.h): when one is made, what it says, who is called, taken, passed, withdrawn,
// measured.
#include "daemon/core/suggestion.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
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

TestSuite(lane_suggestion, .init = setup, .fini = teardown);

#define OPEN_LANE  VD__SUGGESTION_KIND__SUGGESTION_KIND_OPEN_LANE
#define MOVE_STAFF VD__SUGGESTION_KIND__SUGGESTION_KIND_MOVE_STAFF

static void retire(ProtobufCMessage *message)
{
  ((Vd__Lane *)message)->retired = true;
}

static void one_slow_desk(ProtobufCMessage *message)
{
  ((Vd__Lane *)message)->staff = 1;
  ((Vd__Lane *)message)->service_ms = MINUTES(1);
}

static void one_desk(ProtobufCMessage *message)
{
  ((Vd__Lane *)message)->staff = 1;
}

static void in_the_hall(ProtobufCMessage *message)
{
  vd_string_set(&((Vd__Lane *)message)->zone, "hall");
}

static void never_by_itself(ProtobufCMessage *message)
{
  ((Vd__Event *)message)->policy->manual_nodes = true;
}

static void of_an_older_journal(ProtobufCMessage *message)
{
  ((Vd__Event *)message)->policy->lane_wait_ms = 0;
}

static void keep_two(ProtobufCMessage *message)
{
  ((Vd__Event *)message)->policy->closed_kept = 2;
}

static void edit_lane(const char *id, people_edit_fn edit)
{
  people_edit(f, VD__KIND__KIND_LANE, id, edit);
}

// So many wait at general-1 now, which serves 6 a minute: 61 are over the limit of ten minutes, 48 are clear.
static void wait_at(int minutes, int waiting)
{
  fixture_run_to(f, AT(minutes));
  cr_assert_eq(COUNT(f, {"general-1", minutes - 1, minutes, 6, 6, waiting}), VD_OK, "%s", f->reply.sentence);
}

static bool is_called(const char *crew)
{
  return agenda_is_called(f, "lane.general-1", crew, WHY(SUGGESTION));
}

static void expect_counts(uint64_t automatic, uint64_t manual)
{
  uint64_t did[2];
  vd_node_look(f->venue, VD__NODE__NODE_CHECK_IN, &did[0], &did[1]);
  cr_assert_eq(did[0], automatic, "%llu automatic", (unsigned long long)did[0]);
  cr_assert_eq(did[1], manual, "%llu manual", (unsigned long long)did[1]);
}

// vip-1 serves 4 a minute, and nobody is there.
static void vip_is_free(void)
{
  cr_assert_eq(COUNT(f, {"vip-1", -1, 0, 0, 0, 0}), VD_OK);
}

// ---- when ----

Test(lane_suggestion, a_wait_over_the_limit_makes_one)
{
  wait_at(0, 60);
  cr_assert_eq(suggestions(f), 0, "exactly at the limit is no longer");
  wait_at(1, 61);
  cr_assert_eq(suggestions(f), 1);
  expect_suggestion(f, 1, OPEN);
  cr_assert_str_eq(suggestion(f, 1)->lane, "general-1");
  cr_assert_eq(suggestion(f, 1)->made_at_ms, AT(1));
  cr_assert_str_eq(lane(f, "general-1")->suggestion, "s1");
}

Test(lane_suggestion, a_wait_that_will_come_makes_one_before)
{
  AGENDA(f, {"opening", "hall", 20, 60});
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 60, 30, 6}), VD_OK);
  cr_assert_eq(lane(f, "general-1")->wait_ms, MINUTES(1));
  cr_assert_eq(suggestion(f, 1)->wait_ms, MINUTES(21));
  cr_assert_eq(suggestion(f, 1)->expected_ms, SECONDS(30), "12 a minute are enough for 12");
}

Test(lane_suggestion, one_at_a_time)
{
  wait_at(0, 61);
  wait_at(5, 90);
  wait_at(10, 50);
  cr_assert_eq(suggestions(f), 1, "under the limit, but not clear");
  expect_suggestion(f, 1, OPEN);
}

Test(lane_suggestion, none_by_itself_where_people_do_all)
{
  people_edit(f, VD__KIND__KIND_EVENT, "event", never_by_itself);
  wait_at(0, 90);
  cr_assert_eq(suggestions(f), 0);
}

Test(lane_suggestion, a_policy_of_before_lanes_knows_none)
{
  people_edit(f, VD__KIND__KIND_EVENT, "event", of_an_older_journal);
  wait_at(0, 90);
  cr_assert_eq(suggestions(f), 0);
}

Test(lane_suggestion, a_lane_that_gets_slower_makes_one)
{
  wait_at(0, 40);
  cr_assert_eq(suggestions(f), 0);
  cr_assert_eq(lanes_set(f, "general-1", LANE(PRINTER_DOWN), UNSAID), VD_OK);
  cr_assert_eq(suggestions(f), 1);
}

// ---- what ----

Test(lane_suggestion, a_closed_lane_of_its_kind_is_opened)
{
  wait_at(0, 61);
  cr_assert_eq(suggestion(f, 1)->kind, OPEN_LANE);
  cr_assert_str_eq(suggestion(f, 1)->other, "general-2");
  cr_assert_eq(suggestion(f, 1)->wait_ms, 610000);
  cr_assert_eq(suggestion(f, 1)->expected_ms, 305000, "twice the desks");
}

Test(lane_suggestion, a_desk_is_moved_from_the_shortest_wait)
{
  edit_lane("general-2", retire);
  vip_is_free();
  wait_at(0, 61);
  cr_assert_eq(suggestion(f, 1)->kind, MOVE_STAFF);
  cr_assert_str_eq(suggestion(f, 1)->other, "vip-1");
  cr_assert_eq(suggestion(f, 1)->expected_ms, 61 * 60000 / 9);
}

Test(lane_suggestion, whichever_expects_the_shorter_wait)
{
  edit_lane("general-2", one_slow_desk); // 7 a minute, where a desk moved makes 9
  vip_is_free();
  wait_at(0, 61);
  cr_assert_eq(suggestion(f, 1)->kind, MOVE_STAFF);
}

Test(lane_suggestion, of_two_the_same_to_open)
{
  edit_lane("general-2", one_desk);
  vip_is_free();
  wait_at(0, 61);
  cr_assert_eq(suggestion(f, 1)->kind, OPEN_LANE);
  cr_assert_eq(suggestion(f, 1)->expected_ms, 61 * 60000 / 9);
}

Test(lane_suggestion, neither_helps_then_there_is_none)
{
  edit_lane("general-2",
            retire); // far-1 is six minutes away and more; self-1 has one desk; vip-1 is not counted
  cr_assert_eq(COUNT(f, {"self-1", -1, 0, 0, 0, 0}), VD_OK);
  wait_at(0, 90);
  cr_assert_eq(suggestions(f), 0);
}

Test(lane_suggestion, a_lane_of_another_kind_is_not_opened)
{
  edit_lane("general-2", retire);
  cr_assert_eq(lanes_set(f, "vip-1", LANE(CLOSED), UNSAID), VD_OK);
  wait_at(0, 90);
  cr_assert_eq(suggestions(f), 0);
}

Test(lane_suggestion, who_gives_keeps_a_short_wait)
{
  edit_lane("general-2", retire);
  cr_assert_eq(COUNT(f, {"vip-1", -1, 0, 0, 0, 17}), VD_OK);
  wait_at(0, 61);
  cr_assert_eq(suggestions(f), 0, "17 at 2 a minute: more than 8 minutes");
  fixture_run_to(f, AT(1));
  cr_assert_eq(COUNT(f, {"vip-1", 0, 1, 3, 4, 16}, {"general-1", 0, 1, 6, 6, 61}), VD_OK);
  cr_assert_eq(suggestions(f), 1);
}

Test(lane_suggestion, what_nobody_has_counted_for_long_gives_nothing)
{
  edit_lane("general-2", retire);
  vip_is_free();
  wait_at(31, 61);
  cr_assert_eq(suggestions(f), 0);
}

Test(lane_suggestion, what_nobody_has_counted_for_long_needs_nothing)
{
  wait_at(0, 50);
  fixture_run_to(f, AT(31));
  cr_assert_eq(lanes_set(f, "general-1", LANE(PRINTER_DOWN), UNSAID), VD_OK);
  cr_assert_eq(suggestions(f), 0);
}

static enum vd_err set_zone(const char *zone, Vd__ZoneStatus status)
{
  Vd__SetZone set = VD__SET_ZONE__INIT;
  set.zone = (char *)zone;
  set.status = status;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SET_ZONE;
  command.set_zone = &set;
  return fixture_do(f, "control", &command);
}

Test(lane_suggestion, nobody_is_sent_where_nobody_may_go)
{
  edit_lane("general-2", in_the_hall);
  cr_assert_eq(set_zone("hall", VD__ZONE_STATUS__ZONE_STATUS_CLOSED), VD_OK);
  wait_at(0, 61);
  cr_assert_eq(suggestions(f), 0);
  cr_assert_eq(set_zone("hall", VD__ZONE_STATUS__ZONE_STATUS_OPEN), VD_OK);
  wait_at(1, 61);
  cr_assert_str_eq(suggestion(f, 1)->other, "general-2");
}

Test(lane_suggestion, it_is_overtaken_when_nobody_can_go_there)
{
  edit_lane("general-2", in_the_hall);
  wait_at(0, 61);
  expect_suggestion(f, 1, OPEN);
  cr_assert_eq(set_zone("hall", VD__ZONE_STATUS__ZONE_STATUS_CLOSED), VD_OK);
  expect_suggestion(f, 1, PASSED);
  cr_assert_str_eq(suggestion(f, 1)->reason, "overtaken");
  cr_assert_not(is_called("lead-1"));
}

// ---- who ----

Test(lane_suggestion, the_lead_of_the_lanes_team_is_called_once)
{
  wait_at(0, 61);
  cr_assert(is_called("lead-1"));
  wait_at(1, 70);
  cr_assert_eq(agenda_calls(f, "lane.general-1", "lead-1"), 1);
}

Test(lane_suggestion, without_a_team_the_control_post_is)
{
  cr_assert_eq(COUNT(f, {"general-1", -1, 0, 0, 0, 0}), VD_OK);
  cr_assert_eq(COUNT(f, {"vip-1", -1, 0, 4, 4, 41}), VD_OK);
  cr_assert_eq(suggestion(f, 1)->kind, MOVE_STAFF);
  cr_assert(agenda_is_called(f, "lane.vip-1", "control-1", WHY(SUGGESTION)));
}

Test(lane_suggestion, what_was_told_is_in_the_fact)
{
  wait_at(0, 40);
  wait_at(1, 61);
  cr_assert_str_eq(agenda_fact(f)->what, "lanes-counted", "the cause speaks");
  cr_assert_eq(lanes_pass(f, 1, "lunch"), VD_OK);
  const Vd__Fact *told = agenda_fact(f);
  cr_assert_str_eq(told->what, "suggestion-passed");
  cr_assert_str_eq(told->subject, "s1");
  cr_assert_str_eq(told->text, "general-1");
  cr_assert_str_eq(told->zone, "corridor");
  cr_assert(agenda_says(told, "lunch"));
}

// ---- withdrawn ----

Test(lane_suggestion, it_goes_with_the_queue_and_may_come_again)
{
  wait_at(0, 61);
  wait_at(1, 49);
  expect_suggestion(f, 1, OPEN);
  wait_at(2, 48);
  expect_suggestion(f, 1, PASSED);
  cr_assert_str_eq(suggestion(f, 1)->reason, "queue-gone");
  cr_assert_str_eq(suggestion(f, 1)->passed_by, "");
  cr_assert_not(is_called("lead-1"));
  cr_assert_str_eq(lane(f, "general-1")->suggestion, "");
  wait_at(3, 61);
  expect_suggestion(f, 2, OPEN);
  cr_assert(is_called("lead-1"), "nobody passed it over");
}

Test(lane_suggestion, it_is_overtaken_when_people_open_the_lane)
{
  wait_at(0, 61);
  cr_assert_eq(lanes_set(f, "general-2", LANE(OPEN), UNSAID), VD_OK);
  expect_suggestion(f, 1, PASSED);
  cr_assert_str_eq(suggestion(f, 1)->reason, "overtaken");
  cr_assert_eq(suggestions(f), 1, "nothing else would help");
  expect_counts(1, 1);
}

Test(lane_suggestion, it_is_overtaken_when_the_desk_is_needed_where_it_is)
{
  edit_lane("general-2", retire);
  vip_is_free();
  wait_at(0, 61);
  fixture_run_to(f, AT(1));
  cr_assert_eq(COUNT(f, {"vip-1", 0, 1, 0, 0, 30}), VD_OK);
  expect_suggestion(f, 1, PASSED);
  cr_assert_str_eq(suggestion(f, 1)->reason, "overtaken");
}

Test(lane_suggestion, another_takes_its_place_at_once)
{
  vip_is_free();
  wait_at(0, 61);
  cr_assert_eq(lanes_set(f, "general-2", LANE(OPEN), UNSAID), VD_OK);
  expect_suggestion(f, 1, PASSED);
  expect_suggestion(f, 2, OPEN);
  cr_assert_eq(suggestion(f, 2)->kind, MOVE_STAFF);
}

Test(lane_suggestion, it_goes_when_the_count_it_rests_on_is_too_old)
{
  fixture_run_to(f, AT(10));
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 30, 30, 61}), VD_OK);
  expect_suggestion(f, 1, OPEN);
  fixture_run_to(f, AT(30));
  expect_suggestion(f, 1, OPEN);
  fixture_run_to(f, AT(31));
  expect_suggestion(f, 1, PASSED);
  cr_assert_str_eq(suggestion(f, 1)->reason, "uncounted");
  cr_assert_not(is_called("lead-1"));
}

Test(lane_suggestion, counted_anew_it_stays)
{
  fixture_run_to(f, AT(10));
  cr_assert_eq(COUNT(f, {"general-1", -5, 0, 30, 30, 61}), VD_OK);
  wait_at(20, 61);
  fixture_run_to(f, AT(31));
  expect_suggestion(f, 1, OPEN);
  fixture_run_to(f, AT(40));
  cr_assert_str_eq(suggestion(f, 1)->reason, "unanswered");
}

Test(lane_suggestion, it_is_overtaken_when_who_gives_was_counted_too_long_ago)
{
  edit_lane("general-2", retire);
  vip_is_free();
  wait_at(20, 61);
  expect_suggestion(f, 1, OPEN);
  fixture_run_to(f, AT(31));
  expect_suggestion(f, 1, PASSED);
  cr_assert_str_eq(suggestion(f, 1)->reason, "overtaken");
}

Test(lane_suggestion, a_lane_that_closes_needs_none)
{
  wait_at(0, 61);
  cr_assert_eq(lanes_set(f, "general-1", LANE(CLOSED), UNSAID), VD_OK);
  expect_suggestion(f, 1, PASSED);
  cr_assert_str_eq(suggestion(f, 1)->reason, "lane-closed");
}

// ---- passed ----

Test(lane_suggestion, passed_over_there_is_none_for_a_quarter_of_an_hour)
{
  wait_at(0, 61);
  cr_assert_eq(lanes_pass(f, 1, "a coach is late"), VD_OK);
  cr_assert_eq(f->reply.number, 1);
  expect_suggestion(f, 1, PASSED);
  cr_assert_str_eq(suggestion(f, 1)->reason, "a coach is late");
  cr_assert_eq(suggestion(f, 1)->passed_at_ms, AT(0));
  cr_assert_not(is_called("lead-1"));
  expect_counts(1, 1);
  wait_at(1, 90);
  wait_at(14, 90);
  cr_assert_eq(suggestions(f), 1);
  wait_at(15, 90);
  cr_assert_eq(suggestions(f), 2);
}

Test(lane_suggestion, unanswered_for_half_an_hour_it_is_passed)
{
  wait_at(0, 61);
  fixture_run_to(f, AT(29));
  expect_suggestion(f, 1, OPEN);
  fixture_run_to(f, AT(30));
  expect_suggestion(f, 1, PASSED);
  cr_assert_str_eq(suggestion(f, 1)->reason, "unanswered");
  cr_assert_str_eq(agenda_fact(f)->what, "suggestion-passed");
  cr_assert_not(is_called("lead-1"));
  wait_at(44, 90);
  cr_assert_eq(suggestions(f), 1);
  wait_at(45, 90);
  cr_assert_eq(suggestions(f), 2);
}

// ---- taken ----

Test(lane_suggestion, to_take_it_opens_the_lane)
{
  wait_at(0, 61);
  cr_assert_eq(lanes_take(f, 1, "lead-1"), VD_OK, "%s", f->reply.sentence);
  cr_assert_eq(f->reply.number, 1);
  expect_suggestion(f, 1, TAKEN);
  cr_assert_eq(lane(f, "general-2")->state, LANE(OPEN));
  cr_assert_eq(lane(f, "general-2")->desks, 2);
  cr_assert_eq(lane(f, "general-2")->state_at_ms, AT(0));
  cr_assert_str_eq(suggestion(f, 1)->taken_by, "lead-1");
  cr_assert_eq(suggestion(f, 1)->measure_at_ms, AT(5));
  cr_assert_not(is_called("lead-1"));
  const Vd__Fact *told = agenda_fact(f);
  cr_assert_str_eq(told->what, "suggestion-taken");
  cr_assert(agenda_says(told, "open:general-2"));
  cr_assert(agenda_says(told, "wait:10m10s"));
  cr_assert(agenda_says(told, "expected:5m5s"));
  expect_counts(1, 1);
}

Test(lane_suggestion, to_take_it_moves_the_desk)
{
  edit_lane("general-2", retire);
  vip_is_free();
  wait_at(0, 61);
  cr_assert_eq(lanes_take(f, 1, NULL), VD_OK);
  cr_assert_eq(lane(f, "vip-1")->desks, 1);
  cr_assert_eq(lane(f, "general-1")->desks, 3);
  cr_assert_eq(lane(f, "general-1")->wait_ms, 61 * 60000 / 9, "it is predicted with it");
  cr_assert(agenda_says(agenda_fact(f), "move-from:vip-1"));
}

Test(lane_suggestion, what_it_expects_is_as_of_when_it_was_taken)
{
  wait_at(0, 61);
  wait_at(10, 120);
  cr_assert_eq(lanes_take(f, 1, NULL), VD_OK);
  cr_assert_eq(suggestion(f, 1)->wait_ms, MINUTES(20));
  cr_assert_eq(suggestion(f, 1)->expected_ms, MINUTES(10));
}

Test(lane_suggestion, nobody_else_is_called_for_the_same_desk)
{
  edit_lane("general-2", retire);
  vip_is_free();
  wait_at(0, 61);
  cr_assert_str_eq(suggestion(f, 1)->other, "vip-1");
  cr_assert_eq(COUNT(f, {"self-1", -1, 0, 5, 5, 51}), VD_OK);
  cr_assert_eq(suggestions(f), 1);
  cr_assert_eq(lanes_pass(f, 1, ""), VD_OK);
  fixture_run_to(f, AT(1));
  cr_assert_eq(COUNT(f, {"self-1", 0, 1, 5, 5, 51}), VD_OK);
  cr_assert_str_eq(suggestion(f, 2)->other, "vip-1");
}

Test(lane_suggestion, nor_in_the_same_list)
{
  lanes_many(f, 3, "corridor");
  cr_assert_eq(COUNT(f, {"g-000", -1, 0, 6, 6, 90}, {"g-001", -1, 0, 6, 6, 90}, {"g-002", -1, 0, 6, 6, 90}),
               VD_OK);
  cr_assert_eq(suggestions(f), 1, "there is but general-2");
}

Test(lane_suggestion, what_became_impossible_is_not_taken)
{
  wait_at(0, 61);
  edit_lane("general-2", retire); // as a plan does, before anything is counted again
  cr_assert_eq(lanes_take(f, 1, NULL), VD_ERR_WRONG_STATE);
  cr_assert_not_null(strstr(f->reply.sentence, "general-2"), "%s", f->reply.sentence);
  expect_suggestion(f, 1, OPEN);
}

// ---- measured ----

static void take_and_wait(int waiting)
{
  wait_at(0, 61);
  cr_assert_eq(lanes_take(f, 1, NULL), VD_OK);
  wait_at(4, waiting);
  fixture_run_to(f, AT(5));
}

Test(lane_suggestion, it_helped_if_half_of_what_was_expected_came)
{
  take_and_wait(45);
  expect_suggestion(f, 1, MEASURED);
  cr_assert_eq(suggestion(f, 1)->measured_ms, 450000, "10m10s were to become 5m5s: 7m37s is enough");
  cr_assert(suggestion(f, 1)->helped);
  const Vd__Fact *told = agenda_fact(f);
  cr_assert_str_eq(told->what, "suggestion-measured");
  cr_assert(agenda_says(told, "helped"));
  cr_assert(agenda_says(told, "measured:7m30s"));
  cr_assert_str_eq(lane(f, "general-1")->suggestion, "");
}

Test(lane_suggestion, it_did_not_help_if_less_came)
{
  take_and_wait(46);
  expect_suggestion(f, 1, MEASURED);
  cr_assert_not(suggestion(f, 1)->helped);
  cr_assert(agenda_says(agenda_fact(f), "did-not-help"));
}

Test(lane_suggestion, uncounted_it_is_not_known)
{
  wait_at(0, 61);
  cr_assert_eq(lanes_take(f, 1, NULL), VD_OK);
  fixture_run_to(f, AT(5));
  expect_suggestion(f, 1, MEASURED);
  cr_assert(suggestion(f, 1)->uncounted);
  cr_assert_not(suggestion(f, 1)->helped);
  cr_assert(agenda_says(agenda_fact(f), "uncounted"));
}

Test(lane_suggestion, of_a_lane_that_closed_it_is_not_known)
{
  wait_at(0, 61);
  cr_assert_eq(lanes_take(f, 1, NULL), VD_OK);
  wait_at(4, 45);
  cr_assert_eq(lanes_set(f, "general-1", LANE(CLOSED), UNSAID), VD_OK);
  fixture_run_to(f, AT(5));
  expect_suggestion(f, 1, MEASURED);
  cr_assert_not(suggestion(f, 1)->helped);
  cr_assert(suggestion(f, 1)->uncounted);
  cr_assert_str_eq(suggestion(f, 1)->reason, "lane-closed");
}

Test(lane_suggestion, none_while_one_is_measured_and_the_next_at_once_if_it_is_needed)
{
  vip_is_free();
  wait_at(0, 61);
  cr_assert_eq(lanes_take(f, 1, NULL), VD_OK);
  wait_at(4, 90);
  cr_assert_eq(suggestions(f), 1);
  fixture_run_to(f, AT(5));
  cr_assert_not(suggestion(f, 1)->helped);
  expect_suggestion(f, 2, OPEN);
  cr_assert_eq(suggestion(f, 2)->kind, MOVE_STAFF);
}

Test(lane_suggestion, it_is_measured_after_a_restart_too)
{
  wait_at(0, 61);
  cr_assert_eq(lanes_take(f, 1, NULL), VD_OK);
  wait_at(4, 45);
  fixture_restart(f);
  fixture_jump_to(f, AT(20));
  expect_suggestion(f, 1, MEASURED);
}

// ---- the table of suggestion.h, its forbidden cells ----

static void expect_closed(uint64_t number)
{
  uint64_t before = vd_venue_sequence(f->venue);
  Vd__SuggestionState state = suggestion(f, number)->state;
  cr_assert_eq(lanes_take(f, number, NULL), VD_ERR_WRONG_STATE);
  cr_assert_str_eq(f->reply.field, "suggestion_take.suggestion");
  cr_assert_eq(lanes_pass(f, number, ""), VD_ERR_WRONG_STATE);
  cr_assert_str_eq(f->reply.field, "suggestion_pass.suggestion");
  cr_assert_eq(suggestion(f, number)->state, state);
  cr_assert_eq(vd_venue_sequence(f->venue), before);
}

Test(lane_suggestion, taken_it_is_neither_taken_nor_passed)
{
  wait_at(0, 61);
  cr_assert_eq(lanes_take(f, 1, NULL), VD_OK);
  expect_closed(1);
}

Test(lane_suggestion, measured_it_is_neither_taken_nor_passed)
{
  take_and_wait(45);
  expect_closed(1);
}

Test(lane_suggestion, passed_it_is_neither_taken_nor_passed)
{
  wait_at(0, 61);
  cr_assert_eq(lanes_pass(f, 1, ""), VD_OK);
  expect_closed(1);
}

Test(lane_suggestion, one_that_is_none_is_refused)
{
  cr_assert_eq(lanes_take(f, 7, NULL), VD_ERR_UNKNOWN_SUGGESTION);
  cr_assert_eq(lanes_pass(f, 7, ""), VD_ERR_UNKNOWN_SUGGESTION);
  cr_assert_str_eq(f->reply.field, "suggestion_pass.suggestion");
}

// ---- what is let go ----

Test(lane_suggestion, old_ones_are_let_go)
{
  people_edit(f, VD__KIND__KIND_EVENT, "event", keep_two);
  for (int i = 0; i < 5; i++) {
    wait_at(2 * i + 1, 61);
    wait_at(2 * i + 2, 10);
  }
  cr_assert_eq(suggestions(f), 5);
  cr_assert_null(FIXTURE_FIND(f, SUGGESTION, Suggestion, "s3"));
  expect_suggestion(f, 4, PASSED);
  expect_suggestion(f, 5, PASSED);
}

// ---- size ----

Test(lane_suggestion, lanes_that_nobody_counted_hide_nobody)
{
  lanes_many(f, 300, "corridor");
  edit_lane("general-2", retire);
  vip_is_free();
  wait_at(0, 61);
  cr_assert_str_eq(suggestion(f, 1)->other, "vip-1");
}

Test(lane_suggestion, among_many_lanes_the_first_with_the_shortest_wait_gives)
{
  lanes_many(f, 150, "corridor");
  edit_lane("general-2", retire);
  static struct lane_row rows[151];
  static char ids[150][16];
  for (int i = 0; i < 150; i++) {
    snprintf(ids[i], sizeof ids[i], "g-%03d", i);
    rows[i] = (struct lane_row){ids[i], -1, 0, 0, 0, i == 77 ? 0 : 3};
  }
  rows[150] = (struct lane_row){"general-1", -1, 0, 6, 6, 61};
  cr_assert_eq(lanes_count(f, rows, 151), VD_OK);
  cr_assert_str_eq(suggestion(f, 1)->other, "g-077");
}
