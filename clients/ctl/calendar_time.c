// Times of a calendar, each on the clock that it names.
#include "clients/ctl/calendar_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "proto/check.h"

static bool has_property(icalcomponent *part, icalproperty_kind kind)
{
  return icalcomponent_get_first_property(part, kind) != NULL;
}

// A time zone given in the file says since when it is how far from UTC, and repeats yearly; anything less, or
// finer, is not one, and libical would take it for UTC.
static bool is_plain_zone(icaltimezone *zone)
{
  icalcomponent *definition = icaltimezone_get_component(zone);
  icalcomponent *part = icalcomponent_get_first_component(definition, ICAL_ANY_COMPONENT);
  if (!part || ctl_calendar_is_damaged(definition))
    return false;
  for (; part; part = icalcomponent_get_next_component(definition, ICAL_ANY_COMPONENT)) {
    if (ctl_calendar_is_damaged(part) || !has_property(part, ICAL_DTSTART_PROPERTY) ||
        !has_property(part, ICAL_TZOFFSETTO_PROPERTY))
      return false;
    icalproperty *rule = icalcomponent_get_first_property(part, ICAL_RRULE_PROPERTY);
    for (; rule; rule = icalcomponent_get_next_property(part, ICAL_RRULE_PROPERTY))
      if (icalproperty_get_rrule(rule).freq != ICAL_YEARLY_RECURRENCE)
        return false;
  }
  return true;
}

// libical looks an unknown name up as a file: let it be a name.
static icaltimezone *builtin_zone(const char *name)
{
  for (const char *at = name; *at; at++)
    if (!isalnum((unsigned char)*at) && !strchr("_+-/", *at))
      return NULL;
  return *name && *name != '/' ? icaltimezone_get_builtin_timezone(name) : NULL;
}

static icaltimezone *zone_named(const struct reader *reader, const char *name)
{
  icaltimezone *zone = builtin_zone(name);
  if (zone)
    return zone;
  zone = icalcomponent_get_timezone(reader->calendar, name);
  return zone && is_plain_zone(zone) ? zone : NULL;
}

int64_t ctl_calendar_instant(const struct reader *reader, struct icaltimetype time, icaltimezone *clock)
{
  icaltimezone *zone = clock ? clock : builtin_zone(reader->event->time_zone);
  if (icaltime_is_utc(time))
    return (int64_t)icaltime_as_timet(time) * 1000;
  time.zone = NULL;
  if (zone)
    return (int64_t)icaltime_as_timet_with_zone(time, zone) * 1000;
  return (int64_t)icaltime_as_timet(time) * 1000 - reader->event->utc_offset_ms;
}

bool ctl_calendar_is_shown(struct icaltimetype time)
{
  struct icaltimetype shown = icaltime_normalize(time);
  return shown.year == time.year && shown.month == time.month && shown.day == time.day &&
         shown.hour == time.hour && shown.minute == time.minute && shown.second == time.second;
}

enum vd_err ctl_calendar_clock(const struct reader *reader, const struct entry *entry, icalproperty *property,
                               icaltimezone **clock)
{
  icalparameter *parameter = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
  struct icaltimetype time = ctl_calendar_time(property);
  *clock = NULL;
  if (!icaltime_is_null_time(time) && !ctl_calendar_is_shown(time))
    return ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, icalproperty_get_property_name(property),
                               "there is no such day or hour");
  if (!parameter)
    return VD_OK;
  const char *name = icalparameter_get_tzid(parameter);
  *clock = zone_named(reader, name ? name : "");
  if (*clock)
    return VD_OK;
  char why[VD_WORD_MAX + 40];
  snprintf(why, sizeof why, "TZID %.64s is not known", name ? name : "");
  return ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, icalproperty_get_property_name(property), why);
}

struct icaltimetype ctl_calendar_time(icalproperty *property)
{
  icalvalue *value = property ? icalproperty_get_value(property) : NULL;
  icalvalue_kind kind = value ? icalvalue_isa(value) : ICAL_NO_VALUE;
  if (kind == ICAL_DATETIME_VALUE)
    return icalvalue_get_datetime(value);
  if (kind == ICAL_DATE_VALUE)
    return icalvalue_get_date(value);
  if (kind == ICAL_DATETIMEPERIOD_VALUE) // RDATE
    return icalvalue_get_datetimeperiod(value).time;
  return icaltime_null_time();
}

enum vd_err ctl_calendar_length(const struct reader *reader, struct entry *entry)
{
  icalproperty *end = icalcomponent_get_first_property(entry->event, ICAL_DTEND_PROPERTY);
  icalproperty *lasts = icalcomponent_get_first_property(entry->event, ICAL_DURATION_PROPERTY);
  icaltimezone *clock = NULL;
  if (end) {
    struct icaltimetype time = ctl_calendar_time(end);
    enum vd_err err = ctl_calendar_clock(reader, entry, end, &clock);
    if (err != VD_OK)
      return err;
    if (!icaltime_is_null_time(time) && !icaltime_is_date(time))
      entry->length_ms = ctl_calendar_instant(reader, time, clock) -
                         ctl_calendar_instant(reader, entry->start, entry->clock);
  } else if (lasts) {
    entry->length_ms = (int64_t)icaldurationtype_as_int(icalproperty_get_duration(lasts)) * 1000;
  }
  if (entry->length_ms > 0)
    return VD_OK;
  return ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, "DTEND", "an end after the start is needed");
}
