#include "clients/ctl/usage.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/check.h"

// ---- names of arguments ----

// "N [REASON]" is written once, in English; the words in capitals have names in each language.
static const struct {
  const char *word;
  const char *zh[2];
} arguments[] = {
    {"CATEGORY", {"類別", "类别"}},    {"COUNT", {"數量", "数量"}},      {"CREW", {"人員", "人员"}},
    {"DEGREES", {"度數", "度数"}},     {"DIR", {"資料夾", "文件夹"}},    {"FILE", {"檔案", "文件"}},
    {"FOLDER", {"資料夾", "文件夹"}},  {"FRIDGE", {"冰箱", "冰箱"}},     {"FROM", {"交出者", "交出者"}},
    {"GRAMS", {"克數", "克数"}},       {"ID", {"識別碼", "标识"}},       {"ITEM", {"品項", "品项"}},
    {"LENGTH", {"時長", "时长"}},      {"N", {"編號", "编号"}},          {"OF", {"原編號", "原编号"}},
    {"READING", {"讀數名", "读数名"}}, {"REASON", {"原因", "原因"}},     {"SEQ", {"序號", "序号"}},
    {"SESSION", {"議程", "议程"}},     {"STATE", {"狀態", "状态"}},      {"STATUS", {"狀態", "状态"}},
    {"SUBJECT", {"主題", "主题"}},     {"SUPPLY", {"補給品", "补给品"}}, {"TEXT", {"文字", "文字"}},
    {"TIME", {"時間", "时间"}},        {"TO", {"接手者", "接手者"}},     {"TOPIC", {"主題", "主题"}},
    {"URL", {"網址", "网址"}},         {"VALUE", {"數值", "数值"}},      {"WHO", {"何人", "何人"}},
    {"ZONE", {"區域", "区域"}},
};

static void add_argument(const struct ctl *ctl, struct vd_buffer *out, const char *word, size_t size)
{
  for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
    if (strlen(arguments[i].word) == size && strncmp(arguments[i].word, word, size) == 0) {
      vd_buffer_printf(out, "%s", ctl_pick(ctl, arguments[i].word, arguments[i].zh[0], arguments[i].zh[1]));
      return;
    }
  }
  vd_buffer_append(out, word, size);
}

static void add_arguments(const struct ctl *ctl, struct vd_buffer *out, const char *form)
{
  while (*form != '\0') {
    size_t size = 0;
    while (isupper((unsigned char)form[size]))
      size++;
    if (size > 0)
      add_argument(ctl, out, form, size);
    else
      vd_buffer_append(out, form, size = 1);
    form += size;
  }
}

// "crew duty CREW on|off|break", terminated; the caller frees.
static char *form_of(const struct ctl *ctl, const char *before, const char *name, const char *form)
{
  struct vd_buffer out = {0};
  vd_buffer_printf(&out, "%s%s%s", before, name, *form != '\0' ? " " : "");
  add_arguments(ctl, &out, form);
  vd_buffer_append(&out, "", 1);
  return (char *)out.data;
}

// ---- help ----

// Where all are listed, those that belong together stand under a heading, from this verb on.
static const struct {
  const char *first;
  const char *words[3];
} headings[] = {
    {"report", {"Incidents", "事件", "事件"}},
    {"crew list", {"People", "人員", "人员"}},
    {"alerts", {"Calls and limits", "呼叫與時限", "呼叫与时限"}},
    {"zone list", {"Zones", "區域", "区域"}},
    {"session list", {"Agenda, and what attendees are told of it", "議程與觀眾通知", "议程与观众通知"}},
    {"device list", {"Devices", "設備", "设备"}},
    {"supply list",
     {"Tea-break: supplies, batches, tasks", "茶歇：補給、批次、任務", "茶歇：补给、批次、任务"}},
    {"lane list",
     {"Check-in: lanes, and what would shorten their queues", "簽到：通道與建議", "签到：通道与建议"}},
    {"resource list", {"What helps out when own means run out", "應急資源", "应急资源"}},
    {"contingency list", {"Contingencies, and the alerts that propose them", "預案與氣象警報", "预案与气象警报"}},
    {"watch", {"The whole venue", "全場", "全场"}},
    {"plan check", {"Plan and rehearsal", "方案與彩排", "方案与彩排"}},
    {"journal verify", {"Journal", "日誌", "日志"}},
};

static void add_heading(const struct ctl *ctl, struct ctl_table *table, const struct ctl_verb *verb)
{
  for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
    const char *const *words = headings[i].words;
    if (strcmp(headings[i].first, verb->name) != 0)
      continue;
    if (table->count > 0)
      ctl_table_print(table); // the columns of each group are its own
    printf("%s%s\n", ctl_pick(ctl, words[0], words[1], words[2]), ctl_pick(ctl, ":", "：", "："));
  }
}

static const char *help_words(const struct ctl *ctl, const char *const help[3])
{
  return ctl_pick(ctl, help[0], help[1], help[2]);
}

static void add_row(const struct ctl *ctl, struct ctl_table *table, const char *before, const char *name,
                    const char *form, const char *const help[3])
{
  char *left = form_of(ctl, before, name, form);
  ctl_cell(table, "  %s", left);
  ctl_cell(table, "%s", help_words(ctl, help));
  free(left);
}

// Whether the verb's name begins with these words: all where there are none.
static bool begins_with(const struct ctl_verb *verb, char **words, int count)
{
  size_t at = 0;
  for (int i = 0; i < count && i < 2; i++) {
    size_t size = strlen(words[i]);
    if (verb->name[at] == '\0' || strncmp(verb->name + at, words[i], size) != 0)
      return i > 0 && verb->name[at] == '\0'; // what follows is an argument
    at += size;
    if (verb->name[at] != ' ' && verb->name[at] != '\0')
      return false;
    at += verb->name[at] == ' ';
  }
  return true;
}

int ctl_help(const struct ctl *ctl, char **words, int count)
{
  struct ctl_table table = {.columns = 2}, options = {.columns = 2};
  unsigned takes = 0;
  bool is_known = false;
  for (size_t i = 0; i < ctl_verb_count; i++)
    is_known |= begins_with(&ctl_verbs[i], words, count);
  if (!is_known)
    return ctl_unknown_verb(ctl, words, count);
  puts(ctl_pick(ctl, "Usage: venuectl [options] VERB [arguments]", "用法：venuectl [選項] 動詞 [參數]",
                "用法：venuectl [选项] 动词 [参数]"));
  for (size_t i = 0; i < ctl_verb_count; i++) {
    const struct ctl_verb *verb = &ctl_verbs[i];
    if (!begins_with(verb, words, count))
      continue;
    if (count == 0)
      add_heading(ctl, &table, verb);
    add_row(ctl, &table, "", verb->name, verb->arguments, verb->help);
    takes |= verb->takes;
  }
  ctl_table_print(&table);
  puts(ctl_pick(ctl, "Options:", "選項：", "选项："));
  for (size_t i = 0; i < ctl_option_count; i++) {
    const struct ctl_option *option = &ctl_option_rows[i];
    if (option->takes == 0 || (option->takes & takes) != 0)
      add_row(ctl, &options, "--", option->name, option->value, option->help);
  }
  ctl_table_print(&options);
  puts(ctl_pick(ctl, "Exit status: 0 done, 1 refused, 2 usage, 3 unreachable, 4 not permitted.",
                "結束狀態：0 完成，1 被拒，2 用法，3 無法連線，4 無權。",
                "退出状态：0 完成，1 被拒，2 用法，3 无法连接，4 无权。"));
  return CTL_DONE;
}

// ---- verbs ----

const struct ctl_verb *ctl_find_verb(char **words, int count, int *taken)
{
  struct vd_buffer two = {0};
  vd_buffer_printf(&two, "%s %s", words[0], count > 1 ? words[1] : "list");
  vd_buffer_append(&two, "", 1);
  const struct ctl_verb *found = NULL;
  for (size_t i = 0; i < ctl_verb_count && found == NULL; i++)
    if (strcmp(ctl_verbs[i].name, (char *)two.data) == 0)
      found = &ctl_verbs[i];
  *taken = found != NULL && count > 1 ? 2 : 1;
  for (size_t i = 0; i < ctl_verb_count && found == NULL; i++)
    if (strcmp(ctl_verbs[i].name, words[0]) == 0)
      found = &ctl_verbs[i];
  vd_buffer_finish(&two);
  return found;
}

// What may follow a group's name ("duty" of "crew duty"), NULL where the verb is of no or another group.
static const char *within_group(const struct ctl_verb *verb, const char *group)
{
  size_t size = strlen(group);
  return strncmp(verb->name, group, size) == 0 && verb->name[size] == ' ' ? verb->name + size + 1 : NULL;
}

// False where there is no such group.
static bool explain_group(const struct ctl *ctl, const char *group, const char *word)
{
  struct vd_buffer said = {0};
  const char *nearest = NULL, *name;
  unsigned distance = UINT32_MAX, count = 0;
  vd_buffer_printf(&said, "%s%s", group, ctl_pick(ctl, " takes ", " 之後可接 ", " 之后可接 "));
  for (size_t i = 0; i < ctl_verb_count; i++) {
    if ((name = within_group(&ctl_verbs[i], group)) == NULL)
      continue;
    vd_buffer_printf(&said, "%s%s", count++ > 0 ? ctl_pick(ctl, ", ", "、", "、") : "", name);
    vd_nearest_consider(word, name, &nearest, &distance);
  }
  vd_buffer_printf(&said, "%s", *word != '\0' ? ctl_pick(ctl, "; not", "；而非", "；而非") : "");
  vd_buffer_append(&said, "", 1);
  if (count > 0)
    ctl_usage_near(ctl, (char *)said.data, word, nearest);
  vd_buffer_finish(&said);
  return count > 0;
}

int ctl_unknown_verb(const struct ctl *ctl, char **words, int count)
{
  if (explain_group(ctl, words[0], count > 1 ? words[1] : ""))
    return CTL_USAGE;
  char nearest[VD_WORD_MAX + 2] = ""; // the verb, or its group
  unsigned distance = UINT32_MAX;
  for (size_t i = 0; i < ctl_verb_count; i++) {
    char first[VD_WORD_MAX + 2];
    const char *name = ctl_verbs[i].name, *nearer = NULL;
    snprintf(first, sizeof first, "%.*s", (int)strcspn(name, " "), name);
    vd_nearest_consider(words[0], first, &nearer, &distance);
    if (nearer != NULL)
      memcpy(nearest, first, sizeof nearest);
  }
  return ctl_usage_near(ctl, ctl_pick(ctl, "there is no such verb", "沒有此動詞", "没有此动词"), words[0],
                        nearest);
}

int ctl_wrong_arguments(const struct ctl *ctl, const struct ctl_verb *verb, char **words, int count)
{
  bool is_too_many = count > verb->most;
  if (is_too_many && strchr(verb->name, ' ') == NULL && explain_group(ctl, verb->name, words[0]))
    return CTL_USAGE; // "clock foo"
  char *form = form_of(ctl, "", verb->name, verb->arguments);
  fprintf(stderr, "venuectl: %s%s%s\n",
          is_too_many ? ctl_pick(ctl, "too many arguments", "參數過多", "参数过多")
                      : ctl_pick(ctl, "something is missing", "參數不足", "参数不足"),
          is_too_many ? ctl_pick(ctl, ", from ", "，自此起：", "，自此起：") : "",
          is_too_many ? words[verb->most] : "");
  fprintf(stderr, "%svenuectl %s    %s\n", ctl_pick(ctl, "usage: ", "用法：", "用法："), form,
          help_words(ctl, verb->help));
  free(form);
  return CTL_USAGE;
}

int ctl_unknown_option(const struct ctl *ctl, const char *word)
{
  char name[VD_WORD_MAX + 2];
  const char *nearest = NULL;
  unsigned distance = UINT32_MAX;
  snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
  for (size_t i = 0; i < ctl_option_count; i++)
    vd_nearest_consider(name + strspn(name, "-"), ctl_option_rows[i].name, &nearest, &distance);
  struct vd_buffer near = {0};
  if (nearest != NULL)
    vd_buffer_printf(&near, "--%s", nearest);
  vd_buffer_append(&near, "", 1);
  int status = ctl_usage_near(ctl, ctl_pick(ctl, "there is no such option", "沒有此選項", "没有此选项"), name,
                              (char *)near.data);
  vd_buffer_finish(&near);
  return status;
}
