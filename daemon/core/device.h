// Devices (設備故障預警): signs of life, early warnings, one incident for one fault. Room-internal.
//
//   UNSPECIFIED (nothing was heard yet, so nothing is expected) --first sign of life--> OK
//   OK --a heartbeat overdue, or a reading beyond `warn`--> SUSPECT --heard again, back within--> OK
//   any of these --fault_after_beats missed, a reading beyond `fault`, or people say so--> FAULT
//   FAULT --heard again, back within, and so for flap_ms--> OK (recovered: a note on the incident, which
//   stays) FAULT --its incident ends--> OK, if people said it and nothing else makes it a fault, or if it was
//   landed as fixed and closed: then it is judged by what is heard from now on any --a window of the plan, or
//   people say so--> MAINTENANCE --its end--> OK, with heartbeats expected anew (UNSPECIFIED, if nothing was
//   ever heard)
//
// Two signs of life lie at most heartbeat_ms apart, else one is missed; a sign exactly then is in time. A
// suspicion that comes back within flap_ms of its end ends like a fault: once the device was well for
// flap_ms. So a device that flaps calls once, and costs no Change each time.
//
// The fault's incident: the device's category and zone, severity by the agenda (severity of the category; one
// more where a session of the zone starts within fault_soon_ms or runs, two more where the audience of one is
// over fault_audience_percent of the participants; at most 4, and 4 only if the category says so). Its clocks
// start at the fault, which polling hid: the time until it was found is `detection`. A fault again within
// policy.reopen_ms of the incident's ending reopens it; while it is open the fault is a note on it. A merge
// is followed: the survivor is the incident. An early warning calls the control post, once, and is settled
// when the device is well.
//
// `told` says what the incident knows of: silence, each reading. Another thing that makes it a fault is told
// once, and so is a flap after it was landed, which calls the control post: who verifies must know. What was
// closed as a workaround, or cancelled, over a device that still fails stays so, with a note; what it was not
// told of, or what fails after the device was well, is a fault again.
//
// Volatile, in memory alone: the last sign of life and the last values of each device, since when it is well
// again, flaps not kept yet. A crash loses at most the last 60 s of those: a sign of life is kept as a Change
// when the one kept before is that old, and a reading beyond its bound at once. After a restart, or whatever
// else kept venued from hearing, every heartbeat is expected anew from then on, so that nobody's silence is a
// fault by our own; so are those of a device that a plan changed.
//
// A device's timer is a function of the entity and of the volatile part. What is heard only moves it later,
// so the timer that stands may come too early: vd_venue_tick sets it anew then, without an act.
#ifndef VD_CORE_DEVICE_H
#define VD_CORE_DEVICE_H

#include "daemon/core/act.h"

struct vd_pulses; // the volatile part, by device
struct vd_pulses *vd_pulses_create(void);
void vd_pulses_destroy(struct vd_pulses *pulses);
void vd_pulses_begin_act(struct vd_pulses *pulses);
// What memory alone knew of the device when the act began, borrowed until the next; NULL if the act asked
// nothing of it.
Vd__Pulse *vd_pulse_before(const struct vd_venue *venue, const char *device);
// Makes memory know that again (replay.h). Nothing where there is no such device.
void vd_pulse_set(struct vd_venue *venue, const Vd__Pulse *known);

enum vd_err vd_device_readings(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_device_fault(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_device_maintenance(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
void vd_device_fire(struct vd_act *act, Vd__Device *device);
int64_t vd_device_next(const struct vd_venue *venue, const Vd__Device *device); // for timer.c

// Nobody could be heard until now_ms: heartbeats are expected anew from then on. O(1).
void vd_device_expect_anew(struct vd_venue *venue, int64_t now_ms);
// What is known of the readings of a device goes with it into another plan, by their names.
void vd_device_carry(Vd__Device *to, const Vd__Device *from);
// A plan was worked in: thresholds may be others, the heartbeats of what it touched are expected anew, what
// is retired warns no longer. Before timers are derived.
void vd_device_plan_applied(struct vd_act *act);
// An incident has ended, or that was taken back: so do the faults that it is about, see above.
void vd_device_incident_ended(struct vd_act *act, const Vd__Incident *incident);
void vd_device_incident_revived(struct vd_act *act, const Vd__Incident *incident);

#endif
