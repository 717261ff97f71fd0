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
  if (finding->value[0] != '\0')
    printf(" (%s", finding->value);
  if (finding->limit[0] != '\0')
    printf("%s%s", finding->value[0] != '\0' ? "; " : " (", finding->limit);
  puts(finding->value[0] != '\0' || finding->limit[0] != '\0' ? ")" : "");
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

int ctl_plan_check(struct ctl *ctl)
{
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_findings findings = {.items = NULL};
  struct vd_text_map *map = NULL;
  ProtobufCMessage *plan = NULL;
  enum vd_err err = vd_text_read_file(&vd__plan__descriptor, ctl->arguments[0], &plan, &map, &refusal);
  if (err != VD_OK)
    return ctl_complain(ctl, err, &refusal);
  vd_plan_defaults((Vd__Plan *)plan);
  vd_plan_check((Vd__Plan *)plan, &findings);
  for (size_t i = 0; i < findings.count; i++) {
    struct vd_text_place place = vd_text_map_find(map, findings.items[i].path);
    if (ctl->options.is_json)
      print_json(ctl, &findings.items[i], place);
    else
      print_words(ctl, &findings.items[i], place);
  }
  fprintf(stderr, "%zu %s, %zu %s\n", findings.errors, ctl_pick(ctl, "errors", "個錯誤", "个错误"),
          findings.count - findings.errors, ctl_pick(ctl, "warnings", "個警告", "个警告"));
  int status = findings.errors > 0 ? CTL_REFUSED : CTL_DONE;
  vd_findings_finish(&findings);
  vd_text_map_destroy(map);
  protobuf_c_message_free_unpacked(plan, NULL);
  return status;
}
