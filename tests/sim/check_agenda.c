// Sessions, what attendees are told, zones, who is called about what is no incident, and the acts counted.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/node.h"
#include "tests/sim/sim.h"

#define SESSION(NAME) VD__SESSION_STATE__SESSION_STATE_##NAME
#define NOTICE(NAME)  VD__NOTICE_STATE__NOTICE_STATE_##NAME

static const Vd__Policy *policy_of(const struct sim *sim)
{
  return SIM_WAS(sim, EVENT, Event, "event")->policy;
}

// ---- sessions ----

static bool is_over(const Vd__Session *session)
{
  return session->state == SESSION(ENDED) || session->state == SESSION(CANCELLED);
}

static bool stands(const Vd__Session *session)
{
  return session->state == SESSION(RUNNING) || (session->state == SESSION(PLANNED) && !session->retired);
}

static bool is_undo(const Vd__Change *change)
{
  const Vd__Cause *cause = change->cause;
  return cause->of_case == VD__CAUSE__OF_COMMAND && cause->command->act_case == VD__COMMAND__ACT_SESSION_UNDO;
}

enum { BEFORE_COUNT = sizeof((struct sim *)0)->before / sizeof *((struct sim *)0)->before };

// What people change now can be undone: kept by what is seen of it, not by what venued keeps.
static void keep_before(struct sim *sim, const Vd__Session *was, const Vd__Session *now)
{
  uint64_t act = now->n_before > 0 ? now->before[now->n_before - 1]->act : 0;
  if (act == 0 || (was->n_before > 0 && was->before[was->n_before - 1]->act >= act))
    return;
  struct sim_before *before = &sim->before[sim->before_count++ % BEFORE_COUNT];
  *before = (struct sim_before){.act = act,
                                .state = was->state,
                                .start_ms = was->start_at_ms,
                                .end_ms = was->end_at_ms,
                                .started_ms = was->started_at_ms,
                                .ended_ms = was->ended_at_ms};
  snprintf(before->id, sizeof before->id, "%s", was->id);
}

static void check_undone(struct sim *sim, const Vd__Session *was, const Vd__Session *now)
{
  SIM_CHECK(sim, was->n_before == now->n_before + 1, "%s was not undone once", now->id);
  uint64_t act = was->n_before > 0 ? was->before[was->n_before - 1]->act : 0;
  for (uint64_t i = 0; i < BEFORE_COUNT && i < sim->before_count; i++) {
    const struct sim_before *before = &sim->before[(sim->before_count - 1 - i) % BEFORE_COUNT];
    if (before->act != act || strcmp(before->id, now->id) != 0)
      continue;
    SIM_CHECK(sim,
              before->state == now->state && before->start_ms == now->start_at_ms &&
                  before->end_ms == now->end_at_ms && before->started_ms == now->started_at_ms &&
                  before->ended_ms == now->ended_at_ms,
              "%s is undone, and not what it was", now->id);
    SIM_REACHED(sim, UNDONE_AS_BEFORE);
    return;
  }
}

void sim_check_session(struct sim *sim, const Vd__Change *change, const Vd__Session *now)
{
  const Vd__Session *was = SIM_WAS(sim, SESSION, Session, now->id);
  SIM_CHECK(sim, now->end_at_ms > now->start_at_ms, "%s ends before it begins", now->id);
  SIM_CHECK(sim, !now->overrun_warned || now->state == SESSION(RUNNING), "%s overruns and does not run",
            now->id);
  if (was == NULL)
    return;
  if (is_undo(change)) {
    check_undone(sim, was, now);
    return;
  }
  keep_before(sim, was, now);
  SIM_CHECK(sim, !is_over(was) || was->state == now->state, "%s goes on after its end", now->id);
  SIM_CHECK(sim, was->state != SESSION(RUNNING) || now->state != SESSION(PLANNED),
            "%s has not begun any more", now->id);
  SIM_CHECK(sim, was->state != SESSION(RUNNING) || was->start_at_ms == now->start_at_ms,
            "%s begins at another time, and runs", now->id);
  SIM_CHECK(sim, now->ended_at_ms == 0 || now->ended_at_ms >= now->started_at_ms,
            "%s ended before it started", now->id);
}

static void check_overrun(struct sim *sim, const Vd__Session *session)
{
  const Vd__Policy *policy = policy_of(sim);
  int64_t end_ms = session->end_at_ms, dense_ms = session->started_at_ms + policy->dense_limit_ms;
  if (session->dense && dense_ms < end_ms)
    end_ms = dense_ms;
  bool overruns = session->state == SESSION(RUNNING) && end_ms + policy->overrun_grace_ms <= sim->now_ms;
  SIM_CHECK(sim, session->overrun_warned == overruns, "%s %s, and that is %ssaid", session->id,
            overruns ? "overruns" : "does not overrun", session->overrun_warned ? "" : "not ");
  if (overruns)
    SIM_REACHED(sim, OVERRUN);
}

// The earlier one of the same zone that reaches into it.
static bool collides(const struct vd_fold *fold, const Vd__Session *session)
{
  VD_FOLD_EACH (fold, SESSION, Session, other) {
    bool comes_before = other->start_at_ms < session->start_at_ms ||
                        (other->start_at_ms == session->start_at_ms && strcmp(other->id, session->id) < 0);
    if (comes_before && stands(other) && strcmp(other->zone, session->zone) == 0 &&
        other->end_at_ms > session->start_at_ms)
      return true;
  }
  return false;
}

bool sim_is_called(const struct vd_fold *fold, const char *subject)
{
  char prefix[128];
  snprintf(prefix, sizeof prefix, "%s.", subject);
  for (const Vd__Alert *alert = (const Vd__Alert *)vd_fold_next(fold, VD__KIND__KIND_ALERT, NULL, prefix);
       alert != NULL; alert = (const Vd__Alert *)vd_fold_next(fold, VD__KIND__KIND_ALERT, alert->id, prefix))
    if (alert->state != VD__ALERT_STATE__ALERT_STATE_WITHDRAWN)
      return true;
  return false;
}

static void check_collision(struct sim *sim, const struct vd_fold *fold, const Vd__Session *session)
{
  char subject[96];
  if (!stands(session) || !collides(fold, session))
    return;
  snprintf(subject, sizeof subject, "overlap.%s", session->id);
  SIM_REACHED(sim, COLLISION);
  SIM_CHECK(sim, sim_is_called(fold, subject), "nobody was called about the collision of %s", session->id);
}

// ---- what attendees are told ----

static bool is_unapproved(const Vd__Notice *notice)
{
  return notice->state == NOTICE(SETTLING) || notice->state == NOTICE(WAITING);
}

static void check_sent(struct sim *sim, const Vd__Notice *now)
{
  int64_t last_ms = 0;
  VD_FOLD_EACH (sim->shadow, NOTICE, Notice, other)
    last_ms = other->sent_at_ms > last_ms ? other->sent_at_ms : last_ms;
  SIM_CHECK(sim, now->sent_at_ms == sim->now_ms, "%s was sent at another time", now->id);
  SIM_CHECK(sim, last_ms == 0 || now->sent_at_ms - last_ms >= policy_of(sim)->notice_cool_down_ms,
            "%s was sent %lld ms after the one before", now->id, (long long)(now->sent_at_ms - last_ms));
  if (now->sent_at_ms > now->approved_at_ms + INT64_C(60000))
    SIM_REACHED(sim, NOTICE_COOLED);
}

// Some time after the last change, and after the first one at the latest three times as long.
static int64_t settled_at(const struct sim *sim, const Vd__Notice *notice)
{
  int64_t settle_ms = policy_of(sim)->notice_settle_ms;
  int64_t quiet_ms = notice->changed_at_ms + settle_ms, last_ms = notice->opened_at_ms + 3 * settle_ms;
  return quiet_ms < last_ms ? quiet_ms : last_ms;
}

void sim_check_notice(struct sim *sim, const Vd__Change *change, const Vd__Notice *now)
{
  const Vd__Notice *was = SIM_WAS(sim, NOTICE, Notice, now->id);
  if (was == NULL) {
    SIM_CHECK(sim, now->state == NOTICE(SETTLING), "%s does not settle", now->id);
    return;
  }
  SIM_CHECK(sim, was->state != NOTICE(SENT), "%s is sent, and goes on", now->id);
  SIM_CHECK(sim, was->state != NOTICE(DROPPED), "%s is dropped, and goes on", now->id);
  if (is_undo(change) && now->state == NOTICE(DROPPED))
    SIM_REACHED(sim, NOTICE_UNSAID);
  if (is_unapproved(was) && now->state == NOTICE(SETTLING))
    SIM_REACHED(sim, NOTICE_SETTLED);
  if (was->state == NOTICE(SETTLING) && now->state == NOTICE(WAITING))
    SIM_CHECK(sim, sim->now_ms >= settled_at(sim, was), "%s waits for approval before it settled", now->id);
  if (now->state == NOTICE(APPROVED) && was->state != NOTICE(APPROVED)) {
    uint64_t read = change->cause->command->notice_approve->revision;
    SIM_CHECK(sim, was->state == NOTICE(WAITING), "%s was approved in state %d", now->id, was->state);
    SIM_CHECK(sim, read == 0 || (read >= was->says_since && read <= was->revision),
              "%s was approved, and says something else than was read", now->id);
  }
  if (now->state != NOTICE(SENT))
    return;
  SIM_CHECK(sim, was->state == NOTICE(APPROVED), "%s was sent in state %d", now->id, was->state);
  check_sent(sim, now);
}

static void check_notices(struct sim *sim, const struct vd_fold *fold)
{
  unsigned unapproved = 0;
  VD_FOLD_EACH (fold, NOTICE, Notice, notice) {
    unapproved += is_unapproved(notice);
    SIM_CHECK(sim, notice->state != NOTICE(SETTLING) || settled_at(sim, notice) > sim->now_ms,
              "%s has settled, and nobody was told", notice->id);
    SIM_CHECK(sim, notice->state != NOTICE(APPROVED) || notice->leaves_at_ms > sim->now_ms,
              "%s is approved, and was not sent", notice->id);
  }
  SIM_CHECK(sim, unapproved <= 1, "%u notices settle at the same time", unapproved);
}

// ---- zones ----

// Venued says crowded and eased only of what lasted.
void sim_check_zone(struct sim *sim, const Vd__Change *change, const Vd__Zone *now)
{
  const Vd__Zone *was = SIM_WAS(sim, ZONE, Zone, now->id);
  bool by_itself = change->cause->of_case == VD__CAUSE__OF_TICK;
  if (was == NULL || was->status == now->status || !by_itself)
    return;
  SIM_CHECK(sim,
            was->crossing_at_ms != 0 && was->crossing_at_ms + policy_of(sim)->crowded_after_ms <= sim->now_ms,
            "%s changed before that lasted", now->id);
  bool is_crowded = now->status == VD__ZONE_STATUS__ZONE_STATUS_CROWDED;
  uint32_t holds = now->tea_break ? now->seats : now->capacity;
  SIM_CHECK(sim,
            !is_crowded || (uint64_t)now->people * 100 > (uint64_t)holds * policy_of(sim)->crowded_percent,
            "%s is crowded by %u people", now->id, now->people);
  SIM_CHECK(sim, is_crowded || was->status == VD__ZONE_STATUS__ZONE_STATUS_CROWDED, "%s opened by itself",
            now->id);
  if (is_crowded)
    SIM_REACHED(sim, CROWDED_BY_COUNT);
}

static void check_zones(struct sim *sim, const struct vd_fold *fold)
{
  VD_FOLD_EACH (fold, ZONE, Zone, zone)
    SIM_CHECK(sim,
              zone->retired || zone->crossing_at_ms == 0 ||
                  zone->crossing_at_ms + policy_of(sim)->crowded_after_ms > sim->now_ms,
              "nobody was told about %s", zone->id);
}

void sim_check_agenda(struct sim *sim)
{
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  VD_FOLD_EACH (fold, SESSION, Session, session) {
    check_overrun(sim, session);
    check_collision(sim, fold, session);
  }
  check_notices(sim, fold);
  check_zones(sim, fold);
}

// ---- who is called ----

static bool is_device_of_note(const struct vd_fold *fold, const Vd__Device *device)
{
  char id[24];
  if (device->retired)
    return false;
  if (device->state == VD__DEVICE_STATE__DEVICE_STATE_SUSPECT)
    return *device->reading != '\0';
  snprintf(id, sizeof id, "%llu", (unsigned long long)device->incident);
  const Vd__Incident *incident = (const Vd__Incident *)vd_fold_find(fold, VD__KIND__KIND_INCIDENT, id);
  // Fails again, and nobody looks at what has landed (core/device_fault.c).
  return device->state == VD__DEVICE_STATE__DEVICE_STATE_FAULT && incident != NULL;
}

static bool is_of_note(const struct sim *sim, const char *subject)
{
  static const struct {
    const char *noun;
    Vd__Kind kind;
  } nouns[] = {{"zone.", VD__KIND__KIND_ZONE},
               {"session.", VD__KIND__KIND_SESSION},
               {"overlap.", VD__KIND__KIND_SESSION},
               {"notice.", VD__KIND__KIND_NOTICE},
               {"device.", VD__KIND__KIND_DEVICE},
               {"lane.", VD__KIND__KIND_LANE},
               {"contingency.", VD__KIND__KIND_CONTINGENCY},
               {"t", VD__KIND__KIND_TASK}};
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  size_t at = 0, count = sizeof nouns / sizeof *nouns;
  while (at < count && strncmp(subject, nouns[at].noun, strlen(nouns[at].noun)) != 0)
    at++;
  if (at == count)
    return false;
  const char *id = nouns[at].kind == VD__KIND__KIND_TASK ? subject : subject + strlen(nouns[at].noun);
  const ProtobufCMessage *message = vd_fold_find(fold, nouns[at].kind, id);
  if (message == NULL)
    return false;
  switch (nouns[at].kind) {
  case VD__KIND__KIND_ZONE:
    return ((const Vd__Zone *)message)->status == VD__ZONE_STATUS__ZONE_STATUS_CROWDED;
  case VD__KIND__KIND_NOTICE:
    return ((const Vd__Notice *)message)->state == NOTICE(WAITING);
  case VD__KIND__KIND_DEVICE:
    return is_device_of_note(fold, (const Vd__Device *)message);
  case VD__KIND__KIND_LANE:
    return sim_lane_is_of_note(fold, (const Vd__Lane *)message);
  case VD__KIND__KIND_CONTINGENCY: {
    Vd__ContingencyState state = ((const Vd__Contingency *)message)->state;
    return state == VD__CONTINGENCY_STATE__CONTINGENCY_STATE_PROPOSED ||
           state == VD__CONTINGENCY_STATE__CONTINGENCY_STATE_ACTIVE;
  }
  case VD__KIND__KIND_TASK:
    return ((const Vd__Task *)message)->state == VD__TASK_STATE__TASK_STATE_OPEN;
  default:
    break;
  }
  const Vd__Session *session = (const Vd__Session *)message;
  if (strcmp(nouns[at].noun, "session.") == 0)
    return session->overrun_warned;
  return stands(session) && collides(fold, session);
}

void sim_check_subject(struct sim *sim, const Vd__Alert *alert)
{
  SIM_REACHED(sim, SUBJECT_CALLED);
  if (alert->drill != 0) // who is told of its end hears it when they hear it
    return;
  SIM_CHECK(sim, is_of_note(sim, alert->subject), "alert %s outlives what it is about", alert->id);
}

// ---- acts counted ----

static const Vd__NodeCount *kept_count(const struct sim *sim, unsigned node)
{
  return (const Vd__NodeCount *)vd_fold_find(vd_venue_fold(sim->venue), VD__KIND__KIND_NODE_COUNT,
                                             vd_node_id((Vd__Node)node));
}

void sim_check_counts(struct sim *sim)
{
  struct vd_venue_counts counts;
  vd_venue_count(sim->venue, &counts);
  for (unsigned node = 1; node < VD_NODES; node++) {
    struct sim_counted *counted = &sim->counted[node];
    const struct vd_venue_acts *acts = &counts.acts[node];
    const Vd__NodeCount *kept = kept_count(sim, node);
    SIM_CHECK(sim, acts->automatic >= counted->acts.automatic && acts->manual >= counted->acts.manual,
              "acts of %s became fewer", vd_node_id((Vd__Node)node));
    uint64_t revision = kept != NULL ? kept->revision : 0;
    bool is_kept = kept == NULL ? acts->automatic + acts->manual == 0
                                : kept->automatic == acts->automatic && kept->manual == acts->manual;
    if (is_kept || counted->unkept_ms == 0 || revision != counted->revision)
      counted->unkept_ms = is_kept ? 0 : sim->now_ms;
    SIM_CHECK(sim, is_kept || sim->now_ms - counted->unkept_ms < VD_NODE_KEEP_MS,
              "acts of %s are in memory for too long", vd_node_id((Vd__Node)node));
    counted->revision = revision;
    counted->acts = *acts;
  }
}

void sim_check_counts_restarted(struct sim *sim)
{
  struct vd_venue_counts counts;
  vd_venue_count(sim->venue, &counts);
  for (unsigned node = 1; node < VD_NODES; node++) {
    struct sim_counted *counted = &sim->counted[node];
    const struct vd_venue_acts *acts = &counts.acts[node];
    const Vd__NodeCount *kept = kept_count(sim, node);
    SIM_CHECK(sim,
              acts->automatic == (kept != NULL ? kept->automatic : 0) &&
                  acts->manual == (kept != NULL ? kept->manual : 0),
              "acts of %s are not as they were kept", vd_node_id((Vd__Node)node));
    if (acts->automatic + acts->manual < counted->acts.automatic + counted->acts.manual)
      SIM_REACHED(sim, COUNTS_LOST);
    *counted = (struct sim_counted){.acts = *acts, .revision = kept != NULL ? kept->revision : 0};
  }
}
