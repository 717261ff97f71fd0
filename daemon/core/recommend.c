// Who could take the work: what speaks against each person, and the order of those nothing speaks against.
#include <stdlib.h>
#include <string.h>

#include "daemon/core/crew.h"
#include "daemon/core/dispatch_internal.h"
#include "daemon/core/drill.h"
#include "daemon/core/resource.h"

enum {
  LOAD_COUNTED = 64, // beyond this everybody is equally overloaded
  RECOMMENDED_MAX = 64,
};

// One incident's search: what is the same for every candidate.
struct search {
  struct vd_venue *venue;
  const Vd__Incident *incident;
  const Vd__Policy *policy;
  char *const *skills;
  size_t n_skills;
  bool is_worst;
  // Who was asked in this attempt, sorted by crew; NULL while nobody was.
  const Vd__Offer **asked;
  size_t asked_count;
};

static int compare_asked(const void *a, const void *b)
{
  const Vd__Offer *left = *(const Vd__Offer *const *)a, *right = *(const Vd__Offer *const *)b;
  int order = strcmp(left->crew, right->crew);
  return order != 0 ? order : (left > right) - (left < right);
}

static void collect_asked(struct search *search)
{
  const Vd__Attempt *attempt = vd_incident_attempt(search->venue, search->incident);
  if (!attempt || attempt->offers == 0)
    return;
  search->asked = vd_alloc(attempt->offers * sizeof *search->asked);
  for (Vd__Offer *offer = NULL; (offer = vd_offer_each(search->venue, search->incident, offer));)
    if (!offer->handover && search->asked_count < attempt->offers)
      search->asked[search->asked_count++] = offer;
  qsort(search->asked, search->asked_count, sizeof *search->asked, compare_asked);
}

static struct search search_begin(struct vd_venue *venue, const Vd__Incident *incident)
{
  const Vd__Category *category = VD_FIND(venue, CATEGORY, Category, incident->category);
  struct search search = {
      .venue = venue,
      .incident = incident,
      .policy = vd_policy(venue),
      .skills = category ? category->skills : NULL,
      .n_skills = category ? category->n_skills : 0,
      .is_worst = incident->severity >= VD_SEVERITY_WORST,
  };
  collect_asked(&search);
  return search;
}

static void search_end(struct search *search)
{
  free(search->asked);
}

// ---- what speaks against a person ----

static bool has_word(char *const *words, size_t count, const char *word)
{
  for (size_t i = 0; i < count; i++)
    if (strcmp(words[i], word) == 0)
      return true;
  return false;
}

static bool has_skills(const struct search *search, const Vd__Crew *crew)
{
  for (size_t i = 0; i < search->n_skills; i++)
    if (!has_word(crew->skills, crew->n_skills, search->skills[i]))
      return false;
  return true;
}

static bool is_of_team(const struct vd_venue *venue, const Vd__Crew *crew, const char *team)
{
  for (size_t i = 0; i < crew->n_posts; i++) {
    const Vd__Post *post = VD_FIND(venue, POST, Post, crew->posts[i]);
    if (post && strcmp(post->team, team) == 0)
      return true;
  }
  return false;
}

// Work that asks for no skill is not the commander's all the same.
static bool is_of_the_field(const struct search *search, const Vd__Crew *crew)
{
  return search->n_skills > 0 || is_of_team(search->venue, crew, search->policy->respond_team) ||
         is_of_team(search->venue, crew, search->policy->land_team);
}

static bool is_of_zone(const struct search *search, const Vd__Crew *crew)
{
  const char *zone = search->incident->zone;
  return strcmp(zone, VD_ZONE_UNKNOWN) == 0 || vd_crew_answers_for(crew, zone);
}

// A person asked more than once (withdrawn, unanswered and asked again) is judged by all answers.
static unsigned answers_of(const struct search *search, const Vd__Crew *crew)
{
  unsigned obstacles = 0;
  size_t low = 0, high = search->asked_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp(search->asked[middle]->crew, crew->id) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  for (; low < search->asked_count && strcmp(search->asked[low]->crew, crew->id) == 0; low++) {
    if (search->asked[low]->state == VD__OFFER_STATE__OFFER_STATE_DECLINED)
      obstacles |= VD_OBSTACLE_DECLINED;
    if (search->asked[low]->state == VD__OFFER_STATE__OFFER_STATE_EXPIRED)
      obstacles |= VD_OBSTACLE_UNANSWERED;
  }
  return obstacles;
}

static size_t count_of(const struct search *search, const char *list, const Vd__Crew *crew)
{
  return vd_index_count(search->venue->index, vd_key_of(list, crew->id, "/").text);
}

static unsigned drill_obstacles_of(const struct search *search, const Vd__Crew *crew)
{
  unsigned obstacles = 0;
  if (search->incident->drill == 0)
    return obstacles;
  if (!vd_drill_includes(search->venue, search->incident, crew->id))
    obstacles |= VD_OBSTACLE_NO_PART;
  if (count_of(search, "work/", crew) + count_of(search, "offer/", crew) + count_of(search, "asked/", crew) > 0)
    obstacles |= VD_OBSTACLE_REAL_WORK;
  return obstacles;
}

static unsigned obstacles_of(const struct search *search, const Vd__Crew *crew)
{
  unsigned obstacles = answers_of(search, crew);
  if (!crew->on_duty || crew->retired)
    obstacles |= VD_OBSTACLE_OFF_DUTY;
  if (!vd_crew_is_reachable(crew))
    obstacles |= VD_OBSTACLE_UNREACHABLE;
  if (!has_skills(search, crew))
    obstacles |= VD_OBSTACLE_NO_SKILL;
  if (!is_of_zone(search, crew))
    obstacles |= VD_OBSTACLE_OTHER_ZONE;
  if (!is_of_the_field(search, crew))
    obstacles |= VD_OBSTACLE_OTHER_TEAM;
  if (strcmp(search->incident->holder, crew->id) == 0)
    obstacles |= VD_OBSTACLE_HOLDS_IT;
  return obstacles | drill_obstacles_of(search, crew);
}

// ---- how good a person is ----

static bool holds_worst(const struct search *search, const char *prefix)
{
  unsigned looked_at = 0;
  for (const char *key = NULL;
       looked_at++ < LOAD_COUNTED && (key = vd_index_next(search->venue->index, prefix, key));) {
    const Vd__Incident *held = VD_FIND(search->venue, INCIDENT, Incident, vd_index_last_field(key));
    if (held && held != search->incident && held->severity >= VD_SEVERITY_WORST)
      return true;
  }
  return false;
}

static unsigned count_up_to(size_t count)
{
  return count < LOAD_COUNTED ? (unsigned)count : LOAD_COUNTED;
}

static void weigh(const struct search *search, struct vd_candidate *candidate)
{
  const Vd__Crew *crew = candidate->crew;
  struct vd_key work = vd_key_of("work/", crew->id, "/");
  struct vd_key offers = vd_key_of("offer/", crew->id, "/");
  bool is_drill = search->incident->drill != 0;
  candidate->walk_ms = vd_walk_ms(search->venue, vd_crew_whereabouts(crew), search->incident->zone);
  size_t drilled = count_of(search, "drill-work/", crew), invited = count_of(search, "drill-offer/", crew);
  candidate->is_in_drill = drilled + invited > 0;
  candidate->load = count_up_to(is_drill ? drilled : vd_index_count(search->venue->index, work.text));
  candidate->offered = count_up_to(is_drill ? invited : vd_index_count(search->venue->index, offers.text));
  candidate->holds_worst = search->is_worst && candidate->load > 0 && holds_worst(search, work.text);
}

static bool is_busy(const struct vd_candidate *candidate)
{
  return candidate->load + candidate->offered > 0;
}

static int compare_numbers(int64_t a, int64_t b)
{
  return (a > b) - (a < b);
}

// Negative: `a` is the better choice. Total: the last word has the id.
static int compare(const struct search *search, const struct vd_candidate *a, const struct vd_candidate *b)
{
  int by_walk = compare_numbers(a->walk_ms, b->walk_ms);
  int by_busy = compare_numbers(is_busy(a), is_busy(b));
  const int orders[] = {
      compare_numbers(a->holds_worst, b->holds_worst),
      search->is_worst ? by_walk : by_busy,
      search->is_worst ? by_busy : by_walk,
      compare_numbers(a->load + a->offered, b->load + b->offered),
      compare_numbers(a->crew->rank, b->crew->rank),
  };
  for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
    if (orders[i] != 0)
      return orders[i];
  return strcmp(a->crew->id, b->crew->id);
}

// ---- the best of those on duty ----

static void consider_on_duty(const struct search *search, const char *prefix, struct vd_candidate *best)
{
  for (const char *key = NULL; (key = vd_index_next(search->venue->index, prefix, key));) {
    struct vd_candidate candidate = {.crew = VD_FIND(search->venue, CREW, Crew, vd_index_last_field(key))};
    if (!candidate.crew || obstacles_of(search, candidate.crew) != 0)
      continue;
    weigh(search, &candidate);
    if (!best->crew || compare(search, &candidate, best) < 0)
      *best = candidate;
  }
}

struct vd_candidate vd_candidate_best(struct vd_venue *venue, const Vd__Incident *incident)
{
  struct search search = search_begin(venue, incident);
  struct vd_candidate best = {.crew = NULL};
  if (search.n_skills > 0) {
    consider_on_duty(&search, "duty/", &best);
  } else {
    consider_on_duty(&search, vd_key_of("duty/", search.policy->respond_team, "/").text, &best);
    consider_on_duty(&search, vd_key_of("duty/", search.policy->land_team, "/").text, &best);
  }
  search_end(&search);
  return best;
}

struct vd_candidate vd_candidate_of(struct vd_venue *venue, const Vd__Incident *incident,
                                    const Vd__Crew *crew)
{
  struct search search = search_begin(venue, incident);
  struct vd_candidate candidate = {.crew = crew, .obstacles = obstacles_of(&search, crew)};
  weigh(&search, &candidate);
  search_end(&search);
  return candidate;
}

// ---- the reasons, as words ----

static void say(char ***words, size_t *count, const char *word, const char *of)
{
  vd_strings_add(words, count, vd_key_of(word, of, "").text);
}

static void say_number(char ***words, size_t *count, const char *word, uint64_t number, const char *unit)
{
  struct vd_key said = vd_key_of(word, "", "");
  vd_key_add_number(&said, number);
  vd_key_add(&said, unit);
  vd_strings_add(words, count, said.text);
}

static void say_missing_skills(const struct vd_venue *venue, const Vd__Incident *incident,
                               const Vd__Crew *crew, char ***words, size_t *count)
{
  const Vd__Category *category = VD_FIND(venue, CATEGORY, Category, incident->category);
  for (size_t i = 0; category && i < category->n_skills; i++)
    if (!has_word(crew->skills, crew->n_skills, category->skills[i]))
      say(words, count, "no-skill:", category->skills[i]);
}

void vd_candidate_obstacles(const struct vd_venue *venue, const Vd__Incident *incident,
                            const struct vd_candidate *candidate, char ***words, size_t *count)
{
  bool on_break = candidate->crew->said == VD__DUTY__DUTY_BREAK;
  const struct {
    unsigned obstacle;
    const char *word;
  } said[] = {
      {VD_OBSTACLE_OFF_DUTY, on_break ? "on-break" : "off-duty"},
      {VD_OBSTACLE_UNREACHABLE, "unreachable"},
      {VD_OBSTACLE_OTHER_ZONE, "other-zone"},
      {VD_OBSTACLE_OTHER_TEAM, "other-team"},
      {VD_OBSTACLE_HOLDS_IT, "holds-it"},
      {VD_OBSTACLE_DECLINED, "declined"},
      {VD_OBSTACLE_UNANSWERED, "unanswered"},
      {VD_OBSTACLE_NO_PART, "no-part-in-drill"},
      {VD_OBSTACLE_REAL_WORK, "real-work"},
  };
  for (size_t i = 0; i < sizeof said / sizeof *said; i++)
    if (candidate->obstacles & said[i].obstacle)
      say(words, count, said[i].word, "");
  if (candidate->obstacles & VD_OBSTACLE_NO_SKILL)
    say_missing_skills(venue, incident, candidate->crew, words, count);
}

static void say_for(const struct search *search, const struct vd_candidate *candidate, char ***words,
                    size_t *count)
{
  say(words, count, "on-duty", "");
  if (!is_busy(candidate))
    say(words, count, "free", "");
  if (candidate->is_in_drill && search->incident->drill == 0)
    say(words, count, "in-a-drill", "");
  for (size_t i = 0; i < search->n_skills; i++)
    say(words, count, "skill:", search->skills[i]);
  if (candidate->walk_ms == VD_NEVER)
    say(words, count, "walk:unknown", "");
  else
    say_number(words, count, "walk:", (uint64_t)candidate->walk_ms / 1000, "s");
  if (candidate->load > 0)
    say_number(words, count, "load:", candidate->load, "");
  if (candidate->offered > 0)
    say_number(words, count, "offered:", candidate->offered, "");
  if (candidate->holds_worst)
    say(words, count, "holds-severity-4", "");
  if (!candidate->crew->has_phone)
    say(words, count, "radio-only", "");
}

// ---- the whole recommendation ----

struct ranking {
  struct vd_candidate best[RECOMMENDED_MAX]; // in order
  size_t count;
};

static unsigned count_bits(unsigned bits)
{
  unsigned count = 0;
  for (; bits; bits &= bits - 1)
    count++;
  return count;
}

// Who lacks one thing only comes before who lacks two.
static bool is_before(const struct search *search, const struct vd_candidate *a, const struct vd_candidate *b)
{
  int by_obstacles = compare_numbers(count_bits(a->obstacles), count_bits(b->obstacles));
  return (by_obstacles != 0 ? by_obstacles : compare(search, a, b)) < 0;
}

static void rank(const struct search *search, struct ranking *ranking, const struct vd_candidate *candidate)
{
  size_t at = ranking->count;
  while (at > 0 && is_before(search, candidate, &ranking->best[at - 1]))
    at--;
  if (at == RECOMMENDED_MAX)
    return;
  if (ranking->count < RECOMMENDED_MAX)
    ranking->count++;
  memmove(&ranking->best[at + 1], &ranking->best[at], (ranking->count - 1 - at) * sizeof *candidate);
  ranking->best[at] = *candidate;
}

static Vd__Candidate *candidate_new(const struct search *search, const struct vd_candidate *ranked)
{
  Vd__Candidate *candidate = (Vd__Candidate *)vd_message_new(&vd__candidate__descriptor);
  vd_string_set(&candidate->crew, ranked->crew->id);
  candidate->suitable = ranked->obstacles == 0;
  candidate->walk_ms = ranked->walk_ms == VD_NEVER ? 0 : ranked->walk_ms;
  candidate->load = ranked->load;
  if (candidate->suitable)
    say_for(search, ranked, &candidate->reasons, &candidate->n_reasons);
  else
    vd_candidate_obstacles(search->venue, search->incident, ranked, &candidate->reasons,
                           &candidate->n_reasons);
  return candidate;
}

// Of the ranking, in which whoever is suitable comes first; a free person may come after a busy one that is
// nearer.
static struct vd_own_crew own_crew(const struct ranking *ranking)
{
  struct vd_own_crew own = {.walk_ms = VD_NEVER};
  for (size_t i = 0; i < ranking->count && ranking->best[i].obstacles == 0; i++) {
    own.has_suitable = true;
    own.has_free |= !is_busy(&ranking->best[i]);
    if (ranking->best[i].walk_ms < own.walk_ms)
      own.walk_ms = ranking->best[i].walk_ms;
  }
  return own;
}

Vd__Recommendation *vd_venue_recommend(const struct vd_venue *venue, uint64_t incident, int64_t now_ms,
                                       struct vd_refusal *refusal)
{
  const Vd__Incident *found = vd_incident_find(venue, incident);
  if (!found) {
    vd_refuse(refusal, VD_ERR_UNKNOWN_INCIDENT, "incident", "there is no #%llu",
              (unsigned long long)incident);
    return NULL;
  }
  // Only the cache of walking times is written to.
  struct search search = search_begin((struct vd_venue *)venue, found);
  struct ranking ranking = {.count = 0};
  const Vd__Crew *crew;
  for (const char *after = NULL;
       (crew = (Vd__Crew *)vd_fold_next(venue->fold, VD__KIND__KIND_CREW, after, "")); after = crew->id) {
    if (crew->retired)
      continue;
    struct vd_candidate candidate = {.crew = crew, .obstacles = obstacles_of(&search, crew)};
    weigh(&search, &candidate);
    rank(&search, &ranking, &candidate);
  }
  Vd__Recommendation *recommendation = (Vd__Recommendation *)vd_message_new(&vd__recommendation__descriptor);
  recommendation->incident = incident;
  for (size_t i = 0; i < ranking.count; i++)
    VD_REPEATED_ADD(recommendation->candidates, recommendation->n_candidates,
                    candidate_new(&search, &ranking.best[i]));
  struct vd_own_crew crew_of_ours = own_crew(&ranking);
  search_end(&search);
  vd_resource_recommend((struct vd_venue *)venue, found, &crew_of_ours, now_ms, recommendation);
  return recommendation;
}
