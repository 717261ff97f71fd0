#include "daemon/core/notice.h"

#include "daemon/core/venue_internal.h"

void vd_notice_add(struct vd_act *act, const char *session, const char *zone)
{
  (void)act;
  (void)session;
  (void)zone;
}
void vd_notice_fire(struct vd_act *act, Vd__Notice *x)
{
  (void)act;
  (void)x;
}
int64_t vd_notice_next(const struct vd_venue *venue, const Vd__Notice *x)
{
  (void)venue;
  (void)x;
  return VD_NEVER;
}
enum vd_err vd_notice_draft(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_notice_approve(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_notice_drop(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
