// Tokens as they stand in files. Only their hash leaves this module.
#ifndef VD_LOOP_TOKEN_H
#define VD_LOOP_TOKEN_H

#include <stdint.h>

#include "proto/err.h"

// BLAKE2b-256 of the token in the file (its first line, without white space at the end; 16 to 256 bytes). A
// file that others may read is refused: VD_ERR_INSECURE. VD_ERR_IO when it cannot be read.
enum vd_err vd_token_read_hash(const char *path, uint8_t hash[32], struct vd_refusal *refusal) VD_MUST_CHECK;

#endif
