// When the disk is full: read-only, said on every screen. What was not kept is taken back (the venue is
// rebuilt from the journal), commands are refused, and time goes on in memory alone: alarms are derived and
// shown under `alarm/`, never kept. When space returns the venue is rebuilt once more, and what became due
// meanwhile is recorded with its lateness.
#include "daemon/loop/daemon.h"
#include "daemon/loop/log.h"

// Space must exceed the reserve by this much before writing resumes, so that the state does not flap. A quota
// or a limit of file sizes is a full disk that looks empty: there only trying tells, less and less often.
enum { RESUME_PERCENT = 110, RESUME_FIRST_MS = 1000, RESUME_MAX_MS = 60 * 1000 };

static void publish_alarm(void *context, enum vd_clearance clearance, const struct vd_buffer *frame)
{
  struct vd_daemon *d = context;
  vd_net_publish(d->net, clearance, frame->data, frame->size);
}

void vd_daemon_alarm(void *context, const Vd__Change *change)
{
  struct vd_daemon *d = context;
  vd_alarms_add(&d->alarms, d->epoch, change, publish_alarm, d);
}

// A start derives at once what is late, before anybody can have subscribed.
void vd_daemon_repeat_alarms(struct vd_daemon *d, const struct vd_net_counts *arrived)
{
  vd_alarms_look(&d->alarms, VD_CLEARANCE_OPS, arrived->arrivals_ops, publish_alarm, d);
  vd_alarms_look(&d->alarms, VD_CLEARANCE_WALL, arrived->arrivals_wall, publish_alarm, d);
}

static bool rebuild(struct vd_daemon *d)
{
  struct vd_refusal refusal = {.err = VD_OK};
  vd_alarms_clear(&d->alarms);
  enum vd_err err = vd_daemon_restore(d, &refusal);
  if (err == VD_OK)
    return true;
  vd_log(VD_LOG_ERROR, "journal-unreadable", "code", vd_err_name(err), "detail", refusal.detail, NULL);
  vd_daemon_fail(d, 1);
  return false;
}

static void set_read_only(struct vd_daemon *d)
{
  d->is_read_only = true;
  vd_log(VD_LOG_ERROR, "read-only", "disk_free_bytes", VD_LOG_NUMBER(vd_journal_free_bytes(d->journal)),
         NULL);
}

static void turn_read_only(struct vd_daemon *d)
{
  if (!rebuild(d))
    return;
  set_read_only(d);
  vd_daemon_publish_beat(d);
  vd_daemon_turn(d);
}

int64_t vd_resume_wait_ms(int64_t last_ms, int64_t writing_ms)
{
  if (last_ms == 0 || writing_ms > RESUME_MAX_MS)
    return RESUME_FIRST_MS;
  return 2 * last_ms < RESUME_MAX_MS ? 2 * last_ms : RESUME_MAX_MS;
}

void vd_daemon_become_read_only(struct vd_daemon *d)
{
  int64_t mono_ms = vd_mono_ms();
  d->resume_wait_ms = vd_resume_wait_ms(d->resume_wait_ms, mono_ms - d->writing_since_mono_ms);
  d->resume_mono_ms = mono_ms + d->resume_wait_ms;
  turn_read_only(d);
}

enum vd_err vd_daemon_start_read_only(struct vd_daemon *d, struct vd_refusal *refusal)
{
  enum vd_err err = vd_daemon_restore(d, refusal);
  if (err == VD_OK)
    set_read_only(d);
  return err;
}

static bool may_resume(const struct vd_daemon *d, int64_t free_bytes)
{
  return free_bytes / RESUME_PERCENT * 100 >= d->config->reserve_bytes && vd_mono_ms() >= d->resume_mono_ms;
}

void vd_daemon_watch_space(struct vd_daemon *d)
{
  int64_t free_bytes = vd_journal_free_bytes(d->journal);
  bool is_quiet = d->committing == NULL && vd_batch_is_empty(d->gathering);
  if (!d->is_read_only && free_bytes < d->config->reserve_bytes && is_quiet) {
    turn_read_only(d);
    return;
  }
  if (!d->is_read_only || !may_resume(d, free_bytes) || !rebuild(d))
    return;
  d->is_read_only = false;
  d->writing_since_mono_ms = vd_mono_ms();
  vd_log(VD_LOG_WARNING, "writing-again", "disk_free_bytes", VD_LOG_NUMBER(free_bytes), NULL);
  if (d->has_tokens_to_read)
    vd_daemon_reload(d);
}
