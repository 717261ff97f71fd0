// What helps out: nothing is taken that is not there, and what is out is what was taken and is not back.
#include "tests/sim/sim.h"

static uint32_t in_use_before(const struct sim *sim, const char *id)
{
  const Vd__Resource *was = SIM_WAS(sim, RESOURCE, Resource, id);
  return was != NULL ? was->in_use : 0;
}

void sim_check_resource(struct sim *sim, const Vd__Change *change, const Vd__Resource *now)
{
  uint32_t before = in_use_before(sim, now->id);
  const Vd__Cause *cause = change->cause;
  bool is_command = cause->of_case == VD__CAUSE__OF_COMMAND;
  Vd__Command__ActCase act = is_command ? cause->command->act_case : VD__COMMAND__ACT__NOT_SET;
  if (now->in_use > before) {
    SIM_REACHED(sim, RESOURCE_USED);
    SIM_CHECK(sim, act == VD__COMMAND__ACT_RESOURCE_USE, "%s was taken by nobody", now->id);
    SIM_CHECK(sim, now->in_use <= now->count && !now->retired, "of %s %u of %u are out", now->id,
              (unsigned)now->in_use, (unsigned)now->count);
    SIM_CHECK(sim, now->used_at_ms != 0, "%s was taken at no time", now->id);
  } else if (now->in_use < before) {
    SIM_REACHED(sim, RESOURCE_RETURNED);
    SIM_CHECK(sim, act == VD__COMMAND__ACT_RESOURCE_RETURN, "%s came back by itself", now->id);
    SIM_CHECK(sim, now->returned_at_ms >= now->used_at_ms, "%s was back before it was taken", now->id);
  }
}
