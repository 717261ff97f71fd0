// What a plan changed: entity by entity and field by field, in the words of the plan file.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/text.h"

const Vd__Kind ctl_planned_kinds[CTL_PLANNED_KINDS] = {
    VD__KIND__KIND_EVENT, VD__KIND__KIND_ZONE,   VD__KIND__KIND_CATEGORY, VD__KIND__KIND_PAGE,
    VD__KIND__KIND_TEAM,  VD__KIND__KIND_POST,   VD__KIND__KIND_CREW,     VD__KIND__KIND_SUPPLY,
    VD__KIND__KIND_BATCH, VD__KIND__KIND_DEVICE, VD__KIND__KIND_SESSION,  VD__KIND__KIND_RESOURCE, VD__KIND__KIND_LANE};

// What venued keeps for itself beside what is live, and what an id says already.
static const struct {
  Vd__Kind kind; // 0: of all
  const char *name;
} not_planned[] = {
    {0, "id"},
    {0, "revision"},
    {0, "retired"},
    {VD__KIND__KIND_EVENT, "plan_hash"},
    {VD__KIND__KIND_PAGE, "category"},
    {VD__KIND__KIND_PAGE, "language"},
    {VD__KIND__KIND_CREW, "rank"}, // told for all together
    {VD__KIND__KIND_SUPPLY, "batches"},
    {VD__KIND__KIND_BATCH, "supply"},
    {VD__KIND__KIND_BATCH, "index"},
    {VD__KIND__KIND_SESSION, "start_at_ms"}, // as it stands; the plan's are planned_*
    {VD__KIND__KIND_SESSION, "end_at_ms"},
};

static bool is_planned(Vd__Kind kind, const ProtobufCFieldDescriptor *field)
{
  for (size_t i = 0; i < sizeof not_planned / sizeof *not_planned; i++)
    if ((not_planned[i].kind == 0 || not_planned[i].kind == kind) &&
        strcmp(not_planned[i].name, field->name) == 0)
      return false;
  return !vd_field_is_live(kind, field);
}

// As the plan file calls it.
static const char *word_of(Vd__Kind kind, const char *name)
{
  static const char planned[] = "planned_";
  bool is_prefixed = kind == VD__KIND__KIND_SESSION && strncmp(name, planned, strlen(planned)) == 0;
  return is_prefixed ? name + strlen(planned) : name;
}

// ---- values ----

static bool ends_with(const char *name, const char *end)
{
  size_t size = strlen(name), end_size = strlen(end);
  return size >= end_size && strcmp(name + size - end_size, end) == 0;
}

static void add_moment(const struct ctl *ctl, struct vd_buffer *out, int64_t at_ms)
{
  char full[40];
  vd_instant_format(at_ms, ctl->utc_offset_ms, full, sizeof full);
  full[10] = ' ';
  vd_buffer_printf(out, "%.16s", full);
}

static void add_number(const struct ctl *ctl, struct vd_buffer *out, const char *name, int64_t number)
{
  char duration[32];
  if (ends_with(name, "_at_ms")) {
    add_moment(ctl, out, number);
  } else if (ends_with(name, "_ms")) {
    vd_duration_format(number, duration, sizeof duration);
    vd_buffer_printf(out, "%s", duration);
  } else {
    vd_buffer_printf(out, "%" PRId64, number);
  }
}

static void add_message(const struct ctl *ctl, struct vd_buffer *out, const ProtobufCMessage *message)
{
  if (message->descriptor == &vd__shift__descriptor) {
    add_moment(ctl, out, ((const Vd__Shift *)message)->start_at_ms);
    vd_buffer_printf(out, "–");
    add_moment(ctl, out, ((const Vd__Shift *)message)->end_at_ms);
  } else if (message->descriptor == &vd__way__descriptor) {
    const Vd__Way *way = (const Vd__Way *)message;
    vd_buffer_printf(out, "%s ", way->to);
    add_number(ctl, out, "walk_ms", way->walk_ms);
    vd_buffer_printf(out, "%s", way->step_free ? " step_free" : "");
  } else {
    vd_text_write_json(out, message);
  }
}

static void add_value(const struct ctl *ctl, struct vd_buffer *out, const ProtobufCFieldDescriptor *field,
                      const void *value)
{
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING:
    vd_buffer_printf(out, "\"%s\"", *(char *const *)value);
    return;
  case PROTOBUF_C_TYPE_BOOL:
    vd_buffer_printf(out, "%s", *(const protobuf_c_boolean *)value ? "true" : "false");
    return;
  case PROTOBUF_C_TYPE_ENUM:
    vd_buffer_printf(out, "%s", vd_enum_name(field->descriptor, *(const int *)value));
    return;
  case PROTOBUF_C_TYPE_UINT32:
    add_number(ctl, out, field->name, *(const uint32_t *)value);
    return;
  case PROTOBUF_C_TYPE_INT64:
    add_number(ctl, out, field->name, *(const int64_t *)value);
    return;
  case PROTOBUF_C_TYPE_MESSAGE:
    add_message(ctl, out, *(ProtobufCMessage *const *)value);
    return;
  default:
    return; // no other types in what a plan says
  }
}

// ---- fields ----

// The fields that differ, as they are added: "capacity 400 → 450, shifts +…".
struct said {
  const struct ctl *ctl;
  Vd__Kind kind; // of the entity
  struct vd_buffer out;
  unsigned count;
};

static void begin_field(struct said *said, const char *within, const char *name)
{
  if (said->count++ > 0)
    vd_buffer_printf(&said->out, "%s", ctl_pick(said->ctl, ", ", "，", "，"));
  vd_buffer_printf(&said->out, "%s%s%s", within, *within != '\0' ? "." : "", word_of(said->kind, name));
}

static bool is_same(const struct vd_buffer *a, const struct vd_buffer *b)
{
  return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static void compare_values(struct said *said, const ProtobufCFieldDescriptor *field, const char *within,
                           const void *before, const void *after)
{
  struct vd_buffer old = {0}, new = {0};
  add_value(said->ctl, &old, field, before);
  add_value(said->ctl, &new, field, after);
  if (!is_same(&old, &new)) {
    begin_field(said, within, field->name);
    vd_buffer_printf(&said->out, " %.*s → %.*s", (int)old.size, (char *)old.data, (int)new.size,
                     (char *)new.data);
  }
  vd_buffer_finish(&old);
  vd_buffer_finish(&new);
}

struct list {
  const char *items;
  size_t count, stride;
};

static struct list list_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  const char *base = (const char *)message;
  return (struct list){*(char *const *)(base + field->offset),
                       *(const size_t *)(base + field->quantifier_offset), vd_element_size(field->type)};
}

static bool list_has(const struct said *said, const ProtobufCFieldDescriptor *field, const struct list *list,
                     const struct vd_buffer *wanted)
{
  bool has_it = false;
  for (size_t i = 0; i < list->count && !has_it; i++) {
    struct vd_buffer item = {0};
    add_value(said->ctl, &item, field, list->items + i * list->stride);
    has_it = is_same(&item, wanted);
    vd_buffer_finish(&item);
  }
  return has_it;
}

// Items of `list` that `other` lacks.
static void add_lacking(const struct said *said, struct vd_buffer *out, const ProtobufCFieldDescriptor *field,
                        const char *sign, const struct list *list, const struct list *other)
{
  for (size_t i = 0; i < list->count; i++) {
    struct vd_buffer item = {0};
    add_value(said->ctl, &item, field, list->items + i * list->stride);
    if (!list_has(said, field, other, &item))
      vd_buffer_printf(out, " %s%.*s", sign, (int)item.size, (char *)item.data);
    vd_buffer_finish(&item);
  }
}

static void compare_lists(struct said *said, const ProtobufCFieldDescriptor *field, const char *within,
                          const ProtobufCMessage *before, const ProtobufCMessage *after)
{
  struct list old = list_of(before, field), new = list_of(after, field);
  struct vd_buffer lacking = {0};
  bool is_reordered = old.count != new.count; // until it shows to be the same
  for (size_t i = 0; i < old.count && i < new.count && !is_reordered; i++) {
    struct vd_buffer a = {0}, b = {0};
    add_value(said->ctl, &a, field, old.items + i * old.stride);
    add_value(said->ctl, &b, field, new.items + i *new.stride);
    is_reordered = !is_same(&a, &b);
    vd_buffer_finish(&a);
    vd_buffer_finish(&b);
  }
  add_lacking(said, &lacking, field, "-", &old, &new);
  add_lacking(said, &lacking, field, "+", &new, &old);
  if (is_reordered) {
    begin_field(said, within, field->name);
    vd_buffer_printf(&said->out, "%.*s", (int)lacking.size, lacking.data != NULL ? (char *)lacking.data : "");
    if (lacking.size == 0)
      vd_buffer_printf(&said->out, "%s", ctl_pick(said->ctl, " (their order)", "（順序）", "（顺序）"));
  }
  vd_buffer_finish(&lacking);
}

static void compare_messages(struct said *said, const char *within, const ProtobufCMessage *before,
                             const ProtobufCMessage *after);

// One that is absent is as one that is empty.
static void compare_inner(struct said *said, const ProtobufCFieldDescriptor *field,
                          const ProtobufCMessage *before, const ProtobufCMessage *after)
{
  ProtobufCMessage *empty = vd_message_new(field->descriptor);
  compare_messages(said, field->name, before != NULL ? before : empty, after != NULL ? after : empty);
  protobuf_c_message_free_unpacked(empty, NULL);
}

static void compare_messages(struct said *said, const char *within, const ProtobufCMessage *before,
                             const ProtobufCMessage *after)
{
  const ProtobufCMessageDescriptor *type = before->descriptor;
  for (unsigned i = 0; i < type->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &type->fields[i];
    const char *old = (const char *)before + field->offset, *new = (const char *)after + field->offset;
    if (*within == '\0' && !is_planned(said->kind, field))
      continue;
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
      compare_lists(said, field, within, before, after);
    else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
      compare_inner(said, field, *(ProtobufCMessage *const *)old, *(ProtobufCMessage *const *)new);
    else
      compare_values(said, field, within, old, new);
  }
}

// ---- entities ----

static const void *field_of(const ProtobufCMessage *message, const char *name)
{
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
  return field != NULL ? (const char *)message + field->offset : NULL;
}

static bool is_in_force(const ProtobufCMessage *message)
{
  const protobuf_c_boolean *retired = message != NULL ? field_of(message, "retired") : NULL;
  return message != NULL && (retired == NULL || !*retired);
}

static void print_entity(const struct ctl *ctl, char sign, Vd__Kind kind, const ProtobufCMessage *message)
{
  const char *id = vd_message_id(message);
  const void *name = field_of(message, kind == VD__KIND__KIND_SESSION ? "title" : "name");
  const char *words = name != NULL ? ctl_text(ctl, *(Vd__Text *const *)name, "") : "";
  printf("%c %s", sign, ctl_words(ctl, &vd__kind__descriptor, (int)kind));
  if (kind != VD__KIND__KIND_EVENT)
    printf(" %s", id);
  if (*words != '\0' && sign != '~')
    printf("%s%s%s", ctl_pick(ctl, " (", "（", "（"), words, ctl_pick(ctl, ")", "）", "）"));
}

static void compare_entities(const struct ctl *ctl, Vd__Kind kind, const ProtobufCMessage *before,
                             const ProtobufCMessage *after, struct ctl_differences *found)
{
  if (!is_in_force(before) && !is_in_force(after))
    return;
  if (!is_in_force(before)) {
    print_entity(ctl, '+', kind, after);
    putchar('\n');
    found->added++;
    return;
  }
  if (!is_in_force(after)) {
    print_entity(ctl, '-', kind, before);
    putchar('\n');
    found->removed++;
    return;
  }
  struct said said = {.ctl = ctl, .kind = kind};
  compare_messages(&said, "", before, after);
  const uint32_t *old_rank = field_of(before, "rank"), *new_rank = field_of(after, "rank");
  found->moved += old_rank != NULL && *old_rank != *new_rank;
  if (said.count > 0) {
    print_entity(ctl, '~', kind, after);
    printf("%s%.*s\n", ctl_pick(ctl, ": ", "：", "："), (int)said.out.size, (char *)said.out.data);
    found->changed++;
  }
  vd_buffer_finish(&said.out);
}

void ctl_print_differences(const struct ctl *ctl, const struct vd_fold *before, const struct vd_fold *after,
                           struct ctl_differences *found)
{
  *found = (struct ctl_differences){.added = 0};
  for (size_t i = 0; i < CTL_PLANNED_KINDS; i++) {
    Vd__Kind kind = ctl_planned_kinds[i];
    const ProtobufCMessage *old = vd_fold_next(before, kind, NULL, "");
    const ProtobufCMessage *new = vd_fold_next(after, kind, NULL, "");
    while (old != NULL || new != NULL) {
      int order = old == NULL ? 1 : new == NULL ? -1 : strcmp(vd_message_id(old), vd_message_id(new));
      compare_entities(ctl, kind, order <= 0 ? old : NULL, order >= 0 ? new : NULL, found);
      if (order <= 0)
        old = vd_fold_next(before, kind, vd_message_id(old), "");
      if (order >= 0)
        new = vd_fold_next(after, kind, vd_message_id(new), "");
    }
  }
}
