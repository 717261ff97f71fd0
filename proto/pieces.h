// A message with lists that are too long to travel or to be kept at once, as pieces of the same type: merged
// in order, as protobuf merges, they are the whole. No I/O; any thread.
#ifndef VD_PROTO_PIECES_H
#define VD_PROTO_PIECES_H

#include <stdbool.h>
#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

enum { VD_PIECES_LISTS_MAX = 32 };

// Zeroed but for `whole`, nothing of it is taken.
struct vd_pieces {
  const ProtobufCMessage *whole;    // borrowed; NULL once nothing of it is left
  size_t done[VD_PIECES_LISTS_MAX]; // of the field's entries
  bool has_begun;
};

// Makes `piece`, a message of the whole's type in the caller's memory, the next one: what entries fit into
// `size_max` packed bytes, but at least one; what is no list comes with the first. It borrows from the whole.
void vd_pieces_take(struct vd_pieces *pieces, ProtobufCMessage *piece, size_t size_max);

#endif
