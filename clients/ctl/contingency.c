// Contingencies: list, show, activate, abort, undo; and cap, which lets an alert propose them.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/agenda.h"
#include "clients/ctl/cap.h"

static int fetch(struct ctl *ctl, struct vd_fold **fold)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_CONTINGENCY, VD__KIND__KIND_CONTINGENCY_STEP,
                                   VD__KIND__KIND_DEADLINE,    VD__KIND__KIND_TASK,
                                   VD__KIND__KIND_ZONE,        VD__KIND__KIND_TEAM};
  int status = ctl_look(ctl);
  return status == CTL_DONE ? ctl_fetch(ctl, kinds, sizeof kinds / sizeof *kinds, "", fold) : status;
}

static const char *state_words(const struct ctl *ctl, const Vd__Contingency *contingency)
{
  int state = contingency->state ? (int)contingency->state : VD__CONTINGENCY_STATE__CONTINGENCY_STATE_READY;
  return ctl_words(ctl, &vd__contingency_state__descriptor, state);
}

static const Vd__Deadline *deadline_of(const struct vd_fold *fold, const Vd__Contingency *contingency)
{
  char id[160];
  snprintf(id, sizeof id, "contingency.%s.%" PRIu64, contingency->id, contingency->activations);
  return (const Vd__Deadline *)vd_fold_find(fold, VD__KIND__KIND_DEADLINE, id);
}

static int64_t onset_of(const Vd__Contingency *contingency)
{
  bool is_proposed = contingency->state == VD__CONTINGENCY_STATE__CONTINGENCY_STATE_PROPOSED;
  return is_proposed ? contingency->alert_onset_at_ms : contingency->onset_at_ms;
}

static void row(const struct ctl *ctl, struct ctl_table *table, const struct vd_fold *fold,
                const Vd__Contingency *contingency)
{
  char since[40] = "-", due[40] = "-";
  const Vd__Deadline *deadline = deadline_of(fold, contingency);
  if (onset_of(contingency) != 0)
    ctl_when(ctl, onset_of(contingency), since, sizeof since);
  if (deadline != NULL)
    ctl_when(ctl, deadline->due_at_ms, due, sizeof due);
  ctl_cell(table, "%s", contingency->id);
  ctl_cell(table, "%s%s", state_words(ctl, contingency),
           contingency->exercise ? ctl_pick(ctl, " (exercise)", "（演練）", "（演练）") : "");
  ctl_cell(table, "%u/%u", contingency->done, contingency->steps);
  ctl_cell(table, "%s", since);
  ctl_cell(table, "%s", due);
  ctl_cell(table, "%s", deadline ? ctl_words(ctl, &vd__outcome__descriptor, (int)deadline->outcome) : "-");
  ctl_cell(table, "%s", ctl_text(ctl, contingency->name, ""));
}

int ctl_contingency_list(struct ctl *ctl)
{
  struct vd_fold *fold = NULL;
  int status = fetch(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  struct ctl_table table = {0};
  const char *const head[] = {
      ctl_pick(ctl, "contingency", "預案", "预案"), ctl_pick(ctl, "state", "狀態", "状态"),
      ctl_pick(ctl, "done", "完成", "完成"),        ctl_pick(ctl, "weather since", "天氣始於", "天气始于"),
      ctl_pick(ctl, "due", "時限", "时限"),         ctl_pick(ctl, "outcome", "結果", "结果"),
      ctl_pick(ctl, "name", "名稱", "名称")};
  ctl_table_head(&table, head, sizeof head / sizeof *head);
  size_t count = 0;
  VD_FOLD_EACH (fold, CONTINGENCY, Contingency, contingency) {
    if (contingency->retired)
      continue;
    count++;
    if (ctl->options.is_json)
      ctl_print_json(&contingency->base);
    else
      row(ctl, &table, fold, contingency);
  }
  ctl_list_end(ctl, &table, count);
  vd_fold_destroy(fold);
  return CTL_DONE;
}

// ---- show ----

static int by_index(const void *a, const void *b)
{
  const Vd__ContingencyStep *left = *(const Vd__ContingencyStep *const *)a;
  const Vd__ContingencyStep *right = *(const Vd__ContingencyStep *const *)b;
  return left->index < right->index ? -1 : left->index > right->index;
}

static void show_step(const struct ctl *ctl, const struct vd_fold *fold, const Vd__ContingencyStep *step)
{
  char id[32], limit[32];
  snprintf(id, sizeof id, "t%" PRIu64, step->task);
  const Vd__Task *task = (const Vd__Task *)vd_fold_find(fold, VD__KIND__KIND_TASK, id);
  ctl_span(step->within_ms, limit, sizeof limit);
  printf("  %u. %s", step->index, ctl_text(ctl, step->name, step->id));
  printf("  [%s, %s]", *step->post ? step->post : step->team, limit);
  if (step->state != VD__STEP_STATE__STEP_STATE_UNSPECIFIED)
    printf("  %s", ctl_words(ctl, &vd__step_state__descriptor, (int)step->state));
  if (step->state == VD__STEP_STATE__STEP_STATE_OPEN)
    printf("  %s%s%s", id, task != NULL && *task->crew ? " " : "", task != NULL ? task->crew : "");
  putchar('\n');
}

void ctl_contingency_route(const struct ctl *ctl, FILE *out, const struct vd_fold *fold,
                           const Vd__Contingency *contingency)
{
  bool has_other = contingency->n_step_free_route > 0;
  for (int free = 0; free <= (has_other ? 1 : 0); free++) {
    char *const *zones = free ? contingency->step_free_route : contingency->route;
    size_t count = free ? contingency->n_step_free_route : contingency->n_route;
    fputs("    ", out);
    for (size_t i = 0; i < count; i++) {
      const Vd__Zone *zone = (const Vd__Zone *)vd_fold_find(fold, VD__KIND__KIND_ZONE, zones[i]);
      fprintf(out, "%s%s", i > 0 ? " → " : "", ctl_text(ctl, zone != NULL ? zone->name : NULL, zones[i]));
    }
    bool is_free = free || !has_other;
    fprintf(out, "%s\n", is_free ? ctl_pick(ctl, " (step-free)", "（無障礙）", "（无障碍）") : "");
  }
}

static void show(const struct ctl *ctl, const struct vd_fold *fold, const Vd__Contingency *contingency)
{
  struct ctl_table table = {.columns = 7};
  row(ctl, &table, fold, contingency);
  ctl_table_print(&table);
  size_t count = 0;
  const Vd__ContingencyStep **steps =
      vd_alloc((vd_fold_count(fold, VD__KIND__KIND_CONTINGENCY_STEP) + 1) * sizeof *steps);
  VD_FOLD_EACH (fold, CONTINGENCY_STEP, ContingencyStep, step)
    if (strcmp(step->contingency, contingency->id) == 0)
      steps[count++] = step;
  qsort(steps, count, sizeof *steps, by_index);
  for (size_t i = 0; i < count; i++)
    show_step(ctl, fold, steps[i]);
  free(steps);
  printf("  %s\n", ctl_text(ctl, contingency->announcement, "-"));
  ctl_contingency_route(ctl, stdout, fold, contingency);
  const Vd__Deadline *deadline = deadline_of(fold, contingency);
  for (size_t i = 0; deadline != NULL && i < deadline->n_shares; i++) {
    char held[32];
    ctl_span(deadline->shares[i]->held_ms, held, sizeof held);
    printf("  %s %s\n", ctl_team(ctl, fold, deadline->shares[i]->who), held);
  }
}

int ctl_contingency_show(struct ctl *ctl)
{
  struct vd_fold *fold = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  int status = fetch(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  const Vd__Contingency *contingency =
      (const Vd__Contingency *)vd_fold_find(fold, VD__KIND__KIND_CONTINGENCY, ctl->arguments[0]);
  if (contingency == NULL) {
    vd_refuse(&refusal, VD_ERR_UNKNOWN_CONTINGENCY, NULL, "%s", ctl->arguments[0]);
    status = ctl_complain(ctl, VD_ERR_UNKNOWN_CONTINGENCY, &refusal);
  } else if (ctl->options.is_json) {
    ctl_print_json(&contingency->base);
  } else {
    show(ctl, fold, contingency);
  }
  vd_fold_destroy(fold);
  return status;
}

// ---- activate, abort, undo ----

// "--since 09:41", or "--since #42": since that was reported.
int ctl_contingency_activate(struct ctl *ctl)
{
  const char *since = ctl->options.since;
  int64_t since_ms = 0;
  uint64_t incident = 0;
  int status = CTL_DONE;
  if (since != NULL && *since == '#') {
    if (!ctl_number(ctl, since, &incident))
      return CTL_USAGE;
  } else if (since != NULL && !ctl_instant(ctl, since, &since_ms, &status)) {
    return status;
  }
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_CONTINGENCY_ACTIVATE);
  vd_string_set(&command->contingency_activate->contingency, ctl->arguments[0]);
  command->contingency_activate->since_at_ms = since_ms;
  command->contingency_activate->incident = incident;
  return ctl_send(ctl, command, false);
}

int ctl_contingency_abort(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_CONTINGENCY_ABORT);
  vd_string_set(&command->contingency_abort->contingency, ctl->arguments[0]);
  vd_string_set(&command->contingency_abort->reason, ctl_said(ctl, ctl->options.reason, 1));
  return ctl_send(ctl, command, false);
}

int ctl_contingency_undo(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_CONTINGENCY_UNDO);
  vd_string_set(&command->contingency_undo->contingency, ctl->arguments[0]);
  return ctl_send(ctl, command, false);
}

// ---- cap ----

// Each on stdout; how to confirm it on stderr.
static int print_proposed(struct ctl *ctl, const char *identifier)
{
  struct vd_fold *fold = NULL;
  int status = fetch(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  VD_FOLD_EACH (fold, CONTINGENCY, Contingency, contingency) {
    bool is_its = contingency->state == VD__CONTINGENCY_STATE__CONTINGENCY_STATE_PROPOSED &&
                  strcmp(contingency->alert, identifier) == 0;
    if (!is_its)
      continue;
    printf("%s\n", contingency->id);
    fprintf(stderr,
            CTL_FORMAT(ctl, "to confirm: venuectl contingency activate %s\n",
                       "確認啟動：venuectl contingency activate %s\n",
                       "确认启动：venuectl contingency activate %s\n"),
            contingency->id);
  }
  vd_fold_destroy(fold);
  return CTL_DONE;
}

int ctl_cap(struct ctl *ctl)
{
  struct vd_refusal refusal = {.err = VD_OK};
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_CONTINGENCY_PROPOSE);
  Vd__CapAlert *alert = (Vd__CapAlert *)vd_message_new(&vd__cap_alert__descriptor);
  command->contingency_propose->alert = alert;
  enum vd_err err = ctl_cap_read(ctl->arguments[0], alert, &refusal);
  int status = err == VD_OK ? ctl_command(ctl, command, false) : ctl_complain(ctl, err, &refusal);
  if (status == CTL_DONE && !ctl->options.is_json)
    status = print_proposed(ctl, alert->identifier);
  vd__command__free_unpacked(command, NULL);
  return status;
}
