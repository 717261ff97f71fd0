// The agenda: one zone holds one session at a time and enough people, and who has listened for 90 minutes
// gets a break (standard §3).
#include <stdlib.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "daemon/core/session.h"
#include "proto/message.h"

static const int64_t DAY_MS = INT64_C(86400000);
enum { FULL_PERCENT = 85 }; // elastic capacity (彈性空間): a reserve of 15 %

// Sessions with times that make sense, by (zone, start, place in the plan).
struct entry {
  const Vd__PlanSession *session;
  size_t at;
};
struct agenda {
  struct entry *items; // heap
  size_t count;
};

static int compare(const void *left, const void *right)
{
  const struct entry *a = left, *b = right;
  int order = strcmp(a->session->zone, b->session->zone);
  if (order)
    return order;
  if (a->session->start_at_ms != b->session->start_at_ms)
    return a->session->start_at_ms < b->session->start_at_ms ? -1 : 1;
  return (a->at > b->at) - (a->at < b->at);
}

static bool has_length(const Vd__PlanSession *session)
{
  int64_t start_ms = session->start_at_ms, end_ms = session->end_at_ms;
  return start_ms > 0 && start_ms < end_ms && end_ms - start_ms <= VD_SESSION_LENGTH_MAX_MS;
}

static struct agenda agenda_of(const Vd__Plan *plan)
{
  struct agenda agenda = {vd_alloc((plan->n_sessions + 1) * sizeof *agenda.items), 0};
  for (size_t i = 0; i < plan->n_sessions; i++)
    if (has_length(plan->sessions[i]))
      agenda.items[agenda.count++] = (struct entry){plan->sessions[i], i};
  if (agenda.count > 0)
    qsort(agenda.items, agenda.count, sizeof *agenda.items, compare);
  return agenda;
}

// ---- one session ----

static void check_times(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanEvent *event = check->plan->event;
  const Vd__PlanSession *session = check->plan->sessions[at];
  if (!has_length(session)) {
    VD_PLAN_FIND(check->findings, SESSION_TIMES, vd_plan_words("sessions[%zu]", at).text, session->id);
    return;
  }
  bool starts_inside = session->start_at_ms >= event->start_at_ms;
  if (event->start_at_ms >= event->end_at_ms || (starts_inside && session->end_at_ms <= event->end_at_ms))
    return;
  int64_t at_ms = starts_inside ? session->end_at_ms : session->start_at_ms;
  VD_PLAN_FIND(check->findings, SESSION_OUTSIDE,
               vd_plan_words("sessions[%zu].%s", at, starts_inside ? "end_at_ms" : "start_at_ms").text,
               vd_plan_clock(event, at_ms).text, session->id);
}

static const Vd__PlanZone *zone_of(const struct vd_plan_check *check, const char *id)
{
  size_t at = vd_plan_ids_at(&check->zones, id);
  return at != SIZE_MAX ? check->plan->zones[at] : NULL;
}

static void check_audience(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanSession *session = check->plan->sessions[at];
  const Vd__PlanZone *zone = zone_of(check, session->zone);
  if (!zone || zone->capacity == 0)
    return;
  struct vd_plan_words path = vd_plan_words("sessions[%zu].audience", at);
  struct vd_plan_words found = vd_plan_words("%u", session->audience);
  uint64_t comfortable = (uint64_t)zone->capacity * FULL_PERCENT / 100;
  if (session->audience > zone->capacity)
    VD_PLAN_FIND(check->findings, SESSION_CAPACITY, path.text, found.text, session->id, zone->id,
                 vd_plan_words("%u", zone->capacity).text);
  else if (session->audience > comfortable)
    VD_PLAN_FIND(check->findings, ELASTIC_RESERVE, path.text, found.text, session->id, zone->id,
                 vd_plan_words("%llu", (unsigned long long)comfortable).text);
}

static void check_length(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanSession *session = check->plan->sessions[at];
  int64_t limit_ms = check->plan->policy->dense_limit_ms,
          length_ms = session->end_at_ms - session->start_at_ms;
  if (session->dense && has_length(session) && length_ms > limit_ms)
    VD_PLAN_FIND(check->findings, DENSE_SESSION, vd_plan_words("sessions[%zu].end_at_ms", at).text,
                 vd_plan_duration(length_ms).text, session->id, vd_plan_duration(limit_ms).text);
}

// ---- one after the other ----

static void check_overlaps(struct vd_plan_check *check, const struct agenda *agenda)
{
  const struct entry *last = NULL; // of the zone's so far, the one that ends last
  for (size_t i = 0; i < agenda->count; i++) {
    const struct entry *entry = &agenda->items[i];
    if (!last || strcmp(last->session->zone, entry->session->zone) != 0) {
      last = entry;
      continue;
    }
    if (entry->session->start_at_ms < last->session->end_at_ms)
      VD_PLAN_FIND(check->findings, SESSION_OVERLAP,
                   vd_plan_words("sessions[%zu].start_at_ms", entry->at).text,
                   vd_plan_clock(check->plan->event, entry->session->start_at_ms).text, entry->session->id,
                   entry->session->zone, last->session->id,
                   vd_plan_clock(check->plan->event, last->session->end_at_ms).text);
    last = entry->session->end_at_ms > last->session->end_at_ms ? entry : last;
  }
}

static bool has_break_between(const Vd__Plan *plan, int64_t from_ms, int64_t until_ms)
{
  for (size_t i = 0; i < plan->n_sessions; i++) {
    const Vd__PlanSession *session = plan->sessions[i];
    if (session->kind == VD__SESSION_KIND__SESSION_KIND_BREAK && session->start_at_ms < until_ms &&
        session->end_at_ms > from_ms)
      return true;
  }
  return false;
}

static bool is_same_day(const Vd__PlanEvent *event, int64_t a_ms, int64_t b_ms)
{
  return (a_ms + event->utc_offset_ms) / DAY_MS == (b_ms + event->utc_offset_ms) / DAY_MS;
}

// After a dense session a break of the agenda, in whatever zone, before the zone's next talk of the day.
static void check_breaks(struct vd_plan_check *check, const struct agenda *agenda)
{
  for (size_t i = 0; i + 1 < agenda->count; i++) {
    const Vd__PlanSession *dense = agenda->items[i].session, *next = agenda->items[i + 1].session;
    bool is_followed = dense->dense && strcmp(dense->zone, next->zone) == 0 &&
                       next->kind != VD__SESSION_KIND__SESSION_KIND_BREAK &&
                       is_same_day(check->plan->event, dense->start_at_ms, next->start_at_ms);
    if (is_followed && !has_break_between(check->plan, dense->end_at_ms, next->start_at_ms))
      VD_PLAN_FIND(check->findings, NO_BREAK, vd_plan_words("sessions[%zu]", agenda->items[i].at).text,
                   dense->id, next->id);
  }
}

void vd_plan_check_sessions(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  for (size_t i = 0; i < plan->n_sessions; i++) {
    VD_PLAN_REFER(check, &check->zones, plan->sessions[i]->zone, VD_NOUN_ZONE,
                  vd_plan_words("sessions[%zu].zone", i).text);
    check_times(check, i);
    check_audience(check, i);
    check_length(check, i);
  }
  struct agenda agenda = agenda_of(plan);
  check_overlaps(check, &agenda);
  check_breaks(check, &agenda);
  free(agenda.items);
}
