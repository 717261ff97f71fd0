// venuectl: finds the verb, checks what may stand beside it, runs it.
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clients/ctl/usage.h"
#include "proto/text.h"

#define FIELD(name) offsetof(struct ctl_options, name)
const struct ctl_option ctl_option_rows[] = {
    {"data",
     true,
     0,
     FIELD(data_dir),
     "DIR",
     {"the daemon's data folder (default ./data)", "系統的資料夾（預設 ./data）",
      "系统的数据目录（默认 ./data）"}},
    {"url",
     true,
     0,
     FIELD(url),
     "URL",
     {"http(s)://host:port, where there is no data folder (VENUE_URL)",
      "http(s)://主機:連接埠，用於沒有資料夾時（VENUE_URL）",
      "http(s)://主机:端口，用于没有数据目录时（VENUE_URL）"}},
    {"token-file",
     true,
     0,
     FIELD(token_file),
     "FILE",
     {"the token for --url (or VENUE_TOKEN)", "--url 所用的權杖（或 VENUE_TOKEN）",
      "--url 所用的令牌（或 VENUE_TOKEN）"}},
    {"json",
     false,
     0,
     FIELD(is_json),
     "",
     {"one message per line", "每行一個 JSON 訊息", "每行一个 JSON 消息"}},
    {"lang",
     true,
     0,
     FIELD(language),
     "en|zh-hant|zh-hans",
     {"language of words (default: from LANG)", "文字的語言（預設依 LANG）", "文字的语言（默认依 LANG）"}},
    {"timeout",
     true,
     0,
     FIELD(timeout),
     "LENGTH",
     {"give up after, like 10s", "等待上限，例如 10s", "等待上限，例如 10s"}},
    {"by", true, CTL_TAKES_ACT, FIELD(by), "CREW", {"who acted", "由誰執行", "由谁执行"}},
    {"at",
     true,
     CTL_TAKES_ACT,
     FIELD(at),
     "TIME",
     {"when: 09:41, or RFC 3339", "何時：09:41，或 RFC 3339", "何时：09:41，或 RFC 3339"}},
    {"id",
     true,
     CTL_TAKES_ACT,
     FIELD(id),
     "ID",
     {"of the command: the same again is done once", "指令的識別碼：重複送出只執行一次",
      "指令的标识：重复发送只执行一次"}},
    {"text",
     true,
     CTL_TAKES_TEXT | CTL_TAKES_AMEND,
     FIELD(text),
     "TEXT",
     {"the same as the argument", "同文字參數", "同文字参数"}},
    {"severity",
     true,
     CTL_TAKES_REPORT | CTL_TAKES_AMEND,
     FIELD(severity),
     "1..4",
     {"4 is worst", "級別，4 最嚴重", "级别，4 最严重"}},
    {"source",
     true,
     CTL_TAKES_REPORT,
     FIELD(source),
     "staff|attendee|radio|device",
     {"where the report comes from", "上報來源：工作人員、參會者、對講機、設備",
      "上报来源：工作人员、参会者、对讲机、设备"}},
    {"reporter", true, CTL_TAKES_REPORT, FIELD(reporter), "WHO", {"who told of it", "上報人", "上报人"}},
    {"reason",
     true,
     CTL_TAKES_REASON,
     FIELD(reason),
     "REASON",
     {"the same as the argument", "同原因參數", "同原因参数"}},
    {"set",
     true,
     CTL_TAKES_SET,
     FIELD(sets),
     "NAME=VALUE",
     {"a limit of the policy, like tier1=4m; again for others", "方案的限值，例如 tier1=4m；可重複",
      "方案的限值，例如 tier1=4m；可重复"}},
    {"drill",
     false,
     CTL_TAKES_REPORT,
     FIELD(is_drill),
     "",
     {"part of the running drill", "屬於進行中的演練", "属于进行中的演练"}},
    {"crew",
     true,
     CTL_TAKES_DRILL,
     FIELD(crew),
     "A,B",
     {"who takes part, all if not given", "參與人員，未填為全體", "参与人员，未填为全体"}},
    {"zone",
     true,
     CTL_TAKES_AMEND | CTL_TAKES_DRILL,
     FIELD(zone),
     "ZONE",
     {"the right zone", "正確的區域", "正确的区域"}},
    {"category",
     true,
     CTL_TAKES_AMEND,
     FIELD(category),
     "CATEGORY",
     {"the right category", "正確的類別", "正确的类别"}},
    {"open", false, CTL_TAKES_OPEN, FIELD(only_open), "", {"only what is open", "只列未結的", "只列未结的"}},
    {"workaround",
     false,
     CTL_TAKES_LANDING,
     FIELD(is_workaround),
     "",
     {"it holds, but is not fixed", "臨時措施生效，尚未修復", "临时措施生效，尚未修复"}},
    {"digest",
     false,
     CTL_TAKES_DIGEST,
     FIELD(is_digest),
     "",
     {"all threads of --by", "--by 之人的全部提醒", "--by 之人的全部提醒"}},
    {"following",
     false,
     CTL_TAKES_SHIFT,
     FIELD(is_following),
     "",
     {"the later ones of its zone too", "連同該區域其後的議程", "连同该区域其后的议程"}},
    {"revision",
     true,
     CTL_TAKES_REVISION,
     FIELD(revision),
     "N",
     {"the notice as it was read", "所讀通知的版本", "所读通知的版本"}},
    {"dry-run",
     false,
     CTL_TAKES_IMPORT,
     FIELD(is_dry_run),
     "",
     {"only show what would be imported", "只顯示將匯入的內容", "只显示将导入的内容"}},
    {"faulty",
     false,
     CTL_TAKES_FAULTY,
     FIELD(is_faulty),
     "",
     {"only what is suspect or faulty", "只列可疑或故障的", "只列可疑或故障的"}},
    {"since",
     true,
     CTL_TAKES_SINCE,
     FIELD(since),
     "TIME",
     {"since when, like --at", "自何時，格式同 --at", "自何时，格式同 --at"}},
    {"until",
     true,
     CTL_TAKES_UNTIL,
     FIELD(until),
     "TIME",
     {"until when, like --at", "至何時，格式同 --at", "至何时，格式同 --at"}},
    {"for",
     true,
     CTL_TAKES_UNTIL,
     FIELD(duration),
     "LENGTH",
     {"for so long, like 30m", "持續多久，例如 30m", "持续多久，例如 30m"}},
    {"low",
     false,
     CTL_TAKES_LOW,
     FIELD(only_low),
     "",
     {"only what needs a refill", "只列需要補給的", "只列需要补给的"}},
    {"refilled",
     false,
     CTL_TAKES_REFILLED,
     FIELD(is_refilled),
     "",
     {"it is fresh from now on", "已補新，自此起算新鮮", "已补新，自此起算新鲜"}},
    {"session",
     true,
     CTL_TAKES_SESSION,
     FIELD(session),
     "SESSION",
     {"the break it is for", "供應的茶歇", "供应的茶歇"}},
    {"estimated",
     false,
     CTL_TAKES_ESTIMATED,
     FIELD(is_estimated),
     "",
     {"nobody counted heads", "為估計，並非點算", "为估计，并非点数"}},
    {"baseline",
     false,
     CTL_TAKES_BASELINE,
     FIELD(is_baseline),
     "",
     {"with automation off, to compare with", "關閉自動化，作為對照", "关闭自动化，作为对照"}},
    {"compare",
     true,
     CTL_TAKES_BASELINE,
     FIELD(compare),
     "FILE",
     {"keep the figures there, beside those of the other run", "在此保存數據，與另一次執行並列",
      "在此保存数据，与另一次执行并列"}},
    {"arrived", true, CTL_TAKES_COUNTS, FIELD(arrived), "COUNT", {"so many came", "到達人數", "到达人数"}},
    {"waiting",
     true,
     CTL_TAKES_COUNTS,
     FIELD(waiting),
     "COUNT",
     {"so many wait at the end", "期末等候人數", "期末等候人数"}},
    {"desks",
     true,
     CTL_TAKES_DESKS,
     FIELD(desks),
     "COUNT",
     {"so many are staffed", "開放櫃台數", "开放柜台数"}},
    {"from",
     true,
     CTL_TAKES_WATCH,
     FIELD(from),
     "SEQ",
     {"begin with this change", "從此變更開始", "从此变更开始"}},
    {"topic",
     true,
     CTL_TAKES_WATCH,
     FIELD(topic),
     "TOPIC",
     {"what begins so, like incident/42", "只看以此開頭的，例如 incident/42",
      "只看以此开头的，例如 incident/42"}},
};
enum { ROWS = sizeof ctl_option_rows / sizeof *ctl_option_rows, OPTION_HELP = 1000, OPTION_VERSION };
const size_t ctl_option_count = ROWS;
_Static_assert(ROWS < '0', "getopt tells an option by its number here, or by its letter");

// ---- the language ----

// "zh-hant", "zh-TW", "zh_HK.UTF-8" …
static Vd__Language language_of(const char *name)
{
  static const struct {
    const char *name;
    Vd__Language language;
  } known[] = {
      {"en", VD__LANGUAGE__LANGUAGE_EN},           {"zh", VD__LANGUAGE__LANGUAGE_ZH_HANS},
      {"zh-hant", VD__LANGUAGE__LANGUAGE_ZH_HANT}, {"zh-hans", VD__LANGUAGE__LANGUAGE_ZH_HANS},
      {"zh-tw", VD__LANGUAGE__LANGUAGE_ZH_HANT},   {"zh-cn", VD__LANGUAGE__LANGUAGE_ZH_HANS},
      {"zh-hk", VD__LANGUAGE__LANGUAGE_ZH_HANT},   {"zh-sg", VD__LANGUAGE__LANGUAGE_ZH_HANS},
      {"zh-mo", VD__LANGUAGE__LANGUAGE_ZH_HANT},
  };
  char word[16];
  snprintf(word, sizeof word, "%.*s", (int)strcspn(name, ".@"), name);
  for (char *at = word; *at != '\0'; at++)
    if (*at == '_')
      *at = '-';
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcasecmp(word, known[i].name) == 0)
      return known[i].language;
  return strncasecmp(word, "en-", 3) == 0 ? VD__LANGUAGE__LANGUAGE_EN : VD__LANGUAGE__LANGUAGE_UNSPECIFIED;
}

static Vd__Language language_of_environment(void)
{
  static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *value = getenv(names[i]);
    if (value != NULL && *value != '\0')
      return language_of(value);
  }
  return VD__LANGUAGE__LANGUAGE_UNSPECIFIED;
}

// Before all else: what is wrong with the line is said in the language that the line asks for.
static const char *language_word(int argc, char **argv)
{
  const char *word = NULL;
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
    if (strncmp(argv[i], "--lang=", 7) == 0)
      word = argv[i] + 7;
    else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
      word = argv[i + 1];
  }
  return word;
}

static int choose_language(struct ctl *ctl, int argc, char **argv)
{
  const char *named = language_word(argc, argv);
  ctl->language = language_of_environment();
  if (named == NULL)
    return CTL_DONE;
  Vd__Language language = language_of(named);
  if (language == VD__LANGUAGE__LANGUAGE_UNSPECIFIED) {
    static const char *const names[] = {"en", "zh-hant", "zh-hans"};
    const char *nearest = NULL;
    unsigned distance = UINT32_MAX;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
      vd_nearest_consider(named, names[i], &nearest, &distance);
    return ctl_usage_near(ctl,
                          ctl_pick(ctl, "--lang takes en, zh-hant, zh-hans; not",
                                   "--lang 可為 en、zh-hant、zh-hans；而非",
                                   "--lang 可为 en、zh-hant、zh-hans；而非"),
                          named, nearest);
  }
  ctl->language = language;
  return CTL_DONE;
}

// ---- the line ----

// ':' an option without its value, '?' one that is not known, or that has a value and takes none.
static int explain_option(const struct ctl *ctl, int found, char **argv)
{
  const char *word = argv[optind - 1];
  const char letter[] = {'-', (char)optopt, '\0'};
  if (found == ':')
    return ctl_usage(ctl, ctl_pick(ctl, "this option needs a value", "此選項需要值", "此选项需要值"), word);
  if (optopt == 0) // a word; of letters, "-abc", the one in question is told
    return ctl_unknown_option(ctl, word);
  if (optopt < 0 || (optopt > ROWS && optopt < OPTION_HELP)) // of one that is not ASCII the first byte
    return ctl_unknown_option(ctl, optopt < 0 ? argv[optind] : letter);
  return ctl_usage(ctl, ctl_pick(ctl, "this option takes no value", "此選項不接受值", "此选项不接受值"),
                   word);
}

static void keep_option(struct ctl *ctl, const struct ctl_option *row)
{
  char *field = (char *)&ctl->options + row->offset;
  if (row->takes == CTL_TAKES_SET) {
    size_t most = sizeof ctl->options.sets / sizeof *ctl->options.sets;
    if (ctl->options.set_count < most)
      ctl->options.sets[ctl->options.set_count] = optarg;
    ctl->options.set_count++; // one too many is for the verb to say
  } else if (row->has_value)
    *(const char **)field = optarg;
  else
    *(bool *)field = true;
}

// -1 to go on, else the exit status.
static int parse(struct ctl *ctl, int argc, char **argv, bool given[ROWS])
{
  struct option options[ROWS + 3] = {{0}};
  for (size_t i = 0; i < ROWS; i++)
    options[i] =
        (struct option){ctl_option_rows[i].name,
                        ctl_option_rows[i].has_value ? required_argument : no_argument, NULL, (int)i + 1};
  options[ROWS] = (struct option){"help", no_argument, NULL, OPTION_HELP};
  options[ROWS + 1] = (struct option){"version", no_argument, NULL, OPTION_VERSION};
  int option;
  bool wants_help = false;
  opterr = 0;
  // "-10m" is an amount, not options: it is taken whole, as it stands.
  const char *const letters = ":h0::1::2::3::4::5::6::7::8::9::";
  while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
    if (option == OPTION_HELP || option == 'h') {
      wants_help = true;
    } else if (option >= '0' && option <= '9') {
      ctl->options.negative = argv[optind - 1];
    } else if (option == OPTION_VERSION) {
      puts("venuectl " VENUED_VERSION);
      return CTL_DONE;
    } else if (option > 0 && option <= ROWS) {
      given[option - 1] = true;
      keep_option(ctl, &ctl_option_rows[option - 1]);
    } else {
      return explain_option(ctl, option, argv);
    }
  }
  return wants_help ? ctl_help(ctl, argv + optind, argc - optind) : -1;
}

static bool is_duration(const char *text)
{
  int64_t duration_ms;
  return text == NULL || (vd_duration_parse(text, &duration_ms) && duration_ms > 0);
}

static int refuse_option(const struct ctl *ctl, const struct ctl_verb *verb, const char *option)
{
  char name[40];
  snprintf(name, sizeof name, "--%s", option);
  fprintf(stderr, "venuectl: %s%s%s\n", verb->name, ctl_pick(ctl, " does not take ", " 不接受 ", " 不接受 "),
          name);
  return CTL_USAGE;
}

// Where a count is taken a negative one was meant for it.
static int refuse_negative(const struct ctl *ctl, const struct ctl_verb *verb)
{
  uint32_t count;
  if (strstr(verb->arguments, "COUNT") == NULL && strstr(verb->arguments, "GRAMS") == NULL)
    return ctl_unknown_option(ctl, ctl->options.negative);
  ctl_whole(ctl, "", ctl->options.negative, &count); // it explains
  return CTL_USAGE;
}

static int run(struct ctl *ctl, char **words, int count, const bool given[ROWS])
{
  int taken;
  const struct ctl_verb *verb = ctl_find_verb(words, count, &taken);
  if (verb == NULL)
    return ctl_unknown_verb(ctl, words, count);
  for (size_t i = 0; i < ROWS; i++)
    if (given[i] && ctl_option_rows[i].takes != 0 && (ctl_option_rows[i].takes & verb->takes) == 0)
      return refuse_option(ctl, verb, ctl_option_rows[i].name);
  if (ctl->options.negative != NULL && (verb->takes & (CTL_TAKES_SHIFT | CTL_TAKES_VALUE)) == 0)
    return refuse_negative(ctl, verb);
  if (!is_duration(ctl->options.timeout))
    return ctl_usage(ctl,
                     ctl_pick(ctl, "--timeout takes a length of time like 10s; not",
                              "--timeout 為時長，例如 10s；而非", "--timeout 为时长，例如 10s；而非"),
                     ctl->options.timeout);
  ctl->arguments = words + taken;
  ctl->count = count - taken;
  bool takes_amount = (verb->takes & (CTL_TAKES_SHIFT | CTL_TAKES_VALUE)) != 0;
  bool has_amount = ctl->options.negative != NULL; // it stands for the last argument
  if (has_amount && ctl->count == verb->most)
    return ctl_unknown_option(ctl, ctl->options.negative);
  bool has_words = ctl->options.text != NULL || ctl->options.reason != NULL;
  bool needs_last = ((verb->takes & CTL_NEEDS_WORDS) != 0 && !has_words) || (takes_amount && !has_amount);
  int least = needs_last ? verb->most : verb->least;
  if (ctl->count < least || ctl->count > verb->most)
    return ctl_wrong_arguments(ctl, verb, ctl->arguments, ctl->count);
  return verb->run(ctl);
}

int main(int argc, char **argv)
{
  struct ctl ctl = {.client = NULL};
  bool given[ROWS] = {false};
  setlocale(LC_CTYPE, "C.UTF-8"); // display widths, whatever the terminal's language
  int status = choose_language(&ctl, argc, argv);
  if (status == CTL_DONE)
    status = parse(&ctl, argc, argv, given);
  if (status >= 0)
    return status;
  if (optind == argc) {
    ctl_help(&ctl, NULL, 0);
    return CTL_USAGE;
  }
  status = run(&ctl, argv + optind, argc - optind, given);
  venue_client_destroy(ctl.client);
  if (fflush(stdout) != 0 && status == CTL_DONE)
    status = CTL_REFUSED; // whoever reads us has not got everything
  return status;
}
