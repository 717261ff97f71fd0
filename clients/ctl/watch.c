// Following live: every change as it becomes durable, and the truth about how old the picture is.
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/text.h"
#include "proto/topic.h"

enum { WAIT_MS = 500 };

static volatile sig_atomic_t is_ended;

static void on_end(int number)
{
  (void)number;
  is_ended = 1;
}

static bool is_wanted(const struct ctl *ctl, const Vd__Change *change)
{
  if (ctl->options.topic == NULL)
    return true;
  struct vd_buffer topic = {0};
  vd_topic_of_change(&topic, "change", change);
  vd_buffer_append(&topic, "", 1);
  const char *after_prefix = (char *)topic.data + strlen("change/");
  const char *wanted = ctl->options.topic;
  if (strncmp(wanted, "change/", 7) == 0)
    wanted += 7;
  bool is_same = strncmp(after_prefix, wanted, strlen(wanted)) == 0;
  vd_buffer_finish(&topic);
  return is_same;
}

static void show(struct ctl *ctl, const struct venue_event *event, bool *was_stale)
{
  switch (event->kind) {
  case VENUE_ALARM:
    if (!ctl->options.is_json && is_wanted(ctl, event->frame->change))
      fputs(ctl_pick(ctl, "(not kept) ", "（未保存）", "（未保存）"), stdout);
    // fall through
  case VENUE_CHANGE:
    if (event->frame->change == NULL || !is_wanted(ctl, event->frame->change))
      return;
    if (ctl->options.is_json)
      ctl_print_json(&event->frame->change->base);
    else
      ctl_say_change(ctl, event->frame->change);
    return;
  case VENUE_STALE:
    *was_stale = true;
    fprintf(stderr, "%s %" PRId64 " s\n",
            ctl_pick(ctl, "STALE: nothing heard from venued for", "畫面過時：已無訊號", "画面过时：已无信号"),
            event->silent_ms / 1000);
    return;
  case VENUE_RESYNC:
    fputs(ctl_pick(ctl, "the history began anew; what was shown before no longer holds\n",
                   "歷史已重新開始，先前顯示的內容不再有效\n", "历史已重新开始，先前显示的内容不再有效\n"),
          stderr);
    return;
  case VENUE_BEAT:
    if (*was_stale)
      fputs(ctl_pick(ctl, "live again\n", "恢復即時\n", "恢复实时\n"), stderr);
    *was_stale = false;
    return;
  }
}

int ctl_watch(struct ctl *ctl)
{
  uint64_t from = 0;
  char *end = NULL;
  if (ctl->options.from != NULL) {
    from = strtoull(ctl->options.from, &end, 10);
    if (*end != '\0' || from == 0)
      return ctl_usage(ctl, "--from", ctl->options.from);
  }
  int status = ctl_look(ctl);
  if (status != CTL_DONE)
    return status;
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = venue_client_follow(ctl->client, from, &refusal);
  if (err != VD_OK)
    return ctl_complain(ctl, err, &refusal);
  struct sigaction action = {.sa_handler = on_end};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  bool was_stale = false;
  while (!is_ended && !ferror(stdout)) {
    struct venue_event event;
    if (venue_client_next(ctl->client, WAIT_MS, &event) == VD_OK)
      show(ctl, &event, &was_stale);
  }
  return CTL_DONE;
}
