// One table: what each kind of role may do, and within which bounds. What it does not say is denied.
#include "daemon/core/access.h"

#include <string.h>

#include "daemon/core/crew.h"
#include "daemon/core/drill.h"
#include "daemon/core/incident.h"
#include "daemon/core/key.h"
#include "daemon/core/venue_internal.h"
#include "daemon/core/zone.h"

// Roles that may do the same.
enum group {
  NOBODY, // roles that only read, and those this build does not know
  ADMIN,
  LEADING,  // control room, commander, supervisor
  DECIDING, // decision group
  FIELD,    // on-site and execution groups, and those who do the like in their own trade
  STATION,  // feedback stations
  BRIDGE,   // radio, notifier: speaks for people
  DEVICE,
  GROUP_COUNT
};

// The bounds of a permission.
enum scope {
  NO = 0,
  ANY,   // as anybody, anywhere
  ZONE,  // as anybody, in the principal's zones
  SELF,  // as the principal's own person, wherever
  OWN,   // as the principal's own person, in the principal's zones or about work the person holds
  STEP,  // as OWN, and only a step that this principal told
  OWNER, // as OWN, and only for a zone that the person is named for in the plan
};

// clang-format off
static const unsigned char table[][GROUP_COUNT] = {
//                                     nobody  admin  leading  deciding  field  station  bridge  device
  [VD__COMMAND__ACT_REPORT]     = {    NO,     ANY,   ZONE,    OWN,      OWN,   OWN,     ZONE,   OWN  },
  [VD__COMMAND__ACT_HEARD]      = {    NO,     ANY,   ANY,     SELF,     SELF,  NO,      ANY,    NO   },
  [VD__COMMAND__ACT_RESPOND]    = {    NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO   },
  [VD__COMMAND__ACT_DECIDE]     = {    NO,     ANY,   ZONE,    OWN,      NO,    NO,      NO,     NO   },
  [VD__COMMAND__ACT_APPROVE]    = {    NO,     ANY,   ZONE,    OWN,      NO,    NO,      NO,     NO   },
  [VD__COMMAND__ACT_LAND]       = {    NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO   },
  [VD__COMMAND__ACT_CLOSE]      = {    NO,     ANY,   ZONE,    OWNER,    OWNER, NO,      NO,     NO   },
  [VD__COMMAND__ACT_REOPEN]     = {    NO,     ANY,   ZONE,    NO,       NO,    NO,      NO,     NO   },
  [VD__COMMAND__ACT_CANCEL]     = {    NO,     ANY,   ZONE,    NO,       NO,    NO,      NO,     NO   },
  [VD__COMMAND__ACT_UNDO]       = {    NO,     ANY,   ZONE,    STEP,     STEP,  NO,      NO,     NO   },
  [VD__COMMAND__ACT_NOTE]       = {    NO,     ANY,   ZONE,    OWN,      OWN,   OWN,     ZONE,   NO   },
  [VD__COMMAND__ACT_DUPLICATE]  = {    NO,     ANY,   ZONE,    NO,       NO,    NO,      NO,     NO   },
  [VD__COMMAND__ACT_AMEND]      = {    NO,     ANY,   ZONE,    NO,       NO,    NO,      NO,     NO   },
  [VD__COMMAND__ACT_ASSIGN]     = {    NO,     ANY,   ZONE,    NO,       NO,    NO,      NO,     NO   },
  [VD__COMMAND__ACT_ACCEPT]     = {    NO,     ANY,   ANY,     SELF,     SELF,  NO,      ANY,    NO   },
  [VD__COMMAND__ACT_DECLINE]    = {    NO,     ANY,   ANY,     SELF,     SELF,  NO,      ANY,    NO   },
  [VD__COMMAND__ACT_ARRIVE]     = {    NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO   },
  [VD__COMMAND__ACT_HANDOVER]   = {    NO,     ANY,   ANY,     NO,       NO,    NO,      NO,     NO   },
  [VD__COMMAND__ACT_DUTY]       = {    NO,     ANY,   ANY,     SELF,     SELF,  NO,      ANY,    NO   },
  [VD__COMMAND__ACT_PLACE]      = {    NO,     ANY,   ANY,     SELF,     SELF,  NO,      ANY,    NO   },
  [VD__COMMAND__ACT_REACH]      = {    NO,     ANY,   ANY,     SELF,     SELF,  NO,      ANY,    NO   },
  [VD__COMMAND__ACT_LOG]        = {    NO,     ANY,   ANY,     NO,       NO,    NO,      NO,     NO   },
  [VD__COMMAND__ACT_PLAN_APPLY] = {    NO,     ANY,   NO,      NO,       NO,    NO,      NO,     NO   },
  [VD__COMMAND__ACT_PRINCIPAL]  = {    NO,     ANY,   NO,      NO,       NO,    NO,      NO,     NO   },
  // the live venue
  [VD__COMMAND__ACT_COUNT_ZONE]           = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   OWN },
  [VD__COMMAND__ACT_SET_ZONE]             = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   OWN },
  [VD__COMMAND__ACT_TASK_DONE]            = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
  [VD__COMMAND__ACT_TASK_CANCEL]          = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
  [VD__COMMAND__ACT_SUPPLY_LEVEL]         = { NO,     ANY,   ZONE,    OWN,      OWN,   OWN,     ZONE,   OWN },
  [VD__COMMAND__ACT_SUPPLY_SERVED]        = { NO,     ANY,   ZONE,    OWN,      OWN,   OWN,     ZONE,   OWN },
  [VD__COMMAND__ACT_SUPPLY_REFILL]        = { NO,     ANY,   ZONE,    OWN,      OWN,   OWN,     ZONE,   OWN },
  [VD__COMMAND__ACT_BATCH_PLAN]           = { NO,     ANY,   ZONE,    OWN,      NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_BATCH_HOLD]           = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
  [VD__COMMAND__ACT_BATCH_SERVE]          = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
  [VD__COMMAND__ACT_BATCH_CANCEL]         = { NO,     ANY,   ZONE,    OWN,      NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_BATCH_SAMPLE]         = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
  [VD__COMMAND__ACT_BATCH_DISPOSE]        = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
  [VD__COMMAND__ACT_BATCH_TEMPERATURE]    = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
  [VD__COMMAND__ACT_READINGS]             = { NO,     ANY,   ZONE,    NO,       NO,    NO,      ZONE,   OWN },
  [VD__COMMAND__ACT_DEVICE_FAULT]         = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
  [VD__COMMAND__ACT_DEVICE_MAINTENANCE]   = { NO,     ANY,   ZONE,    OWN,      NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_SESSION_START]        = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
  [VD__COMMAND__ACT_SESSION_END]          = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
  [VD__COMMAND__ACT_SESSION_SHIFT]        = { NO,     ANY,   ZONE,    OWN,      NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_SESSION_CANCEL]       = { NO,     ANY,   ZONE,    OWN,      NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_SESSION_UNDO]         = { NO,     ANY,   ZONE,    STEP,     STEP,  NO,      NO,     NO  },
  [VD__COMMAND__ACT_SESSIONS_IMPORT]      = { NO,     ANY,   ANY,     NO,       NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_NOTICE_DRAFT]         = { NO,     ANY,   ANY,     NO,       NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_NOTICE_APPROVE]       = { NO,     ANY,   ANY,     NO,       NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_NOTICE_DROP]          = { NO,     ANY,   ANY,     NO,       NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_LANE_COUNTS]          = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   OWN },
  [VD__COMMAND__ACT_SET_LANE]             = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   OWN },
  [VD__COMMAND__ACT_SUGGESTION_TAKE]      = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
  [VD__COMMAND__ACT_SUGGESTION_PASS]      = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
  [VD__COMMAND__ACT_CONTINGENCY_PROPOSE]  = { NO,     ANY,   ANY,     SELF,     SELF,  NO,      ANY,    NO  },
  [VD__COMMAND__ACT_CONTINGENCY_ACTIVATE] = { NO,     ANY,   ZONE,    OWN,      NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_CONTINGENCY_ABORT]    = { NO,     ANY,   ZONE,    OWN,      NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_CONTINGENCY_UNDO]     = { NO,     ANY,   ZONE,    STEP,     NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_DRILL_START]          = { NO,     ANY,   ZONE,    NO,       NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_DRILL_END]            = { NO,     ANY,   ZONE,    NO,       NO,    NO,      NO,     NO  },
  [VD__COMMAND__ACT_RESOURCE_USE]         = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
  [VD__COMMAND__ACT_RESOURCE_RETURN]      = { NO,     ANY,   ZONE,    OWN,      OWN,   NO,      ZONE,   NO  },
};
// clang-format on

static enum group group_of(Vd__Role role)
{
  switch (role) {
  case VD__ROLE__ROLE_ADMIN:
    return ADMIN;
  case VD__ROLE__ROLE_CONTROL:
  case VD__ROLE__ROLE_COMMANDER:
  case VD__ROLE__ROLE_SUPERVISOR:
    return LEADING;
  case VD__ROLE__ROLE_DECISION:
    return DECIDING;
  case VD__ROLE__ROLE_EXECUTION:
  case VD__ROLE__ROLE_FIELD:
  case VD__ROLE__ROLE_MODERATOR:
  case VD__ROLE__ROLE_BUTLER:
  case VD__ROLE__ROLE_MEDIC:
  case VD__ROLE__ROLE_CATERING:
  case VD__ROLE__ROLE_CHECK_IN:
  case VD__ROLE__ROLE_AV:
    return FIELD;
  case VD__ROLE__ROLE_STATION:
    return STATION;
  case VD__ROLE__ROLE_DEVICE:
    return DEVICE;
  case VD__ROLE__ROLE_BRIDGE:
    return BRIDGE;
  default:
    return NOBODY;
  }
}

static enum scope scope_of(Vd__Role role, Vd__Command__ActCase act)
{
  size_t row = (size_t)act;
  return row < sizeof table / sizeof *table ? (enum scope)table[row][group_of(role)] : NO;
}

// ---- what the command is about ----

// Most acts name one incident; what does not is reported, or is about a person or the house.
static uint64_t incident_of(const Vd__Command *command)
{
  switch (command->act_case) {
  case VD__COMMAND__ACT_RESPOND:
    return command->respond->incident;
  case VD__COMMAND__ACT_DECIDE:
    return command->decide->incident;
  case VD__COMMAND__ACT_APPROVE:
    return command->approve->incident;
  case VD__COMMAND__ACT_LAND:
    return command->land->incident;
  case VD__COMMAND__ACT_CLOSE:
    return command->close->incident;
  case VD__COMMAND__ACT_REOPEN:
    return command->reopen->incident;
  case VD__COMMAND__ACT_CANCEL:
    return command->cancel->incident;
  case VD__COMMAND__ACT_UNDO:
    return command->undo->incident;
  case VD__COMMAND__ACT_NOTE:
    return command->note->incident;
  case VD__COMMAND__ACT_DUPLICATE:
    return command->duplicate->incident;
  case VD__COMMAND__ACT_AMEND:
    return command->amend->incident;
  case VD__COMMAND__ACT_ASSIGN:
    return command->assign->incident;
  case VD__COMMAND__ACT_ARRIVE:
    return command->arrive->incident;
  default:
    return 0;
  }
}

// The person whose duty, place or radio it is, or who took the sample; NULL where the act is about nobody.
static const char *person_of(const Vd__Command *command)
{
  switch (command->act_case) {
  case VD__COMMAND__ACT_DUTY:
    return command->duty->crew;
  case VD__COMMAND__ACT_PLACE:
    return command->place->crew;
  case VD__COMMAND__ACT_REACH:
    return command->reach->crew;
  case VD__COMMAND__ACT_BATCH_SAMPLE:
    return *command->batch_sample->taken_by ? command->batch_sample->taken_by : NULL;
  default:
    return NULL;
  }
}

// What a command of the live venue is about.
struct thing {
  Vd__Kind kind; // unspecified: nothing that stands in a zone
  const char *id;
  uint64_t number; // of a task or suggestion
};

static struct thing thing_of(const Vd__Command *command)
{
  switch (command->act_case) {
  case VD__COMMAND__ACT_COUNT_ZONE:
    return (struct thing){VD__KIND__KIND_ZONE, command->count_zone->zone, 0};
  case VD__COMMAND__ACT_SET_ZONE:
    return (struct thing){VD__KIND__KIND_ZONE, command->set_zone->zone, 0};
  case VD__COMMAND__ACT_TASK_DONE:
    return (struct thing){VD__KIND__KIND_TASK, NULL, command->task_done->task};
  case VD__COMMAND__ACT_TASK_CANCEL:
    return (struct thing){VD__KIND__KIND_TASK, NULL, command->task_cancel->task};
  case VD__COMMAND__ACT_SUPPLY_LEVEL:
    return (struct thing){VD__KIND__KIND_SUPPLY, command->supply_level->supply, 0};
  case VD__COMMAND__ACT_SUPPLY_SERVED:
    return (struct thing){VD__KIND__KIND_SUPPLY, command->supply_served->supply, 0};
  case VD__COMMAND__ACT_SUPPLY_REFILL:
    return (struct thing){VD__KIND__KIND_SUPPLY, command->supply_refill->supply, 0};
  case VD__COMMAND__ACT_BATCH_PLAN:
    return (struct thing){VD__KIND__KIND_SUPPLY, command->batch_plan->supply, 0};
  case VD__COMMAND__ACT_BATCH_HOLD:
    return (struct thing){VD__KIND__KIND_BATCH, command->batch_hold->batch, 0};
  case VD__COMMAND__ACT_BATCH_SERVE:
    return (struct thing){VD__KIND__KIND_BATCH, command->batch_serve->batch, 0};
  case VD__COMMAND__ACT_BATCH_CANCEL:
    return (struct thing){VD__KIND__KIND_BATCH, command->batch_cancel->batch, 0};
  case VD__COMMAND__ACT_BATCH_SAMPLE:
    return (struct thing){VD__KIND__KIND_BATCH, command->batch_sample->batch, 0};
  case VD__COMMAND__ACT_BATCH_DISPOSE:
    return (struct thing){VD__KIND__KIND_BATCH, command->batch_dispose->batch, 0};
  case VD__COMMAND__ACT_BATCH_TEMPERATURE:
    return (struct thing){VD__KIND__KIND_BATCH, command->batch_temperature->batch, 0};
  case VD__COMMAND__ACT_DEVICE_FAULT:
    return (struct thing){VD__KIND__KIND_DEVICE, command->device_fault->device, 0};
  case VD__COMMAND__ACT_DEVICE_MAINTENANCE:
    return (struct thing){VD__KIND__KIND_DEVICE, command->device_maintenance->device, 0};
  case VD__COMMAND__ACT_SESSION_START:
    return (struct thing){VD__KIND__KIND_SESSION, command->session_start->session, 0};
  case VD__COMMAND__ACT_SESSION_END:
    return (struct thing){VD__KIND__KIND_SESSION, command->session_end->session, 0};
  case VD__COMMAND__ACT_SESSION_SHIFT:
    return (struct thing){VD__KIND__KIND_SESSION, command->session_shift->session, 0};
  case VD__COMMAND__ACT_SESSION_CANCEL:
    return (struct thing){VD__KIND__KIND_SESSION, command->session_cancel->session, 0};
  case VD__COMMAND__ACT_SESSION_UNDO:
    return (struct thing){VD__KIND__KIND_SESSION, command->session_undo->session, 0};
  case VD__COMMAND__ACT_SET_LANE:
    return (struct thing){VD__KIND__KIND_LANE, command->set_lane->lane, 0};
  case VD__COMMAND__ACT_SUGGESTION_TAKE:
    return (struct thing){VD__KIND__KIND_SUGGESTION, NULL, command->suggestion_take->suggestion};
  case VD__COMMAND__ACT_SUGGESTION_PASS:
    return (struct thing){VD__KIND__KIND_SUGGESTION, NULL, command->suggestion_pass->suggestion};
  default:
    return (struct thing){VD__KIND__KIND_UNSPECIFIED, NULL, 0};
  }
}

// ---- the bounds ----

static bool has_zone(const Vd__Principal *who, const char *zone)
{
  for (size_t i = 0; i < who->n_zones; i++)
    if (strcmp(who->zones[i], zone) == 0)
      return true;
  return who->n_zones == 0;
}

// A report that cannot say where is never turned away (standard §4 "Reports are never lost").
static bool may_report_from(const Vd__Principal *who, const char *zone)
{
  return *zone == '\0' || strcmp(zone, "unknown") == 0 || has_zone(who, zone);
}

static bool is_in_zones(const struct vd_venue *venue, const Vd__Principal *who, uint64_t number,
                        bool or_holds_it)
{
  const Vd__Incident *incident = vd_incident_find(venue, number);
  if (!incident)
    return true; // the command says that there is none
  return has_zone(who, incident->zone) ||
         (or_holds_it && *who->crew && strcmp(incident->holder, who->crew) == 0);
}

// What is not known is nowhere: the command says that there is none.
static bool is_known_elsewhere(const struct vd_venue *venue, const Vd__Principal *who, Vd__Kind kind,
                               const char *id)
{
  const char *zone = who->n_zones > 0 ? vd_zone_of(venue, kind, id) : NULL; // none = all: nothing to look up
  return zone && !has_zone(who, zone);
}

static bool may_touch(const struct vd_venue *venue, const Vd__Principal *who, const Vd__Command *command,
                      bool or_holds_it)
{
  struct thing thing = thing_of(command);
  struct vd_key id = vd_key_of(thing.kind == VD__KIND__KIND_SUGGESTION ? "s" : "t", "", "");
  vd_key_add_number(&id, thing.number);
  if (!thing.id)
    thing.id = id.text;
  if (thing.kind == VD__KIND__KIND_TASK) {
    const Vd__Task *task = VD_FIND(venue, TASK, Task, id.text);
    if (task && or_holds_it && *who->crew && strcmp(task->crew, who->crew) == 0)
      return true;
  }
  return thing.kind == VD__KIND__KIND_UNSPECIFIED || !is_known_elsewhere(venue, who, thing.kind, thing.id);
}

// To take it changes the lane that helps as well.
static bool may_take(const struct vd_venue *venue, const Vd__Principal *who, const Vd__SuggestionTake *take)
{
  struct vd_key id = vd_key_of("s", "", "");
  vd_key_add_number(&id, take->suggestion);
  const Vd__Suggestion *suggestion = VD_FIND(venue, SUGGESTION, Suggestion, id.text);
  return !suggestion || !is_known_elsewhere(venue, who, VD__KIND__KIND_LANE, suggestion->other);
}

// What is fetched for an incident may lie elsewhere. The pool is called for by those who lead or decide: it
// comes from another city and is paid for.
static bool may_use(const struct vd_venue *venue, const Vd__Principal *who, const Vd__ResourceUse *use,
                    bool or_holds_it)
{
  const Vd__Resource *resource = VD_FIND(venue, RESOURCE, Resource, use->resource);
  if (resource && resource->kind == VD__RESOURCE_KIND__RESOURCE_KIND_POOL && group_of(who->role) == FIELD)
    return false;
  if (use->incident)
    return is_in_zones(venue, who, use->incident, or_holds_it);
  return !is_known_elsewhere(venue, who, VD__KIND__KIND_RESOURCE, use->resource);
}

// Whoever took it may bring it back, wherever it belongs.
static bool may_return(const struct vd_venue *venue, const Vd__Principal *who,
                       const Vd__ResourceReturn *back, bool or_holds_it)
{
  const Vd__Resource *resource = VD_FIND(venue, RESOURCE, Resource, back->resource);
  if (resource && or_holds_it && *who->crew && strcmp(resource->used_by, who->crew) == 0)
    return true;
  return !is_known_elsewhere(venue, who, VD__KIND__KIND_RESOURCE, back->resource);
}

// A drill everywhere is a matter of all zones.
static bool may_drill(const Vd__Principal *who, const char *zone)
{
  return who->n_zones == 0 || (*zone && has_zone(who, zone));
}

// A conversion is of all its zones.
static bool may_convert(const struct vd_venue *venue, const Vd__Principal *who, const char *id)
{
  const Vd__Contingency *contingency = VD_FIND(venue, CONTINGENCY, Contingency, id);
  if (!contingency)
    return true;
  for (size_t i = 0; i < contingency->n_from; i++)
    if (!has_zone(who, contingency->from[i]->zone))
      return false;
  for (size_t i = 0; i < contingency->n_to; i++)
    if (!has_zone(who, contingency->to[i]->zone))
      return false;
  return true;
}

// The contingency that the command is about, NULL if it is about none.
static const char *contingency_of(const Vd__Command *command)
{
  switch (command->act_case) {
  case VD__COMMAND__ACT_CONTINGENCY_ACTIVATE:
    return command->contingency_activate->contingency;
  case VD__COMMAND__ACT_CONTINGENCY_ABORT:
    return command->contingency_abort->contingency;
  case VD__COMMAND__ACT_CONTINGENCY_UNDO:
    return command->contingency_undo->contingency;
  default:
    return NULL;
  }
}

// A list is done whole or not at all, so all of it must be in the zones.
static bool may_touch_all(const struct vd_venue *venue, const Vd__Principal *who, const Vd__Command *command)
{
  if (command->act_case == VD__COMMAND__ACT_READINGS) {
    const Vd__Readings *list = command->readings;
    for (size_t i = 0; i < list->n_readings; i++)
      if (is_known_elsewhere(venue, who, VD__KIND__KIND_DEVICE, list->readings[i]->device))
        return false;
  } else if (command->act_case == VD__COMMAND__ACT_LANE_COUNTS) {
    const Vd__LaneCounts *list = command->lane_counts;
    for (size_t i = 0; i < list->n_counts; i++)
      if (is_known_elsewhere(venue, who, VD__KIND__KIND_LANE, list->counts[i]->lane))
        return false;
  } else if (command->act_case == VD__COMMAND__ACT_SUGGESTION_TAKE) {
    return may_take(venue, who, command->suggestion_take);
  } else if (contingency_of(command)) {
    return may_convert(venue, who, contingency_of(command));
  } else if (command->act_case == VD__COMMAND__ACT_DRILL_START) {
    return may_drill(who, command->drill_start->zone);
  } else if (command->act_case == VD__COMMAND__ACT_DRILL_END) {
    const Vd__Drill *drill = vd_drill_running(venue);
    return !drill || may_drill(who, drill->zone);
  }
  return true;
}

static bool is_within_zones(const struct vd_venue *venue, const Vd__Principal *who,
                            const Vd__Command *command, bool or_holds_it)
{
  if (command->act_case >= VD__COMMAND__ACT_COUNT_ZONE) { // the live venue
    if (command->act_case == VD__COMMAND__ACT_RESOURCE_USE)
      return may_use(venue, who, command->resource_use, or_holds_it);
    if (command->act_case == VD__COMMAND__ACT_RESOURCE_RETURN)
      return may_return(venue, who, command->resource_return, or_holds_it);
    return may_touch(venue, who, command, or_holds_it) && may_touch_all(venue, who, command);
  }
  if (command->act_case == VD__COMMAND__ACT_REPORT)
    return may_report_from(who, command->report->zone);
  if (command->act_case == VD__COMMAND__ACT_DUPLICATE &&
      !is_in_zones(venue, who, command->duplicate->of, or_holds_it))
    return false;
  uint64_t number = incident_of(command);
  return number == 0 || is_in_zones(venue, who, number, or_holds_it);
}

static bool is_self(const struct vd_venue *venue, const Vd__Principal *who, const char *name)
{
  if (*who->crew == '\0')
    return false;
  Vd__Crew *crew = NULL;
  return strcmp(name, who->crew) == 0 ||
         (vd_crew_get(venue, name, &crew, NULL) == VD_OK && strcmp(crew->id, who->crew) == 0);
}

static bool is_for_self(const struct vd_venue *venue, const Vd__Principal *who, const Vd__Command *command)
{
  const char *person = person_of(command);
  return (*command->by == '\0' || is_self(venue, who, command->by)) &&
         (!person || is_self(venue, who, person));
}

static const Vd__Step *later(const Vd__Step *a, const Vd__Step *b)
{
  if (!a || !b)
    return a ? a : b;
  return b->recorded_at_ms >= a->recorded_at_ms ? b : a;
}

// Of a session, or of all that its shift moved: the same said that of them all.
static bool said_last_of(const struct vd_venue *venue, const Vd__Principal *who, const char *id)
{
  const Vd__Session *session = VD_FIND(venue, SESSION, Session, id);
  return !session || session->n_before == 0 ||
         strcmp(session->before[session->n_before - 1]->principal, who->id) == 0;
}

// A mis-tap is one's own to undo: the last step told, of an incident that has not ended.
static bool told_last_step(const struct vd_venue *venue, const Vd__Principal *who, const Vd__Command *command)
{
  if (command->act_case == VD__COMMAND__ACT_SESSION_UNDO)
    return said_last_of(venue, who, command->session_undo->session);
  if (command->act_case == VD__COMMAND__ACT_CONTINGENCY_UNDO) {
    const Vd__Contingency *contingency =
        VD_FIND(venue, CONTINGENCY, Contingency, command->contingency_undo->contingency);
    return !contingency || strcmp(contingency->by, *who->crew ? who->crew : who->id) == 0;
  }
  uint64_t number = incident_of(command);
  const Vd__Incident *incident = vd_incident_find(venue, number);
  if (!incident || !vd_incident_is_open(incident))
    return !incident;
  const Vd__Attempt *attempt = vd_incident_attempt(venue, incident);
  const Vd__Step *steps[] = {attempt->responded, attempt->decided, attempt->landed}, *last = NULL;
  for (size_t i = 0; i < 3; i++)
    if (steps[i] && !steps[i]->implied)
      last = later(last, steps[i]);
  return !last || strcmp(last->principal, who->id) == 0;
}

// The zone's owner is whoever the plan names for it; to answer for every zone is to own none.
static bool owns_zone(const struct vd_venue *venue, const Vd__Principal *who, uint64_t number)
{
  const Vd__Incident *incident = vd_incident_find(venue, number);
  const Vd__Crew *crew = VD_FIND(venue, CREW, Crew, who->crew);
  return !incident || (crew && crew->n_zones > 0 && vd_crew_answers_for(crew, incident->zone));
}

// The part of the command that a refusal for its zone is about.
static const char *zone_field(const Vd__Command *command)
{
  if (command->act_case == VD__COMMAND__ACT_REPORT)
    return "report.zone";
  if (command->act_case < VD__COMMAND__ACT_COUNT_ZONE)
    return "incident";
  return protobuf_c_message_descriptor_get_field(&vd__command__descriptor, command->act_case)->name;
}

static enum vd_err deny(struct vd_refusal *refusal, const char *field, const char *why)
{
  return vd_refuse(refusal, VD_ERR_NOT_PERMITTED, field, "%s", why);
}

static enum vd_err check_bounds(const struct vd_venue *venue, const Vd__Principal *who,
                                const Vd__Command *command, enum scope scope, struct vd_refusal *refusal)
{
  bool is_personal = scope == SELF || scope == OWN || scope == STEP || scope == OWNER;
  bool is_local = is_personal ? scope != SELF : scope == ZONE;
  if (is_personal && !is_for_self(venue, who, command))
    return deny(refusal, person_of(command) ? "crew" : "by", "this role acts for itself only");
  if (is_local && !is_within_zones(venue, who, command, is_personal))
    return deny(refusal, zone_field(command), "the zone is not one of this role's");
  if (scope == STEP && !told_last_step(venue, who, command))
    return deny(refusal, command->act_case == VD__COMMAND__ACT_UNDO ? "incident" : zone_field(command),
                "this role undoes only what it said itself");
  if (scope == OWNER && !owns_zone(venue, who, incident_of(command)))
    return deny(refusal, "incident", "control or the zone's owner verifies and closes");
  return VD_OK;
}

// Food safety, and the way out of the weather, are not the field's to call off: a sample, its disposal, a step
// of a conversion.
static const char *why_not_to_call_off(const struct vd_venue *venue, const Vd__Command *command)
{
  if (command->act_case != VD__COMMAND__ACT_TASK_CANCEL)
    return NULL;
  struct vd_key id = vd_key_of("t", "", "");
  vd_key_add_number(&id, command->task_cancel->task);
  const Vd__Task *task = VD_FIND(venue, TASK, Task, id.text);
  if (!task)
    return NULL;
  if (task->kind == VD__TASK_KIND__TASK_KIND_STEP)
    return "control or the decision group calls off a step of a contingency";
  bool is_of_a_sample =
      task->kind == VD__TASK_KIND__TASK_KIND_SAMPLE || task->kind == VD__TASK_KIND__TASK_KIND_DISPOSE;
  return is_of_a_sample ? "control or the decision group calls off a food sample" : NULL;
}

enum vd_err vd_access_check(const struct vd_venue *venue, const Vd__Principal *who,
                            const Vd__Command *command, struct vd_refusal *refusal)
{
  if (who->revoked)
    return deny(refusal, NULL, "this access was revoked");
  enum scope scope = scope_of(who->role, command->act_case);
  if (scope == NO)
    return deny(refusal, NULL, "this role may not do that");
  enum group group = group_of(who->role);
  const char *why_not = group == FIELD || group == BRIDGE ? why_not_to_call_off(venue, command) : NULL;
  if (why_not)
    return deny(refusal, "task_cancel", why_not);
  if (group == DEVICE && command->act_case == VD__COMMAND__ACT_REPORT &&
      command->report->source != VD__SOURCE__SOURCE_DEVICE)
    return deny(refusal, "report.source", "a device reports as one");
  if ((group == DEVICE || group == STATION) && command->act_case == VD__COMMAND__ACT_REPORT &&
      command->report->drill)
    return deny(refusal, "report.drill", "whoever stands before attendees takes no part in a drill");
  return check_bounds(venue, who, command, scope, refusal);
}
