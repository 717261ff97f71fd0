// What may stand in a message that came from outside. Pure; any thread.
#ifndef VD_PROTO_CHECK_H
#define VD_PROTO_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#include "proto/err.h"

enum {
  VD_TEXT_MAX = 480,     // bytes of a report's text, a note, a decision, a log line
  VD_WORD_MAX = 64,      // bytes of an id or a name of the plan
  VD_REASON_MAX = 240,   // bytes of a reason
  VD_ENTITY_MAX = 1024,  // encoded
  VD_CHANGE_MAX = 32768, // encoded
  VD_BATCH_MAX = 524288,
  VD_REQUEST_MAX = 65536,
  VD_PAGE_MAX = 1048576,
  VD_COMMANDS_MAX = 256,  // per request
  VD_READINGS_MAX = 1000, // of devices, per command
};
// The last instant that has a date of four digits, which bounds each field "…_ms" from outside.
#define VD_TIME_MAX_MS INT64_C(253402300799999)

// Valid UTF-8 without NUL, surrogates, non-characters, C0/C1 controls or bidirectional overrides;
// '\n', '\t' and the separators of lines and paragraphs (U+2028, U+2029) pass only where `multiline`.
bool vd_text_is_clean(const char *text, size_t size, bool multiline);

// 1..VD_WORD_MAX of [a-z0-9-], beginning with a letter or digit.
bool vd_word_is_valid(const char *word);
// 1..64 of [A-Za-z0-9._:-].
bool vd_request_id_is_valid(const char *id);

// Checks a whole message after unpacking: unknown fields, unknown enum values, times, text (clean, and not
// over the field's limit: a table in check.c by (message, field), VD_WORD_MAX where none is given), counts of
// repeated fields (same table, 64 where none is given). The refusal names the path. A NUL inside a string can
// no longer be seen here: vd_unpack_bounded and vd_text_read refuse it.
enum vd_err vd_check_message(const ProtobufCMessage *message, struct vd_refusal *refusal) VD_MUST_CHECK;

#endif
