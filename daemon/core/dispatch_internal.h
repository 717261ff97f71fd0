// What the stories of dispatch (recommend.c, offer.c, dispatch.c, handover.c) share. Nobody else includes it.
#ifndef VD_CORE_DISPATCH_INTERNAL_H
#define VD_CORE_DISPATCH_INTERNAL_H

#include "daemon/core/dispatch.h"
#include "daemon/core/incident.h"
#include "daemon/core/key.h"
#include "daemon/core/venue_internal.h"

// ---- candidates (recommend.c) ----

// What speaks against a person, as bits.
enum vd_obstacle {
  VD_OBSTACLE_OFF_DUTY = 1 << 0,
  VD_OBSTACLE_UNREACHABLE = 1 << 1,
  VD_OBSTACLE_NO_SKILL = 1 << 2,
  VD_OBSTACLE_OTHER_ZONE = 1 << 3,
  VD_OBSTACLE_OTHER_TEAM = 1 << 4,
  VD_OBSTACLE_HOLDS_IT = 1 << 5,
  VD_OBSTACLE_DECLINED = 1 << 6,
  VD_OBSTACLE_UNANSWERED = 1 << 7,
  VD_OBSTACLE_NO_PART = 1 << 8,   // in the drill
  VD_OBSTACLE_REAL_WORK = 1 << 9, // which a drill does not interrupt
};

struct vd_candidate {
  const Vd__Crew *crew;
  unsigned obstacles;
  int64_t walk_ms;  // VD_NEVER: not known
  unsigned load;    // open work held; counted up to a screenful
  unsigned offered; // open offers, handovers too
  bool is_in_drill; // holds work of one, or is offered some: free all the same
  bool holds_worst; // other work of severity 4; looked at for work of severity 4 only
};

// The best person on duty nothing speaks against; crew NULL if there is none.
struct vd_candidate vd_candidate_best(struct vd_venue *venue, const Vd__Incident *incident);
// One person's case, whatever speaks against it.
struct vd_candidate vd_candidate_of(struct vd_venue *venue, const Vd__Incident *incident,
                                    const Vd__Crew *crew);
// Appends the stable words for what speaks against the person.
void vd_candidate_obstacles(const struct vd_venue *venue, const Vd__Incident *incident,
                            const struct vd_candidate *candidate, char ***words, size_t *count);

// ---- offers (offer.c) ----

// The attempt's open offer of work that nobody holds; NULL if none.
Vd__Offer *vd_offer_open(const struct vd_venue *venue, const Vd__Incident *incident);
// The open offer to this crew, handovers too; NULL if none.
Vd__Offer *vd_offer_open_to(const struct vd_venue *venue, const Vd__Incident *incident, const char *crew);
// The offers of the current attempt, one by one (`after` NULL: from the start), ordered by id. NULL at the
// end.
Vd__Offer *vd_offer_each(const struct vd_venue *venue, const Vd__Incident *incident, const Vd__Offer *after);

// A new open offer; without an expiry.
Vd__Offer *vd_offer_create(struct vd_act *act, const Vd__Incident *incident, const Vd__Crew *crew);
// Ends an open offer by `state`, at now.
void vd_offer_end(struct vd_act *act, Vd__Offer *offer, Vd__OfferState state);
// Work sent to this crew at once, by an offer that is accepted from the start.
Vd__Offer *vd_offer_assign(struct vd_act *act, Vd__Incident *incident, const Vd__Crew *crew);
// The crew holds the work now: nobody else is asked any more.
void vd_offer_settle(struct vd_act *act, Vd__Incident *incident, const char *crew);
// The fact of the act, about this offer of this incident. NULL when a fact stands already.
Vd__Fact *vd_offer_tell(struct vd_act *act, enum vd_fact what, const Vd__Incident *incident,
                        const char *crew);

// ---- handovers (handover.c) ----

// The successor will not take it: the call to them ends, and if the holder is gone, the lead is told.
void vd_handover_failed(struct vd_act *act, const Vd__Incident *incident);

#endif
