// The agenda: session ….
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/agenda.h"
#include "clients/ctl/calendar.h"
#include "proto/check.h"
#include "proto/text.h"

int ctl_agenda_fetch(struct ctl *ctl, struct vd_fold **fold)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_EVENT, VD__KIND__KIND_ZONE, VD__KIND__KIND_SESSION,
                                   VD__KIND__KIND_NOTICE, VD__KIND__KIND_CONTINGENCY};
  int status = ctl_look(ctl);
  return status != CTL_DONE ? status : ctl_fetch(ctl, kinds, sizeof kinds / sizeof *kinds, "", fold);
}

void ctl_agenda_moment(const struct ctl *ctl, int64_t at_ms, char out[40])
{
  enum { DAY = 5, MINUTE_END = 16, SIZE = 11 };
  char full[40];
  vd_instant_format(at_ms, ctl->utc_offset_ms, full, sizeof full);
  full[MINUTE_END] = '\0';
  full[DAY + 5] = ' ';
  snprintf(out, 40, "%.*s", SIZE, at_ms != 0 ? full + DAY : "-");
}

// ---- session list ----

static int by_start(const void *a, const void *b)
{
  const Vd__Session *left = *(const Vd__Session *const *)a, *right = *(const Vd__Session *const *)b;
  if (left->start_at_ms != right->start_at_ms)
    return left->start_at_ms < right->start_at_ms ? -1 : 1;
  int order = strcmp(left->zone, right->zone);
  return order ? order : strcmp(left->id, right->id);
}

bool ctl_agenda_is_over(const Vd__Session *session)
{
  return session->state == VD__SESSION_STATE__SESSION_STATE_ENDED ||
         session->state == VD__SESSION_STATE__SESSION_STATE_CANCELLED;
}

static bool is_wanted(const struct ctl *ctl, const Vd__Session *session)
{
  return !session->retired && !(ctl->options.only_open && ctl_agenda_is_over(session));
}

// Prints a list of so many rows, of which nothing but the head is in the table for machines.
static void head(struct ctl *ctl, struct ctl_table *table, const char *state)
{
  const char *const names[] = {ctl_pick(ctl, "id", "代號", "代号"),    state,
                               ctl_pick(ctl, "start", "開始", "开始"), ctl_pick(ctl, "end", "結束", "结束"),
                               ctl_pick(ctl, "zone", "區域", "区域"),  "",
                               ctl_pick(ctl, "title", "標題", "标题")};
  ctl_table_head(table, names, sizeof names / sizeof *names);
}

static void row(struct ctl *ctl, struct ctl_table *table, const Vd__Session *session, const char *state)
{
  char start[40], end[40], by[32] = "";
  int64_t shift_ms = session->planned_start_at_ms ? session->start_at_ms - session->planned_start_at_ms : 0;
  if (shift_ms != 0)
    vd_duration_format(shift_ms, by, sizeof by);
  ctl_agenda_moment(ctl, session->start_at_ms, start);
  ctl_agenda_moment(ctl, session->end_at_ms, end);
  ctl_cell(table, "%s", session->id);
  ctl_cell(table, "%s%s", state, session->overrun_warned ? "!" : "");
  ctl_cell(table, "%s%s%s%s%s", start, *by ? " (" : "", shift_ms > 0 ? "+" : "", by, *by ? ")" : "");
  ctl_cell(table, "%s", end + 6);
  ctl_cell(table, "%s", session->zone);
  ctl_cell(table, "%s",
           session->kind == VD__SESSION_KIND__SESSION_KIND_BREAK ? ctl_pick(ctl, "break", "休息", "休息")
           : session->dense ? ctl_pick(ctl, "dense", "高密度", "高密度")
                            : "");
  ctl_cell(table, "%s", ctl_text(ctl, session->title, ""));
}

int ctl_session_list(struct ctl *ctl)
{
  struct vd_fold *fold = NULL;
  int status = ctl_agenda_fetch(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  size_t count = 0;
  const Vd__Session **rows = vd_alloc((vd_fold_count(fold, VD__KIND__KIND_SESSION) + 1) * sizeof *rows);
  VD_FOLD_EACH (fold, SESSION, Session, session)
    if (is_wanted(ctl, session))
      rows[count++] = session;
  qsort(rows, count, sizeof *rows, by_start);
  struct ctl_table table = {0};
  head(ctl, &table, ctl_pick(ctl, "state", "狀態", "状态"));
  for (size_t i = 0; i < count; i++) {
    if (ctl->options.is_json)
      ctl_print_json(&rows[i]->base);
    else
      row(ctl, &table, rows[i], ctl_words(ctl, &vd__session_state__descriptor, (int)rows[i]->state));
  }
  ctl_list_end(ctl, &table, count);
  free(rows);
  vd_fold_destroy(fold);
  return CTL_DONE;
}

// ---- session start, end, shift, cancel, undo ----

int ctl_session_start(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_SESSION_START);
  vd_string_set(&command->session_start->session, ctl->arguments[0]);
  return ctl_send(ctl, command, false);
}

int ctl_session_end(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_SESSION_END);
  vd_string_set(&command->session_end->session, ctl->arguments[0]);
  return ctl_send(ctl, command, false);
}

int ctl_session_shift(struct ctl *ctl)
{
  int64_t by_ms = 0;
  const char *by = ctl_said(ctl, ctl->options.negative, 1);
  if (!vd_duration_parse(by, &by_ms))
    return ctl_usage(ctl,
                     ctl_pick(ctl, "a length of time like 10m or -10m is needed; not",
                              "需要時長，例如 10m 或 -10m；而非", "需要时长，例如 10m 或 -10m；而非"),
                     by);
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_SESSION_SHIFT);
  vd_string_set(&command->session_shift->session, ctl->arguments[0]);
  command->session_shift->by_ms = by_ms;
  command->session_shift->following = ctl->options.is_following;
  return ctl_send(ctl, command, false);
}

int ctl_session_cancel(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_SESSION_CANCEL);
  vd_string_set(&command->session_cancel->session, ctl->arguments[0]);
  vd_string_set(&command->session_cancel->reason, ctl_said(ctl, ctl->options.reason, 1));
  return ctl_send(ctl, command, false);
}

int ctl_session_undo(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_SESSION_UNDO);
  vd_string_set(&command->session_undo->session, ctl->arguments[0]);
  return ctl_send(ctl, command, false);
}

// ---- session import, export ----

static void tell_left_out(const struct ctl *ctl, const struct ctl_left_out *left_out)
{
  if (left_out->all_day > 0)
    fprintf(stderr, CTL_FORMAT(ctl, "left out, all day: %u\n", "略過全天：%u\n", "略过全天：%u\n"),
            left_out->all_day);
  if (left_out->outside > 0)
    fprintf(stderr,
            CTL_FORMAT(ctl, "left out, outside of the event: %u\n", "略過活動期間以外：%u\n",
                       "略过活动期间以外：%u\n"),
            left_out->outside);
}

static const Vd__Session *session_of(const struct vd_fold *fold, const Vd__Session *from)
{
  VD_FOLD_EACH (fold, SESSION, Session, session)
    if (*session->uid && strcmp(session->uid, from->uid) == 0)
      return session;
  return (const Vd__Session *)vd_fold_find(fold, VD__KIND__KIND_SESSION, from->id);
}

// What the import would do, as far as it can be told from here.
static const char *outlook(const struct ctl *ctl, const struct vd_fold *fold, const Vd__Session *from)
{
  const Vd__Session *before = session_of(fold, from);
  bool is_off = from->state == VD__SESSION_STATE__SESSION_STATE_CANCELLED;
  bool is_gone =
      before != NULL && before->retired && before->state == VD__SESSION_STATE__SESSION_STATE_PLANNED;
  if (before == NULL || is_gone)
    return is_off ? ctl_pick(ctl, "left out", "略過", "略过") : ctl_pick(ctl, "new", "新增", "新增");
  if (ctl_agenda_is_over(before))
    return ctl_pick(ctl, "stays as it is", "維持不變", "维持不变");
  if (before->state == VD__SESSION_STATE__SESSION_STATE_RUNNING)
    return before->planned_end_at_ms != from->end_at_ms && before->end_at_ms != from->end_at_ms
               ? ctl_pick(ctl, "new end", "改結束時間", "改结束时间")
               : ctl_pick(ctl, "known", "已有", "已有");
  if (is_off)
    return ctl_pick(ctl, "cancelled", "取消", "取消");
  bool is_there = before->start_at_ms == from->start_at_ms && before->end_at_ms == from->end_at_ms;
  bool is_as_planned =
      before->planned_start_at_ms == from->start_at_ms && before->planned_end_at_ms == from->end_at_ms;
  bool is_moved = (!is_there && !is_as_planned) || strcmp(before->zone, from->zone) != 0;
  return is_moved ? ctl_pick(ctl, "moved", "改期", "改期") : ctl_pick(ctl, "known", "已有", "已有");
}

static int print_import(struct ctl *ctl, const struct vd_fold *fold, Vd__SessionsImport *import)
{
  struct ctl_table table = {0};
  head(ctl, &table, "");
  for (size_t i = 0; i < import->n_sessions; i++) {
    if (ctl->options.is_json)
      ctl_print_json(&import->sessions[i]->base);
    else
      row(ctl, &table, import->sessions[i], outlook(ctl, fold, import->sessions[i]));
  }
  ctl_list_end(ctl, &table, import->n_sessions);
  return CTL_DONE;
}

static int send_import(struct ctl *ctl, Vd__SessionsImport *import)
{
  enum { ENVELOPE = 1024 };
  struct vd_refusal refusal = {.err = VD_OK};
  if (vd__sessions_import__get_packed_size(import) > VD_REQUEST_MAX - ENVELOPE) {
    vd_refuse(&refusal, VD_ERR_TOO_LARGE, "sessions_import", "import it in parts");
    return ctl_complain(ctl, VD_ERR_TOO_LARGE, &refusal);
  }
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_SESSIONS_IMPORT);
  Vd__SessionsImport *to = command->sessions_import;
  to->sessions = import->sessions;
  to->n_sessions = import->n_sessions;
  import->sessions = NULL;
  import->n_sessions = 0;
  return ctl_send(ctl, command, false);
}

int ctl_session_import(struct ctl *ctl)
{
  struct vd_refusal refusal = {.err = VD_OK};
  struct ctl_left_out left_out = {0};
  struct vd_buffer text = {0};
  struct vd_fold *fold = NULL;
  Vd__SessionsImport *import = NULL;
  enum vd_err err = ctl_read_file(ctl->arguments[0], CTL_CALENDAR_SIZE_MAX, &text, &refusal);
  int status = err != VD_OK ? ctl_complain(ctl, err, &refusal) : ctl_agenda_fetch(ctl, &fold);
  if (status == CTL_DONE) {
    err = ctl_calendar_read(fold, (char *)text.data, text.size, &import, &left_out, &refusal);
    if (err == VD_OK && import->n_sessions == 0)
      err = vd_refuse(&refusal, VD_ERR_MISSING, "VEVENT", NULL);
    tell_left_out(ctl, &left_out);
    if (err != VD_OK && left_out.line > 0)
      fprintf(stderr, "%s:%u: ", ctl->arguments[0], left_out.line);
    status = err != VD_OK              ? ctl_complain(ctl, err, &refusal)
             : ctl->options.is_dry_run ? print_import(ctl, fold, import)
                                       : send_import(ctl, import);
    if (err != VD_OK)
      ctl_did_you_mean(ctl, refusal.nearest);
  }
  if (import != NULL)
    vd__sessions_import__free_unpacked(import, NULL);
  vd_fold_destroy(fold);
  vd_buffer_finish(&text);
  return status;
}

int ctl_session_export(struct ctl *ctl)
{
  struct vd_fold *fold = NULL;
  int status = ctl_agenda_fetch(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  char *text = ctl_calendar_write(fold, ctl->language, ctl->now_ms);
  fputs(text, stdout);
  free(text);
  vd_fold_destroy(fold);
  return CTL_DONE;
}
