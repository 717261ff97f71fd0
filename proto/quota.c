#include "proto/quota.h"

#include <stdlib.h>

// What the heap keeps beside each block, so that a flood of tiny strings is paid for as well.
enum { BLOCK_OVERHEAD = 16 };

static void *quota_alloc(void *context, size_t size)
{
  struct vd_quota *quota = context;
  if (quota->exceeded || size > quota->left || quota->left - size < BLOCK_OVERHEAD) {
    quota->exceeded = true;
    return NULL;
  }
  quota->left -= size + BLOCK_OVERHEAD;
  return calloc(1, size > 0 ? size : 1);
}

static void quota_free(void *context, void *block)
{
  (void)context;
  free(block);
}

void vd_quota_init(struct vd_quota *quota, size_t bytes)
{
  *quota = (struct vd_quota){
      .allocator = {.alloc = quota_alloc, .free = quota_free, .allocator_data = quota},
      .left = bytes,
  };
}

ProtobufCMessage *vd_unpack_bounded(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
                                    size_t quota_bytes, struct vd_refusal *refusal)
{
  struct vd_quota quota;
  vd_quota_init(&quota, quota_bytes);
  ProtobufCMessage *message = protobuf_c_message_unpack(type, &quota.allocator, size, bytes);
  if (message != NULL)
    return message;
  if (quota.exceeded)
    vd_refuse(refusal, VD_ERR_TOO_LARGE, "", "unpacked it needs more than %zu bytes", quota_bytes);
  else
    vd_refuse(refusal, VD_ERR_BAD_REQUEST, "", "%zu bytes that are no %s", size, type->short_name);
  return NULL;
}
