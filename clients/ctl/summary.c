// What was promised, and what became of it: per tier how many were met, met but told late, missed, void or
// still running; and which group held the clock for how long.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/text.h"

enum { TIERS = 3, OUTCOMES = 6, HOLDERS_MAX = 64 };

struct holder {
  const char *who;
  int64_t held_ms;
};

struct summary {
  unsigned counts[TIERS + 1][OUTCOMES];
  struct holder holders[HOLDERS_MAX];
  size_t holder_count;
};

static void add_share(struct summary *summary, const Vd__Share *share)
{
  for (size_t i = 0; i < summary->holder_count; i++) {
    if (strcmp(summary->holders[i].who, share->who) == 0) {
      summary->holders[i].held_ms += share->held_ms;
      return;
    }
  }
  if (summary->holder_count < HOLDERS_MAX)
    summary->holders[summary->holder_count++] = (struct holder){share->who, share->held_ms};
}

static void add(struct summary *summary, const Vd__Deadline *deadline)
{
  unsigned tier = (unsigned)deadline->promise, outcome = (unsigned)deadline->outcome;
  if (tier <= TIERS && outcome < OUTCOMES)
    summary->counts[tier][outcome]++;
  for (size_t i = 0; i < deadline->n_shares; i++)
    add_share(summary, deadline->shares[i]);
}

static void print_outcomes(const struct ctl *ctl, const struct summary *summary)
{
  const char *const tiers[TIERS + 1] = {"", ctl_pick(ctl, "1 respond", "一級響應", "一级响应"),
                                        ctl_pick(ctl, "2 decide", "二級定案", "二级定案"),
                                        ctl_pick(ctl, "3 land", "三級落地", "三级落地")};
  const char *const outcomes[OUTCOMES] = {ctl_pick(ctl, "tier", "級", "级"),
                                          ctl_pick(ctl, "running", "進行中", "进行中"),
                                          ctl_pick(ctl, "met", "按時", "按时"),
                                          ctl_pick(ctl, "met, reported late", "按時（補錄）", "按时（补录）"),
                                          ctl_pick(ctl, "missed", "逾時", "超时"),
                                          ctl_pick(ctl, "void", "作廢", "作废")};
  struct ctl_table table = {.columns = OUTCOMES};
  for (size_t i = 0; i < OUTCOMES; i++)
    ctl_cell(&table, "%s", outcomes[i]);
  for (size_t tier = 1; tier <= TIERS; tier++) {
    ctl_cell(&table, "%s", tiers[tier]);
    for (size_t outcome = 1; outcome < OUTCOMES; outcome++)
      ctl_cell(&table, "%u", summary->counts[tier][outcome]);
  }
  ctl_table_print(&table);
}

static void print_holders(const struct ctl *ctl, const struct summary *summary)
{
  printf("%s", ctl_pick(ctl, "who held the clock:", "各組耗時：", "各组耗时："));
  for (size_t i = 0; i < summary->holder_count; i++) {
    char held[32];
    vd_duration_format(summary->holders[i].held_ms / 1000 * 1000, held, sizeof held);
    printf("%s %s %s", i > 0 ? "," : "", summary->holders[i].who, held);
  }
  putchar('\n');
}

int ctl_print_summary(struct ctl *ctl)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_DEADLINE};
  struct vd_fold *fold = NULL;
  int status = ctl_fetch(ctl, kinds, 1, "", &fold);
  if (status != CTL_DONE)
    return status;
  struct summary summary = {.holder_count = 0};
  const ProtobufCMessage *message;
  for (const char *after = NULL; (message = vd_fold_next(fold, VD__KIND__KIND_DEADLINE, after, "")) != NULL;
       after = vd_message_id(message))
    add(&summary, (const Vd__Deadline *)message);
  putchar('\n');
  print_outcomes(ctl, &summary);
  print_holders(ctl, &summary);
  vd_fold_destroy(fold);
  return CTL_DONE;
}
