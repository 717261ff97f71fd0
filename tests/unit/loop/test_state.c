// A page of the state says how far it reaches: who subscribes and goes on from there misses nothing.
#include <criterion/criterion.h>
#include <stdlib.h>

#include "daemon/loop/daemon.h"
#include "proto/message.h"

static struct vd_daemon *begin(void)
{
  struct vd_daemon *d = vd_zalloc(sizeof *d);
  d->gathering = &d->batches[0];
  d->venue = vd_venue_create();
  d->dirty = vd_dirty_create(0);
  return d;
}

static void finish(struct vd_daemon *d)
{
  vd_batch_finish(&d->batches[0]);
  vd_dirty_destroy(d->dirty);
  vd_venue_destroy(d->venue);
  free(d);
}

static void change(struct vd_daemon *d, const char *name)
{
  Vd__Principal principal = VD__PRINCIPAL__INIT;
  principal.id = (char *)name;
  principal.role = VD__ROLE__ROLE_WALL;
  Vd__SetPrincipal act = VD__SET_PRINCIPAL__INIT;
  act.principal = &principal;
  Vd__Command command = VD__COMMAND__INIT;
  command.id = (char *)name;
  command.act_case = VD__COMMAND__ACT_PRINCIPAL;
  command.principal = &act;
  cr_assert_eq(vd_daemon_command_self(d, &command, NULL), VD_OK);
}

static Vd__Response *look(struct vd_daemon *d)
{
  Vd__StateQuery query = VD__STATE_QUERY__INIT;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_STATE;
  request.state = &query;
  struct vd_call call = {.request = &request, .principal = "local-admin"};
  Vd__Response *response = vd_response_new(&call);
  cr_assert(vd_daemon_query(d, &call, vd_daemon_principal(d, "local-admin"), response));
  return response;
}

Test(state, what_the_same_batch_adds_later_is_not_said_to_be_in_the_page)
{
  struct vd_daemon *d = begin();
  change(d, "desk-1");
  Vd__Response *response = look(d);
  change(d, "desk-2"); // commits with it
  cr_assert_eq(response->state->n_entities, 1);
  cr_assert_eq(response->sequence, 1);
  vd__response__free_unpacked(response, NULL);
  finish(d);
}

Test(state, what_read_only_mode_derives_in_memory_is_no_history)
{
  struct vd_daemon *d = begin();
  change(d, "desk-1");
  change(d, "desk-2");
  d->is_read_only = true;
  d->committed = 1;
  Vd__Response *response = look(d);
  cr_assert_eq(response->sequence, 1);
  vd__response__free_unpacked(response, NULL);
  finish(d);
}
