// A hash table with linear probing over a ring: the ring's order is age, so the oldest is known without a
// clock. An id is kept as 128 bits of SipHash over principal and id, under a key that nobody else knows: no
// strings, and no collisions to fear or to be made.
#include "daemon/loop/answered.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"

enum { SLOTS = 2 * VD_ANSWERED_MAX, EMPTY = -1 };

struct key {
  uint64_t half[2];
};

struct entry {
  struct key key;
  struct vd_answer answer;
};

static_assert(sizeof(struct key) == crypto_shorthash_siphashx24_BYTES, "a key is one hash");
static_assert(sizeof(struct key) == crypto_shorthash_siphashx24_KEYBYTES, "and keys another one");

struct vd_answered {
  struct key secret;
  struct entry ring[VD_ANSWERED_MAX];
  uint32_t next; // the ring's oldest entry, which the next one replaces
  uint32_t count;
  int32_t slots[SLOTS];
};

struct vd_answered *vd_answered_create(void)
{
  struct vd_answered *answered = vd_zalloc(sizeof *answered);
  randombytes_buf(&answered->secret, sizeof answered->secret);
  for (size_t i = 0; i < SLOTS; i++)
    answered->slots[i] = EMPTY;
  return answered;
}

void vd_answered_destroy(struct vd_answered *answered)
{
  free(answered);
}

static struct key hash(const char *text, const struct key *secret)
{
  struct key key;
  crypto_shorthash_siphashx24((unsigned char *)&key, (const unsigned char *)text, strlen(text),
                              (const unsigned char *)secret);
  return key;
}

// The principal's hash is the key of the id's, so that neither can run into the other.
static struct key key_of(const struct vd_answered *answered, const char *principal, const char *id)
{
  struct key whose = hash(principal, &answered->secret);
  return hash(id, &whose);
}

static bool is_same(const struct key *a, const struct key *b)
{
  return a->half[0] == b->half[0] && a->half[1] == b->half[1];
}

// The slot that holds the key, or the empty one where it belongs.
static size_t slot_of(const struct vd_answered *answered, const struct key *key)
{
  size_t slot = key->half[0] % SLOTS;
  while (answered->slots[slot] != EMPTY && !is_same(&answered->ring[answered->slots[slot]].key, key))
    slot = (slot + 1) % SLOTS;
  return slot;
}

// Removal by moving back what probed past the hole, so that no tombstones gather.
static void remove_key(struct vd_answered *answered, const struct key *key)
{
  size_t hole = slot_of(answered, key);
  if (answered->slots[hole] == EMPTY)
    return;
  for (size_t slot = (hole + 1) % SLOTS; answered->slots[slot] != EMPTY; slot = (slot + 1) % SLOTS) {
    size_t home = answered->ring[answered->slots[slot]].key.half[0] % SLOTS;
    bool may_move = (slot + SLOTS - home) % SLOTS >= (slot + SLOTS - hole) % SLOTS;
    if (may_move) {
      answered->slots[hole] = answered->slots[slot];
      hole = slot;
    }
  }
  answered->slots[hole] = EMPTY;
}

void vd_answered_put(struct vd_answered *answered, const char *principal, const char *id,
                     const struct vd_answer *answer)
{
  struct key key = key_of(answered, principal, id);
  size_t slot = slot_of(answered, &key);
  if (answered->slots[slot] != EMPTY) {
    answered->ring[answered->slots[slot]].answer = *answer;
    return;
  }
  struct entry *entry = &answered->ring[answered->next];
  if (answered->count == VD_ANSWERED_MAX) {
    remove_key(answered, &entry->key);
    slot = slot_of(answered, &key);
  } else {
    answered->count++;
  }
  *entry = (struct entry){.key = key, .answer = *answer};
  answered->slots[slot] = (int32_t)answered->next;
  answered->next = (answered->next + 1) % VD_ANSWERED_MAX;
}

bool vd_answered_find(const struct vd_answered *answered, const char *principal, const char *id,
                      struct vd_answer *answer)
{
  struct key key = key_of(answered, principal, id);
  size_t slot = slot_of(answered, &key);
  if (answered->slots[slot] == EMPTY)
    return false;
  *answer = answered->ring[answered->slots[slot]].answer;
  return true;
}

void vd_answered_restore(struct vd_answered *answered, const Vd__Change *change)
{
  const Vd__Cause *cause = change->cause;
  if (cause == NULL || cause->of_case != VD__CAUSE__OF_COMMAND || change->reply == NULL ||
      *cause->command->id == '\0')
    return;
  struct vd_answer answer = {
      .number = change->reply->number, .looks_like = change->reply->looks_like, .sequence = change->sequence};
  vd_answered_put(answered, cause->principal, cause->command->id, &answer);
}
