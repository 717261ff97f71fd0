// Messages of any type with random contents, from a seed. Tests of proto only.
#ifndef VD_TESTS_PROTO_RANDOM_MESSAGE_H
#define VD_TESTS_PROTO_RANDOM_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

// The state of the generator: never 0.
struct random {
  uint64_t state;
};

// SEED from the environment, or the given one; prints it.
struct random random_begin(uint64_t seed);
uint64_t random_next(struct random *random);
uint64_t random_below(struct random *random, uint64_t limit);

// A heap message. Numbers take small, large and (where signed) negative values; enums unknown ones too, where
// `is_wild`; strings are clean text of up to `text_max` bytes; now and then something is missing or empty.
ProtobufCMessage *random_message(struct random *random, const ProtobufCMessageDescriptor *type, bool is_wild,
                                 size_t text_max);

// Calls `visit` once for each message type reachable from the types that travel and are kept.
typedef void (*random_visit_fn)(const ProtobufCMessageDescriptor *type, void *context);
void random_each_type(random_visit_fn visit, void *context);

#endif
