#include "daemon/loop/inbox.h"

int vd_inbox_init(struct vd_inbox *inbox, uv_loop_t *loop, uv_async_cb wake, void *data)
{
  *inbox = (struct vd_inbox){.first = NULL};
  int error = uv_mutex_init(&inbox->lock);
  if (error != 0)
    return error;
  error = uv_async_init(loop, &inbox->wake, wake);
  if (error != 0)
    uv_mutex_destroy(&inbox->lock);
  inbox->wake.data = data;
  return error;
}

bool vd_inbox_put(struct vd_inbox *inbox, struct vd_call *call)
{
  uv_mutex_lock(&inbox->lock);
  bool is_taken = !inbox->is_closed && inbox->count < VD_INBOX_MAX;
  bool is_first = is_taken && inbox->first == NULL;
  if (is_taken) {
    call->next = NULL;
    if (is_first)
      inbox->first = call;
    else
      inbox->last->next = call;
    inbox->last = call;
    inbox->count++;
    // Under the lock, so that close cannot come between: only the first put of a wake-up needs to ring.
    if (is_first)
      uv_async_send(&inbox->wake);
  }
  uv_mutex_unlock(&inbox->lock);
  return is_taken;
}

struct vd_call *vd_inbox_take(struct vd_inbox *inbox)
{
  uv_mutex_lock(&inbox->lock);
  struct vd_call *first = inbox->first;
  inbox->first = inbox->last = NULL;
  inbox->count = 0;
  uv_mutex_unlock(&inbox->lock);
  return first;
}

void vd_inbox_close(struct vd_inbox *inbox)
{
  uv_mutex_lock(&inbox->lock);
  inbox->is_closed = true;
  uv_mutex_unlock(&inbox->lock);
}

void vd_inbox_finish(struct vd_inbox *inbox)
{
  uv_mutex_destroy(&inbox->lock);
}
