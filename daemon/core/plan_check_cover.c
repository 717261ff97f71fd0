// Who is on duty, at every minute of the event: tiers, their leads, the levels above, control and safety, and
// the skills the handbook asks for. By the roster alone; what people say on the day is nobody's plan.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/message.h"

struct span {
  int64_t start_ms;
  int64_t end_ms;
};
struct spans {
  struct span *items;
  size_t count;
};

static int compare_spans(const void *left, const void *right)
{
  const struct span *a = left, *b = right;
  if (a->start_ms != b->start_ms)
    return a->start_ms < b->start_ms ? -1 : 1;
  return (a->end_ms > b->end_ms) - (a->end_ms < b->end_ms);
}

// The shifts of everybody that counts, by start.
static struct spans spans_of(const Vd__Plan *plan, vd_plan_counts_fn counts, const void *context)
{
  size_t most = 0;
  for (size_t i = 0; i < plan->n_crews; i++)
    most += plan->crews[i]->n_shifts;
  struct spans spans = {vd_alloc((most ? most : 1) * sizeof *spans.items), 0};
  for (size_t i = 0; i < plan->n_crews; i++) {
    const Vd__PlanCrew *crew = plan->crews[i];
    if (!counts(crew, context))
      continue;
    for (size_t j = 0; j < crew->n_shifts; j++)
      spans.items[spans.count++] = (struct span){crew->shifts[j]->start_at_ms, crew->shifts[j]->end_at_ms};
  }
  if (spans.count > 0)
    qsort(spans.items, spans.count, sizeof *spans.items, compare_spans);
  return spans;
}

// The next stretch within [*from_ms, to_ms) that no span covers. A shift covers its start and not its end:
// who takes over at 14:00 is there at 14:00. Moves *from_ms behind it.
static bool next_gap(const struct spans *spans, size_t *at, int64_t *from_ms, int64_t to_ms, struct span *gap)
{
  for (; *at < spans->count && *from_ms < to_ms; ++*at) {
    const struct span *span = &spans->items[*at];
    if (span->end_ms <= *from_ms)
      continue;
    if (span->start_ms > *from_ms)
      break;
    *from_ms = span->end_ms;
  }
  if (*from_ms >= to_ms)
    return false;
  gap->start_ms = *from_ms;
  gap->end_ms = *at < spans->count && spans->items[*at].start_ms < to_ms ? spans->items[*at].start_ms : to_ms;
  *from_ms = gap->end_ms;
  return true;
}

void vd_plan_check_gaps(struct vd_plan_check *check, enum vd_plan_sentence sentence, const char *path,
                        const char *who, const char *what, vd_plan_counts_fn counts, const void *context)
{
  const Vd__PlanEvent *event = check->plan->event;
  struct spans spans = spans_of(check->plan, counts, context);
  size_t at = 0;
  int64_t from_ms = event->start_at_ms;
  struct span gap;
  while (next_gap(&spans, &at, &from_ms, event->end_at_ms, &gap)) {
    struct vd_plan_words start = vd_plan_clock(event, gap.start_ms), end = vd_plan_clock(event, gap.end_ms);
    VD_PLAN_SAY(check->findings, sentence, path, vd_plan_words("%s to %s", start.text, end.text).text, who,
                what, start.text, end.text);
  }
  free(spans.items);
}

// ---- posts ----

bool vd_plan_holds(const Vd__PlanCrew *crew, const char *post)
{
  for (size_t i = 0; i < crew->n_posts; i++)
    if (strcmp(crew->posts[i], post) == 0)
      return true;
  return false;
}

static bool holds(const Vd__PlanCrew *crew, const void *post)
{
  return vd_plan_holds(crew, post);
}

int64_t vd_plan_held_until(const Vd__Plan *plan, const char *post, int64_t from_ms)
{
  struct spans spans = spans_of(plan, holds, post);
  for (size_t i = 0; i < spans.count && spans.items[i].start_ms <= from_ms; i++)
    if (spans.items[i].end_ms > from_ms)
      from_ms = spans.items[i].end_ms;
  free(spans.items);
  return from_ms;
}

static bool has_holder(const Vd__Plan *plan, const char *post)
{
  for (size_t i = 0; i < plan->n_crews; i++)
    if (vd_plan_holds(plan->crews[i], post))
      return true;
  return false;
}

// Where the plan writes the post; the policy where it does not.
static struct vd_plan_words place_of_post(const Vd__Plan *plan, const char *post)
{
  for (size_t i = 0; i < plan->n_posts; i++)
    if (strcmp(plan->posts[i]->id, post) == 0)
      return vd_plan_words("posts[%zu]", i);
  return vd_plan_words("policy");
}

struct level {
  const char *post;
  enum vd_plan_noun role;
  enum vd_plan_sentence sentence;
};

static void check_level(struct vd_plan_check *check, const struct level *level)
{
  if (!vd_plan_ids_have(&check->posts, level->post))
    return; // a dangling reference, said already
  struct vd_plan_words path = place_of_post(check->plan, level->post);
  const char *role = vd_plan_noun(check->findings->language, level->role);
  if (!has_holder(check->plan, level->post)) {
    VD_PLAN_FIND(check->findings, NOBODY_HOLDS, path.text, level->post, role);
    return;
  }
  vd_plan_check_gaps(check, level->sentence, path.text, level->post, role, holds, level->post);
}

static void check_idle_posts(struct vd_plan_check *check, const struct level *levels, size_t count)
{
  const Vd__Plan *plan = check->plan;
  for (size_t i = 0; i < plan->n_posts; i++) {
    bool is_level = false;
    for (size_t j = 0; j < count; j++)
      is_level |= strcmp(levels[j].post, plan->posts[i]->id) == 0;
    if (!is_level && !has_holder(plan, plan->posts[i]->id))
      VD_PLAN_FIND(check->findings, IDLE_POST, vd_plan_words("posts[%zu]", i).text, plan->posts[i]->id);
  }
}

// ---- teams ----

bool vd_plan_is_in_team(const struct vd_plan_check *check, const Vd__PlanCrew *crew, const char *team)
{
  for (size_t i = 0; i < crew->n_posts; i++) {
    size_t at = vd_plan_ids_at(&check->posts, crew->posts[i]);
    if (at != SIZE_MAX && strcmp(check->plan->posts[at]->team, team) == 0)
      return true;
  }
  return false;
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

static void check_team(struct vd_plan_check *check, const char *id, enum vd_plan_noun tier)
{
  const Vd__Plan *plan = check->plan;
  for (size_t i = 0; i < plan->n_teams; i++) {
    if (strcmp(plan->teams[i]->id, id) != 0)
      continue;
    struct team team = {check, id};
    vd_plan_check_gaps(check, VD_SAY_TEAM_GAP, vd_plan_words("teams[%zu]", i).text, id,
                       vd_plan_noun(check->findings->language, tier), is_in_team, &team);
    return;
  }
}

// ---- a climb that has nowhere to go ----

struct other {
  const char *post;
  const Vd__PlanCrew *except;
};

static bool holds_but_not(const Vd__PlanCrew *crew, const void *context)
{
  const struct other *other = context;
  return crew != other->except && vd_plan_holds(crew, other->post);
}

static void report_alone(struct vd_plan_check *check, size_t crew, const char *lower, const char *upper,
                         const struct span *gap)
{
  const Vd__PlanEvent *event = check->plan->event;
  struct vd_plan_words start = vd_plan_clock(event, gap->start_ms), end = vd_plan_clock(event, gap->end_ms);
  VD_PLAN_FIND(check->findings, LEVEL_ALONE, vd_plan_words("crews[%zu].posts", crew).text,
               vd_plan_words("%s to %s", start.text, end.text).text, check->plan->crews[crew]->id, lower,
               upper, start.text, end.text);
}

// Standard §4: a climb skips to the next different person. So whoever holds two levels must not hold the
// upper one alone.
static void check_climb(struct vd_plan_check *check, const char *lower, const char *upper)
{
  const Vd__Plan *plan = check->plan;
  if (strcmp(lower, upper) == 0)
    return;
  for (size_t i = 0; i < plan->n_crews; i++) {
    const Vd__PlanCrew *crew = plan->crews[i];
    if (!vd_plan_holds(crew, lower) || !vd_plan_holds(crew, upper))
      continue;
    struct other other = {upper, crew};
    struct spans spans = spans_of(plan, holds_but_not, &other);
    for (size_t j = 0; j < crew->n_shifts; j++) {
      const Vd__Shift *shift = crew->shifts[j];
      int64_t from_ms =
          shift->start_at_ms > plan->event->start_at_ms ? shift->start_at_ms : plan->event->start_at_ms;
      int64_t to_ms = shift->end_at_ms < plan->event->end_at_ms ? shift->end_at_ms : plan->event->end_at_ms;
      size_t at = 0;
      for (struct span gap; next_gap(&spans, &at, &from_ms, to_ms, &gap);)
        report_alone(check, i, lower, upper, &gap);
    }
    free(spans.items);
  }
}

// ---- skills ----

bool vd_plan_has_skills(const Vd__PlanCrew *crew, char *const *skills, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    bool has_it = false;
    for (size_t j = 0; j < crew->n_skills; j++)
      has_it |= strcmp(crew->skills[j], skills[i]) == 0;
    if (!has_it)
      return false;
  }
  return true;
}

static bool is_skilled(const Vd__PlanCrew *crew, const void *context)
{
  const Vd__PlanCategory *category = context;
  return vd_plan_has_skills(crew, category->skills, category->n_skills);
}

static bool is_on_duty_during(const Vd__PlanEvent *event, const Vd__PlanCrew *crew)
{
  for (size_t i = 0; i < crew->n_shifts; i++)
    if (crew->shifts[i]->start_at_ms < event->end_at_ms && crew->shifts[i]->end_at_ms > event->start_at_ms)
      return true;
  return false;
}

static struct vd_plan_words join_skills(const Vd__PlanCategory *category)
{
  struct vd_plan_words joined = vd_plan_words("%s", category->skills[0]);
  for (size_t i = 1; i < category->n_skills; i++)
    joined = vd_plan_words("%s + %s", joined.text, category->skills[i]);
  return joined;
}

static void check_skills(struct vd_plan_check *check, size_t at)
{
  const Vd__Plan *plan = check->plan;
  const Vd__PlanCategory *category = plan->categories[at];
  if (category->n_skills == 0)
    return;
  bool has_anybody = false;
  for (size_t i = 0; i < plan->n_crews && !has_anybody; i++)
    has_anybody = is_skilled(plan->crews[i], category) && is_on_duty_during(plan->event, plan->crews[i]);
  struct vd_plan_words path = vd_plan_words("categories[%zu].skills", at), skills = join_skills(category);
  if (!has_anybody) {
    VD_PLAN_FIND(check->findings, SKILL_NOBODY, path.text, skills.text, category->id);
    return;
  }
  vd_plan_check_gaps(check, VD_SAY_SKILL_GAP, path.text, skills.text, category->id, is_skilled, category);
}

void vd_plan_check_cover(struct vd_plan_check *check)
{
  const Vd__Policy *policy = check->plan->policy;
  const struct level levels[] = {
      {policy->respond_lead, VD_NOUN_LEAD_1, VD_SAY_LEAD_GAP},
      {policy->decide_lead, VD_NOUN_LEAD_2, VD_SAY_LEAD_GAP},
      {policy->land_lead, VD_NOUN_LEAD_3, VD_SAY_LEAD_GAP},
      {policy->supervisor, VD_NOUN_SUPERVISOR, VD_SAY_LEVEL_GAP},
      {policy->commander, VD_NOUN_COMMANDER, VD_SAY_LEVEL_GAP},
      {policy->control, VD_NOUN_CONTROL, VD_SAY_LEVEL_GAP},
      {policy->safety, VD_NOUN_SAFETY, VD_SAY_LEVEL_GAP},
  };
  const size_t count = sizeof levels / sizeof *levels;
  for (size_t i = 0; i < count; i++)
    check_level(check, &levels[i]);
  check_team(check, policy->respond_team, VD_NOUN_TIER_1);
  check_team(check, policy->decide_team, VD_NOUN_TIER_2);
  check_team(check, policy->land_team, VD_NOUN_TIER_3);
  for (size_t i = 0; i < 3; i++)
    check_climb(check, levels[i].post, policy->supervisor);
  check_climb(check, policy->supervisor, policy->commander);
  check_idle_posts(check, levels, count);
  for (size_t i = 0; i < check->plan->n_categories; i++)
    check_skills(check, i);
}
