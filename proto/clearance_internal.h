// What packing and redacting ask the table of clearance.c. Nobody else includes this.
#ifndef VD_PROTO_CLEARANCE_INTERNAL_H
#define VD_PROTO_CLEARANCE_INTERNAL_H

#include <stdint.h>

#include "proto/clearance.h"

// The clearance needed for each field of the type, by position in type->fields. Never NULL.
const uint8_t *vd_clearance_row(const ProtobufCMessageDescriptor *type);

static inline bool vd_clearance_reaches(enum vd_clearance clearance, uint8_t needed)
{
  return clearance == VD_CLEARANCE_JOURNAL || (needed != VD_CLEARANCE_HIDDEN && needed <= clearance);
}

// Whether there is anything of the message to be seen.
bool vd_clearance_shows_message(enum vd_clearance clearance, const ProtobufCMessage *message);
// The same of one among many: a Key alone is a place to read on from, but in a list it tells of an entity.
bool vd_clearance_shows_element(enum vd_clearance clearance, const ProtobufCMessage *message);

// Bytes of a number in memory.
static inline size_t vd_clearance_number_size(ProtobufCType type)
{
  switch (type) {
  case PROTOBUF_C_TYPE_BOOL:
    return sizeof(protobuf_c_boolean);
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_ENUM:
    return sizeof(uint32_t);
  default:
    return sizeof(uint64_t);
  }
}

#endif
