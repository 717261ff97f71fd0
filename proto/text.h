// The text form of every message: YAML or JSON in, JSON out, by reflection over protobuf-c descriptors.
// Plans, configurations, rehearsals, HTTP and `--json` all pass here. Any thread.
//
// Dialect: keys are proto field names (snake_case); enum values lower case with hyphens, without the
// prefix; `*_at_ms` is an RFC 3339 instant ("2023-05-18T09:00:00+08:00"; written in UTC with ms:
// "…T01:00:00.000Z", and 0 is left out); any other `*_ms` a duration ("5m", "90s", "1h30m", "250ms", "-20m");
// bytes are lower-case hex; 64-bit numbers are plain JSON numbers. Fields at their default are left out on
// writing; a Text may be written as a plain string (its `en`). In YAML an instant or duration may be quoted
// or plain.
#ifndef VD_PROTO_TEXT_H
#define VD_PROTO_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#include "proto/err.h"
#include "proto/message.h"

enum vd_text_form { VD_TEXT_YAML, VD_TEXT_JSON };

// Where a value stands in the text it was read from. Lines and columns count from 1.
struct vd_text_place {
  unsigned line;
  unsigned column;
};

// Remembers the place of every value of a message read; for checks that come later ("file:line").
struct vd_text_map;

// Reads one document of at most `size` bytes (<= 12 MiB) into a new heap message, *out. A YAML document of
// comments alone is an empty message.
// `name` (a file name, borrowed for the call; NULL or "" = none) begins the detail of a refusal:
// "name:line:column: path: what, and what was meant". Refuses: unknown and duplicate keys (nearest known
// named), wrong types, nothing where a value was meant, numbers out of range, several members of a oneof, bad
// UTF-8, NUL, aliases, anchors, tags, directives, tabs (YAML), nesting over 32, several documents, more than
// 2,097,152 brackets, commas, colons and quotes, more than 256 blanks or empty lines in a row (YAML). Runs in
// time linear in `size` (times log), in memory of at most 350 bytes for each such mark. VD_ERR_BAD_REQUEST:
// the text as such; _BAD_TEXT, _TOO_LARGE; _UNKNOWN_FIELD: a key; _BAD_VALUE: a value. `map` may be NULL;
// else *map gets the places (vd_text_map_destroy). A refusal leaves *out and *map untouched.
enum vd_err vd_text_read(const ProtobufCMessageDescriptor *type, enum vd_text_form form, const char *name,
                         const char *text, size_t size, ProtobufCMessage **out, struct vd_text_map **map,
                         struct vd_refusal *refusal) VD_MUST_CHECK;

// Reads a whole file with vd_text_read: JSON for *.json, YAML otherwise. An unreadable file is VD_ERR_IO.
enum vd_err vd_text_read_file(const ProtobufCMessageDescriptor *type, const char *path,
                              ProtobufCMessage **out, struct vd_text_map **map,
                              struct vd_refusal *refusal) VD_MUST_CHECK;

// The place of the value at `path` ("zones[3].ways[0].to"); of the nearest parent where the value was left
// out. {0,0} without a map.
struct vd_text_place vd_text_map_find(const struct vd_text_map *map, const char *path);
void vd_text_map_destroy(struct vd_text_map *map);

// Appends the message as one line of JSON, without the final newline. Text that is not UTF-8 is written with
// U+FFFD, so that the output is always valid JSON.
void vd_text_write_json(struct vd_buffer *out, const ProtobufCMessage *message);

// The pieces, for command lines. Durations and instants as above; `time_only_base_ms` != 0 also takes
// "09:41" as the latest such time not after base + 12 h on the clock face `utc_offset_ms`.
bool vd_duration_parse(const char *text, int64_t *duration_ms);
bool vd_instant_parse(const char *text, int64_t time_only_base_ms, int64_t utc_offset_ms, int64_t *at_ms);
// Writes "5m", "1h30m", "250ms"; at least 32 bytes.
void vd_duration_format(int64_t duration_ms, char *out, size_t size);
// RFC 3339 with ms, at the offset; at least 40 bytes.
void vd_instant_format(int64_t at_ms, int64_t utc_offset_ms, char *out, size_t size);
// "radio-dead" <-> REACH_RADIO_DEAD. Static storage; NULL / false where unknown.
const char *vd_enum_name(const ProtobufCEnumDescriptor *type, int value);
bool vd_enum_parse(const ProtobufCEnumDescriptor *type, const char *name, int *value);

#endif
