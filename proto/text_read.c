#include <errno.h>
#include <libfyaml.h>
#include <stdio.h>
#include <string.h>

#include "proto/text.h"
#include "proto/text_internal.h"

// The message is built from the parser's events as they come, so that no document is ever held as a tree and
// nothing is resolved, and the first thing wrong ends it. libfyaml looks for duplicate keys (in quadratic
// time) and follows aliases (without limit) only when it composes a document, which never happens here.
enum { NAME_SHOWN_MAX = 80 };

struct reader {
  enum vd_text_form form;
  const char *name;
  struct fy_diag *diag;
  struct fy_parser *parser;
  struct vd_text_builder *builder;
  struct vd_buffer unquoted;  // the last scalar in single quotes
  struct vd_text_place place; // of the last event that has one
  struct vd_text_fault fault;
  bool is_over; // the document has ended
};

// ---- the parser ----

static void discard(struct fy_diag *diag, void *user, const char *text, size_t size)
{
  (void)diag, (void)user, (void)text, (void)size;
}

// Makes a parser that keeps its complaints to itself and `text`, which it borrows.
static enum vd_err start_parser(struct reader *reader, const char *text, size_t size)
{
  struct fy_diag_cfg diag_config;
  fy_diag_cfg_default(&diag_config);
  diag_config.fp = NULL;
  diag_config.output_fn = discard;
  diag_config.level = FYET_ERROR;
  reader->diag = fy_diag_create(&diag_config);
  if (reader->diag == NULL)
    return vd_text_fault_set(&reader->fault, VD_ERR_INTERNAL, "the parser does not start");
  fy_diag_set_collect_errors(reader->diag, true);
  struct fy_parse_cfg config = {
      .flags = FYPCF_QUIET | (reader->form == VD_TEXT_JSON ? FYPCF_JSON_FORCE : FYPCF_JSON_NONE),
      .diag = reader->diag,
  };
  reader->parser = fy_parser_create(&config);
  if (reader->parser == NULL || fy_parser_set_string(reader->parser, text, size) != 0)
    return vd_text_fault_set(&reader->fault, VD_ERR_INTERNAL, "the parser does not start");
  return VD_OK;
}

static void stop_parser(struct reader *reader)
{
  if (reader->parser != NULL)
    fy_parser_destroy(reader->parser);
  if (reader->diag != NULL)
    fy_diag_destroy(reader->diag);
}

// What the parser found wrong.
static enum vd_err refuse_syntax(struct reader *reader)
{
  const char *form = reader->form == VD_TEXT_JSON ? "JSON" : "YAML";
  void *from = NULL;
  const struct fy_diag_error *error = fy_diag_errors_iterate(reader->diag, &from);
  while (error != NULL && error->type != FYET_ERROR)
    error = fy_diag_errors_iterate(reader->diag, &from);
  if (error == NULL || error->msg == NULL)
    return vd_text_fault_set(&reader->fault, VD_ERR_BAD_REQUEST, "no valid %s", form);
  if (error->line > 0 && error->column > 0)
    reader->place = (struct vd_text_place){(unsigned)error->line, (unsigned)error->column};
  char message[120];
  vd_text_copy_clean(message, sizeof(message), error->msg, strlen(error->msg));
  return vd_text_fault_set(&reader->fault, VD_ERR_BAD_REQUEST, "no valid %s: %s", form, message);
}

// ---- events ----

// What YAML may put before a value and we have no use for; NULL if there is nothing.
static const char *decoration_of(const struct fy_event *event)
{
  const struct fy_token *anchor = NULL;
  const struct fy_token *tag = NULL;
  switch (event->type) {
  case FYET_ALIAS:
    return "an alias";
  case FYET_SCALAR:
    anchor = event->scalar.anchor;
    tag = event->scalar.tag;
    break;
  case FYET_MAPPING_START:
    anchor = event->mapping_start.anchor;
    tag = event->mapping_start.tag;
    break;
  case FYET_SEQUENCE_START:
    anchor = event->sequence_start.anchor;
    tag = event->sequence_start.tag;
    break;
  default:
    break;
  }
  return anchor != NULL ? "an anchor" : tag != NULL ? "a tag" : NULL;
}

// The text of a scalar in single quotes. In libfyaml 0.7.12 fy_token_get_text loses memory on one that
// doubles many quotes, and fy_token_iter_read mixes up the pieces; the pieces themselves are right.
static const char *unquote(struct reader *reader, struct fy_token *token, size_t *size)
{
  struct fy_token_iter *iter = fy_token_iter_create(token);
  if (iter == NULL)
    return NULL;
  struct vd_buffer *text = &reader->unquoted;
  text->size = 0;
  vd_buffer_reserve(text, 1); // an empty one has a place too
  int error = 0;
  const struct fy_iter_chunk *piece = NULL;
  while ((piece = fy_token_iter_chunk_next(iter, piece, &error)) != NULL)
    vd_buffer_append(text, piece->str, piece->len);
  fy_token_iter_destroy(iter);
  *size = text->size;
  return error == 0 ? (const char *)text->data : NULL;
}

static enum vd_err take_scalar(struct reader *reader, const struct fy_event *event)
{
  struct fy_token *token = event->scalar.value;
  enum fy_scalar_style style = fy_token_scalar_style(token);
  struct vd_text_scalar scalar = {
      .is_quoted = style != FYSS_PLAIN,
      .is_json = reader->form == VD_TEXT_JSON,
  };
  scalar.text = style == FYSS_SINGLE_QUOTED ? unquote(reader, token, &scalar.size)
                                            : fy_token_get_text(token, &scalar.size);
  if (scalar.text == NULL)
    return vd_text_fault_set(&reader->fault, VD_ERR_BAD_REQUEST, "a value that cannot be read");
  return vd_text_build_scalar(reader->builder, &scalar, reader->place, &reader->fault);
}

// Where there is something to see: of an empty value, which has a mark since libfyaml 0.8 only, its key.
static void note_place(struct reader *reader, struct fy_event *event)
{
  const struct fy_mark *mark = fy_event_start_mark(event);
  const struct fy_mark *end = fy_event_end_mark(event);
  bool is_empty =
      event->type == FYET_SCALAR && (end == NULL || mark == NULL || mark->input_pos == end->input_pos);
  if (mark != NULL && !is_empty)
    reader->place = (struct vd_text_place){(unsigned)mark->line + 1, (unsigned)mark->column + 1};
}

static enum vd_err take_event(struct reader *reader, struct fy_event *event)
{
  note_place(reader, event);
  const char *decoration = decoration_of(event);
  if (decoration != NULL)
    return vd_text_fault_set(&reader->fault, VD_ERR_BAD_REQUEST,
                             "%s; only plain keys and values are read here", decoration);
  switch (event->type) {
  case FYET_DOCUMENT_START:
    if (reader->is_over)
      return vd_text_fault_set(&reader->fault, VD_ERR_BAD_REQUEST,
                               "a second document; a single one was meant");
    return VD_OK;
  case FYET_DOCUMENT_END:
    reader->is_over = true;
    return VD_OK;
  case FYET_SCALAR:
    return take_scalar(reader, event);
  case FYET_MAPPING_START:
  case FYET_SEQUENCE_START:
    return vd_text_build_open(reader->builder, event->type == FYET_SEQUENCE_START, reader->place,
                              &reader->fault);
  case FYET_MAPPING_END:
  case FYET_SEQUENCE_END:
    vd_text_build_close(reader->builder);
    return VD_OK;
  default:
    return VD_OK;
  }
}

static enum vd_err take_events(struct reader *reader)
{
  for (;;) {
    struct fy_event *event = fy_parser_parse(reader->parser);
    if (event == NULL)
      return refuse_syntax(reader);
    bool is_last = event->type == FYET_STREAM_END;
    enum vd_err err = take_event(reader, event);
    fy_parser_event_free(reader->parser, event);
    if (err != VD_OK || is_last)
      return err;
  }
}

// ---- the whole ----

// "plan.yaml:12:5: zones[3].capacty: unknown key; did you mean capacity?"
static enum vd_err refuse(const struct reader *reader, struct vd_refusal *refusal)
{
  const struct vd_text_fault *fault = &reader->fault;
  struct vd_text_path path = vd_text_build_path(reader->builder);
  const char *name = reader->name;
  const char *slash = strrchr(name, '/');
  if (slash != NULL && strlen(name) > NAME_SHOWN_MAX)
    name = slash + 1; // rather than crowd out what is said
  vd_refuse(refusal, fault->err, path.text, "%.*s%s%u:%u: %s%s%s", NAME_SHOWN_MAX, name,
            name[0] != '\0' ? ":" : "", reader->place.line, reader->place.column, path.text,
            path.text[0] != '\0' ? ": " : "", fault->words);
  if (refusal != NULL && fault->nearest != NULL)
    snprintf(refusal->nearest, sizeof(refusal->nearest), "%s", fault->nearest);
  return fault->err;
}

static enum vd_err read_text(struct reader *reader, const char *text, size_t size)
{
  enum vd_err err = VD_OK;
  if (size > VD_TEXT_SIZE_MAX)
    return vd_text_fault_set(&reader->fault, VD_ERR_TOO_LARGE, "more than %d MiB", VD_TEXT_SIZE_MAX >> 20);
  err = vd_text_scan(reader->form, text, size, &reader->place, &reader->fault);
  if (err == VD_OK)
    err = start_parser(reader, text, size);
  if (err == VD_OK)
    err = take_events(reader);
  stop_parser(reader);
  return err;
}

enum vd_err vd_text_read(const ProtobufCMessageDescriptor *type, enum vd_text_form form, const char *name,
                         const char *text, size_t size, ProtobufCMessage **out, struct vd_text_map **map,
                         struct vd_refusal *refusal)
{
  static const char byte_order_mark[] = {'\xEF', '\xBB', '\xBF'};
  if (size >= sizeof(byte_order_mark) && memcmp(text, byte_order_mark, sizeof(byte_order_mark)) == 0) {
    text += sizeof(byte_order_mark);
    size -= sizeof(byte_order_mark);
  }
  // Blanks behind a JSON document say nothing, and cost libfyaml quadratic time.
  while (form == VD_TEXT_JSON && size > 0 && strchr(" \t\r\n", text[size - 1]) != NULL &&
         text[size - 1] != '\0')
    size--;
  if (size == 0)
    text = "";
  struct vd_text_map *places = map != NULL ? vd_text_map_create(type) : NULL;
  struct reader reader = {
      .form = form,
      .name = name != NULL ? name : "",
      .builder = vd_text_builder_create(type, places),
      .place = {1, 1},
  };
  enum vd_err err = read_text(&reader, text, size);
  if (err == VD_OK) {
    *out = vd_text_build_finish(reader.builder);
    if (map != NULL) {
      vd_text_map_sort(places);
      *map = places;
    }
  } else {
    refuse(&reader, refusal);
    vd_text_map_destroy(places);
  }
  vd_text_builder_destroy(reader.builder);
  vd_buffer_finish(&reader.unquoted);
  return err;
}

// ---- files ----

// Reads up to one byte more than is allowed, which vd_text_read then refuses. False with errno set on
// failure.
static bool read_stream(FILE *file, struct vd_buffer *buffer)
{
  enum { PIECE = 65536 };
  while (buffer->size <= VD_TEXT_SIZE_MAX) {
    size_t size = fread(vd_buffer_reserve(buffer, PIECE), 1, PIECE, file);
    buffer->size += size;
    if (size < PIECE)
      return ferror(file) == 0;
  }
  return true;
}

static bool is_json_name(const char *path)
{
  static const char ending[] = ".json";
  size_t size = strlen(path);
  return size >= sizeof(ending) - 1 && strcmp(path + size - (sizeof(ending) - 1), ending) == 0;
}

enum vd_err vd_text_read_file(const ProtobufCMessageDescriptor *type, const char *path,
                              ProtobufCMessage **out, struct vd_text_map **map, struct vd_refusal *refusal)
{
  FILE *file = fopen(path, "re");
  if (file == NULL)
    return vd_refuse(refusal, VD_ERR_IO, "", "%s: %s", path, strerror(errno));
  struct vd_buffer text = {0};
  enum vd_err err =
      read_stream(file, &text) ? VD_OK : vd_refuse(refusal, VD_ERR_IO, "", "%s: %s", path, strerror(errno));
  fclose(file);
  if (err == VD_OK)
    err = vd_text_read(type, is_json_name(path) ? VD_TEXT_JSON : VD_TEXT_YAML, path, (const char *)text.data,
                       text.size, out, map, refusal);
  vd_buffer_finish(&text);
  return err;
}
