// The bare pipeline that venued is measured against: what the libraries can do with the same shape and
// nothing of the domain. rep contexts → uv loop → LMDB append on a worker, one transaction per batch,
// pipelined → reply. Requests are not read; the reply is a Response like venued's and always the same, so
// that whoever asked has the same to do with it.
//
//   bare URL FOLDER --record-bytes N     appends N bytes per request
//   bare URL --echo                      replies from the callback: nng alone
//   bare --probe FOLDER                  prints the median of fdatasync after a 4 KiB append, in µs
#include <fcntl.h>
#include <getopt.h>
#include <lmdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <uv.h>

#include "proto/message.h"
#include "proto/wire.pb-c.h"

enum { CONTEXTS = 256, PROBES = 301 };

struct lane {
  struct lane *next;
  nng_ctx context;
  nng_aio *aio;
  uint64_t sequence; // of its last record
  bool is_replying;
};

static struct {
  pthread_mutex_t lock;
  pthread_cond_t work;
  struct lane *inbox, *gathering;
  struct lane *given;      // to the journal thread, which has not taken it yet
  struct lane *committing; // given or taken, until its replies are out
  bool is_echo;
  uv_loop_t loop;
  uv_async_t wake, committed;
  MDB_env *env;
  MDB_dbi changes;
  uint64_t sequence;
  atomic_uint_least64_t durable; // the last sequence that is committed
  size_t record_bytes;
  uint8_t *record;
  struct vd_buffer response;
} bare = {.lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER};

static void check(int error, const char *what)
{
  if (error == 0)
    return;
  fprintf(stderr, "bare: %s: %d\n", what, error);
  _exit(1);
}

static void reply(struct lane *lane)
{
  nng_msg *message;
  check(nng_msg_alloc(&message, bare.response.size), "msg");
  memcpy(nng_msg_body(message), bare.response.data, bare.response.size);
  lane->is_replying = true;
  nng_aio_set_msg(lane->aio, message);
  nng_ctx_send(lane->context, lane->aio);
}

static void on_lane(void *context)
{
  struct lane *lane = context;
  int error = nng_aio_result(lane->aio);
  if (error == NNG_ECLOSED)
    return;
  if (lane->is_replying || error != 0) {
    if (error != 0 && lane->is_replying)
      nng_msg_free(nng_aio_get_msg(lane->aio));
    lane->is_replying = false;
    nng_ctx_recv(lane->context, lane->aio);
    return;
  }
  nng_msg_free(nng_aio_get_msg(lane->aio));
  if (bare.is_echo) {
    reply(lane);
    return;
  }
  pthread_mutex_lock(&bare.lock);
  lane->next = bare.inbox;
  bare.inbox = lane;
  pthread_mutex_unlock(&bare.lock);
  uv_async_send(&bare.wake);
}

static void append_batch(struct lane *batch)
{
  MDB_txn *txn;
  check(mdb_txn_begin(bare.env, NULL, 0, &txn), "begin");
  for (struct lane *lane = batch; lane != NULL; lane = lane->next) {
    lane->sequence = ++bare.sequence;
    uint64_t sequence = __builtin_bswap64(lane->sequence);
    MDB_val key = {sizeof sequence, &sequence}, value = {bare.record_bytes, bare.record};
    check(mdb_put(txn, bare.changes, &key, &value, MDB_APPEND), "put");
  }
  check(mdb_txn_commit(txn), "commit");
  atomic_store(&bare.durable, bare.sequence);
}

static void *journal_thread(void *unused)
{
  (void)unused;
  for (;;) {
    pthread_mutex_lock(&bare.lock);
    while (bare.given == NULL)
      pthread_cond_wait(&bare.work, &bare.lock);
    struct lane *batch = bare.given;
    bare.given = NULL;
    pthread_mutex_unlock(&bare.lock);
    append_batch(batch);
    uv_async_send(&bare.committed);
  }
  return NULL;
}

static void turn(void)
{
  if (bare.committing != NULL || bare.gathering == NULL)
    return;
  bare.committing = bare.gathering;
  bare.gathering = NULL;
  pthread_mutex_lock(&bare.lock);
  bare.given = bare.committing;
  pthread_mutex_unlock(&bare.lock);
  pthread_cond_signal(&bare.work);
}

static void on_wake(uv_async_t *unused)
{
  (void)unused;
  pthread_mutex_lock(&bare.lock);
  struct lane *taken = bare.inbox;
  bare.inbox = NULL;
  pthread_mutex_unlock(&bare.lock);
  while (taken != NULL) {
    struct lane *next = taken->next;
    taken->next = bare.gathering;
    bare.gathering = taken;
    taken = next;
  }
  turn();
}

static void on_committed(uv_async_t *unused)
{
  (void)unused;
  struct lane *done = bare.committing;
  bare.committing = NULL;
  while (done != NULL) {
    struct lane *next = done->next;
    check(done->sequence > atomic_load(&bare.durable), "a reply before its record is durable");
    reply(done);
    done = next;
  }
  turn();
}

static int64_t now_us(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int by_value(const void *a, const void *b)
{
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
  return left < right ? -1 : left > right;
}

static int probe(const char *folder)
{
  static int64_t took_us[PROBES];
  static char block[4096];
  char path[4096];
  snprintf(path, sizeof path, "%s/probe", folder);
  int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  check(file < 0 ? 1 : 0, path);
  for (size_t i = 0; i < PROBES; i++) {
    int64_t began_us = now_us();
    check(write(file, block, sizeof block) == (ssize_t)sizeof block && fdatasync(file) == 0 ? 0 : 1,
          "fdatasync");
    took_us[i] = now_us() - began_us;
  }
  close(file);
  unlink(path);
  qsort(took_us, PROBES, sizeof *took_us, by_value);
  printf("%lld\n", (long long)took_us[PROBES / 2]);
  return 0;
}

static void prepare_response(void)
{
  Vd__Reply reply = VD__REPLY__INIT, *list[] = {&reply};
  Vd__Replies replies = VD__REPLIES__INIT;
  Vd__Response response = VD__RESPONSE__INIT;
  reply.id = response.id = (char *)"b12345-abcdef-12345";
  reply.code = (char *)"ok";
  reply.sentence = (char *)"Done.";
  reply.number = reply.sequence = response.sequence = 12345;
  replies.replies = list;
  replies.n_replies = 1;
  response.version = response.epoch = 1;
  response.now_at_ms = INT64_C(1684371600000);
  response.body_case = VD__RESPONSE__BODY_REPLIES;
  response.replies = &replies;
  vd_buffer_pack(&bare.response, &response.base);
}

static void open_journal(const char *folder)
{
  mkdir(folder, 0700);
  check(mdb_env_create(&bare.env), "env");
  check(mdb_env_set_mapsize(bare.env, (size_t)32 << 30), "map");
  check(mdb_env_set_maxdbs(bare.env, 4), "dbs");
  check(mdb_env_open(bare.env, folder, 0, 0600), folder);
  MDB_txn *txn;
  check(mdb_txn_begin(bare.env, NULL, 0, &txn), "begin");
  check(mdb_dbi_open(txn, "changes", MDB_CREATE, &bare.changes), "dbi");
  check(mdb_txn_commit(txn), "commit");
  bare.record = vd_zalloc(bare.record_bytes);
}

int main(int argc, char **argv)
{
  static const struct option options[] = {
      {"echo", 0, 0, 'e'}, {"record-bytes", 1, 0, 'r'}, {"probe", 0, 0, 'p'}, {0}};
  int option;
  bool is_probe = false;
  while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
    bare.is_echo |= option == 'e';
    is_probe |= option == 'p';
    if (option == 'r')
      bare.record_bytes = strtoul(optarg, NULL, 10);
  }
  if (is_probe && optind + 1 == argc)
    return probe(argv[optind]);
  if (optind + (bare.is_echo ? 1 : 2) != argc || (!bare.is_echo && bare.record_bytes == 0))
    return 2;
  prepare_response();
  if (!bare.is_echo)
    open_journal(argv[optind + 1]);
  check(uv_loop_init(&bare.loop), "loop");
  check(uv_async_init(&bare.loop, &bare.wake, on_wake), "async");
  check(uv_async_init(&bare.loop, &bare.committed, on_committed), "async");
  pthread_t thread;
  check(pthread_create(&thread, NULL, journal_thread, NULL), "thread");
  nng_socket socket;
  static struct lane lanes[CONTEXTS];
  check(nng_rep0_open(&socket), "rep");
  for (size_t i = 0; i < CONTEXTS; i++) {
    check(nng_ctx_open(&lanes[i].context, socket), "ctx");
    check(nng_aio_alloc(&lanes[i].aio, on_lane, &lanes[i]), "aio");
    nng_ctx_recv(lanes[i].context, lanes[i].aio);
  }
  check(nng_listen(socket, argv[optind], NULL, 0), argv[optind]);
  puts("ready");
  fflush(stdout);
  return uv_run(&bare.loop, UV_RUN_DEFAULT);
}
