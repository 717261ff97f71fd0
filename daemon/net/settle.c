// Callbacks that are under way come to their end before the pipe they work for is taken down. nng does not
// wait for them from 1.7 on: a write on a WebSocket is reported after its lock is let go, and when the peer
// leaves in that moment, the pipe is freed first (1.10: "panic: pthread_mutex_lock", once in some hundred
// short conversations on a busy machine).
//
// nng's reaper calls us before it takes a pipe down, with the pipe closed already, so what still works for it
// runs on a task thread or waits for one. A job of ours for each task thread, that holds it until all of them
// are held, comes after that in the queue: when it ends, so has all that came before. What ended may have
// queued one more report (the stream's, the message's), so it is done as often as reports follow each other.
#include <time.h>

#include "daemon/net/internal.h"

enum { REPORTS = 3, GIVE_UP_MS = 200 };

#if NNG_MAJOR_VERSION > 1 || NNG_MINOR_VERSION >= 7
static const bool is_needed = true;
void vd_net_library_begin(void)
{
  nng_init_set_parameter(NNG_INIT_NUM_TASK_THREADS, VD_TASK_THREADS);
}
#else
static const bool is_needed = false;
void vd_net_library_begin(void)
{
}
#endif

static struct timespec give_up_at(void)
{
  int64_t at_ns = vd_net_mono_ns() + (int64_t)GIVE_UP_MS * 1000000;
  return (struct timespec){.tv_sec = at_ns / 1000000000, .tv_nsec = at_ns % 1000000000};
}

// On a task thread: held until all are. Should a callback wait for what another would do, time ends it.
static void on_task(void *argument)
{
  struct vd_settler *settler = argument;
  struct timespec until = give_up_at();
  pthread_mutex_lock(&settler->lock);
  unsigned round = settler->round;
  if (++settler->held == VD_TASK_THREADS) {
    settler->round++;
    pthread_cond_broadcast(&settler->all_held);
  }
  while (settler->round == round &&
         pthread_cond_clockwait(&settler->all_held, &settler->lock, CLOCK_MONOTONIC, &until) == 0)
    ;
  pthread_mutex_unlock(&settler->lock);
}

static void settle_once(struct vd_settler *settler)
{
  pthread_mutex_lock(&settler->lock);
  settler->held = 0;
  settler->round++;
  pthread_mutex_unlock(&settler->lock);
  for (size_t i = 0; i < VD_TASK_THREADS; i++)
    if (nng_aio_begin(settler->tasks[i]))
      nng_aio_finish(settler->tasks[i], 0);
  for (size_t i = 0; i < VD_TASK_THREADS; i++)
    nng_aio_wait(settler->tasks[i]);
}

void vd_settle(struct vd_settler *settler)
{
  for (int i = 0; is_needed && i < REPORTS; i++)
    settle_once(settler);
}

enum vd_err vd_settler_start(struct vd_settler *settler, struct vd_refusal *refusal)
{
  pthread_mutex_init(&settler->lock, NULL);
  pthread_cond_init(&settler->all_held, NULL);
  int rv = 0;
  for (size_t i = 0; rv == 0 && i < VD_TASK_THREADS; i++)
    rv = nng_aio_alloc(&settler->tasks[i], on_task, settler);
  return rv == 0 ? VD_OK : vd_nng_failed(rv, "tasks", refusal);
}

void vd_settler_stop(struct vd_settler *settler)
{
  for (size_t i = 0; i < VD_TASK_THREADS; i++)
    nng_aio_free(settler->tasks[i]);
  pthread_cond_destroy(&settler->all_held);
  pthread_mutex_destroy(&settler->lock);
}
