// A Change as a line for people: when, which incident, what, who, whom.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/facts.h"
#include "proto/text.h"

static const Vd__Incident *incident_of(const Vd__Change *change)
{
  for (size_t i = 0; i < change->n_upserts; i++)
    if (change->upserts[i]->of_case == VD__ENTITY__OF_INCIDENT)
      return change->upserts[i]->incident;
  return NULL;
}

static void say_promise(const struct ctl *ctl, Vd__Promise promise)
{
  switch (promise) {
  case VD__PROMISE__PROMISE_RESPOND:
    printf(" %s", ctl_pick(ctl, "tier 1 (respond)", "一級響應", "一级响应"));
    break;
  case VD__PROMISE__PROMISE_DECIDE:
    printf(" %s", ctl_pick(ctl, "tier 2 (decide)", "二級定案", "二级定案"));
    break;
  case VD__PROMISE__PROMISE_LAND:
    printf(" %s", ctl_pick(ctl, "tier 3 (land)", "三級落地", "三级落地"));
    break;
  case VD__PROMISE__PROMISE_REFILL:
    printf(" %s", ctl_pick(ctl, "(refill)", "（補給）", "（补给）"));
    break;
  case VD__PROMISE__PROMISE_SAMPLE:
    printf(" %s", ctl_pick(ctl, "(food sample)", "（留樣）", "（留样）"));
    break;
  case VD__PROMISE__PROMISE_DISPOSE:
    printf(" %s", ctl_pick(ctl, "(disposal of a sample)", "（留樣處置）", "（留样处置）"));
    break;
  default:
    break;
  }
}

void ctl_say_change(const struct ctl *ctl, const Vd__Change *change)
{
  const Vd__Fact *fact = change->fact;
  if (fact == NULL || *fact->what == '\0')
    return;
  char clock[40];
  int64_t at_ms = fact->at_ms != 0 ? fact->at_ms : change->cause != NULL ? change->cause->now_at_ms : 0;
  ctl_clock(ctl, at_ms, clock, sizeof clock);
  printf("%s  ", clock);
  if (fact->incident != 0)
    printf("#%-4" PRIu64 " ", fact->incident);
  else
    printf("%-5s ", fact->subject);
  printf("%s", vd_fact_words(fact->what, ctl->language));
  say_promise(ctl, fact->promise);
  if (fact->late_ms > 1000) {
    char late[32];
    vd_duration_format(fact->late_ms / 1000 * 1000, late, sizeof late);
    printf(" +%s", late);
  }
  if (*fact->zone != '\0')
    printf(" @%s", fact->zone);
  if (*fact->who != '\0')
    printf(" %s %s", ctl_pick(ctl, "by", "：", "："), fact->who);
  if (*fact->crew != '\0' && strcmp(fact->crew, fact->who) != 0)
    printf(" → %s", fact->crew);
  const Vd__Incident *incident = incident_of(change);
  if (strcmp(fact->what, vd_fact_name(VD_FACT_REPORTED)) == 0 && incident != NULL)
    printf("  [%s, %s %u] %s", incident->category, ctl_pick(ctl, "severity", "級別", "级别"),
           incident->severity, incident->text);
  else if (*fact->text != '\0')
    printf("  %s", fact->text);
  for (size_t i = 0; i < fact->n_why; i++)
    printf("%s%s", i == 0 ? "  (" : ", ", fact->why[i]);
  puts(fact->n_why > 0 ? ")" : "");
  fflush(stdout);
}
