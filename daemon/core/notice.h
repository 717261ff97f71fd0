// What attendees are told: the latest agenda and the temporary route. Room-internal. Rule: standard §3.
//
//   a change --> SETTLING --3 min without another--> WAITING --approve--> APPROVED --cool-down over--> SENT
//   SETTLING, WAITING, APPROVED --drop--> DROPPED
//   a change while SETTLING or WAITING joins it and settles anew, until three times as long after the first;
//   after approval the next change begins another
//
// Approved once, sent once; between two notices lies the cool-down, also where several were due while nobody
// was there to send. Who approves says which revision was read: another text than that is not approved. What
// people want said is said one after the other: to take words back, drop it. Who waits to approve is called
// by the thread "notice.<id>". A notice names at most 12 sessions and 12 zones, and what fits into an entity;
// of the others one act's number is kept.
#ifndef VD_CORE_NOTICE_H
#define VD_CORE_NOTICE_H

#include "daemon/core/act.h"

// Something that attendees should know changed: a session, or a zone's passage; the other is NULL.
void vd_notice_add(struct vd_act *act, const char *session, const char *zone);
// The same for all sessions that one act moved. The number of the notice, 0 if attendees are told by people.
uint64_t vd_notice_add_sessions(struct vd_act *act, const char *const *sessions, size_t count);
// Whether the notice that a change would join names this session.
bool vd_notice_names(const struct vd_venue *venue, const char *session);
// What the act `by` made of this session is undone: a notice that has not left says nothing of it, and is
// dropped if it says nothing else. False where attendees are to be told all the same: they have read it, or
// (NULL) the notice named the session before.
bool vd_notice_unsay(struct vd_act *act, uint64_t number, uint64_t by, const char *session);
// A contingency converts: what attendees are told carries its announcement and route. It was taken back: what
// has not left yet says nothing of it, and is dropped if it says nothing else.
void vd_notice_add_contingency(struct vd_act *act, const char *contingency);
void vd_notice_take_contingency_out(struct vd_act *act, const char *contingency);
// The zone can be passed again: what has not left yet says nothing of it, and is dropped if it says nothing
// else. If attendees were told already that it is shut, they are to be told that it is not.
void vd_notice_take_out(struct vd_act *act, const Vd__Zone *zone);
enum vd_err vd_notice_draft(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_notice_approve(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_notice_drop(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
void vd_notice_fire(struct vd_act *act, Vd__Notice *notice);
int64_t vd_notice_next(const struct vd_venue *venue, const Vd__Notice *notice); // for timer.c

#endif
