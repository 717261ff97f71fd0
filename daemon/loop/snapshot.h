// What /healthz, /readyz and /metrics tell: a copy that the loop publishes and nng's threads read, so that a
// hung disk or a busy loop never makes them wait. Its age tells whether the loop still turns.
#ifndef VD_LOOP_SNAPSHOT_H
#define VD_LOOP_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "daemon/core/venue.h"
#include "daemon/net/net.h"
#include "proto/message.h"

struct vd_snapshot {
  int64_t mono_ms;   // when it was taken
  const char *ready; // "ready", or why not: static
  int64_t oldest_uncommitted_ms;
  uint64_t epoch, sequence, commands, refusals, batches;
  struct vd_venue_counts venue;
  struct vd_net_counts net;
  uint64_t remembered_entities, dirty_entities;
  int64_t disk_free_bytes, clock_step_ms, scale, boot_ms;
  bool is_read_only, clock_in_doubt;
};

struct vd_snapshot_box {
  uv_mutex_t lock;
  struct vd_snapshot snapshot;
};

int vd_snapshot_init(struct vd_snapshot_box *box);
void vd_snapshot_finish(struct vd_snapshot_box *box);
void vd_snapshot_set(struct vd_snapshot_box *box, const struct vd_snapshot *snapshot);

// Fills the page's body; the HTTP status. Any thread.
int vd_snapshot_page(struct vd_snapshot_box *box, enum vd_page page, struct vd_buffer *body);

#endif
