#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"
#include "proto/wire.pb-c.h"
#include "random_message.h"

static void release(void *message)
{
  protobuf_c_message_free_unpacked(message, NULL);
}

// ---- memory ----

Test(memory, nothing_is_something_too)
{
  void *block = vd_alloc(0);
  cr_expect_not_null(block);
  block = vd_realloc(block, 0);
  cr_expect_not_null(block);
  free(block);
  unsigned char *zeroed = vd_zalloc(64);
  for (size_t i = 0; i < 64; i++)
    cr_expect_eq(zeroed[i], 0);
  free(zeroed);
  char *text = vd_strdup("會");
  cr_expect_str_eq(text, "會");
  free(text);
}

// ---- copies ----

static void expect_copy(const ProtobufCMessageDescriptor *type, void *context)
{
  for (unsigned i = 0; i < 8; i++) {
    ProtobufCMessage *message = random_message(context, type, true, 120);
    ProtobufCMessage *copy = vd_message_copy(message);
    struct vd_buffer expected = {0};
    struct vd_buffer packed = {0};
    vd_buffer_pack(&expected, message);
    release(message); // the copy shares nothing with it, or the sanitizer says so
    vd_buffer_pack(&packed, copy);
    cr_assert_eq(packed.size, expected.size, "%s", type->name);
    cr_assert(packed.size == 0 || memcmp(packed.data, expected.data, packed.size) == 0, "%s", type->name);
    release(copy);
    vd_buffer_finish(&expected);
    vd_buffer_finish(&packed);
  }
}

Test(copy, says_the_same_and_shares_nothing)
{
  struct random random = random_begin(9);
  random_each_type(expect_copy, &random);
}

Test(copy, keeps_unknown_fields)
{
  const uint8_t bytes[] = {0x0A, 1, 'a', 0x9A, 6, 2, 'x', 'y'};
  ProtobufCMessage *message = protobuf_c_message_unpack(&vd__zone__descriptor, NULL, sizeof(bytes), bytes);
  ProtobufCMessage *copy = vd_message_copy(message);
  release(message);
  struct vd_buffer packed = {0};
  vd_buffer_pack(&packed, copy);
  cr_expect_eq(packed.size, sizeof(bytes));
  cr_expect_eq(memcmp(packed.data, bytes, sizeof(bytes)), 0);
  vd_buffer_finish(&packed);
  release(copy);
}

Test(copy, of_a_message_on_the_stack)
{
  char *skills[] = {(char *)"av", (char *)""};
  Vd__Text name = VD__TEXT__INIT;
  name.en = (char *)"Anna";
  Vd__Crew crew = VD__CREW__INIT;
  crew.id = (char *)"av-1";
  crew.name = &name;
  crew.skills = skills;
  crew.n_skills = 2;
  Vd__Crew *copy = (Vd__Crew *)vd_message_copy(&crew.base);
  cr_expect_str_eq(copy->id, "av-1");
  cr_expect_neq(copy->id, crew.id);
  cr_expect_str_eq(copy->name->en, "Anna");
  cr_expect_str_empty(copy->skills[1]);
  cr_expect_null(copy->posts);
  vd_string_set(&copy->contact, "7");
  release(copy);
}

// ---- editing ----

Test(edit, strings)
{
  Vd__Crew *crew = (Vd__Crew *)vd_message_new(&vd__crew__descriptor);
  cr_expect_str_empty(crew->place);
  vd_string_set(&crew->place, "hall-main");
  cr_expect_str_eq(crew->place, "hall-main");
  vd_string_set(&crew->place, crew->place + 5);
  cr_expect_str_eq(crew->place, "main", "the new value may be part of the old one");
  vd_string_set(&crew->place, "");
  cr_expect_eq(crew->place, protobuf_c_empty_string);
  vd_string_set(&crew->place, NULL);
  cr_expect_str_empty(crew->place);
  vd_string_set(&crew->place, "again");
  vd_string_set(&crew->place, NULL);
  cr_expect_str_empty(crew->place);
  release(crew);
}

Test(edit, lists)
{
  Vd__Crew *crew = (Vd__Crew *)vd_message_new(&vd__crew__descriptor);
  for (size_t i = 0; i < 20; i++) {
    char skill[8];
    snprintf(skill, sizeof(skill), "s%zu", i);
    vd_strings_add(&crew->skills, &crew->n_skills, skill);
    Vd__Shift *shift = (Vd__Shift *)vd_message_new(&vd__shift__descriptor);
    shift->start_at_ms = (int64_t)i;
    VD_REPEATED_ADD(crew->shifts, crew->n_shifts, shift);
  }
  vd_strings_add(&crew->skills, &crew->n_skills, crew->skills[0]);
  cr_assert_eq(crew->n_skills, 21);
  cr_assert_eq(crew->n_shifts, 20);
  cr_expect_str_eq(crew->skills[19], "s19");
  cr_expect_str_eq(crew->skills[20], "s0", "the value may be of the same list");
  cr_expect_eq(crew->shifts[19]->start_at_ms, 19);
  release(crew);
}

// ---- the buffer ----

Test(buffer, grows_and_keeps)
{
  struct vd_buffer buffer = {0};
  vd_buffer_append(&buffer, NULL, 0);
  cr_expect_null(buffer.data, "nothing needs no memory");
  for (unsigned i = 0; i < 5000; i++) {
    uint8_t bytes[3] = {(uint8_t)i, (uint8_t)(i >> 8), 7};
    vd_buffer_append(&buffer, bytes, sizeof(bytes));
  }
  cr_assert_eq(buffer.size, 15000);
  cr_expect_lt(buffer.capacity, 40000);
  for (unsigned i = 0; i < 5000; i++)
    cr_assert(buffer.data[3 * i] == (uint8_t)i && buffer.data[3 * i + 1] == (uint8_t)(i >> 8));
  uint8_t *room = vd_buffer_reserve(&buffer, 100000);
  cr_expect_eq(room, buffer.data + 15000);
  cr_expect_eq(buffer.size, 15000, "reserving adds nothing");
  cr_expect_geq(buffer.capacity, 115000);
  vd_buffer_finish(&buffer);
  cr_expect_null(buffer.data);
  cr_expect_eq(buffer.capacity, 0);
  vd_buffer_finish(&buffer);
}

Test(buffer, prints_whatever_room_there_is)
{
  for (size_t before = 0; before < 300; before++) {
    struct vd_buffer buffer = {0};
    for (size_t i = 0; i < before; i++)
      vd_buffer_append(&buffer, "x", 1);
    vd_buffer_printf(&buffer, "%s/%d", "incident", 42);
    vd_buffer_printf(&buffer, "%s", "");
    cr_assert_eq(buffer.size, before + 11);
    cr_assert_eq(memcmp(buffer.data + before, "incident/42", 11), 0);
    vd_buffer_finish(&buffer);
  }
}

Test(buffer, packs_behind_what_is_there)
{
  struct vd_buffer buffer = {0};
  Vd__Key key = VD__KEY__INIT;
  cr_expect_eq(vd_buffer_pack(&buffer, &key.base), 0);
  cr_expect_eq(buffer.size, 0);
  vd_buffer_append(&buffer, "topic\n", 6);
  key.id = (char *)"42";
  cr_expect_eq(vd_buffer_pack(&buffer, &key.base), 4);
  cr_assert_eq(buffer.size, 10);
  cr_expect_eq(memcmp(buffer.data,
                      "topic\n\x12\x02"
                      "42",
                      10),
               0);
  vd_buffer_finish(&buffer);
}

// ---- comparing ----

Test(compare, a_copy_is_the_same_and_equals_are_packed_equal)
{
  struct random random = random_begin(20);
  for (unsigned i = 0; i < 400; i++) {
    ProtobufCMessage *message = random_message(&random, &vd__response__descriptor, false, 8);
    ProtobufCMessage *copy = vd_message_copy(message);
    ProtobufCMessage *other = random_message(&random, &vd__device__descriptor, false, 1);
    ProtobufCMessage *another = random_message(&random, &vd__device__descriptor, false, 1);
    cr_expect(vd_message_is_same(message, copy));
    struct vd_buffer left = {0}, right = {0};
    vd_buffer_pack(&left, other);
    vd_buffer_pack(&right, another);
    bool is_same = left.size == right.size && memcmp(left.data, right.data, left.size) == 0;
    cr_expect_eq(vd_message_is_same(other, another), is_same);
    vd_buffer_finish(&left);
    vd_buffer_finish(&right);
    protobuf_c_message_free_unpacked(message, NULL);
    protobuf_c_message_free_unpacked(copy, NULL);
    protobuf_c_message_free_unpacked(other, NULL);
    protobuf_c_message_free_unpacked(another, NULL);
  }
}

Test(compare, each_field_counts)
{
  struct random random = random_begin(21);
  ProtobufCMessage *empty = vd_message_new(&vd__device__descriptor);
  for (unsigned i = 0; i < 400; i++) {
    ProtobufCMessage *full = random_message(&random, &vd__device__descriptor, false, 8);
    for (unsigned j = 0; j < full->descriptor->n_fields; j++) {
      const ProtobufCFieldDescriptor *field = &full->descriptor->fields[j];
      if (vd_field_is_same(full, empty, field))
        continue;
      cr_expect_not(vd_message_is_same(full, empty), "%s", field->name);
    }
    protobuf_c_message_free_unpacked(full, NULL);
  }
  protobuf_c_message_free_unpacked(empty, NULL);
}
