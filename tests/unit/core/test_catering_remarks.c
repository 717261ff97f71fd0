// What a reply says beside that it is done, of supplies and batches.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/venue_internal.h"
#include "tests/unit/core/catering.h"
#include "tests/unit/core/people.h"

static struct fixture *f;

static void setup(void)
{
  f = catering_create();
}

static void teardown(void)
{
  fixture_destroy(f);
}

TestSuite(catering_remarks, .init = setup, .fini = teardown);

#define expect_remark(named, words)                                                                          \
  do {                                                                                                       \
    cr_expect_str_eq(f->reply.field, named);                                                                 \
    cr_expect_not_null(strstr(f->reply.sentence, words), "%s", f->reply.sentence);                           \
  } while (0)

Test(catering_remarks, a_cancelled_break_names_all_of_it_beside_what_else_is_to_be_said)
{
  AGENDA(f, {"talk", "hall", 60, 120, .is_dense = true}, {"tea", "corridor", 120, 150, .is_break = true},
         {"panel", "hall", 150, 210, .is_dense = false});
  catering_batch(f, "coffee", 2, "tea", 0);
  catering_batch(f, "coffee", 4, "tea", 0);
  catering_batch(f, "coffee", 5, "tea", 0);
  cr_assert_eq(agenda_cancel(f, "tea", "no time"), VD_OK);
  cr_assert_str_eq(f->reply.field, "no-break");
  cr_assert_str_eq(f->reply.nearest, "talk");
  cr_assert_not_null(strstr(f->reply.sentence,
                            "no break follows talk any more. Done, but coffee.b2, coffee.b4, "
                            "coffee.b5 were planned for tea: cancel them"),
                     "%s", f->reply.sentence);
  cr_assert(agenda_says(agenda_fact(f), "batch-left:coffee.b5"));
}

Test(catering_remarks, servings_of_before_the_last_look_or_beyond_what_is_left_are_remarked)
{
  fixture_run_to(f, AT(10));
  cr_assert_eq(level(f, "boxes", 30, AT(8)), VD_OK);
  cr_assert_eq(served(f, "boxes", 10, AT(5)), VD_OK);
  expect_remark("before-last-look", "stays 30");
  cr_assert_eq(supply(f, "boxes")->level, 30);
  cr_assert_eq(served(f, "boxes", 10, 0), VD_OK);
  cr_assert_str_empty(f->reply.field);
  cr_assert_eq(served(f, "boxes", 50, 0), VD_OK);
  expect_remark("more-than-left", "only 20");
}

Test(catering_remarks, food_for_what_is_no_break_is_planned_and_remarked)
{
  AGENDA(f, {"talk", "hall", 60, 120, .is_dense = false}, {"tea", "corridor", 120, 150, .is_break = true});
  cr_assert_eq(batch_plan(f, "coffee", 30, 0, "talk"), VD_OK);
  expect_remark("no-break-of-food", "talk is no break");
  cr_assert_eq(batch_plan(f, "coffee", 30, 0, "tea"), VD_OK);
  cr_assert_str_empty(f->reply.field);
}

Test(catering_remarks, a_look_of_before_the_last_serving_says_by_what_it_is_carried_on)
{
  fixture_run_to(f, AT(10));
  cr_assert_eq(level(f, "boxes", 30, AT(2)), VD_OK);
  cr_assert_eq(served(f, "boxes", 10, AT(8)), VD_OK);
  cr_assert_eq(level(f, "boxes", 25, AT(5)), VD_OK);
  expect_remark("late-look", "are left");
  cr_assert_eq(level(f, "boxes", 25, 0), VD_OK);
  cr_assert_str_empty(f->reply.field);
}
