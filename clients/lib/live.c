// Following: frames in order, gaps repaired, age known.
//
//   sub socket ──▶ frame.sequence == expected ──▶ delivered, expected + 1
//                  smaller: known, dropped        larger, or a beat beyond it: behind ──▶ ChangesQuery pages
//                  ──▶ delivered
//   a new connection, or a beat of another epoch ──▶ is it the same history? (history.c)  no ──▶ RESYNC
//   other epochs' Changes wait for that beat
//
// While venued is read-only its pages show what time has brought about in memory alone, under revisions that
// the journal gives again once it is written. So a mirror is doubted if the status before its pages, or a
// beat since, said read-only; proven once a beat from after its pages says otherwise. It is loaded anew when
// doubted and a beat says that read-only has ended, or not proven and the feed's connection is another: the
// beat that would have told may have gone with the old one.
#include <assert.h>
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
  SHUT_OUT_AFTER = 3, // connections in a row over which nothing came
  RETRY_MS = 250,
  REPAIR_MIN_MS = 1000, // for one question, however short the caller's patience
};

static void drop(Vd__Frame **frame)
{
  vd__frame__free_unpacked(*frame, NULL);
  *frame = NULL;
}

// Nothing is followed any more. The feed stays connected, for who follows anew.
static void end_following(struct venue_client *client)
{
  client->is_following = false;
  venue_drop_page(client);
  drop(&client->held);
  vd_fold_destroy(client->fold);
  client->fold = NULL;
}

void venue_live_finish(struct venue_client *client)
{
  end_following(client);
  if (client->has_sub)
    venue_close(client, client->sub, &client->fed, true);
  client->has_sub = false;
}

static enum vd_err subscribe(struct venue_client *client, struct vd_refusal *refusal)
{
  if (client->has_sub)
    return VD_OK;
  int error = nng_sub0_open(&client->sub);
  if (error != 0)
    return venue_nng_failed(error, "sub", refusal);
  error = nng_socket_set_size(client->sub, NNG_OPT_RECVMAXSZ, FRAME_MAX);
  if (error == 0)
    error = nng_socket_set_int(client->sub, NNG_OPT_RECVBUF, QUEUE_FRAMES);
  if (error == 0)
    error = nng_socket_set(client->sub, NNG_OPT_SUB_SUBSCRIBE, "", 0);
  enum vd_err err = error == 0 ? venue_dial(client, client->sub, client->feed_url, &client->fed, refusal)
                               : venue_nng_failed(error, "sub", refusal);
  client->has_sub = err == VD_OK;
  if (err != VD_OK)
    nng_close(client->sub);
  return err;
}

enum vd_err venue_client_follow(struct venue_client *client, uint64_t from, struct vd_refusal *refusal)
{
  end_following(client);
  bool is_read_only;
  enum vd_err err = subscribe(client, refusal);
  if (err == VD_OK)
    err = venue_look(client, &is_read_only, refusal);
  if (err != VD_OK)
    return err;
  client->is_following = true;
  client->is_behind = from > 0 && from < client->at.expected;
  if (from > 0)
    client->at.expected = from;
  client->beat_mono_ms = venue_mono_ms();
  return VD_OK;
}

const struct vd_fold *venue_client_fold(const struct venue_client *client)
{
  return client->fold;
}

// ---- the mirror ----

static enum vd_err load(struct venue_client *client, struct vd_refusal *refusal)
{
  unsigned fed = atomic_load(&client->fed.so_far);
  bool is_read_only;
  enum vd_err err = venue_look(client, &is_read_only, refusal);
  if (err == VD_OK) // after it: what changes while the mirror loads comes as frames
    err = venue_load_mirror(client, refusal);
  if (err != VD_OK)
    return err;
  client->loaded_over = fed;
  client->trust = is_read_only ? VENUE_DOUBTED : VENUE_UNPROVEN;
  return VD_OK;
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
  venue_note_place(client, frame);
  if (client->fold != NULL && frame->change != NULL) {
    frame->change->sequence = frame->sequence; // hidden parts of a Change may have taken it along
    vd_fold_apply(client->fold, frame->change);
  }
  return VD_OK;
}

// Whatever was known goes, or nothing does. With a mirror it takes as long as loading it.
static enum vd_err start_anew(struct venue_client *client, struct venue_event *event)
{
  struct venue_place before = client->at;
  bool is_read_only;
  enum vd_err err = client->fold != NULL ? load(client, NULL) : venue_look(client, &is_read_only, NULL);
  if (err != VD_OK) {
    client->at = before;
    return err;
  }
  venue_drop_page(client);
  client->is_behind = false;
  client->beat_mono_ms = venue_mono_ms();
  *event = (struct venue_event){.kind = VENUE_RESYNC};
  return VD_OK;
}

// The history is the same, and told on from where it was; only the mirror goes.
static enum vd_err load_anew(struct venue_client *client, struct venue_event *event)
{
  struct venue_place before = client->at;
  enum vd_err err = load(client, NULL);
  client->at = before;
  if (err != VD_OK)
    return err;
  client->beat_mono_ms = venue_mono_ms();
  *event = (struct venue_event){.kind = VENUE_RESYNC};
  return VD_OK;
}

static int64_t repair_until_ms(int64_t until_ms)
{
  int64_t least_ms = venue_until_ms(REPAIR_MIN_MS);
  return until_ms > least_ms ? until_ms : least_ms;
}

static enum vd_err repair(struct venue_client *client, int64_t until_ms, struct venue_event *event)
{
  Vd__Frame *frame = venue_take_from_page(client);
  if (frame == NULL && client->is_behind) {
    enum vd_err err = venue_fetch_page(client, repair_until_ms(until_ms));
    if (err == VD_ERR_GONE)
      return start_anew(client, event);
    if (err != VD_OK)
      return err;
    frame = venue_take_from_page(client);
    if (frame != NULL)
      client->beat_mono_ms = venue_mono_ms(); // who tells more is alive; its beats wait behind the page
  }
  return frame != NULL ? deliver(client, VENUE_CHANGE, frame, event) : VD_ERR_TIMED_OUT;
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

// What the beat says of the mirror: false if that must be loaded anew.
static bool is_mirror_good(struct venue_client *client, const Vd__Beat *beat)
{
  bool is_other_feed = atomic_load(&client->fed.so_far) != client->loaded_over;
  bool is_over = client->trust == VENUE_DOUBTED && !beat->read_only;
  if (is_over || (client->trust != VENUE_PROVEN && is_other_feed))
    return false;
  if (beat->read_only)
    client->trust = VENUE_DOUBTED;
  else if (beat->now_at_ms >= client->loaded_at_ms)
    client->trust = VENUE_PROVEN;
  return true;
}

static enum vd_err take_beat(struct venue_client *client, Vd__Frame *frame, int64_t until_ms,
                             struct venue_event *event)
{
  if (frame->epoch != client->at.epoch || !venue_is_trusted(client)) {
    enum vd_err err = venue_check_history(client, repair_until_ms(until_ms));
    if (err != VD_OK) {
      drop(&frame);
      return err == VD_ERR_GONE ? start_anew(client, event) : err;
    }
  }
  client->is_behind |= frame->sequence >= client->at.expected;
  if (client->fold != NULL && !is_mirror_good(client, frame->beat)) {
    drop(&frame);
    return load_anew(client, event); // should it fail, the next beat tries again
  }
  client->beat_mono_ms = venue_mono_ms();
  return deliver(client, VENUE_BEAT, frame, event);
}

// A daemon tells the newest of its alarms again whenever somebody comes.
static bool is_told(struct venue_client *client, const Vd__Frame *frame)
{
  if (client->alarm_epoch != frame->epoch)
    memset(client->alarms, 0, sizeof client->alarms);
  client->alarm_epoch = frame->epoch;
  uint64_t *told = &client->alarms[frame->alarm % VENUE_ALARMS];
  bool is_known = frame->alarm != 0 && *told == frame->alarm;
  *told = frame->alarm;
  return is_known;
}

// VD_ERR_TIMED_OUT means: nothing to tell of this frame, go on.
static enum vd_err take_frame(struct venue_client *client, Vd__Frame *frame, bool is_alarm, int64_t until_ms,
                              struct venue_event *event)
{
  if (is_alarm && frame->change != NULL && !is_told(client, frame))
    return deliver(client, VENUE_ALARM, frame, event);
  if (!is_alarm && frame->beat != NULL)
    return take_beat(client, frame, until_ms, event);
  // A Change under another epoch waits for the beat that tells whether the history is still the same.
  bool is_ours = !is_alarm && frame->epoch == client->at.epoch;
  if (is_ours && frame->sequence == client->at.expected && venue_is_trusted(client))
    return deliver(client, VENUE_CHANGE, frame, event);
  client->is_behind |= is_ours && frame->sequence >= client->at.expected;
  drop(&frame); // known already, or it comes again with the repair
  return VD_ERR_TIMED_OUT;
}

// NULL: nothing came, or nothing that a venued would say.
static Vd__Frame *receive(struct venue_client *client, int64_t wait_ms, bool *is_alarm)
{
  nng_msg *message;
  nng_socket_set_ms(client->sub, NNG_OPT_RECVTIMEO, (nng_duration)wait_ms);
  if (nng_recvmsg(client->sub, &message, 0) != 0) {
    venue_link_drop_silent(&client->fed, STALE_AFTER_MS);
    return NULL;
  }
  venue_link_heard(&client->fed);
  return unpack(message, is_alarm);
}

// Why the feed is shut again and again, told once for each time; VD_OK where it is not.
static enum vd_err look_at_door(struct venue_client *client, struct vd_refusal *refusal)
{
  struct venue_link *link = &client->fed;
  unsigned so_far = atomic_load(&link->so_far);
  bool is_shut = atomic_load(&link->shut) >= SHUT_OUT_AFTER && so_far - link->proven >= SHUT_OUT_AFTER;
  if (client->status_url == NULL || !is_shut || so_far == client->shut_out_told)
    return VD_OK;
  client->shut_out_told = so_far;
  bool is_known;
  enum vd_err err = venue_knock(client, venue_until_ms(client->timeout_ms), &is_known, refusal);
  if (is_known) // and yet shut out: this feed is not for that role
    return vd_refuse(refusal, VD_ERR_NOT_PERMITTED, "", "%s", client->feed_url);
  return err;
}

// ---- age ----

static int64_t stale_from_ms(const struct venue_client *client)
{
  int64_t after_beat_ms = client->beat_mono_ms + STALE_AFTER_MS + 1;
  int64_t after_told_ms = client->stale_told_mono_ms + STALE_REPEAT_MS;
  return after_beat_ms > after_told_ms ? after_beat_ms : after_told_ms;
}

static bool tell_stale(struct venue_client *client, struct venue_event *event)
{
  int64_t now_ms = venue_mono_ms();
  if (now_ms < stale_from_ms(client))
    return false;
  client->stale_told_mono_ms = now_ms;
  *event = (struct venue_event){.kind = VENUE_STALE, .silent_ms = now_ms - client->beat_mono_ms};
  return true;
}

// Until the caller's patience ends, the picture is old, or a repair that failed may be tried again.
static int64_t wait_ms(const struct venue_client *client, int64_t until_ms)
{
  int64_t stale_ms = stale_from_ms(client);
  int64_t left_ms = venue_left_ms(until_ms < stale_ms ? until_ms : stale_ms);
  return client->is_behind && left_ms > RETRY_MS ? RETRY_MS : left_ms;
}

enum vd_err venue_client_next(struct venue_client *client, int64_t timeout_ms, struct venue_event *event)
{
  assert(client->is_following); // follow or mirror came before, and succeeded
  int64_t until_ms = venue_until_ms(timeout_ms);
  for (;;) {
    enum vd_err err = repair(client, until_ms, event);
    if (err == VD_OK)
      return VD_OK;
    bool is_alarm;
    Vd__Frame *frame = receive(client, wait_ms(client, until_ms), &is_alarm);
    enum vd_err got = frame != NULL ? take_frame(client, frame, is_alarm, until_ms, event) : VD_ERR_TIMED_OUT;
    enum vd_err shut_out = frame == NULL ? look_at_door(client, NULL) : VD_OK;
    if (shut_out != VD_OK)
      return shut_out;
    // Only where nothing waits to be read: who was away finds the beats that came meanwhile first.
    if (got == VD_OK || (frame == NULL && tell_stale(client, event)))
      return VD_OK;
    // What failed is told only after the time given: the feed is what matters.
    if (venue_left_ms(until_ms) == 0)
      return got != VD_ERR_TIMED_OUT ? got : err;
  }
}

// ---- following with a mirror ----

static enum vd_err await_beat(struct venue_client *client, struct vd_refusal *refusal)
{
  int64_t until_ms = venue_until_ms(client->timeout_ms);
  for (bool is_beat = false; !is_beat;) {
    int32_t left_ms = venue_left_ms(until_ms);
    if (left_ms == 0)
      return vd_refuse(refusal, VD_ERR_TIMED_OUT, "", "%s: no beat came", client->feed_url);
    bool is_alarm;
    Vd__Frame *frame = receive(client, left_ms < RETRY_MS ? left_ms : RETRY_MS, &is_alarm);
    is_beat = frame != NULL && !is_alarm && frame->beat != NULL;
    enum vd_err err = frame == NULL ? look_at_door(client, refusal) : VD_OK;
    drop(&frame);
    if (err != VD_OK)
      return err;
  }
  client->beat_mono_ms = venue_mono_ms();
  return VD_OK;
}

enum vd_err venue_client_mirror(struct venue_client *client, struct vd_refusal *refusal)
{
  enum vd_err err = venue_client_follow(client, 0, refusal);
  if (err == VD_OK) // before the first page: from then on no change of read-only is missed
    err = await_beat(client, refusal);
  if (err == VD_OK)
    err = load(client, refusal);
  if (err != VD_OK)
    end_following(client);
  return err;
}
