// `plan apply`: sends a plan, and says what it changed, or where in the file it is wrong.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/text.h"

static const Vd__Kind planned[] = {VD__KIND__KIND_EVENT, VD__KIND__KIND_ZONE, VD__KIND__KIND_CATEGORY,
                                   VD__KIND__KIND_PAGE,  VD__KIND__KIND_TEAM, VD__KIND__KIND_POST,
                                   VD__KIND__KIND_CREW};
enum { PLANNED = sizeof planned / sizeof *planned };

static void say_counts(const struct ctl *ctl, const struct ctl_differences *found)
{
  if (found->added + found->changed + found->removed + found->moved == 0) {
    fprintf(stderr, "%s\n",
            ctl_pick(ctl, "nothing differs: the plan was in force already", "沒有差異：方案原已生效",
                     "没有差异：方案原已生效"));
    return;
  }
  if (found->moved > 0)
    printf("~ %s%zu\n",
           ctl_pick(ctl, "order of choice among equals, people moved: ", "同等人選的先後次序，變動人數：",
                    "同等人选的先后次序，变动人数："),
           found->moved);
  fprintf(stderr, "%zu %s%zu %s%zu %s\n", found->added, ctl_pick(ctl, "added, ", "項新增，", "项新增，"),
          found->changed, ctl_pick(ctl, "changed, ", "項變更，", "项变更，"), found->removed,
          ctl_pick(ctl, "taken out", "項移除", "项移除"));
}

static int say_differences(struct ctl *ctl, const struct vd_fold *before)
{
  struct vd_fold *after = NULL;
  int status = ctl_fetch(ctl, planned, PLANNED, "", &after);
  if (status != CTL_DONE)
    return CTL_DONE; // explained; the plan is in force all the same
  struct ctl_differences found;
  ctl_print_differences(ctl, before, after, &found);
  say_counts(ctl, &found);
  vd_fold_destroy(after);
  return CTL_DONE;
}

// The value's path without what leads to the plan: "crews[3].posts[0]".
static const char *path_in_plan(const char *field)
{
  const char *at = strstr(field, "plan_apply.plan.");
  return at != NULL ? at + strlen("plan_apply.plan.") : field;
}

static int complain_at(const struct ctl *ctl, enum vd_err err, struct vd_refusal *refusal,
                       const struct vd_text_map *map)
{
  struct vd_text_place place = vd_text_map_find(map, path_in_plan(refusal->field));
  bool is_in_file = strstr(refusal->field, "plan_apply.plan") != NULL;
  if (is_in_file && place.line > 0)
    fprintf(stderr, "%s:%u:%u: ", ctl->arguments[0], place.line, place.column);
  int status = ctl_complain(ctl, err, refusal);
  if (is_in_file)
    fprintf(stderr, "%s `venuectl plan check %s`%s\n",
            ctl_pick(ctl, "all that is wrong says", "全部問題請見", "全部问题请见"), ctl->arguments[0],
            ctl_pick(ctl, ".", "。", "。"));
  return status;
}

// Takes the plan.
static int apply(struct ctl *ctl, Vd__Plan *plan, const struct vd_text_map *map)
{
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_fold *before = NULL;
  Vd__Command *command = (Vd__Command *)vd_message_new(&vd__command__descriptor);
  command->act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command->plan_apply = (Vd__PlanApply *)vd_message_new(&vd__plan_apply__descriptor);
  command->plan_apply->plan = plan;
  int status = ctl_look(ctl);
  if (status == CTL_DONE)
    status = ctl_fetch(ctl, planned, PLANNED, "", &before);
  if (status == CTL_DONE)
    status = ctl_complete(ctl, command);
  Vd__Reply *reply = NULL;
  if (status == CTL_DONE) {
    enum vd_err err = venue_client_command(ctl->client, command, &reply, &refusal);
    if (reply != NULL && ctl->options.is_json)
      ctl_print_json(&reply->base);
    if (err != VD_OK)
      status = complain_at(ctl, err, &refusal, map);
    else if (!ctl->options.is_json)
      status = say_differences(ctl, before);
  }
  vd__reply__free_unpacked(reply, NULL);
  vd__command__free_unpacked(command, NULL);
  vd_fold_destroy(before);
  return status;
}

int ctl_plan_apply(struct ctl *ctl)
{
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_text_map *map = NULL;
  ProtobufCMessage *plan = NULL;
  enum vd_err err = vd_text_read_file(&vd__plan__descriptor, ctl->arguments[0], &plan, &map, &refusal);
  if (err != VD_OK)
    return ctl_complain(ctl, err, &refusal);
  int status = apply(ctl, (Vd__Plan *)plan, map);
  vd_text_map_destroy(map);
  return status;
}
