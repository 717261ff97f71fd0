// What the modules of this room share. Nobody outside includes it.
#ifndef VD_CORE_VENUE_INTERNAL_H
#define VD_CORE_VENUE_INTERNAL_H

#include "daemon/core/act.h"
#include "daemon/core/index.h"
#include "daemon/core/timer.h"
#include "daemon/core/venue.h"
#include "proto/message.h"

struct vd_walk;  // dispatch.h: walking times, cached per zone

struct vd_venue {
  struct vd_fold *fold;
  struct vd_timers *timers;
  struct vd_index *index;
  struct vd_walk *walk;
  uint64_t sequence;
  struct vd_venue_counts counts;
  struct vd_act_item *items;   // working memory of the act under way, kept between acts
  size_t item_capacity;
};

#define VD_FIND(venue, KIND, Type, id) ((Vd__##Type *)vd_fold_find((venue)->fold, VD__KIND__KIND_##KIND, (id)))

// The policy in force. Only after the first plan.
static inline const Vd__Policy *vd_policy(const struct vd_venue *venue)
{
  return VD_FIND(venue, EVENT, Event, "event")->policy;
}

#endif
