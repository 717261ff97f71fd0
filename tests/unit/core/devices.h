// Devices on top of the small venue, and what is said of them. All commands go through fixture_do, as
// `control`; the reply is in the fixture.
//
//   proj   hall, av-fault, a heartbeat each 10 s; temperature (°C) warns over 75, fails over 85; lamp-hours
//          warn over 2000; battery (%) warns under 20, fails under 5; partner proj-b, spare in backstage
//   proj-b hall, av-fault, a heartbeat each 10 s
//   mic    forum, av-fault, no heartbeat; battery as above
//   ups    backstage, blackout (severity 4), a heartbeat each 60 s
#ifndef DEVICES_H
#define DEVICES_H

#include "tests/unit/core/fixture.h"

struct fixture *devices_create(void);
// Changes a device as if the plan had always said so, and restores the venue.
typedef void (*device_edit_fn)(Vd__Device *device);
void device_edit(struct fixture *f, const char *id, device_edit_fn edit);
// The same with the policy.
typedef void (*policy_edit_fn)(Vd__Policy *policy);
void devices_policy(struct fixture *f, policy_edit_fn edit);
// A session of the zone, in minutes from FIXTURE_T0.
void devices_session(struct fixture *f, const char *zone, int start, int end, uint32_t audience);
void devices_session_as(struct fixture *f, const char *id, const char *zone, int start, int end,
                        uint32_t audience);
// One more, as if the plan had always had it.
void devices_put(struct fixture *f, Vd__Device *made); // takes it
// As many more of them as `like`: "<like>-0", "<like>-1" …; the venue is restored once.
void devices_many(struct fixture *f, const char *like, unsigned count);

// One reading; at_ms 0 = now, name "" = a heartbeat; values are whole units here, thousandths on the way.
struct say {
  const char *device;
  int64_t at_ms;
  const char *reading;
  int64_t value;
};
enum vd_err readings(struct fixture *f, const struct say *list, size_t count);
#define READINGS(f, ...)                                                                                     \
  readings((f), (const struct say[]){__VA_ARGS__},                                                           \
           sizeof((const struct say[]){__VA_ARGS__}) / sizeof(struct say))
void beat(struct fixture *f, const char *device);                                     // asserts success
void reading(struct fixture *f, const char *device, const char *name, int64_t value); // asserts success
// Lets time pass to at_ms with a heartbeat of the device every `every_ms`.
void beat_until(struct fixture *f, const char *device, int64_t at_ms, int64_t every_ms);

// What most stories begin and end with; each asserts its success.
void fall_silent(struct fixture *f); // proj, from FIXTURE_T0 on: found 30 s later
void overheat(struct fixture *f, const char *device);
void cool_down(struct fixture *f, const char *device);
void recover(struct fixture *f, const char *device); // from a fault to well again
void close_over(struct fixture *f, uint64_t number); // the partner took over
void land_and_close(struct fixture *f, uint64_t number);

enum vd_err device_fault(struct fixture *f, const char *device, const char *text, int64_t since_ms);
enum vd_err maintenance(struct fixture *f, const char *device, int64_t until_ms);

Vd__Device *device(const struct fixture *f, const char *id);
unsigned incidents(const struct fixture *f); // how many there are in all
bool is_warned(const struct fixture *f, const char *device, const char *crew);
unsigned warnings(const struct fixture *f, const char *device, const char *crew); // how often called in all
// The newest note of the incident; "" if there is none.
const char *note(const struct fixture *f, uint64_t incident);
const Vd__Fact *fact(const struct fixture *f); // of the last Change

#define DEVICE(NAME) VD__DEVICE_STATE__DEVICE_STATE_##NAME
#define expect_state(f, id, NAME)                                                                            \
  cr_assert_eq(device((f), (id))->state, DEVICE(NAME), "%s is %d", (id), (int)device((f), (id))->state)

#endif
