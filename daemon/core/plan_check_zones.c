// Zones and the ways between them: what the walking times of dispatch and the routes of people rest on.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/message.h"

static const int64_t WALK_MAX_MS = 60 * 60000; // more is a journey, not a walk

// ---- the ways as numbers ----

struct edge {
  size_t from;
  size_t to;
  size_t way; // the plan's line
  bool step_free;
};
struct graph {
  struct edge *edges; // in both directions where the plan says so; sorted by (from, to, way)
  size_t count;
  size_t zones;
};

static int compare_edges(const void *left, const void *right)
{
  const struct edge *a = left, *b = right;
  if (a->from != b->from)
    return a->from < b->from ? -1 : 1;
  if (a->to != b->to)
    return a->to < b->to ? -1 : 1;
  return (a->way > b->way) - (a->way < b->way);
}

static struct graph graph_of(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  struct graph graph = {vd_alloc((2 * plan->n_ways + 1) * sizeof *graph.edges), 0, plan->n_zones};
  for (size_t i = 0; i < plan->n_ways; i++) {
    const Vd__PlanWay *way = plan->ways[i];
    size_t from = vd_plan_ids_at(&check->zones, way->from), to = vd_plan_ids_at(&check->zones, way->to);
    if (from == SIZE_MAX || to == SIZE_MAX || from == to)
      continue;
    graph.edges[graph.count++] = (struct edge){from, to, i, way->step_free};
    if (!way->one_way)
      graph.edges[graph.count++] = (struct edge){to, from, i, way->step_free};
  }
  if (graph.count > 0)
    qsort(graph.edges, graph.count, sizeof *graph.edges, compare_edges);
  return graph;
}

// Marks in `reached` all zones that one can walk to from `from`.
static void walk_from(const struct graph *graph, size_t from, bool step_free_only, bool *reached)
{
  size_t *queue = vd_alloc((graph->zones + 1) * sizeof *queue), head = 0, tail = 0;
  size_t *first = vd_alloc((graph->zones + 1) * sizeof *first);
  for (size_t zone = 0, edge = 0; zone <= graph->zones; zone++) {
    while (edge < graph->count && graph->edges[edge].from < zone)
      edge++;
    first[zone] = edge;
  }
  queue[tail++] = from;
  reached[from] = true;
  while (head < tail) {
    size_t zone = queue[head++];
    for (size_t i = first[zone]; i < first[zone + 1]; i++) {
      const struct edge *edge = &graph->edges[i];
      if (reached[edge->to] || (step_free_only && !edge->step_free))
        continue;
      reached[edge->to] = true;
      queue[tail++] = edge->to;
    }
  }
  free(first);
  free(queue);
}

static struct graph reversed(const struct graph *graph)
{
  struct graph back = {vd_alloc((graph->count + 1) * sizeof *back.edges), graph->count, graph->zones};
  for (size_t i = 0; i < graph->count; i++)
    back.edges[i] = (struct edge){graph->edges[i].to, graph->edges[i].from, graph->edges[i].way,
                                  graph->edges[i].step_free};
  if (back.count > 0)
    qsort(back.edges, back.count, sizeof *back.edges, compare_edges);
  return back;
}

// Which zones one can walk to from a zone, and from which one can walk back.
struct reach {
  bool *there;
  bool *back;
};

static struct reach reach_of(const struct graph *graph, const struct graph *back, size_t from,
                             bool step_free_only)
{
  struct reach reach = {vd_zalloc((graph->zones + 1) * sizeof(bool)),
                        vd_zalloc((graph->zones + 1) * sizeof(bool))};
  walk_from(graph, from, step_free_only, reach.there);
  walk_from(back, from, step_free_only, reach.back);
  return reach;
}

static void reach_finish(struct reach *reach)
{
  free(reach->there);
  free(reach->back);
}

// The zone the venue is measured from: the first one of the largest part within which one can walk
// everywhere.
static size_t middle_of(const struct graph *graph, const struct graph *back, bool step_free_only)
{
  bool *is_seen = vd_zalloc((graph->zones + 1) * sizeof(bool));
  size_t middle = 0, largest = 0;
  for (size_t i = 0; i < graph->zones; i++) {
    if (is_seen[i])
      continue;
    struct reach reach = reach_of(graph, back, i, step_free_only);
    size_t size = 0;
    for (size_t j = 0; j < graph->zones; j++)
      if (reach.there[j] && reach.back[j]) {
        is_seen[j] = true;
        size++;
      }
    reach_finish(&reach);
    if (size > largest) {
      largest = size;
      middle = i;
    }
  }
  free(is_seen);
  return middle;
}

// ---- what the graph says ----

// Nobody is sent to a place that is not known; of an id given twice the first one counts.
static bool is_place(const struct vd_plan_check *check, size_t zone)
{
  const char *id = check->plan->zones[zone]->id;
  return strcmp(id, "unknown") != 0 && vd_plan_ids_at(&check->zones, id) == zone;
}

static void check_reachable(struct vd_plan_check *check, const struct graph *graph, const struct graph *back)
{
  const Vd__Plan *plan = check->plan;
  size_t middle = middle_of(graph, back, false);
  struct reach reach = reach_of(graph, back, middle, false);
  for (size_t i = 0; i < plan->n_zones; i++)
    if (is_place(check, i) && (!reach.there[i] || !reach.back[i]))
      VD_PLAN_SAY(check->findings, reach.there[i] ? VD_SAY_NO_WAY_FROM : VD_SAY_NO_WAY_TO,
                  vd_plan_words("zones[%zu]", i).text, plan->zones[i]->id, plan->zones[middle]->id);
  reach_finish(&reach);
}

// A zone said to be step-free is of no use to a wheelchair that cannot get there.
static void check_step_free(struct vd_plan_check *check, const struct graph *graph, const struct graph *back)
{
  const Vd__Plan *plan = check->plan;
  size_t middle = middle_of(graph, back, true);
  struct reach reach = reach_of(graph, back, middle, true);
  for (size_t i = 0; i < plan->n_zones; i++)
    if (is_place(check, i) && plan->zones[i]->step_free && (!reach.there[i] || !reach.back[i]))
      VD_PLAN_FIND(check->findings, STEP_FREE, vd_plan_words("zones[%zu]", i).text, plan->zones[i]->id,
                   plan->zones[middle]->id);
  reach_finish(&reach);
}

static void check_degree(struct vd_plan_check *check, size_t zone, size_t count)
{
  if (count > VD_PLAN_WAYS_MAX)
    VD_PLAN_FIND(check->findings, WAYS_MANY, vd_plan_words("zones[%zu]", zone).text,
                 vd_plan_words("%zu ways", count).text, vd_plan_words("%zu", count).text,
                 check->plan->zones[zone]->id, vd_plan_words("%d", VD_PLAN_WAYS_MAX).text);
}

// Edges stand by (from, to): neighbours show what is given twice, and how many leave a zone.
static void check_edges(struct vd_plan_check *check, const struct graph *graph)
{
  const Vd__Plan *plan = check->plan;
  bool *is_said = vd_zalloc((plan->n_ways + 1) * sizeof(bool));
  size_t degree = 0;
  for (size_t i = 0; i < graph->count; i++) {
    const struct edge *edge = &graph->edges[i];
    bool is_same_zone = i > 0 && edge[-1].from == edge->from;
    degree = is_same_zone ? degree + 1 : 1;
    if (i + 1 == graph->count || edge[1].from != edge->from)
      check_degree(check, edge->from, degree);
    if (!is_same_zone || edge[-1].to != edge->to || is_said[edge->way])
      continue;
    is_said[edge->way] = true;
    VD_PLAN_FIND(check->findings, WAY_TWICE, vd_plan_words("ways[%zu]", edge->way).text,
                 plan->zones[edge->from]->id, plan->zones[edge->to]->id);
  }
  free(is_said);
}

static void check_ways(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  for (size_t i = 0; i < plan->n_ways; i++) {
    const Vd__PlanWay *way = plan->ways[i];
    VD_PLAN_REFER(check, &check->zones, way->from, VD_NOUN_ZONE, vd_plan_words("ways[%zu].from", i).text);
    VD_PLAN_REFER(check, &check->zones, way->to, VD_NOUN_ZONE, vd_plan_words("ways[%zu].to", i).text);
    if (strcmp(way->from, way->to) == 0)
      VD_PLAN_FIND(check->findings, WAY_TO_ITSELF, vd_plan_words("ways[%zu].to", i).text, way->to);
    if (way->walk_ms <= 0 || way->walk_ms > WALK_MAX_MS)
      VD_PLAN_FIND(check->findings, WALK_RANGE, vd_plan_words("ways[%zu].walk_ms", i).text,
                   vd_plan_duration(way->walk_ms).text);
  }
}

void vd_plan_check_zones(struct vd_plan_check *check)
{
  check_ways(check);
  struct graph graph = graph_of(check);
  struct graph back = reversed(&graph);
  check_edges(check, &graph);
  check_reachable(check, &graph, &back);
  check_step_free(check, &graph, &back);
  free(back.edges);
  free(graph.edges);
}
