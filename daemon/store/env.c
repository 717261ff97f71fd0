// LMDB's environment and the file system under it.
//
// The map is fixed and sparse: growing it would throw readers of other processes out. The file itself grows
// ahead of the pages in use, so that a full disk is met before a transaction begins and not in the middle of
// its commit, where LMDB can only say "I/O error". The next stretch of it is written with zeros as well.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/store/journal_internal.h"
#include "proto/message.h"

static const uint64_t MAP_SIZE_BYTES = 32ull << 30;
static const uint64_t AHEAD_BYTES = 16ull << 20;
static const uint64_t FILL_BYTES = 1ull << 20;

// ---- folders ----

char *vd_path_join(const char *dir, const char *name)
{
  struct vd_buffer path = {0};
  vd_buffer_printf(&path, "%s/%s", dir, name);
  vd_buffer_append(&path, "", 1);
  return (char *)path.data;
}

enum vd_err vd_folder_make(const char *path, struct vd_refusal *refusal)
{
  if (mkdir(path, 0700) == 0 || errno == EEXIST)
    return VD_OK;
  return vd_refuse(refusal, vd_lmdb_is_full(errno) ? VD_ERR_DISK_FULL : VD_ERR_IO, "",
                   "making the folder %s: %s", path, strerror(errno));
}

enum vd_err vd_folder_sync(const char *path, struct vd_refusal *refusal)
{
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // Some file systems have nothing to sync in a folder and say EINVAL.
  bool is_done = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
  int error = errno;
  if (fd >= 0)
    close(fd);
  return is_done ? VD_OK
                 : vd_refuse(refusal, VD_ERR_IO, "", "syncing the folder %s: %s", path, strerror(error));
}

// ---- codes ----

bool vd_lmdb_is_full(int code)
{
  return code == MDB_MAP_FULL || code == ENOSPC || code == EDQUOT || code == EFBIG;
}

static enum vd_err meaning_of(int code)
{
  switch (code) {
  case MDB_CORRUPTED:
  case MDB_PAGE_NOTFOUND:
  case MDB_INVALID:
  case MDB_NOTFOUND:
  case MDB_INCOMPATIBLE:
  case MDB_KEYEXIST:
    return VD_ERR_DAMAGED;
  case MDB_VERSION_MISMATCH:
    return VD_ERR_NEWER_SCHEMA;
  default:
    return vd_lmdb_is_full(code) ? VD_ERR_DISK_FULL : VD_ERR_IO;
  }
}

enum vd_err vd_lmdb_refuse(struct vd_refusal *refusal, int code, const char *doing)
{
  return vd_refuse(refusal, meaning_of(code), "", "%s: %s", doing, mdb_strerror(code));
}

// ---- the environment ----

static unsigned env_flags(bool is_reader)
{
  // Read transactions belong to their handles, not to threads: a pool may read, and a thread that ends leaves
  // no slot.
  unsigned flags = MDB_NOTLS | (is_reader ? MDB_RDONLY : 0);
#ifdef VD_STORE_NOSYNC
  flags |= MDB_NOSYNC;
#endif
  return flags;
}

// LMDB writes the head of a new file without a sync, and the pages and the room after it may reach the disk
// first: a power cut would leave a file that nobody can open. So a file is called data.mdb when its head is
// safe.
static int begin_file(const char *unsafe_path, const char *path, uint64_t map_size_bytes)
{
  MDB_env *env;
  int code = unlink(unsafe_path) == 0 || errno == ENOENT ? mdb_env_create(&env) : errno;
  if (code != 0)
    return code;
  code = mdb_env_set_mapsize(env, map_size_bytes);
  if (code == 0)
    code = mdb_env_open(env, unsafe_path, MDB_NOSUBDIR | MDB_NOLOCK, 0600);
  if (code == 0)
    code = mdb_env_sync(env, 1);
  mdb_env_close(env);
  return code == 0 && rename(unsafe_path, path) != 0 ? errno : code;
}

static int begin_if_new(const struct vd_journal *journal, uint64_t map_size_bytes)
{
  char *unsafe_path = vd_path_join(journal->path, "data.new"),
       *path = vd_path_join(journal->path, "data.mdb");
  bool is_new = access(path, F_OK) != 0 && errno == ENOENT;
  int code = is_new ? begin_file(unsafe_path, path, map_size_bytes) : 0;
  free(path);
  free(unsafe_path);
  return code;
}

static uint64_t file_bytes(const struct vd_journal *journal)
{
  int fd;
  struct stat status;
  return mdb_env_get_fd(journal->env, &fd) == 0 && fstat(fd, &status) == 0 ? (uint64_t)status.st_size : 0;
}

enum vd_err vd_env_open(struct vd_journal *journal, uint64_t map_size_bytes, struct vd_refusal *refusal)
{
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  uint64_t size = (map_size_bytes != 0 ? map_size_bytes : MAP_SIZE_BYTES) / page * page;
  int code = journal->is_reader ? 0 : begin_if_new(journal, size);
  if (code == 0)
    code = mdb_env_create(&journal->env);
  if (code == 0)
    code = mdb_env_set_maxdbs(journal->env, VD_TABLE_COUNT);
  if (code == 0 &&
      (!journal->is_reader || map_size_bytes != 0)) // else a reader takes the writer's, from the file
    code = mdb_env_set_mapsize(journal->env, size);
  if (code == 0)
    code = mdb_env_open(journal->env, journal->path, env_flags(journal->is_reader), 0600);
  int dead;
  if (code == 0)
    code = mdb_reader_check(journal->env, &dead);
  if (code != 0)
    return vd_refuse(refusal, meaning_of(code), "", "opening %s: %s", journal->path, mdb_strerror(code));
  // A writer makes the file longer before it looks (vd_space_ensure); a reader would meet SIGBUS.
  if (journal->is_reader && file_bytes(journal) < vd_used_bytes(journal))
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "%s/data.mdb is cut short: %llu of %llu bytes",
                     journal->path, (unsigned long long)file_bytes(journal),
                     (unsigned long long)vd_used_bytes(journal));
  return VD_OK;
}

// Meta lies in LMDB's unnamed table, beside the roots of the others: each commit writes that page anyway, and
// a table of its own would cost it one page more. Schema 1 had one, and keeps it.
static int open_meta(MDB_txn *txn, bool is_new, MDB_dbi *table)
{
  int code = is_new ? MDB_NOTFOUND : mdb_dbi_open(txn, "meta", 0, table);
  return code == MDB_NOTFOUND ? mdb_dbi_open(txn, NULL, 0, table) : code;
}

int vd_tables_open(struct vd_journal *journal, MDB_txn *txn, bool is_new)
{
  static const char *const names[VD_TABLE_META] = {"changes", "entities", "private"};
  int code = 0;
  for (size_t i = 0; i < VD_TABLE_META && code == 0; i++)
    code = mdb_dbi_open(txn, names[i], is_new ? MDB_CREATE : 0, &journal->tables[i]);
  return code == 0 ? open_meta(txn, is_new, &journal->tables[VD_TABLE_META]) : code;
}

// ---- space ----

uint64_t vd_map_bytes(const struct vd_journal *journal)
{
  MDB_envinfo info = {.me_mapsize = 0};
  mdb_env_info(journal->env, &info);
  return info.me_mapsize;
}

static uint64_t page_bytes(const struct vd_journal *journal)
{
  MDB_stat stat = {.ms_psize = 4096};
  mdb_env_stat(journal->env, &stat);
  return stat.ms_psize;
}

uint64_t vd_used_bytes(const struct vd_journal *journal)
{
  MDB_envinfo info = {.me_last_pgno = 0};
  mdb_env_info(journal->env, &info);
  return ((uint64_t)info.me_last_pgno + 1) * page_bytes(journal);
}

static uint64_t disk_free_bytes(const struct vd_journal *journal)
{
  struct statvfs status;
  if (statvfs(journal->path, &status) != 0)
    return UINT64_MAX;
  return (uint64_t)status.f_bavail * status.f_frsize;
}

int64_t vd_journal_free_bytes(const struct vd_journal *journal)
{
  uint64_t disk = disk_free_bytes(journal), map = vd_map_bytes(journal), used = vd_used_bytes(journal);
  uint64_t in_map = map > used ? map - used : 0;
  uint64_t least = in_map < disk ? in_map : disk;
  return least < INT64_MAX ? (int64_t)least : INT64_MAX;
}

void vd_journal_size(const struct vd_journal *journal, int64_t *used_bytes, int64_t *map_bytes)
{
  *used_bytes = (int64_t)vd_used_bytes(journal);
  *map_bytes = (int64_t)vd_map_bytes(journal);
}

// A file system that cannot allocate gets a longer file with a hole: readers rely on a file that is never
// shorter than the pages in use.
static int lengthen(const struct vd_journal *journal, int fd, uint64_t end)
{
  if (disk_free_bytes(journal) < end - journal->allocated_bytes)
    return ENOSPC;
  return file_bytes(journal) >= end || ftruncate(fd, (off_t)end) == 0 ? 0 : errno;
}

// The system's code; 0 where it is done. The first time holes are filled as well, from the beginning on.
static int allocate(struct vd_journal *journal, uint64_t end)
{
  int fd, code = mdb_env_get_fd(journal->env, &fd);
  if (code != 0)
    return code;
  do {
    off_t from = (off_t)journal->allocated_bytes;
    code = fallocate(fd, 0, from, (off_t)end - from) == 0 ? 0 : errno;
  } while (code == EINTR);
  if (code == EOPNOTSUPP || code == ENOSYS)
    code = lengthen(journal, fd, end);
  if (code == 0)
    journal->allocated_bytes = end;
  return code;
}

enum vd_err vd_space_ensure(struct vd_journal *journal, uint64_t bytes, struct vd_refusal *refusal)
{
  uint64_t map = vd_map_bytes(journal), needed = vd_used_bytes(journal) + bytes;
  if (needed > map) // perhaps there are free pages within: LMDB will say
    needed = map;
  if (needed <= journal->allocated_bytes)
    return VD_OK;
  uint64_t wanted = needed + AHEAD_BYTES < map ? needed + AHEAD_BYTES : map;
  int code = allocate(journal, wanted);
  if (vd_lmdb_is_full(code) && wanted > needed)
    code = allocate(journal, needed);
  return code == 0 ? VD_OK : vd_lmdb_refuse(refusal, code, "making room in the journal");
}

void vd_space_fill(struct vd_journal *journal)
{
  static const uint8_t zeros[64 * 1024];
  uint64_t used = vd_used_bytes(journal);
  int fd;
  if (journal->filled_bytes >= used + VD_BATCH_MAX || mdb_env_get_fd(journal->env, &fd) != 0)
    return;
  uint64_t at = journal->filled_bytes > used ? journal->filled_bytes : used, end = at + FILL_BYTES;
  while (at < end && at + sizeof zeros <= journal->allocated_bytes &&
         pwrite(fd, zeros, sizeof zeros, (off_t)at) == (ssize_t)sizeof zeros)
    at += sizeof zeros;
  journal->filled_bytes = at;
}

enum vd_err vd_space_trim(struct vd_journal *journal, struct vd_refusal *refusal)
{
  int fd, code = mdb_env_get_fd(journal->env, &fd);
  if (code == 0 && (ftruncate(fd, (off_t)vd_used_bytes(journal)) != 0 || fsync(fd) != 0))
    code = errno;
  journal->allocated_bytes = journal->filled_bytes = 0;
  return code == 0 ? VD_OK : vd_lmdb_refuse(refusal, code, "trimming the journal");
}
