// What the stories of a supply share: the agenda as it sees it, and the arithmetic of its forecast.
#ifndef VD_CORE_SUPPLY_INTERNAL_H
#define VD_CORE_SUPPLY_INTERNAL_H

#include "daemon/core/supply.h"
#include "daemon/core/venue_internal.h"

// Breaks and the times between them, one after the other. What is beyond so many counts as the last, so
// whoever looks begins no earlier than needed.
enum { VD_PHASES_MAX = 128 };
struct vd_phases {
  int64_t from_ms;
  size_t count;
  struct vd_phase {
    int64_t until_ms;
    bool is_break;
  } items[VD_PHASES_MAX];
};
// From a moment (at most a day before `now_ms`) to a day after `now_ms`.
void vd_phases_look(const struct vd_venue *venue, int64_t from_ms, int64_t now_ms, struct vd_phases *phases);

// So much at a moment, which goes at these rates: what every forecast is made from.
struct vd_stock {
  uint32_t level;
  int64_t at_ms;
  uint32_t rates[2]; // outside, in a break
};
struct vd_stock vd_supply_stock(const Vd__Supply *supply); // as last known
// What is left of it at a moment, in whole units.
uint32_t vd_supply_left(const struct vd_venue *venue, const struct vd_stock *stock, int64_t at_ms,
                        int64_t now_ms);

// The report of this level is judged, or teaches; the next one is judged by what is known now. The supply is
// touched by the caller.
void vd_supply_judge(const struct vd_venue *venue, Vd__Supply *supply, uint32_t level, int64_t at_ms,
                     int64_t now_ms);
void vd_supply_learn(const struct vd_venue *venue, Vd__Supply *supply, uint32_t level, int64_t at_ms,
                     int64_t now_ms);
void vd_supply_judge_from_here(Vd__Supply *supply);

struct vd_forecast {
  int64_t run_out_ms, stale_ms, refill_ms; // each 0 = not within sight, or never
  bool run_out_waived;                     // still
};
// `phases` begin no later than the level.
struct vd_forecast vd_supply_forecast(const struct vd_venue *venue, const Vd__Supply *supply,
                                      const struct vd_phases *phases, int64_t now_ms);
// It comes within the supply's lead, or has come.
bool vd_supply_is_near(const Vd__Supply *supply, int64_t at_ms, int64_t now_ms);

#endif
