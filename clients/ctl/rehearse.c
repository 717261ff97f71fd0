// Plays a rehearsal on a daemon started with --rehearsal: what people do, when the venue clock says so; shows
// what happens meanwhile; judges the replies; tells at the end what became of every promise.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/ctl/ctl.h"
#include "proto/config.pb-c.h"
#include "proto/text.h"

enum { WAIT_MAX_MS = 500 };

struct label {
  const char *name; // borrowed from the rehearsal
  uint64_t number;
};

struct play {
  struct ctl *ctl;
  Vd__Rehearsal *rehearsal;
  struct label *labels;
  size_t label_count;
  int64_t beat_venue_ms, beat_mono_ms, scale; // the venue clock as last heard
  unsigned unexpected;
};

static int64_t mono_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t venue_now(const struct play *play)
{
  return play->beat_venue_ms + (mono_ms() - play->beat_mono_ms) * play->scale;
}

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

static void judge(struct play *play, const Vd__RehearsalStep *step, enum vd_err err, const Vd__Reply *reply)
{
  const char *expected = *step->expect != '\0' ? step->expect : "ok";
  const char *got = reply != NULL ? reply->code : vd_err_name(err);
  if (strcmp(expected, got) == 0)
    return;
  play->unexpected++;
  printf("          %s: %s, %s %s%s%s\n", play->ctl->arguments[0], got,
         ctl_pick(play->ctl, "expected", "預期", "预期"), expected, reply != NULL ? ": " : "",
         reply != NULL ? reply->sentence : "");
}

static int act(struct play *play, const Vd__RehearsalStep *step)
{
  if (*step->say != '\0')
    printf("          \xe2\x80\x94 %s\n", step->say);
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
  if (reply == NULL && err != VD_OK)
    return ctl_complain(play->ctl, err, &refusal);
  judge(play, step, err, reply);
  if (*step->label != '\0')
    play->labels[play->label_count++] = (struct label){.name = step->label, .number = reply->number};
  vd__reply__free_unpacked(reply, NULL);
  return CTL_DONE;
}

// Shows what happens until the venue clock reads `until_ms`.
static int watch_until(struct play *play, int64_t until_ms)
{
  for (;;) {
    int64_t wait_ms = (until_ms - venue_now(play)) / play->scale;
    if (wait_ms <= 0)
      return CTL_DONE;
    struct venue_event event;
    enum vd_err err =
        venue_client_next(play->ctl->client, wait_ms < WAIT_MAX_MS ? wait_ms : WAIT_MAX_MS, &event);
    if (err != VD_OK)
      continue;
    if (event.kind == VENUE_CHANGE && event.frame->change != NULL) {
      ctl_say_change(play->ctl, event.frame->change);
    } else if (event.kind == VENUE_BEAT) {
      play->beat_venue_ms = event.frame->beat->now_at_ms;
      play->beat_mono_ms = mono_ms();
    } else if (event.kind == VENUE_STALE && event.silent_ms > 30000) {
      return ctl_complain(play->ctl, VD_ERR_UNREACHABLE, NULL);
    }
  }
}

static int play_steps(struct play *play)
{
  for (size_t i = 0; i < play->rehearsal->n_steps; i++) {
    const Vd__RehearsalStep *step = play->rehearsal->steps[i];
    int status = watch_until(play, step->at_ms);
    if (status == CTL_DONE)
      status = act(play, step);
    if (status != CTL_DONE)
      return status;
  }
  return watch_until(play, play->rehearsal->end_at_ms);
}

static int begin(struct play *play)
{
  Vd__StatusQuery query = VD__STATUS_QUERY__INIT;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_STATUS;
  request.status = &query;
  Vd__Response *response = NULL;
  int status = ctl_ask(play->ctl, &request, &response);
  if (status != CTL_DONE)
    return status;
  bool is_rehearsal = response->body_case == VD__RESPONSE__BODY_STATUS && response->status->rehearsal;
  play->scale = is_rehearsal ? response->status->scale : 1;
  play->beat_venue_ms = response->now_at_ms;
  play->beat_mono_ms = mono_ms();
  vd__response__free_unpacked(response, NULL);
  return is_rehearsal ? CTL_DONE : ctl_complain(play->ctl, VD_ERR_NOT_REHEARSAL, NULL);
}

int ctl_rehearse(struct ctl *ctl)
{
  struct play play = {.ctl = ctl};
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = read_rehearsal(&play, &refusal);
  int status = err != VD_OK ? ctl_complain(ctl, err, &refusal) : begin(&play);
  if (status == CTL_DONE) {
    play.labels = vd_alloc((play.rehearsal->n_steps + 1) * sizeof *play.labels);
    status = ctl_look(ctl);
  }
  if (status == CTL_DONE && (err = venue_client_follow(ctl->client, 0, &refusal)) != VD_OK)
    status = ctl_complain(ctl, err, &refusal);
  if (status == CTL_DONE)
    status = play_steps(&play);
  if (status == CTL_DONE)
    status = ctl_print_summary(ctl);
  if (status == CTL_DONE && play.unexpected > 0) {
    fprintf(
        stderr, "%u %s\n", play.unexpected,
        ctl_pick(ctl, "replies were not as the rehearsal expects", "個回覆與預期不符", "个回复与预期不符"));
    status = CTL_REFUSED;
  }
  free(play.labels);
  vd__rehearsal__free_unpacked(play.rehearsal, NULL);
  return status;
}
