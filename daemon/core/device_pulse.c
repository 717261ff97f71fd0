// The volatile part: a hash of what was heard of each device last. A device is found once per reading, in the
// same time however many there are.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/device_internal.h"

enum { SLOTS_MIN = 64 };

struct vd_pulses *vd_pulses_create(void)
{
  struct vd_pulses *pulses = vd_zalloc(sizeof *pulses);
  pulses->capacity = SLOTS_MIN;
  pulses->slots = vd_zalloc(pulses->capacity * sizeof(struct vd_pulse *));
  vd__readings__init(&pulses->readings);
  vd__command__init(&pulses->command);
  return pulses;
}

void vd_pulses_destroy(struct vd_pulses *pulses)
{
  if (pulses == NULL)
    return;
  for (size_t i = 0; i < pulses->capacity; i++)
    free(pulses->slots[i]);
  free(pulses->slots);
  free(pulses);
}

static size_t hash_of(const char *id)
{
  uint64_t hash = UINT64_C(14695981039346656037); // FNV-1a
  for (; *id; id++)
    hash = (hash ^ (unsigned char)*id) * UINT64_C(1099511628211);
  return (size_t)(hash ^ hash >> 32);
}

// The slot that has the device, or the free one where it belongs.
static struct vd_pulse **slot_of(const struct vd_pulses *pulses, const char *id)
{
  size_t mask = pulses->capacity - 1, at = hash_of(id) & mask;
  while (pulses->slots[at] && strcmp(pulses->slots[at]->device->id, id) != 0)
    at = (at + 1) & mask;
  return &pulses->slots[at];
}

static void grow(struct vd_pulses *pulses)
{
  struct vd_pulse **before = pulses->slots;
  size_t count = pulses->capacity;
  pulses->capacity = 2 * count;
  pulses->slots = vd_zalloc(pulses->capacity * sizeof(struct vd_pulse *));
  for (size_t i = 0; i < count; i++)
    if (before[i])
      *slot_of(pulses, before[i]->device->id) = before[i];
  free(before);
}

// ---- readings that the entity keeps ----

static void keep_value(Vd__Device *device, unsigned kind, int64_t value)
{
  device->beyond |= 1u << kind;
  device->values = vd_realloc(device->values, (device->n_values + 1) * sizeof *device->values);
  device->values[device->n_values++] = value;
}

static bool is_beyond(const struct vd_pulse *pulse, unsigned kind)
{
  return vd_device_judge_kind(NULL, pulse, kind, 0).health != VD_WELL;
}

void vd_pulse_keep(struct vd_pulse *pulse)
{
  Vd__Device *device = pulse->device;
  free(device->values);
  device->values = NULL;
  device->n_values = 0;
  device->beyond = 0;
  for (unsigned kind = VD_FIRST_READING; kind < vd_device_kinds(device); kind++)
    if (is_beyond(pulse, kind))
      keep_value(device, kind, pulse->values[kind - VD_FIRST_READING].value);
}

bool vd_pulse_has_news(const struct vd_pulse *pulse)
{
  for (unsigned kind = VD_FIRST_READING; kind < vd_device_kinds(pulse->device); kind++)
    if (is_beyond(pulse, kind) && !vd_has_kind(pulse->device->beyond, kind))
      return true;
  return false;
}

void vd_pulse_recall(struct vd_pulse *pulse)
{
  const Vd__Device *device = pulse->device;
  size_t next = 0;
  vd_pulse_forget_values(pulse);
  for (unsigned kind = VD_FIRST_READING; kind < vd_device_kinds(device); kind++) {
    if (!vd_has_kind(device->beyond, kind) || next == device->n_values)
      continue;
    pulse->values[kind - VD_FIRST_READING].at_ms = device->heard_at_ms;
    pulse->values[kind - VD_FIRST_READING].value = device->values[next++];
  }
}

static bool find_kind(const Vd__Device *device, const char *reading, unsigned *kind)
{
  for (*kind = VD_FIRST_READING; *kind < vd_device_kinds(device); ++*kind)
    if (strcmp(device->thresholds[*kind - VD_FIRST_READING]->reading, reading) == 0)
      return true;
  return false;
}

static int64_t kept_value(const Vd__Device *device, unsigned kind)
{
  size_t at = 0;
  for (unsigned before = VD_FIRST_READING; before < kind; before++)
    at += vd_has_kind(device->beyond, before);
  return at < device->n_values ? device->values[at] : 0;
}

void vd_device_carry(Vd__Device *to, const Vd__Device *from)
{
  unsigned was;
  to->told = from->told & 1u << VD_SILENCE;
  for (unsigned kind = VD_FIRST_READING; kind < vd_device_kinds(to); kind++) {
    if (!find_kind(from, to->thresholds[kind - VD_FIRST_READING]->reading, &was))
      continue;
    to->told |= (uint32_t)vd_has_kind(from->told, was) << kind;
    if (vd_has_kind(from->beyond, was))
      keep_value(to, kind, kept_value(from, was));
  }
}

// ---- the hash ----

static struct vd_pulse *pulse_create(Vd__Device *device)
{
  struct vd_pulse *pulse = vd_zalloc(sizeof *pulse);
  pulse->device = device;
  pulse->heard_ms = device->heard_at_ms;
  vd_pulse_recall(pulse);
  return pulse;
}

static int64_t expected_from(const struct vd_venue *venue, const struct vd_pulse *pulse)
{
  return venue->pulses->anew_ms > pulse->from_ms ? venue->pulses->anew_ms : pulse->from_ms;
}

// Once an act, when it first asks.
static struct vd_pulse *remember(const struct vd_venue *venue, struct vd_pulse *pulse)
{
  if (pulse->act == venue->pulses->acts)
    return pulse;
  Vd__Pulse *before = &pulse->before;
  pulse->act = venue->pulses->acts;
  vd__pulse__init(before);
  before->device = pulse->device->id;
  before->heard_at_ms = pulse->heard_ms;
  before->expected_from_at_ms = expected_from(venue, pulse);
  before->well_at_ms = pulse->well_ms;
  before->flaps = pulse->flaps;
  before->value_at_ms = pulse->at_ms_before;
  before->values = pulse->values_before;
  before->n_value_at_ms = before->n_values = vd_device_kinds(pulse->device) - VD_FIRST_READING;
  for (size_t i = 0; i < before->n_values; i++) {
    pulse->at_ms_before[i] = pulse->values[i].at_ms;
    pulse->values_before[i] = pulse->values[i].value;
  }
  return pulse;
}

void vd_pulses_begin_act(struct vd_pulses *pulses)
{
  pulses->acts++;
}

Vd__Pulse *vd_pulse_before(const struct vd_venue *venue, const char *device)
{
  struct vd_pulse *pulse = *slot_of(venue->pulses, device);
  return pulse && pulse->act == venue->pulses->acts ? &pulse->before : NULL;
}

void vd_pulse_set(struct vd_venue *venue, const Vd__Pulse *known)
{
  Vd__Device *device = VD_FIND(venue, DEVICE, Device, known->device);
  struct vd_pulse *pulse = device ? vd_pulse_of(venue, device) : NULL;
  if (!pulse)
    return;
  pulse->heard_ms = known->heard_at_ms;
  pulse->from_ms = known->expected_from_at_ms;
  pulse->well_ms = known->well_at_ms;
  pulse->flaps = known->flaps;
  vd_pulse_forget_values(pulse);
  for (size_t i = 0; i < known->n_values && i < known->n_value_at_ms && i < VD_THRESHOLDS_MAX; i++) {
    pulse->values[i].at_ms = known->value_at_ms[i];
    pulse->values[i].value = known->values[i];
  }
}

struct vd_pulse *vd_pulse_of(struct vd_venue *venue, Vd__Device *device)
{
  struct vd_pulses *pulses = venue->pulses;
  struct vd_pulse **slot = slot_of(pulses, device->id);
  if (*slot)
    return remember(venue, *slot);
  if (2 * (pulses->count + 1) > pulses->capacity) {
    grow(pulses);
    slot = slot_of(pulses, device->id);
  }
  pulses->count++;
  *slot = pulse_create(device);
  return remember(venue, *slot);
}

struct vd_pulse *vd_pulse_get(struct vd_venue *venue, const char *id)
{
  struct vd_pulse *pulse = *slot_of(venue->pulses, id);
  if (!pulse) {
    Vd__Device *device = VD_FIND(venue, DEVICE, Device, id);
    pulse = device ? vd_pulse_of(venue, device) : NULL;
  }
  return pulse && !pulse->device->retired ? remember(venue, pulse) : NULL;
}

int64_t vd_pulse_base(const struct vd_venue *venue, const struct vd_pulse *pulse)
{
  if (pulse->heard_ms == 0)
    return 0;
  int64_t from_ms = expected_from(venue, pulse);
  return pulse->heard_ms > from_ms ? pulse->heard_ms : from_ms;
}

void vd_pulse_forget_values(struct vd_pulse *pulse)
{
  memset(pulse->values, 0, sizeof pulse->values);
}

void vd_pulse_expect_anew(struct vd_pulse *pulse, int64_t now_ms)
{
  pulse->from_ms = now_ms;
  vd_pulse_forget_values(pulse);
}

void vd_device_expect_anew(struct vd_venue *venue, int64_t now_ms)
{
  venue->pulses->anew_ms = now_ms;
  if (now_ms > venue->pulses->seen_ms)
    venue->pulses->seen_ms = now_ms;
}
