#include "proto/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *vd_alloc(size_t size)
{
  void *block = malloc(size > 0 ? size : 1);
  if (block == NULL)
    abort();
  return block;
}

void *vd_zalloc(size_t size)
{
  void *block = calloc(1, size > 0 ? size : 1);
  if (block == NULL)
    abort();
  return block;
}

void *vd_realloc(void *block, size_t size)
{
  void *grown = realloc(block, size > 0 ? size : 1);
  if (grown == NULL)
    abort();
  return grown;
}

char *vd_strdup(const char *text)
{
  size_t size = strlen(text) + 1;
  return memcpy(vd_alloc(size), text, size);
}

// ---- copying ----

static void *copy_bytes(const void *bytes, size_t size)
{
  return size > 0 ? memcpy(vd_alloc(size), bytes, size) : NULL;
}

// An empty string is the field's default, which protobuf_c_message_free_unpacked leaves alone. In a oneof
// the two differ on the wire: the default says "absent", an empty heap string "present and empty".
static char *copy_string(const char *text, const ProtobufCFieldDescriptor *field)
{
  bool is_oneof = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
  if (text == NULL || text == field->default_value || (text[0] == '\0' && !is_oneof))
    return (char *)field->default_value;
  return vd_strdup(text);
}

size_t vd_element_size(ProtobufCType type)
{
  switch (type) {
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_SFIXED32:
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32:
  case PROTOBUF_C_TYPE_FLOAT:
  case PROTOBUF_C_TYPE_ENUM:
    return 4;
  case PROTOBUF_C_TYPE_BOOL:
    return sizeof(protobuf_c_boolean);
  case PROTOBUF_C_TYPE_BYTES:
    return sizeof(ProtobufCBinaryData);
  case PROTOBUF_C_TYPE_STRING:
  case PROTOBUF_C_TYPE_MESSAGE:
    return sizeof(void *);
  default:
    return 8;
  }
}

// Replaces what the shallow copy shares with the original by a copy of its own.
static void own_repeated(const ProtobufCFieldDescriptor *field, void *member, size_t count)
{
  void **items = member;
  if (count == 0) {
    *items = NULL;
    return;
  }
  *items = copy_bytes(*items, count * vd_element_size(field->type));
  for (size_t i = 0; i < count; i++) {
    if (field->type == PROTOBUF_C_TYPE_STRING) {
      char **string = (char **)*items + i;
      *string = vd_strdup(*string != NULL ? *string : "");
    } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
      ProtobufCBinaryData *data = (ProtobufCBinaryData *)*items + i;
      data->data = copy_bytes(data->data, data->len);
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
      ProtobufCMessage **message = (ProtobufCMessage **)*items + i;
      *message = vd_message_copy(*message);
    } else {
      return;
    }
  }
}

static void own_single(const ProtobufCFieldDescriptor *field, void *member)
{
  if (field->type == PROTOBUF_C_TYPE_STRING) {
    char **string = member;
    *string = copy_string(*string, field);
  } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
    ProtobufCBinaryData *data = member;
    data->data = copy_bytes(data->data, data->len);
  } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
    ProtobufCMessage **message = member;
    if (*message != NULL)
      *message = vd_message_copy(*message);
  }
}

static void own_unknown_fields(ProtobufCMessage *copy)
{
  if (copy->n_unknown_fields == 0) {
    copy->unknown_fields = NULL;
    return;
  }
  copy->unknown_fields =
      copy_bytes(copy->unknown_fields, copy->n_unknown_fields * sizeof(*copy->unknown_fields));
  for (unsigned i = 0; i < copy->n_unknown_fields; i++)
    copy->unknown_fields[i].data = copy_bytes(copy->unknown_fields[i].data, copy->unknown_fields[i].len);
}

ProtobufCMessage *vd_message_copy(const ProtobufCMessage *message)
{
  const ProtobufCMessageDescriptor *type = message->descriptor;
  char *copy = copy_bytes(message, type->sizeof_message);
  for (unsigned i = 0; i < type->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &type->fields[i];
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
      own_repeated(field, copy + field->offset, *(const size_t *)(copy + field->quantifier_offset));
    } else if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 ||
               *(const uint32_t *)(copy + field->quantifier_offset) == field->id) {
      own_single(field, copy + field->offset);
    }
  }
  own_unknown_fields((ProtobufCMessage *)copy);
  return (ProtobufCMessage *)copy;
}

// ---- comparing ----

static bool is_same_value(const ProtobufCFieldDescriptor *field, const void *a, const void *b)
{
  if (field->type == PROTOBUF_C_TYPE_STRING) {
    return strcmp(*(char *const *)a, *(char *const *)b) == 0;
  } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
    const ProtobufCBinaryData *left = a, *right = b;
    return left->len == right->len && (left->len == 0 || memcmp(left->data, right->data, left->len) == 0);
  } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
    const ProtobufCMessage *left = *(ProtobufCMessage *const *)a, *right = *(ProtobufCMessage *const *)b;
    return left == right || (left != NULL && right != NULL && vd_message_is_same(left, right));
  }
  return memcmp(a, b, vd_element_size(field->type)) == 0;
}

static const void *at(const ProtobufCMessage *message, unsigned offset)
{
  return (const char *)message + offset;
}

static bool is_same_list(const ProtobufCMessage *a, const ProtobufCMessage *b,
                         const ProtobufCFieldDescriptor *field)
{
  size_t count = *(const size_t *)at(a, field->quantifier_offset), size = vd_element_size(field->type);
  if (count != *(const size_t *)at(b, field->quantifier_offset))
    return false;
  const char *left = *(char *const *)at(a, field->offset), *right = *(char *const *)at(b, field->offset);
  for (size_t i = 0; i < count; i++)
    if (!is_same_value(field, left + i * size, right + i * size))
      return false;
  return true;
}

bool vd_field_is_same(const ProtobufCMessage *a, const ProtobufCMessage *b,
                      const ProtobufCFieldDescriptor *field)
{
  if (field->label == PROTOBUF_C_LABEL_REPEATED)
    return is_same_list(a, b, field);
  if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
    uint32_t left = *(const uint32_t *)at(a, field->quantifier_offset);
    uint32_t right = *(const uint32_t *)at(b, field->quantifier_offset);
    if (left != field->id || right != field->id)
      return (left == field->id) == (right == field->id);
  }
  return is_same_value(field, at(a, field->offset), at(b, field->offset));
}

bool vd_message_is_same(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
  for (unsigned i = 0; i < a->descriptor->n_fields; i++)
    if (!vd_field_is_same(a, b, &a->descriptor->fields[i]))
      return false;
  return true;
}

ProtobufCMessage *vd_message_new(const ProtobufCMessageDescriptor *type)
{
  ProtobufCMessage *message = vd_alloc(type->sizeof_message);
  protobuf_c_message_init(type, message);
  return message;
}

// ---- editing ----

void vd_string_set(char **field, const char *value)
{
  char *old = *field;
  if (value == NULL || value[0] == '\0')
    *field = (char *)protobuf_c_empty_string;
  else
    *field = vd_strdup(value); // before the free: `value` may be the old one
  if (old != protobuf_c_empty_string)
    free(old);
}

void vd_repeated_add(void ***items, size_t *count, void *item)
{
  // An unpacked array has no spare room, so its capacity is never guessed from the count.
  *items = vd_realloc(*items, (*count + 1) * sizeof(**items));
  (*items)[(*count)++] = item;
}

void vd_strings_add(char ***items, size_t *count, const char *value)
{
  char *copy = vd_strdup(value);
  *items = vd_realloc(*items, (*count + 1) * sizeof(**items));
  (*items)[(*count)++] = copy;
}

// ---- the buffer ----

uint8_t *vd_buffer_reserve(struct vd_buffer *buffer, size_t size)
{
  if (size > buffer->capacity - buffer->size) {
    size_t wanted = buffer->size + size;
    if (wanted < size)
      abort();
    size_t doubled = buffer->capacity <= SIZE_MAX / 2 ? buffer->capacity * 2 : wanted;
    size_t capacity = wanted > doubled ? wanted : doubled;
    if (capacity < 256)
      capacity = 256;
    buffer->data = vd_realloc(buffer->data, capacity);
    buffer->capacity = capacity;
  }
  return buffer->data + buffer->size;
}

void vd_buffer_append(struct vd_buffer *buffer, const void *bytes, size_t size)
{
  if (size == 0)
    return;
  memcpy(vd_buffer_reserve(buffer, size), bytes, size);
  buffer->size += size;
}

void vd_buffer_vprintf(struct vd_buffer *buffer, const char *format, va_list arguments)
{
  va_list again;
  va_copy(again, arguments);
  size_t room = buffer->capacity - buffer->size;
  int length = vsnprintf(room > 0 ? (char *)buffer->data + buffer->size : NULL, room, format, arguments);
  if (length < 0)
    abort();
  if ((size_t)length >= room)
    vsnprintf((char *)vd_buffer_reserve(buffer, (size_t)length + 1), (size_t)length + 1, format, again);
  va_end(again);
  buffer->size += (size_t)length;
}

void vd_buffer_printf(struct vd_buffer *buffer, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  vd_buffer_vprintf(buffer, format, arguments);
  va_end(arguments);
}

void vd_buffer_finish(struct vd_buffer *buffer)
{
  free(buffer->data);
  *buffer = (struct vd_buffer){0};
}
