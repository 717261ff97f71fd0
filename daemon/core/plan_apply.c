// PlanApply: the difference between the plan and the venue becomes touched entities, and nothing else does.
// The first plan is the same act on an empty venue.
//
//   in the plan, not in the venue   created
//   in both, different              edited; what the running event added stays (plan_keep.c)
//   in the venue, not in the plan   retired: kept while anything names it; a person's roster ends
//   in both, the same               untouched, so that the same plan again is no Change at all
//
// Running deadlines keep their limits: they carry their own times.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/batch.h"
#include "daemon/core/contingency.h"
#include "daemon/core/crew.h"
#include "daemon/core/device.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/key.h"
#include "daemon/core/lane.h"
#include "daemon/core/plan_internal.h"
#include "daemon/core/session.h"
#include "daemon/core/supply.h"
#include "daemon/core/venue_internal.h"
#include "daemon/core/zone.h"

struct apply {
  struct vd_act *act;
  const Vd__Plan *plan;
  unsigned added, changed, retired, kept; // as people count: see count_put
  bool is_other;                          // than the plan in force
  bool has_agenda;                        // one is known before
  char **told;                            // heap: sessions that attendees should hear of
  size_t n_told;
  char **gone_sessions; // heap, retired by this plan
  size_t n_gone_sessions;
};

// What another source than the plan keeps.
static bool is_foreign(Vd__Kind kind, const ProtobufCMessage *live)
{
  return kind == VD__KIND__KIND_SESSION && ((const Vd__Session *)live)->imported;
}

// A playbook that is being played is not rewritten.
static bool is_under_way(Vd__Kind kind, const ProtobufCMessage *live)
{
  return kind == VD__KIND__KIND_CONTINGENCY && vd_contingency_is_active((const Vd__Contingency *)live);
}

// ---- one entity ----

static char **id_field(ProtobufCMessage *message)
{
  return (char **)((char *)message + message->descriptor->fields[0].offset);
}

// Both messages live on; each gets what the other held. The id stays where it is: others may point at it.
static void swap_contents(ProtobufCMessage *a, ProtobufCMessage *b)
{
  size_t size = a->descriptor->sizeof_message;
  uint8_t *held = vd_alloc(size);
  memcpy(held, a, size);
  memcpy(a, b, size);
  memcpy(b, held, size);
  free(held);
  char *id = *id_field(a);
  *id_field(a) = *id_field(b);
  *id_field(b) = id;
}

static void tell_attendees(struct apply *apply, Vd__Kind kind, const ProtobufCMessage *live,
                           const ProtobufCMessage *wanted)
{
  bool is_news = kind == VD__KIND__KIND_SESSION && apply->has_agenda &&
                 (!live || vd_session_moves((const Vd__Session *)live, (const Vd__Session *)wanted));
  if (is_news)
    vd_strings_add(&apply->told, &apply->n_told, vd_message_id(wanted));
}

static bool is_retired(const ProtobufCMessage *live)
{
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(live->descriptor, "retired");
  return field && *(const protobuf_c_boolean *)((const char *)live + field->offset);
}

// What comes back is added. The plan's hash differs with every plan, and the order of people with anybody's
// place: neither is a change of its own.
static void count_put(struct apply *apply, Vd__Kind kind, ProtobufCMessage *wanted,
                      const ProtobufCMessage *live)
{
  apply->is_other = true;
  if (is_retired(live)) {
    apply->added++;
    return;
  }
  Vd__Event *event = kind == VD__KIND__KIND_EVENT ? (Vd__Event *)wanted : NULL;
  Vd__Crew *crew = kind == VD__KIND__KIND_CREW ? (Vd__Crew *)wanted : NULL;
  const ProtobufCBinaryData hash = event ? event->plan_hash : (ProtobufCBinaryData){0};
  const uint32_t rank = crew ? crew->rank : 0;
  if (event)
    event->plan_hash = ((const Vd__Event *)live)->plan_hash;
  if (crew)
    crew->rank = ((const Vd__Crew *)live)->rank;
  apply->changed += !vd_message_is_same(wanted, live);
  if (event)
    event->plan_hash = hash;
  if (crew)
    crew->rank = rank;
}

// Brings the entity in line with `wanted`, which it takes.
static void put(struct apply *apply, Vd__Kind kind, ProtobufCMessage *wanted)
{
  struct vd_venue *venue = apply->act->venue;
  const char *id = vd_message_id(wanted);
  ProtobufCMessage *live = vd_fold_find(venue->fold, kind, id);
  bool is_kept = live && (is_foreign(kind, live) || is_under_way(kind, live));
  apply->kept += is_kept;
  if (is_kept || (live && vd_plan_says_the_same(kind, wanted, live))) {
    protobuf_c_message_free_unpacked(wanted, NULL);
    return;
  }
  if (live)
    vd_plan_keep(kind, wanted, live, apply->act->now_ms);
  tell_attendees(apply, kind, live, wanted);
  if (live) {
    if (!vd_message_is_same(wanted, live)) {
      count_put(apply, kind, wanted, live);
      vd_act_touch(apply->act, kind, live);
      swap_contents(live, wanted);
      if (kind == VD__KIND__KIND_CREW)
        ((Vd__Crew *)live)->duty_at_ms = 0; // the roster may be another one: looked at anew below
    }
  } else {
    live = vd_act_create(apply->act, kind, id);
    swap_contents(live, wanted);
    apply->added++;
  }
  protobuf_c_message_free_unpacked(wanted, NULL);
}

// Batches of a supply beyond `last` that still wait; those that people planned only where `by_hand`.
static void remove_batches(struct apply *apply, const char *supply, uint32_t last, bool by_hand)
{
  const struct vd_fold *fold = apply->act->venue->fold;
  struct vd_key prefix = vd_key_of(supply, ".b", "");
  char **gone = NULL;
  size_t count = 0;
  ProtobufCMessage *message = vd_fold_next(fold, VD__KIND__KIND_BATCH, NULL, prefix.text);
  for (; message; message = vd_fold_next(fold, VD__KIND__KIND_BATCH, vd_message_id(message), prefix.text)) {
    const Vd__Batch *batch = (const Vd__Batch *)message;
    if (batch->index > last && vd_plan_waits(batch) && (by_hand || !batch->by_hand))
      vd_strings_add(&gone, &count, batch->id);
  }
  // What follows from the plan looks for batches by the index, which must not wait for the act's end.
  for (size_t i = 0; i < count; i++) {
    vd_act_remove(apply->act, VD__KIND__KIND_BATCH, gone[i]);
    vd_index_refresh(apply->act->venue->index, apply->act->venue, VD__KIND__KIND_BATCH, gone[i], NULL);
    free(gone[i]);
  }
  free(gone);
  apply->retired += (unsigned)count;
}

// The plan's batches are known by their place in its list, among the numbers that people have not taken.
static void put_batches(struct apply *apply, const Vd__PlanSupply *planned)
{
  struct vd_venue *venue = apply->act->venue;
  uint32_t index = 0;
  for (size_t i = 0; i < planned->n_batches; i++) {
    const Vd__Batch *taken;
    do {
      taken = VD_FIND(venue, BATCH, Batch, vd_plan_words("%s.b%u", planned->id, (unsigned)++index).text);
    } while (taken && taken->by_hand);
    put(apply, VD__KIND__KIND_BATCH, &vd_plan_batch_entity(planned, i, index)->base);
  }
  remove_batches(apply, planned->id, index, false);
  if (index > VD_FIND(venue, SUPPLY, Supply, planned->id)->batches)
    VD_EDIT(apply->act, SUPPLY, Supply, planned->id)->batches = index;
}

static bool has_step(const Vd__PlanContingency *planned, const Vd__ContingencyStep *step)
{
  const char *word = step->id + strlen(step->contingency) + 1;
  for (size_t i = 0; i < planned->n_tasks; i++)
    if (strcmp(planned->tasks[i]->id, word) == 0)
      return true;
  return false;
}

// Those that its playbook no longer has. NULL: none is its.
static void remove_steps(struct apply *apply, const char *id, const Vd__PlanContingency *planned)
{
  const struct vd_fold *fold = apply->act->venue->fold;
  struct vd_key prefix = vd_key_of(id, ".", "");
  char **gone = NULL;
  size_t count = 0;
  ProtobufCMessage *message = vd_fold_next(fold, VD__KIND__KIND_CONTINGENCY_STEP, NULL, prefix.text);
  for (; message;
       message = vd_fold_next(fold, VD__KIND__KIND_CONTINGENCY_STEP, vd_message_id(message), prefix.text))
    if (!planned || !has_step(planned, (const Vd__ContingencyStep *)message))
      vd_strings_add(&gone, &count, vd_message_id(message));
  for (size_t i = 0; i < count; i++) {
    vd_act_remove(apply->act, VD__KIND__KIND_CONTINGENCY_STEP, gone[i]);
    free(gone[i]);
  }
  free(gone);
  apply->retired += (unsigned)count;
}

static void put_contingency(struct apply *apply, const Vd__PlanContingency *planned)
{
  put(apply, VD__KIND__KIND_CONTINGENCY, &vd_plan_contingency_entity(planned)->base);
  const Vd__Contingency *live = VD_FIND(apply->act->venue, CONTINGENCY, Contingency, planned->id);
  if (vd_contingency_is_active(live)) {
    apply->kept += live->steps;
    return;
  }
  for (size_t i = 0; i < planned->n_tasks; i++)
    put(apply, VD__KIND__KIND_CONTINGENCY_STEP, &vd_plan_step_entity(planned, i)->base);
  remove_steps(apply, planned->id, planned);
}

static void put_all(struct apply *apply, const ProtobufCBinaryData *hash)
{
  const Vd__Plan *plan = apply->plan;
  put(apply, VD__KIND__KIND_EVENT, &vd_plan_event_entity(plan, hash)->base);
  struct vd_plan_ways ways = vd_plan_ways_of(plan);
  for (size_t i = 0; i < plan->n_zones; i++)
    put(apply, VD__KIND__KIND_ZONE, &vd_plan_zone_entity(&ways, plan->zones[i])->base);
  vd_plan_ways_finish(&ways);
  for (size_t i = 0; i < plan->n_teams; i++)
    put(apply, VD__KIND__KIND_TEAM, &vd_plan_team_entity(plan->teams[i])->base);
  for (size_t i = 0; i < plan->n_posts; i++)
    put(apply, VD__KIND__KIND_POST, &vd_plan_post_entity(plan->posts[i])->base);
  for (size_t i = 0; i < plan->n_crews; i++)
    put(apply, VD__KIND__KIND_CREW, &vd_plan_crew_entity(plan, i)->base);
  for (size_t i = 0; i < plan->n_categories; i++) {
    const Vd__PlanCategory *category = plan->categories[i];
    put(apply, VD__KIND__KIND_CATEGORY, &vd_plan_category_entity(category)->base);
    for (size_t j = 0; j < category->n_handbook; j++)
      put(apply, VD__KIND__KIND_PAGE, &vd_plan_page_entity(category, category->handbook[j])->base);
  }
  for (size_t i = 0; i < plan->n_sessions; i++)
    put(apply, VD__KIND__KIND_SESSION, &vd_plan_session_entity(plan->sessions[i])->base);
  for (size_t i = 0; i < plan->n_devices; i++)
    put(apply, VD__KIND__KIND_DEVICE, &vd_plan_device_entity(plan->devices[i])->base);
  for (size_t i = 0; i < plan->n_supplies; i++) {
    put(apply, VD__KIND__KIND_SUPPLY, &vd_plan_supply_entity(plan->supplies[i])->base);
    put_batches(apply, plan->supplies[i]);
  }
  for (size_t i = 0; i < plan->n_lanes; i++)
    put(apply, VD__KIND__KIND_LANE, &vd_plan_lane_entity(plan->lanes[i])->base);
  for (size_t i = 0; i < plan->n_contingencies; i++)
    put_contingency(apply, plan->contingencies[i]);
  for (size_t i = 0; i < plan->n_resources; i++)
    put(apply, VD__KIND__KIND_RESOURCE, &vd_plan_resource_entity(plan->resources[i])->base);
}

// ---- what the plan no longer names ----

static protobuf_c_boolean *retired_field(ProtobufCMessage *message)
{
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "retired");
  return (protobuf_c_boolean *)((char *)message + field->offset);
}

// Out of the plan, out of the roster; whoever is spoken of in the history keeps name and call sign.
static void end_roster(Vd__Crew *crew)
{
  for (size_t i = 0; i < crew->n_shifts; i++)
    vd__shift__free_unpacked(crew->shifts[i], NULL);
  free(crew->shifts);
  crew->shifts = NULL;
  crew->n_shifts = 0;
  crew->said = VD__DUTY__DUTY_UNSPECIFIED;
  crew->said_until_at_ms = 0;
}

static void retire(struct apply *apply, Vd__Kind kind, const struct vd_plan_ids *ids)
{
  const struct vd_fold *fold = apply->act->venue->fold;
  ProtobufCMessage *message = vd_fold_next(fold, kind, NULL, "");
  for (; message; message = vd_fold_next(fold, kind, vd_message_id(message), "")) {
    protobuf_c_boolean *is_retired = retired_field(message);
    if (*is_retired || is_foreign(kind, message) || vd_plan_ids_have(ids, vd_message_id(message)))
      continue;
    if (kind == VD__KIND__KIND_SESSION &&
        ((Vd__Session *)message)->state == VD__SESSION_STATE__SESSION_STATE_PLANNED)
      vd_strings_add(&apply->told, &apply->n_told, vd_message_id(message));
    vd_act_touch(apply->act, kind, message);
    *is_retired = true;
    if (kind == VD__KIND__KIND_CREW)
      end_roster((Vd__Crew *)message);
    if (kind == VD__KIND__KIND_ZONE)
      vd_zone_retired(apply->act, (Vd__Zone *)message);
    if (kind == VD__KIND__KIND_CONTINGENCY) {
      vd_contingency_retired(apply->act, (Vd__Contingency *)message);
      if (!vd_contingency_is_active((Vd__Contingency *)message))
        remove_steps(apply, vd_message_id(message), NULL);
    }
    if (kind == VD__KIND__KIND_SUPPLY)
      remove_batches(apply, vd_message_id(message), 0, true);
    if (kind == VD__KIND__KIND_SESSION)
      vd_strings_add(&apply->gone_sessions, &apply->n_gone_sessions, vd_message_id(message));
    apply->retired++;
  }
}

static bool has_page(const Vd__Plan *plan, const Vd__Page *page)
{
  for (size_t i = 0; i < plan->n_categories; i++) {
    const Vd__PlanCategory *category = plan->categories[i];
    if (strcmp(category->id, page->category) != 0)
      continue;
    for (size_t j = 0; j < category->n_handbook; j++)
      if (category->handbook[j]->language == page->language)
        return true;
    return false;
  }
  return true; // of a retired category: an open incident may still need it
}

static void remove_pages(struct apply *apply)
{
  const struct vd_fold *fold = apply->act->venue->fold;
  char **gone = NULL;
  size_t count = 0;
  ProtobufCMessage *message = vd_fold_next(fold, VD__KIND__KIND_PAGE, NULL, "");
  for (; message; message = vd_fold_next(fold, VD__KIND__KIND_PAGE, vd_message_id(message), ""))
    if (!has_page(apply->plan, (const Vd__Page *)message))
      vd_strings_add(&gone, &count, vd_message_id(message));
  for (size_t i = 0; i < count; i++) {
    vd_act_remove(apply->act, VD__KIND__KIND_PAGE, gone[i]);
    free(gone[i]);
  }
  free(gone);
  apply->retired += (unsigned)count;
}

#define RETIRE(apply, KIND, field)                                                                           \
  do {                                                                                                       \
    struct vd_plan_ids ids = VD_PLAN_IDS((apply)->plan, field);                                              \
    retire((apply), VD__KIND__KIND_##KIND, &ids);                                                            \
    vd_plan_ids_finish(&ids);                                                                                \
  } while (0)

static void retire_all(struct apply *apply)
{
  RETIRE(apply, ZONE, zones);
  RETIRE(apply, TEAM, teams);
  RETIRE(apply, POST, posts);
  RETIRE(apply, CREW, crews);
  RETIRE(apply, CATEGORY, categories);
  RETIRE(apply, SESSION, sessions);
  RETIRE(apply, DEVICE, devices);
  RETIRE(apply, SUPPLY, supplies);
  RETIRE(apply, LANE, lanes);
  RETIRE(apply, CONTINGENCY, contingencies);
  RETIRE(apply, RESOURCE, resources);
  remove_pages(apply);
}

// ---- what follows ----

// Index keys and timers are functions of an entity and of the plan. The plan changed, so those that look at
// it are derived again, also of entities nobody touched; otherwise a restart would know better than the
// running venue.
static void derive_again(struct vd_venue *venue)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_CREW,    VD__KIND__KIND_ATTEMPT, VD__KIND__KIND_ALERT,
                                   VD__KIND__KIND_SESSION, VD__KIND__KIND_DEVICE,  VD__KIND__KIND_SUPPLY,
                                   VD__KIND__KIND_BATCH,   VD__KIND__KIND_ZONE,    VD__KIND__KIND_LANE};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    ProtobufCMessage *message = vd_fold_next(venue->fold, kinds[i], NULL, "");
    for (; message; message = vd_fold_next(venue->fold, kinds[i], vd_message_id(message), "")) {
      const char *id = vd_message_id(message);
      vd_index_refresh(venue->index, venue, kinds[i], id, message);
      vd_timers_set(venue->timers, kinds[i], id, vd_timer_due_of(venue, kinds[i], message));
    }
  }
  vd_walk_forget(venue);
}

static void refresh_duty(struct vd_act *act)
{
  const struct vd_fold *fold = act->venue->fold;
  vd_crew_refresh_all(act);
  ProtobufCMessage *team = vd_fold_next(fold, VD__KIND__KIND_TEAM, NULL, "");
  for (; team; team = vd_fold_next(fold, VD__KIND__KIND_TEAM, vd_message_id(team), ""))
    vd_team_refresh(act, vd_message_id(team));
}

// Names what was planned for sessions that are gone.
static void name_batches(struct apply *apply, Vd__Reply *reply)
{
  for (size_t i = 0; i < apply->n_gone_sessions; i++) {
    vd_batch_session_gone(apply->act, VD_FIND(apply->act->venue, SESSION, Session, apply->gone_sessions[i]),
                          reply);
    free(apply->gone_sessions[i]);
  }
  free(apply->gone_sessions);
}

static void tell(const struct apply *apply)
{
  Vd__Fact *fact = vd_act_fact(apply->act, VD_FACT_PLAN_APPLIED);
  if (!fact)
    return;
  const struct {
    const char *word;
    unsigned count;
  } counts[] = {{"added", apply->added},
                {"changed", apply->changed},
                {"retired", apply->retired},
                {"kept", apply->kept}};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    if (counts[i].count > 0)
      vd_strings_add(&fact->why, &fact->n_why, vd_plan_words("%s:%u", counts[i].word, counts[i].count).text);
}

// ---- the command ----

static enum vd_err check(const Vd__Plan *plan, Vd__Language language, struct vd_refusal *refusal)
{
  struct vd_findings findings = {.language = language};
  vd_plan_check(plan, &findings);
  enum vd_err err = VD_OK;
  for (size_t i = 0; i < findings.count && err == VD_OK; i++) {
    const struct vd_finding *finding = &findings.items[i];
    if (finding->is_error)
      err = vd_refuse(refusal, finding->err, vd_plan_words("plan_apply.plan.%s", finding->path).text, "%s",
                      finding->sentence);
  }
  if (err == VD_OK && findings.errors > 0) // beyond the cap
    err = vd_refuse(refusal, VD_ERR_BAD_PLAN, "plan_apply.plan", "%zu errors", findings.errors);
  vd_findings_finish(&findings);
  return err;
}

enum vd_err vd_plan_apply(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__PlanApply *command = act->command->plan_apply;
  if (!command->plan)
    return vd_refuse(refusal, VD_ERR_MISSING, "plan_apply.plan", "the plan itself");
  Vd__Plan *plan = (Vd__Plan *)vd_message_copy(&command->plan->base);
  vd_plan_defaults(plan);
  enum vd_err err = check(plan, act->language, refusal);
  if (err == VD_OK) {
    struct apply apply = {.act = act, .plan = plan};
    apply.has_agenda = vd_fold_count(act->venue->fold, VD__KIND__KIND_SESSION) > 0;
    put_all(&apply, &command->hash);
    retire_all(&apply);
    if (apply.is_other || apply.added + apply.retired > 0) {
      tell(&apply);
      vd_device_plan_applied(act);
      derive_again(act->venue);
      refresh_duty(act);
      vd_session_plan_applied(act, (const char *const *)apply.told, apply.n_told);
      vd_supply_plan_applied(act);
      vd_lane_plan_applied(act);
    }
    name_batches(&apply, reply);
    for (size_t i = 0; i < apply.n_told; i++)
      free(apply.told[i]);
    free(apply.told);
  }
  vd__plan__free_unpacked(plan, NULL);
  return err;
}
