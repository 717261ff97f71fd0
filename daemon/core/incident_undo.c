// Taking back a mis-tap (standard §4: within 2 min, audited): the last step, closing, cancellation or merge,
// as far as it was recorded within the window. What was last is read off the entities: an incident that ended
// was ended last; else the said step recorded last. What an act implied, voided or withdrew comes back with
// it; breaches recorded meanwhile stay. Later acts come off before earlier ones.
#include <string.h>

#include "daemon/core/deadline.h"
#include "daemon/core/device.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/drill.h"
#include "daemon/core/incident_internal.h"

static bool is_within(const struct vd_act *act, int64_t recorded_at_ms)
{
  return act->now_ms - recorded_at_ms <= vd_policy(act->venue)->undo_window_ms;
}

static enum vd_err refuse_nothing(struct vd_refusal *refusal)
{
  return vd_refuse(refusal, VD_ERR_NOTHING_TO_UNDO, "undo.incident", NULL);
}

static void audit(struct vd_act *act, const Vd__Incident *incident, Vd__Promise tier, const char *what,
                  const char *detail)
{
  vd_incident_tell(act, VD_FACT_UNDONE, incident, tier, what);
  vd_act_note(act, incident->number, VD__NOTE_KIND__NOTE_KIND_CORRECTION, "undone: %s%s%s", what,
              *detail ? ", " : "", detail);
}

// ---- an ending ----

static const char *ending_word(Vd__IncidentState state)
{
  switch (state) {
  case VD__INCIDENT_STATE__INCIDENT_STATE_CLOSED:
    return "close";
  case VD__INCIDENT_STATE__INCIDENT_STATE_CANCELLED:
    return "cancel";
  default:
    return "duplicate";
  }
}

// Who ended it, or why.
static const char *ending_detail(const Vd__Incident *incident)
{
  return incident->state == VD__INCIDENT_STATE__INCIDENT_STATE_CLOSED      ? incident->closed_by
         : incident->state == VD__INCIDENT_STATE__INCIDENT_STATE_CANCELLED ? incident->reason
                                                                           : "";
}

static void revive(struct vd_act *act, Vd__Incident *incident)
{
  Vd__Attempt *attempt = vd_incident_attempt(act->venue, incident);
  vd_act_touch(act, VD__KIND__KIND_ATTEMPT, &attempt->base);
  if (incident->state == VD__INCIDENT_STATE__INCIDENT_STATE_CANCELLED)
    vd_string_set(&incident->reason, "");
  vd_string_set(&incident->closed_by, "");
  incident->state = vd_attempt_state(attempt);
  incident->ended_at_ms = 0;
  attempt->ended_at_ms = 0;
  attempt->decision_called_at_ms = 0;
  for (Vd__Promise tier = VD_TIER_FIRST; tier <= VD_TIER_LAST; tier++) {
    Vd__Deadline *deadline = vd_incident_deadline(act->venue, incident, tier);
    if (deadline->outcome == VD__OUTCOME__OUTCOME_VOID)
      vd_deadline_resume(act, deadline);
  }
  vd_incident_need(act->venue, incident);
  vd_device_incident_revived(act, incident);
  vd_incident_call(act, incident);
}

static enum vd_err undo_ending(struct vd_act *act, Vd__Incident *incident, struct vd_refusal *refusal)
{
  bool is_merge = incident->state == VD__INCIDENT_STATE__INCIDENT_STATE_DUPLICATE;
  if (!is_within(act, incident->ended_at_ms))
    return refuse_nothing(refusal);
  enum vd_err err = is_merge ? vd_incident_can_unmerge(act->venue, incident, refusal) : VD_OK;
  if (!err)
    err = vd_drill_check_again(act->venue, incident, refusal);
  if (err)
    return err;
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &incident->base);
  audit(act, incident, VD__PROMISE__PROMISE_UNSPECIFIED, ending_word(incident->state),
        ending_detail(incident));
  if (is_merge)
    vd_incident_unmerge(act, incident);
  revive(act, incident);
  return VD_OK;
}

// ---- a step ----

// Of two recorded in the same instant the later tier is the last.
static Vd__Promise last_said(Vd__Attempt *attempt)
{
  Vd__Promise last = VD__PROMISE__PROMISE_UNSPECIFIED;
  int64_t recorded_at_ms = INT64_MIN;
  for (Vd__Promise tier = VD_TIER_FIRST; tier <= VD_TIER_LAST; tier++) {
    const Vd__Step *step = *vd_attempt_step(attempt, tier);
    if (!step || step->implied || step->recorded_at_ms < recorded_at_ms)
      continue;
    last = tier;
    recorded_at_ms = step->recorded_at_ms;
  }
  return last;
}

static const char *step_word(Vd__Promise tier)
{
  switch (tier) {
  case VD__PROMISE__PROMISE_DECIDE:
    return "decide";
  case VD__PROMISE__PROMISE_LAND:
    return "land";
  default:
    return "respond";
  }
}

// Who holds the work by what was accepted; the step may have given it to whoever took it.
static const char *holder_by_offers(const struct vd_venue *venue, const Vd__Attempt *attempt)
{
  struct vd_buffer prefix = {0};
  vd_buffer_printf(&prefix, "%s.", attempt->id);
  vd_buffer_append(&prefix, "", 1);
  const Vd__Offer *offer, *last = NULL;
  const char *after = NULL;
  while ((offer = (Vd__Offer *)vd_fold_next(venue->fold, VD__KIND__KIND_OFFER, after, (char *)prefix.data))) {
    after = offer->id;
    if (offer->state == VD__OFFER_STATE__OFFER_STATE_ACCEPTED &&
        (!last || offer->answered_at_ms >= last->answered_at_ms))
      last = offer;
  }
  vd_buffer_finish(&prefix);
  return last ? last->crew : "";
}

static void undo_step(struct vd_act *act, Vd__Incident *incident, Vd__Attempt *attempt, Vd__Promise tier)
{
  Vd__Step **slot = vd_attempt_step(attempt, tier);
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &incident->base);
  vd_act_touch(act, VD__KIND__KIND_ATTEMPT, &attempt->base);
  bool gave_holder =
      tier != VD__PROMISE__PROMISE_DECIDE && *(*slot)->by && strcmp((*slot)->by, incident->holder) == 0;
  audit(act, incident, tier, step_word(tier),
        tier == VD__PROMISE__PROMISE_DECIDE ? attempt->decision : (*slot)->by);
  struct vd_steps_taken before = vd_attempt_taken(attempt);
  vd__step__free_unpacked(*slot, NULL);
  *slot = NULL;
  if (tier == VD__PROMISE__PROMISE_LAND)
    attempt->landing = VD__LANDING__LANDING_UNSPECIFIED;
  vd_attempt_settle(act, incident, attempt, &before);
  vd_incident_need(act->venue, incident);
  if (tier == VD__PROMISE__PROMISE_DECIDE || !attempt->decided) {
    vd_incident_predecide(act, incident, attempt);
    attempt->decision_called_at_ms = 0; // called for again, if it is time
  }
  bool still_has_it = attempt->responded && !attempt->responded->implied &&
                      strcmp(attempt->responded->by, incident->holder) == 0;
  if (gave_holder && !still_has_it) {
    vd_string_set(&incident->holder, holder_by_offers(act->venue, attempt));
    vd_dispatch_withdraw(act, incident); // a handover of what was never theirs
  }
  vd_dispatch_offer_next(act, incident);
}

enum vd_err vd_incident_undo(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  Vd__Incident *incident = NULL;
  enum vd_err err = vd_incident_get(act->venue, act->command->undo->incident, &incident, refusal);
  if (err)
    return err;
  reply->number = incident->number;
  if (!vd_incident_is_open(incident))
    return undo_ending(act, incident, refusal);
  Vd__Attempt *attempt = vd_incident_attempt(act->venue, incident);
  Vd__Promise tier = last_said(attempt);
  if (tier == VD__PROMISE__PROMISE_UNSPECIFIED ||
      !is_within(act, (*vd_attempt_step(attempt, tier))->recorded_at_ms))
    return refuse_nothing(refusal);
  undo_step(act, incident, attempt, tier);
  return VD_OK;
}
