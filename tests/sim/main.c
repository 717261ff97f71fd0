// Runs the simulator over many seeds, or one with a readable trace:
//   sim PLAN [--seeds N] [--first S] [--steps N] [--coverage]
//   sim PLAN --seed S
#include <getopt.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/plan.h"
#include "proto/text.h"
#include "tests/sim/sim.h"

// From WHOLE_FROM seeds on everything that can happen must have happened.
enum { SEEDS = 1000, STEPS = 120, TWICE_EACH = 10, GROUP = 100, WHOLE_FROM = 500 };

static struct sim_coverage coverage, of_repetitions;

static Vd__Plan *read_plan(const char *path)
{
  struct vd_refusal refusal;
  ProtobufCMessage *message = NULL;
  if (vd_text_read_file(&vd__plan__descriptor, path, &message, NULL, &refusal) != VD_OK) {
    fprintf(stderr, "%s\n", refusal.detail);
    exit(2);
  }
  vd_plan_defaults((Vd__Plan *)message);
  return (Vd__Plan *)message;
}

// The same seed twice must be the same story to the byte.
static bool is_repeatable(uint64_t seed, unsigned steps, const Vd__Plan *plan, const uint8_t chain[32])
{
  uint8_t again[32];
  char failure[300];
  return sim_run(seed, steps, plan, NULL, &of_repetitions, again, failure) && memcmp(chain, again, 32) == 0;
}

static bool run_group(uint64_t first, uint64_t count, unsigned steps, const Vd__Plan *plan)
{
  bool is_fine = true;
  for (uint64_t seed = first; seed < first + count; seed++) {
    uint8_t chain[32];
    char failure[300];
    bool has_passed = sim_run(seed, steps, plan, NULL, &coverage, chain, failure);
    if (has_passed && seed % TWICE_EACH == 0 && !is_repeatable(seed, steps, plan, chain)) {
      snprintf(failure, sizeof failure, "another run ended differently");
      has_passed = false;
    }
    if (!has_passed)
      printf("# seed %llu: %s\n", (unsigned long long)seed, failure);
    is_fine &= has_passed;
  }
  return is_fine;
}

static int run_all(uint64_t first, uint64_t seeds, unsigned steps, const Vd__Plan *plan)
{
  bool is_fine = true, must_be_whole = seeds >= WHOLE_FROM;
  unsigned number = 0;
  printf("1..%llu\n", (unsigned long long)((seeds + GROUP - 1) / GROUP + must_be_whole));
  for (uint64_t done = 0; done < seeds; done += GROUP) {
    uint64_t count = seeds - done < GROUP ? seeds - done : GROUP;
    bool has_passed = run_group(first + done, count, steps, plan);
    printf("%s %u - seeds %llu to %llu\n", has_passed ? "ok" : "not ok", ++number,
           (unsigned long long)(first + done), (unsigned long long)(first + done + count - 1));
    fflush(stdout);
    is_fine &= has_passed;
  }
  if (must_be_whole) {
    bool is_whole = sim_coverage_is_whole(&coverage, stdout);
    printf("%s %u - everything has happened\n", is_whole ? "ok" : "not ok", ++number);
    is_fine &= is_whole;
  }
  return is_fine ? 0 : 1;
}

static int run_one(uint64_t seed, unsigned steps, const Vd__Plan *plan)
{
  uint8_t chain[32];
  char failure[300];
  bool has_passed = sim_run(seed, steps, plan, stdout, &coverage, chain, failure);
  printf("%s\n", has_passed ? "ok" : failure);
  for (size_t i = 0; i < 32; i++)
    printf("%02x", chain[i]);
  putchar('\n');
  return has_passed ? 0 : 1;
}

int main(int argc, char **argv)
{
  static const struct option options[] = {
      {"seeds", required_argument, NULL, 'n'}, {"first", required_argument, NULL, 'f'},
      {"seed", required_argument, NULL, 's'},  {"steps", required_argument, NULL, 't'},
      {"coverage", no_argument, NULL, 'c'},    {0}};
  uint64_t seeds = SEEDS, first = 1, seed = 0;
  unsigned steps = STEPS;
  bool shows_coverage = false;
  int option;
  while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
    if (option == '?')
      return 2;
    uint64_t value = optarg != NULL ? strtoull(optarg, NULL, 10) : 0;
    if (option == 'c')
      shows_coverage = true;
    else if (option == 'n')
      seeds = value;
    else if (option == 'f')
      first = value;
    else if (option == 's')
      seed = value;
    else
      steps = (unsigned)value;
  }
  if (optind + 1 != argc || sodium_init() < 0)
    return 2;
  Vd__Plan *plan = read_plan(argv[optind]);
  int status = seed != 0 ? run_one(seed, steps, plan) : run_all(first, seeds, steps, plan);
  if (shows_coverage)
    sim_coverage_print(&coverage, stdout);
  vd__plan__free_unpacked(plan, NULL);
  return status;
}
