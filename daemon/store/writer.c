// A thread, a mutex, a condition, and one place for a batch.
#include "daemon/store/writer.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "proto/message.h"

struct vd_writer {
  struct vd_journal *journal;
  vd_writer_done_fn done;
  void *context;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  const struct vd_journal_batch *batch; // under way; NULL = idle
  bool is_ending;
};

// The batch under way, once there is one; NULL when the thread is to end, which is never before a batch is
// done.
static const struct vd_journal_batch *await(struct vd_writer *writer)
{
  pthread_mutex_lock(&writer->mutex);
  while (writer->batch == NULL && !writer->is_ending)
    pthread_cond_wait(&writer->changed, &writer->mutex);
  const struct vd_journal_batch *batch = writer->batch;
  pthread_mutex_unlock(&writer->mutex);
  return batch;
}

static void *run(void *argument)
{
  struct vd_writer *writer = argument;
  for (const struct vd_journal_batch *batch; (batch = await(writer)) != NULL;) {
    struct vd_refusal refusal = {.err = VD_OK};
    enum vd_err err = vd_journal_append(writer->journal, batch, &refusal);
    // Idle first: `done` may bring about the next submit before it returns.
    pthread_mutex_lock(&writer->mutex);
    writer->batch = NULL;
    pthread_mutex_unlock(&writer->mutex);
    writer->done(writer->context, err, &refusal);
  }
  return NULL;
}

enum vd_err vd_writer_create(struct vd_writer **writer, struct vd_journal *journal, vd_writer_done_fn done,
                             void *context)
{
  struct vd_writer *created = vd_zalloc(sizeof *created);
  *created = (struct vd_writer){.journal = journal, .done = done, .context = context};
  pthread_mutex_init(&created->mutex, NULL);
  pthread_cond_init(&created->changed, NULL);
  // Signals are the loop's business.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&created->thread, NULL, run, created);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error != 0) {
    pthread_cond_destroy(&created->changed);
    pthread_mutex_destroy(&created->mutex);
    free(created);
    return VD_ERR_INTERNAL;
  }
  pthread_setname_np(created->thread, "journal");
  *writer = created;
  return VD_OK;
}

void vd_writer_submit(struct vd_writer *writer, const struct vd_journal_batch *batch)
{
  pthread_mutex_lock(&writer->mutex);
  assert(writer->batch == NULL && !writer->is_ending);
  writer->batch = batch;
  pthread_mutex_unlock(&writer->mutex);
  pthread_cond_signal(&writer->changed); // after the unlock: else the thread wakes to wait for the mutex
}

void vd_writer_destroy(struct vd_writer *writer)
{
  if (writer == NULL)
    return;
  pthread_mutex_lock(&writer->mutex);
  writer->is_ending = true;
  pthread_cond_signal(&writer->changed);
  pthread_mutex_unlock(&writer->mutex);
  pthread_join(writer->thread, NULL);
  pthread_cond_destroy(&writer->changed);
  pthread_mutex_destroy(&writer->mutex);
  free(writer);
}
