// Each second: the beat on both feeds, the figures for the pages, the watchdog, the disk, and the checkpoint
// of an idle venue. Nothing here waits for a commit.
#include <string.h>
#ifdef VD_HAS_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "daemon/loop/daemon.h"
#include "daemon/loop/log.h"

enum { STALE_MS = 3000, IDLE_SLICE_ENTITIES = 1024, STEP_TOLD_FROM_MS = 1000 };

static void publish_to(struct vd_daemon *d, enum vd_clearance clearance, Vd__Frame *frame)
{
  struct vd_buffer bytes = {0};
  vd_buffer_append(&bytes, "beat/\n", 6);
  vd_clearance_pack(&bytes, clearance, &frame->base);
  vd_net_publish(d->net, clearance, bytes.data, bytes.size);
  vd_buffer_finish(&bytes);
}

void vd_daemon_publish_beat(struct vd_daemon *d)
{
  Vd__Beat beat = VD__BEAT__INIT;
  beat.chain = (ProtobufCBinaryData){.data = d->chain, .len = VD_CHAIN_SIZE};
  beat.now_at_ms = d->now_ms;
  beat.oldest_uncommitted_ms = vd_daemon_oldest_uncommitted(d);
  beat.scale = d->clock.scale;
  beat.read_only = d->is_read_only;
  beat.clock_in_doubt = d->clock.in_doubt;
  Vd__Frame frame = VD__FRAME__INIT;
  frame.epoch = d->epoch;
  frame.sequence = d->committed;
  frame.beat = &beat;
  publish_to(d, VD_CLEARANCE_OPS, &frame);
  publish_to(d, VD_CLEARANCE_WALL, &frame);
}

static void publish_snapshot(struct vd_daemon *d)
{
  struct vd_snapshot snapshot = {
      .mono_ms = vd_mono_ms(),
      .ready = vd_daemon_ready_word(d),
      .oldest_uncommitted_ms = vd_daemon_oldest_uncommitted(d),
      .epoch = d->epoch,
      .sequence = d->committed,
      .commands = d->commands,
      .refusals = d->refusals,
      .batches = d->batches_committed,
      .remembered_entities = vd_fold_count(vd_venue_fold(d->venue), VD__KIND__KIND_UNSPECIFIED),
      .dirty_entities = vd_dirty_count(d->dirty),
      .disk_free_bytes = vd_journal_free_bytes(d->journal),
      .clock_step_ms = vd_clock_step(&d->clock, &d->reading),
      .scale = d->clock.scale,
      .boot_ms = d->boot_ms,
      .is_read_only = d->is_read_only,
      .clock_in_doubt = d->clock.in_doubt,
  };
  vd_venue_count(d->venue, &snapshot.venue);
  vd_net_count(d->net, &snapshot.net);
  vd_snapshot_set(&d->snapshot, &snapshot);
}

// A wall clock that jumped is recorded once per jump; the venue clock does not follow it.
static void tell_clock_step(struct vd_daemon *d)
{
  int64_t step_ms = vd_clock_step(&d->clock, &d->reading);
  int64_t moved_ms = step_ms - d->told_step_ms;
  if (moved_ms > -STEP_TOLD_FROM_MS && moved_ms < STEP_TOLD_FROM_MS)
    return;
  vd_log(VD_LOG_WARNING, "wall-clock-jumped", "by_ms", VD_LOG_NUMBER(moved_ms), "offset_ms",
         VD_LOG_NUMBER(step_ms), NULL);
  d->told_step_ms = step_ms;
}

static void ping_watchdog(struct vd_daemon *d)
{
#ifdef VD_HAS_SYSTEMD
  if (d->watchdog_ms > 0 && vd_daemon_oldest_uncommitted(d) < STALE_MS)
    sd_notify(0, "WATCHDOG=1");
#else
  (void)d;
#endif
}

void vd_daemon_beat(struct vd_daemon *d)
{
  vd_daemon_look_at_clock(d);
  tell_clock_step(d);
  if (!d->has_failed)
    vd_daemon_watch_space(d);
  if (d->has_failed)
    return;
  vd_uploads_expire(&d->uploads, vd_mono_ms());
  bool is_idle = d->committing == NULL && d->gathering->change_count == 0;
  if (is_idle && !d->is_read_only && vd_dirty_count(d->dirty) > 0)
    vd_daemon_sweep(d, IDLE_SLICE_ENTITIES);
  struct vd_net_counts
      arrived; // before the beat: a mirror that comes after it awaits the next, and takes no alarm yet
  vd_net_count(d->net, &arrived);
  vd_daemon_publish_beat(d);
  vd_daemon_repeat_alarms(d, &arrived);
  publish_snapshot(d);
  ping_watchdog(d);
  vd_daemon_turn(d);
}
