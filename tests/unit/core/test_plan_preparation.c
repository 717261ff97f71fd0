// The edges of what is asked of a preparation; tests/plans has a plan for each rule.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

#define HOURS(n) ((int64_t)(n)*3600000)
#define DAYS(n)  ((int64_t)(n)*86400000)

static struct plan_file file;
static Vd__Plan *plan;

// One that breaks no rule but that its display is long; that is made good first.
static void setup(void)
{
  file = plan_file_read("tests/plans/display-length.yaml");
  plan = file.plan;
  vd_string_set(&plan->displays[0]->text->en, "In hall B");
}

static void teardown(void)
{
  plan_file_finish(&file);
}

TestSuite(plan_preparation, .init = setup, .fini = teardown);

static size_t check(const char *rule)
{
  plan_file_check(&file);
  return plan_count(&file.findings, rule);
}

static void assert_clean(void)
{
  check("");
  for (size_t i = 0; i < file.findings.count; i++)
    cr_expect_fail("%s: %s", file.findings.items[i].path, file.findings.items[i].rule);
}

Test(plan_preparation, a_whole_one_has_nothing_to_be_said_against)
{
  assert_clean();
}

Test(plan_preparation, a_sketch_is_not_asked)
{
  vd__plan_preparation__free_unpacked(plan->preparation, NULL);
  plan->preparation = NULL;
  cr_expect_eq(check("no-preparation"), 1);
  cr_expect_eq(file.findings.count, 1, "and nothing of its parts");
  plan->event->participants = 0;
  assert_clean();
}

Test(plan_preparation, the_reserve_is_met_exactly)
{
  plan->event->participants = 170;
  assert_clean(); // of 200: 15 percent
  plan->event->participants = 171;
  cr_assert_eq(check("venue-reserve"), 1);
  cr_expect_str_eq(plan_first(&file.findings, "venue-reserve")->limit, "202");
  plan->event->participants = 100;
  plan->preparation->reserve_percent = 14;
  cr_expect_eq(check("venue-reserve"), 1, "looser than the standard");
  plan->preparation->reserve_percent = 91;
  cr_expect_eq(check("value-range"), 1);
  plan->preparation->reserve_percent = 15;
  plan->preparation->venue_capacity = 0;
  cr_expect_eq(check("venue-reserve"), 1, "not said");
}

Test(plan_preparation, the_nearest_hub_counts)
{
  plan->preparation->hubs[0]->reach_ms = HOURS(1);
  assert_clean();
  plan->preparation->hubs[0]->reach_ms = HOURS(1) + 1;
  cr_expect_eq(check("transport-hubs"), 1);
  plan->preparation->hub_reach_ms = HOURS(2);
  assert_clean();
  plan->preparation->hubs[0]->reach_ms = 0;
  cr_expect_eq(check("transport-hubs"), 1);
}

Test(plan_preparation, a_cost_without_terms_is_not_agreed)
{
  vd_string_set(&plan->preparation->costs[1]->terms->en, "");
  cr_expect_eq(check("hidden-costs"), 1);
}

Test(plan_preparation, materials_are_checked_three_days_before)
{
  plan->materials[0]->checked_at_ms = plan->event->start_at_ms - HOURS(72);
  assert_clean();
  plan->materials[0]->checked_at_ms++;
  cr_expect_eq(check("material-check"), 1);
  plan->materials[0]->checked_at_ms = 0;
  cr_expect_eq(check("material-check"), 1);
  plan->materials[0]->checked_at_ms = plan->event->start_at_ms - HOURS(72);
  plan->preparation->material_check_ms = HOURS(71);
  cr_expect_eq(check("material-check"), 1, "the plan asks for less");
  plan->preparation->material_check_ms = 0;
  cr_expect_eq(check("value-range"), 1);
}

Test(plan_preparation, drills_are_quarterly)
{
  plan->preparation->last_drill_at_ms = plan->event->start_at_ms - DAYS(92);
  assert_clean();
  plan->preparation->last_drill_at_ms--;
  cr_expect_eq(check("drill-date"), 1);
  plan->preparation->last_drill_at_ms = plan->event->start_at_ms + 1;
  cr_expect_eq(check("drill-date"), 1, "it has not been");
  plan->preparation->last_drill_at_ms = plan->event->start_at_ms;
  plan->preparation->drill_every_ms = DAYS(93);
  cr_expect_eq(check("drill-date"), 1);
}

Test(plan_preparation, what_is_read_in_three_seconds)
{
  Vd__Text *text = plan->displays[0]->text;
  vd_string_set(&text->en, "one two three four five six seven eight nine ten eleven twelve");
  vd_string_set(&text->zh_hant, "一二三四五六七八九十一二三四五六七八");
  assert_clean();
  vd_string_set(&text->en, "one two three four five six seven eight nine ten eleven twelve more");
  vd_string_set(&text->zh_hant, "一二三四五六七八九十一二三四五六七八九");
  cr_expect_eq(check("display-length"), 2);
  plan->preparation->display_words = 13;
  plan->preparation->display_characters = 19;
  cr_expect_eq(check("display-length"), 2, "the plan is looser instead");
}

Test(plan_preparation, a_language_is_spoken_at_every_minute_it_is_needed)
{
  Vd__PlanCrew *medic = plan->crews[6];
  medic->shifts[0]->end_at_ms -= HOURS(1);
  cr_expect_eq(check("translation"), 1);
  cr_expect_eq(check("no-shift"), 0);
  vd_string_set(&plan->preparation->languages[0]->session, "keynote");
  cr_expect_eq(check("dangling-reference"), 1);
  vd_string_set(&plan->preparation->languages[0]->session, "");
  vd_string_set(&plan->preparation->languages[0]->language, "JA");
  cr_expect_eq(check("id"), 1, "no word of a skill");
}

Test(plan_preparation, nights_have_a_guard)
{
  plan->event->end_at_ms += DAYS(1);
  for (size_t i = 0; i < plan->n_crews; i++)
    plan->crews[i]->shifts[0]->end_at_ms += DAYS(1);
  cr_expect_eq(check("night-guard"), 1, "none is named");
  vd_string_set(&plan->preparation->night_post, "safety");
  cr_expect_eq(check("night-guard"), 0);
  plan->crews[6]->shifts[0]->end_at_ms = plan->event->start_at_ms + HOURS(21); // 05:00
  cr_expect_eq(check("night-guard"), 1);
  plan->crews[6]->shifts[0]->end_at_ms += HOURS(1);
  cr_expect_eq(check("night-guard"), 0, "the night ends at six");
}

Test(plan_preparation, posts_that_stand_by_exist_and_are_held)
{
  vd_string_set(&plan->preparation->feedback_post, "onsite-laed");
  cr_expect_eq(check("dangling-reference"), 1);
  vd_string_set(&plan->preparation->feedback_post, "onsite-lead");
  plan->crews[0]->shifts[0]->end_at_ms -= HOURS(1);
  cr_expect_eq(check("feedback-post"), 1);
}

Test(plan_preparation, suppliers_rehearse_before_the_doors_open)
{
  plan->suppliers[0]->rehearsed_at_ms = plan->event->doors_at_ms - 1;
  assert_clean();
  plan->suppliers[0]->rehearsed_at_ms++;
  cr_expect_eq(check("supplier-rehearsed"), 1);
  vd_string_set(&plan->suppliers[1]->contract, "");
  cr_expect_eq(check("supplier-contract"), 1);
}

Test(plan_preparation, resources_name_what_exists)
{
  Vd__PlanResource *space = plan->resources[3], *pool = plan->resources[0];
  vd_string_set(&space->zone, "");
  cr_expect_eq(check("dangling-reference"), 1, "a space is somewhere");
  vd_string_set(&space->zone, "stage");
  vd_strings_add(&pool->categories, &pool->n_categories, "av-fualt");
  vd_string_set(&pool->post, "nobody");
  cr_expect_eq(check("dangling-reference"), 2);
  vd_string_set(&pool->post, "control");
  vd_string_set(&pool->categories[0], "av-fault");
  assert_clean();
  pool->count = 0;
  pool->eta_ms = DAYS(8);
  cr_expect_eq(check("value-range"), 2);
  pool->count = 1;
  pool->eta_ms = HOURS(2);
  space->priority = false;
  cr_expect_eq(check("emergency-space"), 1);
  vd_string_set(&pool->id, "annex");
  cr_expect_eq(check("duplicate-id"), 1);
}

// ---- what a plan makes of them ----

Test(plan_preparation, resources_become_entities_and_keep_what_is_out)
{
  Vd__PlanResource *planned = plan->resources[3];
  Vd__Resource *wanted = vd_plan_resource_entity(planned), *live = vd_plan_resource_entity(planned);
  live->in_use = 1;
  live->used_for = 42;
  cr_expect(vd_plan_says_the_same(VD__KIND__KIND_RESOURCE, &wanted->base, &live->base));
  wanted->count = 5;
  vd_plan_keep(VD__KIND__KIND_RESOURCE, &wanted->base, &live->base, 0);
  cr_expect_eq(wanted->in_use, 1);
  cr_expect_eq(wanted->used_for, 42);
  cr_expect_eq(wanted->count, 5);
  cr_expect_eq(wanted->kind, VD__RESOURCE_KIND__RESOURCE_KIND_SPACE);
  cr_expect_str_eq(wanted->contact, "8804");
  vd__resource__free_unpacked(wanted, NULL);
  vd__resource__free_unpacked(live, NULL);
}

static struct stage *stage;

static enum vd_err apply(void)
{
  Vd__PlanApply act = VD__PLAN_APPLY__INIT;
  act.plan = plan;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &act;
  return stage_do(stage, &command);
}

static enum vd_err use(const char *id)
{
  Vd__ResourceUse act = VD__RESOURCE_USE__INIT;
  act.resource = (char *)id;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_RESOURCE_USE;
  command.resource_use = &act;
  return stage_do(stage, &command);
}

static const Vd__Resource *resource(const char *id)
{
  return (const Vd__Resource *)vd_fold_find(vd_venue_fold(stage->venue), VD__KIND__KIND_RESOURCE, id);
}

Test(plan_preparation, a_plan_brings_them_and_takes_them_out_again)
{
  stage = stage_create(plan->event->start_at_ms);
  cr_assert_eq(apply(), VD_OK, "%s: %s", stage->reply.field, stage->reply.sentence);
  cr_assert_not_null(resource("annex"));
  cr_assert_eq(use("annex"), VD_OK, "%s", stage->reply.sentence);
  plan->resources[3]->name = (Vd__Text *)vd_message_new(&vd__text__descriptor);
  vd_string_set(&plan->resources[3]->name->en, "Annex, ground floor");
  cr_assert_eq(apply(), VD_OK);
  cr_expect_eq(resource("annex")->in_use, 1, "what is out stays out");
  cr_expect_str_eq(resource("annex")->name->en, "Annex, ground floor");
  vd__plan_resource__free_unpacked(plan->resources[--plan->n_resources], NULL);
  cr_assert_eq(apply(), VD_OK);
  cr_expect(resource("annex")->retired);
  cr_expect_eq(resource("annex")->in_use, 1);
  cr_expect_eq(use("annex"), VD_ERR_NONE_LEFT);
  stage_destroy(stage);
}

Test(plan_preparation, one_that_cannot_be_offered_keeps_the_plan_out)
{
  stage = stage_create(plan->event->start_at_ms);
  plan->resources[0]->eta_ms = 0;
  cr_expect_eq(apply(), VD_ERR_MISSING);
  cr_expect_str_eq(stage->reply.field, "plan_apply.plan.resources[0]");
  stage_destroy(stage);
}
