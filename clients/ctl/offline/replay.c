// `replay`: what a journal would have come to under other limits; with nothing set, what it came to. On the
// data folder itself or a backup of it, beside a live daemon or without one.
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/ctl/offline/replay.h"
#include "daemon/core/plan.h"
#include "daemon/core/replay.h"
#include "daemon/store/journal.h"
#include "proto/quota.h"
#include "proto/text.h"

enum { CHANGE_QUOTA = 1024 * 1024, PROGRESS_EVERY = 4096, HASH_SIZE = 32 };

struct work {
  struct ctl *ctl;
  struct vd_journal *journal;
  struct vd_replay *replay;
  struct vd_fold *original; // of the journal, as it ends
  struct replayed *replayed;
  struct vd_refusal *refusal;
  uint64_t last, done; // sequences; both passes
  bool is_checked;     // the limits, on the first plan
  bool is_second;
};

// ---- what is set ----

static const struct {
  const char *name, *field;
} short_names[] = {
    {"tier1", "respond_limit_ms"}, {"tier2", "decide_limit_ms"},  {"tier3", "land_limit_ms"},
    {"climb", "climb_after_ms"},   {"offer", "offer_timeout_ms"},
};

// "respond_limit" is as good as "respond_limit_ms".
static bool is_name_of(const ProtobufCFieldDescriptor *field, const char *name)
{
  size_t size = strlen(name), whole = strlen(field->name);
  return strncmp(field->name, name, size) == 0 &&
         (size == whole || (size + 3 == whole && strcmp(field->name + size, "_ms") == 0));
}

static bool is_number(const ProtobufCFieldDescriptor *field)
{
  return field->label != PROTOBUF_C_LABEL_REPEATED &&
         (field->type == PROTOBUF_C_TYPE_INT64 || field->type == PROTOBUF_C_TYPE_UINT32 ||
          field->type == PROTOBUF_C_TYPE_BOOL);
}

static const ProtobufCFieldDescriptor *find_field(const char *name, const char **nearest)
{
  const ProtobufCMessageDescriptor *policy = &vd__policy__descriptor;
  unsigned distance = UINT32_MAX;
  for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++) {
    if (strcmp(short_names[i].name, name) == 0)
      return protobuf_c_message_descriptor_get_field_by_name(policy, short_names[i].field);
    vd_nearest_consider(name, short_names[i].name, nearest, &distance);
  }
  for (unsigned i = 0; i < policy->n_fields; i++) {
    if (!is_number(&policy->fields[i]))
      continue;
    if (is_name_of(&policy->fields[i], name))
      return &policy->fields[i];
    vd_nearest_consider(name, policy->fields[i].name, nearest, &distance);
  }
  return NULL;
}

static bool parse_value(const ProtobufCFieldDescriptor *field, const char *text, int64_t *value)
{
  char *end = NULL;
  if (field->type == PROTOBUF_C_TYPE_INT64)
    return vd_duration_parse(text, value);
  if (field->type == PROTOBUF_C_TYPE_BOOL) {
    *value = strcmp(text, "true") == 0;
    return *value == 1 || strcmp(text, "false") == 0;
  }
  bool is_digits = *text >= '0' && *text <= '9';
  *value = is_digits ? strtoll(text, &end, 10) : 0;
  return is_digits && *end == '\0' && *value <= UINT32_MAX;
}

static int set_one(struct work *work, const char *said)
{
  const struct ctl *ctl = work->ctl;
  const char *equals = strchr(said, '='), *nearest = NULL;
  char name[64];
  int64_t value = 0;
  if (equals == NULL || equals == said || (size_t)(equals - said) >= sizeof name)
    return ctl_usage(ctl,
                     ctl_pick(ctl, "--set takes NAME=VALUE, like tier1=4m; not",
                              "--set 為 NAME=VALUE，例如 tier1=4m；而非",
                              "--set 为 NAME=VALUE，例如 tier1=4m；而非"),
                     said);
  snprintf(name, sizeof name, "%.*s", (int)(equals - said), said);
  const ProtobufCFieldDescriptor *field = find_field(name, &nearest);
  if (field == NULL)
    return ctl_usage_near(
        ctl, ctl_pick(ctl, "the policy of a plan has no limit", "方案中沒有此限值", "方案中没有此限值"), name,
        nearest);
  if (!parse_value(field, equals + 1, &value))
    return ctl_usage(ctl,
                     field->type == PROTOBUF_C_TYPE_INT64
                         ? ctl_pick(ctl, "a length of time like 4m is needed; not", "需要時長，例如 4m；而非",
                                    "需要时长，例如 4m；而非")
                         : ctl_pick(ctl, "a number, or true or false, is needed; not",
                                    "需要數字，或 true、false；而非", "需要数字，或 true、false；而非"),
                     said);
  vd_replay_set(work->replay, field, value);
  return CTL_DONE;
}

static int set_all(struct work *work)
{
  const struct ctl_options *options = &work->ctl->options;
  size_t most = sizeof options->sets / sizeof *options->sets;
  if (options->set_count > most)
    return ctl_usage(work->ctl, ctl_pick(work->ctl, "--set is given too often", "--set 過多", "--set 过多"),
                     NULL);
  int status = CTL_DONE;
  for (size_t i = 0; i < options->set_count && status == CTL_DONE; i++)
    status = set_one(work, options->sets[i]);
  work->replayed->is_set = options->set_count > 0;
  return status;
}

static bool is_limit(const char *path)
{
  const ProtobufCFieldDescriptor *field =
      strncmp(path, "policy.", 7) == 0
          ? protobuf_c_message_descriptor_get_field_by_name(&vd__policy__descriptor, path + 7)
          : NULL;
  return field != NULL && is_number(field);
}

// What plan check does not let through is no limit here either. What else it finds is not ours to say: of a
// large plan this is but the first piece.
static bool check_limits(struct work *work, const Vd__Plan *plan)
{
  struct vd_findings findings = {.language = work->ctl->language};
  Vd__Plan *changed = (Vd__Plan *)vd_message_copy(&plan->base);
  vd_replay_adjust(work->replay, changed);
  vd_plan_defaults(changed);
  vd_plan_check(changed, &findings);
  for (size_t i = 0; i < findings.count && work->refusal->err == VD_OK; i++)
    if (findings.items[i].is_error && is_limit(findings.items[i].path))
      vd_refuse(work->refusal, VD_ERR_BAD_VALUE, findings.items[i].path, "%s", findings.items[i].sentence);
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(changed, NULL);
  return work->refusal->err == VD_OK;
}

// ---- the two passes ----

static void keep(struct vd_fold *fold, const Vd__Change *change)
{
  for (size_t i = 0; i < change->n_upserts; i++) {
    Vd__Kind kind = vd_entity_kind(change->upserts[i]);
    if (kind == VD__KIND__KIND_DEADLINE || kind == VD__KIND__KIND_TEAM || kind == VD__KIND__KIND_EVENT)
      vd_fold_put_newer(fold, change->upserts[i]);
  }
}

static void keep_emitted(void *context, const Vd__Change *change)
{
  keep(context, change);
}

static void show_progress(struct work *work)
{
  uint64_t total = 2 * work->last;
  if (++work->done % PROGRESS_EVERY != 0 && work->done != total)
    return;
  if (isatty(STDERR_FILENO) && total > PROGRESS_EVERY)
    fprintf(stderr, "\r%s %" PRIu64 "/%" PRIu64 "%s", ctl_pick(work->ctl, "replaying", "重演中", "重演中"),
            work->done, total, work->done >= total ? "\n" : "");
}

static void learn(struct work *work, const Vd__Change *change)
{
  const Vd__Command *command = change->cause != NULL && change->cause->of_case == VD__CAUSE__OF_COMMAND
                                   ? change->cause->command
                                   : NULL;
  bool is_plan = command != NULL && command->act_case == VD__COMMAND__ACT_PLAN_APPLY;
  if (is_plan && !work->is_checked && command->plan_apply->plan != NULL) {
    work->is_checked = true;
    check_limits(work, command->plan_apply->plan);
  }
  vd_replay_expect(work->replay, change);
  vd_fold_apply(work->original, change);
  keep(work->replayed->was, change);
  if (change->cause != NULL && change->cause->now_at_ms > work->replayed->was_now_ms)
    work->replayed->was_now_ms = change->cause->now_at_ms;
}

static bool on_change(void *context, uint64_t epoch, uint64_t sequence, const uint8_t chain[VD_CHAIN_SIZE],
                      const uint8_t *data, size_t size)
{
  (void)epoch;
  (void)sequence;
  (void)chain;
  struct work *work = context;
  Vd__Change *change =
      (Vd__Change *)vd_unpack_bounded(&vd__change__descriptor, data, size, CHANGE_QUOTA, work->refusal);
  if (change == NULL)
    return false;
  if (work->is_second)
    vd_replay_do(work->replay, change, keep_emitted, work->replayed->would);
  else
    learn(work, change);
  vd__change__free_unpacked(change, NULL);
  show_progress(work);
  return work->refusal->err == VD_OK;
}

static enum vd_err pass(struct work *work, bool is_second)
{
  work->is_second = is_second;
  enum vd_err err = vd_journal_each_change(work->journal, 1, work->last, on_change, work, work->refusal);
  return err != VD_OK ? err : work->refusal->err;
}

// ---- is it the same? ----

static void hash_fold(const struct vd_fold *fold, uint8_t hash[HASH_SIZE])
{
  crypto_generichash_state state;
  struct vd_buffer bytes = {0};
  crypto_generichash_init(&state, NULL, 0, HASH_SIZE);
  for (unsigned kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const ProtobufCMessage *message = NULL;
    while ((message = vd_fold_next(fold, (Vd__Kind)kind, message ? vd_message_id(message) : NULL, ""))) {
      bytes.size = 0;
      vd_buffer_pack(&bytes, message);
      uint64_t head[2] = {kind, bytes.size};
      crypto_generichash_update(&state, (const uint8_t *)head, sizeof head);
      crypto_generichash_update(&state, bytes.data, bytes.size);
    }
  }
  vd_buffer_finish(&bytes);
  crypto_generichash_final(&state, hash, HASH_SIZE);
}

// The first entity that is in one of them alone, or another in the second; "" if there is none.
static void find_difference(const struct vd_fold *a, const struct vd_fold *b, struct vd_buffer *out)
{
  for (unsigned kind = 1; kind != 0 && out->size == 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const ProtobufCMessage *left = vd_fold_next(a, (Vd__Kind)kind, NULL, "");
    const ProtobufCMessage *right = vd_fold_next(b, (Vd__Kind)kind, NULL, "");
    while (left != NULL && right != NULL && vd_message_is_same(left, right)) {
      left = vd_fold_next(a, (Vd__Kind)kind, vd_message_id(left), "");
      right = vd_fold_next(b, (Vd__Kind)kind, vd_message_id(right), "");
    }
    if (left != NULL || right != NULL)
      vd_buffer_printf(out, "%s %s", vd_kind_name((Vd__Kind)kind),
                       vd_message_id(left != NULL ? left : right));
  }
}

static int conclude(struct work *work)
{
  uint8_t was[HASH_SIZE], is[HASH_SIZE];
  struct vd_buffer differs = {0};
  Vd__ReplayResult *result = &work->replayed->result;
  const struct vd_fold *done = vd_venue_fold(vd_replay_venue(work->replay));
  vd_replay_end(work->replay, keep_emitted, work->replayed->would);
  struct vd_replay_counts counts = vd_replay_counts(work->replay);
  hash_fold(work->original, was);
  hash_fold(done, is);
  vd__replay_result__init(result);
  result->changes = work->last;
  result->causes = counts.causes;
  result->refused = counts.refused;
  result->hash = (ProtobufCBinaryData){HASH_SIZE, is};
  result->original_hash = (ProtobufCBinaryData){HASH_SIZE, was};
  result->equal = memcmp(was, is, HASH_SIZE) == 0;
  if (!work->replayed->is_set)
    find_difference(work->original, done, &differs);
  vd_buffer_append(&differs, "", 1);
  result->differs = (char *)differs.data;
  work->replayed->now_ms = vd_replay_now(work->replay);
  ctl_replay_say(work->replayed);
  vd_buffer_finish(&differs);
  return result->equal || work->replayed->is_set ? CTL_DONE : CTL_REFUSED;
}

// ---- the verb ----

// The folder of the data, or the journal in it.
static char *data_dir_of(const struct ctl *ctl)
{
  const char *said = ctl->count > 0                  ? ctl->arguments[0]
                     : ctl->options.data_dir != NULL ? ctl->options.data_dir
                                                     : "./data";
  char *dir = vd_strdup(said);
  size_t size = strlen(dir);
  while (size > 1 && dir[size - 1] == '/')
    dir[--size] = '\0';
  static const char within[] = "/journal";
  size_t tail = sizeof within - 1;
  if (size > tail && strcmp(dir + size - tail, within) == 0)
    dir[size - tail] = '\0';
  return dir;
}

static enum vd_err open_journal(struct work *work)
{
  char *dir = data_dir_of(work->ctl);
  struct vd_journal_options options = {.data_dir = dir, .is_reader = true};
  enum vd_err err = vd_journal_open(&work->journal, &options, work->refusal);
  if (err == VD_OK)
    work->last = vd_journal_sequence(work->journal);
  free(dir);
  return err;
}

int ctl_replay(struct ctl *ctl)
{
  struct vd_refusal refusal = {.err = VD_OK};
  struct replayed replayed = {.ctl = ctl, .was = vd_fold_create(), .would = vd_fold_create()};
  struct work work = {.ctl = ctl,
                      .replay = vd_replay_create(),
                      .original = vd_fold_create(),
                      .replayed = &replayed,
                      .refusal = &refusal};
  int status = set_all(&work);
  if (status == CTL_DONE) {
    enum vd_err err = open_journal(&work);
    if (err == VD_OK)
      err = pass(&work, false);
    if (err == VD_OK)
      err = pass(&work, true);
    status = err == VD_OK ? conclude(&work) : ctl_complain(ctl, err, &refusal);
  }
  vd_journal_close(work.journal);
  vd_fold_destroy(work.original);
  vd_replay_destroy(work.replay);
  vd_fold_destroy(replayed.was);
  vd_fold_destroy(replayed.would);
  return status;
}
