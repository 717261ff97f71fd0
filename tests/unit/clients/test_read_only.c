// Read-only and back: what a page showed meanwhile was never kept, and goes from the mirror by itself.
#include <criterion/criterion.h>
#include <nng/nng.h>

#include "clients/lib/client_internal.h"
#include "tests/unit/clients/fake.h"

struct mirroring {
  struct fake fake;
  struct venue_client *client;
};

static void load(struct mirroring *m)
{
  struct vd_refusal refusal = {.err = VD_OK};
  m->client = fake_client(&m->fake, FAKE_PATIENCE_MS);
  cr_assert_eq(fake_mirror(&m->fake, m->client, &refusal), VD_OK, "%s", refusal.detail);
}

// Five Changes of `hall`, nothing loaded yet.
static void prepare(struct mirroring *m)
{
  fake_init(&m->fake);
  for (int i = 0; i < 5; i++)
    fake_set(&m->fake, "hall", 10);
  fake_start(&m->fake);
}

static void end(struct mirroring *m)
{
  venue_client_destroy(m->client);
  fake_finish(&m->fake);
}

static uint32_t capacity_of(const struct mirroring *m, const char *id)
{
  const Vd__Zone *zone =
      (const Vd__Zone *)vd_fold_find(venue_client_fold(m->client), VD__KIND__KIND_ZONE, id);
  return zone != NULL ? zone->capacity : 0;
}

static struct venue_event beat(struct mirroring *m, enum venue_event_kind kind)
{
  fake_publish_beat(&m->fake);
  return fake_expect(m->client, kind);
}

// The journal gives the number anew, to another value.
static void expect_next(struct mirroring *m)
{
  uint64_t sequence = fake_set(&m->fake, "hall", 70);
  fake_publish_change(&m->fake, sequence);
  fake_expect_change(m->client, sequence);
  cr_assert_eq(capacity_of(m, "hall"), 70);
  cr_assert_eq(capacity_of(m, "ghost"), 0);
  fake_expect_nothing(m->client);
}

static void expect_cured(struct mirroring *m)
{
  beat(m, VENUE_RESYNC);
  cr_assert_eq(capacity_of(m, "hall"), 10);
  cr_assert_eq(capacity_of(m, "ghost"), 0);
  beat(m, VENUE_BEAT);
  expect_next(m);
}

static void derive(struct mirroring *m)
{
  fake_derive(&m->fake, "hall", 99);
  fake_derive(&m->fake, "ghost", 1);
}

// Loaded while read-only, and the first beat said so.
static void begin_read_only(struct mirroring *m)
{
  prepare(m);
  derive(m);
  load(m);
  cr_assert_eq(capacity_of(m, "hall"), 99);
  cr_assert(beat(m, VENUE_BEAT).frame->beat->read_only);
}

Test(read_only, a_mirror_loaded_meanwhile_is_loaded_anew_at_its_end)
{
  struct mirroring m;
  begin_read_only(&m);
  fake_write_again(&m.fake);
  expect_cured(&m);
  end(&m);
}

// The status said it; no beat after it ever did.
Test(read_only, it_ended_before_the_next_beat)
{
  struct mirroring m;
  prepare(&m);
  derive(&m);
  load(&m);
  fake_write_again(&m.fake);
  expect_cured(&m);
  end(&m);
}

static void away(struct mirroring *m)
{
  fake_stop(&m->fake);
  fake_wait_subscribers(&m->fake, 0);
}

static void come_back(struct mirroring *m)
{
  fake_start(&m->fake);
  fake_wait_subscribers(&m->fake, 1);
  fake_wait_connected(m->client);
}

Test(read_only, it_ended_while_the_client_was_away)
{
  struct mirroring m;
  begin_read_only(&m);
  away(&m);
  fake_write_again(&m.fake);
  come_back(&m);
  expect_cured(&m);
  end(&m);
}

Test(read_only, it_ended_with_a_restart)
{
  struct mirroring m;
  begin_read_only(&m);
  away(&m);
  fake_write_again(&m.fake);
  m.fake.epoch = 6;
  come_back(&m);
  expect_cured(&m);
  end(&m);
}

// It ended and began again while the client was away: other things stand in memory alone now.
Test(read_only, it_is_another_one_when_the_client_comes_back)
{
  struct mirroring m;
  begin_read_only(&m);
  away(&m);
  fake_write_again(&m.fake);
  fake_derive(&m.fake, "hall", 55);
  come_back(&m);
  beat(&m, VENUE_RESYNC);
  cr_assert_eq(capacity_of(&m, "hall"), 55);
  cr_assert_eq(capacity_of(&m, "ghost"), 0);
  beat(&m, VENUE_BEAT);
  fake_write_again(&m.fake);
  expect_cured(&m);
  end(&m);
}

// Loaded before: it holds nothing that was not kept, but nobody is asked to know that.
Test(read_only, a_mirror_loaded_before_is_loaded_anew_too)
{
  struct mirroring m;
  prepare(&m);
  load(&m);
  beat(&m, VENUE_BEAT);
  derive(&m);
  beat(&m, VENUE_BEAT);
  cr_assert_eq(capacity_of(&m, "hall"), 10);
  fake_write_again(&m.fake);
  expect_cured(&m);
  end(&m);
}

// ---- while the pages come ----

static void add_zones(struct mirroring *m)
{
  m->fake.page_max = 1;
  for (const char *id = "abc"; *id != '\0'; id++)
    fake_set(&m->fake, (char[]){*id, '\0'}, 1);
}

static void come_and_go(struct fake *fake, size_t nth)
{
  if (nth == 1) {
    fake_derive(fake, "hall", 99);
    fake_publish_beat(fake);
  } else if (nth == 4) {
    fake_write_again(fake);
    fake_publish_beat(fake);
  }
}

Test(read_only, it_came_and_went_while_the_mirror_was_loaded)
{
  struct mirroring m;
  prepare(&m);
  add_zones(&m);
  m.fake.between = come_and_go;
  load(&m);
  cr_assert_eq(capacity_of(&m, "hall"), 99);
  m.fake.between = NULL;
  fake_expect(m.client, VENUE_BEAT);
  fake_expect(m.client, VENUE_RESYNC);
  cr_assert_eq(capacity_of(&m, "hall"), 10);
  expect_next(&m);
  end(&m);
}

// Neither beat arrives: the feed is broken meanwhile.
static void come_and_go_unheard(struct fake *fake, size_t nth)
{
  if (nth == 1) {
    fake_derive(fake, "hall", 99);
    nng_pipe_close(fake->subscriber);
  } else if (nth == 4) {
    fake_write_again(fake);
  }
}

Test(read_only, it_came_and_went_unheard_while_the_mirror_was_loaded)
{
  struct mirroring m;
  prepare(&m);
  add_zones(&m);
  m.fake.between = come_and_go_unheard;
  load(&m);
  cr_assert_eq(capacity_of(&m, "hall"), 99);
  m.fake.between = NULL;
  fake_wait_subscriptions(&m.fake, 2);
  expect_cured(&m);
  end(&m);
}

// A beat from before the last page says nothing of what was lost after it; one from then on says all.
static void expect_after_a_broken_feed(int64_t beat_at_ms, enum venue_event_kind kind)
{
  struct mirroring m;
  prepare(&m);
  m.fake.now_at_ms = 1000;
  load(&m);
  m.fake.now_at_ms = beat_at_ms;
  beat(&m, VENUE_BEAT);
  away(&m);
  come_back(&m);
  beat(&m, kind);
  expect_next(&m);
  end(&m);
}

Test(read_only, a_feed_that_broke_before_the_mirror_was_proven)
{
  expect_after_a_broken_feed(999, VENUE_RESYNC);
}

Test(read_only, a_feed_that_broke_once_the_mirror_was_proven)
{
  expect_after_a_broken_feed(1000, VENUE_BEAT);
}

// ---- around it ----

// What is told goes on without a gap, though the mirror is ahead of it.
Test(read_only, no_change_is_skipped)
{
  struct mirroring m;
  begin_read_only(&m);
  fake_write_again(&m.fake);
  fake_set(&m.fake, "hall", 11);
  fake_set(&m.fake, "hall", 12);
  fake_publish_beat_of(&m.fake, m.fake.epoch, 5);
  fake_expect(m.client, VENUE_RESYNC);
  cr_assert_eq(capacity_of(&m, "hall"), 12);
  fake_publish_change(&m.fake, 6);
  fake_publish_change(&m.fake, 7);
  fake_expect_change(m.client, 6);
  fake_expect_change(m.client, 7);
  cr_assert_eq(capacity_of(&m, "hall"), 12);
  expect_next(&m);
  end(&m);
}

Test(read_only, a_loading_that_fails_is_tried_again)
{
  struct mirroring m;
  begin_read_only(&m);
  fake_write_again(&m.fake);
  m.fake.refusal = "not-permitted";
  fake_play(&m.fake, FAKE_ANSWER); // the status
  fake_play(&m.fake, FAKE_REFUSE); // the first page
  fake_publish_beat(&m.fake);
  struct venue_event event;
  cr_assert_eq(fake_next(m.client, 300, &event), VD_ERR_TIMED_OUT);
  expect_cured(&m);
  end(&m);
}

// Who does not mirror has been told nothing that was not kept.
Test(read_only, without_a_mirror_nothing_begins_anew)
{
  struct mirroring m;
  prepare(&m);
  derive(&m);
  m.client = fake_client(&m.fake, FAKE_PATIENCE_MS);
  cr_assert_eq(venue_client_follow(m.client, 0, NULL), VD_OK);
  fake_wait_subscribers(&m.fake, 1);
  beat(&m, VENUE_BEAT);
  fake_write_again(&m.fake);
  beat(&m, VENUE_BEAT);
  uint64_t sequence = fake_set(&m.fake, "hall", 70);
  fake_publish_change(&m.fake, sequence);
  fake_expect_change(m.client, sequence);
  end(&m);
}

Test(read_only, no_page_before_a_beat)
{
  struct mirroring m;
  prepare(&m);
  m.client = fake_client(&m.fake, 300);
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(venue_client_mirror(m.client, &refusal), VD_ERR_TIMED_OUT);
  cr_assert_eq(refusal.err, VD_ERR_TIMED_OUT);
  cr_assert_eq(fake_count_seen(&m.fake, VD__REQUEST__BODY_STATE), 0);
  end(&m);
}
