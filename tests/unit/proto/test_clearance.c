#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/clearance.h"
#include "proto/config.pb-c.h"
#include "proto/fold.h"
#include "proto/wire.pb-c.h"
#include "random_message.h"

enum { ROUNDS = 12 };

static const enum vd_clearance below_journal[] = {VD_CLEARANCE_HIDDEN, VD_CLEARANCE_WALL, VD_CLEARANCE_OPS,
                                                  VD_CLEARANCE_PRIVATE};
enum { BELOW_JOURNAL = sizeof(below_journal) / sizeof(below_journal[0]) };

static ProtobufCMessage *unpack(const ProtobufCMessageDescriptor *type, const struct vd_buffer *bytes)
{
  ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, bytes->size, bytes->data);
  cr_assert_not_null(message, "%s cannot be unpacked", type->name);
  return message;
}

static ProtobufCMessage *seen_by(enum vd_clearance clearance, const void *message)
{
  struct vd_buffer bytes = {0};
  vd_clearance_pack(&bytes, clearance, message);
  ProtobufCMessage *seen = unpack(((const ProtobufCMessage *)message)->descriptor, &bytes);
  vd_buffer_finish(&bytes);
  return seen;
}

static void release(void *message)
{
  protobuf_c_message_free_unpacked(message, NULL);
}

// ---- the table ----

static void expect_decided(const ProtobufCMessageDescriptor *type, void *context)
{
  (void)context;
  for (unsigned i = 0; i < type->n_fields; i++)
    cr_expect(vd_clearance_is_decided(type, &type->fields[i]),
              "%s.%s is new: decide in proto/clearance.c who may see it", type->name, type->fields[i].name);
}

Test(clearance, every_field_is_a_decision)
{
  random_each_type(expect_decided, NULL);
}

Test(clearance, what_nobody_decided_is_hidden)
{
  const ProtobufCMessageDescriptor *type = &vd__config_token__descriptor;
  cr_expect_not(vd_clearance_is_decided(type, &type->fields[0]));
  cr_expect_not(vd_clearance_shows(VD_CLEARANCE_PRIVATE, type, &type->fields[0]));
  cr_expect(vd_clearance_shows(VD_CLEARANCE_JOURNAL, type, &type->fields[0]));
  cr_expect_not(vd_clearance_shows_type(VD_CLEARANCE_PRIVATE, type));
  cr_expect(vd_clearance_shows_type(VD_CLEARANCE_JOURNAL, type));
}

static void expect_packable(const ProtobufCMessageDescriptor *type, void *context)
{
  (void)context;
  for (unsigned i = 0; i < type->n_fields; i++) {
    switch (type->fields[i].type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
      break;
    default:
      cr_expect_fail("%s.%s has a type that clearance_pack.c does not write", type->name,
                     type->fields[i].name);
    }
    cr_expect_neq(type->fields[i].label, PROTOBUF_C_LABEL_REQUIRED);
    cr_expect_neq(type->fields[i].label, PROTOBUF_C_LABEL_OPTIONAL);
  }
}

Test(clearance, the_vocabulary_has_no_field_that_cannot_be_packed)
{
  random_each_type(expect_packable, NULL);
}

static bool shows(enum vd_clearance clearance, const ProtobufCMessageDescriptor *type, const char *field)
{
  const ProtobufCFieldDescriptor *found = protobuf_c_message_descriptor_get_field_by_name(type, field);
  cr_assert_not_null(found, "%s.%s", type->name, field);
  return vd_clearance_shows(clearance, type, found);
}

Test(clearance, an_entity_is_seen_with_id_and_revision_or_not_at_all)
{
  for (enum vd_clearance c = VD_CLEARANCE_HIDDEN; c <= VD_CLEARANCE_JOURNAL; c++) {
    for (unsigned i = 0; i < vd__entity__descriptor.n_fields; i++) {
      const ProtobufCFieldDescriptor *member = &vd__entity__descriptor.fields[i];
      const ProtobufCMessageDescriptor *type = member->descriptor;
      bool is_seen = vd_clearance_shows_type(c, type);
      cr_expect_eq(vd_clearance_shows(c, &vd__entity__descriptor, member), is_seen, "%s at %d", type->name,
                   c);
      cr_expect_eq(shows(c, type, "id"), is_seen, "%s at %d", type->name, c);
      cr_expect_eq(shows(c, type, "revision"), is_seen, "%s at %d", type->name, c);
    }
  }
}

Test(clearance, nobody_loses_sight_by_rising)
{
  for (unsigned i = 0; i < vd__policy__descriptor.n_fields; i++) {
    bool was_seen = false;
    for (enum vd_clearance c = VD_CLEARANCE_HIDDEN; c <= VD_CLEARANCE_JOURNAL; c++) {
      bool is_seen = vd_clearance_shows(c, &vd__policy__descriptor, &vd__policy__descriptor.fields[i]);
      cr_expect(is_seen || !was_seen);
      was_seen = is_seen;
    }
    cr_expect(was_seen);
  }
}

Test(clearance, the_wall_sees_no_personal_data)
{
  static const struct {
    const ProtobufCMessageDescriptor *type;
    const char *field;
  } personal[] = {
      {&vd__crew__descriptor, "name"},
      {&vd__crew__descriptor, "contact"},
      {&vd__crew__descriptor, "shifts"},
      {&vd__alert__descriptor, "contact"},
      {&vd__policy__descriptor, "last_resort_name"},
      {&vd__policy__descriptor, "last_resort_contact"},
      {&vd__incident__descriptor, "text"},
      {&vd__incident__descriptor, "reporters"},
      {&vd__incident__descriptor, "reason"},
      {&vd__attempt__descriptor, "decision"},
      {&vd__note__descriptor, "text"},
      {&vd__note__descriptor, "id"},
      {&vd__step__descriptor, "principal"},
      {&vd__principal__descriptor, "id"},
      {&vd__cause__descriptor, "principal"},
      {&vd__cause__descriptor, "command"},
      {&vd__fact__descriptor, "who"},
      {&vd__fact__descriptor, "text"},
      {&vd__fact__descriptor, "why"},
      {&vd__change__descriptor, "reply"},
      {&vd__plan_crew__descriptor, "name"},
      {&vd__plan_crew__descriptor, "contact"},
      {&vd__report__descriptor, "text"},
      {&vd__log__descriptor, "text"},
      {&vd__sample__descriptor, "taken_by"},
      {&vd__batch__descriptor, "served_by"},
      {&vd__batch__descriptor, "disposed_by"},
      {&vd__session__descriptor, "uid"},
  };
  for (size_t i = 0; i < sizeof(personal) / sizeof(personal[0]); i++) {
    cr_expect_not(shows(VD_CLEARANCE_WALL, personal[i].type, personal[i].field), "%s.%s",
                  personal[i].type->name, personal[i].field);
    cr_expect(shows(VD_CLEARANCE_OPS, personal[i].type, personal[i].field), "%s.%s", personal[i].type->name,
              personal[i].field);
  }
  cr_expect(shows(VD_CLEARANCE_WALL, &vd__crew__descriptor, "call_sign"));
  cr_expect(shows(VD_CLEARANCE_WALL, &vd__incident__descriptor, "holder"));
  cr_expect(shows(VD_CLEARANCE_WALL, &vd__reply__descriptor, "sentence"), "of its own question");
}

Test(clearance, secrets_are_for_the_journal_alone)
{
  cr_expect_not(shows(VD_CLEARANCE_PRIVATE, &vd__principal__descriptor, "token_hash"));
  cr_expect(shows(VD_CLEARANCE_JOURNAL, &vd__principal__descriptor, "token_hash"));
  cr_expect_not(shows(VD_CLEARANCE_PRIVATE, &vd__request__descriptor, "token"));
}

Test(clearance, roles)
{
  for (unsigned i = 0; i < vd__role__descriptor.n_values; i++) {
    Vd__Role role = (Vd__Role)vd__role__descriptor.values[i].value;
    enum vd_clearance expected = VD_CLEARANCE_OPS;
    if (role == VD__ROLE__ROLE_ADMIN || role == VD__ROLE__ROLE_CONTROL || role == VD__ROLE__ROLE_COMMANDER)
      expected = VD_CLEARANCE_PRIVATE;
    else if (role == VD__ROLE__ROLE_WALL || role == VD__ROLE__ROLE_DEVICE)
      expected = VD_CLEARANCE_WALL;
    else if (role == VD__ROLE__ROLE_UNSPECIFIED)
      expected = VD_CLEARANCE_HIDDEN;
    cr_expect_eq(vd_clearance_of_role(role), expected, "%s", vd__role__descriptor.values[i].name);
  }
  cr_expect_eq(vd_clearance_of_role((Vd__Role)99), VD_CLEARANCE_HIDDEN);
}

// ---- packing ----

static void expect_same_as_protobuf(struct random *random, const ProtobufCMessageDescriptor *type,
                                    size_t text_max)
{
  ProtobufCMessage *message = random_message(random, type, true, text_max);
  struct vd_buffer expected = {0};
  struct vd_buffer packed = {0};
  expected.size = protobuf_c_message_pack(
      message, vd_buffer_reserve(&expected, protobuf_c_message_get_packed_size(message)));
  vd_buffer_append(&packed, "topic\n", 6);
  size_t size = vd_clearance_pack(&packed, VD_CLEARANCE_JOURNAL, message);
  cr_assert_eq(size, expected.size, "%s: %zu bytes instead of %zu", type->name, size, expected.size);
  cr_assert_eq(packed.size, size + 6);
  cr_assert_eq(memcmp(packed.data, "topic\n", 6), 0);
  cr_assert(size == 0 || memcmp(packed.data + 6, expected.data, size) == 0, "%s", type->name);
  vd_buffer_finish(&expected);
  vd_buffer_finish(&packed);
  release(message);
}

static void expect_type_as_protobuf(const ProtobufCMessageDescriptor *type, void *context)
{
  for (unsigned i = 0; i < ROUNDS; i++)
    expect_same_as_protobuf(context, type, i == 0 ? 20000 : 200);
}

Test(clearance, the_journal_gets_the_bytes_of_protobuf)
{
  struct random random = random_begin(2023);
  random_each_type(expect_type_as_protobuf, &random);
  expect_type_as_protobuf(&vd__config__descriptor, &random);
  expect_type_as_protobuf(&vd__rehearsal__descriptor, &random);
}

static void expect_nothing_hidden(enum vd_clearance clearance, const ProtobufCMessage *message);

static void expect_element_seen(enum vd_clearance clearance, const ProtobufCMessage *message,
                                bool is_repeated)
{
  if (message->descriptor == &vd__entity__descriptor) {
    const ProtobufCMessage *inner = vd_entity_message((const Vd__Entity *)message);
    cr_assert_not_null(inner, "an entity without anything in it");
  } else if (message->descriptor == &vd__key__descriptor && is_repeated) {
    const ProtobufCMessageDescriptor *type = vd_kind_type(((const Vd__Key *)message)->kind);
    cr_assert(type != NULL && vd_clearance_shows_type(clearance, type), "a key of a hidden entity");
  }
  expect_nothing_hidden(clearance, message);
}

// What arrived, field by field against the table: an oracle that shares no code with packing.
static void expect_nothing_hidden(enum vd_clearance clearance, const ProtobufCMessage *message)
{
  const ProtobufCMessageDescriptor *type = message->descriptor;
  cr_assert_eq(message->n_unknown_fields, 0);
  for (unsigned i = 0; i < type->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &type->fields[i];
    const char *member = (const char *)message + field->offset;
    const char *quantifier = (const char *)message + field->quantifier_offset;
    bool is_repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    bool is_oneof = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    size_t count = 1;
    if (is_repeated)
      count = *(const size_t *)quantifier;
    else if (is_oneof)
      count = *(const uint32_t *)quantifier == field->id;
    else if (field->type == PROTOBUF_C_TYPE_STRING)
      count = (*(char *const *)member)[0] != '\0';
    else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
      count = *(ProtobufCMessage *const *)member != NULL;
    else if (field->type == PROTOBUF_C_TYPE_BOOL)
      count = *(const protobuf_c_boolean *)member != 0;
    else
      count = *(const uint32_t *)member != 0;
    if (count == 0)
      continue;
    cr_assert(vd_clearance_shows(clearance, type, field), "%s.%s at %d", type->name, field->name, clearance);
    if (field->type != PROTOBUF_C_TYPE_MESSAGE)
      continue;
    ProtobufCMessage *const *inner =
        is_repeated ? *(ProtobufCMessage *const *const *)member : (ProtobufCMessage *const *)member;
    for (size_t k = 0; k < count; k++)
      expect_element_seen(clearance, inner[k], is_repeated);
  }
}

static void expect_packed_as_redacted(enum vd_clearance clearance, const ProtobufCMessage *message)
{
  ProtobufCMessage *copy = vd_message_copy(message);
  vd_clearance_redact(clearance, copy);
  struct vd_buffer expected = {0};
  struct vd_buffer packed = {0};
  vd_buffer_pack(&expected, copy);
  vd_clearance_pack(&packed, clearance, message);
  cr_assert_eq(packed.size, expected.size, "%s at %d: %zu bytes instead of %zu", message->descriptor->name,
               clearance, packed.size, expected.size);
  cr_assert(packed.size == 0 || memcmp(packed.data, expected.data, packed.size) == 0);
  if (packed.size > 0 && message->descriptor != &vd__entity__descriptor) {
    ProtobufCMessage *arrived = unpack(message->descriptor, &packed);
    expect_nothing_hidden(clearance, arrived);
    release(arrived);
  }
  vd_buffer_finish(&expected);
  vd_buffer_finish(&packed);
  release(copy);
}

static void expect_type_as_redacted(const ProtobufCMessageDescriptor *type, void *context)
{
  for (unsigned i = 0; i < ROUNDS; i++) {
    ProtobufCMessage *message = random_message(context, type, true, 150);
    for (unsigned c = 0; c < BELOW_JOURNAL; c++)
      expect_packed_as_redacted(below_journal[c], message);
    release(message);
  }
}

Test(clearance, packing_hides_what_redacting_clears)
{
  struct random random = random_begin(518);
  random_each_type(expect_type_as_redacted, &random);
  expect_type_as_redacted(&vd__config__descriptor, &random);
}

Test(clearance, redacting_for_the_journal_changes_nothing)
{
  struct random random = random_begin(7);
  ProtobufCMessage *message = random_message(&random, &vd__frame__descriptor, false, 100);
  ProtobufCMessage *copy = vd_message_copy(message);
  vd_clearance_redact(VD_CLEARANCE_JOURNAL, copy);
  struct vd_buffer before = {0};
  struct vd_buffer after = {0};
  vd_buffer_pack(&before, message);
  vd_buffer_pack(&after, copy);
  cr_expect_eq(before.size, after.size);
  cr_expect_eq(memcmp(before.data, after.data, before.size), 0);
  vd_buffer_finish(&before);
  vd_buffer_finish(&after);
  release(message);
  release(copy);
}

Test(clearance, unknown_fields_reach_the_journal_only)
{
  // field 99, one byte 7; and field 1 of a crew: an id
  const uint8_t bytes[] = {0x0A, 1, 'a', 0x98, 6, 7};
  ProtobufCMessage *crew = protobuf_c_message_unpack(&vd__crew__descriptor, NULL, sizeof(bytes), bytes);
  cr_assert_eq(crew->n_unknown_fields, 1);
  struct vd_buffer out = {0};
  cr_expect_eq(vd_clearance_pack(&out, VD_CLEARANCE_JOURNAL, crew), sizeof(bytes));
  cr_expect_eq(memcmp(out.data, bytes, sizeof(bytes)), 0);
  out.size = 0;
  cr_expect_eq(vd_clearance_pack(&out, VD_CLEARANCE_PRIVATE, crew), 3);
  vd_clearance_redact(VD_CLEARANCE_PRIVATE, crew);
  cr_expect_eq(crew->n_unknown_fields, 0);
  vd_buffer_finish(&out);
  release(crew);
}

// ---- Changes ----

struct scene {
  Vd__Frame frame;
  Vd__Change change;
  Vd__Cause cause;
  Vd__Entity wrappers[2];
  Vd__Entity *upserts[2];
  Vd__Key key;
  Vd__Key *removals[1];
};

static void scene_init(struct scene *scene)
{
  vd__frame__init(&scene->frame);
  vd__change__init(&scene->change);
  vd__cause__init(&scene->cause);
  vd__key__init(&scene->key);
  scene->frame.epoch = 3;
  scene->frame.sequence = scene->change.sequence = 41;
  scene->frame.change = &scene->change;
  scene->cause.now_at_ms = 5;
  scene->cause.principal = (char *)"ctl";
  scene->change.cause = &scene->cause;
  scene->change.upserts = scene->upserts;
  scene->change.removals = scene->removals;
  scene->change.last = true;
}

static void scene_add(struct scene *scene, Vd__Kind kind, void *message)
{
  size_t i = scene->change.n_upserts++;
  vd_entity_wrap(&scene->wrappers[i], kind, message);
  scene->upserts[i] = &scene->wrappers[i];
}

static void scene_remove(struct scene *scene, Vd__Kind kind, const char *id)
{
  scene->key.kind = kind;
  scene->key.id = (char *)id;
  scene->removals[0] = &scene->key;
  scene->change.n_removals = 1;
}

Test(clearance, a_wholly_hidden_change_is_an_empty_frame)
{
  struct scene scene;
  scene_init(&scene);
  Vd__Principal principal = VD__PRINCIPAL__INIT;
  principal.id = (char *)"anna";
  scene_add(&scene, VD__KIND__KIND_PRINCIPAL, &principal);
  Vd__Frame *seen = (Vd__Frame *)seen_by(VD_CLEARANCE_WALL, &scene.frame);
  cr_expect_null(seen->change);
  cr_expect_eq(seen->epoch, 3);
  cr_expect_eq(seen->sequence, 41);
  release(seen);
  struct vd_buffer out = {0};
  cr_expect_eq(vd_clearance_pack(&out, VD_CLEARANCE_WALL, &scene.change.base), 0);
  vd_buffer_finish(&out);

  seen = (Vd__Frame *)seen_by(VD_CLEARANCE_OPS, &scene.frame);
  cr_assert_not_null(seen->change);
  cr_expect_eq(seen->change->n_upserts, 1);
  cr_expect_str_eq(seen->change->cause->principal, "ctl");
  release(seen);
}

Test(clearance, the_removal_of_a_hidden_entity_is_hidden)
{
  struct scene scene;
  scene_init(&scene);
  scene_remove(&scene, VD__KIND__KIND_NOTE, "42.n7");
  Vd__Frame *seen = (Vd__Frame *)seen_by(VD_CLEARANCE_WALL, &scene.frame);
  cr_expect_null(seen->change);
  release(seen);

  scene_remove(&scene, VD__KIND__KIND_INCIDENT, "42");
  seen = (Vd__Frame *)seen_by(VD_CLEARANCE_WALL, &scene.frame);
  cr_assert_not_null(seen->change);
  cr_expect_eq(seen->change->n_removals, 1);
  release(seen);
}

Test(clearance, of_a_mixed_change_the_seen_part_stays)
{
  struct scene scene;
  scene_init(&scene);
  Vd__Note note = VD__NOTE__INIT;
  note.id = (char *)"42.n1";
  note.text = (char *)"Mrs Wong fell";
  Vd__Incident incident = VD__INCIDENT__INIT;
  incident.id = (char *)"42";
  incident.notes = 1;
  incident.text = (char *)"somebody fell";
  scene_add(&scene, VD__KIND__KIND_NOTE, &note);
  scene_add(&scene, VD__KIND__KIND_INCIDENT, &incident);
  Vd__Frame *seen = (Vd__Frame *)seen_by(VD_CLEARANCE_WALL, &scene.frame);
  cr_assert_not_null(seen->change);
  cr_assert_eq(seen->change->n_upserts, 1);
  cr_expect_str_eq(seen->change->upserts[0]->incident->id, "42");
  cr_expect_str_empty(seen->change->upserts[0]->incident->text);
  cr_expect_str_empty(seen->change->cause->principal);
  cr_expect_eq(seen->change->cause->now_at_ms, 5);
  cr_expect(seen->change->last);
  release(seen);
}

Test(clearance, the_pieces_of_a_larger_act_stay_so_that_its_end_is_seen)
{
  struct scene scene;
  scene_init(&scene);
  Vd__Note note = VD__NOTE__INIT;
  note.id = (char *)"42.n1";
  scene_add(&scene, VD__KIND__KIND_NOTE, &note);
  scene.cause.of_case = VD__CAUSE__OF_CONTINUES;
  scene.cause.continues = 40;
  Vd__Frame *seen = (Vd__Frame *)seen_by(VD_CLEARANCE_WALL, &scene.frame);
  cr_assert_not_null(seen->change);
  cr_expect_eq(seen->change->n_upserts, 0);
  cr_expect_eq(seen->change->cause->continues, 40);
  cr_expect(seen->change->last);
  release(seen);

  scene.cause.of_case = VD__CAUSE__OF__NOT_SET;
  scene.change.last = false;
  seen = (Vd__Frame *)seen_by(VD_CLEARANCE_WALL, &scene.frame);
  cr_expect_not_null(seen->change);
  release(seen);
}

Test(clearance, a_page_leaves_out_hidden_entities_and_keeps_its_place)
{
  Vd__StatePage page = VD__STATE_PAGE__INIT;
  Vd__Principal principal = VD__PRINCIPAL__INIT;
  principal.id = (char *)"anna";
  Vd__Entity wrapper;
  vd_entity_wrap(&wrapper, VD__KIND__KIND_PRINCIPAL, &principal.base);
  Vd__Entity *entities[] = {&wrapper};
  Vd__Key next = VD__KEY__INIT;
  next.kind = VD__KIND__KIND_NOTE;
  next.id = (char *)"42.n7";
  page.entities = entities;
  page.n_entities = 1;
  page.next = &next;
  Vd__StatePage *seen = (Vd__StatePage *)seen_by(VD_CLEARANCE_WALL, &page);
  cr_expect_eq(seen->n_entities, 0);
  cr_assert_not_null(seen->next, "without it the reader would think that the pages end here");
  cr_expect_str_eq(seen->next->id, "42.n7");
  release(seen);
  seen = (Vd__StatePage *)seen_by(VD_CLEARANCE_OPS, &page);
  cr_expect_eq(seen->n_entities, 1);
  release(seen);
}

Test(clearance, an_entity_of_a_hidden_kind_packs_to_nothing)
{
  Vd__Note note = VD__NOTE__INIT;
  note.id = (char *)"42.n1";
  Vd__Entity wrapper;
  vd_entity_wrap(&wrapper, VD__KIND__KIND_NOTE, &note.base);
  struct vd_buffer out = {0};
  cr_expect_eq(vd_clearance_pack(&out, VD_CLEARANCE_WALL, &wrapper.base), 0);
  cr_expect_eq(vd_clearance_pack(&out, VD_CLEARANCE_WALL, &note.base), 0);
  cr_expect_gt(vd_clearance_pack(&out, VD_CLEARANCE_OPS, &wrapper.base), 0);
  vd_buffer_finish(&out);
}
