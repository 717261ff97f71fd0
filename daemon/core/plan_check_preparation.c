// What an event prepares (standard §3): the venue, who stands by, what was agreed and rehearsed, what
// displays say. What no file can show is asked for as a statement: who, where, or when it was done. A plan
// that does not say how many take part is a sketch, and is not asked. Things and suppliers:
// plan_check_materials.c.
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/check.h"

static const int64_t MINUTE = INT64_C(60000);
static const int64_t HOUR = INT64_C(3600000);
static const int64_t DAY = INT64_C(86400000);
// What the standard and the house say where a plan is looser.
enum { RESERVE_PERCENT = 15, DRILL_DAYS = 92, CHARACTERS = 18, WORDS = 12 };
enum { NIGHT_FROM_HOUR = 22, NIGHT_UNTIL_HOUR = 6 };

static const char *pick(const Vd__Text *text)
{
  return !text ? "" : *text->en ? text->en : *text->zh_hant ? text->zh_hant : text->zh_hans;
}

// ---- the venue ----

static void check_reserve(struct vd_plan_check *check)
{
  const Vd__PlanPreparation *said = check->plan->preparation;
  uint64_t people = check->plan->event->participants, capacity = said->venue_capacity;
  if (said->reserve_percent < 1 || said->reserve_percent > 90)
    VD_PLAN_FIND(check->findings, NUMBER_RANGE, "preparation.reserve_percent",
                 vd_plan_words("%u", (unsigned)said->reserve_percent).text, "1", "90");
  else if (said->reserve_percent < RESERVE_PERCENT)
    VD_PLAN_FIND(check->findings, RESERVE_PERCENT, "preparation.reserve_percent",
                 vd_plan_words("%u", (unsigned)said->reserve_percent).text);
  if (capacity == 0)
    VD_PLAN_FIND(check->findings, VENUE_UNSAID, "preparation", "");
  else if (said->reserve_percent <= 90 && people * 100 > capacity * (100 - said->reserve_percent))
    VD_PLAN_FIND(check->findings, VENUE_RESERVE, "preparation.venue_capacity",
                 vd_plan_words("%llu", (unsigned long long)capacity).text,
                 vd_plan_words("%llu", (unsigned long long)people).text,
                 vd_plan_words("%llu", (unsigned long long)((people * 100 + 99 - said->reserve_percent) /
                                                            (100 - said->reserve_percent)))
                     .text);
}

static void check_hubs(struct vd_plan_check *check)
{
  const Vd__PlanPreparation *said = check->plan->preparation;
  int64_t nearest_ms = INT64_MAX;
  size_t at = 0;
  for (size_t i = 0; i < said->n_hubs; i++) {
    struct vd_plan_words path = vd_plan_words("preparation.hubs[%zu]", i);
    if (said->hubs[i]->reach_ms <= 0 || said->hubs[i]->reach_ms > DAY) {
      VD_PLAN_FIND(check->findings, HUB_UNSAID, path.text, vd_plan_duration(said->hubs[i]->reach_ms).text,
                   pick(said->hubs[i]->name));
      return;
    }
    at = said->hubs[i]->reach_ms < nearest_ms ? i : at;
    nearest_ms = said->hubs[at]->reach_ms;
  }
  if (said->n_hubs == 0)
    VD_PLAN_FIND(check->findings, NO_HUB, "preparation", "");
  else if (nearest_ms > said->hub_reach_ms)
    VD_PLAN_FIND(check->findings, HUB_FAR, vd_plan_words("preparation.hubs[%zu].reach_ms", at).text,
                 vd_plan_duration(nearest_ms).text, pick(said->hubs[at]->name),
                 vd_plan_duration(said->hub_reach_ms).text);
}

static void check_costs(struct vd_plan_check *check)
{
  static const char *const hidden[] = {"overtime", "cleaning"};
  const Vd__PlanPreparation *said = check->plan->preparation;
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
    bool is_named = false;
    for (size_t j = 0; j < said->n_costs; j++)
      is_named |= strcmp(said->costs[j]->kind, hidden[i]) == 0 && *pick(said->costs[j]->terms);
    if (!is_named)
      VD_PLAN_FIND(check->findings, HIDDEN_COST, "preparation", "", hidden[i]);
  }
}

// ---- where attendees go ----

static bool is_public(const struct vd_plan_check *check, const Vd__PlanZone *zone)
{
  const Vd__Plan *plan = check->plan;
  size_t at = vd_plan_ids_from(&check->sessions_by_zone, zone->id);
  bool has_session =
      at < check->sessions_by_zone.count && strcmp(check->sessions_by_zone.items[at].id, zone->id) == 0;
  bool is_one = zone->tea_break || has_session;
  for (size_t i = 0; i < plan->n_lanes && !is_one; i++)
    is_one = strcmp(plan->lanes[i]->zone, zone->id) == 0;
  return is_one;
}

static void check_public_zones(struct vd_plan_check *check)
{
  for (size_t i = 0; i < check->plan->n_zones; i++) {
    const Vd__PlanZone *zone = check->plan->zones[i];
    if (!zone->step_free && is_public(check, zone))
      VD_PLAN_FIND(check->findings, PUBLIC_STEPS, vd_plan_words("zones[%zu]", i).text, zone->id);
  }
}

// ---- who is there ----

struct need {
  const char *path, *post;
  enum vd_plan_sentence missing, uncovered;
};

// Whether the post is named and known; says so where not.
static bool is_post(struct vd_plan_check *check, const struct need *need)
{
  if (*need->post == '\0') {
    VD_PLAN_SAY(check->findings, need->missing, "preparation", "");
    return false;
  }
  VD_PLAN_REFER(check, &check->posts, need->post, VD_NOUN_POST, need->path);
  return vd_plan_ids_have(&check->posts, need->post);
}

// From `from_ms` on somebody who holds the post is on duty until `until_ms`. True if so.
static bool check_held(struct vd_plan_check *check, const struct need *need, int64_t from_ms,
                       int64_t until_ms)
{
  int64_t held_ms = vd_plan_held_until(check->plan, need->post, from_ms);
  if (held_ms >= until_ms)
    return true;
  VD_PLAN_SAY(check->findings, need->uncovered, need->path, vd_plan_clock(check->plan->event, held_ms).text,
              need->post, vd_plan_clock(check->plan->event, until_ms).text);
  return false;
}

static bool is_talk(const Vd__PlanSession *session)
{
  return session->kind != VD__SESSION_KIND__SESSION_KIND_BREAK && session->start_at_ms < session->end_at_ms;
}

static int64_t first_talk(const Vd__Plan *plan)
{
  int64_t first_ms = plan->event->doors_at_ms + 30 * MINUTE;
  bool has_one = false;
  for (size_t i = 0; i < plan->n_sessions; i++) {
    int64_t start_ms = plan->sessions[i]->start_at_ms;
    if (is_talk(plan->sessions[i]) && start_ms > plan->event->doors_at_ms &&
        (!has_one || start_ms < first_ms)) {
      first_ms = start_ms;
      has_one = true;
    }
  }
  return first_ms;
}

static void check_check_in(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  const struct need need = {"preparation.check_in_help", plan->preparation->check_in_help,
                            VD_SAY_NO_CHECK_IN_HELP, VD_SAY_CHECK_IN_HELP_GAP};
  if ((plan->n_lanes > 0 || *need.post) && is_post(check, &need))
    check_held(check, &need, plan->event->doors_at_ms, first_talk(plan));
}

static void check_feedback(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  const struct need need = {"preparation.feedback_post", plan->preparation->feedback_post,
                            VD_SAY_NO_FEEDBACK_POST, VD_SAY_FEEDBACK_GAP};
  bool has_days = plan->event->end_at_ms - plan->event->start_at_ms > DAY; // then at sessions only
  if (!is_post(check, &need))
    return;
  if (!has_days)
    check_held(check, &need, plan->event->doors_at_ms, plan->event->end_at_ms);
  for (size_t i = 0; i < plan->n_sessions && has_days; i++)
    if (is_talk(plan->sessions[i]) &&
        !check_held(check, &need, plan->sessions[i]->start_at_ms, plan->sessions[i]->end_at_ms))
      return;
}

static void check_opinion(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  const struct need need = {"preparation.opinion_post", plan->preparation->opinion_post,
                            VD_SAY_NO_OPINION_POST, VD_SAY_OPINION_GAP};
  if (!is_post(check, &need))
    return;
  for (size_t i = 0; i < plan->n_sessions; i++)
    if (is_talk(plan->sessions[i]) &&
        !check_held(check, &need, plan->sessions[i]->start_at_ms, plan->sessions[i]->end_at_ms))
      return; // once is enough to be told
}

static void check_follow_up(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  const struct need need = {"preparation.follow_up_post", plan->preparation->follow_up_post,
                            VD_SAY_NO_FOLLOW_UP, VD_SAY_FOLLOW_UP_NOBODY};
  bool is_held = !is_post(check, &need);
  for (size_t i = 0; i < plan->n_crews && !is_held; i++)
    is_held = vd_plan_holds(plan->crews[i], need.post);
  if (!is_held)
    VD_PLAN_SAY(check->findings, need.uncovered, need.path, need.post);
}

// ---- nights ----

static int64_t local_midnight_after(const Vd__PlanEvent *event, int64_t at_ms)
{
  return ((at_ms + event->utc_offset_ms) / DAY + 1) * DAY - event->utc_offset_ms;
}

static void check_nights(struct vd_plan_check *check)
{
  const Vd__PlanEvent *event = check->plan->event;
  const struct need need = {"preparation.night_post", check->plan->preparation->night_post,
                            VD_SAY_NO_NIGHT_POST, VD_SAY_NIGHT_GAP};
  int64_t midnight_ms = local_midnight_after(event, event->start_at_ms);
  bool has_nights = midnight_ms < event->end_at_ms;
  if ((!has_nights && !*need.post) || !is_post(check, &need))
    return;
  for (; midnight_ms < event->end_at_ms; midnight_ms += DAY) {
    int64_t from_ms = midnight_ms - (24 - NIGHT_FROM_HOUR) * HOUR;
    int64_t until_ms = midnight_ms + NIGHT_UNTIL_HOUR * HOUR;
    from_ms = from_ms > event->start_at_ms ? from_ms : event->start_at_ms;
    until_ms = until_ms < event->end_at_ms ? until_ms : event->end_at_ms;
    if (!check_held(check, &need, from_ms, until_ms))
      return;
  }
}

// ---- languages ----

static bool speaks(const Vd__PlanCrew *crew, const char *skill)
{
  char *skills[] = {(char *)skill};
  return vd_plan_has_skills(crew, skills, 1);
}

// Until when somebody with the skill is on duty without a gap.
static int64_t spoken_until(const Vd__Plan *plan, const char *skill, int64_t from_ms)
{
  for (bool goes_on = true; goes_on;) {
    goes_on = false;
    for (size_t i = 0; i < plan->n_crews; i++)
      for (size_t j = 0; speaks(plan->crews[i], skill) && j < plan->crews[i]->n_shifts; j++) {
        const Vd__Shift *shift = plan->crews[i]->shifts[j];
        if (shift->start_at_ms <= from_ms && shift->end_at_ms > from_ms) {
          from_ms = shift->end_at_ms;
          goes_on = true;
        }
      }
  }
  return from_ms;
}

static void check_language(struct vd_plan_check *check, size_t at)
{
  const Vd__Plan *plan = check->plan;
  const Vd__PlanLanguage *language = plan->preparation->languages[at];
  struct vd_plan_words path = vd_plan_words("preparation.languages[%zu]", at);
  struct vd_plan_words skill = vd_plan_words("lang-%s", language->language);
  int64_t from_ms = plan->event->doors_at_ms, until_ms = plan->event->end_at_ms;
  if (!vd_word_is_valid(skill.text) || *language->language == '\0') {
    VD_PLAN_FIND(check->findings, NO_SKILL_WORD, path.text, language->language);
    return;
  }
  if (*language->session) {
    size_t session = vd_plan_ids_at(&check->sessions, language->session);
    VD_PLAN_REFER(check, &check->sessions, language->session, VD_NOUN_SESSION,
                  vd_plan_words("%s.session", path.text).text);
    if (session == SIZE_MAX)
      return;
    from_ms = plan->sessions[session]->start_at_ms;
    until_ms = plan->sessions[session]->end_at_ms;
  }
  int64_t spoken_ms = spoken_until(plan, skill.text, from_ms);
  if (spoken_ms < until_ms)
    VD_PLAN_FIND(check->findings, NOT_SPOKEN, path.text, language->language, skill.text,
                 vd_plan_clock(plan->event, spoken_ms).text);
}

// ---- food ----

// What is brewed on the spot may go stale without batches; an event of which nothing comes in batches has none.
static void check_food(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  bool has_batches = false;
  size_t stale = SIZE_MAX;
  for (size_t i = plan->n_supplies; i-- > 0;) {
    has_batches |= plan->supplies[i]->n_batches > 0;
    stale = plan->supplies[i]->holding_ms > 0 ? i : stale;
  }
  if (!has_batches && stale != SIZE_MAX)
    VD_PLAN_FIND(check->findings, NO_BATCHES, vd_plan_words("supplies[%zu].id", stale).text,
                 plan->supplies[stale]->id);
  if (has_batches && *plan->preparation->sample_fridge == '\0')
    VD_PLAN_FIND(check->findings, NO_FRIDGE, "preparation", "");
}

// ---- agreed and rehearsed ----

static void check_restoration(struct vd_plan_check *check)
{
  const Vd__PlanPreparation *said = check->plan->preparation;
  if (said->restoration_agreed_at_ms == 0)
    VD_PLAN_FIND(check->findings, RESTORATION_UNSAID, "preparation", "");
  else if (*said->restoration_with == '\0')
    VD_PLAN_FIND(check->findings, RESTORATION_ALONE, "preparation.restoration_agreed_at_ms", "");
}

static void check_drill(struct vd_plan_check *check)
{
  const Vd__PlanEvent *event = check->plan->event;
  const Vd__PlanPreparation *said = check->plan->preparation;
  int64_t ago_ms = event->start_at_ms - said->last_drill_at_ms;
  if (said->drill_every_ms <= 0 || said->drill_every_ms > 1000 * DAY)
    VD_PLAN_FIND(check->findings, NUMBER_RANGE, "preparation.drill_every_ms",
                 vd_plan_duration(said->drill_every_ms).text, vd_plan_duration(1).text,
                 vd_plan_duration(1000 * DAY).text);
  else if (said->drill_every_ms > DRILL_DAYS * DAY)
    VD_PLAN_FIND(check->findings, DRILL_SELDOM, "preparation.drill_every_ms",
                 vd_plan_duration(said->drill_every_ms).text);
  if (said->last_drill_at_ms == 0)
    VD_PLAN_FIND(check->findings, NO_DRILL, "preparation", "");
  else if (ago_ms > said->drill_every_ms)
    VD_PLAN_FIND(check->findings, DRILL_OLD, "preparation.last_drill_at_ms", vd_plan_duration(ago_ms).text,
                 vd_plan_duration(said->drill_every_ms).text);
  else if (ago_ms < 0)
    VD_PLAN_FIND(check->findings, DRILL_AFTER, "preparation.last_drill_at_ms",
                 vd_plan_clock(event, said->last_drill_at_ms).text);
}

// ---- what displays say (3秒認知原則) ----

static unsigned count_characters(const char *text)
{
  unsigned count = 0;
  for (; *text; text++)
    count += ((unsigned char)*text & 0xC0) != 0x80 && *text != ' ';
  return count;
}

static unsigned count_words(const char *text)
{
  unsigned count = 0;
  for (bool is_inside = false; *text; text++) {
    count += *text != ' ' && !is_inside;
    is_inside = *text != ' ';
  }
  return count;
}

static void say_long(struct vd_plan_check *check, size_t at, const char *language, unsigned count,
                     unsigned most, enum vd_plan_sentence sentence)
{
  if (count > most)
    VD_PLAN_SAY(check->findings, sentence, vd_plan_words("displays[%zu].text.%s", at, language).text,
                vd_plan_words("%u", count).text, vd_plan_words("%u", most).text,
                check->plan->displays[at]->id);
}

static void check_display(struct vd_plan_check *check, size_t at)
{
  const Vd__PlanPreparation *said = check->plan->preparation;
  const Vd__PlanDisplay *display = check->plan->displays[at];
  const Vd__Text *text = display->text;
  if (!text || !*text->en || !*text->zh_hant || !*text->zh_hans)
    VD_PLAN_FIND(check->findings, DISPLAY_LANGUAGE, vd_plan_words("displays[%zu]", at).text, display->id);
  if (!text)
    return;
  say_long(check, at, "en", count_words(text->en), said->display_words, VD_SAY_DISPLAY_WORDS);
  say_long(check, at, "zh_hant", count_characters(text->zh_hant), said->display_characters,
           VD_SAY_DISPLAY_CHARACTERS);
  say_long(check, at, "zh_hans", count_characters(text->zh_hans), said->display_characters,
           VD_SAY_DISPLAY_CHARACTERS);
}

static void check_displays(struct vd_plan_check *check)
{
  const Vd__PlanPreparation *said = check->plan->preparation;
  if (said->display_words > WORDS)
    VD_PLAN_FIND(check->findings, DISPLAY_MORE_WORDS, "preparation.display_words",
                 vd_plan_words("%u", (unsigned)said->display_words).text);
  if (said->display_characters > CHARACTERS)
    VD_PLAN_FIND(check->findings, DISPLAY_MORE_CHARACTERS, "preparation.display_characters",
                 vd_plan_words("%u", (unsigned)said->display_characters).text);
  for (size_t i = 0; i < check->plan->n_displays; i++)
    check_display(check, i);
}

void vd_plan_check_preparation(struct vd_plan_check *check)
{
  const Vd__Plan *plan = check->plan;
  vd_plan_check_resources(check); // they are named by ids, whatever is said
  if (!plan->preparation) {
    if (plan->event->participants > 0)
      VD_PLAN_FIND(check->findings, NO_PREPARATION, "event", "");
    return;
  }
  check_reserve(check);
  check_hubs(check);
  check_costs(check);
  check_public_zones(check);
  check_check_in(check);
  check_feedback(check);
  check_opinion(check);
  check_follow_up(check);
  check_nights(check);
  for (size_t i = 0; i < plan->preparation->n_languages; i++)
    check_language(check, i);
  check_food(check);
  check_restoration(check);
  check_drill(check);
  check_displays(check);
  vd_plan_check_materials(check);
}
