// What was promised and what became of it, in the order in which it is worked on.
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"

// The attempt's number in "42.1".
static unsigned long attempt_of(const Vd__Deadline *deadline)
{
  const char *dot = strchr(deadline->subject, '.');
  return dot != NULL ? strtoul(dot + 1, NULL, 10) : 0;
}

static int compare(int64_t a, int64_t b)
{
  return (a > b) - (a < b);
}

static int by_incident_attempt_tier(const void *a, const void *b)
{
  const Vd__Deadline *left = *(const Vd__Deadline *const *)a, *right = *(const Vd__Deadline *const *)b;
  int order = compare((int64_t)left->incident, (int64_t)right->incident);
  if (order == 0)
    order = compare((int64_t)attempt_of(left), (int64_t)attempt_of(right));
  if (order == 0)
    order = compare(left->promise, right->promise);
  if (order == 0)
    order = compare(left->due_at_ms, right->due_at_ms);
  return order != 0 ? order : strcmp(left->id, right->id);
}

const Vd__Deadline **ctl_deadlines_of(const struct vd_fold *fold, const char *prefix, size_t *count)
{
  const Vd__Deadline **found = vd_alloc((vd_fold_count(fold, VD__KIND__KIND_DEADLINE) + 1) * sizeof *found);
  const ProtobufCMessage *message;
  *count = 0;
  for (const char *after = NULL;
       (message = vd_fold_next(fold, VD__KIND__KIND_DEADLINE, after, prefix)) != NULL;
       after = vd_message_id(message))
    found[(*count)++] = (const Vd__Deadline *)message;
  qsort(found, *count, sizeof *found, by_incident_attempt_tier);
  return found;
}

// "running" says nothing of a limit that has passed or nears.
static void outcome_cell(const struct ctl *ctl, struct ctl_table *table, const Vd__Deadline *deadline)
{
  const char *more = "";
  if (deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING && deadline->breached_at_ms != 0)
    more = ctl_pick(ctl, ", late", "，已逾時", "，已超时");
  else if (deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING && deadline->warned)
    more = ctl_pick(ctl, ", warned", "，已預警", "，已预警");
  ctl_cell(table, "%s%s", ctl_words(ctl, &vd__outcome__descriptor, (int)deadline->outcome), more);
}

static void shares_cell(const struct ctl *ctl, struct ctl_table *table, const struct vd_fold *fold,
                        const Vd__Deadline *deadline)
{
  struct vd_buffer shares = {0};
  for (size_t i = 0; i < deadline->n_shares; i++) {
    char held[32];
    ctl_span(deadline->shares[i]->held_ms, held, sizeof held);
    vd_buffer_printf(&shares, "%s%s %s", i ? ctl_pick(ctl, ", ", "，", "，") : "",
                     ctl_team(ctl, fold, deadline->shares[i]->who), held);
  }
  ctl_cell(table, "%.*s", (int)shares.size, shares.data ? (char *)shares.data : "");
  vd_buffer_finish(&shares);
}

static void deadline_row(const struct ctl *ctl, struct ctl_table *table, const struct vd_fold *fold,
                         const Vd__Deadline *deadline)
{
  char due[40], met[40];
  ctl_clock(ctl, deadline->due_at_ms, due, sizeof due);
  ctl_clock(ctl, deadline->met_at_ms, met, sizeof met);
  if (deadline->incident != 0) {
    ctl_cell(table, "%s#%llu", ctl_drill_mark(ctl, deadline->drill), (unsigned long long)deadline->incident);
    ctl_cell(table, "%lu", attempt_of(deadline));
  } else {
    ctl_cell(table, "%s", deadline->subject); // a task: "t7"
    ctl_cell(table, "-");
  }
  ctl_cell(table, "%s", ctl_words(ctl, &vd__promise__descriptor, (int)deadline->promise));
  ctl_cell(table, "%s", ctl_team(ctl, fold, deadline->team));
  ctl_cell(table, "%s", due);
  ctl_cell(table, "%s", met);
  outcome_cell(ctl, table, deadline);
  shares_cell(ctl, table, fold, deadline);
}

static void heads(const struct ctl *ctl, struct ctl_table *table)
{
  const char *const names[] = {
      "#",
      ctl_pick(ctl, "attempt", "輪次", "轮次"),
      ctl_pick(ctl, "tier", "級", "级"),
      ctl_pick(ctl, "team", "組", "组"),
      ctl_pick(ctl, "due", "到期", "到期"),
      ctl_pick(ctl, "met", "完成", "完成"),
      ctl_pick(ctl, "outcome", "結果", "结果"),
      ctl_pick(ctl, "held by", "責任方及用時", "责任方及用时"),
  };
  ctl_table_head(table, names, sizeof names / sizeof *names);
}

int ctl_deadlines(struct ctl *ctl)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_DEADLINE, VD__KIND__KIND_TEAM};
  struct vd_fold *fold = NULL;
  int status = ctl_look(ctl);
  if (status == CTL_DONE)
    status = ctl_fetch(ctl, kinds, 2, "", &fold);
  if (status != CTL_DONE)
    return status;
  struct ctl_table table = {0};
  size_t count, shown = 0;
  const Vd__Deadline **deadlines = ctl_deadlines_of(fold, "", &count);
  heads(ctl, &table);
  for (size_t i = 0; i < count; i++) {
    if (ctl->options.only_open && deadlines[i]->outcome != VD__OUTCOME__OUTCOME_RUNNING)
      continue;
    shown++;
    if (ctl->options.is_json)
      ctl_print_json(&deadlines[i]->base);
    else
      deadline_row(ctl, &table, fold, deadlines[i]);
  }
  ctl_list_end(ctl, &table, shown);
  free(deadlines);
  vd_fold_destroy(fold);
  return CTL_DONE;
}
