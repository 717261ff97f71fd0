// The bytes of the journal, schema 2: how keys and values are made, sealed and read. Pure; any thread.
//
// Every value, in every table, begins with an eight-byte checksum over its table, its key and its rest: LMDB
// keeps none, and this one finds a flipped bit as well as a record that lies in the wrong place. It is
// SipHash-2-4 under a key of ours, quick enough to be looked at on every read. The chain says something else:
// that no record was exchanged for another, which needs all records before it and is looked at by verify.
//
//   changes   key    sequence, 8 bytes big endian
//             value  checksum 8 | epoch 8 | chain 32 | packed Change
//   entities  key    kind 1 | id, without a NUL
//   private   value  checksum 8 | packed message
//   meta      "schema"  checksum 8 | schema 4: this form stays for ever, so that any venued can read it
//             "venue"   checksum 8 | epoch 8 | scale 8 | clock_offset 8 | anchor_venue 8 | anchor_wall 8 |
//                       anchor_boot 8 | rehearsal 1 | boot_id 37 | plan_hash 32
//             "head"    checksum 8 | sequence 8 | watermark 8 | chain 32: of the last Change
// Numbers in values are little endian. Another form is another schema.
//
// Meta has no table of LMDB's own (env.c): its keys stand among the names of the other tables. In schema 1 it
// had one, called "meta"; the rest was the same.
#ifndef VD_STORE_RECORD_H
#define VD_STORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lmdb.h>

#include "daemon/store/journal.h"
#include "proto/check.h"

enum vd_table { VD_TABLE_CHANGES, VD_TABLE_ENTITIES, VD_TABLE_PRIVATE, VD_TABLE_META, VD_TABLE_COUNT };

enum {
  VD_CHECKSUM_SIZE = 8,
  VD_CHANGE_HEAD_SIZE = VD_CHECKSUM_SIZE + 8 + VD_CHAIN_SIZE,
  VD_SEQUENCE_KEY_SIZE = 8,
  VD_KEY_MAX = 511, // LMDB's
  VD_SCHEMA_SIZE = VD_CHECKSUM_SIZE + 4,
  VD_META_SIZE = VD_CHECKSUM_SIZE + 6 * 8 + 1 + VD_BOOT_ID_SIZE + 32,
  VD_HEAD_SIZE = VD_CHECKSUM_SIZE + 2 * 8 + VD_CHAIN_SIZE,
  VD_VALUE_MAX = VD_CHANGE_HEAD_SIZE + VD_CHANGE_MAX,
};

// Where the journal stands.
struct vd_head {
  uint64_t sequence;
  uint64_t watermark;
  uint8_t chain[VD_CHAIN_SIZE];
};

// Writes the checksum into the first eight bytes of a value that is otherwise complete.
void vd_record_seal(enum vd_table table, const MDB_val *key, const MDB_val *value);
// Is the value as it was sealed? A size that no record has is not believed: LMDB's own words around the
// records have no checksum, and it would be read past the end of the map.
bool vd_record_is_intact(enum vd_table table, const MDB_val *key, const MDB_val *value);

// chain = BLAKE2b-256(before | epoch | sequence | data). `chain` may be `before`.
void vd_chain_next(uint8_t chain[VD_CHAIN_SIZE], const uint8_t before[VD_CHAIN_SIZE], uint64_t epoch,
                   uint64_t sequence, const uint8_t *data, size_t size);

// Keys. The first two fill `bytes` and return a value that refers to it.
MDB_val vd_sequence_key(uint8_t bytes[VD_SEQUENCE_KEY_SIZE], uint64_t sequence);
MDB_val vd_entity_key(uint8_t bytes[VD_KEY_MAX], Vd__Kind kind, const char *id);
bool vd_sequence_key_read(const MDB_val *key, uint64_t *sequence);
// `id` gets a NUL.
bool vd_entity_key_read(const MDB_val *key, Vd__Kind *kind, char id[VD_KEY_MAX]);

// Values. The writers fill all but the checksum of memory of the right size; the readers take intact records
// and are false for a wrong size.
void vd_change_write(uint8_t *value, uint64_t epoch, const uint8_t chain[VD_CHAIN_SIZE], const uint8_t *data,
                     size_t size);
struct vd_change_record {
  uint64_t epoch;
  const uint8_t *chain, *data; // borrowed from the value
  size_t size;
};
bool vd_change_read(const MDB_val *value, struct vd_change_record *record);
void vd_schema_write(uint8_t value[VD_SCHEMA_SIZE], uint32_t schema);
bool vd_schema_read(const MDB_val *value, uint32_t *schema);
void vd_meta_write(uint8_t value[VD_META_SIZE], const struct vd_meta *meta);
bool vd_meta_read(const MDB_val *value, struct vd_meta *meta); // leaves `schema`
void vd_head_write(uint8_t value[VD_HEAD_SIZE], const struct vd_head *head);
bool vd_head_read(const MDB_val *value, struct vd_head *head);

#endif
