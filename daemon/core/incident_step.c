// The three steps of an attempt: respond (or arrive), decide (or approve), land.
//
// A step is said or implied. Said steps are facts; implied ones follow from them: whoever landed it had taken
// it up and knew what to do, at the latest then. So implied steps are derived anew whenever a said one comes
// or goes (vd_attempt_settle), and a later message about an earlier moment ("on it at 09:41", from a phone
// that was offline) takes an implied step's place. A step that was said stands: the same word again changes
// nothing.
#include <assert.h>
#include <string.h>

#include "daemon/core/deadline.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/escalation.h"
#include "daemon/core/incident_internal.h"

Vd__Step **vd_attempt_step(Vd__Attempt *attempt, Vd__Promise tier)
{
  switch (tier) {
  case VD__PROMISE__PROMISE_RESPOND:
    return &attempt->responded;
  case VD__PROMISE__PROMISE_DECIDE:
    return &attempt->decided;
  default:
    return &attempt->landed;
  }
}

Vd__IncidentState vd_attempt_state(const Vd__Attempt *attempt)
{
  if (attempt->landed)
    return VD__INCIDENT_STATE__INCIDENT_STATE_LANDED;
  if (attempt->decided)
    return VD__INCIDENT_STATE__INCIDENT_STATE_DECIDED;
  if (attempt->responded)
    return VD__INCIDENT_STATE__INCIDENT_STATE_RESPONDED;
  return VD__INCIDENT_STATE__INCIDENT_STATE_OPEN;
}

struct vd_steps_taken vd_attempt_taken(Vd__Attempt *attempt)
{
  struct vd_steps_taken taken = {{0}};
  for (Vd__Promise tier = VD_TIER_FIRST; tier <= VD_TIER_LAST; tier++) {
    const Vd__Step *step = *vd_attempt_step(attempt, tier);
    taken.acted_at_ms[tier] = step ? step->acted_at_ms : 0;
  }
  return taken;
}

static void clear_step(Vd__Step **slot)
{
  if (*slot)
    vd__step__free_unpacked(*slot, NULL);
  *slot = NULL;
}

// From the last step down: what was not said is implied by the earliest one said above it.
static void derive_implied(Vd__Attempt *attempt)
{
  const Vd__Step *source = NULL;
  for (int tier = VD_TIER_LAST; tier >= VD_TIER_FIRST; tier--) {
    Vd__Step **slot = vd_attempt_step(attempt, (Vd__Promise)tier);
    if (*slot && !(*slot)->implied) {
      if (!source || (*slot)->acted_at_ms < source->acted_at_ms)
        source = *slot;
      continue;
    }
    clear_step(slot);
    if (source) {
      *slot = (Vd__Step *)vd_message_copy(&source->base);
      (*slot)->implied = true;
    }
  }
}

void vd_attempt_settle(struct vd_act *act, Vd__Incident *incident, Vd__Attempt *attempt,
                       const struct vd_steps_taken *before)
{
  derive_implied(attempt);
  struct vd_steps_taken after = vd_attempt_taken(attempt);
  for (Vd__Promise tier = VD_TIER_FIRST; tier <= VD_TIER_LAST; tier++) {
    int64_t was_ms = before->acted_at_ms[tier], is_ms = after.acted_at_ms[tier];
    if (was_ms == is_ms)
      continue;
    Vd__Deadline *deadline = vd_incident_deadline(act->venue, incident, tier);
    if (was_ms != 0) {
      vd_deadline_resume(act, deadline);
      // A merge, or its undoing, may have moved the clocks while this one stood still.
      if (deadline->start_at_ms != attempt->started_at_ms)
        vd_incident_move_clock(act, deadline, attempt->started_at_ms - deadline->start_at_ms);
    }
    if (is_ms != 0)
      vd_deadline_meet(act, deadline, is_ms);
  }
  incident->state = vd_attempt_state(attempt);
}

// ---- the command ----

struct step {
  uint64_t incident;
  Vd__Promise tier;
  enum vd_fact fact;
  const char *decision; // NULL unless it decides
  bool by_default;
  Vd__Landing landing;
};

static struct step read_step(const Vd__Command *command)
{
  switch (command->act_case) {
  case VD__COMMAND__ACT_DECIDE:
    return (struct step){.incident = command->decide->incident,
                         .tier = VD__PROMISE__PROMISE_DECIDE,
                         .fact = VD_FACT_DECIDED,
                         .decision = command->decide->decision};
  case VD__COMMAND__ACT_APPROVE:
    return (struct step){.incident = command->approve->incident,
                         .tier = VD__PROMISE__PROMISE_DECIDE,
                         .fact = VD_FACT_DEFAULT_APPROVED,
                         .by_default = true};
  case VD__COMMAND__ACT_LAND:
    return (struct step){.incident = command->land->incident,
                         .tier = VD__PROMISE__PROMISE_LAND,
                         .fact = VD_FACT_LANDED,
                         .landing = command->land->landing};
  default:
    return (struct step){.incident = command->act_case == VD__COMMAND__ACT_ARRIVE
                                         ? command->arrive->incident
                                         : command->respond->incident,
                         .tier = VD__PROMISE__PROMISE_RESPOND,
                         .fact = VD_FACT_RESPONDED};
  }
}

static enum vd_err check_decision(const struct vd_act *act, const Vd__Incident *incident, struct step *step,
                                  struct vd_refusal *refusal)
{
  if (step->tier != VD__PROMISE__PROMISE_DECIDE)
    return VD_OK;
  if (step->by_default) {
    step->decision = vd_incident_default(act->venue, incident, act->language);
    return *step->decision
               ? VD_OK
               : vd_refuse(refusal, VD_ERR_NO_DEFAULT, "approve.incident", "%s", incident->category);
  }
  return *step->decision ? VD_OK : vd_refuse(refusal, VD_ERR_MISSING, "decide.decision", NULL);
}

// Once taken up, nobody else is asked to. What names the deadline was withdrawn when that was met.
static void withdraw_calls(struct vd_act *act, const Vd__Incident *incident, Vd__Promise tier)
{
  vd_escalation_drop(act, incident->number, VD__ALERT_WHY__ALERT_WHY_SEVERE);
  // A decision alone finds nobody to put it into effect: an offer under way goes on.
  if (tier == VD__PROMISE__PROMISE_DECIDE && *incident->holder == '\0')
    return;
  vd_dispatch_withdraw(act, incident);
}

static void fill_step(struct vd_act *act, Vd__Step **slot, const char *by, int64_t acted_at_ms)
{
  clear_step(slot);
  *slot = (Vd__Step *)vd_message_new(&vd__step__descriptor);
  (*slot)->acted_at_ms = acted_at_ms;
  (*slot)->recorded_at_ms = act->now_ms;
  vd_string_set(&(*slot)->by, by);
  vd_string_set(&(*slot)->principal, act->who->id);
}

static const char *landing_word(Vd__Landing landing)
{
  switch (landing) {
  case VD__LANDING__LANDING_WORKAROUND:
    return "workaround";
  case VD__LANDING__LANDING_FIXED:
    return "fixed";
  default:
    return "";
  }
}

static const char *words_of(const struct step *step)
{
  return step->decision ? step->decision : landing_word(step->landing);
}

static void take_step(struct vd_act *act, Vd__Incident *incident, Vd__Attempt *attempt,
                      const struct step *step, int64_t acted_at_ms)
{
  const char *by = vd_act_by(act);
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &incident->base);
  vd_act_touch(act, VD__KIND__KIND_ATTEMPT, &attempt->base);
  bool takes_up = step->tier == VD__PROMISE__PROMISE_RESPOND && !attempt->landed;
  if (*by && (takes_up || (step->tier == VD__PROMISE__PROMISE_LAND && *incident->holder == '\0')))
    vd_string_set(&incident->holder, by);
  vd_incident_tell(act, step->fact, incident, step->tier, words_of(step));
  struct vd_steps_taken before = vd_attempt_taken(attempt);
  fill_step(act, vd_attempt_step(attempt, step->tier), by, acted_at_ms);
  if (step->tier == VD__PROMISE__PROMISE_DECIDE) {
    vd_string_set(&attempt->decision, step->decision);
    attempt->by_default = step->by_default;
  }
  if (step->tier == VD__PROMISE__PROMISE_LAND)
    attempt->landing = step->landing;
  vd_attempt_settle(act, incident, attempt, &before);
  withdraw_calls(act, incident, step->tier);
}

// Another decision than the one that stands is kept as a note; one that nobody has told yet, after somebody
// landed it straight away, completes the record.
static void repeat_decision(struct vd_act *act, const Vd__Incident *incident, Vd__Attempt *attempt,
                            const struct step *step)
{
  if (step->by_default || strcmp(step->decision, attempt->decision) == 0)
    return;
  if (*attempt->decision) {
    vd_incident_tell(act, VD_FACT_NOTED, incident, step->tier, step->decision);
    vd_act_note(act, incident->number, VD__NOTE_KIND__NOTE_KIND_REMARK, "%s", step->decision);
    return;
  }
  vd_act_touch(act, VD__KIND__KIND_ATTEMPT, &attempt->base);
  vd_string_set(&attempt->decision, step->decision);
  vd_incident_tell(act, step->fact, incident, step->tier, step->decision);
}

// A workaround may become a fix.
static void repeat_landing(struct vd_act *act, const Vd__Incident *incident, Vd__Attempt *attempt,
                           const struct step *step)
{
  if (step->landing <= attempt->landing)
    return;
  vd_act_touch(act, VD__KIND__KIND_ATTEMPT, &attempt->base);
  attempt->landing = step->landing;
  vd_incident_tell(act, step->fact, incident, step->tier, words_of(step));
}

// The step stands already: a late acknowledgement, which changes nothing unless it has more to say.
static void repeat_step(struct vd_act *act, const Vd__Incident *incident, Vd__Attempt *attempt,
                        const struct step *step)
{
  if (step->tier == VD__PROMISE__PROMISE_DECIDE)
    repeat_decision(act, incident, attempt, step);
  else if (step->tier == VD__PROMISE__PROMISE_LAND)
    repeat_landing(act, incident, attempt, step);
}

enum vd_err vd_incident_step(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  struct step step = read_step(act->command);
  int64_t acted_at_ms = 0;
  Vd__Incident *incident = NULL;
  enum vd_err err = vd_incident_get_open(act->venue, step.incident, &incident, refusal);
  if (!err)
    err = check_decision(act, incident, &step, refusal);
  if (err)
    return err;
  Vd__Attempt *attempt = vd_incident_attempt(act->venue, incident);
  const Vd__Step *standing = *vd_attempt_step(attempt, step.tier);
  reply->number = incident->number;
  int64_t said_ms = act->command->acted_at_ms;
  bool is_earlier = standing && standing->implied && said_ms != 0 && said_ms < standing->acted_at_ms;
  if (standing && !is_earlier) {
    repeat_step(act, incident, attempt, &step);
    return VD_OK;
  }
  err = vd_incident_acted_at(act, attempt->started_at_ms, &acted_at_ms, refusal);
  if (!err)
    take_step(act, incident, attempt, &step, acted_at_ms);
  return err;
}
