// Threads: their reasons, their states, their digest, and that they stay entities whatever the plan's names.
#include "daemon/core/alert.h"

#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "proto/check.h"
#include "tests/unit/core/fixture.h"

#define OPEN      VD__ALERT_STATE__ALERT_STATE_OPEN
#define HEARD     VD__ALERT_STATE__ALERT_STATE_HEARD
#define WITHDRAWN VD__ALERT_STATE__ALERT_STATE_WITHDRAWN

#define WARNING     VD__ALERT_WHY__ALERT_WHY_WARNING
#define BREACH      VD__ALERT_WHY__ALERT_WHY_BREACH
#define SEVERE      VD__ALERT_WHY__ALERT_WHY_SEVERE
#define LIFE_SAFETY VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY

#define LONG_WORD "a-word-of-sixty-four-characters-which-is-the-longest-that-may-be"

static struct fixture *f;
static struct vd_act act;

static void begin(void)
{
  vd_act_begin(&act, f->venue, f->now_ms);
}

static void end(void)
{
  fixture_end(f, &act, NULL);
}

static void setup(void)
{
  f = fixture_create();
  begin();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(alert, .init = setup, .fini = teardown);

static Vd__Alert *thread(const char *id)
{
  return FIXTURE_FIND(f, ALERT, Alert, id);
}

static void raise(uint64_t incident, const char *whom, Vd__AlertWhy why, const char *deadline)
{
  vd_alert_raise(
      &act, &(struct vd_alert_call){.incident = incident, .whom = whom, .why = why, .deadline = deadline});
}

static bool is_why(const Vd__AlertReason *reason, const void *why)
{
  return reason->why == *(const Vd__AlertWhy *)why;
}

static void drop(const char *id, Vd__AlertWhy why)
{
  vd_alert_drop(&act, thread(id), is_why, &why);
}

// ---- ids ----

Test(alert, a_thread_is_found_by_incident_and_person)
{
  cr_assert_str_eq(vd_alert_id_of(42, "ignored", "av-1").text, "42.av-1");
  cr_assert_str_eq(vd_alert_id_of(0, "zone.tea-break", "av-1").text, "zone.tea-break.av-1");
  cr_assert_str_eq(vd_alert_id_of(UINT64_MAX, "", "a").text, "18446744073709551615.a");
  cr_assert_str_eq(vd_alert_digest_id("av-1").text, "digest.av-1");
  cr_assert_str_eq(vd_alert_id_of(1, "", LONG_WORD).text, "1." LONG_WORD);
  end();
}

// ---- the states ----

Test(alert, raised_it_is_open_and_has_called_once)
{
  raise(1, "av-1", SEVERE, NULL);
  end();
  cr_assert_eq(thread("1.av-1")->state, OPEN);
  cr_assert_eq(thread("1.av-1")->calls, 1u);
  cr_assert_eq(thread("1.av-1")->opened_at_ms, f->now_ms);
  cr_assert_str_eq(thread("1.av-1")->crew, "av-1");
  cr_assert_not_null(vd_alert_reason(thread("1.av-1"), SEVERE, ""));
}

Test(alert, raised_again_it_is_one_thread_that_calls_again)
{
  raise(1, "av-1", SEVERE, NULL);
  raise(1, "av-1", SEVERE, NULL);
  raise(1, "av-1", WARNING, "d");
  end();
  cr_assert_eq(thread("1.av-1")->calls, 3u);
  cr_assert_eq(thread("1.av-1")->n_reasons, 2u);
}

Test(alert, every_state_takes_every_event)
{
  raise(1, "av-1", SEVERE, NULL);
  cr_assert(vd_alert_hear(&act, thread("1.av-1"), "av-1"));
  cr_assert_eq(thread("1.av-1")->state, HEARD);
  cr_assert_not(vd_alert_hear(&act, thread("1.av-1"), "av-1"), "heard before");
  raise(1, "av-1", WARNING, "d");
  cr_assert_eq(thread("1.av-1")->state, OPEN, "something new");
  cr_assert_eq(thread("1.av-1")->heard_at_ms, 0);
  cr_assert(vd_alert_hear(&act, thread("1.av-1"), "av-1"));
  drop("1.av-1", SEVERE);
  cr_assert_eq(thread("1.av-1")->state, HEARD, "a reason is left");
  drop("1.av-1", WARNING);
  cr_assert_eq(thread("1.av-1")->state, WITHDRAWN);
  cr_assert_not(vd_alert_hear(&act, thread("1.av-1"), "av-1"), "withdrawn");
  drop("1.av-1", WARNING);
  cr_assert_eq(thread("1.av-1")->state, WITHDRAWN);
  raise(1, "av-1", SEVERE, NULL);
  cr_assert_eq(thread("1.av-1")->state, OPEN);
  cr_assert_eq(thread("1.av-1")->withdrawn_at_ms, 0);
  end();
}

Test(alert, dropping_what_is_not_there_touches_nothing)
{
  raise(1, "av-1", SEVERE, NULL);
  end();
  begin();
  drop("1.av-1", WARNING);
  end();
  cr_assert_eq(f->n_changes, 1u);
}

Test(alert, a_reason_is_dropped_on_every_thread_of_its_incident_only)
{
  raise(1, "av-1", SEVERE, NULL);
  raise(1, "av-2", SEVERE, NULL);
  raise(12, "av-1", SEVERE, NULL);
  Vd__AlertWhy why = SEVERE;
  vd_alert_drop_everywhere(&act, 1, "", is_why, &why);
  end();
  cr_assert_eq(thread("1.av-1")->state, WITHDRAWN);
  cr_assert_eq(thread("1.av-2")->state, WITHDRAWN);
  cr_assert_eq(thread("12.av-1")->state, OPEN);
}

Test(alert, loud_stays_until_it_is_withdrawn)
{
  vd_alert_raise(&act,
                 &(struct vd_alert_call){
                     .incident = 1, .whom = VD_ALERT_CONTROL_ROOM, .why = LIFE_SAFETY, .is_loud = true});
  raise(1, VD_ALERT_CONTROL_ROOM, SEVERE, NULL);
  cr_assert(thread("1.control-room")->loud);
  drop("1.control-room", LIFE_SAFETY);
  cr_assert(thread("1.control-room")->loud);
  drop("1.control-room", SEVERE);
  cr_assert_not(thread("1.control-room")->loud);
  end();
}

// ---- reasons ----

Test(alert, a_breach_outruns_the_warning_of_its_own_deadline)
{
  raise(1, "av-1", WARNING, "d1");
  raise(1, "av-1", WARNING, "d2");
  raise(1, "av-1", BREACH, "d1");
  end();
  cr_assert_null(vd_alert_reason(thread("1.av-1"), WARNING, "d1"));
  cr_assert_not_null(vd_alert_reason(thread("1.av-1"), WARNING, "d2"));
  cr_assert_not_null(vd_alert_reason(thread("1.av-1"), BREACH, "d1"));
}

Test(alert, with_too_many_reasons_the_oldest_gives_way_but_never_life_safety)
{
  static const char *const deadlines[] = {"d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8"};
  raise(1, "av-1", LIFE_SAFETY, NULL);
  for (size_t i = 0; i < 9; i++)
    raise(1, "av-1", BREACH, deadlines[i]);
  end();
  cr_assert_eq(thread("1.av-1")->n_reasons, (size_t)VD_ALERT_REASONS_MAX);
  cr_assert_not_null(vd_alert_reason(thread("1.av-1"), LIFE_SAFETY, ""));
  cr_assert_null(vd_alert_reason(thread("1.av-1"), BREACH, "d0"));
  cr_assert_not_null(vd_alert_reason(thread("1.av-1"), BREACH, "d8"));
}

Test(alert, the_longest_names_still_make_an_entity)
{
  static const char *const deadlines[] = {"9999999999.99.respond", "9999999999.99.decide",
                                          "9999999999.99.land"};
  static const Vd__AlertWhy others[] = {LIFE_SAFETY, SEVERE, VD__ALERT_WHY__ALERT_WHY_DECISION,
                                        VD__ALERT_WHY__ALERT_WHY_NO_CANDIDATE,
                                        VD__ALERT_WHY__ALERT_WHY_HANDOVER};
  struct vd_alert_call call = {.incident = 9999999999,
                               .whom = LONG_WORD,
                               .called_before = LONG_WORD,
                               .passed_over = LONG_WORD ", " LONG_WORD ", " LONG_WORD,
                               .promise = VD__PROMISE__PROMISE_LAND,
                               .level = VD__LEVEL__LEVEL_COMMANDER};
  for (size_t i = 0; i < 5; i++) {
    call.why = others[i];
    vd_alert_raise(&act, &call);
  }
  for (size_t i = 0; i < 3; i++) {
    call.why = BREACH;
    call.deadline = deadlines[i];
    vd_alert_raise(&act, &call);
  }
  Vd__Alert *alert = thread("9999999999." LONG_WORD);
  cr_assert_eq(alert->n_reasons, 8u);
  cr_assert(vd_alert_hear(&act, alert, LONG_WORD));
  end(); // which asserts the size
  cr_assert_leq(vd__alert__get_packed_size(alert), (size_t)VD_ENTITY_MAX);
  for (size_t i = 0; i < 3; i++)
    cr_assert_not_null(vd_alert_reason(alert, BREACH, deadlines[i]), "less is said, but every reason");
}

// ---- the digest ----

Test(alert, a_digest_counts_open_threads_and_lists_a_screenful)
{
  for (uint64_t incident = 1; incident <= 40; incident++)
    raise(incident, "av-1", SEVERE, NULL);
  end();
  const Vd__Alert *digest = thread("digest.av-1");
  cr_assert_eq(digest->state, OPEN);
  cr_assert_eq(digest->n_digest, (size_t)VD_ALERT_DIGEST_MAX);
  cr_assert_eq(digest->digest_more, 8u);
  cr_assert_eq(digest->incident, 0u);
  cr_assert_not(thread("2.av-1")->in_digest, "called before there were several");
  cr_assert(thread("3.av-1")->in_digest);
}

Test(alert, heard_and_withdrawn_threads_leave_the_digest)
{
  for (uint64_t incident = 1; incident <= 4; incident++)
    raise(incident, "av-1", SEVERE, NULL);
  vd_alert_hear(&act, thread("2.av-1"), "av-1");
  cr_assert_eq(thread("digest.av-1")->n_digest, 3u);
  drop("1.av-1", SEVERE);
  cr_assert_eq(thread("digest.av-1")->n_digest, 2u);
  cr_assert_eq(thread("digest.av-1")->state, OPEN);
  drop("3.av-1", SEVERE);
  drop("4.av-1", SEVERE);
  cr_assert_eq(thread("digest.av-1")->n_digest, 0u);
  cr_assert_eq(thread("digest.av-1")->state, WITHDRAWN);
  end();
}

Test(alert, a_digest_is_of_one_person)
{
  raise(1, "av-1", SEVERE, NULL);
  raise(2, "av-1", SEVERE, NULL);
  raise(3, "av-2", SEVERE, NULL);
  raise(4, VD_ALERT_CONTROL_ROOM, SEVERE, NULL);
  raise(5, VD_ALERT_CONTROL_ROOM, SEVERE, NULL);
  raise(6, VD_ALERT_CONTROL_ROOM, SEVERE, NULL);
  end();
  cr_assert_null(thread("digest.av-1"));
  cr_assert_null(thread("digest.av-2"));
  cr_assert_null(thread("digest.control-room"), "the room sees all of it");
}

Test(alert, the_plan_says_from_how_many_on)
{
  VD_EDIT(&act, EVENT, Event, "event")->policy->digest_from = 5;
  for (uint64_t incident = 1; incident <= 4; incident++)
    raise(incident, "av-1", SEVERE, NULL);
  cr_assert_null(thread("digest.av-1"));
  raise(5, "av-1", SEVERE, NULL);
  cr_assert_eq(thread("digest.av-1")->n_digest, 5u);
  end();
}
