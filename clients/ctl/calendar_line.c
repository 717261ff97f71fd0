// Where in the text of a calendar something stands: libical keeps no lines.
#include <string.h>
#include <strings.h>

#include "clients/ctl/calendar_internal.h"

enum { OF_CALENDAR = 1, OF_EVENT = 2 }; // how deep

static bool is_line(const char *line, const char *head)
{
  return strncasecmp(line, head, strlen(head)) == 0;
}

// A property's name ends with what follows it.
static bool is_found(const char *line, const char *start)
{
  size_t size = strlen(start);
  bool is_name = strspn(start, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == size;
  return size > 0 && is_line(line, start) && (!is_name || line[size] == ':' || line[size] == ';');
}

unsigned ctl_calendar_line(const char *text, unsigned event, const char *start)
{
  unsigned depth = 0, number = 0, found = 0, events = 0;
  for (const char *line = text; line && *line; line = strchr(line, '\n'), line += line != NULL) {
    number++;
    bool is_event = depth == OF_CALENDAR && is_line(line, "BEGIN:VEVENT");
    events += is_event;
    if (is_event && event > 0 && events == event)
      found = number; // unless the line itself is found
    bool is_within = event == 0 || (depth == OF_EVENT && events == event);
    if (is_within && is_found(line, start)) {
      found = number;
      if (event > 0)
        return found;
    }
    if (event > 0 && events > event)
      return found;
    depth += is_line(line, "BEGIN:");
    depth -= is_line(line, "END:") && depth > 0;
  }
  return found;
}
