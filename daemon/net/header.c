#include "daemon/net/header.h"

#include <string.h>
#include <strings.h>

#define COOKIE_NAME "venued="
#define BEARER      "Bearer "
#define JSON        "application/json"

static const char *trim(const char *begin, const char *end, size_t *size)
{
  while (begin < end && (*begin == ' ' || *begin == '\t'))
    begin++;
  while (end > begin && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  *size = (size_t)(end - begin);
  return *size > 0 ? begin : NULL;
}

const char *vd_header_token(const char *authorization, const char *cookie, size_t *size)
{
  *size = 0;
  if (authorization != NULL) {
    if (strncasecmp(authorization, BEARER, strlen(BEARER)) != 0)
      return NULL;
    return trim(authorization + strlen(BEARER), authorization + strlen(authorization), size);
  }
  for (const char *pair = cookie; pair != NULL && *pair != '\0';) {
    pair += strspn(pair, " \t;");
    const char *end = pair + strcspn(pair, ";");
    if (strncmp(pair, COOKIE_NAME, strlen(COOKIE_NAME)) == 0)
      return trim(pair + strlen(COOKIE_NAME), end, size);
    pair = end;
  }
  return NULL;
}

bool vd_header_is_json(const char *content_type)
{
  if (content_type == NULL || strncasecmp(content_type, JSON, strlen(JSON)) != 0)
    return false;
  const char *rest = content_type + strlen(JSON);
  rest += strspn(rest, " \t");
  return *rest == '\0' || *rest == ';';
}

bool vd_header_number(const char *text, uint64_t *number)
{
  if (text == NULL || *text == '\0')
    return false;
  uint64_t value = 0;
  for (const char *digit = text; *digit != '\0'; digit++) {
    if (*digit < '0' || *digit > '9' || value > (UINT64_MAX - (uint64_t)(*digit - '0')) / 10)
      return false;
    value = value * 10 + (uint64_t)(*digit - '0');
  }
  *number = value;
  return true;
}

// Chinese tags by script, else by region: those who write traditional characters are named, the others
// simplified.
static Vd__Language language_of(const char *tag, size_t size)
{
  static const char *const traditional[] = {"zh-Hant", "zh-TW", "zh-HK", "zh-MO"};
  if (size >= 2 && strncasecmp(tag, "en", 2) == 0 && (size == 2 || tag[2] == '-'))
    return VD__LANGUAGE__LANGUAGE_EN;
  if (size < 2 || strncasecmp(tag, "zh", 2) != 0 || (size > 2 && tag[2] != '-'))
    return VD__LANGUAGE__LANGUAGE_UNSPECIFIED;
  for (size_t i = 0; i < sizeof traditional / sizeof *traditional; i++) {
    size_t length = strlen(traditional[i]);
    if (size >= length && strncasecmp(tag, traditional[i], length) == 0)
      return VD__LANGUAGE__LANGUAGE_ZH_HANT;
  }
  return VD__LANGUAGE__LANGUAGE_ZH_HANS;
}

Vd__Language vd_header_language(const char *accept_language)
{
  for (const char *tag = accept_language; tag != NULL && *tag != '\0';) {
    tag += strspn(tag, " \t,");
    Vd__Language language = language_of(tag, strcspn(tag, ",; \t"));
    if (language != VD__LANGUAGE__LANGUAGE_UNSPECIFIED)
      return language;
    tag += strcspn(tag, ",");
  }
  return VD__LANGUAGE__LANGUAGE_UNSPECIFIED;
}
