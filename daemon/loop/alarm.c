#include "daemon/loop/alarm.h"

#include "daemon/loop/batch.h"

static const enum vd_clearance feeds[VD_ALARM_FEEDS] = {VD_CLEARANCE_OPS, VD_CLEARANCE_WALL};

void vd_alarms_add(struct vd_alarms *alarms, uint64_t epoch, const Vd__Change *change, vd_alarm_fn tell,
                   void *context)
{
  // No sequence: an alarm is not part of the history, and a mirror must not fold it.
  Vd__Change alarm = *change;
  alarm.sequence = 0;
  struct vd_buffer *frames = alarms->frames[++alarms->last % VD_ALARMS_MAX];
  for (size_t i = 0; i < VD_ALARM_FEEDS; i++) {
    frames[i].size = 0;
    vd_frame_append(&frames[i], feeds[i], epoch, alarms->last, &alarm);
    tell(context, feeds[i], &frames[i]);
  }
}

void vd_alarms_look(struct vd_alarms *alarms, enum vd_clearance clearance, uint64_t arrivals,
                    vd_alarm_fn tell, void *context)
{
  size_t feed = clearance == VD_CLEARANCE_WALL;
  if (arrivals == alarms->arrivals[feed])
    return;
  alarms->arrivals[feed] = arrivals;
  for (uint64_t i = 1; i <= VD_ALARMS_MAX; i++) {
    const struct vd_buffer *frame = &alarms->frames[(alarms->last + i) % VD_ALARMS_MAX][feed];
    if (frame->size > 0)
      tell(context, clearance, frame);
  }
}

void vd_alarms_clear(struct vd_alarms *alarms)
{
  for (size_t i = 0; i < VD_ALARMS_MAX; i++)
    for (size_t j = 0; j < VD_ALARM_FEEDS; j++)
      vd_buffer_finish(&alarms->frames[i][j]);
}
