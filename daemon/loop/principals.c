// Who may speak: the tokens of the configuration become principals of the venue, and net learns their hashes.
#include <stdlib.h>
#include <string.h>

#include "daemon/loop/daemon.h"
#include "daemon/loop/token.h"
#include "proto/check.h"

static bool is_same_principal(const Vd__Principal *a, const Vd__Principal *b)
{
  struct vd_buffer left = {0}, right = {0};
  Vd__Principal of_a = *a, of_b = *b;
  of_a.revision = of_b.revision = 0;
  vd_buffer_pack(&left, &of_a.base);
  vd_buffer_pack(&right, &of_b.base);
  bool is_same = left.size == right.size && memcmp(left.data, right.data, left.size) == 0;
  vd_buffer_finish(&left);
  vd_buffer_finish(&right);
  return is_same;
}

static enum vd_err set_principal(struct vd_daemon *d, Vd__Principal *principal, struct vd_refusal *refusal)
{
  const Vd__Principal *standing =
      (const Vd__Principal *)vd_fold_find(vd_venue_fold(d->venue), VD__KIND__KIND_PRINCIPAL, principal->id);
  if (standing != NULL && is_same_principal(standing, principal))
    return VD_OK;
  Vd__SetPrincipal act = VD__SET_PRINCIPAL__INIT;
  act.principal = principal;
  Vd__Command command = VD__COMMAND__INIT;
  command.id = (char *)"principal";
  command.act_case = VD__COMMAND__ACT_PRINCIPAL;
  command.principal = &act;
  return vd_daemon_command_self(d, &command, refusal);
}

static void path_beside(struct vd_buffer *out, const char *config_path, const char *file)
{
  const char *slash = config_path != NULL && *file != '/' ? strrchr(config_path, '/') : NULL;
  if (slash != NULL)
    vd_buffer_append(out, config_path, (size_t)(slash + 1 - config_path));
  vd_buffer_append(out, file, strlen(file) + 1);
}

typedef uint8_t token_hash[32];

static Vd__Principal principal_of(const Vd__ConfigToken *token, token_hash hash)
{
  Vd__Principal principal = VD__PRINCIPAL__INIT;
  principal.id = token->name;
  principal.name = token->name;
  principal.role = token->role;
  principal.zones = token->zones;
  principal.n_zones = token->n_zones;
  principal.crew = token->crew;
  principal.token_hash = (ProtobufCBinaryData){.data = hash, .len = sizeof(token_hash)};
  return principal;
}

// Those who speak without being configured: their names are not to be had.
static bool is_reserved(const char *name)
{
  return strcmp(name, "local-admin") == 0 || strcmp(name, "venued") == 0;
}

static bool is_named_before(const Vd__Config *config, size_t at)
{
  for (size_t i = 0; i < at; i++)
    if (strcmp(config->tokens[i]->name, config->tokens[at]->name) == 0)
      return true;
  return false;
}

static enum vd_err check_token(const Vd__Config *config, size_t at, struct vd_refusal *refusal)
{
  const Vd__ConfigToken *token = config->tokens[at];
  if (!vd_word_is_valid(token->name))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "tokens.name", "%s: not a word of [a-z0-9-]", token->name);
  if (is_reserved(token->name) || is_named_before(config, at))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "tokens.name", "%s: the name is taken", token->name);
  if (token->role == VD__ROLE__ROLE_UNSPECIFIED)
    return vd_refuse(refusal, VD_ERR_MISSING, "tokens.role", "%s", token->name);
  Vd__Principal largest = principal_of(token, (token_hash){0});
  largest.revision = UINT64_MAX;
  if (vd__principal__get_packed_size(&largest) > VD_ENTITY_MAX)
    return vd_refuse(refusal, VD_ERR_TOO_MANY, "tokens.zones", "%s: more than one entry can hold",
                     token->name);
  return VD_OK;
}

static enum vd_err read_token(const struct vd_daemon *d, const char *file, token_hash hash,
                              struct vd_refusal *refusal)
{
  struct vd_buffer path = {0};
  path_beside(&path, d->options->config_path, file);
  enum vd_err err = vd_token_read_hash((char *)path.data, hash, refusal);
  vd_buffer_finish(&path);
  return err;
}

static bool is_configured(const Vd__Config *config, const char *name)
{
  for (size_t i = 0; i < config->n_tokens; i++)
    if (strcmp(config->tokens[i]->name, name) == 0)
      return true;
  return false;
}

// Who is no longer configured may no longer speak.
static enum vd_err revoke_others(struct vd_daemon *d, const Vd__Config *config, struct vd_refusal *refusal)
{
  enum vd_err err = VD_OK;
  char *after = NULL;
  const ProtobufCMessage *message;
  while (err == VD_OK &&
         (message = vd_fold_next(vd_venue_fold(d->venue), VD__KIND__KIND_PRINCIPAL, after, ""))) {
    free(after);
    after = vd_strdup(vd_message_id(message));
    const Vd__Principal *principal = (const Vd__Principal *)message;
    if (principal->revoked || is_configured(config, principal->id))
      continue;
    Vd__Principal *revoked = (Vd__Principal *)vd_message_copy(message);
    revoked->revoked = true;
    err = set_principal(d, revoked, refusal);
    vd__principal__free_unpacked(revoked, NULL);
  }
  free(after);
  return err;
}

// Everything is read and checked before anything is set: a configuration that is refused changes nothing.
enum vd_err vd_daemon_set_principals(struct vd_daemon *d, const Vd__Config *config,
                                     struct vd_refusal *refusal)
{
  token_hash *hashes = vd_zalloc(config->n_tokens * sizeof *hashes);
  enum vd_err err = VD_OK;
  for (size_t i = 0; err == VD_OK && i < config->n_tokens; i++) {
    err = check_token(config, i, refusal);
    if (err == VD_OK)
      err = read_token(d, config->tokens[i]->file, hashes[i], refusal);
  }
  for (size_t i = 0; err == VD_OK && i < config->n_tokens; i++) {
    Vd__Principal principal = principal_of(config->tokens[i], hashes[i]);
    err = set_principal(d, &principal, refusal);
  }
  free(hashes);
  return err == VD_OK ? revoke_others(d, config, refusal) : err;
}

void vd_daemon_publish_identities(struct vd_daemon *d)
{
  const struct vd_fold *fold = vd_venue_fold(d->venue);
  struct vd_identity *identities =
      vd_alloc((vd_fold_count(fold, VD__KIND__KIND_PRINCIPAL) + 1) * sizeof *identities);
  size_t count = 0;
  const ProtobufCMessage *message = NULL;
  const char *after = NULL;
  while ((message = vd_fold_next(fold, VD__KIND__KIND_PRINCIPAL, after, "")) != NULL) {
    const Vd__Principal *principal = (const Vd__Principal *)message;
    after = principal->id;
    if (principal->revoked || principal->token_hash.len != 32)
      continue;
    identities[count] =
        (struct vd_identity){.principal = principal->id, .clearance = vd_clearance_of_role(principal->role)};
    memcpy(identities[count].token_hash, principal->token_hash.data, 32);
    count++;
  }
  vd_net_set_identities(d->net, identities, count);
  free(identities);
}
