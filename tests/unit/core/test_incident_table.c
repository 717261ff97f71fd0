// Every cell of the table of states in daemon/core/incident.c, the forbidden ones too.
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/core/incident_acts.h"

// Incident 1 stands aside as a survivor; 2 is brought into each state.
enum { SURVIVOR = 1, TESTED = 2, STATES = 7 };

static struct fixture *in_state(Vd__IncidentState state)
{
  struct fixture *f = fixture_create();
  fixture_report(f, "vip", "other");
  fixture_report(f, "hall", "av-fault");
  bool is_closed = state == STATE(CLOSED);
  if (state == STATE(CANCELLED))
    STEP(f, CANCEL, TESTED, NULL, 0);
  if (state == STATE(DUPLICATE))
    do_duplicate(f, TESTED, SURVIVOR);
  if (is_closed || (state >= STATE(RESPONDED) && state <= STATE(LANDED)))
    STEP(f, RESPOND, TESTED, "av-1", 0);
  if (is_closed || state == STATE(DECIDED) || state == STATE(LANDED))
    STEP(f, DECIDE, TESTED, "lead-2", 0);
  if (is_closed || state == STATE(LANDED))
    STEP(f, LAND, TESTED, "av-1", 0);
  if (is_closed)
    STEP(f, CLOSE, TESTED, "control-1", 0);
  cr_assert_eq(incident(f, TESTED)->state, state);
  return f;
}

struct cell {
  enum vd_err err;
  Vd__IncidentState to; // 0: stays
  bool is_no_op;        // success that changes nothing
};

#define TO(NAME)                                                                                             \
  {                                                                                                          \
    .to = STATE(NAME)                                                                                        \
  }
#define NO(CODE)                                                                                             \
  {                                                                                                          \
    .err = VD_ERR_##CODE                                                                                     \
  }
#define STAYS                                                                                                \
  {                                                                                                          \
    .err = VD_OK                                                                                             \
  }
#define NO_OP                                                                                                \
  {                                                                                                          \
    .is_no_op = true                                                                                         \
  }
#define ENDED       NO(INCIDENT_ENDED)
#define NOT_ENDED   NO(INCIDENT_NOT_ENDED)
#define NOTHING     NO(NOTHING_TO_UNDO)
#define WHERE_ENDED ENDED, ENDED, ENDED

static const struct row {
  Vd__Command__ActCase act;
  struct cell cells[STATES]; // open responded decided landed | closed cancelled duplicate
} rows[] = {
    {VD__COMMAND__ACT_RESPOND, {TO(RESPONDED), NO_OP, NO_OP, NO_OP, WHERE_ENDED}},
    {VD__COMMAND__ACT_ARRIVE, {TO(RESPONDED), NO_OP, NO_OP, NO_OP, WHERE_ENDED}},
    {VD__COMMAND__ACT_DECIDE, {TO(DECIDED), TO(DECIDED), NO_OP, NO_OP, WHERE_ENDED}},
    {VD__COMMAND__ACT_APPROVE, {TO(DECIDED), TO(DECIDED), NO_OP, NO_OP, WHERE_ENDED}},
    {VD__COMMAND__ACT_LAND, {TO(LANDED), TO(LANDED), TO(LANDED), NO_OP, WHERE_ENDED}},
    {VD__COMMAND__ACT_CLOSE,
     {NO(NOT_LANDED), NO(NOT_LANDED), NO(NOT_LANDED), TO(CLOSED), NO_OP, ENDED, ENDED}},
    {VD__COMMAND__ACT_CANCEL,
     {TO(CANCELLED), TO(CANCELLED), TO(CANCELLED), TO(CANCELLED), ENDED, NO_OP, ENDED}},
    {VD__COMMAND__ACT_REOPEN, {NOT_ENDED, NOT_ENDED, NOT_ENDED, NOT_ENDED, TO(OPEN), TO(OPEN), TO(OPEN)}},
    {VD__COMMAND__ACT_UNDO, {NOTHING, TO(OPEN), TO(RESPONDED), TO(DECIDED), TO(LANDED), TO(OPEN), TO(OPEN)}},
    {VD__COMMAND__ACT_DUPLICATE,
     {TO(DUPLICATE), TO(DUPLICATE), TO(DUPLICATE), TO(DUPLICATE), ENDED, ENDED, NO_OP}},
    {VD__COMMAND__ACT_AMEND, {STAYS, STAYS, STAYS, STAYS, WHERE_ENDED}},
    {VD__COMMAND__ACT_NOTE, {STAYS, STAYS, STAYS, STAYS, STAYS, STAYS, STAYS}},
};

static enum vd_err act_on(struct fixture *f, Vd__Command__ActCase act)
{
  if (act == VD__COMMAND__ACT_DUPLICATE)
    return do_duplicate(f, TESTED, SURVIVOR);
  if (act == VD__COMMAND__ACT_AMEND)
    return do_amend(f, TESTED, &(struct said){.text = "it is worse"});
  return fixture_step(f, act, TESTED, act == VD__COMMAND__ACT_CLOSE ? "control-1" : "av-2", 0);
}

static void check_cell(Vd__Command__ActCase act, Vd__IncidentState from, const struct cell *cell)
{
  struct fixture *f = in_state(from);
  struct vd_buffer before = fixture_bytes(f);
  enum vd_err err = act_on(f, act);
  cr_expect_str_eq(vd_err_name(err), vd_err_name(cell->err), "act %d in state %d: %s, not %s", (int)act,
                   (int)from, vd_err_name(err), vd_err_name(cell->err));
  Vd__IncidentState to = cell->to ? cell->to : from;
  cr_expect_eq(incident(f, TESTED)->state, to, "act %d in state %d leads to %d, not %d", (int)act, (int)from,
               (int)incident(f, TESTED)->state, (int)to);
  bool changes_nothing = cell->is_no_op || cell->err != VD_OK;
  cr_expect_eq(f->reply.sequence == 0, changes_nothing, "act %d in state %d", (int)act, (int)from);
  if (cell->err == VD_OK)
    cr_expect_eq(f->reply.number, (uint64_t)TESTED);
  struct vd_buffer after = fixture_bytes(f);
  bool is_same = before.size == after.size && memcmp(before.data, after.data, before.size) == 0;
  cr_expect_eq(is_same, changes_nothing, "act %d in state %d touches the venue", (int)act, (int)from);
  vd_buffer_finish(&before);
  vd_buffer_finish(&after);
  fixture_destroy(f);
}

Test(incident_table, every_cell)
{
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (int state = 0; state < STATES; state++)
      check_cell(rows[i].act, (Vd__IncidentState)(STATE(OPEN) + state), &rows[i].cells[state]);
}

// Exactly the three deadlines of each attempt, running or ended as the state says.
Test(incident_table, deadlines_follow_the_state)
{
  static const struct {
    Vd__IncidentState state;
    Vd__Outcome respond, decide, land;
  } expected[] = {
      {STATE(OPEN), OUTCOME(RUNNING), OUTCOME(RUNNING), OUTCOME(RUNNING)},
      {STATE(RESPONDED), OUTCOME(MET), OUTCOME(RUNNING), OUTCOME(RUNNING)},
      {STATE(DECIDED), OUTCOME(MET), OUTCOME(MET), OUTCOME(RUNNING)},
      {STATE(LANDED), OUTCOME(MET), OUTCOME(MET), OUTCOME(MET)},
      {STATE(CLOSED), OUTCOME(MET), OUTCOME(MET), OUTCOME(MET)},
      {STATE(CANCELLED), OUTCOME(VOID), OUTCOME(VOID), OUTCOME(VOID)},
      {STATE(DUPLICATE), OUTCOME(VOID), OUTCOME(VOID), OUTCOME(VOID)},
  };
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    struct fixture *f = in_state(expected[i].state);
    cr_expect_eq(deadline(f, TESTED, "respond")->outcome, expected[i].respond);
    cr_expect_eq(deadline(f, TESTED, "decide")->outcome, expected[i].decide);
    cr_expect_eq(deadline(f, TESTED, "land")->outcome, expected[i].land);
    fixture_destroy(f);
  }
}

// A restored venue is the same venue in every state, and goes on the same way.
Test(incident_table, restart_in_every_state)
{
  for (int state = 0; state < STATES; state++) {
    struct fixture *f = in_state((Vd__IncidentState)(STATE(OPEN) + state));
    int64_t next_ms = vd_venue_next_due(f->venue);
    fixture_restart(f);
    cr_expect_eq(vd_venue_next_due(f->venue), next_ms, "state %d", state + STATE(OPEN));
    fixture_run_to(f, f->now_ms + MINUTES(30));
    fixture_destroy(f);
  }
}
