// The plan of an event: its checks (the standard's and the house's), its defaults, and what it becomes.
// Pure. Used by the venue (PlanApply), by the daemon at start and by `venuectl plan check`.
#ifndef VD_CORE_PLAN_H
#define VD_CORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"
#include "proto/plan.pb-c.h"
#include "proto/wire.pb-c.h"

// One thing a check has to say. `rule` is a stable name (docs/plan.md); `path` leads to the value
// ("crews[3].posts[0]"), which the caller turns into file:line with vd_text_map_find.
struct vd_finding {
  const char *rule;      // static
  enum vd_err err;       // VD_ERR_BAD_PLAN unless a better one fits (duplicate-id, dangling-reference)
  bool is_error;         // false: a warning (a limit looser than the standard)
  bool is_measure;       // the value is a number that is measured against the limit
  char path[128];
  char value[96];        // as found
  char limit[96];        // as required
  char sentence[320];
};

struct vd_findings {
  Vd__Language language; // of sentences and limits; set by the caller before the check, 0 is English
  struct vd_finding *items;
  size_t count;          // at most 500 errors and 500 warnings
  size_t errors;
};
void vd_findings_finish(struct vd_findings *findings);

// Fills in the standard's values where the plan is silent (heap message, in place). Idempotent.
void vd_plan_defaults(Vd__Plan *plan);

// Everything that can be wrong with a plan by itself, on a plan with defaults filled in. O(n log n).
void vd_plan_check(const Vd__Plan *plan, struct vd_findings *findings);

// ---- room-internal: the command ----
struct vd_act;
// Executes PlanApply: checks (errors refuse with the first finding), then turns the difference into touched
// entities: what is new is created, what changed is edited, what is gone is marked retired while running
// deadlines keep their limits and people keep what they said. The same plan again is a no-op success.
enum vd_err vd_plan_apply(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);

#endif
