// What became late while nothing could be kept, in the frames that tell it: for whoever subscribes while that
// lasts. A number is never given twice in an epoch, so who hears an alarm again knows it. Loop thread only.
#ifndef VD_LOOP_ALARM_H
#define VD_LOOP_ALARM_H

#include <stdint.h>

#include "proto/change.pb-c.h"
#include "proto/clearance.h"
#include "proto/message.h"

// Older ones are not told again; the state has them all. Half of what a subscriber's queue holds by default.
enum { VD_ALARMS_MAX = 512, VD_ALARM_FEEDS = 2 };

struct vd_alarms {
  struct vd_buffer frames[VD_ALARMS_MAX][VD_ALARM_FEEDS]; // by number, the newest over the oldest
  uint64_t last;                                          // number
  uint64_t arrivals[VD_ALARM_FEEDS];                      // as of the last look
};

typedef void (*vd_alarm_fn)(void *context, enum vd_clearance clearance, const struct vd_buffer *frame);

// Tells the Change on both feeds, under the next number, and keeps it. Copies.
void vd_alarms_add(struct vd_alarms *alarms, uint64_t epoch, const Vd__Change *change, vd_alarm_fn tell,
                   void *context);
// Tells what is kept again, oldest first, if somebody has come to this feed: `arrivals` is their count so
// far.
void vd_alarms_look(struct vd_alarms *alarms, enum vd_clearance clearance, uint64_t arrivals,
                    vd_alarm_fn tell, void *context);
// Forgets what is kept, frees it, and goes on counting.
void vd_alarms_clear(struct vd_alarms *alarms);

#endif
