// Doors to tea break, played on core by a clock that is never late: what must come of it, and what comes of
// it with automation off. tests/system/test_live_rehearsal.py plays the same on the daemon.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "proto/config.pb-c.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

#define FIND(day, KIND, Type, id)                                                                            \
  ((const Vd__##Type *)vd_fold_find((day)->stage->mirror, VD__KIND__KIND_##KIND, (id)))

struct day {
  struct stage *stage;
  struct plan_file plan;
  Vd__Rehearsal *script;
  int64_t *due_ms; // of each step; 0 = no more
  bool is_baseline;
  bool ran_out; // a supply that was known
};

// ---- playing ----

static Vd__Rehearsal *read_script(void)
{
  ProtobufCMessage *message = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err =
      vd_text_read_file(&vd__rehearsal__descriptor, SOURCE_ROOT "/config/rehearsals/doors-to-tea.yaml",
                        &message, NULL, &refusal);
  cr_assert_eq(err, VD_OK, "%s", refusal.detail);
  return (Vd__Rehearsal *)message;
}

static void look_at_supplies(struct day *day)
{
  VD_FOLD_EACH (day->stage->mirror, SUPPLY, Supply, supply)
    day->ran_out |= supply->is_known && supply->level == 0;
}

static void pass_time(struct day *day, int64_t until_ms)
{
  struct stage *stage = day->stage;
  while (vd_venue_next_due(stage->venue) <= until_ms) {
    int64_t due_ms = vd_venue_next_due(stage->venue);
    stage->now_ms = due_ms > stage->now_ms ? due_ms : stage->now_ms;
    vd_venue_tick(stage->venue, stage->now_ms, 1, stage_follow, stage);
  }
  stage->now_ms = until_ms;
}

static uint64_t number_in(const char *id)
{
  return *id ? strtoull(id + 1, NULL, 10) : 0;
}

// Fills what the step is about (proto/config.proto).
static void fill(const struct day *day, const char *about, Vd__Command *command)
{
  const char *id = strchr(about, '.') ? strchr(about, '.') + 1 : "";
  const char *field = "task";
  uint64_t number = 0;
  if (strncmp(about, "device.", 7) == 0) {
    field = "incident";
    number = FIND(day, DEVICE, Device, id)->incident;
  } else if (strncmp(about, "supply.", 7) == 0) {
    number = number_in(FIND(day, SUPPLY, Supply, id)->task);
  } else if (strncmp(about, "lane.", 5) == 0) {
    field = "suggestion";
    number = number_in(FIND(day, LANE, Lane, id)->suggestion);
  } else {
    field = "notice";
    VD_FOLD_EACH (day->stage->mirror, NOTICE, Notice, notice)
      number = notice->state == VD__NOTICE_STATE__NOTICE_STATE_WAITING ? notice->number : number;
  }
  ProtobufCMessage *act = (ProtobufCMessage *)command->report; // any member of the oneof
  const ProtobufCFieldDescriptor *found =
      protobuf_c_message_descriptor_get_field_by_name(act->descriptor, field);
  cr_assert(found && number, "%s: nothing is there", about);
  *(uint64_t *)((char *)act + found->offset) = number;
}

static void act(struct day *day, const Vd__RehearsalStep *step)
{
  if (!step->command)
    return;
  if (*step->about)
    fill(day, step->about, step->command);
  (void)stage_do(day->stage, step->command);
  cr_expect_str_eq(day->stage->reply.code, "ok", "%s: %s %s", step->say ? step->say->en : "",
                   day->stage->reply.field, day->stage->reply.sentence);
  look_at_supplies(day);
}

static bool has(const struct day *day, const Vd__RehearsalStep *step)
{
  return step->only == VD__REHEARSAL_RUN__REHEARSAL_RUN_UNSPECIFIED ||
         (step->only == VD__REHEARSAL_RUN__REHEARSAL_RUN_BASELINE) == day->is_baseline;
}

// Of those due first, the first in the file; the count of steps for none.
static size_t next_step(const struct day *day)
{
  size_t next = day->script->n_steps;
  for (size_t i = 0; i < day->script->n_steps; i++)
    if (day->due_ms[i] && (next == day->script->n_steps || day->due_ms[i] < day->due_ms[next]))
      next = i;
  return next;
}

static void play_steps(struct day *day)
{
  size_t at;
  while ((at = next_step(day)) < day->script->n_steps) {
    const Vd__RehearsalStep *step = day->script->steps[at];
    pass_time(day, day->due_ms[at]);
    act(day, step);
    day->due_ms[at] += step->every_ms;
    if (step->every_ms == 0 || day->due_ms[at] > step->until_at_ms)
      day->due_ms[at] = 0;
  }
  pass_time(day, day->script->end_at_ms);
}

static struct day play(bool is_baseline)
{
  struct day day = {.plan = plan_file_read("config/plans/summit-2023.yaml"),
                    .script = read_script(),
                    .is_baseline = is_baseline};
  day.plan.plan->policy->manual_nodes = is_baseline;
  day.plan.plan->policy->manual_offers = is_baseline;
  day.stage = stage_create(day.plan.plan->event->doors_at_ms - INT64_C(1800000)); // --clock-start plan
  day.due_ms = vd_zalloc((day.script->n_steps + 1) * sizeof *day.due_ms);
  for (size_t i = 0; i < day.script->n_steps; i++)
    day.due_ms[i] = has(&day, day.script->steps[i]) ? day.script->steps[i]->at_ms : 0;
  Vd__PlanApply planned = VD__PLAN_APPLY__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  planned.plan = day.plan.plan;
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &planned;
  cr_assert_eq(stage_do(day.stage, &command), VD_OK);
  play_steps(&day);
  return day;
}

static void finish(struct day *day)
{
  free(day->due_ms);
  stage_destroy(day->stage);
  plan_file_finish(&day->plan);
  vd__rehearsal__free_unpacked(day->script, NULL);
}

// ---- what comes of it ----

static void expect_one_incident(const struct day *day)
{
  unsigned incidents = 0;
  VD_FOLD_EACH (day->stage->mirror, INCIDENT, Incident, incident) {
    incidents++;
    cr_expect_str_eq(incident->device, "proj-main");
    cr_expect_eq(incident->severity, 3,
                 "two more than the category's, at most 3: 720 sit there in nine minutes");
    cr_expect_str_eq(incident->needed_by, "keynote-1");
    cr_expect_eq(incident->attempt, 1);
    cr_expect_eq(incident->state, VD__INCIDENT_STATE__INCIDENT_STATE_CLOSED);
  }
  cr_expect_eq(incidents, 1);
  cr_expect_eq(FIND(day, DEVICE, Device, "proj-main")->flaps, 2);
}

static void expect_a_suggestion_that_helped(const struct day *day)
{
  unsigned suggestions = 0;
  VD_FOLD_EACH (day->stage->mirror, SUGGESTION, Suggestion, suggestion) {
    suggestions++;
    cr_expect_eq(suggestion->state, VD__SUGGESTION_STATE__SUGGESTION_STATE_MEASURED);
    cr_expect(suggestion->helped && suggestion->measured_ms < suggestion->wait_ms / 2);
  }
  cr_expect_eq(suggestions, 1);
}

static void expect_one_notice(const struct day *day)
{
  unsigned notices = 0;
  VD_FOLD_EACH (day->stage->mirror, NOTICE, Notice, notice) {
    notices++;
    cr_expect_eq(notice->state, VD__NOTICE_STATE__NOTICE_STATE_SENT);
    cr_expect_eq(notice->n_sessions, 3);
  }
  cr_expect_eq(notices, 1);
}

static void expect_tasks(const struct day *day)
{
  unsigned refills = 0, samples_late = 0;
  VD_FOLD_EACH (day->stage->mirror, TASK, Task, task) {
    cr_expect_eq(task->state, VD__TASK_STATE__TASK_STATE_DONE, "%s of %s", task->id, task->subject);
    refills += task->kind == VD__TASK_KIND__TASK_KIND_REFILL;
  }
  VD_FOLD_EACH (day->stage->mirror, DEADLINE, Deadline, deadline)
    samples_late +=
        deadline->promise == VD__PROMISE__PROMISE_SAMPLE && deadline->outcome == VD__OUTCOME__OUTCOME_MISSED;
  cr_expect_geq(refills, 6);
  cr_expect_eq(samples_late, 1);
  cr_expect_not(day->ran_out, "each refill was there in time");
}

static struct vd_venue_counts counts_of(const struct day *day)
{
  struct vd_venue_counts counts;
  vd_venue_count(day->stage->venue, &counts);
  return counts;
}

Test(live_rehearsal, the_morning_ends_as_it_is_told)
{
  struct day day = play(false);
  struct vd_venue_counts counts = counts_of(&day);
  expect_a_suggestion_that_helped(&day);
  expect_one_incident(&day);
  expect_one_notice(&day);
  expect_tasks(&day);
  static const Vd__Node answered[] = {VD__NODE__NODE_REFILL, VD__NODE__NODE_CHECK_IN, VD__NODE__NODE_NOTICE};
  for (size_t i = 0; i < sizeof answered / sizeof *answered; i++)
    cr_expect_gt(counts.acts[answered[i]].manual, 0, "what people did of what was asked, node %d",
                 (int)answered[i]);
  static const Vd__Node alone[] = {VD__NODE__NODE_FAULT, VD__NODE__NODE_CROWDING};
  for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
    cr_expect_eq(counts.acts[alone[i]].manual, 0, "node %d", (int)alone[i]);
  finish(&day);
}

Test(live_rehearsal, with_automation_off_people_do_everything)
{
  struct day day = play(true);
  struct vd_venue_counts counts = counts_of(&day);
  for (int node = 1; node < VD_NODES; node++)
    if (node != VD__NODE__NODE_ESCALATION) // who is late is called all the same
      cr_expect_eq(counts.acts[node].automatic, 0, "node %d", node);
  static const Vd__Node by_hand[] = {VD__NODE__NODE_DISPATCH, VD__NODE__NODE_FAULT,  VD__NODE__NODE_REFILL,
                                     VD__NODE__NODE_CROWDING, VD__NODE__NODE_NOTICE, VD__NODE__NODE_CHECK_IN};
  for (size_t i = 0; i < sizeof by_hand / sizeof *by_hand; i++)
    cr_expect_gt(counts.acts[by_hand[i]].manual, 0, "node %d", (int)by_hand[i]);
  cr_expect(day.ran_out, "people ask when it is gone");
  cr_expect_not_null(FIND(&day, BATCH, Batch, "fruit.b1")->sample);
  cr_expect_null(FIND(&day, BATCH, Batch, "pastry.b1")->sample, "nobody asks for it");
  VD_FOLD_EACH (day.stage->mirror, SUGGESTION, Suggestion, suggestion)
    cr_expect_fail("nothing is suggested: %s", suggestion->id);
  finish(&day);
}
