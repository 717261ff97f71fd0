// The tea-break: supplies, food in batches, and the tasks that both ask for.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/text.h"

static int fetch(struct ctl *ctl, struct vd_fold **fold)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_SUPPLY,   VD__KIND__KIND_BATCH,   VD__KIND__KIND_TASK,
                                   VD__KIND__KIND_DEADLINE, VD__KIND__KIND_SESSION, VD__KIND__KIND_EVENT};
  int status = ctl_look(ctl);
  return status != CTL_DONE ? status : ctl_fetch(ctl, kinds, sizeof kinds / sizeof *kinds, "", fold);
}

static void finish(struct ctl *ctl, struct ctl_table *table, size_t count, struct vd_fold *fold)
{
  ctl_list_end(ctl, table, count);
  vd_fold_destroy(fold);
}

// ---- supply list ----

static const Vd__Task *open_task(const struct vd_fold *fold, const char *id)
{
  const Vd__Task *task = (const Vd__Task *)vd_fold_find(fold, VD__KIND__KIND_TASK, id);
  return task && task->state == VD__TASK_STATE__TASK_STATE_OPEN ? task : NULL;
}

static const Vd__Deadline *promise_of(const struct vd_fold *fold, const Vd__Task *task)
{
  char id[80];
  snprintf(id, sizeof id, "%.64s.done", task->id);
  return (const Vd__Deadline *)vd_fold_find(fold, VD__KIND__KIND_DEADLINE, id);
}

// "18m"; "now" as it comes, then "5m ago"; "-" where it is not within sight.
static void time_left_cell(const struct ctl *ctl, struct ctl_table *table, int64_t at_ms)
{
  enum { MINUTE_MS = 60000 };
  char span[32];
  int64_t left_ms = at_ms - ctl->now_ms, span_ms = left_ms < 0 ? -left_ms : left_ms;
  int64_t grain_ms = span_ms < MINUTE_MS ? 1000 : MINUTE_MS;
  vd_duration_format(span_ms / grain_ms * grain_ms, span, sizeof span);
  if (at_ms == 0)
    ctl_cell(table, "-");
  else if (left_ms > 0)
    ctl_cell(table, "%s", span);
  else if (span_ms < MINUTE_MS)
    ctl_cell(table, "%s", ctl_pick(ctl, "now", "現在", "现在"));
  else
    ctl_cell(table, "%s%s", span, ctl_pick(ctl, " ago", "前", "前"));
}

// "?" where nobody has looked for a day: nothing is forecast.
static void run_out_cell(const struct ctl *ctl, struct ctl_table *table, const Vd__Supply *supply)
{
  const int64_t sight_ms = INT64_C(86400000);
  if (!supply->is_known || supply->level_at_ms + sight_ms < ctl->now_ms)
    ctl_cell(table, "?");
  else
    time_left_cell(ctl, table, supply->run_out_at_ms);
}

static void level_cell(const struct ctl *ctl, struct ctl_table *table, const Vd__Supply *supply)
{
  char age[32];
  int64_t age_ms = ctl->now_ms > supply->level_at_ms ? ctl->now_ms - supply->level_at_ms : 0;
  vd_duration_format(age_ms / 60000 * 60000, age, sizeof age);
  if (!supply->is_known)
    ctl_cell(table, "?/%u", supply->par);
  else if (age_ms < 60000)
    ctl_cell(table, "%u/%u", supply->level, supply->par);
  else
    ctl_cell(table, "%u/%u (%s%s)", supply->level, supply->par, age, ctl_pick(ctl, " ago", "前", "前"));
}

static void refill_cell(const struct ctl *ctl, struct ctl_table *table, const struct vd_fold *fold,
                        const Vd__Supply *supply)
{
  char clock[40];
  const Vd__Task *task = open_task(fold, supply->task);
  const Vd__Deadline *promise = task ? promise_of(fold, task) : NULL;
  ctl_clock(ctl, promise ? promise->due_at_ms : supply->refill_at_ms, clock, sizeof clock);
  if (task)
    ctl_cell(table, "%s %s %s %s%s", task->id, *task->crew ? task->crew : "?",
             ctl_pick(ctl, "due", "到期", "到期"), clock, promise && promise->breached_at_ms ? "!" : "");
  else if (supply->refill_at_ms == 0 && (supply->run_out_waived || supply->stale_waived))
    ctl_cell(table, "%s", ctl_pick(ctl, "not wanted", "不需要", "不需要"));
  else if (supply->refill_at_ms)
    ctl_cell(table, "%s %s", ctl_pick(ctl, "will be asked at", "將請求於", "将请求于"), clock);
  else
    ctl_cell(table, "-");
}

static void name_cell(const struct ctl *ctl, struct ctl_table *table, const Vd__Supply *supply)
{
  struct vd_buffer name = {0};
  vd_buffer_printf(&name, "%s", ctl_text(ctl, supply->name, ""));
  for (size_t i = 0; i < supply->n_allergens; i++)
    vd_buffer_printf(&name, "%s%s", i ? ctl_pick(ctl, ", ", "、", "、") : " [",
                     ctl_allergen_words(ctl, supply->allergens[i]));
  vd_buffer_printf(&name, "%s", supply->n_allergens ? "]" : "");
  ctl_cell(table, "%.*s", (int)name.size, (char *)name.data);
  vd_buffer_finish(&name);
}

static void supply_row(const struct ctl *ctl, struct ctl_table *table, const struct vd_fold *fold,
                       const Vd__Supply *supply)
{
  ctl_cell(table, "%s", supply->id);
  ctl_cell(table, "%s", supply->zone);
  level_cell(ctl, table, supply);
  run_out_cell(ctl, table, supply);
  time_left_cell(ctl, table, supply->stale_at_ms);
  refill_cell(ctl, table, fold, supply);
  if (supply->errors)
    ctl_cell(table, "%u.%u%% (%u)", supply->error_permille / 10, supply->error_permille % 10, supply->errors);
  else
    ctl_cell(table, "-");
  name_cell(ctl, table, supply);
}

// A refill is asked for or ought to be there, or less than half is left.
static bool is_low(const struct ctl *ctl, const struct vd_fold *fold, const Vd__Supply *supply)
{
  return open_task(fold, supply->task) || (supply->refill_at_ms && supply->refill_at_ms <= ctl->now_ms) ||
         (supply->is_known && (uint64_t)supply->level * 2 < supply->par);
}

int ctl_supply_list(struct ctl *ctl)
{
  struct vd_fold *fold = NULL;
  int status = fetch(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  struct ctl_table table = {0};
  const char *const names[] = {ctl_pick(ctl, "id", "代號", "代号"),
                               ctl_pick(ctl, "zone", "區域", "区域"),
                               ctl_pick(ctl, "level/par", "存量/滿量", "存量/满量"),
                               ctl_pick(ctl, "run-out in", "距耗盡", "距耗尽"),
                               ctl_pick(ctl, "stale in", "距過期", "距过期"),
                               ctl_pick(ctl, "refill", "補給", "补给"),
                               ctl_pick(ctl, "forecast error", "預測誤差", "预测误差"),
                               ctl_pick(ctl, "name", "名稱", "名称")};
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  size_t count = 0;
  VD_FOLD_EACH (fold, SUPPLY, Supply, supply) {
    if (supply->retired || (ctl->options.only_low && !is_low(ctl, fold, supply)))
      continue;
    count++;
    if (ctl->options.is_json)
      ctl_print_json(&supply->base);
    else
      supply_row(ctl, &table, fold, supply);
  }
  finish(ctl, &table, count, fold);
  return CTL_DONE;
}

// ---- what is said of a supply ----

int ctl_supply_level(struct ctl *ctl)
{
  uint32_t units;
  if (!ctl_whole(ctl, "", ctl->arguments[1], &units))
    return CTL_USAGE;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_SUPPLY_LEVEL);
  vd_string_set(&command->supply_level->supply, ctl->arguments[0]);
  command->supply_level->level = units;
  command->supply_level->refilled = ctl->options.is_refilled;
  return ctl_send(ctl, command, false);
}

int ctl_supply_served(struct ctl *ctl)
{
  uint32_t units;
  if (!ctl_whole(ctl, "", ctl->arguments[1], &units))
    return CTL_USAGE;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_SUPPLY_SERVED);
  vd_string_set(&command->supply_served->supply, ctl->arguments[0]);
  command->supply_served->count = units;
  return ctl_send(ctl, command, false);
}

int ctl_supply_refill(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_SUPPLY_REFILL);
  vd_string_set(&command->supply_refill->supply, ctl->arguments[0]);
  return ctl_send(ctl, command, true);
}

// ---- batch list ----

static bool is_over(const Vd__Batch *batch)
{
  return batch->state == VD__BATCH_STATE__BATCH_STATE_DISPOSED ||
         batch->state == VD__BATCH_STATE__BATCH_STATE_CANCELLED;
}

static bool is_too_little(const struct vd_fold *fold, const Vd__Sample *sample)
{
  const Vd__Event *event = (const Vd__Event *)vd_fold_find(fold, VD__KIND__KIND_EVENT, "event");
  return event != NULL && event->policy != NULL && sample->weight_g < event->policy->sample_weight_g;
}

static void sample_cell(const struct ctl *ctl, struct ctl_table *table, const struct vd_fold *fold,
                        const Vd__Batch *batch)
{
  const Vd__Sample *sample = batch->sample;
  char until[40];
  if (!sample) {
    ctl_cell(table, "-");
    return;
  }
  vd_instant_format(sample->keep_until_at_ms, ctl->utc_offset_ms, until, sizeof until);
  until[16] = '\0'; // the minute; it is days ahead
  until[10] = ' ';
  ctl_cell(table, "%u g%s %s %s %s", sample->weight_g,
           is_too_little(fold, sample) ? ctl_pick(ctl, " (too little)", "（不足量）", "（不足量）") : "",
           sample->fridge, ctl_pick(ctl, "until", "至", "至"), until + 5);
}

static void temperature_cell(struct ctl_table *table, const Vd__Batch *batch)
{
  char degrees[32];
  ctl_thousandths_format(batch->temperature_milli, degrees);
  if (batch->temperatures)
    ctl_cell(table, "%s °C", degrees);
  else
    ctl_cell(table, "-");
}

static void batch_row(const struct ctl *ctl, struct ctl_table *table, const struct vd_fold *fold,
                      const Vd__Batch *batch)
{
  const Vd__Session *session =
      (const Vd__Session *)vd_fold_find(fold, VD__KIND__KIND_SESSION, batch->session);
  const Vd__Task *task = open_task(fold, batch->task);
  char planned[40], served[40];
  ctl_clock(ctl, session ? session->start_at_ms : batch->planned_at_ms, planned, sizeof planned);
  ctl_clock(ctl, batch->served_at_ms, served, sizeof served);
  ctl_cell(table, "%s", batch->id);
  ctl_cell(table, "%s%s%s", ctl_words(ctl, &vd__batch_state__descriptor, (int)batch->state),
           *batch->held_for ? " " : "", batch->held_for);
  ctl_cell(table, "%u", batch->quantity);
  ctl_cell(table, "%s%s%s", planned, *batch->session ? " " : "", batch->session);
  ctl_cell(table, "%s", served);
  sample_cell(ctl, table, fold, batch);
  temperature_cell(table, batch);
  ctl_cell(table, "%s", task ? task->id : "-");
}

int ctl_batch_list(struct ctl *ctl)
{
  struct vd_fold *fold = NULL;
  int status = fetch(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  struct ctl_table table = {0};
  const char *const names[] = {
      ctl_pick(ctl, "id", "代號", "代号"),          ctl_pick(ctl, "state", "狀態", "状态"),
      ctl_pick(ctl, "quantity", "數量", "数量"),    ctl_pick(ctl, "for", "計劃", "计划"),
      ctl_pick(ctl, "served", "供應於", "供应于"),  ctl_pick(ctl, "sample", "留樣", "留样"),
      ctl_pick(ctl, "temperature", "溫度", "温度"), ctl_pick(ctl, "task", "任務", "任务")};
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  size_t count = 0;
  VD_FOLD_EACH (fold, BATCH, Batch, batch) {
    if (ctl->options.only_open && is_over(batch))
      continue;
    count++;
    if (ctl->options.is_json)
      ctl_print_json(&batch->base);
    else
      batch_row(ctl, &table, fold, batch);
  }
  finish(ctl, &table, count, fold);
  return CTL_DONE;
}

// ---- what is done with a batch ----

// Here --at is the time that the batch is for, not when it was planned.
int ctl_batch_plan(struct ctl *ctl)
{
  uint32_t units;
  int64_t planned_ms = 0;
  int status = CTL_DONE;
  if (!ctl_whole(ctl, "", ctl->arguments[1], &units))
    return CTL_USAGE;
  if ((ctl->options.at != NULL) == (ctl->options.session != NULL))
    return ctl_usage(ctl,
                     ctl_pick(ctl, "batch plan takes one of --at TIME, --session SESSION",
                              "batch plan 可為 --at 時間、--session 議程 其中之一",
                              "batch plan 可为 --at 时间、--session 议程 其中之一"),
                     "");
  if (ctl->options.at != NULL && !ctl_instant(ctl, ctl->options.at, &planned_ms, &status))
    return status;
  ctl->options.at = NULL;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_BATCH_PLAN);
  vd_string_set(&command->batch_plan->supply, ctl->arguments[0]);
  command->batch_plan->quantity = units;
  command->batch_plan->planned_at_ms = planned_ms;
  vd_string_set(&command->batch_plan->session, ctl->options.session);
  return ctl_send(ctl, command, true);
}

int ctl_batch_hold(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_BATCH_HOLD);
  vd_string_set(&command->batch_hold->batch, ctl->arguments[0]);
  return ctl_send(ctl, command, false);
}

int ctl_batch_serve(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_BATCH_SERVE);
  vd_string_set(&command->batch_serve->batch, ctl->arguments[0]);
  return ctl_send(ctl, command, false);
}

int ctl_batch_cancel(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_BATCH_CANCEL);
  vd_string_set(&command->batch_cancel->batch, ctl->arguments[0]);
  vd_string_set(&command->batch_cancel->reason, ctl_said(ctl, ctl->options.reason, 1));
  return ctl_send(ctl, command, false);
}

int ctl_batch_sample(struct ctl *ctl)
{
  uint32_t grams;
  if (!ctl_whole(ctl, "", ctl->arguments[2], &grams))
    return CTL_USAGE;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_BATCH_SAMPLE);
  Vd__BatchSample *sample = command->batch_sample;
  vd_string_set(&sample->batch, ctl->arguments[0]);
  vd_string_set(&sample->item, ctl->arguments[1]);
  sample->weight_g = grams;
  vd_string_set(&sample->fridge, ctl->arguments[3]);
  vd_string_set(&sample->taken_by, ctl->options.by);
  return ctl_send(ctl, command, false);
}

int ctl_batch_dispose(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_BATCH_DISPOSE);
  vd_string_set(&command->batch_dispose->batch, ctl->arguments[0]);
  return ctl_send(ctl, command, false);
}

int ctl_batch_temperature(struct ctl *ctl)
{
  int64_t milli = 0;
  const char *text = ctl_said(ctl, ctl->options.negative, 1);
  if (!ctl_thousandths_parse(text, &milli) || milli < INT32_MIN || milli > INT32_MAX)
    return ctl_usage(ctl,
                     ctl_pick(ctl, "degrees like 63.5 are needed; not", "需要度數，例如 63.5；而非",
                              "需要度数，例如 63.5；而非"),
                     text);
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_BATCH_TEMPERATURE);
  vd_string_set(&command->batch_temperature->batch, ctl->arguments[0]);
  command->batch_temperature->temperature_milli = (int32_t)milli;
  return ctl_send(ctl, command, false);
}

// ---- tasks ----

static void task_row(const struct ctl *ctl, struct ctl_table *table, const struct vd_fold *fold,
                     const Vd__Task *task)
{
  const Vd__Deadline *promise = promise_of(fold, task);
  char due[40];
  ctl_clock(ctl, promise ? promise->due_at_ms : 0, due, sizeof due);
  ctl_cell(table, "%s", task->id);
  ctl_cell(table, "%s", ctl_words(ctl, &vd__task_kind__descriptor, (int)task->kind));
  ctl_cell(table, "%s", task->subject);
  ctl_cell(table, "%s", task->zone);
  ctl_cell(table, "%s", *task->crew ? task->crew : "-");
  ctl_cell(table, "%s", due);
  ctl_cell(table, "%s%s", ctl_words(ctl, &vd__task_state__descriptor, (int)task->state),
           promise && promise->breached_at_ms ? "!" : "");
}

static int by_number(const void *a, const void *b)
{
  const Vd__Task *left = *(const Vd__Task *const *)a, *right = *(const Vd__Task *const *)b;
  return (left->number > right->number) - (left->number < right->number);
}

int ctl_task_list(struct ctl *ctl)
{
  struct vd_fold *fold = NULL;
  int status = fetch(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  struct ctl_table table = {0};
  const char *const names[] = {"#",
                               ctl_pick(ctl, "task", "任務", "任务"),
                               ctl_pick(ctl, "of", "對象", "对象"),
                               ctl_pick(ctl, "zone", "區域", "区域"),
                               ctl_pick(ctl, "asked", "被請求人", "被请求人"),
                               ctl_pick(ctl, "due", "到期", "到期"),
                               ctl_pick(ctl, "state", "狀態", "状态")};
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  size_t count = 0;
  const Vd__Task **rows = vd_alloc((vd_fold_count(fold, VD__KIND__KIND_TASK) + 1) * sizeof *rows);
  VD_FOLD_EACH (fold, TASK, Task, task)
    if (!ctl->options.only_open || task->state == VD__TASK_STATE__TASK_STATE_OPEN)
      rows[count++] = task;
  qsort(rows, count, sizeof *rows, by_number);
  for (size_t i = 0; i < count; i++) {
    if (ctl->options.is_json)
      ctl_print_json(&rows[i]->base);
    else
      task_row(ctl, &table, fold, rows[i]);
  }
  free(rows);
  finish(ctl, &table, count, fold);
  return CTL_DONE;
}

// "7", "#7" or "t7".
static bool task_number(const struct ctl *ctl, uint64_t *number)
{
  const char *text = ctl->arguments[0];
  return ctl_number(ctl, *text == 't' ? text + 1 : text, number);
}

int ctl_task_done(struct ctl *ctl)
{
  uint64_t number;
  if (!task_number(ctl, &number))
    return CTL_USAGE;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_TASK_DONE);
  command->task_done->task = number;
  return ctl_send(ctl, command, false);
}

int ctl_task_cancel(struct ctl *ctl)
{
  uint64_t number;
  if (!task_number(ctl, &number))
    return CTL_USAGE;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_TASK_CANCEL);
  command->task_cancel->task = number;
  vd_string_set(&command->task_cancel->reason, ctl_said(ctl, ctl->options.reason, 1));
  return ctl_send(ctl, command, false);
}
