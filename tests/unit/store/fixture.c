#include "fixture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "proto/fold.h"

// ---- folders ----

char *folder_make(void)
{
  const char *tmp = getenv("TMPDIR");
  struct vd_buffer path = {0};
  vd_buffer_printf(&path, "%s/venued-store-XXXXXX", tmp != NULL ? tmp : "/tmp");
  vd_buffer_append(&path, "", 1);
  cr_assert_not_null(mkdtemp((char *)path.data));
  return (char *)path.data;
}

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *place)
{
  (void)status;
  (void)flag;
  (void)place;
  return remove(path);
}

void folder_remove(char *folder)
{
  nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
  free(folder);
}

char *folder_file(const char *folder, const char *name)
{
  struct vd_buffer path = {0};
  vd_buffer_printf(&path, "%s/%s", folder, name);
  vd_buffer_append(&path, "", 1);
  return (char *)path.data;
}

bool folder_has(const char *folder, const char *name)
{
  char *path = folder_file(folder, name);
  bool has = access(path, F_OK) == 0;
  free(path);
  return has;
}

struct vd_journal *journal_open(const char *folder, bool is_reader)
{
  struct vd_journal *journal = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_journal_options options = {.data_dir = folder, .is_reader = is_reader};
  enum vd_err err = vd_journal_open(&journal, &options, &refusal);
  cr_assert_eq(err, VD_OK, "%s: %s", vd_err_name(err), refusal.detail);
  return journal;
}

unsigned journal_flip(const char *folder, const void *pattern, size_t size, size_t skip)
{
  char *path = folder_file(folder, "journal/data.mdb");
  int fd = open(path, O_RDWR);
  free(path);
  cr_assert_geq(fd, 0);
  size_t length = (size_t)lseek(fd, 0, SEEK_END);
  uint8_t *bytes = vd_alloc(length);
  cr_assert_eq(pread(fd, bytes, length, 0), (ssize_t)length);
  unsigned found = 0;
  for (uint8_t *at = bytes; (at = memmem(at, length - (size_t)(at - bytes), pattern, size)) != NULL;
       at += size) {
    uint8_t flipped = at[skip] ^ 0x10;
    cr_assert_eq(pwrite(fd, &flipped, 1, (off_t)(at - bytes) + (off_t)skip), 1);
    found++;
  }
  free(bytes);
  close(fd);
  return found;
}

// ---- batches ----

static void *keep(struct batch *batch, const void *bytes, size_t size)
{
  void *block = vd_alloc(size > 0 ? size : 1);
  memcpy(block, bytes, size);
  batch->blocks = vd_realloc(batch->blocks, (batch->block_count + 1) * sizeof *batch->blocks);
  return batch->blocks[batch->block_count++] = block;
}

void batch_add_change(struct batch *batch, uint64_t sequence, const void *data, size_t size)
{
  if (batch->journal.change_count == batch->change_capacity) {
    batch->change_capacity = batch->change_capacity > 0 ? 2 * batch->change_capacity : 64;
    batch->changes = vd_realloc(batch->changes, batch->change_capacity * sizeof *batch->changes);
    batch->journal.changes = batch->changes;
  }
  batch->changes[batch->journal.change_count++] =
      (struct vd_journal_change){.sequence = sequence, .data = keep(batch, data, size), .size = size};
}

void batch_add_entity(struct batch *batch, Vd__Kind kind, const char *id, const void *data, size_t size)
{
  if (batch->journal.entity_count == batch->entity_capacity) {
    batch->entity_capacity = batch->entity_capacity > 0 ? 2 * batch->entity_capacity : 64;
    batch->entities = vd_realloc(batch->entities, batch->entity_capacity * sizeof *batch->entities);
    batch->journal.entities = batch->entities;
  }
  batch->entities[batch->journal.entity_count++] =
      (struct vd_journal_entity){.kind = kind,
                                 .id = keep(batch, id, strlen(id) + 1),
                                 .data = data != NULL ? keep(batch, data, size) : NULL,
                                 .size = size};
}

void batch_clear(struct batch *batch)
{
  for (size_t i = 0; i < batch->block_count; i++)
    free(batch->blocks[i]);
  free(batch->blocks);
  free(batch->changes);
  free(batch->entities);
  *batch = (struct batch){.changes = NULL};
}

struct note {
  char id[16], text[256];
  Vd__Note note;
};

static void note_init(struct note *note, uint64_t revision, unsigned key, const char *words)
{
  vd__note__init(&note->note);
  snprintf(note->id, sizeof note->id, "n%u", key);
  snprintf(note->text, sizeof note->text, "%s of %llu.", words, (unsigned long long)revision);
  note->note.id = note->id;
  note->note.text = note->text;
  note->note.revision = revision;
}

static void add_packed_change(struct batch *batch, const Vd__Change *change)
{
  struct vd_buffer bytes = {0};
  vd_buffer_pack(&bytes, &change->base);
  batch_add_change(batch, change->sequence, bytes.data, bytes.size);
  vd_buffer_finish(&bytes);
}

void batch_add_note(struct batch *batch, uint64_t sequence, unsigned key, const char *words)
{
  struct note note;
  note_init(&note, sequence, key, words);
  Vd__Entity entity, *entities[] = {&entity};
  vd_entity_wrap(&entity, VD__KIND__KIND_NOTE, &note.note.base);
  Vd__Change change = VD__CHANGE__INIT;
  change.sequence = sequence;
  change.n_upserts = 1;
  change.upserts = entities;
  change.last = true;
  add_packed_change(batch, &change);
}

void batch_add_removal(struct batch *batch, uint64_t sequence, unsigned key)
{
  struct note note;
  note_init(&note, sequence, key, "");
  Vd__Key removed = VD__KEY__INIT, *keys[] = {&removed};
  removed.kind = VD__KIND__KIND_NOTE;
  removed.id = note.id;
  Vd__Change change = VD__CHANGE__INIT;
  change.sequence = sequence;
  change.n_removals = 1;
  change.removals = keys;
  change.last = true;
  add_packed_change(batch, &change);
}

void batch_add_row(struct batch *batch, uint64_t revision, unsigned key, const char *words)
{
  struct note note;
  note_init(&note, revision, key, words);
  struct vd_buffer bytes = {0};
  vd_buffer_pack(&bytes, &note.note.base);
  batch_add_entity(batch, VD__KIND__KIND_NOTE, note.id, bytes.data, bytes.size);
  vd_buffer_finish(&bytes);
}

void batch_drop_row(struct batch *batch, unsigned key)
{
  struct note note;
  note_init(&note, 1, key, "");
  batch_add_entity(batch, VD__KIND__KIND_NOTE, note.id, NULL, 0);
}

void journal_append(struct vd_journal *journal, struct batch *batch)
{
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = vd_journal_append(journal, &batch->journal, &refusal);
  cr_assert_eq(err, VD_OK, "%s: %s", vd_err_name(err), refusal.detail);
  batch_clear(batch);
}

struct vd_verify_result journal_verify(struct vd_journal *journal)
{
  struct vd_verify_result result = {.changes = 0};
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = vd_journal_verify(journal, NULL, NULL, &result, &refusal);
  cr_assert_eq(err, VD_OK, "%s: %s", vd_err_name(err), refusal.detail);
  return result;
}

void journal_fill(struct vd_journal *journal, unsigned count)
{
  struct batch batch = {.changes = NULL};
  for (unsigned i = 0; i < count; i++)
    batch_add_note(&batch, vd_journal_sequence(journal) + 1 + i, i + 1, "a line");
  journal_append(journal, &batch);
}

// ---- the venue ----

uint64_t seed_of_run(void)
{
  const char *given = getenv("VD_SEED");
  uint64_t seed = 0;
  if (given != NULL)
    seed = strtoull(given, NULL, 10);
  else if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
    seed = 1;
  cr_log_info("VD_SEED=%llu", (unsigned long long)seed);
  fprintf(stderr, "VD_SEED=%llu\n", (unsigned long long)seed);
  return seed;
}

void venue_init(struct venue *venue, uint64_t seed, unsigned key_count)
{
  *venue = (struct venue){.random = seed, .key_count = key_count};
  venue->keys = vd_zalloc(key_count * sizeof *venue->keys);
}

void venue_finish(struct venue *venue)
{
  free(venue->keys);
}

unsigned venue_random(struct venue *venue, unsigned below)
{
  uint64_t x = venue->random += 0x9E3779B97F4A7C15u; // splitmix64
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return (unsigned)((x ^ x >> 31) >> 33) % below;
}

static void change_one(struct venue *venue, struct batch *batch)
{
  unsigned key = venue_random(venue, venue->key_count);
  struct venue_key *state = &venue->keys[key];
  venue->sequence++;
  if (state->revision != 0 && venue_random(venue, 4) == 0) {
    batch_add_removal(batch, venue->sequence, key);
    state->revision = 0;
  } else {
    batch_add_note(batch, venue->sequence, key, "a word");
    state->revision = venue->sequence;
  }
  state->is_dirty = true;
}

// As daemon/loop/dirty.h: a sweep over the keys; when it comes round, all that was dirty when it set out is
// written.
static void sweep(struct venue *venue, struct batch *batch, unsigned slice)
{
  for (; slice > 0 && venue->hand < venue->key_count; venue->hand++) {
    struct venue_key *state = &venue->keys[venue->hand];
    if (!state->is_dirty)
      continue;
    if (state->revision != 0)
      batch_add_row(batch, state->revision, venue->hand, "a word");
    else
      batch_drop_row(batch, venue->hand);
    state->is_dirty = false;
    slice--;
  }
  if (venue->hand < venue->key_count)
    return;
  venue->hand = 0;
  venue->watermark = venue->set_out;
  venue->set_out = venue->sequence;
}

void venue_act(struct venue *venue, struct batch *batch, unsigned changes, unsigned slice)
{
  for (unsigned i = 0; i < changes; i++)
    change_one(venue, batch);
  sweep(venue, batch, slice);
  batch->journal.watermark = venue->watermark;
}
