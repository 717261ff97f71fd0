// Who is on duty: the roster, and what the person said. The rules are told in crew.h.
#include <stdlib.h>

#include "daemon/core/crew.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/escalation.h"
#include "daemon/core/task.h"
#include "daemon/core/venue_internal.h"

static const int64_t WORD_WITHOUT_SHIFTS_MS = INT64_C(12) * 60 * 60 * 1000;

// ---- the roster ----

static const Vd__Shift *shift_at(const Vd__Crew *crew, int64_t at_ms)
{
  for (size_t i = 0; i < crew->n_shifts; i++)
    if (crew->shifts[i]->start_at_ms <= at_ms && at_ms < crew->shifts[i]->end_at_ms)
      return crew->shifts[i];
  return NULL;
}

// The first start or end of a shift after `at_ms`.
static int64_t boundary_after(const Vd__Crew *crew, int64_t at_ms)
{
  int64_t next_ms = VD_NEVER;
  for (size_t i = 0; i < crew->n_shifts; i++) {
    const int64_t bounds[] = {crew->shifts[i]->start_at_ms, crew->shifts[i]->end_at_ms};
    for (size_t j = 0; j < 2; j++)
      if (bounds[j] > at_ms && bounds[j] < next_ms)
        next_ms = bounds[j];
  }
  return next_ms;
}

static int64_t word_until(const Vd__Crew *crew, int64_t at_ms)
{
  const Vd__Shift *shift = shift_at(crew, at_ms);
  int64_t until_ms = shift ? shift->end_at_ms : boundary_after(crew, at_ms);
  return until_ms == VD_NEVER ? at_ms + WORD_WITHOUT_SHIFTS_MS : until_ms;
}

static bool has_said(const Vd__Crew *crew)
{
  return crew->said != VD__DUTY__DUTY_UNSPECIFIED;
}

bool vd_crew_is_rostered(const Vd__Crew *crew, int64_t at_ms)
{
  if (crew->retired)
    return false;
  if (has_said(crew) && at_ms < crew->said_until_at_ms)
    return crew->said == VD__DUTY__DUTY_ON;
  return shift_at(crew, at_ms) != NULL;
}

// ---- coming and going ----
//
// At a change of shifts many come and go at the same moment, each with a timer of its own. What follows for
// one (whom an alert passes to, who is offered the work) must see all the others as they are from now on. So
// the first of them settles who is on duty for everybody whose boundary has come; then each has its own
// consequences, by its own timer.

// Everything that follows asks the index who is on duty, so the crew's keys must not wait for the act's end.
static void set_on_duty(struct vd_act *act, Vd__Crew *crew, bool on_duty)
{
  if ((bool)crew->on_duty == on_duty)
    return;
  vd_act_touch(act, VD__KIND__KIND_CREW, &crew->base);
  crew->on_duty = on_duty;
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_CREW, crew->id, &crew->base);
}

static void refresh_teams(struct vd_act *act, const Vd__Crew *crew)
{
  for (size_t i = 0; i < crew->n_posts; i++) {
    const Vd__Post *post = VD_FIND(act->venue, POST, Post, crew->posts[i]);
    if (post)
      vd_team_refresh(act, post->team);
  }
}

struct people {
  Vd__Crew **items;
  size_t count;
};

// Those whose boundary has come; the plan's size bounds them.
static struct people collect_due(const struct vd_act *act)
{
  struct people due = {.count = 0};
  for (const char *key = NULL; (key = vd_index_next(act->venue->index, "boundary/", key));) {
    Vd__Crew *crew = VD_FIND(act->venue, CREW, Crew, vd_index_last_field(key));
    if (vd_crew_next(act->venue, crew) > act->now_ms)
      break;
    VD_REPEATED_ADD(due.items, due.count, crew);
  }
  return due;
}

static struct people collect_all(const struct vd_act *act)
{
  struct people all = {.count = 0};
  ProtobufCMessage *crew = NULL;
  while ((crew = vd_fold_next(act->venue->fold, VD__KIND__KIND_CREW, crew ? vd_message_id(crew) : NULL, "")))
    VD_REPEATED_ADD(all.items, all.count, crew);
  return all;
}

static void settle(struct vd_act *act, const struct people *people)
{
  for (size_t i = 0; i < people->count; i++)
    set_on_duty(act, people->items[i], vd_crew_is_rostered(people->items[i], act->now_ms));
  for (size_t i = 0; i < people->count; i++)
    refresh_teams(act, people->items[i]);
}

static void come_on_duty(struct vd_act *act, const Vd__Crew *crew)
{
  Vd__Fact *fact = vd_act_fact(act, VD_FACT_SHIFT_STARTED);
  if (fact)
    vd_string_set(&fact->crew, crew->id);
  vd_dispatch_came(act, crew);
  vd_task_came(act, crew);
}

static void go_off_duty(struct vd_act *act, Vd__Crew *crew)
{
  Vd__Fact *fact = vd_act_fact(act, VD_FACT_SHIFT_ENDED);
  if (fact)
    vd_string_set(&fact->crew, crew->id);
  // Where somebody stood says nothing about their next shift; a break is not the end of one.
  if (crew->said != VD__DUTY__DUTY_BREAK) {
    vd_string_set(&crew->place, "");
    crew->place_at_ms = 0;
  }
  vd_escalation_left(act, crew);
  vd_dispatch_left(act, crew);
  vd_task_left(act, crew);
}

// The consequences of a settled duty. The crew is touched.
static void look_at(struct vd_act *act, Vd__Crew *crew, bool was_on_duty)
{
  if (has_said(crew) && act->now_ms >= crew->said_until_at_ms) {
    crew->said = VD__DUTY__DUTY_UNSPECIFIED;
    crew->said_until_at_ms = 0;
  }
  crew->duty_at_ms = act->now_ms;
  if (crew->on_duty && !was_on_duty)
    come_on_duty(act, crew);
  else if (!crew->on_duty && was_on_duty)
    go_off_duty(act, crew);
}

void vd_crew_refresh_all(struct vd_act *act)
{
  struct people all = collect_all(act);
  bool *was_on_duty = vd_alloc(all.count * sizeof *was_on_duty);
  for (size_t i = 0; i < all.count; i++)
    was_on_duty[i] = all.items[i]->on_duty;
  settle(act, &all);
  for (size_t i = 0; i < all.count; i++)
    if (vd_act_has(act, VD__KIND__KIND_CREW, all.items[i]->id))
      look_at(act, all.items[i], was_on_duty[i]);
  free(was_on_duty);
  free(all.items);
}

void vd_crew_fire(struct vd_act *act, Vd__Crew *crew)
{
  bool was_on_duty = vd_crew_is_rostered(crew, crew->duty_at_ms);
  vd_act_touch(act, VD__KIND__KIND_CREW, &crew->base);
  if ((bool)crew->on_duty != vd_crew_is_rostered(crew, act->now_ms)) {
    struct people due = collect_due(act);
    settle(act, &due);
    free(due.items);
  }
  look_at(act, crew, was_on_duty);
}

const Vd__Crew *vd_crew_due(const struct vd_venue *venue, int64_t now_ms)
{
  const char *key = vd_index_next(venue->index, "boundary/", NULL);
  const Vd__Crew *crew = key ? VD_FIND(venue, CREW, Crew, vd_index_last_field(key)) : NULL;
  return crew && vd_crew_next(venue, crew) <= now_ms ? crew : NULL;
}

int64_t vd_crew_next(const struct vd_venue *venue, const Vd__Crew *crew)
{
  (void)venue;
  if (crew->retired)
    return VD_NEVER;
  int64_t next_ms = boundary_after(crew, crew->duty_at_ms);
  return has_said(crew) && crew->said_until_at_ms < next_ms ? crew->said_until_at_ms : next_ms;
}

// ---- the word ----

static const char *duty_word(Vd__Duty duty)
{
  switch (duty) {
  case VD__DUTY__DUTY_ON:
    return "on";
  case VD__DUTY__DUTY_OFF:
    return "off";
  default:
    return "break";
  }
}

enum vd_err vd_crew_set_duty(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__SetDuty *set = act->command->duty;
  Vd__Crew *crew = NULL;
  enum vd_err err = vd_crew_get_field(act->venue, set->crew, "duty.crew", &crew, refusal);
  if (err != VD_OK)
    return err;
  if (crew->retired)
    return vd_refuse(refusal, VD_ERR_UNKNOWN_CREW, "duty.crew", "%s is not in the plan any more", crew->id);
  if (set->duty == VD__DUTY__DUTY_UNSPECIFIED)
    return vd_refuse(refusal, VD_ERR_MISSING, "duty.duty", "on, off or break");
  int64_t until_ms = word_until(crew, act->now_ms);
  if (crew->said == set->duty && crew->said_until_at_ms == until_ms)
    return VD_OK;
  vd_act_touch(act, VD__KIND__KIND_CREW, &crew->base);
  crew->said = set->duty;
  crew->said_until_at_ms = until_ms;
  Vd__Fact *fact = vd_act_fact(act, VD_FACT_DUTY_SET);
  vd_string_set(&fact->crew, crew->id);
  vd_string_set(&fact->text, duty_word(set->duty));
  bool was_on_duty = crew->on_duty;
  settle(act, &(struct people){.items = &crew, .count = 1});
  look_at(act, crew, was_on_duty);
  return VD_OK;
}
