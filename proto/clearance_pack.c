// Packing straight into the buffer: the wire format of protobuf, byte for byte as protobuf_c_message_pack
// writes it, without what is hidden. It stands on the way of every Change, frame and answer: one pass over
// the message, where protobuf-c takes one for the size and one for the bytes.
#include <assert.h>
#include <string.h>

#include "proto/clearance_internal.h"
#include "proto/layout.h"

enum { VARINT_MAX = 10, TAG_MAX = 2 };

static inline size_t write_varint(uint8_t *at, uint64_t value)
{
  size_t size = 0;
  for (; value >= 0x80; value >>= 7)
    at[size++] = (uint8_t)(value | 0x80);
  at[size++] = (uint8_t)value;
  return size;
}

static inline size_t write_tag(uint8_t *at, uint16_t tag)
{
  at[0] = (uint8_t)tag;
  at[1] = (uint8_t)(tag >> 8);
  return tag > 0xFF ? 2 : 1;
}

// As vd_buffer_reserve, which is called only where the buffer must grow.
static inline uint8_t *room_for(struct vd_buffer *out, size_t size)
{
  return size <= out->capacity - out->size ? out->data + out->size : vd_buffer_reserve(out, size);
}

static inline void put_number(struct vd_buffer *out, uint16_t tag, uint64_t number)
{
  uint8_t *at = room_for(out, TAG_MAX + VARINT_MAX);
  size_t size = write_tag(at, tag);
  out->size += size + write_varint(at + size, number);
}

static inline void put_bytes(struct vd_buffer *out, uint16_t tag, const void *bytes, size_t bytes_size)
{
  uint8_t *at = room_for(out, TAG_MAX + VARINT_MAX + bytes_size);
  size_t size = write_tag(at, tag);
  size += write_varint(at + size, bytes_size);
  if (bytes_size > 0)
    memcpy(at + size, bytes, bytes_size);
  out->size += size + bytes_size;
}

// The number at `member` as the wire counts: negative ones are sign-extended to 64 bits.
static inline uint64_t number_at(const ProtobufCFieldDescriptor *field, const void *member)
{
  switch (field->type) {
  case PROTOBUF_C_TYPE_BOOL:
    return *(const protobuf_c_boolean *)member != 0;
  case PROTOBUF_C_TYPE_UINT32:
    return *(const uint32_t *)member;
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_ENUM:
    return (uint64_t)(int64_t) * (const int32_t *)member;
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_INT64:
    return *(const uint64_t *)member;
  default:
    assert(!"a type of field that this vocabulary does not use");
    return 0;
  }
}

// Begins a field whose length is known only once it is written. One byte is kept for it, which is enough for
// most; returns where the contents begin.
static size_t open_length(struct vd_buffer *out, uint16_t tag)
{
  out->size += write_tag(room_for(out, TAG_MAX + 1), tag);
  return ++out->size;
}

static void close_length(struct vd_buffer *out, size_t from)
{
  uint8_t length[VARINT_MAX];
  size_t size = out->size - from;
  size_t length_size = write_varint(length, size);
  if (length_size > 1) {
    room_for(out, length_size - 1);
    memmove(out->data + from + length_size - 1, out->data + from, size);
    out->size += length_size - 1;
  }
  memcpy(out->data + from - 1, length, length_size);
}

static void pack_fields(struct vd_buffer *out, enum vd_clearance clearance, const ProtobufCMessage *message);

static void pack_inner(struct vd_buffer *out, enum vd_clearance clearance, uint16_t tag,
                       const ProtobufCMessage *message)
{
  size_t from = open_length(out, tag);
  pack_fields(out, clearance, message);
  close_length(out, from);
}

static inline bool is_seen(enum vd_clearance clearance, const ProtobufCMessage *message)
{
  return message != NULL &&
         (clearance == VD_CLEARANCE_JOURNAL || vd_clearance_shows_message(clearance, message));
}

// A field outside of a oneof that is not blank: at its default it is left out, as proto3 does.
static inline void pack_single(struct vd_buffer *out, enum vd_clearance clearance,
                               const struct vd_layout_entry *entry, const void *member)
{
  uint64_t number = 0;
  switch (entry->kind) {
  case VD_LAYOUT_BOOL:
    number = *(const protobuf_c_boolean *)member != 0;
    break;
  case VD_LAYOUT_UINT32:
    number = *(const uint32_t *)member;
    break;
  case VD_LAYOUT_INT32:
    number = (uint64_t)(int64_t) * (const int32_t *)member;
    break;
  case VD_LAYOUT_INT64:
    number = *(const uint64_t *)member;
    break;
  case VD_LAYOUT_STRING: {
    const char *text = *(char *const *)member;
    if (text[0] != '\0')
      put_bytes(out, entry->tag, text, strlen(text));
    return;
  }
  case VD_LAYOUT_BYTES: {
    const ProtobufCBinaryData *data = member;
    put_bytes(out, entry->tag, data->data, data->len);
    return;
  }
  case VD_LAYOUT_MESSAGE: {
    const ProtobufCMessage *inner = *(ProtobufCMessage *const *)member;
    if (is_seen(clearance, inner))
      pack_inner(out, clearance, entry->tag, inner);
    return;
  }
  default:
    return;
  }
  put_number(out, entry->tag, number);
}

// Inside of a oneof being chosen is what a field says, also at its default.
static void pack_chosen(struct vd_buffer *out, enum vd_clearance clearance,
                        const ProtobufCFieldDescriptor *field, const void *member)
{
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING: {
    const char *text = *(char *const *)member;
    if (text != NULL && text != field->default_value)
      put_bytes(out, vd_layout_tag(field, VD_WIRE_BYTES), text, strlen(text));
    return;
  }
  case PROTOBUF_C_TYPE_BYTES: {
    const ProtobufCBinaryData *data = member;
    put_bytes(out, vd_layout_tag(field, VD_WIRE_BYTES), data->data, data->len);
    return;
  }
  case PROTOBUF_C_TYPE_MESSAGE: {
    const ProtobufCMessage *inner = *(ProtobufCMessage *const *)member;
    if (is_seen(clearance, inner))
      pack_inner(out, clearance, vd_layout_tag(field, VD_WIRE_BYTES), inner);
    return;
  }
  default:
    put_number(out, vd_layout_tag(field, VD_WIRE_VARINT), number_at(field, member));
  }
}

static void pack_numbers(struct vd_buffer *out, const ProtobufCFieldDescriptor *field, const char *items,
                         size_t count)
{
  size_t stride = vd_clearance_number_size(field->type);
  if ((field->flags & PROTOBUF_C_FIELD_FLAG_PACKED) == 0) {
    for (size_t i = 0; i < count; i++)
      put_number(out, vd_layout_tag(field, VD_WIRE_VARINT), number_at(field, items + i * stride));
    return;
  }
  size_t from = open_length(out, vd_layout_tag(field, VD_WIRE_BYTES));
  for (size_t i = 0; i < count; i++)
    out->size += write_varint(room_for(out, VARINT_MAX), number_at(field, items + i * stride));
  close_length(out, from);
}

static void pack_repeated(struct vd_buffer *out, enum vd_clearance clearance,
                          const ProtobufCFieldDescriptor *field, const ProtobufCMessage *message)
{
  const uint16_t tag = vd_layout_tag(field, VD_WIRE_BYTES);
  const size_t count = *(const size_t *)((const char *)message + field->quantifier_offset);
  const void *items = *(const void *const *)((const char *)message + field->offset);
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING:
    for (size_t i = 0; i < count; i++) {
      const char *text = ((char *const *)items)[i];
      put_bytes(out, tag, text, text != NULL ? strlen(text) : 0);
    }
    return;
  case PROTOBUF_C_TYPE_BYTES:
    for (size_t i = 0; i < count; i++) {
      const ProtobufCBinaryData *data = (const ProtobufCBinaryData *)items + i;
      put_bytes(out, tag, data->data, data->len);
    }
    return;
  case PROTOBUF_C_TYPE_MESSAGE:
    for (size_t i = 0; i < count; i++) {
      const ProtobufCMessage *inner = ((ProtobufCMessage *const *)items)[i];
      if (clearance == VD_CLEARANCE_JOURNAL || vd_clearance_shows_element(clearance, inner))
        pack_inner(out, clearance, tag, inner);
    }
    return;
  default:
    pack_numbers(out, field, items, count);
  }
}

static void pack_unknown_fields(struct vd_buffer *out, const ProtobufCMessage *message)
{
  for (unsigned i = 0; i < message->n_unknown_fields; i++) {
    const ProtobufCMessageUnknownField *unknown = &message->unknown_fields[i];
    uint64_t tag = (uint64_t)unknown->tag << 3 | unknown->wire_type;
    out->size += write_varint(room_for(out, VARINT_MAX), tag);
    vd_buffer_append(out, unknown->data, unknown->len);
  }
}

static void pack_oneof(struct vd_buffer *out, enum vd_clearance clearance, const uint8_t *needed,
                       const ProtobufCMessage *message, unsigned chosen)
{
  const ProtobufCMessageDescriptor *type = message->descriptor;
  const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type, chosen);
  if (field != NULL && (needed == NULL || vd_clearance_reaches(clearance, needed[field - type->fields])))
    pack_chosen(out, clearance, field, (const char *)message + field->offset);
}

// Most fields of most messages are: so this comes before all else.
static inline bool is_blank(const struct vd_layout_entry *entry, const char *member)
{
  uint64_t wide;
  uint32_t narrow;
  if (!entry->is_wide) {
    memcpy(&narrow, member, sizeof narrow);
    return narrow == 0;
  }
  memcpy(&wide, member, sizeof wide);
  return wide == 0 || (entry->kind == VD_LAYOUT_STRING && wide == (uintptr_t)protobuf_c_empty_string);
}

static void pack_fields(struct vd_buffer *out, enum vd_clearance clearance, const ProtobufCMessage *message)
{
  const struct vd_layout *layout = vd_layout_of(message->descriptor);
  const uint8_t *needed = clearance == VD_CLEARANCE_JOURNAL ? NULL : vd_clearance_row(layout->type);
  const struct vd_layout_entry *end = layout->entries + layout->count;
  for (const struct vd_layout_entry *entry = layout->entries; entry < end; entry++) {
    const char *member = (const char *)message + entry->offset;
    if (is_blank(entry, member))
      continue;
    if (entry->kind == VD_LAYOUT_ONEOF) {
      pack_oneof(out, clearance, needed, message, *(const uint32_t *)member);
    } else if (needed == NULL || vd_clearance_reaches(clearance, needed[entry->index])) {
      if (entry->kind == VD_LAYOUT_REPEATED)
        pack_repeated(out, clearance, &layout->type->fields[entry->index], message);
      else
        pack_single(out, clearance, entry, member);
    }
  }
  if (clearance == VD_CLEARANCE_JOURNAL)
    pack_unknown_fields(out, message);
}

size_t vd_clearance_pack(struct vd_buffer *out, enum vd_clearance clearance, const ProtobufCMessage *message)
{
  size_t before = out->size;
  if (vd_clearance_shows_message(clearance, message))
    pack_fields(out, clearance, message);
  return out->size - before;
}

size_t vd_buffer_pack(struct vd_buffer *buffer, const ProtobufCMessage *message)
{
  return vd_clearance_pack(buffer, VD_CLEARANCE_JOURNAL, message);
}
