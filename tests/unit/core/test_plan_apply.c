// PlanApply on an empty venue and on a live one.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "daemon/core/venue_internal.h"
#include "proto/check.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

#define MINUTES(n) ((int64_t)(n)*60000)
#define HOURS(n)   MINUTES(60 * (n))

// 10:00 at the venue, in the middle of the good plan's day.
static const int64_t TEN = INT64_C(1684339200000) + HOURS(10);

static enum vd_err apply(struct stage *stage, Vd__Plan *plan)
{
  Vd__PlanApply planned = VD__PLAN_APPLY__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  planned.plan = plan;
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &planned;
  return stage_do(stage, &command);
}

#define FIND(stage, KIND, Type, id)                                                                          \
  ((Vd__##Type *)vd_fold_find(vd_venue_fold((stage)->venue), VD__KIND__KIND_##KIND, (id)))

static struct stage *on_good_plan(Vd__Plan **plan)
{
  struct stage *stage = stage_create(TEN);
  *plan = plan_good();
  cr_assert_eq(apply(stage, *plan), VD_OK, "%s %s", stage->reply.field, stage->reply.sentence);
  return stage;
}

static void finish(struct stage *stage, Vd__Plan *plan)
{
  vd__plan__free_unpacked(plan, NULL);
  stage_destroy(stage);
}

// Takes entry `at` out of a repeated field of the plan.
#define TAKE_OUT(plan, field, type, at)                                                                      \
  do {                                                                                                       \
    vd__##type##__free_unpacked((plan)->field[at], NULL);                                                    \
    (plan)->n_##field--;                                                                                     \
    for (size_t i_ = (at); i_ < (plan)->n_##field; i_++)                                                     \
      (plan)->field[i_] = (plan)->field[i_ + 1];                                                             \
  } while (0)

static Vd__PlanCrew *planned_crew(const Vd__Plan *plan, const char *id)
{
  for (size_t i = 0; i < plan->n_crews; i++)
    if (strcmp(plan->crews[i]->id, id) == 0)
      return plan->crews[i];
  return NULL;
}

// Somebody who does the same from 08:00 to 18:00, so that the other may leave the plan.
static void add_like(Vd__Plan *plan, const char *like, const char *id)
{
  Vd__PlanCrew *crew = (Vd__PlanCrew *)vd_message_copy(&planned_crew(plan, like)->base);
  vd_string_set(&crew->id, id);
  vd_string_set(&crew->call_sign, id);
  VD_REPEATED_ADD(plan->crews, plan->n_crews, crew);
}

static void say_duty(struct stage *stage, const char *crew, Vd__Duty duty)
{
  Vd__SetDuty set = VD__SET_DUTY__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  set.crew = (char *)crew;
  set.duty = duty;
  command.act_case = VD__COMMAND__ACT_DUTY;
  command.duty = &set;
  cr_assert_eq(stage_do(stage, &command), VD_OK);
}

static uint64_t report(struct stage *stage, const char *zone, const char *category)
{
  Vd__Report reported = VD__REPORT__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  reported.zone = (char *)zone;
  reported.category = (char *)category;
  reported.text = (char *)"something";
  command.act_case = VD__COMMAND__ACT_REPORT;
  command.report = &reported;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s", stage->reply.sentence);
  return stage->reply.number;
}

// ---- the first plan ----

Test(plan_apply, the_first_plan_becomes_entities)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  const struct vd_fold *fold = vd_venue_fold(stage->venue);
  cr_assert_eq(vd_fold_count(fold, VD__KIND__KIND_ZONE), 3, "two, and unknown");
  cr_assert_eq(vd_fold_count(fold, VD__KIND__KIND_CATEGORY), 3, "two, and other");
  cr_assert_eq(vd_fold_count(fold, VD__KIND__KIND_PAGE), 9);
  cr_assert_eq(vd_fold_count(fold, VD__KIND__KIND_CREW), 7);
  cr_assert_str_eq(FIND(stage, PAGE, Page, "fire.zh-hant")->category, "fire");
  cr_assert_eq(FIND(stage, CREW, Crew, "medic-1")->rank, 6);
  cr_assert_str_eq(stage->fact, "plan-applied");
  cr_assert_gt(stage->reply.sequence, 0);
  finish(stage, plan);
}

Test(plan_apply, ways_lead_in_both_directions_unless_one_way)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  const Vd__Zone *hall = FIND(stage, ZONE, Zone, "hall"), *platform = FIND(stage, ZONE, Zone, "stage");
  cr_assert_eq(hall->n_ways, 1);
  cr_assert_str_eq(hall->ways[0]->to, "stage");
  cr_assert_eq(hall->ways[0]->walk_ms, 60000);
  cr_assert_eq(platform->n_ways, 1);
  cr_assert_str_eq(platform->ways[0]->to, "hall");
  cr_assert(platform->ways[0]->step_free);
  plan->ways[0]->one_way = true;
  cr_assert_eq(apply(stage, plan), VD_OK);
  cr_assert_eq(FIND(stage, ZONE, Zone, "hall")->n_ways, 1);
  cr_assert_eq(FIND(stage, ZONE, Zone, "stage")->n_ways, 0);
  finish(stage, plan);
}

Test(plan_apply, who_is_on_shift_is_on_duty_and_covers_the_group)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  cr_assert(FIND(stage, CREW, Crew, "floor-1")->on_duty);
  cr_assert_eq(FIND(stage, TEAM, Team, "onsite")->uncovered_since_at_ms, 0);
  finish(stage, plan);
  stage = stage_create(TEN);
  stage->now_ms = TEN + HOURS(12);
  plan = plan_good();
  cr_assert_eq(apply(stage, plan), VD_OK);
  cr_assert_not(FIND(stage, CREW, Crew, "floor-1")->on_duty, "22:00");
  cr_assert_eq(FIND(stage, TEAM, Team, "onsite")->uncovered_since_at_ms, TEN + HOURS(12));
  finish(stage, plan);
}

Test(plan_apply, a_whole_summit_fits_into_changes)
{
  struct plan_file file = plan_file_read("config/plans/summit-2023.yaml");
  struct stage *stage = stage_create(TEN);
  cr_assert_eq(apply(stage, file.plan), VD_OK, "%s %s", stage->reply.field, stage->reply.sentence);
  cr_assert_gt(stage->changes, 1, "more than one Change holds");
  ProtobufCMessage *message = NULL;
  for (int kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind))
    for (message = vd_fold_next(stage->mirror, (Vd__Kind)kind, NULL, ""); message;
         message = vd_fold_next(stage->mirror, (Vd__Kind)kind, vd_message_id(message), ""))
      cr_expect_leq(protobuf_c_message_get_packed_size(message), VD_ENTITY_MAX, "%s", vd_message_id(message));
  stage_destroy(stage);
  plan_file_finish(&file);
}

// ---- the same, and another ----

Test(plan_apply, the_same_plan_again_is_no_change)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  unsigned changes = stage->changes;
  say_duty(stage, "floor-1", VD__DUTY__DUTY_BREAK);
  cr_assert_eq(stage->changes, changes + 1);
  stage->now_ms += MINUTES(7);
  cr_assert_eq(apply(stage, plan), VD_OK);
  cr_assert_eq(stage->changes, changes + 1);
  cr_assert_eq(stage->reply.sequence, 0);
  finish(stage, plan);
}

Test(plan_apply, only_the_difference_is_touched)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  uint64_t before = vd_venue_sequence(stage->venue);
  vd_string_set(&planned_crew(plan, "exec-1")->call_sign, "EXEC 9");
  cr_assert_eq(apply(stage, plan), VD_OK);
  cr_assert_str_eq(stage->why, "changed:1");
  cr_assert_str_eq(FIND(stage, CREW, Crew, "exec-1")->call_sign, "EXEC 9");
  cr_assert_gt(FIND(stage, CREW, Crew, "exec-1")->revision, before);
  cr_assert_leq(FIND(stage, CREW, Crew, "floor-1")->revision, before);
  cr_assert_leq(FIND(stage, ZONE, Zone, "hall")->revision, before);
  finish(stage, plan);
}

static enum vd_err apply_hashed(struct stage *stage, Vd__Plan *plan, uint8_t hash)
{
  Vd__PlanApply told = VD__PLAN_APPLY__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  told.plan = plan;
  told.hash = (ProtobufCBinaryData){.data = &hash, .len = 1};
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &told;
  return stage_do(stage, &command);
}

Test(plan_apply, neither_its_hash_nor_a_new_place_in_the_order_is_a_change_and_what_comes_back_is_added)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  add_like(plan, "exec-1", "exec-8");
  cr_assert_eq(apply_hashed(stage, plan, 1), VD_OK);
  cr_expect_str_eq(stage->why, "added:1");
  Vd__PlanCrew *gone = plan->crews[--plan->n_crews];
  cr_assert_eq(apply_hashed(stage, plan, 2), VD_OK);
  cr_expect_str_eq(stage->why, "retired:1");
  plan->crews[plan->n_crews++] = gone;
  cr_assert_eq(apply_hashed(stage, plan, 3), VD_OK);
  cr_expect_str_eq(stage->why, "added:1");
  cr_assert_eq(FIND(stage, EVENT, Event, "event")->plan_hash.data[0], 3);
  finish(stage, plan);
}

Test(plan_apply, people_keep_what_they_said)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  say_duty(stage, "floor-1", VD__DUTY__DUTY_BREAK);
  vd_string_set(&planned_crew(plan, "floor-1")->contact, "ext. 1");
  cr_assert_eq(apply(stage, plan), VD_OK);
  const Vd__Crew *crew = FIND(stage, CREW, Crew, "floor-1");
  cr_assert_str_eq(crew->contact, "ext. 1");
  cr_assert_eq(crew->said, VD__DUTY__DUTY_BREAK);
  cr_assert_not(crew->on_duty);
  finish(stage, plan);
}

static void say_place_and_reach(struct stage *stage, const char *crew, const char *zone, Vd__Reach reach)
{
  Vd__SetPlace place = VD__SET_PLACE__INIT;
  Vd__SetReach dead = VD__SET_REACH__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  place.crew = dead.crew = (char *)crew;
  place.zone = (char *)zone;
  dead.reach = reach;
  command.act_case = VD__COMMAND__ACT_PLACE;
  command.place = &place;
  cr_assert_eq(stage_do(stage, &command), VD_OK);
  command.act_case = VD__COMMAND__ACT_REACH;
  command.reach = &dead;
  cr_assert_eq(stage_do(stage, &command), VD_OK);
}

Test(plan_apply, people_stay_where_they_are_and_as_reachable_as_they_are)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  say_place_and_reach(stage, "floor-1", "stage", VD__REACH__REACH_RADIO_DEAD);
  vd_string_set(&planned_crew(plan, "floor-1")->contact, "ext. 1");
  cr_assert_eq(apply(stage, plan), VD_OK);
  const Vd__Crew *crew = FIND(stage, CREW, Crew, "floor-1");
  cr_assert_str_eq(crew->place, "stage");
  cr_assert_eq(crew->place_at_ms, TEN);
  cr_assert_eq(crew->reach, VD__REACH__REACH_RADIO_DEAD);
  finish(stage, plan);
}

Test(plan_apply, minutes_without_an_owner_stay_counted)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  say_duty(stage, "floor-1", VD__DUTY__DUTY_BREAK);
  stage->now_ms += MINUTES(4);
  say_duty(stage, "floor-1", VD__DUTY__DUTY_ON);
  cr_assert_eq(FIND(stage, TEAM, Team, "onsite")->uncovered_ms, MINUTES(4));
  plan->teams[0]->name = (Vd__Text *)vd_message_new(&vd__text__descriptor);
  vd_string_set(&plan->teams[0]->name->en, "On-site");
  cr_assert_eq(apply(stage, plan), VD_OK);
  cr_assert_str_eq(FIND(stage, TEAM, Team, "onsite")->name->en, "On-site");
  cr_assert_eq(FIND(stage, TEAM, Team, "onsite")->uncovered_ms, MINUTES(4));
  finish(stage, plan);
}

Test(plan_apply, a_shift_boundary_that_has_passed_is_not_late)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  stage->now_ms += MINUTES(30);
  planned_crew(plan, "exec-1")->shifts[0]->end_at_ms = TEN + MINUTES(15);
  Vd__Shift *second = (Vd__Shift *)vd_message_new(&vd__shift__descriptor);
  second->start_at_ms = TEN + MINUTES(15);
  second->end_at_ms = TEN + HOURS(8);
  Vd__PlanCrew *crew = planned_crew(plan, "exec-1");
  VD_REPEATED_ADD(crew->shifts, crew->n_shifts, second);
  cr_assert_eq(apply(stage, plan), VD_OK);
  cr_assert(FIND(stage, CREW, Crew, "exec-1")->on_duty);
  cr_assert_gt(vd_venue_next_due(stage->venue), stage->now_ms);
  finish(stage, plan);
}

Test(plan_apply, another_shift_is_another_duty)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  add_like(plan, "floor-1", "floor-2");
  planned_crew(plan, "floor-1")->shifts[0]->start_at_ms = TEN + HOURS(2);
  cr_assert_eq(apply(stage, plan), VD_OK);
  cr_assert_not(FIND(stage, CREW, Crew, "floor-1")->on_duty);
  cr_assert(FIND(stage, CREW, Crew, "floor-2")->on_duty);
  cr_assert_eq(FIND(stage, TEAM, Team, "onsite")->uncovered_since_at_ms, 0);
  cr_assert_gt(vd_venue_next_due(stage->venue), stage->now_ms, "nothing is late because the plan changed");
  vd_venue_tick(stage->venue, TEN + HOURS(2), 100, stage_follow, stage);
  cr_assert(FIND(stage, CREW, Crew, "floor-1")->on_duty, "the new shift begins by itself");
  finish(stage, plan);
}

// ---- what is gone ----

Test(plan_apply, who_is_gone_is_retired_and_off_duty)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  say_duty(stage, "floor-1", VD__DUTY__DUTY_ON);
  add_like(plan, "floor-1", "floor-2");
  TAKE_OUT(plan, crews, plan_crew, 0);
  cr_assert_eq(apply(stage, plan), VD_OK);
  const Vd__Crew *gone = FIND(stage, CREW, Crew, "floor-1");
  cr_assert(gone->retired);
  cr_assert_not(gone->on_duty);
  cr_assert_eq(gone->n_shifts, 0);
  cr_assert_str_eq(gone->call_sign, "FLOOR 1", "the history still calls them so");
  unsigned changes = stage->changes;
  cr_assert_eq(apply(stage, plan), VD_OK);
  cr_assert_eq(stage->changes, changes, "retired once");
  add_like(plan, "floor-2", "floor-1");
  cr_assert_eq(apply(stage, plan), VD_OK);
  cr_assert_not(FIND(stage, CREW, Crew, "floor-1")->retired, "and back");
  cr_assert(FIND(stage, CREW, Crew, "floor-1")->on_duty);
  finish(stage, plan);
}

Test(plan_apply, a_retired_category_keeps_its_pages_and_a_page_can_go)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  vd__plan_page__free_unpacked(plan->categories[1]->handbook[2], NULL);
  plan->categories[1]->n_handbook = 2;
  cr_assert_eq(apply(stage, plan), VD_OK, "a language less is a warning");
  cr_assert_null(FIND(stage, PAGE, Page, "fire.zh-hans"));
  cr_assert_not_null(FIND(stage, PAGE, Page, "fire.zh-hant"));
  TAKE_OUT(plan, categories, plan_category, 0);
  cr_assert_eq(apply(stage, plan), VD_OK);
  cr_assert(FIND(stage, CATEGORY, Category, "av-fault")->retired);
  cr_assert_not_null(FIND(stage, PAGE, Page, "av-fault.en"), "an open incident may need it");
  finish(stage, plan);
}

// ---- what runs ----

Test(plan_apply, running_deadlines_keep_their_limits)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  cr_assert_eq(report(stage, "hall", "av-fault"), 1);
  plan->policy->respond_limit_ms = MINUTES(3);
  cr_assert_eq(apply(stage, plan), VD_OK);
  cr_assert_eq(report(stage, "hall", "av-fault"), 2, "numbers go on");
  cr_assert_eq(FIND(stage, DEADLINE, Deadline, "1.1.respond")->due_at_ms, TEN + MINUTES(5));
  cr_assert_eq(FIND(stage, DEADLINE, Deadline, "2.1.respond")->due_at_ms, TEN + MINUTES(3));
  finish(stage, plan);
}

// Timers and keys follow from entities and plan; a venue restored after the change must have the same ones.
Test(plan_apply, a_restart_after_it_changes_nothing)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  report(stage, "hall", "fire");
  report(stage, "hall", "av-fault");
  plan->policy->climb_after_ms = MINUTES(1);
  plan->policy->decision_call_ms = MINUTES(3);
  for (size_t i = 0; i < plan->n_posts; i++)
    if (strcmp(plan->posts[i]->id, "control") == 0)
      vd_string_set(&plan->posts[i]->team, "onsite");
  cr_assert_eq(apply(stage, plan), VD_OK);
  struct vd_venue *other = vd_venue_create();
  for (int kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    ProtobufCMessage *message = vd_fold_next(stage->mirror, (Vd__Kind)kind, NULL, "");
    for (; message; message = vd_fold_next(stage->mirror, (Vd__Kind)kind, vd_message_id(message), "")) {
      Vd__Entity entity;
      vd_entity_wrap(&entity, (Vd__Kind)kind, message);
      vd_venue_restore_entity(other, &entity);
    }
  }
  memcpy(other->nodes, stage->venue->nodes, sizeof other->nodes); // counts that a restart may lose (node.h)
  vd_venue_restore_finish(other, vd_venue_sequence(stage->venue), stage->now_ms);
  struct stage twin = {.mirror = vd_fold_create()};
  for (int64_t at_ms = stage->now_ms; at_ms <= TEN + MINUTES(40); at_ms += 1000) {
    cr_assert_eq(vd_venue_next_due(stage->venue), vd_venue_next_due(other), "at +%lld s",
                 (long long)(at_ms - TEN) / 1000);
    vd_venue_tick(stage->venue, at_ms, 1000, stage_follow, stage);
    vd_venue_tick(other, at_ms, 1000, stage_follow, &twin);
  }
  stage_expect_same(vd_venue_fold(stage->venue), vd_venue_fold(other));
  vd_fold_destroy(twin.mirror);
  vd_venue_destroy(other);
  finish(stage, plan);
}

// ---- refused ----

Test(plan_apply, a_plan_with_an_error_changes_nothing)
{
  Vd__Plan *plan;
  struct stage *stage = on_good_plan(&plan);
  unsigned changes = stage->changes;
  vd_string_set(&planned_crew(plan, "floor-1")->posts[0], "onsite-leed");
  vd_string_set(&planned_crew(plan, "exec-1")->call_sign, "EXEC 9");
  cr_assert_eq(apply(stage, plan), VD_ERR_DANGLING_REFERENCE);
  cr_assert_str_eq(stage->reply.field, "plan_apply.plan.crews[0].posts[0]");
  cr_assert_not_null(strstr(stage->reply.sentence, "onsite-lead"), "%s", stage->reply.sentence);
  cr_assert_eq(stage->changes, changes);
  cr_assert_str_eq(FIND(stage, CREW, Crew, "exec-1")->call_sign, "EXEC 1");
  finish(stage, plan);
}

Test(plan_apply, a_command_without_a_plan_is_refused)
{
  struct stage *stage = stage_create(TEN);
  cr_assert_eq(apply(stage, NULL), VD_ERR_MISSING);
  cr_assert_null(vd_venue_event(stage->venue));
  stage_destroy(stage);
}
