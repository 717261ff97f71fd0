// The types of the vocabulary as packing walks them: a few bytes per field where a descriptor has 72, and one
// entry for a whole oneof. Room-internal: clearance_pack.c. Built once, on first use; then any thread.
#ifndef VD_PROTO_LAYOUT_H
#define VD_PROTO_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

enum { VD_WIRE_VARINT = 0, VD_WIRE_BYTES = 2 };

// What stands in front of a field on the wire, in its one or two bytes; the first one in the low bits.
static inline uint16_t vd_layout_tag(const ProtobufCFieldDescriptor *field, unsigned wire)
{
  uint32_t key = field->id << 3 | wire;
  return (uint16_t)(key < 0x80 ? key : (key & 0x7F) | 0x80 | key >> 7 << 8);
}

enum vd_layout_kind {
  VD_LAYOUT_BOOL,
  VD_LAYOUT_UINT32,
  VD_LAYOUT_INT32, // and enums: on the wire sign-extended to 64 bits
  VD_LAYOUT_INT64, // and uint64
  VD_LAYOUT_STRING,
  VD_LAYOUT_BYTES,
  VD_LAYOUT_MESSAGE,
  VD_LAYOUT_REPEATED,
  VD_LAYOUT_ONEOF, // all of its fields
};

struct vd_layout_entry {
  uint16_t offset; // of what is 0 where there is nothing to pack: the member, the count of a repeated field,
                   // the choice of a oneof. A string that is empty may also point to protobuf_c_empty_string.
  uint16_t index; // in type->fields; of a oneof: of its first
  uint16_t tag;   // of a single field outside of a oneof
  uint8_t kind;   // enum vd_layout_kind
  bool is_wide;   // what stands there has 8 bytes, else 4
};

struct vd_layout {
  const ProtobufCMessageDescriptor *type;
  const struct vd_layout_entry *entries;
  uint16_t count;
};

// Of a type reachable from a request, a response, a frame, a configuration or a rehearsal; another is our own
// mistake and ends the process.
const struct vd_layout *vd_layout_of(const ProtobufCMessageDescriptor *type);

#endif
