#include "tests/unit/core/people.h"

#include <criterion/criterion.h>
#include <string.h>

// ---- the plan, changed ----

void people_edit(struct fixture *f, Vd__Kind kind, const char *id, people_edit_fn edit)
{
  ProtobufCMessage *live = vd_fold_find(vd_venue_fold(f->venue), kind, id);
  ProtobufCMessage *told = vd_fold_find(f->mirror, kind, id);
  cr_assert(live && told, "no %s", id);
  edit(live);
  edit(told);
  fixture_restart(f);
}

void people_put(struct fixture *f, Vd__Kind kind, ProtobufCMessage *message)
{
  Vd__Entity entity;
  vd_entity_wrap(&entity, kind, message);
  if (vd_message_revision(message) == 0)
    vd_message_set_revision(message, 1);
  vd_venue_restore_entity(f->venue, &entity);
  vd_fold_put_newer(f->mirror, &entity);
  protobuf_c_message_free_unpacked(message, NULL);
  fixture_restart(f);
}

void people_add(struct fixture *f, const char *like, const char *id, uint32_t rank)
{
  Vd__Crew *crew = (Vd__Crew *)vd_message_copy(&people_crew(f, like)->base);
  vd_string_set(&crew->id, id);
  vd_string_set(&crew->call_sign, id);
  crew->rank = rank;
  people_put(f, VD__KIND__KIND_CREW, &crew->base);
}

// ---- commands ----

enum vd_err people_place(struct fixture *f, const char *crew, const char *zone, int64_t acted_at_ms)
{
  Vd__SetPlace set = VD__SET_PLACE__INIT;
  set.crew = (char *)crew;
  set.zone = (char *)zone;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_PLACE;
  command.place = &set;
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, "control", &command);
}

enum vd_err people_reach(struct fixture *f, const char *crew, Vd__Reach reach)
{
  Vd__SetReach set = VD__SET_REACH__INIT;
  set.crew = (char *)crew;
  set.reach = reach;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_REACH;
  command.reach = &set;
  return fixture_do(f, "control", &command);
}

enum vd_err people_assign(struct fixture *f, uint64_t incident, const char *crew)
{
  Vd__Assign assign = VD__ASSIGN__INIT;
  assign.incident = incident;
  assign.crew = (char *)crew;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_ASSIGN;
  command.assign = &assign;
  return fixture_do(f, "control", &command);
}

enum vd_err people_handover(struct fixture *f, const char *from, const char *to)
{
  Vd__Handover handover = VD__HANDOVER__INIT;
  handover.from = (char *)from;
  handover.to = (char *)to;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_HANDOVER;
  command.handover = &handover;
  return fixture_do(f, "control", &command);
}

enum vd_err people_accept(struct fixture *f, uint64_t incident, const char *by)
{
  return fixture_step(f, VD__COMMAND__ACT_ACCEPT, incident, by, 0);
}

enum vd_err people_decline(struct fixture *f, uint64_t incident, const char *by)
{
  return fixture_step(f, VD__COMMAND__ACT_DECLINE, incident, by, 0);
}

// ---- looking ----

struct words {
  char text[96];
};

static struct words words(const char *format, ...) __attribute__((format(printf, 1, 2)));

static struct words words(const char *format, ...)
{
  struct words words = {{0}};
  struct vd_buffer buffer = {0};
  va_list arguments;
  va_start(arguments, format);
  vd_buffer_vprintf(&buffer, format, arguments);
  va_end(arguments);
  cr_assert_lt(buffer.size, sizeof words.text);
  memcpy(words.text, buffer.data, buffer.size);
  vd_buffer_finish(&buffer);
  return words;
}

Vd__Crew *people_crew(const struct fixture *f, const char *id)
{
  Vd__Crew *crew = FIXTURE_FIND(f, CREW, Crew, id);
  cr_assert_not_null(crew, "no crew %s", id);
  return crew;
}

Vd__Incident *people_incident(const struct fixture *f, uint64_t number)
{
  Vd__Incident *incident =
      FIXTURE_FIND(f, INCIDENT, Incident, words("%llu", (unsigned long long)number).text);
  cr_assert_not_null(incident);
  return incident;
}

Vd__Offer *people_offer(const struct fixture *f, uint64_t incident, unsigned number)
{
  unsigned attempt = people_incident(f, incident)->attempt;
  return FIXTURE_FIND(f, OFFER, Offer,
                      words("%llu.%u.o%u", (unsigned long long)incident, attempt, number).text);
}

const char *people_offered_to(const struct fixture *f, uint64_t incident)
{
  const Vd__Offer *offer;
  for (unsigned i = 1; (offer = people_offer(f, incident, i)); i++)
    if (offer->state == VD__OFFER_STATE__OFFER_STATE_OPEN && !offer->handover)
      return offer->crew;
  return "";
}

bool people_is_called(const struct fixture *f, uint64_t incident, const char *crew, Vd__AlertWhy why)
{
  const Vd__Alert *alert =
      FIXTURE_FIND(f, ALERT, Alert, words("%llu.%s", (unsigned long long)incident, crew).text);
  if (!alert || alert->state != VD__ALERT_STATE__ALERT_STATE_OPEN)
    return false;
  for (size_t i = 0; i < alert->n_reasons; i++)
    if (alert->reasons[i]->why == why)
      return true;
  return false;
}

const Vd__Fact *people_fact(const struct fixture *f)
{
  cr_assert_gt(f->n_changes, 0u);
  const Vd__Fact *fact = f->changes[f->n_changes - 1]->fact;
  cr_assert_not_null(fact);
  return fact;
}

bool people_says(char *const *items, size_t count, const char *word)
{
  for (size_t i = 0; i < count; i++)
    if (strcmp(items[i], word) == 0)
      return true;
  return false;
}
