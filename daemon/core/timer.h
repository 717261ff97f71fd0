// When something must happen by itself. Every entity has at most one timer: the next thing it waits for,
// a pure function of the entity (vd_timer_due_of). So timers are never journalled: restore derives them.
// Room-internal.
//
// Total order: (due, kind, id). Same timers, same order of firing, on any machine.
#ifndef VD_CORE_TIMER_H
#define VD_CORE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/entity.pb-c.h"

struct vd_timers;
struct vd_venue;

struct vd_timers *vd_timers_create(void);
void vd_timers_destroy(struct vd_timers *timers);

// Sets the entity's timer; VD_NEVER removes it. O(log n).
void vd_timers_set(struct vd_timers *timers, Vd__Kind kind, const char *id, int64_t due_ms);
int64_t vd_timers_next(const struct vd_timers *timers); // VD_NEVER if none; O(1)
// The first timer; borrowed until the next change of the timers. False if none.
bool vd_timers_first(const struct vd_timers *timers, Vd__Kind *kind, const char **id, int64_t *due_ms);
size_t vd_timers_count(const struct vd_timers *timers);

// Whether entities of this kind ever wait for anything.
bool vd_timer_is_of(Vd__Kind kind);
// What the entity waits for next, VD_NEVER if nothing:
//   Deadline running: warning, breach, then its climb · Offer open: expiry · Attempt undecided: the call for
//   the default decision · Crew: end of its word or the next shift boundary · Alert of life safety, unheard:
//   repetition Event: breaks moved, the next slice of supplies · Supply: its refill · Batch: its sample was
//   kept long enough
int64_t vd_timer_due_of(const struct vd_venue *venue, Vd__Kind kind, const ProtobufCMessage *message);

#endif
