// Plans for tests, read from the repository's files with the places of their values; and a venue to apply
// them to.
#ifndef PLAN_FIXTURE_H
#define PLAN_FIXTURE_H

#include "daemon/core/plan.h"
#include "daemon/core/venue.h"
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

// ---- a venue without a plan yet, and somebody who follows it ----

struct stage {
  struct vd_venue *venue;
  int64_t now_ms;
  Vd__Reply reply;        // of the last command
  struct vd_fold *mirror; // from the Changes alone
  char fact[32];          // of the last Change
  char why[96];
  unsigned changes;
  size_t largest; // Change, in bytes
};

struct stage *stage_create(int64_t now_ms);
// Asserts that who follows the Changes sees the venue as it is.
void stage_destroy(struct stage *stage);
// Executes as admin. Borrows the command.
enum vd_err stage_do(struct stage *stage, Vd__Command *command);
// vd_emit_fn; the context is a stage.
void stage_follow(void *context, const Vd__Change *change);
void stage_expect_same(const struct vd_fold *a, const struct vd_fold *b);

#endif
