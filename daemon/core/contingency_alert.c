// A weather alert (CAP 1.2) that matches the plan's triggers: what it proposes is waiting for one
// confirmation.
//
//   Alert, Update   each contingency of which a trigger has its event and at most its severity is proposed;
//   one
//                   that this alert, or the one it updates, proposed follows it: with its times, or withdrawn
//                   where it triggers it no more. What is active goes on, and so does what is converted.
//   Cancel          what it proposed is withdrawn; of what is active by it, whoever decides is called
#include <string.h>

#include "daemon/core/contingency_internal.h"
#include "daemon/core/escalation.h"

#define STATE(NAME) VD__CONTINGENCY_STATE__CONTINGENCY_STATE_##NAME

static Vd__Contingency *next_of(const struct vd_venue *venue, const char *after)
{
  return (Vd__Contingency *)vd_fold_next(venue->fold, VD__KIND__KIND_CONTINGENCY, after, "");
}

// ---- does it concern one ----

static char lower(char letter)
{
  return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static bool is_same_event(const char *a, const char *b)
{
  while (*a != '\0' && lower(*a) == lower(*b)) {
    a++;
    b++;
  }
  return *a == *b;
}

static bool triggers(const Vd__Contingency *contingency, const Vd__CapAlert *alert)
{
  if (contingency->retired)
    return false;
  for (size_t i = 0; i < contingency->n_triggers; i++)
    for (size_t j = 0; j < alert->n_events; j++)
      if (alert->severity >= contingency->triggers[i]->severity &&
          is_same_event(contingency->triggers[i]->event, alert->events[j]))
        return true;
  return false;
}

// It came by this alert, or by one that this alert refers to.
static bool came_by(const Vd__Contingency *contingency, const Vd__CapAlert *alert)
{
  if (*contingency->alert == '\0')
    return false;
  for (size_t i = 0; i < alert->n_references; i++)
    if (strcmp(contingency->alert, alert->references[i]) == 0)
      return true;
  return strcmp(contingency->alert, alert->identifier) == 0;
}

static bool is_cancel(const Vd__CapAlert *alert)
{
  return alert->message == VD__CAP_MESSAGE__CAP_MESSAGE_CANCEL;
}

static bool is_at_work(const Vd__Contingency *contingency)
{
  return contingency->state == STATE(PROPOSED) || vd_contingency_is_active(contingency);
}

// An exercise touches nothing that is real.
static bool is_above(const Vd__Contingency *contingency, const Vd__CapAlert *alert)
{
  return is_at_work(contingency) && !contingency->exercise &&
         alert->status == VD__CAP_STATUS__CAP_STATUS_EXERCISE;
}

static bool concerns(const Vd__Contingency *contingency, const Vd__CapAlert *alert)
{
  if (is_at_work(contingency) && came_by(contingency, alert) && !is_above(contingency, alert))
    return true;
  return !is_cancel(alert) && triggers(contingency, alert);
}

static enum vd_err check(const struct vd_act *act, const Vd__CapAlert *alert, struct vd_refusal *refusal)
{
  if (!alert || *alert->identifier == '\0')
    return vd_refuse(refusal, VD_ERR_MISSING, "contingency_propose.alert.identifier", NULL);
  if (strlen(alert->identifier) > VD_CONTINGENCY_ALERT_MAX)
    return vd_refuse(refusal, VD_ERR_TEXT_TOO_LONG, "contingency_propose.alert.identifier",
                     "more than %u bytes", (unsigned)VD_CONTINGENCY_ALERT_MAX);
  if (alert->status == VD__CAP_STATUS__CAP_STATUS_UNSPECIFIED)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "contingency_propose.alert.status", "Actual or Exercise");
  if (alert->message == VD__CAP_MESSAGE__CAP_MESSAGE_UNSPECIFIED)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "contingency_propose.alert.message",
                     "Alert, Update or Cancel");
  if (!is_cancel(alert) && alert->n_events == 0)
    return vd_refuse(refusal, VD_ERR_MISSING, "contingency_propose.alert.events", NULL);
  if (!is_cancel(alert) && alert->expires_at_ms != 0 && alert->expires_at_ms <= act->now_ms)
    return vd_refuse(refusal, VD_ERR_ALERT_EXPIRED, "contingency_propose.alert.expires_at_ms", NULL);
  for (const Vd__Contingency *one = next_of(act->venue, NULL); one; one = next_of(act->venue, one->id))
    if (concerns(one, alert))
      return VD_OK;
  return vd_refuse(refusal, VD_ERR_NO_TRIGGER, "contingency_propose.alert", NULL);
}

// ---- what it does ----

static void touch(struct vd_act *act, Vd__Contingency *contingency)
{
  vd_act_touch(act, VD__KIND__KIND_CONTINGENCY, &contingency->base);
}

// As for a late entry: the clock begins at most so far back.
static int64_t onset_of(const struct vd_act *act, const Vd__CapAlert *alert)
{
  int64_t first_ms = act->now_ms - vd_policy(act->venue)->late_entry_ms;
  int64_t onset_ms = alert->onset_at_ms != 0 ? alert->onset_at_ms : act->now_ms;
  return onset_ms > first_ms ? onset_ms : first_ms;
}

static void take_times(struct vd_act *act, Vd__Contingency *contingency, const Vd__CapAlert *alert)
{
  vd_string_set(&contingency->alert, alert->identifier);
  contingency->alert_onset_at_ms = onset_of(act, alert);
  contingency->expires_at_ms = alert->expires_at_ms;
  contingency->exercise = alert->status == VD__CAP_STATUS__CAP_STATUS_EXERCISE;
}

static void propose(struct vd_act *act, Vd__Contingency *contingency, const Vd__CapAlert *alert)
{
  touch(act, contingency);
  take_times(act, contingency, alert);
  Vd__Fact *fact = vd_contingency_tell(act, VD_FACT_CONTINGENCY_PROPOSED, contingency);
  if (fact && alert->n_events > 0)
    vd_strings_add(&fact->why, &fact->n_why, alert->events[0]);
  if (vd_contingency_is_active(contingency)) { // an exercise, which what is real ends
    contingency->ended_at_ms = act->now_ms;
    vd_contingency_stop(act, contingency, "a real alert came", false);
  }
  contingency->state = STATE(PROPOSED);
  contingency->proposed_at_ms = act->now_ms;
  contingency->act_at_ms = 0;
  vd_contingency_call(act, contingency);
}

static void withdraw(struct vd_act *act, Vd__Contingency *contingency, const char *why)
{
  touch(act, contingency);
  vd_contingency_withdraw(act, contingency, why);
}

// The weather is said to be over; the conversion goes on until people say otherwise.
static void ask_to_abort(struct vd_act *act, Vd__Contingency *contingency)
{
  touch(act, contingency);
  Vd__Fact *fact = vd_contingency_tell(act, VD_FACT_CONTINGENCY_WITHDRAWN, contingency);
  if (fact)
    vd_strings_add(&fact->why, &fact->n_why, "active");
  vd_contingency_call(act, contingency);
}

static bool is_converted(const struct vd_venue *venue, const Vd__Contingency *contingency)
{
  return contingency->state == STATE(DONE) && vd_contingency_is_converted(venue, contingency);
}

static void follow(struct vd_act *act, Vd__Contingency *contingency, const Vd__CapAlert *alert)
{
  bool is_exercise = alert->status == VD__CAP_STATUS__CAP_STATUS_EXERCISE;
  bool is_known = strcmp(contingency->alert, alert->identifier) == 0;
  bool is_proposed = contingency->state == STATE(PROPOSED);
  if (is_above(contingency, alert))
    return;
  if (is_cancel(alert)) {
    if (is_proposed)
      withdraw(act, contingency, "cancelled");
    else
      ask_to_abort(act, contingency);
  } else if (vd_contingency_is_active(contingency) && contingency->exercise && !is_exercise) {
    propose(act, contingency, alert);
  } else if (vd_contingency_is_active(contingency) || is_known || is_converted(act->venue, contingency)) {
    return;
  } else if (is_proposed && !triggers(contingency, alert)) {
    withdraw(act, contingency, "updated");
  } else if (is_proposed && contingency->exercise == is_exercise) {
    touch(act, contingency);
    vd_contingency_tell(act, VD_FACT_CONTINGENCY_PROPOSED, contingency);
    take_times(act, contingency, alert);
  } else {
    propose(act, contingency, alert);
  }
}

enum vd_err vd_contingency_propose(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__CapAlert *alert = act->command->contingency_propose->alert;
  enum vd_err err = check(act, alert, refusal);
  if (err != VD_OK)
    return err;
  Vd__Contingency *next = NULL;
  for (Vd__Contingency *one = next_of(act->venue, NULL); one; one = next) {
    next = next_of(act->venue, one->id);
    if (!concerns(one, alert))
      continue;
    follow(act, one, alert);
    reply->number += one->state == STATE(PROPOSED) && !is_above(one, alert);
  }
  return VD_OK;
}
