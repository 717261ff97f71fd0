#include "proto/facts.h"

#include <string.h>

struct words {
  const char *name;
  const char *en;
  const char *zh_hant;
  const char *zh_hans;
};

static const struct words table[VD_FACT_COUNT] = {[VD_FACT_NONE] = {"", "", "", ""},
#define WORDS(symbol, name, en, hant, hans) [VD_FACT_##symbol] = {name, en, hant, hans},
                                                  VD_FACTS(WORDS)
#undef WORDS
};

const char *vd_fact_name(enum vd_fact fact)
{
  unsigned index = (unsigned)fact;
  return table[index < VD_FACT_COUNT ? index : VD_FACT_NONE].name;
}

const char *vd_fact_words(const char *name, Vd__Language language)
{
  for (unsigned i = 0; i < VD_FACT_COUNT; i++) {
    if (strcmp(table[i].name, name) != 0)
      continue;
    switch (language) {
    case VD__LANGUAGE__LANGUAGE_ZH_HANT:
      return table[i].zh_hant;
    case VD__LANGUAGE__LANGUAGE_ZH_HANS:
      return table[i].zh_hans;
    default:
      return table[i].en;
    }
  }
  return name;
}
