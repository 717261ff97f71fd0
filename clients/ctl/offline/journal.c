// `journal verify`, `journal export`, `backup`: on the data folder itself, beside a live daemon or without
// one.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clients/ctl/ctl.h"
#include "daemon/store/journal.h"
#include "proto/clearance.h"
#include "proto/quota.h"
#include "proto/text.h"

enum { CHANGE_QUOTA = 1024 * 1024 };

static enum vd_err open_reader(const struct ctl *ctl, struct vd_journal **journal, struct vd_refusal *refusal)
{
  struct vd_journal_options options = {
      .data_dir = ctl->options.data_dir != NULL ? ctl->options.data_dir : "./data", .is_reader = true};
  return vd_journal_open(journal, &options, refusal);
}

// On a terminal only: a progress line in a log would be noise.
static void progress(void *context, uint64_t done, uint64_t total)
{
  const char *word = context;
  if (isatty(STDERR_FILENO))
    fprintf(stderr, "\r%s %" PRIu64 "/%" PRIu64 "%s", word, done, total, done >= total ? "\n" : "");
}

static void print_chain(const struct vd_verify_result *result)
{
  for (size_t i = 0; i < VD_CHAIN_SIZE; i++)
    printf("%02x", result->chain[i]);
}

int ctl_journal_verify(struct ctl *ctl)
{
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_journal *journal = NULL;
  struct vd_verify_result result;
  enum vd_err err = open_reader(ctl, &journal, &refusal);
  if (err == VD_OK)
    err = vd_journal_verify(journal, progress, (void *)ctl_pick(ctl, "verifying", "驗證中", "验证中"),
                            &result, &refusal);
  vd_journal_close(journal);
  if (err != VD_OK)
    return ctl_complain(ctl, err, &refusal);
  if (ctl->options.is_json) {
    printf("{\"changes\":%" PRIu64 ",\"entities\":%" PRIu64 ",\"sequence\":%" PRIu64 ",\"chain\":\"",
           result.changes, result.entities, result.sequence);
    print_chain(&result);
    puts("\"}");
    return CTL_DONE;
  }
  printf("%s%" PRIu64 " %s%" PRIu64 " %s\n%s ", ctl_pick(ctl, "agrees: ", "一致：", "一致："), result.changes,
         ctl_pick(ctl, "changes, ", "項變更，", "项变更，"), result.entities,
         ctl_pick(ctl, "checkpointed entities", "個存檔實體", "个存档实体"),
         ctl_pick(ctl, "chain", "雜湊鏈", "哈希链"));
  print_chain(&result);
  putchar('\n');
  return CTL_DONE;
}

static bool export_change(void *context, uint64_t epoch, uint64_t sequence,
                          const uint8_t chain[VD_CHAIN_SIZE], const uint8_t *data, size_t size)
{
  (void)epoch;
  (void)sequence;
  (void)chain;
  struct vd_refusal *refusal = context;
  ProtobufCMessage *change = vd_unpack_bounded(&vd__change__descriptor, data, size, CHANGE_QUOTA, refusal);
  if (change == NULL)
    return false;
  // What leaves the journal is filtered like what leaves the daemon.
  vd_clearance_redact(VD_CLEARANCE_OPS, change);
  ctl_print_json(change);
  protobuf_c_message_free_unpacked(change, NULL);
  return !ferror(stdout);
}

int ctl_journal_export(struct ctl *ctl)
{
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_journal *journal = NULL;
  char *end = NULL;
  uint64_t from = ctl->options.from != NULL ? strtoull(ctl->options.from, &end, 10) : 1;
  if (from == 0 || (end != NULL && *end != '\0'))
    return ctl_usage(ctl,
                     ctl_pick(ctl, "--from takes the number of a change; not", "--from 為變更的序號；而非",
                              "--from 为变更的序号；而非"),
                     ctl->options.from);
  enum vd_err err = open_reader(ctl, &journal, &refusal);
  if (err == VD_OK)
    err = vd_journal_each_change(journal, from, UINT64_MAX, export_change, &refusal, &refusal);
  if (err == VD_OK)
    err = refusal.err;
  vd_journal_close(journal);
  return err != VD_OK ? ctl_complain(ctl, err, &refusal) : CTL_DONE;
}

int ctl_backup(struct ctl *ctl)
{
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_journal *journal = NULL;
  enum vd_err err = open_reader(ctl, &journal, &refusal);
  if (err == VD_OK)
    err = vd_journal_backup(journal, ctl->arguments[0], progress,
                            (void *)ctl_pick(ctl, "copying", "複製中", "复制中"), &refusal);
  vd_journal_close(journal);
  if (err != VD_OK)
    return ctl_complain(ctl, err, &refusal);
  fprintf(stderr, "%s%s\n", ctl_pick(ctl, "copied and verified: ", "已複製並驗證：", "已复制并验证："),
          ctl->arguments[0]);
  return CTL_DONE;
}
