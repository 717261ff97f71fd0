// The live venue at the end of a rehearsal: what venued did by itself and what people did, how far ahead
// refills were asked for, what became of devices that failed, of notices and of suggestions.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/ctl/rehearsal.h"
#include "proto/text.h"

#define FIND(fold, KIND, Type, id) ((const Vd__##Type *)vd_fold_find((fold), VD__KIND__KIND_##KIND, (id)))

static const struct ctl_seen nothing = {.refill_count = 0};

// A table of which nothing is printed unless a row follows its head.
static void print(struct ctl_table *table)
{
  if (table->count > table->columns) {
    putchar('\n');
    ctl_table_print(table);
  } else {
    ctl_table_drop(table);
  }
}

static void clock_cell(const struct ctl *ctl, struct ctl_table *table, int64_t at_ms)
{
  char clock[40];
  ctl_clock(ctl, at_ms, clock, sizeof clock);
  ctl_cell(table, "%s", clock);
}

static void span_cell(struct ctl_table *table, int64_t from_ms, int64_t until_ms)
{
  char span[32];
  ctl_span(until_ms - from_ms, span, sizeof span);
  ctl_cell(table, "%s", from_ms != 0 && until_ms != 0 ? span : "-");
}

// ---- automatic and manual ----

static void print_nodes(const struct ctl *ctl, const struct ctl_played *played, const Vd__Status *status)
{
  const char *const names[] = {ctl_pick(ctl, "node of the process", "流程節點", "流程节点"),
                               ctl_pick(ctl, "automatic", "自動", "自动"),
                               ctl_pick(ctl, "manual", "人工", "人工")};
  struct ctl_table table = {0};
  uint64_t automatic = 0, manual = 0;
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  for (size_t i = 0; status != NULL && i < status->n_nodes; i++) {
    const Vd__NodeCount *count = status->nodes[i];
    ctl_cell(&table, "%s", ctl_words(ctl, &vd__node__descriptor, (int)count->node));
    ctl_cell(&table, "%" PRIu64, count->automatic);
    ctl_cell(&table, "%" PRIu64, count->manual);
    automatic += count->automatic;
    manual += count->manual;
  }
  if (table.count > table.columns) {
    ctl_cell(&table, "%s", ctl_pick(ctl, "in all", "合計", "合计"));
    ctl_cell(&table, "%" PRIu64, automatic);
    ctl_cell(&table, "%" PRIu64, manual);
  }
  bool is_told = played->is_baseline && table.count > 0;
  print(&table);
  if (is_told)
    puts(ctl_pick(ctl, "(baseline: automation is off; but who is late is called all the same, as escalation)",
                  "（對照：自動化已關閉；逾時者仍會被呼叫，計入升級）",
                  "（对照：自动化已关闭；超时者仍会被呼叫，计入升级）"));
}

// ---- supplies ----

static const char *supply_name(const struct ctl *ctl, const struct vd_fold *fold, const char *id)
{
  const Vd__Supply *supply = FIND(fold, SUPPLY, Supply, id);
  return supply != NULL ? ctl_text(ctl, supply->name, id) : id;
}

static void refill_row(const struct ctl *ctl, struct ctl_table *table, const struct vd_fold *fold,
                       const struct ctl_seen_refill *refill)
{
  char id[32];
  snprintf(id, sizeof id, "t%" PRIu64, refill->task);
  const Vd__Task *task = FIND(fold, TASK, Task, id);
  const Vd__Supply *supply = FIND(fold, SUPPLY, Supply, refill->supply);
  bool is_done = task != NULL && task->state == VD__TASK_STATE__TASK_STATE_DONE;
  ctl_cell(table, "%s", id);
  ctl_cell(table, "%s", supply_name(ctl, fold, refill->supply));
  clock_cell(ctl, table, refill->asked_at_ms);
  ctl_cell(table, "%s",
           refill->is_automatic ? ctl_pick(ctl, "venued", "系統", "系统")
                                : ctl_pick(ctl, "people", "人員", "人员"));
  ctl_cell(table, "%u/%u", refill->level, supply != NULL ? supply->par : 0);
  span_cell(table, refill->asked_at_ms, refill->run_out_at_ms);
  span_cell(table, refill->asked_at_ms, refill->stale_at_ms);
  if (is_done)
    span_cell(table, refill->asked_at_ms, task->ended_at_ms);
  else
    ctl_cell(table, "%s", task != NULL ? ctl_words(ctl, &vd__task_state__descriptor, (int)task->state) : "-");
}

static void print_refills(const struct ctl *ctl, const struct vd_fold *fold, const struct ctl_seen *seen)
{
  const char *const names[] = {ctl_pick(ctl, "refill", "補給", "补给"),
                               ctl_pick(ctl, "of", "物資", "物资"),
                               ctl_pick(ctl, "asked at", "請求於", "请求于"),
                               ctl_pick(ctl, "by", "由", "由"),
                               ctl_pick(ctl, "left", "存量", "存量"),
                               ctl_pick(ctl, "before run-out", "距耗盡", "距耗尽"),
                               ctl_pick(ctl, "before stale", "距過期", "距过期"),
                               ctl_pick(ctl, "there after", "歷時", "历时")};
  struct ctl_table table = {0};
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  for (size_t i = 0; i < seen->refill_count; i++)
    refill_row(ctl, &table, fold, &seen->refills[i]);
  print(&table);
}

static void print_supplies(const struct ctl *ctl, const struct vd_fold *fold, const struct ctl_seen *seen)
{
  const char *const names[] = {ctl_pick(ctl, "supply", "物資", "物资"),
                               ctl_pick(ctl, "served", "已取用", "已取用"),
                               ctl_pick(ctl, "forecast error", "預測誤差", "预测误差"),
                               ctl_pick(ctl, "nothing left for", "斷供時間", "断供时间")};
  struct ctl_table table = {0};
  char span[32];
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  VD_FOLD_EACH (fold, SUPPLY, Supply, supply) {
    if (!supply->is_known)
      continue;
    int64_t nothing_ms = ctl_seen_empty(seen, supply->id, ctl->now_ms);
    ctl_span(nothing_ms, span, sizeof span);
    ctl_cell(&table, "%s", ctl_text(ctl, supply->name, supply->id));
    ctl_cell(&table, "%" PRIu64, supply->served);
    if (supply->errors > 0)
      ctl_cell(&table, "%u.%u%%", supply->error_permille / 10, supply->error_permille % 10);
    else
      ctl_cell(&table, "-");
    ctl_cell(&table, "%s", nothing_ms > 0 ? span : "-");
  }
  print(&table);
}

// ---- devices ----

static const Vd__Incident *incident_of(const struct vd_fold *fold, const Vd__Device *device)
{
  char id[32];
  snprintf(id, sizeof id, "%" PRIu64, device->incident);
  return FIND(fold, INCIDENT, Incident, id);
}

static void need_cell(const struct ctl *ctl, struct ctl_table *table, const struct vd_fold *fold,
                      const Vd__Incident *incident)
{
  const Vd__Session *session = FIND(fold, SESSION, Session, incident->needed_by);
  char clock[40];
  ctl_clock(ctl, incident->needed_by_at_ms, clock, sizeof clock);
  if (session != NULL && incident->needed_by_at_ms != 0)
    ctl_cell(table, "%s %s (%u)", clock, ctl_text(ctl, session->title, session->id), session->audience);
  else
    ctl_cell(table, "-");
}

static void device_row(const struct ctl *ctl, struct ctl_table *table, const struct vd_fold *fold,
                       const Vd__Device *device, const Vd__Incident *incident)
{
  const Vd__Category *category = FIND(fold, CATEGORY, Category, incident->category);
  unsigned incidents = 0;
  VD_FOLD_EACH (fold, INCIDENT, Incident, other)
    incidents += strcmp(other->device, device->id) == 0;
  ctl_cell(table, "%s", ctl_text(ctl, device->name, device->id));
  ctl_cell(table, "%u", device->flaps);
  ctl_cell(table, "%u", incidents);
  ctl_cell(table, "#%" PRIu64, incident->number);
  clock_cell(ctl, table, incident->reported_at_ms);
  if (category != NULL && category->severity != 0)
    ctl_cell(table, CTL_FORMAT(ctl, "%u (category %u)", "%u（類別 %u）", "%u（类别 %u）"), incident->severity,
             category->severity);
  else
    ctl_cell(table, "%u", incident->severity);
  need_cell(ctl, table, fold, incident);
}

static void print_devices(const struct ctl *ctl, const struct vd_fold *fold)
{
  const char *const names[] = {
      ctl_pick(ctl, "device that failed", "故障設備", "故障设备"),
      ctl_pick(ctl, "came back and failed again", "恢復後再次故障", "恢复后再次故障"),
      ctl_pick(ctl, "incidents", "事件數", "事件数"),
      ctl_pick(ctl, "#", "#", "#"),
      ctl_pick(ctl, "since", "始於", "始于"),
      ctl_pick(ctl, "severity", "級別", "级别"),
      ctl_pick(ctl, "needed by (audience)", "需用於（人數）", "需用于（人数）")};
  struct ctl_table table = {0};
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  VD_FOLD_EACH (fold, DEVICE, Device, device) {
    const Vd__Incident *incident = device->incident != 0 ? incident_of(fold, device) : NULL;
    if (incident != NULL)
      device_row(ctl, &table, fold, device, incident);
  }
  print(&table);
}

// ---- notices ----

static unsigned changes_of(const struct ctl_seen *seen, uint64_t notice)
{
  for (size_t i = 0; i < seen->notice_count; i++)
    if (seen->notices[i].notice == notice)
      return seen->notices[i].changes;
  return 0;
}

static void sessions_cell(const struct ctl *ctl, struct ctl_table *table, const struct vd_fold *fold,
                          const Vd__Notice *notice)
{
  struct vd_buffer text = {0};
  for (size_t i = 0; i < notice->n_sessions; i++) {
    const Vd__Session *session = FIND(fold, SESSION, Session, notice->sessions[i]);
    vd_buffer_printf(&text, "%s%s", i > 0 ? ctl_pick(ctl, "; ", "；", "；") : "",
                     session != NULL ? ctl_text(ctl, session->title, session->id) : notice->sessions[i]);
  }
  if (*notice->text != '\0')
    vd_buffer_printf(&text, "%s%s", text.size > 0 ? ctl_pick(ctl, "; ", "；", "；") : "", notice->text);
  ctl_cell(table, "%.*s", (int)text.size, text.data != NULL ? (char *)text.data : "");
  vd_buffer_finish(&text);
}

static void print_notices(const struct ctl *ctl, const struct vd_fold *fold, const struct ctl_seen *seen)
{
  const char *const names[] = {ctl_pick(ctl, "attendee notice", "參會者通知", "参会者通知"),
                               ctl_pick(ctl, "state", "狀態", "状态"),
                               ctl_pick(ctl, "changes gathered", "合併變更", "合并变更"),
                               ctl_pick(ctl, "approved by", "批准人", "批准人"),
                               ctl_pick(ctl, "sent at", "發出於", "发出于"),
                               ctl_pick(ctl, "about", "內容", "内容")};
  struct ctl_table table = {0};
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  VD_FOLD_EACH (fold, NOTICE, Notice, notice) {
    ctl_cell(&table, "%s", notice->id);
    ctl_cell(&table, "%s", ctl_words(ctl, &vd__notice_state__descriptor, (int)notice->state));
    ctl_cell(&table, "%u", changes_of(seen, notice->number));
    ctl_cell(&table, "%s", *notice->approved_by != '\0' ? notice->approved_by : "-");
    clock_cell(ctl, &table, notice->sent_at_ms);
    sessions_cell(ctl, &table, fold, notice);
  }
  print(&table);
}

// ---- check-in ----

static const char *lane_name(const struct ctl *ctl, const struct vd_fold *fold, const char *id)
{
  const Vd__Lane *lane = FIND(fold, LANE, Lane, id);
  return lane != NULL ? ctl_text(ctl, lane->name, id) : id;
}

static void wait_cell(struct ctl_table *table, bool is_known, int64_t wait_ms)
{
  char span[32];
  ctl_span(wait_ms, span, sizeof span);
  ctl_cell(table, "%s", is_known ? span : "-");
}

static void print_lanes(const struct ctl *ctl, const struct vd_fold *fold)
{
  const char *const names[] = {ctl_pick(ctl, "check-in", "簽到通道", "签到通道"),
                               ctl_pick(ctl, "checked in", "已簽到", "已签到"),
                               ctl_pick(ctl, "longest wait", "最長等候", "最长等候")};
  struct ctl_table table = {0};
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  VD_FOLD_EACH (fold, LANE, Lane, lane) {
    if (lane->counted_at_ms == 0)
      continue;
    ctl_cell(&table, "%s", ctl_text(ctl, lane->name, lane->id));
    ctl_cell(&table, "%" PRIu64, lane->checked_in);
    wait_cell(&table, true, lane->peak_wait_ms);
  }
  print(&table);
}

static void suggestion_row(const struct ctl *ctl, struct ctl_table *table, const struct vd_fold *fold,
                           const Vd__Suggestion *suggestion)
{
  bool is_over = suggestion->state == VD__SUGGESTION_STATE__SUGGESTION_STATE_MEASURED;
  ctl_cell(table, "%s", suggestion->id);
  ctl_cell(table, "%s", lane_name(ctl, fold, suggestion->lane));
  ctl_cell(table, "%s%s%s", ctl_words(ctl, &vd__suggestion_kind__descriptor, (int)suggestion->kind),
           ctl_pick(ctl, ": ", "：", "："), lane_name(ctl, fold, suggestion->other));
  clock_cell(ctl, table, suggestion->made_at_ms);
  wait_cell(table, true, suggestion->wait_ms);
  wait_cell(table, true, suggestion->expected_ms);
  wait_cell(table, is_over && !suggestion->uncounted, suggestion->measured_ms);
  ctl_cell(table, "%s",
           !is_over                ? ctl_words(ctl, &vd__suggestion_state__descriptor, (int)suggestion->state)
           : suggestion->uncounted ? ctl_pick(ctl, "not known", "無法得知", "无法得知")
           : suggestion->helped    ? ctl_pick(ctl, "it helped", "有幫助", "有帮助")
                                   : ctl_pick(ctl, "it did not help", "無幫助", "无帮助"));
}

static void print_suggestions(const struct ctl *ctl, const struct vd_fold *fold)
{
  const char *const names[] = {ctl_pick(ctl, "suggestion", "建議", "建议"),
                               ctl_pick(ctl, "queue", "排隊", "排队"),
                               ctl_pick(ctl, "what", "做法", "做法"),
                               ctl_pick(ctl, "made at", "提出於", "提出于"),
                               ctl_pick(ctl, "wait then", "當時等候", "当时等候"),
                               ctl_pick(ctl, "expected", "預期", "预期"),
                               ctl_pick(ctl, "measured", "實測", "实测"),
                               ctl_pick(ctl, "outcome", "結果", "结果")};
  struct ctl_table table = {0};
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  VD_FOLD_EACH (fold, SUGGESTION, Suggestion, suggestion)
    suggestion_row(ctl, &table, fold, suggestion);
  print(&table);
}

void ctl_summarize_live(const struct ctl *ctl, const struct vd_fold *fold, const struct ctl_played *played,
                        const Vd__Status *status)
{
  const struct ctl_seen *seen = played->seen != NULL ? played->seen : &nothing;
  print_refills(ctl, fold, seen);
  print_supplies(ctl, fold, seen);
  print_devices(ctl, fold);
  print_notices(ctl, fold, seen);
  print_lanes(ctl, fold);
  print_suggestions(ctl, fold);
  print_nodes(ctl, played, status);
}
