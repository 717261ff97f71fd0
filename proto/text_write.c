#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "proto/text.h"
#include "proto/text_internal.h"
#include "proto/utf8.h"

static void write_literal(struct vd_buffer *out, const char *text)
{
  vd_buffer_append(out, text, strlen(text));
}

// ---- values ----

// How many bytes from `text` stand in a JSON string as they are.
static size_t plain_size(const char *text, size_t size)
{
  size_t at = 0;
  while (at < size) {
    unsigned char byte = (unsigned char)text[at];
    if (byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7F)
      break;
    uint32_t code;
    size_t step = byte < 0x80 ? 1 : vd_utf8_read(text + at, size - at, &code);
    if (step == 0)
      break;
    at += step;
  }
  return at;
}

static void write_escape(struct vd_buffer *out, unsigned char byte)
{
  static const char named[] = {'\b', 'b', '\f', 'f', '\n', 'n', '\r', 'r', '\t', 't', '"', '"', '\\', '\\'};
  if (byte >= 0x80) {
    write_literal(out, "\xEF\xBF\xBD"); // U+FFFD: no UTF-8 begins here
    return;
  }
  for (size_t i = 0; i < sizeof(named); i += 2) {
    if (named[i] == (char)byte) {
      vd_buffer_append(out, (const char[]){'\\', named[i + 1]}, 2);
      return;
    }
  }
  vd_buffer_printf(out, "\\u%04x", byte);
}

static void write_string(struct vd_buffer *out, const char *text)
{
  size_t left = text != NULL ? strlen(text) : 0;
  write_literal(out, "\"");
  while (left > 0) {
    size_t plain = plain_size(text, left);
    vd_buffer_append(out, text, plain);
    text += plain;
    left -= plain;
    if (left > 0) {
      write_escape(out, (unsigned char)*text++);
      left--;
    }
  }
  write_literal(out, "\"");
}

static void write_bytes(struct vd_buffer *out, const ProtobufCBinaryData *bytes)
{
  static const char digits[] = "0123456789abcdef";
  write_literal(out, "\"");
  char *hex = (char *)vd_buffer_reserve(out, bytes->len * 2);
  for (size_t i = 0; i < bytes->len; i++) {
    hex[2 * i] = digits[bytes->data[i] >> 4];
    hex[2 * i + 1] = digits[bytes->data[i] & 0xF];
  }
  out->size += bytes->len * 2;
  write_literal(out, "\"");
}

static void write_enum(struct vd_buffer *out, const ProtobufCEnumDescriptor *type, int value)
{
  const char *name = vd_enum_name(type, value);
  if (name != NULL)
    vd_buffer_printf(out, "\"%s\"", name);
  else
    vd_buffer_printf(out, "%d", value); // of a newer venued; still valid JSON
}

static void write_int64(struct vd_buffer *out, const ProtobufCFieldDescriptor *field, int64_t value)
{
  char text[48];
  if (vd_text_is_instant(field))
    vd_instant_format(value, 0, text, sizeof(text));
  else if (vd_text_is_duration(field))
    vd_duration_format(value, text, sizeof(text));
  else {
    vd_buffer_printf(out, "%" PRId64, value);
    return;
  }
  vd_buffer_printf(out, "\"%s\"", text);
}

static void write_value(struct vd_buffer *out, const ProtobufCFieldDescriptor *field, const void *value)
{
  switch (field->type) {
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_SFIXED32:
    vd_buffer_printf(out, "%" PRId32, *(const int32_t *)value);
    break;
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32:
    vd_buffer_printf(out, "%" PRIu32, *(const uint32_t *)value);
    break;
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
    write_int64(out, field, *(const int64_t *)value);
    break;
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
    vd_buffer_printf(out, "%" PRIu64, *(const uint64_t *)value);
    break;
  case PROTOBUF_C_TYPE_BOOL:
    write_literal(out, *(const protobuf_c_boolean *)value ? "true" : "false");
    break;
  case PROTOBUF_C_TYPE_ENUM:
    write_enum(out, field->descriptor, *(const int *)value);
    break;
  case PROTOBUF_C_TYPE_STRING:
    write_string(out, *(const char *const *)value);
    break;
  case PROTOBUF_C_TYPE_BYTES:
    write_bytes(out, value);
    break;
  case PROTOBUF_C_TYPE_MESSAGE:
    vd_text_write_json(out, *(const ProtobufCMessage *const *)value);
    break;
  default:
    assert(!"proto/ has no floating point");
  }
}

// ---- messages ----

// Whether a field outside of oneofs and lists is anything but its default.
static bool is_set(const ProtobufCFieldDescriptor *field, const void *value)
{
  static const uint64_t zero;
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING: {
    const char *text = *(const char *const *)value;
    return text != NULL && text[0] != '\0';
  }
  case PROTOBUF_C_TYPE_BYTES:
    return ((const ProtobufCBinaryData *)value)->len > 0;
  default:
    return memcmp(value, &zero, vd_element_size(field->type)) != 0;
  }
}

static bool is_chosen(const ProtobufCFieldDescriptor *field, const void *value, uint32_t chosen)
{
  return chosen == field->id && (field->type != PROTOBUF_C_TYPE_MESSAGE || *(void *const *)value != NULL);
}

static void write_list(struct vd_buffer *out, const ProtobufCFieldDescriptor *field, const char *items,
                       size_t count)
{
  size_t step = vd_element_size(field->type);
  for (size_t i = 0; i < count; i++) {
    write_literal(out, i == 0 ? "[" : ",");
    write_value(out, field, items + i * step);
  }
  write_literal(out, "]");
}

void vd_text_write_json(struct vd_buffer *out, const ProtobufCMessage *message)
{
  const ProtobufCMessageDescriptor *type = message->descriptor;
  const char *between = "{";
  for (unsigned i = 0; i < type->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &type->fields[i];
    const char *member = (const char *)message + field->offset;
    const char *quantifier = (const char *)message + field->quantifier_offset;
    bool is_list = field->label == PROTOBUF_C_LABEL_REPEATED;
    size_t count = is_list ? *(const size_t *)quantifier : 0;
    bool is_oneof = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    if (is_list    ? count == 0
        : is_oneof ? !is_chosen(field, member, *(const uint32_t *)quantifier)
                   : !is_set(field, member))
      continue;
    vd_buffer_printf(out, "%s\"%s\":", between, field->name);
    between = ",";
    if (is_list)
      write_list(out, field, *(const char *const *)member, count);
    else
      write_value(out, field, member);
  }
  write_literal(out, between[0] == '{' ? "{}" : "}");
}
