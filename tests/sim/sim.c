#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

static void begin(struct sim *sim)
{
  sim_journal_init(&sim->journal);
  sim_mirror_init(&sim->mirrors[0], VD_CLEARANCE_OPS);
  sim_mirror_init(&sim->mirrors[1], VD_CLEARANCE_WALL);
  sim_fleet_init(sim);
  sim->now_ms = sim->plan->event->doors_at_ms - INT64_C(1800000) + (int64_t)sim_below(sim, 36000) * 1000;
  sim_server_start(sim);
  Vd__Command *command = (Vd__Command *)vd_message_new(&vd__command__descriptor);
  command->act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command->plan_apply = (Vd__PlanApply *)vd_message_new(&vd__plan_apply__descriptor);
  command->plan_apply->plan = (Vd__Plan *)vd_message_copy(&sim->plan->base);
  vd_string_set(&command->id, "c0");
  sim->sent_capacity = 64;
  sim->sent = vd_alloc(sim->sent_capacity * sizeof *sim->sent);
  sim->sent[sim->sent_count++] = (struct sim_sent){.command = command, .principal = sim_principal(2)};
  sim_server_execute(sim, 0);
  sim_server_commit(sim, SIM_COMMIT_OK);
  SIM_CHECK(sim, sim->sent[0].reply != NULL && strcmp(sim->sent[0].reply->code, "ok") == 0,
            "the plan was refused: %s %s", sim->sent[0].reply->code, sim->sent[0].reply->field);
}

static void end(struct sim *sim)
{
  sim_server_stop(sim);
  sim_journal_finish(&sim->journal);
  for (size_t i = 0; i < 2; i++)
    sim_mirror_finish(&sim->mirrors[i]);
  for (size_t i = 0; i < sim->sent_count; i++) {
    vd__command__free_unpacked(sim->sent[i].command, NULL);
    vd__reply__free_unpacked(sim->sent[i].reply, NULL);
  }
  for (size_t i = 0; i < sim->answer_count; i++)
    vd__reply__free_unpacked(sim->answers[i].reply, NULL);
  for (size_t i = 0; i < sim->pending_count; i++)
    free(sim->pending[i].data);
  free(sim->sent);
  free(sim->network);
  free(sim->answers);
  free(sim->pending);
  vd__plan__free_unpacked(sim->plan, NULL);
}

// Mostly seconds; often exactly at, just before or just after what is due; now and then a long time.
static int64_t draw_moment(struct sim *sim)
{
  uint64_t draw = sim_below(sim, 1000);
  if (draw < 600)
    return sim->now_ms + (int64_t)sim_below(sim, 20000);
  if (draw < 850) {
    int64_t due_ms = sim_chance(sim, 60) ? sim_lasting_due(sim) : vd_venue_next_due(sim->venue);
    bool is_near = due_ms != VD_NEVER && due_ms >= sim->now_ms && due_ms - sim->now_ms < INT64_C(7200000);
    int64_t early_ms = due_ms > sim->now_ms ? 1 : 0;
    return is_near ? due_ms + (int64_t)sim_below(sim, 3) - early_ms : sim->now_ms;
  }
  return sim->now_ms + (int64_t)sim_below(sim, draw < 980 ? 4 * 60000 : 3 * 3600000);
}

static void advance(struct sim *sim)
{
  int64_t moment_ms = draw_moment(sim);
  if (sim_chance(sim, 4))
    sim_server_sleep(sim, moment_ms);
  else
    sim_fleet_pass_time(sim, moment_ms);
}

static void deliver(struct sim *sim)
{
  for (uint64_t left = sim_below(sim, 6); left > 0 && sim->network_count > 0; left--) {
    size_t pick = sim_chance(sim, 70) ? 0 : sim_below(sim, sim->network_count);
    size_t sent = sim->network[pick];
    memmove(sim->network + pick, sim->network + pick + 1,
            (--sim->network_count - pick) * sizeof *sim->network);
    sim_server_execute(sim, sent);
  }
}

static enum sim_fault draw_fault(struct sim *sim)
{
  return sim_chance(sim, 96) ? SIM_COMMIT_OK : (enum sim_fault)(1 + sim_below(sim, 4));
}

static void expect_same(struct sim *sim, struct vd_buffer *before, struct vd_buffer *after, const char *what)
{
  SIM_CHECK(sim, before->size == after->size && memcmp(before->data, after->data, before->size) == 0,
            "a restart changed %s", what);
  vd_buffer_finish(before);
  vd_buffer_finish(after);
}

static void restart(struct sim *sim)
{
  sim_server_stop(sim);
  sim_server_start(sim);
}

// A restart without a fault must change nothing.
static void restart_in_order(struct sim *sim)
{
  struct vd_buffer state = sim_state_bytes(sim);
  sim_check_timers(sim);
  restart(sim);
  struct vd_buffer state_after = sim_state_bytes(sim);
  sim_check_timers(sim);
  sim->restarts++;
  expect_same(sim, &state, &state_after, "the venue");
}

// Nor what comes of it: what is derived anew forecasts the same.
static void restart_and_forecast(struct sim *sim)
{
  struct vd_buffer forecast = sim_server_probe(sim);
  restart(sim);
  struct vd_buffer forecast_after = sim_server_probe(sim);
  restart(sim);
  expect_same(sim, &forecast, &forecast_after, "a forecast");
}

static void one_step(struct sim *sim)
{
  advance(sim);
  if (sim->trace != NULL)
    fprintf(sim->trace, "step %u at %lld\n", sim->step, (long long)sim->now_ms);
  sim_server_tick(sim);
  sim_fleet_turn(sim);
  for (int left = 2; left > 0; left--)
    if (sim_chance(sim, 70))
      sim_client_send(sim);
  deliver(sim);
  if (sim_chance(sim, 60))
    sim_server_commit(sim, draw_fault(sim));
  sim_server_tick(sim);
  sim_check_state(sim);
  bool is_settled = sim->pending_count == 0;
  if (is_settled && sim_chance(sim, 3))
    restart_in_order(sim);
  if (is_settled && sim_chance(sim, 1))
    restart_and_forecast(sim);
  if (is_settled && sim_chance(sim, 8))
    for (size_t i = 0; i < 2; i++)
      sim_mirror_check(sim, &sim->mirrors[i]);
  if (is_settled && sim_chance(sim, 2))
    sim_mirror_rejoin(sim, &sim->mirrors[sim_below(sim, 2)]);
}

bool sim_run(uint64_t seed, unsigned steps, const Vd__Plan *plan, FILE *trace, struct sim_coverage *coverage,
             uint8_t chain[32], char failure[300])
{
  struct sim *sim = vd_zalloc(sizeof *sim);
  sim->seed = sim->random = seed;
  sim->plan = sim_plan_of_seed(sim, plan);
  sim->trace = trace;
  sim->coverage = coverage;
  begin(sim);
  for (sim->step = 1; sim->step <= steps && !sim->has_failed; sim->step++)
    one_step(sim);
  if (!sim->has_failed) {
    sim_server_commit(sim, SIM_COMMIT_OK);
    for (size_t i = 0; i < 2; i++)
      sim_mirror_check(sim, &sim->mirrors[i]);
    sim_check_acknowledged(sim);
    sim_check_replay(sim);
  }
  bool is_fine = !sim->has_failed;
  memcpy(chain, sim->journal.chain, 32);
  memcpy(failure, sim->failure, sizeof sim->failure);
  if (trace != NULL)
    fprintf(trace, "%zu changes, %zu commands, %u commits, %u restarts, %u breaches, %u calls\n",
            sim->journal.count, sim->sent_count, sim->commits, sim->restarts, sim->breaches, sim->calls);
  end(sim);
  free(sim);
  return is_fine;
}
