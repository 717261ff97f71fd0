// Tea-break supply (茶歇區補給): levels, what is served, when it runs out, and the refill that is asked for
// before. Room-internal.
//
// The forecast. Two burn rates are learnt for each supply, one while a break of the agenda runs and one
// outside, in thousandths of a unit per minute: after each report, over the stretch since the
// report before, rate += (observed - rate) / 4, for the phase that filled most of the stretch. The plan gives
// both to begin with. From the last level the forecast walks the agenda's phases and takes each phase's rate
// away, for at most 12 hours; where nothing is left is the run-out. All of it in integers; the same inputs
// give the same forecast at a replay. It is made anew at each report and whenever the agenda changes.
//
// The refill opens at min(run-out, going stale) - lead time, once: not while one is open. A level report at
// or above half of par, or one that says `refilled`, closes it. How far a forecast was from the report that
// came is kept, as a mean in thousandths of par.
#ifndef VD_CORE_SUPPLY_H
#define VD_CORE_SUPPLY_H

#include "daemon/core/act.h"

enum vd_err vd_supply_level(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_supply_served(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_supply_refill(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
void vd_supply_fire(struct vd_act *act, Vd__Supply *supply);
int64_t vd_supply_next(const struct vd_venue *venue, const Vd__Supply *supply); // for timer.c
// The refill of this supply was done by hand: it is at par.
void vd_supply_filled(struct vd_act *act, const char *supply);
// The agenda changed: forecasts of the supplies that it concerns are made anew.
void vd_supply_agenda_changed(struct vd_act *act);
enum vd_err vd_supply_get(const struct vd_venue *venue, const char *id, Vd__Supply **supply,
                          struct vd_refusal *refusal);

#endif
