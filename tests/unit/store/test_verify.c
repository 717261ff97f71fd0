// What verify accepts of a checkpoint that lags behind, and each kind of damage it must find.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/journal_internal.h"
#include "fixture.h"

static void verify_badly(struct vd_journal *journal, const char *words)
{
  struct vd_verify_result result = {.changes = 7};
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(vd_journal_verify(journal, NULL, NULL, &result, &refusal), VD_ERR_DAMAGED, "not found: %s",
               words);
  cr_assert_not_null(strstr(refusal.detail, words), "\"%s\" instead of \"%s\"", refusal.detail, words);
  cr_assert_eq(result.changes, 7, "untouched");
}

Test(verify, an_empty_journal_is_whole)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct vd_verify_result result = journal_verify(journal);
  cr_assert_eq(result.changes, 0);
  cr_assert_eq(result.entities, 0);
  vd_journal_close(journal);
  folder_remove(folder);
}

Test(verify, tells_where_it_stands)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct batch batch = {.changes = NULL};
  batch_add_note(&batch, 1, 1, "a");
  batch_add_note(&batch, 2, 2, "b");
  batch_add_row(&batch, 2, 2, "b");
  journal_append(journal, &batch);
  struct vd_verify_result result = journal_verify(journal);
  uint8_t chain[VD_CHAIN_SIZE];
  vd_journal_chain(journal, chain);
  cr_assert_eq(result.changes, 2);
  cr_assert_eq(result.sequence, 2);
  cr_assert_eq(result.entities, 1);
  cr_assert_eq(memcmp(result.chain, chain, VD_CHAIN_SIZE), 0);
  vd_journal_close(journal);
  journal = journal_open(folder, true);
  cr_assert_eq(journal_verify(journal).sequence, 2, "a reader may");
  vd_journal_close(journal);
  folder_remove(folder);
}

// ---- the checkpoint against the fold ----

// The same history each time: note 1 at 1 and 4, note 2 at 2 and removed at 5, note 3 at 3, note 4 at 6.
struct checkpoint {
  uint64_t watermark;
  uint64_t revisions[5]; // of the rows of notes 1..4; 0 = no row
  const char *damage;    // NULL = whole
};

static void check_checkpoint(const struct checkpoint *checkpoint)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct batch batch = {.changes = NULL};
  batch_add_note(&batch, 1, 1, "w");
  batch_add_note(&batch, 2, 2, "w");
  batch_add_note(&batch, 3, 3, "w");
  batch_add_note(&batch, 4, 1, "w");
  batch_add_removal(&batch, 5, 2);
  batch_add_note(&batch, 6, 4, "w");
  for (unsigned key = 1; key <= 4; key++)
    if (checkpoint->revisions[key] != 0)
      batch_add_row(&batch, checkpoint->revisions[key], key, "w");
  batch.journal.watermark = checkpoint->watermark;
  journal_append(journal, &batch);
  if (checkpoint->damage == NULL)
    journal_verify(journal);
  else
    verify_badly(journal, checkpoint->damage);
  vd_journal_close(journal);
  folder_remove(folder);
}

Test(verify, what_is_not_written_yet_is_no_damage)
{
  static const struct checkpoint cases[] = {
      {0, {0, 0, 0, 0, 0}, NULL}, // nothing written at all
      {0, {0, 4, 0, 3, 6}, NULL}, // newer than the watermark needs
      {6, {0, 4, 0, 3, 6}, NULL}, // complete
      {3, {0, 1, 2, 3, 0}, NULL}, // as of 3
      {4, {0, 4, 2, 3, 0}, NULL}, // the removal at 5 is still to be written
      {5, {0, 4, 0, 3, 0}, NULL}, // note 4 is still to be written
      {3, {0, 4, 0, 3, 6}, NULL}, // some behind, some ahead
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check_checkpoint(&cases[i]);
}

Test(verify, what_should_have_been_written_is_damage)
{
  static const struct checkpoint cases[] = {
      {4, {0, 1, 2, 3, 0}, "Note n1 is older than the watermark allows"},
      {5, {0, 4, 2, 3, 0}, "Note n2 should not be there"},
      {1, {0, 0, 0, 0, 6}, NULL}, // note 1 is newer than the watermark
      {3, {0, 4, 2, 0, 6}, "Note n3 is missing"},
      {4, {0, 0, 2, 3, 6}, "Note n1 is missing"},
      {6, {0, 4, 0, 3, 0}, "Note n4 is missing"}, // at the end of the table
      {6, {0, 0, 0, 0, 0}, "Note n1 is missing"}, // an empty table
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check_checkpoint(&cases[i]);
}

Test(verify, what_never_was_is_damage)
{
  static const struct checkpoint cases[] = {
      {6, {0, 5, 0, 3, 6}, "Note n1 is newer than the Changes"},
      {0, {0, 0, 6, 0, 0}, "Note n2 is newer than the Changes"}, // after its removal
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check_checkpoint(&cases[i]);
}

static void check_row(const char *id, Vd__Kind kind, const void *data, size_t size, const char *words)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct batch batch = {.changes = NULL};
  batch_add_note(&batch, 1, 1, "w");
  batch_add_entity(&batch, kind, id, data, size);
  journal_append(journal, &batch);
  verify_badly(journal, words);
  vd_journal_close(journal);
  folder_remove(folder);
}

Test(verify, rows_that_no_change_made_are_damage)
{
  struct batch scratch = {.changes = NULL};
  batch_add_row(&scratch, 1, 1, "other words");
  const struct vd_journal_entity *row = &scratch.entities[0];
  check_row("n1", VD__KIND__KIND_NOTE, row->data, row->size, "Note n1 differs from the Changes");
  check_row("n2", VD__KIND__KIND_NOTE, row->data, row->size, "Note n2 has another id inside");
  check_row("n1", VD__KIND__KIND_NOTE, "\xFF\xFF", 2, "Note n1 cannot be read");
  check_row("n1", (Vd__Kind)99, row->data, row->size, "entity n1 cannot be read");
  batch_clear(&scratch);
  batch_add_row(&scratch, 1, 9, "w");
  row = &scratch.entities[0];
  check_row("n9", VD__KIND__KIND_NOTE, row->data, row->size, "Note n9 should not be there");
  batch_clear(&scratch);
}

// ---- the chain ----

// Puts another record in the place of a Change, with a good checksum.
static void forge_change(struct vd_journal *journal, uint64_t sequence, uint64_t epoch, bool has_good_chain,
                         const struct vd_journal_change *forged)
{
  uint8_t bytes[VD_SEQUENCE_KEY_SIZE], *record = vd_alloc(VD_CHANGE_HEAD_SIZE + forged->size);
  uint8_t chain[VD_CHAIN_SIZE] = {0};
  MDB_val key = vd_sequence_key(bytes, sequence - 1), before,
          value = {VD_CHANGE_HEAD_SIZE + forged->size, record};
  struct vd_change_record previous;
  MDB_txn *txn;
  cr_assert_eq(mdb_txn_begin(journal->env, NULL, 0, &txn), 0);
  cr_assert_eq(mdb_get(txn, journal->tables[VD_TABLE_CHANGES], &key, &before), 0);
  cr_assert(vd_change_read(&before, &previous));
  if (has_good_chain)
    vd_chain_next(chain, previous.chain, epoch, sequence, forged->data, forged->size);
  vd_change_write(record, epoch, chain, forged->data, forged->size);
  key = vd_sequence_key(bytes, sequence);
  vd_record_seal(VD_TABLE_CHANGES, &key, &value);
  cr_assert_eq(mdb_put(txn, journal->tables[VD_TABLE_CHANGES], &key, &value, 0), 0);
  cr_assert_eq(mdb_txn_commit(txn), 0);
  free(record);
}

static void check_forgery(uint64_t place, uint64_t says, uint64_t epoch, bool has_good_chain,
                          const char *words)
{
  char *folder = folder_make();
  for (unsigned start = 0; start < 2; start++) { // Changes 1..4 are of epoch 1, 5..8 of epoch 2
    struct vd_journal *journal = journal_open(folder, false);
    journal_fill(journal, 4);
    vd_journal_close(journal);
  }
  struct vd_journal *journal = journal_open(folder, false);
  struct batch batch = {.changes = NULL};
  batch_add_note(&batch, says, 1, "a lie");
  forge_change(journal, place, epoch, has_good_chain, &batch.changes[0]);
  batch_clear(&batch);
  verify_badly(journal, words);
  vd_journal_close(journal);
  folder_remove(folder);
}

Test(verify, a_forged_change_breaks_the_chain_even_with_a_good_checksum)
{
  check_forgery(6, 6, 2, false, "the chain breaks at Change 6");
  check_forgery(6, 6, 2, true, "the chain breaks at Change 7");
  check_forgery(8, 8, 2, true, "meta has another chain than Change 8");
  check_forgery(6, 7, 2, true, "Change 6 says that it is 7");
  check_forgery(6, 6, 1, true, "Change 6 is of epoch 1, after one of 2");
}

Test(verify, a_flipped_bit_is_named)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  journal_fill(journal, 50);
  vd_journal_close(journal);
  cr_assert_gt(journal_flip(folder, "a line of 33.", 13, 2), 0);
  journal = journal_open(folder, true);
  verify_badly(journal, "Change 33 fails its checksum");
  vd_journal_close(journal);
  folder_remove(folder);
}

// ---- random histories ----

Test(verify, accepts_whatever_the_sweep_leaves, .timeout = 60)
{
  uint64_t seed = seed_of_run();
  for (unsigned round = 0; round < 6; round++) {
    char *folder = folder_make();
    struct vd_journal *journal = journal_open(folder, false);
    struct venue venue;
    venue_init(&venue, seed + round, 20 + 60 * round);
    for (unsigned i = 0; i < 60; i++) {
      struct batch batch = {.changes = NULL};
      venue_act(&venue, &batch, venue_random(&venue, 9), venue_random(&venue, 12));
      journal_append(journal, &batch);
      if (i % 4 == 0)
        cr_assert_eq(journal_verify(journal).sequence, venue.sequence);
    }
    venue_finish(&venue);
    vd_journal_close(journal);
    folder_remove(folder);
  }
}

// ---- beside the writer ----

struct beside {
  struct vd_journal *journal;
  struct venue venue;
  unsigned calls, batches;
  uint64_t done, total;
};

// Appends between two pieces: what the live daemon does all the time, at the moments that matter.
static void append_between(void *context, uint64_t done, uint64_t total)
{
  struct beside *beside = context;
  beside->calls++;
  cr_assert_leq(done, total);
  cr_assert_geq(done, beside->done);
  beside->done = done;
  beside->total = total;
  for (unsigned i = 0; i < beside->batches; i++) {
    struct batch batch = {.changes = NULL};
    venue_act(&beside->venue, &batch, 200, 400);
    journal_append(beside->journal, &batch);
  }
}

// More rows and more Changes than one transaction reads, and removals, upserts and slices between the pieces.
Test(verify, goes_on_across_transactions_while_the_journal_grows, .timeout = 120)
{
  char *folder = folder_make();
  struct beside beside = {.journal = journal_open(folder, false), .batches = 5};
  venue_init(&beside.venue, seed_of_run(), 24000);
  for (unsigned i = 0; i < 20; i++) {
    struct batch batch = {.changes = NULL};
    venue_act(&beside.venue, &batch, 2000, 1500);
    journal_append(beside.journal, &batch);
  }
  struct vd_verify_result result;
  struct vd_refusal refusal = {.err = VD_OK};
  uint64_t before = vd_journal_sequence(beside.journal);
  enum vd_err err = vd_journal_verify(beside.journal, append_between, &beside, &result, &refusal);
  cr_assert_eq(err, VD_OK, "%s", refusal.detail);
  cr_assert_geq(beside.calls, 6, "four pieces of Changes, two of rows");
  cr_assert_gt(result.sequence, before);
  cr_assert_gt(result.entities, VD_ROWS_PER_TXN);
  venue_finish(&beside.venue);
  vd_journal_close(beside.journal);
  folder_remove(folder);
}
