// Start and end of the room. Faces open in the order HTTP, rep, ops, wall, and close in reverse.
#include "daemon/net/net.h"

#include <nng/nng.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/net/internal.h"
#include "daemon/net/local_token.h"

enum { PROTOCOL_REQ = 0x30, PROTOCOL_SUB = 0x21 }; // of the SP protocols, as they stand in greetings
enum { TCP_PORT_REP = 7300, TCP_PORT_OPS = 7301, TCP_PORT_WALL = 7302 };

static enum vd_err open_faces(struct vd_net *net, struct vd_refusal *refusal)
{
  enum vd_err err = vd_settler_start(&net->settler, refusal);
  if (err == VD_OK)
    err = vd_http_start(net, refusal);
  if (err == VD_OK)
    err = vd_rep_start(net, refusal);
  if (err == VD_OK)
    err = vd_pub_start(&net->ops, refusal);
  if (err == VD_OK)
    err = vd_pub_start(&net->wall, refusal);
  if (err == VD_OK)
    err = vd_keeper_start(net, refusal);
  return err;
}

static enum vd_err prepare(struct vd_net *net, struct vd_refusal *refusal)
{
  uint8_t local_hash[VD_TOKEN_HASH_SIZE];
  if (sodium_init() < 0)
    return vd_refuse(refusal, VD_ERR_INTERNAL, "", "libsodium has no source of randomness");
  enum vd_err err = vd_address_parse(&net->address, net->config, refusal);
  if (err == VD_OK && net->config->trusted_tcp)
    err = vd_address_parse_tcp(net->tcp_host, net->config, refusal);
  if (err == VD_OK)
    err = vd_local_token(net->data_dir, local_hash, refusal);
  if (err == VD_OK)
    vd_identities_init(&net->identities, local_hash);
  return err;
}

static void name_sockets(struct vd_net *net)
{
  net->rep =
      (struct vd_socket){.net = net, .name = "rep", .peer_protocol = PROTOCOL_REQ, .tcp_port = TCP_PORT_REP};
  net->ops = (struct vd_socket){.net = net,
                                .name = "ops",
                                .peer_protocol = PROTOCOL_SUB,
                                .tcp_port = TCP_PORT_OPS,
                                .needs = VD_CLEARANCE_OPS};
  net->wall = (struct vd_socket){.net = net,
                                 .name = "wall",
                                 .peer_protocol = PROTOCOL_SUB,
                                 .tcp_port = TCP_PORT_WALL,
                                 .needs = VD_CLEARANCE_WALL};
}

enum vd_err vd_net_try(const Vd__Config *config, struct vd_refusal *refusal)
{
  struct vd_address address;
  nng_stream_listener *listener = NULL;
  char url[VD_AUTHORITY_MAX + sizeof "tcp://"];
  enum vd_err err = vd_address_parse(&address, config, refusal);
  if (err != VD_OK)
    return err;
  snprintf(url, sizeof url, "tcp://%s", address.authority);
  int rv = nng_stream_listener_alloc(&listener, url);
  if (rv == 0)
    rv = nng_stream_listener_listen(listener);
  nng_stream_listener_free(listener);
  return rv == 0 ? VD_OK : vd_nng_failed(rv, config->listen, refusal);
}

enum vd_err vd_net_start(struct vd_net **out, const struct vd_net_options *options,
                         struct vd_refusal *refusal)
{
  struct vd_net *net = vd_zalloc(sizeof *net);
  net->config = options->config;
  net->data_dir = options->data_dir;
  net->callbacks = options->callbacks;
  name_sockets(net);
  enum vd_err err = prepare(net, refusal);
  if (err != VD_OK) {
    free(net);
    return err;
  }
  pthread_mutex_init(&net->http.lock, NULL);
  pthread_cond_init(&net->http.handler_gone, NULL);
  err = open_faces(net, refusal);
  if (err == VD_OK)
    *out = net;
  else
    vd_net_stop(net);
  return err;
}

void vd_net_stop(struct vd_net *net)
{
  if (net == NULL)
    return;
  atomic_store(&net->is_stopping, true);
  vd_keeper_stop(net);
  struct vd_socket *sockets[] = {&net->wall, &net->ops, &net->rep};
  for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++)
    vd_socket_stop_listening(sockets[i]);
  vd_socket_close(&net->wall);
  vd_socket_close(&net->ops);
  vd_rep_stop(net);
  vd_http_stop(net);
  vd_settler_stop(&net->settler);
  vd_identities_finish(&net->identities);
  pthread_cond_destroy(&net->http.handler_gone);
  pthread_mutex_destroy(&net->http.lock);
  free(net);
}

void vd_net_set_identities(struct vd_net *net, const struct vd_identity *identities, size_t count)
{
  vd_identities_set(&net->identities, identities, count);
  atomic_store(&net->has_identities, true);
}

void vd_net_count(struct vd_net *net, struct vd_net_counts *counts)
{
  *counts = (struct vd_net_counts){
      .requests = atomic_load(&net->requests),
      .malformed = atomic_load(&net->malformed),
      .unauthenticated = atomic_load(&net->unauthenticated),
      .foreign_origin = atomic_load(&net->foreign_origin),
      .busy = atomic_load(&net->busy),
      .replies_given_up = atomic_load(&net->replies_given_up),
      .subscribers_ops = atomic_load(&net->ops.pipes),
      .subscribers_wall = atomic_load(&net->wall.pipes),
      .arrivals_ops = atomic_load(&net->ops.arrivals),
      .arrivals_wall = atomic_load(&net->wall.arrivals),
      .published = atomic_load(&net->published),
      .listeners_reopened = atomic_load(&net->listeners_reopened),
  };
}

void vd_net_library_finish(void)
{
  nng_fini();
}
