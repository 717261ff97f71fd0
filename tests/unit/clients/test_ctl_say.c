// A Change in words: who is asked, who is called, for which incident, tier and level, in three languages.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/live.h"
#include "proto/text.h"

#define AT "2023-05-18T01:12:00.000Z" // 09:12:00 at the venue

static ProtobufCMessage *read_json(const ProtobufCMessageDescriptor *type, const char *json)
{
  ProtobufCMessage *message = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = vd_text_read(type, VD_TEXT_JSON, "", json, strlen(json), &message, NULL, &refusal);
  cr_assert_eq(err, VD_OK, "%s: %s", json, refusal.detail);
  return message;
}

static void put(struct vd_fold *plan, const char *json)
{
  Vd__Entity *entity = (Vd__Entity *)read_json(&vd__entity__descriptor, json);
  cr_assert(vd_fold_put_newer(plan, entity));
  vd__entity__free_unpacked(entity, NULL);
}

static struct vd_fold *plan(void)
{
  struct vd_fold *fold = vd_fold_create();
  put(fold,
      "{\"event\":{\"id\":\"event\",\"revision\":1,\"policy\":{\"last_resort_name\":{\"en\":\"Duty office\","
      "\"zh_hant\":\"值班室\"}}}}");
  put(fold, "{\"zone\":{\"id\":\"lobby\",\"revision\":1,\"name\":{\"en\":\"Lobby\",\"zh_hant\":\"大廳\","
            "\"zh_hans\":\"大厅\"}}}");
  put(fold, "{\"category\":{\"id\":\"fire\",\"revision\":1,\"name\":{\"en\":\"Fire\",\"zh_hant\":\"火情\","
            "\"zh_hans\":\"火情\"},\"emergency_numbers\":[\"119\",\"120\"],"
            "\"default_decision\":{\"en\":\"Evacuate.\",\"zh_hant\":\"疏散。\",\"zh_hans\":\"疏散。\"}}}");
  put(fold,
      "{\"team\":{\"id\":\"onsite\",\"revision\":1,\"name\":{\"en\":\"On-site group\",\"zh_hant\":\"現場組\","
      "\"zh_hans\":\"现场组\"}}}");
  put(fold, "{\"post\":{\"id\":\"supervisor\",\"revision\":1,\"name\":{\"en\":\"Supervisor\","
            "\"zh_hant\":\"值班主管\",\"zh_hans\":\"值班主管\"}}}");
  return fold;
}

static void expect_said(Vd__Language language, const struct vd_fold *names, const char *mark,
                        const char *json, const char *expected)
{
  struct ctl ctl = {.language = language, .utc_offset_ms = 8 * 3600 * 1000};
  Vd__Change *change = (Vd__Change *)read_json(&vd__change__descriptor, json);
  struct vd_buffer said = {0};
  ctl_say_change(&ctl, names, change, mark, &said);
  vd_buffer_append(&said, "", 1);
  cr_expect_str_eq((char *)said.data, expected, "said:\n%s\nexpected:\n%s", (char *)said.data, expected);
  vd_buffer_finish(&said);
  vd__change__free_unpacked(change, NULL);
}

static void expect_marked(Vd__Language language, const char *mark, const char *json, const char *expected)
{
  struct vd_fold *names = plan();
  expect_said(language, names, mark, json, expected);
  vd_fold_destroy(names);
}

static void expect(const char *json, const char *expected)
{
  expect_marked(VD__LANGUAGE__LANGUAGE_EN, "", json, expected);
}

static void expect_hant(const char *json, const char *expected)
{
  expect_marked(VD__LANGUAGE__LANGUAGE_ZH_HANT, "", json, expected);
}

static void expect_hans(const char *json, const char *expected)
{
  expect_marked(VD__LANGUAGE__LANGUAGE_ZH_HANS, "", json, expected);
}

#define CAUSE "\"cause\":{\"now_at_ms\":\"" AT "\"}"

// ---- the first offer ----

#define REPORTED                                                                                             \
  "{" CAUSE ",\"fact\":{\"what\":\"reported\",\"who\":\"local-admin\",\"incident\":5,\"zone\":\"lobby\","    \
  "\"crew\":\"av-1\",\"at_ms\":\"" AT "\"},\"upserts\":["                                                    \
  "{\"incident\":{\"id\":\"5\",\"number\":5,\"zone\":\"lobby\",\"category\":\"av-fault\",\"severity\":3,"    \
  "\"text\":\"no slides\",\"source\":\"radio\",\"reporters\":[\"onsite-1\"],\"looks_like\":4,"               \
  "\"missing\":[\"category\"]}},"                                                                            \
  "{\"offer\":{\"id\":\"5.1.o1\",\"incident\":5,\"crew\":\"av-1\",\"state\":\"open\",\"offered_at_ms\":"     \
  "\"" AT "\",\"expires_at_ms\":\"2023-05-18T01:13:00.000Z\",\"walk_ms\":\"45s\"}}]}"

Test(say, the_report_s_fact_does_not_hide_who_was_asked)
{
  expect(REPORTED, "09:12:00  #5    reported @Lobby by onsite-1 (radio)  [av-fault, severity 3] no slides"
                   "  (looks like #4)  (to complete: category)\n"
                   "09:12:00  #5      asks av-1 to take it, 45s away, answer due 09:13:00\n");
  expect_hant(REPORTED, "09:12:00  #5    已上報 @大廳 由 onsite-1（對講機）  [av-fault，級別 3] no slides"
                        "（疑似同 #4）（待補充：類別）\n"
                        "09:12:00  #5      詢問 av-1 是否接單，步行 45s，回應期限 09:13:00\n");
  expect_hans(REPORTED, "09:12:00  #5    已上报 @大厅 由 onsite-1（对讲机）  [av-fault，级别 3] no slides"
                        "（疑似同 #4）（待补充：类别）\n"
                        "09:12:00  #5      询问 av-1 是否接单，步行 45s，回应期限 09:13:00\n");
}

Test(say, an_offer_that_was_made_before_is_not_told_again)
{
  expect("{" CAUSE ",\"fact\":{\"what\":\"accepted\",\"who\":\"av-1\",\"crew\":\"av-1\",\"incident\":5},"
         "\"upserts\":[{\"offer\":{\"id\":\"5.1.o1\",\"incident\":5,\"crew\":\"av-1\",\"state\":\"accepted\","
         "\"offered_at_ms\":\"2023-05-18T01:11:00.000Z\"}},"
         "{\"offer\":{\"id\":\"5.1.o2\",\"incident\":5,\"crew\":\"av-2\",\"state\":\"withdrawn\"}}]}",
         "09:12:00  #5    accepted by av-1\n"
         "09:12:00  #5      no longer asks av-2\n");
}

Test(say, a_handover_names_both)
{
  expect("{" CAUSE
         ",\"fact\":{\"what\":\"handover-offered\",\"who\":\"av-1\",\"crew\":\"av-2\"},\"upserts\":["
         "{\"offer\":{\"id\":\"5.1.o2\",\"incident\":5,\"crew\":\"av-2\",\"from\":\"av-1\",\"handover\":true,"
         "\"state\":\"open\",\"offered_at_ms\":\"" AT "\"}},"
         "{\"alert\":{\"id\":\"5.av-2\",\"incident\":5,\"crew\":\"av-2\",\"state\":\"open\",\"updated_at_"
         "ms\":\"" AT "\",\"reasons\":[{\"why\":\"handover\",\"since_at_ms\":\"" AT "\"}]}}]}",
         "09:12:00        handover offered to av-2 by av-1\n"
         "09:12:00  #5      asks av-2 to take over from av-1\n");
}

// ---- life safety ----

#define CALL(crew, id)                                                                                       \
  ",{\"alert\":{\"id\":\"7." id "\",\"incident\":7,\"crew\":\"" crew "\",\"state\":\"open\","                \
  "\"updated_at_ms\":\"" AT "\",\"reasons\":[{\"why\":\"life-safety\",\"since_at_ms\":\"" AT "\"}]}}"
#define FIRE                                                                                                 \
  "{" CAUSE ",\"fact\":{\"what\":\"reported\",\"incident\":7,\"zone\":\"lobby\",\"crew\":\"medic-1\"},"      \
  "\"upserts\":[{\"incident\":{\"id\":\"7\",\"number\":7,\"zone\":\"lobby\",\"category\":\"fire\","          \
  "\"severity\":4,\"life_safety\":true,\"text\":\"smoke\"}},"                                                \
  "{\"attempt\":{\"id\":\"7.1\",\"incident\":7,\"by_default\":true,\"decision\":\"Evacuate.\"}}" CALL(       \
      "medic-1", "medic-1") CALL("control-1", "control-1") CALL("onsite-1", "onsite-1")                      \
      CALL("", "control-room") ",{\"offer\":{\"id\":\"7.1.o1\",\"incident\":7,\"crew\":\"guard-1\","         \
                               "\"state\":\"accepted\",\"assigned\":true,\"offered_at_ms\":\"" AT "\"}}]}"

Test(say, everybody_called_at_second_zero_is_named)
{
  expect(FIRE, "09:12:00  #7    reported @Lobby  [Fire, severity 4, LIFE SAFETY] smoke\n"
               "09:12:00  #7      emergency numbers: 119 120; the handbook decides: Evacuate.\n"
               "09:12:00  #7      sends guard-1\n"
               "09:12:00  #7      calls medic-1: life safety\n"
               "09:12:00  #7      calls control-1: life safety\n"
               "09:12:00  #7      calls onsite-1: life safety\n"
               "09:12:00  #7      calls the control room, loudly: life safety\n");
  expect_hant(FIRE, "09:12:00  #7    已上報 @大廳  [火情，級別 4，生命安全] smoke\n"
                    "09:12:00  #7      緊急電話： 119 120；手冊定案：疏散。\n"
                    "09:12:00  #7      直接派出 guard-1\n"
                    "09:12:00  #7      呼叫 medic-1：生命安全\n"
                    "09:12:00  #7      呼叫 control-1：生命安全\n"
                    "09:12:00  #7      呼叫 onsite-1：生命安全\n"
                    "09:12:00  #7      呼叫 總控室（響鈴）：生命安全\n");
}

Test(say, a_repeated_call_is_a_call)
{
  expect("{" CAUSE ",\"fact\":{\"what\":\"called-again\",\"incident\":7,\"crew\":\"medic-1\"},\"upserts\":["
         "{\"alert\":{\"id\":\"7.medic-1\",\"incident\":7,\"crew\":\"medic-1\",\"state\":\"open\","
         "\"updated_at_ms\":\"" AT "\",\"reasons\":[{\"why\":\"life-safety\","
         "\"since_at_ms\":\"2023-05-18T01:10:00.000Z\"}]}}]}",
         "09:12:00  #7    called again\n"
         "09:12:00  #7      calls medic-1: life safety\n");
}

// ---- tiers and levels ----

#define CLIMBED                                                                                              \
  "{" CAUSE ",\"fact\":{\"what\":\"climbed\",\"incident\":9,\"zone\":\"lobby\",\"promise\":\"respond\","     \
  "\"crew\":\"super-1\"},\"upserts\":[{\"deadline\":{\"id\":\"9.1.respond\",\"incident\":9,"                 \
  "\"promise\":\"respond\",\"due_at_ms\":\"2023-05-18T01:10:00.000Z\",\"outcome\":\"running\"}},"            \
  "{\"alert\":{\"id\":\"9.super-1\",\"incident\":9,\"crew\":\"super-1\",\"state\":\"open\","                 \
  "\"updated_at_ms\":\"" AT "\",\"in_digest\":true,\"reasons\":["                                            \
  "{\"why\":\"breach\",\"promise\":\"decide\",\"deadline\":\"9.1.decide\",\"level\":\"supervisor\","         \
  "\"since_at_ms\":\"2023-05-18T01:11:00.000Z\"},"                                                           \
  "{\"why\":\"breach\",\"promise\":\"respond\",\"deadline\":\"9.1.respond\",\"level\":\"supervisor\","       \
  "\"called_before\":\"onsite-1\",\"since_at_ms\":\"" AT "\"}]}},"                                           \
  "{\"alert\":{\"id\":\"digest.super-1\",\"crew\":\"super-1\",\"state\":\"open\",\"updated_at_ms\":\"" AT    \
  "\",\"digest\":[7,8,9]}}]}"

Test(say, a_climb_says_whom_it_calls_as_what_for_which_tier)
{
  expect(CLIMBED,
         "09:12:00  #9    escalated: tier 1 (respond) @Lobby\n"
         "09:12:00  #9      calls super-1 as supervisor: tier 1 (respond) late, due 09:10:00, after onsite-1"
         "; one call about #7 #8 #9\n");
  expect_hans(CLIMBED,
              "09:12:00  #9    已升级：一级响应 @大厅\n"
              "09:12:00  #9      呼叫 super-1（主管）：一级响应 已超时，期限 09:10:00，先前已呼叫 onsite-1"
              "；合并呼叫： #7 #8 #9\n");
}

#define PASSED_OVER                                                                                          \
  "{" CAUSE ",\"fact\":{\"what\":\"breached\",\"incident\":9,\"promise\":\"land\",\"late_ms\":\"1h\"},"      \
  "\"upserts\":[{\"note\":{\"id\":\"9.n1\",\"incident\":9,\"kind\":\"passed-over\",\"at_ms\":\"" AT          \
  "\",\"text\":\"onsite-lead, supervisor\"}},"                                                               \
  "{\"alert\":{\"id\":\"9.last-resort\",\"incident\":9,\"state\":\"open\",\"contact\":\"555 8000\","         \
  "\"updated_at_ms\":\"" AT "\",\"reasons\":[{\"why\":\"last-resort\",\"promise\":\"land\","                 \
  "\"deadline\":\"9.1.land\",\"level\":\"control\",\"since_at_ms\":\"" AT "\"}]}}]}"

Test(say, empty_levels_and_the_last_resort)
{
  expect(PASSED_OVER, "09:12:00  #9    late: tier 3 (land), noticed 1h after the limit\n"
                      "09:12:00  #9      nobody is on duty as onsite-lead, Supervisor\n"
                      "09:12:00  #9      calls the last resort Duty office (555 8000): tier 3 (land) nobody "
                      "else is left to call\n");
}

// ---- held by; late entries ----

#define LATE_ENTRY                                                                                           \
  "{" CAUSE ",\"fact\":{\"what\":\"landed\",\"who\":\"onsite-1\",\"incident\":9,\"promise\":\"land\","       \
  "\"crew\":\"av-1\",\"text\":\"fixed\",\"at_ms\":\"2023-05-18T01:02:00.000Z\"},\"upserts\":["               \
  "{\"incident\":{\"id\":\"9\",\"number\":9,\"holder\":\"av-1\"}},"                                          \
  "{\"deadline\":{\"id\":\"9.1.land\",\"incident\":9,\"promise\":\"land\",\"outcome\":\"met-reported-"       \
  "late\","                                                                                                  \
  "\"due_at_ms\":\"2023-05-18T01:10:00.000Z\",\"met_at_ms\":\"2023-05-18T01:02:00.000Z\","                   \
  "\"met_recorded_at_ms\":\"" AT "\",\"shares\":[{\"who\":\"onsite\",\"held_ms\":\"660042ms\"}]}}]}"

Test(say, what_is_told_late_shows_both_times)
{
  expect(LATE_ENTRY,
         "09:12:00  #9    landed: tier 3 (land) by onsite-1, held by av-1 (done at 09:02:00, told now)"
         "  fixed\n"
         "09:12:00  #9      tier 3 (land): met, reported late; due 09:10:00, done 09:02:00, told 09:12:00"
         "; clock: On-site group 11m\n");
  expect_hant(LATE_ENTRY,
              "09:12:00  #9    已落地：三級落地 由 onsite-1，負責人 av-1（09:02:00 已做，現補錄）  已修復\n"
              "09:12:00  #9      三級落地：按時（補錄）；期限 09:10:00，完成 09:02:00，錄入 09:12:00"
              "；耗時：現場組 11m\n");
}

Test(say, a_step_past_its_limit_says_by_how_much)
{
  expect("{" CAUSE
         ",\"fact\":{\"what\":\"responded\",\"who\":\"av-1\",\"incident\":9,\"promise\":\"respond\"},"
         "\"upserts\":[{\"deadline\":{\"id\":\"9.1.respond\",\"incident\":9,\"promise\":\"respond\","
         "\"outcome\":\"missed\",\"due_at_ms\":\"2023-05-18T01:10:00.000Z\",\"met_at_ms\":\"" AT
         "\",\"met_recorded_at_ms\":\"" AT "\",\"shares\":[{\"who\":\"unowned\",\"held_ms\":\"7m\"}]}}]}",
         "09:12:00  #9    taken up: tier 1 (respond) by av-1\n"
         "09:12:00  #9      tier 1 (respond): 2m late; due 09:10:00, done 09:12:00; clock: unowned 7m\n");
}

// ---- people, marks, silence ----

Test(say, a_person_is_the_subject)
{
  expect(
      "{" CAUSE
      ",\"fact\":{\"what\":\"reach-set\",\"who\":\"control-1\",\"crew\":\"net-1\",\"text\":\"radio-dead\"}}",
      "09:12:00        reachability changed: net-1, radio dead by control-1\n");
  expect("{" CAUSE ",\"fact\":{\"what\":\"placed\",\"who\":\"av-1\",\"crew\":\"av-1\",\"zone\":\"lobby\"}}",
         "09:12:00        av-1 is at @Lobby\n");
  expect("{" CAUSE ",\"fact\":{\"what\":\"heard\",\"who\":\"super-1\"}}",
         "09:12:00        heard all calls by super-1\n");
}

Test(say, a_mark_stands_before_the_words)
{
  expect_marked(VD__LANGUAGE__LANGUAGE_EN, "(not kept) ",
                "{" CAUSE ",\"fact\":{\"what\":\"breached\",\"incident\":9,\"promise\":\"decide\"}}",
                "09:12:00  #9    (not kept) late: tier 2 (decide)\n");
}

// Nothing is known of the plan, as where it could not be had: ids stand for names.
Test(say, without_a_plan_ids_stand_for_names)
{
  expect_said(
      VD__LANGUAGE__LANGUAGE_EN, NULL, "", LATE_ENTRY,
      "09:12:00  #9    landed: tier 3 (land) by onsite-1, held by av-1 (done at 09:02:00, told now)"
      "  fixed\n"
      "09:12:00  #9      tier 3 (land): met, reported late; due 09:10:00, done 09:02:00, told 09:12:00"
      "; clock: onsite 11m\n");
  expect_said(VD__LANGUAGE__LANGUAGE_EN, NULL, "", REPORTED,
              "09:12:00  #5    reported @lobby by onsite-1 (radio)  [av-fault, severity 3] no slides"
              "  (looks like #4)  (to complete: category)\n"
              "09:12:00  #5      asks av-1 to take it, 45s away, answer due 09:13:00\n");
  expect_said(
      VD__LANGUAGE__LANGUAGE_EN, NULL, "", PASSED_OVER,
      "09:12:00  #9    late: tier 3 (land), noticed 1h after the limit\n"
      "09:12:00  #9      nobody is on duty as onsite-lead, supervisor\n"
      "09:12:00  #9      calls the last resort (555 8000): tier 3 (land) nobody else is left to call\n");
}

Test(say, nobody_would_say_it)
{
  expect("{" CAUSE "}", "");
}
