// Days of anything: what must hold whatever happens, and that a restart changes nothing.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "tests/unit/core/fixture.h"

static struct fixture *f;

// Few ended incidents are kept, so that letting go of them is part of the day.
static struct fixture *create(void)
{
  struct fixture *fixture = fixture_create();
  struct vd_act act;
  vd_act_begin(&act, fixture->venue, fixture->now_ms);
  VD_EDIT(&act, EVENT, Event, "event")->policy->closed_kept = 5;
  fixture_end(fixture, &act, NULL);
  return fixture;
}

static void setup(void)
{
  f = create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(replay, .init = setup, .fini = teardown);

// ---- counts ----

static void expect_counts_by_looking(void)
{
  struct vd_venue_counts counts, seen = {.timers = 0};
  vd_venue_count(f->venue, &counts);
  const struct vd_fold *fold = vd_venue_fold(f->venue);
  const ProtobufCMessage *message = NULL;
  for (const char *after = NULL; (message = vd_fold_next(fold, VD__KIND__KIND_INCIDENT, after, ""));
       after = vd_message_id(message))
    seen.open_incidents +=
        ((const Vd__Incident *)message)->state <= VD__INCIDENT_STATE__INCIDENT_STATE_LANDED;
  for (const char *after = NULL; (message = vd_fold_next(fold, VD__KIND__KIND_ALERT, after, ""));
       after = vd_message_id(message))
    seen.open_alerts += ((const Vd__Alert *)message)->state == VD__ALERT_STATE__ALERT_STATE_OPEN;
  for (const char *after = NULL; (message = vd_fold_next(fold, VD__KIND__KIND_DEADLINE, after, ""));
       after = vd_message_id(message)) {
    const Vd__Deadline *deadline = (const Vd__Deadline *)message;
    seen.running_deadlines += deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING;
    seen.breaches += deadline->breached_at_ms != 0;
  }
  cr_assert_eq(counts.open_incidents, seen.open_incidents);
  cr_assert_eq(counts.open_alerts, seen.open_alerts);
  cr_assert_eq(counts.running_deadlines, seen.running_deadlines);
  cr_assert_eq(counts.breaches, seen.breaches);
}

// ---- what must hold ----

static const ProtobufCMessage *next_of(Vd__Kind kind, const ProtobufCMessage *before)
{
  return vd_fold_next(vd_venue_fold(f->venue), kind, before ? vd_message_id(before) : NULL, "");
}

#define EACH(KIND, Type, entity)                                                                             \
  const Vd__##Type *entity = NULL;                                                                           \
  (entity = (const Vd__##Type *)next_of(VD__KIND__KIND_##KIND, entity ? &entity->base : NULL)) != NULL;

static void expect_three_deadlines(void)
{
  for (EACH(ATTEMPT, Attempt, attempt)) {
    struct vd_buffer prefix = {0};
    vd_buffer_printf(&prefix, "%s.", attempt->id);
    vd_buffer_append(&prefix, "", 1);
    unsigned count = 0;
    const ProtobufCMessage *deadline = NULL;
    while ((deadline = vd_fold_next(vd_venue_fold(f->venue), VD__KIND__KIND_DEADLINE,
                                    deadline ? vd_message_id(deadline) : NULL, (char *)prefix.data)))
      count++;
    cr_assert_eq(count, 3u, "attempt %s", attempt->id);
    vd_buffer_finish(&prefix);
  }
}

// Shares sum up; who has ended climbs no more; who runs and is late is being called about, or was heard.
static void expect_sound_deadlines(void)
{
  for (EACH(DEADLINE, Deadline, deadline)) {
    int64_t sum_ms = 0;
    for (size_t i = 0; i < deadline->n_shares; i++)
      sum_ms += deadline->shares[i]->held_ms;
    bool is_running = deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING;
    bool is_met = deadline->met_at_ms != 0;
    cr_assert_eq(is_running || deadline->outcome == VD__OUTCOME__OUTCOME_VOID, !is_met, "%s", deadline->id);
    cr_assert(!is_met || sum_ms == deadline->met_at_ms - deadline->start_at_ms, "%s", deadline->id);
    cr_assert(is_running || deadline->climb_at_ms == 0, "%s", deadline->id);
    cr_assert(!is_running || deadline->breached_at_ms == 0 || deadline->climb_at_ms != 0 ||
                  *deadline->heard_by,
              "%s is late and nobody knows", deadline->id);
    cr_assert(!is_running || deadline->breached_at_ms != 0 || f->now_ms <= deadline->due_at_ms,
              "%s is late and not breached", deadline->id);
    cr_assert(deadline->breached_at_ms == 0 || deadline->breached_at_ms > deadline->due_at_ms,
              "%s breached early", deadline->id);
  }
}

// No alert outlives its deadline; nobody off duty is being called.
static void expect_sound_alerts(void)
{
  for (EACH(ALERT, Alert, alert)) {
    bool is_open = alert->state == VD__ALERT_STATE__ALERT_STATE_OPEN;
    const Vd__Crew *crew = *alert->crew ? FIXTURE_FIND(f, CREW, Crew, alert->crew) : NULL;
    cr_assert(!is_open || !crew || crew->on_duty, "%s calls who is off duty", alert->id);
    cr_assert(alert->incident == 0 ||
                  (alert->n_reasons == 0) == (alert->state == VD__ALERT_STATE__ALERT_STATE_WITHDRAWN),
              "%s", alert->id);
    for (size_t i = 0; i < alert->n_reasons; i++) {
      const char *id = alert->reasons[i]->deadline;
      const Vd__Deadline *deadline = *id ? FIXTURE_FIND(f, DEADLINE, Deadline, id) : NULL;
      cr_assert(!*id || (deadline && deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING),
                "%s is about %s, which ended", alert->id, id);
    }
  }
}

// A merge moves the survivor's clocks, and undoing it moves them back: what was late by a mistaken time was
// not.
static bool had_its_clocks_moved(uint64_t incident)
{
  for (size_t i = 0; i < f->n_changes; i++) {
    const Vd__Cause *cause = f->changes[i]->cause;
    if (cause->of_case == VD__CAUSE__OF_COMMAND && cause->command->act_case == VD__COMMAND__ACT_DUPLICATE &&
        cause->command->duplicate->of == incident)
      return true;
  }
  return false;
}

static void expect_each_breach_told_once(void)
{
  for (EACH(DEADLINE, Deadline, deadline)) {
    if (had_its_clocks_moved(deadline->incident))
      continue;
    unsigned told = 0;
    for (size_t i = 0; i < f->n_changes; i++) {
      const Vd__Change *change = f->changes[i];
      told += change->fact && strcmp(change->fact->what, "breached") == 0 &&
              strcmp(change->cause->tick->id, deadline->id) == 0;
    }
    cr_assert_eq(told, deadline->breached_at_ms != 0, "%s", deadline->id);
  }
}

// ---- a day of anything, with and without restarts ----

static uint64_t seed_of_run(void)
{
  const char *given = getenv("VD_SEED");
  uint64_t seed = given ? strtoull(given, NULL, 10) : 20230518;
  cr_log_info("VD_SEED=%llu", (unsigned long long)seed);
  return seed;
}

static uint64_t next_random(uint64_t *state)
{
  *state += UINT64_C(0x9E3779B97F4A7C15); // splitmix64
  uint64_t z = *state;
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

static const char *pick(uint64_t *state, const char *const *words, size_t count)
{
  return words[next_random(state) % count];
}

#define PICK(state, words) pick((state), (words), sizeof(words) / sizeof *(words))

static const char *const zones[] = {"hall", "forum", "vip", "unknown", "nowhere", ""};
static const char *const categories[] = {"av-fault", "guest-ill", "blackout", "collapse", "other", ""};
static const char *const crews[] = {"av-1",   "av-2",    "medic-1", "lead-1",    "lead-2",
                                    "lead-3", "super-1", "chief-1", "control-1", "night-1"};

// Some incident of late, or 0 before the first.
static uint64_t any_incident(const struct fixture *fixture, uint64_t *state)
{
  uint64_t last = FIXTURE_FIND(fixture, EVENT, Event, "event")->last_incident;
  return last == 0 ? 0 : last - next_random(state) % (last < 8 ? last : 8);
}

// ACT and its message: send(fixture, state, REPORT, report, &report)
#define SEND(fixture, state, ACT, field, message)                                                            \
  do {                                                                                                       \
    Vd__Command command = VD__COMMAND__INIT;                                                                 \
    command.act_case = VD__COMMAND__ACT_##ACT;                                                               \
    command.field = &(message);                                                                              \
    if (next_random(state) % 2)                                                                              \
      command.by = (char *)PICK(state, crews);                                                               \
    fixture_do((fixture), next_random(state) % 16 ? "control" : "field-av-1", &command);                     \
  } while (0)

static void report_at_random(struct fixture *fixture, uint64_t *state)
{
  Vd__Report report = VD__REPORT__INIT;
  report.zone = (char *)PICK(state, zones);
  report.category = (char *)PICK(state, categories);
  report.severity = (uint32_t)(next_random(state) % 5);
  report.text = (char *)(next_random(state) % 4 ? "something happened" : "");
  SEND(fixture, state, REPORT, report, report);
}

static void amend_at_random(struct fixture *fixture, uint64_t *state)
{
  Vd__Amend amend = VD__AMEND__INIT;
  amend.incident = any_incident(fixture, state);
  amend.zone = (char *)PICK(state, zones);
  amend.category = (char *)PICK(state, categories);
  amend.severity = (uint32_t)(next_random(state) % 5);
  SEND(fixture, state, AMEND, amend, amend);
}

static void move_people_at_random(struct fixture *fixture, uint64_t *state)
{
  Vd__SetReach reach = VD__SET_REACH__INIT;
  Vd__SetPlace place = VD__SET_PLACE__INIT;
  Vd__Handover handover = VD__HANDOVER__INIT;
  Vd__Heard digest = VD__HEARD__INIT;
  switch (next_random(state) % 5) {
  case 0:
    reach.crew = (char *)PICK(state, crews);
    reach.reach = (Vd__Reach)(1 + next_random(state) % 2);
    SEND(fixture, state, REACH, reach, reach);
    break;
  case 1:
    place.crew = (char *)PICK(state, crews);
    place.zone = (char *)PICK(state, zones);
    SEND(fixture, state, PLACE, place, place);
    break;
  case 2:
    handover.from = (char *)PICK(state, crews);
    handover.to = (char *)PICK(state, crews);
    SEND(fixture, state, HANDOVER, handover, handover);
    break;
  case 3:
    digest.digest = true;
    SEND(fixture, state, HEARD, heard, digest);
    break;
  default:
    fixture_duty(fixture, PICK(state, crews), (Vd__Duty)(next_random(state) % 4));
  }
}

static void link_at_random(struct fixture *fixture, uint64_t *state)
{
  Vd__Duplicate duplicate = VD__DUPLICATE__INIT;
  Vd__Assign assign = VD__ASSIGN__INIT;
  if (next_random(state) % 2) {
    duplicate.incident = any_incident(fixture, state);
    duplicate.of = any_incident(fixture, state);
    SEND(fixture, state, DUPLICATE, duplicate, duplicate);
  } else {
    assign.incident = any_incident(fixture, state);
    assign.crew = (char *)PICK(state, crews);
    SEND(fixture, state, ASSIGN, assign, assign);
  }
}

static void step_at_random(struct fixture *fixture, uint64_t *state)
{
  static const Vd__Command__ActCase steps[] = {
      VD__COMMAND__ACT_RESPOND, VD__COMMAND__ACT_DECIDE,  VD__COMMAND__ACT_APPROVE, VD__COMMAND__ACT_LAND,
      VD__COMMAND__ACT_CLOSE,   VD__COMMAND__ACT_CANCEL,  VD__COMMAND__ACT_REOPEN,  VD__COMMAND__ACT_UNDO,
      VD__COMMAND__ACT_ACCEPT,  VD__COMMAND__ACT_DECLINE, VD__COMMAND__ACT_ARRIVE,  VD__COMMAND__ACT_HEARD,
      VD__COMMAND__ACT_NOTE};
  Vd__Command__ActCase step = steps[next_random(state) % (sizeof steps / sizeof *steps)];
  int64_t back_ms = (int64_t)(next_random(state) % (uint64_t)MINUTES(10));
  int64_t acted_at_ms = next_random(state) % 4 ? 0 : fixture->now_ms - back_ms;
  const char *by = next_random(state) % 8 ? PICK(state, crews) : NULL;
  fixture_step(fixture, step, any_incident(fixture, state), by, acted_at_ms);
}

static void act_at_random(struct fixture *fixture, uint64_t *state)
{
  uint64_t dice = next_random(state) % 100;
  if (dice < 12)
    report_at_random(fixture, state);
  else if (dice < 16)
    amend_at_random(fixture, state);
  else if (dice < 26)
    move_people_at_random(fixture, state);
  else if (dice < 34)
    link_at_random(fixture, state);
  else
    step_at_random(fixture, state);
}

static void pass_time(struct fixture *fixture, uint64_t *state)
{
  int64_t span_ms = (int64_t)(next_random(state) % (uint64_t)SECONDS(90));
  if (next_random(state) % 100 == 0)
    span_ms = (int64_t)(next_random(state) % (uint64_t)MINUTES(240));
  if (next_random(state) % 8)
    fixture_run_to(fixture, fixture->now_ms + span_ms);
  else
    fixture_jump_to(fixture, fixture->now_ms + span_ms);
}

static struct vd_buffer changes_of(const struct fixture *fixture)
{
  struct vd_buffer bytes = {0};
  for (size_t i = 0; i < fixture->n_changes; i++)
    vd_buffer_pack(&bytes, &fixture->changes[i]->base);
  return bytes;
}

// The counts that a restart may lose (node.h) are carried over: then nothing else may differ.
static void carry_counts(struct vd_venue *venue, const struct vd_node_pending *nodes)
{
  memcpy(venue->nodes, nodes, sizeof venue->nodes);
  const ProtobufCMessage *count = NULL;
  while (
      (count = vd_fold_next(venue->fold, VD__KIND__KIND_NODE_COUNT, count ? vd_message_id(count) : NULL, "")))
    vd_act_derive(venue, VD__KIND__KIND_NODE_COUNT, vd_message_id(count), count);
}

static void restart(struct fixture *fixture)
{
  struct vd_node_pending nodes[VD_NODES];
  memcpy(nodes, fixture->venue->nodes, sizeof nodes);
  fixture_restart(fixture);
  carry_counts(fixture->venue, nodes);
}

static void play(struct fixture *fixture, uint64_t seed, int steps, int restart_every)
{
  uint64_t state = seed;
  for (int step = 1; step <= steps; step++) {
    act_at_random(fixture, &state);
    pass_time(fixture, &state);
    if (restart_every > 0 && step % restart_every == 0)
      restart(fixture);
  }
}

static void expect_same(struct vd_buffer left, struct vd_buffer right, const char *what, uint64_t seed)
{
  cr_assert(left.size == right.size && memcmp(left.data, right.data, left.size) == 0,
            "%s differ, VD_SEED=%llu", what, (unsigned long long)seed);
  vd_buffer_finish(&left);
  vd_buffer_finish(&right);
}

enum { SEEDS = 12, STEPS = 400 };

Test(replay, what_must_hold_holds_after_every_step)
{
  uint64_t seed = seed_of_run(), state = seed;
  for (int step = 0; step < STEPS; step++) {
    act_at_random(f, &state);
    pass_time(f, &state);
    expect_three_deadlines();
    expect_sound_deadlines();
    expect_sound_alerts();
    expect_counts_by_looking();
  }
  expect_each_breach_told_once();
  cr_assert_leq(f->venue->ended_incidents, 5u + 15u, "only the latest stay longer, for what may be undone");
}

Test(replay, the_same_calls_give_the_same_bytes)
{
  uint64_t seed = seed_of_run();
  struct fixture *again = create();
  play(f, seed, STEPS, 0);
  play(again, seed, STEPS, 0);
  expect_same(changes_of(f), changes_of(again), "Changes", seed);
  expect_same(fixture_bytes(f), fixture_bytes(again), "entities", seed);
  expect_counts_by_looking();
  fixture_destroy(again);
}

Test(replay, a_restart_changes_nothing)
{
  uint64_t seed = seed_of_run();
  for (uint64_t i = 0; i < SEEDS; i++, seed++) {
    struct fixture *plain = create(), *restarted = create();
    play(plain, seed, STEPS, 0);
    play(restarted, seed, STEPS, 7);
    expect_same(changes_of(plain), changes_of(restarted), "Changes", seed);
    expect_same(fixture_bytes(plain), fixture_bytes(restarted), "entities", seed);
    struct vd_venue_counts before, after;
    vd_venue_count(plain->venue, &before);
    vd_venue_count(restarted->venue, &after);
    cr_assert_eq(memcmp(&before, &after, sizeof before), 0, "counts differ, VD_SEED=%llu",
                 (unsigned long long)seed);
    fixture_destroy(plain);
    fixture_destroy(restarted);
  }
}

Test(replay, restoring_from_changes_gives_the_same_as_from_entities)
{
  uint64_t seed = seed_of_run();
  struct fixture *base = fixture_create(); // never acts: the checkpoint
  play(f, seed, STEPS, 0);
  struct vd_venue *replayed = vd_venue_create();
  for (int kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    ProtobufCMessage *message;
    for (const char *after = NULL;
         (message = vd_fold_next(vd_venue_fold(base->venue), (Vd__Kind)kind, after, ""));
         after = vd_message_id(message)) {
      Vd__Entity entity;
      vd_entity_wrap(&entity, (Vd__Kind)kind, message);
      vd_venue_restore_entity(replayed, &entity);
    }
  }
  for (size_t i = 0; i < f->n_changes; i++)
    vd_venue_restore_change(replayed, f->changes[i]);
  vd_venue_restore_finish(replayed, f->changes[f->n_changes - 1]->sequence, f->now_ms);
  carry_counts(replayed, f->venue->nodes);
  struct fixture view = *f;
  view.venue = replayed;
  expect_same(fixture_bytes(f), fixture_bytes(&view), "entities", seed);
  cr_assert_eq(vd_venue_next_due(replayed), vd_venue_next_due(f->venue));
  cr_assert_eq(vd_venue_sequence(replayed), vd_venue_sequence(f->venue));
  vd_venue_destroy(replayed);
  fixture_destroy(base);
}
