#include "proto/quota.h"

#include <stdlib.h>
#include <string.h>

#include "proto/message.h"

// What the heap keeps beside each block, so that a flood of tiny strings is paid for as well.
enum { BLOCK_OVERHEAD = 16 };

// ---- the arena ----

// A command takes less than the first piece; what a large request needs beside is given back.
enum { PIECE_FIRST = 2048, PIECE_NEXT = 16 * 1024, ALIGNMENT = 16 };

struct vd_arena_piece {
  struct vd_arena_piece *older;
  size_t size;
  _Alignas(ALIGNMENT) uint8_t bytes[];
};

static void begin_piece(struct vd_arena *arena, size_t size)
{
  struct vd_arena_piece *piece = vd_alloc(sizeof *piece + size);
  *piece = (struct vd_arena_piece){.older = arena->pieces, .size = size};
  arena->pieces = piece;
  arena->at = piece->bytes;
  arena->end = piece->bytes + size;
}

static void *arena_alloc(struct vd_arena *arena, size_t size)
{
  size = (size / ALIGNMENT + 1) * ALIGNMENT; // never nothing
  if (arena->pieces == NULL)
    begin_piece(arena, PIECE_FIRST);
  if (size > (size_t)(arena->end - arena->at))
    begin_piece(arena, size > PIECE_NEXT ? size : PIECE_NEXT);
  void *block = memset(arena->at, 0, size);
  arena->at += size;
  return block;
}

void vd_arena_clear(struct vd_arena *arena)
{
  while (arena->pieces != NULL && arena->pieces->older != NULL) {
    struct vd_arena_piece *older = arena->pieces->older;
    free(arena->pieces);
    arena->pieces = older;
  }
  if (arena->pieces != NULL) {
    arena->at = arena->pieces->bytes;
    arena->end = arena->at + arena->pieces->size;
  }
}

void vd_arena_finish(struct vd_arena *arena)
{
  vd_arena_clear(arena);
  free(arena->pieces);
  *arena = (struct vd_arena){.pieces = NULL};
}

// ---- the quota ----

static void *quota_alloc(void *context, size_t size)
{
  struct vd_quota *quota = context;
  if (quota->exceeded || size > quota->left || quota->left - size < BLOCK_OVERHEAD) {
    quota->exceeded = true;
    return NULL;
  }
  quota->left -= size + BLOCK_OVERHEAD;
  return quota->arena != NULL ? arena_alloc(quota->arena, size) : calloc(1, size > 0 ? size : 1);
}

static void quota_free(void *context, void *block)
{
  const struct vd_quota *quota = context;
  if (quota->arena == NULL)
    free(block);
}

void vd_quota_init(struct vd_quota *quota, size_t bytes)
{
  *quota = (struct vd_quota){
      .allocator = {.alloc = quota_alloc, .free = quota_free, .allocator_data = quota},
      .left = bytes,
  };
}

// ---- a NUL inside a string ----
// protobuf-c keeps strings without their size, so that a text ends silently at its first NUL. Only the bytes
// as they came can tell.

struct bytes {
  const uint8_t *at;
  const uint8_t *end;
};

static uint64_t take_varint(struct bytes *bytes)
{
  uint64_t value = 0;
  for (unsigned shift = 0; bytes->at < bytes->end; shift += 7) {
    uint8_t byte = *bytes->at++;
    if (shift < 64)
      value |= (uint64_t)(byte & 0x7F) << shift;
    if (byte < 0x80)
      break;
  }
  return value;
}

static struct bytes take_bytes(struct bytes *bytes, uint64_t size)
{
  size_t left = (size_t)(bytes->end - bytes->at);
  struct bytes taken = {bytes->at, bytes->at + (size < left ? size : left)};
  bytes->at = taken.end;
  return taken;
}

// The first string field with a NUL in it, NULL if there is none. The bytes were unpacked already, hence well
// formed; were they not, the walk would still end at `end`. As deep as the types are nested.
static const ProtobufCFieldDescriptor *find_nul(const ProtobufCMessageDescriptor *type, struct bytes bytes)
{
  const ProtobufCFieldDescriptor *found = NULL;
  while (found == NULL && bytes.at < bytes.end) {
    uint64_t tag = take_varint(&bytes);
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(type, (unsigned)(tag >> 3));
    switch (tag & 7) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
      take_varint(&bytes);
      break;
    case PROTOBUF_C_WIRE_TYPE_64BIT:
      take_bytes(&bytes, 8);
      break;
    case PROTOBUF_C_WIRE_TYPE_32BIT:
      take_bytes(&bytes, 4);
      break;
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED: {
      struct bytes inner = take_bytes(&bytes, take_varint(&bytes));
      if (field == NULL)
        break;
      if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        found = find_nul(field->descriptor, inner);
      else if (field->type == PROTOBUF_C_TYPE_STRING &&
               memchr(inner.at, '\0', (size_t)(inner.end - inner.at)) != NULL)
        found = field;
      break;
    }
    default:
      return NULL;
    }
  }
  return found;
}

ProtobufCMessage *vd_unpack_into(struct vd_arena *arena, const ProtobufCMessageDescriptor *type,
                                 const uint8_t *bytes, size_t size, size_t quota_bytes,
                                 struct vd_refusal *refusal)
{
  struct vd_quota quota;
  vd_quota_init(&quota, quota_bytes);
  quota.arena = arena;
  ProtobufCMessage *message = protobuf_c_message_unpack(type, &quota.allocator, size, bytes);
  if (message == NULL && quota.exceeded) {
    vd_refuse(refusal, VD_ERR_TOO_LARGE, "", "unpacked it needs more than %zu bytes", quota_bytes);
    return NULL;
  }
  if (message == NULL) {
    vd_refuse(refusal, VD_ERR_BAD_REQUEST, "", "%zu bytes that are no %s", size, type->short_name);
    return NULL;
  }
  // proto3 writes hardly a zero byte that is not somebody's text or a hash: most messages need no walk.
  bool may_hold_nul = size > 0 && memchr(bytes, '\0', size) != NULL;
  const ProtobufCFieldDescriptor *nul =
      may_hold_nul ? find_nul(type, (struct bytes){bytes, bytes + size}) : NULL;
  if (nul == NULL)
    return message;
  vd_refuse(refusal, VD_ERR_BAD_TEXT, nul->name, "a NUL inside");
  protobuf_c_message_free_unpacked(message, &quota.allocator);
  return NULL;
}

ProtobufCMessage *vd_unpack_bounded(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
                                    size_t quota_bytes, struct vd_refusal *refusal)
{
  return vd_unpack_into(NULL, type, bytes, size, quota_bytes, refusal);
}
