// One command: completed, sent, and what came of it. A line on stderr says what it did, and of a tier whether
// that was in time.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/facts.h"
#include "proto/text.h"

struct confirmed {
  Vd__Command__ActCase act;
  enum vd_fact fact;
  Vd__Promise promise; // the tier it meets
  char head;           // of the number: "#42" (0), "t7", "n2", "s4"
};

static const struct confirmed confirmed[] = {
    {VD__COMMAND__ACT_HEARD, VD_FACT_HEARD, 0, 0},
    {VD__COMMAND__ACT_RESPOND, VD_FACT_RESPONDED, VD__PROMISE__PROMISE_RESPOND, 0},
    {VD__COMMAND__ACT_ARRIVE, VD_FACT_RESPONDED, VD__PROMISE__PROMISE_RESPOND, 0},
    {VD__COMMAND__ACT_DECIDE, VD_FACT_DECIDED, VD__PROMISE__PROMISE_DECIDE, 0},
    {VD__COMMAND__ACT_APPROVE, VD_FACT_DEFAULT_APPROVED, VD__PROMISE__PROMISE_DECIDE, 0},
    {VD__COMMAND__ACT_LAND, VD_FACT_LANDED, VD__PROMISE__PROMISE_LAND, 0},
    {VD__COMMAND__ACT_CLOSE, VD_FACT_CLOSED, 0, 0},
    {VD__COMMAND__ACT_REOPEN, VD_FACT_REOPENED, 0, 0},
    {VD__COMMAND__ACT_CANCEL, VD_FACT_CANCELLED, 0, 0},
    {VD__COMMAND__ACT_UNDO, VD_FACT_UNDONE, 0, 0},
    {VD__COMMAND__ACT_NOTE, VD_FACT_NOTED, 0, 0},
    {VD__COMMAND__ACT_DUPLICATE, VD_FACT_MERGED, 0, 0},
    {VD__COMMAND__ACT_AMEND, VD_FACT_AMENDED, 0, 0},
    {VD__COMMAND__ACT_ASSIGN, VD_FACT_ASSIGNED, 0, 0},
    {VD__COMMAND__ACT_ACCEPT, VD_FACT_ACCEPTED, 0, 0},
    {VD__COMMAND__ACT_DECLINE, VD_FACT_DECLINED, 0, 0},
    {VD__COMMAND__ACT_HANDOVER, VD_FACT_HANDED_OVER, 0, 0},
    {VD__COMMAND__ACT_DUTY, VD_FACT_DUTY_SET, 0, 0},
    {VD__COMMAND__ACT_PLACE, VD_FACT_PLACED, 0, 0},
    {VD__COMMAND__ACT_REACH, VD_FACT_REACH_SET, 0, 0},
    {VD__COMMAND__ACT_LOG, VD_FACT_LOGGED, 0, 0},
    {VD__COMMAND__ACT_COUNT_ZONE, VD_FACT_ZONE_COUNTED, 0, 0},
    {VD__COMMAND__ACT_SET_ZONE, VD_FACT_ZONE_SET, 0, 0},
    {VD__COMMAND__ACT_SESSION_START, VD_FACT_SESSION_STARTED, 0, 0},
    {VD__COMMAND__ACT_SESSION_END, VD_FACT_SESSION_ENDED, 0, 0},
    {VD__COMMAND__ACT_SESSION_SHIFT, VD_FACT_SESSION_SHIFTED, 0, 0},
    {VD__COMMAND__ACT_SESSION_CANCEL, VD_FACT_SESSION_CANCELLED, 0, 0},
    {VD__COMMAND__ACT_SESSION_UNDO, VD_FACT_SESSION_UNDONE, 0, 0},
    {VD__COMMAND__ACT_SESSIONS_IMPORT, VD_FACT_SESSIONS_IMPORTED, 0, 0},
    {VD__COMMAND__ACT_NOTICE_APPROVE, VD_FACT_NOTICE_APPROVED, 0, 'n'},
    {VD__COMMAND__ACT_NOTICE_DROP, VD_FACT_NOTICE_DROPPED, 0, 'n'},
    {VD__COMMAND__ACT_DEVICE_MAINTENANCE, VD_FACT_DEVICE_MAINTENANCE, 0, 0},
    {VD__COMMAND__ACT_SUPPLY_LEVEL, VD_FACT_LEVEL_REPORTED, 0, 0},
    {VD__COMMAND__ACT_SUPPLY_SERVED, VD_FACT_SERVED, 0, 0},
    {VD__COMMAND__ACT_BATCH_HOLD, VD_FACT_BATCH_HELD, 0, 0},
    {VD__COMMAND__ACT_BATCH_SERVE, VD_FACT_BATCH_SERVED, 0, 0},
    {VD__COMMAND__ACT_BATCH_CANCEL, VD_FACT_BATCH_CANCELLED, 0, 0},
    {VD__COMMAND__ACT_BATCH_SAMPLE, VD_FACT_SAMPLED, 0, 0},
    {VD__COMMAND__ACT_BATCH_DISPOSE, VD_FACT_DISPOSED, 0, 0},
    {VD__COMMAND__ACT_BATCH_TEMPERATURE, VD_FACT_TEMPERATURE_LOGGED, 0, 0},
    {VD__COMMAND__ACT_LANE_COUNTS, VD_FACT_LANES_COUNTED, 0, 0},
    {VD__COMMAND__ACT_SET_LANE, VD_FACT_LANE_SET, 0, 0},
    {VD__COMMAND__ACT_RESOURCE_USE, VD_FACT_RESOURCE_USED, 0, 0},
    {VD__COMMAND__ACT_RESOURCE_RETURN, VD_FACT_RESOURCE_RETURNED, 0, 0},
    {VD__COMMAND__ACT_SUGGESTION_TAKE, VD_FACT_SUGGESTION_TAKEN, 0, 's'},
    {VD__COMMAND__ACT_SUGGESTION_PASS, VD_FACT_SUGGESTION_PASSED, 0, 's'},
    {VD__COMMAND__ACT_CONTINGENCY_PROPOSE, VD_FACT_CONTINGENCY_PROPOSED, 0, 0},
    {VD__COMMAND__ACT_CONTINGENCY_ACTIVATE, VD_FACT_CONTINGENCY_ACTIVATED, 0, 0},
    {VD__COMMAND__ACT_CONTINGENCY_ABORT, VD_FACT_CONTINGENCY_ABORTED, 0, 0},
    {VD__COMMAND__ACT_CONTINGENCY_UNDO, VD_FACT_CONTINGENCY_UNDONE, 0, 0},
    {VD__COMMAND__ACT_TASK_DONE, VD_FACT_TASK_DONE, VD__PROMISE__PROMISE_REFILL, 't'},
    {VD__COMMAND__ACT_TASK_CANCEL, VD_FACT_TASK_CANCELLED, 0, 't'},
};

static const struct confirmed *find(Vd__Command__ActCase act)
{
  for (size_t i = 0; i < sizeof confirmed / sizeof *confirmed; i++)
    if (confirmed[i].act == act)
      return &confirmed[i];
  return NULL;
}

// The incident's deadlines. NULL where they cannot be had: the command is done all the same.
static struct vd_fold *fetch_deadlines(const struct ctl *ctl, const char *prefix)
{
  Vd__Kind kinds[] = {VD__KIND__KIND_DEADLINE};
  Vd__StateQuery query = VD__STATE_QUERY__INIT;
  query.kinds = kinds;
  query.n_kinds = 1;
  query.prefix = (char *)prefix;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_STATE;
  request.state = &query;
  Vd__Response *response = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = venue_client_request(ctl->client, &request, &response, &refusal);
  vd_string_set(&request.id, "");
  struct vd_fold *fold = NULL;
  if (err == VD_OK && response->body_case == VD__RESPONSE__BODY_STATE) {
    fold = vd_fold_create();
    for (size_t i = 0; i < response->state->n_entities; i++)
      vd_fold_put_newer(fold, response->state->entities[i]);
  }
  vd__response__free_unpacked(response, NULL);
  return fold;
}

// ": respond met, 2m10s of 5m".
static void say_deadline(const struct ctl *ctl, const Vd__Deadline *deadline)
{
  char took[32], limit[32];
  ctl_span(deadline->met_at_ms - deadline->start_at_ms, took, sizeof took);
  ctl_span(deadline->limit_ms, limit, sizeof limit);
  fprintf(stderr, "%s%s %s%s%s%s%s", ctl_pick(ctl, ": ", "：", "："),
          ctl_words(ctl, &vd__promise__descriptor, (int)deadline->promise),
          ctl_words(ctl, &vd__outcome__descriptor, (int)deadline->outcome),
          ctl_pick(ctl, ", ", "，用時 ", "，用时 "), took, ctl_pick(ctl, " of ", "，時限 ", "，时限 "),
          limit);
}

static void say_tier(const struct ctl *ctl, const struct confirmed *done, uint64_t number)
{
  char prefix[32];
  snprintf(prefix, sizeof prefix, "%.1s%" PRIu64 ".", &done->head, number);
  struct vd_fold *fold = fetch_deadlines(ctl, prefix);
  if (fold == NULL)
    return;
  size_t count;
  const Vd__Deadline **deadlines = ctl_deadlines_of(fold, prefix, &count), *last = NULL;
  for (size_t i = 0; i < count; i++)
    if (deadlines[i]->promise == done->promise)
      last = deadlines[i]; // of the last attempt
  if (last != NULL && last->met_at_ms != 0)
    say_deadline(ctl, last);
  free(deadlines);
  vd_fold_destroy(fold);
}

// "general-1 40": of the only one that there is where counts are typed in.
static void say_count(const struct ctl *ctl, const Vd__LaneCounts *counts)
{
  for (size_t i = 0; i < counts->n_counts; i++)
    fprintf(stderr, "%s%s %u", i == 0 ? ctl_pick(ctl, ": ", "：", "：") : ctl_pick(ctl, ", ", "，", "，"),
            counts->counts[i]->lane, counts->counts[i]->checked_in);
}

// "vip-1 printer down, desks: 3".
static void say_lane(const struct ctl *ctl, const Vd__SetLane *set)
{
  fprintf(stderr, "%s%s", ctl_pick(ctl, ": ", "：", "："), set->lane);
  if (set->state != VD__LANE_STATE__LANE_STATE_UNSPECIFIED)
    fprintf(stderr, " %s", ctl_words(ctl, &vd__lane_state__descriptor, (int)set->state));
  if (set->has_desks)
    fprintf(stderr, CTL_FORMAT(ctl, ", desks: %u", "，櫃台 %u 個", "，柜台 %u 个"), set->desks);
}

// The first field of most acts is the id of what it is about.
static void say_live(const struct ctl *ctl, const Vd__Command *command)
{
  char value[32];
  const char *colon = ctl_pick(ctl, ": ", "：", "：");
  switch (command->act_case) {
  case VD__COMMAND__ACT_COUNT_ZONE:
    fprintf(stderr, "%s%s %u", colon, command->count_zone->zone, command->count_zone->people);
    return;
  case VD__COMMAND__ACT_SET_ZONE:
    fprintf(stderr, "%s%s %s", colon, command->set_zone->zone,
            ctl_words(ctl, &vd__zone_status__descriptor, (int)command->set_zone->status));
    return;
  case VD__COMMAND__ACT_LANE_COUNTS:
    say_count(ctl, command->lane_counts);
    return;
  case VD__COMMAND__ACT_RESOURCE_USE:
    fprintf(stderr, "%s%s %u", colon, command->resource_use->resource,
            command->resource_use->count ? command->resource_use->count : 1);
    return;
  case VD__COMMAND__ACT_RESOURCE_RETURN:
    fprintf(stderr, "%s%s", colon, command->resource_return->resource);
    return;
  case VD__COMMAND__ACT_SET_LANE:
    say_lane(ctl, command->set_lane);
    return;
  case VD__COMMAND__ACT_SESSION_SHIFT:
    vd_duration_format(command->session_shift->by_ms, value, sizeof value);
    fprintf(stderr, "%s%s %s%s", colon, command->session_shift->session,
            command->session_shift->by_ms > 0 ? "+" : "", value);
    return;
  case VD__COMMAND__ACT_SUPPLY_LEVEL:
    fprintf(stderr, "%s%s %u", colon, command->supply_level->supply, command->supply_level->level);
    return;
  case VD__COMMAND__ACT_SUPPLY_SERVED:
    fprintf(stderr, "%s%s %u", colon, command->supply_served->supply, command->supply_served->count);
    return;
  case VD__COMMAND__ACT_BATCH_TEMPERATURE:
    ctl_thousandths_format(command->batch_temperature->temperature_milli, value);
    fprintf(stderr, "%s%s %s °C", colon, command->batch_temperature->batch, value);
    return;
  case VD__COMMAND__ACT_SESSION_START:
  case VD__COMMAND__ACT_SESSION_END:
  case VD__COMMAND__ACT_SESSION_CANCEL:
  case VD__COMMAND__ACT_SESSION_UNDO:
  case VD__COMMAND__ACT_CONTINGENCY_ACTIVATE:
  case VD__COMMAND__ACT_CONTINGENCY_ABORT:
  case VD__COMMAND__ACT_CONTINGENCY_UNDO:
  case VD__COMMAND__ACT_BATCH_HOLD:
  case VD__COMMAND__ACT_BATCH_SERVE:
  case VD__COMMAND__ACT_BATCH_CANCEL:
  case VD__COMMAND__ACT_BATCH_SAMPLE:
  case VD__COMMAND__ACT_BATCH_DISPOSE:
    fprintf(stderr, "%s%s", colon, command->session_start->session);
    return;
  default:
    return;
  }
}

static void say_detail(const struct ctl *ctl, const Vd__Command *command)
{
  const char *colon = ctl_pick(ctl, ": ", "：", "：");
  switch (command->act_case) {
  case VD__COMMAND__ACT_HEARD:
    if (*command->heard->subject != '\0')
      fprintf(stderr, "%s%s", colon, command->heard->subject);
    return;
  case VD__COMMAND__ACT_DUPLICATE:
    fprintf(stderr, "%s#%" PRIu64, colon, command->duplicate->of);
    return;
  case VD__COMMAND__ACT_ASSIGN:
    fprintf(stderr, "%s%s", colon, command->assign->crew);
    return;
  case VD__COMMAND__ACT_ACCEPT:
  case VD__COMMAND__ACT_DECLINE:
    if (*command->by != '\0')
      fprintf(stderr, "%s%s", colon, command->by);
    return;
  case VD__COMMAND__ACT_HANDOVER:
    fprintf(stderr, "%s%s → %s", colon, command->handover->from, command->handover->to);
    return;
  case VD__COMMAND__ACT_DUTY:
    fprintf(stderr, "%s%s %s", colon, command->duty->crew,
            ctl_words(ctl, &vd__duty__descriptor, (int)command->duty->duty));
    return;
  case VD__COMMAND__ACT_REACH:
    fprintf(stderr, "%s%s %s", colon, command->reach->crew,
            ctl_words(ctl, &vd__reach__descriptor, (int)command->reach->reach));
    return;
  default:
    say_live(ctl, command);
  }
}

// Readings that came to nothing were taken all the same.
static void confirm_readings(const struct ctl *ctl, const Vd__Readings *readings)
{
  fputs(ctl_pick(ctl, "taken: ", "已接收：", "已接收："), stderr);
  for (size_t i = 0; i < readings->n_readings; i++)
    fprintf(stderr, "%s%s", i > 0 ? " " : "", readings->readings[i]->device);
  fputc('\n', stderr);
}

static void confirm_maintenance(const struct ctl *ctl, const Vd__DeviceMaintenance *maintenance)
{
  char full[40];
  if (maintenance->until_at_ms == 0) {
    fprintf(stderr, CTL_FORMAT(ctl, "maintenance over: %s\n", "維護結束：%s\n", "维护结束：%s\n"),
            maintenance->device);
    return;
  }
  vd_instant_format(maintenance->until_at_ms, ctl->utc_offset_ms, full, sizeof full);
  fprintf(stderr,
          CTL_FORMAT(ctl, "device in maintenance: %s, until %.5s %.5s\n", "設備維護中：%s，至 %.5s %.5s\n",
                     "设备维护中：%s，至 %.5s %.5s\n"),
          maintenance->device, full + 5, full + 11);
}

static void confirm(const struct ctl *ctl, const Vd__Command *command, const Vd__Reply *reply)
{
  const struct confirmed *done = find(command->act_case);
  if (command->act_case == VD__COMMAND__ACT_READINGS)
    confirm_readings(ctl, command->readings);
  if (done == NULL)
    return;
  bool is_of_one = command->act_case != VD__COMMAND__ACT_LANE_COUNTS &&
                   command->act_case != VD__COMMAND__ACT_CONTINGENCY_PROPOSE; // else it is how many were new
  if (reply->number != 0 && is_of_one)
    fprintf(stderr, "%c%" PRIu64 " ", done->head != 0 ? done->head : '#', reply->number);
  if (reply->sequence == 0) {
    fprintf(stderr, "%s\n",
            ctl_pick(ctl, "was so already; nothing changed", "原已如此，無變更", "原已如此，无变更"));
    return;
  }
  if (command->act_case == VD__COMMAND__ACT_DEVICE_MAINTENANCE) {
    confirm_maintenance(ctl, command->device_maintenance);
    return;
  }
  const char *words = vd_fact_words(vd_fact_name(done->fact), ctl->language);
  if (command->act_case == VD__COMMAND__ACT_PLACE) {
    fprintf(stderr, "%s %s %s\n", command->place->crew, words, command->place->zone);
    return;
  }
  fprintf(stderr, "%s", words);
  if (done->promise != 0)
    say_tier(ctl, done, reply->number);
  else
    say_detail(ctl, command);
  fputc('\n', stderr);
}

// ---- sending ----

int ctl_complete(struct ctl *ctl, Vd__Command *command)
{
  if (ctl->options.id != NULL)
    vd_string_set(&command->id, ctl->options.id);
  if (ctl->options.by != NULL)
    vd_string_set(&command->by, ctl->options.by);
  if (ctl->options.at == NULL)
    return CTL_DONE;
  int status = ctl_look(ctl);
  if (status != CTL_DONE)
    return status;
  if (!vd_instant_parse(ctl->options.at, ctl->now_ms, ctl->utc_offset_ms, &command->acted_at_ms))
    return ctl_usage(ctl,
                     ctl_pick(ctl, "--at takes 09:41 or RFC 3339; not", "--at 可為 09:41 或 RFC 3339；而非",
                              "--at 可为 09:41 或 RFC 3339；而非"),
                     ctl->options.at);
  return CTL_DONE;
}

static void explain_reply(const struct ctl *ctl, const Vd__Reply *reply)
{
  bool is_done = strcmp(reply->code, vd_err_name(VD_OK)) == 0;
  if (is_done && *reply->field != '\0') // done, but something is to be said about it
    fprintf(stderr, "%s\n", reply->sentence);
  else
    ctl_did_you_mean(ctl, reply->nearest);
  if (reply->looks_like != 0)
    fprintf(stderr, "%s #%" PRIu64 "\n", ctl_pick(ctl, "looks like", "疑似同", "疑似同"), reply->looks_like);
  if (reply->repeated)
    fprintf(
        stderr, "%s\n",
        ctl_pick(ctl, "done before; nothing new happened", "先前已執行，無新變更", "先前已执行，无新变更"));
}

int ctl_command(struct ctl *ctl, Vd__Command *command, bool prints_number)
{
  struct vd_refusal refusal = {.err = VD_OK};
  int status = ctl_complete(ctl, command);
  if (status != CTL_DONE)
    return status;
  Vd__Reply *reply = NULL;
  enum vd_err err = ctl_connect(ctl, &refusal);
  if (err == VD_OK)
    err = venue_client_command(ctl->client, command, &reply, &refusal);
  if (reply != NULL && ctl->options.is_json)
    ctl_print_json(&reply->base);
  else if (err == VD_OK && prints_number)
    printf("%" PRIu64 "\n", reply->number);
  if (err != VD_OK)
    status = ctl_complain(ctl, err, &refusal);
  if (err == VD_OK && !reply->repeated && !ctl->options.is_json)
    confirm(ctl, command, reply);
  if (reply != NULL)
    explain_reply(ctl, reply);
  vd__reply__free_unpacked(reply, NULL);
  return status;
}
