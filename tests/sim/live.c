// Commands of the live venue: what runs, what is eaten, what breaks, who is told. Mostly what makes sense for
// the state that the thing is in, sometimes anything.
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

#define ACT(name) VD__COMMAND__ACT_##name

static const int64_t MINUTE_MS = 60000;

// ---- zones ----

static void zones(struct sim *sim, Vd__Command *command)
{
  const Vd__Zone *zone = (const Vd__Zone *)sim_draw_entity(sim, VD__KIND__KIND_ZONE);
  uint32_t holds = zone->tea_break ? zone->seats : zone->capacity;
  if (sim_chance(sim, 70)) {
    sim_set_act(command, ACT(COUNT_ZONE));
    vd_string_set(&command->count_zone->zone, sim_chance(sim, 97) ? zone->id : "no-such-zone");
    command->count_zone->people =
        holds * (uint32_t)(sim_chance(sim, 50) ? 95 + sim_below(sim, 20) : sim_below(sim, 90)) / 100;
    command->count_zone->estimated = sim_chance(sim, 30);
    return;
  }
  sim_set_act(command, ACT(SET_ZONE));
  vd_string_set(&command->set_zone->zone, zone->id);
  command->set_zone->status = (Vd__ZoneStatus)sim_below(sim, 6);
}

// ---- supplies and batches ----

static void supplies(struct sim *sim, Vd__Command *command)
{
  const Vd__Supply *supply = (const Vd__Supply *)sim_draw_entity(sim, VD__KIND__KIND_SUPPLY);
  const char *id = sim_chance(sim, 97) ? supply->id : "no-such-supply";
  uint64_t draw = sim_below(sim, 100);
  if (draw < 60) {
    sim_set_act(command, ACT(SUPPLY_LEVEL));
    vd_string_set(&command->supply_level->supply, id);
    command->supply_level->refilled = sim_chance(sim, 25);
    bool goes_on = supply->is_known && !command->supply_level->refilled && sim_chance(sim, 80);
    command->supply_level->level = goes_on ? supply->level - (uint32_t)sim_below(sim, supply->level / 2 + 1)
                                           : (uint32_t)sim_below(sim, supply->par + 1);
  } else if (draw < 90) {
    sim_set_act(command, ACT(SUPPLY_SERVED));
    vd_string_set(&command->supply_served->supply, id);
    command->supply_served->count = (uint32_t)sim_below(sim, supply->par / 4 + 1);
  } else {
    sim_set_act(command, ACT(SUPPLY_REFILL));
    vd_string_set(&command->supply_refill->supply, id);
  }
}

static void plan_batch(struct sim *sim, Vd__Command *command)
{
  sim_set_act(command, ACT(BATCH_PLAN));
  vd_string_set(&command->batch_plan->supply, sim_draw_id(sim, VD__KIND__KIND_SUPPLY));
  command->batch_plan->quantity = (uint32_t)sim_below(sim, 120);
  if (sim_chance(sim, 60))
    vd_string_set(&command->batch_plan->session, sim_draw_id(sim, VD__KIND__KIND_SESSION));
  else
    command->batch_plan->planned_at_ms = sim->now_ms + (int64_t)sim_below(sim, 120) * MINUTE_MS;
}

static Vd__Command__ActCase next_of_batch(struct sim *sim, const Vd__Batch *batch)
{
  static const Vd__Command__ActCase all[] = {ACT(BATCH_HOLD),   ACT(BATCH_SERVE),   ACT(BATCH_CANCEL),
                                             ACT(BATCH_SAMPLE), ACT(BATCH_DISPOSE), ACT(BATCH_TEMPERATURE)};
  if (batch == NULL || sim_chance(sim, 30))
    return all[sim_below(sim, sizeof all / sizeof *all)];
  switch (batch->state) {
  case VD__BATCH_STATE__BATCH_STATE_SERVED:
    return ACT(BATCH_SAMPLE);
  case VD__BATCH_STATE__BATCH_STATE_SAMPLED:
    return ACT(BATCH_DISPOSE);
  default:
    return sim_chance(sim, 85) ? ACT(BATCH_SERVE) : ACT(BATCH_HOLD);
  }
}

static void batches(struct sim *sim, Vd__Command *command)
{
  const Vd__Batch *batch = (const Vd__Batch *)sim_draw_entity(sim, VD__KIND__KIND_BATCH);
  if (sim_chance(sim, 15)) {
    plan_batch(sim, command);
    return;
  }
  sim_set_act(command, next_of_batch(sim, batch));
  // The batch is the first field of all of them.
  vd_string_set(&command->batch_hold->batch, batch != NULL && sim_chance(sim, 97) ? batch->id : "no-such.b1");
  if (command->act_case == ACT(BATCH_CANCEL)) {
    vd_string_set(&command->batch_cancel->reason, sim_draw_text(sim));
  } else if (command->act_case == ACT(BATCH_TEMPERATURE)) {
    command->batch_temperature->temperature_milli = (int32_t)sim_below(sim, 400000) - 70000;
  } else if (command->act_case == ACT(BATCH_SAMPLE)) {
    vd_string_set(&command->batch_sample->item, sim_chance(sim, 95) ? "dumplings 水餃" : "");
    vd_string_set(&command->batch_sample->fridge, "kitchen-2");
    command->batch_sample->weight_g = (uint32_t)sim_below(sim, 260);
    if (sim_chance(sim, 50))
      vd_string_set(&command->batch_sample->taken_by, sim_draw_id(sim, VD__KIND__KIND_CREW));
  }
}

static void tasks(struct sim *sim, Vd__Command *command)
{
  const Vd__Task *task = (const Vd__Task *)sim_draw_entity(sim, VD__KIND__KIND_TASK);
  uint64_t number = task != NULL && sim_chance(sim, 90) ? task->number : sim_below(sim, 30);
  if (sim_chance(sim, 70)) {
    sim_set_act(command, ACT(TASK_DONE));
    command->task_done->task = number;
    return;
  }
  sim_set_act(command, ACT(TASK_CANCEL));
  command->task_cancel->task = number;
  vd_string_set(&command->task_cancel->reason, sim_draw_text(sim));
}

// ---- devices ----

static int64_t draw_value(struct sim *sim, const Vd__Threshold *threshold)
{
  int64_t off = 1 + (int64_t)sim_below(sim, 3000), sign = threshold->below ? -1 : 1;
  uint64_t draw = sim_below(sim, 100);
  if (draw < 75)
    return threshold->warn - sign * off; // well
  if (draw < 90 || !threshold->has_fault)
    return threshold->warn + (sim_chance(sim, 10) ? 0 : sign * off);
  return threshold->fault + sign * off;
}

static int64_t draw_taken_at(struct sim *sim)
{
  uint64_t draw = sim_below(sim, 100);
  if (draw < 65)
    return 0;
  if (draw < 90)
    return sim->now_ms - (int64_t)sim_below(sim, 20) * 1000;
  return draw < 96 ? sim->now_ms - (int64_t)sim_below(sim, 40) * MINUTE_MS
                   : sim->now_ms + (int64_t)sim_below(sim, 10) * 1000;
}

static void readings(struct sim *sim, Vd__Command *command)
{
  sim_set_act(command, ACT(READINGS));
  for (uint64_t left = sim_below(sim, 5) + (sim_chance(sim, 97) ? 1 : 0); left > 0; left--) {
    const Vd__Device *device = (const Vd__Device *)sim_draw_entity(sim, VD__KIND__KIND_DEVICE);
    Vd__Reading *reading = (Vd__Reading *)vd_message_new(&vd__reading__descriptor);
    vd_string_set(&reading->device, sim_chance(sim, 99) ? device->id : "no-such-device");
    reading->at_ms = draw_taken_at(sim);
    if (device->n_thresholds > 0 && sim_chance(sim, 70)) {
      const Vd__Threshold *threshold = device->thresholds[sim_below(sim, device->n_thresholds)];
      vd_string_set(&reading->reading, threshold->reading);
      reading->value = draw_value(sim, threshold);
    } else if (sim_chance(sim, 5)) {
      vd_string_set(&reading->reading, "moon-phase");
      reading->value = (int64_t)sim_random(sim) / 1000000;
    }
    VD_REPEATED_ADD(command->readings->readings, command->readings->n_readings, reading);
  }
}

static void devices(struct sim *sim, Vd__Command *command)
{
  if (sim_chance(sim, 55)) {
    sim_set_act(command, ACT(DEVICE_FAULT));
    vd_string_set(&command->device_fault->device, sim_draw_id(sim, VD__KIND__KIND_DEVICE));
    vd_string_set(&command->device_fault->text, sim_draw_text(sim));
    if (sim_chance(sim, 30))
      command->device_fault->since_at_ms = sim->now_ms + 6000 - (int64_t)sim_below(sim, 35) * MINUTE_MS;
    return;
  }
  sim_set_act(command, ACT(DEVICE_MAINTENANCE));
  vd_string_set(&command->device_maintenance->device, sim_draw_id(sim, VD__KIND__KIND_DEVICE));
  if (sim_chance(sim, 60))
    command->device_maintenance->until_at_ms =
        sim->now_ms + MINUTE_MS * (int64_t)sim_below(sim, 30) - (sim_chance(sim, 5) ? MINUTE_MS : 0);
}

// ---- the agenda ----

static Vd__Session *draw_import(struct sim *sim)
{
  static const char *const zones[] = {"vip-room", "corridor", "ai-area", "forum-a", "reg-vip"};
  Vd__Session *session = (Vd__Session *)vd_message_new(&vd__session__descriptor);
  const Vd__Session *live = (const Vd__Session *)sim_draw_entity(sim, VD__KIND__KIND_SESSION);
  const Vd__PlanEvent *event = sim->plan->event;
  uint64_t number = sim_below(sim, 12);
  char id[24];
  snprintf(id, sizeof id, "cal-%u", (unsigned)number);
  bool is_new = live == NULL || sim_chance(sim, 60);
  session->title = (Vd__Text *)vd_message_new(&vd__text__descriptor);
  vd_string_set(&session->title->en, "From the calendar");
  vd_string_set(&session->id, is_new ? id : live->id);
  vd_string_set(&session->uid, is_new ? id : live->uid);
  vd_string_set(&session->zone, is_new ? zones[sim_below(sim, 5)] : live->zone);
  session->kind = is_new ? (Vd__SessionKind)sim_below(sim, 3) : live->kind;
  session->dense = is_new ? sim_chance(sim, 30) : live->dense;
  session->audience = (uint32_t)sim_below(sim, 30);
  session->start_at_ms = is_new ? event->doors_at_ms + (int64_t)sim_below(sim, 500) * MINUTE_MS
                                : live->planned_start_at_ms + (int64_t)sim_below(sim, 3) * MINUTE_MS;
  session->end_at_ms =
      is_new ? session->start_at_ms + (int64_t)(5 + sim_below(sim, 60)) * MINUTE_MS : live->planned_end_at_ms;
  if (sim_chance(sim, 10))
    session->state = VD__SESSION_STATE__SESSION_STATE_CANCELLED;
  return session;
}

static void import(struct sim *sim, Vd__Command *command)
{
  sim_set_act(command, ACT(SESSIONS_IMPORT));
  for (uint64_t left = 1 + sim_below(sim, 3); left > 0; left--)
    VD_REPEATED_ADD(command->sessions_import->sessions, command->sessions_import->n_sessions,
                    draw_import(sim));
}

static Vd__Command__ActCase next_of_session(struct sim *sim, const Vd__Session *session)
{
  uint64_t draw = sim_below(sim, 100);
  bool is_running = session != NULL && session->state == VD__SESSION_STATE__SESSION_STATE_RUNNING;
  if (draw < 8)
    return ACT(SESSION_CANCEL);
  if (draw < 40)
    return ACT(SESSION_SHIFT);
  return draw < 50 ? ACT(SESSION_END) : is_running && draw < 70 ? ACT(SESSION_END) : ACT(SESSION_START);
}

// Now and then one that people changed just now; NULL if there is none.
static const Vd__Session *draw_changed(struct sim *sim)
{
  const Vd__Session *changed = NULL;
  VD_FOLD_EACH (vd_venue_fold(sim->venue), SESSION, Session, session) {
    size_t count = session->n_before;
    if (count > 0 && session->before[count - 1]->recorded_at_ms + 3 * MINUTE_MS > sim->now_ms &&
        (changed == NULL || sim_chance(sim, 50)))
      changed = session;
  }
  return changed;
}

static void undo(struct sim *sim, Vd__Command *command)
{
  const Vd__Session *changed = draw_changed(sim);
  sim_set_act(command, ACT(SESSION_UNDO));
  vd_string_set(&command->session_undo->session, changed != NULL && sim_chance(sim, 95)
                                                     ? changed->id
                                                     : sim_draw_id(sim, VD__KIND__KIND_SESSION));
}

static void sessions(struct sim *sim, Vd__Command *command)
{
  const Vd__Session *session = (const Vd__Session *)sim_draw_entity(sim, VD__KIND__KIND_SESSION);
  if (sim_chance(sim, draw_changed(sim) != NULL ? 40 : 3)) {
    undo(sim, command);
    return;
  }
  if (sim_chance(sim, 12)) {
    import(sim, command);
    return;
  }
  sim_set_act(command, next_of_session(sim, session));
  // The session is the first field of all of them.
  vd_string_set(&command->session_start->session,
                session != NULL && sim_chance(sim, 97) ? session->id : "no-such-session");
  if (command->act_case == ACT(SESSION_CANCEL)) {
    vd_string_set(&command->session_cancel->reason, sim_draw_text(sim));
  } else if (command->act_case == ACT(SESSION_SHIFT)) {
    command->session_shift->by_ms = ((int64_t)sim_below(sim, 60) - 20) * MINUTE_MS;
    command->session_shift->following = sim_chance(sim, 50);
  }
}

// What was read of the notice: mostly as it is, sometimes as it was, or what was of an older client.
static uint64_t draw_read(struct sim *sim, uint64_t number)
{
  char id[24];
  snprintf(id, sizeof id, "n%llu", (unsigned long long)number);
  const Vd__Notice *notice =
      (const Vd__Notice *)vd_fold_find(vd_venue_fold(sim->venue), VD__KIND__KIND_NOTICE, id);
  if (notice == NULL || sim_chance(sim, 25))
    return 0;
  uint64_t back = sim_chance(sim, 75) ? 0 : sim_below(sim, 60);
  return back < notice->revision ? notice->revision - back : 1;
}

static void notices(struct sim *sim, Vd__Command *command)
{
  const Vd__Event *event = vd_venue_event(sim->venue);
  uint64_t last = event->last_notice, back = sim_chance(sim, 85) ? sim_below(sim, 2) : sim_below(sim, 8);
  uint64_t number = back < last ? last - back : sim_below(sim, 3);
  if (sim_chance(sim, 25)) {
    sim_set_act(command, ACT(NOTICE_DRAFT));
    vd_string_set(&command->notice_draft->text, sim_draw_text(sim));
  } else if (sim_chance(sim, 80)) {
    sim_set_act(command, ACT(NOTICE_APPROVE));
    command->notice_approve->notice = number;
    command->notice_approve->revision = draw_read(sim, number);
  } else {
    sim_set_act(command, ACT(NOTICE_DROP));
    command->notice_drop->notice = number;
    vd_string_set(&command->notice_drop->reason, sim_draw_text(sim));
  }
}

// ---- check-in ----

static void draw_numbers(struct sim *sim, Vd__LaneCount *count)
{
  count->checked_in = (uint32_t)sim_below(sim, 40);
  count->has_arrived = sim_chance(sim, 40);
  count->arrived = count->has_arrived ? (uint32_t)sim_below(sim, 60) : 0;
  count->has_waiting = sim_chance(sim, 70);
  count->waiting = count->has_waiting ? (uint32_t)sim_below(sim, sim_chance(sim, 60) ? 150 : 25) : 0;
}

// A system that sends again, now and then other numbers.
static void count_again(struct sim *sim, Vd__LaneCount *count, const Vd__Lane *lane)
{
  count->from_at_ms = lane->from_at_ms;
  count->to_at_ms = lane->counted_at_ms;
  count->checked_in = lane->last_checked_in + sim_chance(sim, 15);
  count->has_arrived = sim_chance(sim, 50);
  count->arrived = count->has_arrived ? lane->last_arrived : 0;
  count->has_waiting = sim_chance(sim, 30);
  count->waiting = count->has_waiting ? lane->waiting : 0;
}

static void add_count(struct sim *sim, Vd__LaneCounts *list, const Vd__Lane *lane, int64_t to_ms)
{
  Vd__LaneCount *count = (Vd__LaneCount *)vd_message_new(&vd__lane_count__descriptor);
  uint64_t draw = sim_below(sim, 100);
  vd_string_set(&count->lane, draw < 99 ? lane->id : "no-such-lane");
  draw_numbers(sim, count);
  count->to_at_ms = to_ms;
  if (draw < 10 && lane->counted_at_ms != 0)
    count_again(sim, count, lane);
  else if (draw < 12)
    count->to_at_ms = sim->now_ms + (int64_t)sim_below(sim, 40) * 1000;
  else if (draw < 14)
    count->from_at_ms = lane->counted_at_ms - (int64_t)sim_below(sim, 10) * MINUTE_MS;
  else if (draw < 20)
    count->from_at_ms = sim->now_ms - (int64_t)(1 + sim_below(sim, 4)) * MINUTE_MS;
  VD_REPEATED_ADD(list->counts, list->n_counts, count);
}

// Often one where something was done, and people want to know whether it helped.
static const ProtobufCMessage *draw_lane(struct sim *sim)
{
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  VD_FOLD_EACH (fold, SUGGESTION, Suggestion, suggestion)
    if (suggestion->state == VD__SUGGESTION_STATE__SUGGESTION_STATE_TAKEN && sim_chance(sim, 50))
      return vd_fold_find(fold, VD__KIND__KIND_LANE, suggestion->lane);
  return sim_draw_entity(sim, VD__KIND__KIND_LANE);
}

// Several lanes side by side; of some two intervals, one after the other.
static void lane_counts(struct sim *sim, Vd__Command *command)
{
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  const ProtobufCMessage *message = draw_lane(sim);
  sim_set_act(command, ACT(LANE_COUNTS));
  if (sim_chance(sim, 80))
    command->acted_at_ms = 0;
  for (uint64_t left = sim_below(sim, 6) + (sim_chance(sim, 97) ? 1 : 0); message != NULL && left > 0;
       left--) {
    const Vd__Lane *lane = (const Vd__Lane *)message;
    int64_t before_ms = sim->now_ms - (int64_t)sim_below(sim, 90) * 1000;
    if (sim_chance(sim, 20) && before_ms > lane->counted_at_ms)
      add_count(sim, command->lane_counts, lane, before_ms);
    add_count(sim, command->lane_counts, lane, 0);
    message = vd_fold_next(fold, VD__KIND__KIND_LANE, lane->id, "");
  }
}

static void set_lane(struct sim *sim, Vd__Command *command)
{
  sim_set_act(command, ACT(SET_LANE));
  Vd__SetLane *set = command->set_lane;
  vd_string_set(&set->lane, sim_draw_id(sim, VD__KIND__KIND_LANE));
  set->state = sim_chance(sim, 40) ? VD__LANE_STATE__LANE_STATE_OPEN : (Vd__LaneState)sim_below(sim, 5);
  bool closes = set->state == VD__LANE_STATE__LANE_STATE_CLOSED;
  set->has_desks = sim_chance(sim, closes ? 5 : 60);
  set->desks = set->has_desks || sim_chance(sim, 2) ? (uint32_t)sim_below(sim, 5) : 0;
}

// Mostly one that is open.
static uint64_t draw_suggestion(struct sim *sim)
{
  uint64_t last = vd_venue_event(sim->venue)->last_suggestion, number = 0;
  if (sim_chance(sim, 25))
    return sim_chance(sim, 80) ? last - sim_below(sim, last + 1) : last + 1 + sim_below(sim, 3);
  VD_FOLD_EACH (vd_venue_fold(sim->venue), SUGGESTION, Suggestion, suggestion)
    if (suggestion->state == VD__SUGGESTION_STATE__SUGGESTION_STATE_OPEN &&
        (number == 0 || sim_chance(sim, 50)))
      number = suggestion->number;
  return number != 0 ? number : last;
}

static void lanes(struct sim *sim, Vd__Command *command)
{
  if (sim_chance(sim, 85))
    lane_counts(sim, command);
  else
    set_lane(sim, command);
}

static void suggestions(struct sim *sim, Vd__Command *command)
{
  uint64_t number = draw_suggestion(sim);
  if (number == 0 && sim_chance(sim, 80)) { // none was made so far
    lane_counts(sim, command);
    return;
  }
  if (sim_chance(sim, 70)) {
    sim_set_act(command, ACT(SUGGESTION_TAKE));
    command->suggestion_take->suggestion = number;
    return;
  }
  sim_set_act(command, ACT(SUGGESTION_PASS));
  command->suggestion_pass->suggestion = number;
  vd_string_set(&command->suggestion_pass->reason, sim_draw_text(sim));
}

// ---- what helps out ----

static void resources(struct sim *sim, Vd__Command *command)
{
  const Vd__Resource *resource = (const Vd__Resource *)sim_draw_entity(sim, VD__KIND__KIND_RESOURCE);
  uint64_t last = vd_venue_event(sim->venue)->last_incident;
  const char *id = resource != NULL && sim_chance(sim, 98) ? resource->id : "no-such-resource";
  uint32_t count = sim_chance(sim, 80) ? (uint32_t)sim_below(sim, 3) : (uint32_t)sim_below(sim, 300);
  if (resource != NULL && sim_chance(sim, resource->in_use > 0 ? 60 : 10)) {
    sim_set_act(command, ACT(RESOURCE_RETURN));
    vd_string_set(&command->resource_return->resource, id);
    command->resource_return->count = count;
    return;
  }
  sim_set_act(command, ACT(RESOURCE_USE));
  vd_string_set(&command->resource_use->resource, id);
  command->resource_use->count = count;
  command->resource_use->incident = sim_chance(sim, 70) ? last - sim_below(sim, last + 1) : 0;
}

// ---- which ----

static const struct group {
  void (*draw)(struct sim *sim, Vd__Command *command);
  unsigned of_people, of_machines; // weights
} groups[] = {
    {zones, 14, 20},    {supplies, 18, 20},   {batches, 20, 0},        {tasks, 8, 0},
    {readings, 10, 60}, {devices, 10, 0},     {sessions, 14, 0},       {notices, 18, 0},
    {lanes, 26, 40},    {suggestions, 12, 0}, {sim_draw_heard, 40, 0}, {resources, 10, 0},
    {sim_draw_contingency, 10, 0},
};

static void draw_group(struct sim *sim, Vd__Command *command, bool is_machine)
{
  unsigned sum = 0;
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
    sum += is_machine ? groups[i].of_machines : groups[i].of_people;
  uint64_t draw = sim_below(sim, sum);
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
    unsigned weight = is_machine ? groups[i].of_machines : groups[i].of_people;
    if (draw < weight) {
      groups[i].draw(sim, command);
      return;
    }
    draw -= weight;
  }
}

void sim_draw_live(struct sim *sim, Vd__Command *command)
{
  draw_group(sim, command, false);
}

void sim_draw_machine(struct sim *sim, Vd__Command *command)
{
  draw_group(sim, command, true);
}
