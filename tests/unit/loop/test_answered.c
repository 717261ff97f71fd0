#include <criterion/criterion.h>
#include <stdio.h>

#include "daemon/loop/answered.h"

static void put(struct vd_answered *answered, unsigned i)
{
  char id[24];
  snprintf(id, sizeof id, "c%u", i);
  vd_answered_put(answered, "control", id, &(struct vd_answer){.number = i, .sequence = i + 1});
}

static bool has(const struct vd_answered *answered, unsigned i)
{
  char id[24];
  struct vd_answer answer;
  snprintf(id, sizeof id, "c%u", i);
  return vd_answered_find(answered, "control", id, &answer) && answer.number == i && answer.sequence == i + 1;
}

Test(answered, an_id_belongs_to_its_principal)
{
  struct vd_answered *answered = vd_answered_create();
  struct vd_answer answer;
  put(answered, 1);
  cr_assert(has(answered, 1));
  cr_assert_not(vd_answered_find(answered, "field", "c1", &answer));
  cr_assert_not(vd_answered_find(answered, "control", "c", &answer));
  cr_assert_not(vd_answered_find(answered, "controlc", "1", &answer),
                "where one ends and the other begins matters");
  vd_answered_destroy(answered);
}

Test(answered, the_oldest_give_way_and_no_other)
{
  struct vd_answered *answered = vd_answered_create();
  const unsigned total = 3 * VD_ANSWERED_MAX + 17;
  for (unsigned i = 0; i < total; i++)
    put(answered, i);
  for (unsigned i = 0; i < total; i++)
    cr_assert_eq(has(answered, i), i >= total - VD_ANSWERED_MAX, "id c%u", i);
  vd_answered_destroy(answered);
}

Test(answered, restored_from_a_change_with_command_and_reply_only)
{
  struct vd_answered *answered = vd_answered_create();
  struct vd_answer answer;
  Vd__Command command = VD__COMMAND__INIT;
  command.id = (char *)"x-1";
  Vd__Reply reply = VD__REPLY__INIT;
  reply.number = 42;
  Vd__Cause cause = VD__CAUSE__INIT;
  cause.principal = (char *)"control";
  Vd__Change change = VD__CHANGE__INIT;
  change.sequence = 9;
  change.cause = &cause;
  vd_answered_restore(answered, &change); // a tick
  cause.of_case = VD__CAUSE__OF_COMMAND;
  cause.command = &command;
  vd_answered_restore(answered, &change); // no reply
  cr_assert_not(vd_answered_find(answered, "control", "x-1", &answer));
  change.reply = &reply;
  vd_answered_restore(answered, &change);
  cr_assert(vd_answered_find(answered, "control", "x-1", &answer));
  cr_assert_eq(answer.number, 42);
  cr_assert_eq(answer.sequence, 9);
  vd_answered_destroy(answered);
}
