// What became late while nothing can be kept is told to whoever subscribes while that lasts.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/loop/alarm.h"
#include "proto/quota.h"
#include "proto/wire.pb-c.h"

enum { EPOCH = 7, TOLD_MAX = 2 * VD_ALARMS_MAX };

struct told {
  uint64_t numbers[TOLD_MAX];
  size_t count;
  enum vd_clearance clearance;
};

static Vd__Frame *read_frame(const struct vd_buffer *bytes)
{
  const uint8_t *body = memchr(bytes->data, '\n', bytes->size);
  cr_assert_not_null(body);
  cr_assert_eq(memcmp(bytes->data, "alarm/", 6), 0);
  Vd__Frame *frame = vd__frame__unpack(NULL, bytes->size - (size_t)(body + 1 - bytes->data), body + 1);
  cr_assert_not_null(frame);
  return frame;
}

static void tell(void *context, enum vd_clearance clearance, const struct vd_buffer *bytes)
{
  struct told *told = context;
  Vd__Frame *frame = read_frame(bytes);
  cr_assert_eq(frame->epoch, EPOCH);
  cr_assert_eq(frame->sequence, 0, "an alarm is no history");
  cr_assert_lt(told->count, TOLD_MAX);
  if (clearance == told->clearance)
    told->numbers[told->count++] = frame->alarm;
  vd__frame__free_unpacked(frame, NULL);
}

static void add(struct vd_alarms *alarms, struct told *told)
{
  Vd__Fact fact = VD__FACT__INIT;
  fact.incident = 1;
  Vd__Change change = VD__CHANGE__INIT;
  change.sequence = 99;
  change.fact = &fact;
  vd_alarms_add(alarms, EPOCH, &change, tell, told);
}

Test(alarm, told_at_once_and_again_to_who_comes_later_on_that_feed_alone)
{
  static struct vd_alarms alarms;
  struct told told = {.clearance = VD_CLEARANCE_OPS};
  add(&alarms, &told);
  add(&alarms, &told);
  cr_assert_eq(told.count, 2);
  vd_alarms_look(&alarms, VD_CLEARANCE_OPS, 0, tell, &told);
  cr_assert_eq(told.count, 2, "nobody came");
  vd_alarms_look(&alarms, VD_CLEARANCE_WALL, 1, tell, &told);
  cr_assert_eq(told.count, 2, "who came to the wall is told on the wall");
  vd_alarms_look(&alarms, VD_CLEARANCE_OPS, 1, tell, &told);
  cr_assert_eq(told.count, 4);
  cr_assert_eq(told.numbers[2], 1, "in order, under the numbers they had");
  cr_assert_eq(told.numbers[3], 2);
  vd_alarms_look(&alarms, VD_CLEARANCE_OPS, 1, tell, &told);
  cr_assert_eq(told.count, 4, "once");
  vd_alarms_clear(&alarms);
}

Test(alarm, the_newest_are_kept)
{
  static struct vd_alarms alarms;
  static struct told told = {.clearance = VD_CLEARANCE_WALL};
  for (size_t i = 0; i < VD_ALARMS_MAX + 3; i++)
    add(&alarms, &told);
  told.count = 0;
  vd_alarms_look(&alarms, VD_CLEARANCE_WALL, 1, tell, &told);
  cr_assert_eq(told.count, VD_ALARMS_MAX);
  cr_assert_eq(told.numbers[0], 4);
  cr_assert_eq(told.numbers[VD_ALARMS_MAX - 1], VD_ALARMS_MAX + 3);
  vd_alarms_clear(&alarms);
}

Test(alarm, what_is_over_is_not_told_and_no_number_is_given_twice)
{
  static struct vd_alarms alarms;
  struct told told = {.clearance = VD_CLEARANCE_OPS};
  add(&alarms, &told);
  vd_alarms_clear(&alarms);
  vd_alarms_look(&alarms, VD_CLEARANCE_OPS, 1, tell, &told);
  cr_assert_eq(told.count, 1);
  add(&alarms, &told);
  cr_assert_eq(told.numbers[1], 2);
  vd_alarms_clear(&alarms);
}
