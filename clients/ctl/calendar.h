// An agenda as a calendar (RFC 5545), both ways. Text in, messages out, and back: no daemon, no files.
//
//   SUMMARY → title · LOCATION → zone, by id or by its name in one of the languages · UID → uid
//   CATEGORIES break, dense → kind, dense · STATUS:CANCELLED → cancelled
//   X-VENUED-ID, X-VENUED-AUDIENCE → what a calendar has no word for; written, and read where they are left
//
// A session that no calendar has brought is written with the uid "ID@venued", and read back without it: so
// that what was written, read again, is no change and makes nothing of the plan the calendar's.
//
// What a calendar leaves unsaid (categories, audience, other languages of a title) stays as the venue has it.
// A repeated event is one session for each time; its uid is the UID, a slash, and the time it was to begin.
//
// One time of a repetition may be another (RECURRENCE-ID, alone); moved out of the event it is cancelled. So
// is all of a calendar whose METHOD is CANCEL.
//
// A calendar comes from anywhere: no endless repetition, none finer than a day, bounded work for all events
// together. A time zone that is not known is refused by name, never guessed; a time without one is on the
// venue's clock. What libical would leave out, or guess, of what a session is made of is refused too: a value
// that cannot be read, a day that does not exist, a UID that comes twice.
#ifndef CTL_CALENDAR_H
#define CTL_CALENDAR_H

#include "proto/command.pb-c.h"
#include "proto/err.h"
#include "proto/fold.h"

enum {
  CTL_CALENDAR_SIZE_MAX = 1024 * 1024,
  CTL_CALENDAR_SESSIONS_MAX = 200,
};

// Events of a calendar that are no session, or not at each of their times; and where it is not understood.
struct ctl_left_out {
  unsigned all_day, outside; // of the event
  unsigned line;             // of the text: what was refused, 0 = the whole of it
};

// Reads a calendar (`size` bytes and a NUL) for the venue in `fold` (event, zones, sessions). On success
// `import` is a heap message of sessions, perhaps none; unchanged on failure. A refusal's field names the
// property, its detail the event.
enum vd_err ctl_calendar_read(const struct vd_fold *fold, const char *text, size_t size,
                              Vd__SessionsImport **import, struct ctl_left_out *left_out,
                              struct vd_refusal *refusal) VD_MUST_CHECK;

// The agenda of the venue, in the language, without what a plan retired. Heap; lines end with CR LF.
char *ctl_calendar_write(const struct vd_fold *fold, Vd__Language language, int64_t now_ms);

#endif
