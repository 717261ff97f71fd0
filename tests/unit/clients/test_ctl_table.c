// Columns on a terminal: as wide as what is seen, not as long as the bytes.
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <locale.h>
#include <stdio.h>

#include "clients/ctl/ctl.h"

static void expect_printed(struct ctl_table *table, const char *expected)
{
  cr_redirect_stdout();
  ctl_table_print(table);
  fflush(stdout);
  cr_assert_stdout_eq_str(expected);
  cr_assert_eq(table->count, 0);
  cr_assert_null(table->cells);
}

Test(table, columns_are_as_wide_as_their_widest_cell)
{
  struct ctl_table table = {.columns = 3};
  for (int i = 1; i <= 1000; i *= 1000)
    ctl_cell(&table, "#%d", i), ctl_cell(&table, "hall"), ctl_cell(&table, "end");
  expect_printed(&table, "#1     hall  end\n"
                         "#1000  hall  end\n");
}

Test(table, a_cjk_character_takes_two_columns)
{
  cr_assert_not_null(setlocale(LC_CTYPE, "C.UTF-8"));
  struct ctl_table table = {.columns = 2};
  ctl_cell(&table, "茶歇區"), ctl_cell(&table, "1");
  ctl_cell(&table, "hall"), ctl_cell(&table, "2");
  ctl_cell(&table, "é"), ctl_cell(&table, "3");
  expect_printed(&table, "茶歇區  1\n"
                         "hall    2\n"
                         "é       3\n");
}

Test(table, a_row_cut_short_ends_its_line)
{
  struct ctl_table table = {.columns = 2};
  ctl_cell(&table, "a"), ctl_cell(&table, "b"), ctl_cell(&table, "c");
  expect_printed(&table, "a  b\nc\n");
}

Test(table, an_empty_table_prints_nothing)
{
  struct ctl_table table = {.columns = 2};
  expect_printed(&table, "");
}

// Not UTF-8: a column a byte, and no end that is not there.
Test(table, bytes_that_are_no_text)
{
  setlocale(LC_CTYPE, "C.UTF-8");
  struct ctl_table table = {.columns = 2};
  ctl_cell(&table, "\xe8\x8c"), ctl_cell(&table, "1");
  ctl_cell(&table, "abcd"), ctl_cell(&table, "2");
  expect_printed(&table, "\xe8\x8c    1\nabcd  2\n");
}

Test(table, what_is_dropped_is_not_printed)
{
  struct ctl_table table = {.columns = 2};
  ctl_cell(&table, "a");
  ctl_table_drop(&table);
  expect_printed(&table, "");
}

Test(table, what_was_on_another_day_says_so)
{
  const int64_t hour_ms = 3600000, nine_ms = INT64_C(1684371600000); // 2023-05-18 09:00 at the venue
  struct ctl ctl = {.now_ms = nine_ms, .utc_offset_ms = 8 * hour_ms};
  char text[40];
  ctl_when(&ctl, nine_ms - 9 * hour_ms, text, sizeof text);
  cr_expect_str_eq(text, "00:00:00");
  ctl_when(&ctl, nine_ms - 9 * hour_ms - 1000, text, sizeof text);
  cr_expect_str_eq(text, "05-17 23:59:59");
  ctl_when(&ctl, nine_ms + 15 * hour_ms, text, sizeof text);
  cr_expect_str_eq(text, "05-19 00:00:00");
  ctl_when(&ctl, 0, text, sizeof text);
  cr_expect_str_eq(text, "-");
}
