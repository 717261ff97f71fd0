// What the stories of escalation (escalation.c, escalation_call.c) share. Nobody else includes it.
#ifndef VD_CORE_ESCALATION_INTERNAL_H
#define VD_CORE_ESCALATION_INTERNAL_H

#include "daemon/core/alert.h"
#include "daemon/core/escalation.h"

// The names of the levels that had nobody, "a, b".
struct vd_passed_over {
  char posts[160];
  size_t size;
};
void vd_pass_over(struct vd_passed_over *passed, const char *post);
// Says so in a note on the incident; in the duty log where there is none.
void vd_passed_over_tell(struct vd_act *act, uint64_t incident, const char *subject, const char *posts);

// Raises the thread, and the act tells whom it called.
void vd_escalation_raise(struct vd_act *act, const struct vd_alert_call *call);
// Nobody is left to call: the control room, loudly, and where it must be, the plan's contact outside.
void vd_escalation_raise_last(struct vd_act *act, const struct vd_alert_call *like, bool rings_last_resort);

#endif
