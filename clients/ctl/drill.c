// A drill on the live system: start, end, show.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"

// "av-1,av-2": the daemon says which of them it does not know.
static void add_crews(Vd__DrillStart *start, const char *list)
{
  while (list != NULL && *list != '\0') {
    size_t size = strcspn(list, ",");
    char *crew = vd_alloc(size + 1);
    memcpy(crew, list, size);
    crew[size] = '\0';
    if (size > 0)
      vd_strings_add(&start->crews, &start->n_crews, crew);
    free(crew);
    list += size + (list[size] == ',');
  }
}

int ctl_drill_start(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_DRILL_START);
  vd_string_set(&command->drill_start->title, ctl->arguments[0]);
  vd_string_set(&command->drill_start->zone, ctl->options.zone != NULL ? ctl->options.zone : "");
  add_crews(command->drill_start, ctl->options.crew);
  return ctl_send(ctl, command, true);
}

int ctl_drill_end(struct ctl *ctl)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_DRILL_END);
  vd_string_set(&command->drill_end->reason, ctl_said(ctl, ctl->options.reason, 0));
  return ctl_send(ctl, command, false);
}

// ---- drill show ----

static void print_scope(const struct ctl *ctl, const struct vd_fold *fold, const Vd__Drill *drill)
{
  const Vd__Zone *zone = (const Vd__Zone *)vd_fold_find(fold, VD__KIND__KIND_ZONE, drill->zone);
  printf("  %s%s", ctl_pick(ctl, "where: ", "範圍：", "范围："),
         zone != NULL ? ctl_text(ctl, zone->name, zone->id) : ctl_pick(ctl, "everywhere", "全場", "全场"));
  printf("  %s", ctl_pick(ctl, "who: ", "參與：", "参与："));
  for (size_t i = 0; i < drill->n_crews; i++)
    printf("%s%s", i > 0 ? ", " : "", drill->crews[i]);
  puts(drill->n_crews == 0 ? ctl_pick(ctl, "everybody", "全體", "全体") : "");
}

static void print_drill(const struct ctl *ctl, const struct vd_fold *fold, const Vd__Drill *drill)
{
  char started[40], ended[40];
  unsigned open = 0;
  ctl_when(ctl, drill->started_at_ms, started, sizeof started);
  printf("%s%s %s  %s\n", ctl_drill_mark(ctl, drill->number), drill->id,
         ctl_words(ctl, &vd__drill_state__descriptor, (int)drill->state), drill->title);
  print_scope(ctl, fold, drill);
  printf("  %s%s %s\n", ctl_pick(ctl, "started: ", "開始：", "开始："), started, drill->by);
  if (drill->state == VD__DRILL_STATE__DRILL_STATE_ENDED) {
    ctl_when(ctl, drill->ended_at_ms, ended, sizeof ended);
    printf("  %s%s %s  %s\n", ctl_pick(ctl, "over: ", "結束：", "结束："), ended, drill->ended_by,
           drill->reason);
  }
  VD_FOLD_EACH (fold, INCIDENT, Incident, incident)
    open += incident->drill == drill->number && incident->ended_at_ms == 0;
  printf(CTL_FORMAT(ctl, "  reports: %u, open: %u\n", "  上報：%u，未結：%u\n", "  上报：%u，未结：%u\n"),
         drill->reports, open);
}

static const Vd__Drill *last_of(const struct vd_fold *fold)
{
  const Vd__Drill *last = NULL;
  VD_FOLD_EACH (fold, DRILL, Drill, drill)
    last = last == NULL || drill->number > last->number ? drill : last;
  return last;
}

int ctl_drill_show(struct ctl *ctl)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_DRILL, VD__KIND__KIND_ZONE, VD__KIND__KIND_INCIDENT};
  struct vd_fold *fold = NULL;
  int status = ctl_look(ctl);
  if (status == CTL_DONE)
    status = ctl_fetch(ctl, kinds, sizeof kinds / sizeof *kinds, "", &fold);
  if (status != CTL_DONE)
    return status;
  const Vd__Drill *drill = last_of(fold);
  if (drill == NULL)
    ctl_none(ctl);
  else if (ctl->options.is_json)
    ctl_print_json(&drill->base);
  else
    print_drill(ctl, fold, drill);
  vd_fold_destroy(fold);
  return CTL_DONE;
}
