// How the work of a command grows with the venue: the core alone, on the plan's venue with many more of one
// sort of thing in it. tools/bench runs it under callgrind, which counts the instructions of `measured`.
//
//   growth --list                     the kinds of commands, and what each grows with
//   growth PLAN KIND COUNT            so many more things, then COMMANDS of the kind
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/plan.h"
#include "daemon/core/venue.h"
#include "proto/message.h"
#include "proto/text.h"

enum { WARM_UP = 16, COMMANDS = 64 }; // fewer than there are things, so that each is about another

struct growth {
  struct vd_venue *venue;
  int64_t now_ms;
  uint64_t count; // of the things it grows with
  uint64_t ids;
  bool was_done; // the last command
};

static void fail(const char *what, const char *detail)
{
  fprintf(stderr, "growth: %s: %s\n", what, detail);
  exit(1);
}

static void ignore(void *context, const Vd__Change *change)
{
  (void)context;
  (void)change;
}

static void execute(struct growth *g, Vd__Command__ActCase act, void *message)
{
  static Vd__Principal admin = VD__PRINCIPAL__INIT;
  admin.id = (char *)"local-admin";
  admin.role = VD__ROLE__ROLE_ADMIN;
  char id[32];
  snprintf(id, sizeof id, "growth-%llu", (unsigned long long)++g->ids);
  Vd__Command command = VD__COMMAND__INIT;
  command.id = id;
  command.act_case = act;
  command.report = message; // any member of the union: they are all pointers
  Vd__Reply reply = VD__REPLY__INIT;
  enum vd_err err = vd_venue_execute(g->venue, &admin, id, &command, VD__LANGUAGE__LANGUAGE_EN, g->now_ms,
                                     ignore, NULL, &reply);
  if (err != VD_OK)
    fail(vd_err_name(err), reply.field);
  vd_reply_clear(&reply);
}

// "proj-main-17": the n-th of those that were added, in turn.
struct name {
  char text[96];
};
static struct name nth(const struct growth *g, const char *like, uint64_t n)
{
  struct name name;
  snprintf(name.text, sizeof name.text, "%s-%llu", like, (unsigned long long)(n * 7919 % g->count));
  return name;
}

// ---- the kinds ----

static void read_one(struct growth *g, uint64_t n, const char *name, int64_t value)
{
  struct name device = nth(g, "proj-main", n);
  Vd__Reading reading = VD__READING__INIT;
  reading.device = device.text;
  reading.reading = (char *)name;
  reading.value = value;
  Vd__Reading *list[] = {&reading};
  Vd__Readings readings = VD__READINGS__INIT;
  readings.readings = list;
  readings.n_readings = 1;
  execute(g, VD__COMMAND__ACT_READINGS, &readings);
}

static void reading(struct growth *g, uint64_t n)
{
  read_one(g, n, "temperature", 40000);
}

static void reading_kept(struct growth *g, uint64_t n)
{
  if (n == 0)
    g->now_ms += 60000; // every sign of life that was kept is old enough
  reading(g, n);
}

static void reading_that_warns(struct growth *g, uint64_t n)
{
  read_one(g, n, "temperature", 80000);
}

static void reading_that_fails(struct growth *g, uint64_t n)
{
  read_one(g, n, "temperature", 90000);
}

static void maintenance(struct growth *g, uint64_t n)
{
  struct name device = nth(g, "proj-main", n);
  Vd__DeviceMaintenance said = VD__DEVICE_MAINTENANCE__INIT;
  said.device = device.text;
  said.until_at_ms = g->now_ms + 3600000;
  execute(g, VD__COMMAND__ACT_DEVICE_MAINTENANCE, &said);
}

static void report(struct growth *g, uint64_t n)
{
  static const char *const zones[] = {"hall-main", "forum-a",   "forum-b",
                                      "corridor",  "tea-break", "backstage"};
  Vd__Report said = VD__REPORT__INIT;
  said.zone = (char *)zones[n % 6];
  said.category = (char *)"other";
  said.text = (char *)"something happened";
  execute(g, VD__COMMAND__ACT_REPORT, &said);
}

static void note(struct growth *g, uint64_t n)
{
  Vd__AddNote said = VD__ADD_NOTE__INIT;
  said.incident = 1 + n * 7919 % g->count;
  said.text = (char *)"a remark";
  execute(g, VD__COMMAND__ACT_NOTE, &said);
}

static void decide(struct growth *g, uint64_t n)
{
  Vd__Decide said = VD__DECIDE__INIT;
  said.incident = 1 + n % g->count;
  said.decision = (char *)"bring the spare one";
  execute(g, VD__COMMAND__ACT_DECIDE, &said);
}

static void place(struct growth *g, uint64_t n)
{
  struct name crew = nth(g, "av-1", n);
  Vd__SetPlace said = VD__SET_PLACE__INIT;
  said.crew = crew.text;
  said.zone = (char *)(n % 2 ? "corridor" : "hall-main");
  execute(g, VD__COMMAND__ACT_PLACE, &said);
}

static void level(struct growth *g, uint64_t n)
{
  struct name supply = nth(g, "coffee", n);
  Vd__SupplyLevel said = VD__SUPPLY_LEVEL__INIT;
  said.supply = supply.text;
  said.level = 200;
  execute(g, VD__COMMAND__ACT_SUPPLY_LEVEL, &said);
}

static void served(struct growth *g, uint64_t n)
{
  struct name supply = nth(g, "coffee", n);
  Vd__SupplyServed said = VD__SUPPLY_SERVED__INIT;
  said.supply = supply.text;
  said.count = 1;
  execute(g, VD__COMMAND__ACT_SUPPLY_SERVED, &said);
}

static void count_zone(struct growth *g, uint64_t n)
{
  struct name zone = nth(g, "forum-a", n);
  Vd__CountZone said = VD__COUNT_ZONE__INIT;
  said.zone = zone.text;
  said.people = 40;
  execute(g, VD__COMMAND__ACT_COUNT_ZONE, &said);
}

// With a queue that is long enough to look for what would shorten it.
static void count_lane(struct growth *g, uint64_t n)
{
  struct name lane = nth(g, "general-1", n);
  Vd__LaneCount count = VD__LANE_COUNT__INIT;
  count.lane = lane.text;
  count.from_at_ms = g->now_ms - 60000;
  count.to_at_ms = g->now_ms;
  count.checked_in = 6;
  count.has_waiting = true;
  count.waiting = 200;
  Vd__LaneCount *list[] = {&count};
  Vd__LaneCounts said = VD__LANE_COUNTS__INIT;
  said.counts = list;
  said.n_counts = 1;
  execute(g, VD__COMMAND__ACT_LANE_COUNTS, &said);
}

// ---- what grows ----

static void add(struct growth *g, Vd__Kind kind, ProtobufCMessage *message)
{
  Vd__Entity entity;
  vd_entity_wrap(&entity, kind, message);
  vd_venue_restore_entity(g->venue, &entity);
}

static void add_device(struct growth *g, const struct vd_fold *plan, uint64_t n)
{
  Vd__Device *device = (Vd__Device *)vd_message_copy(vd_fold_find(plan, VD__KIND__KIND_DEVICE, "proj-main"));
  struct name id = nth(g, "proj-main", n);
  vd_string_set(&device->id, id.text);
  device->state = VD__DEVICE_STATE__DEVICE_STATE_OK;
  device->heard_at_ms = device->state_at_ms = g->now_ms;
  add(g, VD__KIND__KIND_DEVICE, &device->base);
  vd__device__free_unpacked(device, NULL);
}

// Off duty, as most of a large crew is.
static void add_crew(struct growth *g, const struct vd_fold *plan, uint64_t n)
{
  Vd__Crew *crew = (Vd__Crew *)vd_message_copy(vd_fold_find(plan, VD__KIND__KIND_CREW, "av-1"));
  struct name id = nth(g, "av-1", n);
  vd_string_set(&crew->id, id.text);
  vd_string_set(&crew->call_sign, id.text);
  for (size_t i = 0; i < crew->n_shifts; i++) {
    crew->shifts[i]->start_at_ms += INT64_C(86400000) * 2;
    crew->shifts[i]->end_at_ms += INT64_C(86400000) * 2;
  }
  crew->on_duty = false;
  add(g, VD__KIND__KIND_CREW, &crew->base);
  vd__crew__free_unpacked(crew, NULL);
}

static void add_like(struct growth *g, const struct vd_fold *plan, Vd__Kind kind, const char *like,
                     uint64_t n)
{
  ProtobufCMessage *message = vd_message_copy(vd_fold_find(plan, kind, like));
  struct name id = nth(g, like, n);
  vd_string_set((char **)((char *)message + message->descriptor->fields[0].offset),
                id.text); // the id is first
  add(g, kind, message);
  protobuf_c_message_free_unpacked(message, NULL);
}

static void add_supply(struct growth *g, const struct vd_fold *plan, uint64_t n)
{
  add_like(g, plan, VD__KIND__KIND_SUPPLY, "coffee", n);
}

static void add_zone(struct growth *g, const struct vd_fold *plan, uint64_t n)
{
  add_like(g, plan, VD__KIND__KIND_ZONE, "forum-a", n);
}

static void add_lane(struct growth *g, const struct vd_fold *plan, uint64_t n)
{
  add_like(g, plan, VD__KIND__KIND_LANE, "general-1", n);
}

// Incidents are reported once the venue runs.
static void add_nothing(struct growth *g, const struct vd_fold *plan, uint64_t n)
{
  (void)g;
  (void)plan;
  (void)n;
}

static const struct kind {
  const char *name, *grows_with;
  void (*add)(struct growth *g, const struct vd_fold *plan, uint64_t n);
  void (*begin)(struct growth *g, uint64_t n); // for each of the things, once the venue runs; NULL: nothing
  void (*command)(struct growth *g, uint64_t n);
} kinds[] = {
    {"reading", "devices", add_device, NULL, reading},
    {"reading-kept", "devices", add_device, NULL, reading_kept},
    {"reading-that-warns", "devices", add_device, NULL, reading_that_warns},
    {"reading-that-fails", "devices", add_device, NULL, reading_that_fails},
    {"device-maintenance", "devices", add_device, NULL, maintenance},
    {"report", "incidents", add_nothing, report, report},
    {"note", "incidents", add_nothing, report, note},
    {"decide", "incidents", add_nothing, report, decide},
    {"place", "crews", add_crew, NULL, place},
    {"supply-level", "supplies", add_supply, level, level},
    {"supply-served", "supplies", add_supply, level, served},
    {"zone-count", "zones", add_zone, NULL, count_zone},
    {"lane-count", "lanes", add_lane, NULL, count_lane},
};

// ---- the run ----

static struct vd_venue *venue_of(const char *path, int64_t *now_ms)
{
  struct vd_refusal refusal;
  ProtobufCMessage *plan = NULL;
  if (vd_text_read_file(&vd__plan__descriptor, path, &plan, NULL, &refusal) != VD_OK)
    fail(path, refusal.detail);
  vd_plan_defaults((Vd__Plan *)plan);
  struct growth g = {.venue = vd_venue_create(), .now_ms = ((Vd__Plan *)plan)->event->doors_at_ms};
  vd_venue_restore_finish(g.venue, 0, g.now_ms);
  Vd__PlanApply apply = VD__PLAN_APPLY__INIT;
  apply.plan = (Vd__Plan *)plan;
  execute(&g, VD__COMMAND__ACT_PLAN_APPLY, &apply);
  protobuf_c_message_free_unpacked(plan, NULL);
  *now_ms = g.now_ms;
  return g.venue;
}

static void build(struct growth *g, const struct kind *kind, const char *path)
{
  struct vd_venue *planned = venue_of(path, &g->now_ms);
  const struct vd_fold *plan = vd_venue_fold(planned);
  g->venue = vd_venue_create();
  for (int of = 1; vd_kind_type((Vd__Kind)of); of++) {
    ProtobufCMessage *message = NULL;
    for (const char *after = NULL; (message = vd_fold_next(plan, (Vd__Kind)of, after, ""));
         after = vd_message_id(message))
      add(g, (Vd__Kind)of, message);
  }
  for (uint64_t n = 0; n < g->count; n++)
    kind->add(g, plan, n);
  vd_venue_restore_finish(g->venue, vd_venue_sequence(planned), g->now_ms);
  vd_venue_destroy(planned);
  for (uint64_t n = 0; kind->begin && n < g->count; n++)
    kind->begin(g, n);
}

// What callgrind counts, by this name.
__attribute__((noinline)) void measured(struct growth *g, const struct kind *kind);
void measured(struct growth *g, const struct kind *kind)
{
  for (uint64_t n = WARM_UP; n < WARM_UP + COMMANDS; n++) {
    g->now_ms++;
    kind->command(g, n);
  }
}

int main(int argc, char **argv)
{
  const size_t count = sizeof kinds / sizeof *kinds;
  if (argc == 2 && strcmp(argv[1], "--list") == 0) {
    for (size_t i = 0; i < count; i++)
      printf("%s %s %d\n", kinds[i].name, kinds[i].grows_with, COMMANDS);
    return 0;
  }
  for (size_t i = 0; argc == 4 && i < count; i++) {
    if (strcmp(argv[2], kinds[i].name) != 0)
      continue;
    struct growth g = {.count = strtoull(argv[3], NULL, 10)};
    if (g.count < WARM_UP + COMMANDS)
      fail("COUNT", "too few");
    build(&g, &kinds[i], argv[1]);
    for (uint64_t n = 0; n < WARM_UP; n++) {
      g.now_ms++;
      kinds[i].command(&g, n);
    }
    measured(&g, &kinds[i]);
    vd_venue_destroy(g.venue);
    return 0;
  }
  return 2;
}
