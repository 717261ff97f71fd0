#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/text.h"
#include "proto/text_internal.h"

static const int64_t second_ms = 1000;
static const int64_t minute_ms = INT64_C(60) * 1000;
static const int64_t hour_ms = INT64_C(3600) * 1000;
static const int64_t day_ms = INT64_C(86400) * 1000;

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool ends_with(const char *text, const char *ending)
{
  size_t size = strlen(text);
  size_t ending_size = strlen(ending);
  return size >= ending_size && memcmp(text + size - ending_size, ending, ending_size) == 0;
}

bool vd_text_is_instant(const ProtobufCFieldDescriptor *field)
{
  return field->type == PROTOBUF_C_TYPE_INT64 &&
         (ends_with(field->name, "_at_ms") || strcmp(field->name, "at_ms") == 0);
}

bool vd_text_is_duration(const ProtobufCFieldDescriptor *field)
{
  return field->type == PROTOBUF_C_TYPE_INT64 && ends_with(field->name, "_ms") && !vd_text_is_instant(field);
}

// ---- durations ----

struct unit {
  const char *name;
  int64_t ms;
};

// Largest first; a duration names each at most once, in this order.
static const struct unit units[] = {{"h", 3600 * 1000}, {"m", 60 * 1000}, {"s", 1000}, {"ms", 1}};
static const struct unit *const units_end = units + sizeof(units) / sizeof(units[0]);

// Reads "12m" and the like, from the units not used up yet. Counts downwards, as INT64_MIN has no positive.
static bool read_part(const char **text, const struct unit **unused, int64_t *sum)
{
  const char *at = *text;
  int64_t count = 0;
  if (!is_digit(*at))
    return false;
  for (; is_digit(*at); at++)
    if (__builtin_mul_overflow(count, 10, &count) || __builtin_sub_overflow(count, *at - '0', &count))
      return false;
  const char *name = at;
  while (*at >= 'a' && *at <= 'z')
    at++;
  size_t name_size = (size_t)(at - name);
  const struct unit *unit = *unused;
  while (unit < units_end && (strlen(unit->name) != name_size || memcmp(unit->name, name, name_size) != 0))
    unit++;
  if (unit == units_end)
    return false;
  *text = at;
  *unused = unit + 1;
  return !__builtin_mul_overflow(count, unit->ms, &count) && !__builtin_add_overflow(*sum, count, sum);
}

bool vd_duration_parse(const char *text, int64_t *duration_ms)
{
  bool is_negative = text[0] == '-';
  const char *at = text + (is_negative ? 1 : 0);
  const struct unit *unused = units;
  int64_t negated = 0;
  if (strcmp(at, "0") != 0) { // nothing is nothing in any unit
    do {
      if (!read_part(&at, &unused, &negated))
        return false;
    } while (*at != '\0');
  }
  if (!is_negative && negated == INT64_MIN)
    return false;
  *duration_ms = is_negative ? negated : -negated;
  return true;
}

void vd_duration_format(int64_t duration_ms, char *out, size_t size)
{
  uint64_t left = duration_ms < 0 ? -(uint64_t)duration_ms : (uint64_t)duration_ms;
  int used = snprintf(out, size, "%s", left == 0 ? "0s" : duration_ms < 0 ? "-" : "");
  for (const struct unit *unit = units; unit < units_end && used < (int)size; unit++) {
    uint64_t count = left / (uint64_t)unit->ms;
    left %= (uint64_t)unit->ms;
    if (count > 0)
      used += snprintf(out + used, size - (size_t)used, "%" PRIu64 "%s", count, unit->name);
  }
}

// ---- the calendar ----

// Days since 1970-01-01 of the proleptic Gregorian calendar and back: Howard Hinnant's algorithms, in
// years that begin with March, so that the leap day comes last, and eras of 400 years.
static const int64_t era_days = 146097;
static const int64_t march_0000 = 719468; // days from 0000-03-01 to 1970-01-01

struct date {
  int64_t year;
  int64_t month;
  int64_t day;
};

// For b > 0.
static int64_t floor_div(int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

static int64_t floor_mod(int64_t a, int64_t b)
{
  return a % b + (a % b < 0 ? b : 0);
}

static int64_t days_of(struct date date)
{
  int64_t year = date.year - (date.month <= 2);
  int64_t era = floor_div(year, 400);
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * era_days + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - march_0000;
}

static struct date date_of(int64_t days)
{
  days += march_0000;
  int64_t era = floor_div(days, era_days);
  int64_t day_of_era = days - era * era_days;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (era_days - 1)) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t march_month = (5 * day_of_year + 2) / 153;
  struct date date = {.month = march_month + (march_month < 10 ? 3 : -9),
                      .day = day_of_year - (153 * march_month + 2) / 5 + 1};
  date.year = year_of_era + era * 400 + (date.month <= 2);
  return date;
}

// ---- instants ----

// Reads exactly `count` digits.
static bool read_digits(const char **text, int count, int64_t *value)
{
  *value = 0;
  for (; count > 0; count--, (*text)++) {
    if (!is_digit(**text))
      return false;
    *value = *value * 10 + (**text - '0');
  }
  return true;
}

static bool read_char(const char **text, const char *any_of)
{
  if (**text == '\0' || strchr(any_of, **text) == NULL)
    return false;
  (*text)++;
  return true;
}

// Four digits; with a sign also more, as ISO 8601 has it for years past 9999 or before 0.
static bool read_year(const char **text, int64_t *year)
{
  bool is_negative = **text == '-';
  int digits = 4;
  if (read_char(text, "+-"))
    for (digits = 0; digits < 9 && is_digit((*text)[digits]); digits++)
      continue;
  if (digits < 4 || !read_digits(text, digits, year))
    return false;
  *year = is_negative ? -*year : *year;
  return true;
}

static bool read_date(const char **text, int64_t *days)
{
  struct date date;
  if (!read_year(text, &date.year) || !read_char(text, "-") || !read_digits(text, 2, &date.month) ||
      !read_char(text, "-") || !read_digits(text, 2, &date.day))
    return false;
  if (date.month < 1 || date.month > 12 || date.day < 1)
    return false;
  *days = days_of(date);
  return date_of(*days).month == date.month; // the 30th of February would be in March
}

// "09:41", "09:41:30" or "09:41:30.250".
static bool read_time(const char **text, bool wants_seconds, int64_t *time_ms)
{
  int64_t hour, minute, second = 0, fraction_ms = 0;
  if (!read_digits(text, 2, &hour) || !read_char(text, ":") || !read_digits(text, 2, &minute))
    return false;
  if (read_char(text, ":")) {
    if (!read_digits(text, 2, &second))
      return false;
    if (read_char(text, ".")) {
      if (!is_digit(**text))
        return false;
      for (int64_t place_ms = 100; is_digit(**text); (*text)++, place_ms /= 10)
        fraction_ms += (**text - '0') * place_ms;
    }
  } else if (wants_seconds) {
    return false;
  }
  *time_ms = hour * hour_ms + minute * minute_ms + second * second_ms + fraction_ms;
  return hour <= 23 && minute <= 59 && second <= 59;
}

static bool read_offset(const char **text, int64_t *offset_ms)
{
  *offset_ms = 0;
  if (read_char(text, "Zz"))
    return true;
  bool is_negative = **text == '-';
  if (!read_char(text, "+-"))
    return false;
  int64_t hour, minute;
  if (!read_digits(text, 2, &hour) || !read_char(text, ":") || !read_digits(text, 2, &minute))
    return false;
  *offset_ms = (is_negative ? -1 : 1) * (hour * hour_ms + minute * minute_ms);
  return hour <= 23 && minute <= 59;
}

// The latest such time of day at most 12 hours after the base: at 23:58 "00:03" is said of the next day.
static bool place_time(int64_t time_ms, int64_t base_ms, int64_t utc_offset_ms, int64_t *at_ms)
{
  int64_t latest_ms, face_ms;
  if (__builtin_add_overflow(base_ms, 12 * hour_ms, &latest_ms) ||
      __builtin_add_overflow(latest_ms, utc_offset_ms, &face_ms))
    return false;
  int64_t back_ms = floor_mod(face_ms, day_ms) - time_ms;
  if (back_ms < 0)
    back_ms += day_ms;
  return !__builtin_sub_overflow(latest_ms, back_ms, at_ms);
}

static bool join(int64_t days, int64_t time_ms, int64_t offset_ms, int64_t *at_ms)
{
  if (days < 0) { // counted back from the day's end: the first instant of all is in the middle of its day
    days++;
    time_ms -= day_ms;
  }
  int64_t sum_ms;
  return !__builtin_mul_overflow(days, day_ms, &sum_ms) &&
         !__builtin_add_overflow(sum_ms, time_ms, &sum_ms) &&
         !__builtin_sub_overflow(sum_ms, offset_ms, at_ms);
}

bool vd_instant_parse(const char *text, int64_t time_only_base_ms, int64_t utc_offset_ms, int64_t *at_ms)
{
  const char *at = text;
  int64_t days, time_ms, offset_ms;
  if (time_only_base_ms != 0 && read_time(&at, false, &time_ms) && *at == '\0')
    return place_time(time_ms, time_only_base_ms, utc_offset_ms, at_ms);
  at = text;
  return read_date(&at, &days) && read_char(&at, "Tt ") && read_time(&at, true, &time_ms) &&
         read_offset(&at, &offset_ms) && *at == '\0' && join(days, time_ms, offset_ms, at_ms);
}

void vd_instant_format(int64_t at_ms, int64_t utc_offset_ms, char *out, size_t size)
{
  int64_t offset_minutes = utc_offset_ms > -day_ms && utc_offset_ms < day_ms ? utc_offset_ms / minute_ms : 0;
  int64_t days = floor_div(at_ms, day_ms);
  int64_t time_ms = floor_mod(at_ms, day_ms) + offset_minutes * minute_ms;
  days += floor_div(time_ms, day_ms);
  time_ms = floor_mod(time_ms, day_ms);
  struct date date = date_of(days);
  bool is_plain_year = date.year >= 0 && date.year <= 9999;
  int used = is_plain_year ? snprintf(out, size, "%04d", (int)date.year)
                           : snprintf(out, size, "%+05d", (int)date.year); // int64 ends in the year 292278994
  if (used < (int)size)
    used += snprintf(out + used, size - (size_t)used, "-%02d-%02dT%02d:%02d:%02d.%03d", (int)date.month,
                     (int)date.day, (int)(time_ms / hour_ms), (int)(time_ms / minute_ms % 60),
                     (int)(time_ms / second_ms % 60), (int)(time_ms % second_ms));
  if (used >= (int)size)
    return;
  int offset = (int)(offset_minutes < 0 ? -offset_minutes : offset_minutes);
  if (offset == 0)
    snprintf(out + used, size - (size_t)used, "Z");
  else
    snprintf(out + used, size - (size_t)used, "%c%02d:%02d", offset_minutes < 0 ? '-' : '+', offset / 60,
             offset % 60);
}
