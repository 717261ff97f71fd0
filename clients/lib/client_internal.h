// What the files of libvenue share.
#ifndef VENUE_CLIENT_INTERNAL_H
#define VENUE_CLIENT_INTERNAL_H

#include <stdatomic.h>

#include <nng/nng.h>

#include "clients/lib/venue_client.h"
#include "proto/message.h"

enum {
  VENUE_TIMEOUT_MS = 10 * 1000,
  VENUE_RECONNECT_MIN_MS = 50,
  VENUE_RECONNECT_MAX_MS = 2000,   // nng draws each pause at random up to this
};

struct venue_client {
  char *rep_url;
  char *feed_url;
  char *headers;              // for ws: Authorization; NULL for ipc
  Vd__Language language;
  int64_t timeout_ms;
  char prefix[17];            // random, of every id made here
  uint64_t next_id;

  nng_socket req;
  bool has_req;
  atomic_uint pipes;          // connections of `req`

  // live
  nng_socket sub;
  bool has_sub;
  bool is_behind;             // Changes are known to be missing
  uint64_t expected;          // the next sequence to deliver
  uint64_t epoch;
  uint64_t seen;              // newest sequence known to be committed
  int64_t beat_mono_ms;       // when the last beat came
  int64_t stale_told_mono_ms;
  Vd__ChangesPage *page;      // a repair under way
  size_t page_at;
  Vd__Frame *held;            // the frame that was delivered last
  struct vd_fold *fold;       // NULL without mirror
};

int64_t venue_mono_ms(void);
// A dialer to `url` on the socket, connecting in the background.
enum vd_err venue_dial(struct venue_client *client, nng_socket socket, const char *url, struct vd_refusal *refusal);
// Loads every entity into the mirror.
enum vd_err venue_load_mirror(struct venue_client *client, struct vd_refusal *refusal);
void venue_live_finish(struct venue_client *client);

#endif
