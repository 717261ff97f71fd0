// What helps out: taken and returned with counts that hold, and offered when own means run out, with why.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/core/access.h"
#include "tests/unit/core/people.h"

#define NEW(Type, type) ((Vd__##Type *)vd_message_new(&vd__##type##__descriptor))

static struct fixture *f;
static Vd__Recommendation *found;

static void add(const char *id, Vd__ResourceKind kind, const char *zone, uint32_t count, int64_t eta_ms,
                const char *category)
{
  Vd__Resource *resource = NEW(Resource, resource);
  vd_string_set(&resource->id, id);
  resource->revision = 1;
  resource->kind = kind;
  vd_string_set(&resource->zone, zone);
  resource->count = count;
  resource->eta_ms = eta_ms;
  if (*category)
    vd_strings_add(&resource->categories, &resource->n_categories, category);
  people_put(f, VD__KIND__KIND_RESOURCE, &resource->base);
}

static void offer_by_hand(ProtobufCMessage *message)
{
  ((Vd__Event *)message)->policy->manual_offers = true;
}

static void setup(void)
{
  f = fixture_create();
  found = NULL;
  PEOPLE_EDIT(f, EVENT, "event", offer_by_hand);
  add("mics", VD__RESOURCE_KIND__RESOURCE_KIND_SPARE, "backstage", 3, 0, "av-fault");
  add("lobby", VD__RESOURCE_KIND__RESOURCE_KIND_SPACE, "corridor", 1, MINUTES(2), "");
  add("pool-av", VD__RESOURCE_KIND__RESOURCE_KIND_POOL, "", 2, MINUTES(150), "av-fault");
  add("pool-medic", VD__RESOURCE_KIND__RESOURCE_KIND_POOL, "", 1, MINUTES(90), "guest-ill");
}

static void teardown(void)
{
  if (found)
    vd__recommendation__free_unpacked(found, NULL);
  fixture_check_mirror(f);
  fixture_destroy(f);
}

TestSuite(resource, .init = setup, .fini = teardown);

// ---- taken and returned ----

static enum vd_err use_as(const char *principal, const char *id, uint32_t count, uint64_t incident)
{
  Vd__ResourceUse use = VD__RESOURCE_USE__INIT;
  use.resource = (char *)id;
  use.count = count;
  use.incident = incident;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_RESOURCE_USE;
  command.resource_use = &use;
  return fixture_do(f, principal, &command);
}

static enum vd_err use(const char *id, uint32_t count, uint64_t incident)
{
  return use_as("control", id, count, incident);
}

static enum vd_err bring_back(const char *principal, const char *id, uint32_t count, int64_t acted_at_ms)
{
  Vd__ResourceReturn back = VD__RESOURCE_RETURN__INIT;
  back.resource = (char *)id;
  back.count = count;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_RESOURCE_RETURN;
  command.resource_return = &back;
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, principal, &command);
}

static const Vd__Resource *resource(const char *id)
{
  return FIXTURE_FIND(f, RESOURCE, Resource, id);
}

Test(resource, what_is_taken_is_no_longer_free_and_comes_back)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(use("mics", 2, number), VD_OK);
  cr_expect_eq(resource("mics")->in_use, 2);
  cr_expect_eq(resource("mics")->used_for, number);
  cr_expect_eq(resource("mics")->used_at_ms, f->now_ms);
  cr_expect_str_eq(people_fact(f)->what, "resource-used");
  cr_expect(people_says(people_fact(f)->why, people_fact(f)->n_why, "free:1"));
  cr_assert_eq(use("mics", 2, 0), VD_ERR_NONE_LEFT);
  cr_expect_str_eq(f->reply.field, "resource_use.count");
  cr_assert_eq(use("mics", 0, 0), VD_OK, "one where nothing is said");
  cr_assert_eq(use("mics", 0, 0), VD_ERR_NONE_LEFT);
  cr_assert_eq(bring_back("control", "mics", 1, 0), VD_OK);
  cr_expect_eq(resource("mics")->in_use, 2);
  cr_assert_eq(bring_back("control", "mics", 3, 0), VD_ERR_BAD_VALUE, "never below none");
  cr_assert_eq(bring_back("control", "mics", 0, 0), VD_OK, "all of it");
  cr_expect_eq(resource("mics")->in_use, 0);
  cr_assert_eq(bring_back("control", "mics", 0, 0), VD_ERR_WRONG_STATE);
  cr_expect_eq(fixture_facts(f, "resource-returned"), 2);
}

Test(resource, a_count_beyond_all_counts_is_refused)
{
  cr_assert_eq(use("mics", 1, 0), VD_OK);
  cr_assert_eq(use("mics", UINT32_MAX, 0), VD_ERR_NONE_LEFT);
  cr_assert_eq(bring_back("control", "mics", UINT32_MAX, 0), VD_ERR_BAD_VALUE);
  cr_expect_eq(resource("mics")->in_use, 1);
}

Test(resource, what_is_not_there_is_refused)
{
  cr_assert_eq(use("mic", 1, 0), VD_ERR_UNKNOWN_RESOURCE);
  cr_expect_str_eq(f->reply.nearest, "mics");
  cr_assert_eq(use("mics", 1, 99), VD_ERR_UNKNOWN_INCIDENT);
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_CANCEL, number, NULL, 0), VD_OK);
  cr_assert_eq(use("mics", 1, number), VD_ERR_INCIDENT_ENDED);
  cr_expect_eq(resource("mics")->in_use, 0);
}

Test(resource, nothing_is_back_before_it_was_taken)
{
  fixture_run_to(f, FIXTURE_T0 + MINUTES(10));
  cr_assert_eq(use("mics", 1, 0), VD_OK);
  cr_assert_eq(bring_back("control", "mics", 1, FIXTURE_T0 + MINUTES(5)), VD_ERR_OUT_OF_ORDER);
  cr_assert_eq(bring_back("control", "mics", 1, FIXTURE_T0 + MINUTES(10)), VD_OK);
}

static void retire(ProtobufCMessage *message)
{
  ((Vd__Resource *)message)->retired = true;
}

static void count_one(ProtobufCMessage *message)
{
  ((Vd__Resource *)message)->count = 1;
}

Test(resource, what_the_plan_takes_away_while_it_is_out_still_comes_back)
{
  cr_assert_eq(use("mics", 2, 0), VD_OK);
  PEOPLE_EDIT(f, RESOURCE, "mics", count_one);
  cr_assert_eq(use("mics", 1, 0), VD_ERR_NONE_LEFT, "less than none is none");
  PEOPLE_EDIT(f, RESOURCE, "mics", retire);
  cr_assert_eq(use("mics", 1, 0), VD_ERR_NONE_LEFT);
  cr_assert_eq(bring_back("control", "mics", 0, 0), VD_OK);
  cr_assert_eq(use("mics", 1, 0), VD_ERR_UNKNOWN_RESOURCE);
}

Test(resource, a_restart_knows_what_is_out)
{
  cr_assert_eq(use("mics", 2, 0), VD_OK);
  fixture_restart(f);
  cr_assert_eq(use("mics", 2, 0), VD_ERR_NONE_LEFT);
  cr_assert_eq(bring_back("control", "mics", 2, 0), VD_OK);
}

// ---- who may ----

static void only_hall(ProtobufCMessage *message)
{
  Vd__Principal *who = (Vd__Principal *)message;
  vd_strings_add(&who->zones, &who->n_zones, "hall");
}

Test(resource, the_pool_is_called_for_by_who_leads)
{
  cr_expect_eq(use_as("field-av-1", "pool-av", 1, 0), VD_ERR_NOT_PERMITTED);
  cr_expect_eq(use_as("wall", "mics", 1, 0), VD_ERR_NOT_PERMITTED);
  cr_expect_eq(use_as("field-av-1", "mics", 1, 0), VD_OK);
  cr_expect_str_eq(resource("mics")->used_by, "av-1");
  cr_expect_eq(use_as("control", "pool-av", 1, 0), VD_OK);
}

Test(resource, what_lies_elsewhere_is_fetched_for_an_incident_of_ones_own_zones)
{
  uint64_t here = fixture_report(f, "hall", "av-fault"), there = fixture_report(f, "vip", "av-fault");
  PEOPLE_EDIT(f, PRINCIPAL, "field-av-1", only_hall);
  cr_expect_eq(use_as("field-av-1", "mics", 1, 0), VD_ERR_NOT_PERMITTED);
  cr_expect_eq(use_as("field-av-1", "mics", 1, there), VD_ERR_NOT_PERMITTED);
  cr_expect_eq(bring_back("field-av-1", "mics", 1, 0), VD_ERR_NOT_PERMITTED);
  cr_expect_eq(use_as("field-av-1", "mics", 1, here), VD_OK);
  cr_expect_eq(bring_back("field-av-1", "mics", 1, 0), VD_OK, "it was this person who took it");
}

// ---- offered ----

static void recommend(uint64_t number)
{
  struct vd_refusal refusal = {.err = VD_OK};
  if (found)
    vd__recommendation__free_unpacked(found, NULL);
  found = vd_venue_recommend(f->venue, number, f->now_ms, &refusal);
  cr_assert_not_null(found);
}

static bool needs(const char *word)
{
  return people_says(found->needs, found->n_needs, word);
}

static bool says(size_t at, const char *word)
{
  return people_says(found->resources[at]->reasons, found->resources[at]->n_reasons, word);
}

static void skilled_off_duty(void)
{
  cr_assert_eq(fixture_duty(f, "av-1", VD__DUTY__DUTY_OFF), VD_OK);
  cr_assert_eq(fixture_duty(f, "av-2", VD__DUTY__DUTY_OFF), VD_OK);
}

Test(resource, nothing_is_offered_while_own_people_can_come_in_time)
{
  recommend(fixture_report(f, "hall", "av-fault"));
  cr_expect_eq(found->n_needs, 0);
  cr_expect_eq(found->n_resources, 0);
}

Test(resource, nobody_suitable_is_a_reason_and_the_soonest_comes_first)
{
  skilled_off_duty();
  uint64_t number = fixture_report(f, "hall", "av-fault");
  recommend(number);
  cr_assert(needs("nobody-suitable"));
  cr_assert_eq(found->n_resources, 3, "those that help with this category, or with all");
  cr_expect_str_eq(found->resources[0]->resource, "lobby");
  cr_expect(says(0, "eta:120s") || says(0, "eta:0s"));
  cr_expect_str_eq(found->resources[1]->resource, "mics");
  cr_expect(says(1, "eta:120s"), "the walk from backstage");
  cr_expect(says(1, "free:3"));
  cr_expect_str_eq(found->resources[2]->resource, "pool-av");
  cr_expect(says(2, "after-limit:7800s"), "150 minutes, of a limit of 20");
  cr_assert_eq(use("lobby", 1, number), VD_OK);
  cr_assert_eq(use("mics", 3, number), VD_OK);
  recommend(number);
  cr_expect_str_eq(found->resources[0]->resource, "pool-av", "what is free comes first");
  cr_expect(says(1, "none-left"));
}

Test(resource, all_busy_is_a_reason)
{
  cr_assert_eq(people_assign(f, fixture_report(f, "hall", "other"), "av-1"), VD_OK);
  uint64_t number = fixture_report(f, "hall", "av-fault");
  recommend(number);
  cr_expect_not(needs("all-busy"), "the other one is free");
  cr_assert_eq(people_assign(f, fixture_report(f, "forum", "other"), "av-2"), VD_OK);
  recommend(number);
  cr_expect(needs("all-busy"));
  cr_expect_gt(found->n_resources, 0);
}

Test(resource, too_late_for_the_limit_is_a_reason)
{
  uint64_t number = fixture_report(f, "vip", "av-fault"); // 150 s from both
  fixture_run_to(f, FIXTURE_T0 + SECONDS(150));
  recommend(number);
  cr_expect_eq(found->n_needs, 0, "exactly at the limit is in time");
  fixture_run_to(f, FIXTURE_T0 + SECONDS(180));
  recommend(number);
  cr_expect(needs("crew-late:30s"));
}

Test(resource, whoever_has_taken_it_up_is_there)
{
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_RESPOND, number, "av-1", 0), VD_OK);
  skilled_off_duty();
  recommend(number);
  cr_expect_eq(found->n_needs, 0);
}

static void add_device(const char *id, const char *partner, const char *spare)
{
  Vd__Device *device = NEW(Device, device);
  vd_string_set(&device->id, id);
  device->revision = 1;
  vd_string_set(&device->zone, "hall");
  vd_string_set(&device->category, "av-fault");
  vd_string_set(&device->partner, partner);
  vd_string_set(&device->spare, spare);
  people_put(f, VD__KIND__KIND_DEVICE, &device->base);
}

static uint64_t fail(const char *id)
{
  Vd__DeviceFault fault = VD__DEVICE_FAULT__INIT;
  fault.device = (char *)id;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_DEVICE_FAULT;
  command.device_fault = &fault;
  cr_assert_eq(fixture_do(f, "control", &command), VD_OK);
  return f->reply.number;
}

Test(resource, a_device_without_anything_that_stands_in_needs_it)
{
  add_device("alone", "", "");
  uint64_t number = fail("alone");
  recommend(number);
  cr_expect(needs("no-stand-in"));
  cr_expect_eq(found->n_resources, 3);
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_LAND, number, "av-1", 0), VD_OK);
  recommend(number);
  cr_expect_eq(found->n_needs, 0, "it has landed");
}

Test(resource, a_partner_that_is_out_too_does_not_stand_in)
{
  add_device("left", "right", "");
  add_device("right", "left", "");
  uint64_t number = fail("left");
  recommend(number);
  cr_expect_eq(found->n_needs, 0, "its partner takes over");
  fail("right");
  recommend(number);
  cr_expect(needs("partner-down:right"));
}

Test(resource, a_spare_that_comes_too_late_is_a_reason)
{
  add_device("proj", "", "backstage"); // 120 s away
  uint64_t number = fail("proj");
  fixture_run_to(f, FIXTURE_T0 + MINUTES(18));
  recommend(number);
  cr_expect_not(needs("spare-late:30s"));
  fixture_run_to(f, FIXTURE_T0 + MINUTES(18) + SECONDS(30));
  recommend(number);
  cr_expect(needs("spare-late:30s"));
}

static void shut(ProtobufCMessage *message)
{
  ((Vd__Zone *)message)->status = VD__ZONE_STATUS__ZONE_STATUS_CLOSED;
}

Test(resource, a_space_in_a_zone_that_is_shut_says_so)
{
  skilled_off_duty();
  PEOPLE_EDIT(f, ZONE, "corridor", shut);
  recommend(fixture_report(f, "hall", "av-fault"));
  cr_expect(says(0, "zone-shut:corridor"));
}

Test(resource, at_most_sixteen_are_offered_the_best_of_them)
{
  char id[16];
  skilled_off_duty();
  for (unsigned i = 0; i < 30; i++) {
    snprintf(id, sizeof id, "more-%02u", i);
    add(id, VD__RESOURCE_KIND__RESOURCE_KIND_POOL, "", 1, MINUTES(60 - (int)i), "");
  }
  recommend(fixture_report(f, "hall", "av-fault"));
  cr_assert_eq(found->n_resources, 16);
  cr_expect_str_eq(found->resources[2]->resource, "more-29");
  for (size_t i = 1; i < 16; i++)
    cr_expect_geq(found->resources[i]->eta_ms, found->resources[i - 1]->eta_ms);
}
