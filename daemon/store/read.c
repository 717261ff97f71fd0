// Reading, a piece per transaction: a reader that stays long holds back every page freed since it began.
#include <string.h>

#include "daemon/store/journal_internal.h"

enum vd_err vd_read_begin(const struct vd_journal *journal, MDB_txn **txn, struct vd_refusal *refusal)
{
  int code = mdb_txn_begin(journal->env, NULL, MDB_RDONLY, txn);
  return code == 0 ? VD_OK : vd_lmdb_refuse(refusal, code, "reading the journal");
}

// ---- a walk ----

static enum vd_err refuse_record(const struct vd_walk *walk, const MDB_val *key, struct vd_refusal *refusal)
{
  uint64_t sequence;
  Vd__Kind kind;
  char id[VD_KEY_MAX];
  if (walk->table == VD_TABLE_CHANGES && vd_sequence_key_read(key, &sequence))
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "Change %llu fails its checksum",
                     (unsigned long long)sequence);
  if (walk->table == VD_TABLE_ENTITIES && vd_entity_key_read(key, &kind, id))
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "entity %s of kind %d fails its checksum", id, (int)kind);
  return vd_refuse(refusal, VD_ERR_DAMAGED, "", "a record of table %d fails its checksum", (int)walk->table);
}

static int step(MDB_cursor *cursor, const struct vd_walk *walk, bool is_first, MDB_val *key, MDB_val *value)
{
  if (!is_first)
    return mdb_cursor_get(cursor, key, value, MDB_NEXT);
  if (walk->last_size == 0)
    return mdb_cursor_get(cursor, key, value, MDB_FIRST);
  *key = (MDB_val){.mv_size = walk->last_size, .mv_data = (void *)walk->last};
  int code = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
  if (code == 0 && key->mv_size == walk->last_size && memcmp(key->mv_data, walk->last, walk->last_size) == 0)
    code = mdb_cursor_get(cursor, key, value, MDB_NEXT);
  return code;
}

enum vd_err vd_walk_on(const struct vd_journal *journal, MDB_txn *txn, struct vd_walk *walk,
                       struct vd_refusal *refusal)
{
  MDB_cursor *cursor;
  int code = mdb_cursor_open(txn, journal->tables[walk->table], &cursor);
  if (code != 0)
    return vd_lmdb_refuse(refusal, code, "reading the journal");
  enum vd_err err = VD_OK;
  for (unsigned rows = 0; rows < VD_ROWS_PER_TXN && err == VD_OK && !walk->is_over; rows++) {
    MDB_val key, value;
    code = step(cursor, walk, rows == 0, &key, &value);
    if (code == MDB_NOTFOUND) {
      walk->is_over = true;
      break;
    }
    if (code != 0)
      err = vd_lmdb_refuse(refusal, code, "reading the journal");
    else if (key.mv_size > VD_KEY_MAX || !vd_record_is_intact(walk->table, &key, &value))
      err = refuse_record(walk, &key, refusal);
    if (err != VD_OK)
      break;
    memcpy(walk->last, key.mv_data, key.mv_size);
    walk->last_size = key.mv_size;
    bool go_on = true;
    err = walk->visit(walk->context, &key, &value, &go_on, refusal);
    walk->is_over = !go_on;
  }
  mdb_cursor_close(cursor);
  return err;
}

static enum vd_err walk_all(const struct vd_journal *journal, struct vd_walk *walk,
                            struct vd_refusal *refusal)
{
  enum vd_err err = VD_OK;
  while (err == VD_OK && !walk->is_over) {
    MDB_txn *txn = NULL;
    err = vd_read_begin(journal, &txn, refusal);
    if (err == VD_OK)
      err = vd_walk_on(journal, txn, walk, refusal);
    mdb_txn_abort(txn);
  }
  return err;
}

// ---- entities ----

struct each_entity {
  vd_journal_entity_fn fn;
  void *context;
};

static enum vd_err visit_entity(void *context, const MDB_val *key, const MDB_val *value, bool *go_on,
                                struct vd_refusal *refusal)
{
  const struct each_entity *each = context;
  Vd__Kind kind;
  char id[VD_KEY_MAX];
  if (!vd_entity_key_read(key, &kind, id))
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "an entity has an unreadable key");
  *go_on = each->fn(each->context, kind, id, (const uint8_t *)value->mv_data + VD_CHECKSUM_SIZE,
                    value->mv_size - VD_CHECKSUM_SIZE);
  return VD_OK;
}

enum vd_err vd_journal_each_entity(struct vd_journal *journal, vd_journal_entity_fn fn, void *context,
                                   struct vd_refusal *refusal)
{
  struct each_entity each = {.fn = fn, .context = context};
  struct vd_walk walk = {.table = VD_TABLE_ENTITIES, .visit = visit_entity, .context = &each};
  return walk_all(journal, &walk, refusal);
}

// ---- Changes ----

enum vd_err vd_change_refuse_missing(uint64_t sequence, struct vd_refusal *refusal)
{
  return vd_refuse(refusal, VD_ERR_DAMAGED, "", "Change %llu is missing", (unsigned long long)sequence);
}

enum vd_err vd_change_take(const MDB_val *key, const MDB_val *value, uint64_t expected,
                           struct vd_change_record *record, struct vd_refusal *refusal)
{
  uint64_t sequence;
  if (!vd_sequence_key_read(key, &sequence) || sequence != expected)
    return vd_change_refuse_missing(expected, refusal);
  if (!vd_change_read(value, record))
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "Change %llu is cut short", (unsigned long long)expected);
  return VD_OK;
}

struct each_change {
  uint64_t next, to;
  bool is_stopped;
  vd_journal_change_fn fn;
  void *context;
};

static enum vd_err visit_change(void *context, const MDB_val *key, const MDB_val *value, bool *go_on,
                                struct vd_refusal *refusal)
{
  struct each_change *each = context;
  struct vd_change_record record;
  enum vd_err err = vd_change_take(key, value, each->next, &record, refusal);
  if (err != VD_OK)
    return err;
  each->is_stopped =
      !each->fn(each->context, record.epoch, each->next, record.chain, record.data, record.size);
  *go_on = !each->is_stopped && each->next < each->to;
  each->next++;
  return VD_OK;
}

static enum vd_err committed_sequence(const struct vd_journal *journal, uint64_t *sequence,
                                      struct vd_refusal *refusal)
{
  MDB_txn *txn = NULL;
  struct vd_meta meta;
  struct vd_head head = {.sequence = 0};
  enum vd_err err = vd_read_begin(journal, &txn, refusal);
  if (err == VD_OK)
    err = vd_meta_load(journal, txn, &meta, &head, refusal);
  mdb_txn_abort(txn);
  *sequence = head.sequence;
  return err;
}

enum vd_err vd_journal_each_change(struct vd_journal *journal, uint64_t from, uint64_t to,
                                   vd_journal_change_fn fn, void *context, struct vd_refusal *refusal)
{
  uint64_t committed;
  enum vd_err err = committed_sequence(journal, &committed, refusal);
  struct each_change each = {
      .next = from > 0 ? from : 1, .to = to < committed ? to : committed, .fn = fn, .context = context};
  if (err != VD_OK || each.next > each.to)
    return err;
  struct vd_walk walk = {.table = VD_TABLE_CHANGES, .visit = visit_change, .context = &each};
  if (each.next > 1)
    walk.last_size = vd_sequence_key(walk.last, each.next - 1).mv_size;
  err = walk_all(journal, &walk, refusal);
  if (err == VD_OK && !each.is_stopped && each.next <= each.to)
    err = vd_change_refuse_missing(each.next, refusal);
  return err;
}
