// Plays a rehearsal on a daemon started with --rehearsal: what people do, when the venue clock says so; shows
// what happens meanwhile; judges the replies; tells at the end what became of every promise.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/live.h"
#include "proto/config.pb-c.h"
#include "proto/facts.h"
#include "proto/text.h"

enum { WAIT_MAX_MS = 500, SILENT_MAX_MS = 30000 };

struct label {
  const char *name; // borrowed from the rehearsal
  uint64_t number;
};

struct play {
  struct ctl *ctl;
  struct ctl_live live;
  Vd__Rehearsal *rehearsal;
  struct label *labels;
  size_t label_count;
  size_t step; // the next one
  struct ctl_played played;
};

static uint64_t number_of(const struct play *play, const char *label)
{
  for (size_t i = 0; i < play->label_count; i++)
    if (strcmp(play->labels[i].name, label) == 0)
      return play->labels[i].number;
  return 0;
}

// ---- reading ----

static enum vd_err check_step(const struct play *play, size_t index, struct vd_refusal *refusal)
{
  const Vd__RehearsalStep *step = play->rehearsal->steps[index];
  const Vd__RehearsalStep *before = index > 0 ? play->rehearsal->steps[index - 1] : NULL;
  if (before != NULL && step->at_ms < before->at_ms)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "steps.at_ms", "step %zu is before the one above it",
                     index + 1);
  if (*step->label != '\0' && (step->command == NULL || step->command->act_case != VD__COMMAND__ACT_REPORT))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "steps.label", "step %zu: only a report has a label",
                     index + 1);
  const char *const used[] = {step->about, step->of};
  for (size_t i = 0; i < 2; i++) {
    bool is_known = *used[i] == '\0';
    for (size_t j = 0; j < index; j++)
      is_known |= strcmp(play->rehearsal->steps[j]->label, used[i]) == 0;
    if (!is_known)
      return vd_refuse(refusal, VD_ERR_DANGLING_REFERENCE, "steps.about",
                       "step %zu: no earlier report is labelled %s", index + 1, used[i]);
  }
  return VD_OK;
}

static enum vd_err read_rehearsal(struct play *play, struct vd_refusal *refusal)
{
  ProtobufCMessage *message = NULL;
  enum vd_err err =
      vd_text_read_file(&vd__rehearsal__descriptor, play->ctl->arguments[0], &message, NULL, refusal);
  if (err != VD_OK)
    return err;
  play->rehearsal = (Vd__Rehearsal *)message;
  for (size_t i = 0; err == VD_OK && i < play->rehearsal->n_steps; i++)
    err = check_step(play, i, refusal);
  return err;
}

// ---- acting ----

// Every act about an incident has its number in a field `incident`.
static void fill_incident(Vd__Command *command, uint64_t number)
{
  ProtobufCMessage *act = (ProtobufCMessage *)command->report;
  const ProtobufCFieldDescriptor *field =
      act != NULL ? protobuf_c_message_descriptor_get_field_by_name(act->descriptor, "incident") : NULL;
  if (field != NULL && field->type == PROTOBUF_C_TYPE_UINT64)
    *(uint64_t *)((char *)act + field->offset) = number;
}

// What people say and how they were answered stands beside what happened, without an incident's number.
static void begin_line(struct play *play)
{
  char clock[40];
  ctl_live_clear(&play->live);
  ctl_clock(play->ctl, ctl_live_now(&play->live), clock, sizeof clock);
  printf("%s        ", clock);
}

static void judge(struct play *play, const Vd__RehearsalStep *step, enum vd_err err, const Vd__Reply *reply)
{
  const struct ctl *ctl = play->ctl;
  struct ctl_played *played = &play->played;
  const char *expected = *step->expect != '\0' ? step->expect : "ok";
  const char *got = reply != NULL ? reply->code : vd_err_name(err);
  const char *sentence = reply != NULL ? reply->sentence : vd_err_sentence(err, ctl->language);
  bool is_as_expected = strcmp(expected, got) == 0;
  char at[40];
  played->acts++;
  if (is_as_expected && *step->expect == '\0')
    return;
  ctl_clock(ctl, step->at_ms, at, sizeof at);
  begin_line(play);
  if (is_as_expected) {
    printf("%s[%s] %s\n", ctl_pick(ctl, "refused, as expected: ", "被拒，符合預期：", "被拒，符合预期："),
           got, sentence);
    vd_buffer_printf(&played->refusals, "%s%s (%s)", played->refused++ > 0 ? ", " : "", got, at);
    return;
  }
  played->wrong++;
  printf("%s[%s] %s (%s %s)\n", ctl_pick(ctl, "NOT AS EXPECTED: ", "不符合預期：", "不符合预期："), got,
         sentence, ctl_pick(ctl, "expected", "預期", "预期"), expected);
  vd_buffer_printf(&played->wrongs, "  %s  %s %s, %s [%s] %s\n", at,
                   ctl_pick(ctl, "expected", "預期", "预期"), expected, ctl_pick(ctl, "got", "實際", "实际"),
                   got, sentence);
}

static int act(struct play *play, const Vd__RehearsalStep *step)
{
  const char *words = ctl_text(play->ctl, step->say, "");
  if (*words != '\0') {
    begin_line(play);
    printf("\xe2\x80\x94 %s\n", words);
  }
  fflush(stdout);
  if (step->command == NULL || step->command->act_case == VD__COMMAND__ACT__NOT_SET)
    return CTL_DONE;
  if (*step->about != '\0')
    fill_incident(step->command, number_of(play, step->about));
  if (*step->of != '\0' && step->command->act_case == VD__COMMAND__ACT_DUPLICATE)
    step->command->duplicate->of = number_of(play, step->of);
  Vd__Reply *reply = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = venue_client_command(play->ctl->client, step->command, &reply, &refusal);
  if (reply == NULL && err != VD_OK) {
    ctl_live_clear(&play->live);
    return ctl_complain(play->ctl, err, &refusal);
  }
  judge(play, step, err, reply);
  if (*step->label != '\0')
    play->labels[play->label_count++] = (struct label){.name = step->label, .number = reply->number};
  vd__reply__free_unpacked(reply, NULL);
  return CTL_DONE;
}

static void pulse(struct play *play, int64_t until_ms)
{
  char more[120], until[40];
  ctl_clock(play->ctl, until_ms, until, sizeof until);
  snprintf(more, sizeof more,
           CTL_FORMAT(play->ctl, "; step %zu of %zu at %s", "；第 %zu/%zu 步於 %s", "；第 %zu/%zu 步于 %s"),
           play->step + 1, play->rehearsal->n_steps, until);
  ctl_live_pulse(&play->live, play->step < play->rehearsal->n_steps ? more : "");
}

static void show(struct play *play, const struct venue_event *event)
{
  const Vd__Change *change = event->kind == VENUE_CHANGE ? event->frame->change : NULL;
  if (change != NULL && change->fact != NULL &&
      strcmp(change->fact->what, vd_fact_name(VD_FACT_CLIMBED)) == 0)
    play->played.climbs++;
  ctl_live_show(&play->live, event);
}

// Shows what happens until the venue clock reads `until_ms`.
static int watch_until(struct play *play, int64_t until_ms)
{
  for (;;) {
    int64_t wait_ms = (until_ms - ctl_live_now(&play->live)) / play->live.scale;
    if (wait_ms <= 0)
      return CTL_DONE;
    struct venue_event event;
    enum vd_err err =
        venue_client_next(play->ctl->client, wait_ms < WAIT_MAX_MS ? wait_ms : WAIT_MAX_MS, &event);
    if (err == VD_OK)
      show(play, &event);
    pulse(play, until_ms);
    if (err == VD_OK && event.kind == VENUE_STALE && event.silent_ms > SILENT_MAX_MS) {
      ctl_live_clear(&play->live);
      return ctl_complain(play->ctl, VD_ERR_UNREACHABLE, NULL);
    }
  }
}

static int play_steps(struct play *play)
{
  for (play->step = 0; play->step < play->rehearsal->n_steps; play->step++) {
    const Vd__RehearsalStep *step = play->rehearsal->steps[play->step];
    int status = watch_until(play, step->at_ms);
    if (status == CTL_DONE)
      status = act(play, step);
    if (status != CTL_DONE)
      return status;
  }
  int status = watch_until(play, play->rehearsal->end_at_ms);
  ctl_live_clear(&play->live);
  return status;
}

static void print_hello(const struct play *play)
{
  const struct ctl *ctl = play->ctl;
  char end[40], takes[32];
  int64_t left_ms = play->rehearsal->end_at_ms - ctl_live_now(&play->live);
  ctl_live_hello(&play->live);
  ctl_clock(ctl, play->rehearsal->end_at_ms, end, sizeof end);
  ctl_span(left_ms > 0 ? left_ms / play->live.scale : 0, takes, sizeof takes);
  fprintf(stderr,
          CTL_FORMAT(ctl, "%s: %zu steps until %s, which takes %s\n", "%s：共 %zu 步，至 %s，約需 %s\n",
                     "%s：共 %zu 步，至 %s，约需 %s\n"),
          ctl_text(ctl, play->rehearsal->name, ctl->arguments[0]), play->rehearsal->n_steps, end, takes);
}

static int begin(struct play *play)
{
  struct vd_refusal refusal = {.err = VD_OK};
  int status = ctl_live_begin(&play->live, play->ctl);
  if (status == CTL_DONE && !play->live.is_rehearsal)
    status = ctl_complain(play->ctl, VD_ERR_NOT_REHEARSAL, NULL);
  if (status != CTL_DONE)
    return status;
  play->labels = vd_alloc((play->rehearsal->n_steps + 1) * sizeof *play->labels);
  play->played.name = ctl_text(play->ctl, play->rehearsal->name, play->ctl->arguments[0]);
  enum vd_err err = venue_client_follow(play->ctl->client, 0, &refusal);
  if (err != VD_OK)
    return ctl_complain(play->ctl, err, &refusal);
  print_hello(play);
  return CTL_DONE;
}

int ctl_rehearse(struct ctl *ctl)
{
  struct play play = {.ctl = ctl};
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = read_rehearsal(&play, &refusal);
  int status = err != VD_OK ? ctl_complain(ctl, err, &refusal) : begin(&play);
  if (status == CTL_DONE)
    status = play_steps(&play);
  if (status == CTL_DONE)
    status = ctl_print_summary(ctl, &play.played);
  if (status == CTL_DONE && play.played.wrong > 0)
    status = CTL_REFUSED;
  ctl_live_finish(&play.live);
  free(play.labels);
  vd_buffer_finish(&play.played.refusals);
  vd_buffer_finish(&play.played.wrongs);
  vd__rehearsal__free_unpacked(play.rehearsal, NULL);
  return status;
}
