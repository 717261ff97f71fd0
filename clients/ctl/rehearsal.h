// A rehearsal's script as read from its file, what playing it showed, and what the summary makes of that.
// One thread, the verb's.
#ifndef CTL_REHEARSAL_H
#define CTL_REHEARSAL_H

#include "clients/ctl/live.h"
#include "proto/config.pb-c.h"

// Of the vocabulary: the promises that tiers make come first.
enum { CTL_TIERS = 3, CTL_PROMISES = VD__PROMISE__PROMISE_STEP, CTL_NODES = VD__NODE__NODE_NOTICE };

// ---- the script ----

// What a step's `about` names.
enum ctl_about { CTL_ABOUT_LABEL, CTL_ABOUT_DEVICE, CTL_ABOUT_TASK, CTL_ABOUT_LANE, CTL_ABOUT_NOTICE };
// `id`: the label; of the device, supply, batch or lane; borrowed from `about`.
enum ctl_about ctl_about_of(const char *about, Vd__Kind *kind, const char **id);
// The number in the step's act that `about` fills: "incident", "task", "notice", "suggestion"; NULL if none
// is there, or another than this.
const ProtobufCFieldDescriptor *ctl_about_field(const Vd__Command *command, enum ctl_about about);

// Reads and checks the file; *script is heap. CTL_DONE, or everything that is wrong told with its place.
int ctl_rehearsal_read(struct ctl *ctl, const char *path, Vd__Rehearsal **script);
bool ctl_rehearsal_has(const Vd__RehearsalStep *step, bool is_baseline); // whether this run plays it
// The plan that the script was written for, with automation off; heap. CTL_DONE, or explained.
int ctl_rehearsal_baseline(struct ctl *ctl, const char *path, const Vd__Rehearsal *script, Vd__Plan **plan);

// ---- what was seen ----

enum { CTL_SEEN_MAX = 256 };

// A refill that was asked for, and how things stood then.
struct ctl_seen_refill {
  uint64_t task;
  char supply[65];
  bool is_automatic;
  uint32_t level;
  int64_t asked_at_ms, run_out_at_ms, stale_at_ms;
};

// Nothing left, from when to when.
struct ctl_seen_supply {
  char supply[65];
  int64_t empty_since_ms; // 0 = something is left
  int64_t empty_ms;
};

// Those who came to a lane, and the wait that each was told as they were counted, summed up.
struct ctl_seen_lane {
  char lane[65];
  int64_t counted_at_ms;
  uint64_t came;
  int64_t waited_ms;
};

struct ctl_seen {
  struct ctl_seen_refill refills[CTL_SEEN_MAX];
  size_t refill_count;
  struct ctl_seen_supply supplies[CTL_SEEN_MAX];
  size_t supply_count;
  struct {
    uint64_t notice;
    unsigned changes; // that it gathered
  } notices[CTL_SEEN_MAX];
  size_t notice_count;
  struct ctl_seen_lane lanes[CTL_SEEN_MAX];
  size_t lane_count;
};

// Remembers what the entities will not tell at the end.
void ctl_see(struct ctl_seen *seen, const Vd__Change *change);
// For how long nothing was left of the supply until now_ms.
int64_t ctl_seen_empty(const struct ctl_seen *seen, const char *supply, int64_t now_ms);

// ---- the live venue in the summary ----

// What was automatic and what was not, refills, devices, notices, suggestions; of each only where there is
// something. `status` may be NULL.
void ctl_summarize_live(const struct ctl *ctl, const struct vd_fold *fold, const struct ctl_played *played,
                        const Vd__Status *status);

// ---- two runs, compared ----

// Of a run that begins: which it is, of which script, on which plan (`event` before automation is turned
// off). Heap.
Vd__RunFigures *ctl_figures_create(const Vd__Rehearsal *script, const Vd__Event *event, bool is_baseline);
// And at its end, from the entities as they are. `status` may be NULL.
void ctl_figures_fill(const struct ctl *ctl, Vd__RunFigures *figures, const struct vd_fold *fold,
                      const struct ctl_played *played, const Vd__Status *status);
// What is kept at `path`, heap; nothing where there is no file. CTL_DONE, or explained: the file is another.
int ctl_figures_read(const struct ctl *ctl, const char *path, Vd__RehearsalFigures **kept);
// The last run of the other kind, NULL if there is none; borrowed.
const Vd__RunFigures *ctl_figures_other(const Vd__RehearsalFigures *kept, const Vd__RunFigures *own);
bool ctl_figures_match(const Vd__RunFigures *a, const Vd__RunFigures *b); // the same script on the same plan
// Puts `own` in the place of the last run of its kind, and writes the file anew. CTL_DONE, or explained.
int ctl_figures_keep(const struct ctl *ctl, const char *path, Vd__RehearsalFigures *kept,
                     const Vd__RunFigures *own);
// Prints the two beside each other; `own` alone where `other` is NULL. `fold` has the names.
void ctl_compare(const struct ctl *ctl, const struct vd_fold *fold, const Vd__RunFigures *own,
                 const Vd__RunFigures *other);

#endif
