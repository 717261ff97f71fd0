// The core as the loop drives it: execute, gather, commit, only then answer and publish; and what a crash
// leaves.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "tests/sim/sim.h"

static void keep_pending(struct sim *sim, const Vd__Change *change)
{
  if (sim->pending_count == sim->pending_capacity) {
    sim->pending_capacity = sim->pending_capacity ? 2 * sim->pending_capacity : 64;
    sim->pending = vd_realloc(sim->pending, sim->pending_capacity * sizeof *sim->pending);
  }
  struct vd_buffer bytes = {0};
  vd_buffer_pack(&bytes, &change->base);
  sim->pending[sim->pending_count++] = (struct sim_record){.data = bytes.data, .size = bytes.size};
}

// ---- the trace ----

static void trace_fact(const struct sim *sim, const Vd__Change *change)
{
  const Vd__Fact *fact = change->fact;
  const char *const words[] = {fact->subject, fact->zone, fact->text, fact->who, fact->crew};
  fprintf(sim->trace, "    %llu %s", (unsigned long long)change->sequence, fact->what);
  if (fact->incident != 0)
    fprintf(sim->trace, " #%llu", (unsigned long long)fact->incident);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    fprintf(sim->trace, "%s%s", *words[i] != '\0' ? " " : "", words[i]);
  for (size_t i = 0; i < fact->n_why; i++)
    fprintf(sim->trace, " [%s]", fact->why[i]);
  fputc('\n', sim->trace);
}

// "session_shift keynote-1", "respond 3", "readings mic-1 ..."
static void trace_act(const struct sim *sim, const Vd__Command *command)
{
  const ProtobufCFieldDescriptor *act =
      protobuf_c_message_descriptor_get_field(&vd__command__descriptor, (unsigned)command->act_case);
  const ProtobufCFieldDescriptor *about = &((const ProtobufCMessageDescriptor *)act->descriptor)->fields[0];
  const char *value = (const char *)command->report + about->offset;
  fprintf(sim->trace, "%s", act->name);
  if (command->act_case == VD__COMMAND__ACT_READINGS)
    for (size_t i = 0; i < command->readings->n_readings; i++)
      fprintf(sim->trace, " %s %s=%lld", command->readings->readings[i]->device,
              command->readings->readings[i]->reading, (long long)command->readings->readings[i]->value);
  else if (about->label != PROTOBUF_C_LABEL_REPEATED && about->type == PROTOBUF_C_TYPE_STRING)
    fprintf(sim->trace, " %s", *(const char *const *)value);
  else if (about->label != PROTOBUF_C_LABEL_REPEATED && about->type == PROTOBUF_C_TYPE_UINT64)
    fprintf(sim->trace, " %llu", (unsigned long long)*(const uint64_t *)value);
}

static void on_change(void *context, const Vd__Change *change)
{
  struct sim *sim = context;
  sim_check_change(sim, change);
  sim_cover_change(sim, change);
  keep_pending(sim, change);
  for (size_t i = 0; i < change->n_upserts; i++)
    vd_dirty_mark(sim->dirty, vd_entity_kind(change->upserts[i]),
                  vd_message_id(vd_entity_message(change->upserts[i])));
  for (size_t i = 0; i < change->n_removals; i++)
    vd_dirty_mark(sim->dirty, change->removals[i]->kind, change->removals[i]->id);
  vd_fold_apply(sim->shadow, change);
  if (sim->trace != NULL && change->fact != NULL)
    trace_fact(sim, change);
}

// ---- start and stop ----

static void copy_into(struct vd_fold *target, const struct vd_fold *source)
{
  for (unsigned kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const ProtobufCMessage *message;
    for (const char *after = NULL; (message = vd_fold_next(source, (Vd__Kind)kind, after, "")) != NULL;
         after = vd_message_id(message))
      vd_fold_put(target, (Vd__Kind)kind, vd_message_copy(message));
  }
}

static void restore_checkpoint(struct sim *sim)
{
  for (unsigned kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    ProtobufCMessage *message;
    for (const char *after = NULL;
         (message = vd_fold_next(sim->journal.checkpoint, (Vd__Kind)kind, after, "")) != NULL;
         after = vd_message_id(message)) {
      Vd__Entity entity;
      vd_entity_wrap(&entity, (Vd__Kind)kind, message);
      vd_venue_restore_entity(sim->venue, &entity);
    }
  }
}

void sim_server_start(struct sim *sim)
{
  sim->venue = vd_venue_create();
  sim->answered = vd_answered_create();
  sim->dirty = vd_dirty_create(sim->journal.watermark);
  restore_checkpoint(sim);
  for (uint64_t sequence = 1; sequence <= sim->journal.count; sequence++) {
    const Vd__Change *change = sim_journal_change(&sim->journal, sequence);
    vd_answered_restore(sim->answered, change);
    if (sequence > sim->journal.watermark) {
      vd_venue_restore_change(sim->venue, change);
      for (size_t i = 0; i < change->n_upserts; i++)
        vd_dirty_mark(sim->dirty, vd_entity_kind(change->upserts[i]),
                      vd_message_id(vd_entity_message(change->upserts[i])));
      for (size_t i = 0; i < change->n_removals; i++)
        vd_dirty_mark(sim->dirty, change->removals[i]->kind, change->removals[i]->id);
    }
  }
  vd_venue_restore_finish(sim->venue, sim->journal.count, sim->now_ms);
  sim->shadow = vd_fold_create();
  copy_into(sim->shadow, vd_venue_fold(sim->venue));
  sim->seated = sim->seated_kept;
  sim_fleet_restarted(sim);
  sim_check_counts_restarted(sim);
}

void sim_server_stop(struct sim *sim)
{
  vd_venue_destroy(sim->venue);
  vd_answered_destroy(sim->answered);
  vd_dirty_destroy(sim->dirty);
  vd_fold_destroy(sim->shadow);
}

// ---- acting ----

// What fires by itself must come to an end: a timer that sets itself for now stops the clock of the venue.
void sim_server_tick(struct sim *sim)
{
  enum { AT_ONCE = 8, LOOKS_MAX = 500 };
  unsigned looks = 0;
  while (vd_venue_tick(sim->venue, sim->now_ms, AT_ONCE, on_change, sim) == AT_ONCE) {
    if (++looks < LOOKS_MAX)
      continue;
    Vd__Kind kind = VD__KIND__KIND_UNSPECIFIED;
    const char *id = "";
    int64_t due_ms = VD_NEVER;
    vd_timers_first(sim->venue->timers, &kind, &id, &due_ms);
    sim_fail(sim, "time does not go on: %s was due at %lld", id, (long long)due_ms);
    return;
  }
  sim_check_suggestions_due(sim);
}

void sim_server_sleep(struct sim *sim, int64_t until_ms)
{
  sim->now_ms = sim->anew_ms = until_ms;
  vd_venue_resume(sim->venue, until_ms);
  if (sim->trace != NULL)
    fprintf(sim->trace, "  slept\n");
}

static void gather_answer(struct sim *sim, size_t sent, Vd__Reply *reply)
{
  if (sim->answer_count == sim->answer_capacity) {
    sim->answer_capacity = sim->answer_capacity ? 2 * sim->answer_capacity : 64;
    sim->answers = vd_realloc(sim->answers, sim->answer_capacity * sizeof *sim->answers);
  }
  sim->answers[sim->answer_count++] = (struct sim_pending){sent, reply};
}

static Vd__Reply *new_reply(void)
{
  return (Vd__Reply *)vd_message_new(&vd__reply__descriptor);
}

static void note_executed(struct sim *sim, const Vd__Principal *principal, const Vd__Command *command,
                          enum vd_err err, const Vd__Reply *reply)
{
  sim_cover_command(sim, command, err, reply->sequence);
  if (err == VD_OK && command->act_case == VD__COMMAND__ACT_READINGS)
    sim_fleet_heard(sim, command);
  if (err == VD_OK && command->act_case == VD__COMMAND__ACT_LANE_COUNTS &&
      reply->number < command->lane_counts->n_counts)
    SIM_REACHED(sim, INTERVAL_REPEATED);
  if (err == VD_ERR_CHANGED_SINCE)
    SIM_REACHED(sim, NOTICE_CHANGED);
  if (sim->trace == NULL)
    return;
  fprintf(sim->trace, "  %s by %s: ", command->id, principal->id);
  trace_act(sim, command);
  fprintf(sim->trace, ": %s %s %s\n", reply->code, reply->field,
          reply->sequence == 0 && err == VD_OK ? "(nothing to do)" : "");
}

void sim_server_take(struct sim *sim, const Vd__Principal *principal, const Vd__Command *command)
{
  Vd__Reply *reply = new_reply();
  enum vd_err err = vd_venue_execute(sim->venue, principal, "r", command, VD__LANGUAGE__LANGUAGE_EN,
                                     sim->now_ms, on_change, sim, reply);
  SIM_CHECK(sim, err == VD_OK, "%s was refused: %s %s", command->id, reply->code, reply->field);
  note_executed(sim, principal, command, err, reply);
  vd__reply__free_unpacked(reply, NULL);
}

void sim_server_execute(struct sim *sim, size_t index)
{
  struct sim_sent *sent = &sim->sent[index];
  struct vd_answer known;
  Vd__Reply *reply = new_reply();
  if (vd_answered_find(sim->answered, sent->principal->id, sent->command->id, &known)) {
    vd_string_set(&reply->code, "ok");
    reply->number = known.number;
    reply->sequence = known.sequence;
    reply->repeated = true;
    gather_answer(sim, index, reply);
    return;
  }
  uint64_t before = vd_venue_sequence(sim->venue);
  size_t pending_before = sim->pending_count;
  sent->checked_in = sim_checked_in(sim, sent->command);
  enum vd_err err = vd_venue_execute(sim->venue, sent->principal, "r", sent->command,
                                     VD__LANGUAGE__LANGUAGE_EN, sim->now_ms, on_change, sim, reply);
  bool is_quiet = vd_venue_sequence(sim->venue) == before && sim->pending_count == pending_before;
  SIM_CHECK(sim, err == VD_OK || is_quiet, "a refusal (%s) changed something", vd_err_name(err));
  SIM_CHECK(sim, (reply->sequence == 0) == is_quiet, "a reply of sequence %llu, but %s",
            (unsigned long long)reply->sequence, is_quiet ? "nothing changed" : "something changed");
  SIM_CHECK(sim, strcmp(reply->code, vd_err_name(err)) == 0, "code %s for %s", reply->code, vd_err_name(err));
  note_executed(sim, sent->principal, sent->command, err, reply);
  if (err == VD_OK)
    sim->seated += sent->checked_in;
  if (err == VD_OK && reply->sequence != 0)
    vd_answered_put(sim->answered, sent->principal->id, sent->command->id,
                    &(struct vd_answer){reply->number, reply->looks_like, reply->sequence});
  sent->state = SIM_EXECUTED;
  gather_answer(sim, index, reply);
}

// ---- what would be forecast ----

static void keep_forecasts(void *context, const Vd__Change *change)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_SUPPLY, VD__KIND__KIND_LANE, VD__KIND__KIND_SUGGESTION};
  for (size_t i = 0; i < change->n_upserts; i++)
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
      if (vd_entity_kind(change->upserts[i]) == kinds[k])
        vd_buffer_pack(context, vd_entity_message(change->upserts[i]));
}

static void probe(struct sim *sim, struct vd_buffer *bytes, Vd__Command *command)
{
  Vd__Reply *reply = new_reply();
  command->id = (char *)"probe";
  enum vd_err err = vd_venue_execute(sim->venue, sim_principal(0), "r", command, VD__LANGUAGE__LANGUAGE_EN,
                                     sim->now_ms, keep_forecasts, bytes, reply);
  vd_buffer_append(bytes, &err, sizeof err);
  vd__reply__free_unpacked(reply, NULL);
}

// A queue that asks for help, at each lane that was not counted just now.
static void probe_lanes(struct sim *sim, struct vd_buffer *bytes)
{
  for (size_t i = 0; i < sim->plan->n_lanes; i++) {
    Vd__LaneCount count = VD__LANE_COUNT__INIT, *list = &count;
    Vd__LaneCounts counts = VD__LANE_COUNTS__INIT;
    Vd__Command command = VD__COMMAND__INIT;
    count.lane = sim->plan->lanes[i]->id;
    count.has_waiting = true;
    count.waiting = (uint32_t)(10 + 30 * i);
    counts.n_counts = 1;
    counts.counts = &list;
    command.act_case = VD__COMMAND__ACT_LANE_COUNTS;
    command.lane_counts = &counts;
    probe(sim, bytes, &command);
  }
}

struct vd_buffer sim_server_probe(struct sim *sim)
{
  struct vd_buffer bytes = {0};
  for (size_t i = 0; i < sim->plan->n_supplies; i++) {
    const Vd__Supply *supply = (const Vd__Supply *)vd_fold_find(
        vd_venue_fold(sim->venue), VD__KIND__KIND_SUPPLY, sim->plan->supplies[i]->id);
    Vd__SupplyLevel level = VD__SUPPLY_LEVEL__INIT;
    Vd__Command command = VD__COMMAND__INIT;
    command.act_case = VD__COMMAND__ACT_SUPPLY_LEVEL;
    command.supply_level = &level;
    level.supply = supply->id;
    level.level = supply->level / 2;
    probe(sim, &bytes, &command);
  }
  probe_lanes(sim, &bytes);
  return bytes;
}

// ---- committing ----

static void take_entity(void *context, Vd__Kind kind, const char *id)
{
  struct sim *sim = context;
  const ProtobufCMessage *message = vd_fold_find(vd_venue_fold(sim->venue), kind, id);
  if (message != NULL)
    vd_fold_put(sim->journal.checkpoint, kind, vd_message_copy(message));
  else
    vd_fold_remove(sim->journal.checkpoint, kind, id);
}

static void count_kept(struct sim *sim, uint64_t from)
{
  for (uint64_t sequence = from; sequence <= sim->journal.count; sequence++) {
    const Vd__Change *change = sim_journal_change(&sim->journal, sequence);
    SIM_CHECK(sim, change->sequence == sequence, "sequence %llu at place %llu",
              (unsigned long long)change->sequence, (unsigned long long)sequence);
    if (change->cause->of_case == VD__CAUSE__OF_COMMAND && change->reply != NULL &&
        change->cause->command->id[0] == 'c') {
      struct sim_sent *sent = &sim->sent[strtoul(change->cause->command->id + 1, NULL, 10)];
      sent->times_kept++;
      sim->seated_kept += sent->checked_in;
      SIM_CHECK(sim, sent->times_kept <= 1, "command %s took effect twice", change->cause->command->id);
    }
  }
}

static void drop_pending(struct sim *sim)
{
  for (size_t i = 0; i < sim->pending_count; i++)
    free(sim->pending[i].data);
  sim->pending_count = 0;
}

// The answers leave: to whoever still waits. An answer must never change once given.
static void release(struct sim *sim)
{
  for (size_t i = 0; i < sim->answer_count; i++) {
    struct sim_sent *sent = &sim->sent[sim->answers[i].sent];
    Vd__Reply *reply = sim->answers[i].reply;
    bool was_ok = sent->reply != NULL && strcmp(sent->reply->code, "ok") == 0 && sent->reply->sequence != 0;
    SIM_CHECK(sim, !was_ok || (strcmp(reply->code, "ok") == 0 && reply->number == sent->reply->number),
              "%s was answered with #%llu, then with %s #%llu", sent->command->id,
              was_ok ? (unsigned long long)sent->reply->number : 0, reply->code,
              (unsigned long long)reply->number);
    sent->state = SIM_ANSWERED;
    if (sent->reply == NULL) {
      sent->reply = reply;
      continue;
    }
    vd__reply__free_unpacked(reply, NULL);
  }
  sim->answer_count = 0;
}

static void forget_answers(struct sim *sim)
{
  for (size_t i = 0; i < sim->answer_count; i++) {
    struct sim_sent *sent = &sim->sent[sim->answers[i].sent];
    if (sent->state == SIM_EXECUTED)
      sent->state = SIM_UNKNOWN;
    vd__reply__free_unpacked(sim->answers[i].reply, NULL);
  }
  sim->answer_count = 0;
}

void sim_server_commit(struct sim *sim, enum sim_fault fault)
{
  uint64_t from = sim->journal.count + 1;
  bool is_kept = fault == SIM_COMMIT_OK || fault == SIM_CRASH_AFTER || fault == SIM_ERROR_DURABLE;
  sim->commits++;
  if (is_kept) {
    if (sim_chance(sim, 40)) // a slice of the checkpoint, in the same transaction
      sim->journal.watermark =
          vd_dirty_sweep(sim->dirty, 1 + sim_below(sim, 60), vd_venue_sequence(sim->venue), take_entity, sim);
    sim_journal_append(&sim->journal, sim->pending, sim->pending_count);
    count_kept(sim, from);
  }
  drop_pending(sim);
  if (fault == SIM_COMMIT_OK) {
    release(sim);
    for (size_t i = 0; i < 2; i++)
      sim_mirror_publish(sim, &sim->mirrors[i], from);
    return;
  }
  forget_answers(sim);
  sim->restarts++;
  sim_server_stop(sim);
  if (sim_chance(sim, 15)) // it takes a while until somebody starts it again
    sim->now_ms += (int64_t)sim_below(sim, 20 * 60000);
  sim_server_start(sim);
  sim_check_acknowledged(sim);
  if (sim->trace != NULL)
    fprintf(sim->trace, "  restart after fault %d at sequence %zu\n", (int)fault, sim->journal.count);
}
