// What attendees are told: the latest agenda and the temporary route. Room-internal. Rule: standard §3.
//
//   a change --> SETTLING --3 min without another--> WAITING --approve--> APPROVED --cool-down over--> SENT
//   SETTLING, WAITING, APPROVED --drop--> DROPPED
//   a change while SETTLING or WAITING joins it and settles anew; after approval the next change begins
//   another
//
// Approved once, sent once; between two notices lies the cool-down.
#ifndef VD_CORE_NOTICE_H
#define VD_CORE_NOTICE_H

#include "daemon/core/act.h"

// Something that attendees should know changed: a session, or a zone's passage; the other is NULL.
void vd_notice_add(struct vd_act *act, const char *session, const char *zone);
enum vd_err vd_notice_draft(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_notice_approve(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_notice_drop(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
void vd_notice_fire(struct vd_act *act, Vd__Notice *notice);
int64_t vd_notice_next(const struct vd_venue *venue, const Vd__Notice *notice); // for timer.c

#endif
