// The end of a rehearsal: which promises ran past their limit, by how much, who held the clock, and the
// replies.
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "clients/ctl/rehearsal.h"
#include "proto/text.h"

static void put(struct vd_fold *fold, const char *json)
{
  ProtobufCMessage *entity = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err =
      vd_text_read(&vd__entity__descriptor, VD_TEXT_JSON, "", json, strlen(json), &entity, NULL, &refusal);
  cr_assert_eq(err, VD_OK, "%s: %s", json, refusal.detail);
  cr_assert(vd_fold_put_newer(fold, (Vd__Entity *)entity));
  vd__entity__free_unpacked((Vd__Entity *)entity, NULL);
}

static struct vd_fold *day(void)
{
  struct vd_fold *fold = vd_fold_create();
  put(fold, "{\"team\":{\"id\":\"onsite\",\"revision\":1,\"name\":{\"en\":\"On-site "
            "group\",\"zh_hant\":\"現場組\"}}}");
  put(fold, "{\"category\":{\"id\":\"crowding\",\"revision\":1,\"name\":{\"en\":\"Crowding\",\"zh_hant\":"
            "\"擁擠\"}}}");
  put(fold, "{\"incident\":{\"id\":\"9\",\"revision\":1,\"number\":9,\"category\":\"crowding\",\"state\":"
            "\"closed\"}}");
  put(fold, "{\"incident\":{\"id\":\"10\",\"revision\":1,\"number\":10,\"category\":\"other\",\"state\":"
            "\"responded\","
            "\"holder\":\"av-1\"}}");
  put(fold,
      "{\"deadline\":{\"id\":\"9.1.respond\",\"revision\":1,\"incident\":9,\"subject\":\"9.1\",\"team\":"
      "\"onsite\","
      "\"promise\":\"respond\",\"outcome\":\"missed\",\"due_at_ms\":\"2023-05-18T02:40:00.000Z\","
      "\"breached_at_ms\":\"2023-05-18T02:40:00.001Z\",\"met_at_ms\":\"2023-05-18T02:42:00.000Z\","
      "\"shares\":[{\"who\":\"onsite\",\"held_ms\":\"5m\"},{\"who\":\"unowned\",\"held_ms\":\"2m\"}]}}");
  put(fold,
      "{\"deadline\":{\"id\":\"9.1.land\",\"revision\":1,\"incident\":9,\"subject\":\"9.1\",\"team\":"
      "\"onsite\","
      "\"promise\":\"land\",\"outcome\":\"met-reported-late\",\"due_at_ms\":\"2023-05-18T02:55:00.000Z\","
      "\"breached_at_ms\":\"2023-05-18T02:55:00.001Z\",\"met_at_ms\":\"2023-05-18T02:50:00.000Z\","
      "\"met_recorded_at_ms\":\"2023-05-18T02:57:00.000Z\",\"shares\":[{\"who\":\"onsite\",\"held_ms\":"
      "\"15m\"}]}}");
  put(fold, "{\"deadline\":{\"id\":\"10.1.decide\",\"revision\":1,\"incident\":10,\"subject\":\"10.1\","
            "\"team\":\"onsite\",\"promise\":\"decide\",\"outcome\":\"running\","
            "\"due_at_ms\":\"2023-05-18T02:50:00.000Z\",\"breached_at_ms\":\"2023-05-18T02:50:00.001Z\"}}");
  put(fold, "{\"deadline\":{\"id\":\"10.1.respond\",\"revision\":1,\"incident\":10,\"subject\":\"10.1\","
            "\"team\":\"onsite\",\"promise\":\"respond\",\"outcome\":\"met\","
            "\"shares\":[{\"who\":\"onsite\",\"held_ms\":\"1m\"}]}}");
  put(fold, "{\"offer\":{\"id\":\"9.1.o1\",\"revision\":1,\"incident\":9,\"state\":\"expired\"}}");
  put(fold, "{\"offer\":{\"id\":\"9.1.o2\",\"revision\":1,\"incident\":9,\"state\":\"accepted\"}}");
  put(fold, "{\"alert\":{\"id\":\"9.a\",\"revision\":1,\"incident\":9,\"crew\":\"a\",\"calls\":3}}");
  put(fold, "{\"alert\":{\"id\":\"digest.a\",\"revision\":1,\"crew\":\"a\",\"calls\":2}}");
  return fold;
}

static void expect_with(Vd__Language language, struct vd_fold *fold, const struct ctl_played *played,
                        const Vd__Status *status, const char *expected)
{
  cr_assert_not_null(setlocale(LC_CTYPE, "C.UTF-8"));
  struct ctl ctl = {
      .language = language, .utc_offset_ms = 8 * 3600 * 1000, .now_ms = 1684378800000}; // 11:00:00
  cr_redirect_stdout();
  ctl_summarize(&ctl, fold, played, status);
  fflush(stdout);
  cr_assert_stdout_eq_str(expected);
  vd_fold_destroy(fold);
}

static void expect(Vd__Language language, struct vd_fold *fold, const struct ctl_played *played,
                   const char *expected)
{
  expect_with(language, fold, played, NULL, expected);
}

static struct vd_buffer words(const char *text)
{
  struct vd_buffer buffer = {0};
  vd_buffer_append(&buffer, text, strlen(text));
  return buffer;
}

// Also one that comes later.
Test(summary, tells_each_promise_of_the_vocabulary)
{
  struct ctl ctl = {.language = VD__LANGUAGE__LANGUAGE_EN};
  struct ctl_played played = {.name = "The day"};
  struct vd_fold *fold = vd_fold_create();
  for (unsigned promise = 1; promise < vd__promise__descriptor.n_values; promise++) {
    char id[16];
    snprintf(id, sizeof id, "%u", promise);
    Vd__Deadline *deadline = (Vd__Deadline *)vd_message_new(&vd__deadline__descriptor);
    vd_string_set(&deadline->id, id);
    deadline->promise = (Vd__Promise)promise;
    deadline->outcome = VD__OUTCOME__OUTCOME_MET;
    vd_fold_put(fold, VD__KIND__KIND_DEADLINE, &deadline->base);
  }
  cr_redirect_stdout();
  ctl_summarize(&ctl, fold, &played, NULL);
  fflush(stdout);
  char said[8192];
  said[fread(said, 1, sizeof said - 1, cr_get_redirected_stdout())] = '\0';
  for (unsigned promise = 1; promise < vd__promise__descriptor.n_values; promise++)
    cr_expect_not_null(strstr(said, ctl_words(&ctl, &vd__promise__descriptor, (int)promise)), "%u: %s",
                       promise, said);
  vd_fold_destroy(fold);
}

Test(summary, names_what_was_late_by_how_much_and_who_held_the_clock)
{
  struct ctl_played played = {.name = "The day", .acts = 12, .climbs = 1, .refused = 1};
  played.refusals = words("own-work (09:22:00)");
  expect(
      VD__LANGUAGE__LANGUAGE_EN, day(), &played,
      "\n== The day ==\n"
      "promises   met  met, reported late  missed  running  void\n"
      "1 respond  1    0                   1       0        0\n"
      "2 decide   0    0                   0       1        0\n"
      "3 land     0    1                   0       0        0\n"
      "(met, reported late: done in time, told only after the limit; void: cancelled, merged or reopened)\n"
      "\n"
      "#    past its limit  tier       due       done      outcome                 who held the clock\n"
      "#9   Crowding        1 respond  10:40:00  10:42:00  2m late                 On-site group 5m, unowned "
      "2m\n"
      "#9   Crowding        3 land     10:55:00  10:50:00  in time, told 10:57:00  On-site group 15m\n"
      "#10  other           2 decide   10:50:00  -         10m late so far         On-site group, in hand: "
      "av-1\n"
      "\n"
      "who held the clocks  promises  on average  in the late ones\n"
      "On-site group        3         7m          5m\n"
      "unowned              1         2m          2m\n"
      "\n"
      "incidents: 2 (open: 1); offers: 2 (unanswered: 1); past a limit: 3; calls: 3; climbs: 1\n"
      "refusals that were meant: 1: own-work (09:22:00)\n"
      "all replies as expected: 12 of 12\n");
  vd_buffer_finish(&played.refusals);
}

// A drill in the day changes no figure of it.
static struct vd_fold *drilled_day(void)
{
  struct vd_fold *fold = day();
  put(fold, "{\"incident\":{\"id\":\"11\",\"revision\":1,\"number\":11,\"state\":\"open\",\"drill\":1}}");
  put(fold, "{\"deadline\":{\"id\":\"11.1.respond\",\"revision\":1,\"incident\":11,\"subject\":\"11.1\","
            "\"drill\":1,"
            "\"team\":\"onsite\",\"promise\":\"respond\",\"outcome\":\"missed\",\"due_at_ms\":\"2023-05-"
            "18T02:50:00.000Z\","
            "\"breached_at_ms\":\"2023-05-18T02:50:00.001Z\",\"shares\":[{\"who\":\"onsite\",\"held_ms\":"
            "\"9m\"}]}}");
  put(fold,
      "{\"offer\":{\"id\":\"11.1.o1\",\"revision\":1,\"incident\":11,\"state\":\"expired\",\"drill\":1}}");
  put(fold,
      "{\"alert\":{\"id\":\"11.a\",\"revision\":1,\"incident\":11,\"crew\":\"a\",\"calls\":3,\"drill\":1}}");
  return fold;
}

Test(summary, counts_no_drill)
{
  struct ctl_played played = {.name = "The day", .acts = 12, .climbs = 1, .refused = 1};
  played.refusals = words("own-work (09:22:00)");
  expect(
      VD__LANGUAGE__LANGUAGE_EN, drilled_day(), &played,
      "\n== The day ==\n"
      "promises   met  met, reported late  missed  running  void\n"
      "1 respond  1    0                   1       0        0\n"
      "2 decide   0    0                   0       1        0\n"
      "3 land     0    1                   0       0        0\n"
      "(met, reported late: done in time, told only after the limit; void: cancelled, merged or reopened)\n"
      "\n"
      "#    past its limit  tier       due       done      outcome                 who held the clock\n"
      "#9   Crowding        1 respond  10:40:00  10:42:00  2m late                 On-site group 5m, unowned "
      "2m\n"
      "#9   Crowding        3 land     10:55:00  10:50:00  in time, told 10:57:00  On-site group 15m\n"
      "#10  other           2 decide   10:50:00  -         10m late so far         On-site group, in hand: "
      "av-1\n"
      "\n"
      "who held the clocks  promises  on average  in the late ones\n"
      "On-site group        3         7m          5m\n"
      "unowned              1         2m          2m\n"
      "\n"
      "incidents: 2 (open: 1); offers: 2 (unanswered: 1); past a limit: 3; calls: 3; climbs: 1\n"
      "refusals that were meant: 1: own-work (09:22:00)\n"
      "all replies as expected: 12 of 12\n");
  vd_buffer_finish(&played.refusals);
}

Test(summary, is_aligned_where_characters_are_wide)
{
  struct ctl_played played = {.name = "彩排", .acts = 12};
  expect(VD__LANGUAGE__LANGUAGE_ZH_HANT, day(), &played,
         "\n== 彩排 ==\n"
         "時限    按時  按時（補錄）  逾時  進行中  作廢\n"
         "1 響應  1     0             1     0       0\n"
         "2 定案  0     0             0     1       0\n"
         "3 落地  0     1             0     0       0\n"
         "（按時（補錄）：按時完成，逾限後才錄入；作廢：已取消、合併或重開）\n"
         "\n"
         "#    逾限事件  層級    期限      完成      結果                 耗時歸屬\n"
         "#9   擁擠      1 響應  10:40:00  10:42:00  逾時 2m              現場組 5m, 無人承擔 2m\n"
         "#9   擁擠      3 落地  10:55:00  10:50:00  按時，10:57:00 錄入  現場組 15m\n"
         "#10  other     2 定案  10:50:00  -         已逾時 10m           現場組，負責人 av-1\n"
         "\n"
         "各組耗時  時限數  平均  其中逾時\n"
         "現場組    3       7m    5m\n"
         "無人承擔  1       2m    2m\n"
         "\n"
         "事件：2（未結：1）；派單：2（未回應：1）；逾限：3；呼叫：3；升級：0\n"
         "所有回覆均符合預期：12/12\n");
}

Test(summary, says_that_nothing_was_late_and_which_replies_were_wrong)
{
  struct ctl_played played = {.name = "Short", .acts = 2, .wrong = 1};
  played.wrongs = words("  09:22:00  expected own-work, got [ok] Done.\n");
  expect(
      VD__LANGUAGE__LANGUAGE_EN, vd_fold_create(), &played,
      "\n== Short ==\n"
      "promises   met  met, reported late  missed  running  void\n"
      "1 respond  0    0                   0       0        0\n"
      "2 decide   0    0                   0       0        0\n"
      "3 land     0    0                   0       0        0\n"
      "(met, reported late: done in time, told only after the limit; void: cancelled, merged or reopened)\n"
      "\nNothing ran past its limit.\n"
      "\n"
      "incidents: 0 (open: 0); offers: 0 (unanswered: 0); past a limit: 0; calls: 0; climbs: 0\n"
      "REPLIES NOT AS EXPECTED: 1 of 2\n"
      "  09:22:00  expected own-work, got [ok] Done.\n");
  vd_buffer_finish(&played.wrongs);
}

// More groups than a plan is likely to have, each with its line.
Test(summary, every_holder_has_a_line)
{
  enum { HOLDERS = 200 };
  struct vd_fold *fold = vd_fold_create();
  struct vd_buffer table = {0}, printed = {0};
  for (int i = 1; i <= HOLDERS; i++) {
    char json[200];
    snprintf(json, sizeof json,
             "{\"deadline\":{\"id\":\"%d.1.respond\",\"revision\":1,\"incident\":%d,\"promise\":\"respond\","
             "\"outcome\":\"met\",\"shares\":[{\"who\":\"group-%03d\",\"held_ms\":\"1m\"}]}}",
             i, i, i);
    put(fold, json);
    vd_buffer_printf(&table, "group-%03d            1         1m          -\n", i);
  }
  vd_buffer_printf(
      &printed,
      "\n== Many ==\n"
      "promises   met  met, reported late  missed  running  void\n"
      "1 respond  %d  0                   0       0        0\n"
      "2 decide   0    0                   0       0        0\n"
      "3 land     0    0                   0       0        0\n"
      "(met, reported late: done in time, told only after the limit; void: cancelled, merged or reopened)\n"
      "\nNothing ran past its limit.\n"
      "\n"
      "who held the clocks  promises  on average  in the late ones\n"
      "%.*s"
      "\n"
      "incidents: 0 (open: 0); offers: 0 (unanswered: 0); past a limit: 0; calls: 0; climbs: 0\n"
      "all replies as expected: 0 of 0\n",
      HOLDERS, (int)table.size, (char *)table.data);
  vd_buffer_append(&printed, "", 1);
  struct ctl_played played = {.name = "Many"};
  expect(VD__LANGUAGE__LANGUAGE_EN, fold, &played, (char *)printed.data);
  vd_buffer_finish(&table);
  vd_buffer_finish(&printed);
}

// ---- the live venue ----

static struct vd_fold *morning(void)
{
  struct vd_fold *fold = vd_fold_create();
  put(fold, "{\"category\":{\"id\":\"av-fault\",\"revision\":1,\"severity\":2}}");
  put(fold, "{\"session\":{\"id\":\"keynote\",\"revision\":1,\"title\":\"Keynote\",\"audience\":720}}");
  put(fold,
      "{\"device\":{\"id\":\"proj\",\"revision\":1,\"name\":\"Projector\",\"incident\":1,\"flaps\":2}}");
  put(fold,
      "{\"incident\":{\"id\":\"1\",\"revision\":1,\"number\":1,\"category\":\"av-fault\",\"severity\":3,"
      "\"state\":\"closed\",\"device\":\"proj\",\"reported_at_ms\":\"2023-05-18T01:21:15Z\","
      "\"needed_by\":\"keynote\",\"needed_by_at_ms\":\"2023-05-18T01:30:00Z\"}}");
  put(fold, "{\"supply\":{\"id\":\"tea\",\"revision\":1,\"name\":\"Tea\",\"par\":160,\"is_known\":true,"
            "\"served\":70,\"errors\":3,\"error_permille\":15}}");
  put(fold, "{\"task\":{\"id\":\"t7\",\"revision\":1,\"number\":7,\"kind\":\"refill\",\"subject\":\"tea\","
            "\"state\":\"done\",\"ended_at_ms\":\"2023-05-18T02:56:00Z\"}}");
  put(fold,
      "{\"task\":{\"id\":\"t8\",\"revision\":1,\"number\":8,\"kind\":\"sample\",\"subject\":\"fruit.b1\","
      "\"state\":\"open\",\"crew\":\"tea-2\"}}");
  put(fold, "{\"deadline\":{\"id\":\"t8.done\",\"revision\":1,\"subject\":\"t8\",\"team\":\"catering\","
            "\"promise\":\"sample\",\"outcome\":\"running\",\"due_at_ms\":\"2023-05-18T02:54:00Z\","
            "\"breached_at_ms\":\"2023-05-18T02:54:00Z\"}}");
  put(fold,
      "{\"alert\":{\"id\":\"t8.tea-2\",\"revision\":1,\"subject\":\"t8\",\"crew\":\"tea-2\",\"calls\":2}}");
  put(fold, "{\"notice\":{\"id\":\"n1\",\"revision\":1,\"number\":1,\"state\":\"sent\","
            "\"sessions\":[\"keynote\",\"lunch\"],\"approved_by\":\"control-1\","
            "\"sent_at_ms\":\"2023-05-18T02:37:40Z\"}}");
  put(fold, "{\"lane\":{\"id\":\"a\",\"revision\":1,\"name\":\"Lane A\",\"checked_in\":180,"
            "\"counted_at_ms\":\"2023-05-18T01:00:00Z\",\"peak_wait_ms\":\"4m\"}}");
  put(fold, "{\"lane\":{\"id\":\"b\",\"revision\":1,\"name\":\"Lane B\"}}");
  put(fold,
      "{\"suggestion\":{\"id\":\"s1\",\"revision\":1,\"number\":1,\"kind\":\"open-lane\",\"lane\":\"a\","
      "\"other\":\"b\",\"state\":\"measured\",\"made_at_ms\":\"2023-05-18T00:35:00Z\",\"wait_ms\":\"20m\","
      "\"expected_ms\":\"2m\",\"measured_ms\":\"3m\",\"helped\":true}}");
  put(fold,
      "{\"suggestion\":{\"id\":\"s2\",\"revision\":1,\"number\":2,\"kind\":\"move-staff\",\"lane\":\"a\","
      "\"other\":\"b\",\"state\":\"measured\",\"made_at_ms\":\"2023-05-18T00:45:00Z\",\"wait_ms\":\"20m\","
      "\"expected_ms\":\"2m\",\"uncounted\":true}}");
  return fold;
}

static const struct ctl_seen seen = {
    .refills = {{.task = 7,
                 .supply = "tea",
                 .is_automatic = true,
                 .level = 76,
                 .asked_at_ms = 1684378340000, // 10:52:20
                 .run_out_at_ms = 1684379202000}},
    .refill_count = 1,
    .supplies = {{.supply = "tea", .empty_since_ms = 1684378790000, .empty_ms = 50000}},
    .supply_count = 1,
    .notices = {{.notice = 1, .changes = 3}},
    .notice_count = 1,
};

Test(summary, tells_what_the_live_venue_did)
{
  struct ctl_played played = {.name = "Morning", .is_baseline = true, .seen = &seen, .behind_ms = 61000};
  Vd__NodeCount dispatch = VD__NODE_COUNT__INIT, refill = VD__NODE_COUNT__INIT;
  Vd__NodeCount *nodes[] = {&dispatch, &refill};
  Vd__Status status = VD__STATUS__INIT;
  dispatch.node = VD__NODE__NODE_DISPATCH;
  dispatch.manual = 2;
  refill.node = VD__NODE__NODE_REFILL;
  refill.automatic = 9;
  refill.manual = 1;
  status.nodes = nodes;
  status.n_nodes = 2;
  expect_with(
      VD__LANGUAGE__LANGUAGE_EN, morning(), &played, &status,
      "\n== Morning, baseline ==\n"
      "promises     met  met, reported late  missed  running  void\n"
      "1 respond    0    0                   0       0        0\n"
      "2 decide     0    0                   0       0        0\n"
      "3 land       0    0                   0       0        0\n"
      "food sample  0    0                   0       1        0\n"
      "(met, reported late: done in time, told only after the limit; void: cancelled, merged or reopened)\n"
      "\n"
      "#   past its limit  tier         due       done  outcome         who held the clock\n"
      "t8  fruit.b1        food sample  10:54:00  -     6m late so far  catering, in hand: tea-2\n"
      "\n"
      "refill  of   asked at  by      left    before run-out  before stale  there after\n"
      "t7      Tea  10:52:20  venued  76/160  14m22s          -             3m40s\n"
      "\n"
      "supply  served  forecast error  nothing left for\n"
      "Tea     70      1.5%            1m\n"
      "\n"
      "device that failed  came back and failed again  incidents  #   since     severity        needed by "
      "(audience)\n"
      "Projector           2                           1          #1  09:21:15  3 (category 2)  09:30:00 "
      "Keynote (720)\n"
      "\n"
      "attendee notice  state  changes gathered  approved by  sent at   about\n"
      "n1               sent   3                 control-1    10:37:40  Keynote; lunch\n"
      "\n"
      "check-in  checked in  longest wait\n"
      "Lane A    180         4m\n"
      "\n"
      "suggestion  queue   what                 made at   wait then  expected  measured  outcome\n"
      "s1          Lane A  open a lane: Lane B  08:35:00  20m        2m        3m        it helped\n"
      "s2          Lane A  move staff: Lane B   08:45:00  20m        2m        -         not known\n"
      "\n"
      "node of the process  automatic  manual\n"
      "dispatch             0          2\n"
      "refill               9          1\n"
      "in all               9          3\n"
      "(baseline: automation is off; but who is late is called all the same, as escalation)\n"
      "\n"
      "incidents: 1 (open: 0); offers: 0 (unanswered: 0); past a limit: 1; calls: 2; climbs: 0\n"
      "this machine fell up to 1m1s behind the script: some silence or lateness may be its own\n"
      "all replies as expected: 0 of 0\n");
}
