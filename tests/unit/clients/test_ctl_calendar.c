// An agenda as a calendar, both ways: what a line means, whose clock it is on, and what is refused by name.
#include "clients/ctl/calendar.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/check.h"
#include "proto/message.h"

#define HOURS(n)   ((int64_t)(n)*3600000)
#define MINUTES(n) ((int64_t)(n)*60000)
static const int64_t DAY = INT64_C(1684339200000); // 2023-05-18 00:00 at the venue, UTC+8

static struct vd_fold *fold;
static Vd__SessionsImport *import;
static struct ctl_left_out left_out;
static struct vd_refusal refusal;

#define NEW(Type, type) ((Vd__##Type *)vd_message_new(&vd__##type##__descriptor))

static Vd__Text *text_of(const char *en, const char *zh_hant, const char *zh_hans)
{
  Vd__Text *text = NEW(Text, text);
  vd_string_set(&text->en, en);
  vd_string_set(&text->zh_hant, zh_hant);
  vd_string_set(&text->zh_hans, zh_hans);
  return text;
}

static void put_zone(const char *id, const char *en, const char *zh_hant, bool is_retired)
{
  Vd__Zone *zone = NEW(Zone, zone);
  vd_string_set(&zone->id, id);
  zone->name = text_of(en, zh_hant, "");
  zone->retired = is_retired;
  vd_fold_put(fold, VD__KIND__KIND_ZONE, &zone->base);
}

static Vd__Session *put_session(const char *id, const char *uid)
{
  Vd__Session *session = NEW(Session, session);
  vd_string_set(&session->id, id);
  vd_string_set(&session->uid, uid);
  vd_string_set(&session->zone, "hall");
  session->title = text_of("Opening", "開幕式", "开幕式");
  session->kind = VD__SESSION_KIND__SESSION_KIND_TALK;
  session->dense = true;
  session->audience = 720;
  session->start_at_ms = DAY + HOURS(9);
  session->end_at_ms = DAY + HOURS(10);
  vd_fold_put(fold, VD__KIND__KIND_SESSION, &session->base);
  return session;
}

static void setup(void)
{
  fold = vd_fold_create();
  Vd__Event *event = NEW(Event, event);
  vd_string_set(&event->id, "event");
  event->name = text_of("Summit", "峰會", "峰会");
  vd_string_set(&event->time_zone, "Asia/Shanghai");
  event->utc_offset_ms = HOURS(8);
  event->start_at_ms = DAY + HOURS(7);
  event->end_at_ms = DAY + HOURS(24 + 18);
  vd_fold_put(fold, VD__KIND__KIND_EVENT, &event->base);
  put_zone("hall", "Main hall", "主會場", false);
  put_zone("forum-a", "Forum", "分論壇A廳", false);
  put_zone("forum-b", "Forum", "分論壇B廳", false);
  put_zone("old", "Old hall", "舊廳", true);
}

static void teardown(void)
{
  if (import)
    vd__sessions_import__free_unpacked(import, NULL);
  import = NULL;
  vd_fold_destroy(fold);
}

TestSuite(calendar, .init = setup, .fini = teardown);

static enum vd_err read_text(const char *text)
{
  if (import)
    vd__sessions_import__free_unpacked(import, NULL);
  import = NULL;
  left_out = (struct ctl_left_out){0};
  refusal = (struct vd_refusal){.err = VD_OK};
  return ctl_calendar_read(fold, text, strlen(text), &import, &left_out, &refusal);
}

// `lines` end with CR LF; the calendar stands around them.
static enum vd_err read_lines(const char *lines)
{
  struct vd_buffer text = {0};
  vd_buffer_printf(&text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b//EN\r\n%sEND:VCALENDAR\r\n",
                   lines);
  vd_buffer_append(&text, "", 1);
  enum vd_err err = read_text((char *)text.data);
  vd_buffer_finish(&text);
  return err;
}

#define EVENT(lines) "BEGIN:VEVENT\r\nDTSTAMP:20230501T000000Z\r\n" lines "END:VEVENT\r\n"
#define WHO          "UID:k@x\r\nSUMMARY:Keynote\r\nLOCATION:hall\r\n"
#define NINE_TO_TEN  "DTSTART:20230518T090000\r\nDTEND:20230518T100000\r\n"

#define READ(lines)                                                                                          \
  do {                                                                                                       \
    enum vd_err err_ = read_lines(lines);                                                                    \
    cr_assert_eq(err_, VD_OK, "%s: %s %s", vd_err_name(err_), refusal.field, refusal.detail);                \
  } while (0)

static void expect_refused(enum vd_err expected, const char *field, const char *part, const char *lines)
{
  enum vd_err err = read_lines(lines);
  cr_expect_eq(err, expected, "%s for %s", vd_err_name(err), lines);
  cr_expect_str_eq(refusal.field, field);
  cr_expect_not_null(strstr(refusal.detail, part), "%s", refusal.detail);
  cr_expect_null(import);
}

// ---- what a line means ----

Test(calendar, an_event_is_a_session)
{
  READ(EVENT(WHO NINE_TO_TEN));
  cr_assert_eq(import->n_sessions, 1);
  const Vd__Session *session = import->sessions[0];
  cr_expect_str_eq(session->id, "keynote");
  cr_expect_str_eq(session->uid, "k@x");
  cr_expect_str_eq(session->title->en, "Keynote");
  cr_expect_str_eq(session->zone, "hall");
  cr_expect_eq(session->kind, VD__SESSION_KIND__SESSION_KIND_TALK);
  cr_expect_not(session->dense);
  cr_expect_eq(session->start_at_ms, DAY + HOURS(9), "on the venue's clock");
  cr_expect_eq(session->end_at_ms, DAY + HOURS(10));
  struct vd_refusal own = {.err = VD_OK};
  cr_expect_eq(vd_check_message(&import->base, &own), VD_OK, "%s %s", own.field, own.detail);
}

Test(calendar, categories_say_break_and_dense)
{
  READ(EVENT(WHO NINE_TO_TEN "CATEGORIES:Plenary,DENSE\r\n")
           EVENT("UID:t@x\r\nSUMMARY:Tea\r\nLOCATION:forum-a\r\n" NINE_TO_TEN "CATEGORIES:break\r\n"));
  cr_expect(import->sessions[0]->dense);
  cr_expect_eq(import->sessions[0]->kind, VD__SESSION_KIND__SESSION_KIND_TALK);
  cr_expect_eq(import->sessions[1]->kind, VD__SESSION_KIND__SESSION_KIND_BREAK);
}

Test(calendar, a_place_is_an_id_or_a_name_of_one_zone)
{
  READ(EVENT("UID:k@x\r\nSUMMARY:Keynote\r\nLOCATION: main HALL \r\n" NINE_TO_TEN));
  cr_expect_str_eq(import->sessions[0]->zone, "hall");
  READ(EVENT("UID:k@x\r\nSUMMARY:Keynote\r\nLOCATION:分論壇B廳\r\n" NINE_TO_TEN));
  cr_expect_str_eq(import->sessions[0]->zone, "forum-b");
  expect_refused(VD_ERR_UNKNOWN_ZONE, "LOCATION", "several zones",
                 EVENT("UID:k@x\r\nSUMMARY:Keynote\r\nLOCATION:Forum\r\n" NINE_TO_TEN));
  expect_refused(VD_ERR_UNKNOWN_ZONE, "LOCATION", "Keynote",
                 EVENT("UID:k@x\r\nSUMMARY:Keynote\r\nLOCATION:Main hal\r\n" NINE_TO_TEN));
  cr_expect_str_eq(refusal.nearest, "Main hall");
  expect_refused(VD_ERR_UNKNOWN_ZONE, "LOCATION", "old",
                 EVENT("UID:k@x\r\nSUMMARY:Keynote\r\nLOCATION:old\r\n" NINE_TO_TEN));
  expect_refused(VD_ERR_MISSING, "LOCATION", "Keynote", EVENT("UID:k@x\r\nSUMMARY:Keynote\r\n" NINE_TO_TEN));
}

Test(calendar, a_title_is_one_line_in_its_language)
{
  READ(EVENT("UID:k@x\r\nSUMMARY;LANGUAGE=zh-Hant:智能產業\r\nLOCATION:hall\r\n" NINE_TO_TEN));
  cr_expect_str_eq(import->sessions[0]->title->zh_hant, "智能產業");
  cr_expect_str_eq(import->sessions[0]->title->en, "智能產業");
  cr_expect_str_eq(import->sessions[0]->id, "session");
  READ(EVENT("UID:k@x\r\nSUMMARY:One\\nTwo\\, three \r\nLOCATION:hall\r\n" NINE_TO_TEN));
  cr_expect_str_eq(import->sessions[0]->title->en, "One Two, three");
  cr_expect_str_eq(import->sessions[0]->id, "one-two-three");
  char lines[1200], name[601];
  memset(name, 'n', 600);
  name[600] = '\0';
  snprintf(lines, sizeof lines, EVENT("UID:k@x\r\nSUMMARY:%s\r\nLOCATION:hall\r\n" NINE_TO_TEN), name);
  READ(lines);
  cr_expect_eq(strlen(import->sessions[0]->title->en), VD_REASON_MAX);
  cr_expect(vd_word_is_valid(import->sessions[0]->id));
}

Test(calendar, ids_differ)
{
  put_session("keynote", "other@x");
  READ(EVENT(WHO NINE_TO_TEN) EVENT("UID:l@x\r\nSUMMARY:KEYNOTE!\r\nLOCATION:forum-a\r\n" NINE_TO_TEN)
           EVENT("UID:plenary\r\nSUMMARY:Keynote\r\nLOCATION:forum-b\r\n" NINE_TO_TEN));
  cr_expect_str_eq(import->sessions[0]->id, "keynote-2");
  cr_expect_str_eq(import->sessions[1]->id, "keynote-3");
  cr_expect_str_eq(import->sessions[2]->id, "plenary", "a uid that is a word");
}

Test(calendar, what_is_cancelled_says_so)
{
  READ(EVENT(WHO NINE_TO_TEN "STATUS:CANCELLED\r\n"));
  cr_expect_eq(import->sessions[0]->state, VD__SESSION_STATE__SESSION_STATE_CANCELLED);
}

Test(calendar, what_it_leaves_unsaid_stays)
{
  put_session("opening", "k@x");
  READ(EVENT("UID:k@x\r\nSUMMARY:開幕式\r\nLOCATION:hall\r\n" NINE_TO_TEN));
  const Vd__Session *session = import->sessions[0];
  cr_expect_str_eq(session->id, "opening");
  cr_expect_str_eq(session->title->en, "Opening", "the same title in another language");
  cr_expect(session->dense);
  cr_expect_eq(session->audience, 720);
  READ(EVENT("UID:k@x\r\nSUMMARY:Welcome\r\nLOCATION:hall\r\nCATEGORIES:Plenary\r\nX-VENUED-AUDIENCE:"
             "700\r\n" NINE_TO_TEN));
  cr_expect_str_eq(import->sessions[0]->title->en, "Welcome");
  cr_expect_str_empty(import->sessions[0]->title->zh_hant);
  cr_expect_not(import->sessions[0]->dense);
  cr_expect_eq(import->sessions[0]->audience, 700);
}

Test(calendar, one_of_the_plan_is_known_by_what_we_wrote)
{
  put_session("opening", "");
  READ(EVENT("UID:opening@venued\r\nSUMMARY:Opening\r\nLOCATION:hall\r\n" NINE_TO_TEN));
  cr_expect_str_eq(import->sessions[0]->id, "opening");
  cr_expect_str_empty(import->sessions[0]->uid, "no calendar's");
  READ(EVENT("UID:u@x\r\nX-VENUED-ID:opening\r\nSUMMARY:Welcome\r\nLOCATION:hall\r\n" NINE_TO_TEN));
  cr_expect_str_eq(import->sessions[0]->id, "opening");
  cr_expect_str_eq(import->sessions[0]->uid, "u@x");
  READ(EVENT("UID:closing@venued\r\nSUMMARY:Closing\r\nLOCATION:hall\r\n" NINE_TO_TEN));
  cr_expect_str_eq(import->sessions[0]->uid, "closing@venued", "of another venue: it is a calendar's here");
}

// ---- whose clock ----

#define AT(start, end) "DTSTART" start "\r\nDTEND" end "\r\n"

Test(calendar, a_time_is_on_the_clock_it_names)
{
  READ(EVENT(WHO AT(":20230518T010000Z", ":20230518T020000Z")));
  cr_expect_eq(import->sessions[0]->start_at_ms, DAY + HOURS(9));
  READ(EVENT(WHO AT(";TZID=Europe/Paris:20230518T090000", ";TZID=Asia/Shanghai:20230518T160000")));
  cr_expect_eq(import->sessions[0]->start_at_ms, DAY + HOURS(15), "UTC+2 in May");
  cr_expect_eq(import->sessions[0]->end_at_ms, DAY + HOURS(16));
  READ(EVENT(WHO "DTSTART:20230518T090000\r\nDURATION:PT1H30M\r\n"));
  cr_expect_eq(import->sessions[0]->end_at_ms, DAY + HOURS(10) + MINUTES(30));
}

static void without_zone(const char *name)
{
  Vd__Event *event = (Vd__Event *)vd_fold_find(fold, VD__KIND__KIND_EVENT, "event");
  vd_string_set(&event->time_zone, name);
}

Test(calendar, without_a_zone_the_venues_offset_counts)
{
  without_zone("");
  READ(EVENT(WHO NINE_TO_TEN));
  cr_expect_eq(import->sessions[0]->start_at_ms, DAY + HOURS(9));
  without_zone("Mars/Phobos");
  READ(EVENT(WHO NINE_TO_TEN));
  cr_expect_eq(import->sessions[0]->start_at_ms, DAY + HOURS(9));
}

#define ZONE_OF_ITS_OWN(rule)                                                                                \
  "BEGIN:VTIMEZONE\r\nTZID:Our time\r\nBEGIN:STANDARD\r\nDTSTART:20000101T000000\r\n" rule                   \
  "TZOFFSETFROM:+0530\r\nTZOFFSETTO:+0530\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"

Test(calendar, a_zone_may_be_told_in_the_file)
{
  READ(ZONE_OF_ITS_OWN("") EVENT(WHO AT(";TZID=Our time:20230518T063000", ";TZID=Our time:20230518T073000")));
  cr_expect_eq(import->sessions[0]->start_at_ms, DAY + HOURS(9));
}

Test(calendar, an_unknown_zone_is_refused_by_name)
{
  expect_refused(VD_ERR_BAD_VALUE, "DTSTART", "Mars/Phobos",
                 EVENT(WHO AT(";TZID=Mars/Phobos:20230518T090000", ":20230518T100000")));
  expect_refused(VD_ERR_BAD_VALUE, "DTEND", "Mars/Phobos",
                 EVENT(WHO AT(":20230518T090000", ";TZID=Mars/Phobos:20230518T100000")));
  expect_refused(VD_ERR_BAD_VALUE, "DTSTART", "Europe/../Paris",
                 EVENT(WHO AT(";TZID=Europe/../Paris:20230518T090000", ":20230518T100000")));
  expect_refused(VD_ERR_BAD_VALUE, "DTSTART", "Our time",
                 ZONE_OF_ITS_OWN("RRULE:FREQ=SECONDLY\r\n")
                     EVENT(WHO AT(";TZID=Our time:20230518T063000", ":20230518T100000")));
}

Test(calendar, times_must_make_sense)
{
  expect_refused(VD_ERR_MISSING, "DTSTART", "Keynote", EVENT(WHO));
  expect_refused(VD_ERR_BAD_VALUE, "DTEND", "Keynote", EVENT(WHO "DTSTART:20230518T090000\r\n"));
  expect_refused(VD_ERR_BAD_VALUE, "DTEND", "Keynote", EVENT(WHO AT(":20230518T090000", ":20230518T090000")));
  expect_refused(VD_ERR_MISSING, "UID", "Keynote", EVENT("SUMMARY:Keynote\r\nLOCATION:hall\r\n" NINE_TO_TEN));
  expect_refused(VD_ERR_MISSING, "SUMMARY", "k@x", EVENT("UID:k@x\r\nLOCATION:hall\r\n" NINE_TO_TEN));
}

Test(calendar, what_is_no_session_is_left_out_and_counted)
{
  READ(EVENT("UID:d@x\r\nSUMMARY:First day\r\nDTSTART;VALUE=DATE:20230518\r\n")
           EVENT("UID:e@x\r\nSUMMARY:Dentist\r\nDTSTART:20230601T090000\r\nDTEND:20230601T100000\r\n")
               EVENT(WHO NINE_TO_TEN));
  cr_expect_eq(import->n_sessions, 1);
  cr_expect_eq(left_out.all_day, 1);
  cr_expect_eq(left_out.outside, 1);
}

// ---- repetition ----

static void expect_starts(const int *hours, size_t count)
{
  cr_assert_eq(import->n_sessions, count, "%zu", import->n_sessions);
  for (size_t i = 0; i < count; i++)
    cr_expect_eq(import->sessions[i]->start_at_ms, DAY + HOURS(hours[i]), "%zu", i);
}
#define EXPECT_STARTS(...)                                                                                   \
  expect_starts((const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

Test(calendar, a_repeated_event_is_a_session_each_time)
{
  READ(EVENT(WHO NINE_TO_TEN "RRULE:FREQ=DAILY;COUNT=2\r\n"));
  EXPECT_STARTS(9, 33);
  cr_expect_str_eq(import->sessions[0]->uid, "k@x/20230518T010000Z");
  cr_expect_str_eq(import->sessions[1]->uid, "k@x/20230519T010000Z");
  cr_expect_str_neq(import->sessions[0]->id, import->sessions[1]->id);
}

Test(calendar, until_is_the_last_that_counts)
{
  READ(EVENT(WHO NINE_TO_TEN "RRULE:FREQ=DAILY;UNTIL=20230519T010000Z\r\n"));
  EXPECT_STARTS(9, 33);
  READ(EVENT(WHO NINE_TO_TEN "RRULE:FREQ=DAILY;UNTIL=20230519T005959Z\r\n"));
  EXPECT_STARTS(9);
  READ(EVENT(WHO NINE_TO_TEN "RRULE:FREQ=DAILY;UNTIL=20230519T090000\r\n"));
  EXPECT_STARTS(9, 33);
  READ(EVENT(WHO NINE_TO_TEN "RRULE:FREQ=DAILY;UNTIL=20230518\r\n"));
  EXPECT_STARTS(9);
}

Test(calendar, a_rule_counts_on_the_face_of_its_clock)
{
  READ(EVENT(WHO AT(";TZID=Europe/Paris:20230323T090000",
                    ";TZID=Europe/Paris:20230323T100000") "RRULE:FREQ=WEEKLY;COUNT=9\r\n"));
  EXPECT_STARTS(15); // 18 May: summer time, which the first in March is not
  cr_expect_eq(left_out.outside, 1, "the event once, however often");
}

Test(calendar, dates_come_and_go)
{
  READ(EVENT(WHO NINE_TO_TEN
             "RRULE:FREQ=DAILY;COUNT=2\r\nEXDATE:20230518T090000\r\nRDATE:20230518T140000\r\n"));
  EXPECT_STARTS(33, 14);
  READ(EVENT(WHO NINE_TO_TEN "RRULE:FREQ=DAILY;COUNT=2\r\nEXDATE;VALUE=DATE:20230519\r\n"));
  EXPECT_STARTS(9);
}

#define REPEATED EVENT(WHO NINE_TO_TEN "RRULE:FREQ=DAILY;COUNT=2\r\n")

// What is looked at for each session must not lead back to the start of the rules and dates.
Test(calendar, a_repetition_ends_whatever_stands_beside_it)
{
  READ(EVENT(WHO "STATUS:CANCELLED\r\n" NINE_TO_TEN "RRULE:FREQ=DAILY;COUNT=2\r\n"
                 "RDATE:20230518T140000\r\nRDATE:20230518T160000\r\n"));
  EXPECT_STARTS(9, 33, 14, 16);
  expect_refused(VD_ERR_BAD_VALUE, "RRULE", "more than once",
                 EVENT(WHO NINE_TO_TEN "RRULE:FREQ=DAILY;COUNT=2\r\nRRULE:FREQ=WEEKLY;COUNT=2\r\n"));
}

Test(calendar, one_time_may_be_another)
{
  READ(EVENT(WHO "RECURRENCE-ID:20230519T090000\r\nDTSTART:20230519T110000\r\nDTEND:20230519T120000\r\n")
           REPEATED);
  EXPECT_STARTS(9, 35);
  cr_expect_str_eq(import->sessions[1]->uid, "k@x/20230519T010000Z");
  READ(REPEATED EVENT(
      WHO "RECURRENCE-ID:20230519T090000\r\nDTSTART:20230601T110000\r\nDTEND:20230601T120000\r\n"));
  EXPECT_STARTS(9, 33);
  cr_expect_eq(import->sessions[1]->state, VD__SESSION_STATE__SESSION_STATE_CANCELLED, "moved away");
  READ(REPEATED EVENT(WHO "RECURRENCE-ID:20230519T090000\r\nDTSTART;VALUE=DATE:20230519\r\n"));
  cr_expect_eq(import->sessions[1]->state, VD__SESSION_STATE__SESSION_STATE_CANCELLED, "the whole day");
  READ(REPEATED EVENT(WHO "RECURRENCE-ID:20230518T090000\r\n" NINE_TO_TEN "STATUS:CANCELLED\r\n"));
  cr_expect_eq(import->sessions[0]->state, VD__SESSION_STATE__SESSION_STATE_CANCELLED);
  cr_expect_eq(import->sessions[1]->state, VD__SESSION_STATE__SESSION_STATE_UNSPECIFIED);
}

#define INSTEAD(which) EVENT(WHO which "DTSTART:20230518T133000\r\nDTEND:20230518T143000\r\n")

Test(calendar, one_time_is_named_by_its_time)
{
  expect_refused(VD_ERR_BAD_VALUE, "RECURRENCE-ID", "RANGE",
                 REPEATED INSTEAD("RECURRENCE-ID;RANGE=THISANDFUTURE:20230518T090000\r\n"));
  expect_refused(VD_ERR_BAD_VALUE, "RECURRENCE-ID", "a time is needed",
                 REPEATED INSTEAD("RECURRENCE-ID;VALUE=DATE:20230518\r\n"));
  READ(EVENT("UID:d@x\r\nSUMMARY:Day\r\nDTSTART;VALUE=DATE:20230518\r\nRRULE:FREQ=DAILY;COUNT=2\r\n")
           EVENT("UID:d@x\r\nSUMMARY:Other day\r\nRECURRENCE-ID;VALUE=DATE:20230518\r\n"
                 "DTSTART;VALUE=DATE:20230519\r\n"));
  cr_expect_eq(left_out.all_day, 2);
}

Test(calendar, nothing_comes_twice)
{
  expect_refused(VD_ERR_DUPLICATE_ID, "UID", "k@x",
                 EVENT(WHO NINE_TO_TEN) EVENT("UID:l@x\r\nSUMMARY:L\r\nLOCATION:forum-a\r\n" NINE_TO_TEN)
                     EVENT(WHO AT(":20230518T110000", ":20230518T120000")));
  expect_refused(VD_ERR_DUPLICATE_ID, "UID", "k@x/20230518T010000Z",
                 REPEATED INSTEAD("RECURRENCE-ID:20230518T090000\r\n")
                     INSTEAD("RECURRENCE-ID:20230518T010000Z\r\n"));
}

Test(calendar, no_repetition_without_end_or_finer_than_a_day)
{
  expect_refused(VD_ERR_BAD_VALUE, "RRULE", "without end", EVENT(WHO NINE_TO_TEN "RRULE:FREQ=DAILY\r\n"));
  expect_refused(VD_ERR_BAD_VALUE, "RRULE", "more often than daily",
                 EVENT(WHO NINE_TO_TEN "RRULE:FREQ=SECONDLY;COUNT=5\r\n"));
  expect_refused(VD_ERR_BAD_VALUE, "RRULE", "more often than daily",
                 EVENT(WHO NINE_TO_TEN "RRULE:FREQ=HOURLY;UNTIL=20230519T090000\r\n"));
}

Test(calendar, work_is_bounded)
{
  expect_refused(VD_ERR_TOO_MANY, "VEVENT", "200",
                 EVENT(WHO "DTSTART:20230518T090000\r\nDURATION:PT1M\r\n"
                           "RRULE:FREQ=DAILY;COUNT=1000000;BYHOUR=9,10,11,12;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,"
                           "11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,"
                           "38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59\r\n"));
  expect_refused(VD_ERR_BAD_VALUE, "RRULE", "never comes",
                 EVENT(WHO NINE_TO_TEN "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5\r\n"));
  expect_refused(VD_ERR_BAD_VALUE, "RRULE", "never comes",
                 EVENT(WHO NINE_TO_TEN "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5\r\n"));
  expect_refused(
      VD_ERR_TOO_MANY, "RRULE", "Keynote",
      EVENT(WHO "DTSTART:20000101T000000\r\nDURATION:PT1M\r\n"
                "RRULE:FREQ=DAILY;COUNT=1000000;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12;BYMINUTE=0,5\r\n"));
}

// A hundred events with so many lines each; expect_refused or READ of them.
static char *hundred(const char *lines)
{
  struct vd_buffer text = {0};
  for (int i = 0; i < 100; i++)
    vd_buffer_printf(&text,
                     EVENT("UID:e%d@x\r\nSUMMARY:Daily\r\nLOCATION:hall\r\nDTSTART:%d0101T090000\r\n"
                           "DURATION:PT1M\r\n%s"),
                     i, 1750 + i, lines);
  vd_buffer_append(&text, "", 1);
  return (char *)text.data;
}

Test(calendar, work_is_bounded_for_all_events_together)
{
  char *text = hundred("RRULE:FREQ=DAILY;COUNT=9000\r\n");
  expect_refused(VD_ERR_TOO_MANY, "RRULE", "Daily", text);
  free(text);
  text = hundred("RRULE:FREQ=DAILY;INTERVAL=7;UNTIL=20230501T000000\r\n");
  READ(text);
  cr_expect_eq(import->n_sessions, 0, "what was over long before costs nothing");
  cr_expect_eq(left_out.outside, 100);
  free(text);
}

Test(calendar, what_began_long_before_comes_at_its_times)
{
  READ(EVENT(WHO AT(":20210101T090000", ":20210101T100000") "RRULE:FREQ=DAILY;UNTIL=20231231\r\n"));
  EXPECT_STARTS(9, 33);
  READ(
      EVENT(WHO AT(":20230414T090000", ":20230414T100000") "RRULE:FREQ=DAILY;INTERVAL=5;UNTIL=20231231\r\n"));
  EXPECT_STARTS(33);
  READ(EVENT(WHO AT(":20210107T090000", ":20210107T100000") "RRULE:FREQ=WEEKLY;INTERVAL=3;BYDAY=TH,FR;"
                                                            "UNTIL=20231231\r\n"));
  EXPECT_STARTS(9, 33);
  READ(EVENT(
      WHO AT(":20210121T090000", ":20210121T100000") "RRULE:FREQ=MONTHLY;BYDAY=3TH;UNTIL=20231231\r\n"));
  EXPECT_STARTS(9);
}

// ---- what is half understood ----

static void expect_unread(const char *property, const char *line)
{
  char lines[400];
  snprintf(lines, sizeof lines, EVENT(WHO NINE_TO_TEN "%s\r\n"), line);
  enum vd_err err = read_lines(lines);
  cr_expect_eq(err, VD_ERR_BAD_VALUE, "%s: %s", line, vd_err_name(err));
  cr_expect_str_eq(refusal.field, property, "%s: %s", line, refusal.field);
}

Test(calendar, what_cannot_be_read_is_refused_by_name)
{
  static const char *const rules[] = {
      "COUNT=abc",          "COUNT=0",      "COUNT=-1", "UNTIL=garbage", "UNTIL=20230231T000000",
      "INTERVAL=0;COUNT=3", "COUNT=2;FOO=1"};
  char line[80];
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    snprintf(line, sizeof line, "RRULE:FREQ=DAILY;%s", rules[i]);
    expect_unread("RRULE", line);
  }
  expect_unread("RRULE", "RRULE:FREQ=DAYLY;COUNT=2");
  expect_unread("RRULE", "RRULE:");
  expect_unread("EXDATE", "RRULE:FREQ=DAILY;COUNT=2\r\nEXDATE:20230518T090000,garbage");
  expect_unread("RDATE", "RDATE:garbage");
  expect_unread("RECURRENCE-ID", "RECURRENCE-ID:garbage");
  expect_unread("DURATION", "DURATION:P1X");
  expect_unread("STATUS", "STATUS:CANCELED");
  expect_unread("EXRULE", "RRULE:FREQ=DAILY;COUNT=2\r\nEXRULE:FREQ=DAILY;COUNT=1");
  expect_unread("VEVENT", "EXDATE;TZID:20230518T090000");
  expect_unread("VEVENT", "this is no line");
}

Test(calendar, what_says_nothing_of_a_session_hurts_nobody)
{
  READ(EVENT(WHO NINE_TO_TEN "DESCRIPTION:\r\nGEO:here\r\nCREATED:garbage\r\nNEW-WORD:value\r\n"
                             "STATUS:TENTATIVE\r\n"));
  cr_expect_eq(import->n_sessions, 1);
}

Test(calendar, no_day_that_no_clock_shows)
{
  expect_refused(VD_ERR_BAD_VALUE, "DTEND", "no such day",
                 EVENT(WHO AT(":20230518T090000", ":20230518T250000")));
  expect_refused(VD_ERR_BAD_VALUE, "DTSTART", "no such day",
                 EVENT(WHO AT(":20230231T090000", ":20230518T100000")));
  expect_refused(VD_ERR_BAD_VALUE, "EXDATE", "no such day",
                 EVENT(WHO NINE_TO_TEN "RRULE:FREQ=DAILY;COUNT=2\r\nEXDATE:20230532T090000\r\n"));
  expect_refused(VD_ERR_BAD_VALUE, "RDATE", "no such day",
                 EVENT(WHO NINE_TO_TEN "RDATE:20230532T090000\r\n"));
}

#define IN_HALL_TIME     EVENT(WHO AT(";TZID=Hall:20230518T090000", ";TZID=Hall:20230518T100000"))
#define HALL_TIME(lines) "BEGIN:VTIMEZONE\r\nTZID:Hall\r\n" lines "END:VTIMEZONE\r\n" IN_HALL_TIME
#define STANDARD(lines)  "BEGIN:STANDARD\r\n" lines "END:STANDARD\r\n"

Test(calendar, a_zone_says_how_far_it_is_from_utc)
{
  READ(HALL_TIME(STANDARD("DTSTART:19700101T000000\r\nTZOFFSETFROM:+0800\r\nTZOFFSETTO:+080000\r\n")));
  cr_expect_eq(import->sessions[0]->start_at_ms, DAY + HOURS(9));
  expect_refused(VD_ERR_BAD_VALUE, "DTSTART", "Hall", HALL_TIME(""));
  expect_refused(VD_ERR_BAD_VALUE, "DTSTART", "Hall", HALL_TIME(STANDARD("DTSTART:19700101T000000\r\n")));
  expect_refused(VD_ERR_BAD_VALUE, "DTSTART", "Hall", HALL_TIME(STANDARD("TZOFFSETTO:+0800\r\n")));
  expect_refused(VD_ERR_BAD_VALUE, "DTSTART", "Hall",
                 HALL_TIME(STANDARD("DTSTART:garbage\r\nTZOFFSETTO:+0800\r\n")));
  static const char *const offsets[] = {"garbage", "", "0800", "+08", "+9900", "+0860", "+08:00", "+08000"};
  for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
    char lines[600];
    snprintf(lines, sizeof lines, HALL_TIME(STANDARD("DTSTART:19700101T000000\r\nTZOFFSETTO:%s\r\n")),
             offsets[i]);
    expect_refused(VD_ERR_BAD_VALUE, "TZOFFSETTO", "+0800", lines);
  }
}

Test(calendar, a_calendar_may_cancel_what_it_names)
{
  READ("METHOD:CANCEL\r\n" EVENT(WHO NINE_TO_TEN));
  cr_expect_eq(import->sessions[0]->state, VD__SESSION_STATE__SESSION_STATE_CANCELLED);
  READ("METHOD:REQUEST\r\n" EVENT(WHO NINE_TO_TEN));
  cr_expect_eq(import->sessions[0]->state, VD__SESSION_STATE__SESSION_STATE_UNSPECIFIED);
  expect_refused(VD_ERR_BAD_VALUE, "METHOD", "CANCEL", "METHOD:COUNTER\r\n" EVENT(WHO NINE_TO_TEN));
}

// ---- what is no calendar ----

Test(calendar, what_is_no_calendar_is_refused)
{
  cr_expect_eq(read_text(""), VD_ERR_BAD_REQUEST);
  cr_expect_eq(read_text("hello\r\n"), VD_ERR_BAD_REQUEST);
  cr_expect_eq(read_text("END:VCALENDAR\r\n"), VD_ERR_BAD_REQUEST);
  cr_expect_eq(read_text("BEGIN:VCARD\r\nEND:VCARD\r\n"), VD_ERR_BAD_REQUEST);
  const char text[] = "BEGIN:VCALENDAR\r\n\0END:VCALENDAR\r\n";
  cr_expect_eq(ctl_calendar_read(fold, text, sizeof text - 1, &import, &left_out, &refusal), VD_ERR_BAD_TEXT);
}

Test(calendar, too_large_or_too_deep_is_not_even_parsed)
{
  char *text = vd_zalloc(CTL_CALENDAR_SIZE_MAX + 2);
  memset(text, 'x', CTL_CALENDAR_SIZE_MAX + 1);
  cr_expect_eq(read_text(text), VD_ERR_TOO_LARGE);
  text[CTL_CALENDAR_SIZE_MAX] = '\0';
  for (size_t at = 0; at + 14 < CTL_CALENDAR_SIZE_MAX; at += 14)
    memcpy(text + at, "BEGIN:VEVENT\r\n", 14);
  cr_expect_eq(read_text(text), VD_ERR_BAD_REQUEST);
  cr_expect_not_null(strstr(refusal.detail, "deeply"), "%s", refusal.detail);
  free(text);
}

Test(calendar, several_calendars_in_one_file_are_one)
{
  cr_assert_eq(
      read_text("BEGIN:VCALENDAR\r\n" EVENT(WHO NINE_TO_TEN) "END:VCALENDAR\r\nBEGIN:VCALENDAR\r\n" EVENT(
          "UID:l@x\r\nSUMMARY:Lunch\r\nLOCATION:forum-a\r\n" NINE_TO_TEN) "END:VCALENDAR\r\n"),
      VD_OK);
  cr_expect_eq(import->n_sessions, 2);
}

Test(calendar, without_a_venue_there_is_no_agenda)
{
  vd_fold_remove(fold, VD__KIND__KIND_EVENT, "event");
  cr_expect_eq(read_lines(EVENT(WHO NINE_TO_TEN)), VD_ERR_NO_PLAN);
}

// ---- writing ----

static char *written(Vd__Language language)
{
  return ctl_calendar_write(fold, language, DAY + HOURS(8));
}

Test(calendar, is_written_as_a_calendar)
{
  put_session("opening", "");
  put_session("gone", "g@x")->retired = true;
  Vd__Session *tea = put_session("tea", "t@x");
  tea->kind = VD__SESSION_KIND__SESSION_KIND_BREAK;
  tea->state = VD__SESSION_STATE__SESSION_STATE_CANCELLED;
  vd_string_set(&tea->zone, "forum-a");
  char *text = written(VD__LANGUAGE__LANGUAGE_ZH_HANT);
  static const char *const lines[] = {"BEGIN:VCALENDAR\r\n",
                                      "VERSION:2.0\r\n",
                                      "UID:opening@venued\r\n",
                                      "UID:t@x\r\n",
                                      "DTSTAMP:20230518T000000Z\r\n",
                                      "DTSTART:20230518T010000Z\r\n",
                                      "DTEND:20230518T020000Z\r\n",
                                      "SUMMARY;LANGUAGE=zh-Hant:開幕式\r\n",
                                      "LOCATION:主會場\r\n",
                                      "LOCATION:分論壇A廳\r\n",
                                      "CATEGORIES:break\r\n",
                                      "CATEGORIES:dense\r\n",
                                      "STATUS:CONFIRMED\r\n",
                                      "STATUS:CANCELLED\r\n",
                                      "X-VENUED-ID:opening\r\n",
                                      "X-VENUED-AUDIENCE:720\r\n",
                                      "END:VCALENDAR\r\n"};
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    cr_expect_not_null(strstr(text, lines[i]), "%s in %s", lines[i], text);
  cr_expect_null(strstr(text, "g@x"));
  free(text);
  text = written(VD__LANGUAGE__LANGUAGE_EN);
  cr_expect_not_null(strstr(text, "LOCATION:Main hall\r\n"));
  cr_expect_not_null(strstr(text, "LOCATION:forum-a\r\n"), "a name that two zones have leads nowhere");
  free(text);
}

Test(calendar, long_lines_are_folded_and_what_needs_it_escaped)
{
  Vd__Session *session = put_session("opening", "");
  char title[VD_REASON_MAX + 1] = "Money; power, and a \\ backslash ";
  for (size_t size = strlen(title); size + 3 < VD_REASON_MAX; size += 3)
    memcpy(title + size, "峰", 4);
  vd_string_set(&session->title->en, title);
  char *text = written(VD__LANGUAGE__LANGUAGE_EN);
  for (const char *line = text; *line; line = strchr(line, '\n') + 1)
    cr_expect_leq(strcspn(line, "\r"), 75);
  READ(EVENT(WHO NINE_TO_TEN));
  cr_assert_eq(read_text(text), VD_OK, "%s", refusal.detail);
  cr_expect_str_eq(import->sessions[0]->title->en, title);
  free(text);
}

Test(calendar, what_was_written_is_read_as_it_was)
{
  put_session("opening", "");
  Vd__Session *tea = put_session("tea", "t@x");
  tea->kind = VD__SESSION_KIND__SESSION_KIND_BREAK;
  tea->dense = false;
  tea->audience = 0;
  vd_string_set(&tea->zone, "forum-b");
  static const Vd__Language languages[] = {VD__LANGUAGE__LANGUAGE_EN, VD__LANGUAGE__LANGUAGE_ZH_HANT,
                                           VD__LANGUAGE__LANGUAGE_ZH_HANS};
  for (size_t i = 0; i < 3; i++) {
    char *text = written(languages[i]);
    cr_assert_eq(read_text(text), VD_OK, "%s %s", refusal.field, refusal.detail);
    free(text);
    cr_assert_eq(import->n_sessions, 2);
    for (size_t j = 0; j < 2; j++) {
      const Vd__Session *read = import->sessions[j];
      const Vd__Session *was = (Vd__Session *)vd_fold_find(fold, VD__KIND__KIND_SESSION, read->id);
      cr_assert_not_null(was, "%s", read->id);
      cr_expect_str_eq(read->title->en, was->title->en);
      cr_expect_str_eq(read->title->zh_hant, was->title->zh_hant);
      cr_expect_str_eq(read->zone, was->zone);
      cr_expect_eq(read->kind, was->kind);
      cr_expect_eq(read->dense, was->dense);
      cr_expect_eq(read->audience, was->audience);
      cr_expect_eq(read->start_at_ms, was->start_at_ms);
      cr_expect_eq(read->end_at_ms, was->end_at_ms);
    }
  }
}
