#include "daemon/loop/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/check.h"
#include "proto/fold.h"
#include "proto/topic.h"

bool vd_batch_is_empty(const struct vd_batch *batch)
{
  return batch->change_count == 0 && batch->answer_count == 0 && batch->entity_count == 0 &&
         !batch->sets_clock;
}

bool vd_batch_is_full(const struct vd_batch *batch)
{
  return batch->change_bytes + 2 * VD_CHANGE_MAX > VD_BATCH_MAX;
}

// Room for one more item at the end of an array.
#define RESERVE(items, count, capacity)                                                                      \
  ((count) < (capacity) ? (void)0                                                                            \
                        : (void)((capacity) = (capacity) ? 2 * (capacity) : 64,                              \
                                 (items) = vd_realloc((items), (capacity) * sizeof *(items))))

// ---- frames ----

void vd_frame_append(struct vd_buffer *out, enum vd_clearance clearance, uint64_t epoch, uint64_t alarm,
                     const Vd__Change *change)
{
  const char *prefix = alarm == 0 ? "change" : "alarm";
  // A hidden kind must not show in the topic either.
  bool is_hidden = change->n_upserts > 0 && (change->fact == NULL || change->fact->incident == 0) &&
                   !vd_clearance_shows_type(clearance, vd_entity_message(change->upserts[0])->descriptor);
  if (is_hidden)
    vd_buffer_printf(out, "%s/none/", prefix);
  else
    vd_topic_of_change(out, prefix, change);
  vd_buffer_append(out, "\n", 1);
  Vd__Frame frame = VD__FRAME__INIT;
  frame.epoch = epoch;
  frame.sequence = change->sequence;
  frame.change = (Vd__Change *)change;
  frame.alarm = alarm;
  vd_clearance_pack(out, clearance, &frame.base);
}

static struct vd_span frame_for(struct vd_batch *batch, enum vd_clearance clearance, const Vd__Change *change,
                                uint64_t epoch)
{
  struct vd_span span = {.offset = batch->frames.size};
  vd_frame_append(&batch->frames, clearance, epoch, 0, change);
  span.size = batch->frames.size - span.offset;
  return span;
}

// ---- filling ----

void vd_batch_add_change(struct vd_batch *batch, const Vd__Change *change, uint64_t epoch,
                         struct vd_feeds feeds)
{
  RESERVE(batch->changes, batch->change_count, batch->change_capacity);
  struct vd_batch_change *item = &batch->changes[batch->change_count++];
  item->sequence = change->sequence;
  item->packed.offset = batch->bytes.size;
  item->packed.size = vd_buffer_pack(&batch->bytes, &change->base);
  item->frame_ops = feeds.ops ? frame_for(batch, VD_CLEARANCE_OPS, change, epoch) : (struct vd_span){0};
  item->frame_wall = feeds.wall ? frame_for(batch, VD_CLEARANCE_WALL, change, epoch) : (struct vd_span){0};
  batch->change_bytes += item->packed.size;
}

void vd_batch_add_entity(struct vd_batch *batch, Vd__Kind kind, const char *id,
                         const ProtobufCMessage *message)
{
  RESERVE(batch->entities, batch->entity_count, batch->entity_capacity);
  struct vd_batch_entity *item = &batch->entities[batch->entity_count++];
  *item = (struct vd_batch_entity){.kind = kind, .is_removed = message == NULL};
  item->id = (struct vd_span){.offset = batch->bytes.size, .size = strlen(id) + 1};
  vd_buffer_append(&batch->bytes, id, item->id.size);
  item->packed.offset = batch->bytes.size;
  if (message != NULL)
    item->packed.size = vd_buffer_pack(&batch->bytes, message);
  assert(item->packed.size <= VD_ENTITY_MAX); // the core weighs larger acts alone
}

void vd_batch_add_answer(struct vd_batch *batch, struct vd_call *call, Vd__Response *response)
{
  RESERVE(batch->answers, batch->answer_count, batch->answer_capacity);
  batch->answers[batch->answer_count++] =
      (struct vd_batch_answer){.call = call, .response = response, .says_sequence = response->sequence != 0};
}

static void forget_response(struct vd_batch_answer *answer)
{
  if (answer->response != NULL)
    vd__response__free_unpacked(answer->response, NULL);
  answer->response = NULL;
}

void vd_batch_pack_answers(struct vd_batch *batch, struct vd_net *net)
{
  for (; batch->answers_packed < batch->answer_count; batch->answers_packed++) {
    struct vd_batch_answer *answer = &batch->answers[batch->answers_packed];
    vd_net_pack(net, answer->call, answer->response);
    forget_response(answer);
  }
}

static void forget_answers(struct vd_batch *batch)
{
  for (size_t i = 0; i < batch->answer_count; i++)
    forget_response(&batch->answers[i]);
  batch->answer_count = batch->answers_packed = 0;
}

void vd_batch_seal(struct vd_batch *batch)
{
  const uint8_t *bytes = batch->bytes.data;
  batch->journal_changes =
      vd_realloc(batch->journal_changes, batch->change_capacity * sizeof *batch->journal_changes);
  for (size_t i = 0; i < batch->change_count; i++)
    batch->journal_changes[i] = (struct vd_journal_change){.sequence = batch->changes[i].sequence,
                                                           .data = bytes + batch->changes[i].packed.offset,
                                                           .size = batch->changes[i].packed.size};
  batch->journal_entities =
      vd_realloc(batch->journal_entities, batch->entity_capacity * sizeof *batch->journal_entities);
  for (size_t i = 0; i < batch->entity_count; i++) {
    const struct vd_batch_entity *entity = &batch->entities[i];
    batch->journal_entities[i] =
        (struct vd_journal_entity){.kind = entity->kind,
                                   .id = (const char *)bytes + entity->id.offset,
                                   .data = entity->is_removed ? NULL : bytes + entity->packed.offset,
                                   .size = entity->packed.size};
  }
  batch->journal = (struct vd_journal_batch){.changes = batch->journal_changes,
                                             .change_count = batch->change_count,
                                             .entities = batch->journal_entities,
                                             .entity_count = batch->entity_count,
                                             .watermark = batch->watermark,
                                             .meta = &batch->meta};
}

void vd_batch_finish(struct vd_batch *batch)
{
  forget_answers(batch);
  vd_buffer_finish(&batch->bytes);
  vd_buffer_finish(&batch->frames);
  free(batch->changes);
  free(batch->entities);
  free(batch->answers);
  free(batch->journal_changes);
  free(batch->journal_entities);
  *batch = (struct vd_batch){.change_count = 0};
}

void vd_batch_clear(struct vd_batch *batch)
{
  batch->bytes.size = batch->frames.size = 0;
  batch->change_count = batch->entity_count = 0;
  forget_answers(batch);
  batch->change_bytes = 0;
  batch->watermark = 0;
  batch->started_mono_ms = 0;
  batch->touches_principals = batch->sets_clock = false;
}
