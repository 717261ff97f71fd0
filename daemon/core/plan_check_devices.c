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
  vd_plan_check_reference(check, &check->zones, device->zone, "zone", path_of(at, "zone").text);
  vd_plan_check_reference(check, &check->categories, device->category, "category",
                          path_of(at, "category").text);
  if (*device->spare)
    vd_plan_check_reference(check, &check->zones, device->spare, "zone", path_of(at, "spare").text);
  if (*device->partner == '\0')
    return;
  if (strcmp(device->partner, device->id) == 0)
    vd_plan_find(check->findings, VD_PLAN_DEVICE_PARTNER, path_of(at, "partner").text, device->partner,
                 "another device", "\"%s\" cannot take over from itself.", device->id);
  else
    vd_plan_check_reference(check, &check->devices, device->partner, "device", path_of(at, "partner").text);
}

// ---- what is expected of it ----

// Until a fault is found nobody can respond to it, and the clock runs from the fault.
static void check_heartbeat(struct vd_plan_check *check, size_t at)
{
  const Vd__Policy *policy = check->plan->policy;
  const Vd__PlanDevice *device = check->plan->devices[at];
  struct vd_plan_words path = path_of(at, "heartbeat_ms");
  struct vd_plan_words found = vd_plan_duration(device->heartbeat_ms);
  if (device->heartbeat_ms != 0 && (device->heartbeat_ms < SECOND || device->heartbeat_ms > DAY)) {
    vd_plan_find(check->findings, VD_PLAN_VALUE_RANGE, path.text, found.text, "1s to 24h",
                 "Heartbeats come every 1s to 24h; without the key none are expected.");
    return;
  }
  int64_t hidden_ms = device->heartbeat_ms * (policy->fault_after_beats - INT64_C(1));
  if (policy->fault_after_beats > 0 && hidden_ms >= policy->respond_limit_ms)
    vd_plan_find(check->findings, VD_PLAN_SLOW_HEARTBEAT, path.text, found.text,
                 vd_plan_duration(policy->respond_limit_ms).text,
                 "A fault of \"%s\" may be %s old before it is found, and is then late already.", device->id,
                 vd_plan_duration(hidden_ms).text);
}

static bool is_twice(const Vd__PlanDevice *device, size_t at)
{
  for (size_t i = 0; i < at; i++)
    if (strcmp(device->thresholds[i]->reading, device->thresholds[at]->reading) == 0)
      return true;
  return false;
}

static void check_threshold(struct vd_plan_check *check, size_t at, size_t number)
{
  const Vd__PlanDevice *device = check->plan->devices[at];
  const Vd__Threshold *threshold = device->thresholds[number];
  struct vd_plan_words path = vd_plan_words("devices[%zu].thresholds[%zu]", at, number);
  bool is_beyond = threshold->below ? threshold->fault > threshold->warn : threshold->fault < threshold->warn;
  const struct {
    const char *field;
    int64_t value;
  } values[] = {{"warn", threshold->warn}, {"fault", threshold->fault}};
  for (size_t i = 0; i < 2; i++)
    if (values[i].value > VALUE_MAX || values[i].value < -VALUE_MAX)
      vd_plan_find(check->findings, VD_PLAN_VALUE_RANGE,
                   vd_plan_words("%s.%s", path.text, values[i].field).text,
                   vd_plan_words("%lld", (long long)values[i].value).text, "at most 10^12 either way",
                   "No reading is that large: values are thousandths of their unit.");
  if (!vd_word_is_valid(threshold->reading))
    vd_plan_find(check->findings, VD_PLAN_ID, vd_plan_words("%s.reading", path.text).text, threshold->reading,
                 "1 to 64 of [a-z0-9-]", "A reading has a name of a-z, 0-9 and \"-\".");
  else if (is_twice(device, number))
    vd_plan_find(check->findings, VD_PLAN_DUPLICATE_ID, vd_plan_words("%s.reading", path.text).text,
                 threshold->reading, "", "\"%s\" has two bounds for \"%s\".", device->id, threshold->reading);
  if (threshold->has_fault ? is_beyond : threshold->fault != 0)
    vd_plan_find(check->findings, VD_PLAN_THRESHOLD_ORDER, vd_plan_words("%s.fault", path.text).text,
                 vd_plan_words("%lld", (long long)threshold->fault).text,
                 threshold->has_fault ? "beyond warn" : "has_fault: true",
                 threshold->has_fault ? "\"%s\" of \"%s\" would be a fault before it is a warning."
                                      : "\"%s\" of \"%s\" has a fault that counts only with has_fault.",
                 threshold->reading, device->id);
}

static void check_thresholds(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanDevice *device = check->plan->devices[at];
  if (device->n_thresholds > THRESHOLDS_MAX)
    vd_plan_find(check->findings, VD_PLAN_TOO_MANY, path_of(at, "thresholds").text,
                 vd_plan_words("%zu thresholds", device->n_thresholds).text, "6 thresholds",
                 "At most %d thresholds a device.", THRESHOLDS_MAX);
  for (size_t i = 0; i < device->n_thresholds; i++)
    check_threshold(check, at, i);
}

// ---- when it is out of use ----

static const Vd__PlanSession *session_within(const struct vd_plan_check *check, const Vd__PlanDevice *device,
                                             const Vd__Shift *window)
{
  for (size_t i = 0; i < check->plan->n_sessions; i++) {
    const Vd__PlanSession *session = check->plan->sessions[i];
    if (session->start_at_ms < window->end_at_ms && session->end_at_ms > window->start_at_ms &&
        strcmp(session->zone, device->zone) == 0)
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
  struct vd_plan_words found = vd_plan_words("%s to %s", vd_plan_clock(event, window->start_at_ms).text,
                                             vd_plan_clock(event, window->end_at_ms).text);
  if (window->start_at_ms <= 0 || window->start_at_ms >= window->end_at_ms) {
    vd_plan_find(check->findings, VD_PLAN_WINDOW_ORDER, path.text, found.text, "start before end",
                 "Maintenance begins before it ends (%s).", found.text);
    return;
  }
  if (number > 0 && window->start_at_ms < device->windows[number - 1]->end_at_ms)
    vd_plan_find(check->findings, VD_PLAN_WINDOW_ORDER, path.text, found.text, "after the window before",
                 "This window (%s) begins before the one above it ends.", found.text);
  const Vd__PlanSession *session = session_within(check, device, window);
  if (session)
    vd_plan_find(check->findings, VD_PLAN_WINDOW_IN_SESSION, path.text, found.text, "outside of sessions",
                 "No fault of \"%s\" is found in this window (%s), in which \"%s\" takes place.", device->id,
                 found.text, session->id);
}

static void check_windows(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanDevice *device = check->plan->devices[at];
  if (device->n_windows > WINDOWS_MAX)
    vd_plan_find(check->findings, VD_PLAN_TOO_MANY, path_of(at, "windows").text,
                 vd_plan_words("%zu windows", device->n_windows).text, "6 windows",
                 "At most %d windows a device.", WINDOWS_MAX);
  for (size_t i = 0; i < device->n_windows; i++)
    check_window(check, at, i);
}

// ---- what stands in ----

static void check_use(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanDevice *device = check->plan->devices[at];
  if (*device->partner == '\0' && *device->spare == '\0')
    vd_plan_find(check->findings, VD_PLAN_NO_SPARE, path_of(at, "").text, device->id, "a partner or a spare",
                 "Nothing stands in for \"%s\": name its partner, or the zone of its spare.", device->id);
  if (device->heartbeat_ms == 0 && device->n_thresholds == 0)
    vd_plan_find(check->findings, VD_PLAN_UNWATCHED_DEVICE, path_of(at, "").text, device->id,
                 "a heartbeat or a threshold", "Only people can find a fault of \"%s\".", device->id);
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
