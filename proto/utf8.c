#include "proto/utf8.h"

size_t vd_utf8_read(const char *text, size_t left, uint32_t *code)
{
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; // smaller ones have a shorter form
  const unsigned char *bytes = (const unsigned char *)text;
  if (left == 0)
    return 0;
  unsigned char lead = bytes[0];
  size_t size = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 0;
  if (size == 0 || size > left)
    return 0;
  uint32_t read = size == 1 ? lead : lead & (0x7Fu >> size);
  for (size_t i = 1; i < size; i++) {
    if ((bytes[i] & 0xC0) != 0x80)
      return 0;
    read = read << 6 | (bytes[i] & 0x3Fu);
  }
  if (read < least[size] || read > 0x10FFFF || (read >= 0xD800 && read <= 0xDFFF))
    return 0;
  *code = read;
  return size;
}
