// What the stories of contingencies share: finding, calling, zones, steps. Nobody but contingency*.c.
#ifndef VD_CORE_CONTINGENCY_INTERNAL_H
#define VD_CORE_CONTINGENCY_INTERNAL_H

#include "daemon/core/contingency.h"
#include "daemon/core/key.h"
#include "daemon/core/venue_internal.h"

enum vd_err vd_contingency_get(const struct vd_venue *venue, const char *id, const char *field,
                               Vd__Contingency **contingency, struct vd_refusal *refusal);
// The first fact of the act; NULL if it has one.
Vd__Fact *vd_contingency_tell(struct vd_act *act, enum vd_fact what, const Vd__Contingency *contingency);
struct vd_key vd_contingency_subject(const Vd__Contingency *contingency);
Vd__Deadline *vd_contingency_deadline(const struct vd_venue *venue, const Vd__Contingency *contingency);

// Calls whoever decides: the lead of tier 2, else control.
void vd_contingency_call(struct vd_act *act, const Vd__Contingency *contingency);

// Nothing of an activation stays: no task, no deadline that runs, no thread, no zone. `forgets`: the steps
// that were never asked for wait no more either.
void vd_contingency_stop(struct vd_act *act, Vd__Contingency *contingency, const char *reason, bool forgets);
// Of a proposal, which is touched: it is one no more, and nobody is called.
void vd_contingency_withdraw(struct vd_act *act, Vd__Contingency *contingency, const char *why);

// ---- contingency_zone.c ----
// Why its zones cannot convert now.
enum vd_err vd_contingency_check_zones(const struct vd_venue *venue, const Vd__Contingency *contingency,
                                       const char *field, struct vd_refusal *refusal);
// They convert, and attendees are told. What they were is remembered.
void vd_contingency_convert(struct vd_act *act, Vd__Contingency *contingency);
void vd_contingency_converted(struct vd_act *act, Vd__Contingency *contingency, int64_t at_ms);
void vd_contingency_restore(struct vd_act *act, Vd__Contingency *contingency);
// Every zone is as its conversion left it: there is nothing to convert.
bool vd_contingency_is_converted(const struct vd_venue *venue, const Vd__Contingency *contingency);

// ---- contingency_step.c ----
void vd_steps_begin(struct vd_act *act, Vd__Contingency *contingency);
// Opens those that wait for nothing any more.
void vd_steps_open(struct vd_act *act, const Vd__Contingency *contingency);
// Drops their tasks. They wait on, or (`forgets`) were never asked for.
void vd_steps_stop(struct vd_act *act, const Vd__Contingency *contingency, const char *reason, bool forgets);
// When the last of them was done; 0 if one has not ended.
int64_t vd_steps_ended_at(const struct vd_venue *venue, const Vd__Contingency *contingency);

#endif
