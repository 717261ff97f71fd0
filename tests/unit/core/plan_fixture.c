#include "tests/unit/core/plan_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/check.h"
#include "proto/message.h"

static char *full_path(const char *path)
{
  struct vd_buffer full = {0};
  vd_buffer_printf(&full, "%s/%s", SOURCE_ROOT, path);
  vd_buffer_append(&full, "", 1);
  return (char *)full.data;
}

struct plan_file plan_file_read(const char *path)
{
  struct plan_file file = {.plan = NULL};
  struct vd_refusal refusal = {.err = VD_OK};
  ProtobufCMessage *message = NULL;
  char *full = full_path(path);
  enum vd_err err = vd_text_read_file(&vd__plan__descriptor, full, &message, &file.map, &refusal);
  free(full);
  cr_assert_eq(err, VD_OK, "%s: %s", path, refusal.detail);
  file.plan = (Vd__Plan *)message;
  vd_plan_defaults(file.plan);
  vd_plan_check(file.plan, &file.findings);
  return file;
}

void plan_file_check(struct plan_file *file)
{
  vd_findings_finish(&file->findings);
  vd_plan_check(file->plan, &file->findings);
}

void plan_file_finish(struct plan_file *file)
{
  vd__plan__free_unpacked(file->plan, NULL);
  vd_text_map_destroy(file->map);
  vd_findings_finish(&file->findings);
}

Vd__Plan *plan_good(void)
{
  struct plan_file file = plan_file_read("tests/plans/good.yaml");
  cr_assert_eq(file.findings.count, 0, "%s", file.findings.count ? file.findings.items[0].sentence : "");
  vd_findings_finish(&file.findings);
  vd_text_map_destroy(file.map);
  return file.plan;
}

const struct vd_finding *plan_first(const struct vd_findings *findings, const char *rule)
{
  for (size_t i = 0; i < findings->count; i++)
    if (strcmp(findings->items[i].rule, rule) == 0)
      return &findings->items[i];
  return NULL;
}

size_t plan_count(const struct vd_findings *findings, const char *rule)
{
  size_t count = 0;
  for (size_t i = 0; i < findings->count; i++)
    count += strcmp(findings->items[i].rule, rule) == 0;
  return count;
}

char *plan_slurp(const char *path)
{
  char *full = full_path(path);
  FILE *stream = fopen(full, "rb");
  cr_assert_not_null(stream, "%s", full);
  free(full);
  struct vd_buffer text = {0};
  size_t got;
  while ((got = fread(vd_buffer_reserve(&text, 4096), 1, 4096, stream)) > 0)
    text.size += got;
  fclose(stream);
  vd_buffer_append(&text, "", 1);
  return (char *)text.data;
}

// ---- the stage ----

void stage_follow(void *context, const Vd__Change *change)
{
  struct stage *stage = context;
  size_t size = protobuf_c_message_get_packed_size(&change->base);
  if (size > stage->largest)
    stage->largest = size;
  vd_fold_apply(stage->mirror, change);
  stage->changes++;
  stage->why[0] = '\0';
  if (!change->fact)
    return;
  struct vd_buffer why = {0};
  for (size_t i = 0; i < change->fact->n_why; i++)
    vd_buffer_printf(&why, "%s%s", i ? " " : "", change->fact->why[i]);
  vd_buffer_append(&why, "", 1);
  strncpy(stage->why, (char *)why.data, sizeof stage->why - 1);
  strncpy(stage->fact, change->fact->what, sizeof stage->fact - 1);
  vd_buffer_finish(&why);
}

struct stage *stage_create(int64_t now_ms)
{
  struct stage *stage = vd_zalloc(sizeof *stage);
  stage->venue = vd_venue_create();
  stage->mirror = vd_fold_create();
  stage->now_ms = now_ms;
  vd_venue_restore_finish(stage->venue, 0, now_ms);
  vd__reply__init(&stage->reply);
  return stage;
}

enum vd_err stage_do(struct stage *stage, Vd__Command *command)
{
  Vd__Principal admin = VD__PRINCIPAL__INIT;
  Vd__Command sent = *command;
  admin.id = (char *)"admin";
  admin.role = VD__ROLE__ROLE_ADMIN;
  sent.id = (char *)"c";
  vd_reply_clear(&stage->reply);
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(vd_check_message(&sent.base, &refusal), VD_OK, "%s: %s", refusal.field, refusal.detail);
  return vd_venue_execute(stage->venue, &admin, "r", &sent, VD__LANGUAGE__LANGUAGE_EN, stage->now_ms,
                          stage_follow, stage, &stage->reply);
}

// What a fold holds, revisions included.
static struct vd_buffer bytes_of(const struct vd_fold *fold)
{
  struct vd_buffer bytes = {0};
  for (int kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    ProtobufCMessage *message = vd_fold_next(fold, (Vd__Kind)kind, NULL, "");
    for (; message; message = vd_fold_next(fold, (Vd__Kind)kind, vd_message_id(message), ""))
      vd_buffer_pack(&bytes, message);
  }
  return bytes;
}

void stage_expect_same(const struct vd_fold *a, const struct vd_fold *b)
{
  struct vd_buffer left = bytes_of(a), right = bytes_of(b);
  cr_expect_eq(left.size, right.size);
  cr_expect(left.size == right.size && (left.size == 0 || memcmp(left.data, right.data, left.size) == 0),
            "who follows the Changes sees another venue");
  vd_buffer_finish(&left);
  vd_buffer_finish(&right);
}

void stage_destroy(struct stage *stage)
{
  stage_expect_same(vd_venue_fold(stage->venue), stage->mirror);
  cr_expect_leq(stage->largest, VD_CHANGE_MAX);
  vd_reply_clear(&stage->reply);
  vd_fold_destroy(stage->mirror);
  vd_venue_destroy(stage->venue);
  free(stage);
}
