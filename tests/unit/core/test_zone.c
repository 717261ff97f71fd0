// Zones, live (zone.h): counts, marks with hysteresis, what people set, who is called.
#include "daemon/core/zone.h"

#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/alert.h"
#include "daemon/core/venue_internal.h"
#include "tests/unit/core/people.h"

#define OPEN    VD__ZONE_STATUS__ZONE_STATUS_OPEN
#define CROWDED VD__ZONE_STATUS__ZONE_STATUS_CROWDED
#define CLOSED  VD__ZONE_STATUS__ZONE_STATUS_CLOSED

static struct fixture *f;

static void setup(void)
{
  f = fixture_create(); // each zone holds a hundred
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(zone, .init = setup, .fini = teardown);

static enum vd_err count_at(const char *zone, uint32_t people, int64_t acted_at_ms)
{
  Vd__CountZone count = VD__COUNT_ZONE__INIT;
  count.zone = (char *)zone;
  count.people = people;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_COUNT_ZONE;
  command.count_zone = &count;
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, "control", &command);
}

static void count(const char *zone, uint32_t people)
{
  cr_assert_eq(count_at(zone, people, 0), VD_OK);
}

static enum vd_err set_at(const char *zone, Vd__ZoneStatus status, int64_t acted_at_ms)
{
  Vd__SetZone set = VD__SET_ZONE__INIT;
  set.zone = (char *)zone;
  set.status = status;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SET_ZONE;
  command.set_zone = &set;
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, "control", &command);
}

static void set(const char *zone, Vd__ZoneStatus status)
{
  cr_assert_eq(set_at(zone, status, 0), VD_OK);
}

static const Vd__Zone *zone(const char *id)
{
  return FIXTURE_FIND(f, ZONE, Zone, id);
}

static bool is_called(const char *id)
{
  const Vd__Alert *alert = FIXTURE_FIND(f, ALERT, Alert, id);
  return alert && alert->state == VD__ALERT_STATE__ALERT_STATE_OPEN;
}

static void pass(int64_t span_ms)
{
  fixture_run_to(f, f->now_ms + span_ms);
}

static void is_for_tea(ProtobufCMessage *message)
{
  ((Vd__Zone *)message)->tea_break = true;
  ((Vd__Zone *)message)->seats = 50;
}

static void has_its_own_mark(ProtobufCMessage *message)
{
  ((Vd__Zone *)message)->crowded_percent = 60;
}

static void is_full_by_plan(ProtobufCMessage *message)
{
  ((Vd__Zone *)message)->full_by_plan = true;
}

static void holds_twice_as_many(ProtobufCMessage *message)
{
  ((Vd__Zone *)message)->capacity = 200;
}

static void holds_nobody_knows(ProtobufCMessage *message)
{
  ((Vd__Zone *)message)->capacity = 0;
}

static void is_retired(ProtobufCMessage *message)
{
  ((Vd__Zone *)message)->retired = true;
}

static void by_hand_alone(ProtobufCMessage *message)
{
  ((Vd__Event *)message)->policy->manual_nodes = true;
}

// ---- counting ----

Test(zone, a_count_is_kept_with_its_moment)
{
  Vd__CountZone counted = VD__COUNT_ZONE__INIT;
  counted.zone = (char *)"hall";
  counted.people = 52;
  counted.estimated = true;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_COUNT_ZONE;
  command.count_zone = &counted;
  command.acted_at_ms = FIXTURE_T0 - MINUTES(3);
  cr_assert_eq(fixture_do(f, "control", &command), VD_OK);
  cr_assert_eq(zone("hall")->people, 52u);
  cr_assert(zone("hall")->estimated);
  cr_assert_eq(zone("hall")->people_at_ms, FIXTURE_T0 - MINUTES(3));
  cr_assert_str_eq(people_fact(f)->what, "zone-counted");
  cr_assert_str_eq(people_fact(f)->zone, "hall");
  cr_assert(people_says(people_fact(f)->why, people_fact(f)->n_why, "people:52"));
  cr_assert(people_says(people_fact(f)->why, people_fact(f)->n_why, "holds:100"));
  count("hall", 53);
  cr_assert_not(zone("hall")->estimated);
}

Test(zone, an_older_count_than_the_one_that_stands_is_refused)
{
  count("hall", 52);
  cr_assert_eq(count_at("hall", 10, FIXTURE_T0 - 1), VD_ERR_OUT_OF_ORDER);
  cr_assert_str_eq(f->reply.field, "acted_at_ms");
  cr_assert_eq(count_at("hall", 10, FIXTURE_T0), VD_OK);
}

Test(zone, more_than_may_come_is_mistyped)
{
  cr_assert_eq(count_at("hall", UINT32_MAX, 0), VD_ERR_BAD_VALUE);
  cr_assert_str_eq(f->reply.field, "count_zone.people");
  cr_assert_eq(count_at("hall", 401, 0), VD_ERR_BAD_VALUE); // it holds 100, and 100 take part
  cr_assert_eq(count_at("hall", 400, 0), VD_OK);
  PEOPLE_EDIT(f, ZONE, "hall", holds_twice_as_many);
  cr_assert_eq(count_at("hall", 800, 0), VD_OK);
}

Test(zone, unknown_ones_are_refused_with_the_nearest)
{
  PEOPLE_EDIT(f, ZONE, "vip", is_retired);
  cr_assert_eq(count_at("coridor", 10, 0), VD_ERR_UNKNOWN_ZONE);
  cr_assert_str_eq(f->reply.field, "count_zone.zone");
  cr_assert_str_eq(f->reply.nearest, "corridor");
  cr_assert_eq(set_at("forun", CLOSED, 0), VD_ERR_UNKNOWN_ZONE);
  cr_assert_str_eq(f->reply.field, "set_zone.zone");
  cr_assert_str_eq(f->reply.nearest, "forum");
  cr_assert_eq(count_at("vip", 10, 0), VD_ERR_UNKNOWN_ZONE, "not in the plan any more");
  cr_assert_str_neq(f->reply.nearest, "vip");
}

// ---- crowded, and crowded no longer ----

Test(zone, above_the_mark_for_two_minutes_it_is_crowded)
{
  count("hall", 90); // at the mark is not above it
  pass(MINUTES(10));
  cr_assert_eq(zone("hall")->crossing_at_ms, 0);
  count("hall", 91);
  int64_t counted_ms = f->now_ms;
  cr_assert_eq(zone("hall")->crossing_at_ms, counted_ms);
  pass(MINUTES(1));
  count("hall", 95); // still
  cr_assert_eq(zone("hall")->crossing_at_ms, counted_ms);
  fixture_run_to(f, counted_ms + MINUTES(2) - 1);
  cr_assert_neq(zone("hall")->status, CROWDED);
  fixture_restart(f);
  fixture_run_to(f, counted_ms + MINUTES(2));
  cr_assert_eq(zone("hall")->status, CROWDED);
  cr_assert_eq(zone("hall")->status_at_ms, f->now_ms);
  cr_assert_eq(zone("hall")->crossing_at_ms, 0);
  cr_assert_str_eq(people_fact(f)->what, "crowded");
  cr_assert_str_eq(people_fact(f)->zone, "hall");
  cr_assert_str_eq(people_fact(f)->crew, "control-1");
  cr_assert(people_says(people_fact(f)->why, people_fact(f)->n_why, "people:95"));
  cr_assert(is_called("zone.hall.control-1"));
}

Test(zone, a_short_crowd_is_none)
{
  count("hall", 99);
  pass(MINUTES(2) - 1);
  count("hall", 90);
  pass(MINUTES(10));
  cr_assert_neq(zone("hall")->status, CROWDED);
  cr_assert_null(FIXTURE_FIND(f, ALERT, Alert, "zone.hall.control-1"));
}

static void crowd(const char *id, uint32_t people)
{
  count(id, people);
  pass(MINUTES(2));
  cr_assert_eq(zone(id)->status, CROWDED);
}

Test(zone, it_eases_below_the_clear_mark_and_not_between_the_two)
{
  crowd("hall", 91);
  count("hall", 80); // at the clear mark is not below it
  pass(MINUTES(10));
  cr_assert_eq(zone("hall")->status, CROWDED);
  count("hall", 79);
  pass(MINUTES(1));
  count("hall", 85); // comes back
  pass(MINUTES(1));
  count("hall", 79);
  pass(MINUTES(2) - 1);
  cr_assert_eq(zone("hall")->status, CROWDED);
  pass(1);
  cr_assert_eq(zone("hall")->status, OPEN);
  cr_assert_str_eq(people_fact(f)->what, "eased");
  cr_assert_eq(FIXTURE_FIND(f, ALERT, Alert, "zone.hall.control-1")->state,
               VD__ALERT_STATE__ALERT_STATE_WITHDRAWN);
  crowd("hall", 91); // and again
  cr_assert(is_called("zone.hall.control-1"));
}

Test(zone, a_tea_break_is_counted_against_its_seats)
{
  PEOPLE_EDIT(f, ZONE, "vip", is_for_tea);
  count("vip", 45); // 90 % of 50
  pass(MINUTES(10));
  cr_assert_neq(zone("vip")->status, CROWDED);
  crowd("vip", 46);
  cr_assert(people_says(people_fact(f)->why, people_fact(f)->n_why, "holds:50"));
}

Test(zone, its_own_mark_has_the_same_distance_to_its_clear_mark)
{
  PEOPLE_EDIT(f, ZONE, "vip", has_its_own_mark);
  crowd("vip", 61);
  count("vip", 50);
  pass(MINUTES(10));
  cr_assert_eq(zone("vip")->status, CROWDED);
  count("vip", 49);
  pass(MINUTES(2));
  cr_assert_eq(zone("vip")->status, OPEN);
}

Test(zone, a_hall_that_is_full_by_plan_is_crowded_only_above_what_it_holds)
{
  PEOPLE_EDIT(f, ZONE, "hall", is_full_by_plan);
  count("hall", 100);
  pass(MINUTES(10));
  cr_assert_neq(zone("hall")->status, CROWDED, "full as planned");
  crowd("hall", 101);
  count("hall", 100);
  pass(MINUTES(2));
  cr_assert_eq(zone("hall")->status, OPEN);
}

Test(zone, where_nobody_knows_what_it_holds_nothing_is_crowded)
{
  PEOPLE_EDIT(f, ZONE, "hall", holds_nobody_knows);
  count("hall", 400);
  cr_assert_eq(people_fact(f)->n_why, 1u);
  pass(MINUTES(10));
  cr_assert_neq(zone("hall")->status, CROWDED);
}

Test(zone, another_plan_meanwhile_is_what_counts)
{
  count("hall", 95);
  PEOPLE_EDIT(f, ZONE, "hall", holds_twice_as_many);
  pass(MINUTES(10));
  cr_assert_neq(zone("hall")->status, CROWDED);
  cr_assert_eq(zone("hall")->crossing_at_ms, 0);
}

Test(zone, a_count_told_late_may_be_over)
{
  pass(MINUTES(30));
  cr_assert_eq(count_at("hall", 95, f->now_ms - MINUTES(20)), VD_OK);
  pass(MINUTES(2) - 1);
  cr_assert_neq(zone("hall")->status, CROWDED);
  cr_assert_eq(count_at("hall", 10, f->now_ms - MINUTES(19)), VD_OK);
  pass(MINUTES(10));
  cr_assert_neq(zone("hall")->status, CROWDED);
  cr_assert_eq(count_at("hall", 95, f->now_ms - MINUTES(5)), VD_OK);
  pass(MINUTES(2));
  cr_assert_eq(zone("hall")->status, CROWDED, "and nobody counted less since");
}

// ---- what people set ----

Test(zone, a_count_changes_nothing_that_people_closed)
{
  set("hall", CLOSED);
  cr_assert_eq(zone("hall")->status_at_ms, FIXTURE_T0);
  cr_assert_str_eq(people_fact(f)->what, "zone-set");
  cr_assert_str_eq(people_fact(f)->text, "closed");
  for (Vd__ZoneStatus status = CLOSED; status <= VD__ZONE_STATUS__ZONE_STATUS_CONVERTING_PASSABLE; status++) {
    set("hall", status);
    count("hall", 99);
    pass(MINUTES(10));
    cr_assert_eq(zone("hall")->status, status);
    count("hall", 0);
    pass(MINUTES(10));
    cr_assert_eq(zone("hall")->status, status);
  }
  set("hall", OPEN);
  crowd("hall", 99);
}

Test(zone, crowded_by_hand_is_so_until_a_count_says_otherwise)
{
  count("hall", 10);
  pass(MINUTES(1));
  set("hall", CROWDED);
  cr_assert_str_eq(people_fact(f)->what, "crowded");
  cr_assert_str_eq(people_fact(f)->text, "crowded");
  cr_assert(is_called("zone.hall.control-1"));
  pass(MINUTES(30));
  cr_assert_eq(zone("hall")->status, CROWDED, "the count is older");
  count("hall", 10);
  pass(MINUTES(2));
  cr_assert_eq(zone("hall")->status, OPEN);
}

Test(zone, a_count_from_before_people_spoke_does_not_contradict_them)
{
  pass(MINUTES(10));
  set("hall", CROWDED);
  cr_assert_eq(count_at("hall", 10, f->now_ms - MINUTES(5)), VD_OK);
  pass(MINUTES(30));
  cr_assert_eq(zone("hall")->status, CROWDED);
}

Test(zone, open_by_hand_withdraws_the_call_until_the_next_count)
{
  crowd("hall", 95);
  set("hall", OPEN);
  cr_assert_not(is_called("zone.hall.control-1"));
  pass(MINUTES(30));
  cr_assert_eq(zone("hall")->status, OPEN);
  crowd("hall", 95);
}

Test(zone, closing_a_crowded_one_withdraws_the_call)
{
  crowd("hall", 95);
  set("hall", CLOSED);
  cr_assert_not(is_called("zone.hall.control-1"));
}

Test(zone, what_is_set_already_is_no_news)
{
  set("hall", CLOSED);
  size_t changes = f->n_changes;
  set("hall", CLOSED);
  set("vip", OPEN);
  cr_assert_eq(f->n_changes, changes);
}

Test(zone, what_to_set_must_be_said_and_not_before_what_stands)
{
  cr_assert_eq(set_at("hall", VD__ZONE_STATUS__ZONE_STATUS_UNSPECIFIED, 0), VD_ERR_MISSING);
  cr_assert_str_eq(f->reply.field, "set_zone.status");
  set("hall", CLOSED);
  cr_assert_eq(set_at("hall", OPEN, FIXTURE_T0 - 1), VD_ERR_OUT_OF_ORDER);
  cr_assert_str_eq(f->reply.field, "acted_at_ms");
  cr_assert_eq(set_at("vip", CLOSED, FIXTURE_T0 - MINUTES(4)), VD_OK);
  cr_assert_eq(zone("vip")->status_at_ms, FIXTURE_T0 - MINUTES(4));
}

Test(zone, what_was_so_before_it_became_crowded_by_itself_is_taken)
{
  crowd("hall", 95);
  pass(SECONDS(60));
  cr_assert_eq(set_at("hall", CLOSED, f->now_ms - MINUTES(2)), VD_OK, "%s", f->reply.sentence);
  cr_assert_eq(zone("hall")->status, CLOSED);
  cr_assert_eq(zone("hall")->status_at_ms, f->now_ms - MINUTES(2));
  cr_assert_eq(set_at("hall", OPEN, f->now_ms - MINUTES(2) - 1), VD_ERR_OUT_OF_ORDER);
}

Test(zone, so_is_a_count)
{
  crowd("hall", 95);
  cr_assert_eq(count_at("hall", 10, f->now_ms - SECONDS(30)), VD_OK);
  pass(MINUTES(2));
  cr_assert_eq(zone("hall")->status, OPEN);
}

static const Vd__Notice *notice(void)
{
  return (const Vd__Notice *)vd_fold_next(vd_venue_fold(f->venue), VD__KIND__KIND_NOTICE, NULL, "");
}

Test(zone, attendees_are_told_of_what_closes_or_converts)
{
  set("hall", CROWDED);
  set("hall", OPEN);
  cr_assert_null(notice());
  set("hall", CLOSED);
  cr_assert_not_null(notice());
  cr_assert_str_eq(notice()->zones[0], "hall");
  set("vip", VD__ZONE_STATUS__ZONE_STATUS_CONVERTING);
  set("forum", VD__ZONE_STATUS__ZONE_STATUS_CONVERTING_PASSABLE);
  cr_assert_eq(notice()->n_zones, 3u);
  cr_assert_str_eq(people_fact(f)->what, "zone-set");
}

Test(zone, what_is_open_again_is_not_told)
{
  set("hall", CLOSED);
  pass(MINUTES(4));
  cr_assert(is_called("notice.n1.control-1"));
  set("hall", OPEN);
  cr_assert_eq(notice()->state, VD__NOTICE_STATE__NOTICE_STATE_DROPPED);
  cr_assert_not(is_called("notice.n1.control-1"));
  pass(MINUTES(10));
  cr_assert_not(is_called("notice.n1.control-1"));
}

// By then the notice settles no more, it only waits to be approved.
Test(zone, nor_long_after_it_closed)
{
  set("hall", CLOSED);
  pass(MINUTES(20));
  cr_assert(is_called("notice.n1.control-1"));
  set("hall", OPEN);
  cr_assert_eq(notice()->state, VD__NOTICE_STATE__NOTICE_STATE_DROPPED);
  cr_assert_not(is_called("notice.n1.control-1"));
}

Test(zone, what_else_the_notice_says_stays_and_settles_anew)
{
  set("hall", CLOSED);
  set("vip", CLOSED);
  pass(MINUTES(4));
  set("hall", CROWDED);
  cr_assert_eq(notice()->state, VD__NOTICE_STATE__NOTICE_STATE_SETTLING);
  cr_assert_eq(notice()->n_zones, 1u);
  cr_assert_str_eq(notice()->zones[0], "vip");
  set("forum", OPEN); // is not in it
  cr_assert_eq(notice()->n_zones, 1u);
}

static void approve(uint64_t number)
{
  Vd__NoticeApprove asked = VD__NOTICE_APPROVE__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  asked.notice = number;
  command.act_case = VD__COMMAND__ACT_NOTICE_APPROVE;
  command.by = (char *)"chief-1";
  command.notice_approve = &asked;
  cr_assert_eq(fixture_do(f, "control", &command), VD_OK, "%s", f->reply.sentence);
}

// Told, the notice has left: the next one waits for the cool-down.
static void close_and_tell(const char *zone, uint64_t number)
{
  set(zone, CLOSED);
  pass(MINUTES(4));
  approve(number);
  pass(1);
}

static Vd__Notice *notice_of(const char *id)
{
  return FIXTURE_FIND(f, NOTICE, Notice, id);
}

Test(zone, what_is_open_again_leaves_with_no_notice_that_was_approved)
{
  close_and_tell("vip", 1);
  cr_assert_eq(notice_of("n1")->state, VD__NOTICE_STATE__NOTICE_STATE_SENT);
  set("hall", CLOSED);
  set("forum", CLOSED);
  pass(MINUTES(4));
  approve(2);
  set("hall", OPEN);
  cr_assert_eq(notice_of("n2")->state, VD__NOTICE_STATE__NOTICE_STATE_APPROVED);
  cr_assert_eq(notice_of("n2")->n_zones, 1u);
  cr_assert_str_eq(notice_of("n2")->zones[0], "forum");
  cr_assert_null(notice_of("n3"), "nobody was told");
  set("forum", OPEN);
  cr_assert_eq(notice_of("n2")->state, VD__NOTICE_STATE__NOTICE_STATE_DROPPED);
  pass(MINUTES(60));
  cr_assert_eq(notice_of("n2")->state, VD__NOTICE_STATE__NOTICE_STATE_DROPPED);
}

Test(zone, who_was_told_that_it_is_shut_is_told_that_it_is_open)
{
  close_and_tell("hall", 1);
  fixture_restart(f);
  set("hall", OPEN);
  cr_assert_eq(notice_of("n2")->state, VD__NOTICE_STATE__NOTICE_STATE_SETTLING);
  cr_assert_str_eq(notice_of("n2")->zones[0], "hall");
  set("hall", CLOSED);
  set("hall", OPEN);
  cr_assert_eq(notice_of("n2")->n_zones, 1u, "they still go round it");
  pass(MINUTES(10));
  approve(2);
  pass(MINUTES(60));
  cr_assert_eq(notice_of("n2")->state, VD__NOTICE_STATE__NOTICE_STATE_SENT);
  set("hall", CLOSED);
  set("hall", OPEN);
  cr_assert_eq(notice_of("n3")->state, VD__NOTICE_STATE__NOTICE_STATE_DROPPED, "as they know it");
}

// ---- by itself, and by people ----

static void expect_counted(uint64_t automatic, uint64_t manual)
{
  uint64_t by_itself = 99, by_people = 99;
  vd_node_look(f->venue, VD__NODE__NODE_CROWDING, &by_itself, &by_people);
  cr_assert_eq(by_itself, automatic);
  cr_assert_eq(by_people, manual);
}

Test(zone, who_called_it_crowded_is_counted)
{
  crowd("hall", 95);
  expect_counted(1, 0);
  set("vip", CROWDED);
  set("vip", CLOSED);
  set("vip", OPEN);
  expect_counted(1, 1);
}

Test(zone, for_a_baseline_only_people_call_it_crowded)
{
  PEOPLE_EDIT(f, EVENT, "event", by_hand_alone);
  count("hall", 99);
  pass(MINUTES(10));
  cr_assert_neq(zone("hall")->status, CROWDED);
  set("hall", CROWDED);
  cr_assert_not(is_called("zone.hall.control-1"));
  expect_counted(0, 1);
}

Test(zone, a_baseline_that_begins_stops_what_was_under_way)
{
  count("hall", 99);
  PEOPLE_EDIT(f, EVENT, "event", by_hand_alone);
  pass(MINUTES(10));
  cr_assert_neq(zone("hall")->status, CROWDED);
}

Test(zone, the_plan_names_it_no_more_and_nobody_is_called)
{
  crowd("hall", 95);
  struct vd_act act;
  vd_act_begin(&act, f->venue, f->now_ms);
  vd_zone_retired(&act, VD_EDIT(&act, ZONE, Zone, "hall"));
  fixture_end(f, &act, NULL);
  cr_assert_not(is_called("zone.hall.control-1"));
  cr_assert_eq(zone("hall")->status, OPEN, "if it comes back");
  crowd("hall", 95);
  cr_assert(is_called("zone.hall.control-1"));
}
