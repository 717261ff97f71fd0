// Who is on duty: the roster, and what the person said. The rules are told in crew.h.
#include <string.h>

#include "daemon/core/crew.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/escalation.h"
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

static void refresh_teams(struct vd_act *act, const Vd__Crew *crew)
{
  for (size_t i = 0; i < crew->n_posts; i++) {
    const Vd__Post *post = VD_FIND(act->venue, POST, Post, crew->posts[i]);
    if (post)
      vd_team_refresh(act, post->team);
  }
}

static void go_off_duty(struct vd_act *act, Vd__Crew *crew)
{
  // Where somebody stood says nothing about their next shift; a break is not the end of one.
  if (crew->said != VD__DUTY__DUTY_BREAK) {
    vd_string_set(&crew->place, "");
    crew->place_at_ms = 0;
  }
  vd_escalation_left(act, crew);
  vd_dispatch_left(act, crew);
}

// Everything that follows asks the index who is on duty, so the crew's keys must not wait for the act's end.
static void change_duty(struct vd_act *act, Vd__Crew *crew, bool on_duty)
{
  crew->on_duty = on_duty;
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_CREW, crew->id, &crew->base);
  Vd__Fact *fact = vd_act_fact(act, on_duty ? VD_FACT_SHIFT_STARTED : VD_FACT_SHIFT_ENDED);
  if (fact)
    vd_string_set(&fact->crew, crew->id);
  refresh_teams(act, crew);
  if (on_duty)
    vd_dispatch_came(act, crew);
  else
    go_off_duty(act, crew);
}

void vd_crew_refresh_duty(struct vd_act *act, Vd__Crew *crew)
{
  bool is_word_over = has_said(crew) && act->now_ms >= crew->said_until_at_ms;
  bool on_duty = vd_crew_is_rostered(crew, act->now_ms);
  if (!is_word_over && on_duty == (bool)crew->on_duty && crew->duty_at_ms != 0)
    return;
  vd_act_touch(act, VD__KIND__KIND_CREW, &crew->base);
  crew->duty_at_ms = act->now_ms;
  if (is_word_over) {
    crew->said = VD__DUTY__DUTY_UNSPECIFIED;
    crew->said_until_at_ms = 0;
  }
  if (on_duty != (bool)crew->on_duty)
    change_duty(act, crew, on_duty);
}

void vd_crew_fire(struct vd_act *act, Vd__Crew *crew)
{
  vd_act_touch(act, VD__KIND__KIND_CREW, &crew->base);
  vd_crew_refresh_duty(act, crew);
  crew->duty_at_ms = act->now_ms;
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
  crew->duty_at_ms = act->now_ms;
  Vd__Fact *fact = vd_act_fact(act, VD_FACT_DUTY_SET);
  vd_string_set(&fact->crew, crew->id);
  vd_string_set(&fact->text, duty_word(set->duty));
  bool on_duty = vd_crew_is_rostered(crew, act->now_ms);
  if (on_duty != (bool)crew->on_duty)
    change_duty(act, crew, on_duty);
  return VD_OK;
}
