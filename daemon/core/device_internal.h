// What the stories of a device (device*.c) share. Nobody else includes it.
#ifndef VD_CORE_DEVICE_INTERNAL_H
#define VD_CORE_DEVICE_INTERNAL_H

#include "daemon/core/device.h"
#include "daemon/core/venue_internal.h"
#include "proto/check.h"

enum { VD_THRESHOLDS_MAX = 6, VD_DEVICE_KEEP_MS = 60000 };

// What can speak against a device, by its bit in `told` and `beyond`: silence, then each threshold in order.
enum { VD_SILENCE = 0, VD_FIRST_READING = 1 };
unsigned vd_device_kinds(const Vd__Device *device); // how many

static inline bool vd_has_kind(uint32_t kinds, unsigned kind)
{
  return kinds >> kind & 1;
}

// ---- the volatile part (device_pulse.c) ----

// What was heard of one device last.
struct vd_pulse {
  Vd__Device *device; // live: a device is retired, never removed
  int64_t heard_ms;   // last sign of life, 0 = never
  int64_t from_ms;    // its heartbeats are expected from here on at the earliest
  int64_t well_ms;    // since when it is well again without being called so yet, 0 = it is not
  uint32_t flaps;     // not kept yet
  struct {
    int64_t at_ms; // 0 = not heard
    int64_t value;
  } values[VD_THRESHOLDS_MAX]; // by threshold
  // All that as of before the act under way: what a Change about the device carries, so that it can be done
  // again.
  uint64_t act;      // which: pulses->acts when it was looked at first
  Vd__Pulse before;  // its lists are these
  int64_t at_ms_before[VD_THRESHOLDS_MAX], values_before[VD_THRESHOLDS_MAX];
  // Of the command under way.
  uint64_t command; // which: pulses->commands when it was looked at
  int64_t latest_ms;
  bool matters; // it changed what is kept
};

struct vd_pulses {
  struct vd_pulse **slots; // hash by id, NULL = free
  size_t capacity, count;  // a power of two, at least twice the count
  int64_t anew_ms;         // nobody could be heard before
  int64_t seen_ms;         // windows that ended by then are past
  uint64_t acts;           // begun so far
  // Of the command under way: how many there were, the pulse of each reading, and what of it becomes the
  // cause.
  uint64_t commands;
  struct vd_pulse *of[VD_READINGS_MAX];
  Vd__Reading *kept[VD_READINGS_MAX];
  Vd__Readings readings;
  Vd__Command command;
};

// By hash, O(1). NULL where there is no such device, or no longer.
struct vd_pulse *vd_pulse_get(struct vd_venue *venue, const char *id);
// Of a device at hand.
struct vd_pulse *vd_pulse_of(struct vd_venue *venue, Vd__Device *device);
// When the last sign of life that counts was; 0 = never.
int64_t vd_pulse_base(const struct vd_venue *venue, const struct vd_pulse *pulse);
void vd_pulse_forget_values(struct vd_pulse *pulse);
// What was heard of it before now_ms says nothing any more.
void vd_pulse_expect_anew(struct vd_pulse *pulse, int64_t now_ms);
// The entity keeps the readings that speak against it. Touched by the caller.
void vd_pulse_keep(struct vd_pulse *pulse);
// Forgets the values, but for those.
void vd_pulse_recall(struct vd_pulse *pulse);
// Whether a reading speaks against it that the entity does not keep yet.
bool vd_pulse_has_news(const struct vd_pulse *pulse);

// ---- what is known of it, judged (device_judge.c) ----

enum vd_health { VD_WELL, VD_SUSPICIOUS, VD_FAULTY };

struct vd_verdict {
  enum vd_health health;
  unsigned kind;                  // of what speaks against it
  const Vd__Threshold *threshold; // that a reading is beyond; NULL: silence
  int64_t value;
  int64_t since_ms; // as far as is known
};
// The worst that speaks against it; of equals the first in the plan, silence last.
struct vd_verdict vd_device_judge(const struct vd_venue *venue, const struct vd_pulse *pulse, int64_t now_ms);
struct vd_verdict vd_device_judge_kind(const struct vd_venue *venue, const struct vd_pulse *pulse,
                                       unsigned kind, int64_t now_ms);
// "temperature 81.5 °C, over 80 °C" · "heartbeat overdue since 09:41:05". The caller finishes it; NUL at the
// end.
struct vd_buffer vd_device_words(const struct vd_venue *venue, const struct vd_verdict *verdict);

// First moments after which a heartbeat is missed, and fault_after_beats of them; VD_NEVER if none is
// expected.
int64_t vd_device_suspect_at(const struct vd_venue *venue, const struct vd_pulse *pulse);
int64_t vd_device_fault_at(const struct vd_venue *venue, const struct vd_pulse *pulse);

bool vd_device_is_in_maintenance(const Vd__Device *device, int64_t at_ms);
// When the maintenance that covers `at_ms` ends.
int64_t vd_device_maintenance_end(const Vd__Device *device, int64_t at_ms);
// When the first window that ends after `after_ms` begins, or began; VD_NEVER if there is none.
int64_t vd_device_maintenance_start(const Vd__Device *device, int64_t after_ms);

// ---- its states (device_state.c) ----

// Touches it, and keeps what is volatile of it.
void vd_device_touch(struct vd_act *act, struct vd_pulse *pulse);
// Brings its state in line with what is known of it now.
void vd_device_settle(struct vd_act *act, struct vd_pulse *pulse);
// It begins to fail by what people say, at this time.
void vd_device_fail_as_said(struct vd_act *act, struct vd_pulse *pulse, int64_t since_ms);
// Its incident has ended; `is_fixed`: closed, and landed as fixed.
void vd_device_end_fault(struct vd_act *act, struct vd_pulse *pulse, const Vd__Incident *incident,
                         bool is_fixed);
void vd_device_revive_fault(struct vd_act *act, struct vd_pulse *pulse); // that was taken back
void vd_device_enter_maintenance(struct vd_act *act, struct vd_pulse *pulse);
void vd_device_leave_maintenance(struct vd_act *act, struct vd_pulse *pulse);
// Touches it and sets the state, with what begins anew then.
void vd_device_become(struct vd_act *act, struct vd_pulse *pulse, Vd__DeviceState state);
// Returns the act's fact, NULL if another was told before.
Vd__Fact *vd_device_tell(struct vd_act *act, enum vd_fact what, const Vd__Device *device, const char *text);
// Its early warning: "device.<id>".
void vd_device_warn(struct vd_act *act, const Vd__Device *device);
void vd_device_unwarn(struct vd_act *act, const Vd__Device *device);

// ---- its incident (device_fault.c) ----

struct vd_failure {
  int64_t since_ms; // the fault's time
  int64_t found_ms; // when it was found: what lies between is detection
  const char *words;
  Vd__Fact *fact; // of this fault, NULL if the act is about something else
  bool is_said;   // by people
};
// Opens, reopens or notes the incident of a touched device.
void vd_device_raise(struct vd_act *act, Vd__Device *device, const struct vd_failure *failure);
// The incident of the last fault, merges followed; NULL if none is at hand.
Vd__Incident *vd_device_incident(const struct vd_venue *venue, const Vd__Device *device);
bool vd_device_has_open_incident(const struct vd_venue *venue, const Vd__Device *device);
// A line of venued's own on the incident, if it is open.
void vd_device_note(struct vd_act *act, const Vd__Device *device, const char *text);

#endif
