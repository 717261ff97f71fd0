// A rehearsal's two runs beside each other: what a manager would compare, a row each.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/rehearsal.h"
#include "proto/text.h"

enum { RUNS_MAX = 2 };
static const int64_t BEHIND_TOLD_MS = 60000;

struct comparison {
  const struct ctl *ctl;
  const struct vd_fold *fold; // for names
  const Vd__RunFigures *runs[RUNS_MAX];
  size_t count;
  struct ctl_table table;
};
#define EACH_RUN(comparison, run)                                                                            \
  for (size_t run##_at = 0; run##_at < (comparison)->count; run##_at++)                                      \
    for (const Vd__RunFigures *run = (comparison)->runs[run##_at]; run != NULL; run = NULL)

static const char *run_word(const struct ctl *ctl, const Vd__RunFigures *run)
{
  return run->run == VD__REHEARSAL_RUN__REHEARSAL_RUN_BASELINE ? ctl_pick(ctl, "baseline", "對照", "对照")
                                                               : ctl_pick(ctl, "automatic", "自動", "自动");
}

static void span_cell(struct comparison *comparison, int64_t span_ms)
{
  char span[32];
  ctl_span(span_ms, span, sizeof span);
  ctl_cell(&comparison->table, "%s", span_ms > 0 ? span : "-");
}

static void of_cell(struct comparison *comparison, uint32_t part, uint32_t whole)
{
  ctl_cell(&comparison->table, CTL_FORMAT(comparison->ctl, "%u of %u", "%u/%u", "%u/%u"), part, whole);
}

static const char *colon(const struct comparison *comparison)
{
  return ctl_pick(comparison->ctl, ": ", "：", "：");
}

// ---- promises, calls ----

static Vd__PromiseFigures promise_of(const Vd__RunFigures *run, int promise)
{
  for (size_t i = 0; i < run->n_promises; i++)
    if ((int)run->promises[i]->promise == promise)
      return *run->promises[i];
  return (Vd__PromiseFigures)VD__PROMISE_FIGURES__INIT;
}

static void add_promises(struct comparison *comparison)
{
  for (int promise = 1; promise <= CTL_PROMISES; promise++) {
    uint32_t made = 0;
    EACH_RUN(comparison, run)
    made += promise_of(run, promise).made;
    if (made == 0)
      continue;
    const char *words = ctl_words(comparison->ctl, &vd__promise__descriptor, promise);
    const char *late = ctl_pick(comparison->ctl, "late", "逾時", "超时");
    if (promise <= CTL_TIERS)
      ctl_cell(&comparison->table, "%s%s%d %s", late, colon(comparison), promise, words);
    else
      ctl_cell(&comparison->table, "%s%s%s", late, colon(comparison), words);
    EACH_RUN(comparison, run)
    of_cell(comparison, promise_of(run, promise).late, promise_of(run, promise).made);
  }
}

static int64_t late_held_by(const Vd__RunFigures *run, const char *who)
{
  for (size_t i = 0; i < run->n_late_held; i++)
    if (strcmp(run->late_held[i]->who, who) == 0)
      return run->late_held[i]->held_ms;
  return 0;
}

static void holder_row(struct comparison *comparison, const char *who)
{
  ctl_cell(&comparison->table, "%s%s%s",
           ctl_pick(comparison->ctl, "clock of what was late, held by", "逾時耗時歸屬", "超时耗时归属"),
           colon(comparison), ctl_team(comparison->ctl, comparison->fold, who));
  EACH_RUN(comparison, run)
  span_cell(comparison, late_held_by(run, who));
}

// Each once, whichever run names it first.
static void add_holders(struct comparison *comparison)
{
  for (size_t at = 0; at < comparison->count; at++)
    for (size_t i = 0; i < comparison->runs[at]->n_late_held; i++) {
      const char *who = comparison->runs[at]->late_held[i]->who;
      if (at == 0 || late_held_by(comparison->runs[0], who) == 0)
        holder_row(comparison, who);
    }
}

static void add_calls(struct comparison *comparison)
{
  ctl_cell(&comparison->table, "%s", ctl_pick(comparison->ctl, "calls", "呼叫", "呼叫"));
  EACH_RUN(comparison, run)
  ctl_cell(&comparison->table, "%u", run->calls);
  ctl_cell(&comparison->table, "%s", ctl_pick(comparison->ctl, "climbs", "升級", "升级"));
  EACH_RUN(comparison, run)
  ctl_cell(&comparison->table, "%u", run->climbs);
}

// ---- supplies, samples, check-in ----

static int64_t empty_of(const Vd__RunFigures *run, const char *supply) // NULL: of all
{
  int64_t empty_ms = 0;
  for (size_t i = 0; i < run->n_supplies; i++)
    if (supply == NULL || strcmp(run->supplies[i]->supply, supply) == 0)
      empty_ms += run->supplies[i]->empty_ms;
  return empty_ms;
}

static void empty_row(struct comparison *comparison, const char *supply, const char *name)
{
  int64_t empty_ms = 0;
  EACH_RUN(comparison, run)
  empty_ms += empty_of(run, supply);
  if (empty_ms == 0 && supply != NULL)
    return;
  ctl_cell(&comparison->table, "%s%s%s", ctl_pick(comparison->ctl, "nothing left for", "斷供", "断供"),
           colon(comparison), name);
  EACH_RUN(comparison, run)
  span_cell(comparison, empty_of(run, supply));
}

static void add_supplies(struct comparison *comparison)
{
  if (comparison->runs[0]->n_supplies == 0)
    return;
  VD_FOLD_EACH (comparison->fold, SUPPLY, Supply, supply)
    empty_row(comparison, supply->id, ctl_text(comparison->ctl, supply->name, supply->id));
  empty_row(comparison, NULL, ctl_pick(comparison->ctl, "all together", "合計", "合计"));
}

static void asked_cell(struct comparison *comparison, const Vd__RunFigures *run)
{
  if (run->samples_asked > 0 || run->batches == 0)
    of_cell(comparison, run->samples_asked, run->batches);
  else
    ctl_cell(&comparison->table,
             CTL_FORMAT(comparison->ctl, "0 of %u: nobody asked", "0/%u：無人要求", "0/%u：无人要求"),
             run->batches);
}

static void add_samples(struct comparison *comparison)
{
  const struct ctl *ctl = comparison->ctl;
  uint32_t batches = 0;
  EACH_RUN(comparison, run)
  batches += run->batches;
  if (batches == 0)
    return;
  ctl_cell(&comparison->table, "%s", ctl_pick(ctl, "food samples asked for", "要求留樣", "要求留样"));
  EACH_RUN(comparison, run)
  asked_cell(comparison, run);
  ctl_cell(&comparison->table, "%s", ctl_pick(ctl, "food samples in time", "按時留樣", "按时留样"));
  EACH_RUN(comparison, run)
  of_cell(comparison, run->samples_in_time, run->batches);
  ctl_cell(&comparison->table, "%s", ctl_pick(ctl, "food samples late", "逾時留樣", "超时留样"));
  EACH_RUN(comparison, run)
  of_cell(comparison, run->samples_late, run->batches);
  ctl_cell(&comparison->table, "%s", ctl_pick(ctl, "food samples missing", "缺少留樣", "缺少留样"));
  EACH_RUN(comparison, run)
  of_cell(comparison, run->samples_missing, run->batches);
}

static void add_lanes(struct comparison *comparison)
{
  const struct ctl *ctl = comparison->ctl;
  uint64_t checked_in = 0;
  EACH_RUN(comparison, run)
  checked_in += run->checked_in;
  if (checked_in == 0)
    return;
  ctl_cell(&comparison->table, "%s", ctl_pick(ctl, "checked in", "已簽到", "已签到"));
  EACH_RUN(comparison, run)
  ctl_cell(&comparison->table, "%" PRIu64, run->checked_in);
  ctl_cell(
      &comparison->table, "%s",
      ctl_pick(ctl, "average wait at check-in, as forecast", "簽到平均等候（預測）", "签到平均等候（预测）"));
  EACH_RUN(comparison, run)
  span_cell(comparison, run->average_wait_ms);
  ctl_cell(
      &comparison->table, "%s",
      ctl_pick(ctl, "longest wait at check-in, as forecast", "簽到最長等候（預測）", "签到最长等候（预测）"));
  EACH_RUN(comparison, run)
  span_cell(comparison, run->longest_wait_ms);
}

// ---- by itself and by people ----

static Vd__NodeCount node_of(const Vd__RunFigures *run, int node) // 0: all together
{
  Vd__NodeCount count = VD__NODE_COUNT__INIT;
  for (size_t i = 0; i < run->n_nodes; i++) {
    if (node != 0 && (int)run->nodes[i]->node != node)
      continue;
    count.automatic += run->nodes[i]->automatic;
    count.manual += run->nodes[i]->manual;
  }
  return count;
}

static void node_row(struct comparison *comparison, int node, const char *name)
{
  uint64_t acts = 0;
  EACH_RUN(comparison, run)
  acts += node_of(run, node).automatic + node_of(run, node).manual;
  if (acts == 0)
    return;
  ctl_cell(&comparison->table, "%s%s%s",
           ctl_pick(comparison->ctl, "by itself + by people", "自動 + 人工", "自动 + 人工"),
           colon(comparison), name);
  EACH_RUN(comparison, run)
  {
    Vd__NodeCount count = node_of(run, node);
    uint64_t sum = count.automatic + count.manual;
    ctl_cell(&comparison->table, "%" PRIu64 " + %" PRIu64 " (%" PRIu64 "%%)", count.automatic, count.manual,
             sum > 0 ? count.automatic * 100 / sum : 0);
  }
}

static void add_nodes(struct comparison *comparison)
{
  for (int node = 1; node <= CTL_NODES; node++)
    node_row(comparison, node, ctl_words(comparison->ctl, &vd__node__descriptor, node));
  node_row(comparison, 0, ctl_pick(comparison->ctl, "all together", "合計", "合计"));
}

// The standard asks for 40 % fewer.
static void say_saved(const struct comparison *comparison)
{
  if (comparison->count < RUNS_MAX)
    return;
  uint64_t before = node_of(comparison->runs[0], 0).manual, after = node_of(comparison->runs[1], 0).manual;
  if (before == 0)
    return;
  if (after == 0) { // a change in per cent would say that people had nothing to do
    printf(CTL_FORMAT(comparison->ctl, "manual acts: %" PRIu64 " with automation off, none with it\n",
                      "人工操作：關閉自動化 %" PRIu64 " 次，啟用自動化時無\n",
                      "人工操作：关闭自动化 %" PRIu64 " 次，启用自动化时无\n"),
           before);
    return;
  }
  int64_t change = ((int64_t)after - (int64_t)before) * 100 / (int64_t)before;
  printf(CTL_FORMAT(comparison->ctl,
                    "manual acts: %" PRIu64 " with automation off, %" PRIu64 " with it (%+" PRId64 "%%)\n",
                    "人工操作：關閉自動化 %" PRIu64 " 次，啟用自動化 %" PRIu64 " 次（%+" PRId64 "%%）\n",
                    "人工操作：关闭自动化 %" PRIu64 " 次，启用自动化 %" PRIu64 " 次（%+" PRId64 "%%）\n"),
         before, after, change);
}

// ---- the whole ----

static void say_other(const struct ctl *ctl, const Vd__RunFigures *other)
{
  char played[40], behind[32];
  vd_instant_format(other->played_at_ms, ctl->utc_offset_ms, played, sizeof played);
  printf(CTL_FORMAT(ctl, "the %s run is that of %.10s %.5s", "%s一欄為 %.10s %.5s 的執行",
                    "%s一栏为 %.10s %.5s 的执行"),
         run_word(ctl, other), played, played + sizeof "2023-05-18T" - 1);
  ctl_span(other->behind_ms, behind, sizeof behind);
  if (other->behind_ms >= BEHIND_TOLD_MS)
    printf(CTL_FORMAT(ctl, "; it fell up to %s behind the script", "；曾落後腳本達 %s", "；曾落后脚本达 %s"),
           behind);
  putchar('\n');
}

void ctl_compare(const struct ctl *ctl, const struct vd_fold *fold, const Vd__RunFigures *own,
                 const Vd__RunFigures *other)
{
  struct comparison comparison = {.ctl = ctl, .fold = fold, .runs = {own, other}, .count = 1};
  if (other != NULL)
    comparison.count = RUNS_MAX;
  if (other != NULL && other->run == VD__REHEARSAL_RUN__REHEARSAL_RUN_BASELINE) {
    comparison.runs[0] = other;
    comparison.runs[1] = own;
  }
  comparison.table.columns = comparison.count + 1;
  ctl_cell(&comparison.table, "%s", ctl_pick(ctl, "compared", "比較", "比较"));
  EACH_RUN(&comparison, run)
  ctl_cell(&comparison.table, "%s", run_word(ctl, run));
  add_promises(&comparison);
  add_holders(&comparison);
  add_calls(&comparison);
  add_supplies(&comparison);
  add_samples(&comparison);
  add_lanes(&comparison);
  add_nodes(&comparison);
  putchar('\n');
  ctl_table_print(&comparison.table);
  say_saved(&comparison);
  if (other != NULL)
    say_other(ctl, other);
}
