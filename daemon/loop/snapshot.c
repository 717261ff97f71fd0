#include "daemon/loop/snapshot.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "proto/text.h"

// Older than this the loop no longer turns, or the disk no longer answers: the picture is stale (design: beat
// > 3 s).
enum { STALE_MS = 3000 };

int vd_snapshot_init(struct vd_snapshot_box *box)
{
  box->snapshot = (struct vd_snapshot){.ready = "starting"};
  return uv_mutex_init(&box->lock);
}

void vd_snapshot_finish(struct vd_snapshot_box *box)
{
  uv_mutex_destroy(&box->lock);
}

void vd_snapshot_set(struct vd_snapshot_box *box, const struct vd_snapshot *snapshot)
{
  uv_mutex_lock(&box->lock);
  box->snapshot = *snapshot;
  uv_mutex_unlock(&box->lock);
}

static struct vd_snapshot get(struct vd_snapshot_box *box)
{
  uv_mutex_lock(&box->lock);
  struct vd_snapshot copy = box->snapshot;
  uv_mutex_unlock(&box->lock);
  return copy;
}

static int64_t age_ms(const struct vd_snapshot *snapshot)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - snapshot->mono_ms;
}

static void metric(struct vd_buffer *body, const char *name, const char *type, const char *help,
                   int64_t value)
{
  vd_buffer_printf(body, "# HELP venued_%s %s\n# TYPE venued_%s %s\nvenued_%s %" PRId64 "\n", name, help,
                   name, type, name, value);
}

static void seconds(struct vd_buffer *body, const char *name, const char *help, int64_t ms)
{
  vd_buffer_printf(
      body, "# HELP venued_%s %s\n# TYPE venued_%s gauge\nvenued_%s %s%" PRId64 ".%03" PRId64 "\n", name,
      help, name, name, ms < 0 ? "-" : "", (ms < 0 ? -ms : ms) / 1000, (ms < 0 ? -ms : ms) % 1000);
}

static void acts(struct vd_buffer *body, const struct vd_venue_acts *nodes)
{
  vd_buffer_printf(body, "# HELP venued_acts_total Acts of each node of the process, by venued itself and by "
                         "people.\n# TYPE venued_acts_total counter\n");
  for (int node = 1; node < VD_NODES; node++) {
    const char *word = vd_enum_name(&vd__node__descriptor, node);
    vd_buffer_printf(body,
                     "venued_acts_total{node=\"%s\",by=\"automatic\"} %" PRIu64
                     "\nvenued_acts_total{node=\"%s\",by=\"manual\"} %" PRIu64 "\n",
                     word, nodes[node].automatic, word, nodes[node].manual);
  }
}

static void metrics_of_work(struct vd_buffer *body, const struct vd_snapshot *s)
{
  metric(body, "commands_total", "counter", "Commands executed since start.", (int64_t)s->commands);
  metric(body, "refusals_total", "counter", "Commands refused since start.", (int64_t)s->refusals);
  metric(body, "batches_total", "counter", "Batches committed since start.", (int64_t)s->batches);
  metric(body, "journal_sequence", "gauge", "Sequence of the last committed change.", (int64_t)s->sequence);
  metric(body, "journal_epoch", "gauge", "Starts of the daemon on this journal.", (int64_t)s->epoch);
  metric(body, "open_incidents", "gauge", "Incidents that are not ended.", (int64_t)s->venue.open_incidents);
  metric(body, "open_alerts", "gauge", "Alerts that nobody has heard.", (int64_t)s->venue.open_alerts);
  metric(body, "running_deadlines", "gauge", "Deadlines that run.", (int64_t)s->venue.running_deadlines);
  metric(body, "breached_deadlines", "gauge", "Deadlines at hand whose breach was recorded.",
         (int64_t)s->venue.breaches);
  metric(body, "drill", "gauge", "The number of the drill that runs, 0 if none.", (int64_t)s->venue.drill);
  metric(body, "drill_incidents", "gauge", "Incidents of a drill that are not ended; in no other count.",
         (int64_t)s->venue.drill_incidents);
  acts(body, s->venue.acts);
  metric(body, "timers", "gauge", "Timers that wait.", (int64_t)s->venue.timers);
  metric(body, "stuck_timers_total", "counter", "Timers set aside, since they waited for nothing new.",
         (int64_t)s->venue.stuck_timers);
  metric(body, "entities", "gauge", "Entities in memory.", (int64_t)s->remembered_entities);
  metric(body, "checkpoint_dirty_entities", "gauge", "Entities newer than the checkpoint.",
         (int64_t)s->dirty_entities);
}

static void metrics_of_house(struct vd_buffer *body, const struct vd_snapshot *s)
{
  metric(body, "requests_total", "counter", "Requests received.", (int64_t)s->net.requests);
  metric(body, "malformed_requests_total", "counter", "Requests that could not be read.",
         (int64_t)s->net.malformed);
  metric(body, "unauthenticated_requests_total", "counter",
         "Requests and connections without a valid identity.", (int64_t)s->net.unauthenticated);
  metric(body, "foreign_origin_requests_total", "counter", "Requests of foreign pages.",
         (int64_t)s->net.foreign_origin);
  metric(body, "busy_replies_total", "counter", "Requests told to try again.", (int64_t)s->net.busy);
  metric(body, "abandoned_replies_total", "counter", "Replies that their peer did not read in time.",
         (int64_t)s->net.replies_given_up);
  metric(body, "reopened_listeners_total", "counter",
         "Local sockets that had gone deaf and were opened anew.", (int64_t)s->net.listeners_reopened);
  metric(body, "published_frames_total", "counter", "Frames published.", (int64_t)s->net.published);
  metric(body, "ops_subscribers", "gauge", "Subscribers of the ops feed.", (int64_t)s->net.subscribers_ops);
  metric(body, "wall_subscribers", "gauge", "Subscribers of the wall feed.",
         (int64_t)s->net.subscribers_wall);
  metric(body, "disk_free_bytes", "gauge", "Bytes free where the journal is.", s->disk_free_bytes);
  metric(body, "read_only", "gauge", "1 while nothing can be kept for want of space.", s->is_read_only);
  metric(body, "clock_in_doubt", "gauge", "1 while the venue clock waits to be accepted.", s->clock_in_doubt);
  metric(body, "clock_scale", "gauge", "Venue seconds per second.", s->scale);
  seconds(body, "clock_step_seconds", "Wall clock jumps since start.", s->clock_step_ms);
  seconds(body, "oldest_uncommitted_seconds", "Age of the oldest batch that is not durable.",
          s->oldest_uncommitted_ms);
  seconds(body, "start_seconds", "Time from start to ready.", s->boot_ms);
}

int vd_snapshot_page(struct vd_snapshot_box *box, enum vd_page page, struct vd_buffer *body)
{
  struct vd_snapshot s = get(box);
  int64_t age = age_ms(&s);
  bool is_stale = age > STALE_MS || s.oldest_uncommitted_ms > STALE_MS;
  switch (page) {
  case VD_PAGE_METRICS:
    metrics_of_work(body, &s);
    metrics_of_house(body, &s);
    seconds(body, "snapshot_age_seconds", "Age of these figures.", age);
    return 200;
  case VD_PAGE_READYZ: {
    bool is_ready = !is_stale && strcmp(s.ready, "ready") == 0;
    vd_buffer_printf(body, "%s\n", is_stale ? "stale" : s.ready);
    return is_ready ? 200 : 503;
  }
  default:
    vd_buffer_printf(body, "%s\n", is_stale ? "stale" : "ok");
    return is_stale ? 503 : 200;
  }
}
