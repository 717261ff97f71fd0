// Counts of lanes from a file (lane_import.h): CSV and JSON, what is left unsaid, and what is wrong, by its
// place.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "clients/ctl/lane_import.h"
#include "proto/message.h"

static const int64_t NINE = INT64_C(1684371600000); // 09:00 at UTC+8
static const int64_t OFFSET = INT64_C(8) * 3600000;

static struct ctl_lane_import import;
static struct vd_refusal refusal;

static void teardown(void)
{
  ctl_lane_import_finish(&import);
}

TestSuite(ctl_lane_import, .fini = teardown);

static enum vd_err read_as(const char *name, const char *text)
{
  ctl_lane_import_finish(&import);
  refusal = (struct vd_refusal){.err = VD_OK};
  return ctl_lane_import_read(name, text, strlen(text), NINE, OFFSET, &import, &refusal);
}

static void expect_csv(const char *text, size_t count)
{
  cr_assert_eq(read_as("c.csv", text), VD_OK, "%s", refusal.detail);
  cr_assert_eq(import.counts->n_counts, count, "%zu", import.counts->n_counts);
}

static void expect_refused(const char *text, enum vd_err err, const char *place, const char *words)
{
  cr_assert_eq(read_as("c.csv", text), err, "%s: %s", vd_err_name(refusal.err), refusal.detail);
  cr_assert_eq(strncmp(refusal.detail, place, strlen(place)), 0, "%s", refusal.detail);
  cr_assert_not_null(strstr(refusal.detail, words), "%s", refusal.detail);
  cr_assert_null(import.counts, "nothing is handed out");
}

// ---- CSV ----

Test(ctl_lane_import, every_column)
{
  expect_csv("lane,from,to,arrived,checked_in,waiting\n"
             "general-1,2023-05-18T08:30:00+08:00,08:35,40,30,12\n",
             1);
  const Vd__LaneCount *count = import.counts->counts[0];
  cr_assert_str_eq(count->lane, "general-1");
  cr_assert_eq(count->from_at_ms, NINE - 30 * 60000);
  cr_assert_eq(count->to_at_ms, NINE - 25 * 60000, "on the venue's clock");
  cr_assert_eq(count->arrived, 40);
  cr_assert_eq(count->checked_in, 30);
  cr_assert_eq(count->waiting, 12);
  cr_assert(count->has_arrived && count->has_waiting);
}

Test(ctl_lane_import, in_any_order_and_only_what_is_known)
{
  expect_csv("Checked_In,LANE\n30,general-1\n", 1);
  const Vd__LaneCount *count = import.counts->counts[0];
  cr_assert_eq(count->checked_in, 30);
  cr_assert_eq(count->from_at_ms, 0);
  cr_assert_not(count->has_arrived || count->has_waiting);
}

Test(ctl_lane_import, an_empty_cell_says_nothing_and_zero_says_zero)
{
  expect_csv("lane,checked_in,waiting\na,1,\nb,1,0\n", 2);
  cr_assert_not(import.counts->counts[0]->has_waiting);
  cr_assert(import.counts->counts[1]->has_waiting);
}

Test(ctl_lane_import, as_rfc_4180_has_it)
{
  expect_csv("\xEF\xBB\xBF\"lane\",\"checked_in\"\r\n\"general-1\",\"30\"\r\nvip-1,4", 2);
  cr_assert_str_eq(import.counts->counts[0]->lane, "general-1");
  cr_assert_eq(import.counts->counts[1]->checked_in, 4, "the last row need not end");
}

Test(ctl_lane_import, blank_lines_are_none)
{
  expect_csv("\n\nlane,checked_in\n\na,1\n\r\nb,2\n\n", 2);
  cr_assert_eq(import.rows[1].line, 7);
}

Test(ctl_lane_import, a_bad_cell_is_named_by_line_and_column)
{
  expect_refused("lane,checked_in\na,1\nb,x\n", VD_ERR_BAD_VALUE, "c.csv:3:3: ", "whole number");
  cr_assert_str_eq(refusal.field, "checked_in");
  expect_refused("lane,checked_in\na,-1\n", VD_ERR_BAD_VALUE, "c.csv:2:3: ", "whole number");
  expect_refused("lane,checked_in\na,4294967296\n", VD_ERR_BAD_VALUE, "c.csv:2:3: ", "whole number");
  expect_refused("lane,checked_in\na,1.5\n", VD_ERR_BAD_VALUE, "c.csv:2:3: ", "whole number");
  expect_refused("lane,checked_in,to\na,1,25:61\n", VD_ERR_BAD_VALUE, "c.csv:2:5: ", "09:41");
  expect_refused("lane,checked_in\r\n\r\nа,\r\n", VD_ERR_MISSING, "c.csv:3:3: ", "say something");
  expect_refused("lane,checked_in\n,1\n", VD_ERR_MISSING, "c.csv:2:1: ", "say something");
}

Test(ctl_lane_import, a_row_has_as_many_cells_as_the_first)
{
  expect_refused("lane,checked_in\na,1\nb\n", VD_ERR_BAD_VALUE, "c.csv:3:1: ", "fewer");
  expect_refused("lane,checked_in\na,1,2\n", VD_ERR_BAD_VALUE, "c.csv:2:5: ", "more");
}

Test(ctl_lane_import, the_first_row_names_what_is_known_once)
{
  expect_refused("lane,checked_in,wating\n", VD_ERR_UNKNOWN_FIELD, "c.csv:1:17: ", "wating");
  cr_assert_str_eq(refusal.nearest, "waiting");
  expect_refused("lane,checked_in,lane\n", VD_ERR_BAD_VALUE, "c.csv:1:17: ", "twice");
  expect_refused("lane,waiting\na,1\n", VD_ERR_MISSING, "c.csv:1:1: ", "checked_in");
  expect_refused("general-1,30\n", VD_ERR_UNKNOWN_FIELD, "c.csv:1:1: ", "general-1");
}

Test(ctl_lane_import, without_rows_it_is_none)
{
  expect_refused("", VD_ERR_MISSING, "c.csv:1:1: ", "no row");
  expect_refused("lane,checked_in\n", VD_ERR_MISSING, "c.csv:2:1: ", "no row");
}

Test(ctl_lane_import, quotes_out_of_place)
{
  expect_refused("lane,checked_in\na\"b,1\n", VD_ERR_BAD_REQUEST, "c.csv:2:2: ", "");
  expect_refused("lane,checked_in\n\"a,1\n", VD_ERR_BAD_REQUEST, "c.csv:2:1: ", "does not end");
}

Test(ctl_lane_import, what_is_no_text_is_refused)
{
  expect_refused("lane,checked_in\n\xFF\xFE,1\n", VD_ERR_BAD_TEXT, "c.csv:2:1: ", "");
  expect_refused("lane,checked_in\n\"a\nb\",1\n", VD_ERR_BAD_TEXT, "c.csv:2:1: ", "");
  const char nul[] = "lane,checked_in\na\0b,1\n";
  cr_assert_eq(ctl_lane_import_read("c.csv", nul, sizeof nul - 1, NINE, OFFSET, &import, &refusal),
               VD_ERR_BAD_TEXT);
}

static struct vd_buffer many(unsigned count)
{
  struct vd_buffer text = {0};
  vd_buffer_printf(&text, "lane,checked_in\n");
  for (unsigned i = 0; i < count; i++)
    vd_buffer_printf(&text, "general-1,%u\n", i);
  vd_buffer_append(&text, "", 1);
  return text;
}

Test(ctl_lane_import, at_most_five_hundred)
{
  struct vd_buffer text = many(CTL_LANE_COUNTS_MAX);
  expect_csv((const char *)text.data, CTL_LANE_COUNTS_MAX);
  vd_buffer_finish(&text);
  text = many(CTL_LANE_COUNTS_MAX + 1);
  expect_refused((const char *)text.data, VD_ERR_TOO_MANY, "c.csv:502:1: ", "500");
  vd_buffer_finish(&text);
}

Test(ctl_lane_import, where_the_file_says_what_is_refused)
{
  expect_csv("checked_in,lane\n30,\"general-1\"\n4,vip-1\n", 2);
  struct vd_text_place place = ctl_lane_import_place(&import, "lane_counts.counts[1].lane");
  cr_assert_eq(place.line, 3);
  cr_assert_eq(place.column, 3);
  place = ctl_lane_import_place(&import, "lane_counts.counts[0].from_at_ms");
  cr_assert_eq(place.line, 2);
  cr_assert_eq(place.column, 1, "not in the file: the row");
  cr_assert_eq(ctl_lane_import_place(&import, "lane_counts.counts").line, 0);
  cr_assert_eq(ctl_lane_import_place(&import, "lane_counts.counts[2].lane").line, 0);
  cr_assert_eq(ctl_lane_import_place(&import, "acted_at_ms").line, 0);
}

// ---- JSON ----

Test(ctl_lane_import, a_json_is_the_text_form)
{
  const char *text = "{\"counts\": [\n"
                     "  {\"lane\": \"general-1\", \"checked_in\": 30, \"waiting\": 0,\n"
                     "   \"to_at_ms\": \"2023-05-18T09:00:00+08:00\"},\n"
                     "  {\"arrived\": 5, \"lane\": \"vip-1\", \"checked_in\": 4}]}";
  cr_assert_eq(read_as("c.JSON", text), VD_OK, "%s", refusal.detail);
  cr_assert_eq(import.counts->n_counts, 2);
  cr_assert_eq(import.counts->counts[0]->to_at_ms, NINE);
  cr_assert(import.counts->counts[0]->has_waiting, "written, and so said");
  cr_assert_not(import.counts->counts[0]->has_arrived);
  cr_assert(import.counts->counts[1]->has_arrived);
  cr_assert_not(import.counts->counts[1]->has_waiting);
  struct vd_text_place place = ctl_lane_import_place(&import, "lane_counts.counts[1].lane");
  cr_assert_eq(place.line, 4);
}

Test(ctl_lane_import, a_bad_json_is_named_by_its_place)
{
  cr_assert_eq(read_as("c.json", "{\"counts\": [\n{\"lane\": \"a\", \"checked_in\": -1}]}"),
               VD_ERR_BAD_VALUE);
  cr_assert_eq(strncmp(refusal.detail, "c.json:2:", 9), 0, "%s", refusal.detail);
  cr_assert_eq(read_as("c.json", "{\"counts\": [{\"lan\": \"a\"}]}"), VD_ERR_UNKNOWN_FIELD);
  cr_assert_eq(read_as("c.json", "{}"), VD_ERR_MISSING);
  cr_assert_eq(read_as("c.txt", "{}"), VD_ERR_BAD_VALUE);
}
