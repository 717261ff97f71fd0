#include "daemon/core/lane.h"

#include "daemon/core/venue_internal.h"

void vd_suggestion_fire(struct vd_act *act, Vd__Suggestion *x)
{
  (void)act;
  (void)x;
}
int64_t vd_suggestion_next(const Vd__Suggestion *x)
{
  (void)x;
  return VD_NEVER;
}
enum vd_err vd_lane_counts(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_lane_set(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_suggestion_take(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_suggestion_pass(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
