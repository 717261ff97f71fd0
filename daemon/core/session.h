// The agenda: sessions and breaks as they stand now. Room-internal.
//
//   PLANNED --start--> RUNNING --end--> ENDED        PLANNED, RUNNING --cancel--> CANCELLED
//   PLANNED, RUNNING --shift--> the same, at other times (of a running one only the end moves)
//   any of these --undo--> as it was before the last of them
//
// Nothing starts by itself: what people did not start has not begun; more than two hours early it cannot.
// What still runs in its zone is named in the reply. A running session past its end by overrun_grace is an
// overrun, and so is a dense one past dense_limit: the holder of the control post is called, once, by the
// thread "session.<id>"; ended or shifted, it is withdrawn. A shift may make two sessions of a zone collide:
// it is done, the collision is named in the reply and called out by the thread "overlap.<id>" of the later
// one, which is withdrawn when they collide no longer; an import or a plan that overlaps is refused. A dense
// session that loses the break after it, or grows over dense_limit, is named in the reply as well.
//
// What people did last is undone within the undo window (session_undo.c): state and times are what they were,
// and what follows from them follows anew. A shift that moved several is undone whole, by the one it named.
//
// With `following` a shift moves the later ones of the zone too, as far as they are not started and of the
// same day at the venue.
//
// The calendar and the plan are two sources: a session that a calendar brought, or says something else of
// than the plan, is the calendar's, and a plan leaves it alone. What people shifted or ended stays until its
// source says another time.
//
// Whatever moves, takes away or adds a session to an agenda that is there is told to attendees (notice.h).
#ifndef VD_CORE_SESSION_H
#define VD_CORE_SESSION_H

#include "daemon/core/act.h"

enum vd_err vd_session_start(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_session_end(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_session_shift(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_session_cancel(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_session_undo(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_sessions_import(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
void vd_session_fire(struct vd_act *act, Vd__Session *session);
int64_t vd_session_next(const struct vd_venue *venue, const Vd__Session *session); // for timer.c

// ---- for the other modules ----

// Finds a session of the agenda, also one that has ended, or refuses unknown-session with the nearest.
enum vd_err vd_session_get(const struct vd_venue *venue, const char *id, const char *field,
                           Vd__Session **session, struct vd_refusal *refusal);
// No session lasts longer, so whoever looks for what covers a moment looks back no further.
#define VD_SESSION_LENGTH_MAX_MS INT64_C(86400000)
// What is to start earlier than this before its time was meant to be another: it is shifted first.
#define VD_SESSION_EARLY_MAX_MS INT64_C(7200000)

// The session of the zone that runs at `at_ms` or starts next, not cancelled or ended; NULL if none. One that
// people started and did not end runs on past its end. O(log n + what began in the zone within a day).
const Vd__Session *vd_session_in(const struct vd_venue *venue, const char *zone, int64_t at_ms);
// The largest audience of the zone's sessions that run at `from_ms` or start until `until_ms`; false if there
// is none. O(log n + what began in the zone within a day).
bool vd_session_audience(const struct vd_venue *venue, const char *zone, int64_t from_ms, int64_t until_ms,
                         uint32_t *audience);
// Whether a break runs at `at_ms`, of the whole event's agenda, and when that changes next (VD_NEVER: never).
// O(log n + the breaks that began within a day).
bool vd_session_is_break(const struct vd_venue *venue, int64_t at_ms, int64_t *until_ms);
// Fills the incident's needed_by from the agenda (standard §4 "Clocks"): the first session of its zone that
// starts between the attempt's start and its last limit. One that has landed keeps what it has. Touched by
// the caller, who sees to its size (vd_incident_fit). O(log n).
void vd_session_need(const struct vd_venue *venue, Vd__Incident *incident);
// Part of the agenda to come: runs, or is planned and not retired.
bool vd_session_stands(const Vd__Session *session);
// Does what attendees were told no longer hold: another time or place, gone, or back?
bool vd_session_moves(const Vd__Session *from, const Vd__Session *to);
// A plan was worked in, keys are derived anew: what follows from the agenda as it is now. Attendees are told
// of `told`.
void vd_session_plan_applied(struct vd_act *act, const char *const *told, size_t count);

#endif
