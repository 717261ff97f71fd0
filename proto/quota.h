// Unpacking bytes of a stranger: bounded memory, zeroed, and no second look needed at the size.
// protobuf-c expands 64 KiB of hostile input to 5 MB; a quota stops it. Any thread, one quota each.
#ifndef VD_PROTO_QUOTA_H
#define VD_PROTO_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "proto/err.h"

enum { VD_QUOTA_DEFAULT = 256 * 1024 };

struct vd_quota {
  ProtobufCAllocator allocator;
  size_t left;
  bool exceeded;
};

void vd_quota_init(struct vd_quota *quota, size_t bytes);

// Unpacks at most `size` bytes into a heap message of at most `quota_bytes`. NULL and a refusal
// (too-large, bad-request, bad-text for a NUL inside a string) otherwise. The result is freed with
// protobuf_c_message_free_unpacked(m, NULL).
ProtobufCMessage *vd_unpack_bounded(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
                                    size_t quota_bytes, struct vd_refusal *refusal) VD_MUST_CHECK;

#endif
