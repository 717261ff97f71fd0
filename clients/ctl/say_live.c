// Headlines of the live venue: what happened to which session, device, supply, zone, task, notice, lane or
// suggestion.
#include <stdio.h>
#include <string.h>

#include "clients/ctl/live.h"
#include "proto/text.h"

// What Fact.text names; of zones Fact.zone does, of tasks and suggestions Fact.subject.
static Vd__Kind kind_of(enum vd_fact what)
{
  switch (what) {
  case VD_FACT_ZONE_COUNTED:
  case VD_FACT_ZONE_SET:
  case VD_FACT_CROWDED:
  case VD_FACT_EASED:
    return VD__KIND__KIND_ZONE;
  case VD_FACT_TASK_OPENED:
  case VD_FACT_TASK_PASSED_ON:
  case VD_FACT_TASK_DONE:
  case VD_FACT_TASK_CANCELLED:
    return VD__KIND__KIND_TASK;
  case VD_FACT_LEVEL_REPORTED:
  case VD_FACT_SERVED:
    return VD__KIND__KIND_SUPPLY;
  case VD_FACT_BATCH_PLANNED:
  case VD_FACT_BATCH_HELD:
  case VD_FACT_BATCH_SERVED:
  case VD_FACT_BATCH_CANCELLED:
  case VD_FACT_SAMPLED:
  case VD_FACT_DISPOSED:
  case VD_FACT_TEMPERATURE_LOGGED:
    return VD__KIND__KIND_BATCH;
  case VD_FACT_DEVICE_OK:
  case VD_FACT_DEVICE_SUSPECT:
  case VD_FACT_DEVICE_FAULT:
  case VD_FACT_DEVICE_RECOVERED:
  case VD_FACT_DEVICE_MAINTENANCE:
    return VD__KIND__KIND_DEVICE;
  case VD_FACT_SESSION_STARTED:
  case VD_FACT_SESSION_ENDED:
  case VD_FACT_SESSION_SHIFTED:
  case VD_FACT_SESSION_CANCELLED:
  case VD_FACT_SESSION_UNDONE:
  case VD_FACT_OVERRUN:
    return VD__KIND__KIND_SESSION;
  case VD_FACT_NOTICE_OPENED:
  case VD_FACT_NOTICE_WAITING:
  case VD_FACT_NOTICE_APPROVED:
  case VD_FACT_NOTICE_SENT:
  case VD_FACT_NOTICE_DROPPED:
    return VD__KIND__KIND_NOTICE;
  case VD_FACT_LANES_COUNTED:
  case VD_FACT_LANE_SET:
    return VD__KIND__KIND_LANE;
  case VD_FACT_SUGGESTED:
  case VD_FACT_SUGGESTION_TAKEN:
  case VD_FACT_SUGGESTION_MEASURED:
  case VD_FACT_SUGGESTION_PASSED:
    return VD__KIND__KIND_SUGGESTION;
  case VD_FACT_CONTINGENCY_PROPOSED:
  case VD_FACT_CONTINGENCY_WITHDRAWN:
  case VD_FACT_CONTINGENCY_DECLINED:
  case VD_FACT_CONTINGENCY_ACTIVATED:
  case VD_FACT_CONTINGENCY_ABORTED:
  case VD_FACT_CONTINGENCY_UNDONE:
    return VD__KIND__KIND_CONTINGENCY;
  case VD_FACT_RESOURCE_USED:
  case VD_FACT_RESOURCE_RETURNED:
    return VD__KIND__KIND_RESOURCE;
  default:
    return VD__KIND__KIND_UNSPECIFIED;
  }
}

bool ctl_say_is_live(enum vd_fact what)
{
  return kind_of(what) != VD__KIND__KIND_UNSPECIFIED;
}

// ---- what the thing is now ----

static void say_status(const struct ctl_saying *saying, const Vd__Fact *fact)
{
  int status;
  if (vd_enum_parse(&vd__zone_status__descriptor, fact->text, &status))
    vd_buffer_printf(saying->out, "%s%s", ctl_pick(saying->ctl, ", ", "，", "，"),
                     ctl_words(saying->ctl, &vd__zone_status__descriptor, status));
}

static void say_times(const struct ctl_saying *saying, const char *id)
{
  const Vd__Session *session = (const Vd__Session *)ctl_say_find(saying, VD__KIND__KIND_SESSION, id);
  char start[40], end[40];
  if (session == NULL)
    return;
  ctl_clock(saying->ctl, session->start_at_ms, start, sizeof start);
  ctl_clock(saying->ctl, session->end_at_ms, end, sizeof end);
  ctl_say_words(saying, ", now ", "，現為 ", "，现为 ");
  vd_buffer_printf(saying->out, "%.5s–%.5s", start, end);
}

static void say_leaves(const struct ctl_saying *saying, const char *id)
{
  const Vd__Notice *notice = (const Vd__Notice *)ctl_say_find(saying, VD__KIND__KIND_NOTICE, id);
  if (notice == NULL || notice->leaves_at_ms <= saying->now_ms)
    return;
  char clock[40];
  ctl_clock(saying->ctl, notice->leaves_at_ms, clock, sizeof clock);
  ctl_say_words(saying, ", goes out at ", "，發出時間 ", "，发出时间 ");
  vd_buffer_printf(saying->out, "%s", clock);
}

// "until 2023-05-18T12:00:00.000+08:00" is for the record; people read a clock.
static void say_maintenance(const struct ctl_saying *saying, const char *words)
{
  const char *until = "in maintenance until ";
  int64_t at_ms;
  if (strncmp(words, until, strlen(until)) != 0 || !vd_instant_parse(words + strlen(until), 0, 0, &at_ms))
    return;
  char full[40];
  vd_instant_format(at_ms, saying->ctl->utc_offset_ms, full, sizeof full);
  ctl_say_words(saying, ", until ", "，至 ", "，至 ");
  vd_buffer_printf(saying->out, "%.5s %.5s", full + 5, full + 11);
}

// What stands after the device's id: what speaks against it.
static void say_device(const struct ctl_saying *saying, enum vd_fact what, const char *words)
{
  if (what == VD_FACT_DEVICE_MAINTENANCE) {
    say_maintenance(saying, words);
  } else if (*words != '\0') {
    ctl_say_words(saying, ", ", "，", "，");
    ctl_device_words(saying->ctl, words, saying->out);
  }
}

// ---- the line ----

static void say_what(const struct ctl_saying *saying, enum vd_fact what, const char *words)
{
  if (what == VD_FACT_DEVICE_MAINTENANCE && strcmp(words, "ended") == 0)
    ctl_say_words(saying, "maintenance over", "維護結束", "维护结束");
  else
    ctl_say_words(saying, vd_fact_words(vd_fact_name(what), VD__LANGUAGE__LANGUAGE_EN),
                  vd_fact_words(vd_fact_name(what), VD__LANGUAGE__LANGUAGE_ZH_HANT),
                  vd_fact_words(vd_fact_name(what), VD__LANGUAGE__LANGUAGE_ZH_HANS));
}

static void say_state(const struct ctl_saying *saying, enum vd_fact what, const Vd__Fact *fact,
                      const char *words)
{
  switch (kind_of(what)) {
  case VD__KIND__KIND_ZONE:
    if (what == VD_FACT_ZONE_SET)
      say_status(saying, fact);
    return;
  case VD__KIND__KIND_DEVICE:
    say_device(saying, what, words);
    return;
  case VD__KIND__KIND_SESSION:
    if (what == VD_FACT_SESSION_SHIFTED || what == VD_FACT_SESSION_UNDONE)
      say_times(saying, fact->text);
    return;
  case VD__KIND__KIND_NOTICE:
    if (what == VD_FACT_NOTICE_APPROVED)
      say_leaves(saying, fact->text);
    return;
  default:
    return;
  }
}

// What a device sends is its own doing; who passes it on is no news.
static bool is_by_itself(const struct ctl_saying *saying, enum vd_fact what)
{
  const Vd__Cause *cause = saying->change->cause;
  bool is_told = cause != NULL && cause->of_case == VD__CAUSE__OF_COMMAND && cause->command != NULL &&
                 cause->command->act_case != VD__COMMAND__ACT_READINGS;
  return kind_of(what) == VD__KIND__KIND_DEVICE && !is_told;
}

// Of a notice that was told before its number is enough.
static bool is_number_enough(enum vd_fact what)
{
  return what == VD_FACT_NOTICE_APPROVED || what == VD_FACT_NOTICE_DROPPED;
}

void ctl_say_live(const struct ctl_saying *saying, enum vd_fact what, const Vd__Fact *fact)
{
  char id[160];
  Vd__Kind kind = kind_of(what);
  bool is_of_subject = kind == VD__KIND__KIND_TASK || kind == VD__KIND__KIND_SUGGESTION;
  const char *named = kind == VD__KIND__KIND_ZONE ? fact->zone : is_of_subject ? fact->subject : fact->text;
  size_t size = kind == VD__KIND__KIND_DEVICE ? strcspn(named, ":") : strlen(named);
  const char *words = kind == VD__KIND__KIND_DEVICE ? named + size + strspn(named + size, ": ") : "";
  snprintf(id, sizeof id, "%.*s", (int)size, named);
  say_what(saying, what, words);
  if (what == VD_FACT_DEVICE_FAULT && !is_by_itself(saying, what))
    vd_buffer_printf(saying->out, CTL_FORMAT(saying->ctl, " as told by %s", "，報告人 %s", "，报告人 %s"),
                     fact->who);
  else if (!is_by_itself(saying, what))
    ctl_say_by(saying, fact->who);
  size_t before = saying->out->size;
  ctl_say_words(saying, ": ", "：", "：");
  size_t after = saying->out->size;
  if (!is_number_enough(what))
    ctl_say_thing(saying, kind, id);
  if (saying->out->size == after && kind == VD__KIND__KIND_SUGGESTION)
    ctl_say_thing(saying, VD__KIND__KIND_LANE, fact->text); // whose queue it is about
  if (saying->out->size == after)
    saying->out->size = before; // its number says it all
  say_state(saying, what, fact, words);
}
