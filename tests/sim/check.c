// What must always hold. Each rule here is the standard's or the design's, worked out anew: nothing is asked
// of the core that it would only have to agree with itself about.
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "proto/check.h"
#include "tests/sim/sim.h"

void sim_fail(struct sim *sim, const char *format, ...)
{
  if (sim->has_failed)
    return; // the first one is the cause
  sim->has_failed = true;
  va_list arguments;
  va_start(arguments, format);
  int size = snprintf(sim->failure, sizeof sim->failure, "step %u, venue time %lld: ", sim->step,
                      (long long)sim->now_ms);
  vsnprintf(sim->failure + size, sizeof sim->failure - (size_t)size, format, arguments);
  va_end(arguments);
}

// ---- of a change ----

bool sim_is_on_duty(const Vd__Crew *crew, int64_t at_ms)
{
  if (crew->said != VD__DUTY__DUTY_UNSPECIFIED && at_ms < crew->said_until_at_ms)
    return crew->said == VD__DUTY__DUTY_ON;
  for (size_t i = 0; i < crew->n_shifts; i++)
    if (crew->shifts[i]->start_at_ms <= at_ms && at_ms < crew->shifts[i]->end_at_ms)
      return true;
  return false;
}

const ProtobufCMessage *sim_after(const struct sim *sim, const Vd__Change *change, Vd__Kind kind,
                                  const char *id)
{
  for (size_t i = 0; i < change->n_upserts; i++)
    if (vd_entity_kind(change->upserts[i]) == kind &&
        strcmp(vd_message_id(vd_entity_message(change->upserts[i])), id) == 0)
      return vd_entity_message(change->upserts[i]);
  return vd_fold_find(sim->shadow, kind, id);
}

// A breach is recorded once and never early; by a tick, or by the very act that ends the deadline late before
// any tick could see it (a merge moved its clock back in the same instant). Only a clock moved forward again,
// when a merge is undone, takes a breach back: it was one by a mistaken time.
static void check_breach(struct sim *sim, const Vd__Change *change, const Vd__Deadline *now)
{
  const Vd__Deadline *was = (const Vd__Deadline *)vd_fold_find(sim->shadow, VD__KIND__KIND_DEADLINE, now->id);
  int64_t before = was != NULL ? was->breached_at_ms : 0;
  if (before != 0) {
    bool is_taken_back =
        now->breached_at_ms == 0 && now->due_at_ms > was->due_at_ms && now->due_at_ms >= sim->now_ms;
    SIM_CHECK(sim, now->breached_at_ms == before || is_taken_back, "the breach of %s was recorded twice",
              now->id);
    return;
  }
  if (now->breached_at_ms == 0)
    return;
  sim->breaches++;
  SIM_CHECK(sim, change->cause->of_case == VD__CAUSE__OF_TICK || now->outcome == VD__OUTCOME__OUTCOME_MISSED,
            "the breach of %s came from a command", now->id);
  SIM_CHECK(sim, now->breached_at_ms > now->due_at_ms, "%s breached at %lld, due %lld: early", now->id,
            (long long)now->breached_at_ms, (long long)now->due_at_ms);
  SIM_CHECK(sim, now->breached_at_ms == change->cause->now_at_ms, "the breach of %s bears another time",
            now->id);
}

static void check_outcome(struct sim *sim, const Vd__Deadline *deadline)
{
  if (deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING || deadline->outcome == VD__OUTCOME__OUTCOME_VOID)
    return;
  Vd__Outcome expected = deadline->met_at_ms > deadline->due_at_ms ? VD__OUTCOME__OUTCOME_MISSED
                         : deadline->breached_at_ms != 0           ? VD__OUTCOME__OUTCOME_MET_REPORTED_LATE
                                                                   : VD__OUTCOME__OUTCOME_MET;
  SIM_CHECK(sim, deadline->outcome == expected, "%s has outcome %d, not %d", deadline->id, deadline->outcome,
            expected);
  int64_t held_ms = 0;
  for (size_t i = 0; i < deadline->n_shares; i++) {
    held_ms += deadline->shares[i]->held_ms;
    SIM_CHECK(sim, deadline->shares[i]->held_ms >= 0, "%s: a negative share", deadline->id);
  }
  int64_t took_ms = deadline->met_at_ms - deadline->start_at_ms;
  SIM_CHECK(sim, held_ms == took_ms, "%s: shares sum to %lld of %lld ms", deadline->id, (long long)held_ms,
            (long long)took_ms);
}

static void check_call(struct sim *sim, const Vd__Change *change, const Vd__Alert *now)
{
  const Vd__Alert *was = (const Vd__Alert *)vd_fold_find(sim->shadow, VD__KIND__KIND_ALERT, now->id);
  bool is_settled = now->state == VD__ALERT_STATE__ALERT_STATE_WITHDRAWN;
  if (was != NULL && was->state != now->state && is_settled && *now->subject != '\0')
    SIM_REACHED(sim, SUBJECT_SETTLED);
  if (*now->crew == '\0' || now->calls <= (was != NULL ? was->calls : 0))
    return;
  sim->calls++;
  const Vd__Crew *crew = SIM_AFTER(sim, change, CREW, Crew, now->crew);
  SIM_CHECK(sim, crew != NULL && sim_is_on_duty(crew, change->cause->now_at_ms),
            "%s was called off duty (%s)", now->crew, now->id);
}

static void check_offer(struct sim *sim, const Vd__Change *change, const Vd__Offer *now)
{
  if (now->state != VD__OFFER_STATE__OFFER_STATE_OPEN ||
      vd_fold_find(sim->shadow, VD__KIND__KIND_OFFER, now->id) != NULL)
    return;
  const Vd__Crew *crew = SIM_AFTER(sim, change, CREW, Crew, now->crew);
  SIM_CHECK(sim, crew != NULL && sim_is_on_duty(crew, change->cause->now_at_ms),
            "%s was offered work off duty (%s)", now->crew, now->id);
}

static void check_entity(struct sim *sim, const Vd__Change *change, const Vd__Entity *entity)
{
  switch (entity->of_case) {
  case VD__ENTITY__OF_DEADLINE:
    check_breach(sim, change, entity->deadline);
    check_outcome(sim, entity->deadline);
    break;
  case VD__ENTITY__OF_ALERT:
    check_call(sim, change, entity->alert);
    break;
  case VD__ENTITY__OF_OFFER:
    check_offer(sim, change, entity->offer);
    break;
  case VD__ENTITY__OF_DEVICE:
    sim_check_device(sim, change, entity->device);
    break;
  case VD__ENTITY__OF_SUPPLY:
    sim_check_supply(sim, change, entity->supply);
    break;
  case VD__ENTITY__OF_BATCH:
    sim_check_batch(sim, change, entity->batch);
    break;
  case VD__ENTITY__OF_TASK:
    sim_check_task(sim, change, entity->task);
    break;
  case VD__ENTITY__OF_SESSION:
    sim_check_session(sim, change, entity->session);
    break;
  case VD__ENTITY__OF_NOTICE:
    sim_check_notice(sim, change, entity->notice);
    break;
  case VD__ENTITY__OF_ZONE:
    sim_check_zone(sim, change, entity->zone);
    break;
  case VD__ENTITY__OF_EVENT:
    sim_check_seated(sim, entity->event);
    break;
  case VD__ENTITY__OF_RESOURCE:
    sim_check_resource(sim, change, entity->resource);
    break;
  case VD__ENTITY__OF_LANE:
    sim_check_lane(sim, change, entity->lane);
    break;
  case VD__ENTITY__OF_SUGGESTION:
    sim_check_suggestion(sim, change, entity->suggestion);
    break;
  default:
    break;
  }
}

void sim_check_change(struct sim *sim, const Vd__Change *change)
{
  size_t size = protobuf_c_message_get_packed_size(&change->base);
  SIM_CHECK(sim, size <= VD_CHANGE_MAX, "a Change of %zu bytes", size);
  SIM_CHECK(sim, change->cause != NULL && change->cause->now_at_ms == sim->now_ms,
            "a Change at another time");
  for (size_t i = 0; i < change->n_upserts; i++) {
    const Vd__Entity *entity = change->upserts[i];
    const ProtobufCMessage *message = vd_entity_message(entity);
    size_t entity_size = protobuf_c_message_get_packed_size(message);
    SIM_CHECK(sim, entity_size <= VD_ENTITY_MAX, "%s is %zu bytes", vd_message_id(message), entity_size);
    SIM_CHECK(sim, vd_message_revision(message) == change->sequence, "%s has another revision",
              vd_message_id(message));
    check_entity(sim, change, entity);
    sim_check_drilled(sim, entity);
  }
  sim_check_readings(sim, change);
}

// ---- of the state ----

static void check_attempts(struct sim *sim, const struct vd_fold *fold)
{
  static const char *const tiers[] = {"respond", "decide", "land"};
  VD_FOLD_EACH (fold, ATTEMPT, Attempt, attempt) {
    for (size_t i = 0; i < 3; i++) {
      char id[80];
      snprintf(id, sizeof id, "%s.%s", attempt->id, tiers[i]);
      SIM_CHECK(sim, vd_fold_find(fold, VD__KIND__KIND_DEADLINE, id) != NULL, "%s has no deadline %s",
                attempt->id, tiers[i]);
    }
  }
}

static void check_deadlines(struct sim *sim, const struct vd_fold *fold)
{
  uint64_t running = 0;
  VD_FOLD_EACH (fold, DEADLINE, Deadline, deadline) {
    bool is_running = deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING;
    running += is_running && deadline->drill == 0;
    SIM_CHECK(sim, !is_running || deadline->breached_at_ms != 0 || deadline->due_at_ms >= sim->now_ms,
              "%s was due at %lld and nobody was told", deadline->id, (long long)deadline->due_at_ms);
  }
  struct vd_venue_counts counts;
  vd_venue_count(sim->venue, &counts);
  SIM_CHECK(sim, counts.running_deadlines == running, "%llu deadlines are counted, %llu run",
            (unsigned long long)counts.running_deadlines, (unsigned long long)running);
}

static void check_alerts(struct sim *sim, const struct vd_fold *fold)
{
  VD_FOLD_EACH (fold, ALERT, Alert, alert) {
    if (alert->state == VD__ALERT_STATE__ALERT_STATE_WITHDRAWN)
      continue;
    for (size_t i = 0; i < alert->n_reasons; i++) {
      const char *id = alert->reasons[i]->deadline;
      const Vd__Deadline *deadline =
          *id != '\0' ? (const Vd__Deadline *)vd_fold_find(fold, VD__KIND__KIND_DEADLINE, id) : NULL;
      SIM_CHECK(sim, *id == '\0' || (deadline != NULL && deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING),
                "alert %s outlives %s", alert->id, id);
    }
    if (*alert->subject != '\0')
      sim_check_subject(sim, alert);
  }
}

static void check_duty(struct sim *sim, const struct vd_fold *fold)
{
  VD_FOLD_EACH (fold, CREW, Crew, crew)
    SIM_CHECK(sim, crew->retired || crew->on_duty == sim_is_on_duty(crew, sim->now_ms), "%s is %son duty",
              crew->id, crew->on_duty ? "" : "not ");
}

void sim_check_acknowledged(struct sim *sim)
{
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  for (size_t i = 0; i < sim->sent_count; i++) {
    const struct sim_sent *sent = &sim->sent[i];
    bool is_acknowledged =
        sent->reply != NULL && strcmp(sent->reply->code, "ok") == 0 && sent->reply->sequence != 0;
    if (!is_acknowledged)
      continue;
    SIM_CHECK(sim, sent->times_kept == 1, "%s was acknowledged and is kept %u times", sent->command->id,
              sent->times_kept);
    if (sent->command->act_case != VD__COMMAND__ACT_REPORT)
      continue;
    char id[24];
    snprintf(id, sizeof id, "%llu", (unsigned long long)sent->reply->number);
    SIM_CHECK(sim, vd_fold_find(fold, VD__KIND__KIND_INCIDENT, id) != NULL,
              "#%s was acknowledged and is lost", id);
  }
}

void sim_check_state(struct sim *sim)
{
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  check_attempts(sim, fold);
  check_deadlines(sim, fold);
  check_alerts(sim, fold);
  check_duty(sim, fold);
  sim_check_devices(sim);
  sim_check_supplies(sim);
  sim_check_agenda(sim);
  sim_check_lanes(sim);
  sim_check_contingencies(sim);
  sim_check_counts(sim);
  sim_check_drills(sim);
}

// What counts and devices wait for is in memory alone, and a restart may lose it (node.h, device.h).
static bool is_volatile(Vd__Kind kind)
{
  return kind == VD__KIND__KIND_NODE_COUNT || kind == VD__KIND__KIND_DEVICE;
}

// When the first of the others is due, by what they say themselves.
int64_t sim_lasting_due(const struct sim *sim)
{
  const struct vd_venue *venue = sim->venue;
  int64_t first_ms = VD_NEVER;
  for (unsigned kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    if (!vd_timer_is_of((Vd__Kind)kind) || is_volatile((Vd__Kind)kind))
      continue;
    const ProtobufCMessage *message;
    for (const char *after = NULL;
         (message = vd_fold_next(vd_venue_fold(venue), (Vd__Kind)kind, after, "")) != NULL;
         after = vd_message_id(message)) {
      int64_t due_ms = vd_timer_due_of(venue, (Vd__Kind)kind, message);
      first_ms = due_ms < first_ms ? due_ms : first_ms;
    }
  }
  return first_ms;
}

void sim_check_timers(struct sim *sim)
{
  Vd__Kind kind = VD__KIND__KIND_UNSPECIFIED;
  const char *id = "";
  int64_t due_ms = VD_NEVER, lasting_ms = sim_lasting_due(sim);
  vd_timers_first(sim->venue->timers, &kind, &id, &due_ms);
  SIM_CHECK(sim, is_volatile(kind) ? due_ms <= lasting_ms : due_ms == lasting_ms,
            "the next timer is %s at %lld, and something is due at %lld", id, (long long)due_ms,
            (long long)lasting_ms);
}

struct vd_buffer sim_state_bytes(const struct sim *sim)
{
  struct vd_buffer bytes = {0};
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  for (unsigned kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const ProtobufCMessage *message;
    for (const char *after = NULL; (message = vd_fold_next(fold, (Vd__Kind)kind, after, "")) != NULL;
         after = vd_message_id(message))
      vd_buffer_pack(&bytes, message);
  }
  int64_t due_ms = sim_lasting_due(sim);
  vd_buffer_append(&bytes, &due_ms, sizeof due_ms);
  return bytes;
}
