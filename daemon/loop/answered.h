// Idempotency: which command ids were already done, and what the answer was. Memory only, rebuilt from the
// journal's latest Changes at start; the oldest give way. Refusals are not remembered: trying again is a new
// attempt. Loop thread only.
#ifndef VD_LOOP_ANSWERED_H
#define VD_LOOP_ANSWERED_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/change.pb-c.h"

enum { VD_ANSWERED_MAX = 65536 }; // ids remembered: an hour of 18 commands a second

struct vd_answered;

struct vd_answered *vd_answered_create(void);
void vd_answered_destroy(struct vd_answered *answered);

// What of a Reply must be said again.
struct vd_answer {
  uint64_t number;
  uint64_t looks_like;
  uint64_t sequence;
};
void vd_answered_put(struct vd_answered *answered, const char *principal, const char *id,
                     const struct vd_answer *answer);
bool vd_answered_find(const struct vd_answered *answered, const char *principal, const char *id,
                      struct vd_answer *answer);

// Remembers the command of a Change read back from the journal, if it carries one with a reply.
void vd_answered_restore(struct vd_answered *answered, const Vd__Change *change);

#endif
