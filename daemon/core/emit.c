// An act as Changes: cut so that each stays within VD_CHANGE_MAX. The first carries cause, fact and reply. A
// command too large for one is cut too, a plan or another list of many: each of the next Changes carries a
// piece of it as long as there is one, and the pieces merge to the whole as protobuf merges; the others name
// the Change they continue.
#include <assert.h>
#include <string.h>

#include "daemon/core/device.h"
#include "daemon/core/venue_internal.h"
#include "proto/check.h"
#include "proto/pieces.h"

// The command's share of a Change; entities get the rest.
enum { PIECE_MAX = VD_CHANGE_MAX / 2 };
// Tag and length in front of a field of at most VD_CHANGE_MAX bytes whose number is below 16.
enum { FIELD_HEAD_MAX = 4 };
// `last`, and a sequence in the reply that grew by a byte.
enum { SPARE = 16 };
// At their largest: an entity in its wrapper, or a key; and cause, fact and reply of an act without a list.
enum { ITEM_MAX = VD_ENTITY_MAX + 2 * FIELD_HEAD_MAX, HEAD_MAX = VD_CHANGE_MAX / 4 };
// What is told of a device besides the entity: its id and some twenty numbers.
enum { PULSE_MAX = 320 };

struct piece {
  struct vd_pieces pieces; // of the command's lists; nothing is left of them if there are none
  union {
    ProtobufCMessage base;
    Vd__Plan plan;
    Vd__Readings readings;
    Vd__LaneCounts lane_counts;
    Vd__SessionsImport sessions_import;
  } part;
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

// Makes piece->command the next piece of `command`. What else that says comes with the first. A plan's
// version comes with each, since protobuf-c, unlike others, forgets a number of the earlier piece that the
// later one leaves out.
static void take_piece(struct piece *piece, const Vd__Command *command, bool is_first)
{
  assert(piece->pieces.whole->descriptor->sizeof_message <= sizeof piece->part);
  vd_pieces_take(&piece->pieces, &piece->part.base, PIECE_MAX);
  piece->command = *command;
  if (command->act_case != VD__COMMAND__ACT_PLAN_APPLY) {
    piece->command.readings = &piece->part.readings; // all members of the union are pointers
    return;
  }
  Vd__PlanApply empty = VD__PLAN_APPLY__INIT;
  piece->apply = is_first ? *command->plan_apply : empty;
  piece->part.plan.version = command->plan_apply->plan->version;
  piece->apply.plan = &piece->part.plan;
  piece->command.plan_apply = &piece->apply;
}

// ---- a Change ----

static void set_cause(struct cut *cut, Vd__Change *change, uint64_t first)
{
  bool is_first = change->sequence == first, has_piece = cut->piece.pieces.whole != NULL;
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

static Vd__Pulse *pulse_of(const struct vd_act *act, const struct vd_act_item *item)
{
  bool is_device = item->kind == VD__KIND__KIND_DEVICE && item->message;
  return is_device ? vd_pulse_before(act->venue, vd_message_id(item->message)) : NULL;
}

// At its largest, before anything is weighed.
static size_t size_at_most(const struct vd_act *act)
{
  size_t size = HEAD_MAX + act->count * ITEM_MAX;
  for (size_t i = 0; i < act->count; i++)
    size += act->items[i].kind == VD__KIND__KIND_DEVICE ? PULSE_MAX : 0;
  return size;
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
  change->pulses = act->venue->changed_pulses;
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
    Vd__Pulse *pulse = pulse_of(act, item);
    size += cut->is_weighed ? weigh(item) : 0;
    size += cut->is_weighed && pulse ? vd__pulse__get_packed_size(pulse) + FIELD_HEAD_MAX : 0;
    if (size > VD_CHANGE_MAX)
      return false;
    if (item->message)
      change->upserts[change->n_upserts++] = &item->entity;
    else
      change->removals[change->n_removals++] = &item->key;
    if (pulse)
      change->pulses[change->n_pulses++] = pulse;
  }
  return true;
}

void vd_act_emit(struct vd_act *act, Vd__Reply *reply, vd_emit_fn emit, void *context)
{
  uint64_t first = act->venue->sequence + 1;
  struct cut cut = {.act = act};
  if (act->cause.of_case == VD__CAUSE__OF_COMMAND)
    cut.piece.pieces.whole = list_of(act->cause.command);
  cut.is_weighed = cut.piece.pieces.whole != NULL || size_at_most(act) > VD_CHANGE_MAX;
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
    is_last = fill(&cut, &change) && cut.piece.pieces.whole == NULL;
    change.last = is_last;
    emit(context, &change);
  }
}
