// HTTP as net reads it. Lines: the target of the request, then headers (see below), the address that venued
// listens at; the rest is the body.
#include <string.h>

#include "daemon/net/address.h"
#include "daemon/net/header.h"
#include "daemon/net/http_api.h"
#include "proto/check.h"
#include "tests/fuzz/fuzz.h"

enum {
  TARGET,
  AUTHORIZATION,
  COOKIE,
  CONTENT_TYPE,
  CONTENT_LENGTH,
  ACCEPT_LANGUAGE,
  HOST,
  ORIGIN,
  LISTEN,
  TCP_ADDRESS,
  LINES
};

// Takes the next line as a string of its own, or NULL for an empty one: a header that is not there.
static char *take_line(const uint8_t **at, const uint8_t *end)
{
  size_t left = (size_t)(end - *at);
  const uint8_t *newline = left > 0 ? memchr(*at, '\n', left) : NULL;
  size_t size = newline != NULL ? (size_t)(newline - *at) : left;
  char *line = size > 0 ? strndup((const char *)*at, size) : NULL;
  *at += newline != NULL ? size + 1 : size;
  return line;
}

static void expect_within(const char *part, size_t size, const char *a, const char *b)
{
  bool is_in_a = a != NULL && part >= a && part + size <= a + strlen(a);
  bool is_in_b = b != NULL && part >= b && part + size <= b + strlen(b);
  FUZZ_EXPECT(is_in_a || is_in_b);
}

static void read_headers(char *const lines[LINES])
{
  size_t size = 0;
  uint64_t number = 0;
  const char *token = vd_header_token(lines[AUTHORIZATION], lines[COOKIE], &size);
  FUZZ_EXPECT((token == NULL) == (size == 0));
  if (token != NULL)
    expect_within(token, size, lines[AUTHORIZATION], lines[COOKIE]);
  vd_header_is_json(lines[CONTENT_TYPE]);
  vd_header_number(lines[CONTENT_LENGTH], &number);
  vd_header_language(lines[ACCEPT_LANGUAGE]);
}

static void read_addresses(char *const lines[LINES])
{
  char *empty = (char *)"";
  char *hosts[] = {(char *)"board.example.org"}, *origins[] = {(char *)"https://app.example.org"};
  Vd__Config config = VD__CONFIG__INIT;
  config.listen = lines[LISTEN] != NULL ? lines[LISTEN] : empty;
  config.tcp_address = lines[TCP_ADDRESS] != NULL ? lines[TCP_ADDRESS] : empty;
  config.hosts = hosts, config.n_hosts = 1;
  config.origins = origins, config.n_origins = 1;
  struct vd_address address = {.port = 0};
  struct vd_refusal refusal = {.err = VD_OK};
  char host[VD_AUTHORITY_MAX];
  if (vd_address_parse(&address, &config, &refusal) == VD_OK) {
    FUZZ_EXPECT(address.port != 0);
    FUZZ_EXPECT(vd_address_is_host(&address, &config, address.authority));
  }
  vd_address_is_host(&address, &config, lines[HOST]);
  vd_address_is_origin(&address, &config, lines[ORIGIN]);
  if (vd_address_parse_tcp(host, &config, &refusal) == VD_OK)
    FUZZ_EXPECT(strlen(host) < sizeof host);
}

static void expect_request(Vd__Request *request, const struct vd_refusal *refusal)
{
  FUZZ_EXPECT((request == NULL) == (refusal->err != VD_OK));
  if (request == NULL)
    return;
  FUZZ_EXPECT(request->version == 1);
  struct vd_refusal found = {.err = VD_OK};
  enum vd_err err = vd_check_message(&request->base, &found); // as net does before it hands it over
  FUZZ_EXPECT(err == found.err);
  vd__request__free_unpacked(request, NULL);
}

static void read_request(const char *target, const uint8_t *body, size_t size)
{
  const char *query = NULL;
  const struct vd_http_route *route = vd_http_route_find(target, &query);
  struct vd_refusal refusal = {.err = VD_OK};
  if (route != NULL && !route->is_post && !route->is_page)
    expect_request(vd_http_request_of_query(route, query, &refusal), &refusal);
  refusal = (struct vd_refusal){.err = VD_OK};
  expect_request(vd_http_request_of_body((const char *)body, size, &refusal), &refusal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char *lines[LINES];
  const uint8_t *at = data, *end = data + size;
  for (size_t i = 0; i < LINES; i++)
    lines[i] = take_line(&at, end);
  read_headers(lines);
  read_addresses(lines);
  read_request(lines[TARGET] != NULL ? lines[TARGET] : "/", at, (size_t)(end - at));
  for (size_t i = 0; i < LINES; i++)
    free(lines[i]);
  return 0;
}
