// Calls without a climb: about an incident, or about what is none. The rules are told in escalation.h.
#include <string.h>

#include "daemon/core/crew.h"
#include "daemon/core/drill.h"
#include "daemon/core/escalation_internal.h"
#include "daemon/core/key.h"
#include "daemon/core/venue_internal.h"
#include "daemon/core/zone.h"

// ---- whom a call reaches ----

void vd_pass_over(struct vd_passed_over *passed, const char *post)
{
  size_t size = strlen(post), gap = passed->size ? 2 : 0;
  if (passed->size + gap + size >= sizeof passed->posts)
    return;
  memcpy(passed->posts + passed->size, ", ", gap);
  memcpy(passed->posts + passed->size + gap, post, size + 1);
  passed->size += gap + size;
}

void vd_passed_over_tell(struct vd_act *act, uint64_t incident, const char *subject, const char *posts)
{
  if (incident != 0)
    vd_act_note(act, incident, VD__NOTE_KIND__NOTE_KIND_PASSED_OVER, "%s", posts);
  else
    vd_act_note(act, 0, VD__NOTE_KIND__NOTE_KIND_PASSED_OVER, "%s: %s", subject, posts);
}

void vd_escalation_raise(struct vd_act *act, const struct vd_alert_call *call)
{
  vd_alert_raise(act, call);
  if (!vd_drill_has(act->venue, call->incident))
    vd_node_did(act, VD__NODE__NODE_ESCALATION, true);
  // The first one called is who the act is about.
  if (act->fact && *act->fact->crew == '\0')
    vd_string_set(&act->fact->crew, call->whom);
}

void vd_escalation_raise_last(struct vd_act *act, const struct vd_alert_call *like, bool rings_last_resort)
{
  struct vd_alert_call call = *like;
  call.is_loud = true;
  call.level = VD__LEVEL__LEVEL_CONTROL;
  call.whom = VD_ALERT_CONTROL_ROOM;
  vd_escalation_raise(act, &call);
  if (!rings_last_resort || vd_drill_has(act->venue, call.incident))
    return;
  call.whom = VD_ALERT_LAST_RESORT;
  call.why = VD__ALERT_WHY__ALERT_WHY_LAST_RESORT;
  vd_escalation_raise(act, &call);
}

// Calls whoever is on duty on the first of the posts that has somebody. NULL ends them.
static void raise_on(struct vd_act *act, struct vd_alert_call *call, const char *zone,
                     const char *const *posts, bool rings_last_resort)
{
  struct vd_passed_over passed = {.size = 0};
  const Vd__Crew *crew = NULL;
  for (; *posts && !crew; posts++) {
    crew = vd_crew_on_post(act->venue, *posts, zone, NULL);
    if (!crew && **posts)
      vd_pass_over(&passed, *posts);
  }
  if (passed.size > 0)
    vd_passed_over_tell(act, call->incident, call->subject, passed.posts);
  call->passed_over = passed.posts;
  call->whom = crew ? crew->id : "";
  if (crew)
    vd_escalation_raise(act, call);
  else
    vd_escalation_raise_last(act, call, rings_last_resort);
}

// ---- about an incident ----

void vd_escalation_call(struct vd_act *act, const Vd__Incident *incident, const Vd__Crew *crew,
                        Vd__AlertWhy why, Vd__Promise promise, const char *deadline)
{
  struct vd_alert_call call = {
      .incident = incident->number,
      .whom = crew ? crew->id : VD_ALERT_CONTROL_ROOM,
      .why = why,
      .promise = promise,
      .deadline = deadline,
      .is_loud = why == VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY || !crew,
  };
  vd_escalation_raise(act, &call);
}

void vd_escalation_call_post(struct vd_act *act, const Vd__Incident *incident, const char *post,
                             Vd__AlertWhy why, Vd__Promise promise, const char *deadline)
{
  const Vd__Policy *policy = vd_policy(act->venue);
  const char *const posts[] = {post, policy->supervisor, policy->commander, NULL};
  struct vd_alert_call call = {
      .incident = incident->number,
      .why = why,
      .promise = promise,
      .deadline = deadline,
      .is_loud = why == VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY,
  };
  raise_on(act, &call, incident->zone, posts, true);
}

// ---- about what is none ----

void vd_escalation_ask(struct vd_act *act, const char *subject, const char *zone, const char *post,
                       Vd__AlertWhy why)
{
  const Vd__Policy *policy = vd_policy(act->venue);
  if (policy->manual_nodes)
    return;
  const char *const posts[] = {post, policy->supervisor, NULL};
  struct vd_alert_call call = {.subject = subject, .why = why, .post = post};
  raise_on(act, &call, zone, posts, false);
}

void vd_escalation_ask_crew(struct vd_act *act, const char *subject, const Vd__Crew *crew, Vd__AlertWhy why)
{
  struct vd_alert_call call = {.subject = subject, .whom = crew->id, .why = why};
  vd_escalation_raise(act, &call);
}

static bool is_any(const Vd__AlertReason *reason, const void *unused)
{
  (void)reason;
  (void)unused;
  return true;
}

void vd_escalation_settle(struct vd_act *act, const char *subject)
{
  vd_alert_drop_everywhere(act, 0, subject, is_any, NULL);
}

// ---- where it is ----

const char *vd_escalation_zone(const struct vd_venue *venue, uint64_t incident, const char *subject)
{
  static const struct {
    const char *noun;
    Vd__Kind kind;
  } nouns[] = {
      {"zone.", VD__KIND__KIND_ZONE},       {"session.", VD__KIND__KIND_SESSION},
      {"overlap.", VD__KIND__KIND_SESSION}, {"device.", VD__KIND__KIND_DEVICE},
      {"lane.", VD__KIND__KIND_LANE},       {"contingency.", VD__KIND__KIND_CONTINGENCY},
  };
  struct vd_key number = {.size = 0};
  vd_key_add_number(&number, incident);
  Vd__Kind kind = incident != 0 ? VD__KIND__KIND_INCIDENT : VD__KIND__KIND_TASK;
  const char *id = incident != 0 ? number.text : subject;
  for (size_t i = 0; incident == 0 && i < sizeof nouns / sizeof *nouns; i++) {
    size_t size = strlen(nouns[i].noun);
    if (strncmp(subject, nouns[i].noun, size) != 0)
      continue;
    kind = nouns[i].kind;
    id = subject + size;
  }
  const char *zone = vd_zone_of(venue, kind, id);
  return zone ? zone : "";
}
