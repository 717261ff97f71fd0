#include "daemon/core/node.h"

#include "daemon/core/venue_internal.h"

void vd_node_did(struct vd_act *act, Vd__Node node, bool is_automatic)
{
  (void)act;
  (void)node;
  (void)is_automatic;
}
void vd_node_look(const struct vd_venue *venue, Vd__Node node, uint64_t *automatic, uint64_t *manual)
{
  (void)venue;
  (void)node;
  *automatic = *manual = 0;
}
void vd_node_fire(struct vd_act *act, Vd__NodeCount *x)
{
  (void)act;
  (void)x;
}
int64_t vd_node_next(const struct vd_venue *venue, const Vd__NodeCount *x)
{
  (void)venue;
  (void)x;
  return VD_NEVER;
}
