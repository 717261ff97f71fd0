#include "tests/unit/core/devices.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/key.h"
#include "tests/unit/core/incident_acts.h"

#define NEW(Type, type) ((Vd__##Type *)vd_message_new(&vd__##type##__descriptor))

// ---- the devices ----

static void add_threshold(Vd__Device *device, const char *reading, const char *unit, bool below, int64_t warn,
                          int64_t fault)
{
  Vd__Threshold *threshold = NEW(Threshold, threshold);
  vd_string_set(&threshold->reading, reading);
  vd_string_set(&threshold->unit, unit);
  threshold->below = below;
  threshold->warn = warn * 1000;
  threshold->fault = fault * 1000;
  threshold->has_fault = fault != 0;
  VD_REPEATED_ADD(device->thresholds, device->n_thresholds, threshold);
}

static Vd__Device *device_new(const char *id, const char *zone, const char *category, int64_t heartbeat_ms)
{
  Vd__Device *made = NEW(Device, device);
  vd_string_set(&made->id, id);
  made->revision = 1;
  made->name = NEW(Text, text);
  vd_string_set(&made->name->en, id);
  vd_string_set(&made->zone, zone);
  vd_string_set(&made->category, category);
  made->heartbeat_ms = heartbeat_ms;
  return made;
}

static void put(struct fixture *f, Vd__Device *made)
{
  vd_fold_put(f->mirror, VD__KIND__KIND_DEVICE, &made->base);
  Vd__Entity entity;
  vd_entity_wrap(&entity, VD__KIND__KIND_DEVICE, &made->base);
  vd_venue_restore_entity(f->venue, &entity);
}

struct fixture *devices_create(void)
{
  struct fixture *f = fixture_create();
  Vd__Device *proj = device_new("proj", "hall", "av-fault", SECONDS(10));
  vd_string_set(&proj->name->en, "Main projector");
  vd_string_set(&proj->partner, "proj-b");
  vd_string_set(&proj->spare, "backstage");
  add_threshold(proj, "temperature", "°C", false, 75, 85);
  add_threshold(proj, "lamp-hours", "h", false, 2000, 0);
  add_threshold(proj, "battery", "%", true, 20, 5);
  Vd__Device *mic = device_new("mic", "forum", "av-fault", 0);
  add_threshold(mic, "battery", "%", true, 20, 5);
  put(f, proj);
  put(f, device_new("proj-b", "hall", "av-fault", SECONDS(10)));
  put(f, mic);
  put(f, device_new("ups", "backstage", "blackout", SECONDS(60)));
  fixture_restart(f);
  return f;
}

void device_edit(struct fixture *f, const char *id, device_edit_fn edit)
{
  Vd__Device *told = (Vd__Device *)vd_fold_find(f->mirror, VD__KIND__KIND_DEVICE, id);
  cr_assert_not_null(told, "no %s", id);
  edit(device(f, id));
  edit(told);
  fixture_restart(f);
}

void devices_policy(struct fixture *f, policy_edit_fn edit)
{
  edit(FIXTURE_FIND(f, EVENT, Event, "event")->policy);
  edit(((Vd__Event *)vd_fold_find(f->mirror, VD__KIND__KIND_EVENT, "event"))->policy);
  fixture_restart(f);
}

void devices_session(struct fixture *f, const char *zone, int start, int end, uint32_t audience)
{
  devices_session_as(f, vd_key_of("in-", zone, "").text, zone, start, end, audience);
}

void devices_session_as(struct fixture *f, const char *id, const char *zone, int start, int end,
                        uint32_t audience)
{
  Vd__Session *session = NEW(Session, session);
  vd_string_set(&session->id, id);
  vd_string_set(&session->zone, zone);
  session->revision = 1;
  session->kind = VD__SESSION_KIND__SESSION_KIND_TALK;
  session->audience = audience;
  session->start_at_ms = session->planned_start_at_ms = FIXTURE_T0 + MINUTES(start);
  session->end_at_ms = session->planned_end_at_ms = FIXTURE_T0 + MINUTES(end);
  session->state = VD__SESSION_STATE__SESSION_STATE_PLANNED;
  vd_fold_put(f->mirror, VD__KIND__KIND_SESSION, &session->base);
  Vd__Entity entity;
  vd_entity_wrap(&entity, VD__KIND__KIND_SESSION, &session->base);
  vd_venue_restore_entity(f->venue, &entity);
  fixture_restart(f);
}

void devices_put(struct fixture *f, Vd__Device *made)
{
  put(f, made);
  fixture_restart(f);
}

void devices_many(struct fixture *f, const char *like, unsigned count)
{
  for (unsigned i = 0; i < count; i++) {
    Vd__Device *made = (Vd__Device *)vd_message_copy(&device(f, like)->base);
    struct vd_key id = vd_key_of(like, "-", "");
    vd_key_add_number(&id, i);
    vd_string_set(&made->id, id.text);
    put(f, made);
  }
  fixture_restart(f);
}

// ---- commands ----

enum vd_err readings(struct fixture *f, const struct say *list, size_t count)
{
  Vd__Readings said = VD__READINGS__INIT;
  Vd__Reading *items = vd_alloc(count * sizeof *items);
  said.readings = vd_alloc(count * sizeof *said.readings);
  said.n_readings = count;
  for (size_t i = 0; i < count; i++) {
    vd__reading__init(&items[i]);
    items[i].device = (char *)list[i].device;
    items[i].at_ms = list[i].at_ms;
    items[i].reading = (char *)(list[i].reading ? list[i].reading : "");
    items[i].value = list[i].value * 1000;
    said.readings[i] = &items[i];
  }
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_READINGS;
  command.readings = &said;
  enum vd_err err = fixture_do(f, "control", &command);
  free(said.readings);
  free(items);
  return err;
}

void beat(struct fixture *f, const char *of)
{
  cr_assert_eq(READINGS(f, {.device = of}), VD_OK, "%s", f->reply.sentence);
}

void reading(struct fixture *f, const char *of, const char *name, int64_t value)
{
  cr_assert_eq(READINGS(f, {.device = of, .reading = name, .value = value}), VD_OK, "%s", f->reply.sentence);
}

void beat_until(struct fixture *f, const char *of, int64_t at_ms, int64_t every_ms)
{
  while (f->now_ms + every_ms <= at_ms) {
    fixture_run_to(f, f->now_ms + every_ms);
    beat(f, of);
  }
  fixture_run_to(f, at_ms);
}

enum vd_err device_fault(struct fixture *f, const char *of, const char *text, int64_t since_ms)
{
  Vd__DeviceFault said = VD__DEVICE_FAULT__INIT;
  said.device = (char *)of;
  said.text = (char *)text;
  said.since_at_ms = since_ms;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_DEVICE_FAULT;
  command.device_fault = &said;
  return fixture_do(f, "control", &command);
}

enum vd_err maintenance(struct fixture *f, const char *of, int64_t until_ms)
{
  Vd__DeviceMaintenance said = VD__DEVICE_MAINTENANCE__INIT;
  said.device = (char *)of;
  said.until_at_ms = until_ms;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_DEVICE_MAINTENANCE;
  command.device_maintenance = &said;
  return fixture_do(f, "control", &command);
}

// ---- stories ----

void fall_silent(struct fixture *f)
{
  beat(f, "proj");
  fixture_run_to(f, FIXTURE_T0 + SECONDS(30) + 1);
  expect_state(f, "proj", FAULT);
}

void overheat(struct fixture *f, const char *of)
{
  f->now_ms++;
  reading(f, of, "temperature", 86);
  expect_state(f, of, FAULT);
}

void cool_down(struct fixture *f, const char *of)
{
  f->now_ms++;
  reading(f, of, "temperature", 50);
}

void recover(struct fixture *f, const char *of)
{
  cool_down(f, of);
  beat_until(f, of, f->now_ms + MINUTES(10), SECONDS(5));
  expect_state(f, of, OK);
}

void close_over(struct fixture *f, uint64_t number)
{
  cr_assert_eq(do_land(f, number, VD__LANDING__LANDING_WORKAROUND), VD_OK, "%s", f->reply.sentence);
  cr_assert_eq(STEP(f, CLOSE, number, "control-1", 0), VD_OK, "%s", f->reply.sentence);
}

void land_and_close(struct fixture *f, uint64_t number)
{
  cr_assert_eq(STEP(f, LAND, number, "av-1", 0), VD_OK, "%s", f->reply.sentence);
  cr_assert_eq(STEP(f, CLOSE, number, "control-1", 0), VD_OK, "%s", f->reply.sentence);
}

// ---- looking ----

Vd__Device *device(const struct fixture *f, const char *id)
{
  Vd__Device *found = FIXTURE_FIND(f, DEVICE, Device, id);
  cr_assert_not_null(found, "no %s", id);
  return found;
}

unsigned incidents(const struct fixture *f)
{
  return (unsigned)vd_fold_count(vd_venue_fold(f->venue), VD__KIND__KIND_INCIDENT);
}

static const Vd__Alert *thread(const struct fixture *f, const char *of, const char *crew)
{
  struct vd_key id = vd_key_of("device.", of, ".");
  vd_key_add(&id, crew);
  return FIXTURE_FIND(f, ALERT, Alert, id.text);
}

bool is_warned(const struct fixture *f, const char *of, const char *crew)
{
  const Vd__Alert *alert = thread(f, of, crew);
  return alert && alert->state == VD__ALERT_STATE__ALERT_STATE_OPEN && alert->n_reasons == 1 &&
         alert->reasons[0]->why == VD__ALERT_WHY__ALERT_WHY_DEVICE;
}

unsigned warnings(const struct fixture *f, const char *of, const char *crew)
{
  const Vd__Alert *alert = thread(f, of, crew);
  return alert ? alert->calls : 0;
}

const char *note(const struct fixture *f, uint64_t number)
{
  struct vd_key id = {.size = 0};
  vd_key_add_number(&id, number);
  const Vd__Incident *incident = FIXTURE_FIND(f, INCIDENT, Incident, id.text);
  vd_key_add(&id, ".n");
  vd_key_add_number(&id, incident ? incident->notes : 0);
  const Vd__Note *last = FIXTURE_FIND(f, NOTE, Note, id.text);
  return last ? last->text : "";
}

const Vd__Fact *fact(const struct fixture *f)
{
  cr_assert_gt(f->n_changes, 0);
  return f->changes[f->n_changes - 1]->fact;
}
