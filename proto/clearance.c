// The table is the decision: one line says from which clearance on the named fields are seen. A field
// without a line is seen by the journal only, so a new field stays dark until somebody decides (the unit test
// names it).
//
// How it was decided. WALL hangs where guests pass: it shows what is wrong where, which clock runs, and who
// is on it by id and call sign; no names, no numbers to ring, no rosters, nothing that people wrote or said,
// not which principal acted, not the duty log. OPS is the operation itself. JOURNAL alone keeps what nobody
// needs to read: hashes of tokens. PRIVATE is empty until there are guests.
#include <pthread.h>

#include "proto/change.pb-c.h"
#include "proto/clearance_internal.h"
#include "proto/field_table.h"
#include "proto/fold.h"
#include "proto/wire.pb-c.h"

enum { WALL = VD_CLEARANCE_WALL, OPS = VD_CLEARANCE_OPS, JOURNAL = VD_CLEARANCE_JOURNAL };

#define OF(message) &vd__##message##__descriptor
static const struct vd_field_line lines[] = {
    // ---- entity.proto: parts ----
    {OF(text), WALL, "en zh_hant zh_hans"},
    {OF(way), WALL, "to walk_ms step_free"},
    {OF(shift), WALL, "start_at_ms end_at_ms"},
    {OF(step), WALL, "acted_at_ms recorded_at_ms by implied"},
    {OF(step), OPS, "principal"},
    {OF(share), WALL, "who held_ms"},
    {OF(merge), WALL, "reported_at_ms reporters before"},
    {OF(alert_reason), WALL, "why promise deadline level since_at_ms called_before passed_over post"},
    {OF(policy), WALL, "respond_limit_ms decide_limit_ms land_limit_ms warn_percent climb_after_ms"},
    {OF(policy), WALL, "commander_severity offer_timeout_ms offer_timeout_radio_ms decision_call_ms"},
    {OF(policy), WALL, "undo_window_ms late_entry_ms future_skew_ms looks_like_ms reopen_ms digest_from"},
    {OF(policy), WALL,
     "closed_kept manual_offers respond_team decide_team land_team respond_lead decide_lead"},
    {OF(policy), WALL, "land_lead supervisor commander control safety"},
    {OF(policy), WALL, "crowded_percent crowded_clear_percent crowded_after_ms tea_seats_percent"},
    {OF(policy), WALL, "suspect_after_ms fault_after_beats flap_ms dense_limit_ms overrun_grace_ms"},
    {OF(policy), WALL, "notice_settle_ms notice_cool_down_ms sample_limit_ms sample_weight_g"},
    {OF(policy), WALL,
     "sample_keep_ms dispose_limit_ms lane_wait_ms lane_measure_ms manual_nodes supply_team"},
    {OF(policy), WALL, "fault_soon_ms fault_audience_percent"},
    {OF(policy), OPS, "last_resort_name last_resort_contact"},
    // ---- entity.proto: entities ----
    {OF(event), WALL, "id revision name time_zone utc_offset_ms start_at_ms doors_at_ms end_at_ms"},
    {OF(event), WALL, "participants plan_hash last_incident policy last_task last_notice last_suggestion"},
    {OF(event), WALL, "notice_sent_at_ms seated reforecast_at_ms reforecast_after drills"},
    {OF(event), OPS, "last_log"},
    {OF(zone), WALL, "id revision name outdoor step_free capacity ways retired backup tea_break seats"},
    {OF(zone), WALL, "crowded_percent full_by_plan status status_at_ms people estimated people_at_ms"},
    {OF(zone), WALL, "crossing_at_ms set_at_ms seated told_shut"},
    {OF(zone), WALL, "contingency"},
    {OF(category), WALL, "id revision name family severity skills default_decision emergency_numbers"},
    {OF(category), WALL, "respond_limit_ms decide_limit_ms land_limit_ms retired"},
    {OF(page), WALL, "id revision category language title steps"},
    {OF(team), WALL, "id revision name uncovered_ms uncovered_since_at_ms retired lead"},
    {OF(post), WALL, "id revision name team retired"},
    {OF(crew), WALL, "id revision call_sign posts skills zones has_phone has_radio home on_duty place"},
    {OF(crew), WALL, "place_at_ms reach rank retired duty_at_ms"},
    {OF(crew), OPS, "name contact shifts said said_until_at_ms"},
    {OF(principal), OPS, "id revision name role zones crew revoked"},
    {OF(principal), JOURNAL, "token_hash"},
    {OF(incident), WALL, "id revision number zone category severity source reported_at_ms recorded_at_ms"},
    {OF(incident), WALL, "state attempt life_safety missing looks_like duplicate_of ended_at_ms holder"},
    {OF(incident), WALL, "closed_by notes last_duplicate merge device needed_by_at_ms needed_by drill"},
    {OF(incident), OPS, "text reporters reason"},
    {OF(attempt), WALL,
     "id revision incident index started_at_ms responded decided landed by_default landing"},
    {OF(attempt), WALL, "ended_at_ms offers decision_called_at_ms decision_call_at_ms drill"},
    {OF(attempt), OPS, "decision"},
    {OF(deadline), WALL,
     "id revision promise subject incident team start_at_ms warn_at_ms due_at_ms limit_ms"},
    {OF(deadline), WALL, "warned breached_at_ms met_at_ms met_recorded_at_ms outcome shares"},
    {OF(deadline), WALL, "team_uncovered_start_ms detection_ms level called climb_at_ms heard_by drill"},
    {OF(deadline), WALL, "waited_ms"},
    {OF(alert), WALL, "id revision incident crew state reasons loud opened_at_ms updated_at_ms calls"},
    {OF(alert), WALL, "heard_at_ms heard_by withdrawn_at_ms digest digest_more in_digest subject"},
    {OF(alert), WALL, "digest_subjects drill"},
    {OF(alert), OPS, "contact"},
    {OF(offer), WALL, "id revision incident attempt crew state offered_at_ms expires_at_ms answered_at_ms"},
    {OF(offer), WALL, "assigned handover from walk_ms drill"},
    {OF(drill), WALL, "id revision number zone crews state started_at_ms ended_at_ms by ended_by ended_for"},
    {OF(drill), WALL, "reports"},
    {OF(drill), OPS, "title reason"},
    {OF(note), OPS, "id revision incident kind at_ms by text"},
    // ---- live.proto: who took a sample is the operation's; what and how much there is, everybody's ----
    {OF(task), WALL,
     "id revision number kind subject zone team crew state opened_at_ms ended_at_ms ended_by"},
    {OF(task), WALL, "passes_on_at_ms"},
    {OF(task), OPS, "reason"},
    {OF(task), WALL, "post"},
    {OF(supply), WALL,
     "id revision name zone unit par holding_ms lead_ms allergens team burn_idle burn_break"},
    {OF(supply), WALL, "retired is_known level level_at_ms filled_at_ms served rate_idle rate_break"},
    {OF(supply), WALL, "run_out_at_ms stale_at_ms refill_at_ms task errors error_permille rated_level"},
    {OF(supply), WALL, "rated_at_ms batches looked_at_ms judged_level judged_at_ms judged_idle judged_break"},
    {OF(supply), WALL, "run_out_waived waived_level stale_waived"},
    {OF(sample), WALL, "item weight_g fridge taken_at_ms keep_until_at_ms"},
    {OF(sample), OPS, "taken_by"},
    {OF(batch), WALL, "id revision supply index session planned_at_ms quantity state served_at_ms"},
    {OF(batch), WALL, "sample disposed_at_ms temperature_milli temperature_at_ms temperatures task"},
    {OF(batch), WALL, "held_for by_hand"},
    {OF(batch), OPS, "served_by disposed_by"},
    {OF(threshold), WALL, "reading unit below warn fault has_fault"},
    {OF(device), WALL,
     "id revision name zone category heartbeat_ms thresholds partner spare windows retired"},
    {OF(device), WALL, "state state_at_ms fault_at_ms heard_at_ms incident flaps flap_at_ms reading value"},
    {OF(device), WALL, "maintenance_until_at_ms expected_at_ms fault_said service_until_at_ms"},
    {OF(device), WALL, "told told_at_ms beyond values was_said"},
    {OF(session), WALL,
     "id revision title zone kind dense audience start_at_ms end_at_ms planned_start_at_ms"},
    {OF(session), WALL, "planned_end_at_ms state started_at_ms ended_at_ms overrun_warned retired imported"},
    {OF(session), OPS, "uid"}, // of a calendar: often somebody's mail address
    {OF(session), OPS, "before"},
    {OF(session_before), OPS, "act recorded_at_ms principal state start_at_ms end_at_ms started_at_ms"},
    {OF(session_before), OPS, "ended_at_ms moved notice was_named"},
    {OF(notice), WALL,
     "id revision number state sessions more zones opened_at_ms changed_at_ms settles_at_ms"},
    {OF(notice), WALL, "approved_at_ms approved_by leaves_at_ms sent_at_ms says_since more_by more_else"},
    {OF(notice), OPS, "text"},
    {OF(notice), WALL, "contingencies"},
    {OF(lane), WALL, "id revision name zone kind service_ms staff retired state desks waiting counted_at_ms"},
    {OF(lane), WALL, "checked_in arrival_rate service_rate wait_ms peak_wait_ms suggestion team reserve"},
    {OF(lane), WALL, "ahead_ms state_at_ms arrived recent recent_at_ms peak_arrivals peak_at_ms from_at_ms"},
    {OF(lane), WALL,
     "last_arrived last_checked_in quiet_until_at_ms last_waiting said_to_at_ms queue queue_at_ms"},
    {OF(suggestion), WALL,
     "id revision number kind state lane other made_at_ms wait_ms expected_ms taken_at_ms"},
    {OF(suggestion), WALL,
     "taken_by measure_at_ms measured_ms helped passed_at_ms passed_by uncounted look_at_ms"},
    {OF(suggestion), OPS, "reason"},
    {OF(node_count), WALL, "id revision node automatic manual"},
    // ---- preparation.proto: numbers to ring are the operation's ----
    {OF(resource), WALL, "id revision name kind zone count eta_ms post categories trade city priority retired"},
    {OF(resource), WALL, "in_use used_at_ms used_for used_by returned_at_ms"},
    {OF(resource), OPS, "contact"},
    {OF(entity), WALL, "resource"},
    // ---- contingency.proto: what people said, and who, is the operation's ----
    {OF(conversion), WALL, "zone passage after"},
    {OF(trigger), WALL, "event severity"},
    {OF(zone_before), WALL, "zone status status_at_ms"},
    {OF(contingency), WALL, "id revision name from to triggers within_ms team announcement route"},
    {OF(contingency), WALL, "step_free_route steps retired state onset_at_ms activated_at_ms done"},
    {OF(contingency), WALL, "activations ended_at_ms exercise proposed_at_ms alert_onset_at_ms expires_at_ms"},
    {OF(contingency), WALL, "before act_at_ms act_from"},
    {OF(contingency), OPS, "by reason alert"},
    {OF(contingency_step), WALL, "id revision contingency index name team post zone after within_ms"},
    {OF(contingency_step), WALL, "state task ended_at_ms"},
    {OF(cap_alert), OPS, "identifier status message references events severity onset_at_ms expires_at_ms"},
    {OF(entity), WALL, "event zone category page team post crew incident attempt deadline alert offer"},
    {OF(entity), WALL, "task supply batch device session notice lane suggestion node_count"},
    {OF(entity), WALL, "drill"},
    {OF(entity), WALL, "contingency contingency_step"},
    {OF(entity), OPS, "principal note"},
    {OF(key), WALL, "kind id"},
    // ---- plan.proto: who may read a plan at all is the operation ----
    {OF(plan), OPS,
     "version event policy zones ways teams posts crews categories supplies devices sessions lanes"},
    {OF(plan), OPS, "contingencies"},
    {OF(plan_event), OPS, "name time_zone utc_offset_ms start_at_ms doors_at_ms end_at_ms participants"},
    {OF(plan_zone), OPS,
     "id name outdoor step_free capacity backup tea_break seats crowded_percent full_by_plan"},
    {OF(plan_way), OPS, "from to walk_ms step_free one_way"},
    {OF(plan_team), OPS, "id name lead"},
    {OF(plan_post), OPS, "id name team"},
    {OF(plan_crew), OPS, "id name call_sign posts skills shifts zones has_phone has_radio contact home"},
    {OF(plan_page), OPS, "language title steps"},
    {OF(plan_category), OPS, "id name family severity skills default_decision handbook emergency_numbers"},
    {OF(plan_category), OPS, "respond_limit_ms decide_limit_ms land_limit_ms"},
    {OF(plan_batch), OPS, "planned_at_ms session quantity"},
    {OF(plan_supply), OPS,
     "id name zone unit par holding_ms lead_ms allergens team burn_idle burn_break batches"},
    {OF(plan_device), OPS, "id name zone category heartbeat_ms thresholds partner spare windows"},
    {OF(plan_session), OPS, "id title zone kind dense audience start_at_ms end_at_ms uid"},
    {OF(plan_lane), OPS, "id name zone kind service_ms staff team reserve"},
    {OF(plan), OPS, "preparation materials suppliers resources displays redundancy"},
    {OF(plan_preparation), OPS, "venue_capacity reserve_percent hubs hub_reach_ms costs material_check_ms"},
    {OF(plan_preparation), OPS, "drill_every_ms last_drill_at_ms languages check_in_help sample_fridge"},
    {OF(plan_preparation), OPS, "feedback_post opinion_post follow_up_post night_post"},
    {OF(plan_preparation), OPS, "restoration_agreed_at_ms restoration_with display_characters display_words"},
    {OF(plan_hub), OPS, "name reach_ms"},
    {OF(plan_cost), OPS, "kind terms"},
    {OF(plan_language), OPS, "language session"},
    {OF(plan_material), OPS, "id name zone owner count spare checked_at_ms"},
    {OF(plan_supplier), OPS, "id name trade qualified rehearsed_at_ms contract penalty contact"},
    {OF(plan_resource), OPS, "id name kind zone count eta_ms contact post categories trade city priority"},
    {OF(plan_display), OPS, "id text"},
    {OF(plan_redundancy), OPS, "zone sound light network"},
    {OF(plan_step), OPS, "id name team post zone after within_ms"},
    {OF(plan_contingency), OPS, "id name from to triggers within_ms team announcement route"},
    {OF(plan_contingency), OPS, "step_free_route tasks"},
    // ---- command.proto: what people ask is theirs; the answer is for whoever asked ----
    {OF(report), OPS, "zone category text severity source reporter drill"},
    {OF(heard), OPS, "incident digest subject"},
    {OF(respond), OPS, "incident"},
    {OF(decide), OPS, "incident decision"},
    {OF(approve), OPS, "incident"},
    {OF(land), OPS, "incident landing"},
    {OF(close), OPS, "incident"},
    {OF(reopen), OPS, "incident reason"},
    {OF(cancel), OPS, "incident reason"},
    {OF(undo), OPS, "incident"},
    {OF(add_note), OPS, "incident text"},
    {OF(duplicate), OPS, "incident of"},
    {OF(amend), OPS, "incident zone category severity text"},
    {OF(assign), OPS, "incident crew"},
    {OF(accept), OPS, "incident"},
    {OF(decline), OPS, "incident reason"},
    {OF(arrive), OPS, "incident"},
    {OF(handover), OPS, "from to"},
    {OF(set_duty), OPS, "crew duty"},
    {OF(set_place), OPS, "crew zone"},
    {OF(set_reach), OPS, "crew reach"},
    {OF(log), OPS, "text"},
    {OF(plan_apply), OPS, "plan hash part parts"},
    {OF(set_principal), OPS, "principal"},
    {OF(count_zone), OPS, "zone people estimated"},
    {OF(set_zone), OPS, "zone status"},
    {OF(task_done), OPS, "task"},
    {OF(task_cancel), OPS, "task reason"},
    {OF(supply_level), OPS, "supply level refilled"},
    {OF(supply_served), OPS, "supply count"},
    {OF(supply_refill), OPS, "supply"},
    {OF(batch_plan), OPS, "supply quantity planned_at_ms session"},
    {OF(batch_hold), OPS, "batch"},
    {OF(batch_serve), OPS, "batch"},
    {OF(batch_cancel), OPS, "batch reason"},
    {OF(batch_sample), OPS, "batch item weight_g fridge taken_by"},
    {OF(batch_dispose), OPS, "batch"},
    {OF(batch_temperature), OPS, "batch temperature_milli"},
    {OF(reading), OPS, "device at_ms reading value"},
    {OF(readings), OPS, "readings"},
    {OF(device_fault), OPS, "device text since_at_ms"},
    {OF(device_maintenance), OPS, "device until_at_ms"},
    {OF(session_start), OPS, "session"},
    {OF(session_end), OPS, "session"},
    {OF(session_shift), OPS, "session by_ms following"},
    {OF(session_cancel), OPS, "session reason"},
    {OF(session_undo), OPS, "session"},
    {OF(sessions_import), OPS, "sessions"},
    {OF(notice_draft), OPS, "text"},
    {OF(notice_approve), OPS, "notice revision"},
    {OF(notice_drop), OPS, "notice reason"},
    {OF(lane_count), OPS, "lane from_at_ms to_at_ms checked_in arrived has_arrived waiting has_waiting"},
    {OF(lane_counts), OPS, "counts"},
    {OF(set_lane), OPS, "lane state desks has_desks"},
    {OF(suggestion_take), OPS, "suggestion"},
    {OF(suggestion_pass), OPS, "suggestion reason"},
    {OF(resource_use), OPS, "resource count incident"},
    {OF(resource_return), OPS, "resource count"},
    {OF(command), OPS, "resource_use resource_return"},
    {OF(replay_promise), OPS,
     "incident deadline subject promise team outcome broken limit_ms late_ms shares was_outcome was_broken"},
    {OF(replay_promise), OPS, "was_limit_ms was_late_ms"},
    {OF(replay_result), OPS, "changes causes promises was_broken broken newly_broken no_longer_broken refused"},
    {OF(replay_result), OPS, "hash original_hash equal differs"},
    {OF(drill_start), OPS, "title zone crews"},
    {OF(drill_end), OPS, "reason"},
    {OF(command), OPS, "drill_start drill_end"},
    {OF(command), OPS, "id by acted_at_ms report heard respond decide approve land close reopen cancel undo"},
    {OF(command), OPS, "note duplicate amend assign accept decline arrive handover duty place reach log"},
    {OF(command), OPS,
     "plan_apply principal count_zone set_zone task_done task_cancel supply_level supply_served"},
    {OF(command), OPS,
     "supply_refill batch_plan batch_hold batch_serve batch_cancel batch_sample batch_dispose"},
    {OF(command), OPS,
     "batch_temperature readings device_fault device_maintenance session_start session_end"},
    {OF(command), OPS,
     "session_shift session_cancel sessions_import notice_draft notice_approve notice_drop"},
    {OF(command), OPS, "lane_counts set_lane suggestion_take suggestion_pass session_undo"},
    {OF(contingency_propose), OPS, "alert"},
    {OF(contingency_activate), OPS, "contingency since_at_ms incident"},
    {OF(contingency_abort), OPS, "contingency reason"},
    {OF(contingency_undo), OPS, "contingency"},
    {OF(command), OPS, "contingency_propose contingency_activate contingency_abort contingency_undo"},
    {OF(reply), WALL, "id code sentence field nearest number looks_like sequence repeated"},
    // ---- change.proto ----
    {OF(tick), OPS, "due_at_ms timer id"},
    {OF(cause), WALL, "now_at_ms continues"},
    {OF(cause), OPS, "principal role request command tick language crew"},
    {OF(pulse), JOURNAL, "device heard_at_ms expected_from_at_ms well_at_ms flaps value_at_ms values"},
    {OF(fact), WALL, "what incident zone crew promise late_ms at_ms subject drill"},
    {OF(fact), OPS, "who text why"},
    {OF(change), WALL, "sequence cause fact upserts removals last"},
    {OF(change), OPS, "reply"},
    {OF(change), JOURNAL, "pulses"},
    // ---- wire.proto ----
    {OF(commands), OPS, "commands"},
    {OF(state_query), WALL, "kinds after prefix limit"},
    {OF(changes_query), WALL, "from limit"},
    {OF(recommend_query), OPS, "incident"},
    {OF(request), WALL, "version id language state changes status"},
    {OF(request), OPS, "commands recommend clock_accept"},
    {OF(request), JOURNAL, "token"},
    {OF(replies), WALL, "replies"},
    {OF(state_page), WALL, "entities next"},
    {OF(changes_page), WALL, "frames next complete"},
    {OF(candidate), OPS, "crew suitable walk_ms load reasons"},
    {OF(recommendation), OPS, "incident candidates needs resources"},
    {OF(resource_option), OPS, "resource free eta_ms post contact reasons"},
    {OF(status), WALL, "version epoch sequence chain now_at_ms wall_at_ms scale rehearsal read_only"},
    {OF(status), WALL,
     "clock_in_doubt ready oldest_uncommitted_ms commands refusals open_incidents open_alerts"},
    {OF(status), WALL, "running_deadlines breaches clock_step_ms event disk_free_bytes boot_changes boot_ms"},
    {OF(status), WALL, "next_due_at_ms journal_bytes journal_map_bytes nodes drill drill_incidents"},
    {OF(response), WALL, "version id epoch sequence now_at_ms refusal replies state changes status"},
    {OF(response), OPS, "recommendation"},
    {OF(frame), WALL, "epoch sequence change beat alarm"},
    {OF(beat), WALL, "chain now_at_ms oldest_uncommitted_ms scale read_only clock_in_doubt"},
};
#undef OF

static struct vd_field_table table;
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void build_table(void)
{
  vd_field_table_build(&table, lines, sizeof(lines) / sizeof(lines[0]));
}

const uint8_t *vd_clearance_row(const ProtobufCMessageDescriptor *type)
{
  pthread_once(&table_once, build_table);
  return vd_field_table_row(&table, type);
}

// ---- who sees what ----

enum vd_clearance vd_clearance_of_role(Vd__Role role)
{
  switch (role) {
  case VD__ROLE__ROLE_ADMIN:
  case VD__ROLE__ROLE_CONTROL:
  case VD__ROLE__ROLE_COMMANDER:
    return VD_CLEARANCE_PRIVATE;
  case VD__ROLE__ROLE_SUPERVISOR:
  case VD__ROLE__ROLE_DECISION:
  case VD__ROLE__ROLE_EXECUTION:
  case VD__ROLE__ROLE_FIELD:
  case VD__ROLE__ROLE_STATION:
  case VD__ROLE__ROLE_MODERATOR:
  case VD__ROLE__ROLE_BUTLER:
  case VD__ROLE__ROLE_MEDIC:
  case VD__ROLE__ROLE_CATERING:
  case VD__ROLE__ROLE_CHECK_IN:
  case VD__ROLE__ROLE_AV:
  case VD__ROLE__ROLE_BRIDGE:
  case VD__ROLE__ROLE_CLIENT:
    return VD_CLEARANCE_OPS;
  case VD__ROLE__ROLE_WALL:
  case VD__ROLE__ROLE_DEVICE: // a box on a wall of its own: it reports, and reads the answer
    return VD_CLEARANCE_WALL;
  default:
    return VD_CLEARANCE_HIDDEN;
  }
}

bool vd_clearance_is_decided(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field)
{
  return vd_clearance_row(type)[field - type->fields] != VD_CLEARANCE_HIDDEN;
}

bool vd_clearance_shows(enum vd_clearance clearance, const ProtobufCMessageDescriptor *type,
                        const ProtobufCFieldDescriptor *field)
{
  return vd_clearance_reaches(clearance, vd_clearance_row(type)[field - type->fields]);
}

// Some field of it is seen. The first nearly always answers.
static bool shows_any(enum vd_clearance clearance, const ProtobufCMessageDescriptor *type, const uint8_t *row)
{
  for (unsigned i = 0; i < type->n_fields; i++)
    if (vd_clearance_reaches(clearance, row[i]))
      return true;
  return clearance == VD_CLEARANCE_JOURNAL;
}

bool vd_clearance_shows_type(enum vd_clearance clearance, const ProtobufCMessageDescriptor *type)
{
  return type != NULL && shows_any(clearance, type, vd_clearance_row(type));
}

static bool shows_kind(enum vd_clearance clearance, Vd__Kind kind)
{
  const ProtobufCMessageDescriptor *type = vd_kind_type(kind);
  return type != NULL && vd_clearance_shows_type(clearance, type);
}

// An act of its own of which everything it touched is hidden. The pieces of a larger act stay, with what is
// left of them: who applies an act at once needs its last piece.
static bool shows_change(enum vd_clearance clearance, const Vd__Change *change)
{
  bool is_piece =
      !change->last || (change->cause != NULL && change->cause->of_case == VD__CAUSE__OF_CONTINUES);
  if (is_piece || change->n_upserts + change->n_removals == 0)
    return true;
  for (size_t i = 0; i < change->n_upserts; i++)
    if (shows_kind(clearance, vd_entity_kind(change->upserts[i])))
      return true;
  for (size_t i = 0; i < change->n_removals; i++)
    if (shows_kind(clearance, change->removals[i]->kind))
      return true;
  return false;
}

bool vd_clearance_shows_message(enum vd_clearance clearance, const ProtobufCMessage *message)
{
  if (clearance == VD_CLEARANCE_JOURNAL)
    return true;
  const ProtobufCMessageDescriptor *type = message->descriptor;
  if (type == &vd__entity__descriptor)
    return shows_kind(clearance, vd_entity_kind((const Vd__Entity *)message));
  if (type == &vd__change__descriptor && !shows_change(clearance, (const Vd__Change *)message))
    return false;
  return vd_clearance_shows_type(clearance, type);
}

bool vd_clearance_shows_element(enum vd_clearance clearance, const ProtobufCMessage *message)
{
  if (clearance != VD_CLEARANCE_JOURNAL && message->descriptor == &vd__key__descriptor)
    return shows_kind(clearance, ((const Vd__Key *)message)->kind);
  return vd_clearance_shows_message(clearance, message);
}
