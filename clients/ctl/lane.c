// Check-in lanes and what would shorten their queues, shown: lane list, lane show, suggestion list.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/fold.h"
#include "proto/text.h"

static const int64_t HALF_HOUR_MS = INT64_C(30) * 60000;
static const int64_t SLOT_MS = INT64_C(5) * 60000;

static int fetch(struct ctl *ctl, struct vd_fold **fold)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_EVENT, VD__KIND__KIND_ZONE, VD__KIND__KIND_SESSION,
                                   VD__KIND__KIND_LANE, VD__KIND__KIND_SUGGESTION};
  int status = ctl_look(ctl);
  return status != CTL_DONE ? status : ctl_fetch(ctl, kinds, sizeof kinds / sizeof *kinds, "", fold);
}

// ---- words ----

static const char *colon(const struct ctl *ctl)
{
  return ctl_pick(ctl, ": ", "：", "：");
}

static const char *state_word(const struct ctl *ctl, const Vd__Lane *lane)
{
  int state = lane->state ? (int)lane->state : VD__LANE_STATE__LANE_STATE_OPEN;
  return ctl_words(ctl, &vd__lane_state__descriptor, state);
}

static const char *kind_word(const struct ctl *ctl, const Vd__Lane *lane)
{
  int kind = lane->kind ? (int)lane->kind : VD__LANE_KIND__LANE_KIND_GENERAL;
  return ctl_words(ctl, &vd__lane_kind__descriptor, kind);
}

static const char *answer_word(const struct ctl *ctl, const Vd__Suggestion *suggestion)
{
  if (suggestion->state != VD__SUGGESTION_STATE__SUGGESTION_STATE_MEASURED)
    return ctl_words(ctl, &vd__suggestion_state__descriptor, (int)suggestion->state);
  return suggestion->uncounted ? ctl_pick(ctl, "not known", "無法得知", "无法得知")
         : suggestion->helped  ? ctl_pick(ctl, "it helped", "有幫助", "有帮助")
                               : ctl_pick(ctl, "it did not help", "無幫助", "无帮助");
}

static const char *do_words(const struct ctl *ctl, const Vd__Suggestion *suggestion)
{
  return suggestion->kind == VD__SUGGESTION_KIND__SUGGESTION_KIND_OPEN_LANE
             ? ctl_pick(ctl, "open", "開放", "开放")
             : ctl_pick(ctl, "a desk from", "櫃台調自", "柜台调自");
}

// "7m30s"
static const char *duration(int64_t duration_ms, char out[32])
{
  vd_duration_format(duration_ms / 1000 * 1000, out, 32);
  return out;
}

// ---- lane list ----

// Arrivals of the last half hour: slots that ended before it are none of it.
static uint32_t half_hour(const struct ctl *ctl, const Vd__Lane *lane)
{
  uint32_t sum = 0;
  for (size_t i = 0; i < lane->n_recent; i++) {
    int64_t ends_ms = lane->recent_at_ms + SLOT_MS - (int64_t)(lane->n_recent - 1 - i) * SLOT_MS;
    sum += ends_ms > ctl->now_ms - HALF_HOUR_MS ? lane->recent[i] : 0;
  }
  return sum;
}

const char *ctl_lane_wait(const struct ctl *ctl, const Vd__Lane *lane, int64_t wait_ms, char out[32])
{
  bool is_known =
      lane->state != VD__LANE_STATE__LANE_STATE_CLOSED && ctl->now_ms - lane->counted_at_ms <= HALF_HOUR_MS;
  return is_known ? duration(wait_ms, out) : "-";
}

static void wait_cells(const struct ctl *ctl, struct ctl_table *table, const Vd__Lane *lane)
{
  enum { SECONDS_SIZE = 3 }; // ":05"
  char wait[32], ahead[32], clock[40];
  if (lane->counted_at_ms == 0 || lane->state == VD__LANE_STATE__LANE_STATE_CLOSED) {
    ctl_cell(table, "-");
    ctl_cell(table, "-");
    ctl_cell(table, "-");
  } else {
    ctl_when(ctl, lane->counted_at_ms, clock, sizeof clock);
    ctl_cell(table, "%u (%.*s)", lane->waiting, (int)strlen(clock) - SECONDS_SIZE, clock);
    ctl_cell(table, "%s", ctl_lane_wait(ctl, lane, lane->wait_ms, wait));
    ctl_cell(table, "%s", ctl_lane_wait(ctl, lane, lane->ahead_ms, ahead));
  }
}

static void lane_row(const struct ctl *ctl, struct ctl_table *table, const Vd__Lane *lane)
{
  ctl_cell(table, "%s", lane->id);
  ctl_cell(table, "%s", kind_word(ctl, lane));
  ctl_cell(table, "%s", state_word(ctl, lane));
  ctl_cell(table, "%u/%u", lane->desks, lane->staff);
  wait_cells(ctl, table, lane);
  if (lane->peak_arrivals > 0)
    ctl_cell(table, "%u/%u", half_hour(ctl, lane), lane->peak_arrivals);
  else
    ctl_cell(table, "-");
  ctl_cell(table, "%" PRIu64, lane->checked_in);
  ctl_cell(table, "%s", *lane->suggestion ? lane->suggestion : "-");
  ctl_cell(table, "%s", ctl_text(ctl, lane->name, ""));
}

static bool is_next(const struct ctl *ctl, const Vd__Session *session)
{
  return !session->retired && session->state == VD__SESSION_STATE__SESSION_STATE_PLANNED &&
         session->kind != VD__SESSION_KIND__SESSION_KIND_BREAK && session->start_at_ms >= ctl->now_ms;
}

// Seated so far, against the audience of what is next on the agenda: of several at once all of it.
static void print_seated(const struct ctl *ctl, const struct vd_fold *fold)
{
  const Vd__Event *event = (const Vd__Event *)vd_fold_find(fold, VD__KIND__KIND_EVENT, "event");
  const Vd__Session *next = NULL;
  uint64_t audience = 0;
  char clock[40];
  VD_FOLD_EACH (fold, SESSION, Session, session)
    if (is_next(ctl, session) && (next == NULL || session->start_at_ms < next->start_at_ms))
      next = session;
  VD_FOLD_EACH (fold, SESSION, Session, session)
    if (next != NULL && is_next(ctl, session) && session->start_at_ms == next->start_at_ms)
      audience += session->audience;
  fprintf(stderr, "%s%s%" PRIu64, ctl_pick(ctl, "seated so far", "已入場", "已入场"), colon(ctl),
          event ? event->seated : 0);
  if (next != NULL) {
    ctl_clock(ctl, next->start_at_ms, clock, sizeof clock);
    fprintf(
        stderr,
        CTL_FORMAT(ctl, " / %" PRIu64 " (%.5s %s)", " / %" PRIu64 "（%.5s %s）", " / %" PRIu64 "（%.5s %s）"),
        audience, clock, ctl_text(ctl, next->title, next->id));
  }
  VD_FOLD_EACH (fold, ZONE, Zone, zone)
    if (zone->seated > 0)
      fprintf(stderr, CTL_FORMAT(ctl, "; %s: %" PRIu64, "；%s：%" PRIu64, "；%s：%" PRIu64),
              ctl_text(ctl, zone->name, zone->id), zone->seated);
  fputc('\n', stderr);
}

int ctl_lane_list(struct ctl *ctl)
{
  struct vd_fold *fold = NULL;
  int status = fetch(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  struct ctl_table table = {0};
  const char *const names[] = {ctl_pick(ctl, "id", "代號", "代号"),
                               ctl_pick(ctl, "kind", "類別", "类别"),
                               ctl_pick(ctl, "state", "狀態", "状态"),
                               ctl_pick(ctl, "desks/plan", "櫃台/方案", "柜台/方案"),
                               ctl_pick(ctl, "waiting", "排隊", "排队"),
                               ctl_pick(ctl, "wait", "等候", "等候"),
                               ctl_pick(ctl, "to the opening", "至開場最長", "至开场最长"),
                               ctl_pick(ctl, "30 min/peak", "半小時/高峰", "半小时/高峰"),
                               ctl_pick(ctl, "checked in", "已簽到", "已签到"),
                               ctl_pick(ctl, "suggestion", "建議", "建议"),
                               ctl_pick(ctl, "name", "名稱", "名称")};
  size_t count = 0;
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  VD_FOLD_EACH (fold, LANE, Lane, lane) {
    if (lane->retired)
      continue;
    count++;
    if (ctl->options.is_json)
      ctl_print_json(&lane->base);
    else
      lane_row(ctl, &table, lane);
  }
  ctl_list_end(ctl, &table, count);
  print_seated(ctl, fold);
  vd_fold_destroy(fold);
  return CTL_DONE;
}

// ---- lane show ----

static void line_at(const struct ctl *ctl, const char *label, int64_t at_ms)
{
  char clock[40];
  ctl_clock(ctl, at_ms, clock, sizeof clock);
  if (at_ms != 0)
    printf("  %s%s%s\n", label, colon(ctl), clock);
}

static void line_rate(const struct ctl *ctl, const char *label, uint32_t rate)
{
  char words[32];
  ctl_thousandths_format(rate, words);
  printf("  %s%s%s\n", label, colon(ctl), words);
}

static void show_suggestion(const struct ctl *ctl, const Vd__Suggestion *suggestion)
{
  char wait[32], expected[32];
  printf(CTL_FORMAT(ctl, "  %s: %s %s %s, %s → %s, %s\n", "  %s：%s %s %s，%s → %s，%s\n",
                    "  %s：%s %s %s，%s → %s，%s\n"),
         ctl_pick(ctl, "suggestion", "建議", "建议"), suggestion->id, do_words(ctl, suggestion),
         suggestion->other, duration(suggestion->wait_ms, wait), duration(suggestion->expected_ms, expected),
         answer_word(ctl, suggestion));
}

static void show_lane(const struct ctl *ctl, const struct vd_fold *fold, const Vd__Lane *lane)
{
  char wait[32], ahead[32], longest[32], service[32];
  const Vd__Suggestion *suggestion =
      (const Vd__Suggestion *)vd_fold_find(fold, VD__KIND__KIND_SUGGESTION, lane->suggestion);
  printf("%s  %s  %s  %u/%u  %s  %s\n", lane->id, kind_word(ctl, lane), state_word(ctl, lane), lane->desks,
         lane->staff, lane->zone, ctl_text(ctl, lane->name, ""));
  line_at(ctl, ctl_pick(ctl, "so since", "自", "自"), lane->state_at_ms);
  line_at(ctl, ctl_pick(ctl, "counted until", "計數至", "计数至"), lane->counted_at_ms);
  printf("  %s%s%u\n", ctl_pick(ctl, "waiting", "排隊", "排队"), colon(ctl), lane->waiting);
  printf(CTL_FORMAT(ctl, "  who joins now waits: %s; at most to the opening: %s; longest so far: %s\n",
                    "  現在加入須等：%s；至開場最長：%s；迄今最長：%s\n",
                    "  现在加入须等：%s；至开场最长：%s；迄今最长：%s\n"),
         ctl_lane_wait(ctl, lane, lane->wait_ms, wait), ctl_lane_wait(ctl, lane, lane->ahead_ms, ahead),
         duration(lane->peak_wait_ms, longest));
  line_rate(ctl, ctl_pick(ctl, "arrivals a minute", "每分鐘到達", "每分钟到达"), lane->arrival_rate);
  if (lane->service_rate > 0)
    line_rate(ctl, ctl_pick(ctl, "served a minute by a desk", "每櫃台每分鐘", "每柜台每分钟"),
              lane->service_rate);
  else
    printf("  %s%s%s\n", ctl_pick(ctl, "a guest takes, as planned", "每位所需（方案）", "每位所需（方案）"),
           colon(ctl), duration(lane->service_ms, service));
  printf("  %s%s%" PRIu64 " / %" PRIu64 "\n",
         ctl_pick(ctl, "checked in / came", "已簽到/到達", "已签到/到达"), colon(ctl), lane->checked_in,
         lane->arrived);
  printf("  %s%s%u / %u\n", ctl_pick(ctl, "last half hour / busiest", "近半小時/高峰", "近半小时/高峰"),
         colon(ctl), half_hour(ctl, lane), lane->peak_arrivals);
  line_at(ctl, ctl_pick(ctl, "the busiest ended", "高峰結束", "高峰结束"), lane->peak_at_ms);
  if (suggestion != NULL)
    show_suggestion(ctl, suggestion);
  if (lane->quiet_until_at_ms > ctl->now_ms)
    line_at(ctl, ctl_pick(ctl, "nothing is suggested until", "不再建議至", "不再建议至"),
            lane->quiet_until_at_ms);
}

int ctl_lane_show(struct ctl *ctl)
{
  const char *id = ctl->arguments[0], *best = NULL;
  unsigned distance = UINT32_MAX;
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_fold *fold = NULL;
  int status = fetch(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  const Vd__Lane *lane = (const Vd__Lane *)vd_fold_find(fold, VD__KIND__KIND_LANE, id);
  if (lane == NULL) {
    VD_FOLD_EACH (fold, LANE, Lane, other)
      vd_nearest_consider(id, other->id, &best, &distance);
    vd_refuse(&refusal, VD_ERR_UNKNOWN_LANE, NULL, "%s", id);
    status = ctl_complain(ctl, VD_ERR_UNKNOWN_LANE, &refusal);
    ctl_did_you_mean(ctl, best);
  } else if (ctl->options.is_json) {
    ctl_print_json(&lane->base);
  } else {
    show_lane(ctl, fold, lane);
  }
  vd_fold_destroy(fold);
  return status;
}

// ---- suggestions ----

static int by_number(const void *a, const void *b)
{
  const Vd__Suggestion *left = *(const Vd__Suggestion *const *)a, *right = *(const Vd__Suggestion *const *)b;
  return (left->number > right->number) - (left->number < right->number);
}

// Who answered, and why; people's own words are none of ours.
static void answer_cell(const struct ctl *ctl, struct ctl_table *table, const Vd__Suggestion *suggestion)
{
  struct vd_buffer reason = {0};
  bool is_told = *suggestion->passed_by != '\0' && *suggestion->reason != '\0';
  vd_reason_words(&reason, suggestion->reason, ctl->language);
  vd_buffer_append(&reason, "", 1);
  ctl_cell(table, "%s%s%s", *suggestion->taken_by ? suggestion->taken_by : suggestion->passed_by,
           is_told ? colon(ctl) : "", (char *)reason.data);
  vd_buffer_finish(&reason);
}

static void suggestion_row(const struct ctl *ctl, struct ctl_table *table, const Vd__Suggestion *suggestion)
{
  char made[40], wait[32], expected[32], measured[32];
  bool is_measured =
      suggestion->state == VD__SUGGESTION_STATE__SUGGESTION_STATE_MEASURED && !suggestion->uncounted;
  ctl_clock(ctl, suggestion->made_at_ms, made, sizeof made);
  ctl_cell(table, "%s", suggestion->id);
  ctl_cell(table, "%s", made);
  ctl_cell(table, "%s", suggestion->lane);
  ctl_cell(table, "%s %s", do_words(ctl, suggestion), suggestion->other);
  ctl_cell(table, "%s → %s", duration(suggestion->wait_ms, wait),
           duration(suggestion->expected_ms, expected));
  ctl_cell(table, "%s", is_measured ? duration(suggestion->measured_ms, measured) : "-");
  ctl_cell(table, "%s", answer_word(ctl, suggestion));
  answer_cell(ctl, table, suggestion);
}

int ctl_suggestion_list(struct ctl *ctl)
{
  struct vd_fold *fold = NULL;
  int status = fetch(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  size_t count = 0;
  const Vd__Suggestion **rows = vd_alloc((vd_fold_count(fold, VD__KIND__KIND_SUGGESTION) + 1) * sizeof *rows);
  VD_FOLD_EACH (fold, SUGGESTION, Suggestion, suggestion)
    if (!ctl->options.only_open || suggestion->state == VD__SUGGESTION_STATE__SUGGESTION_STATE_OPEN)
      rows[count++] = suggestion;
  qsort(rows, count, sizeof *rows, by_number);
  struct ctl_table table = {0};
  const char *const names[] = {"#",
                               ctl_pick(ctl, "made", "提出", "提出"),
                               ctl_pick(ctl, "lane", "通道", "通道"),
                               ctl_pick(ctl, "do", "措施", "措施"),
                               ctl_pick(ctl, "wait", "等候", "等候"),
                               ctl_pick(ctl, "measured", "實測", "实测"),
                               ctl_pick(ctl, "answer", "結果", "结果"),
                               ctl_pick(ctl, "who, why", "何人、原因", "何人、原因")};
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  for (size_t i = 0; i < count; i++) {
    if (ctl->options.is_json)
      ctl_print_json(&rows[i]->base);
    else
      suggestion_row(ctl, &table, rows[i]);
  }
  free(rows);
  ctl_list_end(ctl, &table, count);
  vd_fold_destroy(fold);
  return CTL_DONE;
}
