#include "daemon/core/drill.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/core/alert.h"
#include "daemon/core/crew.h"
#include "daemon/core/dispatch_internal.h"
#include "daemon/core/escalation.h"
#include "daemon/core/incident_internal.h"
#include "daemon/core/key.h"
#include "proto/check.h"

// Who is told that it is over, where nobody was named; and what a drill may hold so that its end still fits.
enum { TOLD_MAX = 64, END_SIZE_MAX = VD_REASON_MAX + 2 * VD_WORD_MAX + 64 };

static struct vd_key id_of(uint64_t number)
{
  struct vd_key id = vd_key_of("d", "", "");
  vd_key_add_number(&id, number);
  return id;
}

static struct vd_key incidents_of(uint64_t drill)
{
  struct vd_key prefix = vd_key_of("drill/", "", "");
  vd_key_add_number(&prefix, drill);
  vd_key_add(&prefix, "/");
  return prefix;
}

static Vd__Drill *find_running(const struct vd_venue *venue)
{
  const Vd__Event *event = vd_venue_event(venue);
  Vd__Drill *drill =
      event && event->drills > 0 ? VD_FIND(venue, DRILL, Drill, id_of(event->drills).text) : NULL;
  return drill && drill->state == VD__DRILL_STATE__DRILL_STATE_RUNNING ? drill : NULL;
}

const Vd__Drill *vd_drill_running(const struct vd_venue *venue)
{
  return find_running(venue);
}

bool vd_drill_has(const struct vd_venue *venue, uint64_t incident)
{
  const Vd__Incident *found = incident ? vd_incident_find(venue, incident) : NULL;
  return found && found->drill != 0;
}

static bool is_named(const Vd__Drill *drill, const char *crew)
{
  for (size_t i = 0; i < drill->n_crews; i++)
    if (strcmp(drill->crews[i], crew) == 0)
      return true;
  return false;
}

static bool takes_part(const Vd__Drill *drill, const char *crew)
{
  return drill->n_crews == 0 || is_named(drill, crew);
}

bool vd_drill_includes(const struct vd_venue *venue, const Vd__Incident *incident, const char *crew)
{
  const Vd__Drill *drill = VD_FIND(venue, DRILL, Drill, id_of(incident->drill).text);
  return drill && takes_part(drill, crew);
}

// ---- reports ----

// Where a report does not say where, it may be anywhere.
static bool is_in_scope(const Vd__Drill *drill, const char *zone)
{
  return *drill->zone == '\0' || *zone == '\0' || strcmp(zone, VD_ZONE_UNKNOWN) == 0 ||
         strcmp(zone, drill->zone) == 0;
}

enum vd_err vd_drill_check_report(const struct vd_act *act, struct vd_refusal *refusal)
{
  const Vd__Report *report = act->command->report;
  const Vd__Drill *drill = vd_drill_running(act->venue);
  const char *by = vd_act_by(act);
  if (!report->drill)
    return VD_OK;
  if (!drill)
    return vd_refuse(refusal, VD_ERR_NO_DRILL, "report.drill", NULL);
  if (report->source == VD__SOURCE__SOURCE_ATTENDEE || report->source == VD__SOURCE__SOURCE_DEVICE)
    return vd_refuse(refusal, VD_ERR_OUTSIDE_DRILL, "report.source", "attendees and devices take no part");
  if (!is_in_scope(drill, report->zone))
    return vd_refuse(refusal, VD_ERR_OUTSIDE_DRILL, "report.zone", "it is held in %s", drill->zone);
  if (*by && !takes_part(drill, by))
    return vd_refuse(refusal, VD_ERR_OUTSIDE_DRILL, "by", "%s takes no part", by);
  if (vd_act_acted_at(act) < drill->started_at_ms)
    return vd_refuse(refusal, VD_ERR_OUTSIDE_DRILL, "acted_at_ms", "before it began");
  if (drill->reports >= VD_DRILL_REPORTS_MAX)
    return vd_refuse(refusal, VD_ERR_TOO_MANY, "report.drill", "at most %d", VD_DRILL_REPORTS_MAX);
  return VD_OK;
}

enum vd_err vd_drill_check_again(const struct vd_venue *venue, const Vd__Incident *incident,
                                 struct vd_refusal *refusal)
{
  const Vd__Drill *drill = vd_drill_running(venue);
  bool is_over = incident->drill != 0 && (!drill || drill->number != incident->drill);
  return is_over ? vd_refuse(refusal, VD_ERR_NO_DRILL, "incident", "#%llu was part of a drill that is over",
                             (unsigned long long)incident->number)
                 : VD_OK;
}

void vd_drill_join(struct vd_act *act, Vd__Incident *incident)
{
  Vd__Drill *drill = find_running(act->venue);
  vd_act_touch(act, VD__KIND__KIND_DRILL, &drill->base);
  drill->reports++;
  incident->drill = drill->number;
}

bool vd_drill_is_near(const struct vd_act *act, const Vd__Incident *incident)
{
  const Vd__Drill *drill = vd_drill_running(act->venue);
  const char *by = vd_act_by(act);
  return drill && incident->drill == 0 && is_in_scope(drill, incident->zone) && *by && is_named(drill, by);
}

// ---- starting ----

static enum vd_err check_crews(struct vd_act *act, Vd__Drill *drill, struct vd_refusal *refusal)
{
  const Vd__DrillStart *start = act->command->drill_start;
  for (size_t i = 0; i < start->n_crews; i++) {
    Vd__Crew *crew = NULL;
    enum vd_err err = vd_crew_get_field(act->venue, start->crews[i], "drill_start.crews", &crew, refusal);
    if (err != VD_OK)
      return err;
    if (!is_named(drill, crew->id))
      vd_strings_add(&drill->crews, &drill->n_crews, crew->id);
  }
  if (drill->n_crews > VD_DRILL_CREWS_MAX || vd__drill__get_packed_size(drill) + END_SIZE_MAX > VD_ENTITY_MAX)
    return vd_refuse(refusal, VD_ERR_TOO_MANY, "drill_start.crews", "at most %d", VD_DRILL_CREWS_MAX);
  return VD_OK;
}

static enum vd_err check_start(struct vd_act *act, Vd__Drill *drill, struct vd_refusal *refusal)
{
  const Vd__DrillStart *start = act->command->drill_start;
  const Vd__Drill *running = vd_drill_running(act->venue);
  const char *severe = vd_index_next(act->venue->index, "severe/", NULL);
  if (running)
    return vd_refuse(refusal, VD_ERR_DRILL_RUNS, "drill_start", "%s", running->id);
  if (severe)
    return vd_refuse(refusal, VD_ERR_REAL_INCIDENT, "drill_start", "#%llu",
                     strtoull(vd_index_last_field(severe), NULL, 10));
  if (*start->title == '\0')
    return vd_refuse(refusal, VD_ERR_MISSING, "drill_start.title", NULL);
  enum vd_err err = VD_OK;
  if (*start->zone)
    err = vd_incident_know(act->venue, VD__KIND__KIND_ZONE, start->zone, "drill_start.zone", refusal);
  if (err != VD_OK)
    return err;
  vd_string_set(&drill->title, start->title);
  vd_string_set(&drill->zone, start->zone);
  return check_crews(act, drill, refusal);
}

// Only the last drill's end is still told; a drill from long ago goes, with who was told of its end.
static void forget(struct vd_act *act, uint64_t number)
{
  if (number > 1)
    vd_escalation_settle(act, id_of(number - 1).text);
  if (number <= VD_DRILLS_KEPT)
    return;
  struct vd_key old = id_of(number - VD_DRILLS_KEPT), prefix = vd_key_of(old.text, ".", "");
  const ProtobufCMessage *alert;
  while ((alert = vd_fold_next(act->venue->fold, VD__KIND__KIND_ALERT, NULL, prefix.text)))
    vd_act_remove(act, VD__KIND__KIND_ALERT, vd_key_of(vd_message_id(alert), "", "").text);
  vd_act_remove(act, VD__KIND__KIND_DRILL, old.text);
}

static const char *speaker(const struct vd_act *act)
{
  const char *by = vd_act_by(act);
  return *by ? by : act->who->id;
}

static void tell(struct vd_act *act, enum vd_fact what, const Vd__Drill *drill, const char *text)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return;
  fact->drill = drill->number;
  vd_string_set(&fact->subject, drill->id);
  vd_string_set(&fact->zone, drill->zone);
  vd_string_set(&fact->text, text);
}

enum vd_err vd_drill_start(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  Vd__Drill *wanted = (Vd__Drill *)vd_message_new(&vd__drill__descriptor);
  enum vd_err err = check_start(act, wanted, refusal);
  if (err == VD_OK) {
    Vd__Event *event = VD_EDIT(act, EVENT, Event, "event");
    Vd__Drill *drill = VD_CREATE(act, DRILL, Drill, id_of(++event->drills).text);
    drill->number = event->drills;
    vd_string_set(&drill->title, wanted->title);
    vd_string_set(&drill->zone, wanted->zone);
    for (size_t i = 0; i < wanted->n_crews; i++)
      vd_strings_add(&drill->crews, &drill->n_crews, wanted->crews[i]);
    drill->state = VD__DRILL_STATE__DRILL_STATE_RUNNING;
    drill->started_at_ms = act->now_ms;
    vd_string_set(&drill->by, speaker(act));
    tell(act, VD_FACT_DRILL_STARTED, drill, drill->title);
    forget(act, drill->number);
    reply->number = drill->number;
  }
  vd__drill__free_unpacked(wanted, NULL);
  return err;
}

// ---- who is told of the end ----

struct told {
  char *crews[TOLD_MAX];
  size_t count;
};

static void add(struct told *told, const char *crew)
{
  for (size_t i = 0; i < told->count; i++)
    if (strcmp(told->crews[i], crew) == 0)
      return;
  if (*crew && told->count < TOLD_MAX)
    told->crews[told->count++] = vd_strdup(crew);
}

static void add_concerned(const struct vd_venue *venue, const Vd__Incident *incident, struct told *told)
{
  add(told, incident->holder);
  for (Vd__Offer *offer = NULL; (offer = vd_offer_each(venue, incident, offer));)
    if (offer->state == VD__OFFER_STATE__OFFER_STATE_OPEN)
      add(told, offer->crew);
  struct vd_key prefix = vd_key_of(incident->id, ".", "");
  const Vd__Alert *alert = NULL;
  while ((alert = (Vd__Alert *)vd_fold_next(venue->fold, VD__KIND__KIND_ALERT, alert ? alert->id : NULL,
                                            prefix.text)))
    if (alert->state != VD__ALERT_STATE__ALERT_STATE_WITHDRAWN)
      add(told, alert->crew);
}

static void tell_everybody(struct vd_act *act, const Vd__Drill *drill, struct told *told)
{
  for (size_t i = 0; i < told->count; i++) {
    const Vd__Crew *crew = VD_FIND(act->venue, CREW, Crew, told->crews[i]);
    if (crew && crew->on_duty) {
      struct vd_alert_call call = {
          .subject = drill->id, .whom = crew->id, .why = VD__ALERT_WHY__ALERT_WHY_DRILL_OVER};
      vd_alert_raise(act, &call);
    }
    free(told->crews[i]);
  }
}

// ---- ending ----

// Everything that waits for it is withdrawn with it: clocks void, offers and threads gone.
static void cancel(struct vd_act *act, Vd__Incident *incident, const char *reason)
{
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &incident->base);
  vd_incident_end(act, incident, VD__INCIDENT_STATE__INCIDENT_STATE_CANCELLED, act->now_ms);
  vd_act_note(act, incident->number, VD__NOTE_KIND__NOTE_KIND_RECORD, "%s", reason);
  vd_string_set(&incident->reason, reason);
  vd_incident_fit(incident);
}

static void finish(struct vd_act *act, Vd__Drill *drill, const char *reason)
{
  struct told told = {.count = 0};
  vd_act_touch(act, VD__KIND__KIND_DRILL, &drill->base);
  drill->state = VD__DRILL_STATE__DRILL_STATE_ENDED; // first: nothing of it is offered on
  drill->ended_at_ms = act->now_ms;
  vd_string_set(&drill->reason, reason);
  for (size_t i = 0; i < drill->n_crews; i++)
    add(&told, drill->crews[i]);
  struct vd_index_fields open = vd_index_collect(act->venue->index, incidents_of(drill->number).text);
  for (size_t i = 0; i < open.count; i++) {
    Vd__Incident *incident = vd_incident_find(act->venue, strtoull(open.items[i], NULL, 10));
    if (!incident || !vd_incident_is_open(incident))
      continue;
    if (drill->n_crews == 0)
      add_concerned(act->venue, incident, &told);
    cancel(act, incident, reason);
  }
  vd_index_fields_finish(&open);
  tell_everybody(act, drill, &told);
}

enum vd_err vd_drill_end(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const char *reason = act->command->drill_end->reason;
  Vd__Drill *drill = find_running(act->venue);
  if (!drill)
    return vd_refuse(refusal, VD_ERR_NO_DRILL, "drill_end", NULL);
  tell(act, VD_FACT_DRILL_ENDED, drill, *reason ? reason : drill->title);
  finish(act, drill, *reason ? reason : "the drill is over");
  vd_string_set(&drill->ended_by, speaker(act));
  reply->number = drill->number;
  return VD_OK;
}

static const Vd__Incident *severe_in(const struct vd_act *act)
{
  for (size_t i = 0; i < act->count; i++) {
    const Vd__Incident *incident = (const Vd__Incident *)act->items[i].message;
    if (act->items[i].kind == VD__KIND__KIND_INCIDENT && incident && incident->drill == 0 &&
        incident->severity >= VD_DRILL_ENDS_AT_SEVERITY && vd_incident_is_open(incident))
      return incident;
  }
  return NULL;
}

void vd_drill_watch(struct vd_act *act)
{
  Vd__Drill *drill = find_running(act->venue);
  const Vd__Incident *severe = drill ? severe_in(act) : NULL;
  if (!severe)
    return;
  struct vd_key reason = vd_key_of("ended by the real incident #", severe->id, "");
  drill->ended_for = severe->number;
  if (act->fact)
    vd_strings_add(&act->fact->why, &act->fact->n_why, vd_key_of("ends-drill:", drill->id, "").text);
  finish(act, drill, reason.text);
}

// ---- real work goes first ----

static void give_back(struct vd_act *act, Vd__Incident *incident)
{
  vd_act_touch(act, VD__KIND__KIND_INCIDENT, &incident->base);
  vd_string_set(&incident->holder, "");
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_INCIDENT, incident->id, &incident->base);
  vd_dispatch_withdraw(act, incident);
  vd_dispatch_offer_next(act, incident);
}

void vd_drill_yield(struct vd_act *act, const char *crew)
{
  if (!vd_drill_running(act->venue))
    return;
  struct vd_index_fields offers =
      vd_index_collect(act->venue->index, vd_key_of("drill-offer/", crew, "/").text);
  for (size_t i = 0; i < offers.count; i++) {
    Vd__Offer *offer = VD_FIND(act->venue, OFFER, Offer, offers.items[i]);
    if (offer->state != VD__OFFER_STATE__OFFER_STATE_OPEN)
      continue;
    vd_offer_end(act, offer, VD__OFFER_STATE__OFFER_STATE_WITHDRAWN);
    vd_dispatch_offer_next(act, vd_incident_find(act->venue, offer->incident));
  }
  vd_index_fields_finish(&offers);
  struct vd_index_fields held = vd_index_collect(act->venue->index, vd_key_of("drill-work/", crew, "/").text);
  for (size_t i = 0; i < held.count; i++)
    give_back(act, vd_incident_find(act->venue, strtoull(held.items[i], NULL, 10)));
  vd_index_fields_finish(&held);
}
