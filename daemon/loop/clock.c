#include "daemon/loop/clock.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DOUBT_AFTER_MS = 24 * 60 * 60 * 1000 };

static int64_t read_ms(clockid_t id)
{
  struct timespec now;
  clock_gettime(id, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void read_boot_id(char boot_id[VD_BOOT_ID_SIZE])
{
  static char kept[VD_BOOT_ID_SIZE]; // it cannot change while this process lives
  if (kept[0] == '\0') {
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (file < 0 || read(file, kept, VD_BOOT_ID_SIZE - 1) != VD_BOOT_ID_SIZE - 1)
      kept[0] = '\0'; // unknown: every start is then another boot
    if (file >= 0)
      close(file);
  }
  memcpy(boot_id, kept, VD_BOOT_ID_SIZE);
}

struct vd_clock_reading vd_clock_read(void)
{
  struct vd_clock_reading reading = {.wall_ms = read_ms(CLOCK_REALTIME), .boot_ms = read_ms(CLOCK_BOOTTIME)};
  read_boot_id(reading.boot_id);
  return reading;
}

static void anchor(struct vd_clock *clock, const struct vd_clock_reading *reading, int64_t venue_ms)
{
  clock->anchor_venue_ms = venue_ms;
  clock->anchor_wall_ms = reading->wall_ms;
  clock->anchor_boot_ms = reading->boot_ms;
  clock->last_ms = venue_ms;
}

static enum vd_err start_new(struct vd_clock *clock, const struct vd_clock_options *options,
                             const struct vd_clock_reading *reading)
{
  clock->scale = options->scale > 0 ? options->scale : 1;
  anchor(clock, reading, options->has_start ? options->start_ms : reading->wall_ms);
  return VD_OK;
}

static void resume(struct vd_clock *clock, const struct vd_meta *meta, const struct vd_clock_reading *reading)
{
  bool is_same_boot = reading->boot_id[0] != '\0' && strcmp(meta->boot_id, reading->boot_id) == 0;
  if (is_same_boot && reading->boot_ms >= meta->anchor_boot_ms) {
    int64_t passed_ms = reading->boot_ms - meta->anchor_boot_ms;
    anchor(clock, reading, meta->anchor_venue_ms + passed_ms * clock->scale);
    return;
  }
  int64_t passed_ms = reading->wall_ms - meta->anchor_wall_ms;
  if (passed_ms >= 0 && passed_ms <= DOUBT_AFTER_MS) {
    anchor(clock, reading, meta->anchor_venue_ms + passed_ms * clock->scale);
    return;
  }
  anchor(clock, reading, meta->anchor_venue_ms);
  clock->in_doubt = true;
  clock->kept_venue_ms = meta->anchor_venue_ms;
  clock->kept_wall_ms = meta->anchor_wall_ms;
}

enum vd_err vd_clock_start(struct vd_clock *clock, const struct vd_meta *meta,
                           const struct vd_clock_options *options, const struct vd_clock_reading *reading,
                           struct vd_refusal *refusal)
{
  *clock = (struct vd_clock){.scale = meta->scale};
  if (meta->scale == 0)
    return start_new(clock, options, reading);
  if (options->has_start)
    return vd_refuse(refusal, VD_ERR_NOT_EMPTY, "--clock-start", "the journal's clock already runs");
  if (options->scale > 0 && options->scale != meta->scale)
    return vd_refuse(refusal, VD_ERR_OTHER_SCALE, "--time-scale", "the journal runs at %lld, not %lld",
                     (long long)meta->scale, (long long)options->scale);
  resume(clock, meta, reading);
  return VD_OK;
}

int64_t vd_clock_now(struct vd_clock *clock, const struct vd_clock_reading *reading)
{
  int64_t now_ms = clock->anchor_venue_ms + (reading->boot_ms - clock->anchor_boot_ms) * clock->scale;
  if (now_ms > clock->last_ms)
    clock->last_ms = now_ms;
  return clock->last_ms;
}

int64_t vd_clock_wait(struct vd_clock *clock, const struct vd_clock_reading *reading, int64_t at_ms)
{
  int64_t venue_ms = at_ms - vd_clock_now(clock, reading);
  return venue_ms <= 0 ? 0 : (venue_ms + clock->scale - 1) / clock->scale;
}

int64_t vd_clock_step(const struct vd_clock *clock, const struct vd_clock_reading *reading)
{
  return (reading->wall_ms - clock->anchor_wall_ms) - (reading->boot_ms - clock->anchor_boot_ms);
}

enum vd_err vd_clock_accept(struct vd_clock *clock, const struct vd_clock_reading *reading)
{
  if (!clock->in_doubt)
    return VD_ERR_CLOCK_CERTAIN;
  int64_t by_wall_ms = clock->kept_venue_ms + (reading->wall_ms - clock->kept_wall_ms) * clock->scale;
  int64_t now_ms = vd_clock_now(clock, reading);
  // Time that was told cannot be taken back: a wall clock set behind it only ends the doubt.
  anchor(clock, reading, by_wall_ms > now_ms ? by_wall_ms : now_ms);
  clock->in_doubt = false;
  return VD_OK;
}

void vd_clock_keep(struct vd_clock *clock, const struct vd_clock_reading *reading, struct vd_meta *meta)
{
  meta->scale = clock->scale;
  meta->anchor_venue_ms = vd_clock_now(clock, reading);
  meta->anchor_wall_ms = reading->wall_ms;
  meta->anchor_boot_ms = reading->boot_ms;
  meta->clock_offset_ms = meta->anchor_venue_ms - reading->wall_ms;
  memcpy(meta->boot_id, reading->boot_id, VD_BOOT_ID_SIZE);
  if (clock->in_doubt) {
    // A restart must find the same doubt: the same two times belong together, and no boot is known.
    int64_t told_ms = meta->anchor_venue_ms - clock->kept_venue_ms;
    meta->anchor_wall_ms = clock->kept_wall_ms + told_ms / clock->scale;
    meta->boot_id[0] = '\0';
  }
}
