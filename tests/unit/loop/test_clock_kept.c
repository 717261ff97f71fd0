// A clock that a person accepted is accepted for good: the answer waits until meta says so on disk.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/loop/daemon.h"
#include "daemon/net/internal.h"
#include "proto/message.h"

enum { TWO_DAYS_MS = 48 * 60 * 60 * 1000 };

static const Vd__Principal *admin(void)
{
  static Vd__Principal principal;
  vd__principal__init(&principal);
  principal.id = (char *)"admin-1";
  principal.role = VD__ROLE__ROLE_ADMIN;
  return &principal;
}

static void on_committed(uv_async_t *wake)
{
  vd_daemon_on_committed(wake->data);
}

static void doubt(struct vd_daemon *d)
{
  struct vd_clock_reading now = vd_clock_read();
  d->clock = (struct vd_clock){.scale = 1,
                               .in_doubt = true,
                               .anchor_wall_ms = now.wall_ms,
                               .anchor_boot_ms = now.boot_ms,
                               .kept_venue_ms = now.wall_ms - TWO_DAYS_MS,
                               .kept_wall_ms = now.wall_ms - TWO_DAYS_MS};
  d->clock.anchor_venue_ms = d->clock.last_ms = d->clock.kept_venue_ms;
}

static void open_journal(struct vd_daemon *d, const char *folder)
{
  struct vd_journal_options options = {.data_dir = folder, .map_size_bytes = 64 << 20};
  cr_assert_eq(vd_journal_open(&d->journal, &options, NULL), VD_OK);
  d->meta = *vd_journal_meta(d->journal);
}

static struct vd_daemon *begin(const char *folder)
{
  struct vd_daemon *d = vd_zalloc(sizeof *d);
  d->gathering = &d->batches[0];
  d->venue = vd_venue_create();
  d->dirty = vd_dirty_create(0);
  d->net = vd_zalloc(sizeof *d->net); // with no face open: nobody listens
  open_journal(d, folder);
  cr_assert_eq(uv_loop_init(&d->uv), 0);
  cr_assert_eq(vd_inbox_init(&d->inbox, &d->uv, NULL, d), 0);
  uv_async_init(&d->uv, &d->committed_wake, on_committed);
  d->committed_wake.data = d;
  uv_timer_init(&d->uv, &d->due_timer);
  cr_assert_eq(vd_writer_create(&d->writer, d->journal, vd_daemon_commit_done, d), VD_OK);
  return d;
}

static void close_handle(uv_handle_t *handle, void *unused)
{
  (void)unused;
  uv_close(handle, NULL);
}

static void finish(struct vd_daemon *d)
{
  vd_writer_destroy(d->writer);
  uv_walk(&d->uv, close_handle, NULL);
  while (uv_run(&d->uv, UV_RUN_DEFAULT) != 0)
    ;
  cr_assert_eq(uv_loop_close(&d->uv), 0);
  vd_inbox_finish(&d->inbox);
  vd_dirty_destroy(d->dirty);
  vd_venue_destroy(d->venue);
  vd_batch_finish(&d->batches[0]);
  vd_batch_finish(&d->batches[1]);
  vd_journal_close(d->journal);
  free(d->net);
  free(d);
}

static Vd__Response *accept_clock(struct vd_daemon *d)
{
  Vd__ClockAccept body = VD__CLOCK_ACCEPT__INIT;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_CLOCK_ACCEPT;
  request.clock_accept = &body;
  struct vd_call call = {.request = &request, .principal = "admin-1"};
  Vd__Response *response = vd_response_new(&call);
  vd_daemon_look_at_clock(d);
  cr_assert(vd_daemon_query(d, &call, admin(), response));
  return response;
}

static void remove_folder(const char *folder)
{
  static const char *const names[] = {"/journal/data.mdb", "/journal/lock.mdb", "/lock", "/journal", ""};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct vd_buffer path = {0};
    vd_buffer_printf(&path, "%s%s", folder, names[i]);
    vd_buffer_append(&path, "", 1);
    remove((char *)path.data);
    vd_buffer_finish(&path);
  }
}

Test(clock_kept, an_accepted_clock_is_committed_though_nothing_else_changed)
{
  char folder[] = "/tmp/vd-clock-XXXXXX";
  cr_assert_not_null(mkdtemp(folder));
  struct vd_daemon *d = begin(folder);
  doubt(d);
  Vd__Response *response = accept_clock(d);
  cr_assert_null(response->refusal);
  vd__response__free_unpacked(response, NULL);
  vd_daemon_turn(d);
  cr_assert_not_null(d->committing, "the answer waits for the disk");
  while (d->committing != NULL)
    uv_run(&d->uv, UV_RUN_ONCE);
  finish(d);

  d = vd_zalloc(sizeof *d);
  open_journal(d, folder);
  struct vd_clock_reading now = vd_clock_read();
  struct vd_clock_options options = {.scale = 0};
  cr_assert_eq(vd_clock_start(&d->clock, &d->meta, &options, &now, NULL), VD_OK);
  cr_assert_not(d->clock.in_doubt, "a restart does not doubt again");
  cr_assert_geq(vd_clock_now(&d->clock, &now), now.wall_ms - 60 * 1000);
  vd_journal_close(d->journal);
  free(d);
  remove_folder(folder);
}

Test(clock_kept, while_nothing_can_be_kept_it_is_not_tried)
{
  char folder[] = "/tmp/vd-clock-XXXXXX";
  cr_assert_not_null(mkdtemp(folder));
  struct vd_daemon *d = begin(folder);
  doubt(d);
  d->is_read_only = true;
  vd__response__free_unpacked(accept_clock(d), NULL);
  vd_daemon_turn(d);
  cr_assert_null(d->committing);
  cr_assert_not(d->clock.in_doubt);
  finish(d);
  remove_folder(folder);
}
