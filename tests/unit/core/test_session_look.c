// What the agenda says to others: what runs in a zone, whether it is break, by when an incident is needed.
#include "daemon/core/session.h"

#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "proto/check.h"
#include "tests/unit/core/agenda.h"

static struct fixture *f;

static void setup(void)
{
  f = fixture_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(session_look, .init = setup, .fini = teardown);

// The morning of the hall, a break elsewhere, and the next day.
static void put_morning(void)
{
  AGENDA(f, {"opening", "hall", 30, 60, .is_dense = false}, {"keynote", "hall", 60, 120, .is_dense = true},
         {"tea", "corridor", 120, 150, .is_break = true}, {"panel", "hall", 150, 210, .is_dense = false},
         {"tomorrow", "hall", 1440, 1500, .is_dense = false});
}

static const char *in(const char *zone, int at)
{
  const Vd__Session *session = vd_session_in(f->venue, zone, AT(at));
  return session ? session->id : "-";
}

Test(session_look, what_runs_in_a_zone_or_comes_next)
{
  put_morning();
  cr_expect_str_eq(in("hall", 0), "opening");
  cr_expect_str_eq(in("hall", 30), "opening");
  cr_expect_str_eq(in("hall", 59), "opening");
  cr_expect_str_eq(in("hall", 60), "keynote");
  cr_expect_str_eq(in("hall", 130), "panel");
  cr_expect_str_eq(in("hall", 210), "tomorrow");
  cr_expect_str_eq(in("hall", 1500), "-");
  cr_expect_str_eq(in("corridor", 0), "tea");
  cr_expect_str_eq(in("forum", 0), "-");
  cr_expect_str_eq(in("hal", 0), "-");
  cr_assert_eq(agenda_cancel(f, "keynote", "speaker ill"), VD_OK);
  cr_expect_str_eq(in("hall", 60), "panel");
}

Test(session_look, what_people_did_not_end_runs_on)
{
  put_morning();
  cr_assert_eq(agenda_start(f, "keynote", 0), VD_OK);
  fixture_run_to(f, AT(125));
  cr_expect_str_eq(in("hall", 125), "keynote");
  cr_expect_str_eq(in("hall", 150), "panel", "planned for now goes before");
  cr_assert_eq(agenda_end(f, "keynote", 0), VD_OK);
  cr_expect_str_eq(in("hall", 125), "panel");
}

static void expect_break(int at, bool is_break, int until)
{
  int64_t until_ms = 0;
  cr_expect_eq(vd_session_is_break(f->venue, AT(at), &until_ms), is_break, "at %d", at);
  cr_expect_eq(until_ms, until < 0 ? VD_NEVER : AT(until), "at %d until %lld", at,
               (long long)(until_ms - FIXTURE_T0) / 60000);
}

Test(session_look, breaks_of_the_whole_event_as_one)
{
  AGENDA(f, {"talk", "hall", 0, 400, .is_dense = false}, {"lunch", "forum", 180, 300, .is_break = true},
         {"tea", "corridor", 100, 120, .is_break = true}, {"short", "vip", 190, 200, .is_break = true},
         {"sweet", "vip", 300, 310, .is_break = true});
  expect_break(0, false, 100);
  expect_break(100, true, 120);
  expect_break(119, true, 120);
  expect_break(120, false, 180);
  expect_break(195, true, 310);
  expect_break(205, true, 310);
  expect_break(310, false, -1);
}

Test(session_look, a_break_is_as_long_as_people_say)
{
  AGENDA(f, {"tea", "corridor", 10, 40, .is_break = true}, {"lunch", "corridor", 100, 160, .is_break = true});
  fixture_run_to(f, AT(5));
  cr_assert_eq(agenda_start(f, "tea", 0), VD_OK);
  expect_break(5, true, 40);
  fixture_run_to(f, AT(30));
  cr_assert_eq(agenda_end(f, "tea", 0), VD_OK);
  expect_break(20, true, 30);
  expect_break(30, false, 100);
  cr_assert_eq(agenda_cancel(f, "lunch", "no cook"), VD_OK);
  expect_break(30, false, -1);
}

Test(session_look, a_break_that_began_after_its_end_is_none)
{
  AGENDA(f, {"tea", "corridor", 10, 40, .is_break = true});
  fixture_run_to(f, AT(50));
  cr_assert_eq(agenda_start(f, "tea", 0), VD_OK);
  expect_break(45, false, -1);
  expect_break(55, false, -1);
}

// ---- by when an incident is needed ----

// Adds or replaces what the venue is made of, as if it had always been so.
static void put_like(Vd__Kind kind, const char *like, const char *id)
{
  ProtobufCMessage *message = vd_message_copy(vd_fold_find(f->mirror, kind, like));
  vd_string_set((char **)((char *)message + message->descriptor->fields[0].offset), id);
  vd_fold_put(f->mirror, kind, vd_message_copy(message));
  Vd__Entity entity;
  vd_entity_wrap(&entity, kind, message);
  vd_venue_restore_entity(f->venue, &entity);
  protobuf_c_message_free_unpacked(message, NULL);
  fixture_restart(f);
}

static const Vd__Incident *incident(uint64_t number)
{
  return FIXTURE_FIND(f, INCIDENT, Incident, number == 1 ? "1" : "2");
}

static void expect_need(uint64_t number, const char *session)
{
  cr_expect_str_eq(incident(number)->needed_by, session);
  cr_expect_eq(incident(number)->needed_by_at_ms, *session ? agenda_session(f, session)->start_at_ms : 0);
}

Test(session_look, an_incident_is_needed_by_the_next_session_before_its_last_limit)
{
  put_morning();
  fixture_run_to(f, AT(10));
  fixture_report(f, "hall", "av-fault");
  expect_need(1, "");
  fixture_run_to(f, AT(11));
  fixture_report(f, "hall", "av-fault");
  expect_need(2, "opening");
  cr_expect_eq(incident(2)->needed_by_at_ms, AT(30));
}

Test(session_look, a_change_of_the_agenda_changes_what_is_needed)
{
  put_morning();
  fixture_run_to(f, AT(20));
  fixture_report(f, "hall", "av-fault");
  fixture_report(f, "corridor", "av-fault");
  expect_need(1, "opening");
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(30), false), VD_OK);
  expect_need(1, "");
  cr_assert_eq(agenda_shift(f, "keynote", -MINUTES(25), false), VD_OK);
  expect_need(1, "keynote");
  cr_assert_eq(agenda_cancel(f, "keynote", "speaker ill"), VD_OK);
  expect_need(1, "");
  expect_need(2, "");
}

static enum vd_err amend_zone(uint64_t number, const char *zone)
{
  Vd__Amend amend = VD__AMEND__INIT;
  amend.incident = number;
  amend.zone = (char *)zone;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_AMEND;
  command.amend = &amend;
  return fixture_do(f, "control", &command);
}

Test(session_look, the_zone_of_an_incident_decides_who_needs_it)
{
  put_morning();
  fixture_run_to(f, AT(20));
  fixture_report(f, "forum", "av-fault");
  expect_need(1, "");
  cr_assert_eq(amend_zone(1, "hall"), VD_OK);
  expect_need(1, "opening");
}

Test(session_look, what_has_landed_is_needed_no_more_and_keeps_what_it_was)
{
  put_morning();
  fixture_run_to(f, AT(20));
  fixture_report(f, "hall", "av-fault");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_LAND, 1, "av-1", 0), VD_OK);
  cr_assert_eq(agenda_shift(f, "opening", MINUTES(5), false), VD_OK);
  cr_expect_str_eq(incident(1)->needed_by, "opening");
  cr_expect_eq(incident(1)->needed_by_at_ms, AT(30));
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_UNDO, 1, NULL, 0), VD_OK);
  expect_need(1, "opening");
}

Test(session_look, an_incident_reopened_is_needed_by_what_comes_then)
{
  put_morning();
  fixture_run_to(f, AT(20));
  fixture_report(f, "hall", "av-fault");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_LAND, 1, "av-1", 0), VD_OK);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_CLOSE, 1, NULL, 0), VD_OK);
  fixture_run_to(f, AT(50));
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_REOPEN, 1, NULL, 0), VD_OK);
  expect_need(1, "keynote");
}

Test(session_look, the_largest_incident_stays_an_entity)
{
  char name[VD_WORD_MAX + 1], text[VD_TEXT_MAX + 1];
  memset(name, 'x', VD_WORD_MAX);
  memset(text, 't', VD_TEXT_MAX);
  name[VD_WORD_MAX] = text[VD_TEXT_MAX] = '\0';
  put_like(VD__KIND__KIND_ZONE, "hall", name);
  put_like(VD__KIND__KIND_CATEGORY, "av-fault", name);
  AGENDA(f, {name, name, 100, 160, .is_dense = false});
  Vd__Report report = VD__REPORT__INIT;
  report.zone = report.category = name;
  report.text = text;
  report.reporter = name;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_REPORT;
  command.report = &report;
  cr_assert_eq(fixture_do(f, "control", &command), VD_OK);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_CANCEL, 1, NULL, 0), VD_OK);
  Vd__Reopen reopen = VD__REOPEN__INIT;
  reopen.incident = 1;
  reopen.reason = name;
  command.act_case = VD__COMMAND__ACT_REOPEN;
  command.reopen = &reopen;
  cr_assert_eq(fixture_do(f, "control", &command), VD_OK);
  cr_assert_eq(agenda_shift(f, name, -MINUTES(90), false), VD_OK);
  cr_expect_eq(incident(1)->needed_by_at_ms, AT(10), "the fixture asserts the size of every entity");
  cr_expect_str_empty(incident(1)->needed_by, "the time says enough");
  cr_expect_str_eq(incident(1)->reason, name, "and nothing else gives way");
}
