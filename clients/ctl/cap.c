// A weather alert from a file: CAP 1.2, as far as it concerns the venue. The file is a stranger's: at most
// 256 KiB, no DOCTYPE (so no entity is ever declared, let alone expanded), no network, libxml2's own bound of
// depth.
#include "clients/ctl/cap.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <string.h>

#include "clients/ctl/ctl.h"
#include "proto/text.h"

#define CAP_NAMESPACE "urn:oasis:names:tc:emergency:cap:1.2"

// ---- the file ----

static void stop_at_doctype(void *context, const xmlChar *name, const xmlChar *external,
                            const xmlChar *system)
{
  (void)name;
  (void)external;
  (void)system;
  xmlParserCtxtPtr parser = context;
  *(bool *)parser->_private = true;
  xmlStopParser(parser);
}

static xmlDocPtr parse(const struct vd_buffer *bytes, bool *has_doctype)
{
  xmlParserCtxtPtr parser = xmlNewParserCtxt();
  if (parser == NULL)
    return NULL;
  parser->_private = has_doctype;
  parser->sax->internalSubset = stop_at_doctype;
  xmlDocPtr document =
      xmlCtxtReadMemory(parser, (const char *)bytes->data, (int)bytes->size, NULL, NULL,
                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA);
  xmlFreeParserCtxt(parser);
  return document;
}

// ---- its elements ----

static bool is_named(const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

// The trimmed text of the child of this name, heap; "" if there is none.
static char *text_of(const xmlNode *parent, const char *name)
{
  for (xmlNode *node = parent->children; node != NULL; node = node->next) {
    if (!is_named(node, name))
      continue;
    xmlChar *content = xmlNodeGetContent(node);
    const char *text = content != NULL ? (const char *)content : "";
    text += strspn(text, " \t\r\n");
    size_t size = strlen(text);
    while (size > 0 && strchr(" \t\r\n", text[size - 1]) != NULL)
      size--;
    struct vd_buffer kept = {0};
    vd_buffer_append(&kept, text, size);
    vd_buffer_append(&kept, "", 1);
    xmlFree(content);
    return (char *)kept.data;
  }
  return vd_strdup("");
}

static int word_of(const xmlNode *parent, const char *name, const char *const *words, int count)
{
  char *text = text_of(parent, name);
  int found = 0;
  for (int i = 1; i < count; i++)
    if (strcmp(text, words[i]) == 0)
      found = i;
  free(text);
  return found;
}

static bool time_of(const xmlNode *parent, const char *name, int64_t *at_ms)
{
  char *text = text_of(parent, name);
  bool is_there = *text != '\0', is_right = !is_there || vd_instant_parse(text, 0, 0, at_ms);
  free(text);
  return is_right;
}

// "sender,identifier,sent sender,identifier,sent …"
static void add_references(const xmlNode *root, Vd__CapAlert *alert)
{
  enum { REFERENCES_MAX = 64 };
  char *text = text_of(root, "references"), *rest = NULL;
  for (char *one = strtok_r(text, " \t\r\n", &rest); one != NULL; one = strtok_r(NULL, " \t\r\n", &rest)) {
    char *first = strchr(one, ','), *second = first != NULL ? strchr(first + 1, ',') : NULL;
    if (second == NULL || alert->n_references == REFERENCES_MAX)
      continue;
    *second = '\0';
    vd_strings_add(&alert->references, &alert->n_references, first + 1);
  }
  free(text);
}

static const char *const severities[] = {"Unknown", "Minor", "Moderate", "Severe", "Extreme"};

// The most severe info counts; others as severe as that are the same in other languages.
static enum vd_err add_info(const xmlNode *info, Vd__CapAlert *alert, struct vd_refusal *refusal)
{
  enum { EVENTS_MAX = 16 };
  int severity = word_of(info, "severity", severities, 5);
  int64_t onset_ms = 0, effective_ms = 0, expires_ms = 0;
  if (!time_of(info, "onset", &onset_ms) || !time_of(info, "effective", &effective_ms) ||
      !time_of(info, "expires", &expires_ms))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "", "a time of the alert cannot be read");
  if (alert->n_events > 0 && severity < (int)alert->severity)
    return VD_OK;
  if (severity > (int)alert->severity) {
    for (size_t i = 0; i < alert->n_events; i++)
      free(alert->events[i]);
    alert->n_events = 0;
  }
  char *event = text_of(info, "event");
  if (*event != '\0' && alert->n_events < EVENTS_MAX)
    vd_strings_add(&alert->events, &alert->n_events, event);
  free(event);
  alert->severity = (Vd__CapSeverity)severity;
  alert->onset_at_ms = onset_ms != 0 ? onset_ms : effective_ms;
  alert->expires_at_ms = expires_ms;
  return VD_OK;
}

static enum vd_err read_alert(const xmlNode *root, Vd__CapAlert *alert, struct vd_refusal *refusal)
{
  static const char *const statuses[] = {"", "Actual", "Exercise"};
  static const char *const messages[] = {"", "Alert", "Update", "Cancel"};
  char *identifier = text_of(root, "identifier");
  vd_string_set(&alert->identifier, identifier);
  free(identifier);
  alert->status = (Vd__CapStatus)word_of(root, "status", statuses, 3);
  alert->message = (Vd__CapMessage)word_of(root, "msgType", messages, 4);
  add_references(root, alert);
  int64_t sent_ms = 0;
  if (!time_of(root, "sent", &sent_ms))
    return vd_refuse(refusal, VD_ERR_BAD_VALUE, "", "a time of the alert cannot be read");
  for (const xmlNode *node = root->children; node != NULL; node = node->next) {
    enum vd_err err = is_named(node, "info") ? add_info(node, alert, refusal) : VD_OK;
    if (err != VD_OK)
      return err;
  }
  if (alert->onset_at_ms == 0)
    alert->onset_at_ms = sent_ms;
  return VD_OK;
}

static enum vd_err read_document(xmlDocPtr document, bool has_doctype, Vd__CapAlert *alert,
                                 struct vd_refusal *refusal)
{
  if (has_doctype)
    return vd_refuse(refusal, VD_ERR_BAD_REQUEST, "", "an alert with a DOCTYPE is not read");
  const xmlNode *root = document != NULL ? xmlDocGetRootElement(document) : NULL;
  if (root == NULL)
    return vd_refuse(refusal, VD_ERR_BAD_REQUEST, "", "this is no XML that can be read");
  bool is_cap =
      is_named(root, "alert") && root->ns != NULL && strcmp((const char *)root->ns->href, CAP_NAMESPACE) == 0;
  if (!is_cap)
    return vd_refuse(refusal, VD_ERR_UNKNOWN_VERSION, "", "an alert of CAP 1.2 is needed");
  return read_alert(root, alert, refusal);
}

enum vd_err ctl_cap_read(const char *path, Vd__CapAlert *alert, struct vd_refusal *refusal)
{
  struct vd_buffer bytes = {0};
  bool has_doctype = false;
  enum vd_err err = ctl_read_file(path, CTL_CAP_FILE_MAX, &bytes, refusal);
  if (err == VD_OK && bytes.size > CTL_CAP_FILE_MAX)
    err = vd_refuse(refusal, VD_ERR_TOO_LARGE, "", "an alert is at most 256 KiB");
  if (err == VD_OK) {
    xmlDocPtr document = parse(&bytes, &has_doctype);
    err = read_document(document, has_doctype, alert, refusal);
    xmlFreeDoc(document);
    xmlCleanupParser();
  }
  vd_buffer_finish(&bytes);
  return err;
}
