// Weather alerts as CAP 1.2 files (cap.c).
#ifndef CTL_CAP_H
#define CTL_CAP_H

#include "proto/contingency.pb-c.h"
#include "proto/err.h"
#include "proto/message.h"

enum { CTL_CAP_FILE_MAX = 256 * 1024 };

// Fills the heap message from the file. Of several infos the most severe counts. On failure it is partly
// filled, and only to be freed.
enum vd_err ctl_cap_read(const char *path, Vd__CapAlert *alert, struct vd_refusal *refusal);

#endif
