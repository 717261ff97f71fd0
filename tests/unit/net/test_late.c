// A refusal that comes while net stops: nng then neither takes the reply nor says so. Alone, since only a
// sanitizer tells that it is lost, which must not excuse anything here.
#include <criterion/criterion.h>
#include <nng/nng.h>
#include <nng/supplemental/util/platform.h>

#include "tests/unit/net/room.h"

enum { STOP_TAKES_MS = 1000 }; // far more than it needs until it has told every context to stop

static void refuse_slowly(void *context, const char *face, const char *principal, enum vd_err err)
{
  (void)face;
  (void)principal;
  (void)err;
  atomic_fetch_add((atomic_uint *)context, 1);
  nng_msleep(STOP_TAKES_MS);
}

Test(late, a_refusal_while_it_stops)
{
  struct room room;
  struct vd_refusal refusal = {.err = VD_OK};
  atomic_uint refusals = 0;
  room_init(&room);
  struct vd_net_options options = {.config = &room.config,
                                   .data_dir = room.dir,
                                   .callbacks = {.context = &refusals, .refused = refuse_slowly}};
  cr_assert_eq(vd_net_start(&room.net, &options, &refusal), VD_OK, "%s", refusal.detail);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ipc", "rep", NULL), 0);
  nng_msg *message;
  cr_assert_eq(nng_msg_alloc(&message, 4), 0); // four zeros: no request
  cr_assert_eq(nng_sendmsg(req, message, 0), 0);
  room_wait_for(&refusals, 1);
  vd_net_stop(room.net);
  room.net = NULL;
  nng_close(req);
  room_finish(&room);
}
