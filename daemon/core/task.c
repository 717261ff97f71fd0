#include "daemon/core/task.h"

#include "daemon/core/venue_internal.h"

Vd__Task *vd_task_open(struct vd_act *act, const struct vd_task_call *call)
{
  (void)act;
  (void)call;
  return NULL;
}
void vd_task_end(struct vd_act *act, Vd__Task *task, const char *by, int64_t acted_at_ms)
{
  (void)act;
  (void)task;
  (void)by;
  (void)acted_at_ms;
}
void vd_task_drop(struct vd_act *act, Vd__Task *task, const char *reason)
{
  (void)act;
  (void)task;
  (void)reason;
}
void vd_task_left(struct vd_act *act, const Vd__Crew *crew)
{
  (void)act;
  (void)crew;
}
Vd__Task *vd_task_find(const struct vd_venue *venue, const char *id)
{
  return VD_FIND(venue, TASK, Task, id);
}
enum vd_err vd_task_done(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_task_cancel(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
