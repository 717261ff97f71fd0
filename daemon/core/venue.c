#include "daemon/core/venue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/access.h"
#include "daemon/core/batch.h"
#include "daemon/core/contingency.h"
#include "daemon/core/crew.h"
#include "daemon/core/deadline.h"
#include "daemon/core/device.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/drill.h"
#include "daemon/core/escalation.h"
#include "daemon/core/incident.h"
#include "daemon/core/lane.h"
#include "daemon/core/node.h"
#include "daemon/core/notice.h"
#include "daemon/core/plan.h"
#include "daemon/core/resource.h"
#include "daemon/core/session.h"
#include "daemon/core/suggestion.h"
#include "daemon/core/supply.h"
#include "daemon/core/task.h"
#include "daemon/core/venue_internal.h"
#include "daemon/core/zone.h"
#include "proto/details.h"

struct vd_venue *vd_venue_create(void)
{
  struct vd_venue *venue = vd_zalloc(sizeof *venue);
  venue->fold = vd_fold_create();
  venue->timers = vd_timers_create();
  venue->index = vd_index_create();
  venue->pulses = vd_pulses_create();
  return venue;
}

void vd_venue_destroy(struct vd_venue *venue)
{
  if (venue == NULL)
    return;
  free(venue->slots);
  free(venue->changed_pulses);
  free(venue->removals);
  free(venue->upserts);
  free(venue->items);
  vd_pulses_destroy(venue->pulses);
  vd_walk_destroy(venue->walk);
  vd_index_destroy(venue->index);
  vd_timers_destroy(venue->timers);
  vd_fold_destroy(venue->fold);
  free(venue);
}

// ---- building the state at start ----

void vd_venue_restore_entity(struct vd_venue *venue, const Vd__Entity *entity)
{
  vd_fold_put_newer(venue->fold, entity);
}

void vd_venue_restore_change(struct vd_venue *venue, const Vd__Change *change)
{
  vd_fold_apply(venue->fold, change);
}

void vd_venue_restore_finish(struct vd_venue *venue, uint64_t sequence, int64_t now_ms)
{
  venue->sequence = sequence;
  vd_device_expect_anew(venue, now_ms);
  for (int kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const ProtobufCMessage *message = NULL;
    const char *after = NULL;
    while ((message = vd_fold_next(venue->fold, (Vd__Kind)kind, after, "")) != NULL) {
      after = vd_message_id(message);
      vd_act_derive(venue, (Vd__Kind)kind, after, message);
    }
  }
}

void vd_venue_resume(struct vd_venue *venue, int64_t now_ms)
{
  vd_device_expect_anew(venue, now_ms);
}

// ---- replying ----

void vd_reply_clear(Vd__Reply *reply)
{
  vd_string_set(&reply->id, "");
  vd_string_set(&reply->code, "");
  vd_string_set(&reply->sentence, "");
  vd_string_set(&reply->field, "");
  vd_string_set(&reply->nearest, "");
  vd__reply__init(reply);
}

static void answer(Vd__Reply *reply, const Vd__Command *command, enum vd_err err, Vd__Language language)
{
  vd_string_set(&reply->id, command->id);
  vd_string_set(&reply->code, vd_err_name(err));
  if (*reply->sentence == '\0') // else the command has more to say
    vd_string_set(&reply->sentence, vd_err_sentence(err, language));
}

static enum vd_err refuse(Vd__Reply *reply, const Vd__Command *command, enum vd_err err,
                          Vd__Language language, const struct vd_refusal *refusal)
{
  vd_reply_clear(reply);
  answer(reply, command, err, language);
  vd_string_set(&reply->field, refusal->field);
  vd_string_set(&reply->nearest, refusal->nearest);
  struct vd_buffer sentence = {0};
  vd_refusal_sentence(&sentence, err, refusal->detail, language);
  vd_buffer_append(&sentence, "", 1);
  vd_string_set(&reply->sentence, (char *)sentence.data);
  vd_buffer_finish(&sentence);
  return err;
}

// ---- acting ----

typedef enum vd_err (*command_fn)(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

static const command_fn functions[] = {
    [VD__COMMAND__ACT_REPORT] = vd_incident_report,
    [VD__COMMAND__ACT_HEARD] = vd_escalation_heard,
    [VD__COMMAND__ACT_RESPOND] = vd_incident_step,
    [VD__COMMAND__ACT_ARRIVE] = vd_incident_step,
    [VD__COMMAND__ACT_DECIDE] = vd_incident_step,
    [VD__COMMAND__ACT_APPROVE] = vd_incident_step,
    [VD__COMMAND__ACT_LAND] = vd_incident_step,
    [VD__COMMAND__ACT_CLOSE] = vd_incident_close,
    [VD__COMMAND__ACT_REOPEN] = vd_incident_reopen,
    [VD__COMMAND__ACT_CANCEL] = vd_incident_cancel,
    [VD__COMMAND__ACT_UNDO] = vd_incident_undo,
    [VD__COMMAND__ACT_NOTE] = vd_incident_note,
    [VD__COMMAND__ACT_DUPLICATE] = vd_incident_duplicate,
    [VD__COMMAND__ACT_AMEND] = vd_incident_amend,
    [VD__COMMAND__ACT_ASSIGN] = vd_dispatch_assign,
    [VD__COMMAND__ACT_ACCEPT] = vd_dispatch_accept,
    [VD__COMMAND__ACT_DECLINE] = vd_dispatch_decline,
    [VD__COMMAND__ACT_HANDOVER] = vd_dispatch_handover,
    [VD__COMMAND__ACT_DUTY] = vd_crew_set_duty,
    [VD__COMMAND__ACT_PLACE] = vd_crew_set_place,
    [VD__COMMAND__ACT_REACH] = vd_crew_set_reach,
    [VD__COMMAND__ACT_LOG] = vd_incident_log,
    [VD__COMMAND__ACT_PLAN_APPLY] = vd_plan_apply,
    [VD__COMMAND__ACT_PRINCIPAL] = vd_principal_set,
    [VD__COMMAND__ACT_COUNT_ZONE] = vd_zone_count,
    [VD__COMMAND__ACT_SET_ZONE] = vd_zone_set,
    [VD__COMMAND__ACT_TASK_DONE] = vd_task_done,
    [VD__COMMAND__ACT_TASK_CANCEL] = vd_task_cancel,
    [VD__COMMAND__ACT_SUPPLY_LEVEL] = vd_supply_level,
    [VD__COMMAND__ACT_SUPPLY_SERVED] = vd_supply_served,
    [VD__COMMAND__ACT_SUPPLY_REFILL] = vd_supply_refill,
    [VD__COMMAND__ACT_BATCH_PLAN] = vd_batch_plan,
    [VD__COMMAND__ACT_BATCH_HOLD] = vd_batch_hold,
    [VD__COMMAND__ACT_BATCH_SERVE] = vd_batch_serve,
    [VD__COMMAND__ACT_BATCH_CANCEL] = vd_batch_cancel,
    [VD__COMMAND__ACT_BATCH_SAMPLE] = vd_batch_sample,
    [VD__COMMAND__ACT_BATCH_DISPOSE] = vd_batch_dispose,
    [VD__COMMAND__ACT_BATCH_TEMPERATURE] = vd_batch_temperature,
    [VD__COMMAND__ACT_READINGS] = vd_device_readings,
    [VD__COMMAND__ACT_DEVICE_FAULT] = vd_device_fault,
    [VD__COMMAND__ACT_DEVICE_MAINTENANCE] = vd_device_maintenance,
    [VD__COMMAND__ACT_SESSION_START] = vd_session_start,
    [VD__COMMAND__ACT_SESSION_END] = vd_session_end,
    [VD__COMMAND__ACT_SESSION_SHIFT] = vd_session_shift,
    [VD__COMMAND__ACT_SESSION_CANCEL] = vd_session_cancel,
    [VD__COMMAND__ACT_SESSION_UNDO] = vd_session_undo,
    [VD__COMMAND__ACT_SESSIONS_IMPORT] = vd_sessions_import,
    [VD__COMMAND__ACT_NOTICE_DRAFT] = vd_notice_draft,
    [VD__COMMAND__ACT_NOTICE_APPROVE] = vd_notice_approve,
    [VD__COMMAND__ACT_NOTICE_DROP] = vd_notice_drop,
    [VD__COMMAND__ACT_LANE_COUNTS] = vd_lane_counts,
    [VD__COMMAND__ACT_SET_LANE] = vd_lane_set,
    [VD__COMMAND__ACT_RESOURCE_USE] = vd_resource_use,
    [VD__COMMAND__ACT_RESOURCE_RETURN] = vd_resource_return,
    [VD__COMMAND__ACT_SUGGESTION_TAKE] = vd_suggestion_take,
    [VD__COMMAND__ACT_SUGGESTION_PASS] = vd_suggestion_pass,
    [VD__COMMAND__ACT_CONTINGENCY_PROPOSE] = vd_contingency_propose,
    [VD__COMMAND__ACT_CONTINGENCY_ACTIVATE] = vd_contingency_activate,
    [VD__COMMAND__ACT_CONTINGENCY_ABORT] = vd_contingency_abort,
    [VD__COMMAND__ACT_CONTINGENCY_UNDO] = vd_contingency_undo,
    [VD__COMMAND__ACT_DRILL_START] = vd_drill_start,
    [VD__COMMAND__ACT_DRILL_END] = vd_drill_end,
};

static command_fn function_of(Vd__Command__ActCase act)
{
  size_t row = (size_t)act;
  return row < sizeof functions / sizeof *functions ? functions[row] : NULL;
}

static bool needs_plan(Vd__Command__ActCase act)
{
  return act != VD__COMMAND__ACT_PLAN_APPLY && act != VD__COMMAND__ACT_PRINCIPAL;
}

// When it was done, within the bounds of a late entry (standard §4). What a fast clock puts a little ahead
// of now counts as now: nothing has happened in the future. A report is never lost: one from too long ago
// begins at the bound, and keeps the time told in a note (incident_report.c). "Not before the report" is the
// incident's to say.
static enum vd_err check_acted_at(const struct vd_venue *venue, Vd__Command *command, int64_t now_ms,
                                  struct vd_refusal *refusal)
{
  const Vd__Event *event = vd_venue_event(venue);
  int64_t skew_ms = event ? event->policy->future_skew_ms : 0;
  int64_t late_ms = event ? event->policy->late_entry_ms : 0;
  if (command->acted_at_ms == 0)
    return VD_OK;
  if (command->acted_at_ms > now_ms + skew_ms)
    return vd_refuse(refusal, VD_ERR_ACTED_IN_FUTURE, "acted_at_ms", NULL);
  bool is_too_early = command->acted_at_ms < now_ms - late_ms;
  if (is_too_early && command->act_case != VD__COMMAND__ACT_REPORT)
    return vd_refuse(refusal, VD_ERR_ACTED_TOO_EARLY, "acted_at_ms", "at most %lld min back",
                     (long long)(late_ms / 60000));
  if (is_too_early)
    command->acted_at_ms = now_ms - late_ms;
  if (command->acted_at_ms > now_ms)
    command->acted_at_ms = now_ms;
  return VD_OK;
}

// A person may be named by call sign; from here on it is the id.
static enum vd_err resolve_by(const struct vd_venue *venue, Vd__Command *command, struct vd_refusal *refusal)
{
  if (*command->by == '\0' || vd_venue_event(venue) == NULL)
    return VD_OK;
  Vd__Crew *crew;
  enum vd_err err = vd_crew_get_field(venue, command->by, "by", &crew, refusal);
  if (err == VD_OK)
    command->by = crew->id;
  return err;
}

// What every command must pass before its module sees it; makes `command` say ids and bounded times.
static enum vd_err admit(const struct vd_venue *venue, const Vd__Principal *who, Vd__Command *command,
                         int64_t now_ms, struct vd_refusal *refusal)
{
  if (function_of(command->act_case) == NULL)
    return vd_refuse(refusal, VD_ERR_MISSING, "act", NULL);
  if (needs_plan(command->act_case) && vd_venue_event(venue) == NULL)
    return vd_refuse(refusal, VD_ERR_NO_PLAN, NULL, NULL);
  enum vd_err err = resolve_by(venue, command, refusal);
  if (err == VD_OK)
    err = vd_access_check(venue, who, command, refusal);
  return err != VD_OK ? err : check_acted_at(venue, command, now_ms, refusal);
}

enum vd_err vd_venue_execute(struct vd_venue *venue, const Vd__Principal *who, const char *request,
                             const Vd__Command *command, Vd__Language language, int64_t now_ms,
                             vd_emit_fn emit, void *context, Vd__Reply *reply)
{
  struct vd_refusal refusal = {.err = VD_OK};
  Vd__Command acting = *command;
  enum vd_err err = admit(venue, who, &acting, now_ms, &refusal);
  if (err != VD_OK)
    return refuse(reply, command, err, language, &refusal);
  struct vd_act act;
  vd_act_begin(&act, venue, now_ms);
  act.who = who;
  act.command = &acting;
  act.language = language;
  act.cause.principal = who->id;
  act.cause.role = who->role;
  act.cause.crew = who->crew;
  act.cause.request = (char *)request;
  act.cause.language = language;
  act.cause.of_case = VD__CAUSE__OF_COMMAND;
  act.cause.command = (Vd__Command *)command;
  err = function_of(command->act_case)(&act, reply, &refusal);
  if (err != VD_OK) {
    vd_act_refuse(&act);
    return refuse(reply, command, err, language, &refusal);
  }
  answer(reply, command, VD_OK, language);
  vd_act_end(&act, reply, emit, context);
  return VD_OK;
}

// ---- time ----

static const char *timer_name(Vd__Kind kind)
{
  switch (kind) {
  case VD__KIND__KIND_EVENT:
    return "forecast";
  case VD__KIND__KIND_DEADLINE:
    return "deadline";
  case VD__KIND__KIND_OFFER:
    return "offer";
  case VD__KIND__KIND_ATTEMPT:
    return "attempt";
  case VD__KIND__KIND_CREW:
    return "crew";
  case VD__KIND__KIND_ZONE:
    return "zone";
  case VD__KIND__KIND_TASK:
    return "task";
  case VD__KIND__KIND_SUPPLY:
    return "supply";
  case VD__KIND__KIND_BATCH:
    return "batch";
  case VD__KIND__KIND_DEVICE:
    return "device";
  case VD__KIND__KIND_SESSION:
    return "session";
  case VD__KIND__KIND_NOTICE:
    return "notice";
  case VD__KIND__KIND_SUGGESTION:
    return "suggestion";
  case VD__KIND__KIND_NODE_COUNT:
    return "node";
  case VD__KIND__KIND_CONTINGENCY:
    return "contingency";
  default:
    return "alert";
  }
}

Vd__Kind vd_venue_timer_kind(const char *timer)
{
  for (Vd__Kind kind = vd_kind_after(VD__KIND__KIND_UNSPECIFIED); kind; kind = vd_kind_after(kind))
    if (vd_timer_is_of(kind) && strcmp(timer_name(kind), timer) == 0)
      return kind;
  return VD__KIND__KIND_UNSPECIFIED;
}

static void fire(struct vd_act *act, Vd__Kind kind, ProtobufCMessage *message)
{
  switch (kind) {
  case VD__KIND__KIND_EVENT:
    vd_supply_fire_event(act, (Vd__Event *)message);
    break;
  case VD__KIND__KIND_DEADLINE:
    vd_deadline_fire(act, (Vd__Deadline *)message);
    break;
  case VD__KIND__KIND_OFFER:
    vd_offer_fire(act, (Vd__Offer *)message);
    break;
  case VD__KIND__KIND_ATTEMPT:
    vd_incident_call_decision(act, (Vd__Attempt *)message);
    break;
  case VD__KIND__KIND_CREW:
    vd_crew_fire(act, (Vd__Crew *)message);
    break;
  case VD__KIND__KIND_ZONE:
    vd_zone_fire(act, (Vd__Zone *)message);
    break;
  case VD__KIND__KIND_TASK:
    vd_task_fire(act, (Vd__Task *)message);
    break;
  case VD__KIND__KIND_SUPPLY:
    vd_supply_fire(act, (Vd__Supply *)message);
    break;
  case VD__KIND__KIND_BATCH:
    vd_batch_fire(act, (Vd__Batch *)message);
    break;
  case VD__KIND__KIND_DEVICE:
    vd_device_fire(act, (Vd__Device *)message);
    break;
  case VD__KIND__KIND_SESSION:
    vd_session_fire(act, (Vd__Session *)message);
    break;
  case VD__KIND__KIND_NOTICE:
    vd_notice_fire(act, (Vd__Notice *)message);
    break;
  case VD__KIND__KIND_SUGGESTION:
    vd_suggestion_fire(act, (Vd__Suggestion *)message);
    break;
  case VD__KIND__KIND_CONTINGENCY:
    vd_contingency_fire(act, (Vd__Contingency *)message);
    break;
  case VD__KIND__KIND_NODE_COUNT:
    vd_node_fire(act, (Vd__NodeCount *)message);
    break;
  default:
    vd_escalation_repeat(act, (Vd__Alert *)message);
  }
}

// Who is on duty comes first: what was due before a change of shifts is late, and must not call who has gone.
static void choose_first(const struct vd_venue *venue, int64_t now_ms, Vd__Kind *kind, const char **id,
                         int64_t *due_ms)
{
  const Vd__Crew *crew = vd_crew_due(venue, now_ms);
  if (!crew) {
    vd_timers_first(venue->timers, kind, id, due_ms);
    return;
  }
  *kind = VD__KIND__KIND_CREW;
  *id = crew->id;
  *due_ms = vd_crew_next(venue, crew);
}

// What fired waits for something later than it did, or it would fire for ever and nothing else would. That is
// for each kind to see to; where one does not, its timer is set aside, and counted. The event alone goes on
// where it was: it works through its supplies slice by slice.
static void set_stuck_aside(struct vd_venue *venue, Vd__Kind kind, const char *id, int64_t fired_ms,
                            int64_t now_ms)
{
  const ProtobufCMessage *message = vd_fold_find(venue->fold, kind, id);
  if (!message || kind == VD__KIND__KIND_EVENT || vd_timer_due_of(venue, kind, message) > fired_ms)
    return;
  vd_timers_set(venue->timers, kind, id, now_ms + VD_STUCK_ASIDE_MS);
  venue->counts.stuck_timers++;
}

void vd_venue_fire(struct vd_venue *venue, Vd__Kind kind, const char *id, int64_t due_ms, int64_t now_ms,
                   vd_emit_fn emit, void *context)
{
  struct vd_act act;
  vd_act_begin(&act, venue, now_ms);
  act.tick.due_at_ms = due_ms;
  ProtobufCMessage *message = vd_fold_find(venue->fold, kind, id);
  assert(message);
  act.tick.timer = (char *)timer_name(kind);
  act.tick.id = vd_strdup(id); // the act may remove timer and entity
  act.cause.of_case = VD__CAUSE__OF_TICK;
  act.cause.tick = &act.tick;
  fire(&act, kind, message);
  assert(vd_act_has(&act, kind, act.tick.id)); // else it would fire for ever
  vd_act_end(&act, NULL, emit, context);
  set_stuck_aside(venue, kind, act.tick.id, act.tick.due_at_ms, now_ms);
  free(act.tick.id);
}

static void fire_first(struct vd_venue *venue, int64_t now_ms, vd_emit_fn emit, void *context)
{
  Vd__Kind kind;
  const char *id;
  int64_t due_ms;
  choose_first(venue, now_ms, &kind, &id, &due_ms);
  vd_venue_fire(venue, kind, id, due_ms, now_ms, emit, context);
}

// What is heard of devices moves their timers on without an act (device.h): one that comes too early is set
// anew.
static bool set_anew(struct vd_venue *venue, int64_t now_ms)
{
  Vd__Kind kind;
  const char *id;
  int64_t due_ms;
  if (!vd_timers_first(venue->timers, &kind, &id, &due_ms) || kind != VD__KIND__KIND_DEVICE)
    return false;
  int64_t next_ms = vd_device_next(venue, VD_FIND(venue, DEVICE, Device, id));
  if (next_ms <= now_ms)
    return false;
  vd_timers_set(venue->timers, kind, id, next_ms);
  return true;
}

unsigned vd_venue_tick(struct vd_venue *venue, int64_t now_ms, unsigned max, vd_emit_fn emit, void *context)
{
  unsigned fired = 0;
  while (fired < max && vd_timers_next(venue->timers) <= now_ms) {
    if (set_anew(venue, now_ms))
      continue;
    fire_first(venue, now_ms, emit, context);
    fired++;
  }
  return fired;
}

int64_t vd_venue_next_due(const struct vd_venue *venue)
{
  return vd_timers_next(venue->timers);
}

// ---- looking ----

uint64_t vd_venue_sequence(const struct vd_venue *venue)
{
  return venue->sequence;
}

const struct vd_fold *vd_venue_fold(const struct vd_venue *venue)
{
  return venue->fold;
}

const Vd__Event *vd_venue_event(const struct vd_venue *venue)
{
  return VD_FIND(venue, EVENT, Event, "event");
}

void vd_venue_count(const struct vd_venue *venue, struct vd_venue_counts *counts)
{
  *counts = venue->counts;
  const Vd__Drill *drill = vd_drill_running(venue);
  counts->drill = drill ? drill->number : 0;
  counts->timers = vd_timers_count(venue->timers);
  for (int node = 1; node < VD_NODES; node++)
    vd_node_look(venue, (Vd__Node)node, &counts->acts[node].automatic, &counts->acts[node].manual);
}
