// What a disk is told: preloaded into venued, it writes down each write to the journal and each sync of it.
//
//   POWERCUT_JOURNAL   the folder that is watched, as venued names it
//   POWERCUT_LOG       where records are appended; others may append records of their own in between
//   POWERCUT_SYNC_US   how much longer a sync takes: a slow disk leaves time for whoever does not wait for it
//
// The order of the records is what counts, so it errs on the side of less being safe: a write is recorded
// before it happens, since from then on a part of it may be on the disk; that it is safe is recorded after
// the sync has returned, and only for what had been recorded when that sync began. A write through a
// descriptor opened with O_DSYNC is safe once it returns, and nothing else is with it. A name is safe once
// the folder that holds it is synced.
//
// Real calls go straight to the kernel, which leaves no other library's wrapper to be found or missed.
// Whatever changes the journal in a way that is not recorded here (a writable map, an append, a file that
// goes) ends the process: a recorder that overlooks something would prove nothing.
#undef _FILE_OFFSET_BITS // both names of a call are defined here
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

_Static_assert(sizeof(off_t) == 8 && sizeof(void *) == 8, "offsets are passed to the kernel in one register");

enum kind {
  KIND_WRITE = 'W',   // payload at offset of inode
  KIND_LENGTH = 'L',  // inode is offset bytes long
  KIND_ROOM = 'R',    // inode is at least offset bytes long
  KIND_NAME = 'N',    // payload, a path, was made in the folder inode
  KIND_BEGIN = 'B',   // a sync of inode begins
  KIND_SYNCED = 'S',  // that sync, by its token, has returned
  KIND_DURABLE = 'D', // the write with this token is safe
};

struct record {
  uint64_t kind, token, inode, offset, size; // and size bytes of payload
};

enum { WATCHED_MAX = 16 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static const char *journal;
static int log_fd = -1;
static useconds_t sync_us;
static uint64_t count;
static struct {
  dev_t device;
  ino_t inode;
} watched[WATCHED_MAX];
static size_t watched_count;

static void die(const char *why)
{
  fprintf(stderr, "powercut: %s\n", why);
  abort();
}

__attribute__((constructor)) static void begin(void)
{
  const char *path = getenv("POWERCUT_LOG"), *delay = getenv("POWERCUT_SYNC_US");
  journal = getenv("POWERCUT_JOURNAL");
  if (journal == NULL || path == NULL)
    die("POWERCUT_JOURNAL and POWERCUT_LOG are needed");
  sync_us = delay != NULL ? (useconds_t)strtoul(delay, NULL, 10) : 0;
  log_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (log_fd < 0)
    die("the log cannot be opened");
}

// ---- records ----

// One write per record: with O_APPEND it lands whole, also between those of other processes. Returns its
// token.
static uint64_t record(enum kind kind, uint64_t inode, uint64_t offset, const struct iovec *payload,
                       int parts)
{
  struct iovec all[IOV_MAX];
  struct record head = {.kind = kind, .inode = inode, .offset = offset};
  if (parts >= IOV_MAX)
    die("more parts than a record can hold");
  all[0] = (struct iovec){.iov_base = &head, .iov_len = sizeof head};
  for (int i = 0; i < parts; i++) {
    all[i + 1] = payload[i];
    head.size += payload[i].iov_len;
  }
  pthread_mutex_lock(&mutex);
  head.token = (uint64_t)getpid() << 32 | ++count;
  long written = syscall(SYS_writev, log_fd, all, parts + 1);
  pthread_mutex_unlock(&mutex);
  if (written != (long)(sizeof head + head.size))
    die("the log cannot be written");
  return head.token;
}

static void record_end(enum kind kind, uint64_t token)
{
  struct record head = {.kind = kind, .token = token};
  if (sync_us > 0)
    usleep(sync_us);
  if (syscall(SYS_write, log_fd, &head, sizeof head) != (long)sizeof head)
    die("the log cannot be written");
}

// ---- what is watched ----

// Readers' slots are no part of what must survive: LMDB makes the file anew.
static bool is_watched_path(const char *path)
{
  size_t size = strlen(journal);
  return strncmp(path, journal, size) == 0 && path[size] == '/' && strcmp(path + size, "/lock.mdb") != 0;
}

static bool leads_to_journal(const char *path)
{
  size_t size = strlen(path);
  return strncmp(path, journal, size) == 0 && (journal[size] == '/' || journal[size] == '\0');
}

static void watch(int fd)
{
  struct stat status;
  if (fstat(fd, &status) != 0)
    die("a file of the journal has no status");
  pthread_mutex_lock(&mutex);
  size_t i = 0;
  while (i < watched_count && (watched[i].inode != status.st_ino || watched[i].device != status.st_dev))
    i++;
  if (i == WATCHED_MAX)
    die("more files than can be watched");
  watched[i].inode = status.st_ino;
  watched[i].device = status.st_dev;
  watched_count = i == watched_count ? i + 1 : watched_count;
  pthread_mutex_unlock(&mutex);
}

// By inode, so that a duplicated descriptor is known as well.
static bool is_watched(int fd, struct stat *status)
{
  int error = errno;
  bool is_found = false;
  pthread_mutex_lock(&mutex);
  if (watched_count > 0 && fstat(fd, status) == 0)
    for (size_t i = 0; i < watched_count && !is_found; i++)
      is_found = watched[i].inode == status->st_ino && watched[i].device == status->st_dev;
  pthread_mutex_unlock(&mutex);
  errno = error;
  return is_found;
}

static void record_name(const char *path)
{
  char folder[PATH_MAX];
  const char *slash = strrchr(path, '/');
  struct stat status;
  if (slash == NULL || snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path) >= PATH_MAX ||
      stat(folder, &status) != 0)
    die("a name without a folder");
  record(KIND_NAME, status.st_ino, 0, &(struct iovec){.iov_base = (char *)path, .iov_len = strlen(path)}, 1);
}

// ---- names ----

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
  bool is_ours = journal != NULL && is_watched_path(path);
  bool is_new = is_ours && (flags & O_CREAT) != 0 && access(path, F_OK) != 0;
  if (is_ours && (flags & (O_TRUNC | O_APPEND)) != 0)
    die("a file of the journal is opened to truncate or append");
  if (is_new)
    record_name(path);
  int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
  if (is_ours && fd >= 0)
    watch(fd);
  return fd;
}

static mode_t mode_argument(int flags, va_list arguments)
{
  return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_at(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int openat(int folder, const char *path, int flags, ...)
{
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_at(folder, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) __attribute__((alias("openat")));

int mkdir(const char *path, mode_t mode)
{
  if (journal != NULL && leads_to_journal(path) && access(path, F_OK) != 0)
    record_name(path);
  return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int unlink(const char *path)
{
  if (journal != NULL && is_watched_path(path) && access(path, F_OK) == 0)
    die("a file of the journal is unlinked");
  return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

// Within the folder, so that syncing it makes the new name safe.
int rename(const char *from, const char *to)
{
  bool is_ours = journal != NULL && is_watched_path(to);
  if (journal != NULL && (is_ours != is_watched_path(from) || (is_ours && access(to, F_OK) == 0)))
    die("a file of the journal is moved or replaced");
  if (is_ours)
    record_name(to);
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

// ---- writes ----

// A write of which the file took a part only is one that LMDB gives up: not what this test is about.
static ssize_t written(int fd, const struct stat *file, const struct iovec *parts, int part_count,
                       off_t offset)
{
  uint64_t token = record(KIND_WRITE, file->st_ino, (uint64_t)offset, parts, part_count);
  ssize_t size = syscall(SYS_pwritev, fd, parts, part_count, offset, 0);
  int error = errno, flags = fcntl(fd, F_GETFL);
  if (size >= 0 && flags >= 0 && (flags & O_DSYNC) != 0)
    record_end(KIND_DURABLE, token);
  errno = error;
  return size;
}

static ssize_t written_here(int fd, const struct stat *file, const struct iovec *parts, int part_count)
{
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t size = written(fd, file, parts, part_count, offset);
  if (size > 0)
    lseek(fd, offset + size, SEEK_SET);
  return size;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
  struct stat file;
  if (is_watched(fd, &file))
    return written_here(fd, &file, &(struct iovec){.iov_base = (void *)bytes, .iov_len = size}, 1);
  return syscall(SYS_write, fd, bytes, size);
}

ssize_t writev(int fd, const struct iovec *parts, int part_count)
{
  struct stat file;
  if (is_watched(fd, &file))
    return written_here(fd, &file, parts, part_count);
  return syscall(SYS_writev, fd, parts, part_count);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
  struct stat file;
  if (is_watched(fd, &file))
    return written(fd, &file, &(struct iovec){.iov_base = (void *)bytes, .iov_len = size}, 1, offset);
  return syscall(SYS_pwrite64, fd, bytes, size, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) __attribute__((alias("pwrite")));

ssize_t pwritev(int fd, const struct iovec *parts, int part_count, off_t offset)
{
  struct stat file;
  if (is_watched(fd, &file))
    return written(fd, &file, parts, part_count, offset);
  return syscall(SYS_pwritev, fd, parts, part_count, offset, 0);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int part_count, off64_t offset)
    __attribute__((alias("pwritev")));

int ftruncate(int fd, off_t length)
{
  struct stat file;
  if (is_watched(fd, &file))
    record(KIND_LENGTH, file.st_ino, (uint64_t)length, NULL, 0);
  return (int)syscall(SYS_ftruncate, fd, length);
}
int ftruncate64(int fd, off64_t length) __attribute__((alias("ftruncate")));

int fallocate(int fd, int mode, off_t offset, off_t size)
{
  struct stat file;
  if (is_watched(fd, &file)) {
    if (mode != 0)
      die("room is made in a mode that is not recorded");
    record(KIND_ROOM, file.st_ino, (uint64_t)(offset + size), NULL, 0);
  }
  return (int)syscall(SYS_fallocate, fd, mode, offset, size);
}
int fallocate64(int fd, int mode, off64_t offset, off64_t size) __attribute__((alias("fallocate")));

int posix_fallocate(int fd, off_t offset, off_t size)
{
  return fallocate(fd, 0, offset, size) == 0 ? 0 : errno;
}
int posix_fallocate64(int fd, off64_t offset, off64_t size) __attribute__((alias("posix_fallocate")));

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
  struct stat file;
  if (fd >= 0 && (protection & PROT_WRITE) != 0 && (flags & MAP_PRIVATE) == 0 && is_watched(fd, &file))
    die("the journal is mapped to be written");
  return (void *)syscall(SYS_mmap, address, size, protection, flags, fd, offset);
}
void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t offset)
    __attribute__((alias("mmap")));

// ---- syncs ----

static int synced(int fd, long call)
{
  struct stat file;
  bool is_ours = is_watched(fd, &file) || (log_fd >= 0 && fstat(fd, &file) == 0 && S_ISDIR(file.st_mode));
  uint64_t token = is_ours ? record(KIND_BEGIN, file.st_ino, 0, NULL, 0) : 0;
  int code = (int)syscall(call, fd);
  if (is_ours && code == 0)
    record_end(KIND_SYNCED, token);
  return code;
}

int fsync(int fd)
{
  return synced(fd, SYS_fsync);
}

int fdatasync(int fd)
{
  return synced(fd, SYS_fdatasync);
}
