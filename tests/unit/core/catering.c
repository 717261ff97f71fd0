#include "tests/unit/core/catering.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "daemon/core/key.h"
#include "tests/unit/core/people.h"

// ---- what there is ----

static Vd__Supply *supply_new(const char *id, const char *zone, uint32_t par)
{
  Vd__Supply *made = (Vd__Supply *)vd_message_new(&vd__supply__descriptor);
  vd_string_set(&made->id, id);
  vd_string_set(&made->zone, zone);
  vd_string_set(&made->team, "onsite");
  made->par = par;
  made->revision = 1;
  return made;
}

static Vd__Supply *coffee_new(const char *id)
{
  Vd__Supply *coffee = supply_new(id, "corridor", 100);
  coffee->holding_ms = MINUTES(90);
  coffee->lead_ms = MINUTES(20);
  coffee->burn_idle = coffee->rate_idle = 500;
  coffee->burn_break = coffee->rate_break = 4000;
  return coffee;
}

struct fixture *catering_create(void)
{
  struct fixture *f = fixture_create();
  Vd__Supply *boxes = supply_new("boxes", "hall", 40);
  boxes->lead_ms = MINUTES(10);
  people_put(f, VD__KIND__KIND_SUPPLY, &coffee_new("coffee")->base);
  people_put(f, VD__KIND__KIND_SUPPLY, &boxes->base);
  return f;
}

void catering_many(struct fixture *f, unsigned count, uint32_t units)
{
  for (unsigned i = 0; i < count; i++) {
    char id[16];
    snprintf(id, sizeof id, "s-%04u", i);
    Vd__Supply *one = coffee_new(id);
    one->is_known = true;
    one->level = one->rated_level = units;
    one->level_at_ms = one->rated_at_ms = one->filled_at_ms = f->now_ms;
    one->holding_ms = 0;
    Vd__Entity entity;
    vd_entity_wrap(&entity, VD__KIND__KIND_SUPPLY, &one->base);
    vd_venue_restore_entity(f->venue, &entity);
    vd_fold_put(f->mirror, VD__KIND__KIND_SUPPLY, &one->base);
  }
  fixture_restart(f);
}

void catering_batch(struct fixture *f, const char *of, uint32_t index, const char *session, int at)
{
  Vd__Batch *made = (Vd__Batch *)vd_message_new(&vd__batch__descriptor);
  struct vd_key id = vd_key_of(of, ".b", "");
  vd_key_add_number(&id, index);
  vd_string_set(&made->id, id.text);
  vd_string_set(&made->supply, of);
  vd_string_set(&made->session, session);
  made->index = index;
  made->planned_at_ms = *session ? 0 : AT(at);
  made->quantity = 30;
  made->state = BATCH(PLANNED);
  people_put(f, VD__KIND__KIND_BATCH, &made->base);
}

// ---- commands ----

enum vd_err level(struct fixture *f, const char *id, uint32_t units, int64_t acted_at_ms)
{
  Vd__SupplyLevel told = VD__SUPPLY_LEVEL__INIT;
  told.supply = (char *)id;
  told.level = units;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SUPPLY_LEVEL;
  command.supply_level = &told;
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, "control", &command);
}

enum vd_err refilled(struct fixture *f, const char *id, uint32_t units, const char *by)
{
  Vd__SupplyLevel told = VD__SUPPLY_LEVEL__INIT;
  told.supply = (char *)id;
  told.level = units;
  told.refilled = true;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SUPPLY_LEVEL;
  command.supply_level = &told;
  command.by = (char *)(by ? by : "");
  return fixture_do(f, "control", &command);
}

enum vd_err served(struct fixture *f, const char *id, uint32_t count, int64_t acted_at_ms)
{
  Vd__SupplyServed told = VD__SUPPLY_SERVED__INIT;
  told.supply = (char *)id;
  told.count = count;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SUPPLY_SERVED;
  command.supply_served = &told;
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, "control", &command);
}

enum vd_err refill(struct fixture *f, const char *id)
{
  Vd__SupplyRefill asked = VD__SUPPLY_REFILL__INIT;
  asked.supply = (char *)id;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SUPPLY_REFILL;
  command.supply_refill = &asked;
  return fixture_do(f, "control", &command);
}

enum vd_err task_done(struct fixture *f, uint64_t number, const char *by, int64_t acted_at_ms)
{
  Vd__TaskDone done = VD__TASK_DONE__INIT;
  done.task = number;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_TASK_DONE;
  command.task_done = &done;
  command.by = (char *)(by ? by : "");
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, "control", &command);
}

enum vd_err task_cancel(struct fixture *f, uint64_t number)
{
  Vd__TaskCancel cancel = VD__TASK_CANCEL__INIT;
  cancel.task = number;
  cancel.reason = (char *)"enough for today";
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_TASK_CANCEL;
  command.task_cancel = &cancel;
  return fixture_do(f, "control", &command);
}

enum vd_err batch_plan(struct fixture *f, const char *of, uint32_t quantity, int64_t at_ms,
                       const char *session)
{
  Vd__BatchPlan plan = VD__BATCH_PLAN__INIT;
  plan.supply = (char *)of;
  plan.quantity = quantity;
  plan.planned_at_ms = at_ms;
  plan.session = (char *)session;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_BATCH_PLAN;
  command.batch_plan = &plan;
  return fixture_do(f, "control", &command);
}

enum vd_err batch_hold(struct fixture *f, const char *id)
{
  Vd__BatchHold hold = VD__BATCH_HOLD__INIT;
  hold.batch = (char *)id;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_BATCH_HOLD;
  command.batch_hold = &hold;
  return fixture_do(f, "control", &command);
}

enum vd_err batch_serve(struct fixture *f, const char *id, const char *by, int64_t acted_at_ms)
{
  Vd__BatchServe serve = VD__BATCH_SERVE__INIT;
  serve.batch = (char *)id;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_BATCH_SERVE;
  command.batch_serve = &serve;
  command.by = (char *)(by ? by : "");
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, "control", &command);
}

enum vd_err batch_cancel(struct fixture *f, const char *id, const char *reason)
{
  Vd__BatchCancel cancel = VD__BATCH_CANCEL__INIT;
  cancel.batch = (char *)id;
  cancel.reason = (char *)reason;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_BATCH_CANCEL;
  command.batch_cancel = &cancel;
  return fixture_do(f, "control", &command);
}

enum vd_err batch_sample(struct fixture *f, const char *id, uint32_t weight_g, const char *by,
                         int64_t acted_at_ms)
{
  Vd__BatchSample told = VD__BATCH_SAMPLE__INIT;
  told.batch = (char *)id;
  told.item = (char *)"pastry";
  told.weight_g = weight_g;
  told.fridge = (char *)"fridge-2";
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_BATCH_SAMPLE;
  command.batch_sample = &told;
  command.by = (char *)(by ? by : "");
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, "control", &command);
}

enum vd_err batch_dispose(struct fixture *f, const char *id, int64_t acted_at_ms)
{
  Vd__BatchDispose dispose = VD__BATCH_DISPOSE__INIT;
  dispose.batch = (char *)id;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_BATCH_DISPOSE;
  command.batch_dispose = &dispose;
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, "control", &command);
}

enum vd_err batch_temperature(struct fixture *f, const char *id, int32_t milli, int64_t acted_at_ms)
{
  Vd__BatchTemperature told = VD__BATCH_TEMPERATURE__INIT;
  told.batch = (char *)id;
  told.temperature_milli = milli;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_BATCH_TEMPERATURE;
  command.batch_temperature = &told;
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, "control", &command);
}

// ---- looking ----

Vd__Supply *supply(const struct fixture *f, const char *id)
{
  Vd__Supply *found = FIXTURE_FIND(f, SUPPLY, Supply, id);
  cr_assert_not_null(found, "no %s", id);
  return found;
}

Vd__Batch *batch(const struct fixture *f, const char *id)
{
  Vd__Batch *found = FIXTURE_FIND(f, BATCH, Batch, id);
  cr_assert_not_null(found, "no %s", id);
  return found;
}

static struct vd_key task_id(uint64_t number)
{
  struct vd_key id = vd_key_of("t", "", "");
  vd_key_add_number(&id, number);
  return id;
}

Vd__Task *task(const struct fixture *f, uint64_t number)
{
  Vd__Task *found = FIXTURE_FIND(f, TASK, Task, task_id(number).text);
  cr_assert_not_null(found, "no task %llu", (unsigned long long)number);
  return found;
}

Vd__Deadline *promise(const struct fixture *f, uint64_t number)
{
  Vd__Deadline *found =
      FIXTURE_FIND(f, DEADLINE, Deadline, vd_key_of(task_id(number).text, ".done", "").text);
  cr_assert_not_null(found);
  return found;
}

unsigned tasks(const struct fixture *f)
{
  return (unsigned)vd_venue_event(f->venue)->last_task;
}
