#include <nng/nng.h>
#include <nng/protocol/pubsub0/pub.h>
#include <string.h>

#include "daemon/net/internal.h"

enum { QUEUE_DEFAULT = 1024, QUEUE_MAX = 8192 };

enum vd_err vd_pub_start(struct vd_socket *socket, struct vd_refusal *refusal)
{
  uint32_t queue = socket->net->config->publish_queue;
  if (queue > QUEUE_MAX)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "publish_queue", "%u; at most %d", queue, QUEUE_MAX);
  int rv = nng_pub0_open(&socket->socket);
  if (rv == 0)
    rv = nng_socket_set_int(socket->socket, NNG_OPT_SENDBUF, queue != 0 ? (int)queue : QUEUE_DEFAULT);
  return rv == 0 ? vd_socket_listen(socket, refusal) : vd_nng_failed(rv, socket->name, refusal);
}

// nng shares the one message between all queues; a full queue drops its oldest, nobody waits.
void vd_net_publish(struct vd_net *net, enum vd_clearance clearance, const uint8_t *frame, size_t size)
{
  nng_msg *message;
  if (nng_msg_alloc(&message, size) != 0)
    return; // the next frame shows the gap
  if (size > 0)
    memcpy(nng_msg_body(message), frame, size);
  nng_socket socket = clearance == VD_CLEARANCE_WALL ? net->wall.socket : net->ops.socket;
  if (nng_sendmsg(socket, message, NNG_FLAG_NONBLOCK) != 0)
    nng_msg_free(message);
  else
    atomic_fetch_add(&net->published, 1);
}
