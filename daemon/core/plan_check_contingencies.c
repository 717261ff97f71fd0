// Contingencies: what converts, who does it in which order and by when, what sets it off, what attendees are
// told, and the way round it, which a wheelchair can take (standard §3).
#include <stdlib.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/check.h"
#include "proto/message.h"

enum { MINUTE = 60000 };
static const int64_t LONGEST_MS = INT64_C(24) * 60 * MINUTE;

struct playbook {
  struct vd_plan_check *check;
  const Vd__PlanContingency *plan;
  size_t at;
  struct vd_plan_ids tasks;
};

static struct vd_plan_words path_of(const struct playbook *book, const char *field)
{
  return vd_plan_words("contingencies[%zu]%s%s", book->at, *field ? "." : "", field);
}

static struct vd_plan_words path_in(const struct playbook *book, const char *list, size_t at,
                                    const char *field)
{
  return vd_plan_words("contingencies[%zu].%s[%zu]%s%s", book->at, list, at, *field ? "." : "", field);
}

#define FIND(book, SYMBOL, path, ...) VD_PLAN_FIND((book)->check->findings, SYMBOL, (path).text, __VA_ARGS__)

// ---- what converts ----

static const Vd__Conversion *conversion_of(const Vd__PlanContingency *plan, const char *zone)
{
  for (size_t i = 0; i < plan->n_from; i++)
    if (strcmp(plan->from[i]->zone, zone) == 0)
      return plan->from[i];
  for (size_t i = 0; i < plan->n_to; i++)
    if (strcmp(plan->to[i]->zone, zone) == 0)
      return plan->to[i];
  return NULL;
}

static void check_conversion(struct playbook *book, const Vd__Conversion *conversion, const char *list,
                             size_t at)
{
  struct vd_plan_words path = path_in(book, list, at, "zone");
  VD_PLAN_REFER(book->check, &book->check->zones, conversion->zone, VD_NOUN_ZONE, path.text);
  if (conversion_of(book->plan, conversion->zone) != conversion)
    FIND(book, CONVERTS_TWICE, path, conversion->zone);
  if (conversion->after != VD__ZONE_STATUS__ZONE_STATUS_OPEN &&
      conversion->after != VD__ZONE_STATUS__ZONE_STATUS_CLOSED)
    FIND(book, CONVERTS_TO, path_in(book, list, at, "after"), conversion->zone);
}

static void check_conversions(struct playbook *book)
{
  for (size_t i = 0; i < book->plan->n_from; i++)
    check_conversion(book, book->plan->from[i], "from", i);
  for (size_t i = 0; i < book->plan->n_to; i++)
    check_conversion(book, book->plan->to[i], "to", i);
}

// ---- who does what ----

static bool holds(const Vd__PlanCrew *crew, const void *post)
{
  return vd_plan_holds(crew, post);
}

struct team {
  const struct vd_plan_check *check;
  const char *id;
};

static bool is_in_team(const Vd__PlanCrew *crew, const void *context)
{
  const struct team *team = context;
  return vd_plan_is_in_team(team->check, crew, team->id);
}

static void check_team_cover(struct playbook *book, const char *id, const char *path)
{
  struct team team = {book->check, id};
  if (vd_plan_ids_have(&book->check->teams, id))
    vd_plan_check_gaps(book->check, VD_SAY_OWNER_GAP, path, id, book->plan->id, is_in_team, &team);
}

static void check_post(struct playbook *book, const Vd__PlanStep *task, size_t at)
{
  const struct vd_plan_check *check = book->check;
  struct vd_plan_words path = path_in(book, "tasks", at, "post");
  size_t found = vd_plan_ids_at(&check->posts, task->post);
  VD_PLAN_REFER(book->check, &check->posts, task->post, VD_NOUN_POST, path.text);
  if (found == SIZE_MAX)
    return;
  if (strcmp(check->plan->posts[found]->team, task->team) != 0)
    FIND(book, STEP_POST_TEAM, path, task->post, task->team);
  else
    vd_plan_check_gaps(book->check, VD_SAY_OWNER_GAP, path.text, task->post, book->plan->id, holds,
                       task->post);
}

static void check_duration(struct playbook *book, int64_t duration_ms, struct vd_plan_words path)
{
  if (duration_ms <= 0 || duration_ms > LONGEST_MS)
    FIND(book, DURATION_RANGE, path, vd_plan_duration(duration_ms).text, vd_plan_duration(LONGEST_MS).text);
}

static bool has_both_languages(const Vd__Text *text)
{
  return text && *text->en && (*text->zh_hant || *text->zh_hans);
}

static void check_task(struct playbook *book, size_t at)
{
  const Vd__PlanStep *task = book->plan->tasks[at];
  struct vd_plan_check *check = book->check;
  VD_PLAN_REFER(check, &check->teams, task->team, VD_NOUN_TEAM, path_in(book, "tasks", at, "team").text);
  VD_PLAN_REFER(check, &check->zones, task->zone, VD_NOUN_ZONE, path_in(book, "tasks", at, "zone").text);
  for (size_t i = 0; i < task->n_after; i++)
    VD_PLAN_REFER(check, &book->tasks, task->after[i], VD_NOUN_TASK,
                  path_in(book, "tasks", at, "after").text);
  if (*task->post)
    check_post(book, task, at);
  else if (strcmp(task->team, book->plan->team) != 0)
    check_team_cover(book, task->team, path_in(book, "tasks", at, "team").text);
  if (!has_both_languages(task->name))
    FIND(book, STEP_NAME, path_in(book, "tasks", at, "name"), task->id);
  check_duration(book, task->within_ms, path_in(book, "tasks", at, "within_ms"));
}

static void check_task_ids(struct playbook *book)
{
  for (size_t i = 0; i < book->tasks.count; i++) {
    const struct vd_plan_id *item = &book->tasks.items[i];
    struct vd_plan_words path = path_in(book, "tasks", item->at, "id");
    if (!vd_word_is_valid(item->id))
      FIND(book, NO_ID, path, item->id);
    else if (i > 0 && strcmp(item->id, item[-1].id) == 0)
      FIND(book, ID_TWICE, path, item->id, "tasks", vd_plan_words("%zu", item[-1].at + 1).text);
  }
}

// ---- in which order, and how long that takes ----

// When each task is done at the latest, counted from the first; of a task in a circle nothing is known.
// Returns the longest, or -1 and `*stuck`.
static int64_t longest_chain(const struct playbook *book, size_t *stuck)
{
  size_t count = book->plan->n_tasks, left = count;
  int64_t *ends_ms = vd_zalloc((count + 1) * sizeof *ends_ms), longest_ms = 0;
  for (bool moves = true; moves && left > 0;) {
    moves = false;
    for (size_t i = 0; i < count; i++) {
      const Vd__PlanStep *task = book->plan->tasks[i];
      int64_t start_ms = ends_ms[i] != 0 ? -1 : 0;
      for (size_t j = 0; j < task->n_after && start_ms >= 0; j++) {
        size_t before = vd_plan_ids_at(&book->tasks, task->after[j]);
        int64_t end_ms = before == SIZE_MAX ? 0 : ends_ms[before] != 0 ? ends_ms[before] : -1;
        start_ms = end_ms < 0 ? -1 : end_ms > start_ms ? end_ms : start_ms;
      }
      if (start_ms < 0)
        continue;
      int64_t within_ms = task->within_ms < 1            ? 1
                          : task->within_ms > LONGEST_MS ? LONGEST_MS
                                                         : task->within_ms;
      ends_ms[i] = start_ms + within_ms; // what is out of range was told
      longest_ms = ends_ms[i] > longest_ms ? ends_ms[i] : longest_ms;
      moves = true;
      left--;
    }
  }
  for (*stuck = 0; left > 0 && ends_ms[*stuck] != 0;)
    ++*stuck;
  free(ends_ms);
  return left > 0 ? -1 : longest_ms;
}

static void check_tasks(struct playbook *book)
{
  const Vd__PlanContingency *plan = book->plan;
  if (plan->n_tasks == 0) {
    FIND(book, NO_STEPS, path_of(book, ""), plan->id);
    return;
  }
  check_task_ids(book);
  for (size_t i = 0; i < plan->n_tasks; i++)
    check_task(book, i);
  size_t stuck = 0;
  int64_t longest_ms = longest_chain(book, &stuck);
  if (longest_ms < 0)
    FIND(book, STEP_ORDER, path_in(book, "tasks", stuck, "after"), plan->tasks[stuck]->id);
  else if (plan->within_ms > 0 && longest_ms > plan->within_ms)
    FIND(book, STEPS_LONG, path_of(book, "tasks"), vd_plan_duration(longest_ms).text,
         vd_plan_duration(plan->within_ms).text);
}

// ---- the way round it ----

static const Vd__PlanWay *way_between(const struct vd_plan_check *check, const char *from, const char *to)
{
  const struct vd_plan_ids *lines = &check->ways.lines;
  for (size_t i = vd_plan_ids_from(lines, from); i < lines->count && strcmp(lines->items[i].id, from) == 0;
       i++) {
    const Vd__PlanWay *way = check->plan->ways[lines->items[i].at];
    if (strcmp(strcmp(way->from, from) == 0 ? way->to : way->from, to) == 0)
      return way;
  }
  return NULL;
}

// Nobody walks through a zone that is shut while it converts or afterwards; people leave the first one of the
// route, and arrive in the last.
static void check_passage(struct playbook *book, char *const *zones, size_t count, const char *list)
{
  for (size_t i = 1; i + 1 < count; i++) {
    const Vd__Conversion *conversion = conversion_of(book->plan, zones[i]);
    bool is_shut =
        conversion && (!conversion->passage || conversion->after == VD__ZONE_STATUS__ZONE_STATUS_CLOSED);
    if (is_shut)
      FIND(book, ROUTE_SHUT, path_in(book, list, i, ""), zones[i]);
  }
}

// Whether one can walk it without a step, as far as it can be walked.
static bool check_walk(struct playbook *book, char *const *zones, size_t count, const char *list)
{
  bool is_step_free = true;
  for (size_t i = 0; i < count; i++)
    VD_PLAN_REFER(book->check, &book->check->zones, zones[i], VD_NOUN_ZONE, path_in(book, list, i, "").text);
  for (size_t i = 1; i < count; i++) {
    const Vd__PlanWay *way = way_between(book->check, zones[i - 1], zones[i]);
    if (!way)
      FIND(book, ROUTE_BROKEN, path_in(book, list, i, ""), zones[i], zones[i - 1]);
    is_step_free &= !way || way->step_free;
  }
  check_passage(book, zones, count, list);
  return is_step_free;
}

static void check_route(struct playbook *book)
{
  const Vd__PlanContingency *plan = book->plan;
  if (plan->n_route < 2) {
    if (plan->n_from + plan->n_to > 0)
      FIND(book, NO_ROUTE, path_of(book, ""), plan->id);
    return;
  }
  bool is_free = check_walk(book, plan->route, plan->n_route, "route");
  bool has_other = plan->n_step_free_route >= 2;
  if (has_other) {
    bool is_the_same =
        strcmp(plan->step_free_route[0], plan->route[0]) == 0 &&
        strcmp(plan->step_free_route[plan->n_step_free_route - 1], plan->route[plan->n_route - 1]) == 0;
    bool other_is_free = check_walk(book, plan->step_free_route, plan->n_step_free_route, "step_free_route");
    if (!is_the_same)
      FIND(book, ROUTE_ELSEWHERE, path_of(book, "step_free_route"), plan->id);
    is_free = other_is_free;
  }
  if (!is_free)
    FIND(book, ROUTE_STEPS, path_of(book, has_other ? "step_free_route" : "route"), plan->id);
}

// ---- what sets it off, and what is said ----

static void check_triggers(struct playbook *book)
{
  const Vd__PlanContingency *plan = book->plan;
  if (plan->n_triggers == 0)
    FIND(book, NO_TRIGGER, path_of(book, ""), plan->id);
  for (size_t i = 0; i < plan->n_triggers; i++)
    if (*plan->triggers[i]->event == '\0')
      FIND(book, TRIGGER_NO_EVENT, path_in(book, "triggers", i, ""), plan->id);
}

static void check_limit(struct playbook *book)
{
  const Vd__PlanContingency *plan = book->plan;
  check_duration(book, plan->within_ms, path_of(book, "within_ms"));
  if (plan->within_ms > 15 * MINUTE)
    FIND(book, CONVERSION_LIMIT, path_of(book, "within_ms"), vd_plan_duration(plan->within_ms).text,
         vd_plan_duration(15 * MINUTE).text);
}

void vd_plan_check_contingencies(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  for (size_t i = 0; i < plan->n_contingencies; i++) {
    struct playbook book = {.check = check, .plan = plan->contingencies[i], .at = i};
    book.tasks = VD_PLAN_IDS(book.plan, tasks);
    VD_PLAN_REFER(check, &check->teams, book.plan->team, VD_NOUN_TEAM, path_of(&book, "team").text);
    check_team_cover(&book, book.plan->team, path_of(&book, "team").text);
    check_limit(&book);
    check_conversions(&book);
    check_tasks(&book);
    check_route(&book);
    check_triggers(&book);
    if (book.plan->n_from + book.plan->n_to > 0 && !has_both_languages(book.plan->announcement))
      FIND(&book, NO_ANNOUNCEMENT, path_of(&book, "announcement"), book.plan->id);
    vd_plan_ids_finish(&book.tasks);
  }
}
