// What `venuectl replay` has found, for whoever says it.
#ifndef CTL_REPLAY_H
#define CTL_REPLAY_H

#include "clients/ctl/ctl.h"
#include "proto/fold.h"

struct replayed {
  const struct ctl *ctl;
  struct vd_fold *was, *would; // every incident, deadline and team that ever was, as it was last
  int64_t was_now_ms, now_ms;  // of the journal's last cause; of the replay's
  bool is_set;                 // limits were set
  Vd__ReplayResult result;
};

// Prints each promise that was or would have been broken, then the sum; counts them into the result.
void ctl_replay_say(struct replayed *replayed);

#endif
