// Lists: incidents, people, alerts, zones, categories, principals.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/text.h"

#define EACH(fold, KIND, Type, entity, prefix)                                                               \
  for (const Vd__##Type *entity =                                                                            \
           (const Vd__##Type *)vd_fold_next((fold), VD__KIND__KIND_##KIND, NULL, (prefix));                  \
       entity != NULL;                                                                                       \
       entity = (const Vd__##Type *)vd_fold_next((fold), VD__KIND__KIND_##KIND, entity->id, (prefix)))

#define HEAD(table, ...)                                                                                     \
  ctl_table_head((table), (const char *const[]){__VA_ARGS__},                                                \
                 sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *))

static bool is_open(const Vd__Incident *incident)
{
  return incident->state >= VD__INCIDENT_STATE__INCIDENT_STATE_OPEN &&
         incident->state <= VD__INCIDENT_STATE__INCIDENT_STATE_LANDED;
}

// Fetches these kinds and the event's clock face.
static int fetch(struct ctl *ctl, const Vd__Kind *kinds, size_t count, struct vd_fold **fold)
{
  int status = ctl_look(ctl);
  return status != CTL_DONE ? status : ctl_fetch(ctl, kinds, count, "", fold);
}
#define FETCH(ctl, fold, ...)                                                                                \
  fetch((ctl), (const Vd__Kind[]){__VA_ARGS__}, sizeof((const Vd__Kind[]){__VA_ARGS__}) / sizeof(Vd__Kind),  \
        (fold))

// ---- incidents ----

struct row {
  const Vd__Incident *incident;
  const Vd__Deadline *next; // the running deadline that is due first
};

static const Vd__Deadline *next_due(const struct vd_fold *fold, const Vd__Incident *incident)
{
  char prefix[32];
  const Vd__Deadline *first = NULL;
  snprintf(prefix, sizeof prefix, "%" PRIu64 ".", incident->number);
  EACH(fold, DEADLINE, Deadline, deadline, prefix)
  if (deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING &&
      (first == NULL || deadline->due_at_ms < first->due_at_ms))
    first = deadline;
  return first;
}

static int by_due(const void *a, const void *b)
{
  const struct row *left = a, *right = b;
  int64_t left_due = left->next ? left->next->due_at_ms : INT64_MAX;
  int64_t right_due = right->next ? right->next->due_at_ms : INT64_MAX;
  if (left_due != right_due)
    return left_due < right_due ? -1 : 1;
  return left->incident->number < right->incident->number ? -1 : 1;
}

static void due_cell(struct ctl *ctl, struct ctl_table *table, const struct row *row)
{
  const Vd__Deadline *next = row->next;
  char clock[40], left[32], needed[40] = "";
  if (next == NULL) {
    ctl_cell(table, "-");
    return;
  }
  int64_t left_ms = next->due_at_ms - ctl->now_ms;
  ctl_span(left_ms < 0 ? -left_ms : left_ms, left, sizeof left);
  ctl_clock(ctl, next->due_at_ms, clock, sizeof clock);
  bool is_needed = row->incident->needed_by_at_ms != 0;
  if (is_needed)
    ctl_clock(ctl, row->incident->needed_by_at_ms, needed, sizeof needed);
  ctl_cell(table, "%s %s (%s %s)%s%s", ctl_words(ctl, &vd__promise__descriptor, (int)next->promise), clock,
           left_ms < 0 ? ctl_pick(ctl, "late", "逾時", "超时") : ctl_pick(ctl, "in", "剩", "剩"), left,
           is_needed ? ctl_pick(ctl, ", needed by ", "，需用於 ", "，需用于 ") : "", needed);
}

static void text_cell(const struct ctl *ctl, struct ctl_table *table, const Vd__Incident *incident)
{
  struct vd_buffer words = {0};
  ctl_incident_text(ctl, incident, NULL, &words);
  ctl_cell(table, "%.*s", (int)words.size, words.data != NULL ? (char *)words.data : "");
  vd_buffer_finish(&words);
}

static void print_incidents(struct ctl *ctl, const struct row *rows, size_t count)
{
  struct ctl_table table = {0};
  if (count == 0) {
    ctl_none(ctl);
    return;
  }
  HEAD(&table, "#", ctl_pick(ctl, "next due", "下一時限", "下一时限"), ctl_pick(ctl, "sev", "級別", "级别"),
       ctl_pick(ctl, "state", "狀態", "状态"), ctl_pick(ctl, "zone", "區域", "区域"),
       ctl_pick(ctl, "category", "類別", "类别"), ctl_pick(ctl, "holder", "負責人", "负责人"),
       ctl_pick(ctl, "text", "內容", "内容"));
  for (size_t i = 0; i < count; i++) {
    const Vd__Incident *incident = rows[i].incident;
    ctl_cell(&table, "%s#%" PRIu64, ctl_drill_mark(ctl, incident->drill), incident->number);
    due_cell(ctl, &table, &rows[i]);
    ctl_cell(&table, "%u%s", incident->severity, incident->life_safety ? "!" : "");
    ctl_cell(&table, "%s", ctl_words(ctl, &vd__incident_state__descriptor, (int)incident->state));
    ctl_cell(&table, "%s", incident->zone);
    ctl_cell(&table, "%s", incident->category);
    ctl_cell(&table, "%s", *incident->holder ? incident->holder : "-");
    text_cell(ctl, &table, incident);
  }
  ctl_table_print(&table);
}

int ctl_incidents(struct ctl *ctl)
{
  struct vd_fold *fold = NULL;
  int status = FETCH(ctl, &fold, VD__KIND__KIND_INCIDENT, VD__KIND__KIND_DEADLINE);
  if (status != CTL_DONE)
    return status;
  size_t count = 0;
  struct row *rows = vd_alloc(vd_fold_count(fold, VD__KIND__KIND_INCIDENT) * sizeof *rows);
  EACH(fold, INCIDENT, Incident, incident, "")
  if (!ctl->options.only_open || is_open(incident))
    rows[count++] = (struct row){incident, next_due(fold, incident)};
  qsort(rows, count, sizeof *rows, by_due);
  if (ctl->options.is_json)
    for (size_t i = 0; i < count; i++)
      ctl_print_json(&rows[i].incident->base);
  else
    print_incidents(ctl, rows, count);
  free(rows);
  vd_fold_destroy(fold);
  return CTL_DONE;
}

// ---- the others: one row an entity ----

typedef void (*row_fn)(struct ctl *ctl, struct ctl_table *table, const ProtobufCMessage *message);
typedef bool (*wanted_fn)(const ProtobufCMessage *message);
typedef int (*order_fn)(const void *a, const void *b); // of two pointers to messages

// `table` holds the head. By id unless there is an `order`.
static int list(struct ctl *ctl, Vd__Kind kind, struct ctl_table *table, wanted_fn wanted, order_fn order,
                row_fn row)
{
  struct vd_fold *fold = NULL;
  int status = fetch(ctl, &kind, 1, &fold);
  if (status != CTL_DONE) {
    ctl_table_drop(table);
    return status;
  }
  const ProtobufCMessage **found = vd_alloc((vd_fold_count(fold, kind) + 1) * sizeof *found), *message;
  size_t count = 0;
  for (const char *after = NULL; (message = vd_fold_next(fold, kind, after, "")) != NULL;
       after = vd_message_id(message))
    if (wanted == NULL || wanted(message))
      found[count++] = message;
  if (order != NULL)
    qsort(found, count, sizeof *found, order);
  for (size_t i = 0; i < count; i++) {
    if (ctl->options.is_json)
      ctl_print_json(found[i]);
    else
      row(ctl, table, found[i]);
  }
  ctl_list_end(ctl, table, count);
  free(found);
  vd_fold_destroy(fold);
  return status;
}

static bool is_active_crew(const ProtobufCMessage *message)
{
  return !((const Vd__Crew *)message)->retired;
}

static void crew_row(struct ctl *ctl, struct ctl_table *table, const ProtobufCMessage *message)
{
  const Vd__Crew *crew = (const Vd__Crew *)message;
  Vd__Duty now = crew->on_duty ? VD__DUTY__DUTY_ON : VD__DUTY__DUTY_OFF;
  ctl_cell(table, "%s", crew->id);
  ctl_cell(table, "%s", crew->call_sign);
  ctl_cell(table, "%s", ctl_text(ctl, crew->name, ""));
  if (crew->said != VD__DUTY__DUTY_UNSPECIFIED)
    ctl_cell(table, "%s (%s %s)", ctl_words(ctl, &vd__duty__descriptor, (int)now),
             ctl_pick(ctl, "said", "自報", "自报"), ctl_words(ctl, &vd__duty__descriptor, (int)crew->said));
  else
    ctl_cell(table, "%s", ctl_words(ctl, &vd__duty__descriptor, (int)now));
  ctl_cell(table, "%s", *crew->place ? crew->place : crew->home);
  ctl_cell(table, "%s%s%s%s", crew->has_phone ? ctl_pick(ctl, "phone", "電話", "电话") : "",
           crew->has_phone && crew->has_radio ? " " : "",
           crew->has_radio ? ctl_pick(ctl, "radio", "對講機", "对讲机") : "",
           crew->reach == VD__REACH__REACH_RADIO_DEAD ? ctl_pick(ctl, " (dead)", "（不通）", "（不通）")
                                                      : "");
  struct vd_buffer posts = {0};
  for (size_t i = 0; i < crew->n_posts; i++)
    vd_buffer_printf(&posts, "%s%s", i ? "," : "", crew->posts[i]);
  ctl_cell(table, "%.*s", (int)posts.size, posts.data ? (char *)posts.data : "");
  vd_buffer_finish(&posts);
}

int ctl_crew_list(struct ctl *ctl)
{
  struct ctl_table table = {0};
  HEAD(&table, ctl_pick(ctl, "id", "代號", "代号"), ctl_pick(ctl, "call sign", "呼號", "呼号"),
       ctl_pick(ctl, "name", "姓名", "姓名"), ctl_pick(ctl, "duty", "在崗", "在岗"),
       ctl_pick(ctl, "place", "位置", "位置"), ctl_pick(ctl, "reach", "聯絡", "联络"),
       ctl_pick(ctl, "posts", "崗位", "岗位"));
  return list(ctl, VD__KIND__KIND_CREW, &table, is_active_crew, NULL, crew_row);
}

static bool is_open_alert(const ProtobufCMessage *message)
{
  return ((const Vd__Alert *)message)->state == VD__ALERT_STATE__ALERT_STATE_OPEN;
}

static int by_incident(const void *a, const void *b)
{
  const Vd__Alert *left = *(const Vd__Alert *const *)a, *right = *(const Vd__Alert *const *)b;
  if (left->incident != right->incident)
    return left->incident < right->incident ? -1 : 1;
  return strcmp(left->id, right->id);
}

static const char *called_name(const struct ctl *ctl, const Vd__Alert *alert)
{
  if (*alert->crew != '\0')
    return alert->crew;
  const char *dot = strrchr(alert->id, '.');
  return dot != NULL && strcmp(dot + 1, "last-resort") == 0
             ? ctl_pick(ctl, "last resort", "最後聯絡人", "最后联络人")
             : ctl_pick(ctl, "control room", "總控室", "总控室");
}

static void add_reason(const struct ctl *ctl, struct vd_buffer *why, const Vd__AlertReason *reason)
{
  if (reason->promise != 0)
    vd_buffer_printf(why, "%s ", ctl_words(ctl, &vd__promise__descriptor, (int)reason->promise));
  vd_buffer_printf(why, "%s", ctl_words(ctl, &vd__alert_why__descriptor, (int)reason->why));
  if (*reason->called_before)
    vd_buffer_printf(why, "%s%s", ctl_pick(ctl, ", unheard by ", "，未收到：", "，未收到："),
                     reason->called_before);
  if (*reason->passed_over)
    vd_buffer_printf(why, "%s%s", ctl_pick(ctl, ", nobody there: ", "，無人在崗：", "，无人在岗："),
                     reason->passed_over);
}

static void alert_row(struct ctl *ctl, struct ctl_table *table, const ProtobufCMessage *message)
{
  const Vd__Alert *alert = (const Vd__Alert *)message;
  char clock[40];
  if (alert->incident != 0)
    ctl_cell(table, "%s#%" PRIu64, ctl_drill_mark(ctl, alert->drill), alert->incident);
  else if (*alert->subject != '\0')
    ctl_cell(table, "%s%s", ctl_drill_mark(ctl, alert->drill), alert->subject);
  else
    ctl_cell(table, "%s", ctl_pick(ctl, "digest", "彙總", "汇总"));
  ctl_cell(table, "%s", called_name(ctl, alert));
  ctl_cell(table, "%s%s", ctl_words(ctl, &vd__alert_state__descriptor, (int)alert->state),
           alert->loud ? ctl_pick(ctl, ", loud", "，高聲", "，高声") : "");
  ctl_clock(ctl, alert->updated_at_ms, clock, sizeof clock);
  ctl_cell(table, "%s", clock);
  ctl_cell(table, "%u", alert->calls);
  struct vd_buffer why = {0};
  for (size_t i = 0; i < alert->n_reasons; i++) {
    if (i > 0)
      vd_buffer_printf(&why, "%s", ctl_pick(ctl, "; ", "；", "；"));
    add_reason(ctl, &why, alert->reasons[i]);
  }
  for (size_t i = 0; i < alert->n_digest; i++)
    vd_buffer_printf(&why, "%s#%" PRIu64, i > 0 ? " " : "", alert->digest[i]);
  for (size_t i = 0; i < alert->n_digest_subjects; i++)
    vd_buffer_printf(&why, "%s%s", i + alert->n_digest > 0 ? " " : "", alert->digest_subjects[i]);
  if (alert->digest_more > 0)
    vd_buffer_printf(&why, " +%u", alert->digest_more);
  ctl_cell(table, "%.*s", (int)why.size, why.data ? (char *)why.data : "");
  vd_buffer_finish(&why);
}

int ctl_alerts(struct ctl *ctl)
{
  struct ctl_table table = {0};
  HEAD(&table, "#", ctl_pick(ctl, "whom", "對象", "对象"), ctl_pick(ctl, "state", "狀態", "状态"),
       ctl_pick(ctl, "called", "呼叫於", "呼叫于"), ctl_pick(ctl, "times", "次數", "次数"),
       ctl_pick(ctl, "why", "原因", "原因"));
  return list(ctl, VD__KIND__KIND_ALERT, &table, ctl->options.only_open ? is_open_alert : NULL, by_incident,
              alert_row);
}

static bool is_active_zone(const ProtobufCMessage *message)
{
  return !((const Vd__Zone *)message)->retired;
}

static void zone_row(struct ctl *ctl, struct ctl_table *table, const ProtobufCMessage *message)
{
  const Vd__Zone *zone = (const Vd__Zone *)message;
  ctl_cell(table, "%s", zone->id);
  ctl_cell(table, "%s", ctl_text(ctl, zone->name, ""));
  ctl_cell(table, "%u", zone->capacity);
  ctl_cell(table, "%s%s%s", zone->outdoor ? ctl_pick(ctl, "outdoor", "戶外", "户外") : "",
           zone->outdoor && zone->step_free ? " " : "",
           zone->step_free ? ctl_pick(ctl, "step-free", "無台階", "无台阶") : "");
  struct vd_buffer ways = {0};
  for (size_t i = 0; i < zone->n_ways; i++) {
    char walk[32];
    vd_duration_format(zone->ways[i]->walk_ms, walk, sizeof walk);
    vd_buffer_printf(&ways, "%s%s %s", i ? ", " : "", zone->ways[i]->to, walk);
  }
  ctl_cell(table, "%.*s", (int)ways.size, ways.data ? (char *)ways.data : "");
  vd_buffer_finish(&ways);
}

int ctl_zones(struct ctl *ctl)
{
  struct ctl_table table = {0};
  HEAD(&table, ctl_pick(ctl, "id", "代號", "代号"), ctl_pick(ctl, "name", "名稱", "名称"),
       ctl_pick(ctl, "capacity", "容量", "容量"), ctl_pick(ctl, "is", "特性", "特性"),
       ctl_pick(ctl, "ways", "通道", "通道"));
  return list(ctl, VD__KIND__KIND_ZONE, &table, is_active_zone, NULL, zone_row);
}

static bool is_active_category(const ProtobufCMessage *message)
{
  return !((const Vd__Category *)message)->retired;
}

static void category_row(struct ctl *ctl, struct ctl_table *table, const ProtobufCMessage *message)
{
  const Vd__Category *category = (const Vd__Category *)message;
  ctl_cell(table, "%s", category->id);
  ctl_cell(table, "%s", ctl_text(ctl, category->name, ""));
  ctl_cell(table, "%s", ctl_words(ctl, &vd__family__descriptor, (int)category->family));
  ctl_cell(table, "%u", category->severity);
  ctl_cell(table, "%s", ctl_text(ctl, category->default_decision, ""));
}

int ctl_categories(struct ctl *ctl)
{
  struct ctl_table table = {0};
  HEAD(&table, ctl_pick(ctl, "id", "代號", "代号"), ctl_pick(ctl, "name", "名稱", "名称"),
       ctl_pick(ctl, "family", "類型", "类型"), ctl_pick(ctl, "sev", "級別", "级别"),
       ctl_pick(ctl, "default decision", "預設定案", "默认定案"));
  return list(ctl, VD__KIND__KIND_CATEGORY, &table, is_active_category, NULL, category_row);
}

static void principal_row(struct ctl *ctl, struct ctl_table *table, const ProtobufCMessage *message)
{
  const Vd__Principal *principal = (const Vd__Principal *)message;
  ctl_cell(table, "%s", principal->id);
  ctl_cell(table, "%s", ctl_words(ctl, &vd__role__descriptor, (int)principal->role));
  ctl_cell(table, "%s", *principal->crew ? principal->crew : "-");
  ctl_cell(table, "%s", principal->revoked ? ctl_pick(ctl, "revoked", "已撤銷", "已撤销") : "");
}

int ctl_principals(struct ctl *ctl)
{
  struct ctl_table table = {0};
  HEAD(&table, ctl_pick(ctl, "id", "代號", "代号"), ctl_pick(ctl, "role", "角色", "角色"),
       ctl_pick(ctl, "crew", "人員", "人员"), ctl_pick(ctl, "access", "存取", "访问"));
  return list(ctl, VD__KIND__KIND_PRINCIPAL, &table, NULL, NULL, principal_row);
}
