// Following: changes as they become durable, and how old the picture is. On a terminal the last line says so
// all the time; elsewhere silence is told when it begins, then less and less often, and when it ends.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clients/ctl/live.h"
#include "proto/text.h"

static int64_t mono_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// ---- beginning ----

static int ask_status(struct ctl_live *live)
{
  Vd__StatusQuery query = VD__STATUS_QUERY__INIT;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_STATUS;
  request.status = &query;
  Vd__Response *response = NULL;
  int status = ctl_ask(live->ctl, &request, &response);
  if (status != CTL_DONE)
    return status;
  bool has_status = response->body_case == VD__RESPONSE__BODY_STATUS;
  live->scale = has_status && response->status->scale > 0 ? response->status->scale : 1;
  live->is_rehearsal = has_status && response->status->rehearsal;
  live->open_incidents = has_status ? response->status->open_incidents : 0;
  live->heard_venue_ms = response->now_at_ms;
  live->heard_mono_ms = mono_ms();
  vd__response__free_unpacked(response, NULL);
  return CTL_DONE;
}

static const Vd__Event *event_of(const struct ctl_live *live)
{
  return (const Vd__Event *)vd_fold_find(live->plan, VD__KIND__KIND_EVENT, "event");
}

// What lines name.
static const Vd__Kind named_kinds[] = {
    VD__KIND__KIND_EVENT,  VD__KIND__KIND_ZONE, VD__KIND__KIND_CATEGORY, VD__KIND__KIND_TEAM,
    VD__KIND__KIND_POST,   VD__KIND__KIND_CREW, VD__KIND__KIND_SESSION,  VD__KIND__KIND_SUPPLY,
    VD__KIND__KIND_DEVICE, VD__KIND__KIND_TASK, VD__KIND__KIND_LANE,
    VD__KIND__KIND_RESOURCE, VD__KIND__KIND_CONTINGENCY, VD__KIND__KIND_CONTINGENCY_STEP,
};

static int fetch_plan(struct ctl_live *live)
{
  struct vd_fold *plan = NULL;
  int status = ctl_fetch(live->ctl, named_kinds, sizeof named_kinds / sizeof *named_kinds, "", &plan);
  if (status != CTL_DONE)
    return status;
  vd_fold_destroy(live->plan);
  live->plan = plan;
  live->ctl->utc_offset_ms = event_of(live) != NULL ? event_of(live)->utc_offset_ms : 0;
  return CTL_DONE;
}

int ctl_live_begin(struct ctl_live *live, struct ctl *ctl)
{
  live->ctl = ctl;
  const char *terminal = getenv("TERM");
  bool can_rewrite = terminal != NULL && *terminal != '\0' && strcmp(terminal, "dumb") != 0;
  live->is_terminal = can_rewrite && !ctl->options.is_json && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO);
  int status = fetch_plan(live);
  return status != CTL_DONE ? status : ask_status(live);
}

void ctl_live_finish(struct ctl_live *live)
{
  ctl_live_clear(live);
  vd_fold_destroy(live->plan);
  live->plan = NULL;
}

int64_t ctl_live_now(const struct ctl_live *live)
{
  return live->heard_venue_ms + (mono_ms() - live->heard_mono_ms) * live->scale;
}

// ---- which venue ----

static void count_people(const struct ctl_live *live, size_t *on_duty, size_t *all)
{
  const Vd__Crew *crew = NULL;
  *on_duty = *all = 0;
  for (const char *after = NULL;
       (crew = (const Vd__Crew *)vd_fold_next(live->plan, VD__KIND__KIND_CREW, after, "")) != NULL;
       after = crew->id) {
    *all += !crew->retired;
    *on_duty += crew->on_duty && !crew->retired;
  }
}

static size_t count_zones(const struct ctl_live *live)
{
  size_t count = 0;
  const Vd__Zone *zone = NULL;
  for (const char *after = NULL;
       (zone = (const Vd__Zone *)vd_fold_next(live->plan, VD__KIND__KIND_ZONE, after, "")) != NULL;
       after = zone->id)
    count += !zone->retired;
  return count;
}

static void day_and_time(const struct ctl *ctl, int64_t at_ms, char *out, size_t size)
{
  char full[40];
  vd_instant_format(at_ms, ctl->utc_offset_ms, full, sizeof full);
  full[10] = ' ';
  snprintf(out, size, "%.19s", full);
}

void ctl_live_hello(const struct ctl_live *live)
{
  const struct ctl *ctl = live->ctl;
  const Vd__Event *event = event_of(live);
  char now[40], end[40], ago[32];
  size_t on_duty, people;
  count_people(live, &on_duty, &people);
  day_and_time(ctl, live->heard_venue_ms, now, sizeof now);
  fprintf(stderr, "%s%s%s", event != NULL ? ctl_text(ctl, event->name, "venued") : "venued",
          ctl_pick(ctl, ", venue time ", "，場館時間 ", "，场馆时间 "), now);
  if (live->scale != 1)
    fprintf(stderr, "%s%" PRId64, ctl_pick(ctl, ", speed ×", "，速度 ×", "，速度 ×"), live->scale);
  fputs(live->is_rehearsal ? ctl_pick(ctl, ", a rehearsal", "，彩排", "，彩排") : "", stderr);
  fprintf(stderr, "\n%s%zu%s%zu/%zu%s%" PRIu64 "\n", ctl_pick(ctl, "zones: ", "區域：", "区域："),
          count_zones(live), ctl_pick(ctl, "; people on duty: ", "；在崗人員：", "；在岗人员："), on_duty,
          people, ctl_pick(ctl, "; open incidents: ", "；未結事件：", "；未结事件："), live->open_incidents);
  if (event == NULL || event->end_at_ms == 0 || live->heard_venue_ms <= event->end_at_ms)
    return;
  day_and_time(ctl, event->end_at_ms, end, sizeof end);
  ctl_span((live->heard_venue_ms - event->end_at_ms) / 60000 * 60000, ago, sizeof ago);
  fprintf(stderr,
          CTL_FORMAT(ctl, "The event is over: it ended at %s, %s ago.\n",
                     "活動已結束：結束時間 %s，已過 %s。\n", "活动已结束：结束时间 %s，已过 %s。\n"),
          end, ago);
}

// ---- the last line ----

void ctl_live_clear(struct ctl_live *live)
{
  if (live->has_pulse)
    fputs("\r\033[K", stderr);
  live->has_pulse = false;
}

void ctl_live_pulse(struct ctl_live *live, const char *more)
{
  const struct ctl *ctl = live->ctl;
  char clock[40], age[32];
  if (!live->is_terminal)
    return;
  ctl_clock(ctl, live->heard_venue_ms, clock, sizeof clock);
  ctl_span((mono_ms() - live->heard_mono_ms) / 1000 * 1000, age, sizeof age);
  // Without wrapping: a line that is too long for the terminal could not be taken away.
  fprintf(stderr, "\r\033[K\033[?7l");
  if (live->silent_ms > 0)
    fprintf(stderr,
            CTL_FORMAT(ctl, "%s  STALE, heard nothing for %s", "%s  畫面過時，已 %s 無訊號",
                       "%s  画面过时，已 %s 无信号"),
            clock, age);
  else
    fprintf(stderr,
            CTL_FORMAT(ctl, "%s  live, heard %s ago", "%s  即時，%s 前有訊號", "%s  实时，%s 前有信号"),
            clock, age);
  fprintf(stderr, "%s\033[?7h", more);
  live->has_pulse = true;
}

// ---- the age of the picture ----

// On a terminal the last line goes on telling; elsewhere after 10 s, 1 min, 10 min, then each hour.
static bool is_told_again(const struct ctl_live *live)
{
  static const int64_t steps_ms[] = {10 * 1000, 60 * 1000, 600 * 1000};
  int64_t told_ms = live->told_silent_ms;
  if (told_ms == 0 || live->is_terminal)
    return told_ms == 0;
  for (size_t i = 0; i < sizeof steps_ms / sizeof *steps_ms; i++)
    if (told_ms < steps_ms[i])
      return live->silent_ms >= steps_ms[i];
  return live->silent_ms - told_ms >= 3600 * 1000;
}

static void show_stale(struct ctl_live *live, int64_t silent_ms)
{
  char silent[32], clock[40];
  live->silent_ms = silent_ms;
  if (!is_told_again(live))
    return;
  live->told_silent_ms = silent_ms;
  ctl_span(silent_ms, silent, sizeof silent);
  ctl_clock(live->ctl, live->heard_venue_ms, clock, sizeof clock);
  ctl_live_clear(live);
  fprintf(stderr,
          CTL_FORMAT(live->ctl, "STALE: nothing heard from venued for %s; what is shown is as of %s\n",
                     "畫面過時：已 %s 無訊號，所示內容截至 %s\n",
                     "画面过时：已 %s 无信号，所示内容截至 %s\n"),
          silent, clock);
}

static void show_alive(struct ctl_live *live)
{
  char silent[32];
  int64_t silent_ms = mono_ms() - live->heard_mono_ms; // it went on after it was told last
  if (live->told_silent_ms > 0) {
    ctl_span(silent_ms > live->silent_ms ? silent_ms : live->silent_ms, silent, sizeof silent);
    ctl_live_clear(live);
    fprintf(stderr,
            CTL_FORMAT(live->ctl, "live again, after %s of silence\n", "中斷 %s 後恢復即時\n",
                       "中断 %s 后恢复实时\n"),
            silent);
  }
  live->silent_ms = live->told_silent_ms = 0;
}

// A line when it begins and one when it ends.
static void show_turn(struct ctl_live *live, bool *was, bool is, const char *begins, const char *ends)
{
  if (*was == is)
    return;
  *was = is;
  ctl_live_clear(live);
  fprintf(stderr, "%s\n", is ? begins : ends);
}

static void show_beat(struct ctl_live *live, const Vd__Beat *beat)
{
  const struct ctl *ctl = live->ctl;
  show_alive(live);
  live->heard_venue_ms = beat->now_at_ms;
  live->heard_mono_ms = mono_ms();
  show_turn(live, &live->is_read_only, beat->read_only,
            ctl_pick(ctl, "READ-ONLY: the disk is full, nothing is kept", "唯讀：磁碟已滿，暫停保存",
                     "只读：磁盘已满，暂停保存"),
            ctl_pick(ctl, "writing again", "恢復寫入", "恢复写入"));
  show_turn(live, &live->is_in_doubt, beat->clock_in_doubt,
            ctl_pick(ctl, "CLOCK IN DOUBT: see `venuectl clock`", "時鐘有疑問：請見 `venuectl clock`",
                     "时钟有疑问：请见 `venuectl clock`"),
            ctl_pick(ctl, "the clock is accepted", "時鐘已確認", "时钟已确认"));
}

// ---- changes ----

// Names and people change too.
static void keep_plan(struct ctl_live *live, const Vd__Change *change)
{
  for (size_t i = 0; i < change->n_upserts; i++)
    for (size_t k = 0; k < sizeof named_kinds / sizeof *named_kinds; k++)
      if (vd_entity_kind(change->upserts[i]) == named_kinds[k])
        vd_fold_put_newer(live->plan, change->upserts[i]);
}

static void show_change(struct ctl_live *live, const Vd__Change *change, const char *mark)
{
  struct vd_buffer lines = {0};
  if (live->ctl->options.is_json) {
    ctl_print_json(&change->base);
    return;
  }
  ctl_say_change(live->ctl, live->plan, change, mark, &lines);
  if (lines.size > 0) {
    ctl_live_clear(live);
    fwrite(lines.data, 1, lines.size, stdout);
    fflush(stdout);
  }
  vd_buffer_finish(&lines);
}

void ctl_live_show(struct ctl_live *live, const struct venue_event *event)
{
  const struct ctl *ctl = live->ctl;
  switch (event->kind) {
  case VENUE_ALARM:
    if (event->frame->change != NULL)
      show_change(live, event->frame->change, ctl_pick(ctl, "(not kept) ", "（未保存）", "（未保存）"));
    return;
  case VENUE_CHANGE:
    if (event->frame->change == NULL)
      return;
    keep_plan(live, event->frame->change);
    show_change(live, event->frame->change, "");
    return;
  case VENUE_STALE:
    show_stale(live, event->silent_ms);
    return;
  case VENUE_RESYNC:
    ctl_live_clear(live);
    fputs(ctl_pick(ctl, "the history began anew; what was shown before no longer holds\n",
                   "歷史已重新開始，先前顯示的內容不再有效\n", "历史已重新开始，先前显示的内容不再有效\n"),
          stderr);
    if (fetch_plan(live) != CTL_DONE)
      return; // told; the names of before are better than none
    return;
  case VENUE_BEAT:
    show_beat(live, event->frame->beat);
    return;
  }
}
