// What a rehearsal's changes show and the entities no longer tell at the end: how things stood when a refill
// was asked for, how long nothing was left, how many changes a notice
// gathered, how long those who came were to wait.
#include <stdio.h>
#include <string.h>

#include "clients/ctl/rehearsal.h"

static const Vd__Supply *supply_in(const Vd__Change *change, const char *id)
{
  for (size_t i = 0; i < change->n_upserts; i++) {
    const Vd__Entity *entity = change->upserts[i];
    if (entity->of_case == VD__ENTITY__OF_SUPPLY && strcmp(entity->supply->id, id) == 0)
      return entity->supply;
  }
  return NULL;
}

static void see_task(struct ctl_seen *seen, const Vd__Change *change, const Vd__Task *task)
{
  bool is_refill = task->kind == VD__TASK_KIND__TASK_KIND_REFILL;
  const Vd__Supply *supply = is_refill ? supply_in(change, task->subject) : NULL;
  for (size_t i = 0; i < seen->refill_count; i++)
    if (seen->refills[i].task == task->number)
      return;
  if (supply == NULL || seen->refill_count == CTL_SEEN_MAX)
    return;
  struct ctl_seen_refill *refill = &seen->refills[seen->refill_count++];
  *refill = (struct ctl_seen_refill){
      .task = task->number,
      .is_automatic = change->cause != NULL && change->cause->of_case == VD__CAUSE__OF_TICK,
      .level = supply->level,
      .asked_at_ms = task->opened_at_ms,
      .run_out_at_ms = supply->run_out_at_ms,
      .stale_at_ms = supply->stale_at_ms,
  };
  snprintf(refill->supply, sizeof refill->supply, "%s", supply->id);
}

static void see_supply(struct ctl_seen *seen, const Vd__Supply *supply)
{
  size_t at = 0;
  while (at < seen->supply_count && strcmp(seen->supplies[at].supply, supply->id) != 0)
    at++;
  if (at == CTL_SEEN_MAX || !supply->is_known)
    return;
  struct ctl_seen_supply *seen_supply = &seen->supplies[at];
  if (at == seen->supply_count) {
    seen->supply_count++;
    snprintf(seen_supply->supply, sizeof seen_supply->supply, "%s", supply->id);
  }
  if (supply->level == 0 && seen_supply->empty_since_ms == 0) {
    seen_supply->empty_since_ms = supply->level_at_ms;
  } else if (supply->level > 0 && seen_supply->empty_since_ms != 0) {
    seen_supply->empty_ms += supply->level_at_ms - seen_supply->empty_since_ms;
    seen_supply->empty_since_ms = 0;
  }
}

static void see_notice(struct ctl_seen *seen, const Vd__Notice *notice)
{
  size_t at = 0;
  while (at < seen->notice_count && seen->notices[at].notice != notice->number)
    at++;
  if (at == CTL_SEEN_MAX || notice->state != VD__NOTICE_STATE__NOTICE_STATE_SETTLING)
    return;
  seen->notice_count += at == seen->notice_count;
  seen->notices[at].notice = notice->number;
  seen->notices[at].changes++;
}

// Each count once, however often the lane changes between two.
static void see_lane(struct ctl_seen *seen, const Vd__Lane *lane)
{
  size_t at = 0;
  while (at < seen->lane_count && strcmp(seen->lanes[at].lane, lane->id) != 0)
    at++;
  if (at == CTL_SEEN_MAX || lane->counted_at_ms == 0)
    return;
  struct ctl_seen_lane *seen_lane = &seen->lanes[at];
  if (at == seen->lane_count) {
    seen->lane_count++;
    snprintf(seen_lane->lane, sizeof seen_lane->lane, "%s", lane->id);
  }
  if (lane->counted_at_ms <= seen_lane->counted_at_ms)
    return;
  seen_lane->counted_at_ms = lane->counted_at_ms;
  seen_lane->came += lane->last_arrived;
  seen_lane->waited_ms += lane->wait_ms * (int64_t)lane->last_arrived;
}

int64_t ctl_seen_empty(const struct ctl_seen *seen, const char *supply, int64_t now_ms)
{
  for (size_t i = 0; i < seen->supply_count; i++) {
    const struct ctl_seen_supply *found = &seen->supplies[i];
    if (strcmp(found->supply, supply) == 0)
      return found->empty_ms + (found->empty_since_ms != 0 ? now_ms - found->empty_since_ms : 0);
  }
  return 0;
}

void ctl_see(struct ctl_seen *seen, const Vd__Change *change)
{
  for (size_t i = 0; i < change->n_upserts; i++) {
    const Vd__Entity *entity = change->upserts[i];
    if (entity->of_case == VD__ENTITY__OF_TASK)
      see_task(seen, change, entity->task);
    else if (entity->of_case == VD__ENTITY__OF_SUPPLY)
      see_supply(seen, entity->supply);
    else if (entity->of_case == VD__ENTITY__OF_NOTICE)
      see_notice(seen, entity->notice);
    else if (entity->of_case == VD__ENTITY__OF_LANE)
      see_lane(seen, entity->lane);
  }
}
