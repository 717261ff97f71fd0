// Numbers that nobody means: each number of the first entries of each list of the summit's plan in turn at
// its ends, alone and with all its message's others. The check says what is wrong, within bounds: it neither
// overflows (the sanitizers see that) nor goes on and on (criterion's limit does).
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/check.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

enum { ENTRIES = 2 };

struct extremes {
  struct plan_file file;
  size_t tried;
};

static size_t size_of(const ProtobufCFieldDescriptor *field)
{
  switch (field->type) {
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_UINT64:
    return 8;
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_INT32:
    return 4;
  default:
    return 0;
  }
}

static bool is_number(const ProtobufCFieldDescriptor *field)
{
  return field->label != PROTOBUF_C_LABEL_REPEATED && size_of(field) > 0;
}

static void set(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, int64_t value)
{
  uint32_t narrow = UINT32_MAX;
  memcpy((char *)message + field->offset, size_of(field) == 8 ? (void *)&value : (void *)&narrow,
         size_of(field));
}

static void check(struct extremes *extremes)
{
  plan_file_check(&extremes->file);
  extremes->tried++;
}

static void try_numbers(struct extremes *extremes, ProtobufCMessage *message, int64_t value)
{
  const ProtobufCMessageDescriptor *type = message->descriptor;
  char *kept = memcpy(vd_alloc(type->sizeof_message), message, type->sizeof_message);
  bool has_numbers = false;
  for (unsigned i = 0; i < type->n_fields; i++) {
    if (!is_number(&type->fields[i]))
      continue;
    has_numbers = true;
    set(message, &type->fields[i], value);
    check(extremes);
    memcpy(message, kept, type->sizeof_message);
  }
  for (unsigned i = 0; i < type->n_fields; i++)
    if (is_number(&type->fields[i]))
      set(message, &type->fields[i], value);
  if (has_numbers)
    check(extremes);
  memcpy(message, kept, type->sizeof_message);
  free(kept);
}

static void walk(struct extremes *extremes, ProtobufCMessage *message)
{
  static const int64_t ends[] = {INT64_MAX, INT64_MIN, -1, VD_TIME_MAX_MS, -VD_TIME_MAX_MS};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
    try_numbers(extremes, message, ends[i]);
  for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
    char *member = (char *)message + field->offset;
    if (field->type != PROTOBUF_C_TYPE_MESSAGE)
      continue;
    bool is_list = field->label == PROTOBUF_C_LABEL_REPEATED;
    size_t count =
        is_list ? *(size_t *)((char *)message + field->quantifier_offset) : *(void **)member != NULL;
    ProtobufCMessage **items = is_list ? *(ProtobufCMessage ***)member : (ProtobufCMessage **)member;
    for (size_t k = 0; k < count && k < ENTRIES; k++)
      walk(extremes, items[k]);
  }
}

Test(plan_extremes, no_number_leads_the_check_astray, .timeout = 240)
{
  struct extremes extremes = {.file = plan_file_read("config/plans/summit-2023.yaml")};
  walk(&extremes, &extremes.file.plan->base);
  cr_expect_gt(extremes.tried, 700, "%zu", extremes.tried);
  plan_file_finish(&extremes.file);
}

// A post for the nights of an event that never ends.
Test(plan_extremes, nights_without_end_are_not_counted, .timeout = 60)
{
  struct plan_file file = plan_file_read("config/plans/summit-2023.yaml");
  file.plan->event->start_at_ms = 0;
  file.plan->event->end_at_ms = INT64_MAX;
  vd_string_set(&file.plan->preparation->night_post, file.plan->posts[0]->id);
  for (size_t i = 0; i < file.plan->n_crews; i++)
    for (size_t j = 0; j < file.plan->crews[i]->n_shifts; j++) {
      file.plan->crews[i]->shifts[j]->start_at_ms = 0;
      file.plan->crews[i]->shifts[j]->end_at_ms = INT64_MAX;
    }
  plan_file_check(&file);
  cr_expect_gt(file.findings.errors, 0);
  plan_file_finish(&file);
}
