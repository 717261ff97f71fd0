// The agenda as a calendar.
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/calendar.h"
#include "proto/message.h"

static const char *in_language(const Vd__Text *text, Vd__Language language, const char *id)
{
  const char *picked = !text                                        ? ""
                       : language == VD__LANGUAGE__LANGUAGE_ZH_HANT ? text->zh_hant
                       : language == VD__LANGUAGE__LANGUAGE_ZH_HANS ? text->zh_hans
                                                                    : text->en;
  if (*picked == '\0' && text)
    picked = text->en;
  return *picked ? picked : id;
}

static struct icaltimetype utc_of(int64_t at_ms)
{
  return icaltime_from_timet_with_zone((time_t)(at_ms / 1000), 0, icaltimezone_get_utc_timezone());
}

static void add_extension(icalcomponent *component, const char *name, const char *value)
{
  icalproperty *property = icalproperty_new_x(value);
  icalproperty_set_x_name(property, name);
  icalcomponent_add_property(component, property);
}

// A name that two zones have would not lead back.
static const char *place_of(const struct vd_fold *fold, const char *id, Vd__Language language)
{
  const Vd__Zone *zone = (const Vd__Zone *)vd_fold_find(fold, VD__KIND__KIND_ZONE, id);
  const char *name = zone ? in_language(zone->name, language, id) : id;
  const Vd__Zone *other = NULL;
  const char *after = NULL;
  while ((other = (const Vd__Zone *)vd_fold_next(fold, VD__KIND__KIND_ZONE, after, ""))) {
    after = other->id;
    if (other != zone && strcmp(in_language(other->name, language, other->id), name) == 0)
      return id;
  }
  return name;
}

static void add_title(icalcomponent *event, const Vd__Session *session, Vd__Language language)
{
  icalproperty *summary = icalproperty_new_summary(in_language(session->title, language, session->id));
  const char *tag = language == VD__LANGUAGE__LANGUAGE_ZH_HANT   ? "zh-Hant"
                    : language == VD__LANGUAGE__LANGUAGE_ZH_HANS ? "zh-Hans"
                                                                 : NULL;
  if (tag)
    icalproperty_add_parameter(summary, icalparameter_new_language(tag));
  icalcomponent_add_property(event, summary);
}

static icalcomponent *event_of(const struct vd_fold *fold, const Vd__Session *session, Vd__Language language,
                               int64_t now_ms)
{
  icalcomponent *event = icalcomponent_new_vevent();
  char uid[100], audience[16];
  bool is_off = session->state == VD__SESSION_STATE__SESSION_STATE_CANCELLED;
  bool is_break = session->kind == VD__SESSION_KIND__SESSION_KIND_BREAK;
  snprintf(uid, sizeof uid, "%s@venued", session->id);
  icalcomponent_add_property(event, icalproperty_new_uid(*session->uid ? session->uid : uid));
  icalcomponent_add_property(event, icalproperty_new_dtstamp(utc_of(now_ms)));
  icalcomponent_add_property(event, icalproperty_new_dtstart(utc_of(session->start_at_ms)));
  icalcomponent_add_property(event, icalproperty_new_dtend(utc_of(session->end_at_ms)));
  add_title(event, session, language);
  icalcomponent_add_property(event, icalproperty_new_location(place_of(fold, session->zone, language)));
  icalcomponent_add_property(event,
                             icalproperty_new_status(is_off ? ICAL_STATUS_CANCELLED : ICAL_STATUS_CONFIRMED));
  if (is_break)
    icalcomponent_add_property(event, icalproperty_new_categories("break"));
  if (session->dense)
    icalcomponent_add_property(event, icalproperty_new_categories("dense"));
  add_extension(event, "X-VENUED-ID", session->id);
  if (session->audience > 0) {
    snprintf(audience, sizeof audience, "%u", session->audience);
    add_extension(event, "X-VENUED-AUDIENCE", audience);
  }
  return event;
}

char *ctl_calendar_write(const struct vd_fold *fold, Vd__Language language, int64_t now_ms)
{
  icalcomponent *calendar = icalcomponent_new_vcalendar();
  const Vd__Event *event = (const Vd__Event *)vd_fold_find(fold, VD__KIND__KIND_EVENT, "event");
  icalcomponent_add_property(calendar, icalproperty_new_version("2.0"));
  icalcomponent_add_property(calendar, icalproperty_new_prodid("-//venued//agenda//EN"));
  if (event)
    add_extension(calendar, "X-WR-CALNAME", in_language(event->name, language, event->id));
  const Vd__Session *session = NULL;
  const char *after = NULL;
  while ((session = (const Vd__Session *)vd_fold_next(fold, VD__KIND__KIND_SESSION, after, ""))) {
    after = session->id;
    if (!session->retired)
      icalcomponent_add_component(calendar, event_of(fold, session, language, now_ms));
  }
  char *written = icalcomponent_as_ical_string_r(calendar), *text = vd_strdup(written);
  icalmemory_free_buffer(written);
  icalcomponent_free(calendar);
  return text;
}
