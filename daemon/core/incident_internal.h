// What the stories of an incident (incident*.c) share. Nobody else includes it.
#ifndef VD_CORE_INCIDENT_INTERNAL_H
#define VD_CORE_INCIDENT_INTERNAL_H

#include "daemon/core/incident.h"
#include "daemon/core/venue_internal.h"

enum { VD_REPORTERS_MAX = 8 };

#define VD_TIER_FIRST VD__PROMISE__PROMISE_RESPOND
#define VD_TIER_LAST  VD__PROMISE__PROMISE_LAND

// ---- reading a command (incident.c); each refuses without touching anything ----

// When it was done (venue.c saw to the bounds of a late entry), or refuses what lies before `not_before_ms`.
enum vd_err vd_incident_acted_at(const struct vd_act *act, int64_t not_before_ms, int64_t *acted_at_ms,
                                 struct vd_refusal *refusal);
// The zone or category named, or refuses unknown-zone, unknown-category with the nearest.
enum vd_err vd_incident_know(const struct vd_venue *venue, Vd__Kind kind, const char *id, const char *field,
                             struct vd_refusal *refusal);

// ---- doing it (incident.c) ----

// Sets the act's fact, about this incident as it stands. Does nothing when a fact stands already.
void vd_incident_tell(struct vd_act *act, enum vd_fact what, const Vd__Incident *incident, Vd__Promise tier,
                      const char *text);
// Opens the attempt `incident->attempt` with its three deadlines. Of the time since start_ms, detection_ms
// was hidden by polling.
Vd__Attempt *vd_incident_start(struct vd_act *act, Vd__Incident *incident, int64_t start_ms,
                               int64_t detection_ms);
// Calls those whom a new or revived incident concerns at once, and offers the work.
void vd_incident_call(struct vd_act *act, Vd__Incident *incident);
// Ends a touched open incident: clocks void, offers and alerts withdrawn.
void vd_incident_end(struct vd_act *act, Vd__Incident *incident, Vd__IncidentState state,
                     int64_t acted_at_ms);
// Keeps the entity within VD_ENTITY_MAX, with room for what is still to come: what is cut stands in a note.
void vd_incident_fit(Vd__Incident *incident);
// By when the next session needs it, derived anew after zone or clocks changed (incident_need.c); touched.
void vd_incident_need(const struct vd_venue *venue, Vd__Incident *incident);
// The default decision in the language; for life safety the handbook's page is one. "" if there is none.
const char *vd_incident_default(const struct vd_venue *venue, const Vd__Incident *incident,
                                Vd__Language language);
// The decision an undecided attempt starts from: the handbook's page for life safety, else none.
void vd_incident_predecide(struct vd_act *act, const Vd__Incident *incident, Vd__Attempt *attempt);
// An open incident of the same zone and category that it may be; 0 if none.
uint64_t vd_incident_alike(const struct vd_venue *venue, const Vd__Incident *incident);

// ---- the steps of an attempt (incident_step.c) ----

Vd__Step **vd_attempt_step(Vd__Attempt *attempt, Vd__Promise tier);
// The state that the steps taken amount to.
Vd__IncidentState vd_attempt_state(const Vd__Attempt *attempt);
struct vd_steps_taken {
  int64_t acted_at_ms[VD_TIER_LAST + 1]; // 0 = not taken
};
struct vd_steps_taken vd_attempt_taken(Vd__Attempt *attempt);
// A running deadline counts from another moment; a lateness by the mistaken one is forgotten.
void vd_incident_move_clock(struct vd_act *act, Vd__Deadline *deadline, int64_t by_ms);
// After explicit steps of a touched attempt were set or removed: derives the implied ones anew and brings the
// deadlines and the incident's state in line with them.
void vd_attempt_settle(struct vd_act *act, Vd__Incident *incident, Vd__Attempt *attempt,
                       const struct vd_steps_taken *before);

// ---- merges (incident_merge.c) ----

// Merges come off in the reverse order: refuses nothing-to-undo where a later one stands in the way.
enum vd_err vd_incident_can_unmerge(const struct vd_venue *venue, const Vd__Incident *duplicate,
                                    struct vd_refusal *refusal);
// Gives the survivor back what the merge changed; both touched, the duplicate to be revived by the caller.
void vd_incident_unmerge(struct vd_act *act, Vd__Incident *duplicate);

#endif
