// Walking times over the zone graph, against a second, slower way to find them.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/dispatch.h"
#include "daemon/core/venue_internal.h"
#include "tests/unit/core/fixture.h"

static struct vd_venue *venue;

static void setup(void)
{
  venue = vd_venue_create();
}

static void teardown(void)
{
  vd_venue_destroy(venue);
}

TestSuite(walk, .init = setup, .fini = teardown);

struct zone_id {
  char text[8];
};

static struct zone_id id_of(unsigned zone)
{
  return (struct zone_id){{'z', (char)('0' + zone / 10), (char)('0' + zone % 10), '\0'}};
}

static Vd__Zone *zone_new(const char *id)
{
  Vd__Zone *zone = (Vd__Zone *)vd_message_new(&vd__zone__descriptor);
  vd_string_set(&zone->id, id);
  zone->revision = 1;
  return zone;
}

static void add_way(Vd__Zone *zone, const char *to, int64_t walk_ms)
{
  Vd__Way *way = (Vd__Way *)vd_message_new(&vd__way__descriptor);
  vd_string_set(&way->to, to);
  way->walk_ms = walk_ms;
  VD_REPEATED_ADD(zone->ways, zone->n_ways, way);
}

static void put(Vd__Zone *zone)
{
  vd_fold_put(venue->fold, VD__KIND__KIND_ZONE, &zone->base);
}

// a ─1s─▶ b ─2s─▶ c, and c ─9s─▶ a; d by itself
static void put_ring(void)
{
  Vd__Zone *a = zone_new("a"), *b = zone_new("b"), *c = zone_new("c");
  add_way(a, "b", SECONDS(1));
  add_way(b, "c", SECONDS(2));
  add_way(c, "a", SECONDS(9));
  put(a);
  put(b);
  put(c);
  put(zone_new("d"));
}

Test(walk, ways_are_directed)
{
  put_ring();
  cr_assert_eq(vd_walk_ms(venue, "a", "c"), SECONDS(3));
  cr_assert_eq(vd_walk_ms(venue, "c", "a"), SECONDS(9));
  cr_assert_eq(vd_walk_ms(venue, "b", "a"), SECONDS(11));
  cr_assert_eq(vd_walk_ms(venue, "b", "b"), 0);
}

Test(walk, no_way_and_no_such_zone_are_never)
{
  put_ring();
  cr_assert_eq(vd_walk_ms(venue, "a", "d"), VD_NEVER);
  cr_assert_eq(vd_walk_ms(venue, "d", "a"), VD_NEVER);
  cr_assert_eq(vd_walk_ms(venue, "a", "nowhere"), VD_NEVER);
  cr_assert_eq(vd_walk_ms(venue, "", "a"), VD_NEVER);
}

Test(walk, an_empty_venue_leads_nowhere)
{
  cr_assert_eq(vd_walk_ms(venue, "a", "a"), VD_NEVER);
}

Test(walk, a_changed_plan_is_walked_anew)
{
  put_ring();
  cr_assert_eq(vd_walk_ms(venue, "a", "c"), SECONDS(3));
  Vd__Zone *a = zone_new("a");
  add_way(a, "c", SECONDS(1));
  put(a);
  vd_walk_forget(venue);
  cr_assert_eq(vd_walk_ms(venue, "a", "c"), SECONDS(1));
  cr_assert_eq(vd_walk_ms(venue, "a", "b"), VD_NEVER);
}

Test(walk, hostile_times_neither_overflow_nor_run_backwards)
{
  Vd__Zone *a = zone_new("a"), *b = zone_new("b");
  add_way(a, "b", INT64_MAX - 1);
  add_way(b, "c", INT64_MAX - 1);
  add_way(b, "a", -5);
  add_way(a, "gone", 1); // the plan check refuses it; the walk does not trip over it
  put(a);
  put(b);
  put(zone_new("c"));
  cr_assert_eq(vd_walk_ms(venue, "a", "b"), INT64_MAX - 1);
  cr_assert_eq(vd_walk_ms(venue, "a", "c"), VD_NEVER);
  cr_assert_eq(vd_walk_ms(venue, "b", "a"), VD_NEVER);
}

Test(walk, parallel_ways_take_the_shorter)
{
  Vd__Zone *a = zone_new("a");
  add_way(a, "b", SECONDS(5));
  add_way(a, "b", SECONDS(3));
  put(a);
  put(zone_new("b"));
  cr_assert_eq(vd_walk_ms(venue, "a", "b"), SECONDS(3));
}

// ---- random graphs against Floyd and Warshall ----

enum { ZONES_MAX = 24, GRAPHS = 60 };

static uint64_t seed_given(void)
{
  const char *given = getenv("SEED");
  return given ? strtoull(given, NULL, 10) : 20230518;
}

static uint64_t next_random(uint64_t *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static void shorten(int64_t far[ZONES_MAX][ZONES_MAX], unsigned count)
{
  for (unsigned via = 0; via < count; via++)
    for (unsigned from = 0; from < count; from++)
      for (unsigned to = 0; to < count; to++) {
        bool is_known = far[from][via] != VD_NEVER && far[via][to] != VD_NEVER;
        if (is_known && far[from][via] + far[via][to] < far[from][to])
          far[from][to] = far[from][via] + far[via][to];
      }
}

static void check_random_graph(uint64_t *random)
{
  int64_t far[ZONES_MAX][ZONES_MAX];
  unsigned count = 1 + (unsigned)(next_random(random) % ZONES_MAX);
  Vd__Zone *zones[ZONES_MAX];
  for (unsigned i = 0; i < count; i++) {
    zones[i] = zone_new(id_of(i).text);
    for (unsigned j = 0; j < count; j++)
      far[i][j] = i == j ? 0 : VD_NEVER;
  }
  for (unsigned i = (unsigned)(next_random(random) % (3 * count)); i > 0; i--) {
    unsigned from = (unsigned)(next_random(random) % count), to = (unsigned)(next_random(random) % count);
    int64_t walk_ms = (int64_t)(next_random(random) % 5) * 1000; // ties and nothing at all are common
    add_way(zones[from], id_of(to).text, walk_ms);
    if (walk_ms < far[from][to])
      far[from][to] = walk_ms;
  }
  for (unsigned i = 0; i < count; i++)
    put(zones[i]);
  shorten(far, count);
  for (unsigned i = 0; i < count; i++)
    for (unsigned j = 0; j < count; j++)
      cr_assert_eq(vd_walk_ms(venue, id_of(i).text, id_of(j).text), far[i][j], "z%u to z%u of %u", i, j,
                   count);
}

Test(walk, random_graphs_agree_with_the_slow_way)
{
  uint64_t random = seed_given() | 1;
  cr_log_info("SEED=%llu", (unsigned long long)random);
  for (unsigned i = 0; i < GRAPHS; i++) {
    check_random_graph(&random);
    vd_venue_destroy(venue);
    venue = vd_venue_create();
  }
}
