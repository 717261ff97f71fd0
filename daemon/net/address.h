// Where venued listens, and which Hosts and Origins are its own. Pure; any thread once parsed.
#ifndef VD_NET_ADDRESS_H
#define VD_NET_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/config.pb-c.h"
#include "proto/err.h"

// Room for "[ipv6]:port" and for DNS names of any legal length.
enum { VD_AUTHORITY_MAX = 272 };

struct vd_address {
  char authority[VD_AUTHORITY_MAX]; // "127.0.0.1:7380", "[::1]:7380": as it stands in URLs and in Host
  uint16_t port;
};

// Takes "http://host:port" apart. VD_ERR_BAD_VALUE when it is anything else (TLS is the proxy's),
// VD_ERR_INSECURE when plaintext would leave the machine and `config->insecure` does not allow it. Field:
// "listen".
enum vd_err vd_address_parse(struct vd_address *address, const Vd__Config *config,
                             struct vd_refusal *refusal) VD_MUST_CHECK;
// The same rule for the plain tcp listeners: writes "host" (brackets included) into `host`. Field:
// "tcp_address".
enum vd_err vd_address_parse_tcp(char host[VD_AUTHORITY_MAX], const Vd__Config *config,
                                 struct vd_refusal *refusal) VD_MUST_CHECK;

// Exact match (letters of any case) with the address itself, localhost or 127.0.0.1 or [::1] at the same
// port, or one of `hosts` of the configuration, with or without our port. NULL is no Host.
bool vd_address_is_host(const struct vd_address *address, const Vd__Config *config, const char *host);
// A page's Origin: one of `origins` exactly, or http(s):// and a Host that is ours. NULL (no browser, or no
// cross-origin request) passes.
bool vd_address_is_origin(const struct vd_address *address, const Vd__Config *config, const char *origin);

#endif
