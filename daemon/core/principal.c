// Who may speak: commanded by venued itself from its configuration, before the first plan too.
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "proto/check.h"

static bool is_same(const Vd__Principal *standing, const Vd__Principal *wanted)
{
  Vd__Principal left = *standing, right = *wanted;
  left.revision = right.revision = 0;
  struct vd_buffer bytes = {0};
  size_t size = vd_buffer_pack(&bytes, &left.base);
  bool is_same =
      vd_buffer_pack(&bytes, &right.base) == size && memcmp(bytes.data, bytes.data + size, size) == 0;
  vd_buffer_finish(&bytes);
  return is_same;
}

// Those who speak without being configured: an entity of that name would pass for them in the history.
static bool is_reserved(const char *id)
{
  return strcmp(id, "local-admin") == 0 || strcmp(id, "venued") == 0;
}

static enum vd_err check(const Vd__Principal *wanted, struct vd_refusal *refusal)
{
  if (wanted == NULL)
    return vd_refuse(refusal, VD_ERR_MISSING, "principal.principal", NULL);
  if (!vd_word_is_valid(wanted->id))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "principal.principal.id", "not a word of [a-z0-9-]");
  if (is_reserved(wanted->id))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "principal.principal.id", "%s is built in", wanted->id);
  if (wanted->role == VD__ROLE__ROLE_UNSPECIFIED)
    return vd_refuse(refusal, VD_ERR_MISSING, "principal.principal.role", NULL);
  if (wanted->token_hash.len != 0 && wanted->token_hash.len != 32)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "principal.principal.token_hash", "32 bytes");
  Vd__Principal largest = *wanted;
  largest.revision = UINT64_MAX;
  if (vd__principal__get_packed_size(&largest) > VD_ENTITY_MAX)
    return vd_refuse(refusal, VD_ERR_TOO_MANY, "principal.principal.zones", "more than one entry can hold");
  return VD_OK;
}

// The standing entity takes over everything of the wanted one but the revision.
static void copy_into(Vd__Principal *principal, const Vd__Principal *wanted)
{
  Vd__Principal *copy = (Vd__Principal *)vd_message_copy(&wanted->base), old = *principal;
  *principal = *copy;
  principal->id = old.id;
  principal->revision = old.revision;
  old.id = copy->id;
  *copy = old;
  vd__principal__free_unpacked(copy, NULL);
}

enum vd_err vd_principal_set(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__Principal *wanted = act->command->principal->principal;
  enum vd_err err = check(wanted, refusal);
  if (err != VD_OK)
    return err;
  Vd__Principal *principal = VD_FIND(act->venue, PRINCIPAL, Principal, wanted->id);
  if (principal != NULL && is_same(principal, wanted))
    return VD_OK;
  if (principal != NULL)
    vd_act_touch(act, VD__KIND__KIND_PRINCIPAL, &principal->base);
  else
    principal = VD_CREATE(act, PRINCIPAL, Principal, wanted->id);
  copy_into(principal, wanted);
  vd_string_set(&vd_act_fact(act, VD_FACT_PRINCIPAL_SET)->text, wanted->id);
  return VD_OK;
}
