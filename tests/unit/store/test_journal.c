// Opening, the lock, the schema, meta, and space.
#include <criterion/criterion.h>
#include <fcntl.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/store/journal_internal.h"
#include "fixture.h"

static enum vd_err try_open(const char *folder, uint64_t map_size_bytes, bool is_reader,
                            struct vd_refusal *refusal)
{
  struct vd_journal *journal = NULL;
  struct vd_journal_options options = {
      .data_dir = folder, .map_size_bytes = map_size_bytes, .is_reader = is_reader};
  enum vd_err err = vd_journal_open(&journal, &options, refusal);
  cr_assert((err == VD_OK) == (journal != NULL));
  vd_journal_close(journal);
  return err;
}

static struct stat stat_of(const char *folder, const char *name)
{
  char *path = folder_file(folder, name);
  struct stat status;
  cr_assert_eq(stat(path, &status), 0, "%s", path);
  free(path);
  return status;
}

Test(journal, a_new_folder_is_private_and_empty)
{
  char *above = folder_make(), *folder = folder_file(above, "data");
  struct vd_journal *journal = journal_open(folder, false);
  uint8_t chain[VD_CHAIN_SIZE], origin[VD_CHAIN_SIZE] = {0};
  vd_journal_chain(journal, chain);
  cr_assert_eq(vd_journal_sequence(journal), 0);
  cr_assert_eq(vd_journal_watermark(journal), 0);
  cr_assert_eq(memcmp(chain, origin, sizeof chain), 0);
  cr_assert_eq(vd_journal_meta(journal)->schema, VD_SCHEMA);
  cr_assert_eq(vd_journal_meta(journal)->epoch, 1);
  cr_assert_eq(vd_journal_meta(journal)->scale, 0);
  cr_assert_eq(stat_of(above, "data").st_mode & 0777, 0700);
  cr_assert_eq(stat_of(folder, "journal").st_mode & 0777, 0700);
  cr_assert_eq(stat_of(folder, "journal/data.mdb").st_mode & 0777, 0600);
  cr_assert_eq(stat_of(folder, "lock").st_mode & 0777, 0600);
  vd_journal_close(journal);
  free(folder);
  folder_remove(above);
}

Test(journal, a_folder_without_a_parent_is_refused)
{
  char *folder = folder_make(), *deep = folder_file(folder, "no/such");
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(try_open(deep, 0, false, &refusal), VD_ERR_IO);
  cr_assert_not_null(strstr(refusal.detail, "no/such"));
  free(deep);
  folder_remove(folder);
}

Test(journal, a_folder_in_use_is_refused_and_names_the_holder)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct vd_refusal refusal = {.err = VD_OK};
  char pid[32];
  snprintf(pid, sizeof pid, "process %d", (int)getpid());
  cr_assert_eq(try_open(folder, 0, false, &refusal), VD_ERR_IN_USE);
  cr_assert_not_null(strstr(refusal.detail, pid), "%s", refusal.detail);
  vd_journal_close(journal);
  cr_assert_eq(try_open(folder, 0, false, &refusal), VD_OK, "the lock went with its holder");
  folder_remove(folder);
}

Test(journal, the_epoch_counts_starts)
{
  char *folder = folder_make();
  for (uint64_t start = 1; start <= 3; start++) {
    struct vd_journal *journal = journal_open(folder, false);
    cr_assert_eq(vd_journal_meta(journal)->epoch, start);
    vd_journal_close(journal);
    struct vd_journal *reader = journal_open(folder, true);
    cr_assert_eq(vd_journal_meta(reader)->epoch, start, "a reader is no start");
    vd_journal_close(reader);
  }
  folder_remove(folder);
}

Test(journal, meta_comes_back_as_it_was_kept)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct vd_meta meta = *vd_journal_meta(journal);
  meta.scale = 60;
  meta.clock_offset_ms = -86400000;
  meta.anchor_venue_ms = INT64_MAX;
  meta.anchor_wall_ms = INT64_MIN;
  meta.anchor_boot_ms = 7;
  meta.rehearsal = true;
  snprintf(meta.boot_id, sizeof meta.boot_id, "0a1b2c3d-0000-4000-8000-0123456789ab");
  memset(meta.plan_hash, 0xA5, sizeof meta.plan_hash);
  cr_assert_eq(vd_journal_set_meta(journal, &meta), VD_OK);
  cr_assert_eq(vd_journal_meta(journal)->scale, 60);
  vd_journal_close(journal);
  journal = journal_open(folder, false);
  const struct vd_meta *kept = vd_journal_meta(journal);
  cr_assert_eq(kept->epoch, 2);
  cr_assert_eq(kept->scale, 60);
  cr_assert_eq(kept->clock_offset_ms, -86400000);
  cr_assert_eq(kept->anchor_venue_ms, INT64_MAX);
  cr_assert_eq(kept->anchor_wall_ms, INT64_MIN);
  cr_assert_eq(kept->anchor_boot_ms, 7);
  cr_assert(kept->rehearsal);
  cr_assert_str_eq(kept->boot_id, meta.boot_id);
  cr_assert_eq(memcmp(kept->plan_hash, meta.plan_hash, sizeof meta.plan_hash), 0);
  vd_journal_close(journal);
  folder_remove(folder);
}

// ---- readers ----

Test(journal, a_reader_finds_nothing_and_makes_nothing)
{
  char *folder = folder_make();
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(try_open(folder, 0, true, &refusal), VD_ERR_IO);
  cr_assert_not(folder_has(folder, "journal"));
  cr_assert_not(folder_has(folder, "lock"));
  folder_remove(folder);
}

Test(journal, a_reader_needs_no_lock_and_takes_the_map_of_the_file)
{
  char *folder = folder_make();
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(try_open(folder, 64 << 20, false, &refusal), VD_OK);
  char *path = folder_file(folder, "lock");
  cr_assert_eq(unlink(path), 0);
  free(path);
  struct vd_journal *reader = journal_open(folder, true);
  cr_assert_not(folder_has(folder, "lock"));
  cr_assert_eq(vd_map_bytes(reader), 64 << 20);
  vd_journal_close(reader);
  folder_remove(folder);
}

Test(journal, a_file_cut_short_is_refused_to_a_reader)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  journal_fill(journal, 1000);
  vd_journal_close(journal);
  char *path = folder_file(folder, "journal/data.mdb");
  cr_assert_eq(truncate(path, 8 * 4096), 0);
  free(path);
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(try_open(folder, 0, true, &refusal), VD_ERR_DAMAGED);
  cr_assert_not_null(strstr(refusal.detail, "cut short"));
  cr_assert_eq(try_open(folder, 0, false, &refusal), VD_ERR_DAMAGED, "nor does a writer go on");
  folder_remove(folder);
}

// ---- schema ----

// Writes meta's record `name` as another venued would.
static void put_meta_record(const char *folder, const char *name, uint8_t *bytes, size_t size, bool is_sealed)
{
  char *path = folder_file(folder, "journal");
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi table;
  MDB_val key = {strlen(name), (char *)name}, value = {size, bytes};
  if (is_sealed)
    vd_record_seal(VD_TABLE_META, &key, &value);
  cr_assert_eq(mdb_env_create(&env), 0);
  cr_assert_eq(mdb_env_set_maxdbs(env, 4), 0);
  cr_assert_eq(mdb_env_open(env, path, 0, 0600), 0);
  cr_assert_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
  cr_assert_eq(mdb_dbi_open(txn, NULL, 0, &table), 0);
  cr_assert_eq(mdb_put(txn, table, &key, &value, 0), 0);
  cr_assert_eq(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
  free(path);
}

Test(journal, a_newer_schema_is_refused_and_left_alone)
{
  char *folder = folder_make();
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(try_open(folder, 0, false, &refusal), VD_OK);
  uint8_t bytes[VD_SCHEMA_SIZE];
  vd_schema_write(bytes, VD_SCHEMA + 1);
  put_meta_record(folder, "schema", bytes, sizeof bytes, true);
  cr_assert_eq(try_open(folder, 0, false, &refusal), VD_ERR_NEWER_SCHEMA);
  cr_assert_eq(try_open(folder, 0, true, &refusal), VD_ERR_NEWER_SCHEMA);
  vd_schema_write(bytes, VD_SCHEMA);
  put_meta_record(folder, "schema", bytes, sizeof bytes, true);
  struct vd_journal *journal = journal_open(folder, false);
  cr_assert_eq(vd_journal_meta(journal)->epoch, 2, "the refused starts counted nothing");
  vd_journal_close(journal);
  folder_remove(folder);
}

// Puts meta where schema 1 had it.
static void make_schema_1(const char *folder)
{
  static const char *const names[] = {"schema", "venue", "head"};
  char *path = folder_file(folder, "journal");
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi unnamed, meta;
  cr_assert_eq(mdb_env_create(&env), 0);
  cr_assert_eq(mdb_env_set_maxdbs(env, 4), 0);
  cr_assert_eq(mdb_env_open(env, path, 0, 0600), 0);
  cr_assert_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
  cr_assert_eq(mdb_dbi_open(txn, NULL, 0, &unnamed), 0);
  cr_assert_eq(mdb_dbi_open(txn, "meta", MDB_CREATE, &meta), 0);
  for (size_t i = 0; i < 3; i++) {
    MDB_val key = {strlen(names[i]), (char *)names[i]}, value;
    cr_assert_eq(mdb_get(txn, unnamed, &key, &value), 0);
    uint8_t bytes[VD_META_SIZE];
    value.mv_data = memcpy(bytes, value.mv_data, value.mv_size);
    if (i == 0) {
      vd_schema_write(bytes, 1);
      vd_record_seal(VD_TABLE_META, &key, &value);
    }
    cr_assert_eq(mdb_put(txn, meta, &key, &value, 0), 0);
    cr_assert_eq(mdb_del(txn, unnamed, &key, NULL), 0);
  }
  cr_assert_eq(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
  free(path);
}

Test(journal, one_of_schema_1_goes_on_as_it_is)
{
  char *folder = folder_make(), *copy = folder_file(folder, "copy");
  struct vd_journal *journal = journal_open(folder, false);
  journal_fill(journal, 3);
  vd_journal_close(journal);
  make_schema_1(folder);
  journal = journal_open(folder, false);
  cr_assert_eq(vd_journal_meta(journal)->epoch, 2);
  cr_assert_eq(vd_journal_sequence(journal), 3);
  journal_fill(journal, 2);
  vd_journal_close(journal);
  journal = journal_open(folder, true);
  cr_assert_eq(vd_journal_meta(journal)->schema, 1);
  cr_assert_eq(journal_verify(journal).sequence, 5);
  cr_assert_eq(vd_journal_backup(journal, copy, NULL, NULL, NULL), VD_OK);
  vd_journal_close(journal);
  journal = journal_open(copy, true);
  cr_assert_eq(vd_journal_meta(journal)->schema, VD_SCHEMA, "a copy is made anew");
  vd_journal_close(journal);
  free(copy);
  folder_remove(folder);
}

Test(journal, a_bad_checksum_in_meta_is_damage)
{
  static const char *const names[] = {"schema", "venue", "head"};
  static const size_t sizes[] = {VD_SCHEMA_SIZE, VD_META_SIZE, VD_HEAD_SIZE};
  for (size_t i = 0; i < 3; i++) {
    char *folder = folder_make();
    struct vd_refusal refusal = {.err = VD_OK};
    cr_assert_eq(try_open(folder, 0, false, &refusal), VD_OK);
    uint8_t bytes[VD_META_SIZE] = {0};
    put_meta_record(folder, names[i], bytes, sizes[i], false);
    cr_assert_eq(try_open(folder, 0, false, &refusal), VD_ERR_DAMAGED, "%s", names[i]);
    put_meta_record(folder, names[i], bytes, sizes[i] - 1, true);
    cr_assert_eq(try_open(folder, 0, false, &refusal), VD_ERR_DAMAGED, "%s of another size", names[i]);
    folder_remove(folder);
  }
}

Test(journal, a_head_that_disagrees_with_the_last_change_is_damage)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  journal_fill(journal, 3);
  struct vd_head good = journal->head;
  vd_journal_close(journal);
  struct vd_head bad[] = {good, good, good};
  bad[0].sequence--;
  bad[1].chain[31] ^= 1;
  bad[2].watermark = good.sequence + 1;
  struct vd_refusal refusal = {.err = VD_OK};
  uint8_t bytes[VD_HEAD_SIZE];
  for (size_t i = 0; i < 3; i++) {
    vd_head_write(bytes, &bad[i]);
    put_meta_record(folder, "head", bytes, sizeof bytes, true);
    cr_assert_eq(try_open(folder, 0, false, &refusal), VD_ERR_DAMAGED, "%zu", i);
  }
  vd_head_write(bytes, &good);
  put_meta_record(folder, "head", bytes, sizeof bytes, true);
  cr_assert_eq(try_open(folder, 0, false, &refusal), VD_OK);
  folder_remove(folder);
}

Test(journal, a_file_that_is_none_of_lmdb_is_damage)
{
  char *folder = folder_make(), *inner = folder_file(folder, "journal"),
       *path = folder_file(inner, "data.mdb");
  cr_assert_eq(mkdir(inner, 0700), 0);
  FILE *file = fopen(path, "w");
  for (unsigned i = 0; i < 10000; i++)
    fprintf(file, "no journal\n");
  fclose(file);
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(try_open(folder, 0, false, &refusal), VD_ERR_DAMAGED);
  free(path);
  free(inner);
  folder_remove(folder);
}

// ---- space ----

Test(journal, the_file_grows_ahead_and_not_to_the_size_of_the_map)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct stat status = stat_of(folder, "journal/data.mdb");
  cr_assert_geq(status.st_blocks * 512, 16 << 20, "really allocated");
  cr_assert_leq(status.st_size, 20 << 20);
  journal_fill(journal, 1000);
  cr_assert_eq(stat_of(folder, "journal/data.mdb").st_size, status.st_size, "within what was ahead");
  while (vd_used_bytes(journal) < 18 << 20)
    journal_fill(journal, 4000);
  status = stat_of(folder, "journal/data.mdb");
  cr_assert_geq((uint64_t)status.st_blocks * 512, vd_used_bytes(journal));
  cr_assert_leq((uint64_t)status.st_size, vd_used_bytes(journal) + (32 << 20));
  vd_journal_close(journal);
  folder_remove(folder);
}

// Appends until it is refused; returns the refusal.
static enum vd_err append_until_refused(struct vd_journal *journal, struct vd_refusal *refusal)
{
  enum vd_err err = VD_OK;
  for (unsigned i = 0; i < 100000 && err == VD_OK; i++) {
    struct batch batch = {.changes = NULL};
    for (unsigned note = 0; note < 20; note++)
      batch_add_note(&batch, vd_journal_sequence(journal) + 1 + note, note,
                     "a line that goes on and on, until there is no room");
    err = vd_journal_append(journal, &batch.journal, refusal);
    batch_clear(&batch);
  }
  return err;
}

static void check_still_whole(struct vd_journal *journal)
{
  cr_assert_eq(journal_verify(journal).sequence, vd_journal_sequence(journal));
}

// Where the file system tells nothing apart, all of a file is data.
Test(journal, what_follows_the_pages_in_use_is_written_before_it_is_needed)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  int fd;
  cr_assert_eq(mdb_env_get_fd(journal->env, &fd), 0);
  for (unsigned i = 0; i < 30; i++) {
    off_t expected = (off_t)vd_used_bytes(journal);
    cr_assert_eq(lseek(fd, expected, SEEK_DATA), expected, "append %u", i);
    cr_assert_geq(lseek(fd, expected, SEEK_HOLE) - expected, VD_BATCH_MAX / 2, "append %u", i);
    journal_fill(journal, 1000);
  }
  cr_assert_gt(vd_used_bytes(journal), 2 << 20, "several stretches long");
  cr_assert_eq(journal_verify(journal).sequence, 30000, "no page in use was overwritten");
  vd_journal_close(journal);
  folder_remove(folder);
}

Test(journal, a_full_map_is_a_full_disk_and_nothing_happened)
{
  char *folder = folder_make();
  struct vd_journal *journal = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_journal_options options = {.data_dir = folder, .map_size_bytes = 1 << 20};
  cr_assert_eq(vd_journal_open(&journal, &options, &refusal), VD_OK);
  cr_assert_leq(stat_of(folder, "journal/data.mdb").st_size, 1 << 20, "never longer than the map");
  cr_assert_leq(vd_journal_free_bytes(journal), 1 << 20);
  cr_assert_eq(append_until_refused(journal, &refusal), VD_ERR_DISK_FULL);
  uint64_t sequence = vd_journal_sequence(journal);
  cr_assert_gt(sequence, 1000);
  cr_assert_leq(vd_journal_free_bytes(journal), 64 << 10, "which is what makes the daemon wait");
  check_still_whole(journal);
  vd_journal_close(journal);

  options.map_size_bytes = 2 << 20;
  cr_assert_eq(vd_journal_open(&journal, &options, &refusal), VD_OK, "a larger map goes on");
  cr_assert_eq(vd_journal_sequence(journal), sequence);
  journal_fill(journal, 100);
  check_still_whole(journal);
  vd_journal_close(journal);
  folder_remove(folder);
}

// A limit on the file's size stands for a full disk: the system refuses growth in the same places.
static void limit_files(rlim_t bytes)
{
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit;
  cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
  cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(journal, a_full_disk_is_met_before_the_transaction_and_goes_away)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  // Less than what would be allocated ahead, so the last of it is taken bit by bit.
  uint64_t ahead = (uint64_t)stat_of(folder, "journal/data.mdb").st_size;
  limit_files(ahead + (4 << 20));
  enum vd_err err = VD_OK;
  struct vd_refusal refusal = {.err = VD_OK};
  while (err == VD_OK) {
    struct batch batch = {.changes = NULL};
    for (unsigned i = 0; i < 2000; i++)
      batch_add_note(&batch, vd_journal_sequence(journal) + 1 + i, i, "a line that goes on and on");
    err = vd_journal_append(journal, &batch.journal, &refusal);
    batch_clear(&batch);
  }
  cr_assert_eq(err, VD_ERR_DISK_FULL, "%s: %s", vd_err_name(err), refusal.detail);
  cr_assert_not_null(strstr(refusal.detail, "making room"), "%s", refusal.detail);
  cr_assert_gt(vd_used_bytes(journal), ahead);
  uint64_t sequence = vd_journal_sequence(journal);
  check_still_whole(journal);
  limit_files(RLIM_INFINITY);
  journal_fill(journal, 2000);
  cr_assert_eq(vd_journal_sequence(journal), sequence + 2000);
  check_still_whole(journal);
  vd_journal_close(journal);
  folder_remove(folder);
}

// What the system says of the disk, and what this test pretends: LMDB hides a short write behind "I/O error",
// so the store asks.
static bool is_disk_full;

int statvfs(const char *path, struct statvfs *status)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  int result = fd >= 0 ? fstatvfs(fd, status) : -1;
  if (fd >= 0)
    close(fd);
  if (is_disk_full)
    status->f_bavail = 1;
  return result;
}

// The room is promised and then taken away, so that it is the commit that fails, with a short write.
static enum vd_err append_into_a_wall(struct vd_journal *journal, struct vd_refusal *refusal)
{
  journal_fill(journal, 10);
  struct batch batch = {.changes = NULL};
  for (unsigned i = 0; i < 2000; i++)
    batch_add_note(&batch, 11 + i, i, "a line that goes on and on");
  limit_files(vd_used_bytes(journal) + 8192);
  enum vd_err err = vd_journal_append(journal, &batch.journal, refusal);
  limit_files(RLIM_INFINITY);
  batch_clear(&batch);
  cr_assert_eq(vd_journal_sequence(journal), 10);
  cr_assert_not_null(strstr(refusal->detail, "committing"), "%s", refusal->detail);
  return err;
}

Test(journal, a_commit_that_fails_on_a_full_disk_kept_nothing)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct vd_refusal refusal = {.err = VD_OK};
  is_disk_full = true;
  cr_assert_leq(vd_journal_free_bytes(journal), 4096);
  cr_assert_eq(append_into_a_wall(journal, &refusal), VD_ERR_DISK_FULL, "%s", refusal.detail);
  check_still_whole(journal);
  is_disk_full = false;
  journal_fill(journal, 2000);
  check_still_whole(journal);
  vd_journal_close(journal);
  folder_remove(folder);
}

Test(journal, the_same_failure_on_a_disk_with_room_has_an_unknown_outcome)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(append_into_a_wall(journal, &refusal), VD_ERR_OUTCOME_UNKNOWN, "%s", refusal.detail);
  vd_journal_close(journal);
  folder_remove(folder);
}

// A file that nobody may write to any more.
Test(journal, a_commit_that_cannot_write_has_an_unknown_outcome)
{
  char *folder = folder_make(), *path = folder_file(folder, "journal/data.mdb");
  struct vd_journal *journal = journal_open(folder, false);
  journal_fill(journal, 10);
  int fd, read_only = open(path, O_RDONLY);
  cr_assert_eq(mdb_env_get_fd(journal->env, &fd), 0);
  int kept = dup(fd);
  cr_assert_eq(dup2(read_only, fd), fd);
  struct batch batch = {.changes = NULL};
  batch_add_note(&batch, 11, 1, "a line");
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(vd_journal_append(journal, &batch.journal, &refusal), VD_ERR_OUTCOME_UNKNOWN, "%s",
               refusal.detail);
  cr_assert_eq(vd_journal_sequence(journal), 10);
  batch_clear(&batch);
  cr_assert_eq(dup2(kept, fd), fd);
  close(kept);
  close(read_only);
  vd_journal_close(journal);
  free(path);
  journal = journal_open(folder, false);
  check_still_whole(journal);
  vd_journal_close(journal);
  folder_remove(folder);
}
