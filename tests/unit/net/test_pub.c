// Frames to subscribers.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/net/room.h"

static void publish(struct room *room, enum vd_clearance clearance, unsigned number, size_t size)
{
  char frame[4096];
  int length = snprintf(frame, sizeof frame, "change/incident/%u\n", number);
  memset(frame + length, 'x', sizeof frame - (size_t)length);
  vd_net_publish(room->net, clearance, (const uint8_t *)frame, size > (size_t)length ? size : (size_t)length);
}

static void expect_frame(nng_socket sub, unsigned number)
{
  char wanted[32];
  int length = snprintf(wanted, sizeof wanted, "change/incident/%u\n", number);
  nng_msg *message;
  cr_assert_eq(nng_recvmsg(sub, &message, 0), 0, "frame %u did not come", number);
  cr_assert(nng_msg_len(message) >= (size_t)length);
  cr_assert_eq(memcmp(nng_msg_body(message), wanted, (size_t)length), 0, "%.24s instead of frame %u",
               (char *)nng_msg_body(message), number);
  nng_msg_free(message);
}

Test(pub, every_frame_in_order_to_each_of_its_clearance)
{
  enum { FRAMES = 900 };
  struct room room;
  room_init(&room);
  room.config.trusted_tcp = true;
  room_start(&room);
  static const struct room_identity people[] = {{"desk", VD_CLEARANCE_OPS}, {"screen", VD_CLEARANCE_WALL}};
  room_set_identities(&room, people, 2);
  nng_socket subs[4];
  static const char *const faces[] = {"ipc", "ws", "tcp", "ws"};
  for (int i = 0; i < 4; i++) {
    subs[i] = room_sub();
    nng_socket_set_int(subs[i], NNG_OPT_RECVBUF, 1024);
    const char *headers = i == 1   ? "Authorization: Bearer token-of-desk\r\n"
                          : i == 3 ? "Authorization: Bearer token-of-screen\r\n"
                                   : NULL;
    cr_assert_eq(room_dial(&room, subs[i], faces[i], i < 3 ? "ops" : "wall", headers), 0);
  }
  room_wait_for_subscribers(&room, 3, 1);
  for (unsigned i = 0; i < FRAMES; i++) {
    publish(&room, VD_CLEARANCE_OPS, i, 0);
    if (i % 3 == 0)
      publish(&room, VD_CLEARANCE_WALL, i, 0);
  }
  for (int s = 0; s < 4; s++)
    for (unsigned i = 0; i < FRAMES; i += s < 3 ? 1 : 3)
      expect_frame(subs[s], i);
  struct vd_net_counts counts;
  vd_net_count(room.net, &counts);
  cr_assert_eq(counts.published, FRAMES + FRAMES / 3);
  for (int s = 0; s < 4; s++)
    nng_close(subs[s]);
  room_wait_for_subscribers(&room, 0, 0);
  room_finish(&room);
}

// Subscribers that connect and never read, and one that reads late: who reads gets all.
Test(pub, a_subscriber_that_never_reads_harms_nobody, .timeout = 60)
{
  enum { SILENT = 20, FRAMES = 3000, SIZE = 2000 };
  struct room room;
  room_init(&room);
  room.config.publish_queue = 4096;
  room_start(&room);
  int silent[SILENT];
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s/ops.ipc", room.dir);
  static const uint8_t hello[] = {0, 'S', 'P', 0, 0, 0x21, 0, 0};
  for (int i = 0; i < SILENT; i++) {
    silent[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(connect(silent[i], (struct sockaddr *)&address, sizeof address), 0);
    cr_assert(room_send(silent[i], hello, sizeof hello));
  }
  nng_socket sub = room_sub();
  nng_socket_set_int(sub, NNG_OPT_RECVBUF, 4096);
  cr_assert_eq(room_dial(&room, sub, "ipc", "ops", NULL), 0);
  room_wait_for_subscribers(&room, SILENT + 1, 0);
  for (unsigned i = 0; i < FRAMES; i++)
    publish(&room, VD_CLEARANCE_OPS, i, SIZE);
  for (unsigned i = 0; i < FRAMES; i++)
    expect_frame(sub, i);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ipc", "rep", NULL), 0);
  room_expect(req, "ok");
  nng_close(req);
  nng_close(sub);
  room_finish(&room); // with the silent ones connected
  for (int i = 0; i < SILENT; i++)
    close(silent[i]);
}

Test(pub, the_queue_has_a_bound)
{
  struct room room;
  room_init(&room);
  room.config.publish_queue = 8193;
  struct vd_net_options options = {.config = &room.config, .data_dir = room.dir};
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(vd_net_start(&room.net, &options, &refusal), VD_ERR_BAD_VALUE);
  cr_assert_str_eq(refusal.field, "publish_queue");
  cr_assert_null(room.net);
  room_finish(&room);
}
