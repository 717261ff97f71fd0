#include "daemon/core/replay.h"

#include <bsd/sys/tree.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/device.h"
#include "daemon/core/plan.h"
#include "daemon/core/venue_internal.h"

enum { SETTINGS_MAX = 64 };

// The timers that the journal has, by what fired and when it was due; how many of each are still to come.
struct expected {
  RB_ENTRY(expected) links;
  Vd__Kind kind;
  int64_t due_ms;
  unsigned left;
  const char *id; // storage, or a caller's string in one used for searching
  char storage[];
};
RB_HEAD(expected_tree, expected);

struct setting {
  const ProtobufCFieldDescriptor *field;
  int64_t value;
};

struct vd_replay {
  struct vd_venue *venue;
  struct expected_tree expected;
  struct setting settings[SETTINGS_MAX];
  size_t setting_count;
  struct vd_replay_counts counts;
  int64_t now_ms;
  // The act at hand, until its last Change.
  Vd__Cause *cause;     // of its first Change, copied
  struct vd_buffer act; // pieces of what is commanded, one after the other: protobuf-c merges no oneof
  struct vd_fold *kept; // the counts of acts in it, as the journal has them
};

static int compare(const struct expected *a, const struct expected *b)
{
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  if (a->due_ms != b->due_ms)
    return a->due_ms < b->due_ms ? -1 : 1;
  return strcmp(a->id, b->id);
}

// As RB_GENERATE_STATIC, whose `__unused` libbsd does not define on Linux.
RB_GENERATE_INTERNAL(expected_tree, expected, links, compare, __attribute__((unused)) static)

struct vd_replay *vd_replay_create(void)
{
  struct vd_replay *replay = vd_zalloc(sizeof *replay);
  RB_INIT(&replay->expected);
  replay->venue = vd_venue_create();
  return replay;
}

void vd_replay_destroy(struct vd_replay *replay)
{
  if (replay == NULL)
    return;
  struct expected *next;
  for (struct expected *one = RB_MIN(expected_tree, &replay->expected); one != NULL; one = next) {
    next = RB_NEXT(expected_tree, &replay->expected, one);
    RB_REMOVE(expected_tree, &replay->expected, one);
    free(one);
  }
  if (replay->cause)
    vd__cause__free_unpacked(replay->cause, NULL);
  vd_buffer_finish(&replay->act);
  vd_fold_destroy(replay->kept);
  vd_venue_destroy(replay->venue);
  free(replay);
}

const struct vd_venue *vd_replay_venue(const struct vd_replay *replay)
{
  return replay->venue;
}

int64_t vd_replay_now(const struct vd_replay *replay)
{
  return replay->now_ms;
}

struct vd_replay_counts vd_replay_counts(const struct vd_replay *replay)
{
  return replay->counts;
}

// ---- other limits ----

void vd_replay_set(struct vd_replay *replay, const ProtobufCFieldDescriptor *field, int64_t value)
{
  if (replay->setting_count < SETTINGS_MAX)
    replay->settings[replay->setting_count++] = (struct setting){field, value};
}

void vd_replay_adjust(const struct vd_replay *replay, Vd__Plan *plan)
{
  if (replay->setting_count > 0 && !plan->policy)
    plan->policy = (Vd__Policy *)vd_message_new(&vd__policy__descriptor);
  for (size_t i = 0; i < replay->setting_count; i++) {
    const struct setting *setting = &replay->settings[i];
    char *field = (char *)plan->policy + setting->field->offset;
    if (setting->field->type == PROTOBUF_C_TYPE_INT64)
      *(int64_t *)field = setting->value;
    else if (setting->field->type == PROTOBUF_C_TYPE_UINT32)
      *(uint32_t *)field = (uint32_t)setting->value;
    else if (setting->field->type == PROTOBUF_C_TYPE_BOOL)
      *(protobuf_c_boolean *)field = setting->value != 0;
  }
}

// ---- the timers of the journal ----

static struct expected *find(const struct vd_replay *replay, Vd__Kind kind, const char *id, int64_t due_ms)
{
  struct expected wanted = {.kind = kind, .due_ms = due_ms, .id = id};
  return RB_FIND(expected_tree, (struct expected_tree *)&replay->expected, &wanted);
}

void vd_replay_expect(struct vd_replay *replay, const Vd__Change *change)
{
  if (!change->cause || change->cause->of_case != VD__CAUSE__OF_TICK)
    return;
  const Vd__Tick *tick = change->cause->tick;
  Vd__Kind kind = vd_venue_timer_kind(tick->timer);
  struct expected *one = find(replay, kind, tick->id, tick->due_at_ms);
  if (one == NULL) {
    size_t size = strlen(tick->id) + 1;
    one = vd_zalloc(sizeof *one + size);
    one->kind = kind;
    one->due_ms = tick->due_at_ms;
    one->id = memcpy(one->storage, tick->id, size);
    RB_INSERT(expected_tree, &replay->expected, one);
  }
  one->left++;
}

// Judged by what only memory knew: never by itself.
static bool is_told(Vd__Kind kind)
{
  return kind == VD__KIND__KIND_DEVICE || kind == VD__KIND__KIND_NODE_COUNT;
}

// Fires what is due before the next cause and is not in the journal. What is in it waits for its turn.
static void run_to(struct vd_replay *replay, int64_t now_ms, vd_emit_fn emit, void *context)
{
  Vd__Kind kind;
  const char *id;
  int64_t due_ms;
  while (replay->setting_count > 0 && vd_timers_first(replay->venue->timers, &kind, &id, &due_ms) &&
         due_ms < now_ms) {
    const struct expected *one = find(replay, kind, id, due_ms);
    if (is_told(kind) || (one != NULL && one->left > 0)) {
      vd_timers_set(replay->venue->timers, kind, id, VD_NEVER);
      continue;
    }
    int64_t at_ms = due_ms > replay->now_ms ? due_ms : replay->now_ms;
    replay->now_ms = at_ms;
    replay->counts.additional++;
    vd_venue_fire(replay->venue, kind, id, due_ms, at_ms, emit, context);
  }
}

// ---- the act at hand ----

// What memory had counted is what the journal then has.
static void count_as_kept(struct vd_replay *replay, const char *id)
{
  const Vd__NodeCount *kept = (Vd__NodeCount *)vd_fold_find(replay->kept, VD__KIND__KIND_NODE_COUNT, id);
  const Vd__NodeCount *count = VD_FIND(replay->venue, NODE_COUNT, NodeCount, id);
  if (!kept || !count)
    return;
  struct vd_node_pending *pending = &replay->venue->nodes[count->node];
  pending->automatic = kept->automatic > count->automatic ? kept->automatic - count->automatic : 0;
  pending->manual = kept->manual > count->manual ? kept->manual - count->manual : 0;
}

static bool is_due(const struct vd_replay *replay, Vd__Kind kind, const char *id, int64_t due_ms)
{
  const ProtobufCMessage *message = vd_fold_find(replay->venue->fold, kind, id);
  if (!message)
    return false;
  return replay->setting_count == 0 || is_told(kind) ||
         vd_timer_due_of(replay->venue, kind, message) == due_ms;
}

static void do_tick(struct vd_replay *replay, vd_emit_fn emit, void *context)
{
  const Vd__Tick *tick = replay->cause->tick;
  Vd__Kind kind = vd_venue_timer_kind(tick->timer);
  struct expected *one = find(replay, kind, tick->id, tick->due_at_ms);
  if (one && one->left > 0)
    one->left--;
  if (kind == VD__KIND__KIND_NODE_COUNT)
    count_as_kept(replay, tick->id);
  if (is_due(replay, kind, tick->id, tick->due_at_ms))
    vd_venue_fire(replay->venue, kind, tick->id, tick->due_at_ms, replay->now_ms, emit, context);
  else
    replay->counts.not_due++;
}

// Who acted. Within which zones was judged when it was done; a journal from before causes had the person has
// it in the access.
static Vd__Principal *principal_of(const struct vd_replay *replay)
{
  const Vd__Cause *cause = replay->cause;
  const Vd__Principal *known = VD_FIND(replay->venue, PRINCIPAL, Principal, cause->principal);
  Vd__Principal *principal = (Vd__Principal *)vd_message_new(&vd__principal__descriptor);
  vd_string_set(&principal->id, cause->principal);
  vd_string_set(&principal->crew, *cause->crew || !known ? cause->crew : known->crew);
  principal->role = cause->role;
  return principal;
}

static void do_command(struct vd_replay *replay, vd_emit_fn emit, void *context)
{
  const Vd__Cause *cause = replay->cause;
  Vd__Command *command = cause->command;
  const ProtobufCMessageDescriptor *type = command->report->base.descriptor;
  ProtobufCMessage *whole = protobuf_c_message_unpack(type, NULL, replay->act.size, replay->act.data);
  if (!whole) {
    replay->counts.refused++;
    return;
  }
  protobuf_c_message_free_unpacked(&command->report->base, NULL);
  command->report = (Vd__Report *)whole;
  Vd__Principal *who = principal_of(replay);
  Vd__Reply reply = VD__REPLY__INIT;
  if (command->act_case == VD__COMMAND__ACT_PLAN_APPLY && command->plan_apply->plan)
    vd_replay_adjust(replay, command->plan_apply->plan);
  enum vd_err err = vd_venue_execute(replay->venue, who, cause->request, command, cause->language,
                                     replay->now_ms, emit, context, &reply);
  replay->counts.refused += err != VD_OK;
  vd_reply_clear(&reply);
  vd__principal__free_unpacked(who, NULL);
}

static void take(struct vd_replay *replay, const Vd__Change *change)
{
  const Vd__Cause *cause = change->cause;
  if (!replay->cause) {
    replay->cause = (Vd__Cause *)vd_message_copy(&cause->base);
    replay->act.size = 0;
    replay->kept = vd_fold_create();
  }
  if (cause->of_case == VD__CAUSE__OF_COMMAND)
    vd_buffer_pack(&replay->act, &cause->command->report->base); // any member of the oneof
  for (size_t i = 0; i < change->n_pulses; i++)
    vd_pulse_set(replay->venue, change->pulses[i]);
  for (size_t i = 0; i < change->n_upserts; i++)
    if (change->upserts[i]->of_case == VD__ENTITY__OF_NODE_COUNT)
      vd_fold_put_newer(replay->kept, change->upserts[i]);
}

void vd_replay_do(struct vd_replay *replay, const Vd__Change *change, vd_emit_fn emit, void *context)
{
  if (!change->cause)
    return;
  if (!replay->cause)
    run_to(replay, change->cause->now_at_ms, emit, context);
  take(replay, change);
  if (!change->last)
    return;
  if (replay->cause->now_at_ms > replay->now_ms)
    replay->now_ms = replay->cause->now_at_ms;
  replay->counts.causes++;
  if (replay->cause->of_case == VD__CAUSE__OF_TICK)
    do_tick(replay, emit, context);
  else if (replay->cause->of_case == VD__CAUSE__OF_COMMAND)
    do_command(replay, emit, context);
  vd__cause__free_unpacked(replay->cause, NULL);
  replay->cause = NULL;
  vd_fold_destroy(replay->kept);
  replay->kept = NULL;
}

void vd_replay_end(struct vd_replay *replay, vd_emit_fn emit, void *context)
{
  run_to(replay, replay->now_ms + 1, emit, context);
}
