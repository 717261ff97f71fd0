// Shared by the files of the store; nobody outside includes it.
//
// Who may touch what: `env`, `tables`, `path` and `is_reader` never change between open and close, so any
// thread reads through them with a transaction of its own. `meta`, `head` and the `_bytes` belong to
// whoever appends: readers look their own up in the transaction they have.
#ifndef VD_STORE_JOURNAL_INTERNAL_H
#define VD_STORE_JOURNAL_INTERNAL_H

#include "daemon/store/record.h"

struct vd_journal {
  MDB_env *env;
  MDB_dbi tables[VD_TABLE_COUNT];
  char *path;  // DATA/journal
  int lock_fd; // -1 = not locked by us
  bool is_reader;
  uint64_t allocated_bytes; // of the file, from its beginning
  uint64_t filled_bytes;    // what follows the pages in use has been written with zeros up to here
  struct vd_meta meta;
  struct vd_head head;
};

// ---- env.c: LMDB and the file system ----

// "DIR/NAME" on the heap.
char *vd_path_join(const char *dir, const char *name);
// Makes the folder (0700) where it is absent.
enum vd_err vd_folder_make(const char *path, struct vd_refusal *refusal) VD_MUST_CHECK;
// Makes the folder's own entries durable.
enum vd_err vd_folder_sync(const char *path, struct vd_refusal *refusal) VD_MUST_CHECK;

// What a code of LMDB or the system means here; its words go into the detail: "`doing`: words".
enum vd_err vd_lmdb_refuse(struct vd_refusal *refusal, int code, const char *doing) VD_MUST_CHECK;
bool vd_lmdb_is_full(int code);

// Opens journal->env at journal->path as journal->is_reader says. `map_size_bytes` 0 = the default.
enum vd_err vd_env_open(struct vd_journal *journal, uint64_t map_size_bytes,
                        struct vd_refusal *refusal) VD_MUST_CHECK;
// Looks the tables up, or makes them. A code of LMDB.
int vd_tables_open(struct vd_journal *journal, MDB_txn *txn, bool is_new) VD_MUST_CHECK;
uint64_t vd_map_bytes(const struct vd_journal *journal);
uint64_t vd_used_bytes(const struct vd_journal *journal);
// Sees to it that the file may grow by `bytes`: what is allocated now cannot be missing in the middle of a
// commit.
enum vd_err vd_space_ensure(struct vd_journal *journal, uint64_t bytes,
                            struct vd_refusal *refusal) VD_MUST_CHECK;
// Writes the stretch after the pages in use with zeros, some time before it is needed. A commit into room
// that is only allocated makes the file system record that it holds something now, in its own journal and
// with a wait of its own: twice the time of a sync. Between transactions only. What fails here costs nothing
// but that.
void vd_space_fill(struct vd_journal *journal);
// Gives back what was allocated ahead; the file is then exactly as long as the pages in use.
enum vd_err vd_space_trim(struct vd_journal *journal, struct vd_refusal *refusal) VD_MUST_CHECK;

// ---- journal.c, append.c ----

// Meta and head as this transaction sees them.
enum vd_err vd_meta_load(const struct vd_journal *journal, MDB_txn *txn, struct vd_meta *meta,
                         struct vd_head *head, struct vd_refusal *refusal) VD_MUST_CHECK;
// Seal and write. A code of LMDB.
int vd_schema_put(const struct vd_journal *journal, MDB_txn *txn) VD_MUST_CHECK;
int vd_meta_put(const struct vd_journal *journal, MDB_txn *txn, const struct vd_meta *meta) VD_MUST_CHECK;
int vd_head_put(const struct vd_journal *journal, MDB_txn *txn, const struct vd_head *head) VD_MUST_CHECK;

// ---- read.c ----

// A walk through a table in the order of its keys, a piece per read transaction.
enum { VD_ROWS_PER_TXN = 10000 };
// `value` is intact. `go_on` is true at the call; false ends the walk.
typedef enum vd_err (*vd_visit_fn)(void *context, const MDB_val *key, const MDB_val *value, bool *go_on,
                                   struct vd_refusal *refusal);
struct vd_walk {
  enum vd_table table;
  vd_visit_fn visit;
  void *context;
  uint8_t last[VD_KEY_MAX]; // the walk goes on after this key
  size_t last_size;         // 0 = from the start
  bool is_over;             // the end of the table as this transaction sees it, or the visitor's word
};
enum vd_err vd_walk_on(const struct vd_journal *journal, MDB_txn *txn, struct vd_walk *walk,
                       struct vd_refusal *refusal) VD_MUST_CHECK;
// The record of the Change that is expected here; refuses a gap.
enum vd_err vd_change_take(const MDB_val *key, const MDB_val *value, uint64_t expected,
                           struct vd_change_record *record, struct vd_refusal *refusal) VD_MUST_CHECK;
enum vd_err vd_change_refuse_missing(uint64_t sequence, struct vd_refusal *refusal) VD_MUST_CHECK;
enum vd_err vd_read_begin(const struct vd_journal *journal, MDB_txn **txn,
                          struct vd_refusal *refusal) VD_MUST_CHECK;

#endif
