// Commands about incidents that say more than fixture_step does.
#ifndef INCIDENT_ACTS_H
#define INCIDENT_ACTS_H

#include "tests/unit/core/fixture.h"

// As principal `control`; NULL = left out, 0 = left out. Returns the code; the reply is in the fixture.
struct said {
  const char *principal; // NULL: control
  const char *zone, *category, *text, *reporter, *by;
  uint32_t severity;
  int64_t acted_at_ms;
};
enum vd_err do_report(struct fixture *f, const struct said *said);
enum vd_err do_amend(struct fixture *f, uint64_t incident, const struct said *said);
enum vd_err do_duplicate(struct fixture *f, uint64_t incident, uint64_t of);
enum vd_err do_decide(struct fixture *f, uint64_t incident, const char *decision);
enum vd_err do_land(struct fixture *f, uint64_t incident, Vd__Landing landing);
enum vd_err do_cancel(struct fixture *f, uint64_t incident, const char *reason);

Vd__Incident *incident(const struct fixture *f, uint64_t number);
// Of the current attempt.
Vd__Attempt *attempt(const struct fixture *f, uint64_t number);
Vd__Deadline *deadline(const struct fixture *f, uint64_t number, const char *tier);
// The newest note of the incident, NULL if none.
Vd__Note *last_note(const struct fixture *f, uint64_t number);
// The fact of the newest Change.
const Vd__Fact *last_fact(const struct fixture *f);
// Does an open thread of this person about the incident have this reason?
bool is_called(const struct fixture *f, uint64_t number, const char *crew, Vd__AlertWhy why);
unsigned open_alerts(const struct fixture *f, uint64_t number);
unsigned open_offers(const struct fixture *f, uint64_t number);

#define STEP(f, ACT, n, by, at) fixture_step((f), VD__COMMAND__ACT_##ACT, (n), (by), (at))
#define STATE(NAME)             VD__INCIDENT_STATE__INCIDENT_STATE_##NAME
#define OUTCOME(NAME)           VD__OUTCOME__OUTCOME_##NAME

#endif
