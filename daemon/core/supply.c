// What people and machines say of a supply, and what follows from it: the forecast made anew, the refill
// asked for and closed.
#include "daemon/core/supply.h"

#include <string.h>

#include "daemon/core/key.h"
#include "daemon/core/node.h"
#include "daemon/core/supply_internal.h"
#include "daemon/core/task.h"
#include "proto/text.h"

// A refusal looks at so many names for the nearest one, no more.
enum { NEAREST_MAX = 1000 };

// ---- finding ----

enum vd_err vd_supply_get(const struct vd_venue *venue, const char *id, const char *field,
                          Vd__Supply **supply, struct vd_refusal *refusal)
{
  *supply = VD_FIND(venue, SUPPLY, Supply, id);
  if (*supply && !(*supply)->retired)
    return VD_OK;
  const char *best = NULL, *after = NULL;
  unsigned distance = UINT32_MAX, looked_at = 0;
  const Vd__Supply *other;
  while (looked_at++ < NEAREST_MAX &&
         (other = (Vd__Supply *)vd_fold_next(venue->fold, VD__KIND__KIND_SUPPLY, after, ""))) {
    after = other->id;
    if (!other->retired)
      vd_nearest_consider(id, other->id, &best, &distance);
  }
  enum vd_err err = vd_refuse(refusal, VD_ERR_UNKNOWN_SUPPLY, field, "%s", id);
  if (refusal && best)
    memcpy(refusal->nearest, best, strnlen(best, sizeof refusal->nearest - 1));
  return err;
}

const char *vd_supply_team(const struct vd_venue *venue, const Vd__Supply *supply)
{
  return *supply->team ? supply->team : vd_policy(venue)->supply_team;
}

static Vd__Task *open_task(const struct vd_venue *venue, const Vd__Supply *supply)
{
  Vd__Task *task = *supply->task ? vd_task_find(venue, supply->task) : NULL;
  return task && task->state == VD__TASK_STATE__TASK_STATE_OPEN ? task : NULL;
}

static enum vd_err check_amount(const Vd__Supply *supply, uint32_t amount, const char *field,
                                struct vd_refusal *refusal)
{
  uint64_t most = (uint64_t)supply->par * VD_SUPPLY_LEVEL_PARS;
  if (amount <= most)
    return VD_OK;
  return vd_refuse(refusal, VD_ERR_BAD_VALUE, field, "at most %llu, four times what is full",
                   (unsigned long long)most);
}

// ---- what is told ----

static void tell(struct vd_act *act, enum vd_fact what, const Vd__Supply *supply)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return;
  vd_string_set(&fact->zone, supply->zone);
  vd_string_set(&fact->text, supply->id);
}

static void tell_why(struct vd_act *act, const char *word, uint64_t value)
{
  struct vd_key why = vd_key_of(word, ":", "");
  vd_key_add_number(&why, value);
  vd_strings_add(&act->fact->why, &act->fact->n_why, why.text);
}

static void tell_time_left(struct vd_act *act, const char *word, int64_t at_ms)
{
  char left[32];
  if (at_ms == 0)
    return;
  vd_duration_format(at_ms > act->now_ms ? (at_ms - act->now_ms) / 1000 * 1000 : 0, left, sizeof left);
  vd_strings_add(&act->fact->why, &act->fact->n_why, vd_key_of(word, ":", left).text);
}

// ---- the forecast, made anew ----

// Without news a moment that has come keeps its place, as long as the agenda does not say otherwise.
static int64_t kept(int64_t before_ms, int64_t anew_ms, int64_t now_ms)
{
  bool has_come = before_ms != 0 && before_ms <= now_ms && anew_ms == now_ms;
  return has_come ? before_ms : anew_ms;
}

static void set_forecast(struct vd_act *act, Vd__Supply *supply, const struct vd_forecast *forecast)
{
  if (supply->run_out_at_ms == forecast->run_out_ms && supply->stale_at_ms == forecast->stale_ms &&
      supply->refill_at_ms == forecast->refill_ms && supply->run_out_waived == forecast->run_out_waived)
    return;
  vd_act_touch(act, VD__KIND__KIND_SUPPLY, &supply->base);
  supply->run_out_at_ms = forecast->run_out_ms;
  supply->stale_at_ms = forecast->stale_ms;
  supply->refill_at_ms = forecast->refill_ms;
  supply->run_out_waived = forecast->run_out_waived;
}

// Of the same level: the agenda, or what people want, is another.
static void forecast_again(struct vd_act *act, Vd__Supply *supply, const struct vd_phases *phases)
{
  struct vd_forecast forecast = vd_supply_forecast(act->venue, supply, phases, act->now_ms);
  forecast.run_out_ms = kept(supply->run_out_at_ms, forecast.run_out_ms, act->now_ms);
  forecast.refill_ms = kept(supply->refill_at_ms, forecast.refill_ms, act->now_ms);
  set_forecast(act, supply, &forecast);
}

// Of a new one.
static void forecast_anew(struct vd_act *act, Vd__Supply *supply)
{
  struct vd_phases phases;
  vd_phases_look(act->venue, supply->level_at_ms, act->now_ms, &phases);
  struct vd_forecast forecast = vd_supply_forecast(act->venue, supply, &phases, act->now_ms);
  set_forecast(act, supply, &forecast);
}

// ---- news ----

enum news {
  SEEN,    // somebody looked
  COUNTED, // something went
  BROUGHT, // something came, beside what was there
  FILLED,  // it is fresh from then on
};

static uint32_t at_most(const Vd__Supply *supply, uint64_t level)
{
  uint64_t most = (uint64_t)supply->par * VD_SUPPLY_LEVEL_PARS;
  return (uint32_t)(level < most ? level : most);
}

// The holding time begins anew. Touched by the caller.
static void fill(Vd__Supply *supply, int64_t at_ms)
{
  if (at_ms <= supply->filled_at_ms)
    return;
  supply->filled_at_ms = at_ms;
  supply->stale_waived = false;
}

// A refill is done when it is filled; and when half or more is there, for which none would be asked now.
static void close_refill(struct vd_act *act, Vd__Supply *supply, enum news news, int64_t at_ms)
{
  Vd__Task *task = open_task(act->venue, supply);
  bool is_due = supply->refill_at_ms != 0 && supply->refill_at_ms <= act->now_ms;
  bool is_enough = news != COUNTED && (uint64_t)supply->level * 2 >= supply->par && !is_due;
  if (!task || (news != FILLED && !is_enough))
    return;
  vd_string_set(&supply->task, "");
  vd_task_end(act, task, news == SEEN ? "" : vd_act_by(act), at_ms);
}

static uint64_t brought_since(const struct vd_venue *venue, const Vd__Supply *supply, int64_t since_ms)
{
  struct vd_key prefix = vd_key_of(supply->id, ".b", "");
  const Vd__Batch *batch = NULL;
  const char *after = NULL;
  uint64_t brought = 0;
  while ((batch = (Vd__Batch *)vd_fold_next(venue->fold, VD__KIND__KIND_BATCH, after, prefix.text))) {
    after = batch->id;
    if (batch->served_at_ms > since_ms)
      brought += batch->quantity;
  }
  return brought;
}

// What somebody saw before the last count or batch, as of that.
static uint32_t carried_on(const struct vd_act *act, const Vd__Supply *supply, uint32_t level, int64_t at_ms)
{
  struct vd_stock seen = vd_supply_stock(supply);
  seen.level = level;
  seen.at_ms = at_ms;
  uint64_t left = vd_supply_left(act->venue, &seen, supply->level_at_ms, act->now_ms);
  return at_most(supply, left + brought_since(act->venue, supply, at_ms));
}

static void begin_stretch(Vd__Supply *supply)
{
  supply->rated_level = supply->level;
  supply->rated_at_ms = supply->level_at_ms;
}

// Somebody says what is left, or filled it. Touched by the caller, here and below.
static void look(struct vd_act *act, Vd__Supply *supply, enum news news, uint32_t level, int64_t at_ms)
{
  bool is_first = !supply->is_known, is_late = at_ms < supply->level_at_ms;
  bool goes_on = !is_first && !is_late && news == SEEN && level <= supply->level;
  if (!is_first && news == SEEN)
    vd_supply_judge(act->venue, supply, level, at_ms, act->now_ms);
  if (goes_on)
    vd_supply_learn(act->venue, supply, level, at_ms, act->now_ms);
  supply->level = is_late ? carried_on(act, supply, level, at_ms) : level;
  supply->level_at_ms = is_late ? supply->level_at_ms : at_ms;
  supply->looked_at_ms = at_ms;
  supply->is_known = true;
  if (!goes_on)
    begin_stretch(supply);
  if (is_first || news == FILLED)
    fill(supply, at_ms);
  if (news == FILLED)
    supply->run_out_waived = false;
  vd_supply_judge_from_here(supply);
  forecast_anew(act, supply);
  close_refill(act, supply, news, at_ms);
}

static void count(struct vd_act *act, Vd__Supply *supply, uint32_t went, int64_t at_ms)
{
  uint32_t level = went < supply->level ? supply->level - went : 0;
  if (at_ms < supply->level_at_ms)
    at_ms = supply->level_at_ms;
  vd_supply_learn(act->venue, supply, level, at_ms, act->now_ms);
  supply->level = level;
  supply->level_at_ms = at_ms;
  forecast_anew(act, supply);
  close_refill(act, supply, COUNTED, at_ms);
}

// Beside what was left by the forecast; told late, beside what is known since.
static void bring(struct vd_act *act, Vd__Supply *supply, uint32_t quantity, int64_t at_ms)
{
  bool is_late = at_ms < supply->level_at_ms;
  struct vd_stock stock = vd_supply_stock(supply);
  uint32_t left = !supply->is_known ? 0
                  : is_late         ? supply->level
                                    : vd_supply_left(act->venue, &stock, at_ms, act->now_ms);
  supply->is_known = true;
  supply->level = at_most(supply, (uint64_t)left + quantity);
  if (is_late) {
    supply->rated_level += supply->level - left;
    supply->judged_level += supply->level - left;
  } else {
    supply->level_at_ms = at_ms;
    begin_stretch(supply);
    vd_supply_judge_from_here(supply);
  }
  if (left == 0)
    fill(supply, at_ms);
  forecast_anew(act, supply);
  close_refill(act, supply, BROUGHT, at_ms);
}

static void remark_late(const struct vd_act *act, const Vd__Supply *supply, Vd__Reply *reply)
{
  struct vd_key left = {.size = 0};
  vd_key_add_number(&left, supply->level);
  vd_act_remark(reply, "late-look",
                vd_act_pick(act,
                            "Taken. When servings went is not kept: by the forecast since then, % are left.",
                            "已採用。供應的時刻不予保存：按其後的預測，存量為 %。",
                            "已采用。供应的时刻不予保存：按其后的预测，存量为 %。"),
                left.text);
}

enum vd_err vd_supply_level(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__SupplyLevel *told = act->command->supply_level;
  Vd__Supply *supply = NULL;
  enum vd_err err = vd_supply_get(act->venue, told->supply, "supply_level.supply", &supply, refusal);
  if (err == VD_OK)
    err = check_amount(supply, told->level, "supply_level.level", refusal);
  if (err != VD_OK)
    return err;
  if (told->refilled && told->level == 0)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "supply_level.level", "refilled, and nothing is there");
  if (vd_act_acted_at(act) < supply->looked_at_ms)
    return vd_refuse(refusal, VD_ERR_OUT_OF_ORDER, "acted_at_ms", NULL);
  vd_act_touch(act, VD__KIND__KIND_SUPPLY, &supply->base);
  tell(act, VD_FACT_LEVEL_REPORTED, supply);
  tell_why(act, "level", told->level);
  if (told->refilled)
    vd_strings_add(&act->fact->why, &act->fact->n_why, "refilled");
  uint32_t errors = supply->errors;
  bool is_late = supply->is_known && vd_act_acted_at(act) < supply->level_at_ms;
  look(act, supply, told->refilled ? FILLED : SEEN, told->level, vd_act_acted_at(act));
  if (is_late)
    remark_late(act, supply, reply);
  if (told->refilled)
    vd_node_did(act, VD__NODE__NODE_REFILL, false);
  if (supply->errors != errors)
    tell_why(act, "mean-error-permille", supply->error_permille);
  return VD_OK;
}

static void remark_served(const struct vd_act *act, const Vd__Supply *supply, uint32_t went, Vd__Reply *reply)
{
  if (!supply->is_known)
    return;
  struct vd_key left = {.size = 0};
  vd_key_add_number(&left, supply->level);
  if (vd_act_acted_at(act) < supply->looked_at_ms)
    vd_act_remark(reply, "before-last-look",
                  vd_act_pick(act, "Counted, but it was before the last look: what is left stays %.",
                              "已計入，但早於最近一次查看：存量仍為 %。",
                              "已计入，但早于最近一次查看：存量仍为 %。"),
                  left.text);
  else if (went > supply->level)
    vd_act_remark(reply, "more-than-left",
                  vd_act_pick(act, "Counted, but only % was known to be left: look, and say what is there.",
                              "已計入，但所知存量僅 %：請查看並報告現有數量。",
                              "已计入，但所知存量仅 %：请查看并报告现有数量。"),
                  left.text);
}

// What was served before somebody last looked is no longer in the level.
enum vd_err vd_supply_served(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__SupplyServed *told = act->command->supply_served;
  Vd__Supply *supply = NULL;
  enum vd_err err = vd_supply_get(act->venue, told->supply, "supply_served.supply", &supply, refusal);
  if (err == VD_OK)
    err = check_amount(supply, told->count, "supply_served.count", refusal);
  if (err != VD_OK)
    return err;
  if (told->count == 0)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "supply_served.count", "not 0");
  vd_act_touch(act, VD__KIND__KIND_SUPPLY, &supply->base);
  tell(act, VD_FACT_SERVED, supply);
  tell_why(act, "count", told->count);
  supply->served += told->count;
  remark_served(act, supply, told->count, reply);
  if (supply->is_known && vd_act_acted_at(act) >= supply->looked_at_ms)
    count(act, supply, told->count, vd_act_acted_at(act));
  return VD_OK;
}

void vd_supply_filled(struct vd_act *act, const char *id)
{
  Vd__Supply *supply = VD_EDIT(act, SUPPLY, Supply, id);
  int64_t at_ms = vd_act_acted_at(act);
  if (!supply)
    return;
  vd_string_set(&supply->task, "");
  if (at_ms >= supply->looked_at_ms) {
    look(act, supply, FILLED, supply->par, at_ms);
  } else { // what is left, a later look knows better
    fill(supply, at_ms);
    forecast_anew(act, supply);
  }
}

void vd_supply_brought(struct vd_act *act, const char *id, uint32_t quantity)
{
  Vd__Supply *supply = VD_FIND(act->venue, SUPPLY, Supply, id);
  int64_t at_ms = vd_act_acted_at(act);
  if (!supply || supply->retired || at_ms < supply->looked_at_ms)
    return;
  vd_act_touch(act, VD__KIND__KIND_SUPPLY, &supply->base);
  bring(act, supply, quantity, at_ms);
}

void vd_supply_refill_cancelled(struct vd_act *act, const char *id)
{
  Vd__Supply *supply = VD_EDIT(act, SUPPLY, Supply, id);
  if (!supply)
    return;
  vd_string_set(&supply->task, "");
  if (!supply->is_known)
    return;
  supply->run_out_waived = vd_supply_is_near(supply, supply->run_out_at_ms, act->now_ms);
  supply->waived_level = supply->run_out_waived ? supply->level : 0;
  supply->stale_waived = vd_supply_is_near(supply, supply->stale_at_ms, act->now_ms);
  struct vd_phases phases;
  vd_phases_look(act->venue, supply->level_at_ms, act->now_ms, &phases);
  forecast_again(act, supply, &phases);
}

// ---- the refill ----

static Vd__Task *ask(struct vd_act *act, Vd__Supply *supply, int64_t start_ms, bool is_automatic)
{
  struct vd_task_call call = {
      .kind = VD__TASK_KIND__TASK_KIND_REFILL,
      .subject = supply->id,
      .zone = supply->zone,
      .team = vd_supply_team(act->venue, supply),
      .start_ms = start_ms,
      .limit_ms = supply->lead_ms,
  };
  vd_act_touch(act, VD__KIND__KIND_SUPPLY, &supply->base);
  Vd__Task *task = vd_task_open(act, &call);
  vd_string_set(&supply->task, task->id);
  if (supply->is_known)
    tell_why(act, "level", supply->level);
  tell_time_left(act, "runs-out", supply->run_out_at_ms);
  tell_time_left(act, "stale", supply->stale_at_ms);
  vd_node_did(act, VD__NODE__NODE_REFILL, is_automatic);
  return task;
}

enum vd_err vd_supply_refill(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  Vd__Supply *supply = NULL;
  enum vd_err err = vd_supply_get(act->venue, act->command->supply_refill->supply, "supply_refill.supply",
                                  &supply, refusal);
  if (err != VD_OK)
    return err;
  const Vd__Task *task = open_task(act->venue, supply);
  if (!task)
    task = ask(act, supply, vd_act_acted_at(act), false);
  reply->number = task->number;
  return VD_OK;
}

int64_t vd_supply_next(const struct vd_venue *venue, const Vd__Supply *supply)
{
  bool waits = supply->refill_at_ms != 0 && !supply->retired && *supply->task == '\0' &&
               !vd_policy(venue)->manual_nodes;
  return waits ? supply->refill_at_ms : VD_NEVER;
}

void vd_supply_fire(struct vd_act *act, Vd__Supply *supply)
{
  ask(act, supply, act->now_ms, true);
}

// ---- breaks moved, or a plan came ----

int64_t vd_supply_next_event(const Vd__Event *event)
{
  return event->reforecast_at_ms ? event->reforecast_at_ms : VD_NEVER;
}

void vd_supply_agenda_changed(struct vd_act *act)
{
  if (!vd_index_next(act->venue->index, "known/", NULL))
    return;
  Vd__Event *event = VD_EDIT(act, EVENT, Event, "event");
  event->reforecast_at_ms = act->now_ms;
  vd_string_set(&event->reforecast_after, "");
}

void vd_supply_fire_event(struct vd_act *act, Vd__Event *event)
{
  Vd__Supply *slice[VD_SUPPLY_SLICE];
  unsigned size = 0;
  int64_t first_ms = act->now_ms;
  vd_act_touch(act, VD__KIND__KIND_EVENT, &event->base);
  struct vd_key after = vd_key_of("known/", event->reforecast_after, "");
  const char *key = *event->reforecast_after ? after.text : NULL;
  while (size < VD_SUPPLY_SLICE && (key = vd_index_next(act->venue->index, "known/", key))) {
    slice[size] = VD_FIND(act->venue, SUPPLY, Supply, vd_index_last_field(key));
    first_ms = slice[size]->level_at_ms < first_ms ? slice[size]->level_at_ms : first_ms;
    size++;
  }
  struct vd_phases phases;
  vd_phases_look(act->venue, first_ms, act->now_ms, &phases);
  for (unsigned i = 0; i < size; i++)
    forecast_again(act, slice[i], &phases);
  vd_string_set(&event->reforecast_after, key ? slice[size - 1]->id : "");
  if (!key)
    event->reforecast_at_ms = 0;
}

void vd_supply_plan_applied(struct vd_act *act)
{
  const Vd__Supply *next = NULL;
  const char *after = NULL;
  while ((next = (const Vd__Supply *)vd_fold_next(act->venue->fold, VD__KIND__KIND_SUPPLY, after, ""))) {
    after = next->id;
    if (!next->retired || *next->task == '\0')
      continue;
    Vd__Supply *supply = VD_EDIT(act, SUPPLY, Supply, next->id);
    Vd__Task *task = open_task(act->venue, supply);
    vd_string_set(&supply->task, "");
    if (task)
      vd_task_drop(act, task, "its supply is no longer in the plan");
  }
  vd_supply_agenda_changed(act);
}
