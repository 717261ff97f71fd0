#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

void sim_mirror_init(struct sim_mirror *mirror, enum vd_clearance clearance)
{
  *mirror = (struct sim_mirror){.clearance = clearance, .fold = vd_fold_create(), .expected = 1};
}

void sim_mirror_finish(struct sim_mirror *mirror)
{
  for (size_t i = 0; i < mirror->held_count; i++)
    free(mirror->held[i].data);
  vd_fold_destroy(mirror->fold);
}

// The frame as the daemon would send it to this clearance.
static struct sim_record frame_of(struct sim_journal *journal, enum vd_clearance clearance, uint64_t sequence)
{
  struct vd_buffer bytes = {0};
  const Vd__Change *change = sim_journal_change(journal, sequence);
  Vd__Frame frame = VD__FRAME__INIT;
  frame.sequence = sequence;
  frame.change = (Vd__Change *)change;
  vd_clearance_pack(&bytes, clearance, &frame.base);
  return (struct sim_record){.data = bytes.data, .size = bytes.size};
}

static void take(struct sim_mirror *mirror, const struct sim_record *record)
{
  Vd__Frame *frame = vd__frame__unpack(NULL, record->size, record->data);
  if (frame->sequence == mirror->expected) {
    mirror->expected++;
    if (frame->change != NULL) {
      frame->change->sequence = frame->sequence;
      vd_fold_apply(mirror->fold, frame->change);
    }
  } else if (frame->sequence > mirror->expected) {
    mirror->is_behind = true;
  }
  vd__frame__free_unpacked(frame, NULL);
}

static void release_held(struct sim *sim, struct sim_mirror *mirror)
{
  while (mirror->held_count > 0 && sim_chance(sim, 50)) {
    size_t pick = sim_below(sim, mirror->held_count);
    take(mirror, &mirror->held[pick]);
    free(mirror->held[pick].data);
    mirror->held[pick] = mirror->held[--mirror->held_count];
  }
}

void sim_mirror_publish(struct sim *sim, struct sim_mirror *mirror, uint64_t from)
{
  for (uint64_t sequence = from; sequence <= sim->journal.count; sequence++) {
    struct sim_record frame = frame_of(&sim->journal, mirror->clearance, sequence);
    bool is_held = mirror->held_count < 8 && sim_chance(sim, 8);
    if (is_held) {
      mirror->held[mirror->held_count++] = frame;
      continue;
    }
    if (!sim_chance(sim, 5))
      take(mirror, &frame);
    if (sim_chance(sim, 5))
      take(mirror, &frame);
    free(frame.data);
    release_held(sim, mirror);
  }
}

static void repair(struct sim *sim, struct sim_mirror *mirror)
{
  while (mirror->expected <= sim->journal.count) {
    struct sim_record frame = frame_of(&sim->journal, mirror->clearance, mirror->expected);
    take(mirror, &frame);
    free(frame.data);
  }
  mirror->is_behind = false;
}

static bool is_equal(enum vd_clearance clearance, const ProtobufCMessage *of_venue,
                     const ProtobufCMessage *of_mirror)
{
  struct vd_buffer left = {0}, right = {0};
  vd_clearance_pack(&left, clearance, of_venue);
  vd_buffer_pack(&right, of_mirror);
  bool is_same = left.size == right.size && memcmp(left.data, right.data, left.size) == 0;
  vd_buffer_finish(&left);
  vd_buffer_finish(&right);
  return is_same;
}

void sim_mirror_check(struct sim *sim, struct sim_mirror *mirror)
{
  repair(sim, mirror);
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  for (unsigned kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    bool is_shown = vd_clearance_shows_type(mirror->clearance, vd_kind_type((Vd__Kind)kind));
    size_t expected = is_shown ? vd_fold_count(fold, (Vd__Kind)kind) : 0;
    SIM_CHECK(sim, vd_fold_count(mirror->fold, (Vd__Kind)kind) == expected,
              "mirror of clearance %d has %zu entities of kind %u, the venue %zu", mirror->clearance,
              vd_fold_count(mirror->fold, (Vd__Kind)kind), kind, expected);
    const ProtobufCMessage *message;
    const char *after = NULL;
    while (is_shown && (message = vd_fold_next(fold, (Vd__Kind)kind, after, "")) != NULL) {
      after = vd_message_id(message);
      const ProtobufCMessage *mirrored = vd_fold_find(mirror->fold, (Vd__Kind)kind, after);
      SIM_CHECK(sim, mirrored != NULL && is_equal(mirror->clearance, message, mirrored),
                "mirror of clearance %d differs at kind %u, %s", mirror->clearance, kind, after);
      if (sim->has_failed)
        return;
    }
  }
}

void sim_mirror_rejoin(struct sim *sim, struct sim_mirror *mirror)
{
  enum vd_clearance clearance = mirror->clearance;
  // Subscribed here: frames from now on count. The pages may be newer; newer revisions win.
  uint64_t subscribed = sim->journal.count > 5 ? sim->journal.count - sim_below(sim, 5) : sim->journal.count;
  sim_mirror_finish(mirror);
  sim_mirror_init(mirror, clearance);
  mirror->expected = subscribed + 1;
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  for (unsigned kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const ProtobufCMessage *message;
    const char *after = NULL;
    if (!vd_clearance_shows_type(clearance, vd_kind_type((Vd__Kind)kind)))
      continue;
    while ((message = vd_fold_next(fold, (Vd__Kind)kind, after, "")) != NULL) {
      struct vd_buffer bytes = {0};
      after = vd_message_id(message);
      vd_clearance_pack(&bytes, clearance, message);
      vd_fold_put(mirror->fold, (Vd__Kind)kind,
                  protobuf_c_message_unpack(message->descriptor, NULL, bytes.size, bytes.data));
      vd_buffer_finish(&bytes);
    }
  }
}
