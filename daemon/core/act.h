// One act under way: what is touched, removed and told, until it is emitted as Changes. Room-internal.
//
// The rule of every module: check everything first (a refusal touches nothing), then mutate. From the first
// touch on an act cannot be refused.
//
//   vd_act_begin → [vd_act_edit / vd_act_create / vd_act_remove / vd_act_fact]* → vd_act_end
//
// At the end each touched entity gets its revision, its index keys and its one timer are derived anew
// (index.h, timer.h), and the Changes are emitted: at most VD_CHANGE_MAX bytes each, the last marked `last`.
#ifndef VD_CORE_ACT_H
#define VD_CORE_ACT_H

#include "daemon/core/venue.h"
#include "proto/facts.h"

struct vd_act {
  struct vd_venue *venue;
  int64_t now_ms;
  const Vd__Principal *who;   // NULL for a tick
  const Vd__Command *command; // NULL for a tick; borrowed
  Vd__Language language;
  // the rest belongs to act.c
  Vd__Cause cause;
  Vd__Tick tick;
  Vd__Fact *fact;            // heap
  struct vd_act_item *items; // reused between acts: see venue_internal.h
  size_t count;
};

// The live entity, marked as touched: change it in place (message.h for strings). NULL if absent.
ProtobufCMessage *vd_act_edit(struct vd_act *act, Vd__Kind kind, const char *id);
// A new entity with this id, touched. Asserts that none exists.
ProtobufCMessage *vd_act_create(struct vd_act *act, Vd__Kind kind, const char *id);
void vd_act_remove(struct vd_act *act, Vd__Kind kind, const char *id);

// Marks a live entity that the caller already found. Call before changing it.
void vd_act_touch(struct vd_act *act, Vd__Kind kind, ProtobufCMessage *message);

// What the act is about. The first call sets it, later calls on the same act are ignored: the cause speaks,
// not its consequences. Returns the fact to add fields to (heap strings by vd_string_set), or NULL when
// ignored.
Vd__Fact *vd_act_fact(struct vd_act *act, enum vd_fact what);

// A note on an incident (number 0: the duty log), printf format, cut at VD_TEXT_MAX on a UTF-8 boundary.
void vd_act_note(struct vd_act *act, uint64_t incident, Vd__NoteKind kind, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Who acted: command.by, else the principal's crew, else "" (the control room itself).
const char *vd_act_by(const struct vd_act *act);
// command.acted_at_ms, or now.
int64_t vd_act_acted_at(const struct vd_act *act);

// Of words for people, those in the language of whoever asked. Static storage, as given.
const char *vd_act_pick(const struct vd_act *act, const char *en, const char *zh_hant, const char *zh_hans);
// Done, and more to say: adds the sentence, in which the first '%' stands for `value`. The first remark of a
// reply is its `field`.
void vd_act_remark(Vd__Reply *reply, const char *field, const char *sentence, const char *value);

// Typed shorthands: VD_EDIT(act, DEADLINE, Deadline, id) -> Vd__Deadline *
#define VD_EDIT(act, KIND, Type, id)   ((Vd__##Type *)vd_act_edit((act), VD__KIND__KIND_##KIND, (id)))
#define VD_CREATE(act, KIND, Type, id) ((Vd__##Type *)vd_act_create((act), VD__KIND__KIND_##KIND, (id)))

#endif
