// Resources: what helps out when own means run out (standard §3, 應急資源池): our own spares, emergency
// spaces of the venue, and the pool of backup suppliers in surrounding cities. Room-internal.
//
//   free = count - in_use        use: in_use += n, n <= free        return: in_use -= n, n <= in_use
//
// A recommendation offers them when own means run out or come too late for the limit, and says why
// (`needs`); those that help with the incident's category, what is free first, then what is there first.
// Nothing is taken by itself: a use is what people did, and costs somebody money.
//
// A plan that counts less than is out keeps what is out; none of it is free until enough is back. One that is
// retired while some is out can still be returned.
#ifndef VD_CORE_RESOURCE_H
#define VD_CORE_RESOURCE_H

#include "daemon/core/act.h"
#include "proto/wire.pb-c.h"

enum { VD_RESOURCES_OFFERED_MAX = 16, VD_RESOURCE_COUNT_MAX = 100000 };

enum vd_err vd_resource_use(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_resource_return(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

// How much of it can be taken now.
uint32_t vd_resource_free(const Vd__Resource *resource);

// What a recommendation knows of our own people.
struct vd_own_crew {
  bool has_suitable, has_free; // somebody could take it; somebody of those has nothing else to do
  int64_t walk_ms;             // of the best of them; VD_NEVER: not known
};
// Adds why own means do not do, and what could be used instead (resource_offer.c). Nothing where they do.
void vd_resource_recommend(struct vd_venue *venue, const Vd__Incident *incident,
                           const struct vd_own_crew *crew, int64_t now_ms,
                           Vd__Recommendation *recommendation);

#endif
