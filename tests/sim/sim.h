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
#include "proto/facts.h"
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
  Vd__Change *change; // once it was read
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
// Borrowed from the journal.
const Vd__Change *sim_journal_change(struct sim_journal *journal, uint64_t sequence);

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

// ---- coverage.c: what a run reached, so that it cannot silently test nothing ----
// X(symbol, what has to happen for a rule of check*.c to say anything)
#define SIM_RULES(X)                                                                                         \
  X(SILENCE_SUSPECT, "a device suspect by silence")                                                          \
  X(SILENCE_FAULT, "a device faulty by silence")                                                             \
  X(READING_SUSPECT, "a device suspect by a reading")                                                        \
  X(READING_FAULT, "a device faulty by a reading")                                                           \
  X(SAID_FAULT, "a device faulty by people's word")                                                          \
  X(FAULT_OPENS, "a fault opens an incident")                                                                \
  X(FAULT_REOPENS, "a fault reopens its incident")                                                           \
  X(FAULT_NOTED, "a fault while its incident is open")                                                       \
  X(MAINTENANCE, "an hour of the day in a device's maintenance")                                             \
  X(MAINTENANCE_BEGINS, "a device that was not well goes into maintenance")                                  \
  X(EXPECTED_ANEW, "a device expected anew after a restart or a suspend, and silent for longer than that")   \
  X(SIGNS_LOST, "signs of life lost by a restart")                                                           \
  X(FORECAST, "a forecast made")                                                                             \
  X(RUN_OUT_PASSED, "a forecast whose moment has come")                                                      \
  X(REFILL_ASKED, "a refill asked for by the forecast")                                                      \
  X(REFILL_OPEN, "a supply with an open refill")                                                             \
  X(TASK_ASKED, "a person asked to do a task")                                                               \
  X(TASK_PASSED_ON, "a task passed on to another person")                                                    \
  X(TASK_OF_NOBODY, "a task that nobody could be asked to do")                                               \
  X(RESOURCE_USED, "a resource is taken")                                                                     \
  X(RESOURCE_RETURNED, "a resource is back")                                                                  \
  X(TASK_BREACHED, "the deadline of a task breached")                                                        \
  X(SAMPLE_ASKED, "a served batch with its sample to take")                                                  \
  X(SAMPLE_TOO_EARLY, "a sample that is kept, and not yet to be disposed of")                                \
  X(BATCH_HELD_BACK, "a batch held back by an overrun")                                                      \
  X(OVERRUN, "a session that overruns")                                                                      \
  X(COLLISION, "two sessions that want one zone")                                                            \
  X(UNDONE_AS_BEFORE, "what people did to a session undone, and the session as it was")                      \
  X(NOTICE_UNSAID, "a notice dropped, since all that it said was undone")                                    \
  X(NOTICE_CHANGED, "a notice that says something else than was read, and is not approved")                  \
  X(NOTICE_SETTLED, "a notice that settled anew before it was shown")                                        \
  X(NOTICE_COOLED, "a notice that waited for the cool-down")                                                 \
  X(CROWDED_BY_COUNT, "a zone crowded by its count")                                                         \
  X(INTERVAL_REPEATED, "an interval of check-in counted again")                                              \
  X(SUGGESTION_CALLED, "a suggestion that is open, and somebody called about it")                            \
  X(SUGGESTION_UNANSWERED, "a suggestion that nobody answered")                                              \
  X(SUGGESTION_GONE, "a suggestion that went by itself")                                                     \
  X(LANE_OPENED, "a lane opened as suggested")                                                               \
  X(DESK_MOVED, "a desk moved as suggested")                                                                 \
  X(LANE_QUIET, "a long wait, and nothing suggested in the quiet time")                                      \
  X(MEASURED_HELPED, "a suggestion that helped")                                                             \
  X(MEASURED_NOT_HELPED, "a suggestion that did not help")                                                   \
  X(MEASURED_UNCOUNTED, "a suggestion taken, and the lane not counted")                                      \
  X(SUBJECT_CALLED, "a thread about what is no incident")                                                    \
  X(SUBJECT_SETTLED, "such a thread withdrawn")                                                              \
  X(DRILL_RUNS, "a drill that runs, and something is part of it")                                            \
  X(DRILL_CUT_SHORT, "a drill ended by a real incident")                                                     \
  X(DRILL_YIELDS, "work of a drill given back, since real work was asked of its holder")                     \
  X(COUNTS_LOST, "acts counted in memory and lost by a restart")
enum sim_rule {
#define SIM_RULE_ENUM(symbol, words) SIM_RULE_##symbol,
  SIM_RULES(SIM_RULE_ENUM)
#undef SIM_RULE_ENUM
      SIM_RULE_COUNT
};
enum { SIM_ACTS = 128 }; // numbers of the acts of a command (command.proto)
struct sim_coverage {
  uint64_t facts[VD_FACT_COUNT];
  uint64_t rules[SIM_RULE_COUNT];
  struct sim_act_coverage {
    uint64_t done, idle, refused; // idle: accepted, and nothing was to be done
  } acts[SIM_ACTS];
};
void sim_cover_change(struct sim *sim, const Vd__Change *change);
void sim_cover_command(struct sim *sim, const Vd__Command *command, enum vd_err err, uint64_t sequence);
void sim_coverage_print(const struct sim_coverage *coverage, FILE *out);
// Names what was never reached, as lines of a comment; true if that is nothing.
bool sim_coverage_is_whole(const struct sim_coverage *coverage, FILE *out);
#define SIM_REACHED(sim, rule) ((void)(sim)->coverage->rules[SIM_RULE_##rule]++)

// ---- clients.c ----
enum sim_sent_state { SIM_ON_THE_WAY, SIM_EXECUTED, SIM_ANSWERED, SIM_UNKNOWN };
struct sim_sent {
  Vd__Command *command;
  const Vd__Principal *principal;
  enum sim_sent_state state;
  Vd__Reply *reply;    // of the first answer
  uint64_t checked_in; // what it adds to who is seated, if it is accepted
  unsigned times_kept; // Changes in the journal that carry this command: at most 1
};
// Makes one random command and puts it on the way.
void sim_client_send(struct sim *sim);
const Vd__Principal *sim_principal(size_t index);
Vd__Command *sim_draw_command(struct sim *sim, const Vd__Principal *principal); // heap, without id
// For live.c: what about, and the act's message, set in the command.
const ProtobufCMessage *sim_draw_entity(struct sim *sim, Vd__Kind kind);
const char *sim_draw_id(struct sim *sim, Vd__Kind kind);
const char *sim_draw_text(struct sim *sim);
void sim_draw_heard(struct sim *sim, Vd__Command *command);
void sim_set_act(Vd__Command *command, Vd__Command__ActCase act);

// ---- live.c: commands of the live venue ----
void sim_draw_live(struct sim *sim, Vd__Command *command);    // as people send them
void sim_draw_machine(struct sim *sim, Vd__Command *command); // as machines do

// ---- plan.c ----
// The plan of this seed: the same house, other rules of time, other hours of maintenance. Heap.
Vd__Plan *sim_plan_of_seed(struct sim *sim, const Vd__Plan *plan);
// The plan again, with one thing changed. Heap.
Vd__Plan *sim_plan_changed(struct sim *sim);

// ---- fleet.c: the devices themselves, and what was truly heard of them ----
enum { SIM_DEVICES_MAX = 32 };
struct sim_device {
  const char *id; // the plan's
  bool is_silent;
  int64_t heard_ms; // last sign of life that venued took, and did not lose in a crash; 0 = none
  int64_t from_ms;  // its maintenance ended then, or another plan changed it
  int64_t fixed_ms; // its fault ended with its incident: it may be given time until it is heard again
};
void sim_fleet_init(struct sim *sim);
struct sim_device *sim_device_of(struct sim *sim, const char *id); // NULL where the plan names none
void sim_fleet_turn(struct sim *sim);                              // some fall silent, some speak again
// Those that are not silent give a sign of life, as often as they do until this moment.
void sim_fleet_pass_time(struct sim *sim, int64_t until_ms);
void sim_fleet_heard(struct sim *sim, const Vd__Command *command); // venued took these readings
void sim_fleet_restarted(struct sim *sim);                         // venued forgot what it did not keep

// ---- server.c ----
struct sim_pending {
  size_t sent;
  Vd__Reply *reply; // heap
};
void sim_server_start(struct sim *sim); // restores from the journal
void sim_server_stop(struct sim *sim);
void sim_server_tick(struct sim *sim);
// Until then it did not run, and it knows: a suspend, or a clock set forward (loop/pipeline.c).
void sim_server_sleep(struct sim *sim, int64_t until_ms);
void sim_server_execute(struct sim *sim, size_t sent);
// A command whose answer nobody waits for. Borrows it.
void sim_server_take(struct sim *sim, const Vd__Principal *principal, const Vd__Command *command);
void sim_server_commit(struct sim *sim, enum sim_fault fault);
// Reports a level of each supply and a queue of each lane, and returns what would be known of them then.
// Nothing of it is kept: the venue must be restored afterwards.
struct vd_buffer sim_server_probe(struct sim *sim);

// ---- check.c ----
// Before the Change is folded into the shadow: what it does must be allowed.
void sim_check_change(struct sim *sim, const Vd__Change *change);
// After a step: what must always hold.
void sim_check_state(struct sim *sim);
// When the first of what no restart may lose is due.
int64_t sim_lasting_due(const struct sim *sim);
bool sim_is_on_duty(const Vd__Crew *crew, int64_t at_ms);
// The entity as it is once the Change is done; NULL if there is none.
const ProtobufCMessage *sim_after(const struct sim *sim, const Vd__Change *change, Vd__Kind kind,
                                  const char *id);
#define SIM_AFTER(sim, change, KIND, Type, id)                                                               \
  ((const Vd__##Type *)sim_after((sim), (change), VD__KIND__KIND_##KIND, (id)))
#define SIM_WAS(sim, KIND, Type, id)                                                                         \
  ((const Vd__##Type *)vd_fold_find((sim)->shadow, VD__KIND__KIND_##KIND, (id)))
// After a restart and at the end: nothing acknowledged is lost.
void sim_check_acknowledged(struct sim *sim);
// After a restart without faults: nothing is different.
struct vd_buffer sim_state_bytes(const struct sim *sim);
// Nothing that is due was forgotten by the timers.
void sim_check_timers(struct sim *sim);
// ---- check_device.c, check_supply.c, check_agenda.c, check_lane.c: the same for the live venue ----
void sim_check_device(struct sim *sim, const Vd__Change *change, const Vd__Device *now);
void sim_check_devices(struct sim *sim);
void sim_check_readings(struct sim *sim, const Vd__Change *change);
void sim_check_supply(struct sim *sim, const Vd__Change *change, const Vd__Supply *now);
void sim_check_batch(struct sim *sim, const Vd__Change *change, const Vd__Batch *now);
void sim_check_task(struct sim *sim, const Vd__Change *change, const Vd__Task *now);
void sim_check_supplies(struct sim *sim);
void sim_check_session(struct sim *sim, const Vd__Change *change, const Vd__Session *now);
void sim_check_notice(struct sim *sim, const Vd__Change *change, const Vd__Notice *now);
void sim_check_zone(struct sim *sim, const Vd__Change *change, const Vd__Zone *now);
void sim_check_agenda(struct sim *sim);
bool sim_is_called(const struct vd_fold *fold, const char *subject);
void sim_check_seated(struct sim *sim, const Vd__Event *now);
void sim_check_lane(struct sim *sim, const Vd__Change *change, const Vd__Lane *now);
void sim_check_suggestion(struct sim *sim, const Vd__Change *change, const Vd__Suggestion *now);
// After a tick: what was due is done.
void sim_check_suggestions_due(struct sim *sim);
void sim_check_lanes(struct sim *sim);
// contingency.c: what is drawn of contingencies, and what must hold of them
void sim_draw_contingency(struct sim *sim, Vd__Command *command);
void sim_check_contingencies(struct sim *sim);
void sim_check_resource(struct sim *sim, const Vd__Change *change, const Vd__Resource *now);
bool sim_lane_is_of_note(const struct vd_fold *fold, const Vd__Lane *lane);
// How many the command checks in, if it is accepted now.
uint64_t sim_checked_in(const struct sim *sim, const Vd__Command *command);
// Nobody is called about what is no more.
void sim_check_subject(struct sim *sim, const Vd__Alert *alert);
// Acts counted never become fewer; a restart loses those of less than a minute.
void sim_check_counts(struct sim *sim);
void sim_check_counts_restarted(struct sim *sim);
// ---- check_drill.c ----
// A drill stands in no figure, and is over once a severe real incident is open.
void sim_check_drills(struct sim *sim);
void sim_check_drilled(struct sim *sim, const Vd__Entity *entity); // before it is folded in
void sim_draw_drill(struct sim *sim, Vd__Command *command);
// ---- replay.c ----
// The journal done again, with nothing set, is the venue; under another limit it comes to the same twice.
void sim_check_replay(struct sim *sim);
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
  Vd__Plan *plan; // of this seed
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

  struct sim_device devices[SIM_DEVICES_MAX];
  size_t device_count;
  int64_t anew_ms; // venued could not hear before: it started, or slept
  bool is_steady;  // the fleet speaks while time passes
  struct sim_counted {
    struct vd_venue_acts acts;
    uint64_t revision; // of the entity that keeps them
    int64_t unkept_ms; // since when some are in memory only, 0 = none
  } counted[VD_NODES];

  struct sim_before {
    char id[65];
    uint64_t act; // that changed it
    Vd__SessionState state;
    int64_t start_ms, end_ms, started_ms, ended_ms;
  } before[64]; // what sessions were before people changed them, the latest at before_count - 1
  uint64_t before_count;

  uint64_t seated, seated_kept; // by what was accepted, and of that in the journal

  struct sim_coverage *coverage;
  unsigned restarts, commits, breaches, calls;
};

// Runs a whole story; false and sim->failure if a rule was broken. `chain` gets the final hash, `coverage`
// is added to.
bool sim_run(uint64_t seed, unsigned steps, const Vd__Plan *plan, FILE *trace, struct sim_coverage *coverage,
             uint8_t chain[32], char failure[300]);

#endif
