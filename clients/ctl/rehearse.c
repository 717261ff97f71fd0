// Plays a rehearsal on a daemon started with --rehearsal: what people do, when the venue clock says so; shows
// what happens meanwhile; judges the replies; tells at the end what became of every promise.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/rehearsal.h"
#include "proto/facts.h"
#include "proto/text.h"

enum { WAIT_MAX_MS = 500, SILENT_MAX_MS = 30000, WRONGS_SHOWN_MAX = 20 };
// What a step is about may be a moment late, and the machine slow: it is looked for again, of venue time.
static const int64_t LOOK_AGAIN_MS = 5000, LOOK_FOR_MS = 600000;

struct label {
  const char *name; // borrowed from the script
  uint64_t number;
};

// A step, and when it is played next.
struct turn {
  const Vd__RehearsalStep *step;
  int64_t at_ms, last_ms; // as the script says; of a step that is not repeated both are the same
  int64_t due_ms;         // later than at_ms while what it is about is looked for
  bool is_over;
};

struct play {
  struct ctl *ctl;
  struct ctl_live live;
  Vd__Rehearsal *script;
  struct turn *turns;
  size_t turn_count;
  struct label *labels;
  size_t label_count;
  struct ctl_played played;
  struct ctl_seen seen;
};

// ---- what a step is about ----

static uint64_t number_of(const struct play *play, const char *label)
{
  for (size_t i = 0; i < play->label_count; i++)
    if (strcmp(play->labels[i].name, label) == 0)
      return play->labels[i].number;
  return 0;
}

static uint64_t number_in(const char *id)
{
  return *id != '\0' ? strtoull(id + 1, NULL, 10) : 0; // "t7", "s4"
}

static uint64_t notice_waiting(const struct vd_fold *fold)
{
  const Vd__Notice *notice = NULL;
  for (const char *after = NULL;
       (notice = (const Vd__Notice *)vd_fold_next(fold, VD__KIND__KIND_NOTICE, after, "")) != NULL;
       after = notice->id)
    if (notice->state == VD__NOTICE_STATE__NOTICE_STATE_WAITING)
      return notice->number;
  return 0;
}

// The number that the live entity leads to, 0 while it leads nowhere.
static uint64_t number_behind(const struct vd_fold *fold, Vd__Kind kind, const char *id)
{
  const ProtobufCMessage *found = vd_fold_find(fold, kind, id);
  if (kind == VD__KIND__KIND_NOTICE)
    return notice_waiting(fold);
  if (found == NULL)
    return 0;
  switch (kind) {
  case VD__KIND__KIND_DEVICE:
    return ((const Vd__Device *)found)->incident;
  case VD__KIND__KIND_SUPPLY:
    return number_in(((const Vd__Supply *)found)->task);
  case VD__KIND__KIND_BATCH:
    return number_in(((const Vd__Batch *)found)->task);
  case VD__KIND__KIND_LANE:
    return number_in(((const Vd__Lane *)found)->suggestion);
  default:
    return 0;
  }
}

static int find_number(struct play *play, const char *about, uint64_t *number)
{
  Vd__Kind kind;
  const char *id;
  *number = 0;
  if (ctl_about_of(about, &kind, &id) == CTL_ABOUT_LABEL) {
    *number = number_of(play, id);
    return CTL_DONE;
  }
  struct vd_fold *fold = NULL;
  int status = ctl_fetch(play->ctl, &kind, 1, id, &fold);
  if (status != CTL_DONE)
    return status;
  *number = number_behind(fold, kind, id);
  vd_fold_destroy(fold);
  return CTL_DONE;
}

static void fill_number(Vd__Command *command, const char *about, uint64_t number)
{
  Vd__Kind kind;
  const char *id;
  enum ctl_about what = ctl_about_of(about, &kind, &id);
  const ProtobufCFieldDescriptor *field = ctl_about_field(command, what);
  char subject[96];
  if (field != NULL) {
    *(uint64_t *)((char *)command->report + field->offset) = number; // any member of the oneof
    return;
  }
  snprintf(subject, sizeof subject, "%s%s%" PRIu64, // heard: a thread about what is no incident
           what == CTL_ABOUT_NOTICE ? "notice." : "", what == CTL_ABOUT_NOTICE ? "n" : "t", number);
  if (what == CTL_ABOUT_LANE)
    snprintf(subject, sizeof subject, "lane.%.64s", id);
  vd_string_set(&command->heard->subject, subject);
}

// ---- acting ----

// What people say and how they were answered stands beside what happened, without an incident's number.
// With --json stdout is the machine's.
static FILE *begin_line(struct play *play)
{
  FILE *out = play->ctl->options.is_json ? stderr : stdout;
  char clock[40];
  ctl_live_clear(&play->live);
  ctl_clock(play->ctl, ctl_live_now(&play->live), clock, sizeof clock);
  fprintf(out, "%s        ", clock);
  return out;
}

static void judge(struct play *play, const struct turn *turn, enum vd_err err, const Vd__Reply *reply)
{
  const struct ctl *ctl = play->ctl;
  struct ctl_played *played = &play->played;
  const Vd__RehearsalStep *step = turn->step;
  const char *expected = *step->expect != '\0' ? step->expect : "ok";
  const char *got = reply != NULL ? reply->code : vd_err_name(err);
  const char *sentence = reply != NULL ? reply->sentence : vd_err_sentence(err, ctl->language);
  bool is_as_expected = strcmp(expected, got) == 0;
  char at[40];
  played->acts++;
  if (is_as_expected && *step->expect == '\0')
    return;
  ctl_clock(ctl, turn->at_ms, at, sizeof at);
  FILE *out = begin_line(play);
  if (is_as_expected) {
    fprintf(out, "%s[%s] %s\n",
            ctl_pick(ctl, "refused, as expected: ", "被拒，符合預期：", "被拒，符合预期："), got, sentence);
    vd_buffer_printf(&played->refusals, "%s%s (%s)", played->refused++ > 0 ? ", " : "", got, at);
    return;
  }
  fprintf(out, "%s[%s] %s (%s %s)\n", ctl_pick(ctl, "NOT AS EXPECTED: ", "不符合預期：", "不符合预期："), got,
          sentence, ctl_pick(ctl, "expected", "預期", "预期"), expected);
  if (played->wrong++ >= WRONGS_SHOWN_MAX)
    return;
  vd_buffer_printf(&played->wrongs, "  %s  %s %s, %s [%s] %s\n", at,
                   ctl_pick(ctl, "expected", "預期", "预期"), expected, ctl_pick(ctl, "got", "實際", "实际"),
                   got, sentence);
}

static void say(struct play *play, const struct turn *turn)
{
  const char *words = ctl_text(play->ctl, turn->step->say, "");
  if (*words == '\0' || turn->at_ms != turn->step->at_ms)
    return; // of what is repeated, once
  FILE *out = begin_line(play);
  fprintf(out, "\xe2\x80\x94 %s\n", words);
  fflush(out);
}

static int send(struct play *play, const struct turn *turn)
{
  const Vd__RehearsalStep *step = turn->step;
  Vd__Reply *reply = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = venue_client_command(play->ctl->client, step->command, &reply, &refusal);
  vd_string_set(&step->command->id, ""); // the next time is another
  if (reply == NULL && err != VD_OK) {
    ctl_live_clear(&play->live);
    return ctl_complain(play->ctl, err, &refusal);
  }
  judge(play, turn, err, reply);
  if (*step->label != '\0')
    play->labels[play->label_count++] = (struct label){.name = step->label, .number = reply->number};
  vd__reply__free_unpacked(reply, NULL);
  return CTL_DONE;
}

// False while what the step is about is not there yet; true once it is, or no longer looked for.
static bool is_found(struct play *play, struct turn *turn, int *status)
{
  const Vd__RehearsalStep *step = turn->step;
  uint64_t number = 0;
  if (*step->of != '\0')
    step->command->duplicate->of = number_of(play, step->of);
  if (*step->about == '\0')
    return true;
  *status = find_number(play, step->about, &number);
  int64_t now_ms = ctl_live_now(&play->live);
  bool gives_up = *status != CTL_DONE || now_ms > turn->at_ms + LOOK_FOR_MS;
  if (number == 0 && !gives_up && *step->expect == '\0') {
    turn->due_ms = now_ms + LOOK_AGAIN_MS;
    return false;
  }
  fill_number(step->command, step->about, number);
  return true;
}

static bool has_command(const Vd__RehearsalStep *step)
{
  return step->command != NULL && step->command->act_case != VD__COMMAND__ACT__NOT_SET;
}

static int act(struct play *play, struct turn *turn)
{
  int status = CTL_DONE;
  int64_t behind_ms = ctl_live_now(&play->live) - turn->due_ms;
  play->played.behind_ms = behind_ms > play->played.behind_ms ? behind_ms : play->played.behind_ms;
  if (has_command(turn->step) && !is_found(play, turn, &status))
    return status;
  say(play, turn);
  if (status == CTL_DONE && has_command(turn->step))
    status = send(play, turn);
  turn->is_over = turn->step->every_ms == 0 || turn->at_ms + turn->step->every_ms > turn->last_ms;
  turn->at_ms += turn->step->every_ms;
  turn->due_ms = turn->at_ms;
  return status;
}

// ---- showing ----

// The next step of those that are played once, and when; NULL for none.
static const struct turn *next_told(const struct play *play, size_t *number)
{
  *number = 0;
  for (size_t i = 0; i < play->turn_count; i++) {
    *number += play->turns[i].step->every_ms == 0;
    if (!play->turns[i].is_over && play->turns[i].step->every_ms == 0)
      return &play->turns[i];
  }
  return NULL;
}

static size_t count_told(const struct play *play)
{
  size_t count = 0;
  for (size_t i = 0; i < play->turn_count; i++)
    count += play->turns[i].step->every_ms == 0;
  return count;
}

static void pulse(struct play *play)
{
  char more[120] = "", at[40];
  size_t number;
  const struct turn *turn = next_told(play, &number);
  if (turn != NULL) {
    ctl_clock(play->ctl, turn->due_ms, at, sizeof at);
    snprintf(more, sizeof more,
             CTL_FORMAT(play->ctl, "; step %zu of %zu at %s", "；第 %zu/%zu 步於 %s", "；第 %zu/%zu 步于 %s"),
             number, count_told(play), at);
  }
  ctl_live_pulse(&play->live, more);
}

// What regular inputs leave behind, many a minute: the script says once what it sends.
static bool is_told(const Vd__Change *change)
{
  static const enum vd_fact quiet[] = {VD_FACT_READINGS_KEPT, VD_FACT_COUNTS_KEPT, VD_FACT_SERVED,
                                       VD_FACT_LANES_COUNTED};
  for (size_t i = 0; change->fact != NULL && i < sizeof quiet / sizeof *quiet; i++)
    if (strcmp(change->fact->what, vd_fact_name(quiet[i])) == 0)
      return false;
  return true;
}

static void show(struct play *play, const struct venue_event *event)
{
  const Vd__Change *change = event->kind == VENUE_CHANGE ? event->frame->change : NULL;
  if (change != NULL && change->fact != NULL &&
      strcmp(change->fact->what, vd_fact_name(VD_FACT_CLIMBED)) == 0 && change->fact->drill == 0)
    play->played.climbs++;
  if (change != NULL)
    ctl_see(&play->seen, change);
  if (change == NULL || is_told(change))
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
    pulse(play);
    if (err == VD_OK && event.kind == VENUE_STALE && event.silent_ms > SILENT_MAX_MS) {
      ctl_live_clear(&play->live);
      return ctl_complain(play->ctl, VD_ERR_UNREACHABLE, NULL);
    }
  }
}

// Of those that are due first, the first in the file.
static struct turn *next_turn(const struct play *play)
{
  struct turn *next = NULL;
  for (size_t i = 0; i < play->turn_count; i++)
    if (!play->turns[i].is_over && (next == NULL || play->turns[i].due_ms < next->due_ms))
      next = &play->turns[i];
  return next;
}

static int play_steps(struct play *play)
{
  struct turn *turn;
  int status = CTL_DONE;
  while (status == CTL_DONE && (turn = next_turn(play)) != NULL) {
    status = watch_until(play, turn->due_ms);
    if (status == CTL_DONE)
      status = act(play, turn);
  }
  if (status == CTL_DONE)
    status = watch_until(play, play->script->end_at_ms);
  ctl_live_clear(&play->live);
  return status;
}

// ---- beginning and ending ----

static void print_hello(const struct play *play)
{
  const struct ctl *ctl = play->ctl;
  char end[40], takes[32];
  int64_t left_ms = play->script->end_at_ms - ctl_live_now(&play->live);
  ctl_live_hello(&play->live);
  ctl_clock(ctl, play->script->end_at_ms, end, sizeof end);
  ctl_span(left_ms > 0 ? left_ms / play->live.scale : 0, takes, sizeof takes);
  fprintf(stderr,
          CTL_FORMAT(ctl, "%s: steps: %zu, until %s, which takes %s\n", "%s：共 %zu 步，至 %s，約需 %s\n",
                     "%s：共 %zu 步，至 %s，约需 %s\n"),
          play->played.name, play->turn_count, end, takes);
  if (play->played.is_baseline)
    fprintf(stderr, "%s\n",
            ctl_pick(ctl, "Baseline: automation is off, people do everything themselves.",
                     "對照：自動化已關閉，一切由人員自行處理。", "对照：自动化已关闭，一切由人员自行处理。"));
}

static void line_up(struct play *play)
{
  play->turns = vd_alloc((play->script->n_steps + 1) * sizeof *play->turns);
  play->labels = vd_alloc((play->script->n_steps + 1) * sizeof *play->labels);
  for (size_t i = 0; i < play->script->n_steps; i++) {
    const Vd__RehearsalStep *step = play->script->steps[i];
    if (!ctl_rehearsal_has(step, play->played.is_baseline))
      continue;
    play->turns[play->turn_count++] =
        (struct turn){.step = step,
                      .at_ms = step->at_ms,
                      .last_ms = step->every_ms != 0 ? step->until_at_ms : step->at_ms,
                      .due_ms = step->at_ms};
  }
}

// Puts the script's plan in force with automation off.
static int turn_off(struct play *play)
{
  Vd__Command *command = ctl_command_new(VD__COMMAND__ACT_PLAN_APPLY);
  Vd__Reply *reply = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  int status =
      ctl_rehearsal_baseline(play->ctl, play->ctl->arguments[0], play->script, &command->plan_apply->plan);
  if (status == CTL_DONE) {
    enum vd_err err = ctl_plan_send(play->ctl, command, &reply, &refusal);
    status = err != VD_OK ? ctl_complain(play->ctl, err, &refusal) : CTL_DONE;
  }
  vd__reply__free_unpacked(reply, NULL);
  vd__command__free_unpacked(command, NULL);
  return status;
}

// A journal in which automation was turned off has it off.
static int refuse_manual(const struct play *play)
{
  const Vd__Event *event = (const Vd__Event *)vd_fold_find(play->live.plan, VD__KIND__KIND_EVENT, "event");
  if (play->played.is_baseline || event == NULL || event->policy == NULL || !event->policy->manual_nodes)
    return CTL_DONE;
  fprintf(stderr, "%s\n",
          ctl_pick(play->ctl, "Automation is off here (policy manual_nodes): play it with --baseline.",
                   "此處自動化已關閉（policy manual_nodes）：請加 --baseline。",
                   "此处自动化已关闭（policy manual_nodes）：请加 --baseline。"));
  return CTL_REFUSED;
}

// Figures are of a whole run: of one that begins on a venue where something was done already they say
// nothing.
static int begin_figures(struct play *play)
{
  const Vd__Event *event = (const Vd__Event *)vd_fold_find(play->live.plan, VD__KIND__KIND_EVENT, "event");
  const char *path = play->ctl->options.compare;
  play->played.figures = ctl_figures_create(play->script, event, play->played.is_baseline);
  if (path == NULL)
    return CTL_DONE;
  bool is_fresh = event != NULL && event->last_incident == 0 && event->last_task == 0 &&
                  event->last_notice == 0 && event->last_suggestion == 0 && event->seated == 0;
  if (is_fresh)
    return ctl_figures_read(play->ctl, path, &play->played.kept);
  fprintf(stderr, "%s\n",
          ctl_pick(play->ctl,
                   "This venue was at work already: --compare needs a data folder of its own, empty.",
                   "此場館已有運作紀錄：--compare 須使用全新的資料夾。",
                   "此场馆已有运行记录：--compare 须使用全新的文件夹。"));
  return CTL_REFUSED;
}

static int begin(struct play *play)
{
  struct vd_refusal refusal = {.err = VD_OK};
  int status = ctl_live_begin(&play->live, play->ctl);
  if (status == CTL_DONE && !play->live.is_rehearsal)
    status = ctl_complain(play->ctl, VD_ERR_NOT_REHEARSAL, NULL);
  if (status == CTL_DONE)
    status = begin_figures(play);
  if (status == CTL_DONE)
    status = play->played.is_baseline ? turn_off(play) : refuse_manual(play);
  if (status != CTL_DONE)
    return status;
  line_up(play);
  enum vd_err err = venue_client_follow(play->ctl->client, 0, &refusal);
  if (err != VD_OK)
    return ctl_complain(play->ctl, err, &refusal);
  print_hello(play);
  return CTL_DONE;
}

int ctl_rehearse(struct ctl *ctl)
{
  struct play *play = vd_zalloc(sizeof *play);
  play->ctl = ctl;
  int status = ctl_rehearsal_read(ctl, ctl->arguments[0], &play->script);
  if (status == CTL_DONE) {
    play->played.name = ctl_text(ctl, play->script->name, ctl->arguments[0]);
    play->played.is_baseline = ctl->options.is_baseline;
    play->played.seen = &play->seen;
    status = begin(play);
  }
  if (status == CTL_DONE)
    status = play_steps(play);
  if (status == CTL_DONE)
    status = ctl_print_summary(ctl, &play->played);
  if (status == CTL_DONE && play->played.wrong > 0)
    status = CTL_REFUSED;
  ctl_live_finish(&play->live);
  free(play->turns);
  free(play->labels);
  vd_buffer_finish(&play->played.refusals);
  vd_buffer_finish(&play->played.wrongs);
  if (play->played.figures != NULL)
    vd__run_figures__free_unpacked(play->played.figures, NULL);
  if (play->played.kept != NULL)
    vd__rehearsal_figures__free_unpacked(play->played.kept, NULL);
  vd__rehearsal__free_unpacked(play->script, NULL);
  free(play);
  return status;
}
