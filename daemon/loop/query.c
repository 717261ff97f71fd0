// Reads. State and recommendations are taken from the venue as it stands and leave with the batch they were
// drained with; history is read from the journal on libuv's thread pool; status never waits.
#include <stdlib.h>
#include <string.h>

#include "daemon/loop/daemon.h"
#include "daemon/loop/log.h"
#include "proto/check.h"
#include "proto/quota.h"
#include "proto/text.h"

// What a page's envelope and each entity's wrapper take beside the entities.
enum { PAGE_SLACK = 4096, WRAPPER_BYTES = 8, HISTORY_FRAMES_MAX = 2000, CHANGE_QUOTA = 1024 * 1024 };

// ---- state ----

// Kinds that the reader may not see do not count, or a page could be empty and name what is hidden.
static bool wants_kind(const Vd__StateQuery *query, enum vd_clearance clearance, Vd__Kind kind)
{
  if (!vd_clearance_shows_type(clearance, vd_kind_type(kind)))
    return false;
  for (size_t i = 0; i < query->n_kinds; i++)
    if (query->kinds[i] == kind)
      return true;
  return query->n_kinds == 0;
}

static void add_entity(Vd__StatePage *page, Vd__Kind kind, const ProtobufCMessage *message)
{
  Vd__Entity *entity = (Vd__Entity *)vd_message_new(&vd__entity__descriptor);
  vd_entity_wrap(entity, kind, vd_message_copy(message));
  VD_REPEATED_ADD(page->entities, page->n_entities, entity);
}

static void set_next(Vd__StatePage *page, Vd__Kind kind, const char *id)
{
  page->next = (Vd__Key *)vd_message_new(&vd__key__descriptor);
  page->next->kind = kind;
  vd_string_set(&page->next->id, id);
}

static Vd__StatePage *state_page(const struct vd_daemon *d, const Vd__StateQuery *query,
                                 enum vd_clearance clearance)
{
  const struct vd_fold *fold = vd_venue_fold(d->venue);
  Vd__StatePage *page = (Vd__StatePage *)vd_message_new(&vd__state_page__descriptor);
  size_t bytes = PAGE_SLACK;
  unsigned first = query->after != NULL ? (unsigned)query->after->kind : 1;
  for (unsigned kind = first; kind != 0; kind = vd_kind_after((Vd__Kind)kind)) {
    if (!wants_kind(query, clearance, (Vd__Kind)kind))
      continue;
    const char *after = query->after != NULL && kind == first ? query->after->id : NULL;
    const ProtobufCMessage *message;
    while ((message = vd_fold_next(fold, (Vd__Kind)kind, after, query->prefix)) != NULL) {
      bytes += protobuf_c_message_get_packed_size(message) + WRAPPER_BYTES;
      bool is_full = bytes > VD_PAGE_MAX || (query->limit != 0 && page->n_entities >= query->limit);
      if (is_full) {
        const Vd__Entity *last = page->entities[page->n_entities - 1];
        set_next(page, vd_entity_kind(last), vd_message_id(vd_entity_message(last)));
        return page;
      }
      add_entity(page, (Vd__Kind)kind, message);
      after = vd_message_id(message);
    }
  }
  return page;
}

// A page leaves with its batch, and so do the Changes executed after it was taken: whoever goes on from
// `sequence` must not take them for contained.
static void answer_state(const struct vd_daemon *d, const struct vd_call *call, const Vd__Principal *who,
                         Vd__Response *response)
{
  response->sequence = d->is_read_only ? d->committed : vd_venue_sequence(d->venue);
  response->body_case = VD__RESPONSE__BODY_STATE;
  response->state = state_page(d, call->request->state, vd_clearance_of_role(who->role));
}

// ---- history ----

struct history {
  uv_work_t work;
  struct vd_daemon *daemon;
  struct vd_call *call;
  Vd__ChangesPage *page;
  uint64_t to;
  size_t bytes, frames_max;
  enum vd_err err;
  struct vd_refusal refusal;
};

static bool take_change(void *context, uint64_t epoch, uint64_t sequence, const uint8_t chain[VD_CHAIN_SIZE],
                        const uint8_t *data, size_t size)
{
  (void)chain;
  struct history *history = context;
  history->bytes += size + WRAPPER_BYTES;
  if (history->page->n_frames >= history->frames_max || history->bytes > VD_PAGE_MAX)
    return false;
  Vd__Change *change =
      (Vd__Change *)vd_unpack_bounded(&vd__change__descriptor, data, size, CHANGE_QUOTA, &history->refusal);
  if (change == NULL) {
    history->err = VD_ERR_DAMAGED;
    return false;
  }
  Vd__Frame *frame = (Vd__Frame *)vd_message_new(&vd__frame__descriptor);
  frame->epoch = epoch;
  frame->sequence = sequence;
  frame->change = change;
  VD_REPEATED_ADD(history->page->frames, history->page->n_frames, frame);
  history->page->next = sequence + 1;
  return true;
}

static void read_history(uv_work_t *work)
{
  struct history *history = work->data;
  uint64_t from = history->page->next;
  enum vd_err err = VD_OK;
  if (from <= history->to)
    err = vd_journal_each_change(history->daemon->journal, from, history->to, take_change, history,
                                 &history->refusal);
  if (history->err == VD_OK)
    history->err = err;
  history->page->complete = history->page->next > history->to;
}

static void history_read(uv_work_t *work, int status)
{
  struct history *history = work->data;
  struct vd_daemon *d = history->daemon;
  d->works--;
  Vd__Response *response = vd_response_new(history->call);
  if (status != 0 || history->err != VD_OK) {
    enum vd_err err = status != 0 ? VD_ERR_NOT_READY : history->err;
    vd_log(VD_LOG_ERROR, "history-unreadable", "code", vd_err_name(err), "detail", history->refusal.detail,
           NULL);
    response->refusal = vd_reply_new("", history->call->request->language, err, &history->refusal);
    vd__changes_page__free_unpacked(history->page, NULL);
  } else {
    response->body_case = VD__RESPONSE__BODY_CHANGES;
    response->changes = history->page;
  }
  vd_daemon_answer(d, history->call, response);
  free(history);
  vd_daemon_turn(d);
}

static void start_history(struct vd_daemon *d, struct vd_call *call)
{
  const Vd__ChangesQuery *query = call->request->changes;
  struct history *history = vd_zalloc(sizeof *history);
  history->work.data = history;
  history->daemon = d;
  history->call = call;
  history->to = d->committed;
  history->frames_max =
      query->limit != 0 && query->limit < HISTORY_FRAMES_MAX ? query->limit : HISTORY_FRAMES_MAX;
  history->page = (Vd__ChangesPage *)vd_message_new(&vd__changes_page__descriptor);
  history->page->next = query->from > 0 ? query->from : 1;
  int error = uv_queue_work(&d->uv, &history->work, read_history, history_read);
  if (error == 0) {
    d->works++;
    return;
  }
  vd__changes_page__free_unpacked(history->page, NULL);
  free(history);
  vd_daemon_refuse_call(d, call, VD_ERR_BUSY);
}

// ---- the rest ----

static void recommend(struct vd_daemon *d, const struct vd_call *call, const Vd__Principal *who,
                      Vd__Response *response)
{
  struct vd_refusal refusal = {.err = VD_OK};
  if (!vd_clearance_shows_type(vd_clearance_of_role(who->role), &vd__recommendation__descriptor)) {
    response->refusal = vd_reply_new("", call->request->language, VD_ERR_NOT_PERMITTED, NULL);
    return;
  }
  Vd__Recommendation *found =
      vd_venue_recommend(d->venue, call->request->recommend->incident, d->now_ms, &refusal);
  if (found == NULL) {
    response->refusal = vd_reply_new("", call->request->language, refusal.err, &refusal);
    return;
  }
  response->body_case = VD__RESPONSE__BODY_RECOMMENDATION;
  response->recommendation = found;
}

static void accept_clock(struct vd_daemon *d, const struct vd_call *call, const Vd__Principal *who,
                         Vd__Response *response)
{
  enum vd_err err =
      who->role == VD__ROLE__ROLE_ADMIN ? vd_clock_accept(&d->clock, &d->reading) : VD_ERR_NOT_PERMITTED;
  if (err != VD_OK) {
    response->refusal = vd_reply_new("", call->request->language, err, NULL);
    return;
  }
  vd_daemon_look_at_clock(d);
  d->gathering->sets_clock = !d->is_read_only; // the answer waits until a restart would know it too
  vd_log(VD_LOG_WARNING, "clock-accepted", "principal", who->id, "venue_ms", VD_LOG_NUMBER(d->now_ms), NULL);
  response->body_case = VD__RESPONSE__BODY_STATUS;
  response->status = (Vd__Status *)vd_message_new(&vd__status__descriptor);
  vd_daemon_fill_status(d, response->status);
}

bool vd_daemon_query(struct vd_daemon *d, struct vd_call *call, const Vd__Principal *who,
                     Vd__Response *response)
{
  switch (call->request->body_case) {
  case VD__REQUEST__BODY_STATE:
    answer_state(d, call, who, response);
    return true;
  case VD__REQUEST__BODY_CHANGES:
    start_history(d, call);
    return false;
  case VD__REQUEST__BODY_RECOMMEND:
    recommend(d, call, who, response);
    return true;
  case VD__REQUEST__BODY_CLOCK_ACCEPT:
    accept_clock(d, call, who, response);
    return true;
  default:
    response->refusal = vd_reply_new("", call->request->language, VD_ERR_BAD_REQUEST, NULL);
    return true;
  }
}

const char *vd_daemon_ready_word(const struct vd_daemon *d)
{
  if (d->is_draining)
    return "ending";
  if (d->is_read_only)
    return vd_err_name(VD_ERR_READ_ONLY);
  return d->clock.in_doubt ? "clock-in-doubt" : "ready";
}

static void add_nodes(Vd__Status *status, const struct vd_venue_counts *counts)
{
  for (int node = 1; node < VD_NODES; node++) {
    Vd__NodeCount *count = (Vd__NodeCount *)vd_message_new(&vd__node_count__descriptor);
    vd_string_set(&count->id, vd_enum_name(&vd__node__descriptor, node));
    count->node = (Vd__Node)node;
    count->automatic = counts->acts[node].automatic;
    count->manual = counts->acts[node].manual;
    VD_REPEATED_ADD(status->nodes, status->n_nodes, count);
  }
}

void vd_daemon_fill_status(struct vd_daemon *d, Vd__Status *status)
{
  struct vd_venue_counts counts;
  vd_venue_count(d->venue, &counts);
  vd_string_set(&status->version, VENUED_VERSION);
  vd_string_set(&status->ready, vd_daemon_ready_word(d));
  status->epoch = d->epoch;
  status->sequence = d->committed;
  status->chain.data = memcpy(vd_alloc(VD_CHAIN_SIZE), d->chain, VD_CHAIN_SIZE);
  status->chain.len = VD_CHAIN_SIZE;
  status->now_at_ms = d->now_ms;
  status->wall_at_ms = d->reading.wall_ms;
  status->scale = d->clock.scale;
  status->rehearsal = d->meta.rehearsal;
  status->read_only = d->is_read_only;
  status->clock_in_doubt = d->clock.in_doubt;
  status->oldest_uncommitted_ms = vd_daemon_oldest_uncommitted(d);
  status->commands = d->commands;
  status->refusals = d->refusals;
  status->open_incidents = counts.open_incidents;
  status->open_alerts = counts.open_alerts;
  status->running_deadlines = counts.running_deadlines;
  status->breaches = counts.breaches;
  status->drill = counts.drill;
  status->drill_incidents = counts.drill_incidents;
  add_nodes(status, &counts);
  status->clock_step_ms = vd_clock_step(&d->clock, &d->reading);
  const Vd__Event *event = vd_venue_event(d->venue);
  if (event != NULL && event->name != NULL)
    status->event = (Vd__Text *)vd_message_copy(&event->name->base);
  status->disk_free_bytes = vd_journal_free_bytes(d->journal);
  vd_journal_size(d->journal, &status->journal_bytes, &status->journal_map_bytes);
  status->boot_changes = d->boot_changes;
  status->boot_ms = d->boot_ms;
  int64_t next_ms = vd_venue_next_due(d->venue);
  status->next_due_at_ms = next_ms == VD_NEVER ? 0 : next_ms;
}

void vd_daemon_answer_status(struct vd_daemon *d, struct vd_call *call)
{
  Vd__Response *response = vd_response_new(call);
  response->body_case = VD__RESPONSE__BODY_STATUS;
  response->status = (Vd__Status *)vd_message_new(&vd__status__descriptor);
  vd_daemon_fill_status(d, response->status);
  vd_daemon_answer(d, call, response);
}
