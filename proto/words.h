// Words for people for what the protocol says in stable words: enum values, and the reasons of a
// recommendation or of a fact. Facts have theirs in facts.h, errors in err.h. Any thread.
#ifndef VD_PROTO_WORDS_H
#define VD_PROTO_WORDS_H

#include "proto/entity.pb-c.h"
#include "proto/message.h"

// The value of an enum of entity.proto in words; its stable name where this build has none, "?" where it does
// not know it. "" for the zero value. Static storage.
const char *vd_enum_words(const ProtobufCEnumDescriptor *type, int value, Vd__Language language);

// Appends a reason in words: "skill:av" is "has skill av". One that is not known speaks for itself.
void vd_reason_words(struct vd_buffer *out, const char *reason, Vd__Language language);

#endif
