// After a commit whose outcome nobody knows the loop still runs for a moment, for reads under way: whoever
// repeats a command then must not hear that it was done.
#include <criterion/criterion.h>
#include <stdlib.h>

#include "daemon/loop/daemon.h"
#include "proto/message.h"

struct fixture {
  struct vd_daemon daemon;
  Vd__Commands commands;
  Vd__Request request;
  struct vd_call call;
};

static void on_wake(uv_async_t *wake)
{
  vd_daemon_turn(wake->data);
}

static struct fixture *begin(void)
{
  struct fixture *f = vd_zalloc(sizeof *f);
  struct vd_daemon *d = &f->daemon;
  cr_assert_eq(uv_loop_init(&d->uv), 0);
  cr_assert_eq(vd_inbox_init(&d->inbox, &d->uv, on_wake, d), 0);
  d->clock.scale = 1;
  d->gathering = &d->batches[0];
  d->venue = vd_venue_create();
  d->answered = vd_answered_create();
  vd__commands__init(&f->commands);
  vd__request__init(&f->request);
  f->request.body_case = VD__REQUEST__BODY_COMMANDS;
  f->request.commands = &f->commands;
  f->call = (struct vd_call){.request = &f->request, .principal = "local-admin"};
  return f;
}

static void finish(struct fixture *f)
{
  struct vd_daemon *d = &f->daemon;
  uv_close((uv_handle_t *)&d->inbox.wake, NULL);
  while (uv_run(&d->uv, UV_RUN_DEFAULT) != 0)
    ;
  cr_assert_eq(uv_loop_close(&d->uv), 0);
  vd_inbox_finish(&d->inbox);
  vd_answered_destroy(d->answered);
  vd_venue_destroy(d->venue);
  free(f);
}

Test(failure, nothing_that_waits_is_executed_any_more)
{
  struct fixture *f = begin();
  cr_assert(vd_inbox_put(&f->daemon.inbox, &f->call));
  vd_daemon_fail(&f->daemon, 1);
  uv_run(&f->daemon.uv, UV_RUN_NOWAIT); // as the end does, until reads under way are done
  vd_daemon_turn(&f->daemon);
  cr_assert_eq(f->daemon.inbox.first, &f->call, "it is handed back at the end");
  cr_assert_eq(f->daemon.exit_status, 1);
  finish(f);
}

Test(failure, nothing_new_is_taken_in)
{
  struct fixture *f = begin();
  vd_daemon_fail(&f->daemon, 1);
  cr_assert_not(vd_inbox_put(&f->daemon.inbox, &f->call));
  finish(f);
}

// A quota that statvfs does not know of must not turn the venue about every second.
Test(failure, writing_is_tried_again_less_and_less_often)
{
  static const int64_t waits_s[] = {1, 2, 4, 8, 16, 32, 60, 60};
  int64_t wait_ms = 0;
  for (size_t i = 0; i < sizeof waits_s / sizeof *waits_s; i++) {
    wait_ms = vd_resume_wait_ms(wait_ms, 10);
    cr_assert_eq(wait_ms, waits_s[i] * 1000);
  }
  cr_assert_eq(vd_resume_wait_ms(wait_ms, 60 * 1000), 60 * 1000);
  cr_assert_eq(vd_resume_wait_ms(wait_ms, 60 * 1000 + 1), 1000, "it wrote for a while: that is another time");
}

Test(failure, no_beat_tells_what_memory_believes)
{
  struct fixture *f = begin();
  vd_daemon_fail(&f->daemon, 1);
  vd_daemon_beat(&f->daemon); // without net and journal: whatever it would tell or keep ends the test
  finish(f);
}
