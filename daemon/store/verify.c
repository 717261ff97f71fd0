// Is the journal what it was? The chain is computed again from the first Change, the Changes are folded, and
// every checkpointed entity is compared with the fold.
//
// The checkpoint is written in slices while Changes go on, so at sequence S, with the watermark W, it holds
// neither the state at W nor the state at S. What does hold, for every key:
//   - each entity written in a slice had its newest value then: a row's revision is never newer than the
//   fold's at S,
//     and one of the fold's revision equals it byte for byte;
//   - all that changed up to W has been written since: a row that is older than the fold's value, or absent,
//   is right
//     only if that value is newer than W; a row that the fold has dropped only if its removal is newer than
//     W.
// Rows and fold must be of the same S. So the walk goes in pieces, each in one read transaction: fold on to
// the last Change that this transaction sees, then compare the next rows that it sees.
#include <stdlib.h>
#include <string.h>

#include "daemon/store/journal_internal.h"
#include "proto/fold.h"
#include "proto/message.h"
#include "proto/quota.h"

enum { RECORD_QUOTA = 1024 * 1024 };

struct verify {
  struct vd_head head; // of this piece's transaction
  uint64_t sequence;   // folded up to here
  uint64_t epoch;
  uint8_t chain[VD_CHAIN_SIZE];
  struct vd_fold *fold;
  // A gravestone per entity removed after the watermark that stood at the start: its kind, its id, and as its
  // revision the sequence of the removal.
  struct vd_fold *removed;
  uint64_t removed_since;
  struct vd_buffer packed;
  // The rows and the fold are gone through side by side; both up to this key. Kind 0 = from the start.
  Vd__Kind kind;
  char id[VD_KEY_MAX];
  uint64_t entities;
};

// ---- Changes ----

static void bury(struct verify *verify, const Vd__Change *change)
{
  for (size_t i = 0; i < change->n_removals && change->sequence > verify->removed_since; i++) {
    const Vd__Key *key = change->removals[i];
    if (vd_kind_type(key->kind) == NULL)
      continue;
    ProtobufCMessage *stone = vd_message_new(vd_kind_type(key->kind));
    Vd__Entity wrapper;
    vd_entity_wrap(&wrapper, key->kind, stone);
    vd_string_set(&wrapper.event->id, key->id); // every kind begins with its id
    vd_message_set_revision(stone, change->sequence);
    vd_fold_put(verify->removed, key->kind, stone);
  }
}

static enum vd_err fold_change(struct verify *verify, const struct vd_change_record *record,
                               struct vd_refusal *refusal)
{
  unsigned long long sequence = verify->sequence + 1;
  Vd__Change *change = (Vd__Change *)vd_unpack_bounded(&vd__change__descriptor, record->data, record->size,
                                                       RECORD_QUOTA, refusal);
  if (change == NULL)
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "Change %llu cannot be read", sequence);
  enum vd_err err = VD_OK;
  if (change->sequence != sequence)
    err = vd_refuse(refusal, VD_ERR_DAMAGED, "", "Change %llu says that it is %llu", sequence,
                    (unsigned long long)change->sequence);
  else {
    vd_fold_apply(verify->fold, change);
    bury(verify, change);
  }
  vd__change__free_unpacked(change, NULL);
  return err;
}

static enum vd_err visit_change(void *context, const MDB_val *key, const MDB_val *value, bool *go_on,
                                struct vd_refusal *refusal)
{
  (void)go_on;
  struct verify *verify = context;
  struct vd_change_record record;
  unsigned long long sequence = verify->sequence + 1;
  enum vd_err err = vd_change_take(key, value, sequence, &record, refusal);
  if (err != VD_OK)
    return err;
  if (record.epoch < verify->epoch)
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "Change %llu is of epoch %llu, after one of %llu", sequence,
                     (unsigned long long)record.epoch, (unsigned long long)verify->epoch);
  vd_chain_next(verify->chain, verify->chain, record.epoch, sequence, record.data, record.size);
  if (memcmp(verify->chain, record.chain, VD_CHAIN_SIZE) != 0)
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "the chain breaks at Change %llu", sequence);
  err = fold_change(verify, &record, refusal);
  verify->sequence = sequence;
  verify->epoch = record.epoch;
  return err;
}

static enum vd_err check_head(const struct verify *verify, struct vd_refusal *refusal)
{
  const struct vd_head *head = &verify->head;
  if (verify->sequence != head->sequence)
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "meta says Change %llu, the last one is %llu",
                     (unsigned long long)head->sequence, (unsigned long long)verify->sequence);
  if (memcmp(verify->chain, head->chain, VD_CHAIN_SIZE) != 0)
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "meta has another chain than Change %llu",
                     (unsigned long long)head->sequence);
  if (head->watermark > head->sequence)
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "the watermark %llu is after the last Change %llu",
                     (unsigned long long)head->watermark, (unsigned long long)head->sequence);
  return VD_OK;
}

// ---- entities ----

static enum vd_err refuse_row(struct vd_refusal *refusal, Vd__Kind kind, const char *id, const char *why)
{
  const ProtobufCMessageDescriptor *type = vd_kind_type(kind);
  return vd_refuse(refusal, VD_ERR_DAMAGED, "", "the checkpoint's %s %s %s",
                   type != NULL ? type->short_name : "entity", id, why);
}

// The fold's next entity after the key reached; NULL at the end.
static const ProtobufCMessage *fold_next(const struct verify *verify, Vd__Kind *kind)
{
  const char *after = verify->kind != 0 ? verify->id : NULL;
  for (*kind = verify->kind != 0 ? verify->kind : (Vd__Kind)1; *kind != 0;
       *kind = vd_kind_after(*kind)) {
    const ProtobufCMessage *message = vd_fold_next(verify->fold, *kind, after, "");
    if (message != NULL)
      return message;
    after = NULL;
  }
  return NULL;
}

static void reach(struct verify *verify, Vd__Kind kind, const char *id)
{
  size_t size = strnlen(id, sizeof verify->id - 1);
  verify->kind = kind;
  memmove(verify->id, id, size);
  verify->id[size] = '\0';
}

// Goes through the fold up to the key, or to its end where `kind` is 0: none of these has a row.
static enum vd_err check_absent(struct verify *verify, Vd__Kind kind, const char *id,
                                struct vd_refusal *refusal)
{
  Vd__Kind at;
  for (const ProtobufCMessage *message; (message = fold_next(verify, &at)) != NULL;) {
    const char *here = vd_message_id(message);
    if (kind != 0 && (at > kind || (at == kind && strcmp(here, id) >= 0)))
      return VD_OK;
    if (vd_message_revision(message) <= verify->head.watermark)
      return refuse_row(refusal, at, here, "is missing");
    reach(verify, at, here);
  }
  return VD_OK;
}

// The row is not what the fold has for its key. Is it what the fold had, not long ago?
static enum vd_err check_older(const struct verify *verify, Vd__Kind kind, const char *id, uint64_t revision,
                               const ProtobufCMessage *folded, struct vd_refusal *refusal)
{
  const ProtobufCMessage *newer = folded != NULL ? folded : vd_fold_find(verify->removed, kind, id);
  uint64_t due = newer != NULL ? vd_message_revision(newer) : 0;
  if (newer != NULL && revision > due)
    return refuse_row(refusal, kind, id, "is newer than the Changes");
  if (folded != NULL && revision == due)
    return refuse_row(refusal, kind, id, "differs from the Changes");
  if (due > verify->head.watermark)
    return VD_OK;
  return refuse_row(refusal, kind, id,
                    folded != NULL ? "is older than the watermark allows" : "should not be there");
}

static enum vd_err check_row(struct verify *verify, Vd__Kind kind, const char *id, const uint8_t *data,
                             size_t size, struct vd_refusal *refusal)
{
  const ProtobufCMessage *folded = vd_fold_find(verify->fold, kind, id);
  verify->packed.size = 0;
  if (folded != NULL && vd_buffer_pack(&verify->packed, folded) == size &&
      memcmp(verify->packed.data, data, size) == 0)
    return VD_OK;
  const ProtobufCMessageDescriptor *type = vd_kind_type(kind);
  ProtobufCMessage *row = type != NULL ? vd_unpack_bounded(type, data, size, RECORD_QUOTA, refusal) : NULL;
  if (row == NULL)
    return refuse_row(refusal, kind, id, "cannot be read");
  enum vd_err err = strcmp(vd_message_id(row), id) != 0
                        ? refuse_row(refusal, kind, id, "has another id inside")
                        : check_older(verify, kind, id, vd_message_revision(row), folded, refusal);
  protobuf_c_message_free_unpacked(row, NULL);
  return err;
}

static enum vd_err visit_entity(void *context, const MDB_val *key, const MDB_val *value, bool *go_on,
                                struct vd_refusal *refusal)
{
  (void)go_on;
  struct verify *verify = context;
  Vd__Kind kind;
  char id[VD_KEY_MAX];
  if (!vd_entity_key_read(key, &kind, id))
    return vd_refuse(refusal, VD_ERR_DAMAGED, "", "an entity has an unreadable key");
  enum vd_err err = check_absent(verify, kind, id, refusal);
  if (err == VD_OK)
    err = check_row(verify, kind, id, (const uint8_t *)value->mv_data + VD_CHECKSUM_SIZE,
                    value->mv_size - VD_CHECKSUM_SIZE, refusal);
  reach(verify, kind, id);
  verify->entities++;
  return err;
}

// ---- the walk ----

static enum vd_err verify_piece(const struct vd_journal *journal, MDB_txn *txn, struct verify *verify,
                                struct vd_walk *changes, struct vd_walk *entities, struct vd_refusal *refusal)
{
  struct vd_meta meta;
  enum vd_err err = vd_meta_load(journal, txn, &meta, &verify->head, refusal);
  if (err == VD_OK && verify->sequence == 0)
    verify->removed_since = verify->head.watermark;
  changes->is_over = false; // there may be more than last time
  if (err == VD_OK)
    err = vd_walk_on(journal, txn, changes, refusal);
  if (err != VD_OK || !changes->is_over)
    return err;
  err = check_head(verify, refusal);
  if (err == VD_OK)
    err = vd_walk_on(journal, txn, entities, refusal);
  if (err == VD_OK && entities->is_over)
    err = check_absent(verify, (Vd__Kind)0, NULL, refusal);
  return err;
}

static enum vd_err verify_all(const struct vd_journal *journal, struct verify *verify,
                              void (*progress)(void *context, uint64_t done, uint64_t total), void *context,
                              struct vd_refusal *refusal)
{
  struct vd_walk changes = {.table = VD_TABLE_CHANGES, .visit = visit_change, .context = verify};
  struct vd_walk entities = {.table = VD_TABLE_ENTITIES, .visit = visit_entity, .context = verify};
  enum vd_err err = VD_OK;
  while (err == VD_OK && !entities.is_over) {
    MDB_txn *txn = NULL;
    err = vd_read_begin(journal, &txn, refusal);
    if (err == VD_OK)
      err = verify_piece(journal, txn, verify, &changes, &entities, refusal);
    mdb_txn_abort(txn);
    if (progress != NULL)
      progress(context, verify->sequence, verify->head.sequence);
  }
  return err;
}

enum vd_err vd_journal_verify(struct vd_journal *journal,
                              void (*progress)(void *context, uint64_t done, uint64_t total), void *context,
                              struct vd_verify_result *result, struct vd_refusal *refusal)
{
  struct verify verify = {.fold = vd_fold_create(), .removed = vd_fold_create()};
  enum vd_err err = verify_all(journal, &verify, progress, context, refusal);
  if (err == VD_OK) {
    *result = (struct vd_verify_result){
        .changes = verify.sequence, .entities = verify.entities, .sequence = verify.sequence};
    memcpy(result->chain, verify.chain, VD_CHAIN_SIZE);
  }
  vd_fold_destroy(verify.fold);
  vd_fold_destroy(verify.removed);
  vd_buffer_finish(&verify.packed);
  return err;
}
