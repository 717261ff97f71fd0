// Incidents and their attempts: report, the three steps, closing, cancelling, reopening, undoing, merging,
// completing. Each function executes one command: refuses without touching anything, or does it whole.
// Room-internal. The table of states is in incident.c.
#ifndef VD_CORE_INCIDENT_H
#define VD_CORE_INCIDENT_H

#include "daemon/core/act.h"

// Zone and category that always exist, for what a report leaves open.
#define VD_ZONE_UNKNOWN   "unknown"
#define VD_CATEGORY_OTHER "other"

enum { VD_SEVERITY_WORST = 4 };

enum vd_err vd_incident_report(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_incident_step(struct vd_act *act, Vd__Reply *reply,
                             struct vd_refusal *refusal); // respond, arrive, decide, approve, land
enum vd_err vd_incident_close(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_incident_cancel(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_incident_reopen(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_incident_undo(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_incident_duplicate(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_incident_amend(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_incident_note(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_incident_log(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

// ---- for the other modules ----
Vd__Incident *vd_incident_find(const struct vd_venue *venue, uint64_t number);
Vd__Attempt *vd_incident_attempt(const struct vd_venue *venue,
                                 const Vd__Incident *incident); // the current one
Vd__Deadline *vd_incident_deadline(const struct vd_venue *venue, const Vd__Incident *incident,
                                   Vd__Promise tier);
bool vd_incident_is_open(const Vd__Incident *incident); // OPEN … LANDED: not ended
// The agenda of a zone changed ("" = of any): by when its open incidents are needed is derived anew.
void vd_incident_needs(struct vd_act *act, const char *zone);
// A new incident in two parts, between which the caller says what it is: numbered and open, its clocks from
// reported_at_ms; then begun: what it looks like, by when it is needed, its attempt, who is called.
Vd__Incident *vd_incident_open(struct vd_act *act, int64_t reported_at_ms);
void vd_incident_begin(struct vd_act *act, Vd__Incident *incident, int64_t detection_ms);
// An ended incident begins anew, for this reason: the next attempt, with its own clocks from start_ms.
void vd_incident_again(struct vd_act *act, Vd__Incident *incident, const char *reason, int64_t start_ms,
                       int64_t detection_ms);
// The severity of whatever says none itself.
uint32_t vd_incident_severity(const Vd__Category *category);
// The attempt's timer fired: the default decision is called for.
void vd_incident_call_decision(struct vd_act *act, Vd__Attempt *attempt);
int64_t vd_attempt_next(const struct vd_venue *venue, const Vd__Attempt *attempt); // for timer.c
// Finds an incident in any state, or refuses unknown-incident; gone, where a journal of an earlier build was
// left between removing its attempt and removing the incident (retention.c).
enum vd_err vd_incident_get(const struct vd_venue *venue, uint64_t number, Vd__Incident **incident,
                            struct vd_refusal *refusal);
// Finds an open incident named by a command, or refuses unknown-incident / gone / incident-ended.
enum vd_err vd_incident_get_open(const struct vd_venue *venue, uint64_t number, Vd__Incident **incident,
                                 struct vd_refusal *refusal);

#endif
