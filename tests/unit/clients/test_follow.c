// Following: in order and complete whatever the feed loses, and never silently old.
#include <criterion/criterion.h>
#include <nng/nng.h>
#include <nng/supplemental/util/platform.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "clients/lib/client_internal.h"
#include "tests/unit/clients/fake.h"

struct following {
  struct fake fake;
  struct venue_client *client;
};

// A client that follows a history of `count` Changes, from `from`, on a feed that is connected.
static void begin(struct following *f, uint64_t count, uint64_t from)
{
  fake_init(&f->fake);
  for (uint64_t i = 0; i < count; i++)
    fake_set(&f->fake, "hall", 10);
  fake_start(&f->fake);
  f->client = fake_client(&f->fake, 4 * FAKE_PATIENCE_MS);
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(venue_client_follow(f->client, from, &refusal), VD_OK, "%s", refusal.detail);
  fake_wait_subscribers(&f->fake, 1);
}

static void end(struct following *f)
{
  venue_client_destroy(f->client);
  fake_finish(&f->fake);
}

static void set(struct following *f, uint64_t count)
{
  for (uint64_t i = 0; i < count; i++)
    fake_set(&f->fake, "hall", 20);
}

// Until something waits to be read on the feed.
static void wait_arrived(struct following *f)
{
  struct pollfd feed = {.events = POLLIN};
  cr_assert_eq(nng_socket_get_int(f->client->sub, NNG_OPT_RECVFD, &feed.fd), 0);
  cr_assert_eq(poll(&feed, 1, FAKE_PATIENCE_MS), 1);
}

Test(follow, from_now_on_in_order)
{
  struct following f;
  begin(&f, 3, 0);
  set(&f, 3);
  for (uint64_t sequence = 4; sequence <= 6; sequence++)
    fake_publish_change(&f.fake, sequence);
  for (uint64_t sequence = 4; sequence <= 6; sequence++)
    fake_expect_change(f.client, sequence);
  fake_expect_nothing(f.client);
  end(&f);
}

Test(follow, frames_alone_need_no_question_once_the_connection_is_known)
{
  struct following f;
  begin(&f, 3, 0);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  size_t asked = f.fake.seen_count;
  set(&f, 5);
  for (uint64_t sequence = 4; sequence <= 8; sequence++) {
    fake_publish_change(&f.fake, sequence);
    fake_expect_change(f.client, sequence);
  }
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  cr_assert_eq(f.fake.seen_count, asked);
  end(&f);
}

Test(follow, duplicates_are_dropped)
{
  struct following f;
  begin(&f, 3, 0);
  set(&f, 2);
  fake_publish_change(&f.fake, 4);
  fake_publish_change(&f.fake, 4);
  fake_publish_change(&f.fake, 1);
  fake_publish_change(&f.fake, 5);
  fake_publish_change(&f.fake, 4);
  fake_expect_change(f.client, 4);
  fake_expect_change(f.client, 5);
  fake_expect_nothing(f.client);
  end(&f);
}

Test(follow, a_gap_is_repaired_over_several_pages)
{
  struct following f;
  begin(&f, 3, 0);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  f.fake.page_max = 3;
  set(&f, 10); // 4 … 13
  fake_publish_change(&f.fake, 4);
  fake_publish_change(&f.fake, 13);
  for (uint64_t sequence = 4; sequence <= 13; sequence++)
    fake_expect_change(f.client, sequence);
  fake_expect_nothing(f.client);
  // One look at the history after the connection, then 5 … 13 by threes.
  cr_assert_eq(fake_count_seen(&f.fake, VD__REQUEST__BODY_CHANGES), 4);
  end(&f);
}

Test(follow, a_beat_beyond_what_was_seen_repairs)
{
  struct following f;
  begin(&f, 3, 0);
  set(&f, 2);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  fake_expect_change(f.client, 4);
  fake_expect_change(f.client, 5);
  set(&f, 1);
  fake_publish_beat(&f.fake); // by a connection that is known
  fake_expect(f.client, VENUE_BEAT);
  fake_expect_change(f.client, 6);
  fake_expect_nothing(f.client);
  end(&f);
}

// A lagging feed: its beats and frames are behind what a repair brought.
Test(follow, old_beats_after_a_repair_change_nothing)
{
  struct following f;
  begin(&f, 3, 0);
  set(&f, 3);
  fake_publish_change(&f.fake, 6);
  fake_publish_beat_of(&f.fake, f.fake.epoch, 4);
  fake_publish_change(&f.fake, 5);
  for (uint64_t sequence = 4; sequence <= 6; sequence++)
    fake_expect_change(f.client, sequence);
  fake_expect(f.client, VENUE_BEAT);
  fake_expect_nothing(f.client);
  end(&f);
}

Test(follow, from_a_sequence)
{
  struct following f;
  begin(&f, 5, 2);
  f.fake.page_max = 2;
  for (uint64_t sequence = 2; sequence <= 5; sequence++)
    fake_expect_change(f.client, sequence);
  fake_expect_nothing(f.client);
  end(&f);
}

Test(follow, from_what_comes_next)
{
  struct following f;
  begin(&f, 5, 6);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  set(&f, 1);
  fake_publish_change(&f.fake, 6);
  fake_expect_change(f.client, 6);
  end(&f);
}

Test(follow, from_beyond_the_history_is_a_resync)
{
  struct following f;
  begin(&f, 5, 100);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_RESYNC);
  set(&f, 1);
  fake_publish_change(&f.fake, 6);
  fake_expect_change(f.client, 6);
  end(&f);
}

Test(follow, an_empty_history_begins_with_one)
{
  struct following f;
  begin(&f, 0, 0);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  set(&f, 1);
  fake_publish_change(&f.fake, 1);
  fake_expect_change(f.client, 1);
  end(&f);
}

Test(follow, what_is_hidden_is_counted)
{
  struct following f;
  begin(&f, 3, 0);
  set(&f, 1);
  Vd__Frame hidden = VD__FRAME__INIT;
  hidden.epoch = f.fake.epoch;
  hidden.sequence = 4;
  fake_publish_beat(&f.fake);
  fake_publish(&f.fake, "change/none/", &hidden);
  fake_expect(f.client, VENUE_BEAT);
  fake_expect_change(f.client, 4);
  set(&f, 1);
  fake_publish_change(&f.fake, 5);
  fake_expect_change(f.client, 5);
  end(&f);
}

Test(follow, alarms_are_told_and_stand_outside_the_order)
{
  struct following f;
  begin(&f, 3, 0);
  Vd__Change change = VD__CHANGE__INIT;
  Vd__Frame alarm = VD__FRAME__INIT;
  alarm.epoch = f.fake.epoch;
  alarm.change = &change;
  fake_publish(&f.fake, "alarm/incident/1", &alarm);
  struct venue_event event = fake_expect(f.client, VENUE_ALARM);
  cr_assert_not_null(event.frame->change);
  alarm.sequence = 4; // whatever it claims
  fake_publish(&f.fake, "alarm/incident/1", &alarm);
  fake_expect(f.client, VENUE_ALARM);
  set(&f, 1);
  fake_publish_change(&f.fake, 4);
  fake_expect_change(f.client, 4);
  end(&f);
}

static void publish_alarm(struct following *f, uint64_t number)
{
  Vd__Change change = VD__CHANGE__INIT;
  Vd__Frame alarm = VD__FRAME__INIT;
  alarm.epoch = f->fake.epoch;
  alarm.change = &change;
  alarm.alarm = number;
  fake_publish(&f->fake, "alarm/incident/1", &alarm);
}

static void expect_alarm(struct following *f, uint64_t number)
{
  cr_assert_eq(fake_expect(f->client, VENUE_ALARM).frame->alarm, number);
}

Test(follow, an_alarm_that_is_told_again_for_somebody_else_is_heard_once)
{
  struct following f;
  begin(&f, 3, 0);
  publish_alarm(&f, 2);
  publish_alarm(&f, 1); // earlier, and told again to us who came later
  publish_alarm(&f, 2);
  publish_alarm(&f, 3);
  expect_alarm(&f, 2);
  expect_alarm(&f, 1);
  expect_alarm(&f, 3);
  f.fake.epoch++; // another daemon counts anew
  publish_alarm(&f, 1);
  expect_alarm(&f, 1);
  end(&f);
}

// ---- age and patience ----

Test(follow, silence_is_told_each_second_and_ends_with_a_beat)
{
  struct following f;
  begin(&f, 3, 0);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  struct venue_event event = fake_expect(f.client, VENUE_STALE);
  int64_t silent_ms = event.silent_ms;
  cr_assert(silent_ms > 3000 && silent_ms < FAKE_PATIENCE_MS / 2, "%lld", (long long)silent_ms);
  event = fake_expect(f.client, VENUE_STALE);
  cr_assert_geq(event.silent_ms, silent_ms + 1000);
  cr_assert_lt(event.silent_ms, silent_ms + FAKE_PATIENCE_MS / 2);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  fake_expect_nothing(f.client);
  end(&f);
}

// At the limit and not before, however fast or slow the machine.
Test(follow, silence_is_told_from_its_limit_on)
{
  struct following f;
  begin(&f, 3, 0);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  struct venue_event event;
  enum vd_err err = venue_client_next(f.client, 0, &event);
  cr_assert(err == VD_ERR_TIMED_OUT || event.silent_ms > 3000, "%s", vd_err_name(err));
  f.client->beat_mono_ms = venue_mono_ms() - 3001;
  f.client->stale_told_mono_ms = 0;
  cr_assert_eq(venue_client_next(f.client, 0, &event), VD_OK);
  cr_assert_eq(event.kind, VENUE_STALE);
  end(&f);
}

// Who was away for long, or took long over a page, is not told of a silence that was its own.
Test(follow, beats_that_wait_are_no_silence)
{
  struct following f;
  begin(&f, 3, 0);
  fake_publish_beat(&f.fake);
  wait_arrived(&f);
  f.client->beat_mono_ms = venue_mono_ms() - 60 * 1000;
  fake_expect(f.client, VENUE_BEAT);
  set(&f, 2);
  fake_publish_change(&f.fake, 5); // two wait in a page
  fake_expect_change(f.client, 4);
  fake_publish_beat(&f.fake);
  wait_arrived(&f);
  f.client->beat_mono_ms = venue_mono_ms() - 60 * 1000;
  fake_expect_change(f.client, 5);
  fake_expect(f.client, VENUE_BEAT);
  end(&f);
}

Test(follow, nonsense_is_as_good_as_silence)
{
  struct following f;
  begin(&f, 3, 0);
  f.client->beat_mono_ms = venue_mono_ms() - 60 * 1000;
  fake_publish_bytes(&f.fake, "noise", 5);
  fake_expect(f.client, VENUE_STALE);
  end(&f);
}

// The daemon is gone, Changes are missing: the caller still is told in time, and of the silence.
Test(follow, a_repair_that_cannot_be_does_not_block)
{
  struct following f;
  begin(&f, 3, 0);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  fake_publish_beat_of(&f.fake, f.fake.epoch, 9);
  fake_expect(f.client, VENUE_BEAT);
  fake_stop(&f.fake);
  fake_wait_subscribers(&f.fake, 0);
  while (atomic_load(&f.client->asked.now) > 0)
    nng_msleep(1);
  struct venue_event event;
  int64_t began_ms = venue_mono_ms();
  cr_assert_eq(fake_next(f.client, 200, &event), VD_ERR_UNREACHABLE);
  cr_assert_lt(venue_mono_ms() - began_ms, FAKE_PATIENCE_MS);
  f.client->beat_mono_ms = venue_mono_ms() - 4000;
  fake_expect(f.client, VENUE_STALE);
  end(&f);
}

Test(follow, a_repair_without_answer_takes_a_second_at_most)
{
  struct following f;
  begin(&f, 3, 0);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  fake_publish_beat_of(&f.fake, f.fake.epoch, 4);
  fake_expect(f.client, VENUE_BEAT);
  pthread_mutex_lock(&f.fake.lock);
  f.fake.otherwise = FAKE_SILENT;
  pthread_mutex_unlock(&f.fake.lock);
  struct venue_event event;
  int64_t began_ms = venue_mono_ms();
  enum vd_err err = venue_client_next(f.client, 0, &event);
  cr_assert(err == VD_ERR_TIMED_OUT || event.kind == VENUE_STALE, "%s", vd_err_name(err));
  cr_assert_lt(venue_mono_ms() - began_ms, FAKE_PATIENCE_MS, "a second, and not all the time there is");
  pthread_mutex_lock(&f.fake.lock);
  f.fake.otherwise = FAKE_ANSWER;
  pthread_mutex_unlock(&f.fake.lock);
  set(&f, 1);
  fake_expect_change(f.client, 4);
  end(&f);
}

Test(follow, patience_without_end_ends_with_an_event)
{
  struct following f;
  begin(&f, 3, 0);
  fake_publish_beat(&f.fake);
  struct venue_event event;
  cr_assert_eq(venue_client_next(f.client, INT64_MAX, &event), VD_OK);
  cr_assert_eq(fake_next(f.client, INT64_MIN, &event), VD_ERR_TIMED_OUT);
  end(&f);
}

// ---- beginning ----

Test(follow, a_beginning_that_fails_may_be_repeated)
{
  struct fake fake;
  fake_init(&fake);
  struct venue_client *client = fake_client(&fake, 100);
  cr_assert_eq(venue_client_follow(client, 0, NULL), VD_ERR_UNREACHABLE);
  cr_assert_eq(venue_client_mirror(client, NULL), VD_ERR_UNREACHABLE);
  cr_assert_null(venue_client_fold(client));
  fake_start(&fake);
  enum vd_err err = VD_ERR_UNREACHABLE;
  for (int64_t until_ms = venue_until_ms(FAKE_PATIENCE_MS); err != VD_OK && venue_left_ms(until_ms) > 0;)
    err = venue_client_follow(client, 0, NULL);
  cr_assert_eq(err, VD_OK);
  fake_wait_subscribers(&fake, 1);
  fake_publish_beat(&fake);
  fake_expect(client, VENUE_BEAT);
  cr_assert_eq(venue_client_follow(client, 0, NULL), VD_OK, "once more");
  fake_wait_subscribers(&fake, 1);
  venue_client_destroy(client);
  fake_finish(&fake);
}
