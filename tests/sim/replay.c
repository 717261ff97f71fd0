// At the end of a story its journal is done again from the causes alone.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/replay.h"
#include "tests/sim/sim.h"

enum { SET_EACH = 4 }; // seeds

static void nothing(void *context, const Vd__Change *change)
{
  (void)context;
  (void)change;
}

static struct vd_replay *replay(struct sim *sim, const char *field, int64_t value)
{
  struct vd_replay *again = vd_replay_create();
  if (field != NULL)
    vd_replay_set(again, protobuf_c_message_descriptor_get_field_by_name(&vd__policy__descriptor, field),
                  value);
  for (uint64_t sequence = 1; sequence <= sim->journal.count; sequence++)
    vd_replay_expect(again, sim_journal_change(&sim->journal, sequence));
  for (uint64_t sequence = 1; sequence <= sim->journal.count; sequence++)
    vd_replay_do(again, sim_journal_change(&sim->journal, sequence), nothing, NULL);
  vd_replay_end(again, nothing, NULL);
  return again;
}

static void expect_the_same(struct sim *sim, const struct vd_fold *was, const struct vd_fold *is)
{
  for (unsigned kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const ProtobufCMessage *message;
    for (const char *id = NULL; (message = vd_fold_next(was, (Vd__Kind)kind, id, "")) != NULL;) {
      id = vd_message_id(message);
      const ProtobufCMessage *again = vd_fold_find(is, (Vd__Kind)kind, id);
      SIM_CHECK(sim, again != NULL && vd_message_is_same(message, again),
                "done again, %s %s is not what it was: revision %llu, was %llu", vd_kind_name((Vd__Kind)kind),
                id, again != NULL ? (unsigned long long)vd_message_revision(again) : 0,
                (unsigned long long)vd_message_revision(message));
    }
    SIM_CHECK(sim, vd_fold_count(was, (Vd__Kind)kind) == vd_fold_count(is, (Vd__Kind)kind),
              "done again, there is another %s", vd_kind_name((Vd__Kind)kind));
  }
}

// Under another limit there is no journal to compare with; but it comes to an end, and twice to the same.
static void check_other_limit(struct sim *sim)
{
  static const char *const fields[] = {"respond_limit_ms", "climb_after_ms", "offer_timeout_ms",
                                       "land_limit_ms", "crowded_after_ms"};
  const char *field = fields[sim->seed / SET_EACH % (sizeof fields / sizeof *fields)];
  int64_t value_ms = 30000 + (int64_t)(sim->seed % 7) * 45000;
  struct vd_replay *first = replay(sim, field, value_ms), *second = replay(sim, field, value_ms);
  expect_the_same(sim, vd_venue_fold(vd_replay_venue(first)), vd_venue_fold(vd_replay_venue(second)));
  vd_replay_destroy(first);
  vd_replay_destroy(second);
}

void sim_check_replay(struct sim *sim)
{
  struct vd_replay *again = replay(sim, NULL, 0);
  expect_the_same(sim, vd_venue_fold(sim->venue), vd_venue_fold(vd_replay_venue(again)));
  SIM_CHECK(sim, vd_replay_counts(again).refused == 0, "done again, a command is refused");
  vd_replay_destroy(again);
  if (sim->seed % SET_EACH == 0)
    check_other_limit(sim);
}
