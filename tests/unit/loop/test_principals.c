// Who may speak is taken up whole, or not at all.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/loop/daemon.h"
#include "proto/message.h"

enum { TOKENS = 2 };

struct fixture {
  struct vd_daemon daemon;
  struct vd_options options;
  Vd__Config config;
  Vd__ConfigToken tokens[TOKENS];
  Vd__ConfigToken *items[TOKENS];
  char folder[32];
  char paths[TOKENS][64];
};

static struct fixture *begin(void)
{
  static const char *const names[TOKENS] = {"desk-1", "wall-lobby"};
  struct fixture *f = vd_zalloc(sizeof *f);
  memcpy(f->folder, "/tmp/vd-principals-XXXXXX", sizeof "/tmp/vd-principals-XXXXXX");
  cr_assert_not_null(mkdtemp(f->folder));
  vd__config__init(&f->config);
  for (size_t i = 0; i < TOKENS; i++) {
    snprintf(f->paths[i], sizeof f->paths[i], "%s/token-%zu", f->folder, i);
    FILE *file = fopen(f->paths[i], "w");
    cr_assert_not_null(file);
    fprintf(file, "a-token-of-sixteen-bytes-%zu\n", i);
    fclose(file);
    cr_assert_eq(chmod(f->paths[i], 0600), 0);
    vd__config_token__init(&f->tokens[i]);
    f->tokens[i].name = (char *)names[i];
    f->tokens[i].role = VD__ROLE__ROLE_WALL;
    f->tokens[i].file = f->paths[i];
    f->items[i] = &f->tokens[i];
  }
  f->config.tokens = f->items;
  f->config.n_tokens = TOKENS;
  struct vd_daemon *d = &f->daemon;
  d->options = &f->options;
  d->gathering = &d->batches[0];
  d->venue = vd_venue_create();
  d->dirty = vd_dirty_create(0);
  return f;
}

static void finish(struct fixture *f)
{
  for (size_t i = 0; i < TOKENS; i++)
    unlink(f->paths[i]);
  rmdir(f->folder);
  vd_batch_finish(&f->daemon.batches[0]);
  vd_dirty_destroy(f->daemon.dirty);
  vd_venue_destroy(f->daemon.venue);
  free(f);
}

static const Vd__Principal *find(const struct fixture *f, const char *id)
{
  return (const Vd__Principal *)vd_fold_find(vd_venue_fold(f->daemon.venue), VD__KIND__KIND_PRINCIPAL, id);
}

static void is_refused_whole(struct fixture *f, enum vd_err expected)
{
  struct vd_refusal refusal = {.err = VD_OK};
  size_t before = f->daemon.gathering->change_count;
  cr_expect_eq(vd_daemon_set_principals(&f->daemon, &f->config, &refusal), expected, "%s: %s", refusal.field,
               refusal.detail);
  cr_expect_eq(f->daemon.gathering->change_count, before, "nothing was changed");
}

Test(principals, all_are_set_and_whoever_is_left_out_is_revoked)
{
  struct fixture *f = begin();
  cr_assert_eq(vd_daemon_set_principals(&f->daemon, &f->config, NULL), VD_OK);
  cr_assert_eq(f->daemon.gathering->change_count, 2);
  cr_assert_eq(vd_daemon_set_principals(&f->daemon, &f->config, NULL), VD_OK);
  cr_assert_eq(f->daemon.gathering->change_count, 2, "the same again is no change");
  f->config.n_tokens = 1;
  cr_assert_eq(vd_daemon_set_principals(&f->daemon, &f->config, NULL), VD_OK);
  cr_assert_not(find(f, "desk-1")->revoked);
  cr_assert(find(f, "wall-lobby")->revoked);
  finish(f);
}

Test(principals, a_token_that_cannot_be_read_changes_nobody)
{
  struct fixture *f = begin();
  cr_assert_eq(vd_daemon_set_principals(&f->daemon, &f->config, NULL), VD_OK);
  f->tokens[0].role = VD__ROLE__ROLE_CONTROL;
  unlink(f->paths[1]);
  is_refused_whole(f, VD_ERR_IO);
  cr_assert_eq(find(f, "desk-1")->role, VD__ROLE__ROLE_WALL);
  finish(f);
}

Test(principals, names_are_words_and_belong_to_one)
{
  static const char *const names[] = {"desk-1", "local-admin", "venued", "Desk", ""};
  struct fixture *f = begin();
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    f->tokens[1].name = (char *)names[i];
    is_refused_whole(f, VD_ERR_BAD_VALUE);
  }
  finish(f);
}

Test(principals, a_role_is_given)
{
  struct fixture *f = begin();
  f->tokens[1].role = VD__ROLE__ROLE_UNSPECIFIED;
  is_refused_whole(f, VD_ERR_MISSING);
  finish(f);
}
