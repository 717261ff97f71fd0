#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "proto/text.h"
#include "proto/text_internal.h"
#include "proto/utf8.h"

// Longer than anything but a string or bytes is.
enum { WORD_SIZE = 64 };

struct word {
  char text[WORD_SIZE];
};

// The scalar as a terminated word; an empty one if it is too long to be any.
static struct word word_of(const struct vd_text_scalar *scalar)
{
  struct word word = {""};
  if (scalar->size < sizeof(word.text))
    memcpy(word.text, scalar->text, scalar->size);
  return word;
}

static bool equals(const struct vd_text_scalar *scalar, const char *text)
{
  return scalar->size == strlen(text) && memcmp(scalar->text, text, scalar->size) == 0;
}

static bool is_nothing(const struct vd_text_scalar *scalar)
{
  return !scalar->is_quoted && (scalar->size == 0 || equals(scalar, "~") || equals(scalar, "null"));
}

static enum vd_err refuse_value(const struct vd_text_scalar *scalar, const char *meant,
                                struct vd_text_fault *fault)
{
  return vd_text_fault_set(fault, VD_ERR_BAD_VALUE, "\"%s\" is no %s",
                           vd_text_excerpt(scalar->text, scalar->size).text, meant);
}

// ---- numbers ----

// A decimal number: -?(0|[1-9][0-9]*).
struct digits {
  uint64_t magnitude;
  bool is_negative;
};

static bool read_digits(const struct vd_text_scalar *scalar, struct digits *digits)
{
  const char *at = scalar->text;
  const char *end = at + scalar->size;
  *digits = (struct digits){.is_negative = at < end && *at == '-'};
  at += digits->is_negative ? 1 : 0;
  if (scalar->is_quoted || at == end || (*at == '0' && end - at > 1))
    return false;
  for (; at < end; at++) {
    if (*at < '0' || *at > '9' || __builtin_mul_overflow(digits->magnitude, 10, &digits->magnitude) ||
        __builtin_add_overflow(digits->magnitude, *at - '0', &digits->magnitude))
      return false;
  }
  return true;
}

static enum vd_err read_signed(const struct vd_text_scalar *scalar, int64_t least, int64_t most,
                               int64_t *number, struct vd_text_fault *fault)
{
  struct digits digits;
  uint64_t limit = 0;
  bool is_number = read_digits(scalar, &digits);
  if (is_number)
    limit = digits.is_negative ? -(uint64_t)least : (uint64_t)most;
  if (is_number && digits.magnitude <= limit) {
    *number = (int64_t)(digits.is_negative ? -digits.magnitude : digits.magnitude);
    return VD_OK;
  }
  refuse_value(scalar, "whole number", fault);
  vd_text_fault_add(fault, " from %" PRId64 " to %" PRId64 "%s", least, most,
                    scalar->is_quoted ? ", unquoted" : "");
  return fault->err;
}

// Nobody who wrote something else than a count is helped by the largest that a field can hold.
static bool is_too_large(const struct vd_text_scalar *scalar)
{
  bool is_count = !scalar->is_quoted && scalar->size > 0 && scalar->text[0] != '0';
  for (size_t i = 0; is_count && i < scalar->size; i++)
    is_count = scalar->text[i] >= '0' && scalar->text[i] <= '9';
  return is_count;
}

static enum vd_err read_unsigned(const struct vd_text_scalar *scalar, uint64_t most, uint64_t *number,
                                 struct vd_text_fault *fault)
{
  struct digits digits;
  if (read_digits(scalar, &digits) && !(digits.is_negative && digits.magnitude > 0) &&
      digits.magnitude <= most) {
    *number = digits.magnitude;
    return VD_OK;
  }
  refuse_value(scalar, "whole number", fault);
  if (is_too_large(scalar))
    vd_text_fault_add(fault, " from 0 to %" PRIu64, most);
  else
    vd_text_fault_add(fault, " of 0 or more%s", scalar->is_quoted ? ", unquoted" : "");
  return fault->err;
}

static enum vd_err read_bool(const struct vd_text_scalar *scalar, protobuf_c_boolean *value,
                             struct vd_text_fault *fault)
{
  bool is_true = equals(scalar, "true");
  if (scalar->is_quoted || (!is_true && !equals(scalar, "false")))
    return refuse_value(scalar, "true or false, unquoted", fault);
  *value = is_true;
  return VD_OK;
}

// ---- words ----

static enum vd_err read_moment(const ProtobufCFieldDescriptor *field, const struct vd_text_scalar *scalar,
                               int64_t *ms, struct vd_text_fault *fault)
{
  struct word word = word_of(scalar);
  if (vd_text_is_instant(field))
    return vd_instant_parse(word.text, 0, 0, ms)
               ? VD_OK
               : refuse_value(scalar, "instant; one is written \"2023-05-18T09:00:00+08:00\"", fault);
  return vd_duration_parse(word.text, ms)
             ? VD_OK
             : refuse_value(scalar, "duration; one is written \"5m\", \"90s\", \"1h30m\" or \"250ms\"",
                            fault);
}

static enum vd_err read_enum(const ProtobufCEnumDescriptor *type, const struct vd_text_scalar *scalar,
                             int *value, struct vd_text_fault *fault)
{
  struct word word = word_of(scalar);
  if (vd_enum_parse(type, word.text, value))
    return VD_OK;
  refuse_value(scalar, type->short_name, fault);
  const char *nearest = NULL;
  unsigned distance = UINT32_MAX;
  for (unsigned i = 0; i < type->n_values; i++)
    vd_nearest_consider(word.text, vd_enum_name(type, type->values[i].value), &nearest, &distance);
  fault->nearest = nearest;
  if (nearest != NULL) {
    vd_text_fault_add(fault, "; did you mean %s?", nearest);
    return fault->err;
  }
  const char *between = "; it is one of ";
  for (unsigned i = 0; i < type->n_values; i++) {
    if (type->values[i].value == 0)
      continue; // what is not said is left out
    vd_text_fault_add(fault, "%s%s", between, vd_enum_name(type, type->values[i].value));
    between = ", ";
  }
  return fault->err;
}

static enum vd_err read_string(const struct vd_text_scalar *scalar, char **value, struct vd_text_fault *fault)
{
  // An escape can make what the raw bytes did not hold.
  if (memchr(scalar->text, '\0', scalar->size) != NULL)
    return vd_text_fault_set(fault, VD_ERR_BAD_TEXT, "holds a NUL; text was meant");
  uint32_t code;
  for (size_t at = 0, step; at < scalar->size; at += step) {
    step = vd_utf8_read(scalar->text + at, scalar->size - at, &code);
    if (step == 0)
      return vd_text_fault_set(fault, VD_ERR_BAD_TEXT, "no valid UTF-8 at byte %zu of the value", at);
  }
  *value = vd_alloc(scalar->size + 1);
  memcpy(*value, scalar->text, scalar->size);
  (*value)[scalar->size] = '\0';
  return VD_OK;
}

static int hex_digit(char c)
{
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum vd_err read_bytes(const struct vd_text_scalar *scalar, ProtobufCBinaryData *value,
                              struct vd_text_fault *fault)
{
  bool is_hex = scalar->size % 2 == 0;
  for (size_t i = 0; is_hex && i < scalar->size; i++)
    is_hex = hex_digit(scalar->text[i]) >= 0;
  if (!is_hex)
    return refuse_value(scalar, "bytes; these are pairs of 0-9 and a-f", fault);
  if (scalar->size == 0)
    return VD_OK;
  value->len = scalar->size / 2;
  value->data = vd_alloc(value->len);
  for (size_t i = 0; i < value->len; i++)
    value->data[i] = (uint8_t)(hex_digit(scalar->text[2 * i]) << 4 | hex_digit(scalar->text[2 * i + 1]));
  return VD_OK;
}

// ---- any ----

// Whether the field's values stand in JSON without quotes.
static bool is_bare(const ProtobufCFieldDescriptor *field)
{
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING:
  case PROTOBUF_C_TYPE_BYTES:
  case PROTOBUF_C_TYPE_ENUM:
    return false;
  default:
    return !vd_text_is_instant(field) && !vd_text_is_duration(field);
  }
}

static enum vd_err read_number(const ProtobufCFieldDescriptor *field, const struct vd_text_scalar *scalar,
                               void *value, struct vd_text_fault *fault)
{
  int64_t number;
  uint64_t natural;
  enum vd_err err;
  switch (field->type) {
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_SFIXED32:
    err = read_signed(scalar, INT32_MIN, INT32_MAX, &number, fault);
    if (err == VD_OK)
      *(int32_t *)value = (int32_t)number;
    return err;
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32:
    err = read_unsigned(scalar, UINT32_MAX, &natural, fault);
    if (err == VD_OK)
      *(uint32_t *)value = (uint32_t)natural;
    return err;
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
    return read_signed(scalar, INT64_MIN, INT64_MAX, value, fault);
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
    return read_unsigned(scalar, UINT64_MAX, value, fault);
  default:
    assert(!"proto/ has no floating point, and a message is no scalar");
    return VD_ERR_INTERNAL;
  }
}

enum vd_err vd_text_read_value(const ProtobufCFieldDescriptor *field, const struct vd_text_scalar *scalar,
                               void *value, struct vd_text_fault *fault)
{
  if (is_nothing(scalar))
    return vd_text_fault_set(fault, VD_ERR_BAD_VALUE, "nothing is given; leave it out%s",
                             field->type == PROTOBUF_C_TYPE_STRING ? ", or quote it" : "");
  if (scalar->is_json && !scalar->is_quoted && !is_bare(field))
    return refuse_value(scalar, "string; quote it", fault);
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING:
    return read_string(scalar, value, fault);
  case PROTOBUF_C_TYPE_BYTES:
    return read_bytes(scalar, value, fault);
  case PROTOBUF_C_TYPE_ENUM:
    return read_enum(field->descriptor, scalar, value, fault);
  case PROTOBUF_C_TYPE_BOOL:
    return read_bool(scalar, value, fault);
  default:
    return is_bare(field) ? read_number(field, scalar, value, fault)
                          : read_moment(field, scalar, value, fault);
  }
}
