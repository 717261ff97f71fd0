// What followed from an act, read off the entities that it touched: an act has one fact, but it may ask one
// person to take the work, call three others and end a promise late, and a room must see all of it.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/ctl/live.h"
#include "proto/facts.h"
#include "proto/text.h"

static void say_clock(const struct ctl_saying *saying, int64_t at_ms)
{
  char clock[40];
  ctl_clock(saying->ctl, at_ms, clock, sizeof clock);
  vd_buffer_printf(saying->out, "%s", clock);
}

static bool is_fact(const struct ctl_saying *saying, enum vd_fact fact)
{
  const Vd__Fact *told = saying->change->fact;
  return told != NULL && strcmp(told->what, vd_fact_name(fact)) == 0;
}

static const Vd__Deadline *find_deadline(const Vd__Change *change, const char *id)
{
  for (size_t i = 0; i < change->n_upserts; i++)
    if (change->upserts[i]->of_case == VD__ENTITY__OF_DEADLINE &&
        strcmp(change->upserts[i]->deadline->id, id) == 0)
      return change->upserts[i]->deadline;
  return NULL;
}

// ---- promises that ended late, or are told late ----

static void say_shares(const struct ctl_saying *saying, const Vd__Deadline *deadline)
{
  for (size_t i = 0; i < deadline->n_shares; i++) {
    char held[32];
    ctl_span(deadline->shares[i]->held_ms, held, sizeof held);
    vd_buffer_printf(saying->out, "%s%s %s",
                     i == 0 ? ctl_pick(saying->ctl, "; clock: ", "；耗時：", "；耗时：") : ", ",
                     ctl_team(saying->ctl, saying->plan, deadline->shares[i]->who), held);
  }
}

static void say_deadline(const struct ctl_saying *saying, const Vd__Deadline *deadline)
{
  bool is_missed = deadline->outcome == VD__OUTCOME__OUTCOME_MISSED;
  if (deadline->met_recorded_at_ms != saying->now_ms ||
      (!is_missed && deadline->outcome != VD__OUTCOME__OUTCOME_MET_REPORTED_LATE))
    return;
  ctl_say_begin(saying, deadline->incident, deadline->subject, true);
  vd_buffer_printf(saying->out, "%s%s", ctl_tier(saying->ctl, deadline->promise),
                   ctl_pick(saying->ctl, ": ", "：", "："));
  if (is_missed) {
    char late[32];
    ctl_span(deadline->met_at_ms - deadline->due_at_ms, late, sizeof late);
    vd_buffer_printf(saying->out, CTL_FORMAT(saying->ctl, "%s late", "逾時 %s", "超时 %s"), late);
  } else {
    vd_buffer_printf(saying->out, "%s",
                     ctl_words(saying->ctl, &vd__outcome__descriptor, (int)deadline->outcome));
  }
  ctl_say_words(saying, "; due ", "；期限 ", "；期限 ");
  say_clock(saying, deadline->due_at_ms);
  ctl_say_words(saying, ", done ", "，完成 ", "，完成 ");
  say_clock(saying, deadline->met_at_ms);
  if (!is_missed) {
    ctl_say_words(saying, ", told ", "，錄入 ", "，录入 ");
    say_clock(saying, deadline->met_recorded_at_ms);
  }
  say_shares(saying, deadline);
  vd_buffer_printf(saying->out, "\n");
}

// ---- who is asked ----

static void say_walk(const struct ctl_saying *saying, int64_t walk_ms)
{
  char walk[32];
  if (walk_ms == 0)
    return;
  ctl_span(walk_ms, walk, sizeof walk);
  vd_buffer_printf(saying->out, CTL_FORMAT(saying->ctl, ", %s away", "，步行 %s", "，步行 %s"), walk);
}

static void say_offer(const struct ctl_saying *saying, const Vd__Offer *offer)
{
  const Vd__Fact *fact = saying->change->fact;
  bool is_new = offer->offered_at_ms == saying->now_ms;
  bool is_open = offer->state == VD__OFFER_STATE__OFFER_STATE_OPEN;
  bool is_taken_back = offer->state == VD__OFFER_STATE__OFFER_STATE_WITHDRAWN &&
                       (fact == NULL || strcmp(fact->who, offer->crew) != 0);
  bool is_sent = is_new && offer->assigned && !is_fact(saying, VD_FACT_ASSIGNED);
  if (!(is_new && is_open) && !is_sent && !is_taken_back)
    return;
  ctl_say_begin(saying, offer->incident, "", true);
  if (is_taken_back) {
    ctl_say_words(saying, "no longer asks ", "不再詢問 ", "不再询问 ");
    vd_buffer_printf(saying->out, "%s\n", offer->crew);
    return;
  }
  if (is_sent)
    ctl_say_words(saying, "sends ", "直接派出 ", "直接派出 ");
  else
    ctl_say_words(saying, "asks ", "詢問 ", "询问 ");
  vd_buffer_printf(saying->out, "%s", offer->crew);
  if (offer->handover)
    vd_buffer_printf(saying->out,
                     CTL_FORMAT(saying->ctl, " to take over from %s", " 是否從 %s 接手", " 是否从 %s 接手"),
                     offer->from);
  else if (!is_sent)
    ctl_say_words(saying, " to take it", " 是否接單", " 是否接单");
  say_walk(saying, offer->walk_ms);
  if (offer->expires_at_ms != 0) {
    ctl_say_words(saying, ", answer due ", "，回應期限 ", "，回应期限 ");
    say_clock(saying, offer->expires_at_ms);
  }
  vd_buffer_printf(saying->out, "\n");
}

// ---- who is called ----

static bool is_whom(const Vd__Alert *alert, const char *whom)
{
  const char *dot = strrchr(alert->id, '.');
  return *alert->crew == '\0' && dot != NULL && strcmp(dot + 1, whom) == 0;
}

static void say_last_resort(const struct ctl_saying *saying, const Vd__Alert *alert)
{
  const Vd__Event *event = saying->plan != NULL
                               ? (const Vd__Event *)vd_fold_find(saying->plan, VD__KIND__KIND_EVENT, "event")
                               : NULL;
  const Vd__Policy *policy = event != NULL ? event->policy : NULL;
  ctl_say_words(saying, "the last resort", "最後聯絡人", "最后联络人");
  if (policy != NULL)
    vd_buffer_printf(saying->out, " %s", ctl_text(saying->ctl, policy->last_resort_name, ""));
  if (*alert->contact != '\0')
    vd_buffer_printf(saying->out, " (%s)", alert->contact);
}

static void say_whom(const struct ctl_saying *saying, const Vd__Alert *alert)
{
  if (is_whom(alert, "control-room"))
    ctl_say_words(saying, "the control room, loudly", "總控室（響鈴）", "总控室（响铃）");
  else if (is_whom(alert, "last-resort"))
    say_last_resort(saying, alert);
  else
    vd_buffer_printf(saying->out, "%s", alert->crew);
}

static void say_level(const struct ctl_saying *saying, Vd__Level level)
{
  if (level < VD__LEVEL__LEVEL_LEAD || level > VD__LEVEL__LEVEL_COMMANDER)
    return;
  const char *words = ctl_words(saying->ctl, &vd__level__descriptor, (int)level);
  vd_buffer_printf(saying->out, CTL_FORMAT(saying->ctl, " as %s", "（%s）", "（%s）"), words);
}

static void say_reason(const struct ctl_saying *saying, const Vd__AlertReason *reason)
{
  struct vd_buffer *out = saying->out;
  const Vd__Deadline *deadline = find_deadline(saying->change, reason->deadline);
  bool is_tier = reason->promise <= VD__PROMISE__PROMISE_LAND; // else it is told what is late
  if (*reason->deadline != '\0' && is_tier)
    vd_buffer_printf(out, "%s%s", ctl_tier(saying->ctl, reason->promise), " ");
  if (reason->why == VD__ALERT_WHY__ALERT_WHY_LAST_RESORT)
    ctl_say_words(saying, "nobody else is left to call", "已無其他人可呼叫", "已无其他人可呼叫");
  else
    vd_buffer_printf(out, "%s", ctl_words(saying->ctl, &vd__alert_why__descriptor, (int)reason->why));
  if (deadline != NULL) {
    ctl_say_words(saying, ", due ", "，期限 ", "，期限 ");
    say_clock(saying, deadline->due_at_ms);
  }
  if (*reason->called_before != '\0')
    vd_buffer_printf(out, CTL_FORMAT(saying->ctl, ", after %s", "，先前已呼叫 %s", "，先前已呼叫 %s"),
                     reason->called_before);
}

// The other incidents that the person's digest gathers.
static void say_digest(const struct ctl_saying *saying, const Vd__Alert *alert)
{
  const Vd__Change *change = saying->change;
  for (size_t i = 0; alert->in_digest && i < change->n_upserts; i++) {
    const Vd__Alert *digest =
        change->upserts[i]->of_case == VD__ENTITY__OF_ALERT ? change->upserts[i]->alert : NULL;
    if (digest == NULL || digest->incident != 0 || *digest->subject != '\0' ||
        strcmp(digest->crew, alert->crew) != 0)
      continue;
    ctl_say_words(saying, "; one call about", "；合併呼叫：", "；合并呼叫：");
    for (size_t j = 0; j < digest->n_digest; j++)
      vd_buffer_printf(saying->out, " #%" PRIu64, digest->digest[j]);
    for (size_t j = 0; j < digest->n_digest_subjects; j++)
      vd_buffer_printf(saying->out, " %s", digest->digest_subjects[j]);
  }
}

// Raised by this act, or life safety that repeats by itself.
static bool is_called_for(const struct ctl_saying *saying, const Vd__AlertReason *reason)
{
  bool repeats = is_fact(saying, VD_FACT_CALLED_AGAIN) && reason->why == VD__ALERT_WHY__ALERT_WHY_LIFE_SAFETY;
  return (repeats || reason->since_at_ms == saying->now_ms) &&
         reason->why != VD__ALERT_WHY__ALERT_WHY_HANDOVER; // its offer says more
}

// "asks kit-1 to do it: refill of Coffee (coffee), due 10:15:00".
static void say_asked(const struct ctl_saying *saying, const Vd__Alert *alert)
{
  char id[80];
  snprintf(id, sizeof id, "%.64s.done", alert->subject);
  const Vd__Deadline *deadline = find_deadline(saying->change, id);
  const Vd__Fact *fact = saying->change->fact;
  ctl_say_begin(saying, 0, alert->subject, true);
  vd_buffer_printf(saying->out, CTL_FORMAT(saying->ctl, "asks %s to do it", "請 %s 執行", "请 %s 执行"),
                   alert->crew);
  if (fact == NULL || strcmp(fact->subject, alert->subject) != 0) {
    ctl_say_words(saying, ": ", "：", "：");
    ctl_say_subject(saying, alert->subject);
  }
  if (deadline != NULL) {
    ctl_say_words(saying, ", due ", "，期限 ", "，期限 ");
    say_clock(saying, deadline->due_at_ms);
  }
  vd_buffer_printf(saying->out, "\n");
}

static void say_call(const struct ctl_saying *saying, const Vd__Alert *alert, Vd__Level level)
{
  ctl_say_begin(saying, alert->incident, alert->subject, true);
  ctl_say_words(saying, "calls ", "呼叫 ", "呼叫 ");
  say_whom(saying, alert);
  say_level(saying, level);
  const Vd__Fact *fact = saying->change->fact;
  bool is_said = fact != NULL && strcmp(fact->subject, alert->subject) == 0; // by the line above
  if (alert->incident == 0 && !is_said && strncmp(alert->subject, "notice.", 7) != 0) {
    ctl_say_words(saying, " about ", "，關於 ", "，关于 ");
    ctl_say_subject(saying, alert->subject);
  }
  ctl_say_words(saying, ": ", "：", "：");
}

static void say_alert(const struct ctl_saying *saying, const Vd__Alert *alert)
{
  bool is_begun = false, is_digest = alert->incident == 0 && *alert->subject == '\0';
  if (is_digest || alert->state != VD__ALERT_STATE__ALERT_STATE_OPEN ||
      alert->updated_at_ms != saying->now_ms)
    return;
  for (size_t i = 0; i < alert->n_reasons; i++) {
    const Vd__AlertReason *reason = alert->reasons[i];
    if (!is_called_for(saying, reason))
      continue;
    if (reason->why == VD__ALERT_WHY__ALERT_WHY_TASK) {
      say_asked(saying, alert);
      continue;
    }
    if (is_begun)
      ctl_say_words(saying, "; ", "；", "；");
    else
      say_call(saying, alert, reason->level);
    is_begun = true;
    say_reason(saying, reason);
  }
  if (!is_begun)
    return;
  say_digest(saying, alert);
  vd_buffer_printf(saying->out, "\n");
}

// What everybody called about life safety must see at once: whom to ring outside, what the handbook decides.
static void say_safety(const struct ctl_saying *saying, const Vd__Incident *incident)
{
  const Vd__Change *change = saying->change;
  const Vd__Category *category =
      saying->plan != NULL
          ? (const Vd__Category *)vd_fold_find(saying->plan, VD__KIND__KIND_CATEGORY, incident->category)
          : NULL;
  if (category == NULL || !incident->life_safety)
    return;
  ctl_say_begin(saying, incident->number, "", true);
  ctl_say_words(saying, "emergency numbers:", "緊急電話：", "紧急电话：");
  for (size_t i = 0; i < category->n_emergency_numbers; i++)
    vd_buffer_printf(saying->out, " %s", category->emergency_numbers[i]);
  for (size_t i = 0; i < change->n_upserts; i++)
    if (change->upserts[i]->of_case == VD__ENTITY__OF_ATTEMPT && change->upserts[i]->attempt->by_default &&
        change->upserts[i]->attempt->incident == incident->number)
      vd_buffer_printf(saying->out, "%s%s",
                       ctl_pick(saying->ctl, "; the handbook decides: ", "；手冊定案：", "；手册定案："),
                       ctl_say_default(saying, change->upserts[i]->attempt->decision));
  vd_buffer_printf(saying->out, "\n");
}

// ---- levels with nobody ----

static void say_note(const struct ctl_saying *saying, const Vd__Note *note)
{
  if (note->kind != VD__NOTE_KIND__NOTE_KIND_PASSED_OVER || note->at_ms != saying->now_ms)
    return;
  // "zone.tea-break: onsite-lead, supervisor" where there is no incident.
  const char *colon = note->incident == 0 ? strstr(note->text, ": ") : NULL, *post = note->text;
  char subject[160] = "";
  if (colon != NULL) {
    snprintf(subject, sizeof subject, "%.*s", (int)(colon - note->text), note->text);
    post = colon + 2;
  }
  ctl_say_begin(saying, note->incident, subject, true);
  ctl_say_words(saying, "nobody is on duty as ", "無人在崗：", "无人在岗：");
  for (bool is_first = true; *post != '\0'; is_first = false) {
    char id[80];
    size_t size = strcspn(post, ",");
    snprintf(id, sizeof id, "%.*s", (int)size, post);
    vd_buffer_printf(saying->out, "%s%s", is_first ? "" : ", ",
                     ctl_plan_name(saying->ctl, saying->plan, VD__KIND__KIND_POST, id));
    post += size;
    post += strspn(post, ", ");
  }
  vd_buffer_printf(saying->out, "\n");
}

// ---- what attendees will be told ----

static void say_notice(const struct ctl_saying *saying, const Vd__Notice *notice)
{
  if (notice->opened_at_ms != saying->now_ms || is_fact(saying, VD_FACT_NOTICE_OPENED))
    return;
  ctl_say_begin(saying, 0, notice->id, true);
  ctl_say_words(saying, "drafts a notice to attendees: ", "草擬觀眾通知：", "草拟观众通知：");
  ctl_say_thing(saying, VD__KIND__KIND_NOTICE, notice->id);
  vd_buffer_printf(saying->out, "\n");
}

// ---- what a count brought about: a suggestion made, or one that is needed no longer ----

static void say_suggestion(const struct ctl_saying *saying, const Vd__Suggestion *suggestion)
{
  const Vd__Fact *fact = saying->change->fact;
  bool is_said = fact != NULL && strcmp(fact->subject, suggestion->id) == 0; // by the line above
  bool is_passed = suggestion->state == VD__SUGGESTION_STATE__SUGGESTION_STATE_PASSED;
  int64_t since_ms = is_passed ? suggestion->passed_at_ms : suggestion->made_at_ms;
  bool is_open = suggestion->state == VD__SUGGESTION_STATE__SUGGESTION_STATE_OPEN;
  if (is_said || since_ms != saying->now_ms || (!is_passed && !is_open))
    return;
  char wait[32], expected[32];
  ctl_span(suggestion->wait_ms, wait, sizeof wait);
  ctl_span(suggestion->expected_ms, expected, sizeof expected);
  ctl_say_begin(saying, 0, suggestion->id, true);
  if (is_passed)
    ctl_say_words(saying, "no longer suggests: ", "不再建議：", "不再建议：");
  else
    ctl_say_words(saying, "suggests: ", "建議：", "建议：");
  ctl_say_thing(saying, VD__KIND__KIND_SUGGESTION, suggestion->id);
  ctl_say_words(saying, "  (", "（", "（");
  if (is_passed)
    vd_reason_words(saying->out, suggestion->reason, saying->ctl->language);
  else
    vd_buffer_printf(saying->out,
                     CTL_FORMAT(saying->ctl, "a wait of %s ahead, %s expected with it",
                                "預計等候 %s，採納後預期 %s", "预计等候 %s，采纳后预期 %s"),
                     wait, expected);
  ctl_say_words(saying, ")\n", "）\n", "）\n");
}

void ctl_say_consequences(const struct ctl_saying *saying)
{
  const Vd__Change *change = saying->change;
  bool is_news = is_fact(saying, VD_FACT_REPORTED) || is_fact(saying, VD_FACT_AMENDED) ||
                 is_fact(saying, VD_FACT_DEVICE_FAULT);
  for (size_t i = 0; is_news && i < change->n_upserts; i++)
    if (change->upserts[i]->of_case == VD__ENTITY__OF_INCIDENT)
      say_safety(saying, change->upserts[i]->incident);
  for (size_t i = 0; i < change->n_upserts; i++)
    if (change->upserts[i]->of_case == VD__ENTITY__OF_DEADLINE)
      say_deadline(saying, change->upserts[i]->deadline);
  for (size_t i = 0; i < change->n_upserts; i++)
    if (change->upserts[i]->of_case == VD__ENTITY__OF_OFFER)
      say_offer(saying, change->upserts[i]->offer);
  for (size_t i = 0; i < change->n_upserts; i++)
    if (change->upserts[i]->of_case == VD__ENTITY__OF_NOTE)
      say_note(saying, change->upserts[i]->note);
  for (size_t i = 0; i < change->n_upserts; i++)
    if (change->upserts[i]->of_case == VD__ENTITY__OF_SUGGESTION)
      say_suggestion(saying, change->upserts[i]->suggestion);
  for (size_t i = 0; i < change->n_upserts; i++)
    if (change->upserts[i]->of_case == VD__ENTITY__OF_ALERT)
      say_alert(saying, change->upserts[i]->alert);
  for (size_t i = 0; i < change->n_upserts; i++)
    if (change->upserts[i]->of_case == VD__ENTITY__OF_NOTICE)
      say_notice(saying, change->upserts[i]->notice);
}
