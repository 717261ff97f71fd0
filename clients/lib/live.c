// Following: frames in order, gaps repaired, age known.
//
//   sub socket ──▶ frame.sequence == expected ──▶ delivered, expected + 1
//                  smaller: known, dropped        larger, or a beat beyond it: behind ──▶ ChangesQuery pages
//                  ──▶ delivered
#include <string.h>

#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>

#include "clients/lib/client_internal.h"
#include "proto/check.h"
#include "proto/quota.h"

enum {
  FRAME_MAX = 4 * VD_CHANGE_MAX,
  FRAME_QUOTA = 1024 * 1024,
  QUEUE_FRAMES = 8192,
  STALE_AFTER_MS = 3000,
  STALE_REPEAT_MS = 1000,
};

static void drop(Vd__Frame **frame)
{
  vd__frame__free_unpacked(*frame, NULL);
  *frame = NULL;
}

void venue_live_finish(struct venue_client *client)
{
  if (client->has_sub)
    nng_close(client->sub);
  client->has_sub = false;
  vd__changes_page__free_unpacked(client->page, NULL);
  client->page = NULL;
  drop(&client->held);
  vd_fold_destroy(client->fold);
  client->fold = NULL;
}

static enum vd_err subscribe(struct venue_client *client, struct vd_refusal *refusal)
{
  int error = nng_sub0_open(&client->sub);
  if (error == 0) {
    client->has_sub = true;
    error = nng_socket_set_size(client->sub, NNG_OPT_RECVMAXSZ, FRAME_MAX);
  }
  if (error == 0)
    error = nng_socket_set_int(client->sub, NNG_OPT_RECVBUF, QUEUE_FRAMES);
  if (error == 0)
    error = nng_socket_set(client->sub, NNG_OPT_SUB_SUBSCRIBE, "", 0);
  if (error != 0)
    return vd_refuse(refusal, VD_ERR_IO, "", "sub: %s", nng_strerror(error));
  return venue_dial(client, client->sub, client->feed_url, refusal);
}

// The newest committed sequence and the epoch, from any answer.
static enum vd_err look(struct venue_client *client, struct vd_refusal *refusal)
{
  Vd__StatusQuery query = VD__STATUS_QUERY__INIT;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_STATUS;
  request.status = &query;
  Vd__Response *response = NULL;
  enum vd_err err = venue_client_request(client, &request, &response, refusal);
  vd_string_set(&request.id, "");
  if (err != VD_OK)
    return err;
  client->epoch = response->epoch;
  client->seen = response->sequence;
  vd__response__free_unpacked(response, NULL);
  return VD_OK;
}

enum vd_err venue_client_follow(struct venue_client *client, uint64_t from, struct vd_refusal *refusal)
{
  enum vd_err err = subscribe(client, refusal);
  if (err == VD_OK)
    err = look(client, refusal);
  if (err != VD_OK)
    return err;
  client->expected = from > 0 ? from : client->seen + 1;
  client->is_behind = client->expected <= client->seen;
  client->beat_mono_ms = venue_mono_ms();
  return VD_OK;
}

enum vd_err venue_client_mirror(struct venue_client *client, struct vd_refusal *refusal)
{
  enum vd_err err = venue_client_follow(client, 0, refusal);
  return err != VD_OK ? err : venue_load_mirror(client, refusal);
}

const struct vd_fold *venue_client_fold(const struct venue_client *client)
{
  return client->fold;
}

// ---- delivering ----

static enum vd_err deliver(struct venue_client *client, enum venue_event_kind kind, Vd__Frame *frame,
                           struct venue_event *event)
{
  drop(&client->held);
  client->held = frame;
  *event = (struct venue_event){.kind = kind, .frame = frame};
  if (kind != VENUE_CHANGE)
    return VD_OK;
  client->expected = frame->sequence + 1;
  if (client->seen < frame->sequence)
    client->seen = frame->sequence;
  if (client->fold != NULL && frame->change != NULL) {
    frame->change->sequence = frame->sequence; // hidden parts of a Change may have taken it along
    vd_fold_apply(client->fold, frame->change);
  }
  return VD_OK;
}

// ---- repair ----

static enum vd_err fetch_page(struct venue_client *client)
{
  Vd__ChangesQuery query = VD__CHANGES_QUERY__INIT;
  query.from = client->expected;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_CHANGES;
  request.changes = &query;
  Vd__Response *response = NULL;
  struct vd_refusal refusal;
  enum vd_err err = venue_client_request(client, &request, &response, &refusal);
  vd_string_set(&request.id, "");
  if (err != VD_OK)
    return err;
  if (response->body_case == VD__RESPONSE__BODY_CHANGES) {
    client->page = response->changes;
    client->page_at = 0;
    client->is_behind = !client->page->complete;
    response->body_case = VD__RESPONSE__BODY__NOT_SET;
    response->changes = NULL;
  }
  vd__response__free_unpacked(response, NULL);
  return client->page != NULL ? VD_OK : VD_ERR_BAD_REQUEST;
}

static Vd__Frame *take_from_page(struct venue_client *client)
{
  Vd__ChangesPage *page = client->page;
  while (page != NULL && client->page_at < page->n_frames) {
    Vd__Frame *frame = page->frames[client->page_at];
    page->frames[client->page_at++] = NULL;
    if (frame->sequence >= client->expected)
      return frame;
    vd__frame__free_unpacked(frame, NULL);
  }
  if (page != NULL) {
    page->n_frames = 0; // all taken
    vd__changes_page__free_unpacked(page, NULL);
    client->page = NULL;
  }
  return NULL;
}

// ---- receiving ----

static Vd__Frame *unpack(nng_msg *message, bool *is_alarm)
{
  const uint8_t *body = nng_msg_body(message);
  size_t size = nng_msg_len(message);
  const uint8_t *end = memchr(body, '\n', size);
  Vd__Frame *frame = NULL;
  *is_alarm = size > 6 && memcmp(body, "alarm/", 6) == 0;
  if (end != NULL)
    frame = (Vd__Frame *)vd_unpack_bounded(&vd__frame__descriptor, end + 1, size - (size_t)(end + 1 - body),
                                           FRAME_QUOTA, NULL);
  nng_msg_free(message);
  return frame;
}

// Another start of venued, and it knows less than was told here: a restored backup, another journal. Its
// epoch may be lower as well.
static bool went_back(const struct venue_client *client, const Vd__Frame *frame)
{
  return frame->beat != NULL && frame->epoch != client->epoch && frame->sequence + 1 < client->expected;
}

static enum vd_err start_anew(struct venue_client *client, struct venue_event *event)
{
  struct vd_refusal refusal;
  enum vd_err err = look(client, &refusal);
  if (err == VD_OK && client->fold != NULL)
    err = venue_load_mirror(client, &refusal);
  if (err != VD_OK)
    return err;
  client->expected = client->seen + 1;
  client->is_behind = false;
  *event = (struct venue_event){.kind = VENUE_RESYNC};
  return VD_OK;
}

// VD_ERR_TIMED_OUT means: nothing to tell of this frame, go on.
static enum vd_err take_frame(struct venue_client *client, Vd__Frame *frame, bool is_alarm,
                              struct venue_event *event)
{
  if (is_alarm && frame->change != NULL)
    return deliver(client, VENUE_ALARM, frame, event);
  // A Change under another epoch waits for the beat that tells whether the history is still the same.
  bool is_foreign = frame->beat == NULL && frame->epoch != client->epoch;
  if (is_alarm || is_foreign) {
    drop(&frame);
    return VD_ERR_TIMED_OUT;
  }
  if (went_back(client, frame)) {
    drop(&frame);
    return start_anew(client, event);
  }
  client->epoch = frame->epoch;
  if (frame->beat != NULL) {
    client->beat_mono_ms = venue_mono_ms();
    client->is_behind |= frame->sequence >= client->expected;
    client->seen = frame->sequence;
    return deliver(client, VENUE_BEAT, frame, event);
  }
  if (frame->sequence == client->expected)
    return deliver(client, VENUE_CHANGE, frame, event);
  client->is_behind |= frame->sequence > client->expected;
  drop(&frame); // known already, or it comes again with the repair
  return VD_ERR_TIMED_OUT;
}

static bool tell_stale(struct venue_client *client, struct venue_event *event)
{
  int64_t now_ms = venue_mono_ms(), silent_ms = now_ms - client->beat_mono_ms;
  if (silent_ms <= STALE_AFTER_MS || now_ms - client->stale_told_mono_ms < STALE_REPEAT_MS)
    return false;
  client->stale_told_mono_ms = now_ms;
  *event = (struct venue_event){.kind = VENUE_STALE, .silent_ms = silent_ms};
  return true;
}

static enum vd_err repair(struct venue_client *client, struct venue_event *event)
{
  Vd__Frame *frame = take_from_page(client);
  if (frame == NULL && client->is_behind) {
    enum vd_err err = fetch_page(client);
    if (err != VD_OK)
      return err;
    frame = take_from_page(client);
  }
  return frame != NULL ? deliver(client, VENUE_CHANGE, frame, event) : VD_ERR_TIMED_OUT;
}

static enum vd_err receive(struct venue_client *client, int64_t wait_ms, struct venue_event *event)
{
  nng_msg *message;
  nng_socket_set_ms(client->sub, NNG_OPT_RECVTIMEO, (nng_duration)wait_ms);
  if (nng_recvmsg(client->sub, &message, 0) != 0)
    return VD_ERR_TIMED_OUT;
  bool is_alarm;
  Vd__Frame *frame = unpack(message, &is_alarm);
  return frame != NULL ? take_frame(client, frame, is_alarm, event) : VD_ERR_TIMED_OUT;
}

enum vd_err venue_client_next(struct venue_client *client, int64_t timeout_ms, struct venue_event *event)
{
  int64_t until_ms = venue_mono_ms() + timeout_ms;
  for (;;) {
    if (tell_stale(client, event))
      return VD_OK;
    enum vd_err err = repair(client, event);
    if (err == VD_OK)
      return VD_OK;
    int64_t left_ms = until_ms - venue_mono_ms();
    // A repair that failed is told only after the time given, and beats go on being read meanwhile.
    enum vd_err got = receive(client,
                              left_ms < 0                 ? 0
                              : left_ms < STALE_REPEAT_MS ? left_ms
                                                          : STALE_REPEAT_MS,
                              event);
    if (got == VD_OK)
      return VD_OK;
    if (venue_mono_ms() >= until_ms)
      return err != VD_ERR_TIMED_OUT ? err : got;
  }
}
