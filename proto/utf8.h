// One code point of UTF-8 at a time. Pure; any thread.
#ifndef VD_PROTO_UTF8_H
#define VD_PROTO_UTF8_H

#include <stddef.h>
#include <stdint.h>

// Reads the code point at `text`, which has `left` bytes. Returns the bytes it takes and sets *code; 0, and
// *code untouched, at the end of the text and at what is no UTF-8: a cut or longer form, a surrogate, a
// number past U+10FFFF.
size_t vd_utf8_read(const char *text, size_t left, uint32_t *code);

#endif
