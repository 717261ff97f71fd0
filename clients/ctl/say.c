// A Change as lines for people: when, which incident, what, where, by whom; then what followed from it
// (follows.c).
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/ctl/live.h"
#include "proto/facts.h"
#include "proto/text.h"
#include "proto/words.h"

enum {
  SAID_APART_MS = 1000,    // done and told so far apart are two moments
  NOTICED_LATE_MS = 10000, // a limit passed while venued slept or was down
};

// What Fact.crew means: it depends on the fact.
enum crew_means {
  CREW_HOLDS,   // … or was called first: the incident knows better
  CREW_CALLED,  // told by the lines of what followed
  CREW_ACTED,   // answered, or did not
  CREW_GIVEN,   // to whom the work goes
  CREW_SUBJECT, // the person it is all about
};

static enum vd_fact fact_of(const char *what)
{
  for (unsigned i = VD_FACT_NONE + 1; i < VD_FACT_COUNT; i++)
    if (strcmp(vd_fact_name((enum vd_fact)i), what) == 0)
      return (enum vd_fact)i;
  return VD_FACT_NONE;
}

static enum crew_means means(enum vd_fact fact)
{
  switch (fact) {
  case VD_FACT_REPORTED:
  case VD_FACT_WARNED:
  case VD_FACT_BREACHED:
  case VD_FACT_CLIMBED:
  case VD_FACT_CALLED_AGAIN:
  case VD_FACT_DECISION_CALLED:
    return CREW_CALLED;
  case VD_FACT_ACCEPTED:
  case VD_FACT_DECLINED:
  case VD_FACT_OFFER_EXPIRED:
    return CREW_ACTED;
  case VD_FACT_OFFERED:
  case VD_FACT_ASSIGNED:
  case VD_FACT_HANDED_OVER:
    return CREW_GIVEN;
  case VD_FACT_SHIFT_STARTED:
  case VD_FACT_SHIFT_ENDED:
  case VD_FACT_DUTY_SET:
  case VD_FACT_PLACED:
  case VD_FACT_REACH_SET:
    return CREW_SUBJECT;
  default:
    return CREW_HOLDS;
  }
}

// ---- pieces ----

const char *ctl_tier(const struct ctl *ctl, Vd__Promise promise)
{
  switch (promise) {
  case VD__PROMISE__PROMISE_RESPOND:
    return ctl_pick(ctl, "tier 1 (respond)", "一級響應", "一级响应");
  case VD__PROMISE__PROMISE_DECIDE:
    return ctl_pick(ctl, "tier 2 (decide)", "二級定案", "二级定案");
  case VD__PROMISE__PROMISE_LAND:
    return ctl_pick(ctl, "tier 3 (land)", "三級落地", "三级落地");
  default:
    return ctl_words(ctl, &vd__promise__descriptor, (int)promise);
  }
}

const char *ctl_plan_name(const struct ctl *ctl, const struct vd_fold *plan, Vd__Kind kind, const char *id)
{
  const ProtobufCMessage *found = plan != NULL ? vd_fold_find(plan, kind, id) : NULL;
  if (found == NULL)
    return id;
  switch (kind) {
  case VD__KIND__KIND_ZONE:
    return ctl_text(ctl, ((const Vd__Zone *)found)->name, id);
  case VD__KIND__KIND_CATEGORY:
    return ctl_text(ctl, ((const Vd__Category *)found)->name, id);
  case VD__KIND__KIND_TEAM:
    return ctl_text(ctl, ((const Vd__Team *)found)->name, id);
  case VD__KIND__KIND_POST:
    return ctl_text(ctl, ((const Vd__Post *)found)->name, id);
  default:
    return id;
  }
}

void ctl_say_words(const struct ctl_saying *saying, const char *en, const char *zh_hant, const char *zh_hans)
{
  vd_buffer_printf(saying->out, "%s", ctl_pick(saying->ctl, en, zh_hant, zh_hans));
}

static uint64_t drill_of(const Vd__Entity *entity, uint64_t incident, const char *subject)
{
  switch (entity->of_case) {
  case VD__ENTITY__OF_INCIDENT:
    return entity->incident->number == incident ? entity->incident->drill : 0;
  case VD__ENTITY__OF_DEADLINE:
    return entity->deadline->incident == incident ? entity->deadline->drill : 0;
  case VD__ENTITY__OF_OFFER:
    return entity->offer->incident == incident ? entity->offer->drill : 0;
  case VD__ENTITY__OF_ALERT:
    return entity->alert->incident == incident &&
                   (incident != 0 || strcmp(entity->alert->subject, subject) == 0)
               ? entity->alert->drill
               : 0;
  default:
    return 0;
  }
}

// What is part of a drill is marked on each of its lines, whatever else the act did.
static bool is_of_drill(const struct ctl_saying *saying, uint64_t incident, const char *subject)
{
  const Vd__Change *change = saying->change;
  const Vd__Fact *fact = change->fact;
  if (fact != NULL && fact->incident == incident && (incident != 0 || strcmp(fact->subject, subject) == 0) &&
      fact->drill != 0)
    return true;
  for (size_t i = 0; i < change->n_upserts; i++)
    if (drill_of(change->upserts[i], incident, subject) != 0)
      return true;
  return false;
}

void ctl_say_begin(const struct ctl_saying *saying, uint64_t incident, const char *subject, bool follows)
{
  char clock[40], number[32];
  ctl_clock(saying->ctl, saying->now_ms, clock, sizeof clock);
  if (incident != 0)
    snprintf(number, sizeof number, "#%" PRIu64, incident);
  else
    snprintf(number, sizeof number, "%s", ctl_say_number(subject));
  vd_buffer_printf(saying->out, "%s  %-5s %s%s%s", clock, number, follows ? "  " : "",
                   ctl_drill_mark(saying->ctl, is_of_drill(saying, incident, subject)), saying->mark);
}

static const Vd__Incident *incident_of(const Vd__Change *change)
{
  for (size_t i = 0; i < change->n_upserts; i++)
    if (change->upserts[i]->of_case == VD__ENTITY__OF_INCIDENT &&
        change->upserts[i]->incident->number == change->fact->incident)
      return change->upserts[i]->incident;
  return NULL;
}

void ctl_say_by(const struct ctl_saying *saying, const char *who)
{
  if (*who == '\0')
    return;
  ctl_say_words(saying, " by ", " 由 ", " 由 ");
  if (strcmp(who, "control-room") == 0)
    ctl_say_words(saying, "the control room", "總控室", "总控室");
  else
    vd_buffer_printf(saying->out, "%s", who);
}

static void say_zone(const struct ctl_saying *saying, const char *zone)
{
  if (*zone != '\0')
    vd_buffer_printf(saying->out, " @%s",
                     ctl_plan_name(saying->ctl, saying->plan, VD__KIND__KIND_ZONE, zone));
}

// What a suggestion suggests stands before its reasons, with the lanes' names.
static bool is_said_above(const struct ctl_saying *saying, const Vd__Fact *fact, const char *reason)
{
  bool is_remedy = strncmp(reason, "open:", 5) == 0 || strncmp(reason, "move-from:", 10) == 0;
  return is_remedy && ctl_say_find(saying, VD__KIND__KIND_SUGGESTION, fact->subject) != NULL;
}

static void say_why(const struct ctl_saying *saying, const Vd__Fact *fact)
{
  size_t said = 0;
  for (size_t i = 0; i < fact->n_why; i++) {
    if (is_said_above(saying, fact, fact->why[i]))
      continue;
    vd_buffer_printf(saying->out, "%s",
                     said++ == 0 ? ctl_pick(saying->ctl, "  (", "（", "（")
                                 : ctl_pick(saying->ctl, ", ", "，", "，"));
    vd_reason_words(saying->out, fact->why[i], saying->ctl->language);
  }
  if (said > 0)
    ctl_say_words(saying, ")", "）", "）");
}

static bool is_text(const Vd__Text *text, const char *words)
{
  return text != NULL && (strcmp(text->en, words) == 0 || strcmp(text->zh_hant, words) == 0 ||
                          strcmp(text->zh_hans, words) == 0);
}

const char *ctl_say_default(const struct ctl_saying *saying, const char *decision)
{
  const Vd__Category *category = NULL;
  for (const char *after = NULL;
       saying->plan != NULL && (category = (const Vd__Category *)vd_fold_next(
                                    saying->plan, VD__KIND__KIND_CATEGORY, after, "")) != NULL;
       after = category->id)
    if (is_text(category->default_decision, decision))
      return ctl_text(saying->ctl, category->default_decision, decision);
  return decision;
}

// ---- what was said is a word of the protocol, or people's own ----

static const char *text_of(const struct ctl_saying *saying, enum vd_fact fact, const char *text)
{
  if (fact == VD_FACT_DECISION_CALLED || fact == VD_FACT_DEFAULT_APPROVED)
    return ctl_say_default(saying, text);
  static const struct {
    enum vd_fact fact;
    const ProtobufCEnumDescriptor *type;
  } said[] = {{VD_FACT_LANDED, &vd__landing__descriptor},
              {VD_FACT_DUTY_SET, &vd__duty__descriptor},
              {VD_FACT_REACH_SET, &vd__reach__descriptor}};
  for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
    int value;
    if (said[i].fact == fact && vd_enum_parse(said[i].type, text, &value))
      return vd_enum_words(said[i].type, value, saying->ctl->language);
  }
  return text;
}

// ---- headlines ----

static const char *field_words(const struct ctl *ctl, const char *field)
{
  if (strcmp(field, "zone") == 0)
    return ctl_pick(ctl, "zone", "區域", "区域");
  if (strcmp(field, "category") == 0)
    return ctl_pick(ctl, "category", "類別", "类别");
  if (strcmp(field, "text") == 0)
    return ctl_pick(ctl, "text", "內容", "内容");
  return field;
}

// What a desk has to look at again.
static void say_doubts(const struct ctl_saying *saying, const Vd__Incident *incident)
{
  const struct ctl *ctl = saying->ctl;
  if (incident->looks_like != 0)
    vd_buffer_printf(
        saying->out,
        CTL_FORMAT(ctl, "  (looks like #%" PRIu64 ")", "（疑似同 #%" PRIu64 "）", "（疑似同 #%" PRIu64 "）"),
        incident->looks_like);
  for (size_t i = 0; i < incident->n_missing; i++)
    vd_buffer_printf(saying->out, "%s%s",
                     i == 0 ? ctl_pick(ctl, "  (to complete: ", "（待補充：", "（待补充：")
                            : ctl_pick(ctl, ", ", "、", "、"),
                     field_words(ctl, incident->missing[i]));
  if (incident->n_missing > 0)
    ctl_say_words(saying, ")", "）", "）");
}

// "[AV fault, severity 3]"; text of a device says more than was typed in.
static void say_judged(const struct ctl_saying *saying, const Vd__Incident *incident)
{
  const struct ctl *ctl = saying->ctl;
  const char *category = ctl_plan_name(ctl, saying->plan, VD__KIND__KIND_CATEGORY, incident->category);
  vd_buffer_printf(saying->out,
                   CTL_FORMAT(ctl, "  [%s, severity %u%s]", "  [%s，級別 %u%s]", "  [%s，级别 %u%s]"),
                   category, incident->severity,
                   incident->life_safety ? ctl_pick(ctl, ", LIFE SAFETY", "，生命安全", "，生命安全") : "");
}

// A report: whoever told of it, not the desk that wrote it down; and what a dispatcher asks first.
static void say_report(const struct ctl_saying *saying, const Vd__Fact *fact, const Vd__Incident *incident)
{
  const struct ctl *ctl = saying->ctl;
  struct vd_buffer *out = saying->out;
  say_zone(saying, incident->zone);
  ctl_say_by(saying, incident->n_reporters > 0 ? incident->reporters[0] : fact->who);
  if (incident->source != VD__SOURCE__SOURCE_UNSPECIFIED)
    vd_buffer_printf(out, CTL_FORMAT(ctl, " (%s)", "（%s）", "（%s）"),
                     ctl_words(ctl, &vd__source__descriptor, (int)incident->source));
  say_judged(saying, incident);
  vd_buffer_printf(out, " %s", incident->text);
  say_doubts(saying, incident);
}

// The person it is all about stands where others have the incident.
static void say_subject(const struct ctl_saying *saying, enum vd_fact what, const Vd__Fact *fact)
{
  if (what == VD_FACT_PLACED) {
    vd_buffer_printf(saying->out, "%s %s", fact->crew, vd_fact_words(fact->what, saying->ctl->language));
    say_zone(saying, fact->zone);
  } else {
    vd_buffer_printf(saying->out, "%s%s%s", vd_fact_words(fact->what, saying->ctl->language),
                     ctl_pick(saying->ctl, ": ", "：", "："), fact->crew);
  }
  if (*fact->text != '\0')
    vd_buffer_printf(saying->out, "%s%s", ctl_pick(saying->ctl, ", ", "，", "，"),
                     text_of(saying, what, fact->text));
  if (strcmp(fact->who, fact->crew) != 0)
    ctl_say_by(saying, fact->who);
}

static void say_crew(const struct ctl_saying *saying, enum crew_means meaning, const char *crew)
{
  if (meaning == CREW_ACTED)
    ctl_say_words(saying, " by ", "：", "：");
  else
    ctl_say_words(saying, " to ", "給 ", "给 ");
  vd_buffer_printf(saying->out, "%s", crew);
}

static void say_holder(const struct ctl_saying *saying, const Vd__Fact *fact)
{
  const Vd__Incident *incident = incident_of(saying->change);
  if (incident == NULL || *incident->holder == '\0' || strcmp(incident->holder, fact->who) == 0)
    return;
  ctl_say_words(saying, ", held by ", "，負責人 ", "，负责人 ");
  vd_buffer_printf(saying->out, "%s", incident->holder);
}

static void say_times(const struct ctl_saying *saying, const Vd__Fact *fact)
{
  char text[40];
  if (fact->late_ms >= NOTICED_LATE_MS) {
    ctl_span(fact->late_ms, text, sizeof text);
    vd_buffer_printf(
        saying->out,
        CTL_FORMAT(saying->ctl, ", noticed %s after the limit", "，逾限 %s 後才發現", "，超限 %s 后才发现"),
        text);
  }
  if (fact->at_ms != 0 && saying->now_ms - fact->at_ms >= SAID_APART_MS) {
    ctl_clock(saying->ctl, fact->at_ms, text, sizeof text);
    vd_buffer_printf(
        saying->out,
        CTL_FORMAT(saying->ctl, " (done at %s, told now)", "（%s 已做，現補錄）", "（%s 已做，现补录）"),
        text);
  }
}

static void say_act(const struct ctl_saying *saying, enum vd_fact what, const Vd__Fact *fact)
{
  const struct ctl *ctl = saying->ctl;
  enum crew_means meaning = means(what);
  bool is_crew_said = (meaning == CREW_ACTED || meaning == CREW_GIVEN) && *fact->crew != '\0';
  vd_buffer_printf(saying->out, "%s", vd_fact_words(fact->what, ctl->language));
  if (*fact->subject != '\0') {
    ctl_say_words(saying, ": ", "：", "：");
    ctl_say_subject(saying, fact->subject);
  } else if (fact->promise != VD__PROMISE__PROMISE_UNSPECIFIED) {
    vd_buffer_printf(saying->out, "%s%s", ctl_pick(ctl, ": ", "：", "："), ctl_tier(ctl, fact->promise));
  }
  if (what == VD_FACT_HEARD && fact->incident == 0 && *fact->subject == '\0')
    ctl_say_words(saying, " all calls", "全部呼叫", "全部呼叫");
  if (is_crew_said)
    say_crew(saying, meaning, fact->crew);
  say_zone(saying, fact->zone);
  if (!is_crew_said || strcmp(fact->who, fact->crew) != 0)
    ctl_say_by(saying, fact->who);
  if (meaning == CREW_HOLDS)
    say_holder(saying, fact);
  say_times(saying, fact);
  bool is_step_undone = what == VD_FACT_UNDONE && fact->promise != VD__PROMISE__PROMISE_UNSPECIFIED;
  if (*fact->text != '\0' && !is_step_undone) // its tier says it
    vd_buffer_printf(saying->out, "  %s%s",
                     what == VD_FACT_MERGED ? ctl_pick(ctl, "with ", "併入 ", "并入 ") : "",
                     text_of(saying, what, fact->text));
}

static void say_live(const struct ctl_saying *saying, enum vd_fact what, const Vd__Fact *fact)
{
  const Vd__Incident *incident = incident_of(saying->change);
  ctl_say_live(saying, what, fact);
  bool is_zone_said = what >= VD_FACT_ZONE_COUNTED && what <= VD_FACT_EASED;
  if (!is_zone_said)
    say_zone(saying, fact->zone);
  say_times(saying, fact);
  if (what == VD_FACT_TASK_CANCELLED && *fact->text != '\0')
    vd_buffer_printf(saying->out, "  %s", fact->text); // why not
  if (what == VD_FACT_DEVICE_FAULT && incident != NULL) {
    say_judged(saying, incident);
    say_doubts(saying, incident);
  }
}

// "n2" of what is told about a notice.
static const char *subject_of(enum vd_fact what, const Vd__Fact *fact)
{
  return what >= VD_FACT_NOTICE_OPENED && what <= VD_FACT_NOTICE_DROPPED ? fact->text : fact->subject;
}

static void say_headline(const struct ctl_saying *saying, const Vd__Fact *fact)
{
  enum vd_fact what = fact_of(fact->what);
  const Vd__Incident *incident = incident_of(saying->change);
  if (what == VD_FACT_READINGS_KEPT || what == VD_FACT_COUNTS_KEPT)
    return; // kept for the record
  ctl_say_begin(saying, fact->incident, subject_of(what, fact), false);
  if (what == VD_FACT_REPORTED && incident != NULL) {
    vd_buffer_printf(saying->out, "%s", vd_fact_words(fact->what, saying->ctl->language));
    say_report(saying, fact, incident);
    say_times(saying, fact);
  } else if (means(what) == CREW_SUBJECT) {
    say_subject(saying, what, fact);
  } else if (ctl_say_is_live(what)) {
    say_live(saying, what, fact);
  } else {
    say_act(saying, what, fact);
  }
  say_why(saying, fact);
  vd_buffer_printf(saying->out, "\n");
}

void ctl_say_change(const struct ctl *ctl, const struct vd_fold *plan, const Vd__Change *change,
                    const char *mark, struct vd_buffer *out)
{
  const Vd__Fact *fact = change->fact;
  struct ctl_saying saying = {.ctl = ctl, .plan = plan, .mark = mark, .change = change, .out = out};
  saying.now_ms = change->cause != NULL ? change->cause->now_at_ms : 0;
  if (saying.now_ms == 0 && fact != NULL)
    saying.now_ms = fact->at_ms;
  if (fact != NULL && *fact->what != '\0')
    say_headline(&saying, fact);
  ctl_say_consequences(&saying);
}
