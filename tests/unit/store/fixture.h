// A data folder of the test's own, and a small venue that plays the loop's part: random Changes on a set of
// keys, and now and then a slice of the dirty ones with the watermark that follows from it.
#ifndef VD_TESTS_STORE_FIXTURE_H
#define VD_TESTS_STORE_FIXTURE_H

#include "daemon/store/journal.h"
#include "proto/message.h"

char *folder_make(void); // a fresh one; freed and removed by folder_remove
void folder_remove(char *folder);
char *folder_file(const char *folder, const char *name); // "folder/name" on the heap
bool folder_has(const char *folder, const char *name);

// Opens or fails the test.
struct vd_journal *journal_open(const char *folder, bool is_reader);

// Flips a bit in every place of the journal's file where `pattern` stands, after it has stood for `skip`
// bytes. Returns how many there were. The journal must be closed.
unsigned journal_flip(const char *folder, const void *pattern, size_t size, size_t skip);

// One batch with its memory.
struct batch {
  struct vd_journal_batch journal;
  struct vd_journal_change *changes;
  struct vd_journal_entity *entities;
  size_t change_capacity, entity_capacity;
  void **blocks; // whatever is to be freed
  size_t block_count;
};
void batch_add_change(struct batch *batch, uint64_t sequence, const void *data, size_t size); // copies
void batch_add_entity(struct batch *batch, Vd__Kind kind, const char *id, const void *data,
                      size_t size); // copies
void batch_clear(struct batch *batch);
// A Change with one note, "n<key>", whose text names its sequence: "<words> of <sequence>.".
void batch_add_note(struct batch *batch, uint64_t sequence, unsigned key, const char *words);
void batch_add_removal(struct batch *batch, uint64_t sequence, unsigned key);
// The checkpoint's row of that note as of its Change.
void batch_add_row(struct batch *batch, uint64_t revision, unsigned key, const char *words);
void batch_drop_row(struct batch *batch, unsigned key);
// Append, verify: VD_OK expected. The batch is cleared.
void journal_append(struct vd_journal *journal, struct batch *batch);
struct vd_verify_result journal_verify(struct vd_journal *journal);
// Appends `count` notes on keys 1.., beginning after the journal's last Change.
void journal_fill(struct vd_journal *journal, unsigned count);

struct venue {
  uint64_t random;
  uint64_t sequence, watermark, set_out;
  unsigned hand, key_count;
  struct venue_key {
    uint64_t revision; // 0 = not there
    bool is_dirty;
  } * keys;
};
void venue_init(struct venue *venue, uint64_t seed, unsigned key_count);
void venue_finish(struct venue *venue);
unsigned venue_random(struct venue *venue, unsigned below);
// Adds `changes` random Changes and a slice of at most `slice` dirty keys.
void venue_act(struct venue *venue, struct batch *batch, unsigned changes, unsigned slice);

// The seed of this run: $VD_SEED, else a fresh one. Printed.
uint64_t seed_of_run(void);

#endif
