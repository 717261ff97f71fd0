// A rehearsal's file: whatever is wrong is told with its place; what a step is about; the baseline's plan;
// what its changes show that nothing tells at the end.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/ctl/rehearsal.h"
#include "proto/text.h"

#define DAY   "2023-05-18T"
#define HEAD  "end_at_ms: " DAY "11:00:00Z\nsteps:\n"
#define STEP  "  - at_ms: " DAY
#define QUEUE "    label: queue\n    command: {report: {text: x}}\n"

static struct ctl ctl = {.language = VD__LANGUAGE__LANGUAGE_EN};

static int read_text(const char *text, Vd__Rehearsal **script)
{
  FILE *file = fopen("day.yaml", "w");
  cr_assert_not_null(file);
  fputs(text, file);
  fclose(file);
  return ctl_rehearsal_read(&ctl, "day.yaml", script);
}

static void enter_folder(void)
{
  char folder[] = "/tmp/venued-rehearsal-XXXXXX";
  cr_assert_not_null(mkdtemp(folder));
  cr_assert_eq(chdir(folder), 0);
}

static void leave_folder(void)
{
  char folder[256];
  unlink("day.yaml");
  unlink("plan.yaml");
  unlink("told");
  if (getcwd(folder, sizeof folder) != NULL)
    rmdir(folder);
}

TestSuite(rehearsal, .init = enter_folder, .fini = leave_folder);

// What is said on stderr meanwhile; several times in a test.
static int saved_stderr;

static void begin_listening(void)
{
  fflush(stderr);
  saved_stderr = dup(STDERR_FILENO);
  cr_assert_not_null(freopen("told", "w", stderr));
}

static void expect_told(const char *told)
{
  char text[2000] = "";
  fflush(stderr);
  dup2(saved_stderr, STDERR_FILENO);
  close(saved_stderr);
  FILE *file = fopen("told", "r");
  cr_assert_not_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  cr_expect_str_eq(text, told);
}

static void expect(const char *text, const char *told)
{
  Vd__Rehearsal *script = NULL;
  begin_listening();
  int status = read_text(text, &script);
  expect_told(told);
  cr_expect_eq(status, *told != '\0' ? CTL_REFUSED : CTL_DONE);
  cr_expect_eq(script == NULL, *told != '\0');
  vd__rehearsal__free_unpacked(script, NULL);
}

Test(rehearsal, that_is_right_is_read)
{
  expect(HEAD STEP "08:00:00Z\n    every_ms: 10s\n    until_at_ms: " DAY "11:00:00Z\n"
                   "    command: {readings: {readings: [{device: a}]}}\n" STEP "08:00:00Z\n" QUEUE STEP
                   "08:01:00Z\n    about: queue\n    command: {respond: {}}\n" STEP
                   "08:02:00Z\n    about: device.a\n    command: {land: {}}\n" STEP
                   "08:03:00Z\n    about: supply.coffee\n    command: {task_done: {}}\n" STEP
                   "08:04:00Z\n    about: batch.fruit.b1\n    command: {heard: {}}\n" STEP
                   "08:05:00Z\n    about: notice\n    command: {notice_approve: {}}\n" STEP
                   "08:06:00Z\n    about: lane.a\n    command: {suggestion_take: {}}\n",
         "");
}

Test(rehearsal, tells_everything_that_is_wrong_at_once)
{
  expect(HEAD STEP "08:00:00Z\n" QUEUE STEP "07:00:00Z\n    about: quue\n    command: {respond: {}}\n",
         "day.yaml:6:12: error: this is before the step above it\n"
         "day.yaml:7:12: error: no earlier report that is played in the same run is labelled quue\n"
         "did you mean queue?\n");
}

Test(rehearsal, a_step_has_its_time_within_the_rehearsal)
{
  expect(HEAD "  - say: {en: x}\n" STEP "12:00:00Z\n",
         "day.yaml:3:5: error: a step has an at_ms\n"
         "day.yaml:4:12: error: this is after the rehearsal's end_at_ms\n");
}

Test(rehearsal, a_repetition_is_bounded)
{
  expect(HEAD STEP "08:00:00Z\n    every_ms: 10s\n",
         "day.yaml:4:15: error: every_ms and until_at_ms belong together\n");
  expect(HEAD STEP "08:00:00Z\n    every_ms: 900ms\n    until_at_ms: " DAY "09:00:00Z\n",
         "day.yaml:4:15: error: at least 1s\n");
  expect(HEAD STEP "08:00:00Z\n    every_ms: 10s\n    until_at_ms: " DAY "11:00:01Z\n",
         "day.yaml:5:18: error: between the step's at_ms and the rehearsal's end_at_ms\n");
  expect(HEAD STEP "08:00:00Z\n    every_ms: 1s\n    until_at_ms: " DAY "10:46:39Z\n", "");
  expect(HEAD STEP "08:00:00Z\n    every_ms: 1s\n    until_at_ms: " DAY "10:46:40Z\n",
         "day.yaml:4:15: error: with this there are more than 10000 acts\n");
}

Test(rehearsal, a_label_is_of_a_report_in_the_same_run)
{
  expect(HEAD STEP "08:00:00Z\n    label: queue\n    command: {log: {text: x}}\n",
         "day.yaml:4:12: error: only a report has a label, one that is not repeated\n");
  expect(HEAD STEP "08:00:00Z\n    label: notice\n    command: {report: {text: x}}\n",
         "day.yaml:4:12: error: a label is a word of a-z, 0-9 and -, and not `notice`: notice\n");
  expect(HEAD STEP "08:00:00Z\n    only: baseline\n" QUEUE STEP
                   "08:01:00Z\n    about: queue\n    command: {respond: {}}\n",
         "day.yaml:8:12: error: no earlier report that is played in the same run is labelled queue\n"
         "did you mean queue?\n");
  expect(HEAD STEP "08:00:00Z\n    only: baseline\n" QUEUE STEP
                   "08:01:00Z\n    only: baseline\n    about: queue\n    command: {respond: {}}\n",
         "");
}

Test(rehearsal, a_step_is_about_what_its_command_is_about)
{
  expect(HEAD STEP "08:00:00Z\n    about: supply.coffee\n    command: {respond: {}}\n",
         "day.yaml:4:12: error: the step's command is not about such a thing: supply.coffee\n");
  expect(HEAD STEP "08:00:00Z\n    about: device.\n    command: {respond: {}}\n",
         "day.yaml:4:12: error: of which? device.\n");
  expect(HEAD STEP "08:00:00Z\n" QUEUE STEP "08:01:00Z\n    of: queue\n    command: {respond: {}}\n",
         "day.yaml:7:9: error: only a duplicate has it\n");
}

Test(rehearsal, the_baseline_is_its_plan_with_automation_off)
{
  Vd__Rehearsal *script = NULL;
  Vd__Plan *plan = NULL;
  FILE *file = fopen("plan.yaml", "w");
  cr_assert_not_null(file);
  fputs("version: 1\n", file);
  fclose(file);
  cr_assert_eq(read_text("plan: plan.yaml\nend_at_ms: " DAY "11:00:00Z\n", &script), CTL_DONE);
  cr_assert_eq(ctl_rehearsal_baseline(&ctl, "./day.yaml", script, &plan), CTL_DONE);
  cr_expect(plan->policy->manual_nodes && plan->policy->manual_offers);
  vd__plan__free_unpacked(plan, NULL);
  vd__rehearsal__free_unpacked(script, NULL);
  cr_assert_eq(read_text("end_at_ms: " DAY "11:00:00Z\n", &script), CTL_DONE);
  begin_listening();
  cr_expect_eq(ctl_rehearsal_baseline(&ctl, "day.yaml", script, &plan), CTL_REFUSED);
  expect_told("day.yaml: names no `plan`, so there is none to turn automation off in\n");
  vd__rehearsal__free_unpacked(script, NULL);
}

// ---- what was seen ----

static void see(struct ctl_seen *seen, const char *json)
{
  ProtobufCMessage *change = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err =
      vd_text_read(&vd__change__descriptor, VD_TEXT_JSON, "", json, strlen(json), &change, NULL, &refusal);
  cr_assert_eq(err, VD_OK, "%s: %s", json, refusal.detail);
  ctl_see(seen, (Vd__Change *)change);
  protobuf_c_message_free_unpacked(change, NULL);
}

#define SUPPLY(level, at)                                                                                    \
  "{\"supply\":{\"id\":\"coffee\",\"is_known\":true,\"level\":" level ",\"level_at_ms\":\"" DAY at "Z\","    \
  "\"run_out_at_ms\":\"" DAY "10:30:00Z\"}}"
#define TASK(state)                                                                                          \
  "{\"task\":{\"id\":\"t7\",\"number\":7,\"kind\":\"refill\",\"subject\":\"coffee\",\"state\":\"" state      \
  "\","                                                                                                      \
  "\"opened_at_ms\":\"" DAY "10:10:00Z\"}}"

Test(rehearsal, remembers_how_things_stood_when_a_refill_was_asked_for)
{
  struct ctl_seen seen = {.refill_count = 0};
  see(&seen, "{\"cause\":{\"tick\":{\"timer\":\"supply\",\"id\":\"coffee\"}},\"upserts\":[" SUPPLY(
                 "80", "10:05:00") "," TASK("open") "]}");
  see(&seen, "{\"cause\":{\"command\":{\"task_done\":{\"task\":7}}},\"upserts\":[" SUPPLY(
                 "240", "10:20:00") "," TASK("done") "]}");
  cr_assert_eq(seen.refill_count, 1);
  const struct ctl_seen_refill *refill = &seen.refills[0];
  cr_expect_str_eq(refill->supply, "coffee");
  cr_expect(refill->is_automatic);
  cr_expect_eq(refill->level, 80);
  cr_expect_eq(refill->run_out_at_ms - refill->asked_at_ms, 20 * 60000);
}

Test(rehearsal, remembers_for_how_long_nothing_was_left_and_what_a_notice_gathered)
{
  struct ctl_seen seen = {.refill_count = 0};
  const char *const levels[] = {SUPPLY("0", "10:05:00"), SUPPLY("0", "10:06:00"), SUPPLY("240", "10:09:00"),
                                SUPPLY("0", "10:20:00")};
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
    struct vd_buffer json = {0};
    vd_buffer_printf(&json, "{\"upserts\":[%s]}", levels[i]);
    vd_buffer_append(&json, "", 1);
    see(&seen, (char *)json.data);
    vd_buffer_finish(&json);
  }
  see(&seen, "{\"upserts\":[{\"notice\":{\"id\":\"n1\",\"number\":1,\"state\":\"settling\"}}]}");
  see(&seen, "{\"upserts\":[{\"notice\":{\"id\":\"n1\",\"number\":1,\"state\":\"settling\"}}]}");
  see(&seen, "{\"upserts\":[{\"notice\":{\"id\":\"n1\",\"number\":1,\"state\":\"waiting\"}}]}");
  cr_assert_eq(seen.supply_count, 1);
  cr_expect_eq(seen.supplies[0].empty_ms, 4 * 60000);
  cr_expect_neq(seen.supplies[0].empty_since_ms, 0);
  cr_assert_eq(seen.notice_count, 1);
  cr_expect_eq(seen.notices[0].changes, 2);
}
