// PlanApply: the difference between the plan and the venue becomes touched entities, and nothing else does.
// The first plan is the same act on an empty venue.
//
//   in the plan, not in the venue   created
//   in both, different              edited; what the running event added (words said, places, counters) stays
//   in the venue, not in the plan   retired: kept while anything names it; a person's roster ends
//   in both, the same               untouched, so that the same plan again is no Change at all
//
// Running deadlines keep their limits: they carry their own times.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/crew.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/plan_internal.h"
#include "daemon/core/venue_internal.h"

struct apply {
  struct vd_act *act;
  const Vd__Plan *plan;
  unsigned added, changed, retired;
};

// ---- what the running event added ----

static void keep_event(Vd__Event *wanted, const Vd__Event *live)
{
  wanted->last_incident = live->last_incident;
  wanted->last_log = live->last_log;
}

static void keep_team(Vd__Team *wanted, const Vd__Team *live)
{
  wanted->uncovered_ms = live->uncovered_ms;
  wanted->uncovered_since_at_ms = live->uncovered_since_at_ms;
}

static void keep_crew(Vd__Crew *wanted, const Vd__Crew *live)
{
  wanted->said = live->said;
  wanted->said_until_at_ms = live->said_until_at_ms;
  wanted->on_duty = live->on_duty;
  wanted->duty_at_ms = live->duty_at_ms;
  vd_string_set(&wanted->place, live->place);
  wanted->place_at_ms = live->place_at_ms;
  wanted->reach = live->reach;
  wanted->duty_at_ms = live->duty_at_ms;
}

static void keep(Vd__Kind kind, ProtobufCMessage *wanted, const ProtobufCMessage *live)
{
  vd_message_set_revision(wanted, vd_message_revision(live));
  if (kind == VD__KIND__KIND_EVENT)
    keep_event((Vd__Event *)wanted, (const Vd__Event *)live);
  else if (kind == VD__KIND__KIND_TEAM)
    keep_team((Vd__Team *)wanted, (const Vd__Team *)live);
  else if (kind == VD__KIND__KIND_CREW)
    keep_crew((Vd__Crew *)wanted, (const Vd__Crew *)live);
}

// ---- one entity ----

static bool is_same(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
  struct vd_buffer left = {0}, right = {0};
  vd_buffer_pack(&left, a);
  vd_buffer_pack(&right, b);
  bool same = left.size == right.size && (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
  vd_buffer_finish(&left);
  vd_buffer_finish(&right);
  return same;
}

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

// Brings the entity in line with `wanted`, which it takes.
static void put(struct apply *apply, Vd__Kind kind, ProtobufCMessage *wanted)
{
  struct vd_venue *venue = apply->act->venue;
  const char *id = vd_message_id(wanted);
  ProtobufCMessage *live = vd_fold_find(venue->fold, kind, id);
  if (live) {
    keep(kind, wanted, live);
    if (!is_same(wanted, live)) {
      vd_act_touch(apply->act, kind, live);
      swap_contents(live, wanted);
      if (kind == VD__KIND__KIND_CREW)
        ((Vd__Crew *)live)->duty_at_ms = 0; // the roster may be another one: looked at anew below
      apply->changed++;
    }
  } else {
    live = vd_act_create(apply->act, kind, id);
    swap_contents(live, wanted);
    apply->added++;
  }
  protobuf_c_message_free_unpacked(wanted, NULL);
}

static void put_all(struct apply *apply, const ProtobufCBinaryData *hash)
{
  const Vd__Plan *plan = apply->plan;
  put(apply, VD__KIND__KIND_EVENT, &vd_plan_event_entity(plan, hash)->base);
  for (size_t i = 0; i < plan->n_zones; i++)
    put(apply, VD__KIND__KIND_ZONE, &vd_plan_zone_entity(plan, plan->zones[i])->base);
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
    if (*is_retired || vd_plan_ids_have(ids, vd_message_id(message)))
      continue;
    vd_act_touch(apply->act, kind, message);
    *is_retired = true;
    if (kind == VD__KIND__KIND_CREW)
      end_roster((Vd__Crew *)message);
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
  remove_pages(apply);
}

// ---- what follows ----

// Index keys and timers are functions of an entity and of the plan. The plan changed, so those that look at
// it are derived again, also of entities nobody touched; otherwise a restart would know better than the
// running venue.
static void derive_again(struct vd_venue *venue)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_CREW, VD__KIND__KIND_ATTEMPT, VD__KIND__KIND_ALERT};
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

static void tell(const struct apply *apply)
{
  Vd__Fact *fact = vd_act_fact(apply->act, VD_FACT_PLAN_APPLIED);
  if (!fact)
    return;
  const struct {
    const char *word;
    unsigned count;
  } counts[] = {{"added", apply->added}, {"changed", apply->changed}, {"retired", apply->retired}};
  for (size_t i = 0; i < 3; i++)
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
  (void)reply;
  const Vd__PlanApply *command = act->command->plan_apply;
  if (!command->plan)
    return vd_refuse(refusal, VD_ERR_MISSING, "plan_apply.plan", "the plan itself");
  Vd__Plan *plan = (Vd__Plan *)vd_message_copy(&command->plan->base);
  vd_plan_defaults(plan);
  enum vd_err err = check(plan, act->language, refusal);
  if (err == VD_OK) {
    struct apply apply = {.act = act, .plan = plan};
    put_all(&apply, &command->hash);
    retire_all(&apply);
    if (apply.added + apply.changed + apply.retired > 0) {
      tell(&apply);
      derive_again(act->venue);
      refresh_duty(act);
    }
  }
  vd__plan__free_unpacked(plan, NULL);
  return err;
}
