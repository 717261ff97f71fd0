#include "daemon/loop/loop.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef VD_HAS_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "daemon/loop/daemon.h"
#include "daemon/loop/log.h"

enum { BEAT_MS = 1000, DRAIN_LIMIT_MS = 10 * 1000, BEFORE_DOORS_MS = 30 * 60 * 1000 };

// ---- telling systemd ----

static void notify(const char *state)
{
#ifdef VD_HAS_SYSTEMD
  sd_notify(0, state);
#else
  (void)state;
#endif
}

static int64_t watchdog_ms(void)
{
#ifdef VD_HAS_SYSTEMD
  uint64_t us = 0;
  if (sd_watchdog_enabled(0, &us) > 0)
    return (int64_t)(us / 1000);
#endif
  return 0;
}

// ---- what the loop is woken by ----

static bool on_call(void *context, struct vd_call *call)
{
  struct vd_daemon *d = context;
  return vd_inbox_put(&d->inbox, call);
}

static int on_page(void *context, enum vd_page page, struct vd_buffer *body)
{
  struct vd_daemon *d = context;
  return vd_snapshot_page(&d->snapshot, page, body);
}

static void on_refused(void *context, const char *face, const char *principal, enum vd_err err)
{
  (void)context;
  vd_log_limited(VD_LOG_INFO, "refused", "code", vd_err_name(err), "face", face, "principal", principal,
                 NULL);
}

static void on_inbox(uv_async_t *wake)
{
  vd_daemon_turn(wake->data);
}

static void on_committed(uv_async_t *wake)
{
  vd_daemon_on_committed(wake->data);
}

static void on_beat(uv_timer_t *timer)
{
  vd_daemon_beat(timer->data);
}

void vd_daemon_drain(struct vd_daemon *d)
{
  if (d->is_draining)
    return;
  vd_log(VD_LOG_INFO, "ending", NULL);
  notify("STOPPING=1");
  d->is_draining = true;
  d->drain_until_mono_ms = vd_mono_ms() + DRAIN_LIMIT_MS;
  vd_inbox_close(&d->inbox);
  vd_daemon_turn(d);
}

void vd_daemon_fail(struct vd_daemon *d, int exit_status)
{
  d->exit_status = exit_status;
  d->has_failed = true;
  vd_inbox_close(&d->inbox); // whoever repeats meanwhile is told to try again, not what was lost
  uv_stop(&d->uv);
}

static void on_end_signal(uv_signal_t *handle, int number)
{
  (void)number;
  vd_daemon_drain(handle->data);
}

static void on_reload_signal(uv_signal_t *handle, int number)
{
  (void)number;
  vd_daemon_reload(handle->data);
}

// ---- starting ----

static enum vd_err uv_failed(int error, const char *what, struct vd_refusal *refusal)
{
  return error == 0 ? VD_OK : vd_refuse(refusal, VD_ERR_IO, "", "%s: %s", what, uv_strerror(error));
}

static enum vd_err init_handles(struct vd_daemon *d, struct vd_refusal *refusal)
{
  int error = uv_loop_init(&d->uv);
  if (error != 0)
    return uv_failed(error, "uv_loop_init", refusal);
  error = vd_inbox_init(&d->inbox, &d->uv, on_inbox, d);
  if (error == 0)
    error = uv_async_init(&d->uv, &d->committed_wake, on_committed);
  uv_timer_init(&d->uv, &d->due_timer);
  uv_timer_init(&d->uv, &d->beat_timer);
  uv_signal_init(&d->uv, &d->sigterm);
  uv_signal_init(&d->uv, &d->sigint);
  uv_signal_init(&d->uv, &d->sighup);
  uv_handle_t *handles[] = {(uv_handle_t *)&d->committed_wake, (uv_handle_t *)&d->due_timer,
                            (uv_handle_t *)&d->beat_timer,     (uv_handle_t *)&d->sigterm,
                            (uv_handle_t *)&d->sigint,         (uv_handle_t *)&d->sighup};
  for (size_t i = 0; i < sizeof handles / sizeof *handles; i++)
    handles[i]->data = d;
  return uv_failed(error, "uv_async_init", refusal);
}

static void on_walk_close(uv_handle_t *handle, void *unused)
{
  (void)unused;
  if (!uv_is_closing(handle))
    uv_close(handle, NULL);
}

static void finish_handles(struct vd_daemon *d)
{
  uv_walk(&d->uv, on_walk_close, NULL);
  while (uv_run(&d->uv, UV_RUN_DEFAULT) != 0)
    ;
  int error = uv_loop_close(&d->uv);
  if (error != 0)
    vd_log(VD_LOG_ERROR, "loop-not-closed", "detail", uv_strerror(error), NULL);
  vd_inbox_finish(&d->inbox);
}

static enum vd_err start_clock(struct vd_daemon *d, const Vd__Plan *plan, struct vd_refusal *refusal)
{
  d->meta = *vd_journal_meta(d->journal);
  bool is_new = d->meta.scale == 0;
  if (!is_new && d->options->is_rehearsal != d->meta.rehearsal)
    return vd_refuse(refusal, VD_ERR_NOT_REHEARSAL, "--rehearsal", "the journal in %s is %s",
                     d->options->data_dir, d->meta.rehearsal ? "a rehearsal's" : "not a rehearsal's");
  struct vd_clock_options options = {.scale = d->options->time_scale,
                                     .has_start = d->options->has_clock_start,
                                     .start_ms = d->options->clock_start_ms};
  bool wants_plan =
      d->options->starts_with_plan || (d->options->is_rehearsal && !options.has_start && is_new);
  if (wants_plan && plan != NULL) {
    options.has_start = true;
    options.start_ms = plan->event->doors_at_ms - BEFORE_DOORS_MS;
  }
  struct vd_clock_reading reading = vd_clock_read();
  enum vd_err err = vd_clock_start(&d->clock, &d->meta, &options, &reading, refusal);
  if (err != VD_OK)
    return err;
  d->meta.rehearsal = d->options->is_rehearsal;
  vd_daemon_look_at_clock(d);
  d->heard_boot_ms = d->reading.boot_ms;
  return VD_OK;
}

static bool has_space(const struct vd_daemon *d)
{
  return vd_journal_free_bytes(d->journal) >= d->config->reserve_bytes;
}

// What a start writes of its own accord.
static enum vd_err keep_start(struct vd_daemon *d, struct vd_refusal *refusal)
{
  enum vd_err err = vd_daemon_set_principals(d, d->config, refusal);
  return err == VD_OK ? vd_daemon_commit_now(d, refusal) : err;
}

// The plan and the principals go into the journal. Without space for them a venue that was running yesterday
// starts read-only, since that is what a full disk means: whoever has to find out where a crew is must find
// it. What has no plan yet has nothing to show, and is refused.
static enum vd_err start_keeping(struct vd_daemon *d, Vd__Plan *plan, struct vd_refusal *refusal)
{
  bool has_plan = vd_venue_event(d->venue) != NULL;
  enum vd_err err = VD_OK;
  if (!has_plan && !has_space(d))
    return vd_refuse(refusal, VD_ERR_DISK_FULL, "reserve_bytes",
                     "%lld bytes are free, %lld are kept in reserve",
                     (long long)vd_journal_free_bytes(d->journal), (long long)d->config->reserve_bytes);
  if (plan != NULL)
    err = vd_daemon_load_plan(d, plan, refusal);
  if (err != VD_OK)
    return err;
  err = has_space(d) ? keep_start(d, refusal) : VD_ERR_DISK_FULL;
  if (err != VD_ERR_DISK_FULL || !has_plan)
    return err;
  d->has_tokens_to_read = true;
  return vd_daemon_start_read_only(d, refusal);
}

// A journal that is begun has its plan and its clock: a start that cannot open its faces must not leave one.
static enum vd_err try_faces(const struct vd_daemon *d, struct vd_refusal *refusal)
{
  struct vd_buffer path = {0};
  vd_buffer_printf(&path, "%s/journal", d->options->data_dir);
  vd_buffer_append(&path, "", 1);
  bool is_begun = access((char *)path.data, F_OK) == 0;
  vd_buffer_finish(&path);
  return is_begun ? VD_OK : vd_net_try(d->config, refusal);
}

// From nothing to a venue in memory that is what the journal holds.
static enum vd_err start_venue(struct vd_daemon *d, struct vd_refusal *refusal)
{
  struct vd_journal_options journal = {.data_dir = d->options->data_dir,
                                       .map_size_bytes = (uint64_t)d->config->map_size_bytes};
  Vd__Plan *plan = NULL;
  enum vd_err err = VD_OK;
  if (d->options->plan_path != NULL)
    err = vd_daemon_read_plan(d->options->plan_path, &plan, refusal);
  if (err == VD_OK)
    err = try_faces(d, refusal);
  if (err == VD_OK)
    err = vd_journal_open(&d->journal, &journal, refusal);
  if (err == VD_OK && plan == NULL && vd_journal_sequence(d->journal) == 0)
    err = vd_refuse(refusal, VD_ERR_NO_PLAN, "--plan", "%s is new", d->options->data_dir);
  if (err == VD_OK)
    err = start_clock(d, plan, refusal);
  if (err == VD_OK) {
    d->epoch = vd_journal_meta(d->journal)->epoch;
    err = vd_daemon_restore(d, refusal);
  }
  if (err == VD_OK)
    err = start_keeping(d, plan, refusal);
  vd__plan__free_unpacked(plan, NULL);
  return err;
}

static enum vd_err start_faces(struct vd_daemon *d, struct vd_refusal *refusal)
{
  // Before anybody can see that venued is there: whoever does may end it at once, and must find it orderly.
  uv_signal_start(&d->sigterm, on_end_signal, SIGTERM);
  uv_signal_start(&d->sigint, on_end_signal, SIGINT);
  uv_signal_start(&d->sighup, on_reload_signal, SIGHUP);
  enum vd_err err = vd_writer_create(&d->writer, d->journal, vd_daemon_commit_done, d);
  if (err != VD_OK)
    return vd_refuse(refusal, err, "", "the journal thread cannot be started");
  struct vd_net_options net = {
      .config = d->config,
      .data_dir = d->options->data_dir,
      .callbacks = {.context = d, .call = on_call, .page = on_page, .refused = on_refused},
  };
  err = vd_net_start(&d->net, &net, refusal);
  if (err != VD_OK)
    return err;
  vd_daemon_publish_identities(d);
  uv_timer_start(&d->beat_timer, on_beat, 0, BEAT_MS);
  return VD_OK;
}

static enum vd_err start(struct vd_daemon *d, struct vd_refusal *refusal)
{
  int64_t began_ms = vd_mono_ms();
  enum vd_err err = vd_config_read(d->options->config_path, &d->config, refusal);
  if (err != VD_OK)
    return err;
  enum vd_log_level level;
  if (vd_log_level_parse(d->config->log_level, &level))
    vd_log_set_level(level);
  err = start_venue(d, refusal);
  if (err == VD_OK)
    err = start_faces(d, refusal);
  if (err != VD_OK)
    return err;
  d->boot_ms = vd_mono_ms() - began_ms;
  d->watchdog_ms = watchdog_ms();
  notify("READY=1");
  vd_log(VD_LOG_INFO, "started", "version", VENUED_VERSION, "listen", d->config->listen, "epoch",
         VD_LOG_NUMBER(d->epoch), "sequence", VD_LOG_NUMBER(d->committed), "changes_read",
         VD_LOG_NUMBER(d->boot_changes), "ms", VD_LOG_NUMBER(d->boot_ms), NULL);
  if (d->clock.in_doubt)
    vd_log(VD_LOG_WARNING, "clock-in-doubt", "accept_with", "venuectl clock accept", NULL);
  return VD_OK;
}

// ---- ending ----

// Calls that nobody will execute any more are handed back with a word.
static void refuse_what_waits(struct vd_daemon *d)
{
  vd_inbox_close(&d->inbox);
  struct vd_call *left[] = {d->waiting, vd_inbox_take(&d->inbox)};
  d->waiting = NULL;
  for (size_t i = 0; i < 2; i++) {
    struct vd_call *next;
    for (struct vd_call *call = left[i]; call != NULL; call = next) {
      next = call->next;
      vd_daemon_refuse_call(d, call, VD_ERR_NOT_READY);
    }
  }
  struct vd_batch *batches[] = {d->committing, d->gathering};
  for (size_t i = 0; i < 2; i++)
    for (size_t j = 0; batches[i] != NULL && j < batches[i]->answer_count; j++)
      vd_daemon_refuse_call(d, batches[i]->answers[j].call, VD_ERR_OUTCOME_UNKNOWN);
}

// In reverse order of start; whatever was not started is NULL.
static void finish(struct vd_daemon *d)
{
  while (d->works > 0) // reads on the thread pool answer through net
    uv_run(&d->uv, UV_RUN_ONCE);
  vd_writer_destroy(d->writer);
  if (d->net != NULL) {
    refuse_what_waits(d);
    vd_net_stop(d->net);
  }
  finish_handles(d);
  vd_uploads_finish(&d->uploads);
  vd_dirty_destroy(d->dirty);
  vd_answered_destroy(d->answered);
  vd_venue_destroy(d->venue);
  vd_journal_close(d->journal);
  vd_batch_finish(&d->batches[0]);
  vd_batch_finish(&d->batches[1]);
  vd_alarms_clear(&d->alarms);
  vd_snapshot_finish(&d->snapshot);
  vd__config__free_unpacked(d->config, NULL);
}

int vd_loop_run(const struct vd_options *options)
{
  struct vd_refusal refusal = {.err = VD_OK};
  if (sodium_init() < 0) {
    vd_log(VD_LOG_ERROR, "not-started", "detail", "libsodium has no source of randomness", NULL);
    return 1;
  }
  signal(SIGXFSZ, SIG_IGN); // a limit of file sizes is met as EFBIG: a full disk
  struct vd_daemon *d = vd_zalloc(sizeof *d);
  d->options = options;
  d->gathering = &d->batches[0];
  vd_snapshot_init(&d->snapshot);
  enum vd_err err = init_handles(d, &refusal);
  bool has_handles = err == VD_OK;
  if (err == VD_OK)
    err = start(d, &refusal);
  int status = 1;
  if (err == VD_OK) {
    uv_run(&d->uv, UV_RUN_DEFAULT);
    status = d->exit_status;
  } else {
    vd_log(VD_LOG_ERROR, "not-started", "code", vd_err_name(err), "field", refusal.field, "detail",
           refusal.detail, NULL);
    fprintf(stderr, "venued: %s %s\n", vd_err_sentence(err, VD__LANGUAGE__LANGUAGE_EN), refusal.detail);
  }
  if (has_handles)
    finish(d);
  vd_log(VD_LOG_INFO, "ended", "status", VD_LOG_NUMBER(status), NULL);
  free(d);
  return status;
}
