// Handing over: all open work of one person is offered to another, who takes it by accepting. Until then it
// stays where it is (standard §4 "Duty"). When a handover ends without that, and the holder has gone, the
// lead is told.
#include <string.h>

#include "daemon/core/crew.h"
#include "daemon/core/dispatch_internal.h"
#include "daemon/core/escalation.h"
#include "daemon/core/node.h"

// So much work changes hands by one command; who holds more hands over once again.
enum { HANDED_OVER_MAX = 128, HANDED_OVER_NAMED = 16 };

struct work {
  Vd__Incident *items[HANDED_OVER_MAX];
  size_t count;
};

// The open work of `from` that is not yet offered to `to`. Says whether there is any at all.
static bool collect(const struct vd_venue *venue, const char *list, const Vd__Crew *from, const Vd__Crew *to,
                    struct work *work)
{
  bool holds_any = false;
  struct vd_key prefix = vd_key_of(list, from->id, "/");
  for (const char *key = NULL;
       work->count < HANDED_OVER_MAX && (key = vd_index_next(venue->index, prefix.text, key));) {
    Vd__Incident *incident = VD_FIND(venue, INCIDENT, Incident, vd_index_last_field(key));
    if (!incident)
      continue;
    holds_any = true;
    if (!vd_offer_open_to(venue, incident, to->id))
      work->items[work->count++] = incident;
  }
  return holds_any;
}

static bool collect_work(const struct vd_venue *venue, const Vd__Crew *from, const Vd__Crew *to,
                         struct work *work)
{
  bool holds_real = collect(venue, "work/", from, to, work);
  return collect(venue, "drill-work/", from, to, work) || holds_real;
}

static void end_handovers(struct vd_act *act, const Vd__Incident *incident)
{
  for (Vd__Offer *offer = NULL; (offer = vd_offer_each(act->venue, incident, offer));)
    if (offer->handover && offer->state == VD__OFFER_STATE__OFFER_STATE_OPEN)
      vd_offer_end(act, offer, VD__OFFER_STATE__OFFER_STATE_WITHDRAWN);
  vd_escalation_drop(act, incident->number, VD__ALERT_WHY__ALERT_WHY_HANDOVER);
}

static void hand_over(struct vd_act *act, const Vd__Incident *incident, const Vd__Crew *from,
                      const Vd__Crew *to)
{
  end_handovers(act, incident);
  Vd__Offer *offer = vd_offer_create(act, incident, to);
  offer->handover = true;
  vd_string_set(&offer->from, from->id);
  vd_escalation_call(act, incident, to, VD__ALERT_WHY__ALERT_WHY_HANDOVER, VD__PROMISE__PROMISE_UNSPECIFIED,
                     "");
}

static void tell(struct vd_act *act, const struct work *work, const Vd__Crew *from, const Vd__Crew *to)
{
  Vd__Fact *fact = vd_act_fact(act, VD_FACT_HANDED_OVER);
  vd_string_set(&fact->who, from->id);
  vd_string_set(&fact->crew, to->id);
  fact->incident = work->count == 1 ? work->items[0]->number : 0;
  for (size_t i = 0; i < work->count && i < HANDED_OVER_NAMED; i++)
    vd_strings_add(&fact->why, &fact->n_why, vd_key_of("#", work->items[i]->id, "").text);
}

enum vd_err vd_dispatch_handover(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__Handover *handover = act->command->handover;
  Vd__Crew *from = NULL, *to = NULL;
  enum vd_err err = vd_crew_get_field(act->venue, handover->from, "handover.from", &from, refusal);
  if (err == VD_OK)
    err = vd_crew_get_field(act->venue, handover->to, "handover.to", &to, refusal);
  if (err != VD_OK)
    return err;
  if (from == to)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "handover.to", "nobody hands over to themselves");
  if (!to->on_duty)
    return vd_refuse(refusal, VD_ERR_OFF_DUTY, "handover.to", "%s", to->id);
  struct work work = {.count = 0};
  if (!collect_work(act->venue, from, to, &work))
    return vd_refuse(refusal, VD_ERR_NOTHING_HELD, "handover.from", "%s", from->id);
  if (work.count == 0)
    return VD_OK; // asked already
  reply->number = work.count == 1 ? work.items[0]->number : 0;
  tell(act, &work, from, to);
  for (size_t i = 0; i < work.count; i++)
    hand_over(act, work.items[i], from, to);
  vd_node_did(act, VD__NODE__NODE_DISPATCH, false);
  return VD_OK;
}

void vd_handover_failed(struct vd_act *act, const Vd__Incident *incident)
{
  vd_escalation_drop(act, incident->number, VD__ALERT_WHY__ALERT_WHY_HANDOVER);
  const Vd__Crew *holder = VD_FIND(act->venue, CREW, Crew, incident->holder);
  if (!holder || !holder->on_duty)
    vd_escalation_call_post(act, incident, vd_policy(act->venue)->respond_lead,
                            VD__ALERT_WHY__ALERT_WHY_NO_CANDIDATE, VD__PROMISE__PROMISE_RESPOND, "");
}
