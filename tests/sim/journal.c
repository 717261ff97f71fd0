#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

void sim_journal_init(struct sim_journal *journal)
{
  *journal = (struct sim_journal){.checkpoint = vd_fold_create()};
}

void sim_journal_finish(struct sim_journal *journal)
{
  for (size_t i = 0; i < journal->count; i++) {
    vd__change__free_unpacked(journal->records[i].change, NULL);
    free(journal->records[i].data);
  }
  free(journal->records);
  vd_fold_destroy(journal->checkpoint);
}

static void extend_chain(struct sim_journal *journal, const struct sim_record *record)
{
  crypto_generichash_state state;
  crypto_generichash_init(&state, NULL, 0, 32);
  crypto_generichash_update(&state, journal->chain, 32);
  crypto_generichash_update(&state, record->data, record->size);
  crypto_generichash_final(&state, journal->chain, 32);
}

void sim_journal_append(struct sim_journal *journal, const struct sim_record *records, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (journal->count == journal->capacity) {
      journal->capacity = journal->capacity ? 2 * journal->capacity : 256;
      journal->records = vd_realloc(journal->records, journal->capacity * sizeof *journal->records);
    }
    struct sim_record *record = &journal->records[journal->count++];
    record->change = NULL;
    record->size = records[i].size;
    record->data = memcpy(vd_alloc(record->size), records[i].data, record->size);
    extend_chain(journal, record);
  }
}

const Vd__Change *sim_journal_change(struct sim_journal *journal, uint64_t sequence)
{
  struct sim_record *record = &journal->records[sequence - 1];
  if (record->change == NULL)
    record->change = vd__change__unpack(NULL, record->size, record->data);
  return record->change;
}
