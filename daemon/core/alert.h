// Threads: one per incident and person ("42.av-1"), or per other subject and person ("t7.av-1",
// "zone.tea-break.av-1"); their reasons, the digest of a person with several.
// Mechanics for escalation.c, which knows the rules of who is called. Room-internal.
//
//   (none) --raise--> OPEN --hear--> HEARD --raise (something new)--> OPEN
//   OPEN, HEARD --last reason dropped--> WITHDRAWN --raise--> OPEN
#ifndef VD_CORE_ALERT_H
#define VD_CORE_ALERT_H

#include "daemon/core/act.h"

// Threads that belong to no person. The plan may not use these words as crew ids (plan_check).
#define VD_ALERT_CONTROL_ROOM "control-room"
#define VD_ALERT_LAST_RESORT  "last-resort"

enum { VD_ALERT_REASONS_MAX = 8, VD_ALERT_DIGEST_MAX = 32 };

struct vd_alert_id {
  char text[160];
};
// `subject` counts where there is no incident.
struct vd_alert_id vd_alert_id_of(uint64_t incident, const char *subject, const char *whom);
struct vd_alert_id vd_alert_digest_id(const char *crew);
bool vd_alert_is_digest(const Vd__Alert *alert);

// What is raised; every pointer may be NULL for "".
struct vd_alert_call {
  uint64_t incident;
  const char *subject; // without an incident: "t7", "zone.tea-break"
  const char *whom;    // crew id, or one of the two words above
  Vd__AlertWhy why;
  Vd__Promise promise;
  const char *deadline;
  Vd__Level level;
  const char *called_before;
  const char *passed_over;
  const char *post; // asked for: passes on to whoever holds it next
  bool is_loud;
};
// Opens or updates the thread and calls the person once more.
void vd_alert_raise(struct vd_act *act, const struct vd_alert_call *call);

// Marks the thread heard; false if it was not open.
bool vd_alert_hear(struct vd_act *act, Vd__Alert *alert, const char *by);

// Drops the reasons that `matches` says yes to; a thread without reasons left is withdrawn.
typedef bool (*vd_alert_match_fn)(const Vd__AlertReason *reason, const void *context);
void vd_alert_drop(struct vd_act *act, Vd__Alert *alert, vd_alert_match_fn matches, const void *context);
// The same on every thread of the incident, or of the subject where that is 0.
void vd_alert_drop_everywhere(struct vd_act *act, uint64_t incident, const char *subject,
                              vd_alert_match_fn matches, const void *context);

const Vd__AlertReason *vd_alert_reason(const Vd__Alert *alert, Vd__AlertWhy why, const char *deadline);

#endif
