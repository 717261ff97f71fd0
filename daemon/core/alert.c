#include "daemon/core/alert.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/core/incident.h"
#include "daemon/core/key.h"
#include "daemon/core/venue_internal.h"
#include "proto/check.h"

// What a thread may take so that times and the word of whoever hears it still fit in.
enum { ENTITY_FIT_MAX = VD_ENTITY_MAX - 128 };
// What a digest may take for the subjects that are no incidents.
enum { DIGEST_SUBJECTS_SIZE_MAX = 320 };

static struct vd_alert_id id_of_key(const struct vd_key *key)
{
  struct vd_alert_id id;
  size_t size = key->size < sizeof id.text - 1 ? key->size : sizeof id.text - 1; // no word is that long
  memcpy(id.text, key->text, size);
  id.text[size] = '\0';
  return id;
}

struct vd_alert_id vd_alert_id_of(uint64_t incident, const char *subject, const char *whom)
{
  struct vd_key key = {.size = 0};
  if (incident != 0)
    vd_key_add_number(&key, incident);
  else
    vd_key_add(&key, subject ? subject : "");
  vd_key_add(&key, ".");
  vd_key_add(&key, whom);
  return id_of_key(&key);
}

struct vd_alert_id vd_alert_digest_id(const char *crew)
{
  struct vd_key key = vd_key_of("digest.", crew, "");
  return id_of_key(&key);
}

bool vd_alert_is_digest(const Vd__Alert *alert)
{
  return strncmp(alert->id, "digest.", 7) == 0;
}

static bool is_person(const char *whom)
{
  return strcmp(whom, VD_ALERT_CONTROL_ROOM) != 0 && strcmp(whom, VD_ALERT_LAST_RESORT) != 0;
}

const Vd__AlertReason *vd_alert_reason(const Vd__Alert *alert, Vd__AlertWhy why, const char *deadline)
{
  for (size_t i = 0; i < alert->n_reasons; i++)
    if (alert->reasons[i]->why == why && strcmp(alert->reasons[i]->deadline, deadline) == 0)
      return alert->reasons[i];
  return NULL;
}

static void remove_reason(Vd__Alert *alert, size_t at)
{
  vd__alert_reason__free_unpacked(alert->reasons[at], NULL);
  memmove(alert->reasons + at, alert->reasons + at + 1, (alert->n_reasons - at - 1) * sizeof *alert->reasons);
  alert->n_reasons--;
}

// Said again, or said better: who is told that it is late need not be told that it will be.
static bool is_superseded(const Vd__AlertReason *reason, Vd__AlertWhy why, const char *deadline)
{
  bool is_outrun = reason->why == VD__ALERT_WHY__ALERT_WHY_WARNING && why == VD__ALERT_WHY__ALERT_WHY_BREACH;
  return (reason->why == why || is_outrun) && strcmp(reason->deadline, deadline) == 0;
}

// Room for one more: the oldest reason gives way, but never life safety. With one reason per tier and one of
// each other kind a thread does not get here.
static void make_room(Vd__Alert *alert)
{
  size_t at = 0;
  while (at + 1 < alert->n_reasons && alert->reasons[at]->why == VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY)
    at++;
  remove_reason(alert, at);
}

// Names are as long as the plan makes them, a thread stays an entity: then the oldest reasons say less.
static void fit(Vd__Alert *alert)
{
  Vd__Alert largest = *alert;
  largest.revision = UINT64_MAX;
  for (size_t i = 0; i < alert->n_reasons && vd__alert__get_packed_size(&largest) > ENTITY_FIT_MAX; i++)
    vd_string_set(&alert->reasons[i]->passed_over, "");
  for (size_t i = 0; i < alert->n_reasons && vd__alert__get_packed_size(&largest) > ENTITY_FIT_MAX; i++)
    vd_string_set(&alert->reasons[i]->called_before, "");
}

// A reason stands once; raised again it tells the newest.
static void set_reason(struct vd_act *act, Vd__Alert *alert, const struct vd_alert_call *call)
{
  const char *deadline = call->deadline ? call->deadline : "";
  for (size_t i = 0; i < alert->n_reasons; i++)
    if (is_superseded(alert->reasons[i], call->why, deadline))
      remove_reason(alert, i--);
  if (alert->n_reasons == VD_ALERT_REASONS_MAX)
    make_room(alert);
  Vd__AlertReason *reason = (Vd__AlertReason *)vd_message_new(&vd__alert_reason__descriptor);
  reason->why = call->why;
  reason->promise = call->promise;
  reason->level = call->level;
  reason->since_at_ms = act->now_ms;
  vd_string_set(&reason->deadline, deadline);
  vd_string_set(&reason->called_before, call->called_before);
  vd_string_set(&reason->passed_over, call->passed_over);
  vd_string_set(&reason->post, call->post);
  VD_REPEATED_ADD(alert->reasons, alert->n_reasons, reason);
  fit(alert);
}

// ---- the digest ----

// The person's open threads, digests apart.
struct open_threads {
  uint64_t incidents[VD_ALERT_DIGEST_MAX];
  const char *subjects[VD_ALERT_DIGEST_MAX]; // borrowed from the threads
  size_t n_incidents, n_subjects, subjects_size;
  uint32_t more;
};

static size_t count_threads(const struct open_threads *open)
{
  return open->n_incidents + open->n_subjects + open->more;
}

static void add_thread(struct open_threads *open, const Vd__Alert *alert)
{
  size_t size = strlen(alert->subject) + 3; // as a field of the digest
  if (open->n_incidents + open->n_subjects == VD_ALERT_DIGEST_MAX) {
    open->more++;
  } else if (alert->incident != 0) {
    open->incidents[open->n_incidents++] = alert->incident;
  } else if (open->subjects_size + size > DIGEST_SUBJECTS_SIZE_MAX) {
    open->more++;
  } else {
    open->subjects[open->n_subjects++] = alert->subject;
    open->subjects_size += size;
  }
}

static void count_open(struct vd_act *act, const char *crew, struct open_threads *open)
{
  memset(open, 0, sizeof *open);
  struct vd_key prefix = vd_key_of("alert/", crew, "/");
  // Bounded: beyond a screenful the exact number says nothing more.
  unsigned left = 3 * VD_ALERT_DIGEST_MAX;
  for (const char *key = NULL; left > 0 && (key = vd_index_next(act->venue->index, prefix.text, key));
       left--) {
    const Vd__Alert *alert = VD_FIND(act->venue, ALERT, Alert, vd_index_last_field(key));
    if (!vd_alert_is_digest(alert) && alert->drill == 0)
      add_thread(open, alert);
  }
}

static void fill_digest(struct vd_act *act, Vd__Alert *digest, const struct open_threads *open)
{
  free(digest->digest);
  digest->digest = vd_alloc((open->n_incidents ? open->n_incidents : 1) * sizeof *digest->digest);
  memcpy(digest->digest, open->incidents, open->n_incidents * sizeof *digest->digest);
  digest->n_digest = open->n_incidents;
  for (size_t i = 0; i < digest->n_digest_subjects; i++)
    free(digest->digest_subjects[i]);
  free(digest->digest_subjects);
  digest->digest_subjects = NULL;
  digest->n_digest_subjects = 0;
  for (size_t i = 0; i < open->n_subjects; i++)
    vd_strings_add(&digest->digest_subjects, &digest->n_digest_subjects, open->subjects[i]);
  digest->digest_more = open->more;
  digest->updated_at_ms = act->now_ms;
}

// From the plan's number of open threads on, further ones are told by one digest; it ends when none is left.
static void refresh_digest(struct vd_act *act, Vd__Alert *current, bool is_new_call)
{
  const char *crew = current->crew;
  if (*crew == '\0' || current->drill != 0)
    return;
  // One act may raise several threads of one person (a shift's end): the index must know the one before.
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_ALERT, current->id, &current->base);
  struct vd_alert_id id = vd_alert_digest_id(crew);
  Vd__Alert *digest = VD_FIND(act->venue, ALERT, Alert, id.text);
  bool is_open = digest && digest->state == VD__ALERT_STATE__ALERT_STATE_OPEN;
  if (!is_open && !is_new_call)
    return;
  struct open_threads open;
  count_open(act, crew, &open);
  if (!is_open && count_threads(&open) < vd_policy(act->venue)->digest_from)
    return;
  if (digest) {
    vd_act_touch(act, VD__KIND__KIND_ALERT, &digest->base);
  } else {
    digest = VD_CREATE(act, ALERT, Alert, id.text);
    vd_string_set(&digest->crew, crew);
  }
  fill_digest(act, digest, &open);
  if (count_threads(&open) == 0) {
    digest->state = VD__ALERT_STATE__ALERT_STATE_WITHDRAWN;
    digest->withdrawn_at_ms = act->now_ms;
    return;
  }
  if (!is_open) {
    digest->state = VD__ALERT_STATE__ALERT_STATE_OPEN;
    digest->opened_at_ms = act->now_ms;
    digest->heard_at_ms = digest->withdrawn_at_ms = 0;
    vd_string_set(&digest->heard_by, "");
  }
  if (is_new_call) {
    digest->calls++;
    current->in_digest = true;
  }
}

// ---- raising, hearing, dropping ----

// What ends a drill is said as part of it.
static uint64_t drill_of(const struct vd_venue *venue, const struct vd_alert_call *call)
{
  const Vd__Incident *incident = call->incident ? vd_incident_find(venue, call->incident) : NULL;
  const Vd__Drill *drill =
      call->why == VD__ALERT_WHY__ALERT_WHY_DRILL_OVER ? VD_FIND(venue, DRILL, Drill, call->subject) : NULL;
  return drill ? drill->number : incident ? incident->drill : 0;
}

static Vd__Alert *edit_or_create(struct vd_act *act, const struct vd_alert_call *call)
{
  struct vd_alert_id id = vd_alert_id_of(call->incident, call->subject, call->whom);
  Vd__Alert *alert = VD_EDIT(act, ALERT, Alert, id.text);
  if (alert)
    return alert;
  alert = VD_CREATE(act, ALERT, Alert, id.text);
  alert->incident = call->incident;
  alert->drill = drill_of(act->venue, call);
  if (call->incident == 0)
    vd_string_set(&alert->subject, call->subject);
  if (is_person(call->whom))
    vd_string_set(&alert->crew, call->whom);
  if (strcmp(call->whom, VD_ALERT_LAST_RESORT) == 0)
    vd_string_set(&alert->contact, vd_policy(act->venue)->last_resort_contact);
  return alert;
}

void vd_alert_raise(struct vd_act *act, const struct vd_alert_call *call)
{
  Vd__Alert *alert = edit_or_create(act, call);
  if (alert->state != VD__ALERT_STATE__ALERT_STATE_OPEN) {
    alert->state = VD__ALERT_STATE__ALERT_STATE_OPEN;
    alert->opened_at_ms = act->now_ms;
    alert->heard_at_ms = alert->withdrawn_at_ms = 0;
    alert->in_digest = false;
    vd_string_set(&alert->heard_by, "");
  }
  set_reason(act, alert, call);
  alert->loud = alert->loud || call->is_loud;
  alert->updated_at_ms = act->now_ms;
  alert->calls++;
  refresh_digest(act, alert, true);
}

bool vd_alert_hear(struct vd_act *act, Vd__Alert *alert, const char *by)
{
  if (alert->state != VD__ALERT_STATE__ALERT_STATE_OPEN)
    return false;
  vd_act_touch(act, VD__KIND__KIND_ALERT, &alert->base);
  alert->state = VD__ALERT_STATE__ALERT_STATE_HEARD;
  alert->heard_at_ms = vd_act_acted_at(act);
  vd_string_set(&alert->heard_by, by);
  if (!vd_alert_is_digest(alert))
    refresh_digest(act, alert, false);
  return true;
}

void vd_alert_drop(struct vd_act *act, Vd__Alert *alert, vd_alert_match_fn matches, const void *context)
{
  if (alert->state == VD__ALERT_STATE__ALERT_STATE_WITHDRAWN)
    return;
  bool is_touched = false;
  for (size_t i = 0; i < alert->n_reasons; i++) {
    if (!matches(alert->reasons[i], context))
      continue;
    if (!is_touched)
      vd_act_touch(act, VD__KIND__KIND_ALERT, &alert->base);
    is_touched = true;
    remove_reason(alert, i--);
  }
  if (!is_touched)
    return;
  alert->updated_at_ms = act->now_ms;
  if (alert->n_reasons > 0)
    return;
  alert->state = VD__ALERT_STATE__ALERT_STATE_WITHDRAWN;
  alert->withdrawn_at_ms = act->now_ms;
  alert->loud = false;
  refresh_digest(act, alert, false);
}

void vd_alert_drop_everywhere(struct vd_act *act, uint64_t incident, const char *subject,
                              vd_alert_match_fn matches, const void *context)
{
  struct vd_alert_id prefix = vd_alert_id_of(incident, subject, "");
  ProtobufCMessage *message = NULL;
  const char *after = NULL;
  while ((message = vd_fold_next(act->venue->fold, VD__KIND__KIND_ALERT, after, prefix.text))) {
    after = vd_message_id(message);
    vd_alert_drop(act, (Vd__Alert *)message, matches, context);
  }
}
