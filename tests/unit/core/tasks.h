// Tasks on top of the small venue, and who is called about them. All commands go through fixture_do, as
// `control`; the reply is in the fixture.
#ifndef TASKS_H
#define TASKS_H

#include "tests/unit/core/fixture.h"

#define OPEN         VD__ALERT_STATE__ALERT_STATE_OPEN
#define WITHDRAWN    VD__ALERT_STATE__ALERT_STATE_WITHDRAWN
#define TASK         VD__ALERT_WHY__ALERT_WHY_TASK
#define NO_CANDIDATE VD__ALERT_WHY__ALERT_WHY_NO_CANDIDATE
#define BREACH       VD__ALERT_WHY__ALERT_WHY_BREACH
#define CROWDED      VD__ALERT_WHY__ALERT_WHY_CROWDED
#define REFILL       VD__TASK_KIND__TASK_KIND_REFILL

// A task of the on-site team about coffee, promised within ten minutes of start_ms.
void open_in(struct fixture *f, const char *zone, Vd__TaskKind kind, int64_t start_ms);
void open_refill(struct fixture *f, const char *zone); // of now

enum vd_err heard(struct fixture *f, const char *by, const char *subject, uint64_t incident);
void off(struct fixture *f, const char *crew); // asserts success

const Vd__Deadline *promise(const struct fixture *f); // of the first task; NULL if there is none
const Vd__Alert *thread(const struct fixture *f, const char *id);
// Does this thread, open, have this reason? A breach and its warning are the first task's.
bool is_called(const struct fixture *f, const char *id, Vd__AlertWhy why);

#endif
