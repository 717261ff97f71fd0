// Structured log: logfmt lines on stderr, one write each, from any thread. No personal data: callers log ids,
// codes and numbers, never names, contacts or what people wrote.
#ifndef VD_LOOP_LOG_H
#define VD_LOOP_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum vd_log_level { VD_LOG_ERROR, VD_LOG_WARNING, VD_LOG_INFO, VD_LOG_DEBUG };

// "error", "warning", "info", "debug"; false for anything else.
bool vd_log_level_parse(const char *name, enum vd_log_level *level);
void vd_log_set_level(enum vd_log_level level);

// `event` is a stable word; then pairs of strings (key, value), ended by NULL. Values are quoted where
// needed.
void vd_log(enum vd_log_level level, const char *event, ...) __attribute__((sentinel));

// The same, at most 50 lines a second from all callers together; what exceeds that is counted and told by the
// next line that passes. For what strangers can cause.
void vd_log_limited(enum vd_log_level level, const char *event, ...) __attribute__((sentinel));

// A number as a value: vd_log(VD_LOG_INFO, "started", "epoch", VD_LOG_NUMBER(epoch), NULL)
#define VD_LOG_NUMBER(number) vd_log_number((char[24]){0}, (int64_t)(number))
const char *vd_log_number(char buffer[24], int64_t number);

#endif
