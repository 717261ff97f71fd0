#include "daemon/core/escalation.h"

#include <string.h>

#include "daemon/core/crew.h"
#include "daemon/core/deadline.h"
#include "daemon/core/escalation_internal.h"
#include "daemon/core/incident.h"
#include "daemon/core/key.h"
#include "daemon/core/venue_internal.h"

// A search for the next different person gives up after this many: nobody's roster is longer on one post.
enum { DIFFERENT_MAX = 16 };

static const char *tier_lead(const Vd__Policy *policy, Vd__Promise promise)
{
  switch (promise) {
  case VD__PROMISE__PROMISE_DECIDE:
    return policy->decide_lead;
  case VD__PROMISE__PROMISE_LAND:
    return policy->land_lead;
  default:
    return policy->respond_lead;
  }
}

// A promise that is no incident's is the team's own.
static const char *lead_post(const struct vd_venue *venue, const Vd__Deadline *deadline)
{
  const Vd__Policy *policy = vd_policy(venue);
  if (deadline->incident != 0)
    return tier_lead(policy, deadline->promise);
  const Vd__Team *team = VD_FIND(venue, TEAM, Team, deadline->team);
  return team && *team->lead ? team->lead : policy->control;
}

static const char *level_post(const struct vd_venue *venue, const Vd__Deadline *deadline, Vd__Level level)
{
  switch (level) {
  case VD__LEVEL__LEVEL_SUPERVISOR:
    return vd_policy(venue)->supervisor;
  case VD__LEVEL__LEVEL_COMMANDER:
    return vd_policy(venue)->commander;
  default:
    return lead_post(venue, deadline);
  }
}

static Vd__Level top_level(const struct vd_venue *venue, const Vd__Deadline *deadline)
{
  const Vd__Policy *policy = vd_policy(venue);
  const Vd__Incident *incident = vd_incident_find(venue, deadline->incident);
  bool reaches_commander =
      incident && (incident->life_safety || incident->severity >= policy->commander_severity);
  return reaches_commander ? VD__LEVEL__LEVEL_COMMANDER : VD__LEVEL__LEVEL_SUPERVISOR;
}

static const char *zone_of(const struct vd_venue *venue, const Vd__Deadline *deadline)
{
  return vd_escalation_zone(venue, deadline->incident, deadline->subject);
}

static void tell_passed_over(struct vd_act *act, const Vd__Deadline *deadline, const char *posts)
{
  vd_passed_over_tell(act, deadline->incident, deadline->subject, posts);
}

// Whoever must know of life safety at second zero, apart from the room itself.
enum { SAFETY_POSTS = 3 };
struct safety_posts {
  const char *items[SAFETY_POSTS];
};

static struct safety_posts safety_posts(const struct vd_venue *venue)
{
  const Vd__Policy *policy = vd_policy(venue);
  return (struct safety_posts){{policy->safety, policy->control, policy->respond_lead}};
}

static void call_for_safety(struct vd_act *act, const Vd__Incident *incident, const char *post)
{
  vd_escalation_call_post(act, incident, post, VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY,
                          VD__PROMISE__PROMISE_UNSPECIFIED, "");
}

void vd_escalation_life_safety(struct vd_act *act, const Vd__Incident *incident)
{
  struct safety_posts posts = safety_posts(act->venue);
  for (size_t i = 0; i < SAFETY_POSTS; i++)
    call_for_safety(act, incident, posts.items[i]);
  vd_escalation_call(act, incident, NULL, VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY,
                     VD__PROMISE__PROMISE_UNSPECIFIED, "");
}

// ---- warning, breach, climb ----

void vd_escalation_warn(struct vd_act *act, Vd__Deadline *deadline)
{
  const char *post = lead_post(act->venue, deadline);
  const Vd__Crew *crew = vd_crew_on_post(act->venue, post, zone_of(act->venue, deadline), NULL);
  if (!crew) {
    tell_passed_over(act, deadline, post);
    return;
  }
  struct vd_alert_call call = {
      .incident = deadline->incident,
      .subject = deadline->subject,
      .whom = crew->id,
      .why = VD__ALERT_WHY__ALERT_WHY_WARNING,
      .promise = deadline->promise,
      .deadline = deadline->id,
      .level = VD__LEVEL__LEVEL_LEAD,
  };
  vd_escalation_raise(act, &call);
}

// Was this person already called about the breach? Their thread says so.
static bool was_called(const struct vd_venue *venue, const Vd__Deadline *deadline, const char *crew)
{
  struct vd_alert_id id = vd_alert_id_of(deadline->incident, deadline->subject, crew);
  const Vd__Alert *alert = VD_FIND(venue, ALERT, Alert, id.text);
  return alert && vd_alert_reason(alert, VD__ALERT_WHY__ALERT_WHY_BREACH, deadline->id);
}

// The holder of the post who has not been called about this breach yet.
static const Vd__Crew *different_on_post(const struct vd_venue *venue, const Vd__Deadline *deadline,
                                         const char *post, const char *zone)
{
  const char *except[DIFFERENT_MAX + 1] = {NULL};
  for (size_t i = 0; i < DIFFERENT_MAX; i++) {
    const Vd__Crew *crew = vd_crew_on_post(venue, post, zone, except);
    if (!crew || !was_called(venue, deadline, crew->id))
      return crew;
    except[i] = crew->id;
  }
  return NULL;
}

static void call_for_breach(struct vd_act *act, Vd__Deadline *deadline, const char *whom, Vd__Level level,
                            const struct vd_passed_over *passed)
{
  struct vd_alert_call call = {
      .incident = deadline->incident,
      .subject = deadline->subject,
      .whom = whom,
      .why = VD__ALERT_WHY__ALERT_WHY_BREACH,
      .promise = deadline->promise,
      .deadline = deadline->id,
      .level = level,
      .called_before = strcmp(deadline->called, whom) == 0 ? "" : deadline->called,
      .passed_over = passed->posts,
      .is_loud = level == VD__LEVEL__LEVEL_CONTROL,
  };
  if (level == VD__LEVEL__LEVEL_CONTROL)
    vd_escalation_raise_last(act, &call, true);
  else
    vd_escalation_raise(act, &call);
  deadline->level = level;
  vd_string_set(&deadline->called, whom);
  deadline->climb_at_ms = act->now_ms + vd_policy(act->venue)->climb_after_ms;
}

// Calls the first level from `from` up that has a different person on duty. False if none has.
static bool call_from(struct vd_act *act, Vd__Deadline *deadline, Vd__Level from,
                      struct vd_passed_over *passed)
{
  const char *zone = zone_of(act->venue, deadline);
  for (Vd__Level level = from; level <= top_level(act->venue, deadline); level++) {
    const char *post = level_post(act->venue, deadline, level);
    const Vd__Crew *crew = different_on_post(act->venue, deadline, post, zone);
    if (crew) {
      if (passed->size > 0)
        tell_passed_over(act, deadline, passed->posts);
      call_for_breach(act, deadline, crew->id, level, passed);
      return true;
    }
    if (!vd_crew_on_post(act->venue, post, zone, NULL))
      vd_pass_over(passed, post); // empty; else whoever is there was called already
  }
  return false;
}

void vd_escalation_breach(struct vd_act *act, Vd__Deadline *deadline)
{
  struct vd_passed_over passed = {.size = 0};
  vd_string_set(&deadline->heard_by, "");
  vd_string_set(&deadline->called, "");
  if (call_from(act, deadline, VD__LEVEL__LEVEL_LEAD, &passed))
    return;
  tell_passed_over(act, deadline, passed.posts);
  call_for_breach(act, deadline, VD_ALERT_CONTROL_ROOM, VD__LEVEL__LEVEL_CONTROL, &passed);
}

// Can the person called last still be called? The control room always can.
static bool can_call_again(const struct vd_venue *venue, const Vd__Deadline *deadline)
{
  if (strcmp(deadline->called, VD_ALERT_CONTROL_ROOM) == 0)
    return true;
  const Vd__Crew *crew = VD_FIND(venue, CREW, Crew, deadline->called);
  return crew && crew->on_duty;
}

static bool is_breach_of(const Vd__AlertReason *reason, const void *deadline)
{
  return reason->why == VD__ALERT_WHY__ALERT_WHY_BREACH && strcmp(reason->deadline, deadline) == 0;
}

// An empty level is said once, not with every repetition: the thread remembers.
static bool was_passed_over(const struct vd_venue *venue, const Vd__Deadline *deadline, const char *posts)
{
  struct vd_alert_id id = vd_alert_id_of(deadline->incident, deadline->subject, deadline->called);
  const Vd__Alert *alert = VD_FIND(venue, ALERT, Alert, id.text);
  const Vd__AlertReason *told =
      alert ? vd_alert_reason(alert, VD__ALERT_WHY__ALERT_WHY_BREACH, deadline->id) : NULL;
  return told && strcmp(told->passed_over, posts) == 0;
}

static void tell_climb(struct vd_act *act, const Vd__Deadline *deadline, enum vd_fact what)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return;
  fact->incident = deadline->incident;
  fact->promise = deadline->promise;
  vd_string_set(&fact->subject, deadline->incident == 0 ? deadline->subject : "");
  vd_string_set(&fact->zone, zone_of(act->venue, deadline));
  vd_string_set(&fact->crew, deadline->called);
}

void vd_escalation_restart(struct vd_act *act, Vd__Deadline *deadline)
{
  deadline->level = VD__LEVEL__LEVEL_UNSPECIFIED;
  deadline->climb_at_ms = act->now_ms;
  vd_string_set(&deadline->called, "");
  vd_string_set(&deadline->heard_by, "");
}

void vd_escalation_climb(struct vd_act *act, Vd__Deadline *deadline)
{
  struct vd_passed_over passed = {.size = 0};
  bool is_restart = deadline->level == VD__LEVEL__LEVEL_UNSPECIFIED;
  bool from_control = deadline->level == VD__LEVEL__LEVEL_CONTROL;
  Vd__Level next = from_control ? VD__LEVEL__LEVEL_LEAD : deadline->level + 1;
  if (call_from(act, deadline, next, &passed)) {
    tell_climb(act, deadline, is_restart ? VD_FACT_CALLED_AGAIN : VD_FACT_CLIMBED);
    return;
  }
  if (can_call_again(act->venue, deadline)) {
    if (passed.size > 0 && !was_passed_over(act->venue, deadline, passed.posts))
      tell_passed_over(act, deadline, passed.posts);
    call_for_breach(act, deadline, deadline->called, deadline->level, &passed);
  } else {
    vd_alert_drop_everywhere(act, deadline->incident, deadline->subject, is_breach_of, deadline->id);
    vd_escalation_breach(act, deadline);
  }
  tell_climb(act, deadline, VD_FACT_CALLED_AGAIN);
}

// ---- withdrawing ----

// Life safety is never withdrawn by itself (standard §4): its reasons name no deadline.
static bool is_about(const Vd__AlertReason *reason, const void *deadline)
{
  return strcmp(reason->deadline, deadline) == 0;
}

void vd_escalation_clear(struct vd_act *act, Vd__Deadline *deadline)
{
  deadline->climb_at_ms = 0;
  vd_alert_drop_everywhere(act, deadline->incident, deadline->subject, is_about, deadline->id);
}

static bool is_because(const Vd__AlertReason *reason, const void *why)
{
  return reason->why == *(const Vd__AlertWhy *)why;
}

void vd_escalation_drop(struct vd_act *act, uint64_t incident, Vd__AlertWhy why)
{
  vd_alert_drop_everywhere(act, incident, "", is_because, &why);
}

static bool is_any(const Vd__AlertReason *reason, const void *unused)
{
  (void)reason;
  (void)unused;
  return true;
}

void vd_escalation_end(struct vd_act *act, const Vd__Incident *incident)
{
  vd_alert_drop_everywhere(act, incident->number, "", is_any, NULL);
}

// ---- somebody leaves ----

// A leaver of several posts is called on each; one who stood in for others leaves it to the safety post.
static void pass_safety_on(struct vd_act *act, const Vd__Incident *incident, const Vd__Crew *leaver)
{
  struct safety_posts posts = safety_posts(act->venue);
  bool is_passed = false;
  for (size_t i = 0; i < SAFETY_POSTS; i++) {
    if (!vd_crew_holds_post(leaver, posts.items[i]))
      continue;
    call_for_safety(act, incident, posts.items[i]);
    is_passed = true;
  }
  if (!is_passed)
    call_for_safety(act, incident, posts.items[0]);
}

// Who is called instead depends on why the leaver was.
static void pass_reason_on(struct vd_act *act, const Vd__Incident *incident, const Vd__AlertReason *reason,
                           const Vd__Crew *leaver)
{
  switch (reason->why) {
  case VD__ALERT_WHY__ALERT_WHY_DECISION:
  case VD__ALERT_WHY__ALERT_WHY_SEVERE:
  case VD__ALERT_WHY__ALERT_WHY_NO_CANDIDATE:
    vd_escalation_call_post(act, incident, tier_lead(vd_policy(act->venue), reason->promise), reason->why,
                            reason->promise, reason->deadline);
    break;
  case VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY:
    pass_safety_on(act, incident, leaver);
    break;
  default: // a breach passes by its climb; a handover ends with its offer
    break;
  }
}

static void pass_warning_on(struct vd_act *act, const Vd__AlertReason *reason)
{
  Vd__Deadline *deadline = VD_FIND(act->venue, DEADLINE, Deadline, reason->deadline);
  if (deadline && vd_deadline_is_running(deadline))
    vd_escalation_warn(act, deadline);
}

static void pass_thread_on(struct vd_act *act, Vd__Alert *alert, const Vd__Crew *leaver)
{
  Vd__Alert *copy = (Vd__Alert *)vd_message_copy(&alert->base);
  const Vd__Incident *incident = vd_incident_find(act->venue, copy->incident);
  const char *zone = vd_escalation_zone(act->venue, copy->incident, copy->subject);
  vd_alert_drop(act, alert, is_any, NULL);
  for (size_t i = 0; i < copy->n_reasons; i++) {
    const Vd__AlertReason *reason = copy->reasons[i];
    if (reason->why == VD__ALERT_WHY__ALERT_WHY_WARNING)
      pass_warning_on(act, reason);
    else if (incident)
      pass_reason_on(act, incident, reason, leaver);
    else if (*reason->post) // else it was this person's alone: a task passes on by itself (task.h)
      vd_escalation_ask(act, copy->subject, zone, reason->post, reason->why);
  }
  vd__alert__free_unpacked(copy, NULL);
}

// The breach they were called about last, heard or not, is somebody else's to know now.
static void pass_breach_on(struct vd_act *act, const char *deadline_id)
{
  Vd__Deadline *deadline = VD_EDIT(act, DEADLINE, Deadline, deadline_id);
  struct vd_passed_over passed = {.size = 0};
  vd_string_set(&deadline->heard_by, "");
  if (!call_from(act, deadline, deadline->level, &passed))
    vd_escalation_climb(act, deadline);
}

void vd_escalation_left(struct vd_act *act, const Vd__Crew *crew)
{
  const struct vd_index *index = act->venue->index;
  struct vd_index_fields breaches = vd_index_collect(index, vd_key_of("called/", crew->id, "/").text);
  for (size_t i = 0; i < breaches.count; i++)
    pass_breach_on(act, breaches.items[i]);
  vd_index_fields_finish(&breaches);
  static const char *const prefixes[] = {"alert/", "heard/"};
  for (size_t at = 0; at < sizeof prefixes / sizeof *prefixes; at++) {
    struct vd_index_fields threads = vd_index_collect(index, vd_key_of(prefixes[at], crew->id, "/").text);
    for (size_t i = 0; i < threads.count; i++) {
      Vd__Alert *alert = VD_FIND(act->venue, ALERT, Alert, threads.items[i]);
      if (!vd_alert_is_digest(alert))
        pass_thread_on(act, alert, crew);
    }
    vd_index_fields_finish(&threads);
  }
}

// ---- repetition without a climb ----

static bool repeats(const Vd__Alert *alert)
{
  return alert->state == VD__ALERT_STATE__ALERT_STATE_OPEN &&
         vd_alert_reason(alert, VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY, "");
}

int64_t vd_alert_next(const struct vd_venue *venue, const Vd__Alert *alert)
{
  return repeats(alert) ? alert->updated_at_ms + vd_policy(venue)->climb_after_ms : VD_NEVER;
}

void vd_escalation_repeat(struct vd_act *act, Vd__Alert *alert)
{
  vd_act_touch(act, VD__KIND__KIND_ALERT, &alert->base);
  alert->calls++;
  alert->updated_at_ms = act->now_ms;
  if (alert->drill == 0)
    vd_node_did(act, VD__NODE__NODE_ESCALATION, true);
  Vd__Fact *fact = vd_act_fact(act, VD_FACT_CALLED_AGAIN);
  if (fact) {
    fact->incident = alert->incident;
    vd_string_set(&fact->crew, *alert->crew ? alert->crew : VD_ALERT_CONTROL_ROOM);
  }
}
