// venuectl: every verb of a venued from a shell. Data on stdout, words on stderr.
// One thread; one client, connected when a verb first needs it.
#ifndef CTL_H
#define CTL_H

#include <stdbool.h>
#include <stdint.h>

#include "clients/lib/venue_client.h"
#include "proto/message.h"
#include "proto/words.h"

// Stable exit statuses (docs/protocol.md).
enum ctl_exit { CTL_DONE = 0, CTL_REFUSED = 1, CTL_USAGE = 2, CTL_UNREACHABLE = 3, CTL_NOT_PERMITTED = 4 };

struct ctl_options {
  const char *data_dir, *url, *token_file, *language, *timeout;
  const char *id, *by, *at, *text, *severity, *source, *reporter, *reason, *zone, *category, *from, *topic;
  const char *since, *until, *duration, *session;
  const char *arrived, *waiting, *desks, *compare, *revision;
  const char *crew;
  const char *sets[16]; // each "name=value"
  size_t set_count;
  const char *negative; // "-10m": an amount, where a verb takes one
  bool is_json, only_open, is_workaround, is_digest, is_following, is_dry_run, is_faulty, only_low,
      is_refilled, is_estimated, is_drill, is_baseline;
};

struct ctl {
  struct ctl_options options;
  Vd__Language language;
  struct venue_client *client;
  char token[300];
  char **arguments; // after the verb
  int count;
  int64_t now_ms; // venue time and its clock face, after ctl_look
  int64_t utc_offset_ms;
};

typedef int (*ctl_verb_fn)(struct ctl *ctl);

// What may follow a verb, beside the options that all verbs take.
enum ctl_takes {
  CTL_TAKES_ACT = 1, // --by --at --id
  CTL_TAKES_TEXT = 2,
  CTL_TAKES_REPORT = 4, // --severity --source --reporter
  CTL_TAKES_REASON = 8,
  CTL_TAKES_OPEN = 16,
  CTL_TAKES_WATCH = 32,    // --from --topic
  CTL_TAKES_AMEND = 64,    // --zone --category --severity --text
  CTL_TAKES_LANDING = 128, // --workaround
  CTL_TAKES_DIGEST = 256,
  CTL_TAKES_DATA = 512,    // works on the data folder itself
  CTL_TAKES_SHIFT = 1024,  // --following, and an amount that is negative
  CTL_TAKES_IMPORT = 2048, // --dry-run
  CTL_TAKES_FAULTY = 4096,
  CTL_TAKES_SINCE = 8192,
  CTL_TAKES_UNTIL = 16384, // --until --for
  CTL_TAKES_VALUE = 32768, // an amount that is negative
  CTL_TAKES_LOW = 65536,
  CTL_TAKES_REFILLED = 131072,
  CTL_TAKES_SESSION = 262144,
  CTL_TAKES_ESTIMATED = 524288,
  CTL_NEEDS_WORDS = 1048576,    // the last argument, unless --text or --reason stands for it
  CTL_TAKES_BASELINE = 2097152, // --baseline --compare
  CTL_TAKES_COUNTS = 4194304,   // --arrived --waiting
  CTL_TAKES_DESKS = 8388608,
  CTL_TAKES_REVISION = 16777216,
  CTL_TAKES_DRILL = 536870912, // --zone --crew
  CTL_TAKES_SET = 1073741824,
};

struct ctl_verb {
  const char *name;      // "crew duty": two words where the first is a group
  const char *arguments; // for the usage line
  int least, most;       // how many arguments
  unsigned takes;        // ctl_takes
  ctl_verb_fn run;
  const char *help[3]; // en, zh-Hant, zh-Hans
};
extern const struct ctl_verb ctl_verbs[];
extern const size_t ctl_verb_count;

// ---- words ----
// The text of three in the user's language.
const char *ctl_pick(const struct ctl *ctl, const char *en, const char *zh_hant, const char *zh_hans);
// ctl_pick for formats: the compiler checks the arguments against each of the three.
#define CTL_FORMAT(ctl, en, zh_hant, zh_hans)                                                                \
  ((ctl)->language == VD__LANGUAGE__LANGUAGE_ZH_HANT   ? (zh_hant)                                           \
   : (ctl)->language == VD__LANGUAGE__LANGUAGE_ZH_HANS ? (zh_hans)                                           \
                                                       : (en))
// A name of the plan in the user's language; `id` where it has none.
const char *ctl_text(const struct ctl *ctl, const Vd__Text *text, const char *id);
// The value of an enum in words for people.
static inline const char *ctl_words(const struct ctl *ctl, const ProtobufCEnumDescriptor *type, int value)
{
  return vd_enum_words(type, value, ctl->language);
}
// "--source takes staff, attendee; not: staf", with the nearest; CTL_USAGE.
int ctl_usage_enum(const struct ctl *ctl, const char *what, const ProtobufCEnumDescriptor *type,
                   const char *value);
// What is said of a device in words of the user's language: "heartbeat overdue since …; proj-side takes
// over".
void ctl_device_words(const struct ctl *ctl, const char *text, struct vd_buffer *out);
// Words that plans choose, where they are the usual ones: "temperature", "nuts". Others are told as they are.
const char *ctl_reading_words(const struct ctl *ctl, const char *reading);
const char *ctl_allergen_words(const struct ctl *ctl, const char *allergen);
// The text of an incident; what a device said of itself is told in the user's language. `name`: of the
// device, NULL where it is not at hand.
void ctl_incident_text(const struct ctl *ctl, const Vd__Incident *incident, const Vd__Text *name,
                       struct vd_buffer *out);
// A team, `detection` or `unowned`; `fold` holds the teams, NULL: ids.
const char *ctl_team(const struct ctl *ctl, const struct vd_fold *fold, const char *id);
void ctl_did_you_mean(const struct ctl *ctl, const char *nearest);         // nothing for NULL or ""
int ctl_usage(const struct ctl *ctl, const char *what, const char *value); // explains on stderr; CTL_USAGE
// The same, with what was probably meant.
int ctl_usage_near(const struct ctl *ctl, const char *what, const char *value, const char *nearest);
// Explains the refusal on stderr; the exit status that fits it.
int ctl_complain(const struct ctl *ctl, enum vd_err err, const struct vd_refusal *refusal);

// ---- asking ----
// Connects if that has not happened. VD_OK, or explained on stderr.
enum vd_err ctl_connect(struct ctl *ctl, struct vd_refusal *refusal);
// Sends the request and keeps now. CTL_DONE with the response, else an explained exit status.
int ctl_ask(struct ctl *ctl, Vd__Request *request, Vd__Response **response);
// The venue's time and clock face.
int ctl_look(struct ctl *ctl);
// Pages through all entities of these kinds with this id prefix into a fold, which the caller destroys.
int ctl_fetch(struct ctl *ctl, const Vd__Kind *kinds, size_t count, const char *prefix,
              struct vd_fold **fold);
// Completes the command from --by, --at and --id, sends it, and prints the reply: the number on stdout where
// `prints_number`, words on stderr.
int ctl_command(struct ctl *ctl, Vd__Command *command, bool prints_number);
// What --by, --at and --id say of the command.
int ctl_complete(struct ctl *ctl, Vd__Command *command);
// A command and its act as heap messages: fill in the act's field.
Vd__Command *ctl_command_new(Vd__Command__ActCase act);
// The same as ctl_command, and frees the command.
int ctl_send(struct ctl *ctl, Vd__Command *command, bool prints_number);
// Option or argument, whichever is given; "" if none is.
const char *ctl_said(const struct ctl *ctl, const char *option, int argument);
// Parses "42" or "#42". False after explaining.
bool ctl_number(const struct ctl *ctl, const char *text, uint64_t *number);
// Parses a count of `option`, "" for an argument. False after explaining.
bool ctl_whole(const struct ctl *ctl, const char *option, const char *text, uint32_t *number);
// Parses an instant as --at takes it. False with the exit status after explaining.
bool ctl_instant(struct ctl *ctl, const char *text, int64_t *at_ms, int *status);
// Thousandths as people write them: "81.5", "-0.25", "80". False for what is no number of at most three
// decimals.
bool ctl_thousandths_parse(const char *text, int64_t *value);
void ctl_thousandths_format(int64_t value, char out[32]);

// ---- showing ----
void ctl_print_json(const ProtobufCMessage *message);
// "09:41:07" of the venue's clock face; at least 40 bytes.
void ctl_clock(const struct ctl *ctl, int64_t at_ms, char *out, size_t size);
// The same with its day, "05-18 09:41:07", where that is not today. After ctl_look.
void ctl_when(const struct ctl *ctl, int64_t at_ms, char *out, size_t size);
// A duration without its broken second: "2m10s"; at least 32 bytes.
void ctl_span(int64_t duration_ms, char *out, size_t size);
// A wait of the lane's as "7m30s", in `out` or static; "-" where it is closed, or nobody counted it for half
// an hour. After ctl_look or ctl_fetch.
const char *ctl_lane_wait(const struct ctl *ctl, const Vd__Lane *lane, int64_t wait_ms, char out[32]);
// What is part of a drill says so first: "DRILL ", "" of what is real.
const char *ctl_drill_mark(const struct ctl *ctl, uint64_t drill);
// A list had nothing to show: said on stderr, except to machines.
void ctl_none(const struct ctl *ctl);
// The deadlines with this id prefix by incident, attempt and tier; the caller frees the array.
const Vd__Deadline **ctl_deadlines_of(const struct vd_fold *fold, const char *prefix, size_t *count);

// What stands otherwise in `after` than in `before`, of what a plan says: a line each on stdout, and counted.
struct ctl_differences {
  size_t added, changed, removed;
  size_t moved; // people at another place in the plan, which nothing is printed of
};
enum { CTL_PLANNED_KINDS = 13 };
extern const Vd__Kind ctl_planned_kinds[CTL_PLANNED_KINDS];
void ctl_print_differences(const struct ctl *ctl, const struct vd_fold *before, const struct vd_fold *after,
                           struct ctl_differences *found);

// What is in the file, and a NUL behind it; at most one byte more than `size_max`, by which the caller knows
// that it is too large. VD_ERR_IO where it cannot be read.
enum vd_err ctl_read_file(const char *path, size_t size_max, struct vd_buffer *text,
                          struct vd_refusal *refusal) VD_MUST_CHECK;

// Columns aligned by display width. A zeroed table is empty; print and drop free it.
struct ctl_table {
  char **cells;
  size_t count; // cells so far; rows are filled left to right
  size_t columns;
};
// Its first row: what the columns are called, and how many there are.
void ctl_table_head(struct ctl_table *table, const char *const *names, size_t count);
void ctl_cell(struct ctl_table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ctl_table_print(struct ctl_table *table);
void ctl_table_drop(struct ctl_table *table); // unprinted
// Of a list of `count` entities: prints the table and frees it; of none, or where JSON was printed instead,
// only frees it.
void ctl_list_end(const struct ctl *ctl, struct ctl_table *table, size_t count);

// ---- verbs ----
int ctl_report(struct ctl *ctl);
int ctl_heard(struct ctl *ctl);
int ctl_respond(struct ctl *ctl);
int ctl_arrive(struct ctl *ctl);
int ctl_decide(struct ctl *ctl);
int ctl_approve(struct ctl *ctl);
int ctl_land(struct ctl *ctl);
int ctl_close(struct ctl *ctl);
int ctl_reopen(struct ctl *ctl);
int ctl_cancel(struct ctl *ctl);
int ctl_undo(struct ctl *ctl);
int ctl_note(struct ctl *ctl);
int ctl_duplicate(struct ctl *ctl);
int ctl_amend(struct ctl *ctl);
int ctl_assign(struct ctl *ctl);
int ctl_accept(struct ctl *ctl);
int ctl_decline(struct ctl *ctl);
int ctl_handover(struct ctl *ctl);
int ctl_log(struct ctl *ctl);
int ctl_crew_duty(struct ctl *ctl);
int ctl_crew_at(struct ctl *ctl);
int ctl_crew_reach(struct ctl *ctl);
int ctl_crew_list(struct ctl *ctl);
int ctl_incidents(struct ctl *ctl);
int ctl_show(struct ctl *ctl);
int ctl_recommend(struct ctl *ctl);
int ctl_alerts(struct ctl *ctl);
int ctl_deadlines(struct ctl *ctl);
int ctl_zones(struct ctl *ctl);
int ctl_zone_list(struct ctl *ctl);
int ctl_zone_count(struct ctl *ctl);
int ctl_zone_set(struct ctl *ctl);
int ctl_categories(struct ctl *ctl);
int ctl_principals(struct ctl *ctl);
int ctl_status(struct ctl *ctl);
int ctl_clock_show(struct ctl *ctl);
int ctl_clock_accept(struct ctl *ctl);
int ctl_session_list(struct ctl *ctl);
int ctl_session_start(struct ctl *ctl);
int ctl_session_end(struct ctl *ctl);
int ctl_session_shift(struct ctl *ctl);
int ctl_session_cancel(struct ctl *ctl);
int ctl_session_undo(struct ctl *ctl);
int ctl_session_import(struct ctl *ctl);
int ctl_session_export(struct ctl *ctl);
int ctl_notice_list(struct ctl *ctl);
int ctl_notice_show(struct ctl *ctl);
int ctl_notice_draft(struct ctl *ctl);
int ctl_notice_approve(struct ctl *ctl);
int ctl_notice_drop(struct ctl *ctl);
int ctl_device_list(struct ctl *ctl);
int ctl_device_show(struct ctl *ctl);
int ctl_device_reading(struct ctl *ctl);
int ctl_device_heartbeat(struct ctl *ctl);
int ctl_device_fault(struct ctl *ctl);
int ctl_device_maintenance(struct ctl *ctl);
int ctl_supply_list(struct ctl *ctl);
int ctl_supply_level(struct ctl *ctl);
int ctl_supply_served(struct ctl *ctl);
int ctl_supply_refill(struct ctl *ctl);
int ctl_batch_list(struct ctl *ctl);
int ctl_batch_plan(struct ctl *ctl);
int ctl_batch_hold(struct ctl *ctl);
int ctl_batch_serve(struct ctl *ctl);
int ctl_batch_cancel(struct ctl *ctl);
int ctl_batch_sample(struct ctl *ctl);
int ctl_batch_dispose(struct ctl *ctl);
int ctl_batch_temperature(struct ctl *ctl);
int ctl_task_list(struct ctl *ctl);
int ctl_task_done(struct ctl *ctl);
int ctl_task_cancel(struct ctl *ctl);
int ctl_lane_list(struct ctl *ctl);
int ctl_lane_show(struct ctl *ctl);
int ctl_lane_count(struct ctl *ctl);
int ctl_lane_set(struct ctl *ctl);
int ctl_lane_import(struct ctl *ctl);
int ctl_suggestion_list(struct ctl *ctl);
int ctl_suggestion_take(struct ctl *ctl);
int ctl_suggestion_pass(struct ctl *ctl);
int ctl_contingency_list(struct ctl *ctl);
int ctl_contingency_show(struct ctl *ctl);
int ctl_contingency_activate(struct ctl *ctl);
int ctl_contingency_abort(struct ctl *ctl);
int ctl_contingency_undo(struct ctl *ctl);
int ctl_cap(struct ctl *ctl);
int ctl_resource_list(struct ctl *ctl);
int ctl_resource_use(struct ctl *ctl);
int ctl_resource_return(struct ctl *ctl);
int ctl_drill_start(struct ctl *ctl);
int ctl_drill_end(struct ctl *ctl);
int ctl_drill_show(struct ctl *ctl);
int ctl_plan_apply(struct ctl *ctl);
// Sends a PlanApply, in parts where one request does not hold it. As venue_client_command.
enum vd_err ctl_plan_send(struct ctl *ctl, Vd__Command *command, Vd__Reply **reply,
                          struct vd_refusal *refusal) VD_MUST_CHECK;
int ctl_plan_show(struct ctl *ctl);
int ctl_watch(struct ctl *ctl);
int ctl_rehearse(struct ctl *ctl);
// offline/: on files, without a daemon
int ctl_plan_check(struct ctl *ctl);
int ctl_journal_verify(struct ctl *ctl);
int ctl_journal_export(struct ctl *ctl);
int ctl_backup(struct ctl *ctl);
int ctl_replay(struct ctl *ctl);

#endif
