// Devices (設備故障預警): signs of life, early warnings, one incident for one fault. Room-internal.
//
//   OK --a heartbeat overdue, or a reading beyond `warn`--> SUSPECT --heard again, back within--> OK
//   OK, SUSPECT --fault_after_beats missed, a reading beyond `fault`, or people say so--> FAULT
//   FAULT --heard again, back within, and so for flap_ms--> OK (recovered: a note on the incident, which
//   stays) any --a window of the plan, or people say so--> MAINTENANCE --its end--> OK, with heartbeats
//   expected anew
//
// The fault's incident: the device's category and zone, severity by the agenda (severity of the category; one
// more where a session of the zone starts within 30 min or runs, two more where its audience is over half of
// the event's participants; at most 4, and 4 only if the category says so). Its clocks start at the fault,
// which polling hid: the time until it was found is `detection`. A fault again within policy.reopen_ms of the
// incident's closing reopens it; while it is open the fault is a note on it.
//
// Volatile, in memory alone: the last sign of life and the last values of each device. A crash loses at most
// the last 60 s of those: a sign of life is kept as a Change when the one kept before is that old. After a
// restart or a suspend every heartbeat is expected anew from then on, so that nobody's silence is a fault by
// our own.
#ifndef VD_CORE_DEVICE_H
#define VD_CORE_DEVICE_H

#include "daemon/core/act.h"

struct vd_pulses; // the volatile part, by device
void vd_pulses_destroy(struct vd_pulses *pulses);

enum vd_err vd_device_readings(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_device_fault(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_device_maintenance(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
void vd_device_fire(struct vd_act *act, Vd__Device *device);
int64_t vd_device_next(const struct vd_venue *venue, const Vd__Device *device); // for timer.c
// Everything was silent because venued was: heartbeats are expected anew from now_ms on.
void vd_device_expect_anew(struct vd_venue *venue, int64_t now_ms);

#endif
