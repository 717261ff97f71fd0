#include <criterion/criterion.h>

#include <string.h>

#include "proto/check.h"
#include "proto/facts.h"

static const Vd__Language languages[] = {VD__LANGUAGE__LANGUAGE_UNSPECIFIED, VD__LANGUAGE__LANGUAGE_EN,
                                         VD__LANGUAGE__LANGUAGE_ZH_HANT, VD__LANGUAGE__LANGUAGE_ZH_HANS};

Test(facts, each_has_a_name_of_its_own_and_words_in_each_language)
{
  for (int i = VD_FACT_NONE + 1; i < VD_FACT_COUNT; i++) {
    const char *name = vd_fact_name((enum vd_fact)i);
    cr_expect(vd_word_is_valid(name), "%s", name);
    for (int k = VD_FACT_NONE + 1; k < i; k++)
      cr_expect_str_neq(name, vd_fact_name((enum vd_fact)k));
    for (size_t l = 0; l < sizeof(languages) / sizeof(languages[0]); l++) {
      const char *words = vd_fact_words(name, languages[l]);
      cr_expect_str_not_empty(words);
      cr_expect(vd_text_is_clean(words, strlen(words), false), "%s", name);
    }
  }
}

Test(facts, the_languages_are_told_apart)
{
  cr_expect_str_eq(vd_fact_name(VD_FACT_LANDED), "landed");
  cr_expect_str_eq(vd_fact_words("handover-offered", VD__LANGUAGE__LANGUAGE_EN), "handover offered");
  cr_expect_str_eq(vd_fact_words("breached", VD__LANGUAGE__LANGUAGE_UNSPECIFIED), "late");
  cr_expect_str_eq(vd_fact_words("breached", VD__LANGUAGE__LANGUAGE_ZH_HANT), "已逾時");
  cr_expect_str_eq(vd_fact_words("breached", VD__LANGUAGE__LANGUAGE_ZH_HANS), "已超时");
  cr_expect_str_eq(vd_fact_words("breached", (Vd__Language)99), "late");
}

Test(facts, what_is_not_known_speaks_for_itself)
{
  const char *newer = "teleported";
  cr_expect_eq(vd_fact_words(newer, VD__LANGUAGE__LANGUAGE_EN), newer);
  cr_expect_str_empty(vd_fact_words("", VD__LANGUAGE__LANGUAGE_EN));
  cr_expect_str_empty(vd_fact_name(VD_FACT_NONE));
  cr_expect_str_empty(vd_fact_name(VD_FACT_COUNT));
  cr_expect_str_empty(vd_fact_name((enum vd_fact) - 1));
}
