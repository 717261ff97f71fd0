#include "tests/unit/clients/fake.h"

#include <criterion/criterion.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/supplemental/util/platform.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clients/lib/client_internal.h"
#include "proto/quota.h"

enum { REQUEST_QUOTA = 8 * 1024 * 1024 };

// ---- answers ----

static Vd__Response *response_new(const struct fake *fake, const char *id)
{
  Vd__Response *response = (Vd__Response *)vd_message_new(&vd__response__descriptor);
  response->version = 1;
  vd_string_set(&response->id, id);
  response->epoch = fake->epoch;
  response->sequence = fake->count;
  response->now_at_ms = fake->now_at_ms;
  return response;
}

static void refuse(const struct fake *fake, Vd__Response *response)
{
  response->refusal = (Vd__Reply *)vd_message_new(&vd__reply__descriptor);
  vd_string_set(&response->refusal->code, fake->refusal);
  vd_string_set(&response->refusal->sentence, "because");
  vd_string_set(&response->refusal->field, "here");
}

static void answer_commands(Vd__Response *response, const Vd__Commands *commands)
{
  response->body_case = VD__RESPONSE__BODY_REPLIES;
  response->replies = (Vd__Replies *)vd_message_new(&vd__replies__descriptor);
  for (size_t i = 0; i < commands->n_commands; i++) {
    Vd__Reply *reply = (Vd__Reply *)vd_message_new(&vd__reply__descriptor);
    vd_string_set(&reply->id, commands->commands[i]->id);
    bool is_refused = commands->commands[i]->act_case == VD__COMMAND__ACT__NOT_SET;
    vd_string_set(&reply->code, is_refused ? "missing" : "ok");
    vd_string_set(&reply->sentence, is_refused ? "nothing to do" : "");
    VD_REPEATED_ADD(response->replies->replies, response->replies->n_replies, reply);
  }
}

static void answer_changes(const struct fake *fake, Vd__Response *response, const Vd__ChangesQuery *query)
{
  Vd__ChangesPage *page = (Vd__ChangesPage *)vd_message_new(&vd__changes_page__descriptor);
  size_t most = query->limit != 0 && query->limit < fake->page_max ? query->limit : fake->page_max;
  page->next = query->from;
  while (page->next <= fake->count && page->n_frames < most) {
    VD_REPEATED_ADD(page->frames, page->n_frames, vd_message_copy(&fake->history[page->next - 1]->base));
    page->next++;
  }
  page->complete = page->next > fake->count;
  response->body_case = VD__RESPONSE__BODY_CHANGES;
  response->changes = page;
}

static void answer_state(struct fake *fake, Vd__Response *response, const Vd__StateQuery *query)
{
  if (fake->between != NULL)
    fake->between(fake, fake->state_pages);
  fake->state_pages++;
  Vd__StatePage *page = (Vd__StatePage *)vd_message_new(&vd__state_page__descriptor);
  const char *after = query->after != NULL ? query->after->id : NULL;
  const ProtobufCMessage *zone;
  while (page->n_entities < fake->page_max &&
         (zone = vd_fold_next(fake->fold, VD__KIND__KIND_ZONE, after, "")) != NULL) {
    Vd__Entity *entity = (Vd__Entity *)vd_message_new(&vd__entity__descriptor);
    vd_entity_wrap(entity, VD__KIND__KIND_ZONE, vd_message_copy(zone));
    VD_REPEATED_ADD(page->entities, page->n_entities, entity);
    after = vd_message_id(zone);
  }
  if (page->n_entities == fake->page_max) {
    page->next = (Vd__Key *)vd_message_new(&vd__key__descriptor);
    page->next->kind = VD__KIND__KIND_ZONE;
    vd_string_set(&page->next->id, after);
  }
  response->body_case = VD__RESPONSE__BODY_STATE;
  response->state = page;
}

static void answer(struct fake *fake, Vd__Response *response, const Vd__Request *request)
{
  switch (request->body_case) {
  case VD__REQUEST__BODY_COMMANDS:
    answer_commands(response, request->commands);
    break;
  case VD__REQUEST__BODY_CHANGES:
    answer_changes(fake, response, request->changes);
    break;
  case VD__REQUEST__BODY_STATE:
    answer_state(fake, response, request->state);
    break;
  default:
    response->body_case = VD__RESPONSE__BODY_STATUS;
    response->status = (Vd__Status *)vd_message_new(&vd__status__descriptor);
    response->status->read_only = fake->is_read_only;
  }
}

static nng_msg *message_of(const void *bytes, size_t size)
{
  nng_msg *message;
  cr_assert_eq(nng_msg_alloc(&message, size), 0);
  if (bytes != NULL)
    memcpy(nng_msg_body(message), bytes, size);
  else
    memset(nng_msg_body(message), 0, size);
  return message;
}

// What goes back; NULL = nothing.
static nng_msg *play(struct fake *fake, enum fake_act act, const Vd__Request *request)
{
  if (act == FAKE_SILENT || act == FAKE_HANG_UP)
    return NULL;
  if (act == FAKE_GARBAGE)
    return message_of("\xff\xff\xff\xff", 4);
  Vd__Response *response = response_new(fake, request->id);
  if (act == FAKE_OTHER)
    vd_string_set(&response->id, "somebody-elses");
  if (act == FAKE_NAMELESS)
    vd_string_set(&response->id, "");
  if (act == FAKE_REFUSE || act == FAKE_NAMELESS)
    refuse(fake, response);
  else if (act != FAKE_EMPTY)
    answer(fake, response, request);
  if (fake->spoil != NULL)
    fake->spoil(response);
  struct vd_buffer bytes = {0};
  vd_buffer_pack(&bytes, &response->base);
  vd__response__free_unpacked(response, NULL);
  nng_msg *message = message_of(bytes.data, bytes.size);
  vd_buffer_finish(&bytes);
  return message;
}

static void take(struct fake *fake, nng_msg *message)
{
  pthread_mutex_lock(&fake->lock);
  Vd__Request *request = (Vd__Request *)vd_unpack_bounded(&vd__request__descriptor, nng_msg_body(message),
                                                          nng_msg_len(message), REQUEST_QUOTA, NULL);
  cr_assert_not_null(request);
  if (fake->seen_count < FAKE_SEEN_MAX)
    vd_buffer_append(&fake->seen[fake->seen_count++], nng_msg_body(message), nng_msg_len(message));
  enum fake_act act = fake->played < fake->scripted ? fake->script[fake->played++] : fake->otherwise;
  nng_msg *back = play(fake, act, request);
  pthread_cond_broadcast(&fake->wake);
  pthread_mutex_unlock(&fake->lock);
  vd__request__free_unpacked(request, NULL);
  if (act == FAKE_HANG_UP)
    nng_pipe_close(nng_msg_get_pipe(message));
  nng_msg_free(message);
  if (back != NULL && nng_sendmsg(fake->rep, back, 0) != 0)
    nng_msg_free(back);
}

static void *serve(void *argument)
{
  struct fake *fake = argument;
  nng_msg *message;
  while (nng_recvmsg(fake->rep, &message, 0) == 0) // until it is closed
    take(fake, message);
  return NULL;
}

// ---- life ----

static void on_subscriber(nng_pipe pipe, nng_pipe_ev event, void *context)
{
  struct fake *fake = context;
  pthread_mutex_lock(&fake->lock);
  if (event == NNG_PIPE_EV_ADD_POST) {
    fake->subscriber = pipe;
    fake->subscriptions++;
    if (fake->greets)
      fake_publish_beat(fake);
    fake->greets = false;
    atomic_fetch_add(&fake->subscribers, 1);
  } else {
    atomic_fetch_sub(&fake->subscribers, 1);
  }
  pthread_cond_broadcast(&fake->wake);
  pthread_mutex_unlock(&fake->lock);
}

void fake_init(struct fake *fake)
{
  *fake = (struct fake){.dir = "/tmp/vd-client-XXXXXX", .epoch = 5, .page_max = 1000, .refusal = "busy"};
  cr_assert_not_null(mkdtemp(fake->dir));
  unsetenv("VENUE_URL");
  unsetenv("VENUE_TOKEN");
  pthread_mutex_init(&fake->lock, NULL);
  pthread_cond_init(&fake->wake, NULL);
  fake->fold = vd_fold_create();
}

static void listen_at(struct fake *fake, nng_socket socket, const char *name)
{
  char url[80];
  snprintf(url, sizeof url, "ipc://%s/%s.ipc", fake->dir, name);
  cr_assert_eq(nng_listen(socket, url, NULL, 0), 0, "%s", url);
}

void fake_start(struct fake *fake)
{
  cr_assert_eq(nng_rep0_open(&fake->rep), 0);
  cr_assert_eq(nng_pub0_open(&fake->pub), 0);
  nng_socket_set_int(fake->pub, NNG_OPT_SENDBUF, 8192);
  nng_socket_set_ms(fake->rep, NNG_OPT_SENDTIMEO, FAKE_PATIENCE_MS);
  nng_pipe_notify(fake->pub, NNG_PIPE_EV_ADD_POST, on_subscriber, fake);
  nng_pipe_notify(fake->pub, NNG_PIPE_EV_REM_POST, on_subscriber, fake);
  listen_at(fake, fake->pub, "ops");
  listen_at(fake, fake->rep, "rep");
  cr_assert_eq(pthread_create(&fake->thread, NULL, serve, fake), 0);
  fake->is_up = true;
}

void fake_stop(struct fake *fake)
{
  if (!fake->is_up)
    return;
  nng_close(fake->rep);
  nng_close(fake->pub);
  pthread_join(fake->thread, NULL);
  fake->is_up = false;
}

static void remove_folder(const struct fake *fake)
{
  static const char *const names[] = {"/rep.ipc", "/ops.ipc", ""};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[80];
    snprintf(path, sizeof path, "%s%s", fake->dir, names[i]);
    remove(path);
  }
}

void fake_forget(struct fake *fake)
{
  for (size_t i = 0; i < fake->seen_count; i++)
    vd_buffer_finish(&fake->seen[i]);
  fake->seen_count = 0;
  fake_go_back(fake, 0, 0);
  vd_fold_destroy(fake->fold);
  remove_folder(fake);
}

void fake_finish(struct fake *fake)
{
  fake_stop(fake);
  fake_forget(fake);
  pthread_cond_destroy(&fake->wake);
  pthread_mutex_destroy(&fake->lock);
}

void fake_wait_connected(struct venue_client *client)
{
  for (int64_t until_ms = venue_until_ms(FAKE_PATIENCE_MS); atomic_load(&client->asked.now) == 0;
       nng_msleep(1))
    cr_assert_gt(venue_left_ms(until_ms), 0, "the client did not connect");
}

struct venue_client *fake_client(struct fake *fake, int64_t timeout_ms)
{
  struct venue_client_options options = {
      .data_dir = fake->dir, .language = VD__LANGUAGE__LANGUAGE_ZH_HANT, .timeout_ms = timeout_ms};
  struct venue_client *client = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(venue_client_create(&client, &options, &refusal), VD_OK, "%s", refusal.detail);
  if (fake->is_up) // nng 1.5.2 loses a connection that is closed in the very moment of connecting
    fake_wait_connected(client);
  return client;
}

enum vd_err fake_mirror(struct fake *fake, struct venue_client *client, struct vd_refusal *refusal)
{
  pthread_mutex_lock(&fake->lock);
  fake->greets = true;
  pthread_mutex_unlock(&fake->lock);
  enum vd_err err = venue_client_mirror(client, refusal);
  pthread_mutex_lock(&fake->lock);
  fake->greets = false;
  pthread_mutex_unlock(&fake->lock);
  return err;
}

// ---- looking at it ----

static struct timespec patience(void)
{
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += FAKE_PATIENCE_MS / 1000;
  return until;
}

void fake_wait_subscribers(struct fake *fake, unsigned wanted)
{
  struct timespec until = patience();
  pthread_mutex_lock(&fake->lock);
  while (atomic_load(&fake->subscribers) != wanted)
    cr_assert_eq(pthread_cond_timedwait(&fake->wake, &fake->lock, &until), 0, "no subscriber came");
  pthread_mutex_unlock(&fake->lock);
}

void fake_wait_subscriptions(struct fake *fake, unsigned wanted)
{
  struct timespec until = patience();
  pthread_mutex_lock(&fake->lock);
  while (fake->subscriptions < wanted)
    cr_assert_eq(pthread_cond_timedwait(&fake->wake, &fake->lock, &until), 0, "no subscriber came back");
  pthread_mutex_unlock(&fake->lock);
}

void fake_wait_seen(struct fake *fake, size_t wanted)
{
  struct timespec until = patience();
  pthread_mutex_lock(&fake->lock);
  while (fake->seen_count < wanted)
    cr_assert_eq(pthread_cond_timedwait(&fake->wake, &fake->lock, &until), 0, "no request came");
  pthread_mutex_unlock(&fake->lock);
}

void fake_play(struct fake *fake, enum fake_act act)
{
  pthread_mutex_lock(&fake->lock);
  cr_assert_lt(fake->scripted, sizeof fake->script / sizeof *fake->script);
  fake->script[fake->scripted++] = act;
  pthread_mutex_unlock(&fake->lock);
}

Vd__Request *fake_request(struct fake *fake, size_t nth)
{
  pthread_mutex_lock(&fake->lock);
  cr_assert_lt(nth, fake->seen_count);
  Vd__Request *request = vd__request__unpack(NULL, fake->seen[nth].size, fake->seen[nth].data);
  pthread_mutex_unlock(&fake->lock);
  cr_assert_not_null(request);
  return request;
}

size_t fake_count_seen(struct fake *fake, Vd__Request__BodyCase body)
{
  size_t count = 0;
  for (size_t i = 0; i < fake->seen_count; i++) {
    Vd__Request *request = fake_request(fake, i);
    count += request->body_case == body;
    vd__request__free_unpacked(request, NULL);
  }
  return count;
}

// ---- the history ----

static uint64_t commit(struct fake *fake, Vd__Change *change)
{
  pthread_mutex_lock(&fake->lock);
  cr_assert_lt(fake->count, FAKE_HISTORY_MAX);
  uint64_t sequence = fake->count + 1;
  Vd__Frame *frame = (Vd__Frame *)vd_message_new(&vd__frame__descriptor);
  frame->epoch = fake->epoch;
  frame->sequence = sequence;
  frame->change = change;
  change->sequence = sequence;
  change->last = true;
  change->cause = (Vd__Cause *)vd_message_new(&vd__cause__descriptor);
  change->cause->now_at_ms = (int64_t)(1000 * fake->epoch + sequence);
  for (size_t i = 0; i < change->n_upserts; i++)
    vd_message_set_revision(&change->upserts[i]->zone->base, sequence);
  vd_fold_apply(fake->fold, change);
  fake->history[fake->count++] = frame;
  pthread_mutex_unlock(&fake->lock);
  return sequence;
}

uint64_t fake_set(struct fake *fake, const char *zone, uint32_t capacity)
{
  Vd__Zone *made = (Vd__Zone *)vd_message_new(&vd__zone__descriptor);
  vd_string_set(&made->id, zone);
  made->capacity = capacity;
  Vd__Entity *entity = (Vd__Entity *)vd_message_new(&vd__entity__descriptor);
  vd_entity_wrap(entity, VD__KIND__KIND_ZONE, &made->base);
  Vd__Change *change = (Vd__Change *)vd_message_new(&vd__change__descriptor);
  VD_REPEATED_ADD(change->upserts, change->n_upserts, entity);
  return commit(fake, change);
}

uint64_t fake_remove(struct fake *fake, const char *zone)
{
  Vd__Key *key = (Vd__Key *)vd_message_new(&vd__key__descriptor);
  key->kind = VD__KIND__KIND_ZONE;
  vd_string_set(&key->id, zone);
  Vd__Change *change = (Vd__Change *)vd_message_new(&vd__change__descriptor);
  VD_REPEATED_ADD(change->removals, change->n_removals, key);
  return commit(fake, change);
}

static void rebuild(struct fake *fake)
{
  vd_fold_destroy(fake->fold);
  fake->fold = vd_fold_create();
  for (size_t i = 0; i < fake->count; i++)
    vd_fold_apply(fake->fold, fake->history[i]->change);
}

void fake_go_back(struct fake *fake, uint64_t sequence, uint64_t epoch)
{
  pthread_mutex_lock(&fake->lock);
  while (fake->count > sequence)
    vd__frame__free_unpacked(fake->history[--fake->count], NULL);
  rebuild(fake);
  fake->epoch = epoch;
  pthread_mutex_unlock(&fake->lock);
}

void fake_derive(struct fake *fake, const char *zone, uint32_t capacity)
{
  Vd__Zone *made = (Vd__Zone *)vd_message_new(&vd__zone__descriptor);
  vd_string_set(&made->id, zone);
  made->capacity = capacity;
  made->revision = fake->count + 10;
  Vd__Entity *entity = (Vd__Entity *)vd_message_new(&vd__entity__descriptor);
  vd_entity_wrap(entity, VD__KIND__KIND_ZONE, &made->base);
  fake->is_read_only = true;
  vd_fold_put_newer(fake->fold, entity);
  vd__entity__free_unpacked(entity, NULL);
}

void fake_write_again(struct fake *fake)
{
  fake->is_read_only = false;
  rebuild(fake);
}

// ---- the feed ----

void fake_publish_bytes(struct fake *fake, const void *bytes, size_t size)
{
  cr_assert_eq(nng_sendmsg(fake->pub, message_of(bytes, size), 0), 0);
}

void fake_publish(struct fake *fake, const char *topic, const Vd__Frame *frame)
{
  struct vd_buffer bytes = {0};
  vd_buffer_printf(&bytes, "%s\n", topic);
  vd_buffer_pack(&bytes, &frame->base);
  fake_publish_bytes(fake, bytes.data, bytes.size);
  vd_buffer_finish(&bytes);
}

void fake_publish_change(struct fake *fake, uint64_t sequence)
{
  fake_publish(fake, "change/zone/x", fake->history[sequence - 1]);
}

void fake_publish_beat_of(struct fake *fake, uint64_t epoch, uint64_t sequence)
{
  Vd__Beat beat = VD__BEAT__INIT;
  beat.now_at_ms = fake->now_at_ms;
  beat.read_only = fake->is_read_only;
  Vd__Frame frame = VD__FRAME__INIT;
  frame.epoch = epoch;
  frame.sequence = sequence;
  frame.beat = &beat;
  fake_publish(fake, "beat/", &frame);
}

void fake_publish_beat(struct fake *fake)
{
  fake_publish_beat_of(fake, fake->epoch, fake->count);
}

// ---- what the client tells ----

enum vd_err fake_next(struct venue_client *client, int64_t timeout_ms, struct venue_event *event)
{
  enum vd_err err;
  do
    err = venue_client_next(client, timeout_ms, event);
  while (err == VD_OK && event->kind == VENUE_STALE && event->silent_ms < FAKE_PATIENCE_MS);
  return err;
}

struct venue_event fake_expect(struct venue_client *client, enum venue_event_kind kind)
{
  struct venue_event event;
  enum vd_err err = kind == VENUE_STALE ? venue_client_next(client, FAKE_PATIENCE_MS, &event)
                                        : fake_next(client, FAKE_PATIENCE_MS, &event);
  cr_assert_eq(err, VD_OK, "nothing came: %s", vd_err_name(err));
  cr_assert_eq(event.kind, kind, "event %d instead of %d", event.kind, kind);
  return event;
}

void fake_expect_change(struct venue_client *client, uint64_t sequence)
{
  struct venue_event event = fake_expect(client, VENUE_CHANGE);
  cr_assert_eq(event.frame->sequence, sequence, "Change %llu instead of %llu",
               (unsigned long long)event.frame->sequence, (unsigned long long)sequence);
}

void fake_expect_nothing(struct venue_client *client)
{
  struct venue_event event;
  enum vd_err err = fake_next(client, 50, &event);
  cr_assert_eq(err, VD_ERR_TIMED_OUT, "%s, event %d", vd_err_name(err), err == VD_OK ? (int)event.kind : -1);
}
