// What a run reached: facts, commands, and the rules that had something to say.
#include <string.h>

#include "tests/sim/sim.h"

static const char *const rule_words[SIM_RULE_COUNT] = {
#define SIM_RULE_WORDS(symbol, words) [SIM_RULE_##symbol] = words,
    SIM_RULES(SIM_RULE_WORDS)
#undef SIM_RULE_WORDS
};

// Facts of the live venue must all be reached. A suggestion is made by what is told already, a count or a
// change of a lane: it is in that Change, and never its fact. The rules see to it that some were made.
static bool is_drawn(enum vd_fact fact)
{
  return fact >= VD_FACT_ZONE_COUNTED && fact != VD_FACT_SUGGESTED;
}

void sim_cover_change(struct sim *sim, const Vd__Change *change)
{
  for (unsigned fact = 1; change->fact != NULL && fact < VD_FACT_COUNT; fact++)
    if (strcmp(vd_fact_name((enum vd_fact)fact), change->fact->what) == 0)
      sim->coverage->facts[fact]++;
}

void sim_cover_command(struct sim *sim, const Vd__Command *command, enum vd_err err, uint64_t sequence)
{
  struct sim_act_coverage *act = &sim->coverage->acts[(size_t)command->act_case % SIM_ACTS];
  if (err != VD_OK)
    act->refused++;
  else if (sequence == 0)
    act->idle++;
  else
    act->done++;
}

void sim_coverage_print(const struct sim_coverage *coverage, FILE *out)
{
  fprintf(out, "# %-28s %10s %10s %10s\n", "command", "done", "nothing", "refused");
  for (unsigned i = 0; i < vd__command__descriptor.n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &vd__command__descriptor.fields[i];
    const struct sim_act_coverage *act = &coverage->acts[field->id % SIM_ACTS];
    if (act->done + act->idle + act->refused > 0)
      fprintf(out, "# %-28s %10llu %10llu %10llu\n", field->name, (unsigned long long)act->done,
              (unsigned long long)act->idle, (unsigned long long)act->refused);
  }
  fprintf(out, "# %-28s %10s\n", "fact", "times");
  for (unsigned fact = 1; fact < VD_FACT_COUNT; fact++)
    fprintf(out, "# %-28s %10llu\n", vd_fact_name((enum vd_fact)fact),
            (unsigned long long)coverage->facts[fact]);
  fprintf(out, "# %-80s %10s\n", "rule", "times");
  for (unsigned rule = 0; rule < SIM_RULE_COUNT; rule++)
    fprintf(out, "# %-80s %10llu\n", rule_words[rule], (unsigned long long)coverage->rules[rule]);
}

bool sim_coverage_is_whole(const struct sim_coverage *coverage, FILE *out)
{
  bool is_whole = true;
  for (unsigned fact = 1; fact < VD_FACT_COUNT; fact++) {
    if (!is_drawn((enum vd_fact)fact) || coverage->facts[fact] > 0)
      continue;
    fprintf(out, "# never happened: %s\n", vd_fact_name((enum vd_fact)fact));
    is_whole = false;
  }
  for (unsigned rule = 0; rule < SIM_RULE_COUNT; rule++) {
    if (coverage->rules[rule] > 0)
      continue;
    fprintf(out, "# never reached: %s\n", rule_words[rule]);
    is_whole = false;
  }
  return is_whole;
}
