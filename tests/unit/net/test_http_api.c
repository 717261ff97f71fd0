// HTTP's words as Requests, Responses as HTTP's words.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/net/http_api.h"
#include "proto/message.h"

static Vd__Request *get(const char *uri, struct vd_refusal *refusal)
{
  const char *query;
  const struct vd_http_route *route = vd_http_route_find(uri, &query);
  cr_assert_not_null(route, "%s", uri);
  return vd_http_request_of_query(route, query, refusal);
}

static void refuses(const char *uri, enum vd_err err, const char *field)
{
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_null(get(uri, &refusal), "%s", uri);
  cr_assert_eq(refusal.err, err, "%s: %s", uri, vd_err_name(refusal.err));
  cr_assert_str_eq(refusal.field, field, "%s", uri);
}

Test(http_api, routes_are_exact)
{
  const char *query;
  cr_assert_not_null(vd_http_route_find("/healthz", &query));
  cr_assert_str_eq(query, "");
  cr_assert_not_null(vd_http_route_find("/api/v1/state?limit=1", &query));
  cr_assert_str_eq(query, "limit=1");
  static const char *const unknown[] = {"",          "/",          "/health",
                                        "/healthz/", "/healthzx",  "/api/v1",
                                        "/HEALTHZ",  "/%68ealthz", "http://127.0.0.1/healthz",
                                        "//healthz"};
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
    cr_assert_null(vd_http_route_find(unknown[i], &query), "%s", unknown[i]);
}

Test(http_api, state_query)
{
  struct vd_refusal refusal = {.err = VD_OK};
  Vd__Request *request =
      get("/api/v1/state?kinds=incident,deadline&prefix=42%2E&after=incident:4%32&limit=100&", &refusal);
  cr_assert_not_null(request, "%s", refusal.detail);
  cr_assert_eq(request->version, 1);
  cr_assert_eq(request->body_case, VD__REQUEST__BODY_STATE);
  cr_assert_eq(request->state->n_kinds, 2);
  cr_assert_eq(request->state->kinds[0], VD__KIND__KIND_INCIDENT);
  cr_assert_eq(request->state->kinds[1], VD__KIND__KIND_DEADLINE);
  cr_assert_str_eq(request->state->prefix, "42.");
  cr_assert_eq(request->state->after->kind, VD__KIND__KIND_INCIDENT);
  cr_assert_str_eq(request->state->after->id, "42");
  cr_assert_eq(request->state->limit, 100);
  vd__request__free_unpacked(request, NULL);
  request = get("/api/v1/state", &refusal);
  cr_assert_null(request->state->after);
  vd__request__free_unpacked(request, NULL);
}

Test(http_api, other_queries)
{
  struct vd_refusal refusal = {.err = VD_OK};
  Vd__Request *request = get("/api/v1/changes?from=18446744073709551610&limit=7", &refusal);
  cr_assert_eq(request->changes->from, 18446744073709551610u);
  cr_assert_eq(request->changes->limit, 7);
  vd__request__free_unpacked(request, NULL);
  request = get("/api/v1/recommend?incident=42#there", &refusal);
  cr_assert_eq(request->recommend->incident, 42);
  vd__request__free_unpacked(request, NULL);
  request = get("/api/v1/status?", &refusal);
  cr_assert_eq(request->body_case, VD__REQUEST__BODY_STATUS);
  vd__request__free_unpacked(request, NULL);
}

Test(http_api, wrong_queries)
{
  refuses("/api/v1/state?kinds=incident,nonsense", VD_ERR_BAD_VALUE, "kinds");
  refuses("/api/v1/state?kinds=unspecified", VD_ERR_BAD_VALUE, "kinds");
  refuses("/api/v1/state?after=42", VD_ERR_BAD_VALUE, "after");
  refuses("/api/v1/state?after=nonsense:42", VD_ERR_BAD_VALUE, "after");
  refuses("/api/v1/state?limit=4294967296", VD_ERR_BAD_VALUE, "limit");
  refuses("/api/v1/state?limit=", VD_ERR_BAD_VALUE, "limit");
  refuses("/api/v1/state?limit=-1", VD_ERR_BAD_VALUE, "limit");
  refuses("/api/v1/state?prefix=%zz", VD_ERR_BAD_VALUE, "");
  refuses("/api/v1/state?prefix=%4", VD_ERR_BAD_VALUE, "");
  refuses("/api/v1/state?prefix=%00", VD_ERR_BAD_VALUE, "");
  refuses("/api/v1/status?limit=1", VD_ERR_UNKNOWN_FIELD, "");
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_null(get("/api/v1/changes?form=1", &refusal));
  cr_assert_str_eq(refusal.nearest, "from");
  char uri[4096] = "/api/v1/state?prefix=";
  memset(uri + strlen(uri), 'a', 3000);
  refuses(uri, VD_ERR_BAD_VALUE, "");
  snprintf(uri, sizeof uri, "/api/v1/state?kinds=");
  for (int i = 0; i < 50; i++)
    strncat(uri, "zone,", 6);
  for (int i = 0; i < 2; i++) // twice 50 kinds, each list short enough
    strncat(uri,
            i == 0 ? "&kinds=" : "zone,zone,zone,zone,zone,zone,zone,zone,zone,zone,zone,zone,zone,zone,zone",
            80);
  refuses(uri, VD_ERR_TOO_MANY, "kinds");
}

Test(http_api, one_command_or_several)
{
  static const char single[] = " {\"id\":\"a\",\"log\":{\"text\":\"x\"}}";
  static const char several[] = "{ \"commands\" : [{\"id\":\"a\",\"log\":{\"text\":\"x\"}},"
                                "{\"id\":\"b\",\"close\":{\"incident\":4}}]}";
  struct vd_refusal refusal = {.err = VD_OK};
  Vd__Request *request = vd_http_request_of_body(single, strlen(single), &refusal);
  cr_assert_not_null(request, "%s", refusal.detail);
  cr_assert_eq(request->commands->n_commands, 1);
  cr_assert_str_eq(request->commands->commands[0]->log->text, "x");
  vd__request__free_unpacked(request, NULL);
  request = vd_http_request_of_body(several, strlen(several), &refusal);
  cr_assert_not_null(request, "%s", refusal.detail);
  cr_assert_eq(request->commands->n_commands, 2);
  cr_assert_eq(request->commands->commands[1]->close->incident, 4);
  vd__request__free_unpacked(request, NULL);
}

Test(http_api, bodies_that_are_none)
{
  static const char *const bad[] = {"",
                                    " ",
                                    "{",
                                    "[]",
                                    "null",
                                    "\"commands\"",
                                    "{\"commands\":1}",
                                    "{\"nonsense\":1}",
                                    "{\"id\":\"a\"} x",
                                    "{\"commands\":[]}{\"commands\":[]}"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct vd_refusal refusal = {.err = VD_OK};
    cr_assert_null(vd_http_request_of_body(bad[i], strlen(bad[i]), &refusal), "%s", bad[i]);
    cr_assert_neq(refusal.err, VD_OK, "%s", bad[i]);
    cr_assert(vd_http_status_of(refusal.err) == 400, "%s: %s", bad[i], vd_err_name(refusal.err));
  }
}

Test(http_api, every_refusal_has_a_status)
{
  for (int err = 1; err < VD_ERR_COUNT; err++) {
    int status = vd_http_status_of((enum vd_err)err);
    cr_assert(status >= 400 && status <= 503, "%s: %d", vd_err_name((enum vd_err)err), status);
  }
}
