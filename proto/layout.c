#include "proto/layout.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/config.pb-c.h"
#include "proto/message.h"
#include "proto/wire.pb-c.h"

enum { SLOTS = 1024 }; // open addressing by the descriptor's address; never more than half full

static struct vd_layout layouts[SLOTS];
static size_t layout_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// The type's slot, or the free one where it would be.
static struct vd_layout *find(const ProtobufCMessageDescriptor *type)
{
  // Descriptors lie one after the other in static storage, a few dozen bytes each.
  uint64_t mixed = ((uint64_t)(uintptr_t)type >> 4) * 0x9E3779B97F4A7C15u;
  unsigned slot = (unsigned)(mixed >> 54) % SLOTS;
  while (layouts[slot].type != NULL && layouts[slot].type != type)
    slot = (slot + 1) % SLOTS;
  return &layouts[slot];
}

_Noreturn static void reject(const ProtobufCMessageDescriptor *type, const char *why)
{
  fprintf(stderr, "layout of %s: %s\n", type->name, why);
  abort();
}

static enum vd_layout_kind kind_of(const ProtobufCMessageDescriptor *type,
                                   const ProtobufCFieldDescriptor *field)
{
  if (field->label == PROTOBUF_C_LABEL_REPEATED)
    return VD_LAYOUT_REPEATED;
  if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
    return VD_LAYOUT_ONEOF;
  switch (field->type) {
  case PROTOBUF_C_TYPE_BOOL:
    return VD_LAYOUT_BOOL;
  case PROTOBUF_C_TYPE_UINT32:
    return VD_LAYOUT_UINT32;
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_ENUM:
    return VD_LAYOUT_INT32;
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_UINT64:
    return VD_LAYOUT_INT64;
  case PROTOBUF_C_TYPE_STRING:
    return VD_LAYOUT_STRING;
  case PROTOBUF_C_TYPE_BYTES:
    return VD_LAYOUT_BYTES;
  case PROTOBUF_C_TYPE_MESSAGE:
    return VD_LAYOUT_MESSAGE;
  default:
    reject(type, "a type of field that packing does not know");
  }
}

static bool is_length_delimited(enum vd_layout_kind kind)
{
  return kind == VD_LAYOUT_STRING || kind == VD_LAYOUT_BYTES || kind == VD_LAYOUT_MESSAGE;
}

static bool is_wide(enum vd_layout_kind kind)
{
  return kind != VD_LAYOUT_BOOL && kind != VD_LAYOUT_UINT32 && kind != VD_LAYOUT_INT32 &&
         kind != VD_LAYOUT_ONEOF;
}

static struct vd_layout_entry entry_of(const ProtobufCMessageDescriptor *type, unsigned index)
{
  enum { ID_MAX = (1 << 11) - 1 }; // a tag of two bytes
  const ProtobufCFieldDescriptor *field = &type->fields[index];
  if (field->id > ID_MAX || type->sizeof_message > UINT16_MAX)
    reject(type, "a number or the whole is too large");
  enum vd_layout_kind kind = kind_of(type, field);
  bool is_counted = kind == VD_LAYOUT_REPEATED || kind == VD_LAYOUT_ONEOF;
  return (struct vd_layout_entry){
      .offset = (uint16_t)(is_counted ? field->quantifier_offset : field->offset),
      .index = (uint16_t)index,
      .tag = vd_layout_tag(field, is_length_delimited(kind) ? VD_WIRE_BYTES : VD_WIRE_VARINT),
      .kind = (uint8_t)kind,
      .is_wide = is_wide(kind)};
}

static void add_type(const ProtobufCMessageDescriptor *type)
{
  struct vd_layout *layout = find(type);
  if (layout->type != NULL)
    return;
  if (++layout_count > SLOTS / 2)
    reject(type, "the table is too small");
  struct vd_layout_entry *entries = vd_alloc(type->n_fields * sizeof *entries); // for the life of the process
  uint16_t count = 0;
  for (unsigned i = 0; i < type->n_fields; i++) {
    struct vd_layout_entry entry = entry_of(type, i);
    bool is_of_last = entry.kind == VD_LAYOUT_ONEOF && count > 0 &&
                      entries[count - 1].kind == VD_LAYOUT_ONEOF && entries[count - 1].offset == entry.offset;
    if (!is_of_last)
      entries[count++] = entry;
  }
  *layout = (struct vd_layout){.type = type, .entries = entries, .count = count};
  for (unsigned i = 0; i < type->n_fields; i++)
    if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
      add_type(type->fields[i].descriptor);
}

static void build(void)
{
  add_type(&vd__request__descriptor);
  add_type(&vd__response__descriptor);
  add_type(&vd__frame__descriptor);
  add_type(&vd__config__descriptor);
  add_type(&vd__rehearsal__descriptor);
}

const struct vd_layout *vd_layout_of(const ProtobufCMessageDescriptor *type)
{
  pthread_once(&once, build);
  const struct vd_layout *layout = find(type);
  if (layout->type == NULL)
    reject(type, "nothing that is packed leads to it");
  return layout;
}
