#include <criterion/criterion.h>

#include <string.h>

#include "proto/check.h"
#include "proto/message.h"
#include "proto/quota.h"
#include "proto/wire.pb-c.h"
#include "random_message.h"

static void release(void *message)
{
  protobuf_c_message_free_unpacked(message, NULL);
}

static enum vd_err refusal_of(const ProtobufCMessageDescriptor *type, const void *bytes, size_t size,
                              size_t quota_bytes, struct vd_refusal *refusal)
{
  *refusal = (struct vd_refusal){0};
  ProtobufCMessage *message = vd_unpack_bounded(type, bytes, size, quota_bytes, refusal);
  cr_expect((message == NULL) == (refusal->err != VD_OK));
  if (message != NULL)
    release(message);
  return refusal->err;
}

Test(quota, what_fits_is_unpacked)
{
  const uint8_t bytes[] = {0x0A, 2, 'c', '1'};
  struct vd_refusal refusal = {0};
  Vd__Command *command = (Vd__Command *)vd_unpack_bounded(&vd__command__descriptor, bytes, sizeof(bytes),
                                                          VD_QUOTA_DEFAULT, &refusal);
  cr_assert_not_null(command);
  cr_expect_str_eq(command->id, "c1");
  release(command);
}

Test(quota, nothing_is_an_empty_message)
{
  struct vd_refusal refusal;
  cr_expect_eq(refusal_of(&vd__command__descriptor, NULL, 0, VD_QUOTA_DEFAULT, &refusal), VD_OK);
}

Test(quota, what_is_no_message_is_a_bad_request)
{
  const uint8_t cut[] = {0x0A, 9, 'c'};
  struct vd_refusal refusal;
  cr_expect_eq(refusal_of(&vd__command__descriptor, cut, sizeof(cut), VD_QUOTA_DEFAULT, &refusal),
               VD_ERR_BAD_REQUEST);
  cr_expect_str_eq(refusal.detail, "3 bytes that are no Command");
  cr_expect_null(vd_unpack_bounded(&vd__command__descriptor, cut, sizeof(cut), VD_QUOTA_DEFAULT, NULL));
}

// Two bytes each on the wire, a whole Command each in memory.
Test(quota, a_flood_of_empty_commands_is_too_large)
{
  uint8_t bytes[VD_REQUEST_MAX];
  for (size_t i = 0; i < sizeof(bytes); i += 2) {
    bytes[i] = 0x0A;
    bytes[i + 1] = 0;
  }
  struct vd_refusal refusal;
  cr_expect_eq(refusal_of(&vd__commands__descriptor, bytes, sizeof(bytes), VD_QUOTA_DEFAULT, &refusal),
               VD_ERR_TOO_LARGE);
}

Test(quota, the_overhead_of_tiny_blocks_is_paid_for)
{
  struct vd_quota quota;
  vd_quota_init(&quota, 1000);
  unsigned blocks = 0;
  void *kept[1000];
  while (blocks < 1000) {
    void *block = quota.allocator.alloc(quota.allocator.allocator_data, 1);
    if (block == NULL)
      break;
    kept[blocks++] = block;
  }
  cr_expect_lt(blocks, 100);
  cr_expect(quota.exceeded);
  for (unsigned i = 0; i < blocks; i++)
    quota.allocator.free(quota.allocator.allocator_data, kept[i]);
}

Test(quota, a_size_near_the_end_of_numbers_is_refused)
{
  struct vd_quota quota;
  vd_quota_init(&quota, SIZE_MAX);
  cr_expect_null(quota.allocator.alloc(quota.allocator.allocator_data, SIZE_MAX));
  vd_quota_init(&quota, 100);
  cr_expect_null(quota.allocator.alloc(quota.allocator.allocator_data, SIZE_MAX - 8));
  cr_expect_null(quota.allocator.alloc(quota.allocator.allocator_data, 1), "once exceeded, for good");
}

Test(quota, memory_comes_zeroed)
{
  struct vd_quota quota;
  vd_quota_init(&quota, 4096);
  unsigned char *block = quota.allocator.alloc(quota.allocator.allocator_data, 512);
  cr_assert_not_null(block);
  for (size_t i = 0; i < 512; i++)
    cr_assert_eq(block[i], 0);
  quota.allocator.free(quota.allocator.allocator_data, block);
}

// ---- the arena ----

static Vd__Commands *commands_in(struct vd_arena *arena, size_t count, size_t quota_bytes,
                                 struct vd_refusal *refusal)
{
  static uint8_t bytes[VD_REQUEST_MAX];
  const uint8_t one[] = {0x0A, 4, 0x0A, 2, 'c', '1'};
  for (size_t i = 0; i < count; i++)
    memcpy(bytes + i * sizeof one, one, sizeof one);
  *refusal = (struct vd_refusal){0};
  return (Vd__Commands *)vd_unpack_into(arena, &vd__commands__descriptor, bytes, count * sizeof one,
                                        quota_bytes, refusal);
}

Test(arena, holds_small_and_large_messages_one_after_the_other)
{
  struct vd_arena arena = {0};
  struct vd_refusal refusal;
  static const size_t counts[] = {1, 700, 0, 2, 64};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    Vd__Commands *commands = commands_in(&arena, counts[i], 4 * VD_QUOTA_DEFAULT, &refusal);
    cr_assert_not_null(commands);
    cr_assert_eq(commands->n_commands, counts[i]);
    for (size_t j = 0; j < counts[i]; j++) {
      cr_assert_str_eq(commands->commands[j]->id, "c1");
      cr_assert_eq((uintptr_t)commands->commands[j] % 16, 0);
      cr_assert_eq(commands->commands[j]->acted_at_ms, 0, "what stood there before is gone");
    }
    vd_arena_clear(&arena);
  }
  vd_arena_finish(&arena);
}

Test(arena, keeps_its_first_piece_and_no_other)
{
  struct vd_arena arena = {0};
  struct vd_refusal refusal;
  const Vd__Commands *first = commands_in(&arena, 1, VD_QUOTA_DEFAULT, &refusal);
  vd_arena_clear(&arena);
  cr_assert_not_null(commands_in(&arena, 300, VD_QUOTA_DEFAULT, &refusal));
  vd_arena_clear(&arena);
  cr_assert_eq(commands_in(&arena, 1, VD_QUOTA_DEFAULT, &refusal), first);
  vd_arena_finish(&arena);
  vd_arena_clear(&arena); // an empty one
  vd_arena_finish(&arena);
}

Test(arena, is_bounded_by_the_quota)
{
  struct vd_arena arena = {0};
  struct vd_refusal refusal;
  cr_assert_null(commands_in(&arena, 10000, VD_QUOTA_DEFAULT, &refusal));
  cr_assert_eq(refusal.err, VD_ERR_TOO_LARGE);
  vd_arena_clear(&arena);
  const uint8_t with_nul[] = {0x0A, 2, 'c', 0};
  cr_assert_null(vd_unpack_into(&arena, &vd__command__descriptor, with_nul, sizeof with_nul, VD_QUOTA_DEFAULT,
                                &refusal));
  cr_assert_eq(refusal.err, VD_ERR_BAD_TEXT);
  vd_arena_finish(&arena);
}

// ---- a NUL inside a string ----

Test(nul, inside_a_string_is_bad_text)
{
  const uint8_t bytes[] = {0x0A, 3, 'c', 0, '1'};
  struct vd_refusal refusal;
  cr_expect_eq(refusal_of(&vd__command__descriptor, bytes, sizeof(bytes), VD_QUOTA_DEFAULT, &refusal),
               VD_ERR_BAD_TEXT);
  cr_expect_str_eq(refusal.field, "id");
  const uint8_t at_end[] = {0x0A, 2, 'c', 0};
  cr_expect_eq(refusal_of(&vd__command__descriptor, at_end, sizeof(at_end), VD_QUOTA_DEFAULT, &refusal),
               VD_ERR_BAD_TEXT);
}

Test(nul, is_found_at_any_depth_and_among_many)
{
  // commands[1].report.reporter, after an empty command and a report with a zone
  const uint8_t bytes[] = {0x0A, 0, 0x0A, 9, 0x52, 7, 0x0A, 1, 'z', 0x32, 2, 'a', 0};
  struct vd_refusal refusal;
  cr_expect_eq(refusal_of(&vd__commands__descriptor, bytes, sizeof(bytes), VD_QUOTA_DEFAULT, &refusal),
               VD_ERR_BAD_TEXT);
  cr_expect_str_eq(refusal.field, "reporter");
  const uint8_t in_list[] = {0x2A, 1, 'a', 0x2A, 1, 0}; // Principal.zones
  cr_expect_eq(refusal_of(&vd__principal__descriptor, in_list, sizeof(in_list), VD_QUOTA_DEFAULT, &refusal),
               VD_ERR_BAD_TEXT);
}

Test(nul, is_found_behind_numbers_of_each_width)
{
  // 99 as a varint, 98 of 64 bits, 97 of 32 bits, then Request.id
  const uint8_t bytes[] = {0x98, 6,    0xFF, 1, 0x91, 6,    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                           0xFF, 0xFF, 0x8D, 6, 0xFF, 0xFF, 0xFF, 0xFF, 0x12, 2,    'a',  0};
  struct vd_refusal refusal;
  cr_expect_eq(refusal_of(&vd__request__descriptor, bytes, sizeof(bytes), VD_QUOTA_DEFAULT, &refusal),
               VD_ERR_BAD_TEXT);
}

Test(nul, anywhere_else_is_fine)
{
  struct vd_refusal refusal;
  const uint8_t in_bytes[] = {0x1A, 2, 0, 7}; // Request.token
  cr_expect_eq(refusal_of(&vd__request__descriptor, in_bytes, sizeof(in_bytes), VD_QUOTA_DEFAULT, &refusal),
               VD_OK);
  const uint8_t number[] = {0x08, 0}; // Request.version, written out
  cr_expect_eq(refusal_of(&vd__request__descriptor, number, sizeof(number), VD_QUOTA_DEFAULT, &refusal),
               VD_OK);
  const uint8_t empty[] = {0x0A, 0}; // Commands.commands[0], empty
  cr_expect_eq(refusal_of(&vd__commands__descriptor, empty, sizeof(empty), VD_QUOTA_DEFAULT, &refusal),
               VD_OK);
  // unknown fields of each width: 99 as text, 98 of 64 bits, 97 of 32 bits
  const uint8_t unknown[] = {0x9A, 6, 1, 0, 0x91, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0x8D, 6, 0, 0, 0, 0};
  cr_expect_eq(refusal_of(&vd__request__descriptor, unknown, sizeof(unknown), VD_QUOTA_DEFAULT, &refusal),
               VD_OK);
}

// ---- random ----

// With each quota from nothing to enough: refused or whole, and nothing leaks or is read before it is set.
Test(quota, running_out_at_any_block_is_clean)
{
  struct random random = random_begin(5);
  for (unsigned round = 0; round < 6; round++) {
    ProtobufCMessage *message = random_message(&random, &vd__replies__descriptor, false, 30);
    struct vd_buffer bytes = {0};
    vd_buffer_pack(&bytes, message);
    release(message);
    bool has_fitted = false;
    for (size_t quota = 0; quota < 4000; quota += 8) {
      struct vd_refusal refusal;
      enum vd_err err = refusal_of(&vd__replies__descriptor, bytes.data, bytes.size, quota, &refusal);
      cr_assert(err == VD_OK || (!has_fitted && err == VD_ERR_TOO_LARGE), "%s with %zu", vd_err_name(err),
                quota);
      has_fitted = err == VD_OK;
    }
    cr_assert(has_fitted);
    vd_buffer_finish(&bytes);
  }
}

// Whatever bytes come: a message that can be packed again, or a refusal.
Test(quota, damaged_bytes_are_survived)
{
  struct random random = random_begin(6);
  for (unsigned round = 0; round < 400; round++) {
    ProtobufCMessage *message = random_message(&random, &vd__request__descriptor, true, 60);
    struct vd_buffer bytes = {0};
    vd_buffer_pack(&bytes, message);
    release(message);
    for (unsigned i = 0; i < 5 && bytes.size > 0; i++) {
      bytes.data[random_below(&random, bytes.size)] = (uint8_t)random_next(&random);
      size_t size = random_below(&random, 4) == 0 ? random_below(&random, bytes.size + 1) : bytes.size;
      struct vd_refusal refusal = {0};
      message = vd_unpack_bounded(&vd__request__descriptor, bytes.data, size, VD_QUOTA_DEFAULT, &refusal);
      cr_assert((message == NULL) == (refusal.err != VD_OK));
      if (message == NULL)
        continue;
      enum vd_err err = vd_check_message(message, &refusal);
      cr_assert_eq(err, refusal.err);
      struct vd_buffer again = {0};
      vd_buffer_pack(&again, message);
      vd_buffer_finish(&again);
      release(message);
    }
    vd_buffer_finish(&bytes);
  }
}
