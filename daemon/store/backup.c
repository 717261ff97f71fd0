// A copy that is a data folder, made beside the daemon by short read transactions.
//
// The checkpoint goes first, the Changes after it. The rows of a piece are those of its own transaction; the
// first piece's watermark holds for all of them, and the Changes copied afterwards reach further than any of
// them. So the copy is a journal as a crash could have left it, at the sequence of its last piece. It grows
// in TARGET/partial and is renamed once it is verified: there is never half a data folder.
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/store/journal_internal.h"
#include "proto/message.h"

struct copy {
  struct vd_journal *to; // only its environment
  MDB_txn *txn;          // of the piece, in `to`
  enum vd_table table;
  uint64_t rows, total; // for progress; `total` is what the source holds
};

// ---- rows ----

static enum vd_err visit_row(void *context, const MDB_val *key, const MDB_val *value, bool *go_on,
                             struct vd_refusal *refusal)
{
  (void)go_on;
  struct copy *copy = context;
  MDB_val key_here = *key, value_here = *value;
  int code = mdb_put(copy->txn, copy->to->tables[copy->table], &key_here, &value_here, MDB_APPEND);
  copy->rows++;
  return code == 0 ? VD_OK : vd_lmdb_refuse(refusal, code, "copying");
}

static enum vd_err copy_piece(const struct vd_journal *from, struct copy *copy, struct vd_walk *walk,
                              struct vd_meta *meta, struct vd_head *head, struct vd_refusal *refusal)
{
  MDB_txn *txn = NULL;
  int code = mdb_txn_begin(copy->to->env, NULL, 0, &copy->txn);
  if (code != 0)
    return vd_lmdb_refuse(refusal, code, "copying");
  enum vd_err err = vd_read_begin(from, &txn, refusal);
  if (err == VD_OK)
    err = vd_meta_load(from, txn, meta, head, refusal);
  if (err == VD_OK)
    err = vd_walk_on(from, txn, walk, refusal);
  mdb_txn_abort(txn);
  if (err != VD_OK) {
    mdb_txn_abort(copy->txn);
    return err;
  }
  code = mdb_txn_commit(copy->txn);
  return code == 0 ? VD_OK : vd_lmdb_refuse(refusal, code, "copying");
}

static enum vd_err put_meta(struct copy *copy, const struct vd_meta *meta, const struct vd_head *head,
                            struct vd_refusal *refusal)
{
  MDB_txn *txn = NULL;
  int code = mdb_txn_begin(copy->to->env, NULL, 0, &txn);
  if (code == 0)
    code = vd_schema_put(copy->to, txn);
  if (code == 0)
    code = vd_meta_put(copy->to, txn, meta);
  if (code == 0)
    code = vd_head_put(copy->to, txn, head);
  if (code == 0)
    code = mdb_txn_commit(txn);
  else
    mdb_txn_abort(txn);
  return code == 0 ? VD_OK : vd_lmdb_refuse(refusal, code, "copying");
}

static enum vd_err copy_tables(const struct vd_journal *from, struct copy *copy,
                               void (*progress)(void *context, uint64_t done, uint64_t total), void *context,
                               struct vd_refusal *refusal)
{
  static const enum vd_table order[] = {VD_TABLE_PRIVATE, VD_TABLE_ENTITIES, VD_TABLE_CHANGES};
  struct vd_meta meta;
  struct vd_head head;
  uint64_t watermark = UINT64_MAX;
  enum vd_err err = VD_OK;
  for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
    copy->table = order[i];
    struct vd_walk walk = {.table = order[i], .visit = visit_row, .context = copy};
    while (err == VD_OK && !walk.is_over) {
      err = copy_piece(from, copy, &walk, &meta, &head, refusal);
      if (err == VD_OK && head.watermark < watermark)
        watermark = head.watermark;
      if (err == VD_OK && progress != NULL)
        progress(context, copy->rows, copy->rows < copy->total ? copy->total : copy->rows);
    }
  }
  if (err != VD_OK)
    return err;
  head.watermark = watermark;
  return put_meta(copy, &meta, &head, refusal);
}

// ---- the copy's environment ----

static int count_rows(const struct vd_journal *journal, uint64_t *rows)
{
  MDB_txn *txn = NULL;
  MDB_stat stat;
  int code = mdb_txn_begin(journal->env, NULL, MDB_RDONLY, &txn);
  for (size_t i = 0; i < VD_TABLE_META && code == 0; i++, *rows += stat.ms_entries)
    code = mdb_stat(txn, journal->tables[i], &stat);
  mdb_txn_abort(txn);
  return code;
}

static enum vd_err copy_into(const struct vd_journal *from, struct vd_journal *to,
                             void (*progress)(void *context, uint64_t done, uint64_t total), void *context,
                             struct vd_refusal *refusal)
{
  enum vd_err err = vd_env_open(to, vd_map_bytes(from), refusal);
  // All of it at once: a disk without the room is met here.
  if (err == VD_OK)
    err = vd_space_ensure(to, vd_used_bytes(from), refusal);
  if (err != VD_OK)
    return err;
  struct copy copy = {.to = to};
  int code = mdb_txn_begin(to->env, NULL, 0, &copy.txn);
  if (code == 0 && (code = vd_tables_open(to, copy.txn, true)) != 0)
    mdb_txn_abort(copy.txn);
  else if (code == 0)
    code = mdb_txn_commit(copy.txn);
  if (code == 0)
    code = count_rows(from, &copy.total);
  if (code != 0)
    return vd_lmdb_refuse(refusal, code, "beginning the copy");
  err = copy_tables(from, &copy, progress, context, refusal);
  return err == VD_OK ? vd_space_trim(to, refusal) : err;
}

static enum vd_err check_copy(const char *data_dir, struct vd_refusal *refusal)
{
  struct vd_journal *copy = NULL;
  struct vd_verify_result result;
  enum vd_err err =
      vd_journal_open(&copy, &(struct vd_journal_options){.data_dir = data_dir, .is_reader = true}, refusal);
  if (err == VD_OK)
    err = vd_journal_verify(copy, NULL, NULL, &result, refusal);
  vd_journal_close(copy);
  return err;
}

// ---- folders ----

// TARGET, TARGET/partial, TARGET/partial/journal, TARGET/journal.
struct places {
  const char *target;
  char *above, *partial, *growing, *final;
};

static enum vd_err check_is_empty(const char *path, struct vd_refusal *refusal)
{
  DIR *folder = opendir(path);
  if (folder == NULL && errno == ENOTDIR)
    return vd_refuse(refusal, VD_ERR_NOT_A_FOLDER, "target", "%s", path);
  if (folder == NULL)
    return vd_refuse(refusal, VD_ERR_IO, "target", "%s: %s", path, strerror(errno));
  bool is_empty = true;
  for (const struct dirent *entry; is_empty && (entry = readdir(folder)) != NULL;)
    is_empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
  closedir(folder);
  return is_empty ? VD_OK : vd_refuse(refusal, VD_ERR_FOLDER_NOT_EMPTY, "target", "%s", path);
}

static enum vd_err make_places(const struct places *places, struct vd_refusal *refusal)
{
  enum vd_err err = vd_folder_make(places->target, refusal);
  if (err == VD_OK)
    err = check_is_empty(places->target, refusal);
  if (err == VD_OK)
    err = vd_folder_make(places->partial, refusal);
  return err == VD_OK ? vd_folder_make(places->growing, refusal) : err;
}

static enum vd_err publish(const struct places *places, struct vd_refusal *refusal)
{
  enum vd_err err = vd_folder_sync(places->growing, refusal);
  if (err == VD_OK && (rename(places->growing, places->final) != 0 || rmdir(places->partial) != 0))
    err = vd_refuse(refusal, VD_ERR_IO, "target", "renaming %s: %s", places->growing, strerror(errno));
  if (err == VD_OK)
    err = vd_folder_sync(places->target, refusal);
  return err == VD_OK ? vd_folder_sync(places->above, refusal) : err;
}

// Of our own making only; an empty target stays.
static void discard(const struct places *places)
{
  static const char *const names[] = {"data.mdb", "lock.mdb"};
  for (size_t i = 0; i < 2; i++) {
    char *file = vd_path_join(places->growing, names[i]);
    unlink(file);
    free(file);
  }
  rmdir(places->growing);
  rmdir(places->partial);
}

enum vd_err vd_journal_backup(struct vd_journal *journal, const char *target,
                              void (*progress)(void *context, uint64_t done, uint64_t total), void *context,
                              struct vd_refusal *refusal)
{
  struct places places = {.target = target,
                          .above = vd_path_join(target, ".."),
                          .partial = vd_path_join(target, "partial"),
                          .final = vd_path_join(target, "journal")};
  places.growing = vd_path_join(places.partial, "journal");
  enum vd_err err = make_places(&places, refusal);
  if (err == VD_OK) {
    struct vd_journal copy = {.path = places.growing, .lock_fd = -1};
    err = copy_into(journal, &copy, progress, context, refusal);
    mdb_env_close(copy.env);
    if (err == VD_OK)
      err = check_copy(places.partial, refusal);
    if (err == VD_OK)
      err = publish(&places, refusal);
    if (err != VD_OK)
      discard(&places);
  }
  free(places.above);
  free(places.partial);
  free(places.growing);
  free(places.final);
  return err;
}
