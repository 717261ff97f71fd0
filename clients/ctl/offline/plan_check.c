// `plan check FILE`: the standard's and the house's rules on a plan, without a daemon.
#include <stdio.h>
#include <stdlib.h>

#include "clients/ctl/ctl.h"
#include "daemon/core/plan.h"
#include "proto/text.h"

static void print_words(const struct ctl *ctl, const struct vd_finding *finding, struct vd_text_place place)
{
  printf("%s:%u:%u: %s: %s: %s", ctl->arguments[0], place.line, place.column,
         finding->is_error ? ctl_pick(ctl, "error", "錯誤", "错误")
                           : ctl_pick(ctl, "warning", "警告", "警告"),
         finding->rule, finding->sentence);
  if (finding->is_measure)
    printf("%s%s%s%s%s", ctl_pick(ctl, " (is ", "（現為 ", "（现为 "), finding->value,
           ctl_pick(ctl, ", limit ", "，限值 ", "，限值 "), finding->limit, ctl_pick(ctl, ")", "）", "）"));
  putchar('\n');
}

static void print_json(const struct ctl *ctl, const struct vd_finding *finding, struct vd_text_place place)
{
  Vd__PlanFinding message = VD__PLAN_FINDING__INIT;
  message.file = ctl->arguments[0];
  message.line = place.line;
  message.column = place.column;
  message.rule = (char *)finding->rule;
  message.is_error = finding->is_error;
  message.path = (char *)finding->path;
  message.value = (char *)finding->value;
  message.limit = (char *)finding->limit;
  message.sentence = (char *)finding->sentence;
  ctl_print_json(&message.base);
}

static void print_counts(const struct ctl *ctl, const struct vd_findings *findings)
{
  size_t errors = findings->errors, warnings = findings->count > errors ? findings->count - errors : 0;
  fprintf(stderr, "%zu %s%s%zu %s\n", errors,
          ctl_pick(ctl, errors == 1 ? "error" : "errors", "個錯誤", "个错误"),
          ctl_pick(ctl, ", ", "，", "，"), warnings,
          ctl_pick(ctl, warnings == 1 ? "warning" : "warnings", "個警告", "个警告"));
}

// In the order of the file, as it is read.
struct located {
  const struct vd_finding *finding;
  struct vd_text_place place;
};

static int by_place(const void *a, const void *b)
{
  const struct located *left = a, *right = b;
  if (left->place.line != right->place.line)
    return left->place.line < right->place.line ? -1 : 1;
  if (left->place.column != right->place.column)
    return left->place.column < right->place.column ? -1 : 1;
  return (left->finding > right->finding) - (left->finding < right->finding);
}

static void print_findings(const struct ctl *ctl, const struct vd_findings *findings,
                           const struct vd_text_map *map)
{
  struct located *rows = vd_alloc((findings->count + 1) * sizeof *rows);
  for (size_t i = 0; i < findings->count; i++)
    rows[i] = (struct located){&findings->items[i], vd_text_map_find(map, findings->items[i].path)};
  qsort(rows, findings->count, sizeof *rows, by_place);
  for (size_t i = 0; i < findings->count; i++) {
    if (ctl->options.is_json)
      print_json(ctl, rows[i].finding, rows[i].place);
    else
      print_words(ctl, rows[i].finding, rows[i].place);
  }
  free(rows);
}

int ctl_plan_check(struct ctl *ctl)
{
  struct vd_refusal refusal = {.err = VD_OK};
  // What machines read stays as it is.
  struct vd_findings findings = {.language =
                                     ctl->options.is_json ? VD__LANGUAGE__LANGUAGE_EN : ctl->language};
  struct vd_text_map *map = NULL;
  ProtobufCMessage *plan = NULL;
  enum vd_err err = vd_text_read_file(&vd__plan__descriptor, ctl->arguments[0], &plan, &map, &refusal);
  if (err != VD_OK)
    return ctl_complain(ctl, err, &refusal);
  vd_plan_defaults((Vd__Plan *)plan);
  vd_plan_check((Vd__Plan *)plan, &findings);
  print_findings(ctl, &findings, map);
  print_counts(ctl, &findings);
  int status = findings.errors > 0 ? CTL_REFUSED : CTL_DONE;
  vd_findings_finish(&findings);
  vd_text_map_destroy(map);
  protobuf_c_message_free_unpacked(plan, NULL);
  return status;
}
