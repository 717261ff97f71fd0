// venued: see daemon/loop/loop.h for its life, docs/architecture.md for its rooms.
#include "daemon/loop/loop.h"

int main(int argc, char **argv)
{
  struct vd_options options;
  int status = vd_options_parse(argc, argv, &options);
  return status >= 0 ? status : vd_loop_run(&options);
}
