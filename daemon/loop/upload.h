// Plans too large for one request come as parts under one command id, each with a piece of the plan: staged
// here until the last is there, and only then a command. Memory only: a restart forgets them, and so does
// silence. Loop thread only.
#ifndef VD_LOOP_UPLOAD_H
#define VD_LOOP_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/command.pb-c.h"
#include "proto/err.h"
#include "proto/message.h"

enum {
  VD_UPLOADS_MAX = 2,           // at one time, of all principals
  VD_UPLOAD_SIZE_MAX = 4 << 20, // of one plan's pieces, packed
  VD_UPLOAD_PARTS_MAX = 1024,
  VD_UPLOAD_SILENCE_MS = 60 * 1000,
};

struct vd_upload {
  char *principal;         // NULL = free
  char *id;                // the command's
  uint32_t parts, next;    // how many there are, and which is to come
  int64_t heard_mono_ms;   // when the last one came
  struct vd_buffer pieces; // packed one after the other, which merges them
};

// A zeroed one is valid and empty.
struct vd_uploads {
  struct vd_upload uploads[VD_UPLOADS_MAX];
};

void vd_uploads_finish(struct vd_uploads *uploads);

// Takes in the part that `command`, a PlanApply, carries. VD_OK with the whole plan (heap) in *plan once it
// is the last, else with NULL. A part that came before is taken once: the last one again gives the plan
// again. A principal has one upload; another id begins it anew. VD_ERR_BAD_VALUE: no such part;
// VD_ERR_PART_MISSING: one before it has not come, or was forgotten; VD_ERR_TOO_LARGE; VD_ERR_BUSY: others
// have theirs under way.
enum vd_err vd_uploads_take(struct vd_uploads *uploads, const char *principal, const Vd__Command *command,
                            int64_t mono_ms, Vd__Plan **plan, struct vd_refusal *refusal) VD_MUST_CHECK;

// Forgets those that fell silent. Each second.
void vd_uploads_expire(struct vd_uploads *uploads, int64_t mono_ms);

#endif
