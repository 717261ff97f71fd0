#include "daemon/core/supply.h"

#include "daemon/core/venue_internal.h"

void vd_supply_filled(struct vd_act *act, const char *supply)
{
  (void)act;
  (void)supply;
}
void vd_supply_agenda_changed(struct vd_act *act)
{
  (void)act;
}
enum vd_err vd_supply_get(const struct vd_venue *venue, const char *id, Vd__Supply **supply,
                          struct vd_refusal *refusal)
{
  *supply = VD_FIND(venue, SUPPLY, Supply, id);
  return *supply ? VD_OK : vd_refuse(refusal, VD_ERR_UNKNOWN_SUPPLY, "supply", NULL);
}
void vd_supply_fire(struct vd_act *act, Vd__Supply *x)
{
  (void)act;
  (void)x;
}
int64_t vd_supply_next(const struct vd_venue *venue, const Vd__Supply *x)
{
  (void)venue;
  (void)x;
  return VD_NEVER;
}
enum vd_err vd_supply_level(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_supply_served(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_supply_refill(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
