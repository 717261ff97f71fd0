// Reads a rehearsal: all that is wrong with it is told with its place, before anything is played.
#include "clients/ctl/rehearsal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/check.h"
#include "proto/text.h"

enum { ACTS_MAX = 10000 };
static const int64_t EVERY_MIN_MS = 1000;

// ---- what a step is about ----

enum ctl_about ctl_about_of(const char *about, Vd__Kind *kind, const char **id)
{
  static const struct {
    const char *word;
    enum ctl_about about;
    Vd__Kind kind;
  } words[] = {
      {"device.", CTL_ABOUT_DEVICE, VD__KIND__KIND_DEVICE},
      {"supply.", CTL_ABOUT_TASK, VD__KIND__KIND_SUPPLY},
      {"batch.", CTL_ABOUT_TASK, VD__KIND__KIND_BATCH},
      {"lane.", CTL_ABOUT_LANE, VD__KIND__KIND_LANE},
  };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t size = strlen(words[i].word);
    if (strncmp(about, words[i].word, size) != 0)
      continue;
    *kind = words[i].kind;
    *id = about + size;
    return words[i].about;
  }
  *kind = strcmp(about, "notice") == 0 ? VD__KIND__KIND_NOTICE : VD__KIND__KIND_INCIDENT;
  *id = *kind == VD__KIND__KIND_NOTICE ? "" : about;
  return *kind == VD__KIND__KIND_NOTICE ? CTL_ABOUT_NOTICE : CTL_ABOUT_LABEL;
}

const ProtobufCFieldDescriptor *ctl_about_field(const Vd__Command *command, enum ctl_about about)
{
  static const char *const names[] = {
      [CTL_ABOUT_LABEL] = "incident",  [CTL_ABOUT_DEVICE] = "incident", [CTL_ABOUT_TASK] = "task",
      [CTL_ABOUT_LANE] = "suggestion", [CTL_ABOUT_NOTICE] = "notice",
  };
  const ProtobufCMessage *act = command != NULL ? (const ProtobufCMessage *)command->report : NULL;
  const ProtobufCFieldDescriptor *field =
      act != NULL ? protobuf_c_message_descriptor_get_field_by_name(act->descriptor, names[about]) : NULL;
  return field != NULL && field->type == PROTOBUF_C_TYPE_UINT64 ? field : NULL;
}

bool ctl_rehearsal_has(const Vd__RehearsalStep *step, bool is_baseline)
{
  return step->only == VD__REHEARSAL_RUN__REHEARSAL_RUN_UNSPECIFIED ||
         (step->only == VD__REHEARSAL_RUN__REHEARSAL_RUN_BASELINE) == is_baseline;
}

// ---- checking ----

struct check {
  const struct ctl *ctl;
  const char *path; // of the file
  const struct vd_text_map *map;
  const Vd__Rehearsal *script;
  size_t step;
  uint64_t acts;
  unsigned errors;
};

// "day.yaml:12:5: error: …", of a value of the step at hand.
static void complain(struct check *check, const char *field, const char *sentence, const char *value)
{
  char path[120];
  snprintf(path, sizeof path, "steps[%zu].%s", check->step, field);
  struct vd_text_place place = vd_text_map_find(check->map, path);
  fprintf(stderr, "%s:%u:%u: %s%s%s%s\n", check->path, place.line, place.column,
          ctl_pick(check->ctl, "error: ", "錯誤：", "错误："), sentence, *value != '\0' ? " " : "", value);
  check->errors++;
}

static void check_times(struct check *check, const Vd__RehearsalStep *step)
{
  const struct ctl *ctl = check->ctl;
  const Vd__RehearsalStep *before = check->step > 0 ? check->script->steps[check->step - 1] : NULL;
  if (step->at_ms == 0)
    complain(check, "at_ms", ctl_pick(ctl, "a step has an at_ms", "步驟須有 at_ms", "步骤须有 at_ms"), "");
  else if (before != NULL && step->at_ms < before->at_ms)
    complain(check, "at_ms", ctl_pick(ctl, "this is before the step above it", "早於上一步", "早于上一步"),
             "");
  else if (step->at_ms > check->script->end_at_ms)
    complain(check, "at_ms",
             ctl_pick(ctl, "this is after the rehearsal's end_at_ms", "晚於彩排的 end_at_ms",
                      "晚于彩排的 end_at_ms"),
             "");
}

static void check_repetition(struct check *check, const Vd__RehearsalStep *step)
{
  const struct ctl *ctl = check->ctl;
  uint64_t acts = 1;
  if ((step->every_ms != 0) != (step->until_at_ms != 0))
    complain(check, step->every_ms != 0 ? "every_ms" : "until_at_ms",
             ctl_pick(ctl, "every_ms and until_at_ms belong together", "every_ms 與 until_at_ms 須並用",
                      "every_ms 与 until_at_ms 须并用"),
             "");
  else if (step->every_ms != 0 && step->every_ms < EVERY_MIN_MS)
    complain(check, "every_ms", ctl_pick(ctl, "at least 1s", "至少 1s", "至少 1s"), "");
  else if (step->every_ms != 0 &&
           (step->until_at_ms < step->at_ms || step->until_at_ms > check->script->end_at_ms))
    complain(check, "until_at_ms",
             ctl_pick(ctl, "between the step's at_ms and the rehearsal's end_at_ms",
                      "須在步驟的 at_ms 與彩排的 end_at_ms 之間", "须在步骤的 at_ms 与彩排的 end_at_ms 之间"),
             "");
  else if (step->every_ms != 0)
    acts += (uint64_t)((step->until_at_ms - step->at_ms) / step->every_ms);
  if (check->acts <= ACTS_MAX && check->acts + acts > ACTS_MAX)
    complain(check, "every_ms",
             ctl_pick(ctl, "with this there are more than 10000 acts", "至此超過 10000 個動作",
                      "至此超过 10000 个动作"),
             "");
  check->acts += acts;
}

static bool gives_number(const Vd__RehearsalStep *step)
{
  return step->command != NULL && (step->command->act_case == VD__COMMAND__ACT_REPORT ||
                                   step->command->act_case == VD__COMMAND__ACT_DEVICE_FAULT);
}

static void check_label(struct check *check, const Vd__RehearsalStep *step)
{
  const struct ctl *ctl = check->ctl;
  if (*step->label == '\0')
    return;
  if (!gives_number(step) || step->every_ms != 0)
    complain(check, "label",
             ctl_pick(ctl, "only a report has a label, one that is not repeated", "僅不重複的上報可有標籤",
                      "仅不重复的上报可有标签"),
             "");
  if (!vd_word_is_valid(step->label) || strcmp(step->label, "notice") == 0)
    complain(check, "label",
             ctl_pick(ctl, "a label is a word of a-z, 0-9 and -, and not `notice`:",
                      "標籤為 a-z、0-9 與 - 組成的詞，且不得為 `notice`：",
                      "标签为 a-z、0-9 与 - 组成的词，且不得为 `notice`："),
             step->label);
}

// Earlier, and in each run in which this step is played.
static void check_named(struct check *check, const char *field, const char *label)
{
  const struct ctl *ctl = check->ctl;
  const Vd__RehearsalStep *step = check->script->steps[check->step];
  const char *nearest = NULL;
  unsigned distance = UINT32_MAX;
  bool is_found[2] = {false, false};
  for (size_t i = 0; i < check->step; i++) {
    const Vd__RehearsalStep *other = check->script->steps[i];
    if (*other->label == '\0')
      continue;
    vd_nearest_consider(label, other->label, &nearest, &distance);
    for (int run = 0; run < 2; run++)
      is_found[run] |= strcmp(other->label, label) == 0 && ctl_rehearsal_has(other, run == 1);
  }
  for (int run = 0; run < 2; run++) {
    if (!ctl_rehearsal_has(step, run == 1) || is_found[run])
      continue;
    complain(check, field,
             ctl_pick(ctl, "no earlier report that is played in the same run is labelled",
                      "同一次執行中，先前沒有上報標為", "同一次执行中，此前没有上报标为"),
             label);
    if (nearest != NULL)
      ctl_did_you_mean(ctl, nearest);
    return;
  }
}

static void check_about(struct check *check, const Vd__RehearsalStep *step)
{
  const struct ctl *ctl = check->ctl;
  Vd__Kind kind;
  const char *id;
  if (*step->of != '\0' && (step->command == NULL || step->command->act_case != VD__COMMAND__ACT_DUPLICATE))
    complain(check, "of", ctl_pick(ctl, "only a duplicate has it", "僅用於 duplicate", "仅用于 duplicate"),
             "");
  else if (*step->of != '\0')
    check_named(check, "of", step->of);
  if (*step->about == '\0')
    return;
  enum ctl_about about = ctl_about_of(step->about, &kind, &id);
  if (about == CTL_ABOUT_LABEL)
    check_named(check, "about", id);
  else if (*id == '\0' && about != CTL_ABOUT_NOTICE)
    complain(check, "about", ctl_pick(ctl, "of which?", "未指明何者：", "未指明何者："), step->about);
  bool is_heard = step->command != NULL && step->command->act_case == VD__COMMAND__ACT_HEARD;
  if (ctl_about_field(step->command, about) == NULL && !is_heard)
    complain(check, "about",
             ctl_pick(ctl, "the step's command is not about such a thing:", "此步驟的指令與之無關：",
                      "此步骤的指令与之无关："),
             step->about);
}

static void check_steps(struct check *check)
{
  for (check->step = 0; check->step < check->script->n_steps; check->step++) {
    const Vd__RehearsalStep *step = check->script->steps[check->step];
    check_times(check, step);
    check_repetition(check, step);
    check_label(check, step);
    check_about(check, step);
  }
}

int ctl_rehearsal_read(struct ctl *ctl, const char *path, Vd__Rehearsal **script)
{
  ProtobufCMessage *message = NULL;
  struct vd_text_map *map = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = vd_text_read_file(&vd__rehearsal__descriptor, path, &message, &map, &refusal);
  if (err != VD_OK)
    return ctl_complain(ctl, err, &refusal);
  struct check check = {.ctl = ctl, .path = path, .map = map, .script = (Vd__Rehearsal *)message};
  check_steps(&check);
  vd_text_map_destroy(map);
  if (check.errors > 0) {
    protobuf_c_message_free_unpacked(message, NULL);
    return CTL_REFUSED;
  }
  *script = (Vd__Rehearsal *)message;
  return CTL_DONE;
}

// ---- the plan of the baseline ----

// Where the file at `path` means by `name`.
static char *beside(const char *path, const char *name)
{
  const char *slash = *name != '/' ? strrchr(path, '/') : NULL;
  struct vd_buffer found = {0};
  vd_buffer_printf(&found, "%.*s%s", slash != NULL ? (int)(slash - path + 1) : 0, path, name);
  vd_buffer_append(&found, "", 1);
  return (char *)found.data;
}

int ctl_rehearsal_baseline(struct ctl *ctl, const char *path, const Vd__Rehearsal *script, Vd__Plan **plan)
{
  if (*script->plan == '\0') {
    fprintf(stderr, "%s: %s\n", path,
            ctl_pick(ctl, "names no `plan`, so there is none to turn automation off in",
                     "未寫明 `plan`，無從關閉自動化", "未写明 `plan`，无从关闭自动化"));
    return CTL_REFUSED;
  }
  struct vd_refusal refusal = {.err = VD_OK};
  ProtobufCMessage *message = NULL;
  char *name = beside(path, script->plan);
  enum vd_err err = vd_text_read_file(&vd__plan__descriptor, name, &message, NULL, &refusal);
  free(name);
  if (err != VD_OK)
    return ctl_complain(ctl, err, &refusal);
  *plan = (Vd__Plan *)message;
  if ((*plan)->policy == NULL)
    (*plan)->policy = (Vd__Policy *)vd_message_new(&vd__policy__descriptor);
  (*plan)->policy->manual_nodes = true;
  (*plan)->policy->manual_offers = true;
  return CTL_DONE;
}
