// Which addresses may be listened at in plaintext, and which Hosts and Origins are ours.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/net/address.h"

static enum vd_err parse(const char *listen, bool insecure, struct vd_address *address)
{
  Vd__Config config = VD__CONFIG__INIT;
  struct vd_refusal refusal = {.err = VD_OK};
  config.listen = (char *)listen;
  config.insecure = insecure;
  enum vd_err err = vd_address_parse(address, &config, &refusal);
  cr_assert_eq(refusal.err, err);
  if (err != VD_OK)
    cr_assert_str_eq(refusal.field, "listen");
  return err;
}

Test(address, loopback_in_every_spelling)
{
  static const char *const good[] = {"http://127.0.0.1:7380",  "http://127.8.9.10:1",
                                     "http://localhost:65535", "http://LOCALHOST:7380",
                                     "http://[::1]:7380",      "http://127.0.0.1:7380/"};
  struct vd_address address;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    cr_assert_eq(parse(good[i], false, &address), VD_OK, "%s", good[i]);
  cr_assert_str_eq(address.authority, "127.0.0.1:7380");
  cr_assert_eq(address.port, 7380);
  cr_assert_eq(parse("http://[::1]:80", false, &address), VD_OK);
  cr_assert_str_eq(address.authority, "[::1]:80");
}

Test(address, plaintext_beyond_the_machine_needs_insecure)
{
  static const char *const open[] = {"http://0.0.0.0:7380", "http://192.168.1.4:7380", "http://[::]:7380",
                                     "http://venue.example:7380", "http://127.0.0.1.example:7380"};
  struct vd_address address;
  for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
    cr_assert_eq(parse(open[i], false, &address), VD_ERR_INSECURE, "%s", open[i]);
    cr_assert_eq(parse(open[i], true, &address), VD_OK, "%s", open[i]);
  }
}

Test(address, anything_else_is_no_address)
{
  static const char *const bad[] = {"",
                                    "127.0.0.1:7380",
                                    "https://127.0.0.1:7380",
                                    "ws://127.0.0.1:7380",
                                    "http://127.0.0.1:0",
                                    "http://127.0.0.1:65536",
                                    "http://127.0.0.1:73x0",
                                    "http://:7380",
                                    "http://127.0.0.1:7380/path",
                                    "http://127.0.0.1:7380?query",
                                    "http://127.0.0.1:7380#part",
                                    "http://user@127.0.0.1:7380",
                                    "http://127.0.0.1:7:73@"};
  struct vd_address address;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_assert_eq(parse(bad[i], true, &address), VD_ERR_BAD_VALUE, "%s", bad[i]);
  char long_name[400] = "http://";
  memset(long_name + 7, 'a', 300);
  cr_assert_eq(parse(strncat(long_name, ":80", 4), true, &address), VD_ERR_BAD_VALUE);
}

Test(address, tcp_follows_the_same_rule)
{
  Vd__Config config = VD__CONFIG__INIT;
  struct vd_refusal refusal = {.err = VD_OK};
  char host[VD_AUTHORITY_MAX];
  cr_assert_eq(vd_address_parse_tcp(host, &config, &refusal), VD_OK);
  cr_assert_str_eq(host, "127.0.0.1");
  config.tcp_address = (char *)"::1";
  cr_assert_eq(vd_address_parse_tcp(host, &config, &refusal), VD_OK);
  cr_assert_str_eq(host, "[::1]");
  config.tcp_address = (char *)"10.0.0.1";
  cr_assert_eq(vd_address_parse_tcp(host, &config, &refusal), VD_ERR_INSECURE);
  cr_assert_str_eq(refusal.field, "tcp_address");
  config.insecure = true;
  cr_assert_eq(vd_address_parse_tcp(host, &config, &refusal), VD_OK);
  config.tcp_address = (char *)"10.0.0.1:7300";
  cr_assert_eq(vd_address_parse_tcp(host, &config, &refusal), VD_ERR_BAD_VALUE);
}

static const struct vd_address ours = {.authority = "127.0.0.2:7380", .port = 7380};
static char *more_hosts[] = {(char *)"board.example", (char *)"alias:8443"};
static char *more_origins[] = {(char *)"https://pages.example"};

static Vd__Config configured(void)
{
  Vd__Config config = VD__CONFIG__INIT;
  config.hosts = more_hosts;
  config.n_hosts = 2;
  config.origins = more_origins;
  config.n_origins = 1;
  return config;
}

Test(address, host_is_exact)
{
  static const char *const good[] = {"127.0.0.2:7380",     "localhost:7380", "LocalHost:7380",
                                     "127.0.0.1:7380",     "[::1]:7380",     "board.example",
                                     "board.example:7380", "alias:8443"};
  static const char *const bad[] = {"",
                                    "127.0.0.2",
                                    "localhost",
                                    "localhost:7381",
                                    "localhost:73800",
                                    "evil.example",
                                    "board.example.evil.example",
                                    "xboard.example",
                                    "board.example:1",
                                    "alias",
                                    "127.0.0.2:7380.evil.example",
                                    "localhost:",
                                    "localhost:7380 ",
                                    "localhost:+7380",
                                    "board.example,evil.example"};
  Vd__Config config = configured();
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    cr_assert(vd_address_is_host(&ours, &config, good[i]), "%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_assert_not(vd_address_is_host(&ours, &config, bad[i]), "%s", bad[i]);
  cr_assert_not(vd_address_is_host(&ours, &config, NULL));
}

Test(address, origin_is_ours_or_absent)
{
  static const char *const good[] = {"http://127.0.0.2:7380", "https://board.example",
                                     "https://pages.example", "http://localhost:7380"};
  static const char *const bad[] = {"",
                                    "null",
                                    "https://evil.example",
                                    "http://pages.example",
                                    "127.0.0.2:7380",
                                    "https://pages.example.evil.example",
                                    "ftp://localhost:7380",
                                    "http://localhost:7380/",
                                    "http://localhost"};
  Vd__Config config = configured();
  cr_assert(vd_address_is_origin(&ours, &config, NULL));
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    cr_assert(vd_address_is_origin(&ours, &config, good[i]), "%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_assert_not(vd_address_is_origin(&ours, &config, bad[i]), "%s", bad[i]);
}
