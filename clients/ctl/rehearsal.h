// A rehearsal's script as read from its file, what playing it showed, and what the summary makes of that.
// One thread, the verb's.
#ifndef CTL_REHEARSAL_H
#define CTL_REHEARSAL_H

#include "clients/ctl/live.h"
#include "proto/config.pb-c.h"

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
};

// Remembers what the entities will not tell at the end.
void ctl_see(struct ctl_seen *seen, const Vd__Change *change);

// ---- the live venue in the summary ----

// What was automatic and what was not, refills, devices, notices, suggestions; of each only where there is
// something. `status` may be NULL.
void ctl_summarize_live(const struct ctl *ctl, const struct vd_fold *fold, const struct ctl_played *played,
                        const Vd__Status *status);

#endif
