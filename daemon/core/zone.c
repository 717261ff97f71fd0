#include "daemon/core/zone.h"

#include "daemon/core/venue_internal.h"

enum vd_err vd_zone_get(const struct vd_venue *venue, const char *id, const char *field, Vd__Zone **zone,
                        struct vd_refusal *refusal)
{
  *zone = VD_FIND(venue, ZONE, Zone, id);
  return *zone ? VD_OK : vd_refuse(refusal, VD_ERR_UNKNOWN_ZONE, field, NULL);
}
void vd_zone_fire(struct vd_act *act, Vd__Zone *x)
{
  (void)act;
  (void)x;
}
int64_t vd_zone_next(const struct vd_venue *venue, const Vd__Zone *x)
{
  (void)venue;
  (void)x;
  return VD_NEVER;
}
enum vd_err vd_zone_count(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_zone_set(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
