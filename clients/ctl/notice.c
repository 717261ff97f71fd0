// What attendees are told: notice ….
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/ctl/agenda.h"

// ---- notice list ----

static const Vd__Session *session_of(const struct vd_fold *fold, const char *id)
{
  return (const Vd__Session *)vd_fold_find(fold, VD__KIND__KIND_SESSION, id);
}

// "keynote 05-18 10:10, panel cancelled": when it begins now.
static void sessions_cell(const struct ctl *ctl, const struct vd_fold *fold, struct ctl_table *table,
                          const Vd__Notice *notice)
{
  struct vd_buffer words = {0};
  for (size_t i = 0; i < notice->n_sessions; i++) {
    const Vd__Session *session = session_of(fold, notice->sessions[i]);
    char start[40] = "";
    if (session != NULL && !ctl_agenda_is_over(session))
      ctl_agenda_moment(ctl, session->start_at_ms, start);
    else if (session != NULL)
      snprintf(start, sizeof start, "%s",
               ctl_words(ctl, &vd__session_state__descriptor, (int)session->state));
    vd_buffer_printf(&words, "%s%s%s%s", i > 0 ? ", " : "", notice->sessions[i], *start ? " " : "", start);
  }
  if (notice->more > 0)
    vd_buffer_printf(&words, "%s+%u", words.size > 0 ? " " : "", notice->more);
  ctl_cell(table, "%.*s", (int)words.size, words.data ? (char *)words.data : "");
  vd_buffer_finish(&words);
}

static void zones_cell(struct ctl_table *table, const Vd__Notice *notice)
{
  struct vd_buffer words = {0};
  for (size_t i = 0; i < notice->n_zones; i++)
    vd_buffer_printf(&words, "%s%s", i > 0 ? " " : "", notice->zones[i]);
  for (size_t i = 0; i < notice->n_contingencies; i++) // which brings zones of its own
    vd_buffer_printf(&words, "%s%s", words.size > 0 ? " " : "", notice->contingencies[i]);
  ctl_cell(table, "%.*s", (int)words.size, words.data ? (char *)words.data : "");
  vd_buffer_finish(&words);
}

static void notice_row(struct ctl *ctl, const struct vd_fold *fold, struct ctl_table *table,
                       const Vd__Notice *notice)
{
  char opened[40], next[40];
  int64_t next_ms = notice->state == VD__NOTICE_STATE__NOTICE_STATE_SETTLING   ? notice->settles_at_ms
                    : notice->state == VD__NOTICE_STATE__NOTICE_STATE_APPROVED ? notice->leaves_at_ms
                                                                               : notice->sent_at_ms;
  ctl_agenda_moment(ctl, notice->opened_at_ms, opened);
  ctl_agenda_moment(ctl, next_ms, next);
  ctl_cell(table, "%" PRIu64, notice->number);
  ctl_cell(table, "%s", ctl_words(ctl, &vd__notice_state__descriptor, (int)notice->state));
  ctl_cell(table, "%s", opened);
  ctl_cell(table, "%s", next);
  sessions_cell(ctl, fold, table, notice);
  zones_cell(table, notice);
  ctl_cell(table, "%s", notice->text);
}

static int by_number(const void *a, const void *b)
{
  const Vd__Notice *left = *(const Vd__Notice *const *)a, *right = *(const Vd__Notice *const *)b;
  return left->number < right->number ? -1 : left->number > right->number;
}

static void notice_head(struct ctl *ctl, struct ctl_table *table)
{
  const char *const names[] = {"#",
                               ctl_pick(ctl, "state", "狀態", "状态"),
                               ctl_pick(ctl, "since", "開始於", "开始于"),
                               ctl_pick(ctl, "settles, leaves", "靜候至／發出", "静候至／发出"),
                               ctl_pick(ctl, "sessions", "議程", "议程"),
                               ctl_pick(ctl, "zones, contingencies", "區域、預案", "区域、预案"),
                               ctl_pick(ctl, "text", "內容", "内容")};
  ctl_table_head(table, names, sizeof names / sizeof *names);
}

int ctl_notice_list(struct ctl *ctl)
{
  struct vd_fold *fold = NULL;
  int status = ctl_agenda_fetch(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  size_t count = 0;
  const Vd__Notice **rows = vd_alloc((vd_fold_count(fold, VD__KIND__KIND_NOTICE) + 1) * sizeof *rows);
  VD_FOLD_EACH (fold, NOTICE, Notice, notice)
    if (!ctl->options.only_open || notice->state < VD__NOTICE_STATE__NOTICE_STATE_SENT)
      rows[count++] = notice;
  qsort(rows, count, sizeof *rows, by_number);
  struct ctl_table table = {0};
  notice_head(ctl, &table);
  for (size_t i = 0; i < count; i++) {
    if (ctl->options.is_json)
      ctl_print_json(&rows[i]->base);
    else
      notice_row(ctl, fold, &table, rows[i]);
  }
  ctl_list_end(ctl, &table, count);
  free(rows);
  vd_fold_destroy(fold);
  return CTL_DONE;
}

// ---- notice show ----

// As it stands now: what moves before the notice leaves is told as it is then.
static void show_session(const struct ctl *ctl, FILE *out, const Vd__Session *session)
{
  char before[40], start[40], end[40];
  ctl_agenda_moment(ctl, session->planned_start_at_ms, before);
  ctl_agenda_moment(ctl, session->start_at_ms, start);
  ctl_agenda_moment(ctl, session->end_at_ms, end);
  fprintf(out, "  %s: ", ctl_text(ctl, session->title, session->id));
  if (ctl_agenda_is_over(session)) {
    fprintf(out, "%s\n", ctl_words(ctl, &vd__session_state__descriptor, (int)session->state));
    return;
  }
  fprintf(out, "%s–%s", start, end + 6);
  if (session->planned_start_at_ms != 0 && session->planned_start_at_ms != session->start_at_ms)
    fprintf(out, CTL_FORMAT(ctl, " (planned %s)", "（原定 %s）", "（原定 %s）"), before);
  fprintf(out, "  %s\n", session->zone);
}

static void show_notice(const struct ctl *ctl, FILE *out, const struct vd_fold *fold,
                        const Vd__Notice *notice)
{
  fprintf(out,
          CTL_FORMAT(ctl, "%s  %s, revision %" PRIu64 "\n", "%s  %s，版本 %" PRIu64 "\n",
                     "%s  %s，版本 %" PRIu64 "\n"),
          notice->id, ctl_words(ctl, &vd__notice_state__descriptor, (int)notice->state), notice->revision);
  if (*notice->text != '\0')
    fprintf(out, "  %s\n", notice->text);
  for (size_t i = 0; i < notice->n_sessions; i++) {
    const Vd__Session *session = session_of(fold, notice->sessions[i]);
    if (session != NULL)
      show_session(ctl, out, session);
  }
  for (size_t i = 0; i < notice->n_zones; i++) {
    const Vd__Zone *zone = (const Vd__Zone *)vd_fold_find(fold, VD__KIND__KIND_ZONE, notice->zones[i]);
    if (zone == NULL)
      continue;
    int status = zone->status ? (int)zone->status : VD__ZONE_STATUS__ZONE_STATUS_OPEN;
    fprintf(out, "  %s: %s\n", ctl_text(ctl, zone->name, zone->id),
            ctl_words(ctl, &vd__zone_status__descriptor, status));
    ctl_detour_show(ctl, out, fold, zone);
  }
  for (size_t i = 0; i < notice->n_contingencies; i++) {
    const Vd__Contingency *contingency =
        (const Vd__Contingency *)vd_fold_find(fold, VD__KIND__KIND_CONTINGENCY, notice->contingencies[i]);
    if (contingency == NULL)
      continue;
    fprintf(out, "  %s\n", ctl_text(ctl, contingency->announcement, contingency->id));
    ctl_contingency_route(ctl, out, fold, contingency);
  }
  if (notice->more > 0)
    fprintf(out, CTL_FORMAT(ctl, "  and %u more\n", "  另有 %u 項\n", "  另有 %u 项\n"), notice->more);
}

// Calls `then` with the notice of the first argument, or complains.
static int with_notice(struct ctl *ctl,
                       int (*then)(struct ctl *ctl, const struct vd_fold *fold, const Vd__Notice *notice))
{
  uint64_t number;
  char id[32];
  struct vd_fold *fold = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  if (!ctl_number(ctl, ctl->arguments[0], &number))
    return CTL_USAGE;
  int status = ctl_agenda_fetch(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  snprintf(id, sizeof id, "n%" PRIu64, number);
  const Vd__Notice *notice = (const Vd__Notice *)vd_fold_find(fold, VD__KIND__KIND_NOTICE, id);
  if (notice == NULL) {
    vd_refuse(&refusal, VD_ERR_UNKNOWN_NOTICE, NULL, "there is no notice %" PRIu64, number);
    status = ctl_complain(ctl, VD_ERR_UNKNOWN_NOTICE, &refusal);
  } else {
    status = then(ctl, fold, notice);
  }
  vd_fold_destroy(fold);
  return status;
}

static int print_notice(struct ctl *ctl, const struct vd_fold *fold, const Vd__Notice *notice)
{
  if (ctl->options.is_json)
    ctl_print_json(&notice->base);
  else
    show_notice(ctl, stdout, fold, notice);
  return CTL_DONE;
}

int ctl_notice_show(struct ctl *ctl)
{
  return with_notice(ctl, print_notice);
}

// ---- notice draft, approve, drop ----

int ctl_notice_draft(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_NOTICE_DRAFT);
  vd_string_set(&command->notice_draft->text, ctl_said(ctl, ctl->options.text, 0));
  return ctl_send(ctl, command, true);
}

static int send_approval(struct ctl *ctl, uint64_t number, uint64_t revision)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_NOTICE_APPROVE);
  command->notice_approve->notice = number;
  command->notice_approve->revision = revision;
  return ctl_send(ctl, command, false);
}

// Who approves has read it: on a terminal it is shown and asked for; a script says what it has read.
static int read_and_approve(struct ctl *ctl, const struct vd_fold *fold, const Vd__Notice *notice)
{
  char answer[16] = "";
  struct vd_refusal refusal = {.err = VD_OK};
  if (notice->state == VD__NOTICE_STATE__NOTICE_STATE_SETTLING) { // as venued says it
    vd_refuse(&refusal, VD_ERR_WRONG_STATE, "notice_approve.notice", "%s is %s", notice->id, "settling");
    return ctl_complain(ctl, VD_ERR_WRONG_STATE, &refusal);
  }
  if (notice->state != VD__NOTICE_STATE__NOTICE_STATE_WAITING)
    return send_approval(ctl, notice->number, notice->revision);
  show_notice(ctl, stderr, fold, notice);
  if (!isatty(STDIN_FILENO)) {
    fprintf(
        stderr,
        CTL_FORMAT(ctl,
                   "venuectl: once it is read: venuectl notice approve %" PRIu64 " --revision %" PRIu64 "\n",
                   "venuectl：閱讀後請執行：venuectl notice approve %" PRIu64 " --revision %" PRIu64 "\n",
                   "venuectl：阅读后请执行：venuectl notice approve %" PRIu64 " --revision %" PRIu64 "\n"),
        notice->number, notice->revision);
    return CTL_USAGE;
  }
  fputs(ctl_pick(ctl, "Does it go out like this? [y/N] ", "確定照此發出？[y/N] ", "确定照此发出？[y/N] "),
        stderr);
  if (fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y'))
    return send_approval(ctl, notice->number, notice->revision);
  fprintf(stderr, "%s\n", ctl_pick(ctl, "not approved", "未批准", "未批准"));
  return CTL_REFUSED;
}

int ctl_notice_approve(struct ctl *ctl)
{
  uint64_t number, revision;
  if (ctl->options.revision == NULL)
    return with_notice(ctl, read_and_approve);
  if (!ctl_number(ctl, ctl->arguments[0], &number) || !ctl_number(ctl, ctl->options.revision, &revision))
    return CTL_USAGE;
  return send_approval(ctl, number, revision);
}

int ctl_notice_drop(struct ctl *ctl)
{
  uint64_t number;
  if (!ctl_number(ctl, ctl->arguments[0], &number))
    return CTL_USAGE;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_NOTICE_DROP);
  command->notice_drop->notice = number;
  vd_string_set(&command->notice_drop->reason, ctl_said(ctl, ctl->options.reason, 1));
  return ctl_send(ctl, command, false);
}
