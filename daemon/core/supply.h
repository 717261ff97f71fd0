// Tea-break supply (茶歇區補給): levels, what is served, when it runs out, and the refill that is asked for
// before. Room-internal.
//
// What is known. A look is a report of what is left, or that it was filled: `refilled`, or a refill done by
// hand, which makes it par. It is believed over everything before it. What is counted comes off it since, and
// a batch (batch.h) comes on top of what the forecast says is left. Any of these may be told late, as long as
// nobody looked since; a look told late, after a later count or batch, is carried on to that by the forecast
// and the batches since.
//
// The holding time begins anew when it is filled, and when a batch comes onto nothing: one cup on top of old
// ones makes them no fresher.
//
// The forecast. A supply has two burn rates in thousandths of a unit per minute, one while a break of the
// agenda runs and one outside; the plan gives both to begin with. A break counts in whichever zone it is:
// people walk to where the coffee is, and the plan does not say who goes where. With parallel tracks the
// rate of breaks is thus a mean over the tracks' breaks. Each look or count of no more than the last teaches
// the rates by the stretch between: what went is shared between its two phases as the rates expected it (by
// time, if they expected nothing), and of each phase, which took t of the stretch,
//
//   rate += (seen - rate) x t / (t + 15 min)
//
// so that a long stretch says more than a short one; under a minute it is left to the next report. An empty
// table that was expected to be empty teaches nothing: nobody knows what would have gone. From the last level
// the forecast walks the phases of the agenda and takes away what each burns; where nothing is left is the
// run-out. It looks 24 h ahead of the level: what lasts longer is not within sight, and an older level says
// nothing. Integers alone: the same inputs give the same forecast at a replay. No forecast lies in the past
// when it is made; what has run out by it stays so until there is news.
//
// The refill opens at min(run-out, going stale) - lead, if that is needed before the event ends, and is
// promised within the lead. Once: not while one is open. Filling closes it; so does a look or a batch that
// makes half of par or more for which none would be asked now. One that people cancelled is not asked for
// again for what was less than a lead away then: the run-out, until a tenth of par less is left, or nothing,
// or more than then, or it is farther away again; going stale, until it is filled. For the other of the two
// it is asked all the same.
//
// The forecast's own error: how far it was, as it was made at the last look or batch, from each report that
// came (a minute or more after it, of no more than there was then), in thousandths of par; a mean in which
// the last sixteen count. Counts in between do not make it any better.
//
// When breaks move, all known supplies are forecast anew, but not within that command: it notes the moment in
// the event, whose timer goes through them by id, a slice an act. So a shift costs the same with 5,000
// supplies, and no Change is larger than a slice.
#ifndef VD_CORE_SUPPLY_H
#define VD_CORE_SUPPLY_H

#include "daemon/core/act.h"

enum {
  VD_SUPPLY_SETTLE_MS = 15 * 60000, // a stretch as long as this counts for half
  VD_SUPPLY_STRETCH_MS = 60000,     // a shorter one says too little by itself
  VD_SUPPLY_SIGHT_MS = 24 * 3600000,
  VD_SUPPLY_SLICE = 32,          // forecast anew in one act
  VD_SUPPLY_LEVEL_PARS = 4,      // no level, count or quantity is more than so many pars
  VD_SUPPLY_RATE_MAX = 10000000, // ten thousand units a minute
};

enum vd_err vd_supply_level(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_supply_served(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
// Asked for by people: replies with the task's number, that of the open one if there is one.
enum vd_err vd_supply_refill(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
void vd_supply_fire(struct vd_act *act, Vd__Supply *supply); // the refill is to be asked for
int64_t vd_supply_next(const struct vd_venue *venue, const Vd__Supply *supply); // for timer.c
void vd_supply_fire_event(struct vd_act *act, Vd__Event *event);                // the next slice
int64_t vd_supply_next_event(const Vd__Event *event);                           // for timer.c

// ---- for the other modules ----

// The refill of this supply was done by hand at vd_act_acted_at: it was at par then.
void vd_supply_filled(struct vd_act *act, const char *supply);
// A batch was served at vd_act_acted_at: so much more is there.
void vd_supply_brought(struct vd_act *act, const char *supply, uint32_t quantity);
// People cancelled its refill.
void vd_supply_refill_cancelled(struct vd_act *act, const char *supply);
// Breaks moved.
void vd_supply_agenda_changed(struct vd_act *act);
// A plan was worked in: refills of what is retired are dropped, all is forecast anew.
void vd_supply_plan_applied(struct vd_act *act);
// Finds a supply that is not retired, or refuses unknown-supply with the nearest.
enum vd_err vd_supply_get(const struct vd_venue *venue, const char *id, const char *field,
                          Vd__Supply **supply, struct vd_refusal *refusal);
// The team that refills it, and takes the samples of its batches.
const char *vd_supply_team(const struct vd_venue *venue, const Vd__Supply *supply);

#endif
