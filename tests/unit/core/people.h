// What the tests of people, offers and access share, on top of the small venue. All commands go through
// fixture_do, as `control` unless a principal is named.
#ifndef PEOPLE_H
#define PEOPLE_H

#include "tests/unit/core/fixture.h"

// The venue's and the follower's copy of the entity are changed alike, as if the plan had said so, and the
// venue is restored: keys and timers are derived anew.
typedef void (*people_edit_fn)(ProtobufCMessage *message);
void people_edit(struct fixture *f, Vd__Kind kind, const char *id, people_edit_fn edit);
#define PEOPLE_EDIT(f, KIND, id, edit) people_edit((f), VD__KIND__KIND_##KIND, (id), (edit))

// An entity as if the plan had brought it. Takes the heap message.
void people_put(struct fixture *f, Vd__Kind kind, ProtobufCMessage *message);

// A copy of the crew under another id and rank, restored with the rest.
void people_add(struct fixture *f, const char *like, const char *id, uint32_t rank);

enum vd_err people_place(struct fixture *f, const char *crew, const char *zone, int64_t acted_at_ms);
enum vd_err people_reach(struct fixture *f, const char *crew, Vd__Reach reach);
enum vd_err people_assign(struct fixture *f, uint64_t incident, const char *crew);
enum vd_err people_handover(struct fixture *f, const char *from, const char *to);
enum vd_err people_accept(struct fixture *f, uint64_t incident, const char *by);
enum vd_err people_decline(struct fixture *f, uint64_t incident, const char *by);

Vd__Crew *people_crew(const struct fixture *f, const char *id);
Vd__Incident *people_incident(const struct fixture *f, uint64_t number);
// The offer with this number of the incident's current attempt ("42.1.o3"), NULL if it was not made.
Vd__Offer *people_offer(const struct fixture *f, uint64_t incident, unsigned number);
// To whom the work is offered now, handovers apart; "" if to nobody.
const char *people_offered_to(const struct fixture *f, uint64_t incident);
// Whether the person has an open thread about the incident for this reason.
bool people_is_called(const struct fixture *f, uint64_t incident, const char *crew, Vd__AlertWhy why);
// The last Change's fact.
const Vd__Fact *people_fact(const struct fixture *f);
bool people_says(char *const *words, size_t count, const char *word);

#endif
