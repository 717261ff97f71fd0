#include "daemon/net/identity.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"

struct vd_pipe {
  RB_ENTRY(vd_pipe) node;
  nng_pipe pipe;
  enum vd_face face;
  enum vd_clearance needs;
  uint8_t token_hash[VD_TOKEN_HASH_SIZE]; // ws only
  struct vd_who *who;                     // NULL: nobody, or no longer
};

static int compare_pipes(const struct vd_pipe *a, const struct vd_pipe *b)
{
  return (a->pipe.id > b->pipe.id) - (a->pipe.id < b->pipe.id);
}

// As RB_GENERATE_STATIC, whose `__unused` libbsd does not define on Linux.
RB_GENERATE_INTERNAL(vd_pipe_tree, vd_pipe, node, compare_pipes, __attribute__((unused)) static)

const char *vd_face_name(enum vd_face face)
{
  static const char *const names[] = {"ipc", "ws", "tcp", "http"};
  return names[face];
}

// ---- one identity ----

static struct vd_who *who_new(const char *principal, enum vd_clearance clearance)
{
  size_t size = strlen(principal) + 1;
  struct vd_who *who = vd_alloc(sizeof *who + size);
  atomic_init(&who->references, 1);
  who->clearance = clearance;
  memcpy(who->principal, principal, size);
  return who;
}

static struct vd_who *who_share(struct vd_who *who)
{
  if (who != NULL)
    atomic_fetch_add(&who->references, 1);
  return who;
}

void vd_who_release(struct vd_who *who)
{
  if (who != NULL && atomic_fetch_sub(&who->references, 1) == 1)
    free(who);
}

// ---- the table ----

static struct vd_identity_entry *entries_new(const uint8_t local_hash[VD_TOKEN_HASH_SIZE],
                                             const struct vd_identity *given, size_t count)
{
  struct vd_identity_entry *entries = vd_zalloc((count + 1) * sizeof *entries);
  memcpy(entries[0].token_hash, local_hash, VD_TOKEN_HASH_SIZE);
  entries[0].who = who_new(VD_LOCAL_ADMIN, VD_CLEARANCE_PRIVATE);
  for (size_t i = 0; i < count; i++) {
    memcpy(entries[i + 1].token_hash, given[i].token_hash, VD_TOKEN_HASH_SIZE);
    entries[i + 1].who = who_new(given[i].principal, given[i].clearance);
  }
  return entries;
}

static void entries_free(struct vd_identity_entry *entries, size_t count)
{
  for (size_t i = 0; i < count; i++)
    vd_who_release(entries[i].who);
  free(entries);
}

void vd_identities_init(struct vd_identities *identities, const uint8_t local_hash[VD_TOKEN_HASH_SIZE])
{
  pthread_mutex_init(&identities->lock, NULL);
  RB_INIT(&identities->pipes);
  identities->entries = entries_new(local_hash, NULL, 0);
  identities->count = 1;
}

void vd_identities_finish(struct vd_identities *identities)
{
  entries_free(identities->entries, identities->count);
  pthread_mutex_destroy(&identities->lock);
}

// All entries are compared, each in constant time: neither which one matches nor how nearly one does shows.
static struct vd_who *find_locked(const struct vd_identities *identities,
                                  const uint8_t hash[VD_TOKEN_HASH_SIZE])
{
  struct vd_who *found = NULL;
  for (size_t i = 0; i < identities->count; i++) {
    bool is_same = sodium_memcmp(identities->entries[i].token_hash, hash, VD_TOKEN_HASH_SIZE) == 0;
    if (is_same && found == NULL)
      found = identities->entries[i].who;
  }
  return found;
}

static bool hash_token(uint8_t hash[VD_TOKEN_HASH_SIZE], const void *token, size_t size)
{
  if (token == NULL || size == 0 || size > VD_TOKEN_MAX)
    return false;
  crypto_generichash(hash, VD_TOKEN_HASH_SIZE, token, size, NULL, 0);
  return true;
}

struct vd_who *vd_identities_of_token(struct vd_identities *identities, const void *token, size_t size)
{
  uint8_t hash[VD_TOKEN_HASH_SIZE];
  if (!hash_token(hash, token, size))
    return NULL;
  pthread_mutex_lock(&identities->lock);
  struct vd_who *who = who_share(find_locked(identities, hash));
  pthread_mutex_unlock(&identities->lock);
  return who;
}

// ---- the pipes ----

// Who is on the pipe by the present table, or why it may not stay.
static enum vd_err prove_locked(struct vd_identities *identities, struct vd_pipe *pipe)
{
  vd_who_release(pipe->who);
  pipe->who = NULL;
  if (pipe->face == VD_FACE_TCP)
    return VD_OK;
  struct vd_who *who =
      pipe->face == VD_FACE_IPC ? identities->entries[0].who : find_locked(identities, pipe->token_hash);
  if (who == NULL)
    return VD_ERR_UNAUTHENTICATED;
  if (who->clearance < pipe->needs)
    return VD_ERR_NOT_PERMITTED;
  pipe->who = who_share(who);
  return VD_OK;
}

enum vd_err vd_identities_admit(struct vd_identities *identities, nng_pipe pipe, enum vd_face face,
                                enum vd_clearance needs, const char *token, size_t size)
{
  struct vd_pipe *entry = vd_zalloc(sizeof *entry);
  *entry = (struct vd_pipe){.pipe = pipe, .face = face, .needs = needs};
  if (face == VD_FACE_WS && !hash_token(entry->token_hash, token, size)) {
    free(entry);
    return VD_ERR_UNAUTHENTICATED;
  }
  pthread_mutex_lock(&identities->lock);
  enum vd_err err = prove_locked(identities, entry);
  if (err == VD_OK)
    RB_INSERT(vd_pipe_tree, &identities->pipes, entry);
  pthread_mutex_unlock(&identities->lock);
  if (err != VD_OK)
    free(entry);
  return err;
}

bool vd_identities_forget(struct vd_identities *identities, nng_pipe pipe)
{
  struct vd_pipe key = {.pipe = pipe};
  pthread_mutex_lock(&identities->lock);
  struct vd_pipe *entry = RB_FIND(vd_pipe_tree, &identities->pipes, &key);
  if (entry != NULL)
    RB_REMOVE(vd_pipe_tree, &identities->pipes, entry);
  pthread_mutex_unlock(&identities->lock);
  if (entry == NULL)
    return false;
  vd_who_release(entry->who);
  free(entry);
  return true;
}

bool vd_identities_of_pipe(struct vd_identities *identities, nng_pipe pipe, enum vd_face *face,
                           struct vd_who **who)
{
  struct vd_pipe key = {.pipe = pipe};
  pthread_mutex_lock(&identities->lock);
  const struct vd_pipe *entry = RB_FIND(vd_pipe_tree, &identities->pipes, &key);
  if (entry != NULL) {
    *face = entry->face;
    *who = who_share(entry->who);
  }
  pthread_mutex_unlock(&identities->lock);
  return entry != NULL;
}

// Pipes are closed after the lock is let go: closing reaches callbacks that take it. Until then nobody is on
// them, so what still arrives is unauthenticated.
void vd_identities_set(struct vd_identities *identities, const struct vd_identity *given, size_t count)
{
  struct vd_buffer closing = {0};
  pthread_mutex_lock(&identities->lock);
  struct vd_identity_entry *old = identities->entries;
  size_t old_count = identities->count;
  identities->entries = entries_new(old[0].token_hash, given, count);
  identities->count = count + 1;
  struct vd_pipe *pipe;
  RB_FOREACH(pipe, vd_pipe_tree, &identities->pipes)
  if (prove_locked(identities, pipe) != VD_OK)
    vd_buffer_append(&closing, &pipe->pipe, sizeof pipe->pipe);
  pthread_mutex_unlock(&identities->lock);
  const nng_pipe *pipes = (const nng_pipe *)closing.data;
  for (size_t i = 0; i < closing.size / sizeof *pipes; i++)
    nng_pipe_close(pipes[i]);
  vd_buffer_finish(&closing);
  entries_free(old, old_count);
}
