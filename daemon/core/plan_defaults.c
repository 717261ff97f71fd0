// Where a plan is silent the standard speaks (docs/plan.md), and two things exist in every plan: a zone for a
// report that does not say where, a category for one that does not say what (standard §4 "Reports are never
// lost").
#include <stddef.h>
#include <string.h>

#include "daemon/core/plan_internal.h"
#include "proto/message.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

static void fill(int64_t *field, int64_t value)
{
  if (*field == 0)
    *field = value;
}

static void fill_count(uint32_t *field, uint32_t value)
{
  if (*field == 0)
    *field = value;
}

static void fill_word(char **field, const char *value)
{
  if (**field == '\0')
    vd_string_set(field, value);
}

static Vd__Text *text_new(const char *en, const char *zh_hant, const char *zh_hans)
{
  Vd__Text *text = (Vd__Text *)vd_message_new(&vd__text__descriptor);
  vd_string_set(&text->en, en);
  vd_string_set(&text->zh_hant, zh_hant);
  vd_string_set(&text->zh_hans, zh_hans);
  return text;
}

static void fill_policy(Vd__Policy *policy)
{
  fill(&policy->respond_limit_ms, 5 * MINUTE);
  fill(&policy->decide_limit_ms, 10 * MINUTE);
  fill(&policy->land_limit_ms, 20 * MINUTE);
  fill_count(&policy->warn_percent, 80);
  fill(&policy->climb_after_ms, 2 * MINUTE);
  fill_count(&policy->commander_severity, 3);
  fill(&policy->offer_timeout_ms, 60 * SECOND);
  fill(&policy->offer_timeout_radio_ms, 120 * SECOND);
  fill(&policy->decision_call_ms, 60 * SECOND);
  fill(&policy->undo_window_ms, 2 * MINUTE);
  fill(&policy->late_entry_ms, 30 * MINUTE);
  fill(&policy->future_skew_ms, 5 * SECOND);
  fill(&policy->looks_like_ms, 10 * MINUTE);
  fill(&policy->reopen_ms, 15 * MINUTE);
  fill_count(&policy->digest_from, 3);
  fill_count(&policy->closed_kept, 2000);
  fill_count(&policy->crowded_percent, 90);
  fill_count(&policy->crowded_clear_percent, 80);
  fill(&policy->crowded_after_ms, 2 * MINUTE);
  fill_count(&policy->tea_seats_percent, 20);
  fill_count(&policy->fault_after_beats, 3);
  fill(&policy->flap_ms, 10 * MINUTE);
  fill(&policy->fault_soon_ms, 30 * MINUTE);
  fill_count(&policy->fault_audience_percent, 50);
  fill(&policy->dense_limit_ms, 90 * MINUTE);
  fill(&policy->overrun_grace_ms, 2 * MINUTE);
  fill(&policy->notice_settle_ms, 3 * MINUTE);
  fill(&policy->notice_cool_down_ms, 10 * MINUTE);
  fill(&policy->sample_limit_ms, 15 * MINUTE);
  fill_count(&policy->sample_weight_g, 125);
  fill(&policy->sample_keep_ms, 48 * INT64_C(60) * MINUTE);
  fill(&policy->dispose_limit_ms, 24 * INT64_C(60) * MINUTE);
  fill(&policy->lane_wait_ms, 10 * MINUTE);
  fill(&policy->lane_measure_ms, 5 * MINUTE);
  fill_word(&policy->respond_team, "onsite");
  fill_word(&policy->decide_team, "decision");
  fill_word(&policy->land_team, "execution");
  fill_word(&policy->respond_lead, "onsite-lead");
  fill_word(&policy->decide_lead, "decision-lead");
  fill_word(&policy->land_lead, "execution-lead");
  fill_word(&policy->supervisor, "supervisor");
  fill_word(&policy->commander, "commander");
  fill_word(&policy->control, "control");
  fill_word(&policy->safety, "safety");
  fill_word(&policy->supply_team, policy->land_team);
}

// The standard gives no severities: house default, and the worst for what threatens lives.
static void fill_category(Vd__PlanCategory *category)
{
  if (category->family == VD__FAMILY__FAMILY_UNSPECIFIED)
    category->family = VD__FAMILY__FAMILY_OTHER;
  fill_count(&category->severity, category->family == VD__FAMILY__FAMILY_LIFE_SAFETY ? 4 : 2);
}

// A fault is of the plan's first category for faults of devices, where the device does not say which.
static void fill_device(const Vd__Plan *plan, Vd__PlanDevice *device)
{
  for (size_t i = 0; i < plan->n_categories && *device->category == '\0'; i++)
    if (plan->categories[i]->family == VD__FAMILY__FAMILY_DEVICE_FAULT)
      vd_string_set(&device->category, plan->categories[i]->id);
  fill_word(&device->category, "other");
}

static void fill_supply(const Vd__Policy *policy, Vd__PlanSupply *supply)
{
  fill(&supply->lead_ms, 15 * MINUTE);
  fill_word(&supply->team, policy->supply_team);
}

static const char *team_of_post(const Vd__Plan *plan, const char *post)
{
  for (size_t i = 0; i < plan->n_posts; i++)
    if (strcmp(plan->posts[i]->id, post) == 0)
      return plan->posts[i]->team;
  return "";
}

static void fill_after(Vd__Conversion *conversion, Vd__ZoneStatus after)
{
  if (conversion->after == VD__ZONE_STATUS__ZONE_STATUS_UNSPECIFIED)
    conversion->after = after;
}

// What is left is closed at the end, what takes over is open (standard §3: converted within 15 min).
static void fill_contingency(const Vd__Plan *plan, Vd__PlanContingency *contingency)
{
  fill(&contingency->within_ms, 15 * MINUTE);
  fill_word(&contingency->team, plan->policy->land_team);
  for (size_t i = 0; i < contingency->n_from; i++)
    fill_after(contingency->from[i], VD__ZONE_STATUS__ZONE_STATUS_CLOSED);
  for (size_t i = 0; i < contingency->n_to; i++)
    fill_after(contingency->to[i], VD__ZONE_STATUS__ZONE_STATUS_OPEN);
  const char *zone = contingency->n_from > 0 ? contingency->from[0]->zone
                     : contingency->n_to > 0 ? contingency->to[0]->zone
                                             : "unknown";
  for (size_t i = 0; i < contingency->n_tasks; i++) {
    Vd__PlanStep *task = contingency->tasks[i];
    fill(&task->within_ms, contingency->within_ms);
    fill_word(&task->zone, zone);
    fill_word(&task->team, team_of_post(plan, task->post));
    fill_word(&task->team, *task->post ? "" : contingency->team);
  }
}

static bool has_zone(const Vd__Plan *plan, const char *id)
{
  for (size_t i = 0; i < plan->n_zones; i++)
    if (strcmp(plan->zones[i]->id, id) == 0)
      return true;
  return false;
}

static bool has_category(const Vd__Plan *plan, const char *id)
{
  for (size_t i = 0; i < plan->n_categories; i++)
    if (strcmp(plan->categories[i]->id, id) == 0)
      return true;
  return false;
}

static void add_unknown_zone(Vd__Plan *plan)
{
  Vd__PlanZone *zone = (Vd__PlanZone *)vd_message_new(&vd__plan_zone__descriptor);
  vd_string_set(&zone->id, "unknown");
  zone->name = text_new("Place not known yet", "地點待確認", "地点待确认");
  VD_REPEATED_ADD(plan->zones, plan->n_zones, zone);
}

static void add_page(Vd__PlanCategory *category, Vd__Language language, const char *title,
                     const char *const *steps)
{
  Vd__PlanPage *page = (Vd__PlanPage *)vd_message_new(&vd__plan_page__descriptor);
  page->language = language;
  vd_string_set(&page->title, title);
  for (; *steps; steps++)
    vd_strings_add(&page->steps, &page->n_steps, *steps);
  VD_REPEATED_ADD(category->handbook, category->n_handbook, page);
}

static void add_other_category(Vd__Plan *plan)
{
  Vd__PlanCategory *other = (Vd__PlanCategory *)vd_message_new(&vd__plan_category__descriptor);
  vd_string_set(&other->id, "other");
  other->name = text_new("Other", "其他", "其他");
  other->default_decision =
      text_new("The nearest free person looks and reports back to control.",
               "由最近的空閒人員到場查看並回報總控。", "由最近的空闲人员到场查看并回报总控。");
  add_page(other, VD__LANGUAGE__LANGUAGE_EN, "Something else",
           (const char *const[]){"Ask where, what and who.", "Send the nearest free person to look.",
                                 "Complete the report: zone, category, severity.", NULL});
  add_page(other, VD__LANGUAGE__LANGUAGE_ZH_HANT, "其他情況",
           (const char *const[]){"問清地點、情況與涉及人員。", "派最近的空閒人員到場查看。",
                                 "補全上報：區域、類別、嚴重程度。", NULL});
  add_page(other, VD__LANGUAGE__LANGUAGE_ZH_HANS, "其他情况",
           (const char *const[]){"问清地点、情况与涉及人员。", "派最近的空闲人员到场查看。",
                                 "补全上报：区域、类别、严重程度。", NULL});
  VD_REPEATED_ADD(plan->categories, plan->n_categories, other);
}

static void fill_preparation(Vd__PlanPreparation *said)
{
  const int64_t hour_ms = INT64_C(3600000);
  said->reserve_percent = said->reserve_percent ? said->reserve_percent : 15;
  fill(&said->hub_reach_ms, hour_ms);
  fill(&said->material_check_ms, 72 * hour_ms);
  fill(&said->drill_every_ms, 92 * 24 * hour_ms);
  said->display_characters = said->display_characters ? said->display_characters : 18;
  said->display_words = said->display_words ? said->display_words : 12;
}

static void fill_resource(Vd__PlanResource *resource)
{
  if (resource->kind == VD__RESOURCE_KIND__RESOURCE_KIND_UNSPECIFIED)
    resource->kind = VD__RESOURCE_KIND__RESOURCE_KIND_SPARE;
  resource->count = resource->count ? resource->count : 1;
}

void vd_plan_defaults(Vd__Plan *plan)
{
  if (!plan->event)
    plan->event = (Vd__PlanEvent *)vd_message_new(&vd__plan_event__descriptor);
  if (!plan->policy)
    plan->policy = (Vd__Policy *)vd_message_new(&vd__policy__descriptor);
  fill(&plan->event->start_at_ms, plan->event->doors_at_ms);
  fill(&plan->event->doors_at_ms, plan->event->start_at_ms);
  fill_policy(plan->policy);
  if (!has_zone(plan, "unknown"))
    add_unknown_zone(plan);
  if (!has_category(plan, "other"))
    add_other_category(plan);
  for (size_t i = 0; i < plan->n_categories; i++)
    fill_category(plan->categories[i]);
  for (size_t i = 0; i < plan->n_devices; i++)
    fill_device(plan, plan->devices[i]);
  for (size_t i = 0; i < plan->n_supplies; i++)
    fill_supply(plan->policy, plan->supplies[i]);
  for (size_t i = 0; i < plan->n_contingencies; i++)
    fill_contingency(plan, plan->contingencies[i]);
  for (size_t i = 0; i < plan->n_lanes; i++)
    if (plan->lanes[i]->kind == VD__LANE_KIND__LANE_KIND_UNSPECIFIED)
      plan->lanes[i]->kind = VD__LANE_KIND__LANE_KIND_GENERAL;
  if (plan->preparation)
    fill_preparation(plan->preparation);
  for (size_t i = 0; i < plan->n_resources; i++)
    fill_resource(plan->resources[i]);
  for (size_t i = 0; i < plan->n_sessions; i++)
    if (plan->sessions[i]->kind == VD__SESSION_KIND__SESSION_KIND_UNSPECIFIED)
      plan->sessions[i]->kind = VD__SESSION_KIND__SESSION_KIND_TALK;
}
