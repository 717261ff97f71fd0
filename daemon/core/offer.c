// Offers: made to the best, passed on when nobody answers, withdrawn when nobody need be found. The rules and
// the states are told in dispatch.h.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/crew.h"
#include "daemon/core/dispatch_internal.h"
#include "daemon/core/drill.h"
#include "daemon/core/escalation.h"

// Whoever comes on duty finds at most so many waiting incidents looked at, and so much work offered.
enum { WAITING_LOOKED_AT = 256, OFFERED_AT_ONCE = 8, OPEN_OFFERS_MAX = 256 };

// ---- finding ----

Vd__Offer *vd_offer_each(const struct vd_venue *venue, const Vd__Incident *incident, const Vd__Offer *after)
{
  struct vd_key prefix = vd_key_of(incident->id, ".", "");
  vd_key_add_number(&prefix, incident->attempt);
  vd_key_add(&prefix, ".o");
  return (Vd__Offer *)vd_fold_next(venue->fold, VD__KIND__KIND_OFFER, after ? after->id : NULL, prefix.text);
}

static bool is_open(const Vd__Offer *offer)
{
  return offer->state == VD__OFFER_STATE__OFFER_STATE_OPEN;
}

Vd__Offer *vd_offer_open(const struct vd_venue *venue, const Vd__Incident *incident)
{
  for (Vd__Offer *offer = NULL; (offer = vd_offer_each(venue, incident, offer));)
    if (is_open(offer) && !offer->handover)
      return offer;
  return NULL;
}

Vd__Offer *vd_offer_open_to(const struct vd_venue *venue, const Vd__Incident *incident, const char *crew)
{
  for (Vd__Offer *offer = NULL; (offer = vd_offer_each(venue, incident, offer));)
    if (is_open(offer) && strcmp(offer->crew, crew) == 0)
      return offer;
  return NULL;
}

// ---- making and ending ----

Vd__Fact *vd_offer_tell(struct vd_act *act, enum vd_fact what, const Vd__Incident *incident, const char *crew)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return NULL;
  fact->incident = incident->number;
  vd_string_set(&fact->zone, incident->zone);
  vd_string_set(&fact->crew, crew);
  return fact;
}

// The act goes on asking who was offered what, so the offer's keys must not wait for its end.
static void refresh_keys(struct vd_act *act, const Vd__Offer *offer)
{
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_OFFER, offer->id, &offer->base);
}

Vd__Offer *vd_offer_create(struct vd_act *act, const Vd__Incident *incident, const Vd__Crew *crew)
{
  Vd__Attempt *attempt = vd_incident_attempt(act->venue, incident);
  vd_act_touch(act, VD__KIND__KIND_ATTEMPT, &attempt->base);
  struct vd_key id = vd_key_of(attempt->id, ".o", "");
  vd_key_add_number(&id, ++attempt->offers);
  int64_t walk_ms = vd_walk_ms(act->venue, vd_crew_whereabouts(crew), incident->zone);
  Vd__Offer *offer = VD_CREATE(act, OFFER, Offer, id.text);
  offer->incident = incident->number;
  offer->drill = incident->drill;
  vd_string_set(&offer->attempt, attempt->id);
  vd_string_set(&offer->crew, crew->id);
  offer->state = VD__OFFER_STATE__OFFER_STATE_OPEN;
  offer->offered_at_ms = act->now_ms;
  offer->walk_ms = walk_ms == VD_NEVER ? 0 : walk_ms;
  refresh_keys(act, offer);
  return offer;
}

void vd_offer_end(struct vd_act *act, Vd__Offer *offer, Vd__OfferState state)
{
  vd_act_touch(act, VD__KIND__KIND_OFFER, &offer->base);
  offer->state = state;
  bool is_answer =
      state == VD__OFFER_STATE__OFFER_STATE_ACCEPTED || state == VD__OFFER_STATE__OFFER_STATE_DECLINED;
  if (is_answer)
    offer->answered_at_ms = act->now_ms;
  refresh_keys(act, offer);
}

void vd_offer_settle(struct vd_act *act, Vd__Incident *incident, const char *crew)
{
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &incident->base);
  vd_string_set(&incident->holder, crew);
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_INCIDENT, incident->id, &incident->base);
  vd_dispatch_withdraw(act, incident);
  if (incident->drill == 0)
    vd_drill_yield(act, crew);
}

Vd__Offer *vd_offer_assign(struct vd_act *act, Vd__Incident *incident, const Vd__Crew *crew)
{
  Vd__Offer *offer = vd_offer_create(act, incident, crew);
  offer->assigned = true;
  vd_offer_end(act, offer, VD__OFFER_STATE__OFFER_STATE_ACCEPTED);
  vd_offer_settle(act, incident, crew->id);
  return offer;
}

// ---- to whom next ----

// Somebody is still to be found: nobody holds it, and nobody said to have taken it up on the spot.
static bool needs_somebody(const struct vd_venue *venue, const Vd__Incident *incident)
{
  if (incident->state >= VD__INCIDENT_STATE__INCIDENT_STATE_LANDED || *incident->holder)
    return false;
  const Vd__Attempt *attempt = vd_incident_attempt(venue, incident);
  bool is_taken_up = attempt->responded && !attempt->responded->implied;
  return !is_taken_up && !vd_policy(venue)->manual_offers && !vd_offer_open(venue, incident);
}

static void offer_to(struct vd_act *act, const Vd__Incident *incident, const Vd__Crew *crew)
{
  const Vd__Policy *policy = vd_policy(act->venue);
  Vd__Offer *offer = vd_offer_create(act, incident, crew);
  offer->expires_at_ms =
      act->now_ms + (crew->has_phone ? policy->offer_timeout_ms : policy->offer_timeout_radio_ms);
  vd_offer_tell(act, VD_FACT_OFFERED, incident, crew->id);
  if (incident->drill == 0)
    vd_drill_yield(act, crew->id);
}

static void call_lead(struct vd_act *act, const Vd__Incident *incident, Vd__AlertWhy why)
{
  vd_escalation_call_post(act, incident, vd_policy(act->venue)->respond_lead, why,
                          VD__PROMISE__PROMISE_RESPOND, "");
}

// Severity 4 waits for no answer (standard §4): the nearest goes, the lead is informed.
static void find_work_for(struct vd_act *act, Vd__Incident *incident, const Vd__Crew *crew)
{
  if (incident->drill == 0)
    vd_node_did(act, VD__NODE__NODE_DISPATCH, true);
  if (incident->severity < VD_SEVERITY_WORST) {
    offer_to(act, incident, crew);
    return;
  }
  vd_offer_assign(act, incident, crew);
  vd_offer_tell(act, VD_FACT_ASSIGNED, incident, crew->id);
  call_lead(act, incident, VD__ALERT_WHY__ALERT_WHY_SEVERE);
}

void vd_dispatch_offer_next(struct vd_act *act, Vd__Incident *incident)
{
  if (!needs_somebody(act->venue, incident))
    return;
  struct vd_candidate best = vd_candidate_best(act->venue, incident);
  if (best.crew)
    find_work_for(act, incident, best.crew);
  else
    call_lead(act, incident, VD__ALERT_WHY__ALERT_WHY_NO_CANDIDATE);
}

// ---- expiry ----

int64_t vd_offer_next(const Vd__Offer *offer)
{
  return is_open(offer) && offer->expires_at_ms != 0 ? offer->expires_at_ms : VD_NEVER;
}

void vd_offer_fire(struct vd_act *act, Vd__Offer *offer)
{
  Vd__Incident *incident = vd_incident_find(act->venue, offer->incident);
  vd_offer_end(act, offer, VD__OFFER_STATE__OFFER_STATE_EXPIRED);
  vd_offer_tell(act, VD_FACT_OFFER_EXPIRED, incident, offer->crew);
  vd_dispatch_offer_next(act, incident);
}

// ---- withdrawing ----

void vd_dispatch_withdraw(struct vd_act *act, const Vd__Incident *incident)
{
  bool ends_handover = false;
  for (Vd__Offer *offer = NULL; (offer = vd_offer_each(act->venue, incident, offer));) {
    bool goes_on = offer->handover && strcmp(offer->from, incident->holder) == 0;
    if (!is_open(offer) || goes_on)
      continue;
    ends_handover = ends_handover || offer->handover;
    vd_offer_end(act, offer, VD__OFFER_STATE__OFFER_STATE_WITHDRAWN);
  }
  if (ends_handover)
    vd_escalation_drop(act, incident->number, VD__ALERT_WHY__ALERT_WHY_HANDOVER);
  vd_escalation_drop(act, incident->number, VD__ALERT_WHY__ALERT_WHY_NO_CANDIDATE);
}

void vd_dispatch_end(struct vd_act *act, const Vd__Incident *incident)
{
  for (Vd__Offer *offer = NULL; (offer = vd_offer_each(act->venue, incident, offer));)
    if (is_open(offer))
      vd_offer_end(act, offer, VD__OFFER_STATE__OFFER_STATE_WITHDRAWN);
}

// ---- somebody leaves, somebody comes ----

// The keys' last fields, copied: what follows changes the index.
struct fields {
  char **items;
  size_t count;
};

static struct fields collect(const struct vd_venue *venue, const char *prefix, size_t at_most)
{
  struct fields fields = {.count = 0};
  for (const char *key = NULL; fields.count < at_most && (key = vd_index_next(venue->index, prefix, key));)
    vd_strings_add(&fields.items, &fields.count, vd_index_last_field(key));
  return fields;
}

static void fields_finish(struct fields *fields)
{
  for (size_t i = 0; i < fields->count; i++)
    free(fields->items[i]);
  free(fields->items);
}

static void pass_on(struct vd_act *act, Vd__Offer *offer, bool is_on_duty)
{
  Vd__Incident *incident = vd_incident_find(act->venue, offer->incident);
  if (offer->handover && is_on_duty)
    return; // a dead radio: the successor can still be told
  vd_offer_end(act, offer, VD__OFFER_STATE__OFFER_STATE_WITHDRAWN);
  if (offer->handover)
    vd_handover_failed(act, incident);
  else
    vd_dispatch_offer_next(act, incident);
}

static void pass_all_on(struct vd_act *act, const Vd__Crew *crew, const char *list)
{
  struct fields offers = collect(act->venue, vd_key_of(list, crew->id, "/").text, OPEN_OFFERS_MAX);
  for (size_t i = 0; i < offers.count; i++) {
    Vd__Offer *offer = VD_FIND(act->venue, OFFER, Offer, offers.items[i]);
    if (offer && is_open(offer))
      pass_on(act, offer, crew->on_duty);
  }
  fields_finish(&offers);
}

void vd_dispatch_left(struct vd_act *act, const Vd__Crew *crew)
{
  pass_all_on(act, crew, "offer/");
  pass_all_on(act, crew, "drill-offer/");
}

static int compare_waiting(const void *a, const void *b)
{
  const Vd__Incident *left = *(Vd__Incident *const *)a, *right = *(Vd__Incident *const *)b;
  if ((left->drill == 0) != (right->drill == 0))
    return left->drill == 0 ? -1 : 1;
  if (left->severity != right->severity)
    return left->severity > right->severity ? -1 : 1;
  return (left->number > right->number) - (left->number < right->number);
}

// What was left unanswered before a break may be asked again after it.
static bool suits(struct vd_venue *venue, const Vd__Incident *incident, const Vd__Crew *crew)
{
  struct vd_candidate candidate = vd_candidate_of(venue, incident, crew);
  return (candidate.obstacles & ~(unsigned)VD_OBSTACLE_UNANSWERED) == 0;
}

void vd_dispatch_came(struct vd_act *act, const Vd__Crew *crew)
{
  if (!crew->on_duty || !vd_crew_is_reachable(crew))
    return;
  Vd__Incident *waiting[WAITING_LOOKED_AT];
  size_t count = 0;
  for (const char *key = NULL;
       count < WAITING_LOOKED_AT && (key = vd_index_next(act->venue->index, "waiting/", key));) {
    const char *number = vd_index_last_field(key);
    number += strspn(number, "0");
    Vd__Incident *incident = VD_FIND(act->venue, INCIDENT, Incident, number);
    if (incident && vd_incident_is_open(incident))
      waiting[count++] = incident;
  }
  qsort(waiting, count, sizeof *waiting, compare_waiting);
  for (size_t i = 0, offered = 0; i < count && offered < OFFERED_AT_ONCE; i++) {
    if (!needs_somebody(act->venue, waiting[i]) || !suits(act->venue, waiting[i], crew))
      continue;
    find_work_for(act, waiting[i], crew);
    offered++;
  }
}
