// Zones, live: how full they are, and what people say of them.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/fold.h"
#include "proto/text.h"

static void people_cell(const struct ctl *ctl, struct ctl_table *table, const Vd__Zone *zone)
{
  char clock[40];
  ctl_when(ctl, zone->people_at_ms, clock, sizeof clock);
  if (zone->people_at_ms != 0)
    ctl_cell(table, "%s%u %s", zone->estimated ? "~" : "", zone->people, clock);
  else
    ctl_cell(table, "-");
}

static void status_cell(const struct ctl *ctl, struct ctl_table *table, const Vd__Zone *zone)
{
  int status = zone->status ? (int)zone->status : VD__ZONE_STATUS__ZONE_STATUS_OPEN;
  const char *word = ctl_words(ctl, &vd__zone_status__descriptor, status);
  char clock[40];
  ctl_when(ctl, zone->status_at_ms, clock, sizeof clock);
  bool is_news = zone->status_at_ms != 0;
  ctl_cell(table, "%s%s%s", word, is_news ? " " : "", is_news ? clock : "");
}

static void zone_row(const struct ctl *ctl, struct ctl_table *table, const Vd__Zone *zone)
{
  uint32_t holds = zone->tea_break ? zone->seats : zone->capacity;
  ctl_cell(table, "%s", zone->id);
  status_cell(ctl, table, zone);
  people_cell(ctl, table, zone);
  if (holds > 0)
    ctl_cell(table, "%u%s", holds,
             zone->tea_break      ? ctl_pick(ctl, " seats", " 座位", " 座位")
             : zone->full_by_plan ? ctl_pick(ctl, " full by plan", " 計畫滿座", " 计划满座")
                                  : "");
  else
    ctl_cell(table, "-");
  ctl_cell(table, "%s", *zone->backup ? zone->backup : "-");
  ctl_cell(table, "%s", ctl_text(ctl, zone->name, ""));
}

int ctl_zone_list(struct ctl *ctl)
{
  const Vd__Kind kind = VD__KIND__KIND_ZONE;
  struct vd_fold *fold = NULL;
  int status = ctl_look(ctl);
  if (status == CTL_DONE)
    status = ctl_fetch(ctl, &kind, 1, "", &fold);
  if (status != CTL_DONE)
    return status;
  struct ctl_table table = {0};
  const char *const head[] = {
      ctl_pick(ctl, "zone", "區域", "区域"),   ctl_pick(ctl, "status", "狀態", "状态"),
      ctl_pick(ctl, "people", "人數", "人数"), ctl_pick(ctl, "holds", "容納", "容纳"),
      ctl_pick(ctl, "backup", "備用", "备用"), ctl_pick(ctl, "name", "名稱", "名称")};
  ctl_table_head(&table, head, sizeof head / sizeof *head);
  const Vd__Zone *zone = NULL;
  size_t count = 0;
  while ((zone = (const Vd__Zone *)vd_fold_next(fold, kind, zone ? zone->id : NULL, ""))) {
    if (zone->retired)
      continue;
    count++;
    if (ctl->options.is_json)
      ctl_print_json(&zone->base);
    else
      zone_row(ctl, &table, zone);
  }
  ctl_list_end(ctl, &table, count);
  vd_fold_destroy(fold);
  return CTL_DONE;
}

int ctl_zone_count(struct ctl *ctl)
{
  uint32_t people;
  if (!ctl_whole(ctl, "", ctl->arguments[1], &people))
    return CTL_USAGE;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_COUNT_ZONE);
  vd_string_set(&command->count_zone->zone, ctl->arguments[0]);
  command->count_zone->people = people;
  command->count_zone->estimated = ctl->options.is_estimated;
  return ctl_send(ctl, command, false);
}

int ctl_zone_set(struct ctl *ctl)
{
  int status = VD__ZONE_STATUS__ZONE_STATUS_UNSPECIFIED;
  if (!vd_enum_parse(&vd__zone_status__descriptor, ctl->arguments[1], &status) || status == 0)
    return ctl_usage_enum(ctl, "zone set", &vd__zone_status__descriptor, ctl->arguments[1]);
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_SET_ZONE);
  vd_string_set(&command->set_zone->zone, ctl->arguments[0]);
  command->set_zone->status = (Vd__ZoneStatus)status;
  return ctl_send(ctl, command, false);
}
