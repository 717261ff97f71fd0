// Redacting in place: leaves what packing would have written.
#include <stdlib.h>
#include <string.h>

#include "proto/clearance_internal.h"

static void redact_fields(enum vd_clearance clearance, ProtobufCMessage *message, bool is_shown);

static void free_single(const ProtobufCFieldDescriptor *field, void *member)
{
  if (field->type == PROTOBUF_C_TYPE_STRING) {
    char **text = member;
    if (*text != field->default_value)
      free(*text);
    *text = (char *)field->default_value;
  } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
    ProtobufCBinaryData *data = member;
    free(data->data);
    *data = (ProtobufCBinaryData){0};
  } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
    ProtobufCMessage **inner = member;
    protobuf_c_message_free_unpacked(*inner, NULL);
    *inner = NULL;
  } else {
    memset(member, 0, vd_clearance_number_size(field->type));
  }
}

static void free_repeated(const ProtobufCFieldDescriptor *field, void **items, size_t *count)
{
  for (size_t i = 0; i < *count; i++) {
    if (field->type == PROTOBUF_C_TYPE_STRING)
      free(((char **)*items)[i]);
    else if (field->type == PROTOBUF_C_TYPE_BYTES)
      free(((ProtobufCBinaryData *)*items)[i].data);
    else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
      protobuf_c_message_free_unpacked(((ProtobufCMessage **)*items)[i], NULL);
  }
  free(*items);
  *items = NULL;
  *count = 0;
}

// Drops the elements of which nothing is seen; the others move up.
static void redact_elements(enum vd_clearance clearance, ProtobufCMessage **items, size_t *count)
{
  size_t kept = 0;
  for (size_t i = 0; i < *count; i++) {
    if (vd_clearance_shows_element(clearance, items[i])) {
      redact_fields(clearance, items[i], true);
      items[kept++] = items[i];
    } else {
      protobuf_c_message_free_unpacked(items[i], NULL);
    }
  }
  *count = kept;
}

static void redact_repeated(enum vd_clearance clearance, const ProtobufCFieldDescriptor *field, void **items,
                            size_t *count, bool is_shown)
{
  if (is_shown && field->type == PROTOBUF_C_TYPE_MESSAGE)
    redact_elements(clearance, *(ProtobufCMessage ***)items, count);
  if (!is_shown || *count == 0)
    free_repeated(field, items, count);
}

// `chosen` is the oneof's case, NULL outside of one.
static void redact_single(enum vd_clearance clearance, const ProtobufCFieldDescriptor *field, void *member,
                          uint32_t *chosen, bool is_shown)
{
  ProtobufCMessage *inner = field->type == PROTOBUF_C_TYPE_MESSAGE ? *(ProtobufCMessage **)member : NULL;
  if (is_shown && (inner == NULL || vd_clearance_shows_message(clearance, inner))) {
    if (inner != NULL)
      redact_fields(clearance, inner, true);
    return;
  }
  free_single(field, member);
  if (chosen != NULL)
    *chosen = 0;
}

static void drop_unknown_fields(ProtobufCMessage *message)
{
  for (unsigned i = 0; i < message->n_unknown_fields; i++)
    free(message->unknown_fields[i].data);
  free(message->unknown_fields);
  message->unknown_fields = NULL;
  message->n_unknown_fields = 0;
}

static void redact_fields(enum vd_clearance clearance, ProtobufCMessage *message, bool is_shown)
{
  const ProtobufCMessageDescriptor *type = message->descriptor;
  const uint8_t *row = vd_clearance_row(type);
  for (unsigned i = 0; i < type->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &type->fields[i];
    void *member = (char *)message + field->offset;
    void *quantifier = (char *)message + field->quantifier_offset;
    bool is_field_shown = is_shown && vd_clearance_reaches(clearance, row[i]);
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
      redact_repeated(clearance, field, member, quantifier, is_field_shown);
    else if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
      redact_single(clearance, field, member, NULL, is_field_shown);
    else if (*(uint32_t *)quantifier == field->id)
      redact_single(clearance, field, member, quantifier, is_field_shown);
  }
  drop_unknown_fields(message);
}

void vd_clearance_redact(enum vd_clearance clearance, ProtobufCMessage *message)
{
  if (clearance != VD_CLEARANCE_JOURNAL)
    redact_fields(clearance, message, vd_clearance_shows_message(clearance, message));
}
