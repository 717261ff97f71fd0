// From the journal back to a venue: the checkpoint, then the Changes after it.
#include "daemon/loop/daemon.h"
#include "proto/quota.h"

enum { RECORD_QUOTA = 1024 * 1024 };

struct restore {
  struct vd_daemon *daemon;
  uint64_t watermark;
  struct vd_refusal *refusal;
  enum vd_err err;
};

static bool restore_entity(void *context, Vd__Kind kind, const char *id, const uint8_t *data, size_t size)
{
  struct restore *restore = context;
  const ProtobufCMessageDescriptor *type = vd_kind_type(kind);
  ProtobufCMessage *message =
      type != NULL ? vd_unpack_bounded(type, data, size, RECORD_QUOTA, restore->refusal) : NULL;
  if (message == NULL) {
    restore->err =
        vd_refuse(restore->refusal, VD_ERR_DAMAGED, "", "entity %s of kind %d cannot be read", id, kind);
    return false;
  }
  Vd__Entity entity;
  vd_entity_wrap(&entity, kind, message);
  vd_venue_restore_entity(restore->daemon->venue, &entity);
  protobuf_c_message_free_unpacked(message, NULL);
  return true;
}

static void mark_dirty(struct vd_dirty *dirty, const Vd__Change *change)
{
  for (size_t i = 0; i < change->n_upserts; i++)
    vd_dirty_mark(dirty, vd_entity_kind(change->upserts[i]),
                  vd_message_id(vd_entity_message(change->upserts[i])));
  for (size_t i = 0; i < change->n_removals; i++)
    vd_dirty_mark(dirty, change->removals[i]->kind, change->removals[i]->id);
}

static bool restore_change(void *context, uint64_t epoch, uint64_t sequence,
                           const uint8_t chain[VD_CHAIN_SIZE], const uint8_t *data, size_t size)
{
  (void)epoch;
  (void)chain;
  struct restore *restore = context;
  struct vd_daemon *d = restore->daemon;
  Vd__Change *change =
      (Vd__Change *)vd_unpack_bounded(&vd__change__descriptor, data, size, RECORD_QUOTA, restore->refusal);
  if (change == NULL) {
    restore->err = vd_refuse(restore->refusal, VD_ERR_DAMAGED, "", "change %llu cannot be read",
                             (unsigned long long)sequence);
    return false;
  }
  vd_answered_restore(d->answered, change);
  if (sequence > restore->watermark) {
    vd_venue_restore_change(d->venue, change);
    mark_dirty(d->dirty, change);
    d->boot_changes++;
  }
  vd__change__free_unpacked(change, NULL);
  return true;
}

enum vd_err vd_daemon_restore(struct vd_daemon *d, struct vd_refusal *refusal)
{
  vd_venue_destroy(d->venue);
  vd_answered_destroy(d->answered);
  vd_dirty_destroy(d->dirty);
  uint64_t sequence = vd_journal_sequence(d->journal);
  struct restore restore = {.daemon = d, .watermark = vd_journal_watermark(d->journal), .refusal = refusal};
  d->venue = vd_venue_create();
  d->answered = vd_answered_create();
  d->dirty = vd_dirty_create(restore.watermark);
  d->boot_changes = 0;

  enum vd_err err = vd_journal_each_entity(d->journal, restore_entity, &restore, refusal);
  uint64_t remembered = sequence > VD_ANSWERED_MAX ? sequence - VD_ANSWERED_MAX + 1 : 1;
  uint64_t from = remembered < restore.watermark + 1 ? remembered : restore.watermark + 1;
  if (err == VD_OK && restore.err == VD_OK && from <= sequence)
    err = vd_journal_each_change(d->journal, from, sequence, restore_change, &restore, refusal);
  if (err == VD_OK)
    err = restore.err;
  if (err != VD_OK)
    return err;
  vd_venue_restore_finish(d->venue, sequence, d->now_ms);
  d->committed = sequence;
  vd_journal_chain(d->journal, d->chain);
  return VD_OK;
}
