#include "daemon/core/contingency.h"

#include <string.h>

#include "daemon/core/contingency_internal.h"
#include "daemon/core/deadline.h"
#include "daemon/core/escalation.h"
#include "daemon/core/incident.h"
#include "proto/text.h"

#define STATE(NAME) VD__CONTINGENCY_STATE__CONTINGENCY_STATE_##NAME

// ---- finding, telling, calling ----

bool vd_contingency_is_active(const Vd__Contingency *contingency)
{
  return contingency->state == STATE(ACTIVE);
}

const char *vd_contingency_zone(const Vd__Contingency *contingency)
{
  if (contingency->n_from > 0)
    return contingency->from[0]->zone;
  return contingency->n_to > 0 ? contingency->to[0]->zone : "";
}

enum vd_err vd_contingency_get(const struct vd_venue *venue, const char *id, const char *field,
                               Vd__Contingency **contingency, struct vd_refusal *refusal)
{
  *contingency = VD_FIND(venue, CONTINGENCY, Contingency, id);
  if (*contingency && (!(*contingency)->retired || vd_contingency_is_active(*contingency)))
    return VD_OK;
  const char *best = NULL, *after = NULL;
  unsigned distance = UINT32_MAX;
  const Vd__Contingency *other = NULL;
  while ((other = (Vd__Contingency *)vd_fold_next(venue->fold, VD__KIND__KIND_CONTINGENCY, after, ""))) {
    after = other->id;
    if (!other->retired)
      vd_nearest_consider(id, other->id, &best, &distance);
  }
  enum vd_err err = vd_refuse(refusal, VD_ERR_UNKNOWN_CONTINGENCY, field, "%s", id);
  if (refusal && best)
    memcpy(refusal->nearest, best, strnlen(best, sizeof refusal->nearest - 1));
  return err;
}

Vd__Fact *vd_contingency_tell(struct vd_act *act, enum vd_fact what, const Vd__Contingency *contingency)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return NULL;
  vd_string_set(&fact->subject, vd_contingency_subject(contingency).text);
  vd_string_set(&fact->zone, vd_contingency_zone(contingency));
  vd_string_set(&fact->text, contingency->id);
  fact->promise = VD__PROMISE__PROMISE_CONVERT;
  if (contingency->exercise)
    vd_strings_add(&fact->why, &fact->n_why, "exercise");
  return fact;
}

static void tell_why(Vd__Fact *fact, const char *word, const char *value)
{
  struct vd_buffer why = {0};
  vd_buffer_printf(&why, "%s%s", word, value);
  vd_buffer_append(&why, "", 1);
  vd_strings_add(&fact->why, &fact->n_why, (char *)why.data);
  vd_buffer_finish(&why);
}

static void tell_since(const struct vd_act *act, Vd__Fact *fact, int64_t onset_ms)
{
  char at[40];
  vd_instant_format(onset_ms, vd_venue_event(act->venue)->utc_offset_ms, at, sizeof at);
  tell_why(fact, "since:", at);
}

struct vd_key vd_contingency_subject(const Vd__Contingency *contingency)
{
  return vd_key_of("contingency.", contingency->id, "");
}

static struct vd_key deadline_id(const Vd__Contingency *contingency, uint64_t number)
{
  struct vd_key id = vd_key_of(vd_contingency_subject(contingency).text, ".", "");
  vd_key_add_number(&id, number);
  return id;
}

Vd__Deadline *vd_contingency_deadline(const struct vd_venue *venue, const Vd__Contingency *contingency)
{
  return VD_FIND(venue, DEADLINE, Deadline, deadline_id(contingency, contingency->activations).text);
}

void vd_contingency_call(struct vd_act *act, const Vd__Contingency *contingency)
{
  const Vd__Policy *policy = vd_policy(act->venue);
  vd_escalation_ask(act, vd_contingency_subject(contingency).text, vd_contingency_zone(contingency),
                    *policy->decide_lead ? policy->decide_lead : policy->control,
                    VD__ALERT_WHY__ALERT_WHY_CONTINGENCY);
}

static void settle(struct vd_act *act, const Vd__Contingency *contingency)
{
  vd_escalation_settle(act, vd_contingency_subject(contingency).text);
}

static void touch(struct vd_act *act, Vd__Contingency *contingency)
{
  vd_act_touch(act, VD__KIND__KIND_CONTINGENCY, &contingency->base);
}

static enum vd_err refuse_state(const Vd__Contingency *contingency, const char *field,
                                struct vd_refusal *refusal)
{
  Vd__ContingencyState state = contingency->state ? contingency->state : STATE(READY);
  return vd_refuse(refusal, VD_ERR_WRONG_STATE, field, "%s is %s", contingency->id,
                   vd_enum_name(&vd__contingency_state__descriptor, (int)state));
}

static void set_by(const struct vd_act *act, Vd__Contingency *contingency)
{
  const char *by = vd_act_by(act);
  vd_string_set(&contingency->by, *by ? by : act->who->id);
}

// For an undo: what people did, and from which state.
static void did(const struct vd_act *act, Vd__Contingency *contingency, Vd__ContingencyState next)
{
  contingency->act_at_ms = act->now_ms;
  contingency->act_from = contingency->state ? contingency->state : STATE(READY);
  contingency->state = next;
  set_by(act, contingency);
}

// ---- since when ----

struct since {
  int64_t onset_ms; // of the weather
  int64_t known_ms; // when venued learned of it
};

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
  return a_ms < b_ms ? a_ms : b_ms;
}

static enum vd_err read_said(const struct vd_act *act, struct since *since, struct vd_refusal *refusal)
{
  const Vd__Policy *policy = vd_policy(act->venue);
  int64_t said_ms = act->command->contingency_activate->since_at_ms;
  const char *field = "contingency_activate.since_at_ms";
  if (said_ms > act->now_ms + policy->future_skew_ms)
    return vd_refuse(refusal, VD_ERR_ACTED_IN_FUTURE, field, NULL);
  if (said_ms < act->now_ms - policy->late_entry_ms)
    return vd_refuse(refusal, VD_ERR_ACTED_TOO_EARLY, field, "at most %lld min back",
                     (long long)(policy->late_entry_ms / 60000));
  since->onset_ms = earlier(said_ms, vd_act_acted_at(act));
  return VD_OK;
}

static enum vd_err read_since(const struct vd_act *act, const Vd__Contingency *contingency,
                              struct since *since, struct vd_refusal *refusal)
{
  const Vd__ContingencyActivate *activate = act->command->contingency_activate;
  int64_t acted_ms = vd_act_acted_at(act);
  *since = (struct since){acted_ms, acted_ms};
  if (contingency->state == STATE(PROPOSED)) {
    since->onset_ms = earlier(contingency->alert_onset_at_ms, acted_ms);
    since->known_ms = earlier(contingency->proposed_at_ms, acted_ms);
  }
  if (activate->since_at_ms != 0 && activate->incident != 0)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "contingency_activate.incident", "a time or an incident");
  if (activate->incident != 0) {
    const Vd__Incident *incident = vd_incident_find(act->venue, activate->incident);
    if (!incident)
      return vd_refuse(refusal, VD_ERR_UNKNOWN_INCIDENT, "contingency_activate.incident", "%llu",
                       (unsigned long long)activate->incident);
    if (incident->drill != 0)
      return vd_refuse(refusal, VD_ERR_OUTSIDE_DRILL, "contingency_activate.incident",
                       "a drill converts nothing");
    since->onset_ms = earlier(incident->reported_at_ms, acted_ms);
    since->known_ms = earlier(incident->recorded_at_ms, since->known_ms);
  }
  enum vd_err err = activate->since_at_ms != 0 ? read_said(act, since, refusal) : VD_OK;
  since->known_ms = since->known_ms > since->onset_ms ? since->known_ms : since->onset_ms;
  return err;
}

// ---- activation ----

enum { DEADLINES_KEPT = 16 };

// Of one activated again and again the first go; the journal keeps them.
static void open_deadline(struct vd_act *act, Vd__Contingency *contingency, const struct since *since)
{
  contingency->activations++;
  struct vd_key id = deadline_id(contingency, contingency->activations);
  struct vd_key subject = vd_contingency_subject(contingency);
  if (contingency->activations > DEADLINES_KEPT)
    vd_act_remove(act, VD__KIND__KIND_DEADLINE,
                  deadline_id(contingency, contingency->activations - DEADLINES_KEPT).text);
  struct vd_promise promise = {
      .promise = VD__PROMISE__PROMISE_CONVERT,
      .id = id.text,
      .subject = subject.text,
      .team = contingency->team,
      .start_ms = since->onset_ms,
      .limit_ms = contingency->within_ms,
      .detection_ms = since->known_ms - since->onset_ms,
  };
  vd_deadline_open(act, &promise)->waited_ms = contingency->activated_at_ms - since->known_ms;
}

static enum vd_err check_activate(const struct vd_act *act, const Vd__Contingency *contingency,
                                  struct since *since, struct vd_refusal *refusal)
{
  const char *field = "contingency_activate.contingency";
  if (vd_contingency_is_active(contingency))
    return refuse_state(contingency, field, refusal);
  if (contingency->state == STATE(DONE) && vd_contingency_is_converted(act->venue, contingency))
    return refuse_state(contingency, field, refusal);
  enum vd_err err = vd_contingency_check_zones(act->venue, contingency, field, refusal);
  return err == VD_OK ? read_since(act, contingency, since, refusal) : err;
}

enum vd_err vd_contingency_activate(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  Vd__Contingency *contingency = NULL;
  struct since since = {0, 0};
  enum vd_err err = vd_contingency_get(act->venue, act->command->contingency_activate->contingency,
                                       "contingency_activate.contingency", &contingency, refusal);
  if (err == VD_OK)
    err = check_activate(act, contingency, &since, refusal);
  if (err != VD_OK)
    return err;
  touch(act, contingency);
  if (contingency->state != STATE(PROPOSED))
    contingency->exercise = false;
  tell_since(act, vd_contingency_tell(act, VD_FACT_CONTINGENCY_ACTIVATED, contingency), since.onset_ms);
  settle(act, contingency);
  did(act, contingency, STATE(ACTIVE));
  contingency->onset_at_ms = since.onset_ms;
  contingency->activated_at_ms = vd_act_acted_at(act);
  contingency->ended_at_ms = 0;
  vd_string_set(&contingency->reason, "");
  open_deadline(act, contingency, &since);
  vd_contingency_convert(act, contingency);
  vd_steps_begin(act, contingency);
  return VD_OK;
}

// ---- its end ----

static void finish(struct vd_act *act, Vd__Contingency *contingency, int64_t at_ms)
{
  touch(act, contingency);
  if (act->fact)
    tell_why(act->fact, "converted:", contingency->id);
  contingency->state = STATE(DONE);
  contingency->ended_at_ms = at_ms;
  contingency->act_at_ms = 0;
  vd_deadline_meet(act, vd_contingency_deadline(act->venue, contingency), at_ms);
  settle(act, contingency);
  vd_contingency_converted(act, contingency, at_ms);
}

void vd_contingency_task_ended(struct vd_act *act, const Vd__Task *task)
{
  Vd__ContingencyStep *step = VD_FIND(act->venue, CONTINGENCY_STEP, ContingencyStep, task->subject);
  bool is_its_own = step && step->state == VD__STEP_STATE__STEP_STATE_OPEN && step->task == task->number;
  Vd__Contingency *contingency =
      is_its_own ? VD_FIND(act->venue, CONTINGENCY, Contingency, step->contingency) : NULL;
  if (!contingency || !vd_contingency_is_active(contingency))
    return;
  bool is_done = task->state == VD__TASK_STATE__TASK_STATE_DONE;
  vd_act_touch(act, VD__KIND__KIND_CONTINGENCY_STEP, &step->base);
  step->state = is_done ? VD__STEP_STATE__STEP_STATE_DONE : VD__STEP_STATE__STEP_STATE_SKIPPED;
  step->ended_at_ms = task->ended_at_ms;
  touch(act, contingency);
  contingency->done++;
  vd_steps_open(act, contingency);
  int64_t ended_ms = vd_steps_ended_at(act->venue, contingency);
  if (ended_ms != 0)
    finish(act, contingency, ended_ms);
}

// Cut where long, not within a character.
static void set_reason(Vd__Contingency *contingency, const char *reason)
{
  char kept[VD_CONTINGENCY_REASON_MAX + 1];
  size_t size = strnlen(reason, sizeof kept - 1);
  while (size > 0 && ((unsigned char)reason[size] & 0xC0) == 0x80)
    size--;
  memcpy(kept, reason, size);
  kept[size] = '\0';
  vd_string_set(&contingency->reason, kept);
}

void vd_contingency_stop(struct vd_act *act, Vd__Contingency *contingency, const char *reason, bool forgets)
{
  vd_steps_stop(act, contingency, reason, forgets);
  vd_deadline_void(act, vd_contingency_deadline(act->venue, contingency));
  settle(act, contingency);
  vd_contingency_restore(act, contingency);
}

static void decline(struct vd_act *act, Vd__Contingency *contingency, const char *reason)
{
  tell_why(vd_contingency_tell(act, VD_FACT_CONTINGENCY_DECLINED, contingency), "", reason);
  did(act, contingency, STATE(READY));
  set_reason(contingency, reason);
  settle(act, contingency);
}

enum vd_err vd_contingency_abort(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__ContingencyAbort *abort = act->command->contingency_abort;
  const char *field = "contingency_abort.contingency";
  Vd__Contingency *contingency = NULL;
  enum vd_err err = vd_contingency_get(act->venue, abort->contingency, field, &contingency, refusal);
  if (err != VD_OK)
    return err;
  if (contingency->state == STATE(ABORTED))
    return VD_OK;
  if (!vd_contingency_is_active(contingency) && contingency->state != STATE(PROPOSED))
    return refuse_state(contingency, field, refusal);
  if (*abort->reason == '\0')
    return vd_refuse(refusal, VD_ERR_MISSING, "contingency_abort.reason", NULL);
  touch(act, contingency);
  if (contingency->state == STATE(PROPOSED)) {
    decline(act, contingency, abort->reason);
    return VD_OK;
  }
  tell_why(vd_contingency_tell(act, VD_FACT_CONTINGENCY_ABORTED, contingency), "", abort->reason);
  did(act, contingency, STATE(ABORTED));
  set_reason(contingency, abort->reason);
  contingency->ended_at_ms = vd_act_acted_at(act);
  vd_contingency_stop(act, contingency, abort->reason, false);
  return VD_OK;
}

// ---- taking back ----

static bool is_of_the_alert(const Vd__Contingency *contingency, int64_t now_ms)
{
  return contingency->act_from == STATE(PROPOSED) && !contingency->retired &&
         (contingency->expires_at_ms == 0 || contingency->expires_at_ms > now_ms);
}

// As before: ready, or proposed if the alert has not expired meanwhile.
static void take_activation_back(struct vd_act *act, Vd__Contingency *contingency)
{
  vd_contingency_stop(act, contingency, "undone", true);
  contingency->done = 0;
  contingency->state = contingency->act_from == STATE(PROPOSED) ? STATE(READY) : contingency->act_from;
}

static void take_abort_back(struct vd_act *act, Vd__Contingency *contingency)
{
  contingency->state = STATE(ACTIVE);
  contingency->ended_at_ms = 0;
  vd_string_set(&contingency->reason, "");
  vd_deadline_resume(act, vd_contingency_deadline(act->venue, contingency));
  vd_contingency_convert(act, contingency);
  vd_steps_open(act, contingency);
}

static enum vd_err check_undo(const struct vd_act *act, const Vd__Contingency *contingency,
                              struct vd_refusal *refusal)
{
  const char *field = "contingency_undo.contingency";
  bool is_within = contingency->act_at_ms != 0 &&
                   act->now_ms - contingency->act_at_ms <= vd_policy(act->venue)->undo_window_ms;
  bool is_declined = contingency->state == STATE(READY) && is_of_the_alert(contingency, act->now_ms);
  bool is_aborted = contingency->state == STATE(ABORTED) && contingency->act_from == STATE(ACTIVE);
  if (!is_within || !(vd_contingency_is_active(contingency) || is_declined || is_aborted))
    return vd_refuse(refusal, VD_ERR_NOTHING_TO_UNDO, field, NULL);
  return is_aborted ? vd_contingency_check_zones(act->venue, contingency, field, refusal) : VD_OK;
}

enum vd_err vd_contingency_undo(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  Vd__Contingency *contingency = NULL;
  enum vd_err err = vd_contingency_get(act->venue, act->command->contingency_undo->contingency,
                                       "contingency_undo.contingency", &contingency, refusal);
  if (err == VD_OK)
    err = check_undo(act, contingency, refusal);
  if (err != VD_OK)
    return err;
  touch(act, contingency);
  Vd__Fact *fact = vd_contingency_tell(act, VD_FACT_CONTINGENCY_UNDONE, contingency);
  tell_why(fact, "undone:", vd_enum_name(&vd__contingency_state__descriptor, (int)contingency->state));
  if (contingency->state == STATE(ABORTED)) {
    take_abort_back(act, contingency);
  } else {
    if (vd_contingency_is_active(contingency))
      take_activation_back(act, contingency);
    if (is_of_the_alert(contingency, act->now_ms)) {
      contingency->state = STATE(PROPOSED);
      vd_contingency_call(act, contingency);
    }
  }
  contingency->act_at_ms = 0;
  return VD_OK;
}

// ---- time, and the plan ----

void vd_contingency_withdraw(struct vd_act *act, Vd__Contingency *contingency, const char *why)
{
  Vd__Fact *fact = vd_contingency_tell(act, VD_FACT_CONTINGENCY_WITHDRAWN, contingency);
  if (fact)
    tell_why(fact, "", why);
  contingency->state = STATE(READY);
  settle(act, contingency);
}

int64_t vd_contingency_next(const Vd__Contingency *contingency)
{
  bool waits = contingency->state == STATE(PROPOSED) && contingency->expires_at_ms != 0;
  return waits ? contingency->expires_at_ms : VD_NEVER;
}

void vd_contingency_fire(struct vd_act *act, Vd__Contingency *contingency)
{
  touch(act, contingency);
  vd_contingency_withdraw(act, contingency, "expired");
}

void vd_contingency_retired(struct vd_act *act, Vd__Contingency *contingency)
{
  if (contingency->state == STATE(PROPOSED))
    vd_contingency_withdraw(act, contingency, "plan");
}
