// What the Changes of a journal weigh: {"changes":…,"bytes":…}
//
//   weigh DATA
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

#include "daemon/store/journal.h"

struct weight {
  uint64_t changes, bytes;
};

static bool add(void *context, uint64_t epoch, uint64_t sequence, const uint8_t chain[VD_CHAIN_SIZE],
                const uint8_t *data, size_t size)
{
  (void)epoch;
  (void)sequence;
  (void)chain;
  (void)data;
  struct weight *weight = context;
  weight->changes++;
  weight->bytes += size;
  return true;
}

int main(int argc, char **argv)
{
  if (argc != 2 || sodium_init() < 0)
    return 2;
  struct vd_journal *journal;
  struct vd_refusal refusal;
  struct weight weight = {0};
  struct vd_journal_options options = {.data_dir = argv[1], .is_reader = true};
  enum vd_err err = vd_journal_open(&journal, &options, &refusal);
  if (err == VD_OK)
    err = vd_journal_each_change(journal, 1, UINT64_MAX, add, &weight, &refusal);
  if (err != VD_OK) {
    fprintf(stderr, "weigh: %s\n", refusal.detail);
    return 1;
  }
  vd_journal_close(journal);
  printf("{\"changes\":%" PRIu64 ",\"bytes\":%" PRIu64 "}\n", weight.changes, weight.bytes);
  return 0;
}
