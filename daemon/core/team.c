// A team is covered while anybody of it is on duty. What is not covered is attributed as `unowned`.
#include "daemon/core/crew.h"

#include "daemon/core/key.h"
#include "daemon/core/venue_internal.h"

static bool is_covered(const struct vd_venue *venue, const char *team)
{
  struct vd_key prefix = vd_key_of("duty/", team, "/");
  for (const char *key = NULL; (key = vd_index_next(venue->index, prefix.text, key));) {
    const Vd__Crew *crew = VD_FIND(venue, CREW, Crew, vd_index_last_field(key));
    if (crew && crew->on_duty)
      return true;
  }
  return false;
}

int64_t vd_team_uncovered(const struct vd_venue *venue, const char *team, int64_t at_ms)
{
  const Vd__Team *found = VD_FIND(venue, TEAM, Team, team);
  if (!found)
    return 0;
  int64_t since_ms = found->uncovered_since_at_ms;
  return found->uncovered_ms + (since_ms != 0 && at_ms > since_ms ? at_ms - since_ms : 0);
}

void vd_team_refresh(struct vd_act *act, const char *team)
{
  Vd__Team *found = VD_FIND(act->venue, TEAM, Team, team);
  if (!found)
    return;
  bool covered = is_covered(act->venue, team);
  if (covered == (found->uncovered_since_at_ms == 0))
    return;
  vd_act_touch(act, VD__KIND__KIND_TEAM, &found->base);
  if (covered) {
    found->uncovered_ms = vd_team_uncovered(act->venue, team, act->now_ms);
    found->uncovered_since_at_ms = 0;
  } else {
    found->uncovered_since_at_ms = act->now_ms;
  }
}
