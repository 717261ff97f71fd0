// Keys are a pure function of the entity: each state has its keys, a changed entity loses the old ones.
#include "daemon/core/index.h"

#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/venue_internal.h"

#define NEW(Type, type) ((Vd__##Type *)vd_message_new(&vd__##type##__descriptor))

static struct vd_venue *venue;
static struct vd_index *keys; // of its own, so that every key in it is the test's

static void setup(void)
{
  venue = vd_venue_create();
  keys = vd_index_create();
}

static void teardown(void)
{
  vd_index_destroy(keys);
  vd_venue_destroy(venue);
}

TestSuite(index, .init = setup, .fini = teardown);

static void refresh(Vd__Kind kind, const char *id, const ProtobufCMessage *message)
{
  vd_index_refresh(keys, venue, kind, id, message);
}

#define REFRESH(KIND, message) refresh(VD__KIND__KIND_##KIND, (message)->id, &(message)->base)

static void expect_keys(const char *prefix, const char *const *expected)
{
  const char *key = NULL;
  for (; *expected; expected++) {
    key = vd_index_next(keys, prefix, key);
    cr_assert_not_null(key, "missing %s", *expected);
    cr_assert_str_eq(key, *expected);
  }
  key = vd_index_next(keys, prefix, key);
  cr_assert_null(key, "unexpected %s", key);
}

#define EXPECT(prefix, ...) expect_keys((prefix), (const char *const[]){__VA_ARGS__, NULL})
#define EXPECT_NONE(prefix) expect_keys((prefix), (const char *const[]){NULL})

static Vd__Incident *incident_new(uint64_t number, const char *id)
{
  Vd__Incident *incident = NEW(Incident, incident);
  vd_string_set(&incident->id, id);
  incident->number = number;
  vd_string_set(&incident->zone, "hall");
  vd_string_set(&incident->category, "av-fault");
  incident->reported_at_ms = INT64_C(1684371600000);
  incident->state = VD__INCIDENT_STATE__INCIDENT_STATE_OPEN;
  return incident;
}

Test(index, an_open_incident_can_look_like_another_and_waits_for_a_holder)
{
  Vd__Incident *incident = incident_new(41, "41");
  REFRESH(INCIDENT, incident);
  EXPECT("", "like/hall/av-fault/00000001684371600000/41", "waiting/00000000000000000041");
  vd__incident__free_unpacked(incident, NULL);
}

Test(index, a_held_incident_is_its_holders_work)
{
  Vd__Incident *incident = incident_new(41, "41");
  vd_string_set(&incident->holder, "av-1");
  REFRESH(INCIDENT, incident);
  EXPECT("", "like/hall/av-fault/00000001684371600000/41", "work/av-1/41");
  vd_string_set(&incident->holder, "av-2");
  REFRESH(INCIDENT, incident);
  EXPECT("work/", "work/av-2/41");
  vd__incident__free_unpacked(incident, NULL);
}

Test(index, an_ended_incident_is_only_waiting_to_go)
{
  Vd__Incident *incident = incident_new(41, "41");
  vd_string_set(&incident->holder, "av-1");
  incident->state = VD__INCIDENT_STATE__INCIDENT_STATE_CLOSED;
  incident->ended_at_ms = 1684371600000;
  REFRESH(INCIDENT, incident);
  EXPECT("", "ended/00000001684371600000/41");
  vd__incident__free_unpacked(incident, NULL);
}

Test(index, the_oldest_end_comes_first)
{
  Vd__Incident *early = incident_new(9, "9"), *late = incident_new(1, "1");
  early->state = VD__INCIDENT_STATE__INCIDENT_STATE_CANCELLED;
  late->state = VD__INCIDENT_STATE__INCIDENT_STATE_DUPLICATE;
  early->ended_at_ms = 999;
  late->ended_at_ms = 1000;
  REFRESH(INCIDENT, late);
  REFRESH(INCIDENT, early);
  EXPECT("ended/", "ended/00000000000000000999/9", "ended/00000000000000001000/1");
  vd__incident__free_unpacked(early, NULL);
  vd__incident__free_unpacked(late, NULL);
}

Test(index, the_lines_of_the_duty_log_in_their_order)
{
  Vd__Note *tenth = NEW(Note, note), *ninth = NEW(Note, note), *other = NEW(Note, note);
  vd_string_set(&tenth->id, "log.n10");
  vd_string_set(&ninth->id, "log.n9");
  vd_string_set(&other->id, "41.n8");
  other->incident = 41;
  REFRESH(NOTE, tenth);
  REFRESH(NOTE, ninth);
  REFRESH(NOTE, other);
  EXPECT("", "logged/00000000000000000009", "logged/00000000000000000010");
  vd__note__free_unpacked(tenth, NULL);
  vd__note__free_unpacked(ninth, NULL);
  vd__note__free_unpacked(other, NULL);
}

Test(index, an_alert_of_a_person_is_open_or_heard)
{
  Vd__Alert *alert = NEW(Alert, alert);
  vd_string_set(&alert->id, "42.av-1");
  vd_string_set(&alert->crew, "av-1");
  alert->state = VD__ALERT_STATE__ALERT_STATE_OPEN;
  REFRESH(ALERT, alert);
  EXPECT("", "alert/av-1/42.av-1");
  alert->state = VD__ALERT_STATE__ALERT_STATE_HEARD;
  REFRESH(ALERT, alert);
  EXPECT("", "heard/av-1/42.av-1");
  alert->state = VD__ALERT_STATE__ALERT_STATE_WITHDRAWN;
  REFRESH(ALERT, alert);
  EXPECT_NONE("");
  alert->state = VD__ALERT_STATE__ALERT_STATE_OPEN;
  vd_string_set(&alert->crew, ""); // the room's own thread is nobody's
  REFRESH(ALERT, alert);
  EXPECT_NONE("");
  vd__alert__free_unpacked(alert, NULL);
}

Test(index, an_offer_stands_while_it_is_open)
{
  Vd__Offer *offer = NEW(Offer, offer);
  vd_string_set(&offer->id, "42.1.o1");
  vd_string_set(&offer->crew, "av-1");
  offer->state = VD__OFFER_STATE__OFFER_STATE_OPEN;
  REFRESH(OFFER, offer);
  EXPECT("", "offer/av-1/42.1.o1");
  offer->state = VD__OFFER_STATE__OFFER_STATE_EXPIRED;
  REFRESH(OFFER, offer);
  EXPECT_NONE("");
  vd__offer__free_unpacked(offer, NULL);
}

Test(index, a_breach_names_who_was_called_until_it_ends)
{
  Vd__Deadline *deadline = NEW(Deadline, deadline);
  vd_string_set(&deadline->id, "42.1.land");
  deadline->outcome = VD__OUTCOME__OUTCOME_RUNNING;
  REFRESH(DEADLINE, deadline);
  EXPECT_NONE("");
  vd_string_set(&deadline->called, "lead-3");
  REFRESH(DEADLINE, deadline);
  EXPECT("", "called/lead-3/42.1.land");
  deadline->outcome = VD__OUTCOME__OUTCOME_MISSED;
  REFRESH(DEADLINE, deadline);
  EXPECT_NONE("");
  vd__deadline__free_unpacked(deadline, NULL);
}

static void put_post(const char *id, const char *team)
{
  Vd__Post *post = NEW(Post, post);
  vd_string_set(&post->id, id);
  vd_string_set(&post->team, team);
  vd_fold_put(venue->fold, VD__KIND__KIND_POST, &post->base);
}

static Vd__Crew *crew_new(void)
{
  put_post("onsite-lead", "onsite");
  put_post("onsite-tech", "onsite");
  put_post("control", "command");
  Vd__Crew *crew = NEW(Crew, crew);
  vd_string_set(&crew->id, "av-1");
  vd_string_set(&crew->call_sign, "AV 1");
  vd_strings_add(&crew->posts, &crew->n_posts, "onsite-lead");
  vd_strings_add(&crew->posts, &crew->n_posts, "onsite-tech");
  vd_strings_add(&crew->posts, &crew->n_posts, "control");
  crew->rank = 7;
  return crew;
}

Test(index, a_person_off_duty_holds_posts_and_a_call_sign)
{
  Vd__Crew *crew = crew_new();
  REFRESH(CREW, crew);
  EXPECT("", "post/control/0000000007/av-1", "post/onsite-lead/0000000007/av-1",
         "post/onsite-tech/0000000007/av-1", "sign/av1/av-1");
  vd__crew__free_unpacked(crew, NULL);
}

Test(index, a_person_on_duty_covers_each_team_once)
{
  Vd__Crew *crew = crew_new();
  crew->on_duty = true;
  REFRESH(CREW, crew);
  EXPECT("duty/", "duty/command/0000000007/av-1", "duty/onsite/0000000007/av-1");
  vd__crew__free_unpacked(crew, NULL);
}

Test(index, who_is_retired_is_not_found)
{
  Vd__Crew *crew = crew_new();
  crew->on_duty = crew->retired = true;
  REFRESH(CREW, crew);
  EXPECT_NONE("");
  vd__crew__free_unpacked(crew, NULL);
}

Test(index, rank_is_a_number_not_a_word)
{
  Vd__Crew *second = crew_new(), *tenth = crew_new();
  vd_string_set(&second->id, "z");
  vd_string_set(&tenth->id, "a");
  second->rank = 2;
  tenth->rank = 10;
  REFRESH(CREW, tenth);
  REFRESH(CREW, second);
  EXPECT("post/control/", "post/control/0000000002/z", "post/control/0000000010/a");
  vd__crew__free_unpacked(second, NULL);
  vd__crew__free_unpacked(tenth, NULL);
}

Test(index, a_post_listed_twice_is_one_key)
{
  Vd__Crew *crew = crew_new();
  vd_strings_add(&crew->posts, &crew->n_posts, "control");
  REFRESH(CREW, crew);
  cr_assert_eq(vd_index_count(keys, "post/control/"), 1u);
  REFRESH(CREW, crew);
  vd_string_set(&crew->call_sign, "");
  REFRESH(CREW, crew);
  EXPECT("", "post/control/0000000007/av-1", "post/onsite-lead/0000000007/av-1",
         "post/onsite-tech/0000000007/av-1");
  vd__crew__free_unpacked(crew, NULL);
}

Test(index, call_signs_are_folded)
{
  char sign[VD_INDEX_SIGN_MAX];
  cr_assert_eq(vd_index_fold_sign(" Medic\t1 / b", sign, sizeof sign), 7u);
  cr_assert_str_eq(sign, "medic1b");
  cr_assert_eq(vd_index_fold_sign("音響 1", sign, sizeof sign), 7u);
  cr_assert_str_eq(sign, "音響1");
  cr_assert_eq(vd_index_fold_sign("abcdef", sign, 4), 3u);
  cr_assert_str_eq(sign, "abc");
}

Test(index, what_is_gone_leaves_nothing)
{
  Vd__Incident *incident = incident_new(41, "41");
  REFRESH(INCIDENT, incident);
  refresh(VD__KIND__KIND_INCIDENT, "41", NULL);
  EXPECT_NONE("");
  refresh(VD__KIND__KIND_INCIDENT, "41", NULL);
  vd__incident__free_unpacked(incident, NULL);
}

Test(index, iterating_survives_the_removal_of_what_was_returned)
{
  Vd__Incident *first = incident_new(1, "1"), *second = incident_new(2, "2");
  REFRESH(INCIDENT, first);
  REFRESH(INCIDENT, second);
  char after[64] = "";
  const char *key = vd_index_next(keys, "like/", NULL);
  memcpy(after, key, strlen(key) + 1);
  refresh(VD__KIND__KIND_INCIDENT, "1", NULL);
  key = vd_index_next(keys, "like/", after);
  cr_assert_str_eq(key, "like/hall/av-fault/00000001684371600000/2");
  cr_assert_null(vd_index_next(keys, "like/", key));
  vd__incident__free_unpacked(first, NULL);
  vd__incident__free_unpacked(second, NULL);
}

Test(index, counts_what_begins_with_two_fields)
{
  Vd__Incident *incident = incident_new(0, "");
  vd_string_set(&incident->holder, "av-1");
  char id[2] = "a";
  for (uint64_t i = 0; i < 5; i++, id[0]++) {
    incident->number = i;
    refresh(VD__KIND__KIND_INCIDENT, id, &incident->base);
    cr_assert_eq(vd_index_count(keys, "work/av-1/"), i + 1);
  }
  cr_assert_eq(vd_index_count(keys, "like/hall/"), 5u);
  cr_assert_eq(vd_index_count(keys, "work/av/"), 0u);
  cr_assert_eq(vd_index_count(keys, "work/av-10/"), 0u);
  refresh(VD__KIND__KIND_INCIDENT, "a", NULL);
  vd_string_set(&incident->holder, "av-2");
  refresh(VD__KIND__KIND_INCIDENT, "b", &incident->base);
  cr_assert_eq(vd_index_count(keys, "work/av-1/"), 3u);
  cr_assert_eq(vd_index_count(keys, "work/av-2/"), 1u);
  vd__incident__free_unpacked(incident, NULL);
}

Test(index, the_last_field_follows_the_last_slash)
{
  cr_assert_str_eq(vd_index_last_field("work/av-1/42"), "42");
  cr_assert_str_eq(vd_index_last_field("42"), "42");
}
