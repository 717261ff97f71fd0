#include "daemon/net/local_token.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/message.h"

enum { RANDOM_SIZE = 32, DIGITS = 2 * RANDOM_SIZE, TOKEN_MIN = 16 };

static enum vd_err failed(const char *path, struct vd_refusal *refusal)
{
  return vd_refuse(refusal, VD_ERR_IO, "local.token", "%s: %s", path, strerror(errno));
}

// BLAKE2b-256 of the first line.
static enum vd_err hash_file(int file, const char *path, uint8_t hash[VD_TOKEN_HASH_SIZE],
                             struct vd_refusal *refusal)
{
  struct stat info;
  if (fstat(file, &info) != 0)
    return failed(path, refusal);
  if (!S_ISREG(info.st_mode) || (info.st_mode & 077) != 0 || info.st_uid != geteuid())
    return vd_refuse(refusal, VD_ERR_INSECURE, "local.token", "%s: must be ours alone; chmod 600", path);
  char token[VD_TOKEN_MAX + 1];
  ssize_t got = read(file, token, sizeof token);
  if (got < 0)
    return failed(path, refusal);
  size_t size = 0;
  while (size < (size_t)got && (unsigned char)token[size] > ' ')
    size++;
  bool is_token = size >= TOKEN_MIN && size <= VD_TOKEN_MAX;
  if (is_token)
    crypto_generichash(hash, VD_TOKEN_HASH_SIZE, (const unsigned char *)token, size, NULL, 0);
  sodium_memzero(token, sizeof token);
  if (!is_token)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "local.token",
                     "%s: holds no token; remove it and a new one is made", path);
  return VD_OK;
}

static bool write_token(int file)
{
  unsigned char bytes[RANDOM_SIZE];
  char line[DIGITS + 1];
  randombytes_buf(bytes, sizeof bytes);
  sodium_bin2hex(line, sizeof line, bytes, sizeof bytes);
  line[DIGITS] = '\n';
  bool is_written = write(file, line, sizeof line) == (ssize_t)sizeof line && fsync(file) == 0;
  sodium_memzero(bytes, sizeof bytes);
  sodium_memzero(line, sizeof line);
  return is_written;
}

static bool sync_folder(const char *data_dir)
{
  int folder = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    return false;
  bool is_synced = fsync(folder) == 0;
  close(folder);
  return is_synced;
}

// Written aside and renamed, so that a crash leaves a whole token or none.
static enum vd_err make(const char *data_dir, const char *path, struct vd_refusal *refusal)
{
  struct vd_buffer aside = {0};
  vd_buffer_printf(&aside, "%s.new", path);
  vd_buffer_append(&aside, "", 1);
  const char *name = (const char *)aside.data;
  unlink(name);
  int file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  bool is_made = file >= 0 && write_token(file) && rename(name, path) == 0 && sync_folder(data_dir);
  enum vd_err err = is_made ? VD_OK : failed(path, refusal);
  if (file >= 0)
    close(file);
  vd_buffer_finish(&aside);
  return err;
}

enum vd_err vd_local_token(const char *data_dir, uint8_t hash[VD_TOKEN_HASH_SIZE], struct vd_refusal *refusal)
{
  struct vd_buffer buffer = {0};
  vd_buffer_printf(&buffer, "%s/local.token", data_dir);
  vd_buffer_append(&buffer, "", 1);
  const char *path = (const char *)buffer.data;
  enum vd_err err = VD_OK;
  int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) {
    err = make(data_dir, path, refusal);
    if (err == VD_OK)
      file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  }
  if (err == VD_OK)
    err = file >= 0 ? hash_file(file, path, hash, refusal) : failed(path, refusal);
  if (file >= 0)
    close(file);
  vd_buffer_finish(&buffer);
  return err;
}
