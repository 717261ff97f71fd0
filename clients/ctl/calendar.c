#include "clients/ctl/calendar_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/check.h"
#include "proto/message.h"

enum { DEPTH_MAX = 8 };
#define OWN_UID "@venued"

enum vd_err ctl_calendar_refuse(const struct reader *reader, const struct entry *entry, enum vd_err err,
                                const char *property, const char *why)
{
  const char *name = *entry->summary ? entry->summary : entry->uid;
  if (reader->left_out->line == 0)
    reader->left_out->line = ctl_calendar_line(reader->text, entry->number, property);
  return vd_refuse(reader->refusal, err, property, "%s%s%s", name, *name && *why ? ": " : "", why);
}

// ---- properties ----

static const char *text_of(icalcomponent *event, icalproperty_kind kind)
{
  icalproperty *property = icalcomponent_get_first_property(event, kind);
  icalvalue *value = property ? icalproperty_get_value(property) : NULL;
  const char *text = value ? icalvalue_get_text(value) : NULL;
  return text ? text : "";
}

static const char *extension_of(icalcomponent *event, const char *name)
{
  icalproperty *property = icalcomponent_get_first_property(event, ICAL_X_PROPERTY);
  for (; property; property = icalcomponent_get_next_property(event, ICAL_X_PROPERTY))
    if (strcasecmp(icalproperty_get_x_name(property), name) == 0)
      return icalproperty_get_x(property) ? icalproperty_get_x(property) : "";
  return "";
}

// ---- zone, title, id ----

static bool is_named(const Vd__Text *name, const char *text)
{
  return name && *text &&
         (strcasecmp(name->en, text) == 0 || strcmp(name->zh_hant, text) == 0 ||
          strcmp(name->zh_hans, text) == 0);
}

// One line without blanks around it; long ones are cut, not within a character.
static char *line_of(const char *text)
{
  char *line = vd_strdup(text + strspn(text, " \t\r\n"));
  for (char *at = line; *at; at++)
    if ((unsigned char)*at < ' ')
      *at = ' ';
  size_t size = strlen(line);
  if (size > VD_REASON_MAX)
    for (size = VD_REASON_MAX; size > 0 && ((unsigned char)line[size] & 0xC0) == 0x80;)
      size--;
  while (size > 0 && line[size - 1] == ' ')
    size--;
  line[size] = '\0';
  return line;
}

static void consider_name(const char *location, const Vd__Text *name, const char **best, unsigned *distance)
{
  if (!name)
    return;
  vd_nearest_consider(location, name->en, best, distance);
  vd_nearest_consider(location, name->zh_hant, best, distance);
  vd_nearest_consider(location, name->zh_hans, best, distance);
}

static enum vd_err find_zone(const struct reader *reader, const struct entry *entry, const char *location,
                             const Vd__Zone **zone)
{
  const char *best = NULL;
  unsigned distance = UINT32_MAX, named = 0;
  *zone = NULL;
  VD_FOLD_EACH (reader->fold, ZONE, Zone, candidate) {
    if (candidate->retired)
      continue;
    if (strcasecmp(candidate->id, location) == 0) {
      *zone = candidate;
      return VD_OK;
    }
    if (is_named(candidate->name, location)) {
      *zone = candidate;
      named++;
    }
    vd_nearest_consider(location, candidate->id, &best, &distance);
    consider_name(location, candidate->name, &best, &distance);
  }
  if (named == 1)
    return VD_OK;
  char why[VD_REASON_MAX + 40];
  snprintf(why, sizeof why, "%.200s%s", location, named > 1 ? " is the name of several zones" : "");
  enum vd_err err =
      ctl_calendar_refuse(reader, entry, *location ? VD_ERR_UNKNOWN_ZONE : VD_ERR_MISSING, "LOCATION", why);
  if (reader->refusal && best && named == 0)
    snprintf(reader->refusal->nearest, sizeof reader->refusal->nearest, "%s", best);
  return err;
}

static const Vd__Session *session_called(const struct vd_fold *fold, const char *id)
{
  return (const Vd__Session *)vd_fold_find(fold, VD__KIND__KIND_SESSION, id);
}

// The session that this is, if the venue has it: by uid, by the id we wrote, by the uid we made of one.
static const Vd__Session *find_session(const struct reader *reader, icalcomponent *event, const char *uid)
{
  VD_FOLD_EACH (reader->fold, SESSION, Session, session)
    if (*session->uid && strcmp(session->uid, uid) == 0)
      return session;
  const Vd__Session *own = session_called(reader->fold, extension_of(event, "X-VENUED-ID"));
  size_t size = strlen(uid), tail = strlen(OWN_UID);
  if (!own && size > tail && size - tail <= VD_WORD_MAX && strcmp(uid + size - tail, OWN_UID) == 0) {
    char id[VD_WORD_MAX + 1] = "";
    memcpy(id, uid, size - tail);
    own = session_called(reader->fold, id);
  }
  return own && *own->uid == '\0' ? own : NULL;
}

// What we made of the id of a session that no calendar has is no uid of a calendar.
static bool is_own_uid(const char *uid, const Vd__Session *before)
{
  size_t size = before ? strlen(before->id) : 0;
  return before && *before->uid == '\0' && strncmp(uid, before->id, size) == 0 &&
         strcmp(uid + size, OWN_UID) == 0;
}

static bool is_taken(const struct reader *reader, const char *id)
{
  for (size_t i = 0; i < reader->import->n_sessions; i++)
    if (strcmp(reader->import->sessions[i]->id, id) == 0)
      return true;
  return session_called(reader->fold, id) != NULL;
}

// A word that people can type, made of the title; "session" where that has no letters of ours.
static void make_id(const struct reader *reader, const char *wish, const char *title,
                    char out[VD_WORD_MAX + 1])
{
  enum { ROOT_MAX = VD_WORD_MAX - 8 };
  size_t size = 0;
  const char *from = vd_word_is_valid(wish) ? wish : title;
  for (; *from && size < ROOT_MAX; from++) {
    if (isascii(*from) && isalnum((unsigned char)*from))
      out[size++] = (char)tolower((unsigned char)*from);
    else if (size > 0 && out[size - 1] != '-')
      out[size++] = '-';
  }
  while (size > 0 && out[size - 1] == '-')
    size--;
  if (size == 0) {
    memcpy(out, "session", 7);
    size = 7;
  }
  out[size] = '\0';
  for (unsigned n = 2; is_taken(reader, out); n++)
    snprintf(out + size, VD_WORD_MAX + 1 - size, "-%u", n);
}

static Vd__Text *title_of(icalcomponent *event, const char *summary, const Vd__Session *before)
{
  if (before && is_named(before->title, summary))
    return (Vd__Text *)vd_message_copy(&before->title->base);
  Vd__Text *title = (Vd__Text *)vd_message_new(&vd__text__descriptor);
  icalproperty *property = icalcomponent_get_first_property(event, ICAL_SUMMARY_PROPERTY);
  icalparameter *parameter =
      property ? icalproperty_get_first_parameter(property, ICAL_LANGUAGE_PARAMETER) : NULL;
  const char *language = parameter ? icalparameter_get_language(parameter) : "";
  bool is_hant = strcasecmp(language, "zh-hant") == 0 || strcasecmp(language, "zh-tw") == 0 ||
                 strcasecmp(language, "zh-hk") == 0;
  vd_string_set(&title->en, summary); // what others fall back to
  if (is_hant)
    vd_string_set(&title->zh_hant, summary);
  else if (strncasecmp(language, "zh", 2) == 0)
    vd_string_set(&title->zh_hans, summary);
  return title;
}

// ---- kind ----

static bool has_word(const char *words, const char *word)
{
  size_t size = strlen(word);
  while (*words) {
    words += strspn(words, ", ");
    size_t length = strcspn(words, ", ");
    if (length == size && strncasecmp(words, word, size) == 0)
      return true;
    words += length;
  }
  return false;
}

static void read_categories(icalcomponent *event, const Vd__Session *before, Vd__Session *session)
{
  icalproperty *property = icalcomponent_get_first_property(event, ICAL_CATEGORIES_PROPERTY);
  session->kind = VD__SESSION_KIND__SESSION_KIND_TALK;
  if (!property && before) {
    session->kind = before->kind;
    session->dense = before->dense;
  }
  for (; property; property = icalcomponent_get_next_property(event, ICAL_CATEGORIES_PROPERTY)) {
    const char *words = icalproperty_get_categories(property);
    if (words && has_word(words, "break"))
      session->kind = VD__SESSION_KIND__SESSION_KIND_BREAK;
    session->dense |= words && has_word(words, "dense");
  }
}

static uint32_t audience_of(icalcomponent *event, const Vd__Session *before)
{
  char *end;
  const char *text = extension_of(event, "X-VENUED-AUDIENCE");
  unsigned long value = strtoul(text, &end, 10);
  bool is_number = isdigit((unsigned char)*text) && *end == '\0' && value <= UINT32_MAX;
  return is_number ? (uint32_t)value : before ? before->audience : 0;
}

// ---- one session ----

bool ctl_calendar_is_outside(const struct reader *reader, const struct entry *entry, int64_t start_ms)
{
  return start_ms + entry->length_ms <= reader->event->start_at_ms || start_ms >= reader->event->end_at_ms;
}

static Vd__Session *session_with_uid(const struct reader *reader, const char *uid)
{
  for (size_t i = 0; i < reader->import->n_sessions; i++)
    if (strcmp(reader->import->sessions[i]->uid, uid) == 0)
      return reader->import->sessions[i];
  return NULL;
}

// A time of a repetition that was moved away does not take place.
static void call_off(const struct reader *reader, const char *uid)
{
  Vd__Session *session = session_with_uid(reader, uid);
  if (session)
    session->state = VD__SESSION_STATE__SESSION_STATE_CANCELLED;
}

// The one with this uid, or a new one at the end.
static Vd__Session *session_for(struct reader *reader, const struct entry *entry, const char *uid,
                                const Vd__Session *before)
{
  Vd__Session *session = session_with_uid(reader, uid);
  if (session)
    return session;
  char id[VD_WORD_MAX + 1];
  const char *wish = extension_of(entry->event, "X-VENUED-ID");
  if (before)
    snprintf(id, sizeof id, "%s", before->id);
  else
    make_id(reader, *wish ? wish : uid, entry->summary, id);
  session = (Vd__Session *)vd_message_new(&vd__session__descriptor);
  vd_string_set(&session->id, id);
  vd_string_set(&session->uid, uid);
  VD_REPEATED_ADD(reader->import->sessions, reader->import->n_sessions, session);
  return session;
}

enum vd_err ctl_calendar_add(struct reader *reader, const struct entry *entry, const char *uid,
                             int64_t start_ms)
{
  if (ctl_calendar_is_outside(reader, entry, start_ms)) {
    reader->left_out->outside++;
    call_off(reader, uid);
    return VD_OK;
  }
  const Vd__Zone *zone = NULL;
  char *location = line_of(text_of(entry->event, ICAL_LOCATION_PROPERTY));
  enum vd_err err = find_zone(reader, entry, location, &zone);
  free(location);
  if (err != VD_OK)
    return err;
  if (*entry->summary == '\0')
    return ctl_calendar_refuse(reader, entry, VD_ERR_MISSING, "SUMMARY", "");
  if (reader->import->n_sessions == CTL_CALENDAR_SESSIONS_MAX)
    return ctl_calendar_refuse(reader, entry, VD_ERR_TOO_MANY, "VEVENT", "more than 200 sessions");
  const Vd__Session *before = find_session(reader, entry->event, uid);
  Vd__Session *session = session_for(reader, entry, uid, before);
  if (is_own_uid(uid, before))
    vd_string_set(&session->uid, "");
  vd__text__free_unpacked(session->title, NULL);
  session->title = title_of(entry->event, entry->summary, before);
  vd_string_set(&session->zone, zone->id);
  session->start_at_ms = start_ms;
  session->end_at_ms = start_ms + entry->length_ms;
  session->audience = audience_of(entry->event, before);
  session->dense = false;
  read_categories(entry->event, before, session);
  bool is_off = reader->is_off || icalcomponent_get_status(entry->event) == ICAL_STATUS_CANCELLED;
  session->state =
      is_off ? VD__SESSION_STATE__SESSION_STATE_CANCELLED : VD__SESSION_STATE__SESSION_STATE_UNSPECIFIED;
  return VD_OK;
}

// ---- one event ----

static enum vd_err open_entry(const struct reader *reader, struct entry *entry)
{
  icalproperty *start = icalcomponent_get_first_property(entry->event, ICAL_DTSTART_PROPERTY);
  enum vd_err err = ctl_calendar_check(reader, entry);
  if (err != VD_OK)
    return err;
  entry->start = ctl_calendar_time(start);
  if (icaltime_is_null_time(entry->start) || !icaltime_is_valid_time(entry->start))
    return ctl_calendar_refuse(reader, entry, VD_ERR_MISSING, "DTSTART", "");
  if (icaltime_is_date(entry->start))
    return VD_OK;
  if (*entry->uid == '\0')
    return ctl_calendar_refuse(reader, entry, VD_ERR_MISSING, "UID", "");
  if (strlen(entry->uid) > VD_REASON_MAX - 20) // with the time of a repetition
    return ctl_calendar_refuse(reader, entry, VD_ERR_TEXT_TOO_LONG, "UID", "");
  err = ctl_calendar_clock(reader, entry, start, &entry->clock);
  return err != VD_OK ? err : ctl_calendar_length(reader, entry);
}

// One time of a repetition is another than the rule says, or has become a whole day, which is no session.
static enum vd_err add_instead(struct reader *reader, struct entry *entry, icalproperty *instead)
{
  struct icaltimetype which = ctl_calendar_time(instead);
  icaltimezone *clock = NULL;
  if (icalproperty_get_first_parameter(instead, ICAL_RANGE_PARAMETER))
    return ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, "RECURRENCE-ID",
                               "RANGE is not understood; change each time");
  if (icaltime_is_null_time(which) || icaltime_is_date(which))
    return ctl_calendar_refuse(reader, entry, VD_ERR_BAD_VALUE, "RECURRENCE-ID", "a time is needed");
  enum vd_err err = ctl_calendar_clock(reader, entry, instead, &clock);
  if (err != VD_OK)
    return err;
  char *uid = ctl_calendar_uid(entry->uid, ctl_calendar_instant(reader, which, clock));
  vd_strings_add(&reader->uids, &reader->n_uids, uid);
  if (icaltime_is_date(entry->start))
    call_off(reader, uid);
  else
    err = ctl_calendar_add(reader, entry, uid, ctl_calendar_instant(reader, entry->start, entry->clock));
  free(uid);
  return err;
}

static enum vd_err add_entry(struct reader *reader, struct entry *entry)
{
  enum vd_err err = open_entry(reader, entry);
  if (err != VD_OK)
    return err;
  icalproperty *instead = icalcomponent_get_first_property(entry->event, ICAL_RECURRENCEID_PROPERTY);
  bool is_all_day = icaltime_is_date(entry->start);
  reader->left_out->all_day += is_all_day;
  if (instead && !(is_all_day && icaltime_is_date(ctl_calendar_time(instead))))
    return add_instead(reader, entry, instead);
  if (is_all_day)
    return VD_OK;
  vd_strings_add(&reader->uids, &reader->n_uids, entry->uid);
  if (icalcomponent_get_first_property(entry->event, ICAL_RRULE_PROPERTY) ||
      icalcomponent_get_first_property(entry->event, ICAL_RDATE_PROPERTY))
    return ctl_calendar_repeat(reader, entry);
  return ctl_calendar_add(reader, entry, entry->uid,
                          ctl_calendar_instant(reader, entry->start, entry->clock));
}

// What stands instead of one time of a repetition comes after all repetitions.
static enum vd_err read_events(struct reader *reader, bool instead)
{
  enum vd_err err = VD_OK;
  unsigned number = reader->n_events;
  icalcompiter at = icalcomponent_begin_component(reader->calendar, ICAL_VEVENT_COMPONENT);
  for (icalcomponent *event; err == VD_OK && (event = icalcompiter_deref(&at)); icalcompiter_next(&at)) {
    bool is_instead = icalcomponent_get_first_property(event, ICAL_RECURRENCEID_PROPERTY) != NULL;
    number++;
    if (is_instead != instead)
      continue;
    char *summary = line_of(text_of(event, ICAL_SUMMARY_PROPERTY));
    char *uid = line_of(text_of(event, ICAL_UID_PROPERTY));
    struct entry entry = {.event = event, .number = number, .uid = uid, .summary = summary};
    err = add_entry(reader, &entry);
    free(summary);
    free(uid);
  }
  return err;
}

static enum vd_err read_calendar(struct reader *reader, icalcomponent *calendar)
{
  reader->calendar = calendar;
  enum vd_err err = ctl_calendar_method(reader);
  if (err == VD_OK)
    err = read_events(reader, false);
  if (err == VD_OK)
    err = read_events(reader, true);
  reader->n_events += (unsigned)icalcomponent_count_components(calendar, ICAL_VEVENT_COMPONENT);
  return err;
}

static enum vd_err read_all(struct reader *reader, icalcomponent *root)
{
  if (icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT)
    return read_calendar(reader, root);
  enum vd_err err = VD_OK;
  icalcompiter at = icalcomponent_begin_component(root, ICAL_VCALENDAR_COMPONENT);
  icalcomponent *calendar = icalcompiter_deref(&at);
  if (!calendar)
    return vd_refuse(reader->refusal, VD_ERR_BAD_REQUEST, "VCALENDAR", "this is no calendar");
  for (; err == VD_OK && calendar; calendar = icalcompiter_next(&at))
    err = read_calendar(reader, calendar);
  return err;
}

// ---- the text ----

// ":+0800" or ":+080000". What is none libical takes for +0000.
static bool is_offset(const char *text)
{
  size_t digits = strspn(text + (text[0] == ':' && text[1] != '\0' ? 2 : 0), "0123456789");
  bool is_signed = text[0] == ':' && (text[1] == '+' || text[1] == '-');
  return is_signed && (digits == 4 || digits == 6) && strncmp(text + 2, "24", 2) < 0 && text[4] < '6' &&
         strchr("\r\n", text[2 + digits]);
}

// libical walks what it parsed by recursion.
static enum vd_err check_text(const char *text, size_t size, unsigned *at, struct vd_refusal *refusal)
{
  if (size > CTL_CALENDAR_SIZE_MAX)
    return vd_refuse(refusal, VD_ERR_TOO_LARGE, "VCALENDAR", "more than %d bytes", CTL_CALENDAR_SIZE_MAX);
  if (memchr(text, '\0', size))
    return vd_refuse(refusal, VD_ERR_BAD_TEXT, "VCALENDAR", "it holds a NUL");
  unsigned depth = 0;
  *at = 0;
  for (const char *line = text; line && *line; line = strchr(line, '\n'), line += line != NULL) {
    ++*at;
    depth += strncasecmp(line, "BEGIN:", 6) == 0;
    bool is_end = strncasecmp(line, "END:", 4) == 0;
    if (strncasecmp(line, "TZOFFSET", 8) == 0 && !is_offset(line + strcspn(line, ":\r\n")))
      return vd_refuse(refusal, VD_ERR_BAD_VALUE, "TZOFFSETTO", "a time zone's offset like +0800 is needed");
    if (depth > DEPTH_MAX || (is_end && depth == 0))
      return vd_refuse(refusal, VD_ERR_BAD_REQUEST, "VCALENDAR", "%s",
                       is_end ? "an END without its BEGIN" : "nested too deeply");
    depth -= is_end;
  }
  *at = 0;
  return VD_OK;
}

enum vd_err ctl_calendar_read(const struct vd_fold *fold, const char *text, size_t size,
                              Vd__SessionsImport **import, struct ctl_left_out *left_out,
                              struct vd_refusal *refusal)
{
  struct reader reader = {.fold = fold, .text = text, .left_out = left_out, .refusal = refusal};
  reader.event = (const Vd__Event *)vd_fold_find(fold, VD__KIND__KIND_EVENT, "event");
  if (!reader.event)
    return vd_refuse(refusal, VD_ERR_NO_PLAN, NULL, NULL);
  enum vd_err err = check_text(text, size, &left_out->line, refusal);
  if (err != VD_OK)
    return err;
  icalerror_set_errors_are_fatal(false);
  icalcomponent *root = icalparser_parse_string(text);
  if (!root)
    return vd_refuse(refusal, VD_ERR_BAD_REQUEST, "VCALENDAR", "this is no calendar");
  reader.import = (Vd__SessionsImport *)vd_message_new(&vd__sessions_import__descriptor);
  err = read_all(&reader, root);
  if (err == VD_OK)
    err = ctl_calendar_check_uids(&reader);
  for (size_t i = 0; i < reader.n_uids; i++)
    free(reader.uids[i]);
  free(reader.uids);
  icalcomponent_free(root);
  if (err == VD_OK)
    *import = reader.import;
  else
    vd__sessions_import__free_unpacked(reader.import, NULL);
  return err;
}
