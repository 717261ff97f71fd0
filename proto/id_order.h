// The order of ids is that of their bytes. A node of a tree keeps the id's first eight bytes, as one big-endian
// number, beside the id: most comparisons on the way down are one subtraction and touch no string.
#ifndef VD_PROTO_ID_ORDER_H
#define VD_PROTO_ID_ORDER_H

#include <stdint.h>
#include <string.h>

// Zero padded.
static inline uint64_t vd_id_prefix(const char *id)
{
  uint64_t prefix = 0;
  unsigned i = 0;
  for (; i < 8 && id[i] != '\0'; i++)
    prefix = prefix << 8 | (unsigned char)id[i];
  return i > 0 ? prefix << (8 * (8 - i)) : 0;
}

static inline int vd_id_compare(uint64_t prefix_a, const char *a, uint64_t prefix_b, const char *b)
{
  if (prefix_a != prefix_b)
    return prefix_a < prefix_b ? -1 : 1;
  // The same eight bytes; a zero among them ends both ids.
  return (prefix_a & 0xFF) == 0 ? 0 : strcmp(a + 8, b + 8);
}

#endif
