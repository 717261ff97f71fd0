#include "tests/unit/core/tasks.h"

#include <criterion/criterion.h>

#include "daemon/core/alert.h"
#include "daemon/core/task.h"
#include "daemon/core/venue_internal.h"

void open_in(struct fixture *f, const char *zone, Vd__TaskKind kind, int64_t start_ms)
{
  struct vd_act act;
  struct vd_task_call call = {.kind = kind,
                              .subject = "coffee",
                              .zone = zone,
                              .team = "onsite",
                              .start_ms = start_ms,
                              .limit_ms = MINUTES(10)};
  vd_act_begin(&act, f->venue, f->now_ms);
  vd_task_open(&act, &call);
  fixture_end(f, &act, NULL);
}

void open_refill(struct fixture *f, const char *zone)
{
  open_in(f, zone, REFILL, f->now_ms);
}

enum vd_err heard(struct fixture *f, const char *by, const char *subject, uint64_t incident)
{
  Vd__Heard word = VD__HEARD__INIT;
  word.subject = (char *)subject;
  word.incident = incident;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_HEARD;
  command.heard = &word;
  command.by = (char *)by;
  return fixture_do(f, "control", &command);
}

void off(struct fixture *f, const char *crew)
{
  cr_assert_eq(fixture_duty(f, crew, VD__DUTY__DUTY_OFF), VD_OK);
}

const Vd__Deadline *promise(const struct fixture *f)
{
  return FIXTURE_FIND(f, DEADLINE, Deadline, "t1.done");
}

const Vd__Alert *thread(const struct fixture *f, const char *id)
{
  return FIXTURE_FIND(f, ALERT, Alert, id);
}

bool is_called(const struct fixture *f, const char *id, Vd__AlertWhy why)
{
  const Vd__Alert *alert = thread(f, id);
  const char *deadline = why == BREACH || why == VD__ALERT_WHY__ALERT_WHY_WARNING ? "t1.done" : "";
  return alert && alert->state == OPEN && vd_alert_reason(alert, why, deadline);
}
