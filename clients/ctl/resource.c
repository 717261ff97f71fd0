// What helps out when own means run out: spares, emergency spaces, the pool; taken and returned.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/fold.h"
#include "proto/text.h"

static void free_cell(struct ctl_table *table, const Vd__Resource *resource)
{
  uint32_t left = resource->count > resource->in_use ? resource->count - resource->in_use : 0;
  ctl_cell(table, "%u/%u", resource->retired ? 0 : left, resource->count);
}

static void eta_cell(const struct ctl *ctl, struct ctl_table *table, const Vd__Resource *resource)
{
  char eta[32];
  ctl_span(resource->eta_ms, eta, sizeof eta);
  ctl_cell(table, "%s", resource->eta_ms > 0 ? eta : ctl_pick(ctl, "the walk", "步行", "步行"));
}

// "2 since 10:41 for #42 by av-1"
static void use_cell(const struct ctl *ctl, struct ctl_table *table, const Vd__Resource *resource)
{
  char clock[40], number[32] = "";
  ctl_when(ctl, resource->used_at_ms, clock, sizeof clock);
  if (resource->used_for != 0)
    snprintf(number, sizeof number, "%s#%" PRIu64, ctl_pick(ctl, " for ", " 用於 ", " 用于 "),
             resource->used_for);
  if (resource->in_use > 0)
    ctl_cell(table, "%u%s%s%s%s%s", resource->in_use, ctl_pick(ctl, " since ", " 自 ", " 自 "), clock, number,
             *resource->used_by ? ctl_pick(ctl, " by ", " 取用人 ", " 取用人 ") : "", resource->used_by);
  else
    ctl_cell(table, "-");
}

static void resource_row(const struct ctl *ctl, struct ctl_table *table, const Vd__Resource *resource)
{
  ctl_cell(table, "%s", resource->id);
  ctl_cell(table, "%s", ctl_words(ctl, &vd__resource_kind__descriptor, (int)resource->kind));
  free_cell(table, resource);
  use_cell(ctl, table, resource);
  eta_cell(ctl, table, resource);
  ctl_cell(table, "%s", *resource->zone ? resource->zone : *resource->city ? resource->city : "-");
  ctl_cell(table, "%s%s%s", *resource->post || *resource->contact ? resource->post : "-",
           *resource->post && *resource->contact ? " " : "", resource->contact);
  ctl_cell(table, "%s", ctl_text(ctl, resource->name, ""));
}

static void print_list(struct ctl *ctl, const struct vd_fold *fold)
{
  struct ctl_table table = {0};
  const char *const head[] = {
      ctl_pick(ctl, "resource", "資源", "资源"), ctl_pick(ctl, "kind", "種類", "种类"),
      ctl_pick(ctl, "free", "可用", "可用"),     ctl_pick(ctl, "in use", "在用", "在用"),
      ctl_pick(ctl, "there in", "到達", "到达"), ctl_pick(ctl, "place", "地點", "地点"),
      ctl_pick(ctl, "call", "聯絡", "联系"),     ctl_pick(ctl, "name", "名稱", "名称"),
  };
  bool has_one = false;
  ctl_table_head(&table, head, sizeof head / sizeof *head);
  VD_FOLD_EACH (fold, RESOURCE, Resource, resource) {
    bool is_shown =
        (!resource->retired || resource->in_use > 0) && (!ctl->options.only_open || resource->in_use > 0);
    has_one |= is_shown;
    if (is_shown && ctl->options.is_json)
      ctl_print_json(&resource->base);
    else if (is_shown)
      resource_row(ctl, &table, resource);
  }
  if (ctl->options.is_json || !has_one)
    ctl_table_drop(&table);
  else
    ctl_table_print(&table);
  if (!has_one && !ctl->options.is_json)
    ctl_none(ctl);
}

int ctl_resource_list(struct ctl *ctl)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_RESOURCE};
  struct vd_fold *fold = NULL;
  int status = ctl_look(ctl);
  if (status == CTL_DONE)
    status = ctl_fetch(ctl, kinds, 1, "", &fold);
  if (status != CTL_DONE)
    return status;
  print_list(ctl, fold);
  vd_fold_destroy(fold);
  return CTL_DONE;
}

static bool parse_count(struct ctl *ctl, uint32_t *count)
{
  const char *said = ctl_said(ctl, NULL, 1);
  *count = 0; // as venued takes it: one, or all
  return *said == '\0' || ctl_whole(ctl, "", said, count);
}

int ctl_resource_use(struct ctl *ctl)
{
  uint32_t count;
  uint64_t incident = 0;
  const char *number = ctl_said(ctl, NULL, 2);
  if (!parse_count(ctl, &count) || (*number != '\0' && !ctl_number(ctl, number, &incident)))
    return CTL_USAGE;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_RESOURCE_USE);
  vd_string_set(&command->resource_use->resource, ctl->arguments[0]);
  command->resource_use->count = count;
  command->resource_use->incident = incident;
  return ctl_send(ctl, command, false);
}

int ctl_resource_return(struct ctl *ctl)
{
  uint32_t count;
  if (!parse_count(ctl, &count))
    return CTL_USAGE;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_RESOURCE_RETURN);
  vd_string_set(&command->resource_return->resource, ctl->arguments[0]);
  command->resource_return->count = count;
  return ctl_send(ctl, command, false);
}
