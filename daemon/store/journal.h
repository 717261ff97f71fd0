// The journal: every Change ever accepted, in order, durable before anybody hears of it; a checkpoint of the
// entities, so that a start is quick; and a little meta. LMDB environment `DATA/journal`:
//   changes   sequence (8 bytes big endian) -> record: checksum, epoch, chain hash, packed Change
//   entities  kind (1 byte) + id            -> checksum, packed entity: a cache of the fold that holds all up to
//                                              `watermark` and may be newer
//   private   kind + id                     -> private values (later), only a keyed hash of them is in the chain
//   meta      name                          -> values, see struct vd_meta
// record.h has the bytes. Changes are the truth. chain(n) = BLAKE2b-256(chain(n-1) | epoch | sequence | packed Change).
//
// One writer thread (writer.h) appends; anybody may read with a short read transaction of their own.
// Knows nothing of core, uv or nng.
#ifndef VD_STORE_JOURNAL_H
#define VD_STORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/change.pb-c.h"
#include "proto/err.h"

enum { VD_CHAIN_SIZE = 32, VD_SCHEMA = 2, VD_BOOT_ID_SIZE = 37 };

struct vd_journal;

struct vd_journal_options {
  const char *data_dir;      // created (0700) if absent; borrowed for the call
  uint64_t map_size_bytes;   // 0 = 32 GiB; sparse
  bool is_reader;            // no lock, no epoch, no writing: verify, export, replay, backup beside a live daemon
};

// Kept in meta. Written at open (epoch) and with each batch (clock).
struct vd_meta {
  uint32_t schema;
  uint64_t epoch;            // counts the daemon's starts on this journal
  int64_t scale;             // time scale of the venue clock; 0 = not set yet
  int64_t clock_offset_ms;   // venue time - wall time at scale 1, at the anchor
  int64_t anchor_venue_ms;   // the venue clock's last anchor: these four belong together
  int64_t anchor_wall_ms;
  int64_t anchor_boot_ms;    // CLOCK_BOOTTIME
  char boot_id[VD_BOOT_ID_SIZE];
  uint8_t plan_hash[32];
  bool rehearsal;
};

// Opens, and as a writer: takes the folder's lock (VD_ERR_IN_USE), checks the schema (VD_ERR_NEWER_SCHEMA),
// increments the epoch durably, runs mdb_reader_check. `refusal` says more. O(1) in the journal's length.
// A process opens a journal once at a time (LMDB's locks are the process's), also for reading.
enum vd_err vd_journal_open(struct vd_journal **journal, const struct vd_journal_options *options,
                            struct vd_refusal *refusal) VD_MUST_CHECK;
void vd_journal_close(struct vd_journal *journal);

// Valid until the next append; the writer thread owns them while it runs (read before it starts).
const struct vd_meta *vd_journal_meta(const struct vd_journal *journal);
enum vd_err vd_journal_set_meta(struct vd_journal *journal, const struct vd_meta *meta) VD_MUST_CHECK;  // durable on return
uint64_t vd_journal_sequence(const struct vd_journal *journal);       // last committed; a reader's: at its opening
void vd_journal_chain(const struct vd_journal *journal, uint8_t chain[VD_CHAIN_SIZE]);
uint64_t vd_journal_watermark(const struct vd_journal *journal);      // the checkpoint holds all up to here

// One LMDB transaction: Changes, a slice of the checkpoint, meta. Pointers are borrowed for the call.
struct vd_journal_change {
  uint64_t sequence;         // consecutive
  const uint8_t *data;       // packed Change, <= VD_CHANGE_MAX
  size_t size;
};
struct vd_journal_entity {
  Vd__Kind kind;
  const char *id;
  const uint8_t *data;       // packed entity message (not the Entity wrapper); NULL = removed
  size_t size;
};
struct vd_journal_batch {
  const struct vd_journal_change *changes;
  size_t change_count;
  const struct vd_journal_entity *entities;
  size_t entity_count;
  uint64_t watermark;        // 0 = unchanged
  const struct vd_meta *meta;   // NULL = unchanged
};

// Blocks until durable (fdatasync). On VD_OK sequence and chain have advanced. VD_ERR_DISK_FULL (statvfs says
// so, and the transaction is known not to be committed): nothing happened, the journal stays usable.
// VD_ERR_OUTCOME_UNKNOWN: nobody can know; the process must end and recover by restart.
enum vd_err vd_journal_append(struct vd_journal *journal, const struct vd_journal_batch *batch,
                              struct vd_refusal *refusal) VD_MUST_CHECK;

// Reading. Callbacks borrow for their duration and return false to stop. Each call uses read transactions of
// its own, renewed every 10,000 records, so it never holds pages back for long. Checksums are verified:
// VD_ERR_DAMAGED names the sequence. `to` may be UINT64_MAX: all that is committed at the call.
typedef bool (*vd_journal_entity_fn)(void *context, Vd__Kind kind, const char *id, const uint8_t *data, size_t size);
typedef bool (*vd_journal_change_fn)(void *context, uint64_t epoch, uint64_t sequence,
                                     const uint8_t chain[VD_CHAIN_SIZE], const uint8_t *data, size_t size);
enum vd_err vd_journal_each_entity(struct vd_journal *journal, vd_journal_entity_fn fn, void *context,
                                   struct vd_refusal *refusal) VD_MUST_CHECK;
enum vd_err vd_journal_each_change(struct vd_journal *journal, uint64_t from, uint64_t to, vd_journal_change_fn fn,
                                   void *context, struct vd_refusal *refusal) VD_MUST_CHECK;

// Recomputes the chain from the first Change, folds, and compares every checkpointed entity with what the
// fold gives. Runs beside a live daemon. `progress` (may be NULL) is called now and then with (done, total).
struct vd_verify_result {
  uint64_t changes;
  uint64_t entities;
  uint64_t sequence;
  uint8_t chain[VD_CHAIN_SIZE];
};
enum vd_err vd_journal_verify(struct vd_journal *journal, void (*progress)(void *context, uint64_t done, uint64_t total),
                              void *context, struct vd_verify_result *result, struct vd_refusal *refusal) VD_MUST_CHECK;

// Copies the journal into the empty or absent folder `target`, by short read transactions, while the daemon
// runs; the copy is verified before VD_OK. `target` then is a data folder; before, and after a refusal, it is none.
// VD_ERR_FOLDER_NOT_EMPTY, VD_ERR_NOT_A_FOLDER.
enum vd_err vd_journal_backup(struct vd_journal *journal, const char *target,
                              void (*progress)(void *context, uint64_t done, uint64_t total), void *context,
                              struct vd_refusal *refusal) VD_MUST_CHECK;

// Bytes by which the journal may still grow: free on its file system, or in its map where that is less. Any thread.
int64_t vd_journal_free_bytes(const struct vd_journal *journal);
// Bytes in use, and those of the whole map. Any thread.
void vd_journal_size(const struct vd_journal *journal, int64_t *used_bytes, int64_t *map_bytes);

#endif
