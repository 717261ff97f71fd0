// A table that says one thing about each field of a message, written by hand as lines of field names and
// looked up in constant time. Room-internal: check.c and clearance.c. Immutable once built; then any thread.
#ifndef VD_PROTO_FIELD_TABLE_H
#define VD_PROTO_FIELD_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

// "For these fields of this message, the value is …". A line may be continued by another.
struct vd_field_line {
  const ProtobufCMessageDescriptor *type;
  uint8_t value;      // not 0
  const char *fields; // names, one blank between two
};

enum { VD_FIELD_TABLE_FIELDS = 128, VD_FIELD_TABLE_SLOTS = 512 };

struct vd_field_table {
  struct vd_field_row {
    const ProtobufCMessageDescriptor *type;
    uint8_t values[VD_FIELD_TABLE_FIELDS]; // by position in type->fields
  } rows[VD_FIELD_TABLE_SLOTS];            // open addressing by the descriptor's address
};

// Fills a zeroed table. A misspelt or repeated name is our own mistake and ends the process.
void vd_field_table_build(struct vd_field_table *table, const struct vd_field_line *lines, size_t count);

// The values of the type's fields, 0 for a field without a line. Never NULL.
const uint8_t *vd_field_table_row(const struct vd_field_table *table, const ProtobufCMessageDescriptor *type);

#endif
