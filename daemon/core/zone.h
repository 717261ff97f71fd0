// Zones, live: how many people, open or crowded or closed or being converted. Room-internal.
//
//   OPEN --above the mark for crowded_after--> CROWDED --below the clear mark for as long--> OPEN
//   people say CLOSED, CONVERTING, CONVERTING_PASSABLE, and OPEN again; a count changes none of those
//
// The mark is crowded_percent of what the zone holds: of its seats in a tea-break zone, else of its capacity;
// the clear mark lies as far below it as the policy's two do. A hall that is full by plan is crowded only
// above what it holds, and no longer when it holds them. The last count speaks until the next one, for
// crowded_after from when it was told; what people set is so until a count made after it says otherwise. What
// they say was so before it became crowded, or eased, by itself is taken; before what they set last it is not. Who is called: the holder of the control post
// for the zone, once; eased, closed or converted, the thread "zone.<id>.<crew>" is withdrawn. A zone that
// closes or converts is told to attendees (notice.h), unless it is open again before that was approved.
#ifndef VD_CORE_ZONE_H
#define VD_CORE_ZONE_H

#include "daemon/core/act.h"

enum vd_err vd_zone_count(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
enum vd_err vd_zone_set(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal);
void vd_zone_fire(struct vd_act *act, Vd__Zone *zone);
int64_t vd_zone_next(const struct vd_venue *venue, const Vd__Zone *zone); // for timer.c

// The plan names it no more: nobody need be called about a crowd in it. Touched.
void vd_zone_retired(struct vd_act *act, Vd__Zone *zone);
// It is so from then on, as people say, or a contingency: whom that concerns is told. Touched.
void vd_zone_become(struct vd_act *act, Vd__Zone *zone, Vd__ZoneStatus status, int64_t at_ms);

// Finds a zone that is not retired, or refuses unknown-zone with the nearest.
enum vd_err vd_zone_get(const struct vd_venue *venue, const char *id, const char *field, Vd__Zone **zone,
                        struct vd_refusal *refusal);
// The zone that an entity is in, itself for a zone; NULL if it is in none or is not known. Borrowed.
const char *vd_zone_of(const struct vd_venue *venue, Vd__Kind kind, const char *id);

#endif
