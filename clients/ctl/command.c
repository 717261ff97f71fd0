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
};

static const struct confirmed confirmed[] = {
    {VD__COMMAND__ACT_HEARD, VD_FACT_HEARD, 0},
    {VD__COMMAND__ACT_RESPOND, VD_FACT_RESPONDED, VD__PROMISE__PROMISE_RESPOND},
    {VD__COMMAND__ACT_ARRIVE, VD_FACT_RESPONDED, VD__PROMISE__PROMISE_RESPOND},
    {VD__COMMAND__ACT_DECIDE, VD_FACT_DECIDED, VD__PROMISE__PROMISE_DECIDE},
    {VD__COMMAND__ACT_APPROVE, VD_FACT_DEFAULT_APPROVED, VD__PROMISE__PROMISE_DECIDE},
    {VD__COMMAND__ACT_LAND, VD_FACT_LANDED, VD__PROMISE__PROMISE_LAND},
    {VD__COMMAND__ACT_CLOSE, VD_FACT_CLOSED, 0},
    {VD__COMMAND__ACT_REOPEN, VD_FACT_REOPENED, 0},
    {VD__COMMAND__ACT_CANCEL, VD_FACT_CANCELLED, 0},
    {VD__COMMAND__ACT_UNDO, VD_FACT_UNDONE, 0},
    {VD__COMMAND__ACT_NOTE, VD_FACT_NOTED, 0},
    {VD__COMMAND__ACT_DUPLICATE, VD_FACT_MERGED, 0},
    {VD__COMMAND__ACT_AMEND, VD_FACT_AMENDED, 0},
    {VD__COMMAND__ACT_ASSIGN, VD_FACT_ASSIGNED, 0},
    {VD__COMMAND__ACT_ACCEPT, VD_FACT_ACCEPTED, 0},
    {VD__COMMAND__ACT_DECLINE, VD_FACT_DECLINED, 0},
    {VD__COMMAND__ACT_HANDOVER, VD_FACT_HANDED_OVER, 0},
    {VD__COMMAND__ACT_DUTY, VD_FACT_DUTY_SET, 0},
    {VD__COMMAND__ACT_PLACE, VD_FACT_PLACED, 0},
    {VD__COMMAND__ACT_REACH, VD_FACT_REACH_SET, 0},
    {VD__COMMAND__ACT_LOG, VD_FACT_LOGGED, 0},
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

static void say_tier(const struct ctl *ctl, uint64_t incident, Vd__Promise promise)
{
  char prefix[32];
  snprintf(prefix, sizeof prefix, "%" PRIu64 ".", incident);
  struct vd_fold *fold = fetch_deadlines(ctl, prefix);
  if (fold == NULL)
    return;
  size_t count;
  const Vd__Deadline **deadlines = ctl_deadlines_of(fold, prefix, &count), *last = NULL;
  for (size_t i = 0; i < count; i++)
    if (deadlines[i]->promise == promise)
      last = deadlines[i]; // of the last attempt
  if (last != NULL && last->met_at_ms != 0)
    say_deadline(ctl, last);
  free(deadlines);
  vd_fold_destroy(fold);
}

static void say_detail(const struct ctl *ctl, const Vd__Command *command)
{
  const char *colon = ctl_pick(ctl, ": ", "：", "：");
  switch (command->act_case) {
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
    return;
  }
}

static void confirm(const struct ctl *ctl, const Vd__Command *command, const Vd__Reply *reply)
{
  const struct confirmed *done = find(command->act_case);
  if (done == NULL)
    return;
  if (reply->number != 0)
    fprintf(stderr, "#%" PRIu64 " ", reply->number);
  if (reply->sequence == 0) {
    fprintf(stderr, "%s\n",
            ctl_pick(ctl, "was so already; nothing changed", "原已如此，無變更", "原已如此，无变更"));
    return;
  }
  const char *words = vd_fact_words(vd_fact_name(done->fact), ctl->language);
  if (command->act_case == VD__COMMAND__ACT_PLACE) {
    fprintf(stderr, "%s %s %s\n", command->place->crew, words, command->place->zone);
    return;
  }
  fprintf(stderr, "%s", words);
  if (done->promise != 0)
    say_tier(ctl, reply->number, done->promise);
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
  if (reply != NULL)
    explain_reply(ctl, reply);
  if (err == VD_OK && !reply->repeated && !ctl->options.is_json)
    confirm(ctl, command, reply);
  vd__reply__free_unpacked(reply, NULL);
  return status;
}
