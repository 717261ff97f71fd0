// One incident in full; who could take it.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/text.h"

static const char *name_of(const ProtobufCEnumDescriptor *type, int value)
{
  const char *name = vd_enum_name(type, value);
  return name != NULL ? name : "?";
}

static void line(const char *label, const char *value)
{
  if (*value != '\0')
    printf("  %s: %s\n", label, value);
}

static void step(const struct ctl *ctl, const char *label, const Vd__Step *taken)
{
  char acted[40], told[40];
  if (taken == NULL)
    return;
  ctl_clock(ctl, taken->acted_at_ms, acted, sizeof acted);
  ctl_clock(ctl, taken->recorded_at_ms, told, sizeof told);
  printf("    %s %s %s", label, acted, *taken->by ? taken->by : taken->principal);
  if (strcmp(acted, told) != 0)
    printf(" (%s %s)", ctl_pick(ctl, "told", "錄入於", "录入于"), told);
  puts(taken->implied ? ctl_pick(ctl, " (implied)", "（隱含）", "（隐含）") : "");
}

static void show_attempt(const struct ctl *ctl, const Vd__Attempt *attempt)
{
  printf("  %s %u\n", ctl_pick(ctl, "attempt", "第幾次", "第几次"), attempt->index);
  step(ctl, ctl_pick(ctl, "taken up", "響應", "响应"), attempt->responded);
  step(ctl, ctl_pick(ctl, "decided", "定案", "定案"), attempt->decided);
  if (*attempt->decision)
    printf("      %s\n", attempt->decision);
  step(ctl, ctl_pick(ctl, "landed", "落地", "落地"), attempt->landed);
}

static void show_deadline(const struct ctl *ctl, const Vd__Deadline *deadline)
{
  char due[40];
  ctl_clock(ctl, deadline->due_at_ms, due, sizeof due);
  printf("  %-8s %s %s  %s", name_of(&vd__promise__descriptor, (int)deadline->promise),
         ctl_pick(ctl, "due", "到期", "到期"), due,
         name_of(&vd__outcome__descriptor, (int)deadline->outcome));
  if (deadline->breached_at_ms != 0)
    printf("  %s", ctl_pick(ctl, "late", "逾時", "超时"));
  if (*deadline->called && deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING)
    printf("  %s %s", ctl_pick(ctl, "called", "已呼叫", "已呼叫"), deadline->called);
  if (*deadline->heard_by)
    printf("  %s %s", ctl_pick(ctl, "heard by", "已收到", "已收到"), deadline->heard_by);
  for (size_t i = 0; i < deadline->n_shares; i++) {
    char held[32];
    vd_duration_format(deadline->shares[i]->held_ms, held, sizeof held);
    printf("  %s %s", deadline->shares[i]->who, held);
  }
  putchar('\n');
}

static void show_incident(const struct ctl *ctl, const Vd__Incident *incident)
{
  char clock[40];
  ctl_clock(ctl, incident->reported_at_ms, clock, sizeof clock);
  printf("#%" PRIu64 " %s  %s %s  %s %u%s  %s\n", incident->number,
         name_of(&vd__incident_state__descriptor, (int)incident->state), incident->zone, incident->category,
         ctl_pick(ctl, "severity", "級別", "级别"), incident->severity,
         incident->life_safety ? ctl_pick(ctl, " LIFE SAFETY", " 生命安全", " 生命安全") : "", clock);
  line(ctl_pick(ctl, "text", "內容", "内容"), incident->text);
  line(ctl_pick(ctl, "device", "設備", "设备"), incident->device);
  line(ctl_pick(ctl, "holder", "負責人", "负责人"), incident->holder);
  if (incident->needed_by_at_ms != 0) {
    ctl_clock(ctl, incident->needed_by_at_ms, clock, sizeof clock);
    printf("  %s: %s %s\n", ctl_pick(ctl, "needed by", "需用於", "需用于"), clock, incident->needed_by);
  }
  line(ctl_pick(ctl, "reason", "原因", "原因"), incident->reason);
  for (size_t i = 0; i < incident->n_missing; i++)
    line(ctl_pick(ctl, "to complete", "待補充", "待补充"), incident->missing[i]);
  if (incident->looks_like != 0)
    printf("  %s #%" PRIu64 "\n", ctl_pick(ctl, "looks like", "疑似同", "疑似同"), incident->looks_like);
  if (incident->duplicate_of != 0)
    printf("  %s #%" PRIu64 "\n", ctl_pick(ctl, "duplicate of", "重複於", "重复于"), incident->duplicate_of);
}

static void show_category(const struct ctl *ctl, const struct vd_fold *plan, const Vd__Incident *incident)
{
  const Vd__Category *category =
      (const Vd__Category *)vd_fold_find(plan, VD__KIND__KIND_CATEGORY, incident->category);
  if (category == NULL)
    return;
  line(ctl_pick(ctl, "default decision", "預設定案", "默认定案"),
       ctl_text(ctl, category->default_decision, ""));
  for (size_t i = 0; i < category->n_emergency_numbers; i++)
    line(ctl_pick(ctl, "emergency number", "緊急電話", "紧急电话"), category->emergency_numbers[i]);
}

static void show_rest(const struct ctl *ctl, const struct vd_fold *fold, const char *prefix)
{
  const ProtobufCMessage *message;
  const char *after = NULL;
  char clock[40];
  while ((message = vd_fold_next(fold, VD__KIND__KIND_ATTEMPT, after, prefix)) != NULL) {
    show_attempt(ctl, (const Vd__Attempt *)message);
    after = vd_message_id(message);
  }
  for (after = NULL; (message = vd_fold_next(fold, VD__KIND__KIND_DEADLINE, after, prefix)) != NULL;
       after = vd_message_id(message))
    show_deadline(ctl, (const Vd__Deadline *)message);
  for (after = NULL; (message = vd_fold_next(fold, VD__KIND__KIND_OFFER, after, prefix)) != NULL;
       after = vd_message_id(message)) {
    const Vd__Offer *offer = (const Vd__Offer *)message;
    ctl_clock(ctl, offer->offered_at_ms, clock, sizeof clock);
    printf("  %s %s %s %s\n", ctl_pick(ctl, "offer", "派單", "派单"), clock, offer->crew,
           name_of(&vd__offer_state__descriptor, (int)offer->state));
  }
  for (after = NULL; (message = vd_fold_next(fold, VD__KIND__KIND_NOTE, after, prefix)) != NULL;
       after = vd_message_id(message)) {
    const Vd__Note *note = (const Vd__Note *)message;
    ctl_clock(ctl, note->at_ms, clock, sizeof clock);
    printf("  %s %s %s\n", clock, note->by, note->text);
  }
}

static void print_all_json(const struct vd_fold *fold)
{
  for (unsigned kind = 1; vd_kind_type((Vd__Kind)kind) != NULL; kind++) {
    const ProtobufCMessage *message;
    for (const char *after = NULL; (message = vd_fold_next(fold, (Vd__Kind)kind, after, "")) != NULL;
         after = vd_message_id(message))
      ctl_print_json(message);
  }
}

int ctl_show(struct ctl *ctl)
{
  uint64_t number;
  if (!ctl_number(ctl, ctl->arguments[0], &number))
    return CTL_USAGE;
  char id[32], prefix[40];
  snprintf(id, sizeof id, "%" PRIu64, number);
  snprintf(prefix, sizeof prefix, "%s.", id);
  static const Vd__Kind of_incident[] = {VD__KIND__KIND_INCIDENT}, of_plan[] = {VD__KIND__KIND_CATEGORY};
  static const Vd__Kind belongings[] = {VD__KIND__KIND_ATTEMPT, VD__KIND__KIND_DEADLINE, VD__KIND__KIND_ALERT,
                                        VD__KIND__KIND_OFFER, VD__KIND__KIND_NOTE};
  struct vd_fold *head = NULL, *rest = NULL, *plan = NULL;
  int status = ctl_look(ctl);
  if (status == CTL_DONE)
    status = ctl_fetch(ctl, of_incident, 1, id, &head);
  if (status == CTL_DONE)
    status = ctl_fetch(ctl, belongings, 5, prefix, &rest);
  if (status == CTL_DONE)
    status = ctl_fetch(ctl, of_plan, 1, "", &plan);
  const Vd__Incident *incident =
      status == CTL_DONE ? (const Vd__Incident *)vd_fold_find(head, VD__KIND__KIND_INCIDENT, id) : NULL;
  if (status == CTL_DONE && incident == NULL) {
    struct vd_refusal refusal;
    vd_refuse(&refusal, VD_ERR_UNKNOWN_INCIDENT, "", "#%s", id);
    status = ctl_complain(ctl, VD_ERR_UNKNOWN_INCIDENT, &refusal);
  } else if (status == CTL_DONE && ctl->options.is_json) {
    ctl_print_json(&incident->base);
    print_all_json(rest);
  } else if (status == CTL_DONE) {
    show_incident(ctl, incident);
    show_category(ctl, plan, incident);
    show_rest(ctl, rest, prefix);
  }
  vd_fold_destroy(head);
  vd_fold_destroy(rest);
  vd_fold_destroy(plan);
  return status;
}

int ctl_recommend(struct ctl *ctl)
{
  Vd__RecommendQuery query = VD__RECOMMEND_QUERY__INIT;
  if (!ctl_number(ctl, ctl->arguments[0], &query.incident))
    return CTL_USAGE;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_RECOMMEND;
  request.recommend = &query;
  Vd__Response *response = NULL;
  int status = ctl_ask(ctl, &request, &response);
  if (status != CTL_DONE)
    return status;
  const Vd__Recommendation *found = response->recommendation;
  bool has_answer = response->body_case == VD__RESPONSE__BODY_RECOMMENDATION;
  if (has_answer && ctl->options.is_json)
    ctl_print_json(&found->base);
  for (size_t i = 0; has_answer && !ctl->options.is_json && i < found->n_candidates; i++) {
    const Vd__Candidate *candidate = found->candidates[i];
    printf("%s %-16s", candidate->suitable ? "+" : "-", candidate->crew);
    for (size_t j = 0; j < candidate->n_reasons; j++)
      printf(" %s", candidate->reasons[j]);
    putchar('\n');
  }
  vd__response__free_unpacked(response, NULL);
  return status;
}
