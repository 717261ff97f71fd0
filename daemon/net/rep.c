// Requests over nng: contexts that receive, hand over and reply, each with one aio.
//
//   receiving ──▶ with the loop ──▶ sending ──▶ receiving
//        └── refused here ───────────▲
//
// A reply that its peer does not read times out, so that it cannot hold a context (and with all of them,
// everyone).
#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/supplemental/util/platform.h>
#include <string.h>

#include "daemon/net/internal.h"
#include "proto/check.h"
#include "proto/quota.h"

static void receive(struct vd_rep_context *context)
{
  context->is_sending = false;
  nng_aio_set_timeout(context->aio, NNG_DURATION_INFINITE);
  nng_ctx_recv(context->ctx, context->aio);
}

// ---- replies ----

// Without memory there is no reply, which vd_rep_send finds.
static void set_reply(struct vd_rep_context *context, enum vd_clearance clearance,
                      const Vd__Response *response)
{
  struct vd_buffer bytes = {0};
  vd_clearance_pack(&bytes, clearance, &response->base);
  if (context->reply != NULL)
    nng_msg_free(context->reply);
  if (nng_msg_alloc(&context->reply, bytes.size) != 0)
    context->reply = NULL;
  else if (bytes.size > 0)
    memcpy(nng_msg_body(context->reply), bytes.data, bytes.size);
  vd_buffer_finish(&bytes);
}

void vd_rep_pack(struct vd_pending *pending, const Vd__Response *response)
{
  set_reply((struct vd_rep_context *)pending, pending->who->clearance, response);
}

void vd_rep_send(struct vd_pending *pending, const struct vd_buffer *tail)
{
  struct vd_rep_context *context = (struct vd_rep_context *)pending;
  if (context->reply == NULL || nng_msg_append(context->reply, tail->data, tail->size) != 0) {
    atomic_fetch_add(&context->net->replies_given_up, 1);
    vd_pending_done(pending);
    receive(context);
    return;
  }
  atomic_fetch_add(&context->net->sending, 1);
  context->is_sending = true;
  nng_aio_set_msg(context->aio, context->reply);
  context->reply = NULL;
  nng_aio_set_timeout(context->aio, VD_SEND_TIMEOUT_MS); // an aio does not take the socket's
  nng_ctx_send(context->ctx, context->aio);
}

static void refuse(struct vd_rep_context *context, const struct vd_refusal *refusal)
{
  const Vd__Request *request = context->pending.call.request;
  Vd__Response response = VD__RESPONSE__INIT;
  response.version = 1;
  if (request != NULL && vd_request_id_is_valid(request->id))
    response.id = request->id;
  response.refusal =
      vd_refusal_reply(refusal, request != NULL ? request->language : VD__LANGUAGE__LANGUAGE_UNSPECIFIED);
  set_reply(context, VD_CLEARANCE_JOURNAL, &response); // nobody's in particular
  vd__reply__free_unpacked(response.refusal, NULL);
  vd_rep_send(&context->pending, &(struct vd_buffer){0});
}

// ---- requests ----

static Vd__Request *unpack(struct vd_arena *arena, nng_msg *message, struct vd_refusal *refusal)
{
  size_t size = nng_msg_len(message);
  if (size > VD_REQUEST_MAX) {
    vd_refuse(refusal, VD_ERR_TOO_LARGE, "", "%zu bytes; at most %d", size, VD_REQUEST_MAX);
    return NULL;
  }
  return (Vd__Request *)vd_unpack_into(arena, &vd__request__descriptor, nng_msg_body(message), size,
                                       VD_QUOTA_DEFAULT, refusal);
}

static void take(struct vd_rep_context *context, nng_msg *message)
{
  int64_t received_mono_ns = vd_net_mono_ns();
  struct vd_net *net = context->net;
  struct vd_pending *pending = &context->pending;
  struct vd_refusal refusal = {.err = VD_OK};
  pending->face = VD_FACE_TCP;
  pending->who = NULL;
  vd_identities_of_pipe(&net->identities, nng_msg_get_pipe(message), &pending->face, &pending->who);
  Vd__Request *request = unpack(&pending->arena, message, &refusal);
  nng_msg_free(message);
  if (request == NULL) {
    atomic_fetch_add(&net->requests, 1);
    vd_net_note_refusal(net, pending->face, pending->who != NULL ? pending->who->principal : NULL,
                        refusal.err);
    refuse(context, &refusal);
    return;
  }
  if (pending->face == VD_FACE_TCP)
    pending->who = vd_identities_of_token(&net->identities, request->token.data, request->token.len);
  if (vd_pending_submit(net, pending, request, received_mono_ns, &refusal) != VD_OK)
    refuse(context, &refusal);
}

static void on_aio(void *argument)
{
  struct vd_rep_context *context = argument;
  int rv = nng_aio_result(context->aio);
  if (context->is_sending) {
    vd_pending_done(
        &context->pending); // here, not where it was answered: that thread has the next batch to do
    atomic_fetch_sub(&context->net->sending, 1);
    if (rv != 0) {
      nng_msg_free(nng_aio_get_msg(context->aio)); // given back to us
      nng_aio_set_msg(context->aio, NULL);
      atomic_fetch_add(&context->net->replies_given_up, 1);
    }
  } else if (rv == 0) {
    nng_msg *message = nng_aio_get_msg(context->aio);
    nng_aio_set_msg(context->aio, NULL);
    take(context, message);
    return;
  } else if (rv == NNG_ECLOSED || rv == NNG_ECANCELED) {
    return;
  }
  receive(context);
}

// ---- life ----

static int open_contexts(struct vd_net *net)
{
  int rv = 0;
  for (size_t i = 0; rv == 0 && i < VD_REP_CONTEXTS; i++) {
    struct vd_rep_context *context = &net->contexts[i];
    context->net = net;
    rv = nng_aio_alloc(&context->aio, on_aio, context);
    if (rv == 0)
      rv = nng_ctx_open(&context->ctx, net->rep.socket);
  }
  return rv;
}

enum vd_err vd_rep_start(struct vd_net *net, struct vd_refusal *refusal)
{
  int rv = nng_rep0_open(&net->rep.socket);
  if (rv == 0)
    rv = open_contexts(net);
  if (rv != 0)
    return vd_nng_failed(rv, "rep", refusal);
  for (size_t i = 0; i < VD_REP_CONTEXTS; i++)
    receive(&net->contexts[i]);
  return vd_socket_listen(&net->rep, refusal);
}

// A reply that is given to an aio that has been told to stop stays with it, and nobody is told.
static void end_aio(nng_aio *aio)
{
  nng_aio_stop(aio);
  if (nng_aio_get_msg(aio) != NULL)
    nng_msg_free(nng_aio_get_msg(aio));
  nng_aio_free(aio);
}

void vd_rep_stop(struct vd_net *net)
{
  enum { STEP_MS = 5 };
  for (int waited_ms = 0; atomic_load(&net->sending) > 0 && waited_ms <= VD_SEND_TIMEOUT_MS;
       waited_ms += STEP_MS)
    nng_msleep(STEP_MS);
  // The aios end before their socket does: while nng finds out that the time of a reply is over, its context
  // must be there, and only nng_aio_free waits for that.
  for (size_t i = 0; i < VD_REP_CONTEXTS; i++)
    if (net->contexts[i].aio != NULL)
      end_aio(net->contexts[i].aio);
  vd_socket_close(&net->rep);
  for (size_t i = 0; i < VD_REP_CONTEXTS; i++) {
    if (net->contexts[i].aio != NULL)
      vd_pending_done(&net->contexts[i].pending); // a call that was never answered
    vd_arena_finish(&net->contexts[i].pending.arena);
    if (net->contexts[i].reply != NULL)
      nng_msg_free(net->contexts[i].reply);
  }
}
