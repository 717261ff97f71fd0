#include "daemon/loop/token.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKEN_MIN = 16, TOKEN_MAX = 256 };

static enum vd_err hash_of(int file, const char *path, uint8_t hash[32], struct vd_refusal *refusal)
{
  struct stat info;
  char token[TOKEN_MAX + 2];
  if (fstat(file, &info) != 0)
    return vd_refuse(refusal, VD_ERR_IO, "tokens.file", "%s: %s", path, strerror(errno));
  if ((info.st_mode & 077) != 0)
    return vd_refuse(refusal, VD_ERR_INSECURE, "tokens.file", "%s: others may read it; chmod 600", path);
  ssize_t got = read(file, token, sizeof token);
  if (got < 0)
    return vd_refuse(refusal, VD_ERR_IO, "tokens.file", "%s: %s", path, strerror(errno));
  size_t size = 0;
  while (size < (size_t)got && (unsigned char)token[size] > ' ')
    size++;
  enum vd_err err = VD_OK;
  if (size < TOKEN_MIN || size > TOKEN_MAX)
    err = vd_refuse(refusal, VD_ERR_BAD_VALUE, "tokens.file", "%s: a token has %d to %d bytes without spaces",
                    path, TOKEN_MIN, TOKEN_MAX);
  else
    crypto_generichash(hash, 32, (const unsigned char *)token, size, NULL, 0);
  sodium_memzero(token, sizeof token);
  return err;
}

enum vd_err vd_token_read_hash(const char *path, uint8_t hash[32], struct vd_refusal *refusal)
{
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return vd_refuse(refusal, VD_ERR_IO, "tokens.file", "%s: %s", path, strerror(errno));
  enum vd_err err = hash_of(file, path, hash, refusal);
  close(file);
  return err;
}
