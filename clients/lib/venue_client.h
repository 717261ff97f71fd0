// libvenue: talk to a venued. Requests with retry under the same ids, live frames with gap repair, a mirror
// of the entities. Used by every native client; knows the protocol and nothing of the daemon.
//
// A client belongs to one thread of one process (a child makes its own after fork); nng's threads stay
// inside. Every blocking call has a time limit.
#ifndef VENUE_CLIENT_H
#define VENUE_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/fold.h"
#include "proto/wire.pb-c.h"

struct venue_client;

// Behind https whom SSL_CERT_FILE vouches for is trusted, or else the machine's own file.
struct venue_client_options {
  const char *data_dir; // talk by ipc to DATA/rep.ipc … ; NULL = not
  const char *url;      // http(s):// or ws(s)://host:port; NULL = VENUE_URL; used when there is no ipc
  const char *token;    // NULL = VENUE_TOKEN
  bool wall;            // subscribe to `wall` instead of `ops`
  Vd__Language language;
  int64_t timeout_ms; // for one request including its retries; 0 = 10 s
};

// Copies the options. Connecting is lazy and repeated with jitter: a daemon that starts later is found.
enum vd_err venue_client_create(struct venue_client **client, const struct venue_client_options *options,
                                struct vd_refusal *refusal) VD_MUST_CHECK;
void venue_client_destroy(struct venue_client *client);

// Sends and waits; repeats with the same bytes (so the same command ids) after a lost connection, a time-out,
// `outcome-unknown`, `busy` or `not-ready`, until timeout_ms. `request->version`, `id`, `language` and empty
// command ids are filled in: heap strings that the caller frees (vd_string_set to ""). *response is heap,
// freed by vd__response__free_unpacked, and set on VD_OK only. VD_ERR_UNREACHABLE (no connection at the end)
// / VD_ERR_TIMED_OUT: an answer never came and the outcome is unknown. VD_ERR_OUTCOME_UNKNOWN: so it is,
// though answers came. Else a refusal of the whole request is returned as its code and in `refusal`; so is
// what keeps the connection shut: VD_ERR_UNAUTHENTICATED, VD_ERR_FOREIGN_ORIGIN.
enum vd_err venue_client_request(struct venue_client *client, Vd__Request *request, Vd__Response **response,
                                 struct vd_refusal *refusal) VD_MUST_CHECK;

// One command; *reply is heap, freed by vd__reply__free_unpacked; the reply's code as result.
enum vd_err venue_client_command(struct venue_client *client, Vd__Command *command, Vd__Reply **reply,
                                 struct vd_refusal *refusal) VD_MUST_CHECK;

// ---- live ----
// Starts following. Changes arrive complete and in order: a gap is repaired by asking for what was missed. If
// the history itself went back (another journal, a restored backup), the client starts anew and says so
// (`RESYNC`). A mirror that was, or may have been, loaded while venued was read-only is loaded anew when that
// has ended, which is a `RESYNC` too; Changes then go on without a gap.
enum venue_event_kind {
  VENUE_CHANGE,
  VENUE_BEAT,
  VENUE_ALARM,  // a Change of read-only mode: shown, never folded, without a sequence
  VENUE_STALE,  // no beat for more than 3 s; repeated each second
  VENUE_RESYNC, // what was known before no longer holds; the mirror, if any, has been loaded anew
};
struct venue_event {
  enum venue_event_kind kind;
  const Vd__Frame *frame; // CHANGE, BEAT and ALARM; borrowed until the next call on the client
  int64_t silent_ms;      // STALE
};
// `from` 0 = from now on; else first every Change with sequence >= from. Beyond what is to come: the history
// is shorter than the caller knew it, `RESYNC`. Following already: anew. On an error the client follows
// nothing.
enum vd_err venue_client_follow(struct venue_client *client, uint64_t from,
                                struct vd_refusal *refusal) VD_MUST_CHECK;
// The next event, waiting at most timeout_ms: VD_OK, or VD_ERR_TIMED_OUT when nothing happened. Another error
// means that a repair failed, or at once that the feed is kept shut (VD_ERR_UNAUTHENTICATED,
// VD_ERR_FOREIGN_ORIGIN; VD_ERR_NOT_PERMITTED: it is not for this role); the client stays usable and tries
// again at the next call. A question to the daemon that either needs may take 1 s beyond timeout_ms; loading
// a mirror anew as long as its pages, each within a request's limit.
enum vd_err venue_client_next(struct venue_client *client, int64_t timeout_ms,
                              struct venue_event *event) VD_MUST_CHECK;

// Follows with a mirror: a snapshot first, as soon as a beat has come (they come each second), then every
// Change. Instead of venue_client_follow. Three limits of a request, and one more for each page.
enum vd_err venue_client_mirror(struct venue_client *client, struct vd_refusal *refusal) VD_MUST_CHECK;
// The entities as of the last event delivered (or newer, right after the snapshot). Borrowed until the
// client's next call. NULL without venue_client_mirror.
const struct vd_fold *venue_client_fold(const struct venue_client *client);

#endif
