// HTTP: one handler for every path and method, so that each request passes the same checks in the same order,
// and its body is read by us, with a bound and a time-out, only after it has passed them.
//
// nng's own server reads neither chunked bodies nor checks anything: whatever it would take for the next
// request on the same connection could be smuggled past a proxy. So every refusal ends its connection.
#include <nng/nng.h>
#include <nng/supplemental/util/platform.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/net/header.h"
#include "daemon/net/http_api.h"
#include "daemon/net/internal.h"
#include "proto/check.h"

enum { LAST_ANSWERS_MS = 20, STOP_STEP_MS = 50, STATUS_OK = 200, STATUS_REFUSED = 400 };
#define TYPE_JSON    "application/json"
#define TYPE_TEXT    "text/plain; charset=utf-8"
#define TYPE_METRICS "text/plain; version=0.0.4; charset=utf-8"

// A request under way. Reading a body and writing an answer as JSON run on nng's threads, through `work`;
// exchanges are kept for the next request, since an aio must not be freed by its own callback.
struct vd_http_exchange {
  struct vd_pending pending; // first: see vd_http_pack
  struct vd_net *net;
  struct vd_http_exchange *next; // in the list of free ones
  nng_aio *work;
  nng_aio *handler; // finished by whoever has the response
  Vd__Language language;
  bool is_answering;
  char *body;
  size_t body_size;
  int64_t received_mono_ns;
  struct vd_buffer packed; // the Response, as its reader may see it
};

// ---- responses ----

struct answer {
  int status;
  const char *type;
  const char *allow; // for 405
  bool closes;       // the connection
  struct vd_buffer body;
};

// Finishes the handler's aio. Frees the body.
static void respond(nng_aio *handler, struct answer *answer)
{
  const char *headers[][2] = {
      {"Content-Type", answer->type},
      {"Cache-Control", "no-store"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
      {"Connection", answer->closes ? "close" : NULL},
      {"WWW-Authenticate", answer->status == 401 ? "Bearer realm=\"venued\"" : NULL},
      {"Allow", answer->status == 405 ? answer->allow : NULL},
  };
  nng_http_res *res = NULL;
  int rv = nng_http_res_alloc(&res);
  if (rv == 0)
    rv = nng_http_res_set_status(res, (uint16_t)answer->status);
  for (size_t i = 0; rv == 0 && i < sizeof headers / sizeof *headers; i++)
    if (headers[i][1] != NULL)
      rv = nng_http_res_set_header(res, headers[i][0], headers[i][1]);
  if (rv == 0)
    rv = nng_http_res_copy_data(res, answer->body.data, answer->body.size);
  vd_buffer_finish(&answer->body);
  if (rv == 0)
    nng_aio_set_output(handler, 0, res);
  else if (res != NULL)
    nng_http_res_free(res);
  nng_aio_finish(handler, rv);
}

static void refuse(nng_aio *handler, const struct vd_refusal *refusal, Vd__Language language,
                   const struct vd_http_route *route)
{
  bool is_post = route != NULL && route->is_post;
  struct answer answer = {.type = TYPE_JSON, .allow = is_post ? "POST" : "GET, HEAD", .closes = true};
  Vd__Response response = VD__RESPONSE__INIT;
  response.refusal = vd_refusal_reply(refusal, language);
  answer.status = vd_http_render(&answer.body, &response);
  vd__reply__free_unpacked(response.refusal, NULL);
  respond(handler, &answer);
}

// ---- exchanges ----

static void on_work(void *argument);

static struct vd_http_exchange *exchange_take(struct vd_net *net)
{
  struct vd_http *http = &net->http;
  pthread_mutex_lock(&http->lock);
  struct vd_http_exchange *exchange = http->free;
  if (exchange != NULL) {
    http->free = exchange->next;
  } else if (http->exchange_count < VD_EXCHANGES_MAX) {
    exchange = vd_zalloc(sizeof *exchange);
    exchange->net = net;
    if (nng_aio_alloc(&exchange->work, on_work, exchange) == 0) {
      http->exchanges[http->exchange_count++] = exchange;
    } else {
      free(exchange);
      exchange = NULL;
    }
  }
  pthread_mutex_unlock(&http->lock);
  return exchange;
}

// Before the handler's aio is finished: then nothing is left that a stopping net would have to wait for.
static nng_aio *exchange_give_back(struct vd_http_exchange *exchange)
{
  struct vd_http *http = &exchange->net->http;
  nng_aio *handler = exchange->handler;
  vd_pending_done(&exchange->pending);
  vd_buffer_finish(&exchange->packed);
  free(exchange->body);
  exchange->body = NULL;
  exchange->handler = NULL;
  exchange->is_answering = false;
  pthread_mutex_lock(&http->lock);
  exchange->next = http->free;
  http->free = exchange;
  pthread_mutex_unlock(&http->lock);
  return handler;
}

static void submit(struct vd_http_exchange *exchange, Vd__Request *request, struct vd_refusal *refusal)
{
  Vd__Language language = exchange->language;
  if (request != NULL) {
    request->language = language;
    if (vd_pending_submit(exchange->net, &exchange->pending, request, exchange->received_mono_ns, refusal) ==
        VD_OK)
      return;
  } else {
    atomic_fetch_add(&exchange->net->requests, 1);
    vd_net_note_refusal(exchange->net, VD_FACE_HTTP, exchange->pending.who->principal, refusal->err);
  }
  refuse(exchange_give_back(exchange), refusal, language, NULL);
}

static void take_body(struct vd_http_exchange *exchange)
{
  struct vd_refusal refusal = {.err = VD_OK};
  Vd__Request *request = vd_http_request_of_body(exchange->body, exchange->body_size, &refusal);
  submit(exchange, request, &refusal);
}

static void on_body(struct vd_http_exchange *exchange)
{
  int rv = nng_aio_result(exchange->work);
  if (rv == 0)
    take_body(exchange);
  else
    nng_aio_finish(exchange_give_back(exchange), rv); // nng closes the connection
}

static void on_answer(struct vd_http_exchange *exchange)
{
  struct answer answer = {.status = 500, .type = TYPE_JSON};
  Vd__Response *response =
      vd__response__unpack(NULL, exchange->packed.size, exchange->packed.data); // our own bytes
  if (response != NULL)
    answer.status = vd_http_render(&answer.body, response);
  vd__response__free_unpacked(response, NULL);
  respond(exchange_give_back(exchange), &answer);
}

static void on_work(void *argument)
{
  struct vd_http_exchange *exchange = argument;
  if (exchange->is_answering)
    on_answer(exchange);
  else
    on_body(exchange);
}

void vd_http_pack(struct vd_pending *pending, const Vd__Response *response)
{
  struct vd_http_exchange *exchange = (struct vd_http_exchange *)pending;
  exchange->packed.size = 0;
  vd_clearance_pack(&exchange->packed, pending->who->clearance, &response->base);
}

void vd_http_send(struct vd_pending *pending, const struct vd_buffer *tail)
{
  struct vd_http_exchange *exchange = (struct vd_http_exchange *)pending;
  vd_buffer_append(&exchange->packed, tail->data, tail->size);
  exchange->is_answering = true;
  if (nng_aio_begin(exchange->work)) // JSON is written on an nng thread, the loop goes on
    nng_aio_finish(exchange->work, 0);
}

// ---- requests ----

struct incoming {
  nng_aio *handler;
  nng_http_req *req;
  const struct vd_http_route *route;
  const char *query;
  struct vd_who *who;
  size_t body_size;
};

static const char *header_of(const struct incoming *in, const char *name)
{
  return nng_http_req_get_header(in->req, name);
}

static enum vd_err check_origin(const struct vd_net *net, const struct incoming *in,
                                struct vd_refusal *refusal)
{
  if (header_of(in, "Transfer-Encoding") != NULL)
    return vd_refuse(refusal, VD_ERR_LENGTH_REQUIRED, "Transfer-Encoding", NULL);
  if (!vd_address_is_host(&net->address, net->config, header_of(in, "Host")))
    return vd_refuse(refusal, VD_ERR_FOREIGN_ORIGIN, "Host", "see hosts in the configuration");
  if (!vd_address_is_origin(&net->address, net->config, header_of(in, "Origin")))
    return vd_refuse(refusal, VD_ERR_FOREIGN_ORIGIN, "Origin", "see origins in the configuration");
  return VD_OK;
}

static enum vd_err check_route(struct incoming *in, struct vd_refusal *refusal)
{
  in->route = vd_http_route_find(nng_http_req_get_uri(in->req), &in->query);
  if (in->route == NULL)
    return vd_refuse(refusal, VD_ERR_UNKNOWN_PAGE, "", NULL);
  const char *method = nng_http_req_get_method(in->req);
  bool fits = in->route->is_post ? strcmp(method, "POST") == 0
                                 : strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
  return fits ? VD_OK : vd_refuse(refusal, VD_ERR_WRONG_METHOD, "", NULL);
}

static enum vd_err check_identity(struct vd_net *net, struct incoming *in, struct vd_refusal *refusal)
{
  size_t size;
  const char *token = vd_header_token(header_of(in, "Authorization"), header_of(in, "Cookie"), &size);
  in->who = vd_identities_of_token(&net->identities, token, size);
  if (in->who != NULL || in->route->is_open)
    return VD_OK;
  return vd_refuse(refusal, VD_ERR_UNAUTHENTICATED, "", NULL);
}

static enum vd_err check_body(struct incoming *in, struct vd_refusal *refusal)
{
  uint64_t length = 0;
  const char *given = header_of(in, "Content-Length");
  if ((given != NULL || in->route->is_post) && !vd_header_number(given, &length))
    return vd_refuse(refusal, VD_ERR_LENGTH_REQUIRED, "Content-Length", NULL);
  if (!in->route->is_post && length > 0)
    return vd_refuse(refusal, VD_ERR_BAD_REQUEST, "Content-Length", "this page takes no content");
  if (in->route->is_post && !vd_header_is_json(header_of(in, "Content-Type")))
    return vd_refuse(refusal, VD_ERR_WRONG_TYPE, "Content-Type", NULL);
  if (length > VD_REQUEST_MAX)
    return vd_refuse(refusal, VD_ERR_TOO_LARGE, "", "at most %d bytes", VD_REQUEST_MAX);
  in->body_size = (size_t)length;
  return VD_OK;
}

static enum vd_err check(struct vd_net *net, struct incoming *in, struct vd_refusal *refusal)
{
  enum vd_err err = check_origin(net, in, refusal);
  // Before the route, since the paths of the WebSockets come after us and go before us.
  if (err == VD_OK && !vd_net_is_open(net))
    err = vd_refuse(refusal, VD_ERR_NOT_READY, "", NULL);
  if (err == VD_OK)
    err = check_route(in, refusal);
  if (err == VD_OK)
    err = check_identity(net, in, refusal);
  if (err == VD_OK)
    err = check_body(in, refusal);
  return err;
}

static void show_page(struct vd_net *net, const struct incoming *in)
{
  bool is_metrics = in->route->page == VD_PAGE_METRICS;
  struct answer answer = {.type = is_metrics ? TYPE_METRICS : TYPE_TEXT};
  answer.status = net->callbacks.page(net->callbacks.context, in->route->page, &answer.body);
  respond(in->handler, &answer);
}

static void read_body(struct vd_http_exchange *exchange, nng_http_conn *conn)
{
  exchange->body = vd_alloc(exchange->body_size + 1);
  nng_iov iov = {.iov_buf = exchange->body, .iov_len = exchange->body_size};
  nng_aio_set_iov(exchange->work, 1, &iov);
  nng_aio_set_timeout(exchange->work, VD_BODY_TIMEOUT_MS);
  nng_http_conn_read_all(conn, exchange->work);
}

// Takes in->who.
static void begin(struct vd_http_exchange *exchange, const struct incoming *in, nng_http_conn *conn)
{
  exchange->handler = in->handler;
  exchange->pending.face = VD_FACE_HTTP;
  exchange->pending.who = in->who;
  exchange->received_mono_ns = vd_net_mono_ns();
  exchange->language = vd_header_language(header_of(in, "Accept-Language"));
  exchange->body_size = in->body_size;
  if (in->body_size > 0) {
    read_body(exchange, conn);
  } else if (in->route->is_post) {
    take_body(exchange);
  } else {
    struct vd_refusal refusal = {.err = VD_OK};
    Vd__Request *request = vd_http_request_of_query(in->route, in->query, &refusal);
    submit(exchange, request, &refusal);
  }
}

static void on_request(nng_aio *handler)
{
  struct vd_net *net = nng_http_handler_get_data(nng_aio_get_input(handler, 1));
  struct incoming in = {.handler = handler, .req = nng_aio_get_input(handler, 0)};
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_http_exchange *exchange = NULL;
  if (check(net, &in, &refusal) == VD_OK && !in.route->is_page) {
    exchange = exchange_take(net);
    if (exchange == NULL)
      vd_refuse(&refusal, VD_ERR_BUSY, "", NULL);
  }
  if (exchange != NULL) {
    begin(exchange, &in, nng_aio_get_input(handler, 2)); // takes in.who
    return;
  }
  if (refusal.err == VD_OK) {
    show_page(net, &in);
  } else {
    vd_net_note_refusal(net, VD_FACE_HTTP, in.who != NULL ? in.who->principal : NULL, refusal.err);
    refuse(handler, &refusal, vd_header_language(header_of(&in, "Accept-Language")), in.route);
  }
  vd_who_release(in.who);
}

// ---- life ----

// nng lets go of the handler's data when the last request under way is finished.
static void on_handler_gone(void *argument)
{
  struct vd_http *http = &((struct vd_net *)argument)->http;
  pthread_mutex_lock(&http->lock);
  http->is_handler_gone = true;
  pthread_cond_signal(&http->handler_gone);
  pthread_mutex_unlock(&http->lock);
}

static int add_handler(struct vd_net *net)
{
  nng_http_handler *handler;
  int rv = nng_http_handler_alloc(&handler, "/", on_request);
  if (rv != 0)
    return rv;
  rv = nng_http_handler_set_tree(handler);
  if (rv == 0)
    rv = nng_http_handler_set_method(handler, NULL);
  if (rv == 0)
    rv = nng_http_handler_collect_body(handler, false, 0);
  if (rv == 0)
    rv = nng_http_handler_set_data(handler, net, on_handler_gone);
  if (rv == 0)
    rv = nng_http_server_add_handler(net->http.server, handler);
  if (rv != 0) {
    nng_http_handler_free(handler);
    return rv;
  }
  net->http.handler = handler;
  return 0;
}

// Touches nothing of ours, so that nobody need wait for those who still ask.
static void on_late_request(nng_aio *handler)
{
  nng_http_req *req = nng_aio_get_input(handler, 0);
  struct vd_refusal refusal = {.err = VD_OK};
  if (vd_refuse(&refusal, VD_ERR_NOT_READY, "", NULL) != VD_OK)
    refuse(handler, &refusal, vd_header_language(nng_http_req_get_header(req, "Accept-Language")), NULL);
}

// Without a handler nng says 404, which a client would believe. The server keeps these until its own end.
static void add_last_words(nng_http_server *server)
{
  static const char *const methods[] = {"GET", "POST"}; // nng takes HEAD for GET
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    nng_http_handler *handler;
    if (nng_http_handler_alloc(&handler, "/", on_late_request) != 0)
      continue;
    // The body is read, or closing the connection would take the answer along.
    if (nng_http_handler_set_tree(handler) != 0 || nng_http_handler_set_method(handler, methods[i]) != 0 ||
        nng_http_server_add_handler(server, handler) != 0)
      nng_http_handler_free(handler);
  }
}

enum vd_err vd_http_start(struct vd_net *net, struct vd_refusal *refusal)
{
  struct vd_http *http = &net->http;
  nng_url *url;
  int rv = nng_url_parse(&url, net->config->listen);
  if (rv == 0) {
    rv = nng_http_server_hold(&http->server, url);
    nng_url_free(url);
  }
  if (rv == 0)
    rv = add_handler(net);
  if (rv == 0)
    rv = nng_http_server_start(http->server);
  http->is_started = rv == 0;
  return rv == 0 ? VD_OK : vd_nng_failed(rv, net->config->listen, refusal);
}

// Bodies that still come are given up; what the loop has answered is written.
static void wait_for_requests(struct vd_http *http)
{
  pthread_mutex_lock(&http->lock);
  while (!http->is_handler_gone) {
    size_t count = http->exchange_count; // they are only ever added
    pthread_mutex_unlock(&http->lock);
    for (size_t i = 0; i < count; i++)
      nng_aio_cancel(http->exchanges[i]->work);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += STOP_STEP_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&http->lock);
    if (!http->is_handler_gone)
      pthread_cond_timedwait(&http->handler_gone, &http->lock, &until);
  }
  pthread_mutex_unlock(&http->lock);
}

void vd_http_stop(struct vd_net *net)
{
  struct vd_http *http = &net->http;
  if (http->handler != NULL) {
    add_last_words(http->server);
    nng_http_server_del_handler(http->server, http->handler);
    nng_http_handler_free(http->handler);
    wait_for_requests(http);
    nng_msleep(LAST_ANSWERS_MS);
  }
  if (http->is_started)
    nng_http_server_stop(http->server);
  if (http->server != NULL)
    nng_http_server_release(http->server);
  for (size_t i = 0; i < http->exchange_count; i++) {
    nng_aio_stop(http->exchanges[i]->work);
    nng_aio_free(http->exchanges[i]->work);
    free(http->exchanges[i]);
  }
}
