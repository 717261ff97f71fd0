// Who should take the work: recommendation with reasons, offers that pass on, assignment, handover.
// Room-internal. Rules: standard §4 "Offers".
//
// Order: on duty, reachable, has the category's skills; then free before busy, then walking time, then load,
// then rank. Everybody left out is listed with why.
#ifndef VD_CORE_DISPATCH_H
#define VD_CORE_DISPATCH_H

#include "daemon/core/act.h"

struct vd_walk;
void vd_walk_destroy(struct vd_walk *walk);
// Walking ms between zones over the plan's graph, INT64_MAX if there is no way or a zone is unknown.
// Cached per target zone; forgotten when a zone changes (vd_walk_forget).
int64_t vd_walk_ms(struct vd_venue *venue, const char *from, const char *to);
void vd_walk_forget(struct vd_venue *venue);

// Who could take the incident, best first, with reasons; then the others, with why not. At most 64. Heap message, freed
// by the caller; NULL and a refusal for an unknown incident. A query: looks at every crew of the plan.
Vd__Recommendation *vd_dispatch_recommend(const struct vd_venue *venue, uint64_t incident, struct vd_refusal *refusal);

// After a report or a decline: offers to the best, or at severity 4 assigns the nearest qualified at once and
// informs the lead. Nobody left: the lead is told (no-candidate). Does nothing while an offer is open, the work has a
// holder, or policy.manual_offers is set.
void vd_dispatch_offer_next(struct vd_act *act, Vd__Incident *incident);
// A step was taken: nobody need be found any more. Withdraws open offers and the call that nobody was found; a handover
// by the holder goes on.
void vd_dispatch_withdraw(struct vd_act *act, const Vd__Incident *incident);
// The incident ends: withdraws every open offer, handovers too.
void vd_dispatch_end(struct vd_act *act, const Vd__Incident *incident);
// A person went off duty or became unreachable: open offers to them pass on.
void vd_dispatch_left(struct vd_act *act, const Vd__Crew *crew);
// A person came on duty or can be reached again: work that nobody could be found for is offered to them, unless they
// declined it before.
void vd_dispatch_came(struct vd_act *act, const Vd__Crew *crew);
void vd_offer_fire(struct vd_act *act, Vd__Offer *offer);       // expired: passes on
int64_t vd_offer_next(const Vd__Offer *offer);                  // for timer.c

enum vd_err vd_dispatch_assign(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_dispatch_accept(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_dispatch_decline(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_dispatch_handover(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

#endif
