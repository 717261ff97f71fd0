// Tasks: work that is no incident (a refill, a food sample, a step of a contingency), each one promise under one deadline, asked of
// one person. Room-internal.
//
//   (none) --open--> OPEN --done--> DONE        OPEN --cancel--> CANCELLED
//
// The deadline is "<task>.done"; the threads of whoever is asked or called are "<task>.<crew>". Who is asked:
// of the team's people on duty (of the task's post, where it has one) who can be reached those who answer for the zone before the others, then who
// has the least to do (incidents held, tasks asked), then the nearest, then by rank. So a morning's refills
// are shared, and whoever has an incident in hand comes after who is free. Unheard for as long as an offer of
// work may be (policy.offer_timeout), it passes on to the next best whom nobody has called about it yet;
// where there is none, it stays. Who goes off duty passes it on. Nobody left to ask: the team's lead is told
// (no-candidate), and who comes next is asked. A breach is called up the levels of escalation.h, the team's
// lead first.
//
// Its promise is kept at the earliest when it began: what was done before it was asked for is in time.
//
// Batch.task may name it when it has ended: whose it is forgets it. A refill that people cancel is told to
// its supply (supply.h), and so is one that is done; a step that ended, to its contingency (contingency.h).
#ifndef VD_CORE_TASK_H
#define VD_CORE_TASK_H

#include "daemon/core/act.h"

struct vd_task_call {
  Vd__TaskKind kind;
  const char *subject; // id of the supply, batch or step
  const char *zone;
  const char *team;
  const char *post; // NULL or "": anybody of the team
  int64_t start_ms;
  int64_t limit_ms;
};
// Opens one, asks for it, and returns it, touched.
Vd__Task *vd_task_open(struct vd_act *act, const struct vd_task_call *call);
// Ends an open task: the promise is kept at acted_at_ms by `by` ("" where what it waited for came by itself).
// Does nothing to one that has ended; nor does vd_task_drop.
void vd_task_end(struct vd_act *act, Vd__Task *task, const char *by, int64_t acted_at_ms);
// Ends it without: what it was for is no more.
void vd_task_drop(struct vd_act *act, Vd__Task *task, const char *reason);
void vd_task_fire(struct vd_act *act, Vd__Task *task); // nobody heard: passes on
int64_t vd_task_next(const Vd__Task *task);            // for timer.c
// This person heard the thread of this subject, a task or not.
void vd_task_heard(struct vd_act *act, const char *subject, const char *crew);
// A person went off duty or out of reach: what they were asked passes on.
void vd_task_left(struct vd_act *act, const Vd__Crew *crew);
// A person came on duty or can be reached again: they are asked to do what waits for anybody of their teams.
void vd_task_came(struct vd_act *act, const Vd__Crew *crew);

Vd__Task *vd_task_find(const struct vd_venue *venue, const char *id);

// Done by hand: for a sample or disposal refused wrong-state, since those are recorded with what they are
// (batch.h); a refill done means: filled to par.
enum vd_err vd_task_done(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_task_cancel(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

#endif
