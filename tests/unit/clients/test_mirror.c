// The mirror: pages and frames together are what the daemon holds.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/clients/fake.h"

static void expect_same(const struct vd_fold *mirror, const struct vd_fold *held)
{
  cr_assert_eq(vd_fold_count(mirror, VD__KIND__KIND_UNSPECIFIED),
               vd_fold_count(held, VD__KIND__KIND_UNSPECIFIED));
  const ProtobufCMessage *zone = NULL;
  while ((zone = vd_fold_next(held, VD__KIND__KIND_ZONE, zone != NULL ? vd_message_id(zone) : NULL, "")) !=
         NULL) {
    const Vd__Zone *there = (const Vd__Zone *)zone;
    const Vd__Zone *here = (const Vd__Zone *)vd_fold_find(mirror, VD__KIND__KIND_ZONE, there->id);
    cr_assert_not_null(here, "%s", there->id);
    cr_assert_eq(here->revision, there->revision, "%s", there->id);
    cr_assert_eq(here->capacity, there->capacity, "%s", there->id);
  }
}

// Reads until the Change of that sequence was told.
static void catch_up(struct venue_client *client, uint64_t sequence)
{
  struct venue_event event;
  do
    cr_assert_eq(venue_client_next(client, FAKE_PATIENCE_MS, &event), VD_OK);
  while (event.kind != VENUE_CHANGE || event.frame->sequence != sequence);
}

static uint32_t capacity_of(struct venue_client *client, const char *id)
{
  const Vd__Zone *zone = (const Vd__Zone *)vd_fold_find(venue_client_fold(client), VD__KIND__KIND_ZONE, id);
  return zone != NULL ? zone->capacity : 0;
}

static struct venue_client *mirror(struct fake *fake)
{
  struct venue_client *client = fake_client(fake, FAKE_PATIENCE_MS);
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(fake_mirror(fake, client, &refusal), VD_OK, "%s", refusal.detail);
  fake_wait_subscribers(fake, 1);
  return client;
}

Test(mirror, pages_and_frames)
{
  struct fake fake;
  fake_init(&fake);
  fake.page_max = 3;
  for (int i = 0; i < 10; i++) {
    char id[16];
    snprintf(id, sizeof id, "zone-%d", i);
    fake_set(&fake, id, 100);
  }
  fake_start(&fake);
  struct venue_client *client = mirror(&fake);
  cr_assert_eq(fake_count_seen(&fake, VD__REQUEST__BODY_STATE), 4);
  expect_same(venue_client_fold(client), fake.fold);
  fake_publish_change(&fake, fake_set(&fake, "zone-3", 7));
  fake_publish_change(&fake, fake_remove(&fake, "zone-4"));
  fake_publish_change(&fake, fake_set(&fake, "zone-new", 8));
  catch_up(client, 13);
  cr_assert_eq(capacity_of(client, "zone-3"), 7);
  cr_assert_eq(capacity_of(client, "zone-4"), 0);
  expect_same(venue_client_fold(client), fake.fold);
  venue_client_destroy(client);
  fake_finish(&fake);
}

Test(mirror, an_empty_venue)
{
  struct fake fake;
  fake_init(&fake);
  fake_start(&fake);
  struct venue_client *client = mirror(&fake);
  cr_assert_eq(vd_fold_count(venue_client_fold(client), VD__KIND__KIND_UNSPECIFIED), 0);
  fake_publish_change(&fake, fake_set(&fake, "hall", 8));
  catch_up(client, 1);
  cr_assert_eq(capacity_of(client, "hall"), 8);
  venue_client_destroy(client);
  fake_finish(&fake);
}

static void commit_unlocked(struct fake *fake, const char *zone, uint32_t capacity)
{
  pthread_mutex_unlock(&fake->lock);
  if (capacity > 0)
    fake_set(fake, zone, capacity);
  else
    fake_remove(fake, zone);
  pthread_mutex_lock(&fake->lock);
}

// Between the first page (a, b) and the second: what stands on the first changes, and so does what is to
// come.
static void change_meanwhile(struct fake *fake, size_t nth)
{
  if (nth != 1)
    return;
  commit_unlocked(fake, "a", 5);
  commit_unlocked(fake, "b", 0);
  commit_unlocked(fake, "c", 6);
  commit_unlocked(fake, "d", 0);
}

Test(mirror, no_freeze_is_needed)
{
  struct fake fake;
  fake_init(&fake);
  fake.page_max = 2;
  fake.between = change_meanwhile;
  for (const char *id = "abcd"; *id != '\0'; id++)
    fake_set(&fake, (char[]){*id, '\0'}, 1);
  fake_start(&fake);
  struct venue_client *client = mirror(&fake);
  // The pages are of different moments: c is newer than the Changes that follow tell, and stays.
  cr_assert_eq(capacity_of(client, "a"), 1);
  cr_assert_eq(capacity_of(client, "b"), 1);
  cr_assert_eq(capacity_of(client, "c"), 6);
  fake_publish_beat(&fake);
  catch_up(client, 8);
  cr_assert_eq(capacity_of(client, "c"), 6);
  expect_same(venue_client_fold(client), fake.fold);
  venue_client_destroy(client);
  fake_finish(&fake);
}

Test(mirror, alarms_are_not_folded)
{
  struct fake fake;
  fake_init(&fake);
  fake_set(&fake, "hall", 1);
  fake_start(&fake);
  struct venue_client *client = mirror(&fake);
  uint64_t sequence = fake_set(&fake, "hall", 99);
  Vd__Frame alarm = *fake.history[sequence - 1];
  alarm.sequence = 0;
  fake_publish(&fake, "alarm/zone/hall", &alarm);
  fake_expect(client, VENUE_ALARM);
  cr_assert_eq(capacity_of(client, "hall"), 1);
  venue_client_destroy(client);
  fake_finish(&fake);
}

// The number of a frame counts where the Change's own was hidden: a removal compares with it.
Test(mirror, a_removal_whose_own_number_is_hidden)
{
  struct fake fake;
  fake_init(&fake);
  fake_set(&fake, "hall", 1);
  fake_start(&fake);
  struct venue_client *client = mirror(&fake);
  uint64_t sequence = fake_remove(&fake, "hall");
  fake.history[sequence - 1]->change->sequence = 0;
  fake_publish_change(&fake, sequence);
  catch_up(client, sequence);
  cr_assert_eq(vd_fold_count(venue_client_fold(client), VD__KIND__KIND_ZONE), 0);
  venue_client_destroy(client);
  fake_finish(&fake);
}

// ---- at random ----

static uint64_t random_seed(void)
{
  const char *given = getenv("VD_SEED");
  uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
  fprintf(stderr, "# VD_SEED=%llu\n", (unsigned long long)seed);
  return seed | 1;
}

static uint64_t draw(uint64_t *seed, uint64_t below)
{
  *seed ^= *seed << 13, *seed ^= *seed >> 7, *seed ^= *seed << 17;
  return *seed % below;
}

// Frames get lost, come twice and late; pages are small; in the end it is the same.
Test(mirror, a_feed_that_loses_and_repeats)
{
  struct fake fake;
  fake_init(&fake);
  uint64_t seed = random_seed();
  fake.page_max = 7;
  for (int i = 0; i < 20; i++)
    fake_set(&fake, (char[]){(char)('a' + i), '\0'}, 1);
  fake_start(&fake);
  struct venue_client *client = mirror(&fake);
  for (int round = 0; round < 30; round++) {
    uint64_t sequence = 0;
    for (uint64_t i = 0, count = 1 + draw(&seed, 20); i < count; i++) {
      char id[] = {(char)('a' + draw(&seed, 26)), '\0'};
      sequence =
          draw(&seed, 4) == 0 ? fake_remove(&fake, id) : fake_set(&fake, id, (uint32_t)draw(&seed, 99));
      if (draw(&seed, 3) != 0)
        fake_publish_change(&fake, sequence);
      if (draw(&seed, 5) == 0)
        fake_publish_change(&fake, 1 + draw(&seed, sequence));
      if (draw(&seed, 9) == 0)
        fake_publish_beat(&fake);
    }
    fake_publish_beat(&fake);
    catch_up(client, sequence);
    expect_same(venue_client_fold(client), fake.fold);
  }
  venue_client_destroy(client);
  fake_finish(&fake);
}
