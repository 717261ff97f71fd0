// By when the next session needs what is broken: derived from the agenda, for the open incidents of a zone.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/incident_internal.h"
#include "daemon/core/key.h"
#include "daemon/core/session.h"

void vd_incident_need(const struct vd_venue *venue, Vd__Incident *incident)
{
  if (incident->drill == 0) // no session waits for a drill
    vd_session_need(venue, incident);
  vd_incident_fit(incident);
}

static void derive(struct vd_act *act, Vd__Incident *incident)
{
  Vd__Incident *wanted = (Vd__Incident *)vd_message_copy(&incident->base);
  vd_incident_need(act->venue, wanted);
  if (wanted->needed_by_at_ms != incident->needed_by_at_ms ||
      strcmp(wanted->needed_by, incident->needed_by) != 0) {
    vd_act_touch(act, VD__KIND__KIND_INCIDENT, &incident->base);
    vd_incident_need(act->venue, incident);
  }
  vd__incident__free_unpacked(wanted, NULL);
}

void vd_incident_needs(struct vd_act *act, const char *zone)
{
  struct vd_key prefix = vd_key_of("like/", zone, *zone ? "/" : "");
  struct vd_index_fields open = vd_index_collect(act->venue->index, prefix.text);
  for (size_t i = 0; i < open.count; i++)
    derive(act, vd_incident_find(act->venue, strtoull(open.items[i], NULL, 10)));
  vd_index_fields_finish(&open);
}
