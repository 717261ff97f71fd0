#include "tests/sim/sim.h"

// splitmix64.
uint64_t sim_random(struct sim *sim)
{
  uint64_t x = sim->random += UINT64_C(0x9E3779B97F4A7C15);
  x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
  return x ^ x >> 31;
}

uint64_t sim_below(struct sim *sim, uint64_t bound)
{
  return bound == 0 ? 0 : sim_random(sim) % bound;
}

bool sim_chance(struct sim *sim, unsigned percent)
{
  return sim_below(sim, 100) < percent;
}
