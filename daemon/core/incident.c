// An incident's states, and what each command makes of them:
//
//              respond    decide     land     close       cancel     duplicate   reopen      undo
//              arrive     approve
//   OPEN       RESPONDED  DECIDED    LANDED   not-landed  CANCELLED  DUPLICATE   not-ended   nothing
//   RESPONDED  no-op      DECIDED    LANDED   not-landed  CANCELLED  DUPLICATE   not-ended   step before
//   DECIDED    no-op      no-op      LANDED   not-landed  CANCELLED  DUPLICATE   not-ended   step before
//   LANDED     no-op      no-op      no-op    CLOSED      CANCELLED  DUPLICATE   not-ended   step before
//   CLOSED     ended      ended      ended    no-op       ended      ended       OPEN        LANDED
//   CANCELLED  ended      ended      ended    ended       no-op      ended       OPEN        as before
//   DUPLICATE  ended      ended      ended    ended       ended      no-op       OPEN        as before
//
//   Lower case: a refusal (incident-ended, incident-not-ended, nothing-to-undo) or, for "no-op", a late
//   acknowledgement: a success that changes nothing. A duplicate named twice of the same is one, of another
//   is not. Reopening starts the next attempt. Amending needs an open incident; notes are always taken. The
//   state of an open incident is the highest step taken, said or implied (incident_step.c).
#include "daemon/core/incident.h"

#include <assert.h>
#include <string.h>

#include "daemon/core/deadline.h"
#include "daemon/core/device.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/escalation.h"
#include "daemon/core/incident_internal.h"
#include "daemon/core/key.h"
#include "proto/check.h"

// ---- ids: "42", "42.1", "42.1.respond" ----

static struct vd_key id_of_incident(uint64_t number)
{
  struct vd_key key = {.size = 0};
  vd_key_add_number(&key, number);
  return key;
}

static struct vd_key id_of_attempt(const Vd__Incident *incident)
{
  struct vd_key key = id_of_incident(incident->number);
  vd_key_add(&key, ".");
  vd_key_add_number(&key, incident->attempt);
  return key;
}

static const char *tier_word(Vd__Promise tier)
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

static struct vd_key id_of_deadline(const Vd__Incident *incident, Vd__Promise tier)
{
  struct vd_key key = id_of_attempt(incident);
  vd_key_add(&key, ".");
  vd_key_add(&key, tier_word(tier));
  return key;
}

// ---- finding ----

Vd__Incident *vd_incident_find(const struct vd_venue *venue, uint64_t number)
{
  return VD_FIND(venue, INCIDENT, Incident, id_of_incident(number).text);
}

Vd__Attempt *vd_incident_attempt(const struct vd_venue *venue, const Vd__Incident *incident)
{
  return VD_FIND(venue, ATTEMPT, Attempt, id_of_attempt(incident).text);
}

Vd__Deadline *vd_incident_deadline(const struct vd_venue *venue, const Vd__Incident *incident,
                                   Vd__Promise tier)
{
  return VD_FIND(venue, DEADLINE, Deadline, id_of_deadline(incident, tier).text);
}

bool vd_incident_is_open(const Vd__Incident *incident)
{
  return incident->state >= VD__INCIDENT_STATE__INCIDENT_STATE_OPEN &&
         incident->state <= VD__INCIDENT_STATE__INCIDENT_STATE_LANDED;
}

static void name_number(struct vd_refusal *refusal, uint64_t number)
{
  if (refusal)
    memcpy(refusal->nearest, id_of_incident(number).text, sizeof refusal->nearest);
}

enum vd_err vd_incident_get(const struct vd_venue *venue, uint64_t number, Vd__Incident **incident,
                            struct vd_refusal *refusal)
{
  *incident = vd_incident_find(venue, number);
  if (*incident && (vd_incident_is_open(*incident) || vd_incident_attempt(venue, *incident)))
    return VD_OK;
  if (*incident)
    return vd_refuse(refusal, VD_ERR_GONE, "incident", "#%llu has ended and is being let go",
                     (unsigned long long)number);
  uint64_t last = VD_FIND(venue, EVENT, Event, "event")->last_incident;
  enum vd_err err = vd_refuse(refusal, VD_ERR_UNKNOWN_INCIDENT, "incident", "there is no #%llu",
                              (unsigned long long)number);
  if (number > last && last > 0)
    name_number(refusal, last);
  return err;
}

enum vd_err vd_incident_get_open(const struct vd_venue *venue, uint64_t number, Vd__Incident **incident,
                                 struct vd_refusal *refusal)
{
  enum vd_err err = vd_incident_get(venue, number, incident, refusal);
  if (err || vd_incident_is_open(*incident))
    return err;
  if ((*incident)->state != VD__INCIDENT_STATE__INCIDENT_STATE_DUPLICATE)
    return vd_refuse(refusal, VD_ERR_INCIDENT_ENDED, "incident", "#%llu has ended",
                     (unsigned long long)number);
  err = vd_refuse(refusal, VD_ERR_INCIDENT_ENDED, "incident", "#%llu is a duplicate of #%llu",
                  (unsigned long long)number, (unsigned long long)(*incident)->duplicate_of);
  name_number(refusal, (*incident)->duplicate_of);
  return err;
}

// ---- reading a command ----

enum vd_err vd_incident_acted_at(const struct vd_act *act, int64_t not_before_ms, int64_t *acted_at_ms,
                                 struct vd_refusal *refusal)
{
  *acted_at_ms = vd_act_acted_at(act);
  if (*acted_at_ms < not_before_ms)
    return vd_refuse(refusal, VD_ERR_ACTED_TOO_EARLY, "acted_at_ms", "that is before what it is about");
  return VD_OK;
}

enum vd_err vd_incident_know(const struct vd_venue *venue, Vd__Kind kind, const char *id, const char *field,
                             struct vd_refusal *refusal)
{
  if (vd_fold_find(venue->fold, kind, id))
    return VD_OK;
  const char *best = NULL, *after = NULL;
  unsigned distance = UINT32_MAX;
  const ProtobufCMessage *message;
  while ((message = vd_fold_next(venue->fold, kind, after, ""))) {
    after = vd_message_id(message);
    vd_nearest_consider(id, after, &best, &distance);
  }
  enum vd_err code = kind == VD__KIND__KIND_ZONE ? VD_ERR_UNKNOWN_ZONE : VD_ERR_UNKNOWN_CATEGORY;
  vd_refuse(refusal, code, field, "%s", id);
  if (refusal && best)
    memcpy(refusal->nearest, best, strnlen(best, sizeof refusal->nearest - 1));
  return code;
}

// ---- telling ----

void vd_incident_tell(struct vd_act *act, enum vd_fact what, const Vd__Incident *incident, Vd__Promise tier,
                      const char *text)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return;
  fact->incident = incident->number;
  fact->promise = tier;
  vd_string_set(&fact->zone, incident->zone);
  vd_string_set(&fact->crew, incident->holder);
  vd_string_set(&fact->text, text);
}

// ---- the default decision ----

static const char *in_language(const Vd__Text *text, Vd__Language language)
{
  if (!text)
    return "";
  if (language == VD__LANGUAGE__LANGUAGE_ZH_HANT && *text->zh_hant)
    return text->zh_hant;
  if (language == VD__LANGUAGE__LANGUAGE_ZH_HANS && *text->zh_hans)
    return text->zh_hans;
  return *text->en ? text->en : *text->zh_hant ? text->zh_hant : text->zh_hans;
}

static const char *page_title(const struct vd_venue *venue, const char *category, Vd__Language language)
{
  struct vd_buffer prefix = {0};
  vd_buffer_printf(&prefix, "%s.", category);
  vd_buffer_append(&prefix, "", 1);
  const char *title = "", *after = NULL;
  const Vd__Page *page;
  while ((page = (Vd__Page *)vd_fold_next(venue->fold, VD__KIND__KIND_PAGE, after, (char *)prefix.data))) {
    after = page->id;
    if (*title == '\0' || page->language == language)
      title = page->title;
  }
  vd_buffer_finish(&prefix);
  return title;
}

const char *vd_incident_default(const struct vd_venue *venue, const Vd__Incident *incident,
                                Vd__Language language)
{
  const Vd__Category *category = VD_FIND(venue, CATEGORY, Category, incident->category);
  const char *decision = in_language(category ? category->default_decision : NULL, language);
  if (*decision == '\0' && incident->life_safety)
    return page_title(venue, incident->category, language);
  return decision;
}

void vd_incident_predecide(struct vd_act *act, const Vd__Incident *incident, Vd__Attempt *attempt)
{
  const char *decision =
      incident->life_safety ? vd_incident_default(act->venue, incident, act->language) : "";
  vd_string_set(&attempt->decision, decision);
  attempt->by_default = *decision != '\0';
}

int64_t vd_attempt_next(const struct vd_venue *venue, const Vd__Attempt *attempt)
{
  (void)venue;
  bool waits = attempt->ended_at_ms == 0 && !attempt->decided && attempt->decision_called_at_ms == 0;
  return waits ? attempt->decision_call_at_ms : VD_NEVER;
}

void vd_incident_call_decision(struct vd_act *act, Vd__Attempt *attempt)
{
  const Vd__Incident *incident = vd_incident_find(act->venue, attempt->incident);
  vd_act_touch(act, VD__KIND__KIND_ATTEMPT, &attempt->base);
  attempt->decision_called_at_ms = act->now_ms;
  const char *decision = vd_incident_default(act->venue, incident, act->language);
  if (*decision == '\0')
    return; // the plan was changed meanwhile: there is nothing to approve
  const Vd__Deadline *deadline = vd_incident_deadline(act->venue, incident, VD__PROMISE__PROMISE_DECIDE);
  vd_incident_tell(act, VD_FACT_DECISION_CALLED, incident, VD__PROMISE__PROMISE_DECIDE, decision);
  vd_escalation_call_post(act, incident, vd_policy(act->venue)->decide_lead,
                          VD__ALERT_WHY__ALERT_WHY_DECISION, VD__PROMISE__PROMISE_DECIDE, deadline->id);
}

// ---- attempts ----

static Vd__Deadline *open_deadline(struct vd_act *act, const Vd__Incident *incident,
                                   const Vd__Attempt *attempt, Vd__Promise tier, int64_t detection_ms)
{
  const Vd__Policy *policy = vd_policy(act->venue);
  const Vd__Category *category = VD_FIND(act->venue, CATEGORY, Category, incident->category);
  const struct {
    const char *team;
    int64_t policy_ms, category_ms;
  } of_tier[] = {
      [VD__PROMISE__PROMISE_RESPOND] = {policy->respond_team, policy->respond_limit_ms,
                                        category ? category->respond_limit_ms : 0},
      [VD__PROMISE__PROMISE_DECIDE] = {policy->decide_team, policy->decide_limit_ms,
                                       category ? category->decide_limit_ms : 0},
      [VD__PROMISE__PROMISE_LAND] = {policy->land_team, policy->land_limit_ms,
                                     category ? category->land_limit_ms : 0},
  };
  struct vd_key id = id_of_deadline(incident, tier);
  struct vd_promise promise = {
      .promise = tier,
      .id = id.text,
      .subject = attempt->id,
      .incident = incident->number,
      .team = of_tier[tier].team,
      .start_ms = attempt->started_at_ms,
      .limit_ms = of_tier[tier].category_ms > 0 ? of_tier[tier].category_ms : of_tier[tier].policy_ms,
      .detection_ms = detection_ms,
      .drill = incident->drill,
  };
  return vd_deadline_open(act, &promise);
}

Vd__Attempt *vd_incident_start(struct vd_act *act, Vd__Incident *incident, int64_t start_ms,
                               int64_t detection_ms)
{
  struct vd_key id = id_of_attempt(incident);
  Vd__Attempt *attempt = VD_CREATE(act, ATTEMPT, Attempt, id.text);
  attempt->incident = incident->number;
  attempt->index = incident->attempt;
  attempt->drill = incident->drill;
  attempt->started_at_ms = start_ms;
  vd_incident_predecide(act, incident, attempt);
  for (Vd__Promise tier = VD_TIER_FIRST; tier <= VD_TIER_LAST; tier++) {
    const Vd__Deadline *deadline = open_deadline(act, incident, attempt, tier, detection_ms);
    if (tier != VD__PROMISE__PROMISE_DECIDE)
      continue;
    int64_t call_at_ms = deadline->due_at_ms - vd_policy(act->venue)->decision_call_ms;
    attempt->decision_call_at_ms = call_at_ms > start_ms ? call_at_ms : start_ms;
  }
  return attempt;
}

void vd_incident_call(struct vd_act *act, Vd__Incident *incident)
{
  if (incident->life_safety)
    vd_escalation_life_safety(act, incident);
  vd_dispatch_offer_next(act, incident);
}

void vd_incident_end(struct vd_act *act, Vd__Incident *incident, Vd__IncidentState state, int64_t acted_at_ms)
{
  assert(vd_incident_is_open(incident));
  Vd__Attempt *attempt = vd_incident_attempt(act->venue, incident);
  vd_act_touch(act, VD__KIND__KIND_ATTEMPT, &attempt->base);
  vd_dispatch_end(act, incident);
  for (Vd__Promise tier = VD_TIER_FIRST; tier <= VD_TIER_LAST; tier++) {
    Vd__Deadline *deadline = vd_incident_deadline(act->venue, incident, tier);
    if (vd_deadline_is_running(deadline))
      vd_deadline_void(act, deadline);
  }
  incident->state = state;
  incident->ended_at_ms = act->now_ms;
  attempt->ended_at_ms = acted_at_ms;
  vd_escalation_end(act, incident);
  vd_device_incident_ended(act, incident);
}

// ---- size ----

// What later acts may add: a holder, who closed it, instants, counters.
static size_t size_to_come(const Vd__Incident *incident)
{
  const size_t word = VD_WORD_MAX + 3, numbers = 96;
  const size_t needed = incident->needed_by_at_ms ? 0 : 9;
  return numbers + needed + (*incident->holder ? 0 : word) + (*incident->closed_by ? 0 : word);
}

static size_t excess_of(const Vd__Incident *incident)
{
  size_t size = vd__incident__get_packed_size(incident) + size_to_come(incident);
  return size > VD_ENTITY_MAX ? size - VD_ENTITY_MAX : 0;
}

void vd_incident_fit(Vd__Incident *incident)
{
  if (excess_of(incident) == 0)
    return;
  vd_string_set(&incident->needed_by, ""); // the time stays, and says enough
  while (excess_of(incident) > 0 && incident->n_reporters > 1)
    vd_string_set(&incident->reporters[--incident->n_reporters], "");
  size_t excess = excess_of(incident), size = strlen(incident->reason);
  if (excess == 0 || size == 0)
    return;
  size = size > excess ? size - excess : 0;
  while (size > 0 && ((unsigned char)incident->reason[size] & 0xC0) == 0x80)
    size--; // never half a character
  incident->reason[size] = '\0';
}
