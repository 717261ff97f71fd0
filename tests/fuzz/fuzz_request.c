// A request from a stranger, on its way through the daemon: unpacked within bounds, checked, executed on a
// small venue (tests/plans/good.yaml) while time goes on.
#include <string.h>

#include "daemon/core/plan.h"
#include "daemon/core/venue.h"
#include "proto/check.h"
#include "proto/clearance.h"
#include "proto/fold.h"
#include "proto/quota.h"
#include "proto/text.h"
#include "proto/wire.pb-c.h"
#include "tests/fuzz/fuzz.h"

#define MINUTE_MS INT64_C(60000)
#define BEGIN_MS  INT64_C(1684371600000) // 2023-05-18 09:00 at the venue: everybody is on duty

enum { COMMANDS_MAX = 32, TICKS_MAX = 256, FRAME_QUOTA = 1024 * 1024, HASH_SIZE = 32 };

struct stage {
  struct vd_venue *venue;
  struct vd_fold *mirror; // what somebody sees who follows the Changes alone
  int64_t now_ms;
  size_t changes;
};

// ---- what must hold of every Change ----

static void expect_seen_by(enum vd_clearance clearance, const Vd__Change *change)
{
  struct vd_buffer bytes = {0};
  vd_clearance_pack(&bytes, clearance, &change->base);
  ProtobufCMessage *seen =
      vd_unpack_bounded(&vd__change__descriptor, bytes.data, bytes.size, FRAME_QUOTA, NULL);
  FUZZ_EXPECT(seen != NULL);
  protobuf_c_message_free_unpacked(seen, NULL);
  vd_buffer_finish(&bytes);
}

static void on_change(void *context, const Vd__Change *change)
{
  struct stage *stage = context;
  FUZZ_EXPECT(protobuf_c_message_get_packed_size(&change->base) <= VD_CHANGE_MAX);
  for (size_t i = 0; i < change->n_upserts; i++)
    FUZZ_EXPECT(protobuf_c_message_get_packed_size(vd_entity_message(change->upserts[i])) <= VD_ENTITY_MAX);
  expect_seen_by(VD_CLEARANCE_WALL, change);
  expect_seen_by(VD_CLEARANCE_JOURNAL, change);
  vd_fold_apply(stage->mirror, change);
  stage->changes++;
}

static void expect_same(const struct vd_fold *a, const struct vd_fold *b)
{
  for (int kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const char *after = NULL;
    ProtobufCMessage *message;
    FUZZ_EXPECT(vd_fold_count(a, (Vd__Kind)kind) == vd_fold_count(b, (Vd__Kind)kind));
    while ((message = vd_fold_next(a, (Vd__Kind)kind, after, "")) != NULL) {
      after = vd_message_id(message);
      const ProtobufCMessage *other = vd_fold_find(b, (Vd__Kind)kind, after);
      FUZZ_EXPECT(other != NULL);
      struct vd_buffer left = {0}, right = {0};
      vd_buffer_pack(&left, message);
      vd_buffer_pack(&right, other);
      FUZZ_EXPECT(left.size == right.size && memcmp(left.data, right.data, left.size) == 0);
      vd_buffer_finish(&left);
      vd_buffer_finish(&right);
    }
  }
}

// ---- the stage ----

static void put_all(const struct vd_fold *from, struct vd_venue *venue, struct vd_fold *mirror)
{
  for (int kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    const char *after = NULL;
    ProtobufCMessage *message;
    while ((message = vd_fold_next(from, (Vd__Kind)kind, after, "")) != NULL) {
      Vd__Entity entity;
      after = vd_message_id(message);
      vd_entity_wrap(&entity, (Vd__Kind)kind, message);
      vd_venue_restore_entity(venue, &entity);
      if (mirror != NULL)
        vd_fold_put_newer(mirror, &entity);
    }
  }
}

static struct vd_venue *restore(const struct vd_fold *from, struct vd_fold *mirror, uint64_t sequence,
                                int64_t now_ms)
{
  struct vd_venue *venue = vd_venue_create();
  put_all(from, venue, mirror);
  vd_venue_restore_finish(venue, sequence, now_ms);
  return venue;
}

// As the daemon does to every plan, with a hash that need not tell plans apart.
static void seal(Vd__PlanApply *apply)
{
  if (apply->plan == NULL)
    return;
  vd_plan_defaults(apply->plan);
  free(apply->hash.data);
  apply->hash = (ProtobufCBinaryData){.data = vd_zalloc(HASH_SIZE), .len = HASH_SIZE};
}

static enum vd_err execute(struct stage *stage, const Vd__Principal *who, const Vd__Command *command,
                           Vd__Language language)
{
  Vd__Reply reply = VD__REPLY__INIT;
  uint64_t sequence = vd_venue_sequence(stage->venue);
  size_t changes = stage->changes;
  enum vd_err err = vd_venue_execute(stage->venue, who, "request", command, language, stage->now_ms,
                                     on_change, stage, &reply);
  bool has_changed = vd_venue_sequence(stage->venue) != sequence || stage->changes != changes;
  FUZZ_EXPECT(err == VD_OK || !has_changed);
  FUZZ_EXPECT(strcmp(reply.code, vd_err_name(err)) == 0);
  FUZZ_EXPECT(vd_text_is_clean(reply.sentence, strlen(reply.sentence), true));
  vd_reply_clear(&reply);
  return err;
}

static const Vd__Principal *principal(size_t number)
{
  static Vd__Principal people[3];
  static char *zones[] = {(char *)"hall"};
  for (size_t i = 0; i < 3; i++)
    vd__principal__init(&people[i]);
  people[0].id = (char *)"admin", people[0].role = VD__ROLE__ROLE_ADMIN;
  people[1].id = (char *)"control", people[1].role = VD__ROLE__ROLE_CONTROL;
  people[2].id = (char *)"field", people[2].role = VD__ROLE__ROLE_FIELD;
  people[2].crew = (char *)"exec-1", people[2].zones = zones, people[2].n_zones = 1;
  return &people[number % 3];
}

// The token, which means nothing else here, chooses who gives the commands; without one it is the admin.
static const Vd__Principal *principal_of(const Vd__Request *request, size_t command)
{
  return principal(request->token.len > 0 ? request->token.data[command % request->token.len] : 0);
}

// The venue after its plan, made once.
static const struct vd_venue *prepared(void)
{
  static struct stage stage;
  if (stage.venue != NULL)
    return stage.venue;
  ProtobufCMessage *plan = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  FUZZ_EXPECT(vd_text_read_file(&vd__plan__descriptor, FUZZ_PLAN, &plan, NULL, &refusal) == VD_OK);
  stage = (struct stage){.venue = vd_venue_create(), .mirror = vd_fold_create(), .now_ms = BEGIN_MS};
  Vd__PlanApply apply = VD__PLAN_APPLY__INIT;
  apply.plan = (Vd__Plan *)plan;
  seal(&apply);
  Vd__Command command = VD__COMMAND__INIT;
  command.id = (char *)"plan";
  command.act_case = VD__COMMAND__ACT_PLAN_APPLY;
  command.plan_apply = &apply;
  FUZZ_EXPECT(execute(&stage, principal(0), &command, VD__LANGUAGE__LANGUAGE_EN) == VD_OK);
  free(apply.hash.data);
  protobuf_c_message_free_unpacked(plan, NULL);
  return stage.venue;
}

// ---- one request ----

static void pass_time(struct stage *stage, int64_t ms)
{
  stage->now_ms += ms;
  vd_venue_tick(stage->venue, stage->now_ms, TICKS_MAX, on_change, stage);
}

static void execute_all(struct stage *stage, const Vd__Request *request)
{
  const Vd__Commands *commands = request->commands;
  for (size_t i = 0; i < commands->n_commands && i < COMMANDS_MAX; i++) {
    Vd__Command *command = commands->commands[i];
    if (!vd_request_id_is_valid(command->id))
      continue;
    if (command->act_case == VD__COMMAND__ACT_PLAN_APPLY)
      seal(command->plan_apply);
    execute(stage, principal_of(request, i), command, request->language);
    pass_time(stage, (int64_t)(i % 4) * MINUTE_MS);
  }
  pass_time(stage, 30 * MINUTE_MS);
}

static void recommend(const struct stage *stage, uint64_t incident)
{
  struct vd_refusal refusal = {.err = VD_OK};
  Vd__Recommendation *recommendation = vd_venue_recommend(stage->venue, incident, stage->now_ms, &refusal);
  FUZZ_EXPECT((recommendation == NULL) == (refusal.err != VD_OK));
  if (recommendation != NULL)
    vd__recommendation__free_unpacked(recommendation, NULL);
}

// Whether its Changes were as many is not compared, nor what they counted.
static void forget_counts(struct vd_fold *fold)
{
  for (int kind = 1; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    ProtobufCMessage *message;
    for (const char *after = NULL; (message = vd_fold_next(fold, (Vd__Kind)kind, after, "")) != NULL;
         after = vd_message_id(message))
      vd_message_set_revision(message, 0);
  }
  for (int node = 1; node < VD_NODES; node++)
    vd_fold_remove(fold, VD__KIND__KIND_NODE_COUNT, vd_enum_name(&vd__node__descriptor, node));
}

// What a start derives anew happens at the same moments. In memory only are when a device was heard last (a
// start listens anew) and what the nodes did in their last minute.
static void expect_same_after_start(struct stage *stage)
{
  struct stage again = {.mirror = vd_fold_create(), .now_ms = stage->now_ms};
  again.venue =
      restore(vd_venue_fold(stage->venue), again.mirror, vd_venue_sequence(stage->venue), stage->now_ms);
  vd_venue_resume(stage->venue, stage->now_ms);
  pass_time(stage, 30 * MINUTE_MS);
  pass_time(&again, 30 * MINUTE_MS);
  forget_counts(stage->mirror);
  forget_counts(again.mirror);
  expect_same(stage->mirror, again.mirror);
  vd_venue_destroy(again.venue);
  vd_fold_destroy(again.mirror);
}

static void play(const Vd__Request *request)
{
  const struct vd_venue *from = prepared();
  struct stage stage = {.mirror = vd_fold_create(), .now_ms = BEGIN_MS};
  stage.venue = restore(vd_venue_fold(from), stage.mirror, vd_venue_sequence(from), stage.now_ms);
  if (request->body_case == VD__REQUEST__BODY_COMMANDS)
    execute_all(&stage, request);
  else if (request->body_case == VD__REQUEST__BODY_RECOMMEND)
    recommend(&stage, request->recommend->incident);
  recommend(&stage, 1);
  expect_same(vd_venue_fold(stage.venue), stage.mirror);
  expect_same_after_start(&stage);
  vd_venue_destroy(stage.venue);
  vd_fold_destroy(stage.mirror);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct vd_refusal refusal = {.err = VD_OK};
  if (size > VD_REQUEST_MAX)
    return 0;
  Vd__Request *request =
      (Vd__Request *)vd_unpack_bounded(&vd__request__descriptor, data, size, VD_QUOTA_DEFAULT, &refusal);
  FUZZ_EXPECT((request == NULL) == (refusal.err != VD_OK));
  if (request == NULL)
    return 0;
  if (vd_check_message(&request->base, &refusal) == VD_OK)
    play(request);
  vd__request__free_unpacked(request, NULL);
  return 0;
}
