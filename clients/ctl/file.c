#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clients/ctl/ctl.h"

// A byte more than a file may have is enough to know that it has too many.
enum vd_err ctl_read_file(const char *path, size_t size_max, struct vd_buffer *text,
                          struct vd_refusal *refusal)
{
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return vd_refuse(refusal, VD_ERR_IO, NULL, "%s: %s", path, strerror(errno));
  uint8_t *room = vd_buffer_reserve(text, size_max + 2);
  errno = 0;
  text->size = fread(room, 1, size_max + 1, file);
  room[text->size] = '\0';
  enum vd_err err =
      ferror(file) != 0 ? vd_refuse(refusal, VD_ERR_IO, NULL, "%s: %s", path, strerror(errno)) : VD_OK;
  fclose(file);
  return err;
}
