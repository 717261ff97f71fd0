// Who is called about what is late: threads (Alert), climbing, withdrawal, digest, empty levels, last resort,
// life safety. Nobody off duty is called. Room-internal. Rules: standard §4 "Alerts", "Duty", "Life safety".
//
//   warning (80 %)  → the tier's lead; never climbs
//   breach          → lead ──unheard 2 min──▶ supervisor ──2 min, severity ≥ 3──▶ commander ──▶ again every 2
//   min
//                     a climb skips to the next different person; an empty level is passed over and said so;
//                     all empty: the control room, loudly, and the plan's last resort
//   heard           → this person's thread stops repeating, the climbs that waited for the person stop; meets
//   nothing step met        → its reasons leave every thread; a thread without reasons is withdrawn
#ifndef VD_CORE_ESCALATION_H
#define VD_CORE_ESCALATION_H

#include "daemon/core/act.h"

void vd_escalation_warn(struct vd_act *act, Vd__Deadline *deadline);
void vd_escalation_breach(struct vd_act *act, Vd__Deadline *deadline);
void vd_escalation_climb(struct vd_act *act, Vd__Deadline *deadline);
// A breached deadline runs again: the next tick climbs from the first level.
void vd_escalation_restart(struct vd_act *act, Vd__Deadline *deadline);
// The deadline no longer runs (met, void): withdraws its reasons everywhere and ends its climb.
void vd_escalation_clear(struct vd_act *act, Vd__Deadline *deadline);

// Calls one person, or the control room (crew NULL), about an incident for a reason without a climb
// (decision, severe, no-candidate, handover, life-safety).
void vd_escalation_call(struct vd_act *act, const Vd__Incident *incident, const Vd__Crew *crew,
                        Vd__AlertWhy why, Vd__Promise promise, const char *deadline);
// Calls whoever is on duty on the post for the incident's zone; if nobody is, the next levels in turn, said
// so.
void vd_escalation_call_post(struct vd_act *act, const Vd__Incident *incident, const char *post,
                             Vd__AlertWhy why, Vd__Promise promise, const char *deadline);
// Second zero of life safety: control, safety, and the emergency numbers on their threads.
void vd_escalation_life_safety(struct vd_act *act, const Vd__Incident *incident);
// This reason no longer holds for anybody ("decision" once decided, "no-candidate" once taken …).
void vd_escalation_drop(struct vd_act *act, uint64_t incident, Vd__AlertWhy why);
// The incident ended: every thread of it is withdrawn (life safety too: closing it was a person's act).
void vd_escalation_end(struct vd_act *act, const Vd__Incident *incident);
// A person went off duty: their threads, heard or not, pass to whoever holds the post now.
void vd_escalation_left(struct vd_act *act, const Vd__Crew *crew);

// ---- what is no incident: tasks "t7", "zone.tea-break", "session.opening", "notice.n1", "device.proj-1"
// ----
//
// Its threads are "<subject>.<crew>". A breach of a task's deadline climbs as above: the team's lead
// (Team.lead; none: the policy's control post), then the supervisor; never the commander. What is below calls
// once, without a climb; called again for a thread that stands, it says so once more.

// Calls whoever is on duty on the post for the zone ("" = anywhere); if nobody is, the supervisor, then the
// control room, said so. Passes on to whoever holds the post when the person leaves. Does nothing where
// policy.manual_nodes is set.
void vd_escalation_ask(struct vd_act *act, const char *subject, const char *zone, const char *post,
                       Vd__AlertWhy why);
// Calls this person. When they leave the thread is withdrawn: whom to ask next is the caller's to know.
void vd_escalation_ask_crew(struct vd_act *act, const char *subject, const Vd__Crew *crew, Vd__AlertWhy why);
// The reason no longer holds: every thread of the subject is withdrawn.
void vd_escalation_settle(struct vd_act *act, const char *subject);
// The zone that a thread is about, "" if none or not known: the incident's, the task's, the subject's own.
const char *vd_escalation_zone(const struct vd_venue *venue, uint64_t incident, const char *subject);

enum vd_err vd_escalation_heard(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

// An alert's timer (life safety unheard: repeats) fired.
void vd_escalation_repeat(struct vd_act *act, Vd__Alert *alert);
int64_t vd_alert_next(const struct vd_venue *venue, const Vd__Alert *alert); // for timer.c

#endif
