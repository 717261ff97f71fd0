#include "tests/unit/core/plan_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
