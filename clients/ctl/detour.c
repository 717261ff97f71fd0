// The temporary route round a zone that nobody passes: from each of its neighbours to each other, by ways
// that are open, without steps where there is such a way (standard §3: a temporary route has a step-free
// way).
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/agenda.h"

enum { NEIGHBOURS_MAX = 12, ROUTES_MAX = 6 };

static bool is_shut(const Vd__Zone *zone)
{
  return zone->status == VD__ZONE_STATUS__ZONE_STATUS_CLOSED ||
         zone->status == VD__ZONE_STATUS__ZONE_STATUS_CONVERTING;
}

// The zones of the venue, and what is known of the way from the first of a pair.
struct map {
  struct stop {
    const Vd__Zone *zone;
    size_t before; // the stop before it
    int64_t far_ms;
    bool is_reached, is_done;
  } * stops; // heap
  size_t count;
  const Vd__Zone *passed; // as if people passed it all the same; NULL: none
};

static size_t find(const struct map *map, const char *id)
{
  size_t at = 0;
  while (at < map->count && strcmp(map->stops[at].zone->id, id) != 0)
    at++;
  return at;
}

static size_t nearest(const struct map *map)
{
  size_t best = map->count;
  for (size_t i = 0; i < map->count; i++) {
    const struct stop *stop = &map->stops[i];
    if (stop->is_reached && !stop->is_done && (best == map->count || stop->far_ms < map->stops[best].far_ms))
      best = i;
  }
  return best;
}

// A venue has some dozen zones: Dijkstra without a heap. False where no way leads there.
static bool walk(struct map *map, size_t from, size_t to, bool step_free)
{
  for (size_t i = 0; i < map->count; i++)
    map->stops[i] = (struct stop){.zone = map->stops[i].zone, .before = map->count};
  map->stops[from].is_reached = true;
  for (size_t at; (at = nearest(map)) != map->count && at != to;) {
    const struct stop *stop = &map->stops[at];
    map->stops[at].is_done = true;
    for (size_t i = 0; i < stop->zone->n_ways; i++) {
      const Vd__Way *way = stop->zone->ways[i];
      size_t next = find(map, way->to);
      int64_t far_ms = stop->far_ms + way->walk_ms;
      if (next == map->count || (map->stops[next].zone != map->passed && is_shut(map->stops[next].zone)) ||
          (step_free && !way->step_free) ||
          (map->stops[next].is_reached && map->stops[next].far_ms <= far_ms))
        continue;
      map->stops[next].is_reached = true;
      map->stops[next].far_ms = far_ms;
      map->stops[next].before = at;
    }
  }
  return map->stops[to].is_reached;
}

static void print_way(const struct ctl *ctl, FILE *out, const struct map *map, size_t to)
{
  if (map->stops[to].before != map->count) {
    print_way(ctl, out, map, map->stops[to].before);
    fputs(" → ", out);
  }
  fputs(ctl_text(ctl, map->stops[to].zone->name, map->stops[to].zone->id), out);
}

static bool has_way(const Vd__Zone *from, const char *to)
{
  for (size_t i = 0; i < from->n_ways; i++)
    if (strcmp(from->ways[i]->to, to) == 0)
      return true;
  return false;
}

// Whether people would go through the zone if they could.
static bool leads_through(struct map *map, const Vd__Zone *zone, size_t from, size_t to)
{
  map->passed = zone;
  bool is_through = false;
  if (walk(map, from, to, false))
    for (size_t at = to; at != map->count; at = map->stops[at].before)
      is_through |= map->stops[at].zone == zone;
  map->passed = NULL;
  return is_through;
}

static void show_route(const struct ctl *ctl, FILE *out, struct map *map, size_t from, size_t to)
{
  bool is_step_free = walk(map, from, to, true) || !walk(map, from, to, false);
  char took[32];
  fputs("    ", out);
  print_way(ctl, out, map, to);
  ctl_span(map->stops[to].far_ms, took, sizeof took);
  fprintf(out, "%s%s%s\n", ctl_pick(ctl, ": ", "：", "："), took,
          is_step_free ? "" : ctl_pick(ctl, ", with steps", "，有階梯", "，有台阶"));
}

// "no way round between: Control room | Forum A, Forum B": who can still get to whom stands together.
static void show_apart(const struct ctl *ctl, FILE *out, const struct map *map, const size_t *neighbours,
                       const size_t *groups, size_t count)
{
  bool is_first = true;
  fprintf(out, "    %s", ctl_pick(ctl, "no way round between: ", "彼此無法繞行：", "彼此无法绕行："));
  for (size_t group = 0; group < count; group++) {
    const char *before = is_first ? "" : " | ";
    for (size_t i = 0; i < count; i++) {
      if (groups[i] != group)
        continue;
      const Vd__Zone *zone = map->stops[neighbours[i]].zone;
      fprintf(out, "%s%s", before, ctl_text(ctl, zone->name, zone->id));
      before = ctl_pick(ctl, ", ", "、", "、");
      is_first = false;
    }
  }
  fputc('\n', out);
}

static void show_all(const struct ctl *ctl, FILE *out, struct map *map, const Vd__Zone *zone,
                     const size_t *neighbours, size_t count)
{
  size_t groups[NEIGHBOURS_MAX] = {0}, apart = 0, routes = 0;
  for (size_t i = 0; i < count; i++) {
    groups[i] = i;
    for (size_t j = 0; j < i; j++) {
      if (!walk(map, neighbours[j], neighbours[i], false))
        continue;
      groups[i] = groups[j] < groups[i] ? groups[j] : groups[i];
      if (leads_through(map, zone, neighbours[j], neighbours[i]) && routes++ < ROUTES_MAX)
        show_route(ctl, out, map, neighbours[j], neighbours[i]);
    }
    apart += groups[i] == i;
  }
  if (routes > ROUTES_MAX)
    fprintf(out, CTL_FORMAT(ctl, "    and %zu more ways\n", "    另有 %zu 條路線\n", "    另有 %zu 条路线\n"),
            routes - ROUTES_MAX);
  if (apart > 1)
    show_apart(ctl, out, map, neighbours, groups, count);
}

void ctl_detour_show(const struct ctl *ctl, FILE *out, const struct vd_fold *fold, const Vd__Zone *zone)
{
  struct map map = {.stops = vd_zalloc((vd_fold_count(fold, VD__KIND__KIND_ZONE) + 1) * sizeof *map.stops)};
  size_t neighbours[NEIGHBOURS_MAX], count = 0;
  VD_FOLD_EACH (fold, ZONE, Zone, other)
    if (!other->retired)
      map.stops[map.count++].zone = other;
  for (size_t i = 0; is_shut(zone) && i < map.count && count < NEIGHBOURS_MAX; i++) {
    const Vd__Zone *other = map.stops[i].zone;
    if (other != zone && !is_shut(other) && (has_way(other, zone->id) || has_way(zone, other->id)))
      neighbours[count++] = i;
  }
  show_all(ctl, out, &map, zone, neighbours, count);
  free(map.stops);
}
