// Counts of check-in lanes from a file of the ticketing system: CSV (RFC 4180) or JSON. Text in, a message
// out: no daemon, no files.
//
// A CSV begins with a row of names, in any order: `lane` and `checked_in`, and those of `from`, `to`,
// `arrived` and `waiting` that the system knows. Every other row has as many cells as that one; an empty cell
// says nothing. A time is RFC 3339, or "09:41" on the venue's clock. A JSON is {"counts": [...]}, each a
// LaneCount in the text form of every message (docs/protocol.md), where `arrived` and `waiting` count as said
// when they are written.
//
// The file is taken whole, as one command, or not at all: whatever is wrong is named as FILE:LINE:COLUMN.
#ifndef CTL_LANE_IMPORT_H
#define CTL_LANE_IMPORT_H

#include <stdint.h>

#include "proto/command.pb-c.h"
#include "proto/err.h"
#include "proto/text.h"

enum {
  CTL_LANE_COUNTS_MAX = 500, // of one command
  CTL_LANE_FILE_MAX = 1024 * 1024,
  CTL_LANE_COLUMNS = 6,
};

struct ctl_lane_import {
  Vd__LaneCounts *counts;  // heap
  struct vd_text_map *map; // of a JSON
  struct ctl_lane_row {    // of a CSV, one for each count
    unsigned line;
    unsigned columns[CTL_LANE_COLUMNS]; // where each cell begins, 0 = there is none
  } * rows;
};

// `text` has `size` bytes and a NUL. `name` ends with .csv or .json and begins what a refusal says. The import is set on success only.
enum vd_err ctl_lane_import_read(const char *name, const char *text, size_t size, int64_t now_ms,
                                 int64_t utc_offset_ms, struct ctl_lane_import *import,
                                 struct vd_refusal *refusal) VD_MUST_CHECK;
// Where the file says what a refusal's field names ("lane_counts.counts[3].lane"); {0, 0} where nowhere.
struct vd_text_place ctl_lane_import_place(const struct ctl_lane_import *import, const char *field);
void ctl_lane_import_finish(struct ctl_lane_import *import);

#endif
