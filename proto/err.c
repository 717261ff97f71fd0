#include "proto/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "proto/check.h"

struct words {
  const char *name;
  const char *en;
  const char *zh_hant;
  const char *zh_hans;
};

static const struct words table[VD_ERR_COUNT] = {[VD_OK] = {"ok", "Done.", "已完成。", "已完成。"},
#define WORDS(symbol, name, en, hant, hans) [VD_ERR_##symbol] = {name, en, hant, hans},
                                                 VD_ERRORS(WORDS)
#undef WORDS
};

static const struct words *words_of(enum vd_err err)
{
  unsigned index = (unsigned)err;
  return &table[index < VD_ERR_COUNT ? index : VD_ERR_INTERNAL];
}

const char *vd_err_name(enum vd_err err)
{
  return words_of(err)->name;
}

const char *vd_err_sentence(enum vd_err err, Vd__Language language)
{
  const struct words *words = words_of(err);
  switch (language) {
  case VD__LANGUAGE__LANGUAGE_ZH_HANT:
    return words->zh_hant;
  case VD__LANGUAGE__LANGUAGE_ZH_HANS:
    return words->zh_hans;
  default:
    return words->en;
  }
}

enum vd_err vd_err_from_name(const char *name)
{
  for (unsigned i = 0; i < VD_ERR_COUNT; i++)
    if (strcmp(table[i].name, name) == 0)
      return (enum vd_err)i;
  return VD_ERR_INTERNAL;
}

// Takes away the beginning of a UTF-8 sequence that a cut left at the end.
static void trim_cut_sequence(char *text, size_t size)
{
  size_t lead = size;
  while (lead > 0 && size - lead < 3 && ((unsigned char)text[lead - 1] & 0xC0) == 0x80)
    lead--;
  if (lead == 0)
    return;
  unsigned char byte = (unsigned char)text[lead - 1];
  size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
  if (lead - 1 + length > size)
    text[lead - 1] = '\0';
}

static void copy_cut(char *out, size_t capacity, const char *text)
{
  size_t size = strlen(text);
  bool is_cut = size >= capacity;
  if (is_cut)
    size = capacity - 1;
  memcpy(out, text, size);
  out[size] = '\0';
  if (is_cut)
    trim_cut_sequence(out, size);
}

enum vd_err vd_refuse(struct vd_refusal *refusal, enum vd_err err, const char *field, const char *detail, ...)
{
  if (refusal == NULL)
    return err;
  // Built aside, since the arguments may come from the refusal itself.
  struct vd_refusal made = {.err = err};
  if (field != NULL)
    copy_cut(made.field, sizeof(made.field), field);
  if (detail != NULL) {
    va_list arguments;
    va_start(arguments, detail);
    int length = vsnprintf(made.detail, sizeof(made.detail), detail, arguments);
    va_end(arguments);
    if (length >= (int)sizeof(made.detail))
      trim_cut_sequence(made.detail, sizeof(made.detail) - 1);
  }
  *refusal = made;
  return err;
}

// ---- the nearest known name ----

static unsigned min_of(unsigned a, unsigned b)
{
  return a < b ? a : b;
}

// Edit distance with swaps of neighbours (optimal string alignment), in a band of `bound` around the
// diagonal; bound + 1 when it is larger. Both at most VD_WORD_MAX long.
static unsigned distance_within(const char *a, size_t a_size, const char *b, size_t b_size, unsigned bound)
{
  unsigned rows[3][VD_WORD_MAX + 1];
  const unsigned far = bound + 1;
  for (size_t j = 0; j <= b_size; j++)
    rows[0][j] = j <= bound ? (unsigned)j : far;
  for (size_t i = 1; i <= a_size; i++) {
    unsigned *row = rows[i % 3];
    const unsigned *above = rows[(i + 2) % 3];
    const unsigned *above_two = rows[(i + 1) % 3];
    size_t from = i > bound ? i - bound : 0;
    size_t to = i + bound < b_size ? i + bound : b_size;
    if (from > 0)
      row[from - 1] = far;
    unsigned best = far;
    for (size_t j = from; j <= to; j++) {
      if (j == 0) {
        row[0] = (unsigned)i;
      } else {
        row[j] = above[j - 1] + (a[i - 1] != b[j - 1]);
        row[j] = min_of(row[j], row[j - 1] + 1);
        row[j] = min_of(row[j], (j < i + bound ? above[j] : far) + 1);
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
          row[j] = min_of(row[j], above_two[j - 2] + 1);
      }
      best = min_of(best, row[j]);
    }
    if (best > bound)
      return far;
  }
  return min_of(rows[a_size % 3][b_size], far);
}

void vd_nearest_consider(const char *name, const char *candidate, const char **best, unsigned *best_distance)
{
  size_t size = strnlen(name, VD_WORD_MAX + 1);
  size_t candidate_size = strnlen(candidate, VD_WORD_MAX + 1);
  if (size > VD_WORD_MAX || candidate_size > VD_WORD_MAX || *best_distance == 0)
    return;
  unsigned bound = min_of((unsigned)size / 3, *best_distance - 1);
  size_t difference = size > candidate_size ? size - candidate_size : candidate_size - size;
  if (difference > bound)
    return;
  unsigned distance = distance_within(name, size, candidate, candidate_size, bound);
  if (distance <= bound) {
    *best = candidate;
    *best_distance = distance;
  }
}
