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

// Memory for one message at a time, let go as a whole; a first piece is kept for the next. A zeroed one is
// valid and empty.
struct vd_arena {
  struct vd_arena_piece *pieces; // the newest first, the kept one last
  uint8_t *at, *end;             // what is left of the newest
};
void vd_arena_clear(struct vd_arena *arena);
void vd_arena_finish(struct vd_arena *arena);

struct vd_quota {
  ProtobufCAllocator allocator;
  struct vd_arena *arena; // NULL: the heap
  size_t left;
  bool exceeded;
};

void vd_quota_init(struct vd_quota *quota, size_t bytes);

// Unpacks at most `size` bytes into a heap message of at most `quota_bytes`. NULL and a refusal
// (too-large, bad-request, bad-text for a NUL inside a string) otherwise. The result is freed with
// protobuf_c_message_free_unpacked(m, NULL).
ProtobufCMessage *vd_unpack_bounded(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
                                    size_t quota_bytes, struct vd_refusal *refusal) VD_MUST_CHECK;

// The same in an arena: the message is freed with the arena, and none of its parts may be replaced by others
// from the heap. After a refusal the arena is to be cleared too.
ProtobufCMessage *vd_unpack_into(struct vd_arena *arena, const ProtobufCMessageDescriptor *type,
                                 const uint8_t *bytes, size_t size, size_t quota_bytes,
                                 struct vd_refusal *refusal) VD_MUST_CHECK;

#endif
