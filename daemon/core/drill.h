// Drills (應急演練) on the live system: one at a time, in a zone or everywhere, with named people or everybody.
// Room-internal. Rule: standard §4 "Drills": marked everywhere, in no figure, away from attendees, over by
// itself at the first real incident of severity 3 or more.
//
//   (none) --start--> RUNNING --end, or a real incident of severity >= 3 opens or is raised to it--> ENDED
//
// What is reported as part of the drill, and says so, is a drill's incident: it carries the drill's number, and
// so do its attempts, deadlines, offers and threads. A report that does not say so is real, whoever made it. A
// drill's incident
//   - is counted in drill_incidents alone: not as open, running, late or called; no node counts it
//   - looks like no other, is merged with none that is real, is needed by no session
//   - is offered and assigned only to those who take part and have no real work or offer
//   - calls its posts like a real one, but in no digest and never the last resort
//   - ends, with all that is its own, when the drill does, and is not taken up again after that
//
// Whoever takes part counts as free for real work, and real work asked of them takes them out of the drill's at
// once: offers are withdrawn, what they hold is offered to the next.
//
// At the end everybody who took part and is on duty is told once: the named; of an open drill whoever held,
// was offered or was called about its work.
//
// On a command's path it costs two look-ups while none runs.
#ifndef VD_CORE_DRILL_H
#define VD_CORE_DRILL_H

#include "daemon/core/act.h"

enum {
  VD_DRILL_ENDS_AT_SEVERITY = 3,
  VD_DRILL_CREWS_MAX = 32,   // fewer where their ids are long: a drill is an entity
  VD_DRILL_REPORTS_MAX = 200,
  VD_DRILLS_KEPT = 32,       // older ones are in the journal
};

enum vd_err vd_drill_start(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_drill_end(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

// The drill that runs; NULL if none.
const Vd__Drill *vd_drill_running(const struct vd_venue *venue);
// Whether the incident of this number is part of a drill, running or not.
bool vd_drill_has(const struct vd_venue *venue, uint64_t incident);
// Whether this person takes part in the drill of this incident.
bool vd_drill_includes(const struct vd_venue *venue, const Vd__Incident *incident, const char *crew);
// Refuses what a report must not be to be part of the drill (no-drill, outside-drill, too-many); a report that
// is real passes.
enum vd_err vd_drill_check_report(const struct vd_act *act, struct vd_refusal *refusal);
// Of an incident that ended: a drill's is not taken up again once the drill is over.
enum vd_err vd_drill_check_again(const struct vd_venue *venue, const Vd__Incident *incident,
                                 struct vd_refusal *refusal);
// A report that was checked is part of the drill.
void vd_drill_join(struct vd_act *act, Vd__Incident *incident);
// Whether the reporter is in a drill here and did not say that this is part of it; it is real then, and the
// reply says so.
bool vd_drill_is_near(const struct vd_act *act, const Vd__Incident *incident);
// Real work was asked of this person.
void vd_drill_yield(struct vd_act *act, const char *crew);
// At the end of each act: ends the drill if the act made a real incident severe.
void vd_drill_watch(struct vd_act *act);

#endif
