// What a replay found, for people and for machines.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/offline/replay.h"

// Told late is not broken, and void was no promise in the end.
static bool is_broken(const Vd__Deadline *deadline)
{
  return deadline != NULL && deadline->breached_at_ms != 0 &&
         (deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING ||
          deadline->outcome == VD__OUTCOME__OUTCOME_MISSED);
}

static int64_t late_by(const Vd__Deadline *deadline, int64_t now_ms)
{
  if (!is_broken(deadline))
    return 0;
  int64_t until_ms = deadline->met_at_ms != 0 ? deadline->met_at_ms : now_ms;
  return until_ms > deadline->due_at_ms ? until_ms - deadline->due_at_ms : 0;
}

static Vd__ReplayPromise describe(const struct replayed *replayed, const Vd__Deadline *was,
                                  const Vd__Deadline *would)
{
  const Vd__Deadline *one = would != NULL ? would : was;
  Vd__ReplayPromise said = VD__REPLAY_PROMISE__INIT;
  said.incident = one->incident;
  said.deadline = one->id;
  said.subject = one->incident == 0 ? one->subject : (char *)"";
  said.promise = one->promise;
  said.team = one->team;
  said.broken = is_broken(would);
  said.late_ms = late_by(would, replayed->now_ms);
  said.was_broken = is_broken(was);
  said.was_late_ms = late_by(was, replayed->was_now_ms);
  if (would != NULL) {
    said.outcome = would->outcome;
    said.limit_ms = would->limit_ms;
    said.shares = would->shares;
    said.n_shares = would->n_shares;
  }
  if (was != NULL) {
    said.was_outcome = was->outcome;
    said.was_limit_ms = was->limit_ms;
  }
  return said;
}

static void held_cell(const struct replayed *replayed, struct ctl_table *table, const Vd__ReplayPromise *said)
{
  struct vd_buffer words = {0};
  char held[32];
  for (size_t i = 0; i < said->n_shares; i++) {
    ctl_span(said->shares[i]->held_ms, held, sizeof held);
    vd_buffer_printf(&words, "%s%s %s", i > 0 ? ", " : "",
                     ctl_team(replayed->ctl, replayed->would, said->shares[i]->who), held);
  }
  if (said->n_shares == 0)
    vd_buffer_printf(&words, "%s", ctl_team(replayed->ctl, replayed->would, said->team));
  vd_buffer_append(&words, "", 1);
  ctl_cell(table, "%s", (char *)words.data);
  vd_buffer_finish(&words);
}

static void late_cell(const struct ctl *ctl, struct ctl_table *table, bool is_broken_, int64_t late_ms,
                      Vd__Outcome outcome)
{
  char late[32];
  ctl_span(late_ms, late, sizeof late);
  if (is_broken_)
    ctl_cell(table, CTL_FORMAT(ctl, "%s late", "逾時 %s", "超时 %s"), late);
  else
    ctl_cell(table, "%s", outcome == 0 ? "-" : ctl_words(ctl, &vd__outcome__descriptor, (int)outcome));
}

static void row(const struct replayed *replayed, struct ctl_table *table, const Vd__ReplayPromise *said)
{
  const struct ctl *ctl = replayed->ctl;
  char limit[32], was_limit[32];
  ctl_span(said->limit_ms, limit, sizeof limit);
  ctl_span(said->was_limit_ms, was_limit, sizeof was_limit);
  if (said->incident != 0)
    ctl_cell(table, "#%" PRIu64, said->incident);
  else
    ctl_cell(table, "%s", said->subject);
  ctl_cell(table, "%s", ctl_words(ctl, &vd__promise__descriptor, (int)said->promise));
  ctl_cell(table, "%s", limit);
  late_cell(ctl, table, said->broken, said->late_ms, said->outcome);
  held_cell(replayed, table, said);
  ctl_cell(table, "%s", was_limit);
  late_cell(ctl, table, said->was_broken, said->was_late_ms, said->was_outcome);
}

static void heads(const struct ctl *ctl, struct ctl_table *table)
{
  const char *const names[] = {
      "#",
      ctl_pick(ctl, "promise", "時限", "时限"),
      ctl_pick(ctl, "limit", "限值", "限值"),
      ctl_pick(ctl, "would be", "將為", "将为"),
      ctl_pick(ctl, "who held the clock", "耗時歸屬", "耗时归属"),
      ctl_pick(ctl, "limit then", "當時限值", "当时限值"),
      ctl_pick(ctl, "was", "實為", "实为"),
  };
  ctl_table_head(table, names, sizeof names / sizeof *names);
}

static void count(Vd__ReplayResult *result, const Vd__ReplayPromise *said)
{
  result->promises++;
  result->was_broken += said->was_broken;
  result->broken += said->broken;
  result->newly_broken += said->broken && !said->was_broken;
  result->no_longer_broken += said->was_broken && !said->broken;
}

static void print_sum(const struct replayed *replayed)
{
  const struct ctl *ctl = replayed->ctl;
  const Vd__ReplayResult *result = &replayed->result;
  printf(CTL_FORMAT(ctl,
                    "promises: %" PRIu64 "; broken: %" PRIu64 ", were %" PRIu64 " (newly %" PRIu64
                    ", no longer %" PRIu64 ")\n",
                    "時限：%" PRIu64 "；逾時：%" PRIu64 "，原為 %" PRIu64 "（新增 %" PRIu64 "，消除 %" PRIu64
                    "）\n",
                    "时限：%" PRIu64 "；超时：%" PRIu64 "，原为 %" PRIu64 "（新增 %" PRIu64 "，消除 %" PRIu64
                    "）\n"),
         result->promises, result->broken, result->was_broken, result->newly_broken,
         result->no_longer_broken);
  if (result->refused > 0)
    printf(CTL_FORMAT(ctl, "commands that these limits do not admit: %" PRIu64 "\n",
                      "這些限值下不被接受的指令：%" PRIu64 "\n", "这些限值下不被接受的指令：%" PRIu64 "\n"),
           result->refused);
  if (replayed->is_set)
    return;
  if (result->equal) {
    fputs(ctl_pick(ctl, "the same as the journal: ", "與日誌一致：", "与日志一致："), stdout);
    for (size_t i = 0; i < result->hash.len; i++)
      printf("%02x", result->hash.data[i]);
    putchar('\n');
  } else {
    printf("%s%s\n",
           ctl_pick(ctl, "NOT the same as the journal; the first that differs: ",
                    "與日誌不一致；首個相異項：", "与日志不一致；首个相异项："),
           result->differs);
  }
}

// In the order of incidents, attempts and tiers; what only one of the two has, too.
void ctl_replay_say(struct replayed *replayed)
{
  const struct ctl *ctl = replayed->ctl;
  struct vd_fold *all = vd_fold_create();
  const struct vd_fold *const folds[] = {replayed->was, replayed->would};
  for (size_t i = 0; i < 2; i++)
    VD_FOLD_EACH (folds[i], DEADLINE, Deadline, deadline)
      vd_fold_put(all, VD__KIND__KIND_DEADLINE, vd_message_copy(&deadline->base));
  struct ctl_table table = {0};
  size_t total, shown = 0;
  const Vd__Deadline **deadlines = ctl_deadlines_of(all, "", &total);
  heads(ctl, &table);
  for (size_t i = 0; i < total; i++) {
    const char *id = deadlines[i]->id;
    Vd__ReplayPromise said =
        describe(replayed, (const Vd__Deadline *)vd_fold_find(replayed->was, VD__KIND__KIND_DEADLINE, id),
                 (const Vd__Deadline *)vd_fold_find(replayed->would, VD__KIND__KIND_DEADLINE, id));
    if (deadlines[i]->drill != 0)
      continue; // a drill stands in no figure
    count(&replayed->result, &said);
    if (!said.broken && !said.was_broken)
      continue;
    shown++;
    if (ctl->options.is_json)
      ctl_print_json(&said.base);
    else
      row(replayed, &table, &said);
  }
  if (shown > 0 && !ctl->options.is_json)
    ctl_table_print(&table);
  else
    ctl_table_drop(&table);
  if (ctl->options.is_json)
    ctl_print_json(&replayed->result.base);
  else
    print_sum(replayed);
  free(deadlines);
  vd_fold_destroy(all);
}
