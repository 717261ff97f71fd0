// What each clearance may see: one table over (message, field), default hidden, for every reply, frame,
// page, export and log, facts included. Pure; any thread.
//
// OPS sees all that the operation needs; WALL sees no personal data: a person is a call sign. PRIVATE fields
// (token hashes; guests later) are on no frame at all.
#ifndef VD_PROTO_CLEARANCE_H
#define VD_PROTO_CLEARANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/entity.pb-c.h"
#include "proto/message.h"

// Higher sees more.
enum vd_clearance {
  VD_CLEARANCE_HIDDEN = 0, // nobody: the default of a field without a line in the table
  VD_CLEARANCE_WALL = 1,
  VD_CLEARANCE_OPS = 2,
  VD_CLEARANCE_PRIVATE = 3,
  VD_CLEARANCE_JOURNAL = 4, // the journal itself: everything
};

// What a role reads by.
enum vd_clearance vd_clearance_of_role(Vd__Role role);

// May `clearance` see this field? `type` and `field` are descriptors of the message at hand.
bool vd_clearance_shows(enum vd_clearance clearance, const ProtobufCMessageDescriptor *type,
                        const ProtobufCFieldDescriptor *field);
// Has somebody decided about this field? For the test that turns each new field into a decision.
bool vd_clearance_is_decided(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field);
// Is an entity of this type visible at all?
bool vd_clearance_shows_type(enum vd_clearance clearance, const ProtobufCMessageDescriptor *type);

// Appends the packed message with hidden fields left out. Entities of a hidden kind vanish, upserts and
// removals alike: whether an entity is seen is a matter of its kind, so nobody of this clearance ever held
// one that would have to be taken back, and a removal would only tell its id. (Should that one day depend on
// a value, an upsert that is no longer seen must become a removal here.) A Change that touched hidden
// entities only is left out whole, which makes its Frame an empty one with its sequence; only the pieces of a
// larger act stay, emptied, so that its end is seen. No allocation but the buffer's growth. Returns the
// number of bytes appended (0 for a wholly hidden message).
size_t vd_clearance_pack(struct vd_buffer *out, enum vd_clearance clearance, const ProtobufCMessage *message);

// Clears the hidden fields of a heap message in place (for exports, JSON, logs).
void vd_clearance_redact(enum vd_clearance clearance, ProtobufCMessage *message);

#endif
