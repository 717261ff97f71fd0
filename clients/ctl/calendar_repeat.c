// Repeated events: one session for each time, within bounds.
#include "clients/ctl/calendar_internal.h"

#include <stdlib.h>
#include <string.h>

#include "proto/message.h"

enum { STEPS_MAX = 100000, DATES_MAX = 1000 };

static enum vd_err take_step(struct reader *reader, const struct entry *entry, const char *property)
{
  bool is_left = reader->steps++ < STEPS_MAX;
  return is_left ? VD_OK : ctl_calendar_refuse(reader, entry, VD_ERR_TOO_MANY, property, "");
}

char *ctl_calendar_uid(const char *uid, int64_t start_ms)
{
  time_t seconds = (time_t)(start_ms / 1000);
  struct icaltimetype time = icaltime_from_timet_with_zone(seconds, 0, icaltimezone_get_utc_timezone());
  struct vd_buffer made = {0};
  vd_buffer_printf(&made, "%s/%04d%02d%02dT%02d%02d%02dZ", uid, time.year, time.month, time.day, time.hour,
                   time.minute, time.second);
  vd_buffer_append(&made, "", 1);
  return (char *)made.data;
}

static enum vd_err is_excluded(struct reader *reader, const struct entry *entry, int64_t start_ms,
                               bool *excluded)
{
  icalproperty *property = icalcomponent_get_first_property(entry->event, ICAL_EXDATE_PROPERTY);
  *excluded = false;
  while (property && !*excluded) {
    icaltimezone *clock = NULL;
    struct icaltimetype time = ctl_calendar_time(property);
    enum vd_err err = ctl_calendar_clock(reader, entry, property, &clock);
    if (err == VD_OK)
      err = take_step(reader, entry, "EXDATE");
    if (err != VD_OK)
      return err;
    if (icaltime_is_date(time)) { // the whole day of the start
      time.hour = entry->start.hour;
      time.minute = entry->start.minute;
      time.second = entry->start.second;
      time.is_date = 0;
      clock = entry->clock;
    }
    *excluded = !icaltime_is_null_time(time) && ctl_calendar_instant(reader, time, clock) == start_ms;
    property = icalcomponent_get_next_property(entry->event, ICAL_EXDATE_PROPERTY);
  }
  return VD_OK;
}

static enum vd_err add_time(struct reader *reader, struct entry *entry, int64_t start_ms)
{
  bool excluded = false;
  if (ctl_calendar_is_outside(reader, entry, start_ms)) {
    entry->has_outside = true;
    return VD_OK;
  }
  enum vd_err err = is_excluded(reader, entry, start_ms, &excluded);
  if (err != VD_OK || excluded)
    return err;
  char *uid = ctl_calendar_uid(entry->uid, start_ms);
  err = ctl_calendar_add(reader, entry, uid, start_ms);
  free(uid);
  return err;
}

// The last moment at which it may begin; of a date the whole day.
static int64_t until_of(const struct reader *reader, const struct entry *entry, struct icaltimetype until)
{
  if (icaltime_is_null_time(until))
    return INT64_MAX;
  if (icaltime_is_date(until)) {
    until.is_date = 0;
    until.hour = 23;
    until.minute = until.second = 59;
  }
  return ctl_calendar_instant(reader, until, entry->clock);
}

static enum vd_err check_rule(const struct reader *reader, const struct entry *entry,
                              const struct icalrecurrencetype *rule)
{
  bool is_daily = rule->freq == ICAL_DAILY_RECURRENCE || rule->freq == ICAL_WEEKLY_RECURRENCE ||
                  rule->freq == ICAL_MONTHLY_RECURRENCE || rule->freq == ICAL_YEARLY_RECURRENCE;
  if (!is_daily)
    return ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, "RRULE", "repeats more often than daily");
  if (rule->count == 0 && icaltime_is_null_time(rule->until))
    return ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, "RRULE",
                               "repeats without end: COUNT or UNTIL is needed");
  if (!icaltime_is_null_time(rule->until) && !ctl_calendar_is_shown(rule->until))
    return ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, "RRULE", "there is no such day or hour");
  return VD_OK;
}

// Those long before the event are skipped, unless they have to be counted.
static icalrecur_iterator *times_of(const struct reader *reader, const struct entry *entry,
                                    struct icalrecurrencetype rule)
{
  enum { DAYS = 2 * 24 * 3600 }; // whatever the clock, and it may begin before the event
  time_t from = (time_t)((reader->event->start_at_ms - entry->length_ms) / 1000) - DAYS;
  struct icaltimetype start = entry->start;
  start.zone = NULL; // the rule counts on the clock's face
  rule.until = icaltime_null_time();
  icalrecur_iterator *times = icalrecur_iterator_new(rule, start);
  if (times && rule.count == 0)
    icalrecur_iterator_set_start(times, icaltime_from_timet_with_zone(from, 0, NULL));
  return times;
}

static enum vd_err add_by_rule(struct reader *reader, struct entry *entry, icalproperty *property)
{
  struct icalrecurrencetype rule = icalproperty_get_rrule(property);
  enum vd_err err = check_rule(reader, entry, &rule);
  if (err != VD_OK)
    return err;
  int64_t until_ms = until_of(reader, entry, rule.until), last_ms = reader->event->end_at_ms;
  icalrecur_iterator *times = times_of(reader, entry, rule);
  struct icaltimetype time = times ? icalrecur_iterator_next(times) : icaltime_null_time();
  if (icaltime_is_null_time(time)) // looked for until the last year that there is
    err = ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, "RRULE", "never comes");
  for (; err == VD_OK && !icaltime_is_null_time(time); time = icalrecur_iterator_next(times)) {
    time.zone = entry->start.zone;
    int64_t start_ms = ctl_calendar_instant(reader, time, entry->clock);
    entry->has_outside |= start_ms >= last_ms && start_ms <= until_ms;
    if (start_ms > until_ms || start_ms >= last_ms)
      break;
    err = take_step(reader, entry, "RRULE");
    if (err == VD_OK)
      err = add_time(reader, entry, start_ms);
  }
  if (times)
    icalrecur_iterator_free(times);
  return err;
}

// libical keeps one place per event while it goes through its properties, and adding a session looks at
// others: first the dates, then the sessions.
static enum vd_err read_dates(const struct reader *reader, const struct entry *entry, int64_t *starts_ms,
                              size_t *count)
{
  icalproperty *property = icalcomponent_get_first_property(entry->event, ICAL_RDATE_PROPERTY);
  for (*count = 0; property; ++*count) {
    icaltimezone *clock = NULL;
    struct icaltimetype time = ctl_calendar_time(property);
    enum vd_err err = ctl_calendar_clock(reader, entry, property, &clock);
    if (err == VD_OK && *count == DATES_MAX)
      err = ctl_calendar_refuse(reader, entry, VD_ERR_TOO_MANY, "RDATE", "");
    if (err == VD_OK && (icaltime_is_null_time(time) || icaltime_is_date(time)))
      err = ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, "RDATE", "a time is needed");
    if (err != VD_OK)
      return err;
    starts_ms[*count] = ctl_calendar_instant(reader, time, clock);
    property = icalcomponent_get_next_property(entry->event, ICAL_RDATE_PROPERTY);
  }
  return VD_OK;
}

enum vd_err ctl_calendar_repeat(struct reader *reader, struct entry *entry)
{
  int64_t starts_ms[DATES_MAX];
  size_t count = 0;
  icalproperty *rule = icalcomponent_get_first_property(entry->event, ICAL_RRULE_PROPERTY);
  if (rule && icalcomponent_get_next_property(entry->event, ICAL_RRULE_PROPERTY))
    return ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, "RRULE", "comes more than once");
  enum vd_err err = read_dates(reader, entry, starts_ms, &count);
  if (err == VD_OK)
    err = rule ? add_by_rule(reader, entry, rule)
               : add_time(reader, entry, ctl_calendar_instant(reader, entry->start, entry->clock));
  for (size_t i = 0; i < count && err == VD_OK; i++)
    err = add_time(reader, entry, starts_ms[i]);
  int64_t first_ms = ctl_calendar_instant(reader, entry->start, entry->clock);
  reader->left_out->outside += entry->has_outside || ctl_calendar_is_outside(reader, entry, first_ms);
  return err;
}
