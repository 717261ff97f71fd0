// The timers stand in two trees: by (kind, id) to find the entity's own, by (due, kind, id) to find the next.
#include "daemon/core/timer.h"

#include <bsd/sys/tree.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/batch.h"
#include "daemon/core/contingency.h"
#include "daemon/core/crew.h"
#include "daemon/core/deadline.h"
#include "daemon/core/device.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/escalation.h"
#include "daemon/core/incident.h"
#include "daemon/core/node.h"
#include "daemon/core/notice.h"
#include "daemon/core/session.h"
#include "daemon/core/suggestion.h"
#include "daemon/core/supply.h"
#include "daemon/core/task.h"
#include "daemon/core/venue_internal.h"
#include "daemon/core/zone.h"
#include "proto/id_order.h"

struct node {
  RB_ENTRY(node) by_id;
  RB_ENTRY(node) by_due;
  int64_t due_ms;
  Vd__Kind kind;
  uint64_t prefix; // of id
  const char *id;  // storage, or a caller's string in a key used for searching
  char storage[];
};

RB_HEAD(id_tree, node);
RB_HEAD(due_tree, node);

struct vd_timers {
  struct id_tree by_id;
  struct due_tree by_due;
  struct node *first; // of by_due
  size_t count;
};

static int compare_ids(const struct node *a, const struct node *b)
{
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  return vd_id_compare(a->prefix, a->id, b->prefix, b->id);
}

static int compare_dues(const struct node *a, const struct node *b)
{
  if (a->due_ms != b->due_ms)
    return a->due_ms < b->due_ms ? -1 : 1;
  return compare_ids(a, b);
}

// As RB_GENERATE_STATIC, whose `__unused` libbsd does not define on Linux.
RB_GENERATE_INTERNAL(id_tree, node, by_id, compare_ids, __attribute__((unused)) static)
RB_GENERATE_INTERNAL(due_tree, node, by_due, compare_dues, __attribute__((unused)) static)

struct vd_timers *vd_timers_create(void)
{
  struct vd_timers *timers = vd_zalloc(sizeof *timers);
  RB_INIT(&timers->by_id);
  RB_INIT(&timers->by_due);
  return timers;
}

void vd_timers_destroy(struct vd_timers *timers)
{
  if (timers == NULL)
    return;
  struct node *next;
  for (struct node *node = RB_MIN(id_tree, &timers->by_id); node != NULL; node = next) {
    next = RB_NEXT(id_tree, &timers->by_id, node);
    RB_REMOVE(id_tree, &timers->by_id, node);
    free(node);
  }
  free(timers);
}

static struct node *node_create(const struct node *key)
{
  size_t size = strlen(key->id) + 1;
  struct node *node = vd_alloc(sizeof *node + size);
  *node = *key;
  node->id = memcpy(node->storage, key->id, size);
  return node;
}

static void leave_queue(struct vd_timers *timers, struct node *node)
{
  if (timers->first == node)
    timers->first = RB_NEXT(due_tree, &timers->by_due, node);
  RB_REMOVE(due_tree, &timers->by_due, node);
}

static void join_queue(struct vd_timers *timers, struct node *node, int64_t due_ms)
{
  node->due_ms = due_ms;
  RB_INSERT(due_tree, &timers->by_due, node);
  if (timers->first == NULL || compare_dues(node, timers->first) < 0)
    timers->first = node;
}

void vd_timers_set(struct vd_timers *timers, Vd__Kind kind, const char *id, int64_t due_ms)
{
  struct node key = {.kind = kind, .prefix = vd_id_prefix(id), .id = id};
  struct node *node = RB_FIND(id_tree, &timers->by_id, &key);
  if (node != NULL && node->due_ms == due_ms)
    return;
  if (node != NULL)
    leave_queue(timers, node);
  if (due_ms != VD_NEVER) {
    if (node == NULL) {
      node = node_create(&key);
      RB_INSERT(id_tree, &timers->by_id, node);
      timers->count++;
    }
    join_queue(timers, node, due_ms);
  } else if (node != NULL) {
    RB_REMOVE(id_tree, &timers->by_id, node);
    timers->count--;
    free(node);
  }
}

int64_t vd_timers_next(const struct vd_timers *timers)
{
  return timers->first != NULL ? timers->first->due_ms : VD_NEVER;
}

bool vd_timers_first(const struct vd_timers *timers, Vd__Kind *kind, const char **id, int64_t *due_ms)
{
  if (timers->first == NULL)
    return false;
  *kind = timers->first->kind;
  *id = timers->first->id;
  *due_ms = timers->first->due_ms;
  return true;
}

size_t vd_timers_count(const struct vd_timers *timers)
{
  return timers->count;
}

bool vd_timer_is_of(Vd__Kind kind)
{
  switch (kind) {
  case VD__KIND__KIND_EVENT:
  case VD__KIND__KIND_DEADLINE:
  case VD__KIND__KIND_OFFER:
  case VD__KIND__KIND_ATTEMPT:
  case VD__KIND__KIND_CREW:
  case VD__KIND__KIND_ALERT:
  case VD__KIND__KIND_ZONE:
  case VD__KIND__KIND_TASK:
  case VD__KIND__KIND_SUPPLY:
  case VD__KIND__KIND_BATCH:
  case VD__KIND__KIND_DEVICE:
  case VD__KIND__KIND_SESSION:
  case VD__KIND__KIND_NOTICE:
  case VD__KIND__KIND_SUGGESTION:
  case VD__KIND__KIND_NODE_COUNT:
  case VD__KIND__KIND_CONTINGENCY:
    return true;
  default:
    return false;
  }
}

int64_t vd_timer_due_of(const struct vd_venue *venue, Vd__Kind kind, const ProtobufCMessage *message)
{
  switch (kind) {
  case VD__KIND__KIND_EVENT:
    return vd_supply_next_event((const Vd__Event *)message);
  case VD__KIND__KIND_DEADLINE:
    return vd_deadline_next((const Vd__Deadline *)message);
  case VD__KIND__KIND_OFFER:
    return vd_offer_next((const Vd__Offer *)message);
  case VD__KIND__KIND_ATTEMPT:
    return vd_attempt_next(venue, (const Vd__Attempt *)message);
  case VD__KIND__KIND_CREW:
    return vd_crew_next(venue, (const Vd__Crew *)message);
  case VD__KIND__KIND_ALERT:
    return vd_alert_next(venue, (const Vd__Alert *)message);
  case VD__KIND__KIND_ZONE:
    return vd_zone_next(venue, (const Vd__Zone *)message);
  case VD__KIND__KIND_TASK:
    return vd_task_next((const Vd__Task *)message);
  case VD__KIND__KIND_SUPPLY:
    return vd_supply_next(venue, (const Vd__Supply *)message);
  case VD__KIND__KIND_BATCH:
    return vd_batch_next(venue, (const Vd__Batch *)message);
  case VD__KIND__KIND_DEVICE:
    return vd_device_next(venue, (const Vd__Device *)message);
  case VD__KIND__KIND_SESSION:
    return vd_session_next(venue, (const Vd__Session *)message);
  case VD__KIND__KIND_NOTICE:
    return vd_notice_next(venue, (const Vd__Notice *)message);
  case VD__KIND__KIND_SUGGESTION:
    return vd_suggestion_next((const Vd__Suggestion *)message);
  case VD__KIND__KIND_CONTINGENCY:
    return vd_contingency_next((const Vd__Contingency *)message);
  case VD__KIND__KIND_NODE_COUNT:
    return vd_node_next(venue, (const Vd__NodeCount *)message);
  default:
    return VD_NEVER;
  }
}
