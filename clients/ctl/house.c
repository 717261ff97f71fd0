// How venued is, its clock, the plan in force.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/text.h"

static int fetch_status(struct ctl *ctl, Vd__Response **response)
{
  Vd__StatusQuery query = VD__STATUS_QUERY__INIT;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_STATUS;
  request.status = &query;
  int status = ctl_ask(ctl, &request, response);
  if (status == CTL_DONE && (*response)->body_case != VD__RESPONSE__BODY_STATUS) {
    vd__response__free_unpacked(*response, NULL);
    return ctl_complain(ctl, VD_ERR_BAD_REQUEST, NULL);
  }
  return status;
}

static const char *ready_words(const struct ctl *ctl, const char *word)
{
  static const struct {
    const char *word, *zh_hant, *zh_hans;
  } known[] = {{"ready", "就緒", "就绪"},
               {"ending", "正在結束", "正在结束"},
               {"read-only", "唯讀", "只读"},
               {"clock-in-doubt", "時鐘有疑問", "时钟有疑问"}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(known[i].word, word) == 0)
      return ctl_pick(ctl, word, known[i].zh_hant, known[i].zh_hans);
  return word;
}

// What stops the journal first: its map, or its disk.
static void print_space(const struct ctl *ctl, const Vd__Status *status)
{
  int64_t left_in_map = status->journal_map_bytes - status->journal_bytes;
  printf("  %s %" PRId64 " MiB %s %" PRId64 " MiB", ctl_pick(ctl, "journal", "日誌", "日志"),
         (status->journal_bytes + (1 << 20) - 1) >> 20, ctl_pick(ctl, "of at most", "／上限", "／上限"),
         status->journal_map_bytes >> 20);
  if (status->disk_free_bytes < left_in_map)
    printf("%s%" PRId64 " MiB",
           ctl_pick(ctl, ", but free on its disk are ", "，但磁碟僅剩 ", "，但磁盘仅剩 "),
           status->disk_free_bytes >> 20);
  putchar('\n');
}

// Of those that did anything: "dispatch 12+3", twelve by venued itself and three by people.
static void print_nodes(const struct ctl *ctl, const Vd__Status *status)
{
  bool is_first = true;
  for (size_t i = 0; i < status->n_nodes; i++) {
    const Vd__NodeCount *count = status->nodes[i];
    if (count->automatic + count->manual == 0)
      continue;
    if (is_first)
      printf("  %s", ctl_pick(ctl, "automatic+manual", "自動+人工", "自动+人工"));
    printf("  %s %" PRIu64 "+%" PRIu64, ctl_words(ctl, &vd__node__descriptor, (int)count->node),
           count->automatic, count->manual);
    is_first = false;
  }
  if (!is_first)
    puts("");
}

static void print_status(const struct ctl *ctl, const Vd__Status *status)
{
  char now[40];
  vd_instant_format(status->now_at_ms, ctl->utc_offset_ms, now, sizeof now);
  printf("%s  %s\n", ctl_text(ctl, status->event, "venued"), ready_words(ctl, status->ready));
  printf("  %s %s  ×%" PRId64 "%s\n", ctl_pick(ctl, "venue time", "場館時間", "场馆时间"), now, status->scale,
         status->rehearsal ? ctl_pick(ctl, "  REHEARSAL", "  彩排", "  彩排") : "");
  printf("  %s %" PRIu64 "  %s %" PRIu64 "  %s %" PRIu64 "  %s %" PRIu64 "\n",
         ctl_pick(ctl, "open incidents", "未結事件", "未结事件"), status->open_incidents,
         ctl_pick(ctl, "open alerts", "未收到提醒", "未收到提醒"), status->open_alerts,
         ctl_pick(ctl, "running deadlines", "進行中時限", "进行中时限"), status->running_deadlines,
         ctl_pick(ctl, "late", "逾時", "超时"), status->breaches);
  printf("  %s %s  %s %" PRIu64 "  %s %" PRIu64 "  %s %" PRId64 "ms\n",
         ctl_pick(ctl, "version", "版本", "版本"), status->version,
         ctl_pick(ctl, "epoch", "啟動次數", "启动次数"), status->epoch,
         ctl_pick(ctl, "sequence", "序號", "序号"), status->sequence,
         ctl_pick(ctl, "oldest uncommitted", "最久未存", "最久未存"), status->oldest_uncommitted_ms);
  if (status->drill != 0)
    printf(CTL_FORMAT(ctl, "  DRILL d%" PRIu64 " is running, open incidents of it %" PRIu64 "\n",
                      "  演練 d%" PRIu64 " 進行中，其未結事件 %" PRIu64 "\n",
                      "  演练 d%" PRIu64 " 进行中，其未结事件 %" PRIu64 "\n"),
           status->drill, status->drill_incidents);
  print_space(ctl, status);
  print_nodes(ctl, status);
  if (status->read_only)
    puts(ctl_pick(ctl, "  READ-ONLY: the disk is full", "  唯讀：磁碟已滿", "  只读：磁盘已满"));
}

int ctl_status(struct ctl *ctl)
{
  Vd__Response *response = NULL;
  int status = fetch_status(ctl, &response);
  if (status != CTL_DONE)
    return status;
  if (ctl->options.is_json)
    ctl_print_json(&response->status->base);
  else if ((status = ctl_look(ctl)) == CTL_DONE)
    print_status(ctl, response->status);
  vd__response__free_unpacked(response, NULL);
  return status;
}

static void print_clock(const struct ctl *ctl, const Vd__Status *status)
{
  char venue[40], wall[40], step[32];
  vd_instant_format(status->now_at_ms, ctl->utc_offset_ms, venue, sizeof venue);
  vd_instant_format(status->wall_at_ms, ctl->utc_offset_ms, wall, sizeof wall);
  vd_duration_format(status->clock_step_ms, step, sizeof step);
  printf("%s %s  ×%" PRId64 "\n%s %s  %s %s\n", ctl_pick(ctl, "venue", "場館", "场馆"), venue, status->scale,
         ctl_pick(ctl, "wall ", "系統", "系统"), wall, ctl_pick(ctl, "jumped by", "偏移", "偏移"), step);
  if (status->clock_in_doubt)
    puts(ctl_pick(ctl, "IN DOUBT: if the wall clock is right, say `venuectl clock accept`",
                  "有疑問：若系統時鐘正確，請執行 `venuectl clock accept`",
                  "有疑问：若系统时钟正确，请执行 `venuectl clock accept`"));
}

static int show_clock(struct ctl *ctl, Vd__Response *response)
{
  int status = CTL_DONE;
  if (ctl->options.is_json)
    ctl_print_json(&response->status->base);
  else if ((status = ctl_look(ctl)) == CTL_DONE)
    print_clock(ctl, response->status);
  vd__response__free_unpacked(response, NULL);
  return status;
}

int ctl_clock_show(struct ctl *ctl)
{
  Vd__Response *response = NULL;
  int status = fetch_status(ctl, &response);
  return status != CTL_DONE ? status : show_clock(ctl, response);
}

int ctl_clock_accept(struct ctl *ctl)
{
  Vd__ClockAccept accept = VD__CLOCK_ACCEPT__INIT;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_CLOCK_ACCEPT;
  request.clock_accept = &accept;
  Vd__Response *response = NULL;
  int status = ctl_ask(ctl, &request, &response);
  if (status != CTL_DONE)
    return status;
  if (response->body_case == VD__RESPONSE__BODY_STATUS)
    return show_clock(ctl, response);
  vd__response__free_unpacked(response, NULL);
  return CTL_DONE;
}

static void print_event(const struct ctl *ctl, const Vd__Event *event)
{
  char start[40], doors[40], end[40];
  vd_instant_format(event->start_at_ms, event->utc_offset_ms, start, sizeof start);
  vd_instant_format(event->doors_at_ms, event->utc_offset_ms, doors, sizeof doors);
  vd_instant_format(event->end_at_ms, event->utc_offset_ms, end, sizeof end);
  printf("%s  %s %u\n  %s %s\n  %s %s\n  %s %s\n  %s ", ctl_text(ctl, event->name, event->id),
         ctl_pick(ctl, "participants", "參會人數", "参会人数"), event->participants,
         ctl_pick(ctl, "start", "開始", "开始"), start, ctl_pick(ctl, "doors", "開門", "开门"), doors,
         ctl_pick(ctl, "end  ", "結束", "结束"), end, ctl_pick(ctl, "hash ", "雜湊", "哈希"));
  for (size_t i = 0; i < event->plan_hash.len; i++)
    printf("%02x", event->plan_hash.data[i]);
  putchar('\n');
}

static size_t count_in_force(const struct vd_fold *fold, Vd__Kind kind)
{
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(vd_kind_type(kind), "retired");
  const ProtobufCMessage *message;
  size_t count = 0;
  for (const char *after = NULL; (message = vd_fold_next(fold, kind, after, "")) != NULL;
       after = vd_message_id(message))
    count += field == NULL || !*(const protobuf_c_boolean *)((const char *)message + field->offset);
  return count;
}

static void print_plan(const struct ctl *ctl, const struct vd_fold *fold)
{
  static const struct {
    Vd__Kind kind;
    const char *names[3];
  } counted[] = {
      {VD__KIND__KIND_ZONE, {"zones", "區域", "区域"}},
      {VD__KIND__KIND_CATEGORY, {"categories", "類別", "类别"}},
      {VD__KIND__KIND_PAGE, {"pages of the handbook", "手冊頁", "手册页"}},
      {VD__KIND__KIND_TEAM, {"teams", "組", "组"}},
      {VD__KIND__KIND_POST, {"posts", "崗位", "岗位"}},
      {VD__KIND__KIND_CREW, {"people", "人員", "人员"}},
      {VD__KIND__KIND_SESSION, {"sessions", "議程", "议程"}},
      {VD__KIND__KIND_SUPPLY, {"supplies", "補給品", "补给品"}},
      {VD__KIND__KIND_BATCH, {"batches", "批次", "批次"}},
      {VD__KIND__KIND_DEVICE, {"devices", "設備", "设备"}},
      {VD__KIND__KIND_RESOURCE, {"resources", "應急資源", "应急资源"}},
      {VD__KIND__KIND_LANE, {"check-in lanes", "簽到通道", "签到通道"}},
  };
  const Vd__Event *event = (const Vd__Event *)vd_fold_find(fold, VD__KIND__KIND_EVENT, "event");
  if (event != NULL)
    print_event(ctl, event);
  for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
    printf("  %s %zu\n", ctl_pick(ctl, counted[i].names[0], counted[i].names[1], counted[i].names[2]),
           count_in_force(fold, counted[i].kind));
}

int ctl_plan_show(struct ctl *ctl)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_EVENT, VD__KIND__KIND_ZONE,    VD__KIND__KIND_CATEGORY,
                                   VD__KIND__KIND_PAGE,  VD__KIND__KIND_TEAM,    VD__KIND__KIND_POST,
                                   VD__KIND__KIND_CREW,  VD__KIND__KIND_SESSION, VD__KIND__KIND_SUPPLY,
                                   VD__KIND__KIND_BATCH, VD__KIND__KIND_DEVICE,  VD__KIND__KIND_RESOURCE, VD__KIND__KIND_LANE};
  struct vd_fold *fold = NULL;
  int status = ctl_fetch(ctl, kinds, sizeof kinds / sizeof *kinds, "", &fold);
  if (status != CTL_DONE)
    return status;
  if (!ctl->options.is_json)
    print_plan(ctl, fold);
  for (size_t i = 0; ctl->options.is_json && i < sizeof kinds / sizeof *kinds; i++) {
    const ProtobufCMessage *message;
    for (const char *after = NULL; (message = vd_fold_next(fold, kinds[i], after, "")) != NULL;
         after = vd_message_id(message))
      ctl_print_json(message);
  }
  vd_fold_destroy(fold);
  return CTL_DONE;
}
