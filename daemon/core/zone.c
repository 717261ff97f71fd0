#include "daemon/core/zone.h"

#include "daemon/core/venue_internal.h"

enum vd_err vd_zone_get(const struct vd_venue *venue, const char *id, const char *field, Vd__Zone **zone,
                        struct vd_refusal *refusal)
{
  *zone = VD_FIND(venue, ZONE, Zone, id);
  return *zone ? VD_OK : vd_refuse(refusal, VD_ERR_UNKNOWN_ZONE, field, NULL);
}
const char *vd_zone_of(const struct vd_venue *venue, Vd__Kind kind, const char *id)
{
  const ProtobufCMessage *message = vd_fold_find(venue->fold, kind, id);
  if (!message)
    return NULL;
  switch (kind) {
  case VD__KIND__KIND_ZONE:
    return ((const Vd__Zone *)message)->id;
  case VD__KIND__KIND_INCIDENT:
    return ((const Vd__Incident *)message)->zone;
  case VD__KIND__KIND_TASK:
    return ((const Vd__Task *)message)->zone;
  case VD__KIND__KIND_SUPPLY:
    return ((const Vd__Supply *)message)->zone;
  case VD__KIND__KIND_BATCH:
    return vd_zone_of(venue, VD__KIND__KIND_SUPPLY, ((const Vd__Batch *)message)->supply);
  case VD__KIND__KIND_DEVICE:
    return ((const Vd__Device *)message)->zone;
  case VD__KIND__KIND_SESSION:
    return ((const Vd__Session *)message)->zone;
  case VD__KIND__KIND_LANE:
    return ((const Vd__Lane *)message)->zone;
  default:
    return NULL;
  }
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
