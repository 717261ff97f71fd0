#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/loop/upload.h"

static struct vd_uploads uploads;
static int64_t now_ms;
static Vd__Plan *whole;
static struct vd_refusal refusal;

static void begin(void)
{
  uploads = (struct vd_uploads){0};
  now_ms = 1000;
  whole = NULL;
}

static void end(void)
{
  vd__plan__free_unpacked(whole, NULL);
  vd_uploads_finish(&uploads);
}

TestSuite(upload, .init = begin, .fini = end);

// A part with `devices` devices, each named after its part; `whole` is the plan if it was the last.
static enum vd_err send_devices(const char *principal, const char *id, uint32_t part, uint32_t parts,
                                unsigned devices, const char *name)
{
  Vd__Plan *piece = (Vd__Plan *)vd_message_new(&vd__plan__descriptor);
  for (unsigned i = 0; i < devices; i++) {
    Vd__PlanDevice *device = (Vd__PlanDevice *)vd_message_new(&vd__plan_device__descriptor);
    char device_id[32];
    snprintf(device_id, sizeof device_id, "d%u-%u", part, i);
    vd_string_set(&device->id, device_id);
    vd_string_set(&device->zone, name);
    VD_REPEATED_ADD(piece->devices, piece->n_devices, device);
  }
  Vd__PlanApply apply = VD__PLAN_APPLY__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  apply.plan = piece;
  apply.part = part;
  apply.parts = parts;
  command.id = (char *)id;
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &apply;
  vd__plan__free_unpacked(whole, NULL);
  enum vd_err err = vd_uploads_take(&uploads, principal, &command, now_ms, &whole, &refusal);
  vd__plan__free_unpacked(piece, NULL);
  return err;
}

static enum vd_err send_part(const char *principal, const char *id, uint32_t part, uint32_t parts)
{
  return send_devices(principal, id, part, parts, 2, "hall");
}

Test(upload, the_last_part_gives_the_whole_in_order)
{
  for (uint32_t part = 1; part <= 3; part++) {
    cr_assert_null(whole);
    cr_assert_eq(send_part("admin", "a", part, 3), VD_OK);
  }
  cr_assert_not_null(whole);
  cr_assert_eq(whole->n_devices, 6);
  cr_expect_str_eq(whole->devices[0]->id, "d1-0");
  cr_expect_str_eq(whole->devices[5]->id, "d3-1");
}

Test(upload, a_part_that_comes_again_is_taken_once)
{
  cr_assert_eq(send_part("admin", "a", 1, 3), VD_OK);
  cr_assert_eq(send_part("admin", "a", 1, 3), VD_OK);
  cr_assert_eq(send_part("admin", "a", 2, 3), VD_OK);
  cr_assert_eq(send_part("admin", "a", 1, 3), VD_OK);
  cr_assert_null(whole);
  cr_assert_eq(send_part("admin", "a", 3, 3), VD_OK);
  cr_assert_eq(whole->n_devices, 6);
  cr_assert_eq(send_part("admin", "a", 3, 3), VD_OK, "an answer that was lost is asked for again");
  cr_assert_not_null(whole);
  cr_assert_eq(whole->n_devices, 6);
}

Test(upload, a_gap_is_told)
{
  cr_assert_eq(send_part("admin", "a", 2, 3), VD_ERR_PART_MISSING);
  cr_assert_eq(send_part("admin", "a", 1, 3), VD_OK);
  cr_assert_eq(send_part("admin", "a", 3, 3), VD_ERR_PART_MISSING);
  cr_expect_str_eq(refusal.field, "plan_apply.part");
  cr_assert_eq(send_part("admin", "a", 2, 4), VD_ERR_PART_MISSING, "of another number of parts");
  cr_assert_eq(send_part("admin", "a", 2, 3), VD_OK, "what is there stays");
  cr_assert_eq(send_part("admin", "a", 3, 3), VD_OK);
  cr_assert_not_null(whole);
}

Test(upload, no_such_part)
{
  cr_assert_eq(send_part("admin", "a", 0, 3), VD_ERR_BAD_VALUE);
  cr_assert_eq(send_part("admin", "a", 4, 3), VD_ERR_BAD_VALUE);
  cr_assert_eq(send_part("admin", "a", 1, VD_UPLOAD_PARTS_MAX + 1), VD_ERR_BAD_VALUE);
  cr_expect_str_eq(refusal.field, "plan_apply.parts");
  Vd__PlanApply apply = VD__PLAN_APPLY__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  apply.part = 1;
  apply.parts = 2;
  command.id = (char *)"a";
  command.plan_apply = &apply;
  cr_assert_eq(vd_uploads_take(&uploads, "admin", &command, now_ms, &whole, &refusal), VD_ERR_MISSING);
}

Test(upload, more_than_a_plan_may_have_is_refused_and_forgotten)
{
  char name[200] = {0};
  memset(name, 'x', sizeof name - 1);
  enum vd_err err = VD_OK;
  uint32_t part = 0;
  while (err == VD_OK && part < VD_UPLOAD_PARTS_MAX)
    err = send_devices("admin", "a", ++part, VD_UPLOAD_PARTS_MAX, 250, name);
  cr_assert_eq(err, VD_ERR_TOO_LARGE);
  cr_expect_gt((size_t)part * 250 * (sizeof name + 24), VD_UPLOAD_SIZE_MAX);
  cr_expect_leq((size_t)(part - 1) * 250 * sizeof name, VD_UPLOAD_SIZE_MAX);
  cr_assert_eq(send_part("admin", "a", part, VD_UPLOAD_PARTS_MAX), VD_ERR_PART_MISSING);
}

Test(upload, silence_is_forgotten_and_each_part_breaks_it)
{
  cr_assert_eq(send_part("admin", "a", 1, 3), VD_OK);
  now_ms += VD_UPLOAD_SILENCE_MS - 1;
  vd_uploads_expire(&uploads, now_ms);
  cr_assert_eq(send_part("admin", "a", 2, 3), VD_OK);
  now_ms += VD_UPLOAD_SILENCE_MS;
  vd_uploads_expire(&uploads, now_ms);
  cr_assert_null(uploads.uploads[0].pieces.data);
  cr_assert_null(uploads.uploads[1].pieces.data);
  cr_assert_eq(send_part("admin", "a", 3, 3), VD_ERR_PART_MISSING);
}

Test(upload, two_have_theirs_and_a_third_waits)
{
  cr_assert_eq(send_part("admin", "a", 1, 2), VD_OK);
  cr_assert_eq(send_part("deputy", "a", 1, 2), VD_OK, "an id belongs to its principal");
  cr_assert_eq(send_part("third", "c", 1, 2), VD_ERR_BUSY);
  cr_assert_eq(send_part("admin", "a", 2, 2), VD_OK);
  cr_assert_eq(whole->n_devices, 4);
  cr_assert_eq(send_part("third", "c", 1, 2), VD_OK, "of one that is whole nothing is under way");
  cr_assert_eq(send_part("admin", "d", 1, 2), VD_ERR_BUSY);
  cr_assert_eq(send_part("deputy", "a", 2, 2), VD_OK);
  cr_assert_eq(whole->n_devices, 4);
  cr_assert_eq(send_part("deputy", "a", 2, 2), VD_OK, "the last one may come again");
  cr_assert_eq(whole->n_devices, 4);
  now_ms += VD_UPLOAD_SILENCE_MS;
  cr_assert_eq(send_part("third", "c", 1, 2), VD_OK, "without waiting for the beat");
}

Test(upload, another_id_begins_anew)
{
  cr_assert_eq(send_part("admin", "a", 1, 2), VD_OK);
  cr_assert_eq(send_part("admin", "b", 1, 2), VD_OK);
  cr_assert_eq(send_part("admin", "a", 2, 2), VD_ERR_PART_MISSING);
  cr_assert_eq(send_part("admin", "b", 2, 2), VD_OK);
  cr_assert_eq(whole->n_devices, 4);
}
