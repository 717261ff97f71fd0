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
  put(fold, "{\"session\":{\"id\":\"opening\",\"revision\":1,\"title\":{\"en\":\"Opening\","
            "\"zh_hant\":\"開幕式\",\"zh_hans\":\"开幕式\"}}}");
  put(fold, "{\"supply\":{\"id\":\"coffee\",\"revision\":1,\"name\":{\"en\":\"Coffee\",\"zh_hant\":\"咖啡\","
            "\"zh_hans\":\"咖啡\"}}}");
  put(fold,
      "{\"device\":{\"id\":\"proj-1\",\"revision\":1,\"name\":{\"en\":\"Projector\",\"zh_hant\":\"投影機\","
      "\"zh_hans\":\"投影仪\"}}}");
  put(fold, "{\"lane\":{\"id\":\"general-1\",\"revision\":1,\"name\":{\"en\":\"General "
            "1\",\"zh_hant\":\"普通1\",\"zh_hans\":\"普通1\"}}}");
  put(fold, "{\"lane\":{\"id\":\"general-3\",\"revision\":1,\"name\":{\"en\":\"General "
            "3\",\"zh_hant\":\"普通3\",\"zh_hans\":\"普通3\"}}}");
  put(fold, "{\"task\":{\"id\":\"t7\",\"revision\":1,\"kind\":\"refill\",\"subject\":\"coffee\"}}");
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

// ---- the live venue ----

#define THREAD(subject, crew, why)                                                                           \
  "{\"alert\":{\"id\":\"" subject "." crew "\",\"subject\":\"" subject "\",\"crew\":\"" crew                 \
  "\",\"state\":\"open\","                                                                                   \
  "\"updated_at_ms\":\"" AT "\",\"reasons\":[{\"why\":\"" why "\",\"since_at_ms\":\"" AT "\"}]}}"

#define SHIFTED                                                                                               \
  "{" CAUSE ",\"fact\":{\"what\":\"session-shifted\",\"who\":\"control-1\",\"zone\":\"lobby\","               \
  "\"text\":\"opening\",\"why\":[\"by:-10m\",\"overlap:keynote\"]},\"upserts\":["                             \
  "{\"session\":{\"id\":\"opening\",\"revision\":2,\"title\":{\"en\":\"Opening\",\"zh_hant\":\"開幕式\"}," \
  "\"start_at_ms\":\"2023-05-18T01:20:00.000Z\",\"end_at_ms\":\"2023-05-18T02:00:00.000Z\"}},"                \
  "{\"notice\":{\"id\":\"n2\",\"number\":2,\"sessions\":[\"opening\"],\"zones\":[\"lobby\"],"                 \
  "\"opened_at_ms\":\"" AT "\"}}," THREAD("overlap.opening", "control-1", "conflict") "]}"

Test(say, a_session_has_its_title_and_what_collides_is_called_out)
{
  expect(SHIFTED,
         "09:12:00        session moved by control-1: Opening (opening), now 09:20–10:00 @Lobby"
         "  (10m earlier, collides with keynote)\n"
         "09:12:00          calls control-1 about Opening (opening): sessions collide\n"
         "09:12:00  n2      drafts a notice to attendees: Opening (opening) 09:20; the way round Lobby\n");
  expect_hant(SHIFTED, "09:12:00        議程改期 由 control-1：開幕式（opening），現為 09:20–10:00 @大廳"
                       "（提前 10m，與 keynote 衝突）\n"
                       "09:12:00          呼叫 control-1，關於 開幕式（opening）：議程衝突\n"
                       "09:12:00  n2      草擬觀眾通知：開幕式（opening） 09:20；繞行 大廳\n");
}

#define DEVICE                                                                                               \
  "{" CAUSE ",\"fact\":{\"what\":\"device-fault\",\"who\":\"bridge-1\",\"zone\":\"lobby\",\"incident\":9,"   \
  "\"text\":\"proj-1: temperature 86 °C, over 85 °C\"},\"upserts\":[{\"incident\":{\"id\":\"9\","          \
  "\"number\":9,\"zone\":\"lobby\",\"category\":\"fire\",\"severity\":3,\"device\":\"proj-1\"}}]}"

Test(say, a_device_says_itself_what_speaks_against_it)
{
  expect(DEVICE, "09:12:00  #9    device faulty: Projector (proj-1), temperature 86 °C, over 85 °C @Lobby"
                 "  [Fire, severity 3]\n");
  expect_hans(DEVICE, "09:12:00  #9    设备故障：投影仪（proj-1），温度 86 °C，高于 85 °C @大厅"
                      "  [火情，级别 3]\n");
  expect("{" CAUSE ",\"fact\":{\"what\":\"device-maintenance\",\"text\":\"proj-1: in maintenance until "
         "2023-05-18T10:00:00.000Z\"}}",
         "09:12:00        device in maintenance: Projector (proj-1), until 05-18 18:00\n");
  expect_hant("{" CAUSE ",\"fact\":{\"what\":\"device-maintenance\",\"text\":\"proj-1: ended\"}}",
              "09:12:00        維護結束：投影機（proj-1）\n");
  expect("{" CAUSE ",\"fact\":{\"what\":\"readings-kept\",\"who\":\"bridge-1\"}}", ""); // for the record
}

#define SERVED                                                                                               \
  "{" CAUSE                                                                                                  \
  ",\"fact\":{\"what\":\"batch-served\",\"who\":\"tea-1\",\"zone\":\"lobby\",\"text\":\"coffee.b3\"},"       \
  "\"upserts\":[{\"task\":{\"id\":\"t8\",\"kind\":\"sample\",\"subject\":\"coffee.b3\",\"crew\":\"tea-1\"}}" \
  ","                                                                                                        \
  "{\"deadline\":{\"id\":\"t8.done\",\"subject\":\"t8\",\"promise\":\"sample\",\"outcome\":\"running\","     \
  "\"due_at_ms\":\"2023-05-18T01:27:00.000Z\"}}," THREAD("t8", "tea-1", "task") "]}"

Test(say, a_task_stands_by_its_number)
{
  expect(SERVED,
         "09:12:00        batch served by tea-1: Coffee, batch 3 (coffee.b3) @Lobby\n"
         "09:12:00  t8      asks tea-1 to do it: food sample of Coffee, batch 3 (coffee.b3), due 09:27:00\n");
  expect_hant(SERVED, "09:12:00        批次已供應 由 tea-1：咖啡第 3 批（coffee.b3） @大廳\n"
                      "09:12:00  t8      請 tea-1 執行：咖啡第 3 批（coffee.b3）留樣，期限 09:27:00\n");
  expect(
      "{" CAUSE
      ",\"fact\":{\"what\":\"breached\",\"subject\":\"t7\",\"promise\":\"refill\",\"zone\":\"lobby\"},"
      "\"upserts\":[{\"deadline\":{\"id\":\"t7.done\",\"subject\":\"t7\",\"promise\":\"refill\",\"outcome\":"
      "\"running\",\"due_at_ms\":\"" AT
      "\"}},{\"alert\":{\"id\":\"t7.lead\",\"subject\":\"t7\",\"crew\":\"lead\","
      "\"state\":\"open\",\"updated_at_ms\":\"" AT
      "\",\"reasons\":[{\"why\":\"breach\",\"promise\":\"refill\","
      "\"deadline\":\"t7.done\",\"level\":\"lead\",\"called_before\":\"tea-1\",\"since_at_ms\":\"" AT
      "\"}]}}]}",
      "09:12:00  t7    late: refill of Coffee (coffee) @Lobby\n"
      "09:12:00  t7      calls lead as lead: late, due 09:12:00, after tea-1\n");
  expect_hans(
      "{" CAUSE
      ",\"fact\":{\"what\":\"task-opened\",\"subject\":\"t7\",\"promise\":\"refill\",\"text\":\"coffee\","
      "\"why\":[\"level:12\",\"runs-out:8m\"]}}",
      "09:12:00  t7    任务已建立：咖啡（coffee）补给（存量 12，8m 后耗尽）\n");
}

#define CROWDED                                                                                              \
  "{" CAUSE ",\"fact\":{\"what\":\"crowded\",\"zone\":\"lobby\",\"why\":[\"people:96\",\"holds:100\"]},"     \
  "\"upserts\":[{\"note\":{\"id\":\"log.n1\",\"kind\":\"passed-over\",\"at_ms\":\"" AT "\",\"text\":"        \
  "\"zone.lobby: onsite-lead\"}}," THREAD("zone.lobby", "super-1", "crowded") "]}"

Test(say, a_zone_is_named_and_the_columns_stay)
{
  expect(CROWDED, "09:12:00        crowded: Lobby  (96 people, room for 100)\n"
                  "09:12:00          nobody is on duty as onsite-lead\n"
                  "09:12:00          calls super-1 about Lobby: crowded\n");
  expect_hans(CROWDED, "09:12:00        拥挤：大厅（96 人，可容纳 100 人）\n"
                       "09:12:00          无人在岗：onsite-lead\n"
                       "09:12:00          呼叫 super-1，关于 大厅：拥挤\n");
  expect("{" CAUSE
         ",\"fact\":{\"what\":\"zone-set\",\"who\":\"av-1\",\"zone\":\"lobby\",\"text\":\"closed\"}}",
         "09:12:00        zone changed by av-1: Lobby, closed\n");
  expect_hant("{" CAUSE ",\"fact\":{\"what\":\"heard\",\"who\":\"super-1\",\"subject\":\"zone.lobby\"}}",
              "09:12:00        已收到：大廳 由 super-1\n");
}

Test(say, what_was_undone_is_said_with_the_times_that_hold_again)
{
  expect("{" CAUSE ",\"fact\":{\"what\":\"session-undone\",\"who\":\"control-1\",\"zone\":\"lobby\","
         "\"text\":\"opening\",\"why\":[\"undone-shift\",\"following:keynote\"]},\"upserts\":["
         "{\"session\":{\"id\":\"opening\",\"revision\":2,\"title\":{\"en\":\"Opening\"},"
         "\"start_at_ms\":\"2023-05-18T01:20:00.000Z\",\"end_at_ms\":\"2023-05-18T02:00:00.000Z\"}}]}",
         "09:12:00        session act undone by control-1: Opening (opening), now 09:20–10:00 @Lobby"
         "  (its shift, keynote too)\n");
}

Test(say, a_notice_stands_by_its_number)
{
  expect("{" CAUSE
         ",\"fact\":{\"what\":\"notice-approved\",\"who\":\"control-1\",\"text\":\"n2\"},\"upserts\":["
         "{\"notice\":{\"id\":\"n2\",\"sessions\":[\"opening\"],\"leaves_at_ms\":\"2023-05-18T01:20:00."
         "000Z\"}}]}",
         "09:12:00  n2    attendee notice approved by control-1, goes out at 09:20:00\n");
  expect_hant("{" CAUSE
              ",\"fact\":{\"what\":\"notice-waiting\",\"text\":\"n2\"},\"upserts\":[{\"notice\":{\"id\":"
              "\"n2\",\"sessions\":[\"opening\",\"a\",\"b\",\"c\"],\"more\":2}}," THREAD(
                  "notice.n2", "control-1", "notice") "]}",
              "09:12:00  n2    通知待批准：開幕式（opening）、a、b等 6 項\n"
              "09:12:00  n2      呼叫 control-1：通知待批准\n");
}

#define SUGGESTION(what, who, kind, other, why, more)                                                        \
  "{" CAUSE ",\"fact\":{\"what\":\"" what "\",\"who\":\"" who "\",\"zone\":\"lobby\",\"subject\":\"s1\","    \
  "\"text\":\"general-1\",\"why\":[" why "]},\"upserts\":[{\"suggestion\":{\"id\":\"s1\",\"number\":1,"      \
  "\"kind\":\"" kind "\",\"lane\":\"general-1\",\"other\":\"" other "\"}}" more "]}"

#define WAITS "\"wait:12m\",\"expected:5m\""

Test(say, a_suggestion_says_which_lane_or_desk_and_what_it_is_good_for)
{
  static const char suggested[] =
      SUGGESTION("suggested", "", "open-lane", "general-3", "\"open:general-3\"," WAITS,
                 "," THREAD("lane.general-1", "lead", "suggestion"));
  expect(suggested,
         "09:12:00  s1    suggestion made: open General 3 (general-3) for General 1 (general-1) @Lobby"
         "  (a wait of 12m ahead, 5m expected with it)\n"
         "09:12:00          calls lead about General 1 (general-1): suggestion for check-in\n");
  expect_hant(suggested, "09:12:00  s1    已提建議：開放 普通3（general-3），分流 普通1（general-1） @大廳"
                         "（預計等候 12m，採納後預期 5m）\n"
                         "09:12:00          呼叫 lead，關於 普通1（general-1）：簽到建議\n");
  expect_hans(
      SUGGESTION("suggestion-taken", "lead", "move-staff", "general-3", "\"move-from:general-3\"," WAITS, ""),
      "09:12:00  s1    建议已采纳 由 lead：自 普通3（general-3） 调一个柜台至 普通1（general-1） @大厅"
      "（预计等候 12m，采纳后预期 5m）\n");
}

Test(say, a_suggestion_says_what_became_of_it)
{
  expect(SUGGESTION("suggestion-measured", "", "move-staff", "general-3",
                    "\"helped\"," WAITS ",\"measured:4m\"", ""),
         "09:12:00  s1    effect measured: move a desk from General 3 (general-3) to General 1 (general-1) "
         "@Lobby"
         "  (it helped, a wait of 12m ahead, 5m expected with it, 4m measured)\n");
  expect_hant(SUGGESTION("suggestion-measured", "", "open-lane", "general-3", "\"uncounted\"", ""),
              "09:12:00  s1    效果已衡量：開放 普通3（general-3），分流 普通1（general-1） @大廳"
              "（其後未計數，無法得知）\n");
  expect_hans(
      SUGGESTION("suggestion-passed", "", "open-lane", "general-3", "\"unanswered\"", ""),
      "09:12:00  s1    建议未采纳：开放 普通3（general-3），分流 普通1（general-1） @大厅（未回应）\n");
  expect(SUGGESTION("suggestion-passed", "lead", "open-lane", "general-3", "\"nobody is free for it\"", ""),
         "09:12:00  s1    suggestion not taken by lead: open General 3 (general-3) for General 1 (general-1) "
         "@Lobby"
         "  (nobody is free for it)\n"); // people's own words
}

// Of a suggestion that may not be seen the fact still says what there is.
Test(say, a_suggestion_that_is_not_at_hand)
{
  expect("{" CAUSE ",\"fact\":{\"what\":\"suggested\",\"subject\":\"s1\",\"text\":\"general-1\","
         "\"why\":[\"move-from:general-3\"]}}",
         "09:12:00  s1    suggestion made: General 1 (general-1)  (move a desk from general-3)\n");
}

Test(say, a_lane_is_named_where_there_is_one)
{
  expect("{" CAUSE
         ",\"fact\":{\"what\":\"lanes-counted\",\"who\":\"desk-1\",\"zone\":\"lobby\",\"text\":\"general-1\","
         "\"why\":[\"counts:1\",\"checked-in:40\",\"seated:145\"]}}",
         "09:12:00        check-in counted by desk-1: General 1 (general-1) @Lobby"
         "  (counts: 1, 40 checked in, 145 seated in all)\n");
  expect_hant("{" CAUSE ",\"fact\":{\"what\":\"lanes-counted\",\"who\":\"desk-1\","
              "\"why\":[\"counts:4\",\"checked-in:125\",\"seated:125\"]}}",
              "09:12:00        簽到已計數 由 desk-1（計數 4 筆，簽到 125 人，共入場 125 人）\n");
  expect_hans("{" CAUSE
              ",\"fact\":{\"what\":\"lane-set\",\"who\":\"lead\",\"zone\":\"lobby\",\"text\":\"general-3\","
              "\"why\":[\"printer-down\",\"desks:2\"]}}",
              "09:12:00        通道状态变更 由 lead：普通3（general-3） @大厅（打印机故障，柜台 2 个）\n");
}

#define COUNTED(suggestion)                                                                                  \
  "{" CAUSE ",\"fact\":{\"what\":\"lanes-counted\",\"who\":\"desk-1\",\"text\":\"general-1\"},\"upserts\":[" \
  "{\"suggestion\":{\"id\":\"s2\",\"kind\":\"open-lane\",\"lane\":\"general-1\",\"other\":\"general-"        \
  "3\"," suggestion "}}]}"

Test(say, what_a_count_brings_about_stands_below_it)
{
  static const char made[] = COUNTED("\"state\":\"open\",\"made_at_ms\":\"" AT "\",\"wait_ms\":\"12m\","
                                     "\"expected_ms\":\"5m\"");
  expect(made, "09:12:00        check-in counted by desk-1: General 1 (general-1)\n"
               "09:12:00  s2      suggests: open General 3 (general-3) for General 1 (general-1)"
               "  (a wait of 12m ahead, 5m expected with it)\n");
  expect_hans(
      COUNTED("\"state\":\"passed\",\"passed_at_ms\":\"" AT "\",\"reason\":\"queue-gone\""),
      "09:12:00        签到已计数 由 desk-1：普通1（general-1）\n"
      "09:12:00  s2      不再建议：开放 普通3（general-3），分流 普通1（general-1）（排队已自行消退）\n");
  expect(COUNTED("\"state\":\"taken\",\"made_at_ms\":\"" AT "\""), // told before
         "09:12:00        check-in counted by desk-1: General 1 (general-1)\n");
}

// ---- drills ----

Test(ctl_say, a_drill_says_so_first_on_every_line)
{
  static const char *const change =
      "{\"sequence\":7,\"cause\":{\"now_at_ms\":\"" AT "\",\"tick\":{}},"
      "\"fact\":{\"what\":\"breached\",\"incident\":42,\"zone\":\"lobby\",\"promise\":\"respond\",\"drill\":"
      "1},"
      "\"upserts\":[{\"alert\":{\"id\":\"42.lead-1\",\"incident\":42,\"crew\":\"lead-1\",\"state\":\"open\","
      "\"drill\":1,"
      "\"updated_at_ms\":\"" AT "\",\"reasons\":[{\"why\":\"breach\",\"promise\":\"respond\","
      "\"deadline\":\"42.1.respond\",\"since_at_ms\":\"" AT "\"}]}}]}";
  expect_marked(VD__LANGUAGE__LANGUAGE_EN, "", change,
                "09:12:00  #42   DRILL late: tier 1 (respond) @Lobby\n"
                "09:12:00  #42     DRILL calls lead-1: tier 1 (respond) late\n");
}
