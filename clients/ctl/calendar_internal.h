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
  const char *text;
  unsigned n_events; // so far, of the calendars before and the one under way
  bool is_off;       // the calendar under way cancels what it names
  unsigned steps;    // of repetitions, in all calendars
  char **uids;       // heap: those that came, one of a repetition's times with that time
  size_t n_uids;
};

// One event under way.
struct entry {
  icalcomponent *event;
  unsigned number; // its place among all events, 0: none in particular
  const char *uid, *summary;
  struct icaltimetype start; // as written
  icaltimezone *clock;       // of the start; NULL: the venue's
  int64_t length_ms;
  bool has_outside; // of the event: times that are left out
};

// Where the event's line that begins so stands, else the event; of event 0 the last such line of all. 0:
// nowhere.
unsigned ctl_calendar_line(const char *text, unsigned event, const char *start);

// Refuses because of this property of the event.
enum vd_err ctl_calendar_refuse(const struct reader *reader, const struct entry *entry, enum vd_err err,
                                const char *property, const char *why);

// ---- time (calendar_time.c) ----

// Date and time, or a date; null where it is neither.
struct icaltimetype ctl_calendar_time(icalproperty *property);
// False for 31 February, which libical reads as 3 March.
bool ctl_calendar_is_shown(struct icaltimetype time);
// The zone of a time's property: NULL for the venue's clock. Refuses a day or an hour that no clock shows.
enum vd_err ctl_calendar_clock(const struct reader *reader, const struct entry *entry, icalproperty *property,
                               icaltimezone **clock);
int64_t ctl_calendar_instant(const struct reader *reader, struct icaltimetype time, icaltimezone *clock);
// From DTEND or DURATION.
enum vd_err ctl_calendar_length(const struct reader *reader, struct entry *entry);

// ---- repetition (calendar_repeat.c) ----

// Adds a session for each time of the event.
enum vd_err ctl_calendar_repeat(struct reader *reader, struct entry *entry);
// The uid of the time that was to begin then. Heap.
char *ctl_calendar_uid(const char *uid, int64_t start_ms);

// ---- what cannot be read (calendar_faults.c) ----

// Refuses what libical did not understand of an event and would leave out, and what is not understood here.
enum vd_err ctl_calendar_check(const struct reader *reader, const struct entry *entry);
// Has it left something out of a time zone?
bool ctl_calendar_is_damaged(icalcomponent *component);
// The method of a calendar: sets is_off, or refuses.
enum vd_err ctl_calendar_method(struct reader *reader);
// No event may come twice, nor one time of a repetition: which of the two counts, nobody knows.
enum vd_err ctl_calendar_check_uids(struct reader *reader);

// ---- sessions (calendar.c) ----

bool ctl_calendar_is_outside(const struct reader *reader, const struct entry *entry, int64_t start_ms);

enum vd_err ctl_calendar_add(struct reader *reader, const struct entry *entry, const char *uid,
                             int64_t start_ms);

#endif
