// Devices: what they belong to, what is expected of them, and who or what stands in when they fail (standard
// §3: redundancy of sound, light and network).
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/check.h"

enum { SECOND = 1000, THRESHOLDS_MAX = 6, WINDOWS_MAX = 6 };
static const int64_t DAY = INT64_C(24) * 60 * 60 * SECOND;
static const int64_t VALUE_MAX = INT64_C(1000000000000);

static struct vd_plan_words path_of(size_t at, const char *field)
{
  return vd_plan_words("devices[%zu]%s%s", at, *field ? "." : "", field);
}

// ---- what it names ----

static void check_names(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanDevice *device = check->plan->devices[at];
  VD_PLAN_REFER(check, &check->zones, device->zone, VD_NOUN_ZONE, path_of(at, "zone").text);
  VD_PLAN_REFER(check, &check->categories, device->category, VD_NOUN_CATEGORY, path_of(at, "category").text);
  if (*device->spare)
    VD_PLAN_REFER(check, &check->zones, device->spare, VD_NOUN_ZONE, path_of(at, "spare").text);
  if (*device->partner == '\0')
    return;
  if (strcmp(device->partner, device->id) == 0)
    VD_PLAN_FIND(check->findings, PARTNER_IS_ITSELF, path_of(at, "partner").text, device->id);
  else
    VD_PLAN_REFER(check, &check->devices, device->partner, VD_NOUN_DEVICE, path_of(at, "partner").text);
}

// ---- what is expected of it ----

// Until a fault is found nobody can respond to it, and the clock runs from the fault.
static void check_heartbeat(struct vd_plan_check *check, size_t at)
{
  const Vd__Policy *policy = check->plan->policy;
  const Vd__PlanDevice *device = check->plan->devices[at];
  int64_t beat_ms = device->heartbeat_ms, hidden_ms = 0;
  bool is_possible = beat_ms == 0 || (beat_ms >= SECOND && beat_ms <= DAY);
  if (is_possible) // else the product might be no number
    hidden_ms = beat_ms * (policy->fault_after_beats - INT64_C(1));
  bool is_slow = policy->fault_after_beats > 0 && hidden_ms >= policy->respond_limit_ms;
  if (!is_possible)
    VD_PLAN_FIND(check->findings, HEARTBEAT_RANGE, path_of(at, "heartbeat_ms").text,
                 vd_plan_duration(beat_ms).text);
  else if (is_slow)
    VD_PLAN_FIND(check->findings, SLOW_HEARTBEAT, path_of(at, "heartbeat_ms").text,
                 vd_plan_duration(beat_ms).text, device->id, vd_plan_duration(hidden_ms).text,
                 vd_plan_duration(policy->respond_limit_ms).text);
}

static bool is_twice(const Vd__PlanDevice *device, size_t at)
{
  for (size_t i = 0; i < at; i++)
    if (strcmp(device->thresholds[i]->reading, device->thresholds[at]->reading) == 0)
      return true;
  return false;
}

static struct vd_plan_words path_of_threshold(size_t at, size_t number, const char *field)
{
  return vd_plan_words("devices[%zu].thresholds[%zu].%s", at, number, field);
}

static void check_threshold(struct vd_plan_check *check, size_t at, size_t number)
{
  const Vd__PlanDevice *device = check->plan->devices[at];
  const Vd__Threshold *threshold = device->thresholds[number];
  bool is_beyond = threshold->below ? threshold->fault > threshold->warn : threshold->fault < threshold->warn;
  const struct {
    const char *field;
    int64_t value;
  } values[] = {{"warn", threshold->warn}, {"fault", threshold->fault}};
  for (size_t i = 0; i < 2; i++)
    if (values[i].value > VALUE_MAX || values[i].value < -VALUE_MAX)
      VD_PLAN_FIND(check->findings, READING_RANGE, path_of_threshold(at, number, values[i].field).text,
                   vd_plan_words("%lld", (long long)values[i].value).text);
  if (!vd_word_is_valid(threshold->reading))
    VD_PLAN_FIND(check->findings, NO_READING_WORD, path_of_threshold(at, number, "reading").text,
                 threshold->reading);
  else if (is_twice(device, number))
    VD_PLAN_FIND(check->findings, READING_TWICE, path_of_threshold(at, number, "reading").text,
                 threshold->reading, device->id);
  if (threshold->has_fault ? is_beyond : threshold->fault != 0)
    VD_PLAN_SAY(check->findings, threshold->has_fault ? VD_SAY_FAULT_BEFORE_WARNING : VD_SAY_FAULT_UNSAID,
                path_of_threshold(at, number, "fault").text,
                vd_plan_words("%lld", (long long)threshold->fault).text, threshold->reading, device->id);
}

static void check_thresholds(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanDevice *device = check->plan->devices[at];
  if (device->n_thresholds > THRESHOLDS_MAX)
    VD_PLAN_FIND(check->findings, THRESHOLDS_MANY, path_of(at, "thresholds").text,
                 vd_plan_words("%zu thresholds", device->n_thresholds).text,
                 vd_plan_words("%zu", device->n_thresholds).text, vd_plan_words("%d", THRESHOLDS_MAX).text);
  for (size_t i = 0; i < device->n_thresholds; i++)
    check_threshold(check, at, i);
}

// ---- when it is out of use ----

static const Vd__PlanSession *session_within(const struct vd_plan_check *check, const Vd__PlanDevice *device,
                                             const Vd__Shift *window)
{
  const struct vd_plan_ids *sessions = &check->sessions_by_zone;
  for (size_t i = vd_plan_ids_from(sessions, device->zone);
       i < sessions->count && strcmp(sessions->items[i].id, device->zone) == 0; i++) {
    const Vd__PlanSession *session = check->plan->sessions[sessions->items[i].at];
    if (session->start_at_ms < window->end_at_ms && session->end_at_ms > window->start_at_ms)
      return session;
  }
  return NULL;
}

static void check_window(struct vd_plan_check *check, size_t at, size_t number)
{
  const Vd__PlanEvent *event = check->plan->event;
  const Vd__PlanDevice *device = check->plan->devices[at];
  const Vd__Shift *window = device->windows[number];
  struct vd_plan_words path = vd_plan_words("devices[%zu].windows[%zu]", at, number);
  struct vd_plan_words start = vd_plan_clock(event, window->start_at_ms);
  struct vd_plan_words end = vd_plan_clock(event, window->end_at_ms);
  struct vd_plan_words found = vd_plan_words("%s to %s", start.text, end.text);
  if (window->start_at_ms <= 0 || window->start_at_ms >= window->end_at_ms) {
    VD_PLAN_FIND(check->findings, WINDOW_ORDER, path.text, found.text, start.text, end.text);
    return;
  }
  if (number > 0 && window->start_at_ms < device->windows[number - 1]->end_at_ms)
    VD_PLAN_FIND(check->findings, WINDOW_OVERLAP, path.text, found.text, start.text, end.text);
  const Vd__PlanSession *session = session_within(check, device, window);
  if (session)
    VD_PLAN_FIND(check->findings, WINDOW_IN_SESSION, path.text, found.text, start.text, end.text, device->id,
                 session->id);
}

static void check_windows(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanDevice *device = check->plan->devices[at];
  if (device->n_windows > WINDOWS_MAX)
    VD_PLAN_FIND(check->findings, WINDOWS_MANY, path_of(at, "windows").text,
                 vd_plan_words("%zu windows", device->n_windows).text,
                 vd_plan_words("%zu", device->n_windows).text, vd_plan_words("%d", WINDOWS_MAX).text);
  for (size_t i = 0; i < device->n_windows; i++)
    check_window(check, at, i);
}

// ---- what stands in ----

static void check_use(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanDevice *device = check->plan->devices[at];
  if (*device->partner == '\0' && *device->spare == '\0')
    VD_PLAN_FIND(check->findings, NO_SPARE, path_of(at, "").text, device->id);
  if (device->heartbeat_ms == 0 && device->n_thresholds == 0)
    VD_PLAN_FIND(check->findings, UNWATCHED_DEVICE, path_of(at, "").text, device->id);
}

void vd_plan_check_devices(struct vd_plan_check *check)
{
  for (size_t i = 0; i < check->plan->n_devices; i++) {
    check_names(check, i);
    check_heartbeat(check, i);
    check_thresholds(check, i);
    check_windows(check, i);
    check_use(check, i);
  }
}
