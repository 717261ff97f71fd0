// What HTTP headers say, for requests and WebSocket upgrades alike. Pure; any thread. All take NULL for a
// header that is not there.
#ifndef VD_NET_HEADER_H
#define VD_NET_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/entity.pb-c.h"

// The token of "Authorization: Bearer …", else of the cookie `venued`; NULL for none. Points into the header.
const char *vd_header_token(const char *authorization, const char *cookie, size_t *size);
// "application/json", with or without parameters.
bool vd_header_is_json(const char *content_type);
// Digits only; false for anything else (two Content-Lengths, which nng joins by a comma, included).
bool vd_header_number(const char *text, uint64_t *number);
// The first language of ours that Accept-Language names; its weights are not looked at.
Vd__Language vd_header_language(const char *accept_language);

#endif
