#include "proto/pieces.h"

#include <assert.h>
#include <string.h>

// Tag and length in front of an entry of less than 2 MiB in a field whose number is below 2048.
enum { FIELD_HEAD_MAX = 5 };

static size_t *count_at(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  return (size_t *)((char *)message + field->quantifier_offset);
}

static ProtobufCMessage ***items_at(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  return (ProtobufCMessage ***)((char *)message + field->offset);
}

// The entries of one list that still fit, but at least one in a piece; true if none of them is left.
static bool take_entries(struct vd_pieces *pieces, ProtobufCMessage *piece, unsigned at, size_t size_max,
                         size_t *size, bool *has_entry)
{
  const ProtobufCFieldDescriptor *field = &piece->descriptor->fields[at];
  assert(field->type == PROTOBUF_C_TYPE_MESSAGE);
  size_t *count = count_at(piece, field);
  ProtobufCMessage ***items = items_at(piece, field);
  size_t left = *count_at(pieces->whole, field) - pieces->done[at];
  *items = *items_at(pieces->whole, field) + pieces->done[at];
  for (*count = 0; *count < left; ++*count) {
    size_t more = protobuf_c_message_get_packed_size((*items)[*count]) + FIELD_HEAD_MAX;
    if (*has_entry && *size + more > size_max)
      break;
    *size += more;
    *has_entry = true;
  }
  pieces->done[at] += *count;
  return *count == left;
}

void vd_pieces_take(struct vd_pieces *pieces, ProtobufCMessage *piece, size_t size_max)
{
  const ProtobufCMessageDescriptor *type = pieces->whole->descriptor;
  assert(type->n_fields <= VD_PIECES_LISTS_MAX);
  if (pieces->has_begun)
    type->message_init(piece);
  else
    memcpy(piece, pieces->whole, type->sizeof_message);
  pieces->has_begun = true;
  for (unsigned i = 0; i < type->n_fields; i++)
    if (type->fields[i].label == PROTOBUF_C_LABEL_REPEATED)
      *count_at(piece, &type->fields[i]) = 0;
  size_t size = protobuf_c_message_get_packed_size(piece);
  bool is_open = true; // no field before this one has entries left
  bool has_entry = false;
  for (unsigned i = 0; is_open && i < type->n_fields; i++)
    if (type->fields[i].label == PROTOBUF_C_LABEL_REPEATED)
      is_open = take_entries(pieces, piece, i, size_max, &size, &has_entry);
  if (is_open)
    pieces->whole = NULL;
}
