// Who could take an incident: those who could, best first, with what speaks for them; then in a few lines why
// the others are left out.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"

enum { GROUPS_MAX = 80, NAMES_MAX = 10 }; // at most 64 candidates, each in one group

struct group {
  struct vd_buffer why, names; // text, not terminated
  size_t count;
};

static void add_words(const struct ctl *ctl, const Vd__Candidate *candidate, struct vd_buffer *out)
{
  for (size_t i = 0; i < candidate->n_reasons; i++) {
    if (i > 0)
      vd_buffer_printf(out, "%s", ctl_pick(ctl, ", ", "，", "，"));
    vd_reason_words(out, candidate->reasons[i], ctl->language);
  }
}

static void print_suitable(const struct ctl *ctl, const Vd__Recommendation *found)
{
  struct ctl_table table = {.columns = 3};
  unsigned place = 0;
  for (size_t i = 0; i < found->n_candidates; i++) {
    const Vd__Candidate *candidate = found->candidates[i];
    if (!candidate->suitable)
      continue;
    struct vd_buffer words = {0};
    add_words(ctl, candidate, &words);
    ctl_cell(&table, "%u", ++place);
    ctl_cell(&table, "%s", candidate->crew);
    ctl_cell(&table, "%.*s", (int)words.size, words.data != NULL ? (char *)words.data : "");
    vd_buffer_finish(&words);
  }
  if (place > 0)
    ctl_table_print(&table);
  else
    puts(ctl_pick(ctl, "nobody could take it", "無合適人選", "无合适人选"));
}

static bool is_same(const struct vd_buffer *a, const struct vd_buffer *b)
{
  return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

// Takes `why`.
static struct group *group_of(struct group *groups, size_t *count, struct vd_buffer why)
{
  for (size_t i = 0; i < *count; i++) {
    if (is_same(&groups[i].why, &why)) {
      vd_buffer_finish(&why);
      return &groups[i];
    }
  }
  groups[*count] = (struct group){.why = why};
  return &groups[(*count)++];
}

static void print_left_out(const struct ctl *ctl, const Vd__Recommendation *found)
{
  struct group groups[GROUPS_MAX];
  size_t count = 0;
  for (size_t i = 0; i < found->n_candidates; i++) {
    const Vd__Candidate *candidate = found->candidates[i];
    if (candidate->suitable || count == GROUPS_MAX)
      continue;
    struct vd_buffer why = {0};
    if (candidate->n_reasons > 0) // the first weighs most
      vd_reason_words(&why, candidate->reasons[0], ctl->language);
    struct group *group = group_of(groups, &count, why);
    if (group->count++ < NAMES_MAX)
      vd_buffer_printf(&group->names, " %s", candidate->crew);
  }
  if (count > 0)
    puts(ctl_pick(ctl, "left out:", "未列入：", "未列入："));
  for (size_t i = 0; i < count; i++) {
    printf("  %zu %.*s%s%.*s%s\n", groups[i].count, (int)groups[i].why.size,
           groups[i].why.data != NULL ? (char *)groups[i].why.data : "", ctl_pick(ctl, ":", "：", "："),
           (int)groups[i].names.size, (char *)groups[i].names.data, groups[i].count > NAMES_MAX ? " …" : "");
    vd_buffer_finish(&groups[i].why);
    vd_buffer_finish(&groups[i].names);
  }
}

// Why own means do not do, and what could be used instead.
static void print_resources(const struct ctl *ctl, const Vd__Recommendation *found)
{
  struct ctl_table table = {.columns = 3};
  struct vd_buffer why = {0};
  for (size_t i = 0; i < found->n_needs; i++) {
    if (i > 0)
      vd_buffer_printf(&why, "%s", ctl_pick(ctl, ", ", "，", "，"));
    vd_reason_words(&why, found->needs[i], ctl->language);
  }
  if (found->n_needs > 0)
    printf("%s%.*s\n", ctl_pick(ctl, "own means do not do: ", "自有資源不足：", "自有资源不足："),
           (int)why.size, (char *)why.data);
  vd_buffer_finish(&why);
  if (found->n_needs > 0 && found->n_resources == 0)
    puts(ctl_pick(ctl, "the plan has nothing else for it", "方案未備其他資源", "方案未备其他资源"));
  for (size_t i = 0; i < found->n_resources; i++) {
    const Vd__ResourceOption *option = found->resources[i];
    struct vd_buffer words = {0};
    for (size_t j = 0; j < option->n_reasons; j++) {
      if (j > 0)
        vd_buffer_printf(&words, "%s", ctl_pick(ctl, ", ", "，", "，"));
      vd_reason_words(&words, option->reasons[j], ctl->language);
    }
    ctl_cell(&table, "  %s", option->resource);
    ctl_cell(&table, "%.*s", (int)words.size, words.data != NULL ? (char *)words.data : "");
    ctl_cell(&table, "%s%s%s", option->post, *option->post && *option->contact ? " " : "", option->contact);
    vd_buffer_finish(&words);
  }
  if (found->n_resources > 0)
    ctl_table_print(&table);
}

int ctl_recommend(struct ctl *ctl)
{
  Vd__RecommendQuery query = VD__RECOMMEND_QUERY__INIT;
  if (!ctl_number(ctl, ctl->arguments[0], &query.incident))
    return CTL_USAGE;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_RECOMMEND;
  request.recommend = &query;
  Vd__Response *response = NULL;
  int status = ctl_ask(ctl, &request, &response);
  if (status != CTL_DONE)
    return status;
  const Vd__Recommendation *found = response->recommendation;
  bool has_answer = response->body_case == VD__RESPONSE__BODY_RECOMMENDATION;
  if (has_answer && ctl->options.is_json) {
    ctl_print_json(&found->base);
  } else if (has_answer) {
    print_suitable(ctl, found);
    print_left_out(ctl, found);
    print_resources(ctl, found);
  }
  vd__response__free_unpacked(response, NULL);
  return status;
}
