// Appending, and reading what was appended.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/journal_internal.h"
#include "fixture.h"
#include "proto/check.h"

struct seen {
  uint64_t first, last, count, stop_after;
  uint64_t epochs[8]; // of the first Changes
  uint8_t chain[VD_CHAIN_SIZE];
  struct vd_buffer bytes; // all data, one after the other
};

static bool see_change(void *context, uint64_t epoch, uint64_t sequence, const uint8_t chain[VD_CHAIN_SIZE],
                       const uint8_t *data, size_t size)
{
  struct seen *seen = context;
  if (seen->count == 0)
    seen->first = sequence;
  else
    cr_assert_eq(sequence, seen->last + 1);
  if (seen->count < 8)
    seen->epochs[seen->count] = epoch;
  seen->last = sequence;
  memcpy(seen->chain, chain, VD_CHAIN_SIZE);
  vd_buffer_append(&seen->bytes, data, size);
  return ++seen->count != seen->stop_after;
}

static struct seen read_changes(struct vd_journal *journal, uint64_t from, uint64_t to, uint64_t stop_after)
{
  struct seen seen = {.stop_after = stop_after};
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = vd_journal_each_change(journal, from, to, see_change, &seen, &refusal);
  cr_assert_eq(err, VD_OK, "%s: %s", vd_err_name(err), refusal.detail);
  vd_buffer_finish(&seen.bytes);
  return seen;
}

Test(append, changes_come_back_byte_for_byte_with_epoch_and_chain)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct batch batch = {.changes = NULL};
  batch_add_change(&batch, 1, "one", 3);
  batch_add_change(&batch, 2, "", 0);
  journal_append(journal, &batch);
  vd_journal_close(journal);
  journal = journal_open(folder, false);
  cr_assert_eq(vd_journal_sequence(journal), 2);
  batch_add_change(&batch, 3, "three", 5);
  journal_append(journal, &batch);

  struct seen seen = {.stop_after = 0};
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(vd_journal_each_change(journal, 1, UINT64_MAX, see_change, &seen, &refusal), VD_OK);
  cr_assert_eq(seen.count, 3);
  cr_assert_eq(seen.epochs[0], 1);
  cr_assert_eq(seen.epochs[1], 1);
  cr_assert_eq(seen.epochs[2], 2);
  cr_assert_eq(seen.bytes.size, 8);
  cr_assert_eq(memcmp(seen.bytes.data, "onethree", 8), 0);
  vd_buffer_finish(&seen.bytes);

  uint8_t chain[VD_CHAIN_SIZE] = {0}, head[VD_CHAIN_SIZE];
  vd_chain_next(chain, chain, 1, 1, (const uint8_t *)"one", 3);
  vd_chain_next(chain, chain, 1, 2, NULL, 0);
  vd_chain_next(chain, chain, 2, 3, (const uint8_t *)"three", 5);
  vd_journal_chain(journal, head);
  cr_assert_eq(memcmp(chain, head, VD_CHAIN_SIZE), 0);
  cr_assert_eq(memcmp(chain, seen.chain, VD_CHAIN_SIZE), 0);
  vd_journal_close(journal);
  folder_remove(folder);
}

Test(append, from_and_to_bound_what_is_read)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  cr_assert_eq(read_changes(journal, 1, UINT64_MAX, 0).count, 0);
  for (unsigned i = 0; i < 5; i++)
    journal_fill(journal, 5000);
  static const struct {
    uint64_t from, to, stop_after, first, last;
  } cases[] = {
      {0, UINT64_MAX, 0, 1, 25000},         {1, 25000, 0, 1, 25000},  {24000, UINT64_MAX, 0, 24000, 25000},
      {25000, UINT64_MAX, 0, 25000, 25000}, {7, 7, 0, 7, 7},          {10000, 10001, 0, 10000, 10001},
      {9999, 20002, 0, 9999, 20002},        {1, UINT64_MAX, 1, 1, 1}, {1, UINT64_MAX, 10000, 1, 10000},
      {1, UINT64_MAX, 10001, 1, 10001},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct seen seen = read_changes(journal, cases[i].from, cases[i].to, cases[i].stop_after);
    cr_assert_eq(seen.first, cases[i].first, "%zu", i);
    cr_assert_eq(seen.last, cases[i].last, "%zu", i);
  }
  cr_assert_eq(read_changes(journal, 25001, UINT64_MAX, 0).count, 0);
  cr_assert_eq(read_changes(journal, 9, 8, 0).count, 0);
  vd_journal_close(journal);
  folder_remove(folder);
}

Test(append, the_largest_change_fits)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  uint8_t *large = vd_zalloc(VD_CHANGE_MAX);
  struct batch batch = {.changes = NULL};
  for (uint64_t sequence = 1; sequence <= 16; sequence++) {
    memset(large, (int)sequence, VD_CHANGE_MAX);
    batch_add_change(&batch, sequence, large, VD_CHANGE_MAX - sequence);
  }
  free(large);
  journal_append(journal, &batch);
  cr_assert_eq(read_changes(journal, 1, UINT64_MAX, 0).count, 16);
  vd_journal_close(journal);
  folder_remove(folder);
}

struct rows {
  unsigned count, stop_after;
  char ids[64]; // one after the other
};

static bool see_entity(void *context, Vd__Kind kind, const char *id, const uint8_t *data, size_t size)
{
  struct rows *rows = context;
  size_t used = strlen(rows->ids);
  snprintf(rows->ids + used, sizeof rows->ids - used, "%d:%s=%.*s ", (int)kind, id, (int)size,
           (const char *)data);
  return ++rows->count != rows->stop_after;
}

static struct rows read_rows(struct vd_journal *journal, unsigned stop_after)
{
  struct rows rows = {.stop_after = stop_after};
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(vd_journal_each_entity(journal, see_entity, &rows, &refusal), VD_OK, "%s", refusal.detail);
  return rows;
}

Test(append, entities_are_replaced_and_removed)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct batch batch = {.changes = NULL};
  batch_add_entity(&batch, VD__KIND__KIND_NOTE, "b", "old", 3);
  batch_add_entity(&batch, VD__KIND__KIND_ZONE, "z", "1", 1);
  batch_add_entity(&batch, VD__KIND__KIND_NOTE, "a", "2", 1);
  batch_add_entity(&batch, VD__KIND__KIND_NOTE, "gone", "3", 1);
  journal_append(journal, &batch);
  batch_add_entity(&batch, VD__KIND__KIND_NOTE, "b", "newer", 5);
  batch_add_entity(&batch, VD__KIND__KIND_NOTE, "gone", NULL, 0);
  batch_add_entity(&batch, VD__KIND__KIND_NOTE, "never", NULL, 0);
  journal_append(journal, &batch);
  cr_assert_str_eq(read_rows(journal, 0).ids, "2:z=1 14:a=2 14:b=newer ");
  cr_assert_str_eq(read_rows(journal, 2).ids, "2:z=1 14:a=2 ");
  vd_journal_close(journal);
  folder_remove(folder);
}

Test(append, the_watermark_stands_until_it_is_moved)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct batch batch = {.changes = NULL};
  batch_add_note(&batch, 1, 1, "a");
  batch_add_note(&batch, 2, 2, "b");
  batch.journal.watermark = 1;
  journal_append(journal, &batch);
  batch_add_note(&batch, 3, 3, "c");
  journal_append(journal, &batch);
  cr_assert_eq(vd_journal_watermark(journal), 1);
  vd_journal_close(journal);
  journal = journal_open(folder, false);
  cr_assert_eq(vd_journal_watermark(journal), 1);
  cr_assert_eq(vd_journal_sequence(journal), 3);
  vd_journal_close(journal);
  folder_remove(folder);
}

struct long_read {
  struct vd_journal *journal;
  unsigned count;
  bool sees_later;
};

// At the first row, writes one that comes after all others.
static bool write_while_reading(void *context, Vd__Kind kind, const char *id, const uint8_t *data,
                                size_t size)
{
  (void)kind, (void)data, (void)size;
  struct long_read *read = context;
  if (read->count++ == 0) {
    struct batch batch = {.changes = NULL};
    batch_add_entity(&batch, VD__KIND__KIND_NOTE, "zzz", "later", 5);
    journal_append(read->journal, &batch);
  }
  read->sees_later = strcmp(id, "zzz") == 0;
  return true;
}

// A reader that stayed in its first transaction would not see the row, and would hold back pages all the
// time.
Test(append, a_long_read_renews_its_transaction)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct batch batch = {.changes = NULL};
  for (unsigned key = 0; key < VD_ROWS_PER_TXN; key++)
    batch_add_row(&batch, 1, key, "w");
  journal_append(journal, &batch);
  struct long_read read = {.journal = journal};
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(vd_journal_each_entity(journal, write_while_reading, &read, &refusal), VD_OK);
  cr_assert_eq(read.count, VD_ROWS_PER_TXN + 1);
  cr_assert(read.sees_later);
  vd_journal_close(journal);
  folder_remove(folder);
}

// ---- damage ----

static bool count_change(void *context, uint64_t epoch, uint64_t sequence, const uint8_t chain[VD_CHAIN_SIZE],
                         const uint8_t *data, size_t size)
{
  (void)epoch, (void)chain, (void)data, (void)size;
  *(uint64_t *)context = sequence;
  return true;
}

Test(append, a_flipped_bit_is_found_and_named_by_its_sequence)
{
  static const struct {
    const char *words;
    size_t skip;
  } cases[] = {{"a line of 77.", 0}, {"a line of 77.", 12}};
  for (size_t i = 0; i < 2; i++) {
    char *folder = folder_make();
    struct vd_journal *journal = journal_open(folder, false);
    journal_fill(journal, 100);
    vd_journal_close(journal);
    cr_assert_gt(journal_flip(folder, cases[i].words, strlen(cases[i].words), cases[i].skip), 0);
    journal = journal_open(folder, false);
    struct vd_refusal refusal = {.err = VD_OK};
    uint64_t last = 0;
    cr_assert_eq(vd_journal_each_change(journal, 1, UINT64_MAX, count_change, &last, &refusal),
                 VD_ERR_DAMAGED);
    cr_assert_eq(last, 76);
    cr_assert_not_null(strstr(refusal.detail, "Change 77 "), "%s", refusal.detail);
    cr_assert_eq(vd_journal_each_change(journal, 78, UINT64_MAX, count_change, &last, &refusal), VD_OK);
    vd_journal_close(journal);
    folder_remove(folder);
  }
}

Test(append, a_flipped_bit_in_the_chain_or_the_epoch_is_found_as_well)
{
  for (size_t field = 0; field < 2; field++) {
    char *folder = folder_make();
    struct vd_journal *journal = journal_open(folder, false);
    struct batch batch = {.changes = NULL};
    for (uint64_t sequence = 1; sequence <= 9; sequence++)
      batch_add_note(&batch, sequence, 1, "a line");
    journal_append(journal, &batch);
    uint8_t pattern[8 + VD_CHAIN_SIZE] = {1}; // epoch 1, little endian, then the chain
    memcpy(pattern + 8, read_changes(journal, 5, 5, 0).chain, VD_CHAIN_SIZE);
    vd_journal_close(journal);
    cr_assert_gt(journal_flip(folder, pattern, sizeof pattern, field == 0 ? 0 : sizeof pattern - 1), 0);
    journal = journal_open(folder, false);
    struct vd_refusal refusal = {.err = VD_OK};
    uint64_t last = 0;
    cr_assert_eq(vd_journal_each_change(journal, 1, UINT64_MAX, count_change, &last, &refusal),
                 VD_ERR_DAMAGED);
    cr_assert_not_null(strstr(refusal.detail, "Change 5 "), "%s", refusal.detail);
    vd_journal_close(journal);
    folder_remove(folder);
  }
}

Test(append, damage_in_the_last_change_is_found_at_opening)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  journal_fill(journal, 100);
  vd_journal_close(journal);
  cr_assert_gt(journal_flip(folder, "a line of 100.", 14, 3), 0);
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_journal_options options = {.data_dir = folder};
  cr_assert_eq(vd_journal_open(&journal, &options, &refusal), VD_ERR_DAMAGED);
  cr_assert_not_null(strstr(refusal.detail, "Change 100 "), "%s", refusal.detail);
  folder_remove(folder);
}

Test(append, a_flipped_bit_in_the_checkpoint_is_found_at_load)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct batch batch = {.changes = NULL};
  batch_add_entity(&batch, VD__KIND__KIND_NOTE, "n1", "the first row", 13);
  batch_add_entity(&batch, VD__KIND__KIND_NOTE, "n2", "the second row", 14);
  journal_append(journal, &batch);
  vd_journal_close(journal);
  cr_assert_gt(journal_flip(folder, "the second row", 14, 5), 0);
  journal = journal_open(folder, false);
  struct rows rows = {.count = 0};
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(vd_journal_each_entity(journal, see_entity, &rows, &refusal), VD_ERR_DAMAGED);
  cr_assert_eq(rows.count, 1);
  cr_assert_not_null(strstr(refusal.detail, "n2"), "%s", refusal.detail);
  vd_journal_close(journal);
  folder_remove(folder);
}

// Takes a Change out of the table as no venued would.
static void lose_change(struct vd_journal *journal, uint64_t sequence)
{
  uint8_t bytes[VD_SEQUENCE_KEY_SIZE];
  MDB_val key = vd_sequence_key(bytes, sequence);
  MDB_txn *txn;
  cr_assert_eq(mdb_txn_begin(journal->env, NULL, 0, &txn), 0);
  cr_assert_eq(mdb_del(txn, journal->tables[VD_TABLE_CHANGES], &key, NULL), 0);
  cr_assert_eq(mdb_txn_commit(txn), 0);
}

Test(append, a_missing_change_is_named)
{
  static const uint64_t lost[] = {1, 50, 100};
  for (size_t i = 0; i < 3; i++) {
    char *folder = folder_make();
    struct vd_journal *journal = journal_open(folder, false);
    journal_fill(journal, 100);
    lose_change(journal, lost[i]);
    struct vd_refusal refusal = {.err = VD_OK};
    uint64_t last = 0;
    char words[32];
    snprintf(words, sizeof words, "Change %d is missing", (int)lost[i]);
    cr_assert_eq(vd_journal_each_change(journal, 1, UINT64_MAX, count_change, &last, &refusal),
                 VD_ERR_DAMAGED);
    cr_assert_str_eq(refusal.detail, words);
    cr_assert_eq(last, lost[i] - 1);
    cr_assert_eq(vd_journal_each_change(journal, lost[i], lost[i], count_change, &last, &refusal),
                 VD_ERR_DAMAGED);
    cr_assert_str_eq(refusal.detail, words);
    vd_journal_close(journal);
    folder_remove(folder);
  }
}
