// The pages and what their bodies mean: HTTP words to a Request, a Response to HTTP words. Pure; any thread.
//
//   GET  /healthz /readyz                       no token: they say nothing about the event
//   GET  /metrics                               any token
//   POST /api/v1/commands                       {"commands":[…]} or one command
//   GET  /api/v1/state?kinds=&prefix=&after=kind:id&limit=
//   GET  /api/v1/changes?from=&limit=
//   GET  /api/v1/recommend?incident=
//   GET  /api/v1/status
#ifndef VD_NET_HTTP_API_H
#define VD_NET_HTTP_API_H

#include "daemon/net/net.h"

struct vd_http_parameter;

struct vd_http_route {
  const char *path;
  bool is_post; // else GET, HEAD
  bool is_open; // without a token
  bool is_page; // answered by callbacks.page, as plain text
  enum vd_page page;
  Vd__Request__BodyCase body;
  const struct vd_http_parameter *parameters; // ends with a nameless one
};

// The route of "/path?query"; NULL for none. *query is "" where there is none.
const struct vd_http_route *vd_http_route_find(const char *uri, const char **query);

// Both return a heap Request, or NULL and a refusal.
Vd__Request *vd_http_request_of_query(const struct vd_http_route *route, const char *query,
                                      struct vd_refusal *refusal);
Vd__Request *vd_http_request_of_body(const char *body, size_t size, struct vd_refusal *refusal);

// The HTTP status of a whole request that is refused.
int vd_http_status_of(enum vd_err err);

// Appends the answer as JSON: the Response, or its refusal alone. Returns the HTTP status.
int vd_http_render(struct vd_buffer *out, const Vd__Response *response);

#endif
