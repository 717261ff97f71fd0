// What venued is started with: the command line and the configuration file.
#ifndef VD_LOOP_OPTIONS_H
#define VD_LOOP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/config.pb-c.h"
#include "proto/err.h"

struct vd_options {
  const char *config_path; // NULL = the defaults
  const char *plan_path;   // NULL = what the journal holds
  const char *data_dir;    // "./data"
  int64_t time_scale;      // 0 = not given
  bool has_clock_start;
  bool starts_with_plan; // --clock-start plan: half an hour before the plan's doors
  int64_t clock_start_ms;
  bool is_rehearsal;
};

// Fills `options` with pointers into argv. Returns -1 to go on, else the exit status: 0 after --help or
// --version, 2 after a usage error that was explained on stderr.
int vd_options_parse(int argc, char **argv, struct vd_options *options);

// Reads the configuration (path NULL: all defaults) and fills what it leaves out. Heap; freed by the caller.
enum vd_err vd_config_read(const char *path, Vd__Config **config, struct vd_refusal *refusal) VD_MUST_CHECK;

#endif
