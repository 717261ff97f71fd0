// Devices: how they are, what is read of them, faults that people see, maintenance.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/text.h"

#define STATE(NAME) VD__DEVICE_STATE__DEVICE_STATE_##NAME

static int fetch(struct ctl *ctl, const char *prefix, struct vd_fold **fold)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_DEVICE};
  int status = ctl_look(ctl);
  return status != CTL_DONE ? status : ctl_fetch(ctl, kinds, 1, prefix, fold);
}

static const char *state_word(const struct ctl *ctl, const Vd__Device *device)
{
  return device->state == STATE(UNSPECIFIED)
             ? ctl_pick(ctl, "not heard yet", "尚無訊號", "尚无信号")
             : ctl_words(ctl, &vd__device_state__descriptor, (int)device->state);
}

static const Vd__Threshold *threshold_of(const Vd__Device *device, const char *reading)
{
  for (size_t i = 0; i < device->n_thresholds; i++)
    if (strcmp(device->thresholds[i]->reading, reading) == 0)
      return device->thresholds[i];
  return NULL;
}

// What speaks against it: "temperature 81.5 °C", or since when it is silent; "" if nothing does.
static void why(const struct ctl *ctl, const Vd__Device *device, char *out, size_t size)
{
  char value[32], clock[40];
  bool has_fallen = device->state == STATE(SUSPECT) || device->state == STATE(FAULT);
  const Vd__Threshold *threshold = threshold_of(device, device->reading);
  out[0] = '\0';
  if (!has_fallen)
    return;
  ctl_thousandths_format(device->value, value);
  ctl_when(ctl, device->heard_at_ms, clock, sizeof clock);
  if (*device->reading)
    snprintf(out, size, "%s %s %s", ctl_reading_words(ctl, device->reading), value,
             threshold ? threshold->unit : "");
  else if (device->fault_said)
    snprintf(out, size, "%s", ctl_pick(ctl, "said by people", "人工報告", "人工报告"));
  else
    snprintf(out, size, "%s %s", ctl_pick(ctl, "silent, last heard", "無訊號，上次", "无信号，上次"), clock);
}

// ---- device list ----

static bool is_wanted(const struct ctl *ctl, const Vd__Device *device)
{
  return !device->retired &&
         (!ctl->options.is_faulty || device->state == STATE(SUSPECT) || device->state == STATE(FAULT));
}

static void row(struct ctl *ctl, struct ctl_table *table, const Vd__Device *device)
{
  char heard[40], because[200];
  ctl_when(ctl, device->heard_at_ms, heard, sizeof heard);
  why(ctl, device, because, sizeof because);
  ctl_cell(table, "%s", device->id);
  ctl_cell(table, "%s", state_word(ctl, device));
  ctl_cell(table, "%s", device->zone);
  ctl_cell(table, "%s", device->heard_at_ms ? heard : "-");
  if (device->incident != 0)
    ctl_cell(table, "#%" PRIu64, device->incident);
  else
    ctl_cell(table, "%s", "");
  ctl_cell(table, "%s", because);
  ctl_cell(table, "%s", ctl_text(ctl, device->name, ""));
}

int ctl_device_list(struct ctl *ctl)
{
  struct vd_fold *fold = NULL;
  int status = fetch(ctl, "", &fold);
  if (status != CTL_DONE)
    return status;
  const char *const names[] = {ctl_pick(ctl, "id", "代號", "代号"),
                               ctl_pick(ctl, "state", "狀態", "状态"),
                               ctl_pick(ctl, "zone", "區域", "区域"),
                               ctl_pick(ctl, "heard", "上次訊號", "上次信号"),
                               "#",
                               ctl_pick(ctl, "why", "原因", "原因"),
                               ctl_pick(ctl, "name", "名稱", "名称")};
  struct ctl_table table = {0};
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  size_t count = 0;
  VD_FOLD_EACH (fold, DEVICE, Device, device) {
    if (!is_wanted(ctl, device))
      continue;
    count++;
    if (ctl->options.is_json)
      ctl_print_json(&device->base);
    else
      row(ctl, &table, device);
  }
  ctl_list_end(ctl, &table, count);
  vd_fold_destroy(fold);
  return CTL_DONE;
}

// ---- device show ----

static void line(const struct ctl *ctl, const char *label, const char *value)
{
  if (*value)
    printf("  %s%s%s\n", label, ctl_pick(ctl, ": ", "：", "："), value);
}

static void line_at(const struct ctl *ctl, const char *label, int64_t at_ms)
{
  char clock[40];
  ctl_when(ctl, at_ms, clock, sizeof clock);
  line(ctl, label, at_ms != 0 ? clock : "");
}

// Its last reading, where that was kept: one beyond its bound, as of the last Change.
static void show_kept(const struct ctl *ctl, const Vd__Device *device, size_t at)
{
  char value[32], clock[40];
  size_t place = 0;
  for (size_t i = 0; i < at; i++)
    place += device->beyond >> (i + 1) & 1;
  if (!(device->beyond >> (at + 1) & 1) || place >= device->n_values)
    return;
  ctl_thousandths_format(device->values[place], value);
  ctl_when(ctl, device->heard_at_ms, clock, sizeof clock);
  printf(CTL_FORMAT(ctl, "; last kept: %s, at %s", "；最後保存：%s，%s", "；最后保存：%s，%s"), value, clock);
}

static void show_threshold(const struct ctl *ctl, const Vd__Device *device, size_t at)
{
  const Vd__Threshold *threshold = device->thresholds[at];
  char warn[32], fault[32];
  ctl_thousandths_format(threshold->warn, warn);
  ctl_thousandths_format(threshold->fault, fault);
  printf("  %s%s%s %s %s", ctl_reading_words(ctl, threshold->reading), ctl_pick(ctl, ": ", "：", "："),
         ctl_pick(ctl, "suspect", "預警", "预警"), threshold->below ? "<" : ">", warn);
  if (threshold->has_fault)
    printf("%s %s %s", ctl_pick(ctl, ", fault", "，故障", "，故障"), threshold->below ? "<" : ">", fault);
  printf(" %s", threshold->unit);
  show_kept(ctl, device, at);
  putchar('\n');
}

// So that nobody looks here for the reading of a moment ago.
static void show_what_is_kept(const struct ctl *ctl, const Vd__Device *device)
{
  if (device->n_thresholds > 0)
    printf("  %s\n",
           ctl_pick(ctl, "readings within their limits are in memory only; kept is what is beyond",
                    "未越限的讀數僅在記憶體中；只保存越限者", "未越限的读数仅在内存中；只保存越限者"));
}

static void show_device(const struct ctl *ctl, const Vd__Device *device)
{
  char because[200], interval[32];
  why(ctl, device, because, sizeof because);
  vd_duration_format(device->heartbeat_ms, interval, sizeof interval);
  printf("%s  %s  %s  %s\n", device->id, state_word(ctl, device), device->zone,
         ctl_text(ctl, device->name, ""));
  if (device->retired)
    printf("  %s\n", ctl_pick(ctl, "no longer in the plan: nothing is expected of it",
                              "已不在計畫中：不再監看", "已不在计划中：不再监看"));
  line(ctl, ctl_pick(ctl, "why", "原因", "原因"), because);
  line_at(ctl, ctl_pick(ctl, "since", "自", "自"), device->state_at_ms);
  if (device->incident != 0)
    printf("  %s#%" PRIu64 "\n", ctl_pick(ctl, "last incident: ", "最近事件：", "最近事件："),
           device->incident);
  line_at(
      ctl,
      ctl_pick(ctl, "heard (kept once a minute)", "上次訊號（每分鐘保存一次）", "上次信号（每分钟保存一次）"),
      device->heard_at_ms);
  if (device->heartbeat_ms > 0)
    line(ctl, ctl_pick(ctl, "heartbeat every", "心跳間隔", "心跳间隔"), interval);
  if (device->flaps > 0)
    printf("  %s%u\n", ctl_pick(ctl, "flaps: ", "反覆次數：", "反复次数："), device->flaps);
  for (size_t i = 0; i < device->n_thresholds; i++)
    show_threshold(ctl, device, i);
  show_what_is_kept(ctl, device);
  line(ctl, ctl_pick(ctl, "takes over", "接替設備", "接替设备"), device->partner);
  line(ctl, ctl_pick(ctl, "spare in", "備件位置", "备件位置"), device->spare);
  line_at(ctl, ctl_pick(ctl, "in maintenance until", "維護至", "维护至"), device->maintenance_until_at_ms);
  for (size_t i = 0; i < device->n_windows; i++) {
    char from[40], to[40];
    vd_instant_format(device->windows[i]->start_at_ms, ctl->utc_offset_ms, from, sizeof from);
    vd_instant_format(device->windows[i]->end_at_ms, ctl->utc_offset_ms, to, sizeof to);
    printf("  %s%.5s %.5s – %.5s %.5s\n", ctl_pick(ctl, "maintenance: ", "維護時段：", "维护时段："),
           from + 5, from + 11, to + 5, to + 11);
  }
}

int ctl_device_show(struct ctl *ctl)
{
  const char *id = ctl->arguments[0];
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_fold *fold = NULL;
  int status = fetch(ctl, "", &fold);
  if (status != CTL_DONE)
    return status;
  const Vd__Device *device = (const Vd__Device *)vd_fold_find(fold, VD__KIND__KIND_DEVICE, id);
  if (device == NULL) {
    const char *best = NULL;
    unsigned distance = UINT32_MAX;
    VD_FOLD_EACH (fold, DEVICE, Device, other)
      vd_nearest_consider(id, other->id, &best, &distance);
    vd_refuse(&refusal, VD_ERR_UNKNOWN_DEVICE, NULL, "%s", id);
    status = ctl_complain(ctl, VD_ERR_UNKNOWN_DEVICE, &refusal);
    ctl_did_you_mean(ctl, best);
  } else if (ctl->options.is_json) {
    ctl_print_json(&device->base);
  } else {
    show_device(ctl, device);
  }
  vd_fold_destroy(fold);
  return status;
}

// ---- what is read of them ----

static Vd__Reading *add_reading(Vd__Readings *readings, const char *device)
{
  Vd__Reading *reading = (Vd__Reading *)vd_message_new(&vd__reading__descriptor);
  vd_string_set(&reading->device, device);
  VD_REPEATED_ADD(readings->readings, readings->n_readings, reading);
  return reading;
}

// It counts as a sign of life whatever it is called. Said only where that can be asked.
static void hint_reading(struct ctl *ctl, const char *id, const char *reading)
{
  struct vd_fold *fold = NULL;
  if (ctl->options.is_json || fetch(ctl, id, &fold) != CTL_DONE)
    return;
  const Vd__Device *device = (const Vd__Device *)vd_fold_find(fold, VD__KIND__KIND_DEVICE, id);
  if (device != NULL && threshold_of(device, reading) == NULL) {
    const char *best = NULL;
    unsigned distance = UINT32_MAX;
    for (size_t i = 0; i < device->n_thresholds; i++)
      vd_nearest_consider(reading, device->thresholds[i]->reading, &best, &distance);
    fprintf(stderr,
            CTL_FORMAT(ctl, "a sign of life only: %s has no limit for %s\n",
                       "僅作為訊號：%s 未設 %s 的門檻\n", "仅作为信号：%s 未设 %s 的阈值\n"),
            id, reading);
    ctl_did_you_mean(ctl, best);
  }
  vd_fold_destroy(fold);
}

int ctl_device_reading(struct ctl *ctl)
{
  int64_t value = 0;
  const char *text = ctl_said(ctl, ctl->options.negative, 2);
  if (!ctl_thousandths_parse(text, &value))
    return ctl_usage(ctl,
                     ctl_pick(ctl, "a value like 81.5 is needed; not", "需要數值，例如 81.5；而非",
                              "需要数值，例如 81.5；而非"),
                     text);
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_READINGS);
  Vd__Reading *reading = add_reading(command->readings, ctl->arguments[0]);
  vd_string_set(&reading->reading, ctl->arguments[1]);
  reading->value = value;
  int status = ctl_send(ctl, command, false);
  if (status == CTL_DONE)
    hint_reading(ctl, ctl->arguments[0], ctl->arguments[1]);
  return status;
}

int ctl_device_heartbeat(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_READINGS);
  for (int i = 0; i < ctl->count; i++)
    add_reading(command->readings, ctl->arguments[i]);
  return ctl_send(ctl, command, false);
}

// ---- what people say ----

int ctl_device_fault(struct ctl *ctl)
{
  int status = CTL_DONE;
  int64_t since_ms = 0;
  if (ctl->options.since != NULL && !ctl_instant(ctl, ctl->options.since, &since_ms, &status))
    return status;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_DEVICE_FAULT);
  vd_string_set(&command->device_fault->device, ctl->arguments[0]);
  vd_string_set(&command->device_fault->text, ctl_said(ctl, ctl->options.text, 1));
  command->device_fault->since_at_ms = since_ms;
  return ctl_send(ctl, command, true);
}

// Until when, by --until, --for or "off"; false after explaining.
static bool parse_until(struct ctl *ctl, int64_t *until_ms, int *status)
{
  int64_t for_ms = 0;
  const char *word = ctl->count > 1 ? ctl->arguments[1] : "";
  bool is_off = strcmp(word, "off") == 0;
  *until_ms = 0;
  if ((ctl->options.until != NULL) + (ctl->options.duration != NULL) + (*word != '\0') != 1 ||
      (*word != '\0' && !is_off)) {
    *status = ctl_usage(ctl,
                        *word == '\0' || is_off
                            ? ctl_pick(ctl, "device maintenance takes one of --until TIME, --for LENGTH, off",
                                       "device maintenance 可為 --until 時間、--for 時長、off 其中之一",
                                       "device maintenance 可为 --until 时间、--for 时长、off 其中之一")
                            : ctl_pick(ctl, "device maintenance takes --until TIME, --for LENGTH, off; not",
                                       "device maintenance 可為 --until 時間、--for 時長、off；而非",
                                       "device maintenance 可为 --until 时间、--for 时长、off；而非"),
                        is_off ? "" : word);
    return false;
  }
  if (is_off)
    return true;
  if (ctl->options.until != NULL)
    return ctl_instant(ctl, ctl->options.until, until_ms, status);
  if (!vd_duration_parse(ctl->options.duration, &for_ms) || for_ms <= 0) {
    *status = ctl_usage(ctl,
                        ctl_pick(ctl, "--for takes a length of time like 30m; not",
                                 "--for 為時長，例如 30m；而非", "--for 为时长，例如 30m；而非"),
                        ctl->options.duration);
    return false;
  }
  *status = ctl_look(ctl);
  *until_ms = ctl->now_ms + for_ms;
  return *status == CTL_DONE;
}

int ctl_device_maintenance(struct ctl *ctl)
{
  int status = CTL_DONE;
  int64_t until_ms = 0;
  if (!parse_until(ctl, &until_ms, &status))
    return status;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_DEVICE_MAINTENANCE);
  vd_string_set(&command->device_maintenance->device, ctl->arguments[0]);
  command->device_maintenance->until_at_ms = until_ms;
  return ctl_send(ctl, command, false);
}
