// A rehearsal's two runs: what each is compared by, what is kept of them, and that only runs of the same
// script on the same plan are put beside each other.
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/ctl/rehearsal.h"
#include "proto/text.h"

static ProtobufCMessage *message(const ProtobufCMessageDescriptor *type, const char *json)
{
  ProtobufCMessage *made = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = vd_text_read(type, VD_TEXT_JSON, "", json, strlen(json), &made, NULL, &refusal);
  cr_assert_eq(err, VD_OK, "%s: %s", json, refusal.detail);
  return made;
}

static void put(struct vd_fold *fold, const char *json)
{
  Vd__Entity *entity = (Vd__Entity *)message(&vd__entity__descriptor, json);
  cr_assert(vd_fold_put_newer(fold, entity));
  vd__entity__free_unpacked(entity, NULL);
}

static struct ctl ctl_of(Vd__Language language)
{
  cr_assert_not_null(setlocale(LC_CTYPE, "C.UTF-8"));
  return (struct ctl){
      .language = language, .utc_offset_ms = 8 * 3600 * 1000, .now_ms = 1684378800000}; // 11:00:00
}

// ---- of one run ----

static struct vd_fold *morning(void)
{
  struct vd_fold *fold = vd_fold_create();
  put(fold, "{\"event\":{\"id\":\"event\",\"revision\":1,\"policy\":{\"sample_limit_ms\":\"15m\"}}}");
  put(fold, "{\"team\":{\"id\":\"catering\",\"revision\":1,\"name\":\"Catering\"}}");
  put(fold, "{\"supply\":{\"id\":\"tea\",\"revision\":1,\"name\":\"Tea\",\"is_known\":true}}");
  put(fold, "{\"supply\":{\"id\":\"fruit\",\"revision\":1,\"name\":\"Fruit\",\"is_known\":true}}");
  put(fold, "{\"supply\":{\"id\":\"milk\",\"revision\":1,\"name\":\"Milk\"}}");
  put(fold, "{\"batch\":{\"id\":\"fruit.b1\",\"revision\":1,\"served_at_ms\":\"2023-05-18T02:39:00Z\","
            "\"sample\":{\"taken_at_ms\":\"2023-05-18T02:54:00Z\"}}}"); // at the limit
  put(fold, "{\"batch\":{\"id\":\"fruit.b2\",\"revision\":1,\"served_at_ms\":\"2023-05-18T02:39:00Z\","
            "\"sample\":{\"taken_at_ms\":\"2023-05-18T02:54:01Z\"}}}");
  put(fold, "{\"batch\":{\"id\":\"fruit.b3\",\"revision\":1,\"served_at_ms\":\"2023-05-18T02:39:00Z\"}}");
  put(fold, "{\"batch\":{\"id\":\"fruit.b4\",\"revision\":1}}"); // not served
  put(fold, "{\"task\":{\"id\":\"t1\",\"revision\":1,\"number\":1,\"kind\":\"sample\"}}");
  put(fold, "{\"task\":{\"id\":\"t2\",\"revision\":1,\"number\":2,\"kind\":\"refill\"}}");
  put(fold, "{\"deadline\":{\"id\":\"t1.done\",\"revision\":1,\"promise\":\"sample\",\"outcome\":\"missed\","
            "\"shares\":[{\"who\":\"catering\",\"held_ms\":\"15m\"},{\"who\":\"unowned\",\"held_ms\":"
            "\"1s\"}]}}");
  put(fold, "{\"deadline\":{\"id\":\"t2.done\",\"revision\":1,\"promise\":\"refill\",\"outcome\":\"missed\","
            "\"shares\":[{\"who\":\"catering\",\"held_ms\":\"5m\"}]}}");
  put(fold, "{\"deadline\":{\"id\":\"t3.done\",\"revision\":1,\"promise\":\"refill\",\"outcome\":\"met\","
            "\"shares\":[{\"who\":\"catering\",\"held_ms\":\"1m\"}]}}");
  put(fold, "{\"deadline\":{\"id\":\"t4.done\",\"revision\":1,\"promise\":\"refill\",\"outcome\":\"void\"}}");
  put(fold, "{\"deadline\":{\"id\":\"1.1.land\",\"revision\":1,\"promise\":\"land\",\"outcome\":\"running\","
            "\"breached_at_ms\":\"2023-05-18T02:50:00Z\"}}");
  put(fold, "{\"lane\":{\"id\":\"a\",\"revision\":1,\"checked_in\":180,\"peak_wait_ms\":\"4m\"}}");
  put(fold, "{\"lane\":{\"id\":\"b\",\"revision\":1,\"checked_in\":20,\"peak_wait_ms\":\"9m\"}}");
  put(fold, "{\"alert\":{\"id\":\"1.a\",\"revision\":1,\"incident\":1,\"calls\":3}}");
  put(fold, "{\"alert\":{\"id\":\"t1.a\",\"revision\":1,\"subject\":\"t1\",\"calls\":2}}");
  put(fold, "{\"alert\":{\"id\":\"digest.a\",\"revision\":1,\"calls\":7}}");
  return fold;
}

static Vd__RunFigures *run_of(const char *json)
{
  return (Vd__RunFigures *)message(&vd__run_figures__descriptor, json);
}

static void finish(Vd__RunFigures *figures)
{
  vd__run_figures__free_unpacked(figures, NULL);
}

static void see(struct ctl_seen *seen, const char *entity)
{
  Vd__Change change = VD__CHANGE__INIT;
  Vd__Entity *upsert = (Vd__Entity *)message(&vd__entity__descriptor, entity);
  change.upserts = &upsert;
  change.n_upserts = 1;
  ctl_see(seen, &change);
  vd__entity__free_unpacked(upsert, NULL);
}

// 10 were told 2m, 30 were told 6m: 5m on average. What is told twice counts once.
static void see_the_lane(struct ctl_seen *seen)
{
  see(seen, "{\"lane\":{\"id\":\"a\",\"wait_ms\":\"50m\"}}"); // not counted yet
  see(seen, "{\"lane\":{\"id\":\"a\",\"counted_at_ms\":\"2023-05-18T01:00:00Z\",\"last_arrived\":10,"
            "\"wait_ms\":\"2m\"}}");
  see(seen, "{\"lane\":{\"id\":\"a\",\"counted_at_ms\":\"2023-05-18T01:00:00Z\",\"last_arrived\":10,"
            "\"wait_ms\":\"1m\"}}");
  see(seen, "{\"lane\":{\"id\":\"b\",\"counted_at_ms\":\"2023-05-18T01:00:00Z\",\"last_arrived\":30,"
            "\"wait_ms\":\"6m\"}}");
}

// Also one that comes later.
Test(figures, each_promise_and_node_of_the_vocabulary_counts)
{
  struct ctl ctl = ctl_of(VD__LANGUAGE__LANGUAGE_EN);
  struct vd_fold *fold = vd_fold_create();
  const unsigned promises = vd__promise__descriptor.n_values - 1; // the first is unspecified
  for (unsigned promise = 1; promise <= promises; promise++) {
    char json[160];
    snprintf(json, sizeof json,
             "{\"deadline\":{\"id\":\"%u\",\"revision\":1,\"promise\":\"%s\",\"outcome\":\"missed\"}}",
             promise, vd_enum_name(&vd__promise__descriptor, (int)promise));
    put(fold, json);
  }
  struct ctl_played played = {.climbs = 0};
  Vd__RunFigures *figures = run_of("{}");
  ctl_figures_fill(&ctl, figures, fold, &played, NULL);
  cr_expect_eq(figures->n_promises, promises);
  cr_expect_eq(CTL_NODES, vd__node__descriptor.n_values - 1);
  finish(figures);
  vd_fold_destroy(fold);
}

Test(figures, count_what_became_of_the_run)
{
  struct ctl ctl = ctl_of(VD__LANGUAGE__LANGUAGE_EN);
  static struct ctl_seen seen = {
      .supplies = {{.supply = "tea", .empty_since_ms = 1684378790000, .empty_ms = 50000}}, .supply_count = 1};
  struct ctl_played played = {.seen = &seen, .climbs = 4, .behind_ms = 2000};
  struct vd_fold *fold = morning();
  Vd__RunFigures *figures = run_of("{\"run\":\"automatic\"}");
  Vd__NodeCount refill = VD__NODE_COUNT__INIT, *nodes[] = {&refill};
  Vd__Status status = VD__STATUS__INIT;
  struct vd_buffer json = {0};
  refill.node = VD__NODE__NODE_REFILL;
  refill.automatic = 9;
  status.nodes = nodes;
  status.n_nodes = 1;
  see_the_lane(&seen);
  ctl_figures_fill(&ctl, figures, fold, &played, &status);
  cr_expect_gt(figures->played_at_ms, ctl.now_ms);
  figures->played_at_ms = 0;
  vd_text_write_json(&json, &figures->base);
  vd_buffer_append(&json, "", 1);
  cr_expect_str_eq(
      (char *)json.data,
      "{\"run\":\"automatic\",\"behind_ms\":\"2s\",\"promises\":[{\"promise\":\"land\",\"made\":1,\"late\":1}"
      ","
      "{\"promise\":\"refill\",\"made\":2,\"late\":1},{\"promise\":\"sample\",\"made\":1,\"late\":1}],"
      "\"late_held\":[{\"who\":\"catering\",\"held_ms\":\"20m\"},{\"who\":\"unowned\",\"held_ms\":\"1s\"}],"
      "\"calls\":5,\"climbs\":4,\"supplies\":[{\"supply\":\"fruit\"},{\"supply\":\"tea\",\"empty_ms\":"
      "\"1m\"}],\"checked_in\":200,\"average_wait_ms\":\"5m\",\"longest_wait_ms\":\"9m\",\"batches\":3,"
      "\"samples_asked\":1,\"samples_in_time\":1,\"samples_late\":1,\"samples_missing\":1,"
      "\"nodes\":[{\"node\":\"refill\",\"automatic\":9}]}");
  vd_buffer_finish(&json);
  finish(figures);
  vd_fold_destroy(fold);
}

// ---- beside each other ----

static const char automatic_json[] =
    "{\"run\":\"automatic\",\"promises\":[{\"promise\":\"respond\",\"made\":3},{\"promise\":\"refill\","
    "\"made\":9,\"late\":1}],\"late_held\":[{\"who\":\"catering\",\"held_ms\":\"5m\"}],\"calls\":12,"
    "\"climbs\":1,\"supplies\":[{\"supply\":\"tea\"}],\"checked_in\":200,\"average_wait_ms\":\"2m\","
    "\"longest_wait_ms\":\"5m\",\"batches\":2,\"samples_asked\":2,\"samples_in_time\":1,\"samples_late\":1,"
    "\"nodes\":[{\"node\":\"fault\",\"automatic\":1},{\"node\":\"refill\",\"automatic\":9,\"manual\":3}]}";
static const char baseline_json[] =
    "{\"run\":\"baseline\",\"played_at_ms\":\"2023-06-01T02:03:04Z\",\"behind_ms\":\"2m\","
    "\"promises\":[{\"promise\":\"respond\",\"made\":3,\"late\":2}],"
    "\"late_held\":[{\"who\":\"unowned\",\"held_ms\":\"9m\"},{\"who\":\"catering\",\"held_ms\":\"1m\"}],"
    "\"calls\":4,\"supplies\":[{\"supply\":\"tea\",\"empty_ms\":\"12m\"}],\"checked_in\":190,"
    "\"average_wait_ms\":\"8m\",\"longest_wait_ms\":\"21m\",\"batches\":2,\"samples_in_time\":1,"
    "\"samples_missing\":1,\"nodes\":[{\"node\":\"fault\",\"manual\":1},{\"node\":\"refill\",\"manual\":4}]}";

static void expect_compared(Vd__Language language, const char *own_json, const char *other_json,
                            const char *expected)
{
  struct ctl ctl = ctl_of(language);
  struct vd_fold *fold = morning();
  Vd__RunFigures *own = run_of(own_json), *other = other_json != NULL ? run_of(other_json) : NULL;
  cr_redirect_stdout();
  ctl_compare(&ctl, fold, own, other);
  fflush(stdout);
  cr_assert_stdout_eq_str(expected);
  finish(own);
  if (other != NULL)
    finish(other);
  vd_fold_destroy(fold);
}

Test(figures, stand_beside_each_other)
{
  expect_compared(VD__LANGUAGE__LANGUAGE_EN, automatic_json, baseline_json,
                  "\n"
                  "compared                                   baseline              automatic\n"
                  "late: 1 respond                            2 of 3                0 of 3\n"
                  "late: refill                               0 of 0                1 of 9\n"
                  "clock of what was late, held by: unowned   9m                    -\n"
                  "clock of what was late, held by: Catering  1m                    5m\n"
                  "calls                                      4                     12\n"
                  "climbs                                     0                     1\n"
                  "nothing left for: Tea                      12m                   -\n"
                  "nothing left for: all together             12m                   -\n"
                  "food samples asked for                     0 of 2: nobody asked  2 of 2\n"
                  "food samples in time                       1 of 2                1 of 2\n"
                  "food samples late                          0 of 2                1 of 2\n"
                  "food samples missing                       1 of 2                0 of 2\n"
                  "checked in                                 190                   200\n"
                  "average wait at check-in, as forecast      8m                    2m\n"
                  "longest wait at check-in, as forecast      21m                   5m\n"
                  "by itself + by people: fault found         0 + 1 (0%)            1 + 0 (100%)\n"
                  "by itself + by people: refill              0 + 4 (0%)            9 + 3 (75%)\n"
                  "by itself + by people: all together        0 + 5 (0%)            10 + 3 (76%)\n"
                  "manual acts: 5 with automation off, 3 with it (-40%)\n"
                  "the baseline run is that of 2023-06-01 10:03; it fell up to 2m behind the script\n");
}

Test(figures, stand_alone_where_there_is_no_other_run)
{
  expect_compared(VD__LANGUAGE__LANGUAGE_ZH_HANT, baseline_json, NULL,
                  "\n"
                  "比較                    對照\n"
                  "逾時：1 響應            2/3\n"
                  "逾時耗時歸屬：無人承擔  9m\n"
                  "逾時耗時歸屬：Catering  1m\n"
                  "呼叫                    4\n"
                  "升級                    0\n"
                  "斷供：Tea               12m\n"
                  "斷供：合計              12m\n"
                  "要求留樣                0/2：無人要求\n"
                  "按時留樣                1/2\n"
                  "逾時留樣                0/2\n"
                  "缺少留樣                1/2\n"
                  "已簽到                  190\n"
                  "簽到平均等候（預測）    8m\n"
                  "簽到最長等候（預測）    21m\n"
                  "自動 + 人工：發現故障   0 + 1 (0%)\n"
                  "自動 + 人工：補給       0 + 4 (0%)\n"
                  "自動 + 人工：合計       0 + 5 (0%)\n");
}

// ---- which may be compared ----

static Vd__RunFigures *begun(const char *script_json, const char *event_json, bool is_baseline)
{
  Vd__Rehearsal *script = (Vd__Rehearsal *)message(&vd__rehearsal__descriptor, script_json);
  Vd__Event *event = (Vd__Event *)message(&vd__event__descriptor, event_json);
  Vd__RunFigures *figures = ctl_figures_create(script, event, is_baseline);
  vd__rehearsal__free_unpacked(script, NULL);
  vd__event__free_unpacked(event, NULL);
  return figures;
}

Test(figures, of_another_script_or_plan_are_never_compared)
{
  const char *script = "{\"plan\":\"a.yaml\"}", *plan = "{\"plan_hash\":\"0011\"}";
  Vd__RunFigures *own = begun(script, plan, false), *same = begun(script, plan, true);
  Vd__RunFigures *other_script = begun("{\"plan\":\"b.yaml\"}", plan, true);
  Vd__RunFigures *other_plan = begun(script, "{\"plan_hash\":\"0012\"}", true);
  cr_expect_eq(own->script_hash.len, 32u);
  cr_expect(ctl_figures_match(own, same));
  cr_expect_not(ctl_figures_match(own, other_script));
  cr_expect_not(ctl_figures_match(own, other_plan));
  finish(own);
  finish(same);
  finish(other_script);
  finish(other_plan);
}

// ---- kept ----

static void path_in(const char *folder, char path[64])
{
  snprintf(path, 64, "%s/day.json", folder);
}

Test(figures, of_the_last_run_of_either_kind_are_kept)
{
  char folder[] = "/tmp/venued-figures-XXXXXX", path[64];
  struct ctl ctl = ctl_of(VD__LANGUAGE__LANGUAGE_EN);
  Vd__RehearsalFigures *kept = NULL;
  Vd__RunFigures *own = run_of(automatic_json), *baseline = run_of(baseline_json);
  cr_assert_not_null(mkdtemp(folder));
  path_in(folder, path);
  cr_assert_eq(ctl_figures_read(&ctl, path, &kept), CTL_DONE);
  cr_expect_null(ctl_figures_other(kept, own), "there is no file yet");
  cr_assert_eq(ctl_figures_keep(&ctl, path, kept, baseline), CTL_DONE);
  own->calls = 1;
  cr_assert_eq(ctl_figures_keep(&ctl, path, kept, own), CTL_DONE);
  own->calls = 2;
  cr_assert_eq(ctl_figures_keep(&ctl, path, kept, own), CTL_DONE);
  vd__rehearsal_figures__free_unpacked(kept, NULL);
  cr_assert_eq(ctl_figures_read(&ctl, path, &kept), CTL_DONE);
  cr_assert_eq(kept->n_runs, 2u);
  cr_expect_eq(ctl_figures_other(kept, own)->calls, 4u);
  cr_expect_eq(ctl_figures_other(kept, baseline)->calls, 2u);
  vd__rehearsal_figures__free_unpacked(kept, NULL);
  finish(own);
  finish(baseline);
  unlink(path);
  rmdir(folder);
}

Test(figures, are_not_written_over_another_file)
{
  char folder[] = "/tmp/venued-figures-XXXXXX", path[64];
  struct ctl ctl = ctl_of(VD__LANGUAGE__LANGUAGE_EN);
  Vd__RehearsalFigures *kept = NULL;
  cr_assert_not_null(mkdtemp(folder));
  path_in(folder, path);
  FILE *file = fopen(path, "w");
  cr_assert(file != NULL && fputs("{\"event\":{}}\n", file) > 0 && fclose(file) == 0);
  cr_expect_eq(ctl_figures_read(&ctl, path, &kept), CTL_REFUSED);
  cr_expect_null(kept);
  unlink(path);
  rmdir(folder);
}
