#include "random_message.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/change.pb-c.h"
#include "proto/message.h"
#include "proto/wire.pb-c.h"

struct random random_begin(uint64_t seed)
{
  const char *given = getenv("SEED");
  if (given != NULL)
    seed = strtoull(given, NULL, 10);
  printf("# seed %llu\n", (unsigned long long)seed);
  return (struct random){seed * 0x9E3779B97F4A7C15u | 1};
}

uint64_t random_next(struct random *random)
{
  random->state ^= random->state << 13;
  random->state ^= random->state >> 7;
  random->state ^= random->state << 17;
  return random->state * 0x2545F4914F6CDD1Du;
}

uint64_t random_below(struct random *random, uint64_t limit)
{
  return (random_next(random) >> 11) % limit;
}

static char *random_text(struct random *random, size_t text_max)
{
  static const char *const pieces[] = {"a", "Z", "7", "-", " ", "é", "會", "😀"};
  size_t wanted = random_below(random, 4) == 0 ? random_below(random, text_max + 1)
                                               : random_below(random, text_max < 12 ? text_max + 1 : 12);
  char *text = vd_zalloc(wanted + 1);
  size_t size = 0;
  for (;;) {
    const char *piece = pieces[random_below(random, sizeof(pieces) / sizeof(pieces[0]))];
    size_t piece_size = strlen(piece);
    if (size + piece_size > wanted)
      return text;
    memcpy(text + size, piece, piece_size);
    size += piece_size;
  }
}

static int random_enum(struct random *random, const ProtobufCEnumDescriptor *type, bool is_wild)
{
  if (is_wild && random_below(random, 8) == 0)
    return (int)random_next(random);
  return type->values[random_below(random, type->n_values)].value;
}

static uint64_t random_number(struct random *random)
{
  return random_below(random, 6) == 0 ? 0 : random_next(random) >> random_below(random, 64);
}

static void fill_value(struct random *random, const ProtobufCFieldDescriptor *field, void *value,
                       bool is_wild, size_t text_max)
{
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING:
    *(char **)value = random_text(random, text_max);
    break;
  case PROTOBUF_C_TYPE_BYTES: {
    ProtobufCBinaryData *data = value;
    data->len = random_below(random, text_max < 40 ? text_max + 1 : 40);
    data->data = data->len > 0 ? vd_zalloc(data->len) : NULL;
    for (size_t i = 0; i < data->len; i++)
      data->data[i] = (uint8_t)random_next(random);
    break;
  }
  case PROTOBUF_C_TYPE_MESSAGE:
    *(ProtobufCMessage **)value = random_message(random, field->descriptor, is_wild, text_max);
    break;
  case PROTOBUF_C_TYPE_ENUM:
    *(int *)value = random_enum(random, field->descriptor, is_wild);
    break;
  case PROTOBUF_C_TYPE_BOOL:
    *(protobuf_c_boolean *)value = (protobuf_c_boolean)random_below(random, 2);
    break;
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_INT32:
    *(uint32_t *)value = (uint32_t)random_number(random);
    break;
  default:
    *(uint64_t *)value = random_number(random);
  }
}

static size_t size_of(ProtobufCType type)
{
  switch (type) {
  case PROTOBUF_C_TYPE_BYTES:
    return sizeof(ProtobufCBinaryData);
  case PROTOBUF_C_TYPE_BOOL:
    return sizeof(protobuf_c_boolean);
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_ENUM:
    return 4;
  default:
    return 8;
  }
}

static void fill_field(struct random *random, const ProtobufCFieldDescriptor *field, char *message,
                       bool is_wild, size_t text_max)
{
  void *member = message + field->offset;
  void *quantifier = message + field->quantifier_offset;
  if (field->label == PROTOBUF_C_LABEL_REPEATED) {
    size_t count = random_below(random, 4);
    if (count == 0)
      return;
    char *items = vd_zalloc(count * size_of(field->type));
    for (size_t i = 0; i < count; i++)
      fill_value(random, field, items + i * size_of(field->type), is_wild, text_max);
    *(char **)member = items;
    *(size_t *)quantifier = count;
  } else if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0) {
    fill_value(random, field, member, is_wild, text_max);
  } else if (*(uint32_t *)quantifier == field->id) {
    fill_value(random, field, member, is_wild, text_max);
  }
}

// One of the oneof's fields, or none.
static void choose(struct random *random, const ProtobufCMessageDescriptor *type, char *message)
{
  unsigned seen = 0;
  for (unsigned i = 0; i < type->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &type->fields[i];
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 && random_below(random, ++seen) == 0)
      *(uint32_t *)(message + field->quantifier_offset) = field->id;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 && random_below(random, 100) == 0)
      *(uint32_t *)(message + field->quantifier_offset) = 0;
  }
}

ProtobufCMessage *random_message(struct random *random, const ProtobufCMessageDescriptor *type, bool is_wild,
                                 size_t text_max)
{
  ProtobufCMessage *message = vd_message_new(type);
  choose(random, type, (char *)message);
  uint64_t emptiness = random_below(random, 4);
  for (unsigned i = 0; i < type->n_fields; i++) {
    bool is_oneof = (type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    if (is_oneof || random_below(random, 4) >= emptiness)
      fill_field(random, &type->fields[i], (char *)message, is_wild, text_max);
  }
  return message;
}

// ---- the vocabulary ----

enum { TYPES_MAX = 256 };
struct types {
  const ProtobufCMessageDescriptor *items[TYPES_MAX];
  size_t count;
};

static void gather(struct types *types, const ProtobufCMessageDescriptor *type)
{
  for (size_t i = 0; i < types->count; i++)
    if (types->items[i] == type)
      return;
  if (types->count == TYPES_MAX)
    abort();
  types->items[types->count++] = type;
  for (unsigned i = 0; i < type->n_fields; i++)
    if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
      gather(types, type->fields[i].descriptor);
}

void random_each_type(random_visit_fn visit, void *context)
{
  struct types types = {.count = 0};
  gather(&types, &vd__request__descriptor);
  gather(&types, &vd__response__descriptor);
  gather(&types, &vd__frame__descriptor);
  gather(&types, &vd__change__descriptor);
  for (size_t i = 0; i < types.count; i++)
    visit(types.items[i], context);
}
