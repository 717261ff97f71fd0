// The agenda: sessions and breaks as they stand now. Room-internal.
//
//   PLANNED --start--> RUNNING --end--> ENDED        PLANNED, RUNNING --cancel--> CANCELLED
//   PLANNED, RUNNING --shift--> the same, at other times
//
// Nothing starts by itself: what people did not start has not begun. A running session past its end by overrun_grace is an overrun: the holder of
// the control post is called, once. A shift may make two sessions of a zone collide: it is done, and the
// collision is named in the reply and called out; an import or a plan that overlaps is refused.
#ifndef VD_CORE_SESSION_H
#define VD_CORE_SESSION_H

#include "daemon/core/act.h"

enum vd_err vd_session_start(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_session_end(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_session_shift(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_session_cancel(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_sessions_import(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
void vd_session_fire(struct vd_act *act, Vd__Session *session);
int64_t vd_session_next(const struct vd_venue *venue, const Vd__Session *session); // for timer.c

// ---- for the other modules ----

// The session of the zone that runs at `at_ms` or starts next, not cancelled or ended; NULL if none. O(log
// n).
const Vd__Session *vd_session_in(const struct vd_venue *venue, const char *zone, int64_t at_ms);
// Whether a break runs at `at_ms`, of the whole event's agenda, and when that changes next (VD_NEVER: never).
bool vd_session_is_break(const struct vd_venue *venue, int64_t at_ms, int64_t *until_ms);
// Fills the incident's needed_by from the agenda (standard §4 "Clocks"); touched by the caller.
void vd_session_need(const struct vd_venue *venue, Vd__Incident *incident);

#endif
