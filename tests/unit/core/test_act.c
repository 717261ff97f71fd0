// One act: what is touched once is told once, in Changes that fit; what follows from it is derived; old
// incidents are let go.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/deadline.h"
#include "daemon/core/key.h"
#include "daemon/core/venue_internal.h"
#include "proto/check.h"
#include "tests/unit/core/fixture.h"

static struct fixture *f;
static struct vd_act act;

static void begin(void)
{
  vd_act_begin(&act, f->venue, f->now_ms);
}

static void setup(void)
{
  f = fixture_create();
  begin();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(act, .init = setup, .fini = teardown);

static void end(void)
{
  fixture_end(f, &act, NULL);
}

static const Vd__Change *change_at(size_t at)
{
  cr_assert_lt(at, f->n_changes);
  return f->changes[at];
}

// ---- touching ----

Test(act, an_entity_touched_often_is_told_once)
{
  Vd__Crew *crew = VD_EDIT(&act, CREW, Crew, "av-1");
  vd_string_set(&crew->place, "hall");
  cr_assert_eq(VD_EDIT(&act, CREW, Crew, "av-1"), crew);
  vd_act_touch(&act, VD__KIND__KIND_CREW, &crew->base);
  vd_string_set(&crew->place, "vip");
  end();
  cr_assert_eq(f->n_changes, 1u);
  cr_assert_eq(change_at(0)->n_upserts, 1u);
  cr_assert_str_eq(change_at(0)->upserts[0]->crew->place, "vip");
}

Test(act, nothing_touched_is_nothing_told)
{
  cr_assert_null(VD_EDIT(&act, CREW, Crew, "nobody"));
  vd_act_remove(&act, VD__KIND__KIND_NOTE, "nothing");
  Vd__Reply reply = VD__REPLY__INIT;
  fixture_end(f, &act, &reply);
  cr_assert_eq(f->n_changes, 0u);
  cr_assert_eq(reply.sequence, 0u);
  cr_assert_eq(vd_venue_sequence(f->venue), 1u);
}

Test(act, entities_are_told_in_the_order_of_their_first_touch)
{
  VD_EDIT(&act, ZONE, Zone, "vip")->capacity = 1;
  VD_CREATE(&act, NOTE, Note, "log.n1");
  VD_EDIT(&act, ZONE, Zone, "hall")->capacity = 2;
  VD_EDIT(&act, ZONE, Zone, "vip")->capacity = 3;
  end();
  const Vd__Change *change = change_at(0);
  cr_assert_eq(change->n_upserts, 3u);
  cr_assert_str_eq(change->upserts[0]->zone->id, "vip");
  cr_assert_str_eq(change->upserts[1]->note->id, "log.n1");
  cr_assert_str_eq(change->upserts[2]->zone->id, "hall");
}

Test(act, what_is_removed_is_a_key_and_leaves_no_timer)
{
  struct vd_promise promise = {.promise = VD__PROMISE__PROMISE_LAND,
                               .id = "d",
                               .team = "onsite",
                               .limit_ms = 1000,
                               .start_ms = f->now_ms};
  vd_deadline_open(&act, &promise);
  end();
  struct vd_venue_counts counts;
  vd_venue_count(f->venue, &counts);
  cr_assert_eq(counts.running_deadlines, 1u);
  uint64_t timers = counts.timers;
  begin();
  vd_act_remove(&act, VD__KIND__KIND_DEADLINE, "d");
  cr_assert_null(FIXTURE_FIND(f, DEADLINE, Deadline, "d"));
  end();
  cr_assert_eq(change_at(1)->n_upserts, 0u);
  cr_assert_eq(change_at(1)->n_removals, 1u);
  cr_assert_eq(change_at(1)->removals[0]->kind, VD__KIND__KIND_DEADLINE);
  cr_assert_str_eq(change_at(1)->removals[0]->id, "d");
  vd_venue_count(f->venue, &counts);
  cr_assert_eq(counts.running_deadlines, 0u);
  cr_assert_eq(counts.timers, timers - 1);
}

Test(act, created_and_removed_again_is_not_told)
{
  VD_CREATE(&act, NOTE, Note, "n");
  VD_EDIT(&act, ZONE, Zone, "vip")->capacity = 1;
  vd_act_remove(&act, VD__KIND__KIND_NOTE, "n");
  end();
  cr_assert_eq(change_at(0)->n_upserts, 1u);
  cr_assert_eq(change_at(0)->n_removals, 0u);
}

Test(act, removed_and_created_again_is_an_upsert)
{
  vd_act_remove(&act, VD__KIND__KIND_ZONE, "vip");
  Vd__Zone *zone = VD_CREATE(&act, ZONE, Zone, "vip");
  cr_assert_eq(zone->capacity, 0u);
  end();
  cr_assert_eq(change_at(0)->n_upserts, 1u);
  cr_assert_eq(change_at(0)->n_removals, 0u);
  cr_assert_eq(FIXTURE_FIND(f, ZONE, Zone, "vip")->capacity, 0u);
}

Test(act, a_post_of_another_team_moves_its_holders)
{
  const char *key = vd_index_next(f->venue->index, "duty/command/", NULL);
  size_t before = vd_index_count(f->venue->index, "duty/command/");
  cr_assert_not_null(key);
  vd_string_set(&VD_EDIT(&act, POST, Post, "onsite-lead")->team, "command");
  end();
  cr_assert_eq(vd_index_count(f->venue->index, "duty/command/"), before + 1);
}

// ---- the fact ----

Test(act, the_first_fact_speaks)
{
  Vd__Fact *fact = vd_act_fact(&act, VD_FACT_REPORTED);
  fact->incident = 7;
  cr_assert_null(vd_act_fact(&act, VD_FACT_OFFERED));
  VD_EDIT(&act, ZONE, Zone, "vip")->capacity = 1;
  end();
  cr_assert_str_eq(change_at(0)->fact->what, "reported");
  cr_assert_eq(change_at(0)->fact->incident, 7u);
  cr_assert_str_eq(change_at(0)->fact->who, "");
  cr_assert_eq(change_at(0)->fact->at_ms, f->now_ms);
}

static void begin_by(const char *principal, Vd__Command *command)
{
  begin();
  act.who = FIXTURE_FIND(f, PRINCIPAL, Principal, principal);
  act.command = command;
}

Test(act, who_acted_is_the_command_s_else_the_principal_s_person)
{
  Vd__Command command = VD__COMMAND__INIT;
  begin_by("field-av-1", &command);
  cr_assert_str_eq(vd_act_by(&act), "av-1");
  begin_by("control", &command);
  cr_assert_str_eq(vd_act_by(&act), "", "the room itself");
  command.by = (char *)"lead-1";
  cr_assert_str_eq(vd_act_by(&act), "lead-1");
  begin();
  cr_assert_str_eq(vd_act_by(&act), "");
}

Test(act, when_it_was_done_is_the_command_s_else_now)
{
  Vd__Command command = VD__COMMAND__INIT;
  begin_by("control", &command);
  cr_assert_eq(vd_act_acted_at(&act), f->now_ms);
  command.acted_at_ms = f->now_ms - 5;
  cr_assert_eq(vd_act_acted_at(&act), f->now_ms - 5);
}

// ---- notes ----

Test(act, lines_of_the_duty_log_are_numbered_for_ever)
{
  vd_act_note(&act, 0, VD__NOTE_KIND__NOTE_KIND_DUTY_LOG, "first");
  vd_act_note(&act, 0, VD__NOTE_KIND__NOTE_KIND_DUTY_LOG, "second");
  end();
  begin();
  vd_act_remove(&act, VD__KIND__KIND_NOTE, "log.n2");
  end();
  begin();
  vd_act_note(&act, 0, VD__NOTE_KIND__NOTE_KIND_DUTY_LOG, "%s", "third");
  end();
  cr_assert_null(FIXTURE_FIND(f, NOTE, Note, "log.n2"));
  cr_assert_str_eq(FIXTURE_FIND(f, NOTE, Note, "log.n3")->text, "third");
}

Test(act, a_note_belongs_to_its_incident)
{
  Vd__Incident *incident = VD_CREATE(&act, INCIDENT, Incident, "42");
  incident->number = 42;
  incident->state = VD__INCIDENT_STATE__INCIDENT_STATE_OPEN;
  vd_act_note(&act, 42, VD__NOTE_KIND__NOTE_KIND_RECORD, "one");
  vd_act_note(&act, 42, VD__NOTE_KIND__NOTE_KIND_RECORD, "two");
  end();
  cr_assert_str_eq(FIXTURE_FIND(f, NOTE, Note, "42.n2")->text, "two");
  cr_assert_eq(FIXTURE_FIND(f, NOTE, Note, "42.n2")->incident, 42u);
  cr_assert_eq(FIXTURE_FIND(f, INCIDENT, Incident, "42")->notes, 2u);
}

Test(act, what_a_person_says_carries_the_person_what_venued_records_does_not)
{
  Vd__Command command = VD__COMMAND__INIT;
  command.acted_at_ms = f->now_ms - 1000;
  begin_by("control", &command);
  vd_act_note(&act, 0, VD__NOTE_KIND__NOTE_KIND_DUTY_LOG, "said");
  vd_act_note(&act, 0, VD__NOTE_KIND__NOTE_KIND_PASSED_OVER, "supervisor");
  fixture_end(f, &act, NULL);
  const Vd__Note *said = FIXTURE_FIND(f, NOTE, Note, "log.n1"), *own = FIXTURE_FIND(f, NOTE, Note, "log.n2");
  cr_assert_str_eq(said->by, "control");
  cr_assert_eq(said->at_ms, f->now_ms - 1000);
  cr_assert_str_eq(own->by, "");
  cr_assert_eq(own->at_ms, f->now_ms);
}

Test(act, a_long_note_is_cut_between_characters)
{
  char text[VD_TEXT_MAX + 4];
  for (size_t i = 0; i < VD_TEXT_MAX; i += 3)
    memcpy(text + i, "\xe9\x9f\xb3", 3);
  memmove(text + 1, text, VD_TEXT_MAX);
  text[0] = 'a';
  text[VD_TEXT_MAX + 1] = '\0';
  vd_act_note(&act, 0, VD__NOTE_KIND__NOTE_KIND_DUTY_LOG, "%s", text);
  end();
  const char *kept = FIXTURE_FIND(f, NOTE, Note, "log.n1")->text;
  cr_assert_eq(strlen(kept), (size_t)VD_TEXT_MAX - 2);
  cr_assert(vd_text_is_clean(kept, strlen(kept), false));
}

// ---- large acts ----

static void create_notes(unsigned count)
{
  char text[VD_TEXT_MAX + 1];
  memset(text, 'x', VD_TEXT_MAX);
  text[VD_TEXT_MAX] = '\0';
  for (unsigned i = 0; i < count; i++)
    vd_act_note(&act, 0, VD__NOTE_KIND__NOTE_KIND_DUTY_LOG, "%s", text);
}

Test(act, a_large_act_is_several_changes_the_last_one_marked)
{
  vd_act_fact(&act, VD_FACT_LOGGED);
  create_notes(500);
  Vd__Reply reply = VD__REPLY__INIT;
  fixture_end(f, &act, &reply);
  cr_assert_gt(f->n_changes, 7u);
  size_t upserts = 0;
  for (size_t i = 0; i < f->n_changes; i++) {
    const Vd__Change *change = change_at(i);
    upserts += change->n_upserts;
    cr_assert_eq(change->last, i + 1 == f->n_changes);
    cr_assert_eq(change->fact != NULL, i == 0);
    cr_assert_eq(change->reply != NULL, i == 0);
    if (i > 0) {
      cr_assert_eq(change->cause->of_case, VD__CAUSE__OF_CONTINUES);
      cr_assert_eq(change->cause->continues, change_at(0)->sequence);
      cr_assert_eq(change->cause->now_at_ms, f->now_ms);
    }
  }
  cr_assert_eq(upserts, 501u);
  cr_assert_eq(reply.sequence, change_at(0)->sequence);
}

// A plan of `count` zones whose names are long, as no other message would check it here.
static Vd__Plan *large_plan(unsigned count)
{
  Vd__Plan *plan = (Vd__Plan *)vd_message_new(&vd__plan__descriptor);
  plan->version = 1;
  plan->event = (Vd__PlanEvent *)vd_message_new(&vd__plan_event__descriptor);
  vd_string_set(&plan->event->time_zone, "Asia/Shanghai");
  for (unsigned i = 0; i < count; i++) {
    struct vd_buffer id = {0};
    vd_buffer_printf(&id, "zone-%u", i);
    vd_buffer_append(&id, "", 1);
    Vd__PlanZone *zone = (Vd__PlanZone *)vd_message_new(&vd__plan_zone__descriptor);
    vd_string_set(&zone->id, (char *)id.data);
    zone->name = (Vd__Text *)vd_message_new(&vd__text__descriptor);
    vd_string_set(&zone->name->en, "A zone with quite a long name, as organisers like to give them");
    VD_REPEATED_ADD(plan->zones, plan->n_zones, zone);
    Vd__PlanCrew *crew = (Vd__PlanCrew *)vd_message_new(&vd__plan_crew__descriptor);
    vd_string_set(&crew->id, (char *)id.data);
    VD_REPEATED_ADD(plan->crews, plan->n_crews, crew);
    vd_buffer_finish(&id);
  }
  return plan;
}

static void merge_pieces(struct vd_buffer *merged)
{
  for (size_t i = 0; i < f->n_changes; i++)
    if (change_at(i)->cause->of_case == VD__CAUSE__OF_COMMAND)
      vd_buffer_pack(merged, &change_at(i)->cause->command->plan_apply->base);
}

static void apply_plan(unsigned zones, unsigned notes)
{
  uint8_t hash[32] = {9};
  Vd__PlanApply apply = VD__PLAN_APPLY__INIT;
  apply.plan = large_plan(zones);
  apply.hash = (ProtobufCBinaryData){.data = hash, .len = sizeof hash};
  Vd__Command command = VD__COMMAND__INIT;
  command.id = (char *)"plan";
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &apply;
  act.cause.of_case = VD__CAUSE__OF_COMMAND;
  act.cause.command = &command;
  create_notes(notes);
  Vd__Reply reply = VD__REPLY__INIT;
  fixture_end(f, &act, &reply);
  struct vd_buffer merged = {0}, whole = {0}, again = {0};
  merge_pieces(&merged);
  Vd__PlanApply *joined = vd__plan_apply__unpack(NULL, merged.size, merged.data);
  cr_assert_not_null(joined);
  vd_buffer_pack(&whole, &apply.base);
  vd_buffer_pack(&again, &joined->base);
  cr_assert_eq(again.size, whole.size);
  cr_assert_eq(memcmp(again.data, whole.data, whole.size), 0, "the pieces merge to the whole");
  vd__plan_apply__free_unpacked(joined, NULL);
  vd__plan__free_unpacked(apply.plan, NULL);
  vd_buffer_finish(&merged);
  vd_buffer_finish(&whole);
  vd_buffer_finish(&again);
}

Test(act, a_small_plan_stays_in_one_piece)
{
  apply_plan(5, 2);
  cr_assert_eq(f->n_changes, 1u);
  cr_assert(change_at(0)->last);
}

Test(act, a_large_plan_is_cut_into_pieces_that_merge_to_the_whole)
{
  apply_plan(600, 2);
  cr_assert_gt(f->n_changes, 3u);
  for (size_t i = 0; i < f->n_changes; i++) {
    cr_assert_eq(change_at(i)->last, i + 1 == f->n_changes);
    cr_assert_eq(change_at(i)->cause->of_case, VD__CAUSE__OF_COMMAND, "a piece in each");
    cr_assert_str_eq(change_at(i)->cause->command->id, "plan");
    cr_assert_eq(change_at(i)->reply != NULL, i == 0);
  }
}

Test(act, pieces_and_entities_go_side_by_side)
{
  apply_plan(250, 300);
  size_t pieces = 0, continues = 0;
  for (size_t i = 0; i < f->n_changes; i++) {
    bool is_piece = change_at(i)->cause->of_case == VD__CAUSE__OF_COMMAND;
    pieces += is_piece;
    continues += !is_piece;
    cr_assert(!is_piece || continues == 0, "the pieces come first");
    cr_assert_gt(change_at(i)->n_upserts, 0u);
  }
  cr_assert_geq(pieces, 2u);
  cr_assert_gt(continues, 0u);
}

// ---- letting go ----

static void end_incident(uint64_t number, const char *id, int64_t ended_at_ms, unsigned notes)
{
  Vd__Incident *incident = VD_CREATE(&act, INCIDENT, Incident, id);
  incident->number = number;
  incident->attempt = 1;
  incident->state = VD__INCIDENT_STATE__INCIDENT_STATE_CLOSED;
  incident->ended_at_ms = ended_at_ms;
  for (unsigned i = 0; i < notes; i++)
    vd_act_note(&act, number, VD__NOTE_KIND__NOTE_KIND_RECORD, "note");
  struct vd_buffer attempt = {0};
  vd_buffer_printf(&attempt, "%s.1", id);
  vd_buffer_append(&attempt, "", 1);
  Vd__Attempt *run = VD_CREATE(&act, ATTEMPT, Attempt, (char *)attempt.data);
  run->incident = number;
  run->ended_at_ms = ended_at_ms;
  vd_buffer_finish(&attempt);
}

static void keep(uint32_t closed_kept)
{
  VD_EDIT(&act, EVENT, Event, "event")->policy->closed_kept = closed_kept;
}

static void touch_something(void)
{
  begin();
  VD_EDIT(&act, ZONE, Zone, "vip")->capacity++;
  end();
}

static size_t belonging_to(const char *prefix)
{
  size_t count = 0;
  for (int kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind))
    for (const ProtobufCMessage *message = NULL;
         (message = vd_fold_next(vd_venue_fold(f->venue), (Vd__Kind)kind,
                                 message ? vd_message_id(message) : NULL, prefix)) != NULL;)
      count++;
  return count;
}

Test(act, the_oldest_ended_incidents_go_with_all_that_belongs_to_them)
{
  keep(2);
  end_incident(4, "4", 400, 1);
  end_incident(41, "41", 100, 3);
  end_incident(2, "2", 200, 1);
  end();
  cr_assert_not_null(FIXTURE_FIND(f, INCIDENT, Incident, "41"), "not within the act that ended it");
  touch_something();
  cr_assert_null(FIXTURE_FIND(f, INCIDENT, Incident, "41"));
  cr_assert_eq(belonging_to("41."), 0u);
  cr_assert_eq(belonging_to("4."), 2u, "#4 is another");
  cr_assert_eq(change_at(1)->n_removals, 5u);
  touch_something();
  cr_assert_not_null(FIXTURE_FIND(f, INCIDENT, Incident, "2"));
  cr_assert_eq(f->venue->ended_incidents, 2u);
}

Test(act, what_can_still_be_undone_stays)
{
  keep(0);
  end_incident(1, "1", f->now_ms - MINUTES(2), 0);
  end();
  touch_something();
  cr_assert_not_null(FIXTURE_FIND(f, INCIDENT, Incident, "1"));
  f->now_ms++;
  touch_something();
  cr_assert_null(FIXTURE_FIND(f, INCIDENT, Incident, "1"));
}

Test(act, a_bounded_number_goes_with_each_act)
{
  keep(1);
  end_incident(1, "1", 100, 200);
  for (uint64_t number = 2; number < 10; number++) {
    char id[2] = {(char)('0' + number), '\0'};
    end_incident(number, id, 100 + (int64_t)number, 0);
  }
  end();
  size_t before = f->n_changes;
  unsigned acts = 0;
  for (; f->venue->ended_incidents > 1; acts++) {
    cr_assert_lt(acts, 100u);
    touch_something();
  }
  for (size_t i = before; i < f->n_changes; i++)
    cr_assert_leq(change_at(i)->n_removals, 130u);
  cr_assert_geq(acts, 4u);
  cr_assert_eq(belonging_to("1."), 0u);
  cr_assert_not_null(FIXTURE_FIND(f, INCIDENT, Incident, "9"));
  cr_assert_eq(belonging_to("9."), 1u);
}

// ---- letting go in several acts ----

#define STEP(ACT, number) fixture_step(f, VD__COMMAND__ACT_##ACT, (number), NULL, 0)

static void keep_from_now_on(uint32_t closed_kept)
{
  begin();
  keep(closed_kept);
  end();
}

// An incident with far more of everything than one act removes, too old to be undone.
static uint64_t end_long_story(void)
{
  end(); // what setup began
  uint64_t number = fixture_report(f, "hall", "av-fault");
  for (unsigned i = 0; i < 30; i++) {
    cr_assert_eq(STEP(CANCEL, number), VD_OK);
    cr_assert_eq(STEP(REOPEN, number), VD_OK);
  }
  for (unsigned i = 0; i < 100; i++)
    cr_assert_eq(STEP(NOTE, number), VD_OK);
  cr_assert_eq(STEP(CANCEL, number), VD_OK);
  fixture_run_to(f, f->now_ms + MINUTES(2) + 1);
  return number;
}

static bool has_all_deadlines(const Vd__Attempt *attempt)
{
  static const char *const tiers[] = {".respond", ".decide", ".land"};
  bool has_all = true;
  for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++)
    has_all = has_all && FIXTURE_FIND(f, DEADLINE, Deadline, vd_key_of(attempt->id, tiers[i], "").text);
  return has_all;
}

static void expect_whole(const char *id)
{
  const Vd__Incident *incident = FIXTURE_FIND(f, INCIDENT, Incident, id);
  struct vd_key current = vd_key_of(id, ".", "");
  vd_key_add_number(&current, incident->attempt);
  cr_assert_not_null(FIXTURE_FIND(f, ATTEMPT, Attempt, current.text));
  for (const Vd__Attempt *attempt = NULL;
       (attempt = (Vd__Attempt *)vd_fold_next(vd_venue_fold(f->venue), VD__KIND__KIND_ATTEMPT,
                                              attempt ? attempt->id : NULL, vd_key_of(id, ".", "").text));)
    cr_assert(has_all_deadlines(attempt), "%s", attempt->id);
}

Test(act, an_incident_stands_with_its_attempt_and_deadlines_until_it_goes_with_them)
{
  end_long_story();
  keep_from_now_on(0);
  unsigned acts = 0;
  for (; FIXTURE_FIND(f, INCIDENT, Incident, "1"); acts++) {
    cr_assert_lt(acts, 100u);
    expect_whole("1");
    cr_assert_leq(change_at(f->n_changes - 1)->n_removals, 64u);
    fixture_restart(f); // goes on where it was
    touch_something();
  }
  cr_assert_gt(acts, 3u);
  cr_assert_eq(belonging_to("1."), 0u, "nothing is left behind");
}

Test(act, an_incident_that_is_going_can_still_be_reopened_and_acted_on)
{
  for (unsigned acts = 0;; acts++) {
    uint64_t number = end_long_story();
    keep_from_now_on(0);
    for (unsigned i = 0; i < acts; i++)
      touch_something();
    bool is_at_hand = FIXTURE_FIND(f, INCIDENT, Incident, "1") != NULL;
    cr_assert_eq(STEP(REOPEN, number), is_at_hand ? VD_OK : VD_ERR_UNKNOWN_INCIDENT);
    if (!is_at_hand)
      break;
    cr_assert_eq(STEP(LAND, number), VD_OK);
    cr_assert_eq(STEP(UNDO, number), VD_OK);
    cr_assert_eq(STEP(CANCEL, number), VD_OK);
    cr_assert_eq(STEP(UNDO, number), VD_OK);
    teardown();
    setup();
  }
}

Test(act, what_an_earlier_build_left_half_removed_is_gone_for_everybody)
{
  end();
  uint64_t number = fixture_report(f, "hall", "av-fault");
  cr_assert_eq(STEP(LAND, number), VD_OK);
  cr_assert_eq(STEP(CLOSE, number), VD_OK);
  begin();
  vd_act_remove(&act, VD__KIND__KIND_ATTEMPT, "1.1");
  vd_act_remove(&act, VD__KIND__KIND_DEADLINE, "1.1.decide");
  end();
  static const Vd__Command__ActCase acts[] = {
      VD__COMMAND__ACT_RESPOND, VD__COMMAND__ACT_LAND, VD__COMMAND__ACT_CLOSE, VD__COMMAND__ACT_CANCEL,
      VD__COMMAND__ACT_REOPEN,  VD__COMMAND__ACT_UNDO, VD__COMMAND__ACT_NOTE,
  };
  for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
    cr_assert_eq(fixture_step(f, acts[i], number, NULL, 0), VD_ERR_GONE, "act %u", acts[i]);
  fixture_run_to(f, f->now_ms + MINUTES(2) + 1);
  keep_from_now_on(0);
  touch_something();
  cr_assert_null(FIXTURE_FIND(f, INCIDENT, Incident, "1"));
  cr_assert_eq(belonging_to("1."), 0u);
}

// ---- letting go of the duty log ----

Test(act, the_duty_log_is_bounded_too)
{
  keep(3);
  end();
  for (unsigned i = 0; i < 5; i++) {
    begin();
    vd_act_note(&act, 0, VD__NOTE_KIND__NOTE_KIND_DUTY_LOG, "line");
    end();
  }
  cr_assert_eq(belonging_to("log."), 3u);
  cr_assert_not_null(FIXTURE_FIND(f, NOTE, Note, "log.n5"));
  cr_assert_null(FIXTURE_FIND(f, NOTE, Note, "log.n2"));
}

Test(act, where_fewer_lines_are_kept_the_older_ones_go_a_few_at_a_time)
{
  keep(50);
  create_notes(50);
  end();
  keep_from_now_on(4);
  for (unsigned acts = 1; belonging_to("log.") > 4; acts++) {
    cr_assert_lt(acts, 10u);
    cr_assert_leq(change_at(f->n_changes - 1)->n_removals, 16u);
    cr_assert_null(FIXTURE_FIND(f, NOTE, Note, "log.n9"), "the oldest by number, not by spelling");
    fixture_restart(f);
    touch_something();
  }
  cr_assert_not_null(FIXTURE_FIND(f, NOTE, Note, "log.n47"));
  cr_assert_null(FIXTURE_FIND(f, NOTE, Note, "log.n46"));
}

// ---- the largest entities ----

// A note is as large as its text; everything else that grows is bounded by the plan's check.
Test(act, a_note_of_the_longest_text_is_an_entity)
{
  create_notes(1);
  end(); // the fixture and the act assert the size
  cr_assert_eq(strlen(FIXTURE_FIND(f, NOTE, Note, "log.n1")->text), (size_t)VD_TEXT_MAX);
}
