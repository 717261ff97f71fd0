#include "daemon/loop/upload.h"

#include <stdlib.h>
#include <string.h>

#include "proto/quota.h"

enum { PLAN_QUOTA = 64 << 20 }; // a plan of small entries grows about tenfold

static void forget(struct vd_upload *upload)
{
  free(upload->principal);
  free(upload->id);
  vd_buffer_finish(&upload->pieces);
  *upload = (struct vd_upload){.principal = NULL};
}

void vd_uploads_finish(struct vd_uploads *uploads)
{
  for (size_t i = 0; i < VD_UPLOADS_MAX; i++)
    forget(&uploads->uploads[i]);
}

void vd_uploads_expire(struct vd_uploads *uploads, int64_t mono_ms)
{
  for (size_t i = 0; i < VD_UPLOADS_MAX; i++) {
    struct vd_upload *upload = &uploads->uploads[i];
    if (upload->principal != NULL && mono_ms - upload->heard_mono_ms >= VD_UPLOAD_SILENCE_MS)
      forget(upload);
  }
}

// Whole: kept only for who sends the last part again.
static bool is_over(const struct vd_upload *upload)
{
  return upload->next > upload->parts;
}

// The principal's, or else a free one, or one that is over; NULL if there is none.
static struct vd_upload *upload_of(struct vd_uploads *uploads, const char *principal)
{
  struct vd_upload *found = NULL;
  for (size_t i = 0; i < VD_UPLOADS_MAX; i++) {
    struct vd_upload *upload = &uploads->uploads[i];
    if (upload->principal != NULL && strcmp(upload->principal, principal) == 0)
      return upload;
    if (upload->principal == NULL || (found == NULL && is_over(upload)))
      found = upload;
  }
  return found;
}

static void begin(struct vd_upload *upload, const char *principal, const Vd__Command *command)
{
  forget(upload);
  upload->principal = vd_strdup(principal);
  upload->id = vd_strdup(command->id);
  upload->parts = command->plan_apply->parts;
  upload->next = 1;
}

static bool continues(const struct vd_upload *upload, const Vd__Command *command)
{
  return upload->principal != NULL && strcmp(upload->id, command->id) == 0 &&
         upload->parts == command->plan_apply->parts;
}

static enum vd_err append(struct vd_upload *upload, const Vd__Plan *piece, struct vd_refusal *refusal)
{
  size_t size = upload->pieces.size + vd__plan__get_packed_size(piece);
  if (size > VD_UPLOAD_SIZE_MAX) {
    forget(upload);
    return vd_refuse(refusal, VD_ERR_TOO_LARGE, "plan_apply.plan", "%zu bytes; at most %d", size,
                     VD_UPLOAD_SIZE_MAX);
  }
  vd_buffer_pack(&upload->pieces, &piece->base);
  upload->next++;
  return VD_OK;
}

static enum vd_err check_part(const Vd__PlanApply *apply, struct vd_refusal *refusal)
{
  if (apply->parts > VD_UPLOAD_PARTS_MAX)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "plan_apply.parts", "%u, at most %d", (unsigned)apply->parts,
                     VD_UPLOAD_PARTS_MAX);
  if (apply->part == 0 || apply->part > apply->parts)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "plan_apply.part", "%u, at most %u", (unsigned)apply->part,
                     (unsigned)apply->parts);
  return apply->plan != NULL ? VD_OK : vd_refuse(refusal, VD_ERR_MISSING, "plan_apply.plan", NULL);
}

enum vd_err vd_uploads_take(struct vd_uploads *uploads, const char *principal, const Vd__Command *command,
                            int64_t mono_ms, Vd__Plan **plan, struct vd_refusal *refusal)
{
  const Vd__PlanApply *apply = command->plan_apply;
  *plan = NULL;
  enum vd_err err = check_part(apply, refusal);
  if (err != VD_OK)
    return err;
  vd_uploads_expire(uploads, mono_ms);
  struct vd_upload *upload = upload_of(uploads, principal);
  if (upload == NULL)
    return vd_refuse(refusal, VD_ERR_BUSY, NULL, NULL);
  if (apply->part == 1 && !continues(upload, command))
    begin(upload, principal, command);
  if (!continues(upload, command) || apply->part > upload->next)
    return vd_refuse(refusal, VD_ERR_PART_MISSING, "plan_apply.part", NULL);
  upload->heard_mono_ms = mono_ms;
  if (apply->part == upload->next)
    err = append(upload, apply->plan, refusal);
  if (err != VD_OK || apply->part < apply->parts)
    return err;
  *plan = (Vd__Plan *)vd_unpack_bounded(&vd__plan__descriptor, upload->pieces.data, upload->pieces.size,
                                        PLAN_QUOTA, refusal);
  if (*plan != NULL)
    return VD_OK;
  forget(upload);
  return refusal->err;
}
