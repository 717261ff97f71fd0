// Plans for tests: read from the repository's files, with the places of their values.
#ifndef PLAN_FIXTURE_H
#define PLAN_FIXTURE_H

#include "daemon/core/plan.h"
#include "proto/text.h"

struct plan_file {
  Vd__Plan *plan; // with defaults
  struct vd_text_map *map;
  struct vd_findings findings;
};

// `path` is relative to the repository. Asserts that the file can be read. Checked already.
struct plan_file plan_file_read(const char *path);
void plan_file_finish(struct plan_file *file);
// Checks once more, after the test has changed the plan.
void plan_file_check(struct plan_file *file);

// tests/plans/good.yaml: two zones, seven persons, two categories; nothing to be found.
Vd__Plan *plan_good(void);

// How many findings this rule has; the first of them, NULL if none.
size_t plan_count(const struct vd_findings *findings, const char *rule);
const struct vd_finding *plan_first(const struct vd_findings *findings, const char *rule);

// A whole file of the repository as a string; heap.
char *plan_slurp(const char *path);

#endif
