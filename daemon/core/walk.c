// Walking times over the plan's zone graph: Dijkstra from the target against the ways' direction, kept per
// target until the plan changes. So a search for the nearest costs two lookups per candidate.
#include <bsd/sys/tree.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/dispatch.h"
#include "daemon/core/venue_internal.h"

// A way as seen from where it leads: whoever stands in zone `from` needs so long.
struct way {
  size_t to, from;
  int64_t walk_ms;
};

// A zone on the way: how far it is from the target, as far as known.
struct stop {
  RB_ENTRY(stop) links;
  int64_t far_ms;
  size_t zone;
};
RB_HEAD(queue, stop);

struct vd_walk {
  size_t count;
  char **ids;       // sorted
  struct way *ways; // sorted by `to`; those of zone i are first[i] .. first[i + 1] - 1
  size_t way_count;
  size_t *first;
  int64_t **far_ms; // per target, NULL until asked for; then per zone
};

static int compare_stops(const struct stop *a, const struct stop *b)
{
  if (a->far_ms != b->far_ms)
    return a->far_ms < b->far_ms ? -1 : 1;
  return (a->zone > b->zone) - (a->zone < b->zone);
}

// As RB_GENERATE_STATIC, whose `__unused` libbsd does not define on Linux.
RB_GENERATE_INTERNAL(queue, stop, links, compare_stops, __attribute__((unused)) static)

static int compare_ids(const void *name, const void *id)
{
  return strcmp(name, *(char *const *)id);
}

// The zone's place among the sorted ids; `count` for none.
static size_t zone_of(const struct vd_walk *walk, const char *id)
{
  char **found = walk->count ? bsearch(id, walk->ids, walk->count, sizeof *walk->ids, compare_ids) : NULL;
  return found ? (size_t)(found - walk->ids) : walk->count;
}

// ---- the graph ----

static int compare_ways(const void *a, const void *b)
{
  const struct way *left = a, *right = b;
  if (left->to != right->to)
    return left->to < right->to ? -1 : 1;
  return (left->from > right->from) - (left->from < right->from);
}

static void add_ways(struct vd_walk *walk, const Vd__Zone *zone, size_t from, size_t *capacity)
{
  for (size_t i = 0; i < zone->n_ways; i++) {
    const Vd__Way *way = zone->ways[i];
    size_t to = zone_of(walk, way->to);
    if (to == walk->count || way->walk_ms < 0)
      continue;
    if (walk->way_count == *capacity) {
      *capacity = *capacity ? 2 * *capacity : 64;
      walk->ways = vd_realloc(walk->ways, *capacity * sizeof *walk->ways);
    }
    walk->ways[walk->way_count++] = (struct way){.to = to, .from = from, .walk_ms = way->walk_ms};
  }
}

static struct vd_walk *walk_create(const struct vd_fold *fold)
{
  struct vd_walk *walk = vd_zalloc(sizeof *walk);
  const ProtobufCMessage *zone = NULL;
  const char *after = NULL;
  while ((zone = vd_fold_next(fold, VD__KIND__KIND_ZONE, after, ""))) {
    after = vd_message_id(zone);
    vd_strings_add(&walk->ids, &walk->count, after);
  }
  size_t capacity = 0;
  for (size_t i = 0; i < walk->count; i++)
    add_ways(walk, (const Vd__Zone *)vd_fold_find(fold, VD__KIND__KIND_ZONE, walk->ids[i]), i, &capacity);
  if (walk->way_count)
    qsort(walk->ways, walk->way_count, sizeof *walk->ways, compare_ways);
  walk->first = vd_alloc((walk->count + 1) * sizeof *walk->first);
  for (size_t zone_at = 0, at = 0; zone_at <= walk->count; zone_at++) {
    while (at < walk->way_count && walk->ways[at].to < zone_at)
      at++;
    walk->first[zone_at] = at;
  }
  walk->far_ms = vd_zalloc(walk->count * sizeof *walk->far_ms);
  return walk;
}

void vd_walk_destroy(struct vd_walk *walk)
{
  if (!walk)
    return;
  for (size_t i = 0; i < walk->count; i++) {
    free(walk->ids[i]);
    free(walk->far_ms[i]);
  }
  free(walk->ids);
  free(walk->ways);
  free(walk->first);
  free(walk->far_ms);
  free(walk);
}

void vd_walk_forget(struct vd_venue *venue)
{
  vd_walk_destroy(venue->walk);
  venue->walk = NULL;
}

// ---- the search ----

static void reach(struct queue *queue, struct stop *stop, int64_t far_ms)
{
  if (far_ms >= stop->far_ms)
    return;
  if (stop->far_ms != VD_NEVER)
    RB_REMOVE(queue, queue, stop);
  stop->far_ms = far_ms;
  RB_INSERT(queue, queue, stop);
}

static int64_t *search(const struct vd_walk *walk, size_t target)
{
  struct stop *stops = vd_zalloc(walk->count * sizeof *stops);
  for (size_t i = 0; i < walk->count; i++) {
    stops[i].zone = i;
    stops[i].far_ms = VD_NEVER;
  }
  struct queue queue = RB_INITIALIZER(&queue);
  reach(&queue, &stops[target], 0);
  for (struct stop *stop; (stop = RB_MIN(queue, &queue));) {
    RB_REMOVE(queue, &queue, stop);
    for (size_t i = walk->first[stop->zone]; i < walk->first[stop->zone + 1]; i++) {
      const struct way *way = &walk->ways[i];
      // A zone that was left for good is nearer already: ways take no negative time.
      if (way->walk_ms < VD_NEVER - stop->far_ms)
        reach(&queue, &stops[way->from], stop->far_ms + way->walk_ms);
    }
  }
  int64_t *far_ms = vd_alloc(walk->count * sizeof *far_ms);
  for (size_t i = 0; i < walk->count; i++)
    far_ms[i] = stops[i].far_ms;
  free(stops);
  return far_ms;
}

int64_t vd_walk_ms(struct vd_venue *venue, const char *from, const char *to)
{
  if (!venue->walk)
    venue->walk = walk_create(venue->fold);
  struct vd_walk *walk = venue->walk;
  size_t start = zone_of(walk, from), target = zone_of(walk, to);
  if (start == walk->count || target == walk->count)
    return VD_NEVER;
  if (!walk->far_ms[target])
    walk->far_ms[target] = search(walk, target);
  return walk->far_ms[target][start];
}
