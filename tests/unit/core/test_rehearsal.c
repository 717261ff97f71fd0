// The rehearsal of the summit, played on core: every reply is what the rehearsal says, and the day ends as
// its first lines promise: some answered in time, some late, one never.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "proto/config.pb-c.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

static Vd__Rehearsal *read_rehearsal(void)
{
  ProtobufCMessage *message = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err =
      vd_text_read_file(&vd__rehearsal__descriptor, SOURCE_ROOT "/config/rehearsals/summit-2023.yaml",
                        &message, NULL, &refusal);
  cr_assert_eq(err, VD_OK, "%s", refusal.detail);
  return (Vd__Rehearsal *)message;
}

struct labels {
  const char *names[256];
  uint64_t numbers[256];
  size_t count;
};

static uint64_t number_of(const struct labels *labels, const char *name)
{
  for (size_t i = 0; i < labels->count; i++)
    if (strcmp(labels->names[i], name) == 0)
      return labels->numbers[i];
  cr_assert_fail("no report is labelled %s", name);
  return 0;
}

static void fill_incident(Vd__Command *command, uint64_t number)
{
  ProtobufCMessage *act = (ProtobufCMessage *)command->report; // any member of the oneof
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(act->descriptor, "incident");
  cr_assert_not_null(field);
  *(uint64_t *)((char *)act + field->offset) = number;
}

// Time passes timer by timer, as in a daemon that is never late.
static void pass_time(struct stage *stage, int64_t until_ms)
{
  while (vd_venue_next_due(stage->venue) <= until_ms) {
    int64_t due_ms = vd_venue_next_due(stage->venue);
    stage->now_ms = due_ms > stage->now_ms ? due_ms : stage->now_ms;
    vd_venue_tick(stage->venue, stage->now_ms, 1, stage_follow, stage);
  }
  stage->now_ms = until_ms;
}

static void play_step(struct stage *stage, const Vd__RehearsalStep *step, struct labels *labels)
{
  pass_time(stage, step->at_ms);
  if (*step->about)
    fill_incident(step->command, number_of(labels, step->about));
  if (*step->of)
    step->command->duplicate->of = number_of(labels, step->of);
  (void)stage_do(stage, step->command);
  const char *expected = *step->expect ? step->expect : "ok";
  cr_expect_str_eq(stage->reply.code, expected, "%s: %s: %s %s", step->say ? step->say->en : "",
                   stage->reply.code, stage->reply.field, stage->reply.sentence);
  if (*step->label && stage->reply.number) {
    labels->names[labels->count] = step->label;
    labels->numbers[labels->count++] = stage->reply.number;
  }
}

struct day {
  struct stage *stage;
  struct plan_file plan;
  Vd__Rehearsal *rehearsal;
  struct labels labels;
};

static struct day play_day(void)
{
  struct day day = {.plan = plan_file_read("config/plans/summit-2023.yaml"), .rehearsal = read_rehearsal()};
  day.stage = stage_create(day.plan.plan->event->doors_at_ms - INT64_C(1800000)); // --clock-start plan
  Vd__PlanApply planned = VD__PLAN_APPLY__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  planned.plan = day.plan.plan;
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &planned;
  cr_assert_eq(stage_do(day.stage, &command), VD_OK);
  for (size_t i = 0; i < day.rehearsal->n_steps; i++)
    play_step(day.stage, day.rehearsal->steps[i], &day.labels);
  pass_time(day.stage, day.rehearsal->end_at_ms);
  return day;
}

static void day_finish(struct day *day)
{
  stage_destroy(day->stage);
  plan_file_finish(&day->plan);
  vd__rehearsal__free_unpacked(day->rehearsal, NULL);
}

static const Vd__Incident *incident_of(const struct day *day, const char *label)
{
  struct vd_buffer id = {0};
  vd_buffer_printf(&id, "%llu", (unsigned long long)number_of(&day->labels, label));
  vd_buffer_append(&id, "", 1);
  const Vd__Incident *incident =
      (Vd__Incident *)vd_fold_find(day->stage->mirror, VD__KIND__KIND_INCIDENT, (char *)id.data);
  vd_buffer_finish(&id);
  cr_assert_not_null(incident, "%s", label);
  return incident;
}

static Vd__Outcome outcome_of(const struct day *day, const char *label, const char *tier)
{
  struct vd_buffer id = {0};
  vd_buffer_printf(&id, "%llu.1.%s", (unsigned long long)number_of(&day->labels, label), tier);
  vd_buffer_append(&id, "", 1);
  const Vd__Deadline *deadline =
      (Vd__Deadline *)vd_fold_find(day->stage->mirror, VD__KIND__KIND_DEADLINE, (char *)id.data);
  cr_assert_not_null(deadline, "%s", (char *)id.data);
  vd_buffer_finish(&id);
  return deadline->outcome;
}

Test(rehearsal, every_reply_is_the_expected_one)
{
  struct day day = play_day();
  day_finish(&day);
}

Test(rehearsal, the_day_ends_as_it_is_told)
{
  struct day day = play_day();
  const struct {
    const char *label, *tier;
    Vd__Outcome outcome;
  } told[] = {
      {"printer", "respond", VD__OUTCOME__OUTCOME_MET},
      {"printer", "decide", VD__OUTCOME__OUTCOME_MET},
      {"printer", "land", VD__OUTCOME__OUTCOME_MET},
      {"smoke", "land", VD__OUTCOME__OUTCOME_VOID},
      {"tea-crowd", "respond", VD__OUTCOME__OUTCOME_MISSED},
      {"tea-crowd", "decide", VD__OUTCOME__OUTCOME_MISSED},
      {"tea-crowd", "land", VD__OUTCOME__OUTCOME_MET},
      {"bag", "land", VD__OUTCOME__OUTCOME_MET_REPORTED_LATE},
      {"rain", "land", VD__OUTCOME__OUTCOME_MET},
      {"faint", "respond", VD__OUTCOME__OUTCOME_MET},
      {"mic", "land", VD__OUTCOME__OUTCOME_MET},
      {"parcel", "decide", VD__OUTCOME__OUTCOME_MISSED},
      {"wifi", "land", VD__OUTCOME__OUTCOME_MISSED},
      {"coat", "respond", VD__OUTCOME__OUTCOME_RUNNING},
      {"coat", "decide", VD__OUTCOME__OUTCOME_RUNNING},
      {"coat", "land", VD__OUTCOME__OUTCOME_RUNNING},
  };
  for (size_t i = 0; i < sizeof told / sizeof *told; i++)
    cr_expect_eq(outcome_of(&day, told[i].label, told[i].tier), told[i].outcome, "%s %s: %d", told[i].label,
                 told[i].tier, outcome_of(&day, told[i].label, told[i].tier));
  cr_expect_eq(incident_of(&day, "projector")->attempt, 2, "reopened once");
  cr_expect_eq(incident_of(&day, "tablets-again")->state, VD__INCIDENT_STATE__INCIDENT_STATE_DUPLICATE);
  cr_expect_eq(incident_of(&day, "smoke")->state, VD__INCIDENT_STATE__INCIDENT_STATE_CANCELLED);
  cr_expect_eq(incident_of(&day, "coat")->state, VD__INCIDENT_STATE__INCIDENT_STATE_OPEN);
  struct vd_venue_counts counts;
  vd_venue_count(day.stage->venue, &counts);
  cr_expect_eq(counts.open_incidents, 1, "the coat: %llu", (unsigned long long)counts.open_incidents);
  day_finish(&day);
}
