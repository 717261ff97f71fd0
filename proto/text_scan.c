#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/check.h"
#include "proto/text_internal.h"
#include "proto/utf8.h"

// What libfyaml 0.7.12 cannot take, found by trying: a flow collection is read to its end before its first
// event, at up to 350 bytes of memory a token; a run of blanks or empty lines, and a line that begins with
// '%', take time by their square; a tab where a block begins ("? a: \t- b") makes it free memory twice.
enum {
  MARKS_MAX = 1 << 21,
  BLANKS_MAX = 256,
};

// ---- words ----

static void add_words(struct vd_text_fault *fault, const char *format, va_list arguments)
{
  static const char ellipsis[] = "…";
  size_t used = strlen(fault->words);
  size_t room = sizeof(fault->words) - used;
  int length = vsnprintf(fault->words + used, room, format, arguments);
  if (length < (int)room)
    return;
  size_t cut = sizeof(fault->words) - sizeof(ellipsis);
  while (cut > 0 && ((unsigned char)fault->words[cut] & 0xC0) == 0x80)
    cut--;
  memcpy(fault->words + cut, ellipsis, sizeof(ellipsis));
}

enum vd_err vd_text_fault_set(struct vd_text_fault *fault, enum vd_err err, const char *format, ...)
{
  *fault = (struct vd_text_fault){.err = err};
  va_list arguments;
  va_start(arguments, format);
  add_words(fault, format, arguments);
  va_end(arguments);
  return err;
}

void vd_text_fault_add(struct vd_text_fault *fault, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  add_words(fault, format, arguments);
  va_end(arguments);
}

void vd_text_copy_clean(char *out, size_t room, const char *text, size_t size)
{
  static const char ellipsis[] = "…";
  size_t used = 0;
  for (size_t at = 0; at < size;) {
    uint32_t code;
    size_t step = vd_utf8_read(text + at, size - at, &code);
    bool is_clean = step > 0 && vd_text_is_clean(text + at, step, false);
    if (used + step + sizeof(ellipsis) > room) {
      memcpy(out + used, ellipsis, sizeof(ellipsis));
      return;
    }
    if (is_clean)
      memcpy(out + used, text + at, step);
    else
      out[used] = '?';
    used += is_clean ? step : 1;
    at += step > 0 ? step : 1;
  }
  out[used] = '\0';
}

struct vd_text_excerpt vd_text_excerpt(const char *text, size_t size)
{
  struct vd_text_excerpt excerpt;
  vd_text_copy_clean(excerpt.text, sizeof(excerpt.text), text, size);
  return excerpt;
}

// ---- the scan ----

static bool is_blank(uint32_t code)
{
  return code == ' ' || code == '\t' || code == '\n' || code == '\r';
}

// Whether a token may begin or end here, other than a plain word.
static bool is_mark(const char *text, size_t left)
{
  if (text[0] == '-')
    return left == 1 || is_blank((unsigned char)text[1]);
  return strchr("[]{},:?\"'", text[0]) != NULL;
}

enum vd_err vd_text_scan(enum vd_text_form form, const char *text, size_t size, struct vd_text_place *place,
                         struct vd_text_fault *fault)
{
  bool is_yaml = form == VD_TEXT_YAML;
  size_t marks = 0;
  size_t blanks = 0;
  *place = (struct vd_text_place){1, 1};
  for (size_t at = 0; at < size;) {
    uint32_t code = 0;
    size_t step = vd_utf8_read(text + at, size - at, &code);
    if (step == 0)
      return vd_text_fault_set(fault, VD_ERR_BAD_TEXT, "no valid UTF-8; save the text as UTF-8");
    if (code == 0)
      return vd_text_fault_set(fault, VD_ERR_BAD_TEXT, "a NUL byte; text was meant");
    if (code == 0xFEFF && at == 0) // vd_text_read takes one away; the parser would take another
      return vd_text_fault_set(fault, VD_ERR_BAD_TEXT, "a second byte order mark");
    if (is_yaml && code == '\t')
      return vd_text_fault_set(fault, VD_ERR_BAD_REQUEST,
                               "a tab; YAML is set in by spaces, in a text write \"\\t\"");
    if (is_yaml && code == '%' && (at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r'))
      return vd_text_fault_set(fault, VD_ERR_BAD_REQUEST, "a directive; only keys and values are read here");
    if (code < 0x80 && is_mark(text + at, size - at) && ++marks > MARKS_MAX)
      return vd_text_fault_set(fault, VD_ERR_TOO_LARGE,
                               "too many values; at most %d brackets, commas, colons and quotes", MARKS_MAX);
    blanks = is_blank(code) ? blanks + 1 : 0;
    if (is_yaml && blanks > BLANKS_MAX)
      return vd_text_fault_set(fault, VD_ERR_BAD_REQUEST, "more than %d blanks or empty lines in a row",
                               BLANKS_MAX);
    place->column++;
    if (code == '\n')
      *place = (struct vd_text_place){place->line + 1, 1};
    at += step;
  }
  return VD_OK;
}
