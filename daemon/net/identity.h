// Who may speak, and who is on which pipe: one table, replaced as a whole by the loop, read on nng's threads.
// One lock, held for look-ups only; never while nng is called.
#ifndef VD_NET_IDENTITY_H
#define VD_NET_IDENTITY_H

#include <bsd/sys/tree.h>
#include <nng/nng.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/net/net.h"

#define VD_LOCAL_ADMIN "local-admin"
enum { VD_TOKEN_HASH_SIZE = 32, VD_TOKEN_MAX = 256 };

// How something came in. The names are for logs.
enum vd_face { VD_FACE_IPC, VD_FACE_WS, VD_FACE_TCP, VD_FACE_HTTP };
const char *vd_face_name(enum vd_face face);

// One identity, shared by the table, pipes and calls.
struct vd_who {
  atomic_uint references;
  enum vd_clearance clearance;
  char principal[];
};
void vd_who_release(struct vd_who *who); // NULL is fine

struct vd_identity_entry {
  uint8_t token_hash[VD_TOKEN_HASH_SIZE];
  struct vd_who *who;
};

struct vd_pipe;
RB_HEAD(vd_pipe_tree, vd_pipe);

struct vd_identities {
  pthread_mutex_t lock;
  struct vd_identity_entry *entries; // [0] is local-admin
  size_t count;
  struct vd_pipe_tree pipes; // by pipe id
};

// `local_hash` is of the token in DATA/local.token.
void vd_identities_init(struct vd_identities *identities, const uint8_t local_hash[VD_TOKEN_HASH_SIZE]);
// No pipe may be left.
void vd_identities_finish(struct vd_identities *identities);

// See vd_net_set_identities. Every pipe proves itself again; those that no longer can are closed.
void vd_identities_set(struct vd_identities *identities, const struct vd_identity *given, size_t count);

// A reference to whose token this is; NULL for none. Takes as long for a wrong token as for a right one.
struct vd_who *vd_identities_of_token(struct vd_identities *identities, const void *token, size_t size);

// Remembers a pipe and who is on it: ipc is local-admin, tcp nobody (its requests carry tokens), ws whose
// token this is. VD_ERR_UNAUTHENTICATED; VD_ERR_NOT_PERMITTED below the clearance `needs`.
enum vd_err vd_identities_admit(struct vd_identities *identities, nng_pipe pipe, enum vd_face face,
                                enum vd_clearance needs, const char *token, size_t size) VD_MUST_CHECK;
// False if the pipe was never admitted.
bool vd_identities_forget(struct vd_identities *identities, nng_pipe pipe);

// How a pipe came in, and a reference to who is on it (NULL: nobody). False for an unknown pipe.
bool vd_identities_of_pipe(struct vd_identities *identities, nng_pipe pipe, enum vd_face *face,
                           struct vd_who **who);

#endif
