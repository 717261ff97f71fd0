// A backup is a data folder: it opens, verifies, and goes on.
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/store/journal_internal.h"
#include "fixture.h"

static void back_up(struct vd_journal *journal, const char *target)
{
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = vd_journal_backup(journal, target, NULL, NULL, &refusal);
  cr_assert_eq(err, VD_OK, "%s: %s", vd_err_name(err), refusal.detail);
}

Test(backup, holds_all_and_goes_on)
{
  char *folder = folder_make(), *target = folder_file(folder, "copy");
  struct vd_journal *journal = journal_open(folder, false);
  struct venue venue;
  venue_init(&venue, seed_of_run(), 100);
  struct batch batch = {.changes = NULL};
  struct vd_meta meta = *vd_journal_meta(journal);
  meta.scale = 60;
  venue_act(&venue, &batch, 500, 50);
  batch.journal.meta = &meta;
  journal_append(journal, &batch);
  back_up(journal, target);
  uint8_t chain[VD_CHAIN_SIZE], copied[VD_CHAIN_SIZE];
  vd_journal_chain(journal, chain);
  uint64_t watermark = vd_journal_watermark(journal);
  vd_journal_close(journal);

  cr_assert_not(folder_has(target, "partial"));
  journal = journal_open(target, false);
  vd_journal_chain(journal, copied);
  cr_assert_eq(memcmp(chain, copied, VD_CHAIN_SIZE), 0);
  cr_assert_eq(vd_journal_sequence(journal), 500);
  cr_assert_eq(vd_journal_watermark(journal), watermark);
  cr_assert_eq(vd_journal_meta(journal)->scale, 60);
  cr_assert_eq(vd_journal_meta(journal)->epoch, 2);
  venue_act(&venue, &batch, 50, 50);
  journal_append(journal, &batch);
  cr_assert_eq(journal_verify(journal).sequence, 550);
  vd_journal_close(journal);
  venue_finish(&venue);
  free(target);
  folder_remove(folder);
}

Test(backup, of_an_empty_journal)
{
  char *folder = folder_make(), *target = folder_file(folder, "copy");
  struct vd_journal *journal = journal_open(folder, false);
  back_up(journal, target);
  vd_journal_close(journal);
  journal = journal_open(target, false);
  cr_assert_eq(vd_journal_sequence(journal), 0);
  vd_journal_close(journal);
  free(target);
  folder_remove(folder);
}

Test(backup, of_a_reader_into_an_empty_folder_that_is_there)
{
  char *folder = folder_make(), *target = folder_make();
  struct vd_journal *journal = journal_open(folder, false);
  journal_fill(journal, 10);
  vd_journal_close(journal);
  journal = journal_open(folder, true);
  back_up(journal, target);
  vd_journal_close(journal);
  journal = journal_open(target, true);
  cr_assert_eq(journal_verify(journal).sequence, 10);
  vd_journal_close(journal);
  folder_remove(folder);
  folder_remove(target);
}

Test(backup, a_folder_that_is_not_empty_is_refused_and_left_alone)
{
  char *folder = folder_make(), *target = folder_make(), *file = folder_file(target, "precious");
  close(open(file, O_WRONLY | O_CREAT | O_EXCL, 0600));
  struct vd_journal *journal = journal_open(folder, false);
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(vd_journal_backup(journal, target, NULL, NULL, &refusal), VD_ERR_FOLDER_NOT_EMPTY);
  cr_assert_str_eq(refusal.detail, target);
  cr_assert_str_eq(refusal.field, "target");
  cr_assert_eq(vd_journal_backup(journal, folder, NULL, NULL, &refusal), VD_ERR_FOLDER_NOT_EMPTY, "itself");
  cr_assert_eq(vd_journal_backup(journal, file, NULL, NULL, &refusal), VD_ERR_NOT_A_FOLDER);
  cr_assert(folder_has(target, "precious"));
  cr_assert_not(folder_has(target, "partial"));
  cr_assert_not(folder_has(target, "journal"));
  vd_journal_close(journal);
  free(file);
  folder_remove(target);
  folder_remove(folder);
}

Test(backup, of_a_damaged_journal_is_refused_and_leaves_nothing)
{
  char *folder = folder_make(), *target = folder_file(folder, "copy");
  struct vd_journal *journal = journal_open(folder, false);
  journal_fill(journal, 100);
  vd_journal_close(journal);
  cr_assert_gt(journal_flip(folder, "a line of 50.", 13, 1), 0);
  journal = journal_open(folder, false);
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(vd_journal_backup(journal, target, NULL, NULL, &refusal), VD_ERR_DAMAGED);
  cr_assert_not_null(strstr(refusal.detail, "Change 50 "), "%s", refusal.detail);
  cr_assert_not(folder_has(target, "journal"));
  cr_assert_not(folder_has(target, "partial"), "and may be tried again");
  vd_journal_close(journal);
  free(target);
  folder_remove(folder);
}

// A row that no Change made passes every checksum: only the verification of the copy finds it.
Test(backup, is_verified_before_it_is_called_one)
{
  char *folder = folder_make(), *target = folder_file(folder, "copy");
  struct vd_journal *journal = journal_open(folder, false);
  struct batch batch = {.changes = NULL};
  batch_add_note(&batch, 1, 1, "a");
  batch_add_row(&batch, 1, 2, "b");
  journal_append(journal, &batch);
  struct vd_refusal refusal = {.err = VD_OK};
  cr_assert_eq(vd_journal_backup(journal, target, NULL, NULL, &refusal), VD_ERR_DAMAGED);
  cr_assert_not(folder_has(target, "journal"));
  vd_journal_close(journal);
  free(target);
  folder_remove(folder);
}

Test(backup, onto_a_full_disk_is_refused_and_leaves_nothing)
{
  char *folder = folder_make(), *target = folder_file(folder, "copy");
  struct vd_journal *journal = journal_open(folder, false);
  journal_fill(journal, 5000);
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit;
  cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = 64 << 10;
  cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = vd_journal_backup(journal, target, NULL, NULL, &refusal);
  limit.rlim_cur = RLIM_INFINITY < limit.rlim_max ? RLIM_INFINITY : limit.rlim_max;
  cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
  cr_assert_eq(err, VD_ERR_DISK_FULL, "%s: %s", vd_err_name(err), refusal.detail);
  cr_assert_not(folder_has(target, "journal"));
  cr_assert_not(folder_has(target, "partial"));
  vd_journal_close(journal);
  free(target);
  folder_remove(folder);
}

Test(backup, is_no_longer_than_it_needs_to_be)
{
  char *folder = folder_make(), *target = folder_file(folder, "copy");
  struct vd_journal *journal = journal_open(folder, false);
  journal_fill(journal, 1000);
  back_up(journal, target);
  char *path = folder_file(target, "journal/data.mdb");
  struct stat status;
  cr_assert_eq(stat(path, &status), 0);
  cr_assert_leq((uint64_t)status.st_size, vd_used_bytes(journal));
  vd_journal_close(journal);
  free(path);
  free(target);
  folder_remove(folder);
}

// ---- while the daemon runs ----

struct beside {
  struct vd_journal *journal;
  struct venue venue;
  unsigned calls;
};

static void append_between(void *context, uint64_t done, uint64_t total)
{
  struct beside *beside = context;
  beside->calls++;
  cr_assert_leq(done, total);
  for (unsigned i = 0; i < 5; i++) {
    struct batch batch = {.changes = NULL};
    venue_act(&beside->venue, &batch, 200, 400);
    journal_append(beside->journal, &batch);
  }
}

// The rows of different pieces are of different times, and the watermark moves meanwhile.
Test(backup, is_whole_though_the_journal_grows_between_its_pieces, .timeout = 120)
{
  char *folder = folder_make(), *target = folder_file(folder, "copy");
  struct beside beside = {.journal = journal_open(folder, false)};
  venue_init(&beside.venue, seed_of_run(), 24000);
  for (unsigned i = 0; i < 20; i++) {
    struct batch batch = {.changes = NULL};
    venue_act(&beside.venue, &batch, 2000, 1500);
    journal_append(beside.journal, &batch);
  }
  uint64_t before = vd_journal_sequence(beside.journal);
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = vd_journal_backup(beside.journal, target, append_between, &beside, &refusal);
  cr_assert_eq(err, VD_OK, "%s", refusal.detail);
  cr_assert_geq(beside.calls, 7, "one piece of the private table, two of rows, four of Changes");
  uint64_t after = vd_journal_sequence(beside.journal);
  vd_journal_close(beside.journal);
  struct vd_journal *copy = journal_open(target, false);
  uint64_t sequence = vd_journal_sequence(copy);
  cr_assert_gt(sequence, before);
  cr_assert_lt(sequence, after);
  cr_assert_eq(journal_verify(copy).sequence, sequence);
  vd_journal_close(copy);
  venue_finish(&beside.venue);
  free(target);
  folder_remove(folder);
}
