// Food in batches (分批次供應), and the sample kept of each (留樣制度). Room-internal. Rule: standard §3.
//
//   PLANNED <--hold, release--> HELD        PLANNED, HELD --serve--> SERVED --sample--> SAMPLED --dispose-->
//   DISPOSED PLANNED, HELD --cancel--> CANCELLED
//
// Serving opens the task of the sample (sample_limit); the sample opens the task of disposal, which is due
// dispose_limit after it was kept long enough; disposal before that is refused. When the session before a
// batch overruns, a planned batch that is due within its zone is held back by itself, and said so.
#ifndef VD_CORE_BATCH_H
#define VD_CORE_BATCH_H

#include "daemon/core/act.h"

enum vd_err vd_batch_plan(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_batch_hold(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_batch_serve(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_batch_cancel(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_batch_sample(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_batch_dispose(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_batch_temperature(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
void vd_batch_fire(struct vd_act *act, Vd__Batch *batch); // the sample was kept long enough
int64_t vd_batch_next(const struct vd_venue *venue, const Vd__Batch *batch); // for timer.c
// A session overruns, or ended after an overrun: batches planned for the break after it wait, or go on.
void vd_batch_session_overruns(struct vd_act *act, const Vd__Session *session, bool is_over);

#endif
