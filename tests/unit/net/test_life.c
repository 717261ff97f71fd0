// Start and end: what a start refuses with a clear word, and an end with everything open.
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <nng/nng.h>
#include <nng/supplemental/util/platform.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/net/room.h"

static enum vd_err try_start(struct room *room, struct vd_refusal *refusal)
{
  struct vd_net_options options = {.config = &room->config, .data_dir = room->dir};
  *refusal = (struct vd_refusal){.err = VD_OK};
  enum vd_err err = vd_net_start(&room->net, &options, refusal);
  cr_assert_eq(refusal->err, err);
  if (err != VD_OK)
    cr_assert_null(room->net);
  return err;
}

static void stop(struct room *room)
{
  vd_net_stop(room->net);
  room->net = NULL;
}

static void path_of(char path[128], const struct room *room, const char *name)
{
  snprintf(path, 128, "%s/%s", room->dir, name);
}

Test(life, files_are_ours_alone_and_sockets_go)
{
  struct room room;
  struct vd_refusal refusal;
  room_init(&room);
  cr_assert_eq(try_start(&room, &refusal), VD_OK, "%s", refusal.detail);
  static const char *const names[] = {"rep.ipc", "ops.ipc", "wall.ipc", "local.token"};
  char path[128];
  struct stat info;
  for (size_t i = 0; i < 4; i++) {
    path_of(path, &room, names[i]);
    cr_assert_eq(stat(path, &info), 0, "%s", path);
    cr_assert_eq(info.st_mode & 0777, 0600, "%s: %o", path, info.st_mode & 0777);
  }
  stop(&room);
  for (size_t i = 0; i < 3; i++) {
    path_of(path, &room, names[i]);
    cr_assert_eq(stat(path, &info), -1, "%s is still there", path);
  }
  room_finish(&room);
}

static void read_file(const char *path, char text[128])
{
  int file = open(path, O_RDONLY);
  cr_assert(file >= 0);
  ssize_t size = read(file, text, 127);
  cr_assert(size >= 0);
  text[size] = '\0';
  close(file);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
  unlink(path);
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
  cr_assert(file >= 0);
  cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
  cr_assert_eq(fchmod(file, mode), 0);
  close(file);
}

Test(life, the_local_token_is_made_once)
{
  struct room room;
  struct vd_refusal refusal;
  char path[128], first[128], second[128];
  room_init(&room);
  path_of(path, &room, "local.token");
  cr_assert_eq(try_start(&room, &refusal), VD_OK);
  stop(&room);
  read_file(path, first);
  cr_assert_eq(strlen(first), 65);
  cr_assert_eq(strspn(first, "0123456789abcdef"), 64);
  cr_assert_eq(first[64], '\n');
  cr_assert_eq(try_start(&room, &refusal), VD_OK);
  stop(&room);
  read_file(path, second);
  cr_assert_str_eq(first, second);
  unlink(path);
  cr_assert_eq(try_start(&room, &refusal), VD_OK);
  stop(&room);
  read_file(path, second);
  cr_assert_str_neq(first, second);
  room_finish(&room);
}

Test(life, a_local_token_that_is_none_of_ours)
{
  struct room room;
  struct vd_refusal refusal;
  char path[128], target[128];
  room_init(&room);
  path_of(path, &room, "local.token");
  path_of(target, &room, "target");
  write_file(path, "0123456789abcdef0123456789abcdef\n", 0644);
  cr_assert_eq(try_start(&room, &refusal), VD_ERR_INSECURE);
  cr_assert_not_null(strstr(refusal.detail, path));
  write_file(path, "short\n", 0600);
  cr_assert_eq(try_start(&room, &refusal), VD_ERR_BAD_VALUE);
  write_file(path, "", 0600);
  cr_assert_eq(try_start(&room, &refusal), VD_ERR_BAD_VALUE);
  write_file(target, "0123456789abcdef0123456789abcdef\n", 0600);
  unlink(path);
  cr_assert_eq(symlink(target, path), 0);
  cr_assert_eq(try_start(&room, &refusal), VD_ERR_IO);
  unlink(path);
  write_file(path, "0123456789abcdef\n", 0600);
  cr_assert_eq(try_start(&room, &refusal), VD_OK);
  stop(&room);
  room_finish(&room);
}

Test(life, the_socket_of_a_dead_daemon_is_replaced)
{
  struct room room;
  room_init(&room);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s/rep.ipc", room.dir);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  close(fd);
  room_start(&room);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ipc", "rep", NULL), 0);
  room_expect(req, "ok");
  nng_close(req);
  room_finish(&room);
}

Test(life, the_socket_of_a_living_daemon_is_not)
{
  struct room room, other;
  struct vd_refusal refusal;
  room_init(&room);
  room_init(&other);
  cr_assert_eq(try_start(&room, &refusal), VD_OK);
  struct vd_net *living = room.net;
  room.net = NULL;
  room.config.listen = other.listen; // another port, the same folder
  cr_assert_eq(try_start(&room, &refusal), VD_ERR_ADDRESS_IN_USE);
  cr_assert_not_null(strstr(refusal.detail, "rep.ipc"), "%s", refusal.detail);
  char path[128];
  path_of(path, &room, "rep.ipc");
  cr_assert_eq(access(path, F_OK), 0);
  room.net = living;
  stop(&room);
  room_finish(&room);
  room_finish(&other);
}

Test(life, a_port_in_use)
{
  struct room room, other;
  struct vd_refusal refusal;
  room_init(&room);
  cr_assert_eq(try_start(&room, &refusal), VD_OK);
  // nng would share a server within one process; a foreign listener is what another daemon is.
  stop(&room);
  room_init(&other);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  address.sin_port = htons(other.port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  cr_assert_eq(listen(fd, 1), 0);
  cr_assert_eq(try_start(&other, &refusal), VD_ERR_ADDRESS_IN_USE);
  cr_assert_not_null(strstr(refusal.detail, other.listen), "%s", refusal.detail);
  close(fd);
  cr_assert_eq(try_start(&other, &refusal), VD_OK); // nothing of the failed start is left
  stop(&other);
  room_finish(&room);
  room_finish(&other);
}

Test(life, plaintext_beyond_the_machine)
{
  struct room room;
  struct vd_refusal refusal;
  char listen[64];
  room_init(&room);
  snprintf(listen, sizeof listen, "http://0.0.0.0:%u", room.port);
  room.config.listen = listen;
  cr_assert_eq(try_start(&room, &refusal), VD_ERR_INSECURE);
  cr_assert_str_eq(refusal.field, "listen");
  room.config.insecure = true;
  cr_assert_eq(try_start(&room, &refusal), VD_OK, "%s", refusal.detail);
  stop(&room);
  room.config.insecure = false;
  room.config.listen = room.listen;
  room.config.trusted_tcp = true;
  room.config.tcp_address = (char *)"0.0.0.0";
  cr_assert_eq(try_start(&room, &refusal), VD_ERR_INSECURE);
  cr_assert_str_eq(refusal.field, "tcp_address");
  room_finish(&room);
}

Test(life, a_folder_too_deep_for_sockets)
{
  struct room room;
  struct vd_refusal refusal;
  room_init(&room);
  char deep[200];
  int size = snprintf(deep, sizeof deep, "%s/", room.dir);
  memset(deep + size, 'd', 100);
  deep[size + 100] = '\0';
  cr_assert_eq(mkdir(deep, 0700), 0);
  struct vd_net_options options = {.config = &room.config, .data_dir = deep};
  refusal = (struct vd_refusal){.err = VD_OK};
  cr_assert_eq(vd_net_start(&room.net, &options, &refusal), VD_ERR_BAD_VALUE);
  cr_assert_str_eq(refusal.field, "--data");
  cr_assert_not_null(strstr(refusal.detail, "shorter"), "%s", refusal.detail);
  strncat(deep, "/local.token", sizeof deep - strlen(deep) - 1);
  unlink(deep);
  deep[size + 100] = '\0';
  rmdir(deep);
  options.data_dir = "/tmp/vd-net-of-nobody";
  cr_assert_eq(vd_net_start(&room.net, &options, &refusal), VD_ERR_IO);
  room_finish(&room);
}

// Requests that wait, half-sent bodies, subscribers that do not read, upgrades, idle connections: all at
// once.
Test(life, an_end_with_everything_open, .timeout = 60)
{
  enum { ROUNDS = 5, EACH = 10 };
  for (int round = 0; round < ROUNDS; round++) {
    struct room room;
    room_init(&room);
    room.config.trusted_tcp = true;
    room_start(&room);
    static const struct room_identity people[] = {{"desk", VD_CLEARANCE_OPS}};
    room_set_identities(&room, people, 1);
    nng_socket subs[EACH], reqs[EACH];
    int fds[4 * EACH];
    char text[400];
    room_hold(&room);
    for (int i = 0; i < EACH; i++) {
      subs[i] = room_sub();
      cr_assert_eq(room_dial(&room, subs[i], i % 2 ? "ipc" : "tcp", "ops", NULL), 0);
      reqs[i] = room_req();
      cr_assert_eq(room_dial(&room, reqs[i], "ipc", "rep", NULL), 0);
      Vd__Request *request = room_request("c-1");
      struct vd_buffer bytes = {0};
      vd_buffer_pack(&bytes, &request->base);
      cr_assert_eq(nng_send(reqs[i], bytes.data, bytes.size, 0), 0);
      vd_buffer_finish(&bytes);
      vd__request__free_unpacked(request, NULL);
      fds[i] = room_connect(&room);
      int size = snprintf(
          text, sizeof text,
          "POST /api/v1/commands HTTP/1.1\r\nHost: localhost:%u\r\nContent-Type: application/json\r\n"
          "Authorization: Bearer token-of-desk\r\nContent-Length: 1000\r\n\r\n{",
          room.port);
      cr_assert(room_send(fds[i], text, (size_t)size));
      fds[EACH + i] = room_connect(&room);
      fds[2 * EACH + i] = room_ws(&room, "ops", "pub", "Authorization: Bearer token-of-desk\r\n");
      fds[3 * EACH + i] = room_connect(&room);
      size = snprintf(
          text, sizeof text,
          "GET /api/v1/status HTTP/1.1\r\nHost: localhost:%u\r\nAuthorization: Bearer token-of-desk\r\n\r\n",
          room.port);
      cr_assert(room_send(fds[3 * EACH + i], text, (size_t)size));
    }
    for (int i = 0; i < 2000; i++)
      vd_net_publish(room.net, VD_CLEARANCE_OPS, (const uint8_t *)"change/incident/1\n", 18);
    if (round % 2 == 0)
      room_release(&room);
    room_finish(&room); // the callee answers what it holds, then net stops
    for (int i = 0; i < EACH; i++) {
      nng_close(subs[i]);
      nng_close(reqs[i]);
    }
    for (int i = 0; i < 4 * EACH; i++)
      close(fds[i]);
  }
}

static int status_of(struct room *room, const char *request_line, const char *rest)
{
  char *answer = room_http(room, request_line, rest, NULL);
  int status = room_status(answer);
  cr_assert(status != 503 || strstr(answer, "\"not-ready\"") != NULL, "%s", answer);
  free(answer);
  return status;
}

// Before it is known who may speak a good token would be called wrong, and a call taken in by a start that
// then fails would never be answered.
Test(life, nothing_is_taken_in_before_all_is_open)
{
  struct room room;
  struct vd_refusal refusal;
  room_init(&room);
  cr_assert_eq(try_start(&room, &refusal), VD_OK, "%s", refusal.detail); // there is nobody to take a call
  cr_assert_eq(status_of(&room, "GET /api/v1/status", "Authorization: Bearer whoever\r\n\r\n"), 503);
  cr_assert_eq(status_of(&room, "GET /readyz", "\r\n"), 503);
  nng_socket req = room_req();
  cr_assert_eq(room_dial(&room, req, "ipc", "rep", NULL), 0);
  room_expect(req, "not-ready");
  nng_close(req);
  vd_net_set_identities(room.net, NULL, 0);
  cr_assert_eq(status_of(&room, "GET /api/v1/status", "Authorization: Bearer whoever\r\n\r\n"), 401);
  stop(&room);
  room_finish(&room);
}

struct asking {
  pthread_t thread;
  struct room *room;
  char *wrong; // the first answer that is neither the loop's own nor "repeat"
};

static bool is_an_answer_or_repeat(const char *answer)
{
  int status = room_status(answer);
  return status == 0 || status == 200 || status == 400 ||
         (status == 503 && (strstr(answer, "\"not-ready\"") != NULL || strstr(answer, "\"busy\"") != NULL));
}

static void *ask_until_gone(void *argument)
{
  struct asking *asking = argument;
  static const char *const requests[] = {
      "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer token-of-desk\r\n\r\n",
      "POST /api/v1/commands HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer token-of-desk\r\n"
      "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
  };
  for (size_t i = 0; asking->wrong == NULL; i++) {
    int fd = room_connect(asking->room);
    if (fd < 0)
      return NULL;
    if (room_send(fd, requests[i % 2], strlen(requests[i % 2]))) {
      shutdown(fd, SHUT_WR);
      char *answer = room_read_all(fd, NULL);
      if (is_an_answer_or_repeat(answer))
        free(answer);
      else
        asking->wrong = answer;
    }
    close(fd);
  }
  return NULL;
}

// Whoever asks until nobody listens any more hears that it should ask again, or nothing: a client would
// believe any other word.
Test(life, an_end_says_repeat_to_the_last)
{
  struct room room;
  static const char *hosts[] = {"localhost"};
  room_init(&room);
  room.config.hosts = (char **)hosts;
  room.config.n_hosts = 1;
  room_start(&room);
  room_set_identities(&room, &(struct room_identity){"desk", VD_CLEARANCE_OPS}, 1);
  struct asking asking[4] = {0};
  for (int i = 0; i < 4; i++) {
    asking[i].room = &room;
    cr_assert_eq(pthread_create(&asking[i].thread, NULL, ask_until_gone, &asking[i]), 0);
  }
  char text[256];
  int size =
      snprintf(text, sizeof text,
               "POST /api/v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
               "Authorization: Bearer token-of-desk\r\nContent-Length: 1000\r\n\r\n{");
  int fd = room_connect(&room); // a body that never comes
  cr_assert(room_send(fd, text, (size_t)size));
  nng_msleep(50);
  room_finish(&room);
  close(fd);
  for (int i = 0; i < 4; i++) {
    pthread_join(asking[i].thread, NULL);
    cr_expect_null(asking[i].wrong, "%s", asking[i].wrong != NULL ? asking[i].wrong : "");
    free(asking[i].wrong);
  }
}

// What the loop answered before it let net end has left: nobody waits for an answer that was given.
Test(life, the_last_answers_leave)
{
  struct room room;
  room_init(&room);
  room_start(&room);
  room_hold(&room);
  char text[256];
  int size = snprintf(text, sizeof text,
                      "GET /api/v1/status HTTP/1.1\r\nHost: localhost:%u\r\nAuthorization: Bearer %s\r\n\r\n",
                      room.port, room.token);
  int fd = room_connect(&room);
  cr_assert(room_send(fd, text, (size_t)size));
  room_wait_for_held(&room);
  room_finish(&room);
  char *answer = room_read_all(fd, NULL);
  cr_assert_eq(room_status(answer), 200, "%s", answer);
  free(answer);
  close(fd);
}
