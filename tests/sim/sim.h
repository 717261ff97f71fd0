// The simulator: one venue under a virtual clock, a journal that fails in every way it can, clients that
// repeat and reorder, mirrors whose frames get lost. After every step the rules that must always hold are
// checked. Everything is drawn from one seed: the same seed is the same story, to the byte.
//
//   clients ─▶ network (reorders, repeats) ─▶ server (the core, as the loop drives it) ─▶ journal (faults)
//      ◀──────────── answers, only once durable ◀──────────────────────────┘ ─▶ frames ─▶ mirrors (drop,
//      repeat, reorder)
#ifndef SIM_H
#define SIM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "daemon/core/venue.h"
#include "daemon/loop/answered.h"
#include "daemon/loop/dirty.h"
#include "proto/clearance.h"
#include "proto/message.h"
#include "proto/plan.pb-c.h"

struct sim;

// ---- random.c: a generator of its own, so that no library's version changes the story ----
uint64_t sim_random(struct sim *sim);
uint64_t sim_below(struct sim *sim, uint64_t bound); // 0 .. bound - 1; 0 for bound 0
bool sim_chance(struct sim *sim, unsigned percent);

// ---- journal.c ----
struct sim_record {
  uint8_t *data;
  size_t size;
};
struct sim_journal {
  struct sim_record *records; // sequence n is at n - 1
  size_t count, capacity;
  struct vd_fold *checkpoint;
  uint64_t watermark;
  uint8_t chain[32];
};
enum sim_fault {
  SIM_COMMIT_OK,
  SIM_CRASH_BEFORE,  // nothing reached the disk
  SIM_CRASH_AFTER,   // all of it did, nobody was told
  SIM_ERROR_DURABLE, // an error was returned, but it is there after the restart
  SIM_ERROR_LOST,    // an error was returned, and it is not
};
void sim_journal_init(struct sim_journal *journal);
void sim_journal_finish(struct sim_journal *journal);
void sim_journal_append(struct sim_journal *journal, const struct sim_record *records, size_t count);
Vd__Change *sim_journal_change(const struct sim_journal *journal, uint64_t sequence); // heap

// ---- mirror.c ----
struct sim_mirror {
  enum vd_clearance clearance;
  struct vd_fold *fold;
  uint64_t expected;
  bool is_behind;
  struct sim_record held[8]; // frames that come later than they should
  size_t held_count;
};
void sim_mirror_init(struct sim_mirror *mirror, enum vd_clearance clearance);
void sim_mirror_finish(struct sim_mirror *mirror);
// Everything from sequence `from` to the journal's end is published; some of it is lost on the way.
void sim_mirror_publish(struct sim *sim, struct sim_mirror *mirror, uint64_t from);
// Asks for what it missed, then must equal what its clearance may see of the venue.
void sim_mirror_check(struct sim *sim, struct sim_mirror *mirror);
// Forgets everything and loads a snapshot by pages while the venue goes on.
void sim_mirror_rejoin(struct sim *sim, struct sim_mirror *mirror);

// ---- clients.c ----
enum sim_sent_state { SIM_ON_THE_WAY, SIM_EXECUTED, SIM_ANSWERED, SIM_UNKNOWN };
struct sim_sent {
  Vd__Command *command;
  const Vd__Principal *principal;
  enum sim_sent_state state;
  Vd__Reply *reply;    // of the first answer
  unsigned times_kept; // Changes in the journal that carry this command: at most 1
};
// Makes one random command and puts it on the way.
void sim_client_send(struct sim *sim);
const Vd__Principal *sim_principal(size_t index);
Vd__Command *sim_draw_command(struct sim *sim, const Vd__Principal *principal); // heap, without id

// ---- server.c ----
struct sim_pending {
  size_t sent;
  Vd__Reply *reply; // heap
};
void sim_server_start(struct sim *sim); // restores from the journal
void sim_server_stop(struct sim *sim);
void sim_server_tick(struct sim *sim);
void sim_server_execute(struct sim *sim, size_t sent);
void sim_server_commit(struct sim *sim, enum sim_fault fault);

// ---- check.c ----
// Before the Change is folded into the shadow: what it does must be allowed.
void sim_check_change(struct sim *sim, const Vd__Change *change);
// After a step: what must always hold.
void sim_check_state(struct sim *sim);
// After a restart and at the end: nothing acknowledged is lost.
void sim_check_acknowledged(struct sim *sim);
// After a restart without faults: nothing is different.
struct vd_buffer sim_state_bytes(const struct sim *sim);
// Nothing that is due was forgotten by the timers.
void sim_check_timers(struct sim *sim);
void sim_fail(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define SIM_CHECK(sim, condition, ...)                                                                       \
  do {                                                                                                       \
    if (!(condition))                                                                                        \
      sim_fail((sim), __VA_ARGS__);                                                                          \
  } while (0)

struct sim {
  uint64_t seed, random;
  bool has_failed;
  char failure[300];
  FILE *trace; // NULL = silent
  unsigned step;

  int64_t now_ms;
  const Vd__Plan *plan;
  struct vd_venue *venue;
  struct vd_answered *answered;
  struct vd_dirty *dirty;
  struct vd_fold *shadow; // the venue as its Changes tell it
  struct sim_journal journal;
  struct sim_record *pending; // Changes made, not committed
  size_t pending_count, pending_capacity;
  struct sim_pending *answers;
  size_t answer_count, answer_capacity;
  struct sim_mirror mirrors[2];

  struct sim_sent *sent;
  size_t sent_count, sent_capacity;
  size_t *network; // indices of `sent`
  size_t network_count, network_capacity;
  unsigned restarts, commits, breaches, calls;
};

// Runs a whole story; false and sim->failure if a rule was broken. `chain` gets the final hash.
bool sim_run(uint64_t seed, unsigned steps, const Vd__Plan *plan, FILE *trace, uint8_t chain[32],
             char failure[300]);

#endif
