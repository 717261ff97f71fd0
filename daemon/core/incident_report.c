// How an incident comes to be known, and what is learned of it later: report, amendment, notes.
// A report is never refused for being incomplete (standard §4 "Reports are never lost"): what it leaves open
// is listed in `missing`. A word that is wrong, not absent, is refused with the nearest known.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/deadline.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/drill.h"
#include "daemon/core/escalation.h"
#include "daemon/core/incident_internal.h"
#include "daemon/core/key.h"
#include "daemon/core/node.h"
#include "proto/text.h"

static enum vd_err check_severity(uint32_t severity, const char *field, struct vd_refusal *refusal)
{
  if (severity <= VD_SEVERITY_WORST)
    return VD_OK;
  return vd_refuse(refusal, VD_ERR_BAD_VALUE, field, "severity is 1 to %d, found %u", VD_SEVERITY_WORST,
                   severity);
}

static const Vd__Category *category_of(const struct vd_venue *venue, const Vd__Incident *incident)
{
  return VD_FIND(venue, CATEGORY, Category, incident->category);
}

static bool is_life_safety(const Vd__Category *category)
{
  return category && category->family == VD__FAMILY__FAMILY_LIFE_SAFETY;
}

static bool is_of_device(const Vd__Category *category)
{
  return category && category->family == VD__FAMILY__FAMILY_DEVICE_FAULT;
}

uint32_t vd_incident_severity(const Vd__Category *category)
{
  if (is_life_safety(category))
    return VD_SEVERITY_WORST;
  return category && category->severity > 0 ? category->severity : 1;
}

// ---- what is missing ----

static bool is_missing(const Vd__Incident *incident, const char *field)
{
  for (size_t i = 0; i < incident->n_missing; i++)
    if (strcmp(incident->missing[i], field) == 0)
      return true;
  return false;
}

static void set_missing(Vd__Incident *incident, const char *field, bool missing)
{
  if (is_missing(incident, field) == missing)
    return;
  if (missing) {
    vd_strings_add(&incident->missing, &incident->n_missing, field);
    return;
  }
  size_t kept = 0;
  for (size_t i = 0; i < incident->n_missing; i++) {
    if (strcmp(incident->missing[i], field) == 0)
      free(incident->missing[i]);
    else
      incident->missing[kept++] = incident->missing[i];
  }
  incident->n_missing = kept;
}

// ---- looks like ----

// The earliest is offered, so that a row of reports of one thing points at one incident. The index lists the
// open ones of a zone and category by time, so what came before the window is passed over at once; it does
// not know this one yet as it is now.
uint64_t vd_incident_alike(const struct vd_venue *venue, const Vd__Incident *incident)
{
  if (is_missing(incident, "zone") || incident->drill != 0)
    return 0;
  const int64_t window_ms = vd_policy(venue)->looks_like_ms;
  const int64_t from_ms = incident->reported_at_ms - window_ms;
  struct vd_key prefix = vd_key_of("like/", incident->zone, "/");
  vd_key_add(&prefix, incident->category);
  vd_key_add(&prefix, "/");
  struct vd_key after = prefix;
  vd_key_add_sorted(&after, from_ms > 0 ? (uint64_t)from_ms : 0, VD_KEY_DIGITS);
  const char *key = vd_index_next(venue->index, prefix.text, after.text);
  const Vd__Incident *other =
      key ? vd_incident_find(venue, strtoull(vd_index_last_field(key), NULL, 10)) : NULL;
  bool is_alike = other && other->reported_at_ms <= incident->reported_at_ms + window_ms;
  return is_alike ? other->number : 0;
}

// ---- report ----

static const char *or_else(const char *word, const char *otherwise)
{
  return *word ? word : otherwise;
}

static enum vd_err check_report(const struct vd_act *act, struct vd_refusal *refusal)
{
  const Vd__Report *report = act->command->report;
  enum vd_err err = VD_OK;
  if (*report->zone && strcmp(report->zone, VD_ZONE_UNKNOWN) != 0)
    err = vd_incident_know(act->venue, VD__KIND__KIND_ZONE, report->zone, "report.zone", refusal);
  if (!err && *report->category && strcmp(report->category, VD_CATEGORY_OTHER) != 0)
    err = vd_incident_know(act->venue, VD__KIND__KIND_CATEGORY, report->category, "report.category", refusal);
  if (!err)
    err = vd_drill_check_report(act, refusal);
  return err ? err : check_severity(report->severity, "report.severity", refusal);
}

static void fill_report(const struct vd_act *act, Vd__Incident *incident)
{
  const Vd__Report *report = act->command->report;
  vd_string_set(&incident->zone, or_else(report->zone, VD_ZONE_UNKNOWN));
  vd_string_set(&incident->category, or_else(report->category, VD_CATEGORY_OTHER));
  vd_string_set(&incident->text, report->text);
  incident->source = report->source;
  const Vd__Category *category = category_of(act->venue, incident);
  incident->severity =
      report->severity > 0 && !is_life_safety(category) ? report->severity : vd_incident_severity(category);
  set_missing(incident, "zone", strcmp(incident->zone, VD_ZONE_UNKNOWN) == 0);
  set_missing(incident, "category", *report->category == '\0');
  set_missing(incident, "text", *report->text == '\0');
  const char *reporter = or_else(report->reporter, or_else(vd_act_by(act), act->who->id));
  vd_strings_add(&incident->reporters, &incident->n_reporters, reporter);
}

// A report from longer ago than a late entry may be begins at that bound (venue.c); what was told stays.
static void note_time_told(struct vd_act *act, const Vd__Incident *incident, Vd__Reply *reply)
{
  enum { CLOCK_AT = 11 };
  int64_t utc_offset_ms = vd_venue_event(act->venue)->utc_offset_ms;
  int64_t told_ms = act->cause.command->acted_at_ms;
  if (told_ms == 0 || told_ms >= incident->reported_at_ms)
    return;
  char told[40], begins[40];
  struct vd_buffer sentence = {0};
  vd_instant_format(told_ms, utc_offset_ms, told, sizeof told);
  vd_act_note(act, incident->number, VD__NOTE_KIND__NOTE_KIND_RECORD, "reported as of %s", told);
  vd_instant_format(incident->reported_at_ms, utc_offset_ms, begins, sizeof begins);
  bool is_hant = act->language == VD__LANGUAGE__LANGUAGE_ZH_HANT;
  bool is_hans = act->language == VD__LANGUAGE__LANGUAGE_ZH_HANS;
  vd_buffer_printf(&sentence, "%s%.5s%s",
                   is_hant   ? "已完成，但時限自 "
                   : is_hans ? "已完成，但时限自 "
                             : "Done, but it counts from ",
                   begins + CLOCK_AT,
                   is_hant   ? " 起算。"
                   : is_hans ? " 起算。"
                             : ".");
  vd_string_set(&reply->field, "acted_at_ms");
  vd_buffer_append(&sentence, "", 1);
  vd_string_set(&reply->sentence, (char *)sentence.data);
  vd_buffer_finish(&sentence);
}

// Nothing is assumed to be part of a drill; who takes part in one is told so.
static void say_it_is_real(const struct vd_act *act, Vd__Reply *reply)
{
  vd_string_set(&reply->field, "report.drill");
  vd_string_set(&reply->sentence,
                act->language == VD__LANGUAGE__LANGUAGE_ZH_HANT ? "已完成，並視為真實事件：未註明屬於演練。"
                : act->language == VD__LANGUAGE__LANGUAGE_ZH_HANS
                    ? "已完成，并视为真实事件：未注明属于演练。"
                    : "Done, and taken as real: it did not say that it is part of the drill.");
}

Vd__Incident *vd_incident_open(struct vd_act *act, int64_t reported_at_ms)
{
  Vd__Event *event = VD_EDIT(act, EVENT, Event, "event");
  struct vd_key id = {.size = 0};
  vd_key_add_number(&id, ++event->last_incident);
  Vd__Incident *incident = VD_CREATE(act, INCIDENT, Incident, id.text);
  incident->number = event->last_incident;
  incident->state = VD__INCIDENT_STATE__INCIDENT_STATE_OPEN;
  incident->attempt = 1;
  incident->reported_at_ms = reported_at_ms;
  incident->recorded_at_ms = act->now_ms;
  return incident;
}

void vd_incident_begin(struct vd_act *act, Vd__Incident *incident, int64_t detection_ms)
{
  incident->life_safety = is_life_safety(category_of(act->venue, incident));
  incident->looks_like = vd_incident_alike(act->venue, incident);
  vd_incident_fit(incident);
  vd_incident_tell(act, VD_FACT_REPORTED, incident, VD__PROMISE__PROMISE_UNSPECIFIED, incident->text);
  vd_incident_start(act, incident, incident->reported_at_ms, detection_ms);
  vd_incident_need(act->venue, incident);
  vd_incident_call(act, incident);
}

enum vd_err vd_incident_report(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  enum vd_err err = check_report(act, refusal);
  if (err)
    return err;
  Vd__Incident *incident = vd_incident_open(act, vd_act_acted_at(act));
  fill_report(act, incident);
  if (act->command->report->drill)
    vd_drill_join(act, incident);
  bool is_near_drill = vd_drill_is_near(act, incident); // before it may end the drill
  vd_incident_begin(act, incident, 0);
  if (is_of_device(category_of(act->venue, incident)) && incident->drill == 0) // found by people
    vd_node_did(act, VD__NODE__NODE_FAULT, false);
  note_time_told(act, incident, reply);
  if (is_near_drill)
    say_it_is_real(act, reply);
  reply->number = incident->number;
  reply->looks_like = incident->looks_like;
  return VD_OK;
}

// ---- amendment ----

static enum vd_err check_amend(const struct vd_act *act, const Vd__Incident *incident,
                               struct vd_refusal *refusal)
{
  const Vd__Amend *amend = act->command->amend;
  enum vd_err err = VD_OK;
  if (*amend->zone && strcmp(amend->zone, VD_ZONE_UNKNOWN) != 0)
    err = vd_incident_know(act->venue, VD__KIND__KIND_ZONE, amend->zone, "amend.zone", refusal);
  if (!err && *amend->category && strcmp(amend->category, VD_CATEGORY_OTHER) != 0)
    err = vd_incident_know(act->venue, VD__KIND__KIND_CATEGORY, amend->category, "amend.category", refusal);
  if (!err)
    err = check_severity(amend->severity, "amend.severity", refusal);
  if (err)
    return err;
  const char *category = or_else(amend->category, incident->category);
  if (is_life_safety(VD_FIND(act->venue, CATEGORY, Category, category)) && amend->severity > 0 &&
      amend->severity < VD_SEVERITY_WORST)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "amend.severity", "life safety is always %d",
                     VD_SEVERITY_WORST);
  return VD_OK;
}

// The incident's fields as they will be, borrowed from the command or the incident itself.
struct amended {
  const char *zone, *category, *text;
  uint32_t severity;
  bool is_zone, is_category, is_severity, is_text; // changed
  bool completes_category;                         // said for the first time, even if it is "other"
};

// A severity that was the old category's default follows the new category; one that was said stays.
static uint32_t amended_severity(const Vd__Amend *amend, const Vd__Incident *incident,
                                 const Vd__Category *before, const Vd__Category *after)
{
  if (amend->severity > 0)
    return amend->severity;
  bool follows =
      before != after && (incident->severity == vd_incident_severity(before) || is_life_safety(after));
  return follows ? vd_incident_severity(after) : incident->severity;
}

static struct amended read_amend(const struct vd_act *act, const Vd__Incident *incident)
{
  const Vd__Amend *amend = act->command->amend;
  struct amended to = {
      .zone = or_else(amend->zone, incident->zone),
      .category = or_else(amend->category, incident->category),
      .text = or_else(amend->text, incident->text),
      .completes_category = *amend->category && is_missing(incident, "category"),
  };
  to.severity = amended_severity(amend, incident, category_of(act->venue, incident),
                                 VD_FIND(act->venue, CATEGORY, Category, to.category));
  to.is_zone = strcmp(to.zone, incident->zone) != 0;
  to.is_category = strcmp(to.category, incident->category) != 0;
  to.is_severity = to.severity != incident->severity;
  to.is_text = strcmp(to.text, incident->text) != 0;
  return to;
}

// "zone: unknown -> hall; severity: 2 -> 4". What the text was stands in a note of its own.
static struct vd_buffer words_of_amend(const Vd__Incident *incident, const struct amended *to)
{
  struct vd_buffer words = {0};
  if (to->is_zone)
    vd_buffer_printf(&words, "zone: %s -> %s; ", incident->zone, to->zone);
  if (to->is_category)
    vd_buffer_printf(&words, "category: %s -> %s; ", incident->category, to->category);
  else if (to->completes_category)
    vd_buffer_printf(&words, "category: %s; ", to->category);
  if (to->is_severity)
    vd_buffer_printf(&words, "severity: %u -> %u; ", incident->severity, to->severity);
  if (to->is_text)
    vd_buffer_printf(&words, "text; ");
  if (words.size > 0)
    words.size -= 2;
  vd_buffer_append(&words, "", 1);
  return words;
}

static void apply_amend(struct vd_act *act, Vd__Incident *incident, const struct amended *to)
{
  if (to->is_text && *incident->text)
    vd_act_note(act, incident->number, VD__NOTE_KIND__NOTE_KIND_CORRECTION, "text: %s", incident->text);
  vd_string_set(&incident->zone, to->zone);
  vd_string_set(&incident->category, to->category);
  vd_string_set(&incident->text, to->text);
  incident->severity = to->severity;
  set_missing(incident, "zone", strcmp(incident->zone, VD_ZONE_UNKNOWN) == 0);
  set_missing(incident, "text", *incident->text == '\0');
  if (to->completes_category)
    set_missing(incident, "category", false);
  if (to->is_zone || to->is_category)
    incident->looks_like = vd_incident_alike(act->venue, incident);
  vd_incident_need(act->venue, incident);
}

// Who is called depends on what it is: life safety at once, severity 4 the nearest qualified.
static void call_anew(struct vd_act *act, Vd__Incident *incident, const struct amended *to)
{
  bool was_life_safety = incident->life_safety;
  incident->life_safety = is_life_safety(category_of(act->venue, incident));
  if (incident->life_safety != was_life_safety) {
    Vd__Attempt *attempt = vd_incident_attempt(act->venue, incident);
    if (!attempt->decided) {
      vd_act_touch(act, VD__KIND__KIND_ATTEMPT, &attempt->base);
      vd_incident_predecide(act, incident, attempt);
    }
    if (was_life_safety) // a person said that it is none: nothing is withdrawn by itself
      vd_escalation_drop(act, incident->number, VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY);
    else
      vd_escalation_life_safety(act, incident);
  }
  bool is_worst = to->is_severity && incident->severity == VD_SEVERITY_WORST;
  if (to->is_severity && !is_worst)
    vd_escalation_drop(act, incident->number, VD__ALERT_WHY__ALERT_WHY_SEVERE);
  if (incident->state != VD__INCIDENT_STATE__INCIDENT_STATE_OPEN)
    return;
  if (*incident->holder) {
    if (is_worst)
      vd_escalation_call_post(act, incident, vd_policy(act->venue)->respond_lead,
                              VD__ALERT_WHY__ALERT_WHY_SEVERE, VD__PROMISE__PROMISE_RESPOND, "");
  } else if (to->is_category || is_worst) {
    vd_dispatch_withdraw(act, incident); // the offer went to other skills, or waits where nobody may wait
    vd_dispatch_offer_next(act, incident);
  }
}

enum vd_err vd_incident_amend(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  Vd__Incident *incident = NULL;
  int64_t acted_at_ms = 0;
  enum vd_err err = vd_incident_get_open(act->venue, act->command->amend->incident, &incident, refusal);
  if (!err)
    err = vd_incident_acted_at(act, incident->reported_at_ms, &acted_at_ms, refusal);
  if (!err)
    err = check_amend(act, incident, refusal);
  if (err)
    return err;
  reply->number = incident->number;
  struct amended to = read_amend(act, incident);
  struct vd_buffer words = words_of_amend(incident, &to);
  if (*words.data) {
    const uint32_t severity = incident->severity;
    vd_act_touch(act, VD__KIND__KIND_INCIDENT, &incident->base);
    apply_amend(act, incident, &to);
    vd_incident_tell(act, VD_FACT_AMENDED, incident, VD__PROMISE__PROMISE_UNSPECIFIED, (char *)words.data);
    vd_act_note(act, incident->number, VD__NOTE_KIND__NOTE_KIND_CORRECTION, "%s", (char *)words.data);
    call_anew(act, incident, &to);
    if (incident->severity > severity && incident->drill == 0) // whoever is called now is called by people
      vd_node_did(act, VD__NODE__NODE_ESCALATION, false);
    reply->looks_like = incident->looks_like;
  }
  vd_buffer_finish(&words);
  return VD_OK;
}

// ---- notes ----

enum vd_err vd_incident_note(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__AddNote *note = act->command->note;
  Vd__Incident *incident = NULL;
  enum vd_err err = vd_incident_get(act->venue, note->incident, &incident, refusal);
  if (!err && *note->text == '\0')
    err = vd_refuse(refusal, VD_ERR_MISSING, "note.text", NULL);
  if (err)
    return err;
  vd_incident_tell(act, VD_FACT_NOTED, incident, VD__PROMISE__PROMISE_UNSPECIFIED, note->text);
  vd_act_note(act, incident->number, VD__NOTE_KIND__NOTE_KIND_REMARK, "%s", note->text);
  reply->number = incident->number;
  return VD_OK;
}

enum vd_err vd_incident_log(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__Log *log = act->command->log;
  if (*log->text == '\0')
    return vd_refuse(refusal, VD_ERR_MISSING, "log.text", NULL);
  Vd__Fact *fact = vd_act_fact(act, VD_FACT_LOGGED);
  vd_string_set(&fact->text, log->text);
  vd_act_note(act, 0, VD__NOTE_KIND__NOTE_KIND_DUTY_LOG, "%s", log->text);
  return VD_OK;
}
