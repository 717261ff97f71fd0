// The journal's records, as a disk that lies may give them. The first byte is the table, the second the
// length of the key, which follows; the rest is the value.
#include <string.h>

#include <sodium.h>

#include "daemon/store/record.h"
#include "proto/fold.h"
#include "proto/quota.h"
#include "tests/fuzz/fuzz.h"

enum { RECORD_QUOTA = 1024 * 1024 }; // as at a start

static void expect_same(const MDB_val *value, const uint8_t *written, size_t size)
{
  FUZZ_EXPECT(size == value->mv_size);
  FUZZ_EXPECT(memcmp((const uint8_t *)value->mv_data + VD_CHECKSUM_SIZE, written + VD_CHECKSUM_SIZE,
                     size - VD_CHECKSUM_SIZE) == 0);
}

static void read_key(const MDB_val *key)
{
  uint64_t sequence;
  uint8_t bytes[VD_KEY_MAX];
  char id[VD_KEY_MAX];
  Vd__Kind kind;
  if (vd_sequence_key_read(key, &sequence)) {
    MDB_val again = vd_sequence_key(bytes, sequence);
    FUZZ_EXPECT(again.mv_size == key->mv_size && memcmp(again.mv_data, key->mv_data, key->mv_size) == 0);
  }
  if (vd_entity_key_read(key, &kind, id) && kind != VD__KIND__KIND_UNSPECIFIED) {
    MDB_val again = vd_entity_key(bytes, kind, id);
    FUZZ_EXPECT(again.mv_size == key->mv_size && memcmp(again.mv_data, key->mv_data, key->mv_size) == 0);
  }
}

static void read_change(const MDB_val *value)
{
  struct vd_change_record record;
  if (!vd_change_read(value, &record))
    return;
  FUZZ_EXPECT(record.size == value->mv_size - VD_CHANGE_HEAD_SIZE);
  uint8_t *written = malloc(value->mv_size);
  vd_change_write(written, record.epoch, record.chain, record.data, record.size);
  expect_same(value, written, value->mv_size);
  free(written);
  struct vd_refusal refusal = {.err = VD_OK};
  Vd__Change *change = (Vd__Change *)vd_unpack_bounded(&vd__change__descriptor, record.data, record.size,
                                                       RECORD_QUOTA, &refusal);
  FUZZ_EXPECT((change == NULL) == (refusal.err != VD_OK));
  if (change == NULL)
    return;
  struct vd_fold *fold = vd_fold_create();
  vd_fold_apply(fold, change);
  vd_fold_apply(fold, change);
  FUZZ_EXPECT(vd_fold_count(fold, VD__KIND__KIND_UNSPECIFIED) <= change->n_upserts);
  vd_fold_destroy(fold);
  vd__change__free_unpacked(change, NULL);
}

static void read_entity(const MDB_val *key, const MDB_val *value)
{
  Vd__Kind kind;
  char id[VD_KEY_MAX];
  if (!vd_entity_key_read(key, &kind, id) || value->mv_size < VD_CHECKSUM_SIZE || vd_kind_type(kind) == NULL)
    return;
  ProtobufCMessage *message =
      vd_unpack_bounded(vd_kind_type(kind), (const uint8_t *)value->mv_data + VD_CHECKSUM_SIZE,
                        value->mv_size - VD_CHECKSUM_SIZE, RECORD_QUOTA, NULL);
  if (message == NULL)
    return;
  struct vd_fold *fold = vd_fold_create();
  vd_fold_put(fold, kind, message);
  FUZZ_EXPECT(vd_fold_find(fold, kind, vd_message_id(message)) == message);
  vd_fold_destroy(fold);
}

static void read_meta(const MDB_val *value)
{
  uint8_t written[VD_META_SIZE];
  uint32_t schema;
  struct vd_head head;
  struct vd_meta meta = {.epoch = 0}, again = {.epoch = 0};
  if (vd_schema_read(value, &schema)) {
    vd_schema_write(written, schema);
    expect_same(value, written, VD_SCHEMA_SIZE);
  }
  if (vd_head_read(value, &head)) {
    vd_head_write(written, &head);
    expect_same(value, written, VD_HEAD_SIZE);
  }
  if (vd_meta_read(value, &meta)) { // some bytes are made proper, so what is read twice is compared
    vd_meta_write(written, &meta);
    FUZZ_EXPECT(vd_meta_read(&(MDB_val){.mv_size = VD_META_SIZE, .mv_data = written}, &again));
    FUZZ_EXPECT(strcmp(meta.boot_id, again.boot_id) == 0 && meta.epoch == again.epoch &&
                meta.anchor_boot_ms == again.anchor_boot_ms && meta.rehearsal == again.rehearsal);
  }
}

// What was sealed is intact, and is not with one bit changed, under another key, or in another table.
static void seal(enum vd_table table, MDB_val *key, MDB_val *value)
{
  if (value->mv_size < VD_CHECKSUM_SIZE || value->mv_size > VD_VALUE_MAX)
    return;
  uint8_t *last = (uint8_t *)value->mv_data + value->mv_size - 1;
  vd_record_seal(table, key, value);
  FUZZ_EXPECT(vd_record_is_intact(table, key, value));
  FUZZ_EXPECT(!vd_record_is_intact((enum vd_table)((table + 1) % VD_TABLE_COUNT), key, value));
  *last ^= 1;
  FUZZ_EXPECT(!vd_record_is_intact(table, key, value));
  *last ^= 1;
  if (key->mv_size > 0) {
    key->mv_size--;
    FUZZ_EXPECT(!vd_record_is_intact(table, key, value));
    key->mv_size++;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (sodium_init() < 0 || size < 2 || size - 2 < data[1])
    return 0;
  enum vd_table table = (enum vd_table)(data[0] % VD_TABLE_COUNT);
  size_t key_size = data[1], value_size = size - 2 - key_size;
  uint8_t *bytes = malloc(key_size + 1), *rest = malloc(value_size + 1);
  memcpy(bytes, data + 2, key_size);
  memcpy(rest, data + 2 + key_size, value_size);
  MDB_val key = {.mv_size = key_size, .mv_data = bytes}, value = {.mv_size = value_size, .mv_data = rest};
  vd_record_is_intact(table, &key, &value);
  read_key(&key);
  read_change(&value);
  read_entity(&key, &value);
  read_meta(&value);
  seal(table, &key, &value);
  free(bytes);
  free(rest);
  return 0;
}
