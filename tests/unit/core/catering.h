// Supplies and batches on top of the small venue, and what is said of them. All commands go through
// fixture_do, as `control` unless a person is named; the reply is in the fixture. Times in minutes after
// FIXTURE_T0 (09:00).
//
//   coffee  corridor, par 100, good for 90 min, lead 20 min, half a unit a minute, four in a break
//   boxes   hall, par 40, keep, lead 10 min, nothing goes by itself; batches coffee.b1 … are put by the tests
//   the team of both is onsite: av-1, av-2, medic-1, lead-1
#ifndef CATERING_H
#define CATERING_H

#include "tests/unit/core/agenda.h"

struct fixture *catering_create(void);
// As many more known supplies like coffee: "s-0000", "s-0001" …, each with this level; restored once.
void catering_many(struct fixture *f, unsigned count, uint32_t level);
// A batch as if the plan had said so: for a break, or (session "") a time in minutes.
void catering_batch(struct fixture *f, const char *supply, uint32_t index, const char *session, int at);

// ---- commands; acted_at_ms 0 = now ----
enum vd_err level(struct fixture *f, const char *supply, uint32_t units, int64_t acted_at_ms);
enum vd_err refilled(struct fixture *f, const char *supply, uint32_t units, const char *by);
enum vd_err served(struct fixture *f, const char *supply, uint32_t count, int64_t acted_at_ms);
enum vd_err refill(struct fixture *f, const char *supply);
enum vd_err task_done(struct fixture *f, uint64_t task, const char *by, int64_t acted_at_ms);
enum vd_err task_cancel(struct fixture *f, uint64_t task);
enum vd_err batch_plan(struct fixture *f, const char *supply, uint32_t quantity, int64_t at_ms,
                       const char *session);
enum vd_err batch_hold(struct fixture *f, const char *batch);
enum vd_err batch_serve(struct fixture *f, const char *batch, const char *by, int64_t acted_at_ms);
enum vd_err batch_cancel(struct fixture *f, const char *batch, const char *reason);
enum vd_err batch_sample(struct fixture *f, const char *batch, uint32_t weight_g, const char *by,
                         int64_t acted_at_ms);
enum vd_err batch_dispose(struct fixture *f, const char *batch, int64_t acted_at_ms);
enum vd_err batch_temperature(struct fixture *f, const char *batch, int32_t milli, int64_t acted_at_ms);

// ---- looking ----
Vd__Supply *supply(const struct fixture *f, const char *id);
Vd__Batch *batch(const struct fixture *f, const char *id);
Vd__Task *task(const struct fixture *f, uint64_t number);
Vd__Deadline *promise(const struct fixture *f, uint64_t number); // of the task
unsigned tasks(const struct fixture *f);                         // how many were opened so far

#define BATCH(NAME) VD__BATCH_STATE__BATCH_STATE_##NAME
#define TASK(NAME)  VD__TASK_STATE__TASK_STATE_##NAME
#define expect_batch(f, id, NAME)                                                                            \
  cr_assert_eq(batch((f), (id))->state, BATCH(NAME), "%s is %d", (id), (int)batch((f), (id))->state)

#endif
