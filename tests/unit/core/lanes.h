// Check-in lanes on top of the small venue, and what is counted and said of them. All commands go through
// fixture_do, as `control` unless a person is named; the reply is in the fixture. Times in minutes after
// FIXTURE_T0 (09:00), which is when the doors open; a wait over 10 minutes makes a suggestion, 8 withdraw it.
//
//   general-1  corridor, open, 2 desks, 20 s a guest: 3 a minute a desk; team check-in, whose lead is lead-1
//   general-2  corridor, closed, to be opened with 2 desks, 20 s a guest
//   vip-1      vip (90 s from the corridor), open, 2 desks, 30 s a guest: 2 a minute a desk; no team:
//   control-1 self-1     hall (60 s from the corridor), open, 1 desk, 12 s a guest: 5 a minute far-1 forum
//   (90 s + 30 s further), general, closed, to be opened with 9 desks
#ifndef LANES_H
#define LANES_H

#include "tests/unit/core/agenda.h"

struct fixture *lanes_create(void);
// As many more open lanes of the kind general without anybody waiting, in the zone: "g-000" …
void lanes_many(struct fixture *f, unsigned count, const char *zone);

// ---- commands ----

// -1: not said. from and to in minutes; FROM_LAST and TO_NOW leave them unsaid.
struct lane_row {
  const char *lane;
  int from, to, arrived, checked_in, waiting;
};
enum { UNSAID = -1, FROM_LAST = -1000000, TO_NOW = -1000001 };
enum vd_err lanes_count(struct fixture *f, const struct lane_row *rows, size_t count);
#define COUNT(f, ...)                                                                                        \
  lanes_count((f), (const struct lane_row[]){__VA_ARGS__},                                                   \
              sizeof((const struct lane_row[]){__VA_ARGS__}) / sizeof(struct lane_row))
// Everything as it is written, for what no row can say.
enum vd_err lanes_count_raw(struct fixture *f, Vd__LaneCount *count);
// state 0: as it is; desks -1: not said.
enum vd_err lanes_set(struct fixture *f, const char *lane, Vd__LaneState state, int desks);
enum vd_err lanes_take(struct fixture *f, uint64_t suggestion, const char *by);
enum vd_err lanes_pass(struct fixture *f, uint64_t suggestion, const char *reason);

// ---- looking ----
Vd__Lane *lane(const struct fixture *f, const char *id);
Vd__Suggestion *suggestion(const struct fixture *f, uint64_t number);
unsigned suggestions(const struct fixture *f); // how many were made so far

#define LANE(NAME)       VD__LANE_STATE__LANE_STATE_##NAME
#define SUGGESTION(NAME) VD__SUGGESTION_STATE__SUGGESTION_STATE_##NAME
#define expect_suggestion(f, number, NAME)                                                                   \
  cr_assert_eq(suggestion((f), (number))->state, SUGGESTION(NAME), "s%u is %d", (unsigned)(number),          \
               (int)suggestion((f), (number))->state)

#endif
