// What was missed, and whether the past is still the same.
//
// Sequences go on over all starts of a daemon. A restored backup goes back in them, and may have grown beyond
// what was told here by the time it is met: then the same numbers mean other Changes, under an epoch that
// need not differ. So each new connection of the feed is followed by one question: is the Change that was
// told last still the one it was?
#include "clients/lib/client_internal.h"

enum { PAGE_FRAMES = 512 }; // a page also of large Changes arrives within one try on a slow line

// Of either socket: what comes over a new one may come from another daemon.
static unsigned connections_of(struct venue_client *client)
{
  return atomic_load(&client->fed.so_far) + atomic_load(&client->asked.so_far);
}

bool venue_is_trusted(struct venue_client *client)
{
  return client->at.trusted == connections_of(client);
}

enum vd_err venue_look(struct venue_client *client, bool *is_read_only, struct vd_refusal *refusal)
{
  Vd__StatusQuery query = VD__STATUS_QUERY__INIT;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_STATUS;
  request.status = &query;
  Vd__Response *response = NULL;
  enum vd_err err = venue_query(client, &request, VD__RESPONSE__BODY_STATUS,
                                venue_until_ms(client->timeout_ms), &response, refusal);
  if (err != VD_OK)
    return err;
  // Not trusted yet: the last Change is still to be looked at, to be known again later.
  client->at = (struct venue_place){
      .epoch = response->epoch, .expected = response->sequence + 1, .trusted = connections_of(client) - 1};
  *is_read_only = response->status->read_only;
  vd__response__free_unpacked(response, NULL);
  return VD_OK;
}

static enum vd_err fetch(struct venue_client *client, uint64_t from, uint32_t limit, int64_t until_ms,
                         Vd__Response **response)
{
  Vd__ChangesQuery query = VD__CHANGES_QUERY__INIT;
  query.from = from;
  query.limit = limit;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_CHANGES;
  request.changes = &query;
  return venue_query(client, &request, VD__RESPONSE__BODY_CHANGES, until_ms, response, NULL);
}

// ---- the same past ----

static int64_t moment_of(const Vd__Frame *frame)
{
  return frame->change != NULL && frame->change->cause != NULL ? frame->change->cause->now_at_ms : 0;
}

void venue_note_place(struct venue_client *client, const Vd__Frame *frame)
{
  client->at.expected = frame->sequence + 1;
  client->at.has_mark = true;
  client->at.mark_epoch = frame->epoch;
  client->at.mark_at_ms = moment_of(frame);
}

static bool is_same_past(const struct venue_client *client, const Vd__Response *response)
{
  uint64_t known = client->at.expected - 1;
  if (response->sequence < known || response->epoch < client->at.epoch)
    return false;
  if (known == 0)
    return true;
  const Vd__ChangesPage *page = response->changes;
  if (page->n_frames == 0 || page->frames[0]->sequence != known)
    return false;
  const struct venue_place *at = &client->at;
  return !at->has_mark ||
         (page->frames[0]->epoch == at->mark_epoch && moment_of(page->frames[0]) == at->mark_at_ms);
}

enum vd_err venue_check_history(struct venue_client *client, int64_t until_ms)
{
  // Read first: a connection that comes meanwhile is looked at again.
  unsigned connections = connections_of(client);
  uint64_t known = client->at.expected - 1;
  Vd__Response *response = NULL;
  enum vd_err err = fetch(client, known > 0 ? known : 1, 1, until_ms, &response);
  if (err != VD_OK)
    return err;
  if (is_same_past(client, response)) {
    client->at.trusted = connections;
    client->at.epoch = response->epoch;
    client->is_behind |= response->sequence > known;
    if (known > 0)
      venue_note_place(client, response->changes->frames[0]);
  } else {
    err = VD_ERR_GONE;
  }
  vd__response__free_unpacked(response, NULL);
  return err;
}

// ---- what was missed ----

enum vd_err venue_fetch_page(struct venue_client *client, int64_t until_ms)
{
  if (atomic_load(&client->asked.now) == 0)
    return VD_ERR_UNREACHABLE; // the feed goes on being watched instead
  Vd__Response *response = NULL;
  enum vd_err err = venue_is_trusted(client) ? VD_OK : venue_check_history(client, until_ms);
  if (err == VD_OK)
    err = fetch(client, client->at.expected, PAGE_FRAMES, until_ms, &response);
  if (err != VD_OK)
    return err;
  if (!venue_is_trusted(client)) { // the answer may be another daemon's
    vd__response__free_unpacked(response, NULL);
    return VD_ERR_TIMED_OUT;
  }
  client->page = response->changes;
  client->page_at = 0;
  client->is_behind = !client->page->complete;
  response->body_case = VD__RESPONSE__BODY__NOT_SET;
  response->changes = NULL;
  vd__response__free_unpacked(response, NULL);
  return VD_OK;
}

void venue_drop_page(struct venue_client *client)
{
  vd__changes_page__free_unpacked(client->page, NULL);
  client->page = NULL;
}

Vd__Frame *venue_take_from_page(struct venue_client *client)
{
  Vd__ChangesPage *page = client->page;
  while (page != NULL && client->page_at < page->n_frames) {
    Vd__Frame *frame = page->frames[client->page_at];
    page->frames[client->page_at++] = NULL; // of which freeing the page knows nothing
    if (frame->sequence == client->at.expected)
      return frame;
    bool is_hole = frame->sequence > client->at.expected;
    vd__frame__free_unpacked(frame, NULL);
    if (is_hole) {
      client->is_behind = true; // what the page skipped is asked for again
      break;
    }
  }
  venue_drop_page(client);
  return NULL;
}
