// Every cell of role × command, and the bounds of each permission.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/access.h"
#include "daemon/core/venue_internal.h"
#include "tests/unit/core/people.h"

static struct fixture *f;
static uint64_t in_hall, in_vip, held; // held: in vip, by av-1

static void answer_for_the_hall(ProtobufCMessage *message)
{
  Vd__Crew *crew = (Vd__Crew *)message;
  vd_strings_add(&crew->zones, &crew->n_zones, "hall");
}

static void set_string(ProtobufCMessage *message, const char *field, const char *value)
{
  const ProtobufCFieldDescriptor *found =
      protobuf_c_message_descriptor_get_field_by_name(message->descriptor, field);
  if (found)
    vd_string_set((char **)((char *)message + found->offset), value);
}

// Of the live venue, things that stand in the zone: "supply-hall", "batch-hall", …
static void put(Vd__Kind kind, const char *noun, const char *zone)
{
  ProtobufCMessage *message = vd_message_new(vd_kind_type(kind));
  char id[32];
  snprintf(id, sizeof id, "%s-%s", noun, zone);
  vd_string_set(&((Vd__Zone *)message)->id, id); // every entity begins with its id
  set_string(message, "zone", zone);
  snprintf(id, sizeof id, "supply-%s", zone);
  set_string(message, "supply", id);
  people_put(f, kind, message);
}

static void put_task(const char *id, const char *zone, const char *crew)
{
  Vd__Task *task = (Vd__Task *)vd_message_new(&vd__task__descriptor);
  vd_string_set(&task->id, id);
  vd_string_set(&task->zone, zone);
  vd_string_set(&task->crew, crew);
  people_put(f, VD__KIND__KIND_TASK, &task->base);
}

static void put_suggestion(const char *id, const char *lane, const char *other)
{
  Vd__Suggestion *suggestion = (Vd__Suggestion *)vd_message_new(&vd__suggestion__descriptor);
  vd_string_set(&suggestion->id, id);
  vd_string_set(&suggestion->lane, lane);
  vd_string_set(&suggestion->other, other);
  people_put(f, VD__KIND__KIND_SUGGESTION, &suggestion->base);
}

enum { TASK_IN_HALL = 1, TASK_IN_VIP, TASK_HELD };

static void put_live(void)
{
  static const char *const zones[] = {"hall", "vip"};
  for (size_t i = 0; i < 2; i++) {
    put(VD__KIND__KIND_SUPPLY, "supply", zones[i]);
    put(VD__KIND__KIND_BATCH, "batch", zones[i]);
    put(VD__KIND__KIND_DEVICE, "device", zones[i]);
    put(VD__KIND__KIND_SESSION, "session", zones[i]);
    put(VD__KIND__KIND_LANE, "lane", zones[i]);
    put(VD__KIND__KIND_RESOURCE, "resource", zones[i]);
  }
  put_task("t1", "hall", "");
  put_task("t2", "vip", "");
  put_task("t3", "vip", "av-1");
  put_suggestion("s1", "lane-hall", "lane-hall");
  put_suggestion("s2", "lane-vip", "lane-vip");
  put_suggestion("s3", "lane-hall", "lane-vip");
}

static void setup(void)
{
  f = fixture_create();
  put_live();
  PEOPLE_EDIT(f, CREW, "av-1", answer_for_the_hall);
  in_hall = fixture_report(f, "hall", "other");
  in_vip = fixture_report(f, "vip", "other");
  held = fixture_report(f, "vip", "other");
  cr_assert_eq(people_assign(f, held, "av-1"), VD_OK);
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(access, .init = setup, .fini = teardown);

// ---- commands ----

// Those in a row, then those that came later with numbers of their own.
enum { ACT_FIRST = VD__COMMAND__ACT_REPORT, ACT_LAST = VD__COMMAND__ACT_SUGGESTION_PASS };
static const int later[] = {VD__COMMAND__ACT_RESOURCE_USE, VD__COMMAND__ACT_RESOURCE_RETURN};
enum { ACTS = ACT_LAST - ACT_FIRST + 1 + (int)(sizeof later / sizeof *later) };

static int act_at(int place)
{
  return ACT_FIRST + place <= ACT_LAST ? ACT_FIRST + place : later[ACT_FIRST + place - ACT_LAST - 1];
}

static const char *act_name(int act)
{
  return protobuf_c_message_descriptor_get_field(&vd__command__descriptor, (unsigned)act)->name;
}

static void set_incident(ProtobufCMessage *message, const char *field, uint64_t number)
{
  const ProtobufCFieldDescriptor *found =
      protobuf_c_message_descriptor_get_field_by_name(message->descriptor, field);
  if (found && found->type == PROTOBUF_C_TYPE_UINT64)
    *(uint64_t *)((char *)message + found->offset) = number;
}

// What a command is about; what an act has no field for is left out.
struct about {
  const char *by, *crew, *zone;
  uint64_t incident, of, task;
  Vd__Source source;
};

// What the live venue's command names, all in the zone.
static void set_things(ProtobufCMessage *message, const char *zone)
{
  static const char *const nouns[] = {"supply", "batch", "device", "session", "lane", "resource"};
  for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++) {
    char id[32];
    snprintf(id, sizeof id, "%s-%s", nouns[i], zone);
    set_string(message, nouns[i], id);
  }
}

// A list with something in the hall first.
static void set_list(ProtobufCMessage *message, const char *zone)
{
  for (unsigned i = 0; i < 2; i++) {
    if (message->descriptor == &vd__readings__descriptor) {
      Vd__Readings *list = (Vd__Readings *)message;
      ProtobufCMessage *item = vd_message_new(&vd__reading__descriptor);
      set_things(item, i == 0 ? "hall" : zone);
      VD_REPEATED_ADD(list->readings, list->n_readings, item);
    } else if (message->descriptor == &vd__lane_counts__descriptor) {
      Vd__LaneCounts *list = (Vd__LaneCounts *)message;
      ProtobufCMessage *item = vd_message_new(&vd__lane_count__descriptor);
      set_things(item, i == 0 ? "hall" : zone);
      VD_REPEATED_ADD(list->counts, list->n_counts, item);
    }
  }
}

static enum vd_err ask(const Vd__Principal *who, int act, const struct about *about,
                       struct vd_refusal *refusal)
{
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field(&vd__command__descriptor, (unsigned)act);
  ProtobufCMessage *message = vd_message_new(field->descriptor);
  set_incident(message, "incident", about->incident);
  set_incident(message, "of", about->of);
  set_string(message, "crew", about->crew);
  set_string(message, "zone", about->zone);
  set_incident(message, "task", about->task);
  set_incident(message, "suggestion", strcmp(about->zone, "vip") == 0 ? 2 : 1);
  set_things(message, about->zone);
  set_list(message, about->zone);
  if (act == VD__COMMAND__ACT_REPORT)
    ((Vd__Report *)message)->source = about->source;
  Vd__Command command = VD__COMMAND__INIT;
  command.by = (char *)about->by;
  command.act_case = (Vd__Command__ActCase)act;
  command.report = (Vd__Report *)message; // any member of the union: they are all pointers
  enum vd_err err = vd_access_check(f->venue, who, &command, refusal);
  protobuf_c_message_free_unpacked(message, NULL);
  return err;
}

static bool may(const Vd__Principal *who, int act, struct about about)
{
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = ask(who, act, &about, &refusal);
  cr_assert(err == VD_OK || err == VD_ERR_NOT_PERMITTED);
  cr_assert_eq(refusal.err, err);
  cr_assert(err == VD_OK || refusal.detail[0] != '\0', "a refusal says why");
  return err == VD_OK;
}

// ---- the table, as people read it: what each role may do, and how far ----

#define LEADS                                                                                                \
  "report:zone heard:any respond:zone decide:zone approve:zone land:zone close:zone reopen:zone "            \
  "cancel:zone undo:zone note:zone duplicate:zone amend:zone assign:zone accept:any decline:any "            \
  "arrive:zone handover:any duty:any place:any reach:any log:any "                                           \
  "count_zone:zone set_zone:zone task_done:zone task_cancel:zone supply_level:zone supply_served:zone "      \
  "supply_refill:zone batch_plan:zone batch_hold:zone batch_serve:zone batch_cancel:zone batch_sample:zone " \
  "batch_dispose:zone batch_temperature:zone readings:zone device_fault:zone device_maintenance:zone "       \
  "session_start:zone session_end:zone session_shift:zone session_cancel:zone sessions_import:any "          \
  "notice_draft:any notice_approve:any notice_drop:any lane_counts:zone set_lane:zone "                      \
  "suggestion_take:zone suggestion_pass:zone resource_use:zone resource_return:zone "
#define WORKS                                                                                                \
  "report:own heard:self respond:own land:own close:owner undo:step note:own accept:self decline:self "      \
  "arrive:own duty:self place:self reach:self "                                                              \
  "count_zone:own set_zone:own task_done:own task_cancel:own supply_level:own supply_served:own "            \
  "supply_refill:own batch_hold:own batch_serve:own batch_sample:own batch_dispose:own "                     \
  "batch_temperature:own device_fault:own session_start:own session_end:own lane_counts:own set_lane:own "   \
  "suggestion_take:own suggestion_pass:own resource_use:own resource_return:own "

static const struct {
  Vd__Role role;
  const char *may;
} rules[] = {
    {VD__ROLE__ROLE_UNSPECIFIED, ""},
    {VD__ROLE__ROLE_ADMIN,
     "report:any heard:any respond:any decide:any approve:any land:any close:any reopen:any cancel:any "
     "undo:any note:any duplicate:any amend:any assign:any accept:any decline:any arrive:any handover:any "
     "duty:any place:any reach:any log:any plan_apply:any principal:any "
     "count_zone:any set_zone:any task_done:any task_cancel:any supply_level:any supply_served:any "
     "supply_refill:any batch_plan:any batch_hold:any batch_serve:any batch_cancel:any batch_sample:any "
     "batch_dispose:any batch_temperature:any readings:any device_fault:any device_maintenance:any "
     "session_start:any session_end:any session_shift:any session_cancel:any sessions_import:any "
     "notice_draft:any notice_approve:any notice_drop:any lane_counts:any set_lane:any "
     "suggestion_take:any suggestion_pass:any resource_use:any resource_return:any "},
    {VD__ROLE__ROLE_CONTROL, LEADS},
    {VD__ROLE__ROLE_COMMANDER, LEADS},
    {VD__ROLE__ROLE_SUPERVISOR, LEADS},
    {VD__ROLE__ROLE_DECISION,
     WORKS "decide:own approve:own batch_plan:own batch_cancel:own device_maintenance:own session_shift:own "
           "session_cancel:own "},
    {VD__ROLE__ROLE_EXECUTION, WORKS},
    {VD__ROLE__ROLE_FIELD, WORKS},
    {VD__ROLE__ROLE_STATION, "report:own note:own supply_level:own supply_served:own supply_refill:own "},
    {VD__ROLE__ROLE_WALL, ""},
    {VD__ROLE__ROLE_MODERATOR, WORKS},
    {VD__ROLE__ROLE_BUTLER, WORKS},
    {VD__ROLE__ROLE_MEDIC, WORKS},
    {VD__ROLE__ROLE_CATERING, WORKS},
    {VD__ROLE__ROLE_CHECK_IN, WORKS},
    {VD__ROLE__ROLE_AV, WORKS},
    {VD__ROLE__ROLE_DEVICE,
     "report:own count_zone:own set_zone:own supply_level:own supply_served:own supply_refill:own "
     "readings:own lane_counts:own set_lane:own "},
    {VD__ROLE__ROLE_BRIDGE,
     "report:zone heard:any respond:zone land:zone note:zone accept:any decline:any "
     "arrive:zone duty:any place:any reach:any "
     "count_zone:zone set_zone:zone task_done:zone task_cancel:zone supply_level:zone "
     "supply_served:zone supply_refill:zone batch_hold:zone batch_serve:zone "
     "batch_sample:zone batch_dispose:zone batch_temperature:zone readings:zone "
     "device_fault:zone session_start:zone session_end:zone lane_counts:zone "
     "set_lane:zone suggestion_take:zone suggestion_pass:zone resource_use:zone resource_return:zone "},
    {VD__ROLE__ROLE_CLIENT, ""},
    {(Vd__Role)99, ""},
};

struct scope {
  char text[8];
};

// "any", "zone", "self", "own", "step", "owner", or "" where the role may not.
static struct scope scope_of(const char *rule, int act)
{
  struct scope scope = {{0}};
  const char *name = act_name(act);
  size_t size = strlen(name);
  for (const char *at = rule; *at; at += strcspn(at, " ") + 1)
    if (strncmp(at, name, size) == 0 && at[size] == ':')
      memcpy(scope.text, at + size + 1, strcspn(at + size + 1, " "));
  return scope;
}

static bool is(struct scope scope, const char *word)
{
  return strcmp(scope.text, word) == 0;
}

static bool is_about_a_person(int act)
{
  return act == VD__COMMAND__ACT_DUTY || act == VD__COMMAND__ACT_PLACE || act == VD__COMMAND__ACT_REACH;
}

static bool is_local(int act)
{
  return !is_about_a_person(act) && act != VD__COMMAND__ACT_HEARD && act != VD__COMMAND__ACT_ACCEPT &&
         act != VD__COMMAND__ACT_DECLINE && act != VD__COMMAND__ACT_HANDOVER && act != VD__COMMAND__ACT_LOG &&
         act != VD__COMMAND__ACT_PLAN_APPLY && act != VD__COMMAND__ACT_PRINCIPAL &&
         act != VD__COMMAND__ACT_SESSIONS_IMPORT && act != VD__COMMAND__ACT_NOTICE_DRAFT &&
         act != VD__COMMAND__ACT_NOTICE_APPROVE && act != VD__COMMAND__ACT_NOTICE_DROP;
}

// Work that somebody holds: an incident, or a task that they were asked to do.
static bool is_held(int act)
{
  return act != VD__COMMAND__ACT_REPORT &&
         (act < VD__COMMAND__ACT_COUNT_ZONE || act == VD__COMMAND__ACT_TASK_DONE ||
          act == VD__COMMAND__ACT_TASK_CANCEL);
}

static Vd__Principal *principal_new(Vd__Role role)
{
  Vd__Principal *who = (Vd__Principal *)vd_message_new(&vd__principal__descriptor);
  vd_string_set(&who->id, "tester");
  vd_string_set(&who->crew, "av-1");
  vd_strings_add(&who->zones, &who->n_zones, "hall");
  who->role = role;
  return who;
}

// As the principal's person av-1, in its zone hall; the source is a device's, so that one may report at all.
static struct about at_home(void)
{
  return (struct about){.by = "",
                        .crew = "av-1",
                        .zone = "hall",
                        .incident = in_hall,
                        .of = in_hall,
                        .task = TASK_IN_HALL,
                        .source = VD__SOURCE__SOURCE_DEVICE};
}

static void check_cell(const Vd__Principal *who, const char *rule, int act)
{
  struct scope scope = scope_of(rule, act);
  bool denied = is(scope, ""), any = is(scope, "any"), zone = is(scope, "zone");
  const char *name = act_name(act);
  struct about home = at_home(), by_other = home, abroad = home, of_held = home, for_other = home;
  cr_expect_eq(may(who, act, home), !denied, "role %d, %s at home", (int)who->role, name);
  home.by = "av-1";
  cr_expect_eq(may(who, act, home), !denied, "role %d, %s by itself", (int)who->role, name);
  by_other.by = "av-2";
  cr_expect_eq(may(who, act, by_other), any || zone, "role %d, %s by another", (int)who->role, name);
  if (is_about_a_person(act)) {
    for_other.crew = "av-2";
    cr_expect_eq(may(who, act, for_other), any, "role %d, %s for another", (int)who->role, name);
  }
  if (!is_local(act))
    return;
  abroad.incident = abroad.of = in_vip;
  abroad.zone = "vip";
  abroad.task = TASK_IN_VIP;
  cr_expect_eq(may(who, act, abroad), any, "role %d, %s abroad", (int)who->role, name);
  of_held.incident = held;
  of_held.task = TASK_HELD;
  bool holds = any || is(scope, "own") || is(scope, "step"); // the owner of the hall does not own vip
  if (is_held(act))
    cr_expect_eq(may(who, act, of_held), holds, "role %d, %s of what it holds", (int)who->role, name);
}

Test(access, every_cell)
{
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    Vd__Principal *who = principal_new(rules[i].role);
    for (int place = 0; place < ACTS; place++)
      check_cell(who, rules[i].may, act_at(place));
    vd__principal__free_unpacked(who, NULL);
  }
}

Test(access, nothing_is_permitted_to_the_revoked_and_nothing_without_an_act)
{
  Vd__Principal *who = principal_new(VD__ROLE__ROLE_ADMIN);
  Vd__Command nothing = VD__COMMAND__INIT;
  cr_assert_eq(vd_access_check(f->venue, who, &nothing, NULL), VD_ERR_NOT_PERMITTED);
  who->revoked = true;
  for (int place = 0; place < ACTS; place++)
    cr_assert_not(may(who, act_at(place), at_home()), "%s", act_name(act_at(place)));
  vd__principal__free_unpacked(who, NULL);
}

// ---- the bounds ----

Test(access, no_zones_are_all_zones)
{
  Vd__Principal *who = principal_new(VD__ROLE__ROLE_FIELD);
  free(who->zones[0]);
  who->n_zones = 0;
  struct about abroad = at_home();
  abroad.incident = in_vip;
  abroad.zone = "vip";
  cr_assert(may(who, VD__COMMAND__ACT_RESPOND, abroad));
  cr_assert(may(who, VD__COMMAND__ACT_REPORT, abroad));
  vd__principal__free_unpacked(who, NULL);
}

Test(access, a_report_that_cannot_say_where_is_taken)
{
  Vd__Principal *who = principal_new(VD__ROLE__ROLE_STATION);
  struct about about = at_home();
  about.zone = "";
  cr_assert(may(who, VD__COMMAND__ACT_REPORT, about));
  about.zone = "unknown";
  cr_assert(may(who, VD__COMMAND__ACT_REPORT, about));
  vd__principal__free_unpacked(who, NULL);
}

static void set_kind(const char *id, Vd__TaskKind kind)
{
  Vd__Task *task = FIXTURE_FIND(f, TASK, Task, id);
  task->kind = kind;
  ((Vd__Task *)vd_fold_find(f->mirror, VD__KIND__KIND_TASK, id))->kind = kind;
}

Test(access, the_field_calls_off_a_refill_and_no_food_sample)
{
  static const struct {
    Vd__Role role;
    bool may;
  } roles[] = {{VD__ROLE__ROLE_CATERING, false},
               {VD__ROLE__ROLE_BRIDGE, false},
               {VD__ROLE__ROLE_DECISION, true},
               {VD__ROLE__ROLE_CONTROL, true},
               {VD__ROLE__ROLE_ADMIN, true}};
  for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
    Vd__Principal *who = principal_new(roles[i].role);
    set_kind("t1", VD__TASK_KIND__TASK_KIND_REFILL);
    cr_expect(may(who, VD__COMMAND__ACT_TASK_CANCEL, at_home()), "role %d", (int)who->role);
    set_kind("t1", VD__TASK_KIND__TASK_KIND_SAMPLE);
    cr_expect_eq(may(who, VD__COMMAND__ACT_TASK_CANCEL, at_home()), roles[i].may, "role %d", (int)who->role);
    set_kind("t1", VD__TASK_KIND__TASK_KIND_DISPOSE);
    cr_expect_eq(may(who, VD__COMMAND__ACT_TASK_CANCEL, at_home()), roles[i].may, "role %d", (int)who->role);
    vd__principal__free_unpacked(who, NULL);
  }
}

Test(access, a_device_reports_as_one)
{
  Vd__Principal *who = principal_new(VD__ROLE__ROLE_DEVICE);
  struct about about = at_home();
  about.source = VD__SOURCE__SOURCE_STAFF;
  cr_assert_not(may(who, VD__COMMAND__ACT_REPORT, about));
  about.source = VD__SOURCE__SOURCE_UNSPECIFIED;
  cr_assert_not(may(who, VD__COMMAND__ACT_REPORT, about));
  vd__principal__free_unpacked(who, NULL);
}

Test(access, both_ends_of_a_merge_are_in_the_zones)
{
  Vd__Principal *who = principal_new(VD__ROLE__ROLE_SUPERVISOR);
  struct about about = at_home();
  about.of = in_vip;
  cr_assert_not(may(who, VD__COMMAND__ACT_DUPLICATE, about));
  vd__principal__free_unpacked(who, NULL);
}

Test(access, both_lanes_of_a_suggestion_are_in_the_zones)
{
  Vd__Principal *who = principal_new(VD__ROLE__ROLE_DECISION);
  Vd__SuggestionTake take = VD__SUGGESTION_TAKE__INIT;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SUGGESTION_TAKE;
  command.suggestion_take = &take;
  take.suggestion = 1;
  cr_assert_eq(vd_access_check(f->venue, who, &command, NULL), VD_OK);
  take.suggestion = 3;
  cr_assert_eq(vd_access_check(f->venue, who, &command, NULL), VD_ERR_NOT_PERMITTED);
  vd_strings_add(&who->zones, &who->n_zones, "vip");
  cr_assert_eq(vd_access_check(f->venue, who, &command, NULL), VD_OK);
  vd__principal__free_unpacked(who, NULL);
}

Test(access, nobody_in_particular_is_no_person)
{
  Vd__Principal *who = principal_new(VD__ROLE__ROLE_FIELD);
  vd_string_set(&who->crew, "");
  struct about about = at_home();
  cr_assert(may(who, VD__COMMAND__ACT_RESPOND, about), "a tablet of the zone");
  cr_assert_not(may(who, VD__COMMAND__ACT_DUTY, about));
  about.by = "av-1";
  cr_assert_not(may(who, VD__COMMAND__ACT_RESPOND, about));
  about.by = about.crew = "";
  cr_assert_not(may(who, VD__COMMAND__ACT_DUTY, about));
  vd__principal__free_unpacked(who, NULL);
}

Test(access, ones_own_call_sign_is_oneself)
{
  Vd__Principal *who = principal_new(VD__ROLE__ROLE_FIELD);
  struct about about = at_home();
  about.crew = "AV 1";
  cr_assert(may(who, VD__COMMAND__ACT_DUTY, about));
  about.crew = "AV 2";
  cr_assert_not(may(who, VD__COMMAND__ACT_DUTY, about));
  vd__principal__free_unpacked(who, NULL);
}

Test(access, an_incident_nobody_knows_is_the_commands_to_refuse)
{
  Vd__Principal *who = principal_new(VD__ROLE__ROLE_FIELD);
  struct about about = at_home();
  about.incident = 99;
  cr_assert(may(who, VD__COMMAND__ACT_RESPOND, about));
  cr_assert(may(who, VD__COMMAND__ACT_UNDO, about));
  cr_assert(may(who, VD__COMMAND__ACT_CLOSE, about));
  vd__principal__free_unpacked(who, NULL);
}

Test(access, only_ones_own_mistake_is_undone)
{
  struct about about = at_home();
  const Vd__Principal *field = FIXTURE_FIND(f, PRINCIPAL, Principal, "field-av-1");
  Vd__Respond respond = VD__RESPOND__INIT;
  respond.incident = in_hall;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_RESPOND;
  command.respond = &respond;
  cr_assert_eq(fixture_do(f, "field-av-1", &command), VD_OK);
  cr_assert(may(field, VD__COMMAND__ACT_UNDO, about));
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_DECIDE, in_hall, NULL, 0), VD_OK);
  cr_assert_not(may(field, VD__COMMAND__ACT_UNDO, about), "control decided since");
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_UNDO, in_hall, NULL, 0), VD_OK);
  cr_assert(may(field, VD__COMMAND__ACT_UNDO, about));
  cr_assert_eq(fixture_step(f, VD__COMMAND__ACT_CANCEL, in_hall, NULL, 0), VD_OK);
  cr_assert_not(may(field, VD__COMMAND__ACT_UNDO, about), "nor does it revive what control cancelled");
}

Test(access, the_zones_owner_closes_and_nobody_else_of_the_field)
{
  struct about about = at_home();
  const Vd__Principal *field = FIXTURE_FIND(f, PRINCIPAL, Principal, "field-av-1");
  cr_assert(may(field, VD__COMMAND__ACT_CLOSE, about));
  Vd__Principal *other = principal_new(VD__ROLE__ROLE_FIELD);
  vd_string_set(&other->crew, "av-2"); // answers for every zone, owns none
  about.crew = "av-2";
  cr_assert_not(may(other, VD__COMMAND__ACT_CLOSE, about));
  vd_string_set(&other->crew, "");
  cr_assert_not(may(other, VD__COMMAND__ACT_CLOSE, about));
  vd__principal__free_unpacked(other, NULL);
}

Test(access, the_venue_asks_before_it_acts)
{
  Vd__Respond respond = VD__RESPOND__INIT;
  respond.incident = in_hall;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_RESPOND;
  command.respond = &respond;
  cr_assert_eq(fixture_do(f, "wall", &command), VD_ERR_NOT_PERMITTED);
  command.by = (char *)"av-2";
  cr_assert_eq(fixture_do(f, "field-av-1", &command), VD_ERR_NOT_PERMITTED);
  cr_assert_str_eq(f->reply.field, "by");
  command.by = (char *)"AV 1";
  cr_assert_eq(fixture_do(f, "field-av-1", &command), VD_OK, "by call sign");
}
