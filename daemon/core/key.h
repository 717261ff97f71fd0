// Keys and ids put together in place, without the heap: "work/av-1/", "42.1.o3". Room-internal.
#ifndef VD_CORE_KEY_H
#define VD_CORE_KEY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Room for a word of the plan and the longest id of a record (proto/check.c). What does not fit is cut, which
// no checked word can cause.
struct vd_key {
  char text[256];
  size_t size;
};

static inline void vd_key_add(struct vd_key *key, const char *text)
{
  size_t room = sizeof key->text - 1 - key->size;
  size_t size = strnlen(text, room);
  memcpy(key->text + key->size, text, size);
  key->size += size;
  key->text[key->size] = '\0';
}

static inline void vd_key_add_number(struct vd_key *key, uint64_t number)
{
  char digits[24], *start = digits + sizeof digits - 1;
  *start = '\0';
  do {
    *--start = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  vd_key_add(key, start);
}

// With leading zeros up to `width` digits, so that numbers sort as such. 20 are enough for every number.
enum { VD_KEY_DIGITS = 20 };
static inline void vd_key_add_sorted(struct vd_key *key, uint64_t number, int width)
{
  char digits[VD_KEY_DIGITS + 1];
  for (int i = width - 1; i >= 0; i--, number /= 10)
    digits[i] = (char)('0' + number % 10);
  digits[width] = '\0';
  vd_key_add(key, digits);
}

// "<first><second><third>"
static inline struct vd_key vd_key_of(const char *first, const char *second, const char *third)
{
  struct vd_key key = {.size = 0};
  vd_key_add(&key, first);
  vd_key_add(&key, second);
  vd_key_add(&key, third);
  return key;
}

#endif
