// An agenda on top of the small venue, and what people do to it. All commands go through fixture_do, as
// `control`; the reply is in the fixture.
#ifndef AGENDA_H
#define AGENDA_H

#include "tests/unit/core/fixture.h"

// Times in minutes after FIXTURE_T0, which is 09:00 at the venue.
struct agenda_row {
  const char *id, *zone;
  int start, end;
  bool is_break, is_dense;
};
#define AT(minutes) (FIXTURE_T0 + MINUTES(minutes))

// As if the plan had said so: the venue is restored with them.
void agenda_put(struct fixture *f, const struct agenda_row *rows, size_t count);
#define AGENDA(f, ...)                                                                                       \
  agenda_put((f), (const struct agenda_row[]){__VA_ARGS__},                                                  \
             sizeof((const struct agenda_row[]){__VA_ARGS__}) / sizeof(struct agenda_row))
// Changes an entity as if it had always been so, and restores the venue.
typedef void (*agenda_edit_fn)(ProtobufCMessage *message);
void agenda_edit(struct fixture *f, Vd__Kind kind, const char *id, agenda_edit_fn edit);

enum vd_err agenda_start(struct fixture *f, const char *id, int64_t acted_at_ms);
enum vd_err agenda_end(struct fixture *f, const char *id, int64_t acted_at_ms);
enum vd_err agenda_shift(struct fixture *f, const char *id, int64_t by_ms, bool following);
enum vd_err agenda_cancel(struct fixture *f, const char *id, const char *reason);
enum vd_err agenda_undo(struct fixture *f, const char *id);

Vd__Session *agenda_session(const struct fixture *f, const char *id);
// Does an open thread of this person about the subject have this reason?
bool agenda_is_called(const struct fixture *f, const char *subject, const char *crew, Vd__AlertWhy why);
// How often the person was called about it in all.
unsigned agenda_calls(const struct fixture *f, const char *subject, const char *crew);
const Vd__Fact *agenda_fact(const struct fixture *f); // of the last Change
bool agenda_says(const Vd__Fact *fact, const char *why);

#define WHY(NAME)     VD__ALERT_WHY__ALERT_WHY_##NAME
#define SESSION(NAME) VD__SESSION_STATE__SESSION_STATE_##NAME
#define NOTICE(NAME)  VD__NOTICE_STATE__NOTICE_STATE_##NAME

#endif
