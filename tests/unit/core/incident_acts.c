#include "tests/unit/core/incident_acts.h"

#include <string.h>

static char *word(const char *text)
{
  return (char *)(text ? text : "");
}

static enum vd_err command_as(struct fixture *f, const struct said *said, Vd__Command *command)
{
  command->by = word(said->by);
  command->acted_at_ms = said->acted_at_ms;
  return fixture_do(f, said->principal ? said->principal : "control", command);
}

enum vd_err do_report(struct fixture *f, const struct said *said)
{
  Vd__Report report = VD__REPORT__INIT;
  report.zone = word(said->zone);
  report.category = word(said->category);
  report.text = word(said->text);
  report.reporter = word(said->reporter);
  report.severity = said->severity;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_REPORT;
  command.report = &report;
  return command_as(f, said, &command);
}

enum vd_err do_amend(struct fixture *f, uint64_t number, const struct said *said)
{
  Vd__Amend amend = VD__AMEND__INIT;
  amend.incident = number;
  amend.zone = word(said->zone);
  amend.category = word(said->category);
  amend.text = word(said->text);
  amend.severity = said->severity;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_AMEND;
  command.amend = &amend;
  return command_as(f, said, &command);
}

enum vd_err do_duplicate(struct fixture *f, uint64_t number, uint64_t of)
{
  Vd__Duplicate duplicate = VD__DUPLICATE__INIT;
  duplicate.incident = number;
  duplicate.of = of;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_DUPLICATE;
  command.duplicate = &duplicate;
  return fixture_do(f, "control", &command);
}

enum vd_err do_decide(struct fixture *f, uint64_t number, const char *decision)
{
  Vd__Decide decide = VD__DECIDE__INIT;
  decide.incident = number;
  decide.decision = word(decision);
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_DECIDE;
  command.decide = &decide;
  return fixture_do(f, "control", &command);
}

enum vd_err do_land(struct fixture *f, uint64_t number, Vd__Landing landing)
{
  Vd__Land land = VD__LAND__INIT;
  land.incident = number;
  land.landing = landing;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_LAND;
  command.land = &land;
  return fixture_do(f, "control", &command);
}

enum vd_err do_cancel(struct fixture *f, uint64_t number, const char *reason)
{
  Vd__Cancel cancel = VD__CANCEL__INIT;
  cancel.incident = number;
  cancel.reason = word(reason);
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_CANCEL;
  command.cancel = &cancel;
  return fixture_do(f, "control", &command);
}

// ---- looking ----

struct name {
  char text[96];
};

static struct name name_of(uint64_t number, uint32_t index, const char *tail)
{
  struct vd_buffer buffer = {0};
  vd_buffer_printf(&buffer, "%llu", (unsigned long long)number);
  if (index)
    vd_buffer_printf(&buffer, ".%u", index);
  if (tail)
    vd_buffer_printf(&buffer, ".%s", tail);
  struct name name = {{0}};
  memcpy(name.text, buffer.data, buffer.size);
  vd_buffer_finish(&buffer);
  return name;
}

Vd__Incident *incident(const struct fixture *f, uint64_t number)
{
  return FIXTURE_FIND(f, INCIDENT, Incident, name_of(number, 0, NULL).text);
}

Vd__Attempt *attempt(const struct fixture *f, uint64_t number)
{
  return FIXTURE_FIND(f, ATTEMPT, Attempt, name_of(number, incident(f, number)->attempt, NULL).text);
}

Vd__Deadline *deadline(const struct fixture *f, uint64_t number, const char *tier)
{
  return FIXTURE_FIND(f, DEADLINE, Deadline, name_of(number, incident(f, number)->attempt, tier).text);
}

Vd__Note *last_note(const struct fixture *f, uint64_t number)
{
  struct vd_buffer id = {0};
  vd_buffer_printf(&id, "%llu.n%u", (unsigned long long)number, incident(f, number)->notes);
  vd_buffer_append(&id, "", 1);
  Vd__Note *note = FIXTURE_FIND(f, NOTE, Note, (char *)id.data);
  vd_buffer_finish(&id);
  return note;
}

const Vd__Fact *last_fact(const struct fixture *f)
{
  return f->n_changes ? f->changes[f->n_changes - 1]->fact : NULL;
}

bool is_called(const struct fixture *f, uint64_t number, const char *crew, Vd__AlertWhy why)
{
  const Vd__Alert *alert = FIXTURE_FIND(f, ALERT, Alert, name_of(number, 0, crew).text);
  if (!alert || alert->state != VD__ALERT_STATE__ALERT_STATE_OPEN)
    return false;
  for (size_t i = 0; i < alert->n_reasons; i++)
    if (alert->reasons[i]->why == why)
      return true;
  return false;
}

static unsigned count_of(const struct fixture *f, uint64_t number, Vd__Kind kind)
{
  struct name prefix = name_of(number, 0, "");
  unsigned count = 0;
  const char *after = NULL;
  ProtobufCMessage *message;
  while ((message = vd_fold_next(vd_venue_fold(f->venue), kind, after, prefix.text))) {
    after = vd_message_id(message);
    count += kind == VD__KIND__KIND_ALERT
                 ? ((Vd__Alert *)message)->state == VD__ALERT_STATE__ALERT_STATE_OPEN
                 : ((Vd__Offer *)message)->state == VD__OFFER_STATE__OFFER_STATE_OPEN;
  }
  return count;
}

unsigned open_alerts(const struct fixture *f, uint64_t number)
{
  return count_of(f, number, VD__KIND__KIND_ALERT);
}

unsigned open_offers(const struct fixture *f, uint64_t number)
{
  return count_of(f, number, VD__KIND__KIND_OFFER);
}
