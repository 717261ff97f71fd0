// What a run of a rehearsal is compared by, and the file in which the last run of either kind is kept. Only
// runs of the same script on the same plan are compared.
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clients/ctl/rehearsal.h"
#include "proto/text.h"

#define NEW(Type, type) ((Vd__##Type *)vd_message_new(&vd__##type##__descriptor))

// ---- of one run ----

static void set_bytes(ProtobufCBinaryData *field, const uint8_t *data, size_t size)
{
  free(field->data);
  *field = (ProtobufCBinaryData){.len = size, .data = vd_alloc(size + 1)};
  if (size > 0)
    memcpy(field->data, data, size);
}

Vd__RunFigures *ctl_figures_create(const Vd__Rehearsal *script, const Vd__Event *event, bool is_baseline)
{
  Vd__RunFigures *figures = NEW(RunFigures, run_figures);
  uint8_t hash[crypto_generichash_BYTES];
  size_t size = vd__rehearsal__get_packed_size(script);
  uint8_t *packed = vd_alloc(size + 1);
  vd__rehearsal__pack(script, packed);
  crypto_generichash(hash, sizeof hash, packed, size, NULL, 0);
  free(packed);
  set_bytes(&figures->script_hash, hash, sizeof hash);
  if (event != NULL)
    set_bytes(&figures->plan_hash, event->plan_hash.data, event->plan_hash.len);
  figures->run =
      is_baseline ? VD__REHEARSAL_RUN__REHEARSAL_RUN_BASELINE : VD__REHEARSAL_RUN__REHEARSAL_RUN_AUTOMATIC;
  return figures;
}

static void add_late(Vd__RunFigures *figures, const Vd__Share *share)
{
  size_t at = 0;
  while (at < figures->n_late_held && strcmp(figures->late_held[at]->who, share->who) != 0)
    at++;
  if (at == figures->n_late_held)
    VD_REPEATED_ADD(figures->late_held, figures->n_late_held, vd_message_copy(&share->base));
  else
    figures->late_held[at]->held_ms += share->held_ms;
}

static void add_promises(Vd__RunFigures *figures, const struct vd_fold *fold, Vd__Promise promise)
{
  Vd__PromiseFigures counted = VD__PROMISE_FIGURES__INIT;
  counted.promise = promise;
  VD_FOLD_EACH (fold, DEADLINE, Deadline, deadline) {
    bool is_missed = deadline->outcome == VD__OUTCOME__OUTCOME_MISSED;
    bool is_past = deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING && deadline->breached_at_ms != 0;
    if (deadline->promise != promise || deadline->drill != 0 ||
        deadline->outcome == VD__OUTCOME__OUTCOME_VOID)
      continue;
    counted.made++;
    counted.late += is_missed || is_past;
    for (size_t i = 0; is_missed && i < deadline->n_shares; i++)
      add_late(figures, deadline->shares[i]);
  }
  if (counted.made > 0)
    VD_REPEATED_ADD(figures->promises, figures->n_promises, vd_message_copy(&counted.base));
}

static void add_supplies(const struct ctl *ctl, Vd__RunFigures *figures, const struct vd_fold *fold,
                         const struct ctl_seen *seen)
{
  VD_FOLD_EACH (fold, SUPPLY, Supply, supply) {
    if (!supply->is_known)
      continue;
    Vd__SupplyFigures *counted = NEW(SupplyFigures, supply_figures);
    vd_string_set(&counted->supply, supply->id);
    counted->empty_ms = ctl_seen_empty(seen, supply->id, ctl->now_ms);
    VD_REPEATED_ADD(figures->supplies, figures->n_supplies, counted);
  }
}

static void add_lanes(Vd__RunFigures *figures, const struct vd_fold *fold, const struct ctl_seen *seen)
{
  uint64_t came = 0;
  int64_t waited_ms = 0; // all of them together: 100,000 guests for a day are far below 2^63
  VD_FOLD_EACH (fold, LANE, Lane, lane) {
    figures->checked_in += lane->checked_in;
    figures->longest_wait_ms =
        lane->peak_wait_ms > figures->longest_wait_ms ? lane->peak_wait_ms : figures->longest_wait_ms;
  }
  for (size_t i = 0; i < seen->lane_count; i++) {
    came += seen->lanes[i].came;
    waited_ms += seen->lanes[i].waited_ms;
  }
  figures->average_wait_ms = came > 0 ? waited_ms / (int64_t)came : 0;
}

static void add_samples(Vd__RunFigures *figures, const struct vd_fold *fold)
{
  const Vd__Event *event = (const Vd__Event *)vd_fold_find(fold, VD__KIND__KIND_EVENT, "event");
  int64_t limit_ms = event != NULL && event->policy != NULL ? event->policy->sample_limit_ms : 0;
  VD_FOLD_EACH (fold, TASK, Task, task)
    figures->samples_asked += task->kind == VD__TASK_KIND__TASK_KIND_SAMPLE;
  VD_FOLD_EACH (fold, BATCH, Batch, batch) {
    if (batch->served_at_ms == 0)
      continue;
    bool is_late = batch->sample != NULL && batch->sample->taken_at_ms > batch->served_at_ms + limit_ms;
    figures->batches++;
    figures->samples_missing += batch->sample == NULL;
    figures->samples_late += is_late;
    figures->samples_in_time += batch->sample != NULL && !is_late;
  }
}

void ctl_figures_fill(const struct ctl *ctl, Vd__RunFigures *figures, const struct vd_fold *fold,
                      const struct ctl_played *played, const Vd__Status *status)
{
  static const struct ctl_seen nothing = {.lane_count = 0};
  const struct ctl_seen *seen = played->seen != NULL ? played->seen : &nothing;
  figures->played_at_ms = (int64_t)time(NULL) * 1000;
  figures->behind_ms = played->behind_ms;
  figures->climbs = played->climbs;
  for (int promise = 1; promise <= CTL_PROMISES; promise++)
    add_promises(figures, fold, (Vd__Promise)promise);
  VD_FOLD_EACH (fold, ALERT, Alert, alert)
    figures->calls += alert->drill != 0                                 ? 0
                      : alert->incident != 0 || *alert->subject != '\0' ? alert->calls
                                                                        : 0; // no digest
  add_supplies(ctl, figures, fold, seen);
  add_lanes(figures, fold, seen);
  add_samples(figures, fold);
  for (size_t i = 0; status != NULL && i < status->n_nodes; i++)
    VD_REPEATED_ADD(figures->nodes, figures->n_nodes, vd_message_copy(&status->nodes[i]->base));
}

// ---- kept ----

int ctl_figures_read(const struct ctl *ctl, const char *path, Vd__RehearsalFigures **kept)
{
  struct vd_refusal refusal = {.err = VD_OK};
  ProtobufCMessage *message = NULL;
  if (access(path, F_OK) != 0 && errno == ENOENT) {
    *kept = NEW(RehearsalFigures, rehearsal_figures);
    return CTL_DONE;
  }
  enum vd_err err = vd_text_read_file(&vd__rehearsal_figures__descriptor, path, &message, NULL, &refusal);
  if (err != VD_OK)
    return ctl_complain(ctl, err, &refusal);
  *kept = (Vd__RehearsalFigures *)message;
  return CTL_DONE;
}

static bool is_same(const ProtobufCBinaryData *a, const ProtobufCBinaryData *b)
{
  return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

bool ctl_figures_match(const Vd__RunFigures *a, const Vd__RunFigures *b)
{
  return is_same(&a->script_hash, &b->script_hash) && is_same(&a->plan_hash, &b->plan_hash);
}

const Vd__RunFigures *ctl_figures_other(const Vd__RehearsalFigures *kept, const Vd__RunFigures *own)
{
  for (size_t i = 0; i < kept->n_runs; i++)
    if (kept->runs[i]->run != own->run)
      return kept->runs[i];
  return NULL;
}

static void replace(Vd__RehearsalFigures *kept, const Vd__RunFigures *own)
{
  ProtobufCMessage *copy = vd_message_copy(&own->base);
  for (size_t i = 0; i < kept->n_runs; i++) {
    if (kept->runs[i]->run != own->run)
      continue;
    vd__run_figures__free_unpacked(kept->runs[i], NULL);
    kept->runs[i] = (Vd__RunFigures *)copy;
    return;
  }
  VD_REPEATED_ADD(kept->runs, kept->n_runs, copy);
}

static bool write_file(const char *path, const struct vd_buffer *text)
{
  FILE *file = fopen(path, "w");
  if (file == NULL)
    return false;
  bool is_written = fwrite(text->data, 1, text->size, file) == text->size && fputc('\n', file) != EOF;
  return fclose(file) == 0 && is_written;
}

int ctl_figures_keep(const struct ctl *ctl, const char *path, Vd__RehearsalFigures *kept,
                     const Vd__RunFigures *own)
{
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_buffer text = {0}, beside = {0};
  replace(kept, own);
  vd_text_write_json(&text, &kept->base);
  vd_buffer_printf(&beside, "%s.new", path);
  vd_buffer_append(&beside, "", 1);
  bool is_kept = write_file((char *)beside.data, &text) && rename((char *)beside.data, path) == 0;
  int status = CTL_DONE;
  if (!is_kept)
    status =
        ctl_complain(ctl, vd_refuse(&refusal, VD_ERR_IO, NULL, "%s: %s", path, strerror(errno)), &refusal);
  vd_buffer_finish(&text);
  vd_buffer_finish(&beside);
  return status;
}
