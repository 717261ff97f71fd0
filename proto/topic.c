#include "proto/topic.h"

#include <inttypes.h>

#include "proto/fold.h"

void vd_topic_of_change(struct vd_buffer *out, const char *prefix, const Vd__Change *change)
{
  if (change->fact != NULL && change->fact->incident != 0) {
    vd_buffer_printf(out, "%s/incident/%" PRIu64, prefix, change->fact->incident);
    return;
  }
  if (change->n_upserts == 0) {
    vd_buffer_printf(out, "%s/none/", prefix);
    return;
  }
  const Vd__Entity *entity = change->upserts[0];
  const char *kind = vd_kind_name(vd_entity_kind(entity));
  vd_buffer_printf(out, "%s/%s/%s", prefix, kind, vd_message_id(vd_entity_message(entity)));
}
