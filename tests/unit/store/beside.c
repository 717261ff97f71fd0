// A plain program, since it forks and since ThreadSanitizer does not work under criterion: one process
// appends without rest by its writer thread, another opens the same journal again and again to verify it and
// to copy it.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/store/writer.h"
#include "fixture.h"

enum { BATCHES = 300, ROUNDS = 12 };

struct loop {
  pthread_mutex_t mutex;
  pthread_cond_t heard;
  unsigned done, failed;
};

static void on_done(void *context, enum vd_err result, const struct vd_refusal *refusal)
{
  struct loop *loop = context;
  if (result != VD_OK)
    printf("# append: %s: %s\n", vd_err_name(result), refusal->detail);
  pthread_mutex_lock(&loop->mutex);
  loop->done++;
  loop->failed += result != VD_OK;
  pthread_cond_signal(&loop->heard);
  pthread_mutex_unlock(&loop->mutex);
}

// The daemon: until the reader has closed its end of the pipe, and at least BATCHES batches.
static unsigned write_until(struct vd_journal *journal, int reader)
{
  struct loop loop = {.mutex = PTHREAD_MUTEX_INITIALIZER, .heard = PTHREAD_COND_INITIALIZER};
  struct vd_writer *writer = NULL;
  struct venue venue;
  venue_init(&venue, 1, 500);
  unsigned failed = vd_writer_create(&writer, journal, on_done, &loop) != VD_OK;
  char byte;
  bool is_read = false;
  for (unsigned i = 1; failed == 0 && (i <= BATCHES || !is_read); i++) {
    struct batch batch = {.changes = NULL};
    venue_act(&venue, &batch, 10, 20);
    vd_writer_submit(writer, &batch.journal);
    pthread_mutex_lock(&loop.mutex);
    while (loop.done < i)
      pthread_cond_wait(&loop.heard, &loop.mutex);
    failed = loop.failed;
    pthread_mutex_unlock(&loop.mutex);
    batch_clear(&batch);
    is_read = is_read || read(reader, &byte, 1) == 0; // does not block
  }
  vd_writer_destroy(writer);
  venue_finish(&venue);
  return failed;
}

static int read_beside(const char *folder)
{
  uint64_t sequence = 0;
  for (unsigned i = 0; i < ROUNDS; i++) {
    struct vd_journal *journal = NULL;
    struct vd_verify_result result = {.changes = 0};
    struct vd_refusal refusal = {.err = VD_OK};
    struct vd_journal_options options = {.data_dir = folder, .is_reader = true};
    enum vd_err err = vd_journal_open(&journal, &options, &refusal);
    if (err == VD_OK)
      err = vd_journal_verify(journal, NULL, NULL, &result, &refusal);
    if (err == VD_OK && i % 4 == 3) {
      char name[] = "copy-a";
      name[5] = (char)('a' + i);
      char *target = folder_file(folder, name);
      err = vd_journal_backup(journal, target, NULL, NULL, &refusal);
      free(target);
    }
    vd_journal_close(journal);
    if (err != VD_OK || result.sequence < sequence) {
      printf("# round %u: %s: %s\n", i, vd_err_name(err), refusal.detail);
      return 1;
    }
    sequence = result.sequence;
  }
  return 0;
}

int main(void)
{
  char *folder = folder_make();
  int ends[2];
  if (pipe2(ends, O_NONBLOCK) != 0)
    return 1;
  // The journal is there before the fork, and closed: a child must not inherit an environment.
  vd_journal_close(journal_open(folder, false));
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    int status = read_beside(folder);
    fflush(stdout);
    _exit(status);
  }
  close(ends[1]);
  struct vd_journal *journal = journal_open(folder, false);
  unsigned failed = write_until(journal, ends[0]);
  int status = 1;
  waitpid(child, &status, 0);
  vd_journal_close(journal);
  close(ends[0]);
  folder_remove(folder);
  printf("1..2\n%s - appends while another process reads\n%s - verifies and copies while another process "
         "appends\n",
         failed == 0 ? "ok 1" : "not ok 1", status == 0 ? "ok 2" : "not ok 2");
  return failed != 0 || status != 0;
}
