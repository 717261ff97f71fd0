// venuectl: finds the verb, checks what may stand beside it, runs it.
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/ctl.h"

struct option_row {
  const char *name;
  bool has_value;
  unsigned takes; // 0 = every verb
  size_t offset;  // in struct ctl_options
  const char *help;
};

#define FIELD(name) offsetof(struct ctl_options, name)
static const struct option_row rows[] = {
    {"data", true, 0, FIELD(data_dir), "DIR  the daemon's data folder (default ./data)"},
    {"url", true, 0, FIELD(url), "URL  http(s)://host:port, where there is no data folder (VENUE_URL)"},
    {"token-file", true, 0, FIELD(token_file), "FILE  the token for --url (or VENUE_TOKEN)"},
    {"json", false, 0, FIELD(is_json), " one message per line"},
    {"lang", true, 0, FIELD(language), "en|zh-hant|zh-hans  (default: from LANG)"},
    {"timeout", true, 0, FIELD(timeout), "D  give up after, like 10s"},
    {"by", true, CTL_TAKES_ACT, FIELD(by), "CREW  who acted"},
    {"at", true, CTL_TAKES_ACT, FIELD(at), "T  when: 09:41, or RFC 3339"},
    {"id", true, CTL_TAKES_ACT, FIELD(id), "ID  of the command: the same again is done once"},
    {"text", true, CTL_TAKES_TEXT | CTL_TAKES_AMEND, FIELD(text), "TEXT"},
    {"severity", true, CTL_TAKES_REPORT | CTL_TAKES_AMEND, FIELD(severity), "1..4  4 is worst"},
    {"source", true, CTL_TAKES_REPORT, FIELD(source), "staff|attendee|radio|device"},
    {"reporter", true, CTL_TAKES_REPORT, FIELD(reporter), "WHO"},
    {"reason", true, CTL_TAKES_REASON, FIELD(reason), "TEXT"},
    {"zone", true, CTL_TAKES_AMEND, FIELD(zone), "ZONE"},
    {"category", true, CTL_TAKES_AMEND, FIELD(category), "CATEGORY"},
    {"open", false, CTL_TAKES_OPEN, FIELD(only_open), " only what is open"},
    {"workaround", false, CTL_TAKES_LANDING, FIELD(is_workaround), " it holds, but is not fixed"},
    {"digest", false, CTL_TAKES_DIGEST, FIELD(is_digest), " all threads of --by"},
    {"following", false, CTL_TAKES_SHIFT, FIELD(is_following), " the later ones of its zone too"},
    {"dry-run", false, CTL_TAKES_IMPORT, FIELD(is_dry_run), " only show what would be imported"},
    {"faulty", false, CTL_TAKES_FAULTY, FIELD(is_faulty), " only what is suspect or faulty"},
    {"since", true, CTL_TAKES_SINCE, FIELD(since), "T  since when, like --at"},
    {"until", true, CTL_TAKES_UNTIL, FIELD(until), "T  until when, like --at"},
    {"for", true, CTL_TAKES_UNTIL, FIELD(duration), "D  for so long, like 30m"},
    {"low", false, CTL_TAKES_LOW, FIELD(only_low), " only what needs a refill"},
    {"refilled", false, CTL_TAKES_REFILLED, FIELD(is_refilled), " it is fresh from now on"},
    {"session", true, CTL_TAKES_SESSION, FIELD(session), "ID  the break it is for"},
    {"estimated", false, CTL_TAKES_ESTIMATED, FIELD(is_estimated), " nobody counted heads"},
    {"arrived", true, CTL_TAKES_COUNTS, FIELD(arrived), "N  so many came"},
    {"waiting", true, CTL_TAKES_COUNTS, FIELD(waiting), "N  so many wait at the end"},
    {"desks", true, CTL_TAKES_DESKS, FIELD(desks), "N  so many are staffed"},
    {"from", true, CTL_TAKES_WATCH, FIELD(from), "SEQ  begin with this change"},
    {"topic", true, CTL_TAKES_WATCH, FIELD(topic), "T  like incident/42"},
};
enum { ROWS = sizeof rows / sizeof *rows, OPTION_HELP = 1000, OPTION_VERSION };

static Vd__Language language_of(const char *name)
{
  if (name == NULL)
    return VD__LANGUAGE__LANGUAGE_UNSPECIFIED;
  if (strcmp(name, "en") == 0)
    return VD__LANGUAGE__LANGUAGE_EN;
  if (strcmp(name, "zh-hant") == 0 || strncmp(name, "zh_TW", 5) == 0 || strncmp(name, "zh_HK", 5) == 0)
    return VD__LANGUAGE__LANGUAGE_ZH_HANT;
  if (strcmp(name, "zh-hans") == 0 || strncmp(name, "zh", 2) == 0)
    return VD__LANGUAGE__LANGUAGE_ZH_HANS;
  return VD__LANGUAGE__LANGUAGE_UNSPECIFIED;
}

static void help_of(const struct ctl *ctl, const struct ctl_verb *verb, FILE *stream)
{
  const char *words = ctl_pick(ctl, verb->help[0], verb->help[1], verb->help[2]);
  char left[64];
  snprintf(left, sizeof left, "%s %s", verb->name, verb->arguments);
  fprintf(stream, "  %-34s %s\n", left, words);
}

static int help(const struct ctl *ctl)
{
  puts(ctl_pick(ctl, "Usage: venuectl [options] VERB [arguments]", "用法：venuectl [選項] 動詞 [參數]",
                "用法：venuectl [选项] 动词 [参数]"));
  for (size_t i = 0; i < ctl_verb_count; i++)
    help_of(ctl, &ctl_verbs[i], stdout);
  puts(ctl_pick(ctl, "Options:", "選項：", "选项："));
  for (size_t i = 0; i < ROWS; i++)
    printf("  --%s %s\n", rows[i].name, rows[i].help);
  puts(ctl_pick(ctl, "Exit status: 0 done, 1 refused, 2 usage, 3 unreachable, 4 not permitted.",
                "結束狀態：0 完成，1 被拒，2 用法，3 無法連線，4 無權。",
                "退出状态：0 完成，1 被拒，2 用法，3 无法连接，4 无权。"));
  return CTL_DONE;
}

// "crew duty" before "crew"; how many words the name took. A lone group name means its list.
static const struct ctl_verb *find_verb(char **words, int count, int *taken)
{
  char two[64];
  snprintf(two, sizeof two, "%s %s", words[0], count > 1 ? words[1] : "list");
  for (size_t i = 0; i < ctl_verb_count; i++) {
    if (strcmp(ctl_verbs[i].name, two) == 0) {
      *taken = count > 1 ? 2 : 1;
      return &ctl_verbs[i];
    }
  }
  *taken = 1;
  for (size_t i = 0; i < ctl_verb_count; i++)
    if (strcmp(ctl_verbs[i].name, words[0]) == 0)
      return &ctl_verbs[i];
  return NULL;
}

static int unknown_verb(const struct ctl *ctl, const char *word)
{
  const char *best = NULL;
  unsigned distance = UINT32_MAX;
  for (size_t i = 0; i < ctl_verb_count; i++)
    vd_nearest_consider(word, ctl_verbs[i].name, &best, &distance);
  ctl_usage(ctl, ctl_pick(ctl, "there is no such verb", "沒有此動詞", "没有此动词"), word);
  if (best != NULL)
    fprintf(stderr, "%s %s?\n", ctl_pick(ctl, "did you mean", "是否指", "是否指"), best);
  return CTL_USAGE;
}

static int run(struct ctl *ctl, char **words, int count, const bool given[ROWS])
{
  int taken;
  const struct ctl_verb *verb = find_verb(words, count, &taken);
  if (verb == NULL)
    return unknown_verb(ctl, words[0]);
  for (size_t i = 0; i < ROWS; i++)
    if (given[i] && rows[i].takes != 0 && (rows[i].takes & verb->takes) == 0)
      return ctl_usage(ctl, ctl_pick(ctl, "this verb does not take", "此動詞不接受", "此动词不接受"),
                       rows[i].name);
  if (ctl->options.negative != NULL && (verb->takes & (CTL_TAKES_SHIFT | CTL_TAKES_VALUE)) == 0)
    return ctl_usage(ctl, ctl_pick(ctl, "this verb does not take", "此動詞不接受", "此动词不接受"),
                     ctl->options.negative);
  ctl->arguments = words + taken;
  ctl->count = count - taken;
  if (ctl->count < verb->least || ctl->count > verb->most) {
    fputs(ctl_pick(ctl, "usage: venuectl", "用法：venuectl", "用法：venuectl"), stderr);
    help_of(ctl, verb, stderr);
    return CTL_USAGE;
  }
  return verb->run(ctl);
}

// -1 to go on, else the exit status.
static int parse(struct ctl *ctl, int argc, char **argv, bool given[ROWS])
{
  struct option options[ROWS + 3] = {{0}};
  for (size_t i = 0; i < ROWS; i++)
    options[i] =
        (struct option){rows[i].name, rows[i].has_value ? required_argument : no_argument, NULL, (int)i + 1};
  options[ROWS] = (struct option){"help", no_argument, NULL, OPTION_HELP};
  options[ROWS + 1] = (struct option){"version", no_argument, NULL, OPTION_VERSION};
  int option;
  bool wants_help = false;
  // "-10m" is an amount, not options: it is taken whole, as it stands.
  const char *const letters = "h0::1::2::3::4::5::6::7::8::9::";
  while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
    if (option == OPTION_HELP || option == 'h') {
      wants_help = true;
    } else if (option >= '0' && option <= '9') {
      ctl->options.negative = argv[optind - 1];
    } else if (option == OPTION_VERSION) {
      puts("venuectl " VENUED_VERSION);
      return CTL_DONE;
    } else if (option > 0 && option <= ROWS) {
      const struct option_row *row = &rows[option - 1];
      char *field = (char *)&ctl->options + row->offset;
      given[option - 1] = true;
      if (row->has_value)
        *(const char **)field = optarg;
      else
        *(bool *)field = true;
    } else {
      return CTL_USAGE; // getopt_long has said what is wrong
    }
  }
  const char *named = ctl->options.language;
  ctl->language = language_of(named != NULL ? named : getenv("LC_ALL") ? getenv("LC_ALL") : getenv("LANG"));
  if (named != NULL && ctl->language == VD__LANGUAGE__LANGUAGE_UNSPECIFIED)
    return ctl_usage(ctl, "--lang: en, zh-hant, zh-hans", named);
  return wants_help ? help(ctl) : -1;
}

int main(int argc, char **argv)
{
  struct ctl ctl = {.client = NULL};
  bool given[ROWS] = {false};
  setlocale(LC_CTYPE, "C.UTF-8"); // display widths, whatever the terminal's language
  int status = parse(&ctl, argc, argv, given);
  if (status >= 0)
    return status;
  if (optind == argc) {
    help(&ctl);
    return CTL_USAGE;
  }
  status = run(&ctl, argv + optind, argc - optind, given);
  venue_client_destroy(ctl.client);
  if (fflush(stdout) != 0 && status == CTL_DONE)
    status = CTL_REFUSED; // whoever reads us has not got everything
  return status;
}
