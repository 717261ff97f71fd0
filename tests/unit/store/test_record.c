// Checksums, keys, the chain.
#include <criterion/criterion.h>
#include <sodium.h>
#include <string.h>

#include "daemon/store/record.h"

static MDB_val val(const void *data, size_t size)
{
  return (MDB_val){.mv_size = size, .mv_data = (void *)data};
}

Test(record, each_bit_of_key_and_value_and_the_table_are_in_the_checksum)
{
  uint8_t key_bytes[] = {1, 2, 3}, bytes[VD_CHECKSUM_SIZE + 5] = {0, 0, 0, 0, 0, 0, 0, 0, 10, 20, 30, 40, 50};
  MDB_val key = val(key_bytes, sizeof key_bytes), value = val(bytes, sizeof bytes);
  vd_record_seal(VD_TABLE_CHANGES, &key, &value);
  cr_assert(vd_record_is_intact(VD_TABLE_CHANGES, &key, &value));
  cr_assert_not(vd_record_is_intact(VD_TABLE_ENTITIES, &key, &value));
  for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    cr_assert_not(vd_record_is_intact(VD_TABLE_CHANGES, &key, &value), "bit %zu of the value", bit);
    bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
  }
  for (size_t bit = 0; bit < 8 * sizeof key_bytes; bit++) {
    key_bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    cr_assert_not(vd_record_is_intact(VD_TABLE_CHANGES, &key, &value), "bit %zu of the key", bit);
    key_bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
  }
  for (size_t size = 0; size < sizeof bytes; size++) {
    MDB_val cut = val(bytes, size);
    cr_assert_not(vd_record_is_intact(VD_TABLE_CHANGES, &key, &cut), "cut to %zu", size);
  }
}

Test(record, a_size_that_no_record_has_is_not_read)
{
  uint8_t bytes[VD_CHECKSUM_SIZE] = {0};
  MDB_val key = val("k", 1),
          value = val(bytes, VD_VALUE_MAX + 1); // reading it would be found by the sanitizer
  cr_assert_not(vd_record_is_intact(VD_TABLE_CHANGES, &key, &value));
}

// The definition in journal.h, in one piece.
Test(record, the_chain_is_what_the_header_says)
{
  uint8_t all[VD_CHAIN_SIZE + 8 + 8 + 6] = {0}, expected[VD_CHAIN_SIZE], chain[VD_CHAIN_SIZE];
  for (size_t i = 0; i < VD_CHAIN_SIZE; i++)
    all[i] = chain[i] = (uint8_t)i;
  all[VD_CHAIN_SIZE] = 5; // epoch 0x0105, little endian
  all[VD_CHAIN_SIZE + 1] = 1;
  all[VD_CHAIN_SIZE + 8] = 0x22; // sequence 0x1122
  all[VD_CHAIN_SIZE + 9] = 0x11;
  memcpy(all + VD_CHAIN_SIZE + 16, "change", 6);
  crypto_generichash(expected, sizeof expected, all, sizeof all, NULL, 0);
  vd_chain_next(chain, chain, 0x0105, 0x1122, (const uint8_t *)"change", 6);
  cr_assert_eq(memcmp(chain, expected, sizeof chain), 0);
}

Test(record, sequences_sort_as_numbers)
{
  static const uint64_t numbers[] = {0, 1, 255, 256, 65535, 65536, UINT64_C(1) << 32, UINT64_MAX};
  uint8_t before[VD_SEQUENCE_KEY_SIZE], bytes[VD_SEQUENCE_KEY_SIZE];
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    MDB_val key = vd_sequence_key(bytes, numbers[i]);
    uint64_t back;
    cr_assert(vd_sequence_key_read(&key, &back));
    cr_assert_eq(back, numbers[i]);
    cr_assert(i == 0 || memcmp(before, bytes, sizeof bytes) < 0);
    memcpy(before, bytes, sizeof bytes);
  }
  MDB_val cut = val(bytes, 7);
  uint64_t back;
  cr_assert_not(vd_sequence_key_read(&cut, &back));
}

Test(record, entity_keys_come_back_and_bad_ones_are_refused)
{
  uint8_t bytes[VD_KEY_MAX + 1];
  MDB_val key = vd_entity_key(bytes, VD__KIND__KIND_DEADLINE, "42.1.respond");
  Vd__Kind kind;
  char id[VD_KEY_MAX];
  cr_assert(vd_entity_key_read(&key, &kind, id));
  cr_assert_eq(kind, VD__KIND__KIND_DEADLINE);
  cr_assert_str_eq(id, "42.1.respond");
  MDB_val bad[] = {val("", 0), val("\3", 1), val("\3a\0b", 4), val("\0abc", 4), val(bytes, VD_KEY_MAX + 1)};
  memset(bytes, 'a', sizeof bytes);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_assert_not(vd_entity_key_read(&bad[i], &kind, id), "%zu", i);
  MDB_val longest = val(bytes, VD_KEY_MAX);
  cr_assert(vd_entity_key_read(&longest, &kind, id));
  cr_assert_eq(strlen(id), VD_KEY_MAX - 1);
}
