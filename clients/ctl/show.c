// One incident in full.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"

// What is shown, and the names that the plan gives.
struct view {
  const struct ctl *ctl;
  const struct vd_fold *plan, *rest; // `rest`: what belongs to the incident
  const Vd__Incident *incident;
};

static void line(const struct ctl *ctl, const char *label, const char *value)
{
  if (*value != '\0')
    printf("  %s%s%s\n", label, ctl_pick(ctl, ": ", "：", "："), value);
}

// "Main hall (hall-main)".
static void print_named(const struct ctl *ctl, const Vd__Text *name, const char *id)
{
  const char *words = ctl_text(ctl, name, "");
  if (*words != '\0')
    printf("  %s (%s)", words, id);
  else
    printf("  %s", id);
}

static void print_step(const struct ctl *ctl, const char *label, const Vd__Step *taken, const char *how)
{
  char acted[40], told[40];
  if (taken == NULL)
    return;
  ctl_clock(ctl, taken->acted_at_ms, acted, sizeof acted);
  ctl_clock(ctl, taken->recorded_at_ms, told, sizeof told);
  printf("    %s %s %s", label, acted, *taken->by ? taken->by : taken->principal);
  if (*how != '\0')
    printf("%s%s", ctl_pick(ctl, ", ", "，", "，"), how);
  if (strcmp(acted, told) != 0)
    printf("%s%s", ctl_pick(ctl, ", told ", "，錄入於 ", "，录入于 "), told);
  puts(taken->implied
           ? ctl_pick(ctl, " (implied by a later step)", "（由後續步驟推定）", "（由后续步骤推定）")
           : "");
}

static const Vd__Category *category_of(const struct view *view)
{
  return (const Vd__Category *)vd_fold_find(view->plan, VD__KIND__KIND_CATEGORY, view->incident->category);
}

// The handbook's decision is kept in the language of whoever reported; each reads it in their own.
static const char *decision_words(const struct view *view, const char *decision)
{
  const Vd__Category *category = category_of(view);
  const Vd__Text *text = category != NULL ? category->default_decision : NULL;
  bool is_default =
      text != NULL && (strcmp(decision, text->en) == 0 || strcmp(decision, text->zh_hant) == 0 ||
                       strcmp(decision, text->zh_hans) == 0);
  return is_default ? ctl_text(view->ctl, text, decision) : decision;
}

static void show_attempt(const struct view *view, const Vd__Attempt *attempt)
{
  const struct ctl *ctl = view->ctl;
  printf("  %s %u\n", ctl_pick(ctl, "attempt", "處置輪次", "处置轮次"), attempt->index);
  print_step(ctl, ctl_pick(ctl, "taken up", "響應", "响应"), attempt->responded, "");
  print_step(ctl, ctl_pick(ctl, "decided", "定案", "定案"), attempt->decided,
             attempt->by_default ? ctl_pick(ctl, "by default", "採預設定案", "采默认定案") : "");
  if (*attempt->decision)
    printf("      %s\n", decision_words(view, attempt->decision));
  print_step(ctl, ctl_pick(ctl, "landed", "落地", "落地"), attempt->landed,
             ctl_words(ctl, &vd__landing__descriptor, (int)attempt->landing));
}

static void show_end(const struct view *view)
{
  const struct ctl *ctl = view->ctl;
  const Vd__Incident *incident = view->incident;
  if (incident->ended_at_ms == 0)
    return;
  char key[64], ended[40], told[40];
  snprintf(key, sizeof key, "%s.%u", incident->id, incident->attempt);
  const Vd__Attempt *last = (const Vd__Attempt *)vd_fold_find(view->rest, VD__KIND__KIND_ATTEMPT, key);
  ctl_clock(ctl, last != NULL ? last->ended_at_ms : incident->ended_at_ms, ended, sizeof ended);
  ctl_clock(ctl, incident->ended_at_ms, told, sizeof told);
  printf("  %s %s", ctl_words(ctl, &vd__incident_state__descriptor, (int)incident->state), ended);
  if (*incident->closed_by != '\0')
    printf("%s%s", ctl_pick(ctl, " by ", "，核實人：", "，核实人："), incident->closed_by);
  if (strcmp(ended, told) != 0)
    printf("%s%s", ctl_pick(ctl, ", told ", "，錄入於 ", "，录入于 "), told);
  putchar('\n');
}

static void show_deadline(const struct view *view, const Vd__Deadline *deadline)
{
  const struct ctl *ctl = view->ctl;
  char due[40], span[32];
  ctl_clock(ctl, deadline->due_at_ms, due, sizeof due);
  printf("  %s  %s %s  %s", ctl_words(ctl, &vd__promise__descriptor, (int)deadline->promise),
         ctl_pick(ctl, "due", "到期", "到期"), due,
         ctl_words(ctl, &vd__outcome__descriptor, (int)deadline->outcome));
  bool is_running = deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING;
  if (deadline->met_at_ms != 0) {
    ctl_span(deadline->met_at_ms - deadline->start_at_ms, span, sizeof span);
    printf("%s%s", ctl_pick(ctl, " after ", "，用時 ", "，用时 "), span);
  } else if (is_running && deadline->breached_at_ms != 0) {
    printf("%s", ctl_pick(ctl, ", late", "，已逾時", "，已超时"));
  }
  if (*deadline->called && is_running)
    printf("%s%s", ctl_pick(ctl, ", called ", "，已呼叫 ", "，已呼叫 "), deadline->called);
  if (*deadline->heard_by)
    printf("%s%s", ctl_pick(ctl, ", heard by ", "，已收到：", "，已收到："), deadline->heard_by);
  if (deadline->n_shares > 0)
    printf("  %s", ctl_pick(ctl, "held by", "責任方", "责任方"));
  for (size_t i = 0; i < deadline->n_shares; i++) {
    ctl_span(deadline->shares[i]->held_ms, span, sizeof span);
    printf("%s %s %s", i > 0 ? ctl_pick(ctl, ",", "，", "，") : "",
           ctl_team(ctl, view->plan, deadline->shares[i]->who), span);
  }
  putchar('\n');
}

static const char *missing_words(const struct ctl *ctl, const char *field)
{
  return strcmp(field, "zone") == 0       ? ctl_pick(ctl, "zone", "區域", "区域")
         : strcmp(field, "category") == 0 ? ctl_pick(ctl, "category", "類別", "类别")
         : strcmp(field, "text") == 0     ? ctl_pick(ctl, "text", "內容", "内容")
                                          : field;
}

static void show_head(const struct view *view)
{
  const struct ctl *ctl = view->ctl;
  const Vd__Incident *incident = view->incident;
  char clock[40];
  const Vd__Zone *zone = (const Vd__Zone *)vd_fold_find(view->plan, VD__KIND__KIND_ZONE, incident->zone);
  const Vd__Category *category = category_of(view);
  printf("%s#%" PRIu64 " %s", ctl_drill_mark(ctl, incident->drill), incident->number,
         ctl_words(ctl, &vd__incident_state__descriptor, (int)incident->state));
  print_named(ctl, zone != NULL ? zone->name : NULL, incident->zone);
  print_named(ctl, category != NULL ? category->name : NULL, incident->category);
  ctl_clock(ctl, incident->reported_at_ms, clock, sizeof clock);
  printf("  %s %u%s  %s %s\n", ctl_pick(ctl, "severity", "級別", "级别"), incident->severity,
         incident->life_safety ? ctl_pick(ctl, " LIFE SAFETY", " 生命安全", " 生命安全") : "",
         ctl_pick(ctl, "reported", "上報", "上报"), clock);
}

static void show_text(const struct view *view)
{
  const Vd__Incident *incident = view->incident;
  const Vd__Device *device =
      (const Vd__Device *)vd_fold_find(view->plan, VD__KIND__KIND_DEVICE, incident->device);
  struct vd_buffer words = {0};
  ctl_incident_text(view->ctl, incident, device != NULL ? device->name : NULL, &words);
  vd_buffer_append(&words, "", 1);
  line(view->ctl, ctl_pick(view->ctl, "text", "內容", "内容"), (char *)words.data);
  vd_buffer_finish(&words);
}

static void show_incident(const struct view *view)
{
  const struct ctl *ctl = view->ctl;
  const Vd__Incident *incident = view->incident;
  show_head(view);
  show_text(view);
  line(ctl, ctl_pick(ctl, "device", "設備", "设备"), incident->device);
  line(ctl, ctl_pick(ctl, "holder", "負責人", "负责人"), incident->holder);
  if (incident->needed_by_at_ms != 0) {
    char clock[40];
    ctl_clock(ctl, incident->needed_by_at_ms, clock, sizeof clock);
    printf("  %s%s %s\n", ctl_pick(ctl, "needed by: ", "需用於：", "需用于："), clock, incident->needed_by);
  }
  line(ctl, ctl_pick(ctl, "reason", "原因", "原因"), incident->reason);
  for (size_t i = 0; i < incident->n_missing; i++)
    line(ctl, ctl_pick(ctl, "to complete", "待補充", "待补充"), missing_words(ctl, incident->missing[i]));
  if (incident->looks_like != 0)
    printf("  %s #%" PRIu64 "\n", ctl_pick(ctl, "looks like", "疑似同", "疑似同"), incident->looks_like);
  if (incident->duplicate_of != 0)
    printf("  %s #%" PRIu64 "\n", ctl_pick(ctl, "duplicate of", "重複於", "重复于"), incident->duplicate_of);
}

static void show_category(const struct view *view)
{
  const struct ctl *ctl = view->ctl;
  const Vd__Category *category = category_of(view);
  if (category == NULL)
    return;
  line(ctl, ctl_pick(ctl, "default decision", "預設定案", "默认定案"),
       ctl_text(ctl, category->default_decision, ""));
  for (size_t i = 0; i < category->n_emergency_numbers; i++)
    line(ctl, ctl_pick(ctl, "emergency number", "緊急電話", "紧急电话"), category->emergency_numbers[i]);
}

static void show_offers_and_notes(const struct view *view, const char *prefix)
{
  const struct ctl *ctl = view->ctl;
  const ProtobufCMessage *message;
  char clock[40];
  for (const char *after = NULL;
       (message = vd_fold_next(view->rest, VD__KIND__KIND_OFFER, after, prefix)) != NULL;
       after = vd_message_id(message)) {
    const Vd__Offer *offer = (const Vd__Offer *)message;
    ctl_clock(ctl, offer->offered_at_ms, clock, sizeof clock);
    printf("  %s %s %s %s\n", ctl_pick(ctl, "offer", "派單", "派单"), clock, offer->crew,
           ctl_words(ctl, &vd__offer_state__descriptor, (int)offer->state));
  }
  for (const char *after = NULL;
       (message = vd_fold_next(view->rest, VD__KIND__KIND_NOTE, after, prefix)) != NULL;
       after = vd_message_id(message)) {
    const Vd__Note *note = (const Vd__Note *)message;
    ctl_clock(ctl, note->at_ms, clock, sizeof clock);
    bool is_ours = note->kind == VD__NOTE_KIND__NOTE_KIND_RECORD &&
                   (*view->incident->device != '\0' || strncmp(note->text, "reported as of ", 15) == 0);
    struct vd_buffer words = {0};
    if (is_ours)
      ctl_device_words(ctl, note->text, &words);
    vd_buffer_append(&words, "", 1);
    printf("  %s %s %s%s%s\n", ctl_words(ctl, &vd__note_kind__descriptor, (int)note->kind), clock, note->by,
           *note->by != '\0' ? " " : "", is_ours ? (char *)words.data : note->text);
    vd_buffer_finish(&words);
  }
}

// What was taken for it and is not back.
static void show_resources(const struct view *view)
{
  const struct ctl *ctl = view->ctl;
  VD_FOLD_EACH (view->plan, RESOURCE, Resource, resource) {
    char clock[40];
    if (resource->in_use == 0 || resource->used_for != view->incident->number)
      continue;
    ctl_clock(ctl, resource->used_at_ms, clock, sizeof clock);
    printf("  %s %s %s %u %s\n", ctl_pick(ctl, "resource in use", "在用資源", "在用资源"), clock,
           resource->id, resource->in_use, resource->used_by);
  }
}

static void show_rest(const struct view *view, const char *prefix)
{
  const ProtobufCMessage *message;
  for (const char *after = NULL;
       (message = vd_fold_next(view->rest, VD__KIND__KIND_ATTEMPT, after, prefix)) != NULL;
       after = vd_message_id(message))
    show_attempt(view, (const Vd__Attempt *)message);
  show_end(view);
  size_t count;
  const Vd__Deadline **deadlines = ctl_deadlines_of(view->rest, prefix, &count);
  for (size_t i = 0; i < count; i++)
    show_deadline(view, deadlines[i]);
  free(deadlines);
  show_offers_and_notes(view, prefix);
  show_resources(view);
}

static void print_all_json(const struct vd_fold *fold)
{
  for (unsigned kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const ProtobufCMessage *message;
    for (const char *after = NULL; (message = vd_fold_next(fold, (Vd__Kind)kind, after, "")) != NULL;
         after = vd_message_id(message))
      ctl_print_json(message);
  }
}

static int show(struct view *view, const struct vd_fold *head, const char *id, const char *prefix)
{
  view->incident = (const Vd__Incident *)vd_fold_find(head, VD__KIND__KIND_INCIDENT, id);
  if (view->incident == NULL) {
    struct vd_refusal refusal;
    vd_refuse(&refusal, VD_ERR_UNKNOWN_INCIDENT, "", "#%s", id);
    return ctl_complain(view->ctl, VD_ERR_UNKNOWN_INCIDENT, &refusal);
  }
  if (view->ctl->options.is_json) {
    ctl_print_json(&view->incident->base);
    print_all_json(view->rest);
  } else {
    show_incident(view);
    show_category(view);
    show_rest(view, prefix);
  }
  return CTL_DONE;
}

int ctl_show(struct ctl *ctl)
{
  uint64_t number;
  if (!ctl_number(ctl, ctl->arguments[0], &number))
    return CTL_USAGE;
  char id[32], prefix[40];
  snprintf(id, sizeof id, "%" PRIu64, number);
  snprintf(prefix, sizeof prefix, "%s.", id);
  static const Vd__Kind of_incident[] = {VD__KIND__KIND_INCIDENT};
  static const Vd__Kind of_plan[] = {VD__KIND__KIND_CATEGORY, VD__KIND__KIND_ZONE, VD__KIND__KIND_TEAM,
                                     VD__KIND__KIND_DEVICE, VD__KIND__KIND_RESOURCE};
  static const Vd__Kind belongings[] = {VD__KIND__KIND_ATTEMPT, VD__KIND__KIND_DEADLINE, VD__KIND__KIND_ALERT,
                                        VD__KIND__KIND_OFFER, VD__KIND__KIND_NOTE};
  struct vd_fold *head = NULL, *rest = NULL, *plan = NULL;
  int status = ctl_look(ctl);
  if (status == CTL_DONE)
    status = ctl_fetch(ctl, of_incident, 1, id, &head);
  if (status == CTL_DONE)
    status = ctl_fetch(ctl, belongings, 5, prefix, &rest);
  if (status == CTL_DONE)
    status = ctl_fetch(ctl, of_plan, sizeof of_plan / sizeof *of_plan, "", &plan);
  if (status == CTL_DONE) {
    struct view view = {.ctl = ctl, .plan = plan, .rest = rest};
    status = show(&view, head, id, prefix);
  }
  vd_fold_destroy(head);
  vd_fold_destroy(rest);
  vd_fold_destroy(plan);
  return status;
}
