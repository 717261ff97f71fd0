// Commands as people and phones send them: mostly sensible, sometimes late, twice, for somebody else, or
// nonsense.
#include <stdlib.h>
#include <string.h>

#include "proto/fold.h"
#include "tests/sim/sim.h"

#define ACT(name) VD__COMMAND__ACT_##name

// ---- who ----

enum { PRINCIPALS = 7 };

const Vd__Principal *sim_principal(size_t index)
{
  static Vd__Principal principals[PRINCIPALS];
  static const struct {
    const char *id, *crew;
    Vd__Role role;
  } table[PRINCIPALS] = {{"control", "", VD__ROLE__ROLE_CONTROL}, {"bridge", "", VD__ROLE__ROLE_BRIDGE},
                         {"admin", "", VD__ROLE__ROLE_ADMIN},     {"field", "av-1", VD__ROLE__ROLE_FIELD},
                         {"station", "", VD__ROLE__ROLE_STATION}, {"wall", "", VD__ROLE__ROLE_WALL},
                         {"gauge", "", VD__ROLE__ROLE_DEVICE}};
  if (principals[0].base.descriptor == NULL) {
    for (size_t i = 0; i < PRINCIPALS; i++) {
      vd__principal__init(&principals[i]);
      principals[i].id = (char *)table[i].id;
      principals[i].crew = (char *)table[i].crew;
      principals[i].role = table[i].role;
    }
  }
  return &principals[index];
}

static const Vd__Principal *draw_principal(struct sim *sim)
{
  static const unsigned char weights[] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 6};
  return sim_principal(weights[sim_below(sim, sizeof weights)]);
}

// ---- what about ----

// An entity of the kind, anywhere in the order of ids: from a random first character on.
const ProtobufCMessage *sim_draw_entity(struct sim *sim, Vd__Kind kind)
{
  const struct vd_fold *fold = vd_venue_fold(sim->venue);
  char from[2] = {0};
  static const char firsts[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  from[0] = firsts[sim_below(sim, sizeof firsts - 1)];
  const ProtobufCMessage *message = vd_fold_next(fold, kind, from, "");
  if (message == NULL)
    message = vd_fold_next(fold, kind, NULL, "");
  for (uint64_t skip = sim_below(sim, 6); skip > 0 && message != NULL; skip--) {
    const ProtobufCMessage *next = vd_fold_next(fold, kind, vd_message_id(message), "");
    message = next != NULL ? next : message;
  }
  return message;
}

const char *sim_draw_id(struct sim *sim, Vd__Kind kind)
{
  const ProtobufCMessage *message = sim_draw_entity(sim, kind);
  return message != NULL && !sim_chance(sim, 3) ? vd_message_id(message) : "no-such-thing";
}

// Mostly a recent one.
static uint64_t draw_incident(struct sim *sim)
{
  const Vd__Event *event = vd_venue_event(sim->venue);
  uint64_t last = event != NULL ? event->last_incident : 0;
  uint64_t back = sim_chance(sim, 80) ? sim_below(sim, 6) : sim_below(sim, last + 2);
  return back < last ? last - back : sim_below(sim, 3);
}

const char *sim_draw_text(struct sim *sim)
{
  static const char *const texts[] = {"", "slides will not play", "投影儀無信號",
                                      "guest feels faint 嘉賓不適", "queue to the door"};
  return texts[sim_below(sim, sizeof texts / sizeof *texts)];
}

// ---- the acts ----

void sim_set_act(Vd__Command *command, Vd__Command__ActCase act)
{
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field(&vd__command__descriptor, (unsigned)act);
  ProtobufCMessage *message = vd_message_new(field->descriptor);
  command->act_case = act;
  command->report = (Vd__Report *)message;
}

// Acts whose first field is the incident.
static void about(struct sim *sim, Vd__Command *command, Vd__Command__ActCase act)
{
  sim_set_act(command, act);
  command->respond->incident = draw_incident(sim);
}

static void report(struct sim *sim, Vd__Command *command)
{
  sim_set_act(command, ACT(REPORT));
  vd_string_set(&command->report->zone, sim_chance(sim, 10) ? "" : sim_draw_id(sim, VD__KIND__KIND_ZONE));
  vd_string_set(&command->report->category,
                sim_chance(sim, 10) ? "" : sim_draw_id(sim, VD__KIND__KIND_CATEGORY));
  vd_string_set(&command->report->text, sim_draw_text(sim));
  command->report->severity = sim_chance(sim, 30) ? (uint32_t)sim_below(sim, 6) : 0;
  command->report->source = (Vd__Source)sim_below(sim, 4);
  command->report->drill = sim_chance(sim, 30);
}

static void answer_offer(struct sim *sim, Vd__Command *command, Vd__Command__ActCase act)
{
  const Vd__Offer *offer = (const Vd__Offer *)sim_draw_entity(sim, VD__KIND__KIND_OFFER);
  about(sim, command, act);
  if (offer == NULL || sim_chance(sim, 5))
    return;
  command->accept->incident = offer->incident;
  vd_string_set(&command->by, offer->crew);
}

// Mostly of what still calls.
static const Vd__Alert *draw_alert(struct sim *sim)
{
  const Vd__Alert *alert = NULL;
  for (int left = 5; left > 0; left--) {
    alert = (const Vd__Alert *)sim_draw_entity(sim, VD__KIND__KIND_ALERT);
    if (alert == NULL || alert->state == VD__ALERT_STATE__ALERT_STATE_OPEN)
      break;
  }
  return alert;
}

void sim_draw_heard(struct sim *sim, Vd__Command *command)
{
  const Vd__Alert *alert = draw_alert(sim);
  about(sim, command, ACT(HEARD));
  if (alert == NULL)
    return;
  command->heard->incident = alert->incident;
  if (*alert->subject != '\0')
    vd_string_set(&command->heard->subject, alert->subject);
  command->heard->digest = (alert->incident == 0 && *alert->subject == '\0') || sim_chance(sim, 5);
  vd_string_set(&command->by, alert->crew);
}

static void steps(struct sim *sim, Vd__Command *command, uint64_t draw)
{
  if (draw < 12) {
    about(sim, command, sim_chance(sim, 50) ? ACT(RESPOND) : ACT(ARRIVE));
  } else if (draw < 18) {
    about(sim, command, ACT(DECIDE));
    vd_string_set(&command->decide->decision, sim_draw_text(sim));
  } else if (draw < 23) {
    about(sim, command, ACT(APPROVE));
  } else if (draw < 33) {
    about(sim, command, ACT(LAND));
    command->land->landing =
        sim_chance(sim, 70) ? VD__LANDING__LANDING_FIXED : VD__LANDING__LANDING_WORKAROUND;
  } else if (draw < 40) {
    about(sim, command, ACT(CLOSE));
  } else if (draw < 43) {
    about(sim, command, ACT(CANCEL));
    vd_string_set(&command->cancel->reason, sim_draw_text(sim));
  } else if (draw < 47) {
    about(sim, command, ACT(REOPEN));
    vd_string_set(&command->reopen->reason, sim_draw_text(sim));
  } else {
    about(sim, command, ACT(UNDO));
  }
}

static void corrections(struct sim *sim, Vd__Command *command, uint64_t draw)
{
  if (draw < 2) {
    about(sim, command, ACT(NOTE));
    vd_string_set(&command->note->text, sim_draw_text(sim));
  } else if (draw < 5) {
    about(sim, command, ACT(DUPLICATE));
    command->duplicate->of = draw_incident(sim);
  } else if (draw < 9) {
    about(sim, command, ACT(AMEND));
    vd_string_set(&command->amend->zone, sim_chance(sim, 50) ? sim_draw_id(sim, VD__KIND__KIND_ZONE) : "");
    vd_string_set(&command->amend->category,
                  sim_chance(sim, 30) ? sim_draw_id(sim, VD__KIND__KIND_CATEGORY) : "");
    command->amend->severity = (uint32_t)sim_below(sim, 5);
  } else {
    sim_set_act(command, ACT(LOG));
    vd_string_set(&command->log->text, sim_draw_text(sim));
  }
}

static void people(struct sim *sim, Vd__Command *command, uint64_t draw)
{
  const char *crew = sim_draw_id(sim, VD__KIND__KIND_CREW);
  if (draw < 4) {
    about(sim, command, ACT(ASSIGN));
    vd_string_set(&command->assign->crew, crew);
  } else if (draw < 12) {
    answer_offer(sim, command, ACT(ACCEPT));
  } else if (draw < 16) {
    answer_offer(sim, command, ACT(DECLINE));
  } else if (draw < 18) {
    sim_set_act(command, ACT(HANDOVER));
    vd_string_set(&command->handover->from, crew);
    vd_string_set(&command->handover->to, sim_draw_id(sim, VD__KIND__KIND_CREW));
  } else if (draw < 22) {
    sim_set_act(command, ACT(DUTY));
    vd_string_set(&command->duty->crew, crew);
    command->duty->duty = (Vd__Duty)sim_below(sim, 4);
  } else if (draw < 25) {
    sim_set_act(command, ACT(PLACE));
    vd_string_set(&command->place->crew, crew);
    vd_string_set(&command->place->zone, sim_draw_id(sim, VD__KIND__KIND_ZONE));
  } else {
    sim_set_act(command, ACT(REACH));
    vd_string_set(&command->reach->crew, crew);
    command->reach->reach = (Vd__Reach)sim_below(sim, 3);
  }
}

static int64_t draw_acted_at(struct sim *sim)
{
  uint64_t draw = sim_below(sim, 100);
  if (draw < 70)
    return 0;
  if (draw < 92)
    return sim->now_ms - (int64_t)sim_below(sim, 20 * 60 * 1000);
  return draw < 97 ? sim->now_ms - (int64_t)sim_below(sim, 3600 * 1000)
                   : sim->now_ms + (int64_t)sim_below(sim, 10000);
}

static void draw_of_incidents(struct sim *sim, Vd__Command *command)
{
  uint64_t draw = sim_below(sim, 1000);
  if (draw < 180)
    report(sim, command);
  else if (draw < 560)
    steps(sim, command, sim_below(sim, 53));
  else if (draw < 660)
    corrections(sim, command, sim_below(sim, 10));
  else if (draw < 780)
    sim_draw_heard(sim, command);
  else
    people(sim, command, sim_below(sim, 28));
}

Vd__Command *sim_draw_command(struct sim *sim, const Vd__Principal *principal)
{
  Vd__Command *command = (Vd__Command *)vd_message_new(&vd__command__descriptor);
  bool is_machine = principal->role == VD__ROLE__ROLE_DEVICE;
  command->acted_at_ms = draw_acted_at(sim);
  if (!is_machine && principal->role != VD__ROLE__ROLE_FIELD && sim_chance(sim, 70))
    vd_string_set(&command->by, sim_draw_id(sim, VD__KIND__KIND_CREW));
  uint64_t draw = sim_below(sim, 1000);
  if (is_machine) {
    sim_draw_machine(sim, command);
  } else if (draw < 500) {
    draw_of_incidents(sim, command);
  } else if (draw < 550) {
    sim_draw_drill(sim, command);
  } else if (draw < 992) {
    sim_draw_live(sim, command);
  } else {
    sim_set_act(command, ACT(PLAN_APPLY));
    command->plan_apply->plan = sim_plan_changed(sim);
  }
  return command;
}

// ---- the way ----

static void put_on_the_way(struct sim *sim, size_t sent)
{
  if (sim->network_count == sim->network_capacity) {
    sim->network_capacity = sim->network_capacity ? 2 * sim->network_capacity : 64;
    sim->network = vd_realloc(sim->network, sim->network_capacity * sizeof *sim->network);
  }
  sim->network[sim->network_count++] = sent;
}

static void send_anew(struct sim *sim)
{
  if (sim->sent_count == sim->sent_capacity) {
    sim->sent_capacity = sim->sent_capacity ? 2 * sim->sent_capacity : 64;
    sim->sent = vd_realloc(sim->sent, sim->sent_capacity * sizeof *sim->sent);
  }
  const Vd__Principal *principal = draw_principal(sim);
  struct sim_sent *sent = &sim->sent[sim->sent_count];
  *sent = (struct sim_sent){.principal = principal, .command = sim_draw_command(sim, principal)};
  char id[24];
  snprintf(id, sizeof id, "c%zu", sim->sent_count);
  vd_string_set(&sent->command->id, id);
  put_on_the_way(sim, sim->sent_count++);
}

void sim_client_send(struct sim *sim)
{
  size_t recent = sim->sent_count > 20 ? sim->sent_count - 20 : 0;
  for (size_t i = recent; i < sim->sent_count; i++)
    if (sim->sent[i].state == SIM_UNKNOWN && sim_chance(sim, 50)) {
      sim->sent[i].state = SIM_ON_THE_WAY; // the answer never came: the same bytes again
      put_on_the_way(sim, i);
    }
  if (sim->sent_count > recent && sim_chance(sim, 6))
    put_on_the_way(sim, recent + sim_below(sim, sim->sent_count - recent)); // a network that repeats
  send_anew(sim);
}
