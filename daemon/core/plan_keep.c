// What the running event added to an entity stays when a plan says the entity anew: every field that is live
// (proto/entity.proto has the rule), and what is partly the plan's by the exceptions below.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/device.h"
#include "daemon/core/lane_internal.h"
#include "daemon/core/plan_internal.h"
#include "proto/fold.h"
#include "proto/message.h"

bool vd_plan_says_the_same(Vd__Kind kind, const ProtobufCMessage *wanted, const ProtobufCMessage *live)
{
  for (unsigned i = 0; i < live->descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &live->descriptor->fields[i];
    if (field->id != VD_REVISION_FIELD && !vd_field_is_live(kind, field) &&
        !vd_field_is_same(wanted, live, field))
      return false;
  }
  return true;
}

static void swap_bytes(ProtobufCMessage *a, ProtobufCMessage *b, unsigned offset, size_t size)
{
  uint8_t held[sizeof(ProtobufCBinaryData)], *left = (uint8_t *)a + offset, *right = (uint8_t *)b + offset;
  memcpy(held, left, size);
  memcpy(left, right, size);
  memcpy(right, held, size);
}

// By swapping with a copy, which goes with what the plan alone would begin with.
static void keep_live_fields(Vd__Kind kind, ProtobufCMessage *wanted, const ProtobufCMessage *live)
{
  ProtobufCMessage *copy = vd_message_copy(live);
  for (unsigned i = 0; i < live->descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &live->descriptor->fields[i];
    if (!vd_field_is_live(kind, field))
      continue;
    bool is_list = field->label == PROTOBUF_C_LABEL_REPEATED;
    swap_bytes(wanted, copy, field->offset, is_list ? sizeof(void *) : vd_element_size(field->type));
    if (is_list)
      swap_bytes(wanted, copy, field->quantifier_offset, sizeof(size_t));
  }
  protobuf_c_message_free_unpacked(copy, NULL);
}

// ---- what is partly the plan's ----

// A shift stands as long as the plan says the same times as before; of what has begun the start stands.
static void keep_session(Vd__Session *wanted, const Vd__Session *live)
{
  bool is_same_time = wanted->planned_start_at_ms == live->planned_start_at_ms &&
                      wanted->planned_end_at_ms == live->planned_end_at_ms;
  if (is_same_time || live->started_at_ms)
    wanted->start_at_ms = live->start_at_ms;
  if (is_same_time || live->ended_at_ms || wanted->end_at_ms <= wanted->start_at_ms)
    wanted->end_at_ms = live->end_at_ms;
}

// What is known of a threshold follows its reading, wherever the plan lists it now.
static void keep_device(Vd__Device *wanted, const Vd__Device *live)
{
  wanted->beyond = 0;
  wanted->n_values = 0;
  free(wanted->values);
  wanted->values = NULL;
  vd_device_carry(wanted, live);
}

// A rate that the plan says anew is begun with anew.
static void keep_supply(Vd__Supply *wanted, const Vd__Supply *live)
{
  if (wanted->burn_idle != live->burn_idle)
    wanted->rate_idle = wanted->burn_idle;
  if (wanted->burn_break != live->burn_break)
    wanted->rate_break = wanted->burn_break;
}

// Open or closed is people's to say. Desks that the plan says anew, and a service it says anew, are begun
// with anew and count from now on: until then the queue went on as it was served.
static void keep_lane(Vd__Lane *wanted, const Vd__Lane *live, int64_t now_ms)
{
  if (live->state != VD__LANE_STATE__LANE_STATE_CLOSED && wanted->staff != live->staff)
    wanted->desks = wanted->staff;
  if (wanted->service_ms != live->service_ms)
    wanted->service_rate = 0;
  if (wanted->desks == live->desks && wanted->service_ms == live->service_ms)
    return;
  wanted->queue = vd_lane_queue(live, now_ms).guests;
  wanted->queue_at_ms = now_ms;
  if (wanted->desks != live->desks)
    wanted->state_at_ms = now_ms;
}

bool vd_plan_waits(const Vd__Batch *batch)
{
  return batch->state == VD__BATCH_STATE__BATCH_STATE_PLANNED ||
         batch->state == VD__BATCH_STATE__BATCH_STATE_HELD;
}

// Once it was served or cancelled, for what it was planned is history.
static void keep_batch(Vd__Batch *wanted, const Vd__Batch *live)
{
  if (vd_plan_waits(live))
    return;
  vd_string_set(&wanted->session, live->session);
  wanted->planned_at_ms = live->planned_at_ms;
  wanted->quantity = live->quantity;
}

void vd_plan_keep(Vd__Kind kind, ProtobufCMessage *wanted, const ProtobufCMessage *live, int64_t now_ms)
{
  vd_message_set_revision(wanted, vd_message_revision(live));
  keep_live_fields(kind, wanted, live);
  if (kind == VD__KIND__KIND_SESSION)
    keep_session((Vd__Session *)wanted, (const Vd__Session *)live);
  else if (kind == VD__KIND__KIND_DEVICE)
    keep_device((Vd__Device *)wanted, (const Vd__Device *)live);
  else if (kind == VD__KIND__KIND_SUPPLY)
    keep_supply((Vd__Supply *)wanted, (const Vd__Supply *)live);
  else if (kind == VD__KIND__KIND_BATCH)
    keep_batch((Vd__Batch *)wanted, (const Vd__Batch *)live);
  else if (kind == VD__KIND__KIND_LANE)
    keep_lane((Vd__Lane *)wanted, (const Vd__Lane *)live, now_ms);
}
