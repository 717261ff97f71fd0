// Reaching the daemon, and saying what came of it.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/details.h"
#include "proto/text.h"

const char *ctl_pick(const struct ctl *ctl, const char *en, const char *zh_hant, const char *zh_hans)
{
  switch (ctl->language) {
  case VD__LANGUAGE__LANGUAGE_ZH_HANT:
    return zh_hant;
  case VD__LANGUAGE__LANGUAGE_ZH_HANS:
    return zh_hans;
  default:
    return en;
  }
}

const char *ctl_drill_mark(const struct ctl *ctl, uint64_t drill)
{
  return drill != 0 ? ctl_pick(ctl, "DRILL ", "演練 ", "演练 ") : "";
}

const char *ctl_text(const struct ctl *ctl, const Vd__Text *text, const char *id)
{
  if (text == NULL)
    return id;
  const char *picked = ctl_pick(ctl, text->en, text->zh_hant, text->zh_hans);
  if (*picked == '\0')
    picked = text->en;
  return *picked != '\0' ? picked : id;
}

const char *ctl_team(const struct ctl *ctl, const struct vd_fold *fold, const char *id)
{
  if (strcmp(id, "detection") == 0)
    return ctl_pick(ctl, "detection", "發現延遲", "发现延迟");
  if (strcmp(id, "unowned") == 0)
    return ctl_pick(ctl, "unowned", "無人承擔", "无人承担");
  const Vd__Team *team = fold != NULL ? (const Vd__Team *)vd_fold_find(fold, VD__KIND__KIND_TEAM, id) : NULL;
  return team != NULL ? ctl_text(ctl, team->name, id) : id;
}

void ctl_did_you_mean(const struct ctl *ctl, const char *nearest)
{
  // Of numbers the nearest is a guess: the one that was meant may be any.
  if (nearest != NULL && nearest[strspn(nearest, "0123456789")] != '\0')
    fprintf(stderr, "%s %s%s\n", ctl_pick(ctl, "did you mean", "是否指", "是否指"), nearest,
            ctl_pick(ctl, "?", "？", "？"));
}

void ctl_none(const struct ctl *ctl)
{
  if (!ctl->options.is_json)
    fprintf(stderr, "%s\n", ctl_pick(ctl, "none", "（無）", "（无）"));
}

void ctl_list_end(const struct ctl *ctl, struct ctl_table *table, size_t count)
{
  if (count == 0)
    ctl_none(ctl);
  if (count == 0 || ctl->options.is_json)
    ctl_table_drop(table); // only the head is in it
  else
    ctl_table_print(table);
}

int ctl_usage_near(const struct ctl *ctl, const char *what, const char *value, const char *nearest)
{
  const char *colon = *value == '\0' ? "" : ctl_pick(ctl, ": ", "：", "：");
  fprintf(stderr, "venuectl: %s%s%s\n", what, colon, value);
  ctl_did_you_mean(ctl, nearest);
  fprintf(stderr, "%s\n",
          ctl_pick(ctl, "Try `venuectl --help`.", "請見 `venuectl --help`。", "请见 `venuectl --help`。"));
  return CTL_USAGE;
}

int ctl_usage(const struct ctl *ctl, const char *what, const char *value)
{
  return ctl_usage_near(ctl, what, value, NULL);
}

static int exit_of(enum vd_err err)
{
  switch (err) {
  case VD_OK:
    return CTL_DONE;
  case VD_ERR_UNREACHABLE:
  case VD_ERR_TIMED_OUT:
  case VD_ERR_OUTCOME_UNKNOWN: // not refused: it may be done
    return CTL_UNREACHABLE;
  case VD_ERR_NOT_PERMITTED:
  case VD_ERR_UNAUTHENTICATED:
  case VD_ERR_FOREIGN_ORIGIN: // the address under which venued was asked is none of its own: kept out
                              // likewise
    return CTL_NOT_PERMITTED;
  default:
    return CTL_REFUSED;
  }
}

// Of what a file is found wrong with its place stands first, as compilers say it: "plan.yaml:12:5:".
static size_t size_of_place(const char *detail)
{
  for (const char *colon = strchr(detail, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
    const char *at = colon;
    unsigned numbers = 0;
    for (size_t size; numbers < 2 && *at == ':' && (size = strspn(at + 1, "0123456789")) > 0; numbers++)
      at += 1 + size;
    if (numbers == 2 && at[0] == ':' && at[1] == ' ')
      return (size_t)(at + 1 - detail);
  }
  return 0;
}

int ctl_complain(const struct ctl *ctl, enum vd_err err, const struct vd_refusal *refusal)
{
  const char *sentence = vd_err_sentence(err, ctl->language);
  const char *field = refusal != NULL ? refusal->field : "", *detail = refusal != NULL ? refusal->detail : "";
  size_t place = size_of_place(detail);
  fprintf(stderr, "%.*s%s", (int)place, detail, place > 0 ? " " : "");
  detail += place + (place > 0);
  if (strncmp(detail, field, strlen(field)) == 0 && detail[strlen(field)] == ':')
    field = ""; // said below
  // A sentence of venued's begins with the same words and says more.
  bool says_more = strncmp(detail, sentence, strlen(sentence)) == 0;
  struct vd_buffer words = {0};
  if (!says_more)
    vd_detail_words(&words, detail, ctl->language);
  fprintf(stderr, "venuectl: %s [%s]%s%s", says_more ? detail : sentence, vd_err_name(err),
          *field != '\0' ? " " : "", field);
  fprintf(stderr, "%s%.*s\n", words.size > 0 ? ctl_pick(ctl, ": ", "：", "：") : "", (int)words.size,
          words.data != NULL ? (char *)words.data : "");
  vd_buffer_finish(&words);
  if (err == VD_ERR_UNREACHABLE)
    fprintf(stderr, "%s\n",
            ctl_pick(ctl, "is venued running? --data or --url say where",
                     "系統是否在運行？以 --data 或 --url 指明位置",
                     "系统是否在运行？以 --data 或 --url 指明位置"));
  return exit_of(err);
}

static enum vd_err read_token(struct ctl *ctl, struct vd_refusal *refusal)
{
  FILE *file = fopen(ctl->options.token_file, "r");
  if (file == NULL || fgets(ctl->token, sizeof ctl->token, file) == NULL) {
    if (file != NULL)
      fclose(file);
    return vd_refuse(refusal, VD_ERR_IO, "--token-file", "%s", ctl->options.token_file);
  }
  fclose(file);
  ctl->token[strcspn(ctl->token, " \t\r\n")] = '\0';
  return VD_OK;
}

enum vd_err ctl_connect(struct ctl *ctl, struct vd_refusal *refusal)
{
  if (ctl->client != NULL)
    return VD_OK;
  int64_t timeout_ms = 5000;
  if (ctl->options.timeout != NULL && !vd_duration_parse(ctl->options.timeout, &timeout_ms))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "--timeout", "%s", ctl->options.timeout);
  if (ctl->options.token_file != NULL && read_token(ctl, refusal) != VD_OK)
    return VD_ERR_IO;
  bool by_url = ctl->options.url != NULL && ctl->options.data_dir == NULL;
  struct venue_client_options options = {
      .data_dir = by_url                          ? NULL
                  : ctl->options.data_dir != NULL ? ctl->options.data_dir
                                                  : "./data",
      .url = ctl->options.url,
      .token = ctl->options.token_file != NULL ? ctl->token : NULL,
      .language = ctl->language,
      .timeout_ms = timeout_ms,
  };
  return venue_client_create(&ctl->client, &options, refusal);
}

int ctl_ask(struct ctl *ctl, Vd__Request *request, Vd__Response **response)
{
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = ctl_connect(ctl, &refusal);
  if (err == VD_OK)
    err = venue_client_request(ctl->client, request, response, &refusal);
  vd_string_set(&request->id, "");
  if (err != VD_OK)
    return ctl_complain(ctl, err, &refusal);
  ctl->now_ms = (*response)->now_at_ms;
  return CTL_DONE;
}

int ctl_fetch(struct ctl *ctl, const Vd__Kind *kinds, size_t count, const char *prefix, struct vd_fold **fold)
{
  struct vd_fold *made = vd_fold_create();
  Vd__Key *after = NULL;
  int status;
  do {
    Vd__StateQuery query = VD__STATE_QUERY__INIT;
    query.kinds = (Vd__Kind *)kinds;
    query.n_kinds = count;
    query.prefix = (char *)prefix;
    query.after = after;
    Vd__Request request = VD__REQUEST__INIT;
    request.body_case = VD__REQUEST__BODY_STATE;
    request.state = &query;
    Vd__Response *response = NULL;
    status = ctl_ask(ctl, &request, &response);
    vd__key__free_unpacked(after, NULL);
    after = NULL;
    if (status == CTL_DONE && response->body_case == VD__RESPONSE__BODY_STATE) {
      for (size_t i = 0; i < response->state->n_entities; i++)
        vd_fold_put_newer(made, response->state->entities[i]);
      after = response->state->next;
      response->state->next = NULL;
    }
    vd__response__free_unpacked(response, NULL);
  } while (status == CTL_DONE && after != NULL);
  if (status != CTL_DONE) {
    vd_fold_destroy(made);
    return status;
  }
  *fold = made;
  return CTL_DONE;
}

int ctl_look(struct ctl *ctl)
{
  static const Vd__Kind kinds[] = {VD__KIND__KIND_EVENT};
  struct vd_fold *fold = NULL;
  int status = ctl_fetch(ctl, kinds, 1, "", &fold);
  if (status != CTL_DONE)
    return status;
  const Vd__Event *event = (const Vd__Event *)vd_fold_find(fold, VD__KIND__KIND_EVENT, "event");
  ctl->utc_offset_ms = event != NULL ? event->utc_offset_ms : 0;
  vd_fold_destroy(fold);
  return CTL_DONE;
}

bool ctl_number(const struct ctl *ctl, const char *text, uint64_t *number)
{
  char *end;
  const char *digits = *text == '#' ? text + 1 : text;
  errno = 0;
  unsigned long long value = strtoull(digits, &end, 10);
  if (errno == ERANGE) {
    ctl_usage(ctl, ctl_pick(ctl, "no number is that large", "編號過大", "编号过大"), text);
    return false;
  }
  if (*digits < '0' || *digits > '9' || *end != '\0' || value == 0) {
    ctl_usage(ctl,
              ctl_pick(ctl, "a number like 42 is needed; not", "需要編號，例如 42；而非",
                       "需要编号，例如 42；而非"),
              text);
    return false;
  }
  *number = value;
  return true;
}

bool ctl_whole(const struct ctl *ctl, const char *option, const char *text, uint32_t *number)
{
  char *end = NULL;
  unsigned long long value = strtoull(text, &end, 10);
  if (*text >= '0' && *text <= '9' && *end == '\0' && value <= UINT32_MAX) {
    *number = (uint32_t)value;
    return true;
  }
  struct vd_buffer said = {0};
  if (*option != '\0')
    vd_buffer_printf(&said, "%s%s", option, ctl_pick(ctl, " takes ", " 為", " 为"));
  vd_buffer_printf(&said, "%s%s",
                   ctl_pick(ctl, "a whole number, 0 or more", "整數，不小於 0", "整数，不小于 0"),
                   *option != '\0' ? ctl_pick(ctl, "; not", "；而非", "；而非")
                                   : ctl_pick(ctl, ", is needed; not", "；而非", "；而非"));
  vd_buffer_append(&said, "", 1);
  ctl_usage(ctl, (char *)said.data, text);
  vd_buffer_finish(&said);
  return false;
}
