// The devices: each is heard or silent for a while, whatever venued makes of it. What venued took is noted
// here beside it, so that the rules of check_device.c need not ask the core when it heard of whom.
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

void sim_fleet_init(struct sim *sim)
{
  sim->is_steady = true;
  for (size_t i = 0; i < sim->plan->n_devices && i < SIM_DEVICES_MAX; i++)
    sim->devices[sim->device_count++] =
        (struct sim_device){.id = sim->plan->devices[i]->id, .is_silent = sim_chance(sim, 8)};
}

struct sim_device *sim_device_of(struct sim *sim, const char *id)
{
  for (size_t i = 0; i < sim->device_count; i++)
    if (strcmp(sim->devices[i].id, id) == 0)
      return &sim->devices[i];
  return NULL;
}

void sim_fleet_turn(struct sim *sim)
{
  for (size_t i = 0; i < sim->device_count; i++)
    if (sim_below(sim, 1000) < (sim->devices[i].is_silent ? 80 : 4))
      sim->devices[i].is_silent = !sim->devices[i].is_silent;
  if (sim_chance(sim, sim->is_steady ? 2 : 25))
    sim->is_steady = !sim->is_steady;
}

// ---- signs of life ----

static bool is_in_plan(const struct sim *sim, const char *id)
{
  const Vd__Device *device =
      (const Vd__Device *)vd_fold_find(vd_venue_fold(sim->venue), VD__KIND__KIND_DEVICE, id);
  return device != NULL && !device->retired;
}

static void beat(struct sim *sim)
{
  Vd__Reading items[SIM_DEVICES_MAX], *list[SIM_DEVICES_MAX];
  Vd__Readings readings = VD__READINGS__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  for (size_t i = 0; i < sim->device_count; i++) {
    if (sim->devices[i].is_silent || !is_in_plan(sim, sim->devices[i].id))
      continue;
    Vd__Reading *reading = list[readings.n_readings] = &items[readings.n_readings];
    readings.n_readings++;
    vd__reading__init(reading);
    reading->device = (char *)sim->devices[i].id;
  }
  readings.readings = list;
  command.id = (char *)"beat";
  command.act_case = VD__COMMAND__ACT_READINGS;
  command.readings = &readings;
  if (readings.n_readings > 0)
    sim_server_take(sim, sim_principal(6), &command);
}

// Of a long time the fleet speaks at its end only, and venued does not listen before.
void sim_fleet_pass_time(struct sim *sim, int64_t until_ms)
{
  enum { BEATS_MAX = 16 };
  const int64_t every_ms = 10000, most_ms = BEATS_MAX * every_ms;
  if (sim->is_steady && until_ms - sim->now_ms > most_ms)
    sim_server_sleep(sim, until_ms - most_ms);
  while (sim->is_steady && until_ms - sim->now_ms > every_ms) {
    sim->now_ms += every_ms;
    sim_server_tick(sim);
    beat(sim);
  }
  sim->now_ms = until_ms;
}

// ---- what venued knows ----

void sim_fleet_heard(struct sim *sim, const Vd__Command *command)
{
  for (size_t i = 0; i < command->readings->n_readings; i++) {
    const Vd__Reading *reading = command->readings->readings[i];
    struct sim_device *device = sim_device_of(sim, reading->device);
    int64_t at_ms = reading->at_ms != 0         ? reading->at_ms
                    : command->acted_at_ms != 0 ? command->acted_at_ms
                                                : sim->now_ms;
    at_ms = at_ms < sim->now_ms ? at_ms : sim->now_ms;
    if (device != NULL && at_ms > device->heard_ms)
      device->heard_ms = at_ms;
  }
}

void sim_fleet_restarted(struct sim *sim)
{
  sim->anew_ms = sim->now_ms;
  for (size_t i = 0; i < sim->device_count; i++) {
    struct sim_device *device = &sim->devices[i];
    const Vd__Device *kept =
        (const Vd__Device *)vd_fold_find(vd_venue_fold(sim->venue), VD__KIND__KIND_DEVICE, device->id);
    int64_t kept_ms = kept != NULL ? kept->heard_at_ms : 0;
    if (kept_ms < device->heard_ms)
      SIM_REACHED(sim, SIGNS_LOST);
    device->heard_ms = kept_ms;
  }
}
