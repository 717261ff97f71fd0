// The way of a command: executed in memory, gathered into a batch, committed, told.
//
//   turn:  fire what is due → execute what waits → hand the batch to the journal thread, if it is idle
//
// Both the journal thread's report and a new call end in a turn, so nothing waits for anything else. A batch
// without Changes (reads, refusals) rides behind the one under way and costs no commit.
#include <string.h>
#include <time.h>

#include "daemon/loop/daemon.h"
#include "daemon/loop/log.h"
#include "proto/check.h"

// Timers fired per look, so that a crowd of them cannot keep commands waiting for long.
enum { TICKS_PER_LOOK = 64, SLICE_MAX = 2048, TIMER_MAX_MS = 60 * 1000 };

// From so many Changes on the journal goes on with the next batch before the answers of the last one leave. A
// smaller one had better wait: it grows by what those answers bring.
enum { LARGE_BATCH = 64 };

// Who was not heard for longer has not been silent: as long as a screen waits for a beat.
enum { DEAF_MS = 3000 };

int64_t vd_mono_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void vd_daemon_look_at_clock(struct vd_daemon *d)
{
  d->reading = vd_clock_read();
  d->now_ms = vd_clock_now(&d->clock, &d->reading);
}

int64_t vd_daemon_oldest_uncommitted(const struct vd_daemon *d)
{
  int64_t since = d->committing != NULL ? d->committing->started_mono_ms : d->gathering->started_mono_ms;
  return since == 0 ? 0 : vd_mono_ms() - since;
}

static void start_gathering(struct vd_daemon *d)
{
  if (d->gathering->started_mono_ms == 0)
    d->gathering->started_mono_ms = vd_mono_ms();
}

// ---- answers ----

Vd__Response *vd_response_new(const struct vd_call *call)
{
  Vd__Response *response = (Vd__Response *)vd_message_new(&vd__response__descriptor);
  response->version = 1;
  vd_string_set(&response->id, call->request->id);
  return response;
}

Vd__Reply *vd_reply_new(const char *id, Vd__Language language, enum vd_err err,
                        const struct vd_refusal *refusal)
{
  Vd__Reply *reply = (Vd__Reply *)vd_message_new(&vd__reply__descriptor);
  vd_string_set(&reply->id, id);
  vd_string_set(&reply->code, vd_err_name(err));
  vd_string_set(&reply->sentence, vd_err_sentence(err, language));
  if (refusal != NULL) {
    vd_string_set(&reply->field, refusal->field);
    vd_string_set(&reply->nearest, refusal->nearest);
  }
  return reply;
}

// What an answer says of the moment it leaves. One that tells of the state says itself how far it reaches.
static struct vd_buffer pack_tail(const struct vd_daemon *d, bool says_sequence)
{
  struct vd_buffer tail = {0};
  Vd__Response now = VD__RESPONSE__INIT;
  now.epoch = d->epoch;
  now.sequence = says_sequence ? 0 : d->committed;
  now.now_at_ms = d->now_ms;
  vd_buffer_pack(&tail, &now.base);
  return tail;
}

void vd_daemon_answer(struct vd_daemon *d, struct vd_call *call, Vd__Response *response)
{
  struct vd_buffer tail = pack_tail(d, response->sequence != 0);
  vd_net_pack(d->net, call, response);
  vd_net_send(d->net, call, &tail);
  vd_buffer_finish(&tail);
  vd__response__free_unpacked(response, NULL);
}

void vd_daemon_refuse_call(struct vd_daemon *d, struct vd_call *call, enum vd_err err)
{
  Vd__Response *response = vd_response_new(call);
  response->refusal = vd_reply_new("", call->request->language, err, NULL);
  vd_daemon_answer(d, call, response);
}

// ---- executing ----

void vd_daemon_take_change(void *context, const Vd__Change *change)
{
  struct vd_daemon *d = context;
  start_gathering(d);
  vd_batch_add_change(d->gathering, change, d->epoch, d->feeds);
  for (size_t i = 0; i < change->n_upserts; i++) {
    const Vd__Entity *entity = change->upserts[i];
    vd_dirty_mark(d->dirty, vd_entity_kind(entity), vd_message_id(vd_entity_message(entity)));
    d->gathering->touches_principals |= vd_entity_kind(entity) == VD__KIND__KIND_PRINCIPAL;
  }
  for (size_t i = 0; i < change->n_removals; i++)
    vd_dirty_mark(d->dirty, change->removals[i]->kind, change->removals[i]->id);
}

static bool is_read_only_for(const struct vd_daemon *d, const struct vd_call *call)
{
  return d->is_read_only && call->request->body_case == VD__REQUEST__BODY_COMMANDS;
}

static void execute_call(struct vd_daemon *d, struct vd_call *call)
{
  const Vd__Principal *who = vd_daemon_principal(d, call->principal);
  enum vd_err err = who == NULL                 ? VD_ERR_UNAUTHENTICATED
                    : is_read_only_for(d, call) ? VD_ERR_READ_ONLY
                                                : VD_OK;
  if (err != VD_OK) {
    d->refusals++;
    vd_log_limited(VD_LOG_INFO, "refused", "code", vd_err_name(err), "principal", call->principal, NULL);
    vd_daemon_refuse_call(d, call, err);
    return;
  }
  Vd__Response *response = vd_response_new(call);
  if (call->request->body_case == VD__REQUEST__BODY_COMMANDS)
    vd_daemon_execute(d, call, who, response);
  else if (!vd_daemon_query(d, call, who, response)) {
    vd__response__free_unpacked(response, NULL);
    return;
  }
  start_gathering(d);
  vd_batch_add_answer(d->gathering, call, response);
  if (call->request->body_case != VD__REQUEST__BODY_COMMANDS) // a page of the state is large
    vd_batch_pack_answers(d->gathering, d->net);
}

// ---- the turn ----

static void take_from_inbox(struct vd_daemon *d)
{
  struct vd_call *next;
  for (struct vd_call *call = vd_inbox_take(&d->inbox); call != NULL; call = next) {
    next = call->next;
    call->next = NULL;
    if (call->request->body_case == VD__REQUEST__BODY_STATUS) {
      vd_daemon_answer_status(d, call);
      continue;
    }
    if (d->waiting == NULL)
      d->waiting = call;
    else
      d->waiting_last->next = call;
    d->waiting_last = call;
  }
}

// Heartbeats that wait while venued sleeps, hangs on its disk or takes nothing in are nobody's fault.
static void look_whether_deaf(struct vd_daemon *d)
{
  if (d->is_read_only || d->reading.boot_ms - d->heard_boot_ms > DEAF_MS)
    vd_venue_resume(d->venue, d->now_ms);
}

// Time comes first: what was due before a command is recorded before it.
static void fire_due(struct vd_daemon *d)
{
  vd_emit_fn emit = d->is_read_only ? vd_daemon_alarm : vd_daemon_take_change;
  while (!vd_batch_is_full(d->gathering) &&
         vd_venue_tick(d->venue, d->now_ms, TICKS_PER_LOOK, emit, d) == TICKS_PER_LOOK)
    ;
}

static int64_t age_of(const struct vd_call *call)
{
  return call == NULL ? 0 : vd_mono_ms() - call->received_mono_ns / 1000000;
}

static void execute_waiting(struct vd_daemon *d)
{
  while (d->waiting != NULL && !vd_batch_is_full(d->gathering)) {
    struct vd_call *call = d->waiting;
    d->waiting = call->next;
    int64_t now_ms = d->now_ms;
    execute_call(d, call);
    if (d->now_ms != now_ms) { // the clock was set: what became due by that comes before the next command
      vd_venue_resume(d->venue, d->now_ms);
      fire_due(d);
    }
  }
  d->heard_boot_ms = d->reading.boot_ms - age_of(d->waiting);
}

static void take_entity(void *context, Vd__Kind kind, const char *id)
{
  struct vd_daemon *d = context;
  vd_batch_add_entity(d->gathering, kind, id, vd_fold_find(vd_venue_fold(d->venue), kind, id));
}

void vd_daemon_sweep(struct vd_daemon *d, size_t max)
{
  uint64_t sequence = vd_venue_sequence(d->venue);
  d->gathering->watermark = vd_dirty_sweep(d->dirty, max, sequence, take_entity, d);
}

static void sweep_when_due(struct vd_daemon *d)
{
  size_t due = vd_dirty_due(d->dirty, vd_venue_sequence(d->venue));
  if (due > 0)
    vd_daemon_sweep(d, due < SLICE_MAX ? due : SLICE_MAX);
}

static void seal(struct vd_daemon *d)
{
  vd_clock_keep(&d->clock, &d->reading, &d->meta);
  const Vd__Event *event = vd_venue_event(d->venue);
  if (event != NULL && event->plan_hash.len == sizeof d->meta.plan_hash)
    memcpy(d->meta.plan_hash, event->plan_hash.data, sizeof d->meta.plan_hash);
  d->gathering->meta = d->meta;
  vd_batch_seal(d->gathering);
}

static void release_answers(struct vd_daemon *d, struct vd_batch *batch)
{
  struct vd_buffer tails[] = {pack_tail(d, false), pack_tail(d, true)};
  for (size_t i = 0; i < batch->answer_count; i++)
    vd_net_send(d->net, batch->answers[i].call, &tails[batch->answers[i].says_sequence]);
  batch->answer_count = 0;
  vd_buffer_finish(&tails[0]);
  vd_buffer_finish(&tails[1]);
}

static bool needs_journal(const struct vd_batch *batch)
{
  return batch->change_count > 0 || batch->entity_count > 0 || batch->sets_clock;
}

static void submit(struct vd_daemon *d)
{
  sweep_when_due(d);
  seal(d);
  d->committing = d->gathering;
  d->gathering = d->committing == &d->batches[0] ? &d->batches[1] : &d->batches[0];
  vd_writer_submit(d->writer, &d->committing->journal);
}

static void commit(struct vd_daemon *d)
{
  if (d->committing != NULL || vd_batch_is_empty(d->gathering))
    return;
  if (needs_journal(d->gathering)) {
    submit(d);
    vd_batch_pack_answers(d->committing, d->net); // while the disk works
    return;
  }
  vd_batch_pack_answers(d->gathering, d->net);
  release_answers(d, d->gathering);
  vd_batch_clear(d->gathering);
}

static void on_due(uv_timer_t *timer);

static void arm(struct vd_daemon *d)
{
  int64_t due_ms = vd_venue_next_due(d->venue);
  if (due_ms == VD_NEVER || vd_batch_is_full(d->gathering)) { // full: the commit's end brings the next turn
    uv_timer_stop(&d->due_timer);
    return;
  }
  int64_t wait_ms = vd_clock_wait(&d->clock, &d->reading, due_ms);
  // Capped, since CLOCK_MONOTONIC does not count a suspend.
  uv_timer_start(&d->due_timer, on_due, (uint64_t)(wait_ms < TIMER_MAX_MS ? wait_ms : TIMER_MAX_MS), 0);
}

static void end_when_drained(struct vd_daemon *d)
{
  if (!d->is_draining || d->committing != NULL || d->waiting != NULL || d->works > 0)
    return;
  bool is_late = vd_mono_ms() > d->drain_until_mono_ms;
  if (vd_dirty_count(d->dirty) > 0 && !d->is_read_only && !is_late) {
    vd_daemon_sweep(d, 2 * SLICE_MAX);
    commit(d);
    return;
  }
  if (is_late)
    vd_log(VD_LOG_WARNING, "checkpoint-incomplete", "entities", VD_LOG_NUMBER(vd_dirty_count(d->dirty)),
           NULL);
  uv_stop(&d->uv);
}

static void look_who_listens(struct vd_daemon *d)
{
  struct vd_net_counts counts;
  vd_net_count(d->net, &counts);
  d->feeds = (struct vd_feeds){.ops = counts.subscribers_ops > 0, .wall = counts.subscribers_wall > 0};
}

void vd_daemon_turn(struct vd_daemon *d)
{
  if (d->has_failed) // the loop still runs for reads under way
    return;
  vd_daemon_look_at_clock(d);
  look_who_listens(d);
  take_from_inbox(d);
  look_whether_deaf(d);
  fire_due(d);
  execute_waiting(d);
  commit(d);
  arm(d);
  end_when_drained(d);
}

static void on_due(uv_timer_t *timer)
{
  vd_daemon_turn(timer->data);
}

// ---- after the commit ----

void vd_daemon_commit_done(void *context, enum vd_err result, const struct vd_refusal *refusal)
{
  struct vd_daemon *d = context;
  d->commit_result = result;
  d->commit_refusal = refusal != NULL ? *refusal : (struct vd_refusal){.err = result};
  atomic_store(&d->commit_done, true);
  uv_async_send(&d->committed_wake);
}

static void publish_frame(struct vd_daemon *d, enum vd_clearance clearance, const struct vd_batch *batch,
                          struct vd_span frame)
{
  if (frame.size > 0)
    vd_net_publish(d->net, clearance, batch->frames.data + frame.offset, frame.size);
}

static void publish(struct vd_daemon *d, const struct vd_batch *batch)
{
  for (size_t i = 0; i < batch->change_count; i++) {
    publish_frame(d, VD_CLEARANCE_OPS, batch, batch->changes[i].frame_ops);
    publish_frame(d, VD_CLEARANCE_WALL, batch, batch->changes[i].frame_wall);
  }
}

static void note_committed(struct vd_daemon *d)
{
  d->committed = vd_journal_sequence(d->journal);
  vd_journal_chain(d->journal, d->chain);
  d->batches_committed++;
}

static void release(struct vd_daemon *d, struct vd_batch *batch)
{
  release_answers(d, batch);
  publish(d, batch);
  if (batch->touches_principals)
    vd_daemon_publish_identities(d);
  vd_batch_clear(batch);
}

static void refuse_answers(struct vd_daemon *d, struct vd_batch *batch, enum vd_err err)
{
  for (size_t i = 0; i < batch->answer_count; i++)
    vd_daemon_refuse_call(d, batch->answers[i].call, err);
  vd_batch_clear(batch);
}

void vd_daemon_on_committed(struct vd_daemon *d)
{
  if (!atomic_exchange(&d->commit_done, false))
    return;
  struct vd_batch *batch = d->committing;
  d->committing = NULL;
  vd_daemon_look_at_clock(d);
  if (d->commit_result == VD_OK) {
    note_committed(d);
    if (d->gathering->change_count >= LARGE_BATCH)
      submit(d);
    release(d, batch); // gathers from then on
    if (d->committing != NULL)
      vd_batch_pack_answers(d->committing, d->net);
    vd_daemon_turn(d);
    return;
  }
  vd_log(VD_LOG_ERROR, "commit-failed", "code", vd_err_name(d->commit_result), "detail",
         d->commit_refusal.detail, NULL);
  // What gathers was built on what failed.
  enum vd_err said = d->commit_result == VD_ERR_DISK_FULL ? VD_ERR_READ_ONLY : VD_ERR_OUTCOME_UNKNOWN;
  refuse_answers(d, batch, said);
  refuse_answers(d, d->gathering, said);
  if (d->commit_result == VD_ERR_DISK_FULL)
    vd_daemon_become_read_only(d);
  else
    vd_daemon_fail(d, 1);
}

enum vd_err vd_daemon_commit_now(struct vd_daemon *d, struct vd_refusal *refusal)
{
  vd_daemon_sweep(d, SIZE_MAX);
  seal(d);
  enum vd_err err = vd_journal_append(d->journal, &d->gathering->journal, refusal);
  d->committed = vd_journal_sequence(d->journal);
  vd_journal_chain(d->journal, d->chain);
  vd_batch_clear(d->gathering);
  return err;
}
