#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "clients/ctl/ctl.h"
#include "proto/text.h"

void ctl_print_json(const ProtobufCMessage *message)
{
  struct vd_buffer line = {0};
  vd_text_write_json(&line, message);
  vd_buffer_append(&line, "\n", 1);
  fwrite(line.data, 1, line.size, stdout);
  fflush(stdout);
  vd_buffer_finish(&line);
}

void ctl_clock(const struct ctl *ctl, int64_t at_ms, char *out, size_t size)
{
  char full[40];
  if (at_ms == 0) {
    snprintf(out, size, "-");
    return;
  }
  vd_instant_format(at_ms, ctl->utc_offset_ms, full, sizeof full);
  snprintf(out, size, "%.8s", full + 11);
}

void ctl_when(const struct ctl *ctl, int64_t at_ms, char *out, size_t size)
{
  enum { DAY_AT = 5, DAY_SIZE = 5, CLOCK_AT = 11, CLOCK_SIZE = 8 }; // of "2023-05-18T09:41:05.000+08:00"
  char full[40], today[40];
  vd_instant_format(at_ms, ctl->utc_offset_ms, full, sizeof full);
  vd_instant_format(ctl->now_ms, ctl->utc_offset_ms, today, sizeof today);
  if (at_ms == 0 || strncmp(full, today, DAY_AT + DAY_SIZE) == 0)
    ctl_clock(ctl, at_ms, out, size);
  else
    snprintf(out, size, "%.*s %.*s", DAY_SIZE, full + DAY_AT, CLOCK_SIZE, full + CLOCK_AT);
}

void ctl_span(int64_t duration_ms, char *out, size_t size)
{
  vd_duration_format(duration_ms / 1000 * 1000, out, size);
}

void ctl_cell(struct ctl_table *table, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  char text[600];
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  vd_strings_add(&table->cells, &table->count, text);
}

// Columns on a terminal: CJK characters take two.
static size_t width_of(const char *text)
{
  size_t width = 0;
  mbstate_t state = {0};
  wchar_t character;
  for (size_t left = strlen(text); left > 0;) {
    size_t size = mbrtowc(&character, text, left, &state);
    if (size == 0 || size > left) { // not UTF-8: one column a byte
      memset(&state, 0, sizeof state);
      width++;
      text++;
      left--;
      continue;
    }
    int columns = wcwidth(character);
    width += columns > 0 ? (size_t)columns : 0;
    text += size;
    left -= size;
  }
  return width;
}

static size_t column_width(const struct ctl_table *table, size_t column)
{
  size_t widest = 0;
  for (size_t i = column; i < table->count; i += table->columns) {
    size_t width = width_of(table->cells[i]);
    widest = width > widest ? width : widest;
  }
  return widest;
}

void ctl_table_head(struct ctl_table *table, const char *const *names, size_t count)
{
  table->columns = count;
  for (size_t i = 0; i < count; i++)
    ctl_cell(table, "%s", names[i]);
}

void ctl_table_drop(struct ctl_table *table)
{
  for (size_t i = 0; i < table->count; i++)
    free(table->cells[i]);
  free(table->cells);
  *table = (struct ctl_table){.columns = table->columns};
}

void ctl_table_print(struct ctl_table *table)
{
  size_t *widths = vd_zalloc(table->columns * sizeof *widths);
  for (size_t i = 0; i < table->columns; i++)
    widths[i] = column_width(table, i);
  for (size_t i = 0; i < table->count; i++) {
    bool is_last = (i + 1) % table->columns == 0 || i + 1 == table->count;
    fputs(table->cells[i], stdout);
    if (is_last)
      putchar('\n');
    else
      printf("%*s", (int)(widths[i % table->columns] - width_of(table->cells[i]) + 2), "");
  }
  free(widths);
  ctl_table_drop(table);
}
