#include "tests/unit/net/room.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/util/platform.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// ---- the callee ----

static void add_reply(Vd__Replies *replies, const char *id)
{
  Vd__Reply *reply = (Vd__Reply *)vd_message_new(&vd__reply__descriptor);
  vd_string_set(&reply->id, id);
  vd_string_set(&reply->code, "ok");
  VD_REPEATED_ADD(replies->replies, replies->n_replies, reply);
}

// State answers with the one entity that has a private field.
static void add_principal(Vd__StatePage *page)
{
  static uint8_t hash[32] = {0xab};
  Vd__Entity *entity = (Vd__Entity *)vd_message_new(&vd__entity__descriptor);
  Vd__Principal *principal = (Vd__Principal *)vd_message_new(&vd__principal__descriptor);
  vd_string_set(&principal->id, "desk");
  principal->token_hash.data = malloc(sizeof hash);
  principal->token_hash.len = sizeof hash;
  memcpy(principal->token_hash.data, hash, sizeof hash);
  vd_entity_wrap(entity, VD__KIND__KIND_PRINCIPAL, &principal->base);
  VD_REPEATED_ADD(page->entities, page->n_entities, entity);
}

static void answer(struct room *room, struct vd_call *call)
{
  Vd__Response *response = (Vd__Response *)vd_message_new(&vd__response__descriptor);
  response->version = 1;
  vd_string_set(&response->id, call->request->id);
  const Vd__Request *request = call->request;
  if (request->body_case == VD__REQUEST__BODY_COMMANDS) {
    response->body_case = VD__RESPONSE__BODY_REPLIES;
    response->replies = (Vd__Replies *)vd_message_new(&vd__replies__descriptor);
    for (size_t i = 0; i < request->commands->n_commands; i++)
      add_reply(response->replies, request->commands->commands[i]->id);
    atomic_fetch_add(&room->executed, (unsigned)request->commands->n_commands);
  } else if (request->body_case == VD__REQUEST__BODY_STATE) {
    response->body_case = VD__RESPONSE__BODY_STATE;
    response->state = (Vd__StatePage *)vd_message_new(&vd__state_page__descriptor);
    add_principal(response->state);
  } else if (request->body_case == VD__REQUEST__BODY_STATUS) {
    response->body_case = VD__RESPONSE__BODY_STATUS;
    response->status = (Vd__Status *)vd_message_new(&vd__status__descriptor);
    vd_string_set(&response->status->version, call->principal);
  } else {
    response->refusal = (Vd__Reply *)vd_message_new(&vd__reply__descriptor);
    vd_string_set(&response->refusal->code, "unknown-incident");
  }
  vd_net_pack(room->net, call, response);
  vd_net_send(room->net, call, &(struct vd_buffer){0});
  vd__response__free_unpacked(response, NULL);
}

static void *run_callee(void *argument)
{
  struct room *room = argument;
  pthread_mutex_lock(&room->lock);
  for (;;) {
    while (!room->is_ending && (room->first == NULL || room->is_holding))
      pthread_cond_wait(&room->wake, &room->lock);
    struct vd_call *call = room->first;
    if (call == NULL)
      break;
    room->first = call->next;
    pthread_mutex_unlock(&room->lock);
    answer(room, call);
    pthread_mutex_lock(&room->lock);
  }
  pthread_mutex_unlock(&room->lock);
  return NULL;
}

static bool on_call(void *context, struct vd_call *call)
{
  struct room *room = context;
  if (atomic_load(&room->is_full))
    return false;
  pthread_mutex_lock(&room->lock);
  bool is_taken = !room->is_ending;
  if (is_taken) {
    call->next = NULL;
    if (room->first == NULL)
      room->first = call;
    else
      room->last->next = call;
    room->last = call;
    pthread_cond_signal(&room->wake);
  }
  pthread_mutex_unlock(&room->lock);
  return is_taken;
}

static int on_page(void *context, enum vd_page page, struct vd_buffer *body)
{
  (void)context;
  vd_buffer_printf(body, "page %d\n", (int)page);
  return page == VD_PAGE_READYZ ? 503 : 200;
}

static void on_refused(void *context, const char *face, const char *principal, enum vd_err err)
{
  struct room *room = context;
  cr_assert_not_null(face);
  cr_assert_not_null(principal);
  atomic_fetch_add(&room->refusals, 1);
  atomic_fetch_add(&room->refused_as[err], 1);
}

// ---- life ----

// Before criterion, which uses nng too.
__attribute__((constructor)) static void begin_library(void)
{
  vd_net_library_begin();
}

static uint16_t free_port(void)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  cr_assert_eq(bind(fd, (struct sockaddr *)&address, size), 0);
  cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
  close(fd);
  return ntohs(address.sin_port);
}

void room_init(struct room *room)
{
  atexit(vd_net_library_finish); // after the test's own sockets are closed, before leaks are looked for
  *room = (struct room){.dir = "/tmp/vd-net-XXXXXX"};
  cr_assert_not_null(mkdtemp(room->dir));
  room->port = free_port();
  snprintf(room->listen, sizeof room->listen, "http://127.0.0.1:%u", room->port);
  unsigned process = (unsigned)getpid();
  snprintf(room->tcp_address, sizeof room->tcp_address, "127.%u.%u.%u", 1 + process % 250,
           process / 250 % 250, 1 + process / 62500 % 250);
  vd__config__init(&room->config);
  room->config.listen = room->listen;
  room->config.tcp_address = room->tcp_address;
  pthread_mutex_init(&room->lock, NULL);
  pthread_cond_init(&room->wake, NULL);
}

static void read_token(struct room *room)
{
  char path[96];
  snprintf(path, sizeof path, "%s/local.token", room->dir);
  int file = open(path, O_RDONLY);
  cr_assert(file >= 0);
  cr_assert_eq(read(file, room->token, 64), 64);
  close(file);
}

void room_start(struct room *room)
{
  struct vd_net_options options = {
      .config = &room->config,
      .data_dir = room->dir,
      .callbacks = {.context = room, .call = on_call, .page = on_page, .refused = on_refused},
  };
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = vd_net_start(&room->net, &options, &refusal);
  cr_assert_eq(err, VD_OK, "%s: %s", vd_err_name(err), refusal.detail);
  vd_net_set_identities(room->net, NULL, 0);
  read_token(room);
  cr_assert_eq(pthread_create(&room->callee, NULL, run_callee, room), 0);
}

static void remove_folder(const char *path)
{
  DIR *folder = opendir(path);
  struct dirent *entry;
  while (folder != NULL && (entry = readdir(folder)) != NULL)
    unlinkat(dirfd(folder), entry->d_name, 0);
  if (folder != NULL)
    closedir(folder);
  rmdir(path);
}

void room_finish(struct room *room)
{
  if (room->net != NULL) {
    pthread_mutex_lock(&room->lock);
    room->is_ending = true;
    pthread_cond_signal(&room->wake);
    pthread_mutex_unlock(&room->lock);
    pthread_join(room->callee, NULL);
    vd_net_stop(room->net);
  }
  pthread_cond_destroy(&room->wake);
  pthread_mutex_destroy(&room->lock);
  remove_folder(room->dir);
}

void room_hold(struct room *room)
{
  pthread_mutex_lock(&room->lock);
  room->is_holding = true;
  pthread_mutex_unlock(&room->lock);
}

void room_release(struct room *room)
{
  pthread_mutex_lock(&room->lock);
  room->is_holding = false;
  pthread_cond_signal(&room->wake);
  pthread_mutex_unlock(&room->lock);
}

void room_wait_for_held(struct room *room)
{
  for (bool is_held = false; !is_held; nng_msleep(1)) {
    pthread_mutex_lock(&room->lock);
    is_held = room->first != NULL;
    pthread_mutex_unlock(&room->lock);
  }
}

void room_wait_for(atomic_uint *count, unsigned wanted)
{
  for (int waited_ms = 0; atomic_load(count) < wanted; waited_ms++) {
    cr_assert(waited_ms < ROOM_TIMEOUT_MS, "%u of %u came", atomic_load(count), wanted);
    nng_msleep(1);
  }
}

void room_wait_for_subscribers(struct room *room, uint64_t ops, uint64_t wall)
{
  struct vd_net_counts counts;
  for (int waited_ms = 0;; waited_ms++) {
    vd_net_count(room->net, &counts);
    if (counts.subscribers_ops == ops && counts.subscribers_wall == wall)
      return;
    cr_assert(waited_ms < ROOM_TIMEOUT_MS, "ops %u, wall %u", (unsigned)counts.subscribers_ops,
              (unsigned)counts.subscribers_wall);
    nng_msleep(1);
  }
}

void room_set_identities(struct room *room, const struct room_identity *identities, size_t count)
{
  struct vd_identity table[8] = {0};
  for (size_t i = 0; i < count; i++) {
    char token[64];
    int size = snprintf(token, sizeof token, "token-of-%s", identities[i].name);
    table[i].principal = identities[i].name;
    table[i].clearance = identities[i].clearance;
    crypto_generichash(table[i].token_hash, 32, (unsigned char *)token, (size_t)size, NULL, 0);
  }
  vd_net_set_identities(room->net, table, count);
}

// ---- nng clients ----

nng_socket room_req(void)
{
  nng_socket socket;
  cr_assert_eq(nng_req0_open(&socket), 0);
  return socket;
}

nng_socket room_sub(void)
{
  nng_socket socket;
  cr_assert_eq(nng_sub0_open(&socket), 0);
  cr_assert_eq(nng_socket_set(socket, NNG_OPT_SUB_SUBSCRIBE, "", 0), 0);
  cr_assert_eq(nng_socket_set_ms(socket, NNG_OPT_RECVTIMEO, ROOM_TIMEOUT_MS), 0);
  return socket;
}

int room_dial(struct room *room, nng_socket socket, const char *face, const char *name, const char *headers)
{
  char url[160];
  if (strcmp(face, "ipc") == 0)
    snprintf(url, sizeof url, "ipc://%s/%s.ipc", room->dir, name);
  else if (strcmp(face, "ws") == 0)
    snprintf(url, sizeof url, "ws://127.0.0.1:%u/%s", room->port, name);
  else
    snprintf(url, sizeof url, "tcp://%s:%d", room->tcp_address,
             strcmp(name, "rep") == 0   ? 7300
             : strcmp(name, "ops") == 0 ? 7301
                                        : 7302);
  nng_dialer dialer;
  int rv = nng_dialer_create(&dialer, socket, url);
  if (rv == 0 && headers != NULL)
    rv = nng_dialer_set_string(dialer, NNG_OPT_WS_REQUEST_HEADERS, headers);
  return rv == 0 ? nng_dialer_start(dialer, 0) : rv;
}

Vd__Response *room_ask_bytes(nng_socket req, const void *bytes, size_t size, int timeout_ms)
{
  nng_msg *message;
  cr_assert_eq(nng_msg_alloc(&message, size), 0);
  if (size > 0)
    memcpy(nng_msg_body(message), bytes, size);
  nng_socket_set_ms(req, NNG_OPT_RECVTIMEO, timeout_ms);
  nng_socket_set_ms(req, NNG_OPT_SENDTIMEO, timeout_ms);
  if (nng_sendmsg(req, message, 0) != 0) {
    nng_msg_free(message);
    return NULL;
  }
  if (nng_recvmsg(req, &message, 0) != 0)
    return NULL;
  Vd__Response *response = vd__response__unpack(NULL, nng_msg_len(message), nng_msg_body(message));
  nng_msg_free(message);
  cr_assert_not_null(response);
  return response;
}

Vd__Response *room_ask(nng_socket req, const Vd__Request *request)
{
  struct vd_buffer bytes = {0};
  vd_buffer_pack(&bytes, &request->base);
  Vd__Response *response = room_ask_bytes(req, bytes.data, bytes.size, ROOM_TIMEOUT_MS);
  vd_buffer_finish(&bytes);
  return response;
}

Vd__Request *room_request(const char *id)
{
  Vd__Request *request = (Vd__Request *)vd_message_new(&vd__request__descriptor);
  request->version = 1;
  vd_string_set(&request->id, id);
  request->body_case = VD__REQUEST__BODY_COMMANDS;
  request->commands = (Vd__Commands *)vd_message_new(&vd__commands__descriptor);
  Vd__Command *command = (Vd__Command *)vd_message_new(&vd__command__descriptor);
  vd_string_set(&command->id, id);
  command->act_case = VD__COMMAND__ACT_LOG;
  command->log = (Vd__Log *)vd_message_new(&vd__log__descriptor);
  vd_string_set(&command->log->text, "hello");
  VD_REPEATED_ADD(request->commands->commands, request->commands->n_commands, command);
  return request;
}

void room_expect(nng_socket req, const char *code)
{
  Vd__Request *request = room_request("c-1");
  Vd__Response *response = room_ask(req, request);
  cr_assert_not_null(response, "no answer; expected %s", code);
  if (response->refusal != NULL)
    cr_assert_str_eq(response->refusal->code, code);
  else
    cr_assert_str_eq(response->replies->replies[0]->code, code);
  vd__response__free_unpacked(response, NULL);
  vd__request__free_unpacked(request, NULL);
}

// ---- raw HTTP ----

int room_connect(struct room *room)
{
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(room->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct timeval timeout = {.tv_sec = ROOM_TIMEOUT_MS / 1000};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
    return fd;
  close(fd);
  return -1;
}

bool room_send(int fd, const void *bytes, size_t size)
{
  const char *at = bytes;
  while (size > 0) {
    ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    at += sent;
    size -= (size_t)sent;
  }
  return true;
}

char *room_read_all(int fd, bool *is_closed)
{
  struct vd_buffer text = {0};
  ssize_t got;
  while ((got = recv(fd, vd_buffer_reserve(&text, 4096), 4096, 0)) > 0)
    text.size += (size_t)got;
  if (is_closed != NULL)
    *is_closed = got == 0;
  vd_buffer_append(&text, "", 1);
  return (char *)text.data;
}

char *room_http_to(struct room *room, const char *host, const char *request_line, const char *rest,
                   bool *is_closed)
{
  struct vd_buffer request = {0};
  vd_buffer_printf(&request, "%s HTTP/1.1\r\nHost: %s\r\n", request_line, host);
  vd_buffer_append(&request, rest, strlen(rest));
  int fd = room_connect(room);
  cr_assert(fd >= 0);
  cr_assert(room_send(fd, request.data, request.size));
  char *text = room_read_all(fd, is_closed);
  close(fd);
  vd_buffer_finish(&request);
  return text;
}

char *room_http(struct room *room, const char *request_line, const char *rest, bool *is_closed)
{
  char host[32];
  snprintf(host, sizeof host, "127.0.0.1:%u", room->port);
  return room_http_to(room, host, request_line, rest, is_closed);
}

int room_status(const char *answer)
{
  return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

int room_ws(struct room *room, const char *path, const char *protocol, const char *headers)
{
  struct vd_buffer request = {0};
  vd_buffer_printf(&request,
                   "GET /%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   "Sec-WebSocket-Protocol: %s.sp.nanomsg.org\r\n%s\r\n",
                   path, room->port, protocol, headers);
  int fd = room_connect(room);
  cr_assert(fd >= 0);
  cr_assert(room_send(fd, request.data, request.size));
  vd_buffer_finish(&request);
  char head[4096];
  size_t size = 0;
  while (size < sizeof head - 1 && recv(fd, head + size, 1, 0) == 1) {
    head[++size] = '\0';
    if (size >= 4 && memcmp(head + size - 4, "\r\n\r\n", 4) == 0)
      break;
  }
  cr_assert_eq(room_status(head), 101, "%.*s", (int)size, head);
  return fd;
}
