// What is counted and said of check-in lanes, and answered to a suggestion: lane count, set, import;
// suggestion take, pass.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clients/ctl/ctl.h"
#include "clients/ctl/lane_import.h"
#include "proto/text.h"

enum { WAITING_MAX = 100000 }; // as venued takes it

// ---- lane count, set ----

// What an option says; true also where it was not given.
static bool parse_option(const struct ctl *ctl, const char *option, const char *text,
                         protobuf_c_boolean *is_said, uint32_t *number)
{
  *is_said = text != NULL;
  return text == NULL || ctl_whole(ctl, option, text, number);
}

// --at is when the interval ended: what was done then.
int ctl_lane_count(struct ctl *ctl)
{
  Vd__LaneCount count = VD__LANE_COUNT__INIT;
  int status = CTL_DONE;
  if (!ctl_whole(ctl, "", ctl->arguments[1], &count.checked_in) ||
      !parse_option(ctl, "--arrived", ctl->options.arrived, &count.has_arrived, &count.arrived) ||
      !parse_option(ctl, "--waiting", ctl->options.waiting, &count.has_waiting, &count.waiting))
    return CTL_USAGE;
  if (ctl->options.since != NULL && !ctl_instant(ctl, ctl->options.since, &count.from_at_ms, &status))
    return status;
  count.lane = ctl->arguments[0];
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_LANE_COUNTS);
  Vd__LaneCounts *counts = command->lane_counts;
  VD_REPEATED_ADD(counts->counts, counts->n_counts, vd_message_copy(&count.base));
  return ctl_send(ctl, command, false);
}

static int fetch_lanes(struct ctl *ctl, struct vd_fold **fold)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_LANE};
  return ctl_fetch(ctl, kinds, 1, "", fold);
}

// "  general-1: who joins now waits 12m → 6m; at most to the opening: 20m → 8m", where the two differ.
static bool say_change(const struct ctl *ctl, const Vd__Lane *before, const Vd__Lane *after)
{
  char waits[4][32];
  const char *was = ctl_lane_wait(ctl, before, before->wait_ms, waits[0]);
  const char *is = ctl_lane_wait(ctl, after, after->wait_ms, waits[1]);
  const char *was_ahead = ctl_lane_wait(ctl, before, before->ahead_ms, waits[2]);
  const char *is_ahead = ctl_lane_wait(ctl, after, after->ahead_ms, waits[3]);
  if (strcmp(was, is) == 0 && strcmp(was_ahead, is_ahead) == 0)
    return false;
  fprintf(stderr,
          CTL_FORMAT(ctl, "  %s: who joins now waits %s → %s; at most to the opening: %s → %s\n",
                     "  %s：現在加入須等 %s → %s；至開場最長：%s → %s\n",
                     "  %s：现在加入须等 %s → %s；至开场最长：%s → %s\n"),
          after->id, was, is, was_ahead, is_ahead);
  return true;
}

static void say_same(const struct ctl *ctl, const Vd__Lane *lane)
{
  char wait[32], ahead[32];
  const char *waits = ctl_lane_wait(ctl, lane, lane->wait_ms, wait);
  if (lane->state == VD__LANE_STATE__LANE_STATE_CLOSED)
    return;
  if (strcmp(waits, "-") == 0)
    fprintf(stderr,
            CTL_FORMAT(ctl, "  %s: its wait is not known until it is counted\n", "  %s：計數後方知等候時間\n",
                       "  %s：计数后方知等候时间\n"),
            lane->id);
  else
    fprintf(stderr,
            CTL_FORMAT(ctl, "  %s: who joins now still waits %s; at most to the opening: %s\n",
                       "  %s：現在加入仍須等 %s；至開場最長：%s\n",
                       "  %s：现在加入仍须等 %s；至开场最长：%s\n"),
            lane->id, waits, ctl_lane_wait(ctl, lane, lane->ahead_ms, ahead));
}

// What venued expects of the queue that was set, and of each other that moved; `before` as it was.
static void say_waits(struct ctl *ctl, const struct vd_fold *before, const char *set)
{
  struct vd_fold *now = NULL;
  if (fetch_lanes(ctl, &now) != CTL_DONE)
    return;
  VD_FOLD_EACH (now, LANE, Lane, after) {
    const Vd__Lane *lane = (const Vd__Lane *)vd_fold_find(before, VD__KIND__KIND_LANE, after->id);
    if (lane != NULL && !after->retired && !say_change(ctl, lane, after) && strcmp(after->id, set) == 0)
      say_same(ctl, after);
  }
  vd_fold_destroy(now);
}

static int send_set(struct ctl *ctl, Vd__Command *command)
{
  if (ctl->options.is_json)
    return ctl_send(ctl, command, false);
  struct vd_fold *before = NULL;
  int status = fetch_lanes(ctl, &before);
  if (status != CTL_DONE) {
    vd__command__free_unpacked(command, NULL);
    return status;
  }
  status = ctl_send(ctl, command, false);
  if (status == CTL_DONE)
    say_waits(ctl, before, ctl->arguments[0]);
  vd_fold_destroy(before);
  return status;
}

int ctl_lane_set(struct ctl *ctl)
{
  Vd__SetLane set = VD__SET_LANE__INIT;
  const char *word = ctl_said(ctl, NULL, 1);
  int state = 0;
  if (*word != '\0' && (!vd_enum_parse(&vd__lane_state__descriptor, word, &state) || state == 0))
    return ctl_usage_enum(ctl, "lane set", &vd__lane_state__descriptor, word);
  if (!parse_option(ctl, "--desks", ctl->options.desks, &set.has_desks, &set.desks))
    return CTL_USAGE;
  if (state == 0 && !set.has_desks)
    return ctl_usage(ctl,
                     ctl_pick(ctl, "a state or --desks COUNT is needed", "須指明狀態或 --desks 數量",
                              "须指明状态或 --desks 数量"),
                     ctl->arguments[0]);
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_SET_LANE);
  vd_string_set(&command->set_lane->lane, ctl->arguments[0]);
  command->set_lane->state = (Vd__LaneState)state;
  command->set_lane->has_desks = set.has_desks;
  command->set_lane->desks = set.desks;
  return send_set(ctl, command);
}

// ---- lane import ----

static void number_cell(struct ctl_table *table, bool is_said, uint32_t number)
{
  if (is_said)
    ctl_cell(table, "%u", number);
  else
    ctl_cell(table, "-");
}

static void print_import(const struct ctl *ctl, const Vd__LaneCounts *counts)
{
  const char *const names[] = {ctl_pick(ctl, "lane", "通道", "通道"),
                               ctl_pick(ctl, "from", "自", "自"),
                               ctl_pick(ctl, "to", "至", "至"),
                               ctl_pick(ctl, "came", "到達", "到达"),
                               ctl_pick(ctl, "checked in", "簽到", "签到"),
                               ctl_pick(ctl, "waiting", "排隊", "排队")};
  struct ctl_table table = {0};
  ctl_table_head(&table, names, sizeof names / sizeof *names);
  for (size_t i = 0; i < counts->n_counts; i++) {
    const Vd__LaneCount *count = counts->counts[i];
    char from[40], to[40];
    if (ctl->options.is_json)
      ctl_print_json(&count->base);
    ctl_clock(ctl, count->from_at_ms, from, sizeof from);
    ctl_clock(ctl, count->to_at_ms, to, sizeof to);
    ctl_cell(&table, "%s", count->lane);
    ctl_cell(&table, "%s", from);
    ctl_cell(&table, "%s", to);
    number_cell(&table, count->has_arrived, count->arrived);
    number_cell(&table, true, count->checked_in);
    number_cell(&table, count->has_waiting, count->waiting);
  }
  if (ctl->options.is_json)
    ctl_table_drop(&table);
  else
    ctl_table_print(&table);
}

// The row that is refused, by its place in the file; its column stands for the field.
static int complain_of_row(const struct ctl *ctl, const struct ctl_lane_import *import, enum vd_err err,
                           struct vd_refusal *refusal)
{
  struct vd_text_place place = ctl_lane_import_place(import, refusal->field);
  if (place.line == 0)
    return ctl_complain(ctl, err, refusal);
  fprintf(stderr, "%s:%u:%u: ", ctl->arguments[0], place.line, place.column);
  const char *dot = strstr(refusal->field, "].");
  char column[sizeof refusal->field];
  snprintf(column, sizeof column, "%s", dot != NULL ? dot + 2 : "");
  memcpy(refusal->field, column, sizeof column);
  return ctl_complain(ctl, err, refusal);
}

// ---- what can be known before it is sent ----

static enum vd_err refuse_lane(const struct vd_fold *fold, const char *id, const char *field,
                               struct vd_refusal *refusal)
{
  const char *best = NULL;
  unsigned distance = UINT32_MAX;
  const Vd__Lane *lane = NULL;
  enum vd_err err = vd_refuse(refusal, VD_ERR_UNKNOWN_LANE, field, "%s", id);
  for (const char *after = NULL;
       (lane = (const Vd__Lane *)vd_fold_next(fold, VD__KIND__KIND_LANE, after, "")) != NULL;
       after = lane->id)
    if (!lane->retired)
      vd_nearest_consider(id, lane->id, &best, &distance);
  snprintf(refusal->nearest, sizeof refusal->nearest, "%s", best != NULL ? best : "");
  return err;
}

static enum vd_err check_row(const struct ctl *ctl, const struct vd_fold *fold, const Vd__LaneCount *count,
                             size_t at, struct vd_refusal *refusal)
{
  char field[64];
  int64_t to_ms = count->to_at_ms != 0 ? count->to_at_ms : ctl->now_ms;
  const Vd__Lane *lane = (const Vd__Lane *)vd_fold_find(fold, VD__KIND__KIND_LANE, count->lane);
  lane = lane != NULL && !lane->retired ? lane : NULL;
  snprintf(field, sizeof field, "lane_counts.counts[%zu].%s", at,
           lane == NULL                                        ? "lane"
           : to_ms > ctl->now_ms || count->from_at_ms >= to_ms ? "to_at_ms"
           : count->waiting > WAITING_MAX                      ? "waiting"
                                                               : "from_at_ms");
  if (lane == NULL)
    return refuse_lane(fold, count->lane, field, refusal);
  if (to_ms > ctl->now_ms)
    return vd_refuse(refusal, VD_ERR_ACTED_IN_FUTURE, field, "it has not ended yet");
  if (count->from_at_ms != 0 && count->from_at_ms >= to_ms)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, field, "it ends before it begins");
  if (count->waiting > WAITING_MAX)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, field, "more than 100000");
  bool is_within = count->from_at_ms != 0 && count->from_at_ms < lane->counted_at_ms;
  if (is_within && to_ms > lane->counted_at_ms) // one that ended before may be known already
    return vd_refuse(refusal, VD_ERR_OUT_OF_ORDER, field, "this lane was counted beyond that already");
  return VD_OK;
}

// Lanes, times and queues against the venue as it is now; what venued alone can judge is left to it.
static int check_import(struct ctl *ctl, const struct ctl_lane_import *import)
{
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_fold *fold = NULL;
  enum vd_err err = VD_OK;
  int status = fetch_lanes(ctl, &fold);
  if (status != CTL_DONE)
    return status;
  for (size_t i = 0; err == VD_OK && i < import->counts->n_counts; i++)
    err = check_row(ctl, fold, import->counts->counts[i], i, &refusal);
  vd_fold_destroy(fold);
  if (err != VD_OK) {
    status = complain_of_row(ctl, import, err, &refusal);
    ctl_did_you_mean(ctl, refusal.nearest);
    return status;
  }
  print_import(ctl, import->counts);
  fprintf(stderr, "%s\n",
          ctl_pick(ctl, "lanes and times fit the venue; nothing was sent, the rest is checked on import",
                   "通道與時間均符合現況；未送出，其餘於匯入時檢查",
                   "通道与时间均符合现况；未发送，其余在导入时检查"));
  return CTL_DONE;
}

// Sent again with its id, it is one import: what it brought the first time was new then.
static void confirm_import(const struct ctl *ctl, const Vd__Reply *reply, uint64_t rows)
{
  fprintf(stderr,
          reply->repeated
              ? CTL_FORMAT(ctl,
                           "done before; nothing new happened. Then, counts taken: %" PRIu64
                           "; known already: %" PRIu64 "\n",
                           "先前已執行，無新變更。當時已納入計數：%" PRIu64 "；先前已有：%" PRIu64 "\n",
                           "先前已执行，无新变更。当时已纳入计数：%" PRIu64 "；先前已有：%" PRIu64 "\n")
              : CTL_FORMAT(ctl, "counts taken: %" PRIu64 "; known already: %" PRIu64 "\n",
                           "已納入計數：%" PRIu64 "；先前已有：%" PRIu64 "\n",
                           "已纳入计数：%" PRIu64 "；先前已有：%" PRIu64 "\n"),
          reply->number, rows - reply->number);
}

static int send_import(struct ctl *ctl, struct ctl_lane_import *import)
{
  struct vd_refusal refusal = {.err = VD_OK};
  Vd__Command command = VD__COMMAND__INIT;
  Vd__Reply *reply = NULL;
  command.act_case = VD__COMMAND__ACT_LANE_COUNTS;
  command.lane_counts = import->counts;
  command.id = ctl->options.id != NULL ? vd_strdup(ctl->options.id) : command.id;
  command.by = ctl->options.by != NULL ? (char *)ctl->options.by : command.by;
  enum vd_err err = venue_client_command(ctl->client, &command, &reply, &refusal);
  int status = err != VD_OK ? complain_of_row(ctl, import, err, &refusal) : CTL_DONE;
  if (err != VD_OK && reply != NULL)
    ctl_did_you_mean(ctl, reply->nearest);
  if (reply != NULL && ctl->options.is_json)
    ctl_print_json(&reply->base);
  else if (err == VD_OK)
    confirm_import(ctl, reply, import->counts->n_counts);
  vd_string_set(&command.id, "");
  vd__reply__free_unpacked(reply, NULL);
  return status;
}

static bool has_known_ending(const char *path)
{
  const char *dot = strrchr(path, '.');
  return dot != NULL && (strcasecmp(dot, ".csv") == 0 || strcasecmp(dot, ".json") == 0);
}

int ctl_lane_import(struct ctl *ctl)
{
  const char *path = ctl->arguments[0];
  struct vd_refusal refusal = {.err = VD_OK};
  struct ctl_lane_import import = {.counts = NULL};
  struct vd_buffer text = {0};
  if (!has_known_ending(path))
    return ctl_usage(ctl,
                     ctl_pick(ctl, "a .csv or .json is needed; not", "需要 .csv 或 .json；而非",
                              "需要 .csv 或 .json；而非"),
                     path);
  if (ctl->options.at != NULL)
    return ctl_usage(
        ctl, ctl_pick(ctl, "the file says the times, not", "時間由檔案給出，而非", "时间由文件给出，而非"),
        "--at");
  enum vd_err err = ctl_read_file(path, CTL_LANE_FILE_MAX, &text, &refusal);
  int status = err != VD_OK ? ctl_complain(ctl, err, &refusal) : ctl_look(ctl);
  if (status == CTL_DONE) {
    err = ctl_lane_import_read(path, (char *)text.data, text.size, ctl->now_ms, ctl->utc_offset_ms, &import,
                               &refusal);
    status = err != VD_OK              ? ctl_complain(ctl, err, &refusal)
             : ctl->options.is_dry_run ? check_import(ctl, &import)
                                       : send_import(ctl, &import);
    if (err != VD_OK)
      ctl_did_you_mean(ctl, refusal.nearest);
  }
  ctl_lane_import_finish(&import);
  vd_buffer_finish(&text);
  return status;
}

// ---- suggestion take, pass ----

// "4", "#4" or "s4".
static bool suggestion_number(const struct ctl *ctl, uint64_t *number)
{
  const char *text = ctl->arguments[0];
  return ctl_number(ctl, *text == 's' ? text + 1 : text, number);
}

// "  general-1: longest wait to the opening 20m, now 2m expected; measured at 08:40:12".
static void say_expected(struct ctl *ctl, uint64_t number)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_SUGGESTION};
  char id[32], wait[32], expected[32], clock[40];
  struct vd_fold *fold = NULL;
  snprintf(id, sizeof id, "s%" PRIu64, number);
  if (ctl->options.is_json || ctl_look(ctl) != CTL_DONE || ctl_fetch(ctl, kinds, 1, id, &fold) != CTL_DONE)
    return;
  const Vd__Suggestion *taken = (const Vd__Suggestion *)vd_fold_find(fold, VD__KIND__KIND_SUGGESTION, id);
  if (taken != NULL && taken->state == VD__SUGGESTION_STATE__SUGGESTION_STATE_TAKEN) {
    ctl_span(taken->wait_ms, wait, sizeof wait);
    ctl_span(taken->expected_ms, expected, sizeof expected);
    ctl_clock(ctl, taken->measure_at_ms, clock, sizeof clock);
    fprintf(stderr,
            CTL_FORMAT(ctl, "  %s: longest wait to the opening %s, with this %s expected; measured at %s\n",
                       "  %s：至開場最長等候 %s，採納後預期 %s；%s 實測\n",
                       "  %s：至开场最长等候 %s，采纳后预期 %s；%s 实测\n"),
            taken->lane, wait, expected, clock);
  }
  vd_fold_destroy(fold);
}

int ctl_suggestion_take(struct ctl *ctl)
{
  uint64_t number;
  if (!suggestion_number(ctl, &number))
    return CTL_USAGE;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_SUGGESTION_TAKE);
  command->suggestion_take->suggestion = number;
  int status = ctl_send(ctl, command, false);
  if (status == CTL_DONE)
    say_expected(ctl, number);
  return status;
}

int ctl_suggestion_pass(struct ctl *ctl)
{
  uint64_t number;
  if (!suggestion_number(ctl, &number))
    return CTL_USAGE;
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_SUGGESTION_PASS);
  command->suggestion_pass->suggestion = number;
  vd_string_set(&command->suggestion_pass->reason, ctl_said(ctl, ctl->options.reason, 1));
  return ctl_send(ctl, command, false);
}
