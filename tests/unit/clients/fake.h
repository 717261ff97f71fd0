// A venued that does as it is told: rep and ops on a folder of its own, answers by script, a history of
// Changes about zones. It lives in the test's process; whatever fails in it fails the test.
#ifndef VD_TESTS_CLIENTS_FAKE_H
#define VD_TESTS_CLIENTS_FAKE_H

#include <nng/nng.h>
#include <pthread.h>
#include <stdatomic.h>

#include "clients/lib/venue_client.h"
#include "proto/fold.h"
#include "proto/message.h"

enum fake_act {
  FAKE_ANSWER,
  FAKE_SILENT,
  FAKE_HANG_UP,  // closes the connection instead of answering
  FAKE_REFUSE,   // the whole request, with `refusal`
  FAKE_NAMELESS, // the same without an id
  FAKE_OTHER,    // the answer to another request
  FAKE_GARBAGE,  // bytes that are no Response
  FAKE_EMPTY,    // a Response without a body
};

enum {
  FAKE_SEEN_MAX = 64,
  FAKE_HISTORY_MAX = 4096,
  FAKE_PATIENCE_MS = 30000, // for what happens far sooner, but for a machine that stands still
};

struct fake {
  char dir[40];
  pthread_t thread;
  nng_socket rep, pub;
  bool is_up;
  atomic_uint subscribers;

  pthread_mutex_t lock; // of all that follows
  pthread_cond_t wake;
  enum fake_act script[16];
  size_t scripted, played;
  enum fake_act otherwise; // once the script is over
  const char *refusal;
  struct vd_buffer seen[FAKE_SEEN_MAX]; // requests as they came
  size_t seen_count;

  uint64_t epoch;
  Vd__Frame *history[FAKE_HISTORY_MAX]; // of sequence index + 1
  size_t count;
  struct vd_fold *fold;
  uint32_t page_max;                              // frames or entities of a page
  void (*spoil)(Vd__Response *response);          // a last change to each answer
  void (*between)(struct fake *fake, size_t nth); // called with the lock before the nth page of state is made
  size_t state_pages;
  int64_t now_at_ms; // of answers and beats
  bool is_read_only;
  bool greets;            // who subscribes next gets a beat
  nng_pipe subscriber;    // the last
  unsigned subscriptions; // that ever came
};

void fake_init(struct fake *fake);
void fake_start(struct fake *fake); // listens
void fake_stop(struct fake *fake);  // may start again, on what it then knows
void fake_finish(struct fake *fake);
void fake_forget(struct fake *fake); // of fake_finish what needs no end of the sockets

struct venue_client *fake_client(struct fake *fake, int64_t timeout_ms);
// venue_client_mirror, with the beat that it waits for.
enum vd_err fake_mirror(struct fake *fake, struct venue_client *client,
                        struct vd_refusal *refusal) VD_MUST_CHECK;
// Until the client's requests can leave.
void fake_wait_connected(struct venue_client *client);
// Until so many subscribers are connected, or so many requests came; fails the test when patience ends.
void fake_wait_subscribers(struct fake *fake, unsigned wanted);
void fake_wait_subscriptions(struct fake *fake, unsigned wanted); // so many came, gone ones too
void fake_wait_seen(struct fake *fake, size_t wanted);
void fake_play(struct fake *fake, enum fake_act act); // adds to the script
// The nth request; the caller frees it.
Vd__Request *fake_request(struct fake *fake, size_t nth);
size_t fake_count_seen(struct fake *fake, Vd__Request__BodyCase body);

// ---- the history ----
// A Change that sets the zone's capacity, or takes it away; not published. Its sequence.
uint64_t fake_set(struct fake *fake, const char *zone, uint32_t capacity);
uint64_t fake_remove(struct fake *fake, const char *zone);
// Another life: the history ends at `sequence`, the epoch is this one.
void fake_go_back(struct fake *fake, uint64_t sequence, uint64_t epoch);
// Read-only, and time has brought about a zone in memory alone; then the journal again, and nothing else.
// Both without the lock, for `between`.
void fake_derive(struct fake *fake, const char *zone, uint32_t capacity);
void fake_write_again(struct fake *fake);

// ---- the feed ----
void fake_publish(struct fake *fake, const char *topic, const Vd__Frame *frame);
void fake_publish_bytes(struct fake *fake, const void *bytes, size_t size);
void fake_publish_change(struct fake *fake, uint64_t sequence);
void fake_publish_beat(struct fake *fake);
void fake_publish_beat_of(struct fake *fake, uint64_t epoch, uint64_t sequence);

// ---- what the client tells ----
// venue_client_next, but for the silence of a machine that stands still.
enum vd_err fake_next(struct venue_client *client, int64_t timeout_ms, struct venue_event *event);
// The next event, of this kind or the test fails.
struct venue_event fake_expect(struct venue_client *client, enum venue_event_kind kind);
void fake_expect_change(struct venue_client *client, uint64_t sequence);
// Nothing happens: 50 ms.
void fake_expect_nothing(struct venue_client *client);

#endif
