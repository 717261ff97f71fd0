// Fills a new journal with many Changes quickly: the core and the store without sockets, whole life cycles of
// incidents in batches, checkpointed as the daemon does.
//
//   preload PLAN DATA CHANGES
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/plan.h"
#include "daemon/core/venue.h"
#include "daemon/loop/batch.h"
#include "daemon/loop/dirty.h"
#include "daemon/store/journal.h"
#include "proto/text.h"

// A command each 20 ms of venue time: fast, but slow enough that what was closed long ago can be let go.
enum { CLOSED_AFTER = 1000, COMMANDS_PER_BATCH = 200, COMMAND_MS = 20 };

struct preload {
  struct vd_venue *venue;
  struct vd_journal *journal;
  struct vd_dirty *dirty;
  struct vd_batch batch;
  uint64_t epoch, ids;
  int64_t now_ms;
};

static void fail(const char *what, const char *detail)
{
  fprintf(stderr, "preload: %s: %s\n", what, detail);
  exit(1);
}

static void on_change(void *context, const Vd__Change *change)
{
  struct preload *p = context;
  vd_batch_add_change(&p->batch, change, p->epoch, (struct vd_feeds){.ops = false});
  for (size_t i = 0; i < change->n_upserts; i++)
    vd_dirty_mark(p->dirty, vd_entity_kind(change->upserts[i]),
                  vd_message_id(vd_entity_message(change->upserts[i])));
  for (size_t i = 0; i < change->n_removals; i++)
    vd_dirty_mark(p->dirty, change->removals[i]->kind, change->removals[i]->id);
}

static uint64_t execute(struct preload *p, Vd__Command__ActCase act, void *message, const char *by)
{
  static Vd__Principal admin = VD__PRINCIPAL__INIT;
  admin.id = (char *)"local-admin";
  admin.role = VD__ROLE__ROLE_ADMIN;
  char id[32];
  snprintf(id, sizeof id, "preload-%llu", (unsigned long long)++p->ids);
  Vd__Command command = VD__COMMAND__INIT;
  command.id = id;
  command.by = (char *)by;
  command.act_case = act;
  command.report = message;
  Vd__Reply reply = VD__REPLY__INIT;
  enum vd_err err = vd_venue_execute(p->venue, &admin, id, &command, VD__LANGUAGE__LANGUAGE_EN, p->now_ms,
                                     on_change, p, &reply);
  if (err != VD_OK)
    fail(vd_err_name(err), reply.field);
  uint64_t number = reply.number;
  vd_reply_clear(&reply);
  return number;
}

static void take_entity(void *context, Vd__Kind kind, const char *id)
{
  struct preload *p = context;
  vd_batch_add_entity(&p->batch, kind, id, vd_fold_find(vd_venue_fold(p->venue), kind, id));
}

static void commit(struct preload *p, size_t slice)
{
  struct vd_refusal refusal;
  if (slice > 0)
    p->batch.watermark = vd_dirty_sweep(p->dirty, slice, vd_venue_sequence(p->venue), take_entity, p);
  vd_batch_seal(&p->batch);
  p->batch.journal.meta = NULL;
  if (vd_journal_append(p->journal, &p->batch.journal, &refusal) != VD_OK)
    fail("append", refusal.detail);
  vd_batch_clear(&p->batch);
}

static void apply_plan(struct preload *p, const char *path)
{
  struct vd_refusal refusal;
  ProtobufCMessage *plan = NULL;
  if (vd_text_read_file(&vd__plan__descriptor, path, &plan, NULL, &refusal) != VD_OK)
    fail(path, refusal.detail);
  vd_plan_defaults((Vd__Plan *)plan);
  p->now_ms = ((Vd__Plan *)plan)->event->doors_at_ms;
  Vd__PlanApply apply = VD__PLAN_APPLY__INIT;
  apply.plan = (Vd__Plan *)plan;
  execute(p, VD__COMMAND__ACT_PLAN_APPLY, &apply, "");
  protobuf_c_message_free_unpacked(plan, NULL);
  commit(p, SIZE_MAX);
}

// One command; `turn` counts them: each incident is reported, taken up, decided, landed and closed in turn.
static void one_command(struct preload *p, uint64_t numbers[CLOSED_AFTER], uint64_t turn)
{
  uint64_t *number = &numbers[turn % CLOSED_AFTER];
  Vd__Report report = VD__REPORT__INIT;
  report.zone = (char *)"hall-main";
  report.category = (char *)"other";
  report.text = (char *)"preloaded";
  Vd__Respond about = VD__RESPOND__INIT;
  about.incident = *number;
  Vd__Decide decide = VD__DECIDE__INIT;
  decide.incident = *number;
  decide.decision = (char *)"bring the spare one";
  Vd__Land land = VD__LAND__INIT;
  land.incident = *number;
  land.landing = VD__LANDING__LANDING_FIXED;
  Vd__Close close = VD__CLOSE__INIT;
  close.incident = *number;
  switch (turn / CLOSED_AFTER % 5) {
  case 0:
    *number = execute(p, VD__COMMAND__ACT_REPORT, &report, "control-1");
    break;
  case 1:
    execute(p, VD__COMMAND__ACT_RESPOND, &about, "av-1");
    break;
  case 2:
    execute(p, VD__COMMAND__ACT_DECIDE, &decide, "control-1");
    break;
  case 3:
    execute(p, VD__COMMAND__ACT_LAND, &land, "av-1");
    break;
  default:
    execute(p, VD__COMMAND__ACT_CLOSE, &close, "control-1");
    break;
  }
}

int main(int argc, char **argv)
{
  if (argc != 4 || sodium_init() < 0)
    return 2;
  struct preload p = {.venue = vd_venue_create(), .dirty = vd_dirty_create(0)};
  struct vd_journal_options options = {.data_dir = argv[2]};
  struct vd_refusal refusal;
  if (vd_journal_open(&p.journal, &options, &refusal) != VD_OK)
    fail(argv[2], refusal.detail);
  p.epoch = vd_journal_meta(p.journal)->epoch;
  vd_venue_restore_finish(p.venue, 0, 0);
  apply_plan(&p, argv[1]);
  uint64_t wanted = strtoull(argv[3], NULL, 10);
  static uint64_t numbers[CLOSED_AFTER];
  for (uint64_t turn = 0; vd_venue_sequence(p.venue) < wanted; turn++) {
    p.now_ms += COMMAND_MS;
    while (vd_venue_tick(p.venue, p.now_ms, 64, on_change, &p) == 64)
      ;
    one_command(&p, numbers, turn);
    if (turn % COMMANDS_PER_BATCH == COMMANDS_PER_BATCH - 1 || vd_batch_is_full(&p.batch))
      commit(&p, vd_dirty_due(p.dirty, vd_venue_sequence(p.venue)));
  }
  commit(&p, SIZE_MAX);
  vd_batch_finish(&p.batch);
  vd_dirty_destroy(p.dirty);
  vd_venue_destroy(p.venue);
  vd_journal_close(p.journal);
  return 0;
}
