// An act as Changes: cut so that each stays within VD_CHANGE_MAX. The first carries cause, fact and reply. A
// command too large for one is cut too, a plan or another list of many: each of the next Changes carries a
// piece of it as long as there is one, and the pieces merge to the whole as protobuf merges; the others name
// the Change they continue.
#include <assert.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "proto/check.h"

// The command's share of a Change; entities get the rest.
enum { PIECE_MAX = VD_CHANGE_MAX / 2 };
// Tag and length in front of a field of at most VD_CHANGE_MAX bytes whose number is below 16.
enum { FIELD_HEAD_MAX = 4 };
// `last`, and a sequence in the reply that grew by a byte.
enum { SPARE = 16 };
// At their largest: an entity in its wrapper, or a key; and cause, fact and reply of an act without a list.
enum { ITEM_MAX = VD_ENTITY_MAX + 2 * FIELD_HEAD_MAX, HEAD_MAX = VD_CHANGE_MAX / 4 };

enum { LIST_FIELDS_MAX = 16 };

struct piece {
  const ProtobufCMessage *whole; // what is cut, NULL: the act has no such command, or none of it is left
  size_t done[LIST_FIELDS_MAX];
  union {
    ProtobufCMessage base;
    Vd__Plan plan;
    Vd__Readings readings;
    Vd__LaneCounts lane_counts;
    Vd__SessionsImport sessions_import;
  } part; // the same message with fewer entries
  Vd__PlanApply apply;
  Vd__Command command;
};

struct cut {
  struct vd_act *act;
  size_t next;     // item
  bool is_weighed; // else it fits into one Change even at its largest, as most acts do
  struct piece piece;
  Vd__Cause cause;
};

// ---- the command ----

// The message whose lists may be longer than a Change.
static const ProtobufCMessage *list_of(const Vd__Command *command)
{
  switch (command->act_case) {
  case VD__COMMAND__ACT_PLAN_APPLY:
    return &command->plan_apply->plan->base;
  case VD__COMMAND__ACT_READINGS:
    return &command->readings->base;
  case VD__COMMAND__ACT_LANE_COUNTS:
    return &command->lane_counts->base;
  case VD__COMMAND__ACT_SESSIONS_IMPORT:
    return &command->sessions_import->base;
  default:
    return NULL;
  }
}

static size_t *count_at(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  return (size_t *)((char *)message + field->quantifier_offset);
}

static ProtobufCMessage ***items_at(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  return (ProtobufCMessage ***)((char *)message + field->offset);
}

// The entries of one repeated field that still fit, but at least one in a piece; true if none of them is
// left.
static bool take_entries(struct piece *piece, unsigned at, size_t *size, bool *has_entry)
{
  const ProtobufCFieldDescriptor *field = &piece->whole->descriptor->fields[at];
  size_t *count = count_at(&piece->part.base, field);
  ProtobufCMessage ***items = items_at(&piece->part.base, field);
  size_t left = *count_at(piece->whole, field) - piece->done[at];
  *items = *items_at(piece->whole, field) + piece->done[at];
  for (*count = 0; *count < left; ++*count) {
    size_t more = protobuf_c_message_get_packed_size((*items)[*count]) + FIELD_HEAD_MAX;
    if (*has_entry && *size + more > PIECE_MAX)
      break;
    *size += more;
    *has_entry = true;
  }
  piece->done[at] += *count;
  return *count == left;
}

// The command around the piece; what else it says comes with the first. A plan's version comes with each,
// since protobuf-c, unlike others, forgets a number of the earlier piece that the later one leaves out.
static void wrap_piece(struct piece *piece, bool is_first)
{
  if (piece->command.act_case != VD__COMMAND__ACT_PLAN_APPLY) {
    piece->command.readings = &piece->part.readings; // all members of the union are pointers
    return;
  }
  Vd__PlanApply empty = VD__PLAN_APPLY__INIT;
  piece->apply = is_first ? *piece->command.plan_apply : empty;
  piece->part.plan.version = ((const Vd__Plan *)piece->whole)->version;
  piece->apply.plan = &piece->part.plan;
  piece->command.plan_apply = &piece->apply;
}

// Makes piece->command the next piece of `command`.
static void take_piece(struct piece *piece, const Vd__Command *command, bool is_first)
{
  const ProtobufCMessageDescriptor *type = piece->whole->descriptor;
  assert(type->n_fields <= LIST_FIELDS_MAX && type->sizeof_message <= sizeof piece->part);
  bool is_open = true; // no field before this one has entries left
  bool has_entry = false;
  piece->command = *command;
  if (is_first)
    memcpy(&piece->part, piece->whole, type->sizeof_message);
  else
    type->message_init(&piece->part.base);
  wrap_piece(piece, is_first);
  for (unsigned i = 0; i < type->n_fields; i++)
    if (type->fields[i].label == PROTOBUF_C_LABEL_REPEATED)
      *count_at(&piece->part.base, &type->fields[i]) = 0;
  size_t size = protobuf_c_message_get_packed_size(&piece->part.base);
  for (unsigned i = 0; is_open && i < type->n_fields; i++)
    if (type->fields[i].label == PROTOBUF_C_LABEL_REPEATED)
      is_open = take_entries(piece, i, &size, &has_entry);
  if (is_open)
    piece->whole = NULL;
}

// ---- a Change ----

static void set_cause(struct cut *cut, Vd__Change *change, uint64_t first)
{
  bool is_first = change->sequence == first, has_piece = cut->piece.whole != NULL;
  if (is_first)
    cut->cause = cut->act->cause;
  if (has_piece) {
    take_piece(&cut->piece, cut->act->cause.command, is_first);
    cut->cause.command = &cut->piece.command;
  } else if (!is_first) {
    cut->cause.of_case = VD__CAUSE__OF_CONTINUES;
    cut->cause.continues = first;
  }
  change->cause = &cut->cause;
}

static bool is_told(const struct vd_act_item *item)
{
  return item->message || !item->is_new;
}

static size_t weigh(const struct vd_act_item *item)
{
  if (!item->message)
    return vd__key__get_packed_size(&item->key) + FIELD_HEAD_MAX;
  assert(protobuf_c_message_get_packed_size(item->message) <= VD_ENTITY_MAX);
  return vd__entity__get_packed_size(&item->entity) + FIELD_HEAD_MAX;
}

// Adds what touched entities fit; true if none is left.
static bool fill(struct cut *cut, Vd__Change *change)
{
  struct vd_act *act = cut->act;
  size_t size = cut->is_weighed ? vd__change__get_packed_size(change) + SPARE : 0;
  assert(size <= VD_CHANGE_MAX); // the plan's check keeps its entries small
  change->upserts = act->venue->upserts;
  change->removals = act->venue->removals;
  for (; cut->next < act->count; cut->next++) {
    struct vd_act_item *item = &act->items[cut->next];
    if (!is_told(item))
      continue;
    if (item->message) {
      vd_message_set_revision(item->message, change->sequence);
      vd_entity_wrap(&item->entity, item->kind, item->message);
    } else {
      vd__key__init(&item->key);
      item->key.kind = item->kind;
      item->key.id = item->removed_id;
    }
    size += cut->is_weighed ? weigh(item) : 0;
    if (size > VD_CHANGE_MAX)
      return false;
    if (item->message)
      change->upserts[change->n_upserts++] = &item->entity;
    else
      change->removals[change->n_removals++] = &item->key;
  }
  return true;
}

void vd_act_emit(struct vd_act *act, Vd__Reply *reply, vd_emit_fn emit, void *context)
{
  uint64_t first = act->venue->sequence + 1;
  struct cut cut = {.act = act};
  if (act->cause.of_case == VD__CAUSE__OF_COMMAND)
    cut.piece.whole = list_of(act->cause.command);
  cut.is_weighed = cut.piece.whole != NULL || HEAD_MAX + act->count * ITEM_MAX > VD_CHANGE_MAX;
  if (reply)
    reply->sequence = first;
  bool is_last = false;
  while (!is_last) {
    Vd__Change change;
    vd__change__init(&change);
    change.sequence = ++act->venue->sequence;
    set_cause(&cut, &change, first);
    if (change.sequence == first) {
      change.fact = act->fact;
      change.reply = reply;
    }
    is_last = fill(&cut, &change) && cut.piece.whole == NULL;
    change.last = is_last;
    emit(context, &change);
  }
}
