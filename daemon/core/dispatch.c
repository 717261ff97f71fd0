// What people say about work: control assigns it, the person asked accepts or declines.
#include "daemon/core/dispatch.h"

#include <string.h>

#include "daemon/core/crew.h"
#include "daemon/core/dispatch_internal.h"
#include "daemon/core/drill.h"
#include "daemon/core/escalation.h"
#include "daemon/core/node.h"

// ---- assigning ----

enum vd_err vd_dispatch_assign(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__Assign *assign = act->command->assign;
  Vd__Incident *incident = NULL;
  Vd__Crew *crew = NULL;
  enum vd_err err = vd_incident_get_open(act->venue, assign->incident, &incident, refusal);
  if (err == VD_OK)
    err = vd_crew_get_field(act->venue, assign->crew, "assign.crew", &crew, refusal);
  if (err != VD_OK)
    return err;
  if (!crew->on_duty)
    return vd_refuse(refusal, VD_ERR_OFF_DUTY, "assign.crew", "%s", crew->id);
  if (incident->drill != 0 && !vd_drill_includes(act->venue, incident, crew->id))
    return vd_refuse(refusal, VD_ERR_OUTSIDE_DRILL, "assign.crew", "%s takes no part", crew->id);
  reply->number = incident->number;
  if (strcmp(incident->holder, crew->id) == 0)
    return VD_OK;
  struct vd_candidate candidate = vd_candidate_of(act->venue, incident, crew);
  Vd__Fact *fact = vd_offer_tell(act, VD_FACT_ASSIGNED, incident, crew->id);
  vd_candidate_obstacles(act->venue, incident, &candidate, &fact->why, &fact->n_why);
  vd_offer_assign(act, incident, crew);
  if (incident->drill == 0)
    vd_node_did(act, VD__NODE__NODE_DISPATCH, false);
  return VD_OK;
}

// ---- answering ----

// Who answers, about which incident.
static enum vd_err get_answer(const struct vd_act *act, uint64_t number, Vd__Incident **incident,
                              const char **by, struct vd_refusal *refusal)
{
  enum vd_err err = vd_incident_get(act->venue, number, incident, refusal);
  *by = vd_act_by(act);
  if (err == VD_OK && **by == '\0')
    err = vd_refuse(refusal, VD_ERR_NO_ACTOR, "by", "who answers the offer");
  return err;
}

static enum vd_err refuse_answer(struct vd_refusal *refusal, const char *by, uint64_t number)
{
  return vd_refuse(refusal, VD_ERR_NO_OFFER, "incident", "%s was not asked to take #%llu, or no longer is",
                   by, (unsigned long long)number);
}

enum vd_err vd_dispatch_accept(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  Vd__Incident *incident = NULL;
  const char *by = "";
  uint64_t number = act->command->accept->incident;
  enum vd_err err = get_answer(act, number, &incident, &by, refusal);
  if (err != VD_OK)
    return err;
  if (strcmp(incident->holder, by) == 0) {
    reply->number = number;
    return VD_OK; // said twice, or sent at once and now confirmed
  }
  err = vd_incident_get_open(act->venue, number, &incident, refusal);
  if (err != VD_OK)
    return err;
  Vd__Offer *offer = vd_offer_open_to(act->venue, incident, by);
  if (!offer)
    return refuse_answer(refusal, by, number);
  vd_offer_end(act, offer, VD__OFFER_STATE__OFFER_STATE_ACCEPTED);
  if (offer->handover)
    vd_escalation_drop(act, number, VD__ALERT_WHY__ALERT_WHY_HANDOVER);
  Vd__Fact *fact = vd_offer_tell(act, VD_FACT_ACCEPTED, incident, by);
  if (offer->handover)
    vd_strings_add(&fact->why, &fact->n_why, vd_key_of("from:", offer->from, "").text);
  vd_offer_settle(act, incident, by);
  vd_node_did(act, VD__NODE__NODE_DISPATCH, false);
  reply->number = number;
  return VD_OK;
}

// Work that was sent to its holder, who has not taken it up yet; NULL if it was not sent, or is taken up.
static Vd__Offer *sent_to_holder(const struct vd_venue *venue, const Vd__Incident *incident, const char *by)
{
  if (strcmp(incident->holder, by) != 0 || incident->state != VD__INCIDENT_STATE__INCIDENT_STATE_OPEN)
    return NULL;
  Vd__Offer *sent = NULL;
  for (Vd__Offer *offer = NULL; (offer = vd_offer_each(venue, incident, offer));)
    if (offer->assigned && offer->state == VD__OFFER_STATE__OFFER_STATE_ACCEPTED &&
        strcmp(offer->crew, by) == 0 && (!sent || offer->answered_at_ms >= sent->answered_at_ms))
      sent = offer;
  return sent;
}

static void give_back(struct vd_act *act, Vd__Incident *incident)
{
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &incident->base);
  vd_string_set(&incident->holder, "");
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_INCIDENT, incident->id, &incident->base);
  vd_dispatch_withdraw(act, incident); // a handover of what is not held any more
}

enum vd_err vd_dispatch_decline(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__Decline *decline = act->command->decline;
  Vd__Incident *incident = NULL;
  const char *by = "";
  enum vd_err err = get_answer(act, decline->incident, &incident, &by, refusal);
  if (err == VD_OK)
    err = vd_incident_get_open(act->venue, decline->incident, &incident, refusal);
  if (err != VD_OK)
    return err;
  Vd__Offer *sent = sent_to_holder(act->venue, incident, by);
  Vd__Offer *offer = sent ? sent : vd_offer_open_to(act->venue, incident, by);
  if (!offer)
    return refuse_answer(refusal, by, decline->incident);
  vd_offer_end(act, offer, VD__OFFER_STATE__OFFER_STATE_DECLINED);
  Vd__Fact *fact = vd_offer_tell(act, VD_FACT_DECLINED, incident, by);
  vd_string_set(&fact->text, decline->reason);
  vd_node_did(act, VD__NODE__NODE_DISPATCH, false);
  if (sent)
    give_back(act, incident);
  if (offer->handover)
    vd_handover_failed(act, incident);
  else
    vd_dispatch_offer_next(act, incident);
  reply->number = incident->number;
  return VD_OK;
}
