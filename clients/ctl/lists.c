// Lists: incidents, people, alerts, deadlines, zones, categories, principals.
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

static const char *short_enum(const ProtobufCEnumDescriptor *type, int value)
{
  const char *name = vd_enum_name(type, value);
  return name != NULL ? name : "?";
}

static void head(struct ctl_table *table, const char *const *names, size_t count)
{
  table->columns = count;
  for (size_t i = 0; i < count; i++)
    ctl_cell(table, "%s", names[i]);
}
#define HEAD(table, ...)                                                                                     \
  head((table), (const char *const[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *))

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
  vd_duration_format((left_ms < 0 ? -left_ms : left_ms) / 1000 * 1000, left, sizeof left);
  ctl_clock(ctl, next->due_at_ms, clock, sizeof clock);
  bool is_needed = row->incident->needed_by_at_ms != 0;
  if (is_needed)
    ctl_clock(ctl, row->incident->needed_by_at_ms, needed, sizeof needed);
  ctl_cell(table, "%s %s (%s %s)%s%s", short_enum(&vd__promise__descriptor, (int)next->promise), clock,
           left_ms < 0 ? ctl_pick(ctl, "late", "逾時", "超时") : ctl_pick(ctl, "in", "剩", "剩"), left,
           is_needed ? ctl_pick(ctl, ", needed by ", "，需用於 ", "，需用于 ") : "", needed);
}

static void print_incidents(struct ctl *ctl, const struct row *rows, size_t count)
{
  struct ctl_table table = {0};
  HEAD(&table, "#", ctl_pick(ctl, "next due", "下一時限", "下一时限"), ctl_pick(ctl, "sev", "級別", "级别"),
       ctl_pick(ctl, "state", "狀態", "状态"), ctl_pick(ctl, "zone", "區域", "区域"),
       ctl_pick(ctl, "category", "類別", "类别"), ctl_pick(ctl, "holder", "負責人", "负责人"),
       ctl_pick(ctl, "text", "內容", "内容"));
  for (size_t i = 0; i < count; i++) {
    const Vd__Incident *incident = rows[i].incident;
    ctl_cell(&table, "#%" PRIu64, incident->number);
    due_cell(ctl, &table, &rows[i]);
    ctl_cell(&table, "%u%s", incident->severity, incident->life_safety ? "!" : "");
    ctl_cell(&table, "%s", short_enum(&vd__incident_state__descriptor, (int)incident->state));
    ctl_cell(&table, "%s", incident->zone);
    ctl_cell(&table, "%s", incident->category);
    ctl_cell(&table, "%s", *incident->holder ? incident->holder : "-");
    ctl_cell(&table, "%s", incident->text);
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

static int list(struct ctl *ctl, Vd__Kind kind, struct ctl_table *table, wanted_fn wanted, row_fn row)
{
  struct vd_fold *fold = NULL;
  int status = fetch(ctl, &kind, 1, &fold);
  const ProtobufCMessage *message = NULL;
  const char *after = NULL;
  while (status == CTL_DONE && (message = vd_fold_next(fold, kind, after, "")) != NULL) {
    after = vd_message_id(message);
    if (wanted != NULL && !wanted(message))
      continue;
    if (ctl->options.is_json)
      ctl_print_json(message);
    else
      row(ctl, table, message);
  }
  if (ctl->options.is_json || status != CTL_DONE)
    ctl_table_drop(table); // only the head is in it
  else
    ctl_table_print(table);
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
  const char *said = crew->said != 0 ? short_enum(&vd__duty__descriptor, (int)crew->said) : "";
  ctl_cell(table, "%s", crew->id);
  ctl_cell(table, "%s", crew->call_sign);
  ctl_cell(table, "%s", ctl_text(ctl, crew->name, ""));
  ctl_cell(table, "%s%s%s",
           crew->on_duty ? ctl_pick(ctl, "on", "在崗", "在岗") : ctl_pick(ctl, "off", "離崗", "离岗"),
           *said ? " " : "", said);
  ctl_cell(table, "%s", *crew->place ? crew->place : crew->home);
  ctl_cell(table, "%s%s%s", crew->has_phone ? "phone " : "", crew->has_radio ? "radio" : "",
           crew->reach == VD__REACH__REACH_RADIO_DEAD ? " (dead)" : "");
  struct vd_buffer posts = {0};
  for (size_t i = 0; i < crew->n_posts; i++)
    vd_buffer_printf(&posts, "%s%s", i ? "," : "", crew->posts[i]);
  ctl_cell(table, "%.*s", (int)posts.size, posts.data ? (char *)posts.data : "");
  vd_buffer_finish(&posts);
}

int ctl_crew_list(struct ctl *ctl)
{
  struct ctl_table table = {0};
  HEAD(&table, "id", ctl_pick(ctl, "call sign", "呼號", "呼号"), ctl_pick(ctl, "name", "姓名", "姓名"),
       ctl_pick(ctl, "duty", "在崗", "在岗"), ctl_pick(ctl, "place", "位置", "位置"),
       ctl_pick(ctl, "reach", "聯絡", "联络"), ctl_pick(ctl, "posts", "崗位", "岗位"));
  return list(ctl, VD__KIND__KIND_CREW, &table, is_active_crew, crew_row);
}

static bool is_open_alert(const ProtobufCMessage *message)
{
  return ((const Vd__Alert *)message)->state == VD__ALERT_STATE__ALERT_STATE_OPEN;
}

static void alert_row(struct ctl *ctl, struct ctl_table *table, const ProtobufCMessage *message)
{
  const Vd__Alert *alert = (const Vd__Alert *)message;
  char clock[40];
  ctl_cell(table, "%s", alert->id);
  ctl_cell(table, "%s%s", short_enum(&vd__alert_state__descriptor, (int)alert->state),
           alert->loud ? "!" : "");
  ctl_clock(ctl, alert->updated_at_ms, clock, sizeof clock);
  ctl_cell(table, "%s", clock);
  ctl_cell(table, "%u", alert->calls);
  struct vd_buffer why = {0};
  for (size_t i = 0; i < alert->n_reasons; i++) {
    const Vd__AlertReason *reason = alert->reasons[i];
    vd_buffer_printf(&why, "%s%s", i ? "; " : "", short_enum(&vd__alert_why__descriptor, (int)reason->why));
    if (reason->promise != 0)
      vd_buffer_printf(&why, " %s", short_enum(&vd__promise__descriptor, (int)reason->promise));
    if (*reason->called_before)
      vd_buffer_printf(&why, " after %s", reason->called_before);
    if (*reason->passed_over)
      vd_buffer_printf(&why, " (nobody: %s)", reason->passed_over);
  }
  ctl_cell(table, "%.*s", (int)why.size, why.data ? (char *)why.data : "");
  vd_buffer_finish(&why);
}

int ctl_alerts(struct ctl *ctl)
{
  struct ctl_table table = {0};
  HEAD(&table, ctl_pick(ctl, "thread", "提醒", "提醒"), ctl_pick(ctl, "state", "狀態", "状态"),
       ctl_pick(ctl, "called", "呼叫於", "呼叫于"), ctl_pick(ctl, "times", "次數", "次数"),
       ctl_pick(ctl, "why", "原因", "原因"));
  return list(ctl, VD__KIND__KIND_ALERT, &table, ctl->options.only_open ? is_open_alert : NULL, alert_row);
}

static bool is_running(const ProtobufCMessage *message)
{
  return ((const Vd__Deadline *)message)->outcome == VD__OUTCOME__OUTCOME_RUNNING;
}

static void deadline_row(struct ctl *ctl, struct ctl_table *table, const ProtobufCMessage *message)
{
  const Vd__Deadline *deadline = (const Vd__Deadline *)message;
  char due[40], met[40], held[32];
  ctl_clock(ctl, deadline->due_at_ms, due, sizeof due);
  ctl_clock(ctl, deadline->met_at_ms, met, sizeof met);
  ctl_cell(table, "%s", deadline->id);
  ctl_cell(table, "%s", deadline->team);
  ctl_cell(table, "%s", due);
  ctl_cell(table, "%s", met);
  ctl_cell(table, "%s%s", short_enum(&vd__outcome__descriptor, (int)deadline->outcome),
           deadline->breached_at_ms != 0 ? "!"
           : deadline->warned            ? "?"
                                         : "");
  struct vd_buffer shares = {0};
  for (size_t i = 0; i < deadline->n_shares; i++) {
    vd_duration_format(deadline->shares[i]->held_ms, held, sizeof held);
    vd_buffer_printf(&shares, "%s%s %s", i ? ", " : "", deadline->shares[i]->who, held);
  }
  ctl_cell(table, "%.*s", (int)shares.size, shares.data ? (char *)shares.data : "");
  vd_buffer_finish(&shares);
}

int ctl_deadlines(struct ctl *ctl)
{
  struct ctl_table table = {0};
  HEAD(&table, ctl_pick(ctl, "deadline", "時限", "时限"), ctl_pick(ctl, "team", "組", "组"),
       ctl_pick(ctl, "due", "到期", "到期"), ctl_pick(ctl, "met", "完成", "完成"),
       ctl_pick(ctl, "outcome", "結果", "结果"), ctl_pick(ctl, "held by", "耗時", "耗时"));
  return list(ctl, VD__KIND__KIND_DEADLINE, &table, ctl->options.only_open ? is_running : NULL, deadline_row);
}

static void zone_row(struct ctl *ctl, struct ctl_table *table, const ProtobufCMessage *message)
{
  const Vd__Zone *zone = (const Vd__Zone *)message;
  ctl_cell(table, "%s", zone->id);
  ctl_cell(table, "%s", ctl_text(ctl, zone->name, ""));
  ctl_cell(table, "%u", zone->capacity);
  ctl_cell(table, "%s%s", zone->outdoor ? "outdoor " : "", zone->step_free ? "step-free" : "");
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
  HEAD(&table, "id", ctl_pick(ctl, "name", "名稱", "名称"), ctl_pick(ctl, "capacity", "容量", "容量"), "",
       ctl_pick(ctl, "ways", "通道", "通道"));
  return list(ctl, VD__KIND__KIND_ZONE, &table, NULL, zone_row);
}

static void category_row(struct ctl *ctl, struct ctl_table *table, const ProtobufCMessage *message)
{
  const Vd__Category *category = (const Vd__Category *)message;
  ctl_cell(table, "%s", category->id);
  ctl_cell(table, "%s", ctl_text(ctl, category->name, ""));
  ctl_cell(table, "%s", short_enum(&vd__family__descriptor, (int)category->family));
  ctl_cell(table, "%u", category->severity);
  ctl_cell(table, "%s", ctl_text(ctl, category->default_decision, ""));
}

int ctl_categories(struct ctl *ctl)
{
  struct ctl_table table = {0};
  HEAD(&table, "id", ctl_pick(ctl, "name", "名稱", "名称"), ctl_pick(ctl, "family", "類型", "类型"),
       ctl_pick(ctl, "sev", "級別", "级别"), ctl_pick(ctl, "default decision", "預設定案", "默认定案"));
  return list(ctl, VD__KIND__KIND_CATEGORY, &table, NULL, category_row);
}

static void principal_row(struct ctl *ctl, struct ctl_table *table, const ProtobufCMessage *message)
{
  (void)ctl;
  const Vd__Principal *principal = (const Vd__Principal *)message;
  ctl_cell(table, "%s", principal->id);
  ctl_cell(table, "%s", short_enum(&vd__role__descriptor, (int)principal->role));
  ctl_cell(table, "%s", *principal->crew ? principal->crew : "-");
  ctl_cell(table, "%s", principal->revoked ? "revoked" : "");
}

int ctl_principals(struct ctl *ctl)
{
  struct ctl_table table = {0};
  HEAD(&table, "id", ctl_pick(ctl, "role", "角色", "角色"), ctl_pick(ctl, "crew", "人員", "人员"), "");
  return list(ctl, VD__KIND__KIND_PRINCIPAL, &table, NULL, principal_row);
}
