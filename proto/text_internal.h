// What the parts of the text codec share: text_enum.c, text_time.c, text_write.c, text_read.c, text_scan.c,
// text_build.c, text_value.c, text_map.c. Included by them alone.
#ifndef VD_PROTO_TEXT_INTERNAL_H
#define VD_PROTO_TEXT_INTERNAL_H

#include "proto/text.h"

// ---- the dialect ----

// Whether this field is written as an instant ("*_at_ms", "at_ms"), or as a duration (any other "*_ms").
bool vd_text_is_instant(const ProtobufCFieldDescriptor *field);
bool vd_text_is_duration(const ProtobufCFieldDescriptor *field);

// ---- what is wrong with a text ----

// A part of a refusal that knows neither the file nor the path. A zeroed one says nothing.
struct vd_text_fault {
  enum vd_err err;
  char words[160];     // what, and what was meant
  const char *nearest; // known name, NULL if none is near; static storage
};

// Sets the words; returns `err`.
enum vd_err vd_text_fault_set(struct vd_text_fault *fault, enum vd_err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// Adds to the words. What is too long for them is cut, and ends in "…".
void vd_text_fault_add(struct vd_text_fault *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Copies a stranger's text for a message: cut to the room (at least 8 bytes), and '?' for what no terminal
// should be given.
void vd_text_copy_clean(char *out, size_t room, const char *text, size_t size);

struct vd_text_excerpt {
  char text[52];
};
struct vd_text_excerpt vd_text_excerpt(const char *text, size_t size);

// ---- reading ----

enum {
  VD_TEXT_SIZE_MAX = 12 << 20,
  VD_TEXT_DEPTH_MAX = 32,
  VD_TEXT_KEY_MAX = 64, // bytes; no longer one is known
};

// Looks over the raw bytes before the parser sees them: UTF-8, NUL, and what the parser would spend more than
// linear time or memory on. *place says where the fault is.
enum vd_err vd_text_scan(enum vd_text_form form, const char *text, size_t size, struct vd_text_place *place,
                         struct vd_text_fault *fault) VD_MUST_CHECK;

struct vd_text_scalar {
  const char *text; // not terminated
  size_t size;
  bool is_quoted; // or a block of YAML
  bool is_json;
};

// Reads the scalar as one value of the field (of its element type, if repeated) into the zeroed *value. A
// string or bytes are put on the heap. Leaves *value untouched on a refusal.
enum vd_err vd_text_read_value(const ProtobufCFieldDescriptor *field, const struct vd_text_scalar *scalar,
                               void *value, struct vd_text_fault *fault) VD_MUST_CHECK;

// ---- building ----

// Builds one message from keys, values and brackets as they come; knows no parser. After a refusal only the
// path may be asked for.
struct vd_text_builder;

// Fills `map`, borrowed until the destroy, unless it is NULL.
struct vd_text_builder *vd_text_builder_create(const ProtobufCMessageDescriptor *type,
                                               struct vd_text_map *map);
void vd_text_builder_destroy(struct vd_text_builder *builder);

// A key, or a value of one piece.
enum vd_err vd_text_build_scalar(struct vd_text_builder *builder, const struct vd_text_scalar *scalar,
                                 struct vd_text_place place, struct vd_text_fault *fault) VD_MUST_CHECK;
// A mapping or a list begins, or the one last begun ends.
enum vd_err vd_text_build_open(struct vd_text_builder *builder, bool is_list, struct vd_text_place place,
                               struct vd_text_fault *fault) VD_MUST_CHECK;
void vd_text_build_close(struct vd_text_builder *builder);
// The message, which is the caller's from now on. An empty one if nothing came.
ProtobufCMessage *vd_text_build_finish(struct vd_text_builder *builder);

// Where the builder stands: "zones[3].ways[0].to".
struct vd_text_path {
  char text[256];
};
struct vd_text_path vd_text_build_path(const struct vd_text_builder *builder);

// ---- the map ----

// Nodes are numbered as they come; the root is 0. `number` is the field's number, or the index in a list.
struct vd_text_map *vd_text_map_create(const ProtobufCMessageDescriptor *type);
void vd_text_map_begin(struct vd_text_map *map, struct vd_text_place root);
uint32_t vd_text_map_add(struct vd_text_map *map, uint32_t parent, uint32_t number,
                         struct vd_text_place place);
// Puts the nodes in order; nothing is added afterwards.
void vd_text_map_sort(struct vd_text_map *map);

#endif
