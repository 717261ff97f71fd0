// The daemon as one value: what the parts of the loop room share. Nobody outside includes it. Loop thread
// only, save `inbox` (its own lock), `commit_*` (see there) and `snapshot` (its own lock).
//
//   inbox ─▶ waiting ─▶ gathering (executed in memory) ─▶ committing (journal thread) ─▶ released: answers,
//   frames
//
// The next batch gathers while one commits. Answers leave in the order of their batches, so whatever was read
// or refused on the strength of a Change is told only after that Change is durable.
#ifndef VD_LOOP_DAEMON_H
#define VD_LOOP_DAEMON_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "daemon/core/venue.h"
#include "daemon/loop/alarm.h"
#include "daemon/loop/answered.h"
#include "daemon/loop/batch.h"
#include "daemon/loop/clock.h"
#include "daemon/loop/dirty.h"
#include "daemon/loop/inbox.h"
#include "daemon/loop/options.h"
#include "daemon/loop/snapshot.h"
#include "daemon/loop/upload.h"
#include "daemon/net/net.h"
#include "daemon/store/journal.h"
#include "daemon/store/writer.h"

struct vd_daemon {
  const struct vd_options *options;
  Vd__Config *config;
  struct vd_journal *journal;
  struct vd_writer *writer;
  struct vd_net *net;
  struct vd_venue *venue;
  struct vd_answered *answered;
  struct vd_dirty *dirty;
  struct vd_uploads uploads;

  struct vd_clock clock;
  struct vd_clock_reading reading; // of this turn of the loop
  int64_t now_ms;                  // venue time of this turn
  int64_t told_step_ms;            // the wall clock's jump as last logged
  int64_t heard_boot_ms;           // all that had come in by then was taken in

  uv_loop_t uv;
  uv_async_t committed_wake;
  uv_timer_t due_timer;
  uv_timer_t beat_timer;
  uv_signal_t sigterm, sigint, sighup;
  struct vd_inbox inbox;
  struct vd_call *waiting, *waiting_last; // drained from the inbox, not executed yet
  struct vd_feeds feeds;                  // heard in this turn
  unsigned works;                         // history reads under way on the thread pool

  struct vd_batch batches[2];
  struct vd_batch *gathering;
  struct vd_batch *committing; // NULL while the journal thread is idle
  struct vd_meta meta;

  // Written by the journal thread before it sets commit_done; read by the loop after it has seen it.
  enum vd_err commit_result;
  struct vd_refusal commit_refusal;
  atomic_bool commit_done;

  uint64_t epoch;
  uint64_t committed; // sequence
  uint8_t chain[VD_CHAIN_SIZE];
  uint64_t commands, refusals, batches_committed;
  uint64_t boot_changes;
  int64_t boot_ms;
  int64_t watchdog_ms; // 0 = nobody watches
  bool is_read_only;
  int64_t writing_since_mono_ms; // the last return from read-only mode; 0: none yet
  int64_t resume_wait_ms;        // see vd_resume_wait_ms
  int64_t resume_mono_ms;        // not before
  struct vd_alarms alarms;
  bool is_draining;
  bool has_failed;         // what stands in memory may not be on disk: nothing is executed or told any more
  bool has_tokens_to_read; // a configuration was read while nothing could be kept
  int64_t drain_until_mono_ms;
  int exit_status;
  struct vd_snapshot_box snapshot;
};

int64_t vd_mono_ms(void);
// Reads the clocks for this turn.
void vd_daemon_look_at_clock(struct vd_daemon *d);
// Ms since the oldest item that is not released yet came in, 0 if none.
int64_t vd_daemon_oldest_uncommitted(const struct vd_daemon *d);

// ---- restore.c ----
// Rebuilds venue, answered and dirty from the journal; what stood there is destroyed.
enum vd_err vd_daemon_restore(struct vd_daemon *d, struct vd_refusal *refusal) VD_MUST_CHECK;

// ---- plan_file.c ----
// Reads, completes and checks the plan file. Heap.
enum vd_err vd_daemon_read_plan(const char *path, Vd__Plan **plan, struct vd_refusal *refusal) VD_MUST_CHECK;
// The first plan of a new journal goes into the gathering batch; an old journal's is compared:
// VD_ERR_PLAN_DIFFERS.
enum vd_err vd_daemon_load_plan(struct vd_daemon *d, Vd__Plan *plan,
                                struct vd_refusal *refusal) VD_MUST_CHECK;
// What a PlanApply of a caller is executed as: heap, with defaults and hash filled in, so that the same plan
// has the same hash whoever sends it. NULL with VD_OK: a part of the plan, and more are to come.
enum vd_err vd_daemon_receive_plan(struct vd_daemon *d, const Vd__Principal *who, const Vd__Command *command,
                                   Vd__PlanApply **apply, struct vd_refusal *refusal) VD_MUST_CHECK;

// ---- principals.c ----
// The principals of the configuration, by SetPrincipal commands into the gathering batch; others are revoked.
enum vd_err vd_daemon_set_principals(struct vd_daemon *d, const Vd__Config *config,
                                     struct vd_refusal *refusal) VD_MUST_CHECK;
// Gives net the table of who may speak.
void vd_daemon_publish_identities(struct vd_daemon *d);

// ---- commands.c ----
// Venue acts as venued itself (plans, principals): adds to the gathering batch.
enum vd_err vd_daemon_command_self(struct vd_daemon *d, Vd__Command *command,
                                   struct vd_refusal *refusal) VD_MUST_CHECK;
// Executes the commands of the call, and answers each in the response.
void vd_daemon_execute(struct vd_daemon *d, struct vd_call *call, const Vd__Principal *who,
                       Vd__Response *response);
// The principal of a call, NULL if it is unknown or revoked by now.
const Vd__Principal *vd_daemon_principal(const struct vd_daemon *d, const char *id);

// ---- pipeline.c ----
// Adds a Change of the venue to the gathering batch. A vd_emit_fn; the context is the daemon.
void vd_daemon_take_change(void *context, const Vd__Change *change);
// Fires what is due, executes what waits, commits, arms the timer: one turn of the loop.
void vd_daemon_turn(struct vd_daemon *d);
// The journal thread's report: result of the batch under way.
void vd_daemon_commit_done(void *context, enum vd_err result, const struct vd_refusal *refusal);
void vd_daemon_on_committed(struct vd_daemon *d);
// Commits the gathering batch on this thread, before the writer exists.
enum vd_err vd_daemon_commit_now(struct vd_daemon *d, struct vd_refusal *refusal) VD_MUST_CHECK;
// Answers with the refusal and frees the call.
void vd_daemon_refuse_call(struct vd_daemon *d, struct vd_call *call, enum vd_err err);
void vd_daemon_answer(struct vd_daemon *d, struct vd_call *call, Vd__Response *response); // takes response
Vd__Response *vd_response_new(const struct vd_call *call);
Vd__Reply *vd_reply_new(const char *id, Vd__Language language, enum vd_err err,
                        const struct vd_refusal *refusal);

// ---- query.c ----
// Fills the response of a read; false if the call is answered later by itself (history).
bool vd_daemon_query(struct vd_daemon *d, struct vd_call *call, const Vd__Principal *who,
                     Vd__Response *response);
// Status never waits: answered at once.
void vd_daemon_answer_status(struct vd_daemon *d, struct vd_call *call);
const char *vd_daemon_ready_word(const struct vd_daemon *d); // "ready", or why not
void vd_daemon_fill_status(struct vd_daemon *d, Vd__Status *status);

// ---- beat.c ----
void vd_daemon_beat(struct vd_daemon *d); // each second
void vd_daemon_publish_beat(struct vd_daemon *d);

// ---- space.c: read-only mode ----
// A commit met a full disk. Each time soon after a return to writing the next return waits longer.
void vd_daemon_become_read_only(struct vd_daemon *d);
// At a start: the venue is what the journal holds.
enum vd_err vd_daemon_start_read_only(struct vd_daemon *d, struct vd_refusal *refusal) VD_MUST_CHECK;
void vd_daemon_watch_space(struct vd_daemon *d); // each second: turns back when space returns
// How long to stay read-only after a commit that met a full disk: `last_ms` is what was waited before the
// last return to writing, `writing_ms` ago.
int64_t vd_resume_wait_ms(int64_t last_ms, int64_t writing_ms);
// In read-only mode alarms are derived in memory and shown, never kept.
void vd_daemon_alarm(void *context, const Vd__Change *change);
// Each second: for whoever has subscribed since, as counted before the beat went out.
void vd_daemon_repeat_alarms(struct vd_daemon *d, const struct vd_net_counts *arrived);

// ---- reload.c ----
// Reads the configuration again: all of it, or nothing.
void vd_daemon_reload(struct vd_daemon *d);

// ---- loop.c ----
// Ends in order: nothing new is taken in, what was taken is committed, the checkpoint is completed.
void vd_daemon_drain(struct vd_daemon *d);
// Ends at once with this status: the process cannot go on, and nobody is told any more what it believes.
void vd_daemon_fail(struct vd_daemon *d, int exit_status);

// Fills the checkpoint's next slice into the gathering batch.
void vd_daemon_sweep(struct vd_daemon *d, size_t max);

#endif
