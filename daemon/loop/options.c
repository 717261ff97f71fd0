#include "daemon/loop/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/loop/log.h"
#include "proto/message.h"
#include "proto/text.h"

enum {
  TIME_SCALE_MAX = 1000,
  PUBLISH_QUEUE = 1024,
  PUBLISH_QUEUE_MAX = 8192,
};
static const int64_t map_size_bytes = INT64_C(32) << 30, map_size_min_bytes = INT64_C(16) << 20;
static const int64_t reserve_bytes = INT64_C(64) << 20;

static const char usage[] =
    "Usage: venued [--config FILE] [--plan FILE] [--data DIR] [options]\n"
    "The dispatch daemon of an event's command centre.\n"
    "\n"
    "  --config FILE        configuration (venued.yaml); without it, the defaults\n"
    "  --plan FILE          the event's plan; needed for a new journal, checked against an old one\n"
    "  --data DIR           journal and sockets (default ./data)\n"
    "  --time-scale N       venue time runs N times as fast (1..1000); a journal keeps its scale\n"
    "  --clock-start T      a new journal's first instant (RFC 3339), or `plan`: half an hour before doors\n"
    "  --rehearsal          a rehearsal: implies --clock-start plan, and `venuectl rehearse` may play\n"
    "  --help, --version\n"
    "\n"
    "Log lines (logfmt) go to stderr. SIGTERM ends in order; SIGHUP re-reads the configuration.\n"
    "Exit status: 0 ended in order, 1 could not start or go on (the last log line says why), 2 usage.\n";

enum {
  OPTION_CONFIG = 1,
  OPTION_PLAN,
  OPTION_DATA,
  OPTION_SCALE,
  OPTION_START,
  OPTION_REHEARSAL,
  OPTION_HELP,
  OPTION_VERSION
};

static const struct option long_options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"plan", required_argument, NULL, OPTION_PLAN},
    {"data", required_argument, NULL, OPTION_DATA},
    {"time-scale", required_argument, NULL, OPTION_SCALE},
    {"clock-start", required_argument, NULL, OPTION_START},
    {"rehearsal", no_argument, NULL, OPTION_REHEARSAL},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {0},
};

static int usage_error(const char *what, const char *value)
{
  fprintf(stderr, "venued: %s: %s\nTry `venued --help`.\n", what, value);
  return 2;
}

static bool parse_scale(const char *text, int64_t *scale)
{
  char *end;
  long value = strtol(text, &end, 10);
  *scale = value;
  return *text != '\0' && *end == '\0' && value >= 1 && value <= TIME_SCALE_MAX;
}

static bool parse_start(const char *text, struct vd_options *options)
{
  options->has_clock_start = true;
  options->starts_with_plan = strcmp(text, "plan") == 0;
  return options->starts_with_plan || vd_instant_parse(text, 0, 0, &options->clock_start_ms);
}

static int take_option(int option, struct vd_options *options)
{
  switch (option) {
  case OPTION_CONFIG:
    options->config_path = optarg;
    return -1;
  case OPTION_PLAN:
    options->plan_path = optarg;
    return -1;
  case OPTION_DATA:
    options->data_dir = optarg;
    return -1;
  case OPTION_SCALE:
    return parse_scale(optarg, &options->time_scale)
               ? -1
               : usage_error("--time-scale takes 1 to 1000, not", optarg);
  case OPTION_START:
    return parse_start(optarg, options)
               ? -1
               : usage_error("--clock-start takes an instant like 2023-05-18T08:00:00+08:00 or `plan`, not",
                             optarg);
  case OPTION_REHEARSAL:
    options->is_rehearsal = true;
    return -1;
  case OPTION_HELP:
    fputs(usage, stdout);
    return 0;
  case OPTION_VERSION:
    puts("venued " VENUED_VERSION);
    return 0;
  default: // getopt_long has said what is wrong
    fputs("Try `venued --help`.\n", stderr);
    return 2;
  }
}

int vd_options_parse(int argc, char **argv, struct vd_options *options)
{
  *options = (struct vd_options){.data_dir = "./data"};
  int option;
  while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
    int status = take_option(option, options);
    if (status >= 0)
      return status;
  }
  if (optind < argc)
    return usage_error("unexpected argument", argv[optind]);
  return -1;
}

static enum vd_err check_config(const Vd__Config *config, struct vd_refusal *refusal)
{
  enum vd_log_level level;
  if (!vd_log_level_parse(config->log_level, &level))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "log_level", "one of error, warning, info, debug; not %s",
                     config->log_level);
  if (config->map_size_bytes < map_size_min_bytes)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "map_size_bytes", "at least %lld",
                     (long long)map_size_min_bytes);
  if (config->publish_queue > PUBLISH_QUEUE_MAX)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "publish_queue", "at most %d", PUBLISH_QUEUE_MAX);
  if (config->reserve_bytes < 0)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "reserve_bytes", "not negative");
  if (config->map_size_bytes <= config->reserve_bytes)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "map_size_bytes", "more than reserve_bytes, %lld",
                     (long long)config->reserve_bytes);
  return VD_OK;
}

static void set_default(char **field, const char *value)
{
  if (**field == '\0')
    vd_string_set(field, value);
}

enum vd_err vd_config_read(const char *path, Vd__Config **config, struct vd_refusal *refusal)
{
  ProtobufCMessage *message = NULL;
  if (path == NULL) {
    message = vd_message_new(&vd__config__descriptor);
  } else {
    enum vd_err err = vd_text_read_file(&vd__config__descriptor, path, &message, NULL, refusal);
    if (err != VD_OK)
      return err;
  }
  Vd__Config *made = (Vd__Config *)message;
  set_default(&made->listen, "http://127.0.0.1:7380");
  set_default(&made->tcp_address, "127.0.0.1");
  set_default(&made->log_level, "info");
  if (made->map_size_bytes == 0)
    made->map_size_bytes = map_size_bytes;
  if (made->publish_queue == 0)
    made->publish_queue = PUBLISH_QUEUE;
  if (made->reserve_bytes == 0)
    made->reserve_bytes = reserve_bytes;
  enum vd_err err = check_config(made, refusal);
  if (err != VD_OK) {
    vd__config__free_unpacked(made, NULL);
    return err;
  }
  *config = made;
  return VD_OK;
}
