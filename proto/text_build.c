#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/entity.pb-c.h"
#include "proto/text.h"
#include "proto/text_internal.h"

// A stack of frames, one for each mapping and list that is open:
//
//   comes       in a message, key due     in a message, value due       in a list
//   scalar      names the field           the value                     one more element
//   mapping     refused                   a message: a frame deeper     a message: a frame deeper
//   list        refused                   a list: a frame deeper        refused
//
// Whatever is built hangs in the root from its first moment, so a refusal frees one tree.
enum { FIELDS_MAX = 128 };

struct frame {
  ProtobufCMessage *message;             // in a list: the one that has the list
  const ProtobufCFieldDescriptor *field; // of the value due, or of the list; NULL where a key is due
  bool is_list;
  size_t begun;                    // elements, the one being read included
  size_t capacity;                 // of the list's array
  uint32_t node;                   // of the map
  unsigned first_line[FIELDS_MAX]; // where each field was given, 0 where it was not
};

struct vd_text_builder {
  const ProtobufCMessageDescriptor *type;
  struct vd_text_map *map;
  ProtobufCMessage *root; // NULL before it begins
  struct vd_text_excerpt refused_key;
  unsigned depth;
  struct frame frames[VD_TEXT_DEPTH_MAX];
};

struct vd_text_builder *vd_text_builder_create(const ProtobufCMessageDescriptor *type,
                                               struct vd_text_map *map)
{
  struct vd_text_builder *builder = vd_zalloc(sizeof(*builder));
  builder->type = type;
  builder->map = map;
  return builder;
}

void vd_text_builder_destroy(struct vd_text_builder *builder)
{
  if (builder == NULL)
    return;
  if (builder->root != NULL)
    protobuf_c_message_free_unpacked(builder->root, NULL);
  free(builder);
}

ProtobufCMessage *vd_text_build_finish(struct vd_text_builder *builder)
{
  ProtobufCMessage *root = builder->root != NULL ? builder->root : vd_message_new(builder->type);
  builder->root = NULL;
  return root;
}

static void add_to_path(struct vd_text_path *path, const char *name)
{
  size_t used = strlen(path->text);
  snprintf(path->text + used, sizeof(path->text) - used, "%s%s", used > 0 ? "." : "", name);
}

struct vd_text_path vd_text_build_path(const struct vd_text_builder *builder)
{
  struct vd_text_path path = {""};
  for (unsigned i = 0; i < builder->depth; i++) {
    const struct frame *frame = &builder->frames[i];
    size_t used = strlen(path.text);
    if (!frame->is_list && frame->field != NULL)
      add_to_path(&path, frame->field->name);
    else if (frame->is_list && frame->begun > 0)
      snprintf(path.text + used, sizeof(path.text) - used, "[%zu]", frame->begun - 1);
  }
  if (builder->refused_key.text[0] != '\0')
    add_to_path(&path, builder->refused_key.text);
  return path;
}

// ---- frames ----

static struct frame *top_of(struct vd_text_builder *builder)
{
  return builder->depth > 0 ? &builder->frames[builder->depth - 1] : NULL;
}

static enum vd_err push(struct vd_text_builder *builder, ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *list, uint32_t node, struct vd_text_fault *fault)
{
  if (builder->depth == VD_TEXT_DEPTH_MAX)
    return vd_text_fault_set(fault, VD_ERR_BAD_REQUEST, "nested deeper than %d levels", VD_TEXT_DEPTH_MAX);
  struct frame *frame = &builder->frames[builder->depth++];
  frame->message = message;
  frame->field = list;
  frame->is_list = list != NULL;
  frame->begun = 0;
  frame->capacity = 0;
  frame->node = node;
  assert(message->descriptor->n_fields <= FIELDS_MAX);
  memset(frame->first_line, 0, message->descriptor->n_fields * sizeof(frame->first_line[0]));
  return VD_OK;
}

// The value due has come to its end.
static void end_value(struct frame *frame)
{
  if (frame != NULL && !frame->is_list)
    frame->field = NULL;
}

void vd_text_build_close(struct vd_text_builder *builder)
{
  assert(builder->depth > 0);
  builder->depth--;
  end_value(top_of(builder));
}

static uint32_t add_to_map(struct vd_text_builder *builder, const struct frame *frame,
                           struct vd_text_place place)
{
  if (builder->map == NULL)
    return 0;
  uint32_t number = frame->is_list ? (uint32_t)frame->begun - 1 : frame->field->id;
  return vd_text_map_add(builder->map, frame->node, number, place);
}

static void *member_of(const struct frame *frame)
{
  return (char *)frame->message + frame->field->offset;
}

static void *quantifier_of(const struct frame *frame, const ProtobufCFieldDescriptor *field)
{
  return (char *)frame->message + field->quantifier_offset;
}

static bool is_oneof(const ProtobufCFieldDescriptor *field)
{
  return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

// Where the value due goes: the member, or a new place at the end of the list, zeroed.
static void *slot_of(struct frame *frame)
{
  if (!frame->is_list)
    return member_of(frame);
  char **items = member_of(frame);
  size_t count = *(size_t *)quantifier_of(frame, frame->field);
  size_t step = vd_element_size(frame->field->type);
  if (count == frame->capacity) {
    frame->capacity = count > 0 ? count * 2 : 4;
    *items = vd_realloc(*items, frame->capacity * step);
  }
  return memset(*items + count * step, 0, step);
}

// The slot holds its value from now on.
static void fill_slot(struct frame *frame)
{
  if (frame->is_list)
    ++*(size_t *)quantifier_of(frame, frame->field);
  else if (is_oneof(frame->field))
    *(uint32_t *)quantifier_of(frame, frame->field) = frame->field->id;
}

// ---- keys ----

static enum vd_err refuse_unknown_key(const ProtobufCMessageDescriptor *type, const char *key,
                                      struct vd_text_fault *fault)
{
  const char *nearest = NULL;
  unsigned distance = UINT32_MAX;
  for (unsigned i = 0; i < type->n_fields; i++)
    vd_nearest_consider(key, type->fields[i].name, &nearest, &distance);
  vd_text_fault_set(fault, VD_ERR_UNKNOWN_FIELD, "unknown key");
  fault->nearest = nearest;
  if (nearest != NULL)
    vd_text_fault_add(fault, "; did you mean %s?", nearest);
  else if (type->n_fields == 0)
    vd_text_fault_add(fault, "; none is known here");
  for (unsigned i = 0; nearest == NULL && i < type->n_fields; i++)
    vd_text_fault_add(fault, "%s%s", i == 0 ? "; known are " : ", ", type->fields[i].name);
  return fault->err;
}

// Which member of the field's oneof was given before; NULL if none was.
static const ProtobufCFieldDescriptor *rival_of(const struct frame *frame,
                                                const ProtobufCFieldDescriptor *field)
{
  uint32_t chosen = is_oneof(field) ? *(uint32_t *)quantifier_of(frame, field) : 0;
  return chosen != 0 ? protobuf_c_message_descriptor_get_field(frame->message->descriptor, chosen) : NULL;
}

static enum vd_err take_key(struct vd_text_builder *builder, const struct vd_text_scalar *scalar,
                            struct vd_text_place place, struct vd_text_fault *fault)
{
  struct frame *frame = top_of(builder);
  const ProtobufCMessageDescriptor *type = frame->message->descriptor;
  char key[VD_TEXT_KEY_MAX + 1] = "";
  if (scalar->size < sizeof(key))
    memcpy(key, scalar->text, scalar->size);
  builder->refused_key = vd_text_excerpt(scalar->text, scalar->size);
  const ProtobufCFieldDescriptor *field = NULL;
  if (strlen(key) == scalar->size) // neither too long nor cut by a NUL
    field = protobuf_c_message_descriptor_get_field_by_name(type, key);
  if (field == NULL)
    return refuse_unknown_key(type, key, fault);
  unsigned *first_line = &frame->first_line[field - type->fields];
  if (*first_line != 0)
    return vd_text_fault_set(fault, VD_ERR_BAD_REQUEST, "given twice, first on line %u", *first_line);
  const ProtobufCFieldDescriptor *rival = rival_of(frame, field);
  if (rival != NULL)
    return vd_text_fault_set(fault, VD_ERR_BAD_VALUE, "cannot stand beside %s: one of the two was meant",
                             rival->name);
  builder->refused_key.text[0] = '\0';
  *first_line = place.line;
  frame->field = field;
  return VD_OK;
}

// ---- values ----

// What was found is no value of the field: `is_element` of its list.
static enum vd_err refuse_shape(const char *found, const ProtobufCFieldDescriptor *field, bool is_element,
                                struct vd_text_fault *fault)
{
  if (field->label == PROTOBUF_C_LABEL_REPEATED && !is_element)
    return vd_text_fault_set(fault, VD_ERR_BAD_VALUE, "%s; a list was meant", found);
  if (field->type != PROTOBUF_C_TYPE_MESSAGE)
    return vd_text_fault_set(fault, VD_ERR_BAD_VALUE, "%s; a single value was meant", found);
  const ProtobufCMessageDescriptor *type = field->descriptor;
  return vd_text_fault_set(fault, VD_ERR_BAD_VALUE, "%s; keys and values of a %s were meant", found,
                           type->short_name);
}

static bool wants_list(const struct frame *frame)
{
  return !frame->is_list && frame->field->label == PROTOBUF_C_LABEL_REPEATED;
}

// A new message in the slot of the value due.
static ProtobufCMessage *begin_message(struct frame *frame)
{
  ProtobufCMessage **slot = slot_of(frame);
  *slot = vd_message_new(frame->field->descriptor);
  fill_slot(frame);
  return *slot;
}

// Words for people may be given as one string, which is their English.
static enum vd_err take_text(struct frame *frame, const struct vd_text_scalar *scalar,
                             struct vd_text_fault *fault)
{
  Vd__Text *text = (Vd__Text *)begin_message(frame);
  return vd_text_read_value(protobuf_c_message_descriptor_get_field_by_name(text->base.descriptor, "en"),
                            scalar, &text->en, fault);
}

static enum vd_err take_value(struct vd_text_builder *builder, const struct vd_text_scalar *scalar,
                              struct vd_text_place place, struct vd_text_fault *fault)
{
  struct frame *frame = top_of(builder);
  bool is_text = frame->field->descriptor == &vd__text__descriptor;
  frame->begun += frame->is_list;
  if (wants_list(frame) || (frame->field->type == PROTOBUF_C_TYPE_MESSAGE && !is_text))
    return refuse_shape("a single value", frame->field, frame->is_list, fault);
  add_to_map(builder, frame, place);
  enum vd_err err = VD_OK;
  if (is_text) {
    err = take_text(frame, scalar, fault);
  } else {
    err = vd_text_read_value(frame->field, scalar, slot_of(frame), fault);
    if (err == VD_OK)
      fill_slot(frame);
  }
  if (err == VD_OK)
    end_value(frame);
  return err;
}

enum vd_err vd_text_build_scalar(struct vd_text_builder *builder, const struct vd_text_scalar *scalar,
                                 struct vd_text_place place, struct vd_text_fault *fault)
{
  const struct frame *frame = top_of(builder);
  if (frame == NULL && scalar->size == 0 && !scalar->is_quoted)
    return VD_OK; // a document of comments alone: all is left out
  if (frame == NULL)
    return vd_text_fault_set(fault, VD_ERR_BAD_VALUE, "a single value; keys and values of a %s were meant",
                             builder->type->short_name);
  return frame->field == NULL ? take_key(builder, scalar, place, fault)
                              : take_value(builder, scalar, place, fault);
}

enum vd_err vd_text_build_open(struct vd_text_builder *builder, bool is_list, struct vd_text_place place,
                               struct vd_text_fault *fault)
{
  struct frame *frame = top_of(builder);
  if (frame == NULL) {
    if (is_list)
      return vd_text_fault_set(fault, VD_ERR_BAD_VALUE, "a list; keys and values of a %s were meant",
                               builder->type->short_name);
    if (builder->map != NULL)
      vd_text_map_begin(builder->map, place);
    builder->root = vd_message_new(builder->type);
    return push(builder, builder->root, NULL, 0, fault);
  }
  if (frame->field == NULL)
    return vd_text_fault_set(fault, VD_ERR_BAD_REQUEST, "a key of several parts; a single word was meant");
  frame->begun += frame->is_list;
  bool is_fit =
      is_list ? wants_list(frame) : !wants_list(frame) && frame->field->type == PROTOBUF_C_TYPE_MESSAGE;
  if (!is_fit)
    return refuse_shape(is_list ? "a list" : "keys and values", frame->field, frame->is_list, fault);
  uint32_t node = add_to_map(builder, frame, place);
  if (is_list)
    return push(builder, frame->message, frame->field, node, fault);
  return push(builder, begin_message(frame), NULL, node, fault);
}
