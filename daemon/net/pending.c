#include <time.h>

#include "daemon/net/internal.h"
#include "proto/check.h"
#include "proto/details.h"

enum { PROTOCOL_VERSION = 1 };

int64_t vd_net_mono_ns(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// ---- refusals ----

Vd__Reply *vd_refusal_reply(const struct vd_refusal *refusal, Vd__Language language)
{
  struct vd_buffer sentence = {0};
  vd_refusal_sentence(&sentence, refusal->err, refusal->detail, language);
  vd_buffer_append(&sentence, "", 1);
  Vd__Reply *reply = (Vd__Reply *)vd_message_new(&vd__reply__descriptor);
  vd_string_set(&reply->code, vd_err_name(refusal->err));
  vd_string_set(&reply->sentence, (const char *)sentence.data);
  vd_string_set(&reply->field, refusal->field);
  vd_string_set(&reply->nearest, refusal->nearest);
  vd_buffer_finish(&sentence);
  return reply;
}

void vd_net_note_refusal(struct vd_net *net, enum vd_face face, const char *principal, enum vd_err err)
{
  switch (err) {
  case VD_ERR_UNAUTHENTICATED:
    atomic_fetch_add(&net->unauthenticated, 1);
    break;
  case VD_ERR_FOREIGN_ORIGIN:
    atomic_fetch_add(&net->foreign_origin, 1);
    break;
  case VD_ERR_BUSY:
    atomic_fetch_add(&net->busy, 1);
    break;
  case VD_ERR_NOT_READY:
  case VD_ERR_NOT_PERMITTED:
    break;
  default:
    atomic_fetch_add(&net->malformed, 1);
  }
  if (net->callbacks.refused != NULL)
    net->callbacks.refused(net->callbacks.context, vd_face_name(face), principal != NULL ? principal : "",
                           err);
}

// ---- calls ----

bool vd_net_is_open(const struct vd_net *net)
{
  return atomic_load(&net->has_identities) && !atomic_load(&net->is_stopping);
}

// The version comes first: what a newer one holds cannot be judged here.
static enum vd_err check(struct vd_net *net, const struct vd_pending *pending, const Vd__Request *request,
                         struct vd_refusal *refusal)
{
  if (request->version != PROTOCOL_VERSION)
    return vd_refuse(refusal, VD_ERR_UNKNOWN_VERSION, "version", "%u; this is %d", request->version,
                     PROTOCOL_VERSION);
  if (!vd_net_is_open(net))
    return vd_refuse(refusal, VD_ERR_NOT_READY, "", NULL);
  if (pending->who == NULL)
    return vd_refuse(refusal, VD_ERR_UNAUTHENTICATED, "", NULL);
  enum vd_err err = vd_check_message(&request->base, refusal);
  if (err != VD_OK)
    return err;
  return request->body_case == VD__REQUEST__BODY__NOT_SET ? vd_refuse(refusal, VD_ERR_MISSING, "body", NULL)
                                                          : VD_OK;
}

enum vd_err vd_pending_submit(struct vd_net *net, struct vd_pending *pending, Vd__Request *request,
                              int64_t received_mono_ns, struct vd_refusal *refusal)
{
  atomic_fetch_add(&net->requests, 1);
  const char *principal = pending->who != NULL ? pending->who->principal : NULL;
  enum vd_face face = pending->face;
  pending->call =
      (struct vd_call){.request = request, .principal = principal, .received_mono_ns = received_mono_ns};
  enum vd_err err = check(net, pending, request, refusal);
  if (err == VD_OK) {
    if (net->callbacks.call(net->callbacks.context, &pending->call))
      return VD_OK;
    err = vd_refuse(refusal, VD_ERR_BUSY, "", NULL);
  }
  vd_net_note_refusal(net, face, principal, err);
  return err;
}

void vd_pending_done(struct vd_pending *pending)
{
  if (pending->call.request != NULL && pending->face == VD_FACE_HTTP)
    vd__request__free_unpacked(pending->call.request, NULL);
  vd_arena_clear(&pending->arena);
  vd_who_release(pending->who);
  pending->call = (struct vd_call){.request = NULL};
  pending->who = NULL;
}

void vd_net_pack(struct vd_net *net, struct vd_call *call, const Vd__Response *response)
{
  (void)net;
  struct vd_pending *pending = (struct vd_pending *)call;
  if (pending->face == VD_FACE_HTTP)
    vd_http_pack(pending, response);
  else
    vd_rep_pack(pending, response);
}

void vd_net_send(struct vd_net *net, struct vd_call *call, const struct vd_buffer *tail)
{
  (void)net;
  struct vd_pending *pending = (struct vd_pending *)call;
  if (pending->face == VD_FACE_HTTP)
    vd_http_send(pending, tail);
  else
    vd_rep_send(pending, tail);
}
