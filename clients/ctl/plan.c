// `plan apply`: sends a plan, and says what it changed, or where in the file it is wrong.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clients/ctl/ctl.h"
#include "proto/check.h"
#include "proto/pieces.h"
#include "proto/text.h"

// Packed bytes of a plan in one request: unpacked it must stay within the request's quota (VD_QUOTA_DEFAULT),
// which short entries fill about ten times as fast.
enum { PIECE_MAX = 24 * 1024, QUIET_MS = 1000 };

// ---- sending ----

static uint32_t count_pieces(const Vd__Plan *plan)
{
  struct vd_pieces pieces = {.whole = &plan->base};
  uint32_t count = 0;
  for (Vd__Plan piece; pieces.whole != NULL; count++)
    vd_pieces_take(&pieces, &piece.base, PIECE_MAX);
  return count;
}

static int64_t mono_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// On a terminal, once it takes long.
static void show_progress(const struct ctl *ctl, int64_t began_ms, uint32_t part, uint32_t parts)
{
  if (mono_ms() - began_ms < QUIET_MS || !isatty(STDERR_FILENO))
    return;
  fprintf(stderr, "\r%s %u%%%s", ctl_pick(ctl, "sending the plan:", "正在傳送方案：", "正在发送方案："),
          part * 100 / parts, part == parts ? "\n" : "");
}

// As venued checks a request. Of a part it would name an entry by its place in the part.
static enum vd_err check_whole(const Vd__Plan *plan, struct vd_refusal *refusal)
{
  struct vd_refusal found = {.err = VD_OK};
  enum vd_err err = vd_check_message(&plan->base, &found);
  if (err == VD_OK)
    return VD_OK;
  struct vd_buffer path = {0};
  vd_buffer_printf(&path, "plan_apply.plan.%s", found.field);
  vd_buffer_append(&path, "", 1);
  vd_refuse(refusal, err, (char *)path.data, "%s", found.detail);
  vd_buffer_finish(&path);
  return err;
}

// All under the command's id, so that repeating any of them is no other act; the last one's reply is the
// command's.
static enum vd_err send_parts(struct ctl *ctl, const Vd__Command *command, Vd__Reply **reply,
                              struct vd_refusal *refusal)
{
  struct vd_pieces pieces = {.whole = &command->plan_apply->plan->base};
  uint32_t parts = count_pieces(command->plan_apply->plan);
  int64_t began_ms = mono_ms();
  enum vd_err err = check_whole(command->plan_apply->plan, refusal);
  for (uint32_t part = 1; err == VD_OK && part <= parts; part++) {
    Vd__Plan piece;
    Vd__PlanApply apply = *command->plan_apply;
    Vd__Command sent = *command;
    vd_pieces_take(&pieces, &piece.base, PIECE_MAX);
    apply.plan = &piece;
    apply.part = part;
    apply.parts = parts;
    sent.plan_apply = &apply;
    vd__reply__free_unpacked(*reply, NULL);
    *reply = NULL;
    err = venue_client_command(ctl->client, &sent, reply, refusal);
    show_progress(ctl, began_ms, part, parts);
  }
  return err;
}

enum vd_err ctl_plan_send(struct ctl *ctl, Vd__Command *command, Vd__Reply **reply,
                          struct vd_refusal *refusal)
{
  enum vd_err err = venue_client_command(ctl->client, command, reply, refusal); // gives it its id
  bool is_large = err == VD_ERR_TOO_LARGE && *reply == NULL; // the request, packed or unpacked
  return is_large ? send_parts(ctl, command, reply, refusal) : err;
}

// ---- what came of it ----

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
  int status = ctl_fetch(ctl, ctl_planned_kinds, CTL_PLANNED_KINDS, "", &after);
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
    status = ctl_fetch(ctl, ctl_planned_kinds, CTL_PLANNED_KINDS, "", &before);
  if (status == CTL_DONE)
    status = ctl_complete(ctl, command);
  Vd__Reply *reply = NULL;
  if (status == CTL_DONE) {
    enum vd_err err = ctl_plan_send(ctl, command, &reply, &refusal);
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
