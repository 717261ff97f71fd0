// venued: see daemon/loop/loop.h for its life, docs/architecture.md for its rooms.
#include "daemon/loop/loop.h"
#include "daemon/net/net.h"

int main(int argc, char **argv)
{
  struct vd_options options;
  int status = vd_options_parse(argc, argv, &options);
  if (status >= 0)
    return status;
  vd_net_library_begin();
  status = vd_loop_run(&options);
  vd_net_library_finish();
  return status;
}
