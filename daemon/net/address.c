#include "daemon/net/address.h"

#include <arpa/inet.h>
#include <nng/nng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// A name is loopback only where no resolver has a say in it.
static bool is_loopback(const char *host)
{
  struct in_addr v4;
  struct in6_addr v6;
  if (strcasecmp(host, "localhost") == 0)
    return true;
  if (inet_pton(AF_INET, host, &v4) == 1)
    return (ntohl(v4.s_addr) >> 24) == IN_LOOPBACKNET;
  return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static enum vd_err check_secure(const Vd__Config *config, const char *field, const char *host,
                                const char *shown, struct vd_refusal *refusal)
{
  if (is_loopback(host) || config->insecure)
    return VD_OK;
  return vd_refuse(refusal, VD_ERR_INSECURE, field,
                   "%s is not loopback; put a TLS proxy in front, or say insecure: true", shown);
}

static bool parse_port(const char *text, uint16_t *port)
{
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != '\0' || value == 0 || value > UINT16_MAX)
    return false;
  *port = (uint16_t)value;
  return true;
}

static enum vd_err from_url(struct vd_address *address, const Vd__Config *config, const nng_url *url,
                            struct vd_refusal *refusal)
{
  bool has_path = strcmp(url->u_path, "") != 0 && strcmp(url->u_path, "/") != 0;
  bool is_plain = strcmp(url->u_scheme, "http") == 0 && !has_path;
  if (!is_plain || *url->u_hostname == '\0' || !parse_port(url->u_port, &address->port))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "listen", "%s: expected http://host:port", config->listen);
  bool is_v6 = strchr(url->u_hostname, ':') != NULL;
  int size = snprintf(address->authority, sizeof address->authority, is_v6 ? "[%s]:%u" : "%s:%u",
                      url->u_hostname, address->port);
  if (size < 0 || (size_t)size >= sizeof address->authority)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "listen", "the host name is too long");
  return check_secure(config, "listen", url->u_hostname, config->listen, refusal);
}

enum vd_err vd_address_parse(struct vd_address *address, const Vd__Config *config, struct vd_refusal *refusal)
{
  // Nothing but these is handed to nng 1.5.2, which reads beyond the end of "http://a:1:2@" (nng issue 1595).
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]/";
  bool is_plain = config->listen[strspn(config->listen, letters)] == '\0';
  nng_url *url;
  if (!is_plain || nng_url_parse(&url, config->listen) != 0)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "listen", "%s: expected http://host:port", config->listen);
  enum vd_err err = from_url(address, config, url, refusal);
  nng_url_free(url);
  return err;
}

enum vd_err vd_address_parse_tcp(char host[VD_AUTHORITY_MAX], const Vd__Config *config,
                                 struct vd_refusal *refusal)
{
  const char *text = *config->tcp_address != '\0' ? config->tcp_address : "127.0.0.1";
  struct in6_addr v6;
  bool is_v6 = inet_pton(AF_INET6, text, &v6) == 1;
  if (!is_v6 && strpbrk(text, ":/[]@") != NULL)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "tcp_address", "%s: expected a host without a port", text);
  int size = snprintf(host, VD_AUTHORITY_MAX, is_v6 ? "[%s]" : "%s", text);
  if (size < 0 || size >= VD_AUTHORITY_MAX)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "tcp_address", "the host name is too long");
  return check_secure(config, "tcp_address", text, text, refusal);
}

// ---- Host and Origin ----

// "name:port", or "name" alone where the port may be left out.
static bool is_named(const char *host, const char *name, uint16_t port, bool may_omit_port)
{
  size_t size = strlen(name);
  if (strncasecmp(host, name, size) != 0)
    return false;
  if (host[size] == '\0')
    return may_omit_port;
  uint16_t given;
  return host[size] == ':' && parse_port(host + size + 1, &given) && given == port;
}

bool vd_address_is_host(const struct vd_address *address, const Vd__Config *config, const char *host)
{
  static const char *const locals[] = {"localhost", "127.0.0.1", "[::1]"};
  if (host == NULL)
    return false;
  if (strcasecmp(host, address->authority) == 0)
    return true;
  for (size_t i = 0; i < sizeof locals / sizeof *locals; i++)
    if (is_named(host, locals[i], address->port, address->port == 80))
      return true;
  for (size_t i = 0; i < config->n_hosts; i++)
    if (is_named(host, config->hosts[i], address->port, true))
      return true;
  return false;
}

bool vd_address_is_origin(const struct vd_address *address, const Vd__Config *config, const char *origin)
{
  if (origin == NULL)
    return true;
  for (size_t i = 0; i < config->n_origins; i++)
    if (strcasecmp(origin, config->origins[i]) == 0)
      return true;
  if (strncasecmp(origin, "http://", 7) == 0)
    return vd_address_is_host(address, config, origin + 7);
  if (strncasecmp(origin, "https://", 8) == 0)
    return vd_address_is_host(address, config, origin + 8);
  return false;
}
