#include "daemon/core/batch.h"

#include "daemon/core/venue_internal.h"

void vd_batch_session_overruns(struct vd_act *act, const Vd__Session *session, bool is_over)
{
  (void)act;
  (void)session;
  (void)is_over;
}
void vd_batch_fire(struct vd_act *act, Vd__Batch *x)
{
  (void)act;
  (void)x;
}
int64_t vd_batch_next(const struct vd_venue *venue, const Vd__Batch *x)
{
  (void)venue;
  (void)x;
  return VD_NEVER;
}
enum vd_err vd_batch_plan(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_batch_hold(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_batch_serve(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_batch_cancel(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_batch_sample(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_batch_dispose(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_batch_temperature(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
