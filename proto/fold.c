// One red-black tree per kind, ordered by id. A node keeps its own copy of the id and, in front of it, the
// id's prefix, so that most comparisons on the way down touch neither string nor message.
#include "proto/fold.h"

#include <assert.h>
#include <bsd/sys/tree.h>
#include <stdlib.h>
#include <string.h>

#include "proto/id_order.h"
#include "proto/message.h"

struct node {
  RB_ENTRY(node) links;
  uint64_t prefix; // of id
  const char *id;  // storage, or a caller's string in a key used for searching
  ProtobufCMessage *message;
  char storage[];
};

RB_HEAD(tree, node);

struct vd_fold {
  size_t total;
  size_t kinds; // trees and counts are indexed by kind: 0 .. kinds - 1
  size_t *counts;
  struct tree *trees;
};

static int compare(const struct node *a, const struct node *b)
{
  return vd_id_compare(a->prefix, a->id, b->prefix, b->id);
}

// As RB_GENERATE_STATIC, whose `__unused` libbsd does not define on Linux.
RB_GENERATE_INTERNAL(tree, node, links, compare, __attribute__((unused)) static)

// ---- entities ----

// Every entity begins with `id` and `revision`, so they lie at the same place in each of them.
enum { ID_OFFSET = offsetof(Vd__Event, id), REVISION_OFFSET = offsetof(Vd__Event, revision) };

static void assert_entity_layout(void)
{
  for (unsigned i = 0; i < vd__entity__descriptor.n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &vd__entity__descriptor.fields[i];
    const ProtobufCMessageDescriptor *type = field->descriptor;
    assert(field->id > i); // in order, from 1 on
    assert(type->fields[0].id == 1 && type->fields[0].offset == ID_OFFSET);
    assert(type->fields[1].id == 2 && type->fields[1].offset == REVISION_OFFSET);
    (void)type;
  }
}

Vd__Kind vd_entity_kind(const Vd__Entity *entity)
{
  return (Vd__Kind)entity->of_case;
}

const ProtobufCMessage *vd_entity_message(const Vd__Entity *entity)
{
  return entity->of_case == VD__ENTITY__OF__NOT_SET ? NULL : (const ProtobufCMessage *)entity->event;
}

// The place of the first field whose number is not less. Numbers may be left out, so it is not before the
// number's own.
static unsigned first_from(unsigned number)
{
  unsigned at = number - 1 < vd__entity__descriptor.n_fields ? number - 1 : vd__entity__descriptor.n_fields;
  while (at > 0 && vd__entity__descriptor.fields[at - 1].id >= number)
    at--;
  return at;
}

static const ProtobufCFieldDescriptor *field_of(Vd__Kind kind)
{
  unsigned at = first_from((unsigned)kind);
  const ProtobufCFieldDescriptor *fields = vd__entity__descriptor.fields;
  return at < vd__entity__descriptor.n_fields && fields[at].id == (unsigned)kind ? &fields[at] : NULL;
}

const ProtobufCMessageDescriptor *vd_kind_type(Vd__Kind kind)
{
  const ProtobufCFieldDescriptor *field = field_of(kind);
  return field != NULL ? field->descriptor : NULL;
}

const char *vd_kind_name(Vd__Kind kind)
{
  const ProtobufCFieldDescriptor *field = field_of(kind);
  return field != NULL ? field->name : "";
}

Vd__Kind vd_kind_after(Vd__Kind kind)
{
  unsigned at = first_from((unsigned)kind + 1);
  bool is_there = at < vd__entity__descriptor.n_fields && (unsigned)kind < UINT32_MAX;
  return is_there ? (Vd__Kind)vd__entity__descriptor.fields[at].id : VD__KIND__KIND_UNSPECIFIED;
}

Vd__Kind vd_kind_of_type(const ProtobufCMessageDescriptor *type)
{
  for (unsigned i = 0; i < vd__entity__descriptor.n_fields; i++)
    if (vd__entity__descriptor.fields[i].descriptor == type)
      return (Vd__Kind)vd__entity__descriptor.fields[i].id;
  return VD__KIND__KIND_UNSPECIFIED;
}

void vd_entity_wrap(Vd__Entity *wrapper, Vd__Kind kind, ProtobufCMessage *message)
{
  assert(vd_kind_type(kind) == message->descriptor);
  vd__entity__init(wrapper);
  wrapper->of_case = (Vd__Entity__OfCase)kind;
  wrapper->event = (Vd__Event *)message;
}

const char *vd_message_id(const ProtobufCMessage *entity_message)
{
  return *(char *const *)((const char *)entity_message + ID_OFFSET);
}

uint64_t vd_message_revision(const ProtobufCMessage *entity_message)
{
  return *(const uint64_t *)((const char *)entity_message + REVISION_OFFSET);
}

void vd_message_set_revision(ProtobufCMessage *entity_message, uint64_t revision)
{
  *(uint64_t *)((char *)entity_message + REVISION_OFFSET) = revision;
}

// ---- which fields are live (entity.proto) ----

enum { LIVE_FIRST = 20 };

// Those that were numbered before the rule.
static const struct {
  Vd__Kind kind;
  unsigned first, last;
} before_rule[] = {
    {VD__KIND__KIND_EVENT, 11, 12}, {VD__KIND__KIND_EVENT, 14, 19},   {VD__KIND__KIND_TEAM, 4, 5},
    {VD__KIND__KIND_CREW, 13, 18},  {VD__KIND__KIND_SESSION, 12, 15}, {VD__KIND__KIND_BATCH, 8, 18},
};

bool vd_field_is_live(Vd__Kind kind, const ProtobufCFieldDescriptor *field)
{
  if (strcmp(field->name, "retired") == 0)
    return false;
  for (size_t i = 0; i < sizeof before_rule / sizeof *before_rule; i++)
    if (before_rule[i].kind == kind && before_rule[i].first <= field->id && field->id <= before_rule[i].last)
      return true;
  return field->id >= LIVE_FIRST;
}

// ---- the fold ----

struct vd_fold *vd_fold_create(void)
{
  assert_entity_layout();
  struct vd_fold *fold = vd_zalloc(sizeof(*fold));
  fold->kinds = vd__entity__descriptor.fields[vd__entity__descriptor.n_fields - 1].id + 1;
  fold->counts = vd_zalloc(fold->kinds * sizeof(*fold->counts));
  fold->trees = vd_zalloc(fold->kinds * sizeof(*fold->trees));
  for (size_t i = 0; i < fold->kinds; i++)
    RB_INIT(&fold->trees[i]);
  return fold;
}

static void node_destroy(struct node *node)
{
  protobuf_c_message_free_unpacked(node->message, NULL);
  free(node);
}

void vd_fold_destroy(struct vd_fold *fold)
{
  if (fold == NULL)
    return;
  for (size_t i = 0; i < fold->kinds; i++) {
    struct node *next = NULL;
    for (struct node *node = RB_MIN(tree, &fold->trees[i]); node != NULL; node = next) {
      next = RB_NEXT(tree, &fold->trees[i], node);
      RB_REMOVE(tree, &fold->trees[i], node);
      node_destroy(node);
    }
  }
  free(fold->trees);
  free(fold->counts);
  free(fold);
}

static bool is_kept(const struct vd_fold *fold, Vd__Kind kind)
{
  return (unsigned)kind - 1 < fold->kinds - 1;
}

static struct node *find_node(const struct vd_fold *fold, Vd__Kind kind, const char *id)
{
  if (!is_kept(fold, kind))
    return NULL;
  struct node key = {.prefix = vd_id_prefix(id), .id = id};
  return RB_FIND(tree, &fold->trees[kind], &key);
}

void vd_fold_put(struct vd_fold *fold, Vd__Kind kind, ProtobufCMessage *message)
{
  assert(is_kept(fold, kind) && vd_kind_type(kind) == message->descriptor);
  const char *id = vd_message_id(message);
  size_t size = strlen(id) + 1;
  struct node *node = vd_alloc(sizeof(*node) + size);
  memcpy(node->storage, id, size);
  node->id = node->storage;
  node->prefix = vd_id_prefix(id);
  node->message = message;
  struct node *standing = RB_INSERT(tree, &fold->trees[kind], node);
  if (standing == NULL) {
    fold->counts[kind]++;
    fold->total++;
    return;
  }
  free(node);
  if (standing->message != message)
    protobuf_c_message_free_unpacked(standing->message, NULL);
  standing->message = message;
}

bool vd_fold_put_newer(struct vd_fold *fold, const Vd__Entity *entity)
{
  const ProtobufCMessage *message = vd_entity_message(entity);
  if (message == NULL)
    return false;
  struct node *standing = find_node(fold, vd_entity_kind(entity), vd_message_id(message));
  if (standing == NULL) {
    vd_fold_put(fold, vd_entity_kind(entity), vd_message_copy(message));
    return true;
  }
  if (vd_message_revision(message) <= vd_message_revision(standing->message))
    return false;
  ProtobufCMessage *old = standing->message;
  standing->message = vd_message_copy(message);
  protobuf_c_message_free_unpacked(old, NULL);
  return true;
}

static void remove_node(struct vd_fold *fold, Vd__Kind kind, struct node *node)
{
  RB_REMOVE(tree, &fold->trees[kind], node);
  node_destroy(node);
  fold->counts[kind]--;
  fold->total--;
}

bool vd_fold_remove(struct vd_fold *fold, Vd__Kind kind, const char *id)
{
  struct node *node = find_node(fold, kind, id);
  if (node == NULL)
    return false;
  remove_node(fold, kind, node);
  return true;
}

void vd_fold_apply(struct vd_fold *fold, const Vd__Change *change)
{
  for (size_t i = 0; i < change->n_upserts; i++)
    vd_fold_put_newer(fold, change->upserts[i]);
  for (size_t i = 0; i < change->n_removals; i++) {
    const Vd__Key *key = change->removals[i];
    struct node *node = find_node(fold, key->kind, key->id);
    if (node != NULL && vd_message_revision(node->message) <= change->sequence)
      remove_node(fold, key->kind, node);
  }
}

ProtobufCMessage *vd_fold_find(const struct vd_fold *fold, Vd__Kind kind, const char *id)
{
  struct node *node = find_node(fold, kind, id);
  return node != NULL ? node->message : NULL;
}

ProtobufCMessage *vd_fold_next(const struct vd_fold *fold, Vd__Kind kind, const char *after_id,
                               const char *prefix)
{
  if (!is_kept(fold, kind))
    return NULL;
  bool is_after = after_id != NULL && strcmp(after_id, prefix) >= 0;
  const char *from = is_after ? after_id : prefix;
  struct node key = {.prefix = vd_id_prefix(from), .id = from};
  struct node *node = RB_NFIND(tree, &fold->trees[kind], &key);
  if (node != NULL && is_after && compare(node, &key) == 0)
    node = RB_NEXT(tree, &fold->trees[kind], node);
  if (node == NULL || strncmp(node->id, prefix, strlen(prefix)) != 0)
    return NULL;
  return node->message;
}

size_t vd_fold_count(const struct vd_fold *fold, Vd__Kind kind)
{
  if (kind == VD__KIND__KIND_UNSPECIFIED)
    return fold->total;
  return is_kept(fold, kind) ? fold->counts[kind] : 0;
}
