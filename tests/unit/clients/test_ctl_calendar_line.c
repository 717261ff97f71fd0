// Where a calendar is not understood: the line of its text.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "clients/ctl/calendar.h"
#include "proto/message.h"

static struct ctl_left_out left_out;
static struct vd_refusal refusal;

#define NEW(Type, type) ((Vd__##Type *)vd_message_new(&vd__##type##__descriptor))

static struct vd_fold *venue(void)
{
  struct vd_fold *fold = vd_fold_create();
  Vd__Event *event = NEW(Event, event);
  vd_string_set(&event->id, "event");
  vd_string_set(&event->time_zone, "Asia/Shanghai");
  event->utc_offset_ms = INT64_C(8) * 3600000;
  event->start_at_ms = INT64_C(1684339200000); // 2023-05-18 00:00 at the venue
  event->end_at_ms = event->start_at_ms + INT64_C(86400000);
  vd_fold_put(fold, VD__KIND__KIND_EVENT, &event->base);
  Vd__Zone *zone = NEW(Zone, zone);
  vd_string_set(&zone->id, "hall");
  vd_fold_put(fold, VD__KIND__KIND_ZONE, &zone->base);
  return fold;
}

// `lines` end with CR LF; the calendar stands around them.
static enum vd_err read_lines(const char *lines)
{
  struct vd_fold *fold = venue();
  struct vd_buffer text = {0};
  Vd__SessionsImport *import = NULL;
  vd_buffer_printf(&text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b//EN\r\n%sEND:VCALENDAR\r\n",
                   lines);
  vd_buffer_append(&text, "", 1);
  left_out = (struct ctl_left_out){0};
  refusal = (struct vd_refusal){.err = VD_OK};
  enum vd_err err = ctl_calendar_read(fold, (char *)text.data, text.size - 1, &import, &left_out, &refusal);
  if (import)
    vd__sessions_import__free_unpacked(import, NULL);
  vd_buffer_finish(&text);
  vd_fold_destroy(fold);
  return err;
}

#define EVENT(lines) "BEGIN:VEVENT\r\nDTSTAMP:20230501T000000Z\r\n" lines "END:VEVENT\r\n"
#define WHO          "UID:k@x\r\nSUMMARY:Keynote\r\nLOCATION:hall\r\n"
#define NINE_TO_TEN  "DTSTART:20230518T090000\r\nDTEND:20230518T100000\r\n"
#define GOOD                                                                                                 \
  EVENT("UID:a@x\r\nSUMMARY:Opening\r\nLOCATION:hall\r\n"                                                    \
        "DTSTART:20230518T090000\r\nDTEND:20230518T100000\r\n")

Test(calendar_line, what_is_refused_has_its_line)
{
  static const struct {
    const char *lines;
    unsigned line;
  } cases[] = {
      {GOOD EVENT(NINE_TO_TEN "UID:k@x\r\nSUMMARY:Keynote\r\nLOCATION:hal\r\n"), 18},
      {GOOD EVENT(NINE_TO_TEN "UID:k@x\r\nSUMMARY:Keynote\r\n"), 12}, // the event, where the line is missing
      {GOOD EVENT(WHO "DTSTART:20230231T090000\r\nDTEND:20230518T100000\r\n"), 17},
      {GOOD EVENT("STATUS:MAYBE\r\n" WHO NINE_TO_TEN), 14},
      {GOOD EVENT(WHO NINE_TO_TEN "EXRULE:FREQ=DAILY;COUNT=1\r\n"), 19},
      {GOOD EVENT(WHO NINE_TO_TEN "what is this\r\n"), 19},
      {GOOD GOOD, 14},
      {"METHOD:REFRESH\r\n" GOOD, 4},
      {GOOD "END:VEVENT\r\nEND:VCALENDAR\r\nEND:VCALENDAR\r\n", 13},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    cr_expect_neq(read_lines(cases[i].lines), VD_OK, "case %zu", i);
    cr_expect_eq(left_out.line, cases[i].line, "case %zu is said of line %u: %s %s", i, left_out.line,
                 refusal.field, refusal.detail);
  }
  cr_assert_eq(read_lines(GOOD), VD_OK);
  cr_expect_eq(left_out.line, 0);
}
