// The daemon's life: start on a journal and a plan, serve until told to end, end in order.
#ifndef VD_LOOP_LOOP_H
#define VD_LOOP_LOOP_H

#include "daemon/loop/options.h"

// Runs venued in the calling thread until SIGTERM or SIGINT. Returns the exit status; whatever kept it from
// starting or going on is on stderr.
int vd_loop_run(const struct vd_options *options);

#endif
