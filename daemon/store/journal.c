// Opening and closing: the folder, its lock, the schema, the epoch.
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "daemon/store/journal_internal.h"
#include "proto/message.h"

// ---- the lock ----

// The lock is the flock on DATA/lock and goes with the process, however it ends; the file stays and names the
// pid.
static enum vd_err take_lock(struct vd_journal *journal, const char *data_dir, struct vd_refusal *refusal)
{
  char *path = vd_path_join(data_dir, "lock");
  struct vd_buffer pid = {0};
  enum vd_err err = VD_OK;
  journal->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (journal->lock_fd >= 0 && flock(journal->lock_fd, LOCK_EX | LOCK_NB) == 0) {
    vd_buffer_printf(&pid, "%ld\n", (long)getpid());
    // Only for people: a lock without a readable pid is a lock all the same.
    if (ftruncate(journal->lock_fd, 0) != 0 ||
        pwrite(journal->lock_fd, pid.data, pid.size, 0) != (ssize_t)pid.size)
      err = vd_refuse(refusal, vd_lmdb_is_full(errno) ? VD_ERR_DISK_FULL : VD_ERR_IO, "", "writing %s: %s",
                      path, strerror(errno));
  } else if (journal->lock_fd >= 0 && errno == EWOULDBLOCK) {
    char holder[16] = "";
    ssize_t size = pread(journal->lock_fd, holder, sizeof holder - 1, 0);
    holder[size > 0 ? strspn(holder, "0123456789") : 0] = '\0';
    err = vd_refuse(refusal, VD_ERR_IN_USE, "data", "%s is held by process %s", data_dir,
                    holder[0] != '\0' ? holder : "unknown");
  } else {
    err = vd_refuse(refusal, VD_ERR_IO, "data", "locking %s: %s", path, strerror(errno));
  }
  vd_buffer_finish(&pid);
  free(path);
  return err;
}

// ---- meta ----

static const char *const SCHEMA = "schema", *const VENUE = "venue", *const HEAD = "head";

static int put(const struct vd_journal *journal, MDB_txn *txn, const char *name, uint8_t *bytes, size_t size)
{
  MDB_val key = {.mv_size = strlen(name), .mv_data = (char *)name},
          value = {.mv_size = size, .mv_data = bytes};
  vd_record_seal(VD_TABLE_META, &key, &value);
  return mdb_put(txn, journal->tables[VD_TABLE_META], &key, &value, 0);
}

static int get(const struct vd_journal *journal, MDB_txn *txn, const char *name, MDB_val *value)
{
  MDB_val key = {.mv_size = strlen(name), .mv_data = (char *)name};
  int code = mdb_get(txn, journal->tables[VD_TABLE_META], &key, value);
  return code == 0 && !vd_record_is_intact(VD_TABLE_META, &key, value) ? MDB_CORRUPTED : code;
}

int vd_meta_put(const struct vd_journal *journal, MDB_txn *txn, const struct vd_meta *meta)
{
  uint8_t bytes[VD_META_SIZE];
  vd_meta_write(bytes, meta);
  return put(journal, txn, VENUE, bytes, sizeof bytes);
}

int vd_head_put(const struct vd_journal *journal, MDB_txn *txn, const struct vd_head *head)
{
  uint8_t bytes[VD_HEAD_SIZE];
  vd_head_write(bytes, head);
  return put(journal, txn, HEAD, bytes, sizeof bytes);
}

int vd_schema_put(const struct vd_journal *journal, MDB_txn *txn)
{
  uint8_t bytes[VD_SCHEMA_SIZE];
  vd_schema_write(bytes, VD_SCHEMA);
  return put(journal, txn, SCHEMA, bytes, sizeof bytes);
}

enum vd_err vd_meta_load(const struct vd_journal *journal, MDB_txn *txn, struct vd_meta *meta,
                         struct vd_head *head, struct vd_refusal *refusal)
{
  MDB_val value;
  int code = get(journal, txn, VENUE, &value);
  if (code == 0 && !vd_meta_read(&value, meta))
    code = MDB_CORRUPTED;
  if (code == 0)
    code = get(journal, txn, HEAD, &value);
  if (code == 0 && !vd_head_read(&value, head))
    code = MDB_CORRUPTED;
  return code == 0 ? VD_OK : vd_lmdb_refuse(refusal, code, "reading meta");
}

static enum vd_err check_schema(struct vd_journal *journal, MDB_txn *txn, struct vd_refusal *refusal)
{
  MDB_val value;
  int code = get(journal, txn, SCHEMA, &value);
  if (code == 0 && !vd_schema_read(&value, &journal->meta.schema))
    code = MDB_CORRUPTED;
  if (code != 0)
    return vd_lmdb_refuse(refusal, code, "reading the schema");
  if (journal->meta.schema > VD_SCHEMA)
    return vd_refuse(refusal, VD_ERR_NEWER_SCHEMA, "", "schema %u; this venued knows %u",
                     journal->meta.schema, VD_SCHEMA);
  return VD_OK;
}

// The head is written with every batch, so it must agree with the last Change.
static enum vd_err check_head(struct vd_journal *journal, MDB_txn *txn, struct vd_refusal *refusal)
{
  const struct vd_head *head = &journal->head;
  MDB_cursor *cursor;
  int code = mdb_cursor_open(txn, journal->tables[VD_TABLE_CHANGES], &cursor);
  if (code != 0)
    return vd_lmdb_refuse(refusal, code, "reading the last Change");
  MDB_val key, value;
  uint64_t last = 0;
  struct vd_change_record record = {.chain = NULL};
  code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
  mdb_cursor_close(cursor);
  if (code == 0 && !(vd_sequence_key_read(&key, &last) &&
                     vd_record_is_intact(VD_TABLE_CHANGES, &key, &value) && vd_change_read(&value, &record)))
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "Change %llu fails its checksum", (unsigned long long)last);
  if (code != 0 && code != MDB_NOTFOUND)
    return vd_lmdb_refuse(refusal, code, "reading the last Change");
  static const uint8_t origin[VD_CHAIN_SIZE];
  if (last != head->sequence || memcmp(code == 0 ? record.chain : origin, head->chain, VD_CHAIN_SIZE) != 0 ||
      head->watermark > head->sequence)
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "meta says Change %llu, the last one is %llu",
                     (unsigned long long)head->sequence, (unsigned long long)last);
  return VD_OK;
}

// ---- opening ----

static enum vd_err load(struct vd_journal *journal, MDB_txn *txn, struct vd_refusal *refusal)
{
  enum vd_err err = check_schema(journal, txn, refusal);
  if (err == VD_OK)
    err = vd_meta_load(journal, txn, &journal->meta, &journal->head, refusal);
  return err == VD_OK ? check_head(journal, txn, refusal) : err;
}

static int put_origin(struct vd_journal *journal, MDB_txn *txn)
{
  journal->meta.schema = VD_SCHEMA;
  int code = vd_tables_open(journal, txn, true);
  if (code == 0)
    code = vd_schema_put(journal, txn);
  if (code == 0)
    code = vd_meta_put(journal, txn, &journal->meta);
  return code == 0 ? vd_head_put(journal, txn, &journal->head) : code;
}

// Looks at what is there, or begins. Nothing is written into a journal that is newer or damaged.
static enum vd_err enter(struct vd_journal *journal, struct vd_refusal *refusal)
{
  MDB_txn *txn = NULL;
  int code = mdb_txn_begin(journal->env, NULL, journal->is_reader ? MDB_RDONLY : 0, &txn);
  if (code == 0)
    code = vd_tables_open(journal, txn, false);
  enum vd_err err = VD_OK;
  if (code == MDB_NOTFOUND && journal->is_reader)
    err = vd_refuse(refusal, VD_ERR_IO, "data", "%s holds no journal yet", journal->path);
  else if (code == MDB_NOTFOUND)
    err = (code = put_origin(journal, txn)) == 0 ? VD_OK
                                                 : vd_lmdb_refuse(refusal, code, "beginning the journal");
  else if (code == 0)
    err = load(journal, txn, refusal);
  else
    err = vd_lmdb_refuse(refusal, code, "opening the journal");
  if (err != VD_OK) {
    mdb_txn_abort(txn);
    return err;
  }
  code = mdb_txn_commit(txn); // keeps the handles of the tables
  return code == 0 ? VD_OK : vd_lmdb_refuse(refusal, code, "beginning the journal");
}

static enum vd_err open_writer(struct vd_journal *journal, const struct vd_journal_options *options,
                               struct vd_refusal *refusal)
{
  enum vd_err err = vd_folder_make(options->data_dir, refusal);
  if (err == VD_OK)
    err = take_lock(journal, options->data_dir, refusal);
  if (err == VD_OK)
    err = vd_folder_make(journal->path, refusal);
  if (err == VD_OK)
    err = vd_env_open(journal, options->map_size_bytes, refusal);
  if (err == VD_OK)
    err = vd_space_ensure(journal, 0, refusal);
  if (err == VD_OK)
    err = enter(journal, refusal);
  if (err == VD_OK) {
    struct vd_meta meta = journal->meta;
    journal->meta.epoch = ++meta.epoch;
    err = vd_journal_append(journal, &(struct vd_journal_batch){.meta = &meta}, refusal);
  }
  // LMDB syncs its file, nobody the names that lead to it.
  char *above = vd_path_join(options->data_dir, "..");
  const char *folders[] = {journal->path, options->data_dir, above};
  for (size_t i = 0; i < 3 && err == VD_OK; i++)
    err = vd_folder_sync(folders[i], refusal);
  free(above);
  return err;
}

static enum vd_err open_reader(struct vd_journal *journal, const struct vd_journal_options *options,
                               struct vd_refusal *refusal)
{
  char *file = vd_path_join(journal->path, "data.mdb");
  enum vd_err err = VD_OK;
  if (access(file, R_OK) != 0)
    err = vd_refuse(refusal, VD_ERR_IO, "data", "%s: %s", file, strerror(errno));
  free(file);
  if (err == VD_OK)
    err = vd_env_open(journal, options->map_size_bytes, refusal);
  return err == VD_OK ? enter(journal, refusal) : err;
}

enum vd_err vd_journal_open(struct vd_journal **journal, const struct vd_journal_options *options,
                            struct vd_refusal *refusal)
{
  if (sodium_init() < 0) // picks the quickest hash of this machine
    return vd_refuse(refusal, VD_ERR_INTERNAL, "", "libsodium cannot be initialised");
  struct vd_journal *opened = vd_zalloc(sizeof *opened);
  opened->path = vd_path_join(options->data_dir, "journal");
  opened->lock_fd = -1;
  opened->is_reader = options->is_reader;
  enum vd_err err =
      options->is_reader ? open_reader(opened, options, refusal) : open_writer(opened, options, refusal);
  if (err != VD_OK) {
    vd_journal_close(opened);
    return err;
  }
  *journal = opened;
  return VD_OK;
}

void vd_journal_close(struct vd_journal *journal)
{
  if (journal == NULL)
    return;
  if (journal->env != NULL)
    mdb_env_close(journal->env);
  if (journal->lock_fd >= 0)
    close(journal->lock_fd); // lets the lock go, after the environment is closed
  free(journal->path);
  free(journal);
}

// ---- where it stands ----

const struct vd_meta *vd_journal_meta(const struct vd_journal *journal)
{
  return &journal->meta;
}

uint64_t vd_journal_sequence(const struct vd_journal *journal)
{
  return journal->head.sequence;
}

void vd_journal_chain(const struct vd_journal *journal, uint8_t chain[VD_CHAIN_SIZE])
{
  memcpy(chain, journal->head.chain, VD_CHAIN_SIZE);
}

uint64_t vd_journal_watermark(const struct vd_journal *journal)
{
  return journal->head.watermark;
}
