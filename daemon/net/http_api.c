#include "daemon/net/http_api.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/net/header.h"
#include "proto/text.h"

enum { VALUE_MAX = 512, KINDS_MAX = 64 };

// ---- parameters ----

struct vd_http_parameter {
  const char *name;
  enum vd_err (*set)(Vd__Request *request, const char *name, const char *value, struct vd_refusal *refusal);
};

static enum vd_err parse_number(const char *name, const char *value, uint64_t max, uint64_t *number,
                                struct vd_refusal *refusal)
{
  if (vd_header_number(value, number) && *number <= max)
    return VD_OK;
  return vd_refuse(refusal, VD_ERR_BAD_VALUE, name, "expected a number from 0 to %llu",
                   (unsigned long long)max);
}

static enum vd_err parse_kind(const char *name, const char *text, size_t size, Vd__Kind *kind,
                              struct vd_refusal *refusal)
{
  char word[VALUE_MAX];
  memcpy(word, text, size);
  word[size] = '\0';
  int value;
  if (!vd_enum_parse(&vd__kind__descriptor, word, &value) || value == 0)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, name,
                     "expected kinds of entities, such as incident,deadline");
  *kind = (Vd__Kind)value;
  return VD_OK;
}

static enum vd_err set_kinds(Vd__Request *request, const char *name, const char *value,
                             struct vd_refusal *refusal)
{
  Vd__StateQuery *state = request->state;
  for (const char *word = value; *word != '\0';) {
    size_t size = strcspn(word, ",");
    if (state->n_kinds == KINDS_MAX)
      return vd_refuse(refusal, VD_ERR_TOO_MANY, name, NULL);
    state->kinds = vd_realloc(state->kinds, (state->n_kinds + 1) * sizeof *state->kinds);
    enum vd_err err = parse_kind(name, word, size, &state->kinds[state->n_kinds], refusal);
    if (err != VD_OK)
      return err;
    state->n_kinds++;
    word += size + (word[size] == ',');
  }
  return VD_OK;
}

static enum vd_err set_prefix(Vd__Request *request, const char *name, const char *value,
                              struct vd_refusal *refusal)
{
  (void)name, (void)refusal;
  vd_string_set(&request->state->prefix, value);
  return VD_OK;
}

static enum vd_err set_after(Vd__Request *request, const char *name, const char *value,
                             struct vd_refusal *refusal)
{
  const char *colon = strchr(value, ':');
  Vd__Kind kind;
  if (colon == NULL)
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, name, "expected kind:id, such as incident:42");
  enum vd_err err = parse_kind(name, value, (size_t)(colon - value), &kind, refusal);
  if (err != VD_OK)
    return err;
  if (request->state->after == NULL)
    request->state->after = (Vd__Key *)vd_message_new(&vd__key__descriptor);
  request->state->after->kind = kind;
  vd_string_set(&request->state->after->id, colon + 1);
  return VD_OK;
}

static enum vd_err set_limit(Vd__Request *request, const char *name, const char *value,
                             struct vd_refusal *refusal)
{
  uint64_t number = 0;
  enum vd_err err = parse_number(name, value, UINT32_MAX, &number, refusal);
  if (request->body_case == VD__REQUEST__BODY_STATE)
    request->state->limit = (uint32_t)number;
  else
    request->changes->limit = (uint32_t)number;
  return err;
}

static enum vd_err set_from(Vd__Request *request, const char *name, const char *value,
                            struct vd_refusal *refusal)
{
  return parse_number(name, value, UINT64_MAX, &request->changes->from, refusal);
}

static enum vd_err set_incident(Vd__Request *request, const char *name, const char *value,
                                struct vd_refusal *refusal)
{
  return parse_number(name, value, UINT64_MAX, &request->recommend->incident, refusal);
}

static const struct vd_http_parameter of_none[] = {{NULL, NULL}};
static const struct vd_http_parameter of_state[] = {
    {"kinds", set_kinds}, {"prefix", set_prefix}, {"after", set_after}, {"limit", set_limit}, {NULL, NULL}};
static const struct vd_http_parameter of_changes[] = {{"from", set_from}, {"limit", set_limit}, {NULL, NULL}};
static const struct vd_http_parameter of_recommend[] = {{"incident", set_incident}, {NULL, NULL}};

// ---- routes ----

static const struct vd_http_route routes[] = {
    {.path = "/healthz", .is_open = true, .is_page = true, .page = VD_PAGE_HEALTHZ, .parameters = of_none},
    {.path = "/readyz", .is_open = true, .is_page = true, .page = VD_PAGE_READYZ, .parameters = of_none},
    {.path = "/metrics", .is_page = true, .page = VD_PAGE_METRICS, .parameters = of_none},
    {.path = "/api/v1/commands", .is_post = true, .body = VD__REQUEST__BODY_COMMANDS, .parameters = of_none},
    {.path = "/api/v1/state", .body = VD__REQUEST__BODY_STATE, .parameters = of_state},
    {.path = "/api/v1/changes", .body = VD__REQUEST__BODY_CHANGES, .parameters = of_changes},
    {.path = "/api/v1/recommend", .body = VD__REQUEST__BODY_RECOMMEND, .parameters = of_recommend},
    {.path = "/api/v1/status", .body = VD__REQUEST__BODY_STATUS, .parameters = of_none},
};

const struct vd_http_route *vd_http_route_find(const char *uri, const char **query)
{
  size_t size = strcspn(uri, "?#");
  *query = uri[size] == '?' ? uri + size + 1 : "";
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
    if (strlen(routes[i].path) == size && memcmp(routes[i].path, uri, size) == 0)
      return &routes[i];
  return NULL;
}

// ---- requests ----

static int hex_digit(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Undoes %xx. False for what is too long, malformed, or a NUL.
static bool decode(const char *text, size_t size, char out[VALUE_MAX])
{
  size_t length = 0;
  for (size_t i = 0; i < size; i++) {
    int byte = (unsigned char)text[i];
    if (byte == '%') {
      int high = i + 2 < size ? hex_digit(text[i + 1]) : -1;
      int low = i + 2 < size ? hex_digit(text[i + 2]) : -1;
      byte = high < 0 || low < 0 ? 0 : high * 16 + low;
      i += 2;
    }
    if (byte == 0 || length + 1 >= VALUE_MAX)
      return false;
    out[length++] = (char)byte;
  }
  out[length] = '\0';
  return true;
}

static enum vd_err set_parameter(const struct vd_http_route *route, Vd__Request *request, const char *pair,
                                 size_t size, struct vd_refusal *refusal)
{
  char name[VALUE_MAX], value[VALUE_MAX];
  size_t name_size = 0;
  while (name_size < size && pair[name_size] != '=')
    name_size++;
  size_t value_at = name_size < size ? name_size + 1 : size;
  if (!decode(pair, name_size, name) || !decode(pair + value_at, size - value_at, value))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "", "a parameter is too long or wrongly encoded");
  const char *nearest = NULL;
  unsigned distance = UINT32_MAX;
  for (const struct vd_http_parameter *known = route->parameters; known->name != NULL; known++) {
    if (strcmp(known->name, name) == 0)
      return known->set(request, known->name, value, refusal);
    vd_nearest_consider(name, known->name, &nearest, &distance);
  }
  enum vd_err err = vd_refuse(refusal, VD_ERR_UNKNOWN_FIELD, "", "%.64s is no parameter of this page", name);
  if (nearest != NULL)
    memcpy(refusal->nearest, nearest, strlen(nearest) + 1);
  return err;
}

static Vd__Request *request_new(Vd__Request__BodyCase body)
{
  Vd__Request *request = (Vd__Request *)vd_message_new(&vd__request__descriptor);
  request->version = 1;
  request->body_case = body;
  switch (body) {
  case VD__REQUEST__BODY_STATE:
    request->state = (Vd__StateQuery *)vd_message_new(&vd__state_query__descriptor);
    break;
  case VD__REQUEST__BODY_CHANGES:
    request->changes = (Vd__ChangesQuery *)vd_message_new(&vd__changes_query__descriptor);
    break;
  case VD__REQUEST__BODY_RECOMMEND:
    request->recommend = (Vd__RecommendQuery *)vd_message_new(&vd__recommend_query__descriptor);
    break;
  case VD__REQUEST__BODY_STATUS:
    request->status = (Vd__StatusQuery *)vd_message_new(&vd__status_query__descriptor);
    break;
  default: // commands: the body's reader sets them
    break;
  }
  return request;
}

Vd__Request *vd_http_request_of_query(const struct vd_http_route *route, const char *query,
                                      struct vd_refusal *refusal)
{
  Vd__Request *request = request_new(route->body);
  enum vd_err err = VD_OK;
  size_t rest = strcspn(query, "#");
  while (err == VD_OK && rest > 0) {
    size_t size = strcspn(query, "&#");
    if (size > 0)
      err = set_parameter(route, request, query, size, refusal);
    size += size < rest; // the '&'
    query += size;
    rest -= size;
  }
  if (err == VD_OK)
    return request;
  vd__request__free_unpacked(request, NULL);
  return NULL;
}

static bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Commands has one key, so an object that begins with any other is a single Command.
static bool is_single_command(const char *body, size_t size)
{
  static const char key[] = "\"commands\"";
  const char *end = body + size;
  const char *at = body;
  while (at < end && is_blank(*at))
    at++;
  if (at == end || *at++ != '{')
    return false;
  while (at < end && is_blank(*at))
    at++;
  return (size_t)(end - at) < strlen(key) || memcmp(at, key, strlen(key)) != 0;
}

Vd__Request *vd_http_request_of_body(const char *body, size_t size, struct vd_refusal *refusal)
{
  while (size > 0 && is_blank(body[size - 1]))
    size--; // libfyaml's time is square in what blanks follow a document
  bool is_single = is_single_command(body, size);
  const ProtobufCMessageDescriptor *type = is_single ? &vd__command__descriptor : &vd__commands__descriptor;
  ProtobufCMessage *message = NULL;
  if (vd_text_read(type, VD_TEXT_JSON, "body", body, size, &message, NULL, refusal) != VD_OK)
    return NULL;
  Vd__Commands *commands;
  if (is_single) {
    commands = (Vd__Commands *)vd_message_new(&vd__commands__descriptor);
    VD_REPEATED_ADD(commands->commands, commands->n_commands, message);
  } else {
    commands = (Vd__Commands *)message;
  }
  Vd__Request *request = request_new(VD__REQUEST__BODY_COMMANDS);
  request->commands = commands;
  return request;
}

// ---- answers ----

int vd_http_status_of(enum vd_err err)
{
  switch (err) {
  case VD_ERR_UNAUTHENTICATED:
    return 401;
  case VD_ERR_NOT_PERMITTED:
  case VD_ERR_FOREIGN_ORIGIN:
    return 403;
  case VD_ERR_UNKNOWN_PAGE:
  case VD_ERR_UNKNOWN_INCIDENT:
    return 404;
  case VD_ERR_WRONG_METHOD:
    return 405;
  case VD_ERR_GONE:
    return 410;
  case VD_ERR_LENGTH_REQUIRED:
    return 411;
  case VD_ERR_TOO_LARGE:
    return 413;
  case VD_ERR_WRONG_TYPE:
    return 415;
  case VD_ERR_BUSY:
  case VD_ERR_NOT_READY:
  case VD_ERR_READ_ONLY:
  case VD_ERR_OUTCOME_UNKNOWN:
    return 503;
  case VD_ERR_IO:
  case VD_ERR_INTERNAL:
  case VD_ERR_DAMAGED:
    return 500;
  case VD_ERR_CLOCK_CERTAIN:
    return 409;
  default:
    return 400;
  }
}

int vd_http_render(struct vd_buffer *out, const Vd__Response *response)
{
  if (response->refusal == NULL) {
    vd_text_write_json(out, &response->base);
    vd_buffer_append(out, "\n", 1);
    return 200;
  }
  vd_text_write_json(out, &response->refusal->base);
  vd_buffer_append(out, "\n", 1);
  return vd_http_status_of(vd_err_from_name(response->refusal->code));
}
