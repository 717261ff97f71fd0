// Whom a client trusts behind https: what the machine trusts, or SSL_CERT_FILE. nng by itself trusts nobody.
#include <stdlib.h>

#include <nng/nng.h>
#include <nng/supplemental/tls/tls.h>

#include "clients/lib/client_internal.h"

#define CA_FILE "/etc/ssl/certs/ca-certificates.crt"

static int configure(nng_tls_config *tls, const char *url)
{
  nng_url *parsed;
  int error = nng_url_parse(&parsed, url);
  if (error != 0)
    return error;
  error = nng_tls_config_server_name(tls, parsed->u_hostname);
  nng_url_free(parsed);
  if (error == 0)
    error = nng_tls_config_auth_mode(tls, NNG_TLS_AUTH_MODE_REQUIRED);
  return error;
}

enum vd_err venue_use_tls(struct venue_client *client, struct vd_refusal *refusal)
{
  const char *file = getenv("SSL_CERT_FILE");
  if (file == NULL || *file == '\0')
    file = CA_FILE;
  int error = nng_tls_config_alloc(&client->tls, NNG_TLS_MODE_CLIENT);
  if (error != 0)
    return venue_nng_failed(error, "https", refusal);
  if ((error = configure(client->tls, client->status_url)) != 0)
    return venue_nng_failed(error, client->status_url, refusal);
  error = nng_tls_config_ca_file(client->tls, file);
  return error == 0 ? VD_OK : venue_nng_failed(error, file, refusal);
}
