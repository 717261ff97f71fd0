// What may stand on a command line, and what is said of one that cannot be understood.
#ifndef CTL_USAGE_H
#define CTL_USAGE_H

#include <stddef.h>

#include "clients/ctl/ctl.h"

struct ctl_option {
  const char *name;
  bool has_value;
  unsigned takes;    // ctl_takes; 0 = every verb
  size_t offset;     // in struct ctl_options
  const char *value; // what it is called in the help, "" for none
  const char *help[3];
};
extern const struct ctl_option ctl_option_rows[];
extern const size_t ctl_option_count;

// "crew duty" before "crew"; how many words the name took. A lone group name means its list. NULL where there
// is none.
const struct ctl_verb *ctl_find_verb(char **words, int count, int *taken);

// All verbs and options; those that begin with the words, where there are any. On stdout.
int ctl_help(const struct ctl *ctl, char **words, int count);

// Explained on stderr; CTL_USAGE.
int ctl_unknown_verb(const struct ctl *ctl, char **words, int count);
int ctl_wrong_arguments(const struct ctl *ctl, const struct ctl_verb *verb, char **words, int count);
int ctl_unknown_option(const struct ctl *ctl, const char *word);

#endif
