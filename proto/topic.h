// The topic of a frame: what nng subscriptions filter by. Pure; any thread.
#ifndef VD_PROTO_TOPIC_H
#define VD_PROTO_TOPIC_H

#include "proto/change.pb-c.h"
#include "proto/message.h"

// Appends "<prefix>/incident/42" for a Change about an incident, else "<prefix>/<kind>/<id>" of the first entity it
// touches, else "<prefix>/none/". Without a NUL.
void vd_topic_of_change(struct vd_buffer *out, const char *prefix, const Vd__Change *change);

#endif
