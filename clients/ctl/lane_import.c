#include "clients/ctl/lane_import.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/check.h"
#include "proto/message.h"

enum { FROM, TO, LANE, CHECKED_IN, ARRIVED, WAITING };
static const struct {
  const char *name;  // in the file
  const char *field; // of LaneCount
  bool is_needed;
} columns[CTL_LANE_COLUMNS] = {
    [FROM] = {"from", "from_at_ms", false},    [TO] = {"to", "to_at_ms", false},
    [LANE] = {"lane", "lane", true},           [CHECKED_IN] = {"checked_in", "checked_in", true},
    [ARRIVED] = {"arrived", "arrived", false}, [WAITING] = {"waiting", "waiting", false},
};

struct reader {
  const char *name;
  int64_t now_ms, utc_offset_ms;
  struct vd_refusal *refusal;
  enum vd_err err;
  struct ctl_lane_import *import;
  unsigned line, column;           // of the byte at hand
  unsigned cell_line, cell_column; // where the cell began
  bool begins_cell, has_ended;     // the next byte begins one; the byte at hand ended one
  bool has_head;
  int kinds[CTL_LANE_COLUMNS]; // what each column of the file says
  size_t kind_count, cell;     // cell: how many of the row are read
  Vd__LaneCount *count;        // of the row under way
  struct ctl_lane_row row;
};

// ---- refusing ----

static void refuse_at(struct reader *reader, enum vd_err err, unsigned line, unsigned column,
                      const char *field, const char *what)
{
  if (reader->err == VD_OK)
    reader->err = vd_refuse(reader->refusal, err, field, "%s:%u:%u: %s", reader->name, line, column, what);
}

static void refuse_cell(struct reader *reader, enum vd_err err, const char *field, const char *what)
{
  refuse_at(reader, err, reader->cell_line, reader->cell_column, field, what);
}

static void set_nearest(struct reader *reader, const char *text)
{
  const char *best = NULL;
  unsigned distance = UINT32_MAX;
  for (size_t i = 0; i < CTL_LANE_COLUMNS; i++)
    vd_nearest_consider(text, columns[i].name, &best, &distance);
  if (reader->refusal && best)
    snprintf(reader->refusal->nearest, sizeof reader->refusal->nearest, "%s", best);
}

// ---- the row of names ----

static int kind_of(const char *text)
{
  for (int i = 0; i < CTL_LANE_COLUMNS; i++)
    if (strcasecmp(text, columns[i].name) == 0)
      return i;
  return -1;
}

static void take_name(struct reader *reader, const char *text)
{
  char words[VD_WORD_MAX * 2];
  int kind = kind_of(text);
  snprintf(words, sizeof words, "there is no column \"%.48s\"", text);
  if (kind < 0) {
    refuse_cell(reader, VD_ERR_UNKNOWN_FIELD, "", words);
    set_nearest(reader, text);
    return;
  }
  for (size_t i = 0; i < reader->kind_count; i++)
    if (reader->kinds[i] == kind)
      refuse_cell(reader, VD_ERR_BAD_VALUE, columns[kind].name, "this column is there twice");
  if (reader->err == VD_OK)
    reader->kinds[reader->kind_count++] = kind;
}

static void end_head(struct reader *reader)
{
  reader->has_head = true;
  for (int i = 0; i < CTL_LANE_COLUMNS; i++) {
    bool is_there = !columns[i].is_needed;
    for (size_t j = 0; j < reader->kind_count; j++)
      is_there |= reader->kinds[j] == i;
    if (!is_there)
      refuse_at(reader, VD_ERR_MISSING, reader->cell_line, 1, columns[i].name,
                "the first row names the columns: lane, checked_in, and from, to, arrived, waiting");
  }
}

// ---- a row of counts ----

static void take_number(struct reader *reader, const char *text, uint32_t *number)
{
  char *end = NULL;
  unsigned long long value = strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end || value > UINT32_MAX)
    refuse_cell(reader, VD_ERR_BAD_VALUE, columns[reader->kinds[reader->cell]].name,
                "a whole number is expected");
  *number = (uint32_t)value;
}

static void take_time(struct reader *reader, const char *text, int64_t *at_ms)
{
  if (!vd_instant_parse(text, reader->now_ms, reader->utc_offset_ms, at_ms))
    refuse_cell(reader, VD_ERR_BAD_VALUE, columns[reader->kinds[reader->cell]].name,
                "09:41 or RFC 3339 is expected");
}

static void take_value(struct reader *reader, const char *text, int kind)
{
  Vd__LaneCount *count = reader->count;
  switch (kind) {
  case FROM:
    take_time(reader, text, &count->from_at_ms);
    break;
  case TO:
    take_time(reader, text, &count->to_at_ms);
    break;
  case LANE:
    vd_string_set(&count->lane, text);
    break;
  case CHECKED_IN:
    take_number(reader, text, &count->checked_in);
    break;
  case ARRIVED:
    count->has_arrived = true;
    take_number(reader, text, &count->arrived);
    break;
  default:
    count->has_waiting = true;
    take_number(reader, text, &count->waiting);
  }
}

static void take_cell(struct reader *reader, const char *text)
{
  if (reader->cell == 0) {
    reader->count = (Vd__LaneCount *)vd_message_new(&vd__lane_count__descriptor);
    reader->row = (struct ctl_lane_row){.line = reader->cell_line};
  }
  if (reader->cell >= reader->kind_count) {
    refuse_cell(reader, VD_ERR_BAD_VALUE, "", "the row has more cells than the first one names");
    return;
  }
  int kind = reader->kinds[reader->cell];
  reader->row.columns[kind] = reader->cell_column;
  if (*text)
    take_value(reader, text, kind);
  else if (columns[kind].is_needed)
    refuse_cell(reader, VD_ERR_MISSING, columns[kind].name, "this cell must say something");
  reader->cell++;
}

static void end_row(struct reader *reader)
{
  struct ctl_lane_import *import = reader->import;
  size_t count = import->counts->n_counts;
  unsigned line = reader->row.line;
  if (reader->cell < reader->kind_count)
    refuse_at(reader, VD_ERR_BAD_VALUE, line, 1, "", "the row has fewer cells than the first one names");
  if (count == CTL_LANE_COUNTS_MAX)
    refuse_at(reader, VD_ERR_TOO_MANY, line, 1, "",
              "a file of at most 500 counts is taken, as one: import it in parts");
  if (reader->err != VD_OK)
    return;
  import->rows = vd_realloc(import->rows, (count + 1) * sizeof *import->rows);
  import->rows[count] = reader->row;
  VD_REPEATED_ADD(import->counts->counts, import->counts->n_counts, reader->count);
  reader->count = NULL;
  reader->cell = 0;
}

// ---- the text ----

static void on_cell(void *text, size_t size, void *context)
{
  struct reader *reader = context;
  reader->has_ended = true;
  if (reader->err != VD_OK)
    return;
  if (size > VD_WORD_MAX || !vd_text_is_clean(text, size, false))
    refuse_cell(reader, VD_ERR_BAD_TEXT, "", "no cell is like that");
  else if (reader->has_head)
    take_cell(reader, text);
  else
    take_name(reader, text);
}

static void on_row(int ending, void *context)
{
  struct reader *reader = context;
  (void)ending;
  reader->has_ended = true;
  if (reader->err != VD_OK)
    return;
  if (reader->has_head)
    end_row(reader);
  else
    end_head(reader);
}

// Where the next byte stands; a character of several bytes is one column.
static void move_on(struct reader *reader, unsigned char byte, unsigned char next)
{
  if (byte == '\n' || (byte == '\r' && next != '\n')) {
    reader->line++;
    reader->column = 1;
  } else if ((next & 0xC0) != 0x80) {
    reader->column++;
  }
}

static void read_byte(struct reader *reader, struct csv_parser *parser, const unsigned char *at)
{
  bool is_ending = *at == '\r' || *at == '\n';
  if (reader->begins_cell) {
    reader->cell_line = reader->line;
    reader->cell_column = reader->column;
  }
  reader->has_ended = false;
  if (csv_parse(parser, at, 1, on_cell, on_row, reader) != 1)
    refuse_at(reader, VD_ERR_BAD_REQUEST, reader->line, reader->column, "", csv_strerror(csv_error(parser)));
  reader->begins_cell = reader->has_ended || (reader->begins_cell && is_ending); // blank lines are none
  move_on(reader, *at, at[1]);
}

static void read_text(struct reader *reader, const char *text, size_t size)
{
  enum { BOM = 3 };
  struct csv_parser parser;
  if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0) {
    reader->err = vd_refuse(reader->refusal, VD_ERR_INTERNAL, "", "csv");
    return;
  }
  size_t at = size >= BOM && memcmp(text, "\xEF\xBB\xBF", BOM) == 0 ? BOM : 0;
  for (; at < size && reader->err == VD_OK; at++)
    read_byte(reader, &parser, (const unsigned char *)text + at);
  if (reader->err == VD_OK && csv_fini(&parser, on_cell, on_row, reader) != 0)
    refuse_cell(reader, VD_ERR_BAD_REQUEST, "", "the quote that begins here does not end");
  csv_free(&parser);
}

static void read_csv(struct reader *reader, const char *text, size_t size)
{
  reader->import->counts = (Vd__LaneCounts *)vd_message_new(&vd__lane_counts__descriptor);
  reader->line = reader->column = reader->cell_line = 1;
  reader->begins_cell = true;
  read_text(reader, text, size);
  if (reader->err == VD_OK && reader->import->counts->n_counts == 0)
    refuse_at(reader, VD_ERR_MISSING, reader->line, 1, "", "there is no row of counts");
  if (reader->count)
    vd__lane_count__free_unpacked(reader->count, NULL);
}

// ---- JSON ----

static struct vd_text_place place_of(const struct ctl_lane_import *import, size_t at, const char *field)
{
  char path[64];
  snprintf(path, sizeof path, "counts[%zu]%s%s", at, *field ? "." : "", field);
  return vd_text_map_find(import->map, path);
}

// Left out it has its parent's place.
static bool is_written(const struct ctl_lane_import *import, size_t at, const char *field)
{
  struct vd_text_place row = place_of(import, at, ""), place = place_of(import, at, field);
  return place.line != row.line || place.column != row.column;
}

static void read_json(struct reader *reader, const char *text, size_t size)
{
  struct ctl_lane_import *import = reader->import;
  ProtobufCMessage *message = NULL;
  reader->err = vd_text_read(&vd__lane_counts__descriptor, VD_TEXT_JSON, reader->name, text, size, &message,
                             &import->map, reader->refusal);
  if (reader->err != VD_OK)
    return;
  import->counts = (Vd__LaneCounts *)message;
  for (size_t i = 0; i < import->counts->n_counts; i++) {
    import->counts->counts[i]->has_arrived |= is_written(import, i, "arrived");
    import->counts->counts[i]->has_waiting |= is_written(import, i, "waiting");
  }
  if (import->counts->n_counts == 0)
    refuse_at(reader, VD_ERR_MISSING, 1, 1, "counts", "there are no counts");
  struct vd_text_place beyond = place_of(import, CTL_LANE_COUNTS_MAX, "");
  if (import->counts->n_counts > CTL_LANE_COUNTS_MAX)
    refuse_at(reader, VD_ERR_TOO_MANY, beyond.line, beyond.column, "counts",
              "a file of at most 500 counts is taken, as one: import it in parts");
}

// ---- both ----

static bool ends_with(const char *name, const char *ending)
{
  size_t size = strlen(name), more = strlen(ending);
  return size > more && strcasecmp(name + size - more, ending) == 0;
}

enum vd_err ctl_lane_import_read(const char *name, const char *text, size_t size, int64_t now_ms,
                                 int64_t utc_offset_ms, struct ctl_lane_import *import,
                                 struct vd_refusal *refusal)
{
  struct ctl_lane_import made = {.counts = NULL};
  struct reader reader = {
      .name = name, .now_ms = now_ms, .utc_offset_ms = utc_offset_ms, .refusal = refusal, .import = &made};
  if (size > CTL_LANE_FILE_MAX)
    return vd_refuse(refusal, VD_ERR_TOO_LARGE, "", "%s: more than 1 MiB", name);
  if (ends_with(name, ".json"))
    read_json(&reader, text, size);
  else if (ends_with(name, ".csv"))
    read_csv(&reader, text, size);
  else
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "", "%s: neither .csv nor .json", name);
  if (reader.err != VD_OK)
    ctl_lane_import_finish(&made);
  else
    *import = made;
  return reader.err;
}

struct vd_text_place ctl_lane_import_place(const struct ctl_lane_import *import, const char *field)
{
  const char *prefix = "lane_counts.counts[";
  struct vd_text_place place = {0, 0};
  if (strncmp(field, prefix, strlen(prefix)) != 0)
    return place;
  char *rest = NULL;
  size_t at = strtoull(field + strlen(prefix), &rest, 10);
  if (at >= import->counts->n_counts || *rest != ']')
    return place;
  const char *name = rest[1] == '.' ? rest + 2 : "";
  if (!import->rows)
    return place_of(import, at, name);
  place = (struct vd_text_place){import->rows[at].line, 1};
  for (int i = 0; i < CTL_LANE_COLUMNS; i++)
    if (strcmp(columns[i].field, name) == 0 && import->rows[at].columns[i] != 0)
      place.column = import->rows[at].columns[i];
  return place;
}

void ctl_lane_import_finish(struct ctl_lane_import *import)
{
  if (import->counts)
    vd__lane_counts__free_unpacked(import->counts, NULL);
  vd_text_map_destroy(import->map);
  free(import->rows);
  *import = (struct ctl_lane_import){.counts = NULL};
}
