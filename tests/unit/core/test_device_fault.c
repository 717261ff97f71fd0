// One incident for one fault: what it says, its clocks, its severity by the agenda; recovery, and faults that
// people see. Time starts at FIXTURE_T0.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "proto/check.h"
#include "tests/unit/core/devices.h"
#include "tests/unit/core/incident_acts.h"

#define T0 FIXTURE_T0

static struct fixture *f;

static void setup(void)
{
  f = devices_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(device_fault, .init = setup, .fini = teardown);

// ---- what it says ----

Test(device_fault, names_the_device_its_partner_and_where_the_spare_is)
{
  fall_silent(f);
  const Vd__Incident *made = incident(f, 1);
  cr_expect_str_eq(made->text, "Main projector (proj): heartbeat overdue since 09:00:10; proj-b takes over; "
                               "spare in backstage");
  cr_expect_str_eq(made->device, "proj");
  cr_expect_str_eq(made->zone, "hall");
  cr_expect_str_eq(made->category, "av-fault");
  cr_expect_eq(made->source, VD__SOURCE__SOURCE_DEVICE);
  cr_expect_str_eq(made->reporters[0], "proj");
  cr_expect_eq(made->state, STATE(OPEN));
  cr_expect_eq(made->n_missing, 0u);
}

Test(device_fault, of_a_reading_names_it)
{
  reading(f, "mic", "battery", 3);
  cr_expect_str_eq(incident(f, 1)->text, "mic (mic): battery 3 %, under 5 %");
}

Test(device_fault, offers_the_work)
{
  fall_silent(f);
  cr_expect_eq(open_offers(f, 1), 1u);
}

Test(device_fault, looks_like_what_people_reported)
{
  uint64_t by_people = fixture_report(f, "hall", "av-fault");
  overheat(f, "proj");
  cr_expect_eq(incident(f, by_people + 1)->looks_like, by_people);
}

// Every word as long as a word may be, and names of three bytes a character: `shift` moves where the text is
// cut.
static Vd__Device *longest(size_t shift)
{
  char word[VD_WORD_MAX + 1], name[VD_REASON_MAX + 1], unit[VD_WORD_MAX];
  memset(word, 'a', VD_WORD_MAX);
  word[VD_WORD_MAX] = '\0';
  for (size_t i = 0; i < VD_REASON_MAX; i += 3)
    memcpy(name + i, "投", 3);
  name[VD_REASON_MAX] = '\0';
  memcpy(unit, name, VD_WORD_MAX / 3 * 3);
  unit[VD_WORD_MAX / 3 * 3] = '\0';
  Vd__Device *made = (Vd__Device *)vd_message_copy(&device(f, "proj")->base);
  vd_string_set(&made->id, word + shift);
  vd_string_set(&made->zone, word);
  vd_string_set(&made->category, word);
  vd_string_set(&made->partner, word);
  vd_string_set(&made->spare, word);
  vd_string_set(&made->name->en, name);
  vd_string_set(&made->thresholds[0]->reading, word);
  vd_string_set(&made->thresholds[0]->unit, unit);
  return made;
}

Test(device_fault, whatever_the_names_its_text_fits)
{
  for (size_t shift = 0; shift < 3; shift++) {
    Vd__Device *made = longest(shift);
    char id[VD_WORD_MAX + 1], name[VD_WORD_MAX + 1];
    memcpy(id, made->id, strlen(made->id) + 1);
    memcpy(name, made->thresholds[0]->reading, VD_WORD_MAX + 1);
    devices_put(f, made);
    f->now_ms++;
    reading(f, id, name, 86);
    const Vd__Incident *about = incident(f, device(f, id)->incident);
    cr_expect_leq(strlen(about->text), (size_t)VD_TEXT_MAX);
    cr_expect_gt(strlen(about->text), (size_t)VD_TEXT_MAX - 4);
    cr_expect(vd_text_is_clean(about->text, strlen(about->text), true));
    cr_expect(vd_text_is_clean(fact(f)->text, strlen(fact(f)->text), true));
    land_and_close(f, about->number); // with all that an end adds
    f->now_ms++;
    reading(f, id, name, 50);
    f->now_ms++;
    reading(f, id, name, 86);
    cr_expect_eq(about->attempt, 2u);
  }
}

static const char *text_of(uint64_t number)
{
  return incident(f, number)->text;
}

Test(device_fault, a_partner_that_cannot_takes_nothing_over)
{
  cr_assert_eq(device_fault(f, "proj-b", "dead", 0), VD_OK);
  overheat(f, "proj");
  cr_expect_not_null(strstr(text_of(2), "; proj-b would take over, but is at fault; spare in backstage"));
}

Test(device_fault, nor_does_one_in_maintenance)
{
  cr_assert_eq(maintenance(f, "proj-b", T0 + MINUTES(5)), VD_OK);
  overheat(f, "proj");
  cr_expect_not_null(strstr(text_of(1), "; proj-b would take over, but is in maintenance"));
}

// ---- its clocks ----

Test(device_fault, clocks_start_at_the_fault_and_polling_is_detection)
{
  fall_silent(f);
  cr_expect_eq(incident(f, 1)->reported_at_ms, T0 + SECONDS(10));
  cr_expect_eq(incident(f, 1)->recorded_at_ms, T0 + SECONDS(30) + 1);
  cr_expect_eq(deadline(f, 1, "respond")->start_at_ms, T0 + SECONDS(10));
  cr_expect_eq(deadline(f, 1, "respond")->due_at_ms, T0 + SECONDS(10) + MINUTES(5));
  cr_expect_eq(deadline(f, 1, "respond")->detection_ms, SECONDS(20) + 1);
  f->now_ms = T0 + SECONDS(60);
  cr_assert_eq(STEP(f, RESPOND, 1, "av-1", 0), VD_OK);
  const Vd__Deadline *met = deadline(f, 1, "respond");
  cr_assert_eq(met->n_shares, 2u);
  cr_expect_str_eq(met->shares[0]->who, "detection");
  cr_expect_eq(met->shares[0]->held_ms, SECONDS(20) + 1);
  cr_expect_str_eq(met->shares[1]->who, "onsite");
  cr_expect_eq(met->shares[1]->held_ms, SECONDS(30) - 1);
}

Test(device_fault, a_report_by_people_has_no_detection)
{
  fixture_report(f, "hall", "av-fault");
  cr_expect_eq(deadline(f, 1, "respond")->detection_ms, 0);
}

// ---- its severity ----

Test(device_fault, severity_is_the_categorys)
{
  overheat(f, "proj");
  cr_expect_eq(incident(f, 1)->severity, 2u);
}

Test(device_fault, one_more_where_a_session_starts_within_half_an_hour)
{
  devices_session(f, "hall", 31, 60, 50); // of 100 participants: not over half
  fixture_run_to(f, T0 + MINUTES(1) - 1);
  overheat(f, "proj");
  cr_expect_eq(incident(f, 1)->severity, 3u);
}

Test(device_fault, but_not_before)
{
  devices_session(f, "hall", 31, 60, 50);
  fixture_run_to(f, T0 + MINUTES(1) - 2);
  overheat(f, "proj");
  cr_expect_eq(incident(f, 1)->severity, 2u);
}

Test(device_fault, nor_for_another_zone)
{
  devices_session(f, "forum", 5, 60, 90);
  overheat(f, "proj");
  cr_expect_eq(incident(f, 1)->severity, 2u);
}

static void mild(Vd__Device *of)
{
  vd_string_set(&of->category, "other"); // severity 1
}

Test(device_fault, one_more_where_a_session_runs_two_where_most_are_in_it)
{
  device_edit(f, "proj", mild);
  device_edit(f, "mic", mild);
  devices_session(f, "hall", -10, 60, 50);
  devices_session(f, "forum", -10, 60, 51);
  overheat(f, "proj");
  cr_expect_eq(incident(f, 1)->severity, 2u);
  reading(f, "mic", "battery", 1);
  cr_expect_eq(incident(f, 2)->severity, 3u);
}

Test(device_fault, never_4_unless_the_category_says_so)
{
  devices_session(f, "hall", -10, 60, 99);
  devices_session(f, "backstage", -10, 60, 99);
  overheat(f, "proj");
  cr_expect_eq(incident(f, 1)->severity, 3u);
  cr_assert_eq(device_fault(f, "ups", "dark", 0), VD_OK);
  cr_expect_eq(incident(f, 2)->severity, 4u);
}

Test(device_fault, the_worst_of_what_runs_and_what_comes_next)
{
  device_edit(f, "proj", mild);
  devices_session(f, "hall", -60, 2, 5);
  devices_session_as(f, "keynote", "hall", 3, 60, 99);
  overheat(f, "proj");
  cr_expect_eq(incident(f, 1)->severity, 3u);
}

static void nearer_and_fewer(Vd__Policy *policy)
{
  policy->fault_soon_ms = MINUTES(5);
  policy->fault_audience_percent = 20;
}

Test(device_fault, how_near_and_how_many_is_the_policys_to_say)
{
  device_edit(f, "proj", mild);
  devices_policy(f, nearer_and_fewer);
  devices_session(f, "hall", 6, 60, 21);
  fixture_run_to(f, T0 + MINUTES(1) - 2);
  overheat(f, "proj");
  cr_expect_eq(incident(f, 1)->severity, 1u);
  recover(f, "proj");
  land_and_close(f, 1);
  overheat(f, "proj");
  cr_expect_eq(incident(f, 1)->severity, 3u);
}

static void for_life(Vd__Device *of)
{
  vd_string_set(&of->category, "collapse");
}

Test(device_fault, life_safety_is_what_a_report_of_it_would_be)
{
  device_edit(f, "proj", for_life);
  uint64_t by_people = fixture_report(f, "hall", "collapse");
  overheat(f, "proj");
  uint64_t number = device(f, "proj")->incident;
  cr_expect(incident(f, number)->life_safety);
  cr_expect_eq(incident(f, number)->severity, 4u);
  cr_expect_eq(open_alerts(f, number), open_alerts(f, by_people));
  cr_expect_str_eq(attempt(f, number)->decision, attempt(f, by_people)->decision);
}

// ---- recovery ----

Test(device_fault, recovered_is_noted_and_closes_nothing)
{
  overheat(f, "proj");
  recover(f, "proj");
  cr_expect_str_eq(device(f, "proj")->reading, "");
  cr_expect_eq(fixture_facts(f, "device-recovered"), 1u);
  cr_expect(incident(f, 1)->state <= STATE(LANDED), "open as before");
  cr_expect_str_eq(note(f, 1), "proj: recovered");
  cr_expect_eq(last_note(f, 1)->kind, VD__NOTE_KIND__NOTE_KIND_RECORD);
}

Test(device_fault, it_must_hold_for_flap_ms)
{
  overheat(f, "proj");
  cool_down(f, "proj");
  int64_t well_ms = f->now_ms;
  beat_until(f, "proj", well_ms + MINUTES(10) - 1, SECONDS(5));
  expect_state(f, "proj", FAULT);
  fixture_run_to(f, well_ms + MINUTES(10));
  expect_state(f, "proj", OK);
}

Test(device_fault, only_what_is_heard_is_well)
{
  fall_silent(f);
  fixture_run_to(f, f->now_ms + MINUTES(60));
  expect_state(f, "proj", FAULT);
}

Test(device_fault, between_warn_and_fault_it_is_not_well)
{
  overheat(f, "proj");
  f->now_ms++;
  reading(f, "proj", "temperature", 80);
  beat_until(f, "proj", f->now_ms + MINUTES(30), SECONDS(5));
  expect_state(f, "proj", FAULT);
}

// ---- people say so ----

Test(device_fault, said_by_people)
{
  f->now_ms += MINUTES(10);
  cr_assert_eq(device_fault(f, "mic", "it hums", 0), VD_OK);
  cr_expect_eq(f->reply.number, 1u);
  expect_state(f, "mic", FAULT);
  cr_expect(device(f, "mic")->fault_said);
  cr_expect_str_eq(incident(f, 1)->text, "mic (mic): it hums");
  cr_expect_eq(incident(f, 1)->source, VD__SOURCE__SOURCE_STAFF);
  cr_expect_str_eq(incident(f, 1)->reporters[0], "control");
  cr_expect_eq(incident(f, 1)->reported_at_ms, f->now_ms);
  cr_expect_eq(deadline(f, 1, "respond")->detection_ms, 0);
}

Test(device_fault, said_to_be_so_for_a_while)
{
  f->now_ms += MINUTES(60);
  cr_assert_eq(device_fault(f, "mic", "it hums", f->now_ms - MINUTES(3)), VD_OK);
  cr_expect_eq(incident(f, 1)->reported_at_ms, f->now_ms - MINUTES(3));
  cr_expect_eq(deadline(f, 1, "respond")->detection_ms, MINUTES(3), "nobody knew");
}

Test(device_fault, said_with_bounds)
{
  f->now_ms += MINUTES(60);
  cr_assert_eq(device_fault(f, "mic", "", f->now_ms + SECONDS(5) + 1), VD_ERR_ACTED_IN_FUTURE);
  cr_expect_str_eq(f->reply.field, "device_fault.since_at_ms");
  cr_assert_eq(device_fault(f, "mic", "", f->now_ms - MINUTES(30) - 1), VD_ERR_ACTED_TOO_EARLY);
  cr_expect_str_eq(f->reply.field, "device_fault.since_at_ms");
  expect_state(f, "mic", UNSPECIFIED);
  cr_assert_eq(device_fault(f, "mic", "", f->now_ms + SECONDS(5)), VD_OK);
  cr_expect_eq(device(f, "mic")->fault_at_ms, f->now_ms);
}

Test(device_fault, said_of_a_known_one_is_a_note_of_theirs)
{
  overheat(f, "proj");
  cr_assert_eq(device_fault(f, "proj", "it smells", 0), VD_OK);
  cr_expect_eq(f->reply.number, 1u);
  cr_expect_eq(incidents(f), 1u);
  cr_expect_str_eq(note(f, 1), "proj fails again: it smells");
  cr_expect_eq(last_note(f, 1)->kind, VD__NOTE_KIND__NOTE_KIND_REMARK);
}

Test(device_fault, no_reading_ends_what_people_said)
{
  beat(f, "proj");
  cr_assert_eq(device_fault(f, "proj", "colours are wrong", 0), VD_OK);
  beat_until(f, "proj", f->now_ms + MINUTES(30), SECONDS(5));
  expect_state(f, "proj", FAULT);
}

Test(device_fault, but_the_end_of_its_incident_does)
{
  beat(f, "proj");
  cr_assert_eq(device_fault(f, "proj", "colours are wrong", 0), VD_OK);
  beat(f, "proj");
  land_and_close(f, 1);
  expect_state(f, "proj", OK);
  cr_assert_eq(STEP(f, UNDO, 1, NULL, 0), VD_OK);
  expect_state(f, "proj", FAULT);
  cr_assert_eq(STEP(f, CLOSE, 1, "control-1", 0), VD_OK);
  expect_state(f, "proj", OK);
}

Test(device_fault, said_while_it_recovers_it_does_not_recover)
{
  overheat(f, "proj");
  cool_down(f, "proj");
  f->now_ms += SECONDS(1);
  cr_assert_eq(device_fault(f, "proj", "colours are wrong", 0), VD_OK);
  beat_until(f, "proj", f->now_ms + MINUTES(30), SECONDS(5)); // also: no timer is due for ever
  expect_state(f, "proj", FAULT);
  cr_expect_eq(device(f, "proj")->flaps, 1u);
}

Test(device_fault, what_else_makes_it_one_is_told_of_what_people_said)
{
  beat(f, "proj");
  cr_assert_eq(device_fault(f, "proj", "colours are wrong", 0), VD_OK);
  overheat(f, "proj");
  cr_expect_str_eq(note(f, 1), "proj fails again: temperature 86 °C, over 85 °C");
  cr_expect_str_eq(device(f, "proj")->reading, "", "people said it");
}

Test(device_fault, said_and_over_it_is_said_no_longer)
{
  beat(f, "proj");
  cr_assert_eq(device_fault(f, "proj", "colours are wrong", 0), VD_OK);
  land_and_close(f, 1);
  cr_expect_not(device(f, "proj")->fault_said);
  fixture_run_to(f, f->now_ms + SECONDS(15));
  expect_state(f, "proj", SUSPECT);
  cr_expect_not(device(f, "proj")->fault_said);
  cr_assert_eq(STEP(f, UNDO, 1, NULL, 0), VD_OK);
  expect_state(f, "proj", FAULT);
  cr_expect(device(f, "proj")->fault_said);
}

Test(device_fault, also_of_one_that_was_never_heard)
{
  cr_assert_eq(device_fault(f, "mic", "it hums", 0), VD_OK);
  land_and_close(f, 1);
  expect_state(f, "mic", UNSPECIFIED);
}

Test(device_fault, unless_more_is_known_against_it)
{
  beat(f, "proj");
  cr_assert_eq(device_fault(f, "proj", "colours are wrong", 0), VD_OK);
  f->now_ms++;
  reading(f, "proj", "temperature", 86);
  close_over(f, 1);
  expect_state(f, "proj", FAULT);
  cr_expect_not(device(f, "proj")->fault_said, "its readings end it now");
  cr_expect_str_eq(device(f, "proj")->reading, "temperature");
  cool_down(f, "proj");
  beat_until(f, "proj", f->now_ms + MINUTES(10), SECONDS(5));
  expect_state(f, "proj", OK);
}

Test(device_fault, said_and_merged_away_it_ends_with_the_survivor)
{
  uint64_t by_people = fixture_report(f, "hall", "av-fault");
  beat(f, "proj");
  cr_assert_eq(device_fault(f, "proj", "colours are wrong", 0), VD_OK);
  cr_assert_eq(do_duplicate(f, by_people + 1, by_people), VD_OK);
  f->now_ms++;
  beat(f, "proj");
  expect_state(f, "proj", FAULT);
  land_and_close(f, by_people);
  expect_state(f, "proj", OK);
  cr_assert_eq(STEP(f, UNDO, by_people, NULL, 0), VD_OK);
  expect_state(f, "proj", FAULT);
  cr_assert_eq(STEP(f, CLOSE, by_people, "control-1", 0), VD_OK);
  fixture_run_to(f, f->now_ms + SECONDS(31));
  cr_expect_eq(incident(f, by_people)->attempt, 2u, "silent since, and somebody is called");
}

Test(device_fault, also_through_two_merges_and_of_one_that_sends_nothing)
{
  uint64_t first = fixture_report(f, "forum", "av-fault"), second = fixture_report(f, "forum", "av-fault");
  cr_assert_eq(device_fault(f, "mic", "it hums", 0), VD_OK);
  cr_assert_eq(do_duplicate(f, second + 1, second), VD_OK);
  cr_assert_eq(do_duplicate(f, second, first), VD_OK);
  expect_state(f, "mic", FAULT);
  land_and_close(f, first);
  expect_state(f, "mic", UNSPECIFIED);
}

// ---- what becomes of it ----

Test(device_fault, long_gone_incidents_are_no_trouble)
{
  overheat(f, "proj");
  recover(f, "proj");
  land_and_close(f, 1);
  device(f, "proj")->incident = 77; // let go of since
  overheat(f, "proj");
  cr_expect_eq(device(f, "proj")->incident, 2u);
  vd_fold_put(f->mirror, VD__KIND__KIND_DEVICE, vd_message_copy(&device(f, "proj")->base));
}
