#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "proto/check.h"
#include "proto/err.h"
#include "random_message.h"

// ---- the table ----

Test(err, each_has_a_name_of_its_own_and_a_sentence_in_each_language)
{
  for (int i = VD_OK; i < VD_ERR_COUNT; i++) {
    const char *name = vd_err_name((enum vd_err)i);
    cr_expect(vd_word_is_valid(name), "%s", name);
    cr_expect_eq(vd_err_from_name(name), i, "%s", name);
    for (int l = VD__LANGUAGE__LANGUAGE_UNSPECIFIED; l <= VD__LANGUAGE__LANGUAGE_ZH_HANS; l++) {
      const char *sentence = vd_err_sentence((enum vd_err)i, (Vd__Language)l);
      cr_expect_str_not_empty(sentence);
      cr_expect(vd_text_is_clean(sentence, strlen(sentence), false), "%s", name);
      bool is_english = l <= VD__LANGUAGE__LANGUAGE_EN;
      const char *end = is_english ? "." : "。";
      cr_expect_str_eq(sentence + strlen(sentence) - strlen(end), end, "%s", name);
    }
  }
}

Test(err, stable_names)
{
  cr_expect_str_eq(vd_err_name(VD_OK), "ok");
  cr_expect_str_eq(vd_err_name(VD_ERR_UNKNOWN_ZONE), "unknown-zone");
  cr_expect_str_eq(vd_err_sentence(VD_ERR_UNKNOWN_ZONE, VD__LANGUAGE__LANGUAGE_EN), "There is no such zone.");
  cr_expect_str_eq(vd_err_sentence(VD_ERR_UNKNOWN_ZONE, VD__LANGUAGE__LANGUAGE_ZH_HANT), "沒有此區域。");
  cr_expect_str_eq(vd_err_sentence(VD_ERR_UNKNOWN_ZONE, VD__LANGUAGE__LANGUAGE_ZH_HANS), "没有此区域。");
}

Test(err, what_is_not_known_is_internal)
{
  cr_expect_eq(vd_err_from_name("of-tomorrow"), VD_ERR_INTERNAL);
  cr_expect_eq(vd_err_from_name(""), VD_ERR_INTERNAL);
  cr_expect_str_eq(vd_err_name((enum vd_err)VD_ERR_COUNT), "internal");
  cr_expect_str_eq(vd_err_name((enum vd_err) - 1), "internal");
}

// ---- refusing ----

Test(refuse, fills_everything_and_returns_the_code)
{
  struct vd_refusal refusal = {.nearest = "left from before"};
  cr_expect_eq(vd_refuse(&refusal, VD_ERR_BAD_VALUE, "commands[0].at", "%d of %s", 7, "ten"),
               VD_ERR_BAD_VALUE);
  cr_expect_eq(refusal.err, VD_ERR_BAD_VALUE);
  cr_expect_str_eq(refusal.field, "commands[0].at");
  cr_expect_str_eq(refusal.detail, "7 of ten");
  cr_expect_str_empty(refusal.nearest);
}

Test(refuse, needs_neither_refusal_nor_words)
{
  cr_expect_eq(vd_refuse(NULL, VD_ERR_BUSY, "a", "b"), VD_ERR_BUSY);
  struct vd_refusal refusal;
  memset(&refusal, 'x', sizeof(refusal));
  cr_expect_eq(vd_refuse(&refusal, VD_ERR_BUSY, NULL, NULL), VD_ERR_BUSY);
  cr_expect_str_empty(refusal.field);
  cr_expect_str_empty(refusal.detail);
}

Test(refuse, may_quote_itself)
{
  struct vd_refusal refusal = {0};
  vd_refuse(&refusal, VD_ERR_BAD_PLAN, "zones", "no hall");
  vd_refuse(&refusal, VD_ERR_BAD_REQUEST, refusal.field, "plan: %s", refusal.detail);
  cr_expect_str_eq(refusal.field, "zones");
  cr_expect_str_eq(refusal.detail, "plan: no hall");
}

Test(refuse, cuts_between_characters)
{
  static const char *const characters[] = {"x", "é", "會", "😀"};
  for (size_t c = 0; c < 4; c++) {
    for (size_t shift = 0; shift < 8; shift++) {
      char text[400] = {0};
      memset(text, 'a', shift);
      while (strlen(text) + 4 < sizeof(text))
        memcpy(text + strlen(text), characters[c], strlen(characters[c]));
      struct vd_refusal refusal = {0};
      vd_refuse(&refusal, VD_ERR_BAD_TEXT, text, "%s", text);
      cr_expect(vd_text_is_clean(refusal.field, strlen(refusal.field), false), "%s after %zu", characters[c],
                shift);
      cr_expect(vd_text_is_clean(refusal.detail, strlen(refusal.detail), false), "%s after %zu",
                characters[c], shift);
      cr_expect_gt(strlen(refusal.field) + 4, sizeof(refusal.field) - 1, "no more is cut than must be");
      cr_expect_gt(strlen(refusal.detail) + 4, sizeof(refusal.detail) - 1);
    }
  }
}

Test(refuse, exactly_what_fits_is_not_cut)
{
  char text[96] = {0};
  memset(text, 'a', 93);
  memcpy(text + 93, "é", 2); // 95 bytes and the end
  struct vd_refusal refusal = {0};
  vd_refuse(&refusal, VD_ERR_BAD_TEXT, text, NULL);
  cr_expect_str_eq(refusal.field, text);
}

// ---- the nearest name ----

static const char *nearest(const char *name, const char *const *candidates)
{
  const char *best = NULL;
  unsigned best_distance = UINT32_MAX;
  for (; *candidates != NULL; candidates++)
    vd_nearest_consider(name, *candidates, &best, &best_distance);
  return best;
}

Test(nearest, finds_what_was_meant)
{
  const char *const zones[] = {"hall-main", "hall-side", "tea-break", "vip-room", NULL};
  cr_expect_str_eq(nearest("hall-mian", zones), "hall-main", "a swap");
  cr_expect_str_eq(nearest("hal-main", zones), "hall-main", "left out");
  cr_expect_str_eq(nearest("tea-breaks", zones), "tea-break", "too many");
  cr_expect_str_eq(nearest("vip-rowm", zones), "vip-room", "another");
  cr_expect_str_eq(nearest("vip-room", zones), "vip-room");
  cr_expect_null(nearest("kitchen", zones));
  cr_expect_null(nearest("", zones));
}

Test(nearest, at_most_a_third_may_be_wrong)
{
  const char *const names[] = {"abcdef", NULL};
  cr_expect_str_eq(nearest("abcdxy", names), "abcdef");
  cr_expect_null(nearest("abcxyz", names));
  cr_expect_null(nearest("ab", (const char *const[]){"ax", NULL}), "of two letters none");
}

Test(nearest, the_first_of_equals_stays)
{
  cr_expect_str_eq(nearest("hall-3", (const char *const[]){"hall-1", "hall-2", NULL}), "hall-1");
  cr_expect_str_eq(nearest("hall-3", (const char *const[]){"hall-1", "hall-3", "hall-3", NULL}), "hall-3");
}

Test(nearest, what_is_too_long_is_passed_over)
{
  char name[100] = {0};
  memset(name, 'a', 65);
  cr_expect_null(nearest(name, (const char *const[]){name, NULL}));
  name[64] = '\0';
  cr_expect_eq(nearest(name, (const char *const[]){name, NULL}), name);
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
  unsigned ab = a < b ? a : b;
  return ab < c ? ab : c;
}

// The whole matrix, without a band.
static unsigned distance(const char *a, const char *b)
{
  unsigned d[VD_WORD_MAX + 1][VD_WORD_MAX + 1];
  unsigned a_size = (unsigned)strlen(a);
  unsigned b_size = (unsigned)strlen(b);
  for (unsigned i = 0; i <= a_size; i++)
    d[i][0] = i;
  for (unsigned j = 0; j <= b_size; j++)
    d[0][j] = j;
  for (unsigned i = 1; i <= a_size; i++) {
    for (unsigned j = 1; j <= b_size; j++) {
      d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1, d[i][j]);
    }
  }
  return d[a_size][b_size];
}

static void random_word(struct random *random, char *word, size_t size_max)
{
  size_t size = random_below(random, size_max + 1);
  for (size_t i = 0; i < size; i++)
    word[i] = (char)('a' + random_below(random, 2));
  word[size] = '\0';
}

Test(nearest, the_band_gives_what_the_whole_matrix_gives)
{
  struct random random = random_begin(3);
  for (unsigned round = 0; round < 20000; round++) {
    char name[VD_WORD_MAX + 1];
    char candidate[VD_WORD_MAX + 1];
    size_t size_max = round % 50 == 0 ? VD_WORD_MAX : 12;
    random_word(&random, name, size_max);
    random_word(&random, candidate, size_max);
    unsigned bound = (unsigned)strlen(name) / 3;
    unsigned expected = distance(name, candidate);
    const char *best = NULL;
    unsigned best_distance = UINT32_MAX;
    vd_nearest_consider(name, candidate, &best, &best_distance);
    cr_assert_eq(best != NULL, expected <= bound, "\"%s\" \"%s\"", name, candidate);
    cr_assert(best == NULL || best_distance == expected, "\"%s\" \"%s\"", name, candidate);
  }
}
