// Who should take the work: recommendation with reasons, offers that pass on, assignment, handover.
// Room-internal. Rules: standard §4 "Offers", "Duty".
//
// Candidates are people on duty who can be reached, answer for the zone, and have the skills the category
// asks for; where it asks for none, those of the teams that respond and land. Among them: free before busy,
// then walking time, then load, then rank. Severity 4 turns it round: the nearest first, and only who holds
// other work of severity 4 comes later. Everybody left out is listed with why. A zone nobody knows is
// everybody's, and far from all.
//
//   (none) --offer--> OPEN --accept--> ACCEPTED        OPEN --decline--> DECLINED --▶ the next best
//   (none) --assign--> ACCEPTED (assigned)             OPEN --unanswered--> EXPIRED --▶ the next best
//   OPEN --the person leaves, a step is taken, it ends--> WITHDRAWN
//   ACCEPTED (assigned) --decline, before anybody took it up--> DECLINED --▶ the next best
//
//   In one attempt nobody is asked twice, but for two cases: an offer that was withdrawn is none, and who
//   comes back on duty may be asked again what they left unanswered. Nobody left to ask: the responding lead
//   is told (no-candidate).
//
//   A handover is an offer by the holder. It stays open until the successor answers or goes off duty, or the
//   work ends or gets another holder. The one who hands over may well leave: a shift's end is what handovers
//   are for.
//
// On a command's path the cost is bounded by the people on duty, never by the crews of the plan.
#ifndef VD_CORE_DISPATCH_H
#define VD_CORE_DISPATCH_H

#include "daemon/core/act.h"

struct vd_walk;
void vd_walk_destroy(struct vd_walk *walk);
// Walking ms between zones over the plan's graph, INT64_MAX if there is no way or a zone is unknown.
// Cached per target zone; forgotten when a zone changes (vd_walk_forget).
int64_t vd_walk_ms(struct vd_venue *venue, const char *from, const char *to);
void vd_walk_forget(struct vd_venue *venue);

// After a report or a decline: offers to the best, or at severity 4 assigns the nearest qualified at once and
// informs the lead. Nobody left: the lead is told (no-candidate). Does nothing while an offer is open, the
// work has a holder or was taken up on the spot, or policy.manual_offers is set.
void vd_dispatch_offer_next(struct vd_act *act, Vd__Incident *incident);
// A step was taken: nobody need be found any more. Withdraws open offers and the call that nobody was found;
// a handover by the holder goes on.
void vd_dispatch_withdraw(struct vd_act *act, const Vd__Incident *incident);
// The incident ends: withdraws every open offer, handovers too.
void vd_dispatch_end(struct vd_act *act, const Vd__Incident *incident);
// A person went off duty or became unreachable: open offers to them pass on.
void vd_dispatch_left(struct vd_act *act, const Vd__Crew *crew);
// A person came on duty or can be reached again: work that nobody could be found for is offered to them, the
// worst first, unless they declined it before. Looks at a bounded number of waiting incidents.
void vd_dispatch_came(struct vd_act *act, const Vd__Crew *crew);
void vd_offer_fire(struct vd_act *act, Vd__Offer *offer); // expired: passes on
int64_t vd_offer_next(const Vd__Offer *offer);            // for timer.c

// Control's word: to whom it likes, as long as the person is on duty; what speaks against it (no-skill,
// other-zone, unreachable …) is told in the fact. Whoever held the work before no longer does.
enum vd_err vd_dispatch_assign(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_dispatch_accept(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_dispatch_decline(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_dispatch_handover(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

#endif
