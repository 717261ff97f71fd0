// The supplies of a plan: their checks, and what a new plan does to what is known of them.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "daemon/core/supply.h"
#include "daemon/core/venue_internal.h"
#include "proto/message.h"
#include "tests/unit/core/plan_fixture.h"

#define MINUTES(n)   ((int64_t)(n)*60000)
#define BATCH(state) VD__BATCH_STATE__BATCH_STATE_##state

// 09:00 at the venue, in the good plan's day.
static const int64_t NINE = INT64_C(1684371600000);
#define AT(minutes) (NINE + MINUTES(minutes))

static Vd__Plan *plan;
static struct vd_findings findings;

static Vd__PlanSupply *add(const char *id)
{
  Vd__PlanSupply *supply = (Vd__PlanSupply *)vd_message_new(&vd__plan_supply__descriptor);
  vd_string_set(&supply->id, id);
  vd_string_set(&supply->zone, "hall");
  supply->par = 100;
  supply->lead_ms = MINUTES(20);
  supply->burn_idle = 500;
  supply->burn_break = 4000;
  VD_REPEATED_ADD(plan->supplies, plan->n_supplies, supply);
  return supply;
}

static Vd__PlanBatch *add_batch(Vd__PlanSupply *supply, int at, uint32_t quantity)
{
  Vd__PlanBatch *batch = (Vd__PlanBatch *)vd_message_new(&vd__plan_batch__descriptor);
  batch->planned_at_ms = AT(at);
  batch->quantity = quantity;
  VD_REPEATED_ADD(supply->batches, supply->n_batches, batch);
  return batch;
}

static void drop_last_batch(Vd__PlanSupply *supply)
{
  vd__plan_batch__free_unpacked(supply->batches[--supply->n_batches], NULL);
}

static void drop_supplies(void)
{
  while (plan->n_supplies > 0)
    vd__plan_supply__free_unpacked(plan->supplies[--plan->n_supplies], NULL);
}

static void setup(void)
{
  plan = plan_good();
}

static void teardown(void)
{
  vd_findings_finish(&findings);
  vd__plan__free_unpacked(plan, NULL);
}

TestSuite(plan_supplies, .init = setup, .fini = teardown);

// ---- the checks; tests/plans has a plan for each rule ----

static size_t check(const char *rule)
{
  vd_findings_finish(&findings);
  vd_plan_defaults(plan);
  vd_plan_check(plan, &findings);
  return plan_count(&findings, rule);
}

Test(plan_supplies, what_is_left_out_has_the_house_s_values)
{
  Vd__PlanSupply *supply = add("coffee");
  supply->lead_ms = 0;
  cr_assert_eq(check(""), 0);
  cr_assert_eq(findings.count, 0, "%s", findings.count ? findings.items[0].sentence : "");
  cr_assert_eq(supply->lead_ms, MINUTES(15));
  cr_assert_str_eq(supply->team, "execution");
  cr_assert_eq(plan->policy->sample_limit_ms, MINUTES(15));
  cr_assert_eq(plan->policy->sample_weight_g, 125);
  cr_assert_eq(plan->policy->sample_keep_ms, MINUTES(48 * 60));
  cr_assert_eq(plan->policy->dispose_limit_ms, MINUTES(24 * 60));
}

Test(plan_supplies, the_policy_says_who_refills_where_a_supply_does_not)
{
  vd_string_set(&plan->policy->supply_team, "onsite");
  Vd__PlanSupply *supply = add("coffee");
  cr_assert_eq(check(""), 0);
  cr_assert_str_eq(supply->team, "onsite");
}

Test(plan_supplies, names_that_are_none_are_told_with_the_nearest)
{
  Vd__PlanSupply *supply = add("coffee");
  vd_string_set(&supply->zone, "hal");
  vd_string_set(&supply->team, "onsit");
  vd_string_set(&add_batch(supply, 60, 50)->session, "te");
  supply->batches[0]->planned_at_ms = 0;
  cr_assert_eq(check("dangling-reference"), 3);
  const struct vd_finding *first = plan_first(&findings, "dangling-reference");
  cr_assert_str_eq(first[0].path, "supplies[0].zone");
  cr_assert_str_eq(first[0].limit, "hall");
  cr_assert_str_eq(first[1].path, "supplies[0].team");
  cr_assert_str_eq(first[1].limit, "onsite");
  cr_assert_str_eq(first[2].path, "supplies[0].batches[0].session");
}

Test(plan_supplies, ids_are_ids_and_given_once)
{
  add("coffee");
  add("coffee");
  add("Green tea");
  cr_assert_eq(check("duplicate-id"), 1);
  cr_assert_eq(plan_count(&findings, "id"), 1);
}

Test(plan_supplies, numbers_have_their_bounds)
{
  Vd__PlanSupply *supply = add("coffee");
  supply->par = 0;
  cr_expect_eq(check("value-range"), 1);
  supply->par = 100001;
  cr_expect_eq(check("value-range"), 1);
  supply->par = 100000;
  supply->burn_break = supply->burn_idle = VD_SUPPLY_RATE_MAX + 1;
  supply->lead_ms = 1;
  cr_expect_eq(check("value-range"), 2);
  supply->burn_break = supply->burn_idle = VD_SUPPLY_RATE_MAX;
  cr_expect_eq(check("value-range"), 0);
  supply->lead_ms = -1;
  supply->holding_ms = MINUTES(7 * 24 * 60) + 1;
  cr_expect_eq(check("value-range"), 2);
  supply->lead_ms = MINUTES(1);
  supply->holding_ms = 0;
  add_batch(supply, 60, 0);
  cr_expect_eq(check("value-range"), 1);
  supply->batches[0]->quantity = 400000;
  cr_expect_eq(check("value-range"), 0);
  supply->batches[0]->quantity = 400001;
  cr_expect_eq(check("value-range"), 1);
}

Test(plan_supplies, a_refill_must_be_there_before_it_is_gone_or_stale)
{
  Vd__PlanSupply *supply = add("coffee");
  supply->burn_break = 5000;
  cr_expect_eq(check("supply-lead"), 0, "a hundred in twenty minutes is just enough");
  supply->burn_break = 5001;
  cr_expect_eq(check("supply-lead"), 1);
  supply->burn_break = 5000;
  supply->holding_ms = MINUTES(20);
  cr_expect_eq(check("supply-lead"), 1);
  supply->holding_ms = MINUTES(20) + 1;
  cr_expect_eq(check("supply-lead"), 0);
}

Test(plan_supplies, a_team_that_is_not_there_is_told_once)
{
  for (size_t i = 0; i < plan->n_crews; i++)
    if (strcmp(plan->crews[i]->id, "medic-1") == 0)
      plan->crews[i]->shifts[0]->end_at_ms = AT(120);
  Vd__PlanTeam *team = (Vd__PlanTeam *)vd_message_new(&vd__plan_team__descriptor);
  vd_string_set(&team->id, "catering");
  VD_REPEATED_ADD(plan->teams, plan->n_teams, team);
  vd_string_set(&add("coffee")->team, "catering");
  vd_string_set(&add("tea")->team, "catering");
  cr_assert_eq(check("supply-uncovered"), 1);
  cr_assert_str_eq(plan_first(&findings, "supply-uncovered")->value, "08:00 to 18:00");
}

Test(plan_supplies, a_batch_is_for_a_break_or_a_time_of_the_event)
{
  Vd__PlanSupply *supply = add("coffee");
  add_batch(supply, -60, 50);
  add_batch(supply, 9 * 60, 50);
  cr_expect_eq(check("batch-time"), 0, "from its start to its end");
  supply->batches[0]->planned_at_ms--;
  supply->batches[1]->planned_at_ms++;
  cr_expect_eq(check("batch-time"), 2);
  drop_last_batch(supply);
  Vd__PlanSession *session = (Vd__PlanSession *)vd_message_new(&vd__plan_session__descriptor);
  vd_string_set(&session->id, "tea");
  vd_string_set(&session->zone, "hall");
  session->kind = VD__SESSION_KIND__SESSION_KIND_BREAK;
  session->start_at_ms = AT(60);
  session->end_at_ms = AT(80);
  VD_REPEATED_ADD(plan->sessions, plan->n_sessions, session);
  vd_string_set(&supply->batches[0]->session, "tea");
  cr_expect_eq(check("batch-time"), 1, "not both");
  supply->batches[0]->planned_at_ms = 0;
  cr_expect_eq(check("batch-time"), 0);
  cr_expect_eq(plan_count(&findings, "batch-no-break"), 0);
}

Test(plan_supplies, too_much_text_is_told)
{
  Vd__PlanSupply *supply = add("coffee");
  supply->name = (Vd__Text *)vd_message_new(&vd__text__descriptor);
  char line[240];
  memset(line, 'x', sizeof line - 1);
  line[sizeof line - 1] = '\0';
  vd_string_set(&supply->name->en, line);
  vd_string_set(&supply->name->zh_hant, line);
  vd_string_set(&supply->name->zh_hans, line);
  cr_expect_eq(check("entity-size"), 0);
  for (int i = 0; i < 2; i++)
    vd_strings_add(&supply->allergens, &supply->n_allergens,
                   "0123456789012345678901234567890123456789012345678901");
  cr_expect_eq(check("entity-size"), 1);
  cr_expect_str_eq(plan_first(&findings, "entity-size")->path, "supplies[0]");
}

// What a supply can gain by the event fits into what the plan leaves free.
Test(plan_supplies, the_growth_of_a_supply_is_accounted_for)
{
  Vd__Supply bare = VD__SUPPLY__INIT, grown = VD__SUPPLY__INIT;
  const int64_t last_ms = INT64_C(4102444800000);
  bare.rate_idle = bare.rate_break = 1;
  grown.revision = UINT64_MAX;
  grown.retired = grown.is_known = true;
  grown.level = grown.rated_level = 400000;
  grown.level_at_ms = grown.filled_at_ms = grown.rated_at_ms = grown.run_out_at_ms = last_ms;
  grown.stale_at_ms = grown.refill_at_ms = last_ms;
  grown.served = UINT64_MAX;
  grown.rate_idle = grown.rate_break = VD_SUPPLY_RATE_MAX;
  grown.task = (char *)"t18446744073709551615";
  grown.errors = UINT32_MAX;
  grown.error_permille = 4000;
  grown.batches = 999;
  grown.looked_at_ms = grown.judged_at_ms = last_ms;
  grown.judged_level = grown.waived_level = 400000;
  grown.judged_idle = grown.judged_break = VD_SUPPLY_RATE_MAX;
  grown.run_out_waived = grown.stale_waived = true;
  cr_assert_leq(vd__supply__get_packed_size(&grown) - vd__supply__get_packed_size(&bare),
                (size_t)VD_PLAN_GROWTH_SUPPLY);
}

Test(plan_supplies, the_growth_of_the_event_is_accounted_for)
{
  Vd__Event grown = VD__EVENT__INIT;
  char word[65];
  memset(word, 'x', 64);
  word[64] = '\0';
  grown.revision = UINT64_MAX;
  grown.last_incident = grown.last_log = grown.last_task = grown.last_notice = 10000000;
  grown.last_suggestion = grown.seated = 10000000;
  grown.notice_sent_at_ms = grown.reforecast_at_ms = INT64_C(4102444800000);
  grown.reforecast_after = word;
  cr_assert_leq(vd__event__get_packed_size(&grown), (size_t)VD_PLAN_GROWTH_EVENT);
}

// ---- a live venue ----

static struct stage *stage;

static void begin(void)
{
  setup();
  stage = stage_create(NINE);
}

static void end(void)
{
  stage_destroy(stage);
  teardown();
}

TestSuite(plan_supplies_live, .init = begin, .fini = end);

static void apply(void)
{
  Vd__PlanApply sent = VD__PLAN_APPLY__INIT;
  sent.plan = plan;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &sent;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s: %s", stage->reply.field, stage->reply.sentence);
}

static void tick(void)
{
  while (vd_venue_tick(stage->venue, stage->now_ms, 64, stage_follow, stage) > 0)
    ;
}

static void level(const char *id, uint32_t units)
{
  Vd__SupplyLevel told = VD__SUPPLY_LEVEL__INIT;
  told.supply = (char *)id;
  told.level = units;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SUPPLY_LEVEL;
  command.supply_level = &told;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s", stage->reply.sentence);
}

static void serve(const char *id)
{
  Vd__BatchServe told = VD__BATCH_SERVE__INIT;
  told.batch = (char *)id;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_BATCH_SERVE;
  command.batch_serve = &told;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s", stage->reply.sentence);
}

static void plan_by_hand(int at)
{
  Vd__BatchPlan told = VD__BATCH_PLAN__INIT;
  told.supply = (char *)"coffee";
  told.quantity = 10;
  told.planned_at_ms = AT(at);
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_BATCH_PLAN;
  command.batch_plan = &told;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s", stage->reply.sentence);
}

static Vd__Supply *coffee(void)
{
  return VD_FIND(stage->venue, SUPPLY, Supply, "coffee");
}

static Vd__Batch *batch(const char *id)
{
  return VD_FIND(stage->venue, BATCH, Batch, id);
}

Test(plan_supplies_live, supplies_and_batches_become_entities)
{
  Vd__PlanSupply *planned = add("coffee");
  planned->holding_ms = MINUTES(90);
  vd_strings_add(&planned->allergens, &planned->n_allergens, "milk");
  add_batch(planned, 60, 50);
  add_batch(planned, 120, 30);
  apply();
  cr_assert_str_eq(coffee()->zone, "hall");
  cr_assert_eq(coffee()->par, 100);
  cr_assert_eq(coffee()->holding_ms, MINUTES(90));
  cr_assert_eq(coffee()->lead_ms, MINUTES(20));
  cr_assert_str_eq(coffee()->allergens[0], "milk");
  cr_assert_str_eq(coffee()->team, "execution");
  cr_assert_eq(coffee()->rate_idle, 500, "expected to begin with");
  cr_assert_eq(coffee()->rate_break, 4000);
  cr_assert_not(coffee()->is_known);
  cr_assert_eq(batch("coffee.b1")->quantity, 50);
  cr_assert_eq(batch("coffee.b2")->planned_at_ms, AT(120));
  cr_assert_eq(batch("coffee.b2")->state, BATCH(PLANNED));
  unsigned changes = stage->changes;
  apply();
  cr_assert_eq(stage->changes, changes, "the same plan again is no Change");
}

Test(plan_supplies_live, what_is_known_stays)
{
  add("coffee");
  apply();
  level("coffee", 60);
  stage->now_ms = AT(20);
  level("coffee", 20);
  uint32_t learnt = coffee()->rate_idle;
  cr_assert_neq(learnt, 500);
  plan->supplies[0]->par = 120;
  apply();
  cr_assert_eq(coffee()->par, 120);
  cr_assert_eq(coffee()->level, 20);
  cr_assert_eq(coffee()->level_at_ms, AT(20));
  cr_assert_eq(coffee()->rate_idle, learnt);
  cr_assert_eq(coffee()->errors, 1);
  plan->supplies[0]->burn_idle = 700;
  apply();
  cr_assert_eq(coffee()->rate_idle, 700, "said anew");
  cr_assert_eq(coffee()->rate_break, 4000);
}

Test(plan_supplies_live, another_plan_is_another_forecast)
{
  add("coffee");
  apply();
  level("coffee", 60);
  cr_assert_eq(coffee()->refill_at_ms, AT(100));
  plan->supplies[0]->lead_ms = MINUTES(30);
  apply();
  tick();
  cr_assert_eq(coffee()->refill_at_ms, AT(90));
  cr_assert_eq(vd_venue_next_due(stage->venue) <= AT(90), true);
}

Test(plan_supplies_live, without_automation_the_timer_goes_and_comes_back)
{
  add("coffee");
  apply();
  level("coffee", 1);
  plan->policy->manual_nodes = true;
  apply();
  stage->now_ms = AT(10);
  tick();
  cr_assert_eq(vd_venue_event(stage->venue)->last_task, 0);
  plan->policy->manual_nodes = false;
  apply();
  tick();
  cr_assert_eq(vd_venue_event(stage->venue)->last_task, 1);
}

Test(plan_supplies_live, what_is_gone_is_asked_for_no_more)
{
  add("coffee");
  apply();
  level("coffee", 1);
  tick();
  plan_by_hand(60);
  cr_assert_eq(VD_FIND(stage->venue, TASK, Task, "t1")->state, VD__TASK_STATE__TASK_STATE_OPEN);
  drop_supplies();
  apply();
  tick();
  cr_assert(coffee()->retired);
  cr_assert_eq(VD_FIND(stage->venue, TASK, Task, "t1")->state, VD__TASK_STATE__TASK_STATE_CANCELLED);
  cr_assert_null(batch("coffee.b1"), "what was planned of it goes too");
  add("coffee");
  apply();
  tick();
  cr_assert_not(coffee()->retired);
  cr_assert_eq(vd_venue_event(stage->venue)->last_task, 2, "it is as empty as it was");
}

Test(plan_supplies_live, a_batch_that_waits_follows_the_plan_and_a_served_one_does_not)
{
  Vd__PlanSupply *planned = add("coffee");
  add_batch(planned, 60, 50);
  add_batch(planned, 120, 50);
  add_batch(planned, 180, 50);
  apply();
  serve("coffee.b1");
  for (size_t i = 0; i < 2; i++)
    planned->batches[i]->quantity = 70;
  drop_last_batch(planned);
  apply();
  cr_assert_eq(batch("coffee.b1")->state, BATCH(SERVED));
  cr_assert_eq(batch("coffee.b1")->quantity, 50);
  cr_assert_eq(batch("coffee.b2")->quantity, 70);
  cr_assert_null(batch("coffee.b3"));
  while (planned->n_batches > 0)
    drop_last_batch(planned);
  apply();
  cr_assert_not_null(batch("coffee.b1"), "what was served is history");
  cr_assert_null(batch("coffee.b2"));
}

Test(plan_supplies_live, what_people_planned_stays_and_keeps_its_number)
{
  Vd__PlanSupply *planned = add("coffee");
  add_batch(planned, 60, 50);
  apply();
  plan_by_hand(90);
  cr_assert_eq(batch("coffee.b2")->quantity, 10);
  add_batch(planned, 120, 60);
  apply();
  cr_assert(batch("coffee.b2")->by_hand);
  cr_assert_eq(batch("coffee.b2")->quantity, 10);
  cr_assert_eq(batch("coffee.b3")->quantity, 60, "the plan's second");
  unsigned changes = stage->changes;
  apply();
  cr_assert_eq(stage->changes, changes);
  plan_by_hand(95);
  cr_assert_eq(stage->reply.number, 4);
  drop_last_batch(planned);
  apply();
  cr_assert_null(batch("coffee.b3"));
  cr_assert_not_null(batch("coffee.b2"));
  cr_assert_not_null(batch("coffee.b4"));
}

// ---- what the agenda of a plan does to batches ----

static Vd__PlanSession *add_session(const char *id, Vd__SessionKind kind, int start, int end)
{
  Vd__PlanSession *session = (Vd__PlanSession *)vd_message_new(&vd__plan_session__descriptor);
  vd_string_set(&session->id, id);
  vd_string_set(&session->zone, "hall");
  session->title = (Vd__Text *)vd_message_new(&vd__text__descriptor);
  vd_string_set(&session->title->en, id);
  session->kind = kind;
  session->start_at_ms = AT(start);
  session->end_at_ms = AT(end);
  VD_REPEATED_ADD(plan->sessions, plan->n_sessions, session);
  return session;
}

static void start_session(const char *id)
{
  Vd__SessionStart told = VD__SESSION_START__INIT;
  told.session = (char *)id;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SESSION_START;
  command.session_start = &told;
  cr_assert_eq(stage_do(stage, &command), VD_OK, "%s", stage->reply.sentence);
}

// Coffee for 10:00 in the hall, held back since the talk before it overruns.
static Vd__PlanSession *hold_a_batch(Vd__PlanSupply *planned)
{
  add_batch(planned, 60, 50);
  Vd__PlanSession *talk = add_session("talk", VD__SESSION_KIND__SESSION_KIND_TALK, 0, 60);
  apply();
  start_session("talk");
  stage->now_ms = AT(63);
  tick();
  cr_assert_eq(batch("coffee.b1")->state, BATCH(HELD));
  return talk;
}

Test(plan_supplies_live, a_held_batch_can_go_while_its_session_gets_more_time)
{
  Vd__PlanSupply *planned = add("coffee");
  Vd__PlanSession *talk = hold_a_batch(planned);
  drop_last_batch(planned);
  talk->end_at_ms = AT(90);
  apply();
  cr_assert_null(batch("coffee.b1"));
}

Test(plan_supplies_live, a_supply_can_go_while_its_batch_is_held)
{
  hold_a_batch(add("coffee"));
  drop_supplies();
  plan->policy->overrun_grace_ms = MINUTES(10);
  apply();
  cr_assert_null(batch("coffee.b1"));
}

Test(plan_supplies_live, what_people_planned_for_a_break_that_goes_is_named)
{
  add("coffee");
  add_session("tea", VD__SESSION_KIND__SESSION_KIND_BREAK, 60, 80);
  apply();
  Vd__BatchPlan told = VD__BATCH_PLAN__INIT;
  told.supply = (char *)"coffee";
  told.quantity = 10;
  told.session = (char *)"tea";
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_BATCH_PLAN;
  command.batch_plan = &told;
  cr_assert_eq(stage_do(stage, &command), VD_OK);
  vd__plan_session__free_unpacked(plan->sessions[--plan->n_sessions], NULL);
  apply();
  cr_assert_str_eq(stage->reply.field, "batch-left");
  cr_assert_str_eq(stage->reply.nearest, "coffee.b1");
  cr_assert_eq(batch("coffee.b1")->state, BATCH(PLANNED));
  apply();
  cr_assert_str_empty(stage->reply.field, "once");
}

Test(plan_supplies_live, two_overruns_that_end_at_once_let_go)
{
  add_batch(add("coffee"), 60, 50);
  add_session("talk-a", VD__SESSION_KIND__SESSION_KIND_TALK, 0, 45);
  add_session("talk-b", VD__SESSION_KIND__SESSION_KIND_TALK, 45, 60);
  apply();
  start_session("talk-a");
  start_session("talk-b");
  stage->now_ms = AT(63);
  tick();
  cr_assert_str_eq(batch("coffee.b1")->held_for, "talk-a");
  plan->policy->overrun_grace_ms = MINUTES(30);
  apply();
  cr_assert_str_eq(batch("coffee.b1")->held_for, "");
  cr_assert_eq(batch("coffee.b1")->state, BATCH(PLANNED));
}
