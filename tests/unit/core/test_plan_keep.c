// What stays of an entity that the plan says anew. The descriptors are walked, so that a field added to an
// entity is either written by the plan or live, and cannot be forgotten between the two.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/fold.h"
#include "proto/message.h"

// ---- a message with something in every field ----

static ProtobufCMessage *filled(const ProtobufCMessageDescriptor *type, int value);

static void fill_element(const ProtobufCFieldDescriptor *field, void *at, int value)
{
  switch (field->type) {
  case PROTOBUF_C_TYPE_BOOL:
    *(protobuf_c_boolean *)at = 1;
    break;
  case PROTOBUF_C_TYPE_STRING:
    *(char **)at = vd_strdup(value == 1 ? "a" : "b");
    break;
  case PROTOBUF_C_TYPE_BYTES:
    *(ProtobufCBinaryData *)at = (ProtobufCBinaryData){.len = 1, .data = vd_zalloc(1)};
    break;
  case PROTOBUF_C_TYPE_MESSAGE:
    *(ProtobufCMessage **)at = filled(field->descriptor, value);
    break;
  default:
    if (vd_element_size(field->type) == 4)
      *(int32_t *)at = value;
    else
      *(int64_t *)at = value;
  }
}

static ProtobufCMessage *filled(const ProtobufCMessageDescriptor *type, int value)
{
  ProtobufCMessage *message = vd_message_new(type);
  for (unsigned i = 0; i < type->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &type->fields[i];
    void *at = (char *)message + field->offset;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
      *(size_t *)((char *)message + field->quantifier_offset) = 1;
      *(void **)at = vd_zalloc(vd_element_size(field->type));
      at = *(void **)at;
    }
    fill_element(field, at, value);
  }
  return message;
}

// ---- one field ----

static void clear_field(ProtobufCMessage *copy, const ProtobufCFieldDescriptor *field)
{
  ProtobufCMessage *empty = vd_message_new(copy->descriptor);
  bool is_list = field->label == PROTOBUF_C_LABEL_REPEATED;
  size_t size = is_list ? sizeof(void *) : vd_element_size(field->type);
  memcpy((char *)copy + field->offset, (char *)empty + field->offset, size);
  if (is_list)
    *(size_t *)((char *)copy + field->quantifier_offset) = 0;
  protobuf_c_message_free_unpacked(empty, NULL);
}

// What the field alone takes on the wire: equal bytes are equal values.
static struct vd_buffer bytes_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  struct vd_buffer bytes = {0};
  uint8_t *shallow = vd_alloc(message->descriptor->sizeof_message);
  memcpy(shallow, message, message->descriptor->sizeof_message);
  for (unsigned i = 0; i < message->descriptor->n_fields; i++)
    if (&message->descriptor->fields[i] != field)
      clear_field((ProtobufCMessage *)shallow, &message->descriptor->fields[i]);
  vd_buffer_pack(&bytes, (ProtobufCMessage *)shallow);
  free(shallow);
  return bytes;
}

static bool is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  struct vd_buffer bytes = bytes_of(message, field);
  bool is_set = bytes.size > 0;
  vd_buffer_finish(&bytes);
  return is_set;
}

static bool is_same(const ProtobufCMessage *a, const ProtobufCMessage *b,
                    const ProtobufCFieldDescriptor *field)
{
  struct vd_buffer left = bytes_of(a, field), right = bytes_of(b, field);
  bool is_same = left.size == right.size && (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
  vd_buffer_finish(&left);
  vd_buffer_finish(&right);
  return is_same;
}

// ---- the kinds that a plan writes ----

#define ENTRY(value, type) ((void *)filled(&vd__##type##__descriptor, (value)))

static ProtobufCMessage *zone_of(Vd__Plan *plan)
{
  plan->ways[0]->one_way = false; // leads out of it
  struct vd_plan_ways ways = vd_plan_ways_of(plan);
  Vd__Zone *zone = vd_plan_zone_entity(&ways, plan->zones[0]);
  vd_plan_ways_finish(&ways);
  return &zone->base;
}

// As a plan with something in every field gives it; heap.
static ProtobufCMessage *planned(Vd__Kind kind, int value)
{
  uint8_t hash[32] = {0};
  const ProtobufCBinaryData hash_bytes = {.len = sizeof hash, .data = hash};
  Vd__Plan *plan = ENTRY(value, plan);
  ProtobufCMessage *entity = NULL;
  if (kind == VD__KIND__KIND_EVENT)
    entity = &vd_plan_event_entity(plan, &hash_bytes)->base;
  else if (kind == VD__KIND__KIND_ZONE)
    entity = zone_of(plan);
  else if (kind == VD__KIND__KIND_TEAM)
    entity = &vd_plan_team_entity(plan->teams[0])->base;
  else if (kind == VD__KIND__KIND_CREW)
    entity = &vd_plan_crew_entity(plan, 0)->base;
  else if (kind == VD__KIND__KIND_SESSION)
    entity = &vd_plan_session_entity(plan->sessions[0])->base;
  else if (kind == VD__KIND__KIND_DEVICE)
    entity = &vd_plan_device_entity(plan->devices[0])->base;
  else if (kind == VD__KIND__KIND_SUPPLY)
    entity = &vd_plan_supply_entity(plan->supplies[0])->base;
  else if (kind == VD__KIND__KIND_BATCH)
    entity = &vd_plan_batch_entity(plan->supplies[0], 0, 1)->base;
  else if (kind == VD__KIND__KIND_LANE)
    entity = &vd_plan_lane_entity(plan->lanes[0])->base;
  else if (kind == VD__KIND__KIND_RESOURCE)
    entity = &vd_plan_resource_entity(plan->resources[0])->base;
  vd__plan__free_unpacked(plan, NULL);
  return entity;
}

static const Vd__Kind kinds[] = {VD__KIND__KIND_EVENT,  VD__KIND__KIND_ZONE,    VD__KIND__KIND_TEAM,
                                 VD__KIND__KIND_CREW,   VD__KIND__KIND_SESSION, VD__KIND__KIND_DEVICE,
                                 VD__KIND__KIND_SUPPLY, VD__KIND__KIND_BATCH,   VD__KIND__KIND_LANE,
                                 VD__KIND__KIND_RESOURCE};
enum { KINDS = sizeof kinds / sizeof *kinds };

static bool is_one_of(const char *name, const char *names)
{
  const char *at = strstr(names, name);
  return at && (at == names || at[-1] == ' ') && strchr(" ", at[strlen(name)]);
}

Test(plan_keep, each_field_of_an_entity_is_written_by_the_plan_or_is_live)
{
  // Neither: what belongs to every entity, a person's order, and the marks of what no plan made.
  static const char neither[] = "revision retired rank imported by_hand";
  // Both: the plan says what a live field begins with.
  static const char both[] = "state desks rate_idle rate_break batches";
  for (size_t i = 0; i < KINDS; i++) {
    ProtobufCMessage *entity = planned(kinds[i], 1);
    for (unsigned j = 0; j < entity->descriptor->n_fields; j++) {
      const ProtobufCFieldDescriptor *field = &entity->descriptor->fields[j];
      bool is_planned = is_set(entity, field), is_live = vd_field_is_live(kinds[i], field);
      cr_expect(is_one_of(field->name, neither) ? !is_planned && !is_live
                : is_live                       ? !is_planned || is_one_of(field->name, both)
                                                : is_planned,
                "%s.%s: written by the plan %d, live %d", entity->descriptor->short_name, field->name,
                is_planned, is_live);
    }
    protobuf_c_message_free_unpacked(entity, NULL);
  }
}

Test(plan_keep, live_fields_stay_and_the_others_are_the_plans)
{
  for (size_t i = 0; i < KINDS; i++) {
    ProtobufCMessage *live = filled(vd_kind_type(kinds[i]), 1), *wanted = planned(kinds[i], 2);
    ProtobufCMessage *plan_alone = planned(kinds[i], 2);
    if (kinds[i] == VD__KIND__KIND_DEVICE) // silence; what is known of readings is a test of its own
      ((Vd__Device *)live)->beyond = 0, ((Vd__Device *)live)->n_values = 0;
    if (kinds[i] == VD__KIND__KIND_SESSION) // neither begun nor ended
      ((Vd__Session *)live)->started_at_ms = ((Vd__Session *)live)->ended_at_ms = 0;
    vd_plan_keep(kinds[i], wanted, live, 5);
    for (unsigned j = 1; j < live->descriptor->n_fields; j++) {
      const ProtobufCFieldDescriptor *field = &live->descriptor->fields[j];
      if (is_one_of(field->name, "revision end_at_ms rate_idle rate_break desks service_rate state_at_ms "
                                 "queue queue_at_ms"))
        continue; // revision by itself; the others are begun with anew, since the plan says their base anew
      bool is_live = vd_field_is_live(kinds[i], field);
      cr_expect(is_same(wanted, is_live ? live : plan_alone, field), "%s.%s, live %d",
                live->descriptor->short_name, field->name, is_live);
    }
    cr_expect_eq(vd_message_revision(wanted), 1);
    protobuf_c_message_free_unpacked(live, NULL);
    protobuf_c_message_free_unpacked(wanted, NULL);
    protobuf_c_message_free_unpacked(plan_alone, NULL);
  }
}

Test(plan_keep, what_speaks_against_a_device_follows_its_reading)
{
  Vd__Device *live = (Vd__Device *)filled(&vd__device__descriptor, 1);
  Vd__Device *wanted = (Vd__Device *)planned(VD__KIND__KIND_DEVICE, 1);
  live->beyond = 1u << 1; // its one threshold
  live->values[0] = 77;
  VD_REPEATED_ADD(wanted->thresholds, wanted->n_thresholds, filled(&vd__threshold__descriptor, 2));
  void *first = wanted->thresholds[0];
  wanted->thresholds[0] = wanted->thresholds[1];
  wanted->thresholds[1] = first; // the same reading, listed second now
  vd_plan_keep(VD__KIND__KIND_DEVICE, &wanted->base, &live->base, 5);
  cr_expect_eq(wanted->beyond, 1u << 2, "%u", wanted->beyond);
  cr_assert_eq(wanted->n_values, 1);
  cr_expect_eq(wanted->values[0], 77);
  vd__device__free_unpacked(live, NULL);
  vd__device__free_unpacked(wanted, NULL);
}

// What plan_check.c builds no entity for: it must not become larger than that.
Test(plan_keep, an_entity_adds_little_to_its_entry)
{
  const struct {
    Vd__Kind kind;
    const ProtobufCMessageDescriptor *entry;
  } pairs[] = {{VD__KIND__KIND_SESSION, &vd__plan_session__descriptor},
               {VD__KIND__KIND_DEVICE, &vd__plan_device__descriptor},
               {VD__KIND__KIND_SUPPLY, &vd__plan_supply__descriptor},
               {VD__KIND__KIND_LANE, &vd__plan_lane__descriptor},
               {VD__KIND__KIND_RESOURCE, &vd__plan_resource__descriptor}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    ProtobufCMessage *entity = planned(pairs[i].kind, -1),
                     *entry = filled(pairs[i].entry, -1); // ten bytes each
    size_t entity_size = protobuf_c_message_get_packed_size(entity);
    size_t entry_size = protobuf_c_message_get_packed_size(entry);
    cr_expect_leq(entity_size, entry_size + VD_PLAN_ENTITY_ADDS, "%s: %zu of %zu", pairs[i].entry->short_name,
                  entity_size, entry_size);
    protobuf_c_message_free_unpacked(entity, NULL);
    protobuf_c_message_free_unpacked(entry, NULL);
  }
}
