// Calls about what is no incident (escalation.h), and how they are heard; climbs are told with tasks.
#include "daemon/core/escalation.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/core/alert.h"
#include "daemon/core/task.h"
#include "daemon/core/venue_internal.h"
#include "proto/check.h"
#include "tests/unit/core/people.h"
#include "tests/unit/core/tasks.h"

static struct fixture *f;
static struct vd_act act;

static void setup(void)
{
  f = fixture_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(asking, .init = setup, .fini = teardown);

static void begin(void)
{
  vd_act_begin(&act, f->venue, f->now_ms);
}

static void end(void)
{
  fixture_end(f, &act, NULL);
}

// ---- calls about what is no incident ----

static void ask(const char *subject, const char *zone, const char *post)
{
  begin();
  vd_escalation_ask(&act, subject, zone, post, CROWDED);
  end();
}

static void control_for_vip(ProtobufCMessage *crew)
{
  Vd__Crew *person = (Vd__Crew *)crew;
  vd_strings_add(&person->posts, &person->n_posts, "control");
  vd_strings_add(&person->zones, &person->n_zones, "vip");
}

Test(asking, a_post_is_asked_once_for_the_zone_and_without_a_climb)
{
  PEOPLE_EDIT(f, CREW, "lead-2", control_for_vip);
  ask("zone.vip", "vip", "control");
  ask("zone.hall", "hall", "control");
  cr_assert(is_called(f, "zone.vip.lead-2", CROWDED));
  cr_assert(is_called(f, "zone.hall.control-1", CROWDED));
  cr_assert_not(thread(f, "zone.vip.lead-2")->loud);
  fixture_run_to(f, FIXTURE_T0 + MINUTES(60));
  cr_assert_eq(thread(f, "zone.vip.lead-2")->calls, 1u);
  cr_assert_null(thread(f, "zone.vip.super-1"));
}

Test(asking, nobody_on_the_post_is_said_so_and_the_supervisor_is_asked)
{
  off(f, "control-1");
  ask("zone.hall", "hall", "control");
  cr_assert(is_called(f, "zone.hall.super-1", CROWDED));
  cr_assert_str_eq(thread(f, "zone.hall.super-1")->reasons[0]->passed_over, "control");
  cr_assert_str_eq(FIXTURE_FIND(f, NOTE, Note, "log.n1")->text, "zone.hall: control");
}

Test(asking, nobody_at_all_is_the_control_room_s_but_no_last_resort_s)
{
  off(f, "control-1");
  off(f, "super-1");
  ask("zone.hall", "hall", "control");
  cr_assert(is_called(f, "zone.hall.control-room", CROWDED));
  cr_assert(thread(f, "zone.hall.control-room")->loud);
  cr_assert_null(thread(f, "zone.hall.last-resort"));
}

Test(asking, what_a_post_was_asked_passes_on_with_the_post)
{
  ask("zone.hall", "hall", "control");
  cr_assert_eq(heard(f, "control-1", "zone.hall", 0), VD_OK);
  off(f, "control-1");
  cr_assert_eq(thread(f, "zone.hall.control-1")->state, WITHDRAWN);
  cr_assert(is_called(f, "zone.hall.super-1", CROWDED));
  cr_assert_str_eq(thread(f, "zone.hall.super-1")->reasons[0]->post, "control", "still for whoever holds it");
}

Test(asking, settled_it_is_withdrawn_from_everybody_and_from_nobody_else)
{
  ask("zone.hall", "hall", "control");
  ask("zone.hall", "hall", "supervisor");
  ask("zone.hall-2", "hall", "control");
  begin();
  vd_escalation_settle(&act, "zone.hall");
  end();
  cr_assert_eq(thread(f, "zone.hall.control-1")->state, WITHDRAWN);
  cr_assert_eq(thread(f, "zone.hall.super-1")->state, WITHDRAWN);
  cr_assert_eq(thread(f, "zone.hall-2.control-1")->state, OPEN);
  cr_assert_eq(thread(f, "zone.hall-2.control-1")->calls, 1u);
}

Test(asking, asked_again_the_thread_says_so_once_more)
{
  ask("zone.hall", "hall", "control");
  cr_assert_eq(heard(f, "control-1", "zone.hall", 0), VD_OK);
  ask("zone.hall", "hall", "control");
  cr_assert(is_called(f, "zone.hall.control-1", CROWDED));
  cr_assert_eq(thread(f, "zone.hall.control-1")->calls, 2u);
}

static void by_hand_alone(ProtobufCMessage *event)
{
  ((Vd__Event *)event)->policy->manual_nodes = true;
}

Test(asking, for_a_baseline_no_post_is_asked_by_itself)
{
  PEOPLE_EDIT(f, EVENT, "event", by_hand_alone);
  size_t changes = f->n_changes;
  ask("zone.hall", "hall", "control");
  cr_assert_eq(f->n_changes, changes);
  open_refill(f, "hall"); // asked for by people
  cr_assert(is_called(f, "t1.av-1", TASK));
}

static void put(Vd__Kind kind, const char *id, const char *field, const char *value)
{
  ProtobufCMessage *message = vd_message_new(vd_kind_type(kind));
  vd_string_set(&((Vd__Zone *)message)->id, id); // every entity begins with its id
  const ProtobufCFieldDescriptor *found =
      protobuf_c_message_descriptor_get_field_by_name(message->descriptor, field);
  vd_string_set((char **)((char *)message + found->offset), value);
  people_put(f, kind, message);
}

static void expect_zone(const char *subject, const char *zone)
{
  cr_expect_str_eq(vd_escalation_zone(f->venue, 0, subject), zone, "%s", subject);
}

Test(asking, a_subject_is_in_the_zone_of_what_it_names)
{
  put(VD__KIND__KIND_SESSION, "opening", "zone", "hall");
  put(VD__KIND__KIND_DEVICE, "proj-1", "zone", "forum");
  put(VD__KIND__KIND_LANE, "general-1", "zone", "corridor");
  open_refill(f, "vip");
  expect_zone("zone.hall", "hall");
  expect_zone("session.opening", "hall");
  expect_zone("overlap.opening", "hall");
  expect_zone("device.proj-1", "forum");
  expect_zone("lane.general-1", "corridor");
  expect_zone("t1", "vip");
  expect_zone("notice.n1", "");
  expect_zone("device.proj-2", "");
  expect_zone("zone.hal", "");
  fixture_report(f, "backstage", "other");
  cr_expect_str_eq(vd_escalation_zone(f->venue, 1, "ignored"), "backstage");
}

// ---- hearing ----

Test(asking, heard_stops_the_climb_that_waited_for_the_person)
{
  open_refill(f, "hall");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10) + 1);
  cr_assert_eq(heard(f, "control-1", "t1", 0), VD_OK);
  cr_assert_eq(f->reply.number, 0u);
  cr_assert_str_eq(people_fact(f)->what, "heard");
  cr_assert_str_eq(people_fact(f)->subject, "t1");
  cr_assert_str_eq(promise(f)->heard_by, "control-1");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(60));
  cr_assert_null(thread(f, "t1.super-1"));
  cr_assert_eq(promise(f)->outcome, VD__OUTCOME__OUTCOME_RUNNING, "meets nothing");
}

Test(asking, heard_of_what_nobody_called_about)
{
  open_refill(f, "hall");
  cr_assert_eq(heard(f, "lead-2", "t1", 0), VD_ERR_NO_ALERT);
  cr_assert_str_eq(f->reply.field, "heard.subject");
  cr_assert_eq(heard(f, "av-1", "t9", 0), VD_ERR_NO_ALERT);
  cr_assert_eq(heard(f, "", "t1", 0), VD_ERR_NO_ACTOR);
  cr_assert_str_eq(f->reply.field, "by");
}

Test(asking, heard_is_of_one_thing)
{
  open_refill(f, "hall");
  fixture_report(f, "hall", "other");
  cr_assert_eq(heard(f, "av-1", "t1", 1), VD_ERR_BAD_VALUE);
  cr_assert_str_eq(f->reply.field, "heard.subject");
  cr_assert_eq(heard(f, "av-1", "digest", 0), VD_ERR_NO_ALERT, "a digest is heard as one");
}

Test(asking, a_digest_gathers_incidents_and_others)
{
  begin();
  vd_alert_raise(&act, &(struct vd_alert_call){.incident = 41, .whom = "av-1", .why = NO_CANDIDATE});
  vd_alert_raise(&act, &(struct vd_alert_call){.subject = "zone.hall", .whom = "av-1", .why = CROWDED});
  vd_alert_raise(&act, &(struct vd_alert_call){.subject = "t1", .whom = "av-1", .why = TASK});
  end();
  const Vd__Alert *digest = thread(f, "digest.av-1");
  cr_assert_eq(digest->state, OPEN);
  cr_assert_eq(digest->n_digest, 1u);
  cr_assert_eq(digest->digest[0], 41u);
  cr_assert_eq(digest->n_digest_subjects, 2u);
  cr_assert_str_eq(digest->digest_subjects[0], "t1");
  cr_assert_str_eq(digest->digest_subjects[1], "zone.hall");
  Vd__Heard word = VD__HEARD__INIT;
  word.digest = true;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_HEARD;
  command.heard = &word;
  command.by = (char *)"av-1";
  cr_assert_eq(fixture_do(f, "control", &command), VD_OK);
  cr_assert_eq(thread(f, "t1.av-1")->state, VD__ALERT_STATE__ALERT_STATE_HEARD);
  cr_assert_eq(thread(f, "zone.hall.av-1")->state, VD__ALERT_STATE__ALERT_STATE_HEARD);
  cr_assert_eq(thread(f, "digest.av-1")->n_digest_subjects, 0u);
}

Test(asking, a_digest_of_long_names_stays_an_entity)
{
  char crew[VD_WORD_MAX + 1];
  memset(crew, 'c', VD_WORD_MAX);
  crew[VD_WORD_MAX] = '\0';
  begin();
  for (unsigned i = 0; i < 16; i++) {
    char subject[96];
    snprintf(subject, sizeof subject, "session.%064u", i);
    vd_alert_raise(&act, &(struct vd_alert_call){.subject = subject, .whom = crew, .why = CROWDED});
    vd_alert_raise(&act,
                   &(struct vd_alert_call){.incident = UINT64_MAX - i, .whom = crew, .why = NO_CANDIDATE});
  }
  vd_alert_hear(&act, VD_FIND(f->venue, ALERT, Alert, vd_alert_digest_id(crew).text), crew);
  end(); // the fixture looks at every entity's size
  const Vd__Alert *digest = thread(f, vd_alert_digest_id(crew).text);
  cr_assert_eq(digest->n_digest + digest->n_digest_subjects + digest->digest_more, 32u);
  cr_assert_gt(digest->n_digest_subjects, 2u);
}
