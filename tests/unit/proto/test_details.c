#include <criterion/criterion.h>
#include <string.h>

#include "proto/details.h"

#define HANT VD__LANGUAGE__LANGUAGE_ZH_HANT
#define HANS VD__LANGUAGE__LANGUAGE_ZH_HANS

static void expect(const char *detail, Vd__Language language, const char *expected)
{
  struct vd_buffer out = {0};
  vd_detail_words(&out, detail, language);
  vd_buffer_append(&out, "", 1);
  cr_expect_str_eq((char *)out.data, expected, "%s", detail);
  vd_buffer_finish(&out);
}

Test(details, what_is_named_finds_its_place)
{
  expect("av-1 landed it", HANT, "由 av-1 落地");
  expect("av-1 landed it", HANS, "由 av-1 落地");
  expect("#41 is a duplicate of #7", HANT, "#41 重複於 #7");
  expect("Change 9 is of epoch 2, after one of 3", HANS, "变更 9 属第 2 次启动，却在第 3 次之后");
  expect("the checkpoint's crew av-1 differs from the Changes", HANT, "存檔中的 crew av-1 與變更不符");
}

Test(details, english_stays_english)
{
  expect("av-1 landed it", VD__LANGUAGE__LANGUAGE_EN, "av-1 landed it");
  expect("av-1 landed it", VD__LANGUAGE__LANGUAGE_UNSPECIFIED, "av-1 landed it");
  expect("av-1 landed it", (Vd__Language)99, "av-1 landed it"); // as a request may say
}

Test(details, a_file_and_its_line_stay_before_the_words)
{
  expect("a b.yaml:35:97: zones[1].capcity: unknown key; did you mean capacity?", HANT,
         "a b.yaml:35:97: zones[1].capcity: 未知的鍵；是否指 capacity？");
  expect("p.yaml:2:1: no valid YAML: block sequence", HANS, "p.yaml:2:1: 不是有效的 YAML：block sequence");
  expect("p.yaml:2:1: version: \"x: y\" is no whole number from 0 to 9", HANT,
         "p.yaml:2:1: version: \"x: y\" 不是 0 至 9 的整數");
  expect("p.yaml:2:1: supplies[0].par: \"-240\" is no whole number of 0 or more", HANT,
         "p.yaml:2:1: supplies[0].par: \"-240\" 不是不小於 0 的整數");
  expect("p.yaml:2:1: supplies[0].par: \"1\" is no whole number of 0 or more, unquoted", HANS,
         "p.yaml:2:1: supplies[0].par: \"1\" 不是不小于 0 的整数（不加引号）");
}

Test(details, what_the_system_says_is_a_detail_too)
{
  expect("making the folder /backup/x: Not a directory", HANT, "建立資料夾 /backup/x：不是資料夾");
  expect("/etc/shadow: Permission denied", HANS, "/etc/shadow: 权限不足");
}

Test(details, what_state_it_is_in_has_words)
{
  expect("opening is running", HANT, "opening：進行中");
  expect("coffee.b3 is sampled", HANS, "coffee.b3：已留样");
  expect("proj-main is in maintenance", HANT, "proj-main 維護中");
  expect("opening is over", HANT, "opening 已結束");
  expect("Morning talks: repeats without end: COUNT or UNTIL is needed", HANS,
         "Morning talks: 重复没有终点：须有 COUNT 或 UNTIL");
  expect("2100 in all, at most 2000", HANT, "共 2100 項，至多 2000 項");
}

Test(details, what_devices_are_said_to_do)
{
  expect("reported as of 2023-05-18T09:00:00.000+08:00", HANS, "补报，时刻为 2023-05-18T09:00:00.000+08:00");
  expect("proj-main would take over, but is at fault", HANT, "原由 proj-main 接替，但其故障");
  expect("proj-main fails again: temperature 86 °C, over 85 °C", HANT,
         "proj-main 再次故障：temperature 86 °C，高於 85 °C");
  expect("proj-main: heartbeat overdue since 09:41:05", HANS, "proj-main: 自 09:41:05 起无心跳");
}

Test(details, what_is_not_known_stays_as_it_is)
{
  expect("", HANT, "");
  expect("of tomorrow: all is different", HANT, "of tomorrow: all is different");
  expect("hall-mian", HANT, "hall-mian");
  expect("% %1 {0}", HANT, "% %1 {0}");
}

Test(details, what_is_wrong_with_lanes_and_their_counts)
{
  expect("1 to 200; without any it is closed", HANT, "須為 1 至 200；沒有櫃台即為關閉");
  expect("general-3 has changed: it would not help as it was meant", HANS,
         "general-3 已有变更：建议不再有预期的效果");
  expect("counts.csv: more than 1 MiB", HANT, "counts.csv：超過 1 MiB");
  expect("day 1/counts.csv:3:21: a whole number is expected", HANS, "day 1/counts.csv:3:21: 应为整数");
  expect("counts.csv:1:20: there is no column \"wating\"", HANT, "counts.csv:1:20: 沒有「wating」這一欄");
}
