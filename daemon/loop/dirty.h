// The entities that the checkpoint does not hold yet in their newest form. They are written in slices by a
// sweep in key order (neighbours share pages of the journal); when the sweep comes round, everything that was
// dirty when it set out has been written: that sequence is the checkpoint's new watermark. Loop thread only.
#ifndef VD_LOOP_DIRTY_H
#define VD_LOOP_DIRTY_H

#include <stddef.h>
#include <stdint.h>

#include "proto/fold.h"

struct vd_dirty;

struct vd_dirty *vd_dirty_create(uint64_t sequence);
void vd_dirty_destroy(struct vd_dirty *dirty);

// The entity was changed or removed. O(log n).
void vd_dirty_mark(struct vd_dirty *dirty, Vd__Kind kind, const char *id);
size_t vd_dirty_count(const struct vd_dirty *dirty);

// How many keys should go into a slice now that the sequence is this; 0: not yet. A slice is worth its pages
// only every so many Changes. A round takes so many at most; and no fewer than it may, since an entity that
// changed several times in a round is written once. A start has up to two rounds to read: what it reads in
// any case, for the answers (answered.h).
enum { VD_DIRTY_SLICE_CHANGES = 256, VD_DIRTY_ROUND_CHANGES = 32768 };
size_t vd_dirty_due(const struct vd_dirty *dirty, uint64_t sequence);

// Takes up to `max` keys for a slice; each key is given to `take` and is clean afterwards. `sequence` is that
// of the last Change of the batch that will carry the slice. Returns the watermark that holds once that batch
// is durable.
typedef void (*vd_dirty_take_fn)(void *context, Vd__Kind kind, const char *id);
uint64_t vd_dirty_sweep(struct vd_dirty *dirty, size_t max, uint64_t sequence, vd_dirty_take_fn take,
                        void *context);

#endif
