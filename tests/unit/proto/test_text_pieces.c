// Durations, instants and enum names, by themselves.
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/entity.pb-c.h"
#include "proto/text.h"
#include "proto/utf8.h"

// ---- durations ----

static void expect_duration(const char *text, int64_t expected_ms)
{
  int64_t ms = -1;
  cr_assert(vd_duration_parse(text, &ms), "%s is refused", text);
  cr_assert_eq(ms, expected_ms, "%s gives %" PRId64, text, ms);
}

Test(text_pieces, durations_are_read)
{
  expect_duration("5m", 300000);
  expect_duration("90s", 90000);
  expect_duration("1h30m", 5400000);
  expect_duration("250ms", 250);
  expect_duration("-20m", -1200000);
  expect_duration("1h0m1s1ms", 3601001);
  expect_duration("1m500ms", 60500);
  expect_duration("48h", INT64_C(172800000));
  expect_duration("0s", 0);
  expect_duration("0", 0);
  expect_duration("9223372036854775807ms", INT64_MAX);
  expect_duration("-9223372036854775808ms", INT64_MIN);
}

Test(text_pieces, what_is_no_duration_is_refused_and_leaves_the_value)
{
  static const char *const wrong[] = {"",
                                      "-",
                                      "5",
                                      "m",
                                      "5 m",
                                      "5m ",
                                      " 5m",
                                      "1.5h",
                                      "5min",
                                      "5M",
                                      "+5m",
                                      "--5m",
                                      "30m1h",
                                      "1m1m",
                                      "1ms1s",
                                      "5m-1s",
                                      "5m3",
                                      "1d",
                                      "m5",
                                      "5m\n",
                                      "0m0",
                                      "9223372036854775808ms",
                                      "-9223372036854775809ms",
                                      "99999999999999999999h",
                                      "2562047788016h",
                                      "9223372036854775807ms1h",
                                      "9223372036854775s9999ms"};
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    int64_t ms = 77;
    cr_expect_not(vd_duration_parse(wrong[i], &ms), "\"%s\" passes", wrong[i]);
    cr_expect_eq(ms, 77);
  }
}

static void expect_duration_text(int64_t ms, const char *expected)
{
  char text[32];
  vd_duration_format(ms, text, sizeof(text));
  cr_assert_str_eq(text, expected);
}

Test(text_pieces, durations_are_written)
{
  expect_duration_text(300000, "5m");
  expect_duration_text(5400000, "1h30m");
  expect_duration_text(90000, "1m30s");
  expect_duration_text(250, "250ms");
  expect_duration_text(-1200000, "-20m");
  expect_duration_text(0, "0s");
  expect_duration_text(INT64_MAX, "2562047788015h12m55s807ms");
  expect_duration_text(INT64_MIN, "-2562047788015h12m55s808ms");
}

Test(text_pieces, a_small_room_cuts_a_duration)
{
  char text[6];
  vd_duration_format(INT64_C(5400000) + 30001, text, sizeof(text));
  cr_assert_str_eq(text, "1h30m");
  vd_duration_format(-1, text, 1);
  cr_assert_str_eq(text, "");
}

// ---- instants ----

static const int64_t may_18 = INT64_C(1684371600000); // 2023-05-18T01:00:00Z

static void expect_instant(const char *text, int64_t expected_ms)
{
  int64_t ms = -1;
  cr_assert(vd_instant_parse(text, 0, 0, &ms), "%s is refused", text);
  cr_assert_eq(ms, expected_ms, "%s gives %" PRId64, text, ms);
}

Test(text_pieces, instants_are_read)
{
  expect_instant("2023-05-18T09:00:00+08:00", may_18);
  expect_instant("2023-05-18T01:00:00Z", may_18);
  expect_instant("2023-05-18t01:00:00z", may_18);
  expect_instant("2023-05-17 19:30:00-05:30", may_18);
  expect_instant("2023-05-18T01:00:00.25Z", may_18 + 250);
  expect_instant("2023-05-18T01:00:00.123999999Z", may_18 + 123);
  expect_instant("1970-01-01T00:00:00Z", 0);
  expect_instant("1969-12-31T23:59:59.999Z", -1);
  expect_instant("2024-02-29T00:00:00Z", INT64_C(1709164800000));
  expect_instant("2000-02-29T00:00:00Z", INT64_C(951782400000));
  expect_instant("0000-03-01T00:00:00Z", INT64_C(-62162035200000));
  expect_instant("9999-12-31T23:59:59.999Z", INT64_C(253402300799999));
}

Test(text_pieces, what_is_no_instant_is_refused_and_leaves_the_value)
{
  static const char *const wrong[] = {"",
                                      "now",
                                      "2023-05-18",
                                      "2023-05-18T09:00:00",
                                      "2023-05-18T09:00+08:00",
                                      "2023-05-18T09:00:00+0800",
                                      "2023-05-18T09:00:00+08",
                                      "2023-5-18T09:00:00Z",
                                      "23-05-18T09:00:00Z",
                                      "2023-05-18T24:00:00Z",
                                      "2023-05-18T23:60:00Z",
                                      "2023-05-18T23:59:60Z",
                                      "2023-05-18T23:59:59+24:00",
                                      "2023-05-18T23:59:59+08:60",
                                      "2023-05-18T23:59:59.Z",
                                      "2023-02-29T00:00:00Z",
                                      "1900-02-29T00:00:00Z",
                                      "2023-04-31T00:00:00Z",
                                      "2023-00-10T00:00:00Z",
                                      "2023-13-10T00:00:00Z",
                                      "2023-01-00T00:00:00Z",
                                      "2023-01-32T00:00:00Z",
                                      "2023-05-18T01:00:00Z ",
                                      " 2023-05-18T01:00:00Z",
                                      "2023-05-18T01:00:00ZZ",
                                      "2023-05-18\t01:00:00Z",
                                      "12023-05-18T01:00:00Z",
                                      "+023-05-18T01:00:00Z",
                                      "+292278995-01-01T00:00:00Z",
                                      "+9999999999-01-01T00:00:00Z",
                                      "09:41"};
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    int64_t ms = 77;
    cr_expect_not(vd_instant_parse(wrong[i], 0, 0, &ms), "\"%s\" passes", wrong[i]);
    cr_expect_eq(ms, 77);
  }
}

static void expect_instant_text(int64_t ms, int64_t offset_ms, const char *expected)
{
  char text[40];
  vd_instant_format(ms, offset_ms, text, sizeof(text));
  cr_assert_str_eq(text, expected);
  expect_instant(text, ms);
}

Test(text_pieces, instants_are_written_and_read_back)
{
  const int64_t hour = 3600000;
  expect_instant_text(may_18, 0, "2023-05-18T01:00:00.000Z");
  expect_instant_text(may_18 + 7, 8 * hour, "2023-05-18T09:00:00.007+08:00");
  expect_instant_text(may_18, -(5 * hour + hour / 2), "2023-05-17T19:30:00.000-05:30");
  expect_instant_text(0, 0, "1970-01-01T00:00:00.000Z");
  expect_instant_text(-1, 0, "1969-12-31T23:59:59.999Z");
  expect_instant_text(INT64_C(253402300800000), 0, "+10000-01-01T00:00:00.000Z");
  expect_instant_text(INT64_C(-62167219200001), 0, "-0001-12-31T23:59:59.999Z");
  expect_instant_text(INT64_MAX, 0, "+292278994-08-17T07:12:55.807Z");
  expect_instant_text(INT64_MIN, 0, "-292275055-05-16T16:47:04.192Z");
}

Test(text_pieces, an_offset_of_a_day_or_more_is_no_offset)
{
  char text[40];
  vd_instant_format(may_18, INT64_C(86400000), text, sizeof(text));
  cr_assert_str_eq(text, "2023-05-18T01:00:00.000Z");
  vd_instant_format(may_18, INT64_MIN, text, sizeof(text));
  cr_assert_str_eq(text, "2023-05-18T01:00:00.000Z");
}

Test(text_pieces, each_day_of_four_centuries_follows_the_one_before)
{
  char before[40] = "";
  for (int64_t day = -171000; day < 60000; day++) {
    char text[40];
    vd_instant_format(day * 86400000, 0, text, sizeof(text));
    cr_assert_lt(strcmp(before, text), 0);
    expect_instant(text, day * 86400000);
    snprintf(before, sizeof(before), "%s", text);
  }
}

static int64_t time_only(const char *text, int64_t base_ms)
{
  int64_t ms = 0;
  cr_assert(vd_instant_parse(text, base_ms, INT64_C(8) * 3600000, &ms), "%s is refused", text);
  return ms;
}

Test(text_pieces, a_time_alone_is_the_latest_within_twelve_hours)
{
  const int64_t hour = 3600000, minute = 60000; // the base is 09:00 on the venue's clock face
  cr_expect_eq(time_only("09:41", may_18), may_18 + 41 * minute);
  cr_expect_eq(time_only("09:00", may_18), may_18);
  cr_expect_eq(time_only("08:59", may_18), may_18 - minute);
  cr_expect_eq(time_only("21:00", may_18), may_18 + 12 * hour);
  cr_expect_eq(time_only("21:01", may_18), may_18 - 12 * hour + minute);
  cr_expect_eq(time_only("09:41:30", may_18), may_18 + 41 * minute + 30000);
  const int64_t before_midnight = may_18 + 14 * hour + 58 * minute; // 23:58
  cr_expect_eq(time_only("00:03", before_midnight), before_midnight + 5 * minute);
  cr_expect_eq(time_only("2023-05-18T09:00:00+08:00", may_18 + hour), may_18);
}

Test(text_pieces, what_is_no_time_alone_is_refused)
{
  static const char *const wrong[] = {"9:41", "24:00", "09:60", "09:41 ", "0941", "09:41:60", "09:41Z", "09"};
  int64_t ms = 77;
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
    cr_expect_not(vd_instant_parse(wrong[i], may_18, 0, &ms), "\"%s\" passes", wrong[i]);
  cr_expect_not(vd_instant_parse("09:41", INT64_MAX, 0, &ms));
  cr_expect_not(vd_instant_parse("09:41", INT64_MAX - 43200000, 1, &ms));
  cr_expect_eq(ms, 77);
}

// ---- enums ----

Test(text_pieces, enum_names_are_short_and_parse_back)
{
  cr_expect_str_eq(vd_enum_name(&vd__reach__descriptor, VD__REACH__REACH_RADIO_DEAD), "radio-dead");
  cr_expect_str_eq(vd_enum_name(&vd__incident_state__descriptor, VD__INCIDENT_STATE__INCIDENT_STATE_OPEN),
                   "open");
  cr_expect_str_eq(vd_enum_name(&vd__language__descriptor, VD__LANGUAGE__LANGUAGE_ZH_HANT), "zh-hant");
  cr_expect_str_eq(vd_enum_name(&vd__role__descriptor, VD__ROLE__ROLE_AV), "av");
  cr_expect_str_eq(vd_enum_name(&vd__kind__descriptor, 0), "unspecified");
  cr_expect_null(vd_enum_name(&vd__reach__descriptor, 99));
  cr_expect_eq(vd_enum_name(&vd__reach__descriptor, 1), vd_enum_name(&vd__reach__descriptor, 1));
  const ProtobufCEnumDescriptor *type = &vd__outcome__descriptor;
  for (unsigned i = 0; i < type->n_values; i++) {
    int value = -1;
    cr_assert(vd_enum_parse(type, vd_enum_name(type, type->values[i].value), &value));
    cr_expect_eq(value, type->values[i].value);
  }
}

Test(text_pieces, what_is_no_enum_name_is_refused)
{
  static const char *const wrong[] = {"", "RADIO_DEAD", "radio_dead", "REACH_RADIO_DEAD", "radio-dead ", "1"};
  int value = 77;
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
    cr_expect_not(vd_enum_parse(&vd__reach__descriptor, wrong[i], &value), "\"%s\" passes", wrong[i]);
  cr_expect_eq(value, 77);
}

// ---- UTF-8 ----

static size_t read_size(const char *text, size_t size)
{
  uint32_t code = 0;
  return vd_utf8_read(text, size, &code);
}

Test(text_pieces, utf8_is_read_in_its_shortest_form_only)
{
  uint32_t code = 0;
  cr_expect_eq(vd_utf8_read("a", 1, &code), 1);
  cr_expect_eq(code, 'a');
  cr_expect_eq(vd_utf8_read("響", 3, &code), 3);
  cr_expect_eq(code, 0x97FF);
  cr_expect_eq(vd_utf8_read("\xF4\x8F\xBF\xBF", 4, &code), 4);
  cr_expect_eq(code, 0x10FFFF);
  cr_expect_eq(read_size("", 0), 0);
  cr_expect_eq(read_size("響", 2), 0, "cut");
  cr_expect_eq(read_size("\x80", 1), 0, "a continuation alone");
  cr_expect_eq(read_size("\xC0\xAF", 2), 0, "longer than needed");
  cr_expect_eq(read_size("\xE0\x80\xAF", 3), 0, "longer than needed");
  cr_expect_eq(read_size("\xED\xA0\x80", 3), 0, "a surrogate");
  cr_expect_eq(read_size("\xF4\x90\x80\x80", 4), 0, "past the end of Unicode");
  cr_expect_eq(read_size("\xFF", 1), 0);
}
