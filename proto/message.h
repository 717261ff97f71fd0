// Small tools on protobuf-c messages that every room needs. No I/O; any thread on its own messages.
// Heap messages made here are freed with protobuf_c_message_free_unpacked(message, NULL).
// Running out of memory ends the process: nothing sensible is left to do (crash-only, docs/architecture.md).
#ifndef VD_PROTO_MESSAGE_H
#define VD_PROTO_MESSAGE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

// malloc, calloc, realloc and strdup that abort instead of returning NULL.
void *vd_alloc(size_t size);
void *vd_zalloc(size_t size);
void *vd_realloc(void *block, size_t size);
char *vd_strdup(const char *text);

// A deep copy; the caller frees it.
ProtobufCMessage *vd_message_copy(const ProtobufCMessage *message);

// Whether both, of one type, say the same; of one field. No heap. Not of unknown fields.
bool vd_message_is_same(const ProtobufCMessage *a, const ProtobufCMessage *b);
bool vd_field_is_same(const ProtobufCMessage *a, const ProtobufCMessage *b,
                      const ProtobufCFieldDescriptor *field);

// An empty heap message of the type.
ProtobufCMessage *vd_message_new(const ProtobufCMessageDescriptor *type);

// Bytes of one value of the type inside a message or a repeated field's array.
size_t vd_element_size(ProtobufCType type);

// Sets a string field of a heap message: frees the old value, copies `value` (NULL or "" = empty).
void vd_string_set(char **field, const char *value);

// Appends a copy of `value` to a repeated string field of a heap message.
void vd_strings_add(char ***items, size_t *count, const char *value);

// Appends the heap message `item` to a repeated message field of a heap message. Takes `item`.
// Use through VD_REPEATED_ADD(message->upserts, message->n_upserts, item).
void vd_repeated_add(void ***items, size_t *count, void *item);
#define VD_REPEATED_ADD(field, count, item) vd_repeated_add((void ***)&(field), &(count), (item))

// A growing byte buffer. A zeroed one is valid and empty.
struct vd_buffer {
  uint8_t *data;
  size_t size;
  size_t capacity;
};
void vd_buffer_append(struct vd_buffer *buffer, const void *bytes, size_t size);
// Room for `size` more bytes at the end; returns where they begin. The caller adds to buffer->size.
uint8_t *vd_buffer_reserve(struct vd_buffer *buffer, size_t size);
// Appends the packed message; returns its packed size.
size_t vd_buffer_pack(struct vd_buffer *buffer, const ProtobufCMessage *message);
void vd_buffer_printf(struct vd_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void vd_buffer_vprintf(struct vd_buffer *buffer, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
void vd_buffer_finish(struct vd_buffer *buffer);

#endif
