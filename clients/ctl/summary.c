// The end of a rehearsal on one screen: what was promised and what became of it, each promise that ran past
// its limit, who held the clocks, what happened how often, and whether every reply was as the script expects.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/rehearsal.h"
#include "proto/text.h"

static const int64_t BEHIND_TOLD_MS = 60000;
enum { OUTCOMES = 6, LATE_SHOWN_MAX = 16 };

struct holder {
  const char *who; // borrowed from the fold
  unsigned promises;
  int64_t held_ms, late_held_ms; // of all promises; of those past their limit
};

struct summary {
  const struct ctl *ctl;
  const struct vd_fold *fold;
  unsigned counts[CTL_PROMISES + 1][OUTCOMES];
  struct holder *holders; // as many as there are: a plan may have more groups than a screen has lines
  size_t holder_count;
  const Vd__Deadline **late; // borrowed likewise: everything past its limit when it was, or was not, done
  size_t late_count;
  size_t incidents;
  unsigned open_incidents, offers, unanswered, breaches, calls;
};

// ---- gathering ----

static bool is_late(const Vd__Deadline *deadline)
{
  return deadline->breached_at_ms != 0 && deadline->outcome != VD__OUTCOME__OUTCOME_VOID;
}

static void add_share(struct summary *summary, const Vd__Deadline *deadline, const Vd__Share *share)
{
  size_t at = 0;
  while (at < summary->holder_count && strcmp(summary->holders[at].who, share->who) != 0)
    at++;
  if (at == summary->holder_count) {
    summary->holders = vd_realloc(summary->holders, ++summary->holder_count * sizeof *summary->holders);
    summary->holders[at] = (struct holder){.who = share->who};
  }
  struct holder *holder = &summary->holders[at];
  holder->promises++;
  holder->held_ms += share->held_ms;
  holder->late_held_ms += deadline->outcome == VD__OUTCOME__OUTCOME_MISSED ? share->held_ms : 0;
}

static void add_deadline(struct summary *summary, const Vd__Deadline *deadline)
{
  unsigned tier = (unsigned)deadline->promise, outcome = (unsigned)deadline->outcome;
  if (tier <= CTL_PROMISES && outcome < OUTCOMES)
    summary->counts[tier][outcome]++;
  summary->breaches += deadline->breached_at_ms != 0;
  for (size_t i = 0; i < deadline->n_shares; i++)
    add_share(summary, deadline, deadline->shares[i]);
  if (is_late(deadline))
    summary->late[summary->late_count++] = deadline; // in the array being read, not ahead of it
}

static void gather(struct summary *summary)
{
  size_t count;
  summary->late = ctl_deadlines_of(summary->fold, "", &count);
  for (size_t i = 0; i < count; i++)
    if (summary->late[i]->drill == 0) // a drill stands in no figure
      add_deadline(summary, summary->late[i]);
  VD_FOLD_EACH (summary->fold, INCIDENT, Incident, incident) {
    summary->incidents += incident->drill == 0;
    summary->open_incidents += incident->drill == 0 &&
                               incident->state >= VD__INCIDENT_STATE__INCIDENT_STATE_OPEN &&
                               incident->state <= VD__INCIDENT_STATE__INCIDENT_STATE_LANDED;
  }
  VD_FOLD_EACH (summary->fold, OFFER, Offer, offer) {
    summary->offers += offer->drill == 0;
    summary->unanswered += offer->drill == 0 && offer->state == VD__OFFER_STATE__OFFER_STATE_EXPIRED;
  }
  VD_FOLD_EACH (summary->fold, ALERT, Alert, alert)
    summary->calls += alert->drill != 0                                 ? 0
                      : alert->incident != 0 || *alert->subject != '\0' ? alert->calls
                                                                        : 0; // no digest
}

// ---- tiers ----

static void tier_cell(const struct ctl *ctl, struct ctl_table *table, Vd__Promise tier)
{
  const char *words = ctl_words(ctl, &vd__promise__descriptor, (int)tier);
  if ((int)tier <= CTL_TIERS)
    ctl_cell(table, "%d %s", (int)tier, words);
  else
    ctl_cell(table, "%s", words);
}

static bool has_any(const struct summary *summary, unsigned promise)
{
  unsigned count = 0;
  for (unsigned i = 0; i < OUTCOMES; i++)
    count += summary->counts[promise][i];
  return count > 0;
}

static void print_tiers(const struct summary *summary)
{
  static const Vd__Outcome columns[] = {VD__OUTCOME__OUTCOME_MET, VD__OUTCOME__OUTCOME_MET_REPORTED_LATE,
                                        VD__OUTCOME__OUTCOME_MISSED, VD__OUTCOME__OUTCOME_RUNNING,
                                        VD__OUTCOME__OUTCOME_VOID};
  enum { COLUMNS = sizeof columns / sizeof *columns };
  const struct ctl *ctl = summary->ctl;
  struct ctl_table table = {.columns = COLUMNS + 1};
  ctl_cell(&table, "%s", ctl_pick(ctl, "promises", "時限", "时限"));
  for (size_t i = 0; i < COLUMNS; i++)
    ctl_cell(&table, "%s", ctl_words(ctl, &vd__outcome__descriptor, (int)columns[i]));
  for (unsigned tier = 1; tier <= CTL_PROMISES; tier++) {
    if (tier > CTL_TIERS && !has_any(summary, tier))
      continue;
    tier_cell(ctl, &table, (Vd__Promise)tier);
    for (size_t i = 0; i < COLUMNS; i++)
      ctl_cell(&table, "%u", summary->counts[tier][columns[i]]);
  }
  ctl_table_print(&table);
  puts(ctl_pick(
      ctl,
      "(met, reported late: done in time, told only after the limit; void: cancelled, merged or reopened)",
      "（按時（補錄）：按時完成，逾限後才錄入；作廢：已取消、合併或重開）",
      "（按时（补录）：按时完成，超限后才录入；作废：已取消、合并或重开）"));
}

// ---- what ran past its limit ----

static const Vd__Incident *incident_of(const struct summary *summary, uint64_t number)
{
  char id[32];
  snprintf(id, sizeof id, "%" PRIu64, number);
  return (const Vd__Incident *)vd_fold_find(summary->fold, VD__KIND__KIND_INCIDENT, id);
}

static const Vd__Task *task_of(const struct summary *summary, const Vd__Deadline *deadline)
{
  return (const Vd__Task *)vd_fold_find(summary->fold, VD__KIND__KIND_TASK, deadline->subject);
}

static void outcome_cell(const struct summary *summary, struct ctl_table *table, const Vd__Deadline *deadline)
{
  const struct ctl *ctl = summary->ctl;
  bool is_running = deadline->outcome == VD__OUTCOME__OUTCOME_RUNNING;
  char clock[40], late[32];
  if (deadline->outcome == VD__OUTCOME__OUTCOME_MET_REPORTED_LATE) {
    ctl_clock(ctl, deadline->met_recorded_at_ms, clock, sizeof clock);
    ctl_cell(table, CTL_FORMAT(ctl, "in time, told %s", "按時，%s 錄入", "按时，%s 录入"), clock);
    return;
  }
  ctl_span((is_running ? ctl->now_ms : deadline->met_at_ms) - deadline->due_at_ms, late, sizeof late);
  ctl_cell(table,
           is_running ? CTL_FORMAT(ctl, "%s late so far", "已逾時 %s", "已超时 %s")
                      : CTL_FORMAT(ctl, "%s late", "逾時 %s", "超时 %s"),
           late);
}

// Who has what is not done yet in hand; "" for nobody.
static const char *hand_of(const struct summary *summary, const Vd__Deadline *deadline)
{
  const Vd__Incident *incident = incident_of(summary, deadline->incident);
  const Vd__Task *task = task_of(summary, deadline);
  return incident != NULL ? incident->holder : task != NULL ? task->crew : "";
}

// Who held the clock; of what is not done yet, who has it in hand.
static void holder_cell(const struct summary *summary, struct ctl_table *table, const Vd__Deadline *deadline)
{
  const struct ctl *ctl = summary->ctl;
  struct vd_buffer text = {0};
  for (size_t i = 0; i < deadline->n_shares; i++) {
    char held[32];
    ctl_span(deadline->shares[i]->held_ms, held, sizeof held);
    vd_buffer_printf(&text, "%s%s %s", i > 0 ? ", " : "",
                     ctl_team(ctl, summary->fold, deadline->shares[i]->who), held);
  }
  if (deadline->n_shares == 0) {
    const char *hand = hand_of(summary, deadline);
    bool is_held = *hand != '\0';
    vd_buffer_printf(&text, "%s%s%s", ctl_team(ctl, summary->fold, deadline->team),
                     is_held ? ctl_pick(ctl, ", in hand: ", "，負責人 ", "，负责人 ")
                             : ctl_pick(ctl, ", nobody has taken it", "，無人接手", "，无人接手"),
                     hand);
  }
  vd_buffer_append(&text, "", 1);
  ctl_cell(table, "%s", (char *)text.data);
  vd_buffer_finish(&text);
}

static void late_row(const struct summary *summary, struct ctl_table *table, const Vd__Deadline *deadline)
{
  const struct ctl *ctl = summary->ctl;
  const Vd__Incident *incident = incident_of(summary, deadline->incident);
  const Vd__Task *task = task_of(summary, deadline);
  char due[40], done[40];
  ctl_clock(ctl, deadline->due_at_ms, due, sizeof due);
  ctl_clock(ctl, deadline->met_at_ms, done, sizeof done);
  if (incident != NULL)
    ctl_cell(table, "#%" PRIu64, deadline->incident);
  else
    ctl_cell(table, "%s", deadline->subject);
  ctl_cell(table, "%s",
           incident != NULL ? ctl_plan_name(ctl, summary->fold, VD__KIND__KIND_CATEGORY, incident->category)
           : task != NULL   ? task->subject
                            : "");
  tier_cell(ctl, table, deadline->promise);
  ctl_cell(table, "%s", due);
  ctl_cell(table, "%s", done);
  outcome_cell(summary, table, deadline);
  holder_cell(summary, table, deadline);
}

static void print_late(const struct summary *summary)
{
  const struct ctl *ctl = summary->ctl;
  if (summary->late_count == 0) {
    puts(ctl_pick(ctl, "\nNothing ran past its limit.", "\n沒有逾限的時限。", "\n没有超限的时限。"));
    return;
  }
  const char *const heads[] = {
      "#",
      ctl_pick(ctl, "past its limit", "逾限事件", "超限事件"),
      ctl_pick(ctl, "tier", "層級", "层级"),
      ctl_pick(ctl, "due", "期限", "期限"),
      ctl_pick(ctl, "done", "完成", "完成"),
      ctl_pick(ctl, "outcome", "結果", "结果"),
      ctl_pick(ctl, "who held the clock", "耗時歸屬", "耗时归属"),
  };
  struct ctl_table table = {0};
  ctl_table_head(&table, heads, sizeof heads / sizeof *heads);
  size_t shown = summary->late_count < LATE_SHOWN_MAX ? summary->late_count : LATE_SHOWN_MAX;
  for (size_t i = 0; i < shown; i++)
    late_row(summary, &table, summary->late[i]);
  putchar('\n');
  ctl_table_print(&table);
  if (shown < summary->late_count)
    printf(CTL_FORMAT(ctl, "and %zu more: venuectl deadlines\n", "另有 %zu 項：venuectl deadlines\n",
                      "另有 %zu 项：venuectl deadlines\n"),
           summary->late_count - shown);
}

// ---- who held the clocks ----

static void print_holders(const struct summary *summary)
{
  const struct ctl *ctl = summary->ctl;
  struct ctl_table table = {.columns = 4};
  if (summary->holder_count == 0)
    return;
  ctl_cell(&table, "%s", ctl_pick(ctl, "who held the clocks", "各組耗時", "各组耗时"));
  ctl_cell(&table, "%s", ctl_pick(ctl, "promises", "時限數", "时限数"));
  ctl_cell(&table, "%s", ctl_pick(ctl, "on average", "平均", "平均"));
  ctl_cell(&table, "%s", ctl_pick(ctl, "in the late ones", "其中逾時", "其中超时"));
  for (size_t i = 0; i < summary->holder_count; i++) {
    const struct holder *holder = &summary->holders[i];
    char average[32], late[32];
    ctl_span(holder->held_ms / holder->promises, average, sizeof average);
    ctl_span(holder->late_held_ms, late, sizeof late);
    ctl_cell(&table, "%s", ctl_team(ctl, summary->fold, holder->who));
    ctl_cell(&table, "%u", holder->promises);
    ctl_cell(&table, "%s", average);
    ctl_cell(&table, "%s", holder->late_held_ms > 0 ? late : "-");
  }
  putchar('\n');
  ctl_table_print(&table);
}

// ---- figures, replies ----

static void print_figures(const struct summary *summary, const struct ctl_played *played)
{
  const struct ctl *ctl = summary->ctl;
  printf(CTL_FORMAT(ctl,
                    "\nincidents: %zu (open: %u); offers: %u (unanswered: %u); past a limit: %u; calls: %u; "
                    "climbs: %u\n",
                    "\n事件：%zu（未結：%u）；派單：%u（未回應：%u）；逾限：%u；呼叫：%u；升級：%u\n",
                    "\n事件：%zu（未结：%u）；派单：%u（未回应：%u）；超限：%u；呼叫：%u；升级：%u\n"),
         summary->incidents, summary->open_incidents, summary->offers, summary->unanswered, summary->breaches,
         summary->calls, played->climbs);
}

// Silence and lateness may then be the player's own.
static void print_behind(const struct ctl *ctl, const struct ctl_played *played)
{
  char behind[32];
  if (played->behind_ms < BEHIND_TOLD_MS)
    return;
  ctl_span(played->behind_ms, behind, sizeof behind);
  printf(CTL_FORMAT(ctl,
                    "this machine fell up to %s behind the script: some silence or lateness may be its own\n",
                    "本機曾落後腳本達 %s：其間的靜默與逾時或因本機所致\n",
                    "本机曾落后脚本达 %s：其间的静默与超时或因本机所致\n"),
         behind);
}

static void print_replies(const struct ctl *ctl, const struct ctl_played *played)
{
  if (played->refused > 0)
    printf("%s%u: %.*s\n", ctl_pick(ctl, "refusals that were meant: ", "預期的拒絕：", "预期的拒绝："),
           played->refused, (int)played->refusals.size, (const char *)played->refusals.data);
  if (played->wrong == 0) {
    printf(CTL_FORMAT(ctl, "all replies as expected: %u of %u\n", "所有回覆均符合預期：%u/%u\n",
                      "所有回复均符合预期：%u/%u\n"),
           played->acts, played->acts);
    return;
  }
  printf(CTL_FORMAT(ctl, "REPLIES NOT AS EXPECTED: %u of %u\n", "不符合預期的回覆：%u/%u\n",
                    "不符合预期的回复：%u/%u\n"),
         played->wrong, played->acts);
  fwrite(played->wrongs.data, 1, played->wrongs.size, stdout);
}

void ctl_summarize(const struct ctl *ctl, const struct vd_fold *fold, const struct ctl_played *played,
                   const Vd__Status *status)
{
  struct summary summary = {.ctl = ctl, .fold = fold};
  gather(&summary);
  printf("\n== %s%s ==\n", played->name,
         played->is_baseline ? ctl_pick(ctl, ", baseline", "（對照）", "（对照）") : "");
  print_tiers(&summary);
  print_late(&summary);
  print_holders(&summary);
  ctl_summarize_live(ctl, fold, played, status);
  print_figures(&summary, played);
  print_behind(ctl, played);
  print_replies(ctl, played);
  free(summary.late);
  free(summary.holders);
}

// ---- the other run ----

static void say_alone(const struct ctl *ctl, const Vd__RunFigures *own, bool has_other)
{
  bool is_baseline = own->run == VD__REHEARSAL_RUN__REHEARSAL_RUN_BASELINE;
  if (has_other)
    puts(ctl_pick(ctl, "(the other run that is kept is of another script or plan, and not compared)",
                  "（保存的另一次執行屬於不同腳本或方案，不作比較）",
                  "（保存的另一次执行属于不同脚本或方案，不作比较）"));
  else
    puts(is_baseline ? ctl_pick(ctl, "(play it without --baseline, and it is compared)",
                                "（不加 --baseline 再執行一次，即可比較）",
                                "（不加 --baseline 再执行一次，即可比较）")
                     : ctl_pick(ctl, "(play it with --baseline, and it is compared)",
                                "（加上 --baseline 再執行一次，即可比較）",
                                "（加上 --baseline 再执行一次，即可比较）"));
}

static int compare(const struct ctl *ctl, const struct vd_fold *fold, const struct ctl_played *played)
{
  const Vd__RunFigures *own = played->figures;
  const Vd__RunFigures *kept = played->kept != NULL ? ctl_figures_other(played->kept, own) : NULL;
  const Vd__RunFigures *other = kept != NULL && ctl_figures_match(kept, own) ? kept : NULL;
  if (ctl->options.is_json) {
    ctl_print_json(&own->base);
    if (other != NULL)
      ctl_print_json(&other->base);
  } else if (played->kept != NULL) {
    ctl_compare(ctl, fold, own, other);
    if (other == NULL)
      say_alone(ctl, own, kept != NULL);
  }
  return played->kept != NULL ? ctl_figures_keep(ctl, ctl->options.compare, played->kept, own) : CTL_DONE;
}

// ---- fetched ----

static int fetch_status(struct ctl *ctl, Vd__Response **response)
{
  Vd__StatusQuery query = VD__STATUS_QUERY__INIT;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_STATUS;
  request.status = &query;
  return ctl_ask(ctl, &request, response);
}

int ctl_print_summary(struct ctl *ctl, const struct ctl_played *played)
{
  static const Vd__Kind kinds[] = {
      VD__KIND__KIND_DEADLINE, VD__KIND__KIND_INCIDENT, VD__KIND__KIND_OFFER,      VD__KIND__KIND_ALERT,
      VD__KIND__KIND_CATEGORY, VD__KIND__KIND_TEAM,     VD__KIND__KIND_TASK,       VD__KIND__KIND_SUPPLY,
      VD__KIND__KIND_DEVICE,   VD__KIND__KIND_SESSION,  VD__KIND__KIND_NOTICE,     VD__KIND__KIND_LANE,
      VD__KIND__KIND_BATCH,    VD__KIND__KIND_EVENT,    VD__KIND__KIND_SUGGESTION, VD__KIND__KIND_ZONE};
  struct vd_fold *fold = NULL;
  Vd__Response *response = NULL;
  int status = ctl_fetch(ctl, kinds, sizeof kinds / sizeof *kinds, "", &fold);
  if (status == CTL_DONE)
    status = fetch_status(ctl, &response);
  if (status == CTL_DONE) {
    const Vd__Status *told = response->body_case == VD__RESPONSE__BODY_STATUS ? response->status : NULL;
    if (!ctl->options.is_json)
      ctl_summarize(ctl, fold, played, told);
    ctl_figures_fill(ctl, played->figures, fold, played, told);
    status = compare(ctl, fold, played);
  }
  vd__response__free_unpacked(response, NULL);
  vd_fold_destroy(fold);
  return status;
}
