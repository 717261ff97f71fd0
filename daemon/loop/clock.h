// The venue clock: the only time the venue knows. Anchored to wall time once, then advanced by
// CLOCK_BOOTTIME, so that a jump of the wall clock neither fires nor delays anything, and a suspend counts.
// The arithmetic is a pure function of readings; the one function that reads clocks is vd_clock_read. Loop
// thread only.
//
//   same boot           resume by BOOTTIME from the anchor kept in meta
//   another boot        wall time since the anchor; but if the wall clock lies before the anchor or more than
//                       24 h after it, nobody knows: the clock goes on from its last moment, `in doubt`,
//                       until a person accepts the wall clock's word
#ifndef VD_LOOP_CLOCK_H
#define VD_LOOP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/store/journal.h"
#include "proto/err.h"

struct vd_clock_reading {
  int64_t wall_ms;               // CLOCK_REALTIME
  int64_t boot_ms;               // CLOCK_BOOTTIME
  char boot_id[VD_BOOT_ID_SIZE]; // empty where only the times are needed
};

struct vd_clock {
  int64_t scale; // venue ms per ms
  int64_t anchor_venue_ms;
  int64_t anchor_wall_ms; // wall and boot time at the anchor
  int64_t anchor_boot_ms;
  int64_t last_ms; // what was told last: the clock never runs backwards
  // In doubt: the last venue time and wall time that belonged together. What the wall clock says now is
  // counted from there, so that a clock set right meanwhile is believed.
  int64_t kept_venue_ms;
  int64_t kept_wall_ms;
  bool in_doubt;
};

struct vd_clock_options {
  int64_t scale;  // 0 = not given
  bool has_start; // --clock-start
  int64_t start_ms;
};

struct vd_clock_reading vd_clock_read(void);

// Starts the clock on what meta keeps (scale 0: a new journal). VD_ERR_OTHER_SCALE, VD_ERR_NOT_EMPTY.
enum vd_err vd_clock_start(struct vd_clock *clock, const struct vd_meta *meta,
                           const struct vd_clock_options *options, const struct vd_clock_reading *reading,
                           struct vd_refusal *refusal) VD_MUST_CHECK;

int64_t vd_clock_now(struct vd_clock *clock, const struct vd_clock_reading *reading);
// Real ms until the venue clock shows `at_ms`, at least 0, rounded up.
int64_t vd_clock_wait(struct vd_clock *clock, const struct vd_clock_reading *reading, int64_t at_ms);
// By how much wall time has jumped against BOOTTIME since the anchor.
int64_t vd_clock_step(const struct vd_clock *clock, const struct vd_clock_reading *reading);
// A person says that the wall clock is right. VD_ERR_CLOCK_CERTAIN when there was no doubt.
enum vd_err vd_clock_accept(struct vd_clock *clock, const struct vd_clock_reading *reading) VD_MUST_CHECK;
// Writes the clock into meta, anchored at this reading.
void vd_clock_keep(struct vd_clock *clock, const struct vd_clock_reading *reading, struct vd_meta *meta);

#endif
