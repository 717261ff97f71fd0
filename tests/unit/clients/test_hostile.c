// A peer that means harm, or is broken: the client may tell nothing, but it stays whole, ends each wait, and
// goes on when sense returns.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clients/lib/client_internal.h"
#include "tests/unit/clients/fake.h"

struct following {
  struct fake fake;
  struct venue_client *client;
};

static void begin(struct following *f, uint64_t count)
{
  fake_init(&f->fake);
  for (uint64_t i = 0; i < count; i++)
    fake_set(&f->fake, "hall", 10);
  fake_start(&f->fake);
  f->client = fake_client(&f->fake, FAKE_PATIENCE_MS);
  cr_assert_eq(fake_mirror(&f->fake, f->client, NULL), VD_OK);
  fake_wait_subscribers(&f->fake, 1);
  fake_publish_beat(&f->fake);
  fake_expect(f->client, VENUE_BEAT);
}

static void end(struct following *f)
{
  venue_client_destroy(f->client);
  fake_finish(&f->fake);
}

// Whatever it is told, until the Change of that sequence comes.
static void expect_sense(struct following *f)
{
  uint64_t sequence = fake_set(&f->fake, "hall", 77);
  fake_publish_beat(&f->fake);
  fake_publish_change(&f->fake, sequence);
  fake_publish_beat(&f->fake);
  int64_t until_ms = venue_mono_ms() + FAKE_PATIENCE_MS;
  for (;;) {
    struct venue_event event;
    enum vd_err err = venue_client_next(f->client, 100, &event);
    const Vd__Zone *hall =
        (const Vd__Zone *)vd_fold_find(venue_client_fold(f->client), VD__KIND__KIND_ZONE, "hall");
    if (hall != NULL && hall->revision == sequence && hall->capacity == 77)
      return; // by its frame, a repair or a resync
    if (err != VD_OK)
      fake_publish_beat(&f->fake);
    cr_assert_lt(venue_mono_ms(), until_ms, "sense did not return");
  }
}

Test(hostile, frames_that_are_none)
{
  static const struct {
    const char *bytes;
    size_t size;
  } frames[] = {
      {"", 0},
      {"\n", 1},
      {"\0", 1},
      {"beat/", 5},
      {"alarm/", 6},
      {"alarm/\n", 7},
      {"alarm/x", 7},
      {"beat/\n\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 17},
      {"change/\n\x1a\xff\xff\xff\xff\x0f", 14},                 // a Change of 4 GiB
      {"change/\n\x10\x04\x1a\x04\x22\x00\x2a\x00", 16},         // an entity and a key that are empty
      {"change/\n\x10\x05\x1a\x06\x2a\x04\x08\x8f\x4e\x12", 18}, // cut off
      {"\n\n\n\n", 4},
  };
  struct following f;
  begin(&f, 3);
  for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
    fake_publish_bytes(&f.fake, frames[i].bytes, frames[i].size);
  expect_sense(&f);
  end(&f);
}

Test(hostile, a_frame_beyond_all_measure_costs_the_connection_only)
{
  struct following f;
  begin(&f, 3);
  fake_publish_bytes(&f.fake, NULL, 150 * 1024);
  fake_expect_nothing(f.client);
  fake_wait_subscribers(&f.fake, 1);
  expect_sense(&f);
  end(&f);
}

// Well formed and untrue.
Test(hostile, entities_and_keys_of_no_kind)
{
  struct following f;
  begin(&f, 3);
  uint64_t sequence = fake_set(&f.fake, "hall", 11);
  Vd__Change *change = f.fake.history[sequence - 1]->change;
  VD_REPEATED_ADD(change->upserts, change->n_upserts, vd_message_new(&vd__entity__descriptor));
  static const int kinds[] = {0, -1, 9999, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    Vd__Key *key = (Vd__Key *)vd_message_new(&vd__key__descriptor);
    key->kind = (Vd__Kind)kinds[i];
    VD_REPEATED_ADD(change->removals, change->n_removals, key);
  }
  fake_publish_change(&f.fake, sequence);
  fake_expect_change(f.client, sequence);
  expect_sense(&f);
  end(&f);
}

Test(hostile, beats_of_impossible_numbers)
{
  static const uint64_t numbers[] = {0, 1, UINT64_MAX, UINT64_MAX - 1, 1ULL << 63};
  struct following f;
  begin(&f, 3);
  for (size_t i = 0; i < 25; i++)
    fake_publish_beat_of(&f.fake, numbers[i % 5], numbers[i / 5]);
  for (size_t i = 0; i < 5; i++) {
    Vd__Frame frame = VD__FRAME__INIT;
    frame.epoch = f.fake.epoch;
    frame.sequence = numbers[i];
    fake_publish(&f.fake, "change/none/", &frame);
  }
  expect_sense(&f);
  end(&f);
}

// ---- answers ----

// Frames 4, 6, 5, 4: what follows the hole is asked for again.
static void shuffle(Vd__Response *response)
{
  if (response->body_case != VD__RESPONSE__BODY_CHANGES || response->changes->n_frames < 3)
    return;
  Vd__Frame **frames = response->changes->frames;
  Vd__Frame *second = frames[1];
  frames[1] = frames[2];
  frames[2] = second;
}

Test(hostile, a_page_with_holes_is_told_in_order)
{
  struct following f;
  begin(&f, 3);
  for (int i = 0; i < 6; i++)
    fake_set(&f.fake, "hall", 20);
  f.fake.spoil = shuffle;
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  for (uint64_t sequence = 4; sequence <= 9; sequence++)
    fake_expect_change(f.client, sequence);
  end(&f);
}

static void promise_more(Vd__Response *response)
{
  if (response->body_case != VD__RESPONSE__BODY_CHANGES)
    return;
  Vd__ChangesPage *page = response->changes;
  for (size_t i = 0; i < page->n_frames; i++)
    vd__frame__free_unpacked(page->frames[i], NULL);
  page->n_frames = 0;
  page->complete = false;
}

// An empty page that promises more, for ever: each call ends, and few questions are asked.
Test(hostile, pages_that_never_hold_anything)
{
  struct following f;
  begin(&f, 3);
  fake_set(&f.fake, "hall", 20);
  fake_publish_beat(&f.fake);
  fake_expect(f.client, VENUE_BEAT);
  f.fake.spoil = promise_more;
  size_t before = f.fake.seen_count;
  struct venue_event event;
  enum vd_err err = venue_client_next(f.client, 600, &event);
  cr_assert(err == VD_ERR_TIMED_OUT || event.kind == VENUE_STALE, "%s", vd_err_name(err));
  cr_assert_leq(f.fake.seen_count - before, 5);
  f.client->beat_mono_ms = venue_mono_ms() - 4000; // answers that tell nothing are as good as silence
  fake_expect(f.client, VENUE_STALE);
  f.fake.spoil = NULL;
  expect_sense(&f);
  end(&f);
}

static void go_round(Vd__Response *response)
{
  if (response->body_case != VD__RESPONSE__BODY_STATE)
    return;
  vd__key__free_unpacked(response->state->next, NULL);
  response->state->next = (Vd__Key *)vd_message_new(&vd__key__descriptor);
  response->state->next->kind = VD__KIND__KIND_ZONE;
  vd_string_set(&response->state->next->id, "hall");
}

Test(hostile, pages_that_go_round_in_a_circle)
{
  struct following f;
  begin(&f, 3);
  f.fake.spoil = go_round;
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(fake_mirror(&f.fake, f.client, &refusal), VD_ERR_BAD_REQUEST);
  cr_assert_eq(refusal.err, VD_ERR_BAD_REQUEST);
  cr_assert_null(venue_client_fold(f.client));
  end(&f);
}

static void lose_body(Vd__Response *response)
{
  if (response->body_case == VD__RESPONSE__BODY_STATUS) {
    vd__status__free_unpacked(response->status, NULL);
    response->body_case = VD__RESPONSE__BODY__NOT_SET;
  }
}

Test(hostile, an_answer_to_another_question)
{
  struct following f;
  begin(&f, 3);
  f.fake.spoil = lose_body;
  cr_assert_eq(venue_client_follow(f.client, 0, NULL), VD_ERR_BAD_REQUEST);
  end(&f);
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

static void publish_damaged(struct fake *fake, uint64_t *seed)
{
  struct vd_buffer bytes = {0};
  vd_buffer_printf(&bytes, draw(seed, 8) == 0 ? "alarm/x\n" : "change/x\n");
  vd_buffer_pack(&bytes, &fake->history[draw(seed, fake->count)]->base);
  for (uint64_t i = 0, count = 1 + draw(seed, 4); i < count; i++)
    bytes.data[draw(seed, bytes.size)] = (uint8_t)draw(seed, 256);
  if (draw(seed, 4) == 0)
    bytes.size = draw(seed, bytes.size);
  fake_publish_bytes(fake, bytes.data, bytes.size);
  vd_buffer_finish(&bytes);
}

Test(hostile, damaged_frames)
{
  struct following f;
  begin(&f, 20);
  uint64_t seed = random_seed();
  for (int round = 0; round < 20; round++) {
    for (int i = 0; i < 50; i++)
      publish_damaged(&f.fake, &seed);
    struct venue_event event;
    while (venue_client_next(f.client, 5, &event) == VD_OK)
      ;
  }
  // What a damaged Change put into the mirror goes with the next newer one of that zone, or a fresh mirror.
  cr_assert_eq(fake_mirror(&f.fake, f.client, NULL), VD_OK);
  fake_wait_subscribers(&f.fake, 1);
  expect_sense(&f);
  end(&f);
}

// ---- an end in the middle of a flood ----

enum { ENDED = 17 };

struct flood {
  struct fake *fake;
  atomic_bool is_over;
};

static void *pour(void *argument)
{
  struct flood *flood = argument;
  while (!atomic_load(&flood->is_over))
    fake_publish_change(flood->fake, 1);
  return NULL;
}

// nng would wait forever at times.
Test(hostile, an_end_in_a_flood_is_an_end, .exit_code = ENDED)
{
  struct fake fake;
  fake_init(&fake);
  fake_set(&fake, "hall", 10);
  fake_start(&fake);
  struct venue_client *client = fake_client(&fake, FAKE_PATIENCE_MS);
  cr_assert_eq(venue_client_follow(client, 0, NULL), VD_OK);
  fake_wait_subscribers(&fake, 1);
  struct flood flood = {.fake = &fake};
  pthread_t thread;
  cr_assert_eq(pthread_create(&thread, NULL, pour, &flood), 0);
  struct venue_event event;
  for (int i = 0; i < 3; i++)
    cr_assert_eq(fake_next(client, 20, &event), VD_ERR_TIMED_OUT);
  int64_t began_ms = venue_mono_ms();
  venue_client_destroy(client);
  cr_assert_lt(venue_mono_ms() - began_ms, FAKE_PATIENCE_MS);
  atomic_store(&flood.is_over, true);
  pthread_join(thread, NULL);
  fake_forget(&fake);
  _exit(ENDED); // without the fake's own end: it would share nng's reaper, should that hang
}
