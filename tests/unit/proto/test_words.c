#include <criterion/criterion.h>

#include <string.h>

#include "proto/check.h"
#include "proto/text.h"
#include "proto/words.h"

static const Vd__Language chinese[] = {VD__LANGUAGE__LANGUAGE_ZH_HANT, VD__LANGUAGE__LANGUAGE_ZH_HANS};

static const ProtobufCEnumDescriptor *const enums[] = {
    &vd__language__descriptor,
    &vd__promise__descriptor,
    &vd__family__descriptor,
    &vd__duty__descriptor,
    &vd__reach__descriptor,
    &vd__source__descriptor,
    &vd__landing__descriptor,
    &vd__incident_state__descriptor,
    &vd__outcome__descriptor,
    &vd__level__descriptor,
    &vd__alert_state__descriptor,
    &vd__alert_why__descriptor,
    &vd__offer_state__descriptor,
    &vd__note_kind__descriptor,
    &vd__role__descriptor,
    &vd__kind__descriptor,
    &vd__zone_status__descriptor,
    &vd__task_kind__descriptor,
    &vd__task_state__descriptor,
    &vd__batch_state__descriptor,
    &vd__device_state__descriptor,
    &vd__session_state__descriptor,
    &vd__session_kind__descriptor,
    &vd__notice_state__descriptor,
    &vd__lane_kind__descriptor,
    &vd__lane_state__descriptor,
    &vd__suggestion_kind__descriptor,
    &vd__suggestion_state__descriptor,
    &vd__node__descriptor,
    &vd__contingency_state__descriptor,
    &vd__step_state__descriptor,
    &vd__cap_severity__descriptor,
};

static bool has_latin(const char *words)
{
  for (; *words != '\0'; words++)
    if ((*words >= 'a' && *words <= 'z') || (*words >= 'A' && *words <= 'Z'))
      return true;
  return false;
}

Test(words, every_value_has_words_in_each_language)
{
  for (size_t i = 0; i < sizeof enums / sizeof *enums; i++) {
    for (unsigned v = 0; v < enums[i]->n_values; v++) {
      int value = enums[i]->values[v].value;
      if (value == 0)
        continue;
      const char *english = vd_enum_words(enums[i], value, VD__LANGUAGE__LANGUAGE_EN);
      cr_expect_str_not_empty(english);
      for (size_t l = 0; l < 2; l++) {
        const char *words = vd_enum_words(enums[i], value, chinese[l]);
        cr_expect_not(has_latin(words), "%s: %s", enums[i]->values[v].name, words);
        cr_expect(vd_text_is_clean(words, strlen(words), false), "%s", words);
      }
    }
  }
}

Test(words, the_languages_are_told_apart)
{
  const ProtobufCEnumDescriptor *type = &vd__outcome__descriptor;
  cr_expect_str_eq(vd_enum_words(type, VD__OUTCOME__OUTCOME_MISSED, VD__LANGUAGE__LANGUAGE_UNSPECIFIED),
                   "missed");
  cr_expect_str_eq(vd_enum_words(type, VD__OUTCOME__OUTCOME_MISSED, VD__LANGUAGE__LANGUAGE_ZH_HANT), "逾時");
  cr_expect_str_eq(vd_enum_words(type, VD__OUTCOME__OUTCOME_MISSED, VD__LANGUAGE__LANGUAGE_ZH_HANS), "超时");
  cr_expect_str_empty(vd_enum_words(type, 0, VD__LANGUAGE__LANGUAGE_EN));
  cr_expect_str_eq(vd_enum_words(type, 99, VD__LANGUAGE__LANGUAGE_EN), "?");
}

static void expect_reason(const char *reason, Vd__Language language, const char *expected)
{
  struct vd_buffer out = {0};
  vd_reason_words(&out, reason, language);
  vd_buffer_append(&out, "", 1);
  cr_expect_str_eq((char *)out.data, expected, "%s", reason);
  vd_buffer_finish(&out);
}

Test(words, reasons)
{
  expect_reason("on-duty", VD__LANGUAGE__LANGUAGE_EN, "on duty");
  expect_reason("on-duty", VD__LANGUAGE__LANGUAGE_ZH_HANS, "在岗");
  expect_reason("walk:90s", VD__LANGUAGE__LANGUAGE_EN, "1m30s away");
  expect_reason("walk:90s", VD__LANGUAGE__LANGUAGE_ZH_HANT, "步行 1m30s");
  expect_reason("walk:0s", VD__LANGUAGE__LANGUAGE_EN, "is there");
  expect_reason("eta:9000s", VD__LANGUAGE__LANGUAGE_EN, "there in 2h30m");
  expect_reason("eta:0s", VD__LANGUAGE__LANGUAGE_EN, "is there");
  expect_reason("after-limit:90s", VD__LANGUAGE__LANGUAGE_ZH_HANS, "超出时限 1m30s");
  expect_reason("crew-late:90s", VD__LANGUAGE__LANGUAGE_EN, "the nearest comes 1m30s too late");
  expect_reason("walk:unknown", VD__LANGUAGE__LANGUAGE_ZH_HANT, "路程未知");
  expect_reason("skill:30s", VD__LANGUAGE__LANGUAGE_EN, "has skill 30s");
  expect_reason("no-skill:av", VD__LANGUAGE__LANGUAGE_ZH_HANS, "不具备技能 av");
  expect_reason("load:2", VD__LANGUAGE__LANGUAGE_EN, "holds 2");
  expect_reason("of-tomorrow:7", VD__LANGUAGE__LANGUAGE_EN, "of-tomorrow:7");
  expect_reason("#41", VD__LANGUAGE__LANGUAGE_ZH_HANT, "#41");
}

Test(words, reasons_of_what_happens_live)
{
  expect_reason("by:-5m", VD__LANGUAGE__LANGUAGE_EN, "5m earlier");
  expect_reason("by:10m", VD__LANGUAGE__LANGUAGE_ZH_HANS, "顺延 10m");
  expect_reason("overlap:keynote-2", VD__LANGUAGE__LANGUAGE_ZH_HANT, "與 keynote-2 衝突");
  expect_reason("runs-out:4m", VD__LANGUAGE__LANGUAGE_EN, "runs out in 4m");
  expect_reason("runs-out:0s", VD__LANGUAGE__LANGUAGE_ZH_HANS, "已耗尽");
  expect_reason("mean-error-permille:42", VD__LANGUAGE__LANGUAGE_ZH_HANT, "預測平均誤差 4.2%");
  expect_reason("celsius:63.500", VD__LANGUAGE__LANGUAGE_EN, "63.5 °C");
  expect_reason("celsius:-18.000", VD__LANGUAGE__LANGUAGE_EN, "-18 °C");
  expect_reason("open:general-3", VD__LANGUAGE__LANGUAGE_EN, "open general-3");
  expect_reason("open", VD__LANGUAGE__LANGUAGE_ZH_HANT, "開放");
  expect_reason("wait:12m30s", VD__LANGUAGE__LANGUAGE_ZH_HANS, "预计等候 12m30s");
  expect_reason("from: the caterer", VD__LANGUAGE__LANGUAGE_ZH_HANT,
                "from: the caterer"); // people's own words
}

// docs/protocol.md lists them; none of them is left in English.
Test(words, every_reason_is_chinese_in_chinese)
{
  static const char *const known[] = {
      "on-duty",      "free",         "walk:90s",    "walk:unknown", "load:1",           "offered:1",
      "radio-only",   "off-duty",     "on-break",    "unreachable",  "holds-severity-4", "other-zone",
      "other-team",   "holds-it",     "declined",    "unanswered",   "refilled",         "runs-out:0s",
      "stale:0s",     "level:4",      "people:9",    "holds:9",      "under-weight:100", "no-break:1",
      "cancelled:2",  "following:1",  "held:1",      "on-again:1",   "batch-left:1",     "counts:3",
      "checked-in:9", "seated:9",     "open",        "closed",       "printer-down",     "offline-list",
      "desks:2",      "open:3",       "move-from:2", "wait:1",       "expected:1",       "measured:1",
      "helped",       "did-not-help", "uncounted",   "queue-gone",   "overtaken",        "lane-closed",
      "lane-retired"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    for (size_t l = 0; l < 2; l++) {
      struct vd_buffer out = {0};
      vd_reason_words(&out, known[i], chinese[l]);
      vd_buffer_append(&out, "", 1);
      bool is_walk = strncmp(known[i], "walk:9", 6) == 0; // its unit is m and s
      cr_expect(is_walk || !has_latin((char *)out.data), "%s: %s", known[i], (char *)out.data);
      vd_buffer_finish(&out);
    }
  }
}
