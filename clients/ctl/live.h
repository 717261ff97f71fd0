// What `watch` and `rehearse` show while time passes: each Change as lines for people, and the truth about
// how old the picture is. One thread, the verb's.
#ifndef CTL_LIVE_H
#define CTL_LIVE_H

#include "clients/ctl/ctl.h"
#include "proto/config.pb-c.h"
#include "proto/facts.h"

// ---- a Change in words ----

// A Change being said. Every line begins with the venue's time and the incident; what followed from the act
// (who is asked, called, told of) stands in lines of its own below it, further in.
struct ctl_saying {
  const struct ctl *ctl;
  const struct vd_fold *plan; // for names; NULL: ids
  const char *mark;           // before the words of each line, "" for none
  const Vd__Change *change;
  int64_t now_ms; // when venued learned of it
  struct vd_buffer *out;
};

// Appends the Change as lines; nothing for what nobody would say. `plan` and `mark` as above.
void ctl_say_change(const struct ctl *ctl, const struct vd_fold *plan, const Vd__Change *change,
                    const char *mark, struct vd_buffer *out);
// Begins a line. `incident` 0: of none, but of this subject. `follows`: it followed from the act above.
void ctl_say_begin(const struct ctl_saying *saying, uint64_t incident, const char *subject, bool follows);
// Appends what stands in the user's language.
void ctl_say_words(const struct ctl_saying *saying, const char *en, const char *zh_hant, const char *zh_hans);
// " by av-1", nothing for nobody.
void ctl_say_by(const struct ctl_saying *saying, const char *who);
// The handbook's decision in the user's language where `decision` is one of the plan's, else `decision`.
const char *ctl_say_default(const struct ctl_saying *saying, const char *decision);
// The lines of what followed.
void ctl_say_consequences(const struct ctl_saying *saying);

// Whether it is a fact of the live venue; then appends what happened to which thing of it.
bool ctl_say_is_live(enum vd_fact what);
void ctl_say_live(const struct ctl_saying *saying, enum vd_fact what, const Vd__Fact *fact);

// The entity as the Change leaves it, else as the plan's fold knows it; NULL where neither does.
const ProtobufCMessage *ctl_say_find(const struct ctl_saying *saying, Vd__Kind kind, const char *id);
// Appends the name of a thing, with the id that commands take: "Opening (opening)". Nothing for a task,
// notice or suggestion that is not known: its number stands before the line.
void ctl_say_thing(const struct ctl_saying *saying, Vd__Kind kind, const char *id);
// Appends what a thread without an incident is about: "zone.tea-break" is the zone's name.
void ctl_say_subject(const struct ctl_saying *saying, const char *subject);
// "t7", "s4" and "n2" of subjects that are numbered, "" of others.
const char *ctl_say_number(const char *subject);

// The name that the plan gives a zone, category, group or post; the id where it gives none.
const char *ctl_plan_name(const struct ctl *ctl, const struct vd_fold *plan, Vd__Kind kind, const char *id);
// "tier 1 (respond)".
const char *ctl_tier(const struct ctl *ctl, Vd__Promise promise);

// ---- following ----

struct ctl_live {
  struct ctl *ctl;
  struct vd_fold *plan; // event, zones, categories, groups, posts, people; sessions, supplies, devices,
                        // tasks, lanes
  int64_t scale;
  bool is_rehearsal;
  uint64_t open_incidents; // at the beginning
  bool is_terminal;        // the last line may be rewritten
  bool has_pulse;          // it stands there, without an end
  int64_t heard_venue_ms;  // what the venue's clock said in the last beat
  int64_t heard_mono_ms;   // and when that came
  int64_t silent_ms;       // while stale, else 0
  int64_t told_silent_ms;  // the silence that was told last
  bool is_read_only, is_in_doubt;
};

// Asks how the venue is and what its plan names. A zeroed one begins and is finished; an exit status,
// explained.
int ctl_live_begin(struct ctl_live *live, struct ctl *ctl);
void ctl_live_finish(struct ctl_live *live);
// Venue time now, as far as the last beat tells.
int64_t ctl_live_now(const struct ctl_live *live);
// Two lines on stderr: which venue this is, and how it is.
void ctl_live_hello(const struct ctl_live *live);
// Says what the event tells, on stdout; how old the picture is, on stderr.
void ctl_live_show(struct ctl_live *live, const struct venue_event *event);
// On a terminal: the last line anew, the venue's time and the age of what is shown, then `more`. Else
// nothing.
void ctl_live_pulse(struct ctl_live *live, const char *more);
// Takes that line away. Before anything else is printed.
void ctl_live_clear(struct ctl_live *live);

// ---- the end of a rehearsal ----

// What only the player knows; the entities tell the rest.
struct ctl_seen;
struct ctl_played {
  const char *name;
  bool is_baseline;
  const struct ctl_seen *seen; // of the live venue; NULL = nothing
  unsigned acts;               // commands sent
  unsigned climbs;             // seen
  int64_t behind_ms;           // the script, at most: of venue time
  unsigned refused, wrong;     // refusals that were meant; replies that were not
  struct vd_buffer refusals;   // "own-work (09:22:00), …"
  struct vd_buffer wrongs;     // a line each
  Vd__RunFigures *figures;     // filled at the end
  Vd__RehearsalFigures *kept;  // to compare with; NULL = nothing is kept
};

// What was promised and what became of it, which was late, who held the clock: fetched, and printed. Then
// the run beside the last one of the other kind, where those are kept (--compare).
int ctl_print_summary(struct ctl *ctl, const struct ctl_played *played);
// The same from entities at hand; `status` says what was automatic, NULL = nothing of it.
void ctl_summarize(const struct ctl *ctl, const struct vd_fold *fold, const struct ctl_played *played,
                   const Vd__Status *status);

#endif
