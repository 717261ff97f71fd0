// Finding people, and what is known of them: where they are, how they can be reached.
#include "daemon/core/crew.h"

#include <string.h>

#include "daemon/core/dispatch.h"
#include "daemon/core/incident_internal.h"
#include "daemon/core/key.h"
#include "daemon/core/task.h"

// A refusal looks at so many names for the nearest one, no more.
enum { NEAREST_MAX = 1000 };

// ---- finding ----

static bool is_among(const char *const *ids, const char *id)
{
  for (; ids && *ids; ids++)
    if (strcmp(*ids, id) == 0)
      return true;
  return false;
}

bool vd_crew_holds_post(const Vd__Crew *crew, const char *post)
{
  for (size_t i = 0; i < crew->n_posts; i++)
    if (strcmp(crew->posts[i], post) == 0)
      return true;
  return false;
}

bool vd_crew_answers_for(const Vd__Crew *crew, const char *zone)
{
  for (size_t i = 0; i < crew->n_zones; i++)
    if (strcmp(crew->zones[i], zone) == 0)
      return true;
  return crew->n_zones == 0;
}

bool vd_crew_is_reachable(const Vd__Crew *crew)
{
  return crew->has_phone || crew->reach != VD__REACH__REACH_RADIO_DEAD;
}

const char *vd_crew_whereabouts(const Vd__Crew *crew)
{
  return *crew->place ? crew->place : crew->home;
}

Vd__Crew *vd_crew_on_post(const struct vd_venue *venue, const char *post, const char *zone,
                          const char *const *except)
{
  struct vd_key prefix = vd_key_of("post/", post, "/");
  Vd__Crew *other = NULL;
  for (const char *key = NULL; (key = vd_index_next(venue->index, prefix.text, key));) {
    Vd__Crew *crew = VD_FIND(venue, CREW, Crew, vd_index_last_field(key));
    if (!crew || !crew->on_duty || !vd_crew_holds_post(crew, post) || is_among(except, crew->id))
      continue;
    if (vd_crew_answers_for(crew, zone))
      return crew;
    if (!other)
      other = crew;
  }
  return other;
}

static Vd__Crew *find_by_sign(const struct vd_venue *venue, const char *name)
{
  char sign[VD_INDEX_SIGN_MAX];
  if (vd_index_fold_sign(name, sign, sizeof sign) == 0)
    return NULL;
  struct vd_key prefix = vd_key_of("sign/", sign, "/");
  const char *key = vd_index_next(venue->index, prefix.text, NULL);
  return key ? VD_FIND(venue, CREW, Crew, vd_index_last_field(key)) : NULL;
}

static void name_nearest(const struct vd_venue *venue, const char *name, struct vd_refusal *refusal)
{
  const char *best = NULL, *after = NULL;
  unsigned distance = UINT32_MAX, looked_at = 0;
  const Vd__Crew *crew;
  while (looked_at++ < NEAREST_MAX &&
         (crew = (Vd__Crew *)vd_fold_next(venue->fold, VD__KIND__KIND_CREW, after, ""))) {
    after = crew->id;
    if (crew->retired)
      continue;
    vd_nearest_consider(name, crew->id, &best, &distance);
    vd_nearest_consider(name, crew->call_sign, &best, &distance);
  }
  if (best)
    memcpy(refusal->nearest, best, strnlen(best, sizeof refusal->nearest - 1));
}

enum vd_err vd_crew_get_field(const struct vd_venue *venue, const char *name, const char *field,
                              Vd__Crew **crew, struct vd_refusal *refusal)
{
  *crew = VD_FIND(venue, CREW, Crew, name);
  if (!*crew)
    *crew = find_by_sign(venue, name);
  if (*crew)
    return VD_OK;
  if (*name == '\0')
    return vd_refuse(refusal, VD_ERR_MISSING, field, "nobody is named");
  vd_refuse(refusal, VD_ERR_UNKNOWN_CREW, field, "%s", name);
  if (refusal)
    name_nearest(venue, name, refusal);
  return VD_ERR_UNKNOWN_CREW;
}

enum vd_err vd_crew_get(const struct vd_venue *venue, const char *name, Vd__Crew **crew,
                        struct vd_refusal *refusal)
{
  return vd_crew_get_field(venue, name, NULL, crew, refusal);
}

// ---- where they are ----

enum vd_err vd_crew_set_place(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__SetPlace *set = act->command->place;
  Vd__Crew *crew = NULL;
  enum vd_err err = vd_crew_get_field(act->venue, set->crew, "place.crew", &crew, refusal);
  if (err == VD_OK)
    err = vd_incident_know(act->venue, VD__KIND__KIND_ZONE, set->zone, "place.zone", refusal);
  if (err != VD_OK)
    return err;
  int64_t at_ms = vd_act_acted_at(act);
  if (at_ms < crew->place_at_ms)
    return VD_OK; // told late: where they went since is known already
  vd_act_touch(act, VD__KIND__KIND_CREW, &crew->base);
  vd_string_set(&crew->place, set->zone);
  crew->place_at_ms = at_ms;
  Vd__Fact *fact = vd_act_fact(act, VD_FACT_PLACED);
  vd_string_set(&fact->crew, crew->id);
  vd_string_set(&fact->zone, crew->place);
  return VD_OK;
}

// ---- how they can be reached ----

enum vd_err vd_crew_set_reach(struct vd_act *act, Vd__Reply *reply, struct vd_refusal *refusal)
{
  (void)reply;
  const Vd__SetReach *set = act->command->reach;
  Vd__Crew *crew = NULL;
  enum vd_err err = vd_crew_get_field(act->venue, set->crew, "reach.crew", &crew, refusal);
  if (err != VD_OK)
    return err;
  if (set->reach == VD__REACH__REACH_UNSPECIFIED)
    return vd_refuse(refusal, VD_ERR_MISSING, "reach.reach", "ok or radio-dead");
  bool was_dead = crew->reach == VD__REACH__REACH_RADIO_DEAD;
  bool is_dead = set->reach == VD__REACH__REACH_RADIO_DEAD;
  if (was_dead == is_dead)
    return VD_OK;
  bool was_reachable = vd_crew_is_reachable(crew);
  vd_act_touch(act, VD__KIND__KIND_CREW, &crew->base);
  crew->reach = set->reach;
  Vd__Fact *fact = vd_act_fact(act, VD_FACT_REACH_SET);
  vd_string_set(&fact->crew, crew->id);
  vd_string_set(&fact->text, is_dead ? "radio-dead" : "ok");
  if (was_reachable && !vd_crew_is_reachable(crew)) {
    vd_dispatch_left(act, crew);
    vd_task_left(act, crew);
  } else if (!was_reachable && vd_crew_is_reachable(crew)) {
    vd_dispatch_came(act, crew);
    vd_task_came(act, crew);
  }
  return VD_OK;
}
