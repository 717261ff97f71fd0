// People: roster, duty, place, reachability, posts, teams' coverage, handover. Room-internal.
// Rules: standard §4 "Duty".
#ifndef VD_CORE_CREW_H
#define VD_CORE_CREW_H

#include "daemon/core/act.h"

enum vd_err vd_crew_set_duty(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_crew_set_place(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_crew_set_reach(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

// Finds a crew named by a command (id, or call sign without regard to case and spaces), or refuses
// unknown-crew with the nearest.
enum vd_err vd_crew_get(const struct vd_venue *venue, const char *name, Vd__Crew **crew, struct vd_refusal *refusal);

// Whether roster and word put the person on duty at `at_ms`. Pure; for plan checks too.
bool vd_crew_is_rostered(const Vd__Crew *crew, int64_t at_ms);
// Recomputes on_duty at act->now; when it changed: teams' coverage, escalation_left, the fact.
void vd_crew_refresh_duty(struct vd_act *act, Vd__Crew *crew);
// The crew's timer fired (shift boundary or end of the word).
void vd_crew_fire(struct vd_act *act, Vd__Crew *crew);
int64_t vd_crew_next(const struct vd_venue *venue, const Vd__Crew *crew);  // for timer.c

// The holder of a post who is on duty now: those who answer for `zone` before the others, then by rank;
// skipping the ids in `except` (NULL-terminated array, or NULL). NULL if nobody.
Vd__Crew *vd_crew_on_post(const struct vd_venue *venue, const char *post, const char *zone, const char *const *except);
bool vd_crew_holds_post(const Vd__Crew *crew, const char *post);

// The team's count of uncovered ms as of `at_ms`.
int64_t vd_team_uncovered(const struct vd_venue *venue, const char *team, int64_t at_ms);
// Brings every team's covered/uncovered state in line with who is on duty; touches those that changed.
void vd_team_refresh(struct vd_act *act, const char *team);

#endif
