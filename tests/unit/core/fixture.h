// A small venue for tests of core, built by restoring entities, so that it needs no plan.
//
// Time starts at FIXTURE_T0 (2023-05-18 09:00 at the venue, UTC+8). All limits are the standard's.
//   zones       hall ─60s─ corridor ─60s─ backstage ─30s─ forum; corridor ─90s─ vip; and `unknown`
//   categories  av-fault (skill av, severity 2) · guest-ill (skill medic, severity 3) · blackout (skill av, severity 4)
//               · collapse (life safety, severity 4, numbers 120, 119) · other (severity 1); each with a default decision
//   posts       onsite-lead (team onsite) · decision-lead (decision) · execution-lead (execution) · supervisor,
//               commander, control, safety (team command)
//   crews       av-1 (skill av, onsite-tech, home hall, phone and radio, AV 1), av-2 (skill av, home backstage, radio only),
//               medic-1 (skill medic; posts safety, onsite-tech), lead-1 (onsite-lead), lead-2 (decision-lead), lead-3 (execution-lead),
//               super-1 (supervisor), chief-1 (commander), control-1 (control), night-1 (every lead post, skill av)
//               on duty 08:00 – 18:00, night-1 from 18:00 to 08:00 of the next day
//   principals  control (ROLE_CONTROL), field-av-1 (ROLE_FIELD, crew av-1), wall (ROLE_WALL), admin (ROLE_ADMIN)
#ifndef FIXTURE_H
#define FIXTURE_H

#include "daemon/core/venue.h"
#include "proto/message.h"

#define FIXTURE_T0 INT64_C(1684371600000)
#define MINUTES(n) ((int64_t)(n) * 60000)
#define SECONDS(n) ((int64_t)(n) * 1000)

struct fixture {
  struct vd_venue *venue;
  int64_t now_ms;
  Vd__Reply reply;          // of the last fixture_do
  Vd__Change **changes;     // every Change emitted so far, in order; unpacked copies
  size_t n_changes;
  size_t n_commands;
  struct vd_fold *mirror;   // what somebody who only follows the Changes sees
};

struct fixture *fixture_create(void);
void fixture_destroy(struct fixture *fixture);

// The entity as it stands, NULL if absent: FIXTURE_FIND(f, INCIDENT, Incident, "1")->state
#define FIXTURE_FIND(f, KIND, Type, id) \
  ((Vd__##Type *)vd_fold_find(vd_venue_fold((f)->venue), VD__KIND__KIND_##KIND, (id)))

// Executes `command` as the principal at now. Borrows the command.
enum vd_err fixture_do(struct fixture *f, const char *principal, Vd__Command *command);

// Commands in one line, as principal `control`; `by` NULL = nobody named, acted_at_ms 0 = now.
uint64_t fixture_report(struct fixture *f, const char *zone, const char *category);  // its number; asserts success
enum vd_err fixture_step(struct fixture *f, Vd__Command__ActCase act, uint64_t incident, const char *by, int64_t acted_at_ms);
// e.g. VD__COMMAND__ACT_RESPOND, _DECIDE ("will be done"), _APPROVE, _LAND (fixed), _CLOSE, _CANCEL, _REOPEN ("again"),
// _UNDO, _ACCEPT, _DECLINE, _ARRIVE, _HEARD
enum vd_err fixture_duty(struct fixture *f, const char *crew, Vd__Duty duty);

// Advances now to `at_ms`, firing every timer at its own due time on the way (so nothing is late).
void fixture_run_to(struct fixture *f, int64_t at_ms);
// Advances now without firing on the way, then fires all that is due (as after a sleep).
void fixture_jump_to(struct fixture *f, int64_t at_ms);

// Ends an act that the test began itself (venue_internal.h), keeping its Changes.
struct vd_act;
void fixture_end(struct fixture *f, struct vd_act *act, Vd__Reply *reply);

// One vd_venue_tick at now, at most `max` timers; how many fired.
unsigned fixture_tick(struct fixture *f, unsigned max);

// How often a fact with this stable name was emitted.
unsigned fixture_facts(const struct fixture *f, const char *what);

// Packs all entities in order; two venues are the same if these bytes are. Heap; the caller finishes it.
struct vd_buffer fixture_bytes(const struct fixture *f);

// Asserts that whoever follows the Changes sees the venue as it is: nothing changed without being touched.
// Done by restart and destroy too.
void fixture_check_mirror(const struct fixture *f);

// Destroys the venue and restores another from its entities; a correct core does not notice.
void fixture_restart(struct fixture *f);

#endif
