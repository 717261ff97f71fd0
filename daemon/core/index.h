// Ways to find entities other than by id. An entity's index keys are a pure function of the entity
// (vd_index_keys_of), so the whole index is derived at restore and re-derived on every touch; no module
// maintains a list by hand. All keys live in one ordered set of strings. Room-internal.
//
// clang-format off
//   key (fields separated by '/')                 of                                    answers
//   work/<crew>/<number>                          open incident with a holder           what does this person hold
//   like/<zone>/<category>/<reported_at>/<number> open incident (time in 20 digits)     looks like #41
//   alert/<crew>/<alert id>                       open alert of a person                digest, withdrawal
//   heard/<crew>/<alert id>                       heard alert of a person               what passes on with a shift's end
//   post/<post>/<rank, 10 digits>/<crew>          crew (not retired)                    who holds a post
//   duty/<team>/<rank>/<crew>                     crew on duty, per team of its posts   coverage, candidates
//                                                 (the empty team where it holds no post)
//   boundary/<due, 20 digits>/<crew>              crew, its next boundary               who comes or goes at a moment
//   offer/<crew>/<offer id>                       open offer                            what is offered to whom
//   called/<crew>/<deadline id>                   running deadline, breached            who was called about it last
//   ended/<ended_at, 20 digits>/<number>          ended incident                        what to let go first
//   logged/<number, 20 digits>                    line of the duty log                  what to let go first
//   sign/<call sign, folded>/<crew>               crew (not retired)                    who is "AV 1" on the radio
//   asked/<crew>/<task id>                        open task, asked of a person          what passes on when they leave
//   unasked/<team>/<number, 20 digits>/<task id>  open task, asked of nobody            what waits for a newcomer
//   over/<ended_at, 20 digits>/<task id>          ended task                            what to let go first
//   waiting/<number, 20 digits>                   not yet landed, without a holder      what a newcomer could take
//   agenda/<zone>/<start, 20 digits>/<session>    session, running or planned           the sessions of a zone
//   break/<begins>/<ends>/<session>               break, not cancelled; 20 digits each  is it a break now
//   dense/<start, 20 digits>/<session>            dense session, running or planned     does a break follow it
//   uid/<calendar's uid>/<session>                session of a calendar                 which one is imported again
//   notice/<number, 20 digits>                    notice not sent or dropped            what a change joins
//   known/<supply>                                supply whose level is known           what is forecast
//   batch/<session>/<planned_at, 20 digits>/<batch>   batch planned for a break         what waits when it is late
//                                                 (the empty session: for a time of day)
//   held/<session>/<batch>                        batch held back by its overrun        what goes on when it ends
//   fault/<number>/<device>                       device in fault, or until its incident ended  whose incident
//   opening/<start, 20 digits>/<session>          session planned that is no break      when people must be seated
//   closed/<kind>/<lane>                          lane that is closed                   what can be opened
//   gives/<never - counted_at_ms>/<lane>           lane of two desks or more, counted    who can give one
//   relies/<other>/<lane>                         open suggestion: lane needs other     what is to be looked at again
//   answered/<number, 20 digits>/<suggestion>     suggestion passed or measured         what to let go first
// clang-format on
#ifndef VD_CORE_INDEX_H
#define VD_CORE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/entity.pb-c.h"

struct vd_index;
struct vd_venue;

struct vd_index *vd_index_create(void);
void vd_index_destroy(struct vd_index *index);

// Re-derives the keys of an entity that changed (message NULL: it is gone). O(keys × log n).
void vd_index_refresh(struct vd_index *index, const struct vd_venue *venue, Vd__Kind kind, const char *id,
                      const ProtobufCMessage *message);

// Iterates keys that begin with `prefix`, in order: pass NULL first, then the key returned before (it may
// have been removed meanwhile). Borrowed until the index changes. NULL at the end.
const char *vd_index_next(const struct vd_index *index, const char *prefix, const char *after);
// The last fields of all of them, copied: for a loop that changes the index itself.
struct vd_index_fields {
  char **items; // heap
  size_t count;
};
struct vd_index_fields vd_index_collect(const struct vd_index *index, const char *prefix);
void vd_index_fields_finish(struct vd_index_fields *fields);
// How many keys of three or more fields begin with these two ("work/av-1/"). O(log n), however many they are.
size_t vd_index_count(const struct vd_index *index, const char *prefix);
// A call sign as it stands in its key: ASCII lower case, without spaces and slashes ("AV 1" -> "av1").
// Returns its length; cut at `size`, VD_INDEX_SIGN_MAX is enough for every one.
enum { VD_INDEX_SIGN_MAX = 72 };
size_t vd_index_fold_sign(const char *sign, char *out, size_t size);
// The last field of a key ("work/av-1/42" -> "42").
const char *vd_index_last_field(const char *key);

#endif
