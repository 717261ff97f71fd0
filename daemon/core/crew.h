// People: roster, duty, place, reachability, posts, teams' coverage. Room-internal.
// Rules: standard §4 "Duty".
//
//   On duty = the roster's shift, unless the person said otherwise (on, off, on break).
//   What is said holds until the end of the shift it is said in. Said outside a shift, it holds until the
//   next boundary of the person's shifts, where the roster speaks again; without one, for twelve hours. Off
//   duty, nobody is called or offered anything; alerts follow the post; work stays with its holder until a
//   successor accepts the handover (dispatch.h).
//
//   A boundary that passed while venued did not run counts from when it is seen.
#ifndef VD_CORE_CREW_H
#define VD_CORE_CREW_H

#include "daemon/core/act.h"

// ---- the commands (crew.c, crew_duty.c) ----

enum vd_err vd_crew_set_duty(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_crew_set_place(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_crew_set_reach(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

// ---- finding people (crew.c) ----

// Finds a crew named by a command (id, or call sign without regard to case and spaces), or refuses
// unknown-crew with the nearest; the caller says in which field. Somebody retired is found by id alone: what
// they still hold can be handed over.
enum vd_err vd_crew_get(const struct vd_venue *venue, const char *name, Vd__Crew **crew,
                        struct vd_refusal *refusal);
// The same for a named field of the command.
enum vd_err vd_crew_get_field(const struct vd_venue *venue, const char *name, const char *field,
                              Vd__Crew **crew, struct vd_refusal *refusal);

// The holder of a post who is on duty now: those who answer for `zone` before the others, then by rank;
// skipping the ids in `except` (NULL-terminated array, or NULL). NULL if nobody. Reachability does not matter
// here: an unheard call climbs.
Vd__Crew *vd_crew_on_post(const struct vd_venue *venue, const char *post, const char *zone,
                          const char *const *except);
bool vd_crew_holds_post(const Vd__Crew *crew, const char *post);
// Answers for the zone: named in the plan, or no zone named.
bool vd_crew_answers_for(const Vd__Crew *crew, const char *zone);
// Can be offered work: by phone, or by a radio that works.
bool vd_crew_is_reachable(const Vd__Crew *crew);
// Where the person is, as far as known: told during this duty, else where they stand by.
const char *vd_crew_whereabouts(const Vd__Crew *crew);

// ---- duty (crew_duty.c) ----

// Whether roster and word put the person on duty at `at_ms`. Pure; for plan checks too.
bool vd_crew_is_rostered(const Vd__Crew *crew, int64_t at_ms);
// The plan changed: who is on duty now, for everybody, and what follows (below). Touches only who changed.
void vd_crew_refresh_all(struct vd_act *act);
// The crew's timer fired (shift boundary or end of the word). Who comes or goes with it at the same moment is
// on or off duty from this act on; coverage of teams follows. For the crew itself: alerts and open offers
// pass on, or waiting work is offered; the fact.
void vd_crew_fire(struct vd_act *act, Vd__Crew *crew);
// A crew whose boundary has come, NULL if none. Before anything else happens at now_ms, time lets these fire:
// what is done then must not call somebody who has just gone.
const Vd__Crew *vd_crew_due(const struct vd_venue *venue, int64_t now_ms);
int64_t vd_crew_next(const struct vd_venue *venue, const Vd__Crew *crew); // for timer.c

// ---- teams (team.c) ----

// The team's count of uncovered ms as of `at_ms`.
int64_t vd_team_uncovered(const struct vd_venue *venue, const char *team, int64_t at_ms);
// Brings the team's covered/uncovered state in line with who is on duty; touches it only if that changed.
void vd_team_refresh(struct vd_act *act, const char *team);

#endif
