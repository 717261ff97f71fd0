#include "daemon/loop/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024, LIMITED_PER_SECOND = 50 };

static const char *const level_names[] = {"error", "warning", "info", "debug"};
static _Atomic int threshold = VD_LOG_INFO;

bool vd_log_level_parse(const char *name, enum vd_log_level *level)
{
  for (int i = 0; i < 4; i++) {
    if (strcmp(name, level_names[i]) == 0) {
      *level = (enum vd_log_level)i;
      return true;
    }
  }
  return false;
}

void vd_log_set_level(enum vd_log_level level)
{
  atomic_store(&threshold, level);
}

const char *vd_log_number(char buffer[24], int64_t number)
{
  snprintf(buffer, 24, "%" PRId64, number);
  return buffer;
}

struct line {
  char text[LINE_MAX_BYTES];
  size_t size;
};

static void put(struct line *line, char c)
{
  if (line->size < sizeof line->text - 2) // room for the newline
    line->text[line->size++] = c;
}

static void put_text(struct line *line, const char *text)
{
  while (*text != '\0')
    put(line, *text++);
}

static bool needs_quotes(const char *value)
{
  return *value == '\0' || strpbrk(value, " =\"\\\t\r\n") != NULL;
}

static void put_value(struct line *line, const char *value)
{
  if (!needs_quotes(value)) {
    put_text(line, value);
    return;
  }
  put(line, '"');
  for (; *value != '\0'; value++) {
    if (*value == '"' || *value == '\\')
      put(line, '\\');
    put(line, (unsigned char)*value < ' ' ? ' ' : *value);
  }
  put(line, '"');
}

static void put_time(struct line *line)
{
  struct timespec now;
  struct tm parts;
  char text[40];
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &parts);
  size_t size = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  snprintf(text + size, sizeof text - size, ".%03ldZ", now.tv_nsec / 1000000);
  put_text(line, text);
}

static void write_line(enum vd_log_level level, const char *event, va_list pairs)
{
  struct line line = {.size = 0};
  put_text(&line, "time=");
  put_time(&line);
  put_text(&line, " level=");
  put_text(&line, level_names[level]);
  put_text(&line, " event=");
  put_text(&line, event);
  for (const char *key; (key = va_arg(pairs, const char *)) != NULL;) {
    const char *value = va_arg(pairs, const char *);
    put(&line, ' ');
    put_text(&line, key);
    put(&line, '=');
    put_value(&line, value != NULL ? value : "");
  }
  line.text[line.size++] = '\n';
  // A log that cannot be written has nobody left to tell.
  if (write(STDERR_FILENO, line.text, line.size) < 0)
    return;
}

void vd_log(enum vd_log_level level, const char *event, ...)
{
  if ((int)level > atomic_load(&threshold))
    return;
  va_list pairs;
  va_start(pairs, event);
  write_line(level, event, pairs);
  va_end(pairs);
}

void vd_log_limited(enum vd_log_level level, const char *event, ...)
{
  static _Atomic int64_t second;
  static _Atomic int lines, suppressed;
  if ((int)level > atomic_load(&threshold))
    return;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (atomic_exchange(&second, (int64_t)now.tv_sec) != (int64_t)now.tv_sec)
    atomic_store(&lines, 0);
  if (atomic_fetch_add(&lines, 1) >= LIMITED_PER_SECOND) {
    atomic_fetch_add(&suppressed, 1);
    return;
  }
  int left_out = atomic_exchange(&suppressed, 0);
  if (left_out > 0)
    vd_log(VD_LOG_WARNING, "lines-left-out", "count", VD_LOG_NUMBER(left_out), NULL);
  va_list pairs;
  va_start(pairs, event);
  write_line(level, event, pairs);
  va_end(pairs);
}
