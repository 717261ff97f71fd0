// One batch, one transaction.
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "daemon/store/journal_internal.h"
#include "proto/check.h"

// More than a batch can take: a record wastes at most as much of a page as it fills, or a page of its own;
// each entity may touch another page; the rest is for the trees' upper pages and the free list.
static uint64_t batch_bytes_max(const struct vd_journal_batch *batch)
{
  enum { PAGE = 4096, UPPER_PAGES = 64 };
  uint64_t bytes = 0;
  for (size_t i = 0; i < batch->change_count; i++)
    bytes += 2 * (batch->changes[i].size + VD_CHANGE_HEAD_SIZE + 64);
  return bytes + (batch->change_count / 4 + 2 * batch->entity_count + UPPER_PAGES) * PAGE;
}

static void assert_consecutive(const struct vd_journal *journal, const struct vd_journal_batch *batch)
{
  for (size_t i = 0; i < batch->change_count; i++)
    assert(batch->changes[i].sequence == journal->head.sequence + 1 + i &&
           batch->changes[i].size <= VD_CHANGE_MAX);
  assert(batch->watermark == 0 || (batch->watermark >= journal->head.watermark &&
                                   batch->watermark <= journal->head.sequence + batch->change_count));
  // The epoch is in the chain: nobody but the journal sets it.
  assert(batch->meta == NULL || batch->meta->epoch == journal->meta.epoch);
}

static int put_changes(const struct vd_journal *journal, MDB_txn *txn, const struct vd_journal_batch *batch,
                       struct vd_head *head)
{
  MDB_cursor *cursor;
  int code = mdb_cursor_open(txn, journal->tables[VD_TABLE_CHANGES], &cursor);
  if (code != 0)
    return code;
  for (size_t i = 0; i < batch->change_count && code == 0; i++) {
    const struct vd_journal_change *change = &batch->changes[i];
    vd_chain_next(head->chain, head->chain, journal->meta.epoch, change->sequence, change->data,
                  change->size);
    head->sequence = change->sequence;
    uint8_t bytes[VD_SEQUENCE_KEY_SIZE];
    MDB_val key = vd_sequence_key(bytes, change->sequence),
            value = {.mv_size = VD_CHANGE_HEAD_SIZE + change->size};
    code = mdb_cursor_put(cursor, &key, &value, MDB_APPEND | MDB_RESERVE);
    if (code != 0)
      break;
    vd_change_write(value.mv_data, journal->meta.epoch, head->chain, change->data, change->size);
    vd_record_seal(VD_TABLE_CHANGES, &key, &value);
  }
  mdb_cursor_close(cursor);
  return code;
}

static int put_entity(const struct vd_journal *journal, MDB_txn *txn, const struct vd_journal_entity *entity)
{
  uint8_t bytes[VD_KEY_MAX];
  MDB_val key = vd_entity_key(bytes, entity->kind, entity->id);
  if (entity->data == NULL) {
    int code = mdb_del(txn, journal->tables[VD_TABLE_ENTITIES], &key, NULL);
    return code == MDB_NOTFOUND ? 0 : code; // came and went between two slices
  }
  MDB_val value = {.mv_size = VD_CHECKSUM_SIZE + entity->size};
  int code = mdb_put(txn, journal->tables[VD_TABLE_ENTITIES], &key, &value, MDB_RESERVE);
  if (code != 0)
    return code;
  memcpy((uint8_t *)value.mv_data + VD_CHECKSUM_SIZE, entity->data, entity->size);
  vd_record_seal(VD_TABLE_ENTITIES, &key, &value);
  return 0;
}

static int put_batch(const struct vd_journal *journal, MDB_txn *txn, const struct vd_journal_batch *batch,
                     struct vd_head *head)
{
  int code = batch->change_count > 0 ? put_changes(journal, txn, batch, head) : 0;
  for (size_t i = 0; i < batch->entity_count && code == 0; i++)
    code = put_entity(journal, txn, &batch->entities[i]);
  if (code == 0 && batch->meta != NULL)
    code = vd_meta_put(journal, txn, batch->meta);
  if (batch->watermark != 0)
    head->watermark = batch->watermark;
  return code == 0 ? vd_head_put(journal, txn, head) : code;
}

// A commit writes the pages, syncs them and then writes the meta page that makes them count. LMDB says only
// that it failed, not where; but when writing the meta page failed it refuses every transaction from then on.
// So a full disk is known to have kept nothing if the disk says that it is full and LMDB still goes on. All
// else is unknown: the pages may have reached the disk, and after a failed sync the system has forgotten that
// they did not.
static enum vd_err refuse_commit(struct vd_journal *journal, int code, uint64_t bytes,
                                 struct vd_refusal *refusal)
{
  bool says_full = vd_lmdb_is_full(code) || (code == EIO && vd_journal_free_bytes(journal) < (int64_t)bytes);
  MDB_txn *txn = NULL;
  bool goes_on = says_full && mdb_txn_begin(journal->env, NULL, 0, &txn) == 0;
  mdb_txn_abort(txn);
  return vd_refuse(refusal, goes_on ? VD_ERR_DISK_FULL : VD_ERR_OUTCOME_UNKNOWN, "",
                   "committing to the journal: %s; %lld bytes are free", mdb_strerror(code),
                   (long long)vd_journal_free_bytes(journal));
}

enum vd_err vd_journal_append(struct vd_journal *journal, const struct vd_journal_batch *batch,
                              struct vd_refusal *refusal)
{
  assert(!journal->is_reader);
  assert_consecutive(journal, batch);
  uint64_t bytes = batch_bytes_max(batch);
  enum vd_err err = vd_space_ensure(journal, bytes, refusal);
  if (err != VD_OK)
    return err;
  vd_space_fill(journal);
  struct vd_head head = journal->head;
  MDB_txn *txn = NULL;
  int code = mdb_txn_begin(journal->env, NULL, 0, &txn);
  if (code == 0)
    code = put_batch(journal, txn, batch, &head);
  if (code != 0) {
    mdb_txn_abort(txn);
    return vd_lmdb_refuse(refusal, code, "writing to the journal; nothing was kept");
  }
  code = mdb_txn_commit(txn);
  if (code != 0)
    return refuse_commit(journal, code, bytes, refusal);
  journal->head = head;
  if (batch->meta != NULL) {
    uint32_t schema = journal->meta.schema; // the journal's, whatever the batch says
    journal->meta = *batch->meta;
    journal->meta.schema = schema;
  }
  return VD_OK;
}

enum vd_err vd_journal_set_meta(struct vd_journal *journal, const struct vd_meta *meta)
{
  return vd_journal_append(journal, &(struct vd_journal_batch){.meta = meta}, NULL);
}
