// The first token: DATA/local.token, mode 0600, made at the first start. Who can read it is local-admin.
#ifndef VD_NET_LOCAL_TOKEN_H
#define VD_NET_LOCAL_TOKEN_H

#include <stdint.h>

#include "daemon/net/identity.h"

// The hash of the token in the file, which is made if it is not there: 64 hexadecimal digits of 32 random
// bytes, and a newline. VD_ERR_INSECURE when others may read it or it belongs to somebody else,
// VD_ERR_BAD_VALUE when there is no token in it, VD_ERR_IO with the reason otherwise.
enum vd_err vd_local_token(const char *data_dir, uint8_t hash[VD_TOKEN_HASH_SIZE],
                           struct vd_refusal *refusal) VD_MUST_CHECK;

#endif
