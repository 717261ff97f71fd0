// Who may do what where: role × command × zone, everything else denied. Pure. Room-internal, and the table is
// docs/protocol.md's.
#ifndef VD_CORE_ACCESS_H
#define VD_CORE_ACCESS_H

#include "daemon/core/venue.h"

// VD_OK or VD_ERR_NOT_PERMITTED with the reason. Looks up the incident's zone where the command names one;
// whoever may act only for themselves must not set `by` to somebody else.
enum vd_err vd_access_check(const struct vd_venue *venue, const Vd__Principal *who, const Vd__Command *command,
                            struct vd_refusal *refusal);

#endif
