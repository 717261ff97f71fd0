// What the stories of the agenda (session*.c) share. Nobody else includes it.
#ifndef VD_CORE_SESSION_INTERNAL_H
#define VD_CORE_SESSION_INTERNAL_H

#include "daemon/core/key.h"
#include "daemon/core/session.h"
#include "daemon/core/venue_internal.h"
#include "proto/check.h"

// ---- finding ----

// A walk through what stands in a zone, in the order of start. Ends when the index changes.
struct vd_agenda_walk {
  struct vd_key prefix, from;
  const char *key;
};
struct vd_agenda_walk vd_agenda_walk_from(const char *zone, int64_t from_ms);
Vd__Session *vd_agenda_walk_next(const struct vd_venue *venue, struct vd_agenda_walk *walk);

bool vd_agenda_is_same_day(const struct vd_venue *venue, int64_t a_ms, int64_t b_ms);
// Another standing session of its zone that wants it at the same time, NULL if none.
const Vd__Session *vd_agenda_collision(const struct vd_venue *venue, const Vd__Session *session);

// An overrun that is none any more, since it ended or was given more time, is withdrawn. Touches it if so.
void vd_session_calm(struct vd_act *act, Vd__Session *session);

// ---- telling ----

enum vd_err vd_session_refuse_state(const Vd__Session *session, const char *field,
                                    struct vd_refusal *refusal);
// The act's fact is about this session; what is to be told of it besides, once there is a fact.
void vd_session_tell(struct vd_act *act, enum vd_fact what, const Vd__Session *session);
void vd_session_why(struct vd_act *act, const char *word, const char *value);

// ---- undoing (session_undo.c) ----

// Keeps what the session is, before people change it; touched by the caller. `moved`: how many sessions the
// act moves, 0 for one that follows.
void vd_session_remember(struct vd_act *act, Vd__Session *session, size_t moved);
// Attendees are told of what was just remembered and changed.
void vd_session_tell_attendees(struct vd_act *act, Vd__Session *const *sessions, size_t count);
// Something else than people says what the session is: what people did before is done for good.
void vd_session_forget(Vd__Session *session);
// What is remembered gives way to what the session is. Touches it if so.
void vd_session_fit(struct vd_act *act, Vd__Session *session);

// ---- changing it ----
//
//   vd_agenda_concern for each session, where it is and where it will be → vd_agenda_begin
//   → [change the session → vd_agenda_moved]* → vd_agenda_end
//
// The first two only read. So that nothing sees an old agenda, the keys of a moved session are derived at
// once.

struct vd_agenda_change {
  struct vd_agenda_stretch {
    char zone[VD_WORD_MAX + 1];
    int64_t from_ms, until_ms;
  } * stretches;
  size_t count;
  bool has_break;
  bool moves_starts;                        // else only states change
  struct vd_index_fields lacking, too_long; // dense sessions: without a break, over their limit, before
};

void vd_agenda_concern(struct vd_agenda_change *change, Vd__SessionKind kind, const char *zone,
                       int64_t start_ms, int64_t end_ms);
void vd_agenda_begin(const struct vd_venue *venue, struct vd_agenda_change *change);
void vd_agenda_moved(struct vd_act *act, Vd__Session *session);
// Calls and withdraws what follows, and frees the change. The first dense session that has lost its break, or
// has grown over its limit, is named in the reply, unless that names something already.
void vd_agenda_end(struct vd_act *act, struct vd_agenda_change *change, Vd__Reply *reply);
// Names what still runs in the zone of one that has started.
void vd_agenda_name_running(struct vd_act *act, const Vd__Session *session, Vd__Reply *reply);
// Names a break that now begins before the session that it came after ends.
void vd_agenda_name_early(struct vd_act *act, const Vd__Session *pause, const Vd__Session *session,
                          Vd__Reply *reply);
// Names what two sessions collide in the reply, and in the act's fact.
void vd_agenda_name_collision(struct vd_act *act, const Vd__Session *session, Vd__Reply *reply);

#endif
