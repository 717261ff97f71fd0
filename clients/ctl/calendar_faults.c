// What a calendar says that cannot be read, or may not be: refused by name, never half understood.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/calendar_internal.h"
#include "proto/check.h"
#include "proto/message.h"

// ---- what libical left out ----

// What a session is made of. An empty DESCRIPTION, which many write, says nothing and hurts nobody.
static bool is_read(const char *property)
{
  static const char *const names[] = {"DTSTART",  "DTEND",      "DURATION",      "RRULE", "RDATE",
                                      "EXDATE",   "EXRULE",     "RECURRENCE-ID", "UID",   "SUMMARY",
                                      "LOCATION", "CATEGORIES", "STATUS"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], property) == 0)
      return true;
  return false;
}

static icalparameter_xlicerrortype type_of(icalproperty *fault)
{
  icalparameter *type = icalproperty_get_first_parameter(fault, ICAL_XLICERRORTYPE_PARAMETER);
  return type ? icalparameter_get_xlicerrortype(type) : ICAL_XLICERRORTYPE_NONE;
}

// Whose value could not be read: "Can't parse as RECUR value in RRULE property. ...", "No value for ...".
static bool finds_property(const char *text, char name[32])
{
  const char *in = strstr(text, " value in ");
  return sscanf(text, "No value for %31[A-Z0-9-]", name) == 1 ||
         (in != NULL && sscanf(in, " value in %31[A-Z0-9-]", name) == 1);
}

// Names that are not known are to be ignored (RFC 5545, 3.8.8.1).
static enum vd_err refuse_fault(const struct reader *reader, const struct entry *entry, icalproperty *fault)
{
  icalparameter_xlicerrortype type = type_of(fault);
  const char *text = icalproperty_get_xlicerror(fault);
  char name[32] = "";
  bool is_of_value = type == ICAL_XLICERRORTYPE_VALUEPARSEERROR && text && finds_property(text, name);
  if (type == ICAL_XLICERRORTYPE_PROPERTYPARSEERROR || (is_of_value && !is_read(name)))
    return VD_OK;
  if (is_of_value)
    return ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, name, "cannot be read");
  const char *line = text ? strstr(text, ": ") : NULL;
  char why[80];
  if (line)
    reader->left_out->line = ctl_calendar_line(reader->text, entry->number, line + 2);
  snprintf(why, sizeof why, "\"%.40s\" cannot be read", line ? line + 2 : "");
  return ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, "VEVENT", why);
}

static enum vd_err check_faults(const struct reader *reader, const struct entry *entry)
{
  enum vd_err err = VD_OK;
  icalproperty *fault = icalcomponent_get_first_property(entry->event, ICAL_XLICERROR_PROPERTY);
  for (; fault && err == VD_OK;
       fault = icalcomponent_get_next_property(entry->event, ICAL_XLICERROR_PROPERTY))
    err = refuse_fault(reader, entry, fault);
  return err;
}

bool ctl_calendar_is_damaged(icalcomponent *component)
{
  return icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY) != NULL;
}

// ---- what is not understood here ----

static bool is_status(icalproperty_status status)
{
  return status == ICAL_STATUS_CONFIRMED || status == ICAL_STATUS_TENTATIVE ||
         status == ICAL_STATUS_CANCELLED;
}

enum vd_err ctl_calendar_check(const struct reader *reader, const struct entry *entry)
{
  enum vd_err err = check_faults(reader, entry);
  icalproperty *status = icalcomponent_get_first_property(entry->event, ICAL_STATUS_PROPERTY);
  if (err == VD_OK && status && !is_status(icalproperty_get_status(status)))
    return ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, "STATUS",
                               "TENTATIVE, CONFIRMED or CANCELLED is needed");
  if (err == VD_OK && icalcomponent_get_first_property(entry->event, ICAL_EXRULE_PROPERTY))
    return ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, "EXRULE", "is not understood; give EXDATE");
  return err;
}

enum vd_err ctl_calendar_method(struct reader *reader)
{
  icalproperty *property = icalcomponent_get_first_property(reader->calendar, ICAL_METHOD_PROPERTY);
  icalproperty_method method = property ? icalproperty_get_method(property) : ICAL_METHOD_PUBLISH;
  reader->is_off = method == ICAL_METHOD_CANCEL;
  if (reader->is_off || method == ICAL_METHOD_PUBLISH || method == ICAL_METHOD_REQUEST ||
      method == ICAL_METHOD_ADD)
    return VD_OK;
  reader->left_out->line = ctl_calendar_line(reader->text, 0, "METHOD");
  return vd_refuse(reader->refusal, VD_ERR_BAD_VALUE, "METHOD", "PUBLISH, REQUEST, ADD or CANCEL is needed");
}

// ---- what comes twice ----

static int by_text(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

enum vd_err ctl_calendar_check_uids(struct reader *reader)
{
  if (reader->n_uids > 1)
    qsort(reader->uids, reader->n_uids, sizeof *reader->uids, by_text);
  for (size_t i = 1; i < reader->n_uids; i++)
    if (strcmp(reader->uids[i - 1], reader->uids[i]) == 0) {
      const struct entry entry = {.uid = reader->uids[i], .summary = ""};
      char line[VD_REASON_MAX + 8];
      snprintf(line, sizeof line, "UID:%.*s", (int)strcspn(reader->uids[i], "/"), reader->uids[i]);
      reader->left_out->line = ctl_calendar_line(reader->text, 0, line);
      return ctl_calendar_refuse(reader, &entry, VD_ERR_DUPLICATE_ID, "UID", "comes twice");
    }
  return VD_OK;
}
