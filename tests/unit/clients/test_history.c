// A daemon that comes back: with the same past, with less of it, or with another.
#include <criterion/criterion.h>
#include <string.h>

#include "clients/lib/client_internal.h"
#include "tests/unit/clients/fake.h"

struct following {
  struct fake fake;
  struct venue_client *client;
};

// Follows, or mirrors, a history of six Changes under epoch 5, and has seen the last of them.
static void begin(struct following *f, bool is_mirror)
{
  fake_init(&f->fake);
  for (int i = 0; i < 5; i++)
    fake_set(&f->fake, "hall", 10);
  fake_start(&f->fake);
  f->client = fake_client(&f->fake, FAKE_PATIENCE_MS);
  cr_assert_eq(is_mirror ? fake_mirror(&f->fake, f->client, NULL) : venue_client_follow(f->client, 0, NULL),
               VD_OK);
  fake_wait_subscribers(&f->fake, 1);
  fake_publish_beat(&f->fake);
  fake_expect(f->client, VENUE_BEAT);
  fake_publish_change(&f->fake, fake_set(&f->fake, "hall", 66));
  fake_expect_change(f->client, 6);
}

static void end(struct following *f)
{
  venue_client_destroy(f->client);
  fake_finish(&f->fake);
}

// The daemon ends; what it knows at its next start is up to the caller until `come_back`.
static void go(struct following *f)
{
  fake_stop(&f->fake);
  fake_wait_subscribers(&f->fake, 0);
}

static void come_back(struct following *f)
{
  fake_start(&f->fake);
  fake_wait_subscribers(&f->fake, 1);
  fake_wait_connected(f->client);
}

static void expect_next(struct following *f)
{
  uint64_t sequence = fake_set(&f->fake, "hall", 70);
  fake_publish_change(&f->fake, sequence);
  fake_expect_change(f->client, sequence);
  fake_expect_nothing(f->client);
}

Test(history, a_restart_goes_on)
{
  struct following f;
  begin(&f, false);
  go(&f);
  f.fake.epoch = 6;
  come_back(&f);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  expect_next(&f);
  end(&f);
}

Test(history, what_a_restart_hid_is_made_up_for)
{
  struct following f;
  begin(&f, false);
  go(&f);
  fake_set(&f.fake, "hall", 1); // the last under the old epoch: committed, its frame lost with the feed
  f.fake.epoch = 6;
  fake_set(&f.fake, "hall", 2);
  come_back(&f);
  fake_publish_change(&f.fake, 8); // before any beat
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  fake_expect_change(f.client, 7);
  fake_expect_change(f.client, 8);
  expect_next(&f);
  end(&f);
}

Test(history, a_connection_lost_and_found_goes_on)
{
  struct following f;
  begin(&f, false);
  go(&f);
  come_back(&f);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  expect_next(&f);
  end(&f);
}

static void expect_resync(uint64_t kept, uint64_t epoch, uint64_t more)
{
  struct following f;
  begin(&f, true);
  go(&f);
  fake_go_back(&f.fake, kept, epoch);
  for (uint64_t i = 0; i < more; i++)
    fake_set(&f.fake, "foyer", 30);
  come_back(&f);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_RESYNC);
  const Vd__Zone *hall =
      (const Vd__Zone *)vd_fold_find(venue_client_fold(f.client), VD__KIND__KIND_ZONE, "hall");
  cr_assert_eq(hall->capacity, 10); // not 66
  cr_assert_eq(hall->revision, kept);
  expect_next(&f);
  end(&f);
}

Test(history, less_under_a_higher_epoch)
{
  expect_resync(3, 6, 0);
}

Test(history, less_under_a_lower_epoch)
{
  expect_resync(3, 4, 0);
}

// The backup is of the epoch before: its next start has the number that the client knows.
Test(history, less_under_the_same_epoch)
{
  expect_resync(3, 5, 0);
}

Test(history, as_much_under_a_lower_epoch)
{
  expect_resync(5, 4, 1);
}

// Restored, and grown beyond what the client knows before the client came back.
Test(history, more_under_a_higher_epoch)
{
  expect_resync(3, 6, 9);
}

Test(history, another_moment_of_the_same_sequence_and_epoch)
{
  struct following f;
  begin(&f, true);
  go(&f);
  fake_go_back(&f.fake, 5, 5);
  fake_set(&f.fake, "hall", 10);
  f.fake.history[5]->change->cause->now_at_ms += 1;
  come_back(&f);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_RESYNC);
  expect_next(&f);
  end(&f);
}

// A hole is open when the daemon is replaced: the other history must not be spliced in.
Test(history, a_repair_is_not_taken_from_another_history)
{
  struct following f;
  begin(&f, false);
  fake_publish_beat_of(&f.fake, 5, 8); // 7 and 8 are missing
  fake_expect(f.client, VENUE_BEAT);
  go(&f);
  fake_go_back(&f.fake, 3, 6);
  for (int i = 0; i < 9; i++)
    fake_set(&f.fake, "foyer", 30);
  come_back(&f);
  fake_expect(f.client, VENUE_RESYNC);
  expect_next(&f);
  end(&f);
}

// The mirror is loaded whole or the old one stays, and the next beat tries again.
Test(history, a_resync_that_fails_is_tried_again)
{
  struct following f;
  begin(&f, true);
  go(&f);
  fake_go_back(&f.fake, 3, 6);
  come_back(&f);
  f.fake.refusal = "not-permitted";
  fake_play(&f.fake, FAKE_ANSWER); // the look at the history
  fake_play(&f.fake, FAKE_ANSWER); // the status
  fake_play(&f.fake, FAKE_REFUSE); // the first page
  fake_publish_beat(&f.fake);
  struct venue_event event;
  cr_assert_eq(fake_next(f.client, 500, &event), VD_ERR_TIMED_OUT);
  const Vd__Zone *hall =
      (const Vd__Zone *)vd_fold_find(venue_client_fold(f.client), VD__KIND__KIND_ZONE, "hall");
  cr_assert_eq(hall->capacity, 66);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_RESYNC);
  expect_next(&f);
  end(&f);
}

Test(history, what_is_gone_is_a_resync)
{
  struct following f;
  begin(&f, true);
  fake_set(&f.fake, "hall", 7);
  f.fake.refusal = "gone";
  fake_play(&f.fake, FAKE_REFUSE);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  fake_expect(f.client, VENUE_RESYNC);
  expect_next(&f);
  end(&f);
}
