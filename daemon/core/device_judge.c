// What is known of a device, judged: silence, readings beyond their bounds, maintenance. Changes nothing.
#include <string.h>

#include "daemon/core/device_internal.h"
#include "proto/text.h"

// ---- silence ----

static int64_t beats_after(const struct vd_venue *venue, const struct vd_pulse *pulse, int64_t beats)
{
  int64_t base_ms = vd_pulse_base(venue, pulse);
  bool is_expected = base_ms != 0 && pulse->device->heartbeat_ms > 0;
  return is_expected ? base_ms + beats * pulse->device->heartbeat_ms : VD_NEVER;
}

int64_t vd_device_fault_at(const struct vd_venue *venue, const struct vd_pulse *pulse)
{
  return beats_after(venue, pulse, vd_policy(venue)->fault_after_beats);
}

int64_t vd_device_suspect_at(const struct vd_venue *venue, const struct vd_pulse *pulse)
{
  int64_t missed_ms = beats_after(venue, pulse, 1);
  if (missed_ms == VD_NEVER)
    return VD_NEVER;
  int64_t said_ms = vd_pulse_base(venue, pulse) + vd_policy(venue)->suspect_after_ms;
  int64_t fault_ms = vd_device_fault_at(venue, pulse);
  int64_t at_ms = said_ms > missed_ms ? said_ms : missed_ms;
  return at_ms < fault_ms ? at_ms : fault_ms;
}

// ---- readings ----

static enum vd_health health_by(const Vd__Threshold *threshold, int64_t value)
{
  bool is_fault = threshold->below ? value < threshold->fault : value > threshold->fault;
  bool is_warn = threshold->below ? value < threshold->warn : value > threshold->warn;
  return threshold->has_fault && is_fault ? VD_FAULTY : is_warn ? VD_SUSPICIOUS : VD_WELL;
}

static struct vd_verdict judge_reading(const struct vd_pulse *pulse, unsigned kind)
{
  const size_t at = kind - VD_FIRST_READING;
  const Vd__Threshold *threshold = pulse->device->thresholds[at];
  struct vd_verdict verdict = {.kind = kind,
                               .threshold = threshold,
                               .value = pulse->values[at].value,
                               .since_ms = pulse->values[at].at_ms};
  if (verdict.since_ms != 0)
    verdict.health = health_by(threshold, verdict.value);
  return verdict;
}

// ---- all of it ----

unsigned vd_device_kinds(const Vd__Device *device)
{
  size_t readings = device->n_thresholds < VD_THRESHOLDS_MAX ? device->n_thresholds : VD_THRESHOLDS_MAX;
  return VD_FIRST_READING + (unsigned)readings;
}

struct vd_verdict vd_device_judge_kind(const struct vd_venue *venue, const struct vd_pulse *pulse,
                                       unsigned kind, int64_t now_ms)
{
  if (kind != VD_SILENCE)
    return judge_reading(pulse, kind);
  enum vd_health health = now_ms > vd_device_fault_at(venue, pulse)     ? VD_FAULTY
                          : now_ms > vd_device_suspect_at(venue, pulse) ? VD_SUSPICIOUS
                                                                        : VD_WELL;
  return (struct vd_verdict){.health = health, .kind = kind, .since_ms = beats_after(venue, pulse, 1)};
}

struct vd_verdict vd_device_judge(const struct vd_venue *venue, const struct vd_pulse *pulse, int64_t now_ms)
{
  struct vd_verdict worst = {.health = VD_WELL};
  for (unsigned i = 1, kinds = vd_device_kinds(pulse->device); i <= kinds; i++) {
    struct vd_verdict verdict = vd_device_judge_kind(venue, pulse, i % kinds, now_ms);
    if (verdict.health > worst.health)
      worst = verdict;
  }
  return worst;
}

// ---- in words ----

// Thousandths as people write them: "81.5", "-0.25", "80".
static void add_value(struct vd_buffer *words, int64_t value, const char *unit)
{
  uint64_t size = value < 0 ? (uint64_t)-value : (uint64_t)value;
  unsigned rest = (unsigned)(size % 1000), digits = 3;
  for (; digits > 0 && rest % 10 == 0; digits--)
    rest /= 10;
  vd_buffer_printf(words, "%s%llu", value < 0 ? "-" : "", (unsigned long long)(size / 1000));
  if (digits > 0)
    vd_buffer_printf(words, ".%0*u", (int)digits, rest);
  vd_buffer_printf(words, "%s%s", *unit ? " " : "", unit);
}

static void add_clock(struct vd_buffer *words, const struct vd_venue *venue, int64_t at_ms)
{
  enum { TIME = 11, TIME_SIZE = 8 }; // of "2023-05-18T09:41:05.000+08:00"
  char instant[40];
  vd_instant_format(at_ms, vd_venue_event(venue)->utc_offset_ms, instant, sizeof instant);
  vd_buffer_printf(words, "%.*s", TIME_SIZE, strlen(instant) > TIME ? instant + TIME : instant);
}

struct vd_buffer vd_device_words(const struct vd_venue *venue, const struct vd_verdict *verdict)
{
  struct vd_buffer words = {0};
  const Vd__Threshold *threshold = verdict->threshold;
  if (!threshold) {
    vd_buffer_printf(&words, "heartbeat overdue since ");
    add_clock(&words, venue, verdict->since_ms);
  } else {
    int64_t bound = verdict->health == VD_FAULTY ? threshold->fault : threshold->warn;
    vd_buffer_printf(&words, "%s ", threshold->reading);
    add_value(&words, verdict->value, threshold->unit);
    vd_buffer_printf(&words, ", %s ", threshold->below ? "under" : "over");
    add_value(&words, bound, threshold->unit);
  }
  vd_buffer_append(&words, "", 1);
  return words;
}

// ---- maintenance ----

static const Vd__Shift *window_at(const Vd__Device *device, int64_t at_ms)
{
  for (size_t i = 0; i < device->n_windows; i++)
    if (device->windows[i]->start_at_ms <= at_ms && at_ms < device->windows[i]->end_at_ms)
      return device->windows[i];
  return NULL;
}

bool vd_device_is_in_maintenance(const Vd__Device *device, int64_t at_ms)
{
  return at_ms < device->maintenance_until_at_ms ||
         (at_ms >= device->service_until_at_ms && window_at(device, at_ms));
}

int64_t vd_device_maintenance_end(const Vd__Device *device, int64_t at_ms)
{
  while (vd_device_is_in_maintenance(device, at_ms)) // each turn leaves a window, or the word, behind
    at_ms = at_ms < device->maintenance_until_at_ms ? device->maintenance_until_at_ms
                                                    : window_at(device, at_ms)->end_at_ms;
  return at_ms;
}

int64_t vd_device_maintenance_start(const Vd__Device *device, int64_t after_ms)
{
  int64_t first_ms = VD_NEVER;
  for (size_t i = 0; i < device->n_windows; i++) {
    const Vd__Shift *window = device->windows[i];
    int64_t start_ms =
        window->start_at_ms > device->service_until_at_ms ? window->start_at_ms : device->service_until_at_ms;
    if (window->end_at_ms > after_ms && start_ms < window->end_at_ms && start_ms < first_ms)
      first_ms = start_ms;
  }
  return first_ms;
}
