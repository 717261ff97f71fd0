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
