// The state as entities by (kind, id): a Change is applied by replacing what it upserts and dropping what
// it removes; a newer revision wins. Core, journal and mirror use this one fold, so no rule of the domain
// exists twice. Not thread-safe: one owner.
//
// Entities are kept in a balanced tree ordered by (kind, id bytes): find, insert and "next after" are
// O(log n), which is what paging by id needs.
#ifndef VD_PROTO_FOLD_H
#define VD_PROTO_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/change.pb-c.h"
#include "proto/entity.pb-c.h"

struct vd_fold;

struct vd_fold *vd_fold_create(void);
void vd_fold_destroy(struct vd_fold *fold);

// The message inside an Entity (first two fields: id, revision), its kind, and back.
Vd__Kind vd_entity_kind(const Vd__Entity *entity);
const ProtobufCMessage *vd_entity_message(const Vd__Entity *entity);
const ProtobufCMessageDescriptor *vd_kind_type(Vd__Kind kind);    // NULL for an unknown kind
const char *vd_kind_name(Vd__Kind kind);                          // its field in Entity; "" likewise
Vd__Kind vd_kind_after(Vd__Kind kind);                            // the next known one; KIND_UNSPECIFIED after the last
Vd__Kind vd_kind_of_type(const ProtobufCMessageDescriptor *type); // KIND_UNSPECIFIED if no entity
// Makes `wrapper` (caller's memory) refer to `message` without copying; valid as long as `message` is.
void vd_entity_wrap(Vd__Entity *wrapper, Vd__Kind kind, ProtobufCMessage *message);
const char *vd_message_id(const ProtobufCMessage *entity_message);
uint64_t vd_message_revision(const ProtobufCMessage *entity_message);
void vd_message_set_revision(ProtobufCMessage *entity_message, uint64_t revision);

enum { VD_REVISION_FIELD = 2 };
// Whether the running event writes the field of such an entity, and no plan does.
bool vd_field_is_live(Vd__Kind kind, const ProtobufCFieldDescriptor *field);

// Puts a heap message of that kind; takes it. What stood there before is freed.
void vd_fold_put(struct vd_fold *fold, Vd__Kind kind, ProtobufCMessage *message);
// Puts a copy if its revision is newer than what stands there; false if it was not.
bool vd_fold_put_newer(struct vd_fold *fold, const Vd__Entity *entity);
bool vd_fold_remove(struct vd_fold *fold, Vd__Kind kind, const char *id);
// Applies a Change: upserts that are newer, removals of what is not newer than the Change's sequence.
void vd_fold_apply(struct vd_fold *fold, const Vd__Change *change);

// Borrowed until the next change of that entity. NULL if absent.
ProtobufCMessage *vd_fold_find(const struct vd_fold *fold, Vd__Kind kind, const char *id);
// The first entity after (kind, after_id) of the same kind whose id begins with `prefix` ("" = any);
// after_id NULL = from the start. NULL at the end. Borrowed likewise.
ProtobufCMessage *vd_fold_next(const struct vd_fold *fold, Vd__Kind kind, const char *after_id,
                               const char *prefix);
// Each entity of a kind, by id: VD_FOLD_EACH(fold, ZONE, Zone, zone) { … }. The fold must not change
// meanwhile.
#define VD_FOLD_EACH(fold, KIND, Type, entity)                                                               \
  for (const Vd__##Type *entity = (const Vd__##Type *)vd_fold_next((fold), VD__KIND__KIND_##KIND, NULL, ""); \
       entity != NULL;                                                                                       \
       entity = (const Vd__##Type *)vd_fold_next((fold), VD__KIND__KIND_##KIND, entity->id, ""))
size_t vd_fold_count(const struct vd_fold *fold, Vd__Kind kind); // O(1); KIND_UNSPECIFIED = all

#endif
