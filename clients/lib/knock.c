// Why a connection is refused.
//
// Over ws venued answers the upgrade before it looks at the token, and then can only close: nng tells neither
// side why. So who is turned away asks once over plain HTTP, with the same token, and is told.
#include <nng/nng.h>
#include <nng/supplemental/http/http.h>

#include "clients/lib/client_internal.h"

enum { KNOCK_MS = 1000, STATUS_OK = 200, STATUS_UNAUTHORIZED = 401, STATUS_FORBIDDEN = 403 };

struct knock {
  int64_t until_ms;
  nng_aio *aio;
  nng_http_client *http;
  nng_http_conn *connection;
  nng_http_req *request;
  nng_http_res *response;
};

static int prepare(struct knock *knock, const struct venue_client *client)
{
  nng_url *url;
  int error = nng_url_parse(&url, client->status_url);
  if (error != 0)
    return error;
  error = nng_http_client_alloc(&knock->http, url);
  if (error == 0 && client->tls != NULL)
    error = nng_http_client_set_tls(knock->http, client->tls);
  if (error == 0)
    error = nng_http_req_alloc(&knock->request, url);
  nng_url_free(url);
  if (error == 0)
    error = nng_http_res_alloc(&knock->response);
  if (error == 0)
    error = nng_aio_alloc(&knock->aio, NULL, NULL);
  if (error == 0) // an answer without content, which thus needs no limit
    error = nng_http_req_set_method(knock->request, "HEAD");
  if (error == 0 && client->authorization != NULL)
    error = nng_http_req_set_header(knock->request, "Authorization", client->authorization);
  return error;
}

static nng_aio *timed(struct knock *knock)
{
  nng_aio_set_timeout(knock->aio, venue_left_ms(knock->until_ms));
  return knock->aio;
}

static int result_of(struct knock *knock)
{
  nng_aio_wait(knock->aio);
  return nng_aio_result(knock->aio);
}

static int exchange(struct knock *knock)
{
  nng_http_client_connect(knock->http, timed(knock));
  int error = result_of(knock);
  if (error != 0)
    return error;
  knock->connection = nng_aio_get_output(knock->aio, 0);
  nng_http_conn_write_req(knock->connection, knock->request, timed(knock));
  error = result_of(knock);
  if (error != 0)
    return error;
  nng_http_conn_read_res(knock->connection, knock->response, timed(knock));
  return result_of(knock);
}

static void finish(struct knock *knock)
{
  if (knock->connection != NULL)
    nng_http_conn_close(knock->connection);
  if (knock->aio != NULL)
    nng_aio_free(knock->aio);
  if (knock->response != NULL)
    nng_http_res_free(knock->response);
  if (knock->request != NULL)
    nng_http_req_free(knock->request);
  if (knock->http != NULL)
    nng_http_client_free(knock->http);
}

enum vd_err venue_knock(struct venue_client *client, int64_t until_ms, bool *is_known,
                        struct vd_refusal *refusal)
{
  *is_known = false;
  if (client->status_url == NULL)
    return VD_OK;
  int64_t most_ms = venue_until_ms(KNOCK_MS);
  struct knock knock = {.until_ms = most_ms < until_ms ? most_ms : until_ms};
  int error = prepare(&knock, client);
  if (error == 0)
    error = exchange(&knock);
  uint16_t status = error == 0 ? nng_http_res_get_status(knock.response) : 0;
  *is_known = status == STATUS_OK;
  finish(&knock);
  if (error == NNG_EPEERAUTH || error == NNG_ECRYPTO) // another certificate, or no version of TLS in common
    return vd_refuse(refusal, VD_ERR_UNREACHABLE, "", "TLS: %s", nng_strerror(error));
  switch (status) {
  case STATUS_UNAUTHORIZED:
    return vd_refuse(refusal, VD_ERR_UNAUTHENTICATED, "", "%s", client->rep_url);
  case STATUS_FORBIDDEN: // everybody who is somebody may ask for the status
    return vd_refuse(refusal, VD_ERR_FOREIGN_ORIGIN, "", "%s", client->rep_url);
  default:
    return VD_OK;
  }
}
