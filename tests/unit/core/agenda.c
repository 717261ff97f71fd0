#include "tests/unit/core/agenda.h"

#include <criterion/criterion.h>
#include <string.h>

#include "daemon/core/key.h"

static Vd__Session *session_of(const struct agenda_row *row)
{
  Vd__Session *session = (Vd__Session *)vd_message_new(&vd__session__descriptor);
  vd_string_set(&session->id, row->id);
  vd_string_set(&session->zone, row->zone);
  session->title = (Vd__Text *)vd_message_new(&vd__text__descriptor);
  vd_string_set(&session->title->en, row->id);
  session->kind = row->is_break ? VD__SESSION_KIND__SESSION_KIND_BREAK : VD__SESSION_KIND__SESSION_KIND_TALK;
  session->dense = row->is_dense;
  session->start_at_ms = session->planned_start_at_ms = AT(row->start);
  session->end_at_ms = session->planned_end_at_ms = AT(row->end);
  session->state = SESSION(PLANNED);
  session->revision = 1;
  return session;
}

void agenda_put(struct fixture *f, const struct agenda_row *rows, size_t count)
{
  for (size_t i = 0; i < count; i++)
    vd_fold_put(f->mirror, VD__KIND__KIND_SESSION, &session_of(&rows[i])->base);
  uint64_t sequence = vd_venue_sequence(f->venue);
  for (size_t i = 0; i < count; i++) {
    Vd__Entity entity;
    vd_entity_wrap(&entity, VD__KIND__KIND_SESSION,
                   vd_fold_find(f->mirror, VD__KIND__KIND_SESSION, rows[i].id));
    vd_venue_restore_entity(f->venue, &entity);
  }
  cr_assert_eq(sequence, vd_venue_sequence(f->venue));
  fixture_restart(f);
}

void agenda_edit(struct fixture *f, Vd__Kind kind, const char *id, agenda_edit_fn edit)
{
  ProtobufCMessage *live = vd_fold_find(vd_venue_fold(f->venue), kind, id);
  ProtobufCMessage *told = vd_fold_find(f->mirror, kind, id);
  cr_assert(live && told, "no %s", id);
  edit(live);
  edit(told);
  fixture_restart(f);
}

// ---- commands ----

enum vd_err agenda_start(struct fixture *f, const char *id, int64_t acted_at_ms)
{
  Vd__SessionStart start = VD__SESSION_START__INIT;
  start.session = (char *)id;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SESSION_START;
  command.session_start = &start;
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, "control", &command);
}

enum vd_err agenda_end(struct fixture *f, const char *id, int64_t acted_at_ms)
{
  Vd__SessionEnd end = VD__SESSION_END__INIT;
  end.session = (char *)id;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SESSION_END;
  command.session_end = &end;
  command.acted_at_ms = acted_at_ms;
  return fixture_do(f, "control", &command);
}

enum vd_err agenda_shift(struct fixture *f, const char *id, int64_t by_ms, bool following)
{
  Vd__SessionShift shift = VD__SESSION_SHIFT__INIT;
  shift.session = (char *)id;
  shift.by_ms = by_ms;
  shift.following = following;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SESSION_SHIFT;
  command.session_shift = &shift;
  return fixture_do(f, "control", &command);
}

enum vd_err agenda_cancel(struct fixture *f, const char *id, const char *reason)
{
  Vd__SessionCancel cancel = VD__SESSION_CANCEL__INIT;
  cancel.session = (char *)id;
  cancel.reason = (char *)reason;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SESSION_CANCEL;
  command.session_cancel = &cancel;
  return fixture_do(f, "control", &command);
}

enum vd_err agenda_undo(struct fixture *f, const char *id)
{
  Vd__SessionUndo undo = VD__SESSION_UNDO__INIT;
  undo.session = (char *)id;
  Vd__Command command = VD__COMMAND__INIT;
  command.act_case = VD__COMMAND__ACT_SESSION_UNDO;
  command.session_undo = &undo;
  return fixture_do(f, "control", &command);
}

// ---- looking ----

Vd__Session *agenda_session(const struct fixture *f, const char *id)
{
  Vd__Session *session = FIXTURE_FIND(f, SESSION, Session, id);
  cr_assert_not_null(session, "no %s", id);
  return session;
}

static const Vd__Alert *thread(const struct fixture *f, const char *subject, const char *crew)
{
  return FIXTURE_FIND(f, ALERT, Alert, vd_key_of(subject, ".", crew).text);
}

bool agenda_is_called(const struct fixture *f, const char *subject, const char *crew, Vd__AlertWhy why)
{
  const Vd__Alert *alert = thread(f, subject, crew);
  if (!alert || alert->state != VD__ALERT_STATE__ALERT_STATE_OPEN)
    return false;
  for (size_t i = 0; i < alert->n_reasons; i++)
    if (alert->reasons[i]->why == why)
      return true;
  return false;
}

unsigned agenda_calls(const struct fixture *f, const char *subject, const char *crew)
{
  const Vd__Alert *alert = thread(f, subject, crew);
  return alert ? alert->calls : 0;
}

const Vd__Fact *agenda_fact(const struct fixture *f)
{
  cr_assert_gt(f->n_changes, 0);
  return f->changes[f->n_changes - 1]->fact;
}

bool agenda_says(const Vd__Fact *fact, const char *why)
{
  for (size_t i = 0; i < fact->n_why; i++)
    if (strcmp(fact->why[i], why) == 0)
      return true;
  return false;
}
