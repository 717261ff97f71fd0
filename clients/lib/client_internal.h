// What the files of libvenue share.
#ifndef VENUE_CLIENT_INTERNAL_H
#define VENUE_CLIENT_INTERNAL_H

#include <stdatomic.h>

#include <nng/nng.h>
#include <nng/supplemental/tls/tls.h>

#include "clients/lib/venue_client.h"
#include "proto/message.h"

enum {
  VENUE_TIMEOUT_MS = 10 * 1000,
  VENUE_ALARMS = 1024, // whose numbers are remembered; a daemon tells fewer again
};

// Connections of a socket, counted by nng's threads but for `proven`.
struct venue_link {
  atomic_uint now;
  atomic_uint so_far;
  atomic_uint shut; // in a row: each closed soon after it was made
  atomic_int_least64_t made_mono_ms;
  atomic_uint pipe;      // the newest connection's
  atomic_uint dropped;   // the one that was closed from this side
  unsigned proven;       // so_far when something last came over it
  int64_t heard_mono_ms; // when that was
};

// How far the history was told, and what tells its last Change from another history's of that sequence, at
// any clearance.
struct venue_place {
  uint64_t expected; // the next sequence to deliver
  uint64_t epoch;    // of the daemon
  unsigned trusted;  // connections when this was last found to be the daemon's past
  bool has_mark;
  uint64_t mark_epoch;
  int64_t mark_at_ms; // venue time
};

// Whether the mirror may hold what a read-only daemon showed and never kept.
enum venue_trust {
  VENUE_DOUBTED,  // it may
  VENUE_UNPROVEN, // it may if a beat was lost with the feed's connection while the pages came
  VENUE_PROVEN,
};

struct venue_client {
  char *rep_url;
  char *feed_url;
  char *status_url;    // over HTTP; NULL for ipc
  char *authorization; // the header's value; NULL for ipc, or without a token
  nng_tls_config *tls; // where that is https; else NULL
  Vd__Language language;
  int64_t timeout_ms;
  char prefix[17]; // random, of every id made here
  uint64_t next_id;

  nng_socket req;
  bool has_req;
  bool is_left; // a socket could not be closed: its threads still count here
  struct venue_link asked;

  // live
  nng_socket sub;
  bool has_sub;
  bool is_following;
  struct venue_link fed;
  struct venue_place at;
  bool is_behind;         // Changes are known to be missing
  unsigned shut_out_told; // connections of the feed by then
  int64_t beat_mono_ms;   // when the last beat came
  int64_t stale_told_mono_ms;
  Vd__ChangesPage *page; // a repair under way
  size_t page_at;
  uint64_t alarm_epoch;
  uint64_t alarms[VENUE_ALARMS]; // numbers told, by their remainder
  Vd__Frame *held;               // the frame that was delivered last
  struct vd_fold *fold;          // NULL without mirror
  enum venue_trust trust;
  unsigned loaded_over; // which connection of the feed the mirror was loaded beside
  int64_t loaded_at_ms; // its last page, venue time
};

int64_t venue_mono_ms(void);                // sleep of the machine included
int64_t venue_until_ms(int64_t timeout_ms); // on that clock; however long a time is asked for
int32_t venue_left_ms(int64_t until_ms);    // >= 0

// ---- tls.c ----
// client->tls for client->status_url.
enum vd_err venue_use_tls(struct venue_client *client, struct vd_refusal *refusal) VD_MUST_CHECK;

// ---- link.c ----
void venue_link_init(struct venue_link *link);
// Whether somebody is there now: connected, and not just on the way out again.
bool venue_link_stands(const struct venue_link *link);
// Something came over it.
void venue_link_heard(struct venue_link *link);
// Closes a connection over which nothing has come for `silent_ms`, of a feed that tells something more often
// than that. It is dialled anew.
void venue_link_drop_silent(struct venue_link *link, int64_t silent_ms);
// A dialer to `url` on the socket, connecting in the background.
enum vd_err venue_dial(struct venue_client *client, nng_socket socket, const char *url,
                       struct venue_link *link, struct vd_refusal *refusal) VD_MUST_CHECK;
// Closes the socket, within a second or so; or leaves it to the end of the process.
void venue_close(struct venue_client *client, nng_socket socket, const struct venue_link *link, bool is_feed);
enum vd_err venue_nng_failed(int error, const char *what, struct vd_refusal *refusal);

// ---- knock.c ----
// Why connections are refused, as HTTP tells it: VD_ERR_UNAUTHENTICATED or VD_ERR_FOREIGN_ORIGIN; or why
// there are none: VD_ERR_UNREACHABLE where TLS fails. VD_OK: neither is so; *is_known says whether venued
// said so, or nobody can tell. Takes at most a second.
enum vd_err venue_knock(struct venue_client *client, int64_t until_ms, bool *is_known,
                        struct vd_refusal *refusal) VD_MUST_CHECK;

// ---- ask.c ----
// venue_client_request with a limit of its own. Frees request->id, which it filled in; the answer's body is
// this one, or VD_ERR_BAD_REQUEST.
enum vd_err venue_query(struct venue_client *client, Vd__Request *request, Vd__Response__BodyCase body,
                        int64_t until_ms, Vd__Response **response, struct vd_refusal *refusal) VD_MUST_CHECK;

// ---- history.c ----
// Whether no connection was made since the history was last looked at.
bool venue_is_trusted(struct venue_client *client);
// Where the daemon stands now, and whether it can keep anything; nothing told yet.
enum vd_err venue_look(struct venue_client *client, bool *is_read_only,
                       struct vd_refusal *refusal) VD_MUST_CHECK;
// Whether what was told here still is the daemon's past: VD_OK and its epoch taken over, VD_ERR_GONE if it is
// not, another error if that remains unknown.
enum vd_err venue_check_history(struct venue_client *client, int64_t until_ms) VD_MUST_CHECK;
// Asks for what is missing; client->page on success. VD_ERR_GONE: the history is another.
enum vd_err venue_fetch_page(struct venue_client *client, int64_t until_ms) VD_MUST_CHECK;
// The next expected frame of the page, for the caller to free; NULL when the page holds none any more, and is
// dropped.
Vd__Frame *venue_take_from_page(struct venue_client *client);
void venue_drop_page(struct venue_client *client);
// The frame was the expected one.
void venue_note_place(struct venue_client *client, const Vd__Frame *frame);

// ---- mirror.c ----
// Loads every entity into the mirror; client->loaded_at_ms.
enum vd_err venue_load_mirror(struct venue_client *client, struct vd_refusal *refusal) VD_MUST_CHECK;

// ---- live.c ----
void venue_live_finish(struct venue_client *client);

#endif
