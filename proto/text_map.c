#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "proto/text_internal.h"

// The tree of places, flat: a node is found by its parent's id and its own number, by bisection.
struct node {
  uint32_t id;
  uint32_t parent;
  uint32_t number; // field number, or index in a list
  struct vd_text_place place;
};

struct vd_text_map {
  const ProtobufCMessageDescriptor *type; // of the root
  struct node *nodes;                     // ordered by (parent, number) once sorted
  size_t count;
  size_t capacity;
  struct vd_text_place root;
};

static int compare(const void *a, const void *b)
{
  const struct node *x = a, *y = b;
  if (x->parent != y->parent)
    return x->parent < y->parent ? -1 : 1;
  return (x->number > y->number) - (x->number < y->number);
}

struct vd_text_map *vd_text_map_create(const ProtobufCMessageDescriptor *type)
{
  struct vd_text_map *map = vd_zalloc(sizeof(*map));
  map->type = type;
  map->root = (struct vd_text_place){1, 1};
  return map;
}

void vd_text_map_begin(struct vd_text_map *map, struct vd_text_place root)
{
  map->root = root;
}

void vd_text_map_destroy(struct vd_text_map *map)
{
  if (map == NULL)
    return;
  free(map->nodes);
  free(map);
}

uint32_t vd_text_map_add(struct vd_text_map *map, uint32_t parent, uint32_t number,
                         struct vd_text_place place)
{
  if (map->count == map->capacity) {
    map->capacity = map->capacity > 0 ? map->capacity * 2 : 64;
    map->nodes = vd_realloc(map->nodes, map->capacity * sizeof(*map->nodes));
  }
  uint32_t id = (uint32_t)map->count + 1; // 0 is the root
  map->nodes[map->count++] = (struct node){.id = id, .parent = parent, .number = number, .place = place};
  return id;
}

void vd_text_map_sort(struct vd_text_map *map)
{
  if (map->count > 0)
    qsort(map->nodes, map->count, sizeof(*map->nodes), compare);
}

// ---- finding ----

static const struct node *find(const struct vd_text_map *map, uint32_t parent, uint32_t number)
{
  const struct node key = {.parent = parent, .number = number};
  return map->count > 0 ? bsearch(&key, map->nodes, map->count, sizeof(key), compare) : NULL;
}

// Where a path leads, step by step.
struct walk {
  const struct vd_text_map *map;
  const ProtobufCMessageDescriptor *type; // of the value come to; NULL if it is no message
  uint32_t id;
  struct vd_text_place place;
};

static bool step_to(struct walk *walk, uint32_t number)
{
  const struct node *node = find(walk->map, walk->id, number);
  if (node == NULL)
    return false;
  walk->id = node->id;
  walk->place = node->place;
  return true;
}

static bool step_into_field(struct walk *walk, const char *name, size_t size)
{
  for (unsigned i = 0; walk->type != NULL && i < walk->type->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &walk->type->fields[i];
    if (strncmp(field->name, name, size) == 0 && field->name[size] == '\0') {
      walk->type = field->type == PROTOBUF_C_TYPE_MESSAGE ? field->descriptor : NULL;
      return step_to(walk, field->id);
    }
  }
  return false;
}

struct vd_text_place vd_text_map_find(const struct vd_text_map *map, const char *path)
{
  if (map == NULL)
    return (struct vd_text_place){0, 0};
  struct walk walk = {.map = map, .type = map->type, .place = map->root};
  while (*path != '\0') {
    bool is_found;
    if (*path == '[') {
      char *end;
      unsigned long index = strtoul(path + 1, &end, 10);
      is_found = *end == ']' && index <= UINT32_MAX && step_to(&walk, (uint32_t)index);
      path = end + (*end == ']');
    } else {
      path += *path == '.';
      size_t size = strcspn(path, ".[");
      is_found = step_into_field(&walk, path, size);
      path += size;
    }
    if (!is_found)
      break;
  }
  return walk.place;
}
