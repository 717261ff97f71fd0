// What headers say.
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/net/header.h"

static void expect_token(const char *authorization, const char *cookie, const char *token)
{
  size_t size;
  const char *found = vd_header_token(authorization, cookie, &size);
  if (token == NULL) {
    cr_assert_null(found, "%s | %s", authorization, cookie);
    return;
  }
  cr_assert_not_null(found, "%s | %s", authorization, cookie);
  cr_assert_eq(size, strlen(token));
  cr_assert_eq(memcmp(found, token, size), 0);
}

Test(header, token_of_authorization_or_cookie)
{
  expect_token("Bearer abc", NULL, "abc");
  expect_token("bearer   abc  ", NULL, "abc");
  expect_token(NULL, "venued=abc", "abc");
  expect_token(NULL, "theme=dark; venued=abc; x=y", "abc");
  expect_token("Bearer abc", "venued=def", "abc");
}

Test(header, no_token)
{
  expect_token(NULL, NULL, NULL);
  expect_token("", NULL, NULL);
  expect_token("Bearer ", NULL, NULL);
  expect_token("Basic dXNlcjpwYXNz", "venued=abc", NULL); // whoever says who they are is not somebody else
  expect_token(NULL, "xvenued=abc", NULL);
  expect_token(NULL, "venued", NULL);
  expect_token(NULL, "venued=", NULL);
  expect_token(NULL, "Venued=abc", NULL);
  expect_token(NULL, ";;; ;", NULL);
}

Test(header, json)
{
  cr_assert(vd_header_is_json("application/json"));
  cr_assert(vd_header_is_json("Application/JSON; charset=utf-8"));
  cr_assert(vd_header_is_json("application/json ;charset=utf-8"));
  cr_assert_not(vd_header_is_json(NULL));
  cr_assert_not(vd_header_is_json("text/plain"));
  cr_assert_not(vd_header_is_json("application/jsonp"));
  cr_assert_not(vd_header_is_json("application/json, text/plain"));
}

Test(header, number)
{
  uint64_t number = 1;
  cr_assert(vd_header_number("0", &number) && number == 0);
  cr_assert(vd_header_number("65536", &number) && number == 65536);
  cr_assert(vd_header_number("18446744073709551610", &number));
  static const char *const bad[] = {
      "", "-1", "+1", " 1", "1 ", "0x10", "5, 5", "1e3", "18446744073709551616", "99999999999999999999999"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_assert_not(vd_header_number(bad[i], &number), "%s", bad[i]);
  cr_assert_not(vd_header_number(NULL, &number));
}

Test(header, language)
{
  static const struct {
    const char *accepts;
    Vd__Language language;
  } cases[] = {
      {NULL, VD__LANGUAGE__LANGUAGE_UNSPECIFIED},
      {"", VD__LANGUAGE__LANGUAGE_UNSPECIFIED},
      {"de, fr;q=0.8", VD__LANGUAGE__LANGUAGE_UNSPECIFIED},
      {"en-GB,zh;q=0.5", VD__LANGUAGE__LANGUAGE_EN},
      {"de, en", VD__LANGUAGE__LANGUAGE_EN},
      {"zh-TW", VD__LANGUAGE__LANGUAGE_ZH_HANT},
      {"zh-Hant-HK;q=0.9", VD__LANGUAGE__LANGUAGE_ZH_HANT},
      {"zh", VD__LANGUAGE__LANGUAGE_ZH_HANS},
      {"zh-CN,en", VD__LANGUAGE__LANGUAGE_ZH_HANS},
      {"zhx, enx", VD__LANGUAGE__LANGUAGE_UNSPECIFIED},
      {",,, ;q", VD__LANGUAGE__LANGUAGE_UNSPECIFIED},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    cr_assert_eq(vd_header_language(cases[i].accepts), cases[i].language, "%s", cases[i].accepts);
}
