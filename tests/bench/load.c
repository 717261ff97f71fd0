// A load generator over nng: whole life cycles of incidents, one command per request, a fixed number of
// requests under way. Prints one line of JSON.
//
//   load URL [--concurrency N] [--seconds S] [--open N] [--blind] [--subscribers N --feed URL --rate R]
//            [--readings N --devices N]
//
// --open      incidents kept open: the oldest is taken one step further each time, a closed one is replaced
// --blind     the peer is the bare pipeline, whose answers are all the same: numbers are counted
// --rate      requests per second in all (reports, readings), instead of as many as go
// --readings  no incidents, but so many readings in each request: of the devices bench-0, bench-1 …
// (--devices), each
//             with the readings r0, r1 and r2
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/req.h>

#include "proto/message.h"
#include "proto/wire.pb-c.h"

enum { CONCURRENCY_MAX = 1024, SUBSCRIBERS_MAX = 500, SAMPLES_MAX = 4 * 1000 * 1000, OPEN_MAX = 100000 };

static int64_t now_ns(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// ---- samples ----

struct samples {
  uint32_t *us;
  atomic_size_t count;
};

static void add_sample(struct samples *samples, int64_t ns)
{
  size_t at = atomic_fetch_add(&samples->count, 1);
  if (at < SAMPLES_MAX)
    samples->us[at] = (uint32_t)(ns / 1000);
}

static int by_value(const void *a, const void *b)
{
  uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
  return left < right ? -1 : left > right;
}

static uint32_t percentile(struct samples *samples, unsigned percent)
{
  size_t count = samples->count < SAMPLES_MAX ? samples->count : SAMPLES_MAX;
  return count == 0 ? 0 : samples->us[(count - 1) * percent / 100];
}

// ---- what is sent ----

struct job {
  uint64_t number; // 0 = to be reported
  unsigned step;   // of the life cycle
};

struct load {
  nng_socket socket;
  pthread_mutex_t lock;
  struct job ring[OPEN_MAX];
  size_t head, tail, open_max, lanes; // lanes: each has one incident in hand
  atomic_uint_fast64_t made, answered, refused, lost;
  atomic_bool is_over, is_measured;
  atomic_uint running;
  bool is_blind;
  unsigned readings, devices;
  int64_t pace_ns;
  struct samples latency;
  char prefix[24];
};

struct lane {
  struct load *load;
  nng_ctx context;
  nng_aio *aio;
  enum { SENDING, RECEIVING, PAUSING } state;
  struct job job;
  int64_t began_ns;
};

static struct job take_job(struct load *load)
{
  pthread_mutex_lock(&load->lock);
  struct job job = {0};
  if (load->head - load->tail >= load->open_max)
    job = load->ring[load->tail++ % OPEN_MAX];
  pthread_mutex_unlock(&load->lock);
  return job;
}

static void give_job(struct load *load, struct job job)
{
  pthread_mutex_lock(&load->lock);
  if (load->head - load->tail < OPEN_MAX)
    load->ring[load->head++ % OPEN_MAX] = job;
  pthread_mutex_unlock(&load->lock);
}

static nng_msg *pack_request(char *id, Vd__Command *command)
{
  Vd__Commands commands = VD__COMMANDS__INIT;
  commands.commands = &command;
  commands.n_commands = 1;
  Vd__Request request = VD__REQUEST__INIT;
  request.version = 1;
  request.id = id;
  request.body_case = VD__REQUEST__BODY_COMMANDS;
  request.commands = &commands;
  nng_msg *message;
  if (nng_msg_alloc(&message, vd__request__get_packed_size(&request)) != 0)
    abort();
  vd__request__pack(&request, nng_msg_body(message));
  return message;
}

// Each reading of each device in turn, so that none says the same as another of its request.
static nng_msg *make_readings(struct lane *lane)
{
  enum { NAMES = 3, READINGS_MAX = 1000 };
  static const char *const names[NAMES] = {"r0", "r1", "r2"};
  const struct load *load = lane->load;
  uint64_t count = atomic_fetch_add(&lane->load->made, 1);
  char id[64], devices[READINGS_MAX][24];
  Vd__Reading items[READINGS_MAX], *list[READINGS_MAX];
  snprintf(id, sizeof id, "%s-%" PRIu64, load->prefix, count);
  for (unsigned i = 0; i < load->readings; i++) {
    uint64_t at = count * load->readings + i;
    vd__reading__init(&items[i]);
    snprintf(devices[i], sizeof devices[i], "bench-%u", (unsigned)(at / NAMES % load->devices));
    items[i].device = devices[i];
    items[i].reading = (char *)names[at % NAMES];
    items[i].value = (int64_t)(40000 + at % 1000);
    list[i] = &items[i];
  }
  Vd__Readings readings = VD__READINGS__INIT;
  readings.readings = list;
  readings.n_readings = load->readings;
  Vd__Command command = VD__COMMAND__INIT;
  command.id = id;
  command.act_case = VD__COMMAND__ACT_READINGS;
  command.readings = &readings;
  return pack_request(id, &command);
}

static nng_msg *make_request(struct lane *lane)
{
  if (lane->load->readings > 0)
    return make_readings(lane);
  static const char *const zones[] = {"hall-main", "forum-a",   "forum-b",
                                      "corridor",  "tea-break", "backstage"};
  uint64_t count = atomic_fetch_add(&lane->load->made, 1);
  char id[64], text[64];
  snprintf(id, sizeof id, "%s-%" PRIu64, lane->load->prefix, count);
  snprintf(text, sizeof text, "t=%" PRId64, lane->began_ns);
  Vd__Command command = VD__COMMAND__INIT;
  command.id = id;
  command.by = (char *)"av-1";
  Vd__Report report = VD__REPORT__INIT;
  Vd__Respond respond = VD__RESPOND__INIT;
  Vd__Decide decide = VD__DECIDE__INIT;
  Vd__Land land = VD__LAND__INIT;
  Vd__Close close = VD__CLOSE__INIT;
  switch (lane->job.number == 0 ? 0 : lane->job.step) {
  case 0:
    command.act_case = VD__COMMAND__ACT_REPORT;
    command.report = &report;
    report.zone = (char *)zones[count % 6];
    report.category = (char *)"other";
    report.text = text;
    break;
  case 1:
    command.act_case = VD__COMMAND__ACT_RESPOND;
    command.respond = &respond;
    respond.incident = lane->job.number;
    break;
  case 2:
    command.act_case = VD__COMMAND__ACT_DECIDE;
    command.decide = &decide;
    decide.incident = lane->job.number;
    decide.decision = (char *)"bring the spare one";
    break;
  case 3:
    command.act_case = VD__COMMAND__ACT_LAND;
    command.land = &land;
    land.incident = lane->job.number;
    land.landing = VD__LANDING__LANDING_FIXED;
    break;
  default:
    command.act_case = VD__COMMAND__ACT_CLOSE;
    command.close = &close;
    command.by = (char *)"control-1";
    close.incident = lane->job.number;
    break;
  }
  return pack_request(id, &command);
}

static void begin(struct lane *lane)
{
  struct load *load = lane->load;
  if (atomic_load(&load->is_over)) {
    atomic_fetch_sub(&load->running, 1);
    return;
  }
  lane->job = load->pace_ns > 0 || load->readings > 0 ? (struct job){0} : take_job(load);
  lane->began_ns = now_ns();
  lane->state = SENDING;
  nng_aio_set_msg(lane->aio, make_request(lane));
  nng_ctx_send(lane->context, lane->aio);
}

static void take_answer(struct lane *lane, nng_msg *message)
{
  struct load *load = lane->load;
  uint64_t number = atomic_load(&load->made);
  Vd__Response *response = vd__response__unpack(NULL, nng_msg_len(message), nng_msg_body(message));
  bool is_ok = response != NULL && response->body_case == VD__RESPONSE__BODY_REPLIES &&
               strcmp(response->replies->replies[0]->code, "ok") == 0;
  if (is_ok && !load->is_blind)
    number = response->replies->replies[0]->number;
  if (!is_ok && atomic_fetch_add(&load->refused, 1) < 5 && response != NULL)
    fprintf(stderr, "refused at step %u: %s\n", lane->job.step,
            response->body_case == VD__RESPONSE__BODY_REPLIES ? response->replies->replies[0]->code
            : response->refusal != NULL                       ? response->refusal->code
                                                              : "?");
  vd__response__free_unpacked(response, NULL);
  nng_msg_free(message);
  if (!is_ok)
    return;
  atomic_fetch_add(&load->answered, 1);
  if (load->readings > 0)
    return;
  bool was_reported = lane->job.number == 0;
  if (!was_reported && lane->job.step >= 4)
    return;
  give_job(load,
           (struct job){was_reported ? number : lane->job.number, was_reported ? 1 : lane->job.step + 1});
}

// The next request at once, or after the pace's pause, which no thread spends waiting.
static void go_on(struct lane *lane)
{
  int64_t left_ms = (lane->load->pace_ns - (now_ns() - lane->began_ns)) / 1000000;
  if (left_ms <= 0) {
    begin(lane);
    return;
  }
  lane->state = PAUSING;
  nng_sleep_aio((nng_duration)left_ms, lane->aio);
}

static void on_lane(void *context)
{
  struct lane *lane = context;
  int error = nng_aio_result(lane->aio);
  if (lane->state == PAUSING) {
    begin(lane);
  } else if (error != 0) {
    if (lane->state == SENDING)
      nng_msg_free(nng_aio_get_msg(lane->aio));
    atomic_fetch_add(&lane->load->lost, 1);
    go_on(lane);
  } else if (lane->state == SENDING) {
    lane->state = RECEIVING;
    nng_ctx_recv(lane->context, lane->aio);
  } else {
    if (atomic_load(&lane->load->is_measured))
      add_sample(&lane->load->latency, now_ns() - lane->began_ns);
    take_answer(lane, nng_aio_get_msg(lane->aio));
    go_on(lane);
  }
}

// ---- subscribers ----

struct subscriber {
  nng_socket socket;
  nng_aio *aio;
  struct samples *latency;
  atomic_uint_fast64_t *frames;
};

static void on_frame(void *context)
{
  struct subscriber *subscriber = context;
  if (nng_aio_result(subscriber->aio) != 0)
    return;
  nng_msg *message = nng_aio_get_msg(subscriber->aio);
  int64_t at_ns = now_ns();
  const char *stamp = memmem(nng_msg_body(message), nng_msg_len(message), "t=", 2);
  if (stamp != NULL) {
    atomic_fetch_add(subscriber->frames, 1);
    add_sample(subscriber->latency, at_ns - strtoll(stamp + 2, NULL, 10));
  }
  nng_msg_free(message);
  nng_recv_aio(subscriber->socket, subscriber->aio);
}

static void subscribe(struct subscriber *subscriber, const char *url)
{
  if (nng_sub0_open(&subscriber->socket) != 0 ||
      nng_socket_set(subscriber->socket, NNG_OPT_SUB_SUBSCRIBE, "change/", 7) != 0 ||
      nng_socket_set_int(subscriber->socket, NNG_OPT_RECVBUF, 1024) != 0 ||
      nng_dial(subscriber->socket, url, NULL, 0) != 0 ||
      nng_aio_alloc(&subscriber->aio, on_frame, subscriber) != 0) {
    fprintf(stderr, "cannot subscribe to %s\n", url);
    exit(1);
  }
  nng_recv_aio(subscriber->socket, subscriber->aio);
}

// ---- the run ----

static void sleep_s(double seconds)
{
  struct timespec pause = {.tv_sec = (time_t)seconds,
                           .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
  nanosleep(&pause, NULL);
}

static void start_lanes(struct load *load, struct lane *lanes, unsigned concurrency, const char *url)
{
  if (nng_req0_open(&load->socket) != 0 || nng_dial(load->socket, url, NULL, 0) != 0) {
    fprintf(stderr, "cannot reach %s\n", url);
    exit(1);
  }
  atomic_store(&load->running, concurrency);
  load->lanes = concurrency;
  for (unsigned i = 0; i < concurrency; i++) {
    lanes[i].load = load;
    if (nng_ctx_open(&lanes[i].context, load->socket) != 0 ||
        nng_aio_alloc(&lanes[i].aio, on_lane, &lanes[i]) != 0)
      abort();
    nng_aio_set_timeout(lanes[i].aio, 10000);
    begin(&lanes[i]);
  }
}

struct arguments {
  unsigned concurrency, subscribers, rate;
  double seconds;
  const char *feed, *url;
};

static bool parse(int argc, char **argv, struct arguments *arguments, struct load *load)
{
  static const struct option options[] = {{"concurrency", 1, 0, 'c'}, {"seconds", 1, 0, 's'},
                                          {"open", 1, 0, 'o'},        {"blind", 0, 0, 'b'},
                                          {"subscribers", 1, 0, 'n'}, {"feed", 1, 0, 'f'},
                                          {"rate", 1, 0, 'r'},        {"readings", 1, 0, 'd'},
                                          {"devices", 1, 0, 'D'},     {0}};
  int option;
  while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
    unsigned number = optarg != NULL ? (unsigned)strtoul(optarg, NULL, 10) : 0;
    if (option == '?')
      return false;
    if (option == 'c')
      arguments->concurrency = number;
    else if (option == 's')
      arguments->seconds = strtod(optarg, NULL);
    else if (option == 'o')
      load->open_max = number;
    else if (option == 'b')
      load->is_blind = true;
    else if (option == 'n')
      arguments->subscribers = number;
    else if (option == 'f')
      arguments->feed = optarg;
    else if (option == 'd')
      load->readings = number;
    else if (option == 'D')
      load->devices = number;
    else
      arguments->rate = number;
  }
  arguments->url = argv[optind];
  return optind + 1 == argc && arguments->concurrency > 0 && arguments->concurrency <= CONCURRENCY_MAX &&
         arguments->subscribers <= SUBSCRIBERS_MAX && load->open_max < OPEN_MAX &&
         (arguments->subscribers == 0 || arguments->feed != NULL) && load->readings <= 1000 &&
         (load->readings == 0 || load->devices > 0);
}

struct run {
  uint64_t answered;
  double took_s;
};

// Until the wanted number of incidents is open, and a little more, nothing counts.
static struct run measure(struct load *load, double seconds)
{
  bool has_to_fill = load->pace_ns == 0 && load->readings == 0;
  for (int i = 0; i < 600 && has_to_fill && load->head - load->tail + load->lanes < load->open_max; i++)
    sleep_s(0.1);
  sleep_s(0.3);
  uint64_t before = atomic_load(&load->answered);
  int64_t began_ns = now_ns();
  atomic_store(&load->is_measured, true);
  sleep_s(seconds);
  atomic_store(&load->is_measured, false);
  struct run run = {.answered = atomic_load(&load->answered) - before};
  run.took_s = (double)(now_ns() - began_ns) / 1e9;
  atomic_store(&load->is_over, true);
  for (int i = 0; i < 150 && atomic_load(&load->running) > 0; i++)
    sleep_s(0.1);
  return run;
}

static void sort(struct samples *samples)
{
  size_t count = samples->count < SAMPLES_MAX ? samples->count : SAMPLES_MAX;
  qsort(samples->us, count, sizeof(uint32_t), by_value);
}

static void print(struct load *load, const struct arguments *arguments, struct run run,
                  struct samples *delivered, uint64_t frames)
{
  sort(&load->latency);
  sort(delivered);
  printf("{\"concurrency\":%u,\"commands\":%" PRIu64 ",\"readings_rate\":%.0f"
         ",\"rate\":%.0f,\"p50_us\":%u,\"p99_us\":%u,\"refused\":%" PRIu64 ",\"lost\":%" PRIu64
         ",\"subscribers\":%u,\"deliveries\":%" PRIu64
         ",\"delivery_p50_us\":%u,\"delivery_p99_us\":%u,\"reported\":%" PRIu64 "}\n",
         arguments->concurrency, run.answered, (double)run.answered * load->readings / run.took_s,
         (double)run.answered / run.took_s, percentile(&load->latency, 50), percentile(&load->latency, 99),
         (uint64_t)load->refused, (uint64_t)load->lost, arguments->subscribers, frames,
         percentile(delivered, 50), percentile(delivered, 99), (uint64_t)load->made);
  fflush(stdout);
}

int main(int argc, char **argv)
{
  struct arguments arguments = {.concurrency = 1, .seconds = 3};
  struct load *load = vd_zalloc(sizeof *load);
  load->open_max = 1000;
  if (!parse(argc, argv, &arguments, load))
    return 2;
  pthread_mutex_init(&load->lock, NULL);
  load->latency.us = vd_alloc(SAMPLES_MAX * sizeof(uint32_t));
  if (arguments.rate > 0)
    load->pace_ns = (int64_t)1000000000 * arguments.concurrency / arguments.rate;
  snprintf(load->prefix, sizeof load->prefix, "b%d-%" PRIx64, (int)getpid(), (uint64_t)now_ns() & 0xFFFFFF);
  struct samples delivered = {.us = vd_alloc(SAMPLES_MAX * sizeof(uint32_t))};
  atomic_uint_fast64_t frames = 0;
  struct subscriber *list = vd_zalloc((arguments.subscribers + 1) * sizeof *list);
  for (unsigned i = 0; i < arguments.subscribers; i++) {
    list[i].latency = &delivered;
    list[i].frames = &frames;
    subscribe(&list[i], arguments.feed);
  }
  struct lane *lanes = vd_zalloc(arguments.concurrency * sizeof *lanes);
  start_lanes(load, lanes, arguments.concurrency, arguments.url);
  struct run run = measure(load, arguments.seconds);
  sleep_s(arguments.subscribers > 0 ? 0.5 : 0);
  print(load, &arguments, run, &delivered, frames);
  _exit(load->refused > 0 || load->lost > 0 ? 1 : 0); // sockets and lanes go with the process
}
