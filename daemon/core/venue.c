#include "daemon/core/venue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/access.h"
#include "daemon/core/crew.h"
#include "daemon/core/deadline.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/escalation.h"
#include "daemon/core/incident.h"
#include "daemon/core/plan.h"
#include "daemon/core/venue_internal.h"
#include "proto/details.h"

struct vd_venue *vd_venue_create(void)
{
  struct vd_venue *venue = vd_zalloc(sizeof *venue);
  venue->fold = vd_fold_create();
  venue->timers = vd_timers_create();
  venue->index = vd_index_create();
  return venue;
}

void vd_venue_destroy(struct vd_venue *venue)
{
  if (venue == NULL)
    return;
  free(venue->slots);
  free(venue->removals);
  free(venue->upserts);
  free(venue->items);
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
  (void)now_ms; // what is overdue has its due time, and the next tick its lateness
  venue->sequence = sequence;
  for (int kind = 1; vd_kind_type((Vd__Kind)kind); kind++) {
    const ProtobufCMessage *message = NULL;
    const char *after = NULL;
    while ((message = vd_fold_next(venue->fold, (Vd__Kind)kind, after, "")) != NULL) {
      after = vd_message_id(message);
      vd_act_derive(venue, (Vd__Kind)kind, after, message);
    }
  }
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

static command_fn function_of(Vd__Command__ActCase act)
{
  switch (act) {
  case VD__COMMAND__ACT_REPORT:
    return vd_incident_report;
  case VD__COMMAND__ACT_HEARD:
    return vd_escalation_heard;
  case VD__COMMAND__ACT_RESPOND:
  case VD__COMMAND__ACT_ARRIVE:
  case VD__COMMAND__ACT_DECIDE:
  case VD__COMMAND__ACT_APPROVE:
  case VD__COMMAND__ACT_LAND:
    return vd_incident_step;
  case VD__COMMAND__ACT_CLOSE:
    return vd_incident_close;
  case VD__COMMAND__ACT_REOPEN:
    return vd_incident_reopen;
  case VD__COMMAND__ACT_CANCEL:
    return vd_incident_cancel;
  case VD__COMMAND__ACT_UNDO:
    return vd_incident_undo;
  case VD__COMMAND__ACT_NOTE:
    return vd_incident_note;
  case VD__COMMAND__ACT_DUPLICATE:
    return vd_incident_duplicate;
  case VD__COMMAND__ACT_AMEND:
    return vd_incident_amend;
  case VD__COMMAND__ACT_ASSIGN:
    return vd_dispatch_assign;
  case VD__COMMAND__ACT_ACCEPT:
    return vd_dispatch_accept;
  case VD__COMMAND__ACT_DECLINE:
    return vd_dispatch_decline;
  case VD__COMMAND__ACT_HANDOVER:
    return vd_dispatch_handover;
  case VD__COMMAND__ACT_DUTY:
    return vd_crew_set_duty;
  case VD__COMMAND__ACT_PLACE:
    return vd_crew_set_place;
  case VD__COMMAND__ACT_REACH:
    return vd_crew_set_reach;
  case VD__COMMAND__ACT_LOG:
    return vd_incident_log;
  case VD__COMMAND__ACT_PLAN_APPLY:
    return vd_plan_apply;
  case VD__COMMAND__ACT_PRINCIPAL:
    return vd_principal_set;
  default:
    return NULL;
  }
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
  act.cause.request = (char *)request;
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
  case VD__KIND__KIND_DEADLINE:
    return "deadline";
  case VD__KIND__KIND_OFFER:
    return "offer";
  case VD__KIND__KIND_ATTEMPT:
    return "attempt";
  case VD__KIND__KIND_CREW:
    return "crew";
  default:
    return "alert";
  }
}

static void fire(struct vd_act *act, Vd__Kind kind, ProtobufCMessage *message)
{
  switch (kind) {
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

static void fire_first(struct vd_venue *venue, int64_t now_ms, vd_emit_fn emit, void *context)
{
  struct vd_act act;
  Vd__Kind kind;
  const char *id;
  vd_act_begin(&act, venue, now_ms);
  choose_first(venue, now_ms, &kind, &id, &act.tick.due_at_ms);
  ProtobufCMessage *message = vd_fold_find(venue->fold, kind, id);
  assert(message);
  act.tick.timer = (char *)timer_name(kind);
  act.tick.id = vd_strdup(id); // the act may remove timer and entity
  act.cause.of_case = VD__CAUSE__OF_TICK;
  act.cause.tick = &act.tick;
  fire(&act, kind, message);
  assert(vd_act_has(&act, kind, act.tick.id)); // else it would fire for ever
  vd_act_end(&act, NULL, emit, context);
  free(act.tick.id);
}

unsigned vd_venue_tick(struct vd_venue *venue, int64_t now_ms, unsigned max, vd_emit_fn emit, void *context)
{
  unsigned fired = 0;
  for (; fired < max && vd_timers_next(venue->timers) <= now_ms; fired++)
    fire_first(venue, now_ms, emit, context);
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
  counts->timers = vd_timers_count(venue->timers);
}
