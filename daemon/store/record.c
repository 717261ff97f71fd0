#include "daemon/store/record.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static_assert(VD_CHECKSUM_SIZE == crypto_shorthash_BYTES, "a checksum is one SipHash");

// ---- numbers ----

static uint8_t *put_u64(uint8_t *at, uint64_t number)
{
  for (unsigned i = 0; i < 8; i++)
    at[i] = (uint8_t)(number >> (8 * i));
  return at + 8;
}

static const uint8_t *get_u64(const uint8_t *at, uint64_t *number)
{
  *number = 0;
  for (unsigned i = 0; i < 8; i++)
    *number |= (uint64_t)at[i] << (8 * i);
  return at + 8;
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t size)
{
  memcpy(at, bytes, size);
  return at + size;
}

static const uint8_t *get_bytes(const uint8_t *at, void *bytes, size_t size)
{
  memcpy(bytes, at, size);
  return at + size;
}

// ---- checksum and chain ----

// The key takes part through a hash of its own, so that the value, which may lie in LMDB's pages, need not be
// copied beside it.
static void checksum(uint8_t out[VD_CHECKSUM_SIZE], enum vd_table table, const MDB_val *key,
                     const MDB_val *value)
{
  uint8_t secret[crypto_shorthash_KEYBYTES] = "venued";
  secret[7] = (uint8_t)table;
  crypto_shorthash(secret + 8, key->mv_data, key->mv_size, secret);
  crypto_shorthash(out, (const uint8_t *)value->mv_data + VD_CHECKSUM_SIZE, value->mv_size - VD_CHECKSUM_SIZE,
                   secret);
}

void vd_record_seal(enum vd_table table, const MDB_val *key, const MDB_val *value)
{
  assert(value->mv_size >= VD_CHECKSUM_SIZE && value->mv_size <= VD_VALUE_MAX);
  uint8_t sum[VD_CHECKSUM_SIZE];
  checksum(sum, table, key, value);
  memcpy(value->mv_data, sum, sizeof sum);
}

bool vd_record_is_intact(enum vd_table table, const MDB_val *key, const MDB_val *value)
{
  if (value->mv_size < VD_CHECKSUM_SIZE || value->mv_size > VD_VALUE_MAX)
    return false;
  uint8_t sum[VD_CHECKSUM_SIZE];
  checksum(sum, table, key, value);
  return memcmp(value->mv_data, sum, sizeof sum) == 0;
}

void vd_chain_next(uint8_t chain[VD_CHAIN_SIZE], const uint8_t before[VD_CHAIN_SIZE], uint64_t epoch,
                   uint64_t sequence, const uint8_t *data, size_t size)
{
  uint8_t begin[VD_CHAIN_SIZE + 16];
  put_u64(put_u64(put_bytes(begin, before, VD_CHAIN_SIZE), epoch), sequence);
  crypto_generichash_state state;
  crypto_generichash_init(&state, NULL, 0, VD_CHAIN_SIZE);
  crypto_generichash_update(&state, begin, sizeof begin);
  crypto_generichash_update(&state, data, size);
  crypto_generichash_final(&state, chain, VD_CHAIN_SIZE);
}

// ---- keys ----

MDB_val vd_sequence_key(uint8_t bytes[VD_SEQUENCE_KEY_SIZE], uint64_t sequence)
{
  for (unsigned i = 0; i < VD_SEQUENCE_KEY_SIZE; i++)
    bytes[i] = (uint8_t)(sequence >> (56 - 8 * i));
  return (MDB_val){.mv_size = VD_SEQUENCE_KEY_SIZE, .mv_data = bytes};
}

bool vd_sequence_key_read(const MDB_val *key, uint64_t *sequence)
{
  const uint8_t *bytes = key->mv_data;
  *sequence = 0;
  for (unsigned i = 0; i < VD_SEQUENCE_KEY_SIZE && i < key->mv_size; i++)
    *sequence = *sequence << 8 | bytes[i];
  return key->mv_size == VD_SEQUENCE_KEY_SIZE;
}

MDB_val vd_entity_key(uint8_t bytes[VD_KEY_MAX], Vd__Kind kind, const char *id)
{
  size_t size = strlen(id);
  assert(kind > 0 && kind < 256 && size > 0 && size < VD_KEY_MAX);
  bytes[0] = (uint8_t)kind;
  memcpy(bytes + 1, id, size);
  return (MDB_val){.mv_size = size + 1, .mv_data = bytes};
}

bool vd_entity_key_read(const MDB_val *key, Vd__Kind *kind, char id[VD_KEY_MAX])
{
  const char *bytes = key->mv_data;
  if (key->mv_size < 2 || key->mv_size > VD_KEY_MAX || memchr(bytes, '\0', key->mv_size) != NULL)
    return false;
  *kind = (Vd__Kind)(uint8_t)bytes[0];
  memcpy(id, bytes + 1, key->mv_size - 1);
  id[key->mv_size - 1] = '\0';
  return true;
}

// ---- values ----

void vd_change_write(uint8_t *value, uint64_t epoch, const uint8_t chain[VD_CHAIN_SIZE], const uint8_t *data,
                     size_t size)
{
  uint8_t *at = put_u64(value + VD_CHECKSUM_SIZE, epoch);
  put_bytes(put_bytes(at, chain, VD_CHAIN_SIZE), data, size);
}

bool vd_change_read(const MDB_val *value, struct vd_change_record *record)
{
  if (value->mv_size < VD_CHANGE_HEAD_SIZE)
    return false;
  record->chain = get_u64((const uint8_t *)value->mv_data + VD_CHECKSUM_SIZE, &record->epoch);
  record->data = record->chain + VD_CHAIN_SIZE;
  record->size = value->mv_size - VD_CHANGE_HEAD_SIZE;
  return true;
}

void vd_schema_write(uint8_t value[VD_SCHEMA_SIZE], uint32_t schema)
{
  for (unsigned i = 0; i < 4; i++)
    value[VD_CHECKSUM_SIZE + i] = (uint8_t)(schema >> (8 * i));
}

bool vd_schema_read(const MDB_val *value, uint32_t *schema)
{
  if (value->mv_size != VD_SCHEMA_SIZE)
    return false;
  const uint8_t *at = (const uint8_t *)value->mv_data + VD_CHECKSUM_SIZE;
  *schema = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
  return true;
}

void vd_meta_write(uint8_t value[VD_META_SIZE], const struct vd_meta *meta)
{
  const int64_t numbers[] = {meta->scale, meta->clock_offset_ms, meta->anchor_venue_ms, meta->anchor_wall_ms,
                             meta->anchor_boot_ms};
  uint8_t *at = put_u64(value + VD_CHECKSUM_SIZE, meta->epoch);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    at = put_u64(at, (uint64_t)numbers[i]);
  *at++ = meta->rehearsal;
  at = put_bytes(at, meta->boot_id, sizeof meta->boot_id);
  put_bytes(at, meta->plan_hash, sizeof meta->plan_hash);
}

bool vd_meta_read(const MDB_val *value, struct vd_meta *meta)
{
  if (value->mv_size != VD_META_SIZE)
    return false;
  int64_t *const numbers[] = {&meta->scale, &meta->clock_offset_ms, &meta->anchor_venue_ms,
                              &meta->anchor_wall_ms, &meta->anchor_boot_ms};
  const uint8_t *at = get_u64((const uint8_t *)value->mv_data + VD_CHECKSUM_SIZE, &meta->epoch);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    uint64_t number;
    at = get_u64(at, &number);
    *numbers[i] = (int64_t)number;
  }
  meta->rehearsal = *at++ != 0;
  at = get_bytes(at, meta->boot_id, sizeof meta->boot_id);
  meta->boot_id[sizeof meta->boot_id - 1] = '\0';
  get_bytes(at, meta->plan_hash, sizeof meta->plan_hash);
  return true;
}

void vd_head_write(uint8_t value[VD_HEAD_SIZE], const struct vd_head *head)
{
  uint8_t *at = put_u64(put_u64(value + VD_CHECKSUM_SIZE, head->sequence), head->watermark);
  put_bytes(at, head->chain, VD_CHAIN_SIZE);
}

bool vd_head_read(const MDB_val *value, struct vd_head *head)
{
  if (value->mv_size != VD_HEAD_SIZE)
    return false;
  const uint8_t *at = get_u64((const uint8_t *)value->mv_data + VD_CHECKSUM_SIZE, &head->sequence);
  get_bytes(get_u64(at, &head->watermark), head->chain, VD_CHAIN_SIZE);
  return true;
}
