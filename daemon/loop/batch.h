// One batch: what is committed together, and who hears of it once it is durable. Its memory is kept from
// batch to batch. Loop thread only; the journal thread reads `journal` while the batch is being committed.
#ifndef VD_LOOP_BATCH_H
#define VD_LOOP_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/net/net.h"
#include "daemon/store/journal.h"
#include "proto/message.h"

// A stretch of one of the batch's buffers; buffers move while they grow.
struct vd_span {
  size_t offset;
  size_t size;
};

struct vd_batch_change {
  uint64_t sequence;
  struct vd_span packed;
  struct vd_span frame_ops;
  struct vd_span frame_wall;
};

struct vd_batch_entity {
  Vd__Kind kind;
  struct vd_span id; // NUL-terminated
  struct vd_span packed;
  bool is_removed;
};

struct vd_batch_answer {
  struct vd_call *call;
  Vd__Response *response; // still to be packed; owned. NULL: it is packed
  bool says_sequence;     // how far what it tells reaches
};

struct vd_batch {
  struct vd_buffer bytes; // packed Changes, entities and ids
  struct vd_buffer frames;
  struct vd_batch_change *changes;
  size_t change_count, change_capacity;
  struct vd_batch_entity *entities;
  size_t entity_count, entity_capacity;
  struct vd_batch_answer *answers;
  size_t answer_count, answer_capacity;
  size_t answers_packed; // of them, from the first on
  size_t change_bytes;   // of packed Changes alone, against VD_BATCH_MAX
  uint64_t watermark;
  struct vd_meta meta;
  int64_t started_mono_ms; // when its first item came; 0 = empty
  bool touches_principals;
  bool sets_clock; // meta alone is worth a commit
  // What the journal is given; pointers into the buffers, made by vd_batch_seal.
  struct vd_journal_batch journal;
  struct vd_journal_change *journal_changes;
  struct vd_journal_entity *journal_entities;
};

void vd_batch_finish(struct vd_batch *batch);
bool vd_batch_is_empty(const struct vd_batch *batch);
// No further act should join: it would not be sure to fit.
bool vd_batch_is_full(const struct vd_batch *batch);

// Who listens: a feed without subscribers gets no frames. Whoever comes a moment later finds the gap by the
// beat.
struct vd_feeds {
  bool ops, wall;
};
// Packs the Change, and its frames for the feeds that are heard. Copies.
void vd_batch_add_change(struct vd_batch *batch, const Vd__Change *change, uint64_t epoch,
                         struct vd_feeds feeds);
// Packs an entity for the checkpoint; `message` NULL = removed. Copies.
void vd_batch_add_entity(struct vd_batch *batch, Vd__Kind kind, const char *id,
                         const ProtobufCMessage *message);
// Takes the response.
void vd_batch_add_answer(struct vd_batch *batch, struct vd_call *call, Vd__Response *response);
// Packs the answers that are not yet.
void vd_batch_pack_answers(struct vd_batch *batch, struct vd_net *net);

// Builds batch->journal. After this nothing may be added.
void vd_batch_seal(struct vd_batch *batch);
// Empties it, keeping its memory. Answers must have been given.
void vd_batch_clear(struct vd_batch *batch);

// Appends topic, '\n' and the frame as the clearance may see it. `alarm` is the number of an alarm, 0 for a
// Change that is kept.
void vd_frame_append(struct vd_buffer *out, enum vd_clearance clearance, uint64_t epoch, uint64_t alarm,
                     const Vd__Change *change);

#endif
