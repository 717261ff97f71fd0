#include "daemon/core/session.h"

#include "daemon/core/venue_internal.h"

const Vd__Session *vd_session_in(const struct vd_venue *venue, const char *zone, int64_t at_ms)
{
  (void)venue;
  (void)zone;
  (void)at_ms;
  return NULL;
}
bool vd_session_is_break(const struct vd_venue *venue, int64_t at_ms, int64_t *until_ms)
{
  (void)venue;
  (void)at_ms;
  *until_ms = VD_NEVER;
  return false;
}
void vd_session_need(const struct vd_venue *venue, Vd__Incident *incident)
{
  (void)venue;
  (void)incident;
}
void vd_session_fire(struct vd_act *act, Vd__Session *x)
{
  (void)act;
  (void)x;
}
int64_t vd_session_next(const struct vd_venue *venue, const Vd__Session *x)
{
  (void)venue;
  (void)x;
  return VD_NEVER;
}
enum vd_err vd_session_start(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_session_end(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_session_shift(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_session_cancel(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
enum vd_err vd_sessions_import(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)act;
  (void)reply;
  return vd_refuse(refusal, VD_ERR_INTERNAL, NULL, "not built yet");
}
