// Following live: every change as it becomes durable, and the truth about how old the picture is.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/live.h"
#include "proto/topic.h"

enum { WAIT_MS = 500 };

static volatile sig_atomic_t is_ended;

static void on_end(int number)
{
  (void)number;
  is_ended = 1;
}

static bool is_wanted(const struct ctl *ctl, const struct venue_event *event)
{
  bool has_change = event->kind == VENUE_CHANGE || event->kind == VENUE_ALARM;
  if (ctl->options.topic == NULL || !has_change || event->frame->change == NULL)
    return true;
  struct vd_buffer topic = {0};
  vd_topic_of_change(&topic, "change", event->frame->change);
  vd_buffer_append(&topic, "", 1);
  const char *after_prefix = (char *)topic.data + strlen("change/");
  const char *wanted = ctl->options.topic;
  if (strncmp(wanted, "change/", 7) == 0)
    wanted += 7;
  bool is_same = strncmp(after_prefix, wanted, strlen(wanted)) == 0;
  vd_buffer_finish(&topic);
  return is_same;
}

// Whom venued keeps out will not be let in by waiting.
static bool is_kept_out(enum vd_err err)
{
  return err == VD_ERR_UNAUTHENTICATED || err == VD_ERR_NOT_PERMITTED || err == VD_ERR_FOREIGN_ORIGIN;
}

static int follow(struct ctl_live *live)
{
  struct sigaction action = {.sa_handler = on_end};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGHUP, &action, NULL);
  while (!is_ended && !ferror(stdout)) {
    struct venue_event event;
    enum vd_err err = venue_client_next(live->ctl->client, WAIT_MS, &event);
    if (is_kept_out(err)) {
      ctl_live_clear(live);
      return ctl_complain(live->ctl, err, NULL);
    }
    if (err == VD_OK && is_wanted(live->ctl, &event))
      ctl_live_show(live, &event);
    ctl_live_pulse(live, "");
  }
  return CTL_DONE;
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
  struct ctl_live live = {.ctl = NULL};
  struct vd_refusal refusal = {.err = VD_OK};
  int status = ctl_live_begin(&live, ctl);
  if (status == CTL_DONE) {
    enum vd_err err = venue_client_follow(ctl->client, from, &refusal);
    status = err != VD_OK ? ctl_complain(ctl, err, &refusal) : CTL_DONE;
  }
  if (status == CTL_DONE) {
    if (!ctl->options.is_json)
      ctl_live_hello(&live);
    status = follow(&live);
  }
  ctl_live_finish(&live);
  return status;
}
