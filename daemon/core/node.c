#include "daemon/core/node.h"

#include <assert.h>

#include "daemon/core/venue_internal.h"
#include "proto/text.h"

const char *vd_node_id(Vd__Node node)
{
  assert((int)node > 0 && (int)node < VD_NODES);
  return vd_enum_name(&vd__node__descriptor, (int)node);
}

static Vd__NodeCount *find(const struct vd_venue *venue, Vd__Node node)
{
  return VD_FIND(venue, NODE_COUNT, NodeCount, vd_node_id(node));
}

static void add(Vd__NodeCount *count, const struct vd_node_pending *more)
{
  count->automatic += more->automatic;
  count->manual += more->manual;
}

void vd_node_did(struct vd_act *act, Vd__Node node, bool is_automatic)
{
  const struct vd_node_pending one = {.automatic = is_automatic, .manual = !is_automatic};
  Vd__NodeCount *count = find(act->venue, node);
  if (!count) {
    count = VD_CREATE(act, NODE_COUNT, NodeCount, vd_node_id(node));
    count->node = node;
  }
  if (vd_act_has(act, VD__KIND__KIND_NODE_COUNT, count->id)) { // is written anyway
    add(count, &one);
    return;
  }
  struct vd_node_pending *pending = &act->venue->nodes[node];
  pending->automatic += one.automatic;
  pending->manual += one.manual;
  if (pending->since_ms != 0)
    return;
  pending->since_ms = act->now_ms;
  // The entity is not touched, so nothing else derives its timer.
  vd_timers_set(act->venue->timers, VD__KIND__KIND_NODE_COUNT, count->id, vd_node_next(act->venue, count));
}

void vd_node_look(const struct vd_venue *venue, Vd__Node node, uint64_t *automatic, uint64_t *manual)
{
  const struct vd_node_pending *pending = &venue->nodes[node];
  const Vd__NodeCount *count = find(venue, node);
  *automatic = pending->automatic + (count ? count->automatic : 0);
  *manual = pending->manual + (count ? count->manual : 0);
}

void vd_node_fire(struct vd_act *act, Vd__NodeCount *count)
{
  struct vd_node_pending *pending = &act->venue->nodes[count->node];
  vd_act_touch(act, VD__KIND__KIND_NODE_COUNT, &count->base);
  add(count, pending);
  *pending = (struct vd_node_pending){.since_ms = 0};
  Vd__Fact *fact = vd_act_fact(act, VD_FACT_COUNTS_KEPT);
  if (fact)
    vd_string_set(&fact->text, count->id);
}

int64_t vd_node_next(const struct vd_venue *venue, const Vd__NodeCount *count)
{
  const struct vd_node_pending *pending = &venue->nodes[count->node];
  return pending->since_ms != 0 ? pending->since_ms + VD_NODE_KEEP_MS : VD_NEVER;
}
