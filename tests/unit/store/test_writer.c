// The journal thread: one batch after the other, handed back in time.
#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "daemon/store/writer.h"
#include "fixture.h"

// Stands for the loop: hears of each batch and wakes.
struct loop {
  pthread_mutex_t mutex;
  pthread_cond_t heard;
  unsigned done;
  enum vd_err result;
  pthread_t thread; // that called
  sigset_t signals; // that are blocked there
  struct vd_writer *writer;
  const struct vd_journal_batch *next; // to be submitted from within `done`
};

static void init(struct loop *loop)
{
  *loop = (struct loop){.result = VD_ERR_INTERNAL};
  pthread_mutex_init(&loop->mutex, NULL);
  pthread_cond_init(&loop->heard, NULL);
}

static void finish(struct loop *loop)
{
  pthread_cond_destroy(&loop->heard);
  pthread_mutex_destroy(&loop->mutex);
}

static void on_done(void *context, enum vd_err result, const struct vd_refusal *refusal)
{
  (void)refusal;
  struct loop *loop = context;
  pthread_mutex_lock(&loop->mutex);
  loop->done++;
  loop->result = result;
  loop->thread = pthread_self();
  pthread_sigmask(SIG_SETMASK, NULL, &loop->signals);
  const struct vd_journal_batch *next = loop->next;
  loop->next = NULL;
  pthread_cond_signal(&loop->heard);
  pthread_mutex_unlock(&loop->mutex);
  if (next != NULL)
    vd_writer_submit(loop->writer, next);
}

static void wait_for(struct loop *loop, unsigned done)
{
  pthread_mutex_lock(&loop->mutex);
  while (loop->done < done)
    pthread_cond_wait(&loop->heard, &loop->mutex);
  pthread_mutex_unlock(&loop->mutex);
}

Test(writer, commits_one_batch_after_the_other_on_its_own_thread, .timeout = 30)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct loop loop;
  init(&loop);
  cr_assert_eq(vd_writer_create(&loop.writer, journal, on_done, &loop), VD_OK);
  struct venue venue;
  venue_init(&venue, seed_of_run(), 50);
  for (unsigned i = 1; i <= 100; i++) {
    struct batch batch = {.changes = NULL};
    venue_act(&venue, &batch, 10, 10);
    vd_writer_submit(loop.writer, &batch.journal);
    wait_for(&loop, i);
    cr_assert_eq(loop.result, VD_OK);
    cr_assert_eq(vd_journal_sequence(journal), 10 * i);
    batch_clear(&batch);
  }
  cr_assert_not(pthread_equal(loop.thread, pthread_self()));
  cr_assert(sigismember(&loop.signals, SIGTERM), "signals are the loop's");
  sigset_t mine;
  pthread_sigmask(SIG_SETMASK, NULL, &mine);
  cr_assert_not(sigismember(&mine, SIGTERM), "and still are");
  vd_writer_destroy(loop.writer);
  finish(&loop);
  venue_finish(&venue);
  vd_journal_close(journal);
  folder_remove(folder);
}

Test(writer, takes_the_next_batch_from_within_done, .timeout = 30)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct loop loop;
  init(&loop);
  cr_assert_eq(vd_writer_create(&loop.writer, journal, on_done, &loop), VD_OK);
  struct batch first = {.changes = NULL}, second = {.changes = NULL};
  batch_add_note(&first, 1, 1, "a");
  batch_add_note(&second, 2, 2, "b");
  loop.next = &second.journal;
  vd_writer_submit(loop.writer, &first.journal);
  wait_for(&loop, 2);
  cr_assert_eq(vd_journal_sequence(journal), 2);
  vd_writer_destroy(loop.writer);
  finish(&loop);
  batch_clear(&first);
  batch_clear(&second);
  vd_journal_close(journal);
  folder_remove(folder);
}

Test(writer, ends_after_the_batch_under_way, .timeout = 30)
{
  char *folder = folder_make();
  for (uint64_t i = 1; i <= 20; i++) {
    struct vd_journal *journal = journal_open(folder, false);
    struct loop loop;
    init(&loop);
    cr_assert_eq(vd_writer_create(&loop.writer, journal, on_done, &loop), VD_OK);
    struct batch batch = {.changes = NULL};
    batch_add_note(&batch, i, 1, "a");
    vd_writer_submit(loop.writer, &batch.journal);
    vd_writer_destroy(loop.writer);
    cr_assert_eq(loop.done, 1);
    cr_assert_eq(loop.result, VD_OK);
    cr_assert_eq(vd_journal_sequence(journal), i);
    finish(&loop);
    batch_clear(&batch);
    vd_journal_close(journal);
  }
  folder_remove(folder);
}

Test(writer, ends_idle_and_without_ever_being_made, .timeout = 30)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct loop loop;
  init(&loop);
  cr_assert_eq(vd_writer_create(&loop.writer, journal, on_done, &loop), VD_OK);
  vd_writer_destroy(loop.writer);
  vd_writer_destroy(NULL);
  cr_assert_eq(loop.done, 0);
  finish(&loop);
  vd_journal_close(journal);
  folder_remove(folder);
}

Test(writer, says_why_a_batch_failed_and_goes_on, .timeout = 30)
{
  char *folder = folder_make();
  struct vd_journal *journal = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  struct vd_journal_options options = {.data_dir = folder, .map_size_bytes = 256 << 10};
  cr_assert_eq(vd_journal_open(&journal, &options, &refusal), VD_OK);
  struct loop loop;
  init(&loop);
  cr_assert_eq(vd_writer_create(&loop.writer, journal, on_done, &loop), VD_OK);
  struct batch large = {.changes = NULL}, small = {.changes = NULL};
  for (unsigned i = 1; i <= 4000; i++)
    batch_add_note(&large, i, i, "too much for this map");
  batch_add_note(&small, 1, 1, "a");
  vd_writer_submit(loop.writer, &large.journal);
  wait_for(&loop, 1);
  cr_assert_eq(loop.result, VD_ERR_DISK_FULL);
  vd_writer_submit(loop.writer, &small.journal);
  wait_for(&loop, 2);
  cr_assert_eq(loop.result, VD_OK);
  cr_assert_eq(vd_journal_sequence(journal), 1);
  vd_writer_destroy(loop.writer);
  finish(&loop);
  batch_clear(&large);
  batch_clear(&small);
  vd_journal_close(journal);
  folder_remove(folder);
}

// Reading, verifying and backing up run on other threads while the writer never rests.
Test(writer, stands_beside_readers, .timeout = 120)
{
  char *folder = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  struct loop loop;
  init(&loop);
  cr_assert_eq(vd_writer_create(&loop.writer, journal, on_done, &loop), VD_OK);
  struct venue venue;
  venue_init(&venue, seed_of_run(), 2000);
  uint64_t verified = 0;
  for (unsigned i = 1; i <= 40; i++) {
    struct batch batch = {.changes = NULL};
    venue_act(&venue, &batch, 300, 200);
    vd_writer_submit(loop.writer, &batch.journal);
    struct vd_verify_result result;
    struct vd_refusal refusal = {.err = VD_OK};
    enum vd_err err = vd_journal_verify(journal, NULL, NULL, &result, &refusal);
    cr_assert_eq(err, VD_OK, "%s", refusal.detail);
    cr_assert_geq(result.sequence, verified);
    cr_assert_geq(result.sequence, 300 * (i - 1));
    verified = result.sequence;
    cr_assert_gt(vd_journal_free_bytes(journal), 0);
    if (i % 10 == 0) {
      char name[] = "copy0";
      name[4] = (char)('0' + i / 10);
      char *target = folder_file(folder, name);
      err = vd_journal_backup(journal, target, NULL, NULL, &refusal);
      cr_assert_eq(err, VD_OK, "%s", refusal.detail);
      free(target);
    }
    wait_for(&loop, i);
    cr_assert_eq(loop.result, VD_OK);
    batch_clear(&batch);
  }
  vd_writer_destroy(loop.writer);
  finish(&loop);
  venue_finish(&venue);
  vd_journal_close(journal);
  folder_remove(folder);
}
