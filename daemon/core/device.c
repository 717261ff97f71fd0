#include "daemon/core/device.h"

#include "daemon/core/venue_internal.h"

void vd_pulses_destroy(struct vd_pulses *pulses)
{
  (void)pulses;
}
void vd_device_expect_anew(struct vd_venue *venue, int64_t now_ms)
{
  (void)venue;
  (void)now_ms;
}
void vd_device_fire(struct vd_act *act, Vd__Device *x)
{
  (void)act;
  (void)x;
}
int64_t vd_device_next(const struct vd_venue *venue, const Vd__Device *x)
{
  (void)venue;
  (void)x;
  return VD_NEVER;
}
enum vd_err vd_device_readings(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_device_fault(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_device_maintenance(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
