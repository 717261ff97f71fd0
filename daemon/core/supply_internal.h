// What the stories of a supply share: the agenda as it sees it, and the arithmetic of its forecast.
#ifndef VD_CORE_SUPPLY_INTERNAL_H
#define VD_CORE_SUPPLY_INTERNAL_H

#include "daemon/core/supply.h"
#include "daemon/core/venue_internal.h"

// Breaks and the times between them, one after the other. More than these in two days nobody holds; what is
// beyond counts as the last.
enum { VD_PHASES_MAX = 128 };
struct vd_phases {
  int64_t from_ms;
  size_t count;
  struct vd_phase {
    int64_t until_ms;
    bool is_break;
  } items[VD_PHASES_MAX];
};
// Those of a day before `now_ms` and a day after it.
void vd_phases_look(const struct vd_venue *venue, int64_t now_ms, struct vd_phases *phases);

// What is left at a moment after the last level, in thousandths.
int64_t vd_supply_left(const Vd__Supply *supply, const struct vd_phases *phases, int64_t at_ms);
// The report of this level is judged, and teaches. The supply is touched by the caller, here and below.
void vd_supply_judge(Vd__Supply *supply, const struct vd_phases *phases, uint32_t level, int64_t at_ms);
void vd_supply_learn(Vd__Supply *supply, const struct vd_phases *phases, uint32_t level, int64_t at_ms);

struct vd_forecast {
  int64_t run_out_ms, stale_ms, refill_ms; // each 0 = not within sight, or never
};
struct vd_forecast vd_supply_forecast(const struct vd_venue *venue, const Vd__Supply *supply,
                                      const struct vd_phases *phases, int64_t now_ms);

#endif
