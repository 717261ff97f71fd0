// Calls on their way from nng's threads to the loop: a bounded queue under a lock, drained whole per wake-up
// (uv_async_send coalesces). `put` from any thread, the rest on the loop's.
#ifndef VD_LOOP_INBOX_H
#define VD_LOOP_INBOX_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

#include "daemon/net/net.h"

enum { VD_INBOX_MAX = 8192 }; // calls; more are told to try again

struct vd_inbox {
  uv_mutex_t lock;
  struct vd_call *first;
  struct vd_call *last;
  size_t count;
  bool is_closed;
  uv_async_t wake;
};

// `wake` runs on the loop after one or more puts. 0 or a libuv error.
int vd_inbox_init(struct vd_inbox *inbox, uv_loop_t *loop, uv_async_cb wake, void *data);
// False when full or closed: the caller keeps the call.
bool vd_inbox_put(struct vd_inbox *inbox, struct vd_call *call);
// Everything that waits, oldest first, linked by `next`.
struct vd_call *vd_inbox_take(struct vd_inbox *inbox);
// From now on nothing is taken in. The uv handle is closed by the loop's end.
void vd_inbox_close(struct vd_inbox *inbox);
// After the uv loop has closed the handle.
void vd_inbox_finish(struct vd_inbox *inbox);

#endif
