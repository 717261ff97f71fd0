// The journal thread: commits one batch at a time while the loop gathers the next.
#ifndef VD_STORE_WRITER_H
#define VD_STORE_WRITER_H

#include "daemon/store/journal.h"

struct vd_writer;

// Called on the journal thread when the batch is durable or has failed; `refusal` is borrowed. Only hand over:
// enqueue and wake the loop.
typedef void (*vd_writer_done_fn)(void *context, enum vd_err result, const struct vd_refusal *refusal);

// `journal` is borrowed until vd_writer_destroy; from here on only the writer appends to it.
enum vd_err vd_writer_create(struct vd_writer **writer, struct vd_journal *journal, vd_writer_done_fn done,
                             void *context) VD_MUST_CHECK;
// Hands over one batch; its memory is borrowed until `done`. At most one may be under way (asserted).
void vd_writer_submit(struct vd_writer *writer, const struct vd_journal_batch *batch);
// Waits for the batch under way, ends the thread.
void vd_writer_destroy(struct vd_writer *writer);

#endif
