// What the stories of reading a calendar (calendar*.c) share. Nobody else includes it.
#ifndef CTL_CALENDAR_INTERNAL_H
#define CTL_CALENDAR_INTERNAL_H

#include <libical/ical.h>

#include "clients/ctl/calendar.h"

struct reader {
  const struct vd_fold *fold;
  const Vd__Event *event;
  icalcomponent *calendar; // the one under way: its own time zones
  Vd__SessionsImport *import;
  struct ctl_left_out *left_out;
  struct vd_refusal *refusal;
};

// One event under way.
struct entry {
  icalcomponent *event;
  const char *uid, *summary;
  struct icaltimetype start; // as written
  icaltimezone *clock;       // of the start; NULL: the venue's
  int64_t length_ms;
};

// Refuses because of this property of the event.
enum vd_err ctl_calendar_refuse(const struct reader *reader, const struct entry *entry, enum vd_err err,
                                const char *property, const char *why);

// ---- time (calendar_time.c) ----

// Date and time, or a date; null where it is neither.
struct icaltimetype ctl_calendar_time(icalproperty *property);
// The zone of a time's property: NULL for the venue's clock.
enum vd_err ctl_calendar_clock(const struct reader *reader, const struct entry *entry, icalproperty *property,
                               icaltimezone **clock);
int64_t ctl_calendar_instant(const struct reader *reader, struct icaltimetype time, icaltimezone *clock);
// From DTEND or DURATION.
enum vd_err ctl_calendar_length(const struct reader *reader, struct entry *entry);

// ---- repetition (calendar_repeat.c) ----

// Adds a session for each time of the event.
enum vd_err ctl_calendar_repeat(struct reader *reader, const struct entry *entry);
// The uid of the time that was to begin then. Heap.
char *ctl_calendar_uid(const char *uid, int64_t start_ms);

// ---- sessions (calendar.c) ----

enum vd_err ctl_calendar_add(struct reader *reader, const struct entry *entry, const char *uid,
                             int64_t start_ms);

#endif
