// Food in batches (分批次供應), and the sample kept of each (留樣制度). Room-internal. Rule: standard §3.
//
//   PLANNED --hold--> HELD        PLANNED <--the session that overran has ended-- HELD, by its overrun
//   PLANNED, HELD --serve--> SERVED --sample--> SAMPLED --dispose--> DISPOSED
//   PLANNED, HELD --cancel--> CANCELLED
//
// Serving brings the quantity to the supply, beside what is left of it (supply.h), and opens the task of the
// sample, due within sample_limit. A sample is logged with item, weight, fridge and who took it; less than
// sample_weight_g is taken and said so, since a small sample is better than none. When it was kept for
// sample_keep the task of its disposal opens, due within dispose_limit; disposal before that is refused. Both
// are asked of the supply's team.
//
// When a session overruns, what is planned for the break after it is held back by itself, and said so; once
// the session has ended or got more time it is planned again. The break after it: one that begins within half
// an hour of its end, and has not begun. A break in another zone is for other sessions too: if one of at
// least its audience has ended for it, people are out and nothing is held back. Where several overrun, it
// waits for each in turn. What is planned for a time of day waits for sessions of the supply's own zone
// alone: in a zone without talks for none, so what has to wait is planned for its break. Held back is advice:
// it can be served at any time.
//
// A break that is cancelled, or goes from the plan, leaves what was planned for it as it is: people know
// whether it is eaten all the same. It is named to whoever took the break away.
#ifndef VD_CORE_BATCH_H
#define VD_CORE_BATCH_H

#include "daemon/core/act.h"

enum {
  VD_BATCHES_MAX = 999, // of one supply
  VD_SAMPLE_MAX_G = 5000,
  VD_TEMPERATURE_MIN_MILLI = -60000,
  VD_TEMPERATURE_MAX_MILLI = 300000,
};

// Planned by people, for a break or a time of day; replies with its index.
enum vd_err vd_batch_plan(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_batch_hold(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_batch_serve(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_batch_cancel(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_batch_sample(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_batch_dispose(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
// Each reading is in the history; the batch keeps the last.
enum vd_err vd_batch_temperature(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
void vd_batch_fire(struct vd_act *act, Vd__Batch *batch); // the sample was kept long enough
int64_t vd_batch_next(const struct vd_venue *venue, const Vd__Batch *batch); // for timer.c

// ---- for the other modules ----

// A session overruns; or does so no longer (`is_over`).
void vd_batch_session_overruns(struct vd_act *act, const Vd__Session *session, bool is_over);
// It is cancelled, or no longer in the plan: the first batch planned for it is named in the reply, unless
// that names something already, and those that find room in the act's fact.
void vd_batch_session_gone(struct vd_act *act, const Vd__Session *session, Vd__Reply *reply);

#endif
