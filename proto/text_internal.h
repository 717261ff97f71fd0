// What the parts of the text codec share: text_time.c, text_enum.c, text_write.c, text_read.c, text_value.c,
// text_map.c. Included by them alone.
#ifndef VD_PROTO_TEXT_INTERNAL_H
#define VD_PROTO_TEXT_INTERNAL_H

#include "proto/text.h"

// Whether the dialect writes this field as an instant ("*_at_ms", "at_ms"), or as a duration (any other
// "*_ms").
bool vd_text_is_instant(const ProtobufCFieldDescriptor *field);
bool vd_text_is_duration(const ProtobufCFieldDescriptor *field);

// The known name nearest to `name`, NULL if none is near.
const char *vd_enum_nearest(const ProtobufCEnumDescriptor *type, const char *name);

#endif
