#include "daemon/core/batch.h"

#include <string.h>

#include "daemon/core/crew.h"
#include "daemon/core/key.h"
#include "daemon/core/session.h"
#include "daemon/core/supply.h"
#include "daemon/core/task.h"
#include "daemon/core/venue_internal.h"
#include "proto/text.h"

// A refusal looks at so many names for the nearest one, no more.
enum { NEAREST_MAX = 1000 };
static const int64_t DAY_MS = INT64_C(86400000);

#define STATE(state) VD__BATCH_STATE__BATCH_STATE_##state

// ---- finding ----

static enum vd_err get(const struct vd_act *act, const char *id, const char *field, Vd__Batch **batch,
                       struct vd_refusal *refusal)
{
  const struct vd_venue *venue = act->venue;
  *batch = VD_FIND(venue, BATCH, Batch, id);
  if (*batch)
    return VD_OK;
  const char *best = NULL, *after = NULL;
  unsigned distance = UINT32_MAX, looked_at = 0;
  const Vd__Batch *other;
  while (looked_at++ < NEAREST_MAX &&
         (other = (Vd__Batch *)vd_fold_next(venue->fold, VD__KIND__KIND_BATCH, after, ""))) {
    after = other->id;
    vd_nearest_consider(id, other->id, &best, &distance);
  }
  enum vd_err err = vd_refuse(refusal, VD_ERR_UNKNOWN_BATCH, field, "%s", id);
  if (refusal && best)
    memcpy(refusal->nearest, best, strnlen(best, sizeof refusal->nearest - 1));
  return err;
}

static const Vd__Supply *supply_of(const struct vd_act *act, const Vd__Batch *batch)
{
  return VD_FIND(act->venue, SUPPLY, Supply, batch->supply);
}

static enum vd_err refuse_state(const Vd__Batch *batch, const char *field, struct vd_refusal *refusal)
{
  return vd_refuse(refusal, VD_ERR_WRONG_STATE, field, "%s is %s", batch->id,
                   vd_enum_name(&vd__batch_state__descriptor, (int)batch->state));
}

static bool is_waiting(const Vd__Batch *batch)
{
  return batch->state == STATE(PLANNED) || batch->state == STATE(HELD);
}

// ---- what is told ----

// Touches the batch: whoever tells of it is about to change it.
static void tell(struct vd_act *act, enum vd_fact what, Vd__Batch *batch)
{
  vd_act_touch(act, VD__KIND__KIND_BATCH, &batch->base);
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return;
  vd_string_set(&fact->zone, supply_of(act, batch)->zone);
  vd_string_set(&fact->text, batch->id);
}

static void tell_why(struct vd_act *act, const char *word, const char *value)
{
  struct vd_buffer why = {0};
  vd_buffer_printf(&why, "%s%s", word, value);
  vd_buffer_append(&why, "", 1);
  vd_strings_add(&act->fact->why, &act->fact->n_why, (char *)why.data);
  vd_buffer_finish(&why);
}

// ---- the task of a sample or of its disposal ----

static void ask(struct vd_act *act, Vd__Batch *batch, Vd__TaskKind kind, int64_t start_ms, int64_t limit_ms)
{
  const Vd__Supply *supply = supply_of(act, batch);
  struct vd_task_call call = {
      .kind = kind,
      .subject = batch->id,
      .zone = supply->zone,
      .team = vd_supply_team(act->venue, supply),
      .start_ms = start_ms,
      .limit_ms = limit_ms,
  };
  vd_string_set(&batch->task, vd_task_open(act, &call)->id);
}

static void end_task(struct vd_act *act, Vd__Batch *batch, const char *by)
{
  Vd__Task *task = *batch->task ? vd_task_find(act->venue, batch->task) : NULL;
  vd_string_set(&batch->task, "");
  if (task)
    vd_task_end(act, task, by, vd_act_acted_at(act));
}

int64_t vd_batch_next(const struct vd_venue *venue, const Vd__Batch *batch)
{
  const Vd__Policy *policy = vd_policy(venue);
  bool waits = batch->state == STATE(SAMPLED) && *batch->task == '\0' && policy->dispose_limit_ms > 0 &&
               !policy->manual_nodes;
  return waits ? batch->sample->keep_until_at_ms : VD_NEVER;
}

void vd_batch_fire(struct vd_act *act, Vd__Batch *batch)
{
  vd_act_touch(act, VD__KIND__KIND_BATCH, &batch->base);
  ask(act, batch, VD__TASK_KIND__TASK_KIND_DISPOSE, batch->sample->keep_until_at_ms,
      vd_policy(act->venue)->dispose_limit_ms);
}

// ---- plan ----

static enum vd_err check_when(const struct vd_act *act, const Vd__BatchPlan *plan, struct vd_refusal *refusal)
{
  const Vd__Event *event = vd_venue_event(act->venue);
  int64_t at_ms = plan->planned_at_ms;
  if (*plan->session) {
    Vd__Session *session = NULL;
    enum vd_err err = vd_session_get(act->venue, plan->session, "batch_plan.session", &session, refusal);
    if (err == VD_OK && !vd_session_stands(session))
      err = vd_refuse(refusal, VD_ERR_WRONG_STATE, "batch_plan.session", "%s is over", session->id);
    if (err == VD_OK && at_ms != 0)
      err = vd_refuse(refusal, VD_ERR_BAD_VALUE, "batch_plan.planned_at_ms", "for a break or for a time");
    return err;
  }
  if (at_ms == 0)
    return vd_refuse(refusal, VD_ERR_MISSING, "batch_plan.session", "a break, or a time");
  if (at_ms < event->start_at_ms - DAY_MS || at_ms > event->end_at_ms + DAY_MS)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "batch_plan.planned_at_ms", "far from the event");
  return VD_OK;
}

static enum vd_err check_plan(const struct vd_act *act, Vd__Supply **supply, struct vd_refusal *refusal)
{
  const Vd__BatchPlan *plan = act->command->batch_plan;
  enum vd_err err = vd_supply_get(act->venue, plan->supply, "batch_plan.supply", supply, refusal);
  if (err != VD_OK)
    return err;
  if (plan->quantity == 0)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "batch_plan.quantity", "not 0");
  uint64_t most = (uint64_t)(*supply)->par * VD_SUPPLY_LEVEL_PARS;
  if (plan->quantity > most)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "batch_plan.quantity",
                     "at most %llu, four times what is full", (unsigned long long)most);
  if ((*supply)->batches >= VD_BATCHES_MAX)
    return vd_refuse(refusal, VD_ERR_TOO_MANY, "batch_plan.supply", "at most %d batches of one supply",
                     VD_BATCHES_MAX);
  return check_when(act, plan, refusal);
}

// As plan check warns.
static void remark_when(const struct vd_act *act, const Vd__BatchPlan *plan, Vd__Reply *reply)
{
  const Vd__Event *event = vd_venue_event(act->venue);
  const Vd__Session *session = *plan->session ? VD_FIND(act->venue, SESSION, Session, plan->session) : NULL;
  int64_t at_ms = session ? session->start_at_ms : plan->planned_at_ms;
  if (session && session->kind != VD__SESSION_KIND__SESSION_KIND_BREAK)
    vd_act_remark(reply, "no-break-of-food",
                  vd_act_pick(act, "Planned, but % is no break: food is served in breaks.",
                              "已排定，但 % 並非休息時段：餐點於休息時段供應。",
                              "已排定，但 % 并非休息时段：餐点于休息时段供应。"),
                  session->id);
  else if (at_ms < event->start_at_ms || at_ms > event->end_at_ms)
    vd_act_remark(reply, "outside-event",
                  vd_act_pick(act, "Planned, but it is outside of the event.", "已排定，但在活動期間以外。",
                              "已排定，但在活动期间以外。"),
                  "");
}

enum vd_err vd_batch_plan(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__BatchPlan *plan = act->command->batch_plan;
  Vd__Supply *supply = NULL;
  enum vd_err err = check_plan(act, &supply, refusal);
  if (err != VD_OK)
    return err;
  vd_act_touch(act, VD__KIND__KIND_SUPPLY, &supply->base);
  struct vd_key id = vd_key_of(supply->id, ".b", "");
  vd_key_add_number(&id, ++supply->batches);
  Vd__Batch *batch = VD_CREATE(act, BATCH, Batch, id.text);
  vd_string_set(&batch->supply, supply->id);
  batch->index = supply->batches;
  vd_string_set(&batch->session, plan->session);
  batch->planned_at_ms = plan->planned_at_ms;
  batch->quantity = plan->quantity;
  batch->state = STATE(PLANNED);
  batch->by_hand = true;
  tell(act, VD_FACT_BATCH_PLANNED, batch);
  reply->number = batch->index;
  remark_when(act, plan, reply);
  return VD_OK;
}

// ---- hold, serve, cancel ----

enum vd_err vd_batch_hold(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  Vd__Batch *batch = NULL;
  enum vd_err err = get(act, act->command->batch_hold->batch, "batch_hold.batch", &batch, refusal);
  if (err != VD_OK)
    return err;
  if (!is_waiting(batch))
    return refuse_state(batch, "batch_hold.batch", refusal);
  if (batch->state == STATE(HELD) && *batch->held_for == '\0')
    return VD_OK;
  tell(act, VD_FACT_BATCH_HELD, batch);
  batch->state = STATE(HELD);
  vd_string_set(&batch->held_for, ""); // people hold it now, whoever did before
  return VD_OK;
}

enum vd_err vd_batch_serve(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__Policy *policy = vd_policy(act->venue);
  Vd__Batch *batch = NULL;
  enum vd_err err = get(act, act->command->batch_serve->batch, "batch_serve.batch", &batch, refusal);
  if (err != VD_OK)
    return err;
  if (!is_waiting(batch))
    return refuse_state(batch, "batch_serve.batch", refusal);
  tell(act, VD_FACT_BATCH_SERVED, batch);
  batch->state = STATE(SERVED);
  batch->served_at_ms = vd_act_acted_at(act);
  vd_string_set(&batch->served_by, vd_act_by(act));
  vd_string_set(&batch->held_for, "");
  vd_supply_brought(act, batch->supply, batch->quantity);
  if (policy->sample_limit_ms > 0 && !policy->manual_nodes)
    ask(act, batch, VD__TASK_KIND__TASK_KIND_SAMPLE, batch->served_at_ms, policy->sample_limit_ms);
  return VD_OK;
}

enum vd_err vd_batch_cancel(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__BatchCancel *cancel = act->command->batch_cancel;
  Vd__Batch *batch = NULL;
  enum vd_err err = get(act, cancel->batch, "batch_cancel.batch", &batch, refusal);
  if (err != VD_OK || batch->state == STATE(CANCELLED))
    return err;
  if (!is_waiting(batch))
    return refuse_state(batch, "batch_cancel.batch", refusal);
  if (*cancel->reason == '\0')
    return vd_refuse(refusal, VD_ERR_MISSING, "batch_cancel.reason", NULL);
  tell(act, VD_FACT_BATCH_CANCELLED, batch);
  tell_why(act, "", cancel->reason);
  batch->state = STATE(CANCELLED);
  vd_string_set(&batch->held_for, "");
  return VD_OK;
}

// ---- the sample ----

static enum vd_err check_weight(uint32_t weight_g, struct vd_refusal *refusal)
{
  if (weight_g > 0 && weight_g <= VD_SAMPLE_MAX_G)
    return VD_OK;
  return vd_refuse(refusal, VD_ERR_BAD_VALUE, "batch_sample.weight_g", "1 to %d grams", VD_SAMPLE_MAX_G);
}

// Finds who took it: named, or who speaks.
static enum vd_err check_taker(const struct vd_act *act, const char **taken_by, struct vd_refusal *refusal)
{
  const char *named = act->command->batch_sample->taken_by;
  Vd__Crew *crew = NULL;
  *taken_by = vd_act_by(act);
  if (*named) {
    enum vd_err err = vd_crew_get_field(act->venue, named, "batch_sample.taken_by", &crew, refusal);
    *taken_by = crew ? crew->id : "";
    return err;
  }
  return **taken_by
             ? VD_OK
             : vd_refuse(refusal, VD_ERR_NO_ACTOR, "batch_sample.taken_by", "who took the sample: --by");
}

static enum vd_err check_sample(const struct vd_act *act, Vd__Batch **batch, const char **taken_by,
                                struct vd_refusal *refusal)
{
  const Vd__BatchSample *told = act->command->batch_sample;
  enum vd_err err = get(act, told->batch, "batch_sample.batch", batch, refusal);
  if (err == VD_OK && (*batch)->state != STATE(SERVED))
    err = refuse_state(*batch, "batch_sample.batch", refusal);
  if (err == VD_OK && *told->item == '\0')
    err = vd_refuse(refusal, VD_ERR_MISSING, "batch_sample.item", NULL);
  if (err == VD_OK && *told->fridge == '\0')
    err = vd_refuse(refusal, VD_ERR_MISSING, "batch_sample.fridge", NULL);
  if (err == VD_OK)
    err = check_weight(told->weight_g, refusal);
  if (err == VD_OK)
    err = check_taker(act, taken_by, refusal);
  if (err == VD_OK && vd_act_acted_at(act) < (*batch)->served_at_ms)
    err = vd_refuse(refusal, VD_ERR_ACTED_TOO_EARLY, "acted_at_ms", "before it was served");
  return err;
}

static void tell_weight(struct vd_act *act, uint32_t weight_g, Vd__Reply *reply)
{
  uint32_t least_g = vd_policy(act->venue)->sample_weight_g;
  struct vd_key weight = {.size = 0};
  vd_key_add_number(&weight, weight_g);
  tell_why(act, "grams:", weight.text);
  if (weight_g >= least_g)
    return;
  struct vd_key least = {.size = 0};
  vd_key_add_number(&least, least_g);
  tell_why(act, "under-weight:", least.text);
  vd_act_remark(reply, "under-weight",
                vd_act_pick(act, "Logged, but it is too little: a sample is at least % g.",
                            "已記錄，但不足量：留樣至少 % 克。", "已记录，但不足量：留样至少 % 克。"),
                least.text);
}

enum vd_err vd_batch_sample(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__BatchSample *told = act->command->batch_sample;
  Vd__Batch *batch = NULL;
  const char *taken_by = NULL;
  enum vd_err err = check_sample(act, &batch, &taken_by, refusal);
  if (err != VD_OK)
    return err;
  tell(act, VD_FACT_SAMPLED, batch);
  tell_weight(act, told->weight_g, reply);
  batch->state = STATE(SAMPLED);
  batch->sample = (Vd__Sample *)vd_message_new(&vd__sample__descriptor);
  vd_string_set(&batch->sample->item, told->item);
  batch->sample->weight_g = told->weight_g;
  vd_string_set(&batch->sample->fridge, told->fridge);
  vd_string_set(&batch->sample->taken_by, taken_by);
  batch->sample->taken_at_ms = vd_act_acted_at(act);
  batch->sample->keep_until_at_ms = batch->sample->taken_at_ms + vd_policy(act->venue)->sample_keep_ms;
  end_task(act, batch, taken_by);
  return VD_OK;
}

enum vd_err vd_batch_dispose(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  Vd__Batch *batch = NULL;
  enum vd_err err = get(act, act->command->batch_dispose->batch, "batch_dispose.batch", &batch, refusal);
  if (err != VD_OK)
    return err;
  if (batch->state != STATE(SAMPLED))
    return refuse_state(batch, "batch_dispose.batch", refusal);
  if (vd_act_acted_at(act) < batch->sample->keep_until_at_ms) {
    char until[40];
    vd_instant_format(batch->sample->keep_until_at_ms, vd_venue_event(act->venue)->utc_offset_ms, until,
                      sizeof until);
    return vd_refuse(refusal, VD_ERR_WRONG_STATE, "batch_dispose.batch", "it is kept until %s", until);
  }
  tell(act, VD_FACT_DISPOSED, batch);
  batch->state = STATE(DISPOSED);
  batch->disposed_at_ms = vd_act_acted_at(act);
  vd_string_set(&batch->disposed_by, vd_act_by(act));
  end_task(act, batch, batch->disposed_by);
  return VD_OK;
}

// ---- temperatures ----

static void tell_degrees(struct vd_act *act, int32_t milli)
{
  unsigned size = milli < 0 ? (unsigned)-milli : (unsigned)milli;
  struct vd_buffer degrees = {0};
  vd_buffer_printf(&degrees, "%s%u.%03u", milli < 0 ? "-" : "", size / 1000, size % 1000);
  vd_buffer_append(&degrees, "", 1);
  tell_why(act, "celsius:", (char *)degrees.data);
  vd_buffer_finish(&degrees);
}

enum vd_err vd_batch_temperature(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__BatchTemperature *told = act->command->batch_temperature;
  Vd__Batch *batch = NULL;
  enum vd_err err = get(act, told->batch, "batch_temperature.batch", &batch, refusal);
  if (err != VD_OK)
    return err;
  if (batch->state == STATE(CANCELLED) || batch->state == STATE(DISPOSED))
    return refuse_state(batch, "batch_temperature.batch", refusal);
  if (told->temperature_milli < VD_TEMPERATURE_MIN_MILLI ||
      told->temperature_milli > VD_TEMPERATURE_MAX_MILLI)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "batch_temperature.temperature_milli",
                     "%d to %d degrees Celsius", VD_TEMPERATURE_MIN_MILLI / 1000,
                     VD_TEMPERATURE_MAX_MILLI / 1000);
  tell(act, VD_FACT_TEMPERATURE_LOGGED, batch);
  tell_degrees(act, told->temperature_milli);
  batch->temperatures++;
  if (vd_act_acted_at(act) >= batch->temperature_at_ms) { // a late entry is no news
    batch->temperature_milli = told->temperature_milli;
    batch->temperature_at_ms = vd_act_acted_at(act);
  }
  return VD_OK;
}
