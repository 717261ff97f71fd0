// A peer that knocks and runs. In a program of its own, since what nng loses of such a peer is allocated by nng's
// threads alone and has to be excused by the library's name (tests/lsan-knock.supp).
#include <criterion/criterion.h>
#include <nng/nng.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/net/room.h"

// nng 1.5.2 takes a peer that goes away at once for the end of its ipc listener: see keeper.c.
Test(knock, who_knocks_and_runs_shuts_no_local_socket, .timeout = 60)
{
  static const char *const names[] = {"rep", "ops", "wall"};
  struct room room;
  room_init(&room);
  room_start(&room);
  for (size_t i = 0; i < 3; i++) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/%s.ipc", room.dir, names[i]);
    for (int knock = 0; knock < 5; knock++) {
      int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
      close(fd);
    }
  }
  nng_socket req = room_req(), ops = room_sub(), wall = room_sub();
  nng_socket_set_ms(req, NNG_OPT_RECONNMINT, 50);
  nng_socket_set_ms(ops, NNG_OPT_RECONNMINT, 50);
  nng_socket_set_ms(wall, NNG_OPT_RECONNMINT, 50);
  cr_assert_eq(room_dial(&room, req, "ipc", "rep", NULL), 0);
  cr_assert_eq(room_dial(&room, ops, "ipc", "ops", NULL), 0);
  cr_assert_eq(room_dial(&room, wall, "ipc", "wall", NULL), 0);
  room_expect(req, "ok");
  room_wait_for_subscribers(&room, 1, 1);
  nng_close(req);
  nng_close(ops);
  nng_close(wall);
  room_finish(&room);
}
