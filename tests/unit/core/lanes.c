#include "tests/unit/core/lanes.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "daemon/core/key.h"
#include "tests/unit/core/people.h"

// ---- what there is ----

static Vd__Lane *lane_new(const char *id, const char *zone, Vd__LaneKind kind, uint32_t desks, int seconds)
{
  Vd__Lane *made = (Vd__Lane *)vd_message_new(&vd__lane__descriptor);
  vd_string_set(&made->id, id);
  vd_string_set(&made->zone, zone);
  made->kind = kind;
  made->service_ms = SECONDS(seconds);
  made->staff = made->desks = desks;
  made->state = LANE(OPEN);
  made->revision = 1;
  return made;
}

static Vd__Lane *reserve_new(const char *id, const char *zone, uint32_t desks)
{
  Vd__Lane *made = lane_new(id, zone, VD__LANE_KIND__LANE_KIND_GENERAL, desks, 20);
  made->state = LANE(CLOSED);
  made->desks = 0;
  made->reserve = true;
  return made;
}

static void put_team(struct fixture *f)
{
  Vd__Team *team = (Vd__Team *)vd_message_new(&vd__team__descriptor);
  vd_string_set(&team->id, "check-in");
  vd_string_set(&team->lead, "onsite-lead");
  people_put(f, VD__KIND__KIND_TEAM, &team->base);
}

static void far_away(ProtobufCMessage *message)
{
  Vd__Zone *zone = (Vd__Zone *)message;
  for (size_t i = 0; i < zone->n_ways; i++)
    zone->ways[i]->walk_ms = MINUTES(6);
}

struct fixture *lanes_create(void)
{
  struct fixture *f = fixture_create();
  put_team(f);
  people_edit(f, VD__KIND__KIND_ZONE, "backstage", far_away); // between corridor and forum
  people_edit(f, VD__KIND__KIND_ZONE, "forum", far_away);
  Vd__Lane *general = lane_new("general-1", "corridor", VD__LANE_KIND__LANE_KIND_GENERAL, 2, 20);
  vd_string_set(&general->team, "check-in");
  people_put(f, VD__KIND__KIND_LANE, &general->base);
  people_put(f, VD__KIND__KIND_LANE, &reserve_new("general-2", "corridor", 2)->base);
  people_put(f, VD__KIND__KIND_LANE, &lane_new("vip-1", "vip", VD__LANE_KIND__LANE_KIND_VIP, 2, 30)->base);
  people_put(f, VD__KIND__KIND_LANE, &lane_new("self-1", "hall", VD__LANE_KIND__LANE_KIND_SELF, 1, 12)->base);
  people_put(f, VD__KIND__KIND_LANE, &reserve_new("far-1", "forum", 9)->base);
  return f;
}

void lanes_many(struct fixture *f, unsigned count, const char *zone)
{
  for (unsigned i = 0; i < count; i++) {
    char id[16];
    snprintf(id, sizeof id, "g-%03u", i);
    Vd__Lane *one = lane_new(id, zone, VD__LANE_KIND__LANE_KIND_GENERAL, 2, 20);
    Vd__Entity entity;
    vd_entity_wrap(&entity, VD__KIND__KIND_LANE, &one->base);
    vd_venue_restore_entity(f->venue, &entity);
    vd_fold_put(f->mirror, VD__KIND__KIND_LANE, &one->base);
  }
  fixture_restart(f);
}

// ---- commands ----

static Vd__LaneCount *count_new(const struct lane_row *row)
{
  Vd__LaneCount *count = (Vd__LaneCount *)vd_message_new(&vd__lane_count__descriptor);
  vd_string_set(&count->lane, row->lane);
  count->from_at_ms = row->from == FROM_LAST ? 0 : AT(row->from);
  count->to_at_ms = row->to == TO_NOW ? 0 : AT(row->to);
  count->checked_in = (uint32_t)row->checked_in;
  count->has_arrived = row->arrived != UNSAID;
  count->arrived = count->has_arrived ? (uint32_t)row->arrived : 0;
  count->has_waiting = row->waiting != UNSAID;
  count->waiting = count->has_waiting ? (uint32_t)row->waiting : 0;
  return count;
}

static enum vd_err send(struct fixture *f, Vd__LaneCounts *counts)
{
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_LANE_COUNTS;
  command.lane_counts = counts;
  return fixture_do(f, "control", &command);
}

enum vd_err lanes_count(struct fixture *f, const struct lane_row *rows, size_t count)
{
  Vd__LaneCounts *counts = (Vd__LaneCounts *)vd_message_new(&vd__lane_counts__descriptor);
  for (size_t i = 0; i < count; i++)
    VD_REPEATED_ADD(counts->counts, counts->n_counts, count_new(&rows[i]));
  enum vd_err err = send(f, counts);
  vd__lane_counts__free_unpacked(counts, NULL);
  return err;
}

enum vd_err lanes_count_raw(struct fixture *f, Vd__LaneCount *count)
{
  Vd__LaneCounts counts = VD__LANE_COUNTS__INIT;
  counts.counts = &count;
  counts.n_counts = 1;
  return send(f, &counts);
}

enum vd_err lanes_set(struct fixture *f, const char *id, Vd__LaneState state, int desks)
{
  Vd__SetLane set = VD__SET_LANE__INIT;
  set.lane = (char *)id;
  set.state = state;
  set.has_desks = desks >= 0;
  set.desks = desks >= 0 ? (uint32_t)desks : 0;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SET_LANE;
  command.set_lane = &set;
  return fixture_do(f, "control", &command);
}

enum vd_err lanes_take(struct fixture *f, uint64_t number, const char *by)
{
  Vd__SuggestionTake take = VD__SUGGESTION_TAKE__INIT;
  take.suggestion = number;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SUGGESTION_TAKE;
  command.suggestion_take = &take;
  command.by = (char *)(by ? by : "");
  return fixture_do(f, "control", &command);
}

enum vd_err lanes_pass(struct fixture *f, uint64_t number, const char *reason)
{
  Vd__SuggestionPass pass = VD__SUGGESTION_PASS__INIT;
  pass.suggestion = number;
  pass.reason = (char *)reason;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SUGGESTION_PASS;
  command.suggestion_pass = &pass;
  return fixture_do(f, "control", &command);
}

// ---- looking ----

Vd__Lane *lane(const struct fixture *f, const char *id)
{
  Vd__Lane *found = FIXTURE_FIND(f, LANE, Lane, id);
  cr_assert_not_null(found, "no %s", id);
  return found;
}

Vd__Suggestion *suggestion(const struct fixture *f, uint64_t number)
{
  struct vd_key id = vd_key_of("s", "", "");
  vd_key_add_number(&id, number);
  Vd__Suggestion *found = FIXTURE_FIND(f, SUGGESTION, Suggestion, id.text);
  cr_assert_not_null(found, "no suggestion %llu", (unsigned long long)number);
  return found;
}

unsigned suggestions(const struct fixture *f)
{
  return (unsigned)vd_venue_event(f->venue)->last_suggestion;
}
