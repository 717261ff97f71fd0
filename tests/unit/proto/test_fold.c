#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/fold.h"
#include "proto/message.h"
#include "random_message.h"

static Vd__Zone *zone_of(const char *id, uint64_t revision)
{
  Vd__Zone *zone = (Vd__Zone *)vd_message_new(&vd__zone__descriptor);
  vd_string_set(&zone->id, id);
  zone->revision = revision;
  return zone;
}

static void put_zone(struct vd_fold *fold, const char *id, uint64_t revision)
{
  vd_fold_put(fold, VD__KIND__KIND_ZONE, &zone_of(id, revision)->base);
}

// 0 = absent.
static uint64_t revision_at(const struct vd_fold *fold, Vd__Kind kind, const char *id)
{
  const ProtobufCMessage *message = vd_fold_find(fold, kind, id);
  return message != NULL ? vd_message_revision(message) : 0;
}

// ---- entities ----

Test(entity, kinds_and_types_belong_together)
{
  for (unsigned i = 0; i < vd__entity__descriptor.n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &vd__entity__descriptor.fields[i];
    Vd__Kind kind = (Vd__Kind)field->id;
    const ProtobufCMessageDescriptor *type = vd_kind_type(kind);
    cr_assert_eq(type, field->descriptor);
    cr_expect_eq(vd_kind_of_type(type), kind);
    cr_expect_not_null(protobuf_c_enum_descriptor_get_value(&vd__kind__descriptor, (int)kind), "%s",
                       field->name);
    ProtobufCMessage *message = vd_message_new(type);
    cr_expect_str_empty(vd_message_id(message));
    vd_message_set_revision(message, 77);
    cr_expect_eq(vd_message_revision(message), 77);
    Vd__Entity wrapper;
    vd_entity_wrap(&wrapper, kind, message);
    cr_expect_eq(vd_entity_kind(&wrapper), kind);
    cr_expect_eq(vd_entity_message(&wrapper), message);
    protobuf_c_message_free_unpacked(message, NULL);
  }
  cr_expect_eq(vd__entity__descriptor.n_fields + 1, vd__kind__descriptor.n_values);
}

Test(entity, what_is_none)
{
  cr_expect_null(vd_kind_type(VD__KIND__KIND_UNSPECIFIED));
  cr_expect_null(vd_kind_type((Vd__Kind)99));
  cr_expect_null(vd_kind_type((Vd__Kind)-1));
  cr_expect_eq(vd_kind_of_type(&vd__text__descriptor), VD__KIND__KIND_UNSPECIFIED);
  Vd__Entity empty = VD__ENTITY__INIT;
  cr_expect_eq(vd_entity_kind(&empty), VD__KIND__KIND_UNSPECIFIED);
  cr_expect_null(vd_entity_message(&empty));
}

// ---- the fold ----

Test(fold, an_empty_one)
{
  struct vd_fold *fold = vd_fold_create();
  cr_expect_null(vd_fold_find(fold, VD__KIND__KIND_ZONE, "a"));
  cr_expect_null(vd_fold_find(fold, VD__KIND__KIND_UNSPECIFIED, "a"));
  cr_expect_null(vd_fold_next(fold, VD__KIND__KIND_ZONE, NULL, ""));
  cr_expect_null(vd_fold_next(fold, (Vd__Kind)99, NULL, ""));
  cr_expect_not(vd_fold_remove(fold, VD__KIND__KIND_ZONE, "a"));
  cr_expect_not(vd_fold_remove(fold, (Vd__Kind)99, "a"));
  cr_expect_eq(vd_fold_count(fold, VD__KIND__KIND_UNSPECIFIED), 0);
  cr_expect_eq(vd_fold_count(fold, (Vd__Kind)99), 0);
  vd_fold_destroy(fold);
  vd_fold_destroy(NULL);
}

Test(fold, put_takes_and_replaces)
{
  struct vd_fold *fold = vd_fold_create();
  Vd__Zone *zone = zone_of("hall", 1);
  vd_fold_put(fold, VD__KIND__KIND_ZONE, &zone->base);
  cr_expect_eq(vd_fold_find(fold, VD__KIND__KIND_ZONE, "hall"), &zone->base);
  zone->capacity = 800;
  vd_fold_put(fold, VD__KIND__KIND_ZONE, &zone->base); // the same again
  cr_expect_eq(vd_fold_find(fold, VD__KIND__KIND_ZONE, "hall"), &zone->base);
  put_zone(fold, "hall", 1); // an older or equal revision replaces too: put does not ask
  cr_expect_neq(vd_fold_find(fold, VD__KIND__KIND_ZONE, "hall"), &zone->base);
  cr_expect_eq(vd_fold_count(fold, VD__KIND__KIND_ZONE), 1);
  vd_fold_destroy(fold);
}

Test(fold, kinds_do_not_meet)
{
  struct vd_fold *fold = vd_fold_create();
  put_zone(fold, "a", 1);
  Vd__Team *team = (Vd__Team *)vd_message_new(&vd__team__descriptor);
  vd_string_set(&team->id, "a");
  vd_fold_put(fold, VD__KIND__KIND_TEAM, &team->base);
  cr_expect_eq(vd_fold_count(fold, VD__KIND__KIND_ZONE), 1);
  cr_expect_eq(vd_fold_count(fold, VD__KIND__KIND_TEAM), 1);
  cr_expect_eq(vd_fold_count(fold, VD__KIND__KIND_UNSPECIFIED), 2);
  cr_expect(vd_fold_remove(fold, VD__KIND__KIND_ZONE, "a"));
  cr_expect_not_null(vd_fold_find(fold, VD__KIND__KIND_TEAM, "a"));
  vd_fold_destroy(fold);
}

Test(fold, the_newer_revision_wins)
{
  struct vd_fold *fold = vd_fold_create();
  Vd__Zone *zone = zone_of("hall", 5);
  Vd__Entity entity;
  vd_entity_wrap(&entity, VD__KIND__KIND_ZONE, &zone->base);
  cr_expect(vd_fold_put_newer(fold, &entity));
  cr_expect_not(vd_fold_put_newer(fold, &entity), "not newer than itself");
  zone->revision = 4;
  cr_expect_not(vd_fold_put_newer(fold, &entity));
  cr_expect_eq(revision_at(fold, VD__KIND__KIND_ZONE, "hall"), 5);
  zone->revision = 6;
  cr_expect(vd_fold_put_newer(fold, &entity));
  cr_expect_neq(vd_fold_find(fold, VD__KIND__KIND_ZONE, "hall"), &zone->base, "a copy");
  protobuf_c_message_free_unpacked(&zone->base, NULL);
  cr_expect_eq(revision_at(fold, VD__KIND__KIND_ZONE, "hall"), 6);
  Vd__Entity empty = VD__ENTITY__INIT;
  cr_expect_not(vd_fold_put_newer(fold, &empty), "a kind of tomorrow");
  vd_fold_destroy(fold);
}

Test(fold, a_change_replaces_and_removes)
{
  struct vd_fold *fold = vd_fold_create();
  put_zone(fold, "gone", 3);
  put_zone(fold, "newer", 12);
  Vd__Zone *zone = zone_of("hall", 10);
  Vd__Entity entity;
  vd_entity_wrap(&entity, VD__KIND__KIND_ZONE, &zone->base);
  Vd__Entity *upserts[] = {&entity};
  Vd__Key keys[] = {VD__KEY__INIT, VD__KEY__INIT, VD__KEY__INIT, VD__KEY__INIT};
  const char *const ids[] = {"gone", "newer", "never", "gone"};
  Vd__Key *removals[4];
  for (unsigned i = 0; i < 4; i++) {
    keys[i].kind = i == 3 ? (Vd__Kind)99 : VD__KIND__KIND_ZONE;
    keys[i].id = (char *)ids[i];
    removals[i] = &keys[i];
  }
  Vd__Change change = VD__CHANGE__INIT;
  change.sequence = 10;
  change.upserts = upserts;
  change.n_upserts = 1;
  change.removals = removals;
  change.n_removals = 4;
  for (unsigned again = 0; again < 2; again++) { // applying twice changes nothing more
    vd_fold_apply(fold, &change);
    cr_expect_eq(revision_at(fold, VD__KIND__KIND_ZONE, "hall"), 10);
    cr_expect_null(vd_fold_find(fold, VD__KIND__KIND_ZONE, "gone"));
    cr_expect_eq(revision_at(fold, VD__KIND__KIND_ZONE, "newer"), 12, "made anew after the removal");
    cr_expect_eq(vd_fold_count(fold, VD__KIND__KIND_ZONE), 2);
  }
  protobuf_c_message_free_unpacked(&zone->base, NULL);
  vd_fold_destroy(fold);
}

Test(fold, next_goes_through_a_prefix_in_order_of_bytes)
{
  static const char *const ids[] = {
      "4",   "42", "42.1",     "42.1.land", "42.1.respond", "42.av-1",   "42.o10", "42.o2", "420",
      "42é", "43", "12345678", "1234567",   "123456789",    "12345678.", "",       "é",     "會"};
  enum { IDS = sizeof(ids) / sizeof(ids[0]) };
  struct vd_fold *fold = vd_fold_create();
  for (size_t i = 0; i < IDS; i++)
    put_zone(fold, ids[i], i + 1);
  const char *after = NULL;
  size_t seen = 0;
  const ProtobufCMessage *message;
  while ((message = vd_fold_next(fold, VD__KIND__KIND_ZONE, after, "")) != NULL) {
    cr_expect(after == NULL || strcmp(after, vd_message_id(message)) < 0);
    after = vd_message_id(message);
    seen++;
  }
  cr_expect_eq(seen, IDS);
  static const char *const of_42[] = {"42.1", "42.1.land", "42.1.respond", "42.av-1", "42.o10", "42.o2"};
  after = NULL;
  for (size_t i = 0; i < sizeof(of_42) / sizeof(of_42[0]); i++) {
    message = vd_fold_next(fold, VD__KIND__KIND_ZONE, after, "42.");
    cr_assert_not_null(message);
    after = vd_message_id(message);
    cr_expect_str_eq(after, of_42[i]);
  }
  cr_expect_null(vd_fold_next(fold, VD__KIND__KIND_ZONE, after, "42."));
  vd_fold_destroy(fold);
}

Test(fold, next_starts_anywhere)
{
  struct vd_fold *fold = vd_fold_create();
  put_zone(fold, "b", 1);
  put_zone(fold, "d", 1);
  cr_expect_str_eq(vd_message_id(vd_fold_next(fold, VD__KIND__KIND_ZONE, "a", "")), "b",
                   "after one that is not there");
  cr_expect_str_eq(vd_message_id(vd_fold_next(fold, VD__KIND__KIND_ZONE, "c", "")), "d");
  cr_expect_null(vd_fold_next(fold, VD__KIND__KIND_ZONE, "d", ""));
  cr_expect_str_eq(vd_message_id(vd_fold_next(fold, VD__KIND__KIND_ZONE, "a", "d")), "d",
                   "before the prefix begins");
  cr_expect_null(vd_fold_next(fold, VD__KIND__KIND_ZONE, "e", "d"), "beyond the prefix");
  cr_expect_null(vd_fold_next(fold, VD__KIND__KIND_ZONE, NULL, "c"));
  vd_fold_destroy(fold);
}

// ---- against a model ----

enum { IDS_MAX = 120, ROUNDS = 6000 };
struct model {
  char ids[IDS_MAX][24];
  uint64_t revisions[IDS_MAX]; // 0 = absent
  size_t count;
};

// Ids that share their first bytes, as ids of incidents do, around the eight that the tree compares at once.
static void model_init(struct model *model, struct random *random)
{
  static const char *const stems[] = {"", "1", "10000", "1000000", "10000000", "100000000", "42.1."};
  *model = (struct model){.count = 0};
  for (size_t i = 0; i < IDS_MAX; i++)
    snprintf(model->ids[i], sizeof(model->ids[i]), "%s%u",
             stems[random_below(random, sizeof(stems) / sizeof(stems[0]))],
             (unsigned)random_below(random, 300));
  for (size_t i = 0; i < IDS_MAX; i++) // a repeated id becomes one of its own
    for (size_t k = 0; k < i; k++)
      if (strcmp(model->ids[i], model->ids[k]) == 0)
        snprintf(model->ids[i], sizeof(model->ids[i]), "twin%zu", i);
}

static const char *model_next(const struct model *model, const char *after, const char *prefix)
{
  const char *best = NULL;
  for (size_t i = 0; i < IDS_MAX; i++) {
    const char *id = model->ids[i];
    if (model->revisions[i] == 0 || strncmp(id, prefix, strlen(prefix)) != 0)
      continue;
    if (after != NULL && strcmp(id, after) <= 0)
      continue;
    if (best == NULL || strcmp(id, best) < 0)
      best = id;
  }
  return best;
}

static void act(struct vd_fold *fold, struct model *model, struct random *random, uint64_t sequence)
{
  size_t i = random_below(random, IDS_MAX);
  bool was_there = model->revisions[i] != 0;
  switch (random_below(random, 3)) {
  case 0:
    put_zone(fold, model->ids[i], sequence);
    model->revisions[i] = sequence;
    model->count += !was_there;
    break;
  case 1:
    cr_assert_eq(vd_fold_remove(fold, VD__KIND__KIND_ZONE, model->ids[i]), was_there);
    model->revisions[i] = 0;
    model->count -= was_there;
    break;
  default: {
    Vd__Zone *zone = zone_of(model->ids[i], 1 + random_below(random, 2 * sequence));
    Vd__Entity entity;
    vd_entity_wrap(&entity, VD__KIND__KIND_ZONE, &zone->base);
    bool is_newer = zone->revision > model->revisions[i];
    cr_assert_eq(vd_fold_put_newer(fold, &entity), is_newer);
    if (is_newer)
      model->revisions[i] = zone->revision;
    model->count += !was_there;
    protobuf_c_message_free_unpacked(&zone->base, NULL);
  }
  }
}

Test(fold, does_what_a_list_would_do)
{
  struct random random = random_begin(13);
  static struct model model;
  model_init(&model, &random);
  struct vd_fold *fold = vd_fold_create();
  for (uint64_t round = 1; round <= ROUNDS; round++) {
    act(fold, &model, &random, round);
    size_t i = random_below(&random, IDS_MAX);
    cr_assert_eq(revision_at(fold, VD__KIND__KIND_ZONE, model.ids[i]), model.revisions[i]);
    cr_assert_eq(vd_fold_count(fold, VD__KIND__KIND_ZONE), model.count);
    char prefix[24];
    snprintf(prefix, sizeof(prefix), "%.*s", (int)random_below(&random, 10),
             model.ids[random_below(&random, IDS_MAX)]);
    const char *after = random_below(&random, 4) == 0 ? NULL : model.ids[random_below(&random, IDS_MAX)];
    const char *expected = model_next(&model, after, prefix);
    const ProtobufCMessage *found = vd_fold_next(fold, VD__KIND__KIND_ZONE, after, prefix);
    cr_assert_eq(found != NULL, expected != NULL);
    cr_assert(found == NULL || strcmp(vd_message_id(found), expected) == 0);
  }
  vd_fold_destroy(fold);
}
