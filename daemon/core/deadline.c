#include "daemon/core/deadline.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/core/crew.h"
#include "daemon/core/escalation.h"
#include "daemon/core/incident.h"
#include "daemon/core/venue_internal.h"

Vd__Deadline *vd_deadline_open(struct vd_act *act, const struct vd_promise *promise)
{
  Vd__Deadline *deadline = VD_CREATE(act, DEADLINE, Deadline, promise->id);
  deadline->promise = promise->promise;
  vd_string_set(&deadline->subject, promise->subject);
  deadline->incident = promise->incident;
  deadline->drill = promise->drill;
  vd_string_set(&deadline->team, promise->team);
  deadline->start_at_ms = promise->start_ms;
  deadline->limit_ms = promise->limit_ms;
  deadline->warn_at_ms = promise->start_ms + promise->limit_ms * vd_policy(act->venue)->warn_percent / 100;
  deadline->due_at_ms = promise->start_ms + promise->limit_ms;
  deadline->detection_ms = promise->detection_ms;
  deadline->team_uncovered_start_ms = vd_team_uncovered(act->venue, promise->team, promise->start_ms);
  deadline->outcome = VD__OUTCOME__OUTCOME_RUNNING;
  return deadline;
}

bool vd_deadline_is_running(const Vd__Deadline *deadline)
{
  return deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING;
}

// ---- attribution ----

static void drop_shares(Vd__Deadline *deadline)
{
  for (size_t i = 0; i < deadline->n_shares; i++)
    vd__share__free_unpacked(deadline->shares[i], NULL);
  free(deadline->shares);
  deadline->shares = NULL;
  deadline->n_shares = 0;
}

static void add_share(Vd__Deadline *deadline, const char *who, int64_t held_ms)
{
  if (held_ms <= 0)
    return;
  Vd__Share *share = (Vd__Share *)vd_message_new(&vd__share__descriptor);
  vd_string_set(&share->who, who);
  share->held_ms = held_ms;
  VD_REPEATED_ADD(deadline->shares, deadline->n_shares, share);
}

static int64_t within(int64_t value, int64_t most)
{
  return value < 0 ? 0 : value < most ? value : most;
}

// The shares sum to met − start: what polling hid is nobody's, what waited for a decision the deciding team's,
// then the minutes in which nobody of the team was on duty, and the rest is the team's (standard §4 "Clocks", "Duty").
static void attribute(const struct vd_venue *venue, Vd__Deadline *deadline)
{
  int64_t total_ms = within(deadline->met_at_ms - deadline->start_at_ms, INT64_MAX);
  int64_t detection_ms = within(deadline->detection_ms, total_ms);
  int64_t uncovered_ms =
      vd_team_uncovered(venue, deadline->team, deadline->met_at_ms) - deadline->team_uncovered_start_ms;
  int64_t waited_ms = within(deadline->waited_ms, total_ms - detection_ms);
  int64_t unowned_ms = within(uncovered_ms, total_ms - detection_ms - waited_ms);
  drop_shares(deadline);
  add_share(deadline, "detection", detection_ms);
  add_share(deadline, vd_policy(venue)->decide_team, waited_ms);
  add_share(deadline, "unowned", unowned_ms);
  add_share(deadline, deadline->team, total_ms - detection_ms - waited_ms - unowned_ms);
}

// ---- ending, and taking that back ----

static void end(struct vd_act *act, Vd__Deadline *deadline, Vd__Outcome outcome)
{
  deadline->outcome = outcome;
  vd_escalation_clear(act, deadline);
}

void vd_deadline_meet(struct vd_act *act, Vd__Deadline *deadline, int64_t acted_at_ms)
{
  if (!vd_deadline_is_running(deadline))
    return;
  vd_act_touch(act, VD__KIND__KIND_DEADLINE, &deadline->base);
  bool is_in_time = acted_at_ms <= deadline->due_at_ms, was_breached = deadline->breached_at_ms != 0;
  deadline->met_at_ms = acted_at_ms;
  deadline->met_recorded_at_ms = act->now_ms;
  // Told before any tick saw it late: this is the record of the breach.
  if (!is_in_time && !was_breached)
    deadline->breached_at_ms = act->now_ms;
  attribute(act->venue, deadline);
  end(act, deadline,
      !is_in_time    ? VD__OUTCOME__OUTCOME_MISSED
      : was_breached ? VD__OUTCOME__OUTCOME_MET_REPORTED_LATE
                     : VD__OUTCOME__OUTCOME_MET);
}

void vd_deadline_void(struct vd_act *act, Vd__Deadline *deadline)
{
  if (!vd_deadline_is_running(deadline))
    return;
  vd_act_touch(act, VD__KIND__KIND_DEADLINE, &deadline->base);
  end(act, deadline, VD__OUTCOME__OUTCOME_VOID);
}

// The threads were withdrawn when it ended, so whoever has to know is called anew, from the first level on.
// The next tick does it: the act under way may yet meet the deadline at another moment, and then nobody need
// know.
void vd_deadline_resume(struct vd_act *act, Vd__Deadline *deadline)
{
  if (vd_deadline_is_running(deadline))
    return;
  vd_act_touch(act, VD__KIND__KIND_DEADLINE, &deadline->base);
  deadline->outcome = VD__OUTCOME__OUTCOME_RUNNING;
  deadline->met_at_ms = deadline->met_recorded_at_ms = 0;
  drop_shares(deadline);
  deadline->warned = deadline->breached_at_ms != 0;
  if (deadline->breached_at_ms != 0)
    vd_escalation_restart(act, deadline);
}

// ---- time ----

int64_t vd_deadline_next(const Vd__Deadline *deadline)
{
  if (!vd_deadline_is_running(deadline))
    return VD_NEVER;
  if (deadline->breached_at_ms != 0)
    return deadline->climb_at_ms != 0 ? deadline->climb_at_ms : VD_NEVER;
  // Exactly at the limit is still met: late begins a millisecond after.
  int64_t breach_at_ms = deadline->due_at_ms + 1;
  return !deadline->warned && deadline->warn_at_ms < breach_at_ms ? deadline->warn_at_ms : breach_at_ms;
}

static void tell(struct vd_act *act, const Vd__Deadline *deadline, enum vd_fact what)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return;
  fact->incident = deadline->incident;
  fact->promise = deadline->promise;
  vd_string_set(&fact->subject, deadline->incident == 0 ? deadline->subject : "");
  vd_string_set(&fact->zone, vd_escalation_zone(act->venue, deadline->incident, deadline->subject));
  if (what == VD_FACT_BREACHED)
    fact->late_ms = act->now_ms - deadline->due_at_ms;
}

void vd_deadline_fire(struct vd_act *act, Vd__Deadline *deadline)
{
  vd_act_touch(act, VD__KIND__KIND_DEADLINE, &deadline->base);
  if (deadline->breached_at_ms != 0) {
    vd_escalation_climb(act, deadline);
  } else if (act->now_ms > deadline->due_at_ms) {
    // After a sleep the warning comes too late to warn anybody.
    deadline->breached_at_ms = act->now_ms;
    deadline->warned = true;
    tell(act, deadline, VD_FACT_BREACHED);
    vd_escalation_breach(act, deadline);
  } else {
    deadline->warned = true;
    tell(act, deadline, VD_FACT_WARNED);
    vd_escalation_warn(act, deadline);
  }
}
