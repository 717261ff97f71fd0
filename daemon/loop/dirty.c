#include "daemon/loop/dirty.h"

#include <bsd/sys/tree.h>
#include <stdlib.h>
#include <string.h>

#include "proto/id_order.h"
#include "proto/message.h"

struct node {
  RB_ENTRY(node) links;
  Vd__Kind kind;
  uint64_t prefix; // of id
  const char *id;  // storage, or a caller's string in a key used for searching
  char storage[];
};

static int compare(const struct node *a, const struct node *b)
{
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  return vd_id_compare(a->prefix, a->id, b->prefix, b->id);
}

RB_HEAD(tree, node);
RB_GENERATE_INTERNAL(tree, node, links, compare, __attribute__((unused)) static)

struct vd_dirty {
  struct tree tree;
  size_t count;
  struct node *hand; // the sweep goes on after this key; NULL = from the start. Owned.
  uint64_t set_out;  // sequence at which the sweep under way began
  uint64_t swept;    // sequence at the last slice
  uint64_t watermark;
};

struct vd_dirty *vd_dirty_create(uint64_t sequence)
{
  struct vd_dirty *dirty = vd_zalloc(sizeof *dirty);
  RB_INIT(&dirty->tree);
  dirty->set_out = dirty->swept = dirty->watermark = sequence;
  return dirty;
}

void vd_dirty_destroy(struct vd_dirty *dirty)
{
  if (dirty == NULL)
    return;
  for (struct node *node; (node = RB_MIN(tree, &dirty->tree)) != NULL;) {
    RB_REMOVE(tree, &dirty->tree, node);
    free(node);
  }
  free(dirty->hand);
  free(dirty);
}

void vd_dirty_mark(struct vd_dirty *dirty, Vd__Kind kind, const char *id)
{
  struct node key = {.kind = kind, .prefix = vd_id_prefix(id), .id = id};
  if (RB_FIND(tree, &dirty->tree, &key) != NULL)
    return;
  size_t size = strlen(id) + 1;
  struct node *node = vd_alloc(sizeof *node + size);
  *node = key;
  node->id = memcpy(node->storage, id, size);
  RB_INSERT(tree, &dirty->tree, node);
  dirty->count++;
}

// The share of what is dirty that keeps the round within its length, counted from where it set out.
size_t vd_dirty_due(const struct vd_dirty *dirty, uint64_t sequence)
{
  uint64_t changes = sequence - dirty->swept, age = dirty->swept - dirty->set_out;
  if (changes < VD_DIRTY_SLICE_CHANGES || dirty->count == 0)
    return 0;
  uint64_t left = age < VD_DIRTY_ROUND_CHANGES ? VD_DIRTY_ROUND_CHANGES - age : 1;
  return changes < left ? (size_t)(dirty->count * changes / left) + 1 : dirty->count;
}

size_t vd_dirty_count(const struct vd_dirty *dirty)
{
  return dirty->count;
}

// The sweep came round. Everything dirty at `set_out` has been taken since; what is dirty now became so
// later.
static void come_round(struct vd_dirty *dirty, uint64_t sequence)
{
  dirty->watermark = dirty->set_out;
  dirty->set_out = sequence;
  free(dirty->hand);
  dirty->hand = NULL;
}

uint64_t vd_dirty_sweep(struct vd_dirty *dirty, size_t max, uint64_t sequence, vd_dirty_take_fn take,
                        void *context)
{
  struct node *node = dirty->hand ? RB_NFIND(tree, &dirty->tree, dirty->hand) : RB_MIN(tree, &dirty->tree);
  for (; max > 0 && node != NULL; max--) {
    struct node *next = RB_NEXT(tree, &dirty->tree, node);
    take(context, node->kind, node->id);
    RB_REMOVE(tree, &dirty->tree, node);
    dirty->count--;
    free(dirty->hand);
    dirty->hand = node;
    node = next;
  }
  dirty->swept = sequence;
  if (node == NULL)
    come_round(dirty, sequence);
  if (dirty->count == 0)
    dirty->watermark = dirty->set_out = sequence;
  return dirty->watermark;
}
