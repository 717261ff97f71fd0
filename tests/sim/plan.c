// The plan of a seed, and the plan that comes again in the middle of the day.
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

static const int64_t MINUTE_MS = 60000;

static void add_window(Vd__PlanDevice *device, int64_t start_ms, int64_t end_ms)
{
  Vd__Shift *window = (Vd__Shift *)vd_message_new(&vd__shift__descriptor);
  window->start_at_ms = start_ms;
  window->end_at_ms = end_ms;
  VD_REPEATED_ADD(device->windows, device->n_windows, window);
  for (size_t i = device->n_windows - 1; i > 0 && device->windows[i - 1]->start_at_ms > start_ms; i--) {
    device->windows[i] = device->windows[i - 1];
    device->windows[i - 1] = window;
  }
}

static Vd__PlanDevice *find_device(const Vd__Plan *plan, const char *id)
{
  for (size_t i = 0; i < plan->n_devices; i++)
    if (strcmp(plan->devices[i]->id, id) == 0)
      return plan->devices[i];
  return NULL;
}

// In the middle of the day, where no session is in the way.
static void add_maintenance(struct sim *sim, Vd__Plan *plan)
{
  static const char *const ids[] = {"printer-1", "printer-vip", "ap-corridor"};
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    Vd__PlanDevice *device = find_device(plan, ids[i]);
    int64_t start_ms = plan->event->doors_at_ms + (int64_t)sim_below(sim, 9 * 60) * MINUTE_MS;
    if (device != NULL && device->n_windows == 0)
      add_window(device, start_ms, start_ms + (int64_t)(5 + sim_below(sim, 60)) * MINUTE_MS);
  }
}

Vd__Plan *sim_plan_of_seed(struct sim *sim, const Vd__Plan *plan)
{
  Vd__Plan *own = (Vd__Plan *)vd_message_copy(&plan->base);
  Vd__Policy *policy = own->policy;
  if (sim_chance(sim, 60)) { // so that a day sees the end of what is kept for two
    policy->sample_keep_ms = (int64_t)(20 + sim_below(sim, 60)) * MINUTE_MS;
    policy->dispose_limit_ms = (int64_t)(5 + sim_below(sim, 60)) * MINUTE_MS;
  }
  if (sim_chance(sim, 60))
    policy->flap_ms = (int64_t)(30 + sim_below(sim, 120)) * 1000;
  if (sim_chance(sim, 30))
    policy->suspect_after_ms = (int64_t)sim_below(sim, 90) * 1000;
  if (sim_chance(sim, 60))
    policy->lane_wait_ms = (int64_t)(1 + sim_below(sim, 10)) * MINUTE_MS;
  if (sim_chance(sim, 50))
    policy->lane_measure_ms = (int64_t)(20 + sim_below(sim, 280)) * 1000;
  if (sim_chance(sim, 70))
    add_maintenance(sim, own);
  return own;
}

static void change_crew(struct sim *sim, Vd__Plan *plan)
{
  Vd__PlanCrew *crew = plan->crews[sim_below(sim, plan->n_crews)];
  if (sim_chance(sim, 50))
    crew->has_radio = !crew->has_radio;
  else if (crew->n_shifts > 0)
    crew->shifts[0]->end_at_ms -= (int64_t)sim_below(sim, 60) * MINUTE_MS;
}

static void change_device(struct sim *sim, Vd__Plan *plan)
{
  Vd__PlanDevice *device = plan->devices[sim_below(sim, plan->n_devices)];
  if (sim_chance(sim, 50))
    add_window(device, sim->now_ms + (int64_t)sim_below(sim, 20) * MINUTE_MS,
               sim->now_ms + (int64_t)(21 + sim_below(sim, 30)) * MINUTE_MS);
  else if (device->n_thresholds > 0)
    device->thresholds[0]->warn += device->thresholds[0]->below ? -1000 : 1000;
}

// The last of the list: what stands in for others is named by them.
static void drop_last(ProtobufCMessage **items, size_t *count)
{
  if (*count > 0)
    protobuf_c_message_free_unpacked(items[--*count], NULL);
}

static void drop_device(Vd__Plan *plan, const char *id)
{
  for (size_t i = 0; i < plan->n_devices; i++) {
    if (strcmp(plan->devices[i]->id, id) != 0)
      continue;
    vd__plan_device__free_unpacked(plan->devices[i], NULL);
    plan->devices[i] = plan->devices[--plan->n_devices];
  }
}

static void change_session(struct sim *sim, Vd__Plan *plan)
{
  Vd__PlanSession *session = plan->sessions[sim_below(sim, plan->n_sessions)];
  int64_t by_ms = (int64_t)sim_below(sim, 10) * MINUTE_MS;
  session->end_at_ms -= by_ms;
  if (sim_chance(sim, 30))
    session->start_at_ms -= by_ms;
}

static void change_supply(struct sim *sim, Vd__Plan *plan)
{
  Vd__PlanSupply *supply = plan->supplies[sim_below(sim, plan->n_supplies)];
  supply->burn_break = (uint32_t)sim_below(sim, 20000);
  if (supply->n_batches > 0 && sim_chance(sim, 50))
    drop_last((ProtobufCMessage **)supply->batches, &supply->n_batches);
}

static void change_lane(struct sim *sim, Vd__Plan *plan)
{
  Vd__PlanLane *lane = plan->lanes[sim_below(sim, plan->n_lanes)];
  if (sim_chance(sim, 50))
    lane->staff = 1 + (uint32_t)sim_below(sim, 4);
  if (sim_chance(sim, 30))
    lane->service_ms = (int64_t)(10 + sim_below(sim, 60)) * 1000;
  for (uint64_t left = sim_below(sim, 4); left > 0; left--)
    drop_last((ProtobufCMessage **)plan->lanes, &plan->n_lanes);
}

Vd__Plan *sim_plan_changed(struct sim *sim)
{
  Vd__Plan *plan = (Vd__Plan *)vd_message_copy(&sim->plan->base);
  switch (sim_below(sim, 10)) {
  case 0:
  case 1:
    change_crew(sim, plan);
    break;
  case 2:
    plan->policy->climb_after_ms = (int64_t)(60 + sim_below(sim, 120)) * 1000;
    break;
  case 3:
    change_device(sim, plan);
    break;
  case 4:
    drop_device(plan, "reader-1");
    break;
  case 5:
    change_session(sim, plan);
    break;
  case 6:
  case 7:
    change_lane(sim, plan);
    break;
  case 8:
    change_supply(sim, plan);
    break;
  default:
    drop_last((ProtobufCMessage **)plan->supplies, &plan->n_supplies);
    break;
  }
  return plan;
}
