// The plan as it comes in. The file: read and checked at start, applied to a new journal, compared with an
// old one's. The command: sealed, or put together from its parts.
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/access.h"
#include "daemon/core/plan.h"
#include "daemon/loop/daemon.h"
#include "daemon/loop/log.h"
#include "proto/fold.h"
#include "proto/text.h"

enum { DIFFERENCES_TOLD = 4 };

static enum vd_err first_finding(const struct vd_findings *findings, const struct vd_text_map *map,
                                 const char *path, struct vd_refusal *refusal)
{
  for (size_t i = 0; i < findings->count; i++) {
    const struct vd_finding *finding = &findings->items[i];
    if (!finding->is_error)
      continue;
    struct vd_text_place place = vd_text_map_find(map, finding->path);
    return vd_refuse(refusal, finding->err, finding->path, "%s:%u:%u: %s: %s (%zu errors in all)", path,
                     place.line, place.column, finding->rule, finding->sentence, findings->errors);
  }
  return VD_OK;
}

enum vd_err vd_daemon_read_plan(const char *path, Vd__Plan **plan, struct vd_refusal *refusal)
{
  ProtobufCMessage *message = NULL;
  struct vd_text_map *map = NULL;
  enum vd_err err = vd_text_read_file(&vd__plan__descriptor, path, &message, &map, refusal);
  if (err != VD_OK)
    return err;
  struct vd_findings findings = {.items = NULL};
  vd_plan_defaults((Vd__Plan *)message);
  vd_plan_check((Vd__Plan *)message, &findings);
  err = first_finding(&findings, map, path, refusal);
  for (size_t i = 0; err == VD_OK && i < findings.count; i++)
    vd_log(VD_LOG_WARNING, "plan-warning", "rule", findings.items[i].rule, "path", findings.items[i].path,
           NULL);
  vd_findings_finish(&findings);
  vd_text_map_destroy(map);
  if (err != VD_OK)
    protobuf_c_message_free_unpacked(message, NULL);
  else
    *plan = (Vd__Plan *)message;
  return err;
}

static void seal(Vd__PlanApply *apply)
{
  if (apply->plan == NULL)
    return;
  vd_plan_defaults(apply->plan);
  struct vd_buffer bytes = {0};
  vd_buffer_pack(&bytes, &apply->plan->base);
  free(apply->hash.data);
  apply->hash = (ProtobufCBinaryData){.data = vd_alloc(32), .len = 32};
  crypto_generichash(apply->hash.data, 32, bytes.data, bytes.size, NULL, 0);
  vd_buffer_finish(&bytes);
}

static bool has_hash(const struct vd_daemon *d, const Vd__PlanApply *apply)
{
  const Vd__Event *event = vd_venue_event(d->venue);
  return event != NULL && event->plan_hash.len == apply->hash.len &&
         memcmp(event->plan_hash.data, apply->hash.data, apply->hash.len) == 0;
}

// What a differing plan would change, gathered from an act that is never committed: the start ends with it.
struct differences {
  char words[200];
  size_t size;
  unsigned count;
};

static void note_difference(void *context, const Vd__Change *change)
{
  struct differences *found = context;
  for (size_t i = 0; i < change->n_upserts; i++, found->count++) {
    const char *kind = vd_kind_name(vd_entity_kind(change->upserts[i]));
    const char *id = vd_message_id(vd_entity_message(change->upserts[i]));
    size_t needed = strlen(kind) + strlen(id) + 3;
    if (found->count >= DIFFERENCES_TOLD || found->size + needed >= sizeof found->words)
      continue;
    struct vd_buffer word = {0};
    vd_buffer_printf(&word, "%s%s %s", found->size > 0 ? ", " : "", kind, id);
    memcpy(found->words + found->size, word.data, word.size);
    found->size += word.size;
    vd_buffer_finish(&word);
  }
}

static enum vd_err refuse_difference(struct vd_daemon *d, const Vd__Principal *who, Vd__Command *command,
                                     struct vd_refusal *refusal)
{
  struct differences found = {.size = 0};
  Vd__Reply reply = VD__REPLY__INIT;
  enum vd_err err = vd_venue_execute(d->venue, who, "", command, VD__LANGUAGE__LANGUAGE_EN, d->now_ms,
                                     note_difference, &found, &reply);
  vd_reply_clear(&reply);
  if (err != VD_OK)
    return vd_refuse(refusal, err, "plan", "the plan differs from the journal's and cannot be applied");
  return vd_refuse(refusal, VD_ERR_PLAN_DIFFERS, "plan", "%u differences: %s%s", found.count, found.words,
                   found.count > DIFFERENCES_TOLD ? ", …" : "");
}

enum vd_err vd_daemon_load_plan(struct vd_daemon *d, Vd__Plan *plan, struct vd_refusal *refusal)
{
  Vd__PlanApply apply = VD__PLAN_APPLY__INIT;
  apply.plan = plan;
  seal(&apply);
  Vd__Command command = VD__COMMAND__INIT;
  command.id = (char *)"plan";
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &apply;
  enum vd_err err = VD_OK;
  if (vd_venue_event(d->venue) == NULL)
    err = vd_daemon_command_self(d, &command, refusal);
  else if (!has_hash(d, &apply))
    err = refuse_difference(d, vd_daemon_principal(d, "local-admin"), &command, refusal);
  free(apply.hash.data);
  return err;
}

// ---- the command ----

enum vd_err vd_daemon_receive_plan(struct vd_daemon *d, const Vd__Principal *who, const Vd__Command *command,
                                   Vd__PlanApply **apply, struct vd_refusal *refusal)
{
  Vd__Plan *plan = NULL;
  enum vd_err err = VD_OK;
  *apply = NULL;
  if (command->plan_apply->parts > 1) {
    err = vd_access_check(d->venue, who, command, refusal); // the parts of a stranger are not kept
    if (err == VD_OK)
      err = vd_uploads_take(&d->uploads, who->id, command, vd_mono_ms(), &plan, refusal);
    if (plan == NULL)
      return err;
  } else if (command->plan_apply->plan != NULL) { // a copy: a request is not to be changed
    plan = (Vd__Plan *)vd_message_copy(&command->plan_apply->plan->base);
  }
  *apply = (Vd__PlanApply *)vd_message_new(&vd__plan_apply__descriptor);
  (*apply)->plan = plan;
  seal(*apply);
  return VD_OK;
}
