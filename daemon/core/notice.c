#include "daemon/core/notice.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/core/escalation.h"
#include "daemon/core/key.h"
#include "daemon/core/node.h"
#include "daemon/core/venue_internal.h"
#include "proto/check.h"
#include "proto/text.h"

enum { SESSIONS_MAX = 12, ZONES_MAX = 12, CONTINGENCIES_MAX = 4 };
#define BETWEEN " / "     // what several people want said
enum { SETTLES_MAX = 3 }; // times the policy's, in all
// What later acts may add: instants, sequences, who approved it; and what people want said.
enum { TO_COME = 120 + VD_WORD_MAX + 3, TEXT_TO_COME = VD_REASON_MAX + 4 };

// ---- finding ----

static struct vd_key id_of(uint64_t number)
{
  struct vd_key id = vd_key_of("n", "", "");
  vd_key_add_number(&id, number);
  return id;
}

// What a change joins: nothing of it is approved yet. There is at most one.
static Vd__Notice *find_open(const struct vd_venue *venue)
{
  const char *key = NULL;
  while ((key = vd_index_next(venue->index, "notice/", key))) {
    uint64_t number = strtoull(vd_index_last_field(key), NULL, 10);
    Vd__Notice *notice = VD_FIND(venue, NOTICE, Notice, id_of(number).text);
    if (notice->state != VD__NOTICE_STATE__NOTICE_STATE_APPROVED)
      return notice;
  }
  return NULL;
}

static enum vd_err get(const struct vd_venue *venue, uint64_t number, const char *field, Vd__Notice **notice,
                       struct vd_refusal *refusal)
{
  *notice = VD_FIND(venue, NOTICE, Notice, id_of(number).text);
  if (*notice)
    return VD_OK;
  uint64_t last = vd_venue_event(venue)->last_notice;
  enum vd_err err =
      vd_refuse(refusal, VD_ERR_UNKNOWN_NOTICE, field, "there is no notice %llu", (unsigned long long)number);
  if (refusal && last > 0)
    memcpy(refusal->nearest, id_of(last).text + 1, sizeof refusal->nearest - 1);
  return err;
}

static void tell(struct vd_act *act, enum vd_fact what, const Vd__Notice *notice, const char *text)
{
  Vd__Fact *fact = vd_act_fact(act, what);
  if (!fact)
    return;
  vd_string_set(&fact->text, notice->id);
  if (*text)
    vd_strings_add(&fact->why, &fact->n_why, text);
}

static void withdraw_call(struct vd_act *act, const Vd__Notice *notice)
{
  vd_escalation_settle(act, vd_key_of("notice.", notice->id, "").text);
}

// ---- a change ----

// It settles from now on, unless it has been kept from attendees for long by changes: then it waits for
// approval with what joined it.
static void settle(struct vd_act *act, Vd__Notice *notice)
{
  int64_t settle_ms = vd_policy(act->venue)->notice_settle_ms;
  int64_t last_ms = notice->opened_at_ms + SETTLES_MAX * settle_ms;
  bool waits = notice->state == VD__NOTICE_STATE__NOTICE_STATE_WAITING;
  notice->changed_at_ms = act->now_ms;
  notice->says_since = act->venue->sequence + 1;
  if (waits && last_ms <= act->now_ms)
    return;
  if (waits)
    withdraw_call(act, notice);
  notice->state = VD__NOTICE_STATE__NOTICE_STATE_SETTLING;
  notice->settles_at_ms = act->now_ms + settle_ms < last_ms ? act->now_ms + settle_ms : last_ms;
}

// The one that a change joins, or a new one.
static Vd__Notice *settle_anew(struct vd_act *act, bool is_automatic)
{
  Vd__Notice *notice = find_open(act->venue);
  if (notice) {
    vd_act_touch(act, VD__KIND__KIND_NOTICE, &notice->base);
  } else {
    Vd__Event *event = VD_EDIT(act, EVENT, Event, "event");
    notice = VD_CREATE(act, NOTICE, Notice, id_of(++event->last_notice).text);
    notice->number = event->last_notice;
    notice->opened_at_ms = act->now_ms;
    vd_node_did(act, VD__NODE__NODE_NOTICE, is_automatic);
  }
  settle(act, notice);
  // One act may add several: the index must know the one that the next joins.
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_NOTICE, notice->id, &notice->base);
  return notice;
}

static bool is_named(char *const *items, size_t count, const char *id)
{
  for (size_t i = 0; i < count; i++)
    if (strcmp(items[i], id) == 0)
      return true;
  return false;
}

bool vd_notice_names(const struct vd_venue *venue, const char *session)
{
  const Vd__Notice *notice = find_open(venue);
  return notice && is_named(notice->sessions, notice->n_sessions, session);
}

static bool has_room(const Vd__Notice *notice, const char *id)
{
  size_t size = vd__notice__get_packed_size(notice) - strlen(notice->text) + TEXT_TO_COME;
  return size + TO_COME + strlen(id) + 2 <= VD_ENTITY_MAX;
}

// False where it is named neither before nor now.
static bool name_in(Vd__Notice *notice, char ***items, size_t *count, size_t most, const char *id)
{
  if (is_named(*items, *count, id))
    return true;
  if (*count == most || !has_room(notice, id))
    return false;
  vd_strings_add(items, count, id);
  return true;
}

// What several acts left out may be the same: the largest number of one act is the least that is true.
static void leave_out(const struct vd_act *act, Vd__Notice *notice, uint32_t count)
{
  uint64_t by = act->venue->sequence + 1;
  if (count > notice->more) {
    notice->more_else = notice->more_by == by ? notice->more_else : notice->more;
    notice->more_by = by;
    notice->more = count;
  } else if (count > notice->more_else && notice->more_by != by) {
    notice->more_else = count;
  }
}

void vd_notice_add(struct vd_act *act, const char *session, const char *zone)
{
  if (session)
    vd_notice_add_sessions(act, &session, 1);
  if (!zone || vd_policy(act->venue)->manual_nodes)
    return;
  Vd__Notice *notice = settle_anew(act, true);
  if (!name_in(notice, &notice->zones, &notice->n_zones, ZONES_MAX, zone))
    leave_out(act, notice, 1);
  tell(act, VD_FACT_NOTICE_OPENED, notice, "");
}

uint64_t vd_notice_add_sessions(struct vd_act *act, const char *const *sessions, size_t count)
{
  if (count == 0 || vd_policy(act->venue)->manual_nodes)
    return 0;
  Vd__Notice *notice = settle_anew(act, true);
  uint32_t left_out = 0;
  for (size_t i = 0; i < count; i++)
    left_out += !name_in(notice, &notice->sessions, &notice->n_sessions, SESSIONS_MAX, sessions[i]);
  leave_out(act, notice, left_out);
  tell(act, VD_FACT_NOTICE_OPENED, notice, "");
  return notice->number;
}

static bool is_empty(const Vd__Notice *notice)
{
  return notice->n_sessions == 0 && notice->n_zones == 0 && notice->n_contingencies == 0 &&
         notice->more == 0 && *notice->text == '\0';
}

static void take_out(char **items, size_t *count, const char *id)
{
  size_t kept = 0;
  for (size_t i = 0; i < *count; i++) {
    if (strcmp(items[i], id) == 0)
      free(items[i]);
    else
      items[kept++] = items[i];
  }
  *count = kept;
}

// Nothing is left to say.
static void drop_empty(struct vd_act *act, Vd__Notice *notice)
{
  if (!is_empty(notice))
    return;
  notice->state = VD__NOTICE_STATE__NOTICE_STATE_DROPPED;
  notice->leaves_at_ms = 0;
  withdraw_call(act, notice); // one that settles no more still waits
  vd_index_refresh(act->venue->index, act->venue, VD__KIND__KIND_NOTICE, notice->id, &notice->base);
}

static bool names_any(const Vd__Notice *notice, const char *zone, const char *contingency)
{
  return (zone && is_named(notice->zones, notice->n_zones, zone)) ||
         (contingency && is_named(notice->contingencies, notice->n_contingencies, contingency));
}

static void take_out_any(Vd__Notice *notice, const char *zone, const char *contingency)
{
  if (zone)
    take_out(notice->zones, &notice->n_zones, zone);
  if (contingency)
    take_out(notice->contingencies, &notice->n_contingencies, contingency);
}

// Those that only wait to leave: what else they say was approved, and stays so.
static void take_out_approved(struct vd_act *act, const char *zone, const char *contingency)
{
  struct vd_index_fields numbers = vd_index_collect(act->venue->index, "notice/");
  for (size_t i = 0; i < numbers.count; i++) {
    uint64_t number = strtoull(numbers.items[i], NULL, 10);
    Vd__Notice *notice = VD_FIND(act->venue, NOTICE, Notice, id_of(number).text);
    if (notice->state != VD__NOTICE_STATE__NOTICE_STATE_APPROVED ||
        !names_any(notice, zone, contingency))
      continue;
    vd_act_touch(act, VD__KIND__KIND_NOTICE, &notice->base);
    take_out_any(notice, zone, contingency);
    drop_empty(act, notice);
  }
  vd_index_fields_finish(&numbers);
}

void vd_notice_take_out(struct vd_act *act, const Vd__Zone *zone)
{
  take_out_approved(act, zone->id, NULL);
  if (zone->told_shut) { // attendees go round it until they are told
    vd_notice_add(act, NULL, zone->id);
    return;
  }
  Vd__Notice *notice = find_open(act->venue);
  if (!notice || !is_named(notice->zones, notice->n_zones, zone->id))
    return;
  settle_anew(act, true); // whoever approves has read something else
  take_out(notice->zones, &notice->n_zones, zone->id);
  drop_empty(act, notice);
}

void vd_notice_add_contingency(struct vd_act *act, const char *contingency)
{
  if (vd_policy(act->venue)->manual_nodes)
    return;
  Vd__Notice *notice = settle_anew(act, true);
  if (!name_in(notice, &notice->contingencies, &notice->n_contingencies, CONTINGENCIES_MAX, contingency))
    leave_out(act, notice, 1);
  tell(act, VD_FACT_NOTICE_OPENED, notice, "");
}

void vd_notice_take_contingency_out(struct vd_act *act, const char *contingency)
{
  take_out_approved(act, NULL, contingency);
  Vd__Notice *notice = find_open(act->venue);
  if (!notice || !names_any(notice, NULL, contingency))
    return;
  settle_anew(act, true); // whoever approves has read something else
  take_out_any(notice, NULL, contingency);
  drop_empty(act, notice);
}

bool vd_notice_unsay(struct vd_act *act, uint64_t number, uint64_t by, const char *session)
{
  Vd__Notice *notice = VD_FIND(act->venue, NOTICE, Notice, id_of(number).text);
  if (notice && notice->state == VD__NOTICE_STATE__NOTICE_STATE_DROPPED)
    return true; // attendees have read nothing of it, and will not
  if (!notice || notice->state == VD__NOTICE_STATE__NOTICE_STATE_SENT || !session)
    return false;
  vd_act_touch(act, VD__KIND__KIND_NOTICE, &notice->base);
  if (notice->state != VD__NOTICE_STATE__NOTICE_STATE_APPROVED)
    settle(act, notice); // whoever approves has read something else
  take_out(notice->sessions, &notice->n_sessions, session);
  if (notice->more_by == by) {
    notice->more = notice->more_else;
    notice->more_else = 0;
    notice->more_by = 0;
  }
  drop_empty(act, notice);
  return true;
}

// ---- the commands ----

// What is said stays: what another one wants said is said after it.
static void say(Vd__Notice *notice, const char *text)
{
  struct vd_buffer all = {0};
  vd_buffer_printf(&all, "%s%s%s", notice->text, *notice->text ? BETWEEN : "", text);
  vd_buffer_append(&all, "", 1);
  vd_string_set(&notice->text, (char *)all.data);
  vd_buffer_finish(&all);
}

enum vd_err vd_notice_draft(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const char *text = act->command->notice_draft->text;
  if (*text == '\0')
    return vd_refuse(refusal, VD_ERR_MISSING, "notice_draft.text", NULL);
  Vd__Notice *notice = find_open(act->venue);
  if (notice && strlen(notice->text) + strlen(BETWEEN) + strlen(text) > VD_REASON_MAX)
    return vd_refuse(refusal, VD_ERR_TEXT_TOO_LONG, "notice_draft.text", "%s says already: %s", notice->id,
                     notice->text);
  notice = settle_anew(act, false);
  say(notice, text);
  tell(act, VD_FACT_NOTICE_OPENED, notice, text);
  reply->number = notice->number;
  return VD_OK;
}

static enum vd_err refuse_state(const Vd__Notice *notice, const char *field, struct vd_refusal *refusal)
{
  return vd_refuse(refusal, VD_ERR_WRONG_STATE, field, "%s is %s", notice->id,
                   vd_enum_name(&vd__notice_state__descriptor, (int)notice->state));
}

// After the cool-down of the one before, sent or still to be sent.
static int64_t leaves_at(const struct vd_act *act)
{
  const struct vd_venue *venue = act->venue;
  const Vd__Event *event = vd_venue_event(venue);
  int64_t before_ms = event->notice_sent_at_ms;
  const char *key = NULL;
  while ((key = vd_index_next(venue->index, "notice/", key))) {
    uint64_t number = strtoull(vd_index_last_field(key), NULL, 10);
    const Vd__Notice *notice = VD_FIND(venue, NOTICE, Notice, id_of(number).text);
    before_ms = notice->leaves_at_ms > before_ms ? notice->leaves_at_ms : before_ms;
  }
  int64_t cooled_ms = before_ms ? before_ms + event->policy->notice_cool_down_ms : 0;
  return cooled_ms > act->now_ms ? cooled_ms : act->now_ms;
}

// Up to three of what the notice names and has changed since; what was taken out, or said, has no name.
static enum vd_err refuse_changed(const struct vd_venue *venue, const Vd__Notice *notice, uint64_t read,
                                  struct vd_refusal *refusal)
{
  enum { MOST = 3 };
  struct vd_key names = {.size = 0};
  unsigned count = 0;
  for (size_t i = 0; i < notice->n_sessions && count < MOST; i++) {
    const Vd__Session *session = VD_FIND(venue, SESSION, Session, notice->sessions[i]);
    if (!session || session->revision <= read)
      continue;
    vd_key_add(&names, count++ ? ", " : "");
    vd_key_add(&names, session->id);
  }
  if (count == 0)
    return vd_refuse(refusal, VD_ERR_CHANGED_SINCE, "notice_approve.revision", "%s is at revision %llu",
                     notice->id, (unsigned long long)notice->revision);
  return vd_refuse(refusal, VD_ERR_CHANGED_SINCE, "notice_approve.revision",
                   "%s is at revision %llu: changed since are %s", notice->id,
                   (unsigned long long)notice->revision, names.text);
}

// That it waits for approval by now says nothing else.
static bool has_changed_since(const Vd__Notice *notice, uint64_t read)
{
  return read != 0 && (read < notice->says_since || read > notice->revision);
}

enum vd_err vd_notice_approve(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const char *field = "notice_approve.notice";
  Vd__Notice *notice = NULL;
  enum vd_err err = get(act->venue, act->command->notice_approve->notice, field, &notice, refusal);
  if (err)
    return err;
  reply->number = notice->number;
  if (notice->state == VD__NOTICE_STATE__NOTICE_STATE_APPROVED ||
      notice->state == VD__NOTICE_STATE__NOTICE_STATE_SENT)
    return VD_OK;
  if (notice->state != VD__NOTICE_STATE__NOTICE_STATE_WAITING)
    return refuse_state(notice, field, refusal);
  uint64_t read = act->command->notice_approve->revision;
  if (has_changed_since(notice, read))
    return refuse_changed(act->venue, notice, read, refusal);
  const char *by = vd_act_by(act);
  int64_t leaves_at_ms = leaves_at(act);
  vd_act_touch(act, VD__KIND__KIND_NOTICE, &notice->base);
  tell(act, VD_FACT_NOTICE_APPROVED, notice, "");
  vd_node_did(act, VD__NODE__NODE_NOTICE, false);
  notice->state = VD__NOTICE_STATE__NOTICE_STATE_APPROVED;
  notice->approved_at_ms = vd_act_acted_at(act);
  vd_string_set(&notice->approved_by, *by ? by : act->who->id);
  notice->leaves_at_ms = leaves_at_ms;
  withdraw_call(act, notice);
  return VD_OK;
}

enum vd_err vd_notice_drop(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  const Vd__NoticeDrop *drop = act->command->notice_drop;
  Vd__Notice *notice = NULL;
  enum vd_err err = get(act->venue, drop->notice, "notice_drop.notice", &notice, refusal);
  if (err)
    return err;
  reply->number = notice->number;
  if (notice->state == VD__NOTICE_STATE__NOTICE_STATE_DROPPED)
    return VD_OK;
  if (notice->state == VD__NOTICE_STATE__NOTICE_STATE_SENT)
    return refuse_state(notice, "notice_drop.notice", refusal);
  if (*drop->reason == '\0')
    return vd_refuse(refusal, VD_ERR_MISSING, "notice_drop.reason", NULL);
  vd_act_touch(act, VD__KIND__KIND_NOTICE, &notice->base);
  tell(act, VD_FACT_NOTICE_DROPPED, notice, drop->reason);
  vd_node_did(act, VD__NODE__NODE_NOTICE, false);
  notice->state = VD__NOTICE_STATE__NOTICE_STATE_DROPPED;
  notice->leaves_at_ms = 0;
  withdraw_call(act, notice);
  return VD_OK;
}

// ---- time ----

int64_t vd_notice_next(const struct vd_venue *venue, const Vd__Notice *notice)
{
  (void)venue;
  switch (notice->state) {
  case VD__NOTICE_STATE__NOTICE_STATE_SETTLING:
    return notice->settles_at_ms;
  case VD__NOTICE_STATE__NOTICE_STATE_APPROVED:
    return notice->leaves_at_ms;
  default:
    return VD_NEVER;
  }
}

// After a sleep several may be due in one moment: between any two that leave lies the cool-down.
static void cool_down(struct vd_act *act)
{
  int64_t cooled_ms = act->now_ms + vd_policy(act->venue)->notice_cool_down_ms;
  const char *key = NULL;
  while ((key = vd_index_next(act->venue->index, "notice/", key))) {
    uint64_t number = strtoull(vd_index_last_field(key), NULL, 10);
    Vd__Notice *next = VD_FIND(act->venue, NOTICE, Notice, id_of(number).text);
    if (next->state != VD__NOTICE_STATE__NOTICE_STATE_APPROVED || next->leaves_at_ms >= cooled_ms)
      continue;
    vd_act_touch(act, VD__KIND__KIND_NOTICE, &next->base);
    next->leaves_at_ms = cooled_ms;
  }
}

// By what attendees were told last, they know whether they can pass.
static void remember_told(struct vd_act *act, const Vd__Notice *notice)
{
  for (size_t i = 0; i < notice->n_zones; i++) {
    const Vd__Zone *zone = VD_FIND(act->venue, ZONE, Zone, notice->zones[i]);
    bool is_shut = zone && zone->status > VD__ZONE_STATUS__ZONE_STATUS_CROWDED;
    if (zone && zone->told_shut != is_shut)
      VD_EDIT(act, ZONE, Zone, zone->id)->told_shut = is_shut;
  }
}

void vd_notice_fire(struct vd_act *act, Vd__Notice *notice)
{
  vd_act_touch(act, VD__KIND__KIND_NOTICE, &notice->base);
  if (notice->state == VD__NOTICE_STATE__NOTICE_STATE_SETTLING) {
    notice->state = VD__NOTICE_STATE__NOTICE_STATE_WAITING;
    tell(act, VD_FACT_NOTICE_WAITING, notice, notice->text);
    vd_escalation_ask(act, vd_key_of("notice.", notice->id, "").text, "", vd_policy(act->venue)->control,
                      VD__ALERT_WHY__ALERT_WHY_NOTICE);
    return;
  }
  notice->state = VD__NOTICE_STATE__NOTICE_STATE_SENT;
  notice->sent_at_ms = act->now_ms;
  remember_told(act, notice);
  tell(act, VD_FACT_NOTICE_SENT, notice, notice->text);
  VD_EDIT(act, EVENT, Event, "event")->notice_sent_at_ms = act->now_ms;
  cool_down(act);
}
